"""Measures in force become scenarios that never claim more than the act says."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.datasets import load, measures
from kanmon.graph import InputError, SupplyGraph, UnknownIdError
from kanmon.risk import control_effects, control_losses, embargo, reduce, scenarios_from, simulate
from kanmon.risk.production.controls import TOGETHER
from kanmon.risk.production.scenario import Scenario
from polars.testing import assert_frame_equal

ROW = {"id": "m", "issuer": "CHN", "kind": "export_ban", "source": "s", "item": "metal", "against": "all"}
ROW |= {"since": "2026-01-01", "status": "in_force", "object": "goods", "share_low": None, "share_high": None}
TEXT = {"share_low": pl.Float64, "share_high": pl.Float64, "object": pl.String, "since": pl.String}


def frame(*changes):
    return pl.DataFrame([ROW | change for change in changes], schema_overrides=TEXT)


def effect(buyer="JPN", graph=None, **change):
    return control_effects(frame(change), buyer=buyer, graph=graph).row(0, named=True)


@pytest.fixture
def graph():
    """A robot needs a metal, six tenths of it from China, by figures of 2024."""
    countries = [{"id": id, "name_en": id, "kind": "country", "country": id} for id in ("CHN", "JPN", "USA")]
    shares = [{"item": "metal", "supplier": id, "source": "s", "year": 2024} for id in ("CHN", "USA")]
    return SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "material"} for id in ("robot", "metal", "gas")],
        inputs=[{"item": "robot", "input": "metal", "source": "s"}],
        suppliers=countries,
        shares=[row | {"share": share} for row, share in zip(shares, (0.6, 0.4), strict=True)],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


@pytest.mark.parametrize(
    ("change", "bounds"),
    [
        ({}, (1, 1)),
        ({"kind": "export_licence"}, (0, 1)),
        ({"kind": "export_quota"}, (0, 1)),
        ({"kind": "export_quota", "share_low": 0.3, "share_high": 0.3}, (0.3, 0.3)),
        ({"status": "unknown"}, (0, 1)),
        ({"status": None}, (0, 1)),
        ({"against": "JPN|military_end_users"}, (0, 1)),
    ],
)
def test_a_ban_cuts_all_and_what_nobody_knows_is_an_interval(change, bounds):
    found = effect(**change)
    assert (found["share_low"], found["share_high"], found["reason"]) == (*bounds, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "suspension"}, "suspension"),
        ({"status": "suspended"}, "suspended"),
        ({"status": "announced"}, "not_in_force"),
        ({"status": "lapsed"}, "not_in_force"),
        ({"object": "technology"}, "technology"),
        ({"object": None, "kind": "entity_listing"}, "entities"),
        ({"kind": "export_tax"}, "price"),
        ({"kind": "stockpile"}, "no_flow"),
        ({"issuer": "JPN"}, "own"),
        ({"against": "USA"}, "elsewhere"),
        ({"item": None}, "no_item"),
        ({"kind": "import_ban", "issuer": "JPN"}, "no_seller"),
    ],
)
def test_what_stops_no_goods_is_listed_with_its_reason(change, reason):
    found = effect(**change)
    assert found["reason"] == reason
    assert found["share_low"] is None


def test_without_a_buyer_a_measure_against_others_is_a_scenario_too():
    assert effect(buyer=None, against="USA")["buyers"] == ["USA"]


def test_a_group_stands_for_its_members():
    assert effect(against="G7")["buyers"] == ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"]


def test_an_import_ban_cuts_the_sales_of_those_at_whom_it_is_aimed():
    found = effect(buyer="USA", kind="import_ban", issuer="USA", against="CHN|RUS")
    assert (found["sellers"], found["buyers"]) == (["CHN", "RUS"], ["USA"])
    assert (found["share_low"], found["share_high"]) == (1.0, 1.0)


def test_a_ban_older_than_the_figures_is_in_them_and_no_longer_certain(graph):
    old, new = effect(graph=graph, since="2024-05-01"), effect(graph=graph, since="2025-01-01")
    assert (old["in_figures"], old["share_low"]) == (True, 0.0)
    assert (new["in_figures"], new["share_low"]) == (False, 1.0)
    assert effect(graph=graph, item="gas")["in_figures"] is None


@pytest.mark.parametrize(
    ("world", "own", "since", "old"),
    [
        (2024, None, "2025-01-01", False),
        (2024, 2025, "2025-01-01", True),  # what the buyer bought under the ban is what it is left with
        (2024, 2024, "2025-01-01", False),
        (None, None, "2025-01-01", None),
        (2024, None, None, None),
    ],
)
@pytest.mark.parametrize("table", ["shares", "trades"])
def test_a_ban_is_certain_only_where_it_is_known_to_be_younger_than_all_figures(graph, world, own, since, old, table):
    shares = graph.shares.with_columns(year=pl.lit(world, pl.Int64))
    if own is None:
        more = {}
    elif table == "trades":
        more = {
            "trades": [
                {"item": "metal", "seller": "CHN", "buyer": "JPN", "value": 1.0, "unit": "t", "year": own, "source": "s"}
            ]
        }
    else:
        said = {"item": "metal", "supplier": "CHN", "scope": "JPN", "share": 1.0, "year": own, "source": "s"}
        more = {"shares": pl.concat([shares, pl.DataFrame([said])], how="diagonal_relaxed")}
    tables = {name: getattr(graph, name) for name in ("items", "inputs", "suppliers", "sources")}
    found = SupplyGraph(**tables, **({"shares": shares} | more))
    (row,) = control_losses(found, frame({"since": since}), "robot", buyer="JPN").filter(measure="m").iter_rows(named=True)
    lost = 0.6 if own is None else 1.0
    assert row["in_figures"] == old
    assert (row["loss_low"], row["loss_high"]) == pytest.approx((lost if old is False else 0.0, lost))


def test_a_measure_aimed_at_others_is_worked_out_and_said_not_to_be_aimed(graph):
    found = control_losses(graph, frame({"against": "USA"}, {"id": "us", "issuer": "USA"}), "robot", buyer="JPN")
    assert dict(found.select("measure", "aimed").rows()) == {TOGETHER: True, "m": False, "us": True}
    assert found.filter(measure="m")["loss_high"].item() == pytest.approx(0)


def test_an_item_that_the_graph_does_not_have_is_said(graph):
    assert effect(graph=graph, item="xenon")["reason"] == "not_needed"


def test_losses_of_each_measure_and_of_all_together(graph):
    found = control_losses(
        graph, frame({}, {"id": "licence", "kind": "export_licence"}, {"id": "us", "issuer": "USA"}), "robot", buyer="JPN"
    )
    losses = {row[0]: row[1:] for row in found.select("measure", pl.col("^loss_.*$")).rows()}
    assert losses["m"] == pytest.approx((0.6, 0.6, 0.6, 0.6))
    assert losses["us"] == pytest.approx((0.4, 0.4, 0.4, 0.4))
    assert losses["licence"] == (pytest.approx(0), None, pytest.approx(0.6), pytest.approx(0.6))
    assert losses[TOGETHER] == (pytest.approx(1), None, pytest.approx(1), pytest.approx(1))
    assert found["measure"][0] == TOGETHER


PARTS = [0.0, 0.25, 0.5, 0.75, 1.0]


def all_from(maker):
    """A robot needs a metal, all of it from one maker; Works stands in China."""
    suppliers = [{"id": id, "name_en": id, "kind": "country", "country": id} for id in ("CHN", "JPN", "USA")]
    return SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "material"} for id in ("robot", "metal")],
        inputs=[{"item": "robot", "input": "metal", "source": "s"}],
        suppliers=[*suppliers, {"id": "Works", "name_en": "Works", "kind": "company", "country": "CHN"}],
        shares=[{"item": "metal", "supplier": maker, "source": "s", "year": 2024, "share": 1.0}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(PARTS)] * 2, st.sampled_from(["all", "JPN", "USA", "JPN|USA"])), min_size=1, max_size=3
    )
)
def test_measures_that_each_cut_a_part_may_cut_the_same_part_or_one_after_the_other(rows):
    """A hundred loads, of which each act stops some: together at least what one stops, at most what all do."""
    cuts = [
        {"id": f"q{n}", "kind": "export_quota", "against": aim, "share_low": min(ends), "share_high": max(ends)}
        for n, (*ends, aim) in enumerate(rows)
    ]
    found = control_losses(all_from("CHN"), frame(*cuts), "robot", buyer="JPN").row(0, named=True)
    mine = [row for row in cuts if row["against"] != "USA"]
    least = max((row["share_low"] for row in mine), default=0.0)
    most = min(1.0, sum(row["share_high"] for row in mine))
    assert (found["loss_low"], found["loss_high"]) == pytest.approx((least, most))
    assert found["loss_refused"] == pytest.approx(most)
    assert found["loss_estimate"] is None or least == pytest.approx(most)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(PARTS)] * 2, st.sampled_from(["all", "JPN", "Works", "country"])), min_size=1, max_size=3
    )
)
def test_a_company_whose_country_is_cut_too_loses_at_least_the_greater_cut_and_at_most_both(rows):
    """What comes from Works goes to Japan: China's quotas cut it, and what Japan refuses of Works and of China."""
    cuts = []
    for n, (*ends, aim) in enumerate(rows):
        about = {"id": f"q{n}", "share_low": min(ends), "share_high": max(ends), "kind": "export_quota", "against": aim}
        if aim in {"Works", "country"}:
            about |= {"kind": "import_ban", "issuer": "JPN", "against": "CHN" if aim == "country" else aim}
        cuts.append(about)
    graph = all_from("Works")
    found = control_losses(graph, frame(*cuts), "robot", buyer="JPN", level="company").row(0, named=True)
    told = [control_effects(frame(cut), buyer="JPN", graph=graph).row(0, named=True) for cut in cuts]
    least = max(row["share_low"] for row in told)
    most = min(1.0, sum(row["share_high"] for row in told))
    assert (found["loss_low"], found["loss_high"]) == pytest.approx((least, most))
    assert found["loss_estimate"] is None or least == pytest.approx(most)


