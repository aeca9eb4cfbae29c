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

from ...graph.kernel import large_part, part
from ...graph.network import EXTRA, MAKER, MARKET, SHARED
from .apart import worst_apart
from .arrays import Net, Room, State, Way
from .reaching import (
    ALIKE,
    BEST,
    LOOSE,
    STRICT_HIGH,
    STRICT_LOW,
    TINY,
    UNIFORM,
    WORST,
    bare,
    fullest,
    lift,
    needing,
    passing,
    reach,
    shares,
    snap,
    unhindered,
)
from .weights import EVEN, LEAST, MOST, squeeze, weigh

__all__ = ["ALIKE", "BEST", "EVEN", "LEAST", "LOOSE", "MAX_SWEEPS", "MOST", "STRICT_HIGH", "STRICT_LOW", "TINY", "UNIFORM"]
__all__ += ["WORST", "lift", "market", "mix", "passing", "plant", "snap", "value"]

MAX_SWEEPS = 10_000


@part
def deprived(node, group, net: Net, state: State, way: Way, room: Room):
    """Return the most that a market's makers can lose by what their shared needs fall short of.

    A maker that nobody knows the sourcing of is many plants: in the worst case those that are hit are hit wholly, and each
    need hits others as far as they go round. A plant that lacks need g keeps ``kept_g`` of its output: the needs that hurt
    most are dealt first, to the makers that the market hangs on most per unit of the world's supply (greedy, and the best
    that a malicious divider can do, by the exchange argument). ``group`` < 0: every need may hit all makers up to what an
    unknown place can lose; else only the makers of one side, up to what that side loses. Both are upper bounds of the loss.
    """
    start, stop = net.indptr[node], net.indptr[node + 1]
    first, count = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    whole, sides, indices = net.whole[node], way.sides, net.indices
    v, w, mu = room.v, room.w, room.mu
    lost, left = 0.0, 0.0
    for k in range(start, stop):
        # Alive plants in units of the world's supply; in a whole market those are its own units.
        mu[k - start] = w[k - start] * v[k - start] if whole else net.share[k] * state.x[indices[k] * sides]
        if net.wants[k] > 0 and (group < 0 or state.side[indices[k]] == group):
            left += mu[k - start]
    for turn in range(count):
        slot = net.rank[first + turn]
        need = net.needs[first + slot]
        cost = 1.0 - net.kept[need]
        if cost <= 0.0:
            break  # sorted: the rest can be done without, too
        at = way.unknown if group < 0 else group
        budget = 1.0 - reach(need, at, net, state, way)
        if budget <= TINY:
            continue
        if whole:
            # All cost the same. A need hits no more than the makers who share it, and all needs no more than all makers:
            # who is hit by what is left open, so that no order of dealing is missed.
            most = 0.0
            for k in range(start, stop):
                if mu[k - start] > 0.0 and (group < 0 or state.side[indices[k]] == group) and shares(k, slot, net):
                    most += mu[k - start]
            step = min(budget, most, left)
            left -= step
            lost += step * cost
            continue
        while budget > TINY:
            best, ratio = -1, 0.0
            for k in range(start, stop):
                i = k - start
                if w[i] * v[i] <= 0.0 or mu[i] <= 0.0 or (group >= 0 and state.side[indices[k]] != group):
                    continue
                value = w[i] * v[i] / (net.share[k] * state.x[indices[k] * sides])
                if value > ratio and net.wants[k] > 0:
                    best, ratio = i, value
            if best < 0:
                break
            step = min(budget, mu[best])
            mu[best] -= step
            budget -= step
            lost += step * ratio * cost
    return lost


@part
def supplied_alike(first, count, left, net: Net, state: State, way: Way, mu):
    """Return what the makers of a market make where all on a side get the same of each need; ``mu``: alive on each side."""
    result = left
    for one in range(way.sides):
        if mu[one] > 0.0:
            least = 1.0
            for slot in range(count):
                need = net.needs[first + slot]
                if net.kept[need] < 1.0:
                    a = reach(need, one, net, state, way)
                    least = min(least, net.kept[need] + (1.0 - net.kept[need]) * a)
            result += mu[one] * least
    return result


