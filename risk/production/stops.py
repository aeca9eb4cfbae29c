"""What stops cost a buyer that knows its own sourcing, when some of what it knows is blank.

A blank is read where it hurts least (the **certain** loss), where it hurts most (the **possible** one), and as an estimate:

==================  ====================  ====================  =====================================================
blank               least                 most                  estimate
==================  ====================  ====================  =====================================================
stock               lasts the whole stop  none                  the median of the stated stocks, else none
stock with a range  its most              its least             its middle; without a most its least, or that median
switching time      at once               never                 the median of the stated times, else never
switching with a    its least             its most              its middle; without a most its least, or that median
range
country of a plant  elsewhere             where the stop is     there by the part that the country has of known plants
maker               somebody else         the one that stops    somebody else
rest of the shares  elsewhere             where the stop is     elsewhere
what a source that  all of it             nothing while any of  as much as today's makers, bought where they buy
is opened has of                          it is short
what it needs
==================  ====================  ====================  =====================================================

Blank shares are read by the network itself. What suppliers have in stock of what they need is read like any stock.
Items that nobody is named for are left out of the three, and let in again for a fourth figure: what is possible with them
(``open``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import shorten
from ...graph.network import remembered
from ...graph.sections import section
from .blanks import Blanks
from .changes import STOPPING, add_source, halt, stockpile
from .conditions import Effects
from .own_sources import Ends, estimated
from .remedies import YEAR, Measure, Threat
from .scenario import Scenario
from .simulation import Assumptions, Solution, solve
from .stop_tables import CASES, NEVER, NOTHING, beside, bounded, cases_of, loss_table
from .threatened import KEPT, Fate, Problem, Threatened, Weighing, expect_runs, needed_sources
from .timeline import timeline


@dataclass(frozen=True)
class StopLosses:
    """What stops do: ``products`` a row per threat and product, ``items`` a row per threat and item; see `stop_losses`."""

    products: pl.DataFrame
    items: pl.DataFrame


@checked()
def stop_losses(
    graph: SupplyGraph,
    threats: Sequence[Threat],
    values: Mapping[str, float | None],
    *,
    buyer: str,
    facts: Any,
    figures: Iterable[str] = CASES,
) -> StopLosses:
    """Return what each threat takes from each product of a buyer, with every blank of its facts as an interval.

    Parameters
    ----------
    graph : SupplyGraph
        The buyer's own facts; a supplier without ``country`` is a plant of which nobody said where it stands.
    threats : sequence of Threat
        What stops, for how many days; names are unique. Nodes are countries, suppliers, or makers (``facts.maker``, or a
        company that supplies nothing itself), who stop with all their plants.
    values : mapping
        The buyer's products and their yearly value (None: not known); only the products count here.
    buyer : str
        Id of the buyer in the graph.
    facts : frame or rows of dict
        ``item, supplier`` and optionally ``maker, qualified, stock_days, switching_days, spend``, as in `exposure`; also
        ``stock_least, stock_most`` and ``switching_least, switching_most``: the ends, where the one figure is blank.
    figures : iterable of {"estimate", "low", "high", "open"}
        What is worked out (default: all), each in its time: the estimate, the certain loss with the latest day, the possible
        one with the earliest, and that with items that nobody is named for. Others are null where they do not come along.

    Returns
    -------
    StopLosses
        ``products``: a row per threat and product, with ``threat, product`` and each figure as ``_estimate``, ``_low``
        (certain, or the earliest day), ``_high`` (possible, or the latest day) and ``_open`` (possible, or the earliest day,
        with items that nobody is named for): ``lost`` (part of the output lost while the threat lasts, 0..1), ``day`` (first
        shortage; null where there is none), ``stops`` (part of the output that stops where nothing is in stock and nobody
        else delivers). ``items``: ``threat, item, lost`` (the estimate, without stock) of what the buyer sources, where
        something is lost, and ``days``: on which day it runs out (infinite: it is not the buyer that buys it). It is empty
        where no estimate is asked for.

    Raises
    ------
    InputError
        A figure that there is none of; facts without ``item`` and ``supplier``, with days that are negative or no number, or
        with a least above its most; or what `mitigation` refuses.
    UnknownIdError
        A threat or a fact names something that the graph does not have.

    References
    ----------
    Definitions of this project, on the runs of `mitigation`.

    Examples
    --------
    A maker of whom nobody said where it stands may be hit, or not:

    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "seal", "gear")],
    ...     inputs=[{"item": "robot", "input": i, "source": "s"} for i in ("seal", "gear")],
    ...     suppliers=[{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"},
    ...                {"id": "X", "name_en": "X", "kind": "company", "country": "CHN"},
    ...                {"id": "Y", "name_en": "Y", "kind": "company"}],
    ...     shares=[{"item": i, "supplier": s, "source": "s", "share": 1, "scope": "own", "complete": True}
    ...             for i, s in (("robot", "own"), ("gear", "X"), ("seal", "Y"))],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> facts = [{"item": "gear", "supplier": "X", "stock_days": 90.0}, {"item": "seal", "supplier": "Y", "stock_days": 0.0}]
    >>> stop = Threat(Scenario("CHN", halt("CHN")), days=180)
    >>> stop_losses(graph, [stop], {"robot": 1.0}, buyer="own", facts=facts).products.select("lost_low", "lost_high").row(0)
    (0.0, 1.0)
    """
    return Stops(graph, values, buyer=buyer, facts=facts).losses(threats, figures)


@checked(threats=(1, None))
def stop_courses(
    graph: SupplyGraph, threats: Sequence[Threat], values: Mapping[str, float | None], *, buyer: str, facts: Any
) -> pl.DataFrame:
    """Return how each product runs from day to day under each threat: the frame of `timeline`, blanks read as above.

    Parameters are those of `stop_losses` (``graph, threats, values, buyer, facts``; at least one threat), and so are errors
    and references: definitions of this project.

    Returns
    -------
    polars.DataFrame
        As `timeline`; ``rate_low`` is the possible loss, ``rate_high`` the certain one. The curves end with twice the days
        of the threat: until then what was short comes back.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, Threat, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "gear")],
    ...     inputs=[{"item": "robot", "input": "gear", "source": "s"}],
    ...     suppliers=[{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"},
    ...                {"id": "X", "name_en": "X", "kind": "company", "country": "CHN"}],
    ...     shares=[{"item": i, "supplier": s, "source": "s", "share": 1, "scope": "own", "complete": True}
    ...             for i, s in (("robot", "own"), ("gear", "X"))],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> facts = [{"item": "gear", "supplier": "X", "stock_days": 90.0, "switching_days": 400.0}]
    >>> stop = Threat(Scenario("CHN", halt("CHN")), days=180)
    >>> frame = stop_courses(graph, [stop], {"robot": 1.0}, buyer="own", facts=facts)
    >>> frame.filter(pl.col("rate_estimate") < 1)["day"].min()
    90.0
    """
    stops = Stops(graph, values, buyer=buyer, facts=facts)
    return pl.concat([stops.within(threat).course() for threat in threats])


UNSAID = Assumptions(sourcing="any")
"""Of a source that does not deliver today nobody said whom it buys from, nor what it has in stock of what it needs."""
_SMALL = 1000
"""Nodes up to which a network is looked at whole: what is found out of it once then serves all threats."""
_LARGE = 50_000
"""Nodes from which on a network takes tens of megabytes."""
_NOBODY = "?"
"""Whose stop is that of what is nobody's."""


class Stops:
    """A buyer under threats, with candidates for measures compiled in."""

    def __init__(
        self,
        graph: SupplyGraph,
        values: Mapping[str, float | None],
        *,
        buyer: str,
        facts: Any,
        candidates: Sequence[Candidate] = (),
    ) -> None:
        self.graph, self.values, self.candidates = graph, dict(values), list(candidates)
        self.blanks = Blanks(graph, buyer, facts)
        self.cases = [case for case in CASES if case != "open" or self.blanks.unnamed]
        self.items = set(graph.items["id"].to_list())
        self._networks: dict[bool, ProductionNetwork] = {}
        self._all_gone: dict[float, bool] = {}
        self._measures: dict[str, list[Measure]] = {}

    def network(self, case: str) -> ProductionNetwork:
        """Return the buyer's network, with everything that may be opened in any reading, shut; of large ones one is kept."""
        named = case != "open" or not self.blanks.unnamed
        if named not in self._networks:
            if any(len(other.kind) > _LARGE for other in self._networks.values()):
                self._networks.clear()
                self.graph.forget(large_only=True)
            self._networks[named] = self._compiled(self.blanks.unnamed if named else ())
        return self._networks[named]

    def _compiled(self, without: Collection[str] = ()) -> ProductionNetwork:
        sources = self.blanks.openings | needed_sources([], [one for case in self.cases for one in self.measures(case)])
        about = {"buyer": self.blanks.buyer, "level": "company", "sources": sources, "without": without}
        return _as_told(self.graph.network(None, **about, seen=True))

    def measures(self, case: str) -> list[Measure]:
        """Return the candidates as a reading sees them."""
        if case not in self._measures:
            self._measures[case] = [one.measure(case) for one in self.candidates]
        return self._measures[case]

    def within(self, threat: Threat) -> Stopped:
        """Return what a threat may reach in some reading; the rest is never short."""
        return Stopped(self, threat)

    def stocks(self, case: str, bought: Iterable[str], known: Iterable[str], most: float) -> dict[str, float]:
        """Return the stocks that count: of items that the buyer buys, and of what goes into them at its suppliers."""
        known = set(known)
        items = [*bought, *(item for item in self.blanks.handed_on if item in known)]
        return {item: days for item in items if item in known and (days := self.blanks.stock(item, case, most))}

    def ready(self, case: str, bought: Iterable[str], most: float) -> list[Measure]:
        """Return what stands ready for items that the buyer buys before a stop of so many days is over."""
        return [one for item in bought for one in self.blanks.standing(item, case) if one.ready < most]

    def problem(
        self,
        stopped: Sequence[Stopped],
        case: str,
        short: set[str],
        weights: Sequence[float],
        values: Mapping[str, float | None] | None = None,
        tried: Iterable[int] = (),
    ) -> Problem:
        """Return threats to all products, or other goods; measures: what stands ready for short items, then the tried."""
        values = self.values if values is None else values
        networks = [one.network(case) for one in stopped]
        most = max((one.threat.days for one in stopped), default=0.0)
        bought = self.blanks.bought(short)
        stocks = self.stocks(case, bought, (item for network in networks for item in network.items), most)
        weighing = Weighing(
            {item: (value or 0.0) / YEAR for item, value in values.items()},
            list(weights),
            dict.fromkeys(values, 1.0 / max(1, len(values))),
        )
        measures = [*self.ready(case, bought, most), *(self.measures(case)[j] for j in tried)]
        seen = [replace(one.threat, scenario=one.scenario(case)) for one in stopped]
        return Problem(networks, weighing, seen, measures, stocks, {}, UNSAID, 1.0)

    def all_gone(self, days: float) -> bool:
        """Whether nothing of any product is left where all that nobody is named for stops, and nothing else does.

        More can only be lost where more stops: then no other stop has to be looked at with these items.
        """
        if days not in self._all_gone:
            stop = Scenario("", [halt(_NOBODY, item=item) for item in sorted(self.blanks.unnamed)])
            here = Stopped(self, Threat(stop, days), plain=True)
            bare = here.bare("open")
            gone = all(bare.level(item, _kept("open")) == 0.0 for item in self.values)
            if gone:
                _, fate = here.run("open", _short(bare, "open"))
                gone = bool((fate.lost == 1.0).all() and (fate.below == 0.0).all())
            self._all_gone[days] = gone
        return self._all_gone[days]

    def _worked_out(
        self, threat: Threat, cases: Collection[str], told: Iterable[dict[str, Any]]
    ) -> list[tuple[str, str, float, float]]:
        """Add some readings of a threat to its rows of products, and return those of items."""
        here = self.within(threat)
        for row, more in zip(told, here.products(cases), strict=True):
            row |= more
        return here.items() if "estimate" in cases else []

    def losses(self, threats: Sequence[Threat], figures: Iterable[str] = CASES) -> StopLosses:
        """Return what each threat does to each product, and to what the buyer sources."""
        cases, threats = cases_of(figures), threats if self.values else ()
        expect_runs(self.graph, len(threats) * len(cases))
        rows = [[{"threat": one.scenario.name, "product": item} for item in self.values] for one in threats]
        items: list[tuple[str, str, float, float]] = []
        # With the open reading, which has a network of its own, last: then there is one network at a time.
        for some in filter(None, (cases - {"open"}, cases & {"open"})):
            for threat, told in zip(threats, rows, strict=True):
                items += self._worked_out(threat, some, told)
        found = [bounded(row, threat.days, cases) for threat, told in zip(threats, rows, strict=True) for row in told]
        schema = {"threat": pl.String, "item": pl.String, "lost": pl.Float64, "days": pl.Float64}
        return StopLosses(loss_table(found), pl.DataFrame(items, schema=schema, orient="row"))


class Stopped:
    """How a buyer fares under one threat: everything is worked out on what the threat may reach, the rest is never short."""

    def __init__(self, stops: Stops, threat: Threat, *, plain: bool = False) -> None:
        self.stops, self.blanks, self.threat = stops, stops.blanks, threat
        self.plain = plain
        self._sections: dict[str, ProductionNetwork] = {}
        self._bare: dict[str, Solution] = {}

    def network(self, case: str) -> ProductionNetwork:
        """Return the section of the buyer's network that the threat may reach in some reading."""
        key = "open" if case == "open" else "high"
        if key not in self._sections:
            whole = self.stops.network(key)
            self._sections[key] = whole if len(whole.kind) <= _SMALL else self._section(whole, key)
        return self._sections[key]

    def _section(self, whole: ProductionNetwork, case: str) -> ProductionNetwork:
        items = [*self.stops.values, *(change.item for change in self.threat.scenario if change.item is not None)]
        return section(whole, Effects(whole, self.flows(case)).hit, items)

    def scenario(self, case: str) -> Scenario:
        """Return what happens, as a reading sees it; word for word where it is ``plain``."""
        return self.threat.scenario if self.plain else self.blanks.scenario(self.threat.scenario, case)

    def flows(self, case: str) -> Scenario:
        """Return the same without stocks."""
        seen = self.scenario(case)
        return Scenario(seen.name, [change for change in seen if change.kind != "stockpile"])

    def bare(self, case: str) -> Solution:
        """Return the network where nothing is in stock and nobody else delivers."""
        if case not in self._bare:
            self._bare[case] = self._solved(case)
        return self._bare[case]

    def short(self, case: str) -> set[str]:
        """Return the items that are short where nothing is in stock and nobody else delivers."""
        return _short(self._solved(case), case)  # many stops stand side by side: the whole solution is not kept

    def _solved(self, case: str) -> Solution:
        return solve(self.network(case), self.flows(case), None, (_kept(case),))

    def products(self, cases: Collection[str]) -> list[dict[str, Any]]:
        """Return what happens to each product, by readings: rows for `bounded`."""
        days = self.threat.days
        rows: dict[str, dict[str, Any]] = {item: {} for item in self.stops.values}
        for case in (case for case in self.stops.cases if case in cases):
            if case == "open" and self._all_gone():
                for row in rows.values():
                    row |= {"lost_open": 1.0, "day_open": 0.0, "stops_open": 1.0}
                continue
            bare = self.bare(case)
            short = _short(bare, case)
            for row, kept in zip(rows.values(), bare.levels(_kept(case), rows).tolist(), strict=True):
                row |= {f"lost_{case}": 0.0, f"day_{case}": days, f"stops_{case}": 1.0 - kept}
            if not short.isdisjoint(rows):
                part, fate = self.run(case, short)
                for i, item in enumerate(part.products):
                    rows[item] |= {f"lost_{case}": float(fate.lost[i]), f"day_{case}": float(fate.below[i])}
        return list(rows.values())

    def items(self) -> list[tuple[str, str, float, float]]:
        """Return what is lost of the items that the buyer sources, by the estimate, and the day on which they run out.

        What only an item behind it lacks comes on until that one's stock is gone. Of what outlasts the threat the day is the
        one on which it would run out.
        """
        bare, name, length = self.bare("estimate"), self.threat.scenario.name, self.threat.days
        levels = (1.0 - bare.levels(_kept("estimate"))).tolist()
        lost = {item: part for item, part in zip(bare.network.items, levels, strict=True) if part > NOTHING}
        days = {item: self.blanks.stock(item, "estimate", length) / lost[item] for item in self.blanks.bought(lost)}
        if days:
            part, fate = self.run("estimate", _short(bare, "estimate"), list(days))
            ends = zip(part.products, fate.below.tolist(), strict=True)
            days = {item: end if end < length else max(length, days[item]) for item, end in ends}
        return [(name, item, lost[item], days.get(item, NEVER)) for item in self.blanks.known(lost)]

    def _all_gone(self) -> bool:
        """Whether all products are lost by what nobody is named for alone, which may be whoever stops."""
        stopping = (change for change in self.threat.scenario if change == halt(str(change.node)))
        hides = any(change.node not in self.stops.items for change in stopping)
        return hides and self.stops.all_gone(self.threat.days)

    def run(self, case: str, short: set[str], goods: Iterable[str] | None = None) -> tuple[Threatened, Fate]:
        """Return how the threat runs, of products or other goods, with what is in stock and stands ready for the short."""
        values = None if goods is None else dict.fromkeys(goods)
        problem = self.stops.problem([self], case, short, [1.0], values)
        (part,) = problem.parts
        reading = "high" if case == "open" else case
        return part, part.run(range(len(problem.measures)), reading)

    def course(self) -> pl.DataFrame:
        """Return the products from day to day."""
        threat, frames = self.threat, []
        for case in ("estimate", "low", "high"):
            bought = self.blanks.bought(self.short(case))
            changes = [
                replace(change, lasts=threat.days) if change.kind in STOPPING and change.lasts is None else change
                for change in self.scenario(case)
            ]
            stocks = self.stops.stocks(case, bought, self.network(case).items, threat.days)
            changes += [stockpile(item, days) for item, days in stocks.items() if days]
            changes += [
                add_source(one.item, one.share, node=one.node, ready=one.ready, lasts=max(0.0, threat.days - one.ready))
                for one in self.stops.ready(case, bought, threat.days)
            ]
            kept = _kept(case)
            seen = Scenario(threat.scenario.name, changes)
            frame = timeline(self.network(case), seen, horizon=2 * threat.days, sourcing=UNSAID.sourcing)
            frame = frame.filter(pl.col("item").is_in(list(self.stops.values)))
            curve = {f"rate_{kept}": f"rate_{kept}", f"lost_{case}": f"lost_{case}"}
            frames.append(frame.select("scenario", "item", "day", **curve))
        return beside(frames)


@checked()
@dataclass(frozen=True)
class Candidate:
    """Something that could be done: a stock of ``days``, or a source of ``share`` after ``ready`` days.

    Attributes
    ----------
    id, item : str
        Its name in the results; the item that it is about.
    cost : float or None
        In the user's currency, 0 or more; None where it is not known.
    days : float
        Days more of stock of the item, at today's use; counts where there is no ``share``.
    share : float or None
        Part of the item's market that a new source can deliver, 0..1; None for a stock.
    node : str or None
        Where the source stands (None: a place that no threat touches).
    ready : float, (float, float) or None
        Days from the start of a threat to its first delivery; a pair where only its ends are known (the second may be
        infinite), which are those of the certain and the possible loss. None where nobody knows: then they are at once and
        never.
    usual : float
        The estimate where ``ready`` has no middle (infinite: never); it is no less than a first end.

    Raises
    ------
    InputError
        A pair of which the first is above the second.

    >>> Candidate("stock", "gear", 5.0, days=30.0).measure("low").days
    30.0
    """

    id: str
    item: str
    cost: float | None
    days: float = 0.0
    share: float | None = None
    node: str | None = None
    ready: float | tuple[float, float] | None = 0.0
    usual: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.ready, tuple) and self.ready[0] > self.ready[1]:
            raise InputError("risk.mitigation.ends", measure=shorten(self.id), value=shorten(self.ready))

    @property
    def ends(self) -> Ends:
        """The days until its first delivery, at least and at most."""
        if isinstance(self.ready, tuple):
            return self.ready
        return (0.0, NEVER) if self.ready is None else (self.ready, self.ready)

    @property
    def estimate(self) -> float:
        """The estimate of them; infinite: there is none."""
        return estimated(self.ends, self.usual)

    @checked()
    def measure(self, case: str) -> Measure:
        """Return the measure as a reading sees it."""
        if self.share is None:
            return Measure(self.id, self.item, days=self.days, cost=self.cost)
        least, most = self.ends
        ready = {"estimate": self.estimate, "low": least}.get(case, most)
        # A day after every threat: changes begin on days that can be told.
        return Measure(self.id, self.item, self.share, self.node, min(ready, 1e9), 0.0, self.cost)


@remembered
def _as_told(network: ProductionNetwork) -> ProductionNetwork:
    """Return a network in which nobody is of unknown place: where sources stand is told by the facts (`Blanks.scenario`)."""
    return replace(network, placeless=frozenset())


def _short(bare: Solution, case: str) -> set[str]:
    levels = bare.levels(_kept(case))
    return {item for item, level in zip(bare.network.items, levels, strict=True) if level < 1 - NOTHING}


def _kept(case: str) -> str:
    return KEPT["high" if case == "open" else case]
