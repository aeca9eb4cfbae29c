"""The lines of a table as rows of the audit: every cell as what its column holds, or a remark that it could not be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...datasets.intake.columns import BESIDE
from ...datasets.intake.days import date as date_of
from ...datasets.intake.table import Table
from ...datasets.intake.values import firms_in, is_blank, is_figure, may_list_firms, turned
from ...datasets.intake.values import name as name_of
from ...datasets.intake.values import number as figure
from ...datasets.layout import Column, sheets
from ...graph import Message
from ...graph.errors import shorten
from ...graph.messages import LANGUAGES
from .cells import Days, Unreadable, read, says_none, without_about, without_unit
from .remarks import MOST, Remark
from .words import Name

_EXTRA = ("part_maker", "part_supplier", "value", "footprint", "spec", "material")
"""Other columns that may say what a part is."""


class _Column(NamedTuple):
    """A column of the audit as a table writes it: whether a comma parts its decimals, and the unit of its header."""

    about: Column
    comma: bool
    factor: float


class Lines:
    """The lines of one table; what cannot be read, or only in part, is among the ``remarks``.

    ``firms``: those that a cell of any table names, by their `firm_key`.
    """

    def __init__(
        self, table: Table, label: str, columns: Mapping[Column, int], firms: frozenset[str], remarks: list[Remark]
    ) -> None:
        self.table, self.label, self.firms, self.remarks = table, label, firms, remarks
        several = {column: table.texts(column.role) for column in columns if len(table.roles[column.role]) > 1}
        self._cells = [several.get(column) or _written(table, column, i) for column, i in columns.items()]
        self._columns = [
            _Column(column, bool(column.type in {"number", "money", "share"} and table.comma(i)), table.factor(i))
            for column, i in columns.items()
        ]
        base = min((level for level in table.levels if level is not None), default=0)
        self._levels = [None if level is None else level - base for level in table.levels] if table.structured else None
        planned = next((role for role in ("cost", "budget") if role in table.roles), None)
        self._currencies = table.currency_of_rows if planned is None or not table.form else table.currency_of(planned)
        self._sellers, self._owners, self._parents = map(table.texts, ("seller", "parent_name", "parent"))
        more = [table.cells(i) for i in table.roles.get("spec", ())[1:]]  # a value beside the name of its symbol
        self._extra = [table.texts(role) for role in _EXTRA if role in table.roles] + more
        self._shared, self._apart, self._more = _shared(table), _apart(table), _further(table)
        self._joint: list[int] | None = (
            [] if table.kind in {"ledger", "sourcing"} and table.of_all_sources("amount") else None
        )
        self._counts: dict[tuple[Column, str], int] = {}
        self._ranges: dict[Column, list[tuple[int, str]]] = {}
        self._open: dict[Column, list[tuple[int, str]]] = {}
        self._listed: list[str] = []
        self._perhaps: list[str] = []

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each line: a dict of values with ``_ref`` ("sheet!row")."""
        found = []
        for n, (number, *line) in enumerate(zip(self.table.numbers_of_rows, *self._cells, strict=True)):
            row: dict[str, Any] = {"_ref": f"{self.label}!{number}"}
            for column, cell in zip(self._columns, line, strict=True):
                self._cell(row, number, column, cell)
            row["_currency"] = self._currencies[n]
            self._firms(row, n, number)
            self._place(row, n)
            found.append(row)
        self._remark()
        return found

    def _cell(self, row: dict[str, Any], number: int, written: _Column, cell: str | None) -> None:
        column = written.about
        commas = written.comma and cell is not None and ("," in cell or column.type != "share")  # no share is of thousands
        text = turned(cell) if commas and cell is not None else cell
        try:
            value = read(column, text)
        except Unreadable as error:
            bought = self.table.kind in {"ledger", "order"} and column.name in {"spend", "quantity"}
            returned = bought and str(error) == "negative"
            value = figure(text) if returned else None
            if not returned:
                row.setdefault("_unreadable", set()).add(column.name)
                self._say(number, column, str(error), cell or "")
        row[column.name] = value = self._scaled(number, written, value, cell or "")
        if value is None and says_none(cell):
            row.setdefault("_none", set()).add(column.name)
            if column.name in {"stock", "stock_days"}:
                self._say(number, column, "none", cell or "")
        unread = column.name in row.get("_unreadable", ())
        if column.type == "days" and value is None and not unread and not says_none(cell) and _has_letters(cell):
            self._open.setdefault(column, []).append((number, cell or ""))  # TBD, 未定: somebody still has to find out
        if column.type == "share" and cell is not None:
            row[f"{column.name}_plain"] = not any(sign in cell for sign in "%％割")

    def _scaled(self, number: int, written: _Column, value: Any, cell: str) -> Any:
        """A value in the unit of its header, where the cell says none of its own."""
        if isinstance(value, Days):
            self._ranges.setdefault(written.about, []).append((number, cell))
            return Days(*(days * (written.factor if without_unit(cell) else 1.0) for days in value))
        if value is None or written.factor == 1.0 or written.about.type not in {"number", "money", "days"}:
            return value
        bare = without_unit(cell) if written.about.type == "days" else is_figure(without_about(cell))
        return value * written.factor if bare else value

    def _firms(self, row: dict[str, Any], n: int, number: int) -> None:
        """Who else delivers, and whose the firms are."""
        if self._more:
            row["_more"] = [
                (role, name_of(firms[n] or ""), self._told(beside, n, number))
                for role, firms, beside in self._more
                if not is_blank(firms[n])
            ]
        if self._joint is not None and row.get("spend") is not None and row["_more"]:
            self._joint.append(number)
            _part_among(row)
        self._listed += _each_firm(row, self.firms)
        self._perhaps += [row[role] for role in ("supplier", "maker") if row.get(role) and may_list_firms(row[role])]
        if self._sellers[n] is not None:
            row["seller"] = self._sellers[n]
        if self._owners[n] is not None:
            row["parent_name"] = name_of(self._owners[n] or "")

    def _told(self, beside: _Beside, n: int, number: int) -> dict[str, Any]:
        """What a line tells of a further firm."""
        row: dict[str, Any] = {}
        for written, cells in beside:
            column, cell = written.about, cells[n] or ""
            try:
                value = read(column, cells[n])
            except Unreadable as error:
                row.setdefault("_unreadable", set()).add(column.name)
                self._say(number, column, str(error), cell)
                value = None
            row[column.name] = self._scaled(number, written, value, cell)
            if column.type == "share" and cell:
                row[f"{column.name}_plain"] = not any(sign in cell for sign in "%％割")
        return row

    def _place(self, row: dict[str, Any], n: int) -> None:
        """Which part it is, and where it goes in."""
        if self._parents[n] in self.table.several:
            row["_parents"] = self.table.several[self._parents[n] or ""]
        if row.get("part") in self._shared:
            row["part"] = None
        if self._levels is not None and self._levels[n] is not None:
            row["level"] = self._levels[n]
        if self._apart[n] is not None and not row.get("part") and row.get("name"):
            row["name"] = name_of(f"{row['name']} {self._apart[n]}")
        if self._extra:
            row["_words"] = " ".join(each[n] or "" for each in self._extra if not is_blank(each[n]))
            if not row.get("part") and not row.get("name"):
                row["name"] = name_of(row["_words"]) or None

    def _say(self, number: int, column: Column, why: str, cell: str) -> None:
        self._counts[column, why] = count = self._counts.get((column, why), 0) + 1
        if count <= MOST:
            allowed = Name(**{lang: " / ".join(choice.label[lang] for choice in column.choices) for lang in LANGUAGES})
            message = Message(f"app.audit_cells.{why}", value=shorten(cell), allowed=allowed)
            self.remarks.append(Remark(self.label, message, number, column.name, shorten(cell), "warning"))

    def _remark(self) -> None:
        """Say what concerns many lines."""
        remarks = self.remarks
        if self._listed:
            message = Message("app.audit.firms_listed", count=len(self._listed), value=shorten(self._listed[0]))
            remarks.append(Remark(self.label, message, severity="warning"))
        if self._perhaps:
            message = Message("app.audit.firms_perhaps", count=len(self._perhaps), value=shorten(self._perhaps[0]))
            remarks.append(Remark(self.label, message, severity="warning"))
        for (column, _), count in self._counts.items():
            if count > MOST:
                message = Message("app.audit.more", count=count - MOST, column=Name(**column.title))
                remarks.append(Remark(self.label, message, column=column.name, severity="warning"))
        for column, cells in self._ranges.items():
            name = "range" if column.name == "stock_days" else "range_time"
            message = Message(f"app.audit_cells.{name}", count=len(cells), value=shorten(cells[0][1]))
            remarks.append(Remark(self.label, message, cells[0][0], column.name))
        if self._joint:
            message = Message("app.audit.joint_amount", count=len(self._joint), row=self._joint[0])
            remarks.append(Remark(self.label, message, self._joint[0], "spend"))
        for column, cells in self._open.items():
            message = Message("app.audit_cells.open", count=len(cells), value=shorten(cells[0][1]))
            remarks.append(Remark(self.label, message, cells[0][0], column.name))


