r"""What to do first: the risk that each measure removes, and the best set of measures under a budget.

A **threat** is a scenario and the days D that are looked at. It runs on the exact curves of `risk.timeline`, with all that
changes may carry there (start, end, ramp, ready dates, reserves, delivery times, the life of machines); a measure is one
more change: a stock from the first day, or a source from the day on which it is ready. Over the D days a product loses the
part l of its output; the **risk** is the yearly value that is lost, averaged over the threats by their weights:

.. math:: R(M) = \sum_t w_t \frac{D_t}{365} \sum_p v_p \, l_{pt}(M) \Big/ \sum_t w_t

in three readings, those of `risk.timeline`: certain (no arrangement of who buys from whom avoids it), possible (some
arrangement loses it), and the estimate (every maker supplied alike). Weights are the user's judgement; with equal weights
the risk is the mean over the threats, and no expected loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from sys import float_info
from typing import Any

import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.network import NewSource
from ...graph.notebook import table
from .changes import Change, Share, add_source, stockpile
from .planning import TIME_LIMIT, best_set
from .scenario import Scenario
from .simulation import Assumptions
from .threatened import Problem, Weighing

YEAR = 365.0
"""Days of the year that values are given for."""
_DIGITS = 1e-12
"""Part of a sum that its summands, in another order or number, may change."""
OBJECTIVES = ("risk", "days")
"""What `best_measures` may ask for: the least value at risk, or the most days until a shortage."""


@checked()
@dataclass(frozen=True, slots=True)
class Threat:
    """A scenario, the days that are looked at (more than 0) and how much it weighs (0 or more).

    Its changes may have a start, an end and a ramp, as in `timeline`; one without an end is in force all the time.

    >>> from kanmon.risk import halt
    >>> Threat(Scenario("stop", halt("CHN")), days=180).weight
    1.0
    """

    scenario: Scenario
    days: float
    weight: float = 1.0


@checked()
@dataclass(frozen=True)
class Measure:
    """One thing that could be done; use `new_source` or `more_stock` to make one.

    Attributes
    ----------
    id : str
        Its name in the results.
    item : str
        What it is about.
    share : float
        Part of the item's market that a new source can deliver, 0..1; 0 for a stock.
    node : str or None
        The country or supplier where the source stands: it shares that place's fate.
    ready : float
        Days after the start of a threat until the source delivers.
    days : float
        Days of stock.
    cost : float or None
        Cost of the measure; ``None`` where it is not known.
    """

    id: str
    item: str
    share: float = 0.0
    node: str | None = None
    ready: float = 0.0
    days: float = 0.0
    cost: float | None = None

    @property
    def source(self) -> NewSource | None:
        """The new source that has to be compiled into a network for this measure; None for a stock."""
        return (self.item, self.node, None, True) if self.share else None

    @cached_property
    def change(self) -> Change:
        """What it does, as a change of a scenario."""
        if self.share:
            return add_source(self.item, self.share, node=self.node, ready=self.ready)
        return stockpile(self.item, self.days)


@checked()
def new_source(
    id: str, item: str, *, share: float = 1.0, node: str | None = None, ready: float = 0.0, cost: float | None = None
) -> Measure:
    """Return a measure called ``id``: a source that can deliver ``share`` (0..1) of the item's market.

    It stands at ``node`` (default: a place that no threat touches) and delivers from ``ready`` days into a threat;
    ``cost`` is in the user's currency, ``None`` where it is not known. It needs the item's usual inputs.

    Raises
    ------
    InputError
        A share outside 0..1, or days or a cost that are negative or not finite.

    >>> new_source("second", "ndfeb_magnet", share=0.2, ready=90, cost=5.0).change.start
    90.0
    """
    if not _fits(share, 1.0):
        raise InputError("risk.mitigation.share", measure=shorten(id), value=shorten(share))
    return Measure(id, item, share, node, _amount(id, ready), 0.0, _cost(id, cost))


@checked()
def more_stock(id: str, item: str, days: float, *, cost: float | None = None) -> Measure:
    """Return a measure called ``id``: ``days`` more of stock of an item (at today's use), held by its users.

    ``cost`` is in the user's currency, ``None`` where it is not known.

    Raises
    ------
    InputError
        Days or a cost that are negative or not finite.

    >>> more_stock("buffer", "ndfeb_magnet", 30).change.bounds
    (30.0, 30.0)
    """
    return Measure(id, item, days=_amount(id, days), cost=_cost(id, cost))


def _fits(value: Any, most: float = float_info.max) -> bool:
    """Return whether a value is a finite number from 0 to ``most``."""
    return isinstance(value, Real) and 0 <= float(value) <= most


def _amount(id: str, days: float) -> float:
    if not _fits(days):
        raise InputError("risk.mitigation.days", measure=shorten(id), value=shorten(days))
    return float(days)


def _cost(id: str, cost: float | None) -> float | None:
    if cost is not None and not _fits(cost):
        raise InputError("risk.mitigation.cost", measure=shorten(id), value=shorten(cost))
    return cost


def taken_off(before: float, after: float) -> float:
    """What a measure takes off a figure; nothing where the two differ by the last digits of a sum alone."""
    return 0.0 if math.isclose(before, after, rel_tol=_DIGITS) else before - after


@dataclass(frozen=True)
class Plan:
    """The best set of measures under a budget.

    Attributes
    ----------
    chosen : tuple of str
        Ids, in alphabetical order.
    cost : float
        What they cost together.
    without_cost : tuple of str
        Measures that were left out because nobody knows what they cost.
    objective, reading : str
        What was asked for: proven best in this reading. The figures of the others are those of the same set.
    before_low, before_high, before_estimate : float
        The risk without any measure: certain (low), possible (high), estimate; in the unit of the values.
    after_low, after_high, after_estimate : float
        The risk with the chosen ones.
    days_before_low, days_before_high, days_before_estimate, days_after_low, days_after_high, days_after_estimate : float
        Days until the output falls below the level asked, averaged over threats and products by their weights and values:
        at least (worst arrangement), at most (best arrangement), estimate.
    """

    chosen: tuple[str, ...]
    cost: float
    without_cost: tuple[str, ...]
    objective: str
    reading: str
    before_low: float
    before_high: float
    before_estimate: float
    after_low: float
    after_high: float
    after_estimate: float
    days_before_low: float
    days_before_high: float
    days_before_estimate: float
    days_after_low: float
    days_after_high: float
    days_after_estimate: float

    def _repr_html_(self) -> str:
        rows = [
            (name, *(getattr(self, f"{name}_{end}") for end in ("low", "high", "estimate")))
            for name in ("before", "after", "days_before", "days_after")
        ]
        return table(["", "low", "high", "estimate"], rows, ", ".join(self.chosen))


@checked()
def mitigation(
    graph: SupplyGraph | ProductionNetwork,
    values: Mapping[str, float],
    threats: Iterable[Threat],
    measures: Iterable[Measure],
    *,
    stocks: Mapping[str, Share] | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    below: float = 1.0,
) -> pl.DataFrame:
    """Return what each measure alone removes of the risk, against doing nothing.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        The facts. A compiled network is used as it is (``buyer``, ``level`` and ``domestic`` are then its own); the new
        sources of threats and measures must be compiled in (`needed_sources`).
    values : mapping
        Products and their yearly value (money or any unit).
    threats : iterable of Threat
        What may happen. A stock in a scenario is there when it happens.
    measures : iterable of Measure
        What could be done; ids are unique.
    stocks : mapping, optional
        Days of stock (at today's use) by item that its users hold today; a pair where only its bounds are known: the
        certain risk takes the most, the possible one the least. An item that is not named counts with none: where a stock
        exists that nobody named, the risk is stated too high, never too low.
    buyer, level, domestic, sharing, term, sourcing
        As in `risk.simulate`, each product seen from the buyer's place.
    below : float
        The level that the ``days`` columns ask about, more than 0, at most 1 (1: the first shortage).

    Returns
    -------
    polars.DataFrame
        First a row for doing nothing (``measure`` null), then one row per measure, the most useful first (by cost where a
        cost is given, in the estimate): ``measure, item, cost`` (null: not known), ``risk_estimate, risk_low, risk_high``
        (estimate, certain and possible risk with this measure alone, unit of ``values``), ``removed_estimate, removed_low,
        removed_high`` (what that takes off the estimate, the certain and the possible risk), ``removed_per_cost`` (of the
        estimate, per unit of cost; null without a cost), ``days_estimate, days_low, days_high`` (days until the output is
        below the level: estimate, at least, at most; mean over threats and products by weight and value, a threat that
        never gets there counts with its length).

    Raises
    ------
    InputError
        No product, no threat, equal ids, a number out of range, or a network without the sources that are needed.
    UnknownIdError
        Something that the graph does not have.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet")],
    ...     inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
    ...     shares=[{"item": "magnet", "supplier": c, "source": "s", "share": 0.5} for c in ("CHN", "DEU")],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> threat = Threat(Scenario("stop", halt("CHN")), days=100)
    >>> frame = mitigation(graph, {"robot": 365.0}, [threat], [new_source("DEU", "magnet", ready=50)], buyer="JPN")
    >>> frame.select("measure", "risk_estimate", "risk_low", "risk_high", "removed_estimate").rows()
    [(None, 50.0, 50.0, 50.0, 0.0), ('DEU', 25.0, 25.0, 25.0, 25.0)]
    """
    assumptions = Assumptions(sharing, term, sourcing)
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    problem = _problem(graph, values, threats, measures, stocks, options, assumptions, below)
    before = problem.risk(())
    rows: list[tuple[object, ...]] = []
    for j, measure in enumerate([None, *problem.measures], start=-1):
        chosen = () if measure is None else (j,)
        after, days = problem.risk(chosen), problem.days(chosen)
        removed = [taken_off(one, other) for one, other in zip(before, after, strict=True)]
        about = (None, None, None) if measure is None else (measure.id, measure.item, measure.cost)
        rows.append((*about, *after, *removed, removed[0] / about[2] if about[2] else None, *days))
    readings = ("estimate", "low", "high")
    names = [f"{name}_{reading}" for name in ("risk", "removed") for reading in readings]
    names = ["measure", "item", "cost", *names, "removed_per_cost", *(f"days_{reading}" for reading in readings)]
    schema = dict.fromkeys(names, pl.Float64) | {"measure": pl.String, "item": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    order = [pl.col("measure").is_not_null(), -pl.col("removed_per_cost"), -pl.col("removed_estimate"), "measure"]
    return frame.sort(order, nulls_last=[False, True, True, False])


@checked(time_limit=(0, None))
def best_measures(
    graph: SupplyGraph | ProductionNetwork,
    values: Mapping[str, float],
    threats: Iterable[Threat],
    measures: Iterable[Measure],
    budget: float,
    *,
    stocks: Mapping[str, Share] | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    objective: str = "risk",
    reading: str = "estimate",
    below: float = 1.0,
    time_limit: float = TIME_LIMIT,
) -> Plan:
    """Return the set of measures that removes most risk, or buys most time, within a budget: proven best, or refused.

    One reading is optimised, the others are only worked out for the set that is found. A mixed-integer program (HiGHS)
    proposes a set, whose true figures come from the exact curves of the threats, as in `mitigation`. Where they fall short
    of what the program promised, cuts are added, one for each product and threat: a better figure needs a measure that is in
    no set of this figure. When the promise is kept, the set is proven best. Measures about items that are never short in a
    threat are left out of it, and what changes nothing stands in no cut: in a threat few measures matter.

    A proof needs that more measures never hurt. That holds for the certain risk, for plants whose sourcing is known and for
    the days until their first shortage, whatever the threats are; elsewhere it can fail (a stock is used up earlier, for
    less), so every figure that is worked out is held against those of larger and smaller sets, and one contradiction is
    refused.

    Parameters
    ----------
    graph, values, threats, measures, stocks, buyer, level, domestic, sharing, term, sourcing
        As in `mitigation`. A measure without a cost cannot be held against a budget: it is left out, and named.
    budget : float
        What the chosen measures may cost together, 0 or more.
    objective : {"risk", "days"}
        The least value at risk, or the most days until the output falls below a level ("buys most time"; mean over threats
        and products by weight and value).
    reading : {"estimate", "low", "high"}
        Which figure is optimised: of the risk the estimate, the certain (low) or the possible one (high); of the days the
        estimate, the least (low) or the most (high).
    below : float
        The level, more than 0, at most 1 (1: the first shortage).
    time_limit : float
        Seconds.

    Raises
    ------
    InputError
        A budget that is negative or not finite, another objective or reading, or an argument that `mitigation` refuses.
    LimitError
        The optimum is not proven within ``time_limit``, or more measures hurt (a stock is used up earlier, for less).

    References
    ----------
    .. [1] Huangfu, Q. and Hall, J. A. J. (2018), Mathematical Programming Computation 10, 119-142,
       doi:10.1007/s12532-017-0130-5.
    .. [2] Outer approximation by cuts: Benders, J. F. (1962), Numerische Mathematik 4, 238-252, doi:10.1007/BF01386316.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet", "chip")],
    ...     inputs=[{"item": "robot", "input": i, "source": "s"} for i in ("magnet", "chip")],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": i, "supplier": "CHN", "source": "s", "share": 1} for i in ("magnet", "chip")],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> threat = Threat(Scenario("stop", halt("CHN")), days=100)
    >>> stocks = [more_stock(i, i, 50, cost=5) for i in ("magnet", "chip")] + [more_stock("more", "chip", 90)]
    >>> plan = best_measures(graph, {"robot": 365.0}, [threat], stocks, budget=10, buyer="JPN")
    >>> plan.chosen, plan.before_estimate, plan.after_estimate, plan.without_cost
    (('chip', 'magnet'), 100.0, 50.0, ('more',))
    """
    if not _fits(budget):
        raise InputError("risk.mitigation.budget", value=shorten(budget))
    for name, value, allowed in (("objective", objective, OBJECTIVES), ("reading", reading, ("estimate", "low", "high"))):
        if value not in allowed:
            raise InputError(
                f"risk.mitigation.{name}", value=shorten(value), hint=did_you_mean(nearest(str(value), allowed))
            )
    assumptions = Assumptions(sharing, term, sourcing)
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    problem = _problem(graph, values, threats, measures, stocks, options, assumptions, below)
    chosen = best_set(problem, [measure.cost for measure in problem.measures], budget, objective, reading, time_limit)
    ids = [measure.id for measure in problem.measures]
    estimate, low, high = 0, 1, 2
    before, after = problem.risk(()), problem.risk(chosen)
    first, then = problem.days(()), problem.days(chosen)
    figures = [one[at] for one in (before, after, first, then) for at in (low, high, estimate)]
    return Plan(
        tuple(sorted(ids[j] for j in chosen)),
        float(sum(problem.measures[j].cost or 0.0 for j in chosen)),
        tuple(measure.id for measure in problem.measures if measure.cost is None),
        objective,
        reading,
        *figures,
    )


def _problem(
    graph: SupplyGraph | ProductionNetwork,
    values: Mapping[str, float],
    threats: Iterable[Threat],
    measures: Iterable[Measure],
    stocks: Mapping[str, Share] | None,
    options: Mapping[str, object],
    assumptions: Assumptions,
    below: float,
) -> Problem:
    values, threats, measures, stocks = dict(values), list(threats), list(measures), dict(stocks or {})
    if not values or not threats or not any(threat.weight for threat in threats):
        raise InputError("risk.mitigation.empty")
    for product, value in values.items():
        if not _fits(value):
            raise InputError("risk.mitigation.value", product=shorten(product), value=shorten(value))
    for threat in threats:
        if not (_fits(threat.days) and threat.days and _fits(threat.weight)):
            raise InputError("risk.mitigation.threat", threat=shorten(threat.scenario.name))
    for item, days in stocks.items():
        low, high = days if isinstance(days, tuple) else (days, days)
        if not (_fits(low) and _fits(high) and low <= high):
            raise InputError("risk.mitigation.stock", item=shorten(item), value=shorten(days))
    ids = [measure.id for measure in measures]
    for id in ids:
        if ids.count(id) > 1:
            raise InputError("risk.mitigation.same_id", measure=shorten(id))
    if not (_fits(below, 1.0) and below):
        raise InputError("risk.mitigation.below", value=shorten(below))
    total = sum(threat.weight for threat in threats)
    worth = sum(values.values()) or 1.0
    weighing = Weighing(
        {product: value / YEAR for product, value in values.items()},
        [threat.weight / total for threat in threats],
        {product: value / worth for product, value in values.items()},
    )
    return Problem(graph, weighing, threats, measures, stocks, options, assumptions, below)
