"""Seeded firm networks of the shape that national tables have: sparse, sizes and degrees with heavy tails."""

from __future__ import annotations

import numpy as np
import polars as pl

SIZES = {1_000: 7_900, 10_000: 79_000, 100_000: 800_000, 160_000: 920_000}
"""Firms and links of the benchmark's networks; the last has the size of the Japanese one."""


def tables(firms: int, links: int, *, sectors: int = 99, seed: int = 0) -> dict[str, pl.DataFrame]:
    """Return ``transactions``, ``firms`` and ``roles`` for ``FirmNetwork.from_transactions``.

    Sizes are Pareto (exponent 1.1); a firm is drawn as supplier or buyer in proportion to a power of its size, which makes
    degrees heavy-tailed too, and the value of a link grows with the sizes of both ends. Of the pairs of sectors, 30 %
    are essential inputs, 50 % non-essential ones, 20 % play no role.
    """
    random = np.random.default_rng(seed)
    size = random.pareto(1.1, firms) + 1
    sells, buys = (size**power * random.lognormal(0, 0.5, firms) for power in (0.6, 0.6))
    pairs = np.empty(0, dtype=np.int64)
    while len(pairs) < links:
        count = int((links - len(pairs)) * 1.3) + 16
        supplier, buyer = (random.choice(firms, count, p=weight / weight.sum()) for weight in (sells, buys))
        drawn = (supplier * firms + buyer)[supplier != buyer]
        pairs = np.unique(np.concatenate([pairs, drawn]))
    pairs = np.sort(random.choice(pairs, links, replace=False))
    supplier, buyer = pairs // firms, pairs % firms
    value = np.sqrt(size[supplier] * size[buyer]) * random.lognormal(0, 2, links)
    names = np.array([f"S{at:03}" for at in range(sectors)])
    popularity = 1 / np.arange(1, sectors + 1)
    kind = random.choice(sectors, firms, p=popularity / popularity.sum())
    role = random.choice(["essential", "non_essential", "none"], sectors * sectors, p=[0.3, 0.5, 0.2])
    return {
        "transactions": pl.DataFrame({"supplier": supplier, "buyer": buyer, "value": value}),
        "firms": pl.DataFrame({"firm": np.arange(firms), "sector": names[kind]}),
        "roles": pl.DataFrame(
            {
                "supplier_sector": np.repeat(names, sectors),
                "buyer_sector": np.tile(names, sectors),
                "role": role,
            }
        ),
    }
