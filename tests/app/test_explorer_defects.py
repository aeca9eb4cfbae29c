"""Defects that were seen in the page once: each test fails where one comes back."""

from __future__ import annotations

import functools
import http.server
import re
import threading

import pytest
from explorer_page import at, state
from kanmon.app import chokepoint_tables as terminal
from kanmon.app.explorer import write_explorer
from kanmon.app.explorer.page import _file
from kanmon.graph import SupplyGraph


def motor(share: float = 1.0, other: str = "JPN") -> SupplyGraph:
    held = {"CHN": share} | ({other: 1 - share} if share < 1 else {})
    return SupplyGraph(
        items=[
            {"id": i, "name_en": i, "kind": k} for i, k in (("motor", "product"), ("gallium", "mineral"), ("fan", "product"))
        ],
        inputs=[{"item": "motor", "input": "gallium", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN", "DEU")],
        shares=[
            *({"item": "gallium", "supplier": c, "source": "s", "share": s} for c, s in held.items()),
            {"item": "motor", "supplier": "DEU", "source": "s", "share": 1.0},
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
        name="motors",
    )


# --- without a browser: the colours


def light(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("theme", "sign"), [(":root {", -1), (':root[data-theme="dark"] {', 1)])
@pytest.mark.parametrize("scale", ["grade", "loss"])
def test_colours_are_ordered_in_greyscale(theme, sign, scale):
    css = _file("page.css")
    block = css[css.index(theme) :].split("}")[0]
    levels = [light(re.search(rf"--{scale}-{g}: (#[0-9a-f]{{6}})", block).group(1)) for g in range(5)]
    steps = [sign * (b - a) for a, b in zip(levels, levels[1:], strict=False)]
    assert all(step > 0.01 for step in steps), levels


# --- in the browser


@pytest.mark.browser
@pytest.mark.parametrize(("share", "grade"), [(0.099, 1), (0.1, 2), (0.499, 2), (0.5, 3), (1.0, 4)])
def test_words_of_the_legend_hold_at_its_borders(share, grade, visit, tmp_path):
    tab = visit(write_explorer(motor(share), tmp_path / "motors.html", lang="en", products=["motor"]))
    assert f"loss-{grade}" in tab.locator("#cell-CHN-mineral").get_attribute("class")
    words = ["nothing", "under 10%", "10% to under 50%", "50% or more", "all"]
    assert [mark.inner_text() for mark in tab.locator("#matrix .legend .mark").all()][:5] == words


@pytest.mark.browser
def test_first_stop_of_tab_skips_to_the_answer(visit, tmp_path):
    tab = visit(write_explorer(motor(), tmp_path / "motors.html", lang="en", products=["motor"]))
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "skip"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id").startswith("card-")


@pytest.mark.browser
def test_copied_link_opens_the_same_view_from_a_file_and_from_a_server(visit, browser, tmp_path):
    path = write_explorer(motor(), tmp_path / "motors.html", lang="en", products=["motor"])
    tab = visit(path, permissions=["clipboard-read", "clipboard-write"])
    tab.click("#card-CHN")
    tab.click("#as-table")
    tab.click("#share")
    tab.locator("#live").filter(has_text="clipboard").wait_for(state="attached")
    link = tab.evaluate("navigator.clipboard.readText()")
    assert link == tab.evaluate("location.href")
    saved = state(tab)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_) -> None:
            """Nothing on the screen."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for place in (link, f"http://127.0.0.1:{server.server_port}/motors.html#{link.split('#')[1]}"):
        again = browser.new_page()
        again.goto(place)
        again.wait_for_selector("html[data-ready]")
        assert state(again) == saved
        again.close()
    server.shutdown()


@pytest.mark.browser
def test_cut_sets_and_chokepoints_of_the_page_agree(visit, tmp_path):
    for share, alone in ((1.0, {"CHN"}), (0.9, set())):
        tab = visit(write_explorer(motor(share), tmp_path / f"{share}.html", lang="en", products=["motor"]))
        total = {
            cell.get_attribute("id").split("-")[1]
            for cell in tab.locator("#matrix .cell.total").all()
            if "certain 100%" in cell.get_attribute("aria-label")
        }
        said = tab.locator(".sets").inner_text() if tab.locator(".sets").count() else ""
        named = re.search(r"whatever the shares are: (.*)\.", said)
        assert total - {"DEU"} == alone
        assert set((named.group(1) if named else "").split(", ")) - {"", "DEU"} == alone


@pytest.mark.browser
def test_sizes_are_explained_only_where_they_differ(visit, tmp_path):
    page = write_explorer(motor(), tmp_path / "motors.html", lang="en", products=["motor"])
    tab = visit(page, at(view="graph"))
    sizes = {node["size"] for node in tab.evaluate("kanmon.drawn.nodes.get()")}
    assert tab.locator("#mark-size").count() == int(len(sizes) > 1)
    tab = visit(page, at(view="graph", product=None))
    assert tab.locator("#mark-size").count() == 0


@pytest.mark.browser
def test_groups_of_a_large_graph_take_the_colour_of_what_they_lose(visit, tmp_path):
    ids = [f"i{n}" for n in range(2400)]
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component", "chains": f"c{n % 3}"} for n, id in enumerate(ids)],
        inputs=[{"item": ids[n], "input": ids[n + 1200], "source": "s"} for n in range(1200)],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
        shares=[{"item": "i1200", "supplier": "CHN", "source": "s", "share": 1.0}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
        name="large",
    )
    tab = visit(
        write_explorer(graph, tmp_path / "large.html", lang="en"),
        at(view="graph", product=None, changes=[{"kind": "halt", "node": "CHN", "item": "i1200"}]),
    )
    colours = {
        node["id"]: node["color"]["background"] for node in tab.evaluate("kanmon.drawn.nodes.get()") if node["id"][0] == "g"
    }
    deep = tab.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--loss-4').trim()")
    hit = {id for id, colour in colours.items() if colour == deep}
    assert hit == {"g0|c0", "g1|c0"}  # the item that stops and the one that needs it


def test_the_numbers_beside_the_filters_are_those_of_the_items_in_sight(robot_page, visit):
    tab = visit(robot_page)
    tab.click("#as-graph")
    shown = int(re.search(r"\d+", tab.locator("#filters .count b").inner_text())[0])
    for legend in ("grade-", "kind-"):
        numbers = tab.locator(f"#filters label:has([id^={legend}]) em").all_inner_texts()
        assert sum(map(int, numbers)) == shown < 600


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_page_tells_a_range_as_the_command_line_does(lang, pages, world, visit):
    tab = visit(pages(world, products=["humanoid_robot"], buyer="JPN", lang=lang))
    ends = [(0.424, 0.428), (0.0, 0.004), (0.993, 0.997), (0.996, 0.999), (0.003, 0.2), (0.225, 0.235), (0.5, 0.5)]
    ends += [(0.005, 0.005), (0.995, 0.995)]
    for low, high in ends:
        told = tab.evaluate("(ends) => kanmon.share(...ends)", [low, high])
        assert told.replace("%", "") == terminal.share(low, high, lang).replace("%", ""), (low, high)


NAMES = ("__proto__", "constructor", "toString")
"""What every object of the page's language has by itself."""


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_s_language_calls_its_own_is_a_name_like_any_other(name, visit, tmp_path):
    makers = [one for one in NAMES if one != name]
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in (name, "ore")],
        inputs=[{"item": name, "input": "ore", "source": "s"}],
        suppliers=[{"id": one, "name_en": one, "kind": "company"} for one in makers],
        shares=[{"item": "ore", "supplier": one, "source": "s", "share": 0.3} for one in makers],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
        name="names",
    )
    page = write_explorer(graph, tmp_path / "page.html", products=[name], level="company", lang="en")
    tab = visit(page, at(product=name, changes=[{"kind": "halt", "node": makers[0]}]))
    assert f"{name} seen from the world market" in tab.locator("#board").inner_text()
    tab.evaluate("(to) => { location.hash = to }", at(product=name, view="graph", selected=f"item:{name}", tab="details"))
    tab.wait_for_function("kanmon.state().view === 'graph'")


@pytest.mark.browser
@pytest.mark.parametrize(
    "changes", [[{"kind": "halt", "node": "__proto__"}], [{"kind": "embargo", "node": "CHN", "to": ["valueOf"]}]]
)
def test_a_link_to_a_node_that_is_none_or_a_name_that_is_none_breaks_nothing(changes, robot_page, visit):
    tab = visit(robot_page, at(changes=changes, pins=[{"name": {"toString": 1}, "changes": changes}]))
    assert [pin["name"] for pin in state(tab)["pins"]] == [""] and tab.locator("#board .card").count() == 3
