"""Benchmarks are run by hand: what they import and call must not have moved away meanwhile."""

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
NAMES = sorted(file.stem for file in FOLDER.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_finds_what_it_imports(name, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    importlib.import_module(name)


@pytest.mark.parametrize("ordered", [False, True])
def test_the_engines_of_the_trade_benchmark_give_the_same_figures(tmp_path, monkeypatch, ordered):
    monkeypatch.syspath_prepend(FOLDER)
    trade = importlib.import_module("trade")
    trade.generate(tmp_path / "trade.parquet", 2_000, ordered)
    found = [
        [round(figure, 6) for figure in run(str(tmp_path / "trade.parquet"), False)[1:]] for run in trade.ENGINES.values()
    ]
    assert len(found) == 6 and found == [found[0]] * 6


def test_the_engine_that_is_said_to_give_our_table_gives_it_where_values_and_origins_are_blank(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    trade = importlib.import_module("trade")
    trade.generate(tmp_path / "trade.parquet", 20_000, ordered=False)
    trade.compare(str(tmp_path / "trade.parquet"))


def test_the_trade_benchmark_finds_kanmon_in_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    trade = importlib.import_module("trade")
    trade.generate(tmp_path / "trade.parquet", 2_000, ordered=False)
    assert trade.measure("kanmon", str(tmp_path / "trade.parquet"), False)["total"] > 0
