"""Exposure: single and sole sources, what stands behind an item, shared sources, and what the buyer knows itself."""

import itertools
import random

import kanmon as kn
import pandas
import polars as pl
import pytest
from kanmon.graph import InputError, SupplyGraph, UnknownIdError
from kanmon.risk import Scenario, Threat, exposure, halt, look_through, sourcing_spread, stop_losses
from polars.testing import assert_frame_equal


def graph_of(inputs, shares, companies=(), trades=()):
    """A graph from ``(item, input)`` and ``{item: {supplier: share or None}}``; companies are ``(id, country)``."""
    ids = sorted({i for row in inputs for i in row[:2]} | set(shares))
    named = {c for row in shares.values() for c in row} | {c for _, *sides, _ in trades for c in sides}
    countries = sorted((named | {c for _, c in companies}) - {id for id, _ in companies})
    suppliers = [{"id": c, "name_en": c, "kind": "country"} for c in countries]
    suppliers += [{"id": id, "name_en": id, "kind": "company", "country": country} for id, country in companies]
    told = [(item, supplier, share) for item, row in shares.items() for supplier, share in row.items()]
    sold = {"unit": "JPY", "source": "s", "year": 2025}
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ids],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in inputs] or None,
        suppliers=suppliers,
        shares=[{"item": i, "supplier": c, "source": "s", "share": v} for i, c, v in told] or None,
        trades=[{"item": i, "seller": a, "buyer": b, "value": v} | sold for i, a, b, v in trades] or None,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


CHAIN = [("motor", "magnet"), ("motor", "steel"), ("magnet", "ore")]
SHARES = {"motor": {"JPN": 0.6, "DEU": 0.2}, "magnet": {"CHN": 0.9, "JPN": 0.1}, "ore": {"CHN": 0.5}}


def rows_of(frame):
    return {row["item"]: row for row in frame.iter_rows(named=True)}


def test_look_through_follows_the_lines_tier_by_tier():
    frame = look_through(graph_of(CHAIN, SHARES), "motor")
    tiers = {
        tier: dict(part.select("country", "share_low").iter_rows())
        for (tier,), part in frame.group_by("tier", maintain_order=True)
    }
    assert tiers[0] == pytest.approx({"JPN": 0.6, "DEU": 0.2, None: 0.2})
    assert tiers[1] == pytest.approx({"CHN": 0.45, "JPN": 0.05, None: 0.5}), (
        "half of the lines go to steel, of which nothing is known"
    )
    assert tiers[2] == pytest.approx({"CHN": 0.5, None: 0.5})
    # Over all tiers: 1 + 1 + 1/2 lines.
    assert tiers[None] == pytest.approx({"CHN": 0.7 / 2.5, "JPN": 0.65 / 2.5, "DEU": 0.2 / 2.5, None: 0.95 / 2.5})
    assert frame.group_by("tier").agg(pl.col("share_low").sum())["share_low"].to_list() == pytest.approx([1.0] * 4)
    assert (frame["share_high"] <= 1).all() and (frame["share_low"] <= frame["share_high"] + 1e-12).all()


def test_visibility_says_how_much_is_known_at_each_tier():
    row = rows_of(exposure(graph_of(CHAIN, SHARES), "motor"))["motor"]
    assert row["visibility"] == pytest.approx([0.8, 0.5, 0.5])
    assert (row["look_through_country"], row["unknown_share"]) == ("CHN", pytest.approx(0.38))
    assert row["look_through_low"] == pytest.approx(0.28)
    # It may hold the rest of the motors and all of the steel; of ore its share is told.
    assert row["look_through_high"] == pytest.approx(0.28 + (0.2 + 0.5) / 2.5)


def test_an_item_without_data_is_unknown_and_never_free_of_risk():
    row = rows_of(exposure(graph_of(CHAIN, SHARES), "motor"))["steel"]
    assert (row["suppliers"], row["attributed"], row["visibility"], row["unknown_share"]) == (0, 0.0, [0.0], 1.0)
    assert (row["sole_source"], row["single_source"], row["top_share_low"]) == ("unknown", "unknown", None)


