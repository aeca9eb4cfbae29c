"""Measures: each one's effect is a simulation, and the best set is the one that trying every subset finds."""

import itertools
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import InputError, LimitError, SupplyGraph, UnknownIdError
from kanmon.risk import Assumptions, Scenario, halt, simulate
from kanmon.risk.production import remedies
from kanmon.risk.production.remedies import Threat, best_measures, mitigation, more_stock, new_source

COUNTRIES = ("AAA", "BBB", "CCC", "DDD")
ITEMS = ("p", "a", "b", "c", "d")


def graph_of(inputs, shares):
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ITEMS],
        inputs=[{"item": i, "input": j, "group": g, "source": "s"} for i, j, g in inputs],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in COUNTRIES],
        shares=[{"item": i, "supplier": c, "share": s, "source": "s"} for i, c, s in shares],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


@st.composite
def problems(draw):
    edges = draw(
        st.lists(st.sampled_from([(i, j) for n, i in enumerate(ITEMS) for j in ITEMS[n + 1 :]]), unique=True, max_size=7)
    )
    inputs = [("p", "a", None)] + [(i, j, draw(st.sampled_from([None, "g"]))) for i, j in edges if (i, j) != ("p", "a")]
    shares = [("p", "DDD", 1.0)]
    for item in ITEMS[1:]:
        named = draw(st.lists(st.sampled_from(COUNTRIES), unique=True, max_size=3))
        left = 1.0
        for country in named:
            share = draw(st.sampled_from([None, 0.2, 0.5, left]))
            share = share if share is None or share <= left else None
            left -= share or 0
            shares.append((item, country, share))
    measures = [
        draw(
            st.one_of(
                st.builds(
                    lambda item, share, node, ready, cost, n=n: new_source(
                        f"m{n}", item, share=share, node=node, ready=ready, cost=cost
                    ),
                    st.sampled_from(ITEMS[1:]),
                    st.sampled_from([0.3, 1.0]),
                    st.sampled_from([None, *COUNTRIES]),
                    st.sampled_from([0, 30]),
                    st.integers(1, 4),
                ),
                st.builds(
                    lambda item, days, cost, n=n: more_stock(f"m{n}", item, days, cost=cost),
                    st.sampled_from(ITEMS[1:]),
                    st.sampled_from([20, 100]),
                    st.integers(1, 4),
                ),
            )
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    threats = [
        Threat(Scenario(c, halt(c)), days=draw(st.sampled_from([50, 100])), weight=draw(st.integers(1, 3)))
        for c in draw(st.lists(st.sampled_from(COUNTRIES[:3]), unique=True, min_size=1))
    ]
    stocks = {"a": 10.0} if draw(st.booleans()) else {}
    return graph_of(inputs, shares), threats, measures, draw(st.integers(0, 8)), stocks


READINGS = ("estimate", "low", "high")


def every_set(measures, budget):
    for n in range(len(measures) + 1):
        for subset in itertools.combinations(measures, n):
            if sum(measure.cost for measure in subset) <= budget:
                yield subset


def together(graph, threats, measures, stocks, **options):
    """The figures of a set of measures, worked out as one: each stock is there today, each source opened in every threat."""
    held = dict(stocks)
    for measure in measures:
        if measure.days:
            held[measure.item] = held.get(measure.item, 0) + measure.days
    late = [measure for measure in measures if measure.share]
    problem = remedies._problem(
        graph, {"p": 1000.0}, threats, late, held, {"buyer": "DDD", "level": "country", "domestic": False},
        Assumptions(**options), 1.0,
    )  # fmt: skip
    return problem.risk(range(len(late))), problem.days(range(len(late)))


@pytest.mark.parametrize("objective", ["risk", "days"])
@pytest.mark.parametrize("reading", READINGS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_best_set_is_what_trying_every_subset_finds(data, objective, reading):
    graph, threats, measures, budget, stocks = data.draw(problems())
    plan = best_measures(
        graph, {"p": 1000.0}, threats, measures, budget, stocks=stocks, buyer="DDD", objective=objective, reading=reading
    )
    at = READINGS.index(reading)
    tried = [together(graph, threats, subset, stocks) for subset in every_set(measures, budget)]
    if objective == "risk":
        best = min(risk[at] for risk, _ in tried)
        assert getattr(plan, f"after_{reading}") == pytest.approx(best, abs=1e-3)
    else:
        best = max(days[at] for _, days in tried)
        assert getattr(plan, f"days_after_{reading}") == pytest.approx(best, abs=1e-3)
    assert plan.cost <= budget
    for name in READINGS:
        assert getattr(plan, f"after_{name}") <= getattr(plan, f"before_{name}") + 1e-9
        assert getattr(plan, f"days_after_{name}") >= getattr(plan, f"days_before_{name}") - 1e-9
    assert plan.after_low - 1e-9 <= plan.after_estimate <= plan.after_high + 1e-9


@settings(max_examples=40, deadline=None)
@given(problems(), st.sampled_from(["alike", "first"]))
def test_without_measures_and_stocks_the_figure_is_that_of_simulate(problem, sharing):
    graph, threats, _, _, _ = problem
    for threat in threats:
        frame = mitigation(graph, {"p": 365.0}, [threat], [], buyer="DDD", sharing=sharing)
        kept = simulate(graph, threat.scenario, product="p", buyer="DDD", sharing=sharing).row(
            by_predicate=pl.col("item") == "p", named=True
        )
        row = frame.row(0, named=True)
        for name, other in (("low", "high"), ("high", "low"), ("estimate", "estimate")):
            assert row[f"risk_{name}"] == pytest.approx(threat.days * (1 - kept[f"kept_{other}"]), abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(problems(), st.sampled_from([0.5, 0.9]))
def test_more_of_a_measure_and_an_earlier_one_never_hurt(problem, part):
    graph, threats, measures, _, stocks = problem
    more = mitigation(graph, {"p": 1000.0}, threats, measures, stocks=stocks, buyer="DDD")
    weaker = [replace(m, days=m.days * part, share=m.share * part, ready=m.ready + 10 if m.share else 0.0) for m in measures]
    less = mitigation(graph, {"p": 1000.0}, threats, weaker, stocks=stocks, buyer="DDD")
    both = more.join(less, on="measure", suffix="_less")
    for name in READINGS:
        assert (both[f"risk_{name}"] <= both[f"risk_{name}_less"] + 1e-6).all()
        assert (both[f"days_{name}"] >= both[f"days_{name}_less"] - 1e-6).all()
        assert (more[f"removed_{name}"] >= -1e-9).all()
    assert (more["risk_low"] <= more["risk_estimate"] + 1e-9).all() and (
        more["risk_estimate"] <= more["risk_high"] + 1e-9
    ).all()
    assert (more["days_low"] <= more["days_estimate"] + 1e-9).all() and (
        more["days_estimate"] <= more["days_high"] + 1e-9
    ).all()


@settings(max_examples=10, deadline=None)
@given(problems())
def test_other_units_of_money_choose_the_same(problem):
    graph, threats, measures, budget, stocks = problem
    plan = best_measures(graph, {"p": 1000.0}, threats, measures, budget, stocks=stocks, buyer="DDD")
    dear = [replace(measure, cost=measure.cost * 1e6) for measure in measures]
    heavy = [replace(threat, weight=threat.weight * 7) for threat in threats]
    same = best_measures(graph, {"p": 1e9}, heavy, dear, budget * 1e6, stocks=stocks, buyer="DDD")
    assert same.after_estimate == pytest.approx(plan.after_estimate * 1e6, rel=1e-6, abs=1)


CHAIN = graph_of([("p", "a", None), ("p", "b", None)], [("p", "DDD", 1), ("a", "AAA", 1), ("b", "AAA", 1)])
STOP = Threat(Scenario("stop", halt("AAA")), days=100)


def test_two_parts_that_stop_together_need_both_measures():
    stocks = [more_stock("a", "a", 50, cost=5), more_stock("b", "b", 50, cost=5)]
    frame = mitigation(CHAIN, {"p": 365.0}, [STOP], stocks, buyer="DDD")
    assert frame["removed_high"].to_list() == [0.0, 0.0, 0.0]
    assert best_measures(CHAIN, {"p": 365.0}, [STOP], stocks, 9, buyer="DDD").chosen == ()
    assert best_measures(CHAIN, {"p": 365.0}, [STOP], stocks, 10, buyer="DDD").chosen == ("a", "b")


def test_a_source_in_the_halted_country_does_not_help():
    frame = mitigation(CHAIN, {"p": 365.0}, [STOP], [new_source("x", "a", node="AAA")], buyer="DDD", stocks={"b": 100})
    assert frame.filter(measure="x")["removed_high"].item() == 0.0


def test_doing_nothing_comes_first_and_cost_decides_the_order():
    measures = [more_stock("dear", "a", 100, cost=50), more_stock("cheap", "a", 80, cost=8), more_stock("free", "a", 100)]
    frame = mitigation(CHAIN, {"p": 365.0}, [STOP], measures, stocks={"b": 100}, buyer="DDD")
    assert frame["measure"].to_list() == [None, "cheap", "dear", "free"]
    assert frame["removed_per_cost"].to_list()[3] is None


def test_useless_measures_are_not_bought():
    plan = best_measures(CHAIN, {"p": 365.0}, [STOP], [more_stock("c", "c", 50, cost=1)], 100, buyer="DDD")
    assert plan.chosen == () and plan.cost == 0


@pytest.mark.parametrize(
    ("values", "threats", "measures", "error"),
    [
        ({}, [STOP], [], InputError),
        ({"p": 1.0}, [], [], InputError),
        ({"p": -1.0}, [STOP], [], InputError),
        ({"p": 1.0}, [Threat(STOP.scenario, 0)], [], InputError),
        ({"p": 1.0}, [Threat(STOP.scenario, 10, 0)], [], InputError),
        ({"p": 1.0}, [STOP], [more_stock("x", "a", 1), more_stock("x", "b", 1)], InputError),
        ({"p": 1.0}, [STOP], [more_stock("x", "zzz", 1)], UnknownIdError),
        ({"p": 1.0}, [Threat(Scenario("s", halt("zzz")), 10)], [], UnknownIdError),
    ],
)
def test_bad_input_is_refused(values, threats, measures, error):
    with pytest.raises(error):
        mitigation(CHAIN, values, threats, measures, buyer="DDD")


def test_numbers_out_of_range_are_refused():
    for make in (
        lambda: new_source("x", "a", share=2),
        lambda: new_source("x", "a", ready=-1),
        lambda: more_stock("x", "a", float("nan")),
        lambda: more_stock("x", "a", 1, cost=-1),
        lambda: best_measures(CHAIN, {"p": 1.0}, [STOP], [], -1, buyer="DDD"),
    ):
        with pytest.raises(InputError):
            make()


def test_an_unproven_optimum_is_never_returned():
    measures = [more_stock(f"{i}{n}", i, 10 + n, cost=3 + n) for i in "ab" for n in range(8)]
    with pytest.raises(LimitError):
        best_measures(CHAIN, {"p": 365.0}, [STOP], measures, 20, buyer="DDD", time_limit=0.0)


def test_the_frame_is_tidy():
    frame = mitigation(CHAIN, {"p": 1.0}, [STOP], [], buyer="DDD")
    assert frame.schema["measure"] == pl.String and frame.height == 1
