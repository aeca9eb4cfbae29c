"""What was understood of a person's files, in words: one table before any figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datasets.intake.lines import SetAside
from ..datasets.intake.mapping import as_yaml, draft
from ..datasets.intake.table import FORMS, PARTS, Table
from ..datasets.intake.understanding import Understanding
from ..datasets.layout import sheets
from ..graph import InputError, SupplyGraph
from ..graph.errors import shorten
from ..graph.files import whole_file
from ..graph.messages import text
from .audit.rows import left_said
from .console import safe

if TYPE_CHECKING:
    from rich.console import Console

    from .sheet import Sheet

SHOWN = 12
"""Rows set aside, notes and names that a terminal shows of a kind; JSON has all."""

_UNITS = 6
"""Units of which a sum is shown."""
_UNTOLD = {"other", "dotted", "indent"}
"""Roles that no column has by itself: what it is read as says more, or that it tells the levels."""


def linked(found: Understanding, world: SupplyGraph) -> list[list[dict[str, Any]]]:
    """Return for each table which of its lines are, or hold, bundled items: ``part, row, item, relation``."""
    from .audit.company_reader import company_from
    from .audit.links import link_parts

    links: list[list[dict[str, Any]]] = []
    for table in found.tables:
        links.append([])
        if table.kind not in PARTS or not table.rows:
            continue
        try:
            company = company_from(Understanding((_distinct(table),), (table.file,), ""))
        except InputError:
            continue
        for link in link_parts(company, world, {}):
            if not link.used:
                continue
            row = int(company.parts[link.part].refs[0].rpartition("!")[2])
            links[-1].append({"part": link.part, "row": row, "item": link.item, "relation": link.relation})
    return links


def _distinct(table: Table) -> Table:
    """Each part once: who sells it how often does not matter here."""
    if table.kind == "bom":
        return table
    naming = [table.data.columns[i + 1] for role in ("part", "name") for i in table.roles.get(role, ())]
    data = table.data.unique(naming, keep="first", maintain_order=True) if naming else table.data
    return replace(table, kind="order", data=data)


def as_json(found: Understanding, links: list[list[dict[str, Any]]], lang: str) -> dict[str, Any]:
    """Return the tables as plain data; the notes are sentences in ``lang``."""
    tables = []
    for table, linked_ in zip(found.tables, links, strict=True):
        notes = [note.text(lang) for note in table.notes]
        tables.append(table.as_json() | {"linked": linked_, "notes": notes})
    return {"tables": tables, "left": [shorten(name) for name in found.left]}


def show(
    found: Understanding,
    terminal: Console,
    lang: str,
    links: list[list[dict[str, Any]]] | None = None,
    *,
    brief: bool = False,
) -> None:
    """Print each table: what its columns were taken for with values, its rows, and what was set aside.

    ``brief``: of a sheet of the workbook that we hand out only that its columns are as they were.
    """
    for n, table in enumerate(found.tables):
        _show(table, terminal, lang, links[n] if links else [], brief=brief and _as_handed_out(table))
    if found.left:
        for said in left_said(found.left):
            terminal.print(said.text(lang), markup=False)


def _as_handed_out(table: Table) -> bool:
    """Whether every column that is used says itself what it was read as, in the words of the workbook that we hand out."""
    sheet = sheets().get(table.form or table.kind)
    if sheet is None or not table.roles:
        return False
    heads = {column.role: set(column.title.values()) for column in sheet.columns}
    return all(set(table.names[i].split("\n")) == heads.get(role) for role, places in table.roles.items() for i in places)


def headline(table: Table, lang: str) -> str:
    """Return one line about a table."""
    kind = sheets()[table.form].title[lang] if table.form in FORMS else text(f"app.check.kind_{table.kind}", lang)
    area = f" {table.area}" if table.area else ""
    fields = {"file": safe(table.file), "sheet": safe(table.sheet), "kind": kind, "rows": f"{table.rows:,}", "area": area}
    header = "+".join(map(str, table.header))
    return text(f"app.check.head{'' if header else '_plain'}", lang, header=header, encoding=table.encoding or "–", **fields)


def _show(table: Table, terminal: Console, lang: str, links: list[dict[str, Any]], *, brief: bool) -> None:
    def say(name: str, **values: Any) -> str:
        return text(f"app.check.{name}", lang, **values)

    terminal.print(headline(table, lang), style="bold")
    by_place: dict[int, list[str]] = {}
    for role, places in table.roles.items():
        for i in places if role not in _UNTOLD else ():
            by_place.setdefault(i, []).append(role)
    if brief:
        rest = [shorten(name, 32) for i, name in enumerate(table.names) if name and i not in by_place]
        told = say("columns_unused", columns=", ".join(rest)) if rest else ""
        terminal.print(say("columns_as_handed_out") + told, style="dim", markup=False)
    elif table.names:
        terminal.print(_columns(table, by_place, lang))
    for reason, rows in _by_reason(table.set_aside).items():
        shown = ", ".join(map(str, rows[:SHOWN]))
        shown = say("more", rows=shown, count=len(rows) - SHOWN) if len(rows) > SHOWN else shown
        terminal.print(say("aside", rows=shown, reason=say(f"reason_{reason}")), markup=False)
    if totals := _totals(table, lang):
        terminal.print(say("totals", totals=", ".join(totals)), markup=False)
    for role, cells in table.unread.items():
        about = {"column": shorten(table.headers(role)[0], 32), "count": len(cells), "cell": shorten(cells[0], 28)}
        terminal.print(say("unread", **about), markup=False)
    if table.suppliers or table.makers:
        terminal.print(say("firms", suppliers=len(table.suppliers), makers=len(table.makers)), markup=False)
    if table.spellings:
        joined = "; ".join(" = ".join(safe(each, 24) for each in firm[:3]) for firm in table.spellings[:3])
        terminal.print(say("joined", count=len(table.spellings), joined=joined))
    if links:
        examples = ", ".join(f"{safe(each['part'], 30)} → {each['item']}" for each in links[:3])
        terminal.print(say("linked", count=len(links), examples=examples))
    for note in table.notes[:SHOWN]:
        terminal.print(note.text(lang), style="dim", markup=False)


def _columns(table: Table, by_place: dict[int, list[str]], lang: str) -> Sheet:
    """Each column with what it was taken for, how sure where not by its words, and values from it."""
    from .sheet import Sheet

    def say(name: str) -> str:
        return text(f"app.check.{name}", lang)

    grid = Sheet()
    for head in ("", say("column"), say("read_as"), say("samples")):
        grid.add_column(head, under=head == say("samples"))
    for i, name in enumerate(table.names):
        samples = " | ".join(safe(value, 28) for value in table.samples(i))
        if name or samples:
            unit = f" [{table.units[i].word}]" if i in table.units and table.units[i].word else ""
            how = table.how.get(i, "")
            guess = f" ({text(f'app.audit_page.how_{how}', lang)})" if how not in {"", "word"} else ""
            taken = [f"{_role(table, role, lang)}{guess}{unit}" for role in by_place.get(i, ())]
            taken += [say("role_level")] if i in table.drawn else []
            grid.add_row(table.letters[i], safe(name, 32), safe(" + ".join(taken) or say("unused"), 48), samples)
    return grid


def _totals(table: Table, lang: str) -> list[str]:
    """What the amounts come to in each currency, and the quantities in each unit."""
    told = []
    for currency, value in table.amounts.items():
        total = f"{text('app.check.role_amount', lang)} {value:,.10g} {currency}".rstrip()
        alone = currency or len(table.amounts) == 1
        told.append(total if alone else text("app.check.no_currency", lang, total=total))
    counted = [
        f"{text('app.check.role_quantity', lang)} {value:,.10g} {safe(unit, 16)}".rstrip()
        for unit, value in list(table.quantities.items())[:_UNITS]
    ]
    return [*told, *counted, *(["…"] if len(table.quantities) > _UNITS else [])]


def _role(table: Table, role: str, lang: str) -> str:
    """What a column was read as: on a sheet of the audit workbook what the template calls it."""
    columns = sheets()[table.form].columns if table.form in FORMS else ()
    return next((each.title[lang] for each in columns if each.role == role), None) or text(f"app.check.role_{role}", lang)


def _by_reason(rows: Iterable[SetAside]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in rows:
        found.setdefault(each.reason, []).append(each.row)
    return found


def write_draft(found: Understanding, path: Path) -> None:
    """Write the mapping that says what was understood, for a person to correct.

    Raises
    ------
    ReadError
        The file cannot be written.
    """
    with whole_file(path) as temporary:
        temporary.write_text(as_yaml(draft(found.tables)), encoding="utf-8", newline="\n")


def draft_text(found: Understanding) -> str:
    """Return that mapping as text."""
    return as_yaml(draft(found.tables))
