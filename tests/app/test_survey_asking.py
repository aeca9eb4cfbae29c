"""What is asked whatever hangs on it: countries and makers, of a ledger alone and where stocks outlast switching."""

from dataclasses import replace
from pathlib import Path

import handed_in
import openpyxl
import plain_sheets
import pytest
from kanmon.app import cli
from kanmon.app.audit.report import audit
from kanmon.app.survey import questions
from kanmon.app.survey.loop import shown
from kanmon.app.survey.questionnaire import survey_of
from kanmon.app.survey.questions import RUNS, ranked_questions
from kanmon.graph import SupplyGraph
from kanmon.graph.messages import text
from survey_company import HEAD, NEVER, company, figures

DEMO = Path(__file__).resolve().parents[2] / "datasets" / "data" / "demo_company" / "audit.xlsx"
LEDGER = (
    ("Date", "Supplier", "Part No.", "Part name", "Quantity", "Country of origin", "Amount"),
    ("2025-04-01", "Alpha", "P1", "Gear", 2, None, 300),
    ("2025-05-01", "Beta", "P1", "Gear", 2, "Japan", 900),
    ("2025-06-01", "Gamma", "P2", "Seal", 1, None, 500),
    ("2025-07-01", "Alpha", "P3", "Pin", 9, None, 400),
    ("2025-08-01", "Delta", "P4", "Cap", 9, None, None),
)


def ledger(folder):
    return plain_sheets.workbook(folder / "ledger.xlsx", {"Purchases": LEDGER})


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["kanmon", *map(str, words)])
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert not done.value.code


def test_a_ledger_alone_asks_for_countries_by_what_was_bought_where_they_are_blank(tmp_path):
    found = handed_in.company(ledger(tmp_path))
    asked = [one for one in ranked_questions(found, figures(found)) if one.kind == "origin"]
    assert [(one.supplier, one.bought) for one in asked] == [("Alpha", 700.0), ("Gamma", 500.0), ("Delta", None)]
    gains = [row["gain"] for row in shown(asked, None, found, figures(found), "en")["questions"]]
    assert "¥700" in gains[0] and "¥" not in gains[2]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_ledger_alone_gives_each_supplier_a_questionnaire_and_takes_its_reply(tmp_path, monkeypatch, lang):
    path = ledger(tmp_path)
    monkeypatch.chdir(tmp_path)
    run(monkeypatch, "survey", path, "--out", "survey", "--lang", lang)
    book = openpyxl.load_workbook("survey/questions-001.xlsx")
    page = next(one for one in book if "country" in [cell.value for cell in one[3]])
    keys = [cell.value for cell in page[3]]
    for row in page.iter_rows(min_row=5):
        row[keys.index("country")].value = "Vietnam"
    (tmp_path / "replies").mkdir()
    book.save("replies/alpha.xlsx")
    run(monkeypatch, "audit", path, "--replies", "replies", "--out", "report", "--yes", "--lang", lang)
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert ("Vietnam" if lang == "en" else "ベトナム") in page


def test_whose_country_narrows_nothing_is_asked_last_and_gets_its_questionnaire(tmp_path):
    """The stock of P2 outlasts its switching: no stop has a loss by it, and yet nobody knows where it is made."""
    rows = [("P1", "Gear", "Alpha", None, 1.0, 30, NEVER, None), ("P2", "Seal", "Beta", None, 1.0, 90, 30, None)]
    found = company(tmp_path / "a.xlsx", rows)
    questions = ranked_questions(found, figures(found))
    assert [(one.kind, one.supplier) for one in questions if one.hangs == 0] == [("origin", "Beta")]
    assert {one.kind: one.hangs for one in questions if one.supplier == "Alpha"}["origin"] > 0
    assert questions[-1].supplier == "Beta" and "Beta" in survey_of(questions, "2026-12-28").questions
    row = shown(questions, None, found, figures(found), "en")["questions"][-1]
    assert row["gain"].startswith("narrows no loss")


def test_an_answer_may_be_a_place_that_another_row_of_the_maker_names(tmp_path):
    """The worst answer puts the blank half of P1 where the other half is: one plant with the whole, never two of one."""
    rows = [("P1", "Gear", "Alpha", "China", 0.5, 30, NEVER, None), ("P1", "Gear", "Alpha", None, 0.5, 30, NEVER, None)]
    found = company(tmp_path / "a.xlsx", rows)
    before = [(one.country, one.share, list(one.tellers)) for one in found.sources["P1"]]
    (origin,) = (one for one in ranked_questions(found, figures(found)) if one.kind == "origin")
    assert origin.narrows is not None and origin.narrows[1] > 0
    assert [(one.country, one.share, list(one.tellers)) for one in found.sources["P1"]] == before


