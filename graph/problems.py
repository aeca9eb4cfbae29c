"""What is wrong with a table, and where: collected, never raised one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from .errors import SchemaError, shorten
from .messages import Message, text

MOST = 100
"""Problems of one kind in one column that are located one by one; the rest are counted."""


@dataclass(frozen=True)
class Problem:
    """One finding of validation.

    Attributes
    ----------
    code : str
        Stable code, for example ``"unknown_id"``; the sentence is ``graph.problems.<code>``.
    table, row, column : str, int or None, str or None
        Where. ``row`` is the row that a person sees in the file (the header is row 1), or the index in a frame.
    value : str
        What stands there, shortened and printable.
    severity : {"error", "note"}
        A note is accepted and said; an error refuses the tables.
    """

    code: str
    table: str
    row: int | None = None
    column: str | None = None
    value: str = ""
    severity: str = "error"
    details: dict[str, Any] = field(default_factory=dict, hash=False)

    def text(self, lang: str | None = None) -> str:
        """Return ``[code] table row column: sentence`` in ``lang``."""
        part = "table" if self.row is None and self.column is None else "column" if self.row is None else "row"
        part = "cell" if self.row is not None and self.column is not None else part
        where = text(f"graph.problems.at_{part}", lang, table=self.table, row=self.row, column=self.column)
        sentence = Message(f"graph.problems.{self.code}", value=self.value, **self.details).text(lang)
        return f"[{self.code}] {where}: {sentence}"

    def __str__(self) -> str:
        return self.text("en")


class Problems(list[Problem]):
    """A growing list of problems of one set of tables.

    ``first_rows`` maps a table to the row that a person sees for the first of its frame; else a frame's own index counts.
    """

    def __init__(self, first_rows: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self._first_rows = dict(first_rows or {})

    def first_row(self, table: str) -> int:
        """Return the row that a person sees for the first of a table's frame."""
        return self._first_rows.get(table, 0)

    def say(self, code: str, table: str, row: int | None = None, column: str | None = None, **more: Any) -> None:
        """Add one problem; ``value`` and ``severity`` in ``more`` are its own, the rest are fields of its sentence."""
        value, severity = shorten(more.pop("value", "")), more.pop("severity", "error")
        self.append(
            Problem(code, table, None if row is None else row + self.first_row(table), column, value, severity, more)
        )

    def rows(self, code: str, table: str, bad: pl.DataFrame, column: str | None, **more: Any) -> None:
        """Add a problem for each row of ``bad`` (columns ``_row``, ``_value`` and fields of the sentence)."""
        for row in bad.head(MOST).iter_rows(named=True):
            fields = {k: shorten(v) if isinstance(v, str) else v for k, v in row.items() if k not in {"_row", "_value"}}
            value = row.get("_value")
            self.say(code, table, row["_row"], column, value="" if value is None else value, **more, **fields)
        if bad.height > MOST:
            severity = more.get("severity", "error")
            self.say("more", table, None, column, count=bad.height - MOST, kind=code, severity=severity)

    def raise_errors(self) -> tuple[Problem, ...]:
        """Return the notes; raise `SchemaError` with everything when there is an error among the problems."""
        if any(problem.severity == "error" for problem in self):
            raise SchemaError(problem for problem in self if problem.severity == "error")
        return tuple(self)


def report(problems: Iterable[Problem]) -> pl.DataFrame:
    """Return problems as a frame: ``code, severity, table, row, column, value, text_en, text_ja``."""
    rows = [(p.code, p.severity, p.table, p.row, p.column, p.value, p.text("en"), p.text("ja")) for p in problems]
    columns = ["code", "severity", "table", "row", "column", "value", "text_en", "text_ja"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String) | {"row": pl.Int64}, orient="row")
