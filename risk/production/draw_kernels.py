"""Many completions of one network: settings put in place, solved, and changed one open fact at a time.

A **setting** is one number that the data leaves open, addressed by its place among the arrays that hold them: weights of
links, what is kept without a requirement, use shares (m each), weight left open, arrangement, capacities (n each), gains
(sides x m), and one number that all arrangements have in common. The settings of one fact stand together.

The arrangement of a market is a number too: 0 the worst, 1 the best, between them what lies between. What a market can give
is an interval, since the ways of dividing a supply form a convex set, so every number is a real arrangement.
"""

from __future__ import annotations

from ...graph.kernel import Kernel, part
from .kernels import BEST, LEAST, MAX_SWEEPS, MOST, UNIFORM, WORST, market, mix, plant


@part
def put(place, new, n, m, low, kept, use, slack, arranged, cap, gain, common):
    """Put a setting in place; return what stood there."""
    # All settings stand in one row of numbers, table after table: which table a place is in, its number says.
    if place < m:
        old = low[place]
        low[place] = new
        return old
    place -= m
    if place < m:
        old = kept[place]
        kept[place] = new
        return old
    place -= m
    if place < m:
        old = use[place]
        use[place] = new
        return old
    place -= m
    if place < n:
        old = slack[place]
        slack[place] = new
        return old
    place -= n
    if place < n:
        old = arranged[place]
        arranged[place] = new
        return old
    place -= n
    if place < n:
        old = cap[place]
        cap[place] = new
        return old
    place -= n
    if place < len(gain):
        old = gain[place]
        gain[place] = new
        return old
    old = common[0]
    common[0] = new
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
def between(node, here, in_loop, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
            some_ptr, some, kept, use, side, gain, x, v, w, mu, sides, unknown, spread, strict, at, hit,
            spared):  # fmt: skip
    """Return the value of a market in an arrangement: ``at`` of the way from the worst to the best.

    Makers whose places are open may, at worst, all get what side ``hit`` gets, at best what ``spared`` gets.
    """
    first, count = need_ptr[node], need_ptr[node + 1] - need_ptr[node]
    # With weights left open, the worst and the best of them are known only where all makers are alike. Elsewhere the end
    # that belongs to the reading stands for both: a bound stays a bound.
    apart = slack[node] > 0.0 and (sides > 1 or whole[node] != UNIFORM)
    alone = (count == 0 or at >= 1.0 or (apart and spread == MOST)) and not (apart and spread == LEAST and count > 0)
    for i in range(1, 0 if alone else count):  # the worst deals the needs that hurt most first
        slot = rank[first + i]
        j = i - 1
        while j >= 0:
            other = rank[first + j]
            a, b = kept[needs[first + other]], kept[needs[first + slot]]
            if a < b or (a == b and other < slot):
                break
            rank[first + j + 1] = other
            j -= 1
        rank[first + j + 1] = slot
    worst = 0.0
    # The worst, then the best. (Two rounds and not two calls: the compiler would go through all of the arithmetic twice.)
    for good in range(1 if alone else 0, 2):
        place, arrangement = hit, WORST
        if good:
            place, arrangement = spared, BEST
        found = market(node, here, in_loop, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank,
                       wants, some_ptr, some, kept, use, side, gain, x, v, w, mu, sides, place, spread, arrangement,
                       strict, 1.0, -1)  # fmt: skip
        if alone or (not good and (apart or (at <= 0.0 and hit == unknown))):
            return found
        if good:
            return found if worst >= found else worst + at * (found - worst)
        worst = found
    return worst


@part
def as_first(node, here, indptr, indices, gain, x, sides):
    """Whether a market gives a side what it gives the first: nothing is cut, or all alike."""
    shift = here * len(indices)
    for k in range(indptr[node], indptr[node + 1]):
        if gain[shift + k] != gain[k] or x[indices[k] * sides + here] != x[indices[k] * sides]:
            return False
    return True


@part
def settle_drawn(a, b, order, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
                 some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, mixing,
                 strict, arranged, common, hit, spared):  # fmt: skip
    """Bring a block to its greatest fixed point, from above; see `solver.settle`."""
    in_loop = b - a > 1
    if not in_loop:
        for k in range(indptr[order[a]], indptr[order[a] + 1]):
            in_loop = in_loop or indices[k] == order[a]
    if in_loop:  # what has risen since must find its way up again
        for i in range(a, b):
            for here in range(sides):
                x[order[i] * sides + here] = cap[order[i]] if kind[order[i]] == 0 else 1.0
    sweeps = 0
    while True:
        change = 0.0
        for i in range(a, b):
            node = order[i]
            for here in range(sides):
                if here > 0 and (
                    kind[node] == 0
                    or (kind[node] == 1 and not in_loop and as_first(node, here, indptr, indices, gain, x, sides))
                ):
                    new = x[node * sides]
                elif kind[node] == 1:
                    new = between(node, here, in_loop, indptr, indices, low, high, share, flags, whole, slack, need_ptr,
                                  needs, rank, wants, some_ptr, some, kept, use, side, gain, x, v, w, mu, sides, unknown,
                                  spread, strict, arrangement_of(arranged[node], common[0]), hit, spared)  # fmt: skip
                elif kind[node] == 0:
                    new = plant(node, indptr, indices, flags, kept, use, side, cap, x, sides, strict)
                else:
                    new = mix(node, here, indptr, indices, low, high, flags, slack, use, x, v, w, sides, mixing, strict)
                old = x[node * sides + here]
                change = max(change, old - new if old > new else new - old)
                x[node * sides + here] = new
        sweeps += 1
        if not in_loop or change <= 1e-13:
            return True
        if sweeps >= MAX_SWEEPS:
            if spread == LEAST:
                for i in range(a, b):
                    for here in range(sides):
                        x[order[i] * sides + here] = 0.0
            return False


