"""What a page of the explorer shows, read off a tab of a browser, beside what the package says."""

from __future__ import annotations

import json
from urllib.parse import quote

import polars as pl
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, simulate


def at(**chosen: object) -> str:
    """The address of a state of the page."""
    return "#" + quote(json.dumps(chosen))


GRAPH = {"view": "graph", "product": None}


def state(tab) -> dict:
    return tab.evaluate("kanmon.state()")


def chain(graph: SupplyGraph, product: str) -> set[str]:
    """Items that a product needs, itself included, without the wider items that they are a variant of."""
    return set(graph.needed_by([product]))


def drawn(tab) -> list:
    return tab.evaluate("kanmon.drawn.nodes.getIds()")


def losses(world: SupplyGraph, product: str, scenario: Scenario, buyer: str | None = "JPN") -> dict[str, float]:
    row = simulate(world, scenario, product=product, buyer=buyer).row(by_predicate=pl.col("item") == product, named=True)
    return {"certain": 1 - row["kept_high"], "possible": 1 - row["kept_low"], "estimate": 1 - row["kept_estimate"]}


def shown_losses(place) -> dict[str, float]:
    return {name: float(place.get_attribute(f"data-{name}")) for name in ("certain", "possible", "estimate")}
