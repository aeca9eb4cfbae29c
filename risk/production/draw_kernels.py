"""Many completions of one network: settings put in place, solved, and changed one open fact at a time.

A **setting** is one number that the data leaves open, addressed by its place among the arrays that hold them: weights of
links, what is kept without a requirement, use shares (m each), weight left open, arrangement, capacities (n each), gains
(sides x m), and one number that all arrangements have in common. The settings of one fact stand together.

The arrangement of a market is a number too: 0 the worst, 1 the best, between them what lies between. What a market can give
is an interval, since the ways of dividing a supply form a convex set, so every number is a real arrangement.
"""

from __future__ import annotations

from ...graph.kernel import Kernel, part
from ...graph.network import MAKER, MARKET
from .arrays import Above, Drawn, Net, Room, State, Way
from .kernels import BEST, LEAST, MAX_SWEEPS, MOST, UNIFORM, WORST, lift, market, mix, plant


@part
def put(place, new, net: Net, state: State, drawn: Drawn):
    """Put a setting in place; return what stood there."""
    # All settings stand in one row of numbers, table after table: which table a place is in, its number says.
    n, m = len(net.kind), len(net.indices)
    if place < m:
        old = net.low[place]
        net.low[place] = new
        return old
    place -= m
    if place < m:
        old = net.kept[place]
        net.kept[place] = new
        return old
    place -= m
    if place < m:
        old = net.use[place]
        net.use[place] = new
        return old
    place -= m
    if place < n:
        old = net.slack[place]
        net.slack[place] = new
        return old
    place -= n
    if place < n:
        old = drawn.arranged[place]
        drawn.arranged[place] = new
        return old
    place -= n
    if place < n:
        old = state.cap[place]
        state.cap[place] = new
        return old
    place -= n
    if place < len(state.gain):
        old = state.gain[place]
        state.gain[place] = new
        return old
    old = drawn.common[0]
    drawn.common[0] = new
    return old


@part
def arrangement_of(own, common):
    """Return how a market is arranged, from what is its own (0 worst, 1 best) and what all markets have in common.

    Worst and best are what they are; between them the markets of a good world (1) are arranged well, of a bad one (0) badly.
    """
    if own <= 0.0 or own >= 1.0 or common >= 1.0:
        return 0.0 if own <= 0.0 else 1.0
    return 0.0 if common <= 0.0 else own ** ((1.0 - common) / common)


@part
def between(node, here, in_loop, at, net: Net, state: State, way: Way, room: Room, drawn: Drawn):
    """Return the value of a market in an arrangement: ``at`` of the way from the worst to the best.

    Makers whose places are open may, at worst, all get what side ``hit`` gets, at best what ``spared`` gets.
    """
    first, count = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    # With weights left open, the worst and the best of them are known only where all makers are alike. Elsewhere the end
    # that belongs to the reading stands for both: a bound stays a bound.
    apart = net.slack[node] > 0.0 and (way.sides > 1 or net.whole[node] != UNIFORM)
    alone = (count == 0 or at >= 1.0 or (apart and way.spread == MOST)) and not (apart and way.spread == LEAST and count > 0)
    for i in range(1, 0 if alone else count):  # the worst deals the needs that hurt most first
        slot = net.rank[first + i]
        j = i - 1
        while j >= 0:
            other = net.rank[first + j]
            a, b = net.kept[net.needs[first + other]], net.kept[net.needs[first + slot]]
            if a < b or (a == b and other < slot):
                break
            net.rank[first + j + 1] = other
            j -= 1
        net.rank[first + j + 1] = slot
    worst = 0.0
    # The worst, then the best. (Two rounds and not two calls: the compiler would go through all of the arithmetic twice.)
    for good in range(1 if alone else 0, 2):
        place, arrangement = drawn.hit, WORST
        if good:
            place, arrangement = drawn.spared, BEST
        read = Way(way.sides, place, way.spread, arrangement, way.mixing, way.strict)
        found = market(node, here, in_loop, 1.0, -1, net, state, read, room)
        if alone or (not good and (apart or (at <= 0.0 and drawn.hit == way.unknown))):
            return found
        if good:
            return found if worst >= found else worst + at * (found - worst)
        worst = found
    return worst


@part
def as_first(node, here, net: Net, state: State, way: Way):
    """Whether a market gives a side what it gives the first: nothing is cut, or all alike."""
    shift = here * len(net.indices)
    for k in range(net.indptr[node], net.indptr[node + 1]):
        if (
            state.gain[shift + k] != state.gain[k]
            or state.x[net.indices[k] * way.sides + here] != state.x[net.indices[k] * way.sides]
        ):
            return False
    return True