def test_of_makers_without_a_figure_none_is_called_the_largest():
    row = rows_of(exposure(graph_of(CHAIN, SHARES | {"steel": {"JPN": None, "DEU": None}}), "motor"))["steel"]
    assert (row["suppliers"], row["top_supplier"], row["top_share_low"], row["top_share_high"]) == (2, None, 0.0, 1.0)


def test_a_circle_in_the_chain_comes_to_an_end():
    graph = graph_of([("steel", "scrap"), ("scrap", "steel")], {"steel": {"JPN": 1.0}, "scrap": {"USA": 1.0}})
    frame = look_through(graph, "steel")
    assert dict(frame.filter(pl.col("tier").is_null()).select("country", "share_low").iter_rows()) == {
        "JPN": 0.5,
        "USA": 0.5,
    }


def test_two_makers_who_need_the_same_country_are_a_diamond():
    graph = graph_of([("motor", "magnet")], {"motor": {"JPN": 0.5, "DEU": 0.5}, "magnet": {"CHN": 0.75, "JPN": 0.25}})
    row = rows_of(exposure(graph, "motor"))["motor"]
    assert (row["diamond_source"], row["diamond_item"], row["diamond_suppliers"], row["diamond_loss"]) == (
        "CHN",
        "magnet",
        2,
        0.75,
    )
    assert rows_of(exposure(graph, "motor"))["magnet"]["diamond_source"] is None


@pytest.mark.parametrize("block", [1, 7, 1_000_000])
def test_diamonds_are_the_same_however_many_events_are_looked_at_together(monkeypatch, block):
    monkeypatch.setattr("kanmon.risk.production.tiers._BLOCK", block)
    shares = {
        "motor": {"JPN": 0.5, "DEU": 0.5},
        "magnet": {"CHN": 0.5, "USA": 0.3, "JPN": 0.2},
        "ore": {"USA": 0.9, "CHN": 0.1},
    }
    rows = rows_of(exposure(graph_of([("motor", "magnet"), ("magnet", "ore")], shares), "motor"))
    # Of the motors 0.9 hang on American ore, of the magnets all but a tenth: no maker of motors is American.
    assert (rows["motor"]["diamond_source"], rows["motor"]["diamond_loss"]) == ("USA", pytest.approx(0.9))
    assert rows["magnet"]["diamond_source"] is None


def test_makers_with_sources_of_their_own_are_no_diamond():
    trades = [("magnet", "c1", "m1", 1.0), ("magnet", "c2", "m2", 1.0)]
    companies = [("m1", "JPN"), ("m2", "JPN"), ("c1", "CHN"), ("c2", "VNM")]
    shares = {"motor": {"m1": 0.5, "m2": 0.5}}
    graph = graph_of([("motor", "magnet")], shares, companies, trades=trades)
    assert rows_of(exposure(graph, "motor", level="supplier"))["motor"]["diamond_source"] is None
    shared = graph_of([("motor", "magnet")], shares, companies, trades=[*trades[:1], ("magnet", "c1", "m2", 1.0)])
    row = rows_of(exposure(shared, "motor", level="supplier"))["motor"]
    assert (row["diamond_source"], row["diamond_loss"], row["diamond_suppliers"]) == ("c1", 1.0, 2)


def test_a_source_that_nobody_is_named_for_hides_no_named_one():
    shares = {"motor": {"m1": 0.5, "m2": 0.5}, "magnet": {"c1": 0.75, "c2": 0.25}, "ore": {"u1": 1.0}}
    companies = [(id, "JPN") for id in ("m1", "m2", "c1", "c2", "u1")]
    graph = graph_of([("motor", "magnet"), ("magnet", "ore")], shares, companies)
    facts = [{"item": item, "supplier": id, "maker": id} for item in ("motor", "magnet") for id in shares[item]]
    for nameless, found in ((False, ("u1", 1.0)), (True, ("c1", 0.75))):
        about = [*facts, {"item": "ore", "supplier": "u1", "maker": None if nameless else "u1"}]
        row = rows_of(exposure(graph, "motor", level="supplier", facts=about))["motor"]
        assert (row["diamond_source"], row["diamond_loss"]) == found


