"""Ranges, rough figures and words for nothing in cells that ask for stock and time."""

import math

import handed_in
import pytest
from kanmon.app.audit.cells import Unreadable, read
from kanmon.datasets.intake.understanding import understand
from kanmon.datasets.layout import sheets

COLUMN = {column.name: column for sheet in sheets().values() for column in sheet.columns}


@pytest.mark.parametrize(
    ("cell", "ends"),
    [("30-60日", (30, 60)), ("30日以上60日以下", (30, 60)), ("１～２ヶ月", (30, 60)), ("30 days - 60 days", (30, 60))]
    + [("between 30 and 60 days", (30, 60)), ("30到60天", (30, 60)), ("約30日～60日", (30, 60)), ("20-30営業日", (28, 42))]
    + [("60日以上", (60, math.inf)), ("> 2 months", (60, math.inf)), ("60日～", (60, math.inf)), ("45", (45, 45))]
    + [
        ("60日以内", (0, 60)),
        ("60日以下", (0, 60)),
        ("最大60日", (0, 60)),
        ("up to 60 days", (0, 60)),
        ("不超过60天", (0, 60)),
    ]
    + [("60-30日", None), ("30日、60日", None), ("soon", None)],
)
def test_of_a_range_of_stock_both_ends_are_read(tmp_path, cell, ends):
    rows = ["品番,調達先,生産国,在庫日数,切替日数", f"P-1,甲社,日本,{cell},90", "P-2,乙社,中国,20,30-60日"]
    (tmp_path / "s.csv").write_text("\n".join(rows), encoding="utf-8")
    found = handed_in.company(tmp_path)
    assert found.parts["P-1"].stock == ends
    assert found.sources["P-2"][0].switch_days == (30, 60)
    said = [remark.message.key.rpartition(".")[2] for remark in found.remarks if remark.column == "stock_days"]
    assert said == (["days"] if ends is None else [] if ends[0] == ends[1] else ["range"])


@pytest.mark.parametrize("cell", ["なし", "無", "None", "无"])
def test_no_stock_may_be_none_or_not_known_and_that_is_said(tmp_path, cell):
    rows = ["品番,調達先,生産国,在庫日数", f"P-1,甲社,日本,{cell}", "P-2,乙社,日本,-", "P-3,丙社,日本,0"]
    (tmp_path / "s.csv").write_text("\n".join(rows), encoding="utf-8")
    found = handed_in.company(tmp_path)
    assert [found.parts[id].stock for id in ("P-1", "P-2", "P-3")] == [None, None, (0, 0)]
    (told,) = (remark for remark in found.remarks if remark.column == "stock_days")
    assert told.row == 2 and "0 と記入" in told.message.text("ja")


def test_of_stocks_that_several_rows_state_of_a_part_the_longest_counts(tmp_path):
    rows = [
        "品番,調達先,生産国,在庫日数",
        "P-1,甲社,日本,30-60日",
        "P-1,乙社,中国,45",
        "P-2,甲社,日本,45日以上",
        "P-2,乙社,中国,90",
    ]
    (tmp_path / "s.csv").write_text("\n".join(rows), encoding="utf-8")
    found = handed_in.company(tmp_path)
    assert [found.parts[id].stock for id in ("P-1", "P-2")] == [(45, 60), (90, math.inf)]


def test_ranges_of_a_column_are_one_note_and_what_could_not_be_read_names_the_column_as_its_reader_does(tmp_path):
    rows = [f"P-{n},甲社,日本,{cell}" for n, cell in enumerate(["30-60日"] * 30 + ["？？"] * 25)]
    (tmp_path / "s.csv").write_text("\n".join(["品番,調達先,生産国,在庫日数", *rows]), encoding="utf-8")
    found = handed_in.company(tmp_path)
    told = [remark for remark in found.remarks if remark.column == "stock_days"]
    (note,) = (remark for remark in told if remark.severity == "note")
    assert note.row == 2 and "30 件" in note.message.text("ja") and "30-60日" in note.message.text("ja")
    (more,) = (remark.message for remark in told if remark.message.key == "app.audit.more")
    assert "在庫日数" in more.text("ja") and "Stock (days)" in more.text("en") and "stock_days" not in more.text("ja")


@pytest.mark.parametrize(
    ("cell", "value"), [("約18億円", 1.8e9), ("3,000万円程度", 3e7), ("およそ１２００", 1200.0), ("12億円前後", 1.2e9)]
)
def test_an_amount_that_is_said_to_be_rough_is_taken_as_it_stands(cell, value):
    assert read(COLUMN["revenue"], cell) == pytest.approx(value)


def test_a_rough_figure_is_in_the_unit_of_its_header(tmp_path):
    rows = [
        "品番,調達先,生産国,切替日数（月）,年間購入額（百万円）",
        "P1,甲社,日本,約3,約18",
        "P2,乙社,日本,3,18",
        "P3,乙社,日本,90日,約1800万円",
    ]
    (tmp_path / "s.csv").write_text("\n".join(rows), encoding="utf-8")
    found = handed_in.company(tmp_path)
    assert {(each[0].switch_days, each[0].spend) for each in found.sources.values()} == {(90.0, 1.8e7)}


