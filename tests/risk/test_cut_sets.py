"""Cut sets of a product: every subset tried by hand, certain and possible, with and without a threshold."""

import itertools
from dataclasses import replace

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, SupplyGraph, UnknownIdError
from kanmon.risk import Scenario, chokepoints, cut_sets, failure_tree, halt, simulate, solve

PLACES = {"a1": "AAA", "a2": "AAA", "b1": "BBB", "c1": "CCC", "AAA": "AAA", "BBB": "BBB", "CCC": "CCC"}


def random_chain(rng):
    """``{item: (shares, rest, groups)}``: shares by maker (None: named, no figure), a group is a list of alternatives."""
    items = [f"i{k}" for k in range(int(rng.integers(1, 6)))]
    chain = {}
    for item in items:
        told = ["a1", "a2", "b1", "c1"] if rng.random() < 0.5 else ["AAA", "BBB", "CCC"]
        makers = [str(m) for m in rng.choice(told, int(rng.integers(0, 4)), replace=False)]
        rest = bool(rng.random() < 0.5) or not makers
        parts = rng.dirichlet(np.ones(len(makers) + rest)).round(3)
        shares = {maker: float(part) for maker, part in zip(makers, parts, strict=False)}
        if makers and not rest:
            shares[makers[-1]] = round(1 - sum(shares[m] for m in makers[:-1]), 3)
        unknown = [maker for maker in makers if rng.random() < 0.3]
        shares |= dict.fromkeys(unknown)
        others = [other for other in items if other != item or rng.random() < 0.1]  # circles may occur
        most = min(2, len(others))
        sizes = [int(rng.integers(1, most + 1)) for _ in range(int(rng.integers(0, 3)))] if others else []
        groups = [[str(o) for o in rng.choice(others, size, replace=False)] for size in sizes]
        open_ = 1 - sum(share for share in shares.values() if share is not None) > 1e-9
        chain[item] = (shares, open_, groups)
    return chain


