"""What each node of a network brings while rates stand still: makers, groups of alternatives, and the makers of a market.

The equations are those of `kernels`, with one addition: a requirement that still has stock binds nobody (see `flows`).
"""

from __future__ import annotations

from ...graph.kernel import part
from ...graph.network import EXTRA, SHARED
from .arrays import Desk, Marks, Net, Room, Sent, State, Stock, Way, Worn
from .kernels import ALIKE, BEST, LOOSE, TINY, UNIFORM, WORST, market, passing, shares, snap, sure
from .reaching import bare, unhindered
from .weights import EVEN, LEAST, MOST, weigh

SOON = 1e-9
"""Days and stocks below this are nothing."""
OPEN = 1e9
"""No limit to what a market is offered."""
AS_IT_COMES, WITHOUT, USUAL, BARE = 0, 1, 2, 3
"""Of a need: as it arrives, without it; at usual capacity as it arrives, without it."""


@part
def arrives(k, at, net: Net, state: State, way: Way, sent: Sent):
    """Return what reaches a link's requirement now, from a side: what left its source one delivery time ago."""
    if sent.column[k] < 0:
        a = state.x[net.indices[k] * way.sides + at]
    elif sent.event[k] < 0:
        a = 1.0  # on its way since before the first day
    else:
        a = sent.past[sent.event[k] * sent.columns + sent.column[k] * way.sides + at]
    return a if a >= 1.0 else passing(a, net.use[k], net.flags[k], way.strict)


@part
def runs(i, rate, stock: Stock):
    """Note how fast stock ``i`` runs: ``ran`` holds how many ever did."""
    if -1e-12 < rate < 1e-12:
        rate = 0.0
    stock.dq[i] = rate
    if rate != 0.0 and stock.listed[i] == 0:
        stock.listed[i] = 1
        stock.active[stock.ran[0]] = i
        stock.ran[0] += 1


@part
def exhausted(s, d, worn: Worn):
    """Return the part of those hit (y < d) whose stock is gone."""
    lost, bottom = 0.0, 0.0
    for i in range(s * worn.width, (s + 1) * worn.width):
        if bottom >= d:
            break
        if worn.left[i] <= SOON:
            lost += min(worn.level[i], d) - bottom
        bottom = worn.level[i]
    return lost


@part
def plant(node, net: Net, state: State, way: Way, room: Room, stock: Stock, sent: Sent, marks: Marks):
    """Return the output of a maker, limited by its own needs; one that is not there yet neither uses nor keeps anything."""
    v = room.v
    most, scale = state.cap[node], max(1.0, state.cap[node])
    least = most
    start, stop = net.indptr[node], net.indptr[node + 1]
    for k in range(start, stop):
        if not net.flags[k] & SHARED and net.kept[k] < 1.0:
            a = arrives(k, state.side[node], net, state, way, sent)
            v[k - start] = a
            if stock.q[k * way.sides] <= 0.0:
                least = min(least, net.kept[k] * most + (1.0 - net.kept[k]) * a * scale)
    for k in range(start, stop):
        if not net.flags[k] & SHARED and net.kept[k] < 1.0:
            drawn = max(0.0, least - net.kept[k] * most) / (1.0 - net.kept[k])
            runs(k * way.sides, 0.0 if marks.shut[node] else scale * v[k - start] - drawn, stock)
    return least


@part
def mixed(node, here, net: Net, state: State, way: Way, room: Room, stock: Stock, worn: Worn, sent: Sent):
    """Return what a group of alternatives gives."""
    v, w = room.v, room.w
    start, stop = net.indptr[node], net.indptr[node + 1]
    for k in range(start, stop):
        a = arrives(k, here, net, state, way, sent)
        if worn.link[k] >= 0:
            s = worn.link[k] + here
            worn.hit[s] = max(0.0, 1.0 - a)
            v[k - start] = 1.0 - exhausted(s, worn.hit[s], worn)
        else:
            v[k - start] = min(1.0, a) if stock.q[k * way.sides + here] <= 0.0 else 1.0
            runs(k * way.sides + here, a - v[k - start], stock)
    unplaced = weigh(start, stop, net.slack[node], net.low, net.high, net.flags, way.mixing, v, w)
    total = 0.0 if way.mixing == LEAST else unplaced
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    return snap(min(1.0, total))


