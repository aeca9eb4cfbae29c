"""Parts of the tables of exposure and look-through that are worked out alone."""

from __future__ import annotations

import kanmon as kn
import polars as pl
from kanmon.risk import exposure, look_through
from kanmon.risk.production.tiers import over_all_tiers, shared_sources


def test_shared_sources_and_all_tiers_alone_are_what_the_whole_tables_say():
    graph = kn.load("world")
    whole = exposure(graph, None, "JPN").filter(pl.col("diamond_source").is_not_null()).sort("item")
    found = shared_sources(graph, "JPN", level="country")
    assert found.height and found.rows() == whole.select(found.columns).rows()
    basket = dict.fromkeys(graph.inputs["item"].unique().sort().head(9), 2.0)
    tiers = look_through(graph, basket, "JPN")
    assert over_all_tiers(graph, basket, "JPN").rows() == tiers.filter(pl.col("tier").is_null()).rows()
