"""``kanmon whatif``: what happens when supply stops."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..console import (
    Buyer,
    Data,
    Domestic,
    Force,
    Json,
    Lang,
    Level,
    LevelOption,
    Out,
    console,
    language,
    name_of,
    open_graph,
    safe,
    say,
)

if TYPE_CHECKING:
    from rich.console import Console

    from ...risk import Scenario
    from ..whatif import Answer

Product = Annotated[str, typer.Option("--product", help=say("product"))]
Words = list[str] | None
Halt = Annotated[Words, typer.Option("--halt", help=say("halt"), show_default=False)]
Embargo = Annotated[Words, typer.Option("--embargo", help=say("embargo"), show_default=False)]
Reduce = Annotated[Words, typer.Option("--reduce", help=say("reduce"), show_default=False)]
Item = Annotated[Words, typer.Option("--item", help=say("item"), show_default=False)]
To = Annotated[Words, typer.Option("--to", help=say("to"), show_default=False)]
Stock = Annotated[Words, typer.Option("--stock", help=say("stock"), show_default=False)]
AddSource = Annotated[Words, typer.Option("--add-source", help=say("add_source"), show_default=False)]
Recycling = Annotated[Words, typer.Option("--recycling", help=say("recycling"), show_default=False)]
Substitute = Annotated[Words, typer.Option("--substitute", help=say("substitute"), show_default=False)]
Spare = Annotated[Words, typer.Option("--spare", help=say("spare"), show_default=False)]
File = Annotated[Path | None, typer.Option("--scenario", help=say("scenario"), show_default=False)]


def whatif(
    product: Product,
    data: Data = None,
    halt: Halt = None,
    embargo: Embargo = None,
    reduce: Reduce = None,
    item: Item = None,
    to: To = None,
    stock: Stock = None,
    add_source: AddSource = None,
    recycling: Recycling = None,
    substitute: Substitute = None,
    spare: Spare = None,
    scenario: File = None,
    buyer: Buyer = None,
    domestic: Domestic = False,
    level: LevelOption = Level.country,
    lang: Lang = None,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Answer what happens to a product, why, and how sure that is."""
    from ...graph.files import check_folder
    from ...graph.messages import text
    from ..outputs import plain
    from ..whatif import ask, read_scenarios, write_answer

    lang_ = language(lang)
    if out is not None:
        check_folder(out, force)
    scenarios = read_scenarios(scenario) if scenario is not None else []
    own = shocks(halt, embargo, reduce, item, to or ([buyer] if buyer and embargo else None))
    own += _remedies(stock, add_source, recycling, substitute, spare)
    scenarios += [own] if len(own) or not scenarios else []
    answer = ask(open_graph(data), scenarios, product, buyer=buyer, level=level.value, domestic=domestic)
    if out is not None:
        write_answer(answer, out, force=force)
    if json:
        typer.echo(plain(answer.summary()))
        return
    terminal = console()
    _show(answer, terminal, lang_)
    if out is not None:
        terminal.print(text("app.assess.written", lang_, path=str(out)), markup=False)


def shocks(halt: Words, embargo: Words, reduce: Words, items: Words, to: Words) -> Scenario:
    """The scenario that the options of the command line make up: what goes wrong."""
    from ... import risk

    changes: list[risk.Change] = []
    for only in items or [None]:
        changes += [risk.halt(node, item=only) for node in halt or []]
        changes += [risk.embargo(node, item=only, to=to or ()) for node in embargo or []]
        changes += [risk.reduce(node, part, item=only) for node, part in map(_pair, reduce or [])]
    words = [*(halt or []), *(embargo or []), *(reduce or [])]
    return risk.Scenario(", ".join(words) + (f" ({', '.join(items)})" if items else ""), changes)


def _remedies(stock: Words, add_source: Words, recycling: Words, substitute: Words, spare: Words) -> Scenario:
    """The scenario that the options of the command line make up: what helps."""
    from ... import risk

    changes = [risk.stockpile(item, days) for item, days in map(_pair, stock or [])]
    changes += [risk.add_source(item, share) for item, share in map(_pair, add_source or [])]
    changes += [risk.add_source(item, share, recycling=True) for item, share in map(_pair, recycling or [])]
    changes += [risk.spare_capacity(node, share) for node, share in map(_pair, spare or [])]
    for pair, share in map(_pair, substitute or []):
        item, _, by = pair.partition(":")
        changes.append(risk.substitute(item, by, share))
    words = [*(stock or []), *(add_source or []), *(recycling or []), *(substitute or []), *(spare or [])]
    return risk.Scenario(", ".join(words), changes)


def _pair(word: str) -> tuple[str, float]:
    from ...graph import InputError
    from ...graph.errors import shorten

    name, _, number = word.rpartition("=")
    try:
        return name, float(number)
    except ValueError as error:
        raise InputError("app.whatif.pair", value=shorten(word)) from error


def _show(answer: Answer, terminal: Console, lang: str) -> None:
    from rich.table import Table

    from ...graph.messages import text

    graph = answer.graph
    product = safe(name_of(graph.item(answer.product), lang))
    place = safe(name_of(graph.supplier(answer.buyer), lang)) if answer.buyer else text("app.whatif.world", lang)
    heads = ("scenario", "reading", "kept", "certain", "possible", "estimate")
    table = Table(title=text("app.whatif.title", lang, product=product, buyer=place), title_justify="left")
    for head in heads:
        table.add_column(text(f"app.whatif.{head}", lang), justify="left" if head in {"scenario", "reading"} else "right")
    for row in answer.outcome.iter_rows(named=True):
        low, high = row["kept_low"], row["kept_high"]
        reading = text(f"app.whatif.reading_{row['reading']}", lang)
        figures = (f"{low:.0%}–{high:.0%}", f"{1 - high:.0%}", f"{1 - low:.0%}", f"{row['kept_estimate']:.0%}")
        table.add_row(safe(row["scenario"], 50), reading, *figures)
    terminal.print(table)
    terminal.print(text("app.whatif.how_to_read", lang), style="dim")
    for (scenario, reading, loss), steps in answer.why.group_by("scenario", "reading", "loss", maintain_order=True):
        terminal.print()
        reading = text(f"app.whatif.reading_{reading}", lang)
        terminal.print(text(f"app.whatif.why_{loss}", lang, scenario=safe(scenario), reading=reading), style="bold")
        for number, line in enumerate(steps[f"text_{lang}"], start=1):
            terminal.print(f" {number}. {safe(line, 600)}")
    _show_days(answer, terminal, lang)
    terminal.print()
    terminal.print(text("app.whatif.sources", lang), style="bold")
    for row in answer.sources.iter_rows(named=True):
        line = f"[{row['id']}] {row['title']}. {row['publisher']}, {row['date'] or ''} {row['url'] or ''}"
        terminal.print(f" {safe(line, 300)}")


def _show_days(answer: Answer, terminal: Console, lang: str) -> None:
    import math

    from ...graph.messages import text

    if not answer.days.height:
        return
    terminal.print()
    for row in answer.days.iter_rows(named=True):
        if row["item"] == answer.product:
            low, high = (
                text("app.whatif.never", lang) if math.isinf(d) else f"{d:g}" for d in (row["days_low"], row["days_high"])
            )
            reading = text(f"app.whatif.reading_{row['reading']}", lang)
            terminal.print(
                text("app.whatif.days", lang, scenario=safe(row["scenario"]), reading=reading, low=low, high=high)
            )
