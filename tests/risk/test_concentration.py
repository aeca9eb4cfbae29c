"""HHI with missing shares: exact bounds, checked against brute force and against sampled completions."""

import itertools
from datetime import date

import kanmon as kn
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kanmon.graph import InputError, SupplyGraph
from kanmon.risk import concentration, concentration_by_year, hhi


def vertices(bounds, rest):
    """All vertices of {x: low <= x <= high, sum x = sum low + rest}: all but one at a bound (brute force)."""
    lows, slacks = [b[0] for b in bounds], [b[1] - b[0] for b in bounds]
    for free in range(len(bounds)):
        others = [i for i in range(len(bounds)) if i != free]
        for picks in itertools.product((0, 1), repeat=len(others)):
            left = rest - sum(slacks[i] for i, p in zip(others, picks, strict=True) if p)
            if -1e-12 <= left <= slacks[free] + 1e-12:
                x = [lows[i] + slacks[i] * p for i, p in zip(others, picks, strict=True)] + [lows[free] + left]
                yield sum(v * v for v in x)


@st.composite
def incomplete(draw):
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=0, max_size=6)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    known = [p / 100 for p in parts[: draw(st.integers(0, len(parts) - 1))]]
    rest = 1 - sum(known)
    ranges = []
    for _ in range(draw(st.integers(0, 3))):
        low = max(0.0, draw(st.integers(0, 100)) / 100 * rest / 4)
        ranges.append((low, min(1.0, low + draw(st.integers(0, 100)) / 100)))
    return known, ranges, draw(st.integers(0, 2))


