"""Milliseconds per firm of `kanmon.risk.systemic_risk` against numpy and scipy on the same networks.

Run ``python benchmarks/systemic_risk.py [--quick] [--out FILE]``. Every size runs in a process of its own, so that peak
memory is that size's alone. Times are processor time of one thread, best of two, without compiling and
without preparing the network.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import firm_network
import numpy as np
import polars as pl
from kanmon.graph import FirmNetwork
from kanmon.risk import systemic_risk
from scipy.sparse import csr_array

TOLERANCE = 1e-2
SAMPLES = {1_000: (1_000, 100), 10_000: (1_024, 20), 100_000: (256, 4), 160_000: (256, 4)}
"""Firms scored by Kanmon and by the plain implementation, per size of network."""
SCORES = ["esri", "esri_downstream", "esri_upstream"]


class Plain:
    """The same equations in numpy and scipy: one firm at a time, all links in every step."""

    def __init__(self, network: FirmNetwork) -> None:
        n, value, self.sector = len(network.firms), network.values, np.asarray(network.sector_of)
        supplier, buyer = network.suppliers, network.buyers
        sold, bought = np.bincount(supplier, value, n), np.bincount(buyer, value, n)
        self.sold, self.weight = sold, sold / sold.sum()
        self.up = csr_array((value / sold[supplier], (supplier, buyer)), shape=(n, n))
        used = network.roles > 0
        kind = np.where(network.roles == 2, self.sector[supplier], len(network.sectors))
        pairs = np.stack([buyer, kind], axis=1)[used]
        groups, group = np.unique(pairs, axis=0, return_inverse=True)
        total = np.bincount(group, value[used])
        total = np.where(groups[:, 1] == len(network.sectors), bought[groups[:, 0]], total)
        self.down = csr_array((value[used] / total[group], (group, supplier[used])), shape=(len(groups), n))
        self.owners, self.first = np.unique(groups[:, 0], return_index=True)

    def score(self, firm: int) -> tuple[float, float, float]:
        n = len(self.sold)
        down = np.zeros(n)
        down[firm] = 1.0
        up, widest = down.copy(), 1.0
        while widest > TOLERANCE:
            left = np.bincount(self.sector, (1 - down) * self.sold)[self.sector]
            sigma = np.minimum(1.0, np.divide(self.sold, left, out=np.ones(n), where=left > 0))
            felt = np.zeros(n)
            felt[self.owners] = np.maximum.reduceat(self.down @ (sigma * down), self.first)
            next_down = np.maximum(down, np.minimum(1.0, felt))
            next_up = np.maximum(up, np.minimum(1.0, self.up @ up))
            widest = max((next_down - down).max(), (next_up - up).max())
            down, up = next_down, next_up
        return self.weight @ np.maximum(down, up), self.weight @ down, self.weight @ up


def seconds(call: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    start = clock()
    call()
    return clock() - start


def measure(folder: str, size: int) -> dict[str, float]:
    """Return the row of one size; runs in its own process."""
    network = FirmNetwork.open(folder)
    many, few = SAMPLES[size]
    sample = np.random.default_rng(1).choice(size, many, replace=False)
    row: dict[str, float] = {"firms": size, "links": len(network.buyers)}
    before = time.process_time()
    systemic_risk(network, firms=sample[:3], method="lanes", threads=1)
    row["prepare s"] = time.process_time() - before

    def ours(method: str, firms: np.ndarray, threads: int | None = 1) -> pl.DataFrame:
        return systemic_risk(network, firms=firms, method=method, threads=threads, tolerance=TOLERANCE)

    scores = ours("lanes", sample)
    row["mean steps"] = scores["steps"].mean()
    row["lanes ms"] = min(seconds(lambda: ours("lanes", sample)) for _ in range(2)) * 1e3 / many
    some = sample[: max(8, many // 8)]
    row["frontier ms"] = min(seconds(lambda: ours("frontier", some)) for _ in range(2)) * 1e3 / len(some)
    row["all cores ms"] = seconds(lambda: ours("lanes", sample, None), time.perf_counter) * 1e3 / many
    row["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    plain, found = Plain(network), []
    row["numpy ms"] = seconds(lambda: found.extend(plain.score(firm) for firm in sample[:few])) * 1e3 / few
    row["ratio"] = row["numpy ms"] / min(row["lanes ms"], row["frontier ms"])
    row["difference"] = float(np.abs(scores.select(SCORES).to_numpy()[:few] - found).max())
    return row


def compile_seconds() -> tuple[float, float]:
    """Return how long the first call of all takes, and the first call of a later process."""
    code = (
        "import time, polars as pl; from kanmon.graph import FirmNetwork; from kanmon.risk import systemic_risk\n"
        "sales = pl.DataFrame({'supplier': [1, 2], 'buyer': [2, 3], 'value': [1.0, 1.0]})\n"
        "firms = pl.DataFrame({'firm': [1, 2, 3], 'sector': ['a', 'b', 'c']})\n"
        "network = FirmNetwork.from_transactions(sales, firms); start = time.perf_counter()\n"
        "systemic_risk(network, method='lanes')\n"
        "print(time.perf_counter() - start)"
    )
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        first, later = (
            float(
                subprocess.run(
                    [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
                ).stdout
            )
            for _ in range(2)
        )
    return first, later


def markdown(rows: list[dict[str, float]]) -> str:
    def cell(name: str, value: float) -> str:
        if name in {"firms", "links", "peak MiB", "ratio"}:
            return f"{value:,.0f}"
        return f"{value:.0e}" if name == "difference" else f"{value:.3g}"

    lines = [list(rows[0]), ["---:"] * len(rows[0]), *([cell(*pair) for pair in row.items()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the two small networks only")
    parser.add_argument("--out", type=Path, help="write the table to this file too")
    parser.add_argument("--measure", nargs=2, metavar=("FOLDER", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        print(json.dumps(measure(options.measure[0], int(options.measure[1]))))
        return
    first, later = compile_seconds()
    rows = []
    for size, links in list(firm_network.SIZES.items())[: 2 if options.quick else None]:
        with tempfile.TemporaryDirectory() as folder:
            FirmNetwork.from_transactions(**firm_network.tables(size, links)).save(folder)
            command = [sys.executable, __file__, "--measure", folder, str(size)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            rows.append(json.loads(done.stdout))
    text = (
        f"## Systemic risk (ESRI), milliseconds per firm, tolerance {TOLERANCE:g}, {os.cpu_count()} cores\n\n"
        f"{markdown(rows)}\n\n"
        "lanes, frontier, numpy: processor time of one thread; all cores: elapsed time beside whatever else runs;\n"
        "prepare: coefficients, once per network; ratio: numpy to the faster of both; difference: largest, of any score.\n"
        f"Compiling takes {first:.1f} s once; loading from the cache {later:.1f} s per process.\n"
    )
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
