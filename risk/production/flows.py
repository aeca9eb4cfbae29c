"""The arithmetic of time: a production network from one event to the next, exactly, in one reading.

Between events every rate is constant and every stock runs straight. An event is a change of the scenario, a stock that runs
out, a buffer or a backlog that is gone, the end of a machine's life, or a change that arrives after its delivery time. The
rates between two events are those of `kernels` with one addition: a requirement that still has stock binds nobody. With the
stock q of requirement g (days of today's use), its arrivals a, capacity c and need b (what is kept without it), one plant is

    x = min(c, b_g c + (1 - b_g) a_g for every g with q_g = 0),   dq_g/dt = a_g - max(0, x - b_g c) / (1 - b_g)

which is Reich's regulator X(t) = min(C(t), min_u [C(t) - C(u) + B(u)]) with B = min_g (S_g + I_g) where b = 0. The best
arrangement of a market is the same with pooled stocks; supplied alike, every maker is a plant; in the worst arrangement
those who are hit are hit wholly, always the same, and live on their own stock: of the part d(t) = 1 - a(t) that is not
supplied, those y < d(t) have lost output once they were hit for more than S days.

A market serves today's use a day, and what was missed before only from spare capacity; what arrives beyond stays with it.
"""

from __future__ import annotations

from ...graph.kernel import Kernel, part
from .kernels import ALIKE, BEST, LEAST, MAX_SWEEPS, MOST, STRICT_LOW, WORST, market, shares, snap, weigh

