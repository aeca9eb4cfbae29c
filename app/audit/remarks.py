"""What a person should know about the rows that were read of a company's files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ...graph import Message
from ...graph.errors import shorten

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


class Remarks(list[Remark]):
    """Remarks, in the order in which the files are read."""

    def say(self, name: str, ref: str = "", severity: str = "note", column: str = "", **values: Any) -> None:
        """Add what ``app.audit_company.<name>`` says, about the row at ``ref`` ("sheet!row") where there is one."""
        sheet, _, row = ref.rpartition("!")
        message = Message(f"app.audit_company.{name}", **{k: shorten(v, 200) for k, v in values.items()})
        self.append(Remark(sheet, message, int(row) if row else None, column, severity=severity))


def in_runs(numbers: Iterable[int]) -> str:
    """Return numbers in order as runs, the first ones.

    >>> in_runs([3, 4, 5, 7])
    '3-5, 7'
    """
    runs = [list(run) for _, run in groupby(enumerate(numbers), key=lambda each: each[1] - each[0])]
    shown = [f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else f"{run[0][1]}" for run in runs[:MOST]]
    return ", ".join([*shown, "…"] if len(runs) > MOST else shown)