@part
def counted(node, needed, mass, sums, rows, net: Net, state: State, way: Way, room: Room):
    """Weigh the makers of a market that bring ``v``; with ``needed`` (of a whole market), count whose capacity needs what.

    ``mass[sums:]``: what all bring, what no source has room for, and all capacity. ``mass[rows + slot * sides + one]``: the
    capacity on side ``one`` that needs ``slot``; two rows more hold that of makers who need everything, and anything, and as
    many as there are needs what is made without each. Where all is one place, the weights that decide the capacities decide
    it all; elsewhere others may hurt (help) more: a maker is then taken to be as large as it may be.
    """
    v, e, w = room.v, room.e, room.w
    start, stop = net.indptr[node], net.indptr[node + 1]
    left = weigh(start, stop, net.slack[node], net.low, net.high, net.flags, way.spread, v, w)
    total = 0.0 if way.spread == LEAST else left
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    mass[sums], mass[sums + 1], mass[sums + 2] = total, left, 0.0
    if needed == 0:
        return
    if net.slack[node] > 0.0 and way.spread != EVEN and (way.arrangement == WORST or way.spread == MOST):
        alike = way.sides == 1
        for k in range(start, stop):
            alike = alike and (net.flags[k] & EXTRA != 0 or unhindered(k, v[k - start], e[k - start], net))
        if not alike:
            for k in range(start, stop):
                if not net.flags[k] & EXTRA:
                    w[k - start] = min(net.high[k], net.low[k] + net.slack[node])
    everything = rows + needed * way.sides
    anything = everything + way.sides
    without = anything + way.sides
    for i in range(rows, without + needed * way.sides):
        mass[i] = 0.0
    for k in range(start, stop):
        much = w[k - start] * v[k - start]
        mass[sums + 2] += much
        if much > 0.0 and net.wants[k] > 0:
            one = state.side[net.indices[k]]
            mass[anything + one] += much
            if net.wants[k] == 1:
                mass[everything + one] += much
            else:
                for i in range(net.some_ptr[k], net.some_ptr[k + 1]):
                    mass[rows + net.some[i] * way.sides + one] += much
                    b = net.kept[net.needs[net.need_ptr[node] + net.some[i]]]
                    mass[without + net.some[i] * way.sides + one] += w[k - start] * bare(v[k - start], e[k - start], b)
    for slot in range(needed):
        b = net.kept[net.needs[net.need_ptr[node] + slot]]
        for one in range(way.sides):
            mass[rows + slot * way.sides + one] += mass[everything + one]
            mass[without + slot * way.sides + one] += b * mass[everything + one]


@part
def limited(slot, share, b, full, mass, sums, rows, without, way: Way, desk: Desk):
    """Return what a whole market gives when of one need a ``share`` of ``got`` arrives, and of the others there is plenty.

    One stock for all makers, as much as place ``full`` gets; and each side with what its place gets.
    """
    together, none, apart = 0.0, 0.0, 0.0
    for one in range(way.sides):
        much, kept = mass[rows + slot * way.sides + one], mass[without + slot * way.sides + one]
        together += much
        none += kept
        apart += min(much, kept + (1.0 - b) * share * desk.got[slot * way.sides + one])
    pooled = min(together, none + (1.0 - b) * share * desk.got[slot * way.sides + full])
    return min(mass[sums], mass[sums + 1] + (mass[sums + 2] - together) + min(pooled, apart))


@part
def deprived(group, node, net: Net, way: Way, desk: Desk):
    """Return the most that the makers of a whole market lose (``group`` < 0: all; else those of a side); see `kernels`."""
    first, needed = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    at = way.unknown if group < 0 else group
    lost, left = 0.0, 0.0
    for one in range(way.sides):
        if group < 0 or one == group:
            left += desk.mass[3 + (needed + 1) * way.sides + one]
    for turn in range(needed):
        slot = net.rank[first + turn]
        cost = 1.0 - net.kept[net.needs[first + slot]]
        if cost <= 0.0:
            break  # sorted: the rest can be done without, too
        budget = 1.0 - min(1.0, desk.got[slot * way.sides + at])
        if budget <= TINY:
            continue
        most = 0.0
        for one in range(way.sides):
            if group < 0 or one == group:
                most += desk.mass[3 + slot * way.sides + one]
        step = min(budget, most, left)
        left -= step
        lost += step * cost
    return lost


