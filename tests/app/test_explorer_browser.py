"""The explorer in a real browser: what an analyst sees, finds and is answered."""

from __future__ import annotations

import polars as pl
import pytest
from explorer_page import GRAPH, at, drawn, losses, shown_losses, state
from kanmon.app.explorer import write_explorer
from kanmon.datasets import measure_sources
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, chokepoints, halt, solve

pytestmark = pytest.mark.browser


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
    tab.locator("#live").filter(has_text="is not part of Humanoid robot").wait_for(state="attached")


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


@pytest.mark.parametrize("product", ["humanoid_robot", "ndfeb_magnet"])
def test_cards_say_hard_soft_or_open_as_kanmon_says_it(product, pages, visit, world):
    tab = visit(pages(world, products=[product], buyer="JPN", lang="en"))
    told = {
        row["node"]: row["hard"] for row in chokepoints(world, product, kinds=["halt"], buyer="JPN").iter_rows(named=True)
    }
    found = {str(card.get_attribute("id"))[5:]: card.inner_text() for card in tab.locator(".cards .card").all()}
    assert len(found) == 3
    for place, words in found.items():
        said = [word for word in ("hard", "soft", "open") if f"{word.title()}: " in words]
        assert said == ([told[place]] if told[place] else []), place


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
    assert "since 2024-01-08 · against JPN (military end users only)" in said  # the country's name is JPN here


def test_controls_on_technology_and_of_the_buyer_itself_are_not_told_as_controls_on_its_goods(visit, tmp_path):
    def control(id, **more):
        return {
            "id": id,
            "issuer": "CHN",
            "kind": "export_ban",
            "source": "s",
            "item": "gallium",
            "status": "in_force",
        } | more

    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": k} for i, k in (("motor", "product"), ("gallium", "mineral"))],
        inputs=[{"item": "motor", "input": "gallium", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "gallium", "supplier": "CHN", "source": "s", "share": 0.9}],
        measures=[
            control("soldiers", against="JPN|military_end_users", legal_reference="Soldiers' act"),
            control("technology", object="technology", legal_reference="Know-how act"),
            control("others", against="USA", legal_reference="Others' act"),
            control("own", issuer="JPN", legal_reference="Own act"),
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    page = write_explorer(graph, tmp_path / "controls.html", buyer="JPN", lang="en")
    tab = visit(page)
    assert tab.locator("#cell-CHN-mineral .badge").inner_text() == "§2"
    told = tab.locator("#controls").inner_text()
    assert "against JPN (military end users only) · Soldiers' act" in told
    assert "against USA · Others' act" in told  # it may come back through makers there
    assert "Know-how act" not in told and "Own act" not in told
    details = visit(page, at(selected="item:gallium", tab="details")).locator("#details").inner_text()
    assert "Export controls in force: 2" in details
    assert "on technology, not on goods" in details and "Own act" in details


def test_a_share_is_that_of_the_market_through_which_the_product_is_hit(visit, tmp_path):
    """Japan buys magnets of its own, a fifth from China, but the motors of its robots hold what Germany buys."""
    shares = [
        ("motor", "DEU", None, 1.0),
        ("magnet", "CHN", None, 0.9),
        ("magnet", "CHN", "JPN", 0.2),
        ("magnet", "DEU", "JPN", 0.8),
    ]
    shares += [("coil", "CHN", None, None)]
    needs = [("robot", "motor"), ("motor", "magnet"), ("motor", "coil")]
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet", "coil")]
        + [{"id": "robot", "name_en": "robot", "kind": "product"}],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in needs],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
        shares=[{"item": i, "supplier": c, "scope": p, "share": v, "source": "s"} for i, c, p, v in shares],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    tab = visit(write_explorer(graph, tmp_path / "markets.html", buyer="JPN", lang="en"))
    assert "Why: magnet, from there 90%" in tab.locator("#card-CHN").inner_text()
    cell = tab.locator("#cell-CHN-component")
    assert cell.locator("small").first.inner_text() == "magnet"
    assert cell.locator("b").inner_text() == "90% or more"  # nobody knows how many coils China makes


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