@part
def uniform(node, total, left, in_loop, only, net: Net, state: State, way: Way, room: Room):
    """Return the value of a whole market all of whose makers share all needs: what `market` gives, without looking at each.

    All that matters is how much capacity is alive on each side.
    """
    start, stop = net.indptr[node], net.indptr[node + 1]
    first, count = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    sides, slack = way.sides, net.slack[node]
    v, w, mu = room.v, room.w, room.mu
    if slack > 0.0 and sides > 1 and (way.arrangement == WORST or way.spread == MOST):
        for k in range(start, stop):
            if not net.flags[k] & EXTRA:
                w[k - start] = min(net.high[k], net.low[k] + slack)
    alive = 0.0
    for one in range(sides):
        mu[one] = 0.0
    for k in range(start, stop):
        mu[state.side[net.indices[k]]] += w[k - start] * v[k - start]
        alive += w[k - start] * v[k - start]
    if way.arrangement == ALIKE and not in_loop:
        return supplied_alike(first, count, left, net, state, way, mu)
    best = total
    if way.arrangement == WORST:
        # Losses of needs fall on different makers as far as they go round: jointly, and on each side apart.
        joint, apart, floor = 0.0, 0.0, 1.0
        for group in range(-1, sides if sides > 1 else 0):
            at, rest = (way.unknown, alive) if group < 0 else (group, mu[group])
            for turn in range(count):
                need = net.needs[first + net.rank[first + turn]]
                floor = min(floor, net.kept[need])
                step = min(rest, 1.0 - reach(need, at, net, state, way))
                rest -= step
                if group < 0:
                    joint += step * (1.0 - net.kept[need])
                else:
                    apart += step * (1.0 - net.kept[need])
        best = max(total - (min(joint, apart) if sides > 1 else joint), floor * total)
        if total <= 1.0 + TINY:
            return best
        # Above today's use makers have no more of what they need than in the best arrangement: that bounds the worst, too,
        # where the open weights are those of one completion.
        weigh(start, stop, slack, net.low, net.high, net.flags, LEAST, v, w)
        alive, left = total, 0.0
        for one in range(sides):
            mu[one] = 0.0
        for k in range(start, stop):
            mu[state.side[net.indices[k]]] += w[k - start] * v[k - start]
    for slot in range(count):
        need = net.needs[first + slot]
        b = net.kept[need]
        if b >= 1.0 or (only >= 0 and only != slot):
            continue
        apart = left
        a = fullest(need, net, state, way)
        best = min(best, left + min(alive, b * alive + (1.0 - b) * a))
        for group in range(sides if sides > 1 else 0):
            a = reach(need, group, net, state, way)
            apart += min(mu[group], b * mu[group] + (1.0 - b) * a)
        if sides > 1:
            best = min(best, apart)
    return best


@part
def evenly(node, left, net: Net, state: State, way: Way, room: Room):
    """Return what a market's makers give when all are supplied alike: the scarcest need as its own place gets it."""
    start, stop = net.indptr[node], net.indptr[node + 1]
    first, count = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    v, e, w = room.v, room.e, room.w
    total = left
    for k in range(start, stop):
        if w[k - start] * v[k - start] <= 0.0:
            continue
        least = 1.0
        for slot in range(count):
            need = net.needs[first + slot]
            if net.kept[need] < 1.0 and shares(k, slot, net):
                a = reach(need, state.side[net.indices[k]], net, state, way)
                least = min(least, net.kept[need] + (1.0 - net.kept[need]) * a)
        total += min(w[k - start] * v[k - start], w[k - start] * e[k - start] * least)
    return total


@part
def exposed(node, net: Net, state: State, way: Way, room: Room):
    """Return what makers of no known part of the world's supply can lose: any shortage may take them wholly."""
    start, stop = net.indptr[node], net.indptr[node + 1]
    first, count = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    v, w = room.v, room.w
    lost = 0.0
    for k in range(start, stop):
        i = k - start
        if w[i] * v[i] <= 0.0 or net.share[k] > 0.0 or net.wants[k] == 0:
            continue
        worst = 0.0
        for slot in range(count):
            need = net.needs[first + slot]
            if shares(k, slot, net) and reach(need, state.side[net.indices[k]], net, state, way) < 1.0 - TINY:
                worst = max(worst, 1.0 - net.kept[need])
        lost += w[i] * v[i] * worst
    return lost


@part
def granted(node, slot, group, a, b, net: Net, state: State, way: Way, room: Room):
    """Return the most that makers (of one side; ``group`` < 0: all) make of an availability ``a`` of one shared need.

    They make ``b`` of what they could without it, as far as their own needs let them. Makers who do not share the need make
    what they can; among the others it goes first to those that this market hangs on most per unit of the world's supply.
    """
    start, stop = net.indptr[node], net.indptr[node + 1]
    v, w, mu = room.v, room.w, room.mu
    indices, share, side = net.indices, net.share, state.side
    free, inside, made = 0.0, 0.0, 0.0
    for k in range(start, stop):
        i = k - start
        mu[i] = 0.0
        if w[i] * v[i] <= 0.0 or (group >= 0 and side[indices[k]] != group):
            continue
        if not shares(k, slot, net):
            free += w[i] * v[i]
            continue
        inside += w[i] * v[i]
        made += w[i] * bare(v[i], room.e[i], b)
        mu[i] = needing(k, b, net, state, way)
    budget = (1.0 - b) * a
    if net.whole[node]:
        return free + min(inside, made + budget)
    if a > 0.0:  # a maker of no known part of the world's supply takes nothing from the others
        for k in range(start, stop):
            i = k - start
            mine = w[i] * v[i] > 0.0 and (group < 0 or side[indices[k]] == group)
            if mine and share[k] <= 0.0 and shares(k, slot, net):
                made += w[i] * (v[i] - bare(v[i], room.e[i], b))
    while budget > TINY:
        pick, ratio = -1, 0.0
        for k in range(start, stop):
            i = k - start
            if mu[i] > 0.0:
                value = w[i] * v[i] / (share[k] * state.x[indices[k] * way.sides])
                if value > ratio:
                    pick, ratio = i, value
        if pick < 0:
            break
        step = min(budget, mu[pick])
        made += step * ratio
        budget -= step
        mu[pick] = 0.0
    return free + made


