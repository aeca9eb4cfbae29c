"""What is taken along from the page, and what is brought back: the brief, drawings, scenarios."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from explorer_page import GRAPH, at, state
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import SupplyGraph
from kanmon.risk import scenarios_from

pytestmark = pytest.mark.browser


def taken(tab, button: str, tmp_path: Path) -> Path:
    tab.click(".menu summary")
    with tab.expect_download() as download:
        tab.click(f"#export-{button}")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


# --- the brief


ASKED = [
    {"kind": "halt", "node": "DEU", "lasts": 90},
    {"kind": "stockpile", "item": "gallium_primary", "days": 180, "holder": "JPN", "release": 0.5},
]


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("changes", [[], [{"kind": "halt", "node": "CHN"}], ASKED], ids=["nothing", "halt", "days"])
def test_brief_prints_on_one_sheet(lang, pinned, changes, pages, world, visit):
    page = pages(world, products=["humanoid_robot"], buyer="JPN", lang=lang)
    pins = [{"name": "", "changes": ASKED}, {"name": "A name", "changes": ASKED[:1]}] if pinned else []
    tab = visit(page, at(changes=changes, pins=pins), width=1440, height=900)
    if changes == ASKED:
        tab.wait_for_selector("#find-out[data-ready]")
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#asked").is_visible() == bool(changes) and tab.locator("#controls").is_visible()
    assert tab.locator("#flow").is_visible() == (not changes and not pinned)  # smaller it could not be read
    printed = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_cards_of_the_fragment_stand_side_by_side_in_any_page(robot_page, visit, browser, tmp_path):
    words = taken(visit(robot_page), "html", tmp_path).read_text(encoding="utf-8")
    tab = browser.new_page(viewport={"width": 900, "height": 900})
    tab.set_content(f"<!doctype html><title>x</title>{words}")
    boxes = tab.locator(".kanmon-brief .card").evaluate_all("found => found.map((one) => one.getBoundingClientRect())")
    tab.close()
    assert len(boxes) == 3
    assert all(left["right"] <= right["left"] for left, right in zip(boxes, boxes[1:], strict=False))


def test_picture_taken_from_the_answer_shows_the_whole_graph(robot_page, visit, tmp_path):
    tab = visit(robot_page, width=1280, height=900)
    taken(tab, "png", tmp_path)
    places = tab.evaluate(
        "kanmon.drawn.nodes.get().map(({x, y}) => kanmon.drawn.network.canvasToDOM({x, y}))"
        ".map(({x, y}) => [x / document.getElementById('canvas').clientWidth,"
        " y / document.getElementById('canvas').clientHeight])"
    )
    assert len(places) > 100 and all(0 <= x <= 1 and 0 <= y <= 1 for x, y in places)


def test_brief_as_a_fragment_holds_the_answer_and_nothing_to_press(robot_page, visit, tmp_path):
    tab = visit(robot_page, at(changes=[{"kind": "halt", "node": "DEU"}]))
    tab.wait_for_selector("#find-out[data-ready]")
    said = tab.locator(".lead").inner_text()
    words = taken(tab, "html", tmp_path).read_text(encoding="utf-8")

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[tuple[str, dict]] = []

        def handle_starttag(self, tag, attrs):
            self.found.append((tag, dict(attrs)))

    tags = Tags()
    tags.feed(words)
    assert not {tag for tag, _ in tags.found} & {"button", "script", "input", "select", "link", "iframe", "html"}
    assert not [key for _, attributes in tags.found for key in attributes if key.startswith(("on", "data-")) or key == "id"]
    assert said in words and "Germany stops producing" in words and "Sources of these figures" in words
    assert "Export controls in force" in words and "<svg" in words
    path = tmp_path / "into.html"
    path.write_text(f"<!doctype html><meta charset='utf-8'><title>x</title><body>{words}</body>", encoding="utf-8")
    context = tab.context.browser.new_context(viewport={"width": 1000, "height": 900})
    reader = context.new_page()
    reader.goto(path.as_uri())
    card = reader.locator(".kanmon-brief .card").first
    assert card.is_visible() and card.evaluate("(e) => getComputedStyle(e).borderTopWidth") == "1px"
    cell = reader.locator(".kanmon-brief .cell.loss-3").first
    assert cell.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(184, 71, 14)"
    context.close()


@pytest.mark.parametrize("view", ["board", "graph"])
def test_drawings_as_svg_stand_alone_with_title_legend_and_sources(view, robot_page, visit, tmp_path):
    tab = visit(robot_page, at(**GRAPH | {"view": view, "product": "humanoid_robot"}))
    path = taken(tab, "svg", tmp_path)
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text or "" for text in root.iter(f"{space}text")]
    assert texts[0].startswith("Humanoid robot") and any("sources; Kanmon" in text for text in texts)
    assert len(list(root.iter(f"{space}path"))) > 20
    marks = ["China", "other countries"] if view == "board" else ["no data", "very high"]
    assert all(mark in texts for mark in marks)
    assert not [element for element in root.iter() if "class" in element.attrib]


# --- scenarios

words = st.text(st.sampled_from("abcXYZ _-0123456789:#,'\"[]{}中国"), min_size=1, max_size=12)
numbers = st.floats(0, 1).map(lambda value: round(value, 4)) | st.integers(0, 30)
arguments = st.dictionaries(
    st.sampled_from(["node", "item", "share", "to", "note it"]),
    words | numbers | st.booleans() | st.none() | st.lists(words, max_size=3),
    max_size=4,
)
files = st.lists(
    st.fixed_dictionaries(
        {
            "name": words,
            "changes": st.lists(st.dictionaries(st.sampled_from(["halt", "reduce"]), arguments, min_size=1), max_size=3),
        }
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def reader(browser, pages):
    graph = SupplyGraph(items=[{"id": "a", "name_en": "a", "kind": "product"}], name="one")
    tab = browser.new_page()
    tab.goto(pages(graph, lang="en").as_uri())
    tab.wait_for_selector("html[data-ready]")
    yield tab
    tab.close()


@settings(max_examples=60)
@given(files, st.sampled_from([True, False, None]), st.integers(40, 200))
def test_scenario_files_are_read_as_yaml_reads_them(reader, scenarios, style, width):
    text = yaml.safe_dump(
        scenarios, default_flow_style=style, allow_unicode=True, width=10_000 if style is False else 10_000 + width
    )
    assert reader.evaluate("(text) => JSON.parse(JSON.stringify(kanmon.yaml(text)))", text) == scenarios


WRITTEN = """# what a person writes
- name: Two at once   # with a remark
  changes:
  - halt: {node: CHN, item: gallium_primary}
  - reduce:
      node: "JPN"
      share: 0.25
