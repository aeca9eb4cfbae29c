"""A person's spreadsheet as text: any encoding, any header row, nothing executed.

`read_sheets` assumes no header; `header_row` finds it below the title rows that people put above a table, and `headed`
turns the rows under it into a frame with named columns.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection
from pathlib import Path

import polars as pl

from ...graph.errors import ReadError, shorten
from ...graph.files import check_workbook, decode, read_bytes

TITLE_ROWS = 20
"""Rows at the top among which a header is looked for."""

UNREADABLE = "\ufffd"
"""What stands in a cell for bytes that are neither UTF-8 nor cp932."""

_NOT_TEXT = {0: None} | dict.fromkeys(range(0xF8F0, 0xF8F4), UNREADABLE)
"""NUL is dropped; Python reads four bytes that cp932 leaves undefined as private characters."""
_CELL_LIMIT = 2**27


def read_sheets(path: str | Path) -> dict[str, pl.DataFrame]:
    """Return every sheet of a .csv, .tsv, .txt, .xlsx or .xlsm file as strings, by sheet name.

    No row is taken for a header: columns are named ``column_1``, ``column_2``, ...; short rows are filled with null,
    empty cells are null, columns that are blank at the left are dropped, and row ``i`` of a frame is row ``i + 1`` of
    the sheet. Formulas are never evaluated: a workbook yields the values that were saved with them. A text file is
    UTF-8 (with or without a byte order mark) or cp932; where it is neither as a whole, each line is decoded by itself,
    and `UNREADABLE` stands for what remains.

    Raises
    ------
    ReadError
        The file does not exist, is empty, of another kind, encrypted, corrupt, or a zip bomb.
    """
    path = Path(path)
    data = read_bytes(path)
    kind = path.suffix.lower()
    if kind in {".csv", ".tsv", ".txt"}:
        return {path.stem: _text_rows(data, path)}
    if kind in {".xlsx", ".xlsm"}:
        return _workbook(data, path)
    raise ReadError("datasets.sheets.unknown_kind", path=shorten(path))


def header_row(frame: pl.DataFrame, known_names: Collection[str]) -> int | None:
    """Return which of the first `TITLE_ROWS` rows names most of ``known_names``; the upper one of equals.

    Names are compared without regard to width, case, spaces and line breaks. None when no row names any.

    >>> sheet = pl.DataFrame({"column_1": ["2026年度 購買台帳", "品番", "A-1"], "column_2": [None, "品　名", "ボルト"]})
    >>> header_row(sheet, ["品名", "Part name"])
    1
    """
    known = {plain(name) for name in known_names}
    counts = [len(known & {plain(cell) for cell in row if cell}) for row in frame.head(TITLE_ROWS).iter_rows()]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def headed(frame: pl.DataFrame, row: int) -> pl.DataFrame:
    """Return the rows below ``row`` under the names that stand in it; blank or repeated names get their position.

    >>> sheet = pl.DataFrame({"column_1": ["品番", "A-1"], "column_2": ["品名", "ボルト"], "column_3": [None, "x"]})
    >>> headed(sheet, 0).columns
    ['品番', '品名', 'column_3']
    """
    names: list[str] = []
    for position, cell in enumerate(frame.row(row), start=1):
        name = " ".join((cell or "").split())
        names.append(name if name and name not in names else f"column_{position}")
    return frame.slice(row + 1).rename(dict(zip(frame.columns, names, strict=True)))


def plain(name: str) -> str:
    r"""Return a header as it is compared: width and case folded, without spaces.

    >>> plain("ＨＳ コード"), plain("Part\nName")
    ('hsコード', 'partname')
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _text_rows(data: bytes, path: Path) -> pl.DataFrame:
    try:
        text = decode(data, path)
    except ReadError:
        text = "".join(_line(line) for line in data.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True))
    text = text.translate(_NOT_TEXT)
    start = text[:10_000]
    delimiter = max(",\t;", key=start.count)
    limit = csv.field_size_limit(_CELL_LIMIT)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise ReadError("graph.tables.corrupt", path=shorten(path), reason=shorten(error, 160)) from error
    finally:
        csv.field_size_limit(limit)
    width = max((len(row) for row in rows), default=0)
    columns = ([row[i] if i < len(row) else None for row in rows] for i in range(width))
    return _blank_as_null(pl.DataFrame({f"column_{i}": c for i, c in enumerate(columns, start=1)}, strict=False))


def _line(line: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", errors="replace")


def _workbook(data: bytes, path: Path) -> dict[str, pl.DataFrame]:
    import fastexcel

    check_workbook(data, path)
    try:
        book = fastexcel.read_excel(data)
        sheets = {
            name: book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
            for name in book.sheet_names
        }
    except Exception as error:  # fastexcel raises its own family, ValueError and a panic
        raise ReadError("graph.tables.corrupt", path=shorten(path), reason=shorten(error, 160)) from error
    return {name: _blank_as_null(sheet) for name, sheet in sheets.items()}


def _blank_as_null(frame: pl.DataFrame) -> pl.DataFrame:
    names = [f"column_{i}" for i in range(1, frame.width + 1)]
    frame = frame.rename(dict(zip(frame.columns, names, strict=True))).cast(pl.String)
    return frame.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
