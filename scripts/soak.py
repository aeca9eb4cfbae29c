"""Long runs: random scenarios against plain iteration, audits of mutated workbooks, and the memory that stays.

python scripts/soak.py --scenarios 10000 --audits 1000
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import random
import sys
import tempfile
import warnings
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


def scenario(slow: ModuleType, seed: int) -> None:
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


def audited(sheets: dict[str, list[list[Any]]], cells: list[str], seed: int, world: Any, folder: Path) -> str:
    """Audit the demo workbook after some of its cells were changed; "right" or "refused"."""
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


def main() -> None:
    """Run both and print what was done; exit 1 where memory grew."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--audits", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    slow = module("tests/risk/test_simulation.py")
    held: list[float] = []
    for number in range(given.scenarios):
        scenario(slow, given.seed + number)
        if number % max(1, given.scenarios // 10) == 0:
            held.append(memory())
            print(f"{number:,} scenarios, {held[-1]:,.0f} MiB", flush=True)
    grown = [held[-1] - held[1]] if len(held) > 2 else []
    import fastexcel
    from kanmon.datasets import load

    book = fastexcel.read_excel(str(ROOT / "datasets" / "data" / "demo_company" / "audit.xlsx"))
    sheets = {name: book.load_sheet(name, header_row=None).to_polars().rows() for name in book.sheet_names}
    ends: dict[str, int] = {"right": 0, "refused": 0}
    held, world = [], load("world")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.audits):
            end = audited(sheets, [*CELLS, "0.5", "2", "30"], given.seed + number, world, Path(folder))
            ends[end] += 1
            if number % max(1, given.audits // 10) == 0:
                held.append(memory())
                print(f"{number:,} audits, {ends}, {held[-1]:,.0f} MiB", flush=True)
    grown += [held[-1] - held[1]] if len(held) > 2 else []
    print(
        f"{given.scenarios:,} scenarios, {given.audits:,} audits ({ends}), memory grew by {max(grown, default=0):,.0f} MiB"
    )
    sys.exit(1 if max(grown, default=0) > FLAT else 0)


if __name__ == "__main__":
    main()
