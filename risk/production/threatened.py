"""Threatened products: the networks of a question with every measure compiled in, shut; opening some gives the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from ...graph.network import NewSource
from .conditions import conditions, new_sources
from .scenario import Change, Scenario, Share, add_source, check_scenario, stockpile
from .shelves import NOTHING, Course, Shelves, run, shelved
from .simulation import READINGS, Assumptions

if TYPE_CHECKING:
    from .remedies import Measure, Threat

KEPT = {"estimate": "estimate", "low": "high", "high": "low"}
"""Readings of a risk, in the order of its figures, as readings of what is kept: certain (low) is the best arrangement."""
_OPENING = ("add_source", "substitute")
_NONE = np.zeros(0)


@dataclass(frozen=True)
class Weighing:
    """What a lost day of each product is worth, how much each threat weighs (sum 1), and each product (sum 1)."""

    worth: dict[str, float]
    threats: list[float]
    products: dict[str, float]


def needed_sources(threats: Iterable[Threat], measures: Iterable[Measure]) -> set[NewSource]:
    """Return the new sources of threats and measures: to be compiled into a network (``sources=``)."""
    found = new_sources(threat.scenario for threat in threats)
    return found | {measure.source for measure in measures if measure.source is not None}


class Problem:
    """Products, threats and measures; figures of a set of measures are worked out once and remembered."""

    def __init__(
        self,
        graph: SupplyGraph | ProductionNetwork,
        weighing: Weighing,
        threats: Sequence[Threat],
        measures: Sequence[Measure],
        stocks: Mapping[str, Share],
        options: Mapping[str, object],
        assumptions: Assumptions,
        below: float,
    ) -> None:
        self.weighing, self.threats, self.measures = weighing, threats, measures
        self.stocks, self.assumptions, self.below = stocks, assumptions, below
        sources = needed_sources(threats, measures)
        goods = list(weighing.worth)
        if isinstance(graph, SupplyGraph):
            networks = _compiled(graph, goods, threats, measures, stocks, sources, options)
        else:
            networks = {tuple(goods): graph}
            for item in (*goods, *stocks, *(measure.item for measure in measures)):
                graph.market(item)
        self.parts = [
            Threatened(self, at, shelves)
            for products, network in networks.items()
            for shelves in [_shelved(network, products)]
            for at in range(len(threats))
        ]

    def risk(self, chosen: Iterable[int]) -> tuple[float, float, float]:
        """Return the risk with some measures: estimate, certain, possible."""
        return self._bounded(chosen, lambda part, course: part.worth(course.lost))

    def days(self, chosen: Iterable[int]) -> tuple[float, float, float]:
        """Return the mean days until the output is below the level: estimate, at least, at most."""
        estimate, most, least = self._bounded(chosen, lambda part, course: part.wait(course.below))
        return estimate, least, most

    def _bounded(self, chosen: Iterable[int], figure: Callable[[Threatened, Course], float]) -> tuple[float, float, float]:
        chosen = tuple(chosen)
        found = [[figure(part, part.course(chosen, reading)) for part in self.parts] for reading in KEPT]
        estimate, low, high = (float(sum(one)) for one in found)
        inside = sorted((low, high))
        return min(max(estimate, inside[0]), inside[1]), low, high


@lru_cache(maxsize=8)
def _shelved(network: ProductionNetwork, products: tuple[str, ...]) -> Shelves:
    """Networks are asked again and again: by every threat of `stops`."""
    return shelved(network, products)


def _compiled(
    graph: SupplyGraph,
    goods: list[str],
    threats: Sequence[Threat],
    measures: Sequence[Measure],
    stocks: Mapping[str, Share],
    sources: set[NewSource],
    options: Mapping[str, object],
) -> dict[tuple[str, ...], ProductionNetwork]:
    """Return a network for each product: what its buyer makes of it is part of the answer, as in `simulate`."""
    for threat in threats:
        check_scenario(graph, threat.scenario)
    held = [stockpile(item, 0.0) for item in stocks]
    tried = [add_source(measure.item, measure.share, node=measure.node) for measure in measures]
    check_scenario(graph, Scenario("", [*held, *tried]))
    found = {}
    for product in goods:
        needed = set(graph.needed_by([product]))
        # A substitute may bring in items of its own.
        needed |= {
            item for by in (key[2] for key in sources if key[2] and key[0] in needed) for item in graph.needed_by([by])
        }
        inside = [key for key in sources if key[0] in needed]
        found[(product,)] = graph.network(product, sources=inside, **options)  # type: ignore[arg-type]
    return found


class Threatened:
    """One threat to the products of one network."""

    def __init__(self, problem: Problem, at: int, shelves: Shelves) -> None:
        self.problem, self.shelves = problem, shelves
        threat, base = problem.threats[at], shelves.base
        self.name = threat.scenario.name
        self.length, self.weight = float(threat.days), problem.weighing.threats[at]
        self.products = list(shelves.products)
        for change in threat.scenario:
            timed = change.start or change.ramp or change.lasts is not None
            if timed or change.holder is not None or change.release is not None:
                raise InputError("risk.mitigation.timed", threat=shorten(self.name))
        changes = [change for change in threat.scenario if change.kind != "stockpile"]
        here = set(base.items)
        changes = [change for change in changes if change.kind not in _OPENING or change.item in here]
        self.state = shelves.extended(conditions(base, Scenario("", changes)))
        self.start = np.zeros((3, len(shelves.node)))
        held = [(str(change.item), change.days) for change in threat.scenario if change.kind == "stockpile"]
        for item, days in [*held, *problem.stocks.items()]:
            low, high = days if isinstance(days, tuple) else (days, days)
            self.start[:, shelves.holding(item)] += np.array([low, high, (low + high) / 2])[:, None]
        self.opening = self._opening([change for change in changes if change.kind not in _OPENING])
        self.courses: dict[tuple[str, frozenset[int]], Course] = {}

    def _opening(self, changes: list[Change]) -> list[tuple[np.ndarray, np.ndarray] | None]:
        """Return for each measure that is a new source its links, and the gains (3 x sides) that the threat leaves them."""
        base, inside = self.shelves.base, set(self.shelves.base.items)
        keys = [m.source if m.item in inside else None for m in self.problem.measures]
        whole = [add_source(key[0], 1.0, node=key[1]) for key in dict.fromkeys(keys) if key is not None]
        left = conditions(base, Scenario("", [*whole, *changes])).gain
        return [None if key is None else (base.sources[key], left[:, :, base.sources[key]]) for key in keys]

    @cached_property
    def relevant(self) -> frozenset[int]:
        """Measures about something that is short at some time when nothing is done; the others change nothing."""
        least = self.run((), "high").least.min(axis=1)
        short = least < 1.0 - NOTHING
        owner = self.shelves.base.owner
        found = []
        for j, measure in enumerate(self.problem.measures):
            source = self.opening[j]
            at = owner[source[0]] if source is not None else self.shelves.arrival[self.shelves.holding(measure.item)]
            if short[at].any() and measure.ready < self.length and (measure.share or measure.days):
                found.append(j)
        return frozenset(found)

    def course(self, chosen: Iterable[int], reading: str) -> Course:
        """Return how the threat runs with some measures; ``reading`` is that of the risk (low: certain)."""
        key = reading, self.relevant.intersection(chosen)
        if key not in self.courses:
            self.courses[key] = replace(self.run(key[1], reading), mean=_NONE, least=_NONE)
        return self.courses[key]

    def run(self, chosen: Iterable[int], reading: str, ends: list[float] | None = None) -> Course:
        """Return how the threat runs with some measures, with means over pieces (default: over the whole of it)."""
        kept, opened = KEPT[reading], {}
        bound = READINGS[kept].bound
        stock = self.start[bound].copy()
        for j in chosen:
            measure, source = self.problem.measures[j], self.opening[j]
            if source is None:
                stock[self.shelves.holding(measure.item)] += measure.days
                continue
            links, left = source
            more = opened.setdefault(measure.ready, np.zeros(self.state.gain.shape[1:]))
            more[:, links] += measure.share * left[bound]
        ends = ends or [self.length]
        return run(self.shelves, self.state, opened, stock, ends, self.problem.assumptions, kept, self.problem.below)

    def worth(self, lost: np.ndarray) -> float:
        """Return the risk that parts of the products' output over the whole time amount to."""
        values = np.array([self.problem.weighing.worth[product] for product in self.products])
        return self.weight * self.length * float(values @ lost)

    def wait(self, days: np.ndarray) -> float:
        """Return the weighted share that days of this threat have in the mean."""
        weights = np.array([self.problem.weighing.products[product] for product in self.products])
        return self.weight * float(weights @ days)
