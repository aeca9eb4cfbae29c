"""The small rules of stops one by one, from their definitions: what stands ready, what is open, what rows and curves say."""

import math
from itertools import product

import polars as pl
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, embargo, halt, reduce
from kanmon.risk.production.blanks import Blanks
from kanmon.risk.production.stop_tables import CASES, beside, bounded, ready_sources, sources_of, unnamed_items

NEVER, USUAL = math.inf, 45.0
TIMES = [None, (10.0, 10.0), (20.0, 60.0), (90.0, NEVER)]
"""Days until another delivers, by their ends: nobody said, one figure, a range, and one without a most."""


def guess(ends):
    """The middle of a range; of one without a most what is usual, and no less than its least."""
    return max(ends[0], USUAL) if ends[1] == NEVER else sum(ends) / 2


def outcome(used, qualified):
    """Least, greatest and estimated days until somebody else delivers: of the alternatives, else of the longest told."""
    if qualified:
        each = [ends or (0.0, NEVER) for ends in qualified]
        return min(least for least, _ in each), min(most for _, most in each), min(guess(ends) for ends in each)
    told = [ends for ends in used if ends is not None]
    longest = (max(least for least, _ in told), max(most for _, most in told)) if told else (0.0, NEVER)
    whole = longest if used and None not in used else (0.0, NEVER)
    return *whole, guess(longest)


def first(found):
    return min((days for days, _ in found), default=NEVER)


@pytest.mark.parametrize("used", [each for size in range(3) for each in product(TIMES, repeat=size)])
def test_what_stands_ready_bounds_every_way_in_which_each_doubtful_source_is_an_alternative_or_is_none(used):
    spares = list(product([True, False, None], TIMES))
    for spare in (each for size in range(3) for each in product(spares, repeat=size)):
        rows = [(f"used{n}", True, None, ends) for n, ends in enumerate(used)]
        rows += [(f"spare{n}", False, qualified, ends) for n, (qualified, ends) in enumerate(spare)]
        found = {case: list(ready_sources(rows, case, USUAL)) for case in CASES}
        ways = []
        for answers in product([False, True], repeat=sum(qualified is None for qualified, _ in spare)):
            answer = iter(answers)
            ways.append(outcome(used, [ends for told, ends in spare if (next(answer) if told is None else told)]))
        best = min(least for least, _, _ in ways)
        assert first(found["low"]) <= best
        if not any(qualified for qualified, _ in spare) or None not in (qualified for qualified, _ in spare):
            assert first(found["low"]) == best
        assert first(found["high"]) >= max(most for _, most, _ in ways)
        assert found["open"] == found["high"]
        assert first(found["estimate"]) == ways[0][2]  # whom nobody called qualified is none
        if len(ways) == 1:
            assert first(found["high"]) == ways[0][1]
        names = {f"spare{n}" for n, (qualified, _) in enumerate(spare) if qualified is not False}
        assert {place for each in found.values() for _, place in each} <= names | {None}


def row_of(lost, day, stops=(0.5, 0.5, 0.5, 0.5)):
    ends = ("low", "estimate", "high", "open")
    values = {
        f"{name}_{end}": one
        for name, each in (("lost", lost), ("stops", stops))
        for end, one in zip(ends, each, strict=True)
    }
    return {"threat": "t", "product": "p", **values, **{f"day_{end}": one for end, one in zip(ends, day, strict=True)}}


@pytest.mark.parametrize(
    ("estimate", "open_", "expected"),
    [(0.1, 0.9, (0.2, 0.9)), (0.7, 0.9, (0.6, 0.9)), (0.3, 0.4, (0.3, 0.6)), (0.3, 0.0, (0.3, 0.6))],
)
def test_an_estimate_lies_between_its_bounds_and_an_open_loss_is_no_less_than_the_possible_one(estimate, open_, expected):
    lost = (0.2, estimate, 0.6, open_)
    found = bounded(row_of(lost, (90.0, 60.0, 30.0, 20.0), stops=lost), 180.0)
    for name in ("lost", "stops"):
        assert [found[f"{name}_{end}"] for end in ("low", "high", "estimate", "open")] == [0.2, 0.6, *expected]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((90.0, 60.0, 30.0, 20.0), (30.0, 90.0, 60.0, 20.0)),
        ((180.0, 180.0, 30.0, 40.0), (30.0, None, None, 30.0)),
        ((180.0, 180.0, 180.0, 180.0), (None, None, None, None)),
        ((180.0, 180.0, 179.0, 180.0), (179.0, None, None, 179.0)),
    ],
)
def test_days_go_from_the_earliest_of_the_possible_loss_to_the_latest_of_the_certain_one_and_none_is_the_end(day, expected):
    found = bounded(row_of((0.0,) * 4, day), 180.0)
    assert tuple(found[f"day_{end}"] for end in ("low", "high", "estimate", "open")) == expected


