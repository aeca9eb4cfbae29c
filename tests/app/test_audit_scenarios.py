"""What the board asks is worked out as it stands in the workbook: durations, weights, ownership, limits, C-parts."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.files import write_report
from kanmon.app.audit.report import audit
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

DATE = "2026-11-28"
SHEETS = {
    "Company": [
        ["Company name", "Budget for measures", "Days of a stop", "C-parts below (annual spend)", "Limit: one country"],
        ["Acme", 100, 100, 50, "80%"],
    ],
    "Sourcing": [
        ["part", "name", "supplier", "country", "share", "stock days", "switching days", "annual spend"],
        ["P1", "Gear", "X", "China", "70%", 30, 400, 700],
        ["P1", "Gear", "Y", "Japan", "30%", 30, 400, 300],
        ["P2", "Chip", "W", "Taiwan", "100%", 20, 60, 400],
        ["P3", "Screw", "Z", "China", "100%", 0, 400, 10],
    ],
    "BOM": [["parent", "part"], ["A", "P1"], ["A", "P2"], ["A", "P3"]],
    "Products": [["product", "annual revenue"], ["A", 36500]],
    "Suppliers": [
        ["supplier", "kind", "billing country", "parent company", "share held by the parent", "last talk on supply risk"],
        ["X", "maker", "China", "Group", "60%", "2026-01-31"],
        ["W", "maker", "Taiwan", "Group", None, None],
        ["Y", "maker", "Japan", None, None, None],
    ],
    "Measures": [
        ["part no.", "measure", "days", "cost", "owner", "due"],
        ["P1", "hold more stock", 20, 50, "Purchasing", "2027-03-31"],
    ],
    "Scenarios": [
        ["scenario", "what happens", "company", "country", "days", "rate", "weight"],
        ["China", "embargo towards us", None, "China", 90, None, 3],
        ["Group", "sanctions on a company and its group", "Group", None, 100, None, 1],
        ["Site", "loss of a site", "W", "Taiwan", 50, None, 0],
        ["Tariff", "tariff", None, "China", None, "25%", None],
        ["Nobody", "supply stops", "No such firm", None, None, None, None],
    ],
    "Technologies": [["technology", "number (1-24)"], ["Winding of things", 3], ["Other", 77]],
}
office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = workbook(tmp_path_factory.mktemp("asked") / "a.xlsx", SHEETS)
    return audit(path, lang="en", date=DATE, world=SupplyGraph())


@pytest.fixture(scope="module")
def rows(found):
    return {row["title"]: row for row in content(found, "en")["scenarios"]}


def test_an_embargo_lasts_as_long_as_it_is_said_to(rows):
    row = rows["China"]
    # 70 % of the gear is cut for 90 days: its stock of 30 days lasts 30 / 0.7 days, then 70 % of 100 a day is lost.
    assert row["loss"] == pytest.approx((90 - 30 / 0.7) * 0.7 * 100, rel=1e-6)
    assert row["loss_low"] == pytest.approx(row["loss"]) and row["loss_high"] == pytest.approx(row["loss"])
    assert row["below_50"]["estimate"] == pytest.approx(90 - 30 / 0.7)


def test_a_sanction_reaches_for_certain_only_whom_half_is_known_of(rows):
    row = rows["Group"]
    assert sorted(row["reached"]) == ["W", "X"]
    gear = (100 - 30 / 0.7) * 0.7 * 100
    assert row["loss_low"] == pytest.approx(gear, rel=1e-6), "of W nobody says how much the group owns"
    assert row["loss_high"] > row["loss_low"]
    assert row["unknown_owners"][0] == 2, "Y and Z state no parent"


def test_a_maker_that_states_no_parent_counts_in_the_possible_loss_of_a_sanction_and_in_no_estimate(rows):
    row = rows["Group"]
    # X and W stop: no chips from day 20 until others deliver on day 60; what is left of the gears then just lasts
    assert row["loss"] == pytest.approx((60 - 20) * 100, rel=1e-6)
    # Y may be the group's, too: the ten days of gears that are left on day 60 are the last.
    assert row["loss_high"] == pytest.approx((60 - 20 + 100 - 70) * 100, rel=1e-6)
    assert row["below_50"]["high"] == pytest.approx(70)
    assert row["unknown_owners"] == (2, 4)


def test_a_sanction_on_a_firm_that_is_no_maker_may_still_reach_whoever_states_no_parent(tmp_path):
    sheets = SHEETS | {"Suppliers": [SHEETS["Suppliers"][0], ["X", "maker", "China", "Group", "30%", None]]}
    asked = [SHEETS["Scenarios"][0], SHEETS["Scenarios"][2]]
    found = audit(workbook(tmp_path / "a.xlsx", sheets | {"Scenarios": asked}), lang="en", date=DATE, world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    assert (row["loss"], row["loss_low"]) == (0.0, 0.0)
    # Of X it holds less than half, and firms of its group may hold the rest.
    assert row["loss_high"] > 0 and row["unknown_owners"] == (4, 4)


def test_a_maker_that_only_stands_ready_is_among_those_of_which_some_may_belong_to_a_group(tmp_path):
    ready = ["P2", "Chip", "V", "Japan", "0%", 20, 60, None]
    nobodys = ["P3", "Screw", None, "Japan", "10%", 0, 400, None]
    sheets = SHEETS | {"Sourcing": [*SHEETS["Sourcing"], ready, nobodys], "Scenarios": SHEETS["Scenarios"][:3]}
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    (row,) = [row for row in content(found, "en")["scenarios"] if row["title"] == "Group"]
    assert row["unknown_owners"] == (3, 5), "V, Y and Z of V to Z; of whom nobody gives a name there may be any number"


OWN = ["Other", "maker", "Japan", "none", None, None]
"""A parent that belongs to nobody."""


@pytest.mark.parametrize(
    ("share", "others", "open_"),
    [
        ("60%", [OWN], 2),  # Y and Z state no parent
        ("50%", [OWN], 3),  # the other half may be the group's
        (None, [OWN], 3),
        ("60%", [], 3),  # whose the parent is, is not stated
        ("60%", [["Other", "maker", "Japan", "Top", "70%", None]], 3),
        ("60%", [["Other", "maker", "Japan", "Top", "70%", None], ["Top", "maker", "Japan", "Top", None, None]], 2),
        ("60%", [["Other", "maker", "Japan", "Top", "70%", None], ["Top", "maker", "Japan", "Other", "70%", None]], 2),
    ],
)
def test_a_maker_may_be_the_groups_unless_more_than_half_is_anothers_up_to_one_that_belongs_to_nobody(
    tmp_path, share, others, open_
):
    head, _, *rest = SHEETS["Suppliers"]
    sheets = SHEETS | {"Suppliers": [head, ["X", "maker", "China", "Other", share, None], *rest, *others]}
    asked = [SHEETS["Scenarios"][0], SHEETS["Scenarios"][2]]
    found = audit(workbook(tmp_path / "a.xlsx", sheets | {"Scenarios": asked}), lang="en", date=DATE, world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    assert row["unknown_owners"] == (open_, 4)


def test_a_sanction_reaches_through_a_parent_to_its_own_parents_firms(tmp_path):
    head, *rest = SHEETS["Suppliers"]
    sheets = SHEETS | {"Suppliers": [head, *rest, ["Group", "maker", "China", "Top", "70%", None]]}
    asked = [SHEETS["Scenarios"][0], ["Top", "sanctions on a company and its group", "Top", None, 100, None, 1]]
    found = audit(workbook(tmp_path / "a.xlsx", sheets | {"Scenarios": asked}), lang="en", date=DATE, world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    assert sorted(row["reached"]) == ["Group", "W", "X"]
    assert row["loss_low"] == pytest.approx((100 - 30 / 0.7) * 0.7 * 100, rel=1e-6), "of W nobody says how much is held"


@pytest.mark.parametrize(
    ("second", "holders", "said"),
    [
        (("Other", "25%"), {"Group": 0.6, "Other": 0.25}, None),
        (("Other", None), {"Group": 0.6, "Other": None}, None),
        (("Group", None), {"Group": 0.6}, None),
        ((None, "25%"), {"Group": 0.6}, None),
        (("none", None), {"Group": 0.6}, None),
        (("Group", "25%"), {"Group": None}, "different shares of X held by Group"),
        (("Other", "55%"), {"Group": None, "Other": None}, "The shares held in X add up to 115%"),
    ],
)
def test_each_row_of_a_supplier_names_a_holder_and_its_share(tmp_path, second, holders, said):
    sheets = SHEETS | {"Suppliers": [*SHEETS["Suppliers"], ["X", "maker", "China", *second, None]]}
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    assert found.company.owners["X"] == holders
    warned = [one.message.text("en") for one in found.company.remarks if one.column == "parent_share"]
    assert len(warned) == (said is not None) and all(str(said) in one for one in warned)


@pytest.mark.parametrize(
    ("shares", "asked", "low", "high"),
    [
        (("30%", "25%"), "Left | Right", True, True),
        (("30%", "15%"), "Left | Right", False, False),
        (("30%", None), "Left | Right", False, True),
        (("30%", "25%"), "Left", False, False),
        (("30%", "25%"), "Top", True, True),
    ],
)
def test_stakes_of_two_sanctioned_holders_count_together(tmp_path, shares, asked, low, high):
    head, *_ = SHEETS["Suppliers"]
    held = [["X", "maker", "China", name, share, None] for name, share in zip(("Left", "Right"), shares, strict=True)]
    held += [["X", "maker", "China", "Rest", f"{100 - 30 - int((shares[1] or '25%')[:-1])}%", None]] if shares[1] else []
    own = [[name, "maker", "Japan", "none", None, None] for name in ("W", "Y", "Z", "V", "Rest", "Top")]
    own += [[name, "maker", "Japan", "Top", "60%", None] for name in ("Left", "Right")]
    row = [asked, "sanctions on a company and its group", asked, None, 100, None, 1]
    sheets = SHEETS | {"Suppliers": [head, *held, *own], "Scenarios": [SHEETS["Scenarios"][0], row]}
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    assert (row["loss_low"] > 0, row["loss_high"] > 0) == (low, high)


@pytest.mark.parametrize(
    ("parent", "share", "owner"),
    [
        *((word, None, {"Y": None}) for word in ("none", "No", "いいえ", "Independent", "親会社なし")),
        ("Independent", "60%", {"Independent": 0.6}),
        ("No. 1 Holding", None, {"No. 1 Holding": None}),
        ("-", None, None),
    ],
)
def test_a_supplier_that_is_said_to_have_no_parent_is_its_own_and_no_firm_named_no_holds_it(tmp_path, parent, share, owner):
    head, x, w, _ = SHEETS["Suppliers"]
    sheets = SHEETS | {"Suppliers": [head, x, w, ["Y", "maker", "Japan", parent, share, None]]}
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    assert found.company.owners.get("Y") == owner


def test_the_loss_of_a_site_and_a_tariff(rows):
    assert rows["Site"]["loss"] == pytest.approx(30 * 100, rel=1e-6)
    assert rows["Tariff"]["loss"] == pytest.approx(0.25 * 710) and rows["Tariff"]["loss_high"] == pytest.approx(0.25 * 710)


def test_a_tariff_is_on_what_the_company_buys_and_not_on_what_its_suppliers_do(tmp_path):
    sheets = SHEETS | {
        "Sourcing": [*SHEETS["Sourcing"], ["T1", "Ore", "V", "China", "100%", None, None, None]],
        "BOM": [*SHEETS["BOM"], ["P2", "T1"]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    row = next(row for row in content(found, "en")["scenarios"] if row["title"] == "Tariff")
    assert (row["loss_low"], row["loss_high"], row["blank"]) == (pytest.approx(0.25 * 710), pytest.approx(0.25 * 710), 0)


@pytest.mark.parametrize("rate", ["25%", "2.5%", "0.4%"])
def test_a_tariff_without_a_title_is_told_at_the_rate_that_is_stated(tmp_path, rate):
    asked = [SHEETS["Scenarios"][0], [None, "tariff", None, "China", None, rate, None]]
    found = audit(workbook(tmp_path / "a.xlsx", SHEETS | {"Scenarios": asked}), lang="en", date=DATE, world=SupplyGraph())
    assert found.scenarios[0]["title"].text("en").startswith(f"A tariff of {rate} ")


def test_a_scenario_about_nobody_is_said(found, rows):
    assert "Nobody" not in rows
    assert any("No such firm" in remark.message.text("en") for remark in found.company.remarks)


def test_measures_are_weighed_by_the_scenarios_and_say_who_and_when(found):
    shown = content(found, "en")["mitigation"]
    assert shown["own"] and shown["threats"] == ["China", "Group"]
    (row,) = [row for row in shown["rows"] if row["stated"]]
    assert row["owner_says"] == "Purchasing" and row["due_says"] == "2027-03-31" and row["chosen"]
    gained = found.mitigation.gains.filter(threat="S01", measure=row["measure"])["days_gained"].item()
    assert gained == pytest.approx(20 / 0.7)


def test_parts_of_little_spend_are_set_apart_and_listed(found):
    assert found.company.apart == ["P3"]
    assert "P3 Screw" in content(found, "en")["apart"]["parts"]
    (china,) = [row for row in found.figures.countries if row["node"] == "CHN"]
    assert china["loss"] == pytest.approx((100 - 30 / 0.7) * 0.7 * 100, rel=1e-6), "the screw stops nothing"


def test_the_companys_own_limit_and_technology_numbers_count(found):
    by_check = {finding.check: finding for finding in found.findings}
    assert not any("P1" in row.what for row in by_check["country"].evidence), "70 % is below the limit of 80 %"
    told = {row["id"]: row["says"] for row in content(found, "en")["thresholds"]}
    assert told["PRJ-COUNTRY-50"] == "One country above 80% (the company's own limit)" and "default" in told["PRJ-HHI-40"]
    stated = [row for row in found.figures.flags if row["verdict"] == "stated"]
    assert [(row["subject"], row["technology"]) for row in stated] == [("Winding of things", 3)]
    assert any("77" in remark.value for remark in found.company.remarks)
    assert len(by_check["dialogue"].evidence) == 2, "with W and Y nobody is known to have talked"


NEEDED = {"part", "parent", "supplier", "product", "part no.", "measure", "what happens", "technology", "Company name"}


@pytest.mark.parametrize("sheet", list(SHEETS))
def test_a_sheet_of_its_needed_columns_alone_is_enough(tmp_path, sheet):
    kept = [j for j, name in enumerate(SHEETS[sheet][0]) if name in NEEDED]
    less = SHEETS | {sheet: [[row[j] for j in kept] for row in SHEETS[sheet]]}
    again = audit(workbook(tmp_path / "a.xlsx", less), lang="ja", date=DATE, world=SupplyGraph())
    write_report(again, tmp_path / "out", "ja")


def test_the_guideline_table_says_of_each_point_how_it_is_handled(found):
    table = {row["id"]: row for row in content(found, "en")["guideline"]}
    assert table["ESMG-CHK"]["how"] == "missing" and "could not be obtained" in table["ESMG-CHK"]["why"]
    assert table["ESMG-A5"]["how"] == "computed" and table["ESMG-P2"]["how"] == "asked"
    with (Path(__file__).resolve().parents[2] / "datasets/data/guideline/items.csv").open(encoding="utf-8") as file:
        assert list(table) == [row["id"] for row in csv.DictReader(file) if row["document"] == "ESMG"]


@office
@pytest.mark.office
def test_the_sheet_to_work_on_recalculates_to_what_the_audit_says(found, tmp_path):
    write_report(found, tmp_path / "out", "en")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "out" / "report.xlsx")], check=True, capture_output=True, timeout=240)
    before, after = (
        {sheet.name: sheet.frame for sheet in read_sheets(path)}["Try"]
        for path in (tmp_path / "out" / "report.xlsx", tmp_path / "report.xlsx")
    )
    assert before.height == after.height
    numbers = lambda frame: [  # noqa: E731
        round(float(cell), 4) for row in frame.rows() for cell in row if cell and cell.replace(".", "").isdigit()
    ]
    assert numbers(before) == pytest.approx(numbers(after)) and len(numbers(before)) > 15


def test_a_product_that_sells_nothing_yet_loses_nothing_and_no_days_are_told(tmp_path):
    sheets = SHEETS | {"Products": [["product", "annual revenue"], ["A", 0]]}
    shown = content(audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph()), "en")
    (row,) = (row for row in shown["scenarios"] if row["title"] == "China")
    assert (row["loss"], row["loss_high"], row["below_90"]) == (0, 0, None) and row["day_says"] != "–"


@pytest.mark.parametrize(("part", "high", "left"), [("Zorb widget", "no bound", 1), ("NdFeB magnet", "¥10,000", 0)])
def test_controls_and_a_tariff_alone_are_answered_and_what_no_fact_says_has_no_bound(tmp_path, part, high, left):
    """Nothing of them is a stop that a measure could be tried against: those are tried against the worst stops."""
    sheets = SHEETS | {"Sourcing": [SHEETS["Sourcing"][0], ["P1", part, "X", "China", "100%", 30, 400, 1000]]}
    head, *_, tariff, _ = SHEETS["Scenarios"]
    sheets |= {
        "BOM": [["parent", "part"], ["A", "P1"]],
        "Scenarios": [head, ["Acts", "controls in force", *[None] * 5], tariff],
    }
    done = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE)
    controls, taxed = content(done, "en")["scenarios"]
    assert (controls["loss_says"], controls["loss_low_says"], controls["loss_high_says"]) == ("no estimate", "¥0", high)
    assert f"{left} of 1 bought parts" in controls["notes"][-1] and taxed["loss"] == 250
    assert not done.mitigation.own and done.mitigation.threats == ["CHN", done.figures.makers[0]["node"]]


def test_an_embargo_by_the_companys_own_country_is_left_out_and_said(tmp_path):
    rows = [
        ["scenario", "what happens", "country"],
        ["Own", "embargo towards us", "Japan"],
        ["Stop", "supply stops", "Japan"],
    ]
    path = workbook(tmp_path / "a.xlsx", SHEETS | {"Scenarios": rows})
    report = audit(path, lang="en", date=DATE, world=SupplyGraph())
    assert [str(row["title"]) for row in report.scenarios] == ["Stop"]
    assert any("embargo by Japan" in str(remark.message) for remark in report.company.remarks)


def test_the_usual_scenarios_try_no_embargo_by_the_companys_own_country(tmp_path):
    sheets = {name: rows for name, rows in SHEETS.items() if name != "Scenarios"}
    report = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    embargoes = [str(row["title"]) for row in report.scenarios if row["kind"] == "embargo"]
    assert embargoes and not any(title.startswith("Japan") for title in embargoes)


def test_scenarios_that_all_weigh_nothing_leave_the_measures_to_the_usual_stops(tmp_path):
    """Their mean has no value: it was shown as a loss of 0."""
    head, *rows = SHEETS["Scenarios"]
    plain = audit(workbook(tmp_path / "b.xlsx", SHEETS | {"Scenarios": [head]}), lang="en", date=DATE, world=SupplyGraph())
    assert head[-1] == "weight"
    nothing = [[*row[:-1], 0] for row in rows]
    sheets = SHEETS | {"Scenarios": [head, *nothing]}
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    assert found.mitigation.nothing == plain.mitigation.nothing and not found.mitigation.own
    assert found.mitigation.nothing["estimate"] > 0
