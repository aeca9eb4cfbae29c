"""A study: the same figures as the functions that it calls, joined with names, and safe to write."""

import math
from datetime import datetime

import kanmon as kn
import openpyxl
import polars as pl
import pytest
from kanmon.graph import InputError, ReadError, UnknownIdError
from kanmon.risk import (
    Scenario,
    embargo,
    halt,
    reduce,
    simulate,
    stockpile,
    timeline,
    timeline_summary,
    uncertainty,
)

ASKED = [Scenario("halt", halt("CHN")), Scenario("embargo", embargo("CHN", to="JPN"))]


@pytest.fixture(scope="module")
def found():
    products = ["ndfeb_magnet", "ndfeb_alloy"]
    return kn.study(kn.load("permanent_magnet"), products, ASKED, buyer="JPN", draws=20)


def test_its_figures_are_those_of_the_functions(found):
    graph = kn.load("permanent_magnet")
    for product in found.products:
        told = simulate(graph, ASKED, product=product, buyer="JPN").filter(item=product)
        mine = found.summary.filter(product=product)
        assert mine["kept_low"].to_list() == told["kept_low"].to_list()
        assert mine["loss_low"].to_list() == (1 - told["kept_high"]).to_list()
        assert mine["loss_estimate"].to_list() == (1 - told["kept_estimate"]).to_list()
        assert mine["loss_high"].to_list() == (1 - told["kept_low"]).to_list()
    prior = kn.datasets.maker_prior(graph)
    likely = uncertainty(graph, ASKED, product="ndfeb_magnet", buyer="JPN", prior=prior, draws=20)
    assert found.summary.filter(product="ndfeb_magnet")["kept_50"].to_list() == likely["kept_50"].to_list()


def test_names_are_joined_in_and_scenarios_stand_side_by_side(found):
    assert found.summary["name_ja"].null_count() == 0
    side = found.compare("loss_low")
    assert side.columns == ["product", "name_en", "name_ja", "halt", "embargo"]
    assert side.height == 2


def test_a_figure_that_is_none_is_refused(found):
    with pytest.raises(InputError):
        found.compare("prior")


def test_it_says_what_to_cite_and_shows_itself(found):
    lines = found.cite().splitlines()
    assert "Kanmon" in lines[0]
    assert len(lines) == 2 + found.sources.height
    assert "Sintered NdFeB magnet" in found._repr_html_() or "ネオジム焼結磁石" in found._repr_html_()


def test_a_workbook_has_a_sheet_a_table_and_no_formula(found, tmp_path):
    path = found.to_excel(tmp_path / "study.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(found.tables)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    with pytest.raises(ReadError):
        found.to_excel(path)


def test_a_day_that_never_comes_is_a_sign_in_a_workbook_and_no_formula(tmp_path):
    one = kn.study(kn.load("permanent_magnet"), "ndfeb_magnet", halt("CHN"), horizon=100, draws=0)
    columns = [column for column in one.summary.columns if one.summary[column].dtype == pl.Float64]
    never = {column for column in columns if one.summary[column][0] == math.inf}
    rows = list(openpyxl.load_workbook(one.to_excel(tmp_path / "s.xlsx"))["summary"].iter_rows(values_only=True))
    told = dict(zip(*rows, strict=True))
    assert never and {column for column in columns if told[column] == "∞"} == never


def test_a_workbook_says_nothing_of_the_day_of_writing(found, tmp_path):
    created = openpyxl.load_workbook(found.to_excel(tmp_path / "study.xlsx")).properties.created
    assert created == datetime(2026, 1, 1)


def test_hostile_names_stay_text(tmp_path):
    graph = kn.SupplyGraph(
        items=[{"id": "a", "name_en": "=1+1", "kind": "component"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "a", "supplier": "JPN", "source": "s", "share": 0.4}],
        sources=[{"id": "s", "title": "<script>", "publisher": "p"}],
    )
    one = kn.study(graph, "a", Scenario("<b>x</b>", halt("CHN")))
    assert "<b>" not in one._repr_html_()
    book = openpyxl.load_workbook(one.to_excel(tmp_path / "s.xlsx"))
    assert all(cell.data_type != "f" for row in book["summary"].iter_rows() for cell in row)


@pytest.mark.parametrize(
    ("products", "scenarios", "error"),
    [([], ASKED, InputError), ("ndfeb_magnet", [], InputError), ("nothing", ASKED, UnknownIdError)],
)
def test_what_cannot_be_asked_is_refused(products, scenarios, error):
    with pytest.raises(error):
        kn.study(kn.load("permanent_magnet"), products, scenarios)


def test_one_change_is_asked_as_it_is_of_simulate():
    graph, change = kn.load("permanent_magnet"), halt("CHN")
    one = kn.study(graph, "ndfeb_magnet", change).summary.row(0, named=True)
    kept = kn.risk.simulate(graph, change, product="ndfeb_magnet").filter(item="ndfeb_magnet").row(0, named=True)
    assert (one["scenario"], one["kept_high"]) == ("halt", kept["kept_high"])


def test_without_draws_only_what_is_certain_is_said():
    one = kn.study(kn.load("permanent_magnet"), "ndfeb_magnet", ASKED[0])
    assert not {"kept_50", "prior"} & set(one.summary.columns)
    assert isinstance(one.to_pandas()["summary"].shape, tuple)
    assert one.unknowns.filter(pl.col("step") == 1).height == 1


def test_with_a_horizon_it_has_the_curves_and_days_of_the_timeline():
    graph = kn.load("permanent_magnet")
    asked = Scenario("90 days", [halt("CHN", lasts=90), stockpile("ndfeb_magnet", 30)])
    one = kn.study(graph, "ndfeb_magnet", asked, buyer="JPN", horizon=180)
    told = timeline(graph, asked, product="ndfeb_magnet", buyer="JPN", horizon=180)
    assert one.curves.select(told.columns).equals(told.filter(item="ndfeb_magnet"))
    days = timeline_summary(told).filter(item="ndfeb_magnet").row(0, named=True)
    row = one.summary.row(0, named=True)
    assert (row["short_low"], row["lost_high"]) == (days["short_low"], days["lost_high"])
    # What is kept holds while the halt is in force, whatever the stock.
    flow = simulate(graph, Scenario("90 days", halt("CHN", lasts=90)), product="ndfeb_magnet", buyer="JPN")
    assert row["kept_high"] == flow.filter(item="ndfeb_magnet")["kept_high"].item()
    assert "curves" in one.tables


def test_its_page_stands_in_a_frame_without_a_server(found):
    page = found.explore(lang="ja")
    shown = page._repr_html_()
    assert "<iframe" in shown
    assert "srcdoc=" in shown
    assert 'src="http' not in shown


def test_it_sweeps_as_it_was_asked(found):
    asked = [Scenario(f"{part}", reduce("CHN", part / 4)) for part in range(5)]
    told = simulate(kn.load("permanent_magnet"), asked, product="ndfeb_alloy", buyer="JPN").filter(item="ndfeb_alloy")
    assert found.sweep(asked, "ndfeb_alloy")["kept_high"].to_list() == told["kept_high"].to_list()
