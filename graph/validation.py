"""Validation: raw frames in, typed tables and every problem at once out.

Each check is one small function over whole columns, so that a table of a million rows is checked in a second or two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from .blocks import blocks
from .country_names import country_code
from .errors import did_you_mean, nearest
from .messages import Message
from .problems import MOST, Problems
from .schema import SCHEMA, WORLD, Column, Table

TEXT_LIMIT = 32_767
"""Longest cell in characters: the limit of a spreadsheet cell."""
ROUNDING = 0.02
"""Shares of one view may sum to 1 plus this much: published shares are rounded."""
VIEW = ("item", "scope", "measure", "year", "source")
"""Columns that, with the level of the supplier, name a market view."""

_WHOLE = (-(2.0**53), 2.0**53)
"""Whole numbers that a number of a file can say exactly."""

_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\x{FFFE}\x{FFFF}\x{202A}-\x{202E}\x{2066}-\x{2069}]"
"""Control characters break XML, terminals and spreadsheets; U+FFFE and U+FFFF are no characters at all."""
_UNCLEAN = _CONTROL[:-1] + r"\r]"
_SHOWN = {"not_a_number", "not_finite", "out_of_range", "not_a_whole_number", "not_yes_or_no", "not_allowed", "not_a_date"}
"""Problems of a cell that name what stands in it."""
_CLOCK = r"[ T]\d{1,2}:\d{2}.*$"
"""What a spreadsheet writes behind a day."""
_TRUE = ["true", "yes", "1", "はい", "y", "t", "1.0"]
_FALSE = ["false", "no", "0", "いいえ", "n", "f", "0.0"]


def check_tables(
    frames: Mapping[str, pl.DataFrame], first_rows: Mapping[str, int] | None = None
) -> tuple[dict[str, pl.DataFrame], Problems]:
    """Return the tables, typed and complete, with all problems found in them.

    A table that is not given is empty. Blank text is null; outer white space and control characters are removed.
    """
    problems = Problems(first_rows)
    tables = {}
    for name, table in SCHEMA.items():
        given = name in frames and frames[name].width > 0
        tables[name] = _typed(table, frames[name], problems) if given else table.empty()
    tables["suppliers"] = _countries(tables["suppliers"], problems)
    tables["items"] = _codes(tables["items"], problems)
    check_rows(tables, problems)
    return tables, problems


def check_rows(tables: dict[str, pl.DataFrame], problems: Problems) -> None:
    """Find the problems of rows that stand together, cell by cell right as they are."""
    _check_ids(tables, problems)
    _check_references(tables, problems)
    _check_holders(tables["suppliers"], problems)
    _check_inputs(tables["inputs"], problems)
    _check_shares(tables, problems)


def _typed(table: Table, frame: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    for name in frame.columns:
        if name not in table.names:
            hint = did_you_mean(nearest(name, table.names, most=1))
            problems.say("unknown_column", table.name, column=name[:60], value=name, hint=hint)
    nested = [name for name, kind in frame.schema.items() if kind.is_nested() or kind == pl.Object]
    for name in nested:
        problems.say("nested", table.name, column=name)
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in nested)
    blank = {name for name, count in frame.null_count().to_dict(as_series=False).items() if count == [frame.height]}
    columns = [column for column in table.columns if column.name in frame.columns and column.name not in blank]
    text = [column.name for column in columns if column.dtype == pl.String]
    dirty = frame.select(pl.col(text).cast(pl.String).str.contains(_UNCLEAN).any())
    readings = {c.name: _reading(c, frame.schema[c.name], c.name in text and bool(dirty[c.name][0])) for c in columns}
    # All columns at once: hundreds of small operations on series would take ten times as long.
    wrong = {(name, code): mask for name, reading in readings.items() for code, mask in reading.wrong.items()}
    masks = [mask.alias(f"{name} {code}") for (name, code), mask in wrong.items()]
    values = frame.select(*(reading.value.alias(name) for name, reading in readings.items()), *masks)
    found = values.select(pl.col(f"{name} {code}").any() for name, code in wrong).row(0, named=True) if wrong else {}
    typed = []
    for column in table.columns:
        if column.name not in readings:
            if column.required and column.name not in blank:
                problems.say("missing_column", table.name, column=column.name)
            typed.append(pl.Series(column.name, [None], dtype=column.dtype).new_from_index(0, frame.height))
        else:
            for code in readings[column.name].wrong:
                if found.get(f"{column.name} {code}"):
                    _say(code, table, column, values[f"{column.name} {code}"], frame[column.name], problems)
            typed.append(values[column.name])
        known = column.name in readings or column.name in blank
        if column.required and known and column.name not in nested and typed[-1].null_count():
            problems.rows("blank", table.name, _where(typed[-1].is_null()), column.name)
    return pl.DataFrame(typed) if frame.height else table.empty()


@dataclass(frozen=True)
class _Reading:
    """A column as expressions: its typed value, and by the code of a problem the rows that have it."""

    value: pl.Expr
    wrong: dict[str, pl.Expr]


def _reading(column: Column, dtype: pl.DataType, dirty: bool) -> _Reading:
    raw = pl.col(column.name)
    if column.type in {"number", "integer"}:
        return _number(column, raw, dtype)
    if column.type == "numbers":
        return _numbers(column, raw)
    if column.type == "boolean":
        if dtype == pl.Boolean:
            return _Reading(raw, {})
        word = _filled(raw.cast(pl.String).str.strip_chars().str.to_lowercase())
        known = word.is_in(_TRUE + _FALSE)
        return _Reading(pl.when(known).then(word.is_in(_TRUE)), {"not_yes_or_no": word.is_not_null() & ~known})
    return _words(column, raw.cast(pl.String), dirty)


def _filled(words: pl.Expr) -> pl.Expr:
    return pl.when(words != "").then(words)


def _number(column: Column, raw: pl.Expr, dtype: pl.DataType) -> _Reading:
    wrong: dict[str, pl.Expr] = {}
    if dtype == pl.String:
        word = _filled(raw.str.strip_chars())
        number = word.cast(pl.Float64, strict=False)
        wrong["not_a_number"] = word.is_not_null() & number.is_null()
    elif dtype.is_numeric() or dtype == pl.Null:
        number = raw.cast(pl.Float64)
    else:
        nothing = pl.repeat(None, pl.len(), dtype=column.dtype)
        return _Reading(nothing, {"not_a_number": raw.is_not_null()})
    wrong["not_finite"] = ~number.is_finite()
    number = pl.when(number.is_finite()).then(number)
    bounds = _bounds(column)
    if bounds:
        wrong["out_of_range"] = (number < bounds[0]) | (number > bounds[1])
    if column.type == "integer":
        exact = number.is_between(*_WHOLE)
        wrong["not_a_whole_number"] = exact & (number != number.round())
        number = pl.when(exact & (number == number.round())).then(number).cast(pl.Int64)
    return _Reading(number, wrong)


def _numbers(column: Column, raw: pl.Expr) -> _Reading:
    """Numbers separated by |, of which some may be blank; a cell of nothing else is blank."""
    each = raw.cast(pl.String).str.split("|").list.eval(pl.element().str.strip_chars())
    number = pl.element().cast(pl.Float64, strict=False)
    bounds = _bounds(column) or (-math.inf, math.inf)
    wrong = {
        "not_a_number": each.list.eval((pl.element() != "") & number.is_null()).list.any(),
        "out_of_range": each.list.eval(~number.is_between(*bounds)).list.any(),
    }
    told = each.list.eval(number.cast(pl.String).fill_null("")).list.join("|")
    return _Reading(pl.when(told.str.strip_chars("|") != "").then(told), wrong)


def _bounds(column: Column) -> tuple[float, float] | None:
    return column.bounds or (_WHOLE if column.type == "integer" else None)


def _words(column: Column, raw: pl.Expr, dirty: bool) -> _Reading:
    long = raw.str.len_chars() > TEXT_LIMIT
    clean, wrong = pl.when(~long).then(raw), {"too_long": long}
    if dirty:
        wrong["control_characters"] = clean.str.contains(_CONTROL)
        clean = clean.str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n", literal=True)
        clean = clean.str.replace_all(_CONTROL, "")
    clean = _filled(clean.str.strip_chars())
    if column.type == "ids":
        clean = clean.str.replace_all(r"\s*\|\s*", "|")
    if column.allowed:
        wrong["not_allowed"] = ~clean.is_in(column.allowed)
    if column.unit == "date":
        day = clean.str.replace(_CLOCK, "").str.replace_all("/", "-", literal=True).str.to_date("%Y-%m-%d", strict=False)
        wrong["not_a_date"] = clean.is_not_null() & day.is_null()
        clean = day.dt.to_string("%Y-%m-%d")
    return _Reading(clean, wrong)


def _say(code: str, table: Table, column: Column, mask: pl.Series, raw: pl.Series, problems: Problems) -> None:
    """Say in which rows of a column a problem stands, and what would have been right."""
    bad = _where(mask, raw if code in _SHOWN else None)
    if code == "too_long":
        lengths = raw.cast(pl.String).str.len_chars()
        for row in bad["_row"].head(MOST):
            problems.say(code, table.name, row, column.name, length=lengths[row], limit=TEXT_LIMIT)
    elif code == "not_allowed":
        for row in bad.head(MOST).iter_rows(named=True):
            value = row["_value"].strip()
            hint, allowed = did_you_mean(nearest(value, column.allowed, most=1)), ", ".join(column.allowed)
            problems.say(code, table.name, row["_row"], column.name, value=value, allowed=allowed, hint=hint)
        if bad.height > MOST:
            problems.say("more", table.name, None, column.name, count=bad.height - MOST, kind=code)
    else:
        more: dict[str, Any] = {}
        if code in {"out_of_range", "not_a_number"}:
            more["hint"] = Message("graph.problems.as_part" if column.unit == "share" else "graph.errors.no_hint")
        if code == "out_of_range" and (bounds := _bounds(column)):
            more |= {"low": _plain(bounds[0]), "high": _plain(bounds[1])}
        if code == "control_characters":
            more["severity"] = "note"
        problems.rows(code, table.name, bad, column.name, **more)


def _where(mask: pl.Series, values: pl.Series | None = None) -> pl.DataFrame:
    rows = mask.fill_null(False).arg_true()
    frame = pl.DataFrame({"_row": rows})
    return frame if values is None else frame.with_columns(values.gather(rows).cast(pl.String).alias("_value"))


def _plain(bound: float) -> str:
    return "∞" if math.isinf(bound) else f"{bound:g}"


def _repeated(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows whose keys stand in an earlier row, with ``first``, the index of that row."""
    indexed = frame.select(keys).with_row_index("_row")
    first = pl.col("_row").first().over(keys).cast(pl.Int64)
    return indexed.with_columns(first.alias("first")).filter(pl.col("_row") != pl.col("first"))


