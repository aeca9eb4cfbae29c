"""What happens in a scenario, in the words that the explorer page uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..graph import SupplyGraph
from ..graph.interval import at_least, at_most, in_percent, ranged
from ..graph.messages import text
from ..risk import Change, Scenario
from ..risk.production.changes import STOPPING
from .console import name_of, safe

if TYPE_CHECKING:
    from rich.console import Console

MOST = 4
"""Changes, and items of one change, that are told of a scenario; more are counted."""
SHOWN = 8
"""Scenarios of which it is told."""


def scenario_words(graph: SupplyGraph, scenario: Scenario, lang: str) -> list[str]:
    """Return what happens in a scenario, in a line for each change; those that differ in the item alone share one.

    >>> from kanmon.datasets import load
    >>> from kanmon.risk import Scenario, embargo, reduce
    >>> graph = load("permanent_magnet")
    >>> scenario_words(graph, Scenario("", [embargo("CHN", item="ndfeb_magnet", to=["JPN"]), reduce("MYS", 0.5)]), "en")
    ['China stops 100% of its exports to Japan: only Sintered NdFeB magnet', 'Malaysia produces 50% less']
    """
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in scenario:
        key = change.kind, change.node, change.to, change.share, change.start, change.lasts, change.ramp
        alone = () if change.node is not None and change.item is not None else (change,)
        groups.setdefault((*key, *alone), []).append(change)
    told = [_group(graph, group, lang) for group in list(groups.values())[:MOST]]
    if len(groups) > MOST:
        told.append(text("app.whatif.more_changes", lang, count=len(groups) - MOST))
    return told


def say_what_happens(graph: SupplyGraph, scenarios: Sequence[Scenario], terminal: Console, lang: str) -> None:
    """Print what happens in scenarios that a table names, a line for each of the first ones."""
    for scenario in scenarios[:SHOWN]:
        first, *more = scenario_words(graph, scenario, lang)
        name = safe(scenario.name, 50)
        terminal.print(text("app.whatif.happens", lang, scenario=name, change=safe(first, 300)))
        for words in more:
            terminal.print(f" + {safe(words, 300)}")


def _group(graph: SupplyGraph, group: list[Change], lang: str) -> str:
    words = _change(graph, group[0], lang)
    if len(group) > MOST:
        words = text("app.explorer.change_several", lang, change=words, count=len(group))
    elif group[0].node is not None and group[0].item is not None:
        items = _names(graph, (str(change.item) for change in group), lang)
        words = text("app.explorer.change_only", lang, change=words, item=items)
    return _when(group[0], words, lang)


def _change(graph: SupplyGraph, change: Change, lang: str) -> str:
    key = change.kind
    if change.kind == "add_source" and not change.inputs:
        key = "recycling"
    elif change.kind == "embargo" and change.to:
        key = "embargo_to"
    elif change.holder is not None:
        key = "reserve"
    about = {name: _names(graph, filter(None, [getattr(change, name)]), lang) for name in ("node", "item", "by", "holder")}
    low, high = change.bounds
    share = in_percent(low) if low == high else ranged(at_least(low), at_most(high), lang)
    days = f"{low:g}" if low == high else ranged(f"{low:g}", f"{high:g}", lang)
    words = text(f"app.explorer.change_{key}", lang, **about, to=_names(graph, change.to, lang), share=share, days=days)
    if change.release is None:
        return words
    return text("app.explorer.change_release", lang, change=words, share=in_percent(change.release))


def _when(change: Change, words: str, lang: str) -> str:
    if change.start:
        key = "from" if change.kind in STOPPING else "ready"
        words = text(f"app.explorer.change_{key}", lang, change=words, day=f"{change.start:g}")
    if change.lasts is not None:
        words = text("app.explorer.change_lasts", lang, change=words, days=f"{change.lasts:g}")
    return text("app.explorer.change_ramp", lang, change=words, days=f"{change.ramp:g}") if change.ramp else words


def _names(graph: SupplyGraph, ids: Iterable[str], lang: str) -> str:
    rows = graph.supplier_rows
    items = set(graph.items["id"])
    return text("app.explorer.name_list", lang).join(
        name_of(graph.item(id), lang) if id in items else name_of(rows[id], lang) if id in rows else id for id in ids
    )
