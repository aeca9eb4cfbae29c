"""The command line as a person meets it: exit codes, clear errors, files whole, nothing but JSON on request."""

import json
import subprocess
import sys
from pathlib import Path

import kanmon as kn
import networkx as nx
import polars as pl
import pytest
from kanmon.graph import SupplyGraph


def kanmon(*arguments, **environment):
    import os

    command = [sys.executable, "-c", "from kanmon.app.cli import main; main()", *map(str, arguments)]
    env = (
        {k: v for k, v in os.environ.items() if k not in {"KANMON_LANG", "LC_ALL", "LANG"}}
        | {"PYTHONUTF8": "1"}
        | environment
    )
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=env, timeout=300, check=False)


@pytest.fixture(scope="module")
def assessed(tmp_path_factory):
    out = tmp_path_factory.mktemp("cli") / "out"
    result = kanmon("assess", "--product", "ndfeb_magnet", "--out", out)
    assert result.returncode == 0, result.stderr
    return result, out


def test_assess_says_what_was_read_and_what_is_concentrated(assessed):
    result, _ = assessed
    assert f"{kn.load().items.height} items" in result.stdout
    assert "worst step" in result.stdout
    assert "Traceback" not in result.stderr


def test_assess_writes_every_file_and_each_row_leads_to_a_source(assessed):
    _, out = assessed
    names = {file.name for file in out.iterdir()}
    assert {
        "concentration.csv",
        "concentration.parquet",
        "summary.json",
        "graph.graphml",
        "graph.gexf",
        "sources.csv",
    } <= names
    assert "explorer.html" in names
    sources = set(pl.read_csv(out / "sources.csv")["id"])
    views = pl.read_parquet(out / "concentration.parquet")
    assert set(views["source"]) <= sources
    assert pl.read_csv(out / "concentration.csv").height == views.height
    assert nx.read_graphml(out / "graph.graphml").number_of_nodes() == nx.read_gexf(out / "graph.gexf").number_of_nodes()
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["products"][0]["product"] == "ndfeb_magnet"


def test_json_is_all_there_is_on_standard_output():
    result = kanmon("assess", "--product", "ndfeb_magnet", "--json")
    summary = json.loads(result.stdout)
    assert summary["data"]["items"] == kn.load().items.height
    worst = summary["products"][0]["worst"]
    assert 0 <= worst["hhi_low"] <= worst["hhi_high"] <= 1
    assert worst["source"]


