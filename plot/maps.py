"""The map: who holds how much of one market, country by country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ..datasets import outlines
from ..graph import SupplyGraph
from ..graph.arguments import checked
from ..graph.extras import need
from ..graph.interval import ranged
from ..graph.messages import text
from .canvas import GREY, HATCH, SHADES, language, names, needed, note, percent, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMITS = (0.0, 0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 1.0)
"""Classes of shares; each has a shade of `SHADES`."""
WIDE = 0.1


@checked()
def world_map(
    frame: pl.DataFrame,
    *,
    place: str = "supplier",
    value: str = "share",
    graph: SupplyGraph | None = None,
    lang: str | None = None,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Return a map of the world in shades: the least share that each country holds.

    Hatched where the interval is wider than ten points. A country without a row has no figure, which is no zero. What the
    map cannot show, a small state or what is attributed to nobody, is said under it.

    Parameters
    ----------
    frame : polars.DataFrame
        One row per country: ISO3 codes in ``place``, ``{value}_low, {value}_high``. Rows of one market of
        ``graph.preferred("country", "world")``, of `risk.look_through` (``place="country"``), or of `risk.chokepoints`
        (``place="node", value="loss"``).
    place, value : str
        The column of the country, and the figure.
    graph : SupplyGraph, optional
        Gives the names of countries that are not drawn.
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
        The frame is empty, lacks the columns, or has several rows of one country.

    References
    ----------
    .. [1] Outlines: Natural Earth, 1:110 million, public domain (`kanmon.datasets.outlines`). Boundaries are drawn as that
       source has them and state nothing on any claim.
    .. [2] Projection of equal areas: Šavrič, Patterson, Jenny (2019), Int. J. Geographical Information Science 33(3),
       454-465, doi 10.1080/13658816.2018.1504949.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> graph = load("permanent_magnet")
    >>> market = graph.preferred("country", "world").filter(item="ndfeb_magnet")
    >>> figure = world_map(market, graph=graph, lang="en")
    >>> len(figure.axes[0].patches) > 170
    True
    """
    need("matplotlib")
    from matplotlib.patches import Patch, PathPatch

    from ..graph import InputError

    lang = language(lang)
    needed(frame, [place, f"{value}_low", f"{value}_high"], "world_map")
    told = frame.drop_nulls([place, f"{value}_low", f"{value}_high"])
    if told[place].n_unique() < told.height:
        raise InputError("plot.plot.twice", column=place)
    figures = {row[0]: row[1:] for row in told.select(place, f"{value}_low", f"{value}_high").iter_rows()}
    called = names(told, place, lang, graph)
    with sheet(axes, 7.2, 3.9) as axes:
        drawn = set()
        for iso3, path in shapes():
            low, high = figures.get(iso3, (None, None)) if iso3 else (None, None)
            if low is None:
                axes.add_patch(PathPatch(path, facecolor="#f6f6f4", edgecolor="#c9c9c4", linewidth=0.3))
                continue
            drawn.add(iso3)
            hatch = HATCH if high - low > WIDE else None
            axes.add_patch(
                PathPatch(path, facecolor=SHADES[shade_of(low)], edgecolor=GREY, linewidth=0.4, hatch=hatch, zorder=2)
            )
        x, y = projected(np.array([-180.0, 180.0, 0.0, 0.0]), np.array([0.0, 0.0, -57.0, 84.0]))
        axes.set_xlim(x[0], x[1])
        axes.set_ylim(y[2], y[3])
        axes.set_aspect("equal")
        axes.set_axis_off()
        handles = [
            Patch(
                facecolor=SHADES[i], edgecolor=GREY, linewidth=0.4, label=ranged(f"{100 * a:.0f}", f"{100 * b:.0f}%", lang)
            )
            for i, (a, b) in enumerate(zip(LIMITS, LIMITS[1:], strict=False))
        ]
        handles.append(Patch(facecolor="#f6f6f4", edgecolor="#c9c9c4", label=text("plot.plot.no_figure", lang)))
        if any(high - low > WIDE for low, high in figures.values()):
            handles.append(Patch(facecolor="white", edgecolor=GREY, hatch=HATCH, label=text("plot.plot.wide", lang)))
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=5, frameon=False, fontsize=7,
                    columnspacing=1.2, handlelength=1.5)  # fmt: skip
        if title:
            axes.set_title(title, loc="left", fontsize=10)
        note(axes, missing(figures, drawn, called, value, lang))
    return axes.figure


def missing(figures: dict[str, tuple[float, float]], drawn: set[str], called: dict[str, str], value: str, lang: str) -> str:
    """Return what the map does not show: small states, and what is attributed to nobody."""
    small = [
        f"{called.get(id, id)} {percent(*figures[id], lang)}"
        for id in sorted(figures)
        if id not in drawn and figures[id][1] > 0
    ]
    said = [text("plot.plot.not_drawn", lang, places=", ".join(small[:8]))] if small else []
    rest = 1 - sum(low for low, _ in figures.values())
    if value == "share" and rest > 0.005:
        said.append(text("plot.plot.rest_is", lang, share=percent(rest)))
    return "  ".join([*said, text("plot.plot.map_source", lang)])


def shade_of(share: float) -> int:
    """Return the class of a share: the first whose upper limit it does not reach.

    >>> [shade_of(share) for share in (0.0, 0.01, 0.3, 1.0)]
    [0, 1, 4, 6]
    """
    return int(min(np.searchsorted(LIMITS[1:], share, side="right"), len(SHADES) - 1))


def shapes() -> list[tuple[str | None, Any]]:
    """Return each country's code and its outline as a path, projected."""
    from matplotlib.path import Path

    found = []
    for (_,), rows in outlines().group_by("shape", maintain_order=True):
        points, codes = [], []
        for (_,), ring in rows.group_by("ring", maintain_order=True):
            x, y = projected(ring["longitude"].to_numpy().astype(float), ring["latitude"].to_numpy().astype(float))
            points.append(np.column_stack([x, y]))
            codes.append([Path.MOVETO, *[Path.LINETO] * (len(x) - 2), Path.CLOSEPOLY])
        found.append((rows["iso3"][0], Path(np.concatenate(points), np.concatenate(codes))))
    return found


def projected(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of the Equal Earth projection (areas are true), from degrees."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(latitude)))
    t2 = theta * theta
    t6 = t2**3
    x = 2 * np.sqrt(3) * np.radians(longitude) * np.cos(theta) / (3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1))
    return x, theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2))
