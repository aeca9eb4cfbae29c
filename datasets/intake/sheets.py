"""Every sheet of a file as text, with what a plain grid forgets: merged cells, formulas without a value, true addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from ...graph.contents import WORKBOOKS
from ...graph.delimited import mark_of, rows_of
from ...graph.errors import ReadError, short_path
from ...graph.files import read_bytes, reading
from ...graph.workbooks import read_sheets as load_sheets
from .aligned import aligned
from .content import content
from .looks import Looks, looks
from .markup import Area, read_markup, sylk_rows
from .ranges import Drawn, ranges

_ERROR = r"^\s*(?:#(?:N/[AD]|NV)|#¡?[A-ZÀ-Ý/0]{3,14}[!?]|Err:5\d\d)\s*$"
"""#N/A, #REF!, #DIV/0!, #NAME?, and what they are called where the program speaks German (#NV, #WERT!) or others."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet as text.

    Attributes
    ----------
    frame : polars.DataFrame
        Cells as text under ``column_1``, ``column_2``, ...; blank cells are null; row ``i`` is row ``i + 1`` of the sheet.
    left : int
        Columns that are blank at the left, and not in ``frame``.
    merged : tuple of Area
    unsaved : frozenset of (row, column)
        Cells with an error (#N/A), or whose formula was stored without a value, counted from 0 in the sheet; all are blank.
    struck : frozenset of int
        Rows that are struck out, counted from 0 in the sheet.
    hidden : frozenset of int
        Rows that are not shown, counted likewise.
    indents : mapping of (row, column) to int
        How far cells are indented, counted likewise, of columns in which that draws levels.
    points : frozenset of int
        Columns with a number like 1.125, counted from 0 in the sheet: its dot parts no thousands.
    widths : tuple of int
        How many cells each row of a text has, where not all have as many; none of any other file.
    mark : str
        What parts them.
    """

    file: str
    name: str
    frame: pl.DataFrame
    encoding: str
    guessed: bool = False
    left: int = 0
    merged: tuple[Area, ...] = ()
    unsaved: frozenset[tuple[int, int]] = frozenset()
    struck: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    indents: Mapping[tuple[int, int], int] = field(default_factory=dict)
    points: frozenset[int] = frozenset()
    widths: tuple[int, ...] = ()
    mark: str = ""

    def address(self, row: int, column: int) -> str:
        """Return the address of a cell of the frame as Excel shows it."""
        return f"{letters(column + self.left)}{row + 1}"


def read_sheets(path: str | Path, encoding: str | None = None) -> list[Sheet]:
    """Return every sheet of a workbook (.xlsx, .xlsm, .xls, .ods) or the one of a text file, whatever the file's name says.

    Formulas are never evaluated: a workbook yields the values that were saved with them.

    Raises
    ------
    ReadError
        The file does not exist, is empty, of another kind, encrypted, corrupt, or a zip bomb; see `content.content`.
    """
    path = Path(path)
    data = read_bytes(path)
    found = content(data, path, encoding)
    if found.kind in WORKBOOKS:
        return [*map(_without_errors, _workbook(data, path, found.kind))]
    if found.kind == "markup":
        drawn, written = read_markup(data, path, encoding)
        if not drawn:
            raise ReadError("graph.tables.no_table", path=short_path(path))
        seen = [Sheet(path.name, name, frame(rows), written, merged=tuple(areas)) for name, rows, areas in drawn]
        return [*map(_without_errors, seen)]
    drawn_rows = sylk_rows(found.text, path) if found.kind == "sylk" else aligned(found.text)
    rows = rows_of(found.text, path) if drawn_rows is None else drawn_rows
    sheet = Sheet(path.name, path.stem, frame(rows), found.encoding, found.guessed)
    widths = () if drawn_rows is not None else tuple(map(len, rows))
    if len(set(widths)) > 1:
        sheet = replace(sheet, widths=widths, mark=mark_of(found.text))
    return [_without_errors(sheet)]


def letters(column: int) -> str:
    """Return the letters of a column, counted from 0.

    >>> letters(0), letters(26), letters(701)
    ('A', 'AA', 'ZZ')
    """
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name


def frame(rows: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """Return rows of any lengths as a frame of text; columns at the end that hold nothing are left out."""
    width = max((len(row) for row in rows), default=0)
    columns = ([_unwrapped(row[i]) if i < len(row) else None for row in rows] for i in range(width))
    found = _blank_as_null(pl.DataFrame({f"column_{i}": c for i, c in enumerate(columns, start=1)}, strict=False))
    while found.width > 1 and found[found.columns[-1]].null_count() == found.height:  # a comma at the end of every line
        found = found.drop(found.columns[-1])
    return found


def _unwrapped(cell: str | None) -> str | None:
    """Text that was written as ``="00123"`` to keep its zeros."""
    if cell is None:
        return None
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1] and len(cell) > 3 else cell


def _workbook(data: bytes, path: Path, kind: str) -> list[Sheet]:
    sheets = []
    found = load_sheets(data, path, numbers=kind != "xlsx")  # of .xlsx `looks` tells
    with reading(path, "graph.tables.corrupt"):
        known = ranges(data, kind)
        seen = looks(data) if kind == "xlsx" else {}
        # Sheets of an old code page are called otherwise by the reader of cells; their order is the same.
        names = known if kind == "xls" and len(known) == len(found) else found
        for name, (cells, left, _, numbers) in zip(names, found.values(), strict=True):
            merged, unsaved, texts = known.get(name, Drawn())
            frame = _retold(_blank_as_null(cells), left, texts)
            if unsaved:
                frame = _widened(frame, left, unsaved)
            look = seen.get(name, Looks())
            frame = _as_shown(frame, left, look)
            seen_as = (look.struck, look.hidden, look.indents, look.points | {left + i for i in numbers})
            sheets.append(Sheet(path.name, name, frame, kind, False, left, merged, unsaved, *seen_as))
    if not sheets:
        raise ReadError("graph.tables.no_table", path=short_path(path))
    return sheets


def _retold(frame: pl.DataFrame, left: int, texts: Mapping[tuple[int, int], str]) -> pl.DataFrame:
    """Cells whose text the file tells better than the reader of cells."""
    columns = {i: frame.to_series(i).to_list() for i in {column - left for _, column in texts} if 0 <= i < frame.width}
    for (row, column), text in texts.items():
        if column - left in columns and row < frame.height:
            columns[column - left][row] = text if text.strip() else None
    return frame.with_columns(pl.Series(frame.columns[i], cells, dtype=pl.String) for i, cells in columns.items())


def _as_shown(frame: pl.DataFrame, left: int, look: Looks) -> pl.DataFrame:
    """Cells with the zeros and the signs of currencies that only their looks tell."""
    told = (*look.zeros, *look.signs)
    columns = {column - left for _, column in told if left <= column < left + frame.width}
    shown = {
        frame.columns[i]: [look.shown((row, i + left), cell) for row, cell in enumerate(frame.to_series(i))] for i in columns
    }
    return frame.with_columns(pl.Series(name, cells, dtype=pl.String) for name, cells in shown.items())


def indented(sheet: Sheet) -> Sheet:
    """Return a sheet with blanks before the text of cells that are indented."""
    columns = {column - sheet.left for _, column in sheet.indents if 0 <= column - sheet.left < sheet.frame.width}
    drawn = {
        sheet.frame.columns[i]: [
            None if cell is None else " " * sheet.indents.get((row, i + sheet.left), 0) + cell
            for row, cell in enumerate(sheet.frame.to_series(i))
        ]
        for i in columns
    }
    return replace(sheet, frame=sheet.frame.with_columns(pl.Series(name, cells) for name, cells in drawn.items()))


def _without_errors(sheet: Sheet) -> Sheet:
    """A sheet without the errors of formulas that stand in it as text: #REF! is no firm, and #NAME? no part."""
    wrong = sheet.frame.select(pl.all().str.contains(_ERROR))
    names = [name for name in wrong.columns if wrong[name].any()]
    places = {(row, sheet.frame.columns.index(name) + sheet.left) for name in names for row in wrong[name].arg_true()}
    blank = (pl.when(~wrong[name].fill_null(False)).then(pl.col(name)).alias(name) for name in names)
    return replace(sheet, frame=sheet.frame.with_columns(blank), unsaved=sheet.unsaved | places) if names else sheet


def _widened(frame: pl.DataFrame, left: int, unsaved: frozenset[tuple[int, int]]) -> pl.DataFrame:
    """Columns and rows at the end that hold nothing but formulas without a value still belong to the table."""
    width = max(column for _, column in unsaved) - left + 1
    more = [pl.lit(None, pl.String).alias(f"column_{i + 1}") for i in range(frame.width, min(width, frame.width + 200))]
    return frame.with_columns(more) if frame.height else frame


def _blank_as_null(frame: pl.DataFrame) -> pl.DataFrame:
    names = [f"column_{i}" for i in range(1, frame.width + 1)]
    frame = frame.rename(dict(zip(frame.columns, names, strict=True))).cast(pl.String)
    return frame.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