@part
def sure(node, net: Net, state: State, way: Way, room: Room):
    """Return what a market gives where all its makers lack all that they share: the part kept without is there at worst.

    Of what a maker buys by itself some of its plants may, at worst, have nothing and the others all: each of those makes the
    part ``own`` at most, and each of these what it makes without what is shared.
    """
    start, stop = net.indptr[node], net.indptr[node + 1]
    b = 1.0
    for i in range(net.need_ptr[node], net.need_ptr[node + 1]):
        b = min(b, net.kept[net.needs[i]])
    if b <= 0.0:
        return 0.0
    v, e, w, mu = room.v, room.e, room.w, room.mu
    for k in range(start, stop):
        i, own = k - start, 1.0
        if net.wants[k] == 2 and v[i] < e[i]:
            for j in range(net.indptr[net.indices[k]], net.indptr[net.indices[k] + 1]):
                if not net.flags[j] & SHARED:
                    own = min(own, net.kept[j])
        mu[i] = v[i] if net.wants[k] == 0 else min(v[i], b * e[i])
        if own < b:
            mu[i] = own * e[i] + (v[i] - own * e[i]) / (1.0 - own) * (b - own)
    left = weigh(start, stop, net.slack[node], net.low, net.high, net.flags, way.spread, mu, w)
    total = 0.0 if way.spread == LEAST else left
    for k in range(start, stop):
        total += w[k - start] * mu[k - start]
    return total


@part
def at_worst(node, total, least, net: Net, state: State, way: Way, room: Room):
    """Return what a market gives where what is short falls on the makers whose loss hurts most; ``least``: see `sure`."""
    hidden = 0.0
    if not net.whole[node]:
        hidden = exposed(node, net, state, way, room)
    joint, apart = 0.0, 0.0
    for group in range(-1, way.sides if way.sides > 1 else 0):
        found = deprived(node, group, net, state, way, room)
        if group < 0:
            joint = found
        else:
            apart += found
    lost = min(joint, apart) if way.sides > 1 else joint
    return max(total - lost - hidden, least)


@part
def at_best(node, total, left, only, net: Net, state: State, way: Way, room: Room):
    """Return what a market gives at best: the scarcest need decides, or that in slot ``only`` where it is not negative.

    Of each need, what there is goes to living plants, first to those that this market hangs on most. At worst what is open
    is held by those who bring least beside the need.
    """
    start, stop = net.indptr[node], net.indptr[node + 1]
    first, count = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    v, w, mu = room.v, room.w, room.mu
    best = total
    for slot in range(count):
        need = net.needs[first + slot]
        b = net.kept[need]
        if b >= 1.0 or (only >= 0 and only != slot):
            continue
        if way.spread == LEAST and net.slack[node] > 0.0:
            a = fullest(need, net, state, way)
            if net.whole[node] or a <= 0.0:
                for k in range(start, stop):
                    mu[k - start] = bare(v[k - start], room.e[k - start], b) if shares(k, slot, net) else v[k - start]
                weigh(start, stop, net.slack[node], net.low, net.high, net.flags, LEAST, mu, w)
            else:
                for k in range(start, stop):
                    mu[k - start] = needing(k, b, net, state, way) if shares(k, slot, net) else -1.0
                squeeze(start, stop, net.slack[node], a, b, net.low, net.high, net.flags, v, room.e, w, mu)
        for apart in range(2 if way.sides > 1 else 1):
            # One stock for all makers, as much as any place gets; then (apart) each side has what its place gets.
            given = left
            for one in range(way.sides if apart else 1):
                group = one if apart else -1
                a = reach(need, one, net, state, way) if apart else fullest(need, net, state, way)
                given += granted(node, slot, group, a, b, net, state, way, room)
            best = min(best, given)
    return best


