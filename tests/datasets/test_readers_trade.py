"""Readers of other people's trade files, and cleaning of tables as people have them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon import datasets, risk
from kanmon.datasets.trade import STATISTICS
from kanmon.graph import InputError, KanmonError, ReadError
from polars.testing import assert_frame_equal

# Rows of the published file (e-Stat, 品別国別表 輸入 2025, chapters 01-05), months cut off.
JAPAN = """Exp or Imp,Year,HS,Country,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year
2,2025,'010511000',205,  ,NO,0,201038,910940
2,2025,'010511000',304,  ,NO,0,1298,6109
2,2025,'010611000',110,NO,KG,979,2687,2000597
2,2025,'010611000',118,NO,KG,1,40,1527
2,2025,'010619010',105,NO,KG,2067,12549,347197
2,2025,'010619090',105,NO,KG,7066,434,330036
2,2025,'010619090',702,NO,KG,1,1,5
1,2025,'010619090',105,NO,KG,1,1,7
"""
BACI = "t,i,j,k,v,q\n2022,156,392,10121,1.5,  2.5\n2022,842,392,250490,3,NA\n2022,999,392,250490,1,NA\n"
CODES = "country_code,country_name,country_iso2,country_iso3\n156,China,CN,CHN\n842,USA,US,USA\n392,Japan,JP,JPN\n"
CENSUS = "I_COMMODITY,CTY_CODE,CON_VAL_YR,YEAR\n8505110010,5700,1,2024\n"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "real" / "trade"


def test_japans_statistics(tmp_path):
    path = tmp_path / "import.csv"
    path.write_bytes(JAPAN.encode("cp932"))
    rows = datasets.read_japan_customs(path)
    assert set(rows["hs6"]) == {"010511", "010611", "010619"}
    china = rows.row(by_predicate=(pl.col("hs6") == "010619") & (pl.col("exporter") == "CHN"), named=True)
    assert china["value"] == 347197 + 330036
    assert china["quantity"] == pytest.approx((12549 + 434) / 1000)  # both are kilograms
    assert (china["unit"], china["hs_edition"], china["importer"]) == ("kJPY", "HS22", "JPN")
    assert rows.filter(pl.col("exporter").is_null())["value"].to_list() == [5.0]  # 702 is 不明: kept, of unknown origin
    assert rows.filter(hs6="010511")["quantity"].null_count() == 2  # heads are no weight
    assert datasets.read_japan_customs(path, exports=True).select("importer", "exporter").row(0) == ("CHN", "JPN")
    assert datasets.read_japan_customs(path, digits=9).height == 7
    assert risk.import_concentration(datasets.read_trade(path), "JPN").collect().height == 3


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@pytest.mark.parametrize(("whole", "said"), [(False, ["2026: 3/12"]), (True, [])])
def test_japans_statistics_of_a_year_that_is_not_over_are_said_to_be(tmp_path, whole, said):
    # e-Stat fills the months to come with noughts; the year's sum is then that so far
    head = ",".join(["Exp or Imp,Year,HS,Country,Value-Year", *(f"Value-{month}" for month in MONTHS)])
    rows = [head, "2,2025,'850511000',105,12" + 12 * ",1", "2,2026,'850511000',105,6,1,2,3" + 8 * ",0" + f",{int(whole)}"]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    notes = []
    found = datasets.read_japan_customs(tmp_path / "a.csv", notes=notes)
    assert dict(found.select("year", "value").rows()) == {2025: 12.0, 2026: 6.0}
    assert [note.values["years"] for note in notes if note.key.endswith("open_years")] == said


def test_baci_is_lazy_in_every_edition_and_restores_zeros(tmp_path):
    (tmp_path / "country_codes_V202601.csv").write_text(CODES, encoding="utf-8")
    (tmp_path / "BACI_HS92_Y2022_V202601.csv").write_text(BACI, encoding="utf-8")
    (tmp_path / "BACI_HS92_Y2023_V202601.csv").write_text(BACI.replace("2022", "2023"), encoding="utf-8")
    flows = datasets.read_baci(tmp_path)
    assert isinstance(flows, pl.LazyFrame)
    rows = flows.collect()
    assert rows["year"].unique().sort().to_list() == [2022, 2023]
    assert rows.row(0, named=True) == {
        "hs6": "010121", "importer": "JPN", "exporter": "CHN", "year": 2022, "value": 1.5, "quantity": 2.5, "unit": "kUSD",
        "quantity_unit": "t", "hs_edition": "HS92", "source": "CEPII_BACI_HS92_V202601",
    }  # fmt: skip
    assert rows.filter(year=2022)["exporter"].to_list() == ["CHN", "USA", None]
    assert rows["quantity"].null_count() == 4
    assert datasets.read_baci(tmp_path, years=[2023]).collect().height == 3
    rows.select(t="year", i=156, j=392, k=pl.lit(10121), v="value", q="quantity").write_parquet(tmp_path / "year.parquet")
    again = datasets.read_trade(tmp_path / "year.parquet").collect()
    assert again["hs6"].unique().to_list() == ["010121"]
    with pytest.raises(InputError, match="2024"):
        datasets.read_baci(tmp_path, years=[2024])
    assert datasets.read_baci(tmp_path, countries={156: "CHN", 392: "JPN"}).collect()["exporter"].null_count() == 4
    (tmp_path / "country_codes_V202601.csv").unlink()
    notes = []
    assert_frame_equal(datasets.read_baci(tmp_path, notes=notes).collect(), rows)  # by the packaged numbers, which is said
    assert [note.key for note in notes] == ["datasets.trade.bundled_codes"]


@pytest.mark.parametrize(
    "table",
    [
        'country_code,country_name,country_iso2,country_iso3\n490,"Other Asia, nes",,S19\n392,Japan,JP,JPN\n697,EFTA,,R20\n',
        "country_code,country_name_abbreviation,country_name_full,iso_2digit_alpha,iso_3digit_alpha\n"
        '490,"Other Asia, nes","Other Asia, nes",N/A,N/A\n392,Japan,Japan,JP,JPN\n697,EFTA,EFTA,N/A,N/A\n'
        "531,Cura\u00e7ao,x,CW,CUW\n",
        "country_code,country_name_full,iso_3digit_alpha\n490,Taiwan,TWN\n392,Japan,JPN\n384,C\u00f4te d'Ivoire,CIV\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_taiwan_is_in_every_release_of_baci(tmp_path, table, encoding):
    (tmp_path / "country_codes_V202501.csv").write_bytes(table.encode(encoding))
    path = tmp_path / "BACI_HS17_Y2023_V202501.csv"
    path.write_text(
        "t,i,j,k,v,q\n2023,490,392,854231,7,1\n2023,392,490,854231,5,1\n2023,697,392,854231,1,1\n", encoding="utf-8"
    )
    rows = datasets.read_trade(path).collect()
    assert rows.select("exporter", "importer").rows() == [("TWN", "JPN"), ("JPN", "TWN"), (None, "JPN")]


def test_the_country_tables_that_cepii_publishes(tmp_path):
    path = tmp_path / "BACI_HS17_Y2023_V202501.csv"
    path.write_text(
        "t,i,j,k,v,q\n2023,490,392,854231,7,1\n2023,516,842,854231,5,1\n2023,697,757,854231,1,1\n", encoding="utf-8"
    )
    for name in ("country_codes_V202301.csv", "country_codes_V202501_excerpt.csv"):
        if not (SHARED / name).is_file():
            pytest.skip("the published tables are not here")
        (tmp_path / name).write_bytes((SHARED / name).read_bytes())
        assert datasets.read_trade(path).collect().select("exporter", "importer").rows() == [
            ("TWN", "JPN"), ("NAM", "USA"), (None, "CHE"),
        ]  # fmt: skip
        (tmp_path / name).unlink()


@pytest.mark.parametrize(
    ("damage", "key", "place"),
    [
        (b"2022,156,392,850511,x,1", "number", {"row": 3, "column": "v", "value": "x"}),
        (b"2022,1\xff6,392,850511,1,1", "number", {"row": 3, "column": "i"}),
        (b'2022,156,3"2,850511,1,1', "number", {"row": 3, "column": "j"}),
        (b"2022,156,392,850511", "cut_off", {"row": 3, "column": "v"}),
        (b"20x2,156,392,850511,1,1", "number", {"row": 3, "column": "t", "value": "20x2"}),
    ],
)
def test_damage_in_baci_is_said_with_its_row_before_any_figure(tmp_path, damage, key, place):
    path = tmp_path / "BACI_HS17_Y2022_V202601.csv"
    path.write_bytes(b"t,i,j,k,v,q\n2022,156,392,850511,1,1\n" + damage + b"\n2022,156,842,850511,1,1\n")
    if key == "number" and place["column"] == "j":
        path.write_bytes(path.read_bytes().replace(b'392,"850511', b'3"2,850511'))
    with pytest.raises(InputError) as caught:
        datasets.read_baci(path)
    assert caught.value.message.key == f"datasets.trade.{key}"
    assert caught.value.message.values.items() >= place.items()
    assert "Y2022" in caught.value.text("ja")


@pytest.mark.parametrize(
    ("content", "read", "place"),
    [
        (JAPAN.replace("2025,'010611000',110", "FY24,'010611000',110"), datasets.read_japan_customs, "FY24"),
        (JAPAN.replace("2000597", "about 2"), datasets.read_japan_customs, "about 2"),
        (CENSUS + "8505110010,5880,1,FY24\n", datasets.read_us_census, "FY24"),
        (CENSUS + "8505110010,5880,1e999,2024\n", datasets.read_us_census, "1e999"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_year_or_number_is_said_with_its_row(tmp_path, content, read, place):
    path = tmp_path / "trade.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(path)
    lines = content.splitlines()
    row = next(number for number, line in enumerate(lines, 1) if place in line)
    assert (caught.value.message.values["row"], caught.value.message.values["value"]) == (row, place)
    assert f"{row} 行目" in caught.value.text("ja")


def test_damage_in_a_parquet_of_baci_is_said_too(tmp_path):
    path = tmp_path / "BACI_HS17_Y2022_V202601.parquet"
    pl.DataFrame({"t": 2022, "i": 156, "j": 392, "k": "850511", "v": ["1", "x"], "q": "NA"}).write_parquet(path)
    with pytest.raises(InputError) as caught:
        datasets.read_baci(path)
    assert caught.value.message.values["value"] == "x"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadError):
        datasets.read_baci(path)


def test_quotes_that_do_not_close_are_said_with_their_line(tmp_path):
    path = tmp_path / "trade.csv"
    path.write_text('hs6,importer,exporter,year,value\n850511,JPN,CHN,2024,1\n850511,"JPN,CHN,2024,1\n', encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        datasets.read_trade(path)
    assert caught.value.message.values["line"] == 3
    path.write_text(
        'hs6,importer,exporter,year,value\n850511,JPN,C"HN"x,2024,1\n"8505""11",JPN,CHN,2024,1\n', encoding="utf-8"
    )
    assert datasets.read_trade(path).collect()["exporter"].to_list() == ['C"HN"x', "CHN"]  # a quote inside a cell is one


SEEDS = [JAPAN, BACI, "hs6,importer,exporter,year,value\n2805.30,Japan,China,2023,90\n280530,日本,Atlantis,2023,5\n"]
PIECES = [
    b'"',
    b",",
    b"\n",
    b"\xff",
    b"\x00",
    b"x",
    b"FY24",
    b"2024.0",
    b"-1e308",
    b"nan",
    b"\xe6\x97",
    b";",
    b"[",
    b"{",
    b"9" * 40,
]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES)), max_size=4))
def test_no_content_of_a_file_ends_in_a_traceback(tmp_path, seed, changes):
    data = seed.encode()
    for where, piece in changes:
        at = int(where * len(data))
        data = data[:at] + piece + data[at:]
    path = tmp_path / "BACI_HS17_Y2022_V202601.csv"
    path.write_bytes(data)
    try:
        rows = datasets.clean_trade(datasets.read_trade(path), digits=None)[0].collect()
        assert rows["value"].is_finite().all()
    except KanmonError as error:
        assert error.text("en") != error.text("ja")


def test_us_census_json_and_csv_leave_groups_and_totals_out(tmp_path):
    head = ["I_COMMODITY", "CTY_CODE", "CON_VAL_YR", "YEAR", "MONTH"]
    rows = [head, ["8505110010", "5700", "70", "2024", "12"], ["8505110010", "5880", "20", "2024", "12"]]
    rows += [["8505110010", "-", "95", "2024", "12"], ["8505110010", "0003", "5", "2024", "12"]]
    rows += [
        ["8505110010", "5700", "60", "2024", "11"],
        ["850511", "5700", "70", "2024", "12"],
        ["8505110050", "5700", "4", "2024", "12"],
    ]
    path = tmp_path / "census.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    found = datasets.read_us_census(path)
    assert found.select("hs6", "importer", "exporter", "value").rows() == [
        ("850511", "USA", "CHN", 74.0),
        ("850511", "USA", "JPN", 20.0),
    ]
    table = tmp_path / "census.csv"
    table.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    assert_frame_equal(datasets.read_trade(table).collect(), found)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ReadError, match="Census"):
        datasets.read_us_census(path)


@pytest.mark.parametrize("name", ["missing.csv", "missing.parquet", "missing.json"])
def test_a_file_that_is_not_there_is_said(tmp_path, name):
    with pytest.raises(ReadError):
        datasets.read_trade(tmp_path / name)


def test_a_header_that_nobody_knows_is_said(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="a, b"):
        datasets.read_trade(path)
    path.write_bytes(b"")
    with pytest.raises(ReadError):
        datasets.read_trade(path)
    with zipfile.ZipFile(tmp_path / "x.parquet", "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(ReadError):
        datasets.read_trade(tmp_path / "x.parquet")


# --- cleaning ------------------------------------------------------------------------------------------------------------

RAW = pl.DataFrame(
    [
        ("2504.90", "Japan", "China", "2022", "1,200"),
        ("2504.90", "Japan", "China", "2022", "1,200"),  # the same row again
        ("250490", "日本", "台湾", "2022", "n/a"),
        ("10121", "JPN", "Atlantis", "2022", "30"),
        ("250490", "JPN", "World", "2022", "9999"),
        ("250490", "JPN", "USA", "2022", "-5"),
        ("250490", "JPN", "USA", "", "7"),
        ("2504", "JPN", "USA", "2022", "8"),
        ("scrap", "JPN", "USA", "2022", "6"),
        ("250490", "Narnia", "USA", "2022", "4"),
        ("250490", "JPN", "Japan", "2022", "3"),
        ("250490", "JPN", "DEU", "2022", "about 5"),
    ],
    schema=["hs6", "importer", "exporter", "year", "value"],
    orient="row",
)


def test_every_rule_of_cleaning_is_applied_and_counted():
    table, report = datasets.clean_trade(RAW)
    assert table.rows() == [
        ("250490", "JPN", "CHN", 2022, 1200.0),
        ("250490", "JPN", "TWN", 2022, None),
        ("010121", "JPN", None, 2022, 30.0),
        ("250490", "JPN", "DEU", 2022, None),
    ]
    found = {(reason, detail): (action, rows, value) for reason, action, detail, rows, value in report.iter_rows()}
    assert found == {
        ("duplicate", None): ("set_aside", 1, 1200.0),
        ("value_missing", None): ("kept", 1, 0.0),
        ("value_unreadable", "about 5"): ("kept", 1, 0.0),
        ("exporter_unknown", "Atlantis"): ("kept", 1, 30.0),
        ("code_restored", None): ("mended", 2, 1230.0),
        ("negative_value", None): ("set_aside", 1, -5.0),
        ("year_missing", None): ("set_aside", 1, 7.0),
        ("code_short", "2504"): ("set_aside", 1, 8.0),
        ("code_unreadable", "scrap"): ("set_aside", 1, 6.0),
        ("total", "World"): ("set_aside", 1, 9999.0),
        ("importer_unknown", "Narnia"): ("set_aside", 1, 4.0),
        ("own_trade", None): ("set_aside", 1, 3.0),
    }
    for lang in ("en", "ja"):
        for reason in report["reason"]:
            from kanmon.graph.messages import text

            assert text(f"datasets.trade.reason_{reason}", lang)
    row = risk.import_concentration(table).filter(hs6="250490").row(0, named=True)
    assert (row["hhi_high"], row["reason"]) == (1.0, "value_missing")


ROW = ("280530", "Japan", "China", "2022年", "1,200")
AGAIN = [
    ("280530", "Japan", "China", "令和4年", "1,200"),
    ("280530", "日本", "CHN", "2022", "1200.0"),
    ("280530", "JPN", "中国", "Ｒ４年", "1200"),
]
OTHERS = [
    ("280530", "Japan", "China", "2022年", "1,201"),
    ("28053010", "Japan", "China", "2022年", "1,200"),  # another line of the tariff
    ("280530", "Japan", "China", "令和5年", "1,200"),
    ("280530", "Japan", "Vietnam", "2022年", "1,200"),
    ("280530", "Japan", "Atlantis", "2022年", "1,200"),
    ("280530", "Japan", "Mu", "2022年", "1,200"),
    ("280530", "Japan", "China", "2022年", "n/a"),
    ("280530", "Japan", "China", "2022年", "about 5"),
    ("280530", "Japan", "China", "2022年度", "1,200"),
]


def test_a_row_that_is_written_twice_in_two_ways_is_one():
    schema = dict.fromkeys(RAW.columns, pl.String)
    table, report = datasets.clean_trade(pl.DataFrame([ROW, *AGAIN], schema=schema, orient="row"))
    assert table.rows() == [("280530", "JPN", "CHN", 2022, 1200.0)]
    assert report.filter(reason="duplicate").select("rows", "value").rows() == [(3, 3600.0)]
    _, report = datasets.clean_trade(pl.DataFrame([ROW, *OTHERS], schema=schema, orient="row"))
    assert report.filter(reason="duplicate").is_empty()


@pytest.mark.parametrize("kind", ["lazy", "pandas", "pyarrow", "duckdb"])
def test_cleaning_gives_the_same_for_every_kind(kind):
    given = RAW.vstack(pl.DataFrame(AGAIN, schema=RAW.schema, orient="row"))
    expected, report = datasets.clean_trade(given)
    if kind == "duckdb":
        duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
        raw = duckdb.connect().from_arrow(given.to_arrow())
    else:
        raw = {"lazy": given.lazy, "pandas": given.to_pandas, "pyarrow": given.to_arrow}[kind]()
    table, found = datasets.clean_trade(raw)
    assert type(table) is type(raw)
    frame = nw.from_native(table)
    frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    rows = pl.from_arrow(frame.to_arrow()).select(expected.columns).cast(expected.schema).fill_nan(None)
    order = ["hs6", "exporter"]
    assert_frame_equal(rows.sort(order), expected.sort(order))
    assert_frame_equal(found, report)


def test_numbers_years_and_floats_as_codes():
    raw = pl.DataFrame(
        {"hs6": [250490.0, 10121.0], "importer": "JPN", "exporter": "CHN", "year": [2022, 20225], "value": [1.0, 2.0]}
    )
    table, report = datasets.clean_trade(raw)
    assert table["hs6"].to_list() == ["250490"]
    assert report.filter(reason="year_missing")["rows"].item() == 1


def test_codes_may_keep_their_own_level_but_nothing_is_counted_twice():
    codes = ["2504", "8542", "854231", "8542.31.00", "81", "1"]
    raw = pl.DataFrame({"hs6": codes, "importer": "JPN", "exporter": "CHN", "year": 2022, "value": 1.0})
    raw = pl.concat([raw, raw[1:2].with_columns(importer=pl.lit("USA"))])
    table, report = datasets.clean_trade(raw, digits=None)
    assert table["hs6"].to_list() == [
        "2504",
        "854231",
        "854231",
        "81",
        "01",
        "8542",
    ]  # the USA's 8542 has nothing beneath it
    assert report.filter(reason="code_short").select("detail", "rows").rows() == [("8542", 1)]
    assert datasets.clean_trade(raw)[0]["hs6"].to_list() == ["854231", "854231"]


def test_units_are_converted_within_a_currency_and_refused_across():
    raw = pl.DataFrame({"hs6": "250490", "importer": "JPN", "exporter": ["CHN", "USA"], "year": 2022, "value": [1.5, 300.0]})
    table, report = datasets.clean_trade(raw.with_columns(unit=pl.Series(["kUSD", "USD"])))
    assert table.select("value", "unit").rows() == [(1500.0, "USD"), (300.0, "USD")]
    assert report.row(0)[:4] == ("unit_converted", "mended", "kUSD -> USD", 1)
    with pytest.raises(InputError, match=r"USD \(1\).*t \(1\)"):
        datasets.clean_trade(raw.with_columns(unit=pl.Series(["USD", "t"])))


def test_tables_without_rows_or_columns_are_refused():
    with pytest.raises(InputError, match="no rows"):
        datasets.clean_trade(RAW.clear())
    with pytest.raises(InputError, match="'exporter'"):
        datasets.clean_trade(RAW.drop("exporter"))


@pytest.mark.parametrize("kind", STATISTICS)
def test_statistics_that_are_recognised_have_a_public_reader_of_their_name(kind):
    assert callable(getattr(datasets, f"read_{kind}"))
    assert f'"{kind}"' in datasets.trade_kind.__doc__