@pytest.mark.parametrize(("aims", "most", "estimate"), [(("JPN", "USA"), 0.5, 0.5), (("JPN", "all"), 1.0, None)])
def test_measures_that_are_aimed_at_others_cut_no_more_together(aims, most, estimate):
    """Half of what each of two buyers gets is half of all, and known; half of all twice is half of it, or all."""
    half = {"kind": "export_quota", "share_low": 0.5, "share_high": 0.5}
    cuts = frame(*({"id": f"q{n}", "against": aim} | half for n, aim in enumerate(aims)))
    found = control_losses(all_from("CHN"), cuts, "robot", buyer="JPN").row(0, named=True)
    assert (found["share_low"], found["share_high"], found["loss_estimate"]) == (0.5, most, estimate)
    assert (found["loss_low"], found["loss_high"]) == pytest.approx((0.5, most))


def test_measures_are_ranked_by_what_is_lost_if_every_licence_is_refused():
    """The estimate of `simulate` with the most cut that an act may cut."""
    world = load("world")
    rows = measures("2026-11-24")
    found = control_losses(world, rows, "ndfeb_magnet", buyer="JPN")
    one = found.filter(pl.col("measure") != TOGETHER)
    assert one["loss_refused"].round(12).is_sorted(descending=True) and one.height > 3
    by = {scenario.name: scenario for scenario in scenarios_from(rows, graph=world.upstream("ndfeb_magnet"))}
    for row in one.head(4).iter_rows(named=True):
        wholly = Scenario(
            "x",
            [
                embargo(c.node, item=c.item, to=c.to, share=c.bounds[1])
                for c in by[row["measure"]]
                if c.node in set(world.suppliers["id"])
            ],
        )
        kept = simulate(world, wholly, product="ndfeb_magnet", buyer="JPN").filter(item="ndfeb_magnet")["kept_estimate"][0]
        assert row["loss_refused"] == pytest.approx(1 - kept, abs=1e-9)
        assert row["loss_refused"] <= row["loss_high"] + 1e-9


