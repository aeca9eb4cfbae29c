"""How long we last: what a scenario does from day to day, exactly, as intervals."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import shorten
from ...graph.frames import frame_of
from .changes import Change
from .courses import BOUNDS, HORIZON, SHORT, course
from .scenario import Scenario, scenario_of
from .simulation import Assumptions, prepared

LEVELS = (0.9, 0.5, 0.1)


@checked()
def timeline(
    graph: SupplyGraph | ProductionNetwork,
    scenarios: Scenario | Change | Iterable[Scenario],
    *,
    product: str | None = None,
    buyer: str | None = None,
    horizon: float = HORIZON,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    progress: Callable[[int], Any] | None = None,
) -> pl.DataFrame:
    r"""Return what is supplied of each item from day to day under a scenario: exact curves, without a time step.

    With cumulative output X, capacity C, stocks S and arrivals I (days of today's use; all piecewise linear), one plant p
    with requirements g from sources s of weight w makes

    .. math::

        B_p(t) = \min_g \bigl(S_g + I_g(t)\bigr), \qquad I_g(t) = \sum_s w_s X_s(t - lag_s), \qquad
        X_p(t) = \min\Bigl(C_p(t), \min_{0 \le u \le t} [C_p(t) - C_p(u) + B_p(u)]\Bigr)

    (Reich). What was sent before the first day is on its way: X(t) = t for t < 0; an unknown ``lag_days`` counts as none. A
    market serves at most today's use a day and keeps what arrives beyond; what was missed is caught up only with spare
    capacity. In the three readings of `simulate`, makers whose sourcing nobody knows

    - pool supply and stocks (``rate_high``, the best arrangement);
    - are hit wholly where they are hit, always the same ones, and live on their own stock (``rate_low``): of the part
      d(t) = 1 - a(t) that is not supplied, those y < d(t) have lost output once they were hit for more than S days;
      losses of different needs add up;
    - are supplied alike, each with its own stock (``rate_estimate``).

    Shares that the data leaves open fall on whoever gives least (or most) on that day. For large t the rates are those of
    `simulate` while the same changes are in force. Machines bind when their life (``life_days``) ends; where it is not
    known, never, with ``term="long"`` from day 0.

    Parameters
    ----------
    graph, scenarios, product, buyer, level, domestic, sharing, term, sourcing
        As in `simulate`; changes may have ``start``, ``lasts``, ``ramp``, and stocks count.
    horizon : float
        Days, above 0.
    progress : callable, optional
        Is told after each scenario how many are done.

    Returns
    -------
    polars.DataFrame
        One row per scenario, item and breakpoint: ``scenario, item, day``; ``rate_low, rate_high, rate_estimate`` from that
        day on (0..1, as a part of today's use; above 1 while spare capacity catches up); ``lost_low, lost_high,
        lost_estimate``: days of today's output lost up to that day. The last row of an item is the horizon.

    Raises
    ------
    UnknownIdError
        The scenario, product or buyer names something that the graph does not have.
    InputError
        A horizon that is not above 0, two scenarios of one name, another value of a choice.

    References
    ----------
    .. [1] Le Boudec, Thiran (2001), Network Calculus, Springer LNCS 2050, ch. 1, doi 10.1007/3-540-45318-0: the regulator
       with a buffer (Reich's formula).
    .. [2] Inventories run down, then production in proportion: Hallegatte (2014), Risk Analysis 34(1), 152-167,
       doi 10.1111/risa.12090.

    Examples
    --------
    Half the supply is lost for 180 days, and the users hold 60 days each. Nobody knows which users lose their supplier:

    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt, stockpile
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet")],
    ...     inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": "magnet", "supplier": c, "source": "s", "share": 0.5} for c in ("CHN", "JPN")],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> cut = Scenario("cut", [halt("CHN", lasts=180), stockpile("magnet", 60)])
    >>> frame = timeline(graph, cut, product="robot", buyer="JPN")
    >>> for row in frame.filter(item="robot").select("day", "rate_low", "rate_high", "lost_low", "lost_high").rows():
    ...     print(*row)
    0.0 1.0 1.0 0.0 0.0
    60.0 0.5 1.0 0.0 0.0
    120.0 0.5 0.5 0.0 30.0
    180.0 1.0 1.0 30.0 60.0
    365.0 1.0 1.0 30.0 60.0
    """
    scenarios = scenario_of(scenarios)
    network = prepared(graph, scenarios, product, buyer=buyer, level=level, domestic=domestic)
    assumptions = Assumptions(sharing, term, sourcing)

    def follow(one: Scenario, among: Callable[..., Iterable[Any]] = map) -> pl.DataFrame:
        return course(network, one, assumptions, horizon=horizon, among=among).frame(one.name)

    # The kernel lets go of the interpreter: cores share the readings of the first scenario, then the other scenarios.
    found = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for part in (scenarios[:1], scenarios[1:]):
            for frame in pool.map(follow, part) if found else (follow(one, pool.map) for one in part):
                found.append(frame)
                if progress is not None:
                    progress(len(found))
    return pl.concat(found)


@checked()
def timeline_summary(frame: Any, levels: Sequence[float] = LEVELS) -> pl.DataFrame:
    """Return when each item is short, how much is lost, and when it is back: one row per scenario and item of a timeline.

    Parameters
    ----------
    frame : frame
        What `timeline` returned.
    levels : sequence of float
        Levels above 0 and up to 1: the first day below each is told.

    Returns
    -------
    polars.DataFrame
        ``scenario, item``; days, each with ``_low, _high, _estimate`` (earliest, latest, estimate; infinite where it does
        not happen before the horizon): ``short`` (of the first shortage), ``below_90, below_50, ...`` (the rate falls below
        that part), ``back`` (from which on nothing is short any more; 0 where nothing ever is); and ``lost`` (days of output
        lost up to the horizon). The days of ``below`` and ``back`` are those of the three courses, and no bounds of all
        others: a course that keeps more in all may be below a level earlier.

    Raises
    ------
    InputError
        A level that is not in 0..1, or a frame that is no timeline.

    References
    ----------
    Definitions of this project, on the curves of `timeline`.

    Examples
    --------
    >>> day = {"scenario": "cut", "item": "motor"}
    >>> rates = [(0.0, 1.0, 0.0), (60.0, 0.5, 0.0), (100.0, 1.0, 20.0)]  # day, rate from that day on, days lost by then
    >>> rows = [
    ...     day | {"day": at} | {f"{name}_{end}": value for end in ("low", "high", "estimate") for name, value in pair}
    ...     for at, *pair in [(at, ("rate", rate), ("lost", lost)) for at, rate, lost in rates]
    ... ]
    >>> timeline_summary(pl.DataFrame(rows), levels=[0.9]).select("short_estimate", "below_90_low", "lost_high").row(0)
    (60.0, 60.0, 20.0)
    """
    frame = frame_of(frame)
    needed = {"scenario", "item", "day", *(f"{what}_{bound}" for what in ("rate", "lost") for bound in BOUNDS)}
    if missing := sorted(needed - set(frame.columns)):
        raise InputError("risk.timeline.frame", columns=", ".join(missing))
    for level in levels:
        if not 0 < level <= 1:
            raise InputError("risk.timeline.level", value=shorten(level))
    day = pl.col("day")
    found = {}
    for bound in BOUNDS:
        rate = pl.col(f"rate_{bound}")
        for name, level in (("short", 1.0), *((f"below_{100 * level:g}", level) for level in levels)):
            found[name, bound] = day.filter(rate < level - SHORT).min().fill_null(math.inf)
        found["back", bound] = pl.col("until").filter(rate < 1 - SHORT).max().fill_null(0.0)
    # The last row of an item only closes it: what is short there is not back before the horizon.
    keys = ["scenario", "item"]
    after = day.shift(-1).over(keys)
    rows = frame.with_columns(until=pl.when(after == day.max().over(keys)).then(math.inf).otherwise(after))
    rows = rows.filter(pl.col("until").is_not_null())
    ends = frame.group_by(keys, maintain_order=True).agg(pl.col(f"lost_{bound}").last() for bound in BOUNDS)
    table = rows.group_by(keys, maintain_order=True).agg(
        *[value.alias(f"{name}_{bound}") for (name, bound), value in found.items()],
    )
    table = table.join(ends, on=keys, how="left", maintain_order="left")
    names = list(dict.fromkeys(name for name, _ in found))
    days = []
    for name in names:
        # A course that keeps more in all may be below a level earlier: the estimate is one of the courses, too.
        every = [pl.col(f"{name}_{bound}") for bound in BOUNDS]
        days += [pl.min_horizontal(every).alias(f"{name}_low"), pl.max_horizontal(every).alias(f"{name}_high")]
        days.append(pl.col(f"{name}_estimate"))
    first = [name for name in names if name != "back"]
    order = [f"{name}_{bound}" for name in [*first, "lost", "back"] for bound in BOUNDS]
    return table.with_columns(days).select(*keys, *order)