@large_part
def market(node, here, in_loop, top, only, net: Net, state: State, way: Way, room: Room):
    """Return the value of a market, seen from side ``here``, at most ``top`` (1 = today's use).

    In the best arrangement, ``only`` is the slot of the one need to look at where there is plenty of the others (-1: all).
    """
    start, stop = net.indptr[node], net.indptr[node + 1]
    v, e, w = room.v, room.e, room.w
    indices, flags, slack = net.indices, net.flags, net.slack[node]
    gain, x = state.gain, state.x
    shift = here * len(indices)
    extra = 0.0
    for k in range(start, stop):
        v[k - start] = gain[shift + k] * x[indices[k] * way.sides + here]
        e[k - start] = gain[shift + k] * state.cap[indices[k]] if net.wants[k] == 2 else v[k - start]
        if flags[k] & EXTRA:
            extra += v[k - start]
    first, count = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    if way.arrangement != WORST:
        # A maker that shares some needs only, and gets nothing of one that it cannot do without, makes nothing. (What one
        # that can do without it in part makes is bounded below, need by need.)
        for k in range(start, stop):
            if net.wants[k] == 2 and (way.arrangement == BEST or in_loop):
                for i in range(net.some_ptr[k], net.some_ptr[k + 1]):
                    need = net.needs[first + net.some[i]]
                    if net.kept[need] <= 0.0 and reach(need, state.side[indices[k]], net, state, way) <= 0.0:
                        v[k - start] = 0.0
    least = sure(node, net, state, way, room) if count > 0 and way.arrangement == WORST else 0.0
    left = weigh(start, stop, slack, net.low, net.high, flags, way.spread, v, w)
    total = 0.0 if way.spread == LEAST else left
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    if count == 0:
        return snap(min(top, total + extra))
    if net.whole[node] == UNIFORM:
        gives = uniform(node, total, left, in_loop, only, net, state, way, room)
    elif way.arrangement == ALIKE and not in_loop:
        gives = evenly(node, left, net, state, way, room)
    else:
        alike = net.whole[node] and way.sides == 1
        for k in range(start, stop):
            alike = alike and (flags[k] & EXTRA or unhindered(k, v[k - start], e[k - start], net))
        if slack > 0.0 and way.spread != EVEN and not alike and (way.arrangement == WORST or way.spread == MOST):
            # The weights that decide the capacities decide it all where every maker is in the same place. Elsewhere others
            # may hurt (help) more: a maker is then taken to be as large as it may be.
            for k in range(start, stop):
                if not flags[k] & EXTRA:
                    w[k - start] = min(net.high[k], net.low[k] + slack)
        gives = total
        if way.arrangement == WORST:
            gives = at_worst(node, total, least, net, state, way, room)
        if way.arrangement != WORST or total > 1.0 + TINY:
            # With spare capacity the worst is bounded by the best, as in `uniform`.
            rest = 0.0 if way.arrangement == WORST else left
            gives = min(gives, at_best(node, total, rest, only, net, state, way, room))
    if way.arrangement == BEST and way.spread == LEAST and way.sides > 1 and slack > 0.0:
        for slot in range(count):
            if net.kept[net.needs[first + slot]] < 1.0 and (only < 0 or only == slot):
                gives = min(gives, worst_apart(node, slot, net, state, way, room))
    return snap(min(top, gives + extra))


@part
def plant(node, net: Net, state: State, way: Way):
    """Return the value of a maker: half a plant with half its ore makes half. Spare capacity brings its own inputs."""
    most, scale = state.cap[node], max(1.0, state.cap[node])
    least = most
    for k in range(net.indptr[node], net.indptr[node + 1]):
        if not net.flags[k] & SHARED and net.kept[k] < 1.0:
            a = reach(k, state.side[node], net, state, way)
            least = min(least, net.kept[k] * most + (1.0 - net.kept[k]) * a * scale)
    return least


@part
def mix(node, here, net: Net, state: State, way: Way, room: Room):
    """Return the value of a group of alternatives, seen from side ``here``: what its members give, by their weights."""
    v, w = room.v, room.w
    start, stop = net.indptr[node], net.indptr[node + 1]
    for k in range(start, stop):
        v[k - start] = reach(k, here, net, state, way)
    left = weigh(start, stop, net.slack[node], net.low, net.high, net.flags, way.mixing, v, w)
    total = 0.0 if way.mixing == LEAST else left
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    return snap(min(1.0, total))


@part
def value(node, here, in_loop, net: Net, state: State, way: Way, room: Room):
    """Return the value of a node, seen from side ``here``."""
    if net.kind[node] == MARKET:
        return market(node, here, in_loop, 1.0, -1, net, state, way, room)
    if net.kind[node] == MAKER:
        return plant(node, net, state, way)
    return mix(node, here, net, state, way, room)
