"""What a scenario does: the production network solved under its conditions, as intervals, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.kernel import numbers_in
from ...graph.network import EQUIPMENT, EXTRA, GROUP, MAKER, MARKET, SHARED, remembered
from ...graph.notebook import table
from . import kernels, solver
from .arrays import Given, Room, State, Way, net_of
from .changes import Change
from .conditions import ESTIMATE, HIGH, LOW, Conditions, between, conditions, new_sources
from .scenario import Scenario, check_scenario, scenario_of
from .ways import way

CHOICES = {"sharing": ("alike", "first"), "term": ("short", "long"), "sourcing": ("world", "any")}
"""What may be assumed; the first is the default."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How what nobody knows is read: bounds, spread of open shares and mixes, arrangement among makers."""

    bound: int
    spread: int
    arrangement: int
    mixing: int


READINGS = {
    "low": Reading(LOW, kernels.LEAST, kernels.WORST, kernels.LEAST),
    "high": Reading(HIGH, kernels.MOST, kernels.BEST, kernels.MOST),
    "estimate": Reading(ESTIMATE, kernels.EVEN, kernels.ALIKE, kernels.EVEN),
    "facts": Reading(LOW, kernels.LEAST, kernels.BEST, kernels.MOST),
}
"""low: where it hurts most; high: where it hurts least; estimate: open shares spread like the known part, every maker
supplied alike; facts: the worst completion of the shares, in the best arrangement (the reading of cut sets)."""


@checked()
@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed; printed once beside every figure.

    Attributes
    ----------
    sharing : {"alike", "first"}
        All uses of a scarce input are cut alike, or this product is served first where its part of the input's demand is
        known (``inputs.use_share_low/high``).
    term : {"short", "long"}
        Machines go on (short), or stop with what makes them (long).
    sourcing : {"world", "any"}
        A buyer without sourcing of its own, or a new source, buys as the world does; or in any way that the shares allow, a
        new source then with any stock of what it needs.
    unstated : float
        The use share that counts where nobody states one and this product is served first, above 0 and up to 1 (1: served no
        better than the others).
    """

    sharing: str = "alike"
    term: str = "short"
    sourcing: str = "world"
    unstated: float = 1.0

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise InputError(
                    f"risk.simulation.{name}", value=shorten(value), hint=did_you_mean(nearest(str(value), allowed))
                )


@dataclass(frozen=True, eq=False)
class Outcome:
    """One reading of a network under conditions: ``x`` (n x sides) and what it was computed from."""

    reading: Reading
    x: np.ndarray
    kept: np.ndarray
    use: np.ndarray
    cap: np.ndarray
    gain: np.ndarray
    side: np.ndarray
    network: ProductionNetwork
    strict: int
    converged: bool

    def reach(self, link: int, side: int) -> float:
        """Return what a link's requirement gets, from a side."""
        net = self.network
        level = self.x[net.indices[link], side : side + 1]
        return kernels.passing(float(level[0]), float(self.use[link]), int(net.flags[link]), self.strict)


