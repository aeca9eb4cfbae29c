"""The compiled networks that the page simulates on, as compact data."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import polars as pl

from ...graph import ProductionNetwork, SupplyGraph

WHOLE = ""
"""The name of the network of the whole graph."""
MOST_BYTES = 1_500_000
"""Networks are written into the page until they take this much; products without one are said."""

_READING = {False: "market", True: "domestic"}


def networks(
    graph: SupplyGraph, products: list[str], buyer: str | None, level: str, domestic: bool
) -> dict[str, dict[str, Any]]:
    """Return the networks of a graph by reading and product: the whole graph, and, from a buyer's place, each product.

    Without a buyer the whole network answers for every product. With one, each product is made at the buyer's, so each has
    a network of its own, in two readings of the steps that nobody is known to supply: "market" (bought on the world market)
    and "domestic" (made at the buyer's). They are added in the given order until `MOST_BYTES` are used.
    """
    found: dict[str, dict[str, Any]] = {"market": {}, "domestic": {}} if buyer is not None else {_READING[domestic]: {}}
    left = MOST_BYTES
    for product in [WHOLE, *(products if buyer is not None else [])]:
        for reading in found:
            home = reading == _READING[True]
            compiled = ProductionNetwork.from_graph(graph, product or None, buyer=buyer, level=level, domestic=home)
            left -= 20 * len(compiled.producer) + 10 * len(compiled.indices)
            if left < 0:
                return found
            found[reading][product] = _packed(compiled)
    return found


def _packed(network: ProductionNetwork) -> dict[str, Any]:
    """Arrays of a compiled network; its gains and capacities are 1 until a scenario changes them.

    Words and weights stand once, in ``strings`` (the first is null) and ``levels``, and are named by number.
    """
    names = ["item", "supplier", "country", "buyer", "role"]
    words = pl.concat([network.nodes[name] for name in names]).unique(maintain_order=True).drop_nulls()
    number = {word: i for i, word in enumerate(words, start=1)}
    levels, at = np.unique(np.concatenate([network.low, network.high, network.slack]), return_inverse=True)
    low, high, slack = np.split(at, [len(network.low), 2 * len(network.low)])
    markets = network.nodes.with_row_index("node").filter(pl.col("role") == "market")
    columns = {
        name: _base64(network.nodes[name].replace_strict(number, default=0, return_dtype=pl.Int64).to_numpy())
        for name in names
    }
    return columns | {
        "strings": [None, *words],
        "levels": _base64(levels),
        "low": _base64(low),
        "high": _base64(high),
        "slack": _base64(slack),
        "counts": _base64(np.diff(network.indptr)),
        "indices": _base64(network.indices),
        "markets": [list(row) for row in markets.select("node", "year", "source", "confidence").iter_rows()],
        "product": network.product,
        "places": list(network.places),
    }


def _base64(array: np.ndarray) -> list[Any]:
    """Return ``[bytes of a number, base64]``: floats in eight bytes, whole numbers (from 0) in as few as hold them."""
    if array.dtype.kind == "f":
        kind = "<f8"
    else:
        most = int(array.max(initial=0))
        kind = "<u1" if most < 2**8 else "<u2" if most < 2**16 else "<u4"
    return [int(kind[-1]), base64.b64encode(array.astype(kind).tobytes()).decode("ascii")]
