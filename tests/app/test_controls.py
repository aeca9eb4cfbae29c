"""``kanmon controls``: what is restricted today, by which act, and what it does, in both languages and as data."""

import json
from datetime import date

import kanmon as kn
import polars as pl
import pytest
from kanmon.app.cli import main
from kanmon.app.controls import find_controls

DAY = "2026-11-24"


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["kanmon", "controls", *arguments])
    with pytest.raises(SystemExit) as exit:
        main()
    return exit.value.code, *capsys.readouterr()


@pytest.fixture(scope="module")
def magnet():
    return find_controls(kn.load("world"), date(2026, 11, 24), buyer="JPN", product="ndfeb_magnet")


def test_what_cuts_comes_first_and_every_measure_is_listed(magnet):
    assert magnet.found.height == kn.datasets.measures(DAY).height
    assert magnet.cutting.height + magnet.found["reason"].drop_nulls().len() == magnet.found.height
    assert magnet.found["reason"].is_null().to_list() == sorted(magnet.found["reason"].is_null(), reverse=True)
    assert "CHN-2025-018-MAG" in magnet.cutting["id"].to_list()


def test_losses_are_parts_in_order_and_all_together_is_worst(magnet):
    rows = magnet.cutting
    assert rows.filter(pl.col("loss_low") > pl.col("loss_high")).is_empty()
    for word in ("loss_low", "loss_high"):
        assert magnet.together[word] >= rows[word].max() - 1e-9


def test_a_ban_on_another_country_counts_where_it_comes_back_through_its_makers():
    """China's ban on graphite to the United States of 2024 is not aimed at Japan."""
    found = find_controls(kn.load("world"), date(2025, 6, 1), buyer="JPN", product="humanoid_robot").found
    others = found.filter(pl.col("against") == "USA", pl.col("reason").is_null())
    assert (others["loss_high"] > 0).all()
    assert not others["aimed"].any()
    assert set(found.filter(pl.col("reason") == "elsewhere")["loss_high"].drop_nulls()) <= {0.0}


def test_a_suspended_ban_is_listed_with_the_day_to_look_again():
    found = find_controls(kn.load("mlcc"), date(2026, 11, 24))
    assert found.found.filter(id="CHN-2024-046-GA")["reason"].item() == "suspended"
    assert date(2026, 11, 27) in find_controls(kn.load("world"), date(2026, 11, 24)).open_questions["date"].to_list()


@pytest.mark.parametrize(("lang", "words"), [("en", "not verified"), ("ja", "未確認")])
def test_it_prints_who_what_and_how_sure(capsys, monkeypatch, lang, words):
    arguments = ("--buyer", "JPN", "--product", "ndfeb_magnet", "--on", DAY, "--lang", lang)
    code, out, _ = run(capsys, monkeypatch, *arguments)
    assert code == 0
    assert words in out
    assert DAY in out


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Japan (military end users only)"), ("ja", "日本（軍事エンドユーザーのみ）")]
)
def test_a_ban_on_some_users_is_not_told_as_one_on_their_country(capsys, monkeypatch, lang, words):
    monkeypatch.setenv("COLUMNS", "400")
    _, out, _ = run(capsys, monkeypatch, "--buyer", "JPN", "--product", "humanoid_robot", "--on", DAY, "--lang", lang)
    (row,) = [line for line in out.splitlines() if "2026 No. 1 " in line]
    assert words in row


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_it_says_that_what_the_buyer_buys_of_the_product_itself_is_not_asked_about(capsys, monkeypatch, lang):
    """China's licences do nothing to gallium that Japan makes; of what it buys nearly all is Chinese."""
    monkeypatch.setenv("COLUMNS", "500")
    arguments = ("--buyer", "JPN", "--product", "gallium_primary", "--on", DAY, "--lang", lang)
    _, out, _ = run(capsys, monkeypatch, *arguments)
    assert "kanmon affected CHN --kind embargo --item gallium_primary --buyer JPN" in out
    bought = kn.risk.affected(kn.load("world"), "CHN", kind="embargo", item="gallium_primary", buyer="JPN")
    assert bought.filter(item="gallium_primary")["loss_low"].item() > 0.98


