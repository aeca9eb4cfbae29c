"""The lines of a person's file: what its text columns say, their HS codes, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ..datasets.intake.content import UNREADABLE
from ..datasets.intake.folders import inputs
from ..datasets.intake.table import PARTS, Table
from ..datasets.intake.understanding import Understanding, understand
from ..datasets.intake.words import plain
from ..graph import InputError
from ..graph.errors import did_you_mean, nearest, shorten

_SCHEMA = {"sheet": pl.String, "row": pl.Int64, "text": pl.String, "hs": pl.String}
_SPEAKING = {"technologies": "technology", "products": "name"}
"""Sheets of the audit workbook whose lines are flagged, by the role that speaks; its questions and firms are no lines."""


@dataclass(frozen=True)
class Lines:
    """Lines to flag: ``frame`` has ``sheet, row, text, hs``, with rows numbered as a person sees them.

    ``empty`` are rows that say nothing, ``tables`` where the lines come from: file, sheet, number of lines.
    """

    frame: pl.DataFrame
    empty: int
    unreadable: int
    tables: tuple[tuple[str, str, int], ...] = ()


def lines_of(texts: Sequence[str]) -> Lines:
    """Return words of the command line as lines."""
    rows = [(None, row, text, None) for row, text in enumerate(texts, start=1)]
    return _lines(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def read_lines(
    path: Path, column: str | None = None, hs_column: str | None = None, *, encoding: str | None = None
) -> tuple[Lines, Understanding]:
    """Return the lines of every table of a file, and what the file was understood to be.

    A line's text is what all its text columns say, or ``column`` alone.

    Raises
    ------
    ReadError
        The file cannot be read.
    InputError
        No table has the column that was asked for.
    """
    found = understand(inputs(path), encoding=encoding)
    tables = [table for table in found.tables if _speaks(table, column)]
    if any(table.header for table in tables):  # beside tables, text without a header is a cover, not a list
        tables = [table for table in tables if table.header]
    columns = {wanted: [_place(table, wanted) for table in tables] for wanted in (column, hs_column) if wanted}
    for wanted, places in columns.items():
        if not any(place is not None for place in places):
            raise _no_column(path, found.tables, wanted)
    parts, empty, whence = [], 0, []
    for n, table in enumerate(tables):
        text = columns[column][n] if column else None
        code = columns[hs_column][n] if hs_column else None
        if (column and text is None) or (hs_column and code is None):
            continue
        texts = table.cells(text) if text is not None else _texts(table)
        codes = table.cells(code) if code is not None else table.texts("hs")
        rows = {"sheet": [table.sheet] * table.rows, "row": table.numbers_of_rows, "text": texts, "hs": codes}
        parts.append(pl.DataFrame(rows, schema=_SCHEMA))
        empty += sum(each.reason in {"no_name", "no_value"} for each in table.set_aside)
        whence.append((table.file, table.sheet, sum(text is not None for text in texts)))
    frame = pl.concat(parts) if parts else pl.DataFrame(schema=_SCHEMA)
    lines = _lines(frame)
    return Lines(lines.frame, lines.empty + empty, lines.unreadable, tuple(each for each in whence if each[2])), found


def _speaks(table: Table, column: str | None) -> bool:
    if not table.rows or table.counted is not None:
        return False
    if table.form:
        return table.form in _SPEAKING
    return column is not None or table.kind in PARTS or "name" in table.roles


def _texts(table: Table) -> list[str | None]:
    return table.texts(_SPEAKING[table.form]) if table.form else table.speech()


def _place(table: Table, wanted: str) -> int | None:
    return next(
        (i for i, name in enumerate(table.names) if plain(wanted) in {plain(name), *map(plain, name.split("\n"))}), None
    )


def _lines(frame: pl.DataFrame) -> Lines:
    known = frame.drop_nulls("text")
    unreadable = known["text"].str.contains(UNREADABLE, literal=True).sum()
    return Lines(known, frame.height - known.height, int(unreadable))


def _no_column(path: Path, tables: Iterable[Table], wanted: str) -> InputError:
    heads = headers_of(tables)
    shown = ", ".join(shorten(head, 30) for head in heads[:20])
    hint = did_you_mean(nearest(wanted, heads))
    return InputError("app.flag.no_column", path=shorten(path), column=shorten(wanted), columns=shown, hint=hint)


def headers_of(tables: Iterable[Table]) -> list[str]:
    """Return all headers that were found, each once."""
    return list(dict.fromkeys(name.replace("\n", " ") for table in tables for name in table.names if name))
