"""The arithmetic of a production network: one pass over its nodes in one reading, with cycles iterated.

Three choices make a reading, and each is a number:

- ``spread``, of the weights that the data leaves open (of a market; of a group, ``mixing``): to the sources that give least
  (`LEAST`) or most (`MOST`), or spread by the room that each has (`EVEN`);
- ``arrangement``, of who gets what is short among the makers of a market: the best (`BEST`), the worst (`WORST`), or all
  alike (`ALIKE`).

Values of node i as seen from side s stand at ``x[i * sides + s]``. `kanmon.risk.simulate` gives the equations.

What is asked of all makers together, then of each side apart, stands in one loop (``group``: -1, then the sides): the
compiler goes through a part anew wherever it is called.
"""

from __future__ import annotations

from ...graph.kernel import part

LEAST, MOST, EVEN = 0, 1, 2
WORST, BEST, ALIKE = 0, 1, 2
LOOSE, STRICT_LOW, STRICT_HIGH = 0, 1, 2
"""What reaches a buyer whose sourcing is assumed: as the world; the least, the most that any sourcing gives."""
TINY = 1e-12
MAX_SWEEPS = 10_000
UNIFORM = 2
"""A whole market all of whose makers share all of its needs; 1 is any other whole market, 0 one of a buyer's."""
SHARED, ASSUMED, EXTRA = 1, 4, 8  # flags of links, as in kanmon.graph.network


@part
def snap(total):
    """Sums that are 0 or 1 up to rounding are exactly that."""
    if 1.0 - 1e-12 < total < 1.0 + 1e-12:
        return 1.0
    return total if total > 1e-12 else 0.0


@part
def reach(k, side, sides, indices, use, flags, x, strict):
    """Return what a link's requirement gets, from a side: served first where its use share is below 1."""
    a = x[indices[k] * sides + side]
    if use[k] < 1.0:
        a = 0.0 if a <= 0.0 else (1.0 if a >= use[k] else a / use[k])
    if strict != 0 and flags[k] & ASSUMED:
        enough = a >= 1.0 if strict == STRICT_LOW else a > 0.0
        a = 1.0 if enough else 0.0
    return a


@part
def fullest(k, arrangement, unknown, sides, indices, use, flags, x, strict):
    """Return what a requirement gets where it gets most: nothing hits the unknown side at best, and everything at worst."""
    if arrangement != WORST:
        return reach(k, unknown, sides, indices, use, flags, x, strict)
    a = 0.0
    for one in range(sides):
        a = max(a, reach(k, one, sides, indices, use, flags, x, strict))
    return a


@part
def weigh(start, stop, slack, low, high, flags, spread, v, w):
    """Fill ``w`` with the weights of a pool in a reading; return what no source has room for."""
    for k in range(start, stop):
        w[k - start] = 0.0 if flags[k] & EXTRA else low[k]
    left = slack
    if left <= 0.0:
        return 0.0
    if spread == EVEN:
        room = 0.0
        for k in range(start, stop):
            if not flags[k] & EXTRA:
                room += high[k] - low[k]
        if room <= 0.0:
            return left
        for k in range(start, stop):
            if not flags[k] & EXTRA:
                w[k - start] += left * (high[k] - low[k]) / room
        return 0.0
    # One source after the other, from the least (or most) that one has to give, each up to its upper bound; those that give
    # the same come in one turn.
    while left > 1e-15:
        best = -1
        for k in range(start, stop):
            if flags[k] & EXTRA or high[k] - w[k - start] <= 1e-15:
                continue
            if best < 0 or (v[k - start] < v[best - start] if spread == LEAST else v[k - start] > v[best - start]):
                best = k
        if best < 0:
            break
        given = v[best - start]
        for k in range(best, stop):
            if v[k - start] == given and not flags[k] & EXTRA and high[k] - w[k - start] > 1e-15 and left > 1e-15:
                step = min(left, high[k] - w[k - start])
                w[k - start] += step
                left -= step
    return left if left > 1e-15 else 0.0


@part
def shares(k, slot, wants, some_ptr, some):
    """Whether the maker behind link ``k`` shares a need of its market."""
    if wants[k] == 1:
        return True
    if wants[k] == 2:
        for i in range(some_ptr[k], some_ptr[k + 1]):
            if some[i] == slot:
                return True
    return False