@pytest.mark.parametrize(
    ("named", "verdict"),
    [({"a": 1.0}, "certain"), ({"a": None}, "possible"), ({"a": 0.6}, "no"), ({"a": 0.5, "b": 0.5}, "no"), ({}, "unknown")],
)
def test_a_sole_source_is_one_company_in_the_world(named, verdict):
    graph = graph_of([("product", "part")], {"part": named}, companies=[("a", "JPN"), ("b", "JPN")])
    assert rows_of(exposure(graph))["part"]["sole_source"] == verdict


def test_one_country_is_no_sole_maker():
    assert rows_of(exposure(graph_of([], {"part": {"CHN": 1.0}})))["part"]["sole_source"] == "unknown"


def test_a_single_source_is_one_seller_to_this_buyer():
    companies = [("own", "JPN"), ("a", "JPN"), ("b", "JPN")]
    trades = [("part", "a", "own", 5.0), ("bolt", "a", "own", 1.0), ("bolt", "b", "own", 1.0)]
    graph = graph_of([("product", "part"), ("product", "bolt")], {}, companies, trades=trades)
    rows = rows_of(exposure(graph, "product", "own", level="supplier"))
    assert rows["part"]["single_source"] == "certain" and rows["part"]["scope"] == "own"
    assert rows["bolt"]["single_source"] == "no"
    assert rows["product"]["single_source"] == "unknown", "the buyer makes it itself"
    assert rows_of(exposure(graph, "product"))["part"]["single_source"] == "unknown", "the world market is nobody's sourcing"


def test_what_the_buyer_knows_itself_comes_first():
    companies = [("own", "JPN"), ("a", "JPN"), ("b", "JPN"), ("c", "JPN")]
    graph = graph_of([("product", "part")], {}, companies, trades=[("part", "a", "own", 5.0)])
    facts = [
        {"item": "part", "supplier": "a", "qualified": True, "stock_days": 30.0, "switching_days": None},
        {"item": "part", "supplier": "b", "qualified": True, "stock_days": 10.0, "switching_days": 90.0},
        {"item": "part", "supplier": "c", "qualified": False, "stock_days": None, "switching_days": 5.0},
    ]
    row = rows_of(exposure(graph, "product", "own", level="supplier", facts=pl.DataFrame(facts)))["part"]
    keys = ("single_source", "qualified", "alternatives", "stock_days", "switching_days", "uncovered_low", "uncovered_high")
    assert tuple(row[key] for key in keys) == ("no", 2, 1, 30.0, 90.0, 60.0, 60.0)
    row = rows_of(exposure(graph, "product", "own", level="supplier", facts=facts[:1]))["part"]
    assert tuple(row[key] for key in keys) == ("certain", 1, 0, 30.0, None, None, None)


@pytest.mark.parametrize(
    ("stock", "switching", "figure", "uncovered"),
    [
        ({"stock_days": 30.0}, {"switching_least": 60.0, "switching_most": 90.0}, None, (30.0, 60.0)),
        ({"stock_least": 20.0, "stock_most": 70.0}, {"switching_least": 60.0, "switching_most": 90.0}, None, (0.0, 70.0)),
        ({"stock_days": 30.0}, {"switching_least": 60.0}, None, (30.0, None)),
        ({"stock_least": 20.0}, {"switching_most": 90.0}, None, (0.0, 70.0)),
        ({"stock_days": 30.0}, {"switching_least": 60.0, "switching_most": 60.0}, 60.0, (30.0, 30.0)),
        ({}, {"switching_least": 60.0, "switching_most": 90.0}, None, (None, None)),
    ],
)
def test_days_beyond_the_stock_lie_between_the_ends_of_both_and_a_time_without_a_most_has_no_bound(
    stock, switching, figure, uncovered
):
    graph = graph_of([("product", "part")], {}, [("own", "JPN"), ("a", "JPN")], trades=[("part", "a", "own", 5.0)])
    facts = [{"item": "part", "supplier": "a"} | stock | switching]
    row = rows_of(exposure(graph, "product", "own", level="supplier", facts=facts))["part"]
    assert row["switching_days"] == figure and (row["uncovered_low"], row["uncovered_high"]) == uncovered


