"""The packaged facts lead somewhere: what is controlled reaches products, and what is not known stays graded.

Reachability and certain stops are computed here from the rows themselves, apart from the engine.
"""

from collections import defaultdict
from datetime import date

import kanmon as kn
import polars as pl
import pytest
from kanmon.risk import affected, concentration


@pytest.fixture(scope="module")
def world():
    return kn.load("world")


@pytest.fixture(scope="module")
def kinds(world):
    return dict(world.items.select("id", "kind").iter_rows())


def beyond(start, links):
    """Everything that can be reached from ``start`` over ``links``, without it."""
    seen, left = set(), [start]
    while left:
        for node in links[left.pop()]:
            if node not in seen:
                seen.add(node)
                left.append(node)
    return seen


def downstream(world):
    links = defaultdict(set)
    for item, input in world.inputs.select("item", "input").iter_rows():
        links[input].add(item)
    return links


def upstream(world, rows=None):
    links = defaultdict(set)
    for item, input in (world.inputs if rows is None else rows).select("item", "input").iter_rows():
        links[item].add(input)
    return links


def is_firm():
    """Rows without which nothing of the item is made: no alternative, no degree, no machine that lasts."""
    graded = pl.col("kept_without_high").fill_null(0) > 0
    return pl.col("essential").fill_null(False) & ~graded & (pl.col("role") != "equipment")


def stopped(world, start):
    """Items of which nothing is made for certain once ``start`` stops: a whole requirement is stopped (least fixpoint)."""
    needs = defaultdict(lambda: defaultdict(list))
    for item, input, group, firm in (
        world.inputs.with_columns(firm=is_firm()).select("item", "input", "group", "firm").rows()
    ):
        needs[item][group or f"={input}"].append((input, firm))
    out, before = {start}, None
    while before != len(out):
        before = len(out)
        for item, groups in needs.items():
            if any(all(firm and input in out for input, firm in members) for members in groups.values()):
                out.add(item)
    return out


# Minerals under an export licence, ban or quota at the end of 2026 (Chinese, Indonesian, Congolese and other measures).
CONTROLLED = [
    "aluminium_smelting",
    "antimony_mining",
    "antimony_refining",
    "antimony_unwrought",
    "bauxite_mining",
    "bismuth_refining",
    "chromium_mining",
    "cobalt_mining",
    "cobalt_oxides",
    "copper_mining",
    "copper_refining",
    "dysprosium_refining",
    "dytb_metal",
    "dytb_oxide",
    "erbium_refining",
    "europium_refining",
    "gadolinium_refining",
    "gallium_basket",
    "gallium_primary",
    "germanium_refining",
    "graphite_battery_grade",
    "graphite_natural_mining",
    "holmium_refining",
    "iron_phosphate",
    "lead_mining",
    "lithium_carbonate",
    "lithium_mining",
    "lithium_refining",
    "lutetium_refining",
    "manganese_mining",
    "nickel_mining",
    "nickel_refining",
    "nickel_unwrought",
    "niobium_mining",
    "permanent_magnets_metal",
    "phosphorus_refining",
    "potash_mining",
    "quartz",
    "rare_earths_mining",
    "re_concentrate",
    "re_separation",
    "samarium_refining",
    "scandium_refining",
    "spherical_graphite",
    "steel_scrap",
    "synthetic_graphite",
    "tantalum_mining",
    "tellurium_refining",
    "terbium_refining",
    "thulium_refining",
    "tin_mining",
    "titanium_metal",
    "titanium_minerals_mining",
    "titanium_sponge",
    "tungsten_refining",
    "tungsten_unwrought",
    "ytterbium_refining",
    "yttrium_refining",
    "zinc_mining",
    "indium_refining",
    "molybdenum_mining",
    "platinum_mining",
    "palladium_mining",
]


@pytest.mark.parametrize("mineral", CONTROLLED)
def test_a_controlled_mineral_reaches_a_product(world, kinds, mineral):
    assert any(kinds[item] == "product" for item in beyond(mineral, downstream(world)))


NAMED = ["germanium_refining", "antimony_refining", "bismuth_refining", "indium_refining", "tellurium_refining"]
NAMED += ["tungsten_refining", "graphite_natural_mining", "gallium_primary"]
NAMED += [f"{element}_refining" for element in ("samarium", "gadolinium", "terbium", "dysprosium", "lutetium", "scandium")]
NAMED += [f"{element}_refining" for element in ("yttrium", "holmium", "erbium", "thulium", "europium", "ytterbium")]


