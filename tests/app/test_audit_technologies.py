"""What is said of a company's technologies: a blank cell is not known, and only a word says that there is none."""

import itertools

import pytest
from audit_company import small
from kanmon.app.audit.content import content
from kanmon.app.audit.evidence import CLEAR, FINDING, UNKNOWN
from kanmon.app.audit.files import write_report
from kanmon.app.audit.report import audit
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

DATE = "2026-11-28"
HEAD = ["technology", "country of the site", "outside partner with access", "country of the partner"]
HEAD += ["planned provision", "destination", "contract or decision date", "reported on"]


def audited(path, *rows):
    sheets = {
        "Sourcing": [["part", "supplier", "country"], ["P", "X", "Japan"]],
        "BOM": [["parent", "part"], ["A", "P"]],
        "Technologies": [HEAD, *rows],
    }
    return audit(workbook(path, sheets), lang="en", date=DATE, world=SupplyGraph())


def found_by(found):
    return {one.check: one for one in found.findings if one.check in {"leakage", "abroad", "transfers", "dates"}}


PLACES = {"Japan": False, "Viet Nam": True, "none": False, None: None}
DATES = {"2027-02-01": 1, "2027-03-01": 2, None: None}
CASES = list(itertools.product(PLACES, DATES, DATES))


def without_a_report(place, decided, reported):
    """Whether a provision abroad has no report before its decision: in all ways to fill blanks in, in none, or in some.

    A blank report is none on record; a blank destination is abroad or not, a blank decision falls on any day.
    """
    abroad = {True, False} if PLACES[place] is None else {PLACES[place]}
    days = {0, 1, 2, 3} if DATES[decided] is None else {DATES[decided]}
    ways = {out and (DATES[reported] is None or day < DATES[reported]) for out in abroad for day in days}
    return ways.pop() if len(ways) == 1 else None


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    rows = [[f"T{n}", "Japan", "none", None, "Drawings", *case] for n, case in enumerate(CASES)]
    return audited(tmp_path_factory.mktemp("dates") / "a.xlsx", *rows)


def test_a_blank_decision_or_destination_is_never_without_a_report_nor_with_one(dated):
    one, expected = found_by(dated)["dates"], [without_a_report(*case) for case in CASES]
    sure, open_ = expected.count(True), expected.count(None)
    assert one.says.values.items() >= {"count": sure, "possible": open_, "known": len(CASES) - open_}.items()
    assert f"for {open_} more a blank destination or decision date leaves it open" in one.says.text("en")
    assert [row.what for row in one.evidence] == [
        f"T{n}" for wanted in (True, None) for n, result in enumerate(expected) if result is wanted
    ]


def test_what_is_open_says_which_cells_are_blank(dated):
    rows = {row.what: row for row in found_by(dated)["dates"].evidence}
    for n, (place, decided, reported) in enumerate(CASES):
        if without_a_report(place, decided, reported) is None:
            blank = [one for one, value in (("destination", place), ("decision_date", decided)) if value is None]
            assert list(rows[f"T{n}"].columns) == blank
    at = CASES.index(("Viet Nam", None, "2027-02-01"))
    assert rows[f"T{at}"].says.text("en") == "Not stated: Contract or decision date"
    assert rows[f"T{at}"].says.text("ja") == "未記入: 契約・決定日"


STATED = ["Winding", "Japan", "none", None, "none", "none", None, None]


@pytest.mark.parametrize(("column", "checks"), [(1, {"abroad"}), (2, {"leakage"}), (5, {"transfers", "dates"})])
def test_a_blank_cell_is_not_enough_data_where_a_word_for_none_is_no_finding(tmp_path, column, checks):
    row = [None if column == 5 and at == 4 else value for at, value in enumerate(STATED)]
    stated = found_by(audited(tmp_path / "a.xlsx", row))
    assert {one.status for one in stated.values()} == {CLEAR}
    row[column] = None
    blank = found_by(audited(tmp_path / "b.xlsx", row))
    assert {name for name, one in blank.items() if one.status == UNKNOWN} == checks
    assert {one.status for name, one in blank.items() if name not in checks} == {CLEAR}
    for name in checks:
        assert blank[name].says.text("en").startswith("The files hold nothing") and len(blank[name].evidence) == 1


