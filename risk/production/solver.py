"""Passes over a production network: its greatest fixed point, and what is left of it when many sets fail one by one."""

from __future__ import annotations

from ...graph.kernel import Kernel, large_part, part
from ...graph.network import MAKER
from .arrays import Above, Events, Net, Room, State, Way
from .kernels import LEAST, MAX_SWEEPS, WORST, lift, plant, value


@part
def settle(a, b, net: Net, state: State, way: Way, room: Room):
    """Bring the nodes ``order[a:b]`` of a block to their greatest fixed point; return whether it was reached.

    A block of one is done in one step. The values of a loop only fall, from where they stand.
    """
    in_loop = b - a > 1
    if not in_loop:
        for k in range(net.indptr[net.order[a]], net.indptr[net.order[a] + 1]):
            in_loop = in_loop or net.indices[k] == net.order[a]
    sweeps = 0
    while True:
        change = 0.0
        for i in range(a, b):
            node = net.order[i]
            for here in range(way.sides):
                if net.kind[node] == MAKER and here > 0:  # a plant is the same from every side
                    new = state.x[node * way.sides]
                else:
                    new = value(node, here, in_loop, net, state, way, room)
                old = state.x[node * way.sides + here]
                change = max(change, old - new if old > new else new - old)
                state.x[node * way.sides + here] = new
        sweeps += 1
        if not in_loop or change <= 1e-13:
            return True
        if sweeps >= MAX_SWEEPS:
            if way.arrangement == WORST or way.spread == LEAST:
                # In the worst case a loop runs down, and nothing is always a lower bound. Elsewhere what stands is an upper
                # bound, since values only fall.
                for i in range(a, b):
                    for here in range(way.sides):
                        state.x[net.order[i] * way.sides + here] = 0.0
            return False


@part
def renew(block, from_top, net: Net, state: State, way: Way, room: Room):
    """Solve one block again, a loop from where it stands or from the top; return whether it converged."""
    start, stop = net.starts[block], net.starts[block + 1]
    node = net.order[start]
    if net.kind[node] == MAKER and stop - start == 1:  # most nodes: spare them the long way
        level = plant(node, net, state, way)
        for here in range(way.sides):
            state.x[node * way.sides + here] = level
        return True
    if from_top:
        for i in range(start, stop):
            lift(net.order[i], net, state, way)
    return settle(start, stop, net, state, way, room)


@Kernel
def solve(net: Net, state: State, way: Way, room: Room):
    """Write the greatest fixed point of the network's equations into ``state.x``; return whether every loop converged."""
    for node in range(len(net.kind)):
        lift(node, net, state, way)
    converged = True
    for block in range(len(net.starts) - 1):
        done = renew(block, False, net, state, way, room)
        converged = converged and done
    return converged


@part
def lay(state: State, over: State):
    """Copy a state over another (kernels have no slices: those would need memory of their own)."""
    for i in range(len(state.cap)):
        over.cap[i] = state.cap[i]
        over.side[i] = state.side[i]
    for i in range(len(state.gain)):
        over.gain[i] = state.gain[i]
    for i in range(len(state.x)):
        over.x[i] = state.x[i]


@part
def fail(event, dirty, first, net: Net, state: State, calm: State, above: Above, events: Events):
    """Open the links that an event spares, stop what it stops, and mark the blocks touched; return the first of them.

    Makers that it turns read from now on what reaches side 0, and so do their markets for them what they share.
    """
    for i in range(events.turn_ptr[event], events.turn_ptr[event + 1]):
        maker = events.turns[i]
        state.side[maker] = 0
        dirty[above.block_of[maker]] = 1
        first = min(first, above.block_of[maker])
        for k in range(above.up_ptr[maker], above.up_ptr[maker + 1]):
            dirty[above.block_of[above.up[k]]] = 1
            first = min(first, above.block_of[above.up[k]])
    for i in range(events.spare_ptr[event], events.spare_ptr[event + 1]):
        state.gain[events.spares[i]] = calm.gain[events.spares[i]]
        block = above.block_of[net.owner[events.spares[i] % len(net.owner)]]
        dirty[block] = 1
        first = min(first, block)
    for i in range(events.hit_ptr[event], events.hit_ptr[event + 1]):
        state.cap[events.hits[i]] = 0.0
        block = above.block_of[events.hits[i]]
        dirty[block] = 1
        first = min(first, block)
    for i in range(events.cut_ptr[event], events.cut_ptr[event + 1]):
        state.gain[events.cuts[i]] = 0.0
        block = above.block_of[net.owner[events.cuts[i] % len(net.owner)]]
        dirty[block] = 1
        first = min(first, block)
    return first


