"""What an assessment looks like in a terminal."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import Interval, Message
from ..graph.ages import aged, dated
from ..graph.messages import spoken, text
from .assess import Assessment
from .chokepoint_tables import share, show_assumptions, show_critical, show_exposed
from .console import name_of, safe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

TREES = 3
"""Trees that are shown, cut to size, when no product was chosen."""
WIDTH, DEPTH = 5, 3
"""Branches of an item and tiers of a tree that is cut to size; the way to the worst step is always shown."""


def show_assessment(found: Assessment, terminal: Console, lang: str) -> None:
    """Print what was read, the most concentrated steps, and the products' trees."""
    facts = found.facts | {"name": safe(found.facts["name"])}
    terminal.print(text("app.assess.read", lang, **facts))
    if found.facts["notes"]:
        terminal.print(text("app.assess.notes", lang, count=found.facts["notes"]), style="dim")
    terminal.print()
    terminal.print(_steps(found, lang) if _known(found).height else text("app.assess.no_shares", lang, **_unknown(found)))
    largest = sorted(found.products, key=lambda id: -found.products[id]["upstream_items"])
    whole = len(largest) == 1 and not found.further
    shown = largest[:TREES]
    for product in shown:
        terminal.print()
        terminal.print(_tree(found, product, lang, whole))
        show_critical(found, product, terminal, lang)
    if shown:
        terminal.print(text("app.chokepoints.how_to_read", lang), style="dim")
        show_assumptions(terminal, lang)
    show_exposed(found.graph, found.tables["exposure"], terminal, lang)
    _show_flags(found, terminal, lang)
    rest = [product for product in found.products if product not in shown] + found.further
    if rest:
        names = safe(", ".join(rest), 400)
        terminal.print()
        terminal.print(text("app.assess.others", lang, count=len(rest), names=names), style="dim")


def _flagged(found: Assessment) -> dict[str, list[int]]:
    """Numbers of the technologies that each item matches, or may match."""
    flags = found.tables["technologies"].filter(pl.col("verdict").is_in(["match", "review"]))
    return dict(flags.group_by("item", maintain_order=True).agg(pl.col("technology").sort()).iter_rows())


def _show_flags(found: Assessment, terminal: Console, lang: str) -> None:
    """List items upstream of the products that may be about a prior-report technology, and what that does not mean."""
    from .sheet import Sheet

    upstream = found.tables["exposure"]["item"] if "item" in found.tables["exposure"].columns else found.graph.items["id"]
    flags = found.tables["technologies"].filter(
        pl.col("verdict").is_in(["match", "review"]) & pl.col("item").is_in(upstream.implode())
    )
    if not flags.height:
        return
    table = Sheet(text("app.assess.flags", lang))
    for head in ("text", "technology", "name", "verdict", "evidence"):
        table.add_column(text(f"app.flag.{head}", lang), under=head == "evidence")
    for row in flags.sort("technology", "item").iter_rows(named=True):
        item = safe(name_of(found.graph.item(row["item"]), lang), 40)
        name = safe(spoken(row, "technology", lang), 44)
        verdict = text(f"app.flag.verdict_{row['verdict']}", lang)
        table.add_row(item, str(row["technology"]), name, verdict, safe(row["evidence"], 40))
    terminal.print()
    terminal.print(table)
    terminal.print(text("app.flag.note_purchase", lang), style="dim")
    terminal.print(text("app.flag.note_not_legal", lang), style="dim")


def _known(found: Assessment) -> pl.DataFrame:
    """Steps of which somebody surely has a share."""
    return found.steps.filter((pl.col("attributed") > 0) & (pl.col("level") == found.level))


def _unknown(found: Assessment) -> dict[str, int]:
    """Why there is none: markets without a sure share, items without a market, quantities whose total is not known."""
    markets = found.steps["item"].n_unique()
    open_totals = sum(note.code == "open_total" for note in found.graph.notes)
    return {"markets": markets, "items": found.graph.items.height - markets, "open": open_totals}


def _steps(found: Assessment, lang: str) -> Any:
    from .sheet import Sheet

    heads = ("step", "hhi", "top", "share", "year", "source", "sure")
    table = Sheet(text("app.assess.concentrated", lang))
    for head in heads:
        side = "right" if head in {"hhi", "share", "year"} else "left"
        table.add_column(text(f"app.assess.{head}", lang), justify=side, under=head == "sure")
    for row in _known(found).head(12).iter_rows(named=True):
        top = found.graph.supplier(row["top_supplier"])
        table.add_row(
            safe(name_of(found.graph.item(row["item"]), lang), 44) + _without(found, row, lang),
            Interval.of(row, "hhi").text(".2f", lang),
            safe(name_of(top, lang), 24),
            share(row["top_share_low"], row["top_share_high"], lang),
            dated(row["year"], lang),
            safe(row["source"], 24),
            text(f"graph.words.{row['confidence']}", lang),
        )
    return table


