"""Chokepoints of the products: who is critical, which sets stop them, and what a single node stops alone."""

from __future__ import annotations

from typing import Any

import polars as pl

from ...graph import LimitError, ProductionNetwork, SupplyGraph
from ...risk.faults.failure_sets import cut_sets
from ...risk.production.criticality import affected, chokepoints
from ...risk.production.explanation import explain

MOST_PRODUCTS = 24
MOST_NODES = 20_000
"""Chokepoints are worked out for this many products, and for chains of no more nodes than this."""
MOST_SHOWN = 40
MOST_EXPLAINED = 10
_WHOLE = 1 - 1e-9
_MEASURES = ["criticality_low", "criticality_named", "criticality_high", "dependency_flow", "betweenness"]
_COLUMNS = [
    "node",
    *_MEASURES,
    "single_points",
    "single_points_possible",
    "worst_item",
    "worst_share_low",
    "worst_share_high",
]
_COLUMNS += ["source", "year", "confidence"]


def findings(
    graph: SupplyGraph, products: list[str], buyer: str | None, level: str, explained: list[str], lang: str
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, list[str]]]]:
    """Return the chokepoints of products, and the items that a single node stops alone.

    Returns
    -------
    by_product : dict
        For each product: ``nodes`` (rows of `risk.chokepoints`, the most critical first), ``criticality`` (certain loss of
        the product without an item, 0..1, by item), ``sets`` (rows of `risk.cut_sets`; none where there are too many),
        ``why`` (for products in ``explained``: the sentences of `risk.explain` for the most critical nodes).
    single : dict
        By item: the nodes that stop it alone, "certain" and "possible".
    """
    failing = "country" if level == "country" else "supplier"
    found: dict[str, dict[str, Any]] = {}
    alone: set[str] = set()
    for product in products[:MOST_PRODUCTS]:
        network = ProductionNetwork.from_graph(graph, product, buyer=buyer, level=level)
        if len(network.producer) > MOST_NODES:
            continue
        nodes = chokepoints(graph, product, failing, buyer, kinds=["halt"], max_order=1)
        items = chokepoints(network, level="item", kinds=["halt"], max_order=1)
        alone |= set(nodes.filter(pl.col("single_points_possible") > 0)["node"])
        hit = nodes.filter(pl.col("criticality_high") > 0).head(MOST_SHOWN)
        found[product] = {
            "nodes": hit.select(_COLUMNS).with_columns(pl.col(pl.Float64).round_sig_figs(6)).to_dicts(),
            "criticality": dict(items.select("node", pl.col("criticality_low").round_sig_figs(6)).iter_rows()),
            "sets": _sets(network, failing),
            "why": {
                node: _why(graph, product, node, buyer, failing, lang)
                for node in (hit["node"].head(MOST_EXPLAINED) if product in explained else ())
            },
        }
    return found, _single(graph, alone, buyer, failing)


def _sets(network: ProductionNetwork, level: str) -> list[dict[str, Any]]:
    try:
        sets = cut_sets(network, level=level, max_order=2)
    except LimitError:
        return []
    rows = sets.select("members", "certainty", low="loss_low", high="loss_high").head(MOST_SHOWN)
    return rows.with_columns(pl.col("low", "high").round_sig_figs(6)).to_dicts()


def _why(graph: SupplyGraph, product: str, node: str, buyer: str | None, level: str, lang: str) -> list[list[str]]:
    parts = explain(graph, product, node, buyer, level=level).filter(pl.col("part") != "named")
    return [list(row) for row in parts.select("part", f"text_{lang}").iter_rows()]


def _single(graph: SupplyGraph, nodes: set[str], buyer: str | None, level: str) -> dict[str, dict[str, list[str]]]:
    """The items that one of the nodes stops alone."""
    single: dict[str, dict[str, list[str]]] = {}
    for node in sorted(nodes):
        lost = affected(graph, node, buyer=buyer, level=level).filter(pl.col("loss_named") >= _WHOLE)
        for item, certain in lost.select("item", pl.col("loss_low") >= _WHOLE).iter_rows():
            by_sureness = single.setdefault(item, {"certain": [], "possible": []})
            by_sureness["certain" if certain else "possible"].append(node)
    return single
