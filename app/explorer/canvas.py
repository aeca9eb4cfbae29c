"""The drawing surface: nodes, edges and options by pyvis, and the vis-network that pyvis brings along."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from ...graph import SupplyGraph
from .layout import Layout

SHAPES = {
    "mineral": "diamond",
    "material": "square",
    "component": "dot",
    "product": "star",
    "process": "triangle",
    "equipment": "triangleDown",
    "service": "hexagon",
}
OPTIONS: dict[str, Any] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "multiselect": False, "dragNodes": False, "hideEdgesOnDrag": True, "tooltipDelay": 10**9},
    "edges": {"smooth": {"type": "cubicBezier", "forceDirection": "horizontal", "roundness": 0.45}, "arrows": {"to": False}},
    "nodes": {"size": 8, "borderWidth": 2, "labelHighlightBold": False, "chosen": False},
}


def nodes(graph: SupplyGraph, layout: Layout) -> list[dict[str, Any]]:
    """Return one vis node per item; its id is the item's row number, and the page draws labels itself."""
    from pyvis.node import Node

    return [
        Node(i, SHAPES[kind], "", x=round(layout.x[id]), y=round(layout.y[id], 1)).options
        for i, (id, kind) in enumerate(graph.items.select("id", "kind").iter_rows())
    ]


def edges(graph: SupplyGraph) -> list[dict[str, Any]]:
    """Return one vis edge per row of ``inputs``, in the direction of the material."""
    from pyvis.edge import Edge

    number = {id: i for i, id in enumerate(graph.items["id"])}
    rows = graph.inputs.select("item", "input", "mix", "confidence")
    return [
        Edge(number[need], number[item], width=width(mix), dashes=confidence in {"estimated", "unknown"}, id=f"e{i}").options
        for i, (item, need, mix, confidence) in enumerate(rows.iter_rows())
    ]


def width(share: float | None) -> float:
    """Return the width of an edge (pixels) for a share of 0..1; a need without a figure has the middle width.

    >>> width(0.0), width(1.0), width(None)
    (0.8, 4.8, 1.6)
    """
    return 1.6 if share is None else round(0.8 + 4 * share, 2)


@cache
def script() -> str:
    """Return the source of vis-network as pyvis bundles it."""
    folder = resources.files("pyvis") / "lib"
    versions = [entry for entry in folder.iterdir() if entry.name.startswith("vis-")]
    newest = max(versions, key=lambda entry: [int(part) for part in entry.name[4:].split(".")])
    return (newest / "vis-network.min.js").read_text(encoding="utf-8")
