"""What to find out first of the tiers that a company does not see: from whom, so that somebody can ask."""

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from plain_sheets import workbook

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
