"""Passes over a production network: its greatest fixed point, and what is left of it when many sets fail one by one."""

from __future__ import annotations

from ...graph.kernel import Kernel, part
from .kernels import LEAST, MAX_SWEEPS, WORST, plant, value


@part
def settle(a, b, order, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants, some_ptr,
           some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, arrangement, mixing, strict):  # fmt: skip
    """Bring the nodes ``order[a:b]`` of a block to their greatest fixed point; return whether it was reached.

    A block of one is done in one step. The values of a loop only fall, from where they stand.
    """
    in_loop = b - a > 1
    if not in_loop:
        for k in range(indptr[order[a]], indptr[order[a] + 1]):
            in_loop = in_loop or indices[k] == order[a]
    sweeps = 0
    while True:
        change = 0.0
        for i in range(a, b):
            node = order[i]
            for here in range(sides):
                if kind[node] == 0 and here > 0:  # a plant is the same from every side
                    new = x[node * sides]
                else:
                    new = value(node, here, in_loop, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr,
                                needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides,
                                unknown, spread, arrangement, mixing, strict)  # fmt: skip
                old = x[node * sides + here]
                change = max(change, old - new if old > new else new - old)
                x[node * sides + here] = new
        sweeps += 1
        if not in_loop or change <= 1e-13:
            return True
        if sweeps >= MAX_SWEEPS:
            if arrangement == WORST or spread == LEAST:
                # In the worst case a loop runs down, and nothing is always a lower bound. Elsewhere what stands is an upper
                # bound, since values only fall.
                for i in range(a, b):
                    for here in range(sides):
                        x[order[i] * sides + here] = 0.0
            return False


@Kernel
def solve(order, starts, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank,
          wants, some_ptr,
          some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, arrangement, mixing, strict):  # fmt: skip
    """Write the greatest fixed point of the network's equations into ``x``; return whether every loop converged."""
    for node in range(len(kind)):
        for here in range(sides):
            x[node * sides + here] = cap[node] if kind[node] == 0 else 1.0
    converged = True
    for block in range(len(starts) - 1):
        node = order[starts[block]]
        if kind[node] == 0 and starts[block + 1] - starts[block] == 1:  # most nodes: spare them the long way
            level = plant(node, indptr, indices, flags, kept, use, side, cap, x, sides, strict)
            for here in range(sides):
                x[node * sides + here] = level
            continue
        done = settle(starts[block], starts[block + 1], order, kind, indptr, indices, low, high, share, flags, whole, slack,
                      need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown,
                      spread, arrangement, mixing, strict)  # fmt: skip
        converged = converged and done
    return converged


@part
def lay(cap, gain, x, to_cap, to_gain, to_x):
    """Copy a state (kernels have no slices: those would need memory of their own)."""
    for i in range(len(cap)):
        to_cap[i] = cap[i]
    for i in range(len(gain)):
        to_gain[i] = gain[i]
    for i in range(len(x)):
        to_x[i] = x[i]


@part
def fail(event, hit_ptr, hits, cut_ptr, cuts, cap, gain, owner, block_of, dirty, first):
    """Stop what an event stops, and mark the blocks that this touches; return the first of them."""
    for i in range(hit_ptr[event], hit_ptr[event + 1]):
        cap[hits[i]] = 0.0
        block = block_of[hits[i]]
        dirty[block] = 1
        first = min(first, block)
    for i in range(cut_ptr[event], cut_ptr[event + 1]):
        gain[cuts[i]] = 0.0
        block = block_of[owner[cuts[i] % len(owner)]]
        dirty[block] = 1
        first = min(first, block)
    return first


