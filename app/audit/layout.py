"""The layout of the audit workbook as data: its sheets and columns, their names, notes and examples.

The same rows drive the template and the reading of cells; which header means what is known to `datasets.intake`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

EN_JA = ("en", "ja")
_ROLES = {"lead_days": "lead_time", "spend": "amount"}


@dataclass(frozen=True, eq=False)
class Choice:
    """One allowed word of a cell: its id and its labels."""

    id: str
    en: str
    ja: str

    def label(self, lang: str) -> str:
        """Return what a person sees."""
        return getattr(self, lang)


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a sheet."""

    name: str
    type: str
    required: bool
    title: dict[str, str]
    note: dict[str, str]
    example: dict[str, str]
    choices: tuple[Choice, ...]

    @property
    def role(self) -> str:
        """The role that the reader of people's tables gives to such a column."""
        return _ROLES.get(self.name, self.name)


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet and its columns."""

    name: str
    title: dict[str, str]
    help: dict[str, str]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@cache
def sheets() -> dict[str, Sheet]:
    """Return the sheets by name, in the order of ``templates/audit/sheets.csv``."""
    columns: dict[str, list[Column]] = {}
    for row in _rows("columns"):
        columns.setdefault(row["sheet"], []).append(_column(row))
    return {
        row["sheet"]: Sheet(
            row["sheet"],
            {lang: row[f"name_{lang}"] for lang in EN_JA},
            {lang: row[f"help_{lang}"] for lang in EN_JA},
            tuple(columns[row["sheet"]]),
        )
        for row in _rows("sheets")
    }


@cache
def words() -> dict[str, frozenset[str]]:
    """Return the words for yes and no, case folded: ``yes``, ``no``."""
    found: dict[str, set[str]] = {}
    for row in _rows("words"):
        found.setdefault(row["kind"], set()).add(row["word"])
    return {kind: frozenset(each) for kind, each in found.items()}


def _column(row: dict[str, str]) -> Column:
    by_lang = {part: {lang: row[f"{part}_{lang}"] for lang in EN_JA} for part in ("name", "note", "example")}
    choices = (Choice(*choice.split(":")) for choice in row["choices"].split("|") if choice)
    return Column(
        row["column"],
        row["type"],
        row["required"] == "yes",
        by_lang["name"],
        by_lang["note"],
        by_lang["example"],
        tuple(choices),
    )


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("kanmon.app") / "templates" / "audit" / f"{name}.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
