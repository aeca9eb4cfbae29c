"""Stops of a buyer's own sourcing: blanks are intervals, groups change nothing, and two engines of time agree."""

import math
from random import Random

import kanmon.risk.production.stops as module
import polars as pl
import pytest
from kanmon.graph import InputError, SupplyGraph
from kanmon.risk import (
    Candidate,
    Scenario,
    Threat,
    controlled,
    halt,
    reduce,
    stockpile,
    stop_courses,
    stop_losses,
    stop_measures,
)
from kanmon.risk.production.stop_measures import StopTrials
from polars.testing import assert_frame_equal

ROWS = [  # item, plant, maker, country, share, stock, switching
    ("gear", "X-cn", "X", "CHN", 0.6, 30.0, 90.0),
    ("gear", "X-de", "X", "DEU", 0.4, 30.0, 90.0),
    ("chip", "W-tw", "W", "TWN", 1.0, 20.0, None),
    ("seal", "V", "V", None, 1.0, None, 60.0),
    ("bolt", "U-jp", "U", "JPN", None, 10.0, 120.0),
    ("bolt", "T-cn", "T", "CHN", None, 10.0, 120.0),
]
NEEDS = [("robot", "gear"), ("robot", "arm"), ("arm", "chip"), ("arm", "seal"), ("tool", "bolt"), ("tool", "seal")]
VALUES = {"robot": 3650.0, "tool": 365.0}


def own(rows=ROWS, needs=NEEDS):
    items = dict.fromkeys([one for pair in needs for one in pair])
    makers = dict.fromkeys(row[2] for row in rows if row[2])
    suppliers = [{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"}]
    suppliers += [{"id": f"@{m}", "name_en": m, "kind": "company"} for m in makers]
    for row in {row[1]: row for row in rows}.values():
        parent = {"parent": f"@{row[2]}", "parent_share": 1.0} if row[2] else {}
        suppliers.append({"id": row[1], "name_en": row[1], "kind": "company", "country": row[3]} | parent)
    base = {"source": "s", "scope": "own", "complete": True}
    shares = [base | {"item": row[0], "supplier": row[1], "share": row[4]} for row in rows]
    shares += [base | {"item": item, "supplier": "own", "share": 1.0} for item in ("robot", "arm", "tool")]
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in items],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in needs],
        suppliers=suppliers,
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    facts = [
        {
            "item": row[0],
            "supplier": row[1],
            "maker": row[2] and f"@{row[2]}",
            "stock_days": row[5],
            "switching_days": row[6],
        }
        for row in rows
    ]
    return graph, facts


def threats(*nodes, days=180.0):
    return [Threat(Scenario(node, halt(node)), days) for node in nodes]


ALL = ("CHN", "DEU", "TWN", "USA", "@X", "@W", "@V", "@T")


def losses(nodes=ALL, rows=ROWS, days=180.0):
    graph, facts = own(rows)
    found = stop_losses(graph, threats(*nodes, days=days), VALUES, buyer="own", facts=facts).products
    return {(row["threat"], row["product"]): row for row in found.iter_rows(named=True)}


