"""The packaged world tables: published numbers come out, and what is not known stays not known."""

from pathlib import Path

import kanmon as kn
import polars as pl
import pytest
from kanmon.datasets import verify


@pytest.fixture(scope="module")
def world():
    return kn.load("world")


def share(graph, item, supplier, year, source="USGS_MCS2026"):
    """Quantity over the stated world total, from the packaged rows alone."""
    rows = graph.shares.filter(item=item, year=year, source=source).filter(pl.col("measure").str.starts_with("production"))
    quantity = dict(rows.select("supplier", "quantity").rows())
    return quantity[supplier] / quantity["WORLD"]


# U.S. Geological Survey, Mineral Commodity Summaries 2026 (data release of 2026-02-06), world production tables.
@pytest.mark.parametrize(
    ("item", "supplier", "year", "published"),
    [
        ("gallium_primary", "CHN", 2024, 0.989),
        ("cobalt_mining", "COD", 2025, 0.74),
        ("nickel_mining", "IDN", 2025, 0.67),
        ("rare_earths_mining", "CHN", 2024, 0.71),
    ],
)
def test_a_published_share_comes_out_of_the_packaged_rows(world, item, supplier, year, published):
    assert share(world, item, supplier, year) == pytest.approx(published, abs=0.005)


# International Energy Agency, Critical Minerals Data Explorer (May 2025 edition), base year 2024.
def test_the_iea_shares_stand_beside_the_usgs_shares(world):
    assert share(world, "cobalt_mining", "COD", 2024, "IEA_CMDE2025") == pytest.approx(0.6651, abs=1e-4)
    assert share(world, "cobalt_mining", "COD", 2024) != share(world, "cobalt_mining", "COD", 2024, "IEA_CMDE2025")


# European Commission, Study on the critical raw materials for the EU 2023, annexes.
def test_a_share_of_the_ec_study_is_a_fraction_and_less_than_a_tenth_of_a_percent_a_bound(world):
    ec = world.shares.filter(source="EC_CRM2023")
    assert ec.filter(item="tungsten_mining", supplier="CHN")["share"].item() == 0.826
    bounds = ec.filter(pl.col("share").is_null())
    assert bounds.height == 513
    assert bounds.select("share_low", "share_high").unique().row(0) == (0, 0.001)


def test_no_item_hangs_in_the_air_and_nothing_needs_itself(world):
    assert {note.code for note in world.notes} <= {"sum_rounded", "no_total"}  # no cycle, no self input
    assert not verify("world")


def test_the_neodymium_of_a_torque_motor_reaches_rare_earth_mining_by_country(world):
    chain = world.upstream("frameless_torque_motor")
    path = ["ndfeb_magnet", "ndfeb_alloy", "ndpr_metal", "ndpr_oxide", "re_separation", "rare_earths_mining"]
    assert set(path) <= set(chain.items["id"])
    mined = chain.shares.filter(item="rare_earths_mining", source="USGS_MCS2026", year=2025)
    assert {"CHN", "USA", "AUS", "MMR"} <= set(mined["supplier"])
    assert "frameless_torque_motor" in world.upstream("humanoid_robot").items["id"].to_list()


def test_a_refined_metal_needs_its_ore(world):
    ids = set(world.items["id"])
    needs = set(world.inputs.select("item", "input").rows())
    pairs = [(id, id.replace("_refining", "_mining")) for id in ids if id.endswith("_refining")]
    pairs = [(refined, mined) for refined, mined in pairs if mined in ids and refined in {i for i, _ in needs}]
    assert len(pairs) > 30
    assert [pair for pair in pairs if pair not in needs] == []


def test_alternatives_are_groups_and_not_requirements(world):
    def groups(item):
        rows = world.inputs.filter(item=item, essential=True).filter(pl.col("group").is_not_null())
        return {group: set(rows.filter(group=group)["input"]) for group in rows["group"].unique()}

    assert groups("rotary_actuator") == {"reducer_rotary": {"harmonic_reducer", "planetary_reducer", "rv_reducer"}}
    assert groups("aluminium_casting") == {
        "route": {"cast_ndt", "die_casting"},
        "metal": {"aluminium_smelting", "secondary_aluminium"},
        "melting": {"crucible_melting", "induction_melting"},
    }
    assert groups("gan_device") == {"substrate": {"gan_substrate", "sic_substrate", "si_wafer"}}
    assert groups("joint_encoder") == {"encoder_type": {"tmr_gmr_sensor", "optical_encoder_disc"}}
    assert groups("wind_generator") == {"generator_type": {"ndfeb_magnet", "wound_rotor"}}
    assert groups("ev_traction_motor") == {"rotor_type": {"ndfeb_magnet", "wound_rotor"}}
    assert groups("re_dopant") == {"dopant": {"dytb_oxide", "holmium_refining", "yttrium_refining"}}


