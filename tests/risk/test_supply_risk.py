"""Supply risk and import reliance: published results, exact corners, scalars and frames alike."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon import datasets, risk
from kanmon.graph import InputError, Interval, SupplyGraph


@pytest.fixture(scope="module")
def study():
    """Shares, trade parameter t and published supply risks of the EU's 2023 study (doi:10.2873/725585), as transcribed."""
    return pl.read_parquet(Path(__file__).parents[1] / "data" / "eu_crm_2023.parquet")


def weighted(study, scope):
    scores = dict(datasets.governance().filter(year=2020).select("iso3", "wgi_0_10").iter_rows())
    shares = study.filter(scope=scope).select(
        item=pl.col("material") + "|" + pl.col("stage"), importer="scope", exporter="iso3", year=2020, value="value", t="t"
    )
    return risk.governance_hhi(shares, governance=scores, trade_parameter="t")


def test_published_supply_risks_lie_where_the_formula_can_reach_them(study):
    """The scale 0..10 of the governance score is general knowledge: the study's own results confirm it against 0..1."""
    both = weighted(study, "global").join(weighted(study, "EU sourcing"), on="item", suffix="_eu")
    both = both.with_columns(material=pl.col("item").str.split("|").list[0])
    both = both.join(study.select("material", "supply_risk").unique().drop_nulls(), on="material")
    reach = both.rename({"hhi_wgi_low": "hhi_global_low", "hhi_wgi_high": "hhi_global_high"}).rename(
        {"hhi_wgi_low_eu": "hhi_sourcing_low", "hhi_wgi_high_eu": "hhi_sourcing_high"}
    )
    reach = reach.drop("reason", "reason_eu")
    rows = risk.supply_risk(reach).group_by("material").agg(pl.col("sr_high").max(), pl.col("supply_risk").first())
    beyond = rows.filter(pl.col("supply_risk") > pl.col("sr_high") + 0.05)  # published with one decimal
    assert rows.height == 57
    # Listed shares leave out small suppliers, and some of the study's inputs are not in the sheets: six are out of reach.
    assert sorted(beyond["material"]) == ["Arsenic", "Beryllium", "Cobalt", "Niobium", "Scandium", "Vanadium"]
    reached = rows.filter(pl.col("supply_risk") <= pl.col("sr_high") / 10 + 0.05)["material"]  # on a scale of 0..1
    assert sorted(reached) == ["Copper", "Lead"]
    middle = both.with_columns(sr=(pl.col("hhi_wgi_low") + pl.col("hhi_wgi_low_eu")) / 2)
    middle = middle.group_by("material").agg(pl.col("sr").max(), pl.col("supply_risk").first())
    assert middle.select(pl.corr("sr", "supply_risk", method="spearman")).item() > 0.75


def test_magnesium_of_the_eu_study_needs_a_plausible_factor(study):
    """SR 4.1 in 2023, wholly imported: what is left for recycling and substitution is 0.82."""
    figures = {
        scope: weighted(study.filter(material="Magnesium", stage="processing"), scope)["hhi_wgi_low"][0]
        for scope in ("global", "EU sourcing")
    }
    full = risk.supply_risk(figures["global"], figures["EU sourcing"], 1.0, 0.0, 1.0)
    assert 4.1 / full == pytest.approx(0.82, abs=0.01)
    assert 4.1 in risk.supply_risk(figures["global"], figures["EU sourcing"], 1.0)


# U.S. Geological Survey, Mineral Commodity Summaries 2026 data release: US production, imports, exports and the
# published net import reliance in percent (defined there as imports - exports, no stocks).
USGS = [
    ("Feldspar", 2021, 430, 169, 4, 28),
    ("Feldspar", 2022, 440, 276, 3, 38),
    ("Feldspar", 2023, 460, 68, 7, 12),
    ("Feldspar", 2024, 450, 153, 5, 25),
    ("Feldspar", 2025, 440, 100, 2, 18),
    ("Magnesium compounds", 2021, 432, 647, 95, 56),
    ("Magnesium compounds", 2022, 412, 591, 104, 54),
    ("Magnesium compounds", 2023, 428, 490, 89, 48),
    ("Magnesium compounds", 2024, 398, 496, 62, 52),
    ("Magnesium compounds", 2025, 400, 640, 60, 59),
    ("Potash", 2021, 480, 6480, 112, 93),
    ("Vermiculite", 2022, 100, 24, 8, 14),
    ("Vermiculite", 2023, 100, 50, 8, 30),
    ("Titanium mineral concentrates", 2022, 200, 952, 110, 81),
    ("Titanium mineral concentrates", 2024, 100, 658, 5, 87),
]


