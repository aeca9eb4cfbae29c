"""What a scenario does to a network: bounds of capacities and of gains, and the sides from which markets are read.

The network itself never changes. A halt or a cut bounds the capacity of makers. An embargo bounds the gain of links: it hits
some buyers and spares others, so every market is read from a few **sides**, one for all places that the scenario treats
alike, one for makers whose place is not known, which may stand on any. With no embargo there is one side.

What is not attributed to a named supplier may belong to whoever is hit, unless its own share in that market is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from weakref import proxy

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork
from ...graph.errors import shorten
from ...graph.network import EXTRA, MAKER, MARKET, NEW, REMAINDER, NewSource, remembered
from .changes import Change, embargo, halt
from .scenario import Scenario

LOW, HIGH, ESTIMATE = 0, 1, 2
"""Bounds that hurt most and least, and what lies between: rows of `Conditions.cap` and `Conditions.gain`."""
KINDS = ("halt", "embargo")
"""How a node fails: all its production stops, or its exports do."""
_OF_MAKERS = ("halt", "reduce", "spare_capacity")
"""Kinds of changes that are about what makers can make; others are about links."""
OPENED = ("add_source", "substitute")
"""Kinds of changes that open a source, which is compiled in, shut."""
ANY, TOLD, NOBODY = "any", "told", "nobody"
"""To whom unattributed supply may belong: anybody, those whom the market names without a share, or nobody who is hit."""


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


def conditions(network: ProductionNetwork, scenario: Scenario, *, hidden: str = ANY) -> Conditions:
    """Return the bounds that a scenario sets.

    Parameters
    ----------
    network : ProductionNetwork
        With the new sources of the scenario compiled in.
    scenario : Scenario
        Its changes of flow; stocks buy time and have no place here.
    hidden : {"any", "told", "nobody"}
        To whom unattributed supply may belong. "any": whoever is hit, unless its own share in that market is told; "told":
        only where that market names it, or a company of it, without a share of its own; "nobody": never.

    Raises
    ------
    InputError
        The scenario holds a stock, or a new source that is not compiled in.
    """
    for change in scenario:
        if change.kind == "stockpile":
            raise InputError("risk.conditions.stock", item=change.item)
    return Effects(network, scenario, hidden=hidden).at([1.0] * len(scenario))


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
        Links: what the buyer itself sells to others, and unattributed supply that may be the node's (in the low bound).
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
        ordered = sorted(enumerate(scenario), key=lambda one: one[1].kind not in OPENED)
        found = [
            self._effect(number, change, inside.get(id(change), []))
            for number, change in ordered
            if change.kind != "stockpile"  # it buys time, and changes nothing for good
        ]
        # Only some makers and links are ever touched.
        of_makers = [one.hit for one in found if one.kind in _OF_MAKERS]
        of_links = [one.hit for one in found if one.kind not in _OF_MAKERS]
        of_links += [links for one in found for links in (one.sold, one.rests)]
        self.makers = _among(len(network.kind), of_makers)
        self.links = _among(len(network.indices), [about.opened_links, *of_links])
        self.opened = np.searchsorted(self.links, about.opened_links)
        self.effects = [one.among(self.makers, self.links) for one in found]
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
            # Who stands nobody knows where is hit at worst.
            places = [
                (bound, at)
                for bound in (LOW, HIGH, ESTIMATE)
                for at in range(self.sides.count)
                if inside[at] or (at == self.sides.unknown and bound == LOW)
            ]
        elif change.kind in OPENED:
            key: NewSource = (str(change.item), change.node, change.by, change.inputs if change.by is None else False)
            if key not in self.network.sources:
                raise InputError("risk.conditions.not_compiled", kind=change.kind, item=change.item)
            hit = self.network.sources[key]
        else:
            raise NotImplementedError(change.kind)
        return Effect(number, change.kind, change.bounds, hit, sold, rests, places)

    @property
    def hit(self) -> np.ndarray:
        """Whether a change may touch each node (n): its capacity, or what it buys; new sources are left out."""
        hit = np.zeros(len(self.network.kind), np.bool_)
        hit[self.makers] = True
        hit[self.network.owner[np.delete(self.links, self.opened)]] = True
        return hit

    def at(self, force: Sequence[float]) -> Conditions:
        """Return the conditions while each change is in force by a part (0..1)."""
        cap = np.ones((3, len(self.network.kind)))
        gain = np.ones((3, self.sides.count, len(self.network.indices)))
        for bound in (LOW, HIGH, ESTIMATE):
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
        gain[:, self.opened] = 0.0
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
                if bound == LOW and len(one.rests):
                    gain[:, one.rests] *= 1 - taken
            elif one.kind == "spare_capacity":
                cap[one.hit] *= 1 + between(bound, low, high)
            elif one.kind == "embargo":
                for of, at in one.places:
                    if of == bound:
                        gain[at, one.hit] *= 1 - taken
                        if bound == LOW:
                            gain[at, one.rests] *= 1 - taken
            elif one.kind in OPENED:
                gain[:, one.hit] += between(bound, low, high)
            else:
                raise NotImplementedError(one.kind)
        return cap, gain


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


_ALIKE = 64
Aim = tuple[tuple[str, ...], str | None]
"""Whom an embargo hits; where it is everybody abroad, its own node instead."""


class Sides:
    """Places that a scenario's embargoes and reserves treat alike."""

    def __init__(self, network: ProductionNetwork, aims: Sequence[Aim], holders: Sequence[str]) -> None:
        n = len(network.kind)
        if not aims and not holders:
            self.count, self.reader, self.unknown, self.inside = 1, 0, 0, []
            self.side = np.zeros(n, np.int64)
            return
        aimed = [set(to) for to, _ in aims]
        homes = [set() if node is None else home(network, node) for _, node in aims]

        def of(chain: tuple[str, ...]) -> tuple[bool, ...]:
            # Aimed at some: those are hit. Aimed at everybody abroad: all that do not stand at home.
            at = set(chain)
            hit = [bool(to & at) if to else not (own & at) for to, own in zip(aimed, homes, strict=True)]
            return tuple(hit + [holder in at for holder in holders])

        makers = network.makers
        known = {supplier: of(network.chains[supplier]) for supplier in makers["supplier"].unique() if supplier != REMAINDER}
        known[NEW] = tuple(False for _ in [*aims, *holders])  # a place that no scenario touches
        reader = of(network.places)
        kinds = sorted({reader, *known.values()})
        self.count, self.unknown = len(kinds) + 1, len(kinds)
        self.reader = kinds.index(reader)
        sides = {supplier: kinds.index(kind) for supplier, kind in known.items()} | {REMAINDER: self.unknown}
        self.side = np.zeros(n, np.int64)
        self.side[makers["node"].to_numpy()] = makers["supplier"].replace_strict(sides, return_dtype=pl.Int64).to_numpy()
        self.inside = [[kind[i] for kind in kinds] + [False] for i in range(len(aims) + len(holders))]


