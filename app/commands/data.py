"""``kanmon data``: the bundled datasets."""

from __future__ import annotations

from typing import Annotated

import typer

from ..console import Json, Lang, console, language, safe, say

Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help=say("dataset"), show_default=False)]


def list_(lang: Lang = None, json: Json = False) -> None:
    """List the bundled datasets."""
    from rich.table import Table

    from ...datasets import catalogue
    from ...graph.messages import text

    frame = catalogue()
    if json:
        typer.echo(frame.write_json())
        return
    lang_ = language(lang)
    heads = ("dataset", "items", "suppliers", "facts", "sources", "years", "checksum")
    table = Table(*(text(f"app.data.{head}", lang_) for head in heads))
    for row in frame.iter_rows(named=True):
        numbers = (f"{row[key]:,}" for key in ("items", "suppliers", "facts", "sources"))
        years = f"{row['oldest']}–{row['newest']}"
        table.add_row(row["name"], *numbers, years, row["sha256"][:16])
    terminal = console()
    terminal.print(table)
    terminal.print(text("app.data.licences", lang_))
    for licence in sorted({licence for cell in frame["licences"] for licence in cell.split(" | ")}):
        terminal.print(f"  {safe(licence, 100)}")


def show(name: Annotated[str, typer.Argument(help=say("dataset"))], lang: Lang = None) -> None:
    """Show one bundled dataset."""
    from rich.table import Table

    from ...datasets import load
    from ...graph.messages import text
    from ..assess import facts

    lang_ = language(lang)
    graph = load(name)
    terminal = console()
    terminal.print(text("app.assess.read", lang_, **facts(graph)))
    table = Table(
        *(text(f"app.data.{head}", lang_) for head in ("source", "title", "publisher", "date", "licence", "reliability"))
    )
    for row in graph.sources.iter_rows(named=True):
        table.add_row(*(safe(row[key] or "", 70) for key in ("id", "title", "publisher", "date", "licence", "reliability")))
    terminal.print(table)


def verify(name: Name = None, lang: Lang = None) -> None:
    """Check every row, source id and checksum."""
    from ...datasets import catalogue
    from ...datasets import verify as check
    from ...graph.messages import text

    lang_ = language(lang)
    terminal = console()
    names = [name] if name is not None else catalogue()["name"].to_list()
    problems = [(one, problem) for one in names for problem in check(one)]
    for one, problem in problems:
        terminal.print(f"{one}: {safe(problem.text(lang_), 400)}")
    terminal.print(text("app.data.bad" if problems else "app.data.good", lang_, names=", ".join(names), count=len(problems)))
    if problems:
        raise typer.Exit(2)
