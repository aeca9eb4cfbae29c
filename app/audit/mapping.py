"""What the tables of a company are taken for: which rows each gives, and how each of its columns is read.

Nothing is filled in silently. Every header of the input stands in the mapping, the ones that are not used too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...datasets.intake.kinds import of_a_time, sourced_bill
from ...datasets.intake.table import PARTS, Table
from ...datasets.intake.understanding import Understanding
from ...datasets.layout import Column, sheets
from ...graph.errors import shorten
from .places import Place
from .words import BESIDES

_LONG = 500
"""Characters of a name in a reference: more than a file with a sheet may have."""
_SHEETS = {"bom": "bom", "ledger": "sourcing", "sourcing": "sourcing"} | dict.fromkeys(
    ("price_list", "order", "stock", "master"), "listed"
)
"""Which rows of the audit a kind of table gives; parts that are only listed have neither a parent nor a sourcing."""


def named(found: Understanding) -> list[tuple[str, Table]]:
    """Return the tables under what they are called in references: the sheet, and the file where there are several.

    What a file, sheet or column is called is somebody's text: without signs that turn the text around them.
    """
    many = len(found.files) > 1
    return [
        (
            shorten(f"{table.file}: {table.sheet}" if many and table.sheet != Path(table.file).stem else table.sheet, _LONG),
            table,
        )
        for table in found.tables
    ]


def kind_of(table: Table) -> str:
    """Return which rows of the audit a table gives: a sheet of its workbook, or "listed"; blank where it gives none."""
    return table.form or _SHEETS.get(table.kind, "")


def sourced(table: Table) -> bool:
    """Return whether the lines of a bill say how their parts are sourced, too."""
    return not table.form and sourced_bill(table)


def columns_of(table: Table) -> dict[Column, int]:
    """Return the columns of the audit that a table holds, and at which place."""
    kind = kind_of(table)
    columns = _columns(table, sheets()["sourcing" if kind == "listed" else kind].columns)
    if kind in PARTS or kind == "listed":  # a bill may say who makes or sells its parts, a sourcing how many are used
        known = {column.name for column in columns}
        more = [column for name in ("sourcing", "bom") for column in sheets()[name].columns if column.name not in known]
        columns |= _columns(table, [column for column in more if column.role not in {c.role for c in columns}])
    # What is used in a year, or a month, is not what goes into one product.
    return {column: i for column, i in columns.items() if column.name != "quantity" or not of_a_time(table.names[i])}


def _columns(table: Table, columns: Any) -> dict[Column, int]:
    return {
        column: table.roles[column.role][0] for column in columns if table.roles.get(column.role) and column.role != "level"
    }


def columns_read(found: Understanding) -> list[dict[str, Any]]:
    """Return how each column was read: a row for each header, and one for a table that gives no rows."""
    return [row for table in found.tables for row in _columns_read(table)]


def _columns_read(table: Table) -> list[dict[str, Any]]:
    if not kind_of(table):
        return [_row(table, "", "", "", "not_recognised" if table.names else "ignored")]
    read = {i: column.name for column, i in columns_of(table).items()}
    read |= {i: role for role in ("level", *BESIDES) for i in table.roles.get(role, ())}
    drawn = dict.fromkeys(set(table.drawn) - read.keys(), "level")
    return [
        _row(
            table,
            table.form or table.kind,
            " ".join(name.split()),
            read.get(i) or drawn.get(i, ""),
            "content" if i in drawn else table.how.get(i, "word") if i in read else "not_used",
        )
        for i, name in enumerate(table.names)
        if name
    ]


def _row(table: Table, kind: str, column: str, read_as: str, how: str) -> dict[str, Any]:
    return {
        "file": shorten(table.file, _LONG),
        "sheet": shorten(table.sheet, _LONG),
        "kind": kind,
        "header_row": table.header[-1] if table.header else None,
        "column": shorten(column, _LONG),
        "read_as": read_as,
        "how": how,
    }


def places_of(found: Understanding) -> dict[str, Place]:
    """Return where the sheets stand, by what they are called in references."""
    places: dict[str, Place] = {}
    for label, table in named(found):
        if kind_of(table):
            place = places.setdefault(label, Place(shorten(table.file, _LONG)))
            for column, i in columns_of(table).items():
                place.columns.setdefault(column.name, table.letters[i])
    return places
