"""``kanmon data``: the bundled datasets."""

from __future__ import annotations

from typing import Annotated

import typer

from ..console import Json, Lang, console, language, safe, say

Name = Annotated[str | None, typer.Argument(metavar="NAME", help=say("dataset"), show_default=False)]


def list_(lang: Lang = None, json: Json = False) -> None:
    """List the bundled datasets."""
    from ...datasets import catalogue, reference_sets
    from ...graph.interval import ranged
    from ...graph.messages import text
    from ..outputs import plain
    from ..sheet import Sheet

    lang_ = language(lang)
    frame, others = catalogue(lang_), reference_sets(lang_)
    if json:
        typer.echo(plain({"datasets": frame.to_dicts(), "reference_sets": others.to_dicts()}))
        return
    heads = ("dataset", "items", "suppliers", "facts", "sources", "years", "checksum")
    table = Sheet()
    for head in heads:
        table.add_column(
            text(f"app.data.{head}", lang_),
            justify="left" if head in {"dataset", "checksum"} else "right",
            under=head in {"sources", "checksum"},
        )
    for row in frame.iter_rows(named=True):
        numbers = (f"{row[key]:,}" for key in ("items", "suppliers", "facts", "sources"))
        years = ranged(str(row["oldest"]), str(row["newest"]), lang_)
        table.add_row(row["name"], *numbers, years, row["sha256"][:16])
    terminal = console()
    terminal.print(table)
    beside = Sheet()
    for head in ("dataset", "title", "rows", "as_of", "checksum"):
        side = "right" if head == "rows" else "left"
        beside.add_column(text(f"app.data.{head}", lang_), justify=side, under=head == "title")
    for row in others.iter_rows(named=True):
        beside.add_row(row["name"], row["title"], f"{row['rows']:,}", row["as_of"] or "–", row["sha256"][:16])
    terminal.print(beside)
    terminal.print(text("app.data.licences", lang_))
    cells = [*frame["licences"], *others["licences"]]
    for licence in sorted({licence for cell in cells for licence in cell.split(" | ") if licence}):
        terminal.print(f"  {safe(licence, 100)}")


def show(name: Annotated[str, typer.Argument(help=say("dataset"))], lang: Lang = None) -> None:
    """Show one bundled dataset."""
    from ...datasets import load, reference_sets
    from ...datasets.reference_sets import reference_tables
    from ...graph.messages import text
    from ..assess import facts
    from ..sheet import Sheet

    lang_ = language(lang)
    terminal = console()
    if name in reference_sets(lang_)["name"]:
        tables = reference_tables(name)
        sources = tables.pop("sources", None)
        terminal.print(reference_sets(lang_).filter(name=name)["title"].item())
        for table, frame in tables.items():
            terminal.print(text("app.data.table", lang_, table=table, rows=frame.height, columns=", ".join(frame.columns)))
        if sources is None:
            return
    else:
        graph = load(name)
        terminal.print(text("app.assess.read", lang_, **facts(graph)))
        sources = graph.sources
    table = Sheet()
    for head in ("source", "title", "publisher", "date", "licence", "reliability"):
        table.add_column(text(f"app.data.{head}", lang_), under=head in {"title", "publisher", "reliability"})
    for row in sources.iter_rows(named=True):
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
