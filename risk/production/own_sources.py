"""What a buyer knows of its own sources: the facts that it brings, checked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from ...graph import InputError, SupplyGraph, UnknownIdError
from ...graph.errors import shorten
from ...graph.frames import frame_of

_DAYS = ("stock_days", "stock_least", "stock_most", "switching_days")
_COLUMNS = {
    "item": pl.String,
    "supplier": pl.String,
    "maker": pl.String,
    "qualified": pl.Boolean,
    "stock_days": pl.Float64,
    "stock_least": pl.Float64,
    "stock_most": pl.Float64,
    "switching_days": pl.Float64,
    "spend": pl.Float64,
}


def own_sources(graph: SupplyGraph, facts: Any) -> pl.DataFrame:
    """Return a buyer's facts, one row per item and source, with every column, typed; a column that is not given is blank.

    Without the column ``maker`` each supplier is a maker of its own.

    Raises
    ------
    InputError
        It is no table, it has no ``item`` or ``supplier``, a row names no item, or a cell is of another kind than its
        column; days that are negative or no number.
    UnknownIdError
        An item or a supplier that the graph does not have: what is said of it would be said of nothing.
    """
    given = frame_of(facts)
    if missing := [name for name in ("item", "supplier") if name not in given.columns]:
        raise InputError("risk.exposure.facts", columns=", ".join(missing))
    frame = pl.DataFrame([_typed(given, name, kind) for name, kind in _COLUMNS.items()])
    if frame["item"].null_count():
        raise InputError("risk.exposure.facts_item", row=int(frame["item"].is_null().arg_true()[0]))
    for kind, ids in (("item", graph.items["id"]), ("supplier", graph.suppliers["id"])):
        for unknown in frame.filter(~pl.col(kind).is_in(ids.implode()))[kind].head(1):
            raise UnknownIdError(kind, unknown, ids, graph.named(unknown, f"{kind}s"))
    crossed = frame.filter(pl.col("stock_least") > pl.col("stock_most"))
    if crossed.height:
        raise InputError("risk.exposure.facts_ends", item=shorten(crossed["item"][0]))
    return frame if "maker" in given.columns else frame.with_columns(maker="supplier")


def stock_ends(rows: Iterable[Mapping[str, Any]]) -> tuple[float, float] | None:
    """Return the least and the most days of stock that rows about one item state; the longest of all rows counts.

    A row says them as one figure, or its ends; without a most they are not bounded. None where no row says anything.
    """
    ends = []
    for row in rows:
        days, least, most = row["stock_days"], row["stock_least"], row["stock_most"]
        if days is not None:
            ends.append((days, days))
        elif least is not None or most is not None:
            ends.append((least or 0.0, math.inf if most is None else most))
    return (max(low for low, _ in ends), max(high for _, high in ends)) if ends else None


def _typed(given: pl.DataFrame, name: str, kind: type[pl.DataType]) -> pl.Series:
    """A column of the facts; what would be lost in its type, and days that nobody can have, are refused."""
    if name not in given.columns:
        return pl.Series(name, [None] * given.height, dtype=kind)
    told = given[name]
    try:
        typed = told.cast(kind, strict=False)
    except pl.exceptions.PolarsError:  # a list or a structure
        typed = pl.Series(name, [None] * given.height, dtype=kind)
    wrong = typed.is_null() & told.is_not_null()
    if name in _DAYS:
        wrong |= ~(typed.is_finite() & (typed >= 0)).fill_null(True)
    if wrong.any():
        row = int(wrong.arg_true()[0])
        about = {"column": name, "row": row, "value": shorten(told[row])}
        raise InputError(f"risk.exposure.facts_{'days' if name in _DAYS else 'cell'}", **about)
    return typed