@pytest.mark.parametrize(
    ("used", "spare", "uncovered"),
    [
        ([60.0, None], [], (30.0, None)),  # the one to be replaced may be the one that says nothing
        ([None], [90.0, None], (0.0, 60.0)),  # the other may be there at once; nobody waits longer than for the quickest
        ([60.0], [None], (0.0, None)),
        ([None], [40.0, 90.0], (10.0, 10.0)),
        ([60.0, 50.0], [], (30.0, 30.0)),
    ],
)
def test_a_switching_time_left_blank_beside_stated_ones_widens_the_days_beyond_the_stock(used, spare, uncovered):
    days = {f"u{n}": told for n, told in enumerate(used)} | {f"s{n}": told for n, told in enumerate(spare)}
    companies = [("own", "JPN"), *((id, "JPN") for id in days)]
    trades = [("part", id, "own", 5.0) for id in days if id.startswith("u")]
    graph = graph_of([("product", "part")], {}, companies, trades=trades)
    facts = [
        {"item": "part", "supplier": id, "qualified": True, "stock_days": 30.0, "switching_days": told}
        for id, told in days.items()
    ]
    row = rows_of(exposure(graph, "product", "own", level="supplier", facts=facts))["part"]
    assert (row["uncovered_low"], row["uncovered_high"]) == uncovered


@pytest.mark.parametrize(
    ("spare", "uncovered"),
    [
        ([(None, 50.0)], (20.0, 370.0)),  # with a yes it delivers, with a no the source of today is to be replaced
        ([(True, 90.0), (None, 50.0)], (20.0, 60.0)),
        ([(True, 90.0), (None, 200.0)], (60.0, 60.0)),  # nobody waits for the slower one
        ([(None, None)], (0.0, None)),
        ([(False, 50.0)], (370.0, 370.0)),
    ],
)
def test_an_alternative_of_which_nobody_says_whether_it_is_qualified_may_be_one_or_none(spare, uncovered):
    ids = [f"s{n}" for n in range(len(spare))]
    graph = graph_of(
        [("product", "part")], {}, [(id, "JPN") for id in ("own", "u", *ids)], trades=[("part", "u", "own", 5.0)]
    )
    rows = [("u", True, 400.0), *((id, yes, days) for id, (yes, days) in zip(ids, spare, strict=True))]
    facts = [
        {"item": "part", "supplier": id, "qualified": yes, "stock_days": 30.0, "switching_days": days}
        for id, yes, days in rows
    ]
    row = rows_of(exposure(graph, "product", "own", level="supplier", facts=facts))["part"]
    assert (row["uncovered_low"], row["uncovered_high"]) == uncovered


