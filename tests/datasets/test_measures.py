"""Measures in force: dated, sourced, and no surer than what could be verified."""

import importlib
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.datasets import country_groups, designated_goods, load, measure_sources, measures, rechecks
from kanmon.graph import InputError, SupplyGraph
from kanmon.graph.schema import SCHEMA


def status(id, on):
    found = measures(on).filter(id=id)
    return found["status"].item() if found.height else None


def test_the_rows_fit_the_schema_and_name_items_of_the_world():
    world, table = load("world"), SCHEMA["measures"].names
    rows = measures().select(table).with_columns(pl.col("since", "until", "checked").cast(pl.String))
    graph = SupplyGraph(items=world.items.with_columns(variant_of=None), measures=rows, sources=measure_sources())
    assert graph.measures.height == 136


@pytest.mark.parametrize(
    ("id", "days"),
    [
        ("CHN-2024-046-GA", {"2024-12-02": None, "2025-11-08": "in_force", "2025-11-09": "suspended"}),
        ("CHN-2024-046-GA", {"2026-11-27": "suspended", "2026-11-28": "unknown"}),
        ("CHN-2025-057-HO", {"2025-11-07": None, "2025-11-08": "suspended", "2026-11-24": "unknown"}),
        ("COD-2025-CO-BAN", {"2025-03-01": "in_force", "2025-10-16": None}),
        ("ZWE-2027-LI", {"2026-12-31": None, "2027-01-01": "unknown"}),
        ("RUS-2024-TI", {"2026-11-24": None}),
        ("ZAF-2025-CR", {"2026-11-24": "in_force"}),
        ("CHN-2026-JPN-DEFACTO", {"2026-11-24": "unknown"}),
    ],
)
def test_the_status_is_that_of_the_day(id, days):
    assert {day: status(id, day) for day in days} == days


@settings(max_examples=40, deadline=None)
@given(st.dates(date(2012, 1, 1), date(2030, 1, 1)))
def test_nothing_applies_outside_its_period_or_is_only_announced(day):
    found = measures(day)
    # What renews older acts applied from their first day on.
    first = pl.min_horizontal("since", "renews_from")
    assert found.filter((first > day) | (pl.col("until") < day)).is_empty()
    assert set(found["status"]) <= {"in_force", "suspended", "unknown"}
    assert found["id"].is_unique().all()


@pytest.mark.parametrize(
    ("second", "days"),
    [
        (("2026-11-28", "2027-11-27"), {"2025-11-08": "in_force", "2026-11-27": "suspended", "2026-11-28": "suspended"}),
        (("2026-12-24", "2027-11-27"), {"2026-11-28": "unknown", "2026-12-24": "suspended", "2027-11-28": "unknown"}),
        (("2025-01-01", "2025-01-31"), {"2025-01-15": "suspended", "2025-02-01": "unknown", "2025-11-09": "suspended"}),
    ],
    ids=["renewed", "after a gap", "an earlier one"],
)
def test_a_measure_that_two_acts_suspend_is_one_row_with_the_status_of_the_day(monkeypatch, second, days):
    """While any of them runs it is suspended; a control that stood twice would be counted, and cut, twice."""
    module = importlib.import_module("kanmon.datasets.restrictions")
    packaged = module.packaged

    def with_another(name, table):
        found = packaged(name, table)
        if table != "suspensions":
            return found
        return pl.concat([found, pl.DataFrame({"suspension": ["OTHER"], "measure": ["CHN-2024-046-GA"]})])

    monkeypatch.setattr(module, "packaged", with_another)
    since, until = second
    other = {"id": "OTHER", "issuer": "CHN", "kind": "suspension", "source": "s", "since": since, "until": until}
    for day, expected in days.items():
        found = measures(day, also=[other]).filter(id="CHN-2024-046-GA")
        assert found["status"].to_list() == [expected], day


def test_no_status_looks_surer_than_what_was_seen():
    """Everything was checked before the compilation; what must be looked up again says from when."""
    assert measures()["checked"].unique().to_list() == [date(2026, 7, 31)]
    unknown = measures("2026-11-24").filter(pl.col("status") == "unknown", pl.col("id").str.starts_with("CHN-2025-05"))
    assert set(unknown["recheck"]) == {date(2026, 11, 10)}
    assert rechecks()["date"].is_sorted()


def test_every_row_has_a_source():
    sources = set(measure_sources()["id"])
    for frame in (measures(), country_groups(), designated_goods()):
        assert set(frame["source"]) <= sources


def test_a_membership_ends_with_its_last_day():
    korea = country_groups().filter(group="JPN_GROUP_A", country="KOR")["until"].drop_nulls().item()
    members = [set(country_groups(day).filter(group="JPN_GROUP_A")["country"]) for day in (korea, korea + timedelta(1))]
    assert members[0] - members[1] == {"KOR"}
    assert country_groups("2026-11-24").filter(group="JPN_GROUP_A").height == 27


