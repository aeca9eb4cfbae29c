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
from ...graph.network import EXTRA, MAKER, MARKET, SHARED
from .arrays import Desk, Machines, Marks, Net, Room, Sent, State, Steps, Stock, Way, Worn
from .kernels import LEAST, MAX_SWEEPS, MOST, WORST, snap
from .offers import OPEN, SOON, mixed, offered, plant, runs

LITTLE, STILL = 1e-12, 1e-13
"""Parts of today's use that differ by less are one; where no rate of a loop moved by more, it has settled."""
KEEPS, GONE, NO_ROOM = 0, 1, 2
"""Of those hit: they all live on as before, some have no stock any more, there is no room to tell them apart."""
TOO_MANY_EVENTS, TOO_MANY_LEVELS = -1, -2
"""What `run` returns where it cannot go on: its room for events, or for levels of a worst arrangement, is used up."""


@part
def wears(s, dt, worn: Worn):
    """Let those hit live on their stock for ``dt`` days; return `KEEPS`, `GONE` (some have none any more) or `NO_ROOM`."""
    d = worn.hit[s]
    if d <= LITTLE:
        return KEEPS
    found = KEEPS
    a, b = s * worn.width, (s + 1) * worn.width
    bottom = 0.0
    for i in range(a, b):
        if bottom >= d - LITTLE:
            break
        if worn.level[i] > d + LITTLE:  # split at d: those above keep what they have
            if worn.level[b - 1] < OPEN:
                return NO_ROOM
            for j in range(b - 1, i, -1):
                worn.level[j], worn.left[j] = worn.level[j - 1], worn.left[j - 1]
            worn.level[i] = d
        if worn.left[i] > 0.0:
            worn.left[i] = worn.left[i] - dt if worn.left[i] - dt > SOON else 0.0
            if worn.left[i] == 0.0:
                found = GONE
        bottom = worn.level[i]
    return found


@part
def served(node, here, offer, limit, spare, way: Way, stock: Stock):
    """Return what a market gives when its makers bring ``offer``: today's use, more only to catch up, and its reserves."""
    i = node * way.sides + here
    top = limit if stock.q[stock.late_at + i] > 0.0 else 1.0
    x = top if stock.q[stock.over_at + i] > 0.0 else min(top, offer)
    runs(stock.over_at + i, offer - x, stock)
    for entry in range(stock.res_ptr[i], stock.res_ptr[i + 1]):
        if stock.q[stock.res_at + entry] > 0.0:
            given = min(stock.res_rate[entry], max(0.0, 1.0 - x))
            x += given
            runs(stock.res_at + entry, -given, stock)
        else:
            runs(stock.res_at + entry, 0.0, stock)
    x = snap(x)
    if spare:
        runs(stock.late_at + i, 1.0 - x, stock)
    return x


@part
def ceiling(node, here, net: Net, state: State, way: Way):
    """Return the most that a market can give while it catches up: today's use and its makers' spare capacity."""
    most = 1.0
    for k in range(net.indptr[node], net.indptr[node + 1]):
        more = state.cap[net.indices[k]] - 1.0
        if more > 0.0 and not net.flags[k] & EXTRA:
            low, high = net.low[k], net.high[k]
            weight = low if way.spread == LEAST else (high if way.spread == MOST else (low + high) / 2)
            most += weight * more * min(1.0, state.gain[here * len(net.indices) + k])
    return most


@part
def stirred(a, b, net: Net, state: State, way: Way, marks: Marks):
    """Mark as ``dirty`` what in a block needs something ``fresh``; return whether anything is."""
    moved = False
    for i in range(a, b):
        node = net.order[i]
        if net.kind[node] == MAKER:
            changed = marks.dirty[node * way.sides] != 0
            for k in range(net.indptr[node], net.indptr[node + 1]):
                if net.flags[k] & SHARED:
                    for here in range(way.sides):
                        changed = changed or marks.fresh[net.indices[k] * way.sides + here] != 0
                elif marks.fresh[net.indices[k] * way.sides + state.side[node]]:
                    marks.dirty[node * way.sides] = 1
            if changed:  # its market looks again: at a capacity, or at a shared need
                marks.dirty[node * way.sides] = 1
                for here in range(way.sides):
                    marks.fresh[node * way.sides + here] = 1
            moved = moved or marks.dirty[node * way.sides] != 0
            continue
        for k in range(net.indptr[node], net.indptr[node + 1]):
            for here in range(way.sides):
                if marks.fresh[net.indices[k] * way.sides + here]:
                    marks.dirty[node * way.sides + here] = 1
        for here in range(way.sides):
            moved = moved or marks.dirty[node * way.sides + here] != 0
    return moved


