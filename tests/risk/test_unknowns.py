"""What to find out first: against brute force over all completions, and against nested Monte Carlo, written apart."""

from itertools import product

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, SupplyGraph, UnknownIdError
from kanmon.risk import Scenario, embargo, halt, simulate, what_to_find_out
from kanmon.risk.production import unknowns
from kanmon.risk.production.completions import completions
from kanmon.risk.production.draw_kernels import complete
from kanmon.risk.production.facts import open_facts
from kanmon.risk.production.questions import Question
from kanmon.risk.production.simulation import Assumptions
from kanmon.risk.production.unknowns import shared

PRIOR = pl.DataFrame(
    {"item": ["magnet", "magnet", "screw", "screw"], "supplier": ["CHN", "DEU"] * 2, "share": [1.0] * 4, "origin": "guess"}
)


def robot(magnet=0.3, screw=0.8, without_screw=0.5):
    """A robot of Japan needs magnets and, in part, screws; who makes the rest of both is not known."""
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet", "screw")],
        inputs=[
            {"item": "robot", "input": "magnet", "source": "s"},
            {"item": "robot", "input": "screw", "source": "s"}
            | {"kept_without_low": 0.0, "kept_without_high": without_screw},
        ],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN", "DEU")],
        shares=[
            {"item": "robot", "supplier": "JPN", "source": "s", "share": 1.0},
            {"item": "magnet", "supplier": "JPN", "source": "s", "share": magnet, "confidence": "published"},
            {"item": "screw", "supplier": "JPN", "source": "s", "share": screw},
        ],
        sources=[{"id": "s", "title": "t", "publisher": "An office"}],
    )


def kept(magnet, screw, need, sourcing, shares=(0.3, 0.8), without=0.5):
    """What is kept: parts of both rests that are China's, place of the graded need, place between worst and best (0..1)."""
    a, b, grade = 1 - (1 - shares[0]) * magnet, 1 - (1 - shares[1]) * screw, without * need
    best = np.minimum(a, grade + (1 - grade) * b)
    worst = a - (1 - grade) * np.minimum(1 - b, a)  # losses fall on different robots, as far as they go round
    return worst + sourcing * (best - worst)


FACTS = [("remainder", "magnet"), ("remainder", "screw"), ("need", "robot"), ("sourcing", "robot")]


def brute(shares, without):
    """Least and most that knowing each fact takes off the interval, over a grid of answers and all ends of the others."""

    def width(known):
        ends = [
            kept(*[known.get(i, value) for i, value in enumerate(corner)], shares=shares, without=without)
            for corner in product((0.0, 1.0), repeat=4)
        ]
        return max(ends) - min(ends)

    now = width({})
    found = {}
    for i, fact in enumerate(FACTS):
        off = [now - width({i: answer}) for answer in np.linspace(0, 1, 101)]
        found[fact] = (min(off), max(off))
    return now, found


@pytest.mark.parametrize(
    ("magnet", "screw", "without"), [(0.3, 0.8, 0.5), (0.6, 0.4, 0.9), (0.9, 0.2, 0.3), (0.5, 0.5, 1.0)]
)
def test_what_knowing_a_fact_takes_off_the_bounds_is_that_of_brute_force(magnet, screw, without):
    frame = what_to_find_out(robot(magnet, screw, without), halt("CHN"), product="robot", draws=16)
    now, expected = brute((magnet, screw), without)
    told = {(row["kind"], row["item"]): row for row in frame.iter_rows(named=True)}
    for fact, (least, most) in expected.items():
        if fact not in told:
            assert most < 1e-9
            continue
        assert told[fact]["width"] == pytest.approx(now)
        # The ends are among the answers that are tried; between them a few.
        assert told[fact]["width_off_most"] == pytest.approx(most, abs=1e-9)
        assert told[fact]["width_off_least"] == pytest.approx(least, abs=0.05)
        assert told[fact]["width_off_least"] >= least - 1e-9
    ranked = sorted(expected, key=lambda fact: -expected[fact][1])
    mine = sorted((fact for fact in expected if fact in told), key=lambda fact: -told[fact]["width_off_most"])
    assert mine == [fact for fact in ranked if fact in told]


def sample(rng, shape):
    """Answers as they are documented: of both rests, the need, the buyers' own sourcing and what they have in common."""
    # A Dirichlet process of concentration 2 over two countries alike is a Beta(1, 1) of one.
    return [rng.random(shape), rng.random(shape), rng.beta(2, 2, shape), rng.random(shape), rng.random(shape)]


def nested(shares, without, outer=6000, inner=200, of=lambda part: part):
    """First-order and total parts of the variance by two loops; ``of`` the part that is kept."""
    rng = np.random.default_rng(11)

    def figure(magnet, screw, need, own, common):
        return of(kept(magnet, screw, need, own ** ((1 - common) / common), shares=shares, without=without))

    variance = figure(*sample(rng, 400_000)).var()
    parts = []
    for i in range(5):
        values = sample(rng, (outer, inner))
        values[i] = np.broadcast_to(values[i][:, :1], (outer, inner))
        found = figure(*values)
        first = (found.mean(axis=1).var() - found.var(axis=1).mean() / inner) / variance
        values = [np.broadcast_to(value[:, :1], (outer, inner)) for value in sample(rng, (outer, inner))]
        values[i] = sample(rng, (outer, inner))[i]
        parts.append((first, figure(*values).var(axis=1).mean() / variance))
    return parts


