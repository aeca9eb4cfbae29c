"""Many failures of one network at a time: what each supplier, country or item takes down with it, alone and together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from os import cpu_count
from weakref import proxy

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.kernel import numbers_in
from ...graph.network import EQUIPMENT, EXTRA, MAKER, NEW, REMAINDER, remembered
from . import solver
from .arrays import Above, Events, Room, State
from .conditions import Conditions, conditions
from .places import NOBODY, home, network_places
from .scenario import Scenario
from .simulation import READINGS, Assumptions, arguments

LEVEL_OF = {"country": "country", "supplier": "company", "item": "country"}
"""What may fail, and whose shares are looked at by default."""
_PART = 200_000
"""Fewest nodes, over all sets, for which another core is asked."""
_TOGETHER = 8
"""Rows that are looked at together before each alone."""


def network_of(
    graph: SupplyGraph | ProductionNetwork,
    product: str | None,
    fails: str,
    level: str | None = None,
    buyer: str | None = None,
    domestic: bool = False,
) -> ProductionNetwork:
    """Return the network for failures of a kind; one that is compiled already stands as it is."""
    if fails not in LEVEL_OF:
        hint = did_you_mean(nearest(str(fails), LEVEL_OF))
        raise InputError("risk.cut_sets.fails", value=shorten(fails), allowed=", ".join(LEVEL_OF), hint=hint)
    if isinstance(graph, ProductionNetwork):
        return graph
    return graph.network(product, buyer=buyer, level=level or LEVEL_OF[fails], domestic=domestic)


def product_node(network: ProductionNetwork) -> int:
    """Return the market of the product that a network was compiled for."""
    if network.product is None:
        raise InputError("risk.cut_sets.no_product")
    return network.market(network.product)


class Failures:
    """The events of a network (n nodes, m links, E events), and what is lost when some of them happen together.

    An event is the halt of a supplier, of everybody in a country, or of all production of an item: one that needs no input,
    or with ``every_item`` any but the product. The buyer goes on making the product.

    Attributes
    ----------
    ids : list of str
        The events, sorted.
    hit : scipy.sparse.csr_array
        E x n: makers that stop.
    """

    def __init__(self, network: ProductionNetwork, fails: str, *, every_item: bool = False) -> None:
        self.network, self.fails = proxy(network), fails  # kept with the network, it must not keep it
        self._calm: dict[tuple[str, Assumptions], NDArray[np.float64]] = {}
        about = network_places(network)
        if fails == "item":
            binding = ~((network.flags & EQUIPMENT) > 0) & (network.kept_low < 1)
            needing = set(
                network.nodes["item"].gather(np.unique(network.owner[binding & (network.kind[network.owner] == MAKER)]))
            )
            chosen = (item for item in network.items if (item != network.product if every_item else item not in needing))
            self.ids = sorted(chosen)
        else:
            makers = network.makers.filter((pl.col("supplier") != REMAINDER) & (pl.col("node") != _untouched(network)))
            self.ids = makers[fails].drop_nulls().unique().sort().to_list()
        hits = [about.hit(id, None, NOBODY) for id in self.ids]
        held = [about.held(id) if fails != "item" else [] for id in self.ids]
        self._held = _rows([np.asarray(links, np.int64) for links in held], len(network.indices))
        self.hit = _rows([makers for makers, _, _ in hits], len(network.kind))
        self._sold = _rows([sold for _, sold, _ in hits], len(network.indices))
        self._rests = about.rests if fails != "item" else np.zeros(0, np.int64)
        named = {id: about.named_markets[id] for id in self.ids}
        standing = {id: about.standing_markets[id] for id in self.ids}
        market = network.owner[self._rests]
        order = np.argsort(market, kind="stable")

        def rests(markets: Sequence[int] | NDArray) -> NDArray[np.int64]:
            left, right = (np.searchsorted(market[order], markets, side=side) for side in ("left", "right"))
            spans = [np.arange(a, b) for a, b in zip(left, right, strict=True)]
            return order[np.concatenate(spans)] if spans else np.zeros(0, np.int64)

        self._named = _rows([rests(named[id]) for id in self.ids], len(self._rests))
        stands = _rows([rests(standing[id]) for id in self.ids], len(self._rests))
        self._told = (stands - stands.multiply(self._named)).tocsr()
        told = [about.told_held(id) if fails == "country" else [] for id in self.ids]
        self._told_held = _rows([np.asarray(links, np.int64) for links in told], len(network.indices))

    @property
    def sold_links(self) -> sparse.csr_array:
        """The buyer's own sales to others (E x m) that an event stops while the buyer goes on."""
        return self._sold

    @property
    def told_links(self) -> sparse.csr_array:
        """Links (E x m) of markets where the event is named, or somebody of it, without a share of its own.

        Those to remainders, and of a country those to makers of which nobody says where they stand.
        """
        part = self._told
        shape = (len(self.ids), len(self.network.indices))
        return sparse.csr_array((part.data, self._rests[part.indices], part.indptr), shape=shape) + self._told_held

    @cached_property
    def exports(self) -> sparse.csr_array:
        """All sales (E x m) of the makers of an event."""
        links = network_places(self.network).sales_links
        shape = (len(self.network.kind), len(self.network.indices))
        made = sparse.csr_array((np.ones(len(links), np.int32), (self.network.indices[links], links)), shape=shape)
        return sparse.csr_array(self.hit @ made)

    @cached_property
    def at_home(self) -> sparse.csr_array:
        """The makers (E x n) that an event's embargo against everybody abroad does not hit."""
        makers = self.network.makers.filter(~pl.col("supplier").is_in([REMAINDER, NEW]))
        inside: dict[str, list[int]] = defaultdict(list)
        for node, supplier in makers.select("node", "supplier").iter_rows():
            for place in self.network.chains[supplier]:
                inside[place].append(node)
        homes = ({node for place in home(self.network, id) for node in inside[place]} for id in self.ids)
        return _rows([np.array(sorted(nodes), np.int64) for nodes in homes], len(self.network.kind))

    @property
    def each(self) -> NDArray[np.bool_]:
        """The sets of one event each."""
        return np.eye(len(self.ids), dtype=np.bool_)

    def losses(
        self,
        failed: NDArray[np.bool_],
        reading: str,
        wanted: Sequence[int] | NDArray[np.integer],
        assumptions: Assumptions | None = None,
    ) -> NDArray[np.float64]:
        """Return what the ``wanted`` nodes lose when events fail together (sets x E): sets x wanted, 0..1.

        In the low reading unattributed supply stops wherever it may be a member's; in the reading of the facts where a
        member is named in that market, or stands behind somebody named, without a share of its own.
        """
        failed = np.asarray(failed, np.bool_)
        if reading == "low" and failed.size and len(self._rests) and (failed.sum(axis=1) == 1).all():
            event = failed.argmax(axis=1)
            unsure = self._rests, self.spared[event]
            cuts = sparse.csr_array(self._sold[event] + self._held[event])
            return self.losses_of(self.hit[event], cuts, reading, wanted, assumptions, unsure=unsure)
        # Members from the one that stops most makers to the one that stops fewest, and sets that begin alike side by side:
        # `solver.replay` then solves little anew.
        sizes = np.argsort(-np.diff(self.hit.indptr), kind="stable")
        ordered = np.take(failed, sizes, axis=1)
        rows = np.lexsort(np.packbits(ordered, axis=1).T[::-1]) if ordered.size else np.arange(len(ordered))
        row, place = np.nonzero(ordered[rows])
        pointer = np.searchsorted(row, np.arange(len(rows) + 1))
        cuts = sparse.csr_array(self._sold + self.hidden(reading))
        none = (_nothing(len(self.ids), width) for width in (len(self.network.indices), len(self.network.kind)))
        found = self._replayed((self.hit, cuts, *none), (pointer, sizes[place]), reading, wanted, assumptions)
        result = np.empty_like(found)
        result[rows] = found
        return result

    def losses_of(
        self,
        hits: sparse.csr_array,
        cuts: sparse.csr_array,
        reading: str,
        wanted: Sequence[int] | NDArray[np.integer],
        assumptions: Assumptions | None = None,
        state: Conditions | None = None,
        unsure: tuple[NDArray[np.int64], sparse.csr_array] | None = None,
        turned: sparse.csr_array | None = None,
    ) -> NDArray[np.float64]:
        """Return what the ``wanted`` nodes lose when makers stop (rows x n) and links are cut (rows x sides * m).

        From a ``state`` (default: nothing else happens) with several sides, a node is wanted as ``node * sides + side``.
        ``unsure``: links that are cut in every row but where that row spares them (rows x sides * m). ``turned``: makers
        that stand at side 0 in a row (rows x n), wherever they stand in the state.
        """
        count, nodes = len(hits.indptr) - 1, len(self.network.kind)
        links = len(self.network.indices) * (1 if state is None else state.sides)
        turned = _nothing(count, nodes) if turned is None else turned
        if unsure is None:
            sets = np.arange(count + 1), np.arange(count)
            events = hits, cuts, _nothing(count, links), turned
            return self._replayed(events, sets, reading, wanted, assumptions, state)
        # Whatever nobody is named for stops in nearly every row: once for all rows, as an event that each begins with.
        cut_always, spared = unsure
        always = _nothing(1, nodes), _rows([cut_always], links), _nothing(1, links), _nothing(1, nodes)

        def lost(*rows: sparse.csr_array) -> NDArray[np.float64]:
            events = [sparse.csr_array(sparse.vstack(pair)) for pair in zip(rows, always, strict=True)]
            size = len(rows[0].indptr) - 1
            sets = np.arange(size + 1) * 2, np.column_stack([np.full(size, size), np.arange(size)]).ravel()
            return self._replayed(events, sets, reading, wanted, assumptions, state)

        if len(wanted) > 1 or count <= _TOGETHER:
            return lost(hits, cuts, spared, turned)
        # One node is often lost whatever a row spares: neighbours are first spared together, and nothing of them stops.
        part = np.arange(count) // _TOGETHER
        joint = _sums(part)
        parts = len(joint.indptr) - 1
        least = lost(_nothing(parts, nodes), _nothing(parts, links), joint @ spared, joint @ turned)
        result = least[part]
        open_ = result[:, 0] < 1
        result[open_] = lost(hits[open_], cuts[open_], spared[open_], turned[open_])
        return result

    def hidden(self, reading: str) -> sparse.csr_array:
        """Links (E x m) that may be an event's, to remainders and to whom it belongs; see `losses`."""
        shape = len(self.ids), len(self.network.indices)
        if reading == "facts":
            return self.told_links
        if reading != "low":
            return sparse.csr_array(shape, dtype=np.int32)
        open_ = np.ones((len(self.ids), len(self._rests)), np.bool_)
        open_[self._named.nonzero()] = False
        event, rest = np.nonzero(open_)
        rests = sparse.csr_array((np.ones(len(rest), np.int32), (event, self._rests[rest])), shape=shape)
        return sparse.csr_array(rests + self._held)

    @property
    def held_links(self) -> sparse.csr_array:
        """Links (E x m) to companies and countries that an event belongs to, whose share may all be its own."""
        return self._held

    @cached_property
    def spared(self) -> sparse.csr_array:
        """Links to remainders (E x m) of markets where an event is named with a share: there nothing else is its own."""
        part = self._named
        shape = len(self.ids), len(self.network.indices)
        return sparse.csr_array((part.data, self._rests[part.indices], part.indptr), shape=shape)

    @property
    def rests(self) -> NDArray[np.int64]:
        """Links to remainders, which may be anybody's."""
        return self._rests

    def _replayed(
        self,
        events: Iterable[sparse.csr_array],
        sets: tuple[NDArray[np.int64], NDArray[np.int64]],
        reading: str,
        wanted: Sequence[int] | NDArray[np.integer],
        assumptions: Assumptions | None = None,
        state: Conditions | None = None,
    ) -> NDArray[np.float64]:
        network, assumed = self.network, assumptions or Assumptions()
        usual = (reading, assumed) if state is None else None
        given = arguments(network, state or conditions(network, Scenario("")), assumed, READINGS[reading])
        known = self._calm.get(usual) if usual else None  # many questions begin where nothing has happened yet
        if known is not None:
            given = given._replace(state=given.state._replace(x=known))
        flat = Events(*(array.astype(np.int64) for event in events for array in (event.indptr, event.indices)))
        above = Above(network.block_of, *self._up)
        pointer, members = sets
        nodes = np.asarray(wanted, np.int64)

        count = len(pointer) - 1
        result = np.ones((count, len(nodes)))  # large, and so all that is held of it

        def part(first: int, stop: int, unsolved: bool = False) -> None:
            mine, base = (State(*(array.copy() for array in given.state)) for _ in range(2))
            room = Room(*(array.copy() for array in given.room))
            rows, dirty = pointer[first : stop + 1], np.full(len(network.kind), unsolved, np.int64)
            solver.replay(
                given.net, mine, given.way, room, above, given.state, base, flat, dirty,
                rows - rows[0], members[rows[0] : rows[-1]], nodes, result[first:stop].reshape(-1),
                size=numbers_in(*given) * (1 + (stop - first) // 10),
            )  # fmt: skip

        if known is None:
            part(0, 0, unsolved=True)
        if usual:
            self._calm[usual] = given.state.x
        # Sets are independent of each other, and the kernel lets go of the interpreter: one part for each core.
        parts = min(cpu_count() or 1, 1 + count * len(network.kind) // _PART, max(count, 1))
        ends = np.linspace(0, count, parts + 1).astype(int)
        if parts == 1:
            part(0, count)
        else:
            with ThreadPoolExecutor(parts) as pool:
                list(pool.map(part, ends[:-1], ends[1:]))
        return np.clip(np.subtract(1.0, result, out=result), 0.0, 1.0, out=result)

    @cached_property
    def _up(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For every node those whose value depends on it: owners of links to it, and markets whose makers share it."""
        network = self.network
        owners = np.repeat(np.arange(len(network.kind)), np.diff(network.need_indptr))
        above = np.concatenate([network.owner, owners])
        below = np.concatenate([network.indices, network.indices[network.needs]])
        pairs = np.unique(below * len(network.kind) + above)
        below, above = np.divmod(pairs, len(network.kind))
        pointer = np.concatenate([[0], np.cumsum(np.bincount(below, minlength=len(network.kind)))])
        return pointer.astype(np.int64), above.astype(np.int64)


def _untouched(network: ProductionNetwork) -> int:
    """Return the buyer's own making of the product, which no failure stops, where none upstream buys of it; else -1."""
    if network.home is None:
        return -1
    sold = network.owner[(network.indices == network.home) & ((network.flags & EXTRA) == 0)]
    sold = sold[sold != network.market(str(network.product))]
    return -1 if np.isin(sold, network.indices).any() else network.home


def _nothing(rows: int, width: int) -> sparse.csr_array:
    return sparse.csr_array((rows, width), dtype=np.int32)


def _sums(part: NDArray[np.int64]) -> sparse.csr_array:
    """Return what adds up rows of the same part (parts x rows); parts count up from 0."""
    return sparse.csr_array((np.ones(len(part), np.int32), (part, np.arange(len(part)))))


def _rows(lists: Sequence[NDArray[np.int64]], width: int) -> sparse.csr_array:
    pointer = np.concatenate([[0], np.cumsum([len(one) for one in lists], dtype=np.int64)])
    columns = np.concatenate([np.zeros(0, np.int64), *lists]).astype(np.int64)
    return sparse.csr_array((np.ones(len(columns), np.int32), columns, pointer), shape=(len(lists), width))


@remembered
def failures_of(network: ProductionNetwork, fails: str, every_item: bool = False) -> Failures:
    """Return the failures of a network; several questions about one product share them."""
    return Failures(network, fails, every_item=every_item and fails == "item")
