"""Compiled passes over a fault tree in arrays, for `FaultTree`.

A tree has gates ``0 .. G-1`` and basic events ``G .. N-1``. ``conjunctive[g]`` tells an and-gate from an or-gate, and
``children[indptr[g] : indptr[g + 1]]`` are what it looks at. `parents` gives the same links the other way round.
"""

from __future__ import annotations

import numpy as np

from ...graph.blocks import blocks
from ...graph.kernel import ArrayKernel, array_part

_ROUNDS = 32  # path sets walked at most before single points are tested one by one


@ArrayKernel
def parents(indptr, children, n_nodes):
    """Return the links turned round, ``(pointer, gate)``: which gates look at each node."""
    pointer = np.zeros(n_nodes + 1, np.int64)
    for child in children:
        pointer[child + 1] += 1
    for node in range(n_nodes):
        pointer[node + 1] += pointer[node]
    gates = np.empty(len(children), np.int32)
    place = pointer[:-1].copy()
    for gate in range(len(indptr) - 1):
        for link in range(indptr[gate], indptr[gate + 1]):
            child = children[link]
            gates[place[child]] = gate
            place[child] += 1
    return pointer, gates


@ArrayKernel
def failing(conjunctive, indptr, children, up_pointer, up_gates, failed):
    """Return for every node whether it fails when the ``failed`` events do: the least fixed point, one pass."""
    n_gates = len(conjunctive)
    down = failed.copy()
    need = np.empty(n_gates, np.int64)
    for gate in range(n_gates):
        need[gate] = indptr[gate + 1] - indptr[gate] if conjunctive[gate] else 1
    queue = np.empty(len(down), np.int32)
    end = 0
    for node in range(len(down)):
        if down[node]:
            queue[end] = node
            end += 1
    at = 0
    while at < end:
        node = queue[at]
        at += 1
        for link in range(up_pointer[node], up_pointer[node + 1]):
            gate = up_gates[link]
            need[gate] -= 1
            if need[gate] <= 0 and not down[gate]:
                down[gate] = True
                queue[end] = gate
                end += 1
    return down


@ArrayKernel
def reduced(conjunctive, indptr, children, top, live):
    """Keep what can change the top: ``live`` nodes below it, gates left with one child replaced by that child.

    A live gate's children that are not live are neutral (always failing below an and-gate, never below an or-gate).
    Returns ``(conjunctive, indptr, children, events)``: the top is node 0 now, ``events`` are the old numbers of the
    basic events left.
    """
    n_gates, n_nodes = len(conjunctive), len(live)
    target = _bypassed(indptr, children, live, n_gates)
    number = np.full(n_nodes, -1, np.int32)
    gates, events = np.empty(n_gates, np.int32), np.empty(n_nodes - n_gates, np.int32)
    n_kept = n_events = n_links = 0
    root = target[top]
    number[root] = 0
    if root < n_gates:
        gates[0] = root
        n_kept = 1
    else:
        events[0] = root
        n_events = 1
    # Breadth first from the top: what is reached gets the next number, so the top is 0 and nothing unreachable is kept.
    at = 0
    while at < n_kept:
        gate = gates[at]
        at += 1
        for link in range(indptr[gate], indptr[gate + 1]):
            if not live[children[link]]:
                continue
            n_links += 1
            child = target[children[link]]
            if number[child] >= 0:
                continue
            if child < n_gates:
                number[child] = n_kept
                gates[n_kept] = child
                n_kept += 1
            else:
                number[child] = n_events
                events[n_events] = child
                n_events += 1
    # Events follow all gates, and how many gates there are is known only now: links are numbered in a second pass.
    kind, pointer, links = np.empty(n_kept, np.bool_), np.zeros(n_kept + 1, np.int64), np.empty(n_links, np.int32)
    n_links = 0
    for at in range(n_kept):
        gate = gates[at]
        kind[at] = conjunctive[gate]
        for link in range(indptr[gate], indptr[gate + 1]):
            if live[children[link]]:
                child = target[children[link]]
                links[n_links] = number[child] + (n_kept if child >= n_gates else 0)
                n_links += 1
        pointer[at + 1] = n_links
    return kind, pointer, links, events[:n_events]


@array_part
def _bypassed(indptr, children, live, n_gates):
    """Return what stands for each node: a live gate with one live child is that child."""
    target = np.arange(len(live)).astype(np.int32)
    for gate in range(n_gates):
        if live[gate]:
            count, only = 0, 0
            for link in range(indptr[gate], indptr[gate + 1]):
                if live[children[link]]:
                    count += 1
                    only = children[link]
            if count == 1:
                target[gate] = only
    for gate in range(n_gates):  # a chain of such gates ends, since a ring of them could never fail and is not live
        end = target[gate]
        while target[end] != end:
            end = target[end]
        node = gate
        while target[node] != node:
            after = target[node]
            target[node] = end
            node = after
    return target


