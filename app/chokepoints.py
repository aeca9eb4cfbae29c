"""Chokepoints, cut sets and exposure of products, without a screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ..graph import LimitError, ProductionNetwork, SupplyGraph
from ..graph.files import whole_folder
from ..risk import chokepoints, cut_sets, explain, exposure, look_through

FAILS = {"country": "country", "company": "supplier", "site": "supplier"}
"""What fails in an assessment, by whose shares are looked at."""
MOST_NODES = 20_000
"""An assessment works out the chokepoints of chains of no more nodes than this."""
MOST_PAIRS = 40_000_000
"""Nodes that may fail times items, for which losses are held at once: about 2 GiB."""
_MOST_WORK = 200_000_000  # links to solve for all pairs of nodes; beyond, an assessment looks at single nodes


@dataclass(frozen=True)
class Chokepoints:
    """What is critical for one product.

    ``nodes`` (`risk.chokepoints`), ``sets`` (`risk.cut_sets`, with the ``threshold`` they reach: null where the product
    stops), ``exposure``, ``countries`` (`risk.look_through`), ``why`` (`risk.explain` for the node that was asked about).
    """

    graph: SupplyGraph
    product: str
    buyer: str | None
    fails: str
    nodes: pl.DataFrame
    sets: pl.DataFrame
    exposure: pl.DataFrame
    countries: pl.DataFrame
    why: pl.DataFrame

    @property
    def sources(self) -> pl.DataFrame:
        """The sources that the figures rest on."""
        frames = [frame["source"] for frame in (self.nodes, self.exposure, self.why) if "source" in frame.columns]
        return self.graph.sources.filter(pl.col("id").is_in(pl.concat(frames).drop_nulls().unique().implode()))

    def summary(self) -> dict[str, Any]:
        """Return the findings as plain data."""
        tables = ("nodes", "sets", "exposure", "countries", "why", "sources")
        about = {"product": self.product, "buyer": self.buyer, "fails": self.fails}
        return about | {name: getattr(self, name).to_dicts() for name in tables}


def find_chokepoints(
    graph: SupplyGraph,
    product: str,
    *,
    buyer: str | None = None,
    fails: str = "country",
    level: str | None = None,
    threshold: float = 0.5,
    max_order: int = 2,
    why: str | None = None,
) -> Chokepoints:
    """Work out what is critical for a product; ``why`` names a node to explain.

    Raises
    ------
    UnknownIdError
        The product, buyer or node is not in the graph.
    InputError
        A threshold outside 0..1.
    LimitError
        More than `MOST_PAIRS`.
    """
    named = "supplier" if fails == "supplier" else "country"
    reasons = pl.DataFrame() if why is None else explain(graph, product, why, buyer, level=level or SHARES[fails])
    network = graph.network(product, buyer=buyer, level=level or SHARES[fails])
    _check_size(network, fails)
    sets = _sets(network, fails, threshold, max_order)
    half = sets.filter(pl.col("threshold").is_not_null())
    nodes = chokepoints(network, fails=fails, threshold=threshold, max_order=max_order, sets=half)
    return Chokepoints(
        graph,
        product,
        buyer,
        fails,
        _named(graph, nodes, fails),
        sets,
        exposure(graph, product, buyer, level=named),
        look_through(graph, product, buyer, level=named),
        reasons,
    )


def _check_size(network: ProductionNetwork, fails: str) -> None:
    items = network.nodes["item"].n_unique()
    events = items if fails == "item" else network.makers[fails].n_unique()
    if events * items > MOST_PAIRS:
        raise LimitError(
            "app.chokepoints.too_many_losses", events=f"{events:,}", items=f"{items:,}", limit=f"{MOST_PAIRS:,}"
        )


SHARES = {"country": "country", "supplier": "company", "item": "country"}
"""Whose shares are looked at, by what fails."""


def _sets(network: ProductionNetwork, fails: str, threshold: float, order: int) -> pl.DataFrame:
    """The sets that stop a product, then those that cut it by the threshold."""
    parts = []
    for limit in (None, threshold):
        found = cut_sets(network, fails=fails, max_order=order, threshold=limit)
        parts.append(found.select(pl.lit(limit, dtype=pl.Float64).alias("threshold"), pl.all()))
    return pl.concat(parts)


def _named(graph: SupplyGraph, nodes: pl.DataFrame, fails: str) -> pl.DataFrame:
    table = graph.items if fails == "item" else graph.suppliers
    names = table.select(node="id", name_en="name_en", name_ja="name_ja")
    first = ["node", "name_en", "name_ja"]
    return nodes.join(names, on="node", how="left", maintain_order="left").select(*first, pl.all().exclude(first))


def write_chokepoints(found: Chokepoints, path: Path, *, force: bool = False) -> None:
    """Write the tables into a folder, whole or not at all.

    Raises
    ------
    ReadError
        The folder is not empty and ``force`` is false, or cannot be written.
    """
    from .outputs import write_tables

    tables = {"chokepoints": found.nodes, "cut_sets": found.sets, "exposure": found.exposure}
    tables |= {"look_through": found.countries, "why": found.why, "sources": found.sources}
    with whole_folder(path, force) as folder:
        write_tables(folder, found.summary(), **{name: frame for name, frame in tables.items() if frame.width})


def assessed_tables(
    graph: SupplyGraph, products: Iterable[str], level: str, buyer: str | None
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Return ``chokepoints`` and ``cut_sets`` over all products, and the products that are too large.

    Halts only; sets that stop a product or cut it by half, of two members at most (of one where the pairs are too many).
    """
    fails = FAILS[level]
    nodes, sets, skipped = [], [], []
    for product in products:
        network = graph.network(product, buyer=buyer, level=level)
        if len(network.kind) > MOST_NODES:
            skipped.append(product)
            continue
        mark = pl.lit(product).alias("product")
        suppliers = network.nodes["supplier" if fails == "supplier" else "country"].n_unique()
        order = 2 if suppliers**2 // 2 * len(network.indices) <= _MOST_WORK else 1
        found = _sets(network, fails, 0.5, order)
        half = found.filter(pl.col("threshold").is_not_null())
        points = _named(graph, chokepoints(network, fails=fails, kinds=["halt"], sets=half), fails)
        sets.append(found.select(mark, pl.all()))
        nodes.append(points.select(mark, pl.all()))
    tables = {"chokepoints": nodes, "cut_sets": sets}
    return {name: pl.concat(parts) if parts else pl.DataFrame() for name, parts in tables.items()}, skipped


def exposed(graph: SupplyGraph, needed: pl.DataFrame, level: str, buyer: str | None) -> pl.DataFrame:
    """Return the exposure of the items that products need (rows ``product, item``), with those products."""
    products = needed.group_by("item", maintain_order=True).agg(products="product")
    found = exposure(graph, None, buyer, level=FAILS[level]).drop("tier")
    return found.join(products, on="item", maintain_order="left")
