"""``kanmon controls``: what is restricted today, and what that does to a product."""

from __future__ import annotations

from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Buyer, Data, console, open_graph
from ..options import Result, unfolded


def _say(key: str) -> str:
    return text(f"app.controls.{key}")


Product = Annotated[str | None, typer.Option("--product", help=_say("help_product"), show_default=False)]
On = Annotated[str | None, typer.Option("--on", help=_say("help_on"), show_default=False)]
Top = Annotated[int, typer.Option("--top", min=1, help=_say("help_top"))]


@unfolded
def controls(
    *,
    data: Data = None,
    buyer: Buyer = None,
    product: Product = None,
    on: On = None,
    top: Top = 25,
    result: Result,
) -> None:
    """Show, or write, what is restricted and what that does to a product."""
    from datetime import date

    from ...graph.ages import day
    from ..controls import find_controls, show_controls, write_controls
    from ..outputs import plain

    lang = result.checked()
    when = date.today() if on is None else day(on)
    with console(stderr=True).status(text("app.assess.assessing", lang)):
        found = find_controls(open_graph(data), when, buyer=buyer, product=product)
    if result.out is not None:
        write_controls(found, result.out, force=result.force)
    if result.json:
        typer.echo(plain(found.summary()))
        return
    terminal = console()
    show_controls(found, top, terminal, lang)
    result.say_written(terminal)
