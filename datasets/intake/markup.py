"""Tables that programs save under ``.xls``: HTML, MHTML, the XML of Excel 2003; and SYLK."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path

from ...graph.encodings import text_of
from ...graph.errors import KanmonError, LimitError, short_path
from ...graph.files import reading
from ...graph.workbooks import COLUMNS, ROWS
from .words import known_words

CELLS = 2**23
"""Cells, blank ones among them, that the tables of a file may span."""
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w\-]+)""", re.IGNORECASE)
_CELL, _ROW = {"td", "th", "cell", "ss:cell"}, {"tr", "row", "ss:row"}
_TABLE = {"table", "ss:table"}
_SILENT = {"script", "style", "comment", "ss:comment"}


@dataclass(frozen=True)
class Area:
    """A merged range: first and last row and column, counted from 0 in the sheet."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class _Table:
    name: str
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    areas: list[Area] = field(default_factory=list)
    taken: set[tuple[int, int]] = field(default_factory=set)
    row: int = -1
    column: int = -1
    after: int = -1
    text: list[str] | None = None

    def rows(self, path: Path) -> list[list[str | None]]:
        height = max((row for row, _ in self.cells), default=-1) + 1
        width = max((column for _, column in self.cells), default=-1) + 1
        if height * width > CELLS or height > ROWS or width > COLUMNS:
            raise LimitError("graph.tables.too_many_cells", path=short_path(path), rows=f"{height:,}", columns=f"{width:,}")
        found: list[list[str | None]] = [[None] * width for _ in range(height)]
        for (row, column), text in self.cells.items():
            found[row][column] = text
        return found


Drawn = list[tuple[str, list[list[str | None]], list[Area]]]
"""Tables as their names, rows and merged ranges."""


def read_markup(data: bytes, path: Path, encoding: str | None = None) -> tuple[Drawn, str]:
    """Return the tables of HTML, MHTML or the XML of Excel 2003 that hold more than one cell, and the encoding.

    No script runs, no link or entity is followed: tags are read, nothing else.

    Raises
    ------
    ReadError
        The bytes are no such text.
    LimitError
        A table spans more than `CELLS` cells.

    >>> read_markup(b"<table><tr><td>A<td>B</table>", Path("x.xls"))[0]
    [('x', [['A', 'B']], [])]
    """
    texts = [_text(part, path, charset) for part, charset in _parts(data, path, encoding)]
    tables: list[_Table] = []
    for text, _ in texts:
        parser = _Parser(path)
        with reading(path, "graph.tables.corrupt"):
            parser.feed(text)
            parser.close()
        tables += [table for table in parser.tables if len(table.cells) > 1]
    drawn = []
    for number, table in enumerate(tables, start=1):
        name = table.name or (path.stem if len(tables) == 1 else f"table {number}")
        drawn.append((name, table.rows(path), [area for area in table.areas if (area.top, area.left) in table.cells]))
    return drawn, texts[0][1] if texts else ""


def _parts(data: bytes, path: Path, encoding: str | None) -> list[tuple[bytes, str | None]]:
    if not data.lstrip()[:13].lower().startswith(b"mime-version"):
        stated = _CHARSET.search(data[:4096])
        return [(data, encoding or (stated[1].decode("ascii") if stated else None))]
    with reading(path, "graph.tables.corrupt"):
        parts = [part for part in message_from_bytes(data).walk() if part.get_content_type() == "text/html"]
        return [(_payload(part), encoding or part.get_content_charset()) for part in parts]


def _payload(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(data: bytes, path: Path, charset: str | None) -> tuple[str, str]:
    """A stated charset is believed where the bytes agree with it."""
    try:
        found = text_of(data, path, charset, words=known_words(), mend=True)
    except KanmonError:
        found = text_of(data, path, words=known_words(), mend=True)
    return found.text, found.encoding


class _Parser(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path, self.sheet, self.silent = path, "", 0
        self.tables: list[_Table] = []
        self.open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.removeprefix("ss:"): value or "" for name, value in attrs}
        if tag in _SILENT:
            self.silent += 1
        elif tag in {"worksheet", "ss:worksheet"}:
            self.sheet = given.get("name", "")
        elif tag in _TABLE:
            self.open.append(_Table(self.sheet))
            self.tables.append(self.open[-1])
        elif self.open and tag in _ROW:
            self._end_cell()
            table = self.open[-1]
            table.row = _place(given["index"], 0) - 1 if given.get("index") else table.row + 1
            table.column = -1
        elif self.open and tag in _CELL:
            self._cell(self.open[-1], given)
        elif tag == "br" and self.open and self.open[-1].text is not None:
            self.open[-1].text.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _CELL | _SILENT | _TABLE:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _CELL or tag in _ROW:
            self._end_cell()
        elif tag in _TABLE and self.open:
            self._end_cell()
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].text is not None and not self.silent:
            # What a source breaks into lines is one line on the screen.
            self.open[-1].text.append(re.sub(r"\s+", " ", data))

    def _cell(self, table: _Table, given: dict[str, str]) -> None:
        self._end_cell()
        table.row = max(table.row, 0)
        table.column = _place(given["index"], 0) - 1 if given.get("index") else table.column + 1
        while (table.row, table.column) in table.taken:
            table.column += 1
        down = _whole(given.get("rowspan"), 1) - 1 or _whole(given.get("mergedown"))
        across = _whole(given.get("colspan"), 1) - 1 or _whole(given.get("mergeacross"))
        top, left = table.row, table.column
        if not (0 <= top < ROWS and 0 <= left < COLUMNS) or (down + 1) * (across + 1) + len(table.taken) > CELLS:
            size = {"rows": f"{top + down + 1:,}", "columns": f"{left + across + 1:,}"}
            raise LimitError("graph.tables.too_many_cells", path=short_path(self.path), **size)
        if down or across:
            table.areas.append(Area(top, left, top + down, left + across))
            table.taken |= {(row, left + column) for row in range(top + 1, top + down + 1) for column in range(across + 1)}
        exact = given.get("x:num", "")
        table.text = []
        if exact:  # the number behind the rounded one that is shown
            table.cells[top, left] = exact
        table.after = left + across

    def _end_cell(self) -> None:
        table = self.open[-1] if self.open else None
        if table is None or table.text is None:
            return
        text = "\n".join(" ".join(line.split()) for line in "".join(table.text).replace("\xa0", " ").split("\n")).strip()
        if text:
            table.cells.setdefault((table.row, table.column), text)
        table.text = None
        table.column = table.after


def _whole(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else default


def _place(text: str, before: int) -> int:
    """The number of a row or column; one of more digits than any sheet has lies beyond it."""
    return _whole(text, ROWS + 1 if text.isascii() and text.isdecimal() else before)


def sylk_rows(text: str, path: Path) -> list[list[str | None]]:
    r"""Return the cells of a SYLK file ("symbolic link", what Multiplan and some instruments write).

    Raises
    ------
    LimitError
        A cell stands beyond what a sheet of Excel holds.

    >>> sylk_rows('ID;PWXL\nC;Y1;X1;K"Part"\nC;X2;K"Qty"\nC;Y2;X1;K"M3"\nC;X2;K8\nE', Path("x.slk"))
    [['Part', 'Qty'], ['M3', '8']]
    """
    table = _Table("")
    row = column = 0
    for line in text.splitlines():
        kind, *fields = line.replace(";;", "\x1f").split(";")
        value = None
        for each in fields if kind in {"C", "F"} else ():
            if each[:1] == "Y":
                row = _place(each[1:], row)
            elif each[:1] == "X":
                column = _place(each[1:], column)
            elif each[:1] == "K" and kind == "C":
                value = each[1:].replace("\x1f", ";")
        if value is not None and (row > ROWS or column > COLUMNS):
            raise LimitError("graph.tables.too_many_cells", path=short_path(path), rows=f"{row:,}", columns=f"{column:,}")
        if value is not None and row and column:
            table.cells[row - 1, column - 1] = value[1:-1].replace('""', '"') if value.startswith('"') else value
    return table.rows(path)
