"""Walks up the supply lines of a production network: who is met at each tier, and who is met at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...graph import ProductionNetwork
from ...graph.kernel import Kernel, numbers_in, part
from ...graph.network import EQUIPMENT, MAKER, remembered
from .kernels import EXTRA, weigh

_LEAST = 1e-12  # of a supply line that is still followed


@remembered
def parts(network: ProductionNetwork) -> NDArray[np.float64]:
    """Return the part of a maker's supply line that runs through each link: by how much of its output hangs on it.

    Evenly over what it cannot do without; a machine is no input; a need of which only bounds are known counts by their mean.
    """
    weight = np.where(network.flags & EQUIPMENT, 0.0, 1 - (network.kept_low + network.kept_high) / 2)
    weight = np.where(network.kind[network.owner] == MAKER, weight, 0.0)
    total = np.bincount(network.owner, weight, minlength=len(network.kind))[network.owner]
    return np.divide(weight, total, out=np.zeros(len(weight)), where=total > 0)


def walk(
    network: ProductionNetwork,
    starts: Mapping[int, float],
    place: NDArray[np.int64],
    places: int,
    tiers: int,
    room: Sequence[NDArray],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Follow all supply lines up from weighted markets; return what each place surely makes, and what is left, at each tier.

    Weights are above 0, and count as parts of their sum. A line splits by share at a market, and as `parts` says at a maker.
    What the lower bounds of the shares leave is counted at no place. It goes on through the unattributed maker, else through
    all sources by the room that their bounds give. ``room`` is that of the network (`room_of`), and is left as it was.
    """
    lightest = min(starts.values())
    # The lightest start weighs 1: what is too thin to be followed is so by its own measure.
    nodes, weights = np.array(list(starts), np.int64), np.array(list(starts.values())) / lightest
    found, left = np.zeros(tiers * max(places, 1)), np.zeros(tiers)
    _walk(
        nodes, weights, network.kind, network.indptr, network.indices, network.low, network.high, network.flags,
        network.slack, parts(network), place, max(places, 1), found, left, *room,
        size=numbers_in(network.indices, network.low, network.high, *room),
    )  # fmt: skip
    whole = weights.sum()
    return found.reshape(tiers, max(places, 1))[:, :places] / whole, left / whole


def room_of(network: ProductionNetwork) -> list[NDArray]:
    """Return room for walks of a network."""
    n = len(network.kind)
    return [np.zeros(n) for _ in range(3)] + [np.zeros(n, np.int64) for _ in range(3)]


@part
def _passed(pool, kind, indptr, indices, low, high, flags, slack, place, mass, waiting, sure, makers, n_makers, nexts,
            n_next):  # fmt: skip
    """Hand on what stands at a pool, by share: to makers, who wait, and to further pools; return how many of each.

    What is ``sure`` of that which waits at a maker is its least share.
    """
    whole = mass[pool]
    mass[pool] = 0.0
    # What the lower bounds leave is the unattributed maker's where there is one, else it goes by the room of the bounds.
    room, rest = 0.0, -1
    for k in range(indptr[pool], indptr[pool + 1]):
        if not flags[k] & EXTRA:
            room += high[k] - low[k]
            if kind[indices[k]] == 0 and place[indices[k]] < 0:
                rest = k
    for k in range(indptr[pool], indptr[pool + 1]):
        if flags[k] & EXTRA:
            continue
        weight = low[k]
        if slack[pool] > 0.0:
            if rest >= 0:
                weight += slack[pool] if k == rest else 0.0
            elif room > 0.0:
                weight += slack[pool] * (high[k] - low[k]) / room
        source = indices[k]
        if weight * whole <= _LEAST:
            continue
        # A node that holds something already is on its list: each is met once a step, however many lead to it.
        if kind[source] == 0:
            if waiting[source] == 0.0:
                makers[n_makers] = source
                n_makers += 1
            waiting[source] += weight * whole
            sure[source] += low[k] * whole
        else:
            if mass[source] == 0.0:
                nexts[n_next] = source
                n_next += 1
            mass[source] += weight * whole
    return n_makers, n_next


@Kernel
def _walk(starts, weights, kind, indptr, indices, low, high, flags, slack, lines, place, places, found, left, mass, waiting,
          sure, pools, nexts, makers):  # fmt: skip
    n_pools = len(starts)
    for i in range(n_pools):
        pools[i] = starts[i]
        mass[starts[i]] = weights[i]
    for tier in range(len(left)):
        n_makers = 0
        # Through markets and groups down to makers, which make one tier.
        while n_pools:
            n_next = 0
            for i in range(n_pools):
                n_makers, n_next = _passed(pools[i], kind, indptr, indices, low, high, flags, slack, place, mass, waiting,
                                           sure, makers, n_makers, nexts, n_next)  # fmt: skip
            pools, nexts = nexts, pools
            n_pools = n_next
        for i in range(n_makers):
            maker = makers[i]
            whole = waiting[maker]
            left[tier] += whole
            if place[maker] >= 0:
                found[tier * places + place[maker]] += sure[maker]
            waiting[maker] = sure[maker] = 0.0
            for k in range(indptr[maker], indptr[maker + 1]):
                source = indices[k]
                if lines[k] > 0.0:
                    if mass[source] == 0.0:
                        pools[n_pools] = source
                        n_pools += 1
                    mass[source] += whole * lines[k]
        if n_pools == 0:
            break
    # The room is left as it was found: empty.
    for i in range(n_pools):
        mass[pools[i]] = 0.0


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
                    elif kind[node] == 0:
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
