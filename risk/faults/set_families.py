"""Minimal sets whose joint failure costs at least a threshold, for any loss that only grows with the failures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, groupby, islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...graph.arguments import checked
from ...graph.errors import InputError, LimitError, shorten

_BATCH = 4096
_TOGETHER = 8
"""Sets that differ in their last event only, of which the joint loss is looked at first."""


@checked()
def minimal_sets(
    evaluate: Callable[[NDArray[np.bool_]], ArrayLike],
    events: Sequence[Any],
    max_order: int,
    threshold: float,
    limit: int = 1_000_000,
) -> list[tuple[tuple[Any, ...], float]]:
    """Return every minimal set S of events, of at most ``max_order`` members, with loss(S) >= threshold.

    Exact when the loss is monotone (a larger set never costs less); nothing is promised otherwise. Sets are grown one
    event at a time, in order of the events' own losses, largest first. A set is not grown when it is a hit, when a part
    of it is, or when even all the later events together would not bring it to the threshold. Nor is a grown set looked at
    by itself when it falls short even with the events by which its neighbours grew.

    Parameters
    ----------
    evaluate : callable
        From a boolean array (sets x events, true where failed) to the losses, one a row. At most 4,096 rows a call.
    events : sequence
        Names of the columns, distinct.
    max_order : int
        Most members of a set, from 1.
    threshold : float
        Loss from which a set counts, in the unit of ``evaluate``.
    limit : int
        Most rows to evaluate.

    Returns
    -------
    list of (members, loss)
        By size, then by the events' place in ``events``. ``[((), loss)]`` when nothing has to fail.

    Raises
    ------
    InputError
        ``max_order`` below 1.
    LimitError
        More rows than ``limit`` would be needed.

    >>> share = np.array([0.5, 0.3, 0.2, 0.1])
    >>> minimal_sets(lambda failed: failed @ share, ["CHN", "AUS", "CHL", "USA"], 2, 0.6)
    [(('CHN', 'AUS'), 0.8), (('CHN', 'CHL'), 0.7), (('CHN', 'USA'), 0.6)]
    """
    if max_order != int(max_order) or max_order < 1:
        raise InputError("risk.minimal_sets.order", value=shorten(max_order))
    search = _Search(evaluate, len(events), limit)
    nothing = float(search.losses([()])[0])
    if nothing >= threshold:
        return [((), nothing)]
    own = search.losses([(event,) for event in range(len(events))])
    found = {(int(event),): float(own[event]) for event in np.flatnonzero(own >= threshold)}
    order = [event for event in np.argsort(-own, kind="stable").tolist() if own[event] < threshold]

    grown = [(place,) for place in range(len(order))]  # sets below the threshold, as rising places in `order`
    hits: set[tuple[int, ...]] = set()
    for size in range(2, min(max_order, len(order)) + 1):
        within_reach = _within_reach(search, order, grown, threshold)
        tried = []
        for places, worthwhile in zip(grown, within_reach, strict=True):
            for last in range(places[-1] + 1, len(order)) if worthwhile else ():
                members = (*places, last)
                if not any(part in hits for k in range(2, size) for part in combinations(members, k)):
                    tried.append(members)
            if len(tried) > limit:
                raise search.too_many()
        open_ = _open(search, order, tried, threshold)
        for places, loss in zip(open_, search.losses([order[p] for p in places] for places in open_), strict=True):
            if loss >= threshold:
                hits.add(places)
                found[tuple(sorted(order[place] for place in places))] = float(loss)
        grown = [places for places in tried if places not in hits]
    ranked = sorted(found.items(), key=lambda item: (len(item[0]), item[0]))
    return [(tuple(events[event] for event in members), loss) for members, loss in ranked]


def _within_reach(search: _Search, order: list[int], grown: list[tuple[int, ...]], threshold: float) -> list[bool]:
    """Return which sets would reach the threshold if all later events joined them.

    Sets that differ in their last place only are nested with their later events, so that a bisection finds where it ends.
    """
    reach = [False] * len(grown)
    for _, group in groupby(range(len(grown)), key=lambda i: grown[i][:-1]):
        rows = list(group)
        low, high = 0, len(rows)  # rows[:low] reach it, rows[high:] do not
        while low < high:
            middle = (low + high) // 2
            places = grown[rows[middle]]
            loss = search.losses([[*(order[place] for place in places), *order[places[-1] + 1 :]]])[0]
            low, high = (middle + 1, high) if loss >= threshold else (low, middle)
        for row in rows[:low]:
            reach[row] = True
    return reach


def _open(search: _Search, order: list[int], tried: list[tuple[int, ...]], threshold: float) -> list[tuple[int, ...]]:
    """Return the sets that may reach the threshold: not those that fall short even together with their neighbours."""
    parts = [list(part) for _, part in groupby(tried, key=lambda places: (places[:-1], places[-1] // _TOGETHER))]
    joint = search.losses([order[p] for p in (*part[0], *(places[-1] for places in part[1:]))] for part in parts)
    return [places for part, loss in zip(parts, joint, strict=True) if loss >= threshold for places in part]


class _Search:
    """The evaluator in batches, with a count of what it was asked."""

    def __init__(self, evaluate: Callable[[NDArray[np.bool_]], ArrayLike], n_events: int, limit: int) -> None:
        self.evaluate, self.n_events, self.limit, self.left = evaluate, n_events, limit, limit

    def too_many(self) -> LimitError:
        return LimitError("risk.minimal_sets.too_many", limit=f"{self.limit:,}")

    def losses(self, sets: Iterable[Sequence[int]]) -> NDArray[np.float64]:
        losses, sets = [np.zeros(0)], iter(sets)
        while batch := list(islice(sets, _BATCH)):
            self.left -= len(batch)
            if self.left < 0:
                raise self.too_many()
            failed = np.zeros((len(batch), self.n_events), np.bool_)
            for row, members in enumerate(batch):
                failed[row, list(members)] = True
            losses.append(np.asarray(self.evaluate(failed), np.float64))
        return np.concatenate(losses)
