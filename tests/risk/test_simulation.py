"""Scenarios: the fixed point against an independent oracle, intervals against completions, what halt and embargo mean."""

import itertools

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, SupplyGraph, UnknownIdError
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
    substitute,
    timeline,
    trace,
)

COUNTRIES = ["AAA", "BBB", "CCC", "DDD"]


def graph_of(inputs, shares, items=None):
    """A graph from ``(item, input, group, mix)`` and ``{item: {country: share}}``."""
    ids = sorted({i for row in inputs for i in row[:2]} | set(shares) | set(items or ()))
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ids],
        inputs=[{"item": a, "input": b, "group": g, "mix": m, "source": "s"} for a, b, g, m in inputs],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in COUNTRIES],
        shares=[
            {"item": i, "supplier": c, "source": "s"} | (v if isinstance(v, dict) else {"share": v})
            for i, row in shares.items()
            for c, v in row.items()
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def random_case(rng, complete=True, cyclic=True):
    """A small random AND/OR graph: every item has suppliers; some inputs are alternatives; cycles may occur."""
    n = int(rng.integers(2, 7))
    names = [f"i{k}" for k in range(n)]
    inputs = {}
    for k in range(n):
        for _ in range(int(rng.integers(0, 3))):
            other = int(rng.integers(0, n)) if cyclic else int(rng.integers(0, k)) if k else None
            if other is not None:
                group = "g" if rng.random() < 0.4 else None
                inputs[names[k], names[other], group] = (names[k], names[other], group)
    rows = list(inputs.values())
    mixes = {}
    for _, members in itertools.groupby(sorted(r for r in rows if r[2]), key=lambda r: r[0]):
        members = list(members)
        weights = rng.dirichlet(np.ones(len(members)))
        mixes |= {member: float(w) for member, w in zip(members, weights, strict=True)}
    shares = {}
    for name in names:
        chosen = rng.choice(COUNTRIES, int(rng.integers(1, 4)), replace=False)
        parts = rng.dirichlet(np.ones(len(chosen) + (0 if complete else 1)))
        shares[name] = {str(c): float(p) for c, p in zip(chosen, parts, strict=False)}
    return [(*row, mixes.get(row)) for row in rows], shares


def oracle(inputs, shares, lost, cut):
    """Levels by plain iteration: x of (item, country), with capacity losses and sales cut (item, seller, buyer country)."""
    x = {(i, c): 1 - lost.get((i, c), 0.0) for i, row in shares.items() for c in row}
    groups = {}
    for number, (item, need, group, mix) in enumerate(inputs):
        key = (item, group) if group else (item, number)
        groups.setdefault(key, []).append((need, 1.0 if mix is None else mix))

    def supply(item, buyer):
        return sum(s * (1 - cut.get((item, c, buyer), 0.0)) * x[item, c] for c, s in shares[item].items())

    for _ in range(60_000):
        new = {}
        for item, country in x:
            level = 1.0
            for key, members in groups.items():
                if key[0] == item:
                    level = min(level, sum(mix * supply(need, country) for need, mix in members))
            new[item, country] = (1 - lost.get((item, country), 0.0)) * level
        done = max(abs(new[k] - x[k]) for k in x) < 1e-14
        x = new
        if done:
            break
    return {item: sum(s * x[item, c] for c, s in row.items()) for item, row in shares.items()}


@pytest.mark.parametrize("seed", range(80))
def test_the_estimate_is_plain_iteration_with_every_maker_supplied_alike(seed):
    rng = np.random.default_rng(seed)
    cyclic = bool(seed % 2)
    inputs, shares = random_case(rng, cyclic=cyclic)
    where = [(i, c) for i, row in shares.items() for c in row]
    lost, cut, changes = {}, {}, []
    for k in rng.choice(len(where), min(2, len(where)), replace=False):
        item, country = where[k]
        part = float(rng.choice([1.0, rng.random()]))
        if rng.random() < 0.5:
            lost[item, country] = part
            changes.append(reduce(country, part, item=item))
        else:
            to = [c for c in COUNTRIES if c != country][: int(rng.integers(1, 3))]
            cut |= {(item, country, buyer): part for buyer in to}
            changes.append(embargo(country, item=item, to=to, share=part))
    frame = simulate(graph_of(inputs, shares), Scenario("s", changes))
    expected = oracle(inputs, shares, lost, cut)
    for item, low, high, estimate in frame.select("item", "kept_low", "kept_high", "kept_estimate").rows():
        assert low - 1e-9 <= expected[item] <= high + 1e-9
        if not cyclic:  # in a loop the estimate takes the best arrangement: else any loss would run to nothing
            assert estimate == pytest.approx(expected[item], abs=1e-9)


def test_a_small_loss_in_a_loop_stays_small_at_best_and_may_run_down_at_worst():
    graph = graph_of([("a", "b", None, None), ("b", "a", None, None)], {"a": {"AAA": 0.04, "BBB": 0.96}, "b": {"BBB": 1.0}})
    row = simulate(graph, halt("AAA")).row(0, named=True)
    assert (row["kept_low"], row["kept_estimate"], row["kept_high"]) == pytest.approx((0.0, 0.96, 0.96))


def test_a_product_upstream_of_itself_is_read_at_the_buyers_own_making():
    graph = graph_of([("p", "q", None, None), ("q", "p", None, None)], {"p": {"AAA": 0.5, "BBB": 0.5}, "q": {"CCC": 1.0}})
    row = simulate(graph, embargo("AAA", item="p", to="DDD"), product="p", buyer="DDD").filter(pl.col("item") == "p")
    assert row["kept_high"].item() == 1.0


@pytest.mark.parametrize("seed", range(40))
def test_intervals_contain_every_completion_of_what_is_unknown(seed):
    rng = np.random.default_rng(1000 + seed)
    inputs, shares = random_case(rng, complete=False)
    changes = [halt(str(rng.choice(COUNTRIES)), item=None if rng.random() < 0.5 else str(rng.choice(sorted(shares))))]
    if rng.random() < 0.5:
        by, to = rng.choice(COUNTRIES, 2, replace=False)
        changes.append(embargo(str(by), item=str(rng.choice(sorted(shares))), to=str(to)))
    scenario = Scenario("s", changes)
    interval = {
        i: (low, high)
        for i, low, high in simulate(graph_of(inputs, shares), scenario).select("item", "kept_low", "kept_high").rows()
    }
    for _ in range(15):
        full = {}
        for item, row in shares.items():
            rest = 1 - sum(row.values())
            others = [c for c in COUNTRIES if c not in row] or ["DDD"]
            parts = rng.dirichlet(np.full(len(others), 0.3)) * rest
            full[item] = {**row, **{c: row.get(c, 0.0) + float(p) for c, p in zip(others, parts, strict=True) if p > 0}}
            total = sum(full[item].values())
            full[item] = {c: s / total for c, s in full[item].items()}
        outcome = simulate(graph_of(inputs, full), scenario)
        for item, low, high in outcome.select("item", "kept_low", "kept_high").rows():
            if [c for c in COUNTRIES if c not in shares[item]]:
                assert interval[item][0] - 1e-9 <= low
                assert high <= interval[item][1] + 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_a_larger_shock_never_helps(seed):
    rng = np.random.default_rng(seed)
    inputs, shares = random_case(rng, complete=False)
    graph = graph_of(inputs, shares)
    small = Scenario("a", reduce("AAA", 0.4))
    large = Scenario("b", [reduce("AAA", 0.7), halt("BBB", item=sorted(shares)[0])])
    frame = simulate(graph, [small, large])
    a, b = (frame.filter(pl.col("scenario") == name) for name in "ab")
    assert (b["kept_low"] <= a["kept_low"] + 1e-12).all()
    assert (b["kept_high"] <= a["kept_high"] + 1e-12).all()
    assert ((frame["kept_low"] <= frame["kept_estimate"]) & (frame["kept_estimate"] <= frame["kept_high"])).all()


CHAIN = (
    [("robot", "motor", None, None), ("motor", "magnet", None, None)],
    {"magnet": {"AAA": 0.6, "BBB": 0.4}, "motor": {"AAA": 0.5, "BBB": 0.5}, "robot": {"BBB": 1.0}},
)


def kept(graph, *changes, product="robot", **options):
    frame = simulate(graph, Scenario("s", changes), product=product, **options)
    return {i: (round(a, 9), round(b, 9)) for i, a, b in frame.select("item", "kept_low", "kept_high").rows()}


def test_nothing_happens_when_nothing_changes():
    assert set(kept(graph_of(*CHAIN)).values()) == {(1.0, 1.0)}
    assert simulate(kn.load("world"), Scenario("nothing"))["kept_low"].min() == 1.0


def test_an_embargo_spares_the_home_industry_and_a_halt_does_not():
    graph = graph_of(*CHAIN)
    stopped = kept(graph, halt("AAA", item="magnet"))
    assert stopped["magnet"] == (0.4, 0.4)
    assert stopped["robot"] == (0.4, 0.4)  # motors of both countries draw on the same magnets
    cut = kept(graph, embargo("AAA", item="magnet"))
    # Motors of AAA go on; those of BBB, half of all, may be made of AAA's magnets or of the others: 0 to 0.4 of 0.5.
    assert cut["robot"] == (0.5, 0.9)
    assert kept(graph, embargo("AAA", item="magnet", to="CCC"))["robot"] == (1.0, 1.0)


def test_an_embargo_aimed_at_whoever_lays_it_is_refused_from_python_and_from_plain_data_alike():
    graph = graph_of([], {"magnet": {"AAA": 1.0}})
    (written,) = scenarios_from({"name": "s", "changes": [{"embargo": {"node": "AAA", "to": ["BBB", "AAA"]}}]})
    for asked in (embargo("AAA", to="AAA"), written):
        with pytest.raises(InputError, match="AAA cannot be aimed at AAA"):
            simulate(graph, asked)
        with pytest.raises(InputError, match="AAA cannot be aimed at AAA"):
            timeline(graph, asked, product="magnet")


def test_embargoes_meet_each_other_on_the_whole_graph():
    graph = kn.load("world")
    both = Scenario("s", [embargo("CHN", to="JPN"), embargo("USA", to=["CHN", "JPN"]), embargo("JPN", item="ndfeb_magnet")])
    frame = simulate(graph, both)
    assert ((frame["kept_low"] >= 0) & (frame["kept_low"] <= frame["kept_high"]) & (frame["kept_high"] <= 1)).all()
    assert frame["kept_low"].min() < 1


def test_a_buyer_sees_its_own_sourcing():
    graph = graph_of(*CHAIN)
    scoped = graph.merge(
        SupplyGraph(
            items=[{"id": "motor", "name_en": "motor", "kind": "component"}],
            suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in COUNTRIES],
            shares=[{"item": "motor", "supplier": "AAA", "scope": "CCC", "source": "s", "share": 1.0}],
            sources=[{"id": "s", "title": "t", "publisher": "p"}],
        )
    )
    assert kept(scoped, halt("AAA", item="motor"))["robot"] == (0.5, 0.5)
    assert kept(scoped, halt("AAA", item="motor"), buyer="CCC")["robot"] == (0.0, 0.0)
    assert kept(scoped, embargo("AAA", item="motor", to="CCC"), buyer="CCC")["robot"] == (0.0, 0.0)


