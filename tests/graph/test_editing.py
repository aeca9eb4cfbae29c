"""Editing gives new, valid graphs; finding gives what a person means; names and tables are safe to show."""

import kanmon as kn
import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kanmon.graph import InputError, Interval, SchemaError, SupplyGraph, UnknownIdError, notebook
from kanmon.risk import Scenario, halt, simulate

SOURCE = {"id": "me", "title": "By hand", "publisher": "me"}


@pytest.fixture(scope="module")
def graph():
    return kn.load("permanent_magnet").with_rows("sources", SOURCE)


def test_an_edit_leaves_the_graph_as_it_was(graph):
    before = {name: frame.clone() for name, frame in graph.tables.items()}
    graph.with_share("ndfeb_magnet", "JPN", 0.5, source="me")
    graph.without("CHN", "ndfeb_alloy")
    assert all(graph.tables[name].equals(frame) for name, frame in before.items())


def test_what_is_added_counts(graph):
    assert simulate(graph, halt("JPN"), product="ndfeb_alloy").filter(item="ndfeb_alloy")["kept_high"].item() == 1
    told = graph.with_share("ndfeb_alloy", "JPN", 0.75, source="me", year=2030)
    assert simulate(told, halt("JPN"), product="ndfeb_alloy").filter(item="ndfeb_alloy")[
        "kept_high"
    ].item() == pytest.approx(0.25)
    other = "re_separation"
    more = graph.with_input(
        other, "ndfeb_coating" if "ndfeb_coating" in set(graph.items["id"]) else "ndfeb_alloy", source="me"
    )
    assert more.inputs.height == graph.inputs.height + 1


def test_a_fact_with_the_same_key_is_replaced_and_no_other(graph):
    once = graph.with_share("ndfeb_alloy", "JPN", 0.2, source="me", year=2030)
    twice = once.with_share("ndfeb_alloy", "JPN", (0.1, 0.3), source="me", year=2030)
    later = twice.with_share("ndfeb_alloy", "JPN", None, source="me", year=2031)
    assert [one.shares.height - graph.shares.height for one in (once, twice, later)] == [1, 1, 2]
    row = twice.shares.filter(source="me").row(0, named=True)
    assert (row["share"], row["share_low"], row["share_high"]) == (None, 0.1, 0.3)


def test_what_a_supplier_held_is_nobodys_and_not_the_others():
    graph = SupplyGraph(
        items=[{"id": "a", "name_en": "a", "kind": "component"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "a", "supplier": c, "source": "me", "share": s} for c, s in (("CHN", 0.7), ("JPN", 0.3))],
        sources=[SOURCE],
    )
    for less in (graph.without(("a", "CHN")), graph.without("CHN")):
        assert less.preferred().select("supplier", "share_low", "share_high", "remainder").rows() == [("JPN", 0.3, 0.3, 0.7)]


def test_without_takes_out_all_that_names_a_node(graph):
    less = graph.without("ndfeb_magnet")
    assert "ndfeb_magnet" not in {*less.items["id"], *less.inputs["item"], *less.inputs["input"], *less.shares["item"]}
    assert not less.measures["item"].drop_nulls().str.split("|").list.contains("ndfeb_magnet").any()


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (lambda g: g.with_input("nothing", "ndfeb_magnet", source="me"), UnknownIdError),
        (lambda g: g.with_input("ndfeb_magnet", "re_separation", source="nobody"), SchemaError),
        (lambda g: g.with_share("ndfeb_magnet", "JPN", 1.5, source="me"), SchemaError),
        (lambda g: g.with_share("ndfeb_magnet", "Atlantis", 0.5, source="me"), UnknownIdError),
        (lambda g: g.without("nothing"), UnknownIdError),
        (lambda g: g.without(("ndfeb_magnet", "nothing")), UnknownIdError),
        (lambda g: g.with_rows("nothing", {}), UnknownIdError),
    ],
)
def test_what_makes_no_graph_is_refused(graph, edit, error):
    with pytest.raises(error):
        edit(graph)


@given(st.data())
def test_edits_undo_each_other(data):
    ids = ["a", "b", "c"]
    items = [{"id": i, "name_en": i, "kind": "component"} for i in ids]
    graph = SupplyGraph(items=items, sources=[SOURCE])
    one, other = data.draw(st.permutations(ids))[:2]
    assert graph.with_input(one, other, source="me").without((one, other)) == graph


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("ガリウム", "gallium_primary"),
        ("ｶﾞﾘｳﾑ", "gallium_primary"),
        ("GALLIUM", "gallium_primary"),
        ("galium", "gallium_primary"),
        ("gallium_primary", "gallium_primary"),
        ("850511", "ndfeb_magnet"),
        ("中国", "CHN"),
        ("信越化学工業", "shinetsu"),
    ],
)
def test_a_word_finds_what_it_means(word, first):
    assert kn.load("world").find(word)["id"][0] == first


