"""``kanmon whatif``: what happens when supply stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    say_without_pictures,
)

if TYPE_CHECKING:
    from rich.console import Console

    from ...risk import Scenario
    from ..whatif import Answer

MANY = 20
"""Scenarios from which on a bar shows how many are done, and what to find out first is left to `kanmon ask`."""
Product = Annotated[str, typer.Option("--product", help=say("product"))]
Words = list[str] | None
Halt = Annotated[Words, typer.Option("--halt", help=say("halt"), show_default=False)]
Embargo = Annotated[Words, typer.Option("--embargo", help=say("embargo"), show_default=False)]
Reduce = Annotated[Words, typer.Option("--reduce", help=say("reduce"), show_default=False)]
Item = Annotated[Words, typer.Option("--item", help=say("item"), show_default=False)]
To = Annotated[Words, typer.Option("--to", help=say("to"), show_default=False)]
Stock = Annotated[Words, typer.Option("--stock", help=say("stock"), show_default=False)]
Reserve = Annotated[Words, typer.Option("--reserve", help=say("reserve"), show_default=False)]
Release = Annotated[float | None, typer.Option("--release", help=say("release"), show_default=False)]
AddSource = Annotated[Words, typer.Option("--add-source", help=say("add_source"), show_default=False)]
Recycling = Annotated[Words, typer.Option("--recycling", help=say("recycling"), show_default=False)]
Substitute = Annotated[Words, typer.Option("--substitute", help=say("substitute"), show_default=False)]
Spare = Annotated[Words, typer.Option("--spare", help=say("spare"), show_default=False)]
Start = Annotated[float | None, typer.Option("--start", help=say("start"), show_default=False)]
Lasts = Annotated[float | None, typer.Option("--lasts", help=say("lasts"), show_default=False)]
Ramp = Annotated[float | None, typer.Option("--ramp", help=say("ramp"), show_default=False)]
Ready = Annotated[float | None, typer.Option("--ready", help=say("ready"), show_default=False)]
Horizon = Annotated[float | None, typer.Option("--horizon", help=say("horizon"), show_default=False)]
Sharing = Annotated[str, typer.Option("--sharing", help=say("sharing"))]
Term = Annotated[str, typer.Option("--term", help=say("term"))]
Sourcing = Annotated[str, typer.Option("--sourcing", help=say("sourcing"))]
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
    reserve: Reserve = None,
    release: Release = None,
    add_source: AddSource = None,
    recycling: Recycling = None,
    substitute: Substitute = None,
    spare: Spare = None,
    start: Start = None,
    lasts: Lasts = None,
    ramp: Ramp = None,
    ready: Ready = None,
    horizon: Horizon = None,
    scenario: File = None,
    buyer: Buyer = None,
    domestic: Domestic = False,
    level: LevelOption = Level.country,
    sharing: Sharing = "alike",
    term: Term = "short",
    sourcing: Sourcing = "world",
    lang: Lang = None,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Answer what happens to a product, why, and how sure that is."""
    from ...graph.files import check_folder
    from ...graph.messages import text
    from ..outputs import plain
    from ..whatif import ask, read_scenarios, with_facts, write_answer

    lang_ = language(lang)
    if out is not None:
        check_folder(out, force)
    scenarios = read_scenarios(scenario) if scenario is not None else []
    _about({"--start": start, "--lasts": lasts, "--ramp": ramp}, {"--halt": halt, "--embargo": embargo, "--reduce": reduce})
    sources = {"--add-source": add_source, "--recycling": recycling, "--substitute": substitute, "--spare": spare}
    _about({"--ready": ready}, sources)
    _about({"--release": release}, {"--reserve": reserve})
    when = {"start": start or 0, "lasts": lasts, "ramp": ramp or 0}
    own = shocks(halt, embargo, reduce, item, to or ([buyer] if buyer and embargo else None), when)
    own += _remedies(stock, reserve, release, add_source, recycling, substitute, spare, ready or 0)
    scenarios += [own] if len(own) or not scenarios else []
    where: dict[str, Any] = {"buyer": buyer, "level": level.value, "domestic": domestic, "horizon": horizon}
    where |= {"sharing": sharing, "term": term, "sourcing": sourcing}
    with _bar(len(scenarios), lang_) as progress:
        answer = ask(open_graph(data), scenarios, product, **where, progress=progress)
    terminal = console()
    if not json:
        _show(answer, terminal, lang_)
    # The answer stands on the screen while it is worked out what would make it narrower; nobody reads that many times.
    few = len(scenarios) < MANY
    if few:
        with console(stderr=True).status(text("app.whatif.finding", lang_)):
            answer = with_facts(answer, level=level.value)
    if out is not None:
        write_answer(answer, out, lang=lang_, force=force)
    if not few:
        console(stderr=True).print(text("app.whatif.not_found_out", lang_, most=MANY - 1), style="dim")
    if json:
        typer.echo(plain(answer.summary()))
        return
    _show_facts(answer, terminal, lang_)
    if out is not None:
        terminal.print(text("app.assess.written", lang_, path=str(out)), markup=False)
        if answer.days.height:
            say_without_pictures(terminal, lang_)


