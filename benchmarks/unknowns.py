"""Hide facts that are known and see how often the truth lies where draws say: ``python benchmarks/unknowns.py``.

A hundred world markets of the bundled data whose makers are known, from a seed: all shares of one are taken out, the prior
is made without them, and completions are drawn. The question is the usual one: what part is lost when a country halts? A
well set prior has the truth between the 10 % and the 90 % quantile in about 80 of 100 cases. Then the times of the two
questions on the bundled data. Both print a markdown table.
"""

import time
from typing import Any

import kanmon as kn
import numpy as np
import polars as pl
from kanmon.datasets import maker_prior
from kanmon.graph import SupplyGraph
from kanmon.risk import halt, uncertainty, what_to_find_out
from kanmon.risk.production.draws import drawn_makers

HIDDEN, DRAWS, SEED = 100, 200, 7
COUNTRIES = ("CHN", "USA", "JPN")


def known_markets(graph: SupplyGraph) -> pl.DataFrame:
    """Return items whose world market is known country by country for nine tenths or more: ``item, true`` (a struct)."""
    rows = graph.preferred("country").filter(scope="world", level="country", preferred=True)
    whole = pl.col("share_low").sum().over("item") >= 0.9
    exact = (pl.col("share_high") - pl.col("share_low")).max().over("item") < 0.02
    return rows.filter(whole & exact)


def backtest(graph: SupplyGraph) -> None:
    """Print how often the truth lies between the quantiles, by country and by the origin of the prior."""
    rows = known_markets(graph)
    items = rows["item"].unique().sort()
    chosen = np.sort(np.random.default_rng(SEED).choice(len(items), HIDDEN, replace=False))
    found = []
    for item in items.gather(chosen):
        true = dict(rows.filter(item=item).select("supplier", "share_low").iter_rows())
        tables: dict[str, Any] = graph.tables | {"shares": graph.shares.filter(pl.col("item") != item)}
        less = SupplyGraph(**tables)
        made = drawn_makers(less, product=item, prior=maker_prior(less), draws=DRAWS, seed=SEED)
        for country in COUNTRIES:
            mine, share = made.filter(item=item, buyer="", supplier=country), np.zeros(DRAWS)
            share[mine["draw"].to_numpy()] = mine["share"].to_numpy()
            low, high = np.quantile(share, [0.1, 0.9])
            told = true.get(country, 0.0)
            inside = low - 0.005 <= told <= high + 0.005
            found.append({"country": country, "origin": made["origin"][0], "inside": inside, "above": told > high + 0.005})
    frame = pl.DataFrame(found)
    print("| halts | prior | hidden markets | between 10 % and 90 % | above 90 % |\n|---|---|---:|---:|---:|")
    for (country, origin), part in frame.group_by("country", "origin", maintain_order=True):
        print(f"| {country} | {origin} | {part.height} | {part['inside'].mean():.0%} | {part['above'].mean():.0%} |")
    print(f"| all | all | {frame.height} | {frame['inside'].mean():.0%} | {frame['above'].mean():.0%} |")


def times(graph: SupplyGraph) -> None:
    """Print how long the two questions take on the bundled data, after a run that compiles."""
    prior = maker_prior(graph)
    asked: dict[str, Any] = {"product": "humanoid_robot", "buyer": "JPN"}
    print("\n| what | time |\n|---|---:|")
    for name, run in (
        ("1,000 draws", lambda: uncertainty(graph, halt("CHN"), **asked, prior=prior)),
        ("what to find out", lambda: what_to_find_out(graph, halt("CHN"), **asked, prior=prior)),
    ):
        run()
        start = time.perf_counter()
        run()
        print(f"| {name} | {time.perf_counter() - start:.1f} s |", flush=True)


if __name__ == "__main__":
    backtest(kn.load("world"))
    times(kn.load("world"))
