"""Time thousands of scenarios of one product and print a markdown table: ``python benchmarks/sweeps.py``.

The scenarios are made from a seed: one to three changes each, halts, embargoes and reductions of countries and of single
steps. Beside the sweep stands the same question asked one scenario at a time, for a hundred of them.
"""

import time

import kanmon as kn
import numpy as np
from kanmon.risk import Scenario, embargo, halt, reduce, simulate, sweep

COUNT, ALONE = 10_000, 100


def scenarios(count: int, countries: list[str], items: list[str], buyer: str, seed: int = 1) -> list[Scenario]:
    """Return so many scenarios of one to three changes."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        changes = []
        for _ in range(rng.integers(1, 4)):
            node = str(rng.choice(countries))
            item = str(rng.choice(items)) if rng.random() < 0.5 else None
            kind = rng.integers(3)
            changes.append(
                halt(node, item=item)
                if kind == 0
                else embargo(node, item=item, to=buyer)
                if kind == 1
                else reduce(node, round(float(rng.random()), 2), item=item)
            )
        made.append(Scenario(f"s{number}", changes))
    return made


def main() -> None:
    world, buyer = kn.load("world"), "JPN"
    print("| what | scenarios | time | a scenario |\n|---|---:|---:|---:|")
    for product in ("humanoid_robot", "ev_battery_pack"):
        network = world.network(product, buyer=buyer)
        countries = [c for c in network.makers["country"].drop_nulls().unique().sort().to_list() if c != buyer]
        asked = scenarios(COUNT, countries, sorted(network.items), buyer)
        sweep(network, asked[:200])
        start = time.perf_counter()
        sweep(network, asked)
        whole = time.perf_counter() - start
        start = time.perf_counter()
        for one in asked[:ALONE]:
            simulate(network, one)
        alone = time.perf_counter() - start
        print(f"| {product}, `sweep` | {COUNT:,} | {whole:.1f} s | {1000 * whole / COUNT:.2f} ms |")
        print(
            f"| {product}, `simulate` one by one | {ALONE:,} | {alone:.1f} s | {1000 * alone / ALONE:.2f} ms |", flush=True
        )


if __name__ == "__main__":
    main()
