"""Draws of all completions at once: inside the bounds, under a stated prior, the same for the same seed."""

import random

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, ProductionNetwork, SupplyGraph
from kanmon.risk import Scenario, embargo, halt, reduce, simulate, uncertainty
from kanmon.risk.production import questions
from kanmon.risk.production.arrays import Net, Room, State, Way
from kanmon.risk.production.completions import completions, weights
from kanmon.risk.production.draws import drawn_makers, draws
from kanmon.risk.production.facts import open_facts
from kanmon.risk.production.kernels import EVEN, LOOSE, WORST, uniform
from kanmon.risk.production.questions import Question, kept_of
from kanmon.risk.production.simulation import Assumptions, solve

from . import test_companies_behind_countries as behind
from .test_arrangements import PLACES, draw_model, graph_of

SCENARIOS = [
    Scenario("halt", halt("AAA")),
    Scenario("two", [halt("AAA"), reduce("BBB", (0.2, 0.7))]),
    Scenario("embargo", embargo("AAA", to="BBB")),
    Scenario("abroad", [embargo("AAA", share=(0.5, 1.0)), halt("CCC", item="i1")]),
    Scenario("item", halt("i1")),
]


def one_market(share=0.4, **more):
    return SupplyGraph(
        items=[{"id": "magnet", "name_en": "magnet", "kind": "component"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN", "DEU")],
        shares=[{"item": "magnet", "supplier": "JPN", "source": "s", "share": share}, *more.get("shares", [])],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("buyer", [None, "BBB"])
def test_every_draw_lies_inside_the_bounds_before_any_clipping(seed, buyer):
    rng = np.random.default_rng(seed)
    network = graph_of(*draw_model(rng, tree=seed % 2 == 0)).network("i0", buyer=buyer)
    assumptions = Assumptions("first" if seed % 3 == 0 else "alike", "long" if seed % 5 == 0 else "short")
    facts = open_facts(network, assumptions)
    prior = pl.DataFrame({"item": "i1", "supplier": [*PLACES, "EEE"], "share": [1.0, 2, 3, 4, 5], "origin": "guess"})
    drawn = completions(network, facts, assumptions, prior, 30, seed)
    for scenario in SCENARIOS:
        if "i1" not in network.items and any("i1" in (change.node, change.item) for change in scenario):
            continue
        solution = solve(network, scenario, assumptions, ("low", "high"))
        kept = kept_of(Question(network, facts, scenario, assumptions), drawn)
        assert (kept >= solution.level("i0", "low") - 1e-9).all(), scenario.name
        assert (kept <= solution.level("i0", "high") + 1e-9).all(), scenario.name


@pytest.mark.parametrize("seed", range(12))
def test_leaving_out_what_cannot_fall_short_changes_no_draw(seed, monkeypatch):
    network = graph_of(*draw_model(np.random.default_rng(seed), tree=False)).network("i0", buyer="BBB")
    facts = open_facts(network, Assumptions())
    drawn = completions(network, facts, Assumptions(), None, 20, seed)
    asked = [one for one in SCENARIOS if "i1" in network.items or "i1" not in (one.changes[-1].node, one.changes[-1].item)]
    found = [kept_of(Question(network, facts, one, Assumptions()), drawn) for one in asked]
    monkeypatch.setattr(questions, "_live", lambda network, _: np.arange(len(network.kind)))
    for kept, one in zip(found, asked, strict=True):
        np.testing.assert_allclose(kept, kept_of(Question(network, facts, one, Assumptions()), drawn), atol=1e-12)


def test_every_draw_of_the_bundled_data_lies_inside_the_bounds():
    network = kn.load("permanent_magnet").network("ndfeb_magnet", buyer="JPN")
    facts = open_facts(network, Assumptions())
    drawn = completions(network, facts, Assumptions(), None, 100, 1)
    for scenario in (Scenario("halt", halt("CHN")), Scenario("embargo", embargo("CHN", to="JPN"))):
        solution = solve(network, scenario, Assumptions(), ("low", "high"))
        kept = kept_of(Question(network, facts, scenario, Assumptions()), drawn)
        assert solution.level("ndfeb_magnet", "low") - 1e-9 <= kept.min()
        assert kept.max() <= solution.level("ndfeb_magnet", "high") + 1e-9
        assert kept.std() > 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("change", [halt("X"), reduce("X", (0.2, 0.7)), embargo("X", to="DEU"), embargo("X")])
def test_draws_give_a_company_a_part_of_the_share_of_its_country_and_parent_inside_the_bounds(seed, change):
    shares, needs = behind.draw(random.Random(seed))
    shares |= {"ore": {"CHN": 0.6, "JPN": 0.4}}  # X, of China, is not named
    network = behind.graph_of(shares, needs).network("robot", buyer="DEU", level="company")
    facts, scenario = open_facts(network, Assumptions()), Scenario("s", change)
    solution = solve(network, scenario, Assumptions(), ("low", "high"))
    drawn = completions(network, facts, Assumptions(), None, 200, seed)
    kept = kept_of(Question(network, facts, scenario, Assumptions()), drawn)
    assert kept.min() >= solution.level("robot", "low") - 1e-9 and kept.max() <= solution.level("robot", "high") + 1e-9
    assert kept.std() > 0.01


def test_the_part_that_a_draw_gives_a_company_of_its_countrys_share_is_even():
    countries = ("CHN", "JPN")
    graph = SupplyGraph(
        items=[{"id": "gear", "name_en": "gear", "kind": "component"}],
        suppliers=[
            *({"id": c, "name_en": c, "kind": "country"} for c in countries),
            {"id": "X", "name_en": "X", "kind": "company", "country": "CHN"},
        ],
        shares=[
            {"item": "gear", "supplier": c, "source": "s", "share": share}
            for c, share in zip(countries, (0.6, 0.4), strict=True)
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    row = uncertainty(graph, halt("X"), product="gear", draws=4000).row(0, named=True)
    assert (row["kept_low"], row["kept_high"]) == (0.4, 1.0)
    found = [row[f"kept_{q}"] for q in (10, 50, 90)]
    assert found == pytest.approx([1 - 0.6 * part for part in (0.9, 0.5, 0.1)], abs=0.02)


def test_nothing_open_leaves_one_answer():
    graph = one_market(0.4, shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.6}])
    row = uncertainty(graph, halt("CHN"), product="magnet", draws=50).row(0, named=True)
    assert {round(row[name], 12) for name in ("kept_low", "kept_high", "kept_10", "kept_50", "kept_90")} == {0.4}


def test_the_same_seed_gives_the_same_bytes_and_another_one_others():
    prior = pl.DataFrame({"item": "magnet", "supplier": ["CHN", "DEU"], "share": [2.0, 1.0], "origin": "guess"})
    asked = {"product": "magnet", "draws": 40, "prior": prior}
    one, again = (draws(one_market(), halt("CHN"), **asked, seed=3) for _ in range(2))
    assert one["kept"].to_numpy().tobytes() == again["kept"].to_numpy().tobytes()
    assert one["kept"].to_list() != draws(one_market(), halt("CHN"), **asked, seed=4)["kept"].to_list()


def test_a_draw_is_one_completion_under_all_scenarios():
    """Unattributed 60 % belong to China, Germany, or others: what their halts cost adds up in every draw."""
    graph = one_market()
    prior = pl.DataFrame({"item": "magnet", "supplier": ["CHN", "DEU"], "share": [2.0, 1.0], "origin": "guess"})
    asked = [Scenario("CHN", halt("CHN")), Scenario("DEU", halt("DEU")), Scenario("both", [halt("CHN"), halt("DEU")])]
    frame = draws(graph, asked, product="magnet", prior=prior, draws=200).pivot("scenario", index="draw", values="kept")
    np.testing.assert_allclose(2 - frame["CHN"] - frame["DEU"], 1 - frame["both"], atol=1e-12)
    np.testing.assert_allclose(frame["both"], 0.4, atol=1e-12)
    alone = draws(graph, halt("CHN"), product="magnet", prior=prior, draws=200)["kept"]
    assert alone.to_list() == frame["CHN"].to_list()


def test_makers_whom_nobody_names_stand_where_the_prior_says_and_not_where_a_share_is_told():
    prior = pl.DataFrame(
        {"item": "magnet", "supplier": ["CHN", "DEU", "JPN"], "share": [3.0, 1.0, 100.0], "origin": ["exports"] * 3}
    )
    made = drawn_makers(one_market(), product="magnet", prior=prior, draws=4000)
    assert set(made["supplier"]) == {"CHN", "DEU"}  # Japan's own 40 % are told
    assert made["origin"].unique().to_list() == ["exports"]
    mean = made.filter(supplier="CHN")["share"].sum() / 4000
    assert mean == pytest.approx(0.75, abs=0.02)
    total = made.group_by("draw").agg(pl.col("share").sum())["share"]
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
    # Dirichlet process: variance p (1 - p) / (1 + concentration).
    china = made.pivot("supplier", index="draw", values="share")["CHN"].fill_null(0.0)
    assert china.var() == pytest.approx(0.75 * 0.25 / 3, rel=0.1)


@pytest.mark.parametrize(("weights", "own"), [((1.0, 0.0), 1.0), ((0.5, 0.5), 0.5), ((0.8, 0.2), 0.68)])
def test_countries_are_as_concentrated_as_the_documents_say(weights, own):
    """E[HHI] of a Dirichlet process of concentration 2 whose base has the HHI h: (1 + 2h) / 3; of its makers 1/3 (h = 0)."""
    prior = pl.DataFrame({"item": "magnet", "supplier": ["CHN", "DEU"], "share": weights, "origin": "a guess"})
    made = drawn_makers(one_market(), product="magnet", prior=prior, draws=4000)
    part = made.with_columns(pl.col("share") / pl.col("share").sum().over("draw"))
    hhi = part.group_by("draw").agg(pl.col("share").pow(2).sum())["share"].mean()
    assert hhi == pytest.approx((1 + 2 * own) / 3, abs=0.015)


def test_without_a_prior_it_says_that_countries_are_taken_alike():
    row = uncertainty(one_market(), halt("CHN"), product="magnet", draws=50).row(0, named=True)
    assert row["prior"] == "even"
    assert row["kept_low"] <= row["kept_10"] <= row["kept_50"] <= row["kept_90"] <= row["kept_high"]


def test_the_chance_of_a_loss_is_that_of_the_draws():
    asked = {"product": "magnet", "draws": 300, "seed": 5}
    row = uncertainty(one_market(0.2), halt("CHN"), **asked).row(0, named=True)
    kept = draws(one_market(0.2), halt("CHN"), **asked)["kept"]
    assert row["over_50"] == pytest.approx((kept < 0.5 - 1e-9).mean())
    assert row["kept_50"] == pytest.approx(kept.median())


def test_open_shares_are_a_flat_dirichlet_where_nothing_bounds_them_and_keep_their_bounds_elsewhere():
    def pool(low, high):
        """As much of a network as one pool is."""
        arrays = {"low": np.array(low), "high": np.array(high), "flags": np.zeros(len(low), np.uint8)}
        arrays |= {"slack": np.array([1 - sum(low)]), "indptr": np.array([0, len(low)])}
        found = object.__new__(ProductionNetwork)
        for name, array in arrays.items():
            object.__setattr__(found, name, array)
        return found

    rng = np.random.default_rng(0)
    free, left = weights(pool([0.0] * 4, [1.0] * 4), 0, rng.random((20_000, 4)))
    np.testing.assert_allclose(free.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(free.mean(axis=0), 0.25, atol=0.005)
    np.testing.assert_allclose(free.var(axis=0), 3 / (16 * 5), rtol=0.05)
    assert not left.any()
    for _ in range(50):
        low = rng.dirichlet(np.ones(5)) * rng.random()
        high = np.minimum(1.0, low + rng.random(5))
        drawn, left = weights(pool(low, high), 0, rng.random((200, 5)))
        assert (drawn >= low - 1e-12).all() and (drawn <= high + 1e-12).all()
        np.testing.assert_allclose(drawn.sum(axis=1) + left, 1.0, atol=1e-8)
        assert left.max() <= max(0.0, 1 - high.sum()) + 1e-8


@pytest.mark.parametrize(
    ("prior", "words"),
    [
        (pl.DataFrame({"item": ["magnet"]}), "supplier"),
        (pl.DataFrame({"item": ["m"], "supplier": ["CHN"], "share": [-1.0], "origin": ["x"]}), "-1"),
        (pl.DataFrame({"item": ["m"], "supplier": ["CHN"], "share": [float("nan")], "origin": ["x"]}), "nan"),
    ],
)
def test_a_prior_that_cannot_be_meant_is_refused(prior, words):
    with pytest.raises(InputError, match=words):
        uncertainty(one_market(), halt("CHN"), product="magnet", prior=prior)


@pytest.mark.parametrize("count", [0, 1, -3, 2.5, True, 10_000_000])
def test_a_number_of_draws_out_of_range_is_refused(count):
    with pytest.raises(InputError):
        uncertainty(one_market(), halt("CHN"), product="magnet", draws=count)


def test_the_interval_beside_the_quantiles_is_that_of_simulate():
    graph = kn.load("permanent_magnet")
    row = uncertainty(graph, halt("CHN"), product="ndfeb_magnet", buyer="JPN", draws=20).row(0, named=True)
    told = simulate(graph, halt("CHN"), product="ndfeb_magnet", buyer="JPN").filter(item="ndfeb_magnet").row(0, named=True)
    for name in ("kept_low", "kept_high", "kept_estimate"):
        assert row[name] == told[name]


def test_where_nothing_is_told_a_country_that_makes_nothing_else_may_still_be_the_maker():
    made = drawn_makers(one_market(), product="magnet", draws=400)
    assert set(made["supplier"]) == {"CHN", "DEU"}
    assert made["origin"].unique().to_list() == ["even"]


def test_a_graph_that_names_no_country_at_all_can_still_be_asked():
    graph = SupplyGraph(
        items=[{"id": "a", "name_en": "a", "kind": "component"}],
        suppliers=[{"id": "firm", "name_en": "firm", "kind": "company"}],
        shares=[{"item": "a", "supplier": "firm", "source": "s", "share": 0.4}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    row = uncertainty(graph, halt("firm"), product="a", level="company", draws=20).row(0, named=True)
    assert row["kept_low"] <= row["kept_10"] <= row["kept_90"] <= row["kept_high"]
    assert drawn_makers(graph, product="a", level="company", draws=5)["supplier"].unique().to_list() == [""]


@pytest.mark.parametrize("last", [0.5, np.nextafter(0.5, 1.0), 0.5 + 1e-12])
def test_shares_that_sum_to_a_rounding_above_all_do_not_let_the_worst_of_a_draw_fall_on_makers_who_are_spared(last):
    """Two makers stand where their need arrives in full; a draw puts makers of no known place where a fifth of it does."""
    hit, spared, nothing = 0, 1, [0.0, 0.0]
    x = [1.0] * 8
    x[3 * 2 + hit] = 0.2
    places, parts = [hit, spared, spared, hit], [0.5, last]
    net = Net(*[[]] * len(Net._fields))._replace(
        indptr=[0, 2], indices=[1, 2, 3], low=parts, high=parts, flags=[0] * 3, slack=[0.0], need_ptr=[0, 1], needs=[2],
        rank=[0], kept=[1.0, 1.0, 0.0], use=[1.0] * 3,
    )  # fmt: skip
    state, way = State(places, [], [], x), Way(2, hit, EVEN, WORST, EVEN, LOOSE)
    worst = uniform(0, 0.5 + last, 0.0, False, -1, net, state, way, Room([1.0, 1.0], [1.0, 1.0], parts, nothing))
    assert worst == pytest.approx(1.0, abs=1e-9)
