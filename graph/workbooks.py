"""Workbooks that anybody may have made: looked at before they are opened, and opened apart where they are large.

A workbook of ten kilobytes may unpack to gigabytes, or name one cell in the last row and column, for which a reader takes
memory for all cells before it. So sizes and cell references are checked first, and what is large, or of the old binary kind
that cannot be checked, is read by a process of its own with a limit of memory and time.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

import polars as pl

from .errors import LimitError, ReadError, short_path, shorten
from .files import reading

UNPACKED_LIMIT, RATIO_LIMIT = 2**29, 200
"""Bytes that a workbook may unpack to, and how many times its own size once past a mebibyte: more is taken for an attack."""
APART = 2**25
"""Bytes unpacked from which a workbook is read in a process of its own."""
CELLS_APART = 2**21
"""Cells that a sheet spans from which it is read in a process of its own."""
ROWS, COLUMNS = 2**20, 2**14
"""What a sheet of Excel can hold."""
MEMORY, SECONDS = 2**32, 300
"""What that process may take."""
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"
_REFERENCE = re.compile(rb"""(?<![\w:.-])r\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_CELL = re.compile(rb"<(?:\w+:)?(?:c|row)[\s/>]")


def check_workbook(data: bytes, path: Path) -> None:
    """Refuse a workbook that is not safe to open: encrypted, corrupt, or a zip bomb.

    Raises
    ------
    ReadError
        It is one of these.
    """
    if data.startswith(_OLE_MAGIC):
        raise ReadError("graph.tables.encrypted", path=short_path(path))
    _unpacked(data, path)


