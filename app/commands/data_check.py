"""``kanmon data check``: what is weak in the data, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...graph.messages import text
from ..console import Data, console, name_of, open_graph, safe
from ..options import Result, unfolded

if TYPE_CHECKING:
    import polars as pl

    from ...graph import SupplyGraph
    from ..sheet import Sheet

Top = Annotated[int, typer.Option("--top", min=1, help=text("app.data_check.help_top"))]


@unfolded
def check(*, data: Data = None, top: Top = 10, result: Result) -> None:
    """List what leads nowhere, who is not named, what is stale and what contradicts."""
    from ...datasets import inspect_data
    from ...datasets.inspection import KINDS
    from ...graph.files import whole_folder
    from ..outputs import plain, write_csv

    lang = result.checked()
    with console(stderr=True).status(text("app.cli.working", lang)):
        graph = open_graph(data)
        found = inspect_data(graph)
    if result.out is not None:
        with whole_folder(result.out, result.force) as folder:
            write_csv(found, folder / "check.csv")
            write_csv(graph.sources, folder / "sources.csv")
    if result.json:
        counts = {kind: found.filter(what=kind).height for kind in KINDS}
        typer.echo(plain({"data": graph.name, "counts": counts, "findings": found.to_dicts()}))
        return
    terminal = console()
    for kind in KINDS:
        rows = found.filter(what=kind)
        if rows.height:
            terminal.print(_table(graph, rows, kind, top, lang))
            if rows.height > top:
                terminal.print(text("app.assess.more", lang, count=rows.height - top), style="dim")
        else:
            terminal.print(text("app.data_check.none", lang, what=text(f"datasets.inspection.{kind}", lang)))
    terminal.print(text("app.data_check.how", lang), style="dim")
    result.say_written(terminal)


def _table(graph: SupplyGraph, rows: pl.DataFrame, kind: str, top: int, lang: str) -> Sheet:
    from ..sheet import Sheet

    title = text("app.data_check.title", lang, what=text(f"datasets.inspection.{kind}", lang), count=rows.height)
    heads = {
        "leads_nowhere": ("item", "restricted"),
        "nobody_named": ("item", "products"),
        "stale": ("item", "products", "year", "supplier", "share", "source"),
        "contradiction": ("item", "products", "supplier", "share", "source", "other"),
    }[kind]
    table = Sheet(title)
    for head in heads:
        side = "right" if head in {"products", "year"} else "left"
        table.add_column(text(f"app.data_check.{head}", lang), justify=side, under=head in {"source", "other"})
    for row in rows.head(top).iter_rows(named=True):
        table.add_row(*(_cell(graph, row, head, lang) for head in heads))
    return table


def _cell(graph: SupplyGraph, row: dict[str, Any], head: str, lang: str) -> str:
    from ..chokepoint_tables import share

    if head == "item":
        return safe(name_of({**row, "id": row["item"]}, lang), 44)
    if head == "supplier":
        return safe(name_of(graph.supplier(row["supplier"]), lang), 24)
    if head == "share":
        return share(row["share_low"], row["share_high"], lang)
    if head == "restricted":
        return text("graph.words.yes", lang) if row["restricted"] else ""
    if head == "source":
        year = "" if row["year"] is None or row["what"] == "stale" else f" {row['year']}"
        return safe(row["source"], 24) + year
    if head == "other":
        return f"{share(row['other_low'], row['other_high'], lang)} {safe(row['other_source'], 24)} {row['other_year']}"
    return str(row[head])
