"""What a buyer knows of its own sources: the facts that it brings, checked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from ...graph import InputError, SupplyGraph, UnknownIdError
from ...graph.errors import shorten
from ...graph.frames import frame_of

Ends = tuple[float, float]
"""The least and the most days of what is stated; infinite: nobody said how many at most."""
RANGES = ("stock", "switching")
"""What a row states as one figure (``_days``) or by its ends (``_least``, ``_most``)."""
_DAYS = tuple(f"{name}_{end}" for name in RANGES for end in ("days", "least", "most"))
_COLUMNS = {
    "item": pl.String,
    "supplier": pl.String,
    "maker": pl.String,
    "qualified": pl.Boolean,
    **dict.fromkeys(_DAYS, pl.Float64),
    "spend": pl.Float64,
}


def own_sources(graph: SupplyGraph, facts: Any) -> pl.DataFrame:
    """Return a buyer's facts, one row per item and source, with every column, typed; a column that is not given is blank.

    Without the column ``maker`` each supplier is a maker of its own.

    Raises
    ------
    InputError
        It is no table, it has no ``item`` or ``supplier``, a row names no item, or a cell is of another kind than its
        column; days that are negative or no number, or of which the least are more than the most.
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
        for unknown in frame[kind].filter(~frame[kind].is_in(ids.implode())).head(1):
            raise UnknownIdError(kind, unknown, ids, graph.named(unknown, f"{kind}s"))
    for name in RANGES:
        for crossed in frame["item"].filter(frame[f"{name}_least"] > frame[f"{name}_most"]).head(1):
            raise InputError("risk.exposure.facts_ends", item=shorten(crossed), name=name)
    return frame if "maker" in given.columns else frame.with_columns(maker="supplier")


def stock_ends(rows: Iterable[Mapping[str, Any]]) -> Ends | None:
    """Return the least and the most days of stock that rows about one item state; the longest of all rows counts."""
    return longest(told_ends(row, "stock") for row in rows)


def switching_ends(spare: Iterable[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> Ends | None:
    """Return the days until another source delivers: of the quickest alternative that states them, else the longest."""
    ready = [ends for row in spare if (ends := told_ends(row, "switching")) is not None]
    if ready:
        return min(least for least, _ in ready), min(most for _, most in ready)
    return longest(told_ends(row, "switching") for row in rows)


def told_ends(row: Mapping[str, Any], name: str) -> Ends | None:
    """Return what a row states, as one figure or by its ends; without a most it is not bounded. None: it says nothing."""
    days, least, most = (row[f"{name}_{end}"] for end in ("days", "least", "most"))
    if days is not None:
        return days, days
    return None if least is None and most is None else (least or 0.0, math.inf if most is None else most)


def longest(told: Iterable[Ends | None]) -> Ends | None:
    """Return the ends of the longest of what is stated, whichever of them that is; None where nothing is."""
    ends = [one for one in told if one is not None]
    return (max(least for least, _ in ends), max(most for _, most in ends)) if ends else None


def estimated(ends: Ends, usual: float) -> float:
    """Return the estimate of what is stated by its ends: its middle; without a most what is usual, or its least."""
    least, most = ends
    return max(least, usual) if most == math.inf else (least + most) / 2


def readiness(own: list[dict[str, Any]], bought: list[str] | None) -> dict[str, Any]:
    """Return an item's qualified suppliers, and days of stock against those of switching; ``bought``: who delivers today."""
    if not own:
        return {}
    told = any(row["qualified"] is not None for row in own)
    yes = [row for row in own if row["qualified"]]
    spare = [row for row in yes if row["supplier"] not in bought] if bought is not None else []
    # Who delivers nothing today as far as anybody knows, and may be qualified.
    idle = [row for row in own if bought is None or row["supplier"] not in bought]
    doubtful = [row for row in idle if row["qualified"] is None or (bought is None and row["qualified"])]
    stock, switching = stock_ends(own), switching_ends(spare, own)
    return {
        "qualified": len({row["supplier"] for row in yes}) if told else None,
        "alternatives": len({row["supplier"] for row in spare}) if told and bought is not None else None,
        "stock_days": _one_figure(stock),
        "switching_days": _one_figure(switching),
        **dict(zip(("uncovered_low", "uncovered_high"), _uncovered(stock, spare, doubtful, own), strict=True)),
    }


def _one_figure(ends: Ends | None) -> float | None:
    return ends[0] if ends is not None and ends[0] == ends[1] else None


def _uncovered(
    stock: Ends | None, spare: list[Any], doubtful: list[Any], own: list[Any]
) -> tuple[float | None, float | None]:
    """Least and most days of switching beyond the stock; a blank beside stated ones is from nothing to never.

    The quickest alternative delivers, where it hurts least one that is ``doubtful``, too; where there is none, the source
    that takes longest may be the one to replace.
    """
    if stock is None or switching_ends(spare, own) is None:
        return None, None
    waits = [told_ends(row, "switching") or (0.0, math.inf) for row in spare or own]
    pick = min if spare else max
    quickest = min((ends[0] if (ends := told_ends(row, "switching")) else 0.0 for row in doubtful), default=math.inf)
    least = min(pick(one for one, _ in waits), quickest) - stock[1]
    most = pick(one for _, one in waits) - stock[0]
    return max(0.0, least), None if most == math.inf else max(0.0, most)


def _typed(given: pl.DataFrame, name: str, kind: type[pl.DataType]) -> pl.Series:
    """A column of the facts; what would be lost in its type, and days that nobody can have, are refused."""
    if name not in given.columns:
        return pl.Series(name, [None] * given.height, dtype=kind)
    told = given[name]
    if told.dtype == kind and (name not in _DAYS or _are_days(told)):
        return told
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


def _are_days(told: pl.Series) -> bool:
    """Whether numbers, or blanks, are days: 0 or more, and finite."""
    least, most = told.min(), told.max()
    return least is None or (told.is_nan().sum() == 0 and least >= 0 and most < math.inf)  # type: ignore[operator]
