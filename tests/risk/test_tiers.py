"""Parts of the tables of exposure and look-through that are worked out alone."""

from __future__ import annotations

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon.risk import chokepoints, exposure, look_through
from kanmon.risk.production import supply_lines
from kanmon.risk.production.supply_lines import _ends
from kanmon.risk.production.tiers import over_all_tiers, shared_sources
from polars.testing import assert_frame_equal


def test_shared_sources_and_all_tiers_alone_are_what_the_whole_tables_say():
    graph = kn.load("world")
    whole = exposure(graph, None, "JPN").filter(pl.col("diamond_source").is_not_null()).sort("item")
    found = shared_sources(graph, "JPN", level="country")
    assert found.height and found.rows() == whole.select(found.columns).rows()
    basket = dict.fromkeys(graph.inputs["item"].unique().sort().head(9), 2.0)
    tiers = look_through(graph, basket, "JPN")
    assert over_all_tiers(graph, basket, "JPN").rows() == tiers.filter(pl.col("tier").is_null()).rows()


def chain(*pairs):
    """Items that need one another, each half from China and half from nobody that is named."""
    items = list(dict.fromkeys(one for pair in pairs for one in pair))
    return kn.SupplyGraph(
        items=[{"id": one, "name_en": one, "kind": "component"} for one in items],
        inputs=[{"item": item, "input": one, "source": "s"} for item, one in pairs],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": one, "supplier": "CHN", "source": "s", "share": 0.5} for one in items],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


LINE = chain(("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("e", "f"))
LOOP = chain(("a", "b"), ("b", "c"), ("c", "b"), ("e", "f"))


@pytest.mark.parametrize("graph", [LINE, LOOP, kn.load("permanent_magnet"), kn.load("power_semiconductor")])
def test_all_tiers_alone_are_those_of_every_tier_whether_lines_end_or_go_round(graph):
    basket = dict.fromkeys(graph.inputs["item"].unique().sort(), 1.0)
    tiers = look_through(graph, basket, "JPN")
    assert_frame_equal(over_all_tiers(graph, basket, "JPN"), tiers.filter(pl.col("tier").is_null()), rel_tol=1e-12)


def test_lines_end_with_the_longest_way_behind_a_node_and_in_a_circle_never():
    network = LINE.network(None, buyer="JPN")
    ends = _ends(network, np.array([network.market("a")]), 30)
    # Behind a stand b, c and d one after the other; nothing that is asked about leads to e and f.
    assert [int(ends[network.market(one)]) for one in "abcdef"] == [3, 2, 1, 0, -1, -1]
    assert _ends(network, np.array([network.market("a")]), 3) is None  # one tier more than is looked at
    looped = LOOP.network(None, buyer="JPN")
    assert _ends(looped, np.array([looped.market("a")]), 30) is None
    assert _ends(looped, np.array([looped.market("e")]), 30) is not None


def test_lines_split_at_a_maker_by_how_much_hangs_on_each_need_and_machines_and_dispensable_things_have_none():
    needs = {"a": {}, "b": {"kept_without_low": 0.0, "kept_without_high": 0.5}, "c": {"role": "equipment"}}
    needs |= {"d": {"essential": False}, "e": {"kept_without_low": 0.5, "kept_without_high": 0.5}}
    places = dict(zip(["top", *needs, "f"], ("JPN", "CHN", "DEU", "USA", "GBR", "FRA", "ITA"), strict=True))
    little = {"item": "e", "input": "f", "source": "s", "kept_without_low": 0.5, "kept_without_high": 1.0}
    graph = kn.SupplyGraph(
        items=[{"id": one, "name_en": one, "kind": "component"} for one in places],
        inputs=[*({"item": "top", "input": one, "source": "s"} | about for one, about in needs.items()), little],
        suppliers=[{"id": place, "name_en": place, "kind": "country"} for place in places.values()],
        shares=[{"item": one, "supplier": place, "source": "s", "share": 1.0} for one, place in places.items()],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    # Of the product all hangs on a, half or all on b, half on e; what hangs on f is all that e needs, however little it is.
    behind = {"JPN": 1.0, "CHN": 1 / 2.25, "DEU": 0.75 / 2.25, "FRA": 0.5 / 2.25, "ITA": 0.5 / 2.25}
    expected = {place: part / sum(behind.values()) for place, part in behind.items()}
    frame = look_through(graph, "top").filter(pl.col("tier").is_null())
    assert dict(frame.select("country", "share_low").rows()) == pytest.approx(expected)
    assert frame["share_high"].to_list() == pytest.approx(frame["share_low"].to_list())
    flow = chokepoints(graph, "top", kinds="halt").select("node", "dependency_flow").rows()
    assert dict(flow) == pytest.approx(dict.fromkeys(places.values(), 0.0) | behind)


@pytest.mark.parametrize("graph", [LINE, LOOP, kn.load("power_semiconductor")])
@pytest.mark.parametrize("level", ["country", "supplier"])
def test_places_one_by_one_make_what_all_of_them_make_at_once(graph, level, monkeypatch):
    items = graph.inputs["item"].unique().sort().to_list()
    basket = dict.fromkeys(items, 1.0)
    tables = [lambda: look_through(graph, basket, "JPN", level=level), lambda: exposure(graph, items[0], "JPN", level=level)]
    whole = [table() for table in tables]
    monkeypatch.setattr(supply_lines, "_ROOM", 1)
    for table, expected in zip(tables, whole, strict=True):
        assert_frame_equal(table(), expected, rel_tol=1e-12)
