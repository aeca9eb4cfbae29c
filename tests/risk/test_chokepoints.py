"""Chokepoints: four measures against independent ways to work them out, and top rows that the sources carry."""

import kanmon as kn
import networkx as nx
import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, SupplyGraph, UnknownIdError
from kanmon.risk import Scenario, affected, chokepoints, cut_sets, embargo, halt, simulate
from kanmon.risk.production import failures


def graph_of(inputs, shares, companies=()):
    """A graph from ``(item, input, group)`` and ``{item: {supplier: share}}``; companies are ``(id, country)``."""
    ids = sorted({i for row in inputs for i in row[:2]} | set(shares))
    countries = sorted({c for row in shares.values() for c in row} - {id for id, _ in companies} | {c for _, c in companies})
    suppliers = [{"id": c, "name_en": c, "kind": "country"} for c in countries]
    suppliers += [{"id": id, "name_en": id, "kind": "company", "country": country} for id, country in companies]
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ids],
        inputs=[{"item": a, "input": b, "group": g, "source": "s"} for a, b, g in inputs],
        suppliers=suppliers,
        shares=[{"item": i, "supplier": c, "source": "s", "share": v} for i, row in shares.items() for c, v in row.items()],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


INPUTS = [("robot", "motor", None), ("robot", "chip", None), ("motor", "magnet", None)]
INPUTS += [("motor", "steel", "frame"), ("motor", "plastic", "frame")]
SHARES = {
    "robot": {"JPN": 1.0},
    "motor": {"JPN": 0.5, "DEU": 0.5},
    "chip": {"TWN": 0.6, "KOR": 0.3},
    "magnet": {"CHN": 0.9},
    "steel": {"CHN": 0.5, "DEU": 0.5},
    "plastic": {"KOR": 1.0},
}


@pytest.fixture(scope="module")
def graph():
    return graph_of(INPUTS, SHARES)


@pytest.fixture(scope="module")
def frame(graph):
    return chokepoints(graph, "robot")


def lines(item, node):
    """Part of the supply lines of an item that meet a node, by following each line; alternatives evenly."""
    groups = {}
    for number, (owner, need, group) in enumerate(INPUTS):
        if owner == item:
            groups.setdefault(group or number, []).append(need)
    named = SHARES[item]
    above = [sum(lines(need, node) for need in group) / len(group) for group in groups.values()]
    on = sum(above) / len(above) if above else 0.0
    return sum(share * (1.0 if name == node else on) for name, share in named.items()) + (1 - sum(named.values())) * on


def test_criticality_is_what_a_halt_and_an_embargo_cost(graph, frame):
    for row in frame.iter_rows(named=True):
        change = halt(row["node"]) if row["kind"] == "halt" else embargo(row["node"])
        kept = simulate(graph, Scenario("x", change), product="robot").filter(pl.col("item") == "robot").row(0, named=True)
        assert row["loss_low"] == pytest.approx(1 - kept["kept_high"], abs=1e-9)
        assert row["loss_high"] == pytest.approx(1 - kept["kept_low"], abs=1e-9)
        assert row["loss_low"] <= row["loss_estimate"] <= row["loss_high"]


def test_dependency_flow_follows_every_supply_line_once(frame):
    for row in frame.iter_rows(named=True):
        assert row["dependency_flow"] == pytest.approx(lines("robot", row["node"]))
        assert row["dependency_flow_low"] - 1e-12 <= row["dependency_flow"] <= row["dependency_flow_high"] + 1e-12


def test_alternatives_of_unknown_mix_bound_the_dependency_flow(frame):
    bounds = frame.filter((pl.col("node") == "KOR") & (pl.col("kind") == "halt")).row(0, named=True)
    # Chips 0.3 of one half; plastic is one of two frames, of one of two inputs of the other half.
    assert bounds["dependency_flow_low"] == pytest.approx(0.15)
    assert bounds["dependency_flow_high"] == pytest.approx(0.15 + 0.25)


def test_betweenness_is_that_of_networkx(graph, frame):
    view = nx.DiGraph()
    for item, named in SHARES.items():
        makers = [f"by {name}" for name in named] + ([item] if sum(named.values()) < 1 else [])
        for maker in makers:
            if maker != item:
                view.add_edge(maker, item)
            for owner, need, _ in INPUTS:
                if owner == item:
                    view.add_edge(need, maker)
    expected = nx.betweenness_centrality(view)
    for node, value in frame.select("node", "betweenness").unique().iter_rows():
        assert value == pytest.approx(expected[f"by {node}"])


