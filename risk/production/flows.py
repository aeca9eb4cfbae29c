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
from .kernels import LEAST, MAX_SWEEPS, MOST, WORST, snap
from .offers import EXTRA, OPEN, SHARED, SOON, mixed, offered, plant, runs

LITTLE, STILL = 1e-12, 1e-13
"""Parts of today's use that differ by less are one; where no rate of a loop moved by more, it has settled."""
KEEPS, GONE, NO_ROOM = 0, 1, 2
"""Of those hit: they all live on as before, some have no stock any more, there is no room to tell them apart."""
TOO_MANY_EVENTS, TOO_MANY_LEVELS = -1, -2
"""What `run` returns where it cannot go on: its room for events, or for levels of a worst arrangement, is used up."""


@part
def wears(s, dt, width, level, left, hit):
    """Let those hit live on their stock for ``dt`` days; return `KEEPS`, `GONE` (some have none any more) or `NO_ROOM`."""
    d = hit[s]
    if d <= LITTLE:
        return KEEPS
    found = KEEPS
    a, b = s * width, (s + 1) * width
    bottom = 0.0
    for i in range(a, b):
        if bottom >= d - LITTLE:
            break
        if level[i] > d + LITTLE:  # split at d: those above keep what they have
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


@part
def stirred(a, b, order, kind, indptr, indices, flags, side, sides, dirty, fresh):
    """Mark as ``dirty`` what in a block needs something ``fresh``; return whether anything is."""
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
    return moved


@part
def afresh(a, b, order, kind, indptr, indices, low, high, flags, spread, cap, gain, spare, sides, x, dirty, fresh):
    """Let a loop begin at the most that it can give, from where rates only fall: the greatest fixed point."""
    for i in range(a, b):
        node = order[i]
        for here in range(sides):
            fresh[node * sides + here] = 1
            dirty[node * sides + here] = 1
            x[node * sides + here] = cap[node] if kind[node] == 0 else 1.0
            if spare and kind[node] == 1:
                x[node * sides + here] = ceiling(node, here, sides, indptr, indices, low, high, flags, spread, cap, gain)


@part
def upcoming(t, event, step, epoch, horizon, days, life_days, q, dq, active, count, width, level, left, hit, sides, lag,
             lag_column, lag_event, past, columns, times):  # fmt: skip
    """Return the day of the next event: a change, a machine's end, a stock that is gone, something sent that arrives."""
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
            if bottom >= hit[s] - LITTLE:
                break
            if left[i] > 0.0:
                after = min(after, t + left[i])
            bottom = level[i]
    for k in range(len(lag_column)):
        if lag_column[k] >= 0:
            # What was sent at a change of something else is what was sent before: no event when it arrives.
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
    return after


@part
def elapse(dt, q, dq, active, count, width, level, left, hit, stock_node, worst_node, sides, dirty):
    """Let ``dt`` days pass for all stocks; whoever has none any more is ``dirty``. False: no room for more levels."""
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
            return False
        if worn == GONE:
            for here in range(sides):
                dirty[worst_node[s] * sides + here] = 1
    return True


@part
def changed(step, t, n, m, sides, days, cap_ptr, cap_node, cap_value, gain_ptr, gain_link, gain_value, stock_ptr,
            stock_worst, stock_at, stock_days, cap, gain, q, width, left, indices, owner, dirty, shut):  # fmt: skip
    """Let the scenario's steps that are due by day ``t`` happen; return the first that is not."""
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
    return step


@part
def aged(epoch, t, n, m, sides, needs, life_days, kept_all, rank_all, kept, rank, bare, dirty):
    """Let machines end whose life is over by day ``t``: from then on they bind; return how many ends are past."""
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
    return epoch


@part
def arrived(event, t, sides, lag, lag_column, lag_event, times, owner, dirty):
    """Let what was sent before ``event`` arrive, once its delivery time is over by day ``t``."""
    for k in range(len(lag_column)):
        while lag_column[k] >= 0 and lag_event[k] + 1 < event and times[lag_event[k] + 1] + lag[k] <= t + SOON:
            lag_event[k] += 1
            for here in range(sides):
                dirty[owner[k] * sides + here] = 1


