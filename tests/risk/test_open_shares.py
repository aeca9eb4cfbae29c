"""What is open in a market's shares is held, at worst, by those whom a failure hits, whatever they are called."""

from itertools import permutations, product

import numpy as np
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, chokepoints, cut_sets, reduce
from kanmon.risk.production.simulation import solve
from kanmon.risk.production.weights import squeeze
from scipy.optimize import linprog

SOURCE = [{"id": "s", "title": "t", "publisher": "p"}]


def graph_of(own, others, low=0.0):
    """A part of makers of open shares: ``own`` buys its ore from the safe mine, the others like the world from the pit."""
    makers = [own, *others]
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("part", "ore")],
        inputs=[{"item": "part", "input": "ore", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("JPN", "CHN", "CAN")]
        + [{"id": m, "name_en": m, "kind": "company", "country": "JPN"} for m in makers]
        + [{"id": m, "name_en": m, "kind": "company", "country": c} for m, c in (("pit", "CHN"), ("safe", "CAN"))],
        shares=[
            {"item": "part", "supplier": m, "source": "s", "share_low": low if m == own else 0.0, "share_high": 1.0}
            for m in makers
        ]
        + [{"item": "ore", "supplier": "pit", "source": "s", "share": 1.0}]
        + [{"item": "ore", "supplier": "safe", "source": "s", "share": 1.0, "scope": own}],
        sources=SOURCE,
    )


def worst_completion(low, left, steps=20):
    """Of all shares of the maker with ore of its own and of two others: what the best arrangement of the pit's ore makes."""
    grid = [i / steps for i in range(steps + 1)]
    shares = [(own, b) for own, b in product(grid, grid) if own + b <= 1 + 1e-9 and own >= low - 1e-9]
    return min(own + min(1 - own, left) for own, _ in shares)


@pytest.mark.parametrize("names", list(permutations(["a", "m", "z"])), ids="".join)
@pytest.mark.parametrize(("low", "cut"), [(0.0, 1.0), (0.0, 0.5), (0.3, 1.0), (0.3, 0.5), (0.6, 0.25)])
def test_the_facts_take_the_worst_completion_of_the_shares_in_the_best_arrangement(names, low, cut):
    own, *others = names
    network = graph_of(own, others, low).network("part", level="company")
    found = solve(network, Scenario("cut", reduce("pit", cut, item="ore")), readings=["facts", "low", "high"])
    assert found.level("part", "facts") == pytest.approx(worst_completion(low, 1 - cut), abs=1e-9)
    assert found.level("part", "low") <= found.level("part", "facts") <= found.level("part", "high")


@pytest.mark.parametrize("names", list(permutations(["a", "m", "z"])), ids="".join)
def test_a_possible_stop_loses_all_in_its_reading_and_in_the_chokepoints(names):
    own, *others = names
    graph = graph_of(own, others)
    sets = {tuple(row["members"]): row for row in cut_sets(graph, "part").iter_rows(named=True)}
    assert (sets[("pit",)]["certainty"], sets[("pit",)]["loss_facts"], sets[("pit",)]["loss_low"]) == ("possible", 1.0, 0.0)
    assert all(row["loss_facts"] == 1.0 for row in sets.values())
    half = cut_sets(graph, "part", threshold=0.5)
    assert ["pit"] in half["members"].to_list()
    nodes = dict(chokepoints(graph, "part", fails="supplier").select("node", "loss_facts").iter_rows())
    assert nodes["pit"] == 1.0


