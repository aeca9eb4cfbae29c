"""What stops cost a buyer that knows its own sourcing, when some of what it knows is blank.

A blank is read where it hurts least (the **certain** loss), where it hurts most (the **possible** one), and as an estimate:

==================  ====================  ====================  =====================================================
blank               least                 most                  estimate
==================  ====================  ====================  =====================================================
stock               lasts the whole stop  none                  the median of the stated stocks, else none
switching time      at once               never                 the median of the stated times, else never
country of a plant  elsewhere             where the stop is     there by the part that the country has of known plants
maker               somebody else         the one that stops    somebody else
==================  ====================  ====================  =====================================================

Blank shares are read by the network itself. What suppliers have in stock of what they need is read like any stock.
Items that nobody is named for are left out of the three, and let in again for a fourth figure: what is possible with them
(``open``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Any

import polars as pl

from ...graph import ProductionNetwork, SupplyGraph
from .remedies import YEAR, Measure, Threat, new_source
from .scenario import Change, Scenario, add_source, stockpile
from .simulation import Assumptions, Solution, solve
from .stop_tables import CASES, NEVER, NOTHING, beside, bounded, loss_table, ready_sources, sources_of, unnamed_items
from .threatened import KEPT, Fate, Problem, Threatened, Weighing, needed_sources
from .timeline import timeline

LARGE, GROUP = 5000, 6000
"""Lines of a bill from which stops are worked out in groups, and about how many items a group has."""
_STOPPING = ("halt", "reduce", "embargo")


@dataclass(frozen=True)
class StopLosses:
    """What stops do; see `stop_losses`."""

    products: pl.DataFrame
    items: pl.DataFrame


def stop_losses(
    graph: SupplyGraph, threats: Sequence[Threat], values: Mapping[str, float | None], *, buyer: str, facts: Any
) -> StopLosses:
    """Return what each threat takes from each product of a buyer, with every blank of its facts as an interval.

    Parameters
    ----------
    graph : SupplyGraph
        The buyer's own facts; a supplier without ``country`` is a plant of which nobody said where it stands.
    threats : sequence of Threat
        What stops, for how many days; names are unique. Nodes are countries, suppliers, or makers (``facts.maker``), who
        stop with all their plants.
    values : mapping
        The buyer's products and their yearly value (None: not known); only the products count here.
    buyer : str
        Id of the buyer in the graph.
    facts : frame or rows of dict
        ``item, supplier`` and optionally ``maker, qualified, stock_days, switching_days, spend``, as in `exposure`.

    Returns
    -------
    StopLosses
        ``products``: a row per threat and product, with ``threat, product`` and each figure as ``_estimate``, ``_low``
        (certain, or the earliest day), ``_high`` (possible, or the latest day) and ``_open`` (possible, or the earliest day,
        with items that nobody is named for): ``lost`` (part of the output lost while the threat lasts, 0..1), ``day`` (first
        shortage; null where there is none), ``stops`` (part of the output that stops where nothing is in stock and nobody
        else delivers). ``items``: ``threat, item, lost`` (the estimate, without stock) of what the buyer sources, where
        something is lost, and ``days``: how long its stock covers that.

    Raises
    ------
    InputError
        Facts without ``item`` and ``supplier``, or what `mitigation` refuses.
    UnknownIdError
        A threat names something that the graph does not have.

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
    stops = Stops(graph, values, buyer=buyer, facts=facts)
    parts = [stops.within(items).losses(some) for some, items in stops.chunks(threats)]
    return StopLosses(pl.concat([part.products for part in parts]), pl.concat([part.items for part in parts]))


