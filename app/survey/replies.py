"""What suppliers sent back: questionnaires, declarations of minerals and exposure cards, read for what they say alone.

A reply is a stranger's file. It is read by the keys above its columns; what is blank says nothing, what cannot be read is
set aside and said, and no file ends the audit.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from ...datasets import country, layout
from ...datasets.intake.days import date
from ...datasets.intake.sheets import Sheet, read_sheets
from ...datasets.intake.stand_ins import is_ditto, is_sentence, names_something
from ...datasets.intake.values import is_blank, name
from ...datasets.intake.words import marks, plain
from ...datasets.packaged import packaged
from ...datasets.readers.declarations import Declaration, is_declaration, read_declaration
from ...graph import KanmonError, Message, ReadError
from ...graph.errors import short_path, shorten
from ..audit.cells import Days, Unreadable, read, says_none
from ..audit.remarks import Remark
from ..audit.words import Short
from .card import Card
from .card_files import is_card, read_card
from .questionnaire import ABOUT, EVERY, KEYS, LABELS, MARK
from .wording import TONGUES, word, words

FILES, LINES = 5_000, 5_000
"""Files of a folder, and lines of a table, that are read."""
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".json")
_DAYS = 3650.0
_LOOK = 40
"""Rows in which the row of keys is looked for: people put lines above."""
_OF_TABLE = {"answers": "answer", "origin": "maker", "behind": "input", "holders": "holder"}
"""The column by which a table is known beside that of the part; a column that somebody took out is a blank one."""
_ABOUT_WHAT = dict.fromkeys(_OF_TABLE, "part") | {"holders": "firm"}
"""The column that says what a line is about."""
ITSELF, NOBODY = ".", ".."
"""The maker, or holder, that a supplier writes as "we"; and the holder that it says there is none of."""
_NO_NAME, _ITSELF = (
    frozenset(packaged("headers", "answers").filter(pl.col("answer").is_in(kinds))["word"])
    for kinds in (("yes", "no", "none", "withheld", "self"), ("self",))
)
_ALPHA_3 = re.compile("[A-Z]{2,3}")
"""What is as likely the short name of a firm as the code of a country: JPN, US."""
_WORDS = {"maker", "input", "source", "country", "holder"}
"""Columns in which a ditto is what stands above it."""
_GIVEN = {"part", "name", "question", "kind", "firm"}
"""Columns that the questionnaire fills itself."""
_TOLD = {table: set(keys) - _GIVEN - {"note"} for table, keys in KEYS.items()}
"""Columns in which something is told of a part or firm."""


@dataclass(frozen=True)
class Line:
    """One line of a reply: what it says, and where it stands ("file: sheet!row")."""

    values: dict[str, Any]
    ref: str
    cells: dict[str, str]
    """The addresses of its values ("E5")."""
    told: bool = True
    """Whether anything stands there but what the questionnaire filled in itself, and a note."""

    @property
    def place(self) -> tuple[str, int]:
        """Its file with the sheet, and its row."""
        sheet, _, row = self.ref.rpartition("!")
        return sheet, int(row)

    @property
    def row(self) -> int:
        """Its row."""
        return self.place[1]


@dataclass
class Reply:
    """A questionnaire that came back.

    ``asked``: its questions (a part and a thing asked of it), and whether each has an answer.
    """

    file: str
    supplier: str
    answered_on: str | None = None
    """The day that its sender states, as ISO text."""
    tables: dict[str, list[Line]] = field(default_factory=dict)
    asked: dict[tuple[str, str], bool] = field(default_factory=dict)


@dataclass
class Replies:
    """Everything of a folder that could be read, and remarks on the rest."""

    replies: list[Reply] = field(default_factory=list)
    cards: list[tuple[str, Card]] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def say(self, key: str, file: str, row: int | None = None, column: str = "", **values: Any) -> None:
        """Add a warning."""
        told = {name: Short(value) if isinstance(value, Message) else shorten(value, 120) for name, value in values.items()}
        message = Message(f"app.survey.{key}", **told)
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
    paths = list(_files(folders, found))
    names = Counter(path.name for path in paths)
    for path in paths:  # month after month suppliers send a file of one name: then its folder tells which
        called = shorten(path.name if names[path.name] == 1 else f"{path.parent.name}/{path.name}", 500)
        try:
            _read(path, called, found)
        except KanmonError as error:
            found.remarks.append(Remark(shorten(called), error.message, severity="warning"))
    return found


def _files(folders: Iterable[str | Path], found: Replies) -> Iterator[Path]:
    """Files that may be replies; of the others it is said that they are not read."""
    count, others = 0, []
    for folder in map(Path, folders):
        if not folder.exists():
            raise ReadError("graph.tables.not_found", path=short_path(folder), hint="")
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
            if path.name.startswith((".", "~$")) or path.is_symlink() or not path.is_file():
                continue
            count += path.suffix.lower() in SUFFIXES
            if path.suffix.lower() in SUFFIXES and count <= FILES:
                yield path
            else:
                others.append(path.name)
    if others:
        found.say("other_files", others[0], count=len(others), files=", ".join(others[:4]))


def _read(path: Path, called: str, found: Replies) -> None:
    if path.suffix.lower() == ".json":
        if is_card(path):
            found.cards.append((called, read_card(path)))
        else:
            found.say("not_understood", called)
        return
    sheets = read_sheets(path)
    if is_card(path, sheets):
        found.cards.append((called, read_card(path)))
    elif is_declaration(sheets):
        declared = read_declaration(path, sheets)
        if declared is not None:
            found.declarations.append(replace(declared, file=called))
    elif (guide := next(filter(None, map(_guide, sheets)), None)) is not None:
        found.replies.append(_reply(called, sheets, guide, found))
    elif any(_header(list(sheet.frame.head(_LOOK).iter_rows()), table) for sheet in sheets for table in KEYS):
        found.say("no_guide", called, sheet=word("sheet_guide", "ja"), cell=f"C{ABOUT.index('supplier') + 3}")
    else:
        found.say("not_understood", called)


@dataclass(frozen=True)
class _Guide:
    """What the first sheet of a questionnaire says: by key, and where that stands."""

    sheet: Sheet
    values: dict[str, str | None]
    cells: dict[str, str]


def _guide(sheet: Sheet) -> _Guide | None:
    """The guide, wherever its lines were moved: its mark is there, or the words in front of most of its cells."""
    values: dict[str, str | None] = {}
    cells: dict[str, str] = {}
    marked = False
    for i, row in enumerate(sheet.frame.head(_LOOK).iter_rows()):
        for j, cell in enumerate(row):
            key = _ABOUT.get(_flat(cell))
            marked = marked or _flat(cell) == MARK
            if key is not None and key not in values:
                beside = (at for at in range(j + 1, len(row)) if row[at] is not None and _ABOUT.get(_flat(row[at])) != key)
                at = next(beside, None)
                values[key] = None if at is None else row[at]
                cells[key] = sheet.address(i, (j + (2 if key == cell else 1)) if at is None else at)
    return _Guide(sheet, values, cells) if marked or len(values) > len(ABOUT) / 2 else None


def _flat(cell: str | None) -> str:
    return " ".join((cell or "").split())


def _called(labels: Mapping[str, str]) -> dict[str, str]:
    """Keys by what a person may still see of them: the key itself, and its words, in all languages or in one."""
    found = {}
    for key, label in labels.items():
        seen = (key, words(label), *(word(label, tongue) for tongue in TONGUES))
        found |= {_flat(one): key for one in seen}
    return found


_ABOUT = _called(dict(zip(ABOUT, ABOUT, strict=True)))
_HEADERS = {table: _called({key: LABELS.get(key, key) for key in keys}) for table, keys in KEYS.items()}


def _reply(file: str, sheets: list[Sheet], guide: _Guide, found: Replies) -> Reply:
    reply = Reply(file, name(guide.values.get("supplier") or ""), date(guide.values.get("answered_on")))
    if not reply.supplier:
        cell = guide.cells.get("supplier", f"C{ABOUT.index('supplier') + 3}")
        found.say("no_supplier", f"{file}: {shorten(guide.sheet.name)}", cell=cell)
    for sheet in sheets:
        rows = list(sheet.frame.head(LINES).iter_rows())
        label, known = f"{file}: {shorten(sheet.name)}", sheet is guide.sheet or sheet.name in _PLAIN
        for table in KEYS:
            at = _header(rows, table)
            if at is not None:
                known = True
                reply.tables.setdefault(table, []).extend(_lines(sheet, rows, at, table, label, found))
        if not known and any(cell is not None for row in rows for cell in row):
            lost = next((table for table in KEYS if sheet.name == word(f"sheet_{table}", "ja")), None)
            if lost is None:
                found.say("sheet", file, sheet=sheet.name)
            else:
                found.say(
                    "no_header", label, columns=", ".join(words(one, " / ") for one in (_ABOUT_WHAT[lost], _OF_TABLE[lost]))
                )
    for table, lines in reply.tables.items():
        if _ABOUT_WHAT[table] == "part":
            reply.tables[table] = _of_each(lines, found)
    _count(reply)
    return reply


_PLAIN = {word(f"sheet_{sheet}", tongue) for sheet in ("deadline", "countries") for tongue in TONGUES}
"""Sheets of a questionnaire that nobody answers in."""


def _header(rows: list[tuple[str | None, ...]], table: str) -> tuple[int, dict[str, int]] | None:
    """The first row below the keys and headers of a table, and the columns of the keys."""
    for i, row in enumerate(rows[:_LOOK]):
        places = _keys(row, table)
        if places:
            below = i + 1
            while below < len(rows) and _keys(rows[below], table):
                below += 1
            return below, places
    return None


def _keys(row: tuple[str | None, ...], table: str) -> dict[str, int]:
    """The columns of a row that holds the keys of a table, or its headers."""
    named = ((_HEADERS[table].get(_flat(cell)), j) for j, cell in reversed(list(enumerate(row))))
    places = {key: j for key, j in named if key is not None}
    return places if {_ABOUT_WHAT[table], _OF_TABLE[table]} <= places.keys() else {}


def _lines(
    sheet: Sheet,
    rows: list[tuple[str | None, ...]],
    at: tuple[int, dict[str, int]],
    table: str,
    label: str,
    found: Replies,
) -> list[Line]:
    """The lines below the keys and the headers; what somebody wrote and cannot be used is said."""
    lines = []
    top, places = at
    about = _ABOUT_WHAT[table]
    above: dict[str, str | None] = {}
    unsaved = {(row, column - sheet.left) for row, column in sheet.unsaved}
    for i, row in enumerate(rows[top:], start=top + 1):
        cells = dict.fromkeys(KEYS[table]) | {key: _written(key, row[j]) for key, j in places.items()}
        if _said(cells[about] or "") == EVERY:
            cells[about] = EVERY
        dittos = [key for key in _WORDS & cells.keys() if is_ditto(cells[key])]
        if dittos:
            cells |= {key: above.get(key) for key in dittos}
            found.say("ditto", label, i, _label(dittos[0]), value=", ".join(str(cells[key]) for key in dittos))
        above = cells
        for key, j in places.items():
            if cells[key] is None and (i - 1, j) in unsaved:
                found.say("unsaved", label, i, _label(key))
            if key in {"stock", "answer"} and says_none(row[j]):
                found.say("none", label, i, _label(key), value=row[j])
        if cells[about] is None:
            written = ", ".join(str(cell) for key, cell in cells.items() if cell is not None and key not in _GIVEN)
            if written:
                found.say("no_part" if about == "part" else "no_firm", label, i, value=written)
            continue
        if cells["note"] is not None:
            found.say("note", label, i, part=cells[about], value=cells["note"])
        values: dict[str, Any] = {}
        for key, cell in cells.items():
            read = _READERS.get(key, _text)
            value = None if cell is None else read(cell)
            if cell is not None and value is None:
                said = "no_holder" if key == "holder" and plain(cell) in marks("no_holder") else "cell"
                found.say(said, label, i, _label(key), value=cell)
            elif isinstance(value, Days):
                found.say("range", label, i, _label(key), value=cell)
            values[key] = value
        told = any(cells[key] is not None for key in _TOLD[table])
        lines.append(Line(values, f"{label}!{i}", {key: sheet.address(i - 1, j) for key, j in places.items()}, told))
    return lines


def _of_each(lines: list[Line], told: Replies) -> list[Line]:
    """The lines of a table, where what is told of all parts stands at each part of which nothing else is.

    Answers of one kind are of no other.
    """
    every: dict[Any, list[Line]] = defaultdict(list)
    own: dict[tuple[Any, Any], list[Line]] = {}
    for line in lines:
        kind, part = line.values.get("kind"), line.values["part"]
        if part != EVERY:
            own.setdefault((kind, part), []).append(line)
        elif line.told:
            every[kind].append(line)
    for kind, (line, *_) in every.items():
        if all(one != kind for one, _ in own):
            told.say("no_parts", line.place[0], line.row)
    found: list[Line] = []
    for (kind, part), each in own.items():
        open_ = not any(line.told for line in each)
        about = {"part": part, "name": each[0].values.get("name")}
        found += [replace(line, values=line.values | about) for line in every[kind]] if open_ and every[kind] else each
    return found


def _written(key: str, cell: str | None) -> str | None:
    """What stands in a cell; that there is no holder is an answer, no blank."""
    return None if is_blank(cell) and not (key == "holder" and says_none(cell)) else cell


def _label(key: str) -> str:
    """What the header of a column says."""
    return words(LABELS.get(key, key), " / ")


def _text(cell: str) -> str | None:
    return name(cell) or None


def _input(cell: str) -> str | None:
    """A material or a part; a figure, a day or a formula is none."""
    return _text(cell) if names_something(cell) else None


def _firm(cell: str) -> str | None:
    """A firm's name; "yes", "confidential", a country, a sentence and what names nothing at all name nobody."""
    if _said(cell) in _NO_NAME or plain(cell) in marks("no_firm") or not names_something(cell) or is_sentence(cell):
        return None
    return None if country(cell) is not None and not _ALPHA_3.fullmatch(cell) else _text(cell)


