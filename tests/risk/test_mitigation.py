"""Measures: each one's effect is a simulation, and the best set is the one that trying every subset finds."""

import itertools
import random
from dataclasses import replace
from functools import partial

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.graph import InputError, LimitError, SupplyGraph, UnknownIdError
from kanmon.risk import Assumptions, Scenario, embargo, halt, simulate, stockpile, timeline, timeline_summary
from kanmon.risk.production import planning, remedies
from kanmon.risk.production.remedies import Threat, best_measures, mitigation, more_stock, new_source
from kanmon.risk.production.threatened import needed_sources

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
def problems(draw, timed=False):
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
    when = st.fixed_dictionaries({"start": st.sampled_from([0, 15]), "lasts": st.just(25), "ramp": st.sampled_from([0, 4])})
    times = st.one_of(st.just({}), when) if timed else st.just({})
    stops = st.sampled_from([halt, embargo, partial(embargo, to=["DDD"])])  # under an embargo markets have sides
    threats = [
        Threat(
            Scenario(c, draw(stops)(c, **draw(times))), days=draw(st.sampled_from([50, 100])), weight=draw(st.integers(1, 3))
        )
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


@pytest.mark.parametrize("few", [12, -1])
@pytest.mark.parametrize("objective", ["risk", "days"])
@pytest.mark.parametrize("reading", READINGS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_best_set_is_what_trying_every_subset_finds(data, objective, reading, few, monkeypatch):
    monkeypatch.setattr(planning, "_FEW", few)  # below: by the program, as of many measures
    graph, threats, measures, budget, stocks = data.draw(problems(timed=True))
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


@settings(max_examples=20, deadline=None)
@given(problems(timed=True), st.sampled_from([1.0, 0.5]))
def test_each_figure_is_that_of_the_timeline_with_the_measure_as_one_more_change(problem, below):
    graph, threats, measures, _, stocks = problem
    threat = threats[0]
    frame = mitigation(graph, {"p": 365.0}, [threat], measures, stocks=stocks, buyer="DDD", below=below)
    held = [stockpile(item, days) for item, days in stocks.items()]
    for measure in [None, *measures]:
        scenario = Scenario("s", [*threat.scenario, *held, *([] if measure is None else [measure.change])])
        curves = timeline(graph, scenario, product="p", buyer="DDD", horizon=threat.days)
        told = timeline_summary(curves, levels=(below,)).row(by_predicate=pl.col("item") == "p", named=True)
        row = frame.row(by_predicate=pl.col("measure").eq_missing(measure and measure.id), named=True)
        for name in READINGS:
            assert row[f"risk_{name}"] == pytest.approx(told[f"lost_{name}"], abs=1e-6)
            day = told[f"below_{100 * below:g}_{name}"]
            assert row[f"days_{name}"] == pytest.approx(min(day, threat.days), abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(
    problems(),
    st.fixed_dictionaries(
        {
            "sharing": st.sampled_from(["alike", "first"]),
            "term": st.sampled_from(["short", "long"]),
            "sourcing": st.sampled_from(["world", "any"]),
            "domestic": st.booleans(),
        }
    ),
)
def test_without_measures_and_stocks_the_figure_is_that_of_simulate(problem, options):
    graph, threats, _, _, _ = problem
    for threat in threats:
        frame = mitigation(graph, {"p": 365.0}, [threat], [], buyer="DDD", **options)
        kept = simulate(graph, threat.scenario, product="p", buyer="DDD", **options).row(
            by_predicate=pl.col("item") == "p", named=True
        )
        row = frame.row(0, named=True)
        for name, other in (("low", "high"), ("high", "low"), ("estimate", "estimate")):
            assert row[f"risk_{name}"] == pytest.approx(threat.days * (1 - kept[f"kept_{other}"]), abs=1e-7)


@settings(max_examples=15, deadline=None)
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


def company(parts):
    """A company that makes p of parts, each bought in told shares."""
    shares = [(part, country, share) for part, makers in parts.items() for country, share in makers.items()]
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("p", *parts)],
        inputs=[{"item": "p", "input": part, "source": "s"} for part in parts],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in COUNTRIES]
        + [{"id": "own", "name_en": "own", "kind": "company", "country": "DDD"}],
        shares=[{"item": i, "supplier": c, "share": s, "source": "s", "scope": "own"} for i, c, s in shares],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def day_by_day(parts, halted, length, stocks, measures, step=0.05):
    """Days of output lost by one plant, in small steps: what arrives and is not used is kept."""
    held = {part: float(stocks.get(part, 0)) for part in parts}
    for measure in measures:
        held[measure.item] += measure.days
    lost = 0.0
    for n in range(round(length / step)):
        come = {}
        for part, makers in parts.items():
            come[part] = sum(share for country, share in makers.items() if country != halted)
            for measure in measures:
                if measure.item == part and measure.share and measure.node != halted and n * step >= measure.ready:
                    come[part] += measure.share
            come[part] = min(1.0, come[part])
        made = min(1.0, *(held[part] / step + come[part] for part in parts))
        lost += (1 - made) * step
        for part in parts:
            held[part] += (come[part] - made) * step
    return lost


PARTS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([{"AAA": 1.0}, {"AAA": 0.5, "BBB": 0.5}, {"AAA": 0.3, "CCC": 0.7}, {"BBB": 1.0}]),
    min_size=1,
)