def test_scores_fall_and_nothing_is_found_for_nothing():
    world = kn.load("world")
    found = world.find("magnet", most=40)
    assert found["score"].to_list() == sorted(found["score"], reverse=True)
    assert world.find("  ").is_empty()
    assert world.find("zzzzqqqq").is_empty()
    assert world.find("x" * 100_000).height <= 10


def test_names_stand_behind_ids(graph):
    frame = simulate(graph, halt("CHN"), product="ndfeb_magnet")
    named = graph.with_names(frame, "ja")
    assert named.columns[: named.columns.index("item_name") + 1][-2:] == ["item", "item_name"]
    assert named.drop([name for name in named.columns if name.endswith("_name")]).equals(frame)
    assert named.filter(item="ndfeb_magnet")["item_name"].item() == graph.item("ndfeb_magnet")["name_ja"]


def test_networkx_and_back(graph):
    back = SupplyGraph.from_networkx(graph.to_networkx(), graph.sources)
    assert back.items.equals(graph.items)
    assert back.inputs.equals(graph.inputs)
    excluded = graph.markets.filter(pl.col("excluded").list.len() > 0)["item"].implode()  # a view does not hold these
    asked = halt("CHN")
    mine, theirs = (
        simulate(one, asked, product="ndfeb_magnet").filter(~pl.col("item").is_in(excluded)).sort("item")
        for one in (graph, back)
    )
    assert theirs["kept_high"].to_list() == pytest.approx(mine["kept_high"].to_list())


def test_networkx_and_back_keeps_the_preferred_views_of_the_world_and_nothing_else():
    items = [{"id": "magnet", "name_en": "Magnet", "kind": "component"}]
    suppliers = [{"id": id, "name_en": id, "kind": "country"} for id in ("CHN", "JPN")]
    suppliers.append({"id": "maker", "name_en": "maker", "kind": "company", "country": "JPN"})
    told = {"item": "magnet", "source": "s"}
    shares = [told | {"supplier": "CHN", "share": 0.9, "year": year} for year in (2020, 2024)]
    shares += [told | {"supplier": "maker", "share": 0.1}, told | {"supplier": "CHN", "share": 1.0, "scope": "JPN"}]
    trades = [told | {"seller": "CHN", "buyer": "JPN", "value": 1.0, "unit": "USD", "year": 2024}]
    measures = [{"id": "m", "issuer": "CHN", "kind": "export_ban", "item": "magnet", "source": "s"}]
    graph = SupplyGraph(items, None, suppliers, shares, trades, measures, [SOURCE | {"id": "s"}])
    back = SupplyGraph.from_networkx(graph.to_networkx(), graph.sources)
    assert back.shares.select("supplier", "year", "scope").sort("supplier").rows() == [
        ("CHN", 2024, None),
        ("maker", None, None),
    ]
    assert back.trades.height == back.measures.height == 0


def test_a_plain_digraph_is_a_graph_of_components():
    made = SupplyGraph.from_networkx(nx.DiGraph([("magnet", "motor"), ("motor", "robot")]), [SOURCE])
    assert set(made.upstream("robot").items["id"]) == {"magnet", "motor", "robot"}
    with pytest.raises(InputError):
        SupplyGraph.from_networkx(nx.Graph([("a", "b")]), [SOURCE])
    with pytest.raises(InputError):
        SupplyGraph.from_networkx(nx.DiGraph([("a", "b")]), [])


def test_an_interval_is_read_from_a_row_or_refused():
    row = {"kept_low": 0.2, "kept_high": 0.4, "hhi_low": None, "hhi_high": None}
    assert Interval.of(row, "kept") == Interval.of(pl.DataFrame([row]), "kept") == Interval(0.2, 0.4)
    with pytest.raises(InputError, match="kept"):
        Interval.of(row, "kepd")
    with pytest.raises(InputError):
        Interval.of(row, "hhi")
    with pytest.raises(InputError):
        Interval.of(pl.DataFrame([row, row]), "kept")


@pytest.mark.parametrize("bounds", [(1, 0), (None, 1), ("a", 1), (float("nan"), 1), (0, float("nan"))])
def test_bounds_that_are_no_numbers_or_reversed_are_no_interval(bounds):
    with pytest.raises(InputError, match="two numbers"):
        Interval(*bounds)


def test_what_a_notebook_shows_is_escaped(graph):
    hostile = "<img src=x onerror=alert(1)>"
    scenario = Scenario(hostile, halt("CHN", item="ndfeb_magnet", lasts=3))
    named = SupplyGraph(items=[{"id": "a", "name_en": hostile, "kind": "component"}], name=hostile)
    solution = kn.risk.solve(graph.network("ndfeb_magnet"), scenario)
    for shown in (scenario, named, solution, Interval(0, 1)):
        assert "<img" not in shown._repr_html_()
    assert "ndfeb_magnet" in scenario._repr_html_()
    assert "<img" not in notebook.table([hostile], [[hostile]], hostile)
    assert notebook.table(["a"], [[i] for i in range(100)]).count("<tr>") == notebook.MOST + 2