def test_an_existing_folder_is_not_overwritten_unasked(assessed, tmp_path):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    result = kanmon("assess", "--out", tmp_path)
    assert result.returncode == 2
    assert "not empty" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_findings_past_a_limit_exit_with_one():
    assert kanmon("assess", "--product", "ndfeb_magnet", "--fail-over", 0.5).returncode == 1
    assert kanmon("assess", "--product", "ndfeb_magnet", "--fail-over", 1).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("assess", "wrold"), "Did you mean 'world'"),
        (("assess", "--product", "humanoid_robt"), "Did you mean 'humanoid_robot'"),
        (("assess", "--buyer", "JPM"), "Did you mean"),
        (("data", "show", "mineral"), "Did you mean 'minerals'"),
        (("whatif", "--product", "ndfeb_magnet"), "Nothing happens"),
        (("whatif", "--product", "ndfeb_magnet", "--embargo", "CHM"), "Did you mean"),
        (("whatif", "--product", "ndfeb_magnet", "--reduce", "CHN"), "NAME=NUMBER"),
        (("whatif", "--product", "ndfeb_magnet", "--reduce", "CHN=7"), "0 to 1"),
        (("whatif", "--product", "ndfeb_magnet", "--scenario", "nowhere.yaml"), "no file or folder"),
    ],
)
def test_bad_input_ends_with_two_and_a_hint_without_a_traceback(arguments, words):
    result = kanmon(*arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def test_problems_of_a_folder_are_all_said_in_japanese_too(tmp_path):
    kn.load("permanent_magnet").write(tmp_path / "d")
    shares = tmp_path / "d" / "shares.csv"
    lines = shares.read_text(encoding="utf-8").splitlines()
    head, *rows = lines
    broken = dict(zip(head.split(","), rows[0].split(",")[: len(head.split(","))], strict=False))
    broken |= {"share": "1.3", "year": "soon", "quantity": ""}
    lines[1] = ",".join(
        broken[name] if name in {"item", "supplier", "source", "share", "year"} else "" for name in head.split(",")
    )
    shares.write_text("\n".join(lines), encoding="utf-8")
    result = kanmon("assess", tmp_path / "d", "--lang", "ja")
    assert result.returncode == 2
    assert "表 shares の 2 行目、列 share" in result.stderr
    assert "表 shares の 2 行目、列 year" in result.stderr
    assert "Traceback" not in result.stderr


def test_hostile_names_neither_colour_the_terminal_nor_become_formulas(tmp_path):
    name = "[red]x[/red]\x1b[31m=cmd()"
    SupplyGraph(
        items=[
            {"id": "=1+1", "name_en": name, "kind": "product"},
            {"id": "b", "name_en": "<img src=x onerror=alert(1)>", "kind": "material"},
        ],
        inputs=[{"item": "=1+1", "input": "b", "source": "s"}],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
        shares=[{"item": "b", "supplier": "CHN", "source": "s", "share": 0.9}],
        sources=[{"id": "s", "title": "@SUM(A1)", "publisher": "p"}],
    ).write(tmp_path / "d")
    result = kanmon("assess", tmp_path / "d", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "\x1b[31m" not in result.stdout
    assert "[red]x[/red]" in result.stdout
    for file in (tmp_path / "out").glob("*.csv"):
        for line in file.read_text(encoding="utf-8-sig").splitlines():
            assert not any(cell.strip('"').startswith(("=", "@")) for cell in line.split(","))
    page = (tmp_path / "out" / "explorer.html").read_text(encoding="utf-8")
    assert "<img src=x onerror" not in page


def test_help_speaks_the_readers_language_and_starts_light():
    english, japanese = kanmon("--help"), kanmon("--help", LANG="ja_JP.UTF-8")
    assert "supply-chain risk" in english.stdout
    assert "サプライチェーン" in japanese.stdout
    probe = "import sys; sys.argv = ['kanmon', '--help']\n"
    probe += "try:\n from kanmon.app.cli import main; main()\nexcept SystemExit: pass\n"
    probe += "print(sorted(set(sys.modules) & {'polars', 'pandas', 'numba', 'igraph', 'networkx', 'numpy', 'scipy'}))"
    heavy = subprocess.run([sys.executable, "-c", probe], capture_output=True, encoding="utf-8", check=True)
    assert heavy.stdout.splitlines()[-1] == "[]"


def test_data_commands_list_show_and_verify():
    listed = json.loads(kanmon("data", "list", "--json").stdout)["datasets"]
    assert {"world", "minerals", "humanoid", "casting_forging"} <= {row["name"] for row in listed}
    assert "USGS_MCS2026" in kanmon("data", "show", "minerals").stdout
    assert kanmon("data", "verify").returncode == 0


def test_whatif_answers_with_reason_and_sources(tmp_path):
    question = ("whatif", "--product", "humanoid_robot", "--embargo", "CHN", "--item", "ndfeb_magnet", "--buyer", "JPN")
    for lang, words in (("en", "certain loss"), ("ja", "確実な損失")):
        result = kanmon(*question, "--lang", lang)
        assert result.returncode == 0, result.stderr
        assert words in result.stdout
        assert "NdFeB" in result.stdout or "ネオジム" in result.stdout
    result = kanmon(*question, "--out", tmp_path / "out", "--json")
    answer = json.loads(result.stdout)
    assert {row["reading"] for row in answer["outcome"]} == {"market", "domestic"}
    assert {row["source"] for row in answer["why"] if row["source"]} <= {row["id"] for row in answer["sources"]}
    assert {file.name for file in (tmp_path / "out").glob("[!.]*")} == {
        "items.csv",
        "why.csv",
        "sources.csv",
        "summary.json",
        "find_out.csv",
    }


def test_scenarios_from_a_file_are_compared(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "- name: halt\n  changes:\n  - halt: {node: CHN, item: ndfeb_magnet}\n"
        "- name: halt with recycling\n  changes:\n  - halt: {node: CHN, item: ndfeb_magnet}\n"
        "  - add_source: {item: ndfeb_magnet, share: 0.2, recycling: true}\n  - stockpile: {item: ndfeb_magnet, days: 60}\n",
        encoding="utf-8",
    )
    answer = json.loads(kanmon("whatif", "--product", "humanoid_robot", "--scenario", path, "--json").stdout)
    kept = {row["scenario"]: row["kept_estimate"] for row in answer["outcome"]}
    assert kept["halt with recycling"] > kept["halt"]
    assert answer["days"]


def test_a_workbook_assesses_like_the_folder(tmp_path):
    graph = kn.load("permanent_magnet")
    graph.write(tmp_path / "d")
    graph.write(tmp_path / "d.xlsx")
    a, b = (json.loads(kanmon("assess", path, "--json").stdout) for path in (tmp_path / "d", Path(tmp_path / "d.xlsx")))
    a["data"].pop("notes"), b["data"].pop("notes")
    assert a == b


def test_the_tree_counts_alternatives_and_tells_groups_apart_only_where_an_item_has_several(tmp_path):
    needs = [("robot", "a", "x"), ("robot", "b", "x"), ("robot", "c", None)]
    needs += [("a", "d", "p"), ("a", "e", "p"), ("a", "f", "q"), ("a", "g", "q"), ("a", "c", "q")]
    rows = [{"item": item, "input": one, "group": group, "source": "s"} for item, one, group in needs]
    SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "product" if i == "robot" else "component"} for i in ("robot", *"abcdefg")],
        inputs=rows,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ).write(tmp_path / "d")
    said = [" ".join(line.split()) for line in kanmon("assess", tmp_path / "d", "--lang", "en").stdout.splitlines()]
    told = [line[line.index("one of") :].removesuffix(" (no data)") for line in said if "one of" in line]
    apart = ["one of 2 (p): d", "one of 2 (p): e", "one of 3 (q): c", "one of 3 (q): f", "one of 3 (q): g"]
    assert sorted(told) == sorted([*apart, "one of 2: a", "one of 2: b"])
