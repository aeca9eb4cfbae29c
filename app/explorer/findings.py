"""What the tables of kanmon.risk say of products: measures of their chokepoints, the smallest sets that stop them."""

from __future__ import annotations

from typing import Any

import polars as pl

from ...graph import LimitError, SupplyGraph

MOST_PRODUCTS = 6
"""Findings are worked out for this many products; losses of every product are worked out in the page itself."""
MOST_NODES = 20_000
"""... and for networks of no more nodes than this."""
MOST_SHOWN = 40
_MEASURES = ["node", "loss_low", "loss_estimate", "loss_high", "dependency_flow", "betweenness", "single_points"]
_SETS = ["members", "certainty", "loss_low", "loss_facts"]


def findings(graph: SupplyGraph, products: list[str], buyer: str | None, level: str) -> dict[str, dict[str, Any]]:
    """Return, for each of the first products, its ``nodes`` and ``sets`` as `shown` gives them."""
    from ...risk import chokepoints, cut_sets

    fails = "country" if level == "country" else "supplier"
    found = {}
    for product in products[:MOST_PRODUCTS]:
        network = graph.network(product, buyer=buyer, level=level)
        if len(network.kind) > MOST_NODES:
            continue
        nodes = chokepoints(network, product, fails=fails, kinds=["halt"], max_order=1)
        try:
            sets = cut_sets(network, product, fails=fails, max_order=2)
        except LimitError:
            sets = pl.DataFrame(schema=dict.fromkeys(_SETS, pl.String))
        found[product] = shown(nodes, sets)
    return found


def shown(nodes: pl.DataFrame, sets: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of `risk.chokepoints` and `risk.cut_sets` that the page shows, figures with six digits.

    Sets say what is lost at least (``low``), and under the worst completion of the shares (``facts``).
    """
    measures = nodes.filter(pl.col("loss_high") > 0).select(_MEASURES).head(MOST_SHOWN)
    rows = sets.select("members", "certainty", low="loss_low", facts="loss_facts").head(MOST_SHOWN)
    return {
        name: frame.with_columns(pl.col(pl.Float64).round_sig_figs(6)).to_dicts()
        for name, frame in (("nodes", measures), ("sets", rows))
    }
