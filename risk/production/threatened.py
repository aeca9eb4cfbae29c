"""Threatened products: the networks of a question with every measure compiled in, shut; opening some gives the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ...graph import ProductionNetwork, SupplyGraph
from ...graph.network import MARKET, NewSource
from . import flows
from .changes import Change, Share, stockpile
from .conditions import OPENED, Effects, new_sources
from .courses import SHORT, Film
from .scenario import Scenario, check_scenario
from .simulation import READINGS, Assumptions, expect_solutions

if TYPE_CHECKING:
    from .remedies import Measure, Threat

KEPT = {"estimate": "estimate", "low": "high", "high": "low"}
"""Readings of a risk, in the order of its figures, as readings of what is kept: certain (low) is the best arrangement."""


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


def expect_runs(graph: SupplyGraph, count: int) -> None:
    """Say ahead what the loops will go over where so many threats, each in one reading, are solved and followed in time.

    A network has as many links as its graph has rows, about; for each a run goes over thirty numbers.
    """
    links = graph.inputs.height + graph.shares.height
    expect_solutions(links * count)
    flows.run.expect(30 * links * count)


class Problem:
    """Products, threats and measures; figures of a set of measures are worked out once and remembered."""

    def __init__(
        self,
        graph: SupplyGraph | ProductionNetwork | Sequence[ProductionNetwork],
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
        goods = list(weighing.worth)
        if isinstance(graph, SupplyGraph):
            sources = needed_sources(threats, measures)
            networks = _compiled(graph, goods, threats, measures, stocks, sources, options)
            places = [(at, network, products) for products, network in networks.items() for at in range(len(threats))]
        else:
            if isinstance(graph, ProductionNetwork):
                for item in (*goods, *stocks, *(measure.item for measure in measures)):
                    graph.market(item)
                graph = [graph] * len(threats)
            places = [(at, network, tuple(goods)) for at, network in enumerate(graph)]
        self.parts = [Threatened(self, at, network, products) for at, network, products in places]

    def risk(self, chosen: Iterable[int]) -> tuple[float, float, float]:
        """Return the risk with some measures: estimate, certain, possible."""
        found = self._figures(chosen, lambda part, fate: part.worth(fate.lost))
        estimate, low, high = (float(sum(each[at] for each in found)) for at in range(3))
        inside = sorted((low, high))
        return min(max(estimate, inside[0]), inside[1]), low, high

    def days(self, chosen: Iterable[int]) -> tuple[float, float, float]:
        """Return the mean days until the output is below the level: estimate, at least, at most (of the three courses)."""
        # A course that keeps more in all may be below a level earlier: the estimate is one of the courses, too.
        found = self._figures(chosen, lambda part, fate: part.wait(fate.below))
        estimate = float(sum(each[0] for each in found))
        return estimate, float(sum(min(each) for each in found)), float(sum(max(each) for each in found))

    def _figures(
        self, chosen: Iterable[int], figure: Callable[[Threatened, Fate], float]
    ) -> list[tuple[float, float, float]]:
        """A figure of each threat and network: estimate, certain, possible."""
        chosen = tuple(chosen)
        readings = [[figure(part, part.fate(chosen, reading)) for part in self.parts] for reading in KEPT]
        return list(zip(*readings, strict=True))  # type: ignore[arg-type]


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
    check_scenario(graph, Scenario("", [*held, *(measure.change for measure in measures)]))
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


@dataclass(frozen=True)
class Fate:
    """How a threat runs in one reading, by product.

    ``lost``: part of the output over the whole time that is lost (0..1); ``below``: day on which the output falls below the
    level asked (the length of the threat when it never does).
    """

    lost: np.ndarray
    below: np.ndarray


_known_stock = lru_cache(4096)(stockpile)
"""Many threats meet the same stocks."""


def _held(item: str, days: Share) -> Change:
    return _known_stock(item, days) if isinstance(days, float) else stockpile(item, days)


class Threatened:
    """One threat to the products of one network: its changes, what is in stock today, and every measure as a change."""

    def __init__(self, problem: Problem, at: int, network: ProductionNetwork, products: Sequence[str]) -> None:
        # What it needs of the problem, and not the problem, which holds it: a circle would keep its memory for long.
        self.weighing, self.measures = problem.weighing, problem.measures
        self.assumptions, self.below = problem.assumptions, problem.below
        self.network, self.products = network, list(products)
        threat = problem.threats[at]
        self.name = threat.scenario.name
        self.length, self.weight = float(threat.days), problem.weighing.threats[at]
        here = set(network.items)
        changes = [change for change in threat.scenario if change.kind not in OPENED or change.item in here]
        changes += [_held(item, days) for item, days in problem.stocks.items() if item in here]
        self.first = len(changes)
        self.inside = [j for j, measure in enumerate(problem.measures) if measure.item in here]
        self.scenario = Scenario(self.name, [*changes, *(problem.measures[j].change for j in self.inside)])
        self.effects = Effects(network, self.scenario)
        self.markets = np.array([network.views[product] for product in self.products], np.int64)
        self.matter: dict[str, frozenset[int]] = {}
        self.fates: dict[tuple[str, frozenset[int]], Fate] = {}

    def relevant(self, reading: str) -> frozenset[int]:
        """Return the measures about something that is short at some time when nothing is done; others change nothing."""
        if reading in self.matter:
            return self.matter[reading]
        film = self._film(())
        markets = np.flatnonzero(self.network.kind == MARKET)
        film.report = (markets[:, None] * film.sides + np.arange(film.sides)).ravel()
        _, rates = film.run(self.assumptions, READINGS[KEPT[reading]])
        least = rates.min(axis=0).reshape(len(markets), -1).min(axis=1)
        names = self.network.names
        short = set(names.texts("item", names.codes("item")[markets[least < 1.0 - SHORT]]))
        found = [(j, self.measures[j]) for j in self.inside]
        found = [(j, one) for j, one in found if one.item in short and (one.share or one.days)]
        self.matter[reading] = frozenset(j for j, measure in found if measure.ready < self.length)
        return self.matter[reading]

    def fate(self, chosen: Iterable[int], reading: str) -> Fate:
        """Return how the threat runs with some measures; ``reading`` is that of the risk (low: certain)."""
        key = reading, self.relevant(reading).intersection(chosen)
        if key not in self.fates:
            self.fates[key] = self.run(key[1], reading)
        return self.fates[key]

    def run(self, chosen: Iterable[int], reading: str) -> Fate:
        """Return how the threat runs with some measures, whether they are relevant or not."""
        film = self._film(chosen)
        film.report = self.markets * film.sides + self.effects.sides.reader
        days, rates = film.run(self.assumptions, READINGS[KEPT[reading]])
        short = rates < self.below - SHORT
        below = np.where(short.any(axis=0), days[short.argmax(axis=0)], self.length)
        # Summed in one order, whatever the place in memory: a product of matrices may differ in the last digit.
        ends = np.concatenate([days[1:], [self.length]])
        lost = ((ends - days)[:, None] * (1.0 - rates)).sum(axis=0)
        return Fate(np.where(lost < SHORT, 0.0, lost) / self.length, below)

    def _film(self, chosen: Iterable[int]) -> Film:
        chosen = set(chosen)
        left_out = {self.first + at for at, j in enumerate(self.inside) if j not in chosen}
        return Film(self.network, self.scenario, self.length, goods=self.products, effects=self.effects, left_out=left_out)

    def worth(self, lost: np.ndarray) -> float:
        """Return the risk that parts of the products' output over the whole time amount to."""
        values = np.array([self.weighing.worth[product] for product in self.products])
        return self.weight * self.length * float(values @ lost)

    def wait(self, days: np.ndarray) -> float:
        """Return the weighted share that days of this threat have in the mean."""
        weights = np.array([self.weighing.products[product] for product in self.products])
        return self.weight * float(weights @ days)
