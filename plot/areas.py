"""The treemap: shares of several markets as areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import SupplyGraph
from ..graph.arguments import checked
from ..graph.encodings import EAST_ASIAN
from ..graph.extras import need
from ..graph.messages import text
from .canvas import GREY, HATCH, INK, OPEN, SHADES, language, names, needed, note, percent, sheet, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REST = ""
Box = tuple[float, float, float, float]
"""Left, bottom, width, height."""


@checked(most=(1, 1000))
def treemap(
    frame: pl.DataFrame,
    items: str | Sequence[str] | None = None,
    *,
    graph: SupplyGraph | None = None,
    most: int = 6,
    lang: str | None = None,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Return the markets of some items as boxes of equal area, divided among their suppliers.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows ``item, supplier, share_low, share_high`` of one view a market: ``graph.preferred("country", "world")``.
    items : str or sequence of str, optional
        Which markets (default: the first of the frame); one without a row in the frame is left out.
    graph : SupplyGraph, optional
        Gives the names.
    most : int
        Markets that are drawn.
    lang : {"en", "ja"}, optional
        Language of the labels.
    title : str, optional
        Above the picture.
    axes : matplotlib.axes.Axes, optional
        Where to draw (default: a figure of its own).

    Returns
    -------
    matplotlib.figure.Figure
        An area is the least share, darker where it is greater; what no source attributes is white and hatched.

    Raises
    ------
    InputError
        The frame is empty or lacks the columns.

    References
    ----------
    .. [1] Squarified: Bruls, Huizing, van Wijk (2000), Data Visualization 2000, 33-42, doi 10.1007/978-3-7091-6783-0_4.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> graph = load("permanent_magnet")
    >>> figure = treemap(graph.preferred("country", "world"), "ndfeb_magnet", graph=graph, lang="en")
    >>> figure.axes[0].texts[1].get_text()
    'China 94%'
    """
    need("matplotlib")
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    lang = language(lang)
    needed(frame, ["item", "supplier", "share_low", "share_high"], "treemap")
    chosen = [items] if isinstance(items, str) else list(items or frame["item"].unique(maintain_order=True))
    chosen = [item for item in chosen if frame.filter(pl.col("item") == item).height][:most]
    frame = frame.filter(pl.col("item").is_in(chosen))
    needed(frame, [], "treemap")
    called = names(frame, "supplier", lang, graph) | names(frame, "item", lang, graph)
    shades = LinearSegmentedColormap.from_list("kanmon", SHADES)
    across = min(len(chosen), 3)
    down = -(-len(chosen) // across)
    with sheet(axes, 2.5 * across + 0.3, 2.3 * down + 0.5) as axes:
        for number, item in enumerate(chosen):
            left, top = number % across * 1.06, -(number // across) * 1.2
            axes.text(left, top + 0.02, wrapped(called.get(item, item), 34), fontsize=8, va="bottom")
            parts = parts_of(frame.filter(pl.col("item") == item))
            for (supplier, share), box in zip(
                parts, squarified([share for _, share in parts], (left, top - 1, 1, 1)), strict=True
            ):
                x, y, width, height = box
                face = OPEN if supplier == REST else shades(0.15 + 0.85 * min(1.0, share))
                style = {"facecolor": face, "edgecolor": GREY if supplier == REST else "white", "linewidth": 0.8}
                axes.add_patch(Rectangle((x, y), width, height, hatch=HATCH if supplier == REST else None, **style))
                name = text("plot.plot.rest", lang) if supplier == REST else called.get(supplier, supplier)
                _words(axes, box, name, share, "white" if supplier != REST and share > 0.4 else INK, supplier == REST)
        axes.set_xlim(-0.02, across * 1.06 - 0.04)
        axes.set_ylim(-(down - 1) * 1.2 - 1.02, 0.14)
        axes.set_axis_off()
        if title:
            axes.figure.suptitle(title, fontsize=10, x=0.01, ha="left")
        note(axes, text("plot.plot.treemap_note", lang))
    return axes.figure


def parts_of(rows: pl.DataFrame) -> list[tuple[str, float]]:
    """Return the least share of each supplier of a market, the greatest first, then what is not attributed for certain."""
    told = rows.filter(pl.col("share_low") > 0).sort("share_low", "supplier", descending=[True, False])
    parts = list(told.select("supplier", "share_low").iter_rows())
    rest = 1 - sum(share for _, share in parts)
    return [*parts, (REST, rest)] if rest > 0.005 else parts


def squarified(sizes: Sequence[float], box: Box) -> list[Box]:
    """Return boxes of areas in proportion to ``sizes``, as near to squares as their order allows.

    >>> squarified([0.5, 0.5], (0, 0, 2, 1))
    [(0, 0.0, 1.0, 1.0), (1.0, 0.0, 1.0, 1.0)]
    """
    x, y, width, height = box
    total = sum(sizes)
    if not sizes or total <= 0:
        return []
    scale = width * height / total
    found: list[Box] = []
    left = list(sizes)
    while left:
        side = min(width, height)
        count = 1
        while count < len(left) and _worst(left[: count + 1], scale, side) <= _worst(left[:count], scale, side):
            count += 1
        row, left = left[:count], left[count:]
        thick = sum(row) * scale / side
        at = 0.0
        for size in row:
            length = size * scale / thick
            found.append((x, y + at, thick, length) if width >= height else (x + at, y + height - thick, length, thick))
            at += length
        if width >= height:
            x, width = x + thick, width - thick
        else:
            height -= thick
    return found


def _worst(row: Sequence[float], scale: float, side: float) -> float:
    """Return the worst ratio of sides in a row of boxes along a side."""
    thick = sum(row) * scale / side
    return max(max(thick**2 / (size * scale), size * scale / thick**2) for size in row if size > 0)


def _words(axes: Any, box: Box, name: str, share: float, color: str, open_: bool) -> None:
    x, y, width, height = box
    back = {"facecolor": OPEN, "edgecolor": "none", "pad": 0.5} if open_ else None
    # Points that a letter may have, on one line or two, upright or turned: the largest is taken.
    found = []
    for lines in (f"{name} {percent(share)}", f"{name}\n{percent(share)}", f"{wrapped(name, 11)}\n{percent(share)}"):
        longest = max(sum(1.0 if sign > EAST_ASIAN else 0.56 for sign in line) for line in lines.split("\n"))
        for turn, (along, across) in ((0, (width, height)), (90, (height, width))):
            found.append((min(8.0, 150 * along / longest, 118 * across / (1 + lines.count("\n"))), -turn, lines))
    size, turn, lines = max(found)
    if size >= 5:
        axes.text(x + width / 2, y + height / 2, lines, ha="center", va="center", fontsize=size, color=color, bbox=back,
                  rotation=-turn, linespacing=1.15)  # fmt: skip
