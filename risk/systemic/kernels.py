"""The compiled kernel of the cascade: it follows a case from firm to firm while that is short, then carries eight at once.

It takes both layouts of the network and a run of cases, and fills one row of results per case. It releases the lock,
shares nothing but read-only input, and may run in as many threads as there are cores.

Rows are copied number by number, and the greatest is looked for in a loop: for whole slices, `max` and `full` the compiler
also builds the text of errors that cannot come, which takes longer than all the rest of a kernel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...graph.compiling import numba
from .lanes import add, divide, larger, load, multiply, prefetch, smaller, spread, store, subtract
from .layouts import LANES, PATIENCE

AHEAD = 16
"""Links between asking for a firm's row and reading it."""

FEW = 100
"""A case is followed from firm to firm while a step goes along at most the hundredth part of all links."""


class Side(NamedTuple):
    """One direction of a case that is followed from firm to firm; between cases all is zero.

    Of each firm: its loss now and after the step, and the part of it that it has told; of each group what it felt. ``hit``
    lists the firms that lost something.
    """

    now: np.ndarray
    after: np.ndarray
    told: np.ndarray
    felt: np.ndarray
    hit: np.ndarray


@numba.njit(nogil=True, cache=True)
def _side(firms, groups):
    """A direction in which nothing is lost yet."""
    return Side(np.zeros(firms), np.zeros(firms), np.zeros(firms), np.zeros(groups), np.empty(firms, np.int32))


@numba.njit(nogil=True, cache=True)
def _follow(push, firms, cases, case, tolerance, replaceable, max_steps, most, below, above, lost, changed):
    """Follow a case step by step, as long as a step has at most so many links to go along.

    Returns the steps taken, the widest change of the last, and how many firms are hit downstream and upstream.
    """
    down, up = push
    first, last = cases.starts[case], cases.starts[case + 1]
    hits_d = _shock(cases.firms[first:last], cases.down[first:last], below)
    hits_u = _shock(cases.firms[first:last], cases.up[first:last], above)
    for i in below.hit[:hits_d]:
        lost[firms.sector[i]] += firms.share[i] * below.now[i]
    step, widest = 0, np.inf
    ahead = _links(down, below.hit[:hits_d]) + _links(up, above.hit[:hits_u])
    while widest > tolerance and step < max_steps and ahead <= most:
        step += 1
        widest, count, ahead = 0.0, 0, 0
        # Downstream: a firm tells its customers what it has lost since it told them last, if that is enough to matter.
        for i in below.hit[:hits_d]:
            gone = below.now[i]
            if replaceable:
                left = 1.0 - lost[firms.sector[i]]
                if firms.share[i] < left:
                    gone *= firms.share[i] / left
            if gone - below.told[i] > PATIENCE:
                count = _tell(down, i, gone - below.told[i], below, changed, count)
                below.told[i] = gone
        # All of a step at once: what firms hear in it, they pass on in the next.
        for j in changed[:count]:
            if below.now[j] == 0.0:
                below.hit[hits_d] = j
                hits_d += 1
            below.after[j] = min(1.0, below.after[j])
            more = below.after[j] - below.now[j]
            lost[firms.sector[j]] += firms.share[j] * more
            below.now[j] = below.after[j]
            widest = max(widest, more)
        ahead += _links(down, changed[:count])
        count = 0
        for j in above.hit[:hits_u]:
            if above.now[j] - above.told[j] > PATIENCE:
                count = _tell(up, j, above.now[j] - above.told[j], above, changed, count)
                above.told[j] = above.now[j]
        for i in changed[:count]:
            if above.now[i] == 0.0:
                above.hit[hits_u] = i
                hits_u += 1
            above.after[i] = min(1.0, above.after[i])
            widest = max(widest, above.after[i] - above.now[i])
            above.now[i] = above.after[i]
        ahead += _links(up, changed[:count])
    return step, widest, hits_d, hits_u


@numba.njit(nogil=True, cache=True)
def _links(push, firms):
    """How many links firms tell something along."""
    count = 0
    for i in firms:
        count += push.starts[i + 1] - push.starts[i]
    return count


@numba.njit(nogil=True, cache=True)
def _sectors(firms):
    """How many sectors there are."""
    last = -1
    for sector in firms.sector:
        last = max(last, sector)
    return last + 1


