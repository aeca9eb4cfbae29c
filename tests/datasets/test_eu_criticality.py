"""The Commission's published scores, as they were published."""

import kanmon as kn
import polars as pl
from kanmon.datasets import eu_criticality, eu_criticality_sources


def test_the_scores_of_2023_give_the_published_list():
    """Study 2023: 34 critical raw materials, of which copper and nickel are listed as strategic, below the threshold."""
    frame = eu_criticality().filter(year=2023)
    critical = set(frame.filter(pl.col("critical"))["material"])
    assert len(critical) == 32 and not {"Copper", "Nickel"} & critical
    assert {"Gallium", "Germanium", "HREEs", "LREEs", "PGMs", "Coking coal", "Helium", "Phosphate rock"} <= critical
    assert frame.filter(material="HREEs").select("supply_risk", "economic_importance").row(0) == (5.1, 4.2)


def test_before_the_thresholds_were_stated_nothing_is_called_critical():
    frame = eu_criticality()
    assert frame.filter(pl.col("year") < 2017)["critical"].null_count() == frame.filter(pl.col("year") < 2017).height
    assert set(frame["year"]) == {2011, 2014, 2017, 2020, 2023}
    assert not frame.select("material", "year").is_duplicated().any()
    assert not frame["material"].str.contains("\n").any()


def test_materials_lead_to_items_of_the_bundled_data():
    frame = eu_criticality().explode("items")
    ids = set(kn.load("world").items["id"])
    assert set(frame["items"].drop_nulls()) <= ids
    assert set(eu_criticality().filter(pl.col("items").list.len() == 0)["material"]) == {"Aggregates"}
    heavy = eu_criticality().filter(material="HREEs", year=2023)["items"].item().to_list()
    assert {"dysprosium_refining", "yttrium_mining"} <= set(heavy)
    assert set(frame["source"]) == set(eu_criticality_sources()["id"])
