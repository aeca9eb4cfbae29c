"""The workbook that a company fills in: bilingual headers, drop-downs, notes on each column, a guide with an example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...datasets.guideline import guideline_documents, guideline_items
from ...datasets.intake.words import forms, marks, plain, title_kind
from ...datasets.layout import Column, Sheet, sheets
from ...graph.files import check_file, whole_file
from ...graph.messages import ENGLISH, LANGUAGES, spoken, text
from ..excel import FONT, new_book, on_paper, set_height, write_cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS = 2000
"""Rows that carry drop-downs."""
ABOVE = object()
"""A cell that is merged with the one above it."""
_LONGEST_TAB = 31
_INK, _ACCENT = "#1F2933", "#23424F"
_WIDTHS = {"id": 15, "text": 24, "country": 16, "date": 13, "money": 16, "choice": 20, "hs": 12}


def write_template(path: str | Path, lang: str, *, force: bool = False) -> Path:
    """Write the empty workbook in ``lang`` (headers in two: English beside any other, Japanese beside English).

    Raises
    ------
    ReadError
        The file exists and ``force`` is false, or cannot be written.
    """
    return write_workbook(path, {}, lang, force=force)


def write_example(path: str | Path, *, force: bool = False) -> Path:
    """Write the workbook of a fictional company, filled in, to try the commands on.

    Raises
    ------
    ReadError
        As `write_template`.
    """
    path = check_file(path, force)
    book = resources.files("kanmon.datasets") / "data" / "demo_company" / "audit.xlsx"
    with whole_file(path) as temporary:
        temporary.write_bytes(book.read_bytes())
    return path


def write_workbook(
    path: str | Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], lang: str, *, force: bool = False
) -> Path:
    """Write the workbook with ``rows`` by sheet; cells are text or numbers, never formulas.

    The questionnaire is filled with its items; rows of ``rows["questionnaire"]`` are laid over them by ``item``.

    Raises
    ------
    ReadError
        As `write_template`.
    """
    path = check_file(path, force)
    title = text("app.audit_workbook.title", lang)
    with whole_file(path) as temporary, new_book(temporary, title, in_memory=True) as book:
        book.set_calc_mode("manual")
        formats = _formats(book)
        _guide(book, formats, lang)
        for sheet in _of_template():
            if sheet.name == "questionnaire":
                _questionnaire(book, formats, lang, rows.get(sheet.name, ()))
            else:
                _sheet(book, formats, sheet, lang, rows.get(sheet.name, ()))
    return path


def _of_template() -> list[Sheet]:
    """The sheets that a company fills in, in their order."""
    return [sheet for sheet in sheets().values() if sheet.filled_in]


def _formats(book: Workbook) -> dict[str, Format]:
    base = {"font_name": FONT, "font_size": 10, "font_color": _INK, "valign": "top"}
    wrap = base | {"text_wrap": True}
    head = wrap | {"bold": True, "border": 1, "border_color": "#9AA5B1", "valign": "vcenter"}
    return {
        "title": book.add_format(base | {"bold": True, "font_size": 14, "font_color": _ACCENT}),
        "help": book.add_format(base | {"font_color": "#52606D"}),
        "wrap": book.add_format(wrap | {"bottom": 4, "bottom_color": "#CBD2D9"}),
        "bold": book.add_format(wrap | {"bold": True, "bottom": 4, "bottom_color": "#CBD2D9"}),
        "required": book.add_format(head | {"bg_color": _ACCENT, "font_color": "#FFFFFF"}),
        "optional": book.add_format(head | {"bg_color": "#E4E7EB"}),
        "cell": book.add_format(base),
        "text": book.add_format(base | {"num_format": "@"}),
        "percent": book.add_format(base | {"num_format": "0%"}),
        "money": book.add_format(base | {"num_format": "#,##0"}),
    }


def _guide(book: Workbook, formats: dict[str, Format], lang: str) -> None:
    page = book.add_worksheet(_tab(*(text("app.audit_workbook.guide", one) for one in (lang, ENGLISH))))
    page.hide_gridlines(2)
    for column, width in enumerate((16, 22, 7, 62, 26)):
        page.set_column(column, column, width)
    page.write_string(0, 0, text("app.audit_workbook.title", lang), formats["title"])
    page.set_row(0, 22)
    for row, name in enumerate(("minimum", "local", "blank", "example", "not_official"), start=1):
        page.write_string(row, 0, text(f"app.audit_workbook.{name}", lang), formats["help"])
    row = 7
    for j, name in enumerate(("sheet", "column", "needed", "what", "sample")):
        page.write_string(row, j, text(f"app.audit_workbook.{name}", lang), formats["required"])
    for sheet in _of_template():
        row += 1
        page.write_string(row, 0, sheet.title[lang], formats["bold"])
        page.merge_range(row, 1, row, 4, "", formats["bold"])
        page.write_string(row, 1, sheet.help[lang], formats["bold"])
        page.set_row(row, 32)
        for column in sheet.columns:
            row += 1
            note = column.note[lang]
            if column.choices:
                note += " — " + " / ".join(choice.label[lang] for choice in column.choices)
            needed = text("graph.words.yes", lang) if column.required else ""
            for j, word in enumerate(("", _title(column, lang), needed, note, column.example[lang])):
                page.write_string(row, j, word, formats["wrap"])
            page.set_row(row, 32)
    page.freeze_panes(8, 0)
    _print_setup(page, row_above=7)


def _tab(title: str, english: str) -> str:
    """The name of a sheet: with English behind it where the reader of people's tables does not know the word itself."""
    known = marks("guide").union(*(titles for _, titles, _ in forms().values()))
    if plain(title) in known or title_kind(title) is not None:
        return title
    return f"{title[: _LONGEST_TAB - len(english) - 1]}-{english}"


