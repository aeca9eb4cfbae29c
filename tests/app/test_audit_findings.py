"""What may be said of files with blanks: "no finding" and "no loss" are statements about every way to fill them in."""

import random

import handed_in
import openpyxl
import pytest
from kanmon.app.audit.checks import CHECKS, findings
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.content import content
from kanmon.app.audit.evidence import CLEAR, FINDING
from kanmon.app.audit.figures import work_out
from kanmon.app.audit.page import render
from kanmon.app.audit.report import audit
from kanmon.app.audit.scenarios import Asked, _tariff
from kanmon.app.audit.tables import write_report_workbook
from kanmon.graph import SupplyGraph
from kanmon.graph.packaged import packaged_rows
from plain_sheets import workbook

SOURCING = ["part", "supplier", "country", "share", "qualified", "stock days", "switching days", "annual spend"]
PRODUCTS = ["product", "revenue", "own world share", "customers depending on us alone"]
SUPPLIERS = ["supplier", "last talk on supply risk"]
MAKERS = ("Axo", "Bril", "Cend", "Dorr")
COUNTRIES = {"Japan": "JPN", "China": "CHN", "Germany": "DEU"}
OF_BLANKS = {"coverage", "visibility", "site_country", "dialogue"}
"""Checks that find what is blank."""


def company_of(draw):
    """Sheets of a company of which everything is stated."""
    rows = []
    for part in ("P1", "P2", "P3")[: draw.randint(1, 3)]:
        shares = draw.choice([[1.0], [1.0], [0.5, 0.5], [0.7, 0.3], [0.4, 0.6]]) + [0.0] * draw.randint(0, 1)
        stock, switch = draw.choice([0, 10, 200]), draw.choice([5, 20, 100])
        for maker, share in zip(draw.sample(MAKERS, len(shares)), shares, strict=True):
            qualified = "yes" if share else draw.choice(["yes", "no"])
            place = draw.choice(["Japan", "Japan", *COUNTRIES])
            rows.append([part, maker, place, share, qualified, stock, switch, 100 * share])
    parts = list(dict.fromkeys(row[0] for row in rows))
    cut = draw.randint(1, len(parts))
    needs = [["X", part] for part in parts[:cut]] + [["Y", part] for part in parts[draw.randint(0, cut) :]]
    products = [
        [one, draw.choice([10, 1000]), draw.choice([0.1, 0.8]), draw.choice([0, 0, 2])]
        for one in dict.fromkeys(n[0] for n in needs)
    ]
    firms = [[name, draw.choice(["2026-04-01"] * 4 + [None])] for name in dict.fromkeys(row[1] for row in rows)]
    return rows, needs, products, firms


def blanked(draw, rows, needs, products, firms):
    """The same sheets with some cells left blank, some parts of which nobody is named, and some makers without a row."""
    chance = draw.choice([0.05, 0.2, 0.5])
    nobody = {row[0] for row in rows if draw.random() < chance / 2}
    keep = lambda row, first: row[:first] + [None if draw.random() < chance else cell for cell in row[first:]]  # noqa: E731
    told, gone = [], set()
    for row in rows:
        if row[0] in nobody:
            continue
        # Who is listed is taken for all where a share is blank: a row goes only where the others keep theirs.
        if row[0] not in gone and 0 < row[3] < 1 and draw.random() < chance:
            gone.add(row[0])
            continue
        told.append(row)
    told = [[*keep(row, 1)[:3], row[3] if row[0] in gone else keep(row, 1)[3], *keep(row, 4)[4:]] for row in told]
    return told, needs, [keep(row, 1) for row in products], [keep(row, 1) for row in firms if draw.random() > chance / 2]


def worked_out(path, rows, needs, products, firms):
    sheets = {"Sourcing": [SOURCING, *rows], "BOM": [["parent", "part"], *needs]}
    sheets |= {"Products": [PRODUCTS, *products], "Suppliers": [SUPPLIERS, *firms]}
    company = handed_in.company(workbook(path, sheets))
    return company, work_out(company, build_graph(company), [], "en")


def statuses(path, *sheets):
    return {one.check: (one.status, one.says.text("en")) for one in findings(*worked_out(path, *sheets)) if one.check}


@pytest.mark.parametrize("seed", range(25))
def test_no_blank_makes_a_finding_or_takes_one_away(tmp_path, seed):
    draw = random.Random(seed)
    whole = company_of(draw)
    known, found = statuses(tmp_path / "a.xlsx", *whole), statuses(tmp_path / "b.xlsx", *blanked(draw, *whole))
    for check, (status, says) in found.items():
        if status == CLEAR:
            assert known[check][0] == CLEAR, (check, says, known[check])
        if status == FINDING and check not in OF_BLANKS:
            assert known[check][0] == FINDING, (check, says, known[check])


