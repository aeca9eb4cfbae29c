"""The chain as a flow by stage: its names can be read, and its bands say no more than the bars."""

from __future__ import annotations

import pytest
from kanmon.app.explorer import write_explorer
from kanmon.graph import SupplyGraph

pytestmark = pytest.mark.browser

DRAWN = """() => {
  const svg = document.querySelector("svg.flow");
  const own = (element) => {
    const { x, y, width, height } = element.getBBox();
    return { x, y, width, height, words: element.textContent };
  };
  const texts = [...svg.querySelectorAll("text")].map(own);
  const bars = [...svg.querySelectorAll("rect")].map(own);
  const paths = [...svg.querySelectorAll(".flow-links path")];
  const crossed = texts.filter(({ x, y, width, height }) => paths.some((path) => {
    for (let i = 0; i <= 20; i++) for (let j = 2; j <= 6; j++) {
      const point = new DOMPoint(x + (width * i) / 20, y + (height * j) / 8);
      if (path.isPointInFill(point) || path.isPointInStroke(point)) return true;
    }
    return false;
  })).map(({ words }) => words);
  return { texts, bars, crossed, bands: paths.map(own), high: svg.viewBox.baseVal.height, wide: svg.viewBox.baseVal.width,
    letters: Math.min(...[...svg.querySelectorAll("text")].map((one) => one.getBoundingClientRect().height)) };
}"""


def overlapping(boxes: list[dict]) -> list[tuple[str, str]]:
    """Pairs of boxes that share more than a hair; the lines of one name may touch."""
    return [
        (a["words"], b["words"])
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"]) > 1
        and min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"]) > 3
    ]


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("paper", [False, True], ids=["screen", "paper"])
def test_no_band_runs_through_a_name_and_no_name_through_another(lang, paper, pages, world, visit):
    tab = visit(pages(world, products=["humanoid_robot"], buyer="JPN", lang=lang))
    if paper:
        tab.emulate_media(media="print")
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    drawn = tab.evaluate(DRAWN)
    assert len(drawn["texts"]) > 20 and len(drawn["bands"]) > 15
    assert drawn["crossed"] == []
    assert overlapping(drawn["texts"]) == []
    for box in drawn["texts"] + drawn["bars"] + drawn["bands"]:
        assert box["x"] >= -1 and box["x"] + box["width"] <= drawn["wide"] + 1, box
        assert box["y"] >= -2 and box["y"] + box["height"] <= drawn["high"] + 1, box


def test_names_on_paper_are_as_large_as_the_words_around_them(pages, world, visit):
    tab = visit(pages(world, products=["humanoid_robot"], buyer="JPN", lang="en"), width=718)  # A4 less its margins
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate(DRAWN)["letters"] >= 8.5
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate(DRAWN)["high"] > 400


def small(name: str = "Ore", country: str = "China", robot: str = "robot") -> SupplyGraph:
    """A robot of a motor and a frame; the frame goes into the motor, too; ore goes into it past the materials."""
    kinds = {"robot": "product", "motor": "component", "frame": "component", "wire": "material", "ore": "mineral"}
    needs = [
        ("robot", "motor"),
        ("robot", "frame"),
        ("motor", "frame"),
        ("motor", "wire"),
        ("wire", "ore"),
        ("frame", "ore"),
    ]
    return SupplyGraph(
        items=[{"id": i, "name_en": {"ore": name, "robot": robot}.get(i, i), "kind": kind} for i, kind in kinds.items()],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in needs],
        suppliers=[{"id": c, "name_en": country if c == "CHN" else c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "ore", "supplier": "CHN", "share": 0.6, "source": "s"}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
        name="robots",
    )


BARS = """() => [...document.querySelectorAll("svg.flow g.flow-item")].map((group) => {
  const boxes = [...group.querySelectorAll("rect")].map((one) => one.getBBox());
  const low = Math.max(...boxes.map(({ y, height }) => y + height));
  return { words: group.querySelector("title").textContent, x: boxes[0].x, y: boxes[0].y, low };
})"""
ENDS = """() => [...document.querySelectorAll(".flow-links path")].map((path) => {
  const { x, width } = path.getBBox();
  const points = Array.from({ length: 1501 }, (_, n) => path.getPointAtLength((path.getTotalLength() * n) / 1500));
  const ys = points.filter((point) => Math.abs(point.x - x - width) < 0.3).map(({ y }) => y);
  return { x: x + width, top: Math.min(...ys), low: Math.max(...ys) };
})"""