@pytest.mark.parametrize(("name", "year", "production", "imports", "exports", "percent"), USGS)
def test_net_import_reliance_is_the_published_one(name, year, production, imports, exports, percent):
    figure = risk.import_reliance(float(imports), float(exports), float(production))
    assert 100 * figure == pytest.approx(percent, abs=0.6)


def test_frames_give_what_numbers_give():
    frame = pl.DataFrame(USGS, schema=["name", "year", "production", "imports", "exports", "percent"], orient="row")
    rows = risk.import_reliance(frame)
    expected = [risk.import_reliance(float(m), float(x), float(p)) for _, _, p, m, x, _ in USGS]
    assert rows["ir_low"].to_list() == pytest.approx(expected)
    assert rows["ir_high"].to_list() == pytest.approx(expected)
    assert rows["reason"].null_count() == rows.height
    assert type(risk.import_reliance(frame.to_pandas())) is type(frame.to_pandas())


origins = st.sampled_from(["CHN", "USA", "XXA", "XXB", None])
fraction = st.floats(0, 1)
END = ("low", "high")
index = st.floats(0, 10)


def interval(values):
    return st.tuples(values, values).map(lambda pair: Interval(min(pair), max(pair)))


def by_definition(g, s, ir, eol, si):
    return (g * ir / 2 + s * (1 - ir / 2)) * (1 - eol) * si


@settings(max_examples=80, deadline=None)
@given(interval(index), interval(index), interval(fraction), interval(fraction), interval(fraction), st.data())
def test_the_interval_is_exact(g, s, ir, eol, si, data):
    """It is the range over all corners, and holds every point between."""
    figure = risk.supply_risk(g, s, ir, eol, si)
    low, high = (figure, figure) if isinstance(figure, float) else figure
    corners = [by_definition(*corner) for corner in product(g, s, ir, eol, si)]
    assert low == pytest.approx(min(corners), abs=1e-12)
    assert high == pytest.approx(max(corners), abs=1e-12)
    inner = [data.draw(st.floats(x.low, x.high)) for x in (g, s, ir, eol, si)]
    assert low - 1e-9 <= by_definition(*inner) <= high + 1e-9
    assert risk.supply_risk(*inner) == pytest.approx(by_definition(*inner), abs=1e-12)
    names = ("hhi_global", "hhi_sourcing", "import_reliance", "eol_recycling", "substitution")
    inputs = dict(zip(names, (g, s, ir, eol, si), strict=True))
    lows, highs = ({f"{name}_{end}": [getattr(x, end)] for name, x in inputs.items()} for end in ("low", "high"))
    frame = pl.DataFrame(lows | highs)
    row = risk.supply_risk(frame).row(0, named=True)
    assert (row["sr_low"], row["sr_high"]) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


def reliance(imports, exports, production, released):
    net = imports - exports + released
    return 0.0 if net <= 0 else net / (production + net)


