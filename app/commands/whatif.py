"""``kanmon whatif``: what happens when supply stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ..console import Data, console, name_of, open_graph, safe, say, say_without_pictures
from ..options import Result, Sharing, Viewed, told, unfolded
from .scenarios import File, Product, Remedies, Threats, When

if TYPE_CHECKING:
    from rich.console import Console

    from ..whatif import Answer

MANY = 20
"""Scenarios from which on a bar shows how many are done, and what to find out first is left to `kanmon ask`."""
Horizon = Annotated[float | None, typer.Option("--horizon", metavar="DAYS", help=say("horizon"), show_default=False)]


class Term(StrEnum):
    """Whether machines bind."""

    short = "short"
    long = "long"


class Sourcing(StrEnum):
    """How buyers buy whose sourcing nobody knows."""

    world = "world"
    any = "any"


@dataclass(frozen=True)
class Assumed:
    """What is taken for granted."""

    sharing: Annotated[Sharing, typer.Option("--sharing", help=say("sharing"))] = Sharing.alike
    term: Annotated[Term, typer.Option("--term", help=say("term"))] = Term.short
    sourcing: Annotated[Sourcing, typer.Option("--sourcing", help=say("sourcing"))] = Sourcing.world


@unfolded
def whatif(
    *,
    product: Product,
    data: Data = None,
    threats: Threats,
    scenario: File = None,
    when: When,
    horizon: Horizon = None,
    remedies: Remedies,
    viewed: Viewed,
    assumed: Assumed,
    result: Result,
) -> None:
    """Answer what happens to a product, why, and how sure that is."""
    from ...graph.messages import text
    from ..outputs import plain
    from ..whatif import ask, read_scenarios, with_facts, write_answer

    lang = result.checked()
    scenarios = read_scenarios(scenario) if scenario is not None else []
    own = threats.scenario(viewed.buyer, when) + remedies.scenario()
    scenarios += [own] if len(own) or not scenarios else []
    with _bar(len(scenarios), lang) as progress:
        where = told(viewed) | told(assumed)
        answer = ask(open_graph(data), scenarios, product, horizon=horizon, progress=progress, **where)
    terminal = console()
    if not result.json:
        _show(answer, terminal, lang)
    # The answer stands on the screen while it is worked out what would make it narrower; nobody reads that many times.
    few = len(scenarios) < MANY
    if few:
        with console(stderr=True).status(text("app.whatif.finding", lang)):
            answer = with_facts(answer, level=viewed.level)
    if result.out is not None:
        write_answer(answer, result.out, lang=lang, force=result.force)
    if not few:
        console(stderr=True).print(text("app.whatif.not_found_out", lang, most=MANY - 1), style="dim")
    if result.json:
        typer.echo(plain(answer.summary()))
        return
    _show_facts(answer, terminal, lang)
    result.say_written(terminal)
    if result.out is not None and answer.days.height:
        say_without_pictures(terminal, lang)


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


def _show(answer: Answer, terminal: Console, lang: str) -> None:
    from ...graph.interval import at_least, at_most
    from ...graph.messages import text
    from ..change_words import say_what_happens
    from ..chokepoint_tables import share, show_own_making, show_source_rows
    from ..sheet import Sheet

    graph = answer.graph
    product = safe(name_of(graph.item(answer.product), lang))
    place = safe(name_of(graph.supplier(answer.buyer), lang)) if answer.buyer else text("app.whatif.world", lang)
    heads = ("scenario", "reading", "estimate", "certain", "possible")
    table = Sheet(text("app.whatif.title", lang, product=product, buyer=place))
    for head in heads:
        side = "left" if head in {"scenario", "reading"} else "right"
        table.add_column(text(f"app.whatif.{head}", lang), justify=side, under=head == "reading")
    for row in answer.outcome.iter_rows(named=True):
        reading = text(f"app.whatif.reading_{row['reading']}", lang)
        estimate, certain, possible = (1 - row[f"kept_{bound}"] for bound in ("estimate", "high", "low"))
        losses = share(estimate, estimate, lang), at_least(certain), at_most(possible)
        table.add_row(safe(row["scenario"], 50), reading, *losses)
    terminal.print(table)
    say_what_happens(graph, answer.scenarios, terminal, lang)
    terminal.print(text("app.whatif.how_to_read", lang), style="dim")
    show_own_making(graph, answer.product, answer.buyer, terminal, lang)
    for name, value in answer.assumptions.items():
        terminal.print(text(f"app.whatif.{name}_{value}", lang), style="dim")
    _show_days(answer, terminal, lang)
    for (scenario, reading), steps in answer.why.group_by("scenario", "reading", maintain_order=True):
        chains: dict[tuple[str, ...], list[str]] = {}
        for (loss,), lines in steps.group_by("loss", maintain_order=True):
            chains.setdefault(tuple(lines[f"text_{lang}"]), []).append(str(loss))
        for lines, losses in chains.items():  # a chain behind both losses is told once
            loss = losses[0] if len(losses) == 1 else "both"
            words = {"scenario": safe(scenario), "reading": text(f"app.whatif.reading_{reading}", lang)}
            terminal.print()
            terminal.print(text(f"app.whatif.why_{loss}", lang, **words), style="bold")
            for number, line in enumerate(lines, start=1):
                terminal.print(f" {number}. {safe(line, 600)}")
    terminal.print()
    show_source_rows(answer.sources, terminal, lang)


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
    import math

    from ...graph.interval import at_least, at_most
    from ...graph.messages import text
    from ..sheet import Sheet

    if not answer.days.height:
        return
    horizon = f"{answer.times['day'].max():g}"
    table = Sheet(text("app.whatif.times", lang, horizon=horizon))
    heads = ("short", "below_50", "lost", "back")
    for head in ("scenario", "reading", *heads):
        side = "left" if head in {"scenario", "reading"} else "right"
        table.add_column(text(f"app.whatif.{head}", lang), justify=side, under=head == "reading")
    for row in answer.days.filter(item=answer.product).iter_rows(named=True):
        figures = []
        for head in heads:
            bounds = (("low", at_least), ("high", at_most), ("estimate", format))
            low, high, estimate = (_day(row[f"{head}_{bound}"], lang, told) for bound, told in bounds)
            if math.isclose(row[f"{head}_low"], row[f"{head}_high"], abs_tol=1e-9):
                low = high = estimate
            if head == "back" and math.isinf(row["short_low"]):
                low = high = estimate = text("app.whatif.never_short", lang)
            figures.append(
                estimate if low == high else text("app.whatif.between", lang, low=low, high=high, estimate=estimate)
            )
        table.add_row(safe(row["scenario"], 50), text(f"app.whatif.reading_{row['reading']}", lang), *figures)
    terminal.print()
    terminal.print(table)
    terminal.print(text("app.whatif.times_note", lang), style="dim")
    for scenario, reason, change in answer.idle:
        words = {"scenario": safe(scenario, 50), "what": safe(change.node or change.item, 50), "start": f"{change.start:g}"}
        terminal.print(text(f"app.whatif.idle_{reason}", lang, horizon=horizon, **words), style="bold")


def _day(day: float, lang: str, told: Callable[[float, str], str]) -> str:
    import math

    from ...graph.messages import text

    return text("app.whatif.not_yet", lang) if math.isinf(day) else told(day, ".3g" if day < 100 else ".0f")
