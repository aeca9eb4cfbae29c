"""Cut sets of a product: every subset tried by hand, certain and possible, with and without a threshold."""

import itertools

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, ProductionNetwork, SupplyGraph, UnknownIdError
from kanmon.graph.network import NetworkBuilder
from kanmon.risk import Scenario, apply, cut_sets, failure_tree, halt, simulate, solve

PLACES = {"a1": "AAA", "a2": "AAA", "b1": "BBB", "c1": "CCC", "AAA": "AAA", "BBB": "BBB", "CCC": "CCC"}


def random_chain(rng):
    """``{item: (makers, remainder, groups)}``: makers are companies or countries, a group is a list of alternatives."""
    items = [f"i{k}" for k in range(int(rng.integers(1, 6)))]
    chain = {}
    for item in items:
        told = ["a1", "a2", "b1", "c1"] if rng.random() < 0.5 else ["AAA", "BBB", "CCC"]
        makers = [str(m) for m in rng.choice(told, int(rng.integers(0, 4)), replace=False)]
        others = [other for other in items if other != item or rng.random() < 0.1]  # circles may occur
        most = min(2, len(others))
        sizes = [int(rng.integers(1, most + 1)) for _ in range(int(rng.integers(0, 3)))] if others else []
        groups = [[str(o) for o in rng.choice(others, size, replace=False)] for size in sizes]
        chain[item] = (makers, bool(rng.random() < 0.5) or not makers, groups)
    return chain


def network_of(chain, rng):
    """The chain as a production network with random shares; the product is i0."""
    builder, makers, markets = NetworkBuilder(), {}, {}
    for item, (names, rest, _) in chain.items():
        for name in [*names, ""] if rest else names:
            country = PLACES[name] if name else None
            makers[item, name] = builder.add_producer([], item=item, supplier=name, country=country, role="producer")
    for item, (names, rest, _) in chain.items():
        parts = rng.dirichlet(np.ones(len(names) + rest))
        sources = [
            (makers[item, name], float(p), float(p)) for name, p in zip([*names, ""] if rest else names, parts, strict=True)
        ]
        if names and rest and rng.random() < 0.3:  # shares unknown: anybody may hold any part
            sources = [(node, 0.0, 1.0) for node, _, _ in sources]
        markets[item] = builder.add_pool(sources, item=item, buyer="", role="market")
    for item, (_, _, groups) in chain.items():
        pools = []
        for group in groups:
            if len(group) == 1:
                pools.append(markets[group[0]])
            else:
                mix = rng.dirichlet(np.ones(len(group)))
                alternatives = [(markets[other], float(w), float(w)) for other, w in zip(group, mix, strict=True)]
                pools.append(builder.add_pool(alternatives, item=item, buyer="", role="group"))
        for (made, _), node in makers.items():
            if made == item:
                builder.links[node] = [(pool, 1.0, 1.0, 1.0, 1.0) for pool in pools]
    return builder.build("i0", ())


def fails(chain, failed, level, possible):
    """Whether i0 fails: up from "nothing fails" until nothing changes."""
    lost = set()
    while True:
        now = set()
        for item, (names, rest, groups) in chain.items():
            starved = any(all(other in lost for other in group) for group in groups)
            if level == "item":
                stops = dict.fromkeys(names, item in failed and not groups)
                hidden = item in failed and not groups
            else:
                stops = {name: bool({name, PLACES[name]} & failed) for name in names}
                hidden = possible and any(PLACES[name] in failed and PLACES[name] not in names for name in names)
            if (starved or all(stops.values())) and (not rest or starved or hidden):
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


def minimal(chain, level, possible):
    if level == "item":
        events = sorted(item for item, (_, _, groups) in chain.items() if not groups)
    else:
        named = {name for names, _, _ in chain.values() for name in names}
        events = sorted(named if level == "supplier" else {PLACES[name] for name in named})
    found = []
    for order in range(1, len(events) + 1):
        for members in itertools.combinations(events, order):
            if not any(set(known) <= set(members) for known in found) and fails(chain, set(members), level, possible):
                found.append(members)
    return set(found)


@pytest.mark.parametrize("seed", range(24))
def test_sets_are_those_of_every_subset_tried(seed):
    """2,160 random chains with alternatives, shared suppliers, remainders, markets without data and circles."""
    rng = np.random.default_rng(seed)
    for case in range(90):
        chain = random_chain(rng)
        level = ("supplier", "country", "item")[case % 3]
        frame = cut_sets(network_of(chain, rng), level=level, max_order=None)
        rows = frame.select("members", "certainty", "loss_low", "loss_named").rows()
        certain, possible = minimal(chain, level, False), minimal(chain, level, True)
        assert {tuple(members) for members, sure, _, _ in rows if sure == "certain"} == certain, chain
        assert {tuple(members) for members, sure, _, _ in rows if sure == "possible"} == possible - certain, chain
        assert all(low == 1 for _, sure, low, _ in rows if sure == "certain"), "what stops the product costs all of it"
        assert all(named == 1 for *_, named in rows), chain


