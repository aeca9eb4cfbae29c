"""Concentration of supply: the Herfindahl-Hirschman index with exact bounds where shares are missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date as Date
from numbers import Integral
from typing import Any

import polars as pl

from ...graph import InputError, Interval, SupplyGraph
from ...graph.ages import STALE, day
from ...graph.arguments import check_flags, checked, named
from ...graph.errors import shorten
from ...graph.markets import VIEW

LEVELS = ("country", "company", "site")
_TOLERANCE = 1e-9
_MANY = 10**100
"""So many suppliers without a figure are as good as any more: a number that still can be reckoned with."""


@named
def hhi(
    shares: Iterable[float],
    ranges: Iterable[tuple[float, float]] = (),
    unknown: int = 0,
    unnamed: bool = True,
    extendable: bool = False,
) -> Interval:
    r"""Return the exact range of the Herfindahl-Hirschman index over all completions of incomplete shares.

    .. math:: HHI = \sum_i s_i^2, \qquad \sum_i s_i = 1, \quad 0 \le s_i \le 1

    The minimum spreads what is not attributed as evenly as the data allows (water-filling), the maximum piles it up
    (a vertex of the feasible set, found by branch and bound). Both are attained: nothing tighter is true.

    Parameters
    ----------
    shares : iterable of float
        Known shares, 0..1.
    ranges : iterable of (float, float)
        Suppliers whose share lies between two bounds, 0..1.
    unknown : int
        How many *named* suppliers have no figure; each may hold any part of the remainder.
    unnamed : bool, default True
        Whether suppliers that are not named at all may hold the rest, in any number and of any size.
    extendable : bool, default False
        Whether the remainder may also belong to suppliers whose share is known (a share is then a lower bound; ``ranges``
        keep their bounds).

    Returns
    -------
    Interval
        On the scale 0..1 (times 10,000 on the antitrust scale).

    Raises
    ------
    InputError
        A share that is no number of 0..1 (a blank, too: ``unknown`` counts those), a reversed range, shares that sum to more
        than 1 (0.02 of rounding is accepted, and the shares divided by their sum), or less than 1 with nobody left to hold
        the rest.

    References
    ----------
    .. [1] Hirschman, A. O. (1964), "The paternity of an index", American Economic Review 54(5), 761-762.

    Examples
    --------
    >>> hhi([0.60, 0.16])
    Interval(0.3856, 0.4432)
    >>> hhi([0.60, 0.16], unknown=1, unnamed=False)
    Interval(0.4432, 0.4432)
    >>> hhi([])
    Interval(0, 1)
    """
    check_flags("hhi", unnamed=unnamed, extendable=extendable)
    stated = [_bound((share, share)) for share in _listed(shares)]
    bounds = stated + [_bound(pair) for pair in _listed(ranges)]
    if not isinstance(unknown, Integral) or unknown < 0:
        raise InputError("risk.concentration.negative_unknown", value=shorten(unknown))
    total = sum(low for low, _ in bounds)
    if total > 1.02 + _TOLERANCE:
        raise InputError("risk.concentration.sum_above_one", total=f"{total:.4f}")
    if total > 1:
        bounds = [(low / total, max(low / total, min(high, 1.0))) for low, high in bounds]
        total = 1.0
    rest = max(0.0, 1 - total)
    rest = 0.0 if rest < _TOLERANCE else rest
    if extendable:  # a stated share is a lower bound then; a stated range stays one
        bounds = [(low, low + rest) for low, _ in bounds[: len(stated)]] + bounds[len(stated) :]
    fixed = sum(low * low for low, high in bounds if low == high)
    free = [(low, min(high, low + rest)) for low, high in bounds if high > low]
    unknown = min(int(unknown), _MANY)
    slack = sum(high - low for low, high in free) + unknown * rest
    if not unnamed and slack < rest - _TOLERANCE:
        if rest <= 0.02 + _TOLERANCE and not free and not unknown:  # rounding: the list is said to be complete
            return Interval.point(fixed / (1 - rest) ** 2)
        raise InputError("risk.concentration.nobody_left", rest=f"{rest:.4f}")
    lowest = sum(low * low for low, _ in free) if unnamed else _water_fill(free, rest, unknown)
    # Who may hold all of the rest takes it or nothing where the sum is greatest: one of them stands for all.
    highest = _pile_up([*free, (0.0, rest)] if unnamed or unknown else free, rest)
    return Interval(fixed + min(lowest, highest), fixed + highest)


def _listed(values: Any) -> Iterable[Any]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError("risk.concentration.no_list", value=shorten(values))
    return values


def _bound(pair: Any) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in pair)
    except (TypeError, ValueError):
        low = high = math.nan
    if math.isnan(low + high):
        alone = isinstance(pair, tuple) and len(pair) == 2 and pair[0] is pair[1]
        raise InputError("risk.concentration.no_share", value=shorten(pair[0] if alone else pair))
    if not (0 <= low <= high <= 1 + _TOLERANCE):
        raise InputError("risk.concentration.share", low=low, high=high)
    return low, high


def _water_fill(free: Sequence[tuple[float, float]], rest: float, unknown: int) -> float:
    """Least sum of squares: raise the smallest shares to one level until the remainder is used up.

    Beside the ranges of ``free`` stand ``unknown`` suppliers who may each hold all of it: they are alike, and counted.
    """

    def held(level: float) -> float:
        return sum(min(max(level, low), high) for low, high in free) + unknown * min(level, rest)

    def squares(level: float) -> float:
        return sum(min(max(level, low), high) ** 2 for low, high in free) + unknown * min(level, rest) ** 2

    target = rest + sum(low for low, _ in free)
    edges = sorted({bound for pair in free for bound in pair} | ({0.0, rest} if unknown else set()))
    for below, above in zip(edges, edges[1:], strict=False):
        if held(above) >= target:
            filling = sum(low <= below and high >= above for low, high in free) + unknown * (rest >= above)
            return squares(below + (target - held(below)) / filling if filling else below)
    return squares(1.0)


def _pile_up(free: Sequence[tuple[float, float]], rest: float) -> float:
    """Greatest sum of squares with ``rest`` to hand out: all but one supplier are at a bound (branch and bound).

    Raising a share from ``low`` to ``high`` gains ``low + high`` per unit at most, so filling by that rate bounds every
    branch; suppliers with equal ranges are interchangeable and tried once.
    """
    ordered = sorted(free, key=lambda pair: (-(pair[0] + pair[1]), -pair[1]))
    best = 0.0

    def bound(i: int, left: float, part: tuple[float, float] | None) -> float:
        gain = 0.0
        for low, high in ([part] if part else []) + ordered[i:]:  # by falling rate: what is kept for last came earlier
            step = min(left, high - low)
            gain += step * (low + high)
            left -= step
            if left <= 0:
                break
        return gain

    def search(i: int, left: float, gain: float, part: tuple[float, float] | None) -> None:
        # `part` is the one supplier that takes what the others leave over, once all of them are decided.
        nonlocal best
        if gain + bound(i, left, part) <= best + 1e-15:
            return
        if part is not None and left <= part[1] - part[0]:
            best = max(best, gain + left * (2 * part[0] + left))
        elif left <= _TOLERANCE * 1e-3:
            best = max(best, gain)
        if i == len(ordered):
            return
        low, high = ordered[i]
        if high - low <= left:
            search(i + 1, left - (high - low), gain + (high - low) * (low + high), part)
        following = next((j for j in range(i, len(ordered)) if ordered[j] != ordered[i]), len(ordered))
        if part is None:
            search(i + 1, left, gain, ordered[i])
        search(following, left, gain, part)

    search(0, rest, 0.0, None)
    return sum(low * low for low, _ in ordered) + best


@checked()
def concentration(
    graph: SupplyGraph,
    level: str = "country",
    *,
    year: int | None = None,
    on: Date | str | None = None,
    unnamed: bool = True,
) -> pl.DataFrame:
    """Return concentration figures, one row per market view.

    Parameters
    ----------
    graph : SupplyGraph
        The facts.
    level : {"country", "company", "site"}
        Whose shares: countries and companies are two parallel decompositions of the same market.
    year : int, optional
        Only views of figures of this year; ``preferred`` is then the best of them. Without it, views of every year.
    on : datetime.date or str, optional
        The day (ISO, 2026-11-24) in whose year the age of a figure is told; today by default.
    unnamed : bool, default True
        Whether the remainder may belong to suppliers that are not named; see `hhi`. Never that of a view that is marked
        complete.

    Returns
    -------
    polars.DataFrame
        ``item, level, scope, measure, year, source``; ``suppliers`` (named); ``attributed`` (0..1, sum of what is known);
        ``hhi_low, hhi_high`` (0..1); ``effective_low, effective_high`` (1 / HHI, equal suppliers);
        ``top_supplier`` (the largest known one) and ``top_share_low, top_share_high`` (share of the largest supplier: when
        the bounds differ the largest may be another than the one named); ``cr3_low, cr3_high`` (three largest together:
        bounds that hold, not always attained); ``confidence`` (the weakest among the rows);
        ``excluded`` (suppliers that the stated total leaves out: all figures are of the others, see `least_of_all`);
        ``preferred`` (the view that the rule of
        `kanmon.graph.markets` picks); ``age`` (years from the year of the figure to that of ``on``) and ``stale`` (older
        than 5 years), both null where the year is not known. Sorted by item, preferred first, then most recent.

    Raises
    ------
    InputError
        An unknown level; a year that is no whole number; a day that is none.

    References
    ----------
    .. [1] Hirschman, A. O. (1964), American Economic Review 54(5), 761-762.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": "cobalt", "name_en": "Cobalt", "kind": "mineral"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("COD", "IDN")],
    ...     shares=[{"item": "cobalt", "supplier": "COD", "source": "s", "share": 0.6},
    ...             {"item": "cobalt", "supplier": "IDN", "source": "s", "share": 0.16}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> concentration(graph).select("item", "hhi_low", "hhi_high", "top_supplier").rows()
    [('cobalt', 0.3856, 0.4432, 'COD')]
    """
    if level not in LEVELS:
        raise InputError("risk.concentration.level", value=level, allowed=", ".join(LEVELS))
    rows = graph.markets.filter(pl.col("level") == level)
    if year is not None:
        rows = rows.filter(pl.col("year") == year).with_columns(
            preferred=pl.col("rank") == pl.col("rank").min().over("item", "scope")
        )
    # Rounded shares may sum to a little more than 1; every figure is of shares that sum to 1, so that they agree.
    total = pl.max_horizontal(1.0, pl.col("share_low").sum().over("view"))
    rows = rows.with_columns(pl.col("share_low") / total, pl.col("share_high") / total)
    low, high = pl.col("share_low"), pl.col("share_high")
    # Beside k suppliers of unknown quantity the largest of those in ratio is least where each of the k makes as much.
    in_ratio, others = high.filter(pl.col("known") == "ratio").max(), (pl.col("known") == "unknown").sum()
    worst = pl.col("confidence").replace_strict({"published": 0, "estimated": 1}, default=2, return_dtype=pl.Int64).max()
    views = rows.group_by("view", *VIEW, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("suppliers"),
        pl.col("attributed", "remainder", "complete", "excluded", "preferred").first(),
        lows=low,
        highs=high,
        known=pl.col("known"),
        top_supplier=pl.when((low > 0).any()).then(pl.col("supplier").first()),
        confidence=worst.replace_strict({0: "published", 1: "estimated", 2: "unknown"}, return_dtype=pl.String),
        top_share_low=pl.when((pl.col("known") == "ratio").any())
        .then(in_ratio / (1 + in_ratio * others))
        .otherwise(low.max()),
        top_high=high.max(),
        cr3_low=low.top_k(3).sum().clip(0, 1),
        cr3_named=high.top_k(3).sum(),
    )
    figures = [
        _figures(low, high, known, unnamed and not complete)
        for low, high, known, complete in views.select("lows", "highs", "known", "complete").iter_rows()
    ]
    bounds = pl.DataFrame(figures, schema={"hhi_low": pl.Float64, "hhi_high": pl.Float64}, orient="row")
    rest = pl.when(~pl.col("complete")).then("remainder").otherwise(0.0) if unnamed else pl.lit(0.0)
    cr3_named = pl.when(rest > 0).then(1.0).otherwise("cr3_named")
    views = (
        pl.concat([views, bounds], how="horizontal")
        .with_columns(
            effective_low=1 / pl.col("hhi_high"),
            effective_high=1 / pl.col("hhi_low"),
            top_share_high=pl.max_horizontal("top_high", rest),
            cr3_high=pl.min_horizontal(cr3_named, pl.col("cr3_low") + pl.col("remainder"), 1.0),
            age=(Date.today() if on is None else day(on)).year - pl.col("year"),
        )
        .with_columns(stale=pl.col("age") > STALE)
    )
    return views.sort("item", ~pl.col("preferred"), -pl.col("year").fill_null(-1), "view").select(
        ["item", "level", "scope", "measure", "year", "source", "suppliers", "attributed", "hhi_low", "hhi_high"]
        + ["effective_low", "effective_high", "top_supplier", "top_share_low", "top_share_high", "cr3_low", "cr3_high"]
        + ["confidence", "excluded", "preferred", "age", "stale"]
    )


def least_of_all(low: float, excluded: int) -> float:
    """Return the least HHI of a market of which the figures leave suppliers out, of whom nothing is known.

    Whatever part u each of them has, it is (1 - k u)² low + k u² with k of them, least at u = low / (1 + k low). The most is
    1: one of them may have nearly all.

    >>> least_of_all(0.25, 1), least_of_all(0.25, 0)
    (0.2, 0.25)
    """
    return low / (1 + excluded * low)


@checked()
def concentration_by_year(
    graph: SupplyGraph, level: str = "country", *, scope: str = "world", on: Date | str | None = None, unnamed: bool = True
) -> pl.DataFrame:
    """Return a panel of concentration: the best view of each item and year.

    Two years say something about a change only where they count the same thing. Where the measure differs from that of the
    year before, ``same_measure`` is false, and the difference of the two figures is no change of the market; the same holds,
    less strictly, where the source differs.

    Parameters
    ----------
    graph, level, on, unnamed
        As in `concentration`.
    scope : str, default "world"
        Whose supply: the world, an ISO3 code, or the id of a buyer.

    Returns
    -------
    polars.DataFrame
        The columns of `concentration` without ``preferred``, one row per item and year, sorted; before them ``before`` (the
        year of the row before, null for the first), ``same_measure`` and ``same_source`` (null for the first). Figures
        without a year are left out.

    Raises
    ------
    InputError
        An unknown level; a year that is no whole number; a day that is none.

    References
    ----------
    .. [1] Hirschman, A. O. (1964), American Economic Review 54(5), 761-762: the index; the panel is of this project.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": "cobalt", "name_en": "Cobalt", "kind": "mineral"}],
    ...     suppliers=[{"id": "COD", "name_en": "COD", "kind": "country"}],
    ...     shares=[{"item": "cobalt", "supplier": "COD", "source": "s", "share": share, "year": year, "measure": measure}
    ...             for share, year, measure in ((0.7, 2023, "production"), (0.6, 2024, "capacity"))],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> concentration_by_year(graph).select("year", "top_share_low", "before", "same_measure").rows()
    [(2023, 0.7, None, None), (2024, 0.6, 2023, False)]
    """
    views = concentration(graph, level, on=on, unnamed=unnamed).filter(
        pl.col("year").is_not_null(), pl.col("scope") == scope
    )
    ranks = graph.markets.select(*VIEW, "rank").unique()
    best = (
        views.join(ranks, on=VIEW, how="left", nulls_equal=True)
        .sort("item", "year", "rank")
        .unique(["item", "year"], keep="first", maintain_order=True)
    )
    earlier = {name: pl.col(name).shift(1).over("item") for name in ("year", "measure", "source")}
    return best.with_columns(
        before=earlier["year"],
        same_measure=pl.col("measure") == earlier["measure"],
        same_source=pl.col("source") == earlier["source"],
    ).select(
        "item",
        "year",
        "before",
        "same_measure",
        "same_source",
        pl.exclude("item", "year", "rank", "preferred", "before", "same_measure", "same_source"),
    )


def _figures(lows: list[float], highs: list[float], known: list[str], unnamed: bool) -> tuple[float, float]:
    if "ratio" in known:
        return _in_ratio([high for high, kind in zip(highs, known, strict=True) if kind == "ratio"], known.count("unknown"))
    points = [low for low, kind in zip(lows, known, strict=True) if kind == "share"]
    ranges = [(low, high) for low, high, kind in zip(lows, highs, known, strict=True) if kind == "range"]
    unknown = known.count("unknown")
    # A list that is said to be complete but leaves a remainder nobody can hold has unnamed suppliers after all.
    room = sum(high - low for low, high in ranges) + unknown
    held = sum(points) + sum(low for low, _ in ranges)
    interval = hhi(points, ranges, unknown, unnamed or room < 1 - held - _TOLERANCE)
    return interval.low, interval.high


def _in_ratio(parts: list[float], unknown: int) -> tuple[float, float]:
    r"""Bounds where quantities stand to each other in a known ratio, beside suppliers of unknown quantity.

    With a part t of the market known, :math:`HHI = t^2 h + \sum (\text{shares of the others})^2`: least where the k others
    are alike and t = 1 / (1 + k h), greatest where one of them holds all (or none, where that is more).
    """
    h = sum(part * part for part in parts)
    return h / (h * unknown + 1), max(1.0, h)
