"""The layout of the audit workbook as data: its sheets and columns, their names, notes and examples.

The same rows drive the template, the reading of cells, and what a file is recognised by as one of the sheets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ..graph.messages import LANGUAGES, spoken
from ..graph.packaged import packaged_rows

_ROLES = {"lead_days": "lead_time", "spend": "amount"}


@dataclass(frozen=True, eq=False)
class Choice:
    """One allowed word of a cell: its id, and what a person sees."""

    id: str
    label: dict[str, str]


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
    words: tuple[str, ...]
    """Headers that people write over it; none on a sheet of parts, whose headers are those of any table of parts."""

    @property
    def role(self) -> str:
        """The role that the reader of people's tables gives to such a column."""
        return _ROLES.get(self.name, self.name)


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet and its columns; whether a company fills it in (else it comes in a file of its own).

    A table is such a sheet where for each of ``needs`` one of these columns is there; ``titles`` are what people call it.
    Sheets of parts have neither: they are told from any table of parts.
    """

    name: str
    title: dict[str, str]
    help: dict[str, str]
    columns: tuple[Column, ...]
    filled_in: bool
    needs: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@cache
def sheets() -> dict[str, Sheet]:
    """Return the sheets by name, in the order of ``schema/sheets.csv``."""
    columns: dict[str, list[Column]] = {}
    for row in packaged_rows("datasets", "schema", "columns.csv"):
        columns.setdefault(row["sheet"], []).append(_column(row))
    return {
        row["sheet"]: Sheet(
            row["sheet"],
            _told(row, "name"),
            _told(row, "help"),
            tuple(columns[row["sheet"]]),
            row["filled_in"] == "yes",
            tuple(_several(need) for need in row["needs"].split(";") if need),
            _several(row["titles"]),
        )
        for row in packaged_rows("datasets", "schema", "sheets.csv")
    }


def _column(row: dict[str, str]) -> Column:
    labels = {lang: words.split("|") for lang, words in _told(row, "choice").items()}
    ids = row["choices"].split("|") if row["choices"] else []
    return Column(
        row["column"],
        row["type"],
        row["required"] == "yes",
        _told(row, "name"),
        _told(row, "note"),
        _told(row, "example"),
        tuple(Choice(id, {lang: words[at] for lang, words in labels.items()}) for at, id in enumerate(ids)),
        _several(row["words"]),
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))


def _told(row: dict[str, str], part: str) -> dict[str, str]:
    """What a row says in each language."""
    return {lang: spoken(row, part, lang) or "" for lang in LANGUAGES}
