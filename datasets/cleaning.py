"""Cleaning of trade tables as people have them: what was mended, what was set aside, and how much trade that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl

from ..graph import InputError
from ..graph.arguments import checked
from ..graph.errors import did_you_mean, nearest, shorten
from ..graph.frames import any_frame, to_polars
from .readers.hs import coarser, digits_of, hs_code
from .readers.tables import NUMBER
from .years import named_year

# Codes and names of totals: adding them to countries would count trade twice.
TOTALS = frozenset(
    ("0", "WLD", "W00", "WORLD", "TOTAL", "ALL", "EU", "EU27", "EU28", "E27", "EUN", "EU27_2020", "OECD")
    + ("EXTRA_EU", "INTRA_EU", "EXTRA-EU", "INTRA-EU", "世界", "全世界", "合計", "総計", "計")
)
_UNITS = {
    f"{prefix}{currency}": (currency, factor)
    for currency in ("USD", "JPY", "EUR")
    for prefix, factor in (("", 1.0), ("k", 1e3), ("M", 1e6), ("thousand ", 1e3), ("million ", 1e6))
} | {"円": ("JPY", 1.0), "千円": ("JPY", 1e3), "百万円": ("JPY", 1e6), "kg": ("t", 1e-3), "t": ("t", 1.0)}
_POINT = r"^[-+]?(?:[0-9,]*\.(?:[0-9]{1,2}|[0-9]{4,})|0?\.[0-9]+|[0-9,]+,[0-9]{3}[.,][0-9]+)(?:[eE][-+]?[0-9]+)?$"
_COMMA = r"^[-+]?(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+)$"
"""Figures that can only be read with a point, or only with a comma, before their decimals."""
_BLANK = r"^(?:|-|--|\.\.|\.\.\.|[nN]/?[aA]|[nN]\.[aA]\.|[nN]a[nN]|NULL|null|None|#N/A|…|不明|秘匿|[xX])$"
_FIGURES = ("importer", "exporter", "year", "value")
ACTIONS = {
    "value_missing": "kept",
    "value_unreadable": "kept",
    "exporter_unknown": "kept",
    "code_restored": "mended",
    "unit_converted": "mended",
    "decimal_comma": "mended",
    "fiscal_year": "mended",
    "duplicate": "set_aside",
    "negative_value": "set_aside",
    "year_missing": "set_aside",
    "fiscal_mixed": "set_aside",
    "code_unreadable": "set_aside",
    "code_short": "set_aside",
    "total": "set_aside",
    "importer_unknown": "set_aside",
    "own_trade": "set_aside",
}


_NONE = nw.lit(None, dtype=nw.String)
_NAMES = {name: f"_{name}" for name in (*_FIGURES, "unit")}
_DETAILS = {
    "importer_unknown": "importer",
    "year_missing": "_when",
    "fiscal_mixed": "_when",
    "total": "_total",
    "code_unreadable": "_written",
    "code_short": "_written",
}


@checked(digits=(2, 10), national=(9, 10))
def clean_trade(
    trade: Any,
    *,
    digits: int | None = 6,
    national: int = 9,
    country: Callable[[str], str | None] | None = None,
) -> tuple[Any, pl.DataFrame]:
    """Return a trade table that the methods can use, and a report of everything that was not taken as it stood.

    The rules, in this order (a row is set aside for the first that it meets):

    ================  =========  ==================================================================================
    reason            action     rule
    ================  =========  ==================================================================================
    duplicate         set aside  all cells say what those of an earlier row say, a year, country or figure in whatever way
    unit_converted    mended     units of one currency (USD, kUSD, MUSD ...) are brought to the smallest; others are an error
    value_missing     kept       an empty cell, "n/a", "-", ".." stays blank: a flow of unknown value, never zero
    value_unreadable  kept       text that is no number: as above, and listed
    decimal_comma     mended     a comma before decimals (1.234,5) where the column has no figure that needs a point; beside
                                 one that does, such a figure is unreadable
    negative_value    set aside
    year_missing      set aside  an empty or unreadable year; 2022年, 令和4年, R4 are calendar years, and read as such
    fiscal_year       mended     a fiscal year (FY22, 2022年度) goes by its number where all years of the table are fiscal;
                                 it is not the calendar year (in Japan it ends on 31 March of the next)
    fiscal_mixed      set aside  a fiscal year beside calendar years: both would count the same months
    code_restored     mended     HS codes: dots, quotes and lost leading zeros (see `readers.hs.hs_code`)
    code_unreadable   set aside  no HS code of 4 to 10 digits
    code_short        set aside  coarser than ``digits``, or (``digits=None``) than other codes of that importer and year:
                                 adding both would count trade twice
    total             set aside  a partner or importer that is a total ("World", "EU27")
    importer_unknown  set aside  no country by any name or code that is known
    exporter_unknown  kept       as trade of unknown origin (blank exporter), listed with its value
    own_trade         set aside  importer and exporter are the same (re-imports)
    ================  =========  ==================================================================================

    Parameters
    ----------
    trade : frame
        ``hs6`` (or ``item``, then taken as it is), ``importer``, ``exporter``, ``year``, ``value``, optionally
        ``unit``; any kind of frame, text or numbers. Thousands separators (",") are allowed.
    digits : int or None, default 6
        Digits that HS codes are cut to: 2, 4 or 6 (or the national 9, 10). None keeps each code's own length up to six.
    national : {9, 10}
        Length of the table's national codes: decides whether nine digits are a full code (Japan) or lack a zero (US).
    country : callable, optional
        ISO3 of a name or code, None if unknown. Default: `datasets.country`.

    Returns
    -------
    frame
        Same kind; the columns as given, with ISO3 codes, integer years, numbers, codes of ``digits`` digits.
    polars.DataFrame
        ``reason, action`` (kept, mended, set_aside), ``detail`` (the code or text, where rows share one), ``rows,
        value`` (as far as known); empty when all was well.

    Raises
    ------
    InputError
        A column is missing, the table is empty, or its units cannot be added (different currencies, money and weight).

    Examples
    --------
    >>> flows = {"exporter": ["CN", "Atlantis", "World"], "value": ["1,200", "n/a", "9"]}
    >>> raw = pl.DataFrame({"hs6": ["2504.90", "10121", "250490"], "importer": "Japan", "year": "2022", **flows})
    >>> table, report = clean_trade(raw, country={"Japan": "JPN", "CN": "CHN"}.get)
    >>> table.rows()
    [('250490', 'JPN', 2022, 'CHN', 1200.0), ('010121', 'JPN', 2022, None, None)]
    >>> report.select("reason", "detail", "rows").rows()
    [('code_restored', None, 2), ('exporter_unknown', 'Atlantis', 1), ('total', 'World', 1), ('value_missing', None, 1)]
    """
    if country is None:
        from .places import country as known_country

        country = known_country
    frame = any_frame(trade)
    schema = frame.collect_schema()
    columns = schema.names()
    item = "hs6" if "hs6" in columns else "item"
    for column in (item, *_FIGURES):
        if column not in columns:
            raise InputError("datasets.trade.no_column", column=column, hint=did_you_mean(nearest(column, columns)))
    frame = _numbers(frame, schema["value"].is_numeric(), schema["year"].is_numeric())
    frame, unit = _one_unit(frame, columns)
    before = to_polars(frame.select(nw.len(), nw.col("_value").sum()))
    if not before["len"][0]:
        raise InputError("datasets.trade.no_rows")
    frame = _countries(frame, country)
    frame = _codes(frame, item, digits, national) if item == "hs6" else frame.with_columns(_item=nw.col(item), _code=_NONE)
    frame = _unique(frame, columns)
    after = to_polars(frame.select(nw.len(), nw.col("_value").sum()))
    coarse = _coarse(frame) if item == "hs6" and digits is None else nw.lit(False)
    frame = frame.with_columns(_aside=_aside(coarse))
    report = [("duplicate", None, before["len"][0] - after["len"][0], before["_value"][0] - after["_value"][0])]
    report += unit
    for reason in ("_aside", "_unread", "_comma", "_code", "_lost", "_fiscal"):
        details = frame.with_columns(_detail=_detail(reason)).filter(~nw.col(reason).is_null())
        if reason != "_aside":
            details = details.filter(nw.col("_aside").is_null())
        counts = details.group_by([reason, "_detail"]).agg(nw.len().alias("rows"), nw.col("_value").sum())
        report += to_polars(counts.select(reason, "_detail", "rows", "_value")).rows()
    shown = [nw.col(_NAMES.get(c, "_item" if c == item else c)).alias(c) for c in columns]
    # Whole numbers only here: pandas has no blank among them.
    kept = frame.filter(nw.col("_aside").is_null()).with_columns(nw.col("_year").cast(nw.Int64))
    return kept.select(shown).to_native(), _table(report)


def _numbers(frame: Any, value_is_number: bool, year_is_number: bool) -> Any:
    """Add ``_value``, ``_unread`` (why it is blank), ``_year`` and ``_fiscal``."""
    value, year = nw.col("value"), nw.col("year")
    if value_is_number:
        good = value.cast(nw.Float64).fill_nan(None)
        finite = good.abs() < 1e300
        frame = frame.with_columns(
            _value=nw.when(finite).then(good),
            _unread=nw.when(good.is_null())
            .then(nw.lit("value_missing"))
            .otherwise(nw.when(~finite).then(nw.lit("value_unreadable")).otherwise(_NONE)),
            _comma=_NONE,
        )
    else:
        frame = _with_point(frame.with_columns(_text=value.cast(nw.String).fill_null("").str.strip_chars()))
        number, blank = nw.col("_text").str.contains(NUMBER), nw.col("_text").str.contains(_BLANK)
        bare = nw.col("_text").str.replace_all(",", "", literal=True)
        frame = frame.with_columns(
            _value=nw.when(number).then(bare).otherwise(_NONE),
            _unread=nw.when(number)
            .then(_NONE)
            .otherwise(nw.when(blank).then(nw.lit("value_missing")).otherwise(nw.lit("value_unreadable"))),
        )
        frame = frame.with_columns(nw.col("_value").cast(nw.Float64))
    when = year.cast(nw.String).str.strip_chars()
    frame = frame.with_columns(_when=nw.when(when != "").then(when).otherwise(_NONE))
    if not year_is_number:
        return _named_years(frame)
    whole = nw.when((year >= 1900) & (year <= 2100)).then(year)
    return frame.with_columns(_year=whole.cast(nw.Float64), _fiscal=_NONE)


def _with_point(frame: Any) -> Any:
    """Bring the figures of ``_text`` to a decimal point where the column writes a comma; ``_comma`` says which were."""
    text = nw.col("_text")
    found = to_polars(frame.select(comma=text.str.contains(_COMMA).any(), point=text.str.contains(_POINT).any()))
    if not found["comma"][0] or found["point"][0]:
        return frame.with_columns(_comma=_NONE)
    pointed = text.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    comma = nw.when(text.str.contains(",", literal=True)).then(nw.lit("decimal_comma")).otherwise(_NONE)
    return frame.with_columns(_comma=comma).with_columns(_text=pointed)


def _named_years(frame: Any) -> Any:
    """Add ``_year`` from the text ``_when``, and ``_fiscal``: whether a fiscal year goes by its number or stands aside."""
    written = [text for text in to_polars(frame.select("_when").unique())["_when"] if text is not None]
    named = {text: found for text in written if (found := named_year(text)) is not None}
    if not named:
        return frame.with_columns(_year=nw.lit(None, dtype=nw.Float64), _fiscal=_NONE)
    fiscal = sorted(text for text, (_, is_fiscal) in named.items() if is_fiscal)
    reason = nw.lit("fiscal_year" if len(fiscal) == len(named) else "fiscal_mixed")
    numbers = {text: float(number) for text, (number, _) in named.items()}
    return frame.with_columns(
        _year=nw.col("_when").replace_strict(numbers, default=None, return_dtype=nw.Float64),
        _fiscal=nw.when(nw.col("_when").is_in(fiscal)).then(reason).otherwise(_NONE) if fiscal else _NONE,
    )


def _one_unit(frame: Any, columns: list[str]) -> tuple[Any, list[tuple[Any, ...]]]:
    """Bring values to one unit, and say so; currencies and weights are never mixed."""
    if "unit" not in columns:
        return frame, []
    counts = to_polars(frame.group_by("unit").agg(nw.len().alias("rows"), nw.col("_value").sum())).sort("unit")
    if counts.height < 2:
        return frame.with_columns(_unit=nw.col("unit")), []
    units = counts["unit"].to_list()
    kinds = {_UNITS[unit][0] for unit in units if unit in _UNITS}
    if len(kinds) != 1 or not set(units) <= set(_UNITS):
        found = ", ".join(f"{shorten(unit)} ({rows})" for unit, rows, _ in counts.rows())
        raise InputError("datasets.trade.mixed_units", units=found)
    target = min(units, key=lambda unit: _UNITS[unit][1])
    factors = {unit: _UNITS[unit][1] / _UNITS[target][1] for unit in units}
    factor = nw.col("unit").replace_strict(factors, default=None, return_dtype=nw.Float64)
    report = [
        ("unit_converted", f"{unit} -> {target}", rows, value) for unit, rows, value in counts.rows() if unit != target
    ]
    report = [(reason, detail, rows, value * factors[detail.split(" -> ")[0]]) for reason, detail, rows, value in report]
    return frame.with_columns(_value=nw.col("_value") * factor, _unit=nw.lit(target)), report


def _countries(frame: Any, country: Callable[[str], str | None]) -> Any:
    """Add ``_importer``, ``_exporter`` (ISO3), ``_total`` (its text), ``_lost`` where an exporter is not known."""
    frame = frame.with_columns(
        _to=nw.col("importer").cast(nw.String).str.strip_chars(), _from=nw.col("exporter").cast(nw.String).str.strip_chars()
    )
    written: set[str] = set()
    for column in ("_to", "_from"):
        written |= {text for text in to_polars(frame.select(column).unique())[column] if text is not None}
    totals = {text for text in written if text.upper() in TOTALS}
    known = {text: iso3 for text in written - totals if (iso3 := country(text))}

    def code(column: str) -> nw.Expr:
        return nw.col(column).replace_strict(known, default=None, return_dtype=nw.String) if known else _NONE

    def total(column: str) -> nw.Expr:
        return nw.when(nw.col(column).is_in(sorted(totals))).then(nw.col(column)).otherwise(_NONE) if totals else _NONE

    frame = frame.with_columns(
        _importer=code("_to"), _exporter=code("_from"), _total=nw.coalesce(total("_from"), total("_to"))
    )
    lost = nw.col("_exporter").is_null() & nw.col("_total").is_null()
    return frame.with_columns(_lost=nw.when(lost).then(nw.lit("exporter_unknown")).otherwise(_NONE))


def _codes(frame: Any, item: str, digits: int | None, national: int) -> Any:
    """Add ``_item``, ``_written`` (digits as given) and ``_code`` where more than a cut was needed."""
    frame = frame.with_columns(_written=nw.col(item).cast(nw.String).str.strip_chars(), _digits=digits_of(item))
    frame = frame.with_columns(hs_code(item, digits, national).alias("_item"), hs_code(item, 2, national).alias("_chapter"))
    given = nw.col("_written").str.slice(0, digits or 6) == nw.col("_item")
    return frame.with_columns(_code=nw.when(given).then(_NONE).otherwise(nw.lit("code_restored")))


def _coarse(frame: Any) -> nw.Expr:
    """Return whether a row's importer has finer codes beneath its code in the same year."""
    keys = [nw.col(name).cast(nw.String).fill_null("") for name in ("_importer", "_year", "_item")]
    key = nw.concat_str(keys, separator="|")
    rows = {tuple(text.split("|")) for text in to_polars(frame.select(_key=key).unique())["_key"]}
    covered = sorted("|".join(row) for row in coarser(rows))
    return key.is_in(covered) if covered else nw.lit(False)