@pytest.mark.parametrize(("shares", "without"), [((0.3, 0.8), 0.5), ((0.6, 0.4), 0.9)])
def test_the_parts_of_the_variance_are_those_of_nested_monte_carlo(shares, without):
    frame = what_to_find_out(robot(shares[0], shares[1], without), halt("CHN"), product="robot", prior=PRIOR, draws=6000)
    told = {(row["kind"], row["item"]): row for row in frame.iter_rows(named=True)}
    for fact, (first, total) in zip([*FACTS, ("arrangement", None)], nested(shares, without), strict=True):
        if fact not in told:
            assert total < 0.01, fact
            continue
        assert told[fact]["explains"] == pytest.approx(first, abs=0.04), fact
        assert told[fact]["explains_total"] == pytest.approx(total, abs=0.04), fact


def test_the_sequence_explains_more_with_every_step_and_begins_with_the_best():
    frame = what_to_find_out(robot(), halt("CHN"), product="robot", prior=PRIOR, draws=500, steps=3)
    steps = frame.filter(pl.col("step").is_not_null())
    assert steps["step"].to_list() == [1, 2, 3]
    assert steps["explained"].is_sorted() and (steps["gain"] >= 0).all()
    assert steps["gain"].sum() == pytest.approx(steps["explained"][-1])
    assert steps["explains"][0] == steps["explains"].max()
    assert steps["width_after"].is_sorted(descending=True)
    assert (steps["width_after"] <= steps["width"]).all()


@pytest.mark.parametrize(("shares", "without"), [((0.3, 0.8), 0.5), ((0.6, 0.4), 0.9)])
def test_what_steps_explain_together_and_how_wide_they_leave_the_interval_is_that_of_two_loops(shares, without, monkeypatch):
    monkeypatch.setattr(unknowns, "ANSWERS", 1000)
    frame = what_to_find_out(
        robot(*shares, without), halt("CHN"), product="robot", prior=PRIOR, draws=6000, steps=4
    ).drop_nulls("step")
    assert frame.height >= 2
    rng, known = np.random.default_rng(5), []
    for row in frame.iter_rows(named=True):
        known.append(FACTS.index((row["kind"], row["item"])))
        outer = [value[:, None] for value in sample(rng, 3000)]
        values = [outer[i] if i in known else value for i, value in enumerate(sample(rng, (3000, 200)))]
        *facts, own, common = values  # what buyers have in common nobody can find out
        found = kept(*facts, own ** ((1 - common) / common), shares, without)
        variance = found.mean(axis=1).var() - found.var(axis=1).mean() / 200
        assert row["explained"] == pytest.approx(variance / found.var(), abs=0.05)
        ends = [
            kept(*[outer[i] if i in known else np.full((3000, 1), end) for i, end in enumerate(corner)], shares, without)
            for corner in product((0.0, 1.0), repeat=4)
        ]
        assert row["width_after"] == pytest.approx((np.max(ends, axis=0) - np.min(ends, axis=0)).mean(), abs=0.02)


def test_what_explains_whether_half_is_kept_is_that_of_two_loops():
    shares, without = (0.3, 0.8), 0.5
    frame = what_to_find_out(
        robot(*shares, without), halt("CHN"), product="robot", prior=PRIOR, draws=6000, figure="below_half"
    )
    told = {(row["kind"], row["item"]): row for row in frame.iter_rows(named=True)}
    expected = nested(shares, without, of=lambda part: (part < 0.5).astype(float))
    for fact, (first, total) in zip([*FACTS, ("arrangement", None)], expected, strict=True):
        found = told.get(fact, {"explains": 0.0, "explains_total": 0.0})
        assert found["explains"] == pytest.approx(first, abs=0.05), fact
        assert found["explains_total"] == pytest.approx(total, abs=0.05), fact


@pytest.mark.parametrize(("share", "decides"), [(0.5, False), (0.49, True)])
def test_where_half_is_kept_at_least_nothing_decides_whether_half_is(share, decides):
    frame = what_to_find_out(robot(share, 1.0, 0.0), halt("CHN"), product="robot", draws=50)
    assert dict(zip(frame["item"], frame["flips"], strict=True))["magnet"] is decides


def test_a_fact_that_decides_whether_half_is_kept_is_said_to():
    frame = what_to_find_out(robot(0.3, 0.95), halt("CHN"), product="robot", draws=50)
    flips = dict(zip(zip(frame["kind"], frame["item"], strict=True), frame["flips"], strict=True))
    assert flips["remainder", "magnet"]
    assert not flips.get(("remainder", "screw"), False)


