"""``kanmon check``: what files are understood to be, before any figure."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Encoding, Force, Json, Lang, console, language


def _help(name: str) -> str:
    return text(f"app.check.{name}", None)


Files = Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help=_help("files"))]
Mapping = Annotated[Path | None, typer.Option("--mapping", help=_help("mapping"), show_default=False)]
Draft = Annotated[Path | None, typer.Option("--draft", help=_help("draft"), show_default=False)]


def check(
    files: Files,
    encoding: Encoding = None,
    mapping: Mapping = None,
    draft: Draft = None,
    lang: Lang = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Say what files are understood to be; exit 0 understood, 1 nothing usable, 2 unreadable."""
    from ...datasets import load
    from ...datasets.intake.folders import inputs, left_out
    from ...datasets.intake.mapping import UNCORRECTED, check_corrections, read_corrections
    from ...datasets.intake.understanding import Understanding, together, understand
    from ...graph import KanmonError
    from ...graph.errors import shorten
    from ...graph.files import check_file
    from ..understood import as_json, draft_text, linked, show, write_draft

    lang_ = language(lang)
    if draft is not None:
        check_file(draft, force)
    corrections = read_corrections(mapping)
    tables, names, failed = [], [], []
    left = [name for given in files for name in left_out(given)]
    with console(stderr=True).status(text("app.cli.working", lang_)):
        for path in (path for given in files for path in inputs(given)):
            try:
                found = understand(path, encoding=encoding, corrections=corrections)
            except KanmonError as error:
                failed.append(error)
                continue
            tables += found.tables
            names += found.files
        tables = together(tables)  # of whom lines were bought another file may tell
        found = Understanding(tuple(tables), tuple(names), "", tuple(left))
        if not failed:
            check_corrections(found, corrections)
        links = linked(found, load("world"))
    if draft is not None:
        write_draft(found, draft)
    words = " ".join(f'"{file}"' if " " in str(file) else str(file) for file in files)
    command = f"kanmon check {words} --mapping {draft or 'mapping.yaml'}"
    if json:
        import json as json_

        typer.echo(json_.dumps(as_json(found, links, lang_), ensure_ascii=False, indent=1))
    else:
        terminal = console()
        show(found, terminal, lang_, links)
        if not tables and not failed:
            terminal.print(text("app.check.empty", lang_, files=shorten(words)), markup=False, soft_wrap=True)
        if draft is not None:
            terminal.print(text("app.check.drafted", lang_, path=str(draft), command=command), markup=False, soft_wrap=True)
        elif tables and not found.usable and any(table.kind not in UNCORRECTED for table in tables):
            key = "nothing_alone" if any(table.form for table in tables) else "nothing"
            terminal.print(text(f"app.check.{key}", lang_, command=command), markup=False, soft_wrap=True)
            typer.echo(draft_text(found))
        elif any(table.names for table in tables):
            terminal.print(text("app.check.use", lang_, command=command), style="dim", markup=False, soft_wrap=True)
    for error in failed:
        print(error.text(lang_), file=sys.stderr)  # noqa: T201
    if failed or not found.usable:
        raise typer.Exit(2 if failed else 1)
