"""The tables of `stops`: what a buyer knows of its sources, and what comes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import polars as pl

from ...graph import InputError, SupplyGraph
from ...graph.errors import did_you_mean, nearest, shorten
from .own_sources import Ends, estimated, longest, own_sources

NEVER = float("inf")
NOTHING = 1e-9
CASES = ("estimate", "low", "high", "open")
"""Readings of a risk ("low" is the certain one); ``open``: the possible one, with items that nobody is named for."""
_TAKES = {"estimate": ("estimate", "low", "high"), "open": ("high", "open")}


def sources_of(graph: SupplyGraph, facts: Any) -> pl.DataFrame:
    """The facts, with the country of each supplier and whether it delivers today."""
    frame = own_sources(graph, facts)
    where = graph.suppliers.select("country", supplier="id")
    unused = graph.shares.filter(pl.col("share") == 0).select("item", "supplier", used=pl.lit(False)).unique()
    frame = frame.join(where, on="supplier", how="left", maintain_order="left")
    frame = frame.join(unused, on=["item", "supplier"], how="left", maintain_order="left")
    return frame.with_columns(pl.col("used").fill_null(True))


def unnamed_items(graph: SupplyGraph) -> set[str]:
    """Items that are needed, that need nothing themselves, and that nobody is named for."""
    told = (graph.inputs["input"], graph.inputs["item"], graph.shares["item"])
    needed, making, supplied = (set(column.to_list()) for column in told)
    return needed - making - supplied


def ready_sources(
    rows: Sequence[tuple[str, bool, bool | None, Ends | None]], case: str, usual: float
) -> Iterable[tuple[float, str | None]]:
    """Days until each source that stands ready delivers, and which it is (None: somebody else).

    ``rows``: the sources of an item as ``supplier, used, qualified``, and the ends of the days of switching.
    """

    def when(ends: Ends | None) -> float:
        least, most = ends or (0.0, NEVER)
        return {"estimate": estimated((least, most), usual), "low": least}.get(case, most)

    spare = [row for row in rows if not row[1] and row[2] is not False]
    doubtful = any(row[2] is None for row in spare)
    if case != "low":  # what may be an alternative is one where it hurts least
        spare = [row for row in spare if row[2]]
    found: list[tuple[float, str | None]] = [(when(row[3]), row[0]) for row in spare]
    if (found and not (doubtful and case == "low")) or (doubtful and case in {"high", "open"}):
        return found
    used = [row[3] for row in rows if row[1]]
    whole = bool(used) and None not in used
    return [*found, (when(longest(used) if whole or case == "estimate" else None), None)]


def cases_of(figures: Iterable[str]) -> set[str]:
    """The readings that some figures take: the estimate lies between its bounds, and an open loss is no less than the high.

    Raises `InputError` where there is no such figure.
    """
    asked = list(figures)
    for one in asked:
        if one not in CASES:
            hint = did_you_mean(nearest(str(one), CASES))
            raise InputError("risk.mitigation.figures", value=shorten(one), allowed=", ".join(CASES), hint=hint)
    return {case for one in asked for case in _TAKES.get(one, (one,))}


def bounded(row: dict[str, Any], days: float, cases: Collection[str] = CASES) -> dict[str, Any]:
    """A row of `stop_losses`: the estimate between its bounds, days from the earliest to the latest."""
    found: dict[str, Any] = {"threat": row["threat"], "product": row["product"]}
    for name in ("lost", "stops"):
        low, high = (row.get(f"{name}_{end}") for end in ("low", "high"))
        found |= {f"{name}_low": low, f"{name}_high": high}
        if "estimate" in cases:
            found[f"{name}_estimate"] = min(max(row[f"{name}_estimate"], low), high)
        if "open" in cases:
            found[f"{name}_open"] = max(row.get(f"{name}_open", 0.0), high)
    ends = {"estimate": row.get("day_estimate"), "low": row.get("day_high"), "high": row.get("day_low")}
    if "open" in cases:
        ends["open"] = min(row.get("day_open", days), row["day_high"])
    return found | {f"day_{end}": None if day is None or day >= days - NOTHING else day for end, day in ends.items()}


def loss_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the rows of `stop_losses` as a frame."""
    numbers = [f"{name}_{case}" for name in ("lost", "day", "stops") for case in CASES]
    schema = {"threat": pl.String, "product": pl.String} | dict.fromkeys(numbers, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def beside(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Three curves on the days of all of them, as one frame like that of `timeline`."""
    keys = ["scenario", "item", "day"]
    grid = pl.concat([frame.select(keys) for frame in frames]).unique().sort(keys)
    for frame in frames:
        rate, lost = frame.columns[3:]
        curve = frame.with_columns(at="day").sort(keys)
        grid = grid.join_asof(curve, on="day", by=["scenario", "item"], check_sortedness=False)
        since = pl.col("day") - pl.col("at")
        grid = grid.with_columns(pl.col(lost) + since * (1 - pl.col(rate))).drop("at")
    return grid.select(*keys, *(f"{what}_{end}" for what in ("rate", "lost") for end in ("low", "high", "estimate")))