SHARED, ASSUMED, EXTRA = 1, 4, 8  # flags of links, as in kanmon.graph.network
SOON = 1e-9
"""Days and stocks below this are nothing."""
OPEN = 1e9
"""No limit to what a market is offered."""
AS_IT_COMES, WITHOUT, USUAL, BARE = 0, 1, 2, 3
"""Of a need: as it arrives, without it; at usual capacity as it arrives, without it."""
KEEPS, GONE, NO_ROOM = 0, 1, 2
"""Of those hit: they all live on as before, some have no stock any more, there is no room to tell them apart."""
TOO_MANY_EVENTS, TOO_MANY_LEVELS = -1, -2
"""What `run` returns where it cannot go on: its room for events, or for levels of a worst arrangement, is used up."""


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
def wears(s, dt, width, level, left, hit):
    """Let those hit live on their stock for ``dt`` days; return `KEEPS`, `GONE` (some have none any more) or `NO_ROOM`."""
    d = hit[s]
    if d <= 1e-12:
        return KEEPS
    found = KEEPS
    a, b = s * width, (s + 1) * width
    bottom = 0.0
    for i in range(a, b):
        if bottom >= d - 1e-12:
            break
        if level[i] > d + 1e-12:  # split at d: those above keep what they have
            if level[b - 1] < OPEN:
                return NO_ROOM
            for j in range(b - 1, i, -1):
                level[j], left[j] = level[j - 1], left[j - 1]
            level[i] = d
        if left[i] > 0.0:
            left[i] = left[i] - dt if left[i] - dt > SOON else 0.0
            if left[i] == 0.0:
                found = GONE
        bottom = level[i]
    return found


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
            drawn = max(0.0, least - kept[k] * most) / ((1.0 - kept[k]) * scale)
            runs(k * sides, 0.0 if shut[node] else v[k - start] - drawn, dq, listed, active, count)
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
def offered(node, here, in_loop, n, sides, indptr, indices, inner, low, high, share, flags, whole, slack, need_ptr, needs,
            live, rank, wants, some_ptr, some, kept, use, whole_use, side, gain, usual_gain, x, usual, v, w, mu, got, tried,
            bare, unknown, spread, arrangement, strict, q, dq, listed, active, count, best_at, alike_at, alike_ptr,
            worst_need, width, level, left, hit, lag_column, lag_event, past, columns):  # fmt: skip
    """Return what the makers of a market bring it."""
    start, stop = indptr[node], indptr[node + 1]
    first, needed = need_ptr[node], need_ptr[node + 1] - need_ptr[node]
    worst = arrangement == WORST
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
    if arrangement == ALIKE and not in_loop and needed > 0:
        # Every maker is one plant with its own stock.
        shift = here * len(indices)
        extra = 0.0
        for k in range(start, stop):
            v[k - start] = gain[shift + k] * x[indices[k] * sides + here]
            if flags[k] & EXTRA:
                extra += v[k - start]
        total = weigh(start, stop, slack[node], low, high, flags, spread, v, w)
        for k in range(start, stop):
            if wants[k] == 0 or flags[k] & EXTRA:
                total += w[k - start] * v[k - start]
                continue
            least = 1.0
            stock = alike_at + alike_ptr[node] + (k - start) * needed
            for slot in range(needed):
                b = kept[needs[first + slot]]
                empty = q[stock + slot] <= 0.0
                if empty and live[first + slot] and b < 1.0 and shares(k, slot, wants, some_ptr, some):
                    least = min(least, b + (1.0 - b) * got[slot * sides + side[indices[k]]])
            for slot in range(needed):
                b = kept[needs[first + slot]]
                if live[first + slot] and b < 1.0 and shares(k, slot, wants, some_ptr, some):
                    drawn = max(0.0, least - b) / (1.0 - b)
                    runs(stock + slot, got[slot * sides + side[indices[k]]] - drawn, dq, listed, active, count)
            total += w[k - start] * v[k - start] * least
        return snap(total + extra)
    # The best arrangement pools supply and stocks, and the scarcest need decides: each need in turn (the others given) as it
    # arrives, without it, and the same at usual capacity. The worst arrangement takes all needs together.
    full, how = 1.0, WORST if worst else BEST
    for turn in range(1 if worst else 1 + 4 * needed):
        slot, what = (turn - 1) // 4, (turn - 1) % 4
        here_x, here_gain = x, gain
        need = needs[first + slot] if turn > 0 else -1
        only = slot if turn > 0 else -1
        if turn > 0:
            if not live[first + slot] or kept[need] >= 1.0:
                continue
            least, most = OPEN, 0.0
            for at in range(sides):
                least, most = min(least, got[slot * sides + at]), max(most, got[slot * sides + at])
            if what == AS_IT_COMES and least >= 1.0 and full <= 1.0:
                tried[4 * slot + what] = full
                continue
            if what == USUAL and least == 1.0 and most == 1.0:
                tried[4 * slot + what] = 1.0
                continue
            if what == BARE and bare[(first + slot) * sides + here] >= 0.0:
                continue
            if what >= USUAL:
                here_x, here_gain = usual, usual_gain
            for at in range(sides):
                here_x[(n + need) * sides + at] = got[slot * sides + at] if what % 2 == 0 else 0.0
        looping = in_loop and what < USUAL
        value = market(node, here, looping, indptr, inner, low, high, share, flags, whole, slack, need_ptr, needs, rank,
                       wants, some_ptr, some, kept, whole_use, side, here_gain, here_x, v, w, mu, sides, unknown, spread,
                       how, 0, OPEN, only)  # fmt: skip
        if turn == 0:
            full = value
            continue
        for at in range(sides):
            here_x[(n + need) * sides + at] = OPEN
        if what == BARE:
            bare[(first + slot) * sides + here] = value
        else:
            tried[4 * slot + what] = value
    if worst:
        return full
    best = full
    for slot in range(needed):
        if live[first + slot] and kept[needs[first + slot]] < 1.0 and q[best_at + (first + slot) * sides + here] <= 0.0:
            best = min(best, tried[4 * slot + AS_IT_COMES])
    for slot in range(needed):
        if live[first + slot] and kept[needs[first + slot]] < 1.0:
            none = bare[(first + slot) * sides + here]
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
def served(node, here, sides, offer, limit, q, dq, listed, active, count, over_at, late_at, spare, res_ptr,
           res_rate, res_at):  # fmt: skip
    """Return what a market gives when its makers bring ``offer``: today's use, more only to catch up, and its reserves."""
    i = node * sides + here
    top = limit if q[late_at + i] > 0.0 else 1.0
    x = top if q[over_at + i] > 0.0 else min(top, offer)
    runs(over_at + i, offer - x, dq, listed, active, count)
    for entry in range(res_ptr[i], res_ptr[i + 1]):
        if q[res_at + entry] > 0.0:
            given = min(res_rate[entry], max(0.0, 1.0 - x))
            x += given
            runs(res_at + entry, -given, dq, listed, active, count)
        else:
            runs(res_at + entry, 0.0, dq, listed, active, count)
    x = snap(x)
    if spare:
        runs(late_at + i, 1.0 - x, dq, listed, active, count)
    return x


@part
def ceiling(node, here, sides, indptr, indices, low, high, flags, spread, cap, gain):
    """Return the most that a market can give while it catches up: today's use and its makers' spare capacity."""
    most = 1.0
    for k in range(indptr[node], indptr[node + 1]):
        more = cap[indices[k]] - 1.0
        if more > 0.0 and not flags[k] & EXTRA:
            weight = low[k] if spread == LEAST else (high[k] if spread == MOST else (low[k] + high[k]) / 2)
            most += weight * more * min(1.0, gain[here * len(indices) + k])
    return most