- name: 'Aimed'
  changes:
    - embargo: {node: CHN, to: [JPN, DEU], share: 0.5}
    - add_source:
        item: ndfeb_magnet
        share: .2
        recycling: true
    - stockpile: {item: gallium_primary, days: 180, holder: JPN, release: 0.5}
"""


def test_scenarios_come_back_as_kanmon_reads_them(robot_page, visit, tmp_path):
    tab = visit(robot_page)
    (tmp_path / "mine.yaml").write_text(WRITTEN, encoding="utf-8")
    tab.set_input_files("#open-scenarios", tmp_path / "mine.yaml")
    tab.locator("#imported").filter(has_text="Scenarios opened: 2").wait_for()
    assert [pin["name"] for pin in state(tab)["pins"]] == ["Two at once", "Aimed"]
    assert tab.locator("#pins li").count() == 2
    again = yaml.safe_load(taken(tab, "scenarios", tmp_path).read_text(encoding="utf-8"))
    assert scenarios_from(again)[:2] == scenarios_from(yaml.safe_load(WRITTEN))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "- name: A\n  changes: [{halt: {node: CHN}}, {stockpile: {item: x, days: 3, release: 0.5}}]",
            "Changes that cannot be calculated here: 1",
        ),
        ("- name: A\n  changes: [{halt: {node: CHN, lasts: -30}}]", "Changes that cannot be calculated here: 1"),
        ("- name: A\n  changes: [{embargo: {node: CHN, to: [CHN]}}]", "Changes that cannot be calculated here: 1"),
        ("- &a name: A\n", "Line 1 cannot be read"),
        ("- name: |\n    A\n", "Line 1 cannot be read"),
        ("halt: CHN\n", "This file has no scenario"),
        ("{" * 5000, "cannot be read"),
        ("__proto__: {changes: 3}\n", "This file has no scenario"),
        ("", "This file has no scenario"),
    ],
)
def test_files_that_cannot_be_asked_are_said(text, said, robot_page, visit, tmp_path):
    tab = visit(robot_page)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    tab.set_input_files("#open-scenarios", tmp_path / "mine.yaml")
    tab.locator("#imported").filter(has_text=said).wait_for(timeout=5000)
    assert tab.evaluate("({}).changes") is None