def test_a_node_that_is_lost_whatever_is_spared_is_as_lost_as_when_each_is_tried_alone(monkeypatch):
    # Half of two markets is nobody's: that may be that of whoever fails, but of those who are named there with a share.
    names = [f"c{number:02}" for number in range(24)]
    shares = {"robot": {"JPN": 1.0}, "chip": dict.fromkeys(names[:10], 0.05), "lens": dict.fromkeys(names[6:12], 0.08)}
    companies = [(name, "JPN" if number % 3 else "DEU") for number, name in enumerate(names)]
    shares["motor"] = dict.fromkeys(names, 1 / 24)
    robot = graph_of([("robot", need, None) for need in ("chip", "lens", "motor")], shares, companies)
    found = []
    for together in (10**6, 1, 2, 8):
        monkeypatch.setattr(failures, "_TOGETHER", together)
        found.append(chokepoints(robot, "robot", fails="supplier", level="company"))
    lost = found[0].filter(kind="halt")["first_high"]
    assert (lost == 1).sum() > 8 and (lost < 1).sum() > 2
    assert all(one.equals(found[0], null_equal=True) for one in found)


def test_single_points_count_the_items_that_a_node_stops_alone(frame):
    row = frame.filter((pl.col("node") == "JPN") & (pl.col("kind") == "halt")).row(0, named=True)
    assert (row["single_points"], row["smallest_set"], row["worst_item"]) == (1, 1, "robot")
    row = frame.filter((pl.col("node") == "CHN") & (pl.col("kind") == "halt")).row(0, named=True)
    assert (row["single_points"], row["loss_low"], row["worst_item"]) == (0, 0.9, "magnet")
    assert (row["worst_share_low"], row["source"]) == (0.9, "s")


def test_the_worst_item_says_what_it_costs_alone_where_alternatives_are_all_taken_together():
    """China makes both alternatives: either could do without the other, so only the ore costs anything alone."""
    inputs = [("motor", "steel", "frame"), ("motor", "plastic", "frame"), ("motor", "ore", None)]
    graph = graph_of(inputs, {"motor": {"JPN": 1.0}, "steel": {"CHN": 1.0}, "plastic": {"CHN": 1.0}, "ore": {"CHN": 0.3}})
    row = chokepoints(graph, "motor", kinds=["halt"]).filter(node="CHN").row(0, named=True)
    alone = {
        item: 1 - simulate(graph, halt("CHN", item=item), product="motor").filter(item="motor")["kept_high"].item()
        for item in ("steel", "plastic", "ore")
    }
    assert alone == {"steel": 0.0, "plastic": 0.0, "ore": pytest.approx(0.3)}
    assert (row["worst_item"], row["worst_loss"], row["loss_low"]) == ("ore", pytest.approx(0.3), 1.0)
    row = chokepoints(graph, "motor", kinds=["halt"]).filter(node="JPN").row(0, named=True)
    assert (row["worst_item"], row["worst_loss"], row["loss_low"]) == ("motor", 1.0, 1.0)


@pytest.mark.parametrize("makes", ["DEU", "JPN"])
def test_the_share_shown_is_that_of_the_market_through_which_the_loss_comes(makes):
    """Japan buys a fifth of its own magnets from China, the world nine tenths: what counts is where the motors are made."""
    shares = [
        ("motor", makes, None, 1.0),
        ("magnet", "CHN", None, 0.9),
        ("magnet", "CHN", "JPN", 0.2),
        ("magnet", "DEU", "JPN", 0.8),
    ]
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "motor", "magnet")],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in (("robot", "motor"), ("motor", "magnet"))],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
        shares=[{"item": i, "supplier": c, "scope": p, "share": v, "source": "s"} for i, c, p, v in shares],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    row = chokepoints(graph, "robot", kinds=["halt"], buyer="JPN").filter(node="CHN").row(0, named=True)
    share = {"DEU": 0.9, "JPN": 0.2}[makes]
    assert (row["worst_item"], row["worst_share_low"]) == ("magnet", share)
    assert row["loss_low"] == pytest.approx(share)
    whose = {"DEU": None, "JPN": "JPN"}[makes]
    hit = affected(graph, "CHN", buyer="JPN").filter(item="robot").row(0, named=True)
    assert (row["worst_market"], hit["market"], hit["share_low"]) == (whose, whose, share)
    # Whoever asks: motors that Japan makes are made of what Japan buys.
    assert chokepoints(graph, "robot", kinds=["halt"]).filter(node="CHN")["worst_market"].item() == whose