@settings(max_examples=20, deadline=None)
@given(PARTS, st.data())
def test_a_plant_of_known_sourcing_loses_what_a_simulation_in_small_steps_loses(parts, data):
    draw = data.draw
    item = st.sampled_from(sorted(parts))
    stocks = draw(st.dictionaries(item, st.integers(5, 40)))
    places, shares = st.sampled_from([None, "AAA", "BBB"]), st.sampled_from([0.2, 0.6, 1.0])
    measures = [
        new_source(f"n{n}", draw(item), share=draw(shares), node=draw(places), ready=draw(st.integers(0, 80)))
        for n in range(draw(st.integers(0, 2)))
    ]
    measures += [more_stock(f"s{n}", draw(item), draw(st.integers(5, 60))) for n in range(draw(st.integers(0, 2)))]
    threat = Threat(Scenario("stop", halt("AAA")), days=100)
    expected = day_by_day(parts, "AAA", 100, stocks, measures)
    plan = best_measures(
        company(parts), {"p": 365.0}, [threat], [replace(m, cost=0.0) for m in measures], 0, stocks=stocks, buyer="own"
    )
    for reading in READINGS:  # nothing is unknown: there is one figure
        assert getattr(plan, f"after_{reading}") == pytest.approx(expected, abs=0.2)


HALVES = graph_of([("p", "a", None)], [("p", "DDD", 1), ("a", "AAA", 0.5), ("a", "BBB", 0.5)])


def test_a_new_source_of_which_no_day_is_told_delivers_from_the_first_one_all_of_the_market():
    row = mitigation(CHAIN, {"p": 365.0}, [STOP], [new_source("n", "a"), more_stock("s", "b", 100)], buyer="DDD")
    assert row["risk_estimate"].to_list() == [100.0, 100.0, 100.0]  # the other need is short all the time
    both = best_measures(CHAIN, {"p": 365.0}, [STOP], [new_source(i, i, cost=1) for i in "ab"], 2, buyer="DDD")
    assert both.chosen == ("a", "b") and both.after_high == 0.0


def test_a_new_source_helps_from_the_day_on_which_it_is_ready():
    threat = Threat(Scenario("stop", halt("AAA")), days=100)
    row = mitigation(HALVES, {"p": 365.0}, [threat], [new_source("n", "a", ready=50)], buyer="DDD").row(1, named=True)
    assert [row[f"risk_{reading}"] for reading in READINGS] == [25.0, 25.0, 25.0]


