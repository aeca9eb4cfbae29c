"""How the blanks of a buyer's facts are read: its sources, their stocks, their switching times, and whom a stop hits.

The table of the readings stands in `stops`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from statistics import median
from sys import intern
from typing import Any

import polars as pl

from ...graph import SupplyGraph
from ...graph.network import NewSource
from .changes import STOPPING, Change
from .own_sources import Ends, estimated, stock_ends, switching_ends, told_ends
from .remedies import Measure, new_source
from .scenario import Scenario
from .stop_tables import NEVER, ready_sources, sources_of, unnamed_items

_Source = tuple[str, bool, bool | None, Ends | None]


@dataclass(frozen=True)
class _Stated:
    """What facts state, by item: the least and the most days of stock and of switching, and sources (`ready_sources`)."""

    stocks: dict[str, Ends] = field(default_factory=dict)
    switching: dict[str, Ends] = field(default_factory=dict)
    sources: dict[str, list[_Source]] = field(default_factory=dict)


class Blanks:
    """A buyer's facts about its own sourcing, read in one way or another."""

    def __init__(self, graph: SupplyGraph, buyer: str, facts: Any) -> None:
        self.graph, self.buyer = graph, buyer
        self.facts = sources_of(graph, facts)
        self.unnamed = unnamed_items(graph)
        self._standing: dict[tuple[str, str], list[Measure]] = {}
        self.direct = self._direct()
        self.handed_on = self._handed_on()
        self._place = {item: at for at, item in enumerate(self.direct)}
        self._known = {item: at for at, item in enumerate(self.facts["item"].unique(maintain_order=True))}

    def bought(self, items: Iterable[str]) -> list[str]:
        """Return those of some items that the buyer itself buys, in their order."""
        return sorted((item for item in items if item in self._place), key=self._place.__getitem__)

    def known(self, items: Iterable[str]) -> list[str]:
        """Return those of some items that the facts tell of, in their order."""
        return sorted((item for item in items if item in self._known), key=self._known.__getitem__)

    def _direct(self) -> list[str]:
        """Items that the buyer itself buys: somebody delivers them to it, or it needs them and nobody is named."""
        scoped = self.graph.shares.filter(pl.col("scope") == self.buyer)
        bought = scoped.filter(pl.col("supplier") != self.buyer)["item"].unique(maintain_order=True).to_list()
        made = scoped.filter(pl.col("supplier") == self.buyer)["item"].unique()
        needed = self.graph.inputs.filter(pl.col("item").is_in(made.implode()))["input"].unique(maintain_order=True)
        return list(dict.fromkeys([*bought, *(item for item in needed if item in self.unnamed)]))

    def _handed_on(self) -> list[str]:
        """Items that only suppliers of the buyer need: what they have of them in stock is known as little as anything."""
        shares, needs = self.graph.shares, self.graph.inputs
        scoped = _texts(shares["item"].filter(shares["scope"].fill_null("world") != self.buyer))
        known, direct = self.facts["item"].unique(maintain_order=True), set(self.direct)
        # What is made of other items, nobody said by whom, is needed by others, too: the buyer's own items are its own.
        nameless = sorted((_texts(needs["input"]) & _texts(needs["item"])) - _texts(shares["item"]))
        return [*(item for item in known if item in scoped and item not in direct), *nameless]

    def scenario(self, scenario: Scenario, case: str) -> Scenario:
        """Return a scenario as a reading sees it."""
        found: dict[Change, None] = {}
        somewhere: dict[Change, dict[str, tuple[float, float]]] = {}
        for change in dict.fromkeys(scenario):
            node = change.node
            if change.kind not in STOPPING or node is None:
                found[change] = None
            elif node in self.makers:  # a maker stops with all its plants, and may be the one that nobody named
                plants = [*self.plants.get(node, [node]), *(self.plants.get(None, []) if case in {"high", "open"} else [])]
                found |= dict.fromkeys(replace(change, node=plant) for plant in plants)
            else:
                found[change] = None
                if case != "low" and node not in self.nodes:
                    kind = "embargo" if change.kind == "embargo" else "reduce"
                    cuts = somewhere.setdefault(replace(change, kind=kind, node=None, share=1.0), {})
                    (low, high), (least, most) = cuts.get(node, (0.0, 0.0)), change.bounds
                    cuts[node] = low + (1.0 - low) * least, high + (1.0 - high) * most  # one after the other
        for alike, cuts in somewhere.items():
            low, high = self._in_one_of(cuts, case)
            share = (low, high) if low != high else low
            found |= dict.fromkeys(replace(alike, node=one, share=share) for one in self.placeless if high)
        return Scenario(scenario.name, found)

    def _in_one_of(self, cuts: dict[str, tuple[float, float]], case: str) -> tuple[float, float]:
        """What is cut of a plant that stands in one country: of some the cuts are told, and in the estimate they add up."""
        if case != "estimate":
            return max(low for low, _ in cuts.values()), max(high for _, high in cuts.values())
        parts = [(self.part_of(node), *ends) for node, ends in cuts.items()]
        return min(1.0, sum(part * low for part, low, _ in parts)), min(1.0, sum(part * high for part, _, high in parts))

    @cached_property
    def plants(self) -> dict[str | None, list[str]]:
        """Plants of each maker; under None those of which nobody said whose they are."""
        found: dict[str | None, list[str]] = defaultdict(list)
        rows = self.facts.unique(["supplier", "maker"], maintain_order=True)
        for supplier, maker in rows.select("supplier", "maker").iter_rows():
            found[maker].append(supplier)
        return dict(found)

    @cached_property
    def makers(self) -> set[str]:
        """Whose plants the facts tell, and companies that supply nothing themselves: what is nobody's may be theirs."""
        suppliers = self.graph.suppliers
        firms = _texts(suppliers["id"].filter(suppliers["kind"] == "company")) - _texts(self.graph.shares["supplier"])
        return {maker for maker in self.plants if maker is not None} | firms

    @cached_property
    def placeless(self) -> list[str]:
        """Plants of which nobody said where they stand."""
        return self.facts.filter(pl.col("country").is_null())["supplier"].unique(maintain_order=True).to_list()

    @cached_property
    def nodes(self) -> set[str]:
        """Companies, sites and items: what else a scenario names is a country."""
        suppliers = self.graph.suppliers
        return _texts(suppliers["id"].filter(suppliers["kind"] != "country")) | _texts(self.graph.items["id"])

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
        low, high = self._stated.stocks.get(item, (0.0, NEVER))
        if case == "low":
            return max(low, most) if high == NEVER else high
        return estimated((low, high), self._usual["stock"] or 0.0) if case == "estimate" else low

    @cached_property
    def _stated(self) -> _Stated:
        found = _Stated()
        rows = self.facts.sort("item", maintain_order=True).iter_rows(named=True)
        for id, each in groupby(rows, itemgetter("item")):
            item, of_item = intern(id), list(each)
            if (ends := stock_ends(of_item)) is not None:
                found.stocks[item] = ends
            spare = [row for row in of_item if row["qualified"] and not row["used"]]
            if (ends := switching_ends(spare, of_item)) is not None:
                found.switching[item] = ends
            found.sources[item] = [
                (intern(row["supplier"]), row["used"], row["qualified"], told_ends(row, "switching")) for row in of_item
            ]
        return found

    @cached_property
    def _usual(self) -> dict[str, float | None]:
        """The medians of what is stated; of ranges of their middles, where they have one."""
        found = {}
        for name, stated in (("stock", self._stated.stocks), ("switching", self._stated.switching)):
            days = [sum(stated[item]) / 2 for item in self.direct if item in stated and stated[item][1] < NEVER]
            found[name] = float(median(days)) if days else None
        return found

    def standing(self, item: str, case: str) -> list[Measure]:
        """Return what stands ready today for an item: a qualified alternative, else another source after the stated time."""
        if (item, case) not in self._standing:
            usual = self._usual["switching"]
            found = ready_sources(self._stated.sources.get(item, []), case, NEVER if usual is None else usual)
            self._standing[item, case] = [
                new_source(f"ready:{item}:{n}", item, node=place, ready=days, cost=0.0)
                for n, (days, place) in enumerate(found)
                if days < NEVER
            ]
        return self._standing[item, case]

    @cached_property
    def openings(self) -> set[NewSource]:
        """Whatever may stand ready in some reading: alternatives that nobody ruled out, and somebody else."""
        spare = self.facts.filter(~pl.col("used"), pl.col("qualified").fill_null(True))
        spare = spare.filter(pl.col("item").is_in(self.direct)).select("item", "supplier")
        places = [*((item, None) for item in self.direct), *spare.iter_rows()]
        return {(item, place, None, True) for item, place in places}


def _texts(column: pl.Series) -> set[str]:
    """The texts in a column: of a list a set is made several times as fast."""
    return set(column.to_list())
