"""``kanmon chokepoints``: who can stop a product."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Buyer, Data, Level, console, open_graph
from ..options import Result, unfolded


class Node(StrEnum):
    """What may fail."""

    country = "country"
    supplier = "supplier"
    item = "item"


def _say(key: str) -> str:
    return text(f"app.chokepoints.{key}")


Item = Annotated[str, typer.Argument(metavar="ITEM", help=_say("help_item"))]
NodeOption = Annotated[Node, typer.Option("--fails", help=_say("help_fails"))]
Shares = Annotated[Level | None, typer.Option("--level", help=_say("help_level"), show_default=False)]
Threshold = Annotated[float, typer.Option("--threshold", min=0.01, max=1, help=_say("help_threshold"))]
Order = Annotated[int, typer.Option("--order", min=1, max=4, help=_say("help_order"))]
Why = Annotated[str | None, typer.Option("--why", help=_say("help_why"), show_default=False)]
Top = Annotated[int, typer.Option("--top", min=1, help=_say("help_top"))]


@unfolded
def chokepoints(
    *,
    item: Item,
    data: Data = None,
    buyer: Buyer = None,
    fails: NodeOption = Node.country,
    level: Shares = None,
    threshold: Threshold = 0.5,
    order: Order = 2,
    why: Why = None,
    top: Top = 10,
    result: Result,
) -> None:
    """Show, or write, whose failure costs a product most, alone and together."""
    from ..chokepoint_tables import show_found
    from ..chokepoints import find_chokepoints, write_chokepoints
    from ..outputs import plain

    lang = result.checked()
    with console(stderr=True).status(text("app.assess.assessing", lang)):
        found = find_chokepoints(
            open_graph(data),
            item,
            buyer=buyer,
            fails=fails.value,
            level=level and level.value,
            threshold=threshold,
            max_order=order,
            why=why,
        )
    if result.out is not None:
        write_chokepoints(found, result.out, force=result.force)
    if result.json:
        typer.echo(plain(found.summary()))
        return
    terminal = console()
    show_found(found, top, terminal, lang)
    result.say_written(terminal)
