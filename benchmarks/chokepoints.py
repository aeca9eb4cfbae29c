"""Time chokepoints, cut sets by loss and exposure, and print a markdown table: ``python benchmarks/chokepoints.py``.

The large network is made here from a seed: items in six layers, each with four makers in 50 countries (Zipf's law) and
three requirements in the next layer. Each row is the best of three runs in one process, after a run that
compiles.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import igraph
import kanmon as kn
import numpy as np
import polars as pl
from kanmon.graph import ProductionNetwork, SupplyGraph
from kanmon.risk import chokepoints, cut_sets, exposure
from kanmon.risk.production.criticality import _flows
from kanmon.risk.production.failures import Failures
from kanmon.risk.production.paths import betweenness, edges_of

LAYERS, COUNTRIES, MAKERS, NEEDS = 6, 50, 4, 3


def network(n_items: int, seed: int = 1) -> ProductionNetwork:
    """Return a layered network of so many items; the product is i0."""
    rng = np.random.default_rng(seed)
    layer = np.sort(np.minimum(rng.integers(0, LAYERS, n_items), LAYERS - 1))
    layer[0] = 0
    first = np.searchsorted(layer, np.arange(LAYERS + 1))
    zipf = 1 / np.arange(1, COUNTRIES + 1)
    owner = np.repeat(np.arange(n_items), MAKERS)
    country = rng.choice(COUNTRIES, len(owner), p=zipf / zipf.sum())
    user = np.repeat(np.flatnonzero(layer < LAYERS - 1), NEEDS)
    low, high = first[layer[user] + 1], first[layer[user] + 2]
    need = (low + rng.random(len(user)) * (high - low)).astype(np.int64)
    name = np.char.add("i", np.arange(n_items).astype(str))
    shares = pl.DataFrame(
        {
            "item": name[owner],
            "supplier": np.char.add("C", country.astype(str)),
            "share": rng.dirichlet(np.ones(MAKERS), n_items).ravel(),
        }
    )
    graph = SupplyGraph(
        items=pl.DataFrame({"id": name, "name_en": name, "kind": "component"}),
        inputs=pl.DataFrame({"item": name[user], "input": name[need], "source": "s"}).unique(maintain_order=True),
        suppliers=pl.DataFrame({"id": [f"C{k}" for k in range(COUNTRIES)], "name_en": "x", "kind": "country"}),
        shares=shares.group_by("item", "supplier", maintain_order=True)
        .agg(pl.col("share").sum().clip(upper_bound=1.0))
        .with_columns(source=pl.lit("s")),
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    return replace(graph.network(), product="i0")


def best(run: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """Return the shortest time (s) of a run after a first one, and what it returned."""
    result, times = run(), []
    for _ in range(repeat):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    return min(times), result


def row(what: str, seconds: float, size: str) -> None:
    """Print a line of the table."""
    print(f"| {what} | {size} | {seconds:.3f} s |", flush=True)


def on_world() -> None:
    """Country pairs and triples by loss, chokepoints and exposure of the bundled data."""
    world = kn.load("world")
    for product in ("humanoid_robot", "mlcc", "marine_crankshaft", "ev_battery_pack"):
        chain = world.network(product)
        for order in (2, 3):
            seconds, sets = best(
                lambda chain=chain, order=order: cut_sets(chain, fails="country", max_order=order, threshold=0.5)
            )
            row(f"{product}: sets of up to {order} countries that cut it by half", seconds, f"{sets.height} sets")
        seconds, frame = best(lambda product=product: chokepoints(world, product, kinds=["halt"]))
        row(f"{product}: chokepoints, halts", seconds, f"{frame.height} rows")
        seconds, frame = best(lambda product=product: chokepoints(world, product, buyer="JPN"), 1)
        row(f"{product}: chokepoints for JPN, halts and embargoes", seconds, f"{frame.height} rows")
    seconds, frame = best(lambda: exposure(world))
    row("world: exposure", seconds, f"{frame.height} items")


def on_a_large_network() -> None:
    """Dependency flow and sets on 45,000 items."""
    large = network(45_000)
    size = f"{len(large.indices):,} links"
    halts = Failures(large, "country")
    seconds, _ = best(lambda: _flows(halts, 0), 1)
    row("dependency flow of 50 countries, three readings", seconds, size)
    seconds, sets = best(lambda: cut_sets(large, fails="country", max_order=1), 1)
    row(f"sets of one country that stop it ({sets.height})", seconds, size)
    seconds, sets = best(lambda: cut_sets(large, fails="country", max_order=3), 1)
    row(f"sets of up to three countries that stop it, with their losses ({sets.height})", seconds, size)


def beside_igraph() -> None:
    """Betweenness against igraph's own time on the same edges."""
    middle = network(2_500)
    halts = Failures(middle, "country")
    edges, size, wanted = edges_of(halts)
    view = igraph.Graph(size, edges, directed=True)
    alone, _ = best(lambda: view.betweenness(vertices=wanted, directed=True))
    whole, _ = best(lambda: betweenness(halts))
    row("betweenness, igraph alone", alone, f"{len(edges):,} edges")
    row(f"betweenness from the network ({whole / alone - 1:+.1%})", whole, f"{len(edges):,} edges")


if __name__ == "__main__":
    print("| what | size | best |\n|---|---:|---:|")
    on_world()
    on_a_large_network()
    beside_igraph()
