"""Where stocks lie on a production network in time: of what, with whom, and from which day."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import proxy

import numpy as np

from ...graph import ProductionNetwork
from ...graph.network import GROUP, MAKER, MARKET, SHARED, remembered
from . import flows, kernels
from .changes import Change
from .conditions import HIGH, between
from .places import network_places
from .simulation import Reading

if TYPE_CHECKING:
    from .courses import Film


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms on which a network keeps stocks and is delivered to, which no scenario changes: see `flows.run`."""

    inner: np.ndarray
    plants: int
    plant_ptr: np.ndarray
    need_market: np.ndarray
    divided: np.ndarray
    lag: np.ndarray
    lag_column: np.ndarray
    lag_node: np.ndarray
    new: np.ndarray
    markets: np.ndarray
    network: ProductionNetwork

    @cached_property
    def newcomers(self) -> frozenset[int]:
        """Requirements of new sources."""
        owned = self.network.kind[self.network.owner] == MAKER
        return frozenset(np.flatnonzero(owned & (self.new[self.network.owner] > 0)).tolist())

    @cached_property
    def users(self) -> dict[str, tuple[list[int], list[int], list[int]]]:
        """Who holds a stock of each item: links of plants and of alternatives, and places in ``needs``."""
        network, owner = self.network, self.network.kind[self.network.owner]
        market = network.kind[network.indices] == MARKET
        own = np.flatnonzero(market & (owner == MAKER) & ((network.flags & SHARED) == 0))
        alternatives, shared = np.flatnonzero(market & (owner == GROUP)), np.flatnonzero(market[network.needs])
        items = network.names.codes("item")[network.indices]
        found: dict[str, tuple[list[int], list[int], list[int]]] = defaultdict(lambda: ([], [], []))
        for way, (places, links) in enumerate(((own, own), (alternatives, alternatives), (shared, network.needs[shared]))):
            for at, item in zip(places.tolist(), network.names.texts("item", items[links]), strict=True):
                found[item][way].append(at)
        return dict(found)


@remembered
def terms(network: ProductionNetwork) -> Terms:
    """Return them for a network, found once."""
    n, m = len(network.kind), len(network.indices)
    needs = network.kind[network.owner] != MARKET
    links, needed = np.diff(network.indptr), np.diff(network.need_indptr)
    plants = links * needed
    divided = np.zeros(n, np.bool_)
    divided[network.indices[(network.flags & SHARED) > 0]] = True
    lag = np.where(needs, np.nan_to_num(network.lag), 0.0)
    nodes = np.unique(network.indices[lag > 0])
    new = np.zeros(n, np.int8)
    new[network.indices[network_places(network).opened_links]] = 1
    column = np.where(lag > 0, np.searchsorted(nodes, network.indices), -1)
    return Terms(
        np.where(needs, n + np.arange(m), network.indices),
        int(plants.sum()),
        np.concatenate([[0], np.cumsum(plants)]).astype(np.int64),
        np.repeat(np.arange(n), needed),
        divided,
        lag,
        column.astype(np.int64),
        nodes.astype(np.int64),
        new,
        network.item_markets,
        proxy(network),
    )


@dataclass(frozen=True)
class Layout:
    """Where the stocks of one kind begin, all kinds one after the other and each by side; see `flows.run`.

    Those of links (from 0), of markets in the best arrangement, of makers who are one plant each, what a node has over and
    what it is late with, and the reserves, of which a reading has as many as its scenario gives.
    """

    best: int
    alike: int
    over: int
    late: int
    reserve: int

    @classmethod
    def of(cls, network: ProductionNetwork, sides: int) -> Layout:
        """Return the layout of a network that is looked at from so many sides."""
        best = len(network.indices) * sides
        alike = best + len(network.needs) * sides
        over = alike + terms(network).plants + len(network.needs) * sides
        late = over + len(network.kind) * sides
        return cls(best, alike, over, late, late + len(network.kind) * sides)

    @staticmethod
    def nodes(network: ProductionNetwork, sides: int, reserves: np.ndarray) -> np.ndarray:
        """Return the node that each stock is looked at with; ``reserves`` tells those of a node and side (as in CSR)."""
        found = _nodes(network, sides)
        if not reserves[-1]:
            return found
        every = np.repeat(np.arange(len(network.kind)), sides)
        return np.concatenate([found, np.repeat(every, np.diff(reserves))])


@remembered
def _nodes(network: ProductionNetwork, sides: int) -> np.ndarray:
    """Return the nodes of the stocks that every reading has."""
    base, every = terms(network), np.arange(len(network.kind))
    plants = np.diff(base.plant_ptr + network.need_indptr * sides)
    owners, needing = np.repeat(network.owner, sides), np.repeat(base.need_market, sides)
    return np.concatenate([owners, needing, np.repeat(every, plants), *[np.repeat(every, sides)] * 2])


_Row = tuple[float, int, int, float]
"""From which day on a stock, of which kind (1: of those who are hit at worst) and where, lasts how many days."""