def test_a_cupola_melts_iron_only(world):
    routes = world.inputs.filter(group="melting").group_by("item").agg(pl.col("input"))
    melting = {item: set(inputs) for item, inputs in routes.iter_rows()}
    assert {item for item, inputs in melting.items() if "cupola_melting" in inputs} == {
        "iron_casting",
        "ductile_iron_casting",
    }
    assert {item for item, inputs in melting.items() if "arc_melting" in inputs} == {"steel_casting"}


def test_what_only_one_kind_needs_is_asked_of_that_kind_only(world):
    assert "mg_treatment_alloy" in world.upstream("ductile_iron_casting").items["id"].to_list()
    for item in ("aluminium_casting", "steel_casting", "copper_casting"):
        assert "mg_treatment_alloy" not in world.upstream(item).items["id"].to_list()
    graded = "essential", "kept_without_low", "kept_without_high"
    for item, input in (("ndfeb_alloy", "dytb_metal"), ("magnet_coating", "gbd")):
        assert world.inputs.filter(item=item, input=input).select(graded).row(0) == (None, 0.0, 1.0)


def test_approved_sponge_is_a_kind_of_sponge_and_not_made_of_it(world):
    assert world.item("ti_sponge_aero")["variant_of"] == "titanium_sponge"
    assert "titanium_sponge" not in world.inputs.filter(item="ti_sponge_aero")["input"].to_list()


def test_withheld_excluded_and_residual_rows_stay_typed(world):
    usa = world.shares.filter(item="lithium_mining", supplier="USA", source="USGS_MCS2026", year=2025)
    assert usa.select("measure", "missing", "quantity").row(0) == ("production, excluding USA", "excluded", None)
    withheld = world.shares.filter(item="boron_mining", supplier="USA", source="USGS_MCS2026")
    assert withheld["missing"].unique().to_list() == ["withheld"]
    others = world.shares.filter(item="copper_mining", supplier="OTHER", source="USGS_MCS2026")
    assert others["missing"].unique().to_list() == ["residual"] and others["quantity"].null_count() == 0
    figures = pl.any_horizontal(pl.col("share", "share_low", "share_high", "quantity").is_not_null())
    typed = world.shares.filter(pl.col("missing").is_not_null() & (pl.col("missing") != "residual"))
    assert typed.filter(figures).is_empty()


def test_a_view_whose_total_leaves_a_country_out_says_so(world):
    said = world.shares.filter(pl.col("measure").str.contains(", excluding "))
    for view in said.partition_by("item", "measure", "year", "source"):
        for country in view["measure"][0].split(", excluding ")[1].split(", "):
            assert view.filter(supplier=country)["missing"].to_list() == ["excluded"], view["item"][0]


def test_no_share_is_made_where_the_source_gives_no_world_total(world):
    for item in ("boron_mining", "kyanite_mining", "iron_oxide_pigments_mining", "mica_sheet_mining"):
        rows = world.shares.filter(item=item, measure="production")
        assert rows.height and rows["quantity"].null_count() == rows.height, item


def test_a_total_below_the_sum_of_its_rows_is_left_out_and_said(world):
    rows = world.shares.filter(item="zirconium_mining", year=2025)
    assert "WORLD" not in rows["supplier"].to_list()
    assert rows["note"].str.contains("the rows sum to 1243 and the source states 1200").all()


def test_rows_that_a_source_splits_are_added_up(world):
    row = world.shares.filter(item="helium_production", supplier="USA", year=2023)
    assert row["quantity"].item() == 82  # 64 from natural gas and 18 from the Cliffside field


def test_less_than_half_a_unit_is_a_bound(world):
    row = world.shares.filter(item="helium_production", supplier="ZAF", year=2025)
    assert row.select("share", "share_low", "confidence").row(0) == (None, 0.0, "estimated")
    assert row["share_high"].item() == pytest.approx(0.5 / 190)


def test_a_basket_of_the_customs_tariff_stays_a_basket(world):
    imports = world.shares.filter(measure="imports (value)", scope="JPN")
    assert imports["item"].n_unique() == 30 and set(imports["year"]) == {2022, 2024}
    baskets = {
        "gallium_basket",
        "rare_gases_basket",
        "bituminous_coal_basket",
        "permanent_magnets_metal",
        "titanium_unwrought",
    }
    assert baskets <= set(imports["item"])
    kinds = world.items.filter(pl.col("variant_of").is_in(baskets))["id"]
    assert "gallium_primary" in kinds.to_list()
    assert imports.filter(pl.col("item").is_in(kinds.implode())).is_empty()
    notes = world.items.filter(pl.col("id").is_in(baskets))["note"]
    assert notes.str.contains("HS basket").all()


