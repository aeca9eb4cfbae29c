"""Frames of other libraries as polars frames, and back: pandas needs no further package for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy
import polars as pl

from .errors import InputError, did_you_mean, nearest, shorten
from .messages import ENGLISH

if TYPE_CHECKING:
    import pandas


def frame_of(value: Any) -> pl.DataFrame:
    """Return a table that somebody gives as a polars frame: a frame of any library, rows as dicts, or columns by name.

    >>> frame_of([{"item": "magnet", "share": 1}, {"item": "ore", "share": 0.5}]).rows()
    [('magnet', 1.0), ('ore', 0.5)]

    Raises
    ------
    InputError
        It is no table, or two of its columns have one name.
    """
    if isinstance(value, pl.DataFrame):
        return value
    try:
        if isinstance(value, (list, tuple)):
            return pl.DataFrame(value, infer_schema_length=None, strict=False)
        return pl.DataFrame(value, strict=False) if isinstance(value, Mapping) else to_polars(value)
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        names = [str(name) for name in getattr(value, "columns", ())]
        if twice := [name for at, name in enumerate(names) if name in names[:at]]:
            raise InputError("graph.supply_graph.columns_twice", name=shorten(twice[0])) from error
        key = "rows" if isinstance(value, (list, tuple, Mapping)) else "not_a_frame"
        raise InputError(f"graph.supply_graph.{key}", kind=type(value).__name__) from error


def check_columns(frame: Any, name: str, *columns: str) -> None:
    """Raise `InputError` where a frame that was given as the argument ``name`` lacks a column."""
    for column in columns:
        if column not in frame.columns:
            hint = did_you_mean(nearest(column, frame.columns))
            raise InputError("graph.supply_graph.no_column", name=name, column=column, hint=hint)


def any_frame(value: Any) -> Any:
    """Return a frame of any library as narwhals sees it, categories as text: what is not computed yet stays so.

    Raises
    ------
    InputError
        It is no frame.
    """
    import narwhals as nw

    try:
        return spelled(nw.from_native(value))
    except TypeError as error:
        raise InputError("graph.supply_graph.frame_only", kind=type(value).__name__) from error


def spelled(frame: Any) -> Any:
    """Return a frame of narwhals with its categories as text: pandas neither orders them nor leaves out those of no row."""
    import narwhals as nw

    kinds = frame.collect_schema()
    words = [name for name, kind in kinds.items() if isinstance(kind, nw.Categorical | nw.Enum)]
    return frame.with_columns(nw.col(*words).cast(nw.String)) if words else frame


def frame_or_lines(value: Any) -> Any:
    """Return a frame as narwhals sees it, anything else that holds several lines as their list, one line as a list of it.

    Columns by name and rows as dicts are a frame, too.

    >>> frame_or_lines("magnet"), frame_or_lines(("magnet", None)), frame_or_lines([{"name": "magnet"}]).columns
    (['magnet'], ['magnet', None], ['name'])

    Raises
    ------
    InputError
        It is neither.
    """
    import narwhals as nw

    if isinstance(value, str):
        return [value]
    frame = nw.from_native(value, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        return spelled(frame)
    if not isinstance(value, Iterable) or isinstance(value, (pl.LazyFrame, bytes, bytearray)):
        raise InputError("graph.supply_graph.not_lines", kind=type(value).__name__)
    lines = value if isinstance(value, Mapping) else list(value)
    if lines and (lines is value or all(isinstance(line, Mapping) for line in lines)):
        return nw.from_native(frame_of(lines), eager_only=True)
    return list(lines)


def cell_text(value: Any) -> str | None:
    r"""Return a cell as text; a missing value of any library is None.

    A whole number has no point, whatever its library keeps it as. Half of a letter, which no table can hold, is its number.

    >>> [cell_text(cell) for cell in ("608ZZ", 608.0, None, float("nan"), "a" + chr(0xD800))]
    ['608ZZ', '608', None, None, 'a\\ud800']
    """
    try:
        missing = value is None or bool(value != value)
    except TypeError:  # pandas' NA does not even say that it differs from itself
        missing = True
    if missing:
        return None
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


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
    import narwhals as nw

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
