"""What is open in a market's shares, where an embargo reaches some of its makers only: the worst is held by those."""

from itertools import permutations, product

import numpy as np
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, embargo, reduce
from kanmon.risk.production.simulation import solve
from scipy.optimize import linprog

PLACES = ("JPN", "CAN", "DEU")


def graph_of(place, view, kept, world=None, told=()):
    """Goods of a maker that buys its part by ``view`` from makers who have ``world`` of it; without ``world`` all buy so.

    Those ``told`` buy oil, too, each from a well of its own; without it they make half.
    """
    firms = [("top", "USA"), ("pit", "CHN"), ("sea", "USA"), *place.items(), *((f"well of {m}", "USA") for m in told)]
    scope = {"scope": "top"} if world else {}
    half = {"kept_without_low": 0.5, "kept_without_high": 0.5}
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("good", "part", "ore", "oil")],
        inputs=[
            {"item": "good", "input": "part", "source": "s"},
            {"item": "part", "input": "ore", "source": "s", "kept_without_low": kept, "kept_without_high": kept},
            {"item": "part", "input": "oil", "source": "s"} | half,
        ],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in (*PLACES, "CHN", "USA")]
        + [{"id": m, "name_en": m, "kind": "company", "country": c} for m, c in firms],
        shares=[
            {"item": i, "supplier": m, "source": "s", "share": 1.0}
            for i, m in (("good", "top"), ("ore", "pit"), ("oil", "sea"))
        ]
        + [{"item": "part", "supplier": m, "source": "s", "share": share} for m, share in (world or {}).items()]
        + [
            {"item": "part", "supplier": m, "source": "s", "share_low": low, "share_high": high} | scope
            for m, (low, high) in view.items()
        ]
        + [{"item": "oil", "supplier": f"well of {m}", "source": "s", "share": 1.0, "scope": m} for m in told],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def least_of_a_view(side, world, view, gives, kept, ore):
    """A linear program: at a price of each side's ore a maker makes what it keeps, and what else is worth that price."""
    n, m = len(side), len(ore)
    none = [min(most, kept) for most in gives]
    # Who has no known part of the world's supply takes nothing from the others: it makes all where there is any ore.
    own = [none[i] if world[i] > 0 or ore[at] <= 0 else gives[i] for i, at in enumerate(side)]
    least = np.array([*own, *[1.0] * n, *[(1 - kept) * a for a in ore]])  # shares, beyond the price, prices
    beyond = np.zeros((n, 2 * n + m))
    for i, at in enumerate(side):
        if world[i] <= 0:
            continue
        beyond[i, i], beyond[i, n + i], beyond[i, 2 * n + at] = gives[i] - none[i], -1, -world[i] * (gives[i] - none[i])
    bounds = [*view, *[(0, None)] * (n + m)]
    return linprog(least, beyond, np.zeros(n), [[*[1.0] * n, *[0.0] * (n + m)]], [1.0], bounds).fun


def least_of_the_world(side, view, gives, kept, ore):
    """What a side makes at best is concave in the shares, so the least is at a corner: all but one at their bounds."""
    found = []
    for free in range(len(view)):
        for ends in product((0, 1), repeat=len(view)):
            w = [view[i][ends[i]] for i in range(len(view))]
            w[free] = 1 - sum(w[:free] + w[free + 1 :])
            if view[free][0] - 1e-12 <= w[free] <= view[free][1] + 1e-12:
                made = 0.0
                for one, a in enumerate(ore):
                    here = [(x, most) for x, most, at in zip(w, gives, side, strict=True) if at == one]
                    none = sum(x * min(most, kept) for x, most in here)
                    made += min(sum(x * most for x, most in here), none + (1 - kept) * a)
                found.append(made)
    return min(found)


@pytest.mark.parametrize("oil", [False, True], ids=["ore", "ore and oil"])
@pytest.mark.parametrize("kind", ["view", "world"])
@pytest.mark.parametrize("seed", range(25))
def test_the_facts_take_the_worst_shares_of_makers_on_several_sides(kind, seed, oil):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    side = rng.integers(0, 3, n).tolist()
    kept = float(rng.choice([0.0, 0.3]))
    view = [(float(rng.choice([0.0, 0.1])), float(rng.choice([0.3, 0.6, 1.0]))) for _ in range(n)]
    view[int(rng.integers(n))] = (0.0, 1.0)
    world = rng.dirichlet(np.full(n, 0.5))
    cuts = [*rng.choice([0.2, 0.5, 0.9, 1.0], 2), 0.0]
    all_ = float(rng.choice([0.0, 0.3, 0.7]))
    ore = [(1 - cut) * (1 - all_) for cut in cuts]
    ore.append(float(np.prod([1 - cut for cut in cuts])) * (1 - all_))  # who stands nobody knows where may be hit by all
    names = [f"m{i}" for i in rng.permutation(n)]
    place = {name: PLACES[at] for name, at in zip(names, side, strict=True)}
    dry = {name: float(rng.choice([0.4, 1.0])) for name in names if oil and rng.random() < 0.7}
    graph = graph_of(
        place,
        dict(zip(names, view, strict=True)),
        kept,
        dict(zip(names, world.tolist(), strict=True)) if kind == "view" else None,
        dry,
    )
    changes = [reduce(f"well of {name}", cut, item="oil") for name, cut in dry.items()]
    changes += [embargo("pit", item="ore", to=to, share=float(cut)) for to, cut in zip(PLACES, cuts, strict=True) if cut]
    network = graph.network("good", level="company")
    found = solve(network, Scenario("", [*changes, reduce("pit", all_, item="ore")]), readings=["facts", "low", "high"])
    # Anybody may hold what is open, who is not named, too.
    side, view, world = [*side, 3], [*view, (0.0, 1 - sum(low for low, _ in view))], [*world, 0.0]
    gives = [*(1 - dry.get(name, 0.0) / 2 for name in names), 1.0]
    one = [0] * (n + 1)  # one stock for all, as much as any place gets: nobody has more than that
    if kind == "view":
        least = min(least_of_a_view(s, world, view, gives, kept, a) for s, a in ((side, ore), (one, [max(ore)])))
    else:
        least = min(least_of_the_world(s, view, gives, kept, a) for s, a in ((side, ore), (one, [max(ore)])))
    assert found.level("good", "facts") == pytest.approx(least, abs=1e-9)
    assert found.level("good", "low") - 1e-9 <= found.level("good", "facts") <= found.level("good", "high") + 1e-9


@pytest.mark.parametrize("names", list(permutations("amz")), ids="".join)
@pytest.mark.parametrize("world", [True, False])
def test_an_embargo_may_stop_all_whatever_the_maker_that_it_reaches_is_called(names, world):
    """It was the first maker by name that held what is open."""
    place = dict(zip(names, ("JPN", "CAN", "CAN"), strict=True))
    shares = dict(zip(names, (0.3, 0.3, 0.4), strict=True)) if world else None
    graph = graph_of(place, dict.fromkeys(names, (0.0, 1.0)), 0.0, shares)
    found = solve(graph.network("good", level="company"), Scenario("", embargo("CHN", to="JPN")), readings=["facts"])
    assert found.level("good", "facts") == 0.0
