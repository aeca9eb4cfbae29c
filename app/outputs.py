"""Tables and summaries as files: for spreadsheets, in which no cell may begin a formula, and as JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import polars as pl

_FORMULA = r"^(?:[\t\r\n]|[\s\p{Cf}\p{Cc}\x{115f}\x{1160}\x{3164}\x{ffa0}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])"


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write UTF-8 with a byte order mark (for Excel); lists become text; a cell never begins a formula.

    Full-width signs count, and so do signs behind blanks and characters of no width: spreadsheets drop these.
    """
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    flat = frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" | ") for name in lists)
    words = [name for name, dtype in flat.schema.items() if dtype == pl.String]
    guarded = (
        pl.when(pl.col(name).str.contains(_FORMULA)).then(pl.lit("'") + pl.col(name)).otherwise(name).alias(name)
        for name in words
    )
    flat.with_columns(guarded).write_csv(path, include_bom=True)


def write_tables(folder: Path, summary: Any = None, **tables: pl.DataFrame) -> None:
    """Write tables as CSV under their names, and a ``summary`` as ``summary.json``."""
    for name, frame in tables.items():
        write_csv(frame, folder / f"{name}.csv")
    if summary is not None:
        (folder / "summary.json").write_text(plain(summary) + "\n", encoding="utf-8", newline="\n")


def plain(value: Any) -> str:
    """Return a summary as one line of JSON text. JSON has no number without end: it is "inf", as in the CSV.

    >>> plain({"day": float("inf"), "share": 0.5})
    '{"day": "inf", "share": 0.5}'
    """
    return json.dumps(finite(value), ensure_ascii=False, default=str, allow_nan=False)


def finite(value: Any) -> Any:
    """Return a value in which numbers without end are text: JSON has none."""
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(one) for one in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