@part
def reaching(node, net: Net, state: State, way: Way, desk: Desk, worn: Worn, sent: Sent):
    """Fill ``got`` with what each need of a market gets, by side; at worst those who are hit live on their own stocks."""
    first, needed = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    n, worst = len(net.kind), way.arrangement == WORST
    for slot in range(needed):
        need = net.needs[first + slot]
        for at in range(way.sides):
            a = 1.0
            if desk.live[first + slot] and net.kept[need] < 1.0:
                a = arrives(need, at, net, state, way, sent)
                if worst and worn.need[first + slot] >= 0:
                    s = worn.need[first + slot] + at
                    worn.hit[s] = max(0.0, 1.0 - a)
                    a = 1.0 - exhausted(s, worn.hit[s], worn)
            desk.got[slot * way.sides + at] = a
            state.x[(n + need) * way.sides + at] = min(1.0, a) if worst else OPEN


@part
def apiece(node, plants_at, net: Net, state: State, way: Way, room: Room, desk: Desk, stock: Stock):
    """Return what a market's makers bring when each is one plant with its own stock, from ``plants_at`` on.

    Those of one place who need everything fare alike, and are one plant each place.
    """
    start, stop = net.indptr[node], net.indptr[node + 1]
    first, needed = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    v, e, w = room.v, room.e, room.w
    total = desk.mass[1]
    for one in range(2 * way.sides):
        desk.mass[3 + one] = 0.0
    for k in range(start, stop):
        if net.wants[k] == 1 and not net.flags[k] & EXTRA:
            desk.mass[3 + state.side[net.indices[k]]] += w[k - start] * v[k - start]
            desk.mass[3 + way.sides + state.side[net.indices[k]]] = 1.0
        elif net.wants[k] == 0 or net.flags[k] & EXTRA:
            total += w[k - start] * v[k - start]
    for plants in range(way.sides + stop - start):
        k = start + plants - way.sides
        if plants < way.sides and desk.mass[3 + way.sides + plants] == 0.0:
            continue
        if plants >= way.sides and (net.wants[k] != 2 or net.flags[k] & EXTRA):
            continue
        at = plants if plants < way.sides else state.side[net.indices[k]]
        least = 1.0
        for slot in range(needed):
            b = net.kept[net.needs[first + slot]]
            if (
                stock.q[plants_at + plants * needed + slot] <= 0.0
                and desk.live[first + slot]
                and b < 1.0
                and (plants < way.sides or shares(k, slot, net))
            ):
                least = min(least, b + (1.0 - b) * desk.got[slot * way.sides + at])
        made = least  # of what it could; where its own needs let it make less, it draws less
        if plants >= way.sides and e[k - start] > 0.0:
            made = min(least, v[k - start] / e[k - start])
        for slot in range(needed):
            b = net.kept[net.needs[first + slot]]
            if desk.live[first + slot] and b < 1.0 and (plants < way.sides or shares(k, slot, net)):
                drawn = max(0.0, made - b) / (1.0 - b)
                runs(plants_at + plants * needed + slot, desk.got[slot * way.sides + at] - drawn, stock)
        much = desk.mass[3 + plants] if plants < way.sides else w[k - start] * e[k - start]
        total += much * least if plants < way.sides else min(w[k - start] * v[k - start], much * least)
    return total