@pytest.mark.parametrize("ready", [8, 22, 43, 57, 78])
def test_a_source_that_stops_with_the_threat_takes_nothing_off_not_even_the_last_digits_of_a_sum(ready):
    """The day on which it would be ready divides the same loss into other summands."""
    graph = graph_of([("p", "a", None)], [("p", "DDD", 1), ("a", "AAA", 0.1), ("a", "BBB", 0.9)])
    row = mitigation(graph, {"p": 365.0}, [STOP], [new_source("n", "a", node="AAA", ready=ready)], buyer="DDD").row(
        1, named=True
    )
    assert [row[f"removed_{reading}"] for reading in READINGS] == [0.0, 0.0, 0.0]


def test_a_threat_may_begin_late_end_early_and_return_in_steps():
    late = Threat(Scenario("late", halt("AAA", start=20, lasts=40)), days=100)
    frame = mitigation(HALVES, {"p": 365.0}, [late], [new_source("n", "a", ready=50)], buyer="DDD")
    for reading in READINGS:  # half is lost for 40 days, and for 30 with a source that is ready on day 50
        assert frame[f"risk_{reading}"].to_list() == pytest.approx([20.0, 15.0])
    ramp = Threat(Scenario("ramp", halt("AAA", lasts=40, ramp=10)), days=100)
    plan = best_measures(HALVES, {"p": 365.0}, [ramp], [more_stock("s", "a", 100, cost=1)], 1, buyer="DDD")
    assert plan.before_estimate == pytest.approx(20 + 0.5 * 10 / 2)  # equal daily steps: the area of a straight line
    assert plan.chosen == ("s",) and plan.after_high == 0.0


def test_a_reserve_and_a_delivery_time_count_in_a_threat():
    reserve = Scenario("held", [halt("AAA"), stockpile("a", 30, holder="DDD")])
    frame = mitigation(CHAIN, {"p": 365.0}, [Threat(reserve, days=100)], [], buyer="DDD", stocks={"b": 100})
    assert frame["risk_estimate"].item() == pytest.approx(70.0)
    inputs = CHAIN.inputs.with_columns(lag_days=pl.lit(12.0))
    slow = SupplyGraph(
        items=CHAIN.items, inputs=inputs, suppliers=CHAIN.suppliers, shares=CHAIN.shares, sources=CHAIN.sources
    )
    # What was under way still arrives.
    assert mitigation(slow, {"p": 365.0}, [STOP], [], buyer="DDD")["risk_estimate"].item() == pytest.approx(88.0)


def test_a_new_source_that_is_not_there_yet_leaves_its_own_inputs_alone():
    graph = graph_of([("p", "a", None), ("a", "b", None)], [("p", "DDD", 1), ("a", "AAA", 1), ("b", "AAA", 1)])
    late = new_source("n", "a", ready=50)
    row = mitigation(graph, {"p": 365.0}, [STOP], [late], buyer="DDD", stocks={"b": 30}).row(1, named=True)
    # From day 50 on it lives on its 30 days of b, which nobody used before.
    assert row["risk_estimate"] == pytest.approx(70.0)


def test_a_stock_lasts_longer_where_it_can_be_shared():
    threat = Threat(Scenario("stop", halt("AAA")), days=180)
    row = mitigation(HALVES, {"p": 365.0}, [threat], [more_stock("s", "a", 60)], buyer="DDD").row(1, named=True)
    assert (row["risk_low"], row["risk_high"]) == pytest.approx((30.0, 60.0))
    assert (row["days_low"], row["days_high"]) == pytest.approx((60.0, 120.0))
    part = company({"a": {"AAA": 0.5, "BBB": 0.5}})
    row = mitigation(part, {"p": 365.0}, [threat], [more_stock("s", "a", 60)], buyer="own").row(1, named=True)
    assert (row["risk_low"], row["risk_high"], row["days_low"]) == pytest.approx((30.0, 30.0, 120.0))