def home(network: ProductionNetwork, node: str) -> set[str]:
    """Return a node and the countries it produces in: nobody there is abroad."""
    chain = network.chains.get(node, (node,))
    return {node} | (_countries(network).get(node) or set(chain[-1:]))


@remembered
def _countries(network: ProductionNetwork) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for supplier, country in network.makers.select("supplier", "country").drop_nulls().iter_rows():
        found[supplier].add(country)
    return found


class Places:
    """Who stands behind which maker and which link of a network; looked up when a scenario first asks for it."""

    def __init__(self, network: ProductionNetwork) -> None:
        self.network = proxy(network)  # kept with the network, it must not keep it
        self._sides: dict[tuple[tuple[Aim, ...], tuple[str, ...]], Sides] = {}
        self.items = set(network.items)
        self.opened_links = np.concatenate([np.zeros(0, np.int64), *network.sources.values()])
        # Sales: links of markets to makers. Rests: those to the remainder.
        self.sales_links = np.flatnonzero((network.kind[network.owner] == MARKET) & (network.kind[network.indices] == MAKER))
        self._sellers = network.indices[self.sales_links]
        self._rest = self._remainder[self._sellers]
        self.rests = self.sales_links[self._rest]
        self.rest_market = network.owner[self.rests]

    @cached_property
    def supplier(self) -> np.ndarray:
        """Whose node each is."""
        return self.network.nodes["supplier"].fill_null("").to_numpy()

    @cached_property
    def _remainder(self) -> np.ndarray:
        return np.array([supplier == REMAINDER for supplier in self.network.nodes["supplier"].to_list()], np.bool_)

    @cached_property
    def by_place(self) -> dict[str, np.ndarray]:
        """The makers of each supplier, and in each country."""
        makers = np.flatnonzero((self.network.kind == MAKER) & ~self._remainder)
        suppliers, countries = (self.network.nodes[name].gather(makers) for name in ("supplier", "country"))
        found = _by_place(suppliers, makers)
        for place, others in _by_place(countries, makers).items():
            found[place] = np.union1d(found[place], others) if place in found else others
        return found

    @cached_property
    def named_markets(self) -> dict[str, np.ndarray]:
        """The markets where each supplier's own share is told."""
        return self._markets("supplier")

    @cached_property
    def standing_markets(self) -> dict[str, np.ndarray]:
        """The markets where the share of somebody in each country is told."""
        return self._markets("country")

    def _markets(self, whose: str) -> dict[str, np.ndarray]:
        # A new source says nothing of today's shares.
        told = ~self._rest & ((self.network.flags[self.sales_links] & EXTRA) == 0)
        return _by_place(self.network.nodes[whose].gather(self._sellers[told]), self.network.owner[self.sales_links[told]])

    def _hiding(self, node: str, item: str | None, hidden: str) -> np.ndarray:
        """Links to remainders that may belong to a node: not where its own share is told.

        The share of a country in a market told by companies is never told: others of that country may hide.
        """
        if hidden == NOBODY or not len(self.rests):
            return np.zeros(0, np.int64)
        rests, market = self.rests, self.rest_market
        if item is not None:
            at = self._rests_of(item)
            rests, market = rests[at], market[at]
        may = ~self._among(market, self.named_markets.get(node))
        if hidden == TOLD:
            may &= self._among(market, self.standing_markets.get(node))
        return rests[may]

    def _makers_of(self, item: str) -> np.ndarray:
        """The makers of an item."""
        number, codes = self.network.item_codes
        here = np.flatnonzero(codes == number.get(item, -1))
        return here[self.network.kind[here] == MAKER]

    def _rests_of(self, item: str) -> np.ndarray:
        """Which of the links to remainders are those of the markets of an item."""
        order, starts = self._rests_by_item
        number = self.network.item_codes[0].get(item)
        return order[:0] if number is None else order[starts[number] : starts[number + 1]]

    @cached_property
    def _rests_by_item(self) -> tuple[np.ndarray, np.ndarray]:
        number, codes = self.network.item_codes
        code = codes[self.rest_market]
        order = np.argsort(code, kind="stable")
        return order, np.searchsorted(code[order], np.arange(len(number) + 1))

    def _among(self, nodes: np.ndarray, some: np.ndarray | None) -> np.ndarray:
        """Whether each of the nodes is one of some (of many thousands, without sorting them)."""
        if some is None:
            return np.zeros(len(nodes), np.bool_)
        marked = np.zeros(len(self.network.kind), np.bool_)
        marked[some] = True
        return marked[nodes]

    def hit(self, node: str | None, item: str | None, hidden: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the makers of a node, sales of the buyer's own to others, and links to remainders that may be the node's.

        The buyer goes on making the product for itself, whatever happens to its country: else it would be its own worst
        chokepoint, and nothing could be asked of its suppliers.
        """
        none = np.zeros(0, np.int64)
        if node in self.items:
            makers = self._makers_of(str(node))
            return makers[self.supplier[makers] != NEW], none, none
        makers = self.by_place.get(str(node), none)
        if item is not None:
            makers = np.intersect1d(makers, self._makers_of(item), assume_unique=True)
        sold = none
        home = self.network.home
        if home is not None and home in makers:
            makers = makers[makers != home]
            sold = self.sales_links[self.network.indices[self.sales_links] == home]
            sold = sold[self.network.owner[sold] != self.network.market(str(self.network.product))]
        return makers, sold, self._hiding(str(node), item, hidden)

    def sides(self, aims: tuple[Aim, ...], holders: tuple[str, ...]) -> Sides:
        """Return the sides of the network; scenarios that aim alike share them, as long as these are few."""
        if (aims, holders) not in self._sides:
            if len(self._sides) >= _ALIKE:
                self._sides.clear()
            self._sides[aims, holders] = Sides(self.network, aims, holders)
        return self._sides[aims, holders]

    def sales(self, node: str | None, item: str | None, hidden: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the sales of a node, and the links to remainders that may be its."""
        makers = self.by_place.get(str(node), np.zeros(0, np.int64))
        links = self.sales_links[self._among(self._sellers, makers)]
        if item is not None:
            number, codes = self.network.item_codes
            links = links[codes[self.network.owner[links]] == number.get(item, -1)]
        return links, self._hiding(str(node), item, hidden)


def _by_place(place: pl.Series, values: np.ndarray) -> dict[str, np.ndarray]:
    """Return the distinct ones of sorted values at each place; without those at no place."""
    found: dict[str, list[int]] = defaultdict(list)
    for name, value in zip(place.to_list(), values.tolist(), strict=True):
        if name is not None and (not (here := found[name]) or here[-1] != value):
            here.append(value)
    return {name: np.array(some, np.int64) for name, some in found.items()}


@remembered
def network_places(network: ProductionNetwork) -> Places:
    """Return who stands behind which maker and link of a network; looked up once."""
    return Places(network)
