"""Delimited text that other people publish, read as text with its place, and the package's own tables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

import polars as pl

from ...graph import InputError
from ...graph.errors import short_path, shorten
from ...graph.files import reading
from ...graph.messages import Message
from ...graph.tables import read_frame

Notes = list[Message]
"""What a reader has to say about a file that it could read: it appends to the list that it is given."""

WHOLE = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)"
"""Digits, with commas where they part thousands: the comma of "5,5" does not."""
NUMBER = rf"^[-+]?(?:{WHOLE}\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"


def read_table(
    path: str | Path, needed: Iterable[str], notes: Notes | None = None, *, encoding: str | None = None
) -> pl.DataFrame:
    """Return a published table with every cell as text, blank cells as nulls, whatever its encoding, delimiter or name.

    Rows may be longer than the header (some publishers end each with a comma): what is beyond it is left out.

    Raises
    ------
    ReadError
        There is no such file, its bytes are no table known here, or its quotes do not close (the line is said).
    InputError
        It is empty, or a column is missing.
    """
    path = Path(path)
    with reading(path):
        table = read_frame(path, encoding=encoding, ragged=True, notes=notes).cast(pl.String)
    table = table.rename({name: name.strip() for name in table.columns})
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise InputError("datasets.trade.columns", path=short_path(path), columns=", ".join(missing))
    return table.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))


def numbered(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with ``_row``, where a row stands in its file (the header is row 1)."""
    return table.with_row_index("_row", offset=2)


def years(table: pl.DataFrame, column: str, path: str | Path, shown: str = "") -> pl.Expr:
    """Return an expression of a `numbered` table's years; ``2024.0`` and the year of ``202412`` are 2024.

    ``shown`` is what the column is called in its file, where that differs.

    Raises
    ------
    InputError
        A cell is no year (its row is said); blanks stay blank.
    """
    text = pl.col(column).cast(pl.String).str.strip_chars()
    year = text.str.extract(r"^(\d{4})(?:\d\d|\d{4})?(?:\.0*)?$").cast(pl.Int64)
    _check(
        table, column, text.is_not_null() & ~year.is_between(1800, 2200).fill_null(False), "datasets.trade.year", path, shown
    )
    return year


def amounts(table: pl.DataFrame, column: str, path: str | Path, shown: str = "") -> pl.Expr:
    """Return an expression of a `numbered` table's numbers; blanks stay blank.

    Raises
    ------
    InputError
        A cell is no finite number (its row is said).
    """
    text = pl.col(column).cast(pl.String).str.strip_chars()
    number = pl.when(text.str.contains(NUMBER)).then(text.str.replace_all(",", "")).cast(pl.Float64, strict=False)
    _check(table, column, text.is_not_null() & ~number.is_finite().fill_null(False), "datasets.trade.number", path, shown)
    return number


def _check(table: pl.DataFrame, column: str, bad: pl.Expr, key: str, path: str | Path, shown: str) -> None:
    wrong = table.filter(bad).select("_row", column)
    if wrong.height:
        row, value = wrong.row(0)
        values = {"row": row, "column": shorten(shown or column), "value": shorten(value), "count": wrong.height}
        raise InputError(key, path=short_path(path), **values)


@cache
def packaged(folder: str, name: str) -> pl.DataFrame:
    """Return a table of ``datasets/data``: Parquet with its types, CSV as text."""
    place = resources.files("kanmon.datasets") / "data" / folder
    parquet = place / f"{name}.parquet"
    with resources.as_file(parquet if parquet.is_file() else place / f"{name}.csv") as path:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
