"""Minimal cut sets against every subset of the events, published models and reference results."""

import csv
import itertools
import json
import random
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from kanmon.graph import InputError, LimitError, UnknownIdError
from kanmon.risk.faults import reduced_tree as _reduced_tree
from kanmon.risk.faults.decision_diagram import DecisionDiagram
from kanmon.risk.faults.fault_tree import FaultTree

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "data" / "cut_sets"
ARALIA = ROOT / ".." / "shared" / "golden" / "aralia"

MOTOR = {
    "motor": ("or", ["magnet", "steel"]),
    "magnet": ("and", ["maker 1", "maker 2"]),
    "maker 1": ("or", ["plant 1", "refiner"]),
    "maker 2": ("or", ["plant 2", "refiner"]),
}


# --- an oracle that shares no code with the engine: the definition, over every subset of the events


def random_gates(rng: random.Random, cyclic: bool) -> tuple[dict, list[str]]:
    """Return a small AND/OR graph, top "g0", with shared nodes, repeated children and (if asked) loops."""
    n_gates, n_events = rng.randint(1, 9), rng.randint(1, 8)
    events = [f"e{i}" for i in range(n_events)]
    gates = {}
    for gate in range(n_gates):
        below = [f"g{i}" for i in range(n_gates) if cyclic or i > gate] + events
        gates[f"g{gate}"] = (rng.choice(["and", "or"]), rng.choices(below, k=rng.randint(1, 4)))
    return gates, sorted({child for _, children in gates.values() for child in children} - set(gates))


def works_without(gates: dict, failed: set[str]) -> bool:
    """Return whether "g0" works: the greatest fixed point of "works", from "everything that has not failed works"."""
    working = set(gates)
    while True:

        def up(node: str) -> bool:
            return node in working if node in gates else node not in failed  # noqa: B023

        still = {
            gate
            for gate in working
            if (any(map(up, gates[gate][1])) if gates[gate][0] == "and" else all(map(up, gates[gate][1])))
        }
        if still == working:
            return "g0" in working
        working = still


def every_minimal_set(gates: dict, events: list[str], failed: set[str] = frozenset()) -> list[tuple[str, ...]]:
    """Return all minimal failing sets by trying every subset, small ones first."""
    found = []
    for size in range(len(events) + 1):
        for members in itertools.combinations(events, size):
            smaller = any(set(known) <= set(members) for known in found)
            if not smaller and not works_without(gates, failed | set(members)):
                found.append(members)
    return found


@pytest.mark.parametrize("cyclic", [False, True], ids=["acyclic", "loops"])
@pytest.mark.parametrize("block", range(5))
def test_agrees_with_every_subset_on_random_graphs(block, cyclic, monkeypatch):
    rng = random.Random(f"{block} {cyclic}")
    for _ in range(250):
        gates, events = random_gates(rng, cyclic)
        expected = every_minimal_set(gates, events)
        tree = FaultTree(gates, "g0")
        assert tree.minimal_cut_sets(max_order=None) == expected, gates
        order = rng.randint(1, 5)
        bounded = [members for members in expected if len(members) <= order]
        assert tree.minimal_cut_sets(max_order=order) == bounded, gates
        with monkeypatch.context() as patch:  # the same order through decision diagrams
            patch.setattr(_reduced_tree, "_PACKED_ORDER", 0)
            assert tree.minimal_cut_sets(max_order=order) == bounded, gates
        assert tree.single_points() == [members[0] for members in expected if len(members) == 1], gates
        failed = rng.sample(events, rng.randint(0, len(events)))
        assert tree.fails(failed) is not works_without(gates, set(failed)), gates


