"""A company of many lines through ``check`` and ``audit``: seconds of work, of the clock, and memory at most (Linux).

``python benchmarks/audit.py [--bom 50000] [--ledger 100000] [--suppliers 400] [--format csv|xlsx] [--keep FOLDER]``

The files are made from a seed: forty products of sub-assemblies, a purchase ledger of two years with Japanese headers in
thousands of yen, and the company's products with their revenue.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

PRODUCTS, UNITS, PARTS = 40, 40, 12_000
PLACES = ["日本", "中国", "台湾", "ドイツ", "韓国", "アメリカ", "タイ", "ベトナム", ""]
WEIGHTS = [0.45, 0.2, 0.08, 0.05, 0.06, 0.05, 0.04, 0.03, 0.04]
NAMES = [
    *("六角ボルト M{} SUS304", "深溝玉軸受 60{}ZZ", "ネオジム磁石 N42 {}mm", "積層セラミックコンデンサ {}nF", "銅線 φ{}"),
    *(
        "アルミ板 A5052 t{}",
        "オイルシール {}",
        "マイコン {}ピン",
        "コネクタ {}極",
        "リチウムイオン電池 {}mAh",
        "Oリング P{}",
    ),
    *("Helical gear m1 z{}", "DC motor {} W", "Carbon film resistor {}k", "Bracket S45C {}", "Wire harness {}", "Label {}"),
    *("ACサーボモータ {}W", "基板 FR-4 {}層", "Spring SWP-B {}", "樹脂カバー ABS {}", "センサ {}V", "Steel sheet SPCC {}"),
]


def made(folder: Path, bom: int, ledger: int, suppliers: int) -> None:
    """Write products, bill and ledger of a made-up company."""
    rng = np.random.default_rng(20261128)
    parts = [f"P-{i:05}" for i in range(PARTS)]
    names = [NAMES[i % len(NAMES)].format(2 + i // len(NAMES)) for i in range(PARTS)]
    products = [f"PRD-{i:02}" for i in range(PRODUCTS)]
    revenue = rng.integers(1, 90, PRODUCTS) * 100_000
    pl.DataFrame(
        {"製品コード": products, "製品名": [f"装置 {i}型" for i in range(PRODUCTS)], "売上高（千円）": revenue}
    ).write_csv(folder / "products.csv")
    units = [(f"{product}-U{i:02}", product) for product in products for i in range(UNITS)]
    lines = [(product, unit, "組立品", 1) for unit, product in units][:bom]
    for n in range(bom - len(lines)):
        i = int(rng.integers(PARTS))
        lines.append((units[n % len(units)][0], parts[i], names[i], int(rng.integers(1, 12))))
    pl.DataFrame(lines, ["親品番", "品番", "品名", "員数"], orient="row").write_csv(folder / "bom.csv")
    firms = [f"株式会社 架空{i:03}製作所" if i % 3 else f"Kakuu Works {i:03} Ltd." for i in range(suppliers)]
    places = rng.choice(PLACES, suppliers, p=np.array(WEIGHTS) / sum(WEIGHTS))
    sells = rng.zipf(1.3, (PARTS, 3)) % suppliers
    bought = rng.integers(0, PARTS, ledger)
    chosen = sells[bought, rng.choice(3, ledger, p=[0.8, 0.15, 0.05])]
    day = np.datetime64("2024-04-01") + rng.integers(0, 730, ledger)
    frame = {
        "伝票日付": [str(each).replace("-", "/") for each in day],
        "品番": [parts[i] for i in bought],
        "品名": [names[i] for i in bought],
        "仕入先名称": [firms[i] for i in chosen],
        "原産国": [places[i] for i in chosen],
        "数量": rng.integers(1, 5_000, ledger),
        "購入金額[千円]": rng.integers(1, 40_000, ledger),
    }
    pl.DataFrame(frame).write_csv(folder / "ledger.csv")


def as_workbooks(folder: Path) -> None:
    """Save each file as a workbook instead."""
    from openpyxl import Workbook

    for path in folder.glob("*.csv"):
        book = Workbook(write_only=True)
        sheet = book.create_sheet(path.stem)
        frame = pl.read_csv(path)
        sheet.append(frame.columns)
        for row in frame.iter_rows():
            sheet.append(row)
        book.save(path.with_suffix(".xlsx"))
        path.unlink()


def measured(words: list[str]) -> dict[str, float]:
    """Run a command in a process of its own."""
    # polars, once imported here, sets how long memory is kept, and a child would take that over: a shell sets no such thing.
    plain = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    command = [sys.executable, "-c", "from kanmon.app.cli import main; main()", *words]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=plain) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    return {"exit": child.returncode, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "MB": used.ru_maxrss / 1024}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bom", type=int, default=50_000)
    parser.add_argument("--ledger", type=int, default=100_000)
    parser.add_argument("--suppliers", type=int, default=400)
    parser.add_argument("--format", choices=["csv", "xlsx"], default="csv")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary) / "company"
        folder.mkdir(parents=True, exist_ok=True)
        made(folder, given.bom, given.ledger, given.suppliers)
        if given.format == "xlsx":
            as_workbooks(folder)
        ledger = next(folder.glob("ledger.*"))
        report = str(Path(temporary) / "report")
        for title, words in {
            "check the ledger": ["check", str(ledger)],
            "audit the ledger": ["audit", str(ledger), "--out", report, "--force", "--yes"],
            "audit all": ["audit", str(folder), "--out", report, "--force", "--yes"],
        }.items():
            row = measured(words)
            print(f"{title:18}" + "".join(f"{name} {value:8.1f}  " for name, value in row.items()), flush=True)
