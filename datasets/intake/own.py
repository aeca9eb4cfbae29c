"""What Kanmon itself wrote, handed in as a company's file: told for what it is, and where it is read instead.

A report or a questionnaire holds parts and firms in columns, as a bill of materials does. Read as one, Kanmon's own figures
would come back as a company's facts.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ...graph import KanmonError, Message
from ...graph.errors import shorten
from ...graph.files import reading
from ...graph.json import read_json
from .sheets import Sheet
from .table import Table

SURVEY, CARD, REPORT = "kanmon-survey", "kanmon-exposure-card", "kanmon-report"
"""What questionnaires, cards and reports say of themselves, in a cell or as their format."""
PROPERTY, RESULT = "Kanmon", "result"
"""The property of a workbook that says that Kanmon wrote it, as a result; and its value."""
_KINDS = ("questionnaire", "card", "result")
_HEAD, _LOOK = 100_000, 40
_PAGE = re.compile(rb'name=(?:3D)?"generator" content=(?:3D)?"Kanmon"')
_FORMAT = re.compile(rb'"format"\s*:\s*"(kanmon-[a-z-]+)"')
_KEYS = ({"part", "note"}, {"firm", "note"}, {"part", "country", "told"})
"""What the row of keys holds above each table of a questionnaire, and of a card."""


def own_tables(path: Path) -> list[Table] | None:
    """Return the one table that says what a file of Kanmon's own is, None where it is none.

    It is told by the file as such: a page or a workbook that Kanmon wrote as a result, JSON, and YAML, which holds
    corrections or scenarios.
    """
    kind = path.suffix.lower()
    with reading(path), path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return [_table(path, "result")] if _written(path) else None
    if kind in {".yaml", ".yml"}:
        return [_table(path, "yaml")]
    if _PAGE.search(head):
        return [_table(path, "result")]
    found = _FORMAT.search(head) if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else None
    if found is not None and found[1] == CARD.encode():
        return [_table(path, "card", _figures(path))]
    return [_table(path, "result")] if found is not None and found[1] == REPORT.encode() else None


def own_sheets(path: Path, sheets: Sequence[Sheet]) -> list[Table] | None:
    """Return the one table that says that a workbook is a questionnaire or a card, by its mark; None where it is none."""
    for sheet in sheets:
        cells = {cell.strip() for row in sheet.frame.head(_LOOK).iter_rows() for cell in row if cell is not None}
        for what, mark in (("questionnaire", SURVEY), ("card", CARD)):
            if any(cell.partition("/")[0] == mark for cell in cells):
                return [_table(path, what, sum(map(_lines, sheets)), sheet)]
    for sheet in sheets:  # somebody may have taken the sheet with the mark away
        if (i := _keys(sheet)) is not None and _in_three_tongues(sheet, i + 1):
            return [_table(path, "questionnaire", sum(map(_lines, sheets)), sheet)]
    return None


def is_for_elsewhere(table: Table) -> bool:
    """Whether a table says nothing of the company that hands it in: what Kanmon wrote, or a declaration of minerals."""
    return table.kind in _KINDS and table.counted is not None and not table.form and bool(table.notes)


def _table(path: Path, what: str, count: int = 0, sheet: Sheet | None = None) -> Table:
    kind = "result" if what == "yaml" else what
    label, encoding = (path.stem, "") if sheet is None else (sheet.name, sheet.encoding)
    note = Message(f"datasets.intake.own_{what}", file=shorten(path.name))
    return Table(path.name, label, kind, encoding=encoding, counted=count, notes=(note,))


def _keys(sheet: Sheet) -> int | None:
    """The row of keys of a table."""
    rows = enumerate(sheet.frame.head(_LOOK).iter_rows())
    return next((i for i, row in rows if any(keys <= set(row) for keys in _KEYS)), None)


def _in_three_tongues(sheet: Sheet, row: int) -> bool:
    """Whether a row says what its columns are as questionnaires do, in one line of each cell for each language."""
    cells = sheet.frame.row(row) if row < sheet.frame.height else ()
    told = [cell for cell in cells if cell is not None]
    return len(told) > 2 and all(cell.count("\n") == 2 for cell in told)


def _lines(sheet: Sheet) -> int:
    """Lines below the keys of a table and their names in words."""
    i = _keys(sheet)
    below = sheet.frame.slice(0, 0) if i is None else sheet.frame.slice(i + 2)
    return sum(any(cell is not None for cell in line) for line in below.iter_rows())


def _figures(path: Path) -> int:
    """Lines of a card: of each part its countries, and all others; none of one that cannot be read."""
    try:
        return sum(len(part["countries"]) + 1 for part in read_json(path)["parts"])
    except (KanmonError, KeyError, TypeError):
        return 0


def _written(path: Path) -> bool:
    """Whether a workbook says that Kanmon wrote it as a result."""
    try:
        with reading(path), zipfile.ZipFile(path) as archive, archive.open("docProps/custom.xml") as stream:
            properties = stream.read(_HEAD).decode("utf-8", "replace")
    except KanmonError:  # it has no properties; what else may be wrong with it, its reader says
        return False
    return re.search(rf'name="{PROPERTY}"[^<>]*>\s*<[\w:]+>{RESULT}<', properties) is not None
