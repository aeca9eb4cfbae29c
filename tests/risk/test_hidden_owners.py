"""Supply that may be of one or the other: the worst owner decides, found by trying each that the data leaves possible."""

from __future__ import annotations

import random
from math import prod

import polars as pl
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, affected, chokepoints, cut_sets, embargo, halt, reduce, simulate, timeline

COUNTRIES: list[str] = ["CHN", "JPN", "RUS"]
FIRMS: dict[str, tuple[str | None, str | None]] = {  # its country (None: nobody says), and whom it belongs to
    "Peak": ("CHN", None),
    "Mine": ("CHN", "Peak"),
    "Rock": ("RUS", None),
    "Fog": (None, None),
    "Haze": (None, "Peak"),
}


def graph_of(shares: dict[str, float]) -> SupplyGraph:
    return SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "mineral"}, {"id": "ring", "name_en": "ring", "kind": "component"}],
        inputs=[{"item": "ring", "input": "ore", "source": "s"}],
        suppliers=[
            *({"id": id, "name_en": id, "kind": "country"} for id in COUNTRIES),
            *({"id": id, "name_en": id, "kind": "company", "country": at, "parent": of} for id, (at, of) in FIRMS.items()),
        ],
        shares=[{"item": "ore", "supplier": id, "source": "s", "share": share} for id, share in shares.items()],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def makers(told: set[str], whole: str | None) -> list[set[str]]:
    """Who may supply a part, each as all nodes whose failure it feels: a rest (None), or what is told of a country."""
    found = [{one} for one in COUNTRIES if one not in told] if whole is None else [{whole}]
    for firm, (at, of) in FIRMS.items():
        places = [at] if at else [place for place in COUNTRIES if whole in (None, place)]
        # A group is where it stands: of another country's share it holds nothing.
        group = {of} if of and whole in (None, FIRMS[of][0]) else set()
        found += [{firm, place, *group} for place in places if firm not in told and whole in (None, place)]
    return found


def felt(maker: set[str], told: set[str], cuts: dict[str, list[float]], whole: str | None) -> float:
    """What is left of a maker: a node with a share of its own in the market is felt in that share alone."""
    return prod(1 - cut for node in maker if node not in told or node == whole for cut in cuts.get(node, []))


@pytest.mark.parametrize("seed", range(60))
def test_what_may_be_of_several_loses_what_its_worst_possible_owner_loses(seed):
    rng = random.Random(seed)
    shares = dict.fromkeys(rng.sample(COUNTRIES, rng.randint(0, 2)), 0.25)
    told: set[str] = set(shares)
    cuts: dict[str, list[float]] = {}
    changes = []
    for node in rng.sample([*COUNTRIES, *FIRMS], rng.randint(1, 5)):
        for _ in range(rng.randint(1, 2)):
            high = rng.choice([0.25, 0.5, 0.8])
            cuts.setdefault(node, []).append(high)
            changes.append(reduce(node, (high / 2, high)))
    kept = sum(share * min(felt(one, told, cuts, c) for one in makers(told, c)) for c, share in shares.items())
    kept += (1 - sum(shares.values())) * min(felt(one, told, cuts, None) for one in makers(told, None))
    found = simulate(graph_of(shares), Scenario("", changes), product="ore")
    assert found["kept_low"].to_list() == pytest.approx([kept], abs=1e-12)


@pytest.mark.parametrize("change", [reduce, lambda node, share: embargo(node, share=share)])
def test_two_countries_that_each_cut_half_leave_half_of_what_is_of_one_or_the_other(change):
    """Three quarters were said to be lost: no maker stands in both."""
    both = Scenario("", [change("CHN", 0.5), change("RUS", 0.5)])
    found = simulate(graph_of({"JPN": 0.2}), both, product="ore")
    assert found.select("kept_low", "kept_high").rows() == [(pytest.approx(0.6), 1.0)]
    again = Scenario("", [change("CHN", 0.5), change("CHN", 0.5)])
    assert simulate(graph_of({"JPN": 0.2}), again, product="ore")["kept_low"][0] == pytest.approx(0.4)


