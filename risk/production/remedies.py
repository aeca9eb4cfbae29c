r"""What to do first: the risk that each measure removes, and the best set of measures under a budget.

A **threat** is a scenario that lasts for some days. Over those days a product keeps the part x of its output that the
production network gives (`risk.simulate`), where d days of stock of an item are a source that delivers d / D of its use
for D days, and a new source that is ready after r days delivers its share for (D - r) of them. The **risk** is the yearly
value of the products that is lost, averaged over the threats by their weights:

.. math:: R(M) = \sum_t w_t \frac{D_t}{365} \sum_p v_p \left(1 - x_{pt}(M)\right)

Using a stock at an even rate loses nothing against any other plan: all constraints are linear, so the average of a feasible
plan over time is feasible too. Weights are the user's judgement; with equal weights the risk is the mean over the threats,
and no expected loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ...graph import InputError, LimitError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from .scenario import Change, Scenario, add_source, check_scenario
from .simulation import Solution, apply, solve

YEAR = 365.0
"""Days of the year that values are given for."""
TIME_LIMIT = 60.0
"""Seconds that the solver may take by default; a set that is not proven best is never returned."""


@dataclass(frozen=True, slots=True)
class Threat:
    """A scenario, how long it lasts (days, more than 0) and how much it weighs (0 or more)."""

    scenario: Scenario
    days: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that could be done; use `new_source` or `more_stock` to make one.

    Attributes
    ----------
    id : str
        Its name in the results.
    item : str
        What it is about.
    share : float
        Part of the item's market that a new source can deliver, 0..1; 0 for a stock.
    node : str or None
        The country or supplier where the source stands: it shares that place's fate.
    ready : float
        Days after the start of a threat until the source delivers.
    days : float
        Days of stock.
    cost : float or None
        Cost of the measure; ``None`` where it is not known.
    """

    id: str
    item: str
    share: float = 0.0
    node: str | None = None
    ready: float = 0.0
    days: float = 0.0
    cost: float | None = None


def new_source(
    id: str, item: str, *, share: float = 1.0, node: str | None = None, ready: float = 0.0, cost: float | None = None
) -> Measure:
    """Return a measure called ``id``: a source that can deliver ``share`` (0..1) of the item's market.

    It stands at ``node`` (default: a place that no threat touches) and delivers from ``ready`` days into a threat;
    ``cost`` is in the user's currency.

    Raises
    ------
    InputError
        A share outside 0..1, or days or a cost that are negative or not finite.
    """
    if not 0 <= share <= 1:
        raise InputError("risk.mitigation.share", measure=shorten(id), value=shorten(share))
    return Measure(id, item, share, node, _amount(id, ready), 0.0, _cost(id, cost))


def more_stock(id: str, item: str, days: float, *, cost: float | None = None) -> Measure:
    """Return a measure called ``id``: ``days`` more of stock of an item, at a cost in the user's currency.

    Raises
    ------
    InputError
        Days or a cost that are negative or not finite.
    """
    return Measure(id, item, days=_amount(id, days), cost=_cost(id, cost))


def _amount(id: str, days: float) -> float:
    if not 0 <= days < float("inf"):
        raise InputError("risk.mitigation.days", measure=shorten(id), value=shorten(days))
    return float(days)


def _cost(id: str, cost: float | None) -> float | None:
    if cost is not None and not 0 <= cost < float("inf"):
        raise InputError("risk.mitigation.cost", measure=shorten(id), value=shorten(cost))
    return cost


@dataclass(frozen=True)
class Plan:
    """The best set of measures under a budget.

    ``chosen`` are ids; ``cost`` their sum; ``before_low, before_high`` and ``after_low, after_high`` the risk without and
    with them, certain (low) and possible (high), in the unit of the values.
    """

    chosen: tuple[str, ...]
    cost: float
    before_low: float
    before_high: float
    after_low: float
    after_high: float


