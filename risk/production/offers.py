"""What each node of a network brings while rates stand still: makers, groups of alternatives, and the makers of a market.

The equations are those of `kernels`, with one addition: a requirement that still has stock binds nobody (see `flows`).
"""

from __future__ import annotations

from ...graph.kernel import part
from .kernels import ALIKE, BEST, EVEN, LEAST, MOST, STRICT_LOW, TINY, UNIFORM, WORST, market, shares, snap, weigh

SHARED, ASSUMED, EXTRA = 1, 4, 8  # flags of links, as in kanmon.graph.network
SOON = 1e-9
"""Days and stocks below this are nothing."""
OPEN = 1e9
"""No limit to what a market is offered."""
AS_IT_COMES, WITHOUT, USUAL, BARE = 0, 1, 2, 3
"""Of a need: as it arrives, without it; at usual capacity as it arrives, without it."""


@part
def arrives(k, at, sides, indices, use, flags, strict, x, lag_column, lag_event, past, columns):
    """Return what reaches a link's requirement now, from a side: what left its source one delivery time ago."""
    if lag_column[k] < 0:
        a = x[indices[k] * sides + at]
    elif lag_event[k] < 0:
        a = 1.0  # on its way since before the first day
    else:
        a = past[lag_event[k] * columns + lag_column[k] * sides + at]
    if use[k] < 1.0 and a < 1.0:
        a = 0.0 if a <= 0.0 else (1.0 if a >= use[k] else a / use[k])
    if strict != 0 and flags[k] & ASSUMED and a < 1.0:
        a = 0.0 if strict == STRICT_LOW or a <= 0.0 else 1.0
    return a


@part
def runs(i, rate, dq, listed, active, count):
    """Note how fast stock ``i`` runs: ``count`` holds how many ever ran."""
    if -1e-12 < rate < 1e-12:
        rate = 0.0
    dq[i] = rate
    if rate != 0.0 and listed[i] == 0:
        listed[i] = 1
        active[count[0]] = i
        count[0] += 1


@part
def exhausted(s, d, width, level, left):
    """Return the part of those hit (y < d) whose stock is gone."""
    lost, bottom = 0.0, 0.0
    for i in range(s * width, (s + 1) * width):
        if bottom >= d:
            break
        if left[i] <= SOON:
            lost += min(level[i], d) - bottom
        bottom = level[i]
    return lost


@part
def plant(node, sides, indptr, indices, flags, kept, use, side, cap, strict, x, v, q, dq, listed, active, count, lag_column,
          lag_event, past, columns, shut):  # fmt: skip
    """Return the output of a maker, limited by its own needs; one that is not there yet neither uses nor keeps anything."""
    most, scale = cap[node], max(1.0, cap[node])
    least = most
    start, stop = indptr[node], indptr[node + 1]
    for k in range(start, stop):
        if not flags[k] & SHARED and kept[k] < 1.0:
            a = arrives(k, side[node], sides, indices, use, flags, strict, x, lag_column, lag_event, past, columns)
            v[k - start] = a
            if q[k * sides] <= 0.0:
                least = min(least, kept[k] * most + (1.0 - kept[k]) * a * scale)
    for k in range(start, stop):
        if not flags[k] & SHARED and kept[k] < 1.0:
            drawn = max(0.0, least - kept[k] * most) / (1.0 - kept[k])
            runs(k * sides, 0.0 if shut[node] else scale * v[k - start] - drawn, dq, listed, active, count)
    return least


@part
def mixed(node, here, sides, indptr, indices, low, high, slack, flags, use, strict, x, v, w, spread, q, dq, listed, active,
          count, worst_link, width, level, left, hit, lag_column, lag_event, past, columns):  # fmt: skip
    """Return what a group of alternatives gives."""
    start, stop = indptr[node], indptr[node + 1]
    for k in range(start, stop):
        a = arrives(k, here, sides, indices, use, flags, strict, x, lag_column, lag_event, past, columns)
        if worst_link[k] >= 0:
            s = worst_link[k] + here
            hit[s] = max(0.0, 1.0 - a)
            v[k - start] = 1.0 - exhausted(s, hit[s], width, level, left)
        else:
            v[k - start] = min(1.0, a) if q[k * sides + here] <= 0.0 else 1.0
            runs(k * sides + here, a - v[k - start], dq, listed, active, count)
    unplaced = weigh(start, stop, slack[node], low, high, flags, spread, v, w)
    total = 0.0 if spread == LEAST else unplaced
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    return snap(min(1.0, total))