def buyers(world, view, kept):
    """Goods of a maker that buys its part by ``view`` from makers who have ``world`` of it, all of whom need ore."""
    firms = [("top", "JPN"), ("pit", "CHN"), *((m, "CAN") for m in world)]
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("good", "part", "ore")],
        inputs=[{"item": "good", "input": "part", "source": "s"}]
        + [{"item": "part", "input": "ore", "source": "s", "kept_without_low": kept, "kept_without_high": kept}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("JPN", "CHN", "CAN")]
        + [{"id": m, "name_en": m, "kind": "company", "country": c} for m, c in firms],
        shares=[{"item": i, "supplier": m, "source": "s", "share": 1.0} for i, m in (("good", "top"), ("ore", "pit"))]
        + [{"item": "part", "supplier": m, "source": "s", "share": share} for m, share in world.items()]
        + [
            {"item": "part", "supplier": m, "source": "s", "scope": "top", "share_low": low, "share_high": high}
            for m, (low, high) in view.items()
        ],
        sources=SOURCE,
    )


def least_of_best(world, view, kept, ore, gives=None):
    """What the buyer's makers make of the ore at best, at the shares where that is least: each divides it by a price of ore.

    At price q of the ore a maker of share w makes what it can without, and of the rest what is worth more than it takes.
    ``gives``: what each can make of all that it could (as far as it has what it needs besides).
    """
    names, n = list(world), len(world)
    most = np.array([1.0 if gives is None else gives[m] for m in names])
    none = np.minimum(most, kept)
    least = np.array([*none, *[1.0] * n, (1 - kept) * ore])  # shares, what is beyond the price, the price
    beyond = np.column_stack([np.diag(most - none), -np.eye(n), -np.array(list(world.values())) * (most - none)])
    bounds = [view[m] for m in names] + [(0, None)] * (n + 1)
    whole = [[*[1.0] * n, *[0.0] * n, 0.0]]
    return linprog(least, A_ub=beyond, b_ub=np.zeros(n), A_eq=whole, b_eq=[1.0], bounds=bounds).fun


@pytest.mark.parametrize("names", list(permutations(["a", "m", "z"])), ids="".join)
@pytest.mark.parametrize("kept", [0.0, 0.3])
@pytest.mark.parametrize("cut", [0.3, 0.8, 0.95])
def test_what_a_buyer_may_buy_from_anyone_is_at_worst_bought_where_the_shortage_hurts_most(names, kept, cut):
    world = dict(zip(names, (0.6, 0.3, 0.1), strict=True))
    for bounds in product([(0.0, 1.0), (0.2, 0.5)], repeat=3):
        view = dict(zip(names, bounds, strict=True))
        network = buyers(world, view, kept).network("good", level="company")
        found = solve(network, Scenario("cut", reduce("pit", cut, item="ore")), readings=["facts"]).level("good", "facts")
        assert found == pytest.approx(least_of_best(world, view, kept, 1 - cut), abs=1e-9)


@pytest.mark.parametrize("short", [False, True], ids=["all", "some"])
@pytest.mark.parametrize("kept", [0.0, 0.3])
def test_shares_that_are_known_beside_open_ones_stay_and_the_rest_hurts_most(kept, short):
    rng = np.random.default_rng(7)
    for _ in range(300):
        n = int(rng.integers(2, 6))
        low = rng.choice([0.0, 0.1], n) * rng.random(n)
        known = rng.random(n) < 0.4
        known[0] = False
        high = np.where(known, low, 1.0)
        world, ore = rng.dirichlet(np.full(n, 0.3)), float(rng.random() ** 4)
        gives = rng.random(n) if short else np.ones(n)  # the others lack what they buy by themselves
        names = range(n)
        w, takes = [0.0] * n, world * np.maximum(0, gives - kept)
        squeeze(0, n, 1 - low.sum(), ore, kept, list(low), list(high), [0] * n, list(gives), [1.0] * n, w, list(takes))
        pinned = {i: (w[i], w[i]) for i in names}
        asked = dict(enumerate(world)), kept, ore, gives
        least = least_of_best(asked[0], dict(enumerate(zip(low, high, strict=True))), *asked[1:])
        assert sum(w) == pytest.approx(1.0) and all(low[i] <= w[i] <= high[i] for i in names)
        assert least_of_best(asked[0], pinned, *asked[1:]) == pytest.approx(least, abs=1e-9)
