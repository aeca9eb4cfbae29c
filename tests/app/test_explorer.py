"""The explorer page as a file: what it holds, how it is laid out, and what it never does."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
import zlib
from html.parser import HTMLParser

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kanmon.app.explorer import GraphPage, graph_page, write_explorer
from kanmon.app.explorer.findings import shown as shown_findings
from kanmon.app.explorer.layout import layered, spaced
from kanmon.app.explorer.model import buyers, deflated, networks, number_of, with_sources
from kanmon.app.explorer.page import SCRIPTS, _file
from kanmon.app.explorer.pruning import prune
from kanmon.datasets import load
from kanmon.graph import SupplyGraph, UnknownIdError
from kanmon.graph.messages import LANGUAGES, text


@pytest.fixture(scope="module")
def world() -> SupplyGraph:
    return load("world")


@pytest.fixture(scope="module")
def shown(world: SupplyGraph) -> GraphPage:
    return graph_page(world, lang="en")


@pytest.fixture(scope="module")
def page(shown: GraphPage) -> str:
    return shown.html


def content(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL).group(1))


class Elements(HTMLParser):
    """Collects elements with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


# --- one file, no network


def test_page_names_nothing_outside_itself(page):
    elements = Elements(page).found
    assert not [tag for tag, _ in elements if tag in {"link", "iframe", "object", "embed", "base"}]
    assert not [attributes for _, attributes in elements if "src" in attributes or "href" in attributes]
    assert "@import" not in page and not re.search(r"url\(\s*['\"]?https?:", page)


def test_policy_allows_exactly_the_scripts_of_the_page(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1).replace("&#39;", "'")
    scripts = re.findall(r'<script(?: type="text/plain" id="drawing")?>(.*?)</script>', page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert policy.startswith("default-src 'none'; script-src " + " ".join(f"'sha256-{digest}'" for digest in hashes) + ";")
    assert "unsafe-eval" not in policy and "connect-src" not in policy and len(scripts) == 2


def test_world_page_is_small(page):
    assert len(page.encode()) < 3_000_000


def test_page_of_a_graph_without_facts_is_written():
    page = graph_page(SupplyGraph(), lang="ja").html
    assert content(page)["items"] == {"id": []} and '<html lang="ja">' in page


def test_page_holds_every_fact_with_its_source(page, world):
    found = content(page)
    assert found["items"]["id"] == world.items["id"].to_list()
    assert len(found["inputs"]["item"]) == world.inputs.height
    assert len(found["shares"]["view"]) == world.markets.height
    sources = found["sources"]["id"]
    assert [sources[row] for row in found["inputs"]["source"]] == world.inputs["source"].to_list()


def test_names_cannot_end_the_data_early():
    name = "</script><script>alert(1)</script><!-- <script> ]]> {{7*7}}"
    graph = SupplyGraph(items=[{"id": "a", "name_en": name, "kind": "product"}], name=name)
    page = graph_page(graph, lang="en")
    assert content(page.html)["items"]["name_en"] == [name]
    assert [tag for tag, _ in Elements(page.html).found].count("script") == 3
    assert ET.fromstring(page.svg) is not None


def test_unknown_product_or_buyer_is_said(world):
    with pytest.raises(UnknownIdError, match="humanoid_robot"):
        graph_page(world, products=["humanoid_robt"])
    with pytest.raises(UnknownIdError):
        graph_page(world, buyer="JPNN")


def test_file_is_utf8_and_whole(tmp_path):
    graph = SupplyGraph(items=[{"id": "a", "name_en": "a", "name_ja": "関門", "kind": "product"}])
    path = write_explorer(graph, tmp_path / "page.html", lang="ja")
    assert path.read_bytes().decode("utf-8").rstrip().endswith("</html>")
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


# --- words


def test_every_sentence_of_the_page_is_in_the_catalogue():
    code = "".join(_file(f"{name}.js") for name in SCRIPTS)
    words = set(content(graph_page(SupplyGraph(), lang="en").html)["words"])
    asked = set(re.findall(r'\bt\(\s*"(\w+)"', code)) | set(re.findall(r'\bt\([^()"]*\? "(\w+)"', code))
    assert asked <= words
    for key in re.findall(r"say\('(\w+)'\)|say\(\"(\w+)\"\)", _file("page.html")):
        for lang in LANGUAGES:
            assert text(f"app.explorer.{key[0] or key[1]}", lang)


def test_no_sentence_is_left_unused():
    code = "".join(_file(f"{name}.js") for name in SCRIPTS) + _file("page.html")
    stems = re.findall(r"(?:\bt\(|words\[)`(\w+?)_?\$", code)
    own = graph_page(SupplyGraph(), lang="en").html
    names = [name for name in content(own)["words"] if not name.startswith("why_")]
    elsewhere = {"command", "command_out", "written", "exists", "picture", "static_answer"}
    unused = [
        name
        for name in names
        if f'"{name}"' not in code
        and f"'{name}'" not in code
        and not any(name.startswith(stem) for stem in stems)
        and name not in elsewhere | {"published", "estimated", "structural", "unknown", "country", "company", "site"}
    ]
    assert unused == []


# --- layout


graphs = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30)