def test_a_plant_of_unknown_place_may_stop_with_any_country_and_with_none():
    found = losses()
    for country in ("DEU", "USA"):
        row = found[country, "tool"]
        assert row["lost_low"] == 0.0 and row["lost_high"] == pytest.approx(60 / 180), country
    assert found["@V", "tool"]["lost_low"] == pytest.approx(0.0), "a blank stock may last the whole stop"
    assert found["@V", "tool"]["lost_high"] == pytest.approx(60 / 180), "then somebody else delivers"


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        ([halt("CHN")], (0.0, 0.25, 1.0)),
        ([halt("CHN"), halt("DEU")], (0.0, 0.5, 1.0)),
        ([halt("CHN"), halt("DEU"), halt("CHN")], (0.0, 0.5, 1.0)),
        ([halt("CHN"), halt("DEU"), halt("TWN"), halt("VNM")], (0.0, 1.0, 1.0)),
        ([reduce("CHN", 0.5), reduce("DEU", 0.5)], (0.0, 0.25, 0.5)),
        ([reduce("CHN", 0.5), reduce("CHN", 0.4)], (0.0, 0.25 * 0.7, 0.7)),
        ([reduce("CHN", 0.5), reduce("DEU", 0.6), reduce("CHN", 0.4)], (0.0, 0.25 * 1.3, 0.7)),
    ],
    ids=["one", "two", "one of them twice", "all", "half of two", "two parts of one", "two parts of one, and another"],
)
def test_a_plant_of_unknown_place_stands_in_one_of_the_countries_that_stop_together(stops, expected):
    """Four known plants in as many countries: by the estimate it is in each by a quarter, and in no two at once."""
    rows = [("other", f"P-{code}", f"P-{code}", code, None, 0.0, 400.0) for code in ("CHN", "DEU", "TWN", "VNM")]
    graph, facts = own(
        [*rows, ("seal", "V", "V", None, 1.0, 0.0, 400.0)], [("robot", "seal"), ("arm", "seal"), ("tool", "other")]
    )
    threat = Threat(Scenario("t", stops), 180.0)
    row = stop_losses(graph, [threat], {"robot": 1.0}, buyer="own", facts=facts).products.row(0, named=True)
    assert (row["lost_low"], row["lost_estimate"], row["lost_high"]) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_the_facts_does_not_matter_nor_whether_those_of_an_item_stand_together(seed):
    graph, facts = own()
    facts[1] |= {"stock_days": None, "switching_days": 400.0}  # of gears, what one row says and the other does not
    facts[5] |= {"stock_days": None, "switching_days": 20.0}
    stated = stop_losses(graph, threats(*ALL), VALUES, buyer="own", facts=facts)
    mixed = Random(seed).sample(facts, len(facts))
    found = stop_losses(graph, threats(*ALL), VALUES, buyer="own", facts=mixed)
    assert_frame_equal(found.products, stated.products)
    assert_frame_equal(found.items.sort("threat", "item"), stated.items.sort("threat", "item"))


@pytest.mark.parametrize(
    ("makers", "node", "least", "most"),
    [
        (("X", "X"), "X", 1.0, 1.0),
        (("@M", "@M"), "@M", 1.0, 1.0),
        (("@M", "@M"), "X", 0.25, 0.25),
        (("@M", None), "@M", 0.25, 1.0),
        (("X", None), "X", 0.25, 1.0),
        ((None, None), "@M", 0.0, 1.0),
        (("@M", "Y"), "X", 0.25, 0.25),
        (("@M", "Y"), "Y", 0.75, 0.75),
    ],
)
def test_a_maker_stops_with_all_its_plants_itself_among_them_and_may_be_the_one_that_nobody_named(makers, node, least, most):
    rows = [("gear", "X", "M", "JPN", 0.25, None, None), ("gear", "Y", None, "JPN", 0.75, None, None)]
    graph, _ = own(rows, [("robot", "gear"), ("arm", "gear"), ("tool", "gear")])
    facts = [
        {"item": "gear", "supplier": plant, "maker": maker, "stock_days": 0.0, "switching_days": 400.0}
        for plant, maker in zip("XY", makers, strict=True)
    ]
    (row,) = stop_losses(graph, threats(node), {"robot": 1.0}, buyer="own", facts=facts).products.iter_rows(named=True)
    assert (row["lost_low"], row["lost_high"]) == pytest.approx((least, most))


