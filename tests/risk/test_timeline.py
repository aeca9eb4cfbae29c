"""Time: curves against a simulation in small steps from the definition, the stated examples, what never gets worse."""

import math
from dataclasses import replace

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
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
from kanmon.risk.production.conditions import new_sources
from kanmon.risk.production.courses import course
from time_steps import COUNTRIES, SOURCE, STEP, Steps, graph_of


def random_case(seed, cycles=True):
    """Items that need earlier ones, and later ones after a delivery time; changes, stocks, ramps, new and spare capacity."""
    rng = np.random.default_rng(seed)
    names = [f"i{k}" for k in range(int(rng.integers(2, 6)))]
    items = {}
    for k, name in enumerate(names):
        shares = rng.multinomial(20, rng.dirichlet(np.ones(3))) / 20
        makers = {c: float(s) for c, s in zip(COUNTRIES, shares, strict=True) if s > 0}
        needs, used = [], set()
        for _ in range(int(rng.integers(0, 3))):
            size = 2 if rng.random() < 0.25 else 1
            pool = [i for i in names if i != name and i not in used and (cycles or i < name)]
            chosen = [str(i) for i in rng.choice(pool, min(size, len(pool)), replace=False)] if pool else []
            used.update(chosen)
            mix = [1.0] if len(chosen) == 1 else [0.5, 0.5]
            rows = []
            for source, part in zip(chosen, mix, strict=False):
                late = names.index(source) > k
                lag = float(rng.integers(1, 12)) if late or rng.random() < 0.3 else 0.0
                rows.append((source, part, lag))
            if rows:
                needs.append((rows, float(rng.choice([0.0, 0.0, 0.4]))))
        items[name] = (makers, needs)
    changes = []
    for _ in range(int(rng.integers(1, 4))):
        item = str(rng.choice(names))
        node = str(rng.choice(list(items[item][0])))
        when = {"start": float(rng.integers(0, 30)), "lasts": float(rng.integers(10, 60))}
        when["ramp"] = float(rng.choice([0, 0, 5]))
        part = float(rng.choice([1.0, 0.5]))
        changes.append((node, item, part, when))
    stocks = [
        stockpile(str(rng.choice(names)), float(rng.integers(1, 25)), start=float(rng.choice([0, 0, 12])))
        for _ in range(int(rng.integers(0, 4)))
    ]
    helps = []
    if rng.random() < 0.4:
        ready, ramp, recycling = float(rng.integers(5, 50)), float(rng.choice([0, 4])), bool(rng.random() < 0.5)
        helps.append(add_source(str(rng.choice(names)), 0.25, ready=ready, ramp=ramp, recycling=recycling))
    return items, changes, stocks, helps, rng


def scenario_for(case, site):
    items, changes, stocks, helps, rng = case
    name = (lambda item, node: f"{item}_{node}") if site else (lambda item, node: node)
    made = [reduce(name(item, node), part, item=item, **when) for node, item, part, when in changes]
    if rng.random() < 0.3:
        item = str(rng.choice(list(items)))
        made.append(spare_capacity(name(item, next(iter(items[item][0]))), 0.5, item=item, ready=float(rng.integers(0, 60))))
    return Scenario("s", [*made, *stocks, *helps])


@pytest.mark.parametrize("site", [True, False], ids=["plants", "unknown sourcing"])
@pytest.mark.parametrize("seed", range(16))
def test_curves_agree_with_a_simulation_in_small_steps(seed, site):
    case = random_case(seed, cycles=site)
    scenario = scenario_for(case, site)
    items, horizon = case[0], 80.0
    network = network_of(items, scenario, site)
    found = course(network, scenario, horizon=horizon)
    grid = np.linspace(0, horizon, round(horizon / STEP) + 1)
    days = np.append(found.days, horizon)
    steps = {reading: Steps(items, scenario, reading, site).run(horizon) for reading in found.rates}
    for number, item in enumerate(network.items):
        high = np.array(steps["high"][item])
        low = np.minimum(steps["low"][item], high)
        expected = {"low": low, "high": high, "estimate": np.clip(steps["estimate"][item], low, high)}
        for reading, curve in expected.items():
            gap = np.abs(np.interp(grid, days, found.total(reading)[:, number]) - curve).max()
            assert gap < 8 * STEP, (item, reading, gap)


def network_of(items, scenario, site=False):
    """The compiled network, with the new sources of a scenario."""
    return graph_of(items, site).network(level="site" if site else "country", sources=new_sources([scenario]))


