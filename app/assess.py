"""The assessment: the main job, from tables to findings, without a screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ..datasets import technologies
from ..datasets.bundles import suppliers_with_facts
from ..graph import SupplyGraph
from ..risk import Scenario, concentration, flag_technologies, halt
from .chokepoints import assessed_tables, exposed

ASKED, NODES = 3, 5
"""Up to so many products that were asked for by name, what to find out first is worked out for so many nodes of each."""
_SHOWN = ["item", "level", "scope", "measure", "year", "source", "hhi_low", "hhi_high"]
_SHOWN += ["top_supplier", "top_share_low", "top_share_high", "attributed", "confidence", "excluded"]


@dataclass(frozen=True)
class Assessment:
    """What an assessment found.

    Attributes
    ----------
    graph : SupplyGraph
        The data.
    level, buyer : str, str or None
        Whose shares, and from whose place.
    facts : dict
        What was read: counts, years, and the part of the facts that is published, estimated, structural, unknown.
    concentration : polars.DataFrame
        Every market view with names of item and top supplier.
    steps : polars.DataFrame
        The preferred world view of each item, most concentrated first (by the lower bound); of another level where the
        chosen one has no figure.
    products : dict
        For each product: the items upstream with their tier, the worst step, steps without data, and the most critical
        nodes (None where the chain is too large to work them out here).
    further : list of str
        Products whose chokepoints were not asked for.
    tables : dict of polars.DataFrame
        Further findings by name, one table over all products each.
    """

    graph: SupplyGraph
    level: str
    buyer: str | None
    facts: dict[str, Any]
    concentration: pl.DataFrame
    steps: pl.DataFrame
    products: dict[str, dict[str, Any]]
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    further: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Return the findings as plain data for ``summary.json``."""
        keys = _SHOWN[:1] + _SHOWN[2:]
        return {
            "data": self.facts,
            "level": self.level,
            "buyer": self.buyer,
            "most_concentrated": self.steps.filter(pl.col("level") == self.level).head(20).select(keys).to_dicts(),
            "technologies": self.tables["technologies"].drop("reason").to_dicts(),
            "products": [{"product": id, **found} for id, found in self.products.items()],
        }


def assess(
    graph: SupplyGraph,
    products: list[str] | None = None,
    *,
    level: str = "country",
    buyer: str | None = None,
    most: int | None = None,
) -> Assessment:
    """Assess a supply graph.

    Parameters
    ----------
    graph : SupplyGraph
        The data.
    products : list of str, optional
        Items whose chains are looked at (default: `top_products`).
    level : {"country", "company", "site"}
        Whose shares.
    buyer : str, optional
        From whose place.
    most : int, optional
        Look at the chains of no more products than this, those that need most items.

    Raises
    ------
    UnknownIdError
        A product or buyer that the graph does not have.
    """
    for product in products or []:
        graph.item(product)
    if buyer is not None:
        graph.supplier(buyer)
    views = _named(graph, concentration(graph, level))
    steps = _steps(views)
    for other in ("country", "company", "site"):  # a step that the chosen level knows nothing of may be known at another
        known = steps.filter(pl.col("attributed") > 0)["item"]
        if other != level:
            spare = _steps(_named(graph, concentration(graph, other)))
            spare = spare.filter((pl.col("attributed") > 0) & ~pl.col("item").is_in(known.implode()))
            steps = pl.concat([steps.filter(~pl.col("item").is_in(spare["item"].implode())), spare])
    steps = steps.sort(-pl.col("hhi_low"), -pl.col("hhi_high"), "item")
    everything = {product: graph.needed_by([product]) for product in products or top_products(graph)}
    largest = sorted(everything, key=lambda product: -len(everything[product]))[:most]
    chosen = [product for product in everything if product in largest]
    found = {product: _chain(everything[product], steps) for product in chosen}
    flags = flag_technologies(graph).drop("row")
    tables, skipped = assessed_tables(graph, chosen, level, buyer)
    needed = [(product, item) for product, items in everything.items() for item in items]
    tables["exposure"] = exposed(graph, pl.DataFrame(needed, ["product", "item"], orient="row"), level, buyer)
    for product, about in found.items():
        about["chokepoints"] = None if product in skipped else _critical(tables["chokepoints"], product)
    tables["technologies"] = flags.join(
        technologies().select(technology="number", technology_en="name_en", technology_ja="name_ja"), on="technology"
    )
    if products and len(products) <= ASKED:
        tables["find_out"] = _to_find_out(graph, chosen, tables["chokepoints"], level, buyer)
    further = [product for product in everything if product not in found]
    return Assessment(graph, level, buyer, facts(graph), views, steps, found, tables, further)


