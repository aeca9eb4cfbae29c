"""The flow of a chain: who holds each step, and where one country stays from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ..graph import SupplyGraph
from ..graph.arguments import checked
from ..graph.extras import need
from ..graph.messages import text
from .canvas import GREY, GROUPS, HATCH, INK, OPEN, language, names, needed, note, percent, sheet, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 0.3
"""Of a bar, as a part of the way to the next."""
READABLE = 0.045
"""Share from which on a bar is high enough for its figure."""
REST, OTHERS, NONE = "", "…", "?"


@checked(most=(1, 1000))
def flow(
    frame: pl.DataFrame,
    items: Sequence[str],
    *,
    graph: SupplyGraph | None = None,
    most: int = 4,
    lang: str | None = None,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Return the shares of each step of a chain as a bar, upstream first, with bands that follow a supplier.

    A band joins what one country holds of a step with what it holds of the next. It is no trade: who buys from whom is
    mostly not known. What no source attributes to a named supplier is white and hatched, and no band leaves it.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows ``item, supplier, share_low, share_high`` of one view a market: ``graph.preferred("country", "world")``.
    items : sequence of str
        The steps, upstream first.
    graph : SupplyGraph, optional
        Gives the names.
    most : int
        Suppliers with a shade and bands of their own, at most four: those with the greatest share of any step.
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
        The frame lacks the columns or has no share of the steps.
    UnknownIdError
        The graph has no such step.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> graph = load("permanent_magnet")
    >>> figure = flow(graph.preferred("country", "world"), ["ndfeb_alloy", "ndfeb_magnet"], graph=graph, lang="en")
    >>> len(figure.axes[0].get_xticks())
    2
    """
    need("matplotlib")
    from matplotlib.patches import Patch

    lang = language(lang)
    needed(frame, ["item", "supplier", "share_low", "share_high"], "flow")
    rows = frame.filter(pl.col("item").is_in(list(items)))
    needed(rows, [], "flow")
    if graph is not None:
        for item in items:
            graph.item(item)
    kept, bars = bars_of(rows, items, min(most, len(GROUPS)))
    called = names(rows, "supplier", lang, graph) | names(rows, "item", lang, graph)
    called |= names(pl.DataFrame({"item": list(items)}), "item", lang, graph) if graph is not None else {}
    called |= {
        OTHERS: text("plot.plot.others", lang),
        REST: text("plot.plot.rest", lang),
        NONE: text("plot.plot.no_figure", lang),
    }
    shade = dict(zip(kept, GROUPS, strict=False)) | {OTHERS: "#f3f4f6", REST: OPEN, NONE: OPEN}
    with sheet(axes, 1.4 + 1.35 * len(items), 4.0) as axes:
        ends: dict[str, tuple[int, float, float]] = {}
        for x, parts in enumerate(bars):
            for supplier, bottom, height in parts:
                style = {"color": shade[supplier], "edgecolor": GREY, "linewidth": 0.5}
                axes.bar(x, height, WIDTH, bottom=bottom, hatch=HATCH if supplier == REST else None, zorder=3, **style)
                if height >= READABLE and supplier != NONE:
                    _share(axes, x, bottom, height, "white" if supplier in kept[:2] else INK, supplier == REST)
                if supplier in kept:
                    before = ends.get(supplier)
                    if before is not None and before[0] == x - 1:
                        _band(axes, before, (x, bottom, height), shade[supplier])
                    ends[supplier] = (x, bottom, height)
        labels = [wrapped(called.get(item, item), 18) for item in items]
        axes.set_xticks(range(len(items)), labels, fontsize=7.5)
        axes.set_yticks([])
        axes.set_ylim(0, 1.0)
        axes.set_xlim(-0.5, len(items) - 0.5)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        seen = {supplier for parts in bars for supplier, _, _ in parts}
        handles = [
            Patch(facecolor=shade[one], edgecolor=GREY, hatch=HATCH if one == REST else None, label=called.get(one, one))
            for one in [*kept, OTHERS, REST, NONE]
            if one in seen
        ]
        axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.01), ncols=3, frameon=False, fontsize=7.5)
        if title:
            axes.figure.suptitle(title, fontsize=10, x=0.01, ha="left")
        note(axes, text("plot.plot.flow_note", lang))
    return axes.figure


def _share(axes: Axes, x: int, bottom: float, height: float, color: str, hatched: bool) -> None:
    """Write a share into its bar, on paper where the bar is hatched."""
    back = {"facecolor": OPEN, "edgecolor": "none", "pad": 0.5} if hatched else None
    axes.text(x, bottom + height / 2, percent(height), ha="center", va="center", fontsize=6.5, color=color, zorder=4,
              bbox=back)  # fmt: skip


def bars_of(rows: pl.DataFrame, items: Sequence[str], most: int) -> tuple[list[str], list[list[tuple[str, float, float]]]]:
    """Return the suppliers with a shade, and for each step ``(supplier, bottom, height)``: known shares, others, the rest;
    one empty bar where the frame has no row.

    A height is the least share (what is certain); all that is not attributed for certain is the rest.
    """
    rank = rows.group_by("supplier").agg(a=pl.col("share_low").max(), b=pl.col("share_low").sum())
    kept = rank.sort("a", "b", "supplier", descending=[True, True, False])["supplier"].head(most).to_list()
    bars = []
    for item in items:
        if not rows.filter(item=item).height:
            bars.append([(NONE, 0.0, 1.0)])
            continue
        told = dict(rows.filter(item=item).select("supplier", "share_low").iter_rows())
        named = [(supplier, told.pop(supplier)) for supplier in kept if told.get(supplier)]
        others = sum(told.values())
        rest = max(0.0, 1 - others - sum(share for _, share in named))
        parts, bottom = [], 0.0
        for supplier, height in [*named, (OTHERS, others), (REST, rest)]:
            if height > 1e-9:
                parts.append((supplier, bottom, height))
                bottom += height
        bars.append(parts)
    return kept, bars


def _band(axes: Any, start: tuple[int, float, float], end: tuple[int, float, float], color: str) -> None:
    """Draw a band with level ends between two bars."""
    x = np.linspace(start[0] + WIDTH / 2, end[0] - WIDTH / 2, 40)
    part = (x - x[0]) / (x[-1] - x[0])
    ease = part * part * (3 - 2 * part)
    bottom = start[1] + (end[1] - start[1]) * ease
    top = start[1] + start[2] + (end[1] + end[2] - start[1] - start[2]) * ease
    axes.fill_between(x, bottom, top, color=color, alpha=0.3, linewidth=0, zorder=1)