def totals(items, scenario, site):
    """Cumulative output by reading: a table of days and items."""
    days = np.linspace(0, 120, 241)
    found = course(network_of(items, scenario, site), scenario, horizon=120)
    grid = np.append(found.days, 120.0)
    return {
        reading: np.column_stack([np.interp(days, grid, column) for column in found.total(reading).T])
        for reading in found.rates
    }


def eased(change, way):
    """A change that hurts less, or helps more."""
    if change.kind == "stockpile" and way == "stock":
        return replace(change, days=change.days + 7)
    if change.kind == "reduce" and way == "shorter":
        return replace(change, lasts=change.lasts - 4)
    if change.kind == "reduce" and way == "milder":
        return replace(change, share=change.share / 2)
    if change.kind == "add_source" and way == "earlier":
        return replace(change, start=change.start - 4)
    return change


def grows_late(change):
    """Whether a maker that needs inputs is larger later than at first: what arrives earlier is shared out among fewer."""
    later = change.start > 0 or change.ramp > 0
    return later and (change.kind == "spare_capacity" or (change.kind == "add_source" and change.inputs))


def at_once(change):
    return replace(change, start=0.0, ramp=0.0) if grows_late(change) else change


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), st.sampled_from(["stock", "shorter", "milder", "earlier"]), st.booleans())
@example(seed=17259, way="stock", site=True)
@example(seed=368, way="shorter", site=True)
def test_more_stock_a_shorter_or_milder_threat_and_an_earlier_source_are_never_worse(seed, way, site):
    case = random_case(seed, cycles=site)
    scenario = Scenario("s", [at_once(change) for change in scenario_for(case, site)])
    better = Scenario("better", [eased(change, way) for change in scenario])
    before, after = totals(case[0], scenario, site), totals(case[0], better, site)
    # In the worst arrangement, and with every maker a plant of its own, plants that are spared may drain stocks that others
    # would have needed later: what is proven is the best arrangement, and plants whose sourcing is known.
    for reading in ("low", "high", "estimate") if site else ("high",):
        assert (after[reading] >= before[reading] - 1e-6).all()


@pytest.mark.parametrize(("seed", "way", "grows"), [(17259, "stock", "i1"), (368, "shorter", "i4")])
def test_what_arrives_before_a_plant_grows_is_not_shared_out_by_its_later_size(seed, way, grows):
    # The one exception: supply that comes earlier may come before a plant is large enough to take its larger part.
    case = random_case(seed)
    scenario = scenario_for(case, True)
    assert {change.item for change in scenario if grows_late(change)} == {grows}
    before, after = (
        totals(case[0], scenario, True),
        totals(case[0], Scenario("better", [eased(c, way) for c in scenario]), True),
    )
    for reading in before:
        worse = (after[reading] < before[reading] - 1e-6).any(axis=0)
        assert [item for item, less in zip(case[0], worse, strict=True) if less] == [grows]
        assert (after[reading] >= before[reading] - 0.1).all()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), st.sampled_from(["stock", "shorter", "milder"]))
def test_in_a_chain_nothing_helpful_is_ever_worse_in_any_reading(seed, way):
    rng = np.random.default_rng(seed)
    shares = {c: float(s) for c, s in zip(COUNTRIES, rng.dirichlet(np.ones(3)), strict=True)}
    lag = float(rng.integers(0, 9))
    items = {"a": (shares, []), "b": (shares, [([("a", 1.0, 0.0)], 0.0)]), "c": (shares, [([("b", 1.0, lag)], 0.3)])}
    when = {"start": float(rng.integers(0, 20)), "lasts": float(rng.integers(8, 60)), "ramp": float(rng.integers(0, 6))}
    scenario = Scenario("s", [reduce("AAA", 0.8, item="a", **when), stockpile("ab"[int(rng.integers(2))], 11.0)])
    better = Scenario("better", [eased(change, way) for change in scenario])
    before, after = totals(items, scenario, False), totals(items, better, False)
    for reading in before:
        assert (after[reading] >= before[reading] - 1e-6).all()


