"""Trade dependence gives the same rows from every kind of frame, and blanks in any of them stay blanks."""

from __future__ import annotations

import warnings

import kanmon as kn
import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon import datasets, risk
from kanmon.graph import UnknownIdError
from polars.testing import assert_frame_equal

KEYS = ["hs6", "importer", "year"]


@pytest.fixture(scope="module")
def world():
    return datasets.bundled_trade()


def _pandas(frame):
    return frame.to_pandas()


def _dask(frame):
    dask = pytest.importorskip("dask", reason="dask is not installed")
    dask.config.set(scheduler="synchronous")
    return pytest.importorskip("dask.dataframe", reason="dask[dataframe] is not installed").from_pandas(
        frame.to_pandas(), npartitions=2
    )


def _duckdb(frame):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    return duckdb.connect().from_arrow(frame.to_arrow())


def _pyspark(frame):
    import shutil

    if shutil.which("java") is None:
        pytest.skip("PySpark needs Java")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    session = (
        sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session.createDataFrame(
        frame.rows(), schema="hs6 string, importer string, exporter string, year long, value double"
    )


KINDS = {
    "pandas": _pandas,
    "lazy": pl.DataFrame.lazy,
    "pyarrow": pl.DataFrame.to_arrow,
    "duckdb": _duckdb,
    "dask": _dask,
    "pyspark": _pyspark,
}
METHODS = {
    "concentration": lambda trade: risk.import_concentration(trade, "JPN"),
    "commission": lambda trade: risk.commission_dependence(trade, "JPN"),
    "geodep": lambda trade: risk.geodep(trade, "JPN"),
    "chapters": lambda trade: risk.chapter_dependence(trade, "JPN"),
    "groups": lambda trade: risk.group_shares(trade, {"G7": ["USA", "DEU"], "east": ["CHN"]}, "JPN"),
    "friends": lambda trade: risk.friend_shoring(trade, "JPN", ["USA", "DEU"]),
    "benchmark": lambda trade: risk.third_country_benchmark(trade, "JPN"),
    "governance": lambda trade: risk.governance_hhi(trade, "JPN", governance={"CHN": 6.0, "USA": 3.0}),
    "supply_risk": lambda trade: risk.trade_supply_risk(trade, "JPN", governance={"CHN": 6.0, "USA": 3.0}),
}
SLOW = {"dask": ("concentration", "geodep", "groups", "governance"), "pyspark": ("concentration", "governance")}


def to_polars(native):
    frame = nw.from_native(native)
    frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return pl.from_arrow(frame.to_arrow())


def same(native, expected):
    found = to_polars(native)
    found = found.select(pl.col(c).cast(expected.schema[c]) for c in expected.columns)
    order = [c for c in (*KEYS, "chapter", "group") if c in expected.columns]
    assert_frame_equal(found.fill_nan(None).sort(order), expected.sort(order), rel_tol=1e-9)


@pytest.fixture(scope="module")
def sample(world):
    rows = world.filter(pl.col("hs6").is_in(["280470", "810411", "850511"])).select(
        "hs6", "importer", pl.col("exporter").replace("PHL", None), "year", "value"
    )
    return pl.concat([rows, rows.filter(importer="JPN").head(2).with_columns(value=pl.lit(None, dtype=pl.Float64))])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_gives_the_same_rows_in_the_same_kind(kind, sample):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trade = KINDS[kind](sample)
        # Where planning alone takes seconds, the methods that share no code with each other are enough.
        for name, method in ((name, METHODS[name]) for name in SLOW.get(kind, METHODS)):
            expected = method(sample)
            found = method(trade)
            assert type(found) is type(trade), name
            same(found, expected)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "duckdb", "dask"])