def _written(table: Table, column: Column, i: int) -> list[str | None]:
    """The cells of a column; days of which the others of the table tell whether the month stands first are plain ones."""
    if column.type != "date" or (order := table.day_order(i)) is None:
        return table.cells(i)
    return [date_of(cell, order) or cell for cell in table.cells(i)]


_ROUNDED = 0.02
"""Shares that sum to all but for their rounding."""
_PADS = re.compile(r"_(?:Pad[^_]*_)?HandSolder(?:ing)?$", re.IGNORECASE)
"""What KiCad writes behind a footprint whose pads are longer, for the same part."""
_Beside = list[tuple[_Column, list[str | None]]]


def _further(table: Table) -> list[tuple[str, list[str | None], _Beside]]:
    """Columns of further firms: as what, their cells, and the columns of what is told of such a firm, each with its unit."""
    known = [column for column in sheets()["sourcing"].columns if column.role in BESIDE]
    found = []
    for role, i, about in table.further:
        beside = [(column, about[column.role]) for column in known if column.role in about]
        found.append((role, table.cells(i), [(_Column(one, False, table.factor(j)), table.cells(j)) for one, j in beside]))
    return found


_OF_EACH = ("country", "qualified", "qualified_date", "lead_days", "switch_days", "_unreadable")
"""What a line says of each firm that one of its cells lists: what is no sum holds for all of them."""


