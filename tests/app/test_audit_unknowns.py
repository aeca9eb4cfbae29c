"""What to find out first of the tiers that a company does not see: from whom, so that somebody can ask."""

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.app.survey.questions import ranked_questions
from kanmon.app.survey.replies import read_replies
from kanmon.graph import SupplyGraph
from plain_sheets import workbook
from survey_company import answered, company, figures, questionnaires

DATE = "2026-11-23"


@pytest.mark.parametrize(
    ("lang", "who", "asks"), [("en", "In-house: purchasing", "Who delivers it"), ("ja", "自社：調達", "調達先はどこですか")]
)
def test_a_part_of_no_known_source_is_asked_of_the_company_and_no_association(tmp_path, lang, who, asks):
    brackets = [["A", part, f"Bracket {part}"] for part in ("N1", "N2", "N3")]
    sheets = {
        "BOM": [["parent", "part", "name"], ["A", "M", "ネオジム焼結磁石"], *brackets],
        "Sourcing": [["part", "supplier", "country", "share"], ["M", "X", "Germany", 0.5], ["M", "Y", "China", 0.5]],
        "Products": [["product", "revenue"], ["A", 365]],
    }
    found = content(audit(workbook(tmp_path / "a.xlsx", sheets), lang=lang, date=DATE), lang)
    told = [(fact["who"], fact["says"]) for row in found["unknowns"] for fact in row["facts"]]
    about = [(other, says) for other, says in told if "Bracket" in says]
    assert about and all(other == who and asks in says for other, says in about)


def test_a_material_that_suppliers_told_of_is_told_apart_by_what_it_stands_behind(tmp_path):
    base = company(tmp_path / "audit.xlsx")
    sent = questionnaires(base, ranked_questions(base, figures(base)), tmp_path / "out")
    answer = {("behind", "P1", 0): {"input": "ネオジム焼結磁石", "country": "China"}}
    replies = read_replies(answered(sent["Alpha"], tmp_path / "reply.xlsx", answer))
    found = content(audit(tmp_path / "audit.xlsx", lang="en", date=DATE, replies=replies, world=SupplyGraph()), "en")
    checks = [one for each in found["themes"] for one in each["findings"] if one["check"] == "technologies"]
    rows = {row["what"] for one in checks for row in one["evidence"]}
    assert any("P1" in row and "Alpha" in row for row in rows), rows


def test_parts_that_nobody_is_named_for_are_one_question_the_most_valuable_first(tmp_path):
    sheets = {
        "BOM": [["parent", "part"], *(["A", f"A{n}"] for n in range(30)), *(["B", f"B{n}"] for n in range(30)), ["B", "M"]],
        "Sourcing": [["part", "supplier", "country"], ["M", "X", "Germany"]],
        "Products": [["product", "revenue"], ["A", 100], ["B", 900]],
    }
    found = content(audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph()), "en")
    (asked,) = [row for row in found["questions"] if row["kind"] == "named"]
    assert asked["parts"] == [*(f"B{n}" for n in range(30)), *(f"A{n}" for n in range(30))]
    assert asked["who"] == "In-house: purchasing" and "56 more" in asked["says"]


@pytest.mark.parametrize(
    ("days", "switching", "worst", "counts"),
    [
        (
            None,
            None,
            "an estimated ¥180 (certain ¥0, possible ¥180) of revenue",
            "3 by the estimate, 1 for certain, 3 at worst",
        ),
        (0, 180, "180 days, ¥180 of revenue", "3 by the estimate, 3 for certain, 3 at worst"),
    ],
)
def test_what_only_the_estimate_says_is_no_certainty_of_the_headline(tmp_path, days, switching, worst, counts):
    sheets = {
        "BOM": [["parent", "part"], ["A", "M"], ["A", "N"]],
        "Sourcing": [
            ["part", "supplier", "country", "share", "stock days", "switching days"],
            ["M", "X", "China", 1, days, switching],
            ["N", "Y", "Japan", 1, 0, 180],
        ],
        "Products": [["product", "revenue"], ["A", 365]],
        "Company": [["company", "stop days"], ["C", 180]],
    }
    found = content(audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph()), "en")
    headline = found["board"]["headline"]  # China, its maker, and the maker at home
    assert worst in headline[0] and counts in headline[1]