@part
def afresh(a, b, spare, net: Net, state: State, way: Way, marks: Marks):
    """Let a loop begin at the most that it can give, from where rates only fall: the greatest fixed point."""
    for i in range(a, b):
        node = net.order[i]
        for here in range(way.sides):
            marks.fresh[node * way.sides + here] = 1
            marks.dirty[node * way.sides + here] = 1
            state.x[node * way.sides + here] = state.cap[node] if net.kind[node] == MAKER else 1.0
            if spare and net.kind[node] == MARKET:
                state.x[node * way.sides + here] = ceiling(node, here, net, state, way)


@part
def upcoming(t, event, step, epoch, horizon, times, way: Way, stock: Stock, worn: Worn, sent: Sent, steps: Steps,
             machines: Machines):  # fmt: skip
    """Return the day of the next event: a change, a machine's end, a stock that is gone, something sent that arrives."""
    after = horizon
    if step < len(steps.days):
        after = min(after, steps.days[step])
    if epoch + 1 < len(machines.days):
        after = min(after, machines.days[epoch + 1])
    for j in range(stock.ran[0]):
        i = stock.active[j]
        if stock.dq[i] < 0.0 and stock.q[i] > 0.0:
            after = min(after, t - stock.q[i] / stock.dq[i])
    for s in range(len(worn.hit)):
        bottom = 0.0
        for i in range(s * worn.width, (s + 1) * worn.width):
            if bottom >= worn.hit[s] - LITTLE:
                break
            if worn.left[i] > 0.0:
                after = min(after, t + worn.left[i])
            bottom = worn.level[i]
    for k in range(len(sent.column)):
        if sent.column[k] >= 0:
            # What was sent at a change of something else is what was sent before: no event when it arrives.
            while sent.event[k] + 1 < event:
                same = True
                for here in range(way.sides):
                    i = sent.column[k] * way.sides + here
                    before = 1.0 if sent.event[k] < 0 else sent.past[sent.event[k] * sent.columns + i]
                    same = same and sent.past[(sent.event[k] + 1) * sent.columns + i] == before
                if not same:
                    after = min(after, times[sent.event[k] + 1] + sent.lag[k])
                    break
                sent.event[k] += 1
    return after


@part
def elapse(dt, way: Way, stock: Stock, worn: Worn, marks: Marks):
    """Let ``dt`` days pass for all stocks; whoever has none any more is ``dirty``. False: no room for more levels."""
    for j in range(stock.ran[0]):
        i = stock.active[j]
        if stock.dq[i] != 0.0:
            held = stock.q[i] > 0.0
            stock.q[i] = stock.q[i] + stock.dq[i] * dt
            if stock.q[i] < SOON:
                stock.q[i] = 0.0
            if held != (stock.q[i] > 0.0):
                for here in range(way.sides):
                    marks.dirty[stock.node[i] * way.sides + here] = 1
    for s in range(len(worn.hit)):
        fate = wears(s, dt, worn)
        if fate == NO_ROOM:
            return False
        if fate == GONE:
            for here in range(way.sides):
                marks.dirty[worn.node[s] * way.sides + here] = 1
    return True


