"""Chokepoints, cut sets and exposure as a terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import SupplyGraph
from ..graph.ages import dated
from ..graph.interval import NOISE, at_least, at_most, in_percent, ranged
from ..graph.messages import text
from .console import name_of, safe
from .fact_lines import show_first

if TYPE_CHECKING:
    from rich.console import Console

    from .assess import Assessment
    from .chokepoints import Chokepoints

DOUBTFUL = ("low", "unverified")
"""Reliability of a source that is told beside it."""
TOGETHER = 0.01
"""Part of the product from which a certain loss is no more that of the worst item alone."""
SHOWN = 5
"""Nodes, sets and items that an assessment shows of each table."""


def share(low: float | None, high: float | None, lang: str) -> str:
    """Return a part of 1 as text: a range where it is one, a dash where it is not known; a bound is never narrowed.

    >>> share(0.4, 0.4, "en"), share(0.399, 0.999, "en"), share(0.003, 0.003, "en"), share(None, None, "en")
    ('40%', '39–100%', '<1%', '–')
    >>> share(0.424, 0.428, "ja"), share(0.0, 0.004, "ja"), share(0.993, 0.997, "ja"), share(0.996, 0.999, "ja")
    ('42〜43%', '<1%', '99〜100%', '>99%')
    """
    if low is None or high is None:
        return "–"
    a, b = in_percent(low), in_percent(high)
    return b if a == b or high - low < NOISE or (low == 0 and b == "<1%") else ranged(at_least(low), at_most(high), lang)


def share_of(graph: SupplyGraph, bounds: tuple[float | None, float | None], market: str | None, lang: str) -> str:
    """Return a share, and whose market it is of where that is not the world's."""
    told = share(*bounds, lang)
    if market is None:
        return told
    return text("app.chokepoints.share_of", lang, share=told, place=name(graph, market, lang, 24))


def lost(row: dict[str, Any], lang: str) -> str:
    """Return a loss as text: the estimate, and from the certain to the possible loss.

    >>> lost({"loss_estimate": 0.88, "loss_low": 0.5, "loss_high": 1.0}, "en")
    '88% (50–100%)'
    """
    low, high, estimate = (row[f"loss_{bound}"] for bound in ("low", "high", "estimate"))
    between = share(low, high, lang)
    sure = low is None or estimate is None or high - low < 5e-3
    return between if sure else share(estimate, estimate, lang) + text("graph.words.aside", lang, words=between)


def cited(row: dict[str, Any], lang: str) -> str:
    """Return the source of a share and its year, with its age where it is old, for a narrow column."""
    told = filter(None, (safe(row["source"] or "", 16), dated(row["year"], lang)))
    return text("graph.words.between", lang).join(told)


def show_assumptions(terminal: Console, lang: str) -> None:
    """Print what every loss assumes, once: the defaults of `risk.simulate`."""
    for assumed in ("sharing_alike", "term_short", "sourcing_world"):
        terminal.print(text(f"app.whatif.{assumed}", lang), style="dim", markup=False)


def show_own_making(graph: SupplyGraph, product: str, buyer: str | None, terminal: Console, lang: str) -> None:
    """Print that the buyer makes the product itself: of ore that it buys, the loss would be another."""
    if buyer is not None:
        names = {"product": safe(name_of(graph.item(product), lang)), "buyer": safe(name_of(graph.supplier(buyer), lang))}
        words = text("app.whatif.own_making", lang, id=safe(product, 60), place=safe(buyer, 60), **names)
        terminal.print(words, style="dim", markup=False)


def show_critical(found: Assessment, product: str, terminal: Console, lang: str) -> None:
    """Print the most critical nodes of an assessed product, and the sets that halve it."""
    if found.products[product]["chokepoints"] is None:
        terminal.print(text("app.chokepoints.too_large", lang), style="dim")
        return
    tables, graph = found.tables, found.graph
    nodes = tables["chokepoints"].filter(pl.col("product") == product)
    if nodes.height:
        terminal.print(_nodes(graph, nodes, SHOWN, lang))
    sets = tables["cut_sets"].filter((pl.col("product") == product) & (pl.col("order") > 1))
    _show_sets(graph, sets, SHOWN, terminal, lang)
    facts = tables.get("find_out", pl.DataFrame())
    if facts.height:
        for (node,), rows in facts.filter(pl.col("product") == product).group_by("scenario", maintain_order=True):
            name, width = safe(name_of(graph.supplier(node), lang)), f"{100 * rows['width'][0]:.0f}"
            show_first(rows, text("app.ask.first_halt", lang, node=name, width=width), terminal, lang)
        terminal.print(text("app.ask.first_more", lang), style="dim")


