"""What an audit proposes: which measures, for which parts, and what is said of what they take off."""

import handed_in
import pytest
from audit_company import BOM, PRODUCTS, SOURCING, written
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.content import content
from kanmon.app.audit.figures import work_out
from kanmon.app.audit.measures import mitigate
from kanmon.app.audit.report import audit
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

DATE = "2026-11-23"


LEAD = ["part", "supplier", "country", "share", "stock days", "switching days", "lead time (days)"]


@pytest.mark.parametrize("lead", [None, 30])
def test_without_a_stated_lead_time_an_alternative_has_no_estimate(tmp_path, lead):
    """A unit of revenue a day, no stock, 180 days without China: an alternative saves what comes after its lead time."""
    sheets = {
        "Sourcing": [LEAD, ["P", "X", "China", "100%", 0, 400, lead], ["Q", "Y", "Japan", "100%", 0, 400, 60]],
        "BOM": [["parent", "part"], ["A", "P"], ["A", "Q"]],
        "Products": [["product", "revenue"], ["A", 365]],
        "Measures": [["part", "measure", "cost"], ["P", "qualify an alternative", 10]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph(), budget=10.0)
    (row,) = [row for row in found.mitigation.rows if row["part"] == "P"]
    (shown,) = [row for row in content(found, "en")["mitigation"]["rows"] if row["part"] == "P"]
    hit, threats = 2, len(found.mitigation.threats)  # China stops, or X does
    if lead is None:
        assert row["removed_estimate"] is None and row["removed_per_cost"] is None
        assert shown["removed_says"] == "lead time not stated" and not shown["chosen"]
        assert (row["removed_low"], row["removed_high"]) == pytest.approx((180 * hit / threats, 0.0))
        (shown,) = [row for row in content(found, "ja")["mitigation"]["rows"] if row["part"] == "P"]
        assert shown["removed_says"] == "リードタイム未記入"
    else:
        assert row["removed_estimate"] == pytest.approx((180 - lead) * hit / threats)
        assert shown["chosen"] and row["removed_low"] == pytest.approx(row["removed_high"])


def test_measures_are_proposed_where_an_estimated_loss_hangs_most_loss_first(tmp_path):
    """P2 and P3 have two makers each; more hangs on P3 than on P1, whose maker is its only one."""
    path = written(tmp_path / "a.xlsx", Sourcing=SOURCING, BOM=BOM, Products=PRODUCTS)
    company = handed_in.company(path)
    built = build_graph(company)
    figures = work_out(company, built, [], "en")
    found = mitigate(company, built, figures, None)
    stakes = {row["part"]: row["stake"] for row in figures.parts if row["stake"] > 0}
    assert {row["part"] for row in figures.parts if row["single"] == "no"} & set(stakes)
    proposed = list(dict.fromkeys(row["part"] for row in sorted(found.rows, key=lambda row: row["measure"])))
    assert proposed == sorted(stakes, key=lambda part: (-stakes[part], part))
    kinds = {(row["part"], row["kind"]) for row in found.rows}
    assert ("P4", "qualify") not in kinds, "another source of the seal stands ready"
    stock = {row["part"]: row for row in found.rows if row["kind"] == "stock"}
    assert stock["P3"]["removed_estimate"] > 0 and stock["P3"]["days"] == 230


@pytest.mark.parametrize(("idle", "useful"), [(0, 27), (2, 27), (5, 20), (30, 4)])
def test_parts_move_up_where_what_is_proposed_for_others_takes_nothing_off(tmp_path, idle, useful):
    """For the parts with the largest loss nothing helps: their switching is blank, and another source needs 400 days."""
    head = ["part", "supplier", "country", "share", "stock days", "switching days", "lead time (days)"]
    rows = [[f"N{n:02d}", f"M{n}", "China", "100%", 0, None, 400] for n in range(idle)]
    rows += [[f"P{n:02d}", f"X{n}", "China", "100%", 0, 100, 400] for n in range(useful)]
    sheets = {
        "Sourcing": [head, *rows],
        "BOM": [["parent", "part"], *([f"to {row[0]}", row[0]] for row in rows)],
        "Products": [["product", "revenue"], *([f"to {row[0]}", 3650 if row[0][0] == "N" else 365] for row in rows)],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph()).mitigation
    proposed = {row["part"] for row in found.rows}
    assert all(part.startswith("P") for part in proposed) and len(proposed) == min(useful, 25)
    assert len(proposed) + found.left_out == len(rows)


@pytest.mark.parametrize(("parts", "left_out"), [(3, 0), (30, 5)])
def test_parts_that_no_proposal_reaches_are_counted(tmp_path, parts, left_out):
    sources = [[f"P{n:02d}", None, f"X{n}", "China", "100%", 0, 400 - n, "yes", 1] for n in range(parts)]
    bom = [["A", row[0]] for row in sources]
    path = written(tmp_path / "a.xlsx", Sourcing=sources, BOM=bom, Products=[["A", 365]])
    found = audit(path, lang="en", date=DATE, world=SupplyGraph())
    assert len({row["part"] for row in found.mitigation.rows}) + found.mitigation.left_out == parts
    says = content(found, "en")["mitigation"]["left_out_says"]
    assert (
        found.mitigation.left_out == left_out
        and bool(says) == bool(left_out)
        and (f"{left_out} further" in says or not left_out)
    )


@pytest.mark.parametrize(("lead", "shown"), [(None, ("lead time not stated", "–")), (180, ("¥0", "¥0"))])
def test_without_a_stated_lead_time_a_measure_is_not_shown_as_worth_nothing(tmp_path, lead, shown):
    """How long switching takes is blank: the certain loss is nothing, and the possible one stays where it never delivers."""
    sheets = {
        "Sourcing": [LEAD, ["P", "X", "China", "100%", 0, None, lead], ["Q", "Y", "Japan", "100%", 0, 400, 60]],
        "BOM": [["parent", "part"], ["A", "P"], ["A", "Q"]],
        "Products": [["product", "revenue"], ["A", 365]],
        "Measures": [["part", "measure"], ["P", "qualify an alternative"]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    rows = content(found, "en")["mitigation"]["rows"]
    (row,) = [row for row in rows if (row["part"], row["kind"]) == ("P", "qualify")]
    assert (row["removed_says"], row["removed_bounds"]) == shown


def test_what_does_nothing_alone_is_told_beside_the_others_and_what_never_does_is_not_proposed(tmp_path):
    """A unit of revenue a day; X stops, which makes all: T and P are short from day 30, Q from day 60."""
    rows = [[part, "X", "Japan", "100%", stock, 400, 400] for part, stock in (("T", 30), ("P", 30), ("Q", 60))]
    sheets = {
        "Sourcing": [LEAD, *rows],
        "BOM": [["parent", "part"], ["A", "T"], ["A", "P"], ["A", "Q"]],
        "Products": [["product", "revenue"], ["A", 365]],
        "Measures": [["part", "measure", "days", "cost"], ["T", "hold more stock", 10, 1]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
    shown = {row["part"]: row for row in content(found, "en")["mitigation"]["rows"]}
    hit, threats = 1, len(found.mitigation.threats)  # X stops; so does Japan, which is not asked
    # Ten days more of T gain ten days beside P's, and P's ten beside those; Q lasts longer than T in any case.
    assert set(shown) == {"T", "P"} and found.mitigation.left_out == 1
    for part in ("T", "P"):
        assert shown[part]["removed_estimate"] == 0.0
        assert shown[part]["removed_beside"] == pytest.approx(10 * hit / threats)
        assert shown[part]["removed_says"].startswith("¥0 (¥")
    assert found.mitigation.together["estimate"] == pytest.approx((150 - 10) * hit / threats)
    assert content(found, "ja")["mitigation"]["rows"][0]["removed_says"].startswith("0円（ほかも実施で")
    assert "run short for as long" in content(found, "en")["mitigation"]["beside_says"]