def _wide(column: Column) -> int:
    return _WIDTHS.get(column.type, 13)


def _title(column: Column, lang: str) -> str:
    return f"{column.title[lang]}\n{column.title[_beside(lang)]}"


def _beside(lang: str) -> str:
    """The other language of the workbook, for those who fill it in together: English, or what stands first beside it."""
    return next(one for one in LANGUAGES if one != lang)


def _sheet(book: Workbook, formats: dict[str, Format], sheet: Sheet, lang: str, rows: Iterable[Mapping[str, Any]]) -> None:
    page = book.add_worksheet(_tab(sheet.title[lang], sheet.title[ENGLISH]))
    page.write_string(0, 0, sheet.help[lang], formats["help"])
    for j, column in enumerate(sheet.columns):
        cell = formats[{"money": "money", "share": "percent", "id": "text", "hs": "text"}.get(column.type, "cell")]
        page.set_column(j, j, _wide(column), cell)
        page.write_string(1, j, _title(column, lang), formats["required" if column.required else "optional"])
        note = "\n".join(
            [column.note[lang], column.note[_beside(lang)], f"→ {column.example[lang]}" if column.example[lang] else ""]
        )
        page.write_comment(1, j, note, {"x_scale": 2, "y_scale": 1.2, "font_size": 9, "author": "Kanmon"})
        if column.choices:
            labels = [choice.label[lang] for choice in column.choices]
            page.data_validation(2, j, ROWS, j, {"validate": "list", "source": labels, "error_type": "warning"})
        elif column.type == "share":
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "error_type": "warning"}
            page.data_validation(2, j, ROWS, j, rule)
    start: dict[int, int] = {}
    rows = list(rows)
    for i, row in enumerate(rows, start=2):
        for j, column in enumerate(sheet.columns):
            value = row.get(column.name)
            if value is not ABOVE:
                start[j] = i
                write_cell(page, i, j, value)
            elif i - 2 == len(rows) - 1 or rows[i - 1].get(column.name) is not ABOVE:
                page.merge_range(start[j], j, i, j, None, formats["cell"])
                write_cell(page, start[j], j, rows[start[j] - 2].get(column.name), formats["cell"])
    set_height(page, 1, ((_title(column, lang), _wide(column)) for column in sheet.columns))
    page.freeze_panes(2, 2 if sheet.name in {"sourcing", "bom"} else 1)
    _print_setup(page, row_above=1)


def _questionnaire(book: Workbook, formats: dict[str, Format], lang: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """The items that people answer; what each text is stands beside it."""
    sheet = sheets()["questionnaire"]
    page = book.add_worksheet(_tab(sheet.title[lang], sheet.title[ENGLISH]))
    page.write_string(0, 0, f"{sheet.help[lang]} {text('app.audit_workbook.not_official', lang)}", formats["help"])
    documents = {row["id"]: row for row in guideline_documents().iter_rows(named=True)}
    answers = {row["item"]: row for row in rows}
    head = ("document", "wording", "question")
    order = (sheet["item"], *head, *(column for column in sheet.columns if column.name != "item"))
    for j, column in enumerate(order):
        title = text(f"app.audit_workbook.{column}", lang) if isinstance(column, str) else _title(column, lang)
        page.write_string(1, j, title, formats["optional"])
        width = {"document": 24, "wording": 20, "question": 56}.get(column, 14) if isinstance(column, str) else 16
        page.set_column(j, j, width, formats["wrap"])
        if not isinstance(column, str) and column.choices:
            labels = [choice.label[lang] for choice in column.choices]
            page.data_validation(2, j, 200, j, {"validate": "list", "source": labels, "error_type": "warning"})
    for i, item in enumerate(questions(), start=2):
        answer = answers.get(item["id"], {})
        shown = (
            item["id"],
            spoken(documents[item["document"]], "name", lang),
            text(f"app.audit_wording.{item['wording']}", lang),
            spoken(item, "text", lang),
            *(answer.get(column.name) for column in sheet.columns if column.name != "item"),
        )
        for j, value in enumerate(shown):
            write_cell(page, i, j, value, formats["wrap"])
        page.set_row(i, 44)
    page.set_row(1, 34)
    page.freeze_panes(2, 1)
    _print_setup(page, row_above=1)


def questions() -> list[dict[str, Any]]:
    """Return the guideline items that people answer, wholly or in part, and whose text is at hand."""
    return [
        row
        for row in guideline_items().iter_rows(named=True)
        if row["answerable"] in {"questionnaire", "partial"} and row["text_en"] and row["wording"] != "unverified"
    ]


def _print_setup(page: Worksheet, row_above: int) -> None:
    on_paper(page)
    page.repeat_rows(row_above)
    page.set_margins(0.4, 0.4, 0.5, 0.5)
    page.set_footer("&C&8&P / &N")
