"""Lead times as people and their suppliers write them: days, an interval, or unknown and said."""

import math

import handed_in
import pytest
from kanmon.app.audit.cells import Unreadable, read
from kanmon.datasets.layout import sheets

LEAD = sheets()["sourcing"]["lead_days"]
STOCK = sheets()["sourcing"]["stock_days"]


def company(tmp_path, header, cells):
    rows = [f"Part,Name,Supplier,Country,{header}", *(f"A-{i},Part {i},Firm {i},Japan,{c}" for i, c in enumerate(cells))]
    (tmp_path / "list.csv").write_text("\n".join(rows), encoding="utf-8")
    return handed_in.company(tmp_path / "list.csv")


@pytest.mark.parametrize(
    ("cell", "days"),
    [("12 wks ARO", 84), ("12 weeks A.R.O.", 84), ("8 weeks after receipt of order", 56), ("30 days after PO", 30)]
    + [
        ("LT 90", 90),
        ("L/T: 12 weeks", 84),
        ("90 D", 90),
        ("納期3ヶ月", 90),
        ("標準12週", 84),
        ("受注後60日", 60),
        ("3か月後", 90),
    ]
    + [
        ("半年", 182.5),
        ("半月", 15),
        ("3ヶ月半", 105),
        ("1年半", 547.5),
        ("約3ヶ月", 90),
        ("two weeks", 14),
        ("half a year", 182.5),
    ]
    + [("3M", 90), ("3 mos", 90), ("6 Wo.", 42), ("10 WD", 14), ("10 workdays", 14), ("15 dias úteis", 21), ("15 dias", 15)],
)
def test_a_lead_time_is_read_as_it_is_written(cell, days):
    assert read(LEAD, cell) == pytest.approx(days)


@pytest.mark.parametrize(
    ("cell", "ends"),
    [("2-3 months", (60, 90)), ("20-24 wks ARO", (140, 168)), ("LT 8-10 weeks", (56, 70)), ("半年以上", (182.5, math.inf))]
    + [("stock to 4 weeks", (0, 28)), ("在庫～4週", (0, 28)), ("within 8 weeks ARO", (0, 56))]
    + [("12 weeks EXW", (84, math.inf)), ("8-10 weeks ex works", (56, math.inf)), ("45 days FOB", (45, math.inf))],
)
def test_a_lead_time_that_leaves_something_open_is_an_interval(cell, ends):
    assert tuple(read(LEAD, cell)) == ends


@pytest.mark.parametrize("cell", ["in stock", "ex stock", "即納", "在庫あり", "ab Lager", "现货", "same day"])
def test_what_lies_in_stock_today_says_nothing_of_the_next_delivery(tmp_path, cell):
    found = company(tmp_path, "Lead time", [cell, "30"])
    assert found.sources["A-0"][0].lead_days is None and found.sources["A-1"][0].lead_days == 30
    (said,) = (one for one in found.remarks if one.column == "lead_days")
    assert (said.row, said.message.key) == (2, "app.audit_cells.at_hand") and cell in said.message.text("ja")


@pytest.mark.parametrize(
    "cell",
    ["30 days after order confirmation", "2 weeks (in stock)", "12 weeks after drawing approval", "6 weeks + shipping"]
    + [
        "12 KW",
        "KW 23",
        "1/2 weeks",
        "2026-05-31",
        "5月末",
        "Q3 2026",
        "allocation",
        "十二週",
        "12週+輸送2週",
        "call",
        "90 horses",
        "3月",
        "2-3月",
        "半年半",
        "LT3080",
        "12-2024",
        "2026",
        "100 m",
    ],
)
def test_a_lead_time_that_nobody_can_tell_is_no_number(cell):
    with pytest.raises(Unreadable):
        read(LEAD, cell)


def test_the_unit_of_the_header_holds_where_a_cell_has_none_of_its_own(tmp_path):
    cells = ["LT 12", "12 ARO", "8-10 ARO", "stock to 4", "90 D", "3M", "2-3 months", "12"]
    found = company(tmp_path, "Lead Time (weeks)", cells)
    told = [found.sources[f"A-{i}"][0].lead_days for i in range(len(cells))]
    assert told == [84, 84, (56, 70), (0, 28), 90, 90, (60, 90), 84]


def test_a_lead_time_that_is_still_open_is_unknown_and_said_once(tmp_path):
    found = company(tmp_path, "Lead time", ["TBD", "30", "未定", "-"])
    assert [found.sources[f"A-{i}"][0].lead_days for i in range(4)] == [None, 30, None, None]
    (said,) = (one for one in found.remarks if one.column == "lead_days")
    assert (said.message.key, said.row, said.message.values["count"]) == ("app.audit_cells.open", 2, 2)


def test_words_of_orders_are_no_days_of_stock():
    for cell in ("LT 90", "12 wks ARO", "stock to 4 weeks"):
        with pytest.raises(Unreadable):
            read(STOCK, cell)
