"""The explorer in a real browser: what an analyst asks and takes along, and what everybody can read."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import unquote

import networkx
import polars as pl
import pytest
import yaml
from explorer_page import at, chain, losses, shown_losses, state
from kanmon.app.explorer import graph_page, write_explorer
from kanmon.graph import SupplyGraph
from kanmon.risk import Assumptions, Scenario, embargo, halt, reduce, scenarios_from, solve

pytestmark = pytest.mark.browser


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


def test_what_is_printed_is_dark_on_white_whatever_the_screen_is(robot_page, visit):
    tab = visit(robot_page, color_scheme="dark")
    tab.emulate_media(media="print", color_scheme="dark")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate(CONTRAST) == []
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"


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
    "\u200b=HYPERLINK(2)",
    "＝HYPERLINK(3)",
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
    assert {f"'{name}" for name in HOSTILE[-3:]} <= set(names) and set(HOSTILE[:4]) <= set(names)
    tab.click(".menu summary")
    with tab.expect_download() as download:
        tab.click("#export-graphml")
    download.value.save_as(tmp_path / "whole.graphml")
    whole = networkx.read_graphml(tmp_path / "whole.graphml")
    assert whole.nodes["i:i0"]["name_en"] == HOSTILE[0]
    assert tab.evaluate("window.hit") is None