@given(graphs)
def test_every_need_stands_left_of_what_needs_it_unless_in_a_loop(pairs):
    items = [str(i) for i in range(13)]
    links = [(str(a), str(b)) for a, b in pairs if a < b]  # no loops
    tops = [id for id in items if id not in {b for _, b in links} and id in {a for a, _ in links}]
    layout = layered(items, links, tops, {})
    for item, need in links:
        assert layout.tier[need] > layout.tier[item] and layout.x[need] < layout.x[item]
    assert len({(layout.x[id], layout.y[id]) for id in items}) == len(items)


@given(graphs)
def test_loops_are_laid_out_too(pairs):
    items = [str(i) for i in range(13)]
    layout = layered(items, [(str(a), str(b)) for a, b in pairs], ["0"], {})
    assert set(layout.tier) == set(items) and "0" not in layout.apart


def test_crossings_are_undone():
    needs = [("p", "a"), ("p", "b"), ("a", "y"), ("b", "x")]
    layout = layered(["p", "a", "b", "x", "y"], needs, ["p"], {})
    assert (layout.y["a"] < layout.y["b"]) == (layout.y["y"] < layout.y["x"])


def test_a_dense_graph_is_laid_out_without_a_point_for_every_tier_that_a_link_passes(monkeypatch):
    monkeypatch.setattr("kanmon.app.explorer.layout.MOST_POINTS", 10)
    items = [str(i) for i in range(12)]
    links = [(a, b) for i, a in enumerate(items) for b in items[i + 1 :]]
    layout = layered(items, links, ["0"], {})
    assert [layout.tier[id] for id in items] == list(range(12))
    assert len({(layout.x[id], layout.y[id]) for id in items}) == 12


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.floats(0.1, 50))
def test_spaced_places_keep_order_and_distance(wanted, gap):
    places = spaced(wanted, gap)
    assert all(b - a >= gap - 1e-6 for a, b in zip(places, places[1:], strict=False))
    assert sum(places) == pytest.approx(sum(wanted), abs=1e-6)


# --- networks and pruning


def test_networks_hold_both_readings_from_a_buyers_place(world):
    index = networks(world, ["humanoid_robot"], ["JPN", None], "country")["index"]
    assert set(index) == {"JPN", ""} and set(index["JPN"]) == {"market", "domestic"}
    assert set(index["JPN"]["market"]) == {"humanoid_robot"} and set(index[""]["market"]) == {""}


def test_a_reading_without_unknown_steps_is_written_once(world):
    found = networks(
        world, ["permanent_magnet"] if "permanent_magnet" in set(world.items["id"]) else ["pig_iron"], ["JPN"], "country"
    )
    (market,) = found["index"]["JPN"]["market"].values()
    (home,) = found["index"]["JPN"]["domestic"].values()
    assert len(found["packed"]) == len({market, home})