@pytest.mark.parametrize("mineral", NAMED)
def test_the_engine_sees_the_products_that_the_rows_lead_to(world, kinds, mineral):
    """Named in the Chinese lists of 2023 to 2025: five metals, graphite, gallium and the seven and five rare earths."""
    hit = set(affected(world, mineral)["item"])
    assert any(kinds[item] == "product" for item in hit)
    assert hit - {mineral} <= beyond(mineral, downstream(world))


def test_most_minerals_reach_a_product_and_the_others_are_kinds_or_baskets(world, kinds):
    links = downstream(world)
    minerals = world.items.filter(pl.col("chains").str.split("|").list.contains("minerals"), kind="mineral")
    lost = {id for id in minerals["id"] if not any(kinds[item] == "product" for item in beyond(id, links))}
    assert lost == {
        "bituminous_coal_basket",  # the HS basket holds thermal coal
        "feldspar_mining",  # a kind of feldspar_nepheline_mining, which reaches glass
        "ilmenite_mining",  # kinds of titanium_minerals_mining
        "rutile_mining",
        "sand_gravel_industrial_mining",  # counted with silica sand by the other source
    }


def test_each_of_the_24_technologies_is_an_item_with_inputs_makers_and_a_product(world, kinds):
    own = world.items.filter(pl.col("chains").str.contains("prior_report_technologies"), pl.col("technology").is_not_null())
    links, needs = downstream(world), upstream(world)
    companies = world.suppliers.filter(kind="company").select(supplier="id")
    made = set(world.shares.join(companies, on="supplier", how="semi")["item"])
    for number in range(1, 25):
        stands = own.filter(pl.col("technology").str.split("|").list.contains(str(number)))["id"].to_list()
        assert any(
            needs[id] and id in made and any(kinds[item] == "product" for item in beyond(id, links) | {id}) for id in stands
        ), number


@pytest.mark.parametrize("product", ["humanoid_robot", "ai_server"])
def test_taiwan_stands_behind_compute_by_firm_needs_alone(world, product):
    rows = world.inputs.filter(is_firm(), pl.col("group").is_null())
    chain = beyond(product, upstream(world, rows))
    assert "advanced_logic_wafer" in chain
    market = world.markets.filter(item="advanced_logic_wafer", scope="world", level="country", preferred=True)
    assert market.filter(supplier="TWN")["share_low"].item() == pytest.approx(0.68)  # TrendForce, 2023: 16/14 nm and below


def test_stopping_titanium_billet_is_certain_for_titanium_forgings(world):
    stop = stopped(world, "ti_billet")
    assert {"ti_forging", "aircraft_structure", "aero_engine_part", "commercial_aircraft"} <= stop
    assert "ni_forging" not in stop
    assert "ti_ni_forging" not in world.items["id"]


def test_heavy_rare_earths_are_an_exposure_of_magnets_and_no_certain_stop(world):
    assert "ndfeb_magnet" in beyond("dytb_oxide", downstream(world))
    assert "ndfeb_magnet" not in stopped(world, "dytb_oxide")
    assert "ndfeb_magnet" in stopped(world, "ndpr_metal")


def test_borates_are_no_certain_need_of_the_humanoid(world):
    """Magnets take less than 0.5 % of the borates (EC study): whoever serves them first has enough without Türkiye."""
    assert "humanoid_robot" not in stopped(world, "boron_mining")
    for row in world.inputs.filter(input="boron_refining").iter_rows(named=True):
        assert row["essential"] is None or row["use_share_high"] <= 0.05, row["item"]
    market = world.markets.filter(item="boron_refining", scope="world", preferred=True, supplier="TUR")
    assert 1 - market["share_high"].item() > 0.045  # what is left is more than ferroboron takes


def test_chromium_of_bearing_steel_is_a_small_use(world):
    row = world.inputs.filter(item="bearing_steel", input="chromium_refining").row(0, named=True)
    assert (row["use_share_low"], row["use_share_high"]) == (0.0, 0.19)  # all alloy steel, EC study 2023
    assert row["confidence"] == "structural" and "EC_CRM2023" in row["note"]


def test_the_uses_of_a_material_are_parts_of_one_demand(world):
    uses = world.inputs.filter(pl.col("use_share_low").is_not_null())
    assert uses.height > 100 and (uses["use_share_low"] <= uses["use_share_high"]).all()
    assert uses.group_by("input").agg(pl.col("use_share_low").sum())["use_share_low"].max() <= 1 + 1e-9
    assert uses["note"].str.contains(r"\((EC_CRM2023|S2_\w+)\)").all()  # the share has a source of its own
    assert "published" not in uses["confidence"].to_list()  # what the EU makes is an estimate of what the world does