def show_found(found: Chokepoints, most: int, terminal: Console, lang: str) -> None:
    """Print what is critical for one product."""
    graph = found.graph
    product = safe(name_of(graph.item(found.product), lang))
    place = safe(name_of(graph.supplier(found.buyer), lang)) if found.buyer else text("app.chokepoints.world", lang)
    terminal.print(text("app.chokepoints.title", lang, product=f"[bold]{product}[/bold]", buyer=place))
    terminal.print(_nodes(graph, found.nodes, most, lang, whole=True))
    terminal.print(text("app.chokepoints.how_to_read", lang), style="dim")
    terminal.print(text("app.chokepoints.flow_means", lang), style="dim")
    terminal.print(text("app.chokepoints.share_means", lang), style="dim")
    show_own_making(graph, found.product, found.buyer, terminal, lang)
    show_assumptions(terminal, lang)
    _show_sets(graph, found.sets, most, terminal, lang)
    row = found.exposure.row(0, named=True)
    tiers = text("graph.words.between", lang).join(map(in_percent, row["visibility"]))
    terminal.print(text("app.chokepoints.visibility", lang, tiers=tiers, unknown=in_percent(row["unknown_share"])))
    show_exposed(graph, found.exposure, terminal, lang)
    if found.why.height:
        terminal.print()
        show_why(found.why, terminal, lang)
    terminal.print()
    show_sources(graph, found.nodes.head(most)["source"], terminal, lang)


def show_why(why: pl.DataFrame, terminal: Console, lang: str) -> None:
    """Print an explanation part by part."""
    for (part,), lines in why.group_by("part", maintain_order=True):
        if part != "summary":
            terminal.print(text(f"app.chokepoints.why_{part}", lang), style="bold")
        for line in lines[f"text_{lang}"]:
            terminal.print(f" {safe(line, 600)}")


def show_sources(graph: SupplyGraph, used: pl.Series, terminal: Console, lang: str) -> None:
    """Print the sources that are used."""
    rows = graph.sources.filter(pl.col("id").is_in(used.drop_nulls().unique().implode()))
    if rows.height:
        show_source_rows(rows, terminal, lang)


def show_source_rows(rows: pl.DataFrame, terminal: Console, lang: str) -> None:
    """Print sources, and of which the reliability is low."""
    terminal.print(text("app.whatif.sources", lang), style="bold")
    for row in rows.iter_rows(named=True):
        doubt = (
            text("graph.words.aside", lang, words=text("graph.words.doubtful", lang))
            if row["reliability"] in DOUBTFUL
            else ""
        )
        by = text("graph.words.between", lang).join(filter(None, (row["publisher"], row["date"])))
        line = " ".join(filter(None, (f"[{row['id']}] {row['title']}.", by, row["url"])))
        terminal.print(f" {safe(line, 300)}{doubt}")


def show_exposed(graph: SupplyGraph, exposure: pl.DataFrame, terminal: Console, lang: str) -> None:
    """Print the items whose suppliers look like several and hang on one, and how many have no data at all."""
    from .sheet import Sheet

    shared = exposure.filter(pl.col("diamond_loss") >= 0.5).sort(-pl.col("diamond_loss"), "item")
    blind, sole = exposure.filter(pl.col("suppliers") == 0).height, exposure["sole_source"].is_in(["certain", "possible"])
    terminal.print()
    terminal.print(text("app.chokepoints.blind", lang, items=exposure.height, blind=blind, sole=int(sole.sum())))
    if not shared.height:
        return
    table = Sheet(text("app.chokepoints.shared", lang))
    for head in ("item", "suppliers", "shared_source", "met_at", "lost"):
        side = "right" if head in {"suppliers", "lost"} else "left"
        table.add_column(text(f"app.chokepoints.{head}", lang), justify=side, under=head == "met_at")
    for row in shared.head(SHOWN).iter_rows(named=True):
        table.add_row(
            safe(name_of({**row, "id": row["item"]}, lang), 40),
            f"{row['diamond_suppliers']} / {row['suppliers']}",
            name(graph, row["diamond_source"], lang, 24),
            name(graph, row["diamond_item"], lang, 40),
            at_least(row["diamond_loss"]),
        )
    terminal.print(table)