@settings(max_examples=80, deadline=None)
@given(*[interval(st.floats(0.5, 100)) for _ in range(3)], interval(st.floats(-20, 20)), st.data())
def test_reliance_interval_is_exact(m, x, p, d, data):
    """It is the range over all corners, and holds every point between."""
    figure = risk.import_reliance(m, x, p, d)
    low, high = (figure, figure) if isinstance(figure, float) else figure
    corners = [reliance(*corner) for corner in product(m, x, p, d)]
    assert (low, high) == (pytest.approx(min(corners), abs=1e-12), pytest.approx(max(corners), abs=1e-12))
    inner = [data.draw(st.floats(side.low, side.high)) for side in (m, x, p, d)]
    assert low - 1e-9 <= reliance(*inner) <= high + 1e-9
    assert risk.import_reliance(*inner) == pytest.approx(reliance(*inner), abs=1e-12)
    names = ("imports", "exports", "production", "stock_release")
    ends = {f"{name}_{end}": [getattr(side, end)] for name, side in zip(names, (m, x, p, d), strict=True) for end in END}
    row = risk.import_reliance(pl.DataFrame(ends)).row(0, named=True)
    assert (row["ir_low"], row["ir_high"]) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


@pytest.mark.parametrize(
    ("imports", "production", "low", "high"),
    [
        ((0, 5), (0, 0), 1, 1),
        ((0, 0), (0, 5), 0, 0),
        ((0, 5), (0, 5), 0, 1),
        ((5, 5), (0, 5), 0.5, 1),
        ((0, 5), (5, 5), 0, 0.5),
    ],
)
def test_where_nothing_may_be_made_or_bought_reliance_is_that_of_what_is_consumed(imports, production, low, high):
    """Of nothing consumed there is no reliance: what is left of an end at which nothing is consumed lies beside it."""
    ranges = {"imports": imports, "exports": (0, 0), "production": production}
    found = risk.import_reliance(*(Interval(*map(float, ends)) for ends in ranges.values()))
    assert (getattr(found, "low", found), getattr(found, "high", found)) == (low, high)
    ends = {f"{name}_{end}": [float(of[n])] for name, of in ranges.items() for n, end in enumerate(END)}
    assert risk.import_reliance(pl.DataFrame(ends)).select("ir_low", "ir_high").row(0) == (low, high)


def test_half_the_weight_is_global_when_all_is_imported():
    # Methods sheet, section 4: IR = 1 weighs both halves alike, IR = 0 counts sourcing only.
    assert risk.supply_risk(4.0, 2.0, 1.0, 0.0, 1.0) == 3.0
    assert risk.supply_risk(4.0, 2.0, 0.0, 0.0, 1.0) == 2.0


def test_missing_inputs_widen_and_never_vanish():
    assert risk.supply_risk(4.0, 2.0) == Interval(0.0, 3.0)
    rows = risk.supply_risk(pl.DataFrame({"hhi_global": [4.0, None, 4.0], "hhi_sourcing": [2.0, 2.0, -1.0]}))
    assert rows.select("sr_low", "sr_high", "reason").rows() == [
        (0.0, 3.0, "fraction_missing"),
        (None, None, "hhi_missing"),
        (None, None, "out_of_range"),
    ]
    flows = pl.DataFrame({"imports": [5.0, None, 0.0], "exports": [0.0, 0.0, 1.0], "production": [5.0, 5.0, 0.0]})
    rows = risk.import_reliance(flows)
    assert rows.select("ir_low", "reason").rows() == [(0.5, None), (None, "flow_missing"), (None, "no_consumption")]
    rows = risk.import_reliance(flows.head(1).with_columns(stock_release=pl.Series([None], dtype=pl.Float64)))
    assert rows.select("ir_low", "reason").rows() == [(None, "flow_missing")]  # a blank release from stocks is no zero


@pytest.mark.parametrize(
    "call",
    [
        lambda: risk.supply_risk(None, 2.0, 1.0),
        lambda: risk.supply_risk(4.0, -2.0, 1.0),
        lambda: risk.supply_risk(4.0, 2.0, 1.5),
        lambda: risk.supply_risk(4.0, 2.0, 1.0, eol_recycling=25.0),
        lambda: risk.import_reliance(1.0, 2.0),
        lambda: risk.import_reliance(0.0, 0.0, 0.0),
        lambda: risk.governance_hhi(pl.DataFrame(), governance={"CHN": 60.0}),
        lambda: risk.governance_hhi(pl.DataFrame(), governance={"CHN": "6"}),
        lambda: risk.supply_risk(4.0),
        lambda: risk.supply_risk("4", 2.0),
        lambda: risk.supply_risk(float("nan"), 2.0),
        lambda: risk.supply_risk(4.0, float("inf")),
        lambda: risk.import_reliance("1", 0.0, 0.0),
        lambda: risk.import_reliance(float("nan"), 0.0, 0.0),
        lambda: risk.import_reliance(1.0, 0.0, 0.0, None),
    ],
)
def test_wrong_inputs_are_refused(call):
    with pytest.raises(InputError):
        call()


