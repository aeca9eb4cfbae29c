"""The production network: a supply graph compiled to arrays, an AND of ORs.

Two kinds of nodes make up the whole model. A **producer** (an item made by a supplier) works at the level of its *scarcest*
essential requirement; a **pool** adds up sources, weighted by sourcing shares. The market of an item is a pool over its
producers, a group of alternative inputs is a pool over markets, and what a supplier's name hides is a pool over its possible
places. With values in 0..1 (1 = as usual):

    producer p:   x_p = capacity_p * min over its essential requirements r of x_r
    pool q:       x_q = min(1, sum over sources s of  w_qs * gain_qs * x_s),   low_qs <= w_qs <= high_qs,  sum of w = 1

Where nothing is missing a weight is a point. What is not attributed to a named supplier is a producer of its own, the
*remainder* (supplier ""), in a place that is not known. Gains and capacities are 1 until a scenario changes them.

Sourcing is, for each buyer, what its own ``trades`` or the market view scoped to it say, else the preferred view of the
world market. A scoped view that counts *imports* says nothing about home production, and a stated total that leaves a
supplier out says nothing about that one: either may then hold any part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from .errors import InputError, ReadError, UnknownIdError, shorten
from .supply_graph import SupplyGraph

if TYPE_CHECKING:
    from .transactions import FirmNetwork

WORLD_MARKET = ""
"""The buyer of a pool that every buyer without sourcing of its own uses."""
REMAINDER = ""
"""The supplier id of what is not attributed to anybody named."""
ARRAYS = ("producer", "indptr", "indices", "low", "high", "gain_low", "gain_high", "slack", "cap_low", "cap_high")


@dataclass(frozen=True, eq=False, repr=False)
class ProductionNetwork:
    """Producers and pools as compressed sparse rows; see the module for the equations.

    With n nodes and m links:

    Attributes
    ----------
    nodes : polars.DataFrame
        n rows: ``item``, ``supplier`` (producers; "" is the remainder), ``country`` of the supplier, ``buyer`` (pools: whose
        sourcing; "" is the world market), ``role`` ("producer", "market", "group", "place"), and for markets the view behind
        it: ``level, measure, year, source, confidence``.
    producer : numpy.ndarray of bool
        n: whether the node takes the minimum (producer) or the weighted sum (pool).
    indptr, indices : numpy.ndarray
        Requirements of a producer, or sources of a pool: ``indices[indptr[i]:indptr[i + 1]]``.
    low, high, gain_low, gain_high : numpy.ndarray
        m: bounds of the weights and of the gains; 1 for requirements.
    slack : numpy.ndarray
        n: weight of a pool that its lower bounds leave open.
    cap_low, cap_high : numpy.ndarray
        n: bounds of the capacity.
    product : str or None
        The product whose chain was compiled.
    places : tuple of str
        The buyer from whose place it is seen, and whose sourcing it falls back to (parent, country); empty for the world.
    """

    nodes: pl.DataFrame
    producer: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    low: np.ndarray
    high: np.ndarray
    gain_low: np.ndarray
    gain_high: np.ndarray
    slack: np.ndarray
    cap_low: np.ndarray
    cap_high: np.ndarray
    product: str | None = None
    places: tuple[str, ...] = ()
    folder: Path | None = field(default=None)

    @classmethod
    def from_graph(
        cls,
        graph: SupplyGraph,
        product: str | None = None,
        *,
        buyer: str | None = None,
        level: str = "country",
        domestic: bool = False,
    ) -> ProductionNetwork:
        """Compile a supply graph.

        Parameters
        ----------
        graph : SupplyGraph
            The facts.
        product : str, optional
            Compile only what this item needs (default: everything).
        buyer : str, optional
            A supplier id (a country or a company): see the product from its place. A producer of the product is added there,
            sourced as the buyer sources.
        level : {"country", "company", "site"}
            Which decomposition of a market to use where there are several; an item without one uses what it has.
        domestic : bool
            Assume that the buyer makes at home every step between whose suppliers' shares are unknown.

        Raises
        ------
        UnknownIdError
            The product or the buyer is not in the graph.

        Examples
        --------
        >>> graph = SupplyGraph(
        ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet")],
        ...     inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
        ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.9}],
        ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
        ... )
        >>> ProductionNetwork.from_graph(graph, "robot", buyer="JPN")
        ProductionNetwork(4 producers, 3 pools, 6 links; robot for JPN)
        """
        from .compiler import compile_graph

        return compile_graph(graph, product, buyer, level, domestic)

    @classmethod
    def from_transactions(cls, transactions: Any, firms: Any, roles: Any = None, **options: Any) -> FirmNetwork:
        """Compile a firm-to-firm transaction table; see `FirmNetwork.from_transactions`."""
        from .transactions import FirmNetwork

        return FirmNetwork.from_transactions(transactions, firms, roles, **options)

    def market(self, item: str) -> int:
        """Return the node of the market of ``item`` as this network's buyer sees it."""
        for place in (*self.places, WORLD_MARKET):
            if (item, place) in self.markets:
                return self.markets[item, place]
        raise UnknownIdError("item", item, {name for name, _ in self.markets})

    def producers(self, item: str) -> np.ndarray:
        """Return the nodes that produce ``item``, the remainder included."""
        return np.flatnonzero(self.producer & (self.nodes["item"] == item).to_numpy())

    @cached_property
    def markets(self) -> dict[tuple[str, str], int]:
        """Nodes of the markets by item and buyer ("" is the world market)."""
        rows = self.nodes.with_row_index("node").filter(pl.col("role") == "market")
        return {(item, buyer): node for item, buyer, node in rows.select("item", "buyer", "node").iter_rows()}

    def sources(self, node: int) -> np.ndarray:
        """Return the requirements of a producer, or the sources of a pool."""
        return self.indices[self.indptr[node] : self.indptr[node + 1]]

    def save(self, folder: str | Path) -> ProductionNetwork:
        """Write the arrays to a folder and return the network mapped from there."""
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in ARRAYS:
                np.save(folder / f"{name}.npy", getattr(self, name))
            self.nodes.write_parquet(folder / "nodes.parquet")
            about = json.dumps({"product": self.product, "places": self.places})
            (folder / "network.json").write_text(about, encoding="utf-8")
        except OSError as error:
            raise ReadError("graph.tables.cannot_write", path=shorten(folder), reason=error.strerror) from error
        return self.open(folder)

    @classmethod
    def open(cls, folder: str | Path) -> ProductionNetwork:
        """Map a network that `save` wrote; processes that open the same folder share its memory."""
        folder = Path(folder)
        try:
            about = json.loads((folder / "network.json").read_text(encoding="utf-8"))
            arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
            about["places"] = tuple(about["places"])
            return cls(pl.read_parquet(folder / "nodes.parquet"), **arrays, **about, folder=folder)
        except (OSError, ValueError) as error:
            raise ReadError("graph.network.no_network", path=shorten(folder)) from error

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folder is not None:
            return ProductionNetwork.open, (self.folder,)
        return ProductionNetwork, (self.nodes, *(getattr(self, name) for name in ARRAYS), self.product, self.places)

    def __repr__(self) -> str:
        producers = int(self.producer.sum())
        place = f"; {shorten(self.product)}" if self.product else ""
        place += f" for {shorten(self.places[0])}" if self.places else ""
        pools = len(self.producer) - producers
        return f"ProductionNetwork({producers:,} producers, {pools:,} pools, {len(self.indices):,} links{place})"


