"""Dependence on whole tables of trade, figure by figure, against the definitions written out in plain loops."""

from collections import defaultdict
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from kanmon import risk

ITEMS, YEARS = ("811010", "811020", "250410"), (2021, 2022, 2023)
UNION = ("JPN", "KOR")
WORLD = (*UNION, "CHN", "USA", "DEU")
flow = st.tuples(st.sampled_from(ITEMS), st.sampled_from(YEARS), st.sampled_from(WORLD), st.sampled_from(WORLD))
tables = st.dictionaries(flow, st.integers(1, 9), min_size=1, max_size=60)


def frame_of(table):
    """Each flow in two rows, so that rows have to be added up."""
    rows = [(*key, value * part) for key, value in table.items() for part in (0.25, 0.75)]
    return pl.DataFrame(rows, schema=["hs6", "year", "importer", "exporter", "value"], orient="row")


def added(table, *keys, where=lambda **_: True):
    found = defaultdict(Fraction)
    for (item, year, importer, exporter), value in table.items():
        if where(item=item, year=year, importer=importer, exporter=exporter):
            about = {"item": item, "chapter": item[:2], "year": year, "importer": importer, "exporter": exporter}
            found[tuple(about[key] for key in keys)] += value
    return found


def hhi(parts):
    total = sum(parts)
    return sum((part / total) ** 2 for part in parts)


def origins(table, *market, where=lambda **_: True):
    """By market: what comes from each origin."""
    found = defaultdict(dict)
    for (*key, exporter), value in added(table, *market, "exporter", where=where).items():
        found[tuple(key)][exporter] = value
    return found


def word(holds):
    return "yes" if holds else "no"


@settings(max_examples=80, deadline=None)
@given(tables)
def test_concentration_of_imports_is_that_of_the_sums(table):
    wanted = origins(table, "item", "importer", "year")
    rows = list(risk.import_concentration(frame_of(table)).iter_rows(named=True))
    assert len(rows) == len(wanted)
    for row in rows:
        parts = wanted[row["hs6"], row["importer"], row["year"]]
        top, share = min(parts, key=lambda one: (-parts[one], one)), max(parts.values()) / sum(parts.values())
        assert (row["value"], row["origins"], row["top_origin"]) == (float(sum(parts.values())), len(parts), top)
        assert row["hhi_low"] == row["hhi_high"] == pytest.approx(float(hhi(parts.values())))
        assert row["top_share_low"] == row["top_share_high"] == pytest.approx(float(share))
        assert (row["cao"], row["meti"]) == (word(share >= Fraction(1, 2)), word(hhi(parts.values()) >= Fraction(1, 2)))


@settings(max_examples=80, deadline=None)
@given(tables)
def test_a_chapter_is_seen_through_to_its_items(table):
    wanted = origins(table, "chapter", "importer", "year")
    inside = origins(table, "item", "importer", "year")
    rows = list(risk.chapter_dependence(frame_of(table)).iter_rows(named=True))
    assert len(rows) == len(wanted)
    for row in rows:
        parts = wanted[row["chapter"], row["importer"], row["year"]]
        items = [inside[one, row["importer"], row["year"]] for one in ITEMS if one.startswith(row["chapter"])]
        items = [one for one in items if one]
        caught = [one for one in items if max(one.values()) >= sum(one.values()) / 2]
        value = sum(parts.values())
        assert (row["items"], row["items_concentrated"], row["items_unknown"]) == (len(items), len(caught), 0)
        assert row["share_concentrated"] == pytest.approx(float(sum(sum(one.values()) for one in caught) / value))
        assert row["hhi_low"] == pytest.approx(float(hhi(parts.values()))) and row["value"] == float(value)