def test_import_shares_leave_home_production_open():
    graph = graph_of([("robot", "magnet", None, None)], {"magnet": {"AAA": 0.6, "BBB": 0.4}, "robot": {"CCC": 1.0}})
    imports = {
        "item": "magnet",
        "supplier": "AAA",
        "scope": "CCC",
        "source": "s",
        "share": 1.0,
        "measure": "imports (value)",
    }
    scoped = SupplyGraph(**{**graph.tables, "shares": graph.shares.to_dicts() + [imports]})
    assert kept(scoped, embargo("AAA", item="magnet", to="CCC"), buyer="CCC")["robot"] == (0.0, 1.0)


def test_the_remainder_is_not_a_supplier_whose_share_is_known():
    graph = graph_of([], {"magnet": {"AAA": 0.6}})
    assert kept(graph, halt("AAA"), product="magnet")["magnet"] == (0.4, 0.4)
    assert kept(graph, halt("BBB"), product="magnet")["magnet"] == (0.6, 1.0)


def test_a_supplier_that_the_total_leaves_out_is_not_a_zero():
    graph = graph_of([], {"magnet": {"AAA": 0.6, "BBB": 0.4, "CCC": {"missing": "excluded"}}})
    low, high = kept(graph, halt("CCC"), product="magnet")["magnet"]
    assert (low, high) == (0.0, 1.0)