def _each_firm(row: dict[str, Any], known: frozenset[str]) -> list[str]:
    """Take each firm that a cell lists as a source of which the line says the same, without its share and amount.

    What part of these is whose it does not say, except that of a share of nothing each has nothing.
    """
    firms = {role: firms_in(row[role], known) for role in ("supplier", "maker") if row.get(role)}
    found = [row[role] for role, each in firms.items() if len(each) > 1]
    if not found:
        return []
    parts = {"share": 0.0 if row.get("share") == 0 else None, "spend": None}
    open_ = {"_share_open": bool(row.get("share"))}
    row |= {name: value for name, value in parts.items() if name in row} | open_
    there = {name: row[name] for name in (*_OF_EACH, *parts) if name in row} | open_
    there |= {
        role: row[role] for role, each in firms.items() if len(each) == 1
    }  # who makes it for, or sells it of, them all
    for role, (first, *more) in firms.items():
        row[role] = first if more else row[role]
        row["_more"] = [*row.get("_more", ()), *((role, firm, there) for firm in more)]
    return found


def _has_letters(cell: str | None) -> bool:
    return cell is not None and any(map(str.isalpha, cell))


def _part_among(row: dict[str, Any]) -> None:
    """Part an amount of several sources by their shares where these are whole; else nobody knows who has how much."""
    sources = [row, *(about for _, _, about in row["_more"])]
    shares = [source.get("share") for source in sources]
    total = sum(share or 0.0 for share in shares)
    whole = None not in shares and any(abs(total - all_) <= _ROUNDED * all_ for all_ in (1.0, 100.0))
    amount = row["spend"]
    for source, share in zip(sources, shares, strict=True):
        source |= {"spend": amount * share / total if whole else None, "_currency": row["_currency"]}


def _apart(table: Table) -> list[str | None]:
    """What tells parts of a bill apart that have no numbers and share a name (100n, Screw).

    Of a board their values, then footprints; of any other bill what else is said of what they are.
    """
    numbered = "designator" not in table.roles and (table.kind != "bom" or "part" in table.roles)
    if numbered or "name" not in table.roles:
        return [None] * table.rows
    columns = [table.texts("value")] if "value" in table.roles else [table.cells(i) for i in table.roles.get("spec", ())]
    columns.append([None if cell is None else _PADS.sub("", cell.rpartition(":")[2]) for cell in table.texts("footprint")])
    same: list[tuple[str | None, ...]] = [(name,) for name in table.texts("name")]
    for cells in columns:  # Altium writes the name of a symbol beside the value: each tells what those before it leave open
        same = [(*key, cell) for key, cell in zip(same, _telling(same, cells), strict=True)]
    return [" ".join(filter(None, told)) or None for _, *told in same]


def _telling(same: Sequence[Any], cells: Sequence[str | None]) -> list[str | None]:
    """The cells where they differ among lines of which something else is the same; blank where they do not."""
    told: dict[Any, set[str | None]] = {}
    for key, cell in zip(same, cells, strict=True):
        told.setdefault(key, set()).add(cell)
    return [cell if len(told[key]) > 1 else None for key, cell in zip(same, cells, strict=True)]


def _shared(table: Table) -> set[str]:
    """Numbers of a shop that stand beside several names: there the names tell the parts apart."""
    if "part_supplier" not in table.roles or table.roles["part_supplier"] != table.roles.get("part"):
        return set()
    names: dict[str, set[str]] = {}
    for number, name in zip(table.texts("part"), table.texts("name"), strict=True):
        if number is not None and name is not None:
            names.setdefault(name_of(number), set()).add(name)
    return {number for number, each in names.items() if len(each) > 1}