def test_what_cannot_be_used_yet_is_kept():
    threat = Threat(Scenario("stop", halt("AAA")), days=100)
    graph = company({"a": {"AAA": 1.0}, "b": {"AAA": 1.0}, "c": {"AAA": 0.5, "BBB": 0.5}})
    late = new_source("n", "a", ready=50, cost=1)
    stock = more_stock("s", "b", 50, cost=1)
    plan = best_measures(graph, {"p": 365.0}, [threat], [late, stock], 2, buyer="own")
    # The stock of b waits for a, and half of c that arrived before is there: from day 50 on nothing is short.
    assert plan.after_low == plan.after_high == pytest.approx(50.0)


def test_the_most_time_is_not_the_least_risk():
    graph = company({"a": {"AAA": 1.0}, "b": {"AAA": 0.5, "BBB": 0.5}})
    threat = Threat(Scenario("stop", halt("AAA")), days=100)
    measures = [new_source("late", "a", ready=40, cost=1), more_stock("now", "a", 30, cost=1)]
    least = best_measures(graph, {"p": 365.0}, [threat], measures, 1, buyer="own")
    longest = best_measures(graph, {"p": 365.0}, [threat], measures, 1, buyer="own", objective="days", below=0.5)
    assert least.chosen == ("late",) and longest.chosen == ("now",)
    # With b in stock for nobody, the output is down to a half at once, and to nothing on the day when a runs out.
    assert longest.days_after_estimate > longest.days_before_estimate == 0.0


def test_stocks_in_a_threat_count_and_may_be_bounds():
    held = Threat(Scenario("stop", [halt("AAA"), stockpile("a", 50), stockpile("b", 50)]), days=100)
    assert mitigation(CHAIN, {"p": 365.0}, [held], [], buyer="DDD")["risk_high"].item() == pytest.approx(50.0)
    row = mitigation(CHAIN, {"p": 365.0}, [STOP], [], buyer="DDD", stocks={"a": (20, 60), "b": 80}).row(0, named=True)
    assert (row["risk_low"], row["risk_high"]) == pytest.approx((40.0, 80.0))


def test_a_measure_whose_cost_nobody_knows_is_named_and_never_chosen():
    measures = [more_stock("a", "a", 50, cost=5), more_stock("b", "b", 50, cost=5), more_stock("best", "a", 100)]
    plan = best_measures(CHAIN, {"p": 365.0}, [STOP], measures, 1e9, buyer="DDD")
    assert plan.chosen == ("a", "b") and plan.without_cost == ("best",)
    frame = mitigation(CHAIN, {"p": 365.0}, [STOP], measures, buyer="DDD")
    assert frame.filter(measure="best")["cost"].item() is None


def test_a_compiled_network_needs_the_new_sources():
    measures = [new_source("n", "a", ready=10, cost=1)]
    with pytest.raises(InputError, match="compiled without"):
        mitigation(CHAIN.network("p", buyer="DDD"), {"p": 365.0}, [STOP], measures)
    network = CHAIN.network("p", buyer="DDD", sources=needed_sources([STOP], measures))
    same = mitigation(network, {"p": 365.0}, [STOP], measures, stocks={"b": 100})
    assert same.equals(mitigation(CHAIN, {"p": 365.0}, [STOP], measures, stocks={"b": 100}, buyer="DDD"))