@dataclass(frozen=True, eq=False)
class Solution:
    """A network under conditions and assumptions, an outcome for each reading (see `READINGS`): what `solve` returns."""

    network: ProductionNetwork
    conditions: Conditions
    assumptions: Assumptions
    outcomes: dict[str, Outcome]

    @property
    def converged(self) -> bool:
        """Whether every cycle settled in every reading."""
        return all(outcome.converged for outcome in self.outcomes.values())

    def _outcome(self, reading: str) -> Outcome:
        if reading not in self.outcomes:
            raise InputError("risk.simulation.reading", value=shorten(reading))
        return self.outcomes[reading]

    @checked()
    def level(self, item: str, reading: str = "estimate") -> float:
        """Return what is kept of an item's supply, as the buyer sees it: 0..1."""
        return float(self._outcome(reading).x[self.network.views[item], self.conditions.reader])

    @checked()
    def levels(self, reading: str, items: Iterable[str] | None = None) -> np.ndarray:
        """Return what is kept of the supply of items (default: all), as the buyer sees it."""
        nodes = self.network.item_markets if items is None else [self.network.views[item] for item in items]
        return self._outcome(reading).x[nodes, self.conditions.reader]

    @checked()
    def frame(self, name: str = "") -> pl.DataFrame:
        """Return one row per item; see `simulate`."""
        network = self.network
        markets = network.item_markets
        low = self.levels("low")
        binding, hit = self._why()
        goals = binding[markets]
        names = network.nodes["item"].gather(np.maximum(goals, 0))
        return pl.DataFrame(
            {
                "scenario": pl.repeat(name, len(markets), dtype=pl.String, eager=True),
                "item": network.items,
                "kept_low": low,
                "kept_high": self.levels("high"),
                "kept_estimate": self.levels("estimate"),
                "binding": names.set(pl.Series((goals < 0) | (low >= 1)), None),
                "directly_hit": hit[markets] & (low < 1),
                "source": network.nodes["source"].gather(markets),
                "converged": np.full(len(markets), self.converged),
            }
        )

    def _repr_html_(self) -> str:
        heads = ["item", "kept_low", "kept_high", "kept_estimate", "binding"]
        return table(heads, self.frame().sort("kept_low", "kept_high", "item").select(heads).rows(), repr(self.network))

    def _why(self) -> tuple[np.ndarray, np.ndarray]:
        """For every market in the low reading: what limits its makers most (-1: nothing), and if they are hit themselves.

        A need that they share comes first, then what the makers that buy on their own lack, by their weight.
        """
        network, least = self.network, self.outcomes["low"]
        n, owner = len(network.kind), network.owner
        at = np.where(network.kind[owner] == MAKER, least.side[owner], self.conditions.unknown)
        level = np.minimum(least.x[network.indices, at], 1.0)
        level = np.where(least.use < 1, np.minimum(1.0, level / np.maximum(least.use, 1e-300)), level)
        loss = (1 - least.kept) * (1 - level)
        market = np.repeat(np.arange(n), np.diff(network.need_indptr))
        shared = _worst_of(market, network.indices[network.needs], loss[network.needs], n)
        own = (network.kind[owner] == MAKER) & ((network.flags & SHARED) == 0)
        behind = _worst_of(owner[own], network.indices[own], loss[own], n)
        lacking = np.zeros(n)
        np.maximum.at(lacking, owner[own], loss[own])
        sales = (network.kind[owner] == MARKET) & (behind[network.indices] >= 0)
        pairs = pl.DataFrame(
            {
                "market": owner[sales],
                "goal": behind[network.indices[sales]],
                "loss": network.high[sales] * lacking[network.indices[sales]],
            }
        )
        pairs = pairs.group_by("market", "goal", maintain_order=True).agg(pl.col("loss").sum())
        apart = _worst_of(pairs["market"].to_numpy(), pairs["goal"].to_numpy(), pairs["loss"].to_numpy(), n)
        cut = (least.gain < 1).any(axis=0) | (least.cap[network.indices] < 1)
        cut &= (network.kind[owner] == MARKET) & ((network.flags & EXTRA) == 0)
        return np.where(shared >= 0, shared, apart), np.bincount(owner[cut], minlength=n) > 0

    @checked()
    def trace(self, item: str | None = None, reading: str = "low") -> pl.DataFrame:
        """Return why: the chain from an item (default: the product) down to what is hit; see `risk.trace`."""
        return way(self, self._outcome(reading), self.network.market(item or str(self.network.product)))


def _worst_of(group: np.ndarray, goal: np.ndarray, loss: np.ndarray, count: int) -> np.ndarray:
    """Return for each group the goal of the greatest loss, the first of equals; -1 where nothing is lost."""
    worst = np.full(count, -1, np.int64)
    order = np.lexsort((-goal, loss.round(12), group))
    order = order[loss[order] > 1e-12]
    worst[group[order]] = goal[order]  # the last one written stands: the greatest
    return worst


def served_first(network: ProductionNetwork, assumptions: Assumptions, bound: int) -> np.ndarray:
    """Return the use share of each link within which this product is served first (1: all uses are cut alike)."""
    if assumptions.sharing != "first":
        return np.ones(len(network.use_low))
    found = np.nan_to_num(between(bound, network.use_high, network.use_low), nan=1.0)
    if assumptions.unstated < 1:
        # A use is a maker's need of one input, or one of its alternatives; a market, or what leads to a group, is none.
        owner, goal = network.kind[network.owner], network.kind[network.indices]
        uses = (owner == GROUP) | ((owner == MAKER) & (goal != GROUP))
        found[uses & np.isnan(network.use_low)] = assumptions.unstated
    return found


