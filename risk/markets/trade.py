"""Trade tables of any size and kind: checked columns, totals by origin, concentration with unknown origins and values.

A trade table has one row per flow: ``hs6`` (or ``item``), ``importer``, ``exporter``, ``year``, ``value``. It may be any
frame that narwhals knows (pandas, polars eager or lazy, pyarrow, DuckDB relation, Dask, PySpark); results are of the same
kind. An empty ``exporter`` is trade whose origin is not known, an empty ``value`` a flow that was not reported.

Only elementary aggregations are used, one column each, and everything else is computed between them: that is what all
kinds of frame support, and what lazy engines can stream. Polars has a way of its own to the same sums (`cells`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import polars as pl

from ...datasets.places import countries, country
from ...graph import InputError, UnknownIdError
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.frames import any_frame, spelled
from .cells import markets

VALUE = nw.col("value")
EQUAL = 1e-12  # engines add in any order: sums that differ by less are the same
BLANKS = " \t\r\n\xa0\u3000"  # told to the engines, each of which takes other signs for space
YES, NO, UNKNOWN = "yes", "no", "unknown"


def tidy(trade: Any, *extra: str) -> tuple[Any, str]:
    """Return the frame with the columns that the methods need, and the name of its item column.

    Raises
    ------
    InputError
        A column is missing, or the values are not numbers (``datasets.clean_trade`` mends such tables).
    """
    try:
        frame = spelled(nw.from_native(trade))
    except TypeError as error:
        raise InputError("risk.dependence.no_frame", kind=type(trade).__name__) from error
    schema = frame.collect_schema()
    item = "item" if "item" in schema else "hs6"
    for column in (item, "importer", "exporter", "year", "value", *extra):
        if column not in schema:
            raise InputError("risk.dependence.no_column", column=column, hint=did_you_mean(nearest(column, schema.names())))
    if not schema["value"].is_numeric():
        raise InputError("risk.dependence.not_numbers", kind=shorten(schema["value"]))
    _check_years(schema)
    value = VALUE.cast(nw.Float64).fill_nan(None)
    value = nw.when(value.abs() < float("inf")).then(value)  # no flow is infinite: a division by zero is no report
    origin = nw.col("exporter")
    if schema["exporter"] == nw.String:  # a file's blank cell may be a text without letters: nobody is called so
        odd = origin
        if frame.implementation.is_polars():  # which takes a tenth of all its time to strip: most names begin with a letter
            odd = nw.when((origin < "!") | (origin > "~")).then(origin)
        origin = nw.when(odd.is_null() | (odd.str.strip_chars(BLANKS) != "")).then(origin).alias("exporter")
    return frame.select(item, "importer", origin, nw.col("year").cast(nw.Int64), value.alias("value"), *extra), item


def _check_years(schema: Any) -> None:
    if not schema["year"].is_numeric() and schema["year"] != nw.Unknown:  # a date is a number to an engine, and no year
        raise InputError("risk.dependence.not_years", kind=shorten(schema["year"]))


def names(value: str | Iterable[str]) -> list[str]:
    """Return one name or several as a list."""
    return [value] if isinstance(value, str) else list(value)


def places(frame: Any, value: str | Iterable[str]) -> list[str]:
    """Return the places that somebody names: countries, or what the table has. A frame not computed yet is not looked into.

    Raises
    ------
    UnknownIdError
        A name that is no ISO3 code of a country and stands nowhere in the table: a slip would count as no trade.
    """
    asked = names(value)
    known = set(countries()["iso3"])
    if isinstance(frame, nw.DataFrame) and not known.issuperset(asked):
        known |= {name for side in ("importer", "exporter") for name in frame[side].unique().to_list() if name is not None}
        if wrong := [name for name in asked if name not in known]:
            named = country(wrong[0]) if isinstance(wrong[0], str) else None
            raise UnknownIdError("country", wrong[0], map(str, known), [named] if named else [])
    return asked


def of_importer(frame: Any, importer: str | Iterable[str] | None) -> Any:
    """Return the flows of the importers asked for (``None``: all)."""
    return frame if importer is None else frame.filter(nw.col("importer").is_in(places(frame, importer)))


def within(column: str, members: Iterable[str]) -> nw.Expr:
    """Return whether ``column`` is one of ``members``; an empty cell is not."""
    return nw.when(nw.col(column).is_null()).then(nw.lit(False)).otherwise(nw.col(column).is_in(list(members)))


def of_home(production: Any, item: str) -> Any:
    """Return ``_home``, the production of each item and year: rows add up, and one that is blank or negative leaves a blank.

    Raises
    ------
    InputError
        A column is missing, or the values are not numbers.
    """
    frame = any_frame(production)
    schema = frame.collect_schema()
    for column in (item, "year", "value"):
        if column not in schema:
            hint = did_you_mean(nearest(column, schema.names()))
            raise InputError("risk.dependence.no_column_of_production", column=column, hint=hint)
    if not schema["value"].is_numeric():
        raise InputError("risk.dependence.not_numbers", kind=shorten(schema["value"]))
    _check_years(schema)
    rows = frame.select(item, nw.col("year").cast(nw.Int64), _home=told(VALUE.cast(nw.Float64).fill_nan(None)))
    sums = rows.group_by([item, "year"]).agg(
        nw.col("_home").sum(), nw.len().alias("_rows"), nw.col("_home").count().alias("_known")
    )
    return sums.select(item, "year", _home=nw.when(nw.col("_rows") == nw.col("_known")).then(nw.col("_home")))


def told(value: nw.Expr) -> nw.Expr:
    """Return ``value``, blank where it is negative: no flow is, so nobody knows what was meant."""
    return nw.when(value >= 0).then(value)


def by_origin(frame: Any, market: Sequence[str], unique: bool, *extra: str) -> Any:
    """Sum the flows of each market and origin; ``_blank`` is 1 where a flow was not reported.

    With ``unique`` the rows are taken as they are: one row per market and origin. ``extra`` columns keep their maximum.
    """
    if unique:
        return frame.select(*market, "exporter", "value", *extra, _blank=VALUE.is_null().cast(nw.Int64))
    totals = frame.group_by([*market, "exporter"]).agg(
        VALUE.sum(), nw.len().alias("_rows"), VALUE.count().alias("_known"), *(nw.col(c).max() for c in extra)
    )
    return totals.with_columns(_blank=(nw.col("_rows") > nw.col("_known")).cast(nw.Int64)).drop("_rows", "_known")


def concentrate(frame: Any, market: Sequence[str], unique: bool = False, extendable: bool = True) -> Any:
    r"""Return one row per market: its concentration over ``exporter``, as an interval where something is not known.

    With known shares :math:`s_c`, largest :math:`m`, an unattributed share :math:`u`, and :math:`n` origins whose value was
    not reported, of which nothing is known:

    .. math:: \sum s_c^2 \le HHI \le \sum s_c^2 + u(2m + u) \quad (n = 0), \qquad
              \frac{\sum s_c^2}{1 + n \sum s_c^2} \le HHI \le 1 \quad (n > 0)

    (upper bound :math:`\sum s_c^2 + u^2` where not ``extendable``). The rows of a polars table are sorted by market.
    Columns: ``value, origins, unattributed, hhi_low, hhi_high, top_origin, top_share_low, top_share_high, reason``.
    """
    groups = (_by_cell if frame.implementation.is_polars() else _by_group)(frame, market, unique)
    return _bounds(groups, extendable).select(
        *market,
        "value",
        nw.col("origins").cast(nw.Int64),
        "unattributed",
        *("hhi_low", "hhi_high", "top_origin", "top_share_low", "top_share_high", "reason"),
    )


def _by_cell(frame: Any, market: Sequence[str], unique: bool) -> Any:
    """Return the sums of `concentrate` by `cells`: of flows as BACI has them half the work and memory of polars' groups."""
    kinds = frame.to_native().collect_schema()
    words = [name for name in dict.fromkeys((*market, "exporter")) if kinds[name] == pl.String]
    rows = by_origin(frame.with_columns(nw.col(*words).cast(nw.Categorical)) if words else frame, market, unique)
    return nw.from_native(markets(rows.to_native(), market, kinds))


