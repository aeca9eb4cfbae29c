"""Compiled walks up the supply lines of a production network: who is met at each tier, and who is met at all."""

from __future__ import annotations

import numba
import numpy as np

from .kernels import _pool

_LEAST = 1e-12  # of a supply line that is still followed


@numba.njit(cache=True)
def walk(start, producer, indptr, indices, low, high, slack, place, n_places, tiers):  # pragma: no cover - compiled
    """Follow all supply lines up from a pool; return the part that each place makes at each tier (tiers x places).

    A line splits by share at a pool, evenly over the requirements at a producer. What the lower bounds of the shares leave
    goes to the unattributed producer (place -1, not counted), else to all sources by the room that their bounds give. The
    second result is the part of the lines that is left at each tier, known place or not.
    """
    n = len(producer)
    found, left = np.zeros((tiers, n_places)), np.zeros(tiers)
    mass, waiting = np.zeros(n), np.zeros(n)
    pools, next_pools, makers = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    pools[0] = start
    n_pools = 1
    mass[start] = 1.0
    for tier in range(tiers):
        n_makers = 0
        while n_pools:
            n_next = 0
            for i in range(n_pools):
                pool = pools[i]
                part = mass[pool]
                mass[pool] = 0.0
                a, b = indptr[pool], indptr[pool + 1]
                room, rest = 0.0, -1
                for k in range(a, b):
                    room += high[k] - low[k]
                    if producer[indices[k]] and place[indices[k]] < 0:
                        rest = k
                for k in range(a, b):
                    weight = low[k]
                    if slack[pool] > 0.0:
                        if rest >= 0:
                            weight += slack[pool] if k == rest else 0.0
                        elif room > 0.0:
                            weight += slack[pool] * (high[k] - low[k]) / room
                    source = indices[k]
                    if weight * part <= _LEAST:
                        continue
                    if producer[source]:
                        if waiting[source] == 0.0:
                            makers[n_makers] = source
                            n_makers += 1
                        waiting[source] += weight * part
                    else:
                        if mass[source] == 0.0:
                            next_pools[n_next] = source
                            n_next += 1
                        mass[source] += weight * part
            pools, next_pools = next_pools, pools
            n_pools = n_next
        for i in range(n_makers):
            maker = makers[i]
            part = waiting[maker]
            waiting[maker] = 0.0
            left[tier] += part
            if place[maker] >= 0:
                found[tier, place[maker]] += part
            a, b = indptr[maker], indptr[maker + 1]
            for k in range(a, b):
                source = indices[k]
                if mass[source] == 0.0:
                    pools[n_pools] = source
                    n_pools += 1
                mass[source] += part / (b - a)
        if n_pools == 0:
            break
    return found, left


@numba.njit(cache=True, nogil=True)
def met(order, starts, producer, indptr, indices, low, high, gain, slack, hits, top, reading):  # pragma: no cover - compiled
    """Return, for each row of ``hits`` (events x n), the part of the supply lines from ``top`` that ever meets a hit node.

    The least solution of h = 1 at hit nodes, else the mean over the requirements of a producer and the share-weighted sum
    over the sources of a pool, bounded as in the production network.
    """
    n = len(producer)
    result = np.empty(len(hits))
    for row in range(len(hits)):
        h = np.zeros(n)
        for block in range(len(starts) - 1):
            a, b = starts[block], starts[block + 1]
            while True:
                change = 0.0
                for i in range(a, b):
                    node = order[i]
                    if hits[row, node]:
                        value = 1.0
                    elif producer[node]:
                        value, needs = 0.0, indptr[node + 1] - indptr[node]
                        for k in range(indptr[node], indptr[node + 1]):
                            value += h[indices[k]] / needs
                    else:
                        value = _pool(node, indptr, indices, low, high, gain, slack, h, reading)
                    change = max(change, value - h[node])
                    h[node] = value
                if b - a == 1 or change <= _LEAST:
                    break
        result[row] = h[top]
    return result