@part
def hurt(node, net: Net, state: State, way: Way, room: Room, desk: Desk):
    """Return what a whole market's makers bring at worst: all needs together, dealt so that they hurt most."""
    first, needed = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    apart = 0.0
    lost = deprived(-1, node, net, way, desk)
    if way.sides > 1:
        for one in range(way.sides):
            apart += deprived(one, node, net, way, desk)
        lost = min(lost, apart)
    least = max(desk.mass[0] - lost, sure(node, net, state, way, room))
    if desk.mass[0] > 1.0 + TINY:  # with spare capacity the worst is bounded by the best, as in `kernels.uniform`
        for slot in range(needed):
            b, full = net.kept[net.needs[first + slot]], 0
            for one in range(way.sides):
                if desk.got[slot * way.sides + one] > desk.got[slot * way.sides + full]:
                    full = one
            if b < 1.0:
                least = min(least, limited(slot, 1.0, b, full, desk.mass, 0, 3, 3 + (needed + 2) * way.sides, way, desk))
    return least


@part
def drained(node, here, net: Net, way: Way, desk: Desk, stock: Stock):
    """Return what a market gives in the best arrangement, where the scarcest need decides, and note how fast stocks run.

    A need that is still in stock binds nobody. Its stock runs by what arrives, less what is drawn: at usual capacity what
    its arrival allows beyond none of it, and what is given beyond what could be given without it.
    """
    first, needed = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    best = desk.tried[4 * needed]
    for slot in range(needed):
        if (
            desk.live[first + slot]
            and net.kept[net.needs[first + slot]] < 1.0
            and stock.q[stock.best_at + (first + slot) * way.sides + here] <= 0.0
        ):
            best = min(best, desk.tried[4 * slot + AS_IT_COMES])
    for slot in range(needed):
        if desk.live[first + slot] and net.kept[net.needs[first + slot]] < 1.0:
            none = desk.tried[4 * slot + BARE]
            brought = desk.tried[4 * slot + USUAL] - none
            beyond = OPEN  # more than today's use arrives only while upstream catches up
            for at in range(way.sides):
                beyond = min(beyond, desk.got[slot * way.sides + at] - 1.0)
            brought += max(0.0, beyond) * (1.0 - none)
            drawn = max(0.0, best - desk.tried[4 * slot + WITHOUT])
            rate = (brought - drawn) / (1.0 - none) if none < 1.0 else 0.0
            runs(stock.best_at + (first + slot) * way.sides + here, rate, stock)
    return best


@part
def tries(node, here, in_loop, summed, extra, net: Net, inner: Net, state: State, calm: State, way: Way, room: Room,
          desk: Desk):  # fmt: skip
    """Fill ``tried`` with what each need alone allows in the best arrangement, where there is plenty of the others.

    Each as it arrives, without it, and the same at usual capacity: the scarcest need decides.
    """
    first, needed = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    sums, rows = 3 * node, 3 * len(net.kind) + 2 * (first + node) * way.sides
    without = (needed + 2) * way.sides  # rows after the first
    full = desk.tried[4 * needed]
    for turn in range(4 * needed):
        slot, what = turn // 4, turn % 4
        need = net.needs[first + slot]
        b = net.kept[need]
        if not desk.live[first + slot] or b >= 1.0:
            continue
        least, most = OPEN, 0.0
        for at in range(way.sides):
            least, most = min(least, desk.got[slot * way.sides + at]), max(most, desk.got[slot * way.sides + at])
        if what == AS_IT_COMES and least >= 1.0 and full <= 1.0:
            desk.tried[turn] = full
            continue
        if what == USUAL and least == 1.0 and most == 1.0:
            desk.tried[turn] = 1.0
            continue
        # A maker that needs this only among others, and gets nothing of it, gives its room to others where these are free.
        gives = False
        if summed > 0 and net.whole[node] != UNIFORM and net.slack[node] > 0.0 and way.spread != EVEN and b <= 0.0:
            for one in range(way.sides):
                gives = gives or desk.today[rows + slot * way.sides + one] != desk.today[rows + needed * way.sides + one]
        if summed > 0 and not (gives and (what % 2 == 1 or least <= 0.0)):
            comes = 1.0 if what % 2 == 0 else 0.0
            if what >= USUAL:
                most = limited(slot, comes, b, way.unknown, desk.today, sums, rows, rows + without, way, desk)
                desk.tried[turn] = snap(most)
            else:
                most = limited(slot, comes, b, way.unknown, desk.mass, 0, 3, 3 + without, way, desk)
                desk.tried[turn] = snap(most + extra)
            continue
        if what == BARE and desk.bare[(first + slot) * way.sides + here] >= 0.0:
            desk.tried[turn] = desk.bare[(first + slot) * way.sides + here]
            continue
        there, looping = state, in_loop
        if what >= USUAL:
            there, looping = calm, False
        for at in range(way.sides):
            there.x[(len(net.kind) + need) * way.sides + at] = desk.got[slot * way.sides + at] if what % 2 == 0 else 0.0
        best = Way(way.sides, way.unknown, way.spread, BEST, way.mixing, LOOSE)
        desk.tried[turn] = market(node, here, looping, OPEN, slot, inner, there, best, room)
        for at in range(way.sides):
            there.x[(len(net.kind) + need) * way.sides + at] = OPEN
        room.v[0] = -1.0  # some may have been silenced: not to be compared with what another side is brought
        if what == BARE:
            desk.bare[(first + slot) * way.sides + here] = desk.tried[turn]