def _aside(coarse: nw.Expr) -> nw.Expr:
    """Return the first reason to set a row aside, blank where there is none."""
    rules = [
        ("negative_value", nw.col("_value") < 0),
        ("year_missing", nw.col("_year").is_null()),
        ("fiscal_mixed", nw.col("_fiscal") == "fiscal_mixed"),
        ("code_unreadable", nw.col("_item").is_null() & nw.col("_chapter").is_null()),
        ("code_short", nw.col("_item").is_null() | coarse),
        ("total", ~nw.col("_total").is_null()),
        ("importer_unknown", nw.col("_importer").is_null()),
        ("own_trade", nw.col("_importer") == nw.col("_exporter")),
    ]
    reason = _NONE
    for name, condition in reversed(rules):
        reason = nw.when(condition).then(nw.lit(name)).otherwise(reason)
    return reason


def _detail(reason: str) -> nw.Expr:
    """Return what to list beside a reason: the text that was not understood."""
    if reason == "_lost":
        return nw.col("_from")
    if reason == "_unread":
        return nw.when(nw.col("_unread") == "value_unreadable").then(nw.col("value").cast(nw.String)).otherwise(_NONE)
    if reason in {"_code", "_comma"}:
        return _NONE
    if reason == "_fiscal":
        return nw.col("_when")
    detail = _NONE
    for name, column in _DETAILS.items():
        detail = nw.when(nw.col("_aside") == name).then(nw.col(column).cast(nw.String)).otherwise(detail)
    return detail


