"""A still picture of the graph for places that run no scripts."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from ...graph import SupplyGraph
from ...graph.messages import spoken, text
from .layout import Layout

COLOURS = ("#ffffff", "#b9dcf3", "#6fb1dc", "#2a78b5", "#0b3c6b")
LIMITS = (0.15, 0.25, 0.50)
MOST = 1500
"""Items that are drawn; the title says when there are more."""


def still(graph: SupplyGraph, layout: Layout, content: dict[str, Any], lang: str) -> str:
    """Return the items that lead to a product as SVG: dots by tier, filled by the lower bound of the HHI, with links."""
    ids = graph.items["id"].to_list()
    drawn = [id for id in ids if id not in layout.apart][:MOST] or ids[:MOST]
    if not drawn:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'
    names = {row["id"]: str(spoken(row, "name", lang)) for row in graph.items.iter_rows(named=True)}
    figures = dict(zip(content["steps"].get("item", []), content["steps"].get("hhi_low", []), strict=True))
    row = {id: i for i, id in enumerate(ids)}
    xs, ys = [layout.x[id] for id in drawn], [layout.y[id] for id in drawn]
    left, top, width, height = min(xs) - 30, min(ys) - 30, max(xs) - min(xs) + 260, max(ys) - min(ys) + 60
    shown = set(drawn)
    links = [
        f'<path d="M{layout.x[need]:.0f} {layout.y[need]:.0f}L{layout.x[item]:.0f} {layout.y[item]:.0f}"/>'
        for item, need in graph.inputs.select("item", "input").iter_rows()
        if item in shown and need in shown
    ]
    dots = [
        f'<circle cx="{layout.x[id]:.0f}" cy="{layout.y[id]:.0f}" r="7" fill="{_colour(figures.get(row[id]))}"/>'
        f'<text x="{layout.x[id] + 12:.0f}" y="{layout.y[id] + 4:.0f}">{_safe(names[id])}</text>'
        for id in drawn
    ]
    title = _safe(text("app.explorer.picture", lang), 400)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" '
        f'width="100%" style="max-height:640px;background:#fff"><title>{title}</title>'
        f'<g stroke="#aab4c0" stroke-opacity=".6" fill="none">{"".join(links)}</g>'
        f'<g stroke="#5b6675" font-family="sans-serif" font-size="13">{"".join(dots)}</g>'
        "<style>text{stroke:none;fill:#1b2430}</style></svg>"
    )


def _colour(hhi: float | None) -> str:
    return COLOURS[0] if hhi is None else COLOURS[1 + sum(hhi >= limit for limit in LIMITS)]


def _safe(words: str, most: int = 28) -> str:
    line = "".join(letter for letter in words[: most * 2] if letter.isprintable())
    return escape(line if len(line) <= most else line[: most - 1] + "…")
