"""Compiled kernels of the cascade: the same equations walked in two ways.

Both take one layout of the network and a run of cases, and fill one row of results per case. They release the lock,
share nothing but read-only input, and may run in as many threads as there are cores.

Rows are copied number by number, and the greatest is looked for in a loop: for whole slices, `max` and `full` the compiler
also builds the text of errors that cannot come, which takes longer than all the rest of a kernel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...graph.compiling import numba
from .lanes import LANES, add, divide, larger, load, multiply, prefetch, smaller, spread, store, subtract

PATIENCE = 1e-11
"""`frontier` passes a change on once it exceeds this part of the tolerance; smaller ones wait until they add up."""

AHEAD = 16
"""Links between asking for a firm's row and reading it."""


class Cases(NamedTuple):
    """Initial losses: case c holds entries ``starts[c]:starts[c + 1]``."""

    starts: np.ndarray
    firms: np.ndarray
    down: np.ndarray
    up: np.ndarray


class Results(NamedTuple):
    """One row per case; ``losses`` (cases x 2 x firms) has no row when the losses of single firms are not asked for."""

    scores: np.ndarray
    steps: np.ndarray
    converged: np.ndarray
    losses: np.ndarray


class Firms(NamedTuple):
    """Of each firm: its sector, its share of the sector's sales, its share of all sales."""

    sector: np.ndarray
    share: np.ndarray
    weight: np.ndarray


class Pull(NamedTuple):
    """Each firm's groups (``firm_starts``), each group's links (``group_starts``): what a firm depends on, and how much."""

    firm_starts: np.ndarray
    group_starts: np.ndarray
    firms: np.ndarray
    parts: np.ndarray


class Push(NamedTuple):
    """Each firm's links (``starts``) into ``groups``, each of which belongs to ``owner``: what depends on a firm."""

    starts: np.ndarray
    groups: np.ndarray
    parts: np.ndarray
    owner: np.ndarray


@numba.njit(nogil=True, cache=True)
def frontier(down, up, firms, cases, tolerance, replaceable, max_steps, results):
    """Follow each case from firm to firm along two `Push` layouts; only firms that something reaches are touched."""
    n, patience = len(firms.sector), tolerance * PATIENCE
    lost = np.zeros(_sectors(firms))
    felt_d, felt_u = np.zeros(len(down.owner)), np.zeros(len(up.owner))
    now_d, next_d, told_d, hit_d = np.zeros(n), np.zeros(n), np.zeros(n), np.empty(n, np.int32)
    now_u, next_u, told_u, hit_u = np.zeros(n), np.zeros(n), np.zeros(n), np.empty(n, np.int32)
    changed = np.empty(n, np.int32)
    for case in range(len(cases.starts) - 1):
        first, last = cases.starts[case], cases.starts[case + 1]
        hits_d = _shock(cases.firms[first:last], cases.down[first:last], now_d, next_d, hit_d)
        hits_u = _shock(cases.firms[first:last], cases.up[first:last], now_u, next_u, hit_u)
        for i in hit_d[:hits_d]:
            lost[firms.sector[i]] += firms.share[i] * now_d[i]
        step, widest = 0, np.inf
        while widest > tolerance and step < max_steps:
            step += 1
            widest = 0.0
            # Downstream: a firm tells its customers what it has lost since it told them last, if that is enough to matter.
            count = 0
            for i in hit_d[:hits_d]:
                gone = now_d[i]
                if replaceable:
                    left = 1.0 - lost[firms.sector[i]]
                    if firms.share[i] < left:
                        gone *= firms.share[i] / left
                if gone - told_d[i] > patience:
                    count = _tell(down, i, gone - told_d[i], felt_d, now_d, next_d, changed, count)
                    told_d[i] = gone
            # All of a step at once: what firms hear in it, they pass on in the next.
            for j in changed[:count]:
                if now_d[j] == 0.0:
                    hit_d[hits_d] = j
                    hits_d += 1
                next_d[j] = min(1.0, next_d[j])
                more = next_d[j] - now_d[j]
                lost[firms.sector[j]] += firms.share[j] * more
                now_d[j] = next_d[j]
                widest = max(widest, more)
            count = 0
            for j in hit_u[:hits_u]:
                if now_u[j] - told_u[j] > patience:
                    count = _tell(up, j, now_u[j] - told_u[j], felt_u, now_u, next_u, changed, count)
                    told_u[j] = now_u[j]
            for i in changed[:count]:
                if now_u[i] == 0.0:
                    hit_u[hits_u] = i
                    hits_u += 1
                next_u[i] = min(1.0, next_u[i])
                widest = max(widest, next_u[i] - now_u[i])
                now_u[i] = next_u[i]
        results.steps[case] = step
        results.converged[case] = widest <= tolerance
        _score(firms.weight, hit_d[:hits_d], hit_u[:hits_u], now_d, now_u, results.scores[case])
        if len(results.losses):
            for i in range(n):
                results.losses[case, 0, i], results.losses[case, 1, i] = now_d[i], now_u[i]
        # Only what this case touched is cleared: a case costs what it reaches, not the size of the economy.
        for i in hit_d[:hits_d]:
            lost[firms.sector[i]] = 0.0
        _forget(down, hit_d[:hits_d], felt_d, now_d, next_d, told_d)
        _forget(up, hit_u[:hits_u], felt_u, now_u, next_u, told_u)


