"""The best set of measures: a program proposes, the threatened networks decide, and each disagreement becomes cuts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ...graph import LimitError
from ...graph.errors import shorten
from .threatened import Problem, Threatened

TIME_LIMIT = 60.0
"""Seconds that the search may take by default; a set that is not proven best is never returned."""
CLOSE = 1e-7
"""Part of the greatest figure that counts as nothing."""
_FEW = 12
"""Measures that cost something of which all sets are compared: to bring in what solves programs takes longer."""


def best_set(
    problem: Problem, costs: Sequence[float | None], budget: float, objective: str, reading: str, time_limit: float
) -> tuple[int, ...]:
    r"""Return the measures of an optimal set, without those that add nothing to it.

    With y the measures (0 or 1) and :math:`\theta` what a product keeps in a threat (or the days until it falls below a
    level), maximise the weighted sum of :math:`\theta` under the budget and the cuts

    .. math:: \theta \le f(T) + (f(all) - f(T)) \sum_{j \notin T} y_j

    of sets T whose figure f(T) is known from the curves of the threatened network (outer approximation by the monotone cuts
    of Benders' kind). They hold because more measures never hurt: what is not in T has to bring whatever is better than
    f(T). T is made as large as it can be without a better figure, so only what matters in that threat stands in its cuts.

    Raises
    ------
    LimitError
        Not proven in time, or more measures do hurt (a stock is used up earlier, for less): every figure that is worked out
        is held against all those of larger and of smaller sets.
    """
    until = time.monotonic() + time_limit
    search = _Search(problem, costs, budget, objective, reading)
    try:
        search.start(until)
        while search.goals:
            found = search.propose(until - time.monotonic())
            if search.settled(*found, until):
                return search.needed()
    except TimeoutError:
        raise LimitError("risk.mitigation.not_proven", seconds=f"{time_limit:g}", measures=len(search.priced)) from None
    return ()


@dataclass(eq=False)
class _Goal:
    """The figure of one product in one threat; ``cuts``: sets with their figures."""

    part: Threatened
    at: int
    weight: float
    most: float
    measures: frozenset[int]
    cuts: dict[frozenset[int], float]


class _Search:
    def __init__(self, problem: Problem, costs: Sequence[float | None], budget: float, objective: str, reading: str) -> None:
        self.problem, self.budget, self.objective = problem, budget, objective
        # Of the days the least are those of the possible loss.
        self.reading = {"low": "high", "high": "low"}.get(reading, reading) if objective == "days" else reading
        self.costs = [0.0 if cost is None else float(cost) for cost in costs]
        self.priced = [j for j, cost in enumerate(costs) if cost is not None and cost <= budget]
        self.goals: list[_Goal] = []
        self.known: dict[Threatened, dict[frozenset[int], np.ndarray]] = {}
        self.best: tuple[float, tuple[int, ...]] = (-np.inf, ())

    def start(self, until: float) -> None:
        """Find what measures can change at all, and what each is needed for when all others are there."""
        for part in self.problem.parts:
            here = part.relevant(self.reading).intersection(self.priced)
            if not here:
                continue
            none, every = self._figures(part, ()), self._figures(part, here)
            for at, product in enumerate(part.products):
                if abs(every[at] - none[at]) <= CLOSE * max(1.0, every[at]):
                    continue
                weighing = self.problem.weighing
                worth = weighing.products[product] if self.objective == "days" else weighing.worth[product] * part.length
                self.goals.append(_Goal(part, at, part.weight * worth, float(every[at]), here, {}))
        self.scale = sum(abs(goal.weight) * goal.most for goal in self.goals) or 1.0
        for goal in self.goals:
            self._cut(goal, frozenset(), until)
            for j in sorted(self._enough(goal, until)):
                self._cut(goal, goal.measures - {j}, until)

    def _enough(self, goal: _Goal, until: float) -> frozenset[int]:
        """Return a smallest set of measures that does what all do."""
        return self._narrowed(goal, goal.measures, sorted(goal.measures), until)

    def _narrowed(self, goal: _Goal, kept: frozenset[int], group: list[int], until: float) -> frozenset[int]:
        """Return what is kept without those of a group that add nothing, by halves (a nested function would hold itself)."""
        self._hurry(until)
        if self._figure(goal, kept.difference(group)) >= goal.most - CLOSE * max(1.0, goal.most):
            return kept.difference(group)
        if len(group) > 1:
            kept = self._narrowed(goal, kept, group[: len(group) // 2], until)
            kept = self._narrowed(goal, kept, group[len(group) // 2 :], until)
        return kept

    @staticmethod
    def _hurry(until: float) -> None:
        if time.monotonic() > until:
            raise TimeoutError

    def _figures(self, part: Threatened, chosen: Iterable[int]) -> np.ndarray:
        known = self.known.setdefault(part, {})
        key = part.relevant(self.reading).intersection(chosen)
        if key not in known:
            fate = part.fate(key, self.reading)
            new = 1.0 - fate.lost if self.objective == "risk" else fate.below
            # Cuts hold while more never hurts.
            for other, figures in known.items():
                less, more = (new, figures) if key < other else (figures, new)
                if (key < other or other < key) and (less > more + CLOSE * np.maximum(1.0, more)).any():
                    raise LimitError("risk.mitigation.not_monotone", threat=shorten(part.name))
            known[key] = new
        return known[key]

    def _figure(self, goal: _Goal, chosen: Iterable[int]) -> float:
        return float(self._figures(goal.part, chosen)[goal.at])

    def propose(self, seconds: float) -> tuple[tuple[int, ...], np.ndarray]:
        """Return the set that the program takes for the best, and what it promises for each goal."""
        if seconds <= 0:
            raise TimeoutError
        dear = [j for j in self.priced if self.costs[j] > 0]
        return self._compared(dear) if len(dear) <= _FEW else self._solved(seconds)

    def _compared(self, dear: list[int]) -> tuple[tuple[int, ...], np.ndarray]:
        """Compare all sets of a few measures that cost something, the cheapest first, beside those for nothing."""
        sets = (np.arange(1 << len(dear))[:, None] >> np.arange(len(dear)) & 1).astype(np.float64)
        costs = sets @ np.array([self.costs[j] for j in dear])
        order = np.argsort(costs, kind="stable")
        sets = sets[order[costs[order] <= self.budget * (1 + CLOSE)]]
        promised = np.tile([[goal.most] for goal in self.goals], len(sets))
        free: set[int] = set()
        for goal, promise in zip(self.goals, promised, strict=True):
            for inside, figure in goal.cuts.items():
                outside = goal.measures - inside
                free |= outside.difference(dear)
                more = sets @ np.array([j in outside for j in dear], np.float64) + len(outside.difference(dear))
                np.minimum(promise, figure + (goal.most - figure) * more, out=promise)
        best = int(np.argmax(np.array([goal.weight for goal in self.goals]) @ promised))
        chosen = {j for j, taken in zip(dear, sets[best], strict=True) if taken} | free
        return tuple(sorted(chosen)), promised[:, best]

    def _solved(self, seconds: float) -> tuple[tuple[int, ...], np.ndarray]:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        first = len(self.costs)
        # A cut reads theta - (most - f) * sum of y outside <= f.
        rows: list[dict[int, float]] = [{j: self.costs[j] for j in self.priced}]
        limits = [self.budget]
        for number, goal in enumerate(self.goals):
            for inside, figure in goal.cuts.items():
                rows.append({first + number: 1.0} | dict.fromkeys(goal.measures - inside, figure - goal.most))
                limits.append(figure)
        columns = np.array([column for row in rows for column in row], np.int64)
        data = np.array([value for row in rows for value in row.values()], np.float64)
        starts = np.cumsum([0, *(len(row) for row in rows)])
        matrix = csr_array((data, columns, starts), shape=(len(rows), first + len(self.goals)))
        usable = set(self.priced)
        upper = [1.0 if j in usable else 0.0 for j in range(first)] + [goal.most for goal in self.goals]
        found = milp(
            -np.array([0.0] * first + [goal.weight / self.scale for goal in self.goals]),
            integrality=np.array([1] * first + [0] * len(self.goals)),
            bounds=Bounds(0.0, np.array(upper)),  # pyright: ignore[reportArgumentType]
            constraints=LinearConstraint(matrix, ub=np.array(limits)),  # pyright: ignore[reportArgumentType]
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        if found.status != 0 or found.x is None:
            raise TimeoutError
        return tuple(j for j in self.priced if found.x[j] > 0.5), found.x[first:]

    def settled(self, chosen: tuple[int, ...], promised: np.ndarray, until: float) -> bool:
        """Whether a proposal keeps its promise; where it does not, add cuts."""
        true = [self._figure(goal, chosen) for goal in self.goals]
        total = float(sum(goal.weight * figure for goal, figure in zip(self.goals, true, strict=True)))
        if total > self.best[0]:
            self.best = total, chosen
        bound = float(sum(goal.weight * theta for goal, theta in zip(self.goals, promised, strict=True)))
        if bound <= self.best[0] + 10 * CLOSE * self.scale:
            return True
        for goal, theta, figure in zip(self.goals, promised, true, strict=True):
            if theta > figure + CLOSE * max(1.0, goal.most):
                self._cut(goal, goal.measures.intersection(chosen), until)
        return False

    def _cut(self, goal: _Goal, chosen: frozenset[int], until: float) -> None:
        """Note the figure of a set that is made as large as it can be without a better figure."""
        figure = self._figure(goal, chosen)
        inside = self._widened(goal, chosen, sorted(goal.measures - chosen), figure + CLOSE * max(1.0, goal.most), until)
        goal.cuts[inside] = max(figure, self._figure(goal, inside))

    def _widened(self, goal: _Goal, inside: frozenset[int], group: list[int], near: float, until: float) -> frozenset[int]:
        """Return a set with those of a group that make its figure no better, by halves."""
        self._hurry(until)
        if self._figure(goal, inside.union(group)) <= near:
            return inside.union(group)
        if len(group) > 1:
            inside = self._widened(goal, inside, group[: len(group) // 2], near, until)
            inside = self._widened(goal, inside, group[len(group) // 2 :], near, until)
        return inside

    def needed(self) -> tuple[int, ...]:
        """Return the best set without what adds nothing within it, the dearest left out first."""
        chosen = list(self.best[1])
        for j in sorted(chosen, key=lambda j: (-self.costs[j], self.problem.measures[j].id)):
            rest = [other for other in chosen if other != j]
            if self._total(rest) >= self._total(chosen) - CLOSE * self.scale:
                chosen = rest
        return tuple(chosen)

    def _total(self, chosen: Iterable[int]) -> float:
        chosen = tuple(chosen)
        return float(sum(goal.weight * self._figure(goal, chosen) for goal in self.goals))