def test_the_buyers_own_embargo_hits_those_abroad_alone():
    shares = {"robot": {"DEU": 1.0}, "motor": {"JPN": 1.0}, "magnet": {"JPN": 1.0}, "chip": {"JPN": 1.0}}
    graph = graph_of([("robot", "motor", None), ("motor", "magnet", None), ("robot", "chip", None)], shares)
    lost = dict(affected(graph, "JPN", kind="embargo", buyer="JPN").select("item", "loss_low").iter_rows())
    assert lost == {"robot": 1.0}, "Germany makes the robot and gets nothing; Japan has its own motors, magnets and chips"


def test_sets_at_hand_give_the_same_smallest_sets(graph):
    sets = cut_sets(graph, "robot", fails="country", max_order=2, threshold=0.5)
    assert chokepoints(graph, "robot", sets=sets).equals(chokepoints(graph, "robot"))


def test_a_company_told_market_may_hide_its_countries_companies():
    graph = graph_of([], {"chip": {"a": 0.5, "b": 0.2}}, companies=[("a", "TWN"), ("b", "KOR")])
    rows = {row["node"]: row for row in chokepoints(graph, "chip", kinds=["halt"]).iter_rows(named=True)}
    assert (rows["TWN"]["loss_low"], rows["TWN"]["loss_facts"]) == pytest.approx((0.5, 0.8))
    by_company = {
        row["node"]: row for row in chokepoints(graph, "chip", fails="supplier", kinds=["halt"]).iter_rows(named=True)
    }
    assert (by_company["a"]["loss_low"], by_company["a"]["loss_high"]) == pytest.approx((0.5, 0.5))


def test_an_item_may_be_the_node(graph):
    rows = {row["node"]: row for row in chokepoints(graph, "robot", fails="item").iter_rows(named=True)}
    assert set(rows) == {"motor", "chip", "magnet", "steel", "plastic"}
    assert all(row["kind"] == "halt" for row in rows.values())
    assert rows["magnet"]["loss_low"] == 1 and rows["magnet"]["single_points"] == 3
    assert (rows["steel"]["loss_low"], rows["steel"]["loss_high"]) == (0, 1), "there may be none in the mix"


def test_circles_in_the_chain_are_followed_to_their_end():
    graph = graph_of([("steel", "scrap", "charge"), ("steel", "ore", "charge"), ("scrap", "steel", None)], {
        "steel": {"JPN": 1.0}, "scrap": {"USA": 1.0}, "ore": {"AUS": 1.0},
    })  # fmt: skip
    rows = {row["node"]: row for row in chokepoints(graph, "steel", kinds=["halt"]).iter_rows(named=True)}
    assert rows["AUS"]["dependency_flow"] == pytest.approx(1.0), "all lines end in ore"
    assert rows["USA"]["dependency_flow"] == pytest.approx(0.5)


def test_what_hangs_on_a_node_agrees_with_the_chokepoints(graph, frame):
    for node in ("CHN", "KOR", "TWN"):
        for kind in ("halt", "embargo"):
            row = affected(graph, node, kind=kind).filter(pl.col("item") == "robot").row(0, named=True)
            own = frame.filter((pl.col("node") == node) & (pl.col("kind") == kind)).row(0, named=True)
            assert row["loss_low"] == pytest.approx(own["loss_low"])
            assert row["loss_estimate"] == pytest.approx(own["loss_estimate"])
            assert row["final"]
    row = affected(graph, "CHN", item="steel").filter(pl.col("item") == "motor").row(0, named=True)
    assert (row["loss_low"], row["loss_estimate"], row["loss_high"], row["through"]) == (0, 0.25, 0.5, "steel"), row