def test_json_is_all_there_is_and_files_are_written(capsys, monkeypatch, tmp_path):
    code, out, _ = run(capsys, monkeypatch, "mlcc", "--on", DAY, "--json", "--out", str(tmp_path / "o"))
    summary = json.loads(out)
    assert (code, summary["on"], summary["checked"]) == (0, DAY, "2026-07-31")
    assert {file.name for file in (tmp_path / "o").glob("[!.]*")} == {
        "controls.csv",
        "rechecks.csv",
        "sources.csv",
        "summary.json",
    }


@pytest.mark.parametrize("known", [False, True])
def test_a_measure_whose_issuer_supplies_nothing_that_is_needed_cuts_nothing(capsys, monkeypatch, tmp_path, known):
    """Whether the table of suppliers has the issuer or not: the shares make the whole without it."""
    graph = kn.SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in ("robot", "gear")],
        inputs=[{"item": "robot", "input": "gear", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "USA", "JPN", *(["VNM"] if known else []))],
        shares=[{"item": "gear", "supplier": c, "source": "s", "share": 0.5} for c in ("CHN", "USA")],
        measures=[
            {"id": c, "issuer": c, "kind": "export_ban", "item": "gear", "source": "s", "since": "2026-01-01"}
            | {"status": "in_force", "against": "all"}
            for c in ("CHN", "VNM")
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    found = find_controls(graph, date(2026, 11, 24), buyer="JPN", product="robot")
    assert found.cutting.select("id", "loss_high").rows() == [("CHN", 0.5)]
    assert found.found.filter(id="VNM")["reason"].item() == "no_supply"
    every = find_controls(graph, date(2026, 11, 24), buyer="JPN")
    assert every.cutting["id"].to_list() == ["CHN"] and every.found.filter(id="VNM")["reason"].item() == "no_supply"
    graph.write(tmp_path / "mine")
    arguments = ("--on", DAY, "--product", "robot", "--buyer", "JPN", "--lang", "en")
    _, out, _ = run(capsys, monkeypatch, str(tmp_path / "mine"), *arguments)
    assert "none of the sellers it cuts supplies what is needed here, by the data (1)" in " ".join(out.split())


def test_measures_of_the_users_own_table_count_too(capsys, monkeypatch, tmp_path):
    mine = kn.SupplyGraph(
        items=[{"id": "barium_carbonate", "name_en": "x", "kind": "material"}],
        measures=[
            {"id": "own", "issuer": "CHN", "kind": "export_ban", "item": "barium_carbonate", "source": "s"}
            | {"since": "2026-02-01", "status": "in_force", "against": "all", "legal_reference": "[b]=1+1"}
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    item = kn.load("mlcc").items.filter(pl.col("id").str.contains("barium"))["id"][0]
    rows = mine.measures.with_columns(item=pl.lit(item))
    graph = kn.SupplyGraph(
        **kn.load("mlcc").tables | {"measures": rows, "sources": pl.concat([kn.load("mlcc").sources, mine.sources])}
    )
    found = find_controls(graph, date(2026, 11, 24), buyer="JPN", product="mlcc")
    assert "own" in found.cutting["id"].to_list()
    assert "s" in found.sources["id"].to_list()
    assert "own" not in find_controls(graph, date(2026, 1, 1), buyer="JPN").found["id"].to_list()
    graph.write(tmp_path / "mine")
    code, out, _ = run(capsys, monkeypatch, str(tmp_path / "mine"), "--on", DAY, "--product", "mlcc", "--lang", "en")
    assert code == 0
    assert "[b]=1+1" in out


def test_a_wrong_day_or_buyer_is_an_error_of_two(capsys, monkeypatch):
    for arguments in (("--on", "soon"), ("--buyer", "JAPAN"), ("--product", "unobtainium")):
        code, _, error = run(capsys, monkeypatch, *arguments)
        assert code == 2
        assert "Traceback" not in error