def test_an_optional_need_is_a_degree_and_never_a_yes_or_no(world):
    graded = world.inputs.filter(pl.col("kept_without_low").is_not_null())
    assert graded.height > 300
    assert graded["essential"].null_count() == graded.height
    assert graded["kept_without_high"].null_count() == 0
    assert world.inputs.filter(pl.col("essential").is_null()).height == graded.height


def test_scrap_is_a_source_that_needs_no_ore(world):
    """Without ore the recycling input rate goes on, without scrap the rest."""
    ore = world.inputs.filter(item="cobalt_refining", input="cobalt_mining").row(0, named=True)
    scrap = world.inputs.filter(item="cobalt_refining", input="recycled_ni_co").row(0, named=True)
    assert (ore["kept_without_low"], ore["kept_without_high"], ore["source"]) == (0.05, 0.22, "S2_ECGD")
    assert (scrap["kept_without_low"], scrap["kept_without_high"]) == (0.78, 0.95)
    needs, links = upstream(world), downstream(world)
    for secondary in ("secondary_copper", "recycled_pgm", "tungsten_scrap", "recycled_magnet_re"):
        assert not needs[secondary] and all(len(needs[item]) > 1 for item in links[secondary])


def test_dies_presses_and_furnaces_are_equipment(world):
    roles = dict(zip(world.inputs.select("item", "input").rows(), world.inputs["role"], strict=True))
    for item, input in [
        ("closed_die_forging", "forge_die"),
        ("ti_forging", "forge_die"),
        ("die_casting", "casting_die"),
        ("ti_ingot", "var_furnace"),
        ("advanced_logic_wafer", "euv_scanner"),
        ("ball_screw", "thread_grinding_machine"),
        ("separator", "separator_line"),
        ("osat_packaging", "test_equipment"),
    ]:
        assert roles[item, input] == "equipment", (item, input)
    assert roles["arc_melting", "graphite_electrode"] == roles["sic_boule", "isotropic_graphite"] == "input"  # consumed
    assert world.inputs["life_days"].null_count() == world.inputs.height  # no source at hand speaks of a life


def test_each_critical_product_is_an_item_with_what_it_rests_on(world):
    needs = upstream(world)
    tags = kn.datasets.critical_product_items()
    own = {row["product"]: [] for row in tags.iter_rows(named=True)}
    for product, item in tags.select("product", "item").iter_rows():
        own[product].append(item)
    assert set(own) == set(kn.datasets.critical_products()["id"])
    supplied = set(world.shares["item"])
    for product, items in own.items():
        raw = product == "9" and "natural_gas" in supplied  # gas rests on nothing but its wells
        assert raw or any(needs[item] for item in items), product
    assert {"apa_6", "penicillin_g"} <= beyond("beta_lactam_antibiotic", needs)
    assert {"potash_mining", "phosphate_rock_mining", "ammonia_production"} <= beyond("compound_fertiliser", needs)


def test_few_items_have_nobody_named_and_each_says_why(world):
    """Named is: a row of a country or company, in any scope; of a list of makers too."""
    needs, links = upstream(world), downstream(world)
    products = [id for id, kind in world.items.select("id", "kind").iter_rows() if kind == "product" and not links[id]]
    chain = set(products).union(*(beyond(id, needs) for id in products if needs[id]))
    aggregates = world.suppliers.filter(kind="aggregate")["id"].to_list()
    named = set(world.shares.filter(~pl.col("supplier").is_in(aggregates))["item"])
    nobody = world.items.filter(pl.col("id").is_in(chain - named))
    assert nobody.height <= 60 < 500 < len(chain)
    assert nobody["note"].str.contains("nobody is named: ").all()
    assert not world.items.filter(pl.col("id").is_in(named))["note"].str.contains("nobody is named").any()


def test_the_year_is_the_year_of_the_fact(world):
    rows = world.shares.filter(year=2026)
    assert set(rows["source"]) == {"S_OWNER"}  # deliveries of the first half of 2026
    undated = world.shares.filter(pl.col("note").str.contains("the year of the figure is not stated"))
    assert undated["year"].null_count() == undated.height > 15


def test_a_stale_figure_says_so_where_it_is_preferred(world):
    frame = concentration(world, on="2026-11-24").filter(pl.col("preferred"))
    assert frame.filter(pl.col("year") <= 2020)["stale"].all()
    assert not frame.filter(pl.col("year") >= 2021)["stale"].any()
    today = concentration(world)
    assert today["age"].max() == date.today().year - today["year"].min()


