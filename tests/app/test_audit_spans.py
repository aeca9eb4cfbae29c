"""Times that something takes as ranges: in every figure of the report both ends count, against days worked out by hand."""

import json

import openpyxl
import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.files import write_report
from kanmon.app.audit.report import audit
from kanmon.app.survey.questions import ranked_questions
from kanmon.graph import SupplyGraph
from kanmon.graph.messages import text
from plain_sheets import workbook

DATE = "2026-11-23"
HEAD = ["part", "supplier", "country", "share", "stock days", "switching days", "lead time (days)", "qualified"]


def audited(path, *rows, lang="en", measures=(), **options):
    """A company with a unit of revenue a day, of all parts; a stop lasts for 180 days."""
    sheets = {
        "Sourcing": [HEAD, *rows],
        "BOM": [["parent", "part"], *(["A", part] for part in dict.fromkeys(row[0] for row in rows))],
        "Products": [["product", "revenue"], ["A", 365]],
    }
    if measures:
        sheets["Measures"] = [["part", "measure", "cost"], *measures]
    return audit(workbook(path, sheets), lang=lang, date=DATE, world=SupplyGraph(), **options)


def stop(found, node="CHN"):
    (row,) = (row for row in found.figures.countries if row["node"] == node)
    return row


@pytest.mark.parametrize(
    ("switching", "low", "estimate", "high"),
    [
        ("60-100日", 50, 70, 90),
        ("8 to 12 weeks", 46, 60, 74),
        ("100日以内", 0, 40, 90),
        ("60日以上", 50, 170, 170),  # nothing is stated that could be usual: in the estimate it never delivers
        (80, 70, 70, 70),
        (None, 0, 170, 170),
    ],
)
def test_a_stop_lasts_until_the_least_and_the_most_days_of_switching(tmp_path, switching, low, estimate, high):
    """Ten days are in stock."""
    row = stop(audited(tmp_path / "a.xlsx", ["P", "X", "China", "100%", 10, switching, 30, None]))
    assert [row[name] for name in ("loss_low", "loss", "loss_high")] == pytest.approx([low, estimate, high])


def test_what_is_usual_is_the_median_of_middles_and_no_range_is_estimated_below_its_least(tmp_path):
    rows = [["P", "X", "China", "100%", 0, "120日以上", 30, None], ["Q", "Y", "Germany", "100%", 0, "20-40日", 30, None]]
    found = audited(tmp_path / "a.xlsx", *rows)
    assert stop(found)["loss"] == pytest.approx(120) and stop(found, "DEU")["loss"] == pytest.approx(30)
    blank = audited(tmp_path / "b.xlsx", ["P", "X", "China", "100%", 0, None, 30, None], rows[1])
    assert stop(blank)["loss"] == pytest.approx(30)


def test_of_several_sources_the_longest_counts_and_of_qualified_alternatives_the_quickest(tmp_path):
    both = [["P", "X", "China", "50%", 0, "30-60日", 30, None], ["P", "Y", "China", "50%", None, "10-90日", 30, None]]
    row = stop(audited(tmp_path / "a.xlsx", *both))
    assert [row[name] for name in ("loss_low", "loss", "loss_high")] == pytest.approx([30, 60, 90])
    assert [row[f"first_switch{end}"] for end in ("", "_least", "_most")] == [None, 30, 90]
    spares = [["P", maker, "Japan", "0%", None, days, None, "yes"] for maker, days in (("Z", "5-15日"), ("W", "8-10日"))]
    found = audited(tmp_path / "b.xlsx", *both, *spares)
    row = stop(found)
    assert [row[name] for name in ("loss_low", "loss", "loss_high")] == pytest.approx([5, 9, 10])
    assert [row[f"first_switch{end}"] for end in ("", "_least", "_most")] == [None, 5, 10]
    assert [(part["gap_low"], part["gap_high"]) for part in found.figures.parts] == [(5, 10)]


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_times_that_two_rows_of_one_source_state_either_holds_whichever_stands_first(tmp_path, turned):
    rows = [["P", "X", "China", "60%", 0, 100, 20, None], ["P", "X", "China", "40%", None, "40-60日", None, None]]
    found = audited(tmp_path / "a.xlsx", *(rows[::-1] if turned else rows))
    (source,) = found.company.sources["P"]
    assert (source.lead_days, source.switch_days) == (20, (40, 100))
    said = [one.message for one in found.company.remarks if one.message.key == "app.audit_company.two_times"]
    assert [(one.values["count"], one.values["part"]) for one in said] == [("1", "P")]
    alike = audited(tmp_path / "b.xlsx", *([*row[:5], "40-60日", *row[6:]] for row in rows))
    assert "app.audit_company.two_times" not in {one.message.key for one in alike.company.remarks}
    assert [stop(found)[name] for name in ("loss_low", "loss", "loss_high")] == pytest.approx([40, 70, 100])


