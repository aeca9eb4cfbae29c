"""Whose a maker is, is asked where the possible loss of a sanction hangs on it: by how much an answer narrows that."""

import plain_sheets
import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.app.survey.loop import shown
from kanmon.app.survey.questionnaire import survey_of
from kanmon.graph import SupplyGraph

SHEETS = {
    "Company": [["Company name", "Days of a stop"], ["Acme", 100]],
    "Sourcing": [
        ["part", "name", "supplier", "country", "share", "stock days", "switching days"],
        ["P1", "Gear", "X", "China", "70%", 30, 400],
        ["P1", "Gear", "Y", "Japan", "30%", 30, 400],
        ["P2", "Seal", "Z", "Japan", "100%", 90, 400],
    ],
    "BOM": [["parent", "part"], ["A", "P1"], ["A", "P2"]],
    "Products": [["product", "annual revenue"], ["A", 36500]],
    "Scenarios": [
        ["scenario", "what happens", "company", "country", "days"],
        ["Group", "sanctions on a company and its group", "Group", None, 80],
    ],
}
HEAD = ["supplier", "kind", "billing country", "parent company", "share held by the parent"]
HELD = [["X", "maker", "China", "Group", "60%"], ["Z", "maker", "Japan", "none", None]]


def audited(path, *more):
    sheets = SHEETS | {"Suppliers": [HEAD, *HELD, *more]}
    found = audit(plain_sheets.workbook(path, sheets), lang="en", date="2026-11-28", world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    return found, row["loss_high"] - row["loss_low"]


def owners(found):
    return [one for one in found.questions if one.kind == "owner"]


def test_the_holders_of_a_maker_are_asked_by_what_an_answer_takes_off_the_interval_of_a_sanction(tmp_path):
    found, width = audited(tmp_path / "a.xlsx")
    (asked,) = owners(found)
    assert asked.supplier == "Y" and found.questions[0] is asked, "nothing else narrows as much"
    answers = (["Y", "maker", "Japan", "none", None], ["Y", "maker", "Japan", "Group", "100%"])
    gains = sorted(width - audited(tmp_path / f"{n}.xlsx", answer)[1] for n, answer in enumerate(answers))
    assert asked.narrows == pytest.approx(gains) and gains[0] > 0
    for lang, word in (("en", "Who holds shares in Y"), ("ja", "Y の出資者")):
        first = shown(found.questions, None, found.company, found.figures, lang)["questions"][0]
        assert word in first["says"]


@pytest.mark.parametrize("answer", [["Y", "maker", "Japan", "none", None], ["Y", "maker", "Japan", "Group", "50%"]])
def test_whose_a_maker_is_is_asked_no_more_once_it_is_stated(tmp_path, answer):
    assert not owners(audited(tmp_path / "a.xlsx", answer)[0])


def test_the_companys_own_people_are_asked_and_no_supplier_is(tmp_path):
    found, _ = audited(tmp_path / "a.xlsx")
    asked = [one.kind for each in survey_of(found.questions, "2026-12-31").questions.values() for one in each]
    assert "owner" not in asked and "behind" in asked


def test_an_answer_is_weighed_on_the_sanction_that_is_asked_about_though_it_brings_another_to_the_fore(tmp_path):
    """Without rows of its own the sanction is on X's holder; were X nobody's, it would be on Z's."""
    held = [["X", "maker", "China", "First", None], ["Z", "maker", "Japan", "Other", "60%"]]
    row = ["First", "sanctions on a company and its group", "First", None, None]
    sheets = {name: rows for name, rows in SHEETS.items() if name != "Scenarios"} | {"Suppliers": [HEAD, *held]}
    narrows = {}
    for name, more in (("usual", {}), ("stated", {"Scenarios": [SHEETS["Scenarios"][0], row]})):
        path = plain_sheets.workbook(tmp_path / f"{name}.xlsx", sheets | more)
        found = audit(path, lang="en", date="2026-11-28", world=SupplyGraph())
        narrows[name] = {one.supplier: one.narrows for one in owners(found)}
    assert narrows["usual"] == narrows["stated"] and narrows["usual"]["X"][0] > 0
