"""Who stands behind which maker and which link of a network, and the sides from which its markets are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any
from weakref import proxy

import numpy as np

from ...graph import ProductionNetwork
from ...graph.names import NO_TEXT, Grouped
from ...graph.network import EXTRA, MAKER, MARKET, NEW, REMAINDER, remembered

ANY, REST, TOLD, NOBODY = "any", "rest", "told", "nobody"
"""What may belong to whoever is hit: unattributed supply and the shares of who stands for it (`Places.held`), the first
alone, that only where the market names it without a share, or nothing."""
_ALIKE, _LAST, _NODES = 64, 8, 100_000
"""Sides that are kept, and hits; these at least, and of a small network as many as have so many nodes together."""
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
        node, supplier, placed, named = _standing(network)

        def of(chain: tuple[str, ...]) -> tuple[bool, ...]:
            # Aimed at some: those are hit. Aimed at everybody abroad: all that do not stand at home.
            at = set(chain)
            hit = [bool(to & at) if to else not (own & at) for to, own in zip(aimed, homes, strict=True)]
            return tuple(hit + [holder in at for holder in holders])

        # A maker of which nobody says where it stands reads what an unknown place does, unless it is itself whom all aim at.
        if aimed and not holders:
            placed = placed | set.intersection(*aimed)
        known = {supplier: of(network.chains[supplier]) for supplier in sorted(named & placed)}
        known[NEW] = tuple(False for _ in [*aims, *holders])  # a place that no scenario touches
        reader = of(network.places)
        kinds = sorted({reader, *known.values()})
        self.count, self.unknown = len(kinds) + 1, len(kinds)
        self.reader = kinds.index(reader)
        sides = {supplier: kinds.index(kind) for supplier, kind in known.items()}
        self.side = np.zeros(n, np.int64)
        self.side[node] = [sides.get(one, self.unknown) for one in supplier]
        self.inside = [[kind[i] for kind in kinds] + [False] for i in range(len(aims) + len(holders))]


def home(network: ProductionNetwork, node: str) -> set[str]:
    """Return a node and the countries it produces in: nobody there is abroad."""
    chain = network.chains.get(node, (node,))
    return {node} | (_countries(network).get(node) or set(chain[-1:]))


@remembered
def _standing(network: ProductionNetwork) -> tuple[np.ndarray, list[str], set[str], set[str]]:
    """Return the nodes of makers and whose each is, those of whom somebody says where they stand, and all that are named."""
    makers, names = np.flatnonzero(network.kind == MAKER), network.names
    supplier = names.codes("supplier")[makers]
    placed = supplier[names.codes("country")[makers] != NO_TEXT]
    whose = names.texts("supplier", supplier)
    return makers, whose, set(names.texts("supplier", np.unique(placed))), set(whose) - {REMAINDER}


@remembered
def _countries(network: ProductionNetwork) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    names, makers = network.names, np.flatnonzero(network.kind == MAKER)
    standing = np.unique(np.stack([names.codes("supplier")[makers], names.codes("country")[makers]]), axis=1)
    supplier, country = standing[:, (standing != NO_TEXT).all(axis=0)]
    for one, place in zip(names.texts("supplier", supplier), names.texts("country", country), strict=True):
        found[one].add(place)
    return found


class Places:
    """Who stands behind which maker and which link of a network; looked up when a scenario first asks for it."""

    def __init__(self, network: ProductionNetwork) -> None:
        self.network = proxy(network)  # kept with the network, it must not keep it
        self._hits: dict[Any, Any] = {}
        self._sides: dict[tuple[tuple[Aim, ...], tuple[str, ...]], Sides] = {}
        self.items = set(network.items)
        self.opened_links = np.flatnonzero((network.flags & EXTRA) > 0)
        # Sales: links of markets to makers. Rests: those to the remainder.
        self.sales_links = np.flatnonzero((network.kind[network.owner] == MARKET) & (network.kind[network.indices] == MAKER))
        self._sellers = network.indices[self.sales_links]
        self._item, self._supplier = network.names.codes("item"), network.names.codes("supplier")
        self._rest = self._remainder[self._sellers]
        self.rests = self.sales_links[self._rest]
        self.rest_market = network.owner[self.rests]

    @cached_property
    def _remainder(self) -> np.ndarray:
        return self._supplier == self.network.names.code("supplier", REMAINDER)

    @cached_property
    def _by_place(self) -> tuple[Grouped, Grouped]:
        """The makers of each supplier, and in each country."""
        makers = np.flatnonzero((self.network.kind == MAKER) & ~self._remainder)
        by_supplier, by_country = (self.network.names.grouped(name, makers, makers) for name in ("supplier", "country"))
        return by_supplier, by_country

    def makers_at(self, place: str | None) -> np.ndarray:
        """Return the makers of a supplier, or in a country."""
        own, inside = (makers[place] for makers in self._by_place)
        return np.union1d(own, inside) if len(own) and len(inside) else own if len(own) else inside

    @cached_property
    def named_markets(self) -> Grouped:
        """The markets where each supplier's own share is told."""
        return self._told("supplier", self.network.owner)

    @cached_property
    def standing_markets(self) -> Grouped:
        """The markets where the share of somebody in each country is told."""
        return self._told("country", self.network.owner)

    def _told(self, whose: str, of_link: np.ndarray | None = None) -> Grouped:
        """Return the sales of which the share is told, or something of each, by whose they are."""
        # A new source says nothing of today's shares.
        told = ~self._rest & ((self.network.flags[self.sales_links] & EXTRA) == 0)
        links = self.sales_links[told]
        return self.network.names.grouped(whose, self._sellers[told], links if of_link is None else of_link[links])

    def _hiding(self, node: str, item: str | None, hidden: str) -> np.ndarray:
        """Links that may belong to a node, to remainders and as in `held`: not where its own share is told.

        The share of a country in a market told by companies is never told: others of that country may hide.
        """
        if hidden == NOBODY:
            return np.zeros(0, np.int64)
        rests, market = self.rests, self.rest_market
        if item is not None:
            at = self._rests_of[item]
            rests, market = rests[at], market[at]
        may = ~self._among(market, self.named_markets[node])
        if hidden == TOLD:
            may &= self._among(market, self.standing_markets[node])
        if hidden == ANY:
            return np.concatenate([rests[may], self.held(node, item)])
        if hidden == TOLD and self.is_country(node):
            return np.concatenate([rests[may], self.told_held(node, item)])
        return rests[may]

    def groups(self, node: str) -> list[str]:
        """Return who stands for a company or site where a market does not name it: companies it belongs to, its country.

        Of one whose place nobody knows, any country may be it.
        """
        above = list(self.network.chains.get(node, ())[1:])
        if node in self.network.placeless:
            above += sorted(self._standing - set(above))
        return above

    def owners(self, nodes: Iterable[str]) -> list[frozenset[str]]:
        """Return which of some suppliers and countries may be hit together in what one maker supplies, whoever it is.

        A maker is hit with those that it belongs to and with the country that it stands in: any one country where nobody
        says which. Two countries, or two companies that have nothing to do with each other, are two makers.
        """
        asked = dict.fromkeys(nodes)
        chains, placeless = self.network.chains, self.network.placeless
        countries = {one for one in asked if self.is_country(one)}
        found: dict[frozenset[str], None] = {}
        below = (maker for one in asked if one not in countries for maker in chains.below.get(one, ()))
        for maker in dict.fromkeys([*asked, *below]):
            felt = frozenset(up for up in chains.get(maker, (maker,)) if up in asked)
            anywhere = countries if maker in placeless else ()
            found |= dict.fromkeys([felt - countries | {country} for country in sorted(anywhere)] or [felt])
        return list(found)

    def is_country(self, node: str) -> bool:
        """Whether a node is no company: it belongs to nothing and stands in nothing else."""
        if node in self.items or node in self.network.placeless:
            return False
        return self.network.chains.get(node, (node,)) == (node,)

    @cached_property
    def _standing(self) -> set[str]:
        """The countries that makers stand in."""
        codes = np.unique(self.network.names.codes("country")[self.network.kind == MAKER])
        return set(self.network.names.texts("country", codes[codes != NO_TEXT]))

    @cached_property
    def _sales_of(self) -> Grouped:
        """The sales of each supplier in the markets where its own share is told."""
        return self._told("supplier")

    @cached_property
    def _placeless_sales(self) -> np.ndarray:
        """The sales of makers of which nobody says where they stand, from new sources too."""
        placeless = [self.network.names.code("supplier", one) for one in self.network.placeless]
        makers = np.flatnonzero(np.isin(self._supplier, placeless)) if placeless else self.rests[:0]
        return self.sales_links[self._among(self._sellers, makers)]

    def held(self, node: str, item: str | None = None) -> np.ndarray:
        """Links to makers whose share may be a node's, all of it, where its own share is not told.

        For a company its `groups`; for a country the makers of which nobody says where they stand. The buyer goes on making
        the product for itself (see `hit`).
        """
        if self.is_country(node):
            links = self._placeless_sales
        else:
            links = np.sort(np.concatenate([self.rests[:0], *(self._sales_of[one] for one in self.groups(node))]))
        market = self.network.owner[links]
        may = ~self._among(market, self.named_markets[node])
        if self.network.home is not None:
            own = self.network.market(str(self.network.product))
            may &= (self.network.indices[links] != self.network.home) | (market != own)
        if item is not None:
            may &= self._item[market] == self.network.names.code("item", item)
        return links[may]

    def told_held(self, country: str, item: str | None = None) -> np.ndarray:
        """Those of `held` in markets where somebody in the country is named: whether another stands there is a fact."""
        links = self.held(country, item)
        return links[self._among(self.network.owner[links], self.standing_markets[country])]

    def _makers_of(self, item: str) -> np.ndarray:
        """The makers of an item."""
        here = np.flatnonzero(self._item == self.network.names.code("item", item))
        return here[self.network.kind[here] == MAKER]

    @cached_property
    def _rests_of(self) -> Grouped:
        """Which of the links to remainders are those of the markets of an item."""
        return self.network.names.grouped("item", self.rest_market, np.arange(len(self.rests)))

    def _among(self, nodes: np.ndarray, some: np.ndarray) -> np.ndarray:
        """Whether each of the nodes is one of some (of many thousands, without sorting them)."""
        marked = np.zeros(len(self.network.kind), np.bool_)
        marked[some] = True
        return marked[nodes]

    def hit(self, node: str | None, item: str | None, hidden: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the makers of a node, sales of the buyer's own to others, and links that may be the node's (`_hiding`).

        The buyer goes on making the product for itself, whatever happens to its country: else it would be its own worst
        chokepoint, and nothing could be asked of its suppliers.
        """
        return self._kept(self._hit, node, item, hidden)

    def _kept(self, look_up: Callable[..., Any], *about: str | None) -> Any:
        """What was looked up: the readings of one threat ask for the same, and so do many questions."""
        key = look_up.__name__, *about
        if key not in self._hits:
            if len(self._hits) >= max(_LAST, _NODES // max(1, len(self.network.kind))):
                self._hits.clear()
            self._hits[key] = look_up(*about)
        return self._hits[key]

    def _hit(self, node: str | None, item: str | None, hidden: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        none = np.zeros(0, np.int64)
        if node in self.items:
            makers = self._makers_of(str(node))
            return makers[self._supplier[makers] != self.network.names.code("supplier", NEW)], none, none
        makers = self.makers_at(str(node))
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
        """Return the sales of a node, and the links that may be its (`_hiding`)."""
        return self._kept(self._sales, node, item, hidden)

    def _sales(self, node: str | None, item: str | None, hidden: str) -> tuple[np.ndarray, np.ndarray]:
        makers = self.makers_at(str(node))
        links = self.sales_links[self._among(self._sellers, makers)]
        if item is not None:
            links = links[self._item[self.network.owner[links]] == self.network.names.code("item", item)]
        return links, self._hiding(str(node), item, hidden)


@remembered
def network_places(network: ProductionNetwork) -> Places:
    """Return who stands behind which maker and link of a network; looked up once."""
    return Places(network)