class NetworkBuilder:
    """A production network under construction: nodes with their links, added one by one or changed."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.producer: list[bool] = []
        self.links: list[list[tuple[int, float, float, float, float]]] = []
        self.slack: list[float] = []
        self.caps: list[tuple[float, float]] = []

    def add_producer(self, requirements: Iterable[int], caps: tuple[float, float] = (1.0, 1.0), **row: Any) -> int:
        """Add a producer and return its node."""
        self.links.append([(node, 1.0, 1.0, 1.0, 1.0) for node in requirements])
        return self._add(True, 0.0, caps, row)

    def add_pool(self, sources: Iterable[tuple[int, float, float]], **row: Any) -> int:
        """Add a pool over ``(node, low, high)`` sources and return its node."""
        links = [(node, low, high, 1.0, 1.0) for node, low, high in sources]
        self.links.append(links)
        slack = max(0.0, 1.0 - sum(link[1] for link in links))
        return self._add(False, slack if slack > 1e-12 else 0.0, (1.0, 1.0), row)

    def _add(self, producer: bool, slack: float, caps: tuple[float, float], row: dict[str, Any]) -> int:
        self.producer.append(producer)
        self.slack.append(slack)
        self.caps.append(caps)
        self.rows.append(dict.fromkeys(NODE_SCHEMA) | row)
        return len(self.rows) - 1

    def nodes(self) -> pl.DataFrame:
        """Return the rows of the nodes as a frame."""
        return pl.DataFrame(self.rows, schema=NODE_SCHEMA)

    def build(self, product: str | None, places: Iterable[str]) -> ProductionNetwork:
        """Freeze the nodes into arrays."""
        counts = [len(links) for links in self.links]
        flat = [link for links in self.links for link in links]
        columns = np.array([link[1:] for link in flat], dtype=np.float64).reshape(-1, 4)
        caps = np.array(self.caps, dtype=np.float64).reshape(-1, 2)
        return ProductionNetwork(
            self.nodes(),
            np.array(self.producer, dtype=np.bool_),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            np.array([link[0] for link in flat], dtype=np.int64),
            low=columns[:, 0].copy(),
            high=columns[:, 1].copy(),
            gain_low=columns[:, 2].copy(),
            gain_high=columns[:, 3].copy(),
            slack=np.array(self.slack, dtype=np.float64),
            cap_low=caps[:, 0].copy(),
            cap_high=caps[:, 1].copy(),
            product=product,
            places=tuple(places),
        )


NODE_SCHEMA = {
    "item": pl.String,
    "supplier": pl.String,
    "country": pl.String,
    "buyer": pl.String,
    "role": pl.String,
    "level": pl.String,
    "measure": pl.String,
    "year": pl.Int64,
    "source": pl.String,
    "confidence": pl.String,
}


def check_level(level: str) -> str:
    """Return ``level`` when it is one; raise `InputError` otherwise."""
    if level not in {"country", "company", "site"}:
        raise InputError("graph.network.level", value=shorten(level))
    return level
