"""Time timelines on the bundled world, and print a markdown table: ``python benchmarks/timeline.py``.

A product of the world with five changes over 365 days, best of five after a run that compiles; then 1,000 scenarios of five
changes each, drawn from a seed (halts, embargoes, stocks, a new source), on all cores.
"""

import time

import kanmon as kn
import numpy as np
from kanmon.risk import Scenario, add_source, embargo, halt, stockpile, timeline
from kanmon.risk.production.conditions import new_sources

PRODUCT, BUYER, SCENARIOS = "humanoid_robot", "JPN", 1_000


def scenarios(items: list[str], countries: list[str], count: int, seed: int = 1) -> list[Scenario]:
    """Return scenarios of two threats, two stocks and a new source each."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        item = [str(one) for one in rng.choice(items, 4)]
        where = [str(one) for one in rng.choice(countries, 2)]
        days = rng.integers(10, 200, 5).tolist()
        found.append(
            Scenario(
                str(number),
                [
                    embargo(where[0], item=item[0], to=BUYER, start=days[0] / 4, lasts=days[1]),
                    halt(where[1], item=item[1], lasts=days[2], ramp=5),
                    stockpile(item[0], days[3]),
                    stockpile(item[1], 30),
                    add_source(items[0], 0.3, ready=days[4]),
                ],
            )
        )
    return found


def main() -> None:
    graph = kn.load()
    network = graph.network(PRODUCT, buyer=BUYER)
    rows = graph.markets.filter(scope="world", level="country", preferred=True)
    items = sorted(set(rows["item"]) & set(network.items))
    many = scenarios(items, ["CHN", "COD", "KOR", "RUS", "TWN", "USA"], SCENARIOS)
    network = graph.network(PRODUCT, buyer=BUYER, sources=new_sources(many))
    whole = Scenario(
        "everything of China",
        [embargo("CHN", to=BUYER, lasts=180, ramp=30), halt("RUS", lasts=90), *list(many[0])[2:]],
    )
    print("| question | nodes | seconds |\n|---|---|---|")
    for name, one in (("five changes", many[0]), ("five changes, one hits everything", whole)):
        timeline(network, one)
        best = min(timed(lambda one=one: timeline(network, one)) for _ in range(5))
        print(f"| {name} | {len(network.kind):,} | {best:.3f} |")
    print(
        f"| {SCENARIOS:,} scenarios of five changes | {len(network.kind):,} | {timed(lambda: timeline(network, many)):.1f} |"
    )


def timed(run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