def _check_ids(tables: dict[str, pl.DataFrame], problems: Problems) -> None:
    for name in (name for name, table in SCHEMA.items() if table.has_id):
        ids = tables[name]["id"].drop_nulls()
        if ids.n_unique() == len(ids):
            continue
        again = _repeated(tables[name], ["id"]).filter(pl.col("id").is_not_null())
        shown = again.select("_row", _value="id", first=pl.col("first") + problems.first_row(name))
        problems.rows("duplicate_id", name, shown, "id")
    both = tables["suppliers"]["id"].is_in(tables["items"]["id"].drop_nulls().implode())
    if both.any():
        problems.rows("item_and_supplier", "suppliers", _where(both, tables["suppliers"]["id"]), "id")


def _countries(suppliers: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """Read names of countries as their codes, and refuse a country whose id is its name: others would not know it."""
    written = suppliers["country"].drop_nulls().unique()
    codes = {name: code for name in written if (code := country_code(name)) is not None and code != name}
    if codes:
        named = _where(suppliers["country"].is_in(list(codes)), suppliers["country"])
        named = named.with_columns(iso3=pl.col("_value").replace_strict(codes, return_dtype=pl.String))
        problems.rows("country_read", "suppliers", named, "country", severity="note")
        suppliers = suppliers.with_columns(pl.col("country").replace(codes))
    ids = suppliers["id"].set(suppliers["kind"].ne_missing("country"), None)
    meant = {id: code for id in ids.drop_nulls().unique() if (code := country_code(id)) is not None and code != id}
    if meant:
        wrong = _where(ids.is_in(list(meant)), ids)
        wrong = wrong.with_columns(iso3=pl.col("_value").replace_strict(meant, return_dtype=pl.String))
        problems.rows("country_id", "suppliers", wrong, "id")
    return suppliers


def _codes(items: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """Give codes of goods back the zero that a spreadsheet took: they have an even number of digits."""
    if items["hs6"].null_count() == items.height:
        return items
    cut = r"(^|\|)(\s*)(\d{3}|\d{5}|\d{7})(\s*)($|\|)"
    # Twice: of two that stand side by side the sign between them belongs to the first match.
    mended = items["hs6"].str.replace_all(cut, "${1}${2}0${3}${4}${5}").str.replace_all(cut, "${1}${2}0${3}${4}${5}")
    wrong = _where(mended != items["hs6"], items["hs6"])
    if wrong.height:
        shown = wrong.with_columns(mended.gather(wrong["_row"]).alias("mended"))
        problems.rows("code_restored", "items", shown, "hs6", severity="note")
    return items.with_columns(hs6=mended)


def _check_references(tables: dict[str, pl.DataFrame], problems: Problems) -> None:
    for name, table in SCHEMA.items():
        for column in table.columns:
            if column.refers:
                target = column.refers.split(".")[0]
                values = tables[name][column.name]
                if values.null_count() == len(values):
                    continue
                _check_reference(values, name, target, tables[target]["id"], problems, several=column.type == "ids")
    scope = tables["shares"]["scope"]
    if scope.null_count() == len(scope):
        return
    scope = scope.set(scope == "world", None)
    _check_reference(scope, "shares", "suppliers", tables["suppliers"]["id"], problems)


def _check_reference(
    values: pl.Series, table: str, target: str, ids: pl.Series, problems: Problems, *, several: bool = False
) -> None:
    ids = ids.drop_nulls()
    if (values.str.split("|").explode() if several else values).is_in(ids.implode()).all():
        return
    named = pl.DataFrame({"_row": np.arange(len(values)), "_value": values}).drop_nulls()
    if several:
        named = named.with_columns(pl.col("_value").str.split("|")).explode("_value")
    bad = named.filter(~pl.col("_value").is_in(ids.implode()))
    known = ids.to_list()
    hints: dict[str, object] = {}
    for row in bad.head(MOST).iter_rows(named=True):
        value = row["_value"]
        if value not in hints:
            code = country_code(value) if target == "suppliers" else None
            hints[value] = did_you_mean([code] if code is not None and code != value else nearest(value, known, most=1))
        problems.say("unknown_id", table, row["_row"], values.name, value=value, target=target, hint=hints[value])
    if bad.height > MOST:
        problems.say("more", table, None, values.name, count=bad.height - MOST, kind="unknown_id")


def _check_holders(suppliers: pl.DataFrame, problems: Problems) -> None:
    """Of several who hold a supplier, each is named once, and either none has a share or each has its place in the cell."""
    parents, shares = pl.col("parent").str.split("|"), pl.col("parent_share").str.split("|")
    number = pl.element().cast(pl.Float64, strict=False)
    if suppliers["parent"].null_count() == suppliers["parent_share"].null_count() == suppliers.height:
        return
    several = [suppliers[name].str.contains("|", literal=True).fill_null(False) for name in ("parent", "parent_share")]
    if not any(some.any() for some in several):
        return
    held = suppliers.with_row_index("_row").filter(several[0] | several[1])
    held = held.select(
        "_row",
        _value="parent",
        parents=parents.list.len(),
        shares=shares.list.len(),
        again=parents.list.n_unique() < parents.list.len(),
        total=shares.list.eval(number).list.sum(),
    )
    problems.rows("holder_twice", "suppliers", held.filter("again").select("_row", "_value"), "parent")
    apart = held.filter(pl.col("shares").is_not_null() & (pl.col("shares") != pl.col("parents")))
    problems.rows("holder_shares", "suppliers", apart.select("_row", "parents", "shares"), "parent_share")
    over = held.filter(pl.col("total") > 1 + ROUNDING + 1e-9)
    problems.rows("holders_over", "suppliers", over.select("_row", "_value", "total"), "parent_share")


def _check_inputs(inputs: pl.DataFrame, problems: Problems) -> None:
    if inputs.is_empty():
        return
    for what in ("kept_without", "use_share"):
        low, high = inputs[f"{what}_low"], inputs[f"{what}_high"]
        if (low > high).any():
            turned = pl.DataFrame({"low": low, "high": high}).with_row_index("_row").filter(low > high)
            problems.rows("range_reversed", "inputs", turned, f"{what}_low")
    keys = ["item", "input", "role", "group"]
    if inputs.select(keys).n_unique() != inputs.height:
        again = _repeated(inputs, keys)
        value = pl.format("{} <- {}", "item", "input")
        problems.rows(
            "duplicate_row",
            "inputs",
            again.select("_row", first=pl.col("first") + problems.first_row("inputs"), _value=value),
            None,
        )
    itself = inputs["item"] == inputs["input"]
    if itself.any():
        problems.rows("self_input", "inputs", _where(itself, inputs["item"]), "input", severity="note")
    for cycle in _cycles(inputs):
        shown = ", ".join(cycle[:8]) + (", …" if len(cycle) > 8 else "")
        problems.say("cycle", "inputs", value=shown, severity="note")


def _cycles(inputs: pl.DataFrame) -> Iterator[list[str]]:
    edges = inputs.select("input", "item").drop_nulls().unique(maintain_order=True)
    if not edges.height:
        return
    ids = pl.concat([edges["input"], edges["item"]]).unique().sort()
    index = pl.DataFrame({"id": ids, "i": np.arange(len(ids))})
    pairs = (
        edges.join(index, left_on="input", right_on="id").join(index, left_on="item", right_on="id", suffix="2").sort("i2")
    )
    pointer = np.concatenate([[0], np.cumsum(np.bincount(pairs["i2"].to_numpy(), minlength=len(ids)))]).astype(np.int64)
    order, starts = blocks(pointer, pairs["i"].to_numpy())
    for block in np.flatnonzero(np.diff(starts) > 1):
        yield sorted(ids.gather(order[starts[block] : starts[block + 1]]))


def _check_shares(tables: dict[str, pl.DataFrame], problems: Problems) -> None:
    shares = tables["shares"]
    if not shares.height:
        return
    keys = [*VIEW, "supplier"]
    if shares.select(keys).n_unique() != shares.height:
        again = _repeated(shares, keys)
        value = pl.format("{} / {}", "item", "supplier")
        problems.rows(
            "duplicate_row",
            "shares",
            again.select("_row", first=pl.col("first") + problems.first_row("shares"), _value=value),
            None,
        )
    indexed = shares.with_row_index("_row").join(
        tables["suppliers"].select(supplier="id", level="kind").unique("supplier"), on="supplier", how="left"
    )
    low, high = pl.col("share_low"), pl.col("share_high")
    reversed_ = indexed.filter(low > high).select("_row", low=low, high=high)
    problems.rows("range_reversed", "shares", reversed_, "share_low")
    outside = indexed.filter((pl.col("share") < low) | (pl.col("share") > high))
    problems.rows(
        "share_outside_range", "shares", outside.select("_row", _value=pl.col("share"), low=low, high=high), "share"
    )
    aggregate = pl.col("level") == "aggregate"
    total = (pl.col("supplier") == WORLD) & pl.col("quantity").is_not_null()
    wrong = indexed.filter(aggregate & ~total & (pl.col("missing").ne_missing("residual") | (pl.col("supplier") == WORLD)))
    problems.rows("aggregate_share", "shares", wrong.select("_row", _value="supplier"), "supplier")
    _check_sums(indexed, problems)


def _check_sums(indexed: pl.DataFrame, problems: Problems) -> None:
    """Shares of one view sum to at most 1, quantities to at most the stated total, in one unit."""
    row = pl.col("_row") + problems.first_row("shares")
    named = pl.col("level") != "aggregate"
    label = pl.format("{} ({})", pl.col("item").first(), pl.col("source").first())
    low = pl.coalesce("share_low", "share").fill_null(0)
    sums = (
        indexed.filter(named & (pl.col("missing").is_null() | (pl.col("missing") != "excluded")))
        .group_by([*VIEW, "level"], maintain_order=True)
        .agg(total=low.sum(), label=label, rows=row.filter(low > 0).head(12))
    )
    for view in sums.filter(pl.col("total") > 1 + 1e-9).head(MOST).iter_rows(named=True):
        rounded = view["total"] <= 1 + ROUNDING + 1e-9
        problems.say(
            "sum_rounded" if rounded else "sum_above_one",
            "shares",
            column="share",
            value=view["label"],
            total=view["total"],
            rows=_listed(view["rows"]),
            severity="note" if rounded else "error",
        )
    if indexed["quantity"].null_count() == indexed.height:
        return
    # Quantities are added only where they are of one kind: by level, in one unit, against the stated total.
    quantity = pl.col("quantity")
    counted = named & (pl.col("missing").is_null() | (pl.col("missing") != "excluded"))
    views = indexed.group_by(list(VIEW), maintain_order=True).agg(
        units=pl.col("unit").filter(quantity.is_not_null()).unique(maintain_order=True),
        total=quantity.filter(pl.col("supplier") == WORLD).first(),
        country=quantity.filter(counted & (pl.col("level") == "country")).sum(),
        company=quantity.filter(counted & (pl.col("level") == "company")).sum(),
        label=label,
        rows=row.filter(quantity.is_not_null()).head(12),
    )
    for view in views.filter(pl.col("units").list.len() > 1).head(MOST).iter_rows(named=True):
        units = ", ".join(str(unit) for unit in view["units"])
        problems.say("mixed_units", "shares", column="unit", value=view["label"], units=units)
    _check_totals(indexed.filter(counted), views, problems)
    ratio = pl.max_horizontal("country", "company") / pl.col("total")
    over = views.with_columns(ratio=ratio).filter(pl.col("ratio") > 1 + ROUNDING + 1e-9)
    for view in over.head(MOST).iter_rows(named=True):
        problems.say(
            "quantity_above_total",
            "shares",
            column="quantity",
            value=view["label"],
            ratio=view["ratio"],
            rows=_listed(view["rows"]),
        )


def _check_totals(named: pl.DataFrame, views: pl.DataFrame, problems: Problems) -> None:
    """Say of quantities without a world total what stands in for it: the rows' sum, or nothing at all."""
    world = pl.col("scope").is_null() | (pl.col("scope") == "world")
    figure = pl.any_horizontal(pl.col("quantity", "share", "share_low", "share_high").is_not_null())
    open_ended = named.filter(world).group_by(list(VIEW), maintain_order=True).agg(open=(~figure).any())
    lacking = views.filter(pl.col("total").is_null() & (pl.col("rows").list.len() > 0))
    lacking = lacking.join(open_ended, on=list(VIEW), nulls_equal=True, maintain_order="left")
    for view in lacking.head(MOST).iter_rows(named=True):
        code = "open_total" if view["open"] else "no_total"
        problems.say(code, "shares", column="quantity", value=view["label"], rows=_listed(view["rows"]), severity="note")


def _listed(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:11])) + (", …" if len(rows) > 11 else "")