@part
def deprived(start, stop, first, needs, rank, count, group, sides, unknown, whole, share, wants, some_ptr, some, kept, use,
             flags, indices, side, x, strict, v, w, mu):  # fmt: skip
    """Return the most that a market's makers can lose by what their shared needs fall short of.

    A maker that nobody knows the sourcing of is many plants: in the worst case those that are hit are hit wholly, and each
    need hits others as far as they go round. A plant that lacks need g keeps ``kept_g`` of its output: the needs that hurt
    most are dealt first, to the makers that the market hangs on most per unit of the world's supply (greedy, and the best
    that a malicious divider can do, by the exchange argument). ``group`` < 0: every need may hit all makers up to what an
    unknown place can lose; else only the makers of one side, up to what that side loses. Both are upper bounds of the loss.
    """
    lost, left = 0.0, 0.0
    for k in range(start, stop):
        # Alive plants in units of the world's supply; in a whole market those are its own units.
        mu[k - start] = w[k - start] * v[k - start] if whole else share[k] * x[indices[k] * sides]
        if wants[k] > 0 and (group < 0 or side[indices[k]] == group):
            left += mu[k - start]
    for turn in range(count):
        slot = rank[first + turn]
        need = needs[first + slot]
        cost = 1.0 - kept[need]
        if cost <= 0.0:
            break  # sorted: the rest can be done without, too
        at = unknown if group < 0 else group
        budget = 1.0 - reach(need, at, sides, indices, use, flags, x, strict)
        if budget <= TINY:
            continue
        if whole:
            # All cost the same. A need hits no more than the makers who share it, and all needs no more than all makers:
            # who is hit by what is left open, so that no order of dealing is missed.
            most = 0.0
            for k in range(start, stop):
                if (
                    mu[k - start] > 0.0
                    and (group < 0 or side[indices[k]] == group)
                    and shares(k, slot, wants, some_ptr, some)
                ):
                    most += mu[k - start]
            step = min(budget, most, left)
            left -= step
            lost += step * cost
            continue
        while budget > TINY:
            best, ratio = -1, 0.0
            for k in range(start, stop):
                i = k - start
                if w[i] * v[i] <= 0.0 or mu[i] <= 0.0 or (group >= 0 and side[indices[k]] != group):
                    continue
                value = w[i] * v[i] / (share[k] * x[indices[k] * sides])
                if value > ratio and wants[k] > 0:
                    best, ratio = i, value
            if best < 0:
                break
            step = min(budget, mu[best])
            mu[best] -= step
            budget -= step
            lost += step * ratio * cost
    return lost


@part
def uniform(start, stop, first, count, total, left, slack, in_loop, indices, low, high, flags, needs, rank, kept,
            use, side, x,
            v, w, mu, sides, unknown, spread, arrangement, strict, only):  # fmt: skip
    """Return the value of a whole market all of whose makers share all needs: what `market` gives, without looking at each.

    All that matters is how much capacity is alive on each side.
    """
    if slack > 0.0 and sides > 1 and (arrangement == WORST or spread == MOST):
        for k in range(start, stop):
            if not flags[k] & EXTRA:
                w[k - start] = min(high[k], low[k] + slack)
    alive = 0.0
    for one in range(sides):
        mu[one] = 0.0
    for k in range(start, stop):
        mu[side[indices[k]]] += w[k - start] * v[k - start]
        alive += w[k - start] * v[k - start]
    if arrangement == ALIKE and not in_loop:
        result = left
        for one in range(sides):
            if mu[one] > 0.0:
                least = 1.0
                for slot in range(count):
                    need = needs[first + slot]
                    if kept[need] < 1.0:
                        a = reach(need, one, sides, indices, use, flags, x, strict)
                        least = min(least, kept[need] + (1.0 - kept[need]) * a)
                result += mu[one] * least
        return result
    best = total
    if arrangement == WORST:
        # Losses of needs fall on different makers as far as they go round: jointly, and on each side apart.
        joint, apart, floor = 0.0, 0.0, 1.0
        for group in range(-1, sides if sides > 1 else 0):
            at, rest = (unknown, alive) if group < 0 else (group, mu[group])
            for turn in range(count):
                need = needs[first + rank[first + turn]]
                floor = min(floor, kept[need])
                step = min(rest, 1.0 - reach(need, at, sides, indices, use, flags, x, strict))
                rest -= step
                if group < 0:
                    joint += step * (1.0 - kept[need])
                else:
                    apart += step * (1.0 - kept[need])
        best = max(total - (min(joint, apart) if sides > 1 else joint), floor * total)
        if total <= 1.0 + TINY:
            return best
        # Above today's use makers have no more of what they need than in the best arrangement: that bounds the worst, too,
        # where the open weights are those of one completion.
        weigh(start, stop, slack, low, high, flags, LEAST, v, w)
        alive, left = total, 0.0
        for one in range(sides):
            mu[one] = 0.0
        for k in range(start, stop):
            mu[side[indices[k]]] += w[k - start] * v[k - start]
    for slot in range(count):
        need = needs[first + slot]
        b = kept[need]
        if b >= 1.0 or (only >= 0 and only != slot):
            continue
        apart = left
        a = fullest(need, arrangement, unknown, sides, indices, use, flags, x, strict)
        best = min(best, left + min(alive, b * alive + (1.0 - b) * a))
        for group in range(sides if sides > 1 else 0):
            a = reach(need, group, sides, indices, use, flags, x, strict)
            apart += min(mu[group], b * mu[group] + (1.0 - b) * a)
        if sides > 1:
            best = min(best, apart)
    return best


