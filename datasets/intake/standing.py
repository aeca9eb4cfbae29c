"""What a line says of its own standing: of a part that nobody makes any more, or of something that is no part at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import prod

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .lines import SetAside
from .table import Table
from .values import number
from .words import answers, marks, plain

_FIFTY = re.compile(r"50(?!\d)")
"""SAP's type of special procurement for a phantom."""


def of_ended(data: pl.DataFrame, names: Sequence[str], columns: Iterable[int]) -> tuple[Message, ...]:
    """Return a note on lines of parts that are made no more: a product may still need them, so they count, and it is said.

    ``data``: the number of the row, and the cells; ``columns``: those that say whether a line still holds.
    """
    return _said(data, names, columns, lambda word: word in marks("ended"), "ended")


def of_given(data: pl.DataFrame, names: Sequence[str], columns: Iterable[int]) -> tuple[Message, ...]:
    """Return a note on lines of parts that one firm hands over to another (支給区分): often from whom, nobody says."""
    given = [i for i in columns if plain(names[i]) in marks("given_column")]
    customers = [i for i in given if plain(names[i]) in marks("given_by_customer")]
    others = [i for i in given if i not in customers]
    return (*_said(data, names, customers, _given, "customer_supplies"), *_said(data, names, others, _given, "handed_over"))


def _given(word: str) -> bool:
    if word in answers("no") | marks("blank") | marks("not_given"):
        return False
    plainly = (answers("yes") | marks("given")) - {"1"}
    return word in plainly or any(part in word for part in marks("given_word"))  # 社給品, 有償（加工後買戻し）


def _said(
    data: pl.DataFrame, names: Sequence[str], columns: Iterable[int], test: Callable[[str], bool], note: str
) -> tuple[Message, ...]:
    """Notes on columns in which cells say something."""
    notes = []
    for i in columns:
        cells = zip(data["row"], data.to_series(i + 1), strict=True)
        said = {row: cell for row, cell in cells if cell is not None and test(plain(cell))}
        if said:
            words = ", ".join(shorten(word) for word in dict.fromkeys(said.values()))
            column = shorten(" ".join(names[i].split()))
            notes.append(Message(f"datasets.intake.{note}", count=len(said), words=words, column=column, row=min(said)))
    return tuple(notes)


def without_references(table: Table) -> Table:
    """Return a bill without what its tool of design only shows (Autodesk Inventor's column "BOM Structure").

    A *reference* does not count, and nothing that is drawn below it; nor does a *skeleton*, the frame that Creo's models
    hang on. A *phantom* does not count itself: what is below it goes into what the phantom goes into, as many times as the
    phantom does. Where an assembly is written only as what other lines go into, its own line stays: they would lose their
    place.

    References
    ----------
    Autodesk, Inventor Help, "BOM Structure"; Oracle, Bills of Material User's Guide, "WIP Supply Type"; Odoo, "Kits";
    SAP, special procurement type 50.
    """
    said = _structure(table)
    if not any(said):
        return table
    named = {plain(cell) for cell in table.texts("parent") if cell}
    names = list(zip(table.texts("part"), table.texts("name"), strict=True))
    levels, counts = table.levels, table.numbers("quantity")
    drawn = next((role for role in ("level", "dotted") if role in table.roles), None)
    aside: dict[int, str] = {}
    above: list[tuple[int, str, float | None]] = []  # of the line and those above it: level, what it is, how many times
    moved: dict[int, tuple[int, float | None]] = {}
    for n, (word, level) in enumerate(zip(said, levels, strict=True)):
        above = [each for each in above if level is not None and each[0] < level]
        what = "reference" if any(each[1] == "reference" for each in above) else word
        below = n + 1 < len(levels) and level is not None and (levels[n + 1] or 0) > level
        kept = any(plain(cell) in named for cell in names[n] if cell) or (what == "phantom" and below and drawn is None)
        if what and not kept:
            aside[n] = what
        elif phantoms := [each for each in above if each[1] == "phantom"]:
            each_time = [each[2] for each in phantoms]
            known = [count for count in each_time if count is not None]
            moved[n] = len(phantoms), prod(known) if len(known) == len(each_time) else None
        if level is not None:
            count = counts[n]
            above.append((level, "" if kept else what, count))
    table = replace(table, notes=(*table.notes, *_hollow(table, aside)))
    return _without(table, aside, moved, drawn)


def _structure(table: Table) -> list[str]:
    """What each line is but for a part: "reference" or "phantom", as the column says that speaks of it."""
    said = [""] * table.rows
    for i, name in enumerate(table.names):
        header = plain(name)
        whole, flag = header in marks("structure"), header in marks("phantom_column")
        kit = header in marks("bom_type") and "parent" not in table.roles  # else it is the parent that is a kit
        coded = header in marks("special_procurement")
        if not (whole or flag or kit or coded or header in marks("part_type")):
            continue
        for n, cell in enumerate(table.cells(i)):
            word = plain(cell or "")
            if word in marks("skeleton") or (whole and word in marks("reference")):
                said[n] = "reference"
                continue
            marked = (flag and word in answers("yes")) or (kit and word == "kit") or (coded and _FIFTY.match(word))
            if word in marks("phantom") or marked:
                said[n] = said[n] or "phantom"
    return said


def _hollow(table: Table, aside: dict[int, str]) -> tuple[Message, ...]:
    """A note on phantoms that are left out with nothing below them: what they consist of is needed, and not known."""
    levels = table.levels
    following = [*levels[1:], None]
    ends = [n for n, why in aside.items() if why == "phantom" and (following[n] or 0) <= (levels[n] or 0)]
    if not ends:
        return ()
    return (Message("datasets.intake.hollow", count=len(ends), row=table.numbers_of_rows[min(ends)]),)


def _without(table: Table, aside: dict[int, str], moved: dict[int, tuple[int, float | None]], drawn: str | None) -> Table:
    """The table without lines; those that were below one stand so many levels higher, so many times as often."""
    data, rows = table.data, table.numbers_of_rows
    columns: dict[str, list[str | None]] = {}
    if drawn is not None and moved:
        (at, *_), written = table.roles[drawn], table.levels
        dotted = [cell is not None and "." in cell.strip(" .") for cell in table.cells(at)]
        columns[data.columns[at + 1]] = [
            cell
            if n not in moved
            else (cell or "").strip(" .").split(".", moved[n][0])[-1]
            if dotted[n]
            else str((written[n] or 0) - moved[n][0])
            for n, cell in enumerate(table.cells(at))
        ]
    for at in table.roles.get("quantity", ())[:1]:
        comma = table.comma(at)
        times = [moved[n][1] if n in moved else 1.0 for n in range(table.rows)]
        columns[data.columns[at + 1]] = [
            None  # how often a phantom goes in is not said, nor how often what is below it does
            if often is None
            else f"{value * often:.12g}"
            if often != 1 and (value := number(cell, comma)) is not None
            else cell
            for often, cell in zip(times, table.cells(at), strict=True)
        ]
    data = data.with_columns(pl.Series(name, cells, dtype=pl.String) for name, cells in columns.items())
    kept = [n for n in range(len(rows)) if n not in aside]
    left = [SetAside(rows[n], why) for n, why in aside.items()]
    return replace(table, data=data[kept], set_aside=tuple(sorted([*table.set_aside, *left], key=lambda each: each.row)))
