"""The explorer page in a headless browser: how soon it stands, finds, and answers.

    python benchmarks/explorer.py

Writes a line per measure: `world`, and a made-up graph of 10,000 nodes and 20,000 edges. Each figure is the median of the
runs, the limit beside it is what the page is allowed. Needs Debian's chromium and ``pip install playwright``.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from kanmon.app.explorer import write_explorer
from kanmon.datasets import load
from kanmon.graph import SupplyGraph
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--no-first-run"]
RUNS = 5

SEARCH = """(question) => {
  const input = document.getElementById("search");
  const start = performance.now();
  input.value = question;
  input.dispatchEvent(new Event("input"));
  document.getElementById("found").getBoundingClientRect();
  return performance.now() - start;
}"""
WHATIF = """async (node) => {
  const start = performance.now();
  await kanmon.solve(null, "", false, [{ kind: "embargo", node }]);
  return performance.now() - start;
}"""
SHOWN = """([view, product, node]) => {
  const to = (chosen) => (location.hash = encodeURIComponent(JSON.stringify({ view, product, tab: "whatif", ...chosen })));
  const drawn = () => new Promise((done) =>
    addEventListener("hashchange", () => requestAnimationFrame(done), { once: true }));
  const timed = async (chosen) => {
    const start = performance.now();
    const done = drawn();
    to(chosen);
    await done;
    return performance.now() - start;
  };
  return (async () => [await timed({}), await timed({ changes: [{ kind: "halt", node }] })])();
}"""


def made_up(items: int = 9_500, suppliers: int = 500, inputs: int = 14_000, shares: int = 6_000) -> SupplyGraph:
    """Return a graph of five layers with random needs and suppliers."""
    rng = random.Random(8)
    layer = [min(4, i * 5 // items) for i in range(items)]
    starts = [layer.index(n) for n in range(5)] + [items]
    links = {
        (f"i{a}", f"i{rng.randrange(starts[layer[a] + 1], starts[layer[a] + 2])}")
        for a in rng.choices(range(starts[4]), k=inputs)
    }
    held = {(f"i{rng.randrange(items)}", f"maker{rng.randrange(suppliers)}") for _ in range(shares)}
    kinds = ["product", "component", "material", "material", "mineral"]
    return SupplyGraph(
        items=[
            {"id": f"i{i}", "name_en": f"Item {i}", "name_ja": f"品目 {i}", "kind": kinds[layer[i]]} for i in range(items)
        ],
        inputs=[{"item": a, "input": b, "source": "s", "confidence": "estimated"} for a, b in sorted(links)],
        suppliers=[{"id": f"maker{i}", "name_en": f"Maker {i}", "kind": "company"} for i in range(suppliers)],
        shares=[
            {"item": i, "supplier": s, "source": "s", "share": round(rng.random() / 6, 3), "year": 2025}
            for i, s in sorted(held)
        ],
        sources=[{"id": "s", "title": "Made up", "publisher": "Nobody"}],
        name="made up",
    )


def shape(name: str, items: int, links: list[tuple[int, int]]) -> SupplyGraph:
    """Return a graph of one product (the first item) and its parts, each half made in one of four countries."""
    countries = ["CHN", "DEU", "JPN", "USA"]
    return SupplyGraph(
        items=[{"id": f"i{i}", "name_en": f"Item {i}", "kind": "component" if i else "product"} for i in range(items)],
        inputs=[{"item": f"i{a}", "input": f"i{b}", "source": "s"} for a, b in links],
        suppliers=[{"id": id, "name_en": id, "kind": "country"} for id in countries],
        shares=[
            {"item": f"i{i}", "supplier": countries[i % 4], "source": "s", "share": 0.5, "year": 2025} for i in range(items)
        ],
        sources=[{"id": "s", "title": "Made up", "publisher": "Nobody"}],
        name=name,
    )


def measure(browser, name: str, page: Path, question: str, node: str, limits: dict[str, float]) -> None:
    figures: dict[str, list[float]] = {}
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        tab = context.new_page()
        start = time.perf_counter()
        tab.goto(page.as_uri())
        tab.wait_for_selector("html[data-ready]")
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        figures.setdefault("ready, ms", []).append(1000 * (time.perf_counter() - start))
        figures.setdefault("first paint, ms", []).append(
            tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
        figures.setdefault("search, ms", []).append(tab.evaluate(SEARCH, question))
        figures.setdefault("what-if, first, ms", []).append(tab.evaluate(WHATIF, node))
        figures.setdefault("what-if, ms", []).append(tab.evaluate(WHATIF, node))
        start = tab.evaluate("kanmon.state().product")
        for view, product in (("board", start), ("graph", start), ("graph", None)):
            where = f"{view}{'' if product else ' of all'}, ms"
            shown, redrawn = tab.evaluate(SHOWN, [view, product, node])
            figures.setdefault(f"shown, {where}", []).append(shown)
            figures.setdefault(f"what-if and redraw, {where}", []).append(redrawn)
        context.close()
    figures["page, MB"] = [page.stat().st_size / 1e6]
    for what, values in figures.items():
        limit = f"(limit {limits[what]:g})" if what in limits else ""
        print(f"{name:10} {what:38} {statistics.median(values):9.1f} {limit}")


def main() -> None:
    world = {"ready, ms": 1000, "search, ms": 10, "what-if and redraw, board, ms": 100, "page, MB": 3}
    world |= {"what-if and redraw, graph, ms": 100}
    large = {"first paint, ms": 3000, "search, ms": 100, "what-if and redraw, graph of all, ms": 300, "page, MB": 8}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = write_explorer(load("world"), Path(folder) / "world.html", lang="en")
        measure(browser, "world", page, "neodymium", "CHN", world)
        graph = made_up()
        start = time.perf_counter()
        page = write_explorer(graph, Path(folder) / "large.html", lang="en")
        print(f"{'10,000':10} {'written in, s':24} {time.perf_counter() - start:9.1f}")
        measure(browser, "10,000", page, "item 77", "maker7", large)
        fan = shape("fan of 8,000", 8001, [(0, i) for i in range(1, 8001)])
        dense = shape("dense 400", 400, [(a, b) for a in range(400) for b in range(a + 1, 400)])
        for graph in (fan, dense):
            start, used = time.perf_counter(), time.process_time()
            page = write_explorer(graph, Path(folder) / "shape.html", lang="en")
            spent = f"{time.perf_counter() - start:9.1f} (limit 10), of the processor {time.process_time() - used:.1f}"
            print(f"{graph.name:12} {'written in, s':24} {spent}")
        browser.close()


if __name__ == "__main__":
    main()
