"""Trade dependence: published figures, oracles, invariants, and the same rows from every kind of frame."""

from __future__ import annotations

import kanmon as kn
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon import datasets, risk
from polars.testing import assert_frame_equal

KEYS = ["hs6", "importer", "year"]


def table(flows, **constant):
    frame = pl.DataFrame(flows, schema=["exporter", "importer", "value"], orient="row")
    return frame.with_columns(hs6=pl.lit("811010"), year=2022, **{k: pl.lit(v) for k, v in constant.items()})


@pytest.fixture(scope="module")
def world():
    return datasets.bundled_trade()


# --- published figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hs6", "year", "origin", "percent"),
    # Share of Japan's imports of the code, computed from CEPII BACI HS17 V202601 by its compiler, not by this project.
    [("250490", 2022, "CHN", 94.675), ("280470", 2024, "VNM", 98.761), ("720293", 2024, "BRA", 97.277)],
)
def test_top_share_of_japans_imports_is_the_published_one(world, hs6, year, origin, percent):
    row = risk.import_concentration(world, "JPN").row(
        by_predicate=(pl.col("hs6") == hs6) & (pl.col("year") == year), named=True
    )
    assert row["top_origin"] == origin
    assert 100 * row["top_share_low"] == pytest.approx(percent, abs=6e-4)
    assert row["top_share_low"] == row["top_share_high"]


@pytest.mark.parametrize(
    ("material", "stage", "hhi"),
    # HHI of the EU study's 2023 global shares as listed (check sums of the compiled sheets, 0..10,000, shares not rescaled).
    [("Aluminium", "extraction", 1741.73), ("Aluminium", "processing", 3228.21)],
)
def test_hhi_of_the_eu_study_is_reproduced(material, stage, hhi, eu_study):
    shares = eu_study.filter(material=material, stage=stage, scope="global")
    row = risk.import_concentration(
        shares.select(item="material", importer="scope", exporter="iso3", year=2020, value="value")
    )
    listed = shares["value"].sum()
    assert row["hhi_low"][0] * listed**2 == pytest.approx(hhi, abs=0.01)


@pytest.fixture(scope="module")
def eu_study():
    from pathlib import Path

    return pl.read_parquet(Path(__file__).parents[1] / "data" / "eu_crm_2023.parquet")


def test_majority_follows_from_metis_limit_and_not_the_other_way_round():
    # Policy methods sheet, section 1: HHI >= 0.50 implies a majority; with a top share of 0.55 the HHI can be about 0.30.
    spread = table([("CHN", "JPN", 55.0)] + [(f"C{i:02d}", "JPN", 1.0) for i in range(45)])
    row = risk.import_concentration(spread).row(0, named=True)
    assert row["hhi_low"] == pytest.approx(0.3070)
    assert (row["cao"], row["meti"]) == ("yes", "no")


def test_default_limits_are_the_bundled_ones():
    import inspect

    limit = dict(datasets.thresholds().select("id", "low").iter_rows())
    concentration = inspect.signature(risk.import_concentration).parameters
    assert concentration["share_limit"].default == limit["JP-CAO-50"]
    assert concentration["hhi_limit"].default == limit["JP-METI-HHI50"]
    cdi = tuple(limit[f"EU-CDI{i}"] for i in (1, 2, 3))
    assert inspect.signature(risk.commission_dependence).parameters["limits"].default == cdi
    assert inspect.signature(risk.geodep).parameters["limits"].default == tuple(limit[f"CEPII-C{i}"] for i in (1, 2, 3))
    assert inspect.signature(risk.third_country_benchmark).parameters["limit"].default == limit["EU-CRMA-65"]


# --- worked examples -------------------------------------------------------------------------------------------------


def test_commission_indicators_of_a_union():
    # Formulas of SWD(2021) 352: 90 from outside (60 + 30), 10 from a member, 45 exported in all.
    flows = [("CHN", "DEU", 60.0), ("USA", "FRA", 30.0), ("FRA", "DEU", 10.0), ("DEU", "USA", 35.0)]
    row = risk.commission_dependence(table(flows), "EU", ["DEU", "FRA"]).row(0, named=True)
    assert row["cdi1_low"] == pytest.approx((2 / 3) ** 2 + (1 / 3) ** 2)
    assert row["cdi2_low"] == row["cdi2_high"] == pytest.approx(0.9)
    assert row["cdi3_low"] == pytest.approx(90 / 45)
    assert (row["dependent"], row["importer"]) == ("yes", "EU")


