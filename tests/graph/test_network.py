"""Compiling a graph: whose sourcing is used, what a missing share becomes, which requirements bind."""

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, ProductionNetwork, ReadError, SupplyGraph, UnknownIdError
from kanmon.risk import Scenario, halt, simulate, solve

SUPPLIERS = [{"id": c, "name_en": c, "kind": "country"} for c in ("AAA", "BBB", "CCC")]
SUPPLIERS += [
    {"id": "group", "name_en": "Group", "kind": "company", "country": "AAA"},
    {"id": "firm", "name_en": "Firm", "kind": "company", "country": "BBB", "parent": "group"},
    {"id": "works", "name_en": "Works", "kind": "site", "country": "BBB", "parent": "firm"},
    {"id": "maker", "name_en": "Maker", "kind": "company", "country": "CCC"},
]


def build(shares=(), inputs=(), trades=(), **options):
    ids = {r["item"] for r in (*shares, *inputs, *trades)} | {r["input"] for r in inputs}
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in sorted(ids)],
        inputs=[{"source": "s"} | row for row in inputs],
        suppliers=SUPPLIERS,
        shares=[{"source": "s"} | row for row in shares],
        trades=[{"source": "s", "unit": "USD", "year": 2024} | row for row in trades],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    return graph.network(**{"product": None} | options)


def makers(network, item):
    return network.makers.filter(pl.col("item") == item)["node"].to_list()


def sourcing(network, item):
    node = network.market(item)
    links = slice(network.indptr[node], network.indptr[node + 1])
    names = network.nodes["supplier"].gather(network.indices[links]).to_list()
    return {n: (round(a, 9), round(b, 9)) for n, a, b in zip(names, network.low[links], network.high[links], strict=True)}


WORLD = [{"item": "x", "supplier": "AAA", "share": 0.6}, {"item": "x", "supplier": "BBB", "share": 0.1}]


def test_the_remainder_is_a_producer_of_its_own():
    assert sourcing(build(WORLD), "x") == {"AAA": (0.6, 0.6), "BBB": (0.1, 0.1), "": (0.3, 0.3)}


def test_ranges_and_unknown_shares_become_bounds_of_weights():
    rows = [
        WORLD[0],
        {"item": "x", "supplier": "BBB", "missing": "withheld"},
        {"item": "x", "supplier": "CCC", "share_low": 0.1},
    ]
    assert sourcing(build(rows), "x") == {"AAA": (0.6, 0.6), "BBB": (0.0, 0.3), "CCC": (0.1, 0.4), "": (0.0, 0.3)}


def test_an_item_without_suppliers_is_all_remainder():
    assert sourcing(build(inputs=[{"item": "x", "input": "y"}]), "y") == {"": (1.0, 1.0)}


@pytest.mark.parametrize(
    ("buyer", "expected"), [("works", "CCC"), ("firm", "CCC"), ("group", "AAA"), ("BBB", "AAA"), (None, "AAA")]
)
def test_a_buyer_falls_back_to_its_parent_then_its_country_then_the_world(buyer, expected):
    rows = [{"item": "x", "supplier": "AAA", "share": 1.0}, {"item": "x", "supplier": "CCC", "share": 1.0, "scope": "firm"}]
    assert list(sourcing(build(rows, buyer=buyer), "x")) == [expected]


def test_trades_come_before_shares_and_count_the_latest_year():
    trades = [
        {"item": "x", "seller": "AAA", "buyer": "CCC", "value": 9.0, "year": 2020},
        {"item": "x", "seller": "AAA", "buyer": "CCC", "value": 1.0},
        {"item": "x", "seller": "BBB", "buyer": "CCC", "value": 3.0},
    ]
    assert sourcing(build(WORLD, trades=trades, buyer="CCC"), "x") == {"AAA": (0.25, 0.25), "BBB": (0.75, 0.75)}


def test_a_level_that_is_missing_falls_back_to_one_that_is_there():
    rows = [{"item": "x", "supplier": "maker", "share": 0.7}]
    assert sourcing(build(rows), "x") == {"maker": (0.7, 0.7), "": (0.3, 0.3)}
    both = rows + [{"item": "x", "supplier": "AAA", "share": 0.9}]
    assert list(sourcing(build(both), "x")) == ["AAA", ""]
    assert list(sourcing(build(both, level="company"), "x")) == ["maker", ""]
    with pytest.raises(InputError):
        build(rows, level="continent")


def test_home_made_steps_are_a_stated_assumption():
    inputs = [{"item": "robot", "input": "motor"}, {"item": "motor", "input": "x"}]
    away = build(WORLD, inputs, product="robot", buyer="CCC")
    home = build(WORLD, inputs, product="robot", buyer="CCC", domestic=True)
    assert list(sourcing(away, "robot")) == list(sourcing(home, "robot")) == ["CCC"]
    assert list(sourcing(away, "motor")) == [""]
    assert list(sourcing(home, "motor")) == ["CCC"]
    assert list(sourcing(home, "x")) == ["AAA", "BBB", ""]  # a step whose shares are known stays as it is


def test_inputs_that_are_not_essential_never_bind():
    inputs = [{"item": "robot", "input": "paint", "essential": False}, {"item": "robot", "input": "x"}]
    network = build(WORLD, inputs, product="robot")
    assert {network.nodes["item"][int(n)] for p in makers(network, "robot") for n in network.indices[network.links(p)]} == {
        "x"
    }