def _nodes(graph: SupplyGraph, nodes: pl.DataFrame, most: int, lang: str, whole: bool = False) -> Any:
    from .sheet import Sheet

    kinds = nodes["kind"].unique().to_list()
    heads = ["node", *(kind for kind in ("halt", "embargo") if kind in kinds)]
    heads += ["hard", *(["flow", "alone"] if whole else []), "met_at", "share", "source"]
    table = Sheet(text("app.chokepoints.critical", lang))
    for head in heads:
        left = head in {"node", "hard", "met_at", "source"}
        side = "left" if left else "right"
        table.add_column(text(f"app.chokepoints.{head}", lang), justify=side, under=head in {"alone", "share", "source"})
    losses = {(row["node"], row["kind"]): lost(row, lang) for row in nodes.iter_rows(named=True)}
    for row in nodes.unique("node", maintain_order=True).head(most).iter_rows(named=True):
        cells = {
            "node": safe(name_of({**row, "id": row["node"]}, lang), 24),
            "hard": "" if row["hard"] is None else text(f"app.chokepoints.is_{row['hard']}", lang),
            "flow": share(row["dependency_flow_low"], row["dependency_flow_high"], lang),
            "alone": counted(row["single_points"], row["single_points_possible"], lang),
            "met_at": met_at(graph, row, lang),
            "share": share_of(graph, (row["worst_share_low"], row["worst_share_high"]), row["worst_market"], lang),
            "source": cited(row, lang),
        }
        cells |= {kind: losses.get((row["node"], kind), "–") for kind in kinds}
        table.add_row(*(cells[head] for head in heads))
    return table


def counted(least: int | None, most: int | None, lang: str) -> str:
    """Return a count as text: a range where it is one, a dash where it is not known.

    >>> counted(0, 0, "en"), counted(3, 5, "en"), counted(3, 5, "ja"), counted(None, None, "en")
    ('0', '3–5', '3〜5', '–')
    """
    return "–" if least is None else str(least) if least == most else ranged(str(least), str(most), lang)


def met_at(graph: SupplyGraph, row: dict[str, Any], lang: str) -> str:
    """Return the item through which a node hits a product most, and that there are others where it takes them together."""
    item = name(graph, row["worst_item"], lang, 32)
    together = row["kind"] == "halt" and row["worst_loss"] is not None and row["loss_low"] - row["worst_loss"] > TOGETHER
    return text("app.chokepoints.and_others", lang, item=item) if together else item


def _show_sets(graph: SupplyGraph, sets: pl.DataFrame, most: int, terminal: Console, lang: str) -> None:
    for (threshold, certainty), part in sets.group_by("threshold", "certainty", maintain_order=True):
        key = "stops" if threshold is None else "cuts"
        sure = text(f"app.chokepoints.sure_{certainty}", lang)
        title = text(f"app.chokepoints.{key}", lang, sure=sure, share=f"{threshold or 1:.0%}", count=part.height)
        terminal.print(title, style="bold", markup=False)
        for row in part.head(most).iter_rows(named=True):
            names = " + ".join(name(graph, member, lang, 40) for member in row["members"])
            terminal.print(f" {names}  {lost(row, lang)}")
        if part.height > most:
            terminal.print(f" {text('app.assess.more', lang, count=part.height - most)}", style="dim")


def name(graph: SupplyGraph, id: str | None, lang: str, most: int) -> str:
    """Return the name of a supplier or an item for a terminal; its id where it has none."""
    if id is None:
        return "–"
    for table in (graph.suppliers, graph.items):
        found = table.filter(pl.col("id") == id)
        if found.height:
            return safe(name_of(found.row(0, named=True), lang), most)
    return safe(id, most)
