"""Numbers of parts that a spreadsheet took for figures or days: what they were is lost, and that is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .values import is_blank

_CUT = re.compile(r"\d(?:[.,]\d+)?E\+\d{2}")
"""1.23457E+11, as a spreadsheet shows a long number in a narrow column, and writes it into a text."""
_DAY = re.compile(
    r"\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2}"
    r"|\d{1,2}月\d{1,2}日|\d{4}-\d{2}-\d{2} 00:00:00"
)
"""2-Jan, Mar-15, 1月2日: what a spreadsheet makes of 1-2 or 3-15."""
_NUMBERS = ("part", "part_maker", "part_supplier")


def _rounded(cell: str) -> bool:
    """Whether a number has more digits than the 15 that a spreadsheet keeps, and those behind them as it leaves them."""
    if not re.fullmatch(r"[1-9]\d{15,30}", cell):
        return False
    return len(cell.rstrip("0")) <= 15 or (len(cell) > 16 and str(int(float(cell))) == cell)


def without_cut_numbers(
    data: pl.DataFrame, names: Sequence[str], roles: Mapping[str, Sequence[int]]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines without numbers of parts that were cut, where a name tells the parts, and what was found.

    Several numbers are cut to the same: they would make one part of different ones. A number that became a day still tells
    parts apart, and stays. ``data``: the number of the row, and the cells.
    """
    notes: list[Message] = []
    named = [
        data.columns[i + 1] for i in roles.get("name", ()) if i not in {*(j for r in _NUMBERS for j in roles.get(r, ()))}
    ]
    for i in dict.fromkeys(i for role in _NUMBERS for i in roles.get(role, ())):
        column = data.columns[i + 1]
        cells = data[column].to_list()
        called = shorten(" ".join(names[i].split()))
        forms = ((_CUT.fullmatch, "cut_numbers"), (_DAY.fullmatch, "numbers_as_days"), (_rounded, "numbers_rounded"))
        for test, name in forms:
            found = {row: cell for row, cell in zip(data["row"], cells, strict=True) if cell and test(cell.strip())}
            if found:
                words = ", ".join(shorten(cell) for cell in [*dict.fromkeys(found.values())][:3])
                about = {"column": called, "count": len(found), "words": words, "row": min(found)}
                notes.append(Message(f"datasets.intake.{name}", **about))
        told = [any(not is_blank(cell) for cell in row) for row in data.select(named).rows()] if named else []
        if told:
            kept = [
                None if cell and has and _CUT.fullmatch(cell.strip()) else cell
                for cell, has in zip(cells, told, strict=True)
            ]
            data = data.with_columns(pl.Series(column, kept, dtype=pl.String))
    return data, tuple(notes)
