"""The fan chart of a what-if answer: what is supplied of the product from day to day, and what was expected to help when."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph.arguments import checked
from ..graph.errors import shorten
from ..graph.extras import need
from ..graph.messages import default_language, text
from ..risk import Scenario
from ..risk.production.changes import STOPPING
from ..risk.production.scenario import scenario_of
from .console import name_of
from .dependence_chart import FONTS

if TYPE_CHECKING:
    from ..graph import SupplyGraph
    from ..risk import Change
    from .whatif import Answer

PANELS = 8
"""Scenarios that are drawn, the first ones."""
BAND, LINE, MARK, THREAT = "#a9d6e5", "#1d4e68", "#7a4a00", "#b23a48"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: the reader's browser has the letters
    "svg.hashsalt": "kanmon",
    "font.family": [*FONTS, "DejaVu Sans", "sans-serif"],
    "font.size": 8,
}


@checked()
def fan_chart(
    graph: SupplyGraph,
    scenarios: Scenario | Change | Sequence[Scenario],
    product: str,
    *,
    buyer: str | None = None,
    lang: str | None = None,
    **options: Any,
) -> str:
    """Return an SVG of what is supplied of a product from day to day under scenarios, one panel each on the same scales.

    Parameters
    ----------
    graph : SupplyGraph
        The facts.
    scenarios : Scenario, Change or sequence of Scenario
        What happens; a scenario and the same with a measure show before and after.
    product, buyer : str, str or None
        About what, and from whose place; with a buyer also as if it made at home what nobody is known to supply.
    lang : {"en", "ja"}, optional
        Language of the labels.
    **options
        ``level``, ``domestic``, ``horizon`` (365), ``sharing``, ``term``, ``sourcing``, as in `kanmon.risk.timeline`.

    Returns
    -------
    str
        SVG with text as text; in a notebook, ``IPython.display.SVG`` shows it.

    Raises
    ------
    InputError
        Nothing changes, or an option makes no sense.
    MissingExtraError
        matplotlib is not installed.
    UnknownIdError
        The scenario, product or buyer names something that the graph does not have.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> from kanmon.risk import Scenario, halt, stockpile
    >>> cut = Scenario("cut", halt("CHN", item="ndfeb_magnet", lasts=90))
    >>> helped = cut + Scenario("stock", stockpile("ndfeb_magnet", 30))
    >>> fan_chart(load("permanent_magnet"), [cut, helped], "ndfeb_magnet", lang="en")[:5]
    '<?xml'
    """
    from .whatif import HORIZON, ask

    need("matplotlib")
    asked = scenario_of(scenarios)
    given: dict[str, Any] = {"horizon": HORIZON} | options
    answer = ask(graph, asked, product, buyer=buyer, **given)
    return draw(answer, lang or default_language())


def draw(answer: Answer, lang: str) -> str:
    """Return an SVG with one panel per scenario (down) and reading (across), all on the same scales.

    The band lies between what is supplied at least and at best, the line is the estimate; bars below are the days when
    threats are in force, marks the days when sources and stocks are ready and how far stocks reach at today's use. The same
    answer gives the same bytes.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    scenarios = answer.scenarios[:PANELS]
    readings = answer.times["reading"].unique(maintain_order=True).to_list()
    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with mpl.rc_context(_STYLE), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a machine without the fonts
            size = (4.8 * len(readings) + 0.6, 1.0 + 2.1 * len(scenarios))
            figure = Figure(figsize=size, layout="constrained")
            product = shorten(name_of(answer.graph.item(answer.product), lang))
            place = text("app.whatif.world", lang)
            if answer.buyer:
                place = shorten(name_of(answer.graph.supplier(answer.buyer), lang))
            figure.suptitle(text("app.whatif.chart_title", lang, product=product, buyer=place), fontsize=11)
            grid: Any = figure.subplots(len(scenarios), len(readings), sharex=True, sharey=True, squeeze=False)
            for row, scenario in zip(grid, scenarios, strict=True):
                for axes, reading in zip(row, readings, strict=True):
                    _panel(axes, answer, scenario, reading, lang)
            for axes in grid[-1]:
                axes.set_xlabel(text("app.whatif.chart_day", lang))
            figure.supxlabel(text("app.whatif.chart_note", lang), fontsize=7)
            for words in figure.findobj(Text):
                words.set_parse_math(False)  # a user's name with two dollar signs is a name
            buffer = io.StringIO()
            FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Title": "Kanmon", "Creator": "Kanmon"})
    finally:
        logger.setLevel(level)
    return buffer.getvalue()


