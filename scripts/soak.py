"""Long runs: random scenarios against plain iteration, audits of mutated workbooks against the oracle, and memory.

python scripts/soak.py --scenarios 10000 --audits 1000 --hostile 500
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from fuzz import memory
from fuzz_inputs import CELLS

ROOT = Path(__file__).parents[1]
FLAT = 64
"""MiB that a run may hold at its end above what it held after a tenth."""


def module(path: str) -> ModuleType:
    """Return a script or a file of tests as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def scenario(slow: ModuleType, seed: int) -> str:
    """Ask one random question of one random graph; `slow` answers it by plain iteration over plain data."""
    from kanmon.risk import Scenario, embargo, reduce, simulate

    rng = np.random.default_rng(seed)
    inputs, shares = slow.random_case(rng, cyclic=bool(seed % 2))
    where = [(item, place) for item, row in shares.items() for place in row]
    lost: dict[tuple[str, str], float] = {}
    cut: dict[tuple[str, str, str], float] = {}
    changes = []
    for k in rng.choice(len(where), min(3, len(where)), replace=False):
        item, place = where[k]
        part = float(rng.choice([1.0, rng.random()]))
        if rng.random() < 0.5:
            lost[item, place] = part
            changes.append(reduce(place, part, item=item))
        else:
            to = [other for other in slow.COUNTRIES if other != place][: int(rng.integers(1, 4))]
            cut |= {(item, place, buyer): part for buyer in to}
            changes.append(embargo(place, item=item, to=to, share=part))
    frame = simulate(slow.graph_of(inputs, shares), Scenario("s", changes))
    expected = slow.oracle(inputs, shares, lost, cut)
    for item, low, high, estimate in frame.select("item", "kept_low", "kept_high", "kept_estimate").iter_rows():
        assert low - 1e-8 <= expected[item] <= high + 1e-8, (seed, item, low, expected[item], high)
        assert low - 1e-9 <= estimate <= high + 1e-9, (seed, item, low, estimate, high)
        # In a loop the estimate takes the best arrangement: else any loss would run to nothing.
        assert seed % 2 or abs(estimate - expected[item]) < 1e-8, (seed, item, estimate, expected[item])
    return "right"


def hostile(sheets: dict[str, list[list[Any]]], cells: list[str], seed: int, world: Any, folder: Path) -> str:
    """Audit the demo workbook with cells of any kind, which the oracle cannot read; "right" or "refused"."""
    import xlsxwriter
    from kanmon.app.audit.content import content
    from kanmon.app.audit.report import audit
    from kanmon.graph import KanmonError

    rng = random.Random(seed)
    mine = {name: [list(row) for row in rows] for name, rows in sheets.items()}
    for _ in range(rng.randint(1, 6)):
        rows = mine[rng.choice([name for name, rows in mine.items() if rows])]
        row = rng.choice(rows)
        if row:
            what = rng.random()
            if what < 0.7:
                row[rng.randrange(len(row))] = rng.choice(cells)
            elif what < 0.85:
                rows.append(list(row))
            else:
                rows.remove(row)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name, rows in mine.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if isinstance(value, int | float):
                        sheet.write_number(i, j, value)
                    elif value is not None:
                        sheet.write_string(i, j, str(value))
    path = folder / "audit.xlsx"
    path.write_bytes(target.getvalue())
    try:
        found = audit(path, lang="en", date="2026-01-01", world=world)
        told = content(found, "en")
    except KanmonError as error:
        assert error.text("en") and error.text("ja")
        return "refused"
    for row in [*found.figures.countries, *found.figures.makers]:
        for product in row["products"]:
            for name in ("lost", "stops"):
                low, middle, high = product[f"{name}_low"], product[name], product[f"{name}_high"]
                assert -1e-9 <= low <= middle + 1e-9 <= high + 2e-9 <= 1 + 3e-9, (seed, row["node"], name, low, middle, high)
            assert product["market_low"] <= product["market"] + 1e-9 <= 1 + 2e-9, (seed, row["node"])
        named = {
            part for part, sources in found.company.sources.items() for s in sources if s.active and s.country == row["node"]
        }
        assert row["maker"] or named == set(row["parts"]), (seed, row["node"])
    json.dumps(told, allow_nan=False, default=str)
    return "right"


def compared(seed: int, folder: Path) -> str:
    """Audit a mutated workbook, and say which of its figures are not those of the oracle; "right" where all are."""
    from audit_oracle.agreement import ALL
    from audit_oracle.mutants import mutated
    from audit_oracle.stops import Oracle
    from kanmon.app.audit.content import content
    from kanmon.app.audit.report import audit
    from kanmon.graph import SupplyGraph

    # The oracle knows nothing of the facts of the market that are joined to a company's own.
    path = mutated(folder / "audit.xlsx", seed, deep=seed % 5 != 0)
    found, oracle = audit(path, lang="ja", date="2026-11-23", world=SupplyGraph()), Oracle(path)
    shown = content(found, "ja")
    for check in ALL:
        try:
            check(found, oracle, shown)
        except AssertionError as error:
            print(f"seed {seed}: {check.__name__}: {error}", flush=True)
            return "differ"
    return "right"


def often(count: int, first: int, what: str, run: Callable[[int], str]) -> tuple[dict[str, int], float]:
    """Run a count of seeds; return how they ended, and by how much the memory grew after the first tenth."""
    ends: dict[str, int] = {}
    held: list[float] = []
    for number in range(count):
        end = run(first + number)
        ends[end] = ends.get(end, 0) + 1
        if number % max(1, count // 10) == 0 or number == count - 1:
            held.append(memory())
            print(f"{number + 1:,} {what}, {ends}, {held[-1]:,.0f} MiB, {time.process_time():,.0f} s", flush=True)
    return ends, held[-1] - held[1] if len(held) > 2 else 0.0


def main() -> None:
    """Run all and print what was done; exit 1 where a figure differs or memory grew."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--audits", type=int, default=1_000)
    parser.add_argument("--hostile", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(ROOT / "tests" / "oracles"))
    import fastexcel
    from kanmon.datasets import load

    slow, world = module("tests/risk/test_simulation.py"), load("world")
    book = fastexcel.read_excel(str(ROOT / "datasets" / "data" / "demo_company" / "audit.xlsx"))
    sheets = {name: book.load_sheet(name, header_row=None).to_polars().rows() for name in book.sheet_names}
    cells = [*CELLS, "0.5", "2", "30"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs: list[tuple[int, str, Callable[[int], str]]] = [
            (given.scenarios, "scenarios", lambda seed: scenario(slow, seed)),
            (given.audits, "audits", lambda seed: compared(seed, folder)),
            (given.hostile, "audits of hostile cells", lambda seed: hostile(sheets, cells, seed, world, folder)),
        ]
        found = {what: often(count, given.seed, what, run) for count, what, run in runs}
    grown = max(more for _, more in found.values())
    for what, (ends, more) in found.items():
        print(f"{sum(ends.values()):,} {what}: {ends}, memory grew by {more:,.0f} MiB")
    sys.exit(1 if grown > FLAT or any("differ" in ends for ends, _ in found.values()) else 0)


if __name__ == "__main__":
    main()
