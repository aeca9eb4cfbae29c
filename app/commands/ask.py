"""``kanmon ask``: what is not known about a question, and what to find out first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from ...graph.messages import text
from ..console import Data, console, name_of, open_graph, safe
from ..options import Result, Sharing, Viewed, told, unfolded
from .scenarios import File, Product, Threats

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from ..ask import Findings


def _say(key: str) -> str:
    return text(f"app.ask.{key}")


SharingOption = Annotated[Sharing, typer.Option("--sharing", help=_say("help_sharing"))]
Top = Annotated[int, typer.Option("--top", min=1, help=_say("help_top"))]


@dataclass(frozen=True)
class Effort:
    """How hard to look."""

    steps: Annotated[int, typer.Option("--steps", min=0, max=12, help=_say("help_steps"))] = 3
    draws: Annotated[int, typer.Option("--draws", min=2, max=1_000_000, help=_say("help_draws"))] = 1000
    seed: Annotated[int, typer.Option("--seed", min=0, help=_say("help_seed"))] = 0


@unfolded
def ask(
    *,
    product: Product,
    data: Data = None,
    threats: Threats,
    scenario: File = None,
    viewed: Viewed,
    sharing: SharingOption = Sharing.alike,
    effort: Effort,
    top: Top = 10,
    result: Result,
) -> None:
    """Answer how sure an answer is, and which facts would make it surer."""
    from ..ask import find_out, write_findings
    from ..outputs import plain
    from ..whatif import read_scenarios

    lang = result.checked()
    scenarios = read_scenarios(scenario) if scenario is not None else []
    own = threats.scenario(viewed.buyer)
    scenarios += [own] if len(own) or not scenarios else []
    with console(stderr=True).status(text("app.cli.working", lang)):
        found = find_out(open_graph(data), scenarios, product, sharing=sharing.value, **told(viewed), **told(effort))
    if result.out is not None:
        write_findings(found, result.out, force=result.force)
    if result.json:
        typer.echo(plain(found.summary()))
        return
    terminal = console()
    for row in found.outlook.iter_rows(named=True):
        _show(found, row, top, terminal, lang)
    result.say_written(terminal)


def _show(found: Findings, outlook: dict, top: int, terminal: Console, lang: str) -> None:
    import polars as pl

    from ...graph.interval import at_least, at_most
    from ..ask import NOISE, narrowing
    from ..change_words import say_what_happens
    from ..chokepoint_tables import share, show_own_making

    graph = found.graph
    product = safe(name_of(graph.item(found.product), lang))
    place = safe(name_of(graph.supplier(found.buyer), lang)) if found.buyer else text("app.whatif.world", lang)
    scenario = safe(outlook["scenario"], 50)
    terminal.print(text("app.ask.title", lang, product=product, buyer=place, scenario=scenario), style="bold")
    say_what_happens(graph, [one for one in found.scenarios if one.name == outlook["scenario"]], terminal, lang)
    low, high, likely = outlook["kept_low"], outlook["kept_high"], outlook["kept_50"]
    ends = {"low": at_least(low), "high": at_most(high)}
    terminal.print(text(f"app.ask.{'bounds' if ends['low'] != ends['high'] else 'bounds_all'}", lang, **ends))
    spread = {f"q{q}": share(outlook[f"kept_{q}"], outlook[f"kept_{q}"], lang) for q in (10, 90)}
    middle = share(likely, likely, lang)
    key = "likely_all" if set(spread.values()) == {middle} else "likely"
    terminal.print(text(f"app.ask.{key}", lang, middle=middle, **spread))
    over = {f"over{loss}": share(outlook[f"over_{loss}"], outlook[f"over_{loss}"], lang) for loss in (10, 50, 90)}
    terminal.print(text("app.ask.over", lang, **over))
    origins = [text(f"app.ask.origin_{name}", lang) for name in outlook["prior"].split("|") if name]
    terminal.print(
        text(
            "app.ask.prior",
            lang,
            draws=f"{outlook['draws']:,}",
            seed=outlook["seed"],
            origins=text("graph.words.between", lang).join(origins),
        ),
        style="dim",
    )
    show_own_making(graph, found.product, found.buyer, terminal, lang)
    facts = found.facts.filter(scenario=outlook["scenario"])
    terminal.print()
    if not facts.height:
        terminal.print(text("app.ask.nothing", lang))
        return
    if not narrowing(facts, outlook["kept_90"] - outlook["kept_10"]):
        terminal.print(text("app.ask.nothing_much", lang, count=facts.height))
        return
    terminal.print(_table(facts.head(top), text("app.ask.table", lang), lang))
    if facts.height > top:
        terminal.print(text("app.assess.more", lang, count=facts.height - top), style="dim")
    steps = facts.filter(pl.col("step").is_not_null())
    if steps.height:
        last = steps.row(-1, named=True)
        parts = {"explained": last["explained"], "width": last["width_after"], "now": last["width"]}
        words = {name: share(part, part, lang) for name, part in parts.items()}
        key = "slight" if last["explained"] < NOISE else "together"
        terminal.print(text(f"app.ask.{key}{'_one' if steps.height == 1 else ''}", lang, count=steps.height, **words))
    terminal.print(text("app.ask.how_to_read", lang), style="dim")
    terminal.print()


def _table(facts: pl.DataFrame, title: str, lang: str):
    from ..chokepoint_tables import share
    from ..sheet import Sheet

    table = Sheet(title)
    for head in ("step", "fact", "explains", "off", "flips", "who"):
        left = head in {"fact", "who"}
        table.add_column(text(f"app.ask.{head}", lang), justify="left" if left else "right")
    for row in facts.iter_rows(named=True):
        least, most = row["explains"], row["explains_total"]
        explains = "" if least is None else share(least, max(least, most), lang)
        table.add_row(
            "" if row["step"] is None else str(row["step"]),
            safe(row[f"text_{lang}"], 160),
            explains,
            share(row["width_off_least"], max(row["width_off_least"], row["width_off_most"]), lang),
            "●" if row["flips"] else "",
            safe(row[f"who_{lang}"], 90),
        )
    return table
