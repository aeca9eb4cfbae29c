"""Time the cut set engine and print a markdown table: ``python benchmarks/cut_sets.py [folder of Aralia models]``.

Every model is made here from a seed, but for the public Aralia trees, which are read from a folder where there is one.
Each row is the best of three runs in one process, after a first run that compiles; building a tree from arrays is in.
"""

import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
from kanmon.graph import LimitError, SupplyGraph
from kanmon.risk import cut_sets
from kanmon.risk.faults.fault_tree import FaultTree

ARALIA = Path(__file__).parents[2] / "shared" / "golden" / "aralia"


def tree(needs: list[tuple[np.ndarray, np.ndarray]], conjunctive: np.ndarray, n_nodes: int) -> FaultTree:
    """Return the tree with top 0 whose links are the pairs (gate, child) of ``needs``."""
    gates, children = (np.concatenate(side) for side in zip(*needs, strict=True))
    order = np.argsort(gates, kind="stable")
    indptr = np.searchsorted(gates[order], np.arange(len(conjunctive) + 1))
    return FaultTree.from_arrays(conjunctive, indptr, children[order], 0, n_nodes)


def layered(n_items: int, n_countries: int, n_layers: int, single: float, seed: int) -> Callable[[], FaultTree]:
    """Items in layers, each made by 1 to 3 facilities (alternatives); a facility fails on its own, with its country,
    or when an item of the next layer that it needs does. Countries follow Zipf's law; ``single``: share of items
    with one facility.
    """
    rng = np.random.default_rng(seed)
    weight = np.geomspace(1, 500, n_layers)
    sizes = np.maximum(1, (weight / weight.sum() * n_items).astype(int))
    n_items = int(sizes.sum())
    layer, first = np.repeat(np.arange(n_layers), sizes), np.concatenate(([0], np.cumsum(sizes)))
    owner = np.repeat(np.arange(n_items), rng.choice([1, 2, 3], n_items, p=[single, (1 - single) / 2, (1 - single) / 2]))
    facility, item = 1 + n_items + np.arange(len(owner)), 1 + np.arange(n_items)
    zipf = 1 / np.arange(1, n_countries + 1)
    n_gates = 1 + n_items + len(owner)
    needs = [
        (np.zeros(sizes[0], int), item[: sizes[0]]),
        (item[owner], facility),
        (facility, n_gates + np.arange(len(owner))),
        (facility, n_gates + len(owner) + rng.choice(n_countries, len(owner), p=zipf / zipf.sum())),
    ]
    for upper in range(n_layers - 1):
        users, used = facility[layer[owner] == upper], item[first[upper + 1] : first[upper + 2]]
        needs += [(rng.choice(users, len(some)), some) for some in (used, rng.choice(used, len(used) // 2))]
    conjunctive = np.zeros(n_gates, np.bool_)
    conjunctive[item] = True
    return lambda: tree(needs, conjunctive, n_gates + len(owner) + n_countries)


def bill_of_materials(seed: int) -> Callable[[], FaultTree]:
    """A product of 600 components, each from 1 to 4 of 400 suppliers and of 1 to 3 of 200 materials, each of these from
    2 to 5 of the same suppliers.
    """
    rng = np.random.default_rng(seed)
    n_components, n_suppliers, n_materials = 600, 400, 200
    sourced = 1 + n_components + n_materials  # one and-gate "all suppliers fail" for each component and material
    n_gates = sourced + n_components + n_materials
    needs = [(np.zeros(n_components, int), 1 + np.arange(n_components))]
    for number in range(n_components + n_materials):
        component = number < n_components
        suppliers = rng.choice(n_suppliers, rng.integers(1, 5) if component else rng.integers(2, 6), replace=False)
        materials = rng.choice(n_materials, rng.integers(1, 4) if component else 0, replace=False)
        below = np.concatenate(([sourced + number], 1 + n_components + materials)).astype(int)
        needs.append((np.full(len(below), 1 + number), below))
        needs.append((np.full(len(suppliers), sourced + number), n_gates + suppliers))
    conjunctive = np.arange(n_gates) >= sourced
    return lambda: tree(needs, conjunctive, n_gates + n_suppliers)


def firms(n_firms: int, n_links: int, n_sectors: int, seed: int) -> Callable[[], FaultTree]:
    """Firms that buy from each other, loops and all: a firm fails on its own, or when all that sell it one sector's
    goods do. Sellers follow Pareto's law.
    """
    rng = np.random.default_rng(seed)
    weight = rng.pareto(1.2, n_firms) + 1
    buyer, seller = rng.integers(0, n_firms, n_links), rng.choice(n_firms, n_links, p=weight / weight.sum())
    inputs, place = np.unique(buyer * n_sectors + rng.integers(0, n_sectors, n_firms)[seller], return_inverse=True)
    n_gates = n_firms + len(inputs)
    needs = [
        (np.arange(n_firms), n_gates + np.arange(n_firms)),
        (inputs // n_sectors, n_firms + np.arange(len(inputs))),
        (n_firms + place, seller),
    ]
    conjunctive = np.arange(n_gates) >= n_firms
    return lambda: tree(needs, conjunctive, n_gates + n_firms)


def aralia(path: Path) -> Callable[[], FaultTree]:
    """A fault tree of the Open-PSA exchange format; k-of-n gates as the or of the and of every k."""
    gates = {}
    for definition in ET.parse(path).getroot().iter("define-gate"):
        gate, formula = definition.get("name"), definition[0]
        children = [child.get("name") for child in formula]
        if formula.tag == "atleast":
            chosen = list(combinations(children, int(formula.attrib["min"])))
            gates |= {f"{gate}/{at}": ("and", some) for at, some in enumerate(chosen)}
            children = [f"{gate}/{at}" for at in range(len(chosen))]
        gates[gate] = ("or" if formula.tag == "atleast" else formula.tag, children)
    (top,) = set(gates) - {child for _, children in gates.values() for child in children}
    return lambda: FaultTree(gates, top)


def as_graph(path: Path) -> tuple[SupplyGraph, str]:
    """The same tree as a supply graph, and its top: each basic event is the one maker of an item, gates are made by one that
    always stands."""
    tree = aralia(path)()
    kinds, pointer, children = tree._gates
    ids = [f"i_{name}" for name in tree._names]
    maker = ["standing"] * len(kinds) + [f"e_{name}" for name in tree._names[len(kinds) :]]
    owner = np.repeat(np.arange(len(kinds)), np.diff(pointer)).tolist()
    inputs = [
        {"item": ids[gate], "input": ids[child], "group": "any" if kinds[gate] else None, "source": "s"}
        for gate, child in zip(owner, children.tolist(), strict=True)
    ]
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in ids],
        inputs=inputs,
        suppliers=[{"id": id, "name_en": id, "kind": "company"} for id in dict.fromkeys(maker)],
        shares=[{"item": id, "supplier": who, "share": 1.0, "source": "s"} for id, who in zip(ids, maker, strict=True)],
        sources=[{"id": "s", "title": path.name, "publisher": "Aralia"}],
    )
    return graph, ids[tree._top]


def losses_row(name: str, path: Path, max_order: int | None) -> None:
    """Print the time of `risk.cut_sets` on a tree as a graph: checking, compiling and the losses of every set are in."""
    graph, top = as_graph(path)
    times, found = [], None
    for _ in range(3):
        start = time.perf_counter()
        found = cut_sets(SupplyGraph(**graph.tables), top, fails="supplier", max_order=max_order)
        times.append(time.perf_counter() - start)
    assert found is not None
    count = found.filter(~found["members"].list.contains("standing")).height
    order, sizes = "all" if max_order is None else max_order, f"{graph.suppliers.height:,} | {graph.inputs.height:,}"
    print(f"| {name} as a graph, with losses | {sizes} | {order} | {count:,} | {min(times):.3f} s | |")


def row(name: str, build: Callable[[], FaultTree], max_order: int | None, target: str = "") -> None:
    times, answer = [], ""
    for _ in range(4):
        start = time.perf_counter()
        try:
            answer = f"{len(build().minimal_cut_sets(max_order)):,}"
        except LimitError as error:
            answer = f"refused: {error}"
        times.append(time.perf_counter() - start)
    model = build()
    links, events = len(model._gates[2]), len(model.events)
    order = "all" if max_order is None else max_order
    print(f"| {name} | {events:,} | {links:,} | {order} | {answer} | {min(times[1:]):.3f} s | {target} |", flush=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ARALIA
    print("| model | events | links | order | minimal cut sets | time | target |")
    print("|---|---|---|---|---|---|---|")
    for order in (1, 2, 3, 4):
        row("600 components, 400 suppliers, 200 materials", bill_of_materials(1), order, "< 0.1 s" * (order == 3))
    for layers, countries, single in ((4, 50, 0.1), (8, 50, 0.1), (6, 200, 0.3)):
        model = layered(45_000, countries, layers, single, seed=1)
        name = f"45,000 items in {layers} layers, {countries} countries, {single:.0%} of items from one facility"
        for order in (1, 2, 3, 4):
            row(name, model, order, "< 0.5 s" * (order == 3))
    row("layers, 1 million links", layered(112_000, 200, 6, 0.1, seed=1), 1, "< 10 s")
    for sectors in (5, 20, 100):
        row(f"200,000 firms that trade in {sectors} sectors", firms(200_000, 1_000_000, sectors, seed=1), 1, "< 10 s")
    for order in (2, 3):
        row("20,000 firms that trade in 20 sectors", firms(20_000, 60_000, 20, seed=1), order)
    for name, target in (("chinese", ""), ("baobab1", "< 60 s")):
        if (folder / f"{name}.xml").exists():
            for order in (4, 6, None):
                row(f"Aralia {name}", aralia(folder / f"{name}.xml"), order, target * (order is None))
            for order in (3, None):
                losses_row(f"Aralia {name}", folder / f"{name}.xml", order)


if __name__ == "__main__":
    main()
