"""Interval bars: a figure that is known in part, one bar a row, several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.arguments import checked
from ..graph.errors import did_you_mean, nearest, shorten
from ..graph.messages import text
from .canvas import CERTAIN, GREY, INK, OPEN, PALE, POSSIBLE, language, names, needed, note, percent_axis, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARES = ("kept", "loss", "share", "top_share", "cr3", "rate", "first", "long")
"""Figures that read in percent; others (an HHI) as they are."""
HATCHES = ("", "////", "....", "xxxx")


@checked(most=(1, 1000))
def intervals(
    frame: pl.DataFrame,
    value: str = "hhi",
    *,
    rows: str | None = None,
    by: str | None = None,
    graph: SupplyGraph | None = None,
    limit: float | None = None,
    most: int = 16,
    lang: str | None = None,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Return bars of an interval: dark up to the least, light on to the most; a mark where there is an estimate.

    Parameters
    ----------
    frame : polars.DataFrame
        With ``{value}_low`` and ``{value}_high``: what `risk.concentration`, `risk.concentration_by_year`, `risk.simulate`,
        `risk.chokepoints`, `kanmon.study` (``summary``) and others return.
    value : str
        The figure. ``"loss"`` of a frame with ``kept_low, kept_high`` is 1 - kept.
    rows : str, optional
        The column that names the bars (default: ``item``, ``node``, ``product`` or ``scenario``, the first with several
        values).
    by : str, optional
        A column whose values stand side by side in each row, at most four: ``"year"`` for two years, ``"scenario"``.
    graph : SupplyGraph, optional
        Gives the names; else those in the frame, else ids.
    limit : float, optional
        A dashed line, in the unit of the figure.
    most : int
        Rows that are drawn, those of the greatest least first.
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
        The frame is empty or lacks the columns, or ``by`` has more than four values.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> from kanmon.risk import concentration
    >>> figure = intervals(concentration(load("permanent_magnet")), lang="en", most=5)
    >>> figure.axes[0].get_xlabel()
    'HHI'
    """
    lang = language(lang)
    frame = _figure(frame, value)
    rows = rows or next((name for name in ("item", "node", "product", "scenario") if _several(frame, name)), "item")
    needed(frame, [rows, f"{value}_low", f"{value}_high", *([] if by is None else [by])], "intervals")
    frame = frame.drop_nulls([rows, f"{value}_low", f"{value}_high"])
    parts = [None] if by is None else sorted(frame[by].unique().drop_nulls().to_list())
    if len(parts) > len(HATCHES):
        raise InputError("plot.plot.parts", column=shorten(by), count=len(parts), most=len(HATCHES))
    found = drawn(frame, value, rows, by, most)
    called = names(found, rows, lang, graph)
    order = found[rows].unique(maintain_order=True).to_list()
    place = {id: i for i, id in enumerate(order)}
    height = 0.62 / len(parts)
    with sheet(axes, 6.4, 1.1 + len(order) * (0.26 + 0.13 * (len(parts) - 1))) as axes:
        for number, part in enumerate(parts):
            told = found if by is None else found.filter(pl.col(by) == part)
            at = [place[id] + (number - (len(parts) - 1) / 2) * height for id in told[rows]]
            low, high = told[f"{value}_low"].to_numpy(), told[f"{value}_high"].to_numpy()
            mark = f" ({shorten(part, 24)})" if part is not None else ""
            certain, possible = (text(f"plot.plot.{bound}", lang) + mark for bound in ("at_least", "at_most"))
            style = {"height": 0.92 * height, "linewidth": 0.5, "hatch": HATCHES[number] if len(parts) > 1 else ""}
            axes.barh(at, low, color=CERTAIN, label=certain, edgecolor="white", **style)
            axes.barh(at, high - low, left=low, color=POSSIBLE, label=possible, edgecolor=INK, **style)
            if f"{value}_estimate" in told.columns:
                style = {"color": OPEN, "edgecolors": INK, "linewidths": 0.8, "s": 16, "zorder": 4, "clip_on": False}
                axes.scatter(told[f"{value}_estimate"], at, label=text("plot.plot.estimate", lang), **style)
        axes.set_yticks(range(len(order)), [called[str(id)] for id in order])
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0, max(1.0, float(found[f"{value}_high"].max() or 1.0)))  # type: ignore[arg-type]
        axes.xaxis.grid(True, color=PALE, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.set_xlabel(_called(value, lang))
        if value in SHARES:
            percent_axis(axes.xaxis)
        if limit is not None:
            axes.axvline(limit, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        if title:
            axes.set_title(title, loc="left", fontsize=10, pad=24)
        _legend(axes, 3 if len(parts) == 1 else 2, text("plot.plot.estimate", lang))
        left = frame[rows].n_unique() - len(order)
        note(axes, text("plot.plot.more", lang, count=left) if left > 0 else "")
        axes.spines["left"].set_color(GREY)
    return axes.figure


def _legend(axes: Axes, across: int, last: str) -> None:
    """Say above the bars what their colours mean, the estimate last."""
    told = sorted(zip(*axes.get_legend_handles_labels(), strict=True), key=lambda pair: pair[1].startswith(last))
    handles, labels = zip(*told, strict=True)
    axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=across, frameon=False, fontsize=7.5,
                borderaxespad=0.2)  # fmt: skip


def drawn(frame: pl.DataFrame, value: str, rows: str, by: str | None, most: int) -> pl.DataFrame:
    """Return the rows of a frame that are drawn: the greatest least first, one row a bar.

    Without ``by`` several rows of one name (views of a market) would lie upon each other: the preferred one is taken, else
    the first.
    """
    if "preferred" in frame.columns and by is None:
        frame = frame.filter(pl.col("preferred")) if frame["preferred"].any() else frame
    frame = frame.unique([rows, *([by] if by else [])], keep="first", maintain_order=True)
    rank = frame.group_by(rows, maintain_order=True).agg(
        a=pl.col(f"{value}_low").max(), b=pl.col(f"{value}_high").max(), parts=pl.len()
    )
    if by is not None and rank.filter(pl.col("parts") > 1).height:
        rank = rank.filter(pl.col("parts") > 1)  # what stands alone has nothing beside it
    kept = rank.sort("a", "b", rows, descending=[True, True, False]).head(most).select(rows)
    return kept.join(frame, on=rows, how="left", maintain_order="left")


def _figure(frame: pl.DataFrame, value: str) -> pl.DataFrame:
    if value == "loss" and "loss_low" not in frame.columns and {"kept_low", "kept_high"} <= set(frame.columns):
        frame = frame.with_columns(loss_low=1 - pl.col("kept_high"), loss_high=1 - pl.col("kept_low"))
        if "kept_estimate" in frame.columns:
            frame = frame.with_columns(loss_estimate=1 - pl.col("kept_estimate"))
    if f"{value}_low" not in frame.columns:
        known = sorted(name[:-4] for name in frame.columns if name.endswith("_low"))
        hint = did_you_mean(nearest(value, known))
        raise InputError("plot.plot.value", value=shorten(value), hint=hint)
    return frame


def _several(frame: pl.DataFrame, name: str) -> bool:
    return name in frame.columns and frame[name].n_unique() > 1


def _called(value: str, lang: str) -> str:
    known = ("hhi", "kept", "loss", "share", "top_share", "rate")
    return text(f"plot.plot.figure_{value}", lang) if value in known else value