def test_single_country_without_production_is_not_decided_and_says_why():
    flows = [("CHN", "JPN", 8.0), ("USA", "JPN", 2.0), ("JPN", "USA", 1.0)]
    row = risk.commission_dependence(table(flows), "JPN").row(0, named=True)
    assert (row["cdi2_low"], row["dependent"], row["reason"]) == (None, "unknown", "no_production")
    production = pl.DataFrame({"hs6": ["811010"], "year": [2022], "value": [30.0]})
    row = risk.commission_dependence(table(flows), "JPN", production=production).row(0, named=True)
    assert (row["cdi2_low"], row["dependent"], row["reason"]) == (0.25, "no", None)


def test_no_exports_of_the_item_and_no_exports_at_all_differ():
    flows = [("CHN", "JPN", 8.0), ("CHN", "USA", 8.0)]
    row = risk.geodep(table(flows), "JPN").row(0, named=True)
    assert (row["imports_to_exports_low"], row["c3"], row["reason"]) == (None, "unknown", "no_exports_data")
    other = table([("JPN", "USA", 1.0)]).with_columns(hs6=pl.lit("999999"))
    row = risk.geodep(pl.concat([table(flows), other]), "JPN").row(0, named=True)
    assert (row["imports_to_exports_low"], row["imports_to_exports_high"], row["c3"]) == (9999.0, 9999.0, "yes")


def test_importers_own_table_cannot_tell_world_exports():
    row = risk.geodep(table([("CHN", "JPN", 8.0), ("JPN", "USA", 0.0)]).filter(importer="JPN"), "JPN").row(0, named=True)
    assert (row["hhi_exports_low"], row["c2"], row["reason"]) == (None, "unknown", "one_importer")


def test_geodep_persistence_needs_two_of_three_years():
    one = table([("CHN", "JPN", 8.0), ("CHN", "USA", 8.0), ("JPN", "USA", 1.0)])
    spread = table([(f"C{i}", "JPN", 1.0) for i in range(8)] + [("CHN", "USA", 8.0), ("JPN", "USA", 1.0)])
    years = pl.concat(
        [one.with_columns(year=2020), one.with_columns(year=2021)]
        + [spread.with_columns(year=year) for year in (2022, 2023, 2024)]
    ).with_columns(pl.col("year").cast(pl.Int64))
    rows = risk.geodep(years, "JPN")
    assert rows.filter(hs6="811010").select("year", "holds", "c4").rows() == [
        (2020, "yes", "unknown"),
        (2021, "yes", "yes"),
        (2022, "no", "yes"),
        (2023, "no", "no"),
        (2024, "no", "no"),
    ]


def test_geodep_on_the_bundled_table_is_what_plain_polars_computes(world):
    rows = risk.geodep(world, "JPN")
    exports = world.group_by("hs6", "year", "exporter").agg(pl.col("value").sum())
    share = pl.col("value") / pl.col("value").sum()
    plain = exports.group_by("hs6", "year").agg(plain=(share**2).sum())
    both = rows.join(plain, on=["hs6", "year"])
    assert both.height == 60
    assert (both["hhi_exports_low"] - both["plain"]).abs().max() < 1e-12
    held = rows.filter(year=2024, c4="yes")["hs6"].to_list()
    assert "810411" in held  # magnesium: China holds 98 % of Japan's imports and most of world exports in both years


def test_chapters_are_seen_through():
    flows = [("811010", "CHN", 9.0), ("811010", "USA", 1.0), ("810411", "RUS", 9.0), ("810411", "USA", 1.0)]
    trade = pl.DataFrame(flows, schema=["hs6", "exporter", "value"], orient="row").with_columns(
        importer=pl.lit("JPN"), year=2022
    )
    row = risk.chapter_dependence(trade).row(0, named=True)
    assert row["top_share_low"] == pytest.approx(0.45)  # the chapter itself looks diversified
    assert (row["items"], row["items_concentrated"], row["share_concentrated"]) == (2, 2, 1.0)