def test_designated_goods_have_their_orders_and_known_items():
    goods = designated_goods()
    assert goods.filter(type="good")["order"].null_count() == 0
    assert set(goods["items"].explode().drop_nulls()) <= set(load("world").items["id"])
    assert designated_goods("2026-11-24").height == 17


def test_a_day_that_is_none_is_refused():
    for function in (measures, country_groups, designated_goods):
        with pytest.raises(InputError, match="2026-01-31"):
            function("tomorrow")


def test_the_packaged_tables_are_what_the_build_makes_of_the_facts(monkeypatch):
    scripts = Path(__file__).parents[2] / "scripts"
    monkeypatch.syspath_prepend(scripts)
    build = importlib.import_module("build_measures").build
    for name, content in build().items():
        assert (scripts.parent / "datasets" / "data" / name).read_bytes() == content, name


@pytest.mark.parametrize("cell", ["soon", "06/05/2024", "2024"])
def test_a_further_measure_whose_day_is_none_is_refused_and_not_taken_as_begun(cell):
    with pytest.raises(InputError, match="since"):
        measures("2026-11-24", also=pl.DataFrame({"id": ["m"], "kind": ["export_ban"], "since": [cell]}))


@pytest.mark.parametrize("cell", ["2030-05-06", "2030-05-06 00:00:00", date(2030, 5, 6), datetime(2030, 5, 6, 9)])
def test_a_further_measure_that_begins_later_is_left_out_however_its_day_is_written(cell):
    further = pl.DataFrame({"id": ["m"], "kind": ["export_ban"], "since": [cell], "status": ["in_force"]})
    assert "m" not in measures("2029-12-31", also=further)["id"]
    assert "m" in measures("2030-05-06", also=further)["id"]


def test_the_bans_of_the_usgs_table_name_what_the_table_names():
    """Table of export controls of the Mineral Commodity Summaries 2026: as far as an item of the world fits its words."""
    table = {
        "LAO": "copper gold iron_ore nickel potash silver zinc",
        "VNM": "chromium iron_ore lead manganese phosphate_rock rare_earths zinc",
        "VEN": "bauxite copper gold niobium silver tantalum tin",
        "NAM": "cobalt graphite_natural lithium manganese rare_earths",
        "TZA": "copper nickel",
    }
    rows = measures().filter(source="S_USGS26", kind="export_ban")
    for country, words in table.items():
        named = rows.filter(issuer=country)["item"].str.split("|").explode()
        assert sorted(named) == [f"{word}_mining" for word in words.split()], country


def test_no_note_counts_from_a_day_that_it_does_not_name():
    notes = measures()["note"].drop_nulls()
    assert notes.filter(notes.str.contains("compilation")).is_empty()


def test_a_measure_that_renews_older_acts_applied_from_their_day_on_without_a_gap():
    act = {"id": "X-2", "issuer": "CHN", "kind": "export_licence", "source": "s", "item": "tungsten_refining"}
    act |= {"since": "2026-01-01", "until": "2027-12-31", "status": "in_force"}
    days = ("2023-12-31", "2024-01-01", "2025-12-31", "2026-01-01", "2027-12-31", "2028-01-01")

    def running(**more):
        return [measures(day, also=[act | more]).filter(id="X-2").height for day in days]

    assert running() == [0, 0, 0, 1, 1, 0]
    assert running(renews_from="2024-01-01") == [0, 1, 1, 1, 1, 0]
    assert running(renews_from="2026-06-01") == [0, 0, 0, 1, 1, 0], "it is never younger than itself"
    bundled = measures().filter(pl.col("note").str.contains("renews the regime of 2024-2025"))
    assert bundled.height == 3 and set(bundled["renews_from"].dt.year()) == {2024}


@pytest.mark.parametrize(
    ("id", "item"),
    [
        ("CHN-2025-018-SM", "smco_magnet"),
        ("CHN-2025-018-MAG", "smco_magnet"),
        ("USA-2027-DFARS-MAG", "smco_magnet"),
        ("RUS-2022-WSCRAP", "tungsten_scrap"),
        ("RUS-2024-U", "enriched_uranium"),
        ("USA-2024-RU-U", "enriched_uranium"),
        ("USA-2024-BIS-HBM", "hbm_stack"),
        ("USA-2026-11002", "ai_accelerator"),
        ("NLD-2024-SME", "duv_scanner"),
    ],
)
def test_a_measure_reaches_the_item_that_its_words_name(id, item):
    row = measures().filter(id=id).row(0, named=True)
    assert item in row["item"].split("|") and "no item" not in (row["note"] or "")