SOME = [  # what happens, and what it takes from the robot for certain, as an estimate, and possibly, in days
    ([halt("TWN", item="chip")], (0.0, 70.0, 160.0)),
    ([halt("TWN", item="chip", lasts=50.0)], (0.0, 30.0, 30.0)),
    ([halt("TWN", item="chip", start=100.0, lasts=50.0)], (0.0, 0.0, 30.0)),
    ([halt("TWN", item="chip"), stockpile("chip", 30.0)], (0.0, 40.0, 130.0)),
    ([halt("TWN", item="gear"), halt("CHN", item="bolt")], (0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(("happens", "days"), SOME, ids=range(len(SOME)))
def test_what_happens_may_be_of_one_item_and_end_early_and_bring_a_stock_of_its_own(happens, days, monkeypatch):
    """20 days of chips, of one maker; another delivers on an unknown day: by the others' 90, or never, or at once."""
    graph, facts = own()
    arguments = graph, [Threat(Scenario("t", happens), 180.0)], {"robot": 1.0}
    monkeypatch.setattr(module, "_SMALL", 0)
    row = stop_losses(*arguments, buyer="own", facts=facts).products.row(0, named=True)
    last = stop_courses(*arguments, buyer="own", facts=facts).sort("day").row(-1, named=True)
    for end, lost in zip(("low", "estimate", "high"), days, strict=True):
        assert row[f"lost_{end}"] * 180 == pytest.approx(lost, abs=1e-6)
        assert last[f"lost_{end}"] == pytest.approx(lost, abs=1e-6)


@pytest.mark.parametrize("stock", [0.0, 50.0])
@pytest.mark.parametrize("item", ["cable", None])
def test_what_nobody_is_named_for_may_be_in_stock_and_lasts_while_something_else_is_short(item, stock):
    """The seals, of a maker of no known place and a blank stock, are short for up to 60 days in the stop of a country."""
    graph, facts = own(needs=[*NEEDS, ("robot", "cable"), ("tool", "cable")])
    facts = [*facts, {"item": "cable", "supplier": "U-jp", "stock_days": stock}]
    stops = [Threat(Scenario(str(days), halt("USA", item=item)), days) for days in (40.0, 180.0, 80.0)]
    for row in stop_losses(graph, stops, VALUES, buyer="own", facts=facts).products.iter_rows(named=True):
        days = float(row["threat"])
        seals = 0.0 if item else min(60.0, days)
        lost = seals + max(0.0, days - seals - stock)
        assert row["lost_open"] * days == pytest.approx(lost)
        assert row["day_open"] == (None if not lost else 0.0 if seals else stock)


def test_the_stop_of_an_item_hides_nothing_of_another_that_nobody_is_named_for():
    graph, facts = own(needs=[*NEEDS, ("robot", "cable"), ("tool", "cable")])
    found = stop_losses(graph, threats("gear"), VALUES, buyer="own", facts=facts).products
    assert found["lost_open"].to_list() == found["lost_high"].to_list()
    assert dict(found.select("product", "lost_open").rows()) == {"robot": pytest.approx(60 / 180), "tool": 0.0}


def test_what_the_buyer_does_not_buy_itself_runs_out_on_no_day_of_its():
    graph, facts = behind(stock=30.0, ready=60.0)
    items = stop_losses(graph, threats("CHN"), {"robot": 1.0}, buyer="own", facts=facts).items
    assert dict(items.select("item", "days").rows()) == {"gear": 30.0, "steel": math.inf}


def test_certain_losses_are_those_of_a_calendar():
    found = losses()
    # W alone makes the chip: 20 days in stock, and nobody says how long switching takes: at once, or never. Where the seal
    # is short for the first 60 days, too, the chips in stock wait for it.
    assert found["TWN", "robot"]["lost_high"] == pytest.approx(160 / 180)
    assert found["@W", "robot"]["lost_low"] == 0.0 and found["@W", "robot"]["lost_high"] == pytest.approx(160 / 180)
    # Both plants of X stop: 30 days of stock, others deliver from day 90.
    assert found["@X", "robot"]["lost_low"] == pytest.approx(60 / 180)
    assert found["@X", "robot"]["day_estimate"] == pytest.approx(30.0)


def test_the_order_is_certain_estimate_possible_and_open():
    for row in losses().values():
        assert row["lost_low"] - 1e-9 <= row["lost_estimate"] <= row["lost_high"] + 1e-9 <= row["lost_open"] + 2e-9


def test_what_a_threat_cannot_reach_changes_nothing(monkeypatch):
    graph, facts = own()
    arguments = (graph, threats(*ALL), VALUES)
    whole = stop_losses(*arguments, buyer="own", facts=facts)
    monkeypatch.setattr(module, "_SMALL", 0)
    parts = stop_losses(*arguments, buyer="own", facts=facts)
    curves = stop_courses(*arguments, buyer="own", facts=facts)
    monkeypatch.undo()
    assert_frame_equal(whole.products, parts.products)
    assert_frame_equal(whole.items.sort("threat", "item"), parts.items.sort("threat", "item"))
    assert_frame_equal(curves, stop_courses(*arguments, buyer="own", facts=facts))


@pytest.mark.parametrize("asked", [("low",), ("high",), ("open",), ("low", "open"), ("estimate",), ("estimate", "open")])
def test_what_is_asked_for_alone_is_what_it_is_among_all(asked):
    graph, facts = own(needs=[*NEEDS, ("tool", "cable")])
    arguments = (graph, threats(*ALL), VALUES)
    every = stop_losses(*arguments, buyer="own", facts=facts)
    some = stop_losses(*arguments, buyer="own", facts=facts, figures=asked)
    # The latest day comes with the certain loss, the earliest with the possible one.
    days = {"low": "day_high", "high": "day_low"}
    columns = [
        "threat",
        "product",
        *(name for one in asked for name in (f"lost_{one}", f"stops_{one}", days.get(one, f"day_{one}"))),
    ]
    assert_frame_equal(some.products.select(columns), every.products.select(columns))
    assert some.products.columns == every.products.columns
    if "estimate" in asked:
        assert_frame_equal(some.items, every.items)
    else:
        assert not some.items.height and some.products["lost_estimate"].null_count() == some.products.height


def test_a_figure_that_there_is_none_of_is_named_with_those_there_are():
    graph, facts = own()
    with pytest.raises(InputError, match=r"'lo' is not a figure of a loss: estimate, low, high, open. Did you mean 'low'"):
        stop_losses(graph, threats("CHN"), VALUES, buyer="own", facts=facts, figures=["lo"])


def test_where_nobody_is_named_for_what_all_products_need_each_stop_may_cost_all(monkeypatch):
    graph, facts = own(needs=[*NEEDS, ("robot", "cable"), ("tool", "cable")])
    arguments = (graph, threats(*ALL), VALUES)
    short = stop_losses(*arguments, buyer="own", facts=facts)
    assert (short.products["lost_open"] == 1).all()
    monkeypatch.setattr(module.Stops, "all_gone", lambda *_: False)
    assert_frame_equal(short.products, stop_losses(*arguments, buyer="own", facts=facts).products)


@pytest.mark.parametrize("span", [{}, {"switching_days": None, "switching_least": 50.0, "switching_most": 130.0}])
def test_the_curves_lose_what_the_losses_say(span):
    """Two engines: events on shelves, and cumulative curves (which keep what arrives and cannot be used)."""
    graph, facts = own()
    facts = [row | (span if row["item"] == "gear" else {}) for row in facts]
    told = stop_losses(graph, threats(*ALL), VALUES, buyer="own", facts=facts).products
    expected = {(row["threat"], row["product"]): row for row in told.iter_rows(named=True)}
    curves = stop_courses(graph, threats(*ALL), VALUES, buyer="own", facts=facts)
    assert curves.height
    for (threat, item), rows in curves.partition_by("scenario", "item", as_dict=True).items():
        last = rows.sort("day").row(-1, named=True)
        row = expected[threat, item]
        assert last["lost_low"] / 180 == pytest.approx(row["lost_low"], abs=1e-6), (threat, item)
        assert last["lost_estimate"] / 180 == pytest.approx(row["lost_estimate"], abs=1e-6), (threat, item)


def test_an_item_that_nobody_is_named_for_is_in_the_open_figure_alone():
    graph, facts = own(needs=[*NEEDS, ("robot", "screw")])
    found = stop_losses(graph, threats("TWN"), VALUES, buyer="own", facts=facts).products
    plain = losses(("TWN",))["TWN", "robot"]
    row = next(row for row in found.iter_rows(named=True) if row["product"] == "robot")
    assert row["lost_open"] == pytest.approx(1.0)
    for name in ("lost_low", "lost_estimate", "lost_high"):
        assert row[name] == pytest.approx(plain[name])


def test_measures_count_by_the_weights_and_tell_the_days_that_they_gain():
    graph, facts = own()
    asked = [Threat(Scenario("X", halt("@X")), 180.0, 3.0), Threat(Scenario("W", halt("@W")), 180.0, 1.0)]
    candidates = [Candidate("more", "gear", 5.0, days=20.0), Candidate("dear", "gear", 50.0, days=60.0)]
    found = stop_measures(graph, asked, VALUES, candidates, buyer="own", facts=facts, budget=10.0)
    row = found.measures.row(0, named=True)
    # 20 of the 60 days that the robot (10 a day) is short in X's stop, which weighs three of four.
    assert row["removed_estimate"] == pytest.approx(0.75 * 200.0) and row["removed_low"] == pytest.approx(0.75 * 200.0)
    gains = {(g["threat"], g["measure"]): g for g in found.threats.iter_rows(named=True)}
    assert gains["X", "more"]["days_gained"] == pytest.approx(20.0) and gains["X", "more"][
        "removed_estimate"
    ] == pytest.approx(200.0)
    assert found.plan is not None and found.plan.chosen == ("more",) and found.plan.cost == 5.0


def test_what_surely_happens_and_all_that_may_bound_what_measures_are_worth():
    """W may stop, or not; X may besides: what is certain is what is lost where neither does."""
    graph, facts = own()
    none, both = Scenario("t", []), Scenario("t", [halt("@W"), halt("@X")])
    asked = [Threat(Scenario("t", halt("@W")), 180.0, 2.0)]
    ends = {"certain": [Threat(none, 180.0)], "possible": [Threat(both, 180.0)]}
    candidates = [Candidate("gear", "gear", 5.0, days=20.0), Candidate("chip", "chip", 5.0, days=30.0)]
    found = stop_measures(graph, asked, VALUES, candidates, buyer="own", facts=facts, **ends)
    alone = {
        name: stop_measures(graph, [Threat(one, 180.0)], VALUES, candidates, buyer="own", facts=facts)
        for name, one in (("estimate", asked[0].scenario), ("high", both))
    }
    assert found.nothing["low"] == found.together["low"] == 0.0
    assert found.measures["removed_low"].to_list() == [0.0, 0.0]
    for name, one in alone.items():
        assert (found.nothing[name], found.together[name]) == pytest.approx((one.nothing[name], one.together[name]))
        assert found.measures[f"removed_{name}"].to_list() == pytest.approx(one.measures[f"removed_{name}"].to_list())
    assert found.nothing["high"] >= found.nothing["estimate"] > 0.0
    with pytest.raises(InputError, match="2 are told"):
        stop_measures(graph, asked, VALUES, candidates, buyer="own", facts=facts, certain=ends["certain"] * 2)
    with pytest.raises(InputError, match="0 are told"):
        stop_measures(graph, asked, VALUES, candidates, buyer="own", facts=facts, possible=[])


def test_what_some_candidates_do_does_not_hang_on_those_that_are_not_tried_nor_on_what_was_tried_before():
    graph, facts = own()
    stops = [Threat(Scenario(one, halt(f"@{one}")), 180.0, weight) for one, weight in (("X", 3.0), ("W", 1.0))]
    candidates = [
        Candidate("more", "gear", 5.0, days=20.0),
        Candidate("late", "gear", 5.0, share=1.0, ready=(90.0, 400.0)),
        Candidate("other", "chip", 5.0, share=0.5, node="DEU", ready=30.0),
        Candidate("idle", "bolt", 1.0, days=9.0),
    ]
    trials = StopTrials(graph, stops, VALUES, candidates, buyer="own", facts=facts)
    for tried in ((0, 1, 3), (1, 2), (0, 1, 2, 3)):
        alone = stop_measures(graph, stops, VALUES, [candidates[j] for j in tried], buyer="own", facts=facts, budget=10.0)
        found, (plan, proven) = trials.measures(tried), trials.plan(tried, 10.0)
        assert_frame_equal(found.measures, alone.measures, check_exact=True)
        assert_frame_equal(found.threats, alone.threats, check_exact=True)
        assert (found.nothing, found.together) == (alone.nothing, alone.together)
        assert (plan, proven) == (alone.plan, alone.proven) and plan.chosen


def test_a_measure_that_does_nothing_alone_counts_beside_those_for_what_is_short_as_long():
    rows = [("gear", "X-jp", "X", "JPN", 1.0, 30.0, 400.0), ("board", "X-jp", "X", "JPN", 1.0, 30.0, 400.0)]
    graph, facts = own(rows, [("robot", "gear"), ("robot", "arm"), ("arm", "board"), ("tool", "gear")])
    stop = [Threat(Scenario("X", halt("@X")), 180.0)]
    both = [Candidate("g", "gear", None, days=20.0), Candidate("b", "board", None, days=15.0)]
    found = stop_measures(graph, stop, {"robot": 3650.0}, both, buyer="own", facts=facts)
    told = {row["measure"]: row for row in found.measures.iter_rows(named=True)}
    # Each is short from day 30: of the robot (10 a day) 150 days are lost, whichever of the two lasts longer.
    assert [told[id]["removed_estimate"] for id in "gb"] == [0.0, 0.0]
    # Beside the other: gears for 50 days beside boards for 45, and the other way round, both gain the 15 of the boards.
    assert [told[id]["removed_beside"] for id in "gb"] == pytest.approx([150.0, 150.0])
    assert (found.nothing["estimate"], found.together["estimate"]) == pytest.approx((1500.0, 1350.0))
    assert found.plan is None and found.proven, "nothing was asked that would have to be proven"


def test_control_passes_on_at_half_and_an_unstated_share_is_only_possible():
    rows = [("A", None, None), ("B", "A", 0.5), ("C", "B", None), ("D", "A", 0.49), ("E", "D", 1.0), ("F", None, None)]
    suppliers = [{"id": id, "name_en": id, "kind": "company", "parent": p, "parent_share": s} for id, p, s in rows]
    found = controlled(SupplyGraph(suppliers=suppliers), "A")
    assert found.rows() == [("A", "certain", 0), ("B", "certain", 1), ("C", "possible", 2)]


def behind(stock, ready):
    """A robot of gears of X, whose makers need steel of W; another source of gears stands ready after some days."""
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in ("robot", "gear", "steel")],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in (("robot", "gear"), ("gear", "steel"))],
        suppliers=[
            {"id": id, "name_en": id, "kind": "company", "country": place}
            for id, place in (("own", "JPN"), ("X", "JPN"), ("W", "CHN"))
        ],
        shares=[
            {"item": item, "supplier": maker, "source": "s", "share": 1.0, "scope": scope, "complete": True}
            for item, maker, scope in (("robot", "own", "own"), ("gear", "X", "own"), ("steel", "W", None))
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    facts = [{"item": "gear", "supplier": "X", "stock_days": 0.0, "switching_days": ready}]
    return graph, [*facts, {"item": "steel", "supplier": "W", "stock_days": stock}]


def test_whether_a_source_that_is_opened_needs_what_stops_and_has_it_in_stock_is_not_known():
    graph, facts = behind(stock=30.0, ready=60.0)
    arguments = graph, threats("CHN"), {"robot": 1.0}
    row = stop_losses(*arguments, buyer="own", facts=facts).products.row(0, named=True)
    # X works for 30 days. Who takes over on day 60 may need no steel, or have none; as an estimate it has as much as X.
    assert row["lost_low"] == pytest.approx(30 / 180)
    assert row["lost_high"] == pytest.approx(150 / 180)
    assert row["lost_estimate"] == pytest.approx(120 / 180)
    curve = stop_courses(*arguments, buyer="own", facts=facts).sort("day").row(-1, named=True)
    for end in ("low", "high", "estimate"):
        assert curve[f"lost_{end}"] / 180 == pytest.approx(row[f"lost_{end}"], abs=1e-6)


@pytest.mark.parametrize(
    ("least", "most"),
    [(0.0, None), (30.0, None), (75.0, None), (None, 45.0), (0.0, 20.0), (30.0, 45.0), (30.0, 1000.0), (75.0, 100.0)],
)
def test_of_a_stock_of_which_only_the_ends_are_known_the_bounds_hold_for_every_stock_between_them(least, most):
    graph, facts = own()

    def of_v(**days):
        open_ = dict.fromkeys(("stock_days", "stock_least", "stock_most"))
        told = [row | (open_ | days if row["item"] == "seal" else {}) for row in facts]
        return stop_losses(graph, threats("@V"), VALUES, buyer="own", facts=told).products.sort("product")

    blank, known = of_v(), of_v(stock_least=least, stock_most=most)
    ends = least or 0.0, 200.0 if most is None else most
    stated = [of_v(stock_days=ends[0] + part * (ends[1] - ends[0])) for part in (0.0, 0.1, 0.5, 1.0)]
    for low, high in (("lost_low", "lost_high"), ("day_low", "day_high")):
        nothing = {"day_low": 180.0, "day_high": 180.0}.get(low, 0.0)
        inside = known.select(pl.col(low, high).fill_null(nothing))
        for one in stated:
            given = one.select(pl.col(low, high).fill_null(nothing))
            assert (inside[low] <= given[low] + 1e-9).all() and (given[high] <= inside[high] + 1e-9).all()
        wider = blank.select(pl.col(low, high).fill_null(nothing))
        assert (wider[low] <= inside[low] + 1e-9).all() and (inside[high] <= wider[high] + 1e-9).all()
    assert known["lost_high"].to_list() == pytest.approx(stated[0]["lost_high"].to_list())
    assert known["lost_low"].to_list() == pytest.approx(stated[-1]["lost_low"].to_list())
    assert (known["lost_high"] < blank["lost_high"]).all() or not least
    assert (known["lost_low"] > blank["lost_low"]).all() == (most is not None and most < 60)
    if most is not None:
        assert known["lost_estimate"].to_list() == pytest.approx(stated[2]["lost_estimate"].to_list())
    assert (known["lost_estimate"] >= known["lost_low"] - 1e-9).all()


def test_a_candidate_delivers_between_its_ends_and_a_pair_that_falls_is_refused():
    def ready(case, **days):
        return Candidate("c", "gear", None, share=1.0, **days).measure(case).ready

    assert [ready(case, ready=(20.0, 60.0)) for case in ("low", "estimate", "high")] == [20.0, 40.0, 60.0]
    never = ready("high", ready=None, usual=math.inf)
    assert never > 1e6
    for usual, estimate in ((90.0, 90.0), (10.0, 20.0), (math.inf, never)):
        found = [ready(case, ready=(20.0, math.inf), usual=usual) for case in ("low", "estimate", "high")]
        assert found == [20.0, estimate, never]
    with pytest.raises(InputError, match="must rise"):
        Candidate("c", "gear", None, share=1.0, ready=(60.0, 20.0))
