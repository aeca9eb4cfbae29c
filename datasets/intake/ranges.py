"""What a workbook draws beside its cells: merged ranges, errors, and formulas that were saved without a value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from struct import iter_unpack, unpack_from
from xml.parsers import expat

from ...graph.workbooks import attributes, column_number, sheet_parts, unsaved_cells
from .markup import Area

Ranges = dict[str, tuple[tuple[Area, ...], frozenset[tuple[int, int]]]]
"""By the name of a sheet its merged ranges, and the cells (row, column from 0) with an error or an unsaved formula."""
_MERGED = re.compile(rb"<mergeCell\b([^<>]*)>")
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


def ranges(data: bytes, kind: str) -> Ranges:
    """Return the ranges of the sheets of a workbook ("xlsx", "xls", "ods"), where they are known."""
    return {"xlsx": _of_xlsx, "ods": _of_ods, "xls": _of_xls}[kind](data)


# --- .xlsx ----------------------------------------------------------------------------------------------------------------


def _of_xlsx(data: bytes) -> Ranges:
    return {name: (_merged(xml), unsaved_cells(xml)) for name, xml in sheet_parts(data)}


def _merged(xml: bytes) -> tuple[Area, ...]:
    places = (_AREA.fullmatch(attributes(match[1]).get("ref", "")) for match in _MERGED.finditer(xml))
    return tuple(Area(int(m[2]) - 1, column_number(m[1]), int(m[4]) - 1, column_number(m[3])) for m in places if m)


# --- .ods -----------------------------------------------------------------------------------------------------------------


def _of_ods(data: bytes) -> Ranges:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        xml = archive.read("content.xml")
    book = _OpenDocument()
    # A document type may define entities without end; no office program writes one.
    if b"<!DOCTYPE" not in xml:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = book.start, book.end
        parser.Parse(xml, True)
    return {name: (tuple(areas), frozenset(cells)) for name, (areas, cells) in book.sheets.items()}


class _OpenDocument:
    """The tables of an OpenDocument text as they pass by; a row or a cell may stand for many alike."""

    def __init__(self) -> None:
        self.sheets: dict[str, tuple[list[Area], set[tuple[int, int]]]] = {}
        self.depth = 0
        self.areas: list[Area] = []
        self.unsaved: set[tuple[int, int]] = set()
        self.row = self.next_row = self.column = 0

    def start(self, tag: str, given: dict[str, str]) -> None:
        def count(name: str) -> int:
            return int(given.get(f"table:{name}", 1))

        if tag == "table:table":
            self.depth += 1
            if self.depth == 1:
                self.areas, self.unsaved = self.sheets.setdefault(given.get("table:name", ""), ([], set()))
                self.row = self.next_row = 0
        elif self.depth != 1:
            return
        elif tag == "table:table-row":
            self.row, self.column = self.next_row, 0
            self.next_row += count("number-rows-repeated")
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            down, across = count("number-rows-spanned"), count("number-columns-spanned")
            if down > 1 or across > 1:
                self.areas.append(Area(self.row, self.column, self.row + down - 1, self.column + across - 1))
            failed = given.get("calcext:value-type") == "error"  # its value is an empty text, #N/A only what is shown
            if failed or ("table:formula" in given and "office:value-type" not in given):
                self.unsaved.add((self.row, self.column))
            self.column += count("number-columns-repeated")

    def end(self, tag: str) -> None:
        self.depth -= tag == "table:table"


# --- .xls -----------------------------------------------------------------------------------------------------------------

_BOF, _EOF, _BOUND_SHEET, _MERGED_CELLS, _FORMULA, _TRUTH_OR_ERROR = 0x0809, 0x000A, 0x0085, 0x00E5, 0x0006, 0x0205
_FAILED = 2
"""What stands in place of a formula's number where that is an error."""


def _of_xls(data: bytes) -> Ranges:
    """Of the records of Excel 97 to 2003; in older ones neither merged cells nor errors are looked for."""
    stream = _stream(data, "Workbook")
    names: dict[str, int] = {}
    areas: dict[int, list[Area]] = {}
    failed: dict[int, set[tuple[int, int]]] = {}
    at = part = depth = 0
    while at + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, at)
        cells = stream[at + 4 : at + 4 + size]
        if kind == _BOF:
            depth, part = depth + 1, part if depth else at  # a chart is a part within a sheet's
        elif kind == _EOF:
            depth = max(0, depth - 1)
        elif kind == _BOUND_SHEET and size >= 8:
            place, _, _, length, wide = unpack_from("<IBBBB", cells)
            text = cells[8 : 8 + 2 * length].decode("utf-16-le", "replace") if wide & 1 else cells[8:].decode("latin-1")
            names[text[:length]] = place
        elif kind == _MERGED_CELLS and depth == 1:
            whole = cells[2 : 2 + (size - 2) // 8 * 8]
            areas.setdefault(part, []).extend(Area(*each) for each in map(_ordered, iter_unpack("<4H", whole)))
        elif kind in (_FORMULA, _TRUTH_OR_ERROR) and depth == 1 and _is_error(kind, cells):
            failed.setdefault(part, set()).add(unpack_from("<2H", cells))
        at += 4 + size
    return {name: (tuple(areas.get(place, ())), frozenset(failed.get(place, ()))) for name, place in names.items()}


def _is_error(kind: int, cell: bytes) -> bool:
    """Whether a cell that is an error or a truth, or a formula with its value, is an error."""
    if kind == _TRUTH_OR_ERROR:
        return cell[7:8] == b"\1"
    return cell[6:7] == bytes([_FAILED]) and cell[12:14] == b"\xff\xff"


def _ordered(cells: tuple[int, ...]) -> tuple[int, int, int, int]:
    top, bottom, left, right = cells
    return top, left, bottom, right


_LAST = 0xFFFFFFFA
"""From this number on, what stands for the next sector says that there is none."""


def _stream(data: bytes, name: str) -> bytes:
    """A stream of an OLE file: a chain of sectors or, of a small one, of pieces of the stream that holds all small ones."""
    size, small = 1 << min(data[30], 12), 1 << min(data[32], 12)
    directory, least, first_small, more = (unpack_from("<I", data, at)[0] for at in (48, 56, 60, 68))
    tables = list(unpack_from("<109I", data, 76))
    body = data[size:]
    while more < _LAST and len(tables) * size <= len(data):
        *further, more = _numbers(body[more * size : (more + 1) * size])
        tables += further
    nexts = [each for n in tables if n < _LAST for each in _numbers(body[n * size : (n + 1) * size])]
    entries = _chain(body, size, nexts, directory)
    root = _chain(body, size, nexts, unpack_from("<I", entries, 116)[0])
    for at in range(0, len(entries) - 127, 128):
        if entries[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0] == name:
            first, total = unpack_from("<II", entries, at + 116)
            if total >= least:
                return _chain(body, size, nexts, first)[:total]
            return _chain(root, small, _numbers(_chain(body, size, nexts, first_small)), first)[:total]
    return b""


def _chain(body: bytes, size: int, nexts: Sequence[int], first: int) -> bytes:
    pieces: list[bytes] = []
    while first < len(nexts) and len(pieces) * size <= len(body):  # a ring would have no end
        pieces.append(body[first * size : (first + 1) * size])
        first = nexts[first]
    return b"".join(pieces)


def _numbers(table: bytes) -> tuple[int, ...]:
    return unpack_from(f"<{len(table) // 4}I", table)