def test_a_finding_on_stock_is_certain_where_the_least_is_longer_and_possible_where_the_most_is(tmp_path):
    rows = [
        ["P1", "X", "China", "100%", 30, "40-60日", 30, None],
        ["P2", "X", "China", "100%", 50, "40-60日", 30, None],
        ["P3", "X", "China", "100%", 70, "40-60日", 30, None],
        ["P4", "X", "China", "100%", 30, "60日以上", 30, None],
        ["P5", "X", "China", "100%", 90, "60日以上", 30, None],
    ]
    found = audited(tmp_path / "a.xlsx", *rows)
    gaps = {row["part"]: (row["gap_low"], row["gap_high"]) for row in found.figures.parts}
    assert gaps == {"P1": (10, 30), "P2": (0, 10), "P3": (0, 0), "P4": (30, None), "P5": (0, None)}
    (stock,) = (one for one in found.findings if one.item["id"] == "ESMG-A5")
    assert {name: stock.says.values[name] for name in ("count", "possible", "known")} == {
        "count": 2,
        "possible": 2,
        "known": 5,
    }
    assert {row.what: row.says.text("en") for row in stock.evidence} == {
        "P1": "Stock 30 days, switching 40–60 days",
        "P4": "Stock 30 days, switching 60+ days",
    }
    shown = content(found, "en")
    (check,) = (one for theme in shown["groups"] for one in theme["checks"] if one["check"] == "stock")
    assert "by how many days switching may outlast the stock" in check["severity_says"], "of P4"
    assert "longer than the stock lasts" not in check["severity_says"], "no bounded row stands for it"


@pytest.mark.parametrize(
    ("lead", "removed", "says"),
    [("20-60日", (160, 140, 120), None), ("60日以上", (120, None, 0), "longest lead time not stated")],
)
def test_an_alternative_saves_what_comes_after_the_ends_of_its_lead_time(tmp_path, lead, removed, says):
    """180 days of China's, and of X's, stop; nothing is in stock, and nobody else delivers in time."""
    row = ["P", "X", "China", "100%", 0, 400, lead, None]
    found = audited(tmp_path / "a.xlsx", row, measures=[["P", "qualify an alternative", 10]], budget=10.0)
    (one,) = (row for row in found.mitigation.rows if row["kind"] == "qualify")
    low, estimate, high = removed
    assert (one["removed_low"], one["removed_high"]) == pytest.approx((low, high))
    assert one["removed_estimate"] == (None if estimate is None else pytest.approx(estimate))
    (shown,) = (row for row in content(found, "en")["mitigation"]["rows"] if row["kind"] == "qualify")
    assert shown["removed_says"] == says if says else shown["chosen"]


def test_where_another_source_states_no_lead_time_only_the_estimate_takes_the_middle_of_the_range(tmp_path):
    rows = [["P", "X", "China", "50%", 0, 400, "20-60日", None], ["P", "Y", "China", "50%", None, 400, None, None]]
    found = audited(tmp_path / "a.xlsx", *rows, measures=[["P", "qualify an alternative", 10]])
    (one,) = (row for row in found.mitigation.rows if row["kind"] == "qualify")
    nothing = found.mitigation.nothing["estimate"]
    (lost,) = {row["loss"] for row in found.figures.countries}
    at_once, middle = nothing, nothing * (180 - 40) / 180
    assert lost == pytest.approx(180)
    assert [one[f"removed_{name}"] for name in ("low", "estimate", "high")] == pytest.approx([at_once, middle, 0])