@part
def counted(node, sides, indptr, indices, low, high, flags, slack, wants, some_ptr, some, side, spread, arrangement, needed,
            v, w, mass, sums, rows):  # fmt: skip
    """Weigh the makers of a market that bring ``v``; with ``needed`` (of a whole market), count whose capacity needs what.

    ``mass[sums:]``: what all bring, what no source has room for, and all capacity. ``mass[rows + slot * sides + one]``: the
    capacity on side ``one`` that needs ``slot``; two rows more hold that of makers who need everything, and anything. Where
    all is one place, the weights that decide the capacities decide it all; elsewhere others may hurt (help) more: a maker is
    then taken to be as large as it may be.
    """
    start, stop = indptr[node], indptr[node + 1]
    left = weigh(start, stop, slack[node], low, high, flags, spread, v, w)
    total = 0.0 if spread == LEAST else left
    for k in range(start, stop):
        total += w[k - start] * v[k - start]
    mass[sums], mass[sums + 1], mass[sums + 2] = total, left, 0.0
    if needed == 0:
        return
    if slack[node] > 0.0 and spread != EVEN and (arrangement == WORST or spread == MOST):
        alike = sides == 1
        for k in range(start, stop):
            alike = alike and (flags[k] & EXTRA != 0 or wants[k] == 1)
        if not alike:
            for k in range(start, stop):
                if not flags[k] & EXTRA:
                    w[k - start] = min(high[k], low[k] + slack[node])
    everything = rows + needed * sides
    anything = everything + sides
    for i in range(rows, anything + sides):
        mass[i] = 0.0
    for k in range(start, stop):
        much = w[k - start] * v[k - start]
        mass[sums + 2] += much
        if much > 0.0 and wants[k] > 0:
            one = side[indices[k]]
            mass[anything + one] += much
            if wants[k] == 1:
                mass[everything + one] += much
            else:
                for i in range(some_ptr[k], some_ptr[k + 1]):
                    mass[rows + some[i] * sides + one] += much
    for slot in range(needed):
        for one in range(sides):
            mass[rows + slot * sides + one] += mass[everything + one]


@part
def limited(slot, share, b, sides, unknown, got, mass, sums, rows):
    """Return what a whole market gives when of one need a ``share`` of ``got`` arrives, and of the others there is plenty.

    One stock for all makers, as much as any place gets; and each side with what its place gets.
    """
    together, apart = 0.0, 0.0
    for one in range(sides):
        much = mass[rows + slot * sides + one]
        together += much
        apart += min(much, b * much + (1.0 - b) * share * got[slot * sides + one])
    pooled = min(together, b * together + (1.0 - b) * share * got[slot * sides + unknown])
    return min(mass[sums], mass[sums + 1] + (mass[sums + 2] - together) + min(pooled, apart))


@part
def deprived(group, sides, unknown, first, needed, needs, rank, kept, got, mass, rows):
    """Return the most that the makers of a whole market lose (``group`` < 0: all; else those of a side); see `kernels`."""
    at = unknown if group < 0 else group
    lost, left = 0.0, 0.0
    for one in range(sides):
        if group < 0 or one == group:
            left += mass[rows + (needed + 1) * sides + one]
    for turn in range(needed):
        slot = rank[first + turn]
        cost = 1.0 - kept[needs[first + slot]]
        if cost <= 0.0:
            break  # sorted: the rest can be done without, too
        budget = 1.0 - min(1.0, got[slot * sides + at])
        if budget <= TINY:
            continue
        most = 0.0
        for one in range(sides):
            if group < 0 or one == group:
                most += mass[rows + slot * sides + one]
        step = min(budget, most, left)
        left -= step
        lost += step * cost
    return lost