def _panel(axes: Any, answer: Answer, scenario: Scenario, reading: str, lang: str) -> None:
    wanted = (pl.col("scenario") == scenario.name) & (pl.col("reading") == reading) & (pl.col("item") == answer.product)
    rows = answer.times.filter(wanted)
    day = rows["day"].to_numpy()
    low, high, estimate = (100 * rows[f"rate_{bound}"].to_numpy() for bound in ("low", "high", "estimate"))
    horizon = float(day[-1])
    name = f"{shorten(scenario.name, 44)} · {text(f'app.whatif.reading_{reading}', lang)}"
    axes.set_title(name, fontsize=8, loc="left")
    axes.fill_between(day, low.clip(max=100), high.clip(max=100), step="post", color=BAND, linewidth=0)
    axes.step(day, low, where="post", color=LINE, linewidth=0.6)
    axes.step(day, high, where="post", color=LINE, linewidth=0.6)
    axes.step(day, estimate, where="post", color=LINE, linewidth=1.6, linestyle=(0, (4, 1.5)))
    axes.set_xlim(0, horizon)
    axes.set_ylim(-9, max(112.0, float(estimate.max()) + 12))
    axes.set_yticks([0, 50, 100], labels=["0", "50", "100%"])
    axes.spines[["top", "right"]].set_visible(False)
    for change in scenario:
        if change.kind in STOPPING:
            end = horizon if change.lasts is None else min(horizon, change.start + change.lasts)
            axes.plot([change.start, end], [-5, -5], color=THREAT, linewidth=4, solid_capstyle="butt")
    marks = sorted(mark for change in scenario for mark in _marks(answer.graph, change, lang) if 0 < mark[0] < horizon)
    for height, (when, label) in enumerate(marks):
        axes.axvline(when, color=MARK, linewidth=0.8, linestyle=":")
        left = when > 0.7 * horizon
        place = (-3 if left else 3, 0)
        at = 4 + 11 * (height % 5)
        axes.annotate(label, (when, at), place, textcoords="offset points", fontsize=6.5, color=MARK,
                      ha="right" if left else "left")  # fmt: skip


def _marks(graph: SupplyGraph, change: Change, lang: str) -> list[tuple[float, str]]:
    """The days of a change that are marked: a source or stock that is ready, how far a stock reaches at today's use."""
    if change.kind == "spare_capacity":
        return [(change.start, text("app.whatif.mark_spare", lang, node=shorten(change.node, 30)))]
    if change.kind not in {"add_source", "substitute", "stockpile"}:
        return []
    item = shorten(name_of(graph.item(str(change.item)), lang), 30)
    if change.kind != "stockpile":
        return [(change.start, text("app.whatif.mark_source", lang, item=item))]
    # At the soonest: an unknown size at its least, a reserve at its full rate.
    size, rate = change.bounds[0], change.release or 1.0
    words = {"item": item, "days": f"{size:g}"}
    if change.holder is None:
        label = text("app.whatif.mark_stock", lang, **words)
    else:
        holder = shorten(name_of(graph.supplier(change.holder), lang), 20)
        label = text("app.whatif.mark_reserve", lang, holder=holder, **words)
    return [(change.start, text("app.whatif.mark_stock_ready", lang, item=item)), (change.start + size / rate, label)]