def plants(*facts, shares=((None, True),)):
    """A buyer's part from plants p1, p2, ... with ``(share, complete)`` each, and the facts about them."""
    ids = [f"p{n}" for n in range(1, len(shares) + 1)]
    rows = [
        {"item": "part", "supplier": id, "source": "s", "share": share, "complete": complete, "scope": "own"}
        for id, (share, complete) in zip(ids, shares, strict=True)
    ]
    suppliers = [{"id": id, "name_en": id, "kind": "company"} for id in ("own", *ids)]
    graph = SupplyGraph(
        items=[{"id": "part", "name_en": "part", "kind": "component"}],
        suppliers=suppliers,
        shares=rows,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    told = [{"item": "part", "supplier": f"p{n}", "maker": maker} for n, maker in enumerate(facts, start=1)]
    return rows_of(exposure(graph, None, "own", level="supplier", facts=told or None))["part"]


@pytest.mark.parametrize(
    ("makers", "shares", "verdict"),
    [
        (("m",), [(1.0, None)], "certain"),
        (("m", "m"), [(0.6, None), (0.4, None)], "certain"),
        (("m", "n"), [(0.6, None), (0.4, None)], "no"),
        (("m", None), [(0.6, None), (0.4, None)], "possible"),
        (("m", "n"), [(1.0, None), (0.0, None)], "certain"),
        (("m", "n"), [(None, True), (None, True)], "no"),
        (("m",), [(None, True)], "certain"),
        (("m",), [(None, None)], "possible"),
        ((None,), [(1.0, None)], "possible"),
    ],
)
def test_a_single_supplier_is_one_maker_whatever_its_plants_and_what_is_blank_stays_open(makers, shares, verdict):
    assert plants(*makers, shares=shares)["single_supplier"] == verdict


def test_an_alternative_that_delivers_nothing_today_counts_as_one_when_it_is_qualified():
    shares = [
        {"item": "part", "supplier": s, "source": "s", "share": v, "scope": "own"} for s, v in (("a", 1.0), ("b", 0.0))
    ]
    graph = SupplyGraph(
        items=[{"id": "part", "name_en": "part", "kind": "component"}],
        suppliers=[{"id": id, "name_en": id, "kind": "company"} for id in ("own", "a", "b")],
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    facts = [
        {"item": "part", "supplier": "a", "qualified": True, "stock_days": 20.0, "switching_days": 300.0},
        {"item": "part", "supplier": "b", "qualified": True, "switching_days": 90.0},
    ]
    row = rows_of(exposure(graph, None, "own", level="supplier", facts=facts))["part"]
    assert (row["alternatives"], row["switching_days"], row["uncovered_low"], row["uncovered_high"]) == (1, 90.0, 70.0, 70.0)
    assert (row["single_supplier"], row["single_source"]) == ("certain", "no")


def test_a_basket_is_looked_through_by_what_is_spent_on_each_item():
    graph = graph_of([], {"magnet": {"CHN": 1.0}, "gear": {"JPN": 1.0}})
    frame = look_through(graph, {"magnet": 35.0, "gear": 65.0})
    assert dict(frame.filter(pl.col("tier") == 0).select("country", "share_low").iter_rows()) == {"JPN": 0.65, "CHN": 0.35}
    with pytest.raises(InputError):
        look_through(graph, {"magnet": 0.0})


def test_columns_stand_and_rows_are_sorted_by_tier():
    frame = exposure(graph_of(CHAIN, SHARES), "motor")
    assert frame.select("tier", "item").rows() == [(0, "motor"), (1, "magnet"), (1, "steel"), (2, "ore")]
    assert frame.columns[:5] == ["item", "name_en", "name_ja", "tier", "scope"]
    assert exposure(SupplyGraph()).columns == frame.columns


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"product": "moter"}, UnknownIdError),
        ({"level": "item"}, InputError),
        ({"buyer": "MARS"}, UnknownIdError),
        ({"facts": [{"part": "a"}]}, InputError),
    ],
)
def test_wrong_arguments_are_said(arguments, error):
    with pytest.raises(error):
        exposure(graph_of(CHAIN, SHARES), **arguments)


def test_on_world_every_item_has_a_row_and_every_figure_a_source():
    world = kn.load("world")
    frame = exposure(world)
    assert frame["item"].sort().to_list() == world.items["id"].sort().to_list()
    assert frame.filter((pl.col("suppliers") > 0) & pl.col("source").is_null()).height == 0
    assert (frame["attributed"] + frame["unknown_share"] >= 0).all() and frame["unknown_share"].is_between(0, 1).all()
    # Of MLCC a page that can be looked up says only that three makers hold 60 % together: none of it is sure of any of them.
    mlcc = rows_of(frame)["mlcc"]
    assert (mlcc["suppliers"], mlcc["attributed"], mlcc["diamond_source"]) == (3, 0.0, "CHN")
    assert (mlcc["source"], mlcc["year"]) == ("S_MLCC18", 2018)


FACT = {"item": "magnet", "supplier": "CHN"}


@pytest.mark.parametrize(
    ("fact", "error", "said"),
    [
        ({"item": "magnt"}, UnknownIdError, "'magnt'.* Did you mean 'magnet'"),
        ({"supplier": "CHM"}, UnknownIdError, "'CHM'.* Did you mean 'CHN'"),
        ({"item": None}, InputError, "Row 1 .*names no item"),
        ({"item": ["magnet"]}, InputError, "rows do not make a table"),
        ({"stock_days": -5.0}, InputError, "row 1 .*'stock_days' must be a number of days"),
        ({"stock_days": float("nan")}, InputError, "stock_days"),
        ({"switching_days": float("inf")}, InputError, "switching_days"),
        ({"switching_least": -1.0}, InputError, "switching_least"),
        ({"stock_least": 9.0, "stock_most": 8.0}, InputError, "'stock_least' is more than 'stock_most'"),
        ({"switching_least": 9.0, "switching_most": 8.0}, InputError, "'switching_least' is more than 'switching_most'"),
        ({"stock_days": "a month"}, InputError, "got a month"),
        ({"qualified": "perhaps"}, InputError, "'perhaps' cannot be read as 'qualified'"),
    ],
)
def test_facts_that_say_nothing_or_the_impossible_are_refused_everywhere(fact, error, said):
    graph = graph_of(CHAIN, SHARES)
    facts = [FACT, FACT | fact]
    for asked in (
        lambda: exposure(graph, "motor", "JPN", facts=facts),
        lambda: sourcing_spread(graph, "JPN", facts),
        lambda: stop_losses(graph, [Threat(Scenario("x", halt("CHN")), 10)], {"motor": 1.0}, buyer="JPN", facts=facts),
    ):
        with pytest.raises(error, match=said):
            asked()


