"""Codes of goods and editions of the Harmonized System: what a row says of them, and what stays open."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest
from kanmon import datasets
from kanmon.datasets.readers.hs import EDITIONS, edition, hs_code
from kanmon.graph import InputError, ReadError
from people_files import book


@pytest.mark.parametrize(
    ("written", "national", "code"),
    [
        ("0101.21", 9, "010121"), ("101.21", 9, "010121"), ("2504 90", 9, "250490"), ("'280429100'", 9, "280429"),
        ("280429100", 10, "028042"), ("8505.11.0010", 10, "850511"), ("101211000", 10, "010121"), ("1012110", 9, "010121"),
        ("250490.0", 9, "250490"), ("2504", 9, None), ("00112233", 9, None), ("25049O", 9, None), ("", 9, None),
        (None, 9, None),
    ],
)  # fmt: skip
def test_codes_are_restored(written, national, code):
    frame = nw.from_native(pl.DataFrame({"hs6": [written]}, schema={"hs6": pl.String}))
    assert frame.select(hs_code("hs6", national=national))["hs6"].to_list() == [code]


def test_editions_have_many_names():
    assert [edition(name) for name in ("H0", "hs22", "HS 2012", "H6")] == ["HS92", "HS22", "HS12", "HS22"]
    assert list(EDITIONS.values()) == sorted(EDITIONS.values())
    with pytest.raises(InputError, match="HS17"):
        edition("HS18")


def test_splits_and_merges_between_editions_are_marked_and_nothing_is_lost():
    old, new = ["01", "02", "03", "04", "04", "05", "05", "06"], ["01", "09", "09", "10", "11", "12", "13", "13"]
    links = pl.DataFrame({"old": old, "new": new}).with_columns(
        pl.all().map_elements("80{}01".format, return_dtype=pl.String)
    )
    codes = links["old"].unique(maintain_order=True)
    trade = pl.DataFrame({"hs6": codes, "year": 2022, "value": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    moved = datasets.convert_edition(trade, links, "HS22")
    assert moved["value"].sum() == trade["value"].sum()
    assert dict(moved.select("hs_relation", "value").iter_rows()) == {"same": 1.0, "merge": 5.0, "split": 4.0, "many": 11.0}
    assert moved.filter(hs_relation="split")["hs6"].item() == "801001+801101"
    assert set(moved["hs_edition"]) == {"HS22"}
    assert (
        datasets.convert_edition(trade.with_columns(hs6=pl.lit("999999")).head(1), links, "HS22")["hs_relation"].item()
        == "unmapped"
    )


def test_bundled_tables_name_their_sources():
    known = set(datasets.trade_sources()["id"])
    for frame in (
        datasets.bundled_trade(), datasets.bundled_trade("japan_over_time"), datasets.trade_items(), datasets.hs_headings(),
        datasets.governance(), datasets.thresholds(),
    ):  # fmt: skip
        assert set(frame["source"]) <= known
        assert frame["source"].null_count() == 0
    flows = datasets.bundled_trade()
    assert flows.select("hs6", "year", "importer", "exporter").is_duplicated().sum() == 0
    assert set(flows["importer"]) | set(flows["exporter"]) <= set(datasets.countries()["iso3"])
    assert (flows["value"] > 0).all()


@pytest.mark.parametrize(
    ("header", "unit"), [("金額（千円）", "kJPY"), ("Value [USD]", "USD"), ("Value (million USD)", "MUSD"), ("Value", None)]
)
def test_a_value_is_told_by_its_header_with_the_unit_behind_it(tmp_path, header, unit):
    path = tmp_path / "a.csv"
    path.write_text(f"年,HSコード,輸入国,原産国,{header}\n2024,850511,日本,中国,5000\n", encoding="utf-8")
    assert datasets.trade_kind(path) == "tidy"
    table, _ = datasets.clean_trade(datasets.read_trade(path).collect())
    assert table["value"].to_list() == [5000.0]
    assert (table["unit"].to_list() == [unit]) if unit else "unit" not in table.columns


@pytest.mark.parametrize("header", ["Value (sum)", "金額（億円）", "金額（見込）"])
def test_a_value_with_something_else_behind_it_is_none(tmp_path, header):
    path = tmp_path / "a.csv"
    path.write_text(f"年,HSコード,輸入国,原産国,{header}\n2024,850511,日本,中国,5000\n", encoding="utf-8")
    with pytest.raises(InputError):
        datasets.read_trade(path)


@pytest.mark.parametrize("name", ["title.csv", "title.xlsx", "cover.xlsx"])
def test_a_table_of_flows_below_a_title_or_behind_a_cover_is_found(tmp_path, name):
    title, rows = (
        [["輸入統計 2024年"], []],
        [["年", "HSコード", "輸入国", "輸出国", "金額"], [2024, "850511", "日本", "中国", 5000]],
    )
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text("\n".join(",".join(map(str, row)) for row in [*title, *rows]), encoding="utf-8")
    else:
        book(path, {"表紙": title, "データ": rows} if name == "cover.xlsx" else {"データ": [*title, *rows]})
    notes: list = []
    table = datasets.read_trade(path, notes=notes).collect()
    assert datasets.trade_kind(path) == "tidy" and table.select("importer", "exporter", "value").rows() == [
        ("日本", "中国", "5000")
    ]
    assert any(note.key == "datasets.trade.below" for note in notes)
    (found,) = datasets.understand(path).tables
    assert (found.kind, found.rows) == ("trade", 1)


def _of_values(*written):
    flows = {"hs6": "250490", "importer": "JPN", "year": "2022"}
    table, report = datasets.clean_trade(
        pl.DataFrame({"exporter": ["CHN", "VNM", "USA", "DEU"][: len(written)], "value": written}).with_columns(
            **{name: pl.lit(text) for name, text in flows.items()}
        )
    )
    return table["value"].to_list(), {(row["reason"], row["rows"]) for row in report.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("written", "values", "said"),
    [
        (["5.000,5", "1,25", "300", "1.000"], [5000.5, 1.25, 300.0, 1000.0], {("decimal_comma", 2)}),
        (["5,000", "1,200", "300", "12,34,567"], [5000.0, 1200.0, 300.0, 1234567.0], set()),
        (["5,000.5", "1,25", "300", "0,5"], [5000.5, None, 300.0, None], {("value_unreadable", 1)}),
        (["0,250", "7,000", "1"], [0.25, 7.0, 1.0], {("decimal_comma", 2)}),
        (["1.5e3", "2E+03", ".5", "7."], [1500.0, 2000.0, 0.5, 7.0], set()),
    ],
)
def test_decimals_are_read_with_the_mark_that_the_column_writes_and_none_is_read_as_thousands(written, values, said):
    assert _of_values(*written)[0] == values and said <= _of_values(*written)[1]


def _of_years(*written: str | None) -> pl.DataFrame:
    values = [float(n) for n in range(1, len(written) + 1)]
    flows = {"hs6": "250490", "importer": "JPN", "exporter": "CHN", "value": values}
    return pl.DataFrame(flows | {"year": pl.Series(written, dtype=pl.String)})


def test_calendar_years_are_read_however_they_are_written():
    table, report = datasets.clean_trade(_of_years("2022年", "令和4年", "R4", "平成30年", "２０２２", "令和元年", "2022.0"))
    assert table["year"].to_list() == [2022, 2022, 2022, 2018, 2022, 2019, 2022] and report.is_empty()


def test_fiscal_years_go_by_their_number_where_the_table_has_no_other_and_each_is_listed():
    table, report = datasets.clean_trade(_of_years("FY22", "2022年度", "令和4年度", "FY2021", None))
    assert table["year"].to_list() == [2022, 2022, 2022, 2021]
    assert set(report.filter(reason="fiscal_year")["detail"]) == {"2022年度", "FY2021", "FY22", "令和4年度"}
    assert report.filter(reason="year_missing").select("detail", "rows").rows() == [(None, 1)]


def test_a_fiscal_year_beside_calendar_years_is_set_aside_and_counts_no_month_twice():
    table, report = datasets.clean_trade(_of_years("2022", "2022年度", "FY22", "FY1"))
    assert table["value"].to_list() == [1.0]
    aside = {(row["reason"], row["detail"]): row["action"] for row in report.iter_rows(named=True)}
    assert aside == dict.fromkeys(
        [("fiscal_mixed", "2022年度"), ("fiscal_mixed", "FY22"), ("year_missing", "FY1")], "set_aside"
    )


@pytest.mark.parametrize("read", [datasets.read_trade, datasets.read_baci])
def test_a_path_that_is_not_there_comes_with_its_neighbour(tmp_path, read):
    (tmp_path / "flows_2024.csv").write_text("x", encoding="utf-8")
    with pytest.raises(ReadError, match="flows_2024"):
        read(tmp_path / "flows_2025.csv")


def test_a_folder_without_a_file_of_baci_is_said_to_have_none(tmp_path):
    with pytest.raises(InputError) as caught:
        datasets.read_trade(tmp_path)
    assert "BACI" in caught.value.text("ja") and "[]" not in caught.value.text("en")
