"""The amounts that a company states: in which currency, and of which time."""

from __future__ import annotations

from typing import Any

from ...datasets.intake.periods import dates_of, stated_period
from ...datasets.intake.table import Table
from ...datasets.intake.understanding import Understanding
from ...datasets.intake.values import unit_in
from ...datasets.intake.words import language
from ...graph import Message
from ...graph.errors import shorten
from .company import Period
from .mapping import columns_of, columns_read, kind_of, named, sourced
from .remarks import Remark, Remarks


def currency_of(found: Understanding, rows: dict[str, list[dict[str, Any]]], about: dict[str, Any], remarks: Remarks) -> str:
    """Return the currency of the amounts: as stated, else that of all, else that of the revenue, in which losses are told.

    What measures cost tells it where no amount does.
    """
    stated, currencies = _stated(about), currencies_of(found, about)
    if len(currencies) > 1:
        remarks.say("currencies", severity="warning", currencies=", ".join(currencies))
    planned = [about] if about.get("budget") is not None else []
    planned += [row for row in rows["measures"] if row.get("cost") is not None]
    costs = {row["_currency"] for row in planned} - {None}
    if not currencies and len(costs) == 1 and costs != {"JPY"}:
        remarks.say("currency_of_costs", severity="warning", currency=min(costs))
        currencies = sorted(costs)
    amounts = any(row.get("spend") is not None for row in rows["sourcing"])
    if not currencies and amounts and language(line["column"] for line in columns_read(found)) != "ja":
        remarks.say("no_currency")
    sold = {one for table in found.tables if kind_of(table) == "products" for one in table.currencies}
    return stated or "/".join(sold if len(sold) == 1 else currencies) or "JPY"


def currencies_of(found: Understanding, about: dict[str, Any]) -> list[str]:
    """Return the currencies of what is bought or sold, and the one that the company states: of several no sum is told."""
    return sorted({_stated(about)} - {""} | {one for table in found.tables if _priced(table) for one in table.currencies})


def _stated(about: dict[str, Any]) -> str:
    written = about.get("currency") or ""
    unit = unit_in(f"({written})")
    return (unit.currency if unit is not None else None) or written


def _priced(table: Table) -> bool:
    """Whether the amounts of a table are what is bought or sold."""
    return sourced(table) or kind_of(table) in {"sourcing", "products"}


def planned(row: dict[str, Any], column: str, currency: str, remarks: Remarks) -> float | None:
    """Return what somebody plans to spend; in another currency than the amounts' it is nothing to compare with them."""
    written = row.get("_currency")
    if row.get(column) is None or written in {None, currency}:
        return row.get(column)
    remarks.say("other_currency", row["_ref"], "warning", column, value=written, currency=currency)
    return None


def period_of(found: Understanding, date: str | None) -> Period | None:
    """Return the time that ledgers cover on the day on which they are read; None where no dates say any.

    An amount that stands where no dates do is taken as a year's.
    """
    spent = [(label, table) for label, table in named(found) if _spent(table)]
    dated = [days for days, _ in (covered(table, label, date) for label, table in spent) if days is not None]
    if not dated:
        return None
    return Period(min(first for first, _ in dated), max(last for _, last in dated), len(dated) == len(spent))


def _spent(table: Table) -> bool:
    """Whether a table says what is spent on parts."""
    sources = sourced(table) or kind_of(table) == "sourcing"
    return sources and any(column.name == "spend" for column in columns_of(table))


def covered(table: Table, label: str, date: str | None) -> tuple[tuple[str, str] | None, list[Remark]]:
    """Return the first and last day of what a ledger covers, and what is to say of it.

    It is what its title states where that is over (on ``date``; without one it is) and holds all purchases, else their days.
    """
    days = dates_of(table) if table.kind == "ledger" else None
    if days is None:
        return None, []
    stated = stated_period(table)
    name = "period"
    said: dict[str, Any] = dict(zip(("first", "last"), days, strict=True))
    if stated is not None:
        title, (first, last) = stated
        over = date is None or last < date
        name = "period_title" if first <= days[0] and days[1] <= last and over else "period_other"
        said |= {"title": shorten(title), "start": first, "end": last}
        days = (first, last) if name == "period_title" else days
    return days, [Remark(label, Message(f"app.audit.{name}", **said))]