def test_parts_that_the_company_sets_apart_are_not_asked_about(tmp_path):
    head = (*HEAD[:7], "年間購入額")
    rows = [("P1", "Gear", "Alpha", None, 1.0, 30, NEVER, 900), ("P2", "Pin", "Beta", None, 1.0, 30, NEVER, 5)]
    sheets = {
        "会社": [("会社名", "C部品の上限（年間購入額）"), ("例示株式会社", 10)],
        "製品": [("製品番号", "年間売上"), ("X", 3650.0)],
        "部品表": [("親品番", "部品番号"), ("X", "P1"), ("X", "P2")],
        "調達": [head, *rows],
    }
    found = handed_in.company(plain_sheets.workbook(tmp_path / "a.xlsx", sheets))
    assert found.apart == ["P2"]
    assert {part for one in ranked_questions(found, figures(found)) for part in one.parts} == {"P1"}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_bill_alone_has_no_supplier_to_ask_and_board_and_survey_both_say_so(tmp_path, monkeypatch, capsys, lang):
    rows = [("Level", "Part No.", "Part name", "Qty", "Maker"), (0, "U", "Panel", 1, None), (1, "P", "Relay", 4, "Axo")]
    path = plain_sheets.workbook(tmp_path / "bill.xlsx", {"BOM": rows})
    monkeypatch.chdir(tmp_path)
    run(monkeypatch, "survey", path, "--out", "survey", "--lang", lang)
    assert text("app.survey.nothing_named", lang) in " ".join(capsys.readouterr().out.split("\n"))
    run(monkeypatch, "audit", path, "--out", "report", "--yes", "--lang", lang)
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert text("app.audit_page.first_named", lang, count=1) in page


def test_what_nobody_could_narrow_is_not_asked(tmp_path):
    rows = [("P1", "Gear", "Alpha", "China", 1.0, 30, NEVER, None)]
    found = company(tmp_path / "a.xlsx", rows)
    assert {one.kind for one in ranked_questions(found, figures(found))} == {"behind"}


def test_what_is_asked_first_narrows_as_much_as_half_of_what_any_answer_would():
    """Twenty kinds of screws of a dealer touch the widest stops of all, and their answers narrow none of them."""
    found = handed_in.company(DEMO)
    parts = {id: replace(part, stock=None) if n % 2 else part for n, (id, part) in enumerate(found.parts.items())}
    blank = replace(found, parts=parts)
    stops = figures(blank)
    few, every = (ranked_questions(blank, stops, runs=runs) for runs in (RUNS, 1_000_000))
    best = max(sum(one.narrows) for one in every if one.narrows is not None)
    assert few[0].narrows is not None and sum(few[0].narrows) >= best / 2


def test_a_switching_time_that_one_of_two_sources_leaves_blank_is_asked(tmp_path):
    def asked(days):
        head = ["part", "name", "supplier", "country", "share", "stock days", "switching days"]
        rows = [["P1", "Gear", "X", "China", "50%", 30, 60], ["P1", "Gear", "Y", "Taiwan", "50%", 30, days]]
        sheets = {"Sourcing": [head, *rows], "BOM": [["parent", "part"], ["A", "P1"]]}
        sheets |= {"Products": [["product", "annual revenue"], ["A", 36500]]}
        path = plain_sheets.workbook(tmp_path / f"{days}.xlsx", sheets)
        found = audit(path, lang="en", date="2026-11-28", world=SupplyGraph())
        return {one.kind: one.narrows for one in ranked_questions(found.company, found.figures)}

    assert "switch" not in asked(60)
    least, most = asked(None)["switch"]
    assert most >= least > 0, "whoever is replaced may be the one of which nobody knows how long it takes"


def test_an_answer_about_days_is_worth_the_same_on_the_graph_as_it_is_as_on_one_built_anew(monkeypatch):
    found = handed_in.company(DEMO)
    told = figures(found)
    as_it_is = ranked_questions(found, told)
    assert any(one.narrows and one.kind.endswith(("stock", "switch")) for one in as_it_is)
    monkeypatch.setattr(questions, "_plants", lambda *_: object())  # no answer leaves the plants as they are
    assert ranked_questions(found, told) == as_it_is


def test_a_switching_time_that_one_of_two_qualified_alternatives_leaves_blank_is_asked(tmp_path):
    """The blank one may be the quickest: until it is told, what is lost lies between nothing and what the other takes."""

    def asked(days, qualified="yes"):
        head = ["part", "name", "supplier", "country", "share", "stock days", "switching days", "qualified"]
        rows = [["P1", "Gear", "X", "China", "100%", 30, 400, "yes"], ["P1", "Gear", "Y", "Taiwan", "0%", 30, 90, "yes"]]
        rows.append(["P1", "Gear", "Z", "Germany", "0%", 30, days, qualified])
        sheets = {"Sourcing": [head, *rows], "BOM": [["parent", "part"], ["A", "P1"]]}
        sheets |= {"Products": [["product", "annual revenue"], ["A", 36500]]}
        path = plain_sheets.workbook(tmp_path / f"{days}{qualified}.xlsx", sheets)
        found = audit(path, lang="en", date="2026-11-28", world=SupplyGraph())
        return {one.kind: one.narrows for one in ranked_questions(found.company, found.figures)}

    assert "switch" not in asked(60) and "switch" not in asked(None, "no")
    least, most = asked(None)["switch"]
    assert most >= least > 0