@part
def reaching(first, needed, n, sides, indices, flags, needs, live, kept, use, x, strict, lag_column, lag_event, past,
             columns, worst, worst_need, width, level, left, hit, got):  # fmt: skip
    """Fill ``got`` with what each need of a market gets, by side; at worst those who are hit live on their own stocks."""
    for slot in range(needed):
        need = needs[first + slot]
        for at in range(sides):
            a = 1.0
            if live[first + slot] and kept[need] < 1.0:
                a = arrives(need, at, sides, indices, use, flags, strict, x, lag_column, lag_event, past, columns)
                if worst and worst_need[first + slot] >= 0:
                    s = worst_need[first + slot] + at
                    hit[s] = max(0.0, 1.0 - a)
                    a = 1.0 - exhausted(s, hit[s], width, level, left)
            got[slot * sides + at] = a
            x[(n + need) * sides + at] = min(1.0, a) if worst else OPEN


@part
def apiece(start, stop, first, needed, sides, indices, flags, needs, live, wants, some_ptr, some, kept, side, v, w, mass,
           got, q, dq, listed, active, count, stock):  # fmt: skip
    """Return what a market's makers bring when each is one plant with its own stock, those of it from ``stock`` on.

    Those of one place who need everything fare alike, and are one plant each place.
    """
    total = mass[1]
    for one in range(2 * sides):
        mass[3 + one] = 0.0
    for k in range(start, stop):
        if wants[k] == 1 and not flags[k] & EXTRA:
            mass[3 + side[indices[k]]] += w[k - start] * v[k - start]
            mass[3 + sides + side[indices[k]]] = 1.0
        elif wants[k] == 0 or flags[k] & EXTRA:
            total += w[k - start] * v[k - start]
    for plants in range(sides + stop - start):
        k = start + plants - sides
        if plants < sides and mass[3 + sides + plants] == 0.0:
            continue
        if plants >= sides and (wants[k] != 2 or flags[k] & EXTRA):
            continue
        at = plants if plants < sides else side[indices[k]]
        least = 1.0
        for slot in range(needed):
            b = kept[needs[first + slot]]
            if (
                q[stock + plants * needed + slot] <= 0.0
                and live[first + slot]
                and b < 1.0
                and (plants < sides or shares(k, slot, wants, some_ptr, some))
            ):
                least = min(least, b + (1.0 - b) * got[slot * sides + at])
        for slot in range(needed):
            b = kept[needs[first + slot]]
            if live[first + slot] and b < 1.0 and (plants < sides or shares(k, slot, wants, some_ptr, some)):
                drawn = max(0.0, least - b) / (1.0 - b)
                runs(stock + plants * needed + slot, got[slot * sides + at] - drawn, dq, listed, active, count)
        total += (mass[3 + plants] if plants < sides else w[k - start] * v[k - start]) * least
    return total


@part
def hurt(first, needed, sides, unknown, needs, rank, kept, got, mass):
    """Return what a whole market's makers bring at worst: all needs together, dealt so that they hurt most."""
    floor, apart = 1.0, 0.0
    for slot in range(needed):
        floor = min(floor, kept[needs[first + slot]])
    lost = deprived(-1, sides, unknown, first, needed, needs, rank, kept, got, mass, 3)
    if sides > 1:
        for one in range(sides):
            apart += deprived(one, sides, unknown, first, needed, needs, rank, kept, got, mass, 3)
        lost = min(lost, apart)
    least = max(mass[0] - lost, floor * mass[0])
    if mass[0] > 1.0 + TINY:  # with spare capacity the worst is bounded by the best, as in `kernels.uniform`
        for slot in range(needed):
            b, full = kept[needs[first + slot]], 0
            for one in range(sides):
                if got[slot * sides + one] > got[slot * sides + full]:
                    full = one
            if b < 1.0:
                least = min(least, limited(slot, 1.0, b, sides, full, got, mass, 0, 3))
    return least


