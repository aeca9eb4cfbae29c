"""The best set of measures: a program proposes, the threatened networks decide, and each disagreement becomes a cut."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from ...graph import LimitError
from .relaxation import Line, Reach, Rows
from .threatened import Problem, Threatened

TIME_LIMIT = 60.0
"""Seconds that the search may take by default; a set that is not proven best is never returned."""
CLOSE = 1e-7
"""Part of the greatest figure that counts as nothing."""


def best_set(
    problem: Problem, costs: Sequence[float | None], budget: float, objective: str, reading: str, time_limit: float
) -> tuple[int, ...]:
    r"""Return the measures of an optimal set, without those that add nothing to it.

    With y the measures (0 or 1) and :math:`\theta` what each product keeps in each threat (or the days until it falls below
    a level), maximise the weighted sum of :math:`\theta` under the budget, the rows of `relaxation`, and cuts: for a set T
    of figure f(T), with every measure f(all),

    .. math:: \theta \le f(T) + (f(all) - f(T)) \sum_{j \notin T} y_j

    which holds because more measures never hurt. T is made as large as it can be without a better figure.

    Raises
    ------
    LimitError
        Not proven in time.
    """
    search = _Search(problem, costs, budget, objective, reading)
    until = time.monotonic() + time_limit
    while True:
        seconds = until - time.monotonic()
        found = search.propose(seconds) if seconds > 0 else None
        if found is None:
            raise LimitError("risk.mitigation.not_proven", seconds=f"{time_limit:g}", measures=len(search.priced))
        if search.settled(*found):
            return search.needed()


class _Search:
    def __init__(self, problem: Problem, costs: Sequence[float | None], budget: float, objective: str, reading: str) -> None:
        self.problem, self.budget, self.objective = problem, budget, objective
        # Of the days the least are those of the possible loss.
        self.reading = {"low": "high", "high": "low"}.get(reading, reading) if objective == "days" else reading
        self.costs = [0.0 if cost is None else float(cost) for cost in costs]
        self.priced = [j for j, cost in enumerate(costs) if cost is not None and cost <= budget]
        self.rows = Rows()
        for j in range(len(costs)):
            self.rows.variable(1.0 if j in self.priced else 0.0)
        self.rows.add(Line(-budget, {j: self.costs[j] for j in self.priced}))
        self.goals: list[tuple[Threatened, int, int, float]] = []
        for part in problem.parts:
            self._goals(part)
        self.scale = sum(abs(weight) * self.rows.upper[theta] for _, _, theta, weight in self.goals) or 1.0
        self.best: tuple[float, tuple[int, ...]] = (-np.inf, ())

    def _goals(self, part: Threatened) -> None:
        """Add what each product keeps in a threat, where measures can change it."""
        here = part.relevant.intersection(self.priced)
        if not here:
            return
        reach = Reach(self.rows, part, self.reading) if self.objective == "risk" else None
        none, every = self._figures(part, ()), self._figures(part, here)
        for at, (product, shelf) in enumerate(part.shelves.products.items()):
            if every[at] - none[at] <= CLOSE * max(1.0, every[at]):
                continue
            weighing = part.problem.weighing
            theta = self.rows.variable(float(every[at]))
            if reach is not None:
                self.rows.at_most(theta, reach.kept_of(shelf))
            worth = weighing.worth[product] * part.length if reach is not None else weighing.products[product]
            self.goals.append((part, at, theta, part.weight * worth))

    def _figures(self, part: Threatened, chosen: Iterable[int]) -> np.ndarray:
        course = part.course(chosen, self.reading)
        return 1.0 - course.lost if self.objective == "risk" else course.below

    def propose(self, seconds: float) -> tuple[tuple[int, ...], np.ndarray] | None:
        """Return the set that the program takes for the best, and what it promises."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        size = len(self.rows.upper)
        gains = np.zeros(size)
        for _, _, theta, weight in self.goals:
            gains[theta] += weight / self.scale
        lines = [line for line in self.rows.lines if line.terms]
        starts = np.cumsum([0, *(len(line.terms) for line in lines)])
        columns = np.array([variable for line in lines for variable in line.terms], np.int64)
        data = np.array([value for line in lines for value in line.terms.values()], np.float64)
        matrix = csr_array((data, columns, starts), shape=(len(lines), size))
        integer = np.zeros(size)
        integer[: len(self.costs)] = 1
        found = milp(
            -gains,
            integrality=integer,
            bounds=Bounds(0.0, np.array(self.rows.upper)),  # pyright: ignore[reportArgumentType]
            constraints=LinearConstraint(matrix, ub=np.array([-line.const for line in lines])),  # pyright: ignore[reportArgumentType]
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        if found.status != 0 or found.x is None:
            return None
        return tuple(j for j in self.priced if found.x[j] > 0.5), found.x

    def settled(self, chosen: tuple[int, ...], promised: np.ndarray) -> bool:
        """Whether a proposal keeps its promise; where it does not, add cuts."""
        true = [self._figures(part, chosen)[at] for part, at, _, _ in self.goals]
        total = float(sum(goal[3] * figure for goal, figure in zip(self.goals, true, strict=True)))
        if total > self.best[0]:
            self.best = total, chosen
        bound = float(sum(weight * promised[theta] for _, _, theta, weight in self.goals))
        if bound <= self.best[0] + 10 * CLOSE * self.scale:
            return True
        for goal, figure in zip(self.goals, true, strict=True):
            if promised[goal[2]] > figure + CLOSE * max(1.0, self.rows.upper[goal[2]]):
                self._cut(goal, figure, chosen)
        return False

    def _cut(self, goal: tuple[Threatened, int, int, float], figure: float, chosen: tuple[int, ...]) -> None:
        part, at, theta, _ = goal
        near = CLOSE * max(1.0, self.rows.upper[theta])
        here = part.relevant.intersection(self.priced)
        inside = here.intersection(chosen)
        for j in sorted(here - inside):
            if self._figures(part, inside | {j})[at] <= figure + near:
                inside |= {j}
        line = Line(-figure, {theta: 1.0})
        gain = self.rows.upper[theta] - figure
        self.rows.add(line.plus(Line(0.0, dict.fromkeys(here - inside, -gain))))

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
        return float(sum(weight * self._figures(part, chosen)[at] for part, at, _, weight in self.goals))
