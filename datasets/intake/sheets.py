"""Every sheet of a file as text, with what a plain grid forgets: merged cells, formulas without a value, true addresses."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

import polars as pl

from ...graph.errors import ReadError, short_path, shorten
from ...graph.files import read_bytes, reading
from ...graph.tables import check_columns, check_width
from ...graph.workbooks import read_sheets as load_sheets
from .content import content

_CELL_LIMIT = 2**27
_DELIMITERS = ",\t;|"
ALONE = "\x1f"
"""Between the cells of a text of one column."""
_MERGED = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA = re.compile(
    rb"<c\b([^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>",
)
_SHEET = re.compile(rb"<sheet\b([^>]*)>")
_LINK = re.compile(rb"<Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')


@dataclass(frozen=True)
class Area:
    """A merged range: first and last row and column, counted from 0 in the sheet."""

    top: int
    left: int
    bottom: int
    right: int


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
        Cells whose formula was stored without a value, counted from 0 in the sheet.
    """

    file: str
    name: str
    frame: pl.DataFrame
    encoding: str
    guessed: bool = False
    left: int = 0
    merged: tuple[Area, ...] = ()
    unsaved: frozenset[tuple[int, int]] = frozenset()

    def address(self, row: int, column: int) -> str:
        """Return the address of a cell of the frame as Excel shows it."""
        return f"{letters(column + self.left)}{row + 1}"


def read_sheets(path: str | Path, encoding: str | None = None) -> list[Sheet]:
    """Return every sheet of a workbook (.xlsx, .xlsm, .xls) or the one of a text file, whatever the file's name says.

    Formulas are never evaluated: a workbook yields the values that were saved with them.

    Raises
    ------
    ReadError
        The file does not exist, is empty, of another kind, encrypted, corrupt, or a zip bomb; see `content.content`.
    """
    path = Path(path)
    data = read_bytes(path)
    found = content(data, path, encoding)
    if found.kind != "text":
        return _workbook(data, path, found.kind)
    frame = _text_rows(found.text, path)
    return [Sheet(path.name, path.stem, frame, found.encoding, found.guessed)]


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


def delimiter(text: str) -> str:
    r"""Return what separates the cells: what cuts the first lines into the same number of pieces, and into most.

    >>> delimiter("Teil;Preis\nA;1,50\nB;2,75\n")
    ';'
    """
    sample = text[:20_000]
    best, chosen = (0.0, 0), ALONE
    for mark in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(StringIO(sample, newline=""), delimiter=mark) if any(row)][:60]
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if wide:
            width, count = Counter(wide).most_common(1)[0]
            if count == 1 and 2 * len(wide) < len(widths):
                continue  # a list of names, one of which holds a comma
            score = (round(count / len(widths) + len(wide) / len(widths), 3), width)
            best, chosen = max((best, chosen), (score, mark))
    return chosen


def _text_rows(text: str, path: Path) -> pl.DataFrame:
    check_width(text, path)
    stated = re.match(r"sep=(.)\r?\n", text)
    limit = csv.field_size_limit(_CELL_LIMIT)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=stated[1] if stated else delimiter(text)))
    except csv.Error as error:
        raise ReadError("graph.tables.corrupt", path=short_path(path), reason=shorten(error, 160)) from error
    finally:
        csv.field_size_limit(limit)
    if stated:
        rows[0] = []
    width = max((len(row) for row in rows), default=0)
    check_columns(width, path)
    columns = ([_unwrapped(row[i]) if i < len(row) else None for row in rows] for i in range(width))
    frame = _blank_as_null(pl.DataFrame({f"column_{i}": c for i, c in enumerate(columns, start=1)}, strict=False))
    while frame.width > 1 and frame[frame.columns[-1]].null_count() == frame.height:  # a comma at the end of every line
        frame = frame.drop(frame.columns[-1])
    return frame


def _unwrapped(cell: str) -> str:
    """Text that was written as ``="00123"`` to keep its zeros."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1] and len(cell) > 3 else cell


def _workbook(data: bytes, path: Path, kind: str) -> list[Sheet]:
    sheets = []
    found = load_sheets(data, path)
    with reading(path, "graph.tables.corrupt"):
        known = _drawn(data) if kind == "xlsx" else {}
        for name, (cells, left) in found.items():
            frame = _blank_as_null(cells)
            merged, unsaved = known.get(name, ((), frozenset()))
            if unsaved:
                frame = _widened(frame, left, unsaved)
            sheets.append(Sheet(path.name, name, frame, kind, False, left, merged, unsaved))
    return sheets


def _widened(frame: pl.DataFrame, left: int, unsaved: frozenset[tuple[int, int]]) -> pl.DataFrame:
    """Columns and rows at the end that hold nothing but formulas without a value still belong to the table."""
    width = max(column for _, column in unsaved) - left + 1
    more = [pl.lit(None, pl.String).alias(f"column_{i + 1}") for i in range(frame.width, min(width, frame.width + 200))]
    return frame.with_columns(more) if frame.height else frame


def _drawn(data: bytes) -> dict[str, tuple[tuple[Area, ...], frozenset[tuple[int, int]]]]:
    """Merged ranges, and formulas without a value, by the name of the sheet."""
    found: dict[str, tuple[tuple[Area, ...], frozenset[tuple[int, int]]]] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return found
        links = {}
        for match in _LINK.finditer(archive.read("xl/_rels/workbook.xml.rels")):
            link = _attributes(match[1])
            links[link.get("Id", "")] = link.get("Target", "")
        for match in _SHEET.finditer(archive.read("xl/workbook.xml")):
            sheet = _attributes(match[1])
            target = links.get(sheet.get("r:id", ""), "")
            place = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if place in names:
                xml = archive.read(place)
                areas = (Area(int(m[2]) - 1, _column(m[1]), int(m[4]) - 1, _column(m[3])) for m in _MERGED.finditer(xml))
                found[sheet.get("name", "")] = (tuple(areas), _unsaved(xml))
    return found


def _attributes(text: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(text)
    return {k.decode(): unescape(v.decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"}) for k, v in found}


def _unsaved(xml: bytes) -> frozenset[tuple[int, int]]:
    cells: set[tuple[int, int]] = set()
    if b"<f" not in xml:
        return frozenset(cells)
    for match in _FORMULA.finditer(xml):
        cell: dict[str, Any] = _attributes(match[1])
        place = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", ""))
        if place and cell.get("t") != "str":  # there a formula has given the empty text
            cells.add((int(place[2]) - 1, _column(place[1].encode())))
    return frozenset(cells)


def _column(name: bytes) -> int:
    index = 0
    for byte in name:
        index = index * 26 + byte - 64
    return index - 1


def _blank_as_null(frame: pl.DataFrame) -> pl.DataFrame:
    names = [f"column_{i}" for i in range(1, frame.width + 1)]
    frame = frame.rename(dict(zip(frame.columns, names, strict=True))).cast(pl.String)
    return frame.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
