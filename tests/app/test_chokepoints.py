"""``kanmon chokepoints`` and ``kanmon affected`` as a person meets them, and what an assessment writes about them."""

import json
import subprocess
import sys
from io import StringIO

import kanmon as kn
import polars as pl
import pytest
from kanmon.app.assess import assess
from kanmon.app.chokepoint_tables import met_at, share, share_of, show_sources
from kanmon.app.chokepoints import assessed_tables
from kanmon.app.wrapping import Paper
from kanmon.graph import SupplyGraph


def kanmon(*arguments):
    command = [sys.executable, "-c", "from kanmon.app.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)


def test_chokepoints_are_shown_explained_and_written(tmp_path):
    result = kanmon("chokepoints", "mlcc", "--why", "CHN", "--lang", "en", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "Chokepoints of Multilayer ceramic capacitor" in result.stdout
    assert "Dy / Tb oxide" in result.stdout and "IEA_CMDE2025" in result.stdout
    names = {file.name for file in (tmp_path / "out").glob("[!.]*")}
    assert names == {
        "chokepoints.csv",
        "cut_sets.csv",
        "exposure.csv",
        "look_through.csv",
        "why.csv",
        "sources.csv",
        "summary.json",
    }
    sources = set(pl.read_csv(tmp_path / "out" / "sources.csv")["id"])
    assert set(pl.read_csv(tmp_path / "out" / "chokepoints.csv")["source"].drop_nulls()) <= sources


def test_json_is_all_that_stands_on_standard_output():
    result = kanmon("chokepoints", "marine_crankshaft", "--level", "company", "--buyer", "JPN", "--json")
    found = json.loads(result.stdout)
    assert {row["kind"] for row in found["nodes"]} == {"halt", "embargo"}
    assert found["product"] == "marine_crankshaft" and found["sets"]


def test_affected_answers_which_products_hang_on_it(tmp_path):
    result = kanmon("affected", "CHN", "--item", "gallium_primary", "--kind", "embargo", "--buyer", "JPN", "--json")
    found = json.loads(result.stdout)
    assert {"humanoid_robot", "inverter"} <= {row["item"] for row in found["affected"] if row["final"]}
    shown = kanmon("affected", "antimony_mining", "--lang", "ja", "--out", tmp_path / "out")
    assert "アンチモン" in shown.stdout and (tmp_path / "out" / "affected.csv").exists()


@pytest.mark.parametrize(
    "arguments", [("chokepoints", "mlccc"), ("chokepoints", "mlcc", "--why", "CHINA"), ("affected", "galium_primary")]
)
def test_a_wrong_name_is_said_with_what_was_meant(arguments):
    result = kanmon(*arguments)
    assert result.returncode == 2 and result.stdout == "" and "Traceback" not in result.stderr


@pytest.fixture(scope="module")
def found():
    return assess(kn.load("world"), ["mlcc", "marine_crankshaft"])


def test_an_assessment_holds_chokepoints_cut_sets_and_exposure(found):
    assert {"chokepoints", "cut_sets", "exposure"} <= set(found.tables)
    assert set(found.tables["chokepoints"]["product"]) == {"mlcc", "marine_crankshaft"}
    assert found.tables["cut_sets"]["order"].max() == 2
    shared = found.tables["exposure"].filter(pl.col("products").list.len() == 2)["item"]
    assert "nickel_refining" in set(shared)
    critical = found.summary()["products"][0]["chokepoints"]
    assert critical[0]["node"] == "CHN" and critical[0]["worst_item"] == "nickel_refining"


@pytest.mark.parametrize(("lang", "words"), [("en", "Nickel, refined and others"), ("ja", "ニッケル（精錬）ほか")])
def test_where_several_items_are_lost_together_the_one_that_is_named_is_said_not_to_be_all(found, lang, words):
    rows = {
        row["node"]: row for row in found.tables["chokepoints"].filter(product="mlcc", kind="halt").iter_rows(named=True)
    }
    told = {node: met_at(found.graph, rows[node], lang) for node in ("CHN", "IDN")}
    assert told["CHN"] == words and rows["CHN"]["worst_loss"] < 0.4 < rows["CHN"]["loss_low"]
    assert told["IDN"] in {"Nickel, mined", "ニッケル（採掘）"}


def test_an_assessment_of_nothing_is_empty():
    tables, skipped = assessed_tables(SupplyGraph(), [], "country", None)
    assert all(table.height == 0 for table in tables.values()) and not skipped


def test_a_chain_that_is_too_large_is_said(monkeypatch):
    monkeypatch.setattr(sys.modules["kanmon.app.chokepoints"], "MOST_NODES", 10)
    found = assess(kn.load("world"), ["mlcc"])
    assert found.summary()["products"][0]["chokepoints"] is None


@pytest.mark.parametrize(("lang", "words"), [("en", "source of low reliability"), ("ja", "信頼度の低い出典")])
def test_a_source_of_low_reliability_says_so_where_it_is_named(lang, words):
    rows = [("high", "a"), ("low", "b"), ("unverified", "c"), ("medium", "d")]
    graph = SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "mineral"}],
        sources=[{"id": id, "title": f"title {id}", "publisher": "p", "reliability": known} for known, id in rows],
    )
    paper = Paper(file=StringIO(), width=100)
    show_sources(graph, graph.sources["id"], paper, lang)
    lines = [line for line in paper.file.getvalue().splitlines() if "title" in line]
    assert [words in line for line in lines] == [False, True, True, False]


def test_a_share_says_whose_market_it_is_of_where_that_is_not_the_worlds():
    graph = SupplyGraph(suppliers=[{"id": "JPN", "name_en": "Japan", "name_ja": "日本", "kind": "country"}])
    assert share_of(graph, (0.2, 0.2), None, "en") == "20%"
    assert share_of(graph, (0.2, 0.354), "JPN", "en") == "20–36% of what Japan buys"
    assert share_of(graph, (0.2, 0.2), "JPN", "ja") == "日本の調達の20%"
    assert share_of(graph, (0.2, 0.354), "JPN", "ja") == "日本の調達の20〜36%"


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.424, 0.428, "42–43%"),  # narrow, and still no bound is narrowed
        (0.0, 0.004, "<1%"),  # what may be is not nothing
        (0.993, 0.997, "99–100%"),
        (0.996, 0.999, ">99%"),
        (1 - 1e-13, 1.0, "100%"),
        (0.4, 0.4 + 1e-13, "40%"),
        (0.003, 0.2, "0–20%"),
    ],
)
def test_a_share_is_told_without_narrowing_it(low, high, told):
    assert share(low, high, "en") == told
    assert share(low, high, "ja") == told.replace("–", "〜")
