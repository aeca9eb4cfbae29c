"""The layout of the audit workbook as data: its sheets and columns, their names, notes and examples.

The same rows drive the template, the recognition of headers and the reading of cells.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from ...datasets.readers.sheets import plain

EN_JA = ("en", "ja")


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
    aliases: tuple[str, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every spelling of the header, as `plain` compares them."""
        both = [self.title["ja"] + self.title["en"], self.title["en"] + self.title["ja"]]
        return frozenset(plain(name) for name in (self.name, *self.title.values(), *both, *self.aliases))


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet: its columns, and which of them a sheet of this kind cannot do without."""

    name: str
    title: dict[str, str]
    help: dict[str, str]
    needs: tuple[tuple[str, ...], ...]
    aliases: tuple[str, ...]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every spelling of the sheet's name, as `plain` compares them."""
        return frozenset(plain(name) for name in (self.name, *self.title.values(), *self.aliases))


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
            tuple(tuple(need.split("|")) for need in row["needs"].split(";") if need),
            tuple(filter(None, row["aliases"].split("|"))),
            tuple(columns[row["sheet"]]),
        )
        for row in _rows("sheets")
    }


@cache
def words() -> dict[str, frozenset[str]]:
    """Return the words for unknown, yes and no, case folded: ``blank``, ``yes``, ``no``."""
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
        tuple(filter(None, row["aliases"].split("|"))),
    )


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("kanmon.app") / "templates" / "audit" / f"{name}.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
