"""Whose sourcing is known: the view that stands for each market, by trades or by shares, and whom a supplier belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from .network import REMAINDER, WORLD_MARKET

if TYPE_CHECKING:
    from .supply_graph import SupplyGraph

ABOUT = ["level", "measure", "year", "source", "confidence"]
"""What is told of the view behind a market."""
MEMBER = {"item": pl.String, "buyer": pl.String, "supplier": pl.String, "low": pl.Float64, "high": pl.Float64}
"""Columns of the members of markets."""


def holders(row: Mapping[str, Any]) -> dict[str, float | None]:
    """Return who holds a supplier, by its row: the share of each, None where it is not stated.

    >>> holders({"parent": "A|B", "parent_share": "0.3|"})
    {'A': 0.3, 'B': None}
    """
    if not row["parent"]:
        return {}
    names = row["parent"].split("|")
    shares = row["parent_share"].split("|") if row["parent_share"] else [""] * len(names)
    return {name: float(share) if share else None for name, share in zip(names, shares, strict=True)}


def chain(graph: SupplyGraph, supplier: str) -> Iterator[str]:
    """Yield a supplier, the companies that it belongs to, and the country that it stands in.

    Where that is not stated, the countries of the companies that it belongs to stand for it: the nearest that are stated.
    """
    rows = graph.supplier_rows
    seen: list[str] = []
    countries: dict[str, None] = {}
    front = [(supplier, False)]
    for id, placed in front:
        if id in rows and id not in seen:
            seen.append(id)
            country = None if placed else rows[id]["country"]
            if country is not None:
                countries[country] = None
            front += [(holder, placed or country is not None) for holder in holders(rows[id])]
    yield from seen or [supplier]
    yield from (country for country in countries if country not in seen)


def placeless(graph: SupplyGraph) -> frozenset[str]:
    """Return the companies and sites of which nobody says in which country they stand."""
    return frozenset(graph.suppliers.filter(pl.col("country").is_null(), pl.col("kind").is_in(["company", "site"]))["id"])


def sourcing(graph: SupplyGraph, items: pl.Series, level: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return members and views: ``trades`` first, then the preferred view of the best level; for each (item, buyer)."""
    market = ["item", "buyer"]
    rows = graph.preferred(level).filter(pl.col("item").is_in(items.implode()))
    scope = pl.when(pl.col("scope") == "world").then(pl.lit(WORLD_MARKET)).otherwise("scope")
    rows = rows.with_columns_seq(buyer=scope, open=pl.col("excluded").list.len() > 0)
    imports = (pl.col("buyer") != WORLD_MARKET) & pl.col("measure").str.starts_with("imports").fill_null(False)
    # Rounded shares may sum to a little more than 1. Beside a total that leaves somebody out, and among imports, a stated
    # share is only an upper bound: the others may hold any part.
    total = pl.max_horizontal(1.0, pl.col("share_low").sum().over(market))
    bounded = pl.col("open") | imports
    named = rows.filter(~imports | (pl.col("share_high") > 0)).select_seq(
        *market,
        "supplier",
        low=pl.when(bounded).then(0.0).otherwise(pl.col("share_low") / total),
        high=pl.col("share_high") / total,
    )
    # A market is as sure as its least sure row.
    words = ["published", "estimated", "unknown"]
    doubt = pl.col("confidence").replace_strict({"published": 0, "estimated": 1}, default=2, return_dtype=pl.Int64)
    views = rows.group_by(market, maintain_order=True).agg(
        pl.col("level", "measure", "year", "source", "remainder", "complete", "excluded").first(),
        imports=imports.first(),
        loose=((pl.col("share_high") > pl.col("share_low")).any() | bounded.any()),
        confidence=doubt.max(),
    )
    views = views.with_columns_seq(pl.col("confidence").replace_strict(dict(enumerate(words)), return_dtype=pl.String))
    # Who may hold any part: those that the view leaves out, an importer's own industry, and whoever is not named.
    left_out = views.filter(pl.col("excluded").list.len() > 0).explode("excluded")
    left_out = left_out.select_seq(*market, supplier="excluded", low=pl.lit(0.0), high=pl.lit(1.0))
    home = views.filter("imports").select_seq(*market, supplier="buyer", low=pl.lit(0.0), high=pl.lit(1.0))
    rest = views.filter((pl.col("remainder") > 0) & ~pl.col("complete")).select_seq(
        *market,
        supplier=pl.lit(REMAINDER),
        low=pl.when("loose").then(0.0).otherwise("remainder"),
        high=pl.col("remainder"),
    )
    members = pl.concat([part.select_seq(MEMBER.keys()) for part in (named, left_out, home, rest)])
    members = members.unique([*market, "supplier"], keep="first", maintain_order=True)
    if not graph.trades.is_empty():
        # Who bought from whom, where it is told, goes before any share of a market.
        sold, traded = _traded(graph, items)
        members = pl.concat([sold, members.join(traded, on=market, how="anti", maintain_order="left")])
        views = pl.concat([traded, views.join(traded, on=market, how="anti", maintain_order="left")], how="diagonal")
    return members, views.select_seq("item", "buyer", *ABOUT)


def _traded(graph: SupplyGraph, items: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sourcing from the newest year of ``trades``."""
    trades = graph.trades.filter(pl.col("item").is_in(items.implode()) & (pl.col("value") > 0))
    trades = trades.filter(pl.col("year").eq_missing(pl.col("year").max().over("item", "buyer")))
    market = ["item", "buyer"]
    flows = trades.group_by(*market, "seller", maintain_order=True).agg(pl.col("value").sum())
    share = pl.col("value") / pl.col("value").sum().over(market)
    members = flows.select_seq(*market, supplier="seller", low=share, high=share)
    views = trades.group_by(market, maintain_order=True).agg(
        pl.col("year", "source").first(),
        level=pl.lit("trades"),
        measure=pl.lit("trades"),
        confidence=pl.col("confidence").first().fill_null("unknown"),
    )
    return members.cast(MEMBER), views  # type: ignore[arg-type]
