"""Walks up the supply lines of a production network: what stands behind a market at each tier, and who is met at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...graph import ProductionNetwork
from ...graph.kernel import Kernel, numbers_in
from ...graph.network import EQUIPMENT, MAKER, MARKET, remembered
from .kernels import EVEN, MOST, weigh

NOBODY = -2
"""What the maker is that stands for all whom a market does not name."""

_LEAST = 1e-12  # of a change that is still followed round a loop


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
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the least or the most (``spread``) that each place makes behind weighted markets, over every completion.

    A line splits by share at a market, and as `parts` says at a maker; what the bounds of a market's shares leave open goes,
    step by step, to the makers behind whom least (most) of the place stands. ``place`` says where each node is made, below 0
    where nobody knows: in any place, then, that the market does not name. ``own`` says which place the maker is itself, -1
    where it only stands there (`NOBODY`: all whom its markets do not name). ``groups``: for each place those whose share may
    all be its own, where the market does not name it. Returned are what each place makes of all tiers
    at each root (places x roots), at each tier of the roots by their weights (places x tiers), and what all places together
    make at each tier of each root (tiers x roots).
    """
    nodes, weights = np.array(list(roots), np.int64), np.array(list(roots.values()))
    places = len(groups)
    above = np.concatenate([np.zeros(0, np.int64), *(np.asarray(one, np.int64) for one in groups)])
    whole, at_tier, together = np.zeros(places * len(nodes)), np.zeros(places * tiers), np.zeros(tiers * len(nodes))
    widest, n = int(np.diff(network.indptr).max(initial=0)), len(network.kind)
    _behind(
        network.kind, network.indptr, network.indices, network.low, network.high, network.flags, network.slack,
        parts(network), place, own, _ends(groups), above, tiers, spread, nodes, weights / weights.sum(), np.zeros(n),
        np.zeros(n), np.zeros(widest), np.zeros(widest), np.zeros(places), whole, at_tier, together,
        size=places * tiers * numbers_in(network.kind, network.indices, network.indices),
    )  # fmt: skip
    return whole.reshape(places, len(nodes)), at_tier.reshape(places, tiers), together.reshape(tiers, len(nodes))


def _ends(lists: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return where each of some lists begins when they stand one behind the other, and where the last one ends."""
    return np.concatenate([[0], np.cumsum([len(one) for one in lists], dtype=np.int64)])


@Kernel
def _behind(kind, indptr, indices, low, high, flags, slack, lines, place, own, above_ptr, above, tiers, spread, roots,
            weights, now, total, v, w, stands, whole, at_tier, together):  # fmt: skip
    n, count, places = len(kind), len(roots), len(above_ptr) - 1
    for one in range(places):
        for other in range(places):
            stands[other] = 0.0  # 1: for the place, where it is not named
        if spread == MOST:
            for k in range(above_ptr[one], above_ptr[one + 1]):
                stands[above[k]] = 1.0
        for i in range(n):
            now[i] = total[i] = 0.0
        for tier in range(tiers):
            # Makers stand before markets, and these before groups: in one pass lines go from one tier to the next.
            for i in range(n):
                start, stop = indptr[i], indptr[i + 1]
                if kind[i] == MAKER:
                    made = 1.0 if place[i] == one else 0.0
                    if spread == MOST and (place[i] < 0 or stands[place[i]] > 0.0):
                        made = 1.0
                    here, all_of_it = made if tier == 0 else 0.0, made
                    for k in range(start, stop):
                        if lines[k] > 0.0:
                            here += lines[k] * now[indices[k]]
                            all_of_it += lines[k] * total[indices[k]]
                    now[i], total[i] = here, all_of_it
                    continue
                # Whom a market names holds what is said of it, and nothing of the rest.
                named = 0.0
                for k in range(start, stop):
                    if own[indices[k]] == one and kind[indices[k]] == MAKER and spread == MOST:
                        named = 1.0
                for turn in range(2):
                    for k in range(start, stop):
                        j = indices[k]
                        v[k - start] = now[j] if turn == 0 else total[j]
                        may_be = own[j] == NOBODY if place[j] < 0 else stands[place[j]] > 0.0
                        if kind[j] == MAKER and may_be and (tier == 0 or turn == 1):
                            v[k - start] -= named
                    weigh(start, stop, slack[i], low, high, flags, spread if kind[i] == MARKET else EVEN, v, w)
                    value = 0.0
                    for k in range(start, stop):
                        value += w[k - start] * v[k - start]
                    if turn == 0:
                        now[i] = value
                    else:
                        total[i] = value
            for r in range(count):
                at_tier[one * tiers + tier] += weights[r] * now[roots[r]]
                together[tier * count + r] += now[roots[r]]
        for r in range(count):
            whole[one * count + r] = total[roots[r]]


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
    widest = int(np.diff(network.indptr).max(initial=0))
    result = np.zeros(rows)
    lists = [array.astype(np.int64) for array in (hits.indptr, hits.indices, told.indptr, told.indices)]
    above = [array.astype(np.int64) for array in (users.indptr, users.indices)]
    _met(
        *network.order, network.block_of, network.owner, *above, network.kind, network.indptr, network.indices, network.low,
        network.high, network.flags, network.slack, parts(network), *lists, int(top), spread, np.zeros(n),
        np.zeros(n, np.int64), np.zeros(len(network.indices), np.int64), np.zeros(len(network.order[1]), np.int64),
        np.zeros(widest), np.zeros(widest), result,
        size=numbers_in(*lists) + (1 + rows // 10) * numbers_in(network.indices, network.low, network.high, network.kind),
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
