"""Minimal cut sets up to an order, bottom-up: every gate's family of sets from those of its children.

A set of at most ``order`` events is one integer of ``order`` digits of ``bits`` bits: event numbers from 1, ascending
from the lowest digit, zeros above. A larger set is a larger integer, so that sorting puts low orders first.
"""

from __future__ import annotations

import numpy as np

from ...graph.kernel import ArrayKernel, array_part

_MIX = -7046029254386353131  # 2**64 / golden ratio, as a signed integer (Fibonacci hashing)


@array_part
def _union(a, b, bits, order):
    """Return the union of two sets, -1 when it has more than ``order`` members."""
    digit = (1 << bits) - 1
    out = shift = count = 0
    while a and b:
        x, y = a & digit, b & digit
        if x <= y:
            a >>= bits
        if y <= x:
            b >>= bits
        if count == order:
            return -1
        out |= min(x, y) << shift
        shift += bits
        count += 1
    rest = a | b
    if rest == 0:
        return out
    if count == order or rest >> (bits * (order - count)):
        return -1
    return out | rest << shift


@array_part
def _slot(table, code):
    """Return where ``code`` stands, or would stand, in a hash table (0 is free)."""
    mask = len(table) - 1
    slot = ((code * _MIX) >> 29) & mask
    while table[slot] and table[slot] != code:
        slot = (slot + 1) & mask
    return slot


@array_part
def _table(n_codes):
    size = 16
    while size < 2 * n_codes:
        size *= 2
    return np.zeros(size, np.int64)


@array_part
def _rehashed(codes, n_codes, room):
    table = _table(room)
    for at in range(n_codes):
        table[_slot(table, codes[at])] = codes[at]
    return table


@array_part
def _covered(code, table, bits):
    """Tell whether a proper, non-empty part of ``code`` stands in ``table``."""
    digit = (1 << bits) - 1
    count, rest = 0, code
    while rest:
        rest >>= bits
        count += 1
    for choice in range(1, (1 << count) - 1):
        part = shift = 0
        rest, left = code, choice
        while left:
            if left & 1:
                part |= (rest & digit) << shift
                shift += bits
            rest >>= bits
            left >>= 1
        if table[_slot(table, part)]:
            return True
    return False


@array_part
def _minimal(codes, n_codes, table, bits, order):
    """Return the minimal ones among distinct ``codes``, all of which stand in ``table``; low orders first."""
    out = np.empty(n_codes, np.int64)
    n_out = 0
    for size in range(1, order + 1):
        smaller = n_out > 0
        low, high = 1 << (bits * (size - 1)), 1 << (bits * size)
        for at in range(n_codes):
            code = codes[at]
            if low <= code < high and not (smaller and _covered(code, table, bits)):
                out[n_out] = code
                n_out += 1
    return out[:n_out]


@array_part
def _either(arena, starts, sizes, bits, order):
    """Return the family of an or-gate: the minimal sets of all the children's families."""
    total = 0
    for size in sizes:
        total += size
    table, codes = _table(total), np.empty(total, np.int64)
    n_codes = 0
    for child in range(len(starts)):
        for at in range(starts[child], starts[child] + sizes[child]):
            slot = _slot(table, arena[at])
            if not table[slot]:
                table[slot] = codes[n_codes] = arena[at]
                n_codes += 1
    return _minimal(codes, n_codes, table, bits, order)


@array_part
def _chained(codes, head, bits, order):
    """Return, by size of another set, how many sets fit beside it, and chains through the sets by member from ``head``."""
    digit = (1 << bits) - 1
    fitting = np.zeros(order + 1, np.int64)
    for size in range(1, order):
        while fitting[size] < len(codes) and codes[fitting[size]] < 1 << (bits * (order - size)):
            fitting[size] += 1
    after = np.empty(len(codes) * order, np.int64)
    for at in range(len(codes)):
        rest, place = codes[at], at * order
        while rest:
            after[place] = head[rest & digit]
            head[rest & digit] = place
            rest >>= bits
            place += 1
    return fitting, after


@array_part
def _parted(one, two):
    """Return the sets of ``two`` that stand in ``one`` as well, the others, and a hash table of the common ones."""
    table, shared = _table(len(one)), _table(min(len(one), len(two)))
    for code in one:
        table[_slot(table, code)] = code
    common, others = np.empty(len(two), np.int64), np.empty(len(two), np.int64)
    n_common = n_others = 0
    for code in two:
        if table[_slot(table, code)]:
            shared[_slot(shared, code)] = code
            common[n_common] = code
            n_common += 1
        else:
            others[n_others] = code
            n_others += 1
    return common[:n_common], others[:n_others], shared