@pytest.mark.parametrize("site", [True, False], ids=["plants", "unknown sourcing"])
@pytest.mark.parametrize("seed", range(30))
def test_in_the_end_the_rate_is_the_static_answer(seed, site):
    items, changes, stocks, helps, rng = random_case(seed, cycles=site)
    lasting = [(node, item, part, when | {"lasts": None, "ramp": 0}) for node, item, part, when in changes]
    scenario = scenario_for((items, lasting, stocks, helps, rng), site)
    static = Scenario("s", [change for change in scenario if change.kind != "stockpile"])
    level = "site" if site else "country"
    frame = timeline(graph_of(items, site), scenario, level=level, horizon=1e6).group_by("item").last()
    kept = simulate(graph_of(items, site), static, level=level)
    for row in kept.join(frame, on="item").iter_rows(named=True):
        for bound in ("low", "high", "estimate"):
            assert row[f"rate_{bound}"] == pytest.approx(row[f"kept_{bound}"], abs=1e-6), (row["item"], bound)


def partly_known(case, seed):
    """A graph in which some makers' own sources of some inputs are known, so that a market shares only some of its needs."""
    rng, items, found = np.random.default_rng(seed), case[0], {}
    for makers, needs in items.values():
        for maker in makers:
            for alternatives, _ in needs:
                for source, _, _ in alternatives if rng.random() < 0.5 else []:
                    sellers = list(items[source][0])
                    found[source, maker] = dict(zip(sellers, rng.dirichlet(np.ones(len(sellers))), strict=True))
    graph = graph_of(items)
    own = [
        {"item": item, "supplier": seller, "share": share, "scope": maker, "source": "s"}
        for (item, maker), parts in found.items()
        for seller, share in parts.items()
    ]
    world = graph.shares.select("item", "supplier", "share", "source").to_dicts()
    tables = {"items": graph.items, "inputs": graph.inputs, "suppliers": graph.suppliers, "sources": SOURCE}
    return SupplyGraph(**tables, shares=[*world, *own])


@pytest.mark.parametrize("seed", [2, 4, 5, 6, 9, 10, 13, 17, 22, 25])
def test_markets_whose_makers_share_only_some_needs_end_at_the_static_answer_in_order_and_gain_by_stocks(seed):
    case = random_case(seed, cycles=False)
    graph, scenario = partly_known(case, seed), scenario_for(case, False)
    lasting = Scenario("s", [replace(c, lasts=None, ramp=0.0) for c in scenario if c.kind != "stockpile"])
    assert (graph.network(sources=new_sources([lasting])).wants == 2).any()
    frame = timeline(graph, Scenario("s", [*lasting, *(c for c in scenario if c.kind == "stockpile")]), horizon=1e6)
    for row in simulate(graph, lasting).join(frame.group_by("item").last(), on="item").iter_rows(named=True):
        for bound in ("low", "high", "estimate"):
            assert row[f"rate_{bound}"] == pytest.approx(row[f"kept_{bound}"], abs=1e-6), (row["item"], bound)
    found = []
    for one in (scenario, Scenario("better", [eased(change, "stock") for change in scenario])):
        curves = course(graph.network(sources=new_sources([one])), one, horizon=120)
        days = np.append(curves.days, 120.0)
        low, estimate, high = (
            np.column_stack([np.interp(np.linspace(0, 120, 241), days, column) for column in curves.total(reading).T])
            for reading in ("low", "estimate", "high")
        )
        assert (low <= estimate + 1e-6).all()
        assert (estimate <= high + 1e-6).all()
        found.append(high)
    assert (found[1] >= found[0] - 1e-6).all()


