"""What an earlier report shows: new, closed, known better, and on other terms."""

import json
import math
import os
from pathlib import Path

import pytest
from audit_company import small
from kanmon.app.audit.content import content
from kanmon.app.audit.files import write_report
from kanmon.app.audit.report import audit
from kanmon.app.audit.since import changes, read_report
from kanmon.graph import ReadError, SupplyGraph
from plain_sheets import workbook

DEMO = Path(__file__).resolve().parents[2] / "datasets" / "data" / "demo_company" / "audit.xlsx"


DATE = "2026-11-23"


HOSTILE = '=HYPERLINK("http://example.invalid","x")<script>alert(1)</script>'


@pytest.fixture(scope="module")
def demo():
    return audit(DEMO, lang="ja", date=DATE)


def test_an_earlier_report_shows_what_is_new_closed_and_known_better(tmp_path):
    blank = [["P3", "Chip", "W", None, "100%", None, None, "yes"]]
    stated = [["P3", "Chip", "W", "Taiwan", "100%", 200, 250, "yes"]]
    first = content(audit(small(tmp_path, blank), lang="en", date=DATE, world=SupplyGraph()), "en")
    (tmp_path / "old.json").write_text(json.dumps(first, default=str), encoding="utf-8")
    more = [*stated, ["P4", "Pin", "V", "China", "100%", 1, 90, "yes"]]
    again = audit(small(tmp_path, more), lang="en", date="2026-12-23", world=SupplyGraph())
    found = content(again, "en", read_report(tmp_path / "old.json"))["since"]
    assert (
        found["date"] == DATE and ["PRJ-Q04", "P4 Pin"] in [row[:2] for row in found["rows_new"]] and found["differs"] == []
    )
    (tmp_path / "odd.json").write_text('{"themes": 1}', encoding="utf-8")
    for name in ("odd.json", "none.json"):
        with pytest.raises(ReadError):
            read_report(tmp_path / name)


def test_a_part_with_another_name_or_in_another_language_is_no_change(demo):
    old = json.loads(
        json.dumps(content(demo, "en"), default=str, ensure_ascii=False).replace("制御マイコン", "another name")
    )
    assert "another name" in str(old["themes"])
    found = content(demo, "ja", old)["since"]
    assert not any(found[name] for name in ("opened", "closed", "unknown", "rows_new", "rows_gone", "stops", "differs"))


