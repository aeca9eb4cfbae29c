"""Lists of firms beside tables that name them by their codes, as databases and systems of enterprises hand them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .columns import CORRECTED
from .lines import SetAside
from .reckoned import with_amounts, with_column
from .settling import MOSTLY
from .table import Table
from .values import id_key
from .words import FIRMS, bare, marks, plain, suggestions

_COUNTRY = {"country", "国"}
"""Headers that do not say of what it is the country."""
_STRUCTURE = {"quantity", "parent", "level", "designator"}
"""Roles of a bill: what goes in where, and how much of it."""
_FIRMS = {*FIRMS, "supplier_no"}


def joined(tables: Sequence[Table]) -> list[Table]:
    """Return tables with what others of them say of their firms: the names, and of whom the lines of orders were bought."""
    return _listed(_bought(with_names(tables)))


def _listed(tables: Sequence[Table]) -> list[Table]:
    """A list that says what most parts of the bills are called, in a file of its own: it is no further bill.

    What a person calls a bill is one.
    """
    bills = [table for table in tables if table.kind == "bom"]
    told = [table for table in bills if table.roles.keys() & _STRUCTURE]
    lists = [one for one in bills if one.roles.keys() >= {"part", "name"} and not one.roles.keys() & (_STRUCTURE | FIRMS)]
    parts = {key for table in told for key in _parts(table)} if lists else set()
    masters = [one for one in lists if not one.said and parts and len(parts & _parts(one)) >= MOSTLY * len(parts)]
    files = {table.file for table in told}  # the lists of one workbook may be one bill, sheet by sheet
    return [replace(one, kind="master") if one in masters and one.file not in files else one for one in tables]


def _parts(table: Table) -> set[str]:
    return {id_key(part) for part in table.texts("part") if part is not None}


def _bought(tables: Sequence[Table]) -> list[Table]:
    """Lines of orders (number of the order, part, quantity) with the firm and day that another table has for the number.

    Such lines are purchases, unless a person says what else they are. Another table tells them where each number stands in
    it once, and it lists no parts.
    """
    heads = [table for table in tables if _is_head(table)]
    head_of = {n: head for n, table in enumerate(tables) if _is_lines(table) and (head := _head_of(table, heads))}
    found = [_of_order(table, head_of[n]) if n in head_of else table for n, table in enumerate(tables)]
    return [replace(one, kind="other") if one in head_of.values() else one for one in found]


def _is_lines(table: Table) -> bool:
    has = table.roles.keys()
    free = not table.form and (not table.said or table.kind == "ledger")
    return free and {"order_no", "part", "quantity"} <= has and not has & {*FIRMS, "parent", "level"}


def _is_head(table: Table) -> bool:
    has = table.roles.keys()
    if table.form or "order_no" not in has or not has & FIRMS or has & ({"part"} | _STRUCTURE):
        return False
    numbers = [number for number in _numbers(table) if number is not None]
    return bool(numbers) and len({*numbers}) == len(numbers)


def _head_of(table: Table, heads: Sequence[Table]) -> Table | None:
    """The table that has most of the orders of some lines."""
    numbers = _numbers(table)
    told = ((head, {*_numbers(head)} - {None}) for head in heads)
    return next((head for head, own in told if sum(number in own for number in numbers) >= MOSTLY * len(numbers) > 0), None)


def _of_order(table: Table, head: Table) -> Table:
    table = _without_withdrawn(table, head)
    at = {number: n for n, number in enumerate(_numbers(head)) if number is not None}
    numbers = _numbers(table)
    for role in ("supplier", "seller", "maker", "date", "currency"):
        if role in head.roles and role not in table.roles:
            (i, *_) = head.roles[role]
            cells = head.cells(i)
            told = [None if number not in at else cells[at[number]] for number in numbers]
            table = with_column(table, role, head.names[i], told)
    said = Message("datasets.intake.orders_joined", file=head.file, count=sum(number in at for number in numbers))
    return with_amounts(replace(table, kind="ledger", notes=(*table.notes, said)))


def _numbers(table: Table) -> list[str | None]:
    return [None if cell is None else id_key(cell) for cell in table.texts("order_no")]


def _without_withdrawn(table: Table, head: Table) -> Table:
    """Lines without those of orders that are said to be cancelled where the orders stand."""
    stands = zip(_numbers(head), head.texts("standing"), strict=True) if "standing" in head.roles else ()
    gone = {number for number, word in stands if number and word and plain(word) in marks("withdrawn")}
    kept = [number not in gone for number in _numbers(table)]
    rows = zip(table.numbers_of_rows, kept, strict=True)
    aside = [*table.set_aside, *(SetAside(row, "withdrawn") for row, stays in rows if not stays)]
    return replace(table, data=table.data.filter(pl.Series(kept)), set_aside=tuple(sorted(aside, key=lambda one: one.row)))


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
    """A register of firms whose countries are their addresses: where they make what they sell it does not say."""
    at = next(iter(table.roles.get("country", ())), None)
    stated = at is None or table.how[at] == CORRECTED or bare(table.names[at]) not in _COUNTRY
    if at is None or stated or not table.form or "billing_country" in table.roles:
        return table
    roles = {"billing_country" if role == "country" else role: places for role, places in table.roles.items()}
    said = Message("datasets.intake.country_of_list", column=shorten(table.names[at]))
    return replace(table, roles=roles, notes=(*table.notes, said))


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
