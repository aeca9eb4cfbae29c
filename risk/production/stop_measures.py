"""What measures take off stops, for a buyer that knows its own sourcing: blanks read as in `stops`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from ...graph import InputError, LimitError, SupplyGraph
from ...graph.arguments import checked
from .planning import TIME_LIMIT, best_set
from .remedies import Threat, taken_off
from .stops import Candidate, Stopped, Stops
from .threatened import Problem

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
    trials = StopTrials(graph, threats, values, candidates, buyer=buyer, facts=facts, certain=certain, possible=possible)
    every = range(len(candidates))
    best, proven = trials.plan(every, budget, time_limit)
    return replace(trials.measures(every), plan=best, proven=proven)


def _ordered(bounds: Bounds) -> Bounds:
    """Return a loss with its estimate between the certain and the possible one."""
    return bounds | {"estimate": min(max(bounds["estimate"], bounds["low"]), bounds["high"])}


class StopTrials:
    """Threats to a buyer, on which sets of candidates are tried; parameters are those of `stop_measures`.

    What a set does to a threat is worked out once, however often it is asked.
    """

    def __init__(
        self,
        graph: SupplyGraph,
        threats: Sequence[Threat],
        values: Mapping[str, float | None],
        candidates: Sequence[Candidate],
        *,
        buyer: str,
        facts: Any,
        certain: Sequence[Threat] | None = None,
        possible: Sequence[Threat] | None = None,
    ) -> None:
        self.threats, self.candidates = threats, candidates
        self.ends = tuple(threats if told is None else told for told in (certain, possible))
        for told in self.ends:
            if len(told) != len(threats):
                raise InputError("risk.mitigation.readings", threats=len(threats), found=len(told))
        self.stops = Stops(graph, values, buyer=buyer, facts=facts, candidates=candidates)
        total = sum(threat.weight for threat in threats) or 1.0
        self.weights = [threat.weight / total for threat in threats]
        for candidate in candidates:
            self.stops.network("high").market(candidate.item)
        self._known: dict[tuple[int, str], _Known] = defaultdict(_Known)

    def _each(self) -> Iterator[tuple[str, float, _Trial]]:
        """Yield each threat in each reading, with its weight, one after the other: what each may reach is large."""
        for number, (threat, weight, *ends) in enumerate(zip(self.threats, self.weights, *self.ends, strict=True)):
            seen = dict(zip(READINGS, (threat, *ends), strict=True))
            within = {one.scenario: self.stops.within(replace(threat, scenario=one.scenario)) for one in seen.values()}
            for case in READINGS:
                yield case, weight, _Trial(within[seen[case].scenario], case, self._known[number, case])

    def measures(self, tried: Sequence[int]) -> StopMeasures:
        """Return what some of the candidates do, by their numbers, as `stop_measures` does without a budget."""
        candidates, every = [self.candidates[j] for j in tried], tuple(tried)
        # Each candidate alone, and what all those for other items do without it and with it.
        others = [tuple(k for k in tried if self.candidates[k].item != one.item) for one in candidates]
        beside = [tuple(sorted((*rest, j))) for j, rest in zip(tried, others, strict=True)]
        asked = {(), every, *((j,) for j in tried)}
        found: dict[tuple[int, ...], Bounds] = {chosen: dict.fromkeys(READINGS, 0.0) for chosen in asked}
        estimated = dict.fromkeys([*others, *beside], 0.0)
        each: list[list[_Gain]] = [[] for _ in tried]
        for case, weight, trial in self._each():
            for chosen, bounds in found.items() if weight else ():
                bounds[case] += weight * trial.cost(chosen)[0]
            if case == "estimate":
                for chosen in estimated if weight else ():
                    estimated[chosen] += weight * trial.cost(chosen)[0]
                for gained, j in zip(each, tried, strict=True):
                    gained += trial.gains(j)
        found = {chosen: _ordered(bounds) for chosen, bounds in found.items()}
        more = [max(0.0, taken_off(estimated[rest], estimated[all_])) for rest, all_ in zip(others, beside, strict=True)]
        removed = _removed(candidates, found[()], [found[(j,)] for j in tried], more)
        gains = pl.DataFrame([row for gained in each for row in gained], schema=_GAINS, orient="row")
        return StopMeasures(found[()], found[every], removed, gains, None, True)

    def plan(
        self, tried: Sequence[int], budget: float | None, time_limit: float = TIME_LIMIT
    ) -> tuple[StopPlan | None, bool]:
        """Return the best set of some of the candidates within a budget, if there is one, and whether it is proven."""
        chosen, proven = _planned(self.stops, self.threats, self.weights, tried, budget, time_limit)
        if chosen is None:
            return None, proven
        after: Bounds = dict.fromkeys(READINGS, 0.0)
        for case, weight, trial in self._each():
            after[case] += weight * trial.cost(chosen)[0] if weight else 0.0
        cost = float(sum(self.candidates[j].cost or 0.0 for j in chosen))
        return StopPlan(tuple(self.candidates[j].id for j in chosen), cost, _ordered(after)), proven


def _removed(
    candidates: Sequence[Candidate], nothing: Bounds, alone: Sequence[Bounds], beside: Sequence[float]
) -> pl.DataFrame:
    """Return what each candidate takes off, of the losses with none and with it alone; ``beside``: beside all others."""
    rows = []
    for candidate, with_it, more in zip(candidates, alone, beside, strict=True):
        removed = {name: max(0.0, taken_off(nothing[name], with_it[name])) for name in READINGS}
        per = removed["estimate"] / candidate.cost if candidate.cost else None
        rows.append((candidate.id, candidate.cost, *(removed[name] for name in READINGS), more, per))
    names = ("cost", *(f"removed_{name}" for name in READINGS), "removed_beside", "removed_per_cost")
    return pl.DataFrame(rows, schema={"measure": pl.String} | dict.fromkeys(names, pl.Float64), orient="row")


@dataclass
class _Known:
    """What is known of a threat in a reading: items that are short; its cost and first shortage by what is opened."""

    short: set[str] | None = None
    costs: dict[tuple[int, ...], tuple[float, float]] = field(default_factory=dict)


class _Trial:
    """One threat in one reading, with candidates opened or not; what stands ready counts in every figure."""

    def __init__(self, here: Stopped, case: str, known: _Known) -> None:
        self.here, self.case, self.costs = here, case, known.costs
        self.threat, self.candidates = here.threat.scenario.name, here.stops.candidates
        if known.short is None:
            known.short = here.short(case)
        self.short = known.short
        # What delivers when the threat is over changes nothing.
        each = enumerate(zip(self.candidates, here.stops.measures(case), strict=True))
        useful = (j for j, (one, measure) in each if one.item in self.short and measure.ready < here.threat.days)
        self.place = {j: at for at, j in enumerate(useful)}

    @cached_property
    def _problem(self) -> Problem:
        """A problem of its own: stocks and sources of what only other threats bring short would be told to this one, too."""
        return self.here.stops.problem([self.here], self.case, self.short, [1.0], tried=self.place)

    def gains(self, j: int) -> list[_Gain]:
        """Return what one candidate alone takes off the threat and the days that it gains; none where it changes nothing."""
        candidate = self.candidates[j]
        if candidate.item not in self.short:
            return []
        (before, first), (after, then) = self.cost(()), self.cost((j,))
        return [(self.threat, candidate.id, max(0.0, taken_off(before, after)), max(0.0, then - first))]

    def cost(self, chosen: tuple[int, ...]) -> tuple[float, float]:
        """What the threat costs, and its first shortage; a measure for what is never short changes nothing."""
        opened = tuple(j for j in chosen if j in self.place)
        if opened not in self.costs:
            (part,) = self._problem.parts
            ready = len(self._problem.measures) - len(self.place)
            fate = part.run([*range(ready), *(ready + self.place[j] for j in opened)], self.case)
            self.costs[opened] = part.worth(fate.lost), float(fate.below.min())
        return self.costs[opened]


def _planned(
    stops: Stops,
    threats: Sequence[Threat],
    weights: Sequence[float],
    tried: Sequence[int],
    budget: float | None,
    time_limit: float,
) -> tuple[tuple[int, ...] | None, bool]:
    """Return the candidates of the best set within a budget by the estimate; False where none was proven in time."""
    candidates = [stops.candidates[j] for j in tried]
    if budget is None or all(candidate.cost is None for candidate in candidates):
        return None, True
    priced = {one.item for one in candidates if one.cost is not None and one.cost <= budget}
    here, weigh, short = [], [], set()
    for threat, weight in zip(threats, weights, strict=True):
        one = stops.within(threat)
        if weight and (found := one.short("estimate")) & priced:
            here.append(one)
            weigh.append(weight)
            short |= found
    if not here:
        return (), True
    problem = stops.problem(here, "estimate", short, weigh, tried=tried)
    ready = len(problem.measures) - len(candidates)
    costs = [0.0] * ready + [candidate.cost for candidate in candidates]
    try:
        found = best_set(problem, costs, budget, "risk", "estimate", time_limit)
    except LimitError:  # a set that is not proven best is not shown as one
        return None, False
    return tuple(sorted(tried[j - ready] for j in found if j >= ready)), True