@pytest.mark.parametrize("cyclic", [False, True], ids=["acyclic", "loops"])
def test_certain_events_agree_with_every_subset(cyclic):
    rng = random.Random(f"certain {cyclic}")
    for _ in range(200):
        gates, events = random_gates(rng, cyclic)
        fate = {event: rng.choice(["free", "free", "failed", "working"]) for event in events}
        failed = {event for event in events if fate[event] == "failed"}
        free = [event for event in events if fate[event] == "free"]
        tree = FaultTree(gates, "g0").given(failed, [event for event in events if fate[event] == "working"])
        expected = every_minimal_set(gates, free, failed)
        assert tree.minimal_cut_sets(max_order=None) == expected, (gates, fate)
        assert tree.minimal_cut_sets(max_order=2) == [members for members in expected if len(members) < 3]
        assert tree.fails(events) is bool(expected)


@pytest.mark.parametrize("cyclic", [False, True], ids=["acyclic", "loops"])
def test_importance_agrees_with_every_state(cyclic):
    rng = random.Random(f"importance {cyclic}")
    for _ in range(100):
        gates, events = random_gates(rng, cyclic)
        chance = {event: rng.choice([0.0, 1.0, rng.random(), rng.random()]) for event in events}

        def total(chance, gates=gates, events=events):
            weight = 0.0
            for failed in itertools.product([False, True], repeat=len(events)):
                if not works_without(gates, {event for event, down in zip(events, failed, strict=True) if down}):
                    weight += np.prod([chance[e] if down else 1 - chance[e] for e, down in zip(events, failed, strict=True)])
            return weight

        tree = FaultTree(gates, "g0")
        top = total(chance)
        assert tree.probability(chance) == pytest.approx(top)
        frame = tree.importance(chance)
        assert frame["event"].to_list() == events
        for event, probability, birnbaum, fussell_vesely in frame.iter_rows():
            assert probability == chance[event]
            assert birnbaum == pytest.approx(total(chance | {event: 1.0}) - total(chance | {event: 0.0}))
            if top:
                assert fussell_vesely == pytest.approx((top - total(chance | {event: 0.0})) / top)
            else:
                assert fussell_vesely is None


# --- reference results


@pytest.mark.parametrize("model", ["s1", "s2", "s3"])
def test_layered_models_have_their_known_sets_to_order_four(model):
    gates = json.loads((GOLDEN / f"{model}.json").read_text(encoding="utf-8"))["gates"]
    used = {child for _, children in gates.values() for child in children}
    (top,) = set(gates) - used
    lines = (GOLDEN / f"{model}_sets_to_order_4.csv").read_text(encoding="utf-8").splitlines()
    assert set(FaultTree(gates, top).minimal_cut_sets(max_order=4)) == {tuple(sorted(line.split())) for line in lines}


def read_aralia(name: str) -> FaultTree:
    path = ARALIA / f"{name}.xml"
    if not path.exists():
        pytest.skip("the public Aralia models are not beside this checkout")
    gates = {}
    for definition in ET.parse(path).getroot().iter("define-gate"):
        gate, formula = definition.get("name"), definition[0]
        children = [child.get("name") for child in formula]
        if formula.tag == "atleast":
            chosen = list(itertools.combinations(children, int(formula.attrib["min"])))
            gates |= {f"{gate}/{at}": ("and", some) for at, some in enumerate(chosen)}
            gates[gate] = ("or", [f"{gate}/{at}" for at in range(len(chosen))])
        else:
            gates[gate] = (formula.tag, children)
    (top,) = set(gates) - {child for _, children in gates.values() for child in children}
    return FaultTree(gates, top)


@pytest.mark.parametrize(
    ("model", "counts"),
    [("chinese", {2: 12, 4: 24, "all": 392}), ("baobab1", {2: 1, 3: 1, 4: 70, "all": 46_188})],
)
def test_aralia_models_have_their_published_counts(model, counts):
    tree = read_aralia(model)
    sets = tree.minimal_cut_sets(max_order=None)
    assert len(sets) == len(set(sets)) == counts["all"]
    sizes = [len(members) for members in sets]
    assert {order: sizes.count(order) for order in range(1, 5) if order in sizes} == {
        order: count for order, count in counts.items() if order != "all"
    }
    for order in (4, 5):
        assert tree.minimal_cut_sets(max_order=order) == [members for members in sets if len(members) <= order]