def test_an_item_without_any_data_is_at_risk_not_safe():
    graph = graph_of([("robot", "magic", None, None)], {"robot": {"AAA": 1.0}}, items=["magic"])
    assert kept(graph, halt("BBB"))["robot"] == (0.0, 1.0)


def test_new_supply_helps_and_shares_the_fate_of_its_place():
    graph = graph_of(*CHAIN)
    assert kept(graph, halt("AAA", item="magnet"), add_source("magnet", 0.3))["robot"] == (0.7, 0.7)
    assert kept(graph, halt("AAA"), add_source("motor", 0.3, node="AAA"))["motor"] == (0.0, 0.4)  # as without it
    assert kept(graph, halt("AAA", item="magnet"), substitute("magnet", "robot", 0.1))["magnet"] == (
        0.444444444,
        0.444444444,
    )
    assert kept(graph, halt("AAA", item="magnet"), spare_capacity("BBB", 0.5, item="magnet"))["magnet"] == (0.6, 0.6)


def with_need(low, high):
    """The chain, with what the makers of motors keep without magnets known by its ends."""
    inputs, shares = CHAIN
    graph = graph_of(inputs, shares)
    of = pl.when(pl.col("input") == "magnet")
    rows = graph.inputs.with_columns(kept_without_low=of.then(low), kept_without_high=of.then(high))
    return SupplyGraph(**graph.tables | {"inputs": rows})


