"""What a workbook holds beside its cells: merged ranges, errors, formulas without a value, texts of old code pages."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import BytesIO
from struct import iter_unpack, unpack_from
from types import MappingProxyType
from typing import NamedTuple
from xml.parsers import expat

from ...graph.workbooks import attributes, column_number, sheet_parts, unsaved_cells
from .markup import Area


class Drawn(NamedTuple):
    """What a sheet holds beside its cells: merged ranges, and by row and column, from 0, cells with an error or an unsaved
    formula, and texts that only the file tells how to read.
    """

    merged: tuple[Area, ...] = ()
    unsaved: frozenset[tuple[int, int]] = frozenset()
    texts: Mapping[tuple[int, int], str] = MappingProxyType({})


Ranges = dict[str, Drawn]
"""What is drawn, by the names of sheets in their order."""
_MERGED = re.compile(rb"<mergeCell\b([^<>]*)>")
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


def ranges(data: bytes, kind: str) -> Ranges:
    """Return the ranges of the sheets of a workbook ("xlsx", "xls", "ods"), where they are known."""
    return {"xlsx": _of_xlsx, "ods": _of_ods, "xls": _of_xls}[kind](data)


# --- .xlsx ----------------------------------------------------------------------------------------------------------------


def _of_xlsx(data: bytes) -> Ranges:
    return {name: Drawn(_merged(xml), unsaved_cells(xml)) for name, xml in sheet_parts(data)}


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
    return {name: Drawn(tuple(areas), frozenset(cells)) for name, (areas, cells) in book.sheets.items()}


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
_CODE_PAGE, _LABEL, _RICH_LABEL, _RESULT = 0x0042, 0x0204, 0x00D6, 0x0207
_FAILED = 2
"""What stands in place of a formula's number where that is an error."""
_WIDE_PAGES = {932: "cp932", 936: "gbk", 949: "cp949", 950: "cp950"}
"""Code pages with letters of two bytes: Excel 5 and 95 wrote their texts in them, and the reader of cells knows no such."""


def _of_xls(data: bytes) -> Ranges:
    """Of the records of Excel 97 to 2003, else of those of Excel 5 and 95; in older ones nothing is looked for."""
    if stream := _stream(data, "Workbook"):
        return _Records(stream, old=False).sheets()
    return _Records(_stream(data, "Book"), old=True).sheets()


class _Records:
    """The records of a workbook as they pass by: of sheets by where they begin, and the places of the sheets by name."""

    def __init__(self, stream: bytes, *, old: bool) -> None:
        self.old, self.page, self.formula = old, "latin-1", (0, 0)
        self.names: dict[bytes | str, int] = {}
        self.areas: dict[int, list[Area]] = defaultdict(list)
        self.failed: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self.texts: dict[int, dict[tuple[int, int], bytes]] = defaultdict(dict)
        at = part = depth = 0
        while at + 4 <= len(stream):
            kind, size = unpack_from("<HH", stream, at)
            cells = stream[at + 4 : at + 4 + size]
            if kind == _BOF:
                depth, part = depth + 1, part if depth else at  # a chart is a part within a sheet's
            elif kind == _EOF:
                depth = max(0, depth - 1)
            elif depth == 1:
                self._record(kind, cells, part)
            at += 4 + size

    def sheets(self) -> Ranges:
        """Return what each sheet holds."""
        found = {}
        for name, place in self.names.items():
            wide = self.page in _WIDE_PAGES.values()
            texts = {cell: self._text(text) for cell, text in self.texts[place].items()} if wide else {}
            called = self._text(name) if isinstance(name, bytes) else name
            found[called] = Drawn(tuple(self.areas[place]), frozenset(self.failed[place]), texts)
        return found

    def _text(self, text: bytes) -> str:
        return text.decode(self.page, "replace")

    def _record(self, kind: int, cells: bytes, part: int) -> None:
        if kind == _BOUND_SHEET and len(cells) >= (7 if self.old else 8):
            place, _, _, length = unpack_from("<IBBB", cells)
            name = cells[7 : 7 + length] if self.old else _name(cells[7:], length)
            self.names[name] = place
        elif kind == _MERGED_CELLS and not self.old:
            whole = cells[2 : 2 + (len(cells) - 2) // 8 * 8]
            self.areas[part] += [Area(*each) for each in map(_ordered, iter_unpack("<4H", whole))]
        elif kind in (_FORMULA, _TRUTH_OR_ERROR) and len(cells) >= 8:
            self.formula = unpack_from("<2H", cells)
            if _is_error(kind, cells):
                self.failed[part].add(self.formula)
        elif self.old:
            self._old(kind, cells, part)

    def _old(self, kind: int, cells: bytes, part: int) -> None:
        """The code page of a workbook, and its texts, each beside its cell; that of a formula follows the formula."""
        if kind == _CODE_PAGE and len(cells) >= 2:
            page = unpack_from("<H", cells)[0]
            self.page = _WIDE_PAGES.get(page) or (f"cp{page}" if 437 <= page <= 1258 else "latin-1")
        elif kind in (_LABEL, _RICH_LABEL) and len(cells) >= 8:
            row, column, _, length = unpack_from("<4H", cells)
            self.texts[part][row, column] = cells[8 : 8 + length]
        elif kind == _RESULT and len(cells) >= 2:
            self.texts[part][self.formula] = cells[2 : 2 + unpack_from("<H", cells)[0]]


def _name(cells: bytes, length: int) -> str:
    wide, text = cells[0] & 1, cells[1:]
    return text[: 2 * length].decode("utf-16-le", "replace") if wide else text[:length].decode("latin-1")


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