@part
def evenly(start, stop, first, count, left, needs, kept, wants, some_ptr, some, side, use, flags, indices, x, sides, strict,
           v, w):  # fmt: skip
    """Return what a market's makers give when all are supplied alike: the scarcest need as its own place gets it."""
    total = left
    for k in range(start, stop):
        if w[k - start] * v[k - start] <= 0.0:
            continue
        least = 1.0
        for slot in range(count):
            need = needs[first + slot]
            if kept[need] < 1.0 and shares(k, slot, wants, some_ptr, some):
                a = reach(need, side[indices[k]], sides, indices, use, flags, x, strict)
                least = min(least, kept[need] + (1.0 - kept[need]) * a)
        total += w[k - start] * v[k - start] * least
    return total


@part
def exposed(start, stop, first, count, needs, kept, wants, some_ptr, some, side, use, flags, indices, share, x, sides,
            strict, v, w):  # fmt: skip
    """Return what makers of no known part of the world's supply can lose: any shortage may take them wholly."""
    lost = 0.0
    for k in range(start, stop):
        i = k - start
        if w[i] * v[i] <= 0.0 or share[k] > 0.0 or wants[k] == 0:
            continue
        worst = 0.0
        for slot in range(count):
            need = needs[first + slot]
            if shares(k, slot, wants, some_ptr, some) and (
                reach(need, side[indices[k]], sides, indices, use, flags, x, strict) < 1.0 - TINY
            ):
                worst = max(worst, 1.0 - kept[need])
        lost += w[i] * v[i] * worst
    return lost


@part
def granted(start, stop, slot, group, a, b, whole, share, wants, some_ptr, some, indices, side, x, sides, v, w,
            mu):  # fmt: skip
    """Return the most that makers (of one side; ``group`` < 0: all) make of an availability ``a`` of one shared need.

    They keep ``b`` of their output without it. Makers who do not share the need make what they can; among the others it goes
    first to those that this market hangs on most per unit of the world's supply.
    """
    free, inside = 0.0, 0.0
    for k in range(start, stop):
        i = k - start
        mu[i] = 0.0
        if w[i] * v[i] <= 0.0 or (group >= 0 and side[indices[k]] != group):
            continue
        if not shares(k, slot, wants, some_ptr, some):
            free += w[i] * v[i]
            continue
        inside += w[i] * v[i]
        mu[i] = share[k] * x[indices[k] * sides]
    budget = (1.0 - b) * a
    if whole:
        return free + min(inside, b * inside + budget)
    room = b * inside
    if a > 0.0:  # a maker of no known part of the world's supply takes nothing from the others
        for k in range(start, stop):
            i = k - start
            mine = w[i] * v[i] > 0.0 and (group < 0 or side[indices[k]] == group)
            if mine and share[k] <= 0.0 and mu[i] <= 0.0 and shares(k, slot, wants, some_ptr, some):
                room += (1.0 - b) * w[i] * v[i]
    while budget > TINY:
        pick, ratio = -1, 0.0
        for k in range(start, stop):
            i = k - start
            if mu[i] > 0.0 and w[i] * v[i] / mu[i] > ratio:
                pick, ratio = i, w[i] * v[i] / mu[i]
        if pick < 0:
            break
        step = min(budget, (1.0 - b) * mu[pick])
        room += step * ratio
        budget -= step
        mu[pick] = 0.0
    return free + room