class Stocks:
    """Where stocks lie in a reading, as strict as told: who lives on them, and reserves that a market is given."""

    def __init__(self, film: Film, strict: int, reading: Reading, layout: Layout) -> None:
        network, sides = film.network, film.sides
        self.network, self.sides, self.reading, self.layout = network, sides, reading, layout
        # Where nothing is taken for granted, nobody knows what a new source has in stock: nothing, or all that it needs.
        unsaid = terms(network).newcomers if strict else frozenset()
        self.worst_need = np.full(len(network.needs), -1, np.int64)
        self.worst_link = np.full(len(network.indices), -1, np.int64)
        self._nodes: list[int] = []
        reserves: list[tuple[int, float, float, float]] = []
        rows: list[_Row] = []
        if strict == kernels.STRICT_HIGH:
            rows += [(0.0, 0, k * sides, flows.OPEN) for k in sorted(unsaid)]
        for change in film.stocks:
            low, high = change.bounds
            days = float(between(reading.bound, low, high))
            if change.holder is not None or change.item in film.goods:
                reserves += self._reserve(film, reading, change, days)
            if change.holder is None:
                rows += [(change.start, kind, at, days) for kind, at in self._users(str(change.item), unsaid)]
        self.worst, self.worst_node = len(self._nodes), np.array(self._nodes, np.int64)
        reserves.sort(key=lambda one: one[0])
        self.rates = np.array([one[1] for one in reserves], np.float64)
        at = np.array([one[0] for one in reserves], np.int64)
        self.ptr = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=len(network.kind) * sides))]).astype(np.int64)
        rows += [(start, 0, layout.reserve + entry, days) for entry, (_, _, start, days) in enumerate(reserves)]
        # By day: what a stock becomes, and of which kind it is (1: of those who are hit at worst).
        rows.sort(key=lambda row: row[0])
        starts, kinds, places, lasts = zip(*rows, strict=True) if rows else ((), (), (), ())
        until = np.searchsorted(np.array(starts, np.float64), film.days, side="right")
        self.steps = (
            np.concatenate([[0], until]).astype(np.int64),
            np.array(kinds, np.int64),
            np.array(places, np.int64),
            np.array(lasts, np.float64),
        )

    def _users(self, item: str, unsaid: Collection[int]) -> list[tuple[int, int]]:
        """The stocks of an item: of which kind, and where."""
        network, sides, layout, base = self.network, self.sides, self.layout, terms(self.network)
        worst = self.reading.arrangement == kernels.WORST
        own, alternatives, shared = base.users.get(item, ((), (), ()))
        # Each plant and each group of alternatives lives on a stock of its own.
        found = [(0, k * sides) for k in own if k not in unsaid]
        for k in alternatives:
            divided = worst and base.divided[network.owner[k]]
            first = self._hit(self.worst_link, k, int(network.owner[k])) if divided else int(k) * sides
            found += [(int(divided), first + at) for at in range(sides)]
        # The makers of a market share one stock in the best arrangement; at worst those who are hit are hit wholly, and
        # have only theirs; where all are supplied alike, each plant and the plants of each side have their own.
        for j in shared:
            market = int(base.need_market[j])
            first = self._hit(self.worst_need, j, market) if worst else layout.best + int(j) * sides
            found += [(int(worst), first + at) for at in range(sides)]
            if self.reading.arrangement == kernels.ALIKE:
                needed = int(network.need_indptr[market + 1] - network.need_indptr[market])
                before = int(base.plant_ptr[market]) + int(network.need_indptr[market]) * (sides - 1)
                makers = int(network.indptr[market + 1] - network.indptr[market])
                found += [(0, layout.alike + before + int(j) + plants * needed) for plants in range(sides + makers)]
        return found

    def _hit(self, places: np.ndarray, at: int, node: int) -> int:
        """Where the stocks of those who are hit at worst begin, by side: made when a stock is first looked for there."""
        if places[at] < 0:
            places[at] = len(self._nodes)
            self._nodes += [node] * self.sides
        return int(places[at])

    @staticmethod
    def _reserve(film: Film, reading: Reading, change: Change, days: float) -> list[tuple[int, float, float, float]]:
        """The markets that a reserve is given to, by side: at which entry, how much a day, since when, how many days."""
        network, sides = film.network, film.effects.sides
        rate = math.inf if change.release is None else change.release
        if change.holder is None:  # a stock of the product is held by whoever buys it
            places = [(network.market(str(change.item)), sides.reader)]
        else:
            inside = list(film.effects.holders[id(change)])
            inside[sides.unknown] = reading.bound == HIGH  # with a reserve there are several sides
            names = network.names
            nodes = np.flatnonzero((names.codes("item") == names.code("item", change.item)) & (network.kind == MARKET))
            places = [(int(node), at) for node in nodes for at in range(sides.count) if inside[at]]
        return [(node * sides.count + at, min(rate, flows.OPEN), change.start, days) for node, at in places]
