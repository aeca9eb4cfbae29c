"""Decision diagrams for `FaultTree`: the monotone function of a tree, its minimal solutions, its probability.

Node 0 is "no" (the empty family), node 1 is "yes" (the family of the empty set). Any other node asks one variable and has
a higher number than its children, so that a pass over rising numbers goes bottom-up without recursion.
Functions are binary decision diagrams (a node differs in its children), families of sets zero-suppressed ones (a node's
``high`` is not 0); both stand in one table.

References
----------
Bryant (1986), Graph-based algorithms for Boolean function manipulation, doi:10.1109/TC.1986.1676819.
Rauzy (1993), New algorithms for fault trees analysis, doi:10.1016/0951-8320(93)90060-C.
Minato (1993), Zero-suppressed BDDs for set manipulation in combinatorial problems, doi:10.1145/157485.164890.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...graph.compiling import numba
from ...graph.errors import LimitError

MOST_NODES = 20_000_000
_OR, _AND, _WITHOUT = 0, 1, 2
_LEAF = np.iinfo(np.int32).max


class _Store(NamedTuple):
    variable: np.ndarray
    low: np.ndarray
    high: np.ndarray
    table: np.ndarray  # hash table of nodes, 0 is free
    size: np.ndarray  # one number: nodes in use
    key: np.ndarray  # of the computed-results cache; lossy
    value: np.ndarray
    stack: np.ndarray


def _store(room: int, size: np.ndarray, stack: np.ndarray) -> _Store:
    slots = 1 << (room - 1).bit_length()
    variable, low, high = (np.empty(room, np.int32) for _ in range(3))
    table, key, value = np.zeros(2 * slots, np.int32), np.zeros(slots, np.int64), np.zeros(slots, np.int32)
    return _Store(variable, low, high, table, size, key, value, stack)


@numba.njit(cache=True)
def _hash(a, b, c, mask):
    mixed = (a * 12582917 + b) * 4256249 + c
    return ((mixed * -7046029254386353131) >> 31) & mask


@numba.njit(cache=True)
def _node(store, variable, low, high):
    """Return the node ``(variable, low, high)``, -1 when there is no room for it."""
    mask = len(store.table) - 1
    slot = _hash(np.int64(variable), np.int64(low), np.int64(high), mask)
    while True:
        node = store.table[slot]
        if not node:
            break
        if store.variable[node] == variable and store.low[node] == low and store.high[node] == high:
            return np.int64(node)
        slot = (slot + 1) & mask
    node = store.size[0]
    if node == len(store.variable):
        return np.int64(-1)
    store.size[0] += 1
    store.variable[node], store.low[node], store.high[node] = variable, low, high
    store.table[slot] = node
    return node


@numba.njit(cache=True)
def _leaf(operation, f, g):
    """Return the result where it is plain, else -1."""
    if operation == _OR:
        if f == 1 or g == 1:
            return 1
        return max(f, g) if f == 0 or g == 0 or f == g else -1
    if operation == _AND:
        if f == 0 or g == 0:
            return 0
        return max(f, g) if f == 1 or g == 1 or f == g else -1
    if f == 0 or g == 1 or f == g:
        return 0
    return f if f == 1 or g == 0 else -1


@numba.njit(cache=True)
def _apply(store, operation, f, g):
    """Return ``f or g``, ``f and g``, or the sets of family ``f`` that hold no set of family ``g``; -1: no room."""
    variable, low, high, stack = store.variable, store.low, store.high, store.stack
    mask = len(store.key) - 1
    depth, result = 0, np.int64(-2)  # -2: nothing to hand back yet, (f, g) is to be opened
    while True:
        if result == -2:
            # No set of f has this variable, so none holds a set of g that has it: those without it are left.
            while operation == _WITHOUT and variable[g] < variable[f]:
                g = np.int64(low[g])
            # Or and and do not ask for the order: one entry of the cache serves both.
            if operation != _WITHOUT and f > g:
                f, g = g, f
            result = np.int64(_leaf(operation, f, g))
            if result < 0:
                key = (np.int64(operation) << 62) | (f << 31) | g
                slot = _hash(f, g, np.int64(operation), mask)
                if store.key[slot] == key:
                    result = np.int64(store.value[slot])
                else:
                    frame = stack[depth]
                    frame[0], frame[1], frame[2] = f, g, 0
                    depth += 1
                    top = min(variable[f], variable[g])
                    f = np.int64(low[f]) if variable[f] == top else f
                    g = np.int64(low[g]) if variable[g] == top else g
                    result = np.int64(-2)
                    continue
        # A result goes to the pair above: first that of its branch without the top variable, then of the one with it.
        if depth == 0:
            return result
        frame = stack[depth - 1]
        f, g = frame[0], frame[1]
        top = min(variable[f], variable[g])
        frame[2] += 1
        if frame[2] == 1:
            frame[3] = result
            f = np.int64(high[f]) if variable[f] == top else f
            g = np.int64(high[g]) if variable[g] == top else g
            result = np.int64(-2)
        # A set with the variable must hold no set of g that has it, nor one that does not.
        elif frame[2] == 2 and operation == _WITHOUT and variable[f] == variable[g]:
            f, g = result, np.int64(low[g])
            result = np.int64(-2)
        else:
            bare = result == 0 if operation == _WITHOUT else result == frame[3]
            result = frame[3] if bare else _node(store, top, frame[3], result)
            if result < 0:
                return result
            slot = _hash(f, g, np.int64(operation), mask)
            store.key[slot] = (np.int64(operation) << 62) | (f << 31) | g
            store.value[slot] = result
            depth -= 1


@numba.njit(cache=True)
def _minimal(store, used, solutions, order, node):
    """Fill ``solutions[n, k]``, the minimal sets of at most ``k`` members, for the ``used`` nodes from ``node`` up.

    Rauzy's recursion: with x the variable asked, the minimal solutions of a monotone function are those of f(x = 0),
    and x together with those of f(x = 1) that hold none of them. ``order < 0``: any size (one column). Returns the
    node where room ran out, else -1.
    """
    first = max(order, 0)
    for at in range(node, len(used)):
        if not used[at]:
            continue
        for k in range(first + 1):
            rest = np.int64(solutions[store.low[at], k])
            with_x = np.int64(0)
            if order < 0 or k:
                with_x = _apply(store, _WITHOUT, np.int64(solutions[store.high[at], k - 1 if order > 0 else 0]), rest)
                if with_x < 0:
                    return at
            family = rest if with_x == 0 else _node(store, store.variable[at], rest, with_x)
            if family < 0:
                return at
            solutions[at, k] = family
    return -1


@numba.njit(cache=True)
def _reached(store, root):
    """Return which nodes stand below ``root``, by number up to it; leaves do not count."""
    used = np.zeros(root + 1, np.bool_)
    used[root] = root > 1
    for node in range(root, 1, -1):
        if used[node]:
            used[store.low[node]] = True
            used[store.high[node]] = True
    used[:2] = False
    return used


@numba.njit(cache=True)
def _sizes(store, used):
    """Return for every node how many sets it holds, and their members in all (floats: they may be huge)."""
    sets, members = np.zeros(max(2, len(used))), np.zeros(max(2, len(used)))
    sets[1] = 1
    for node in range(2, len(used)):
        if used[node]:
            low, high = store.low[node], store.high[node]
            sets[node] = sets[low] + sets[high]
            members[node] = members[low] + members[high] + sets[high]
    return sets, members


@numba.njit(cache=True)
def _listed(store, root, n_sets, n_members, n_variables):
    """Write out the sets of a family: members one after another, and where each set begins."""
    members, begin = np.empty(n_members, np.int32), np.zeros(n_sets + 1, np.int64)
    path, waiting = np.empty(n_variables, np.int32), np.empty((n_variables + 1, 2), np.int64)
    waiting[0, 0], waiting[0, 1] = root, 0
    n_waiting, at = 1, 0
    while n_waiting:
        n_waiting -= 1
        node, depth = waiting[n_waiting]
        while node > 1:
            waiting[n_waiting, 0], waiting[n_waiting, 1] = store.low[node], depth
            n_waiting += store.low[node] != 0
            path[depth] = store.variable[node]
            depth += 1
            node = np.int64(store.high[node])
        members[begin[at] : begin[at] + depth] = path[:depth]
        begin[at + 1] = begin[at] + depth
        at += 1
    return members, begin


@numba.njit(cache=True)
def _chances(store, used, probability):
    """Return the probability of the root and its derivative by each variable's: up by value, down by weight."""
    root = len(used) - 1
    chance, weight, slope = np.zeros(max(2, root + 1)), np.zeros(max(2, root + 1)), np.zeros(len(probability))
    chance[1] = 1
    for node in range(2, root + 1):
        if used[node]:
            p = probability[store.variable[node]]
            chance[node] = p * chance[store.high[node]] + (1 - p) * chance[store.low[node]]
    weight[root] = 1
    for node in range(root, 1, -1):
        if used[node]:
            p, low, high = probability[store.variable[node]], store.low[node], store.high[node]
            slope[store.variable[node]] += weight[node] * (chance[high] - chance[low])
            weight[high] += weight[node] * p
            weight[low] += weight[node] * (1 - p)
    return chance[root], slope


