"""Changes of a scenario, made to a production network: capacities, gains, and pools split by who buys."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

import polars as pl

from ...graph.network import NODE_SCHEMA, REMAINDER, WORLD_MARKET, NetworkBuilder, ProductionNetwork
from .scenario import Change

_UNKNOWN_PLACE = None
_READER = -1


class NetworkEditor(NetworkBuilder):
    """A copy of a network on which the changes of a scenario are made one after the other."""

    def __init__(self, network: ProductionNetwork) -> None:
        super().__init__()
        self.network = network
        self.rows = network.nodes.rows(named=True)
        self.producer = network.producer.tolist()
        self.slack = network.slack.tolist()
        self.caps = list(zip(network.cap_low.tolist(), network.cap_high.tolist(), strict=True))
        columns = (network.indices, network.low, network.high, network.gain_low, network.gain_high)
        flat = list(zip(*(column.tolist() for column in columns), strict=True))
        bounds = network.indptr.tolist()
        self.links = [flat[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]

    @cached_property
    def users(self) -> dict[int, set[int]]:
        """The nodes that draw on each node."""
        users: dict[int, set[int]] = defaultdict(set)
        for node, links in enumerate(self.links):
            for link in links:
                users[link[0]].add(node)
        return users

    def nodes(self) -> pl.DataFrame:
        """Return the rows of the nodes: those of the network, and the new ones after them."""
        old = self.network.nodes
        return pl.concat([old, pl.DataFrame(self.rows[old.height :], schema=NODE_SCHEMA)])

    def build(self, product: str | None = None, places: Any = ()) -> ProductionNetwork:
        """Freeze the changed network."""
        return super().build(self.network.product, self.network.places)

    def apply(self, change: Change) -> None:
        """Make one change."""
        low, high = change.bounds
        if change.kind in {"halt", "reduce"}:
            self._scale(change, 1 - high, 1 - low)
        elif change.kind == "spare_capacity":
            self._scale(change, 1 + low, 1 + high)
        elif change.kind == "embargo":
            self._embargo(change)
        elif change.kind == "add_source":
            self._add_source(change)
        elif change.kind == "substitute":
            self._substitute(change)

    # Who a change is about -------------------------------------------------------------------------------------------

    def _markets(self, item: str | None) -> list[int]:
        return [n for n, row in enumerate(self.rows) if row["role"] == "market" and item in {None, row["item"]}]

    def _is(self, maker: int, node: str | None) -> bool:
        row = self.rows[maker]
        return row["role"] == "producer" and row["supplier"] != REMAINDER and node in {row["supplier"], row["country"]}

    def _may_hide(self, market: int, node: str) -> bool:
        """Whether the remainder of a market may belong to ``node``: not when its own share there is known.

        The share of a country in a market told by companies is never known: others of that country may hide.
        """
        named = {self.rows[link[0]]["supplier"] for link in self.links[market]}
        return node not in named

    def _scale(self, change: Change, low: float, high: float) -> None:
        whole_item = change.kind in {"halt", "reduce"} and any(row["item"] == change.node for row in self.rows)
        for maker, row in enumerate(self.rows):
            hit = row["item"] == change.node if whole_item else self._is(maker, change.node)
            if hit and row["role"] == "producer" and change.item in {None, row["item"]}:
                self.caps[maker] = (self.caps[maker][0] * low, self.caps[maker][1] * high)
        if low < 1 and not whole_item:  # spare capacity that is not known of is not counted on; a loss is possible
            for maker in self._hiding(str(change.node), change.item):
                self.caps[maker] = (self.caps[maker][0] * low, self.caps[maker][1])

    def _hiding(self, node: str, item: str | None) -> set[int]:
        """Remainders that may belong to ``node`` in some market."""
        found: set[int] = set()
        for market in self._markets(item):
            makers = [link[0] for link in self.links[market] if self.rows[link[0]]["supplier"] == REMAINDER]
            if makers and self._may_hide(market, node):
                found.update(makers)
        return found

    # Embargo ---------------------------------------------------------------------------------------------------------

    def _embargo(self, change: Change) -> None:
        node = str(change.node)
        home = next((r["country"] for r in self.rows if r["supplier"] == node), None) or node
        for market in self._markets(change.item):
            cut = [i for i, link in enumerate(self.links[market]) if self._is(link[0], node)]
            hidden = [
                i
                for i, link in enumerate(self.links[market])
                if self.rows[link[0]]["role"] == "producer"
                and self.rows[link[0]]["supplier"] == REMAINDER
                and self._may_hide(market, node)
            ]
            if not cut and not hidden:
                continue
            special = set(change.to) or {home}
            inside, outside = self._split(market, special)
            target = inside if change.to else outside
            if target is None:
                continue
            for i, (source, low, high, gain_low, gain_high) in enumerate(self.links[target]):
                if i in cut or i in hidden:
                    least, most = change.bounds
                    certain = gain_high * (1 - least) if i in cut else gain_high
                    self.links[target][i] = (source, low, high, gain_low * (1 - most), certain)

    def _split(self, pool: int, places: set[str]) -> tuple[int | None, int | None]:
        """Return the pools that users inside and outside ``places`` draw from: the same sources, two nodes.

        A user in a place that is not known draws from either (a "place" pool). Where all users are on one side, the pool
        itself serves it, and there is none for the other.
        """
        row = self.rows[pool]
        if row["role"] == "market" and row["buyer"] != WORLD_MARKET:
            return (pool, None) if self._inside(row["buyer"], places) else (None, pool)
        sides: dict[bool | None, list[int]] = defaultdict(list)
        for user in sorted(self.users[pool]):
            sides[self._side(user, places)].append(user)
        if row["role"] == "market":  # the world market also answers whoever reads the result, from the buyer's place
            sides[self._reader_inside(row["item"], places)].append(_READER)
        if not sides[False] and not sides[None]:
            return pool, None
        if not sides[True] and not sides[None]:
            return None, pool
        twin = self._copy(pool)
        if row["role"] == "market":
            self.rows[twin] = row | {"buyer": self._label(places)}
        for user in sides[True]:
            if user != _READER:
                self._redirect(user, pool, twin)
        for user in sides[None]:
            if self.rows[user]["role"] == "group":
                inside, _ = self._split(user, places)
                if inside is not None:
                    self._redirect(inside, pool, twin)
            else:
                place = self.add_pool([(pool, 0.0, 1.0), (twin, 0.0, 1.0)], item=row["item"], buyer=None, role="place")
                self.users[pool].add(place)
                self.users[twin].add(place)
                self._redirect(user, pool, place)
        return twin, pool

    def _label(self, places: set[str]) -> str:
        return next((place for place in self.network.places if place in places), "|".join(sorted(places)))

    def _reader_inside(self, item: str, places: set[str]) -> bool:
        if not any(place in places for place in self.network.places):
            return False
        return not any(r["role"] == "market" and r["item"] == item and r["buyer"] in self.network.places for r in self.rows)

    def _inside(self, buyer: str, places: set[str]) -> bool:
        return buyer in places or any(r["country"] in places for r in self.rows if r["supplier"] == buyer)

    def _side(self, user: int, places: set[str]) -> bool | None:
        """Whether a user stands inside the places; ``None`` where that is not known or differs."""
        row = self.rows[user]
        if row["role"] == "producer":
            return _UNKNOWN_PLACE if row["supplier"] == REMAINDER else bool({row["supplier"], row["country"]} & places)
        if row["role"] == "market" and row["buyer"] != WORLD_MARKET:
            return self._inside(row["buyer"], places)
        if row["role"] == "group":
            sides = {self._side(above, places) for above in self.users[user]}
            return sides.pop() if len(sides) == 1 else _UNKNOWN_PLACE
        return _UNKNOWN_PLACE

    def _copy(self, node: int) -> int:
        self.links.append(list(self.links[node]))
        twin = self._add(self.producer[node], self.slack[node], self.caps[node], dict(self.rows[node]))
        for link in self.links[twin]:
            self.users[link[0]].add(twin)
        return twin

    def _redirect(self, user: int, old: int, new: int) -> None:
        self.links[user] = [(new, *link[1:]) if link[0] == old else link for link in self.links[user]]
        self.users[old].discard(user)
        self.users[new].add(user)

    # New supply ------------------------------------------------------------------------------------------------------

    def _add_source(self, change: Change) -> None:
        item = str(change.item)
        country = next((r["country"] for r in self.rows if r["supplier"] == change.node), None) or change.node
        makers = [n for n, r in enumerate(self.rows) if r["role"] == "producer" and r["item"] == item]
        # A maker in the same place, else any, tells what the item needs and whence it comes.
        like = next((n for n in makers if country and self.rows[n]["country"] == country), makers[0] if makers else None)
        needs = [link[0] for link in self.links[like]] if change.inputs and like is not None else []
        name = change.node or "+"
        maker = self.add_producer(needs, item=item, supplier=name, country=country, role="producer")
        for need in needs:
            self.users[need].add(maker)
        self._feed(item, maker, change.bounds[0])

    def _substitute(self, change: Change) -> None:
        for market in self._markets(change.by):
            if self.rows[market]["buyer"] == WORLD_MARKET:
                self._feed(str(change.item), market, change.bounds[0])
                return

    def _feed(self, item: str, source: int, share: float) -> None:
        """Let ``source`` deliver ``share`` of each market of ``item`` on top of what is there."""
        for market in self._markets(item):
            self.links[market].append((source, share, share, 1.0, 1.0))
            self.users[source].add(market)