def test_group_shares_and_what_friend_shoring_leaves():
    flows = [("CHN", "JPN", 6.0), ("USA", "JPN", 3.0), (None, "JPN", 1.0), ("USA", "KOR", 2.0)]
    shares = risk.group_shares(table(flows), {"G7": datasets.group("G7"), "none": ["ATA"]}, "JPN")
    rounded = shares.select("group", pl.col("share_low", "share_high").round(9))
    assert rounded.rows() == [("G7", 0.3, 0.4), ("none", 0.0, 0.1)]
    row = risk.friend_shoring(table(flows), "JPN", datasets.group("G7")).row(0, named=True)
    assert (row["kept_low"], row["kept_high"], row["friends"]) == (0.3, 0.4, 1)
    assert row["cover_low"] == pytest.approx(2 / 7)
    assert row["cover_high"] == pytest.approx(2 / 6)


def test_of_imports_that_nobody_reported_a_group_may_have_all_or_nothing_and_of_negative_ones_nothing_is_said():
    def shares(*flows):
        rows = risk.group_shares(table([(one, "JPN", value) for one, value in flows]), {"ours": ["USA"]}, "JPN")
        return rows.select("share_low", "share_high", "reason").row(0)

    assert shares(("CHN", 6.0), ("USA", None)) == (0.0, 1.0, "value_missing")
    assert shares(("CHN", -6.0), ("USA", None)) == (None, None, "negative_value")
    assert shares(("CHN", 0.0), ("USA", 0.0)) == (None, None, "no_trade")


def test_what_friends_sell_elsewhere_covers_what_is_lost_and_the_importer_is_no_friend_of_its_own():
    def covered(friends, *flows):
        return risk.friend_shoring(table(flows), "JPN", friends).select("kept_low", "cover_low", "cover_high").row(0)

    flows = ("CHN", "JPN", 6.0), ("USA", "JPN", 4.0), ("USA", "KOR", 3.0), ("JPN", "KOR", 5.0)
    assert covered(["USA", "JPN"], *flows) == pytest.approx((0.4, 0.5, 0.5))
    assert covered(["USA"], *flows[1:]) == (1.0, None, None), "nothing is lost that could be covered"
    assert covered(["USA"], *flows[:2]) == (0.4, None, None), "of the rest of the world the table says nothing"
    assert covered(["USA"], *flows, (None, "KOR", 9.0)) == pytest.approx((0.4, 0.5, 2.0)), "they may have sold that, too"


def test_third_country_benchmark_on_consumption():
    flows = [("CHN", "JPN", 70.0), ("USA", "JPN", 30.0)]
    assert risk.third_country_benchmark(table(flows), "JPN")["above"].item() == "yes"
    production = pl.DataFrame({"hs6": ["811010"], "year": [2022], "value": [100.0]})
    row = risk.third_country_benchmark(table(flows), "JPN", production=production).row(0, named=True)
    assert (row["share_high"], row["basis"], row["above"]) == (0.35, "consumption", "no")


# --- missing is never zero ---------------------------------------------------------------------------------------------


def test_reasons_of_blanks_and_intervals():
    flows = [
        ("a", "CHN", 1.0),
        ("b", "CHN", None),
        ("b", "USA", 2.0),
        ("c", "CHN", 0.0),
        ("d", "CHN", -1.0),
        ("d", "USA", 3.0),
    ]
    flows += [("e", None, 1.0), ("e", "USA", 3.0)]
    trade = pl.DataFrame(flows, schema=["item", "exporter", "value"], orient="row").with_columns(
        importer=pl.lit("JPN"), year=2022
    )
    rows = risk.import_concentration(trade).select("item", "hhi_low", "hhi_high", "cao", "reason").rows()
    assert rows == [
        ("a", 1.0, 1.0, "yes", None),
        ("b", 0.5, 1.0, "yes", "value_missing"),
        ("c", None, None, "unknown", "no_trade"),
        ("d", None, None, "unknown", "negative_value"),
        ("e", 0.5625, 1.0, "yes", "origin_unknown"),
    ]