def test_a_country_without_a_score_widens_the_figure():
    flows = {"exporter": ["NCL", "KOR"], "value": [3.0, 1.0]}  # New Caledonia has nickel and no governance score
    row = risk.governance_hhi(pl.DataFrame({"hs6": "750210", "importer": "JPN", "year": 2024, **flows})).row(0, named=True)
    assert row["reason"] == "score_missing"
    assert row["scored"] == 0.25
    assert row["hhi_wgi_high"] - row["hhi_wgi_low"] == pytest.approx(10 * 0.75**2)
    trade = pl.DataFrame({"hs6": "750210", "importer": "JPN", "year": 2024, **flows})
    told, blank = ({"KOR": 3.0}, {"KOR": 3.0, "NCL": None})
    assert risk.governance_hhi(trade, governance=told).equals(risk.governance_hhi(trade, governance=blank))


def test_a_table_of_scores_counts_by_its_newest_year():
    trade = pl.DataFrame({"hs6": "1", "importer": "JPN", "year": 2024, "exporter": ["CHN", "USA"], "value": [3.0, 1.0]})
    scores = pl.DataFrame({"iso3": ["CHN", "CHN", "USA"], "year": [2020, 2025, 2025], "wgi_0_10": [9.0, 6.0, None]})
    expected = risk.governance_hhi(trade, governance={"CHN": 6.0})
    for table in (scores, scores.to_pandas()):
        assert risk.governance_hhi(trade, governance=table).equals(expected)
    assert risk.governance_hhi(trade, governance=datasets.governance()).equals(risk.governance_hhi(trade))
    for wrong in (scores.drop("year"), "scores.csv", 5):
        with pytest.raises(InputError, match="wgi_0_10"):
            risk.governance_hhi(trade, governance=wrong)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(origins, st.integers(1, 40)), min_size=1, max_size=6), st.data())
def test_governance_interval_holds_every_case(flows, data):
    scores = {"CHN": 6.0, "USA": 3.0}
    trade = pl.DataFrame(flows, schema={"exporter": pl.String, "value": pl.Float64}, orient="row")
    trade = trade.with_columns(hs6=pl.lit("1"), importer=pl.lit("JPN"), year=2022)
    row = risk.governance_hhi(trade, governance=scores).row(0, named=True)
    places = [country or data.draw(st.sampled_from(["CHN", "USA", "XXC"])) for country, _ in flows]
    guess = scores | {name: data.draw(st.floats(0, 10)) for name in ("XXA", "XXB", "XXC")}
    total = sum(value for _, value in flows)
    sums = {place: sum(v for p, (_, v) in zip(places, flows, strict=True) if p == place) / total for place in set(places)}
    truth = sum(share**2 * guess[place] for place, share in sums.items())
    assert row["hhi_wgi_low"] - 1e-9 <= truth <= row["hhi_wgi_high"] + 1e-9


def test_the_best_score_is_a_score():
    trade = pl.DataFrame({"hs6": "1", "importer": "JPN", "year": 2024, "exporter": ["CHN", "USA"], "value": [3.0, 1.0]})
    row = risk.governance_hhi(trade, governance={"CHN": 0.0, "USA": 4.0}).row(0, named=True)
    assert (row["scored"], row["reason"]) == (1.0, None)
    assert row["hhi_wgi_low"] == row["hhi_wgi_high"] == pytest.approx(4.0 / 16)


