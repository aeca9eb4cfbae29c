"""The tables of a company as rows of the audit: what each column was read as, and every cell that could not be read.

Nothing is filled in silently. Every header of the input stands in the mapping, the ones that were not used too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from ...datasets.intake.columns import BESIDE
from ...datasets.intake.kinds import sourced_bill, yearly, yearly_amounts
from ...datasets.intake.mapping import check_corrections
from ...datasets.intake.periods import dates_of, stated_period
from ...datasets.intake.table import PARTS, Table, known_sellers
from ...datasets.intake.understanding import Understanding
from ...datasets.intake.values import date as date_of
from ...datasets.intake.values import firms_in, is_blank, is_figure
from ...datasets.intake.values import name as name_of
from ...datasets.intake.values import number as figure
from ...datasets.intake.words import FIRMS
from ...datasets.layout import Column, sheets
from ...graph import InputError, Message
from ...graph.errors import shorten
from ...graph.messages import LANGUAGES
from .cells import Days, Unreadable, read, says_none, without_about, without_unit
from .places import Place
from .words import BESIDES, Name

MOST = 20
"""Remarks of one kind in one column that are located one by one; the rest are counted."""
_SHEETS = {"bom": "bom", "ledger": "sourcing", "sourcing": "sourcing"} | dict.fromkeys(
    ("price_list", "order", "stock"), "listed"
)
"""Which rows of the audit a kind of table gives; parts that are only listed have neither a parent nor a sourcing."""
_EXTRA = ("part_maker", "part_supplier", "value", "footprint", "spec", "material")
"""Other columns that may say what a part is."""

_WHO = ("part", "name", "supplier", "maker", "seller", "country")
_SAID = ("qualified", "qualified_date", "lead_days", "switch_days", "stock", "daily_use", "stock_days", "spend")
"""What a line says of a source: who it is, and the rest."""


@dataclass(frozen=True)
class Remark:
    """Something that a person should know about a cell, row or sheet."""

    sheet: str
    message: Message
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: str = "note"


@dataclass
class Reading:
    """What was read: rows by kind of sheet, how each column was read, and remarks.

    Every row is a dict of values with ``_ref`` ("sheet!row", as a person sees it).
    """

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mapping: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    corrections: dict[str, Any] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)
    """Currencies in which amounts are given."""
    days: list[tuple[str, str] | None] = field(default_factory=list)
    """First and last day of what each sheet of amounts covers; None for one without dates, which is taken as a year's."""
    date: str | None = None
    """The day on which the files are read: a time that a title states is over by then."""
    places: dict[str, Place] = field(default_factory=dict)
    """Where the sheets stand, by what they are called in ``_ref``."""

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return the rows of a kind of sheet, none when there is no such sheet."""
        return self.tables.get(kind, [])


def recognise(found: Understanding, corrections: Mapping[str, Any] | None = None, date: str | None = None) -> Reading:
    """Return what the tables say of a company, with the mapping and remarks.

    ``date`` is the day on which they are read; without it a time that a title states counts as over.

    Raises
    ------
    InputError
        A correction names a sheet or column that does not exist, or no table holds parts.
    """
    reading = Reading(corrections=dict(corrections or {}), date=date)
    check_corrections(found, reading.corrections)
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
    # What is used in a year is not what goes into one product.
    columns = {column: i for column, i in columns.items() if column.name != "quantity" or not yearly(table.names[i])}
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
    rows = list(_rows(table, label, columns, reading))
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
    for reason in ("no_name", "no_value", "not_fitted", "withdrawn", "other_source"):
        rows = [each.row for each in table.set_aside if each.reason == reason]
        if len(rows) == 1:
            reading.remarks.append(Remark(label, Message(f"app.check.reason_{reason}"), rows[0], severity="warning"))
        elif rows:
            runs = _runs(rows)
            shown = ", ".join(runs[:MOST]) + (", …" if len(runs) > MOST else "")
            message = Message(f"app.audit.aside_{reason}", count=len(rows), rows=shown)
            reading.remarks.append(Remark(label, message, severity="warning"))


def _runs(rows: Iterable[int]) -> list[str]:
    """Return numbers in order as runs.

    >>> _runs([3, 4, 5, 7])
    ['3-5', '7']
    """
    runs = [list(run) for _, run in groupby(enumerate(rows), key=lambda each: each[1] - each[0])]
    return [f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else f"{run[0][1]}" for run in runs]


def _rows(table: Table, label: str, columns: Mapping[Column, int], reading: Reading) -> Iterator[dict[str, Any]]:
    several = {column: table.texts(column.role) for column in columns if len(table.roles[column.role]) > 1}
    cells = [several.get(column) or table.cells(i) for column, i in columns.items()]
    commas = [column.type in {"number", "money"} and table.comma(i) for column, i in columns.items()]
    factors = [table.factor(i) for i in columns.values()]
    sellers, owners, currencies = table.texts("seller"), table.texts("parent_name"), table.currency_of_rows
    base = min((level for level in table.levels if level is not None), default=0)
    levels = [None if level is None else level - base for level in table.levels] if table.structured else [None] * table.rows
    extra = [table.texts(role) for role in _EXTRA if role in table.roles]
    shared, apart = _shared(table), _apart(table)
    more = _further(table)
    counts: dict[tuple[Column, str], int] = {}
    ranges: dict[Column, list[tuple[int, str]]] = {}
    listed: list[str] = []
    for n, (number, *line) in enumerate(zip(table.numbers_of_rows, *cells, strict=True)):
        row: dict[str, Any] = {"_ref": f"{label}!{number}"}

        def say(column: Column, why: str, cell: str, number: int = number) -> None:
            _say(reading, counts, label, column, number, why, cell)

        for column, cell, comma, factor in zip(columns, line, commas, factors, strict=True):
            text = cell.replace(".", "").replace(",", ".") if comma and cell is not None else cell
            try:
                value = read(column, text)
            except Unreadable as error:
                returned = column.name == "spend" and table.kind == "ledger" and str(error) == "negative"
                value = figure(text) if returned else None
                if not returned:
                    row.setdefault("_unreadable", set()).add(column.name)
                    say(column, str(error), cell or "")
            if isinstance(value, Days):
                ranges.setdefault(column, []).append((number, cell or ""))
                value = Days(*(days * (factor if without_unit(cell or "") else 1.0) for days in value))
            elif value is not None and factor != 1.0 and column.type in {"number", "money", "days"}:
                value = value * factor if is_figure(without_about(cell or "")) else value
            row[column.name] = value
            if value is None and says_none(cell):
                row.setdefault("_none", set()).add(column.name)
                if column.name in {"stock", "stock_days"}:
                    say(column, "none", cell or "")
            if column.type == "share" and cell is not None:
                row[f"{column.name}_plain"] = not any(sign in cell for sign in "%％割")
        row["_currency"] = currencies[n]
        if more:
            row["_more"] = [
                (role, name_of(firms[n] or ""), _told(beside, n, say))
                for role, firms, beside in more
                if not is_blank(firms[n])
            ]
        listed += _each_firm(row)
        if row.get("part") in shared:
            row["part"] = None
        if sellers[n] is not None:
            row["seller"] = sellers[n]
        if owners[n] is not None:
            row["parent_name"] = name_of(owners[n] or "")
        if levels[n] is not None:
            row["level"] = levels[n]
        if apart[n] is not None and not row.get("part") and row.get("name"):
            row["name"] = name_of(f"{row['name']} {apart[n]}")
        if extra:
            row["_words"] = " ".join(filter(None, (each[n] for each in extra)))
            if not row.get("part") and not row.get("name"):
                row["name"] = name_of(row["_words"]) or None
        yield row
    if listed:
        message = Message("app.audit.firms_listed", count=len(listed), value=shorten(listed[0]))
        reading.remarks.append(Remark(label, message, severity="warning"))
    for (column, _), count in counts.items():
        if count > MOST:
            message = Message("app.audit.more", count=count - MOST, column=Name(**column.title))
            reading.remarks.append(Remark(label, message, column=column.name, severity="warning"))
    for column, cells in ranges.items():
        message = Message("app.audit_cells.range", count=len(cells), value=shorten(cells[0][1]))
        reading.remarks.append(Remark(label, message, cells[0][0], column.name))


_Beside = list[tuple[Column, list[str | None], float]]


def _further(table: Table) -> list[tuple[str, list[str | None], _Beside]]:
    """Columns of further firms: as what, their cells, and the columns of what is told of such a firm, each with its unit."""
    known = [column for column in sheets()["sourcing"].columns if column.role in BESIDE]
    found = []
    for role, i, about in table.further:
        beside = [(column, about[column.role]) for column in known if column.role in about]
        found.append((role, table.cells(i), [(column, table.cells(j), table.factor(j)) for column, j in beside]))
    return found


def _told(beside: _Beside, n: int, say: Callable[[Column, str, str], None]) -> dict[str, Any]:
    """What a line tells of a further firm; ``say`` takes what cannot be read."""
    row: dict[str, Any] = {}
    for column, cells, factor in beside:
        cell = cells[n] or ""
        try:
            value = read(column, cells[n])
        except Unreadable as error:
            say(column, str(error), cell)
            value = None
        if isinstance(value, float) and column.type == "days" and is_figure(without_about(cell)):
            value *= factor
        row[column.name] = None if isinstance(value, Days) else value
        if column.type == "share" and cell:
            row[f"{column.name}_plain"] = not any(sign in cell for sign in "%％割")
    return row


def _each_firm(row: dict[str, Any]) -> list[str]:
    """Take each firm that a cell lists as a source in the line's country; what share or amount is whose it does not say."""
    found, there = [], {"country": row.get("country")}
    for role in ("supplier", "maker"):
        named = row.get(role)
        first, *more = firms_in(named) if named else [""]
        if more:
            found.append(row[role])
            row[role] = first
            row["_more"] = [*row.get("_more", ()), *((role, firm, there) for firm in more)]
            row |= {name: None for name in ("share", "spend") if name in row}
    return found


