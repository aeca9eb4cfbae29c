"""The tables of a company as rows by kind of sheet: each line that holds, with what a person should know of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ...datasets.intake.kinds import WHY_OTHER, yearly_amounts
from ...datasets.intake.own import is_for_elsewhere
from ...datasets.intake.table import PARTS, Table, known_sellers
from ...datasets.intake.understanding import Understanding
from ...datasets.intake.values import firm_key
from ...datasets.intake.words import FIRMS
from ...datasets.layout import sheets
from ...graph import InputError, Message
from ...graph.errors import shorten
from .amounts import covered
from .cells import Days
from .lines import Lines
from .mapping import columns_of, kind_of, named, sourced
from .remarks import MOST, Remark, Remarks, in_runs

Row = dict[str, Any]
"""A line's values by column, with ``_ref`` ("sheet!row", as a person sees it)."""
Rows = dict[str, list[Row]]
"""The rows of each kind of sheet."""

_WHO = ("part", "name", "supplier", "maker", "seller", "country")
_SAID = ("qualified", "qualified_date", "lead_days", "switch_days", "stock", "daily_use", "stock_days", "spend")
"""What a line says of a source: who it is, and the rest."""
_ASIDE = (
    "no_name",
    "no_value",
    "not_fitted",
    "withdrawn",
    "other_source",
    "moved",
    "no_part",
    "reference",
    "phantom",
    "shifted",
    "place",
    "service",
)
"""Reasons for which lines were set aside, as they are said."""


def rows_of(found: Understanding, date: str | None, remarks: Remarks) -> Rows:
    """Return what the tables say of a company on a day, row by row; what else there is to know goes to ``remarks``.

    Raises
    ------
    InputError
        No table holds parts.
    """
    rows: Rows = {kind: [] for kind in (*sheets(), "listed")}
    firms = frozenset(firm_key(firm) for table in found.tables for firm in (*table.suppliers, *table.makers))
    owners = _owners(found)
    if found.left:
        remarks += (Remark("", said, severity="warning") for said in left_said(found.left))
    for label, table in named(found):
        severity = "warning" if is_for_elsewhere(table) else "note"
        remarks += [Remark(label, note, severity=severity) for note in table.notes]
        if not kind_of(table):
            sheet = f"{shorten(table.sheet)} {table.area}".strip()
            told = {note.key for note in table.notes} & WHY_OTHER
            remarks += [Remark(label, Message("app.audit.sheet_unknown", sheet=sheet))] if table.names and not told else []
            continue
        remarks += _aside(table, label)
        lines = Lines(table, label, columns_of(table), firms, remarks).rows()
        lines = _in_force(table, label, lines, date, remarks)
        remarks += _below(lines, owners.get(id(table), ""), label)
        remarks += _beside(table, label, id(table) in owners)
        remarks += covered(table, label, date)[1]
        _put(rows, table, lines)
    if not any(rows[kind] for kind in ("sourcing", "bom", "listed")):
        own = next(filter(is_for_elsewhere, found.tables), None)
        if own is not None:
            raise InputError("app.audit.own_read", file=shorten(own.file), says=own.notes[0])
        seen = ", ".join(shorten(table.sheet) for table in found.tables)
        raise InputError("app.audit.nothing_read", sheets=seen or ", ".join(map(shorten, found.files)))
    return rows


def left_said(names: Sequence[str]) -> list[Message]:
    """What is said of the names that stand in a folder and were not read: files, and folders ("old/")."""
    folders = [name for name in names if name.endswith("/")]
    told = {"left": [name for name in names if name not in folders], "left_folders": [name[:-1] for name in folders]}
    found = []
    for key, each in ((key, each) for key, each in told.items() if each):
        more = f", … ({len(each)})" if len(each) > MOST else ""
        found.append(Message(f"app.check.{key}", names=", ".join(map(shorten, each[:MOST])) + more))
    return found


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


def _aside(table: Table, label: str) -> Iterator[Remark]:
    for reason in _ASIDE:
        rows = [each.row for each in table.set_aside if each.reason == reason]
        if len(rows) == 1:
            yield Remark(label, Message(f"app.check.reason_{reason}"), rows[0], severity="warning")
        elif rows:
            message = Message(f"app.audit.aside_{reason}", count=len(rows), rows=in_runs(rows))
            yield Remark(label, message, severity="warning")


def _in_force(table: Table, label: str, rows: list[Row], day: str | None, remarks: Remarks) -> list[Row]:
    """The lines of a bill that hold on the day on which it is read, where it says from when until when each does."""
    if table.kind != "bom" or day is None or not table.roles.keys() & {"valid_to", "valid_from"}:
        return rows
    spans = zip(table.days("valid_from"), table.days("valid_to"), strict=True)
    held = [(first or "") <= day <= (last or day) for first, last in spans]
    out = [row for row, holds in zip(table.numbers_of_rows, held, strict=True) if not holds]
    if out:
        message = Message("app.audit.not_in_force", count=len(out), date=day, rows=in_runs(out))
        remarks.append(Remark(label, message, severity="warning"))
    return [row for row, holds in zip(rows, held, strict=True) if holds]


def _below(rows: list[Row], owner: str, label: str) -> Iterator[Remark]:
    """Let the topmost lines of a list without a head go into what it is a list of, and say so."""
    if owner:
        topmost = [row for row in rows if not row.get("level")]
        for row in topmost:
            row["parent"] = owner
        message = Message("app.audit.flat", sheet=shorten(label), product=shorten(owner), count=len(topmost))
        yield Remark(label, message)


def _beside(table: Table, label: str, headless: bool) -> Iterator[Remark]:
    """Say that firms beside the lines of a bill are no sourcing."""
    if kind_of(table) == "bom" and not sourced(table) and table.roles.keys() & {*FIRMS, "country"}:
        yield Remark(label, Message(f"app.audit.{'beside' if headless else 'beside_parents'}", sheet=shorten(label)))


def _put(rows: Rows, table: Table, lines: list[Row]) -> None:
    """Put lines where they belong: those of a bill that says how its parts are sourced twice."""
    kind = kind_of(table)
    sellers = known_sellers(table) if kind in PARTS or kind == "listed" else frozenset()
    for row in lines:
        row["_sellers"] = sellers
    if sourced(table):
        rows["sourcing"] += _once(lines, yearly_amounts(table) or kind == "sourcing")
    rows["bom" if sourced(table) else kind] += lines


def _once(rows: list[Row], yearly: bool) -> Iterator[Row]:
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


def share_of(share: float | None) -> float | None:
    """A share that may be written as 35 or 0.35."""
    return None if share is None else min(share / 100, 1.0) if share > 1 else share


def one_source_each(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that name several sources, as one row each: of the further ones is known what stands beside their names."""
    known = ("part", "name", "_ref", "_sellers")
    for row in rows:
        yield row
        for role, firm, about in row.get("_more", ()):
            yield {name: row.get(name) for name in known} | about | {role: firm}


def stock_of(row: Row) -> Days | float | None:
    """Days of stock of a row: as stated, or an amount over what is used in a day."""
    if row.get("stock") is not None and row.get("daily_use"):
        return row["stock"] / row["daily_use"]
    return row.get("stock_days")