@large_part
def climb(first, rising, before, dirty, net: Net, state: State, way: Way, room: Room, above: Above):
    """Solve again what lies above dirty blocks.

    Blocks come in order, so one pass is enough; one that keeps the value that it had ``before`` makes no other dirty. Loops
    fall from where they stand: where something is ``rising``, they begin at the top.
    """
    for block in range(first, len(net.starts) - 1):
        if not dirty[block]:
            continue
        renew(block, rising, net, state, way, room)
        for i in range(net.starts[block], net.starts[block + 1]):
            node = net.order[i]
            changed = False
            for here in range(way.sides):
                changed = changed or state.x[node * way.sides + here] != before[node * way.sides + here]
            if changed:
                for k in range(above.up_ptr[node], above.up_ptr[node + 1]):
                    dirty[above.block_of[above.up[k]]] = 1


@part
def common(members, a, a_stop, b, b_stop):
    """Return how many events two sets begin with alike."""
    count = 0
    while a + count < a_stop and b + count < b_stop and members[a + count] == members[b + count]:
        count += 1
    return count


@Kernel
def replay(net: Net, state: State, way: Way, room: Room, above: Above, calm: State, base: State, events: Events, dirty,
           set_ptr, members, wanted, result):  # fmt: skip
    """Write what the ``wanted`` nodes keep when sets of events happen, each of which stops makers and cuts links.

    Three states lie on each other: ``calm`` without any event, ``base`` with the events that a set shares with the next one,
    and ``state`` with the rest of them, too. From each only what lies above the events that are added is solved again: two
    countries together cost little more than the smaller one alone, as long as the greater one stays.

    Blocks that are ``dirty`` before any set are solved in the calm, from the top; a call for that has no sets.
    """
    blocks, rising = len(net.starts) - 1, len(events.spares) > 0 or len(events.turns) > 0
    first = blocks
    for block in range(blocks):
        first = block if dirty[block] and first == blocks else first
    climb(first, first < blocks, calm.x, dirty, net, calm, way, room, above)
    for block in range(first, blocks):
        dirty[block] = 0
    prefix, length = 0, 0  # the events of the base: members[prefix : prefix + length]
    for row in range(len(set_ptr) - 1):
        start, stop = set_ptr[row], set_ptr[row + 1]
        if stop == start:  # no event at all
            for j in range(len(wanted)):
                result[row * len(wanted) + j] = calm.x[wanted[j]]
            continue
        kept_events = common(members, prefix, prefix + length, start, stop)
        shared = 0 if row + 2 == len(set_ptr) else common(members, start, stop, stop, set_ptr[row + 2])
        shared = min(shared, stop - start - 1)
        if kept_events < length:  # not the events of this set: begin again
            length = 0
            lay(calm, base)
            lay(calm, state)
        # What the next set shares comes first, and becomes the base; then the rest. (Two rounds and not two calls: the
        # compiler would go through all of the arithmetic for each call.)
        first = blocks
        for rest in range(2):
            if not rest and shared <= length:
                continue
            first = blocks
            for i in range(start + length, stop if rest else start + shared):
                first = fail(members[i], dirty, first, net, state, calm, above, events)
            climb(first, rising, base.x, dirty, net, state, way, room, above)
            if not rest:
                for block in range(first, blocks):
                    dirty[block] = 0
                length = shared
                lay(state, base)
        prefix = start
        for j in range(len(wanted)):
            result[row * len(wanted) + j] = state.x[wanted[j]]
        # Back to the base, for the next set.
        for event in range(start + length, stop):
            for i in range(events.hit_ptr[members[event]], events.hit_ptr[members[event] + 1]):
                state.cap[events.hits[i]] = base.cap[events.hits[i]]
            for i in range(events.cut_ptr[members[event]], events.cut_ptr[members[event] + 1]):
                state.gain[events.cuts[i]] = base.gain[events.cuts[i]]
            for i in range(events.spare_ptr[members[event]], events.spare_ptr[members[event] + 1]):
                state.gain[events.spares[i]] = base.gain[events.spares[i]]
            for i in range(events.turn_ptr[members[event]], events.turn_ptr[members[event] + 1]):
                state.side[events.turns[i]] = base.side[events.turns[i]]
        for block in range(first, blocks):
            if dirty[block]:
                dirty[block] = 0
                for i in range(net.starts[block], net.starts[block + 1]):
                    for here in range(way.sides):
                        state.x[net.order[i] * way.sides + here] = base.x[net.order[i] * way.sides + here]
    return 0