def test_bands_end_within_the_bars_they_enter(visit, tmp_path):
    tab = visit(write_explorer(small(), tmp_path / "robots.html", lang="en"))
    drawn = tab.evaluate(DRAWN)
    bars = {box["words"]: box for box in tab.evaluate(BARS)}
    assert set(bars) == {"robot", "motor", "frame", "wire", "Ore"}
    ends = tab.evaluate(ENDS)
    assert len(ends) == len(drawn["bands"]) == 5  # robot's two, motor's wire, wire's and frame's ore
    for end in ends:
        into = [
            bar
            for bar in bars.values()
            if abs(bar["x"] - end["x"]) < 1 and bar["y"] - 1 <= end["top"] and end["low"] <= bar["low"] + 1
        ]
        assert into, end
    assert drawn["crossed"] == []


def test_a_very_long_name_ends_with_dots_and_is_whole_in_its_title(visit, tmp_path):
    name = "Ore " + "of_a_very_long_name" * 20
    tab = visit(write_explorer(small(name), tmp_path / "long.html", lang="en"))
    drawn = tab.evaluate(DRAWN)
    (shown,) = [box["words"] for box in drawn["texts"] if "…" in box["words"]]
    assert shown.endswith("…") and len(shown) < 40
    assert name in tab.locator("svg.flow title").all_text_contents()
    assert drawn["crossed"] == [] and overlapping(drawn["texts"]) == []


def test_colours_say_whose_supply_they_are(pages, world, visit):
    """Japan makes its robots itself: that is no part of the world's supply."""
    tab = visit(pages(world, products=["humanoid_robot"], buyer="JPN", lang="en"))
    assert "each country's part of what Japan buys where that is known" in tab.locator("#flow > .faint").inner_text()


def test_a_very_long_name_leaves_room_for_the_answer(visit, tmp_path):
    graph = small("Ore " + "long name " * 30, country="China " * 60)
    tab = visit(write_explorer(graph, tmp_path / "long.html", products=["robot"], buyer="CHN", lang="en"))
    assert len(tab.locator(".lead").inner_text()) < 300
    for place in ("#board h2 small", "#flow > .faint", "#flow .legend"):
        assert len(tab.locator(place).inner_text()) < 330, place
    assert tab.locator(".card").first.evaluate("(card) => card.getBoundingClientRect().height") < 400


def test_the_heads_of_stages_are_whole_above_short_names(visit, tmp_path):
    """The last stage stands at the right end: its head is as wide as its names, or wider."""
    tab = visit(write_explorer(small(robot="R"), tmp_path / "short.html", lang="en"))
    drawn = tab.evaluate(DRAWN)
    (head,) = [box for box in drawn["texts"] if box["words"] == "Product"]
    assert head["x"] + head["width"] <= drawn["wide"]


def test_the_rest_of_a_stage_is_coloured_by_what_each_of_it_weighs(visit, tmp_path):
    """Of 13 parts, each a 13th, one stands in the rest, with two halves of a 13th: it is half of that bar."""
    direct, behind = [f"a{n}" for n in range(13)], ["d1", "d2"]
    needs = [*(("p", i) for i in direct), *(("a0", i) for i in behind)]
    makers = dict.fromkeys(direct, "CHN") | dict.fromkeys(behind, "JPN")
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "product" if i == "p" else "component"} for i in ("p", *makers)],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in needs],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": i, "supplier": maker, "share": 1.0, "source": "s"} for i, maker in makers.items()],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
        name="rest",
    )
    tab = visit(write_explorer(graph, tmp_path / "rest.html", products=["p"], lang="en"))
    halves = tab.evaluate("""() => [...document.querySelectorAll("svg.flow g")]
      .filter((one) => one.querySelector(":scope > title")?.textContent === "3 others")
      .flatMap((one) => [...one.querySelectorAll("rect")].map((part) => Number(part.getAttribute("height"))))""")
    assert len(halves) == 2 and halves[0] == pytest.approx(halves[1], abs=0.2)
