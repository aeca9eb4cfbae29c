"""How long the first call of each main function takes on a machine that has compiled nothing yet.

    python scripts/first_use.py [--limit SECONDS] [NAME ...]
    python scripts/first_use.py --warm    # call each once, so that the compiled code is kept on this machine

Every call is the first of a process of its own, with an empty cache of compiled code; `kanmon` is imported and the graph is
loaded before the clock starts. Seconds are those of the clock and of the processor (with its threads). Exit code 1 where
a call took longer than the limit by both.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

CALLS = {
    "load": "kn.load('world')",
    "concentration": "kn.risk.concentration(graph)",
    "simulate": "kn.risk.simulate(graph, stop, product=product)",
    "simulate, buyer": "kn.risk.simulate(graph, stop, product=product, buyer='JPN')",
    "explain": "kn.risk.explain(graph, product, 'CHN')",
    "chokepoints": "kn.risk.chokepoints(graph, product)",
    "chokepoints, companies": "kn.risk.chokepoints(graph, product, fails='supplier')",
    "cut_sets": "kn.risk.cut_sets(graph, product)",
    "affected": "kn.risk.affected(graph, 'CHN')",
    "exposure": "kn.risk.exposure(graph, product)",
    "timeline": "kn.risk.timeline(graph, stop, product=product, horizon=365)",
    "best_measures": "kn.risk.best_measures(graph, {product: 1.0}, threats, options, 10, buyer='JPN')",
    "control_losses": "kn.risk.control_losses(graph, kn.datasets.measures(), product, buyer='JPN')",
    "sweep": "kn.risk.sweep(graph, [stop], product=product)",
    "uncertainty": "kn.risk.uncertainty(graph, [stop], product=product)",
    "what_to_find_out": "kn.risk.what_to_find_out(graph, [stop], product=product)",
    "systemic_risk": "kn.risk.systemic_risk(firms)",
    "import_concentration": "kn.risk.import_concentration(kn.datasets.bundled_trade(), 'JPN')",
    "flag_technologies": "kn.risk.flag_technologies(['永久磁石 φ10', '六角ボルト'])",
    "link_parts": "kn.risk.link_parts(['NdFeB magnet N42', 'bolt'], graph)",
}
SETUP = """
import os, sys, time
import kanmon as kn
import polars as pl
graph = kn.load("world")
product = "humanoid_robot"
stop = kn.risk.Scenario("stop", kn.risk.halt("CHN", item="ndfeb_magnet"))
sales = pl.DataFrame({"supplier": list(range(999)), "buyer": list(range(1, 1000)), "value": [1.0] * 999})
firms = kn.graph.FirmNetwork.from_transactions(sales, pl.DataFrame({"firm": list(range(1000)), "sector": ["a"] * 1000}))
threats = [kn.risk.Threat(stop, days=100)]
options = [kn.risk.more_stock("stock", "ndfeb_magnet", 30, cost=1)]
wall, work = time.perf_counter(), time.process_time()
"""


def first(call: str) -> tuple[float, float]:
    """Return the seconds of the clock and of the processor that a call takes as the first of its process."""
    code = f"{SETUP}{call}\nprint(time.perf_counter() - wall, time.process_time() - work)"
    with tempfile.TemporaryDirectory() as empty:
        told = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"NUMBA_CACHE_DIR": empty}, capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
    wall, work = map(float, told.stdout.split()[-2:])
    return wall, work


def main() -> None:
    """Measure and print a line per call."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CALLS))
    parser.add_argument("--limit", type=float, default=0.0)
    parser.add_argument("--warm", action="store_true")
    given = parser.parse_args()
    if given.warm:
        exec("\n".join([SETUP, *(CALLS[name] for name in given.names or CALLS)]), {})
        return
    slow = 0
    for name in given.names or CALLS:
        wall, work = first(CALLS[name])
        late = given.limit and min(wall, work) > given.limit
        slow += bool(late)
        print(f"{name:24} {wall:6.2f} s {work:6.2f} s of work{'  too slow' if late else ''}", flush=True)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
