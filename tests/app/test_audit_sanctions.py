"""A sanction costs between the least and the most that any completion of the stakes costs; both are attained."""

from random import Random

import plain_sheets
import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.graph import SupplyGraph
from stakes import FIRMS, blocked, completions, draw

MAKERS = FIRMS[1:]


def suppliers(told):
    """A row for each holder; whoever belongs to nobody says so."""
    rows = [["supplier", "kind", "billing country", "parent company", "share held by the parent"]]
    for firm, stakes in told.items():
        rows += [[firm, "maker", "Japan", None, None]] if not stakes else []
        for holder, share in stakes.items():
            shown = None if share is None else f"{share:.0%}"
            rows.append([firm, "maker", "Japan", "none" if holder == firm else holder, shown])
    return rows


@pytest.mark.parametrize("seed", [1001, 1002, 1005, 1007, 1011])
def test_a_sanction_costs_what_the_completions_of_all_stakes_allow(tmp_path, seed):
    random = Random(seed)
    told = draw(random, FIRMS)
    stock = {maker: random.choice([0, 10, 30, 50, 70]) for maker in MAKERS}
    days = random.choice([40, 60, 90])
    head = ["part", "name", "supplier", "country", "share", "stock days", "switching days"]
    sheets = {
        "Company": [["Company name", "Days of a stop"], ["Acme", 100]],
        "Sourcing": [head, *([f"P{m}", f"Part {m}", m, "China", "100%", stock[m], 400] for m in MAKERS)],
        "BOM": [["parent", "part"], *(["T", f"P{m}"] for m in MAKERS)],
        "Products": [["product", "annual revenue"], ["T", 36500]],
        "Suppliers": suppliers(told),
        "Measures": [["part", "measure", "days", "cost"], *([f"P{m}", "stock", 15, 1] for m in MAKERS)],
        "Scenarios": [
            ["scenario", "what happens", "company", "country", "days"],
            ["S", "sanctions on a company and its group", "A", None, days],
        ],
    }
    found = audit(plain_sheets.workbook(tmp_path / "a.xlsx", sheets), lang="en", date="2026-11-28", world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]

    def lost(group, more=0):
        return 100 * max((max(0, days - stock[maker] - more) for maker in MAKERS if maker in group), default=0)

    groups = [blocked(whole) for _, whole in completions(told | {"A": told["A"] or {"A": None}})]
    each = [lost(group) for group in groups]
    assert (row["loss_low"], row["loss_high"]) == pytest.approx((min(each), max(each)))
    # So do the measures that are tried against it: nothing done, and fifteen days more of each part.
    tried, saved = found.mitigation, [lost(group, 15) for group in groups]
    assert tried.own and tried.threats == [row["id"]]
    assert (tried.nothing["low"], tried.nothing["high"]) == pytest.approx((min(each), max(each)), abs=1e-6)
    assert (tried.together["low"], tried.together["high"]) == pytest.approx((min(saved), max(saved)), abs=1e-6)
    assert tried.nothing["estimate"] == pytest.approx(row["loss"], abs=1e-6)


def alone(company, *, kind="sanctions on a company and its group", parent=None):
    """One part of X, which lasts 20 days; what happens to a company that holds nobody as far as is stated."""
    return {
        "Sourcing": [
            ["part", "name", "supplier", "country", "share", "stock days", "switching days"],
            ["P1", "Part", "X", "China", "100%", 20, 400],
        ],
        "BOM": [["parent", "part"], ["T", "P1"]],
        "Products": [["product", "annual revenue"], ["T", 36500]],
        "Suppliers": [["supplier", "kind", "parent company"], ["Alone", "maker", None], ["X", "maker", parent]],
        "Scenarios": [["scenario", "what happens", "company", "days"], ["S", kind, company, 60]],
    }


@pytest.mark.parametrize(
    ("company", "parent", "most"),
    [("Alone", None, 4000), ("Elsewhere", None, 4000), ("Elsewhere|Alone", None, 4000), ("Elsewhere", "none", 0)],
)
def test_a_sanction_on_a_firm_that_holds_nobody_as_far_as_is_stated_may_reach_whoever_states_no_holder(
    tmp_path, company, parent, most
):
    """Also where no sheet has it: that nobody states to be its says nothing of whose a supplier is."""
    book = plain_sheets.workbook(tmp_path / "a.xlsx", alone(company, parent=parent))
    found = audit(book, lang="en", date="2026-11-28", world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    assert (row["loss_low"], row["loss_high"]) == pytest.approx((0.0, most))
    said = [one.message.text("en") for one in found.company.remarks if one.sheet == "Scenarios"]
    assert [text.partition(",")[0] for text in said] == ["A sanction names 'Elsewhere'"] * ("Elsewhere" in company)


def test_the_loss_of_a_site_of_a_company_that_no_sheet_has_is_left_out_and_said(tmp_path):
    """Whoever no sheet names delivers nothing: there is nothing that its loss could stop."""
    book = plain_sheets.workbook(tmp_path / "a.xlsx", alone("Elsewhere", kind="loss of a site"))
    found = audit(book, lang="en", date="2026-11-28", world=SupplyGraph())
    assert all(row["title"] != "S" for row in found.scenarios)
    (said,) = (one.message.text("en") for one in found.company.remarks if one.sheet == "Scenarios")
    assert said == "A scenario names 'Elsewhere', which is in no other sheet; it was left out."
