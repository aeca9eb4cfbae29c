"""The packaged tables are what the compiled facts give, and what the facts promise holds for every row."""

import csv
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS, DATA = ROOT / "scripts", ROOT / "datasets" / "data"
FACTS = SCRIPTS / "facts"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def build(script, *options):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT.parent), *sys.path])}
    command = [sys.executable, str(script), *options]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


def test_the_packaged_tables_are_built_from_the_facts_byte_for_byte():
    done = build(SCRIPTS / "build_world.py", "--check")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def cells(file):
    return {
        (sheet.title, cell.coordinate): (cell.value, cell.comment and cell.comment.text)
        for sheet in openpyxl.load_workbook(file)
        for row in sheet
        for cell in row
    }


def test_the_workbook_of_the_example_company_says_what_the_template_says_today(tmp_path):
    spec = importlib.util.spec_from_file_location("build_demo_company", SCRIPTS / "build_demo_company.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path / "audit.xlsx")
    assert cells(tmp_path / "audit.xlsx") == cells(DATA / "demo_company" / "audit.xlsx")


@pytest.fixture
def elsewhere(tmp_path):
    """A copy of the facts, the scripts and the packaged tables that a test may change."""
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "graph" / "schema", tmp_path / "graph" / "schema")
    for folder in ("world", "countries", "critical_products", "strategic_fields", "eu_criticality"):
        shutil.copytree(DATA / folder, tmp_path / "datasets" / "data" / folder)
    return tmp_path


def test_one_row_of_shares_and_one_of_sources_make_a_new_market(elsewhere):
    """What CONTRIBUTING.md shows."""
    facts = elsewhere / "scripts" / "facts" / "connections"
    with (facts / "shares.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("lutetium_refining,,CHN,country,95,2024,S2_LU24,published,,,world,production,minerals,,sourced\n")
    with (facts / "sources.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("S2_LU24,A report,A ministry,2025-06,https://example.org,facts cited,high,\n")
    script = elsewhere / "scripts" / "build_world.py"
    assert build(script, "--check").returncode == 1
    done = build(script)
    assert done.returncode == 0 and "world/shares.csv" in done.stdout, done.stderr
    new = [row for row in rows(elsewhere / "datasets/data/world/shares.csv") if row["source"] == "S2_LU24"]
    assert [(row["item"], row["supplier"], row["share"], row["year"]) for row in new] == [
        ("lutetium_refining", "CHN", "0.95", "2024")
    ]
    assert build(script, "--check").returncode == 0


def test_a_fact_without_a_source_stops_the_build(elsewhere):
    with (elsewhere / "scripts/facts/connections/shares.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("lutetium_refining,,CHN,country,95,2024,S2_NOBODY,published,,,world,production,minerals,,sourced\n")
    done = build(elsewhere / "scripts" / "build_world.py")
    assert done.returncode and "S2_NOBODY" in done.stderr


def test_every_compiled_row_names_a_source_that_is_described():
    described = {row["source_id"] for folder in ("chains", "connections") for row in rows(FACTS / folder / "sources.csv")}
    described |= {row["id"] for row in rows(SCRIPTS / "world" / "sources.csv")}
    for folder in ("chains", "connections"):
        for name in ("edges", "shares"):
            assert {row["source_id"] for row in rows(FACTS / folder / f"{name}.csv")} <= described, (folder, name)


def test_knowledge_is_never_a_number_in_the_packaged_tables():
    recalled = {
        row["source_id"] for row in rows(FACTS / "connections" / "sources.csv") if row["reliability"] == "unverified"
    }
    assert recalled == {"S2_KNOW"}
    for row in rows(DATA / "world" / "shares.csv"):
        if row["source"] in recalled or "named in S2_KNOW" in row["note"]:
            assert not (row["share"] or row["share_low"] or row["share_high"] or row["quantity"]), row
            assert row["confidence"] == "unknown", row
    for row in rows(DATA / "world" / "inputs.csv"):
        if row["source"] in recalled:
            sourced = row["use_share_low"] == "" or any(f"({row_id}" in row["note"] for row_id in ("EC_", "S2_", "USGS_"))
            assert sourced and row["mix"] == row["quantity"] == row["life_days"] == "", row


def test_the_facts_are_not_packaged_and_are_small():
    packaged = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"kanmon.scripts"' not in packaged and "include-package-data = false" in packaged
    assert sum(file.stat().st_size for file in FACTS.rglob("*") if file.is_file()) < 4_000_000
    assert sum(file.stat().st_size for file in DATA.rglob("*") if file.is_file()) < 8_000_000
