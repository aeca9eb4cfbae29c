"""Pictures of an audit as inline SVG, readable in black and white: solid, hatched and white, never colour alone."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

INK, GREY, LIGHT = "#1f2933", "#7b8794", "#e4e7eb"
FONTS = ["Noto Sans CJK JP", "Yu Gothic", "Hiragino Sans", "Meiryo", "DejaVu Sans"]
WIDTH = 7.0
HATCHED: dict[str, Any] = {"color": "white", "edgecolor": INK, "hatch": "////", "height": 0.58, "linewidth": 0.8}


@contextmanager
def _drawing(rows: int, scale: float = 0.34) -> Iterator[tuple[Any, Any, list[str]]]:
    """Yield a figure and axes in the house style, and a list that receives the SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: Any = {
        "svg.fonttype": "none",
        "text.parse_math": False,
        "svg.hashsalt": "kanmon",
        "font.family": FONTS,
        "font.size": 8.5,
        "text.color": INK,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "hatch.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
    }
    found: list[str] = []
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a machine without the fonts: the reader's browser has them
        figure = Figure(figsize=(WIDTH, max(1.2, 0.85 + scale * rows)), layout="constrained")
        axes = figure.subplots()
        axes.tick_params(length=0)
        axes.xaxis.grid(True, color=LIGHT, linewidth=0.8)
        axes.set_axisbelow(True)
        yield figure, axes, found
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        found.append(_inline(buffer.getvalue()))


def _inline(svg: str) -> str:
    """Keep the drawing alone: no prolog, no ids that repeat over pictures, a width that follows the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'(<g) id="[^"]*"', r"\1", svg)
    return re.sub(
        r'<svg([^>]*?) (width|height)="[^"]*"', r"<svg\1", re.sub(r' height="[\d.]+pt"', "", svg, count=1), count=1
    )


def bars(
    rows: Sequence[tuple[str, float, float]], labels: tuple[str, str], unit: str, limit: tuple[float, str] | None = None
) -> str:
    """Return bars from certain (solid) to possible (hatched), the first row on top; a limit is a dashed line."""
    with _drawing(len(rows)) as (_, axes, found):
        names = [name for name, _, _ in rows]
        low, more = [low for _, low, _ in rows], [max(0.0, high - low) for _, low, high in rows]
        axes.barh(names, low, color=INK, height=0.58, label=labels[0])
        axes.barh(
            names, more, left=low, color="white", edgecolor=INK, hatch="////", height=0.58, linewidth=0.8, label=labels[1]
        )
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.set_xlim(left=0)
        if limit is not None:
            axes.axvline(limit[0], color=INK, linestyle=(0, (4, 3)), linewidth=1.0, label=limit[1])
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, handlelength=1.6, borderaxespad=0)
    return found[0]


def parts_of_whole(rows: Sequence[tuple[str, float, float]], labels: tuple[str, str, str], unit: str) -> str:
    """Return bars of 100 %: known from own data (solid), from the market only (hatched), unknown (white)."""
    with _drawing(len(rows)) as (_, axes, found):
        names = [name for name, _, _ in rows]
        own, market = [100 * own for _, own, _ in rows], [100 * market for _, _, market in rows]
        both = [a + b for a, b in zip(own, market, strict=True)]
        rest = [max(0.0, 100 - part) for part in both]
        axes.barh(names, own, color=INK, height=0.58, label=labels[0])
        axes.barh(names, market, left=own, label=labels[1], **HATCHED)
        axes.barh(names, rest, left=both, label=labels[2], **(HATCHED | {"hatch": None}))
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel(unit)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, handlelength=1.6, borderaxespad=0)
    return found[0]


def timeline(rows: Sequence[tuple[str, float, float | None]], labels: tuple[str, str], unit: str) -> str:
    """Return days that stock lasts (solid) and the days from there until another source delivers (hatched)."""
    with _drawing(len(rows)) as (_, axes, found):
        names = [name for name, _, _ in rows]
        stock = [stock for _, stock, _ in rows]
        gap = [max(0.0, (switch or 0.0) - stock) for _, stock, switch in rows]
        axes.barh(names, stock, color=INK, height=0.58, label=labels[0])
        axes.barh(
            names, gap, left=stock, color="white", edgecolor=INK, hatch="////", height=0.58, linewidth=0.8, label=labels[1]
        )
        for i, (_, stopped, switch) in enumerate(rows):
            end = max(stopped, switch or 0.0)
            words = f"{stopped:.0f}" if switch is None else f"{stopped:.0f} / {switch:.0f}"
            axes.annotate(words, (end, i), xytext=(4, 0), textcoords="offset points", va="center")
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.margins(x=0.1)
        axes.set_xlabel(unit)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, handlelength=1.6, borderaxespad=0)
    return found[0]
