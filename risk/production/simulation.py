"""What a scenario does: the production network solved under its changes, as intervals, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from ...graph.network import WORLD_MARKET
from . import kernels
from .network_editor import NetworkEditor
from .scenario import Scenario, check_scenario
from .ways import way


@dataclass(frozen=True, eq=False)
class Solution:
    """Levels of all nodes of a network under a scenario, in the three readings (each n, 0..1).

    ``low``: what is not attributed sits where it hurts most; ``high``: where it hurts least; ``estimate``: it is spread like
    the known part, an assumption, never to be shown alone.
    """

    network: ProductionNetwork
    low: np.ndarray
    high: np.ndarray
    estimate: np.ndarray
    converged: bool


def solve(network: ProductionNetwork) -> Solution:
    """Return the greatest fixed point of a production network in the three readings."""
    order, starts = kernels.evaluation_order(network.indptr, network.indices)
    shape = (order, starts, network.producer, network.indptr, network.indices, network.low, network.high)
    low, ok_low = kernels.solve(*shape, network.gain_low, network.slack, network.cap_low, kernels.LOW)
    high, ok_high = kernels.solve(*shape, network.gain_high, network.slack, network.cap_high, kernels.HIGH)
    between, ok = kernels.solve(*shape, network.gain_high, network.slack, network.cap_high, kernels.ESTIMATE)
    # Where the bounds meet, rounding must not turn them round.
    return Solution(network, np.minimum(low, high), high, np.clip(between, low, high), ok_low and ok_high and ok)


def apply(network: ProductionNetwork, scenario: Scenario) -> ProductionNetwork:
    """Return the network as the scenario changes it."""
    editor = NetworkEditor(network)
    early = ("add_source", "substitute")  # they bring nodes that the other changes then meet
    for change in sorted(scenario, key=lambda change: change.kind not in early):
        editor.apply(change)
    return editor.build()


def simulate(
    graph: SupplyGraph | ProductionNetwork,
    scenario: Scenario | Iterable[Scenario],
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
) -> pl.DataFrame:
    r"""Return what is kept of each item's supply under a scenario.

    With producers p, requirements r, pools q, sourcing weights w and capacities c (1 = as usual), the greatest solution of

    .. math:: x_p = c_p \min_r x_r, \qquad x_q = \min(1, \sum_s w_{qs} g_{qs} x_s)

    A *halt* sets capacities to 0, an *embargo* sets the gain g of sales to the embargoed buyers to 0. What is not attributed
    to a named supplier may belong to whoever is hit, unless the hit supplier's own share is known: outcomes are intervals.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        A compiled network is used as it is (``product``, ``buyer``, ``level`` and ``domestic`` are then its own).
    scenario : Scenario or several
        What happens. One without changes gives 1 everywhere.
    product : str, optional
        Only what this item needs.
    buyer : str, optional
        The country or company from whose place supply is seen.
    level : {"country", "company", "site"}
        Whose shares.
    domestic : bool
        Assume that the buyer makes at home every step whose suppliers' shares are unknown.

    Returns
    -------
    polars.DataFrame
        One row per scenario and item: ``scenario, item, kept_low, kept_high`` (0..1: certain loss is ``1 - kept_high``,
        possible loss ``1 - kept_low``), ``kept_estimate`` (remainder spread like the known part: an assumption), ``binding``
        (the requirement that limits the item's makers most in the low reading, null when none), ``directly_hit`` (the low
        reading loses supply at the item itself), ``source`` (of the item's shares), ``converged``.

    Raises
    ------
    UnknownIdError
        The scenario, product or buyer names something that the graph does not have.
    InputError
        Two scenarios share a name.

    References
    ----------
    .. [1] Leontief production with sourcing shares: Henriet, Hallegatte, Tabourier (2012), J. Econ. Dyn. Control
       36(1), 150-167, doi 10.1016/j.jedc.2011.07.007.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import Scenario, halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet")],
    ...     inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.6}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> frame = simulate(graph, Scenario("stop", halt("CHN", item="magnet")), product="robot", buyer="JPN")
    >>> [(item, round(low, 9), round(high, 9)) for item, low, high in frame.select("item", "kept_low", "kept_high").rows()]
    [('robot', 0.4, 0.4), ('magnet', 0.4, 0.4)]
    """
    scenarios = [scenario] if isinstance(scenario, Scenario) else list(scenario)
    if isinstance(graph, SupplyGraph):
        for one in scenarios:
            check_scenario(graph, one)
        graph = ProductionNetwork.from_graph(graph, product, buyer=buyer, level=level, domestic=domestic)
    if len({one.name for one in scenarios}) < len(scenarios):
        raise InputError("risk.simulation.same_name")
    return pl.concat([_frame(solve(apply(graph, one)), one.name) for one in scenarios])


def _frame(solution: Solution, name: str) -> pl.DataFrame:
    network = solution.network
    nodes = network.nodes
    items = nodes.filter((pl.col("role") == "market") & (pl.col("buyer") == WORLD_MARKET))["item"].to_list()
    markets = np.array([network.market(item) for item in items], dtype=np.int64)
    lost = solution.low[markets] < 1
    hit = [bool(less) and _directly_hit(network, node) for node, less in zip(markets, lost, strict=True)]
    bindings = [_binding(solution, node) if less else None for node, less in zip(markets, lost, strict=True)]
    names = nodes["item"].to_list()
    return pl.DataFrame(
        {
            "scenario": [name] * len(items),
            "item": items,
            "kept_low": solution.low[markets],
            "kept_high": solution.high[markets],
            "kept_estimate": solution.estimate[markets],
            "binding": [None if node is None else names[node] for node in bindings],
            "directly_hit": hit,
            "source": nodes["source"].gather(markets),
            "converged": [solution.converged] * len(items),
        },
        schema_overrides={"binding": pl.String, "source": pl.String},
    )


def _directly_hit(network: ProductionNetwork, market: int) -> bool:
    links = slice(network.indptr[market], network.indptr[market + 1])
    sources = network.indices[links]
    return bool((network.gain_low[links] < 1).any() or (network.cap_low[sources] < 1).any())


def _binding(solution: Solution, market: int) -> int | None:
    """The requirement that takes most from the makers in a market, weighed by what they could hold of it."""
    network = solution.network
    losses: dict[int, float] = {}
    for k in range(network.indptr[market], network.indptr[market + 1]):
        maker = network.indices[k]
        needs = network.sources(maker)
        if network.producer[maker] and len(needs):
            worst = needs[np.argmin(solution.low[needs])]
            loss = (1 - solution.low[worst]) * network.high[k]
            if loss > 1e-12:
                losses[worst] = losses.get(worst, 0.0) + loss
    return max(losses, key=lambda node: (losses[node], -node)) if losses else None


def trace(
    graph: SupplyGraph,
    scenario: Scenario,
    product: str,
    *,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    reading: str = "low",
) -> pl.DataFrame:
    """Return why: the chain from the product down to what the scenario hits, following what binds at each step.

    Parameters
    ----------
    graph, scenario, product, buyer, level, domestic
        As in `simulate`.
    reading : {"low", "high"}
        Follow the possible loss ("low") or the certain one ("high").

    Returns
    -------
    polars.DataFrame
        One row per step: ``step`` (0 is the product), ``item``, ``supplier`` (who makes it; "" where nobody is named),
        ``share`` (part of the item's market that this step carries: upper bound in the low reading, lower in the high),
        ``kept`` (level of the node), ``cause`` ("input": a requirement binds, "halt": its capacity is cut, "embargo": its
        sales are cut), ``source, year, confidence`` of the market. Empty when nothing is lost.

    Raises
    ------
    InputError
        Another reading.
    UnknownIdError
        The scenario, product or buyer names something that the graph does not have.
    """
    if reading not in {"low", "high"}:
        raise InputError("risk.simulation.reading", value=shorten(reading))
    check_scenario(graph, scenario)
    network = ProductionNetwork.from_graph(graph, product, buyer=buyer, level=level, domestic=domestic)
    solution = solve(apply(network, scenario))
    certain = reading == "high"
    found = way(
        solution.network, solution.high if certain else solution.low, solution.network.market(product), certain=certain
    )
    return found.drop("share_low", "share_high")


def time_to_stop(
    graph: SupplyGraph,
    scenario: Scenario,
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
) -> pl.DataFrame:
    r"""Return days until each item's supply stops entirely, given the stocks in the scenario.

    .. math:: T_p = \min_r T_r \;(0 \text{ when halted}), \qquad T_q = stock_q + \max_s T_s

    over sources s that could still deliver: an AND/OR shortest path. A supply that is only reduced does not stop.

    Parameters
    ----------
    graph, product, buyer, level, domestic
        As in `simulate`.
    scenario : Scenario
        ``stockpile`` changes give the stock of an item at its users, in days.

    Returns
    -------
    polars.DataFrame
        ``item, days_low, days_high`` (days; infinite when the item does not stop), ``stock`` (days of stock of the item).
        The low bound lets what is not attributed stop as well.
    """
    check_scenario(graph, scenario)
    base = ProductionNetwork.from_graph(graph, product, buyer=buyer, level=level, domestic=domestic)
    network = apply(base, scenario)
    stocks: dict[str, float] = {}
    for change in scenario:
        if change.kind == "stockpile" and change.item is not None:
            stocks[change.item] = stocks.get(change.item, 0.0) + change.days
    market = network.nodes.select(pl.col("role") == "market").to_series().to_numpy()
    held = network.nodes["item"].replace_strict(stocks, default=0.0, return_dtype=pl.Float64).to_numpy()
    stock = np.where(market, held, 0.0)
    order, starts = kernels.evaluation_order(network.indptr, network.indices)
    shape = (order, starts, network.producer, network.indptr, network.indices)
    low = kernels.time_to_stop(*shape, network.low, network.high, network.gain_low, network.cap_low, stock)
    high = kernels.time_to_stop(*shape, network.high, network.high, network.gain_high, network.cap_high, stock)
    items = network.nodes.filter((pl.col("role") == "market") & (pl.col("buyer") == WORLD_MARKET))["item"].to_list()
    nodes = [network.market(item) for item in items]
    own = [stocks.get(item, 0.0) for item in items]
    return pl.DataFrame({"item": items, "days_low": low[nodes], "days_high": high[nodes], "stock": own})
