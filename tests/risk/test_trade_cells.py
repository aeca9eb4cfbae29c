"""Concentration of a polars table against its definition, worked out market by market in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kanmon import risk
from kanmon.graph import shipped
from kanmon.risk.markets import cells, trade
from polars.testing import assert_frame_equal

KEYS = ["hs6", "importer", "year"]
FIGURES = ["hhi_low", "hhi_high", "top_share_low", "top_share_high"]
flows = st.lists(
    st.tuples(
        st.sampled_from(["850511", "280470", "", None]),
        st.sampled_from(["JPN", "DEU", "b", None]),
        st.sampled_from(["CHN", "USA", "b", "a", None]),
        st.sampled_from([2021, 2024, -1, None]),
        st.sampled_from([0, 1, 2, 3, Fraction(1, 8), 1000, -1, None]),
    ),
    min_size=1,
    max_size=25,
)


def table(rows):
    told = [(*row[:4], None if row[4] is None else float(row[4])) for row in rows]
    schema = {"hs6": pl.String, "importer": pl.String, "exporter": pl.String, "year": pl.Int64, "value": pl.Float64}
    return pl.DataFrame(told, schema=schema, orient="row")


def once(rows):
    """Keep one flow of each market and origin."""
    return list({row[:4]: row for row in rows}.values())


def by_definition(rows, extendable):
    """Return the figures of every market, in the order of their keys."""
    found = {}
    for row in rows:
        found.setdefault((row[0], row[1], row[3]), []).append((row[2], row[4]))
    order = sorted(found, key=lambda keys: [(key is not None, key) if key is None else (True, key) for key in keys])
    return [(*keys, *of_market(found[keys], extendable)) for keys in order]


def of_market(market, extendable):
    sums, silent = {}, set()
    for origin, value in market:
        sums[origin] = sums.get(origin, 0) + (value or 0)
        if value is None:
            silent.add(origin)
    total = sum(sums.values())
    loose = sums.pop(None, 0)
    traded = {origin: value for origin, value in sums.items() if value > 0}
    top = min(traded, key=lambda origin: (-traded[origin], origin)) if traded else None
    start = float(total), len(traded)
    if min([loose, *sums.values()]) < 0:  # what flows were summed to is what must not be negative
        return (*start, None, *[None] * 4, top, "negative_value")
    u = loose / total if total else None
    h = sum((value / total) ** 2 for value in traded.values()) if total else None
    m = max(traded.values(), default=0) / total if total else None
    n = len(silent - {None})
    reason = "value_missing" if silent else "no_trade" if not total else "origin_unknown" if u else None
    if None in silent:
        low, low_top = Fraction(0), Fraction(0)
    elif total:
        low, low_top = h / (1 + n * h), m / (1 + n * m)
    else:
        low = low_top = Fraction(1, n) if silent else None
    if silent:
        high = high_top = Fraction(1)
    elif total:
        high = h + u * (2 * m + u) if extendable else h + u * u
        high_top = m + u if extendable else max(m, u)
    else:
        high = high_top = None
    return (*start, u, low, high, low_top, high_top, top, reason)


def check(found, rows, extendable):
    names = [*KEYS, "value", "origins", "unattributed", *FIGURES, "top_origin", "reason"]
    expected = by_definition(rows, extendable)
    assert found.height == len(expected)
    for row, told in zip(found.select(names).iter_rows(), expected, strict=True):
        for name, mine, theirs in zip(names, row, told, strict=True):
            assert mine == (pytest.approx(float(theirs), rel=1e-12) if isinstance(theirs, Fraction | float) else theirs), (
                name
            )


@pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
@pytest.mark.parametrize("extendable", [False, True])
@given(rows=flows)
@settings(max_examples=30, deadline=None)
def test_concentration_is_that_of_its_definition(lazy, extendable, rows):
    for unique, told in ((False, rows), (True, once(rows))):
        frame = table(told)
        found = risk.import_concentration(frame.lazy() if lazy else frame, unique=unique, extendable=extendable)
        check(found.collect() if lazy else found, told, extendable)


@pytest.mark.parametrize(("name", "value"), [("STEP", 3), ("ROOM", 0), ("FEW", -1)])
def test_markets_are_the_same_however_they_are_laid_out(monkeypatch, name, value):
    monkeypatch.setattr(cells, name, value)
    if name == "FEW":
        monkeypatch.setattr(cells, "ROOM", 0)

    @given(rows=flows)
    @settings(max_examples=20, deadline=None)
    def laid_out(rows):
        check(risk.import_concentration(table(rows)), rows, True)

    laid_out()


@given(rows=flows, random=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_flows_says_nothing(rows, random):
    turned = random.sample(rows, len(rows))
    found, other = (risk.import_concentration(table(each)) for each in (rows, turned))
    assert_frame_equal(found, other, rel_tol=1e-12, abs_tol=0)


@given(rows=flows, at=st.integers(0, 24), what=st.sampled_from(["exporter", "value"]))
@settings(max_examples=40, deadline=None)
def test_what_is_not_told_never_makes_a_figure_narrower(rows, at, what):
    whole = table([row for row in once(rows) if row[4] is None or row[4] >= 0] or [("1", "JPN", "CHN", 2021, 1)])
    at %= whole.height
    hidden = whole.with_row_index().with_columns(pl.when(pl.col("index") != at).then(pl.col(what)).alias(what)).drop("index")
    known, found = (risk.import_concentration(each) for each in (whole, hidden))
    both = known.join(found, on=KEYS, nulls_equal=True, suffix="_hidden").filter(pl.col("hhi_low").is_not_null())
    assume(both.height)
    for figure in ("hhi", "top_share"):
        assert (both[f"{figure}_low_hidden"] <= both[f"{figure}_low"] + 1e-12).all()
        assert (both[f"{figure}_high_hidden"] >= both[f"{figure}_high"] - 1e-12).all()


@given(rows=flows, parts=st.integers(2, 3))
@settings(max_examples=40, deadline=None)
def test_a_flow_in_parts_is_the_flow(rows, parts):
    rows = once(rows)
    split = [(*row[:4], None if row[4] is None else Fraction(row[4]) / parts) for row in rows for _ in range(parts)]
    whole = risk.import_concentration(table(rows), unique=True)
    assert_frame_equal(risk.import_concentration(table(split)), whole, rel_tol=1e-12)


@pytest.mark.parametrize("kind", [pl.Binary(), pl.Struct({"name": pl.String()})], ids=str)
@given(rows=flows)
@settings(max_examples=10, deadline=None)
def test_keys_of_any_kind_keep_it(kind, rows):
    plain = table(rows)
    named = pl.struct(name="importer").alias("importer") if kind == pl.Struct else pl.col("importer").cast(kind)
    found = risk.import_concentration(plain.with_columns(named))
    assert found.schema["importer"] == kind
    expected = risk.import_concentration(plain).with_columns(named)
    assert_frame_equal(found.sort(KEYS), expected.sort(KEYS), rel_tol=1e-12)


@pytest.mark.parametrize("items", [[999_999_999_999, 7, -5], [0.5, 2.0, -1.0]], ids=["far apart", "fractions"])
def test_items_that_are_numbers_are_told_apart(items):
    frame = pl.DataFrame(
        {"item": items * 2, "importer": "JPN", "exporter": ["a"] * 3 + ["b"] * 3, "year": 2024, "value": 1.0}
    )
    found = risk.import_concentration(frame)
    assert found["item"].to_list() == sorted(items) and found["hhi_low"].to_list() == [0.5] * 3


def test_a_table_without_rows_has_no_markets_and_all_columns():
    whole = table([("1", "JPN", "CHN", 2021, 1)])
    found = risk.import_concentration(whole.clear())
    assert found.is_empty() and found.schema == risk.import_concentration(whole).schema


def test_origins_that_nobody_knows_have_no_name():
    flows = {"hs6": "1", "importer": "JPN", "exporter": [None, None], "year": 2024, "value": [1.0, 2.0]}
    assert risk.import_concentration(pl.DataFrame(flows)).select("origins", "hhi_low", "hhi_high").row(0) == (0, 0.0, 1.0)


@pytest.mark.skipif(not shipped.here(), reason="code that comes with the package was not tried here")
def test_many_rows_have_the_figures_that_groups_of_the_engine_have():
    size, random = 300_000, np.random.default_rng(7)
    picked = {"hs6": 40, "importer": 30, "exporter": 60}
    frame = pl.DataFrame({name: (pl.Series(random.integers(0, most, size)) + 10).cast(str) for name, most in picked.items()})
    value = pl.Series(random.integers(-1, 30, size)).cast(pl.Float64)
    frame = frame.with_columns(value=value, year=pl.Series(random.integers(2020, 2023, size)))
    frame = frame.with_columns(
        pl.when(pl.Series(random.random(size) < 0.9)).then(pl.col(c)).alias(c) for c in ("exporter", "value")
    )
    tidy, _ = trade.tidy(frame)
    whole = cells.markets(trade.by_origin(tidy, KEYS, True).to_native(), KEYS, frame.schema)
    groups = trade._by_group(tidy, KEYS, True).to_native().sort(KEYS)
    names = [*KEYS, "value", "_square", "_loose", "origins", "_blank", "_nobody", "_negative", "top_origin"]
    numbers = ["origins", "_blank", "_nobody", "_negative"]
    found, expected = (each.select(names).with_columns(pl.col(numbers).cast(pl.Int64)) for each in (whole, groups))
    positive = found["_negative"] == 0  # else nothing is asked of the squares
    assert_frame_equal(found.filter(positive), expected.filter(positive), rel_tol=1e-12)
    assert_frame_equal(found.drop("_square"), expected.drop("_square"), rel_tol=1e-12)


def test_half_is_half_in_whatever_order_it_is_added():
    parts = [0.9, 3.3, 1.6]
    flows = [("1", "JPN", "a", 2024, sum(map(Fraction, map(str, parts))))]
    flows += [("1", "JPN", origin, 2024, Fraction(str(part))) for origin, part in zip("bcd", parts, strict=True)]
    turned = [flows[at:] + flows[:at] for at in range(len(flows))]
    answers = {risk.import_concentration(table(each), unique=True)[0, "cao"] for each in turned}
    assert answers == {"yes"}
