"""What measures take off stops, for a buyer that knows its own sourcing: blanks read as in `stops`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ...graph import InputError, LimitError, SupplyGraph
from ...graph.arguments import checked
from .planning import TIME_LIMIT, best_set
from .remedies import Threat, taken_off
from .stops import Candidate, Stopped, Stops

READINGS: tuple[str, ...] = ("estimate", "low", "high")
Bounds = dict[str, float]
"""``estimate``, ``low`` (certain), ``high`` (possible)."""
_GAINS = {"threat": pl.String, "measure": pl.String, "removed_estimate": pl.Float64, "days_gained": pl.Float64}
_Gain = tuple[str, str, float, float]


@dataclass(frozen=True)
class StopPlan:
    """The best set of measures under a budget, by the estimate: proven best.

    ``chosen``: ids of the candidates; ``cost``: the sum of their costs; ``after``: the mean loss with them, by reading.
    """

    chosen: tuple[str, ...]
    cost: float
    after: Bounds


@dataclass(frozen=True)
class StopMeasures:
    """What measures do against stops; see `stop_measures`.

    ``nothing``: the mean loss when nothing is done, by reading; ``measures``: a row per candidate; ``threats``: a row per
    threat and candidate; ``plan``: the best set within the budget, if one was given; ``proven``: whether that is proven.
    """

    nothing: Bounds
    together: Bounds
    measures: pl.DataFrame
    threats: pl.DataFrame
    plan: StopPlan | None
    proven: bool


@checked(threats=(1, None), values=(1, None), budget=(0, None), time_limit=(0, None))
def stop_measures(
    graph: SupplyGraph,
    threats: Sequence[Threat],
    values: Mapping[str, float | None],
    candidates: Sequence[Candidate],
    *,
    buyer: str,
    facts: Any,
    budget: float | None = None,
    certain: Sequence[Threat] | None = None,
    possible: Sequence[Threat] | None = None,
    time_limit: float = TIME_LIMIT,
) -> StopMeasures:
    r"""Return what each measure takes off the mean loss of the threats, and the best set within a budget.

    With w the weights of the threats, D their days, v the yearly values and l the parts lost, the mean loss is

    .. math:: R = \sum_t w_t \frac{D_t}{365} \sum_p v_p \, l_{pt} \Big/ \sum_t w_t

    Items that nobody is named for are left out. What stands ready today counts in every figure.

    Parameters
    ----------
    graph, threats, values, buyer, facts
        As in `stop_losses`.
    candidates : sequence of Candidate
        What could be done; ids are unique.
    budget : float, optional
        What the chosen candidates may cost together; one without a cost is never chosen.
    certain, possible : sequence of Threat, optional
        What of each threat surely happens, and all that may (default: the threat as it is), in the same order: the certain
        and the possible loss are theirs. Days and weights are those of the threat.
    time_limit : float
        Seconds for the search.

    Returns
    -------
    StopMeasures
        ``nothing``: the mean loss without any. ``measures``: ``measure, cost, removed_estimate, removed_low, removed_high``
        (off the estimate, the certain and the possible loss), ``removed_beside`` (off the estimate where all measures for
        other items are taken: what one alone cannot do as long as something else is short, too), ``removed_per_cost``.
        ``together``: the mean loss with all of them. ``threats``: for each threat and measure
        ``removed_estimate`` (of that threat alone, unweighted) and ``days_gained`` until the first shortage of any product
        (estimate; a threat that then brings none counts with its days). ``plan``: the best set; None without a budget or
        costs, or when it was not ``proven`` best in time.

    Raises
    ------
    InputError, UnknownIdError
        As `stop_losses`.

    References
    ----------
    Definitions of this project, on the runs of `mitigation`.

    Examples
    --------
    Ninety of 180 days are covered by the stock; thirty days more take thirty days of output off the loss:

    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Candidate, Scenario, Threat, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "gear")],
    ...     inputs=[{"item": "robot", "input": "gear", "source": "s"}],
    ...     suppliers=[{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"},
    ...                {"id": "X", "name_en": "X", "kind": "company", "country": "CHN"}],
    ...     shares=[{"item": i, "supplier": s, "source": "s", "share": 1, "scope": "own", "complete": True}
    ...             for i, s in (("robot", "own"), ("gear", "X"))],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> facts = [{"item": "gear", "supplier": "X", "stock_days": 90.0, "switching_days": 400.0}]
    >>> stop = Threat(Scenario("CHN", halt("CHN")), days=180)
    >>> more = [Candidate("S", "gear", 5.0, days=30.0)]
    >>> found = stop_measures(graph, [stop], {"robot": 365.0}, more, buyer="own", facts=facts)
    >>> round(found.nothing["estimate"], 6), found.measures.select(pl.col("removed_estimate").round(6)).item()
    (90.0, 30.0)
    """
    asked = _Asked(graph, threats, values, candidates, buyer, facts, certain, possible)
    every = tuple(range(len(candidates)))
    # Each candidate alone, and what all those for other items do without it and with it.
    others = [tuple(k for k in every if candidates[k].item != one.item) for one in candidates]
    beside = [tuple(sorted((*rest, j))) for j, rest in enumerate(others)]
    found: dict[tuple[int, ...], Bounds] = {
        chosen: dict.fromkeys(READINGS, 0.0) for chosen in {(), every, *((j,) for j in every)}
    }
    estimated = dict.fromkeys([*others, *beside], 0.0)
    each: list[list[_Gain]] = [[] for _ in every]
    for case, weight, trial in asked.trials():
        for chosen, bounds in found.items() if weight else ():
            bounds[case] += weight * trial.cost(chosen)[0]
        if case == "estimate":
            for chosen in estimated if weight else ():
                estimated[chosen] += weight * trial.cost(chosen)[0]
            for j in every:
                each[j] += trial.gains(j)
    found = {chosen: _ordered(bounds) for chosen, bounds in found.items()}
    more = [max(0.0, taken_off(estimated[others[j]], estimated[beside[j]])) for j in every]
    best, proven = asked.plan(budget, time_limit)
    gains = pl.DataFrame([row for gained in each for row in gained], schema=_GAINS, orient="row")
    return StopMeasures(found[()], found[every], _removed(candidates, found, more), gains, best, proven)


def stop_plan(
    graph: SupplyGraph,
    threats: Sequence[Threat],
    values: Mapping[str, float | None],
    candidates: Sequence[Candidate],
    *,
    buyer: str,
    facts: Any,
    budget: float | None,
    certain: Sequence[Threat] | None = None,
    possible: Sequence[Threat] | None = None,
    time_limit: float = TIME_LIMIT,
) -> tuple[StopPlan | None, bool]:
    """Return the ``plan`` of `stop_measures` alone, and whether it is ``proven``."""
    return _Asked(graph, threats, values, candidates, buyer, facts, certain, possible).plan(budget, time_limit)


def _ordered(bounds: Bounds) -> Bounds:
    """Return a loss with its estimate between the certain and the possible one."""
    return bounds | {"estimate": min(max(bounds["estimate"], bounds["low"]), bounds["high"])}


class _Asked:
    """Threats to a buyer, with what of each surely happens and all that may, and the candidates."""

    def __init__(
        self,
        graph: SupplyGraph,
        threats: Sequence[Threat],
        values: Mapping[str, float | None],
        candidates: Sequence[Candidate],
        buyer: str,
        facts: Any,
        certain: Sequence[Threat] | None,
        possible: Sequence[Threat] | None,
    ) -> None:
        self.threats = threats
        self.ends = tuple(threats if told is None else told for told in (certain, possible))
        for told in self.ends:
            if len(told) != len(threats):
                raise InputError("risk.mitigation.readings", threats=len(threats), found=len(told))
        self.stops = Stops(graph, values, buyer=buyer, facts=facts, candidates=candidates)
        total = sum(threat.weight for threat in threats) or 1.0
        self.weights = [threat.weight / total for threat in threats]
        for candidate in candidates:
            self.stops.network("high").market(candidate.item)

    def trials(self) -> Iterator[tuple[str, float, _Trial]]:
        """Yield each threat in each reading, with its weight, one after the other: what each may reach is large."""
        for threat, weight, sure, most in zip(self.threats, self.weights, *self.ends, strict=True):
            seen = dict(zip(READINGS, (threat, sure, most), strict=True))
            within = {one.scenario: self.stops.within(replace(threat, scenario=one.scenario)) for one in seen.values()}
            for case in READINGS:
                yield case, weight, _Trial(within[seen[case].scenario], case)

    def plan(self, budget: float | None, time_limit: float) -> tuple[StopPlan | None, bool]:
        """Return the best set within a budget, if there is one, and whether it is proven."""
        chosen, proven = _planned(self.stops, self.threats, self.weights, budget, time_limit)
        if chosen is None:
            return None, proven
        after: Bounds = dict.fromkeys(READINGS, 0.0)
        for case, weight, trial in self.trials():
            after[case] += weight * trial.cost(chosen)[0] if weight else 0.0
        candidates = self.stops.candidates
        cost = float(sum(candidates[j].cost or 0.0 for j in chosen))
        return StopPlan(tuple(candidates[j].id for j in chosen), cost, _ordered(after)), proven


def _removed(
    candidates: Sequence[Candidate], found: Mapping[tuple[int, ...], Bounds], beside: Sequence[float]
) -> pl.DataFrame:
    """Return what each candidate takes off, of the losses with none and with it alone; ``beside``: beside all others."""
    nothing, rows = found[()], []
    for j, candidate in enumerate(candidates):
        removed = {name: max(0.0, taken_off(nothing[name], found[(j,)][name])) for name in READINGS}
        per = removed["estimate"] / candidate.cost if candidate.cost else None
        rows.append((candidate.id, candidate.cost, *(removed[name] for name in READINGS), beside[j], per))
    names = ("cost", *(f"removed_{name}" for name in READINGS), "removed_beside", "removed_per_cost")
    return pl.DataFrame(rows, schema={"measure": pl.String} | dict.fromkeys(names, pl.Float64), orient="row")


class _Trial:
    """One threat in one reading, with candidates opened or not; what stands ready counts in every figure."""

    def __init__(self, here: Stopped, case: str) -> None:
        stops, self.case = here.stops, case
        self.threat, self.candidates = here.threat.scenario.name, stops.candidates
        self.short = here.short(case)
        # A problem of its own: stocks and sources of what only other threats bring short would be told to this one, too.
        useful = [j for j, one in enumerate(self.candidates) if one.item in self.short]
        problem = stops.problem([here], case, self.short, [1.0], tried=useful)
        (self.part,), self.measures = problem.parts, problem.measures
        self.ready = len(self.measures) - len(useful)
        self.place = {j: self.ready + at for at, j in enumerate(useful)}
        self.known: dict[tuple[int, ...], tuple[float, float]] = {}

    def gains(self, j: int) -> list[_Gain]:
        """Return what one candidate alone takes off the threat and the days that it gains; none where it changes nothing."""
        candidate = self.candidates[j]
        if candidate.item not in self.short:
            return []
        (before, first), (after, then) = self.cost(()), self.cost((j,))
        return [(self.threat, candidate.id, max(0.0, taken_off(before, after)), max(0.0, then - first))]

    def cost(self, chosen: tuple[int, ...]) -> tuple[float, float]:
        """What the threat costs, and its first shortage; a measure for what is never short changes nothing."""
        useful = tuple(j for j in chosen if j in self.place)
        if useful not in self.known:
            part = self.part
            opened = [*range(self.ready), *(self.place[j] for j in useful)]
            fate = part.run([j for j in opened if self.measures[j].ready < part.length], self.case)
            self.known[useful] = part.worth(fate.lost), float(fate.below.min())
        return self.known[useful]


def _planned(
    stops: Stops, threats: Sequence[Threat], weights: Sequence[float], budget: float | None, time_limit: float
) -> tuple[tuple[int, ...] | None, bool]:
    """Return the candidates of the best set within a budget by the estimate; False where none was proven in time."""
    if budget is None or all(candidate.cost is None for candidate in stops.candidates):
        return None, True
    priced = {one.item for one in stops.candidates if one.cost is not None and one.cost <= budget}
    here, weigh, short = [], [], set()
    for threat, weight in zip(threats, weights, strict=True):
        one = stops.within(threat)
        if weight and (found := one.short("estimate")) & priced:
            here.append(one)
            weigh.append(weight)
            short |= found
    if not here:
        return (), True
    problem = stops.problem(here, "estimate", short, weigh, tried=range(len(stops.candidates)))
    ready = len(problem.measures) - len(stops.candidates)
    costs = [0.0] * ready + [candidate.cost for candidate in stops.candidates]
    try:
        found = best_set(problem, costs, budget, "risk", "estimate", time_limit)
    except LimitError:  # a set that is not proven best is not shown as one
        return None, False
    return tuple(sorted(j - ready for j in found if j >= ready)), True