def _maker(cell: str) -> str | None:
    return ITSELF if _said(cell) in _ITSELF else _firm(cell)


def _holder(cell: str) -> str | None:
    """Who holds a firm: a company; persons and the stock market are none."""
    if says_none(cell) or plain(cell) in marks("nobodys"):
        return NOBODY
    return None if plain(cell) in marks("no_holder") else _maker(cell)


def _said(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().casefold()


def _days(cell: str) -> float | Days | None:
    """Days, as a figure or a range."""
    value = _of_column("stock_days", cell)
    least = value.least if isinstance(value, Days) else value
    return value if least is not None and 0 <= least <= _DAYS else None


def _share(cell: str) -> float | None:
    """A share; a plain number from 2 on is a percentage, and 1.2 is none: in a cell of per cents 120 % is kept as that."""
    value = _of_column("share", cell)
    if value is not None and value >= 2 and not re.search("[%％割]", cell):
        value /= 100
    return value if value is not None and 0 <= value <= 1 else None


def _country(cell: str) -> str | None:
    return _of_column("country", cell)


def _of_column(column: str, cell: str) -> Any:
    """A cell as the company's own sourcing sheet would have it read; None where it says nothing that can be read."""
    try:
        return read(layout.sheets()["sourcing"][column], cell)
    except Unreadable:
        return None


_READERS = {"answer": _days, "stock": _days, "share": _share, "country": _country}
_READERS |= {"maker": _maker, "source": _firm, "input": _input, "holder": _holder, "held": _share}


_ANSWERS = {"answers": ("answer",), "origin": ("country", "maker"), "behind": ("input", "country", "source")}
_ANSWERS |= {"holders": ("holder",)}
"""Columns of which any answers the question."""


def _count(reply: Reply) -> None:
    """Which questions there are, and which have an answer."""
    asked = reply.asked
    for table, lines in reply.tables.items():
        for line in lines:
            key = (table + (line.values.get("kind") or ""), line.values.get("part") or "")
            asked[key] = asked.get(key, False) or any(line.values.get(one) is not None for one in _ANSWERS[table])
