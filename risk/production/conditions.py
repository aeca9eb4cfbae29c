"""What a scenario does to a network: bounds of capacities and of gains, and the sides from which markets are read.

The network itself never changes. A halt or a cut bounds the capacity of makers. An embargo bounds the gain of links: it hits
some buyers and spares others, so every market is read from a few **sides**, one for all places that the scenario treats
alike, one for makers whose place is not known, which may stand on any. With no embargo there is one side.

What is not attributed to a named supplier may belong to whoever is hit, unless its own share in that market is told. So may
what a market attributes to a country, where a company there is hit, or to a company, where one of its own is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from ...graph import InputError, ProductionNetwork
from ...graph.errors import shorten
from ...graph.network import EXTRA, NewSource
from .changes import Change, embargo, halt
from .places import ANY, NOBODY, network_places
from .scenario import Scenario

LOW, HIGH, ESTIMATE = 0, 1, 2
"""Bounds that hurt most and least, and what lies between: rows of `Conditions.cap` and `Conditions.gain`."""
KINDS = ("halt", "embargo")
"""How a node fails: all its production stops, or its exports do."""
_OF_MAKERS = ("halt", "reduce", "spare_capacity")
"""Kinds of changes that are about what makers can make; others are about links."""
OPENED = ("add_source", "substitute")
"""Kinds of changes that open a source, which is compiled in, shut."""
_APART = {*OPENED, "stockpile"}
"""Kinds of changes that take nothing from anybody; a stock buys time, and changes nothing for good."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """Bounds of a network's capacities and gains under a scenario.

    Attributes
    ----------
    cap : numpy.ndarray
        3 x n: capacity of each maker (`LOW`, `HIGH`, `ESTIMATE`); 1 = as usual.
    gain : numpy.ndarray
        3 x sides x m: gain of each link, seen from each side.
    side : numpy.ndarray
        n: the side on which each maker stands.
    reader : int
        The side from which the answer is read: the buyer's place, else abroad.
    unknown : int
        The side of makers whose place is not known: in the low bound on any side that is hit, in the high one on none.
    """

    cap: np.ndarray
    gain: np.ndarray
    side: np.ndarray
    reader: int = 0
    unknown: int = 0

    @property
    def sides(self) -> int:
        """How many sides there are."""
        return self.gain.shape[1]


def new_sources(scenarios: Iterable[Scenario]) -> set[NewSource]:
    """Return what scenarios open: to be compiled into the network, shut."""
    found: set[NewSource] = set()
    for scenario in scenarios:
        for change in scenario:
            if change.kind == "add_source":
                found.add((str(change.item), change.node, None, change.inputs))
            elif change.kind == "substitute":
                found.add((str(change.item), None, change.by, False))
    return found


def conditions(
    network: ProductionNetwork, scenario: Scenario, *, hidden: str = ANY, bounds: Iterable[int] = (LOW, HIGH, ESTIMATE)
) -> Conditions:
    """Return the bounds that a scenario sets.

    Parameters
    ----------
    network : ProductionNetwork
        With the new sources of the scenario compiled in.
    scenario : Scenario
        Its changes of flow; stocks buy time and have no place here.
    hidden : {"any", "rest", "told", "nobody"}
        What may belong to whoever is hit. "any": unattributed supply, unless its own share in that market is told, and there
        the share of a country or company that it belongs to; "rest": unattributed supply alone; "told": that, only where the
        market names it, or a company of it, without a share of its own; "nobody": nothing.
    bounds : iterable of int
        Rows that are asked for; the others are NaN.

    Raises
    ------
    InputError
        The scenario holds a stock, or a new source that is not compiled in.
    """
    for change in scenario:
        if change.kind == "stockpile":
            raise InputError("risk.conditions.stock", item=change.item)
    return Effects(network, scenario, hidden=hidden).at([1.0] * len(scenario), bounds)


def failure(network: ProductionNetwork, kind: str, node: str, item: str | None = None) -> Change:
    """Return the failure of a node; an embargo is aimed at the buyer's country, its own at everybody abroad."""
    if kind not in KINDS:
        raise InputError("risk.chokepoints.kind", value=shorten(kind))
    to = () if node in network.places else network.places[-1:]
    return halt(node, item=item) if kind == "halt" else embargo(node, item=item, to=to)


