"""Where a row of the company's files stands: its file, its sheet and the cell that a figure rests on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

KEYS = ("part", "product", "supplier", "technology", "item", "metal", "scenario", "company")
"""Columns that say what a row is about: the cell that is named where no other one is meant."""
_NESTED = (dict, list)
_ROW = re.compile(r"!(\d+)$")


@dataclass
class Place:
    """A sheet (or a text file): its file, and the letters of the columns that were read."""

    file: str
    columns: dict[str, str] = field(default_factory=dict)


def cell_of(ref: str, places: Mapping[str, Place], columns: Iterable[str] = ()) -> str:
    """Return a row's reference ("sheet!12") as that of the first of some columns that the sheet has ("sheet!K12").

    >>> cell_of("BOM!12", {"BOM": Place("a.xlsx", {"part": "C"})}, ["stock_days"])
    'BOM!C12'
    """
    row = _ROW.search(ref)
    place = places.get(ref[: row.start()]) if row else None
    letter = None if place is None else next((place.columns[c] for c in (*columns, *KEYS) if c in place.columns), None)
    return ref if row is None or letter is None else f"{ref[: row.start()]}!{letter}{row[1]}"


def files_of(refs: Iterable[str], places: Mapping[str, Place]) -> list[str]:
    """Return the files in which rows stand."""
    found = (places.get(ref.rpartition("!")[0]) for ref in refs)
    return list(dict.fromkeys(place.file for place in found if place is not None))


def with_cells(value: Any, places: Mapping[str, Place]) -> Any:
    """Return plain data with the ``refs`` of every row as cells; what has none in it is the same object."""
    return _with_cells(value, cache(lambda ref: cell_of(ref, places)))


def _with_cells(value: Any, cell: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        changed = {}
        for name, one in value.items():
            if name == "refs":
                changed[name] = [cell(ref) for ref in one]
            elif type(one) in _NESTED and (found := _with_cells(one, cell)) is not one:
                changed[name] = found
        if not changed:
            return value
        shown = value.copy()  # takes no more room than it; one that grows name by name does
        shown.update(changed)
        return shown
    if isinstance(value, list):
        rows = [_with_cells(one, cell) if type(one) in _NESTED else one for one in value]
        return rows if any(one is not was for one, was in zip(rows, value, strict=True)) else value
    return value
