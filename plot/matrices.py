"""Matrices: who holds what at which stage, and which failures together stop a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import SupplyGraph
from ..graph.arguments import checked
from ..graph.errors import shorten
from ..graph.extras import need
from ..graph.messages import text
from .canvas import (
    CERTAIN,
    GREY,
    HATCH,
    INK,
    PALE,
    POSSIBLE,
    SHADES,
    language,
    names,
    needed,
    note,
    percent,
    percent_axis,
    picture,
    sheet,
    style,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SURE = 0.1
"""Cells whose interval is wider than this are hatched."""


@checked(most=(1, 1000))
def heat_map(
    frame: pl.DataFrame,
    *,
    rows: str = "supplier",
    columns: str = "stage",
    value: str = "share",
    graph: SupplyGraph | None = None,
    most: int = 12,
    lang: str | None = None,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Return a table in shades: countries down, stages (or items, or tiers) across, each cell an interval in percent.

    Where several rows of the frame fall into one cell (items of one stage), the cell is the one with the greatest
    least: how much one country holds of *some* item of the stage. A blank cell is not named there, which is no zero.

    Parameters
    ----------
    frame : polars.DataFrame
        With ``rows``, ``columns``, ``{value}_low`` and ``{value}_high``: the rows of ``graph.preferred("country")``, or of
        `risk.look_through` (``rows="country", columns="tier"``). The column ``stage`` is joined from ``graph``.
    rows, columns, value : str
        What stands down, across, and in the cells.
    graph : SupplyGraph, optional
        Gives the names and the stages.
    most : int
        Rows and columns that are drawn, those with the greatest cells first.
    lang : {"en", "ja"}, optional
        Language of the labels.
    title : str, optional
        Above the picture.
    axes : matplotlib.axes.Axes, optional
        Where to draw (default: a figure of its own).

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty or lacks the columns.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> graph = load("permanent_magnet")
    >>> figure = heat_map(graph.preferred("country", "world"), columns="item", graph=graph, lang="en", most=6)
    >>> len(figure.axes[0].get_xticks())
    6
    """
    need("matplotlib")
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    lang = language(lang)
    if columns == "stage" and "stage" not in frame.columns and graph is not None:
        stages = graph.items.select(item="id", stage=pl.col("stage").fill_null(text("plot.plot.no_stage", lang)))
        frame = frame.join(stages, on="item", how="left", maintain_order="left")
    needed(frame, [rows, columns, f"{value}_low", f"{value}_high"], "heat_map")
    cells = cells_of(frame, rows, columns, value)
    across = _first(cells, columns, most)
    down = _first(cells.filter(pl.col(columns).is_in(across)), rows, most)
    if columns != "item":
        across = sorted(across, key=lambda one: frame[columns].unique(maintain_order=True).to_list().index(one))
    called = names(cells, rows, lang, graph) | names(cells, columns, lang, graph)
    shades = LinearSegmentedColormap.from_list("kanmon", SHADES)
    with sheet(axes, 1.9 + 0.62 * len(across), 1.7 + 0.27 * len(down)) as axes:
        for row in cells.iter_rows(named=True):
            if row[rows] not in down or row[columns] not in across:
                continue
            x, y, low, high = across.index(row[columns]), down.index(row[rows]), row["low"], row["high"]
            wide = high - low > SURE
            style = {"facecolor": shades(min(1.0, low)), "edgecolor": "white" if not wide else GREY, "linewidth": 0.5}
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, hatch=HATCH if wide else None, **style))
            color = "white" if low > 0.5 else INK
            box = {"facecolor": shades(min(1.0, low)), "edgecolor": "none", "pad": 0.6} if wide else None
            axes.text(x, y, percent(low, high, lang), ha="center", va="center", fontsize=6.5, color=color, bbox=box)
        axes.set_xlim(-0.5, len(across) - 0.5)
        axes.set_ylim(len(down) - 0.5, -0.5)
        axes.set_yticks(range(len(down)), [called[str(one)] for one in down])
        labels = [wrapped(called[str(one)].replace("_", " "), 20) for one in across]
        turn = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if max(map(len, labels)) > 3 else {}
        axes.set_xticks(range(len(across)), labels, fontsize=7.5, **turn)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        if title:
            axes.set_title(title, loc="left", fontsize=10)
        note(axes, text("plot.plot.heat_note", lang))
    return axes.figure


