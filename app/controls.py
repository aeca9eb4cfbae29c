"""What is restricted today, by which act, how sure that is, and what it does to a product; without a screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ..datasets import countries, measure_sources, measures, rechecks
from ..graph import SupplyGraph
from ..graph.files import whole_folder
from ..graph.frames import spoken_in
from ..graph.messages import spoken, text
from ..risk import control_effects, control_losses
from ..risk.production.controls import TOGETHER, touches
from .console import name_of, safe
from .outputs import write_tables

if TYPE_CHECKING:
    from rich.console import Console

_LOSSES = ("loss_low", "loss_estimate", "loss_high", "loss_refused")
NO_SUPPLY = "no_supply"
"""Why a measure cuts nothing whose sellers sell nothing that it is about, nor may be among those whom nobody names."""
WIDE = 0.99
"""An interval that says next to nothing."""


@dataclass(frozen=True)
class Controls:
    """Measures that applied on a day, as seen by a buyer.

    Attributes
    ----------
    graph : SupplyGraph
        The data.
    on, buyer, product : date, str or None, str or None
        The day, from whose place, and for which product.
    found : polars.DataFrame
        One row per measure, what cuts most first: the columns of `datasets.measures`, ``reason`` (why it cuts nothing) and,
        with a product, ``in_figures, loss_low, loss_estimate, loss_high, loss_refused``.
    together : dict or None
        Losses of the product when all measures bite at once.
    """

    graph: SupplyGraph
    on: Date
    buyer: str | None
    product: str | None
    found: pl.DataFrame
    together: dict[str, Any] | None

    @property
    def cutting(self) -> pl.DataFrame:
        """The measures that cut something."""
        return self.found.filter(pl.col("reason").is_null())

    @property
    def open_questions(self) -> pl.DataFrame:
        """What must be looked up again about the measures that cut something, or would when they are back."""
        known = self.found.filter(pl.col("reason").is_null() | (pl.col("reason") == "suspended"))["id"]
        asked = pl.col("measures").list.eval(pl.element().filter(pl.element().is_in(known.to_list())))
        return rechecks().with_columns(asked).filter(pl.col("measures").list.len() > 0)

    @property
    def sources(self) -> pl.DataFrame:
        """The sources of the measures."""
        both = pl.concat([measure_sources(), self.graph.sources], how="diagonal")
        return both.filter(pl.col("id").is_in(self.found["source"].implode())).unique(
            "id", keep="first", maintain_order=True
        )

    def summary(self) -> dict[str, Any]:
        """Return the findings as plain data."""
        return {
            "on": self.on,
            "checked": self.found["checked"].max(),
            "buyer": self.buyer,
            "product": self.product,
            "together": self.together,
            "measures": self.found.to_dicts(),
            "rechecks": self.open_questions.to_dicts(),
            "sources": self.sources.to_dicts(),
        }


def find_controls(graph: SupplyGraph, on: Date, *, buyer: str | None = None, product: str | None = None) -> Controls:
    """Return the measures that applied on a day and, with a product, what each does to it.

    Raises
    ------
    UnknownIdError
        The graph does not have the buyer or the product.
    """
    rows = measures(on, also=graph.measures)
    place = None if buyer is None else graph.supplier(buyer)["country"] or buyer
    effects = control_effects(rows, buyer=place, graph=graph)
    if product is not None:
        unused = pl.col("reason").is_null() & ~pl.col("item").is_in(graph.upstream_items(product).implode())
        effects = effects.with_columns(reason=pl.when(unused).then(pl.lit("not_needed")).otherwise("reason"))
    if product is None:
        network = graph.network(None, buyer=buyer)
        idle = [row["reason"] is None and not touches(network, row) for row in effects.iter_rows(named=True)]
        nobody = pl.when(pl.Series(idle, dtype=pl.Boolean)).then(pl.lit(NO_SUPPLY)).otherwise("reason")
        effects = effects.with_columns(reason=nobody)
    # A measure cuts something when it does so for one of its items; else the reason of the first says why not.
    why = pl.when(pl.col("reason").is_null().any()).then(None).otherwise(pl.col("reason").first())
    reasons = effects.group_by("measure").agg(reason=why)
    found = rows.join(reasons, left_on="id", right_on="measure", how="left", maintain_order="left")
    if product is None:
        order = [pl.col("reason").is_not_null(), pl.col("issuer"), -pl.col("since").dt.epoch("d")]
        return Controls(graph, on, buyer, product, found.sort(order, maintain_order=True, nulls_last=True), None)
    losses = control_losses(graph, rows, product, buyer=buyer)
    columns = ("in_figures", "aimed", *_LOSSES)
    found = found.join(losses.select("measure", *columns), left_on="id", right_on="measure", how="left")
    # What is aimed at others, or by the buyer at others, counts where it comes back through makers abroad.
    felt = pl.col("reason").is_in(["elsewhere", "own"]) & (pl.col("loss_high") > 0)
    found = found.with_columns(reason=pl.when(~felt.fill_null(False)).then("reason"))
    nobody = pl.col("reason").is_null() & pl.col("loss_high").is_null()
    found = found.with_columns(reason=pl.when(nobody).then(pl.lit(NO_SUPPLY)).otherwise("reason"))
    order = [
        pl.col("reason").is_not_null(),
        *(-pl.col(f"loss_{bound}").round(12) for bound in ("refused", "low", "high")),
    ]
    order += [pl.col("against").fill_null("all") == "all", pl.col("in_figures"), pl.col("id")]
    together = losses.filter(measure=TOGETHER).select(_LOSSES).to_dicts()
    found = found.sort(order, maintain_order=True, nulls_last=True)
    return Controls(graph, on, buyer, product, found, together[0] if together else None)


def write_controls(found: Controls, path: Path, *, force: bool = False) -> None:
    """Write into a folder, whole or not at all: controls.csv, rechecks.csv, sources.csv, summary.json."""
    with whole_folder(path, force) as folder:
        write_tables(folder, found.summary(), controls=found.found, rechecks=found.open_questions, sources=found.sources)


def show_controls(found: Controls, most: int, terminal: Console, lang: str) -> None:
    """Print what is restricted, what it does, what cuts nothing and why, and what must be looked up again."""
    from .chokepoint_tables import show_own_making
    from .sheet import Sheet

    say = _Words(lang)
    graph, cutting = found.graph, found.cutting
    place = "" if found.buyer is None else safe(name_of(graph.supplier(found.buyer), lang))
    about = "" if found.product is None else safe(name_of(graph.item(found.product), lang))
    title = "title" + "_product" * bool(found.product) + "_buyer" * bool(found.buyer)
    counts = {"count": cutting.height, "all": found.found.height}
    table = Sheet(say(title, on=found.on, buyer=place, product=about, **counts))
    heads = ["since", "who", "whom", "goods", "act", "status", *(["refused", "loss"] if found.product else [])]
    for head in heads:
        table.add_column(
            say(head), justify="right" if head in {"refused", "loss"} else "left", under=head in {"whom", "act"}
        )
    for row in cutting.head(most).iter_rows(named=True):
        cells = [str(row["since"] or "–"), say.places(row["issuer"]), say.places(row["against"] or "all")]
        goods = spoken(row, "name", lang) or text("graph.words.between", lang).join(
            name_of(graph.item(id), lang) for id in (row["item"] or "").split("|") if id
        )
        cells += [safe(goods, 180), safe(row["legal_reference"] or "", 120), say.status(row)]
        table.add_row(*cells, *([say.refused(row), say.loss(row)] if found.product else []))
    terminal.print(table)
    if cutting.height > most:
        terminal.print(text("app.assess.more", lang, count=cutting.height - most), style="dim")
    if found.together:
        terminal.print(say("together", loss=say.loss(found.together), refused=say.refused(found.together)))
        _show_asking(found, terminal, say)
        show_own_making(graph, str(found.product), found.buyer, terminal, lang)
    _show_rest(found, terminal, say)
    questions = found.open_questions
    if questions.height:
        terminal.print(say("recheck"))
        for row in questions.iter_rows(named=True):
            ids = safe(", ".join(row["measures"][:4]) + (", …" if len(row["measures"]) > 4 else ""), 80)
            terminal.print(f"  {row['date']}  {safe(spoken(row, 'question', lang), 300)} ({ids})")
    for note in ("note_status", "note_kind", *(["note_refused", "note_figures"] if found.product else [])):
        terminal.print(say(note, checked=found.found["checked"].max()), style="dim")


def _show_asking(found: Controls, terminal: Console, say: _Words) -> None:
    """Print what narrows an interval that says next to nothing: the question about the first act whose is one."""
    wide = pl.col("loss_high") - pl.col("loss_low") >= WIDE
    asked = wide & pl.col("issuer").is_in(found.graph.suppliers["id"].implode()) & (pl.col("issuer") != (found.buyer or ""))
    for row in found.cutting.filter(asked).head(1).iter_rows(named=True):
        at = "" if found.buyer is None else f" --buyer {safe(found.buyer, 40)}"
        words = {"id": safe(str(found.product), 80), "issuer": safe(row["issuer"], 40), "at": at}
        terminal.print(say("ask", **words), style="dim")


def _show_rest(found: Controls, terminal: Console, say: _Words) -> None:
    rest = found.found.filter(pl.col("reason").is_not_null())["reason"].value_counts(sort=True)
    if rest.height:
        parts = [text(f"risk.controls.{reason}", say.lang) + say.aside(str(count)) for reason, count in rest.rows()]
        terminal.print(say("rest", reasons="; ".join(parts)), style="dim")


class _Words:
    """The words of the table in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        places = countries()
        self.names = dict(places.select("iso3", spoken_in(places, "name", lang)).iter_rows())

    def __call__(self, key: str, /, **values: Any) -> str:
        return text(f"app.controls.{key}", self.lang, **values)

    def places(self, cell: str) -> str:
        """Names of the countries in a cell, and in brackets the users among theirs at whom alone it is aimed."""
        known = {"all": self("all"), "military_end_users": self("military_end_users")}
        told = {word: known.get(word) or self.names.get(word) or safe(word, 20) for word in cell.split("|")}
        users = [name for word, name in told.items() if word.islower() and word != "all"]
        places = [name for name in told.values() if name not in users]
        if not users or not places:
            return text("graph.words.between", self.lang).join(told.values())
        between = text("graph.words.between", self.lang)
        return self("some_users", places=between.join(places), users=between.join(users))

    def status(self, row: dict[str, Any]) -> str:
        """The status; with the day from which it must be looked up again, where there is one."""
        status = self(f"status_{row['status']}")
        return status + (self.aside(self("again", day=row["recheck"])) if row["recheck"] else "")

    def aside(self, words: str) -> str:
        """Return words in brackets, as the language writes them."""
        return text("graph.words.aside", self.lang, words=words)

    def refused(self, row: dict[str, Any]) -> str:
        """The loss if all is cut that may be."""
        from .chokepoint_tables import share

        return share(row["loss_refused"], row["loss_refused"], self.lang)

    def loss(self, row: dict[str, Any]) -> str:
        """Certain to possible loss, with the estimate where there is one."""
        from .chokepoint_tables import share

        estimate = row["loss_estimate"]
        both = share(row["loss_low"], row["loss_high"], self.lang)
        sure = estimate is None or row["loss_low"] == row["loss_high"]
        guess = "" if sure else self.aside(f"~{share(estimate, estimate, self.lang)}")
        return both + guess + (" *" if row.get("in_figures") else "")
