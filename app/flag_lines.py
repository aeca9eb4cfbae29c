"""The lines of a person's ledger: which column holds the names, which the HS codes, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ..datasets.readers.sheets import UNREADABLE, headed, header_row, plain, read_sheets
from ..datasets.technologies import ledger_columns
from ..graph import InputError
from ..graph.errors import did_you_mean, nearest, shorten

_SCHEMA = {"sheet": pl.String, "row": pl.Int64, "text": pl.String, "hs": pl.String}


@dataclass(frozen=True)
class Lines:
    """Lines to flag: ``frame`` has ``sheet, row, text, hs``, with rows numbered as a person sees them."""

    frame: pl.DataFrame
    empty: int
    unreadable: int


def lines_of(texts: Sequence[str]) -> Lines:
    """Return words of the command line as lines."""
    rows = [(None, row, text, None) for row, text in enumerate(texts, start=1)]
    return _lines(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def read_lines(path: Path, column: str | None = None, hs_column: str | None = None) -> Lines:
    """Return the lines of every sheet that has the column of names.

    Raises
    ------
    ReadError
        The file cannot be read.
    InputError
        No sheet has the column, or no column was recognised.
    """
    sheets = read_sheets(path)
    found = [part for name, sheet in sheets.items() if (part := _sheet(name, sheet, column, hs_column)) is not None]
    if not found:
        raise _nothing(path, sheets, column, hs_column)
    return _lines(pl.concat(found))


def _lines(frame: pl.DataFrame) -> Lines:
    known = frame.drop_nulls("text")
    unreadable = known["text"].str.contains(UNREADABLE, literal=True).sum()
    return Lines(known, frame.height - known.height, int(unreadable))


def _names(column: str | None, role: str) -> list[str]:
    return [column] if column else ledger_columns()[role]


def _sheet(name: str, sheet: pl.DataFrame, column: str | None, hs_column: str | None) -> pl.DataFrame | None:
    names, codes = _names(column, "text"), _names(hs_column, "hs")
    row = header_row(sheet, names)
    if row is None:
        if column or hs_column or sheet.width != 1:
            return None
        return _part(name, sheet, sheet.columns[0], None, first=1)
    table = headed(sheet, row)
    text, hs = _pick(table, names), _pick(table, codes)
    if text is None or (hs_column and hs is None):
        return None
    return _part(name, table, text, hs, first=row + 2)


def _pick(table: pl.DataFrame, names: Sequence[str]) -> str | None:
    columns = {plain(name): name for name in reversed(table.columns)}
    return next((columns[plain(name)] for name in names if plain(name) in columns), None)


def _part(sheet: str, table: pl.DataFrame, text: str, hs: str | None, first: int) -> pl.DataFrame:
    blank = pl.all_horizontal(pl.all().is_null())
    code = pl.col(hs) if hs else pl.lit(None, pl.String)
    rows = table.select(text=pl.col(text), hs=code, blank=blank).with_row_index("row", first).filter(~pl.col("blank"))
    return rows.select(pl.lit(sheet).alias("sheet"), pl.col("row").cast(pl.Int64), "text", "hs")


def _nothing(path: Path, sheets: dict[str, pl.DataFrame], column: str | None, hs_column: str | None) -> InputError:
    heads: list[str] = []
    for sheet in sheets.values():
        row = header_row(sheet, [*ledger_columns()["text"], *ledger_columns()["hs"], column or "", hs_column or ""])
        if sheet.height:
            heads += [cell for cell in sheet.row(row or 0) if cell]
    shown = ", ".join(shorten(head, 30) for head in heads[:20])
    wanted = next((name for name in (column, hs_column) if name and plain(name) not in map(plain, heads)), column)
    if wanted is None:
        return InputError("app.flag.no_header", path=shorten(path), columns=shown)
    hint = did_you_mean(nearest(wanted, heads))
    return InputError("app.flag.no_column", path=shorten(path), column=shorten(wanted), columns=shown, hint=hint)