@contextmanager
def _bar(count: int, lang: str) -> Iterator[Callable[[int], None] | None]:
    """Show that it goes on; yield what shows how many of many scenarios are done, on a terminal's error stream."""
    from ...graph.messages import text

    if count < MANY:
        with console(stderr=True).status(text("app.cli.working", lang)):
            yield None
        return
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(text("app.whatif.progress", lang), total=count)
        yield lambda done: bar.update(task, completed=done)


def shocks(
    halt: Words, embargo: Words, reduce: Words, items: Words, to: Words, when: dict[str, Any] | None = None
) -> Scenario:
    """The scenario that the options of the command line make up: what goes wrong, and when."""
    from ... import risk

    when = when or {}
    changes: list[risk.Change] = []
    for word in halt or []:
        changes += [risk.halt(node, item=only, **when) for node, only in _of(word, items)]
    for word in embargo or []:
        changes += [risk.embargo(node, item=only, to=to or (), **when) for node, only in _of(word, items)]
    for word, part in map(_pair, reduce or []):
        changes += [risk.reduce(node, part, item=only, **when) for node, only in _of(word, items)]
    words = [*(halt or []), *(embargo or []), *(reduce or [])]
    return risk.Scenario(", ".join(words) + (f" ({', '.join(items)})" if items else ""), changes)


def _of(word: str, items: Words = None) -> list[tuple[str, str | None]]:
    """Return who, and of which items: the one that NODE:ITEM names, else those of ``--item``, else all that it makes."""
    from ...graph import InputError
    from ...graph.errors import shorten

    node, named, item = word.partition(":")
    if named and not (node and item):  # half a word is not "everything"
        raise InputError("app.whatif.of_item", value=shorten(word))
    return [(node, item)] if named else [(node, only) for only in items or [None]]


def _about(options: dict[str, float | None], subjects: dict[str, Words]) -> None:
    """Raise when options are given that say when or how fast, and nothing that they could be about."""
    from ...graph import InputError

    given = [name for name, value in options.items() if value is not None]
    if given and not any(subjects.values()):
        raise InputError("app.whatif.about_nothing", options=", ".join(given), others=", ".join(subjects))


