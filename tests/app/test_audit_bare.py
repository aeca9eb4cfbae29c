"""A product of which nobody said what goes into it: its loss is not known, which is not none."""

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.evidence import CLEAR, UNKNOWN
from kanmon.app.audit.report import audit
from kanmon.app.survey.questions import ranked_questions
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

SOURCING = ["part", "supplier", "country", "stock days", "switch days", "annual spend"]


def done(path, lang, *needs, more=()):
    sheets = {
        "Sourcing": [SOURCING, ["P1", "Axo", "China", 10, 400, 300], ["P2", "Bel", None, 10, 400, 500]],
        "Products": [["product", "revenue"], ["A", 365_000_000], ["B", 730_000_000], *([id, 1] for id in more)],
    }
    sheets |= {"BOM": [["parent", "part"], *needs]} if needs else {}
    return audit(workbook(path, sheets), lang=lang, world=SupplyGraph(), date="2026-11-23")


def check(found, name):
    return next(one for theme in found["groups"] for one in theme["checks"] if one["check"] == name)


@pytest.mark.parametrize(
    ("lang", "says", "never"), [("en", "No bill of materials", "cost revenue"), ("ja", "部品表", "売上を失う")]
)
def test_without_a_bill_of_materials_no_stop_is_said_to_cost_nothing(tmp_path, lang, says, never):
    one = done(tmp_path / "a.xlsx", lang)
    found = content(one, lang)
    assert says in found["board"]["nothing"] and never not in found["board"]["nothing"]
    assert (
        says in found["board"]["first"][0]["says"]
        or lang == "en"
        and "bill of materials" in found["board"]["first"][0]["says"]
    )
    assert check(found, "scenarios")["status"] == UNKNOWN
    assert {row["loss_says"] for row in found["scenarios"] if not row.get("yearly")} <= {"–"}
    asked = [(row.kind, row.supplier, row.bought) for row in ranked_questions(one.company, one.figures)]
    assert asked == [("origin", "Bel", 500.0)]


def test_a_product_without_lines_beside_one_that_has_them_is_said_to_be_in_no_figure(tmp_path):
    found = content(done(tmp_path / "a.xlsx", "en", ["A", "P1"], ["A", "P2"]), "en")
    assert any("Which parts go into B is not stated" in note for note in found["board"]["notes"])
    assert "parts go into B" in found["board"]["first"][0]["says"]
    assert "that is stated" in found["board"]["headline"][0], "a part of the revenue of A alone"
    china = next(row for row in found["countries"] if row["node"] == "CHN")
    assert china["loss"] == pytest.approx(170 * 1_000_000)
    assert check(found, "coverage")["status"] != CLEAR


@pytest.mark.parametrize(("lang", "said"), [("en", "C5 and 2 more is not"), ("ja", "C5ほか2製品")])
def test_products_beyond_those_that_a_note_names_are_counted(tmp_path, lang, said):
    found = content(done(tmp_path / "a.xlsx", lang, ["A", "P1"], more=[f"C{n}" for n in range(1, 8)]), lang)
    assert any(said in note for note in found["board"]["notes"])


def test_products_that_all_have_lines_are_not_bare(tmp_path):
    one = done(tmp_path / "a.xlsx", "en", ["A", "P1"], ["B", "P2"])
    assert one.company.bare == [] and one.company.described
    assert not any("Which parts go into" in note for note in content(one, "en")["board"]["notes"])


def test_the_revenue_of_a_product_without_lines_bounds_no_loss_and_is_not_asked_first(tmp_path):
    sheets = {
        "Sourcing": [SOURCING, ["P1", "Axo", "China", 10, 400, 300]],
        "Products": [["product", "revenue"], ["A", 365_000_000], ["B", None], ["C", None]],
        "BOM": [["parent", "part"], ["A", "P1"], ["C", "P1"]],
    }
    one = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", world=SupplyGraph(), date="2026-11-23")
    asked = ranked_questions(one.company, one.figures)
    assert [row.parts for row in asked if row.kind == "revenue"] == [("C",)]


@pytest.mark.parametrize(
    ("stock", "en", "ja"),
    [
        (None, "First shortage after: 0 days at the earliest.", "不足が始まるまで：最短0日。"),
        (0, "First shortage after: 0 days.", "不足が始まるまで：0日。"),
        (20, "First shortage after: 20 days.", "不足が始まるまで：20日。"),
        ("20-40", "First shortage after: 30 days (worst 20).", "不足が始まるまで：30日（最短20日）。"),
    ],
)
def test_a_stock_that_nobody_states_is_not_said_to_be_none(stock, en, ja, tmp_path):
    sheets = {
        "Sourcing": [SOURCING, ["P1", "Axo", "China", stock, 400, 300]],
        "Products": [["product", "revenue"], ["A", 365_000_000]],
        "BOM": [["parent", "part"], ["A", "P1"]],
    }
    for lang, said in (("en", en), ("ja", ja)):
        one = audit(workbook(tmp_path / f"{lang}.xlsx", sheets), lang=lang, world=SupplyGraph(), date="2026-11-23")
        assert content(one, lang)["board"]["headline"][0].endswith(said)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "¥180 million + products without revenue"), ("ja", "1.8億円＋売上未記入の製品の分")]
)
def test_beside_a_product_without_revenue_the_others_possible_loss_is_told(lang, said, tmp_path):
    """A and B lose half a year less nothing: A's 365 million a year are 180 million in 180 days; B's value nobody states."""
    sheets = {
        "Sourcing": [SOURCING, ["P1", "Axo", "China", 0, 400, 300]],
        "Products": [["product", "revenue"], ["A", 365_000_000], ["B", None]],
        "BOM": [["parent", "part"], ["A", "P1"], ["B", "P1"]],
    }
    one = audit(workbook(tmp_path / "a.xlsx", sheets), lang=lang, world=SupplyGraph(), date="2026-11-23")
    found = content(one, lang)
    china = next(row for row in found["countries"] if row["node"] == "CHN")
    assert china["loss_high"] is None and china["loss_high_says"] == said
    assert said in found["board"]["headline"][0]