def test_a_finding_still_counts_what_is_open_beside_it(tmp_path):
    found = audited(tmp_path / "a.xlsx", ["A", "Japan", "Acme", "Viet Nam"], ["B", "Japan", None, None])
    one = found_by(found)["leakage"]
    assert one.status == FINDING and one.says.values.items() >= {"count": 1, "possible": 1, "known": 1}.items()
    shown = {f["check"]: f for theme in content(found, "ja")["themes"] for f in theme["findings"]}["leakage"]
    assert [row["says"] for row in shown["evidence"]][1] == "未記入: アクセスする社外の相手"
    assert "ほか1件" in one.says.text("ja")
    found = audited(tmp_path / "b.xlsx", ["A", "Japan", "Acme", "Viet Nam"])
    assert found_by(found)["leakage"].says.text("ja").endswith("アクセスできるものが1件あります。"), (
        "none is not counted aloud"
    )


def test_what_is_provided_at_home_is_no_provision_abroad_on_the_board(tmp_path):
    board = content(audited(tmp_path / "a.xlsx", ["A", "Japan", "none", None, "Drawings", "Japan"]), "en")["board"]
    assert "provisions abroad planned: 0" in board["technologies"]
    assert not any("planned provision" in step["says"] for step in board["first"])
    board = content(audited(tmp_path / "b.xlsx", ["A", "Japan", "none", None, None, "Viet Nam"]), "en")["board"]
    assert "provisions abroad planned: 1" in board["technologies"]
    assert any("planned provision" in step["says"] for step in board["first"])


def test_a_technology_whose_site_nobody_states_is_not_said_to_be_at_home(tmp_path):
    base = small(tmp_path)
    for country, status, says in (
        (None, "not_enough_data", "The files hold nothing"),
        ("Japan", "no_finding", "0 of 1 core"),
        ("Viet Nam", "finding", "1 of 1 core"),
    ):
        head = ["technology", "number", "site", "country of the site"]
        sheets = {one.name: [list(one.frame.row(i)) for i in range(one.frame.height)] for one in read_sheets(base)}
        path = workbook(tmp_path / "t.xlsx", sheets | {"Technologies": [head, ["Winding", None, "Plant", country]]})
        found = next(one for one in audit(path, lang="en", date=DATE).findings if one.check == "abroad")
        assert found.status == status and found.says.text("en").startswith(says)


def test_a_technology_sheet_without_sites_and_partners_is_enough(tmp_path):
    sheets = {
        "S": [["part", "supplier", "country"], ["P", "X", "China"]],
        "Technologies": [["technology", "control"], ["Winding of stators", "drawings kept here"]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    names = write_report(found, tmp_path / "out", "en")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "report.xlsx" in names and "Winding of stators" in page and "drawings kept here" in page
    assert '"_' not in (tmp_path / "out" / "report.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(("lang", "name"), [("en", "name"), ("ja", "名称")])
def test_a_technology_that_only_its_number_tells_is_not_said_to_match_by_name(tmp_path, lang, name):
    sheets = {
        "Sourcing": [["part", "supplier", "country"], ["P", "X", "Japan"]],
        "Technologies": [["technology", "number"], ["Process Zeta", 22]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang=lang, date=DATE, world=SupplyGraph())
    assert [row["verdict"] for row in found.figures.flags] == ["stated"]
    shown = content(found, lang)
    (check,) = {f["says"] for theme in shown["themes"] for f in theme["findings"] if f["check"] == "technologies"}
    for says in (shown["board"]["technologies"], check):
        assert "1" in says and name not in says.lower(), says