@dataclass(frozen=True, eq=False)
class Effect:
    """What one change, the ``number``-th of its scenario, does: to which makers and links of a network, within which bounds.

    Attributes
    ----------
    hit : numpy.ndarray
        What it is about: makers (`_OF_MAKERS`), else links.
    sold, rests : numpy.ndarray
        Links: what the buyer itself sells to others, and supply that may be the node's (in the low bound).
    places : list of tuple of int
        Of an embargo: each bound with the sides that it hits.
    """

    number: int
    kind: str
    bounds: tuple[float, float]
    hit: np.ndarray
    sold: np.ndarray
    rests: np.ndarray
    places: list[tuple[int, int]]

    def among(self, makers: np.ndarray, links: np.ndarray) -> Effect:
        """Return the effect on places in sorted lists of makers and links, instead of on a network's own."""
        hit = (makers if self.kind in _OF_MAKERS else links).searchsorted(self.hit)
        sold, rests = (links.searchsorted(some) if len(some) else some for some in (self.sold, self.rests))
        return Effect(self.number, self.kind, self.bounds, hit, sold, rests, self.places)


class Effects:
    """What each change of a scenario does to a network: looked up once, in force by any part (see `at`).

    Stocks have no effect here, but whoever holds a reserve has a side of its own (``holders``). ``profiles`` are the steps
    in which each change comes and goes.
    """

    def __init__(self, network: ProductionNetwork, scenario: Scenario, *, hidden: str = ANY) -> None:
        self.network, self.hidden = network, hidden
        self.about = about = network_places(network)
        embargoes: list[Change] = [change for change in scenario if change.kind == "embargo"]
        holders = [change for change in scenario if change.kind == "stockpile" and change.holder is not None]
        aims = tuple((change.to, None if change.to else str(change.node)) for change in embargoes)
        self.sides = sides = about.sides(aims, tuple(str(change.holder) for change in holders))
        self.profiles = [change.steps() for change in scenario]
        inside = {id(change): hit for change, hit in zip([*embargoes, *holders], sides.inside, strict=True)}
        self.holders = {id(change): inside[id(change)] for change in holders}
        # Other changes meet what the opening ones bring.
        opening = [(at, change.bounds, self._opens(change)) for at, change in enumerate(scenario) if change.kind in OPENED]
        found = [
            self._effect(number, change, inside.get(id(change), []))
            for number, change in enumerate(scenario)
            if change.kind not in _APART
        ]
        # Only some makers and links are ever touched.
        of_makers = [one.hit for one in found if one.kind in _OF_MAKERS]
        of_links = [one.hit for one in found if one.kind not in _OF_MAKERS]
        of_links += [links for one in found for links in (one.sold, one.rests)]
        of_links += [links for *_, links in opening]
        self.makers = _among(len(network.kind), of_makers)
        self.links = _among(len(network.indices), [about.opened_links, *of_links])
        self._opening = self._link_by_link(opening)
        self.effects = [one.among(self.makers, self.links) for one in found]
        self._hidden = _among(len(self.links), [one.rests for one in self.effects])
        of_node: dict[str, list[tuple[Effect, np.ndarray]]] = defaultdict(list)
        for one in (one for one in self.effects if len(one.rests)):
            of_node[str(scenario.changes[one.number].node)].append((one, self._hidden.searchsorted(one.rests)))
        self._owners = [[effect for one in owner for effect in of_node[one]] for owner in about.owners(of_node)]
        self._touched: dict[tuple[float, ...], tuple[np.ndarray, np.ndarray]] = {}

    def _effect(self, number: int, change: Change, inside: list[bool]) -> Effect:
        """Look up whom a change hits; ``inside`` tells which sides an embargo does."""
        none = np.zeros(0, np.int64)
        sold, rests = none, none
        places: list[tuple[int, int]] = []
        if change.kind in {"halt", "reduce"}:
            hit, sold, rests = self.about.hit(change.node, change.item, self.hidden)
        elif change.kind == "spare_capacity":
            hit, _, rests = self.about.hit(change.node, change.item, NOBODY)
        elif change.kind == "embargo":
            hit, rests = self.about.sales(change.node, change.item, self.hidden)
            # Who stands nobody knows where is hit at worst; so it is in the reading of the facts: where a maker stands is a
            # fact like its share, and that reading takes the worst completion of the facts, not of arrangements.
            places = [
                (bound, at)
                for bound in (LOW, HIGH, ESTIMATE)
                for at in range(self.sides.count)
                if inside[at] or (at == self.sides.unknown and bound == LOW)
            ]
        else:
            raise NotImplementedError(change.kind)
        return Effect(number, change.kind, change.bounds, hit, sold, rests, places)

    def _opens(self, change: Change) -> np.ndarray:
        """Look up the links of a source that a change opens."""
        key: NewSource = (str(change.item), change.node, change.by, change.inputs if change.by is None else False)
        if key not in self.network.sources:
            raise InputError("risk.conditions.not_compiled", kind=change.kind, item=change.item)
        return self.network.sources[key]

    @cached_property
    def _opened(self) -> np.ndarray:
        """Which of the links are those of new sources."""
        return self.links.searchsorted(self.about.opened_links)

    def _link_by_link(self, opening: list[tuple[int, tuple[float, float], np.ndarray]]) -> tuple[np.ndarray, ...]:
        """Return the changes that open sources: the number of the change, its bounds, each of its links."""
        counts = [len(links) for *_, links in opening]
        number = np.array([number for number, *_ in opening], np.int64).repeat(counts)
        low, high = np.array([bounds for _, bounds, _ in opening]).reshape(-1, 2).repeat(counts, axis=0).T
        opened = np.concatenate([self.links[:0], *(links for *_, links in opening)])
        return number, low, high, self.links.searchsorted(opened)

    @property
    def hit(self) -> np.ndarray:
        """Whether a change may touch each node (n): its capacity, or what it buys; new sources are left out."""
        hit = np.zeros(len(self.network.kind), np.bool_)
        hit[self.makers] = True
        hit[self.network.owner[self.links[(self.network.flags[self.links] & EXTRA) == 0]]] = True
        return hit

    def at(self, force: Sequence[float], bounds: Iterable[int] = (LOW, HIGH, ESTIMATE)) -> Conditions:
        """Return the conditions while each change is in force by a part (0..1)."""
        cap = np.full((3, len(self.network.kind)), np.nan)
        gain = np.full((3, self.sides.count, len(self.network.indices)), np.nan)
        for bound in bounds:
            cap[bound], gain[bound] = 1.0, 1.0
            cap[bound, self.makers], gain[bound][:, self.links] = self.touched(force, bound)
        return Conditions(cap, gain, self.sides.side, self.sides.reader, self.sides.unknown)

    def touched(self, force: Sequence[float], bound: int) -> tuple[np.ndarray, np.ndarray]:
        """Return one bound of ``makers`` (their number) and ``links`` (sides x their number); all others are 1.

        Days on which the same is in force share the arrays, which are only read.
        """
        key = (bound, *force)
        if key not in self._touched:
            if len(self._touched) >= _ALIKE:
                self._touched.clear()
            self._touched[key] = self._bounds(force, bound)
        return self._touched[key]

    def _bounds(self, force: Sequence[float], bound: int) -> tuple[np.ndarray, np.ndarray]:
        cap = np.ones(len(self.makers))
        gain = np.ones((self.sides.count, len(self.links)))
        # What opens a source comes first, all of it at once: many measures may, and each but adds to its own links.
        number, worst, best, opened = self._opening
        parts = np.array(force, np.float64)[number]
        opening = np.bincount(opened, between(bound, parts * worst, parts * best), len(self.links))
        gain[:, self._opened] = opening[self._opened]
        for one in self.effects:
            part = force[one.number]
            if not part:
                continue
            low, high = part * one.bounds[0], part * one.bounds[1]
            taken = between(bound, high, low)
            if one.kind in {"halt", "reduce"}:
                cap[one.hit] *= 1 - taken
                if len(one.sold):
                    gain[:, one.sold] *= 1 - taken
            elif one.kind == "spare_capacity":
                cap[one.hit] *= 1 + between(bound, low, high)
            elif one.kind == "embargo":
                for of, at in one.places:
                    if of == bound:
                        gain[at, one.hit] *= 1 - taken
            else:
                raise NotImplementedError(one.kind)
        if bound == LOW and len(self._hidden):
            gain[:, self._hidden] *= self._spared(force)
        return cap, gain

    def _spared(self, force: Sequence[float]) -> np.ndarray:
        """What is surely left of supply that may be of whoever is hit (sides x their number).

        It is of one maker or of several, each of which loses what hits it: the worst is the one that is hit most, not all at
        once. (Two countries that each lose half leave half of what is the one's or the other's.)
        """
        least = np.ones((self.sides.count, len(self._hidden)))
        for owner in self._owners:
            left = np.ones_like(least)
            for one, at in owner:
                sides = range(self.sides.count) if one.kind != "embargo" else [side for of, side in one.places if of == LOW]
                for side in sides:
                    left[side, at] *= 1 - force[one.number] * one.bounds[1]
            np.minimum(least, left, out=least)
        return least


_ALIKE = 64
Bound = TypeVar("Bound", float, np.ndarray)


def between(bound: int, worst: Bound, best: Bound) -> Bound:
    """Return what a reading takes of bounds: the one that hurts most or least, or what lies in their middle."""
    return worst if bound == LOW else best if bound == HIGH else (worst + best) / 2


def _among(count: int, numbers: Iterable[np.ndarray]) -> np.ndarray:
    """Return which of the first ``count`` numbers are among some, sorted."""
    found = np.zeros(count, np.bool_)
    for some in numbers:
        found[some] = True
    return np.flatnonzero(found)