def _remedies(
    stock: Words,
    reserve: Words,
    release: float | None,
    add_source: Words,
    recycling: Words,
    substitute: Words,
    spare: Words,
    ready: float,
) -> Scenario:
    """The scenario that the options of the command line make up: what helps, and from when on."""
    from ... import risk
    from ...graph import InputError
    from ...graph.errors import shorten

    changes = [risk.stockpile(item, days) for item, days in map(_pair, stock or [])]
    for pair, days in map(_pair, reserve or []):
        holder, _, item = pair.partition(":")
        if not holder or not item:
            raise InputError("app.whatif.reserve", value=shorten(pair))
        changes.append(risk.stockpile(item, days, holder=holder, release=release))
    changes += [risk.add_source(item, share, ready=ready) for item, share in map(_pair, add_source or [])]
    changes += [risk.add_source(item, share, recycling=True, ready=ready) for item, share in map(_pair, recycling or [])]
    for word, share in map(_pair, spare or []):
        changes += [risk.spare_capacity(node, share, item=only, ready=ready) for node, only in _of(word)]
    for pair, share in map(_pair, substitute or []):
        item, _, by = pair.partition(":")
        changes.append(risk.substitute(item, by, share, ready=ready))
    words = [*(stock or []), *(reserve or []), *(add_source or []), *(recycling or []), *(substitute or []), *(spare or [])]
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
    from ..chokepoint_tables import at_least, at_most, share

    graph = answer.graph
    product = safe(name_of(graph.item(answer.product), lang))
    place = safe(name_of(graph.supplier(answer.buyer), lang)) if answer.buyer else text("app.whatif.world", lang)
    heads = ("scenario", "reading", "estimate", "certain", "possible")
    table = Table(title=text("app.whatif.title", lang, product=product, buyer=place), title_justify="left")
    for head in heads:
        table.add_column(text(f"app.whatif.{head}", lang), justify="left" if head in {"scenario", "reading"} else "right")
    for row in answer.outcome.iter_rows(named=True):
        reading = text(f"app.whatif.reading_{row['reading']}", lang)
        estimate, certain, possible = (1 - row[f"kept_{bound}"] for bound in ("estimate", "high", "low"))
        losses = share(estimate, estimate), at_least(certain), at_most(possible)
        table.add_row(safe(row["scenario"], 50), reading, *losses)
    terminal.print(table)
    terminal.print(text("app.whatif.how_to_read", lang), style="dim")
    for name, value in answer.assumptions.items():
        terminal.print(text(f"app.whatif.{name}_{value}", lang), style="dim")
    _show_days(answer, terminal, lang)
    for (scenario, reading, loss), steps in answer.why.group_by("scenario", "reading", "loss", maintain_order=True):
        terminal.print()
        reading = text(f"app.whatif.reading_{reading}", lang)
        terminal.print(text(f"app.whatif.why_{loss}", lang, scenario=safe(scenario), reading=reading), style="bold")
        for number, line in enumerate(steps[f"text_{lang}"], start=1):
            terminal.print(f" {number}. {safe(line, 600)}")
    terminal.print()
    terminal.print(text("app.whatif.sources", lang), style="bold")
    for row in answer.sources.iter_rows(named=True):
        line = f"[{row['id']}] {row['title']}. {row['publisher']}, {row['date'] or ''} {row['url'] or ''}"
        terminal.print(f" {safe(line, 300)}")


def _show_facts(answer: Answer, terminal: Console, lang: str) -> None:
    from ...graph.messages import text
    from ..fact_lines import show_first

    if not answer.facts.height:
        return
    for (scenario, reading), facts in answer.facts.group_by("scenario", "reading", maintain_order=True):
        words = {"scenario": safe(scenario, 50), "reading": text(f"app.whatif.reading_{reading}", lang)}
        show_first(facts, text("app.ask.first", lang, width=f"{100 * facts['width'][0]:.0f}", **words), terminal, lang)
    terminal.print(text("app.ask.first_more", lang), style="dim")


def _show_days(answer: Answer, terminal: Console, lang: str) -> None:
    """Print when the product is short, how much is lost, and when it is back."""
    from rich.table import Table

    from ...graph.messages import text

    if not answer.days.height:
        return
    horizon = f"{answer.times['day'].max():g}"
    table = Table(title=text("app.whatif.times", lang, horizon=horizon), title_justify="left")
    heads = ("short", "below_50", "lost", "back")
    for head in ("scenario", "reading", *heads):
        side = "left" if head in {"scenario", "reading"} else "right"
        table.add_column(text(f"app.whatif.{head}", lang), justify=side, overflow="fold")
    for row in answer.days.filter(item=answer.product).iter_rows(named=True):
        figures = []
        for head in heads:
            low, high, estimate = (_day(row[f"{head}_{bound}"], lang) for bound in ("low", "high", "estimate"))
            figures.append(
                estimate if low == high else text("app.whatif.between", lang, low=low, high=high, estimate=estimate)
            )
        table.add_row(safe(row["scenario"], 50), text(f"app.whatif.reading_{row['reading']}", lang), *figures)
    terminal.print()
    terminal.print(table)
    terminal.print(text("app.whatif.times_note", lang), style="dim")


def _day(day: float, lang: str) -> str:
    import math

    from ...graph.messages import text

    return text("app.whatif.not_yet", lang) if math.isinf(day) else f"{day:.3g}" if day < 100 else f"{day:.0f}"