def test_a_licence_that_may_cost_more_stands_before_a_ban(graph):
    rows = frame({"id": "ban", "issuer": "USA"}, {"id": "licence", "kind": "export_licence"})
    assert control_losses(graph, rows, "robot", buyer="JPN")["measure"].to_list() == [TOGETHER, "licence", "ban"]


def test_several_products_of_a_company_at_once_lose_what_each_alone_does():
    base = {"source": "s", "scope": "own", "complete": True, "share": 1.0}
    firms = [{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"}]
    firms.append({"id": "X", "name_en": "X", "kind": "company", "country": "DEU"})
    needs = [("press", "bearing"), ("bearing", "ndfeb_magnet"), ("robot", "ndfeb_magnet"), ("robot", "quartz")]
    made = [("press", "own"), ("robot", "own"), ("bearing", "X")]
    own = {
        "items": [{"id": id, "name_en": id, "kind": "component"} for id in ("press", "robot", "bearing")],
        "inputs": [{"item": item, "input": need, "source": "s"} for item, need in needs],
        "suppliers": firms,
        "shares": [base | {"item": item, "supplier": supplier} for item, supplier in made],
        "sources": [{"id": "s", "title": "t", "publisher": "p"}],
    }
    world = load("world")
    tables = {
        name: pl.concat([getattr(world, name), pl.DataFrame(rows)], how="diagonal_relaxed") for name, rows in own.items()
    }
    graph, rows = SupplyGraph(**tables), measures("2026-11-24")
    found = control_losses(graph, rows, ["robot", "press"], buyer="own", level="company")
    assert found["product"].unique(maintain_order=True).to_list() == ["robot", "press"]
    assert (found["loss_high"] > 0.1).any()
    for product in ("robot", "press"):
        alone = control_losses(graph, rows, product, buyer="own", level="company").sort("measure")
        assert_frame_equal(found.filter(product=product).drop("product").sort("measure"), alone, abs_tol=1e-9)


def test_measures_of_a_table_without_optional_columns_are_read(graph):
    bare = pl.DataFrame({"id": ["m"], "issuer": ["CHN"], "kind": ["export_ban"], "item": ["metal"]})
    assert control_losses(graph, bare, "robot", buyer="JPN").height == 2
    assert control_losses(graph, bare.with_columns(item=pl.lit("gas")), "robot", buyer="JPN").height == 0


def test_a_buyer_or_seller_outside_the_graph_changes_nothing_where_all_supply_is_told(graph):
    """A user's own graph need not have every country that a bundled measure names."""
    aimed = frame({"issuer": "IDN"}, {"id": "n", "issuer": "CHN", "against": "MAC"})
    found = control_losses(graph, aimed, "robot")
    assert found["measure"].to_list() == [TOGETHER, "n"]
    assert (found.select("loss_low", "loss_estimate", "loss_high", "loss_refused") == 0).to_series().all()


@pytest.mark.parametrize("listed", [False, True])
def test_who_is_not_named_may_hold_what_the_shares_leave_whether_the_table_of_suppliers_has_it_or_not(listed):
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in ("robot", "metal", "rest")],
        inputs=[{"item": "robot", "input": "metal", "source": "s"}],
        suppliers=[{"id": id, "name_en": id, "kind": "country"} for id in ("CHN", "JPN", *(["IDN"] if listed else []))],
        shares=[{"item": "metal", "supplier": "CHN", "share": 0.7, "year": 2024, "source": "s"}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    found = control_losses(graph, frame({"issuer": "IDN"}), "robot", buyer="JPN")
    assert found["measure"].to_list() == [TOGETHER, "m"]
    assert found["loss_low"].to_list() == [0.0, 0.0] and found["loss_high"].to_list() == pytest.approx([0.3, 0.3])


def test_an_act_on_goods_of_many_kinds_may_stop_each_and_one_that_names_some_kinds_stops_no_other():
    """Ore of lanthanum is ore of rare earths; gallium stands in one code of customs with germanium, and is none."""
    kinds = {"robot": None, "earths": None, "lanthanum": "earths", "heavy": "earths", "lutetium": "heavy"}
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component", "variant_of": whole} for id, whole in kinds.items()],
        inputs=[{"item": "robot", "input": item, "source": "s"} for item in ("lanthanum", "lutetium")],
        suppliers=[{"id": id, "name_en": id, "kind": "country"} for id in ("CHN", "JPN", "MYS")],
        shares=[
            {"item": item, "supplier": supplier, "share": share, "year": 2024, "source": "s"}
            for item, held in {"lanthanum": {"CHN": 0.7, "MYS": 0.3}, "lutetium": {"CHN": 0.9, "MYS": 0.1}}.items()
            for supplier, share in held.items()
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )

    def losses(item, issuer="MYS"):
        found = control_losses(graph, frame({"issuer": issuer, "item": item, "kind": "export_ban"}), "robot", buyer="JPN")
        return found.select("items", "loss_low", "loss_high").rows()[1:]

    assert losses("earths") == [(["lanthanum", "lutetium"], 0.0, pytest.approx(0.4))]
    assert losses("heavy", "CHN") == [(["lutetium"], 0.0, pytest.approx(0.9))]
    assert losses("earths|lutetium") == [(["lutetium"], pytest.approx(0.1), pytest.approx(0.1))]


def test_errors_name_what_is_missing(graph):
    with pytest.raises(InputError, match="kind"):
        control_effects(frame({}).drop("kind"))
    with pytest.raises(UnknownIdError):
        control_losses(graph, frame({}), "rocket")


def test_scenarios_from_reads_a_frame_of_measures():
    found = scenarios_from(measures(on="2026-11-24"), buyer="JPN")
    names = {scenario.name for scenario in found}
    assert {"CHN-2025-018-DY", "CHN-2026-001", "IDN-2019-NI"} <= names
    assert not {"CHN-2025-070", "CHN-2024-046-GA", "CHN-2023-TECH-MAG", "JPN-STOCK"} & names
    assert next(s for s in found if s.name == "CHN-2026-001").changes[0].to == ("JPN",)


@pytest.mark.parametrize("share", [(0.5, 0.2), (-0.1, 1), (0, 1, 1), "all", ("a", 1)])
def test_bounds_that_are_none_are_refused(share):
    for make in (embargo, reduce):
        with pytest.raises(InputError):
            make("CHN", share=share)


def test_an_interval_holds_every_part_inside_it(graph):
    """Oracle: the figure for each part in the interval, one by one."""
    for make in (embargo, reduce):
        scenarios = [Scenario("interval", make("CHN", item="metal", share=(0.25, 0.75)))]
        scenarios += [Scenario(str(part), make("CHN", item="metal", share=part)) for part in (0.25, 0.5, 0.75)]
        kept = simulate(graph, scenarios, product="robot", buyer="JPN").filter(item="robot")
        low, high = kept["kept_low"].to_list(), kept["kept_high"].to_list()
        assert (low[0], high[0]) == pytest.approx((min(low[1:]), max(high[1:])))


def test_an_interval_survives_plain_data():
    scenario = Scenario("s", embargo("CHN", item="metal", share=(0.0, 0.5)))
    assert scenarios_from(scenario.to_dict()) == [scenario]


def test_a_measure_that_begins_on_no_day_is_refused_in_one_sentence(graph):
    with pytest.raises(InputError, match="since"):
        effect(graph=graph, since="soon")


@pytest.mark.parametrize(("renews_from", "old"), [(None, False), ("2019-01-01", True)])
def test_a_measure_is_as_old_as_the_acts_that_it_renews(renews_from, old):
    graph = SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "mineral"}],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
        shares=[{"item": "ore", "supplier": "CHN", "source": "s", "share": 0.6, "year": 2023}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    act = {"id": "A", "issuer": "CHN", "kind": "export_ban", "item": "ore", "since": "2024-01-01", "status": "in_force"}
    row = control_effects([act | {"renews_from": renews_from}], graph=graph).row(0, named=True)
    assert (row["in_figures"], row["share_low"]) == (old, 0.0 if old else 1.0)