def _without(found: Assessment, row: dict[str, Any], lang: str) -> str:
    """Whom the total behind a figure leaves out."""
    names = (safe(name_of(found.graph.supplier(id), lang), 24) for id in row["excluded"])
    places = text("app.assess.comma", lang).join(names)
    return _aside(text("app.assess.without", lang, places=places), lang) if places else ""


def _tree(found: Assessment, product: str, lang: str, whole: bool) -> Tree:
    from rich.tree import Tree

    about = found.products[product]
    name = safe(name_of(found.graph.item(product), lang))
    title = text(
        "app.assess.tree",
        lang,
        product=f"[bold]{name}[/bold]",
        items=about["upstream_items"],
        without=about["steps_without_data"],
    )
    tree = Tree(title)
    _Branches(found, product, lang, whole).grow(tree, product, 0)
    return tree


class _Branches:
    """Draws what an item needs: each item's own inputs once, the way to the worst step in any case."""

    def __init__(self, found: Assessment, product: str, lang: str, whole: bool) -> None:
        self.found, self.lang = found, lang
        self.width, self.depth = (10**9, 10**9) if whole else (WIDTH, DEPTH)
        self.steps = {row["item"]: row for row in found.steps.iter_rows(named=True)}
        worst = found.products[product]["worst"]
        self.worst = worst["item"] if worst else None
        self.needs: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for row in found.graph.inputs.iter_rows(named=True):
            self.needs[row["item"]].append((row["input"], row["group"]))
        self.way = self._way(product)
        self.flags = _flagged(found)
        self.drawn: set[str] = set()

    def _way(self, product: str) -> set[str]:
        """Items on a shortest way from the product to the worst step."""
        came: dict[str, str | None] = {product: None}
        front = [product]
        while front and self.worst not in came:
            front = [n for item in front for n, _ in self.needs[item] if came.setdefault(n, item) == item and n not in front]
        way, item = set(), self.worst
        while item is not None and item in came:
            way.add(item)
            item = came[item]
        return way

    def grow(self, tree: Tree, item: str, depth: int) -> None:
        """Add the inputs of ``item`` to its branch."""
        if item in self.drawn:
            if self.needs[item]:
                tree.add(f"[dim]{text('app.assess.again', self.lang)}[/dim]")
            return
        self.drawn.add(item)
        needs = sorted(self.needs[item], key=lambda need: (need[0] not in self.way, need[1] or "", -self._weight(need[0])))
        shown = [need for i, need in enumerate(needs) if need[0] in self.way or (depth < self.depth and i < self.width)]
        for need, group in shown:
            branch = tree.add(self._label(need, group, needs))
            if need in self.way or depth + 1 < self.depth:
                self.grow(branch, need, depth + 1)
        if len(needs) > len(shown):
            tree.add(f"[dim]{text('app.assess.more', self.lang, count=len(needs) - len(shown))}[/dim]")

    def _weight(self, item: str) -> float:
        row = self.steps.get(item)
        return row["hhi_low"] if row and row["attributed"] > 0 else 0.0

    def _level(self, row: dict[str, Any]) -> str:
        return text(f"graph.words.{row['level']}", self.lang)

    def _one_of(self, needs: list[tuple[str, str | None]], group: str) -> str:
        """How many any of which will do; which of them go together where an item has several such groups."""
        groups = [one for _, one in needs if one]
        which = safe(group, 20) if len({*groups}) > 1 else ""
        return text(f"app.assess.one_of{'_group' if which else ''}", self.lang, count=groups.count(group), group=which)

    def _label(self, item: str, group: str | None, needs: list[tuple[str, str | None]]) -> str:
        name = safe(name_of(self.found.graph.item(item), self.lang), 44)
        either = f"[dim]{self._one_of(needs, group)}[/dim] " if group else ""
        if item in self.flags:
            numbers = text("graph.words.between", self.lang).join(map(str, self.flags[item]))
            name += _aside(text("app.assess.flag", self.lang, numbers=numbers), self.lang, "magenta")
        row = self.steps.get(item)
        if row is None or row["attributed"] <= 0:
            return either + name + _aside(text("app.assess.nodata", self.lang), self.lang)
        top = safe(name_of(self.found.graph.supplier(row["top_supplier"]), self.lang), 24)
        hhi = Interval.of(row, "hhi").text(".2f", self.lang)
        held = share(row["top_share_low"], row["top_share_high"], self.lang)
        level = "" if row["level"] == self.found.level else _aside(self._level(row), self.lang)
        mark = f" [bold red]◀ {text('app.assess.worst', self.lang)}[/bold red]" if item == self.worst else ""
        says = aged(row["year"])
        old = _aside(says.text(self.lang), self.lang) if isinstance(says, Message) else ""
        old += _without(self.found, row, self.lang)
        figures = text("graph.words.between", self.lang).join((f"HHI {hhi}", f"{top} {held}"))
        return f"{either}{name}  {figures}{level}{old}{mark}"


def _aside(words: str, lang: str, style: str = "dim") -> str:
    """Return words in brackets, as the language writes them."""
    return f"[{style}]{text('graph.words.aside', lang, words=words)}[/{style}]"