def test_figures_that_were_not_asked_for_are_not_in_a_row():
    row = {name: one for name, one in row_of((0.1, 0.2, 0.3, 0.4), (9.0, 8.0, 7.0, 6.0)).items() if "high" not in name}
    found = bounded(
        {name: one for name, one in row.items() if "open" not in name and "estimate" not in name}, 180.0, {"low"}
    )
    assert (found["lost_low"], found["lost_high"], found["day_high"], found["day_low"]) == (0.1, None, 9.0, None)
    assert not {"lost_estimate", "lost_open", "stops_estimate", "stops_open", "day_open"} & set(found)


def test_curves_side_by_side_say_on_every_day_what_each_says_alone():
    """Between its own days a rate stays as it is, and what is lost grows by what is missing of it."""
    courses = {
        ("s", "robot"): {"estimate": [(0, 1.0), (30, 0.5)], "low": [(0, 1.0)], "high": [(0, 0.25), (10, 0.0), (40, 1.0)]},
        ("s", "tool"): {"estimate": [(0, 0.5), (5, 1.0)], "low": [(0, 1.0), (7, 0.75)], "high": [(0, 0.0)]},
        ("z", "robot"): {"estimate": [(0, 1.0)], "low": [(0, 1.0)], "high": [(0, 1.0), (3, 0.5)]},
    }

    def at(steps, day):
        lost = sum(
            (1 - rate) * max(0, min(day, until) - since)
            for (since, rate), (until, _) in zip(steps, [*steps[1:], (math.inf, 0)], strict=True)
        )
        return [rate for since, rate in steps if since <= day][-1], lost

    frames = []
    for case, kept in (("estimate", "estimate"), ("low", "high"), ("high", "low")):
        rows = [
            (scenario, item, float(day), *at(each[case], day))
            for (scenario, item), each in courses.items()
            for day, _ in each[case]
        ]
        names = ["scenario", "item", "day", f"rate_{kept}", f"lost_{case}"]
        frames.append(pl.DataFrame(rows, schema=names, orient="row"))
    found = beside(frames)
    days = {key: sorted({day for steps in each.values() for day, _ in steps}) for key, each in courses.items()}
    assert found.select("scenario", "item", "day").rows() == [(*key, day) for key in courses for day in days[key]]
    for row in found.iter_rows(named=True):
        each = courses[row["scenario"], row["item"]]
        for case, kept in (("estimate", "estimate"), ("low", "high"), ("high", "low")):
            assert (row[f"rate_{kept}"], row[f"lost_{case}"]) == pytest.approx(at(each[case], row["day"])), (row, case)


PLANTS = {"X": "CHN", "Y": "CHN", "Z": "DEU", "F": None, "G": None, "S": "CHN", "W": "JPN"}