def _by_group(frame: Any, market: Sequence[str], unique: bool) -> Any:
    """Return the sums of `concentrate` by what all kinds of frame know."""
    named = ~nw.col("exporter").is_null()
    rows = by_origin(frame, market, unique).with_columns(
        _named=nw.when(named & (VALUE > 0)).then(VALUE),
        _below=nw.when(named & (VALUE > 0)).then(-VALUE).otherwise(0.0),
        _square=nw.when(named).then(VALUE * VALUE).otherwise(0.0),
        _loose=nw.when(named).then(0.0).otherwise(VALUE),
        _nobody=nw.when(named).then(0).otherwise(nw.col("_blank")),
        _negative=nw.when(VALUE < 0).then(1).otherwise(0),
    )
    kind = frame.implementation
    unordered = kind.is_dask() or kind.is_spark_like() or kind.is_pandas_like()  # pandas: not where a key is blank
    groups = rows.group_by(list(market)).agg(
        VALUE.sum(),
        nw.col("_named").max().alias("_top"),
        nw.col("_named").count().alias("origins"),
        *(nw.col(c).sum() for c in ("_square", "_loose", "_blank", "_nobody", "_negative")),
        *([] if unordered else [nw.col("exporter").first(order_by=["_below", "exporter"]).alias("top_origin")]),
    )
    if unordered:
        groups = joined(groups, _winners(rows, groups, market), market)
    return groups.with_columns(top_origin=nw.when(~nw.col("_top").is_null()).then(nw.col("top_origin")))


