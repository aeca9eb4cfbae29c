"""Hide facts that are known and see how often the truth lies where draws say: ``python benchmarks/unknowns.py``.

For a hundred country shares of the bundled data (from a seed), each the published share of one country in one world market:
the row is taken out, so that the share falls to what is attributed to nobody, and completions are drawn under the bundled
prior, made without the row. A well set prior has the true part of the remainder between the 10 % and the 90 % quantile in
about 80 of 100 cases. Then the times of the two questions on the bundled data. Both print a markdown table.
"""

import time

import kanmon as kn
import numpy as np
import polars as pl
from kanmon.datasets import maker_prior
from kanmon.graph import SupplyGraph
from kanmon.risk import drawn_makers, halt, uncertainty, what_to_find_out

HIDDEN, DRAWS, SEED = 100, 200, 7


def known_shares(graph: SupplyGraph) -> pl.DataFrame:
    """Return country shares of world markets that are known and are not all of the market."""
    countries = graph.suppliers.filter(kind="country")["id"].to_list()
    rows = graph.preferred("country").filter(scope="world", level="country", preferred=True)
    rows = rows.filter(pl.col("supplier").is_in(countries) & pl.col("share_low").is_between(0.02, 0.98))
    return rows.filter(pl.col("share_low") == pl.col("share_high")).sort("item", "supplier")


def without(graph: SupplyGraph, item: str, supplier: str) -> SupplyGraph:
    """Return the graph without what is known of a country's share of an item."""
    hidden = (pl.col("item") == item) & (pl.col("supplier") == supplier)
    return SupplyGraph(**graph.tables | {"shares": graph.shares.filter(~hidden)})


def backtest(graph: SupplyGraph) -> None:
    """Print how often the hidden share lies between the quantiles, by the origin of the prior."""
    rows = known_shares(graph)
    found = []
    for number in np.random.default_rng(SEED).permutation(rows.height):
        item, supplier, true = rows.select("item", "supplier", "share_low").row(int(number))
        less = without(graph, item, supplier)
        view = less.preferred("country").filter(item=item, scope="world", preferred=True)
        left = view["remainder"][0] if view.height else 1.0
        if left < true - 1e-9:
            continue  # without a stated total the others' shares grow, and nothing is open
        made = drawn_makers(less.select(pl.Series([item])), product=item, prior=maker_prior(less), draws=DRAWS, seed=SEED)
        mine, share = made.filter(item=item, buyer="", supplier=supplier), np.zeros(DRAWS)
        share[mine["draw"].to_numpy()] = mine["share"].to_numpy() * left
        low, high = np.quantile(share, [0.1, 0.9])
        found.append({"origin": made["origin"][0], "inside": low - 1e-9 <= true <= high + 1e-9, "above": true > high})
        if len(found) == HIDDEN:
            break
    frame = pl.DataFrame(found)
    print("| origin of the prior | hidden shares | between 10 % and 90 % | above 90 % |\n|---|---:|---:|---:|")
    for (origin,), part in [*frame.group_by("origin", maintain_order=True), (("all",), frame)]:
        print(f"| {origin} | {part.height} | {part['inside'].mean():.0%} | {part['above'].mean():.0%} |")


def times(graph: SupplyGraph) -> None:
    """Print how long the two questions take on the bundled data, after a run that compiles."""
    prior, asked = maker_prior(graph), {"product": "humanoid_robot", "buyer": "JPN"}
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