@part
def drained(first, needed, here, sides, needs, live, kept, got, tried, q, dq, listed, active, count, best_at):
    """Return what a market gives in the best arrangement, where the scarcest need decides, and note how fast stocks run.

    A need that is still in stock binds nobody. Its stock runs by what arrives, less what is drawn: at usual capacity what
    its arrival allows beyond none of it, and what is given beyond what could be given without it.
    """
    best = tried[4 * needed]
    for slot in range(needed):
        if live[first + slot] and kept[needs[first + slot]] < 1.0 and q[best_at + (first + slot) * sides + here] <= 0.0:
            best = min(best, tried[4 * slot + AS_IT_COMES])
    for slot in range(needed):
        if live[first + slot] and kept[needs[first + slot]] < 1.0:
            none = tried[4 * slot + BARE]
            brought = tried[4 * slot + USUAL] - none
            beyond = OPEN  # more than today's use arrives only while upstream catches up
            for at in range(sides):
                beyond = min(beyond, got[slot * sides + at] - 1.0)
            brought += max(0.0, beyond) * (1.0 - none)
            drawn = max(0.0, best - tried[4 * slot + WITHOUT])
            rate = (brought - drawn) / (1.0 - none) if none < 1.0 else 0.0
            runs(best_at + (first + slot) * sides + here, rate, dq, listed, active, count)
    return best


@part
def tries(node, here, in_loop, n, sides, indptr, inner, low, high, share, flags, whole, slack, need_ptr, needs, live, rank,
          wants, some_ptr, some, kept, whole_use, side, gain, usual_gain, x, usual, v, w, mu, got, mass, today, tried, bare,
          unknown, spread, summed, extra):  # fmt: skip
    """Fill ``tried`` with what each need alone allows in the best arrangement, where there is plenty of the others.

    Each as it arrives, without it, and the same at usual capacity: the scarcest need decides.
    """
    first, needed = need_ptr[node], need_ptr[node + 1] - need_ptr[node]
    sums, rows = 3 * node, 3 * n + (first + 2 * node) * sides
    full = tried[4 * needed]
    for turn in range(4 * needed):
        slot, what = turn // 4, turn % 4
        need = needs[first + slot]
        b = kept[need]
        if not live[first + slot] or b >= 1.0:
            continue
        least, most = OPEN, 0.0
        for at in range(sides):
            least, most = min(least, got[slot * sides + at]), max(most, got[slot * sides + at])
        if what == AS_IT_COMES and least >= 1.0 and full <= 1.0:
            tried[turn] = full
            continue
        if what == USUAL and least == 1.0 and most == 1.0:
            tried[turn] = 1.0
            continue
        # A maker that needs this only among others, and gets nothing of it, gives its room to others where these are free.
        gives = False
        if summed > 0 and whole[node] != UNIFORM and slack[node] > 0.0 and spread != EVEN and b <= 0.0:
            for one in range(sides):
                gives = gives or today[rows + slot * sides + one] != today[rows + needed * sides + one]
        if summed > 0 and not (gives and (what % 2 == 1 or least <= 0.0)):
            comes = 1.0 if what % 2 == 0 else 0.0
            if what >= USUAL:
                tried[turn] = snap(limited(slot, comes, b, sides, unknown, got, today, sums, rows))
            else:
                tried[turn] = snap(limited(slot, comes, b, sides, unknown, got, mass, 0, 3) + extra)
            continue
        if what == BARE and bare[(first + slot) * sides + here] >= 0.0:
            tried[turn] = bare[(first + slot) * sides + here]
            continue
        here_x, here_gain, looping = x, gain, in_loop
        if what >= USUAL:
            here_x, here_gain, looping = usual, usual_gain, False
        for at in range(sides):
            here_x[(n + need) * sides + at] = got[slot * sides + at] if what % 2 == 0 else 0.0
        tried[turn] = market(
            node, here, looping, indptr, inner, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
            some_ptr, some, kept, whole_use, side, here_gain, here_x, v, w, mu, sides, unknown, spread, BEST, 0, OPEN, slot,
        )  # fmt: skip
        for at in range(sides):
            here_x[(n + need) * sides + at] = OPEN
        v[0] = -1.0  # some may have been silenced: not to be compared with what another side is brought
        if what == BARE:
            bare[(first + slot) * sides + here] = tried[turn]


