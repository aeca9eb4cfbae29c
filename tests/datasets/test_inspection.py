"""The list to work from: what leads nowhere, who is not named, what is stale, what contradicts."""

from datetime import date
from itertools import combinations

import kanmon as kn
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.datasets import inspect_data, reference_sets
from kanmon.graph import InputError, SupplyGraph

DAY = date(2026, 11, 24)


def graph(inputs=(), shares=(), items=("robot", "motor", "magnet", "ore")):
    sources = [{"id": id, "title": id, "publisher": "p", "date": "2026"} for id in ("a", "b")]
    return SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "product" if id == "robot" else "component"} for id in items],
        inputs=[{"item": item, "input": need, "source": "a"} for item, need in inputs],
        suppliers=[{"id": id, "name_en": id, "kind": "country", "country": id} for id in ("CHN", "JPN")],
        shares=[
            {"item": item, "supplier": who, "share": share, "year": year, "source": source, "measure": measure}
            for item, who, share, year, source, measure in shares
        ],
        sources=sources,
    )


def found(graph, what):
    return inspect_data(graph, on=DAY).filter(what=what)


def test_an_item_that_no_product_needs_leads_nowhere():
    chain = graph([("robot", "motor"), ("motor", "magnet")])
    assert found(chain, "leads_nowhere")["item"].to_list() == ["ore"]
    # Being needed by something that leads nowhere is no way out.
    assert found(graph([("motor", "magnet"), ("magnet", "ore")]), "leads_nowhere").height == 3


def test_the_most_concentrated_and_the_restricted_come_first():
    items = ("robot", "motor", "ore", "gallium_primary")
    shares = [("motor", "CHN", 0.2, 2025, "a", None), ("ore", "CHN", 0.9, 2025, "a", None)]
    rows = found(graph(shares=shares, items=items), "leads_nowhere")
    assert rows["item"].to_list() == ["gallium_primary", "ore", "motor"]
    assert rows["restricted"].to_list() == [True, False, False]


def test_nobody_is_named_only_where_a_product_needs_it():
    chain = graph([("robot", "motor"), ("motor", "magnet")], [("motor", "JPN", None, 2025, "a", None)])
    rows = found(chain, "nobody_named")
    assert rows.select("item", "severity", "products").rows() == [("magnet", 1.0, 1)]


@pytest.mark.parametrize(("year", "stale"), [(2020, True), (2021, False), (None, False)])
def test_figures_are_stale_after_five_years(year, stale):
    rows = found(graph(shares=[("motor", "JPN", 0.5, year, "a", None)]), "stale")
    assert rows.height == stale
    assert not stale or rows.select("year", "severity", "source").row(0) == (2020, 6.0, "a")


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        ((0.61, 2025, "b", "production"), True),
        ((0.60, 2025, "b", "production"), False),
        ((0.61, 2025, "a", "sales"), False),
        ((0.9, 2021, "b", "production"), False),
        ((0.9, 2022, "b", "production"), True),
        ((0.9, 2025, "b", "capacity"), False),
        ((None, 2025, "b", "production"), False),
    ],
)
def test_two_sources_contradict_from_ten_points(other, apart):
    share, year, source, measure = other
    shares = [("motor", "JPN", 0.5, 2025, "a", "production"), ("motor", "JPN", share, year, source, measure)]
    assert found(graph(shares=shares), "contradiction").height == apart


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from(list(combinations("abcdef", 2))), max_size=9),
    st.sets(st.sampled_from("abcdef"), max_size=3),
)
def test_what_leads_nowhere_agrees_with_a_search_by_hand(edges, products):
    """Oracle: an item leads somewhere when some way upwards ends at a product."""
    items = [{"id": id, "name_en": id, "kind": "product" if id in products else "material"} for id in "abcdef"]
    inputs = [{"item": item, "input": need, "source": "s"} for item, need in edges]
    tables = SupplyGraph(items=items, inputs=inputs, sources=[{"id": "s", "title": "t", "publisher": "p"}])

    def leads(item):
        return item in products or any(leads(user) for user, need in edges if need == item)

    expected = {item for item in "abcdef" if not leads(item)}
    assert set(found(tables, "leads_nowhere")["item"]) == expected


def test_the_world_is_listed_with_known_ids_and_worst_first():
    world = kn.load("world")
    rows = inspect_data(world, on=DAY)
    assert set(rows["item"]) <= set(world.items["id"])
    assert set(rows["source"].drop_nulls()) | set(rows["other_source"].drop_nulls()) <= set(world.sources["id"])
    for _, part in rows.group_by("what", maintain_order=True):
        assert part["severity"].is_sorted(descending=True)
    apart = rows.filter(what="contradiction")
    assert (apart["severity"] > 0.1).all()
    assert (apart["source"] != apart["other_source"]).all()


def test_an_empty_graph_is_refused():
    with pytest.raises(InputError):
        inspect_data(SupplyGraph())


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_bundled_set_is_listed_with_a_title_and_a_fingerprint(lang):
    sets = reference_sets(lang)
    assert {"technologies", "guideline", "critical_products", "measures", "governance"} <= set(sets["name"])
    assert sets.filter(pl.col("title") == pl.col("name")).is_empty()
    assert sets["sha256"].is_unique().all()
    ages = dict(sets.select("name", "as_of").iter_rows())
    assert (ages["measures"], ages["governance"], ages["technologies"]) == ("2026-07-31", "2023", "2026-06")
