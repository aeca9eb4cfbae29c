"""Cards as files: ``card.json``, and the same content as one sheet, ``card.xlsx``; both are read back and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...datasets.intake.sheets import Sheet, read_sheets
from ...graph import InputError
from ...graph.errors import short_path, shorten
from ...graph.files import open_file, reading, whole_folder
from ...graph.json import read_json
from ...graph.messages import text
from ..audit.words import place, say
from ..excel import FONT, new_book, on_paper, write_cell
from .card import ELSEWHERE, FIGURES, FORMAT, KNOWN, VERSION, Card, as_data, from_data

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_HEAD = ("issuer", "as_of", "made", "days", "sha256")
_BOUNDS = tuple(f"{name}_{end}" for name in FIGURES for end in ("low", "high"))
_COLUMNS = ("part", "name", "country", "place", *_BOUNDS, *KNOWN)
_VALUES = 2**22
"""Values of a card: those of 10,000 parts and forty countries each."""
_TABLE = len(_HEAD) + 4
"""Row of the keys above the table, counted from 0; their names in words stand below."""


def write_card(card: Card, path: str | Path, lang: str, *, force: bool = False) -> list[str]:
    """Write ``card.json`` and ``card.xlsx`` into a folder, whole or not at all; return their names.

    Raises
    ------
    ReadError
        As `graph.files.whole_folder`.
    """
    data = as_data(card)
    with whole_folder(path, force) as folder:
        content = json.dumps(data, ensure_ascii=False, indent=1)
        (folder / "card.json").write_text(content + "\n", encoding="utf-8", newline="\n")
        with new_book(folder / "card.xlsx", text("app.card.title", lang), in_memory=True) as book:
            _fill(book, data, lang)
        return ["card.json", "card.xlsx"]


def _fill(book: Workbook, data: dict[str, Any], lang: str) -> None:
    cell = book.add_format({"font_name": FONT, "font_size": 10, "valign": "top"})
    part = book.add_format({"font_name": FONT, "font_size": 10, "valign": "top", "num_format": "0.00%"})
    head = book.add_format(
        {"font_name": FONT, "font_size": 10, "bold": True, "bg_color": "#23424F", "font_color": "#FFFFFF"}
    )
    head.set_text_wrap()
    key = book.add_format({"font_name": FONT, "font_size": 8, "font_color": "#7B8794"})
    title = book.add_format({"font_name": FONT, "font_size": 14, "bold": True})
    page = book.add_worksheet("card")
    write_cell(page, 0, 0, f"{FORMAT}/{VERSION}", key)
    write_cell(page, 0, 1, text("app.card.title", lang), title)
    write_cell(page, 1, 1, text("app.card.title_help", lang, days=f"{data['days']:g}"), cell)
    write_cell(page, 2, 1, text("app.card.note", lang), cell)
    for i, name in enumerate(_HEAD, start=3):
        write_cell(page, i, 0, name, key)
        write_cell(page, i, 1, text(f"app.card.{name}", lang), cell)
        write_cell(page, i, 2, data[name], cell)
    for j, name in enumerate(_COLUMNS):
        write_cell(page, _TABLE, j, name, key)
        write_cell(page, _TABLE + 1, j, text(f"app.card.{name}", lang), head)
        page.set_column(j, j, {"name": 28, "place": 20, "part": 18}.get(name, 13))
    i = _TABLE + 2
    for one in data["parts"]:
        for row in [*one["countries"], {"country": ELSEWHERE, **one["elsewhere"]}]:
            code = row["country"]
            where = text("app.card.elsewhere", lang) if code == ELSEWHERE else say(place(code), lang)
            bounds = [end for name in FIGURES for end in row[name]]
            line = [one["part"], one["name"], code, where, *bounds, *(one["known"][name] for name in KNOWN)]
            for j, value in enumerate(line):
                write_cell(page, i, j, value, part if 4 <= j < 8 else cell)
            i += 1
    page.set_row(_TABLE + 1, 44)
    page.freeze_panes(_TABLE + 2, 1)
    on_paper(page)


def read_card(path: str | Path) -> Card:
    """Return the card in a JSON file or a workbook.

    Raises
    ------
    ReadError
        The file cannot be read.
    InputError
        It is no card, has a figure out of place, or was changed after it was made.
    """
    path = Path(path)
    if path.suffix.lower() == ".json":
        return from_data(read_json(path, _VALUES), short_path(path))
    for sheet in read_sheets(path):
        mark, _, version = (_cell(sheet, 0, 0) or "").partition("/")
        if mark == FORMAT and version != str(VERSION):
            raise InputError("app.card.version", path=short_path(path), version=shorten(version))
        if mark == FORMAT:
            return from_data(_data(sheet, short_path(path)), short_path(path))
    raise InputError("app.card.no_card", path=short_path(path))


def is_card(path: Path, sheets: list[Sheet] | None = None) -> bool:
    """Whether a file says of itself that it is a card."""
    if path.suffix.lower() == ".json":
        with reading(path), open_file(path) as stream:
            return FORMAT.encode() in stream.read(100_000)
    return any((_cell(sheet, 0, 0) or "").startswith(FORMAT) for sheet in sheets or read_sheets(path))


def _cell(sheet: Sheet, row: int, column: int) -> str | None:
    j = column - sheet.left
    return sheet.frame.item(row, j) if 0 <= j < sheet.frame.width and row < sheet.frame.height else None


def _data(sheet: Sheet, path: str) -> dict[str, Any]:
    """The content of the sheet as plain data; that it is right is for its hash to say."""
    keys = {str(_cell(sheet, i, 0)): _cell(sheet, i, 2) for i in range(3, 3 + len(_HEAD))}
    top = next((i for i in range(sheet.frame.height) if _cell(sheet, i, 0) == _COLUMNS[0]), None)
    if top is None:
        raise InputError("app.card.no_card", path=path)
    found: dict[str, Any] = {"format": FORMAT, "version": VERSION, **keys, "days": _number(keys.get("days")), "parts": []}
    for i in range(top + 2, sheet.frame.height):
        line = [_cell(sheet, i, j) for j in range(len(_COLUMNS))]
        row = dict(zip(_COLUMNS, line, strict=True))
        if row["country"] is None:
            if any(cell is not None for cell in line):
                raise InputError("app.card.bad", path=path, where=sheet.address(i, 2), value="")
            continue
        figures = {name: [_number(row[f"{name}_{end}"]) for end in ("low", "high")] for name in FIGURES}
        part, name = row["part"] or "", row["name"] or ""
        if not found["parts"] or "elsewhere" in found["parts"][-1]:
            known = {key: _number(row[key]) for key in KNOWN}
            found["parts"].append({"part": part, "name": name, "known": known, "countries": []})
        here = found["parts"][-1]
        if (here["part"], here["name"]) != (part, name):
            raise InputError("app.card.bad", path=path, where=sheet.address(i, 0), value=shorten(part))
        if row["country"] == ELSEWHERE:
            here["elsewhere"] = figures
        else:
            here["countries"].append({"country": row["country"], **figures})
    return found


def _number(cell: str | None) -> float | None:
    """A figure as the card holds it: what a sheet keeps of 0.1234 is 0.1234."""
    try:
        return None if cell is None else round(float(cell), 6)
    except ValueError:
        return None