def test_words_that_a_frame_holds_as_categories_are_words(kind, sample):
    words = ["hs6", "importer", "exporter"]
    if kind in {"pandas", "dask"}:
        held = sample.to_pandas().astype(dict.fromkeys(words, "category"))
        held = held if kind == "pandas" else _dask(sample).astype(dict.fromkeys(words, "category"))
    elif kind == "duckdb":
        held = pytest.importorskip("duckdb", reason="duckdb is not installed").connect()
        held.register("flows", sample.to_arrow())
        kinds = {word: ", ".join(f"'{each}'" for each in sorted(sample[word].drop_nulls().unique())) for word in words}
        held = held.sql(f"select {', '.join(f'{w}::enum({k}) as {w}' for w, k in kinds.items())}, year, value from flows")
    else:
        held = sample.with_columns(pl.col(words).cast(pl.Categorical))
        held = held if kind == "polars" else held.to_arrow()
    for method in (METHODS[name] for name in SLOW.get(kind, METHODS)):
        same(method(held), method(sample))


@pytest.mark.parametrize("kind", KINDS)
def test_an_importer_without_a_name_has_the_figures_that_it_would_have_with_one(kind, sample):
    named = sample.drop_nulls("year").with_columns(importer=pl.col("importer").replace("DEU", "nobody"))
    blank = named.with_columns(importer=pl.when(pl.col("importer") != "nobody").then("importer"))
    method = risk.import_concentration if kind in SLOW else risk.chapter_dependence
    expected = method(named).with_columns(pl.col("importer").replace("nobody", None))
    order = [expected.columns[0], "importer", "year"]
    expected = expected.sort(order)
    assert expected.filter(pl.col("importer").is_null())["top_origin"].count() > 0
    found = to_polars(method(KINDS[kind](blank)))
    found = found.select(pl.col(c).cast(expected.schema[c]) for c in expected.columns).fill_nan(None).sort(order)
    assert_frame_equal(found, expected, rel_tol=1e-9)


def test_flows_of_a_blank_year_are_not_dropped(world):
    flows = world.filter(pl.col("year") == 2024, pl.col("hs6").is_in(["280470", "850511"]))
    dated = risk.geodep(flows, "JPN").sort("hs6")
    found = risk.geodep(flows.with_columns(year=pl.lit(None, pl.Int64)), "JPN").sort("hs6")
    told = ["hs6", "hhi_imports_low", "hhi_exports_low", "c1", "c2", "c4", "top_exporter"]
    assert found["year"].is_null().all() and dated.height == 2
    assert_frame_equal(found.select(told), dated.select(told))


@pytest.mark.parametrize("blank", [None, float("nan"), pd.NA], ids=str)
@pytest.mark.parametrize("name", ["concentration", "chapters", "governance"])
def test_no_blank_in_a_column_of_objects_becomes_a_word(name, blank):
    origins = ["CHN", blank, "USA", "CHN"]
    flows = {"hs6": ["280470", "280470", "811010", "811010"], "importer": "JPN", "year": 2022, "value": [5.0, 2.0, 1.0, 1.0]}
    known = [origin if isinstance(origin, str) else None for origin in origins]
    expected = METHODS[name](pl.DataFrame(flows | {"exporter": known}))
    found = METHODS[name](pd.DataFrame(flows | {"exporter": pd.Series(origins, dtype=object)}))
    assert expected["reason"].to_list() == ["origin_unknown", None]
    assert_frame_equal(to_polars(found).cast(expected.schema).fill_nan(None), expected, rel_tol=1e-9)


@pytest.mark.parametrize("trade", [None, [{"hs6": "1"}], "trade.csv"])
def test_what_is_no_frame_is_refused(trade):
    for method in METHODS.values():
        with pytest.raises(kn.graph.InputError, match="frame"):
            method(trade)


