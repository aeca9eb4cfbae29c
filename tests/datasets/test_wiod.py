"""The packaged country-industry network is whole and says where it comes from."""

import polars as pl
from kanmon import datasets


def test_every_delivery_is_between_industries_that_exist():
    flows, sectors = datasets.wiod_flows(), datasets.wiod_sectors()
    assert (flows.height, sectors.height, sectors["country"].n_unique(), sectors["industry"].n_unique()) == (
        121_399,
        1_435,
        41,
        35,
    )
    ids = sectors["id"].implode()
    assert flows.select(pl.col("supplier", "buyer").is_in(ids).all()).row(0) == (True, True)
    assert flows["value"].min() == 10
    assert sectors.select(pl.col("name_en", "name_ja").null_count()).row(0) == (0, 0)


def test_what_is_delivered_and_used_is_what_is_made():
    """The table's own identity: output = deliveries + final demand, but for the flows left out and rounding."""
    sold = datasets.wiod_flows().group_by("supplier").agg(pl.col("value").sum())
    table = (
        datasets.wiod_sectors()
        .join(sold, left_on="id", right_on="supplier", how="left")
        .with_columns(pl.col("value").fill_null(0))
    )
    used = table.select(pl.col("value", "final_demand", "output").sum()).row(0, named=True)
    assert 0.99 < (used["value"] + used["final_demand"]) / used["output"] <= 1
    assert (table["value"] + table["final_demand"] <= table["output"] * 1.001 + 50).all()


def test_the_source_names_a_licence():
    assert set(datasets.wiod_sectors()["source"]) == set(datasets.wiod_sources()["id"])
    assert datasets.wiod_sources()["licence"].to_list() == ["CC BY 4.0"]
