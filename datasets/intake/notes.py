"""What a person should know of a table that was read: what was guessed or filled in, and what can be read in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...graph import Message
from ...graph.contents import WORKBOOKS
from ...graph.errors import shorten
from .alternates import same_numbers
from .consumption import days_of_use
from .days import date, readings
from .kinds import SOURCED
from .sheets import Sheet
from .table import DAYS, FORMAL, Table
from .values import is_blank, unit_in
from .words import answers, marks, plain, title_kind
from .yearly import YEARLY, of_other_years

_COUNTED = frozenset(("price", "amount", "quantity", "stock", "moq", "daily_use", *FORMAL))
"""Roles whose figures may be written with a comma."""
_SAID_OF_SOURCES = (SOURCED - {"stock_days"}) | {"lead_time", "amount"}
"""Roles by which a list that names stock, too, is one of sources."""


def notes_of(table: Table, sheet: Sheet, unsaved: frozenset[tuple[int, int]], top: int) -> Iterator[Message]:
    """Return what is to be said of a table.

    ``unsaved``: cells whose formulas have no value, by row and column of the table; ``top``: the first row below its header.
    """
    if table.guessed:
        yield Message("datasets.intake.guessed", encoding=table.encoding)
    if unsaved:
        row, column = min(unsaved)
        address = f"{table.letters[column] if column < len(table.letters) else '?'}{top + row + 1}"
        yield Message("datasets.intake.unsaved", count=len(unsaved), address=address)
    if table.merged:
        yield Message("datasets.intake.merged", count=table.merged)
    for look, at in (("struck", sheet.struck), ("hidden", sheet.hidden)):
        if rows := [row for row in table.numbers_of_rows if row - 1 in at]:
            yield Message(f"datasets.intake.{look}", count=len(rows), row=rows[0])
    if table.kind == "bom" and table.encoding in WORKBOOKS and "indent" in table.roles:
        yield Message("datasets.intake.indents", column=shorten(" ".join(table.headers("indent")[0].split())))
    yield from same_numbers(table)
    yield from _stock(table, sheet)
    yield from _brands(table)
    yield from _usage(table)
    for role in sorted(YEARLY & table.roles.keys()):
        yield from of_other_years(table.names, table.roles[role])
    yield from _substitutes(table)
    for role, columns in table.roles.items():
        for i in columns:
            yield from _of_column(table, role, i)


def _brands(table: Table) -> Iterator[Message]:
    """Lines without a maker, beside which a brand stands."""
    columns = table.roles.get("maker", ())
    if len(columns) > 1 and table.data.width:
        first, second = (table.cells(i) for i in columns[:2])
        lent = [
            row for row, one, two in zip(table.numbers_of_rows, first, second, strict=True) if is_blank(one) > is_blank(two)
        ]
        if lent:
            called, brand = (shorten(" ".join(table.names[i].split())) for i in columns[:2])
            key = "brand" if plain(table.names[columns[1]]) in marks("brand") else "maker_again"
            yield Message(f"datasets.intake.{key}", column=called, brand=brand, count=len(lent), row=lent[0])


def _stock(table: Table, sheet: Sheet) -> Iterator[Message]:
    """Pieces that nobody knows the days of; and a list of stock with firms and places, which may name no other source."""
    column = next((shorten(table.headers(role)[0]) for role in ("stock", "stock_days") if role in table.roles), None)
    if column is None or table.kind not in {"stock", "sourcing"}:
        return
    if not {"daily_use", "stock_days"} & table.roles.keys():
        yield Message("datasets.intake.stock_alone", column=column)
    titled = any(title_kind(title) == "sourcing" for title in (sheet.name, *table.titles, Path(sheet.file).stem))
    if table.kind == "sourcing" and not titled and not table.roles.keys() & _SAID_OF_SOURCES:
        yield Message("datasets.intake.stock_and_sources", column=column)


def _usage(table: Table) -> Iterator[Message]:
    """How often each alternative is planned to be used: a plan, which leaves open what is used today."""
    for i, name in enumerate(table.names) if table.kind == "bom" and table.data.width else ():
        if plain(name) in marks("usage_probability") and any(not is_blank(cell) for cell in table.cells(i)):
            about = {"column": shorten(" ".join(name.split())), "count": sum(not is_blank(cell) for cell in table.cells(i))}
            yield Message("datasets.intake.usage" if "group" in table.roles else "datasets.intake.usage_alone", **about)


def _substitutes(table: Table) -> Iterator[Message]:
    """Columns that name other parts for a line: whether any one of them will do, such a list leaves open."""
    grouped = {*table.roles.get("group", ())}
    for i, name in enumerate(table.names):
        if plain(name) in marks("substitutes") and i not in grouped and table.data.width:
            told = [
                cell
                for cell in table.cells(i)
                if not is_blank(cell) and plain(cell or "") not in answers("yes") | answers("no")
            ]
            if told:
                about = {"column": shorten(" ".join(name.split())), "count": len(told), "cell": shorten(told[0] or "")}
                yield Message("datasets.intake.substitutes", **about)


def _of_column(table: Table, role: str, i: int) -> Iterator[Message]:
    if role == "daily_use" and i in table.units and (days := days_of_use(table.names[i])) is not None:
        yield Message("datasets.intake.use_in", column=shorten(table.names[i]), days=f"{days:.4g}")
    elif i in table.units and table.units[i].factor != 1:
        unit = table.units[i]
        yield Message("datasets.intake.unit", column=shorten(table.names[i]), unit=unit.word, factor=f"{unit.factor:,.0f}")
    if role == "amount" and i in table.units and table.units[i].currency and table.data.width:
        yield from _of_currency(table, i)
    if role in DAYS and table.data.width:
        yield from _of_days(table, i)
    if role in _COUNTED and table.data.width and (said := table.comma_note(i)):
        yield said


def _of_currency(table: Table, i: int) -> Iterator[Message]:
    """The header of the amounts says one currency, and a column of their lines another: those of orders, mostly."""
    stated = table.units[i].currency
    named = [(cell, unit_in(f"({cell})")) for cell in table.texts("currency") if cell is not None]
    others = [cell for cell, unit in named if unit is not None and unit.currency not in {None, stated}]
    if others:
        about = {"column": shorten(" ".join(table.names[i].split())), "currency": stated, "count": len(others)}
        yield Message("datasets.intake.currency_stated", other=shorten(others[0]), **about)


def _of_days(table: Table, i: int) -> Iterator[Message]:
    """How days of which the month may stand first were read, and days that nobody can read."""
    column, order = shorten(" ".join(table.names[i].split())), table.day_order(i)
    told = [cell for cell in table.cells(i) if not is_blank(cell) and date(cell) is None]
    either = [cell for cell in told if readings(cell)]
    if either and order is None:
        yield Message("datasets.intake.day_open", column=column, cell=shorten(either[0] or ""), count=len(either))
    elif either:
        read = date(either[0], order)
        yield Message("datasets.intake.day_order", column=column, cell=shorten(either[0] or ""), day=read, count=len(either))
    days = table.days("date")
    left = [cell for cell, day in zip(table.cells(i), days, strict=True) if day is None and not is_blank(cell)]
    others = [cell for cell in left if not readings(cell)]
    if others and table.kind == "ledger":
        yield Message("datasets.intake.no_day", column=column, cell=shorten(others[0] or ""), count=len(others))
