"""The main job on the bundled world: whole commands, and one scenario after compilation."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import kanmon as kn
from kanmon.risk import Scenario, embargo, halt, simulate


def command(*arguments: str, runs: int = 3) -> float:
    """Median seconds of a whole process."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call = [sys.executable, "-c", "from kanmon.app.cli import main; main()", *arguments]
        subprocess.run(call, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


RUNS = 21


def scenario_ms(network: kn.ProductionNetwork, scenario: Scenario) -> float:
    """Median milliseconds of one scenario on a compiled network."""
    simulate(network, scenario)
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        simulate(network, scenario)
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def main() -> None:
    graph = kn.load("world")
    start = time.perf_counter()
    network = graph.network()
    compiled = 1000 * (time.perf_counter() - start)
    print(f"| what | median | target |\n|---|---|---|\n| kanmon --help | {command('--help'):.2f} s | 0.5 s |")
    print(f"| kanmon assess (world) | {command('assess'):.2f} s | 5 s |")
    print(f"| kanmon assess --json (world) | {command('assess', '--json'):.2f} s | 5 s |")
    print(f"| compile world ({network!r}) | {compiled:.0f} ms | |")
    magnets = Scenario("magnets", embargo("CHN", item="ndfeb_magnet", to="JPN"))
    print(f"| one embargo on world | {scenario_ms(network, magnets):.1f} ms | 20 ms |")
    what = ("whatif", "--product", "humanoid_robot", "--halt", "CHN")
    print(f"| kanmon whatif (humanoid_robot, halt) | {command(*what):.2f} s | 0.9 s |")
    print(f"| everything of one country halted | {scenario_ms(network, Scenario('halt', halt('CHN'))):.1f} ms | 20 ms |")


if __name__ == "__main__":
    main()
