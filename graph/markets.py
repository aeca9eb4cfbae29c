"""Market views: who supplies an item, by one measure, in one year, from one source.

A market view is the set of ``shares`` rows with the same item, scope, level (country, company or site), measure, year and
source. Shares are computed within one view; rows of two views are never added.

Within a view a known share is a point, ``share_low`` / ``share_high`` bound a range, and a named supplier without a figure
holds an unknown part. Quantities are divided by the row of the aggregate ``WORLD`` when there is one, else by the sum of all
rows. Shares that sum to a little more than 1 (rounding) stand as published; what is computed from them divides by the sum.

A view may be marked **complete**: its named suppliers are all there are. Where some of them have no share of their own, they
hold what the others leave, and nobody unnamed does. A complete view whose shares are all told and sum to less than 1 keeps
its remainder: the mark cannot be true of it.

Where several views of one market exist, they are **ranked**, and the first is **preferred**, in this order: one with
figures; not one whose every row is of unknown confidence; not a projection (a year after the source was published); not
one from a source of low reliability; not one by nationality of the maker, which is no place; not one of capacity; the most
recent; the best covered; the most reliable source; the first by measure and source id. A page that cites somebody
therefore never wins over a census, however new it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from .schema import WORLD

if TYPE_CHECKING:
    from .supply_graph import SupplyGraph

VIEW = ["item", "scope", "level", "measure", "year", "source"]
_RELIABILITY = {"high": 0, "medium": 1, "low": 2, "structural": 3, "unverified": 4}


def market_shares(graph: SupplyGraph) -> pl.DataFrame:
    """Return one row per supplier and market view; `SupplyGraph.markets` keeps it.

    Columns: ``view`` (number of the view) and its key ``item, scope, level, measure, year, source``; ``supplier``;
    ``share_low``, ``share_high`` (0..1); ``known`` ("share", "range", "unknown", or "ratio": a quantity beside suppliers of
    unknown quantity, an upper bound); ``confidence``, ``quantity``, ``unit``.
    Of the whole view: ``attributed`` (sum of lower bounds), ``remainder`` (1 - attributed), ``complete`` (nobody unnamed
    holds any of the remainder), ``excluded`` (suppliers that the stated total leaves out), ``rank`` (1 for the best view of
    an item, scope and level) and ``preferred`` (rank 1). Rows of the aggregates (world total, residual) are not suppliers
    and do not appear.
    """
    kinds = graph.suppliers.select_seq(supplier="id", level="kind")
    rows = graph.shares.join(kinds, on="supplier", how="left", maintain_order="left").with_columns_seq(
        pl.col("scope").fill_null("world"), pl.col("measure").fill_null(""), pl.col("confidence").fill_null("unknown")
    )
    market = ["item", "scope", "measure", "year", "source"]
    aggregate = pl.col("level") == "aggregate"
    totals = (
        rows.filter(aggregate)
        .group_by(market)
        .agg(
            total=pl.col("quantity").filter(pl.col("supplier") == WORLD).first(),
            residual=pl.col("quantity").filter(pl.col("supplier") != WORLD).sum(),
        )
    )
    named = rows.filter(~aggregate)
    excluded = named.filter(pl.col("missing") == "excluded").group_by(VIEW).agg(excluded=pl.col("supplier").unique().sort())
    named = (
        named.filter(pl.col("missing").is_null() | (pl.col("missing") != "excluded"))
        .join(totals, on=market, how="left", nulls_equal=True, maintain_order="left")
        .join(excluded, on=VIEW, how="left", nulls_equal=True, maintain_order="left")
        .with_columns_seq(view=pl.struct(VIEW).rank("dense") - 1)
    )
    return _preferred(_bounded(named), graph)


def _bounded(named: pl.DataFrame) -> pl.DataFrame:
    """Add ``share_low``, ``share_high``, ``known``, ``attributed`` and ``remainder`` to the rows of named suppliers."""
    quantity, total = pl.col("quantity"), pl.col("total")
    base = total.fill_null(quantity.sum().over("view") + pl.col("residual").fill_null(0))
    ranged = pl.any_horizontal(pl.col("share_low", "share_high").is_not_null())
    share = pl.when(~ranged).then(pl.coalesce("share", pl.when(base > 0).then(quantity / base)))
    named = named.with_columns_seq(share=share, ranged=ranged).with_columns_seq(
        known=pl.when("ranged")
        .then(pl.lit("range"))
        .when(pl.col("share").is_not_null())
        .then(pl.lit("share"))
        .otherwise(pl.lit("unknown")),
        low=pl.coalesce("share", "share_low").fill_null(0.0),
    )
    # Without a stated total, a named supplier of unknown quantity makes the total itself unknown: the shares of the
    # others are then upper bounds.
    open_total = total.is_null() & quantity.is_not_null() & (pl.col("known") == "share")
    open_total &= (pl.col("known") == "unknown").any().over("view")
    named = named.with_columns_seq(
        known=pl.when(open_total).then(pl.lit("ratio")).otherwise("known"),
        share_high=pl.when(open_total).then("share").otherwise("share_high"),
        low=pl.when(open_total).then(0.0).otherwise("low"),
    )
    named = named.with_columns_seq(attributed=pl.col("low").sum().over("view").clip(0, 1))
    remainder = 1 - pl.col("attributed")
    named = named.with_columns_seq(remainder=pl.when(remainder < 1e-12).then(0.0).otherwise(remainder))
    high = (
        pl.when(pl.col("known") == "share")
        .then("low")
        .when(pl.col("known").is_in(["range", "ratio"]))
        .then(pl.min_horizontal(pl.col("share_high").fill_null(1.0), pl.col("low") + pl.col("remainder")))
        .otherwise("remainder")
    )
    named = named.with_columns_seq(share_low="low", share_high=pl.max_horizontal(high, "low"))
    # A list that is said to be complete but leaves a remainder nobody on it can hold is not.
    room = (pl.col("share_high") - pl.col("share_low")).sum().over("view")
    complete = pl.col("complete").fill_null(False).any().over("view")
    return named.with_columns_seq(complete=complete & (room >= pl.col("remainder") - 1e-9))


def _preferred(rows: pl.DataFrame, graph: SupplyGraph) -> pl.DataFrame:
    published = pl.col("date").str.extract(r"^(\d{4})").cast(pl.Int64)
    reliability = pl.col("reliability").replace_strict(_RELIABILITY, default=5, return_dtype=pl.Int64)
    sources = graph.sources.select_seq(source="id", published=published, reliability_rank=reliability)
    views = rows.group_by("view", *VIEW, maintain_order=True).agg(
        attributed=pl.col("attributed").first(),
        figures=(pl.col("known") != "unknown").any(),
        doubted=(pl.col("confidence") == "unknown").all(),
    )
    weak = pl.col("reliability_rank").fill_null(5)
    order = views.join(sources, on="source", how="left").sort(
        ~pl.col("figures"),
        "doubted",
        (pl.col("year") > pl.col("published")).fill_null(False),
        weak >= _RELIABILITY["low"],
        pl.col("measure").str.contains("nationality"),
        pl.col("measure").str.starts_with("capacity"),
        -pl.col("year").fill_null(-1),
        -pl.col("attributed").round(9),
        weak,
        "measure",
        "source",
    )
    ranks = order.select_seq("view", rank=pl.int_range(1, pl.len() + 1).over("item", "scope", "level"))
    columns = ["view", *VIEW, "supplier", "share_low", "share_high", "known", "confidence", "quantity", "unit"]
    columns += ["attributed", "remainder", "complete", "excluded", "rank", "preferred"]
    rows = rows.join(ranks, on="view", how="left", maintain_order="left").with_columns_seq(
        preferred=pl.col("rank") == 1,
        excluded=pl.col("excluded").fill_null(pl.lit([], dtype=pl.List(pl.String))),
    )
    return rows.select_seq(columns).sort("view", -pl.col("share_low"), -pl.col("share_high"), "supplier")
