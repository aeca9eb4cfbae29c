"""Time timelines on the bundled world, and print a markdown table: ``python benchmarks/timeline.py``.

A product of the world with five changes over 365 days, best of five after a run that compiles: drawn from a seed (halts,
embargoes, stocks, a new source); one of them hitting everything that a country makes; five threats to whole countries, with
ramps of 30 days on days of their own. Then 1,000 scenarios of the first kind with a bar of progress. Seconds are of a clock
and, in brackets, of the processor: of all cores together, whatever else runs.
"""

import time

import kanmon as kn
import numpy as np
from kanmon.risk import Scenario, add_source, embargo, halt, stockpile, timeline
from kanmon.risk.production.conditions import new_sources
from rich.console import Console
from rich.progress import Progress

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
    """Print the table."""
    graph = kn.load()
    network = graph.network(PRODUCT, buyer=BUYER)
    rows = graph.markets.filter(scope="world", level="country", preferred=True)
    items = sorted(set(rows["item"]) & set(network.items))
    many = scenarios(items, ["CHN", "COD", "KOR", "RUS", "TWN", "USA"], SCENARIOS)
    network = graph.network(PRODUCT, buyer=BUYER, sources=new_sources(many))
    whole = Scenario(
        "one hits everything of a country",
        [embargo("CHN", to=BUYER, lasts=180, ramp=30), halt("RUS", lasts=90), *list(many[0])[2:]],
    )
    ramps = Scenario(
        "five ramps",
        [
            halt("CHN", lasts=180, ramp=30),
            halt("USA", start=7.3, lasts=90, ramp=30),
            embargo("KOR", to=BUYER, start=3.1, lasts=200, ramp=30),
            halt("RUS", start=1.7, lasts=90, ramp=30),
            halt("DEU", start=11.9, lasts=20, ramp=30),
        ],
    )
    print("| question | nodes | rows | seconds (processor) |\n|---|---|---|---|")
    for one in (Scenario("five changes", list(many[0])), whole, ramps):
        rows = timeline(network, one).height
        found = [timed(lambda one=one: timeline(network, one)) for _ in range(5)]
        clock, processor = (min(times) for times in zip(*found, strict=True))
        print(f"| {one.name} | {len(network.kind):,} | {rows:,} | {clock:.3f} ({processor:.3f}) |", flush=True)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=SCENARIOS)
        clock, processor = timed(lambda: timeline(network, many, progress=lambda done: bar.update(task, completed=done)))
    print(f"| {SCENARIOS:,} scenarios of five changes | {len(network.kind):,} | | {clock:.1f} ({processor:.1f}) |")


def timed(run) -> tuple[float, float]:
    """Return the seconds of a run: of the clock, of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - processor


if __name__ == "__main__":
    main()
