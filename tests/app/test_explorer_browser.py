"""The explorer in a real browser: what an analyst sees, clicks, asks and takes along."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from urllib.parse import quote, unquote

import networkx
import polars as pl
import pytest
import yaml
from kanmon.app.explorer import graph_page, write_explorer
from kanmon.datasets import load, measure_sources
from kanmon.graph import SupplyGraph
from kanmon.risk import Assumptions, Scenario, embargo, halt, reduce, scenarios_from, simulate, solve

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def world() -> SupplyGraph:
    return load("world")


@pytest.fixture
def world_page(pages, world) -> Path:
    return pages(world, lang="en")


@pytest.fixture
def robot_page(pages, world) -> Path:
    return pages(world, products=["humanoid_robot"], buyer="JPN", lang="en")


def at(**chosen: object) -> str:
    """The address of a state of the page."""
    return "#" + quote(json.dumps(chosen))


GRAPH = {"view": "graph", "product": None}


def state(tab) -> dict:
    return tab.evaluate("kanmon.state()")


def chain(graph: SupplyGraph, product: str) -> set[str]:
    """Items that a product needs, itself included, without the wider items that they are a variant of."""
    return set(graph.needed_by([product]))


def drawn(tab) -> list:
    return tab.evaluate("kanmon.drawn.nodes.getIds()")


# --- seeing and finding


@pytest.mark.parametrize(
    "question", ["ネオジム（採掘）", "Neodymium, mined", "neodymium_mining", "ＮＥＯＤＹＭＩＵＭ　ｍｉｎｅｄ"]
)
def test_search_finds_names_in_both_languages_and_ids(question, world_page, visit):
    tab = visit(world_page)
    tab.keyboard.press("/")
    tab.keyboard.type(question)
    assert tab.locator("#found li").first.inner_text().startswith("Neodymium")
    tab.keyboard.press("Enter")
    assert state(tab)["selected"].startswith("item:neodymium")


@pytest.mark.parametrize(
    ("question", "name"), [("CHN", "China"), ("neodimium", "Neodymium"), ("ねおじむ", "Neodymium"), ("253090", None)]
)
def test_search_forgives_and_knows_codes(question, name, world_page, visit, world):
    tab = visit(world_page)
    codes = world.items.filter(pl.col("hs6").is_not_null())
    if name is None:
        question, name = codes.select(pl.col("hs6").str.split("|").list.first(), "name_en").row(0)
    tab.fill("#search", question)
    found = tab.locator("#found li").all_inner_texts()
    assert any(line.startswith(name) for line in found)


def test_search_outside_the_chain_says_that_the_product_is_left(robot_page, visit, world):
    tab = visit(robot_page)
    needed = world.needed_by(["humanoid_robot"]).implode()
    outside = world.items.filter(~pl.col("id").is_in(needed) & (pl.col("kind") == "product"))
    tab.fill("#search", outside["id"][0])
    tab.keyboard.press("Enter")
    assert state(tab)["product"] is None
    tab.locator("#live").filter(has_text="is no part of Humanoid robot").wait_for(state="attached")


def test_one_kind_of_stop_takes_the_place_of_another(robot_page, visit):
    tab = visit(robot_page)
    tab.check("#tick-CHN")
    tab.select_option("#kind", "embargo")
    tab.check("#tick-CHN")
    assert [change["kind"] for change in state(tab)["changes"]] == ["embargo"]


def test_page_without_scripts_still_answers(browser, robot_page):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(robot_page.as_uri())
    said = tab.locator(".noscript").inner_text()
    assert "Humanoid robot without China" in said and "certain loss" in said
    assert tab.locator(".noscript svg").is_visible()
    tab.context.close()


def test_panel_names_the_source_of_every_figure(world_page, visit, world):
    tab = visit(world_page)
    tab.evaluate("location.hash = encodeURIComponent(JSON.stringify({selected: 'item:gallium_primary', tab: 'details'}))")
    tab.wait_for_function("kanmon.state().selected === 'item:gallium_primary'")
    panel = tab.locator("#details")
    assert "Gallium" in panel.locator("h2").inner_text()
    assert "HHI" in panel.inner_text() and "ガリウム" in panel.inner_text()
    urls = set(world.sources["url"].drop_nulls()) | set(measure_sources()["url"].drop_nulls())
    links = panel.locator("a").evaluate_all("found => found.map((a) => a.getAttribute('href'))")
    assert links and set(links) <= urls


def test_panel_says_what_is_lost_when_a_country_stops(robot_page, visit, world):
    tab = visit(robot_page, at(selected="supplier:IDN", tab="details"))
    network = world.network("humanoid_robot", buyer="JPN")
    solution = solve(network, Scenario("x", halt("IDN")))
    said = tab.locator("#why").inner_text()
    assert f"{solution.level('humanoid_robot', 'high'):.0%}" not in said  # what is kept is nowhere mixed in
    assert f"certainly lost {int(100 * (1 - solution.level('humanoid_robot', 'high')) + 1e-7)}%" in said
    steps = solution.trace(reading="high")
    names = dict(world.items.select("id", "name_en").iter_rows())
    assert all(names[item] in said for item in steps["item"])


def test_default_view_shows_items_first_and_suppliers_on_demand(world_page, visit, world):
    tab = visit(world_page, at(**GRAPH))
    nodes = drawn(tab)
    assert all(isinstance(node, int) or node == "t-1" for node in nodes) and len(nodes) > 100
    tab.evaluate("(to) => { location.hash = to }", at(view="graph", selected="item:ndfeb_magnet", tab="details"))
    tab.wait_for_selector("#show-suppliers")
    tab.click("#show-suppliers")
    magnet = world.items["id"].to_list().index("ndfeb_magnet")
    assert any(str(node).startswith(f"s{magnet}|") for node in drawn(tab))
    tab.click("#show-suppliers")
    assert not any(str(node).startswith("s") for node in drawn(tab))


def test_filters_narrow_and_reset(world_page, visit, world):
    tab = visit(world_page, at(**GRAPH))
    tab.uncheck("#kind-mineral")
    kinds = world.items["kind"].to_list()
    shown = [node for node in drawn(tab) if isinstance(node, int)]
    assert shown and all(kinds[node] != "mineral" for node in shown)
    tab.select_option("#by-chain", "battery")
    chains = world.items["chains"].to_list()
    assert all("battery" in chains[node] for node in drawn(tab) if isinstance(node, int))
    tab.check("#only-missing")
    count = tab.locator(".count b").inner_text()
    assert int(count.split()[0]) < int(count.split()[2])
    tab.click("#reset")
    assert tab.locator(".count b").inner_text().split()[0] == str(world.items.height)


def test_focus_follows_the_supply_up_and_down(world_page, visit, world):
    tab = visit(world_page, at(**GRAPH, selected="item:ndfeb_magnet", tab="details"))
    ids = world.items["id"].to_list()
    for button, part in (("up", world.upstream("ndfeb_magnet")), ("down", world.downstream("ndfeb_magnet"))):
        tab.click(f"#focus-{button}")
        needed = {ids[node] for node in drawn(tab)}
        links = {i for row in part.inputs.select("item", "input").rows() for i in row}
        assert needed == links
    tab.click("#focus-up")
    tab.select_option("#depth", "1")
    direct = {"ndfeb_magnet", *world.inputs.filter(item="ndfeb_magnet")["input"]}
    assert {ids[node] for node in drawn(tab)} == direct


def test_a_large_graph_starts_in_groups_that_open(pages, visit):
    ids = [f"i{n}" for n in range(2400)]
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component", "chains": f"c{n % 3}"} for n, id in enumerate(ids)],
        inputs=[{"item": ids[n % 1200], "input": id, "source": "s"} for n, id in enumerate(ids[1200:])],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
        name="large",
    )
    tab = visit(pages(graph, lang="en"), at(**GRAPH))
    assert "2400 items are too many" in tab.locator("#notice").inner_text()
    groups = drawn(tab)
    assert sorted(groups) == [f"g{tier}|c{chain}" for tier in (0, 1) for chain in range(3)]
    tab.keyboard.press("/")
    tab.keyboard.type("i1201")
    tab.keyboard.press("Enter")
    assert graph.items["id"].to_list().index("i1201") in drawn(tab) and "g1|c1" not in drawn(tab)


def test_a_tier_collapses_into_one_node_and_opens_again(world_page, visit):
    tab = visit(world_page, at(**GRAPH))
    before = len(drawn(tab))
    tab.uncheck("#tier-2")
    after = drawn(tab)
    assert "t2" in after and len(after) < before
    tab.check("#tier-2")
    assert len(drawn(tab)) == before


# --- the answer


def losses(world: SupplyGraph, product: str, scenario: Scenario, buyer: str | None = "JPN") -> dict[str, float]:
    row = simulate(world, scenario, product=product, buyer=buyer).row(by_predicate=pl.col("item") == product, named=True)
    return {"certain": 1 - row["kept_high"], "possible": 1 - row["kept_low"], "estimate": 1 - row["kept_estimate"]}


def shown_losses(place) -> dict[str, float]:
    return {name: float(place.get_attribute(f"data-{name}")) for name in ("certain", "possible", "estimate")}


def test_page_opens_on_the_hardest_chokepoints(robot_page, visit, world):
    tab = visit(robot_page)
    network = world.network("humanoid_robot", buyer="JPN")
    places = set(network.makers["country"].drop_nulls())
    certain = {
        place: 1 - solve(network, Scenario("x", halt(place)), readings=["high"]).level("humanoid_robot", "high")
        for place in places
    }
    cards = [str(card.get_attribute("id"))[5:] for card in tab.locator(".cards .card").all()]
    assert [certain[place] for place in cards] == pytest.approx(sorted(certain.values(), reverse=True)[:3], abs=1e-9)
    lead = tab.locator(".lead").inner_text()
    assert f"at least {int(100 * certain[cards[0]] + 1e-7)}%" in lead
    assert tab.evaluate("document.querySelector('#board').scrollWidth <= document.querySelector('#board').clientWidth")


def test_cell_of_the_matrix_runs_its_shock(robot_page, visit, world):
    tab = visit(robot_page)
    tab.click("#cell-CHN-mineral")
    changes = state(tab)["changes"]
    minerals = set(world.items.filter(kind="mineral")["id"])
    assert changes and {change["item"] for change in changes} <= minerals
    scenario = Scenario("x", [halt(change["node"], item=change["item"]) for change in changes])
    assert shown_losses(tab.locator("#results .lost")) == pytest.approx(losses(world, "humanoid_robot", scenario), abs=1e-9)
    assert tab.locator("#cell-CHN-mineral").get_attribute("aria-pressed") == "true"
    tab.click("#cell-CHN-mineral")
    assert state(tab)["changes"] == []


def test_product_and_buyer_are_chosen_in_the_page(world_page, visit, world):
    tab = visit(world_page)
    tab.select_option("#product", "ev_battery_pack")
    tab.select_option("#buyer", "JPN")
    tab.click("#card-CHN")
    expected = losses(world, "ev_battery_pack", Scenario("x", halt("CHN")))
    assert shown_losses(tab.locator("#results .lost")) == pytest.approx(expected, abs=1e-9)
    tab.select_option("#product", "")
    assert tab.locator("#board tbody tr").count() > 10


def test_a_link_may_ask_what_the_page_does_not_open_on(world_page, visit, world):
    changes = [{"kind": "halt", "node": "CHN"}]
    tab = visit(world_page, at(product="ev_battery_pack", buyer="JPN", changes=changes))
    expected = losses(world, "ev_battery_pack", Scenario("x", halt("CHN")))
    assert shown_losses(tab.locator("#results .lost")) == pytest.approx(expected, abs=1e-9)


def test_each_answer_colours_the_drawing_by_what_is_certainly_lost(robot_page, visit, world):
    tab = visit(robot_page, at(view="graph"))
    ids = world.items["id"].to_list()
    network = world.network("humanoid_robot", buyer="JPN")
    colours = tab.evaluate(
        "[0, 1, 2, 3, 4].map((n) => getComputedStyle(document.documentElement).getPropertyValue(`--loss-${n}`).trim())"
    )
    for place in ("TUR", "CHN"):
        tab.evaluate("(to) => kanmon.update({ changes: [{ kind: 'halt', node: to }] })", place)
        solution = solve(network, Scenario("x", halt(place)), readings=["high"])
        seen = tab.evaluate(
            "Object.values(kanmon.drawn.network.body.nodes).filter(({id}) => typeof id === 'number')"
            ".map(({id, options: {color}}) => [id, color.background])"
        )
        assert len(seen) > 50
        for node, colour in seen:
            certain = 1 - solution.level(ids[node], "high")
            limits = (1e-9, 0.1 - 1e-9, 0.5 - 1e-9, 1 - 1e-9)
            assert colour == colours[sum(certain > limit for limit in limits)], (ids[node], certain)


def test_controls_in_force_are_marked_and_told(visit, tmp_path):
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": k} for i, k in (("motor", "product"), ("gallium", "mineral"))],
        inputs=[{"item": "motor", "input": "gallium", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[
            {"item": "gallium", "supplier": "CHN", "source": "s", "share": 0.9},
            {"item": "gallium", "supplier": "JPN", "source": "s", "share": 0.1},
        ],
        measures=[
            {
                "id": "m",
                "issuer": "CHN",
                "kind": "export_licence",
                "source": "s",
                "item": "gallium",
                "status": "in_force",
                "against": "JPN|military_end_users",
                "since": "2024-01-08",
            },
            {"id": "n", "issuer": "CHN", "kind": "export_ban", "source": "s", "item": "gallium", "status": "lapsed"},
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    tab = visit(write_explorer(graph, tmp_path / "controls.html", lang="en"))
    assert tab.locator("#cell-CHN-mineral .badge").inner_text() == "§1"
    assert tab.locator("#cell-JPN-mineral .badge").count() == 0
    tab.evaluate("(to) => { location.hash = to }", at(selected="item:gallium", tab="details"))
    said = tab.locator("#details").inner_text()
    assert "export licence" in said and "in force" in said and "lapsed" in said
    assert "since 2024-01-08 · against JPN, military end users" in said  # the country's name is JPN here


def test_arrow_keys_walk_the_cells(robot_page, visit):
    tab = visit(robot_page)
    assert tab.locator("#matrix button.cell[tabindex='0']").count() == 1
    tab.focus("#matrix button.cell[tabindex='0']")
    first = tab.evaluate("document.activeElement.id")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    there = tab.evaluate("document.activeElement.id")
    assert there != first and there.startswith("cell-")
    tab.keyboard.press("Enter")
    assert state(tab)["changes"]
    for _ in range(9):
        tab.keyboard.press("ArrowLeft")
    country = tab.evaluate("document.activeElement.textContent")
    assert tab.locator("#matrix [tabindex='0']").count() == 1  # the whole table is one stop for Tab
    tab.keyboard.press("Enter")
    assert tab.locator("#details h2").inner_text() == country


def test_brief_prints_on_paper_and_holds_the_answer(robot_page, visit, tmp_path):
    tab = visit(robot_page, at(changes=[{"kind": "halt", "node": "CHN"}]))
    tab.emulate_media(media="print")
    assert tab.locator(".lead").is_visible() and tab.locator("#asked").is_visible() and tab.locator("#matrix").is_visible()
    assert not tab.locator("header").is_visible() and not tab.locator("#whatif").is_visible()
    assert tab.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"


# --- asking


def test_ticking_a_country_shows_what_is_lost(robot_page, visit, world):
    tab = visit(robot_page)
    tab.select_option("#kind", "embargo")
    tab.check("#tick-CHN")
    expected = losses(world, "humanoid_robot", Scenario("x", embargo("CHN", to="JPN")))
    assert shown_losses(tab.locator("#results .lost")) == pytest.approx(expected, abs=1e-9)
    tab.locator("#live").filter(has_text="lost: estimate").wait_for(state="attached")
    assert tab.locator("#results").evaluate("(e) => e.getBoundingClientRect().top >= 0")
    tab.click("#clear-changes")
    assert tab.locator("#results .lost").count() == 0


def test_slider_moves_the_answer(robot_page, visit, world):
    tab = visit(robot_page)
    tab.select_option("#kind", "reduce")
    tab.check("#tick-CHN")
    before = tab.evaluate("history.length")
    for part in (0.2, 0.3):
        tab.locator("#size-0").evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", part)
        expected = losses(world, "humanoid_robot", Scenario("x", reduce("CHN", part)))
        assert shown_losses(tab.locator("#results .lost")) == pytest.approx(expected, abs=1e-9)
    assert tab.evaluate("history.length") == before  # Back does not step through every move
    assert tab.evaluate("document.activeElement.id") in {"tick-CHN", "size-0"}


def choose(tab, field: str, words: str) -> None:
    tab.fill(field, words)
    tab.keyboard.press("Enter")


def test_new_sources_and_substitutes_are_asked_in_the_page(robot_page, visit, world):
    tab = visit(robot_page, at(changes=[{"kind": "halt", "node": "CHN"}]))
    for kind in ("add_source", "recycling"):
        tab.select_option("#kind", kind)
        choose(tab, "#open-item", "ndfeb_magnet")
    tab.select_option("#kind", "substitute")
    choose(tab, "#open-item", "ndfeb_magnet")
    choose(tab, "#open-by", "Copper, mined")
    tab.select_option("#kind", "spare_capacity")
    choose(tab, "#add-node", "Japan")
    changes = state(tab)["changes"]
    assert [change["kind"] for change in changes] == ["halt", "add_source", "add_source", "substitute", "spare_capacity"]
    (scenario,) = scenarios_from(
        {"name": "x", "changes": [{c["kind"]: {k: v for k, v in c.items() if k != "kind"}} for c in changes]}
    )
    assert shown_losses(tab.locator("#results .lost")) == pytest.approx(losses(world, "humanoid_robot", scenario), abs=1e-9)


def test_scenarios_stand_side_by_side_and_are_taken_along(robot_page, visit, world, tmp_path):
    tab = visit(robot_page)
    countries = [str(card.get_attribute("id"))[5:] for card in tab.locator(".cards .card").all()]
    for country in countries:
        tab.click(f"#card-{country}")
        tab.click("#pin")
    rows = tab.locator("#pins li")
    for row, country in zip(rows.all(), countries, strict=True):
        expected = losses(world, "humanoid_robot", Scenario("x", halt(country)))
        assert float(row.get_attribute("data-estimate")) == pytest.approx(expected["estimate"], abs=1e-9)
    tab.fill("#pin-1", "Second gone")
    tab.keyboard.press("Tab")
    again = visit(robot_page, tab.evaluate("location.hash"))
    assert again.locator("#pin-1").input_value() == "Second gone"
    again.click(".menu summary")
    with again.expect_download() as download:
        again.click("#export-scenarios")
    download.value.save_as(tmp_path / "scenarios.yaml")
    found = scenarios_from(yaml.safe_load((tmp_path / "scenarios.yaml").read_text(encoding="utf-8")))
    assert [one.name for one in found][:3] == ["A", "Second gone", "C"] and found[1].changes == (halt(countries[1]),)


def test_assumptions_are_said_and_change_the_answer(robot_page, visit, world):
    tab = visit(robot_page, at(changes=[{"kind": "embargo", "node": "CHN", "to": ["JPN"]}]))
    tab.click("#assumptions summary")
    tab.select_option("#choose-sourcing", "any")
    tab.select_option("#choose-term", "long")
    solution = solve(
        world.network("humanoid_robot", buyer="JPN"),
        Scenario("x", embargo("CHN", to="JPN")),
        Assumptions(sourcing="any", term="long"),
    )
    found = shown_losses(tab.locator("#results .lost"))
    assert found["certain"] == pytest.approx(1 - solution.level("humanoid_robot", "high"), abs=1e-9)
    assert found["possible"] == pytest.approx(1 - solution.level("humanoid_robot", "low"), abs=1e-9)
    said = tab.locator("#brief").inner_text()
    assert "machines are not replaced" in said and "in any way" in said


def test_affected_items_are_those_of_the_product(robot_page, visit, world):
    tab = visit(robot_page, at(changes=[{"kind": "halt", "node": "CHN"}]))
    tab.locator("#affected").evaluate("(e) => { e.open = true }")
    shown = {line.get_attribute("data-item") for line in tab.locator("#affected .lost-line").all()}
    assert shown and shown <= set(world.needed_by(["humanoid_robot"]))


def test_back_and_forward_step_through_what_was_asked(robot_page, visit):
    tab = visit(robot_page)
    tab.click("#card-CHN")
    tab.click("#as-graph")
    tab.go_back()
    tab.wait_for_function("kanmon.state().view === 'board'")
    assert [change["node"] for change in state(tab)["changes"]] == ["CHN"]
    tab.go_back()
    tab.wait_for_function("kanmon.state().changes.length === 0")
    tab.go_forward()
    tab.wait_for_function("kanmon.state().changes.length === 1")


def test_an_address_restores_the_view(robot_page, visit):
    tab = visit(robot_page)
    tab.select_option("#kind", "embargo")
    tab.check("#tick-CHN")
    tab.click("#as-graph")
    tab.uncheck("#kind-process")
    tab.keyboard.press("t")
    tab.evaluate("document.getElementById('theme').click()")
    saved, address = state(tab), tab.evaluate("location.hash")
    assert json.loads(unquote(address[1:]))["changes"] == [{"kind": "embargo", "node": "CHN", "to": ["JPN"]}]
    again = visit(robot_page, address)
    assert state(again) == saved
    assert again.locator("#table").is_visible() and again.locator("#changes").is_visible()


@pytest.mark.parametrize(
    "address",
    [
        "#nonsense",
        "#%7B%22product%22%3A%22no_such%22%2C%22changes%22%3A3%7D",
        "#%7B%22focus%22%3A%7B%22node%22%3A1%7D%7D",
        "#[]",
        "#null",
        at(changes=[None]),
        at(changes=[{"kind": "halt"}, {"kind": "reduce", "node": "CHN", "share": 7}, {"kind": "__proto__", "node": "CHN"}]),
        at(__proto__={"x": 1}, constructor="x", toString=None),
        at(changes=[{"kind": "stockpile", "item": "gallium_primary", "days": 30, "holder": 5}]),
        at(changes=[{"kind": "stockpile", "item": "gallium_primary", "days": 30, "holder": "JPN", "release": 0}]),
        at(pins=[None, {"changes": None}, 3], view="no", buyer="__proto__", suppliers=[None], focus={"node": {}}),
    ],
)
def test_a_broken_address_opens_the_plain_page(address, world_page, visit):
    tab = visit(world_page, address)
    assert state(tab)["product"] == "humanoid_robot" and state(tab)["changes"] == []
    assert tab.locator("#board .card").count() == 3


# --- taking along


def test_exports_parse(robot_page, visit, world, tmp_path):
    tab = visit(robot_page, at(view="graph"))
    files = {}
    for ending in ("png", "csv", "graphml"):
        tab.click(".menu summary")
        with tab.expect_download() as download:
            tab.click(f"#export-{ending}")
        files[ending] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[ending])
    assert files["png"].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text(encoding="utf-8-sig"))))
    assert {row["id"] for row in rows} == chain(world, "humanoid_robot")
    whole = networkx.read_graphml(files["graphml"])
    part = chain(world, "humanoid_robot")
    assert {node[2:] for node in whole if node.startswith("i:")} == part
    links = [row for _, _, row in whole.edges(data=True) if row["relation"] == "input"]
    inside = world.inputs.filter(pl.col("item").is_in(list(part)) & pl.col("input").is_in(list(part)))
    assert len(links) == inside.unique(["item", "input"]).height


def test_table_holds_the_rows_of_the_graph_and_sorts(robot_page, visit, world):
    tab = visit(robot_page)
    tab.keyboard.press("t")
    part = len(chain(world, "humanoid_robot"))
    assert f"{part} items" in tab.locator(".table-tools").inner_text()
    names = tab.locator("tbody th")
    tab.click("#sort-name")
    first = names.first.inner_text()
    tab.click("#sort-name")
    assert names.first.inner_text() >= first
    assert tab.locator("th[aria-sort=descending]").count() == 1
    tab.fill("#table-filter", "magnet")
    assert 0 < tab.locator("tbody tr").count() < part


# --- everybody


def test_keyboard_alone_finds_asks_and_returns(robot_page, visit):
    tab = visit(robot_page, at(view="graph"))
    tab.keyboard.press("/")
    tab.keyboard.type("ndfeb_magnet")
    tab.keyboard.press("Enter")
    assert state(tab)["selected"] == "item:ndfeb_magnet"
    assert tab.evaluate("document.activeElement.id") == "details"
    tab.focus("#canvas")
    tab.keyboard.press("ArrowLeft")
    upstream = state(tab)["selected"]
    assert upstream != "item:ndfeb_magnet"
    tab.keyboard.press("f")
    assert state(tab)["focus"]["node"] == upstream
    tab.keyboard.press("Escape")
    tab.keyboard.press("w")
    for _ in range(6):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id").startswith("tick-"):
            break
    tab.keyboard.press("Space")
    assert state(tab)["changes"]
    assert tab.locator(":focus-visible").evaluate("(e) => parseFloat(getComputedStyle(e).outlineWidth)") >= 2


CONTRAST = """() => {
  const light = (c) => { const v = c / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const level = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const worst = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest("script, style, noscript")) continue;
    const [a, b] = [level(parse(getComputedStyle(e).color)), level(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) worst.push([e.tagName, e.className, e.textContent.slice(0, 30), ratio]);
  }
  return worst;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(scheme, robot_page, visit):
    tab = visit(robot_page, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.dataset.theme") == scheme
    assert tab.evaluate(CONTRAST) == []
    tab.evaluate("(to) => { location.hash = to }", at(selected="item:ndfeb_magnet", tab="details"))
    assert tab.evaluate(CONTRAST) == []
    tab.click("#tab-whatif")
    tab.check("#tick-CHN")
    assert tab.evaluate(CONTRAST) == []
    tab.keyboard.press("t")
    assert tab.evaluate(CONTRAST) == []


def test_page_fits_a_narrow_screen(robot_page, visit):
    tab = visit(robot_page, width=360, height=740)
    for pane in ("stage", "details", "whatif", "filters"):
        tab.click(f"#panes [data-to={pane}]")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    tab.click("#panes [data-to=whatif]")
    tab.check("#tick-CHN")
    assert tab.locator("#results").is_visible()


def test_japanese_page_speaks_japanese(pages, visit, world):
    tab = visit(pages(world, products=["humanoid_robot"], lang="ja"))
    assert tab.evaluate("document.documentElement.lang") == "ja"
    tab.keyboard.press("/")
    tab.keyboard.type("ネオジム")
    assert "ネオジム" in tab.locator("#found li").first.inner_text()
    tab.evaluate("(to) => { location.hash = to }", at(selected="item:cobalt_refining", tab="details"))
    tab.wait_for_selector("#details .treemap")
    said = tab.locator("#details").inner_text()
    assert "生産 · 2024" in said and "production · " not in said  # what shares are shares of
    assert "電池" in tab.locator("#details .tags").inner_text()  # a chain by its name


def test_frame_of_a_notebook_works(browser, tmp_path):
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
        inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><title>n</title>{graph_page(graph, lang='en')._repr_html_()}", encoding="utf-8")
    failures = []
    tab = browser.new_page()
    tab.on("pageerror", lambda error: failures.append(str(error)))
    tab.goto(path.as_uri())
    frame = tab.frame_locator("iframe")
    frame.locator("html[data-ready]").wait_for()
    frame.locator("#as-graph").click()
    frame.locator("#by-tier").select_option("0")
    assert frame.locator(".count b").inner_text().startswith("1 of 2")
    tab.close()
    assert failures == []


# --- what other people write into their tables

HOSTILE = [
    "</script><script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "<!--<script>",
    "{{7*7}} {% for x in y %} ${7*7}",
    "\u2028'\"`\\",
    "x" * 10_000,
    "=HYPERLINK(1)",
]


def test_hostile_names_execute_nothing_and_break_nothing(visit, tmp_path):
    ids = [f"i{n}" for n in range(len(HOSTILE))]
    graph = SupplyGraph(
        items=[
            {"id": id, "name_en": name, "name_ja": name, "kind": "component", "note": name, "chains": name.replace("|", "")}
            for id, name in zip(ids, HOSTILE, strict=True)
        ],
        inputs=[{"item": ids[0], "input": id, "source": "s", "group": HOSTILE[1], "role": "input"} for id in ids[1:]],
        suppliers=[{"id": f"c{n}", "name_en": name, "kind": "company"} for n, name in enumerate(HOSTILE)],
        shares=[{"item": ids[1], "supplier": f"c{n}", "source": "s", "share": 0.1} for n in range(len(HOSTILE))],
        sources=[{"id": "s", "title": HOSTILE[0], "publisher": HOSTILE[1], "url": "javascript:window.hit=1"}],
        name=HOSTILE[0],
    )
    path = write_explorer(graph, tmp_path / "hostile.html", lang="en")
    tab = visit(path)
    assert tab.locator("#board h2").count() == 1
    tab.evaluate("(to) => { location.hash = to }", at(view="graph", changes=[{"kind": "halt", "node": "c0"}]))
    for id in ids:
        tab.evaluate("(to) => { location.hash = to }", at(selected=f"item:{id}", view="graph", tab="details"))
        tab.wait_for_function("(id) => kanmon.state().selected === 'item:' + id", arg=id)
    tab.evaluate(
        "location.hash = encodeURIComponent(JSON.stringify({selected: 'item:i1', suppliers: ['i1'], view: 'graph'}))"
    )
    tab.wait_for_function("kanmon.state().suppliers.length === 1")
    for link in tab.locator("a").all():
        assert (link.get_attribute("href") or "").startswith(("http://", "https://"))
    tab.keyboard.press("t")
    assert "{{7*7}}" in tab.locator("#table").inner_text()
    tab.click(".menu summary")
    with tab.expect_download() as download:
        tab.click("#export-csv")
    download.value.save_as(tmp_path / "rows.csv")
    names = [row["name"] for row in csv.DictReader(io.StringIO((tmp_path / "rows.csv").read_text(encoding="utf-8-sig")))]
    assert "'=HYPERLINK(1)" in names and set(HOSTILE[:4]) <= set(names)
    tab.click(".menu summary")
    with tab.expect_download() as download:
        tab.click("#export-graphml")
    download.value.save_as(tmp_path / "whole.graphml")
    whole = networkx.read_graphml(tmp_path / "whole.graphml")
    assert whole.nodes["i:i0"]["name_en"] == HOSTILE[0]
    assert tab.evaluate("window.hit") is None
