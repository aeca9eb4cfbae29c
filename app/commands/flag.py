"""``kanmon flag``: which lines may be about one of the 24 prior-report technologies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...graph.messages import text
from ..console import Force, Json, Lang, console, language, safe

if TYPE_CHECKING:
    from rich.console import Console

    from ..flag_workbook import Flagged

FILES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls"}
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
    lang: Lang = None,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Flag item names or the lines of a file, with the evidence and what to check."""
    from ...graph import InputError
    from ...graph.errors import shorten
    from ..flag_lines import lines_of, read_lines
    from ..flag_workbook import check_out, flag_lines, write_flags

    lang_ = language(lang)
    if out is not None:
        check_out(out, force)
    files = [word for word in texts if Path(word).suffix.lower() in FILES]
    if files and len(texts) > 1:
        raise InputError("app.flag.one_file", path=shorten(files[0]))
    lines = read_lines(Path(files[0]), column, hs_column) if files else lines_of(texts)
    found = flag_lines(lines, lang_)
    if out is not None:
        write_flags(found, out, force=force)
    if json:
        typer.echo(found.table.write_json())
        return
    terminal = console()
    _show(found, terminal)
    if out is not None:
        terminal.print(text("app.flag.written", lang_, path=str(out)), markup=False)


def _show(found: Flagged, terminal: Console) -> None:
    from rich.table import Table

    lang = found.lang
    if found.table.height:
        heads = ("row", "text", "technology", "name", "verdict", "evidence", "reason")
        table = Table(title=text("app.flag.title", lang), title_justify="left")
        for head in heads:
            table.add_column(text(f"app.flag.{head}", lang), overflow="fold")
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