@settings(max_examples=400, deadline=None)
@given(incomplete())
def test_the_maximum_is_that_of_all_vertices(case):
    known, ranges, unknown = case
    rest = 1 - sum(known) - sum(low for low, _ in ranges)
    bounds = [(low, min(high, low + rest)) for low, high in ranges] + [(0.0, rest)] * (unknown + 1)
    expected = sum(s * s for s in known) + max(vertices(bounds, rest))
    assert hhi(known, ranges, unknown).high == pytest.approx(expected, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(incomplete(), st.integers(0, 2**32 - 1))
def test_every_completion_lies_inside_and_bounds_are_monotone(case, seed):
    known, ranges, unknown = case
    rng = np.random.default_rng(seed)
    interval = hhi(known, ranges, unknown)
    rest = 1 - sum(known) - sum(low for low, _ in ranges)
    slack = np.array([high - low for low, high in ranges] + [rest] * (unknown + 3))
    for _ in range(20):
        extra = np.zeros(len(slack))
        left = rest
        for i in rng.permutation(len(slack)):
            extra[i] = min(left, slack[i]) * (rng.random() if rng.random() < 0.7 else 1.0)
            left -= extra[i]
        extra[-1] += left  # unnamed suppliers may be of any size
        shares = known + [low + e for (low, _), e in zip(ranges, extra, strict=False)] + list(extra[len(ranges) :])
        value = sum(s * s for s in shares)
        assert interval.low - 1e-9 <= value <= interval.high + 1e-9
    assert 0 <= interval.low <= interval.high <= 1 + 1e-12
    if known:  # knowing less never narrows the interval
        wider = hhi(known[:-1], ranges, unknown)
        assert wider.low <= interval.low + 1e-9
        assert wider.high >= interval.high - 1e-9


@settings(max_examples=200, deadline=None)
@given(incomplete(), st.randoms())
def test_the_order_of_suppliers_does_not_matter(case, random):
    known, ranges, unknown = case
    shuffled = random.sample(known, len(known)), random.sample(ranges, len(ranges))
    assert tuple(hhi(*shuffled, unknown)) == pytest.approx(tuple(hhi(known, ranges, unknown)), abs=1e-12)


def test_the_minimum_without_unnamed_suppliers_is_water_filling():
    # Three named suppliers of unknown share and one range: equal where they can be.
    interval = hhi([0.4], [(0.0, 0.1)], unknown=2, unnamed=False)
    assert interval.low == pytest.approx(0.4**2 + 0.1**2 + 2 * 0.25**2)
    assert hhi([], unknown=4, unnamed=False).low == pytest.approx(0.25)


@pytest.mark.parametrize("unnamed", [True, False])
@settings(max_examples=100, deadline=None)
@given(incomplete())
def test_suppliers_without_a_figure_are_as_good_as_ranges_that_reach_to_the_whole_remainder(unnamed, case):
    known, ranges, unknown = case
    rest = 1 - sum(known) - sum(low for low, _ in ranges)
    assume(rest > 1e-6 and (unnamed or unknown))
    spelled_out = hhi(known, [*ranges, *[(0.0, rest)] * unknown], 0, unnamed)
    assert tuple(hhi(known, ranges, unknown, unnamed)) == pytest.approx(tuple(spelled_out), abs=1e-9)


@pytest.mark.parametrize("count", [10**9, 10**400])
def test_a_list_of_suppliers_without_a_figure_may_be_of_any_length(count):
    # Alike they hold next to nothing each; one of them may hold all of the remainder.
    assert tuple(hhi([0.5], unknown=count, unnamed=False)) == pytest.approx((0.25, 0.5))
    assert tuple(hhi([0.5], unknown=count)) == (0.25, 0.5)


@pytest.mark.parametrize("blank", [None, float("nan"), "n/a"])
def test_a_blank_among_the_shares_is_refused_with_the_way_to_say_it(blank):
    with pytest.raises(InputError, match="'unknown'"):
        hhi([0.5, blank])
    with pytest.raises(InputError, match="'unknown'"):
        hhi([0.5], ranges=[(0.1, blank)])
    for count in (-1, 1.5, None):
        with pytest.raises(InputError, match="whole number"):
            hhi([0.5], unknown=count)
    assert hhi([0.5], unknown=np.int64(1)) == hhi([0.5], unknown=1)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (([0.60, 0.16],), (0.3856, 0.4432)),
        (([0.60, 0.16], (), 1, False), (0.4432, 0.4432)),
        (([],), (0.0, 1.0)),
        (([1.0],), (1.0, 1.0)),
        (([0.5, 0.51],), ((0.5**2 + 0.51**2) / 1.01**2,) * 2),
        (([0.5, 0.49], (), 0, False), ((0.5**2 + 0.49**2) / 0.99**2,) * 2),  # rounded: the list is complete
        (([0.3], (), 0, True, True), (0.09, 1.0)),
    ],
)
def test_worked_examples(arguments, expected):
    assert tuple(hhi(*arguments)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "arguments",
    [([1.2],), ([-0.1],), ([0.7, 0.6],), ([], [(0.5, 0.4)]), ([0.5], (), 0, False), ([0.5], (), -1), ([float("nan")],)],
)
def test_nonsense_is_refused(arguments):
    with pytest.raises(InputError):
        hhi(*arguments)


@pytest.mark.parametrize(
    ("item", "year", "supplier", "share", "source"),
    [
        ("gallium_primary", 2024, "CHN", 0.989, "USGS_MCS2026"),
        ("cobalt_mining", 2025, "COD", 0.74, "USGS_MCS2026"),
        ("nickel_mining", 2025, "IDN", 0.67, "USGS_MCS2026"),
        ("rare_earths_mining", 2024, "CHN", 0.71, "USGS_MCS2026"),
    ],
)
def test_known_facts_come_out_of_the_bundled_data(item, year, supplier, share, source):
    """USGS Mineral Commodity Summaries 2026, world production tables."""
    frame = concentration(kn.load("world"))
    row = frame.filter(
        (frame["item"] == item) & (frame["year"] == year) & (frame["source"] == source) & (frame["measure"] == "production")
    ).row(0, named=True)
    assert row["top_supplier"] == supplier
    assert row["top_share_low"] == pytest.approx(share, abs=0.006)


