"""Who stands behind which maker and which link of a network, and the sides from which its markets are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from weakref import proxy

import numpy as np
import polars as pl

from ...graph import ProductionNetwork
from ...graph.network import EXTRA, MAKER, MARKET, NEW, REMAINDER, remembered

ANY, REST, TOLD, NOBODY = "any", "rest", "told", "nobody"
"""What may belong to whoever is hit: unattributed supply and the shares of who stands for it (`Places.held`), the first
alone, that only where the market names it without a share, or nothing."""
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
    makers = network.makers
    placed = set(makers.drop_nulls("country")["supplier"])
    return makers["node"].to_numpy(), makers["supplier"].to_list(), placed, set(makers["supplier"]) - {REMAINDER}


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
        return (self.network.nodes["supplier"] == REMAINDER).fill_null(False).to_numpy()

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
        """Links that may belong to a node, to remainders and as in `held`: not where its own share is told.

        The share of a country in a market told by companies is never told: others of that country may hide.
        """
        if hidden == NOBODY:
            return np.zeros(0, np.int64)
        rests, market = self.rests, self.rest_market
        if item is not None:
            at = self._rests_of(item)
            rests, market = rests[at], market[at]
        may = ~self._among(market, self.named_markets.get(node))
        if hidden == TOLD:
            may &= self._among(market, self.standing_markets.get(node))
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
        for maker in dict.fromkeys([*asked, *(below for one in asked for below in self._below.get(one, ()))]):
            felt = frozenset(up for up in chains.get(maker, (maker,)) if up in asked)
            anywhere = countries if maker in placeless else ()
            found |= dict.fromkeys([felt - countries | {country} for country in sorted(anywhere)] or [felt])
        return list(found)

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        """Who belongs to each company, and to what belongs to it."""
        found: dict[str, list[str]] = defaultdict(list)
        for maker, chain in self.network.chains.items():
            for up in chain[1:]:
                if not self.is_country(up):
                    found[up].append(maker)
        return found

    def is_country(self, node: str) -> bool:
        """Whether a node is no company: it belongs to nothing and stands in nothing else."""
        if node in self.items or node in self.network.placeless:
            return False
        return self.network.chains.get(node, (node,)) == (node,)

    @cached_property
    def _standing(self) -> set[str]:
        """The countries that makers stand in."""
        return set(self.network.makers["country"].drop_nulls())

    @cached_property
    def _sales_of(self) -> dict[str, np.ndarray]:
        """The sales of each supplier in the markets where its own share is told."""
        told = ~self._rest & ((self.network.flags[self.sales_links] & EXTRA) == 0)
        return _by_place(self.network.nodes["supplier"].gather(self._sellers[told]), self.sales_links[told])

    @cached_property
    def _placeless_sales(self) -> np.ndarray:
        """The sales of makers of which nobody says where they stand, from new sources too."""
        makers = self.network.makers.filter(pl.col("supplier").is_in(sorted(self.network.placeless)))["node"].to_numpy()
        return self.sales_links[self._among(self._sellers, makers)]

    def held(self, node: str, item: str | None = None) -> np.ndarray:
        """Links to makers whose share may be a node's, all of it, where its own share is not told.

        For a company its `groups`; for a country the makers of which nobody says where they stand. The buyer goes on making
        the product for itself (see `hit`).
        """
        if self.is_country(node):
            links = self._placeless_sales
        else:
            found = [links for one in self.groups(node) if (links := self._sales_of.get(one)) is not None]
            links = np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
        market = self.network.owner[links]
        may = ~self._among(market, self.named_markets.get(node))
        if self.network.home is not None:
            own = self.network.market(str(self.network.product))
            may &= (self.network.indices[links] != self.network.home) | (market != own)
        if item is not None:
            number, codes = self.network.item_codes
            may &= codes[market] == number.get(item, -1)
        return links[may]

    def told_held(self, country: str, item: str | None = None) -> np.ndarray:
        """Those of `held` in markets where somebody in the country is named: whether another stands there is a fact."""
        links = self.held(country, item)
        return links[self._among(self.network.owner[links], self.standing_markets.get(country))]

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
        """Return the makers of a node, sales of the buyer's own to others, and links that may be the node's (`_hiding`).

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
        """Return the sales of a node, and the links that may be its (`_hiding`)."""
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
