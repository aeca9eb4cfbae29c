"""What was read of a company's files: rows by kind of sheet, how each column was read, and what a person should know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ...graph import Message
from .places import Place

MOST = 20
"""Remarks of one kind in one column that are located one by one; the rest are counted."""


@dataclass(frozen=True)
class Remark:
    """Something that a person should know about a cell, row or sheet."""

    sheet: str
    message: Message
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: str = "note"


@dataclass
class Reading:
    """What was read: rows by kind of sheet, how each column was read, and remarks.

    Every row is a dict of values with ``_ref`` ("sheet!row", as a person sees it).
    """

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mapping: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)
    """Currencies in which amounts are given."""
    days: list[tuple[str, str] | None] = field(default_factory=list)
    """First and last day of what each sheet of amounts covers; None for one without dates, which is taken as a year's."""
    date: str | None = None
    """The day on which the files are read: a time that a title states is over by then."""
    firms: frozenset[str] = frozenset()
    """Firms that a cell of any table names, by their `firm_key`."""
    places: dict[str, Place] = field(default_factory=dict)
    """Where the sheets stand, by what they are called in ``_ref``."""

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return the rows of a kind of sheet, none when there is no such sheet."""
        return self.tables.get(kind, [])


def in_runs(numbers: Iterable[int]) -> str:
    """Return numbers in order as runs, the first ones.

    >>> in_runs([3, 4, 5, 7])
    '3-5, 7'
    """
    runs = [list(run) for _, run in groupby(enumerate(numbers), key=lambda each: each[1] - each[0])]
    shown = [f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else f"{run[0][1]}" for run in runs[:MOST]]
    return ", ".join([*shown, "…"] if len(runs) > MOST else shown)