def test_spare_capacity_does_not_hide_what_the_makers_may_lack_where_only_the_ends_of_that_are_known():
    """Without magnets they may make nothing, or half: what the less of it costs is possible."""
    scenario = [halt("AAA", item="magnet"), spare_capacity("BBB", 0.4, item="motor")]
    ends = [kept(with_need(end, end), *scenario)["motor"] for end in (0.0, 0.5)]
    assert ends[0][0] < ends[1][0]
    low, high = kept(with_need(0.0, 0.5), *scenario)["motor"]
    assert low <= ends[0][0] and high >= ends[1][1]


METAL = {"AAA": 0.585, "BBB": 0.211, "CCC": 0.205}


@pytest.mark.parametrize("spare", [0.0, 0.1])
@pytest.mark.parametrize("uniform", [False, True])
def test_what_a_buyer_may_lack_is_not_what_all_lack_also_where_capacity_sums_to_more_than_todays_use(spare, uniform):
    """Only the metal made at the buyer's may go without the ore, whose makers have no figure.

    Divided by their sum, 1.001, these shares sum to a little more than 1 in floating point; with spare capacity to more.
    """
    total = sum(METAL.values())
    expected = 1 + (METAL["AAA"] * spare - METAL["CCC"]) / total
    inputs = [("motor", "metal", None, None), ("metal", "ore", None, None), ("metal", "salt", None, None)]
    shares = {"motor": {"CCC": 1.0}, "metal": METAL, "ore": {"AAA": None}}
    if not uniform:  # one of the makers buys a need on its own
        shares["salt"] = {"DDD": {"share": 1.0, "scope": "BBB"}}
    graph = graph_of(inputs, shares)
    cut, more = embargo("DDD", to="CCC", item="ore", start=5), spare_capacity("AAA", spare, item="metal")
    assert kept(graph, cut, more, product="motor", buyer="CCC")["metal"] == (pytest.approx(expected), 1.0)
    days = timeline(graph, Scenario("x", [cut, more]), product="motor", buyer="CCC", horizon=20)
    assert days.filter(pl.col("item") == "metal")["rate_low"].min() == pytest.approx(expected)


def test_spare_capacity_bounds_the_worst_whoever_holds_what_is_open():
    """Who buys ore elsewhere may hold what is open, or who needs the ore that is cut by half: then half is made at most."""
    held = [("BBB", None), ("AAA", None)], [("BBB", 0.0), ("AAA", 0.7)]

    def found(rest):
        shares = {"metal": {"DDD": 0.3} | dict(rest), "ore": {"AAA": 1.0}, "motor": {"CCC": 1.0}}
        graph = graph_of([("motor", "metal", None, None), ("metal", "ore", None, None)], shares)
        own = {"item": "ore", "supplier": "BBB", "scope": "BBB", "share": 1.0, "source": "s"}
        tables = graph.tables
        own = tables["shares"].clear().vstack(pl.DataFrame([own], schema=tables["shares"].schema))
        graph = SupplyGraph(**tables | {"shares": tables["shares"].vstack(own)})
        scenario = Scenario("x", [reduce("AAA", 0.5, item="ore", start=5), spare_capacity("DDD", 1.0, item="metal")])
        days = timeline(graph, scenario, product="motor", horizon=20).filter(pl.col("item") == "metal")
        return kept(graph, *scenario, product="motor")["metal"][0], days["rate_low"][-1]

    told = found(held[1])
    assert told == (0.5, pytest.approx(0.5)) and found(held[0]) == told


def test_recycling_needs_none_of_the_usual_inputs():
    graph = graph_of(*CHAIN)
    stop = halt("magnet")
    assert kept(graph, stop, add_source("motor", 0.3))["motor"] == (0.0, 0.0)
    assert kept(graph, stop, add_source("motor", 0.3, recycling=True))["motor"] == (0.3, 0.3)


def test_a_stock_is_refused_where_it_changes_nothing():
    with pytest.raises(InputError, match="buys time"):
        simulate(graph_of(*CHAIN), Scenario("s", [halt("AAA"), stockpile("magnet", 60)]))


