"""Declarations of minerals among the replies: smelters stand behind the parts that hold their metal, and no further."""

import importlib.util
from pathlib import Path

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.links import link_parts
from kanmon.app.audit.report import audit
from kanmon.app.survey.replies import read_replies
from kanmon.datasets import load
from kanmon.graph import SupplyGraph
from survey_company import bounds, company, replied

spec = importlib.util.spec_from_file_location(
    "declarations", Path(__file__).parents[1] / "datasets" / "test_declarations.py"
)
declarations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(declarations)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return company(tmp_path_factory.mktemp("company") / "audit.xlsx")


@pytest.fixture(scope="module")
def world():
    return load("world")


def declared(base, tmp_path, world, lines, complete="Yes", **options):
    path = declarations.template(
        tmp_path / "cmrt.xlsx", lines, company="OMEGA Co., Ltd.", answers=(("Tin (*)", complete),), **options
    )
    return replied(base, path, links=link_parts(base, world, {}), world=world)


THAI = ["CID001898", "Tin", "Thaisarco", "Thaisarco", "THAILAND", "CID001898"]
TAIWAN = ["", "Tin", "Smelter not listed", "Small Smelter", "TAIWAN, PROVINCE OF CHINA", ""]
NOBODY = ["", "Tin", "Smelter not yet identified", "Unknown", "", ""]


def test_one_smelter_that_is_all_stops_the_part_that_holds_its_metal(base, tmp_path, world):
    merged, found = declared(base, tmp_path, world, [THAI])
    assert not found.remarks and merged.replied["minerals"] == ["Omega"]
    (id,) = merged.company.told
    assert merged.company.told[id].part == "P4" and merged.company.parts[id].name == "Tin (CMRT)"
    # Its own stock of tin is not known: nothing is certain, and the 10 days of P4 are all that lasts at worst.
    assert bounds(merged.company, "THA") == pytest.approx((0.0, 170 / 180))
    assert merged.company.smelters[0]["smelter_id"] == "CID001898"


def test_a_declaration_that_is_set_aside_is_not_shown_as_declared(base, tmp_path, world):
    path = declarations.template(tmp_path / "cmrt.xlsx", [THAI], company="Stranger", answers=(("Tin (*)", "Yes"),))
    merged, found = replied(base, path, links=link_parts(base, world, {}), world=world)
    assert merged.company.smelters == base.smelters and not merged.company.told
    assert [remark.message.key.rpartition(".")[2] for remark in found.remarks] == ["unknown_supplier"]


def test_a_line_that_identifies_no_smelter_says_so_and_an_identified_one_goes_by_its_number(tmp_path):
    company(tmp_path / "audit.xlsx")
    lines = [THAI, NOBODY, ["", "Gold", "#N/A", "", "", ""], ["CID000058", "Gold", "Smelter not listed", "", "", ""]]
    path = declarations.template(tmp_path / "cmrt.xlsx", lines, company="Omega", answers=(("Tin (*)", "Yes"),))
    found = audit(
        tmp_path / "audit.xlsx", lang="en", date="2026-11-28", world=SupplyGraph(), replies=read_replies(path.parent)
    )
    shown = {lang: content(found, lang)["smelters"] for lang in ("en", "ja")}
    assert [(row["metal"], row["smelter"]) for row in shown["en"]] == [
        ("Tin", "Thaisarco"),
        ("Tin", "none identified"),
        ("Gold", "none identified"),
        ("Gold", "CID000058"),
    ]
    assert [row["smelter"] for row in shown["ja"]][1:3] == ["特定されていません"] * 2


def test_of_several_smelters_any_may_supply_any_part(base, tmp_path, world):
    merged, _ = declared(base, tmp_path, world, [THAI, TAIWAN])
    (id,) = merged.company.told
    assert [(s.country, s.share) for s in merged.company.sources[id]] == [("THA", None), ("TWN", None)]
    assert bounds(merged.company, "TWN") == pytest.approx((0.0, 170 / 180))


@pytest.mark.parametrize(("lines", "complete"), [([THAI, NOBODY], "Yes"), ([THAI], "No"), ([THAI], "Unknown")])
def test_a_list_that_is_not_whole_leaves_some_to_smelters_nobody_named(base, tmp_path, world, lines, complete):
    merged, _ = declared(base, tmp_path, world, lines, complete)
    (id,) = merged.company.told
    assert [s.country for s in merged.company.sources[id]] == ["THA", None]
    assert all(s.share is None for s in merged.company.sources[id])


def test_of_two_declarations_of_a_supplier_no_smelter_is_left_out(base, tmp_path, world):
    for name, lines in (("a", [THAI]), ("b", [TAIWAN]), ("c", [THAI])):
        declarations.template(tmp_path / f"{name}.xlsx", lines, company="Omega", answers=(("Tin (*)", "Yes"),))
    links = link_parts(base, world, {})
    merged, _ = replied(base, tmp_path / "a.xlsx", tmp_path / "b.xlsx", links=links, world=world)
    (id,) = merged.company.told
    assert [(s.country, s.share) for s in merged.company.sources[id]] == [("THA", None), ("TWN", None)]
    assert bounds(merged.company, "TWN") == bounds(merged.company, "THA") == pytest.approx((0.0, 170 / 180))
    merged, _ = replied(base, tmp_path / "a.xlsx", tmp_path / "c.xlsx", links=links, world=world)  # they say the same
    assert [(s.country, s.share) for s in merged.company.sources[id]] == [("THA", 1.0)]


def test_a_declaration_by_product_is_for_these_products_only(base, tmp_path, world):
    merged, _ = declared(base, tmp_path, world, [THAI], scope="B. Product (or List of Products)", products=("OTHER",))
    assert not merged.company.told and merged.company.smelters
    merged, _ = declared(base, tmp_path, world, [THAI], scope="B. Product (or List of Products)", products=("p4",))
    assert merged.company.told