def mitigation(
    graph: SupplyGraph | ProductionNetwork,
    values: Mapping[str, float],
    threats: Iterable[Threat],
    measures: Iterable[Measure],
    *,
    stocks: Mapping[str, float] | None = None,
    buyer: str | None = None,
    level: str = "country",
) -> pl.DataFrame:
    """Return what each measure alone removes of the risk, against doing nothing.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        The facts. A compiled network is used as it is (``buyer`` and ``level`` are then its own).
    values : mapping
        Products and their yearly value (money or any unit).
    threats : iterable of Threat
        What may happen. A threat that halts an *item* also halts its stock and its new sources; name suppliers or countries.
    measures : iterable of Measure
        What could be done; ids are unique.
    stocks : mapping, optional
        Days of stock by item that are there today.
    buyer, level
        As in `risk.simulate`.

    Returns
    -------
    polars.DataFrame
        First a row for doing nothing (``measure`` null), then one row per measure, the most useful first (by cost where a
        cost is given): ``measure, item, cost, risk_low, risk_high`` (certain and possible risk, unit of ``values``, for the
        measure alone), ``removed_low, removed_high`` (of the certain and of the possible risk), ``removed_per_cost``
        (possible risk removed per unit of cost; null without a cost).

    Raises
    ------
    InputError
        No product, no threat, equal ids, or a number out of range.
    UnknownIdError
        Something that the graph does not have.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet")],
    ...     inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": "robot", "supplier": "JPN", "source": "s", "share": 1},
    ...             {"item": "magnet", "supplier": "CHN", "source": "s", "share": 1}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> threat = Threat(Scenario("stop", halt("CHN")), days=73)
    >>> frame = mitigation(graph, {"robot": 1000.0}, [threat], [more_stock("stock", "magnet", 36.5, cost=10)], buyer="JPN")
    >>> frame.select("measure", "risk_high", "removed_high").rows()
    [(None, 200.0, 0.0), ('stock', 100.0, 100.0)]
    """
    problem = _Problem(graph, values, threats, measures, stocks or {}, buyer, level)
    before = problem.risk(())
    rows: list[tuple[object, ...]] = [(None, None, None, *before, 0.0, 0.0, None)]
    for j, measure in enumerate(problem.measures):
        after = problem.risk((j,))
        removed = (before[0] - after[0], before[1] - after[1])
        per_cost = removed[1] / measure.cost if measure.cost else None
        rows.append((measure.id, measure.item, measure.cost, *after, *removed, per_cost))
    names = ["measure", "item", "cost", "risk_low", "risk_high", "removed_low", "removed_high", "removed_per_cost"]
    schema = dict.fromkeys(names, pl.Float64) | {"measure": pl.String, "item": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    order = [pl.col("measure").is_not_null(), -pl.col("removed_per_cost"), -pl.col("removed_high"), "measure"]
    return frame.sort(order, nulls_last=[False, True, True, False])


def best_measures(
    graph: SupplyGraph | ProductionNetwork,
    values: Mapping[str, float],
    threats: Iterable[Threat],
    measures: Iterable[Measure],
    budget: float,
    *,
    stocks: Mapping[str, float] | None = None,
    buyer: str | None = None,
    level: str = "country",
    time_limit: float = TIME_LIMIT,
) -> Plan:
    r"""Return the set of measures that removes most of the *possible* risk within a budget, exactly.

    The production network under each threat is a linear program: with the reading that places what is not known where it
    hurts most, its greatest fixed point is the greatest x with

    .. math:: x_p \le c_p x_r, \qquad
              x_q \le \sum_s low_{qs} g_{qs} x_s + \min_{0 \le t \le high - low} \sum_s t_s g_{qs} x_s

    (the inner minimum by its dual). A binary variable opens each measure's source in all threats at once; the budget is one
    more row. HiGHS solves it to proven optimality.

    Parameters
    ----------
    graph, values, threats, measures, stocks, buyer, level
        As in `mitigation`. Measures without a cost are left out.
    budget : float
        What the chosen measures may cost together, 0 or more.
    time_limit : float
        Seconds.

    Raises
    ------
    InputError
        A budget that is negative or not finite, or an argument that `mitigation` refuses.
    LimitError
        The optimum is not proven within ``time_limit``.

    References
    ----------
    .. [1] Huangfu, Q. and Hall, J. A. J. (2018), Mathematical Programming Computation 10, 119-142,
       doi:10.1007/s12532-017-0130-5.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet", "chip")],
    ...     inputs=[{"item": "robot", "input": i, "source": "s"} for i in ("magnet", "chip")],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": "robot", "supplier": "JPN", "source": "s", "share": 1}]
    ...     + [{"item": i, "supplier": "CHN", "source": "s", "share": 1} for i in ("magnet", "chip")],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> threat = Threat(Scenario("stop", halt("CHN")), days=100)
    >>> stocks = [more_stock(i, i, 50, cost=5) for i in ("magnet", "chip")]
    >>> plan = best_measures(graph, {"robot": 365.0}, [threat], stocks, budget=10, buyer="JPN")
    >>> plan.chosen, plan.before_high, plan.after_high
    (('chip', 'magnet'), 100.0, 50.0)
    """
    if not 0 <= budget < float("inf"):
        raise InputError("risk.mitigation.budget", value=shorten(budget))
    priced = [measure for measure in measures if measure.cost is not None]
    problem = _Problem(graph, values, threats, priced, stocks or {}, buyer, level)
    chosen = problem.best(budget, time_limit)
    before, after = problem.risk(()), problem.risk(chosen)
    cost = sum(problem.measures[j].cost or 0.0 for j in chosen)
    return Plan(tuple(sorted(problem.measures[j].id for j in chosen)), cost, *before, *after)


class _Problem:
    """The threatened networks with every measure built in and shut; opening some gives the risk."""

    def __init__(
        self,
        graph: SupplyGraph | ProductionNetwork,
        values: Mapping[str, float],
        threats: Iterable[Threat],
        measures: Iterable[Measure],
        stocks: Mapping[str, float],
        buyer: str | None,
        level: str,
    ) -> None:
        self.values, self.threats, self.measures = dict(values), list(threats), list(measures)
        self._check()
        if isinstance(graph, SupplyGraph):
            for threat in self.threats:
                check_scenario(graph, threat.scenario)
            base = ProductionNetwork.from_graph(graph, None, buyer=buyer, level=level)
        else:
            base = graph
        for item in (*self.values, *stocks, *(measure.item for measure in self.measures)):
            base.market(item)
        self.first = len(base.producer)
        self.networks: list[ProductionNetwork] = []
        for threat in self.threats:
            added = [self._source(m.item, m.share, m.node, m.ready, m.days, threat.days) for m in self.measures]
            added += [self._source(item, 0.0, None, 0.0, days, threat.days) for item, days in stocks.items()]
            built = self._unnamed(apply(base, Scenario("measures", added)))
            self.networks.append(apply(built, threat.scenario))
        self.products = [[network.market(product) for product in self.values] for network in self.networks]
        weight = sum(threat.weight for threat in self.threats)
        self.weights = [threat.weight / weight * threat.days / YEAR for threat in self.threats]
        self.amounts = np.array(list(self.values.values()))

    def _check(self) -> None:
        if not self.values or not self.threats:
            raise InputError("risk.mitigation.empty")
        for product, value in self.values.items():
            if not 0 <= value < float("inf"):
                raise InputError("risk.mitigation.value", product=shorten(product), value=shorten(value))
        for threat in self.threats:
            if not 0 < threat.days < float("inf") or not 0 <= threat.weight < float("inf"):
                raise InputError("risk.mitigation.threat", threat=shorten(threat.scenario.name))
        if not any(threat.weight for threat in self.threats):
            raise InputError("risk.mitigation.empty")
        ids = [measure.id for measure in self.measures]
        for id in {id for id in ids if ids.count(id) > 1}:
            raise InputError("risk.mitigation.same_id", measure=shorten(id))

    def _unnamed(self, network: ProductionNetwork) -> ProductionNetwork:
        """Give new sources names of their own: that one stands in a country says nothing about who holds the rest."""
        new = pl.int_range(pl.len()) >= self.first
        named = pl.when(new).then(pl.format("+{}", pl.int_range(pl.len()))).otherwise("supplier")
        return replace(network, nodes=network.nodes.with_columns(supplier=named))

    @staticmethod
    def _source(item: str, share: float, node: str | None, ready: float, stock: float, length: float) -> Change:
        if stock:
            return add_source(item, min(1.0, stock / length), recycling=True)
        return add_source(item, share * max(0.0, 1 - ready / length), node=node)

    def opened(self, network: ProductionNetwork, chosen: Sequence[int]) -> Solution:
        """Solve a network with only the chosen measures open."""
        shut = [self.first + j for j in range(len(self.measures)) if j not in chosen]
        low, high = network.cap_low.copy(), network.cap_high.copy()
        low[shut] = high[shut] = 0.0
        return solve(replace(network, cap_low=low, cap_high=high))

    def risk(self, chosen: Sequence[int]) -> tuple[float, float]:
        """Return the certain and the possible risk with the chosen measures."""
        certain = possible = 0.0
        for network, products, weight in zip(self.networks, self.products, self.weights, strict=True):
            solution = self.opened(network, chosen)
            certain += weight * float(self.amounts @ (1 - solution.high[products]))
            possible += weight * float(self.amounts @ (1 - solution.low[products]))
        return certain, possible

    def best(self, budget: float, time_limit: float) -> tuple[int, ...]:
        """Return the measures of an optimal set."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if not self.measures:
            return ()
        program = _Program(len(self.measures))
        for network, products, weight in zip(self.networks, self.products, self.weights, strict=True):
            none = self.opened(network, ()).low
            every = self.opened(network, range(len(self.measures))).low
            program.add(network, none, every, self.first, dict(zip(products, self.amounts * weight, strict=True)))
        scale = max(float(np.abs(program.gains).max(initial=0.0)), 1e-300)
        cost = np.array([measure.cost for measure in self.measures], dtype=np.float64)
        integer = np.zeros(program.size)
        integer[: len(cost)] = 1
        spend = np.zeros((1, program.size))
        spend[0, : len(cost)] = cost
        found = milp(
            -program.gains / scale,
            integrality=integer,
            bounds=Bounds(0.0, np.array(program.upper)),  # pyright: ignore[reportArgumentType]
            constraints=[*program.constraints(), LinearConstraint(spend, ub=budget)],
            options={"time_limit": time_limit, "mip_rel_gap": 0.0},
        )
        if found.status != 0 or found.x is None:
            raise LimitError("risk.mitigation.not_proven", seconds=f"{time_limit:g}", measures=len(cost))
        return self._needed([int(j) for j in np.flatnonzero(found.x[: len(cost)] > 0.5)])

    def _needed(self, chosen: list[int]) -> tuple[int, ...]:
        """Leave out what removes nothing within the set, the dearest first."""
        risk = self.risk(chosen)[1]
        for j in sorted(chosen, key=lambda j: (-(self.measures[j].cost or 0.0), self.measures[j].id)):
            rest = [other for other in chosen if other != j]
            if self.risk(rest)[1] <= risk + 1e-9 * max(1.0, float(self.amounts.sum())):
                chosen = rest
        return tuple(chosen)


class _Program:
    """The linear program of all threats: variables for the measures first, then for every node that they can change."""

    def __init__(self, measures: int) -> None:
        self.measures = measures
        self.upper = [1.0] * measures
        self.gain: dict[int, float] = {}
        self.rows: list[dict[int, float]] = []
        self.limits: list[float] = []

    @property
    def size(self) -> int:
        return len(self.upper)

    @property
    def gains(self) -> np.ndarray:
        gains = np.zeros(self.size)
        for variable, gain in self.gain.items():
            gains[variable] += gain
        return gains

    def constraints(self) -> list:
        """Return the rows as one sparse constraint."""
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array

        if not self.rows:
            return []
        counts = np.cumsum([0, *(len(row) for row in self.rows)])
        columns = np.array([variable for row in self.rows for variable in row])
        data = np.array([factor for row in self.rows for factor in row.values()])
        matrix = csr_array((data, columns, counts), shape=(len(self.rows), self.size))
        return [LinearConstraint(matrix, ub=np.array(self.limits))]  # pyright: ignore[reportArgumentType]

    def add(
        self, network: ProductionNetwork, none: np.ndarray, every: np.ndarray, first: int, gains: Mapping[int, float]
    ) -> None:
        """Add one threat. A node that is the same with no measure and with all of them is a constant."""
        moving = np.flatnonzero(every > none + 1e-12)
        variables = {int(node): self._variable(float(every[node])) for node in moving}
        for node, variable in variables.items():
            if network.producer[node]:
                if first <= node < first + self.measures:
                    self._row({variable: 1.0, node - first: -float(every[node])}, 0.0)
                for source in network.sources(node):
                    if int(source) in variables:
                        self._row({variable: 1.0, variables[int(source)]: -float(network.cap_low[node])}, 0.0)
            else:
                self._pool(network, node, variable, variables, none)
        for node, gain in gains.items():
            if node in variables:
                self.gain[variables[node]] = self.gain.get(variables[node], 0.0) + float(gain)

    def _variable(self, upper: float) -> int:
        self.upper.append(upper)
        return len(self.upper) - 1

    def _row(self, row: dict[int, float], limit: float) -> None:
        self.rows.append(row)
        self.limits.append(limit)

    def _pool(
        self, network: ProductionNetwork, node: int, variable: int, variables: Mapping[int, int], fixed: np.ndarray
    ) -> None:
        """A pool holds at most what its sources give; what is not attributed goes where it gives least."""
        row, limit = {variable: 1.0}, 0.0
        links = range(int(network.indptr[node]), int(network.indptr[node + 1]))
        rooms = {k: float(network.high[k] - network.low[k]) for k in links if network.high[k] > network.low[k]}
        slack = min(float(network.slack[node]), sum(rooms.values()))
        price = None
        if slack > 1e-15:
            price = self._variable(1.0)
            row[price] = -slack
        for k in links:
            source, gain = int(network.indices[k]), float(network.gain_low[k])
            if source in variables:
                row[variables[source]] = row.get(variables[source], 0.0) - float(network.low[k]) * gain
            else:
                limit += float(network.low[k]) * gain * float(fixed[source])
            if price is not None and k in rooms:  # price - excess <= gain * x
                excess = self._variable(1.0)
                row[excess] = rooms[k]
                given = {variables[source]: -gain} if source in variables else {}
                self._row({price: 1.0, excess: -1.0} | given, 0.0 if given else gain * float(fixed[source]))
        self._row(row, limit)