@part
def renew(block, order, starts, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
          some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, mixing, strict,
          arranged, common, hit, spared):  # fmt: skip
    """Solve one block again."""
    node = order[starts[block]]
    if kind[node] == 0 and starts[block + 1] - starts[block] == 1:  # most nodes: spare them the long way
        level = plant(node, indptr, indices, flags, kept, use, side, cap, x, sides, strict)
        for here in range(sides):
            x[node * sides + here] = level
        return
    settle_drawn(starts[block], starts[block + 1], order, kind, indptr, indices, low, high, share, flags, whole, slack,
                 need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown,
                 spread, mixing, strict, arranged, common, hit, spared)  # fmt: skip


@part
def follow(bottom, left, usual, block_of, up_ptr, up, dirty, order, starts, kind, indptr, indices, low, high, share, flags,
           whole, slack, need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides,
           unknown, spread, mixing, strict, arranged, common, hit, spared):  # fmt: skip
    """Solve again what lies above ``left`` dirty blocks, the first of which is ``bottom``; return the last one solved.

    A block that keeps the values that it usually has makes no other dirty.
    """
    block, top = bottom, bottom
    while left > 0 and block < len(starts) - 1:
        if not dirty[block]:
            block += 1
            continue
        left -= 1
        top = block
        renew(block, order, starts, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank,
              wants, some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, mixing,
              strict, arranged, common, hit, spared)  # fmt: skip
        for i in range(starts[block], starts[block + 1]):
            node = order[i]
            moved = False
            for here in range(sides):
                moved = moved or x[node * sides + here] != usual[node * sides + here]
            if moved:
                for k in range(up_ptr[node], up_ptr[node + 1]):
                    above = block_of[up[k]]
                    if above > block and not dirty[above]:
                        dirty[above] = 1
                        left += 1
        block += 1
    return top


@Kernel
def complete(order, starts, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
             some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, arrangement, mixing, strict,
             arranged, common, hit, spared, live, block_of, up_ptr, up, dirty, usual, place, fact_ptr, touch_ptr,
             touch, first, second, wanted, base, changed):  # fmt: skip
    """Solve a network under every row of settings; then again with each fact's settings taken from a second row.

    Only the blocks ``live`` can fall short at all, in order; whatever stands elsewhere is there in full, in ``x`` as well.

    ``first`` and ``second`` (rows x settings) hold the settings at ``place``; those of fact f are
    ``fact_ptr[f]:fact_ptr[f + 1]``, and ``touch`` the nodes that read them. What node ``wanted`` keeps goes into ``base``
    (rows) and ``changed`` (rows x facts). Only what lies above a fact is solved again.
    """
    n, m, count, facts, blocks = len(kind), len(indices), len(place), len(fact_ptr) - 1, len(starts) - 1
    for i in range(len(x)):
        x[i] = 1.0
        usual[i] = 1.0
    for row in range(len(base)):
        at = row * count
        for i in range(count):
            put(place[i], first[at + i], n, m, low, kept, use, slack, arranged, cap, gain, common)
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
                    old = put(place[i], second[at + i], n, m, low, kept, use, slack, arranged, cap, gain, common)
                    other = other or old != second[at + i]
                # Nothing below the fact can change, and above only what hangs on it.
                for i in range(touch_ptr[fact], touch_ptr[fact + 1] if other else touch_ptr[fact]):
                    block = block_of[touch[i]]
                    if not dirty[block]:
                        dirty[block] = 1
                        left += 1
                    bottom = min(bottom, block)
            top = follow(bottom, left, usual, block_of, up_ptr, up, dirty, order, starts, kind, indptr, indices, low, high,
                         share, flags, whole, slack, need_ptr, needs, rank, wants, some_ptr, some, kept, use, side, cap,
                         gain, x, v, w, mu, sides, unknown, spread, mixing, strict, arranged, common, hit,
                         spared)  # fmt: skip
            if fact < 0:
                base[row] = x[wanted]
            else:
                changed[row * facts + fact] = x[wanted]
            for one in range(bottom, min(top + 1, blocks)):
                if not dirty[one]:
                    continue
                dirty[one] = 0
                for i in range(starts[one], starts[one + 1]):
                    for here in range(sides):
                        at_side = order[i] * sides + here
                        if fact < 0:
                            usual[at_side] = x[at_side]
                        else:
                            x[at_side] = usual[at_side]
            for i in range(0 if fact < 0 else fact_ptr[fact], 0 if fact < 0 else fact_ptr[fact + 1]):
                put(place[i], first[at + i], n, m, low, kept, use, slack, arranged, cap, gain, common)
    return 0
