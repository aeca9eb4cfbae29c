"""A declaration of minerals (CMRT, EMRT, AMRT) as one questionnaire: what was declared, and the form around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ...graph import Message
from ...graph.errors import shorten
from ..readers.declarations import Declaration, read_declaration
from .sheets import Sheet
from .table import Table
from .words import plain

_ANSWERS, _LIST, _PRODUCTS = "declaration", "smelterlist", "productlist"


def as_questionnaire(path: Path, sheets: list[Sheet], tables: Iterable[Table]) -> list[Table] | None:
    """Return the tables of a workbook as those of one questionnaire, None where it is none of the templates.

    The declaration, the list of smelters and that of products are questionnaire; instructions, look-ups, checkers and all
    other sheets of the form are set aside, and said to be.
    """
    found = read_declaration(path, sheets)
    if found is None:
        return None
    smelters = {table.sheet: table for table in tables if table.form == "smelters"}
    return [_table(sheet, found, smelters.get(sheet.name)) for sheet in sheets if not sheet.frame.is_empty()]


def _table(sheet: Sheet, found: Declaration, smelters: Table | None) -> Table:
    what = plain(sheet.name).replace(" ", "")
    base = Table(sheet.file, sheet.name, "questionnaire", encoding=sheet.encoding)
    template = found.template or "RMI"
    if what == _ANSWERS:
        said = Message(
            "datasets.intake.is_declaration",
            template=template,
            company=shorten(found.company or "–"),
            metals=len(found.complete),
            smelters=found.smelters["smelter"].drop_nulls().n_unique(),
            lines=found.smelters.height,
        )
        return replace(base, counted=len(found.complete), notes=(said,))
    if what == _LIST and smelters is not None:
        return replace(smelters, kind="questionnaire")
    if what == _LIST:
        return replace(base, counted=found.smelters.height)
    if what == _PRODUCTS:
        note = Message("datasets.intake.declared_products", count=len(found.products))
        return replace(base, counted=len(found.products), notes=(note,))
    return replace(base, kind="other", counted=0, notes=(Message("datasets.intake.part_of_form", template=template),))
