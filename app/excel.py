"""Workbooks that the program writes: text is always text, and the same content gives the same bytes."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datasets.intake.own import PROPERTY, RESULT

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

EPOCH = datetime.datetime(2026, 1, 1)
"""Creation date inside every workbook."""
FONT = "Yu Gothic"


def new_book(path: Path, title: str | None = None, *, result: bool = False, **options: Any) -> Workbook:
    """Return a workbook to be written on leaving its ``with``; in none of its cells text becomes a formula, link or number.

    ``result``: whether it says of itself that it is a result, which no company's file is.
    ``options``: how it is written, as xlsxwriter has them (``in_memory``, ``constant_memory``, ``tmpdir``).
    """
    import xlsxwriter

    from ..graph.sheets import PlainSheet

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(path, plain | options)
    book.worksheet_class = PlainSheet
    book.set_properties({"created": EPOCH} | ({} if title is None else {"title": title}))
    if result:
        book.set_custom_property(PROPERTY, RESULT)
    return book


def write_cell(page: Worksheet, row: int, column: int, value: Any, style: Format | None = None) -> None:
    """Write a value as what it is: text stays text whatever it begins with, and nothing becomes a formula or a link."""
    if isinstance(value, str):  # as most of many thousand cells
        page.write_string(row, column, value[:32_767], style)
    elif value is None:
        page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, style)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value, style)
    else:
        page.write_string(row, column, str(value)[:32_767], style)


_LINE, _TALLEST = 13.5, 400.0
"""Points of a line of text, and of the tallest row (Excel takes 409)."""
_WIDE = "\u2e7f"
"""The letter behind which all are twice as wide."""


def set_height(page: Worksheet, row: int, cells: Iterable[tuple[Any, float]]) -> None:
    """Make a row as high as its wrapped texts are, of cells with the widths of their columns.

    Excel does so of itself where no height is stated, LibreOffice does not: there a second line stands in the next row.
    """
    lines = max((_lines(value, width) for value, width in cells if isinstance(value, str)), default=1)
    if lines > 1:
        page.set_row(row, min(_TALLEST, lines * _LINE))


def _lines(value: str, width: float) -> int:
    """Lines of a text in a column of so many letters, of which words that do not fit any more waste some."""
    if 2 * len(value) <= 0.9 * width and "\n" not in value:  # as nearly all of many thousand cells
        return 1
    lines = value.split("\n")
    letters = [len(line) if line.isascii() else sum(2 if letter > _WIDE else 1 for letter in line) for line in lines]
    return sum(max(1, math.ceil(count / (0.9 * width))) for count in letters)


def on_paper(page: Worksheet, *, tall: int = 0) -> None:
    """Set a sheet for A4 across: one page wide, ``tall`` pages long (0: as many as it takes)."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, tall)