@part
def at_worst(start, stop, first, count, total, needs, rank, kept, wants, some_ptr, some, side, use, flags, indices, share,
             whole, x, sides, unknown, strict, v, w, mu):  # fmt: skip
    """Return what a market gives where what is short falls on the makers whose loss hurts most."""
    floor = 1.0
    for slot in range(count):
        floor = min(floor, kept[needs[first + slot]])
    hidden = 0.0
    if not whole:
        hidden = exposed(start, stop, first, count, needs, kept, wants, some_ptr, some, side, use, flags, indices, share, x,
                         sides, strict, v, w)  # fmt: skip
    joint, apart = 0.0, 0.0
    for group in range(-1, sides if sides > 1 else 0):
        found = deprived(start, stop, first, needs, rank, count, group, sides, unknown, whole, share, wants, some_ptr, some,
                         kept, use, flags, indices, side, x, strict, v, w, mu)  # fmt: skip
        if group < 0:
            joint = found
        else:
            apart += found
    lost = min(joint, apart) if sides > 1 else joint
    return max(total - lost - hidden, floor * total)


@part
def at_best(start, stop, first, count, total, left, only, needs, kept, wants, some_ptr, some, side, use, flags, indices,
            low, high, slack, share, whole, x, sides, unknown, arrangement, strict, v, w, mu):  # fmt: skip
    """Return what a market gives at best: the scarcest need decides, or that in slot ``only`` where it is not negative.

    Of each need, what there is goes to living plants, first to those that this market hangs on most. At worst what is open
    is held by those who bring least beside the need.
    """
    best = total
    for slot in range(count):
        need = needs[first + slot]
        b = kept[need]
        if b >= 1.0 or (only >= 0 and only != slot):
            continue
        if arrangement == WORST and slack > 0.0:
            for k in range(start, stop):
                mu[k - start] = v[k - start] * (b if shares(k, slot, wants, some_ptr, some) else 1.0)
            weigh(start, stop, slack, low, high, flags, LEAST, mu, w)
        for way in range(2 if sides > 1 else 1):
            # way 0: one stock for all makers, as much as any place gets; way 1: each side has what its place gets.
            sum_ = left
            for one in range(1 if way == 0 else sides):
                group = -1 if way == 0 else one
                if way == 0:
                    a = fullest(need, arrangement, unknown, sides, indices, use, flags, x, strict)
                else:
                    a = reach(need, one, sides, indices, use, flags, x, strict)
                sum_ += granted(start, stop, slot, group, a, b, whole, share, wants, some_ptr, some, indices, side, x, sides,
                                v, w, mu)  # fmt: skip
            best = min(best, sum_)
    return best