def test_a_list_in_a_cell_of_the_facts_is_no_id():
    with pytest.raises(InputError, match=r"row 0 .*'item'"):
        exposure(graph_of(CHAIN, SHARES), "motor", "JPN", facts=[FACT | {"item": ["magnet"]}])


def test_facts_come_as_rows_columns_or_a_frame_of_any_library_and_a_blank_stays_one():
    told = {"item": ["magnet", "magnet"], "supplier": ["CHN", "JPN"], "stock_days": [30, None], "qualified": [True, None]}
    rows = [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]
    graph = graph_of(CHAIN, SHARES)
    found = [
        exposure(graph, "motor", "JPN", facts=facts)
        for facts in (rows, told, pl.DataFrame(told), pl.LazyFrame(told), pandas.DataFrame(told))
    ]
    assert rows_of(found[0])["magnet"]["stock_days"] == 30.0
    for other in found[1:]:
        assert_frame_equal(other, found[0])


def sourcing(seed):
    """A random chain: ``{(item, scope): {supplier: share or None}}``, what needs what, and the suppliers' countries."""
    dice = random.Random(seed)
    items = ["i0", "i1", "i2", "i3"][: dice.randint(2, 4)]
    inputs = [(a, b) for n, a in enumerate(items) for b in items[n + 1 :] if dice.random() < 0.6 or b == items[n + 1]]
    companies = {"c0": "CHN", "c1": "USA", "c2": None}
    makers = [*companies] if seed % 2 else ["CHN", "USA", "JPN"]

    def market(most):
        names = dice.sample(makers, dice.randint(1, most))
        cuts = sorted(dice.random() for _ in range(len(names)))
        parts = [b - a for a, b in zip([0, *cuts], cuts, strict=False)]
        return {name: None if dice.random() < 0.4 else round(part, 3) for name, part in zip(names, parts, strict=True)}

    shares = {(item, "world"): market(3) if dice.random() < 0.9 else {} for item in items}
    shares |= {(item, dice.choice(makers)): market(2) for item in items[1:] if dice.random() < 0.8}
    return inputs, shares, companies if seed % 2 else dict(zip(makers, makers, strict=True))


def completions(shares, places):
    """Every way to give the rest of each market to one maker: who is named without a share, or anywhere (place, None)."""
    choices = []
    for named in shares.values():
        told = {name: share for name, share in named.items() if share is not None}
        rest = 1 - sum(told.values())
        takers = [name for name, share in named.items() if share is None] + [(p, None) for p in places if p not in named]
        choices.append([[*told.items(), (taker, rest)] for taker in takers])
    for chosen in itertools.product(*choices):
        yield dict(zip(shares, chosen, strict=True))


def lines_behind(root, inputs, shares, home, level):
    """Return what each place makes at each tier behind ``root``, by following every line one by one."""
    needs = {item: [b for a, b in inputs if a == item] for item, _ in inputs}
    found, todo = [{}], [(0, 1.0, root, "world")]
    while todo:
        tier, weight, item, buyer = todo.pop()
        chain = [buyer, home.get(buyer), "world"]
        sold = next(shares[item, scope] for scope in chain if (item, scope) in shares)
        found += [{}] * (tier + 1 - len(found))
        for maker, share in sold:
            place = maker[0] if isinstance(maker, tuple) else home[maker] if level == "country" else maker
            found[tier] = found[tier] | {place: found[tier].get(place, 0.0) + weight * share}
            after = needs.get(item, [])
            seen = "world" if isinstance(maker, tuple) else maker
            todo += [(tier + 1, weight * share / len(after), need, seen) for need in after]
    return found