def _in_force(table: Table, label: str, rows: list[dict[str, Any]], reading: Reading) -> list[dict[str, Any]]:
    """The lines of a bill that hold on the day on which it is read, where it says from when until when each does."""
    day = reading.date
    if day is None or not table.roles.keys() & {"valid_to", "valid_from"}:
        return rows
    spans = zip(table.texts("valid_from"), table.texts("valid_to"), strict=True)
    held = [(date_of(first) or "") <= day <= (date_of(last) or day) for first, last in spans]
    out = [row for row, holds in zip(table.numbers_of_rows, held, strict=True) if not holds]
    if out:
        runs = _runs(out)
        shown = ", ".join(runs[:MOST]) + (", …" if len(runs) > MOST else "")
        message = Message("app.audit.not_in_force", count=len(out), date=day, rows=shown)
        reading.remarks.append(Remark(label, message, severity="warning"))
    return [row for row, holds in zip(rows, held, strict=True) if holds]


def _apart(table: Table) -> list[str | None]:
    """What tells parts of a board apart that have no numbers and share a name ("Capacitor"): their values."""
    if "designator" not in table.roles or "name" not in table.roles:
        return [None] * table.rows
    values = table.texts("value" if "value" in table.roles else "spec")
    names = table.texts("name")
    told: dict[str | None, set[str | None]] = {}
    for name, value in zip(names, values, strict=True):
        told.setdefault(name, set()).add(value)
    return [value if len(told[name]) > 1 else None for name, value in zip(names, values, strict=True)]


def _shared(table: Table) -> set[str]:
    """Numbers of a shop that stand beside several names: there the names tell the parts apart."""
    if "part_supplier" not in table.roles or table.roles["part_supplier"] != table.roles.get("part"):
        return set()
    names: dict[str, set[str]] = {}
    for number, name in zip(table.texts("part"), table.texts("name"), strict=True):
        if number is not None and name is not None:
            names.setdefault(name_of(number), set()).add(name)
    return {number for number, each in names.items() if len(each) > 1}


def _say(
    reading: Reading, counts: dict[tuple[Column, str], int], sheet: str, column: Column, row: int, why: str, cell: str
) -> None:
    counts[column, why] = count = counts.get((column, why), 0) + 1
    if count <= MOST:
        allowed = Name(**{lang: " / ".join(choice.label[lang] for choice in column.choices) for lang in LANGUAGES})
        message = Message(f"app.audit_cells.{why}", value=shorten(cell), allowed=allowed)
        reading.remarks.append(Remark(sheet, message, row, column.name, shorten(cell), "warning"))