def _winners(rows: Any, groups: Any, market: Sequence[str]) -> Any:
    """Return the largest origin of each market by a join, for engines that cannot order within a group."""
    rows = joined(rows.select(*market, "exporter", "_named"), groups.select(*market, "_top"), market)
    rows = rows.filter(nw.col("_named") >= nw.col("_top") * (1 - EQUAL))
    return rows.group_by(list(market)).agg(nw.col("exporter").min().alias("top_origin"))


def joined(rows: Any, others: Any, keys: Sequence[str]) -> Any:
    """Return rows with the columns of others of the same keys, where blanks are alike, as they are in a group.

    Engines hold blanks apart in a join: what is told of an importer without a name would be lost.
    """
    filled = {f"_key_{at}": nw.col(key).cast(nw.String).fill_null("") for at, key in enumerate(keys)}
    blank = {f"_none_{at}": nw.col(key).is_null() for at, key in enumerate(keys)}
    both = list(filled | blank)
    rows, others = rows.with_columns(**filled, **blank), others.with_columns(**filled, **blank).drop(*keys)
    return rows.join(others, on=both, how="left").drop(*both)


def _bounds(groups: Any, extendable: bool) -> Any:
    """Add the intervals to the sums of `concentrate`."""
    fine = nw.col("_negative") == 0
    groups = groups.with_columns(
        _n=nw.when(fine).then((nw.col("_blank") - nw.col("_nobody")).cast(nw.Float64)),
        _silent=nw.col("_blank") > 0,
        _traded=fine & (VALUE > 0),
    ).with_columns(
        _h=nw.when(nw.col("_traded")).then(nw.col("_square") / (VALUE * VALUE)),
        _m=nw.when(nw.col("_traded")).then(nw.col("_top").fill_null(0.0) / VALUE),
        _u=nw.when(nw.col("_traded")).then(nw.col("_loose") / VALUE),
    )
    h, m, u, n = nw.col("_h"), nw.col("_m"), nw.col("_u"), nw.col("_n")
    anywhere = nw.col("_nobody") > 0
    top_high = m + u if extendable else nw.max_horizontal(m, u)
    silent_only = nw.when(fine & nw.col("_silent") & ~nw.col("_traded"))
    return groups.with_columns(
        hhi_low=nw.when(fine & anywhere)
        .then(0.0)
        .otherwise(nw.when(nw.col("_traded")).then(h / (1 + n * h)).otherwise(silent_only.then(1 / n))),
        hhi_high=nw.when(fine & nw.col("_silent")).then(1.0).otherwise(h + u * (2 * m + u) if extendable else h + u * u),
        top_share_low=nw.when(fine & anywhere)
        .then(0.0)
        .otherwise(nw.when(nw.col("_traded")).then(m / (1 + n * m)).otherwise(silent_only.then(1 / n))),
        top_share_high=nw.when(fine & nw.col("_silent")).then(1.0).otherwise(top_high),
        unattributed=u,
        reason=first(
            negative_value=~fine, value_missing=nw.col("_silent"), no_trade=~nw.col("_traded"), origin_unknown=u > 0
        ),
    )


def first(**conditions: nw.Expr) -> nw.Expr:
    """Return the name of the first condition that holds, blank where none does."""
    return nw.coalesce(*(nw.when(holds).then(nw.lit(name)) for name, holds in conditions.items()))


def usable() -> nw.Expr:
    """Return whether a market has figures: nothing stands in ``reason`` but that some origins are unknown."""
    return nw.col("reason").is_null() | (nw.col("reason") == "origin_unknown")


def verdict(low: nw.Expr, high: nw.Expr, limit: float, strict: bool = False) -> nw.Expr:
    """Return "yes", "no" or "unknown": whether every, no or some value of the interval reaches ``limit`` (passes it)."""
    limit += EQUAL if strict else -EQUAL  # half is half, in whatever order an engine has added
    yes, no = (low > limit, high <= limit) if strict else (low >= limit, high < limit)
    return (
        nw.when(low.is_null() | high.is_null())
        .then(nw.lit(UNKNOWN))
        .otherwise(nw.when(yes).then(nw.lit(YES)).otherwise(nw.when(no).then(nw.lit(NO)).otherwise(nw.lit(UNKNOWN))))
    )


def all_of(*verdicts: str) -> nw.Expr:
    """Return "yes" if all columns say yes, "no" if one says no, else "unknown"."""
    no = nw.any_horizontal(*(nw.col(v) == NO for v in verdicts), ignore_nulls=False)
    yes = nw.all_horizontal(*(nw.col(v) == YES for v in verdicts), ignore_nulls=False)
    return nw.when(no).then(nw.lit(NO)).otherwise(nw.when(yes).then(nw.lit(YES)).otherwise(nw.lit(UNKNOWN)))


def ordered(frame: Any, *columns: str) -> Any:
    """Return the native frame, sorted."""
    return frame.sort(*columns).to_native()
