"""What suppliers sent back: questionnaires, declarations of minerals and exposure cards, read for what they say alone.

A reply is a stranger's file. It is read by the keys above its columns; what is blank says nothing, what cannot be read is
set aside and said, and no file ends the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...datasets import country, layout
from ...datasets.intake.sheets import Sheet, read_sheets
from ...datasets.intake.values import is_blank, name, number
from ...datasets.readers.declarations import Declaration, is_declaration, read_declaration
from ...graph import KanmonError, Message, ReadError
from ...graph.errors import short_path, shorten
from ..audit.cells import Unreadable, read
from ..audit.mapping import Remark
from .card import Card
from .card_files import is_card, read_card
from .questionnaire import KEYS, MARK

FILES, LINES = 5_000, 5_000
"""Files of a folder, and lines of a table, that are read."""
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".json")
_DAYS = 3650.0
_LOOK = 40
"""Rows in which the row of keys is looked for: people put lines above."""


@dataclass(frozen=True)
class Line:
    """One line of a reply: what it says, and where it stands ("file: sheet!row")."""

    values: dict[str, Any]
    ref: str


@dataclass
class Reply:
    """A questionnaire that came back.

    ``asked``, ``answered``: questions (a part and a thing asked of it) in the workbook, and those with an answer.
    """

    file: str
    supplier: str
    tables: dict[str, list[Line]] = field(default_factory=dict)
    asked: int = 0
    answered: int = 0


@dataclass
class Replies:
    """Everything of a folder that could be read, and remarks on the rest."""

    replies: list[Reply] = field(default_factory=list)
    cards: list[tuple[str, Card]] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def say(self, key: str, file: str, row: int | None = None, column: str = "", **values: Any) -> None:
        """Add a warning."""
        message = Message(f"app.survey.{key}", **{name: shorten(value, 120) for name, value in values.items()})
        self.remarks.append(Remark(shorten(file), message, row, column, severity="warning"))


def read_replies(*folders: str | Path) -> Replies:
    """Return what stands in folders of replies (or single files).

    A file that cannot be read, is changed, or is none of the three kinds is set aside with a remark.

    Raises
    ------
    ReadError
        A folder does not exist.
    """
    found = Replies()
    for path in _files(folders):
        try:
            _read(path, found)
        except KanmonError as error:
            found.remarks.append(Remark(shorten(path.name), error.message, severity="warning"))
    return found


def _files(folders: Iterable[str | Path]) -> Iterator[Path]:
    count = 0
    for folder in map(Path, folders):
        if not folder.exists():
            raise ReadError("graph.tables.not_found", path=short_path(folder), hint="")
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
            hidden = path.name.startswith((".", "~$"))
            if path.suffix.lower() in SUFFIXES and not hidden and not path.is_symlink() and path.is_file():
                count += 1
                if count > FILES:
                    return
                yield path


def _read(path: Path, found: Replies) -> None:
    if path.suffix.lower() == ".json":
        if is_card(path):
            found.cards.append((path.name, read_card(path)))
        else:
            found.say("not_understood", path.name)
        return
    sheets = read_sheets(path)
    if is_card(path, sheets):
        found.cards.append((path.name, read_card(path)))
    elif is_declaration(sheets):
        declared = read_declaration(path, sheets)
        if declared is not None:
            found.declarations.append(declared)
    elif any(_first(sheet) == MARK for sheet in sheets):
        found.replies.append(_reply(path.name, sheets, found))
    else:
        found.say("not_understood", path.name)


def _first(sheet: Sheet) -> str | None:
    return sheet.frame.item(0, 0) if sheet.frame.width and sheet.frame.height and not sheet.left else None


def _reply(file: str, sheets: list[Sheet], found: Replies) -> Reply:
    reply = Reply(file, "")
    for sheet in sheets:
        rows = list(sheet.frame.head(LINES).iter_rows())
        if _first(sheet) == MARK:
            values = {row[0]: row[2] for row in rows if len(row) > 2 and row[0] is not None}
            reply.supplier = name(values.get("supplier") or "")
        for table, keys in KEYS.items():
            at = _keys_at(rows, keys)
            if at is not None:
                number, places = at
                lines = _lines(rows, number + 2, places, f"{file}: {sheet.name}", sheet.name, found)
                reply.tables.setdefault(table, []).extend(lines)
    _count(reply)
    return reply


def _keys_at(rows: list[tuple[str | None, ...]], keys: Iterable[str]) -> tuple[int, dict[str, int]] | None:
    """The row that holds all keys of a table, and their columns."""
    for i, row in enumerate(rows[:_LOOK]):
        cells = {cell.strip(): j for j, cell in reversed(list(enumerate(row))) if cell is not None}
        if set(keys) <= cells.keys():
            return i, {key: cells[key] for key in keys}
    return None


def _lines(
    rows: list[tuple[str | None, ...]], first: int, places: dict[str, int], label: str, sheet: str, found: Replies
) -> list[Line]:
    lines = []
    for i, row in enumerate(rows[first:], start=first + 1):
        cells = {key: None if is_blank(row[j]) else row[j] for key, j in places.items()}
        if cells["part"] is None:
            continue
        values: dict[str, Any] = {}
        for key, cell in cells.items():
            read = _READERS.get(key, _text)
            value = None if cell is None else read(cell)
            if cell is not None and value is None:
                found.say("cell", label, i, key, value=cell)
            values[key] = value
        lines.append(Line(values, f"{label}!{i}"))
    return lines


def _text(cell: str) -> str | None:
    return name(cell) or None


def _days(cell: str) -> float | None:
    try:
        value = read(layout.sheets()["sourcing"]["stock_days"], cell)
    except Unreadable:
        return None
    return value if value is not None and 0 <= value <= _DAYS else None


def _share(cell: str) -> float | None:
    """A share; a plain number above 1 is a percentage."""
    value = number(cell.strip().rstrip("%％"))
    if value is None:
        return None
    value = value / 100 if value > 1 or cell.strip().endswith(("%", "％")) else value
    return value if 0 <= value <= 1 else None


def _country(cell: str) -> str | None:
    return country(cell) or country(cell.split()[0])


_READERS = {"answer": _days, "stock": _days, "share": _share, "country": _country}


def _count(reply: Reply) -> None:
    """How many questions there are, and how many have an answer."""
    asked: dict[tuple[str, str], bool] = {}
    for table, lines in reply.tables.items():
        told = {"answers": ("answer",), "origin": ("country", "maker"), "behind": ("input", "country", "source")}[table]
        for line in lines:
            key = (table + (line.values.get("kind") or ""), line.values["part"])
            asked[key] = asked.get(key, False) or any(line.values.get(one) is not None for one in told)
    reply.asked, reply.answered = len(asked), sum(asked.values())