@settings(max_examples=80, deadline=None)
@given(tables)
def test_the_four_criteria_hold_as_they_are_defined(table):
    mine = origins(table, "item", "year", where=lambda importer, **_: importer == "JPN")
    assume(mine)
    world = origins(table, "item", "year")
    exports = added(table, "item", "year", where=lambda exporter, importer, **_: exporter == "JPN")
    any_exports = added(table, "year", where=lambda exporter, **_: exporter == "JPN")
    importers = {year: {key[2] for key in table if key[1] == year} for year in YEARS}
    holds = {}
    rows = list(risk.geodep(frame_of(table), "JPN").iter_rows(named=True))
    assert len(rows) == len(mine)
    for row in sorted(rows, key=lambda row: row["year"]):
        key = row["hs6"], row["year"]
        value = sum(mine[key].values())
        first = hhi(mine[key].values())
        second = hhi(world[key].values()) if len(importers[row["year"]]) > 1 else None
        third = None
        if any_exports.get((row["year"],)):
            third = value / exports[key] if exports.get(key) else Fraction(9999)
        assert row["hhi_imports_low"] == pytest.approx(float(first))
        assert row["hhi_exports_low"] == (None if second is None else pytest.approx(float(second)))
        assert row["imports_to_exports_low"] == (None if third is None else pytest.approx(float(third)))
        said = ["unknown" if x is None else word(x > limit) for x, limit in ((first, 0.4), (second, 0.4), (third, 1))]
        # The very limit is a matter of rounding.
        assume(all(x is None or abs(float(x) - limit) > 1e-9 for x, limit in ((first, 0.4), (second, 0.4), (third, 1))))
        holds[key] = "no" if "no" in said else "unknown" if "unknown" in said else "yes"
        assert [row["c1"], row["c2"], row["c3"], row["holds"]] == [*said, holds[key]]
        last = [holds.get((row["hs6"], row["year"] - back), "unknown") for back in range(3)]
        persists = "yes" if last.count("yes") >= 2 else "no" if last.count("no") >= 2 else "unknown"
        assert row["c4"] == persists


@settings(max_examples=80, deadline=None)
@given(tables)
def test_a_union_is_dependent_as_the_commission_defines_it(table):
    outside = origins(
        table, "item", "year", where=lambda importer, exporter, **_: importer in UNION and exporter not in UNION
    )
    within = added(table, "item", "year", where=lambda importer, exporter, **_: importer in UNION and exporter in UNION)
    sold = added(table, "item", "year", where=lambda exporter, **_: exporter in UNION)
    sold_any = added(table, "year", where=lambda exporter, **_: exporter in UNION)
    rows = list(risk.commission_dependence(frame_of(table), "U", list(UNION)).iter_rows(named=True))
    assert {(row["hs6"], row["year"]) for row in rows if row["value"]} == set(outside)
    for row in rows:
        key = row["hs6"], row["year"]
        if not row["value"]:
            continue
        value = sum(outside[key].values())
        third = None
        if sold_any.get((row["year"],)):
            third = float(value / sold[key]) if sold.get(key) else float("inf")
        assert row["cdi1_low"] == pytest.approx(float(hhi(outside[key].values())))
        assert row["cdi2_low"] == row["cdi2_high"] == pytest.approx(float(value / (value + within.get(key, 0))))
        assert row["cdi3_low"] == (None if third is None else pytest.approx(third))


@settings(max_examples=60, deadline=None)
@given(tables, st.dictionaries(st.tuples(st.sampled_from(ITEMS), st.sampled_from(YEARS)), st.integers(1, 9), min_size=1))
@example({("811010", 2021, "JPN", "JPN"): 1, ("811010", 2021, "JPN", "KOR"): 1}, {("811010", 2021): 1})
def test_one_country_is_dependent_on_imports_as_they_stand_beside_what_it_ships_itself(table, shipped):
    mine = origins(table, "item", "year", where=lambda importer, exporter, **_: importer == "JPN" != exporter)
    sold = added(table, "item", "year", where=lambda exporter, **_: exporter == "JPN")
    sold_any = added(table, "year", where=lambda exporter, **_: exporter == "JPN")
    rows = [(*key, value * part) for key, value in shipped.items() for part in (0.5, 0.5)]
    production = pl.DataFrame(rows, schema=["hs6", "year", "value"], orient="row")
    alone = risk.commission_dependence(frame_of(table), "JPN")
    beside = risk.commission_dependence(frame_of(table), "JPN", production=production)
    assert set(alone["cdi2_low"]) | set(alone["cdi2_high"]) <= {None}, "what comes back to Japan is no home shipment"
    for frame in (alone, beside):
        assert {(row["hs6"], row["year"]) for row in frame.iter_rows(named=True) if row["value"]} == set(mine)
        for row in frame.filter(pl.col("value") > 0).iter_rows(named=True):
            key = row["hs6"], row["year"]
            value = sum(mine[key].values())
            third = None
            if sold_any.get((row["year"],)):
                third = float(value / sold[key]) if sold.get(key) else float("inf")
            assert row["value"] == float(value)
            assert row["cdi1_low"] == row["cdi1_high"] == pytest.approx(float(hhi(mine[key].values())))
            assert row["cdi3_high"] == (None if third is None else pytest.approx(third))
            if frame is beside:
                second = None if key not in shipped else pytest.approx(float(value / (value + shipped[key])))
                assert (row["cdi2_low"], row["cdi2_high"]) == (second, second)