def since_of(tmp_path, old, new, products=((("A", 3650),),) * 2, currencies=("JPY", "JPY")):
    """What changed from one list of (part, maker, country, stock) to another; each part stops every product."""
    found = None
    for rows, priced, currency in zip((old, new), products, currencies, strict=True):
        sheets = {
            "Sourcing": [
                ["part", "supplier", "country", "share", "stock days", "switching days"],
                *([part, maker, country, 1, stock, 250] for part, maker, country, stock in rows),
            ],
            "BOM": [["parent", "part"], *([product, row[0]] for product, _ in priced for row in rows)],
            "Products": [["product", "revenue"], *map(list, priced)],
            "Company": [["company", "currency"], ["Co", currency]],
        }
        done = audit(workbook(tmp_path / "since.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
        found = content(done, "en", found)
    return found["since"]


@pytest.mark.parametrize(("first", "then", "other"), [("en", "ja", "Taiwan"), ("ja", "en", "台湾")])
def test_what_does_not_apply_any_more_is_told_in_the_language_that_is_asked_for(tmp_path, first, then, other):
    def done(name, *rows):
        sheets = {
            "Sourcing": [["part", "supplier", "country", "share", "stock days", "switching days"], *map(list, rows)],
            "BOM": [["parent", "part"], *(["A", row[0]] for row in rows)],
            "Products": [["product", "revenue"], ["A", 3650]],
        }
        return audit(workbook(tmp_path / name, sheets), lang=first, date=DATE, world=SupplyGraph())

    before = done("before.xlsx", ("P", "W", "Taiwan", 1, 100, 250))
    after = done("after.xlsx", ("P", "V", "China", 1, 300, 250))
    path = tmp_path / "old.json"
    path.write_text(json.dumps(content(before, first), default=str, ensure_ascii=False), encoding="utf-8")
    found, alike = content(after, then, read_report(path))["since"], content(before, then)
    assert found["rows_gone"] == content(after, then, alike)["since"]["rows_gone"] and not found["quoted"]
    assert {row["label"] for row in found["stops"]} == {
        row["label"] for row in content(after, then, alike)["since"]["stops"]
    }
    assert other not in str([found["rows_gone"], [row["label"] for row in found["stops"]]])
    old = read_report(path)
    for broken in ({}, {then: 1}, {then: {"stock": {"P": [1, 2]}}}, 7):  # of an older version, or changed by hand
        quoted = content(after, then, old | {"said_elsewhere": broken})["since"]
        assert quoted["quoted"] and len(quoted["rows_gone"]) == len(found["rows_gone"])
        assert quoted["rows_gone"] == content(after, first, old)["since"]["rows_gone"]
    write_report(after, tmp_path / "out", then, since=old | {"said_elsewhere": {}})
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert ("are quoted from the earlier report" if then == "en" else "前回の報告書の言語のまま引用") in page


@pytest.mark.parametrize(("stock", "name", "other"), [(None, "unknown", "closed"), (300, "closed", "unknown")])
def test_what_is_not_known_any_more_is_not_said_to_be_solved(tmp_path, stock, name, other):
    found = since_of(tmp_path, [("P", "W", "Taiwan", 100)], [("P", "W", "Taiwan", stock)])
    assert "PRJ-Q09" in found[name] and "PRJ-Q09" not in found[other]
    (row,) = (row for row in found["rows_gone"] if "PRJ-Q09" in row[0])  # told once, for all that rest on it
    assert row == ["ESMG-A5, PRJ-Q09", "P", "Stock 100 days, switching 250 days"]
    (check,) = (one for one in found["checks"] if "PRJ-Q09" in one[1])  # and counted once
    assert check[:2] == [name, "ESMG-A5, PRJ-Q09"] and check[2]


def test_a_stop_that_only_one_of_two_reports_has_is_a_change(tmp_path):
    """P comes from China instead of Taiwan, with 30 days in stock instead of 100, of 180; 10 are lost a day."""
    found = since_of(tmp_path, [("P", "W", "Taiwan", 100)], [("P", "V", "China", 30)])
    rows = [
        (row["label"], *(row[name] and round(row[name]) for name in ("was", "is")), row["was_says"], row["is_says"])
        for row in found["stops"]
    ]
    assert not any(row["narrowed"] for row in found["stops"])
    assert rows == [
        ("China", None, 1500, "not on record", "¥1,500"),
        ("V", None, 1500, "not on record", "¥1,500"),
        ("Taiwan", 800, None, "¥800", "not on record"),
        ("W", 800, None, "¥800", "not on record"),
    ]


def test_amounts_that_are_in_no_one_unit_are_not_compared_and_a_blank_revenue_is_no_zero(tmp_path):
    rows = [("P", "W", "Taiwan", 100)]
    one, none, two = [("A", 3650)], [("A", None)], [("A", 3650), ("B", 7300)]
    half = [("A", 3650), ("B", None)]
    for products in ((one, none), (none, one), (none, none)):
        found = since_of(tmp_path, rows, [("P", "W", "Taiwan", 30)], products)
        assert found["stops"] == [] and bool(found["differs"]) == (products != (none, none))
    found = since_of(tmp_path, rows, [("P", "W", "Taiwan", 30)], currencies=("USD", "JPY"))
    assert found["stops"] == [] and "USD → JPY" in found["differs_says"]
    found = since_of(tmp_path, rows, rows, (two, half))  # 80 days of 10 and of 20 a day
    assert found["differs"] == [["revenue", "A, B", "A"]]
    assert {(row["was_says"], row["is_says"], row["narrowed"]) for row in found["stops"]} == {
        ("¥2,400", "at least ¥800", False)
    }
    found = since_of(tmp_path, rows, rows, (half, two))
    assert {(row["was_says"], row["is_says"], row["narrowed"]) for row in found["stops"]} == {
        ("at least ¥800", "¥2,400", True)
    }


def test_another_revenue_is_another_measure_of_what_stops_cost_and_said(tmp_path):
    rows = [("P", "W", "Taiwan", 100)]
    two, more = [("A", 3650), ("B", 365)], [("A", 7300), ("B", 365)]
    found = since_of(tmp_path, rows, rows, (two, more))
    assert {(row["was_says"], row["is_says"]) for row in found["stops"]} == {("¥880", "¥1,680")}  # 80 days of 11, 21 a day
    assert found["differs"] == [["amounts", "A 3,650", "A 7,300"]] and "A 3,650 → A 7,300" in found["differs_says"]
    assert since_of(tmp_path, rows, rows, (two, two))["differs"] == []
    # Where the currency is another one no amounts are compared, and that is said already.
    found = since_of(tmp_path, rows, rows, (two, more), currencies=("USD", "JPY"))
    assert [name for name, *_ in found["differs"]] == ["currency"]


def test_an_earlier_report_on_other_terms_is_said_to_be_one(tmp_path):
    found = audit(small(tmp_path), lang="ja", date=DATE, world=SupplyGraph())
    old = json.loads(json.dumps(content(found, "ja"), default=str))
    old |= {"company": "別会社", "horizon": 90.0, "currency": ["x"]}
    said = content(found, "ja", old)["since"]["differs_says"]
    assert "別会社" in said and "停止日数 90 → 180" in said and "通貨" in said


def test_a_pipe_in_the_place_of_an_earlier_report_is_refused_and_nothing_waits(tmp_path):
    os.mkfifo(tmp_path / "old.json")
    with pytest.raises(ReadError):
        read_report(tmp_path / "old.json")


@pytest.mark.parametrize("loss", [10**400, -(10**400), math.inf, math.nan, True, "1", [1]])
def test_what_is_no_amount_in_an_earlier_report_is_none(tmp_path, loss):
    found = content(audit(small(tmp_path), lang="en", date=DATE, world=SupplyGraph()), "en")
    old = json.loads(json.dumps(found, default=str))
    for row in (*old["countries"], *old["makers"]):
        row["loss"] = row["loss_low"] = row["loss_open"] = loss
    (tmp_path / "old.json").write_text(json.dumps(old), encoding="utf-8-sig")
    assert old["countries"] and not changes(read_report(tmp_path / "old.json"), found)["stops"]


def test_a_hostile_earlier_report_stays_text(tmp_path):
    found = audit(small(tmp_path), lang="en", date=DATE, world=SupplyGraph())
    old = json.loads(json.dumps(content(found, "en"), default=str))
    for theme in old["themes"]:
        for row in theme["findings"]:
            row["evidence"] = [{"what": HOSTILE}, 5]
    old["meta"]["date"] = HOSTILE
    (tmp_path / "old.json").write_text(json.dumps(old), encoding="utf-8")
    write_report(found, tmp_path / "out", "en", since=read_report(tmp_path / "old.json"))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "What changed since" in page
