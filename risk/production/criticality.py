"""Chokepoints: whose failure costs a product most, by four measures side by side, and what hangs on one node."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from ...graph.network import WORLD_MARKET
from ..faults.failure_sets import product_node, sets_of
from . import kernels
from .halts import CERTAIN, NAMED, POSSIBLE, Halts, changed, compiled, halts_of
from .paths import betweenness
from .scenario import Change, Scenario, check_scenario, embargo, halt
from .tier_kernels import met
from .ways import way

KINDS = ("halt", "embargo")
_LEAST = 1e-9


def chokepoints(
    graph: SupplyGraph | ProductionNetwork,
    product: str | None = None,
    level: str = "country",
    buyer: str | None = None,
    *,
    kinds: Iterable[str] = KINDS,
    threshold: float = 0.5,
    max_order: int = 2,
    sets: pl.DataFrame | None = None,
) -> pl.DataFrame:
    r"""Return how much hangs on each node upstream of a product, one row per node and kind of failure.

    Four measures that mean four things; they are not blended into one:

    - **criticality**: the part of the product's output that is lost when the node alone fails, on the production network.
    - **cut sets**: of how many items (the product included) the node is a single point of failure, and the smallest set of
      nodes it is in that cuts the product's output by ``threshold`` or more.
    - **dependency flow**: the part of the product's supply lines that pass through the node, at any tier: the sum over
      lines of the products of shares, each line counted once. A line splits by share at a market and evenly over the
      essential requirements of a maker: ``h = 1`` at the node's own makers, else the mean over the requirements, and

      .. math:: h_q = \sum_s w_{qs} h_s

      at a market or group q. The shares that the data leaves open bound it (low: elsewhere; high: with the node, where it is
      named); ``dependency_flow`` spreads them over the sources by the room of each, and never counts unattributed makers.
    - **betweenness**: of all shortest paths between other vertices, the part through the node, unweighted and directed, by
      igraph; vertices are the items and the nodes that make them (what a maker needs points to it, and it points to what it
      makes). A node on few ways can have none and still stop everything: it is there for comparison with other tools.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        The facts. A compiled network is used as it is, with its own product and buyer.
    product : str
        The item that is asked about.
    level : {"country", "supplier", "item"}
        What the nodes are: countries, suppliers, or all items upstream.
    buyer : str, optional
        The country or company from whose place it is seen; an embargo is aimed at its country. The buyer goes on making the
        product itself.
    kinds : iterable of {"halt", "embargo"}
        A halt stops all production of the node. An embargo stops its exports to the buyer's country (without a buyer:
        to everybody abroad), while its own industry goes on. Items are only halted.
    threshold : float
        For ``smallest_set``, 0..1.
    max_order : int
        Largest set that is looked for.
    sets : polars.DataFrame, optional
        What `risk.cut_sets` returned for the same question, where it is at hand: ``smallest_set`` is then taken from it.

    Returns
    -------
    polars.DataFrame
        The most critical first:

        - ``node, name_en, name_ja, kind``;
        - ``criticality_low, criticality_named, criticality_high``: 0..1, as ``loss_low, loss_named, loss_high`` of
          `risk.cut_sets`;
        - ``dependency_flow, dependency_flow_low, dependency_flow_high``: 0..1; ``betweenness``: 0..1, of all pairs;
        - ``single_points, single_points_possible``: numbers of items that it stops alone, certain and in the named reading;
        - ``smallest_set, smallest_set_possible``: order of the smallest certain set that it is in, and of the smallest of
          all (null: none up to ``max_order``, or an embargo);
        - ``worst_item``: where its halt hits the product most; ``worst_share_low, worst_share_high``: its share there;
          ``source, year, confidence`` of that market.

    Raises
    ------
    InputError
        Another level or kind, no product, a threshold outside 0..1.
    UnknownIdError
        The product or buyer is not in the graph.

    References
    ----------
    Freeman (1977), A set of measures of centrality based on betweenness, Sociometry 40(1), 35-41, doi:10.2307/3033543.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
    ...     shares=[{"item": "motor", "supplier": "JPN", "source": "s", "share": 0.5},
    ...             {"item": "motor", "supplier": "DEU", "source": "s", "share": 0.5},
    ...             {"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75},
    ...             {"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.25}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> frame = chokepoints(graph, "motor", kinds=["halt"])
    >>> frame.select("node", "criticality_low", "dependency_flow", "worst_item").rows()
    [('CHN', 0.75, 0.75, 'magnet'), ('JPN', 0.625, 0.625, 'motor'), ('DEU', 0.5, 0.5, 'motor')]
    """
    kinds = list(kinds)
    for kind in kinds:
        if kind not in KINDS:
            raise InputError("risk.chokepoints.kind", value=shorten(kind))
    network = compiled(graph, product, level, buyer)
    top = product_node(network)
    halts = halts_of(network, level, every_item=True)
    flows = _flows(halts, top)
    measures = {"node": halts.ids, **flows, "betweenness": betweenness(halts)}
    about = pl.DataFrame(measures, schema_overrides={"node": pl.String})
    about = about.hstack(_worst(halts, top))
    if sets is None:
        certain, possible = sets_of(halts, top, max_order, threshold)
        smallest = [_smallest(halts, certain), _smallest(halts, [*certain, *possible])]
    else:
        smallest = [dict(_orders(sets.filter(pl.col("certainty") == "certain"))), dict(_orders(sets))]
    rows = _halt_rows(halts, top, smallest) if "halt" in kinds else []
    if "embargo" in kinds and level != "item":
        rows += [_embargo_row(network, id) for id in halts.ids if id not in network.places]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").join(about, on="node", how="left", maintain_order="left")
    losses = ["criticality_low", "criticality_named", "criticality_high"]
    frame = frame.with_columns(pl.col(*losses, *flows, "betweenness").round(12))
    frame = frame.sort(*(-pl.col(name) for name in (*losses, "dependency_flow")), "node", pl.col("kind") != "halt")
    first = ["node", "kind", *losses, *flows, "betweenness"]
    return _with_names(graph, level, frame.select(*first, pl.all().exclude(first)))


_SCHEMA = {
    "node": pl.String,
    "kind": pl.String,
    "criticality_low": pl.Float64,
    "criticality_named": pl.Float64,
    "criticality_high": pl.Float64,
    "single_points": pl.Int64,
    "single_points_possible": pl.Int64,
    "smallest_set": pl.Int64,
    "smallest_set_possible": pl.Int64,
}
_WORST = ["worst_item", "worst_share_low", "worst_share_high", "source", "year", "confidence"]


def affected(
    graph: SupplyGraph,
    node: str,
    *,
    kind: str = "halt",
    item: str | None = None,
    buyer: str | None = None,
    level: str = "country",
) -> pl.DataFrame:
    """Return which items hang on a node, and how much: the reverse of `chokepoints`.

    Parameters
    ----------
    graph : SupplyGraph
        The facts.
    node : str
        A country, a supplier or an item.
    kind : {"halt", "embargo"}
        Production stops, or exports do (see `chokepoints`); an item can only be halted.
    item : str, optional
        Only the node's supply of this item.
    buyer : str, optional
        The country or company from whose place it is seen.
    level : {"country", "supplier"}
        Whose shares are looked at where a market is told both ways.

    Returns
    -------
    polars.DataFrame
        One row per item that loses supply, final products first, the hardest hit first:

        - ``item, name_en, name_ja, kind`` (of the item), ``final`` (nothing needs it, and it is a product or needs inputs:
          a mineral that leads nowhere in the data is none);
        - ``loss_low, loss_named, loss_high``: 0..1, as in `risk.cut_sets`;
        - ``through``: the item at which the node is met, on the way that costs most; ``steps``: how far up that is;
          ``share``: the node's share there (null for an item); ``source, year, confidence`` of that share.

        Items that would only be hit if the node stood behind supply for which nobody names it are left out.

    Raises
    ------
    InputError
        Another kind or level.
    UnknownIdError
        The node, item or buyer is not in the graph.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet", "crate")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
    ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> affected(graph, "CHN").select("item", "loss_low", "through", "share").rows()
    [('motor', 0.75, 'magnet', 0.75), ('magnet', 0.75, 'magnet', 0.75)]
    """
    network = compiled(graph, None, level, buyer)
    change = failure(network, kind, node, item)
    check_scenario(graph, Scenario(kind, change))
    named, widest = changed(network, change)
    needed, making, items = set(graph.inputs["input"]), set(graph.inputs["item"]), set(graph.items["id"])
    rows = []
    for row in graph.items.iter_rows(named=True):
        id = row["id"]
        at, wide = named.network.market(id), widest.network.market(id)
        low, between, high = 1 - named.high[at], 1 - named.low[at], 1 - widest.low[wide]
        if between <= _LEAST:
            continue
        certain = low > _LEAST
        steps = way(named.network, named.high if certain else named.low, at, certain=certain)
        last = steps.row(-1, named=True) if steps.height else {}
        rows.append(
            {key: row[key] for key in ("name_en", "name_ja", "kind")}
            | {
                "item": id,
                "final": id not in needed and (id in making or row["kind"] == "product"),
                "loss_low": low,
                "loss_named": between,
                "loss_high": max(between, high),
            }
            | {"through": last.get("item"), "steps": steps.height - 1 if steps.height else None}
            | {key: last.get(key) for key in ("source", "year", "confidence")}
            | {"share": last.get("share") if node not in items else None}
        )
    frame = pl.DataFrame(rows, schema=_AFFECTED).with_columns(pl.col("loss_low", "loss_named", "loss_high").round(12))
    return frame.sort(~pl.col("final"), -pl.col("loss_low"), -pl.col("loss_named"), "item")


_AFFECTED = {
    "item": pl.String,
    "name_en": pl.String,
    "name_ja": pl.String,
    "kind": pl.String,
    "final": pl.Boolean,
    "loss_low": pl.Float64,
    "loss_named": pl.Float64,
    "loss_high": pl.Float64,
    "through": pl.String,
    "steps": pl.Int64,
    "share": pl.Float64,
    "source": pl.String,
    "year": pl.Int64,
    "confidence": pl.String,
}


def failure(network: ProductionNetwork, kind: str, node: str, item: str | None = None) -> Change:
    """Return the failure of a node; an embargo is aimed at the buyer's country."""
    if kind not in KINDS:
        raise InputError("risk.chokepoints.kind", value=shorten(kind))
    return halt(node, item=item) if kind == "halt" else embargo(node, item=item, to=network.places[-1:])


def _markets(network: ProductionNetwork) -> NDArray[np.int64]:
    """The market of every item as the buyer sees it."""
    items = sorted({item for item, place in network.markets if place == WORLD_MARKET})
    return np.array([network.market(item) for item in items], np.int64)


def _halt_rows(halts: Halts, top: int, smallest: list[dict[str, int]]) -> list[dict[str, Any]]:
    markets = _markets(halts.network)
    place = int(np.flatnonzero(markets == top)[0])
    certain, named = (halts.losses(halts.each, reading, markets) for reading in (CERTAIN, NAMED))
    possible = halts.losses(halts.each, POSSIBLE, [top])[:, 0]
    return [
        {
            "node": id,
            "kind": "halt",
            "criticality_low": certain[event, place],
            "criticality_named": named[event, place],
            "criticality_high": max(possible[event], named[event, place]),
            "single_points": int((certain[event] >= 1 - _LEAST).sum()),
            "single_points_possible": int((named[event] >= 1 - _LEAST).sum()),
            "smallest_set": smallest[0].get(id),
            "smallest_set_possible": smallest[1].get(id),
        }
        for event, id in enumerate(halts.ids)
    ]


def _smallest(halts: Halts, sets: list[tuple[int, ...]]) -> dict[str, int]:
    return {halts.ids[event]: len(members) for members in sorted(sets, key=len, reverse=True) for event in members}


def _orders(sets: pl.DataFrame) -> Iterable[tuple[str, int]]:
    rows = sets.select("order", "members").explode("members").group_by("members").agg(pl.col("order").min())
    return rows.iter_rows()


def _worst(halts: Halts, top: int) -> pl.DataFrame:
    """For each event the item whose loss alone costs the product most, and what share of its market that is."""
    net = halts.network
    counts = np.diff(net.indptr)
    market = np.repeat(np.arange(len(counts)), counts)
    seen = np.isin(market, _markets(net))
    links = pl.DataFrame({"node": net.indices[seen], "market": market[seen], "low": net.low[seen], "high": net.high[seen]})
    events, nodes = halts.hit.nonzero()
    hit = pl.DataFrame({"event": events.astype(np.int64), "node": nodes.astype(np.int64)})
    hit = hit.with_columns(item=net.nodes["item"].gather(hit["node"])).join(links, on="node", how="left")
    total = pl.col("low", "high").sum().clip(0, 1)
    pairs = hit.group_by("event", "item").agg("node", pl.col("market").max(), total).sort("event", "item")
    item = net.nodes["item"].to_numpy()
    losses: list[NDArray[np.float64]] = [np.zeros((0, 2))]
    for start in range(0, pairs.height, 4096):
        part = pairs.slice(start, 4096)
        rows = np.repeat(np.arange(part.height), part["node"].list.len().to_numpy())
        stops = np.zeros((part.height, len(net.producer)), np.bool_)
        stops[rows, part["node"].explode().to_numpy()] = True
        low = halts.losses_of(stops, CERTAIN, [top])
        if halts.level != "item":
            hidden = halts.hidden[part["event"].to_numpy()].tocoo()
            same = item[hidden.col] == part["item"].to_numpy()[hidden.row]
            stops[hidden.row[same], hidden.col[same]] = True
        losses.append(np.hstack([low, halts.losses_of(stops, NAMED, [top])]))
    certain, named = np.round(np.concatenate(losses), 12).T
    ranks = [pl.Series(-certain), pl.Series(-named), -pl.col("low"), -pl.col("high"), "item"]
    best = pairs.sort("event", *ranks).group_by("event", maintain_order=True).first()
    facts = net.nodes.select("source", "year", "confidence").with_row_index("market").cast({"market": pl.Int64})
    best = best.join(facts, on="market", how="left", maintain_order="left")
    best = best.rename({"item": "worst_item", "low": "worst_share_low", "high": "worst_share_high"})
    return best.select(_WORST)


def _embargo_row(network: ProductionNetwork, id: str) -> dict[str, Any]:
    named, widest = changed(network, failure(network, "embargo", id))
    product = str(network.product)
    at, wide = named.network.market(product), widest.network.market(product)
    low, between, high = float(1 - named.high[at]), float(1 - named.low[at]), float(1 - widest.low[wide])
    markets = _markets(named.network)
    return {
        "node": id,
        "kind": "embargo",
        "criticality_low": low,
        "criticality_named": between,
        "criticality_high": max(high, between),
        "single_points": int((named.high[markets] <= _LEAST).sum()),
        "single_points_possible": int((named.low[markets] <= _LEAST).sum()),
    }


def _flows(halts: Halts, top: int) -> dict[str, NDArray[np.float64]]:
    net = halts.network
    shape = (*halts.order, net.producer, net.indptr, net.indices, net.low, net.high, np.ones(len(net.indices)), net.slack)
    readings = {
        "dependency_flow": (CERTAIN, kernels.ESTIMATE),
        "dependency_flow_low": (CERTAIN, kernels.LOW),
        "dependency_flow_high": (NAMED, kernels.HIGH),
    }
    return {
        name: np.concatenate([met(*shape, hits, top, bound) for hits in halts.batches(halts.each, reading)])
        for name, (reading, bound) in readings.items()
    }


def _with_names(graph: SupplyGraph | ProductionNetwork, level: str, frame: pl.DataFrame) -> pl.DataFrame:
    if isinstance(graph, ProductionNetwork):
        return frame
    table = graph.items if level == "item" else graph.suppliers
    names = table.select(node="id", name_en="name_en", name_ja="name_ja")
    frame = frame.join(names, on="node", how="left", maintain_order="left")
    return frame.select("node", "name_en", "name_ja", pl.all().exclude("node", "name_en", "name_ja"))