def _unique(frame: Any, columns: list[str]) -> Any:
    """Drop rows whose cells all say what another's say; the order stays where the kind of frame has one.

    Codes and fiscal years count as they are written: each of those that are mended is listed, and any of two might stay.
    """
    read = {"year": "_year", "importer": "_importer", "exporter": "_exporter", "value": "_value"}
    open_ = {column: nw.col(known).is_null() for column, known in read.items()}
    open_["year"] = open_["year"] | ~nw.col("_fiscal").is_null()
    written = {f"_as_{column}": nw.when(rule).then(nw.col(column).cast(nw.String)) for column, rule in open_.items()}
    same = {column: [known, f"_as_{column}"] for column, known in read.items()} | {"unit": ["_unit"]}
    keys = [key for column in columns for key in same.get(column, [column])]
    frame = frame.with_columns(**written)
    if isinstance(frame, nw.LazyFrame):
        return frame.unique(keys)
    return frame.unique(keys, keep="first", maintain_order=True)


def _table(report: list[tuple[Any, ...]]) -> pl.DataFrame:
    rows = [
        (reason, ACTIONS[reason], detail if detail is None else shorten(detail), int(rows), None if rows is None else value)
        for reason, detail, rows, value in report
        if rows
    ]
    schema = {"reason": pl.String, "action": pl.String, "detail": pl.String, "rows": pl.Int64, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("reason", "value", "detail", descending=[False, True, False])