@pytest.mark.parametrize("seed", range(40))
def test_look_through_holds_every_completion_and_over_all_tiers_is_attained(seed):
    """Who is named without a share may buy on its own: bounds follow it, wherever the open part goes."""
    inputs, shares, home = sourcing(seed)
    level = "supplier" if seed % 2 else "country"
    items = sorted({item for row in inputs for item in row})
    suppliers = [{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "USA", "JPN", "ZZZ")]
    suppliers += [{"id": c, "name_en": c, "kind": "company", "country": at} for c, at in home.items() if c != at]
    rows = [(item, scope, maker, v) for (item, scope), named in shares.items() for maker, v in named.items()]
    graph = SupplyGraph(
        items=[{"id": item, "name_en": item, "kind": "component"} for item in items],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in inputs],
        suppliers=suppliers,
        shares=[{"item": i, "scope": at, "supplier": c, "source": "s", "share": v} for i, at, c, v in rows],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    frame = look_through(graph, "i0", level=level)
    said = {row[:2]: row[2:] for row in frame.rows()}
    unknown = {tier: low for (tier, place), (low, _) in said.items() if place is None}
    places = [*home, "ZZZ"]
    ends = {place: (1.0, 0.0) for _, place in said if place is not None}
    for chosen in completions(shares, places):
        found = lines_behind("i0", inputs, chosen, home, level)
        every = sum(sum(tier.values()) for tier in found)
        tiers = dict(enumerate(found)) | {None: {p: sum(tier.get(p, 0.0) for tier in found) / every for p in places}}
        for tier, made in tiers.items():
            reached = 1.0 if tier is None else sum(made.values())
            for place in places:
                share = made.get(place, 0.0) / reached
                low, high = said.get((tier, place), (0.0, unknown.get(tier, 0.0)))
                assert low - 1e-9 <= share <= high + 1e-9, (tier, place)
                if tier is None and place in ends:
                    ends[place] = min(ends[place][0], share), max(ends[place][1], share)
    for place, (least, most) in ends.items():
        assert (least, most) == pytest.approx(said[None, place]), place


COMPLETIONS = [{"CHN": a, "DEU": b, "JPN": round(1 - a - b, 2)} for a in (0.2, 0.35, 0.5) for b in (0.0, 0.2)]


def test_what_a_complete_list_leaves_open_is_nobodys_until_it_is_told():
    """Who holds the rest of a list that is said to be complete is open: every completion lies inside, tier by tier."""
    rows = [{"supplier": "CHN", "share_low": 0.2, "share_high": 0.5}, {"supplier": "DEU"}, {"supplier": "JPN"}]
    rows = [row | {"item": "magnet", "source": "s", "complete": True} for row in rows]
    known = graph_of(CHAIN, SHARES | {"magnet": {"CHN": 1.0, "DEU": 0.0, "JPN": 0.0}})
    others = known.shares.filter(pl.col("item") != "magnet").to_dicts()

    def graph(shares):
        tables = {"items": known.items, "inputs": known.inputs, "suppliers": known.suppliers, "sources": known.sources}
        return SupplyGraph(**tables, shares=[*others, *shares])

    said = {row[:2]: row[2:] for row in look_through(graph(rows), "motor").rows()}
    unknown = {tier: low for (tier, country), (low, _) in said.items() if country is None}
    assert unknown[1] == pytest.approx(0.5 + 0.4)  # of two inputs in equal parts: all steel, and the 0.8 of the magnets
    for shares in COMPLETIONS:
        completed = [{"item": "magnet", "supplier": c, "source": "s", "share": v} for c, v in shares.items()]
        for tier, country, share, _ in look_through(graph(completed), "motor").rows():
            low, high = said.get((tier, country), (0.0, unknown[tier]))
            assert country is None or low - 1e-9 <= share <= high + 1e-9
    assert exposure(graph(rows), "magnet").row(0, named=True)["visibility"] == pytest.approx([0.2, 0.5])