@pytest.mark.parametrize("seed", range(15))
def test_the_country_of_a_part_is_known_where_all_that_comes_today_has_one(tmp_path, seed):
    draw = random.Random(seed)
    rows, needs, *others = blanked(draw, *company_of(draw))
    company, figures = worked_out(tmp_path / "a.xlsx", rows, needs, *others)
    found = next(one for one in findings(company, figures) if one.check == "site_country")
    open_, sourced, parts = set(), set(), list(dict.fromkeys(part for _, part in needs))
    for part in parts:
        told = sum(row[3] or 0.0 for row in rows if row[0] == part)
        used = [row for row in rows if row[0] == part and (told < 1 if row[3] is None else row[3] > 0)]
        whole = told > 0.98 or any(row[3] is None for row in used)
        open_ |= set() if used and whole and all(row[2] for row in used) else {part}
        sourced |= {part} if any(row[1] or row[2] for row in used) else set()
    linked = {product for product, _ in needs} - {product for product, part in needs if part not in sourced}
    assert figures.coverage["country_known"] == pytest.approx(1 - len(open_) / len(parts))
    assert {row.about for row in found.evidence} == {part for part in open_ if part in company.sources}
    assert (found.status == CLEAR) == (not open_)
    assert figures.coverage["products_linked"] == len(linked)


@pytest.mark.parametrize("seed", range(25))
def test_amounts_that_name_nobody_are_part_of_what_is_spent(tmp_path, seed):
    draw = random.Random(seed)
    rows, needs, *others = blanked(draw, *company_of(draw))
    company, figures = worked_out(tmp_path / "a.xlsx", rows, needs, *others)
    spend, open_, blank = dict.fromkeys([*COUNTRIES, None], 0.0), [], 0
    for part in dict.fromkeys(part for _, part in needs):
        mine = [row for row in rows if row[0] == part]
        told = sum(row[3] or 0.0 for row in mine)
        used = [row for row in mine if (told < 1 if row[3] is None else row[3] > 0)]
        rest = told <= 0.98 and any(row[1] or row[2] for row in mine) and None not in [row[3] for row in used]
        open_ += [None] if rest or not used else []
        blank += not used or rest or None in [row[7] for row in used]
        for row in used:
            spend[row[2]] += row[7] or 0.0
            open_ += [row[2]] if row[7] is None else []
    total, unknown = sum(spend.values()), spend[None]
    assert not total or figures.spend["blank"] == blank
    assert figures.coverage["spend_country_known"] == (pytest.approx(1 - unknown / total) if total else None)
    for row in figures.spend["shares"] if total else ():
        low = sum(amount for name, amount in spend.items() if name and COUNTRIES[name] == row["country"]) / total
        assert (row["direct_low"], row["direct_high"]) == pytest.approx((low, low + unknown / total))
    tariff = _tariff(company, Asked("T", "tariff", "", 180.0, country="CHN", rate=0.5))
    assert tariff["loss_low"] == pytest.approx(spend["China"] / 2)
    bound = None if {"China", None} & set(open_) else pytest.approx((spend["China"] + unknown) / 2)
    assert tariff["loss_high"] == bound


def test_amounts_that_name_nobody_are_added_up_in_one_currency_alone(tmp_path):
    rows = [["P1", None, None, 100, "JPY"], ["P1", None, None, 50, "USD"], ["P2", None, None, 30, "JPY"]]
    head = ["part", "supplier", "country", "annual spend", "currency"]
    path = workbook(tmp_path / "a.xlsx", {"Sourcing": [head, *rows, ["P2", None, None, 20, "JPY"]]})
    company = handed_in.company(path)
    assert (company.spend("P1"), company.spend("P2")) == (None, 50) and company.nobodys("P1") == 0


@pytest.mark.parametrize("seed", range(25))
def test_what_may_be_lost_with_parts_that_nobody_is_named_for_holds_for_whoever_delivers_them(tmp_path, seed):
    draw = random.Random(seed)
    rows, *others = company_of(draw)
    nobody = draw.choice(rows)[0]
    named = [row for row in rows if row[0] != nobody]
    (_, known), (_, found) = (worked_out(tmp_path / "a.xlsx", each, *others) for each in (rows, named))
    worst = lambda row: float("inf") if row["loss_open"] is None else row["loss_open"]  # noqa: E731
    rows = {row["node"]: row for row in [*found.countries, *found.makers]}
    for row in [*known.countries, *known.makers]:
        if row["node"] in rows:
            assert worst(rows[row["node"]]) >= row["loss_high"] - 1e-6, row["node"]


UNNAMED = "is not in this list may cost up to"
NOBODY = "without a stated supplier ("


AT_HOME = ["P1", "Axo", "Japan", 1.0, "yes", 200, 20, 100]


