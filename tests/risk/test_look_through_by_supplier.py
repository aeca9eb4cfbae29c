"""What a company may make behind a country's or its parent's share, market by market: nothing where it is named itself."""

import polars as pl
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import look_through

PLACES = {"X": "CHN", "Z": "CHN", "Y": "JPN", "F": None}
STANDS = {"X": ["Z", "CHN"], "Z": ["CHN"], "Y": ["JPN"], "F": ["CHN", "JPN"]}
"""Whose share may be all of a company's: its parent's, its country's; any country's where nobody says where it stands."""
VIEWS = [
    {"CHN": 0.6, "JPN": 0.3},
    {"CHN": 1.0},
    {"JPN": 0.5},
    {"X": 0.4, "Y": 0.35},
    {"Z": 0.5, "X": 0.3},
    {"Z": 0.6, "Y": 0.4},
    {"F": 0.2, "Y": 0.3},
    {"Z": 0.5, "F": 0.5},
    {"Z": None, "X": 0.3},
    {"Y": 0.4, "X": None},
]


def graph_of(gear, ore):
    shares = [("gear", one, share) for one, share in gear.items()] + [("ore", one, share) for one, share in ore.items()]
    return SupplyGraph(
        items=[{"id": one, "name_en": one, "kind": "component"} for one in ("gear", "ore")],
        inputs=[{"item": "gear", "input": "ore", "source": "s"}],
        suppliers=[{"id": one, "name_en": one, "kind": "country"} for one in ("CHN", "JPN")]
        + [
            {"id": one, "name_en": one, "kind": "company", "country": at, "parent": "Z" if one == "X" else None}
            for one, at in PLACES.items()
        ],
        shares=[{"item": i, "supplier": one, "source": "s", "share": share} for i, one, share in shares],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def told(view, one):
    return view.get(one) or 0.0


def most(view, one):
    """What of a market may be somebody's: its own share, or that of all who stand for it and what is left open."""
    rest = 1 - sum(share or 0.0 for share in view.values())
    if one in view:
        return rest if view[one] is None else view[one]
    return sum(told(view, other) for other in STANDS.get(one, ())) + rest


@pytest.mark.parametrize("gear", VIEWS, ids=" ".join)
def test_a_company_makes_at_most_what_is_its_own_or_where_it_is_not_named_its_countrys_and_its_parents(gear):
    for ore in VIEWS:
        rows = look_through(graph_of(gear, ore), "gear", level="supplier").filter(pl.col("supplier").is_not_null())
        assert set(rows["supplier"]) == {one for view in (gear, ore) for one, share in view.items() if share}
        for tier, one, low, high in rows.rows():
            views = [gear, ore] if tier is None else [(gear, ore)[tier]]
            assert low == pytest.approx(sum(told(view, one) for view in views) / len(views)), (ore, tier, one)
            assert high == pytest.approx(sum(most(view, one) for view in views) / len(views)), (ore, tier, one)
