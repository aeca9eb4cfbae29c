"""The prior for makers whom nobody names: stated, sourced, the best origin first."""

import kanmon as kn
import polars as pl
import pytest
from kanmon.datasets import bundled_trade, maker_prior
from kanmon.datasets.maker_prior import ORIGINS


@pytest.fixture(scope="module")
def world():
    return kn.load("world")


@pytest.fixture(scope="module")
def prior(world):
    return maker_prior(world)


def test_shares_of_an_item_sum_to_one_and_come_from_one_origin(prior):
    items = prior.group_by("item").agg(pl.col("share").sum(), pl.col("origin").n_unique())
    assert items.filter((pl.col("share") - 1).abs() > 1e-9).is_empty()
    assert items["origin"].max() == 1
    assert set(prior["origin"]) == set(ORIGINS)
    assert prior.filter(pl.col("source").is_null() | (pl.col("source") == "")).is_empty()


def test_exports_are_those_of_the_newest_year_of_the_code(prior):
    flows = bundled_trade().filter(hs6="283691", year=2024)
    total = flows["value"].sum()
    expected = {c: v / total for c, v in flows.group_by("exporter").agg(pl.col("value").sum()).iter_rows()}
    told = dict(prior.filter(item="lithium_carbonate").select("supplier", "share").iter_rows())
    assert told == pytest.approx({c: share for c, share in expected.items() if share > 0})


def test_a_basket_says_nothing_of_one_metal(world, prior):
    baskets = set(world.items.filter(pl.col("hs6") == "811292")["id"])
    assert baskets
    assert prior.filter(pl.col("item").is_in(list(baskets)) & (pl.col("origin") == "exports")).is_empty()


def test_a_country_does_not_import_from_itself(world, prior):
    views = world.preferred("country").filter(pl.col("scope") == "JPN", pl.col("measure").str.starts_with("imports"))
    only = set(views["item"]) - set(world.preferred("country").filter(pl.col("scope").is_in(["USA", "KOR", "CHN"]))["item"])
    found = prior.filter(pl.col("item").is_in(list(only)), origin="imports")
    assert found.filter(supplier="JPN").is_empty()


def test_an_item_of_no_known_stage_has_no_row():
    graph = kn.SupplyGraph(items=[{"id": "a", "name_en": "a", "kind": "component"}])
    assert maker_prior(graph).is_empty()