@part
def market(node, here, in_loop, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank,
           wants, some_ptr,
           some, kept, use, side, gain, x, v, w, mu, sides, unknown, spread, arrangement, strict, top, only):  # fmt: skip
    """Return the value of a market, seen from side ``here``, at most ``top`` (1 = today's use).

    In the best arrangement, ``only`` is the slot of the one need to look at where there is plenty of the others (-1: all).
    """
    start, stop = indptr[node], indptr[node + 1]
    shift = here * len(indices)
    extra = 0.0
    for k in range(start, stop):
        v[k - start] = gain[shift + k] * x[indices[k] * sides + here]
        if flags[k] & EXTRA:
            extra += v[k - start]
    first, count = need_ptr[node], need_ptr[node + 1] - need_ptr[node]
    if arrangement != WORST:
        # A maker that shares some needs only, and gets nothing of one that it cannot do without, makes nothing. (What one
        # that can do without it in part makes is bounded below, need by need; to cut it here too would cut it twice.)
        for k in range(start, stop):
            if wants[k] == 2 and (arrangement == BEST or in_loop):
                for i in range(some_ptr[k], some_ptr[k + 1]):
                    need = needs[first + some[i]]
                    if kept[need] <= 0.0 and (reach(need, side[indices[k]], sides, indices, use, flags, x, strict) <= 0.0):
                        v[k - start] = 0.0
    left = weigh(start, stop, slack[node], low, high, flags, spread, v, w)
    total = 0.0 if spread == LEAST else left
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    if count == 0:
        return snap(min(top, total + extra))
    if whole[node] == UNIFORM:
        return snap(
            min(top, extra + uniform(start, stop, first, count, total, left, slack[node], in_loop, indices, low, high, flags,
                                     needs, rank, kept, use, side, x, v, w, mu, sides, unknown, spread, arrangement, strict,
                                     only))
        )  # fmt: skip
    if arrangement == ALIKE and not in_loop:
        total = evenly(start, stop, first, count, left, needs, kept, wants, some_ptr, some, side, use, flags, indices, x,
                       sides, strict, v, w)  # fmt: skip
        return snap(min(top, total + extra))
    alike = whole[node] and sides == 1
    for k in range(start, stop):
        alike = alike and (flags[k] & EXTRA or wants[k] == 1)
    if slack[node] > 0.0 and spread != EVEN and not alike and (arrangement == WORST or spread == MOST):
        # The weights that decide the capacities decide it all where every maker is in the same place. Elsewhere others may
        # hurt (help) more: a maker is then taken to be as large as it may be.
        for k in range(start, stop):
            if not flags[k] & EXTRA:
                w[k - start] = min(high[k], low[k] + slack[node])
    gives = total
    if arrangement == WORST:
        gives = at_worst(start, stop, first, count, total, needs, rank, kept, wants, some_ptr, some, side, use, flags,
                         indices, share, whole[node], x, sides, unknown, strict, v, w, mu)  # fmt: skip
    if arrangement != WORST or total > 1.0 + TINY:  # with spare capacity the worst is bounded by the best, as in `uniform`
        rest = 0.0 if arrangement == WORST else left
        gives = min(gives, at_best(start, stop, first, count, total, rest, only, needs, kept, wants, some_ptr, some, side,
                                   use, flags, indices, low, high, slack[node], share, whole[node], x, sides, unknown,
                                   arrangement, strict, v, w, mu))  # fmt: skip
    return snap(min(top, gives + extra))


@part
def plant(node, indptr, indices, flags, kept, use, side, cap, x, sides, strict):
    """Return the value of a maker: half a plant with half its ore makes half. Spare capacity brings its own inputs."""
    most, scale = cap[node], max(1.0, cap[node])
    least = most
    for k in range(indptr[node], indptr[node + 1]):
        if not flags[k] & SHARED and kept[k] < 1.0:
            a = reach(k, side[node], sides, indices, use, flags, x, strict)
            least = min(least, kept[k] * most + (1.0 - kept[k]) * a * scale)
    return least


@part
def mix(node, here, indptr, indices, low, high, flags, slack, use, x, v, w, sides, mixing, strict):
    """Return the value of a group of alternatives, seen from side ``here``: what its members give, by their weights."""
    start, stop = indptr[node], indptr[node + 1]
    for k in range(start, stop):
        v[k - start] = reach(k, here, sides, indices, use, flags, x, strict)
    left = weigh(start, stop, slack[node], low, high, flags, mixing, v, w)
    total = 0.0 if mixing == LEAST else left
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    return snap(min(1.0, total))


@part
def value(node, here, in_loop, kind, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
          some_ptr, some, kept, use, side, cap, gain, x, v, w, mu, sides, unknown, spread, arrangement, mixing,
          strict):  # fmt: skip
    """Return the value of a node, seen from side ``here``."""
    if kind[node] == 1:
        return market(node, here, in_loop, indptr, indices, low, high, share, flags, whole, slack, need_ptr, needs, rank,
                      wants, some_ptr, some, kept, use, side, gain, x, v, w, mu, sides, unknown, spread, arrangement,
                      strict, 1.0, -1)  # fmt: skip
    if kind[node] == 0:
        return plant(node, indptr, indices, flags, kept, use, side, cap, x, sides, strict)
    return mix(node, here, indptr, indices, low, high, flags, slack, use, x, v, w, sides, mixing, strict)