@numba.njit(nogil=True, cache=True)
def _sectors(firms):
    """How many sectors there are."""
    last = -1
    for sector in firms.sector:
        last = max(last, sector)
    return last + 1


@numba.njit(nogil=True, cache=True)
def _shock(firms, losses, now, after, hit):
    """Set the initial losses and return how many firms they hit."""
    hits = 0
    for i, loss in zip(firms, losses):  # noqa: B905 (numba knows no strict)
        if loss > 0:
            now[i] = after[i] = loss
            hit[hits] = i
            hits += 1
    return hits


@numba.njit(nogil=True, cache=True)
def _score(weight, hit_d, hit_u, now_d, now_u, scores):
    """Write what a case costs: the worse of both directions for each firm, downstream alone, upstream alone."""
    both = below = above = 0.0
    for i in hit_d:
        below += weight[i] * now_d[i]
        both += weight[i] * max(now_d[i], now_u[i])
    for i in hit_u:
        above += weight[i] * now_u[i]
        if now_d[i] == 0.0:
            both += weight[i] * now_u[i]
    scores[0], scores[1], scores[2] = both, below, above


@numba.njit(nogil=True, cache=True)
def _tell(push, i, more, felt, now, after, changed, count):
    """Add firm i's further loss to the groups that depend on it; list the owners that change for the first time."""
    for link in range(push.starts[i], push.starts[i + 1]):
        group = push.groups[link]
        felt[group] += push.parts[link] * more
        j = push.owner[group]
        if felt[group] > after[j]:
            if after[j] == now[j]:
                changed[count] = j
                count += 1
            after[j] = felt[group]
    return count


@numba.njit(nogil=True, cache=True)
def _forget(push, hit, felt, now, after, told):
    """Undo a case: clear what its firms hold and what they told."""
    for i in hit:
        if told[i] > 0:
            for group in push.groups[push.starts[i] : push.starts[i + 1]]:
                felt[group] = 0.0
        now[i] = after[i] = told[i] = 0.0


@numba.njit(nogil=True, cache=True)
def lanes(down, up, firms, cases, tolerance, replaceable, max_steps, results):
    """Carry `LANES` cases at once through full passes over two `Pull` layouts; a finished lane takes the next case."""
    n, count = len(firms.sector), len(cases.starts) - 1
    loss_d, gone = np.zeros((n, LANES)), np.zeros((n, LANES))
    loss_u, next_u = np.zeros((n, LANES)), np.zeros((n, LANES))
    lost = np.zeros((_sectors(firms), LANES))
    widest, keep, sums = np.zeros((1, LANES)), np.zeros((1, LANES)), np.zeros((3, LANES))
    case_of, step = np.empty(LANES, np.int64), np.zeros(LANES, np.int64)
    for lane in range(LANES):
        case_of[lane] = -1
    waiting = running = 0
    while True:
        # Lanes that have come to rest hand in their result, and are free.
        done = 0
        for lane in range(LANES):
            rests = case_of[lane] >= 0 and (widest[0, lane] <= tolerance or step[lane] >= max_steps)
            keep[0, lane] = 0.0 if rests else 1.0
            done += rests
        if done:
            for lane in range(LANES):
                if keep[0, lane] == 0.0 and len(results.losses):
                    for i in range(n):
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
                    running -= 1
        # A free lane takes the next case at once: a slow case holds up no other.
        for lane in range(LANES):
            if case_of[lane] < 0 and waiting < count:
                case_of[lane], step[lane] = waiting, 0
                for at in range(cases.starts[waiting], cases.starts[waiting + 1]):
                    loss_d[cases.firms[at], lane] = cases.down[at]
                    loss_u[cases.firms[at], lane] = cases.up[at]
                waiting += 1
                running += 1
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
        _depend(down, gone, loss_d, loss_d, widest)
        _depend(up, loss_u, loss_u, next_u, widest)
        loss_u, next_u = next_u, loss_u


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
