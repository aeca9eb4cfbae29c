"""Whose a maker is, is asked where the possible loss of a sanction hangs on it: by how much an answer narrows that."""

import owned_company
import plain_sheets
import pytest
from kanmon.app.audit.company_graph import build_graph, holders_graph
from kanmon.app.audit.report import audit
from kanmon.app.survey.loop import shown
from kanmon.app.survey.questionnaire import survey_of
from kanmon.graph import SupplyGraph
from owned_company import HEAD, SHEETS


def audited(path, *more):
    found, (low, high) = owned_company.audited(path, *more)
    return found, high - low


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


def test_whose_it_is_is_asked_of_the_maker_itself_and_of_nobody_else(tmp_path):
    found, _ = audited(tmp_path / "a.xlsx")
    each = survey_of(found.questions, "2026-12-31").questions
    assert {who for who, asked in each.items() if any(one.kind == "owner" for one in asked)} == {"Y"}
    assert {one.who for one in found.questions if one.kind == "owner"} == {"supplier"}


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


def test_who_holds_whom_alone_is_what_the_whole_graph_says_of_it(tmp_path):
    company = audited(tmp_path / "a.xlsx", ["Y", "maker", "Japan", "Group", "50%"])[0].company
    assert holders_graph(company).suppliers.equals(build_graph(company).own.suppliers)


def test_whose_a_maker_is_is_asked_though_blank_switching_times_hide_what_an_answer_gives(tmp_path):
    """X is the group's, and may stop all alone; once it is known how soon it is replaced, all hangs on whose Y is."""

    def found(name, switching, owned):
        rows = [["P1", "Gear", "X", "China", "100%", 30, switching], ["P2", "Seal", "Y", "Japan", "100%", 30, None]]
        held = [["X", "maker", "China", "Group", "60%"], *owned]
        sheets = SHEETS | {"Sourcing": [SHEETS["Sourcing"][0], *rows], "Suppliers": [HEAD, *held]}
        path = plain_sheets.workbook(tmp_path / f"{name}.xlsx", sheets)
        return audit(path, lang="en", date="2026-11-28", world=SupplyGraph())

    hidden = found("hidden", None, [])
    (asked,) = owners(hidden)
    day = 36500 / 365
    assert (asked.supplier, asked.narrows) == ("Y", None) and asked.hangs == pytest.approx((80 - 30) * day)
    seen = found("seen", 0, [])
    (again,) = owners(seen)
    assert again.narrows is not None and again.narrows[1] == pytest.approx((80 - 30) * day)
    assert shown(hidden.questions, None, hidden.company, hidden.figures, "en")["questions"]
    assert not owners(found("sure", 400, [])), "what is lost without X for certain leaves nothing to whose Y is"
    assert not owners(found("told", None, [["Y", "maker", "Japan", "none", None]]))
