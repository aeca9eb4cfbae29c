"""Where makers whom nobody names are likely to stand: a stated prior for draws, from trade and from the graph itself."""

from __future__ import annotations

from typing import Any

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.arguments import checked
from ..graph.errors import did_you_mean, nearest
from ..graph.frames import frame_of
from .trade import bundled_trade, trade_items

ORIGINS = ("exports", "imports", "stage")
"""From the best to the least: exports in the item's HS code, origins of some country's imports, the mix of its stage."""
_COLUMNS = ["item", "supplier", "share", "origin", "source"]


@checked()
def maker_prior(graph: SupplyGraph, trade: Any = None) -> pl.DataFrame:
    """Return for each item the countries where makers whom nobody names are likely to stand.

    The first that is known of:

    - "exports": shares of the world's exports in the item's HS codes (baskets of several goods left out), newest year;
    - "imports": origins of the imports of the countries whose market views say so, each such country counted alike;
    - "stage": the mean world shares of the items of the same stage whose makers are known.

    It is a guess that is stated, not a fact: exports leave out what a country uses itself, a stage is a broad thing. Items
    for which none of the three is known have no row.

    Parameters
    ----------
    graph : SupplyGraph
        The items, and the market views.
    trade : frame, optional
        A trade table with ``hs6, year, exporter, value, source`` (default: the bundled `bundled_trade`).

    Returns
    -------
    polars.DataFrame
        ``item, supplier`` (ISO 3166 code), ``share`` (0..1, summing to 1 for each item), ``origin``, ``source`` (ids,
        separated by "|"), for `kanmon.risk.uncertainty` and `kanmon.risk.what_to_find_out`.

    Raises
    ------
    InputError
        ``trade`` lacks a column.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> maker_prior(load("battery")).filter(item="lithium_carbonate").select("supplier", "origin").row(0)
    ('CHL', 'exports')
    """
    found = pl.DataFrame(schema={name: pl.Float64 if name == "share" else pl.String for name in _COLUMNS})
    for part in (_exports(graph, trade), _imports(graph), _stages(graph)):
        part = part.filter(pl.col("share") > 0).join(found.select("item").unique(), on="item", how="anti")
        part = part.with_columns(pl.col("share") / pl.col("share").sum().over("item"))
        found = pl.concat([found, part.select(_COLUMNS)])
    return found.sort("item", -pl.col("share"), "supplier")


def _codes(graph: SupplyGraph) -> pl.DataFrame:
    return (
        graph.items.select(item="id", hs6=pl.col("hs6").str.split("|"))
        .explode("hs6")
        .drop_nulls()
        .filter(pl.col("hs6") != "")
    )


def _exports(graph: SupplyGraph, trade: Any) -> pl.DataFrame:
    flows = bundled_trade() if trade is None else frame_of(trade)
    for column in ("hs6", "year", "exporter", "value", "source"):
        if column not in flows.columns:
            hint = did_you_mean(nearest(column, flows.columns))
            raise InputError("datasets.trade.no_column", column=column, hint=hint)
    if trade is None:
        flows = flows.join(trade_items().filter("basket").select("hs6"), on="hs6", how="anti")
    flows = flows.filter(pl.col("year") == pl.col("year").max().over("hs6"))
    rows = _codes(graph).join(flows.select("hs6", "value", "source", supplier="exporter"), on="hs6")
    return (
        rows.group_by("item", "supplier")
        .agg(share=pl.col("value").cast(pl.Float64).sum(), source=_joined())
        .with_columns(origin=pl.lit("exports"))
        .sort("item", "supplier")
    )


def _views(graph: SupplyGraph) -> pl.DataFrame:
    """Country shares of the preferred views, each summing to 1."""
    countries = graph.suppliers.filter(kind="country").select(supplier="id")
    rows = graph.preferred("country").filter(level="country").join(countries, on="supplier", how="semi")
    rows = rows.select(
        "item", "scope", "measure", "supplier", "source", share=(pl.col("share_low") + pl.col("share_high")) / 2
    )
    total = pl.col("share").sum().over("item", "scope")
    return rows.filter(total > 0).with_columns(share=pl.col("share") / total)


def _imports(graph: SupplyGraph) -> pl.DataFrame:
    measure = pl.col("measure").fill_null("")
    rows = _views(graph).filter(
        (pl.col("scope") != "world") & measure.str.starts_with("imports") & ~measure.str.contains("basket")
    )
    rows = rows.filter(pl.col("supplier") != pl.col("scope"))
    return (
        rows.group_by("item", "supplier")
        .agg(share=pl.col("share").sum(), source=_joined())
        .with_columns(origin=pl.lit("imports"))
        .sort("item", "supplier")
    )


def _stages(graph: SupplyGraph) -> pl.DataFrame:
    stages = graph.items.select("stage", item="id").drop_nulls("stage")
    known = _views(graph).filter(scope="world").join(stages, on="item")
    mix = known.group_by("stage", "supplier").agg(share=pl.col("share").sum(), source=_joined())
    return stages.join(mix, on="stage").with_columns(origin=pl.lit("stage")).sort("item", "supplier")


def _joined() -> pl.Expr:
    return pl.col("source").drop_nulls().unique().sort().str.join("|")