@part
def climb(first, before, block_of, up_ptr, up, dirty, order, starts, kind, indptr, indices, low, high, share, flags, whole,
          slack, need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown,
          spread, arrangement, mixing, strict):  # fmt: skip
    """Solve again what lies above dirty blocks.

    Blocks come in order, so one pass is enough; one that keeps the value that it had ``before`` makes no other dirty.
    """
    for block in range(first, len(starts) - 1):
        if not dirty[block]:
            continue
        node = order[starts[block]]
        if kind[node] == 0 and starts[block + 1] - starts[block] == 1:
            level = plant(node, indptr, indices, flags, kept, use, side, cap, x, sides, strict)
            for here in range(sides):
                x[node * sides + here] = level
        else:
            settle(starts[block], starts[block + 1], order, kind, indptr, indices, low, high, share, flags, whole, slack,
                   need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown,
                   spread, arrangement, mixing, strict)  # fmt: skip
        for i in range(starts[block], starts[block + 1]):
            node = order[i]
            changed = False
            for here in range(sides):
                changed = changed or x[node * sides + here] != before[node * sides + here]
            if changed:
                for k in range(up_ptr[node], up_ptr[node + 1]):
                    dirty[block_of[up[k]]] = 1


@Kernel
def replay(order, starts, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
           some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, arrangement, mixing, strict,
           block_of, owner, up_ptr, up, dirty, calm_cap, calm_gain, calm, base_cap, base_gain, base,
           hit_ptr, hits, cut_ptr, cuts, set_ptr, members, wanted, result):  # fmt: skip
    """Write what the ``wanted`` nodes keep when sets of events happen, each of which stops makers and cuts links.

    Three states lie on each other: ``calm`` without any event, ``base`` with all events of a set but its last, and ``x``
    with the last, too. From each state only what lies above the events that are added is solved again, and sets that differ
    in their last event share a base: two countries together cost little more than the smaller one alone.
    """
    blocks = len(starts) - 1
    prefix, length = 0, -1  # the events of the base: members[prefix : prefix + length]
    for row in range(len(set_ptr) - 1):
        start, last = set_ptr[row], max(set_ptr[row], set_ptr[row + 1] - 1)
        same = length == last - start
        for i in range(last - start):
            same = same and members[prefix + i] == members[start + i]
        if not same:
            prefix, length = start, last - start
            lay(calm_cap, calm_gain, calm, base_cap, base_gain, base)
            first = blocks
            for i in range(start, last):
                first = fail(members[i], hit_ptr, hits, cut_ptr, cuts, base_cap, base_gain, owner, block_of, dirty, first)
            climb(first, calm, block_of, up_ptr, up, dirty, order, starts, kind, indptr, indices, low, high, share, flags,
                  whole, slack, need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, base_cap, base_gain, base, v,
                  w, mu, sides, unknown, spread, arrangement, mixing, strict)  # fmt: skip
            for block in range(first, blocks):
                dirty[block] = 0
            lay(base_cap, base_gain, base, cap, gain, x)
        if set_ptr[row + 1] == start:  # no event at all
            for j in range(len(wanted)):
                result[row * len(wanted) + j] = calm[wanted[j]]
            continue
        first = fail(members[last], hit_ptr, hits, cut_ptr, cuts, cap, gain, owner, block_of, dirty, blocks)
        climb(first, base, block_of, up_ptr, up, dirty, order, starts, kind, indptr, indices, low, high, share, flags, whole,
              slack, need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown,
              spread, arrangement, mixing, strict)  # fmt: skip
        for j in range(len(wanted)):
            result[row * len(wanted) + j] = x[wanted[j]]
        # Back to the base, for the next set.
        for i in range(hit_ptr[members[last]], hit_ptr[members[last] + 1]):
            cap[hits[i]] = base_cap[hits[i]]
        for i in range(cut_ptr[members[last]], cut_ptr[members[last] + 1]):
            gain[cuts[i]] = base_gain[cuts[i]]
        for block in range(first, blocks):
            if dirty[block]:
                dirty[block] = 0
                for i in range(starts[block], starts[block + 1]):
                    for here in range(sides):
                        x[order[i] * sides + here] = base[order[i] * sides + here]
    return 0