@pytest.mark.parametrize("seed", range(6))
def test_on_the_bundled_world_too_the_rate_in_the_end_is_the_static_answer(seed):
    rng = np.random.default_rng(seed)
    graph, product = kn.load(), ("humanoid_robot", "ev_traction_motor")[seed % 2]
    where = {"buyer": (None, "JPN", "DEU")[seed % 3], "domestic": bool(seed % 2), "sharing": ("alike", "first")[seed % 2]}
    where |= {"term": ("long", "short")[seed % 2], "sourcing": ("any", "world")[seed // 3]}
    items = graph.network(product).items
    some = [str(item) for item in rng.choice(items, 6)]
    lost = [halt("CHN", item=some[0]), embargo("CHN", to="JPN"), reduce("USA", (0.2, 0.6), item=some[1])]
    helps = [add_source(some[2], 0.3, ready=20), spare_capacity("JPN", 0.2, ready=9)]
    stocks = [stockpile(some[3], 60), stockpile(some[4], 20)]
    frame = timeline(graph, Scenario("s", [*lost, *helps, *stocks]), product=product, horizon=1e6, **where)
    kept = simulate(graph, Scenario("s", [*lost, *helps]), product=product, **where)
    for row in kept.join(frame.group_by("item").last(), on="item").iter_rows(named=True):
        for bound in ("low", "high", "estimate"):
            assert row[f"rate_{bound}"] == pytest.approx(row[f"kept_{bound}"], abs=1e-6), (row["item"], bound)
    assert (frame["lost_low"] <= frame["lost_estimate"] + 1e-6).all()
    assert (frame["lost_estimate"] <= frame["lost_high"] + 1e-6).all()


@pytest.mark.parametrize("site", [True, False], ids=["plants", "unknown sourcing"])
@pytest.mark.parametrize("seed", range(8))
def test_days_are_a_unit(seed, site):
    items, changes, stocks, helps, rng = random_case(seed, cycles=site)
    smooth = [(node, item, part, when | {"ramp": 0.0}) for node, item, part, when in changes]
    first = scenario_for((items, smooth, stocks, [replace(one, ramp=0.0) for one in helps], rng), site)
    k = 7.0
    slow = Scenario("slow", [
        replace(one, start=one.start * k, lasts=one.lasts and one.lasts * k, days=one.days * k) for one in first
    ])  # fmt: skip
    far = {
        item: (makers, [([(i, mix, lag * k) for i, mix, lag in rows], kept) for rows, kept in needs])
        for item, (makers, needs) in items.items()
    }
    one = course(network_of(items, first, site), first, horizon=90)
    other = course(network_of(far, slow, site), slow, horizon=90 * k)
    for reading in one.rates:
        assert one.total(reading)[-1] * k == pytest.approx(other.total(reading)[-1], abs=1e-5)


@pytest.mark.parametrize("seed", range(40))
def test_every_way_to_divide_what_is_short_lies_within_the_bounds(seed):
    """Plants of unknown sourcing, each with its own stocks, under divisions of supply drawn at random and anew at times."""
    rng = np.random.default_rng(seed)
    count, horizon, dt = int(rng.integers(2, 9)), 100.0, 0.1
    stock = {"a": float(rng.integers(0, 25)), "b": float(rng.integers(0, 25))}
    cuts = []
    for item in ("a", "b"):
        when = {"start": float(rng.integers(0, 30)), "lasts": float(rng.integers(10, 60))}
        cuts.append(reduce("AAA", float(rng.choice([1.0, 0.6])), item=item, **when))
    scenario = Scenario("s", [*cuts, *(stockpile(item, days) for item, days in stock.items())])
    items = {
        "a": ({"AAA": 0.55, "BBB": 0.45}, []),
        "b": ({"AAA": 0.3, "CCC": 0.7}, []),
        "c": ({"BBB": 0.5, "CCC": 0.5}, [([("a", 1.0, 0.0)], 0.0), ([("b", 1.0, 0.0)], 0.0)]),
    }
    held = {item: np.full(count, days) for item, days in stock.items()}
    order = {item: rng.permutation(count) for item in stock}
    stubborn, made = rng.random() < 0.5, [0.0]
    for number in range(round(horizon / dt)):
        day = number * dt
        if not stubborn and rng.random() < 0.02:
            order = {item: rng.permutation(count) for item in stock}
        given = {}
        for item, change in zip("ab", cuts, strict=True):
            short = change.share * items[item][0]["AAA"] if change.start <= day < change.start + change.lasts else 0.0
            left = (1 - short) * count
            given[item] = np.zeros(count)
            for plant in order[item]:  # one after the other, each at most what it uses
                given[item][plant] = min(1.0, left)
                left -= given[item][plant]
            if seed % 4 == 0:
                given[item][:] = 1 - short
        output = np.minimum.reduce([np.ones(count), *(held[i] / dt + given[i] for i in held)])
        for item in held:
            held[item] = held[item] + (given[item] - output) * dt
        made.append(made[-1] + output.mean() * dt)
    days = np.linspace(0, horizon, len(made))
    network = network_of(items, scenario)
    found = course(network, scenario, horizon=horizon)
    low, high = (
        np.interp(days, np.append(found.days, horizon), found.total(reading)[:, network.items.index("c")])
        for reading in ("low", "high")
    )
    assert (np.array(made) >= low - 4 * dt).all()
    assert (np.array(made) <= high + 4 * dt).all()


# The stated examples --------------------------------------------------------------------------------------------------

HALF = {"AAA": 0.5, "BBB": 0.5}


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