@part
def looped(a, b, order, indptr, indices):
    """Whether a strongly connected block holds a loop: it has several nodes, or one that needs itself."""
    loop = b - a > 1
    if not loop:
        for k in range(indptr[order[a]], indptr[order[a] + 1]):
            loop = loop or indices[k] == order[a]
    return loop


@part
def renewed(a, b, in_loop, n, sides, order, kind, indptr, indices, inner, low, high, share, flags, whole, slack, need_ptr,
            needs, live, rank, wants, some_ptr, some, kept, use, whole_use, side, cap, gain, usual_gain, x, usual, v, w,
            mu, got, mass, today, tried, bare, unknown, spread, arrangement, mixing, strict, q, dq, listed, active, count,
            spare, best_at, alike_at, alike_ptr, over_at, late_at, res_ptr, res_rate, res_at, worst_need, worst_link,
            width, level, left, hit, lag_column, lag_event, past, columns, dirty, fresh, shut):  # fmt: skip
    """Work out once, in order, the rates of what is dirty in a block; return how far any moved."""
    change = 0.0
    for i in range(a, b):
        node = order[i]
        again = False
        for here in range(sides):
            if not dirty[node * sides + (here if kind[node] else 0)]:
                continue
            if kind[node] == 0:
                if here == 0:
                    new = plant(node, sides, indptr, indices, flags, kept, use, side, cap, strict, x, v, q, dq, listed,
                                active, count, lag_column, lag_event, past, columns, shut)  # fmt: skip
                else:
                    new = x[node * sides]
            elif kind[node] == 1:
                offer = offered(
                    node, here, again, in_loop, n, sides, indptr, indices, inner, low, high, share, flags, whole, slack,
                    need_ptr, needs, live, rank, wants, some_ptr, some, kept, use, whole_use, side, gain, usual_gain, x,
                    usual, v, w, mu, got, mass, today, tried, bare, unknown, spread, arrangement, strict, q, dq, listed,
                    active, count, best_at, alike_at, alike_ptr, worst_need, width, level, left, hit, lag_column, lag_event,
                    past, columns,
                )  # fmt: skip
                again = not in_loop  # from the next side its makers bring the same, unless a loop moves them meanwhile
                limit = 1.0
                if spare:
                    limit = ceiling(node, here, sides, indptr, indices, low, high, flags, spread, cap, gain)
                new = served(node, here, sides, offer, limit, q, dq, listed, active, count, over_at, late_at, spare,
                             res_ptr, res_rate, res_at)  # fmt: skip
            else:
                new = mixed(node, here, sides, indptr, indices, low, high, slack, flags, use, strict, x, v, w, mixing, q, dq,
                            listed, active, count, worst_link, width, level, left, hit, lag_column, lag_event, past,
                            columns)  # fmt: skip
            old = x[node * sides + here]
            change = max(change, old - new if old > new else new - old)
            x[node * sides + here] = new
            if new != old:
                fresh[node * sides + here] = 1
    return change


@part
def settled(a, b, n, sides, order, kind, indptr, indices, inner, low, high, share, flags, whole, slack, need_ptr, needs,
            live, rank, wants, some_ptr, some, kept, use, whole_use, side, cap, gain, usual_gain, x, usual, v, w, mu, got,
            mass, today, tried, bare, unknown, spread, arrangement, mixing, strict, q, dq, listed, active, count, spare,
            best_at, alike_at, alike_ptr, over_at, late_at, res_ptr, res_rate, res_at, worst_need, worst_link, width,
            level, left, hit, lag_column, lag_event, past, columns, dirty, fresh, shut):  # fmt: skip
    """Work out the rates of a block until none of them moves: at once without a loop, else from the most downwards."""
    in_loop = looped(a, b, order, indptr, indices)
    if in_loop:  # what a loop gave before would keep it down for good
        afresh(a, b, order, kind, indptr, indices, low, high, flags, spread, cap, gain, spare, sides, x, dirty, fresh)
    sweeps = 0
    while True:
        change = renewed(a, b, in_loop, n, sides, order, kind, indptr, indices, inner, low, high, share, flags, whole,
                         slack, need_ptr, needs, live, rank, wants, some_ptr, some, kept, use, whole_use, side, cap, gain,
                         usual_gain, x, usual, v, w, mu, got, mass, today, tried, bare, unknown, spread, arrangement,
                         mixing, strict, q, dq, listed, active, count, spare, best_at, alike_at, alike_ptr, over_at,
                         late_at, res_ptr, res_rate, res_at, worst_need, worst_link, width, level, left, hit, lag_column,
                         lag_event, past, columns, dirty, fresh, shut)  # fmt: skip
        sweeps += 1
        if not in_loop or change <= STILL:
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


