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
def lay(cap, gain, side, x, to_cap, to_gain, to_side, to_x):
    """Copy a state (kernels have no slices: those would need memory of their own)."""
    for i in range(len(cap)):
        to_cap[i] = cap[i]
        to_side[i] = side[i]
    for i in range(len(gain)):
        to_gain[i] = gain[i]
    for i in range(len(x)):
        to_x[i] = x[i]


@part
def fail(event, hit_ptr, hits, cut_ptr, cuts, spare_ptr, spares, turn_ptr, turns, calm_gain, cap, gain, side, owner,
         block_of, dirty, first):  # fmt: skip
    """Open the links that an event spares, stop what it stops, and mark the blocks touched; return the first of them.

    Makers that it turns read from now on what reaches side 0.
    """
    for i in range(turn_ptr[event], turn_ptr[event + 1]):
        side[turns[i]] = 0
        block = block_of[turns[i]]
        dirty[block] = 1
        first = min(first, block)
    for i in range(spare_ptr[event], spare_ptr[event + 1]):
        gain[spares[i]] = calm_gain[spares[i]]
        block = block_of[owner[spares[i] % len(owner)]]
        dirty[block] = 1
        first = min(first, block)
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
def climb(first, rising, before, block_of, up_ptr, up, dirty, order, starts, kind, indptr, indices, low, high, share,
          flags, whole, slack, need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides,
          unknown, spread, arrangement, mixing, strict):  # fmt: skip
    """Solve again what lies above dirty blocks.

    Blocks come in order, so one pass is enough; one that keeps the value that it had ``before`` makes no other dirty. Loops
    fall from where they stand: where something is ``rising``, they begin at the top.
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
            if rising:
                for i in range(starts[block], starts[block + 1]):
                    for here in range(sides):
                        x[order[i] * sides + here] = cap[order[i]] if kind[order[i]] == 0 else 1.0
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


@part
def common(members, a, a_stop, b, b_stop):
    """Return how many events two sets begin with alike."""
    count = 0
    while a + count < a_stop and b + count < b_stop and members[a + count] == members[b + count]:
        count += 1
    return count


@Kernel
def replay(order, starts, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
           some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, arrangement, mixing, strict,
           block_of, owner, up_ptr, up, dirty, calm_cap, calm_gain, calm_side, calm, base_cap, base_gain, base_side, base,
           hit_ptr, hits, cut_ptr, cuts, spare_ptr, spares, turn_ptr, turns, set_ptr, members, wanted, result):  # fmt: skip
    """Write what the ``wanted`` nodes keep when sets of events happen, each of which stops makers and cuts links.

    Three states lie on each other: ``calm`` without any event, ``base`` with the events that a set shares with the next one,
    and ``x`` with the rest of them, too. From each state only what lies above the events that are added is solved again: two
    countries together cost little more than the smaller one alone, as long as the greater one stays.
    """
    blocks, rising = len(starts) - 1, len(spares) > 0 or len(turns) > 0
    prefix, length = 0, 0  # the events of the base: members[prefix : prefix + length]
    for row in range(len(set_ptr) - 1):
        start, stop = set_ptr[row], set_ptr[row + 1]
        if stop == start:  # no event at all
            for j in range(len(wanted)):
                result[row * len(wanted) + j] = calm[wanted[j]]
            continue
        kept_events = common(members, prefix, prefix + length, start, stop)
        shared = 0 if row + 2 == len(set_ptr) else common(members, start, stop, stop, set_ptr[row + 2])
        shared = min(shared, stop - start - 1)
        if kept_events < length:  # not the events of this set: begin again
            length = 0
            lay(calm_cap, calm_gain, calm_side, calm, base_cap, base_gain, base_side, base)
            lay(calm_cap, calm_gain, calm_side, calm, cap, gain, side, x)
        # What the next set shares comes first, and becomes the base; then the rest. (Two rounds and not two calls: the
        # compiler would go through all of the arithmetic for each call.)
        first = blocks
        for rest in range(2):
            if not rest and shared <= length:
                continue
            first = blocks
            for i in range(start + length, stop if rest else start + shared):
                first = fail(members[i], hit_ptr, hits, cut_ptr, cuts, spare_ptr, spares, turn_ptr, turns, calm_gain, cap,
                             gain, side, owner, block_of, dirty, first)  # fmt: skip
            climb(first, rising, base, block_of, up_ptr, up, dirty, order, starts, kind, indptr, indices, low, high, share,
                  flags, whole, slack, need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w,
                  mu, sides, unknown, spread, arrangement, mixing, strict)  # fmt: skip
            if not rest:
                for block in range(first, blocks):
                    dirty[block] = 0
                length = shared
                lay(cap, gain, side, x, base_cap, base_gain, base_side, base)
        prefix = start
        for j in range(len(wanted)):
            result[row * len(wanted) + j] = x[wanted[j]]
        # Back to the base, for the next set.
        for event in range(start + length, stop):
            for i in range(hit_ptr[members[event]], hit_ptr[members[event] + 1]):
                cap[hits[i]] = base_cap[hits[i]]
            for i in range(cut_ptr[members[event]], cut_ptr[members[event] + 1]):
                gain[cuts[i]] = base_gain[cuts[i]]
            for i in range(spare_ptr[members[event]], spare_ptr[members[event] + 1]):
                gain[spares[i]] = base_gain[spares[i]]
            for i in range(turn_ptr[members[event]], turn_ptr[members[event] + 1]):
                side[turns[i]] = base_side[turns[i]]
        for block in range(first, blocks):
            if dirty[block]:
                dirty[block] = 0
                for i in range(starts[block], starts[block + 1]):
                    for here in range(sides):
                        x[order[i] * sides + here] = base[order[i] * sides + here]
    return 0