def losses(network, level):
    """Loss of every set of events, by halting its members one after the other on the network."""
    column = "supplier" if level == "supplier" else "country"
    named = network.nodes.filter((pl.col("role") == "producer") & (pl.col("supplier") != ""))
    events = named[column].unique().sort().to_list()
    found = {}
    for order in range(len(events) + 1):
        for members in itertools.combinations(events, order):
            solution = solve(apply(network, Scenario("x", [halt(member) for member in members])))
            top = network.market("i0")
            found[members] = 1 - solution.high[top], 1 - solution.low[top]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_threshold_gives_the_minimal_sets_that_lose_as_much(seed):
    rng = np.random.default_rng(100 + seed)
    for case in range(8):
        network = network_of(random_chain(rng), rng)
        level, threshold = ("supplier", "country")[case % 2], float(rng.choice([0.2, 0.5, 0.8]))
        lost = losses(network, level)
        hits = [members for members, (low, _) in lost.items() if low >= threshold - 1e-9 and members]
        expected = {members for members in hits if not any(set(other) < set(members) for other in hits)}
        frame = cut_sets(network, level=level, max_order=None, threshold=threshold)
        assert {tuple(row) for row in frame.filter(pl.col("certainty") == "certain")["members"]} == expected
        for members, low, named, high in frame.select("members", "loss_low", "loss_named", "loss_high").rows():
            assert (low, high) == pytest.approx(lost[tuple(members)], abs=1e-9)
            assert low <= named + 1e-9 and named <= high + 1e-9


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
    rows = cut_sets(small(), "motor", "country").select("members", "certainty", "loss_low", "loss_named").rows()
    # The rest of the motors (20 %) may be Japan's, whose companies are named; the rest of the magnets is not China's.
    assert rows == [(["CHN", "DEU"], "certain", 1.0, 1.0), (["JPN"], "possible", 0.8, 1.0)]


def test_by_supplier_a_company_of_known_share_hides_nothing():
    members = cut_sets(small(), "motor", "supplier").select("members", "certainty").rows()
    assert (["m1", "m2"], "certain") not in members and (["m1", "m2"], "possible") not in members


def test_the_order_of_rows_and_the_names_do_not_matter():
    for level in ("country", "supplier", "item"):
        for threshold in (None, 0.5):
            straight = cut_sets(small(), "motor", level, threshold=threshold)
            assert straight.equals(cut_sets(small(order=-1), "motor", level, threshold=threshold))
            renamed = cut_sets(small(prefix="zz_"), "zz_motor", level, threshold=threshold)
            plain = [sorted(m.removeprefix("zz_") for m in row) for row in renamed["members"]]
            assert sorted(plain) == sorted(straight["members"].to_list())


def test_the_buyer_goes_on_making_the_product_itself():
    frame = cut_sets(small(), "motor", "country", buyer="JPN")
    assert ["JPN"] not in frame["members"].to_list()
    assert frame.row(0, named=True)["members"] == ["CHN", "DEU"]


def test_imports_leave_home_production_open():
    graph = SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "mineral"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("AUS", "JPN")],
        shares=[{"item": "ore", "supplier": "AUS", "source": "s", "share": 1.0, "scope": "JPN", "measure": "imports"}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    network = ProductionNetwork.from_graph(graph, None, buyer="JPN")
    network = ProductionNetwork(network.nodes, *(getattr(network, n) for n in ARRAYS), "ore", ("JPN",))
    rows = cut_sets(network, level="country").select("members", "certainty").rows()
    assert rows == [(["AUS"], "possible")], "home production may be nil, or may be all"


ARRAYS = ("producer", "indptr", "indices", "low", "high", "gain_low", "gain_high", "slack", "cap_low", "cap_high")


def test_importance_of_a_supplier_comes_from_its_tree():
    tree = failure_tree(small(), "motor", "country")
    frame = tree.importance({"CHN": 0.2, "DEU": 0.1, "JPN": 0.3})
    birnbaum = dict(frame.select("event", "birnbaum").iter_rows())
    assert birnbaum == pytest.approx({"CHN": 0.1, "DEU": 0.2, "JPN": 0.0})
    possible = failure_tree(small(), "motor", "country", certainty="possible")
    assert possible.probability({"CHN": 0.2, "DEU": 0.1, "JPN": 0.3}) == pytest.approx(1 - 0.7 * (1 - 0.02))


def test_a_product_that_nobody_is_known_to_make_has_no_sets():
    graph = SupplyGraph(items=[{"id": "x", "name_en": "x", "kind": "product"}])
    assert cut_sets(graph, "x").height == 0
    assert cut_sets(graph, "x", threshold=0.5).height == 0
    assert cut_sets(graph, "x", "item")["members"].to_list() == [["x"]]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"product": "moter"}, UnknownIdError),
        ({"product": "motor", "level": "city"}, InputError),
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
    frame = cut_sets(world, "marine_crankshaft", "country", threshold=0.5)
    assert frame.filter(pl.col("certainty") == "certain")["order"].min() == 2, (
        "nobody alone halves the crankshaft for certain"
    )
    row = frame.filter(pl.col("members").list.join("+") == "JPN").row(0, named=True)
    assert (row["certainty"], row["loss_low"], row["loss_named"]) == ("possible", 0.4, 1.0)  # Kobe Steel: 40 %
    simulated = simulate(world, Scenario("x", halt("JPN")), product="marine_crankshaft")
    kept = simulated.filter(pl.col("item") == "marine_crankshaft").row(0, named=True)
    assert (row["loss_low"], row["loss_high"]) == pytest.approx((1 - kept["kept_high"], 1 - kept["kept_low"]))