@array_part
def _sharing(code, others, beside, after, head, bits, order, met):
    """Fill ``met`` with sets past the first ``beside`` that share members with ``code``, once for each; return how many."""
    digit = (1 << bits) - 1
    n_met, rest = 0, code
    while rest:
        place = head[rest & digit]
        while place >= 0:
            if place // order >= beside:
                met[n_met] = others[place // order]
                n_met += 1
            place = after[place]
        rest >>= bits
    return n_met


@array_part
def _unchained(others, head, bits):
    """Leave ``head`` as it was found: only what was touched is cleared."""
    digit = (1 << bits) - 1
    for code in others:
        rest = code
        while rest:
            head[rest & digit] = -1
            rest >>= bits


@array_part
def _doubled(values):
    """Return an array with twice the room."""
    found = np.empty(2 * len(values), np.int64)
    for at in range(len(values)):
        found[at] = values[at]
    return found


@array_part
def _same(one, two):
    """Tell whether two families, each of distinct sets and as many, are of the same sets."""
    table = _rehashed(two, len(two), len(two))
    found = 0
    for code in one:
        found += table[_slot(table, code)] != 0
    return found == len(one)


@array_part
def _smallest_first(sizes):
    """Return the places of sizes, the smallest first and equals as they come."""
    order = np.empty(len(sizes), np.int64)
    for at in range(len(sizes)):
        to = at
        while to > 0 and sizes[order[to - 1]] > sizes[at]:
            order[to] = order[to - 1]
            to -= 1
        order[to] = at
    return order


@array_part
def _both(one, two, head, bits, order, most, left):
    """Return the minimal unions of a set of each family, of at most ``order`` members; nothing past ``most`` unions.

    Each pair that is met takes one from ``left[0]``: nothing is returned either once that is used up.

    Sets that stand in both families are taken out first: ``(C or A) and (C or B) = C or (A and B)``. Two sets that are
    too large to fit side by side are only met where they share a member, through ``head`` (by event, all -1).
    """
    common, others, shared = _parted(one, two)
    codes = np.empty(2 * (len(one) + len(two)) + 16, np.int64)
    n_codes = len(common)
    for at in range(n_codes):
        codes[at] = common[at]
    table = _rehashed(codes, n_codes, len(codes))
    fitting, after = _chained(others, head, bits, order)
    met = np.empty(len(others) * order, np.int64)
    over = n_codes > most
    for code in one:
        if over or len(others) == 0 or shared[_slot(shared, code)]:
            continue
        size, rest = 0, code
        while rest:
            rest >>= bits
            size += 1
        # Families are sorted by size: the first ones all fit beside ``code``, the others only where they share a member.
        beside = fitting[size]
        n_met = 0 if beside == len(others) else _sharing(code, others, beside, after, head, bits, order, met)
        at = 0
        while at < beside + n_met and not over:
            other = others[at] if at < beside else met[at - beside]
            at += 1
            left[0] -= 1
            if left[0] < 0:
                over = True
                continue
            union = _union(code, other, bits, order)
            if union < 0:
                continue
            slot = _slot(table, union)
            if not table[slot]:
                table[slot] = codes[n_codes] = union
                n_codes += 1
                over = n_codes > most
                if n_codes == len(codes):
                    codes = _doubled(codes)
                    table = _rehashed(codes, n_codes, len(codes))
    _unchained(others, head, bits)
    if over:
        return np.empty(0, np.int64), True
    return _minimal(codes, n_codes, table, bits, order), False


@array_part
def _family(conjunctive, arena, starts, sizes, head, bits, order, most, left):
    """Return the family of one gate from its children's, and whether it grew past ``most``."""
    if not conjunctive:
        return _either(arena, starts, sizes, bits, order), False
    over = False
    smallest_first = _smallest_first(sizes)
    child = smallest_first[0]
    family = arena[starts[child] : starts[child] + sizes[child]]
    for child in smallest_first[1:]:
        if len(family) and not over:
            two = arena[starts[child] : starts[child] + sizes[child]]
            family, over = _both(family, two, head, bits, order, most, left)
    return family, over


@ArrayKernel
def families(conjunctive, indptr, children, gate_order, component, n_nodes, bits, order, most, left):
    """Return the family of the top (gate 0), and whether more than ``most`` sets had to be held on the way.

    More than ``left[0]`` pairs of sets that had to be met are too many, too; what is left of them stands there in the end.

    Gates of a cycle are computed again until nothing changes: from "nothing fails" upwards this reaches the least
    fixed point, since each round's families only gain failures and there are finitely many.
    """
    n_gates = len(conjunctive)
    arena = np.empty(max(1024, 4 * n_nodes), np.int64)
    start, size = np.zeros(n_nodes, np.int64), np.zeros(n_nodes, np.int64)
    used = 0
    for event in range(n_gates, n_nodes):
        arena[used] = event - n_gates + 1
        start[event], size[event] = used, 1
        used += 1
    head = np.full(n_nodes - n_gates + 1, -1, np.int64)
    clock = 1
    changed, computed = np.zeros(n_nodes, np.int64), np.full(n_gates, -1, np.int64)  # when, by the clock
    first = 0
    while first < n_gates:
        last = first + 1
        while last < n_gates and component[gate_order[last]] == component[gate_order[first]]:
            last += 1
        # A gate is computed again only when a child has changed since, by the clock.
        again = True
        while again:
            again = False
            for at in range(first, last):
                gate = gate_order[at]
                links = children[indptr[gate] : indptr[gate + 1]]
                newest = 0
                for link in links:
                    newest = max(newest, changed[link])
                if newest <= computed[gate]:
                    continue
                family, over = _family(
                    conjunctive[gate], arena, start[links], size[links], head, bits, order, most - used, left
                )
                computed[gate] = clock
                if over or used + len(family) > most:
                    return family, True
                if len(family) == size[gate]:
                    if len(family) == 0:
                        continue
                    if _same(family, arena[start[gate] : start[gate] + size[gate]]):
                        continue
                # Families are appended, never overwritten: those of children stay where gates above may still read them.
                while used + len(family) > len(arena):
                    arena = _doubled(arena)
                for member in range(len(family)):
                    arena[used + member] = family[member]
                start[gate], size[gate] = used, len(family)
                used += len(family)
                clock += 1
                changed[gate] = clock
                again = True
        first = last
    return arena[start[0] : start[0] + size[0]], False


def unpacked(codes, bits):
    """Return the sets that ``codes`` stand for, one array (sets x members) of event numbers from 0 for each size."""
    sizes = np.searchsorted(1 << bits * np.arange(62 // bits + 1), codes, side="right")
    digits = bits * np.arange(62 // bits)
    return [(codes[sizes == size, None] >> digits[:size] & ((1 << bits) - 1)) - 1 for size in np.unique(sizes)]
