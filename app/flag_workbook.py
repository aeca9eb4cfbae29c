"""Flags as a person gets them: one tidy table in words, and the workbook or CSV file around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ..datasets.prior_reports import technologies, technology_materials
from ..graph import LimitError, ReadError
from ..graph.errors import shorten
from ..graph.files import check_file, whole_file
from ..graph.frames import spoken_in
from ..graph.messages import text
from ..risk.technology.flags import flag_technologies
from .excel import new_book
from .flag_lines import Lines
from .outputs import write_csv

COLUMNS = ("sheet", "row", "text", "technology", "name", "status", "verdict", "score", "evidence", "reason", "check")
"""Columns of the table of flags; their titles are in the catalogue."""

WIDTHS = {"text": 44, "name": 34, "status": 20, "evidence": 34, "reason": 60, "check": 80, "sheet": 14}
CELL_LIMIT, ROW_LIMIT = 32_767, 1_048_575


@dataclass(frozen=True)
class Flagged:
    """What was flagged: ``table`` with `COLUMNS` in one language, and the notes that belong to it."""

    table: pl.DataFrame
    notes: tuple[str, ...]
    lang: str


def flag_lines(lines: Lines, lang: str) -> Flagged:
    """Flag lines and put the result into words."""
    flags = flag_technologies(lines.frame, text="text", hs="hs", lang=lang)
    places = lines.frame.select("sheet", pl.col("row").alias("place")).with_row_index("row")
    facts = technologies()
    names = facts.select(spoken_in(facts, "name", lang), technology="number", status="status")
    words = {
        "status": {value: text(f"app.flag.status_{value}", lang) for value in ("designated", "to_be_added")},
        "check": {value: text(f"app.flag.check_{value}", lang) for value in ("match", "review")},
        "verdict": {value: text(f"app.flag.verdict_{value}", lang) for value in ("match", "review")},
    }
    table = (
        flags.with_columns(pl.col("row").cast(pl.UInt32))
        .join(places, on="row", maintain_order="left")
        .join(names, on="technology", maintain_order="left")
        .with_columns(row="place", check="verdict")
        .with_columns(pl.col(name).replace_strict(values, return_dtype=pl.String) for name, values in words.items())
        .select(COLUMNS)
    )
    counts = flags["verdict"].value_counts()
    by_verdict = dict(counts.iter_rows())
    notes = [
        text("app.flag.counts", lang, lines=lines.frame.height, flags=flags.height, flagged=flags["row"].n_unique(),
             match=by_verdict.get("match", 0), review=by_verdict.get("review", 0)),
        *([text("app.flag.empty", lang, count=lines.empty)] if lines.empty else []),
        *([text("app.flag.unreadable", lang, count=lines.unreadable)] if lines.unreadable else []),
        *(text(f"app.flag.note_{name}", lang, as_of=technologies()["as_of"][0])
          for name in ("scheme", "purchase", "not_legal", "date", "words")),
    ]  # fmt: skip
    return Flagged(table, tuple(notes), lang)


def check_out(path: Path, force: bool) -> None:
    """Refuse an output of another kind, or one that exists, before any work is done.

    Raises
    ------
    ReadError
        The name ends neither in .xlsx nor .csv, or the file exists and ``force`` is false.
    """
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise ReadError("app.flag.out_kind", path=shorten(path))
    check_file(path, force)


def write_flags(found: Flagged, path: Path, *, force: bool = False) -> None:
    """Write flags to .xlsx (with the notes and the list of technologies) or .csv; whole or not at all.

    Every cell that comes from a person's file is written as text: nothing in it is a formula or a link.

    Raises
    ------
    ReadError
        See `check_out`, or the file cannot be written.
    LimitError
        More flags than a sheet has rows.
    """
    check_out(path, force)
    if path.suffix.lower() == ".xlsx" and found.table.height > ROW_LIMIT:
        raise LimitError("app.flag.too_many", count=found.table.height, limit=ROW_LIMIT)
    with whole_file(path) as temporary:
        if path.suffix.lower() == ".csv":
            titles = {name: text(f"app.flag.{name}", found.lang) for name in COLUMNS}
            write_csv(found.table.rename(titles), temporary)
        else:
            _write_workbook(found, temporary)


def _write_workbook(found: Flagged, path: Path) -> None:
    with new_book(path, result=True, constant_memory=True) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        about = book.add_worksheet(text("app.flag.about", found.lang))
        about.set_column(0, 0, 120)
        for row, note in enumerate(found.notes):
            about.write_string(row, 0, note, wrap)
        titles = [text(f"app.flag.{name}", found.lang) for name in COLUMNS]
        _write_table(
            book, text("app.flag.flags", found.lang), titles, found.table, [WIDTHS.get(c, 9) for c in COLUMNS], head
        )
        facts = _technology_table(found.lang)
        widths = [9, 34, 24, 60, 60, 60, 14, 60, 60, 60]
        _write_table(book, text("app.flag.technologies", found.lang), facts.columns, facts, widths, head)


def _technology_table(lang: str) -> pl.DataFrame:
    """Return the 24 technologies with the basis of each fact, under titles in one language."""
    material = pl.format("{} ({})", "material", "basis").alias("material")
    materials = technology_materials().with_columns(material).group_by("number").agg(pl.col("material").str.join("; "))
    status = {value: text(f"app.flag.status_{value}", lang) for value in ("designated", "to_be_added")}
    facts = technologies()
    columns = {
        "technology": pl.col("number"),
        "name": spoken_in(facts, "name", lang),
        "status": pl.col("status").replace_strict(status),
        "dates_basis": pl.format("{} ({})", "batch_basis", "batch_confidence"),
        "description": spoken_in(facts, "description", lang),
        "scope": spoken_in(facts, "scope_note", lang),
        "effective": pl.col("effective_date"),
        "basis": pl.col("legal_basis"),
        "materials": pl.col("material"),
        "source": pl.col("source"),
    }
    joined = facts.join(materials, on="number", how="left", maintain_order="left")
    return joined.select(value.alias(text(f"app.flag.{name}", lang)) for name, value in columns.items())


def _write_table(book: Any, name: str, titles: list[str], table: pl.DataFrame, widths: list[int], head: Any) -> None:
    sheet = book.add_worksheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(table.height, 1), len(titles) - 1)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, head)
    for row, cells in enumerate(table.iter_rows(), start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell[:CELL_LIMIT])
            elif cell is not None:
                sheet.write_number(row, column, cell)
