"""Governance scores of countries, 0 (best) to 10 (worst): the bundled ones, a table of newer ones, or anybody's own."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import polars as pl

from ...graph import InputError
from ...graph.errors import shorten
from ...graph.frames import to_polars

WORST = 10.0
_COLUMNS = ("iso3", "year", "wgi_0_10")


def scores_of(governance: Any = None) -> dict[str, float]:
    """Return the score of each country; of a table those of its newest year; a blank is no score.

    Raises
    ------
    InputError
        It is neither a mapping nor a table of scores, or a score lies outside 0..10.
    """
    if governance is None:
        from ...datasets import governance as bundled

        governance = bundled()
    rows = governance if isinstance(governance, Mapping) else _newest(governance)
    scores = {country: score for country, score in rows.items() if score is not None}
    for country, score in scores.items():
        if not (isinstance(score, Real) and 0 <= float(score) <= WORST):
            raise InputError("risk.dependence.score_range", country=shorten(country), score=shorten(score))
    return scores


def _newest(table: Any) -> dict[str, float]:
    try:
        frame = to_polars(table)
    except TypeError:
        frame = pl.DataFrame()
    if not set(_COLUMNS) <= set(frame.columns):
        raise InputError("risk.dependence.no_scores", kind=type(table).__name__)
    return dict(frame.filter(frame["year"] == frame["year"].max()).select("iso3", "wgi_0_10").iter_rows())