@pytest.mark.parametrize(
    ("header", "cell", "ends"),
    [
        ("在庫(月)", "2-3", (60.0, 90.0)),
        ("在庫(月)", "2以上", (60.0, math.inf)),
        ("在庫(月)", "30～60日", (30.0, 60.0)),
        ("在庫(月)", "2か月以上", (60.0, math.inf)),
        ("在庫(月)", "2〜3ヶ月程度", (60.0, 90.0)),
        ("Stock (weeks)", "1.5 to 2", (10.5, 14.0)),
        ("Stock (weeks)", "at least 2 months", (60.0, math.inf)),
        ("在庫日数", "2-3", (2.0, 3.0)),
        ("Stock (weeks)", "2-3 mois", (60.0, 90.0)),
        ("Stock (weeks)", "2-3 semaines", (14.0, 21.0)),
        ("Stock (weeks)", "2-3 business days", (2.8, 4.2)),
    ],
)
def test_a_range_of_stock_without_a_unit_is_in_the_unit_of_its_header(tmp_path, header, cell, ends):
    (tmp_path / "調達一覧.csv").write_text(f"品番,調達先,{header}\nP-1,甲,{cell}\nP-2,乙,1\n", encoding="utf-8")
    found = handed_in.company(tmp_path / "調達一覧.csv")
    assert found.parts["P-1"].stock == pytest.approx(ends)


@pytest.mark.parametrize(
    ("cell", "told"),
    [("8-12 weeks", (56, 84)), ("8〜12週", (56, 84)), ("60日以上", (60, math.inf)), ("2 to 3 months", (60, 90))]
    + [("up to 12 weeks", (0, 84)), ("8 bis 12 Wochen", (56, 84)), ("8-8 weeks", 56.0)]
    + [("60+ days", (60, math.inf)), ("8+ weeks", (56, math.inf)), ("60日+", (60, math.inf)), ("60+", (60, math.inf))]
    + [("~8 weeks", 56.0), ("～8週", (0, 56)), ("~60", (0, 60)), ("~8-12 weeks", (56, 84))]
    + [("3 mo.", 90.0), ("8-12 wks.", (56, 84)), ("90 days max.", (0, 90)), ("60 days minimum", (60, math.inf))]
    + [
        ("2、3ヶ月", (60, 90)),
        ("2,3週間", (14, 21)),
        ("約2,3日", (2, 3)),
        ("1,5 Monate", 45.0),
        ("1,5か月", 45.0),
        ("1,000日", 1000.0),
    ],
)
def test_of_a_range_of_a_time_that_something_takes_both_ends_are_read(cell, told):
    assert [read(COLUMN[column], cell) for column in ("lead_days", "switch_days")] == [told, told]


@pytest.mark.parametrize("sheet", ["company", "measures", "scenarios"])
def test_a_range_where_somebody_plans_or_asks_one_figure_says_that_it_is_one(sheet):
    (column,) = (column for column in sheets()[sheet].columns if column.name in {"stop_days", "days"})
    with pytest.raises(Unreadable, match="one_figure"):
        read(column, "30-60日")


def test_ranges_of_times_are_in_the_unit_of_their_header_and_one_note_for_each_column(tmp_path):
    head = "品番,調達先1,国1,リードタイム1（週）,調達先2,国2,リードタイム2（週）,切替日数"
    rows = ["P-1,甲,中国,8-12,乙,日本,4〜6,60〜90日", "P-2,丙,日本,2ヶ月〜3ヶ月,,,,200"]
    (tmp_path / "s.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    found = handed_in.company(tmp_path)
    told = {one.maker: (one.lead_days, one.switch_days) for each in found.sources.values() for one in each}
    assert told == {"甲": ((56, 84), (60, 90)), "乙": ((28, 42), (60, 90)), "丙": ((60, 90), 200.0)}
    notes = {remark.column: remark for remark in found.remarks if remark.column in {"lead_days", "switch_days"}}
    assert "3 cell(s)" in notes["lead_days"].message.text("en") and "longest" in notes["switch_days"].message.text("en")
    assert "在庫" not in notes["switch_days"].message.text("ja") and all(one.severity == "note" for one in notes.values())


@pytest.mark.parametrize("cell", ["60〜90日", "60-90", "60日以内", "60+", "at least 60 days", "8 to 12 weeks", "60日"])
@pytest.mark.parametrize(
    "head",
    [
        "品番,調達先1,国1,切替日数1,調達先2,国2,切替日数2",
        "part,supplier 1,country 1,switching days 1,supplier 2,country 2,switching days 2",
    ],
)
def test_a_numbered_column_of_switching_times_is_known_as_one_whatever_ranges_it_holds(tmp_path, head, cell):
    (tmp_path / "s.csv").write_text(f"{head}\nP-1,甲,中国,{cell},乙,日本,{cell}\n", encoding="utf-8")
    told = read(COLUMN["switch_days"], cell)
    assert [one.switch_days for one in handed_in.company(tmp_path).sources["P-1"]] == [told, told]


def test_a_column_that_names_a_switch_is_no_switching_time(tmp_path):
    lines = ["品番,調達先,国,切替弁型式", "P-1,甲,中国,SV-60", "P-2,乙,日本,SV-90"]
    (tmp_path / "s.csv").write_text("\n".join(lines), encoding="utf-8")
    (table,) = understand(tmp_path).tables
    assert "switch_days" not in table.roles
