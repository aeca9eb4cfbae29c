"""What a page leaves out when a graph is too large for a browser, by a rule that the page states."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from ...graph import SupplyGraph

MOST_NODES = 20_000
KEPT_ITEMS = 10_000


def prune(graph: SupplyGraph, products: Iterable[str]) -> tuple[SupplyGraph, dict[str, int]]:
    """Return the part of a graph that fits a page, and how much was left out (empty when nothing was).

    Above `MOST_NODES` items the `KEPT_ITEMS` nearest to a product stay: fewest steps upstream first, then in the order of
    the table.
    """
    if graph.items.height <= MOST_NODES:
        return graph, {}
    near = list(_nearest(graph, products))[:KEPT_ITEMS]
    part = graph.select(near)
    counts = {table: getattr(graph, table).height - getattr(part, table).height for table in ("items", "inputs", "shares")}
    return part, counts | {"kept": part.items.height}


def _nearest(graph: SupplyGraph, products: Iterable[str]) -> pl.Series:
    """Items by their distance to a product, those that lead to none last."""
    order = graph.items.select("id")
    links = graph.inputs.select(here="item", there="input")
    front = pl.Series(list(products), dtype=pl.String)
    rows = []
    reached = front
    while len(front):
        rows.append(order.filter(pl.col("id").is_in(front.implode())))
        found = links.filter(pl.col("here").is_in(front.implode()))["there"].unique()
        front = found.filter(~found.is_in(reached.implode()))
        reached = pl.concat([reached, front])
    rest = order.filter(~pl.col("id").is_in(reached.implode()))
    return pl.concat([*rows, rest])["id"]
