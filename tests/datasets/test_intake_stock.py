"""Lists of stock: pieces are days only beside what is used in a time, and what that time is, is said."""

import handed_in
import pytest
from people_files import table, text


def days(folder, *lines):
    text(folder / "stock.csv", lines)
    return {id: part.stock_days for id, part in handed_in.company(folder).parts.items()}


@pytest.mark.parametrize(
    ("header", "used_in"),
    [("月間使用数", 365 / 12), ("月平均使用量", 365 / 12), ("Monthly usage", 365 / 12)]
    + [("年間使用数", 365), ("Annual usage", 365), ("Usage per week", 7), ("週間使用数", 7), ("1日使用量", 1)]
    + [("月間消費量", 365 / 12), ("Annual demand", 365), ("Yearly consumption (pcs)", 365)],
)
def test_stock_lasts_as_long_as_what_is_used_of_it_in_a_time_says(tmp_path, header, used_in):
    found = days(tmp_path, f"品番,在庫数,{header}", "A-1,120,60", "A-2,,60", "A-3,120,", "A-4,120,0")
    assert found == {"A-1": pytest.approx(2 * used_in), "A-2": None, "A-3": None, "A-4": None}


def test_it_is_said_in_how_many_days_it_is_used_and_whose_list_names_a_supplier_names_no_only_source(tmp_path):
    lines = ["品番,品名,仕入先,生産国,在庫数,月間使用数", "A-1,磁石,甲社,中国,120,60"]
    found = table(text(tmp_path / "stock.csv", lines))
    (note,) = (note for note in found.notes if note.key == "datasets.intake.use_in")
    assert (found.kind, note.values["days"]) == ("stock", "30.42")
    daily = table(text(tmp_path / "daily.csv", [lines[0].replace("月間使用数", "1日使用量"), lines[1]]))
    assert (daily.kind, daily.suppliers) == (found.kind, found.suppliers)


@pytest.mark.parametrize("header", ["前月使用数", "先月出庫数", "Last month usage", "月間購入数", "Qty received per month"])
def test_one_month_that_may_be_unlike_the_others_and_what_is_bought_make_no_days_and_no_bill(tmp_path, header):
    lines = [f"品番,在庫数,{header}", "A-1,120,60", "A-2,10,5"]
    found = table(text(tmp_path / "stock.csv", lines))
    assert found.kind == "stock" and "stock_alone" in {note.key.rpartition(".")[2] for note in found.notes}
    assert set(days(tmp_path, *lines).values()) == {None}


@pytest.mark.parametrize(
    "header", ["Annual usage (JPY)", "年間使用額[千円]", "Monthly usage %", "月間使用日数", "Verbrauchswert annual"]
)
def test_money_parts_and_days_are_no_pieces_that_are_used(tmp_path, header):
    assert set(days(tmp_path, f"品番,在庫数,{header}", "A-1,120,60", "A-2,10,5").values()) == {None}


def test_of_several_counts_of_use_that_of_the_longest_time_speaks_and_one_that_is_left_out_is_none(tmp_path):
    lines = ["品番,在庫数,月間消費量,年間消費量", "A-1,120,999,120"]
    assert days(tmp_path, *lines) == {"A-1": pytest.approx(365.0)}
    path = text(tmp_path / "stock.csv", lines)
    for left_out, read in (({"年間消費量"}, "月間消費量"), ({"年間消費量", "月間消費量"}, None)):
        found = table(path, corrections={"sheets": {"stock": {"columns": dict.fromkeys(left_out, "ignore")}}})
        assert found.headers("daily_use") == ([read] if read else [])


SOURCES = ["A-1,モータ,甲製作所,JPN,45", "A-2,軸受,乙工業,CHN,10", "A-3,歯車,丙精機,DEU,"]


def keys(found):
    return {note.key.rpartition(".")[2] for note in found.notes} & {"stock_alone", "stock_and_sources"}


@pytest.mark.parametrize(("header", "days_known"), [("在庫日数", True), ("在庫数", False)])
def test_a_list_that_is_called_one_of_stock_names_no_only_source_and_its_days_count(tmp_path, header, days_known):
    path = text(tmp_path / "在庫一覧.csv", [f"部品番号,品名,仕入先,国,{header}", *SOURCES])
    found = table(path)
    assert found.kind == "stock" and keys(found) == (set() if days_known else {"stock_alone"})
    company = handed_in.company(tmp_path)
    assert not company.sources
    assert [part.stock_days for part in company.parts.values()] == ([45, 10, None] if days_known else [None] * 3)


@pytest.mark.parametrize(("header", "alone"), [("在庫日数", set()), ("在庫数", {"stock_alone"})])
def test_stock_beside_firms_and_countries_under_no_title_is_said_to_be_read_as_all_sources(tmp_path, header, alone):
    lines = [f"部品番号,品名,仕入先,国,{header}", *SOURCES]
    found = table(text(tmp_path / "list.csv", lines))
    assert found.kind == "sourcing" and keys(found) == {"stock_and_sources"} | alone
    assert keys(table(text(tmp_path / "調達先一覧.csv", lines))) == alone
    corrected = table(tmp_path / "list.csv", corrections={"sheets": {"list": {"kind": "stock"}}})
    assert corrected.kind == "stock" and keys(corrected) == alone


@pytest.mark.parametrize("more", ["切替日数", "認定", "調達割合"])
def test_a_list_of_stock_that_says_how_parts_are_sourced_is_one_of_sources(tmp_path, more):
    cell = {"切替日数": "90", "認定": "はい", "調達割合": "100%"}[more]
    lines = [f"部品番号,品名,仕入先,国,在庫日数,{more}", *(f"{line},{cell}" for line in SOURCES)]
    found = table(text(tmp_path / "在庫一覧.csv", lines))
    assert found.kind == "sourcing" and not keys(found)
