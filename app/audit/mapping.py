"""The tables of a company as rows of the audit: what each column was read as, and every cell that could not be read.

Nothing is filled in silently. Every header of the input stands in the mapping, the ones that were not used too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...datasets.intake.kinds import of_a_time, sourced_bill, yearly_amounts
from ...datasets.intake.mapping import check_corrections
from ...datasets.intake.periods import dates_of, stated_period
from ...datasets.intake.table import PARTS, Table, known_sellers
from ...datasets.intake.understanding import Understanding
from ...datasets.intake.values import firm_key
from ...datasets.intake.words import FIRMS
from ...datasets.layout import Column, sheets
from ...graph import InputError, Message
from ...graph.errors import shorten
from .lines import Lines
from .places import Place
from .reading import Reading, Remark, in_runs
from .words import BESIDES

_SHEETS = {"bom": "bom", "ledger": "sourcing", "sourcing": "sourcing"} | dict.fromkeys(
    ("price_list", "order", "stock"), "listed"
)
"""Which rows of the audit a kind of table gives; parts that are only listed have neither a parent nor a sourcing."""
_WHO = ("part", "name", "supplier", "maker", "seller", "country")
_SAID = ("qualified", "qualified_date", "lead_days", "switch_days", "stock", "daily_use", "stock_days", "spend")
"""What a line says of a source: who it is, and the rest."""


def recognise(found: Understanding, corrections: Mapping[str, Any] | None = None, date: str | None = None) -> Reading:
    """Return what the tables say of a company, with the mapping and remarks.

    ``date`` is the day on which they are read; without it a time that a title states counts as over.

    Raises
    ------
    InputError
        A correction names a sheet or column that does not exist, or no table holds parts.
    """
    firms = frozenset(firm_key(firm) for table in found.tables for firm in (*table.suppliers, *table.makers))
    reading = Reading(date=date, firms=firms)
    check_corrections(found, dict(corrections or {}))
    owners = _owners(found)
    for table in found.tables:
        _read(table, owners.get(id(table), ""), len(found.files) > 1, reading)
    if not any(reading.rows(kind) for kind in ("sourcing", "bom", "listed")):
        seen = ", ".join(shorten(table.sheet) for table in found.tables)
        raise InputError("app.audit.nothing_read", sheets=seen or ", ".join(map(shorten, found.files)))
    return reading


def _owners(found: Understanding) -> dict[int, str]:
    """What the lines of a list go into where it does not say: the company's one product, else what the list is called."""
    products = [name for table in found.tables if table.form == "products" for name in table.texts("product") if name]
    headless = [table for table in found.tables if table.kind == "bom" and _headless(table)]
    several = {table.file for table in headless if sum(other.file == table.file for other in headless) > 1}
    only = products[0] if len(set(products)) == 1 else ""
    return {id(table): only or (table.sheet if table.file in several else Path(table.file).stem) for table in headless}


def _headless(table: Table) -> bool:
    """Whether the topmost lines are parts of something that has no line itself: no levels, or several lines on top."""
    if table.parents_told:
        return False
    levels = [level for level in table.levels if level is not None]
    if not table.structured:
        return True
    return levels.count(min(levels)) > 1 and (min(levels) > 0 or "level" not in table.roles)


def _read(table: Table, owner: str, many: bool, reading: Reading) -> None:
    label = f"{table.file}: {table.sheet}" if many and table.sheet != Path(table.file).stem else table.sheet
    kind = table.form or _SHEETS.get(table.kind, "")
    for note in table.notes:
        reading.remarks.append(Remark(label, note))
    if not kind:
        how = "not_recognised" if table.names else "ignored"
        reading.mapping.append(_line(table, "", "", "", how))
        if table.names:
            reading.remarks.append(
                Remark(label, Message("app.audit.sheet_unknown", sheet=f"{shorten(table.sheet)} {table.area}".strip()))
            )
        return
    columns = _columns(table, sheets()["sourcing" if kind == "listed" else kind].columns)
    if kind in PARTS or kind == "listed":  # a bill may say who makes or sells its parts, a sourcing how many are used
        known = {column.name for column in columns}
        more = [column for name in ("sourcing", "bom") for column in sheets()[name].columns if column.name not in known]
        columns |= _columns(table, [column for column in more if column.role not in {c.role for c in columns}])
    # What is used in a year, or a month, is not what goes into one product.
    columns = {column: i for column, i in columns.items() if column.name != "quantity" or not of_a_time(table.names[i])}
    place = reading.places.setdefault(label, Place(table.file))
    for column, i in columns.items():
        place.columns.setdefault(column.name, table.letters[i])
    by_place = {i: column.name for column, i in columns.items()} | dict.fromkeys(table.roles.get("level", ()), "level")
    for role in BESIDES:
        by_place |= dict.fromkeys(table.roles.get(role, ()), role)
    for i, name in enumerate(table.names):
        if name:
            read_as = by_place.get(i, "")
            how = table.how.get(i, "word") if read_as else "not_used"
            shown = " ".join(name.split())
            reading.mapping.append(_line(table, table.form or table.kind, shown, read_as, how))
    _aside(table, label, reading)
    sellers = known_sellers(table) if kind in PARTS or kind == "listed" else frozenset()
    both = not table.form and sourced_bill(table)
    rows = Lines(table, label, columns, reading).rows()
    if table.kind == "bom":
        rows = _in_force(table, label, rows, reading)
    if owner:
        topmost = [row for row in rows if not row.get("level")]
        for row in topmost:
            row["parent"] = owner
        message = Message("app.audit.flat", sheet=shorten(label), product=shorten(owner), count=len(topmost))
        reading.remarks.append(Remark(label, message))
    if kind == "bom" and not both and table.roles.keys() & {*FIRMS, "country"}:
        how = "beside" if owner else "beside_parents"
        reading.remarks.append(Remark(label, Message(f"app.audit.{how}", sheet=shorten(label))))
    if both or kind in {"sourcing", "products"}:
        reading.currencies |= table.currencies
    days = _days(table, label, reading)
    if (both or kind == "sourcing") and any(column.name == "spend" for column in columns):
        reading.days.append(days)
    for row in rows:
        row["_sellers"] = sellers
    if both:
        sources = _once(rows, yearly_amounts(table) or kind == "sourcing")
        reading.tables.setdefault("sourcing", []).extend(sources)
    reading.tables.setdefault("bom" if both else kind, []).extend(rows)


