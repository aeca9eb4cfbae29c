"""A producer that a source's total leaves out: its part is not known, and each figure of the others says so."""

import json
import re

import pytest
from kanmon.app.cli import _application
from kanmon.graph import SupplyGraph
from kanmon.risk.markets.herfindahl import least_of_all
from typer.testing import CliRunner


def kanmon(*arguments):
    return CliRunner().invoke(_application(), [*map(str, arguments)], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("left") / "data"
    base = {"item": "ore", "source": "s", "scope": "world", "year": 2024, "measure": "production, excluding USA"}
    SupplyGraph(
        items=[
            {"id": "robot", "name_en": "Robot", "kind": "product"},
            {"id": "ore", "name_en": "Ore", "name_ja": "鉱石", "kind": "mineral"},
        ],
        inputs=[{"item": "robot", "input": "ore", "source": "s"}],
        suppliers=[
            {"id": id, "name_en": name, "name_ja": ja, "kind": "country"}
            for id, name, ja in (("CHN", "China", "中国"), ("USA", "United States", "米国"), ("BOL", "Bolivia", "ボリビア"))
        ],
        shares=[
            base | {"supplier": "CHN", "share": 0.5},
            base | {"supplier": "BOL", "share": 0.5},
            base | {"supplier": "USA", "missing": "excluded"},
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ).write(path)
    return path


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "without United States, which the total leaves out"), ("ja", "米国は合計に含まれないため除く")],
)
def test_a_concentration_that_leaves_a_producer_out_says_whom_in_the_table_and_in_the_tree(folder, lang, words):
    result = kanmon("assess", folder, "--lang", lang)
    assert result.stdout.count(words) == 2, result.stdout


def test_the_summary_names_whom_a_figure_leaves_out(folder):
    found = json.loads(kanmon("assess", folder, "--json").stdout)
    assert found["most_concentrated"][0]["excluded"] == ["USA"]


@pytest.mark.parametrize(("limit", "code"), [(0.32, 1), (0.34, 0), (0.49, 0)])
def test_what_is_certainly_above_a_limit_counts_the_producer_left_out(folder, limit, code):
    # Half and half beside one of a third: 0.5 / 1.5 is the least that the index of all may be.
    assert kanmon("assess", folder, "--fail-over", limit).exit_code == code


@pytest.mark.parametrize(("low", "excluded"), [(0.5, 1), (0.26, 1), (0.3, 2), (1.0, 3)])
def test_the_least_index_of_all_is_that_of_the_best_parts_of_those_left_out(low, excluded):
    parts = (n / 10_000 for n in range(10_000 // excluded + 1))
    least = min((1 - excluded * part) ** 2 * low + excluded * part**2 for part in parts)
    assert least_of_all(low, excluded) == pytest.approx(least, abs=1e-6)


def test_the_tree_in_japanese_has_the_brackets_and_commas_of_japanese(folder):
    tree = kanmon("assess", folder, "--lang", "ja").stdout.rpartition("必要なもの")[2].partition("製品を止める")[0]
    assert re.search(r"HHI \d\.\d\d(〜\d\.\d\d)?、", tree), tree
    assert not re.search(r"[(),]", tree), tree