@part
def changed(step, t, net: Net, state: State, way: Way, stock: Stock, worn: Worn, steps: Steps, marks: Marks):
    """Let the scenario's steps that are due by day ``t`` happen; return the first that is not."""
    m = len(net.indices)
    while step < len(steps.days) and steps.days[step] <= t + SOON:
        for i in range(steps.cap_ptr[step], steps.cap_ptr[step + 1]):
            state.cap[steps.cap_node[i]] = steps.cap_value[i]
            for here in range(way.sides):
                marks.dirty[steps.cap_node[i] * way.sides + here] = 1
        for i in range(steps.gain_ptr[step], steps.gain_ptr[step + 1]):
            k = steps.gain_link[i] % m
            state.gain[steps.gain_link[i]] = steps.gain_value[i]
            marks.dirty[net.owner[k] * way.sides + steps.gain_link[i] // m] = 1
            if marks.shut[net.indices[k]] and steps.gain_value[i] > 0.0:
                marks.shut[net.indices[k]] = 0
                marks.dirty[net.indices[k] * way.sides] = 1
        for i in range(steps.stock_ptr[step], steps.stock_ptr[step + 1]):
            at = steps.stock_at[i]
            if steps.stock_worst[i]:
                for j in range(at * worn.width, (at + 1) * worn.width):
                    worn.left[j] += steps.stock_days[i]
            else:
                stock.q[at] += steps.stock_days[i]
            for node in range(len(net.kind) * way.sides):  # a stock comes rarely: look everywhere
                marks.dirty[node] = 1
        step += 1
    return step


@part
def aged(epoch, t, net: Net, way: Way, desk: Desk, machines: Machines, marks: Marks):
    """Let machines end whose life is over by day ``t``: from then on they bind; return how many ends are past."""
    while epoch + 1 < len(machines.days) and machines.days[epoch + 1] <= t + SOON:
        epoch += 1
        for i in range(len(net.kept)):
            net.kept[i] = machines.kept[epoch * len(net.kept) + i]
        for i in range(len(net.needs)):
            net.rank[i] = machines.rank[epoch * len(net.needs) + i]
        for i in range(len(desk.bare)):
            desk.bare[i] = -1.0
        for node in range(len(net.kind)):
            desk.today[3 * node] = -1.0  # what is made without a need hangs on what binds
        for node in range(len(net.kind) * way.sides):
            marks.dirty[node] = 1
    return epoch


@part
def arrived(event, t, times, net: Net, way: Way, sent: Sent, marks: Marks):
    """Let what was sent before ``event`` arrive, once its delivery time is over by day ``t``."""
    for k in range(len(sent.column)):
        while sent.column[k] >= 0 and sent.event[k] + 1 < event and times[sent.event[k] + 1] + sent.lag[k] <= t + SOON:
            sent.event[k] += 1
            for here in range(way.sides):
                marks.dirty[net.owner[k] * way.sides + here] = 1


@part
def looped(a, b, net: Net):
    """Whether a strongly connected block holds a loop: it has several nodes, or one that needs itself."""
    loop = b - a > 1
    if not loop:
        for k in range(net.indptr[net.order[a]], net.indptr[net.order[a] + 1]):
            loop = loop or net.indices[k] == net.order[a]
    return loop


@part
def renewed(a, b, in_loop, spare, net: Net, inner: Net, state: State, calm: State, way: Way, room: Room, desk: Desk,
            stock: Stock, worn: Worn, sent: Sent, marks: Marks):  # fmt: skip
    """Work out once, in order, the rates of what is dirty in a block; return how far any moved."""
    change = 0.0
    for i in range(a, b):
        node = net.order[i]
        again = False
        for here in range(way.sides):
            if not marks.dirty[node * way.sides + (0 if net.kind[node] == MAKER else here)]:
                continue
            if net.kind[node] == MAKER:
                new = state.x[node * way.sides]  # a plant is the same from every side
                if here == 0:
                    new = plant(node, net, state, way, room, stock, sent, marks)
            elif net.kind[node] == MARKET:
                offer = offered(node, here, again, in_loop, net, inner, state, calm, way, room, desk, stock, worn, sent)
                again = not in_loop  # from the next side its makers bring the same, unless a loop moves them meanwhile
                limit = 1.0
                if spare:
                    limit = ceiling(node, here, net, state, way)
                new = served(node, here, offer, limit, spare, way, stock)
            else:
                new = mixed(node, here, net, state, way, room, stock, worn, sent)
            old = state.x[node * way.sides + here]
            change = max(change, old - new if old > new else new - old)
            state.x[node * way.sides + here] = new
            if new != old:
                marks.fresh[node * way.sides + here] = 1
    return change


@part
def settled(a, b, spare, net: Net, inner: Net, state: State, calm: State, way: Way, room: Room, desk: Desk, stock: Stock,
            worn: Worn, sent: Sent, marks: Marks):  # fmt: skip
    """Work out the rates of a block until none of them moves: at once without a loop, else from the most downwards."""
    in_loop = looped(a, b, net)
    if in_loop:  # what a loop gave before would keep it down for good
        afresh(a, b, spare, net, state, way, marks)
    sweeps = 0
    while True:
        change = renewed(a, b, in_loop, spare, net, inner, state, calm, way, room, desk, stock, worn, sent, marks)
        sweeps += 1
        if not in_loop or change <= STILL:
            break
        if sweeps >= MAX_SWEEPS:
            if way.arrangement != WORST and way.spread != LEAST:
                break  # rates only fall: what stands is an upper bound
            for i in range(a, b):  # in the worst case a loop runs down
                for here in range(way.sides):
                    state.x[net.order[i] * way.sides + here] = 0.0
            break
    for i in range(a, b):
        for here in range(way.sides):
            marks.dirty[net.order[i] * way.sides + here] = 0


@part
def recorded(event, t, report, times, rates, state: State, way: Way, sent: Sent):
    """Write down the rates from day ``t`` on: those that are reported, and those of whatever is on its way for days."""
    times[event] = t
    for i in range(len(report)):
        rates[event * len(report) + i] = state.x[report[i]]
    for i in range(len(sent.node)):
        for here in range(way.sides):
            sent.past[event * sent.columns + i * way.sides + here] = state.x[sent.node[i] * way.sides + here]


@Kernel
def run(blocks, spare, horizon, report, times, rates, net: Net, inner: Net, state: State, calm: State, way: Way, room: Room,
        desk: Desk, stock: Stock, worn: Worn, sent: Sent, steps: Steps, machines: Machines, marks: Marks):  # fmt: skip
    """Write the reported rates (places in ``x``) from event to event; return the count of events, or which room is lacking.

    ``state`` is that before the first day, ``calm`` what it usually is. The makers of ``inner`` read what each need of their
    market gets, from values that stand behind those of the nodes. The scenario's steps are lists of what becomes of which.
    What stands in ``blocks`` are the strongly connected blocks that the scenario touches. What is ``dirty`` (all at first:
    every node from every side) is looked at anew, and so is what needs a ``fresh`` one, whose rate or shared need has
    changed: a stock that runs on changes nothing before it is gone. New sources are ``shut`` until they deliver.
    """
    t, event, step, epoch = 0.0, 0, 0, 0
    for i in range(len(net.kept)):
        net.kept[i] = machines.kept[i]
    for i in range(len(net.needs)):
        net.rank[i] = machines.rank[i]
    while True:
        # What happens now.
        step = changed(step, t, net, state, way, stock, worn, steps, marks)
        epoch = aged(epoch, t, net, way, desk, machines, marks)
        arrived(event, t, times, net, way, sent, marks)
        # The rates until the next event: one pass over what something happens to, with cycles iterated.
        for node in range(len(net.kind) * way.sides):
            marks.fresh[node] = 0
        for which in range(len(blocks)):
            a, b = net.starts[blocks[which]], net.starts[blocks[which] + 1]
            if stirred(a, b, net, state, way, marks):
                settled(a, b, spare, net, inner, state, calm, way, room, desk, stock, worn, sent, marks)
        recorded(event, t, report, times, rates, state, way, sent)
        event += 1
        # The next event.
        after = upcoming(t, event, step, epoch, horizon, times, way, stock, worn, sent, steps, machines)
        if after >= horizon - SOON:
            return event
        if event >= len(times):
            return TOO_MANY_EVENTS
        dt = max(after - t, 0.0)
        if not elapse(dt, way, stock, worn, marks):
            return TOO_MANY_LEVELS
        t = after