# --- what else is promised


def test_rows_and_names_do_not_matter():
    gates = json.loads((GOLDEN / "s1.json").read_text(encoding="utf-8"))["gates"]
    expected = FaultTree(gates, "TOP").minimal_cut_sets()
    rng = random.Random(4)
    names = sorted({*gates, *(child for _, children in gates.values() for child in children)})
    other = dict(zip(names, rng.sample([f"n{i}" for i in range(len(names))], len(names)), strict=True))
    shuffled = {
        other[gate]: (gates[gate][0], [other[child] for child in rng.sample(gates[gate][1], len(gates[gate][1]))])
        for gate in rng.sample(sorted(gates), len(gates))
    }
    sets = FaultTree(shuffled, other["TOP"]).minimal_cut_sets()
    assert sets == sorted(sets, key=lambda members: (len(members), members))
    assert set(sets) == {tuple(sorted(other[event] for event in members)) for members in expected}


def test_an_item_that_depends_only_on_itself_works():
    gates = {"a": ("or", ["b"]), "b": ("or", ["a"])}
    assert FaultTree(gates, "a").minimal_cut_sets(max_order=None) == []
    recycling = {"metal": ("and", ["mine", "scrap"]), "scrap": ("or", ["metal", "smelter"])}
    assert FaultTree(recycling, "metal").minimal_cut_sets() == [("mine", "smelter")]


def test_a_long_loop_and_a_long_chain_need_no_recursion():
    n = 50_000
    ring = FaultTree.from_arrays(np.zeros(n, bool), np.arange(n + 1), (np.arange(n) + 1) % n, 0, n)
    assert ring.minimal_cut_sets(max_order=None) == []
    pointer, children = np.arange(0, 2 * n + 1, 2), np.stack([np.arange(n) + 1, n + 1 + np.arange(n)], axis=1).ravel()
    alternatives = FaultTree.from_arrays(np.ones(n, bool), pointer, children, 0, 2 * n + 1)
    assert alternatives.minimal_cut_sets() == []
    assert alternatives.minimal_cut_sets(max_order=None) == [tuple(range(n, 2 * n + 1))]
    chain = FaultTree.from_arrays(np.zeros(n, bool), pointer, children, 0, 2 * n + 1)
    assert chain.single_points() == list(range(n, 2 * n + 1))
    assert chain.probability(dict.fromkeys(chain.events, 1e-6)) == pytest.approx(1 - (1 - 1e-6) ** (n + 1))


def test_arrays_and_gates_agree_and_default_names_are_numbers():
    nodes = ["motor", "magnet", "maker 1", "maker 2", "steel", "plant 1", "plant 2", "refiner"]
    kind, pointer, children = [False, True, False, False], [0, 2, 4, 6, 8], [1, 4, 2, 3, 5, 7, 6, 7]
    named = FaultTree.from_arrays(kind, pointer, children, 0, 8, nodes)
    assert named.minimal_cut_sets() == FaultTree(MOTOR, "motor").minimal_cut_sets()
    assert named.events == FaultTree(MOTOR, "motor").events == ("plant 1", "plant 2", "refiner", "steel")
    numbered = FaultTree.from_arrays(kind, pointer, children, 0, 8)
    assert numbered.minimal_cut_sets() == [(4,), (7,), (5, 6)]
    assert numbered.events == (4, 5, 6, 7)
    assert numbered.fails(np.array([5, 6]))