def test_markets_that_nobody_knows_count_against_nobody_named():
    graph = graph_of([("robot", "secret", None), ("robot", "magnet", None)], {"magnet": {"CHN": 0.5, "JPN": 0.5}})
    row = chokepoints(graph, "robot", kinds=["halt"]).row(0, named=True)
    assert (row["loss_low"], row["loss_facts"], row["loss_estimate"], row["loss_high"]) == (0.5, 0.5, 0.5, 1.0)
    assert affected(graph, "CHN")["item"].to_list() == ["robot", "magnet"], "not the secret item"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda g: chokepoints(g, "robot", kinds=["fire"]), InputError),
        (lambda g: chokepoints(g, "robot", threshold=2), InputError),
        (lambda g: chokepoints(g, "robott"), UnknownIdError),
        (lambda g: affected(g, "CHINA"), UnknownIdError),
        (lambda g: affected(g, "magnet", kind="embargo"), UnknownIdError),
        (lambda g: affected(g, "CHN", kind="fire"), InputError),
    ],
)
def test_wrong_arguments_are_said(graph, call, error):
    with pytest.raises(error):
        call(graph)


@pytest.fixture(scope="module")
def world():
    return kn.load("world")


def test_the_share_of_a_node_is_that_of_all_its_makers_and_open_where_theirs_is():
    """Two makers without a figure hold no more together than what the market leaves open."""
    held = {"mill": 0.3, "mine": 0.2, "east": None, "west": None, "own": 0.1}
    homes = {"mill": "JPN", "mine": "JPN", "east": "CHN", "west": "CHN", "own": "CHN"}
    graph = graph_of([("motor", "magnet", None)], {"motor": {"DEU": 1.0}, "magnet": held}, homes.items())
    expected = {"JPN": (0.5, 0.5), "CHN": (0.1, 0.5), "east": (0.0, 0.4)}
    for node, ends in expected.items():
        row = affected(graph, node).filter(pl.col("item") == "motor").row(0, named=True)
        assert (row["through"], row["share_low"], row["share_high"]) == ("magnet", *map(pytest.approx, ends))
        fails = "country" if node.isupper() else "supplier"
        row = chokepoints(graph, "motor", fails=fails).filter(pl.col("node") == node).row(0, named=True)
        assert (row["worst_item"], row["worst_share_low"], row["worst_share_high"]) == ("magnet", *map(pytest.approx, ends))
    assert affected(graph, "magnet").select("share_low", "share_high").unique().rows() == [(None, None)]


@pytest.mark.parametrize(
    ("product", "node", "item"),
    [
        ("humanoid_robot", "TWN", "advanced_logic_wafer"),
        ("humanoid_robot", "CHN", "ndfeb_magnet"),
        ("mlcc", "IDN", "nickel_mining"),
        ("marine_crankshaft", "JPN", "marine_crankshaft"),
        ("ev_battery_pack", "CHN", "anode_active"),
    ],
)
def test_top_rows_rest_on_a_stated_share(world, product, node, item):
    rows = chokepoints(world, product, kinds=["halt"])
    row = rows.head(4).filter(pl.col("node") == node).row(0, named=True)
    assert row["worst_item"] == item
    stated = world.preferred("country", "world").filter(pl.col("item") == item)
    home = world.suppliers.select(supplier="id", home=pl.coalesce("country", "id"))
    shares = stated.join(home, on="supplier").filter(pl.col("home") == node)
    assert row["source"] == shares["source"][0]
    assert shares["share_low"].sum() == pytest.approx(row["worst_share_low"])
    assert row["loss_low"] >= row["worst_share_low"] - 1e-9, "nothing that is short makes up for it"
    assert rows["loss_low"].is_sorted(descending=True)
    assert set(rows["source"].drop_nulls()) <= set(world.sources["id"])


def test_a_ranking_that_nobody_can_look_up_makes_no_loss_certain(world):
    """Of MLCC a newspaper has 60 % for three makers of two countries (2018); the shares of 2025 are of a lost page."""
    row = chokepoints(world, "mlcc", kinds=["halt"]).filter(pl.col("node") == "JPN").row(0, named=True)
    named = world.shares.filter(item="mlcc", source="S_GSMLCC")
    assert named.height == 3 and row["loss_low"] < 0.1 and row["loss_high"] == pytest.approx(1.0)


def stated_least(graph):
    """The graph in which every use share that nobody states is anything, down to as good as nothing."""
    inputs = graph.inputs.with_columns(
        use_share_low=pl.coalesce("use_share_low", pl.when(pl.col("use_share_high").is_null()).then(1e-9)),
        use_share_high=pl.when(pl.col("use_share_low").is_null())
        .then(pl.coalesce("use_share_high", 1.0))
        .otherwise("use_share_high"),
    )
    return SupplyGraph(
        inputs=inputs, **{name: getattr(graph, name) for name in ("items", "suppliers", "shares", "trades", "sources")}
    )


