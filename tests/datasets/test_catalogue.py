"""The catalogue of bundled datasets, their parts and their verification."""

import shutil
from inspect import unwrap

import polars as pl
import pytest
from kanmon import datasets
from kanmon.datasets import (
    catalogue,
    critical_product_items,
    critical_products,
    load,
    strategic_field_items,
    strategic_fields,
    verify,
)
from kanmon.graph import UnknownIdError

NAMES = [
    "world",
    "minerals",
    "humanoid",
    "casting_forging",
    "permanent_magnet",
    "battery",
    "mlcc",
    "power_semiconductor",
    "titanium",
    "semiconductor",
    "chemicals",
    "prior_report_technologies",
    "designated_products",
]


def test_the_catalogue_says_what_is_there():
    frame = catalogue("en")
    assert frame["name"].to_list() == NAMES
    assert (frame["items"] > 0).all() and (frame["newest"] >= frame["oldest"]).all()
    assert frame["sha256"].str.contains("^[0-9a-f]{64}$").all() and frame["sha256"].n_unique() == len(NAMES)
    assert frame["licences"].str.contains("public domain").all()
    world = load("world")
    assert frame.filter(name="world")["facts"].item() == world.inputs.height + world.shares.height
    assert (catalogue("ja")["title"] != frame["title"]).all()


def test_the_same_graph_comes_back():
    assert load() is load("world")
    assert load("titanium") is load("titanium")
    assert load("titanium").name == "titanium"


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_part_holds_its_items_and_everything_they_depend_on(name):
    world, part = load("world"), load(name)
    inside = set(part.items["id"])
    tagged = world.items.filter(pl.col("chains").str.split("|").list.contains(name))["id"]
    assert set(tagged) <= inside
    needed = world.inputs.filter(pl.col("item").is_in(inside))
    assert set(needed["input"]) <= inside and part.inputs.height == needed.height
    assert part.shares.height == world.shares.filter(pl.col("item").is_in(inside)).height
    assert verify(name) == []


@pytest.mark.parametrize("call", [load, verify])
def test_an_unknown_dataset_is_said_with_the_nearest(call):
    with pytest.raises(UnknownIdError) as caught:
        call("titanum")
    assert caught.value.nearest == ["titanium"]
    assert "titanum" in caught.value.text("ja")


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """A copy of the packaged data that verification looks at instead."""
    folder = tmp_path / "data"
    shutil.copytree(unwrap(load).__globals__["_folder"]().parent, folder, ignore=shutil.ignore_patterns("*.parquet"))
    monkeypatch.setitem(unwrap(load).__globals__, "_folder", lambda: folder / "world")
    return folder


def test_a_changed_file_is_found(packaged):
    assert verify("world") == []
    with (packaged / "world" / "shares.csv").open("a", encoding="utf-8") as file:
        file.write("gallium_primary,CHN,USGS_MCS2026\n")
    (packaged / "countries" / "groups.csv").unlink()
    found = {problem.code: problem for problem in verify("world")}
    assert set(found) == {"checksum", "missing_file"}
    assert found["checksum"].value == "world/shares.csv" and "world/shares.csv" in str(found["checksum"])
    assert "チェックサム" in found["checksum"].text("ja")


def test_the_packaged_tables_are_small():
    folder = unwrap(load).__globals__["_folder"]()
    assert sum(file.stat().st_size for file in folder.iterdir()) < 4_000_000


def test_sixteen_critical_products_and_one_widening():
    products = critical_products()
    assert products.height == 17 and set(products["number"]) == set(range(1, 17))
    assert products.filter(since="2025-12-24")["number"].to_list() == [12, 13, 14, 15, 16]
    assert products.filter(id="12")["since"].item() == "2024-02"
    assert "ndfeb_magnet" in products.filter(name_ja="永久磁石")["items"].item().to_list()


def test_seventeen_strategic_fields():
    assert strategic_fields()["number"].to_list() == list(range(1, 18))


def test_tags_name_items_of_the_world_and_their_basis():
    ids = set(load("world").items["id"])
    for tags, key, table in (
        (critical_product_items(), "product", critical_products()),
        (strategic_field_items(), "field", strategic_fields()),
    ):
        assert set(tags["item"]) <= ids and set(tags[key]) <= set(table["id"])
        assert set(tags["confidence"]) <= {"estimated", "unknown"}  # the project's own mapping is never published
        assert tags["basis"].null_count() == 0 and not tags.select(key, "item").is_duplicated().any()
    sources = set(datasets.policy_sources()["id"])
    assert set(critical_products()["source"]) | set(strategic_fields()["source"]) == sources