amounts = st.lists(st.integers(1, 50), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(amounts, st.integers(0, 30), st.integers(0, 2), st.randoms(use_true_random=False))
def test_every_completion_lies_in_the_interval(known, loose, silent, random):
    """Give trade of unknown origin to anyone, and unreported flows any value: the truth must be inside."""
    flows = [(f"C{i}", "JPN", float(v)) for i, v in enumerate(known)]
    gaps = [(None, "JPN", float(loose))] * (loose > 0) + [(f"S{i}", "JPN", None) for i in range(silent)]
    row = risk.import_concentration(table(flows + gaps)).row(0, named=True)
    totals = dict.fromkeys([f"C{i}" for i in range(len(known))] + [f"S{i}" for i in range(silent)], 0.0)
    totals |= {country: value for country, _, value in flows}
    left = loose
    while left:
        part = random.randint(1, left)
        name = random.choice([*totals, f"new{left}"])
        totals[name] = totals.get(name, 0.0) + part
        left -= part
    for i in range(silent):
        totals[f"S{i}"] += random.choice([0, 1, 10, 1000])
    shares = [value / sum(totals.values()) for value in totals.values()]
    hhi = sum(s * s for s in shares)
    assert row["hhi_low"] - 1e-9 <= hhi <= row["hhi_high"] + 1e-9
    assert row["top_share_low"] - 1e-9 <= max(shares) <= row["top_share_high"] + 1e-9


def _plain(flows, inside, friends):
    """Return CDI2, CDI3, cover and the HHI of what friends sell by their formulas, on flows of which all is known."""
    imports = [(seller, value) for seller, buyer, value in flows if buyer in inside and seller not in inside]
    m, within = sum(value for _, value in imports), sum(v for s, b, v in flows if b in inside and s in inside)
    x = sum(v for s, b, v in flows if s in inside)
    sold = {f: sum(v for s, v in imports if s == f) for f in friends}
    kept, elsewhere = sum(sold.values()), sum(v for s, b, v in flows if s in friends and b not in inside)
    return {
        "cdi2": m / (m + within) if m else None,
        "cdi3": m / x if x else float("inf"),
        "cover": elsewhere / (m - kept) if m > kept else None,
        "hhi_kept": sum(v * v for v in sold.values()) / kept**2 if kept else None,
    }


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_exports_and_trade_inside_that_nobody_reported_are_never_taken_as_zero(random, union):
    """Complete unknown origins and unreported flows at will: every indicator of the completion lies in its interval."""
    inside, friends = (["DEU", "FRA"] if union else ["DEU"]), ["USA", "AUS"]
    sellers, buyers = ["DEU", "FRA", "USA", "AUS", "CHN"], ["DEU", "FRA", "KOR"]
    known = [("CHN", "DEU", 9.0), ("USA", "DEU", 2.0), ("DEU", "KOR", 1.0), ("USA", "KOR", 3.0)]
    pairs = [(s, b) for s in [*sellers, None] for b in buyers if s != b]
    drawn = [
        (s, b, None if (b == "KOR" or s in inside) and random.random() < 0.5 else 1.0 + random.random())
        for s, b in random.sample(pairs, 5)
    ]
    table_ = table(known + drawn)
    found = risk.commission_dependence(table_, "EU", inside) if union else risk.geodep(table_, "DEU")
    found = found.row(0, named=True)
    shored = risk.friend_shoring(table_, "DEU", friends).row(0, named=True)
    for _ in range(20):
        flows = list(known)
        for seller, buyer, value in drawn:
            anyone = [country for country in sellers if country != buyer]
            flows.append(
                (seller or random.choice(anyone), buyer, random.choice([0.0, 5.0, 50.0]) if value is None else value)
            )
        truth = _plain(flows, inside, friends)
        alone = _plain(flows, ["DEU"], friends)
        if union:
            assert found["cdi2_low"] - 1e-9 <= truth["cdi2"] <= found["cdi2_high"] + 1e-9
            assert found["cdi3_low"] - 1e-9 <= truth["cdi3"] <= found["cdi3_high"] + 1e-9
        else:
            assert found["imports_to_exports_low"] - 1e-9 <= truth["cdi3"] <= found["imports_to_exports_high"] + 1e-9
        if shored["reason"] == "value_missing" and shored["cover_low"] is None:
            continue  # imports that were not reported: no cover is said
        assert shored["cover_low"] - 1e-9 <= alone["cover"] <= shored["cover_high"] + 1e-9
        assert shored["hhi_kept_low"] - 1e-9 <= alone["hhi_kept"] <= shored["hhi_kept_high"] + 1e-9


@pytest.mark.parametrize(("buyer", "imports", "most"), [("JPN", 130.0, 0.0), ("USA", 90.0, 40.0)])
def test_what_a_country_buys_of_unknown_origin_is_no_export_of_its_own_and_what_others_buy_may_be(buyer, imports, most):
    flows = table([("CHN", "JPN", 90.0), ("JPN", "KOR", 10.0), (None, buyer, 40.0)])
    row = risk.commission_dependence(flows, "JPN").row(0, named=True)
    assert (row["cdi3_low"], row["cdi3_high"]) == pytest.approx((imports / (10 + most), imports / 10))


def test_exports_of_which_no_value_was_reported_decide_nothing():
    flows = table([("CHN", "JPN", 90.0), ("JPN", "KOR", None), ("CHN", "KOR", 5.0)])
    row = risk.geodep(flows, "JPN").row(0, named=True)
    assert (row["imports_to_exports_low"], row["imports_to_exports_high"], row["c3"]) == (0.0, 9999.0, "unknown")
    row = risk.commission_dependence(flows, "JPN").row(0, named=True)
    assert (row["cdi3_low"], row["cdi3_high"], row["cdi3"]) == (0.0, float("inf"), "unknown")
    inside = table([("CHN", "DEU", 90.0), ("FRA", "DEU", None), ("FRA", "USA", 20.0)])
    row = risk.commission_dependence(inside, "EU", ["DEU", "FRA"]).row(0, named=True)
    assert (row["cdi2_low"], row["cdi2_high"], row["dependent"], row["reason"]) == (0.0, 1.0, "unknown", "value_missing")


def test_imports_that_were_not_reported_have_no_cover_and_no_share_of_a_chapter():
    flows = table([("CHN", "JPN", None), ("USA", "JPN", 3.0), ("USA", "KOR", 2.0)])
    row = risk.friend_shoring(flows, "JPN", ["USA"]).row(0, named=True)
    assert (row["cover_low"], row["cover_high"], row["reason"]) == (None, None, "value_missing")
    assert risk.chapter_dependence(flows, "JPN")["share_concentrated"].to_list() == [None]


def test_production_adds_up_and_one_that_is_blank_or_negative_is_not_known():
    flows = table([("CHN", "JPN", 70.0), ("USA", "JPN", 30.0), ("JPN", "USA", 1.0)])
    production = pl.DataFrame({"hs6": ["811010"] * 2, "year": [2022] * 2, "value": [60.0, 40.0]})
    rows = risk.third_country_benchmark(flows, "JPN", production=production)
    assert rows.select("share_high", "basis").rows() == [(0.35, "consumption")]
    assert risk.commission_dependence(flows, "JPN", production=production)["cdi2_high"].to_list() == [0.5]
    for wrong in (None, -40.0):
        unknown = production.with_columns(value=pl.Series([60.0, wrong]))
        rows = risk.third_country_benchmark(flows, "JPN", production=unknown)
        assert rows.select("share_high", "basis").rows() == [(0.7, "imports")]
        assert risk.commission_dependence(flows, "JPN", production=unknown)["reason"].to_list() == ["no_production"]
    with pytest.raises(kn.graph.InputError, match=r"production.*'year'"):
        risk.third_country_benchmark(flows, "JPN", production=production.drop("year"))


def test_a_negative_flow_gives_no_share_of_a_group():
    flows = table([("USA", "JPN", 5.0), ("CHN", "JPN", -3.0)])
    rows = risk.group_shares(flows, {"friends": ["USA"]}, "JPN")
    assert rows.select("share_low", "share_high", "reason").rows() == [(None, None, "negative_value")]


def test_bounds_agree_with_the_concentration_of_a_market():
    known = [0.60, 0.16]
    trade = table([("A", "JPN", 60.0), ("B", "JPN", 16.0), (None, "JPN", 24.0)])
    for extendable in (False, True):
        row = risk.import_concentration(trade, extendable=extendable).row(0, named=True)
        bounds = kn.risk.hhi(known, extendable=extendable)
        assert row["hhi_high"] == pytest.approx(bounds.high)
        assert row["hhi_low"] <= bounds.low + 1e-12


# --- invariants --------------------------------------------------------------------------------------------------------

flow = st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["JPN", "USA"]), st.integers(1, 10**6).map(float))
trades = st.lists(flow, min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(trades, st.randoms(use_true_random=False), st.sampled_from([1e-6, 3.0, 1e6]))
def test_order_and_unit_change_nothing(flows, random, factor):
    first = risk.import_concentration(table(flows))
    shuffled = random.sample(flows, len(flows))
    assert_frame_equal(risk.import_concentration(table(shuffled)), first, rel_tol=1e-9)
    scaled = risk.import_concentration(table(flows).with_columns(pl.col("value") * factor))
    figures = ["hhi_low", "hhi_high", "top_share_low"]
    assert_frame_equal(scaled.select(figures), first.select(figures), rel_tol=1e-9)


@settings(max_examples=40, deadline=None)
@given(trades)
def test_merging_exporters_never_lowers_concentration(flows):
    apart = risk.import_concentration(table(flows))
    merged = risk.import_concentration(table([("A" if c == "B" else c, i, v) for c, i, v in flows]))
    both = apart.join(merged, on=KEYS, suffix="_merged")
    assert both.filter(pl.col("hhi_low_merged") < pl.col("hhi_low") * (1 - 1e-9)).is_empty()
    assert both.filter(pl.col("top_share_low_merged") < pl.col("top_share_low") * (1 - 1e-9)).is_empty()


def test_split_rows_and_the_unique_promise_give_the_same(world):
    japan = world.filter(importer="JPN")
    half = japan.with_columns(pl.col("value") / 2)
    expected = risk.import_concentration(japan)
    assert_frame_equal(risk.import_concentration(pl.concat([half, half])), expected)
    assert_frame_equal(risk.import_concentration(japan, unique=True), expected)


def test_an_infinite_value_is_a_flow_that_was_not_reported_and_decides_nothing():
    row = risk.import_concentration(table([("CHN", "JPN", float("inf")), ("USA", "JPN", 1.0)])).row(0, named=True)
    assert (row["cao"], row["meti"], row["reason"]) == ("yes", "yes", "value_missing")  # one of two holds a half in any case
    row = risk.import_concentration(table([("CHN", "JPN", float("inf")), (None, "JPN", 1.0)])).row(0, named=True)
    assert (row["hhi_low"], row["hhi_high"], row["meti"]) == (0.0, 1.0, "unknown")


def test_one_member_may_be_named_as_text_and_groups_must_be_named():
    flows = table([("CHN", "JPN", 6.0), ("JPN", "USA", 1.0)])
    assert risk.commission_dependence(flows, "one", "JPN").equals(risk.commission_dependence(flows, "one", ["JPN"]))
    assert risk.third_country_benchmark(flows, "one", "JPN").height == 1
    for groups in ({}, ["USA"], None):
        with pytest.raises(kn.graph.InputError):
            risk.group_shares(flows, groups)
    with pytest.raises(kn.graph.InputError, match="no members"):
        risk.friend_shoring(flows, "JPN", [])


def test_a_missing_column_is_named_and_the_nearest_offered():
    with pytest.raises(kn.graph.InputError, match=r"'exporter'.*'exporters'"):
        risk.import_concentration(pl.DataFrame({"hs6": [], "importer": [], "exporters": [], "year": [], "value": []}))
    with pytest.raises(kn.graph.InputError, match="clean_trade"):
        risk.import_concentration(table([("A", "JPN", 1.0)]).with_columns(pl.col("value").cast(pl.String)))