def _unpacked(data: bytes, path: Path) -> list[bytes]:
    """Return the contents of a workbook's members, unpacked no further than the limit, whatever their headers claim."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        size = sum(member.file_size for member in members)
        if size > UNPACKED_LIMIT or (size > 2**20 and size > RATIO_LIMIT * len(data)):
            raise ReadError("graph.tables.too_large", path=short_path(path), size=size >> 20, limit=UNPACKED_LIMIT >> 20)
        return [_member(data, member) for member in members]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OverflowError, EOFError) as error:
        raise ReadError("graph.tables.corrupt", path=short_path(path), reason=shorten(error, 160)) from error


def _member(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """Return one member; its size must be what its header says: other readers unpack without asking it."""
    start = member.header_offset
    head = data[start : start + 30]
    if head[:4] != b"PK\x03\x04" or len(head) < 30:
        raise zipfile.BadZipFile(f"no header of {member.filename!r}")
    start += 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = data[start : start + member.compress_size]
    if member.flag_bits & 1 or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile(f"{member.filename!r} is packed in a way that workbooks are not")
    if member.compress_type == zipfile.ZIP_DEFLATED:
        packed = zlib.decompressobj(-15).decompress(packed, member.file_size + 1)
    if len(packed) != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename!r} has another size than it says")
    return packed


def _large(data: bytes, path: Path) -> bool:
    """Whether a workbook is to be read apart; one that spans more cells than Excel, or the limit, has is refused.

    Raises
    ------
    LimitError
        The sheet spans too many cells.
    """
    from .workbook_process import CELL_LIMIT

    if data.startswith(_OLE_MAGIC):
        return True
    members = _unpacked(data, path)
    if any(
        xml.startswith(b"application/vnd.oasis") for xml in members
    ):  # an OpenDocument sheet may repeat a cell a million times
        return True
    if sum(map(len, members)) > APART:
        return True
    apart = False
    for xml in members:
        if b"sheetData" not in xml:
            continue
        rows: list[int] = []
        columns: list[int] = []
        references = 0
        for letters, number in _REFERENCE.findall(xml):
            references += 1
            rows.append(int(number[:12]))
            if letters:
                columns.append(_number(letters[:8]))
        height = max(rows, default=0) - min(rows, default=1) + 1
        width = max(columns, default=0) - min(columns, default=1) + 1
        if height * width > CELL_LIMIT or max(rows, default=0) > ROWS or max(columns, default=0) > COLUMNS:
            raise LimitError("graph.tables.too_many_cells", path=short_path(path), rows=f"{height:,}", columns=f"{width:,}")
        # A cell or row without a reference stands behind the one before it, and of two the reader picks one: only reading
        # tells where.
        apart |= height * width > CELLS_APART or references != len(_CELL.findall(xml))
    return apart


def _number(letters: bytes) -> int:
    found = 0
    for letter in letters.upper():
        found = found * 26 + letter - 64
    return found


def sheet_names(data: bytes, path: Path) -> list[str]:
    """Return the names of a workbook's sheets.

    Raises
    ------
    ReadError, LimitError
        As `read_sheets`.
    """
    from .workbook_process import names

    if _large(data, path):
        return _apart(data, path, names=True)["names"]
    with reading(path, "graph.tables.corrupt"):
        return names(data)


def read_sheets(
    data: bytes,
    path: Path,
    only: Collection[str] | None = None,
    header: bool = False,
    exact: Collection[str] = (),
    numbers: bool = False,
) -> dict[str, tuple[pl.DataFrame, int, int, list[int]]]:
    """Return sheets by name as text, each with what is blank at its left and its top, and its columns of numbers.

    See `workbook_process.load`.

    Formulas are never evaluated: a workbook yields the values that were saved with them.

    Raises
    ------
    ReadError
        The workbook is corrupt, or would unpack to more than is safe.
    LimitError
        It spans more cells than `workbook_process.CELL_LIMIT`, or takes more than `MEMORY` or `SECONDS`.
    """
    from .workbook_process import load

    if not _large(data, path):
        with reading(path, "graph.tables.corrupt"):
            return load(data, only, header, exact, numbers)
    with tempfile.TemporaryDirectory(prefix="kanmon-") as folder:
        wanted = {
            "only": None if only is None else sorted(only),
            "header": header,
            "exact": sorted(exact),
            "numbers": numbers,
        }
        answer = _apart(data, path, names=False, folder=folder, **wanted)
        return {
            name: (pl.read_ipc(Path(folder) / f"{number}.arrow"), *rest)
            for number, (name, *rest) in enumerate(answer["sheets"])
        }


def _apart(data: bytes, path: Path, *, names: bool, folder: str = "", **wanted: Any) -> dict[str, Any]:
    """Return the answer of a process that reads the workbook within `MEMORY` and `SECONDS`."""
    script = Path(__file__).with_name("workbook_process.py")
    request = {"memory": MEMORY, "folder": folder, "names": names, **wanted}
    # -P keeps this folder, whose modules share names with libraries, off the process's path.
    command = [sys.executable, "-P", str(script)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode() + b"\n" + data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=os.environ | {"POLARS_MAX_THREADS": "2"},
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:  # killed for its memory, it leaves no answer
        raise LimitError("graph.tables.too_heavy", path=short_path(path), memory=MEMORY >> 30, seconds=SECONDS) from error
    if "large" in answer:
        rows, _, columns = answer["large"].partition(" x ")
        raise LimitError("graph.tables.too_many_cells", path=short_path(path), rows=rows, columns=columns)
    if "error" in answer:
        raise ReadError("graph.tables.corrupt", path=short_path(path), reason=shorten(answer["error"], 160))
    return answer


# --- what stands in the parts of a workbook beside its cells ---------------------------------------------------------------

# No tag holds a "<", and no run of blanks or letters is tried again from its middle: a stranger's megabyte takes one pass.
_SHEET = re.compile(rb"<sheet\b([^<>]*)>")
_LINK = re.compile(rb"<Relationship\b([^<>]*)>")
_ATTRIBUTE = re.compile(rb'(?<![\w:])([\w:]+)="([^"]*)"')
_FORMULA = re.compile(
    rb"<c\b([^<>]*)>\s*+<f\b(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*+(?:<v\s*+/>|<v>\s*+</v>)?+\s*+</c>",
)
_FAILED = re.compile(rb'<c\b(?=[^<>]*?\bt="e")([^<>]*+)>')
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def sheet_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the sheets of an .xlsx file by name, each with its XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return
        links = {}
        for match in _LINK.finditer(archive.read("xl/_rels/workbook.xml.rels")):
            link = attributes(match[1])
            links[link.get("Id", "")] = link.get("Target", "")
        for match in _SHEET.finditer(archive.read("xl/workbook.xml")):
            sheet = attributes(match[1])
            target = links.get(sheet.get("r:id", ""), "")
            place = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if place in names:
                yield sheet.get("name", ""), archive.read(place)


def attributes(tag: bytes) -> dict[str, str]:
    """Return the attributes of a tag."""
    found = _ATTRIBUTE.findall(tag)
    return {k.decode(): unescape(v.decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"}) for k, v in found}


def unsaved_cells(xml: bytes) -> frozenset[tuple[int, int]]:
    """Return the cells (row, column from 0) of a sheet without a value: an error (#N/A), or a formula saved without one."""
    found = list(_FORMULA.finditer(xml)) if b"<f" in xml else []
    found += _FAILED.finditer(xml) if b't="e"' in xml else []
    cells: set[tuple[int, int]] = set()
    for match in found:
        cell: dict[str, Any] = attributes(match[1])
        place = _PLACE.fullmatch(cell.get("r", ""))
        if place and cell.get("t") != "str":  # there a formula has given the empty text
            cells.add((int(place[2]) - 1, column_number(place[1])))
    return frozenset(cells)


def column_number(letters: str) -> int:
    """Return the number of a column, counted from 0."""
    return _number(letters.encode()) - 1


def column_letters(number: int) -> str:
    """Return what a spreadsheet calls a column, counted from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(16_383)
    ('A', 'Z', 'AA', 'XFD')
    """
    rest, letter = divmod(number, 26)
    return (column_letters(rest - 1) if rest else "") + chr(65 + letter)
