"""Deep, wide, dense and looped graphs through every command: seconds of work, memory, and how each ends (Linux).

python benchmarks/limits.py [COMMAND ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from kanmon.graph import SupplyGraph

MAKERS = [f"C{i:03}" for i in range(200)]
PLACES = ["CHN", "JPN", "USA", "DEU", "KOR", "AUS", "BRA", "ZAF", "IDN", "CHL", "COD", "VNM", "MYS", "IND", "FRA", "CAN"]
COMMANDS = {
    "simulate": ["whatif", "DATA", "--product", "i0", "--halt", "CHN"],
    "timeline": ["whatif", "DATA", "--product", "i0", "--halt", "CHN", "--lasts", "90"],
    "chokepoints": ["chokepoints", "i0", "DATA"],
    "suppliers": ["chokepoints", "i0", "DATA", "--fails", "supplier"],
    "items": ["chokepoints", "i0", "DATA", "--fails", "item", "--order", "3"],
    "assess": ["assess", "DATA", "--out", "OUT"],
    "explore": ["explore", "DATA", "--out", "OUT.html"],
    "affected": ["affected", "CHN", "DATA"],
}


def shapes() -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
    """Yield names, numbers of items and needs: (item, input)."""
    rng = np.random.default_rng(7)
    yield "chain of 5,000", 5_000, list(pairwise(range(5_000)))
    yield "5,000 inputs", 5_001, [(0, i) for i in range(1, 5_001)]
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, 400, (40_000, 2)) if a < b}
    yield "400 items, 12,000 needs", 400, sorted(pairs)[:12_000] + [(0, i) for i in range(1, 400)]
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, 2_000, (4_000, 2)) if a != b}
    yield "2,000 items in loops", 2_000, sorted(pairs | set(pairwise(range(2_000))) | {(1_999, 0)})
    pairs = {(i, int(j)) for i in range(20_000) for j in rng.integers(i + 1, min(i + 200, 20_001), 2)}
    yield "20,000 items", 20_001, sorted(pairs)


def made(items: int, needs: list[tuple[int, int]], suppliers: int = 3) -> SupplyGraph:
    """Return a graph of that shape: each item has so many companies, in as many countries."""
    rng = np.random.default_rng(11)
    shares = []
    for i in range(items):
        companies, countries = (rng.choice(names, suppliers, replace=False) for names in (MAKERS, PLACES))
        parts = rng.dirichlet(np.ones(suppliers)).round(6)
        parts[-1] = max(0.0, 1 - parts[:-1].sum())
        for names in (companies, countries):
            shares += [
                {"item": f"i{i}", "supplier": str(name), "share": float(part), "source": "s"}
                for name, part in zip(names, parts, strict=True)
            ]
    kinds = ["product"] + ["component"] * (items - 1)
    makers = [
        {"id": name, "name_en": name, "kind": "company", "country": PLACES[i % len(PLACES)]} for i, name in enumerate(MAKERS)
    ]
    return SupplyGraph(
        items=[{"id": f"i{i}", "name_en": f"Item {i}", "kind": kinds[i]} for i in range(items)],
        inputs=[{"item": f"i{a}", "input": f"i{b}", "source": "s"} for a, b in sorted(set(needs))],
        suppliers=[*makers, *({"id": place, "name_en": place, "kind": "country"} for place in PLACES)],
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def ended(words: list[str]) -> tuple[str, float, float]:
    """Run a command in a process of its own: how it ended, seconds of the processor, GiB at most."""
    code = "from kanmon.app.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8"
    ) as child:
        said = child.stderr.read().strip() if child.stderr else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    end = "answer" if child.returncode == 0 else "advice" if "--limit" in said else f"exit {child.returncode}: {said[-300:]}"
    return end, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def main() -> None:
    """Print a line an answer."""
    chosen = sys.argv[1:] or list(COMMANDS)
    os.environ["KANMON_LANG"] = "en"
    with tempfile.TemporaryDirectory() as folder:
        for name, items, needs in shapes():
            data = Path(folder) / f"{items}"
            made(items, needs).write(data)
            for command in chosen:
                out = str(Path(folder) / f"{items}-{command}")
                words = [word.replace("DATA", str(data)).replace("OUT", out) for word in COMMANDS[command]]
                end, seconds, memory = ended(words)
                print(f"{name:26} {command:12} {seconds:6.1f} s {memory:5.2f} GiB  {end}", flush=True)


if __name__ == "__main__":
    main()