@part
def settle_drawn(a, b, net: Net, state: State, way: Way, room: Room, drawn: Drawn):
    """Bring a block to its greatest fixed point, from above; see `solver.settle`."""
    in_loop = b - a > 1
    if not in_loop:
        for k in range(net.indptr[net.order[a]], net.indptr[net.order[a] + 1]):
            in_loop = in_loop or net.indices[k] == net.order[a]
    if in_loop:  # what has risen since must find its way up again
        for i in range(a, b):
            lift(net.order[i], net, state, way)
    sweeps = 0
    while True:
        change = 0.0
        for i in range(a, b):
            node = net.order[i]
            for here in range(way.sides):
                if here > 0 and (
                    net.kind[node] == MAKER
                    or (net.kind[node] == MARKET and not in_loop and as_first(node, here, net, state, way))
                ):
                    new = state.x[node * way.sides]
                elif net.kind[node] == MARKET:
                    arranged = arrangement_of(drawn.arranged[node], drawn.common[0])
                    new = between(node, here, in_loop, arranged, net, state, way, room, drawn)
                elif net.kind[node] == MAKER:
                    new = plant(node, net, state, way)
                else:
                    new = mix(node, here, net, state, way, room)
                old = state.x[node * way.sides + here]
                change = max(change, old - new if old > new else new - old)
                state.x[node * way.sides + here] = new
        sweeps += 1
        if not in_loop or change <= 1e-13:
            return True
        if sweeps >= MAX_SWEEPS:
            if way.spread == LEAST:
                for i in range(a, b):
                    for here in range(way.sides):
                        state.x[net.order[i] * way.sides + here] = 0.0
            return False


@part
def renew(block, net: Net, state: State, way: Way, room: Room, drawn: Drawn):
    """Solve one block again."""
    node = net.order[net.starts[block]]
    if net.kind[node] == MAKER and net.starts[block + 1] - net.starts[block] == 1:  # most nodes: spare them the long way
        level = plant(node, net, state, way)
        for here in range(way.sides):
            state.x[node * way.sides + here] = level
        return
    settle_drawn(net.starts[block], net.starts[block + 1], net, state, way, room, drawn)


@part
def follow(bottom, left, usual, dirty, net: Net, state: State, way: Way, room: Room, above: Above, drawn: Drawn):
    """Solve again what lies above ``left`` dirty blocks, the first of which is ``bottom``; return the last one solved.

    A block that keeps the values that it usually has makes no other dirty.
    """
    block, top = bottom, bottom
    while left > 0 and block < len(net.starts) - 1:
        if not dirty[block]:
            block += 1
            continue
        left -= 1
        top = block
        renew(block, net, state, way, room, drawn)
        for i in range(net.starts[block], net.starts[block + 1]):
            node = net.order[i]
            moved = False
            for here in range(way.sides):
                moved = moved or state.x[node * way.sides + here] != usual[node * way.sides + here]
            if moved:
                for k in range(above.up_ptr[node], above.up_ptr[node + 1]):
                    user = above.block_of[above.up[k]]
                    if user > block and not dirty[user]:
                        dirty[user] = 1
                        left += 1
        block += 1
    return top


@Kernel
def complete(net: Net, state: State, way: Way, room: Room, above: Above, drawn: Drawn, live, dirty, usual, place, fact_ptr,
             touch_ptr, touch, first, second, wanted, base, changed):  # fmt: skip
    """Solve a network under every row of settings; then again with each fact's settings taken from a second row.

    Only the blocks ``live`` can fall short at all, in order; whatever stands elsewhere is there in full, in ``x`` as well.

    ``first`` and ``second`` (rows x settings) hold the settings at ``place``; those of fact f are
    ``fact_ptr[f]:fact_ptr[f + 1]``, and ``touch`` the nodes that read them. What node ``wanted`` keeps goes into ``base``
    (rows) and ``changed`` (rows x facts). Only what lies above a fact is solved again.
    """
    count, facts, blocks = len(place), len(fact_ptr) - 1, len(net.starts) - 1
    for i in range(len(state.x)):
        state.x[i] = 1.0
        usual[i] = 1.0
    for row in range(len(base)):
        at = row * count
        for i in range(count):
            put(place[i], first[at + i], net, state, drawn)
        # The draw as it is (-1), then each fact exchanged, from the draw and back to it. (Rounds of one loop, so that the
        # arithmetic has one call: the compiler goes through all of it for each.)
        for fact in range(-1, facts):
            bottom, left = blocks, 0
            if fact < 0:
                for i in range(len(live)):
                    dirty[live[i]] = 1
                    bottom, left = min(bottom, live[i]), left + 1
            else:
                other = False
                for i in range(fact_ptr[fact], fact_ptr[fact + 1]):
                    old = put(place[i], second[at + i], net, state, drawn)
                    other = other or old != second[at + i]
                # Nothing below the fact can change, and above only what hangs on it.
                for i in range(touch_ptr[fact], touch_ptr[fact + 1] if other else touch_ptr[fact]):
                    block = above.block_of[touch[i]]
                    if not dirty[block]:
                        dirty[block] = 1
                        left += 1
                    bottom = min(bottom, block)
            top = follow(bottom, left, usual, dirty, net, state, way, room, above, drawn)
            if fact < 0:
                base[row] = state.x[wanted]
            else:
                changed[row * facts + fact] = state.x[wanted]
            for one in range(bottom, min(top + 1, blocks)):
                if not dirty[one]:
                    continue
                dirty[one] = 0
                for i in range(net.starts[one], net.starts[one + 1]):
                    for here in range(way.sides):
                        at_side = net.order[i] * way.sides + here
                        if fact < 0:
                            usual[at_side] = state.x[at_side]
                        else:
                            state.x[at_side] = usual[at_side]
            for i in range(0 if fact < 0 else fact_ptr[fact], 0 if fact < 0 else fact_ptr[fact + 1]):
                put(place[i], first[at + i], net, state, drawn)
    return 0