def cells_of(frame: pl.DataFrame, rows: str, columns: str, value: str) -> pl.DataFrame:
    """Return one row per cell, ``low, high``: of several rows the one with the greatest least, then the greatest most."""
    kept = frame.drop_nulls([rows, columns, f"{value}_low", f"{value}_high"])
    kept = kept.sort(f"{value}_low", f"{value}_high", descending=True, maintain_order=True)
    kept = kept.unique([rows, columns], keep="first", maintain_order=True)
    return kept.with_columns(low=pl.col(f"{value}_low"), high=pl.col(f"{value}_high"))


def _first(cells: pl.DataFrame, column: str, most: int) -> list[Any]:
    """Return the values of a column with the greatest cells."""
    rank = cells.group_by(column).agg(a=pl.col("low").max(), b=pl.col("low").sum(), c=pl.col("high").max())
    return rank.sort("a", "b", "c", column, descending=[True, True, True, False])[column].head(most).to_list()


@checked(most=(1, 1000))
def cut_set_matrix(
    frame: pl.DataFrame,
    *,
    graph: SupplyGraph | None = None,
    most: int = 14,
    lang: str | None = None,
    title: str | None = None,
) -> Figure:
    """Return minimal cut sets as a matrix: a column each, a dot for every member, and above it what is lost.

    Parameters
    ----------
    frame : polars.DataFrame
        What `risk.cut_sets` returns.
    graph : SupplyGraph, optional
        Gives the names.
    most : int
        Sets that are drawn, the first ones.
    lang : {"en", "ja"}, optional
        Language of the labels.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure
        A filled dot: the set stops the product under every completion of the shares; an open one: under some.

    Raises
    ------
    InputError
        The frame is empty or lacks the columns.

    References
    ----------
    .. [1] The form is that of Lex, Gehlenborg, Strobelt, Vuillemot, Pfister (2014), UpSet, IEEE Trans. Visualization and
       Computer Graphics 20(12), 1983-1992, doi 10.1109/TVCG.2014.2346248.

    Examples
    --------
    >>> row = {"set": 1, "order": 2, "members": ["CHN", "JPN"], "certainty": "possible", "loss_low": 0.2, "loss_high": 1.0}
    >>> len(cut_set_matrix(pl.DataFrame([row]), lang="en").axes)
    2
    """
    lang = language(lang)
    needed(frame, ["members", "certainty", "loss_low", "loss_high"], "cut_set_matrix")
    sets = frame.head(most)
    counts = (
        sets.explode("members")
        .group_by("members", maintain_order=True)
        .len()
        .sort("len", descending=True, maintain_order=True)
    )
    members = counts["members"].to_list()
    called = names(sets.explode("members"), "members", lang, graph)
    with style():
        figure = picture(2.2 + 0.36 * max(6, sets.height), 2.1 + 0.25 * len(members))
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.1, 0.25 * max(3, len(members))])
        at = range(sets.height)
        above.bar(at, sets["loss_low"], 0.6, color=CERTAIN, label=text("plot.plot.at_least", lang))
        above.bar(at, sets["loss_high"] - sets["loss_low"], 0.6, bottom=sets["loss_low"], color=POSSIBLE, edgecolor=INK,
                  linewidth=0.4, label=text("plot.plot.at_most", lang))  # fmt: skip
        above.set_ylim(0, 1.02)
        percent_axis(above.yaxis)
        above.set_ylabel(text("plot.plot.figure_loss", lang))
        above.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=7.5, borderaxespad=0.2)
        above.tick_params(axis="x", length=0)
        for y in range(0, len(members), 2):
            below.axhspan(y - 0.5, y + 0.5, color=PALE, linewidth=0, alpha=0.5)
        for x, row in enumerate(sets.iter_rows(named=True)):
            ys = sorted(members.index(member) for member in row["members"])
            below.plot([x, x], [ys[0], ys[-1]], color=GREY, linewidth=1.2, zorder=2)
            fill = CERTAIN if row["certainty"] == "certain" else "white"
            below.scatter([x] * len(ys), ys, s=34, color=fill, edgecolors=CERTAIN, linewidths=1.2, zorder=3)
        below.set_yticks(range(len(members)), [called[one] for one in members])
        below.set_ylim(len(members) - 0.5, -0.5)
        below.set_xticks([])
        below.set_xlim(-0.6, max(5.4, sets.height - 0.4))
        below.tick_params(length=0)
        below.spines[:].set_visible(False)
        if title:
            figure.suptitle(shorten(title, 90), fontsize=10, x=0.01, ha="left")
        note(below, text("plot.plot.sets_note", lang))
    return figure