def test_intervals_hold_together_on_every_bundled_market():
    for level in ("country", "company"):
        frame = concentration(kn.load("world"), level)
        assert frame.null_count()["hhi_low"][0] == 0
        assert (frame["hhi_low"] <= frame["hhi_high"] + 1e-12).all()
        assert (frame["top_share_low"] <= frame["top_share_high"] + 1e-12).all()
        assert (frame["cr3_low"] <= frame["cr3_high"] + 1e-12).all()
        # HHI <= largest share <= sqrt(HHI), for the bounds of either side; rounded shares may sum to 1.02
        assert (frame["hhi_low"] <= frame["top_share_high"] + 0.02).all()
        assert (frame["top_share_low"] <= frame["hhi_high"].sqrt() + 0.02).all()


def test_an_item_that_nobody_is_known_to_supply_is_not_safe():
    graph = SupplyGraph(
        items=[{"id": "x", "name_en": "X", "kind": "mineral"}],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
        shares=[{"item": "x", "supplier": "CHN", "source": "s", "missing": "not_reported"}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    row = concentration(graph).row(0, named=True)
    assert (row["hhi_low"], row["hhi_high"], row["top_share_high"]) == (0.0, 1.0, 1.0)
    assert row["top_supplier"] is None


def told(*rows):
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "mineral"} for i in ("x", "y")],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "x", "supplier": "CHN", "source": "s"} | row for row in rows],
        sources=[{"id": s, "title": "t", "publisher": "p"} for s in ("s", "t")],
    )


def test_of_one_year_only_its_views_count_and_the_best_of_them_is_preferred():
    graph = told(
        {"year": 2023, "share": 0.5, "measure": "production"},
        {"year": 2023, "share": 0.4, "measure": "capacity"},
        {"year": 2024, "share": 0.9, "measure": "production"},
        {"share": 0.7, "measure": "undated"},
    )
    frame = concentration(graph, year=2023)
    assert set(frame["year"]) == {2023} and frame.height == 2
    assert frame.filter(frame["preferred"])["measure"].to_list() == ["production"]
    assert concentration(graph).filter(concentration(graph)["preferred"])["year"].to_list() == [2024]
    assert concentration(graph, year=1999).is_empty()


def test_a_figure_says_how_old_it_is():
    graph = told({"year": 2018, "share": 0.5}, {"item": "y", "share": 0.5})
    frame = concentration(graph, on="2023-06-30")
    assert frame.select("item", "age", "stale").rows() == [("x", 5, False), ("y", None, None)]
    assert concentration(graph, on=date(2024, 1, 1))["stale"].to_list() == [True, None]


def test_two_years_of_different_measures_are_said_not_to_compare():
    graph = told(
        {"year": 2022, "share": 0.5, "measure": "production"},
        {"year": 2023, "share": 0.6, "measure": "production", "source": "t"},
        {"year": 2024, "share": 0.7, "measure": "exports"},
        {"year": 2024, "share": 0.2, "scope": "JPN"},
        {"item": "y", "year": 2024, "share": 0.7, "measure": "exports"},
        {"share": 0.9},
    )
    panel = concentration_by_year(graph)
    assert panel.select("item", "year", "before", "same_measure", "same_source", "top_share_low").rows() == [
        ("x", 2022, None, None, None, 0.5),
        ("x", 2023, 2022, True, False, 0.6),
        ("x", 2024, 2023, False, False, 0.7),
        ("y", 2024, None, None, None, 0.7),
    ]
    assert concentration_by_year(graph, scope="JPN")["top_share_low"].to_list() == [0.2]


def test_the_panel_holds_one_row_per_item_and_year_of_the_bundled_data():
    panel = concentration_by_year(kn.load("world"))
    assert not panel.select("item", "year").is_duplicated().any()
    cobalt = panel.filter(item="cobalt_mining", year=2024).row(0, named=True)
    assert (cobalt["top_supplier"], cobalt["before"], cobalt["same_measure"]) == ("COD", 2023, True)
