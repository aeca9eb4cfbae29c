"""The world as the page draws it: each country's outline as one path."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from ...datasets import outlines
from ...plot.maps import projected

WIDTH = 1000
"""Units from the western to the eastern end; coordinates are whole."""
SOUTH = -57.0
"""What lies wholly south of this latitude is not drawn."""


@cache
def world() -> dict[str, Any]:
    """Return ``width, height`` and ``places``: ``[ISO3 or null, path]`` by country, in the Equal Earth projection.

    >>> drawn = world()
    >>> drawn["width"], drawn["height"] < 500, len([iso3 for iso3, _ in drawn["places"] if iso3]) > 170
    (1000, True, True)
    """
    points = outlines().with_columns(pl.col("longitude", "latitude").cast(pl.Float64))
    points = points.filter(pl.col("latitude").max().over("shape") > SOUTH)
    x, y = projected(points["longitude"].to_numpy(), points["latitude"].to_numpy())
    unit = WIDTH / (x.max() - x.min())
    places = points.with_columns(x=pl.Series((x - x.min()) * unit), y=pl.Series((y.max() - y) * unit))
    places = places.with_columns(pl.col("x", "y").round().cast(pl.Int64))
    paths = []
    for _, shape in places.group_by("shape", maintain_order=True):
        rings = [ring.select("x", "y").rows() for _, ring in shape.group_by("ring", maintain_order=True)]
        paths.append([shape["iso3"][0], "".join(map(_path, rings))])
    return {"width": WIDTH, "height": int(places["y"].max()), "places": paths}  # pyright: ignore[reportArgumentType]


def _path(ring: list[tuple[int, int]]) -> str:
    """Return a closed ring as a path in relative steps; what rounds to a point or a line is left out.

    >>> _path([(3, 4), (5, 4), (5, 4), (5, 1), (3, 4)]), _path([(3, 4), (5, 4), (3, 4)])
    ('M3 4l2 0 0-3z', '')
    """
    kept = [point for i, point in enumerate(ring[:-1]) if i == 0 or point != ring[i - 1]]
    if len(kept) < 3:
        return ""
    steps = [f"{x - before} {y - above}" for (before, above), (x, y) in zip(kept, kept[1:], strict=False)]
    return f"M{kept[0][0]} {kept[0][1]}l{' '.join(steps)}z".replace(" -", "-")
