"""Outlines of countries, for a map of the world."""

from __future__ import annotations

import polars as pl

from .packaged import packaged


def outlines() -> pl.DataFrame:
    """Return the outlines of countries at 1:110 million, a row a point in the order of drawing.

    ``shape`` (number of the polygon's country), ``iso3`` (null where the source has no code), ``ring`` (several where a
    country has islands, or a hole), ``longitude, latitude`` in degrees. Small states are not drawn at this scale. Boundaries
    are those of the source and state nothing on any claim.

    References
    ----------
    Natural Earth, public domain (`outline_sources`).

    >>> outlines().filter(iso3="JPN")["ring"].n_unique()
    3
    """
    return packaged("outlines", "countries")


def outline_sources() -> pl.DataFrame:
    """Return the source of the outlines, in the columns of the ``sources`` table.

    >>> outline_sources()["licence"].item()
    'Public domain'
    """
    return packaged("outlines", "sources")