def test_who_could_know():
    frame = what_to_find_out(robot(), halt("CHN"), product="robot", draws=50)
    who = dict(zip(zip(frame["kind"], frame["item"], strict=True), frame["who"], strict=True))
    assert who["remainder", "magnet"] == "publisher"
    assert who["remainder", "screw"] == "trade"
    assert who["need", "robot"] == "makers"
    assert frame.filter(item="magnet")["publisher"][0] == "An office"


def test_nothing_is_open_where_everything_is_told():
    graph = robot(1.0, 1.0, 0.0)
    assert what_to_find_out(graph, halt("CHN"), product="robot", draws=10).filter(pl.col("width_off_most") > 0).is_empty()


def test_every_kind_of_fact_is_found():
    network = kn.load("world").network("humanoid_robot", buyer="JPN")
    kinds = {fact.kind for fact in open_facts(network, Assumptions(sharing="first"))}
    assert kinds == {"nobody_named", "remainder", "no_figure", "mix", "need", "use", "sourcing", "place"}
    assert "use" not in {fact.kind for fact in open_facts(network, Assumptions())}


def test_scenarios_are_ranked_apart_and_the_same_seed_ranks_alike():
    asked = [Scenario("CHN", halt("CHN")), Scenario("DEU", halt("DEU"))]
    one, again = (what_to_find_out(robot(), asked, product="robot", prior=PRIOR, draws=40, seed=2) for _ in range(2))
    assert one.equals(again)
    assert one["scenario"].unique(maintain_order=True).to_list() == ["CHN", "DEU"]
    alone = what_to_find_out(robot(), asked[1], product="robot", prior=PRIOR, draws=40, seed=2)
    assert alone.equals(one.filter(scenario="DEU"))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"figure": "keptt"}, InputError),
        ({"steps": -1}, InputError),
        ({"draws": 1}, InputError),
        ({"buyer": "XXX"}, UnknownIdError),
    ],
)
def test_what_cannot_be_meant_is_refused(more, error):
    with pytest.raises(error):
        what_to_find_out(robot(), halt("CHN"), product="robot", **more)


def test_the_compiled_kernel_gives_what_the_plain_one_gives():
    network = robot().network("robot")
    facts, assumptions = open_facts(network, Assumptions()), Assumptions()
    drawn = [completions(network, facts, assumptions, PRIOR, 6, seed) for seed in (1, 2)]
    asked = Question(network, facts, Scenario("both", [halt("CHN"), embargo("DEU", to="JPN")]), assumptions)
    first, second = (asked.drawn(one) for one in drawn)
    compiled = complete.compiled
    fast = asked.solved(first, "draw", second)[0]
    del complete.__dict__["compiled"]
    plain = asked.solved(first, "draw", second)[0]
    complete.__dict__["compiled"] = compiled
    for one, other in zip(fast, plain, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("draws", [2, 16])
def test_whether_a_market_is_held_at_the_buyers_is_among_the_answers(draws):
    """Magnets reach makers of motors in Germany, and none in Japan: if Japan's hold all of the market, nothing is kept."""

    def robots(**motors):
        shares = {"magnet": {"CHN": 1.0}, "screw": {"JPN": 0.0}, "motor": motors}
        return SupplyGraph(
            items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", *shares)],
            inputs=[
                {"item": i, "input": j, "source": "s"}
                for i, j in (("robot", "motor"), ("robot", "screw"), ("motor", "magnet"))
            ],
            suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
            shares=[
                {"item": item, "supplier": place, "source": "s", "share": share}
                for item, held in shares.items()
                for place, share in held.items()
            ],
            sources=[{"id": "s", "title": "t", "publisher": "p"}],
        )

    def kept(graph):
        row = simulate(graph, Scenario("x", asked), product="robot", buyer="JPN").filter(item="robot").row(0, named=True)
        return row["kept_low"], row["kept_high"]

    asked = embargo("CHN", to="JPN")
    # Who makes the screws is open, so motors from Germany leave all open; motors from Japan settle it.
    assert kept(robots(DEU=None, JPN=None)) == kept(robots(DEU=1.0)) == (0.0, 1.0)
    assert kept(robots(JPN=1.0)) == (0.0, 0.0)
    frame = what_to_find_out(robots(DEU=None, JPN=None), asked, product="robot", buyer="JPN", draws=draws)
    row = frame.filter(item="motor", kind="remainder").row(0, named=True)
    assert row["width"] == row["width_off_most"] == 1.0
    assert row["flips"]


def test_the_shared_part_of_a_variance_is_the_correlation_of_pairs_taken_both_ways():
    """Janon et al. (2014): neither sample comes first, so mean and variance are those of both together."""
    rng = np.random.default_rng(5)
    for count, far in ((3, 0.0), (20, 1.0), (200, 5.0)):
        one = rng.random(count)
        other = 0.6 * one + 0.4 * rng.random(count) + far
        both_ways = np.concatenate([one, other]), np.concatenate([other, one])
        assert shared(one, other) == pytest.approx(np.corrcoef(*both_ways)[0, 1], abs=1e-9)
        assert shared(one, one) == pytest.approx(1.0, abs=1e-9)
    assert shared(np.ones(4), np.ones(4)) == 0.0