def test_a_weak_page_is_not_preferred_over_the_casting_census(world):
    row = world.markets.filter(item="castings_all", scope="world", level="country", preferred=True).row(0, named=True)
    assert (row["source"], row["year"]) == ("S_CEN2018", 2018)


def test_what_was_found_wrong_is_gone(world):
    def rows(item, supplier, source):
        return world.shares.filter(item=item, supplier=supplier, source=source)

    for item, supplier, source in [
        ("li_ion_cell", "catl", "S_ATLAS"),
        ("cobalt_refining", "CHN", "S_BAT22"),
        ("planetary_roller_screw", "CHE", "S_ACTNOTE"),
        ("sic_substrate", "wolfspeed", "S_SICOLD"),
        ("harmonic_reducer", "nabtesco", "S_CHOKE"),
        ("harmonic_reducer", "wittenstein", "S_CHOKE"),
        ("edge_ai_soc", "nvidia", "S_ATLAS"),
        ("frameless_torque_motor", "maxon", "S_ATLAS"),
    ]:
        assert rows(item, supplier, source).is_empty(), (item, supplier)
    assert rows("edge_ai_soc", "nvidia", "KANMON_MAKERS").height == 1
    assert rows("li_ion_cell", "catl", "S2_SNE25")["share"].item() == 0.392
    assert rows("reactor_vessel_forging", "mhi", "KANMON_MAKERS").is_empty()
    nationality = world.shares.filter(item="graphite_electrode", source="S_GE")["measure"]
    assert nationality.str.contains("nationality").all()


def test_ukraine_is_not_called_a_source_of_neon_today(world):
    ukraine = world.shares.filter(pl.col("source").is_in(["S2_NEON22"]))
    assert set(ukraine["confidence"]) == {"unknown"} and ukraine["note"].str.contains("stopped in March 2022").all()
    preferred = world.markets.filter(pl.col("item").is_in(["neon_production", "krypton_production"]), preferred=True)
    assert not preferred["source"].is_in(["S2_NEON22"]).any()


def test_a_basket_of_american_imports_says_what_else_it_covers(world):
    rows = world.shares.filter(source="US_CENSUS_2024_CONS")
    assert set(rows["scope"]) == {"USA"} and rows["item"].n_unique() > 90
    baskets = rows.filter(measure="imports (value), HS basket")["item"].unique()
    notes = world.items.filter(pl.col("id").is_in(baskets.implode()))["note"]
    assert notes.str.contains("a basket: ").all()
    for view in rows.partition_by("item"):  # the total of an item is the sum of its origins, the small ones together
        assert view.filter(supplier="OTHER")["missing"].to_list() in (["residual"], [])


def test_a_code_that_covers_more_than_the_item_is_a_basket_in_the_american_imports_too(world):
    marked = world.items.filter(pl.col("note").str.contains("HS basket: "))["id"].to_list()
    rows = world.shares.filter(source="US_CENSUS_2024_CONS")
    exact = set(rows.filter(measure="imports (value)")["item"])
    assert len(exact) > 30 and not exact & set(marked)
    # Codes whose heading says what else they hold, or that only a part of the item falls under.
    wider = {"silicon_solar_cell", "foundry_pig_iron", "sem_tem", "hydrogen_fluoride", "titanium_oxide"}
    narrower = {"stainless_steel", "ammonium_phosphate", "caustic_soda", "high_speed_steel", "refractory"}
    assert not exact & (wider | narrower)
    assert world.items.filter(pl.col("id").is_in(wider | narrower))["hs6"].null_count() == 0  # a parts list finds them yet


def test_more_than_and_almost_all_are_bounds_and_no_exact_shares(world):
    told = pl.concat_str("measure", "note", separator=" ", ignore_nulls=True)
    words = r"(?i)\bover \d|more than \d|nearly 100|almost all|[>≥] ?\d|\d割以上|ほぼ100"
    rows = world.shares.filter(told.str.contains(words) & ~told.str.contains("average over"))
    rows = rows.filter(pl.col("missing").is_null() & pl.col("quantity").is_null())
    assert {"euv_mask_inspection", "titanium_metal", "cmp_pad", "apa_6"} <= set(rows["item"])
    assert rows["share"].null_count() == rows.height and rows["share_low"].null_count() == 0


def test_makers_of_memory_do_not_hang_on_the_shares_of_contract_makers(world):
    """A foundry makes chips for others; DRAM and flash come out of their makers' own plants."""
    contract = set(world.shares.filter(pl.col("measure").str.starts_with("foundry"))["item"])
    assert contract == {"advanced_logic_wafer", "foundry_service", "mature_logic_wafer"}
    for chip in ("dram_chip", "nand_flash", "image_sensor"):
        assert contract.isdisjoint(beyond(chip, upstream(world))), chip
        assert "wafer_fab" in upstream(world)[chip]


