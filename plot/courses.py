"""The fan: what is supplied from day to day, between the worst and the best arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import SupplyGraph
from ..graph.arguments import checked
from ..graph.errors import shorten
from ..graph.messages import text
from .canvas import CERTAIN, PALE, POSSIBLE, language, names, needed, percent_axis, picture, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANELS = 8
"""Panels that are drawn, the first ones."""


@checked()
def fan(
    frame: pl.DataFrame,
    items: str | Sequence[str] | None = None,
    *,
    graph: SupplyGraph | None = None,
    lang: str | None = None,
    title: str | None = None,
) -> Figure:
    """Return what is supplied from day to day: a panel for each scenario (down) and item (across), on the same scales.

    Parameters
    ----------
    frame : polars.DataFrame
        What `risk.timeline` returns, or ``curves`` of `kanmon.study`.
    items : str or sequence of str, optional
        Which items (default: those of the frame, at most three).
    graph : SupplyGraph, optional
        Gives the names.
    lang : {"en", "ja"}, optional
        Language of the labels.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure
        The band lies between ``rate_low`` and ``rate_high``; the dashed line is ``rate_estimate``.

    Raises
    ------
    InputError
        The frame is empty, lacks the columns, or has none of the items.

    Examples
    --------
    >>> row = {"scenario": "cut", "item": "motor", "rate_high": 1.0, "rate_estimate": 0.8}
    >>> figure = fan(pl.DataFrame([row | {"day": 0.0, "rate_low": 1.0}, row | {"day": 60.0, "rate_low": 0.5}]), lang="en")
    >>> len(figure.axes)
    1
    """
    lang = language(lang)
    needed(frame, ["scenario", "item", "day", "rate_low", "rate_high", "rate_estimate"], "fan")
    chosen = [items] if isinstance(items, str) else list(items or frame["item"].unique(maintain_order=True)[:3])
    frame = frame.filter(pl.col("item").is_in(chosen))
    needed(frame, [], "fan")
    scenarios = frame["scenario"].unique(maintain_order=True).to_list()[:PANELS]
    called = names(frame, "item", lang, graph)
    with style():
        figure = picture(max(5.0, 3.1 * len(chosen) + 0.6), 0.9 + 1.75 * len(scenarios))
        grid: Any = figure.subplots(len(scenarios), len(chosen), sharex=True, sharey=True, squeeze=False)
        for line, scenario in zip(grid, scenarios, strict=True):
            for axes, item in zip(line, chosen, strict=True):
                rows = frame.filter(pl.col("scenario") == scenario, pl.col("item") == item)
                heading = called.get(item, shorten(item))
                axes.set_title(
                    f"{heading} · {shorten(scenario, 40)}" if len(scenarios) > 1 else heading, fontsize=8, loc="left"
                )
                if rows.height:
                    band(axes, rows, lang)
        for axes in grid[-1]:
            axes.set_xlabel(text("plot.plot.day", lang))
        figure.legend(
            *grid[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=7.5
        )
        if title:
            figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    return figure


def band(axes: Any, rows: pl.DataFrame, lang: str) -> None:
    """Draw the course of one item under one scenario."""
    day = rows["day"].to_numpy()
    low, high, estimate = (rows[f"rate_{end}"].to_numpy() for end in ("low", "high", "estimate"))
    words = {name: text(f"plot.plot.{name}", lang) for name in ("between", "estimate")}
    axes.fill_between(day, low, high, step="post", color=POSSIBLE, linewidth=0, label=words["between"])
    for edge in (low, high):
        axes.step(day, edge, where="post", color=CERTAIN, linewidth=0.7)
    axes.step(day, estimate, where="post", color=CERTAIN, linewidth=1.6, linestyle=(0, (4, 1.5)), label=words["estimate"])
    axes.set_xlim(0, float(day[-1]))
    axes.set_ylim(-0.03, max(1.06, float(high.max()) + 0.06))
    axes.set_yticks([0, 0.5, 1])
    percent_axis(axes.yaxis)
    axes.yaxis.grid(True, color=PALE, linewidth=0.7)
    axes.set_axisbelow(True)