@numba.njit(nogil=True, cache=True)
def _shock(firms, losses, side):
    """Set the initial losses and return how many firms they hit."""
    hits = 0
    for i, loss in zip(firms, losses):  # noqa: B905 (numba knows no strict)
        if loss > 0:
            side.now[i] = side.after[i] = loss
            side.hit[hits] = i
            hits += 1
    return hits


@numba.njit(nogil=True, cache=True)
def _hand_in(firms, case, step, converged, below, above, hits_d, hits_u, results):
    """Write the results of a case: the worse of both directions for each firm, downstream alone, upstream alone."""
    both = downstream = upstream = 0.0
    for i in below.hit[:hits_d]:
        downstream += firms.weight[i] * below.now[i]
        both += firms.weight[i] * max(below.now[i], above.now[i])
    for i in above.hit[:hits_u]:
        upstream += firms.weight[i] * above.now[i]
        if below.now[i] == 0.0:
            both += firms.weight[i] * above.now[i]
    results.scores[case, 0], results.scores[case, 1], results.scores[case, 2] = both, downstream, upstream
    results.steps[case] = step
    results.converged[case] = converged
    if len(results.losses):
        for i in range(len(firms.weight)):
            results.losses[case, 0, i], results.losses[case, 1, i] = below.now[i], above.now[i]


@numba.njit(nogil=True, cache=True)
def _tell(push, i, more, side, changed, count):
    """Add firm i's further loss to the groups that depend on it; list the owners that change for the first time."""
    for link in range(push.starts[i], push.starts[i + 1]):
        group = push.groups[link]
        side.felt[group] += push.parts[link] * more
        j = push.owner[group]
        if side.felt[group] > side.after[j]:
            if side.after[j] == side.now[j]:
                changed[count] = j
                count += 1
            side.after[j] = side.felt[group]
    return count


@numba.njit(nogil=True, cache=True)
def _forget(push, firms, below, above, hits_d, hits_u, lost):
    """Undo a case. Only what it touched is cleared: a case costs what it reaches, not the size of the economy."""
    for i in below.hit[:hits_d]:
        lost[firms.sector[i]] = 0.0
        _clear(push[0], i, below)
    for i in above.hit[:hits_u]:
        _clear(push[1], i, above)


@numba.njit(nogil=True, cache=True)
def _clear(push, i, side):
    """Clear what a firm holds and what it told."""
    if side.told[i] > 0:
        for group in push.groups[push.starts[i] : push.starts[i + 1]]:
            side.felt[group] = 0.0
    side.now[i] = side.after[i] = side.told[i] = 0.0


@numba.njit(nogil=True, cache=True)
def lanes(push, pull, firms, cases, tolerance, replaceable, max_steps, results, room):
    """Carry `LANES` cases at once through full passes over two `Pull` layouts; a finished lane takes the next case.

    As long as a case goes along few links it is followed from firm to firm (`Push`): its first steps reach a handful of
    firms, and many cases end there. ``push`` and ``pull`` are pairs, downstream and upstream; ``room`` (4 x firms x
    `LANES`) holds zeros.
    """
    n, count, few = len(firms.sector), len(cases.starts) - 1, len(push[0].groups) // FEW
    changed, shares = np.empty(n, np.int32), np.zeros(_sectors(firms))
    below, above = _side(n, len(push[0].owner)), _side(n, len(push[1].owner))
    loss_d, gone, loss_u, next_u = room[0], room[1], room[2], room[3]
    lost = np.zeros((_sectors(firms), LANES))
    widest, keep, sums = np.zeros((1, LANES)), np.zeros((1, LANES)), np.zeros((3, LANES))
    case_of, step = np.empty(LANES, np.int64), np.zeros(LANES, np.int64)
    for lane in range(LANES):
        case_of[lane] = -1
    waiting = running = 0
    while True:
        running -= _leave(firms, case_of, step, widest, keep, sums, tolerance, max_steps, loss_d, loss_u, results)
        # A free lane takes the next case at once: a slow case holds up no other.
        for lane in range(LANES):
            while case_of[lane] < 0 and waiting < count:
                step[lane], widest[0, lane], hits_d, hits_u = _follow(
                    push, firms, cases, waiting, tolerance, replaceable, max_steps, few, below, above, shares, changed
                )
                if widest[0, lane] <= tolerance or step[lane] >= max_steps:
                    _hand_in(firms, waiting, step[lane], widest[0, lane] <= tolerance, below, above, hits_d, hits_u, results)
                else:
                    for i in below.hit[:hits_d]:
                        loss_d[i, lane] = below.now[i]
                    for i in above.hit[:hits_u]:
                        loss_u[i, lane] = above.now[i]
                    case_of[lane] = waiting
                    running += 1
                _forget(push, firms, below, above, hits_d, hits_u, shares)
                waiting += 1
        if running == 0:
            return
        for lane in range(LANES):
            step[lane] += 1
        store(widest, 0, spread(0.0))
        if replaceable:
            _take_over(firms, loss_d, lost, gone)
        else:
            for i in range(n):
                store(gone, i, load(loss_d, i))
        _depend(pull[0], gone, loss_d, loss_d, widest)
        _depend(pull[1], loss_u, loss_u, next_u, widest)
        loss_u, next_u = next_u, loss_u


