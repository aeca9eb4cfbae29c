"""One picture of trade dependence over time: small panels, readable in black and white, text as text."""

from __future__ import annotations

import io
import logging
import warnings
from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph.messages import spoken, text

if TYPE_CHECKING:
    from .dependence import Dependence

PANELS, COLUMNS = 12, 3
FONTS = ["Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "IPAexGothic"]
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "svg.hashsalt": "kanmon",
    "font.family": [*FONTS, "DejaVu Sans", "sans-serif"],
    "font.size": 8,
    "hatch.linewidth": 0.5,
}


def draw(found: Dependence, lang: str) -> str:
    """Return an SVG of the share of the largest origin, year by year, of the most concentrated items.

    Dark: the least that the largest origin holds; light: what it may hold besides (origin or value not known); hatched:
    years of which only the largest flows are known. The letters are the origin's ISO3 code; the line is the 50 % limit
    (JP-CAO-50). The same data gives the same bytes.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    items = found.ranked.head(PANELS)
    known = found.series["year"].to_list()
    years = list(range(min(known), max(known) + 1))
    rows = max(1, -(-items.height // COLUMNS))
    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    # The page's reader has the fonts; this machine needs none of them to write text as text.
    logger.setLevel(logging.ERROR)
    try:
        with mpl.rc_context(_STYLE), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            figure = Figure(figsize=(9.6, 1.1 + 1.75 * rows), layout="constrained")
            figure.suptitle(text("app.dependence.chart_title", lang, importer=found.importer), fontsize=11)
            grid: Any = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
            for axes, item in zip(grid.flat, items.iter_rows(named=True), strict=False):
                _panel(axes, item, found.series.filter(hs6=item["hs6"]), years, lang)
            for axes in list(grid.flat)[items.height :]:
                axes.set_visible(False)
            figure.supxlabel(text("app.dependence.chart_note", lang), fontsize=7)
            buffer = io.StringIO()
            FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Title": "Kanmon", "Creator": "Kanmon"})
    finally:
        logger.setLevel(level)
    return buffer.getvalue()


def _panel(axes: Any, item: dict[str, Any], series: pl.DataFrame, years: list[int], lang: str) -> None:
    name = spoken(item, "name", lang) or item["hs6"]
    axes.set_title(f"{name if len(name) <= 38 else name[:37] + '…'}{' *' if item['basket'] else ''}", fontsize=8, loc="left")
    axes.axhline(50, color="black", linewidth=0.8, linestyle=(0, (4, 2)), zorder=3)
    axes.set_ylim(0, 118)
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axes.set_yticks([0, 50, 100], labels=["0", "50", "100%"])
    axes.set_xticks(years, labels=[f"'{year % 100:02d}" for year in years])
    axes.spines[["top", "right"]].set_visible(False)
    for row in series.drop_nulls("top_share_low").iter_rows(named=True):
        low, high = 100 * row["top_share_low"], 100 * row["top_share_high"]
        hatch = "////" if row["partial"] else None
        axes.bar(row["year"], low, 0.72, color="white" if hatch else "0.45", edgecolor="0.25", linewidth=0.6, hatch=hatch)
        axes.bar(row["year"], high - low, 0.72, bottom=low, color="0.88", edgecolor="0.25", linewidth=0.6)
        axes.text(row["year"], high + 3, row["top_origin"] or "?", ha="center", va="bottom", fontsize=6)
    for year in set(years) - set(series.drop_nulls("top_share_low")["year"]):
        axes.text(year, 3, "–", ha="center", va="bottom", fontsize=7)
