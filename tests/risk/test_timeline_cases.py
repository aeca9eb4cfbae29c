"""Curves that can be reckoned by hand: stocks, ramps, machines, reserves; and how a timeline is asked."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import InputError, SupplyGraph
from kanmon.risk import (
    Scenario,
    add_source,
    embargo,
    halt,
    reduce,
    scenarios_from,
    simulate,
    spare_capacity,
    stockpile,
    timeline,
    timeline_summary,
)
from time_steps import COUNTRIES, SOURCE, graph_of

HALF = {"AAA": 0.5, "BBB": 0.5}


def robot(site=False):
    return graph_of({"m": (HALF, []), "robot": ({"CCC": 1.0}, [([("m", 1.0, None)], 0.0)])}, site)


def summary(graph, changes, item="robot", **options):
    frame = timeline(graph, Scenario("s", changes), product="robot", **options)
    return timeline_summary(frame).row(by_predicate=pl.col("item") == item, named=True)


def test_half_the_supply_lost_for_180_days_with_60_days_of_stock():
    one = summary(robot(site=True), [halt("m_AAA", lasts=180), stockpile("m", 60)], level="site")
    assert [one[f"short_{b}"] for b in ("low", "high", "estimate")] == [120, 120, 120]
    assert [one[f"lost_{b}"] for b in ("low", "high", "estimate")] == pytest.approx([30, 30, 30])
    unknown = summary(robot(), [halt("AAA", item="m", lasts=180), stockpile("m", 60)])
    assert [unknown[f"short_{b}"] for b in ("low", "high")] == [60, 120]
    assert [unknown[f"lost_{b}"] for b in ("low", "high")] == pytest.approx([30, 60])
    assert [unknown[f"back_{b}"] for b in ("low", "high")] == [180, 180]


@pytest.mark.parametrize("kept", [0.0, 0.25])
@pytest.mark.parametrize("told", [(), ("ore",), ("ore", "gas")], ids=len)
def test_a_maker_that_makes_half_for_want_of_ore_draws_half_of_its_gas_whatever_is_told_of_where_it_buys(kept, told):
    sold = {"part": "maker", "ore": "mine", "gas": "well"}
    graph = SupplyGraph(
        items=[{"id": item, "name_en": item, "kind": "component"} for item in sold],
        inputs=[
            {"item": "part", "input": need, "source": "s", "kept_without_low": kept, "kept_without_high": kept}
            for need in ("ore", "gas")
        ],
        suppliers=[{"id": "JPN", "name_en": "Japan", "kind": "country"}]
        + [{"id": maker, "name_en": maker, "kind": "company", "country": "JPN"} for maker in sold.values()],
        shares=[{"item": item, "supplier": maker, "source": "s", "share": 1.0} for item, maker in sold.items()]
        + [{"item": item, "supplier": sold[item], "source": "s", "share": 1.0, "scope": "maker"} for item in told],
        sources=SOURCE,
    )
    cut = Scenario("s", [reduce("mine", 0.5), halt("well"), stockpile("gas", 60)])
    rows = timeline(graph, cut, product="part", level="company").filter(pl.col("item") == "part")
    half, days = kept + (1 - kept) / 2, rows["day"].to_list()
    for reading, end in (("high", 120), ("estimate", 120), ("low", 120 if len(told) == 2 else 60)):
        assert rows[f"rate_{reading}"].to_list() == pytest.approx([half if day < end else kept for day in days])
        assert end in days


@pytest.mark.parametrize("halves", [{"AAA": 1.0}, HALF])
def test_stocks_of_two_tiers_add_up_where_all_makers_are_supplied_alike(halves):
    one = lambda need, kept=0.0: [([(need, 1.0, None)], kept)]  # noqa: E731
    items = {"ore": (HALF, []), "gear": (halves, one("ore", 0.4)), "robot": (halves, one("gear"))}
    cut = [reduce("AAA", 1.0, item="ore", lasts=100), stockpile("ore", 20), stockpile("gear", 10)]
    row = summary(graph_of(items), cut)
    # Half the ore is missing: 20 days of it last 40, then 0.3 of the gears are missing, and 10 days of them last 10 / 0.3.
    assert row["short_estimate"] == pytest.approx(40 + 10 / 0.3) and row["lost_estimate"] == pytest.approx(0.3 * 60 - 10)


def test_the_makers_of_each_place_live_on_their_own_stock_where_all_are_supplied_alike():
    items = {"m": (HALF, []), "robot": ({"AAA": 0.5, "CCC": 0.5}, [([("m", 1.0, None)], 0.0)])}
    cut = [embargo("BBB", item="m", to="CCC", lasts=100), stockpile("m", 20)]
    row = summary(graph_of(items), cut)
    # Those in CCC lose half of it, and 20 days last 40; then half of the half that is made there is missing.
    assert row["short_estimate"] == pytest.approx(40) and row["lost_estimate"] == pytest.approx(0.25 * 60)


def test_a_level_of_1_is_that_of_any_shortage_and_one_of_0_is_none():
    frame = timeline(robot(), Scenario("s", [halt("AAA", item="m", lasts=10)]), product="robot")
    found = timeline_summary(frame, [1.0])
    assert found["below_100_low"].to_list() == found["short_low"].to_list()
    with pytest.raises(InputError):
        timeline_summary(frame, [0.0])


def test_a_new_source_after_50_of_100_days_leaves_25_days_lost_and_none_comes_back():
    changes = [halt("AAA", item="m", lasts=100), add_source("m", 1.0, ready=50, recycling=True)]
    row = summary(robot(), changes)
    assert [row[f"lost_{b}"] for b in ("low", "high", "estimate")] == pytest.approx([25, 25, 25])
    assert row["back_high"] == 50
    # Spare capacity of the robot's maker catches up by a fifth of a day a day, and then stops.
    caught = summary(robot(True), [*changes[1:], halt("m_AAA", lasts=100), spare_capacity("robot_CCC", 0.2)], level="site")
    assert caught["lost_high"] == pytest.approx(0, abs=1e-9)
    part = summary(robot(True), [*changes[1:], halt("m_AAA", lasts=100), spare_capacity("robot_CCC", 0.2, ready=325)],
                   level="site")  # fmt: skip
    assert part["lost_high"] == pytest.approx(25 - 0.2 * 40)


@pytest.mark.parametrize(("stock", "left"), [(10, 0.5), (25, 0.75), (3, 0.0)])
def test_inventories_run_down_and_then_output_is_in_proportion_as_in_ario(stock, left):
    # ARIO with inventories and no overproduction (Hallegatte 2014, eq. 7-10): an industry works fully while its inventory
    # lasts, which falls by use less supply, and then at the level of its scarcest supply.
    graph = robot(site=True)
    row = summary(graph, [reduce("m_AAA", 1 - left), reduce("m_BBB", 1 - left), stockpile("m", stock)], level="site")
    assert row["short_low"] == pytest.approx(stock / (1 - left))
    assert row["lost_low"] == pytest.approx((365 - stock / (1 - left)) * (1 - left))


def test_what_is_under_way_still_arrives():
    graph = graph_of({"m": (HALF, []), "robot": ({"CCC": 1.0}, [([("m", 1.0, 40.0)], 0.0)])}, site=True)
    row = summary(graph, [halt("m_AAA", lasts=30)], level="site")
    assert (row["short_low"], row["back_low"], row["lost_low"]) == (40, 70, pytest.approx(15))


def test_a_ramp_rises_in_equal_daily_steps():
    frame = timeline(robot(), Scenario("s", halt("AAA", item="m", lasts=10, ramp=3)), product="robot", horizon=20)
    rows = frame.filter(item="m").select("day", "rate_low").rows()
    assert [row[0] for row in rows] == [0, 10, 11, 12, 13, 20]
    assert [row[1] for row in rows] == pytest.approx([0.5, 0.625, 0.75, 0.875, 1, 1])


def test_a_machine_binds_when_its_life_ends():
    def factory(life):
        return SupplyGraph(
            items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "press")],
            inputs=[{"item": "robot", "input": "press", "role": "equipment", "life_days": life, "source": "s"}],
            suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in COUNTRIES],
            shares=[
                {"item": i, "supplier": c, "share": 1.0, "source": "s"} for i, c in (("robot", "CCC"), ("press", "AAA"))
            ],
            sources=SOURCE,
        )  # fmt: skip

    cut = [halt("AAA", item="press")]
    assert summary(factory(200.0), cut)["short_low"] == 200
    assert summary(factory(200.0), cut, term="long")["short_low"] == 200
    assert summary(factory(None), cut)["short_low"] == math.inf
    assert summary(factory(None), cut, term="long")["short_low"] == 0


def test_a_national_reserve_releases_at_its_rate_and_only_at_home():
    graph = robot()
    cut = [halt("AAA", item="m", lasts=100), stockpile("m", 15, holder="CCC", release=0.3)]
    row = summary(graph, cut, buyer="CCC")
    assert row["below_50_low"] == math.inf
    assert row["lost_low"] == pytest.approx(0.2 * 50 + 0.5 * 50)
    abroad = summary(graph, [cut[0], stockpile("m", 15, holder="BBB", release=0.3)], buyer="CCC")
    assert abroad["lost_low"] == pytest.approx(50)


@pytest.mark.parametrize("order", [1, -1])
def test_each_of_several_reserves_is_given_at_its_own_rate_to_those_who_need_its_item(order):
    needs = [([("a", 1.0, None)], 0.0), ([("b", 1.0, None)], 0.0)]
    graph = graph_of({"a": (HALF, []), "b": (HALF, []), "robot": ({"CCC": 1.0}, needs)})
    held = [stockpile("a", 15, holder="CCC", release=0.3), stockpile("b", 40, holder="CCC", release=0.1)]
    for item, lost in (("a", 0.2 * 50 + 0.5 * 50), ("b", 0.4 * 100)):
        row = summary(graph, [halt("AAA", item=item, lasts=100), *held[::order]], buyer="CCC")
        assert (row["lost_low"], row["lost_high"]) == (pytest.approx(lost), pytest.approx(lost))


def test_a_stock_of_the_product_is_held_by_whoever_buys_it():
    row = summary(robot(), [halt("CCC", item="robot", lasts=50), stockpile("robot", 20)])
    assert (row["short_low"], row["lost_low"]) == (20, pytest.approx(30))


def test_a_stock_of_unknown_size_is_an_interval():
    row = summary(robot(True), [halt("m_AAA", lasts=100), stockpile("m", (10, 30))], level="site")
    assert (row["short_low"], row["short_high"]) == (20, 60)


def test_an_embargo_hits_only_whom_it_is_aimed_at():
    cut = [embargo("AAA", item="m", to="CCC", lasts=100), stockpile("m", 20)]
    assert summary(robot(), cut, buyer="CCC")["lost_low"] == pytest.approx(30)
    assert summary(robot(), cut, buyer="BBB")["short_low"] == math.inf


# Words and numbers ----------------------------------------------------------------------------------------------------


def test_scenarios_with_days_survive_the_way_through_plain_data():
    scenario = Scenario("s", [
        halt("CHN", item="m", start=3, lasts=180, ramp=30), embargo("CHN", to="JPN", lasts=90), reduce("AAA", 0.3, lasts=5),
        add_source("m", 0.2, ready=50, ramp=10), spare_capacity("BBB", 0.2, ready=20), stockpile("m", (10, 20), start=4),
        stockpile("m", 60, holder="JPN", release=0.3),
    ])  # fmt: skip
    data = scenario.to_dict()
    assert "ready" in data["changes"][3]["add_source"]
    assert scenarios_from(data) == [scenario]


@pytest.mark.parametrize("make", [
    lambda: halt("CHN", lasts=-1), lambda: halt("CHN", start=math.nan), lambda: halt("CHN", lasts=10, ramp=-2),
    lambda: halt("CHN", ramp=3), lambda: add_source("m", 0.1, ready=-5), lambda: stockpile("m", -3),
    lambda: stockpile("m", (5, 3)), lambda: stockpile("", 3), lambda: stockpile("m", 3, release=0.2),
    lambda: stockpile("m", 3, holder="JPN", release=0), lambda: stockpile("m", True),
    lambda: scenarios_from({"changes": [{"stockpile": {"days": 3}}]}),
    lambda: timeline(robot(), Scenario("s", halt("AAA")), product="robot", horizon=0),
    lambda: timeline_summary(pl.DataFrame({"item": ["a"]})),
    lambda: timeline_summary(timeline(robot(), Scenario("s", halt("AAA")), product="robot"), levels=[50]),
])  # fmt: skip
def test_bad_days_are_one_clear_error_in_both_languages(make):
    with pytest.raises(InputError) as error:
        make()
    assert error.value.text("en") != error.value.text("ja")


def test_a_static_answer_refuses_stocks():
    with pytest.raises(InputError, match="timeline"):
        simulate(robot(), Scenario("s", [halt("AAA"), stockpile("m", 3)]), product="robot")


def test_nothing_happens_in_a_scenario_without_changes():
    frame = timeline(robot(), Scenario("none"), product="robot", horizon=10)
    assert frame.select("day", "rate_low", "lost_high").rows() == [(0, 1, 0), (10, 1, 0)] * 2
    assert timeline_summary(frame).filter(item="robot").select("short_low", "back_high").row(0) == (math.inf, 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, 0.4, 0.95, 1.0, 1.3]), min_size=3, max_size=3), min_size=1, max_size=6))
def test_days_of_a_summary_are_those_of_the_definition(segments):
    """Segments of ten days of three courses; what is short on the last day before the horizon is not back by then."""
    rows = [
        {"scenario": "s", "item": item, "day": 10.0 * at}
        | {f"rate_{end}": rate for end, rate in zip(("low", "high", "estimate"), rates, strict=True)}
        | {f"lost_{end}": 0.0 for end in ("low", "high", "estimate")}
        for item, each in (("a", segments), ("b", segments[:1]))
        for at, rates in enumerate([*each, each[-1]])
    ]
    for row in timeline_summary(pl.DataFrame(rows), levels=[0.9]).iter_rows(named=True):
        each = segments if row["item"] == "a" else segments[:1]
        found = {"short": [], "below_90": [], "back": []}
        for rates in zip(*each, strict=True):
            short = [10.0 * at for at, rate in enumerate(rates) if rate < 1]
            found["short"].append(min(short, default=math.inf))
            found["below_90"].append(min((10.0 * at for at, rate in enumerate(rates) if rate < 0.9), default=math.inf))
            found["back"].append(math.inf if rates[-1] < 1 else max((day + 10 for day in short), default=0.0))
        for name, days in found.items():
            assert [row[f"{name}_{end}"] for end in ("low", "high", "estimate")] == [min(days), max(days), days[2]], name


def test_the_days_of_a_level_hold_those_of_all_three_courses():
    # What keeps most in all (nothing is lost until day 20) is below half before what loses half from the start.
    courses = {"low": [0.0] * 3, "high": [1.0, 0.0, 0.0], "estimate": [0.5, 0.5, 0.0]}
    days, end = [0.0, 20.0, 40.0], 50.0
    rows = []
    for at, day in enumerate([*days, end]):
        row = {"scenario": "s", "item": "p", "day": day}
        for name, rates in courses.items():
            spans = zip(days, [*days[1:], end], rates, strict=True)
            lost = sum((1 - rate) * (min(b, day) - a) for a, b, rate in spans if a < day)
            row |= {f"rate_{name}": rates[min(at, 2)], f"lost_{name}": lost}
        rows.append(row)
    found = timeline_summary(pl.DataFrame(rows), levels=[0.5]).row(0, named=True)
    assert found["lost_high"] == found["lost_estimate"] == 30.0 < found["lost_low"]
    assert [found[f"below_50_{name}"] for name in ("low", "high", "estimate")] == [0.0, 40.0, 40.0]


@pytest.mark.parametrize("spare", [0.0, 0.2])
def test_days_lost_are_bounds_for_each_end_of_what_is_kept_without_a_need_also_with_spare_capacity(spare):
    """What makers could make above today's use, had they what they need, is no stock for the days of a halt."""
    makers = {"AAA": 0.2, "BBB": 0.8}
    graph = graph_of(
        {
            "b": ({"CCC": 1.0}, []),
            "a": (makers, [([("b", 1.0, None)], 0.0)]),
            "robot": ({"CCC": 1.0}, [([("a", 1.0, None)], 0.0)]),
        }
    )

    def lost(low, high):
        of = pl.when(pl.col("input") == "a")
        inputs = graph.inputs.with_columns(kept_without_low=of.then(low), kept_without_high=of.then(high))
        known = SupplyGraph(**graph.tables | {"inputs": inputs})
        return summary(known, [halt("AAA", start=10, lasts=50), spare_capacity("AAA", spare, item="a")])

    ends = [lost(end, end) for end in (0.0, 0.4)]
    told = lost(0.0, 0.4)
    for one in ends:
        assert told["lost_low"] <= one["lost_low"] + 1e-6 and one["lost_high"] <= told["lost_high"] + 1e-6
        assert told["short_low"] <= one["short_low"] + 1e-6 and one["short_high"] <= told["short_high"] + 1e-6
