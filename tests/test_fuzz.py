"""Inputs that once ended in a traceback, and their kin, end in a right result or in a sentence."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
KEPT = sorted((ROOT / "tests" / "data" / "fuzz").glob("*.json"))
sys.path.insert(0, str(ROOT / "scripts"))
try:
    import fuzz
    import fuzz_doors
    import fuzz_inputs
finally:
    sys.path.pop(0)
ENDS = {"right", "read", "asked", "refused"}
VALID = {"changes": [], "torn": [], "encoding": "utf-8", "paths": [], "text": "永久磁石", "words": ["affected", "CHN"]}


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_a_kept_input_ends_in_a_result_or_a_sentence(file):
    assert fuzz_doors.attempt(json.loads(file.read_text(encoding="utf-8"))) in ENDS


@pytest.mark.parametrize("kind", fuzz_inputs.KINDS)
def test_an_input_that_nothing_was_done_to_gives_a_result(kind):
    table = next(iter(fuzz_inputs.TABLES.get(kind, [""])))
    assert fuzz_doors.attempt({"kind": kind, "table": table, **VALID}) == "right"


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False).map(fuzz_inputs.drawn))
def test_any_input_ends_in_a_result_or_a_sentence(case):
    assert fuzz_doors.attempt(case) in ENDS


def test_a_fault_is_shrunk_kept_once_and_counted(monkeypatch, tmp_path):
    def attempt(case):
        if "=1+1" in case["text"]:
            raise ValueError(case["text"])
        return "right"

    monkeypatch.setattr(fuzz, "attempt", attempt)
    monkeypatch.setattr(fuzz, "drawn", lambda rng, kind, deep: {"kind": kind, "text": "=1+1" if rng.random() < 0.5 else "a"})
    rounds = fuzz.Rounds(["name"], 1, 1.0, tmp_path / "kept")
    rounds.run(60, inputs=100)
    assert rounds.counts["name", "fault"] > 10 and rounds.counts["name", "right"] > 10 and rounds.counts.total() == 100
    assert len(rounds.faults) == 1
    assert [json.loads(file.read_text(encoding="utf-8"))["text"] for file in (tmp_path / "kept").glob("*.json")] == ["=1+1"]


def test_a_fault_keeps_only_what_it_takes(monkeypatch):
    def attempt(case):
        assert ["cell", 1, 1, "x"] not in case["changes"]
        return "right"

    monkeypatch.setattr(fuzz, "attempt", attempt)
    case = {
        "kind": "parts.csv",
        "changes": [["head", 0, 0, "a"], ["cell", 1, 1, "x"], ["swap", 1, 2, ""]],
        "torn": [[0.5, -1]],
    }
    less = fuzz.shrunk(case, fuzz.fault_of(case)[0])
    assert less["changes"] == [["cell", 1, 1, "x"]] and less["torn"] == []