def stop_courses(
    graph: SupplyGraph, threats: Sequence[Threat], values: Mapping[str, float | None], *, buyer: str, facts: Any
) -> pl.DataFrame:
    """Return how each product runs from day to day under each threat: the frame of `timeline`, blanks read as above.

    Parameters are those of `stop_losses`, and so are errors and references: definitions of this project.

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
    return pl.concat([stops.within(items).courses(some) for some, items in stops.chunks(threats)])


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
        self.graph, self.buyer, self.values, self.candidates = graph, buyer, dict(values), list(candidates)
        self.facts = sources_of(graph, buyer, facts)
        self.unnamed = unnamed_items(graph)
        lines = ~pl.col("input").is_in(sorted(self.unnamed))
        tables = {name: getattr(graph, name) for name in ("items", "suppliers", "shares", "sources")}
        self.named = SupplyGraph(inputs=graph.inputs.filter(lines), **tables) if self.unnamed else graph
        self.cases = [case for case in CASES if case != "open" or self.unnamed]
        self._standing: dict[str, list[Measure]] = {}
        self.direct = self._direct()
        self.handed_on = self._handed_on()

    def _direct(self) -> list[str]:
        """Items that the buyer itself buys: somebody delivers them to it, or it needs them and nobody is named."""
        scoped = self.graph.shares.filter(pl.col("scope") == self.buyer)
        bought = scoped.filter(pl.col("supplier") != self.buyer)["item"].unique(maintain_order=True).to_list()
        made = set(scoped.filter(pl.col("supplier") == self.buyer)["item"])
        needed = self.graph.inputs.filter(pl.col("item").is_in(sorted(made)))["input"].unique(maintain_order=True)
        return list(dict.fromkeys([*bought, *(item for item in needed if item in self.unnamed)]))

    def _stocked(self, short: set[str]) -> list[str]:
        """Items whose stock counts: the short ones that the buyer buys, and what goes into them at its suppliers."""
        return [*(item for item in self.direct if item in short), *self.handed_on]

    def _handed_on(self) -> list[str]:
        """Items that only suppliers of the buyer need: what they have of them in stock is known as little as anything."""
        scoped = set(self.graph.shares.filter(pl.col("scope").fill_null("world") != self.buyer)["item"])
        known = self.facts["item"].unique(maintain_order=True)
        return [item for item in known if item in scoped and item not in self.direct]

    # Size ------------------------------------------------------------------------------------------------------------

    def chunks(self, threats: Sequence[Threat]) -> list[tuple[list[Threat], set[str] | None]]:
        """Return threats in groups, with what each group may hit and all above it; None where that is not worth a look."""
        if self.graph.inputs.height < LARGE or not threats:
            return [(list(threats), None)]
        found: list[tuple[list[Threat], set[str]]] = []
        for threat in threats:
            items = self._hit(threat)
            if found and len(found[-1][1] | items) <= GROUP:
                found[-1][0].append(threat)
                found[-1][1].update(items)
            else:
                found.append(([threat], items))
        return list(found)

    def _hit(self, threat: Threat) -> set[str]:
        """Items that a threat may hit in some reading, and all above them."""
        scenarios = [self.scenario(threat.scenario, case) for case in ("low", "high")]
        nodes = {str(change.node) for scenario in scenarios for change in scenario}
        sold = self.graph.shares.join(self._places, on="supplier", how="left")
        here = pl.col("supplier").is_in(list(nodes)) | pl.col("country").is_in(list(nodes))
        items: set[str] = (
            set(sold.filter(here & (pl.col("supplier") != self.buyer))["item"]) | (nodes & self.nodes) | self.unnamed
        )
        front = list(items)
        while front:
            front = [above for item in front for above in self._above.get(item, ()) if above not in items]
            items.update(front)
        return items

    @cached_property
    def _places(self) -> pl.DataFrame:
        return self.graph.suppliers.select("country", supplier="id")

    @cached_property
    def _above(self) -> dict[str, list[str]]:
        found = self.graph.inputs.group_by("input").agg(pl.col("item").unique())
        return dict(found.iter_rows())

    def within(self, items: set[str] | None) -> Stops:
        """Return the same question of a part of the graph: what is never short is left out, and medians stay as they are."""
        if items is None:
            return self
        graph = self.graph
        inside = pl.col("item").is_in(list(items | set(self.values)))
        lines = graph.inputs.filter(inside & (pl.col("input").is_in(list(items)) | pl.col("group").is_not_null()))
        goods = items | set(lines["input"]) | set(self.values)
        tables: dict[str, Any] = {"sources": graph.sources, "suppliers": graph.suppliers, "inputs": lines}
        tables["items"] = graph.items.filter(pl.col("id").is_in(list(goods)))
        tables["shares"] = graph.shares.filter(pl.col("item").is_in(list(goods)))
        facts = self.facts.filter(pl.col("item").is_in(list(goods)))
        found = Stops(SupplyGraph(**tables), self.values, buyer=self.buyer, facts=facts, candidates=self.candidates)
        found.__dict__.update({name: getattr(self, name) for name in ("plants", "placeless", "nodes", "_parts", "_usual")})
        return found

    # Readings of blanks ----------------------------------------------------------------------------------------------

    def scenario(self, scenario: Scenario, case: str) -> Scenario:
        """Return a scenario as a reading sees it."""
        found: dict[Change, None] = {}
        for change in scenario:
            node = change.node
            if change.kind not in _STOPPING or node is None:
                found[change] = None
            elif node in self.plants:  # a maker stops with all its plants, and may be the one that nobody named
                plants = [*self.plants[node], *(self.plants.get(None, []) if case in {"high", "open"} else [])]
                found |= dict.fromkeys(replace(change, node=plant) for plant in plants)
            else:
                found[change] = None
                part = {"estimate": self.part_of(node), "low": 0.0}.get(case, 1.0)
                if part and node not in self.nodes:
                    kind = "embargo" if change.kind == "embargo" else "reduce"
                    low, high = change.bounds
                    share = (part * low, part * high) if low != high else part * low
                    found |= dict.fromkeys(replace(change, kind=kind, node=one, share=share) for one in self.placeless)
        return Scenario(scenario.name, found)

    @cached_property
    def plants(self) -> dict[str | None, list[str]]:
        """Plants of each maker; under None those of which nobody said whose they are."""
        found: dict[str | None, list[str]] = defaultdict(list)
        rows = self.facts.unique(["supplier", "maker"], maintain_order=True)
        for supplier, maker in rows.select("supplier", "maker").iter_rows():
            if maker != supplier:
                found[maker].append(supplier)
        return dict(found)

    @cached_property
    def placeless(self) -> list[str]:
        """Plants of which nobody said where they stand."""
        return self.facts.filter(pl.col("country").is_null())["supplier"].unique(maintain_order=True).to_list()

    @cached_property
    def nodes(self) -> set[str]:
        """Companies, sites and items: what else a scenario names is a country."""
        return set(self.graph.suppliers.filter(pl.col("kind") != "country")["id"]) | set(self.graph.items["id"])

    def part_of(self, country: str) -> float:
        """Return the part that a country has of the sources whose country is known, by spend where it is stated for all."""
        return self._parts.get(country, 0.0)

    @cached_property
    def _parts(self) -> dict[str, float]:
        known = self.facts.filter(pl.col("used"), pl.col("country").is_not_null())
        if (known["spend"].fill_null(0.0) > 0).all():
            weights = known.group_by("country").agg(pl.col("spend").sum())
        else:
            weights = known.group_by("country").agg(pl.len().cast(pl.Float64).alias("spend"))
        total = weights["spend"].sum() or 1.0
        return {country: weight / total for country, weight in weights.iter_rows()}

    def stock(self, item: str, case: str, most: float) -> float:
        """Return the days of stock of an item; ``most`` is the whole of a stop."""
        days = self._stated["stock_days"].get(item)
        return {"estimate": self._usual["stock_days"] or 0.0, "low": most}.get(case, 0.0) if days is None else days

    @cached_property
    def _stated(self) -> dict[str, dict[str, float]]:
        """Days of stock, and of switching, by item."""
        stock = self.facts.group_by("item").agg(pl.col("stock_days").max()).drop_nulls()
        ready = self.facts.filter(~pl.col("used") & pl.col("qualified")).group_by("item").agg(pl.col("switching_days").min())
        slow = self.facts.group_by("item").agg(pl.col("switching_days").max())
        switching = dict(slow.drop_nulls().iter_rows()) | dict(ready.drop_nulls().iter_rows())
        return {"stock_days": dict(stock.iter_rows()), "switching_days": switching}

    @cached_property
    def _usual(self) -> dict[str, float | None]:
        """The medians of what is stated."""
        stated = {name: [days[item] for item in self.direct if item in days] for name, days in self._stated.items()}
        return {name: float(median(days)) if days else None for name, days in stated.items()}

    def standing(self, case: str) -> list[Measure]:
        """Return what stands ready today: a qualified alternative where it is, else another source after the stated time."""
        if case not in self._standing:
            self._standing[case] = self._stand(case)
        return self._standing[case]

    def _stand(self, case: str) -> list[Measure]:
        usual = self._usual["switching_days"]
        usual = NEVER if usual is None else usual
        rows: dict[str, list[Any]] = defaultdict(list)
        for item, *row in self.facts.select("item", "supplier", "used", "qualified", "switching_days").iter_rows():
            rows[item].append(row)
        return [
            new_source(f"ready:{item}:{n}", item, node=place, ready=days, cost=0.0)
            for item in self.direct
            for n, (days, place) in enumerate(ready_sources(rows.get(item, []), case, usual))
            if days < NEVER
        ]

    # Runs ------------------------------------------------------------------------------------------------------------

    def network(self, case: str) -> ProductionNetwork:
        """Return the buyer's network, with everything that may be opened in any reading, shut."""
        return self._networks[case == "open"]

    @cached_property
    def _networks(self) -> dict[bool, ProductionNetwork]:
        measures = [one for case in self.cases for one in self.standing(case)]
        measures += [one.measure(case) for case in self.cases for one in self.candidates]
        sources = needed_sources([], measures)
        graphs = {False: self.named} | ({True: self.graph} if self.unnamed else {})
        return {
            open_: graph.network(None, buyer=self.buyer, level="company", sources=sources) for open_, graph in graphs.items()
        }

    def bare(self, threat: Threat, case: str) -> Solution:
        """Return the network under a threat where nothing is in stock and nobody else delivers."""
        scenario = self.scenario(threat.scenario, case)
        flows = Scenario(scenario.name, [change for change in scenario if change.kind != "stockpile"])
        return solve(self.network(case), flows, None, (_kept(case),))

    def short(self, threat: Threat, case: str) -> set[str]:
        """Return the items that a threat makes short where nothing is in stock and nobody else delivers."""
        bare = self.bare(threat, case)
        levels = bare.levels(_kept(case))
        return {item for item, level in zip(bare.network.items, levels, strict=True) if level < 1 - NOTHING}

    def problem(self, threats: Sequence[Threat], case: str, short: set[str], weights: Sequence[float]) -> Problem:
        """Return threats to all products; measures: what stands ready for the short items, then the candidates."""
        network, most = self.network(case), max((threat.days for threat in threats), default=0.0)
        known = set(network.items)
        stocks = {item: days for item in self._stocked(short) if item in known and (days := self.stock(item, case, most))}
        weighing = Weighing(
            {item: (value or 0.0) / YEAR for item, value in self.values.items()},
            list(weights),
            dict.fromkeys(self.values, 1.0 / max(1, len(self.values))),
        )
        ready = [measure for measure in self.standing(case) if measure.item in short and measure.ready < most]
        measures = [*ready, *(one.measure(case) for one in self.candidates)]
        seen = [replace(threat, scenario=self.scenario(threat.scenario, case)) for threat in threats]
        return Problem(network, weighing, seen, measures, stocks, {}, Assumptions(), 1.0)

    def losses(self, threats: Sequence[Threat]) -> StopLosses:
        """Return what each threat does to each product, and to what the buyer sources."""
        products: dict[tuple[str, str], dict[str, Any]] = {}
        items: list[tuple[str, str, float, float]] = []
        sourced = self.facts["item"].unique(maintain_order=True).to_list() if self.values else []
        for case in self.cases if self.values else ():
            kept, direct = _kept(case), set(self.direct)
            for threat in threats:
                bare = self.bare(threat, case)
                levels = bare.levels(kept)
                short = {item for item, level in zip(bare.network.items, levels, strict=True) if level < 1 - NOTHING}
                name, days = threat.scenario.name, threat.days
                for item in self.values:
                    row = products.setdefault((name, item), {"threat": name, "product": item})
                    row |= {f"lost_{case}": 0.0, f"day_{case}": days, f"stops_{case}": 1.0 - bare.level(item, kept)}
                if not short.isdisjoint(self.values):
                    part, fate = self._run(threat, case, short)
                    for i, item in enumerate(part.products):
                        ends = {f"lost_{case}": float(fate.lost[i]), f"day_{case}": float(fate.below[i])}
                        products[name, item] |= ends
                if case == "estimate":
                    left = bare.levels(kept, sourced)
                    for item, level in zip(sourced, left, strict=True):
                        if (lost := 1.0 - float(level)) > NOTHING:
                            lasts = self.stock(item, case, days) / lost if item in direct else NEVER
                            items.append((name, item, lost, lasts))
        schema = {"threat": pl.String, "item": pl.String, "lost": pl.Float64, "days": pl.Float64}
        days = {threat.scenario.name: threat.days for threat in threats}
        rows = [bounded(row, days[row["threat"]]) for row in products.values()]
        return StopLosses(loss_table(rows), pl.DataFrame(items, schema=schema, orient="row"))

    def _run(self, threat: Threat, case: str, short: set[str]) -> tuple[Threatened, Fate]:
        problem = self.problem([threat], case, short, [1.0])
        (part,) = problem.parts
        reading = "high" if case == "open" else case
        return part, part.run(range(len(problem.measures) - len(self.candidates)), reading)

    def courses(self, threats: Sequence[Threat]) -> pl.DataFrame:
        """Return the products of all threats from day to day."""
        return pl.concat([self._course(threat) for threat in threats])

    def _course(self, threat: Threat) -> pl.DataFrame:
        frames = []
        for case in ("estimate", "low", "high"):
            short = self.short(threat, case)
            changes = [
                replace(change, lasts=threat.days) if change.kind in _STOPPING and change.lasts is None else change
                for change in self.scenario(threat.scenario, case)
            ]
            stocks = {item: self.stock(item, case, threat.days) for item in self._stocked(short)}
            changes += [stockpile(item, days) for item, days in stocks.items() if days]
            changes += [
                add_source(one.item, one.share, node=one.node, ready=one.ready, lasts=max(0.0, threat.days - one.ready))
                for one in self.standing(case)
                if one.item in short and one.ready < threat.days
            ]
            kept = _kept(case)
            frame = timeline(self.network(case), Scenario(threat.scenario.name, changes), horizon=2 * threat.days)
            frame = frame.filter(pl.col("item").is_in(list(self.values)))
            curve = {f"rate_{kept}": f"rate_{kept}", f"lost_{case}": f"lost_{case}"}
            frames.append(frame.select("scenario", "item", "day", **curve))
        return beside(frames)


@dataclass(frozen=True)
class Candidate:
    """Something that could be done: a stock of ``days``, or a source of ``share`` after ``ready`` days.

    ``ready`` is None where nobody knows; then it is at once, never, or in the estimate ``usual``.
    """

    id: str
    item: str
    cost: float | None
    days: float = 0.0
    share: float | None = None
    node: str | None = None
    ready: float | None = 0.0
    usual: float = 0.0

    def measure(self, case: str) -> Measure:
        """Return the measure as a reading sees it."""
        if self.share is None:
            return Measure(self.id, self.item, days=self.days, cost=self.cost)
        ready = {"estimate": self.usual, "low": 0.0}.get(case, NEVER) if self.ready is None else self.ready
        # A day after every threat: changes begin on days that can be told.
        return Measure(self.id, self.item, self.share, self.node, min(ready, 1e9), 0.0, self.cost)


def _kept(case: str) -> str:
    return KEPT["high" if case == "open" else case]
