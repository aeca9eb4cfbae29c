"""Market views: shares within one view, and the rule that prefers one view over another."""

import polars as pl
import pytest
from kanmon.graph import SupplyGraph

SUPPLIERS = [{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN", "USA")]
SUPPLIERS += [{"id": "firm", "name_en": "Firm", "kind": "company"}]
SUPPLIERS += [{"id": a, "name_en": a, "kind": "aggregate"} for a in ("WORLD", "OTHER")]
SOURCES = [
    {"id": "old", "title": "t", "publisher": "p", "date": "2020", "reliability": "high"},
    {"id": "new", "title": "t", "publisher": "p", "date": "2025-02", "reliability": "medium"},
    {"id": "weak", "title": "t", "publisher": "p", "date": "2025-03", "reliability": "low"},
]


def market(*rows):
    shares = [{"item": "x", "source": "new", "year": 2024} | row for row in rows]
    return SupplyGraph(
        items=[{"id": "x", "name_en": "X", "kind": "mineral"}], suppliers=SUPPLIERS, shares=shares, sources=SOURCES
    ).markets


def bounds(frame):
    return {
        s: (round(low, 9), round(high, 9)) for s, low, high in frame.select("supplier", "share_low", "share_high").rows()
    }


def test_quantities_are_divided_by_the_stated_total():
    frame = market(
        {"supplier": "CHN", "quantity": 60.0},
        {"supplier": "JPN", "quantity": 10.0},
        {"supplier": "WORLD", "quantity": 100.0},
    )
    assert bounds(frame) == {"CHN": (0.6, 0.6), "JPN": (0.1, 0.1)}
    assert frame["remainder"].to_list() == pytest.approx([0.3, 0.3])


def test_without_a_total_the_rows_are_the_total_residual_included():
    frame = market({"supplier": "CHN", "quantity": 60.0}, {"supplier": "OTHER", "quantity": 40.0, "missing": "residual"})
    assert bounds(frame) == {"CHN": (0.6, 0.6)}
    assert frame["remainder"][0] == pytest.approx(0.4)


def test_a_withheld_figure_makes_an_unstated_total_unknown():
    frame = market({"supplier": "CHN", "quantity": 60.0}, {"supplier": "JPN", "missing": "withheld"})
    assert bounds(frame) == {"CHN": (0.0, 1.0), "JPN": (0.0, 1.0)}


def test_a_named_supplier_without_figure_holds_any_part_of_the_remainder():
    frame = market({"supplier": "CHN", "share": 0.6}, {"supplier": "JPN", "missing": "withheld"})
    assert bounds(frame) == {"CHN": (0.6, 0.6), "JPN": (0.0, 0.4)}


def test_ranges_are_clipped_to_what_is_left():
    frame = market({"supplier": "CHN", "share": 0.6}, {"supplier": "JPN", "share_low": 0.1, "share_high": 0.9})
    assert bounds(frame) == {"CHN": (0.6, 0.6), "JPN": (0.1, 0.4)}


def test_an_excluded_supplier_is_no_zero_but_named_as_left_out():
    frame = market({"supplier": "CHN", "share": 0.6}, {"supplier": "USA", "missing": "excluded"})
    assert bounds(frame) == {"CHN": (0.6, 0.6)}
    assert frame["excluded"][0].to_list() == ["USA"]


def test_countries_and_companies_are_never_added():
    frame = market({"supplier": "CHN", "share": 0.9}, {"supplier": "firm", "share": 0.8})
    assert frame.filter(pl.col("preferred"))["view"].n_unique() == 2
    assert frame["attributed"].max() == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"year": 2024}, {"year": 2023}),
        ({"year": 2023, "share": 0.1}, {"year": 2024, "share": None, "missing": "not_reported"}),
        ({"year": 2024}, {"year": 2030}),  # a projection: after the source was published
        ({"year": 2023, "measure": "production"}, {"year": 2024, "measure": "capacity"}),
        ({"share": 0.6}, {"share": 0.5, "source": "weak"}),
        ({"source": "new"}, {"source": "weak"}),
        ({"year": 2020, "source": "old"}, {"year": None, "source": "new"}),
        ({"year": 2018, "source": "old", "share": 0.1}, {"year": 2024, "source": "weak"}),  # a census is not outdone
        ({"year": 2018, "source": "old", "measure": "capacity"}, {"year": 2024, "source": "weak"}),
        ({"year": 2020, "measure": "capacity"}, {"year": 2024, "measure": "output by nationality of the maker"}),
    ],
)
def test_the_preferred_view_follows_the_stated_rule_in_any_order(better, worse):
    base = {"supplier": "CHN", "share": 0.5}
    for rows in ((base | better, base | worse), (base | worse, base | better)):
        frame = market(*rows).filter(pl.col("preferred"))
        assert frame.height == 1
        chosen = {"source": "new", "year": 2024, "measure": ""} | better
        assert frame["source"][0] == chosen["source"]
        assert frame["year"][0] == chosen["year"]
        assert frame["measure"][0] == chosen["measure"]


def test_the_views_of_a_market_are_ranked_and_the_first_is_preferred():
    years = (2022, 2024, 2023)
    frame = market(*({"supplier": "CHN", "share": 0.5, "year": year} for year in years))
    assert dict(frame.select("year", "rank").rows()) == {2024: 1, 2023: 2, 2022: 3}
    assert frame.filter(pl.col("rank") == 1)["preferred"].to_list() == [True] and frame["preferred"].sum() == 1
