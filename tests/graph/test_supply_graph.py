"""The graph: walking it, taking parts of it, joining two, and handing it to other libraries."""

from xml.etree import ElementTree

import networkx as nx
import pandas as pd
import polars as pl
import pytest
from kanmon.graph import InputError, SchemaError, SupplyGraph, UnknownIdError
from kanmon.graph.views import write_gexf, write_graphml


@pytest.fixture(scope="module")
def chain():
    """mine -> metal -> magnet -> motor -> robot, magnet also <- coating; alloy is a kind of metal."""
    ids = ["mine", "metal", "coating", "magnet", "motor", "robot", "alloy"]
    links = [("metal", "mine"), ("magnet", "metal"), ("magnet", "coating"), ("motor", "magnet"), ("robot", "motor")]
    return SupplyGraph(
        items=[
            {
                "id": i,
                "name_en": i.title(),
                "kind": "mineral" if i == "mine" else "component",
                "chains": "a|b" if i == "mine" else "a",
            }
            | ({"variant_of": "metal"} if i == "alloy" else {})
            for i in ids
        ],
        inputs=[{"item": a, "input": b, "source": "s", "group": None} for a, b in links],
        suppliers=[
            {"id": "CHN", "name_en": "China", "kind": "country"},
            {"id": "JPN", "name_en": "Japan", "kind": "country"},
            {"id": "firm", "name_en": "Firm", "kind": "company", "country": "JPN"},
        ],
        shares=[
            {"item": "mine", "supplier": "CHN", "source": "s", "share": 0.7, "year": 2024},
            {"item": "mine", "supplier": "CHN", "source": "t", "share": 0.6, "year": 2023},
            {"item": "motor", "supplier": "firm", "source": "t", "share": 0.2},
        ],
        sources=[{"id": i, "title": i, "publisher": "p"} for i in "stu"],
        name="chain",
    )


def test_upstream_and_downstream_follow_the_material(chain):
    assert set(chain.upstream("magnet").items["id"]) == {"magnet", "metal", "coating", "mine"}
    assert set(chain.upstream("magnet", depth=1).items["id"]) == {"magnet", "metal", "coating"}
    assert set(chain.downstream("metal").items["id"]) == {"metal", "magnet", "motor", "robot"}
    assert chain.upstream("mine").inputs.is_empty()
    with pytest.raises(InputError):
        chain.upstream("mine", depth=-1)


def test_a_part_keeps_only_the_facts_suppliers_and_sources_it_uses(chain):
    part = chain.select(["motor"])
    assert set(part.suppliers["id"]) == {"firm", "JPN"}
    assert set(part.sources["id"]) == {"t"}
    assert set(chain.select(["alloy"]).items["id"]) == {"alloy", "metal"}
    assert set(chain.select(chains=["b"]).items["id"]) == {"mine"}
    assert set(chain.select(kinds=["mineral"], chains=["a"]).items["id"]) == {"mine"}
    assert chain.select(kinds="mineral", chains="a") == chain.select(kinds=["mineral"], chains=["a"])
    with pytest.raises(UnknownIdError, match="Unknown chain 'z'"):
        chain.select(chains="z")


@pytest.mark.parametrize("call", [lambda g: g.item("magnt"), lambda g: g.upstream("magnt"), lambda g: g.select(["magnt"])])
def test_unknown_items_say_what_was_probably_meant(chain, call):
    with pytest.raises(UnknownIdError, match="Did you mean 'magnet'"):
        call(chain)


def test_merge_is_a_union_that_fills_blanks_and_refuses_contradictions(chain):
    assert chain.merge(chain) == chain
    more = SupplyGraph(items=[{"id": "magnet", "name_en": "Magnet", "kind": "component", "name_ja": "磁石"}])
    assert chain.merge(more).item("magnet")["name_ja"] == "磁石"
    other = SupplyGraph(items=[{"id": "magnet", "name_en": "Pill", "kind": "product"}])
    with pytest.raises(SchemaError) as caught:
        chain.merge(other)
    assert {(p.code, p.column) for p in caught.value.problems} == {("conflict", "name_en"), ("conflict", "kind")}
    assert "'Magnet'" not in str(caught.value)
    assert "Magnet here, Pill there" in str(caught.value)


def test_parts_merge_back_to_the_whole(chain):
    whole = chain.upstream("magnet").merge(chain.downstream("magnet")).merge(chain.select(["alloy"]))
    assert set(whole.items["id"]) == set(chain.items["id"])
    assert whole.inputs.height == chain.inputs.height


@pytest.mark.parametrize("name", ["a\x1b[31mb\nc", "x\u202ey"])
def test_the_name_of_a_folder_is_a_printable_line_in_whatever_is_written(chain, tmp_path, name):
    graph = SupplyGraph(**chain.tables, name=name)
    assert graph.name.isprintable() and graph.upstream("robot").name.isprintable()
    for write, suffix in ((write_graphml, "graphml"), (write_gexf, "gexf")):
        write(graph, tmp_path / f"a.{suffix}")
        ElementTree.parse(tmp_path / f"a.{suffix}")


