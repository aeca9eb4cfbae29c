"""Compiled loops over a production network: the order of evaluation, and its greatest fixed point."""

from __future__ import annotations

import numba
import numpy as np

LOW, HIGH, ESTIMATE = 0, 1, 2
"""Readings: the remainder sits where it hurts most, where it hurts least, or is spread like the known part."""
TOLERANCE = 1e-13
MAX_STEPS = 100_000


@numba.njit(cache=True)
def evaluation_order(indptr, indices):  # pragma: no cover - compiled
    """Return nodes grouped into strongly connected blocks, requirements first, and where each block starts (Tarjan 1972)."""
    n = len(indptr) - 1
    index = np.full(n, -1, np.int64)
    lowlink = np.zeros(n, np.int64)
    on_stack = np.zeros(n, np.bool_)
    position = indptr[:-1].copy()
    stack = np.empty(n, np.int64)
    path = np.empty(n, np.int64)
    order = np.empty(n, np.int64)
    starts = np.empty(n + 1, np.int64)
    blocks, placed, counter, held = 0, 0, 0, 0
    for root in range(n):
        if index[root] >= 0:
            continue
        depth = 0
        path[0] = root
        index[root] = lowlink[root] = counter
        counter += 1
        stack[held] = root
        held += 1
        on_stack[root] = True
        while depth >= 0:
            node = path[depth]
            if position[node] < indptr[node + 1]:
                child = indices[position[node]]
                position[node] += 1
                if index[child] < 0:
                    index[child] = lowlink[child] = counter
                    counter += 1
                    stack[held] = child
                    held += 1
                    on_stack[child] = True
                    depth += 1
                    path[depth] = child
                elif on_stack[child]:
                    lowlink[node] = min(lowlink[node], index[child])
            else:
                if lowlink[node] == index[node]:
                    starts[blocks] = placed
                    blocks += 1
                    while True:
                        held -= 1
                        member = stack[held]
                        on_stack[member] = False
                        order[placed] = member
                        placed += 1
                        if member == node:
                            break
                depth -= 1
                if depth >= 0:
                    above = path[depth]
                    lowlink[above] = min(lowlink[above], lowlink[node])
    starts[blocks] = placed
    return order, starts[: blocks + 1].copy()


@numba.njit(cache=True)
def _snap(total):  # pragma: no cover - compiled
    """Weights that sum to 1 up to rounding must give exactly 1."""
    return 1.0 if total > 1.0 - 1e-12 else total


@numba.njit(cache=True)
def _pool(node, indptr, indices, low, high, gain, slack, x, reading):  # pragma: no cover - compiled
    start, stop = indptr[node], indptr[node + 1]
    total, weight = 0.0, 0.0
    for k in range(start, stop):
        total += low[k] * gain[k] * x[indices[k]]
        weight += low[k]
    left = slack[node]
    if left <= 0.0:
        return _snap(total)
    if reading == ESTIMATE:
        room, part = 0.0, 0.0
        for k in range(start, stop):
            room += high[k] - low[k]
            part += (high[k] - low[k]) * gain[k] * x[indices[k]]
        return _snap(total + (left * part / room if room > 0.0 else left))
    # The slack goes to the sources with the least (or most) to give, each up to its upper bound.
    taken = np.zeros(stop - start, np.bool_)
    while left > 1e-15:
        best = -1
        value = 0.0
        for k in range(start, stop):
            if taken[k - start] or high[k] <= low[k]:
                continue
            v = gain[k] * x[indices[k]]
            if best < 0 or (v < value if reading == LOW else v > value):
                best, value = k, v
        if best < 0:
            break
        taken[best - start] = True
        step = min(left, high[best] - low[best])
        total += step * value
        left -= step
    if left > 1e-15 and reading == HIGH:
        total += left
    return _snap(total)


@numba.njit(cache=True)
def _value(node, producer, indptr, indices, low, high, gain, slack, cap, x, reading):  # pragma: no cover - compiled
    if not producer[node]:
        return _pool(node, indptr, indices, low, high, gain, slack, x, reading)
    least = 1.0
    for k in range(indptr[node], indptr[node + 1]):
        least = min(least, x[indices[k]])
    return cap[node] * least


@numba.njit(cache=True)
def solve(order, starts, producer, indptr, indices, low, high, gain, slack, cap, reading):  # pragma: no cover - compiled
    """Return the greatest fixed point of the network's equations, and whether every cycle converged."""
    n = len(producer)
    x = np.ones(n)
    for i in range(n):
        if producer[i]:
            x[i] = cap[i]
    converged = True
    for block in range(len(starts) - 1):
        a, b = starts[block], starts[block + 1]
        if b - a == 1:
            node = order[a]
            x[node] = _value(node, producer, indptr, indices, low, high, gain, slack, cap, x, reading)
            itself = False
            for k in range(indptr[node], indptr[node + 1]):
                itself = itself or indices[k] == node
            if not itself:
                continue
        steps = 0
        while True:
            change = 0.0
            for i in range(a, b):
                node = order[i]
                value = _value(node, producer, indptr, indices, low, high, gain, slack, cap, x, reading)
                change = max(change, abs(x[node] - value))
                x[node] = value
            steps += 1
            if change <= TOLERANCE:
                break
            if steps >= MAX_STEPS:
                converged = False
                break
    return x, converged


@numba.njit(cache=True, nogil=True)
def solve_caps(order, starts, producer, indptr, indices, low, high, gain, slack, caps, reading, wanted):  # pragma: no cover
    """Return the level of the ``wanted`` nodes for each row of capacities."""
    result = np.empty((len(caps), len(wanted)))
    for i in range(len(caps)):
        x, _ = solve(order, starts, producer, indptr, indices, low, high, gain, slack, caps[i], reading)
        for j in range(len(wanted)):
            result[i, j] = x[wanted[j]]
    return result


@numba.njit(cache=True)
def time_to_stop(order, starts, producer, indptr, indices, weight, high, gain, cap, stock):  # pragma: no cover - compiled
    """Return days until each node stops: the least over requirements, the greatest over sources, plus stock (days).

    Sources of no certain weight do not keep a pool going; one with none but such stops with the first of them.
    """
    n = len(producer)
    t = np.full(n, np.inf)
    for block in range(len(starts) - 1):
        a, b = starts[block], starts[block + 1]
        while True:
            changed = False
            for i in range(a, b):
                node = order[i]
                if producer[node]:
                    days = np.inf if cap[node] > 0.0 else 0.0
                    for k in range(indptr[node], indptr[node + 1]):
                        days = min(days, t[indices[k]])
                else:
                    longest, shortest, sure = 0.0, np.inf, False
                    for k in range(indptr[node], indptr[node + 1]):
                        source = t[indices[k]] if gain[k] > 0.0 else 0.0
                        if weight[k] > 0.0:
                            longest = max(longest, source)
                            sure = True
                        if high[k] > 0.0:
                            shortest = min(shortest, source)
                    days = (longest if sure else shortest) + stock[node]
                if days < t[node]:
                    t[node] = days
                    changed = True
            if not changed or b - a == 1:
                break
    return t
