"""``kanmon affected``: which products hang on a mineral, a company or a country."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ...graph.messages import text
from ..console import Buyer, Data, Level, LevelOption, console, name_of, open_graph, safe
from ..options import Result, unfolded

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from ...graph import SupplyGraph


class Kind(StrEnum):
    """How a node fails."""

    halt = "halt"
    embargo = "embargo"


def _say(key: str) -> str:
    return text(f"app.chokepoints.{key}")


NodeArgument = Annotated[str, typer.Argument(metavar="NODE", help=_say("help_node"))]
KindOption = Annotated[Kind, typer.Option("--kind", help=_say("help_kind"))]
Item = Annotated[str | None, typer.Option("--item", help=_say("help_only"), show_default=False)]
Top = Annotated[int, typer.Option("--top", min=1, help=_say("help_top"))]


@unfolded
def affected(
    *,
    node: NodeArgument,
    data: Data = None,
    kind: KindOption = Kind.halt,
    item: Item = None,
    buyer: Buyer = None,
    level: LevelOption = Level.country,
    top: Top = 25,
    result: Result,
) -> None:
    """Show, or write, what hangs on a mineral, a company or a country, and how much."""
    from ...graph.files import whole_folder
    from ...risk import affected as hanging
    from ..outputs import plain, write_tables

    lang = result.checked()
    with console(stderr=True).status(text("app.cli.working", lang)):
        graph = open_graph(data)
        found = hanging(graph, node, kind=kind.value, item=item, buyer=buyer, level=level.value)
    if result.out is not None:
        with whole_folder(result.out, result.force) as folder:
            write_tables(folder, affected=found, sources=graph.sources)
    if result.json:
        typer.echo(plain({"node": node, "kind": kind.value, "item": item, "buyer": buyer, "affected": found.to_dicts()}))
        return
    terminal = console()
    _show(graph, found, node, kind.value, top, terminal, lang)
    if buyer is not None:
        place = safe(name_of(graph.supplier(buyer), lang), 40)
        terminal.print(text("app.chokepoints.seen_from", lang, place=place), style="dim")
    result.say_written(terminal)


def _show(graph: SupplyGraph, found: pl.DataFrame, node: str, kind: str, top: int, terminal: Console, lang: str) -> None:
    from ..chokepoint_tables import cited, lost, name, share_of, show_assumptions, show_sources
    from ..sheet import Sheet

    who = name(graph, node, lang, 40)
    if not found.height:
        terminal.print(text("app.chokepoints.nothing", lang, node=who))
        return
    products = int(found["final"].sum())
    title = text(f"app.chokepoints.affected_{kind}", lang, node=who, items=found.height, products=products)
    table = Sheet(title)
    for head in ("item", "final", "lost_range", "met_at", "steps", "share", "source"):
        left = head in {"item", "final", "met_at", "source"}
        table.add_column(
            text(f"app.chokepoints.{head}", lang), justify="left" if left else "right", under=head in {"share", "source"}
        )
    for row in found.head(top).iter_rows(named=True):
        table.add_row(
            safe(name_of({**row, "id": row["item"]}, lang), 40),
            "●" if row["final"] else "",
            lost(row, lang),
            name(graph, row["through"], lang, 32),
            "" if row["steps"] is None else str(row["steps"]),
            share_of(graph, (row["share_low"], row["share_high"]), row["market"], lang),
            cited(row, lang),
        )
    terminal.print(table)
    if found.height > top:
        terminal.print(text("app.assess.more", lang, count=found.height - top), style="dim")
    terminal.print(text("app.chokepoints.how_to_read", lang), style="dim")
    terminal.print(text("app.chokepoints.share_means", lang), style="dim")
    show_assumptions(terminal, lang)
    show_sources(graph, found.head(top)["source"], terminal, lang)
