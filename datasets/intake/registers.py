"""Lists of firms beside tables that name them by their codes, as databases and systems of enterprises hand them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .settling import MOSTLY
from .table import Table
from .values import id_key
from .words import FIRMS, bare, suggestions

_COUNTRY = {"country", "国"}
"""Headers that do not say of what it is the country."""
_FIRMS = {*FIRMS, "supplier_no"}


def with_names(tables: Sequence[Table]) -> list[Table]:
    """Return tables in which firms stand by name where another table says whose codes they are, and that is said.

    A list of firms has a column of codes, each on one line, beside their names; another table's column of firms is one of
    codes where most of its cells are such. A code that the list has not stays as it is.
    """
    known: dict[str, tuple[str, Table]] = {}
    lists = []
    for table in tables:
        if codes := _codes(table):
            lists.append(table)
            known |= {id_key(code): (name, table) for code, name in codes.items()}
    return [_placed(table) if table in lists else _named(table, known) for table in tables]


def _placed(table: Table) -> Table:
    """A register of firms whose countries may be their addresses, and that is said."""
    at = next(iter(table.roles.get("country", ())), None)
    if at is None or not table.form or bare(table.names[at]) not in _COUNTRY:
        return table
    said = Message("datasets.intake.country_of_list", column=shorten(table.names[at]))
    return table if said in table.notes else replace(table, notes=(*table.notes, said))


def _codes(table: Table) -> dict[str, str]:
    """The names of firms by their codes, where a table is a list of firms with codes of their own."""
    if table.form not in {"", "suppliers"} or table.roles.keys() & {"part", "quantity", "amount", "date"}:
        return {}
    at = next(iter(table.roles.get("supplier_no", ())), None)
    if at is None and table.form:
        others = (i for i in range(len(table.names)) if i not in table.how)
        at = next((i for i in others if _FIRMS & {one.role for one in suggestions(table.names[i])[:1]}), None)
    if at is None or "supplier" not in table.roles:
        return {}
    codes, names = table.cells(at), table.texts("supplier")
    pairs = {code: name for code, name in zip(codes, names, strict=True) if code is not None and name is not None}
    once = len(pairs) == sum(code is not None for code in codes) and len({*map(id_key, pairs)}) == len(pairs)
    return pairs if once and all(id_key(code) != id_key(name) for code, name in pairs.items()) else {}


def _named(table: Table, known: dict[str, tuple[str, Table]]) -> Table:
    notes = list(table.notes)
    data = table.data
    for i in (i for role in sorted(FIRMS) for i in table.roles.get(role, ()) if known):
        cells = table.cells(i)
        told = [cell for cell in cells if cell is not None]
        found = [known[key] for cell in told if (key := id_key(cell)) in known]
        if not found or len(found) < MOSTLY * len(told):
            continue
        named = [cell if cell is None or id_key(cell) not in known else known[id_key(cell)][0] for cell in cells]
        data = data.with_columns(pl.Series(data.columns[i + 1], named, dtype=pl.String))
        first = next(cell for cell in told if id_key(cell) in known)
        about = {
            "column": shorten(table.names[i]),
            "count": len(found),
            "code": shorten(first),
            "name": shorten(found[0][0]),
        }
        notes.append(Message("datasets.intake.codes_of_firms", file=found[0][1].file, **about))
    return replace(table, data=data, notes=tuple(notes)) if len(notes) > len(table.notes) else table