def company(scopes=()):
    """Robots of gears, which X and Y deliver and for which Z, F and G are named; arms, nobody said by whom, of seals."""
    needs = [("robot", "gear"), ("robot", "arm"), ("arm", "seal"), ("gear", "steel"), ("robot", "bolt"), ("bolt", "tin")]
    needs += [("robot", "cap")]
    shares = [("own", "robot", "own", 1.0), ("own", "gear", "X", 0.75), ("own", "gear", "Y", 0.25)]
    shares += [("own", "gear", one, 0.0) for one in ("Z", "F", "G")]
    shares += [("own", "cap", "W", 1.0), ("X", "steel", "S", 1.0), (None, "tin", "W", 1.0)]
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in dict.fromkeys(one for pair in needs for one in pair)],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in needs],
        suppliers=[{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"}]
        + [{"id": one, "name_en": one, "kind": "company", "country": at} for one, at in PLANTS.items()],
        shares=[
            {"scope": at, "item": i, "supplier": s, "source": "s", "share": v, "complete": True} for at, i, s, v in shares
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


FACTS = [
    {"item": "gear", "supplier": "X", "switching_days": 30.0, "stock_days": 10.0, "spend": 300.0},
    {"item": "gear", "supplier": "Y", "switching_days": 90.0, "spend": 100.0},
    {"item": "gear", "supplier": "Z", "qualified": True, "switching_days": 60.0},
    {"item": "gear", "supplier": "F", "qualified": None},
    {"item": "gear", "supplier": "G", "qualified": False, "switching_days": 5.0},
    {"item": "steel", "supplier": "S", "stock_days": 20.0},
    {"item": "tin", "supplier": "W", "qualified": True, "spend": 50.0},
]


def test_who_has_no_share_today_delivers_nothing_today():
    used = dict(sources_of(company(), FACTS).select("supplier", "used").iter_rows())
    assert used == {"X": True, "Y": True, "Z": False, "F": False, "G": False, "S": True, "W": True}


def test_nobody_is_named_for_what_is_needed_and_needs_nothing_itself():
    """Arms and bolts are made of something: what stops behind them is known, though not who makes them."""
    assert unnamed_items(company()) == {"seal"}


def test_the_buyer_buys_what_is_delivered_to_it_and_its_suppliers_need_the_rest():
    blanks = Blanks(company(), "own", FACTS)
    assert set(blanks.direct) == {"gear", "cap"}
    assert blanks.handed_on == ["steel", "tin", "arm", "bolt"]
    needs = company().inputs.filter(pl.col("item") == "robot")["input"]
    assert set(needs) - {"gear", "cap"} <= set(blanks.handed_on), "of what nobody makes nobody said what is in stock"


def test_all_that_may_stand_ready_in_some_reading_is_opened_and_nobody_who_was_ruled_out_or_delivers_today():
    blanks = Blanks(company(), "own", FACTS)
    ready = {one.source for case in CASES for item in blanks.direct for one in blanks.standing(item, case)}
    assert ready <= blanks.openings
    assert {(item, place) for item, place, _, _ in blanks.openings} == {
        ("gear", None),
        ("gear", "Z"),
        ("gear", "F"),
        ("cap", None),
    }


def test_a_country_has_the_part_of_the_spend_on_sources_that_deliver_today_and_else_of_their_number():
    by_spend = [fact | {"spend": 50.0} if fact["supplier"] == "S" else fact for fact in FACTS]
    blanks = Blanks(company(), "own", by_spend)
    assert (blanks.part_of("CHN"), blanks.part_of("JPN"), blanks.part_of("DEU")) == (0.9, 0.1, 0.0)
    blanks = Blanks(company(), "own", FACTS)  # what is spent on steel nobody said
    assert (blanks.part_of("CHN"), blanks.part_of("JPN"), blanks.part_of("DEU")) == (0.75, 0.25, 0.0)


@pytest.mark.parametrize(("case", "expected"), [("low", []), ("high", [1.0]), ("estimate", [0.75]), ("open", [1.0])])
@pytest.mark.parametrize("stop", [halt, embargo])
def test_a_plant_of_unknown_place_is_hit_as_its_country_would_be_and_an_embargo_stays_one(stop, case, expected):
    blanks = Blanks(company(), "own", FACTS)
    seen = list(blanks.scenario(Scenario("t", stop("CHN")), case))
    assert seen[0] == stop("CHN")
    kind = "embargo" if stop is embargo else "reduce"
    assert [(one.kind, one.node, one.share) for one in seen[1:]] == [
        (kind, place, share) for share in expected for place in ("F", "G")
    ]


def test_two_cuts_of_one_country_follow_one_another_and_of_two_countries_the_greater_may_hit_a_plant_of_unknown_place():
    blanks = Blanks(company(), "own", FACTS)
    cuts = [reduce("CHN", (0.2, 0.5)), reduce("CHN", 0.5), reduce("DEU", 0.55)]
    seen = [one for one in blanks.scenario(Scenario("t", cuts), "high") if one.node == "F"]
    assert [one.share for one in seen] == [pytest.approx((0.6, 0.75))]


@pytest.mark.parametrize(
    ("told", "expected"),
    [  # in a stop of 180 days: certain, possible, estimate; the median of what is stated (of gears alone) is 10
        ({}, (180.0, 0.0, 10.0)),
        ({"stock_least": 20.0, "stock_most": 60.0}, (60.0, 20.0, 40.0)),
        ({"stock_least": 20.0}, (180.0, 20.0, 20.0)),
        ({"stock_least": 200.0}, (200.0, 200.0, 200.0)),
    ],
)
def test_a_stock_is_read_where_it_hurts_least_where_it_hurts_most_and_by_its_middle(told, expected):
    facts = [{"item": "cap", "supplier": "W"} | told if fact["item"] == "tin" else fact for fact in FACTS]
    if told.get("stock_most"):  # its own middle counts for the median, too, which is asked for elsewhere
        facts = [fact for fact in facts if fact["item"] != "gear"]
    blanks = Blanks(company(), "own", facts)
    assert tuple(blanks.stock("cap", case, 180.0) for case in ("low", "high", "estimate")) == expected


@pytest.mark.parametrize("todays", [True, None])
def test_where_no_time_is_told_the_estimate_is_the_median_of_the_times_of_qualified_alternatives(todays):
    """Of gears it is that of Z, who is one, and not that of X, who delivers today."""
    facts = [fact | ({"qualified": todays} if fact["supplier"] in {"X", "Y"} else {}) for fact in FACTS]
    blanks = Blanks(company(), "own", facts)
    assert [(one.node, one.ready) for one in blanks.standing("cap", "estimate")] == [(None, 60.0)]


@pytest.mark.parametrize("case", CASES)
def test_a_maker_stops_with_its_plants_and_may_be_the_one_of_a_plant_of_which_nobody_said_whose_it_is(case):
    makers = {"X": "Q", "Y": None, "S": "S"}
    facts = [fact | {"maker": makers.get(fact["supplier"], fact["supplier"])} for fact in FACTS if fact["supplier"] != "W"]
    graph = company()
    firms = pl.concat([graph.suppliers, graph.suppliers.head(1).with_columns(id=pl.lit("P"))])
    tables = {name: getattr(graph, name) for name in ("items", "inputs", "shares", "sources")}
    blanks = Blanks(SupplyGraph(suppliers=firms, **tables), "own", facts)

    def hit(node):
        return [one.node for one in blanks.scenario(Scenario("t", halt(node)), case)]

    nobodys = ["Y"] if case in {"high", "open"} else []
    assert hit("Q") == ["X", *nobodys]
    assert hit("P") == ["P", *nobodys], "it supplies nothing itself"
    assert hit("W") == ["W"], "what it supplies is told"
