"""Import concentration of one year of world trade: Kanmon against plain pandas, polars and DuckDB, in one run.

``python benchmarks/trade.py [--rows 11000000] [--rounds 3]``. A seeded table of the size and shape of a BACI year is
written as Parquet; every engine then goes from the file to the same result (per item and importer: total, HHI, largest
origin and its share) in a process of its own, round by round, so that a busy machine hits all of them. Of all rounds the
least counts, of seconds and of the processor's seconds, which tell the work where other programs run beside it; of the peak
memory of the process the most.

"unique" trusts that a flow has one row, as in BACI, and "summed" adds repeated flows first; both take the rows as BACI has
them, by exporter, importer and item. "ordered" is "unique" on rows that stand by item and importer, so that the flows of a
market follow each other. Kanmon's table also bounds what blanks leave open and names the first of equal origins:
``duckdb_alike`` is DuckDB's fastest way that was found to that very table, and is compared with it cell by cell; the other
engines do less.

Target: the processor's time of the best engine that gives the same, and under 2 GiB.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEED = 20260
KEYS = ["hs6", "importer", "year"]


def generate(path: Path, rows: int, ordered: bool) -> None:
    """Write flows between 226 countries in 5,000 items: log-normal values, unique keys, ordered as BACI or by market."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(SEED)
    items, countries = 5000, 226
    keys = np.unique(rng.choice(items * countries**2, size=int(rows * 1.06)))
    keys = np.sort(rng.permutation(keys)[:rows])
    codes = pl.Series([f"{10111 + 190 * i:06d}" for i in range(items)])
    names = pl.Series([f"{a}{b}{c}" for a in "ABCDEFG" for b in "ABCDEF" for c in "ABCDEF"][:countries])
    flows = pl.DataFrame(
        {
            "year": np.full(len(keys), 2024, np.int32),
            "hs6": codes[keys // countries**2],
            "importer": names[keys // countries % countries],
            "exporter": names[keys % countries],
            "value": rng.lognormal(3, 2.5, len(keys)).round(3) + 0.001,
        }
    )
    (flows if ordered else flows.sort("exporter", "importer", "hs6")).write_parquet(path)


def kanmon(path: str, summed: bool):
    import polars as pl
    from kanmon import risk

    rows = risk.import_concentration(pl.scan_parquet(path), unique=not summed).collect(engine="streaming")
    return rows, rows["value"].sum(), rows["hhi_low"].sum()


def polars(path: str, summed: bool):
    import polars as pl

    value, flows = pl.col("value"), pl.scan_parquet(path)
    if summed:
        flows = flows.group_by([*KEYS, "exporter"]).agg(value.sum())
    rows = flows.group_by(KEYS).agg(
        value.sum().alias("total"),
        ((value / value.sum()) ** 2).sum().alias("hhi"),
        pl.col("exporter").get(value.arg_max()).alias("top"),
        (value.max() / value.sum()).alias("top_share"),
    )
    rows = rows.sort(KEYS).collect(engine="streaming")
    return rows, rows["total"].sum(), rows["hhi"].sum()


def polars_tuned(path: str, summed: bool):
    """Plain sums and a sort within each group instead of an argmax: polars' fastest way that was found."""
    import polars as pl

    value, flows = pl.col("value"), pl.scan_parquet(path)
    if summed:
        flows = flows.group_by([*KEYS, "exporter"]).agg(value.sum())
    rows = flows.with_columns(square=value * value).group_by(KEYS)
    rows = rows.agg(
        value.sum().alias("total"),
        pl.col("square").sum(),
        value.max().alias("most"),
        pl.col("exporter").sort_by("value", "exporter").last().alias("top"),
    ).with_columns(hhi=pl.col("square") / pl.col("total") ** 2, top_share=pl.col("most") / pl.col("total"))
    rows = rows.sort(KEYS).collect(engine="streaming")
    return rows, rows["total"].sum(), rows["hhi"].sum()


def pandas(path: str, summed: bool):
    import pandas as pd

    flows = pd.read_parquet(path)
    if summed:
        flows = flows.groupby([*KEYS, "exporter"], as_index=False)["value"].sum()
    groups = flows.groupby(KEYS)["value"]
    share = flows["value"] / groups.transform("sum")
    flows = flows.assign(share=share, square=share**2)
    rows = flows.groupby(KEYS).agg(total=("value", "sum"), hhi=("square", "sum"), top_share=("share", "max"))
    rows["top"] = flows.loc[groups.idxmax(), "exporter"].to_numpy()
    return rows, rows["total"].sum(), rows["hhi"].sum()


def duckdb(path: str, summed: bool):
    import duckdb as db

    flows = f"read_parquet('{path}')"
    if summed:
        keys = ", ".join([*KEYS, "exporter"])
        flows = f"(SELECT {keys}, sum(value) AS value FROM {flows} GROUP BY {keys})"
    keys = ", ".join(KEYS)
    rows = db.sql(
        f"SELECT {keys}, sum(value) AS total, sum(value * value) / sum(value) ** 2 AS hhi, arg_max(exporter, value) AS top, "
        f"max(value) / sum(value) AS top_share FROM {flows} GROUP BY {keys} ORDER BY {keys}"
    ).pl()
    return rows, rows["total"].sum(), rows["hhi"].sum()


ALIKE = """
WITH known AS (
    SELECT hs6, importer, CAST(year AS BIGINT) AS year, CASE WHEN isfinite(value) THEN value END AS value,
        CASE WHEN trim(exporter, ' \t\r\n' || chr(160) || chr(12288)) <> '' THEN exporter END AS exporter
    FROM {flows}
), sums AS (
    SELECT hs6, importer, year, coalesce(sum(value), 0) AS value, coalesce(min(value) >= 0, true) AS fine,
        coalesce(max(value) FILTER (named AND value > 0), 0) AS top, count(*) FILTER (named AND value > 0) AS origins,
        coalesce(sum(value * value) FILTER (named), 0) AS square, coalesce(sum(value) FILTER (NOT named), 0) AS loose,
        count(*) FILTER (silent) AS blank, count(*) FILTER (silent AND NOT named) AS nobody,
        first(exporter ORDER BY value DESC, exporter) FILTER (named AND value > 0) AS top_origin
    FROM (SELECT *, exporter IS NOT NULL AS named, {silent} AS silent FROM {origins}) GROUP BY hs6, importer, year
), parts AS (
    SELECT *, fine AND value > 0 AS traded, blank - nobody AS n, CASE WHEN traded THEN square / (value * value) END AS h,
        CASE WHEN traded THEN top / value END AS m, CASE WHEN traded THEN loose / value END AS u FROM sums
), figures AS (
    SELECT hs6, importer, year, value, origins, u AS unattributed,
        CASE WHEN fine AND nobody > 0 THEN 0 WHEN traded THEN h / (1 + n * h) WHEN fine AND blank > 0 THEN 1 / n END
            AS hhi_low,
        CASE WHEN fine AND blank > 0 THEN 1 ELSE h + u * (2 * m + u) END AS hhi_high, top_origin,
        CASE WHEN fine AND nobody > 0 THEN 0 WHEN traded THEN m / (1 + n * m) WHEN fine AND blank > 0 THEN 1 / n END
            AS top_share_low, CASE WHEN fine AND blank > 0 THEN 1 ELSE m + u END AS top_share_high,
        CASE WHEN NOT fine THEN 'negative_value' WHEN blank > 0 THEN 'value_missing' WHEN NOT traded THEN 'no_trade'
            WHEN u > 0 THEN 'origin_unknown' END AS reason
    FROM parts
)
SELECT * EXCLUDE (reason), CASE WHEN top_share_low >= 0.5 THEN 'yes' WHEN top_share_high < 0.5 THEN 'no' ELSE 'unknown' END
    AS cao, CASE WHEN hhi_low >= 0.5 THEN 'yes' WHEN hhi_high < 0.5 THEN 'no' ELSE 'unknown' END AS meti, reason
FROM figures ORDER BY hs6 NULLS FIRST, importer NULLS FIRST, year NULLS FIRST
"""
SUMMED = """(SELECT hs6, importer, year, exporter, coalesce(sum(value), 0) AS value, count(*) > count(value) AS blank
    FROM known GROUP BY hs6, importer, year, exporter)"""


def duckdb_alike(path: str, summed: bool):
    """The table of Kanmon, with what is not known: plain sums, and the first by name of the largest origins."""
    import duckdb as db

    silent, origins = ("blank", SUMMED) if summed else ("value IS NULL", "known")
    rows = db.sql(ALIKE.format(flows=f"read_parquet('{path}')", silent=silent, origins=origins)).pl()
    return rows, rows["value"].sum(), rows["hhi_low"].sum()


ENGINES = {engine.__name__: engine for engine in (kanmon, polars, polars_tuned, pandas, duckdb, duckdb_alike)}


def compare(path: str) -> None:
    """Stop where DuckDB's table is not the same as Kanmon's."""
    import polars as pl
    from polars.testing import assert_frame_equal

    row = pl.int_range(pl.len())
    flows = pl.scan_parquet(path).filter(pl.col("hs6") < "200000").with_columns(pl.col("value").round(0))
    flows = flows.with_columns(
        exporter=pl.when(row % 7 > 0).then("exporter"),
        value=pl.when(row % 501 == 0).then(-1.0).when(row % 11 > 0).then("value"),
    )
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        flows.collect().write_parquet(file.name)
        for summed in (False, True):
            found, alike = kanmon(file.name, summed)[0], duckdb_alike(file.name, summed)[0]
            assert_frame_equal(alike.cast(found.schema), found, rel_tol=1e-12)


def measure(engine: str, path: str, summed: bool) -> dict[str, float]:
    """Run one engine in a process of its own; imports are not counted."""
    command = [sys.executable, __file__, "--engine", engine, "--file", path] + (["--summed"] if summed else [])
    answer = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return json.loads(answer.stdout.splitlines()[-1])


def one(engine: str, path: str, summed: bool) -> None:
    import importlib

    own = {"kanmon": ("kanmon.risk.markets.dependence", "polars"), "polars_tuned": ("polars",)}
    own["duckdb_alike"] = ("duckdb",)
    for module in own.get(engine, (engine,)):
        importlib.import_module(module)
    start, busy = time.perf_counter(), time.process_time()
    _, total, hhi = ENGINES[engine](path, summed)
    run = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - busy}
    run |= {"total": float(total), "hhi": float(hhi)}
    print(json.dumps(run | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=11_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--ordered", action="store_true")
    parser.add_argument("--compare")
    parser.add_argument("--engine")
    parser.add_argument("--file")
    parser.add_argument("--summed", action="store_true")
    options = parser.parse_args()
    if options.write:
        generate(options.write, options.rows, options.ordered)
        return
    if options.compare:
        compare(options.compare)
        return
    if options.engine:
        one(options.engine, options.file, options.summed)
        return
    with tempfile.TemporaryDirectory() as folder:
        path, ordered = Path(folder) / "trade.parquet", Path(folder) / "ordered.parquet"
        for file, more in ((path, []), (ordered, ["--ordered"])):
            # In a process of its own: a child's peak memory would begin at this one's.
            subprocess.run([sys.executable, __file__, "--rows", str(options.rows), "--write", str(file), *more], check=True)
        subprocess.run([sys.executable, __file__, "--compare", str(path)], check=True)
        print(f"{options.rows:,} flows, {path.stat().st_size / 2**20:.0f} MiB of Parquet; {options.rounds} rounds\n")
        print("| task | engine | seconds | CPU s | CPU, times Kanmon | peak MiB |\n|---|---|---:|---:|---:|---:|")
        for task, file, summed in (("unique", path, False), ("ordered", ordered, False), ("summed", path, True)):
            rounds = [{name: measure(name, str(file), summed) for name in ENGINES} for _ in range(options.rounds)]
            best = {name: {what: min(each[name][what] for each in rounds) for what in rounds[0][name]} for name in ENGINES}
            for name, run in best.items():
                assert abs(run["hhi"] / best["kanmon"]["hhi"] - 1) < 1e-9, name
                ratio, peak = run["cpu"] / best["kanmon"]["cpu"], max(each[name]["peak"] for each in rounds)
                print(
                    f"| {task} | {name} | {run['seconds']:.2f} | {run['cpu']:.2f} | {ratio:.2f} | {peak:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
