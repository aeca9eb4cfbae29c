"""``kanmon flag``: which lines may be about one of the 24 prior-report technologies."""

from __future__ import annotations

import json as json_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...graph.messages import text
from ..console import Encoding, Force, Json, Lang, console, language, safe

if TYPE_CHECKING:
    from rich.console import Console

    from ..flag_workbook import Flagged

SHOWN = 30
"""Flags that a terminal shows; a file gets all of them."""

Texts = Annotated[list[str], typer.Argument(metavar="TEXT...|FILE", help=text("app.flag.words"))]
Column = Annotated[str | None, typer.Option("--column", help=text("app.flag.column"), show_default=False)]
HsColumn = Annotated[str | None, typer.Option("--hs-column", help=text("app.flag.hs_column"), show_default=False)]
OutFile = Annotated[Path | None, typer.Option("--out", help=text("app.flag.out"), show_default=False)]


def flag(
    texts: Texts,
    column: Column = None,
    hs_column: HsColumn = None,
    encoding: Encoding = None,
    lang: Lang = None,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Flag item names or the lines of a file; exit 0 lines were read, 1 nothing was read, 2 bad input."""
    from ...datasets.intake.folders import SUFFIXES
    from ...datasets.intake.own import is_for_elsewhere
    from ...graph import InputError
    from ...graph.errors import shorten
    from ..flag_lines import headers_of, lines_of, read_lines
    from ..flag_workbook import check_out, flag_lines, write_flags

    lang_ = language(lang)
    if out is not None:
        check_out(out, force)
    files = [word for word in texts if Path(word).suffix.lower() in SUFFIXES or Path(word).exists()]
    if files and len(texts) > 1:
        raise InputError("app.flag.one_file", path=shorten(files[0]))
    with console(stderr=True).status(text("app.cli.working", lang_)):
        lines, understood = (
            read_lines(Path(files[0]), column, hs_column, encoding=encoding) if files else (lines_of(texts), None)
        )
        found = flag_lines(lines, lang_)
    read = lines.frame.height
    if out is not None and read:
        write_flags(found, out, force=force)
    if json:
        tables = [dict(zip(("file", "sheet", "lines"), each, strict=True)) for each in lines.tables]
        summary = {"lines": read, "empty": lines.empty, "tables": tables, "flags": found.table.to_dicts()}
        typer.echo(json_.dumps(summary, ensure_ascii=False))
    else:
        terminal = console()
        for file, sheet, count in lines.tables:
            line = text("app.flag.lines_of", lang_, file=shorten(file), sheet=shorten(sheet), count=count)
            terminal.print(line, style="dim", markup=False)
    if not read:
        tables = understood.tables if understood else ()
        own = next(filter(is_for_elsewhere, tables), None)
        seen = ", ".join(shorten(head, 30) for head in headers_of(tables)[:20])
        if not json:
            nothing = text("app.flag.nothing_read", lang_, path=shorten(files[0]), columns=seen or "–")
            console().print(nothing if own is None else own.notes[0].text(lang_), markup=False)
        raise typer.Exit(1)
    if json:
        return
    terminal = console()
    _show(found, terminal)
    if out is not None:
        terminal.print(text("app.flag.written", lang_, path=str(out)), markup=False)


def _show(found: Flagged, terminal: Console) -> None:
    from ..sheet import Sheet

    lang = found.lang
    if found.table.height:
        heads = ("row", "text", "technology", "name", "verdict", "evidence", "reason")
        table = Sheet(text("app.flag.title", lang))
        for head in heads:
            table.add_column(text(f"app.flag.{head}", lang), under=head == "reason")
        for row in found.table.head(SHOWN).iter_rows(named=True):
            table.add_row(*(safe(row[head], 200) for head in heads))
        terminal.print(table)
        if found.table.height > SHOWN:
            terminal.print(text("app.flag.more", lang, count=found.table.height - SHOWN), markup=False)
        checks = found.table["check"].unique(maintain_order=True)
        for check in checks:
            terminal.print(check, style="bold", markup=False)
    else:
        terminal.print(text("app.flag.none", lang), markup=False)
    for note in found.notes:
        terminal.print(note, style="dim", markup=False)