@pytest.mark.parametrize("buyer", [None, "JPN"])
@pytest.mark.parametrize("product", ["ndfeb_magnet", "humanoid_robot", "ev_battery_pack"])
def test_hard_is_what_remains_however_small_the_parts_of_demand_that_nobody_states(world, product, buyer):
    """By the definition: the same question with each blank use share written down as nearly nothing, and then as it is."""
    asked = chokepoints(world, product, buyer=buyer)
    least = chokepoints(stated_least(world), product, buyer=buyer).select("node", "kind", least="first_low")
    for row in asked.join(least, on=["node", "kind"]).iter_rows(named=True):
        if row["loss_low"] < 0.1 - 1e-9:
            assert row["hard"] is None
        else:
            words = "soft" if row["first_low"] < 0.1 - 1e-9 else "hard" if row["least"] >= 0.1 - 1e-9 else "open"
            assert row["hard"] == words, row["node"]


def test_a_chokepoint_is_hard_only_where_a_part_of_demand_is_stated_or_all_is_lost():
    """Half the ore is lost: open while nobody states the motor's part, soft at a fifth of it, hard where all is its own."""

    def word(share, **use):
        items = [{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "ore", "wire", "rod")]
        need = [{"item": "motor", "input": "ore", "source": "s", **use}]
        # Alternatives are one need, and nobody's part of a demand: what is made without them stays lost.
        need += [{"item": "motor", "input": i, "group": "g", "source": "s"} for i in ("wire", "rod")]
        graph = SupplyGraph(
            items=items,
            inputs=need,
            suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("AAA", "BBB")],
            shares=[
                {"item": i, "supplier": c, "share": s, "source": "s"}
                for i in ("ore",)
                for c, s in (("AAA", share), ("BBB", 1 - share))
            ]
            + [{"item": i, "supplier": "BBB", "share": 1.0, "source": "s"} for i in ("motor", "wire", "rod")],
            sources=[{"id": "s", "title": "t", "publisher": "p"}],
        )
        rows = {row["node"]: row for row in chokepoints(graph, "motor", kinds=["halt"]).iter_rows(named=True)}
        assert rows["BBB"]["hard"] == "hard", "who makes the motor itself stops it, whoever is served first"
        return rows["AAA"]["hard"]

    assert word(0.5) == "open" and word(1.0) == "hard" and word(0.05) is None
    assert word(0.5, use_share_low=0.2, use_share_high=0.2) == "soft"
    assert word(0.5, use_share_low=1.0, use_share_high=1.0) == "hard"


def test_borates_are_a_soft_chokepoint_and_taiwan_is_open(world):
    """At most a few percent of borates go into magnets: served first, a robot gets them; nobody states it for wafers."""
    rows = {row["node"]: row for row in chokepoints(world, "humanoid_robot", kinds=["halt"]).iter_rows(named=True)}
    assert rows["TUR"]["loss_low"] > 0.4 and rows["TUR"]["hard"] == "soft"
    assert rows["TWN"]["hard"] == "open"


def test_an_embargo_on_a_buyer_leaves_the_senders_own_industry_going(world):
    rows = chokepoints(world, "ev_battery_pack", buyer="JPN").filter(pl.col("node") == "CHN")
    loss = {row["kind"]: row["loss_low"] for row in rows.iter_rows(named=True)}
    assert 0 <= loss["embargo"] <= loss["halt"]
    assert "JPN" not in set(chokepoints(world, "mlcc", buyer="JPN", kinds=["embargo"])["node"])


def test_the_order_of_rows_does_not_matter(world):
    part = world.upstream("mlcc")
    backwards = SupplyGraph(**{name: table[::-1] for name, table in part.tables.items()}, name=part.name)
    straight, turned = (chokepoints(g, "mlcc", kinds=["halt"]) for g in (part, backwards))
    assert straight.drop("betweenness").equals(turned.drop("betweenness"))
    assert np.allclose(straight["betweenness"], turned["betweenness"])


def test_a_mineral_that_leads_to_no_product_is_not_a_final_product():
    final = affected(kn.load("world"), "CHN").filter(pl.col("final"))
    assert not set(final["kind"]) & {"mineral"}
    assert "humanoid_robot" in set(final["item"])


