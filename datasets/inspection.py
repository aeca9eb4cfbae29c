"""What is weak in the data: items that lead nowhere, that nobody is named for, stale figures, sources that contradict.

It is the list to work from, worst first; it holds for a user's own tables as for the bundled ones.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date as Date

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.ages import STALE, day
from ..graph.arguments import checked
from .restrictions import measures

KINDS = ("leads_nowhere", "nobody_named", "stale", "contradiction")
APART, YEARS_APART = 0.10, 3
"""Points (of 1) from which two sources contradict; years between them at most."""
_SCHEMA = {
    "what": pl.String,
    "item": pl.String,
    "name_en": pl.String,
    "name_ja": pl.String,
    "severity": pl.Float64,
    "products": pl.Int64,
    "restricted": pl.Boolean,
    "supplier": pl.String,
    "year": pl.Int64,
    "source": pl.String,
    "measure": pl.String,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "other_year": pl.Int64,
    "other_source": pl.String,
    "other_measure": pl.String,
    "other_low": pl.Float64,
    "other_high": pl.Float64,
}


@checked()
def inspect_data(graph: SupplyGraph, *, on: Date | str | None = None) -> pl.DataFrame:
    """Return what is weak in the data, worst first within each kind.

    ==============  =======================================================  =========================================
    what            an item is listed when                                   severity
    ==============  =======================================================  =========================================
    leads_nowhere   it is no product, and no product needs it                1 where a measure restricts it, else the
                                                                             largest share that one supplier surely has
    nobody_named    a product needs it, and no view or trade names anybody   the part of all products that need it
    stale           the preferred figures are more than 5 years old          their age in years
    contradiction   two sources of years at most 3 apart give a supplier     points (0..1) between the nearest ends of
                    shares more than 10 points apart                         the two
    ==============  =======================================================  =========================================

    Capacity is compared with capacity only. Only world markets are looked at, and a view without a year is never stale.

    Parameters
    ----------
    graph : SupplyGraph
        The data.
    on : datetime.date or str, optional
        The day from which age counts, and of the measures (default: today).

    Returns
    -------
    polars.DataFrame
        ``what, item, name_en, name_ja, severity``; ``products`` (how many products need the item) and ``restricted`` (a
        measure of that day names it); of the market ``supplier, year, source, measure, share_low, share_high``, and of the
        contradicting view the same with ``other_``.

    Raises
    ------
    InputError
        The graph has no item.

    >>> from kanmon.graph import SupplyGraph
    >>> alone = SupplyGraph(items=[{"id": "ore", "name_en": "Ore", "kind": "mineral"}])
    >>> inspect_data(alone).select("what", "item").rows()
    [('leads_nowhere', 'ore')]
    """
    if not graph.items.height:
        raise InputError("datasets.inspection.empty")
    when = day(on or Date.today())
    needing = _needing(graph)
    restricted = set(measures(when)["item"].str.split("|").explode().drop_nulls())
    found = pl.concat(
        [_nowhere(graph, needing), _nobody(graph, needing), _stale(graph, when.year), _contradictions(graph)],
        how="diagonal",
    )
    names = graph.items.select(item="id", name_en="name_en", name_ja="name_ja")
    found = found.join(names, on="item", how="left", maintain_order="left").with_columns(
        products=pl.col("item").replace_strict(
            {item: len(products) for item, products in needing.items()}, default=0, return_dtype=pl.Int64
        ),
        restricted=pl.col("item").is_in(list(restricted)),
    )
    orphan = (pl.col("what") == "leads_nowhere") & pl.col("restricted")
    found = found.with_columns(severity=pl.when(orphan).then(1.0).otherwise("severity"))
    order = pl.col("what").replace_strict({kind: i for i, kind in enumerate(KINDS)}, return_dtype=pl.Int64)
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in _SCHEMA.items() if name not in found.columns]
    found = found.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())
    return found.sort(order, -pl.col("severity"), -pl.col("products"), "item", "supplier", "source", "other_source")


def _needing(graph: SupplyGraph) -> dict[str, set[str]]:
    """Products by every item that they need."""
    needs = dict(graph.inputs.group_by("item").agg(pl.col("input").unique()).iter_rows())
    found: dict[str, set[str]] = defaultdict(set)
    for product in graph.items.filter(kind="product")["id"]:
        front, seen = [product], {product}
        while front:
            front = [n for item in front for n in needs.get(item, []) if n not in seen and not seen.add(n)]  # pyright: ignore[reportAttributeAccessIssue]
        for item in seen - {product}:
            found[item].add(product)
    return found


def _nowhere(graph: SupplyGraph, needing: dict[str, set[str]]) -> pl.DataFrame:
    world = graph.markets.filter(pl.col("preferred") & (pl.col("scope") == "world"))
    largest = world.group_by("item").agg(severity=pl.col("share_low").max())
    alone = graph.items.filter((pl.col("kind") != "product") & ~pl.col("id").is_in(list(needing)))
    rows = alone.select(item="id").join(largest, on="item", how="left").with_columns(pl.col("severity").fill_null(0.0))
    return rows.select(pl.lit("leads_nowhere").alias("what"), "item", "severity")


def _nobody(graph: SupplyGraph, needing: dict[str, set[str]]) -> pl.DataFrame:
    named = set(graph.markets["item"]) | set(graph.trades["item"])
    products = max(1, graph.items.filter(kind="product").height)
    rows = [(item, len(needing[item]) / products) for item in graph.items["id"] if item in needing and item not in named]
    frame = pl.DataFrame(rows, schema={"item": pl.String, "severity": pl.Float64}, orient="row")
    return frame.select(pl.lit("nobody_named").alias("what"), "item", "severity")


def _stale(graph: SupplyGraph, year: int) -> pl.DataFrame:
    world = graph.markets.filter(
        pl.col("preferred"), pl.col("scope") == "world", pl.col("known") != "unknown", pl.col("year") < year - STALE
    )
    top = world.sort("view", -pl.col("share_low"), "supplier").unique("view", keep="first", maintain_order=True)
    columns = ["item", "supplier", "year", "source", "measure", "share_low", "share_high"]
    return top.select(pl.lit("stale").alias("what"), *columns, severity=(year - pl.col("year")).cast(pl.Float64))


def _contradictions(graph: SupplyGraph) -> pl.DataFrame:
    columns = ["supplier", "year", "source", "measure", "share_low", "share_high"]
    rows = graph.markets.filter(pl.col("scope") == "world", pl.col("known") != "unknown", pl.col("year").is_not_null())
    rows = rows.with_columns(capacity=pl.col("measure").str.starts_with("capacity"))
    keys = ["item", "level", "supplier", "capacity"]
    pairs = rows.select(*keys, *columns[1:]).join(
        rows.select(*keys, *(pl.col(name).alias(f"other_{name.removeprefix('share_')}") for name in columns[1:])), on=keys
    )
    pairs = pairs.filter(
        # Each pair once, the newer figure first.
        (pl.col("year") > pl.col("other_year"))
        | ((pl.col("year") == pl.col("other_year")) & (pl.col("source") < pl.col("other_source"))),
        pl.col("source") != pl.col("other_source"),
        pl.col("year") - pl.col("other_year") <= YEARS_APART,
    )
    gap = pl.max_horizontal(pl.col("share_low") - pl.col("other_high"), pl.col("other_low") - pl.col("share_high"))
    pairs = pairs.with_columns(severity=gap).filter(pl.col("severity") > APART + 1e-9)
    # Of one pair of sources the newest figures that contradict.
    newest = pairs.sort(-pl.col("year"), -pl.col("other_year"), maintain_order=True)
    newest = newest.unique(["item", "supplier", "source", "other_source"], keep="first", maintain_order=True)
    other = ["other_year", "other_source", "other_measure", "other_low", "other_high"]
    return newest.select(pl.lit("contradiction").alias("what"), "item", *columns, *other, "severity")