def test_a_top_that_is_certain_either_way():
    tree = FaultTree(MOTOR, "motor")
    assert tree.given(failed=["steel"]).minimal_cut_sets() == [()]
    assert tree.given(failed=["steel"]).single_points() == []
    assert tree.given(failed=["steel"]).probability(dict.fromkeys(tree.events, 0.5)) == 1
    sure = tree.given(working=["steel", "refiner", "plant 1"])
    assert sure.minimal_cut_sets() == [] and not sure.fails(tree.events)
    assert sure.importance({"plant 2": 0.5})["fussell_vesely"].to_list() == [None]
    assert tree.given(failed=["plant 1"]).given(working=["plant 1"]).minimal_cut_sets() == [("refiner",), ("steel",)]


def test_importance_of_the_worked_example():
    tree = FaultTree(MOTOR, "motor").given(working=["steel"])
    frame = tree.importance({"plant 1": 0.1, "plant 2": 0.2, "refiner": 0.05})
    assert frame.schema == {
        "event": pl.String,
        "probability": pl.Float64,
        "birnbaum": pl.Float64,
        "fussell_vesely": pl.Float64,
    }
    total = 0.05 + 0.95 * 0.1 * 0.2
    assert frame["birnbaum"].to_list() == pytest.approx([0.95 * 0.2, 0.95 * 0.1, 1 - 0.1 * 0.2])
    assert frame["fussell_vesely"].to_list() == pytest.approx(
        [0.1 * 0.95 * 0.2 / total, 0.2 * 0.95 * 0.1 / total, 0.05 * 0.98 / total]
    )


def pairs(n: int) -> FaultTree:
    """Return a tree whose minimal cut sets are every choice of one of each of ``n`` pairs: 2 ** n of them."""
    gates = {"top": ("and", [f"g{i}" for i in range(n)])}
    gates |= {f"g{i}": ("or", [f"a{i}", f"b{i}"]) for i in range(n)}
    return FaultTree(gates, "top")


def test_past_a_limit_it_says_so_and_cuts_nothing(monkeypatch):
    assert len(pairs(10).minimal_cut_sets(max_order=None, limit=1024)) == 1024
    with pytest.raises(LimitError, match="There are 1,024 minimal cut sets, more than the limit of 1,023"):
        pairs(10).minimal_cut_sets(max_order=None, limit=1023)
    with pytest.raises(LimitError, match="1,024"):
        pairs(10).minimal_cut_sets(max_order=10, limit=1000)
    with pytest.raises(LimitError, match="more than the limit of 1,000,000"):
        pairs(60).minimal_cut_sets(max_order=None)
    with pytest.raises(LimitError, match="16"):
        pairs(4).minimal_cut_sets(max_order=4, limit=15)
    monkeypatch.setattr(_reduced_tree, "_MOST_HELD", 20)
    with pytest.raises(LimitError, match="More than 20 sets would have to be held"):
        pairs(4).minimal_cut_sets(max_order=4)


def test_what_is_begun_without_the_compiler_and_grows_too_large_ends_with_the_same_sets(monkeypatch):
    tree, found = pairs(6), []
    for held, met in ((10_000, 300_000), (10_000, 5), (7, 300_000)):
        monkeypatch.setattr(_reduced_tree, "_FEW_HELD", held)
        monkeypatch.setattr(_reduced_tree, "_FEW_MET", met)
        found.append(tree.minimal_cut_sets(max_order=6))
    assert found[0] == found[1] == found[2] and len(found[0]) == 2**6


def test_a_diagram_grows_to_its_bound_and_no_further():
    rng = random.Random(0)
    clauses = [rng.sample(range(30), 3) for _ in range(70)]

    def build(diagram: DecisionDiagram) -> int:
        return diagram.combine(True, [diagram.combine(False, [diagram.variable(v) for v in clause]) for clause in clauses])

    diagram = DecisionDiagram(30)
    chance, _ = diagram.chances(build(diagram), np.full(30, 0.9))
    hits = np.random.default_rng(0).random((200_000, 30)) < 0.9
    assert chance == pytest.approx(np.mean(hits[:, clauses].any(axis=2).all(axis=1)), abs=0.005)
    with pytest.raises(LimitError, match="more than 5,000 nodes"):
        build(DecisionDiagram(30, most=5_000))


