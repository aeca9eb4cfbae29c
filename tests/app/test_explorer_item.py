"""The page of an item: a paragraph from facts with sources, shares as areas and over the years."""

from __future__ import annotations

import re

import polars as pl
import pytest
from explorer_page import at
from kanmon.app.explorer import write_explorer
from kanmon.datasets import load
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, halt, simulate

pytestmark = pytest.mark.browser


def market(years: dict[int, dict[str, float]], **more: list[dict]) -> SupplyGraph:
    return SupplyGraph(
        items=[
            {"id": i, "name_en": i, "kind": k} for i, k in (("ore", "mineral"), ("alloy", "material"), ("car", "product"))
        ],
        inputs=[{"item": "alloy", "input": "ore", "source": "s"}, {"item": "car", "input": "alloy", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("AUS", "BRA", "CHL", "CHN")],
        shares=[
            {"item": "ore", "supplier": place, "source": "s", "share": share, "year": year, "confidence": "published"}
            for year, held in years.items()
            for place, share in held.items()
        ],
        sources=[{"id": "s", "title": "Ores of the world", "publisher": "Survey", "url": "https://example.org/ores"}],
        name="ores",
        **more,
    )


YEARS = {2020: {"AUS": 0.5, "CHL": 0.3}, 2021: {"AUS": 0.4, "CHL": 0.35}, 2023: {"AUS": 0.3, "CHL": 0.4, "BRA": 0.1}}


def test_paragraph_does_not_say_that_nobody_is_known_where_some_are_named(visit, tmp_path):
    graph = market({None: {"AUS": None, "CHL": None}})
    said = visit(write_explorer(graph, tmp_path / "ores.html", lang="en"), at(selected="item:ore", tab="details"))
    paragraph = said.locator("#about-item .paragraph").inner_text()
    assert "Some of its suppliers are named (AUS, CHL), but no source at hand says how much each supplies" in paragraph
    assert "No source at hand publishes who supplies it" not in paragraph


def test_paragraph_says_of_what_a_share_is(visit, world_page, world):
    """Japan has a fiftieth of the foundries, not of the wafers."""
    tab = visit(world_page, at(product=None, selected="item:foundry_service", tab="details"))
    said = tab.locator("#about-item .paragraph")
    assert "Taiwan with 46% (foundry capacity, published)" in said.inner_text()


def test_paragraph_says_what_the_tables_hold_and_where_it_stands(visit, tmp_path):
    tab = visit(write_explorer(market(YEARS), tmp_path / "ores.html", lang="en"), at(selected="item:ore", tab="details"))
    said = tab.locator("#about-item .paragraph").inner_text()
    assert "ore (Mineral) needs nothing else in this graph." in said
    assert "Items that use it directly: 1. It ends up in car." in said
    assert "In 2023 the largest supplier was CHL with 40% (published); concentration is high at least [1]." in said
    lost = simulate(market(YEARS), Scenario("x", halt("ore")), product="car").row(
        by_predicate=pl.col("item") == "car", named=True
    )
    assert f"certain loss {1 - lost['kept_high']:.0%}" in said
    link = tab.locator("#about-item .sources a")
    assert link.inner_text() == "Ores of the world" and link.get_attribute("href") == "https://example.org/ores"


def test_paragraph_says_that_nothing_is_published_where_nothing_is(visit, tmp_path):
    tab = visit(write_explorer(market({}), tmp_path / "ores.html", lang="en"), at(selected="item:ore", tab="details"))
    said = tab.locator("#about-item .paragraph").inner_text()
    assert "a gap in the data, not an absence of risk" in said and "%" not in said.split("Without")[0]


@pytest.mark.parametrize(
    ("note", "lang", "said"),
    [
        ("Gross weight", "ja", "注（原文は英語）： Gross weight"),
        ("総重量", "ja", "総重量"),
        ("総重量", "en", "Note (in Japanese): 総重量"),
        ("Gross weight", "en", "Gross weight"),
    ],
)
def test_a_note_in_another_language_is_marked_as_such(note, lang, said, visit, tmp_path):
    graph = SupplyGraph(items=[{"id": "ore", "name_en": "ore", "kind": "mineral", "note": note}])
    tab = visit(write_explorer(graph, tmp_path / "note.html", lang=lang), at(selected="item:ore", tab="details"))
    assert tab.locator(".note-of").inner_text() == said
    assert tab.locator(".note-of [lang]").get_attribute("lang") == ("en" if note.isascii() else "ja")


def test_three_years_make_lines_and_two_do_not(visit, tmp_path):
    tab = visit(write_explorer(market(YEARS), tmp_path / "three.html", lang="en"), at(selected="item:ore", tab="details"))
    lines = {
        line.locator("title").text_content(): [float(dot.get_attribute("cy")) for dot in line.locator("circle").all()]
        for line in tab.locator("#years .line").all()
    }
    assert {name: len(ys) for name, ys in lines.items()} == {"CHL": 3, "AUS": 3, "BRA": 1}
    top, bottom = 8, 150  # 100 % and 0 %
    for name, ys in lines.items():
        told = [held[name] for held in YEARS.values() if name in held]
        assert ys == pytest.approx([bottom - share * (bottom - top) for share in told], abs=0.06)
    two = market({year: YEARS[year] for year in (2020, 2021)})
    tab = visit(write_explorer(two, tmp_path / "two.html", lang="en"), at(selected="item:ore", tab="details"))
    assert tab.locator("#years").count() == 0 and tab.locator("#about-item").count() == 1


def test_areas_are_as_large_as_the_shares_and_the_rest_is_open(visit, tmp_path):
    tab = visit(write_explorer(market(YEARS), tmp_path / "ores.html", lang="en"), at(selected="item:ore", tab="details"))
    boxes = {
        box.locator("title").text_content().split()[0]: [
            float(box.locator("rect").get_attribute(n)) for n in ("x", "y", "width", "height")
        ]
        for box in tab.locator(".treemap g").all()
    }
    areas = {name: w * h / (320 * 150) for name, (_, _, w, h) in boxes.items()}
    assert areas == pytest.approx({"CHL": 0.4, "AUS": 0.3, "BRA": 0.1, "unknown": 0.2}, abs=0.005)
    assert tab.locator(".treemap rect.rest").count() == 1


def test_map_shades_what_each_country_holds_at_least_and_says_what_it_does_not_draw(visit, tmp_path):
    graph = market(YEARS)
    more = [
        {"item": "alloy", "supplier": "CHN", "source": "s", "year": 2025, "share_low": 0.3, "share_high": 0.6},
        {"item": "alloy", "supplier": "AUS", "source": "s", "year": 2025, "share": 0.25},
        {"item": "alloy", "supplier": "BRA", "source": "s", "year": 2025, "share": 0.04},
        {"item": "alloy", "supplier": "SGP", "source": "s", "year": 2025, "share": 0.05},
    ]
    told = SupplyGraph(
        items=graph.items,
        inputs=graph.inputs,
        suppliers=[*graph.suppliers.to_dicts(), {"id": "SGP", "name_en": "Singapore", "kind": "country"}],
        shares=[*graph.shares.drop_nulls("share").to_dicts(), *more],
        sources=graph.sources,
        name="map",
    )
    tab = visit(write_explorer(told, tmp_path / "map.html", lang="en"), at(selected="item:alloy", tab="details"))
    held = {place.get_attribute("data-place"): place for place in tab.locator("#map .held").all()}
    shades = {id: place.locator("path").first.get_attribute("class").split()[1] for id, place in held.items()}
    assert shades == {"CHN": "shade-3", "AUS": "shade-3", "BRA": "shade-1"}
    hatched = [id for id, place in held.items() if place.locator("path").count() == 2]
    assert hatched == ["CHN"] and held["CHN"].locator("title").text_content() == "CHN: 30–60%"
    said = tab.locator("#map").inner_text()
    assert "Singapore 5%" in said and "Natural Earth" in said
    held["AUS"].dispatch_event("click")
    assert tab.evaluate("kanmon.state().selected") == "supplier:AUS"


def test_an_item_without_a_market_by_country_has_no_map(visit, tmp_path):
    tab = visit(write_explorer(market(YEARS), tmp_path / "none.html", lang="en"), at(selected="item:alloy", tab="details"))
    assert tab.locator("#map").count() == 0 and tab.locator("#about-item").count() == 1


DESCRIBED = """(ids) => ids.map((id) => {
  kanmon.update({ selected: `item:${id}`, tab: "details" });
  const about = document.getElementById("about-item");
  return [about.querySelector(".paragraph").textContent, about.querySelectorAll(".sources li").length];
})"""


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_most_connected_items_of_the_world_are_described_with_sources(lang, pages, visit):
    world = load("world")
    links = pl.concat([world.inputs["item"], world.inputs["input"]]).value_counts()
    tab = visit(pages(world, lang=lang))
    names = dict(world.items.select("id", f"name_{lang}").iter_rows())
    ids = links.sort("count", "item", descending=[True, False])["item"].head(120).to_list()
    for id, (said, sources) in zip(ids, tab.evaluate(DESCRIBED, ids), strict=True):
        assert said.startswith(names[id]) and "{" not in said and "undefined" not in said
        assert set(re.findall(r"\[(\d+)\]", said)) == {str(n + 1) for n in range(sources)}