def graph_of(chain):
    """The chain as a supply graph; the product is i0."""
    inputs = {}
    for item, (_, _, groups) in chain.items():
        for number, group in enumerate(groups):
            for other in group:
                name = f"g{number}" if len(group) > 1 else None
                inputs[item, other, name] = {"item": item, "input": other, "group": name, "source": "s"}
    shares = [(item, maker, share) for item, (told, _, _) in chain.items() for maker, share in told.items()]
    return SupplyGraph(
        items=[{"id": item, "name_en": item, "kind": "component"} for item in chain],
        inputs=list(inputs.values()) or None,
        suppliers=[
            {"id": id, "name_en": id, "kind": "country" if id == place else "company", "country": place}
            for id, place in PLACES.items()
        ],
        shares=[{"item": i, "supplier": m, "share": v, "source": "s"} for i, m, v in shares] or None,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def fails(chain, failed, level, possible):
    """Whether i0 fails under every (some) completion of the shares: up from "nothing fails" until nothing changes."""
    lost = set()
    while True:
        now = set()
        for item, (shares, open_, groups) in chain.items():
            starved = any(all(other in lost for other in group) for group in groups)
            if level == "item":
                stops = dict.fromkeys(shares, item in failed and not groups)
                rest_stops = item in failed and not groups
            else:
                stops = {name: bool({name, PLACES[name]} & failed) for name in shares}
                # Unattributed supply may be a failed country's where somebody of it is named, and it has no own share.
                rest_stops = possible and any(PLACES[name] in failed and PLACES[name] not in shares for name in shares)
            told = all(stops[name] for name, share in shares.items() if share is not None)
            unknown = [name for name, share in shares.items() if share is None]
            if possible:  # all that is open may be put down to one who stops
                filled = not open_ or rest_stops or any(stops[name] for name in unknown)
            else:  # whoever may hold a part must stop
                filled = not open_ or (rest_stops and all(stops[name] for name in unknown))
            if starved or (told and filled):
                now.add(item)
        if now <= lost:
            return "i0" in lost
        lost |= now


def upstream(chain):
    seen, front = {"i0"}, ["i0"]
    while front:
        for group in chain[front.pop()][2]:
            front += [item for item in group if item not in seen]
            seen |= set(group)
    return seen


def events_of(chain, level):
    here = {item: row for item, row in chain.items() if item in upstream(chain)}
    if level == "item":
        return sorted(item for item, (_, _, groups) in here.items() if not groups)
    named = {name for shares, _, _ in here.values() for name in shares}
    return sorted(named if level == "supplier" else {PLACES[name] for name in named})


def minimal(chain, level, possible):
    found = []
    events = events_of(chain, level)
    for order in range(1, len(events) + 1):
        for members in itertools.combinations(events, order):
            if not any(set(known) <= set(members) for known in found) and fails(chain, set(members), level, possible):
                found.append(members)
    return set(found)


@pytest.mark.parametrize("seed", range(24))
def test_sets_are_those_of_every_subset_tried(seed):
    """Random chains with alternatives, shared suppliers, remainders, suppliers without a figure, and circles."""
    rng = np.random.default_rng(seed)
    for case in range(30):
        chain = random_chain(rng)
        level = ("supplier", "country", "item")[case % 3]
        frame = cut_sets(graph_of(chain), "i0", fails=level, max_order=None)
        rows = frame.select("members", "certainty").rows()
        certain, possible = minimal(chain, level, False), minimal(chain, level, True)
        assert {tuple(members) for members, sure in rows if sure == "certain"} == certain, chain
        assert {tuple(members) for members, sure in rows if sure == "possible"} == possible - certain, chain
        # The logic and the arithmetic are one reading: what stops it loses all of it.
        for members, sure, low, facts in frame.select("members", "certainty", "loss_low", "loss_facts").rows():
            assert (low if sure == "certain" else facts) == pytest.approx(1, abs=1e-9), (chain, members)


@pytest.mark.parametrize("seed", range(12))
def test_criticality_and_cut_sets_agree_node_by_node_and_order_by_order(seed):
    rng = np.random.default_rng(500 + seed)
    for case in range(6):
        graph, level = graph_of(random_chain(rng)), ("supplier", "country")[case % 2]
        logic = cut_sets(graph, "i0", fails=level, max_order=3)
        sums = cut_sets(graph, "i0", fails=level, max_order=3, threshold=1.0)
        assert set(map(tuple, logic["members"])) == set(map(tuple, sums["members"]))
        alone = {row["members"][0]: row["certainty"] for row in logic.filter(pl.col("order") == 1).iter_rows(named=True)}
        for row in chokepoints(graph, "i0", fails=level, kinds=["halt"]).iter_rows(named=True):
            assert (row["loss_low"] >= 1 - 1e-9) == (alone.get(row["node"]) == "certain")
            assert (row["loss_facts"] >= 1 - 1e-9) == (row["node"] in alone)


def losses(graph, level):
    """Loss of every set of events, by halting its members together."""
    network = graph.network("i0", level={"supplier": "company"}.get(level, "country"))
    column = "supplier" if level == "supplier" else "country"
    events = network.makers.filter(pl.col("supplier") != "")[column].drop_nulls().unique().sort().to_list()
    found = {}
    for order in range(len(events) + 1):
        for members in itertools.combinations(events, order):
            solution = solve(network, Scenario("x", [halt(member) for member in members]))
            found[members] = 1 - solution.level("i0", "high"), 1 - solution.level("i0", "low")
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_threshold_gives_the_minimal_sets_that_lose_as_much(seed):
    rng = np.random.default_rng(100 + seed)
    for case in range(6):
        graph = graph_of(random_chain(rng))
        level, threshold = ("supplier", "country")[case % 2], float(rng.choice([0.2, 0.5, 0.8]))
        lost = losses(graph, level)
        hits = [members for members, (low, _) in lost.items() if low >= threshold - 1e-9 and members]
        expected = {members for members in hits if not any(set(other) < set(members) for other in hits)}
        frame = cut_sets(graph, "i0", fails=level, max_order=None, threshold=threshold)
        assert {tuple(row) for row in frame.filter(pl.col("certainty") == "certain")["members"]} == expected
        for members, low, facts, high in frame.select("members", "loss_low", "loss_facts", "loss_high").rows():
            assert (low, high) == pytest.approx(lost[tuple(members)], abs=1e-9)
            assert low <= facts + 1e-9 and facts <= high + 1e-9


def test_a_supplier_without_a_figure_may_hold_all_that_is_open():
    alone = graph_of({"i0": ({"AAA": None}, True, [])})
    assert cut_sets(alone, "i0", fails="country").select("members", "certainty").rows() == [(["AAA"], "possible")]
    both = graph_of({"i0": ({"AAA": 0.6, "BBB": None}, True, [])})
    assert cut_sets(both, "i0", fails="country").select("members", "certainty").rows() == [(["AAA", "BBB"], "possible")]


def small(order=1, prefix=""):
    """Magnets from one country and an unattributed rest, motors from two makers of one country and another."""
    p = prefix
    items = [{"id": f"{p}{i}", "name_en": i, "kind": "component"} for i in ("motor", "magnet", "steel", "plastic")]
    inputs = [
        {"item": f"{p}motor", "input": f"{p}magnet", "source": "s"},
        {"item": f"{p}motor", "input": f"{p}steel", "source": "s", "group": "frame"},
        {"item": f"{p}motor", "input": f"{p}plastic", "source": "s", "group": "frame"},
    ]
    suppliers = [{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")]
    suppliers += [{"id": f"{p}m{n}", "name_en": f"m{n}", "kind": "company", "country": "JPN"} for n in (1, 2)]
    shares = [
        {"item": f"{p}magnet", "supplier": "CHN", "source": "s", "share": 0.9},
        {"item": f"{p}motor", "supplier": f"{p}m1", "source": "s", "share": 0.5},
        {"item": f"{p}motor", "supplier": f"{p}m2", "source": "s", "share": 0.3},
        {"item": f"{p}steel", "supplier": "DEU", "source": "s", "share": 1.0},
        {"item": f"{p}plastic", "supplier": "CHN", "source": "s", "share": 1.0},
    ]
    tables = {"items": items, "inputs": inputs, "suppliers": suppliers, "shares": shares}
    return SupplyGraph(
        **{name: rows[::order] for name, rows in tables.items()}, sources=[{"id": "s", "title": "t", "publisher": "p"}]
    )


def test_unattributed_supply_is_put_down_to_whom_the_market_names_without_a_share():
    rows = cut_sets(small(), "motor", fails="country").select("members", "certainty", "loss_low", "loss_facts").rows()
    # The rest of the motors (20 %) may be Japan's, whose companies are named; the rest of the magnets is not China's.
    assert rows == [(["CHN", "DEU"], "certain", 1.0, 1.0), (["JPN"], "possible", 0.8, 1.0)]


def test_by_supplier_a_company_of_known_share_hides_nothing():
    members = cut_sets(small(), "motor", fails="supplier").select("members", "certainty").rows()
    assert (["m1", "m2"], "certain") not in members and (["m1", "m2"], "possible") not in members


def test_the_order_of_rows_and_the_names_do_not_matter():
    for level in ("country", "supplier", "item"):
        for threshold in (None, 0.5):
            straight = cut_sets(small(), "motor", fails=level, threshold=threshold)
            assert straight.equals(cut_sets(small(order=-1), "motor", fails=level, threshold=threshold))
            renamed = cut_sets(small(prefix="zz_"), "zz_motor", fails=level, threshold=threshold)
            plain = [sorted(m.removeprefix("zz_") for m in row) for row in renamed["members"]]
            assert sorted(plain) == sorted(straight["members"].to_list())


def test_the_buyer_goes_on_making_the_product_itself():
    frame = cut_sets(small(), "motor", fails="country", buyer="JPN")
    assert ["JPN"] not in frame["members"].to_list()
    assert frame.row(0, named=True)["members"] == ["CHN", "DEU"]


def test_imports_leave_home_production_open():
    graph = SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "mineral"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("AUS", "JPN")],
        shares=[{"item": "ore", "supplier": "AUS", "source": "s", "share": 1.0, "scope": "JPN", "measure": "imports"}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    network = replace(graph.network(None, buyer="JPN"), product="ore")
    rows = cut_sets(network, fails="country").select("members", "certainty").rows()
    assert rows[0] == (["AUS", "JPN"], "certain")
    assert rows[1:] == [(["AUS"], "possible"), (["JPN"], "possible")], "home production may be nil, or may be all"


def test_importance_of_a_supplier_comes_from_its_tree():
    tree = failure_tree(small(), "motor", fails="country")
    frame = tree.importance({"CHN": 0.2, "DEU": 0.1, "JPN": 0.3})
    birnbaum = dict(frame.select("event", "birnbaum").iter_rows())
    assert birnbaum == pytest.approx({"CHN": 0.1, "DEU": 0.2, "JPN": 0.0})
    possible = failure_tree(small(), "motor", fails="country", certainty="possible")
    assert possible.probability({"CHN": 0.2, "DEU": 0.1, "JPN": 0.3}) == pytest.approx(1 - 0.7 * (1 - 0.02))


def test_a_product_that_nobody_is_known_to_make_has_no_sets():
    graph = SupplyGraph(items=[{"id": "x", "name_en": "x", "kind": "product"}])
    assert cut_sets(graph, "x").height == 0
    assert cut_sets(graph, "x", threshold=0.5).height == 0
    assert cut_sets(graph, "x", fails="item")["members"].to_list() == [["x"]]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"product": "moter"}, UnknownIdError),
        ({"product": "motor", "fails": "city"}, InputError),
        ({"product": "motor", "threshold": 0.0}, InputError),
        ({"product": "motor", "threshold": 1.5}, InputError),
        ({"product": "motor", "max_order": 0}, InputError),
        ({"product": None}, InputError),
    ],
)
def test_wrong_arguments_are_said(arguments, error):
    with pytest.raises(error) as raised:
        cut_sets(small(), **arguments)
    assert raised.value.text("ja") != raised.value.text("en")


def test_on_world_what_is_certain_is_carried_by_the_sources():
    world = kn.load("world")
    frame = cut_sets(world, "marine_crankshaft", fails="country", threshold=0.5)
    assert frame.filter(pl.col("certainty") == "certain")["order"].min() == 2, (
        "nobody alone halves the crankshaft for certain"
    )
    row = frame.filter(pl.col("members").list.join("+") == "JPN").row(0, named=True)
    assert (row["certainty"], row["loss_low"], row["loss_facts"]) == ("possible", 0.4, 1.0)  # Kobe Steel: 40 %
    simulated = simulate(world, Scenario("x", halt("JPN")), product="marine_crankshaft")
    kept = simulated.filter(pl.col("item") == "marine_crankshaft").row(0, named=True)
    assert (row["loss_low"], row["loss_high"]) == pytest.approx((1 - kept["kept_high"], 1 - kept["kept_low"]))