@pytest.mark.parametrize("gates", [{"top": ("xor", ["a", "b"])}, {"top": ("or", [])}])
def test_a_gate_that_means_nothing_is_refused(gates):
    with pytest.raises(InputError, match="Gate 'top'"):
        FaultTree(gates, "top")


def test_an_order_of_one_gives_the_single_points():
    gates = {"top": ("or", ["a", "pair"]), "pair": ("and", ["b", "c"])}
    assert FaultTree(gates, "top").minimal_cut_sets(1) == [("a",)]
    assert FaultTree(gates, "pair").minimal_cut_sets(1) == []
    assert FaultTree(gates, "b").minimal_cut_sets(1) == FaultTree(gates, "b").minimal_cut_sets() == [("b",)]


@pytest.mark.parametrize("max_order", [0, -1, 1.5])
def test_an_order_below_one_is_refused(max_order):
    with pytest.raises(InputError, match="max_order"):
        FaultTree(MOTOR, "motor").minimal_cut_sets(max_order)


def test_names_that_are_not_basic_events_are_refused():
    tree = FaultTree(MOTOR, "motor")
    with pytest.raises(UnknownIdError, match="Did you mean 'steel'"):
        tree.fails(["stel"])
    with pytest.raises(InputError, match="'magnet' is a gate"):
        tree.given(failed=["magnet"])
    with pytest.raises(InputError, match="both"):
        tree.given(failed=["steel"], working=["steel"])
    with pytest.raises(UnknownIdError, match="Did you mean 'motor'"):
        FaultTree(MOTOR, "moto")
    with pytest.raises(UnknownIdError):
        FaultTree.from_arrays([False], [0, 1], [1], 0, 2).fails([5])


@pytest.mark.parametrize(
    ("chance", "what"), [({}, "4 basic events have no"), ({"steel": 1.5}, "between"), ({"steel": -0.1}, "between")]
)
def test_probabilities_that_are_missing_or_impossible_are_refused(chance, what):
    tree = FaultTree(MOTOR, "motor")
    with pytest.raises(InputError, match=what):
        tree.importance(chance and dict.fromkeys(tree.events, 0.1) | chance)


@pytest.mark.parametrize(
    ("pointer", "children", "top", "nodes", "names", "what"),
    [
        ([0, 1], [3], 0, 2, None, "node numbers from 0 to 1"),
        ([0, 1], [-1], 0, 2, None, "node numbers"),
        ([0, 2], [1, 3], 0, 2, None, "node numbers"),
        ([0, 2], [-1, 1], 0, 2, None, "node numbers"),
        ([0, 1], [1], 2, 2, None, "node numbers"),
        ([0, 0], [], 0, 2, None, "indptr"),
        ([0, 2], [1], 0, 2, None, "indptr"),
        ([0, 1], [1], 0, 2, ["a", "a"], "names"),
        ([0, 1], [1], 0, 2, ["a"], "names"),
    ],
)
def test_arrays_that_are_no_tree_are_refused(pointer, children, top, nodes, names, what):
    with pytest.raises(InputError, match=what):
        FaultTree.from_arrays([False], pointer, children, top, nodes, names)


def test_a_gate_without_children_is_refused_among_others_that_have_some():
    with pytest.raises(InputError, match="indptr"):
        FaultTree.from_arrays([False, True], [0, 2, 2], [1, 2], 0, 3)


def test_every_sentence_of_the_catalogue_exists_in_both_languages():
    with (ROOT / "risk" / "messages" / "fault_tree.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all(row["name"] and row["en"] and row["ja"] and None not in row for row in rows)
    with pytest.raises(InputError) as caught:
        FaultTree({"top": ("or", [])}, "top")
    assert "ゲート「top」" in caught.value.text("ja")