@numba.njit(cache=True)
def _rehash(store):
    mask = len(store.table) - 1
    for node in range(2, store.size[0]):
        slot = _hash(np.int64(store.variable[node]), np.int64(store.low[node]), np.int64(store.high[node]), mask)
        while store.table[slot]:
            slot = (slot + 1) & mask
        store.table[slot] = node


class DecisionDiagram:
    """A store of nodes over ``n_variables`` variables that grows up to ``most`` nodes, then raises `LimitError`."""

    def __init__(self, n_variables: int, most: int = MOST_NODES) -> None:
        self.n_variables, self.most = n_variables, most
        room = min(max(1 << 15, 2 * n_variables + 2), most)
        self._store = _store(room, np.array([2]), np.zeros((n_variables + 2, 4), np.int64))
        self._store.variable[:2] = _LEAF
        self._store.low[:2] = self._store.high[:2] = 0

    def variable(self, number: int) -> int:
        """Return the function that is true when variable ``number`` is."""
        return self._roomy(_node, number, 0, 1)

    def combine(self, conjunctive: bool, functions: list[int]) -> int:
        """Return the conjunction or disjunction of ``functions``, joined from the last variable up."""
        below = sorted(set(functions), key=lambda node: (-self._store.variable[node], node))
        result = below[0]
        for function in below[1:]:
            result = self._roomy(_apply, _AND if conjunctive else _OR, result, function)
        return result

    def minimal_solutions(self, function: int, max_order: int | None) -> int:
        """Return the family of minimal solutions of a monotone function, of at most ``max_order`` members."""
        used = _reached(self._store, function)
        order = -1 if max_order is None else max_order
        solutions = np.zeros((max(2, len(used)), max(order, 0) + 1), np.int32)
        solutions[1] = 1
        node = 2
        while node >= 0:
            node = _minimal(self._store, used, solutions, order, node)
            if node >= 0:
                self._grow()
        return int(solutions[function, -1])

    def sets(self, family: int, limit: int) -> list[np.ndarray]:
        """Return the sets of a family, one array (sets x members) for each size; `LimitError` past ``limit`` sets."""
        sets, members = _sizes(self._store, _reached(self._store, family))
        if sets[family] > limit:
            raise LimitError("risk.fault_tree.too_many_sets", count=f"{sets[family]:,.0f}", limit=f"{limit:,}")
        if family == 0:
            return []
        flat, begin = _listed(self._store, family, int(sets[family]), int(members[family]), self.n_variables)
        sizes = np.diff(begin)
        return [flat[begin[:-1][sizes == size, None] + np.arange(size)] for size in np.unique(sizes)]

    def chances(self, function: int, probability: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the probability of ``function`` for independent variables, and its derivative by each of theirs."""
        return _chances(self._store, _reached(self._store, function), probability)

    def _roomy(self, kernel, *values: int) -> int:
        while (node := kernel(self._store, *values)) < 0:
            self._grow()
        return int(node)

    def _grow(self) -> None:
        old, room = self._store, min(2 * len(self._store.variable), self.most)
        count = int(old.size[0])
        if room == len(old.variable):
            raise LimitError("risk.fault_tree.too_many_nodes", limit=f"{self.most:,}")
        self._store = _store(room, old.size, old.stack)
        for new, filled in zip(self._store[:3], old[:3], strict=True):
            new[:count] = filled[:count]
        _rehash(self._store)
