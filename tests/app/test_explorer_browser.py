"""The explorer in a real browser: what an analyst sees, clicks, asks and takes along."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import networkx
import pytest
from kanmon.app.explorer import graph_page, write_explorer
from kanmon.datasets import load
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, embargo, explain, halt, simulate, trace
from kanmon.risk.production.explanation import sentences

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


def state(tab) -> dict:
    return tab.evaluate("kanmon.state()")


def chain(graph: SupplyGraph, product: str) -> set[str]:
    """Items that a product needs, itself included, without the wider items that they are a variant of."""
    part = graph.upstream(product)
    return {id for row in part.inputs.select("item", "input").rows() for id in row}


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


def test_panel_names_the_source_of_every_figure(world_page, visit, world):
    tab = visit(world_page)
    tab.evaluate("location.hash = encodeURIComponent(JSON.stringify({selected: 'item:gallium_primary'}))")
    tab.wait_for_function("kanmon.state().selected === 'item:gallium_primary'")
    panel = tab.locator("#details")
    assert "Gallium" in panel.locator("h2").inner_text()
    assert "HHI" in panel.inner_text() and "ガリウム" in panel.inner_text()
    urls = set(world.sources["url"].drop_nulls())
    links = panel.locator("a").evaluate_all("found => found.map((a) => a.getAttribute('href'))")
    assert links and set(links) <= urls


def test_panel_says_why_a_country_is_a_chokepoint_as_python_does(robot_page, visit, world):
    tab = visit(robot_page, "#%7B%22selected%22%3A%22supplier%3AIDN%22%7D")
    said = tab.locator("#why").inner_text()
    told = explain(world, "humanoid_robot", "IDN", "JPN")
    assert all(line in said for line in told.filter(part="certain")["text_en"])


def test_default_view_shows_items_first_and_suppliers_on_demand(world_page, visit, world):
    tab = visit(world_page)
    nodes = drawn(tab)
    assert all(isinstance(node, int) or node == "t-1" for node in nodes) and len(nodes) > 100
    tab.evaluate(
        "location.hash = encodeURIComponent(JSON.stringify({product: 'humanoid_robot', selected: 'item:ndfeb_magnet'}))"
    )
    tab.wait_for_selector("#show-suppliers")
    tab.click("#show-suppliers")
    magnet = world.items["id"].to_list().index("ndfeb_magnet")
    assert any(str(node).startswith(f"s{magnet}|") for node in drawn(tab))
    tab.click("#show-suppliers")
    assert not any(str(node).startswith("s") for node in drawn(tab))


def test_filters_narrow_and_reset(world_page, visit, world):
    tab = visit(world_page)
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
    tab = visit(world_page, "#%7B%22selected%22%3A%22item%3Andfeb_magnet%22%7D")
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
    tab = visit(pages(graph, lang="en"))
    assert "2400 items are too many" in tab.locator("#notice").inner_text()
    groups = drawn(tab)
    assert sorted(groups) == [f"g{tier}|c{chain}" for tier in (0, 1) for chain in range(3)]
    tab.keyboard.press("/")
    tab.keyboard.type("i1201")
    tab.keyboard.press("Enter")
    assert 1201 in drawn(tab) and "g1|c1" not in drawn(tab)


def test_a_tier_collapses_into_one_node_and_opens_again(world_page, visit):
    tab = visit(world_page)
    before = len(drawn(tab))
    tab.uncheck("#tier-2")
    after = drawn(tab)
    assert "t2" in after and len(after) < before
    tab.check("#tier-2")
    assert len(drawn(tab)) == before


# --- asking


def test_ticking_a_country_shows_what_products_keep(robot_page, visit, world):
    tab = visit(robot_page)
    tab.click("#tab-whatif")
    tab.check("#tick-CHN")
    kept = tab.locator("#results .kept").first
    row = simulate(world, Scenario("x", embargo("CHN", to="JPN")), product="humanoid_robot", buyer="JPN").filter(
        item="humanoid_robot"
    )
    assert float(kept.get_attribute("data-low")) == pytest.approx(row["kept_low"].item(), abs=1e-9)
    assert float(kept.get_attribute("data-high")) == pytest.approx(row["kept_high"].item(), abs=1e-9)
    tab.wait_for_function("document.getElementById('live').textContent.includes('keeps')")
    tab.click("#clear-changes")
    assert tab.locator("#results").count() == 0


def test_an_address_restores_the_view(robot_page, visit):
    tab = visit(robot_page)
    tab.click("#tab-whatif")
    tab.check("#tick-CHN")
    tab.uncheck("#kind-process")
    tab.keyboard.press("t")
    tab.evaluate("document.getElementById('theme').click()")
    saved, address = state(tab), tab.evaluate("location.hash")
    assert json.loads(unquote(address[1:]))["changes"] == [{"kind": "embargo", "node": "CHN", "to": ["JPN"]}]
    again = visit(robot_page, address)
    assert state(again) == saved
    assert again.locator("#table").is_visible() and again.locator("#tick-CHN").is_checked()


@pytest.mark.parametrize(
    "address",
    [
        "#nonsense",
        "#%7B%22product%22%3A%22no_such%22%2C%22changes%22%3A3%7D",
        "#%7B%22focus%22%3A%7B%22node%22%3A1%7D%7D",
        "#[]",
    ],
)
def test_a_broken_address_opens_the_plain_page(address, world_page, visit):
    tab = visit(world_page, address)
    assert state(tab)["product"] is None and len(drawn(tab)) > 100


# --- taking along


def test_exports_parse(robot_page, visit, world, tmp_path):
    tab = visit(robot_page)
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
    assert len([node for node in whole if node.startswith("i:")]) == world.items.height
    links = [row for _, _, row in whole.edges(data=True) if row["relation"] == "input"]
    assert len(links) == world.inputs.unique(["item", "input"]).height


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
    tab = visit(robot_page)
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
    for _ in range(12):
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
    tab.evaluate("location.hash = encodeURIComponent(JSON.stringify({selected: 'item:ndfeb_magnet'}))")
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
    for id in ids:
        tab.evaluate("(id) => { location.hash = encodeURIComponent(JSON.stringify({selected: 'item:' + id})) }", id)
        tab.wait_for_function("(id) => kanmon.state().selected === 'item:' + id", arg=id)
    tab.evaluate("location.hash = encodeURIComponent(JSON.stringify({selected: 'item:i1', suppliers: ['i1']}))")
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
