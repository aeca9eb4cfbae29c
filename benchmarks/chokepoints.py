"""Time chokepoints, cut sets by loss and exposure, and print a markdown table: ``python benchmarks/chokepoints.py``.

The large network is made here from a seed: items in six layers, each with four makers in 50 countries (Zipf's law), each
maker with three requirements in the next layer. Each row is the best of three runs in one process, after a run that
compiles.
"""

import time
from collections.abc import Callable
from typing import Any

import igraph
import kanmon as kn
import numpy as np
import polars as pl
from kanmon.graph import ProductionNetwork
from kanmon.graph.network import NODE_SCHEMA
from kanmon.risk import chokepoints, cut_sets, exposure
from kanmon.risk.production.criticality import _flows
from kanmon.risk.production.halts import Halts
from kanmon.risk.production.paths import betweenness, edges_of

LAYERS, COUNTRIES, MAKERS, NEEDS = 6, 50, 4, 3


def network(n_links: int, seed: int = 1) -> ProductionNetwork:
    """Return a layered network of about ``n_links`` links; the product is i0."""
    rng = np.random.default_rng(seed)
    n_items = n_links // (MAKERS + MAKERS * NEEDS)
    layer = np.sort(np.minimum(rng.integers(0, LAYERS, n_items), LAYERS - 1))
    layer[0] = 0
    first = np.searchsorted(layer, np.arange(LAYERS + 1))
    zipf = 1 / np.arange(1, COUNTRIES + 1)
    country = rng.choice(COUNTRIES, n_items * MAKERS, p=zipf / zipf.sum())
    owner = np.repeat(np.arange(n_items), MAKERS)
    below = layer[owner] + 1
    last = below >= LAYERS
    low, high = first[np.minimum(below, LAYERS - 1)], first[np.minimum(below + 1, LAYERS)]
    needs = (low[:, None] + rng.random((len(owner), NEEDS)) * (high - low)[:, None]).astype(np.int64)
    counts = np.concatenate([np.full(n_items, MAKERS), np.where(last, 0, NEEDS)])
    indices = np.concatenate([n_items + np.arange(len(owner)), needs[~last].ravel()])
    shares = rng.dirichlet(np.ones(MAKERS), n_items).ravel()
    weights = np.concatenate([shares, np.ones(int(NEEDS * (~last).sum()))])
    names = np.char.add("C", country.astype(str))
    items = np.char.add("i", np.concatenate([np.arange(n_items), owner]).astype(str))
    blank = [None] * n_items
    nodes = pl.DataFrame(
        {
            "item": items,
            "supplier": [*blank, *names.tolist()],
            "country": [*blank, *names.tolist()],
            "buyer": [*[""] * n_items, *[None] * len(owner)],
            "role": [*["market"] * n_items, *["producer"] * len(owner)],
        }
    )
    nodes = nodes.with_columns(pl.lit(None, kind).alias(c) for c, kind in NODE_SCHEMA.items() if c not in nodes.columns)
    n, ones = len(counts), np.ones(len(indices))
    pointer = np.concatenate([[0], np.cumsum(counts)])
    producer = np.arange(n) >= n_items
    caps = (np.ones(n), np.ones(n))
    return ProductionNetwork(
        nodes, producer, pointer, indices, weights, weights.copy(), ones, ones.copy(), np.zeros(n), *caps, "i0", ()
    )


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
        chain = ProductionNetwork.from_graph(world, product)
        for order in (2, 3):
            seconds, sets = best(lambda chain=chain, order=order: cut_sets(chain, None, "country", order, None, 0.5))
            row(f"{product}: sets of up to {order} countries that cut it by half", seconds, f"{sets.height} sets")
        seconds, frame = best(lambda product=product: chokepoints(world, product, kinds=["halt"]))
        row(f"{product}: chokepoints, halts", seconds, f"{frame.height} rows")
        seconds, frame = best(lambda product=product: chokepoints(world, product, buyer="JPN"), 1)
        row(f"{product}: chokepoints for JPN, halts and embargoes", seconds, f"{frame.height} rows")
    seconds, frame = best(lambda: exposure(world))
    row("world: exposure", seconds, f"{frame.height} items")


def on_a_large_network() -> None:
    """Dependency flow and single points on a million links."""
    large = network(1_150_000)
    size = f"{len(large.indices):,} links"
    halts = Halts(large, "country")
    seconds, _ = best(lambda: _flows(halts, 0), 1)
    row("dependency flow of 50 countries, three readings", seconds, size)
    seconds, sets = best(lambda: cut_sets(large, None, "country", 1), 1)
    row(f"sets of one country that stop it ({sets.height})", seconds, size)
    seconds, sets = best(lambda: cut_sets(large, None, "item", 1), 1)
    row(f"single items that stop it ({sets.height})", seconds, size)


def beside_igraph() -> None:
    """Betweenness against igraph's own time on the same edges."""
    middle = network(40_000)
    halts = Halts(middle, "country")
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