def test_deflated_networks_are_the_same_and_small(world):
    found = networks(world, ["ev_battery_pack"], ["JPN", None], "country")
    packed = deflated(found, number_of(found, "ev_battery_pack", "JPN"))
    head, others = (json.loads(zlib.decompress(base64.b64decode(part))) for part in packed)
    by_number = head.pop("packed")
    assert list(by_number) == ["0"] and "0" not in others
    assert head | {"packed": [(by_number | others)[str(n)] for n in range(len(found["packed"]))]} == found
    assert sum(map(len, packed)) < len(json.dumps(found)) / 2


def test_page_asks_from_the_buyer_or_from_whom_the_data_knows_best(world):
    assert buyers(world, "DEU") == ["DEU", None]
    assert buyers(world, None)[0] is None and "JPN" in buyers(world, None)


def test_steps_at_home_are_written_for_the_buyer_only(world):
    found = networks(world, ["ev_battery_pack"], [None, "JPN"], "country", homes=False)
    assert set(found["index"]["JPN"]) == {"market"} and len(found["packed"]) == 2


def test_networks_stop_where_they_would_make_the_page_large(world, monkeypatch):
    first = with_sources(world, "ev_battery_pack", buyer="JPN", level="country")
    monkeypatch.setattr("kanmon.app.explorer.model.MOST_BYTES", 16 * len(first.kind) + 12 * len(first.indices))
    found = networks(world, ["ev_battery_pack", "humanoid_robot"], ["JPN"], "country")
    assert set(found["index"]["JPN"]["market"]) == {"ev_battery_pack"}


def test_every_item_may_get_a_new_source_and_recycling(world):
    network = with_sources(world, "ev_battery_pack", buyer="JPN")
    assert {(item, inputs) for item, _, _, inputs in network.sources} == {
        (i, b) for i in network.items for b in (True, False)
    }
    assert network.items == world.network("ev_battery_pack", buyer="JPN").items


def test_very_large_graph_is_pruned_by_the_stated_rule(monkeypatch):
    monkeypatch.setattr("kanmon.app.explorer.pruning.MOST_NODES", 20)
    monkeypatch.setattr("kanmon.app.explorer.pruning.KEPT_ITEMS", 5)
    ids = [f"i{n}" for n in range(30)]
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in ids],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in zip(ids, ids[1:], strict=False)],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    part, left_out = prune(graph, ["i0"])
    assert part.items["id"].to_list() == ids[:5]
    assert left_out == {"items": 25, "inputs": 25, "shares": 0, "kept": 5}
    assert content(graph_page(graph, lang="en").html)["about"]["leftOut"] == left_out


# --- notebooks


def test_notebook_shows_a_frame_with_a_still_picture_inside(world, shown):
    bundle = shown._repr_mimebundle_()
    frame = Elements(bundle["text/html"]).found[0]
    assert frame[0] == "iframe" and frame[1]["srcdoc"] == shown.html and "allow-same-origin" not in frame[1]["sandbox"]
    root = ET.fromstring(bundle["image/svg+xml"])
    linked = world.items.filter(~pl.col("id").is_in(list(_apart(shown.html))))
    assert len(root.findall(".//{http://www.w3.org/2000/svg}circle")) == linked.height
    assert repr(shown).startswith("GraphPage('world'")


def _apart(page: str) -> set[str]:
    found = content(page)
    return {id for id, apart in zip(found["items"]["id"], found["apart"], strict=True) if apart}


def test_findings_are_the_rows_of_the_tables_of_risk():
    nodes = pl.DataFrame(
        {
            "node": ["CHN", "XXX"],
            "loss_low": [0.25, 0.0],
            "loss_estimate": [0.5, 0.0],
            "loss_high": [1.0, 0.0],
            "dependency_flow": [0.61234567, 0.0],
            "betweenness": [0.1, 0.0],
            "single_points": [2, 0],
        }
    )
    sets = pl.DataFrame({"members": [["CHN", "JPN"]], "certainty": ["certain"], "loss_low": [0.5], "loss_facts": [1.0]})
    found = shown_findings(nodes, sets)
    assert [(row["node"], row["loss_high"], row["dependency_flow"]) for row in found["nodes"]] == [("CHN", 1.0, 0.612346)]
    assert found["sets"] == [{"members": ["CHN", "JPN"], "certainty": "certain", "low": 0.5, "facts": 1.0}]