@part
def offered(node, here, again, in_loop, n, sides, indptr, indices, inner, low, high, share, flags, whole, slack, need_ptr,
            needs, live, rank, wants, some_ptr, some, kept, use, whole_use, side, gain, usual_gain, x, usual, v, w, mu, got,
            mass, today, tried, bare, unknown, spread, arrangement, strict, q, dq, listed, active, count, best_at, alike_at,
            alike_ptr, worst_need, width, level, left, hit, lag_column, lag_event, past, columns):  # fmt: skip
    """Return what the makers of a market bring it.

    ``again``: the market was looked at from another side just now. Where its makers bring the same there, all is known but
    its own stocks: ``tried`` holds what each need allows and, after those, the result.
    """
    start, stop = indptr[node], indptr[node + 1]
    first, needed = need_ptr[node], need_ptr[node + 1] - need_ptr[node]
    alike = arrangement == ALIKE and not in_loop
    worst = arrangement == WORST
    summed = needed if whole[node] and not alike else 0
    sums, rows = 3 * node, 3 * n + (first + 2 * node) * sides
    if summed > 0 and not worst and today[sums] < 0.0:  # what is usual is found once
        for k in range(start, stop):
            v[k - start] = 0.0 if flags[k] & EXTRA else 1.0
        counted(node, sides, indptr, indices, low, high, flags, slack, wants, some_ptr, some, side, spread, arrangement,
                summed, v, w, today, sums, rows)  # fmt: skip
    if not again:
        reaching(first, needed, n, sides, indices, flags, needs, live, kept, use, x, strict, lag_column, lag_event, past,
                 columns, worst, worst_need, width, level, left, hit, got)  # fmt: skip
    extra, same = 0.0, again
    for k in range(start, stop):
        brings = gain[here * len(indices) + k] * x[indices[k] * sides + here]
        same = same and v[k - start] == brings
        v[k - start] = brings
        if flags[k] & EXTRA:
            extra += brings
    if same and (alike or worst or needed == 0):
        return tried[4 * needed]
    if not same:
        counted(node, sides, indptr, indices, low, high, flags, slack, wants, some_ptr, some, side, spread, arrangement,
                summed, v, w, mass, 0, 3)  # fmt: skip
        tried[4 * needed] = snap(mass[0] + extra)
    if needed == 0:
        return tried[4 * needed]
    if alike:
        stock = alike_at + alike_ptr[node] + first * sides
        total = apiece(start, stop, first, needed, sides, indices, flags, needs, live, wants, some_ptr, some, kept, side, v,
                       w, mass, got, q, dq, listed, active, count, stock)  # fmt: skip
        tried[4 * needed] = snap(total + extra)
        return tried[4 * needed]
    if worst:
        # With spare capacity who holds what is open is another question for each need.
        if summed > 0 and (mass[0] <= 1.0 + TINY or slack[node] <= 0.0):
            tried[4 * needed] = snap(hurt(first, needed, sides, unknown, needs, rank, kept, got, mass) + extra)
        else:
            tried[4 * needed] = market(
                node, here, in_loop, indptr, inner, low, high, share, flags, whole, slack, need_ptr, needs, rank, wants,
                some_ptr, some, kept, whole_use, side, gain, x, v, w, mu, sides, unknown, spread, WORST, 0, OPEN, -1
            )  # fmt: skip
        return tried[4 * needed]
    if not same:
        tries(node, here, in_loop, n, sides, indptr, inner, low, high, share, flags, whole, slack, need_ptr, needs, live,
              rank, wants, some_ptr, some, kept, whole_use, side, gain, usual_gain, x, usual, v, w, mu, got, mass, today,
              tried, bare, unknown, spread, summed, extra)  # fmt: skip
    return drained(first, needed, here, sides, needs, live, kept, got, tried, q, dq, listed, active, count, best_at)
