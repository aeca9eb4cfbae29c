"""Sliders over a supply graph: who is cut off, how far, what is added, and what is kept, as live intervals."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.arguments import checked
from ..graph.extras import need
from ..graph.messages import default_language, text
from ..risk import Scenario, add_source, embargo, reduce, simulate, stockpile, timeline, timeline_summary
from .assess import top_products
from .chokepoint_tables import share
from .console import name_of

if TYPE_CHECKING:
    import ipywidgets

_HOLDS = 60
"""Holds on a product that are offered, largest share first."""
_STEPS = 8
"""Further items that are shown, hardest hit first."""
_STYLE = "font-variant-numeric: tabular-nums; padding: 1px 8px 1px 0"


@checked()
def whatif_widget(
    graph: SupplyGraph,
    product: str | None = None,
    buyer: str | None = None,
    *,
    level: str = "country",
    lang: str | None = None,
) -> ipywidgets.VBox:
    """Return a notebook widget that says what is kept of a product while sliders are moved.

    Parameters
    ----------
    graph : SupplyGraph
        The facts. A part answers faster than the world (`SupplyGraph.upstream`).
    product : str, optional
        The product shown first (default: the first that nothing else needs).
    buyer : str, optional
        From whose place, a country or a company: supply is then cut as an embargo towards it, else as lost output.
    level : {"country", "company", "site"}
        Whose shares.
    lang : {"en", "ja"}, optional
        Language of the labels.

    Returns
    -------
    ipywidgets.VBox
        Choices of product and hold (a supplier of an item); sliders for the part that is cut (0..1), new supply of the
        item (0..1 of its market) and days of stock; below them what is kept, dark in any case, light at best.

    Raises
    ------
    InputError
        The graph has no item that needs another.
    MissingExtraError
        ipywidgets is not installed.
    UnknownIdError
        The product or the buyer is not in the graph.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> box = whatif_widget(load("permanent_magnet"), "ndfeb_magnet", buyer="JPN", lang="en")
    >>> [type(child).__name__ for child in box.children]
    ['Dropdown', 'Dropdown', 'FloatSlider', 'FloatSlider', 'IntSlider', 'Checkbox', 'HTML']
    """
    need("ipywidgets")
    import ipywidgets

    products = ([product] if product else []) + [id for id in top_products(graph) if id != product]
    if not products:
        raise InputError("app.widget.no_product")
    if buyer is not None:
        graph.supplier(buyer)
    board = _Board(graph, buyer, level, lang or default_language())
    part = {"min": 0.0, "max": 1.0, "step": 0.05, "readout_format": ".0%"}
    controls: dict[str, Any] = {
        "product": ipywidgets.Dropdown(options=[(board.name(id), id) for id in products]),
        "hold": ipywidgets.Dropdown(options=board.holds(products[0])),
        "cut": ipywidgets.FloatSlider(value=1.0, **part),
        "added": ipywidgets.FloatSlider(value=0.0, **part),
        "days": ipywidgets.IntSlider(value=0, min=0, max=360, step=10),
        "domestic": ipywidgets.Checkbox(value=False, disabled=buyer is None),
    }
    answer = ipywidgets.HTML()
    for name, control in controls.items():
        control.description = text(f"app.widget.{name}", board.lang)
        control.style.description_width = "9em"
        control.layout.width = "40em"

    def show(_: Any = None) -> None:
        answer.value = board.answer(**{name: control.value for name, control in controls.items()})

    def offer(change: Any) -> None:
        controls["hold"].options = board.holds(change["new"])

    controls["product"].observe(offer, "value")
    for name, control in controls.items():
        if name != "product":
            control.observe(show, "value")
    show()
    return ipywidgets.VBox([*controls.values(), answer])


class _Board:
    """What the controls offer and what they answer."""

    def __init__(self, graph: SupplyGraph, buyer: str | None, level: str, lang: str) -> None:
        self.graph, self.buyer, self.level, self.lang = graph, buyer, level, lang

    def name(self, item: str) -> str:
        return name_of(self.graph.item(item), self.lang)

    def holds(self, product: str) -> list[tuple[str, tuple[str, str] | None]]:
        """Suppliers of what the product needs, the largest shares first."""
        items = self.graph.upstream(product).items["id"]
        rows = self.graph.markets.filter(
            pl.col("preferred") & (pl.col("scope") == "world") & (pl.col("level") == self.level),
            (pl.col("share_low") > 0) & pl.col("item").is_in(items.implode()) & (pl.col("supplier") != (self.buyer or "")),
        )
        rows = rows.sort("share_low", "item", descending=[True, False]).head(_HOLDS)
        found: list[tuple[str, tuple[str, str] | None]] = [(text("app.widget.nobody", self.lang), None)]
        for row in rows.iter_rows(named=True):
            supplier, held = (
                name_of(self.graph.supplier(row["supplier"]), self.lang),
                share(row["share_low"], row["share_high"], self.lang),
            )
            label = text("app.widget.holds", self.lang, supplier=supplier, item=self.name(row["item"]), share=held)
            found.append((label, (row["supplier"], row["item"])))
        return found[1:] + found[:1]

    def answer(self, product: str, hold: tuple[str, str] | None, cut: float, added: float, days: int, domestic: bool) -> str:
        """Return what is kept of the product, as a fragment of HTML."""
        supplier, item = hold or (None, None)
        changes = []
        if supplier is not None and cut > 0:
            cut_off = embargo(supplier, item=item, share=cut, to=self.buyer or ())
            changes.append(cut_off if self.buyer else reduce(supplier, cut, item=item))
        if item is not None and added > 0:
            changes.append(add_source(item, added))
        where = {"product": product, "buyer": self.buyer, "level": self.level, "domestic": domestic}
        frame = simulate(self.graph, Scenario("sliders", changes), **where)
        lines = [self._kept(frame.row(by_predicate=pl.col("item") == product, named=True))]
        if item is not None and days > 0:
            times = timeline(self.graph, Scenario("sliders", [*changes, stockpile(item, days)]), **where)
            low, high = timeline_summary(times).filter(item=product).select("short_low", "short_high").row(0)
            key = "lasts" if low < float("inf") else "goes_on"
            until = text("app.widget.never", self.lang) if high == float("inf") else f"{high:g}"
            said = text(f"app.widget.{key}", self.lang, low=f"{low:g}", high=until)
            lines.append(f"<p>{escape(said)}</p>")
        hit = frame.filter((pl.col("kept_low") < 1) & (pl.col("item") != product)).sort("kept_low", "item").head(_STEPS)
        cells = [
            (self.name(row["item"]), share(row["kept_low"], row["kept_high"], self.lang))
            for row in hit.iter_rows(named=True)
        ]
        body = "".join(f'<tr><td style="{_STYLE}">{escape(a)}</td><td style="{_STYLE}">{b}</td></tr>' for a, b in cells)
        return "".join([*lines, f"<table>{body}</table>"])

    def _kept(self, row: dict[str, Any]) -> str:
        low, high = row["kept_low"], row["kept_high"]
        said = text("app.widget.kept", self.lang, product=self.name(row["item"]), kept=share(low, high, self.lang))
        bar = f'<rect width="400" height="18" fill="#eee"/><rect width="{400 * high:.1f}" height="18" fill="#a9d6e5"/>'
        bar += f'<rect width="{400 * low:.1f}" height="18" fill="#2a6f97"/>'
        return f'<p><b>{escape(said)}</b></p><svg width="400" height="18" role="img">{bar}</svg>'