def _named(graph: SupplyGraph, views: pl.DataFrame) -> pl.DataFrame:
    names = graph.items.select(item="id", name_en="name_en", name_ja="name_ja")
    makers = graph.suppliers.select(top_supplier="id", top_supplier_name="name_en")
    views = views.join(names, on="item", how="left", maintain_order="left")
    return views.join(makers, on="top_supplier", how="left", maintain_order="left")


def _steps(views: pl.DataFrame) -> pl.DataFrame:
    return views.filter(pl.col("preferred") & (pl.col("scope") == "world"))


def top_products(graph: SupplyGraph) -> list[str]:
    """Return products that nothing else needs and that need something; else any such items."""
    inputs = graph.inputs
    tops = graph.items.filter(pl.col("id").is_in(inputs["item"].implode()) & ~pl.col("id").is_in(inputs["input"].implode()))
    products = tops.filter(pl.col("kind") == "product")
    return (products if products.height else tops)["id"].to_list()


def facts(graph: SupplyGraph) -> dict[str, Any]:
    """Return what a graph holds: counts, oldest and newest year, and how sure its facts are (parts of 1)."""
    sure = pl.concat([graph.shares["confidence"], graph.inputs["confidence"], graph.trades["confidence"]])
    total = max(len(sure), 1)
    sure = sure.fill_null("unknown")
    years = pl.concat([graph.shares["year"], graph.trades["year"]]).drop_nulls()
    parts = {word: (sure == word).sum() / total for word in ("published", "estimated", "structural", "unknown")}
    return {
        "name": graph.name,
        "items": graph.items.height,
        "suppliers": suppliers_with_facts(graph),
        "facts": len(sure),
        "sources": graph.sources.height,
        "oldest": years.min(),
        "newest": years.max(),
        "notes": len(graph.notes),
    } | parts


def _critical(nodes: pl.DataFrame, product: str) -> list[dict[str, Any]]:
    keys = ["node", "loss_estimate", "loss_low", "loss_facts", "loss_high", "hard", "worst_item", "worst_loss", "source"]
    return nodes.filter(pl.col("product") == product).head(NODES).select(keys).to_dicts()


def _to_find_out(
    graph: SupplyGraph, products: list[str], nodes: pl.DataFrame, level: str, buyer: str | None
) -> pl.DataFrame:
    """Return what to find out first about the most critical nodes of each product: ``product``, ``scenario`` is the node."""
    from .ask import first_facts

    parts = []
    for product in products:
        critical = nodes.filter(pl.col("product") == product)["node"].head(NODES) if nodes.height else pl.Series()
        scenarios = [Scenario(node, halt(node)) for node in critical]
        facts = first_facts(graph, scenarios, product, buyer=buyer, level=level) if scenarios else pl.DataFrame()
        if facts.height:
            parts.append(facts.select(pl.lit(product).alias("product"), pl.all()))
    return pl.concat(parts) if parts else pl.DataFrame()


def _chain(items: pl.Series, steps: pl.DataFrame) -> dict[str, Any]:
    figures = steps.filter(pl.col("item").is_in(items.implode()) & (pl.col("attributed") > 0))
    worst = figures.row(0, named=True) if figures.height else None
    return {
        "upstream_items": len(items) - 1,
        "steps_with_figures": figures.height,
        "steps_without_data": len(items) - figures.height,
        "worst": {key: worst[key] for key in _SHOWN} if worst else None,
    }