def test_drafted_and_unconfirmed_rows_never_look_published(world):
    drafted = ["S_AHR", "S_BRIEF", "S_JIA"]
    named = world.shares.filter(source="KANMON_MAKERS")
    named = named.filter(pl.col("note").str.contains(r"named in (S_AHR|S_BRIEF|S_JIA|S2_KNOW):"))
    assert named.height > 100
    for rows in (world.shares.filter(pl.col("source").is_in(drafted)), named):
        assert set(rows["confidence"]) == {"unknown"}
    reliability = dict(world.sources.select("id", "reliability").rows())
    assert reliability["S_BRIEF"] == "unverified" and reliability["S_AHR"] == reliability["S_JIA"] == "low"
    low = [id for id, level in reliability.items() if level in {"low", "unverified"} and id != "KANMON_MAKERS"]
    assert "published" not in world.shares.filter(pl.col("source").is_in(low))["confidence"].to_list()


def test_figures_collected_by_a_language_model_are_said_and_not_counted(world):
    rows = world.shares.filter(source="S_JIA")
    assert set(rows["missing"]) == {"not_reported"}
    assert rows["note"].str.contains("not counted|not used").all()


def test_engineering_knowledge_gives_no_figure(world):
    rows = world.shares.filter(pl.col("source").is_in(["S_GEN", "KANMON_LINK", "KANMON_MAKERS", "S2_KNOW"]))
    assert rows.select(pl.col("share", "share_low", "share_high", "quantity").is_not_null().any()).row(0) == (False,) * 4
    for source in ("KANMON_LINK", "S2_KNOW"):
        rows = world.inputs.filter(source=source)
        assert rows["confidence"].unique().to_list() == ["structural"]
        assert set(rows["kept_without_low"].drop_nulls()) <= {0.0} and set(rows["kept_without_high"].drop_nulls()) <= {1.0}
        assert rows["quantity"].null_count() == rows["life_days"].null_count() == rows.height
    recalled = world.sources.filter(id="S2_KNOW").row(0, named=True)
    assert (recalled["reliability"], recalled["date"]) == ("unverified", "2026-11")


def test_nothing_under_a_licence_that_forbids_business_use_is_packaged(world):
    assert not world.sources["licence"].str.contains(r"\bNC\b|(?i)non.?commercial").any()
    assert not world.sources["id"].str.contains("ETO").any()


def test_no_projection_is_packaged(world):
    assert world.shares["year"].max() <= 2026
    assert world.shares.filter(source="S_IEA24")["year"].unique().to_list() == [2023]


def test_a_maker_without_a_figure_is_a_supplier_of_unknown_share(world):
    rows = world.shares.filter(measure="makers named")
    assert set(rows["missing"]) == {"not_reported"}
    assert {"hds", "nidec_dt", "leaderdrive"} <= set(rows.filter(item="harmonic_reducer")["supplier"])
    assert rows["source"].unique().to_list() == ["KANMON_MAKERS"]  # one list: no maker looks like the only one
    ids = rows["note"].str.extract(r"^named in (\w+): ")
    assert set(ids) <= set(world.sources["id"])


def test_a_joint_share_bounds_each_member(world):
    rows = world.shares.filter(item="mlcc", source="S_MLCC18")
    assert rows.select("supplier", "share_low", "share_high").rows() == [
        ("murata", 0.0, 0.6),
        ("semco", 0.0, 0.6),
        ("taiyo", 0.0, 0.6),
    ]


def test_every_tag_is_a_dataset_and_every_name_stands_in_both_languages(world):
    tags = set(world.items["chains"].str.split("|").explode())
    assert tags == set(kn.datasets.catalogue()["name"]) - {"world"}
    assert world.items["name_ja"].null_count() == world.suppliers["name_ja"].null_count() == 0
    assert (
        world.items["name_ja"].str.contains(r"[\p{Han}\p{Katakana}\p{Hiragana}]|・|^(LiDAR|LiPF6|DRAM|HDD|HCFC-142b)$").all()
    )


def test_a_company_stands_in_its_country(world):
    companies = world.suppliers.filter(kind="company")
    assert companies.filter(pl.col("country").is_null())["id"].to_list() == [
        "crystal_photonics",
        "quantum_solutions",
        "realsense",
        "ziegler",
    ]
    assert companies["note"].str.contains("headquarters").all()
    assert set(world.suppliers.filter(parent="ziegler")["id"]) == {"gsa", "rollvis"}


def test_every_row_of_the_hand_made_tables_says_why():
    tables = sorted((Path(__file__).parents[2] / "scripts" / "world").glob("*.csv"))
    assert len(tables) > 10
    tables += [Path(__file__).parents[2] / "scripts" / "facts" / "connections" / "companies.csv"]
    for table in tables:
        if not table.name.endswith("sources.csv"):
            assert pl.read_csv(table, infer_schema=False, encoding="utf8")["basis"].null_count() == 0, table.name
