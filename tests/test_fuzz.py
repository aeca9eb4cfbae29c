"""Inputs that once ended in a traceback, and their kin, end in a right result or in a sentence."""

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

ROOT = Path(__file__).parents[1]
KEPT = sorted((ROOT / "tests" / "data" / "fuzz").glob("*.json"))
_spec = importlib.util.spec_from_file_location("fuzz", ROOT / "scripts" / "fuzz.py")
fuzz = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fuzz)


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_a_kept_input_ends_in_a_result_or_a_sentence(file):
    assert fuzz.attempt(json.loads(file.read_text(encoding="utf-8"))) in {"right", "asked", "refused"}


@pytest.mark.parametrize(
    "kind", ["folder", "workbook", "parquet", "parts.csv", "parts.xlsx", "scenario.yaml", "mapping.yaml", *fuzz.TRADE]
)
def test_an_input_that_nothing_was_done_to_gives_a_result(kind):
    case = {"kind": kind, "table": "items", "changes": [], "torn": [], "encoding": "utf-8", "paths": []}
    assert fuzz.attempt(case) == "right"


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(fuzz.cases())
def test_any_input_ends_in_a_result_or_a_sentence(case):
    assert fuzz.attempt(case) in {"right", "asked", "refused"}