def test_trade_that_was_not_reported_may_be_of_any_size():
    trade = pl.DataFrame({"hs6": "1", "importer": "JPN", "year": 2024, "exporter": ["CHN", "USA"], "value": [3.0, None]})
    row = risk.governance_hhi(trade, governance={"CHN": 6.0, "USA": 4.0}).row(0, named=True)
    assert (row["hhi_wgi_low"], row["hhi_wgi_high"]) == (0.0, 10.0)


@pytest.mark.parametrize(
    ("score", "t", "value", "low", "high", "reason"),
    [
        (10.0, 1.0, 1.0, 10.0 / 4, 10.0, "origin_unknown"),  # all of it may be of the one that is named
        (10.0, 1.2, 1.0, 12.0 / 4, 12.0, "origin_unknown"),
        (0.0, 0.8, 1.0, 0.0, 10.0 / 4, "origin_unknown"),  # the other half may be of a country without a preference
        (0.0, 1.2, 1.0, 0.0, 12.0 / 4, "origin_unknown"),
        (None, 1.0, 1.0, 0.0, 10.0, "origin_unknown"),  # nor does anybody know how it is governed
        (6.0, 1.2, None, 0.0, 12.0, "value_missing"),
        (6.0, 0.8, None, 0.0, 10.0, "value_missing"),
    ],
)
def test_half_of_unknown_origin_may_be_the_worst_countrys_with_the_largest_trade_parameter(
    score, t, value, low, high, reason
):
    trade = pl.DataFrame({"exporter": ["CHN", None], "value": [1.0, value], "t": [t, t]})
    trade = trade.with_columns(hs6=pl.lit("1"), importer=pl.lit("JPN"), year=2022)
    row = risk.governance_hhi(trade, governance={"CHN": score}, trade_parameter="t").row(0, named=True)
    assert (row["hhi_wgi_low"], row["hhi_wgi_high"]) == pytest.approx((low, high))
    assert row["reason"] == reason


def test_what_is_of_unknown_origin_hurts_most_where_share_and_score_are_the_worst():
    trade = pl.DataFrame({"exporter": ["USA", "CHN", None], "value": [1.0, 1.0, 2.0]})
    trade = trade.with_columns(hs6=pl.lit("1"), importer=pl.lit("JPN"), year=2022)
    row = risk.governance_hhi(trade, governance={"CHN": 10.0, "USA": 0.0}).row(0, named=True)
    assert (row["hhi_wgi_low"], row["hhi_wgi_high"]) == pytest.approx((10 * 0.25**2, 10 * 0.75**2))


def test_of_a_range_of_a_graphs_share_what_lies_above_its_least_is_open():
    graph = SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "mineral"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "USA")],
        shares=[
            {"item": "ore", "supplier": "CHN", "source": "s", "share_low": 0.2, "share_high": 0.5},
            {"item": "ore", "supplier": "USA", "source": "s", "share": 0.5},
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    row = risk.governance_hhi(graph, governance={"CHN": 10.0, "USA": 0.0}).row(0, named=True)
    assert row["value"] == pytest.approx(1.0) and row["scored"] == pytest.approx(0.7)
    assert row["hhi_wgi_low"] == pytest.approx(10 * 0.2**2) and row["hhi_wgi_high"] >= 10 * 0.5**2


def test_a_table_of_one_importer_says_nothing_about_the_world():
    flows = [("CHN", "JPN", 3.0), ("USA", "JPN", 1.0)]
    trade = pl.DataFrame(flows, schema=["exporter", "importer", "value"], orient="row").with_columns(
        hs6=pl.lit("1"), year=2024
    )
    scores = {"CHN": 6.0, "USA": 4.0}
    alone = risk.trade_supply_risk(trade, "JPN", governance=scores)
    assert alone.select("hhi_global_low", "hhi_global_high").row(0) == (None, None)
    more = pl.concat([trade, trade.with_columns(importer=pl.lit("DEU"), value=pl.col("value") * 2)])
    both = risk.trade_supply_risk(more, "JPN", governance=scores)
    assert both["hhi_global_low"].item() == pytest.approx(6.0 * 0.75**2 + 4.0 * 0.25**2)