@pytest.mark.parametrize(
    ("source", "parts", "says", "notes"),
    [
        (AT_HOME, ["P1"], "No foreign country", []),
        ([*AT_HOME[:3], 0.4, "yes", 10, 20, 40], ["P1"], "No foreign country", [UNNAMED]),
        (AT_HOME, ["P1", "P2"], "No foreign country", [NOBODY]),
        (["P1", None, None, None, None, 10, 20, 100], ["P1"], "No source states a country", [NOBODY]),
    ],
)
def test_a_board_without_a_stop_says_why_and_what_no_row_names_may_cost(tmp_path, source, parts, says, notes):
    sheets = {"Sourcing": [SOURCING, source], "BOM": [["parent", "part"], *(["X", part] for part in parts)]}
    path = workbook(tmp_path / "a.xlsx", sheets | {"Products": [PRODUCTS[:2], ["X", 3650]]})
    found = content(audit(path, lang="en", world=SupplyGraph(), date="2026-11-23"), "en")
    board, page = found["board"], render(found)
    assert not board["countries"] and not board["makers"] and board["nothing"].startswith(says) and board["nothing"] in page
    about = [note for note in board["notes"] if UNNAMED in note or NOBODY in note]
    assert len(about) == len(notes) and all(part in note and note in page for part, note in zip(notes, about, strict=True))
    if NOBODY in notes:
        assert "1,800" in about[0], "half a year's revenue, and no more, may depend on a part without a stated supplier"


@pytest.mark.parametrize(
    ("revenue", "first", "loss", "certain"),
    [(None, "no loss can be given", "–", "–"), (3650, "losses have no upper bound", "¥1,700", "¥1,700")],
)
def test_without_a_revenue_the_board_asks_for_it_first_and_nothing_is_said_to_cost_nothing(
    tmp_path, revenue, first, loss, certain
):
    """P lasts 10 days of the 180 that China does not deliver; B needs nothing from there, and A may have no price."""
    sheets = {
        "Sourcing": [
            SOURCING,
            ["P1", "Axo", "China", 1.0, "yes", 10, 400, 100],
            ["P2", "Bel", "Japan", 1.0, "yes", 90, 20, 9],
        ],
        "BOM": [["parent", "part"], ["A", "P1"], ["B", "P2"]],
        "Products": [PRODUCTS[:2], ["A", revenue], ["B", None]],
        "Scenarios": [["kind", "country", "rate"], ["supply stops", "China", None], ["tariff", "China", 0.25]],
    }
    done = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", world=SupplyGraph(), date="2026-11-23")
    found = content(done, "en")
    steps = [step["says"] for step in found["board"]["first"]]
    assert first in steps[0] and ("A; B" in steps[0]) == (revenue is None)
    assert "purchasing" in steps[-1] and "Axo" in steps[-1]
    stop, tariff = found["scenarios"]
    assert (stop["loss_says"], stop["loss_low_says"]) == (loss, certain)
    assert [tariff[f"{name}_says"] for name in ("loss", "loss_low", "loss_high")] == ["¥25"] * 3
    checks = {one["check"]: one["says"] for theme in found["groups"] for one in theme["checks"]}
    assert "cut the output of some product: 1;" in checks["scenarios"] and "– of the revenue" not in checks["coverage"]
    assert "billing address" not in checks["site_country"]
    write_report_workbook(tmp_path / "report.xlsx", found)
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    cells = {row[0]: row[2:5] for row in book["Scenarios"].iter_rows(min_row=2, values_only=True)}
    assert cells[tariff["says"]] == (25, 25, 25)
    assert all(cell is None or revenue for cell in cells[stop["says"]]), "what has no price costs no 0 in the workbook"
    countries = list(book["Countries"].iter_rows(min_row=2, max_row=2, values_only=True))[0]
    assert (countries[1] is None) == (revenue is None)
    assert any("Weighted" in str(cell) for row in book["Try"].iter_rows(values_only=True) for cell in row) == bool(revenue)
    assert found["board"]["nothing"] == "" or "No product has a stated revenue" in found["board"]["nothing"]


def test_a_country_that_no_row_names_is_no_row_of_the_board(tmp_path):
    """A part without a country may come from anywhere: that is said once, and no country that leads a market is picked."""
    rows = [["P1", "Axo", "Germany", 1.0, "yes", 10, 400, 100], ["P2", "Bel", None, 1.0, "yes", 10, 400, 100]]
    sheets = {
        "Sourcing": [[*SOURCING, "world item"], [*rows[0], "gallium_primary"], [*rows[1], None]],
        "BOM": [["parent", "part"], ["A", "P1"], ["A", "P2"]],
        "Products": [PRODUCTS[:2], ["A", 3650]],
    }
    done = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date="2026-11-23")
    board = content(done, "en")["board"]
    assert {row["node"] for row in done.figures.countries} > {"DEU"} == {row["node"] for row in board["countries"]}
    assert any("is not in this list may cost up to" in note for note in board["notes"])


def test_every_check_that_the_table_of_items_names_is_there_and_none_stands_unused():
    assert {row["check"] for row in packaged_rows("app", "templates", "audit", "checks.csv")} == set(CHECKS)