def _days(table: Table, label: str, reading: Reading) -> tuple[str, str] | None:
    """The time that a ledger covers: what its title states where that is over and holds all purchases, else their days."""
    days = dates_of(table) if table.kind == "ledger" else None
    if days is None:
        return None
    stated = stated_period(table)
    name = "period"
    said: dict[str, Any] = dict(zip(("first", "last"), days, strict=True))
    if stated is not None:
        title, (first, last) = stated
        over = reading.date is None or last < reading.date
        name = "period_title" if first <= days[0] and days[1] <= last and over else "period_other"
        said |= {"title": shorten(title), "start": first, "end": last}
        days = (first, last) if name == "period_title" else days
    reading.remarks.append(Remark(label, Message(f"app.audit.{name}", **said)))
    return days


def _once(rows: list[dict[str, Any]], yearly: bool) -> Iterator[dict[str, Any]]:
    """The sources in a bill: what stands again below another parent, word for word or as its share, is the same source.

    An amount that is not of a year is what goes into one product, and says nothing about what is spent.
    """
    lines: dict[tuple[Any, ...], Any] = {}
    shares: dict[tuple[Any, ...], Any] = {}
    last: dict[float, int] = {}
    for n, row in enumerate(rows):
        parent, level = row.get("parent"), row.get("level")
        if level is not None:  # it goes into the last line of a level above its own
            last[level] = n
            parent = max((at for other, at in last.items() if other < level), default=None)
        who = tuple(row.get(name) for name in (*_WHO, "share"))
        said = (*who, *(row.get(name) for name in _SAID), str(row.get("_more")))
        if lines.setdefault(said, parent) != parent:
            continue
        again = shares.setdefault(who, parent) != parent
        yield {
            name: None if name == "share" and again else value for name, value in row.items() if yearly or name != "spend"
        }


def _columns(table: Table, columns: Any) -> dict[Column, int]:
    return {
        column: table.roles[column.role][0] for column in columns if table.roles.get(column.role) and column.role != "level"
    }


def _line(table: Table, kind: str, column: str, read_as: str, how: str) -> dict[str, Any]:
    return {
        "file": table.file,
        "sheet": table.sheet,
        "kind": kind,
        "header_row": table.header[-1] if table.header else None,
        "column": column,
        "read_as": read_as,
        "how": how,
    }


def _aside(table: Table, label: str, reading: Reading) -> None:
    for reason in (
        "no_name",
        "no_value",
        "not_fitted",
        "withdrawn",
        "other_source",
        "moved",
        "no_part",
        "reference",
        "phantom",
    ):
        rows = [each.row for each in table.set_aside if each.reason == reason]
        if len(rows) == 1:
            reading.remarks.append(Remark(label, Message(f"app.check.reason_{reason}"), rows[0], severity="warning"))
        elif rows:
            message = Message(f"app.audit.aside_{reason}", count=len(rows), rows=in_runs(rows))
            reading.remarks.append(Remark(label, message, severity="warning"))


def _in_force(table: Table, label: str, rows: list[dict[str, Any]], reading: Reading) -> list[dict[str, Any]]:
    """The lines of a bill that hold on the day on which it is read, where it says from when until when each does."""
    day = reading.date
    if day is None or not table.roles.keys() & {"valid_to", "valid_from"}:
        return rows
    spans = zip(table.days("valid_from"), table.days("valid_to"), strict=True)
    held = [(first or "") <= day <= (last or day) for first, last in spans]
    out = [row for row, holds in zip(table.numbers_of_rows, held, strict=True) if not holds]
    if out:
        message = Message("app.audit.not_in_force", count=len(out), date=day, rows=in_runs(out))
        reading.remarks.append(Remark(label, message, severity="warning"))
    return [row for row, holds in zip(rows, held, strict=True) if holds]