@pytest.mark.parametrize("buyer", ["DDD", None])
@pytest.mark.parametrize("seed", range(40))
def test_a_table_of_many_failures_says_what_each_says_alone(seed, buyer):
    # Loops, markets with gaps and markets without anybody: what many failures share is worked out once, and must not show.
    rng = np.random.default_rng(seed)
    items, countries = [f"i{k}" for k in range(7)], ["AAA", "BBB", "CCC", "DDD"]
    inputs, shares = [], []
    for at, item in enumerate(items):
        needs = [int(other) for other in rng.choice(len(items), 2, replace=False) if other > at or rng.random() < 0.15]
        inputs += [{"item": item, "input": items[other], "source": "s"} for other in needs]
        named = rng.choice(countries, rng.integers(0, 4), replace=False)
        told = rng.random(len(named)) * rng.choice([1.0, 0.6]) if len(named) else []
        for country, share in zip(named, told, strict=True):
            share = None if rng.random() < 0.3 else float(share / len(named))
            shares.append({"item": item, "supplier": country, "source": "s", "share": share})
    shares.append({"item": "i0", "supplier": "DDD", "source": "s", "share": None}) if not shares else None
    suppliers = [{"id": c, "name_en": c, "kind": "country"} for c in countries]
    sources = [{"id": "s", "title": "t", "publisher": "p"}]
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in items],
        inputs=pl.DataFrame(inputs).unique(["item", "input"], maintain_order=True) if inputs else [],
        suppliers=suppliers,
        shares=shares,
        sources=sources,
    )
    frame = chokepoints(graph, "i0", buyer=buyer)
    assert frame.height >= frame["node"].n_unique() > 0
    for row in frame.iter_rows(named=True):
        assert row["loss_low"] - 1e-9 <= row["loss_facts"] <= row["loss_high"] + 1e-9
        change = halt(row["node"]) if row["kind"] == "halt" else embargo(row["node"], to=buyer or ())
        for sharing, names in (
            ("alike", ("loss_low", "loss_estimate", "loss_high")),
            ("first", ("first_low", "first_high")),
        ):
            alone = simulate(graph.network("i0", buyer=buyer), change, sharing=sharing).filter(item="i0").row(0, named=True)
            kept = {"low": alone["kept_high"], "estimate": alone["kept_estimate"], "high": alone["kept_low"]}
            for name in names:
                assert row[name] == pytest.approx(1 - kept[name.split("_")[1]], abs=1e-9), (row["node"], row["kind"], name)


@pytest.mark.parametrize("node", ["AUS", "CHN", "GBR", "USA"])
def test_items_that_an_embargo_possibly_stops_are_those_that_it_possibly_takes_wholly_one_by_one(node):
    world = kn.load("world")
    row = chokepoints(world, "ndfeb_magnet", buyer="JPN").filter(node=node, kind="embargo").row(0, named=True)
    needed = set(world.network("ndfeb_magnet", buyer="JPN").items)
    taken = affected(world, node, kind="embargo", buyer="JPN").filter(pl.col("item").is_in(list(needed)))
    assert row["single_points_possible"] == (taken["loss_facts"] > 1 - 1e-9).sum()
    kept = simulate(world, Scenario("e", embargo(node, to="JPN")), product="ndfeb_magnet", buyer="JPN")
    sure, worst = ((kept[name] < 1e-9).sum() for name in ("kept_high", "kept_low"))
    assert sure <= row["single_points"] <= row["single_points_possible"] <= worst


def test_what_companies_leave_may_run_through_the_country_of_one_of_them():
    """Of the magnet half is made by X in China, a fifth by M in Japan; who makes the rest, and where, nobody says."""
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
        inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")]
        + [{"id": m, "name_en": m, "kind": "company", "country": c} for m, c in (("X", "CHN"), ("M", "JPN"))],
        shares=[
            {"item": item, "supplier": supplier, "source": "s", "share": share}
            for item, supplier, share in (("magnet", "X", 0.5), ("magnet", "M", 0.2), ("motor", "JPN", 1.0))
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    (row,) = chokepoints(graph, "motor", level="company", kinds=["halt"]).filter(node="CHN").iter_rows(named=True)
    flows = [row[f"dependency_flow{end}"] for end in ("", "_low", "_high")]
    assert flows == pytest.approx([0.5, 0.5, 0.8])
    assert (row["loss_low"], row["loss_high"]) == pytest.approx((0.5, 0.8))