def hardest_first(network: ProductionNetwork, kept: np.ndarray) -> np.ndarray:
    """Return the needs of each market by what its makers keep without them, counted from its first."""
    counts = np.diff(network.need_indptr)
    market = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((kept[network.needs], market))  # of those alike the first comes first
    return order - network.need_indptr[market]


def strictness(assumptions: Assumptions, reading: Reading) -> int:
    """Return what reaches a buyer whose sourcing is assumed, as a number of `kernels`."""
    if assumptions.sourcing != "any" or reading.arrangement == kernels.ALIKE:
        return kernels.LOOSE
    return kernels.STRICT_LOW if reading.arrangement == kernels.WORST else kernels.STRICT_HIGH


@remembered
def needs_of(network: ProductionNetwork, assumptions: Assumptions, bound: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What makers keep without each requirement, its use share, and the needs of each market, the hardest first."""
    kept = between(bound, network.kept_low, network.kept_high)
    if assumptions.term == "short":
        kept = np.where(network.flags & EQUIPMENT, 1.0, kept)
    return kept, served_first(network, assumptions, bound), hardest_first(network, kept)


def expect_solutions(links: int) -> None:
    """Say ahead what is solved, of so many links of networks together: for each a solution goes over a hundred numbers."""
    solver.solve.expect(100 * links)


@checked()
def solve(
    network: ProductionNetwork,
    scenario: Scenario | Conditions,
    assumptions: Assumptions | None = None,
    readings: Iterable[str] = ("low", "high", "estimate"),
) -> Solution:
    """Return the greatest fixed point of a production network under conditions, in several readings.

    Parameters
    ----------
    network : ProductionNetwork
        With the new sources of the scenario compiled in.
    scenario : Scenario or Conditions
        What happens.
    assumptions : Assumptions, optional
        Default: all uses are cut alike, short term, buyers without sourcing of their own buy as the world does.
    readings : iterable of str
        Names of `READINGS`.

    Returns
    -------
    Solution
        For each reading what every maker and market keeps, 0..1.

    Raises
    ------
    InputError
        Another reading, a stock among the changes, or a new source that is not compiled in.

    >>> from kanmon.datasets import load
    >>> from kanmon.risk import Scenario, reduce
    >>> half = Scenario("half", reduce("CHN", 0.5, item="ndfeb_magnet"))
    >>> round(solve(load("permanent_magnet").network("ndfeb_magnet"), half).level("ndfeb_magnet", "low"), 3)
    0.53
    """
    assumptions = assumptions or Assumptions()
    readings = list(readings)
    for name in readings:
        if name not in READINGS:
            raise InputError("risk.simulation.reading", value=shorten(name))
    bounds = {READINGS[name].bound for name in readings}
    state = scenario if isinstance(scenario, Conditions) else conditions(network, scenario, bounds=bounds)
    found = {}
    for name in readings:
        found[name] = _outcome(network, state, assumptions, READINGS[name])
    if {"low", "high"} <= found.keys():  # where bounds meet, rounding must not turn them round
        low, high = found["low"].x, found["high"].x
        np.minimum(low, high, out=low)
        if "estimate" in found:
            np.clip(found["estimate"].x, low, high, out=found["estimate"].x)
    return Solution(network, state, assumptions, found)


def arguments(network: ProductionNetwork, state: Conditions, assumptions: Assumptions, reading: Reading) -> Given:
    """Return what the kernels take of a network under conditions in a reading."""
    kept, use, rank = needs_of(network, assumptions, reading.bound)
    n, m, sides = len(network.kind), len(network.indices), state.sides
    widest = network.widest
    cap, gain = state.cap[reading.bound], state.gain[reading.bound].reshape(sides * m)
    strict = strictness(assumptions, reading)
    return Given(
        net_of(network, rank, kept, use),
        State(state.side, cap, gain, np.ones(n * sides)),
        Way(sides, state.unknown, reading.spread, reading.arrangement, reading.mixing, strict),
        Room(np.zeros(widest), np.zeros(widest), np.zeros(widest), np.zeros(max(widest, sides))),
    )


def _outcome(network: ProductionNetwork, state: Conditions, assumptions: Assumptions, reading: Reading) -> Outcome:
    given = arguments(network, state, assumptions, reading)
    converged = solver.solve(*given, size=numbers_in(given.net) * state.sides + numbers_in(given.state))
    kept, use, _ = needs_of(network, assumptions, reading.bound)
    x = given.state.x.reshape(len(network.kind), state.sides)
    cap, gain = state.cap[reading.bound], state.gain[reading.bound]
    return Outcome(reading, x, kept, use, cap, gain, state.side, network, given.way.strict, bool(converged))


def prepared(
    graph: SupplyGraph | ProductionNetwork, scenarios: list[Scenario], product: str | None, **options: Any
) -> ProductionNetwork:
    """Return the network that scenarios are asked of; one that is compiled already stands as it is."""
    if isinstance(graph, ProductionNetwork):
        return graph
    for one in scenarios:
        check_scenario(graph, one)
    return graph.network(product, sources=new_sources(scenarios), **options)


@checked()
def simulate(
    graph: SupplyGraph | ProductionNetwork,
    scenarios: Scenario | Change | Iterable[Scenario],
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
) -> pl.DataFrame:
    r"""Return what is kept of each item's supply under a scenario: certain, possible and estimated losses.

    Take the makers that a market buys from and whose own sourcing nobody knows: shares :math:`s_p`, capacities :math:`c_p`
    (:math:`C = \sum s_p c_p`), availability :math:`A_g` of requirement g, and :math:`b_g`, what is kept without it. When
    they are the whole market,

    .. math::

        \text{kept\_high} &= \min\bigl(C,\; \min_g (b_g C + (1 - b_g) A_g)\bigr)

        \text{kept\_low} &= C - \max_x \textstyle\sum_g (1 - b_g) x_g, \quad 0 \le x_g \le 1 - A_g, \; \sum_g x_g \le C

        \text{kept\_estimate} &= C \cdot \min_g (b_g + (1 - b_g) A_g)

    the best arrangement, the worst (Fréchet's bounds) and every maker supplied alike. Where a market buys from makers of
    joint share S < 1, what reaches them lies between :math:`\max(0, 1 - (1 - A)/S)` and :math:`\min(1, A/S)`. A maker
    whose sourcing is known, a site and the audited company are one plant: :math:`\min(c, b_g c + (1 - b_g) A_g)` in every
    reading; where the sourcing of some needs only is known, the best arrangement and the estimate take the least of what
    these and the shared ones allow. Markets and groups of alternatives add up their sources by weight, over every
    completion of the shares that the data allows. What is not attributed to a named supplier may belong to whoever is hit,
    unless the hit supplier's own share is told.

    Inside a loop the estimate takes the best arrangement; the worst may run down to nothing. The bounds hold for every
    completion of the data, and are tight on trees.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        A compiled network is used as it is (``product``, ``buyer``, ``level`` and ``domestic`` are then its own).
    scenarios : Scenario, Change or several scenarios
        What happens. One without changes gives 1 everywhere. The answer holds while all changes are in force at once; when
        each begins and ends is a question for `timeline`.
    product : str, optional
        Only what this item needs.
    buyer : str, optional
        The country or company from whose place supply is seen. It makes ``product`` itself and buys what that needs; what it
        buys of ``product`` from others is not asked about: leave ``product`` out for that (or ask `affected`).
    level : {"country", "company", "site"}
        Whose shares.
    domestic : bool
        Assume that the buyer makes at home every step whose suppliers' shares are unknown.
    sharing : {"alike", "first"}
        All uses of a scarce input are cut alike, or this product is served first where its part u of the input's demand is
        known: :math:`A' = \min(1, A / u)`.
    term : {"short", "long"}
        Equipment goes on, or stops with what makes it.
    sourcing : {"world", "any"}
        A buyer without sourcing of its own buys as the world does, or in any way.

    Returns
    -------
    polars.DataFrame
        One row per scenario and item: ``scenario, item, kept_low, kept_high`` (0..1: the certain loss is ``1 - kept_high``,
        the possible loss ``1 - kept_low``), ``kept_estimate`` (an assumption, never to be shown alone), ``binding`` (the
        requirement that limits the item's makers most in the low reading, null when none), ``directly_hit`` (the low reading
        loses supply at the item itself), ``source`` (of the item's shares), ``converged``.

    Raises
    ------
    UnknownIdError
        The scenario, product or buyer names something that the graph does not have.
    InputError
        Two scenarios share a name; a stock, which buys time and keeps nothing for good; another value of a choice.

    References
    ----------
    .. [1] Leontief production with sourcing shares: Henriet, Hallegatte, Tabourier (2012), J. Econ. Dyn. Control
       36(1), 150-167, doi 10.1016/j.jedc.2011.07.007.
    .. [2] Bounds of an AND of unknown dependence: Fréchet (1935), Fundamenta Mathematicae 25, 379-387,
       doi 10.4064/fm-25-1-379-387.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet", "oxide")],
    ...     inputs=[{"item": a, "input": b, "source": "s"} for a, b in (("robot", "magnet"), ("magnet", "oxide"))],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN", "DEU")],
    ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.6},
    ...             {"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.4},
    ...             {"item": "oxide", "supplier": "CHN", "source": "s", "share": 0.7},
    ...             {"item": "oxide", "supplier": "DEU", "source": "s", "share": 0.3}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> frame = simulate(graph, Scenario("stop", halt("CHN")), product="robot", buyer="JPN")
    >>> for row in frame.select("item", "kept_low", "kept_high", "kept_estimate").rows():
    ...     print(row[0], *(round(kept, 9) for kept in row[1:]))
    magnet 0.0 0.3 0.12
    oxide 0.3 0.3 0.3
    robot 0.0 0.3 0.12
    """
    scenarios = scenario_of(scenarios)
    network = prepared(graph, scenarios, product, buyer=buyer, level=level, domestic=domestic)
    assumptions = Assumptions(sharing, term, sourcing)
    return pl.concat([solve(network, one, assumptions).frame(one.name) for one in scenarios])


@checked()
def trace(
    graph: SupplyGraph | ProductionNetwork,
    scenario: Scenario | Change,
    product: str,
    *,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    reading: str = "low",
) -> pl.DataFrame:
    """Return why: the chain from the product down to what the scenario hits, following what binds at each step.

    Parameters
    ----------
    graph, scenario, product, buyer, level, domestic, sharing, term, sourcing
        As in `simulate`.
    reading : {"low", "high", "estimate"}
        Follow the possible loss ("low"), the certain one ("high") or the estimate.

    Returns
    -------
    polars.DataFrame
        One row per step: ``step`` (0 is the product), ``item``, ``supplier`` (who makes it; "" where nobody is named, null
        for all makers together), ``share, share_low, share_high`` (part of the item's market that this step carries),
        ``kept`` (level of the node), ``cause`` ("need": the makers together lack a requirement, "input": this maker does,
        "halt": its capacity is cut, "embargo": its sales are cut), ``source, year, confidence`` of the market. Empty when
        nothing is lost.

    Raises
    ------
    InputError
        Another reading.
    UnknownIdError
        The scenario, product or buyer names something that the graph does not have.

    >>> from kanmon.datasets import load
    >>> from kanmon.risk import reduce
    >>> chain = trace(load("permanent_magnet"), reduce("CHN", 0.5, item="ndfeb_magnet"), "ndfeb_magnet")
    >>> chain.select("item", "supplier", "share", "kept", "cause").rows()
    [('ndfeb_magnet', 'CHN', 0.94, 0.5, 'halt')]
    """
    if reading not in {"low", "high", "estimate"}:
        raise InputError("risk.simulation.reading", value=shorten(reading))
    scenarios = scenario_of(scenario)
    network = prepared(graph, scenarios, product, buyer=buyer, level=level, domestic=domestic)
    return solve(network, scenarios[0], Assumptions(sharing, term, sourcing)).trace(product, reading)