@numba.njit(nogil=True, cache=True)
def _leave(firms, case_of, step, widest, keep, sums, tolerance, max_steps, loss_d, loss_u, results):
    """Write the results of lanes that have come to rest, and free them; return how many."""
    done = 0
    for lane in range(LANES):
        rests = case_of[lane] >= 0 and (widest[0, lane] <= tolerance or step[lane] >= max_steps)
        keep[0, lane] = 0.0 if rests else 1.0
        done += rests
    if not done:
        return 0
    for lane in range(LANES):
        if keep[0, lane] == 0.0 and len(results.losses):
            for i in range(len(loss_d)):
                results.losses[case_of[lane], 0, i] = loss_d[i, lane]
                results.losses[case_of[lane], 1, i] = loss_u[i, lane]
    _sum_up(firms.weight, loss_d, loss_u, keep, sums)
    for lane in range(LANES):
        if keep[0, lane] == 0.0:
            case = case_of[lane]
            for score in range(3):
                results.scores[case, score] = sums[score, lane]
            results.steps[case] = step[lane]
            results.converged[case] = widest[0, lane] <= tolerance
            case_of[lane] = -1
    return done


@numba.njit(nogil=True, cache=True)
def _take_over(firms, loss, lost, gone):
    """Set what of each firm is gone after what is left of its sector has taken over all but the firm's share of it."""
    one, tiny = spread(1.0), spread(1e-300)
    for k in range(len(lost)):
        store(lost, k, spread(0.0))
    for i in range(len(firms.sector)):
        k = firms.sector[i]
        store(lost, k, add(load(lost, k), multiply(spread(firms.share[i]), load(loss, i))))
    for i in range(len(firms.sector)):
        left = larger(subtract(one, load(lost, firms.sector[i])), tiny)
        store(gone, i, multiply(load(loss, i), smaller(one, divide(spread(firms.share[i]), left))))


@numba.njit(nogil=True, cache=True)
def _depend(pull, gone, before, after, widest):
    """Set each firm's loss to the worst of its groups and note the widest change of each lane."""
    one, zero, change = spread(1.0), spread(0.0), load(widest, 0)
    last = len(pull.firms) - 1
    for j in range(len(pull.firm_starts) - 1):
        old = load(before, j)
        worst = old
        for group in range(pull.firm_starts[j], pull.firm_starts[j + 1]):
            felt = zero
            for link in range(pull.group_starts[group], pull.group_starts[group + 1]):
                prefetch(gone, pull.firms[min(link + AHEAD, last)])
                felt = add(felt, multiply(spread(pull.parts[link]), load(gone, pull.firms[link])))
            worst = larger(worst, felt)
        worst = smaller(worst, one)
        store(after, j, worst)
        change = larger(change, subtract(worst, old))
    store(widest, 0, change)


@numba.njit(nogil=True, cache=True)
def _sum_up(weight, loss_d, loss_u, keep, sums):
    """Sum the weighted losses of every lane and clear the lanes that are not kept."""
    both = below = above = spread(0.0)
    kept = load(keep, 0)
    for i in range(len(weight)):
        w, d, u = spread(weight[i]), load(loss_d, i), load(loss_u, i)
        both = add(both, multiply(w, larger(d, u)))
        below = add(below, multiply(w, d))
        above = add(above, multiply(w, u))
        store(loss_d, i, multiply(d, kept))
        store(loss_u, i, multiply(u, kept))
    store(sums, 0, both)
    store(sums, 1, below)
    store(sums, 2, above)
