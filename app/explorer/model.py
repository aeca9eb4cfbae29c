"""The compiled networks that the page simulates on, as compact data."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from ...graph import ProductionNetwork, SupplyGraph
from ...graph.network import EXTRA, REMAINDER, WORLD_MARKET, NewSource

WORLD = ""
"""The buyer of the networks that are seen from the world market, and the product of the network of the whole graph."""
MOST_BYTES = 6_000_000
"""Networks are written into the page until they take about this much before they are deflated; what has none is said."""
ROWS = ["indices", "low", "kept_low", "kept_high", "use_low", "use_high", "lag", "life", "flags", "wants"]
NODES = ["kind", "whole", "slack"]
LIKE_LOW = ["high", "share"]
"""Weights that are mostly the lower bound again: written as 0 there, else as their number among the levels plus 1."""
NEEDS = ["needs", "some"]
POINTERS = ["indptr", "need_indptr", "some_indptr"]
_WORDS = {"item": "item", "supplier": "supplier", "place": "buyer"}
_READINGS = {False: "market", True: "domestic"}


def buyers(graph: SupplyGraph, buyer: str | None) -> list[str | None]:
    """Return from whose place the page asks: the buyer, else two countries with most sourcing of their own; the world."""
    if buyer is not None:
        return [buyer, None]
    countries = graph.suppliers.filter(pl.col("kind") == "country")["id"]
    scoped = graph.shares.filter(pl.col("scope").is_in(countries.implode()))
    most = scoped.group_by("scope").len().sort(pl.col("len").cast(pl.Int64).neg(), "scope")
    return [None, *most["scope"].head(2)]


def networks(
    graph: SupplyGraph, products: list[str], places: list[str | None], level: str, homes: bool = True
) -> dict[str, Any]:
    """Return the networks of a graph by buyer, reading and product.

    Without a buyer the network of the whole graph answers for every product. From a buyer's place each product is made at
    the buyer's, so each has a network of its own, in two readings of the steps that nobody is known to supply: "market"
    (bought on the world market) and, with ``homes``, "domestic" (made at the buyer's). They are added in the given order
    until `MOST_BYTES` are used.

    Returns
    -------
    dict
        ``index`` (by buyer, reading and product the number of a network), ``packed`` (their arrays), and what they share:
        ``strings``, ``levels``, ``chains``, ``countries`` (where a supplier stands), ``placeless`` (of
        whom nobody says where), ``facts`` (year, source, confidence).
    """
    index: dict[str, dict[str, dict[str, int]]] = {}
    kept: list[ProductionNetwork] = []
    left = MOST_BYTES
    for place in places:
        readings = index.setdefault(place or WORLD, {_READINGS[False]: {}})
        for product in [None] if place is None else products:
            network = with_sources(graph, product, buyer=place, level=level)
            left -= _bytes(network)
            if left < 0:
                break
            readings["market"][product or WORLD] = len(kept)
            kept.append(network)
            if place is None or not homes:
                continue
            home = readings.setdefault("domestic", {})
            home[product or WORLD] = len(kept) - 1
            if _has_unknown_steps(network) and (left := left - _bytes(network)) >= 0:
                home[product or WORLD] = len(kept)
                kept.append(with_sources(graph, product, buyer=place, level=level, domestic=True))
    shared = _Shared(kept)
    packed = [shared.packed(network) for network in kept]
    return {
        "index": index,
        "packed": packed,
        "strings": shared.strings,
        "levels": _base64(shared.levels),
        "chains": {name: list(found) for name, found in shared.chains.items() if found != (name,)},
        "countries": shared.countries,
        "placeless": shared.placeless,
        "facts": [list(row) for row in shared.facts],
    }


def number_of(networks: dict[str, Any], product: str | None, buyer: str | None, domestic: bool = False) -> int | None:
    """Return the number of the network that answers for a product from a buyer's place; None where none was written."""
    readings = networks["index"].get(buyer or WORLD, {})
    reading = readings.get(_READINGS[domestic], readings.get(_READINGS[False], {}))
    return reading.get(product if buyer else WORLD)


def deflated(networks: dict[str, Any], first: int | None = None) -> list[str]:
    """Return networks as base64 of deflated JSON, in two parts: they have most in common, and take a fifth of their size.

    The first part has what they share and the network ``first``, the second the arrays of the others, both by number.
    """
    packed = dict(enumerate(networks["packed"]))
    head = networks | {"packed": {number: packed.pop(number) for number in [first] if number is not None}}
    return [
        base64.b64encode(zlib.compress(json.dumps(part, separators=(",", ":")).encode(), 9)).decode("ascii")
        for part in (head, packed)
    ]


def with_sources(graph: SupplyGraph, product: str | None, **options: Any) -> ProductionNetwork:
    """Return a network with what the page may open compiled in: for each item a new source and recycling, both shut."""
    items = graph.items["id"] if product is None else graph.needed_by([product])
    opened: set[NewSource] = {(item, None, None, inputs) for item in items for inputs in (True, False)}
    return graph.network(product, sources=opened, **options)


def _bytes(network: ProductionNetwork) -> int:
    """About how much a network takes in the page."""
    return 16 * len(network.kind) + 12 * len(network.indices)


def _has_unknown_steps(network: ProductionNetwork) -> bool:
    """Whether a world market has nobody but the remainder, which needs something."""
    markets = network.nodes.with_row_index("node").filter((pl.col("role") == "market") & (pl.col("buyer") == WORLD_MARKET))
    supplier = network.nodes["supplier"]
    for node in markets["node"]:
        links = [k for k in network.links(node) if not network.flags[k] & EXTRA]
        if len(links) == 1:
            maker = int(network.indices[links[0]])
            if supplier[maker] == REMAINDER and network.indptr[maker + 1] > network.indptr[maker]:
                return True
    return False


class _Shared:
    """What networks have in common: words (the first is null), weights and chains, each written once."""

    def __init__(self, networks: Iterable[ProductionNetwork]) -> None:
        found = list(networks)
        columns = [network.nodes[name] for network in found for name in ("item", "supplier", "country", "buyer", "source")]
        words = dict.fromkeys(chain.from_iterable(column.drop_nulls().unique(maintain_order=True) for column in columns))
        self.strings = [None, *words]
        self.number = {word: i for i, word in enumerate(words, start=1)}
        floats = [getattr(network, name) for network in found for name in (*ROWS, *LIKE_LOW, *NODES)]
        floats = [array for array in floats if array.dtype.kind == "f"]
        self.levels = np.unique(np.concatenate(floats)) if floats else np.zeros(0)
        self.chains = dict(sorted((name, places) for network in found for name, places in network.chains.items()))
        self.countries = {
            supplier: country
            for network in found
            for supplier, country in network.makers.select("supplier", "country").unique().sort("supplier").iter_rows()
            if country != supplier
        }
        self.placeless = sorted(set().union(*(network.placeless for network in found)))
        self.facts: dict[tuple[Any, ...], int] = {}

    def packed(self, network: ProductionNetwork) -> dict[str, Any]:
        """Return the arrays of a network: words and weights by number, pointers as counts."""
        nodes = network.nodes
        words = {name: self._words(nodes[column]) for name, column in _WORDS.items()}
        arrays = {name: self._array(getattr(network, name)) for name in (*ROWS, *NODES, *NEEDS)}
        for name in LIKE_LOW:
            weights = getattr(network, name)
            codes = np.searchsorted(self.levels, weights) + 1
            arrays[name] = _base64(np.where(weights == network.low, 0, codes))
        counts = {name: _base64(np.diff(getattr(network, name))) for name in POINTERS}
        facts = nodes.filter(pl.col("role") == "market").select("year", "source", "confidence")
        return (words | arrays | counts) | {
            "facts": _base64(np.array([self.facts.setdefault(row, len(self.facts)) for row in facts.iter_rows()], np.int64)),
            "product": network.product,
            "buyer": network.buyer,
        }

    def _words(self, column: pl.Series) -> Any:
        return _base64(column.replace_strict(self.number, default=0, return_dtype=pl.Int64).to_numpy())

    def _array(self, array: np.ndarray) -> Any:
        return _base64(np.searchsorted(self.levels, array) if array.dtype.kind == "f" else array.astype(np.int64))


def _base64(array: np.ndarray) -> list[Any]:
    """Return ``[bytes of a number, base64]``: floats in eight bytes, whole numbers (from 0) in as few as hold them.

    An array of one repeated number is ``[0, length, number]``.
    """
    if array.dtype.kind == "f":
        kind = "<f8"
    else:
        most = int(array.max(initial=0))
        if len(array) and (array == most).all():
            return [0, len(array), most]
        kind = "<u1" if most < 2**8 else "<u2" if most < 2**16 else "<u4"
    return [int(kind[-1]), base64.b64encode(array.astype(kind).tobytes()).decode("ascii")]
