"""Frames of other libraries as polars frames, and back: pandas needs no further package for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy
import polars as pl

from .messages import ENGLISH

if TYPE_CHECKING:
    import pandas


def to_polars(value: Any) -> pl.DataFrame:
    """Return a frame that narwhals knows (or one of narwhals) as a polars frame; what is not computed yet is.

    >>> import pandas
    >>> to_polars(pandas.DataFrame({"id": ["a", None], "share": [0.5, float("nan")]})).rows()
    [('a', 0.5), (None, None)]

    Raises
    ------
    TypeError
        It is no frame.
    """
    frame = nw.from_native(value)
    if isinstance(frame, nw.LazyFrame):
        return to_polars(frame.collect(backend="polars"))
    return from_pandas(frame.to_native()) if frame.implementation.is_pandas() else frame.to_polars()


def from_pandas(frame: pandas.DataFrame) -> pl.DataFrame:
    """Return a pandas frame as a polars frame; what is not available is null. Columns take their names as text."""
    return pl.DataFrame([_series(str(name), column) for name, column in frame.items()])


def _series(name: str, column: pandas.Series) -> pl.Series:
    # Numbers as numpy keeps them; all else cell by cell, which asks for no package that knows both libraries.
    if isinstance(column.dtype, numpy.dtype) and column.dtype.kind in "iufb":
        return pl.Series(name, column.to_numpy(), nan_to_null=True)
    return pl.Series(name, column.astype(object).where(column.notna(), None).tolist(), strict=False)


def spoken_in(frame: pl.DataFrame, column: str, lang: str) -> pl.Expr:
    """Return what the rows of a frame say in ``lang``, else in English, as the column ``column``; see `messages.spoken`.

    >>> frame = pl.DataFrame({"name_en": ["Gallium", "Tin"], "name_ja": ["ガリウム", None]})
    >>> frame.select(spoken_in(frame, "name", "ja"))["name"].to_list()
    ['ガリウム', 'Tin']
    """
    known = [name for one in (lang, ENGLISH) if (name := f"{column}_{one}") in frame.columns]
    return pl.coalesce(known).alias(column)


def to_pandas(frame: pl.DataFrame) -> pandas.DataFrame:
    """Return a polars frame as a pandas frame; types are those that pandas gives to such values.

    >>> to_pandas(pl.DataFrame({"id": ["a"], "share": [0.5]}))
      id  share
    0  a    0.5
    """
    import pandas

    return pandas.DataFrame({column.name: column.to_list() for column in frame})