def test_uranium_leads_to_fuel_and_no_row_claims_a_share_of_the_world(world):
    chain = ["uranium_mining", "uf6", "enriched_uranium", "nuclear_fuel"]
    for input, item in zip(chain, chain[1:], strict=False):
        assert input in upstream(world, world.inputs.filter(is_firm()))[item]
    figures = world.shares.filter(pl.col("item").is_in(chain) & pl.col("missing").is_null())
    assert set(figures["scope"]) == {"USA"} and set(figures["source"]) == {"US_CENSUS_2024_CONS"}
    # Makers whom no source names stand nowhere.
    named = world.shares.filter(pl.col("item").is_in(["uranium_mining", "enriched_uranium", "nuclear_fuel"]))
    assert set(named["source"]) == {"US_CENSUS_2024_CONS"}
    # Concentrate is declared as ore (HS 261210) or as a compound (284410): the first alone would say Australia 83 %.
    mined = dict(figures.filter(item="uranium_mining").select("supplier", "quantity").iter_rows())
    assert mined["CAN"] == 7_749_499 + 1_247_274_455 and mined["AUS"] == 431_694_110
    # US imports for consumption 2024 of HS 284420, in dollars: Russia over all origins.
    enriched = figures.filter(item="enriched_uranium", supplier="RUS")["quantity"].item()
    total = world.shares.filter(item="enriched_uranium", source="US_CENSUS_2024_CONS")["quantity"].sum()
    assert enriched / total == pytest.approx(0.1363, abs=5e-5)


def test_a_page_that_copies_or_quotes_a_publisher_is_never_rated_high(world):
    """`via` or two publishers in one cell: the publisher's own text was not opened."""
    second = world.sources.filter(pl.col("publisher").str.contains(r"(?i)\bvia\b|repost|copy|quoting"))
    assert second.height > 20
    checked = {"S2_VDW21", "S2_SNE25"}  # the publisher's own page
    assert set(second.filter(reliability="high")["id"]) <= checked
    rated = dict(world.sources.select("id", "reliability").iter_rows())
    assert (rated["S_IEA25X"], rated["S_IEA24"], rated["S_BNEF22"]) == ("medium", "medium", "low")
    lost = world.sources.filter(pl.col("note").str.contains("nobody can look the figure up"))
    assert lost.height >= 9 and set(lost["reliability"]) == {"low"} and lost["url"].null_count() == lost.height


def test_what_nobody_can_look_up_is_low_whoever_is_said_to_have_written_it(world):
    """A bank, a survey or a newspaper that a lost page names does not make its figure one that can be checked."""
    own = pl.col("publisher").str.starts_with("Kanmon")
    lost = world.sources.filter(pl.col("url").is_null() & ~own)
    assert {"S_GSMLCC", "S_ROBOTNIK", "S_MCK", "S2_MEOH17", "S2_KUREHA"} <= set(lost["id"])
    assert set(lost["reliability"]) <= {"low", "unverified"}
    cited = world.shares.filter(pl.col("source").is_in(lost["id"].implode()))
    assert cited.height and "published" not in set(cited["confidence"])


def test_a_ranking_without_its_first_makers_is_no_market(world):
    """Of SiC substrates before 2023 two makers are superseded: the rest alone would make a small one the largest."""
    assert world.shares.filter(item="sic_substrate", source="S_SICOLD").is_empty()
    first = world.markets.filter(item="sic_substrate", scope="world", level="company", preferred=True)
    assert first["supplier"][0] == "wolfspeed" and first["year"][0] == 2024


def test_what_public_pages_say_of_strain_wave_gears_gives_no_sure_share(world):
    """Four pages, from a fifth to 85 %, and no primary figure: the range of all, for none bounds what the others say."""
    row = world.markets.filter(item="harmonic_reducer", scope="world", level="company", preferred=True, supplier="hds")
    assert row.select("share_low", "share_high").row(0) == (0.2, 0.85)
    told = world.shares.filter(item="harmonic_reducer", supplier="hds", source="S_TRACKR").row(0, named=True)
    assert (told["share"], told["confidence"]) == (0.85, "unknown")


def test_a_figure_of_one_grade_is_not_the_market_of_all_grades(world):
    """Solder resist for chip packages is a part of what circuit boards need: told in the note, never counted."""
    rows = world.shares.filter(item="solder_resist").filter(pl.col("missing").is_null())
    assert rows.is_empty()
    assert "90 % of solder resist for IC packages" in world.items.filter(id="solder_resist")["note"].item()