def test_alternatives_without_a_mix_may_be_used_in_any_proportion():
    inputs = [{"item": "r", "input": i, "group": "g"} for i in ("x", "y")]
    network = build([{"item": i, "supplier": "AAA", "share": 1.0} for i in "xyr"], inputs)
    (group,) = network.indices[network.links(makers(network, "r")[0])]
    links = slice(network.indptr[group], network.indptr[group + 1])
    assert network.nodes["role"][int(group)] == "group"
    assert (network.low[links].tolist(), network.high[links].tolist()) == ([0, 0], [1, 1])
    assert network.slack[group] == 1


def test_nothing_is_lost_when_nothing_happens():
    for dataset in ("world", "humanoid", "casting_forging"):
        solution = solve(kn.load(dataset).network(), Scenario("nothing"))
        assert solution.converged
        assert all(np.all(outcome.x == 1) for outcome in solution.outcomes.values())


def test_unknown_products_buyers_and_folders_are_errors(tmp_path):
    with pytest.raises(UnknownIdError):
        build(WORLD, product="y")
    with pytest.raises(UnknownIdError):
        build(WORLD, buyer="DDD")
    with pytest.raises(UnknownIdError):
        build(WORLD).market("y")
    with pytest.raises(ReadError):
        ProductionNetwork.open(tmp_path)


def test_sourcing_of_a_maker_that_only_a_scoped_view_names_is_used():
    shares = [
        {"item": "part", "supplier": "maker", "share": 1.0, "scope": "firm"},
        {"item": "x", "supplier": "AAA", "share": 1.0},
        {"item": "x", "supplier": "BBB", "share": 1.0, "scope": "maker"},
    ]
    inputs = [{"item": "robot", "input": "part"}, {"item": "part", "input": "x"}]
    network = build(shares, inputs, product="robot", buyer="firm")
    (part,) = (n for n in makers(network, "part") if network.nodes["supplier"][int(n)] == "maker")
    assert network.nodes["buyer"][int(network.indices[network.links(part)][0])] == "maker"


def test_a_company_without_a_country_has_none():
    graph = SupplyGraph(
        items=[{"id": "x", "name_en": "x", "kind": "component"}],
        suppliers=[{"id": "f", "name_en": "F", "kind": "company"}],
        shares=[{"item": "x", "supplier": "f", "source": "s", "share": 1.0}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    assert graph.network().nodes["country"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("shares", "kept"),
    [
        ({"a": None, "b": None}, (0.0, 1.0)),
        ({"a": 0.6, "b": None}, (0.4, 0.4)),
        ({"a": 0.6, "b": 0.2}, (0.4, 0.4)),
    ],
)
def test_a_complete_list_leaves_nothing_to_anybody_unnamed(shares, kept):
    """Of what is not told nobody but the named may hold it; where all is told and a rest stays, the mark cannot be true."""
    rows = [
        {"item": "p", "supplier": id, "source": "s", "share": v, "scope": "o", "complete": True} for id, v in shares.items()
    ]
    graph = SupplyGraph(
        items=[{"id": "p", "name_en": "p", "kind": "component"}],
        suppliers=[{"id": id, "name_en": id, "kind": "company"} for id in ("o", *shares)],
        shares=rows,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    row = simulate(graph, Scenario("", halt("a")), buyer="o", level="company").row(0, named=True)
    assert (row["kept_low"], row["kept_high"]) == pytest.approx(kept)
    calm = simulate(graph, Scenario("", halt("o")), buyer="o", level="company").row(0, named=True)
    assert calm["kept_low"] == pytest.approx(1.0 if None in shares.values() else 0.8)


def wants(network):
    items = network.nodes["item"]
    return set(zip(items.gather(network.owner), items.gather(network.indices), strict=True))


def test_a_network_without_some_inputs_is_that_of_a_graph_where_nothing_needs_them():
    rows = [*WORLD, {"item": "y", "supplier": "CCC", "share": 1.0}, {"item": "z", "supplier": "AAA"}]
    lines = [{"item": "x", "input": "y"}, {"item": "x", "input": "z"}, {"item": "y", "input": "z"}]
    less = build(rows, lines, without=["z"])
    assert ("x", "z") in wants(build(rows, lines)) and wants(less) == wants(build(rows, lines[:1]))
    assert less.items == ["x", "y", "z"], "it is there, and nobody needs it"


def test_what_the_buyer_sees_is_compiled_without_markets_of_others_and_nothing_else_is_kept():
    shares = [*WORLD, {"item": "x", "supplier": "maker", "share": 1.0, "scope": "AAA"}]
    shares += [
        {"item": "x", "supplier": "BBB", "share": 1.0, "scope": "CCC"},
        {"item": "y", "supplier": "CCC", "share": 1.0},
    ]
    whole = build(shares, [{"item": "y", "input": "x"}], buyer="AAA")
    seen = build(shares, [{"item": "y", "input": "x"}], buyer="AAA", seen=True)
    assert sorted(seen.items) == sorted(whole.items)
    assert sourcing(seen, "x") == sourcing(whole, "x") == {"maker": (1.0, 1.0)}
    assert set(whole.markets) - set(seen.markets) == {("x", "")}  # of the others; who makes y buys as told


def test_the_market_of_an_item_is_that_of_whoever_is_nearest_to_the_buyer():
    shares = [*WORLD, {"item": "x", "supplier": "BBB", "share": 1.0, "scope": "BBB"}]
    shares += [{"item": "x", "supplier": "CCC", "share": 1.0, "scope": "group"}]
    assert sourcing(build(shares, buyer="firm"), "x") == {"CCC": (1.0, 1.0)}  # its parent comes before its country
    assert sourcing(build(shares, buyer="BBB"), "x") == {"BBB": (1.0, 1.0)}
    assert set(sourcing(build(shares, buyer="CCC"), "x")) == {"AAA", "BBB", ""}