@ArrayKernel
def single_points(conjunctive, indptr, children, up_pointer, up_gates, top):
    """Return for every node of a reduced tree whether its failure alone fails the top.

    A single point is in every path set (nodes whose working keeps the top working), so a few path sets that avoid each
    other leave few candidates. What an or-gate that is a single point looks at is one too. The rest is tried: a trial
    that does not reach the top clears all that failed in it.
    """
    n_gates, n_nodes = len(conjunctive), len(up_pointer) - 1
    candidate, order = _candidates(conjunctive, indptr, children, top, n_nodes)
    single, down = np.zeros(n_nodes, np.bool_), np.zeros(n_nodes, np.bool_)
    need, stack = np.empty(n_gates, np.int64), np.empty(n_nodes, np.int32)
    for gate in range(n_gates):
        need[gate] = indptr[gate + 1] - indptr[gate] if conjunctive[gate] else 1
    for start in order:
        if single[start] or not candidate[start]:
            continue
        if _stops(start, up_pointer, up_gates, top, single, candidate, need, down, stack):
            single[start] = True
            stack[0] = start
            end = 1
            while end:
                end -= 1
                node = stack[end]
                if node < n_gates and not conjunctive[node]:
                    for link in range(indptr[node], indptr[node + 1]):
                        child = children[link]
                        if not single[child]:
                            single[child] = True
                            stack[end] = child
                            end += 1
    return single


@array_part
def _candidates(conjunctive, indptr, children, top, n_nodes):
    """Return what stands in every path set that was walked, and all nodes below the top in the order of the first walk."""
    n_gates = len(conjunctive)
    candidate = np.ones(n_nodes, np.bool_)
    seen = np.zeros(n_nodes, np.int32)
    stack, order = np.empty(n_nodes, np.int32), np.empty(n_nodes, np.int32)
    n_order = idle = 0
    for walk in range(1, _ROUNDS + 1):
        seen[top] = walk
        stack[0] = top
        end = 1
        while end:
            end -= 1
            node = stack[end]
            if walk == 1:
                order[n_order] = node
                n_order += 1
            if node >= n_gates:
                continue
            first, last = indptr[node], indptr[node + 1]
            if conjunctive[node]:  # one child that works is enough: best one that is no candidate, or that works already
                chosen = first + walk % (last - first)
                for link in range(first, last):
                    if not candidate[children[link]]:
                        chosen = link
                        if seen[children[link]] == walk:
                            break
                first, last = chosen, chosen + 1
            for link in range(first, last):
                child = children[link]
                if seen[child] != walk:
                    seen[child] = walk
                    stack[end] = child
                    end += 1
        # What one path set does without stops nothing alone. Each walk chooses otherwise, until three in a row drop nobody.
        dropped = 0
        for at in range(n_order):
            node = order[at]
            if candidate[node] and seen[node] != walk:
                candidate[node] = False
                dropped += 1
        if walk == 1:
            for node in range(n_nodes):
                candidate[node] = seen[node] == 1
        else:
            idle = 0 if dropped else idle + 1
            if idle == 3:
                break
    return candidate, order[:n_order]


@array_part
def _stops(start, up_pointer, up_gates, top, single, candidate, need, down, stack):
    """Tell whether the failure of a node reaches the top; if not, all that it took down is no candidate."""
    hit = start == top
    stack[0] = start
    down[start] = True
    end, now = 1, 0
    while now < end and not hit:
        node = stack[now]
        now += 1
        for link in range(up_pointer[node], up_pointer[node + 1]):
            gate = up_gates[link]
            need[gate] -= 1
            if need[gate] == 0 and not down[gate]:
                down[gate] = True
                hit = hit or single[gate]
                stack[end] = gate
                end += 1
    for undo in range(end):
        node = stack[undo]
        down[node] = False
        if not hit:
            candidate[node] = False
        if undo < now:
            for link in range(up_pointer[node], up_pointer[node + 1]):
                need[up_gates[link]] += 1
    return hit


def components(indptr, children):
    """Return ``(order, component)``: gates children first, and the cycle (strongly connected component) of each."""
    gates = len(indptr) - 1
    inner = children < gates  # basic events look at nothing
    owner = np.repeat(np.arange(gates), np.diff(indptr))
    pointer = np.concatenate([[0], np.cumsum(np.bincount(owner[inner], minlength=gates))]).astype(np.int64)
    order, starts = blocks(pointer, children[inner].astype(np.int64))
    component = np.empty(gates, np.int32)
    component[order] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return order.astype(np.int32), component