def test_a_graph_is_immutable(chain):
    with pytest.raises(AttributeError):
        chain.items = pl.DataFrame()


def test_any_frame_builds_the_same_graph(chain):
    tables = {name: frame.to_pandas() for name, frame in chain.tables.items()}
    assert isinstance(tables["items"], pd.DataFrame)
    assert SupplyGraph(**tables) == chain
    assert SupplyGraph(**{name: frame.to_arrow() for name, frame in chain.tables.items()}) == chain
    assert SupplyGraph(**{name: frame.lazy() for name, frame in chain.tables.items()}) == chain
    with pytest.raises(InputError):
        SupplyGraph(items=7)


def test_networkx_and_igraph_hold_the_same_nodes_edges_and_attributes(chain):
    view, other = chain.to_networkx(), chain.to_igraph()
    assert set(view.nodes) == set(other.vs["name"])
    assert view.number_of_edges() == other.ecount() == chain.inputs.height + 2  # preferred views: one year of two, one firm
    assert view.edges["CHN", "mine", 0]["share_low"] == 0.7
    assert nx.has_path(view, "CHN", "robot")


@pytest.mark.parametrize(("write", "read"), [(write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf)])
def test_exports_are_read_back_with_all_attributes(chain, tmp_path, write, read):
    again = read(write(chain, tmp_path / "graph.xml"))
    view = chain.to_networkx()
    assert set(again.nodes) == set(view.nodes)
    for node, attributes in view.nodes(data=True):
        assert attributes.items() <= again.nodes[node].items()
    assert again.number_of_edges() == view.number_of_edges()
    edge = next(data for a, b, data in again.edges(data=True) if (a, b) == ("CHN", "mine"))
    assert (edge["share_low"], edge["source"], edge["relation"]) == (0.7, "s", "supplies")


def test_of_large_networks_only_the_newest_are_kept(monkeypatch):
    monkeypatch.setattr("kanmon.graph.supply_graph._LINKS", 0)
    graph = SupplyGraph(items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "gear")])
    robot = graph.network("robot")
    assert graph.network("robot") is robot
    graph.network("gear")
    assert graph.network("robot") is not robot


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("ヒューマノイドロボット", "humanoid_robot"),  # its very name
        ("ロボット", "humanoid_robot"),  # part of its name
        ("ヒューマノイドロボト", "humanoid_robot"),  # a slip of the pen in its name
        ("Robot, humanoit", "humanoid_robot"),
        ("ﾋｭｰﾏﾉｲﾄﾞﾛﾎﾞｯﾄ", "humanoid_robot"),  # half-width letters
        ("x", None),
        ("", None),
    ],
)
def test_an_unknown_name_in_any_words_is_told_the_id_that_is_meant(word, meant):
    rows = [
        {"id": "humanoid_robot", "name_en": "Robot, humanoid", "name_ja": "ヒューマノイドロボット", "kind": "product"},
        {"id": "ndfeb_magnet", "name_en": "Sintered magnet", "name_ja": "ネオジム焼結磁石", "kind": "component"},
    ]
    with pytest.raises(UnknownIdError) as raised:
        SupplyGraph(items=rows).item(word)
    assert raised.value.nearest == ([meant] if meant else [])


@pytest.mark.parametrize(
    ("table", "word", "meant"),
    [
        ("suppliers", "ＣＨＮ", "CHN"),  # an id in full-width letters
        ("suppliers", "アメリカ", None),  # three letters of 南アフリカ
        ("items", "US", None),  # letters within "caustic"
        ("items", "soda", "caustic_soda"),  # a word of its name
        ("items", "りんご", None),
        ("items", "半導体", "chip_5g"),  # beside Latin letters
    ],
)
def test_a_hint_needs_more_than_some_letters_of_another_name(table, word, meant):
    items = [
        {"id": "caustic_soda", "name_en": "Caustic soda", "name_ja": "苛性ソーダ", "kind": "material"},
        {"id": "map", "name_en": "Ammonium phosphate", "name_ja": "りん安", "kind": "material"},
        {"id": "chip_5g", "name_en": "Modem", "name_ja": "5G半導体", "kind": "component"},
    ]
    suppliers = [
        {"id": "CHN", "name_en": "China", "name_ja": "中国", "kind": "country"},
        {"id": "ZAF", "name_en": "South Africa", "name_ja": "南アフリカ", "kind": "country"},
        {"id": "ttm", "name_en": "TTM Technologies", "kind": "company", "country": "CHN"},
    ]
    assert SupplyGraph(items=items, suppliers=suppliers).named(word, table) == ([meant] if meant else [])