def test_stock_is_proposed_until_the_most_days_of_switching_or_the_least_where_nobody_said_the_most(tmp_path):
    rows = [["P", "X", "China", "100%", 10, "60-100日", 200, None], ["Q", "Y", "China", "100%", 10, "60日以上", 200, None]]
    found = audited(tmp_path / "a.xlsx", *rows)
    days = {row["part"]: row["days"] for row in found.mitigation.rows if row["kind"] == "stock"}
    assert days == {"P": 90, "Q": 50}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_shows_ranges_as_they_are_stated_and_its_json_holds_both_ends(tmp_path, lang):
    rows = [
        ["P", "X", "China", "100%", 10, "60-100日", "20-60日", None],
        ["Q", "Y", "China", "100%", 10, "90日以上", "2ヶ月以上", None],
    ]
    found = audited(tmp_path / "a.xlsx", *rows, lang=lang)
    write_report(found, tmp_path / "out", lang)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert {"en": "60–100 days", "ja": "60〜100日"}[lang] in page and {"en": "90+ days", "ja": "90日以上"}[lang] in page

    def refuse(word):
        raise AssertionError(f"no JSON: {word}")

    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"), parse_constant=refuse)
    parts = {row["part"]: row for row in told["parts"]}
    assert [parts["P"][f"switch_{end}"] for end in ("days", "least", "most")] == [None, 60, 100]
    assert [parts["Q"]["sources"][0][f"lead_{end}"] for end in ("days", "least", "most")] == [None, 60, None]


def test_a_range_that_was_blank_before_is_known_better_since_an_earlier_report(tmp_path):
    before = content(audited(tmp_path / "a.xlsx", ["P", "X", "China", "100%", 10, None, 30, None]), "en")
    now = audited(tmp_path / "b.xlsx", ["P", "X", "China", "100%", 10, "60-100日", 30, None])
    since = content(now, "en", before)["since"]
    (row,) = (row for row in since["stops"] if row["node"] == "CHN")
    assert (row["width_was"], row["width_is"], row["narrowed"]) == (pytest.approx(170), pytest.approx(40), True)
    assert ["ESMG-A5, PRJ-Q09", "P", "Stock 10 days, switching 60–100 days"] in since["rows_new"]


def test_a_range_is_asked_for_by_what_its_ends_would_narrow_and_no_more(tmp_path):
    """China's, and X's, stop cost 50 to 90 days; either end leaves nothing open."""
    found = audited(tmp_path / "a.xlsx", ["P", "X", "China", "100%", 10, "60-100日", 30, None])
    (asked,) = (one for one in ranked_questions(found.company, found.figures) if one.kind == "switch")
    assert asked.narrows == pytest.approx((80.0, 80.0)) and asked.widest == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("stock", "switching", "marked"), [(30, "40-60日", True), (40, "40-60日", False), (90, "100日以上", True)]
)
def test_a_stock_is_marked_where_it_is_certainly_shorter_than_switching_takes(tmp_path, stock, switching, marked):
    found = audited(tmp_path / "a.xlsx", ["P", "X", "China", "100%", stock, switching, 30, None])
    (row,) = content(found, "en")["countries"]
    assert row["short"] == marked


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_sheet_of_the_workbook_that_shows_switching_shows_its_range(tmp_path, lang):
    found = audited(tmp_path / "a.xlsx", ["P", "X", "China", "100%", 10, "60-100日", 30, None], lang=lang)
    write_report(found, tmp_path / "out", lang)
    book = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx")
    says = {"en": "60–100 days", "ja": "60〜100日"}[lang]
    for sheet in ("board", "parts", "countries", "makers"):
        page = book[text(f"app.audit_page.sheet_{sheet}", lang)]
        (told,) = {cell.alignment.horizontal for row in page.iter_rows() for cell in row if cell.value == says}
        assert told == "right" or sheet == "board", sheet  # as the figure beside it


def test_the_sheet_to_try_says_how_many_parts_it_cannot_reckon_with(tmp_path):
    exact = ["P", "X", "China", "100%", 10, 60, 30, None]
    rows = [exact, ["Q", "X", "China", "100%", 10, "60-100日", 30, None], ["R", "X", "China", "100%", None, 60, 30, None]]
    for name, each, left in (("all", rows, 2), ("exact", [exact], 0)):
        write_report(audited(tmp_path / f"{name}.xlsx", *each), tmp_path / name, "en")
        page = openpyxl.load_workbook(tmp_path / name / "report.xlsx")["Try"]
        assert page["A2"].value == (text("app.audit_page.try_left", "en", count=left) if left else None)
        listed = [row[0].value for row in page.iter_rows(min_row=page.max_row - 1) if row[0].value in {"P", "Q", "R"}]
        assert listed == ["P"]