@Kernel
def run(blocks, starts, order, kind, indptr, indices, inner, low, high, share, flags, whole, slack, need_ptr, needs,
        live, wants, some_ptr, some, use, whole_use, side, usual_gain, spread, arrangement, mixing, strict, sides,
        unknown, kept_all, rank_all, life_days, days, cap_ptr, cap_node, cap_value, gain_ptr, gain_link, gain_value,
        stock_ptr, stock_worst, stock_at, stock_days, spare, best_at, alike_at, alike_ptr, over_at, late_at, res_at,
        res_ptr, res_rate, worst_need, worst_link, worst_node, stock_node, width, lag, lag_column, lag_node, columns,
        report, horizon, cap, gain, kept, rank, x, usual, v, w, mu, got, tried, bare, q, dq, listed, active, count,
        level, left, hit, lag_event, owner, dirty, fresh, shut, times, rates, past):  # fmt: skip
    """Write the reported rates (places in ``x``) from event to event; return the number of events, or what room is lacking.

    ``cap`` and ``gain`` hold the state before the first day; the scenario's steps are lists of what becomes of which. What
    stands in ``blocks`` are the strongly connected blocks that the scenario touches. What is ``dirty`` (all at first: every
    node from every side) is looked at anew, and so is what needs a ``fresh`` one, whose rate or shared need has changed: a
    stock that runs on changes nothing before it is gone. New sources are ``shut`` until they deliver.
    """
    n, m = len(kind), len(indices)
    t, event, step, epoch = 0.0, 0, 0, 0
    for i in range(m):
        kept[i] = kept_all[i]
    for i in range(len(needs)):
        rank[i] = rank_all[i]
    while True:
        # What happens now.
        while step < len(days) and days[step] <= t + SOON:
            for i in range(cap_ptr[step], cap_ptr[step + 1]):
                cap[cap_node[i]] = cap_value[i]
                for here in range(sides):
                    dirty[cap_node[i] * sides + here] = 1
            for i in range(gain_ptr[step], gain_ptr[step + 1]):
                k = gain_link[i] % m
                gain[gain_link[i]] = gain_value[i]
                dirty[owner[k] * sides + gain_link[i] // m] = 1
                if shut[indices[k]] and gain_value[i] > 0.0:
                    shut[indices[k]] = 0
                    dirty[indices[k] * sides] = 1
            for i in range(stock_ptr[step], stock_ptr[step + 1]):
                at = stock_at[i]
                if stock_worst[i]:
                    for j in range(at * width, (at + 1) * width):
                        left[j] += stock_days[i]
                else:
                    q[at] += stock_days[i]
                for node in range(n * sides):  # a stock comes rarely: look everywhere
                    dirty[node] = 1
            step += 1
        while epoch + 1 < len(life_days) and life_days[epoch + 1] <= t + SOON:
            epoch += 1
            for i in range(m):
                kept[i] = kept_all[epoch * m + i]
            for i in range(len(needs)):
                rank[i] = rank_all[epoch * len(needs) + i]
            for i in range(len(bare)):
                bare[i] = -1.0
            for node in range(n * sides):
                dirty[node] = 1
        for k in range(m):
            while lag_column[k] >= 0 and lag_event[k] + 1 < event and times[lag_event[k] + 1] + lag[k] <= t + SOON:
                lag_event[k] += 1
                for here in range(sides):
                    dirty[owner[k] * sides + here] = 1
        # The rates until the next event: one pass over what something happens to, with cycles iterated.
        for node in range(n * sides):
            fresh[node] = 0
        for which in range(len(blocks)):
            a, b = starts[blocks[which]], starts[blocks[which] + 1]
            in_loop = b - a > 1
            if not in_loop:
                for k in range(indptr[order[a]], indptr[order[a] + 1]):
                    in_loop = in_loop or indices[k] == order[a]
            moved = False
            for i in range(a, b):
                node = order[i]
                if kind[node] == 0:
                    changed = dirty[node * sides] != 0
                    for k in range(indptr[node], indptr[node + 1]):
                        if flags[k] & SHARED:
                            for here in range(sides):
                                changed = changed or fresh[indices[k] * sides + here] != 0
                        elif fresh[indices[k] * sides + side[node]]:
                            dirty[node * sides] = 1
                    if changed:  # its market looks again: at a capacity, or at a shared need
                        dirty[node * sides] = 1
                        for here in range(sides):
                            fresh[node * sides + here] = 1
                    moved = moved or dirty[node * sides] != 0
                    continue
                for k in range(indptr[node], indptr[node + 1]):
                    for here in range(sides):
                        if fresh[indices[k] * sides + here]:
                            dirty[node * sides + here] = 1
                for here in range(sides):
                    moved = moved or dirty[node * sides + here] != 0
            if not moved:
                continue
            if in_loop:
                for i in range(a, b):
                    node = order[i]
                    for here in range(sides):
                        fresh[node * sides + here] = 1
                        dirty[node * sides + here] = 1
                        x[node * sides + here] = cap[node] if kind[node] == 0 else 1.0
                        if spare and kind[node] == 1:
                            x[node * sides + here] = ceiling(
                                node, here, sides, indptr, indices, low, high, flags, spread, cap, gain
                            )
            sweeps = 0
            while True:
                change = 0.0
                for i in range(a, b):
                    node = order[i]
                    for here in range(sides):
                        if not dirty[node * sides + (here if kind[node] else 0)]:
                            continue
                        if kind[node] == 0:
                            if here == 0:
                                new = plant(node, sides, indptr, indices, flags, kept, use, side, cap, strict, x, v, q, dq,
                                            listed, active, count, lag_column, lag_event, past, columns, shut)  # fmt: skip
                            else:
                                new = x[node * sides]
                        elif kind[node] == 1:
                            offer = offered(
                                node, here, in_loop, n, sides, indptr, indices, inner, low, high, share, flags, whole,
                                slack, need_ptr, needs, live, rank, wants, some_ptr, some, kept, use, whole_use, side, gain,
                                usual_gain, x, usual, v, w, mu, got, tried, bare, unknown, spread, arrangement, strict, q,
                                dq, listed, active, count, best_at, alike_at, alike_ptr, worst_need, width, level, left,
                                hit, lag_column, lag_event, past, columns,
                            )  # fmt: skip
                            limit = 1.0
                            if spare:
                                limit = ceiling(node, here, sides, indptr, indices, low, high, flags, spread, cap, gain)
                            new = served(node, here, sides, offer, limit, q, dq, listed, active, count, over_at, late_at,
                                         spare, res_ptr, res_rate, res_at)  # fmt: skip
                        else:
                            new = mixed(node, here, sides, indptr, indices, low, high, slack, flags, use,
                                        strict, x, v, w, mixing, q, dq, listed, active, count, worst_link,
                                        width, level, left, hit, lag_column, lag_event, past, columns)  # fmt: skip
                        old = x[node * sides + here]
                        change = max(change, old - new if old > new else new - old)
                        x[node * sides + here] = new
                        if new != old:
                            fresh[node * sides + here] = 1
                sweeps += 1
                if not in_loop or change <= 1e-13:
                    break
                if sweeps >= MAX_SWEEPS:
                    if arrangement != WORST and spread != LEAST:
                        break  # rates only fall: what stands is an upper bound
                    for i in range(a, b):  # in the worst case a loop runs down
                        for here in range(sides):
                            x[order[i] * sides + here] = 0.0
                    break
            for i in range(a, b):
                for here in range(sides):
                    dirty[order[i] * sides + here] = 0
        times[event] = t
        for i in range(len(report)):
            rates[event * len(report) + i] = x[report[i]]
        for i in range(len(lag_node)):
            for here in range(sides):
                past[event * columns + i * sides + here] = x[lag_node[i] * sides + here]
        event += 1
        # The next event.
        after = horizon
        if step < len(days):
            after = min(after, days[step])
        if epoch + 1 < len(life_days):
            after = min(after, life_days[epoch + 1])
        for j in range(count[0]):
            i = active[j]
            if dq[i] < 0.0 and q[i] > 0.0:
                after = min(after, t - q[i] / dq[i])
        for s in range(len(hit)):
            bottom = 0.0
            for i in range(s * width, (s + 1) * width):
                if bottom >= hit[s] - 1e-12:
                    break
                if left[i] > 0.0:
                    after = min(after, t + left[i])
                bottom = level[i]
        for k in range(m):
            if lag_column[k] >= 0:
                # Skip what changed nothing.
                while lag_event[k] + 1 < event:
                    same = True
                    for here in range(sides):
                        i = lag_column[k] * sides + here
                        before = 1.0 if lag_event[k] < 0 else past[lag_event[k] * columns + i]
                        same = same and past[(lag_event[k] + 1) * columns + i] == before
                    if not same:
                        after = min(after, times[lag_event[k] + 1] + lag[k])
                        break
                    lag_event[k] += 1
        if after >= horizon - SOON:
            return event
        if event >= len(times):
            return TOO_MANY_EVENTS
        dt = max(after - t, 0.0)
        for j in range(count[0]):
            i = active[j]
            if dq[i] != 0.0:
                held = q[i] > 0.0
                q[i] = q[i] + dq[i] * dt
                if q[i] < SOON:
                    q[i] = 0.0
                if held != (q[i] > 0.0):
                    for here in range(sides):
                        dirty[stock_node[i] * sides + here] = 1
        for s in range(len(hit)):
            worn = wears(s, dt, width, level, left, hit)
            if worn == NO_ROOM:
                return TOO_MANY_LEVELS
            if worn == GONE:
                for here in range(sides):
                    dirty[worst_node[s] * sides + here] = 1
        t = after