@part
def recorded(event, t, sides, columns, report, lag_node, x, times, rates, past):
    """Write down the rates from day ``t`` on: those that are reported, and those of whatever is on its way for days."""
    times[event] = t
    for i in range(len(report)):
        rates[event * len(report) + i] = x[report[i]]
    for i in range(len(lag_node)):
        for here in range(sides):
            past[event * columns + i * sides + here] = x[lag_node[i] * sides + here]


@Kernel
def run(blocks, starts, order, kind, indptr, indices, inner, low, high, share, flags, whole, slack, need_ptr, needs,
        live, wants, some_ptr, some, use, whole_use, side, usual_gain, spread, arrangement, mixing, strict, sides,
        unknown, kept_all, rank_all, life_days, days, cap_ptr, cap_node, cap_value, gain_ptr, gain_link, gain_value,
        stock_ptr, stock_worst, stock_at, stock_days, spare, best_at, alike_at, alike_ptr, over_at, late_at, res_at,
        res_ptr, res_rate, worst_need, worst_link, worst_node, stock_node, width, lag, lag_column, lag_node, columns,
        report, horizon, cap, gain, kept, rank, x, usual, v, w, mu, got, mass, today, tried, bare, q, dq, listed, active,
        count, level, left, hit, lag_event, owner, dirty, fresh, shut, times, rates, past):  # fmt: skip
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
        step = changed(step, t, n, m, sides, days, cap_ptr, cap_node, cap_value, gain_ptr, gain_link, gain_value,
                       stock_ptr, stock_worst, stock_at, stock_days, cap, gain, q, width, left, indices, owner, dirty,
                       shut)  # fmt: skip
        epoch = aged(epoch, t, n, m, sides, needs, life_days, kept_all, rank_all, kept, rank, bare, dirty)
        arrived(event, t, sides, lag, lag_column, lag_event, times, owner, dirty)
        # The rates until the next event: one pass over what something happens to, with cycles iterated.
        for node in range(n * sides):
            fresh[node] = 0
        for which in range(len(blocks)):
            a, b = starts[blocks[which]], starts[blocks[which] + 1]
            if stirred(a, b, order, kind, indptr, indices, flags, side, sides, dirty, fresh):
                settled(a, b, n, sides, order, kind, indptr, indices, inner, low, high, share, flags, whole, slack,
                        need_ptr, needs, live, rank, wants, some_ptr, some, kept, use, whole_use, side, cap, gain,
                        usual_gain, x, usual, v, w, mu, got, mass, today, tried, bare, unknown, spread, arrangement,
                        mixing, strict, q, dq, listed, active, count, spare, best_at, alike_at, alike_ptr, over_at,
                        late_at, res_ptr, res_rate, res_at, worst_need, worst_link, width, level, left, hit, lag_column,
                        lag_event, past, columns, dirty, fresh, shut)  # fmt: skip
        recorded(event, t, sides, columns, report, lag_node, x, times, rates, past)
        event += 1
        # The next event.
        after = upcoming(t, event, step, epoch, horizon, days, life_days, q, dq, active, count, width, level, left, hit,
                         sides, lag, lag_column, lag_event, past, columns, times)  # fmt: skip
        if after >= horizon - SOON:
            return event
        if event >= len(times):
            return TOO_MANY_EVENTS
        dt = max(after - t, 0.0)
        if not elapse(dt, q, dq, active, count, width, level, left, hit, stock_node, worst_node, sides, dirty):
            return TOO_MANY_LEVELS
        t = after
