"""Walks up the supply lines of a production network: what stands behind a market at each tier, and who is met at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...graph import ProductionNetwork
from ...graph.kernel import Kernel, numbers_in
from ...graph.network import EQUIPMENT, EXTRA, GROUP, MAKER, MARKET, remembered
from .weights import EVEN, LEAST, MOST, weigh

NOBODY = -2
"""What the maker is that stands for all whom a market does not name."""

_LEAST = 1e-12
"""Of a change that is still followed round a loop; of a part that counts."""
_ROOM = 500_000
"""Numbers that are gone over at once: nodes times places."""


@remembered
def parts(network: ProductionNetwork) -> NDArray[np.float64]:
    """Return the part of a maker's supply line that runs through each link: by how much of its output hangs on it.

    Evenly over what it cannot do without; a machine is no input; a need of which only bounds are known counts by their mean.
    """
    weight = np.where(network.flags & EQUIPMENT, 0.0, 1 - (network.kept_low + network.kept_high) / 2)
    weight = np.where(network.kind[network.owner] == MAKER, weight, 0.0)
    total = np.bincount(network.owner, weight, minlength=len(network.kind))[network.owner]
    return np.divide(weight, total, out=np.zeros(len(weight)), where=total > 0)


def behind(
    network: ProductionNetwork,
    roots: Mapping[int, float],
    place: NDArray[np.int64],
    own: NDArray[np.int64],
    groups: Sequence[Sequence[int]],
    tiers: int,
    spread: int,
    *,
    each: bool = True,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the least or the most (``spread``) that each place makes behind weighted markets, over every completion.

    A line splits by share at a market, and as `parts` says at a maker; what the bounds of a market's shares leave open goes,
    step by step, to the makers behind whom least (most) of the place stands. ``place`` says where each node is made, below 0
    where nobody knows: in any place, then, that the market does not name. ``own`` says which place the maker is itself, -1
    where it only stands there (`NOBODY`: all whom its markets do not name). ``groups``: for each place those whose share may
    all be its own, where the market does not name it. Returned are what each place makes of all tiers
    at each root (places x roots), at each tier of the roots by their weights (places x tiers), and what all places together
    make at each tier of each root (tiers x roots); the latter two are nothing where not ``each`` tier is asked for.
    """
    nodes, weights = np.array(list(roots), np.int64), np.array(list(roots.values()), np.float64)
    weights /= weights.sum()
    places, n = len(groups), len(network.kind)
    steps = _steps(network, nodes, tiers, spread, each=each)
    whole, at_tier = np.zeros((places, len(nodes))), np.zeros((places, tiers))
    together = np.zeros((tiers, len(nodes)))
    for first in range(0, places, wide := max(1, _ROOM // max(1, n))):
        some = range(first, min(first + wide, places))
        count = len(some)
        made, stands = _made(place, some, groups, spread)
        about = place, own, stands, first
        hides = {step: step.markets.hidden(*about) for step in dict.fromkeys(steps)} if spread == MOST else {}
        # By node, what each place makes: at the tier alone in the first columns, over all tiers up to it in the last.
        found = np.zeros((n, 2 * count if each else count))
        for tier, step in enumerate(steps):
            step.take(found, made, hides.get(step), each=each, first=tier == 0)
            if each:
                at_tier[some, tier] = weights @ found[nodes, :count]
                together[tier] += found[nodes, :count].sum(axis=1)
        whole[some] = found[nodes, -count:].T
    return whole, at_tier, together


def _steps(network: ProductionNetwork, roots: NDArray[np.int64], tiers: int, spread: int, *, each: bool) -> list[_Step]:
    """Return what is gone over at each tier: every node; where only all tiers count, each when its lines have ended.

    Lines that go round in a circle, or on past the last tier, never end: then every node is gone over at each tier.
    """
    n = len(network.kind)
    lines = sparse.csr_array((parts(network), (network.owner, network.indices)), shape=(n, n))
    ends = None if each else _ends(network, roots, tiers)
    if ends is None:
        return [_Step(network, lines, np.ones(n, np.bool_), spread)] * tiers
    return [_Step(network, lines, ends == tier, spread) for tier in range(tiers)]


def _ends(network: ProductionNetwork, roots: NDArray[np.int64], tiers: int) -> NDArray[np.int64] | None:
    """Return at which tier behind each node the last line ends (-1: no root reaches it); None where one never does."""
    kind, owner, indices = network.kind, network.owner, network.indices
    follows = np.where(kind[owner] == MAKER, parts(network) > 0, (network.flags & EXTRA) == 0)
    above, below = owner[follows], indices[follows]
    reached = np.zeros(len(kind), np.bool_)
    reached[roots] = True
    while (more := below[reached[above] & ~reached[below]]).size:
        reached[more] = True
    here = reached[above]
    above, below = above[here], below[here]
    ends, step = np.where(reached, 0, -1), (kind[above] == MAKER).astype(np.int64)
    while (later := ends[below] + step > ends[above]).any():
        np.maximum.at(ends, above[later], (ends[below] + step)[later])
        if ends.max() >= tiers:
            return None
    return ends


class _Step:
    """Some nodes of a network, and how what is made behind them comes of what is made behind those that they lead to."""

    def __init__(self, network: ProductionNetwork, lines: sparse.csr_array, nodes: NDArray[np.bool_], spread: int) -> None:
        self.makers = np.flatnonzero((network.kind == MAKER) & nodes)
        self.lines = lines[self.makers]
        self.markets, self.groups = _Pools(network, MARKET, nodes, spread), _Pools(network, GROUP, nodes, EVEN)

    def take(
        self, found: NDArray[np.float64], made: NDArray[np.float64], hidden: _Hidden | None, *, each: bool, first: bool
    ) -> None:
        """Write what each place makes behind the nodes into ``found`` (n x columns; see `behind`)."""
        makers, count = self.makers, made.shape[1]
        # Makers come before markets, and these before groups: in one pass lines go from one tier to the next.
        found[makers] = self.lines @ found
        found[makers, -count:] += made[makers]
        if first and each:
            found[makers, :count] += made[makers]
        found[self.markets.nodes] = self.markets.split(found, hidden, alone=first and each)
        found[self.groups.nodes] = self.groups.split(found, None, alone=False)


def _made(
    place: NDArray[np.int64], some: range, groups: Sequence[Sequence[int]], spread: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return which nodes are made at each of some places (n x places), and which places may stand for it (all x places)."""
    stands = np.zeros((len(groups), len(some)), np.bool_)
    if spread != MOST:
        return (place[:, None] == np.array(some)).astype(np.float64), stands
    for at, one in enumerate(some):
        stands[list(groups[one]), at] = True
    here = stands | (np.arange(len(groups))[:, None] == np.array(some))
    # Where nobody knows, it may be at any place.
    return np.where((place < 0)[:, None], 1.0, here[place]), stands


_Hidden = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
"""Open links, what they are worth less there (links x places), and what their pools' lower bounds are (pools x places)."""


class _Pools:
    """How the markets, or groups, of a network split what comes to them: lower bounds, and what these leave open.

    What is open goes to whoever has least (most) of a place behind it, each up to its upper bound; or evenly, by room.
    """

    def __init__(self, network: ProductionNetwork, kind: int, nodes: NDArray[np.bool_], spread: int) -> None:
        here = (network.kind == kind) & nodes
        self.nodes, self.spread = np.flatnonzero(here), spread
        links = np.flatnonzero(here[network.owner] & ((network.flags & EXTRA) == 0))
        self.pool, self.source = np.searchsorted(self.nodes, network.owner[links]), network.indices[links]
        room, slack = network.high[links] - network.low[links], network.slack[self.nodes]
        self.low = network.low[links]
        if spread == EVEN:
            whole = np.bincount(self.pool, room, minlength=len(self.nodes))[self.pool]
            self.low = self.low + slack[self.pool] * np.divide(room, whole, out=np.zeros(len(links)), where=whole > 0)
        self.fixed = sparse.csr_array((self.low, (self.pool, self.source)), shape=(len(self.nodes), len(network.kind)))
        self.open = np.flatnonzero((slack[self.pool] > _LEAST) & (room > _LEAST) & (spread != EVEN))
        self.room = room[self.open]
        self.wide, self.start, self.count = np.unique(self.pool[self.open], return_index=True, return_counts=True)
        self.slack = slack[self.wide]

    def hidden(self, place: NDArray[np.int64], own: NDArray[np.int64], stands: NDArray[np.bool_], first: int) -> _Hidden:
        """Return what sources are worth less for a place that the market names: what they stand for is not it.

        ``stands``: which places may stand for some, of which the first is the ``first`` of all.
        """
        count = stands.shape[1]
        itself = own[self.source] - first
        said = (itself >= 0) & (itself < count)
        named = np.zeros((len(self.nodes), count), np.bool_)
        named[self.pool[said], itself[said]] = True
        at = place[self.source]
        anybody = np.array(stands.any(axis=1))
        may = np.flatnonzero(np.where(at < 0, own[self.source] == NOBODY, anybody[at]))
        less = np.where((at[may] < 0)[:, None], True, stands[at[may]]) & named[self.pool[may]]
        less = less.astype(np.float64)
        rows = sparse.csr_array((self.low[may], (self.pool[may], np.arange(len(may)))), shape=(len(self.nodes), len(may)))
        among = np.isin(may, self.open, assume_unique=True)
        return np.searchsorted(self.open, may[among]), less[among], rows @ less

    def split(self, found: NDArray[np.float64], hidden: _Hidden | None, *, alone: bool) -> NDArray[np.float64]:
        """Return what each place makes behind the pools, of what it makes behind the nodes (n x columns).

        The last columns, one for each place, are worth less where a place is ``hidden``; the first, too, where ``alone``.
        """
        result, worth = self.fixed @ found, found[self.source[self.open]]
        if hidden is not None:
            at, less, below = hidden
            count = less.shape[1]
            for columns in (slice(0, count), slice(-count, None)) if alone else (slice(-count, None),):
                result[:, columns] -= below
                worth[at, columns] -= less
        if len(self.open):
            result[self.wide] += self._given(worth)
        return result

    def _given(self, worth: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the open part of each pool brings (pools x columns), of what its sources are worth (open links x columns)."""
        best = (np.minimum if self.spread == LEAST else np.maximum).reduceat(worth, self.start, axis=0)
        level = np.repeat(np.arange(len(self.wide)), self.count)
        enough = np.add.reduceat((worth == best[level]) * self.room[:, None], self.start, axis=0)
        result = self.slack[:, None] * best
        # Nearly everywhere the best sources have room for all that is open; where they have not, one comes after the other.
        pool, column = np.nonzero(enough < self.slack[:, None] - _LEAST)
        for size in np.unique(self.count[pool]):
            here = self.count[pool] == size
            rows, columns = pool[here], column[here]
            links = self.start[rows][:, None] + np.arange(size)
            values = worth[links, columns[:, None]]
            order = np.argsort(values if self.spread == LEAST else -values, axis=1, kind="stable")
            taken = np.minimum(
                np.cumsum(self.room[np.take_along_axis(links, order, axis=1)], axis=1), self.slack[rows][:, None]
            )
            each = np.diff(taken, axis=1, prepend=0.0)
            result[rows, columns] = (each * np.take_along_axis(values, order, axis=1)).sum(axis=1)
        return result


def met(
    network: ProductionNetwork, hits: sparse.csr_array, told: sparse.csr_array | None, top: int, spread: int
) -> NDArray[np.float64]:
    """Return, for each row of ``hits`` (events x n), the part of the supply lines from ``top`` that ever meets a hit maker.

    The least solution of h = 1 at hit makers, else the mean over a maker's requirements (`parts`) and the share-weighted sum
    over the sources of a pool; ``spread`` says where open weights go. Links in ``told`` (events x m) count as hit.
    """
    rows, n = len(hits.indptr) - 1, len(network.kind)
    told = told if told is not None else sparse.csr_array((rows, len(network.indices)), dtype=np.int32)
    users = sparse.csr_array((np.ones(len(network.indices)), (network.indices, network.owner)), shape=(n, n))
    widest = network.widest
    result = np.zeros(rows)
    lists = [array.astype(np.int64) for array in (hits.indptr, hits.indices, told.indptr, told.indices)]
    above = [array.astype(np.int64) for array in (users.indptr, users.indices)]
    _met(
        *network.order, network.block_of, network.owner, *above, network.kind, network.indptr, network.indices, network.low,
        network.high, network.flags, network.slack, parts(network), *lists, int(top), spread, np.zeros(n),
        np.zeros(n, np.int64), np.zeros(len(network.indices), np.int64), np.zeros(len(network.order[1]), np.int64),
        np.zeros(widest), np.zeros(widest), result,
        size=numbers_in(*lists) + (1 + rows // 3) * numbers_in(network.indices, network.low, network.high, network.kind),
    )  # fmt: skip
    return result


@Kernel
def _met(order, starts, block_of, owner, up_ptr, up, kind, indptr, indices, low, high, flags, slack, lines, hit_ptr, hits,
         told_ptr, told, top, spread, h, hit, also, dirty, v, w, result):  # fmt: skip
    blocks = len(starts) - 1
    for row in range(len(result)):
        first = blocks
        for i in range(hit_ptr[row], hit_ptr[row + 1]):
            hit[hits[i]] = 1
            dirty[block_of[hits[i]]] = 1
            first = min(first, block_of[hits[i]])
        for i in range(told_ptr[row], told_ptr[row + 1]):
            also[told[i]] = 1
            dirty[block_of[owner[told[i]]]] = 1
            first = min(first, block_of[owner[told[i]]])
        # Blocks come suppliers first, so that each is solved once, and only what lies above something that is met is; in a
        # loop values rise from 0 to the least solution.
        for block in range(first, blocks):
            if not dirty[block]:
                continue
            a, b = starts[block], starts[block + 1]
            while True:
                change = 0.0
                for i in range(a, b):
                    node = order[i]
                    start, stop = indptr[node], indptr[node + 1]
                    value = 0.0
                    if hit[node]:
                        value = 1.0
                    elif kind[node] == MAKER:
                        for k in range(start, stop):
                            value += lines[k] * h[indices[k]]
                    else:
                        for k in range(start, stop):
                            v[k - start] = 1.0 if also[k] else h[indices[k]]
                        weigh(start, stop, slack[node], low, high, flags, spread, v, w)
                        for k in range(start, stop):
                            value += w[k - start] * v[k - start]
                    change = max(change, value - h[node])
                    h[node] = value
                if b - a == 1 or change <= _LEAST:
                    break
            for i in range(a, b):
                if h[order[i]] > 0.0:
                    for k in range(up_ptr[order[i]], up_ptr[order[i] + 1]):
                        dirty[block_of[up[k]]] = 1
        result[row] = h[top]
        for block in range(first, blocks):
            if dirty[block]:
                dirty[block] = 0
                for i in range(starts[block], starts[block + 1]):
                    h[order[i]] = 0.0
        for i in range(hit_ptr[row], hit_ptr[row + 1]):
            hit[hits[i]] = 0
        for i in range(told_ptr[row], told_ptr[row + 1]):
            also[told[i]] = 0