@part
def offered(node, here, again, in_loop, net: Net, inner: Net, state: State, calm: State, way: Way, room: Room, desk: Desk,
            stock: Stock, worn: Worn, sent: Sent):  # fmt: skip
    """Return what the makers of a market bring it.

    ``again``: the market was looked at from another side just now. Where its makers bring the same there, all is known but
    its own stocks: ``tried`` holds what each need allows and, after those, the result.
    """
    v, e = room.v, room.e
    start, stop = net.indptr[node], net.indptr[node + 1]
    first, needed = net.need_ptr[node], net.need_ptr[node + 1] - net.need_ptr[node]
    alike = way.arrangement == ALIKE and not in_loop
    worst = way.arrangement == WORST
    summed = needed if net.whole[node] and not alike else 0
    sums, rows = 3 * node, 3 * len(net.kind) + 2 * (first + node) * way.sides
    if summed > 0 and not worst and desk.today[sums] < 0.0:  # what is usual is found once
        for k in range(start, stop):
            v[k - start] = 0.0 if net.flags[k] & EXTRA else 1.0
            e[k - start] = v[k - start]
        counted(node, summed, desk.today, sums, rows, net, state, way, room)
    if not again:
        reaching(node, net, state, way, desk, worn, sent)
    extra, same = 0.0, again
    for k in range(start, stop):
        brings = state.gain[here * len(net.indices) + k] * state.x[net.indices[k] * way.sides + here]
        could = state.gain[here * len(net.indices) + k] * state.cap[net.indices[k]] if net.wants[k] == 2 else brings
        same = same and v[k - start] == brings and e[k - start] == could
        v[k - start], e[k - start] = brings, could
        if net.flags[k] & EXTRA:
            extra += brings
    if same and (alike or worst or needed == 0):
        return desk.tried[4 * needed]
    if not same:
        counted(node, summed, desk.mass, 0, 3, net, state, way, room)
        desk.tried[4 * needed] = snap(desk.mass[0] + extra)
    if needed == 0:
        return desk.tried[4 * needed]
    if alike:
        plants_at = stock.alike_at + stock.alike_ptr[node] + first * way.sides
        total = apiece(node, plants_at, net, state, way, room, desk, stock)
        desk.tried[4 * needed] = snap(total + extra)
        return desk.tried[4 * needed]
    if worst:
        # With spare capacity who holds what is open is another question for each need.
        if summed > 0 and (desk.mass[0] <= 1.0 + TINY or net.slack[node] <= 0.0):
            desk.tried[4 * needed] = snap(hurt(node, net, state, way, room, desk) + extra)
        else:
            loose = Way(way.sides, way.unknown, way.spread, WORST, way.mixing, LOOSE)
            desk.tried[4 * needed] = market(node, here, in_loop, OPEN, -1, inner, state, loose, room)
        return desk.tried[4 * needed]
    if not same:
        tries(node, here, in_loop, summed, extra, net, inner, state, calm, way, room, desk)
    return drained(node, here, net, way, desk, stock)