def test_the_trace_leads_from_the_product_to_the_cause():
    steps = trace(graph_of(*CHAIN), Scenario("s", embargo("AAA", item="magnet", to="BBB")), "robot")
    assert steps["item"].to_list() == ["robot", "motor", "magnet"]
    assert steps["cause"].to_list() == ["need", "need", "embargo"]
    assert steps["source"].to_list() == ["s"] * 3
    assert steps["share"].to_list() == [1.0, 1.0, 0.6]
    assert trace(graph_of(*CHAIN), Scenario("s"), "robot").is_empty()


def test_scenarios_are_plain_data_and_back():
    changes = [halt("AAA"), embargo("BBB", item="magnet", to=["CCC"]), add_source("motor", 0.2, recycling=True)]
    changes += [stockpile("magnet", 30), reduce("CCC", 0.5), spare_capacity("BBB", 0.1), substitute("a", "b", 0.2)]
    scenario = Scenario("x", changes)
    assert scenarios_from(scenario.to_dict()) == [scenario]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "changes"),
        ({"changes": [{"hlt": {"node": "AAA"}}]}, "Did you mean 'halt'"),
        ({"changes": [{"halt": {"nodes": "AAA"}}]}, "Did you mean 'node'"),
        ({"changes": [{"reduce": {"node": "AAA", "share": 1.5}}]}, "0 to 1"),
        ({"changes": [{"stockpile": {"item": "a", "days": -1}}]}, "0 or more"),
        ({"change": []}, "changes"),
        ({"changes": [{"halt": {"node": None}}]}, "'node' of a change 'halt' must be a name"),
        ({"changes": [{"embargo": {"node": "AAA", "to": ["CCC", 5]}}]}, "'to' of a change 'embargo' must be a name"),
    ],
)
def test_bad_scenarios_say_what_is_wrong(data, words):
    with pytest.raises(InputError, match=words):
        scenarios_from(data)


@pytest.mark.parametrize("node", [None, 5, float("nan"), ["AAA"], ""])
def test_a_change_about_nobody_is_refused_and_not_read_as_somebody_whom_nobody_names(node):
    makers = [halt, embargo, lambda who: reduce(who, 0.5), lambda who: spare_capacity(who, 0.5)]
    makers += [lambda item: add_source(item, 0.5), lambda by: substitute("magnet", by, 0.5), lambda item: stockpile(item, 3)]
    for make in makers:
        with pytest.raises(InputError):
            make(node)


def test_changes_without_a_name_before_them_are_no_scenario_in_which_nothing_happens():
    for wrong in (halt("AAA"), [halt("AAA")], None):
        with pytest.raises(InputError, match=r'Scenario\("stop", halt'):
            Scenario(wrong)
    with pytest.raises(InputError, match="changes"):
        Scenario("s", None)
    with pytest.raises(InputError, match="no scenario"):
        simulate(graph_of(*CHAIN), [])


def test_an_embargo_to_none_is_one_towards_everybody_abroad():
    assert embargo("AAA", to=None) == embargo("AAA")


def test_unknown_names_are_not_ignored():
    with pytest.raises(UnknownIdError, match="Did you mean 'magnet'"):
        simulate(graph_of(*CHAIN), Scenario("s", halt("AAA", item="magnt")))
    with pytest.raises(UnknownIdError):
        simulate(graph_of(*CHAIN), Scenario("s", halt("XYZ")))
    with pytest.raises(InputError):
        simulate(graph_of(*CHAIN), [Scenario("s"), Scenario("s")])


def test_a_network_is_mapped_and_pickled_by_its_path(tmp_path):
    import pickle

    network = kn.load("world").network("humanoid_robot", buyer="JPN").save(tmp_path / "n")
    data = pickle.dumps(network)
    assert len(data) < 1000
    scenario = Scenario("s", embargo("CHN", item="ndfeb_magnet", to="JPN"))
    assert simulate(pickle.loads(data), scenario).equals(simulate(network, scenario))


def test_the_question_of_the_japanese_humanoid_has_a_sourced_answer():
    graph = kn.load("world")
    scenario = Scenario("s", embargo("CHN", item="ndfeb_magnet", to="JPN"))
    home = simulate(graph, scenario, product="humanoid_robot", buyer="JPN", domestic=True)
    robot = home.filter(pl.col("item") == "humanoid_robot").row(0, named=True)
    assert robot["kept_high"] < 0.5  # certain loss, when the motors are made in Japan
    steps = trace(graph, scenario, "humanoid_robot", buyer="JPN", domestic=True)
    assert steps["item"][-1] == "ndfeb_magnet"
    assert steps["supplier"][-1] == "CHN"
    assert steps["source"][-1] in set(graph.sources["id"])