def test_several_products_add_up():
    graph = graph_of(
        [("p", "a", None), ("b", "a", None)], [("p", "DDD", 1), ("b", "DDD", 1), ("a", "AAA", 0.5), ("a", "BBB", 0.5)]
    )
    both = mitigation(graph, {"p": 365.0, "b": 730.0}, [STOP], [more_stock("s", "a", 10)], buyer="DDD")
    stock = [more_stock("s", "a", 10)]
    alone = [mitigation(graph, {one: value}, [STOP], stock, buyer="DDD") for one, value in (("p", 365.0), ("b", 730.0))]
    for reading in READINGS:
        total = alone[0][f"risk_{reading}"] + alone[1][f"risk_{reading}"]
        assert both[f"risk_{reading}"].to_list() == pytest.approx(total.to_list())


def test_two_parts_that_stop_together_need_both_measures():
    stocks = [more_stock("a", "a", 50, cost=5), more_stock("b", "b", 50, cost=5)]
    frame = mitigation(CHAIN, {"p": 365.0}, [STOP], stocks, buyer="DDD")
    assert frame["removed_high"].to_list() == [0.0, 0.0, 0.0]
    assert best_measures(CHAIN, {"p": 365.0}, [STOP], stocks, 9, buyer="DDD").chosen == ()
    assert best_measures(CHAIN, {"p": 365.0}, [STOP], stocks, 10, buyer="DDD").chosen == ("a", "b")


APART = graph_of([("p", "a", None), ("p", "b", None)], [("p", "DDD", 1.0), ("a", "AAA", 1.0), ("b", "BBB", 1.0)])


@pytest.mark.parametrize(("days", "chosen"), [((100, 50), "a"), ((50, 100), "b")])
def test_of_two_threats_alike_the_longer_one_is_worth_more(days, chosen):
    threats = [Threat(Scenario(c, halt(c)), days=one) for c, one in zip(("AAA", "BBB"), days, strict=True)]
    sources = [new_source(item, item, node="CCC", cost=1) for item in "ab"]
    assert best_measures(APART, {"p": 365.0}, threats, sources, 1, buyer="DDD").chosen == (chosen,)


@pytest.mark.parametrize("seed", [4, 10, 22, 31, 39, 57])
def test_what_only_looks_best_until_it_is_worked_out_is_not_taken(seed):
    """Two parts stop together, each can be had in part in several ways: what there is less of is what is kept."""
    draw = random.Random(seed)
    both = Threat(Scenario("both", [halt("AAA"), halt("BBB")]), days=100)
    sources = [
        new_source(f"{item}{way}", item, node="CCC", share=draw.choice([0.4, 0.5, 1.0]), cost=draw.randint(1, 4))
        for item in "ab"
        for way in range(3)
    ]
    budget = draw.randint(3, 8)

    def kept(chosen):
        return min(min(1.0, sum(one.share for one in chosen if one.item == item)) for item in "ab")

    plan = best_measures(APART, {"p": 365.0}, [both], sources, budget, buyer="DDD")
    assert plan.after_estimate == pytest.approx(100 * (1 - max(map(kept, every_set(sources, budget)))), abs=1e-6)


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
        ({"p": None}, [STOP], [], InputError),
        ({"p": 1.0}, [STOP.scenario], [], InputError),
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
        lambda: best_measures(CHAIN, {"p": 1.0}, [STOP], [], 1, buyer="DDD", objective="time"),
        lambda: best_measures(CHAIN, {"p": 1.0}, [STOP], [], 1, buyer="DDD", reading="worst"),
        lambda: new_source("x", "a", share=None),
        lambda: more_stock("x", "a", None),
        lambda: best_measures(CHAIN, {"p": 1.0}, [STOP], [], None, buyer="DDD"),
        lambda: mitigation(CHAIN, {"p": 1.0}, [STOP], [], buyer="DDD", stocks={"a": None}),
        lambda: mitigation(CHAIN, {"p": 1.0}, [STOP], [], buyer="DDD", below=0),
        lambda: mitigation(CHAIN, {"p": 1.0}, [STOP], [], buyer="DDD", stocks={"a": (9, 3)}),
        lambda: mitigation(CHAIN, {"p": 1.0}, [STOP], [], buyer="DDD", term="never"),
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
