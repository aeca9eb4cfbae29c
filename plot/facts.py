"""The tornado: which open fact makes an answer so wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import SupplyGraph
from ..graph.arguments import checked
from ..graph.errors import shorten
from ..graph.messages import text
from ..risk.production.facts import KINDS
from .canvas import CERTAIN, INK, PALE, POSSIBLE, language, names, needed, note, percent_axis, picture, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@checked(most=(1, 1000))
def tornado(
    frame: pl.DataFrame,
    *,
    scenario: str | None = None,
    graph: SupplyGraph | None = None,
    most: int = 10,
    lang: str | None = None,
    title: str | None = None,
) -> Figure:
    r"""Return the open facts that explain most, the greatest first, in two panels.

    Left: the part of the spread of the draws that a fact explains alone (dark), and with all that it interacts with (light).
    Right: what knowing it takes off the interval, in points: by the answer that tells least (dark) and most (light). A
    number before a name is the fact's place in the best sequence.

    Parameters
    ----------
    frame : polars.DataFrame
        What `risk.what_to_find_out` returns, or ``unknowns`` of `kanmon.study` for one product.
    scenario : str, optional
        Which one (default: the first).
    graph : SupplyGraph, optional
        Gives the names (default: those in the frame).
    most : int
        Facts that are drawn.
    lang : {"en", "ja"}, optional
        Language of the labels.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty or lacks the columns.

    Examples
    --------
    >>> row = {"scenario": "halt", "step": 1, "kind": "remainder", "item": "magnet", "input": None, "explains": 0.8}
    >>> row |= {"explains_total": 0.9, "width_off_least": 0.1, "width_off_most": 0.6}
    >>> [words.get_text() for words in tornado(pl.DataFrame([row]), lang="en").axes[0].get_yticklabels()]
    ['1  magnet\n(shares not attributed)']
    """
    lang = language(lang)
    columns = ["step", "kind", "item", "explains", "explains_total", "width_off_least", "width_off_most"]
    needed(frame, columns, "tornado")
    if "scenario" in frame.columns:
        frame = frame.filter(pl.col("scenario") == (scenario or frame["scenario"][0]))
    rows = drawn(frame, most)
    needed(rows, [], "tornado")
    called = names(rows, "item", lang, graph)
    if "supplier" in rows.columns:  # whose place it is
        called |= names(rows, "supplier", lang, graph)
    with style():
        figure = picture(7.6, 1.35 + 0.36 * rows.height)
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1, 1])
        labels = [_label(row, called, lang) for row in rows.iter_rows(named=True)]
        _pair(left, rows, ("explains", "explains_total"), [text(f"plot.plot.{k}", lang) for k in ("alone", "together")])
        _pair(right, rows, ("width_off_least", "width_off_most"),
              [text(f"plot.plot.{k}", lang) for k in ("off_least", "off_most")])  # fmt: skip
        left.set_yticks(range(rows.height), labels, fontsize=7.5, linespacing=1.25)
        left.invert_yaxis()
        left.set_xlabel(text("plot.plot.explains", lang))
        right.set_xlabel(text("plot.plot.takes_off", lang))
        if title:
            figure.suptitle(title, fontsize=10, x=0.01, ha="left")
        note(left, text("plot.plot.tornado_note", lang))
    return figure


def drawn(frame: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the facts that are drawn: those that explain most with all they interact with."""
    rows = frame.filter(
        (pl.col("explains_total") > 0.005) | (pl.col("width_off_most") > 0.005) | pl.col("step").is_not_null()
    )
    return rows.sort("explains_total", "width_off_most", descending=True, nulls_last=True, maintain_order=True).head(most)


def _pair(axes: Any, rows: pl.DataFrame, columns: tuple[str, str], labels: list[str]) -> None:
    """Draw two lengths from zero, the dark one inside the light one."""
    for column, color, height, label in zip(
        reversed(columns), (POSSIBLE, CERTAIN), (0.66, 0.34), reversed(labels), strict=True
    ):
        axes.barh(range(rows.height), rows[column].fill_null(0.0), height=height, color=color, edgecolor=INK, linewidth=0.4,
                  label=label)  # fmt: skip
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    percent_axis(axes.xaxis)
    axes.xaxis.grid(True, color=PALE, linewidth=0.7)
    axes.set_axisbelow(True)
    handles, said = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], said[::-1], loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=7,
                borderaxespad=0.2, columnspacing=1, handlelength=1.4)  # fmt: skip


def _label(row: dict[str, Any], called: dict[str, str], lang: str) -> str:
    kind = text(f"plot.plot.kind_{row['kind']}", lang) if row["kind"] in KINDS else shorten(row["kind"])
    about = called.get(row.get("supplier") or row["item"] or "", "")
    place = f"{row['step']}  " if row["step"] is not None else ""
    return f"{place}{about}\n({kind})" if about else f"{place}{kind}"