def test_a_company_of_no_known_place_may_stand_in_any_one_country_that_is_cut():
    changes = [reduce(node, 0.5) for node in ("Fog", "CHN", "RUS")]
    assert simulate(graph_of({}), Scenario("", changes), product="ore")["kept_low"].to_list() == [0.25]
    assert simulate(graph_of({}), Scenario("", changes[1:]), product="ore")["kept_low"].to_list() == [0.5]


@pytest.mark.parametrize(("buyer", "kept"), [("JPN", 0.5), ("CHN", 0.7)])
def test_the_worst_owner_is_that_of_the_buyer_who_asks(buyer, kept):
    """An embargo towards one country hits nobody else's purchases: there the halt of another country is the worst."""
    changes = [embargo("CHN", to="JPN", share=0.5), reduce("RUS", 0.3)]
    found = simulate(graph_of({}), Scenario("", changes), product="ring", buyer=buyer).filter(item="ring")
    assert found["kept_low"].to_list() == [pytest.approx(kept)]


def test_in_time_two_cuts_that_meet_no_common_maker_are_the_worse_of_both_each_day():
    changes = [reduce("CHN", 0.5, lasts=20), halt("RUS", start=10, lasts=5)]
    course = timeline(graph_of({}), Scenario("", changes), product="ore", horizon=30)
    assert course["lost_high"].max() == pytest.approx(15 * 0.5 + 5 * 1.0)


@pytest.mark.parametrize("seed", range(40))
def test_a_named_maker_of_no_known_place_loses_what_the_worst_country_that_it_may_stand_in_loses(seed):
    """A halt of one country was said to leave all of it for certain, though it may stand there."""
    rng = random.Random(seed)
    shares = {"Fog": 0.4, "Rock": 0.35}
    cuts: dict[str, list[float]] = {}
    changes = []
    for node in rng.sample([*COUNTRIES, *shares], rng.randint(1, 4)):
        for _ in range(rng.randint(1, 2)):
            high = rng.choice([0.25, 0.5, 0.8])
            cuts.setdefault(node, []).append(high)
            changes.append((embargo if rng.random() < 0.4 else reduce)(node, share=(high / 2, high)))

    def left(*nodes: str) -> float:
        return prod(1 - cut for node in nodes for cut in cuts.get(node, []))

    worst = min(map(left, COUNTRIES))
    kept = 0.4 * left("Fog") * worst + 0.35 * left("Rock", "RUS") + 0.25 * worst
    found = simulate(graph_of(shares), Scenario("", changes), product="ring").filter(item="ore")
    assert found["kept_low"].to_list() == pytest.approx([kept], abs=1e-12)


@pytest.mark.parametrize("fails", ["country", "supplier"])
def test_a_country_may_stop_what_a_maker_of_no_known_place_makes(fails):
    """Its most is what it makes and all that may be made there; its least is what surely is."""
    frame = chokepoints(graph_of({"Fog": 0.6, "Mine": 0.4}), "ore", fails=fails).filter(pl.col("kind") == "halt")
    lost = {row["node"]: (row["loss_low"], row["loss_high"]) for row in frame.iter_rows(named=True)}
    expected = {"CHN": (0.4, 1.0)} if fails == "country" else {"Fog": (0.6, 0.6), "Mine": (0.4, 0.4)}
    assert lost == {node: pytest.approx(ends) for node, ends in expected.items()}


def test_the_facts_leave_open_whether_a_named_maker_stands_in_a_country_that_its_market_names():
    """In a country that nobody of the market is of it is not looked for: else any country would be a possible stop."""
    graph = graph_of({"Fog": 0.6, "Mine": 0.4})
    (row,) = affected(graph, "CHN").filter(item="ore").iter_rows(named=True)
    assert (row["loss_low"], row["loss_facts"], row["loss_high"]) == pytest.approx((0.4, 1.0, 1.0))
    sets = cut_sets(graph, "ore", fails="country")
    assert sets.select("members", "certainty", "loss_facts").rows() == [(["CHN"], "possible", 1.0)]
    assert affected(graph, "RUS").filter(item="ore")["loss_facts"].to_list() == []