@pytest.mark.parametrize("native", [pl.DataFrame, pd.DataFrame, pl.LazyFrame, lambda rows: pl.DataFrame(rows).to_arrow()])
@pytest.mark.parametrize("written", ["", " ", "\u3000 "])
def test_an_origin_written_as_an_empty_text_is_unknown(native, written):
    rows = {"hs6": "850511", "importer": "JPN", "exporter": ["CHN", written], "year": 2022, "value": [3.0, 1.0]}
    rows = pl.DataFrame(rows).to_dict(as_series=False)
    blank = risk.import_concentration(pl.DataFrame(rows | {"exporter": ["CHN", None]}))
    found = risk.import_concentration(native(rows))
    frame = nw.from_native(found).lazy().collect()
    found = pl.DataFrame(frame.to_dict(as_series=False))
    assert found.row(0)[3:] == blank.row(0)[3:]
    assert found["reason"].item() == "origin_unknown"


@pytest.mark.parametrize(
    "native", [pl.DataFrame, pl.DataFrame.lazy, pl.DataFrame.to_pandas], ids=["polars", "lazy", "pandas"]
)
@given(names=st.lists(st.text(" \t\r\n\xa0\u3000!~\x7f0Az\xa1日", max_size=3), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_an_origin_is_unknown_where_its_name_is_nothing_but_space(native, names):
    codes = [f"{number:06}" for number in range(len(names))]
    rows = pl.DataFrame({"hs6": codes, "importer": "JPN", "exporter": names, "year": 2022, "value": 1.0})
    found = to_polars(risk.import_concentration(native(rows), unique=True))
    expected = [None if all(letter in " \t\r\n\xa0\u3000" for letter in name) else name for name in names]
    assert found["hs6"].to_list() == codes and found["top_origin"].to_list() == expected


@pytest.mark.parametrize("unique", [False, True])
def test_rows_come_sorted_by_item_importer_and_year_blanks_first(unique):
    keys = pl.DataFrame({"hs6": ["2", "10", None]}).join(pl.DataFrame({"importer": ["JPN", None, "deu"]}), how="cross")
    keys = keys.join(pl.DataFrame({"year": [2022, None, 2021]}), how="cross").sample(fraction=1, shuffle=True, seed=3)
    rows = keys.with_columns(exporter=pl.lit("CHN"), value=1.0)
    for trade in (rows, rows.lazy()):
        found = to_polars(risk.import_concentration(trade, unique=unique)).select(KEYS)
        assert found.rows() == sorted(rows.select(KEYS).rows(), key=lambda row: [(cell is not None, cell) for cell in row])


SLIPS = {
    "importer": lambda rows: risk.import_concentration(rows, "Japan"),
    "importers": lambda rows: risk.chapter_dependence(rows, ["JPN", "JPM"]),
    "importer of GeoDep": lambda rows: risk.geodep(rows, "JPM"),
    "member": lambda rows: risk.commission_dependence(rows, "EU", ["DEU", "FRAA"]),
    "member of a union": lambda rows: risk.third_country_benchmark(rows, "EU", ["DEU", "FRAA"]),
    "friend": lambda rows: risk.friend_shoring(rows, "JPN", ["DEU", "USAA"]),
    "group": lambda rows: risk.group_shares(rows, {"friends": ["USAA"]}, "JPN"),
    "importer of scores": lambda rows: risk.governance_hhi(rows, "JPM"),
}


@pytest.mark.parametrize("what", SLIPS)
def test_a_place_that_is_misspelt_is_named_and_no_place_without_trade(what):
    rows = {"hs6": "850511", "importer": "JPN", "exporter": ["CHN", "mine"], "year": 2022, "value": [3.0, 1.0]}
    with pytest.raises(UnknownIdError, match="Unknown country"):
        SLIPS[what](pl.DataFrame(rows))


def test_countries_without_trade_and_names_of_the_table_are_places():
    rows = pl.DataFrame({"hs6": "1", "importer": "JPN", "exporter": ["CHN", "mine"], "year": 2022, "value": [3.0, 1.0]})
    assert risk.import_concentration(rows, "ISL").height == 0
    assert risk.group_shares(rows, {"own": ["mine"], "none": ["ISL"]}, "JPN")["share_low"].to_list() == [0.0, 0.25]
    with pytest.raises(UnknownIdError, match="'JPN'"):
        risk.import_concentration(rows, "Japan")
