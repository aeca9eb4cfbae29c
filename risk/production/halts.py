"""Many halts of one production network in one call: what each supplier, country or item takes down with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from ...graph.network import REMAINDER
from . import kernels
from .network_editor import NetworkEditor
from .scenario import Change
from .simulation import Solution, solve

LEVELS = {"country": "country", "supplier": "company", "item": "country"}
"""What may fail, and whose shares its network is made of."""
CERTAIN, NAMED, POSSIBLE = "certain", "named", "possible"
"""Readings of a halt, from the least to the greatest loss: see `Halts`."""
_CELLS = 16_000_000  # capacities in one batch: 128 MB


def compiled(
    graph: SupplyGraph | ProductionNetwork, product: str | None, level: str, buyer: str | None
) -> ProductionNetwork:
    """Return the network for events of a level; one that is compiled already stands as it is."""
    if level not in LEVELS:
        raise InputError("risk.cut_sets.level", value=shorten(level), allowed=", ".join(LEVELS))
    if isinstance(graph, ProductionNetwork):
        return graph
    return ProductionNetwork.from_graph(graph, product, buyer=buyer, level=LEVELS[level])


class Halts:
    """The events of a network at a level (n nodes, E events), and what is lost when some of them happen together.

    An event is the halt of a supplier, of everybody in a country, or of all production of an item: one that needs no input,
    or with ``every_item`` any but the product. The buyer from whose place the network is seen goes on making the product
    itself. Three readings:

    - ``certain``: what no source attributes to the event goes on;
    - ``named``: unattributed supply stops as well where the event is named in that market, but its share is not told;
    - ``possible``: unattributed supply stops wherever the event's own share is not told, as in `risk.simulate`. A market
      that nothing is known of then stops with anybody, which is honest and says little about that event.

    Attributes
    ----------
    ids : list of str
        The events, sorted.
    hit, hidden : scipy.sparse.csr_array
        E x n, bool: producers that stop; remainders that stop too in the ``named`` reading.
    """

    def __init__(self, network: ProductionNetwork, level: str, *, every_item: bool = False) -> None:
        self.network = network
        nodes = network.nodes.with_row_index("node").with_columns(pl.col("node").cast(pl.Int64))
        makers = nodes.filter(pl.col("role") == "producer")
        self.remainder = ((nodes["role"] == "producer") & (nodes["supplier"] == REMAINDER)).fill_null(False).to_numpy()
        if level == "item":
            first = np.diff(network.indptr)[makers["node"].to_numpy()] == 0
            chosen = pl.col("item") != (network.product or "") if every_item else pl.Series(first)
            pairs = makers.filter(chosen).select("node", id="item")
        else:
            makers = makers.filter(pl.col("supplier") != REMAINDER)
            self_made = (pl.col("item") == (network.product or "")) & pl.col("supplier").is_in(network.places[:1])
            named = makers.filter(~self_made)
            pairs = pl.concat([named.select("node", id="supplier"), named.select("node", id="country")]).unique()
            pairs = pairs.filter(pl.col("id").is_in(named[level].unique().implode()))
        self.level = level
        self.ids: list[str] = pairs["id"].unique().sort().to_list()
        self.hit = self._matrix(pairs)
        self._makers = makers

    def _matrix(self, pairs: pl.DataFrame) -> sparse.csr_array:
        pairs = pairs.unique()
        rows = (
            np.searchsorted(np.array(self.ids, dtype=object), pairs["id"].to_numpy()) if self.ids else np.zeros(0, np.int64)
        )
        entries = np.ones(pairs.height, np.int32), (rows, pairs["node"].to_numpy())
        return sparse.csr_array(entries, shape=(len(self.ids), len(self.network.producer)))

    @cached_property
    def _markets(self) -> pl.DataFrame:
        """Links of the markets that leave a remainder: market, its remainder, a named supplier there and its country."""
        network = self.network
        counts = np.diff(network.indptr)
        links = pl.DataFrame({"market": np.repeat(np.arange(len(counts)), counts), "node": network.indices})
        rests = links.filter(pl.Series(self.remainder[network.indices])).rename({"node": "remainder"})
        rests = rests.filter(pl.Series(~network.producer[rests["market"].to_numpy()]))
        names = self._makers.select("node", "supplier", "country").filter(pl.col("supplier") != REMAINDER)
        return rests.join(links.join(names, on="node"), on="market", how="left")

    @cached_property
    def hidden(self) -> sparse.csr_array:
        """Remainders of markets in which the event is named without a share of its own."""
        told = self._markets.select("market", id="supplier")
        pairs = self._markets.select("market", node="remainder", id="country").filter(pl.col("id").is_in(self.ids)).unique()
        return self._matrix(pairs.join(told, on=["market", "id"], how="anti").select("node", "id"))

    @cached_property
    def _told(self) -> sparse.csr_array:
        """Remainders that cannot be the event's: its own share is told in every market that they supply."""
        markets = self._markets.group_by("remainder").agg(all=pl.col("market").n_unique())
        told = self._markets.group_by("remainder", "supplier").agg(told=pl.col("market").n_unique())
        pairs = told.join(markets, on="remainder").filter(pl.col("told") == pl.col("all"))
        pairs = pairs.filter(pl.col("supplier").is_in(self.ids)).select(node="remainder", id="supplier")
        return self._matrix(pairs)

    def stopped(self, failed: NDArray[np.bool_], reading: str) -> NDArray[np.bool_]:
        """Return which producers stop (sets x n) when events fail together (sets x E)."""
        sets = np.asarray(failed, np.int32)
        stops = (sets @ self.hit) > 0
        if self.level != "item" and reading == NAMED:
            stops |= (sets @ self.hidden) > 0
        if self.level != "item" and reading == POSSIBLE:
            stops |= self.remainder & ((sets @ self._told) < sets.sum(axis=1)[:, None])
        return stops

    def losses(
        self, failed: NDArray[np.bool_], reading: str, wanted: Sequence[int] | NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """Return what the ``wanted`` nodes lose when events fail together (sets x E): sets x wanted, 0..1."""
        parts = [self.losses_of(stops, reading, wanted) for stops in self.batches(failed, reading)]
        return np.concatenate(parts)

    def batches(self, failed: NDArray[np.bool_], reading: str) -> Iterator[NDArray[np.bool_]]:
        """Yield what `stopped` returns, in parts that fit into memory; at least one, which may be empty."""
        step = max(1, _CELLS // len(self.network.producer))
        for start in range(0, max(len(failed), 1), step):
            yield self.stopped(failed[start : start + step], reading)

    def losses_of(
        self, stops: NDArray[np.bool_], reading: str, wanted: Sequence[int] | NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """Return what the ``wanted`` nodes lose when producers stop (sets x n): sets x wanted, 0..1."""
        net = self.network
        certain = reading == CERTAIN
        order, starts = self.order
        levels = kernels.solve_caps(
            order,
            starts,
            net.producer,
            net.indptr,
            net.indices,
            net.low,
            net.high,
            net.gain_high if certain else net.gain_low,
            net.slack,
            np.where(stops, 0.0, net.cap_high if certain else net.cap_low),
            kernels.HIGH if certain else kernels.LOW,
            np.asarray(wanted, np.int64),
        )
        return np.clip(1 - levels, 0.0, 1.0)

    @cached_property
    def order(self) -> tuple[NDArray, NDArray]:
        """Nodes in blocks, requirements first, and where each block starts."""
        return kernels.evaluation_order(self.network.indptr, self.network.indices)

    @property
    def each(self) -> NDArray[np.bool_]:
        """The sets of one event each."""
        return np.eye(len(self.ids), dtype=np.bool_)


@lru_cache(maxsize=2)
def halts_of(network: ProductionNetwork, level: str, every_item: bool = False) -> Halts:
    """Return the halts of a network; several questions about one product share them."""
    return Halts(network, level, every_item=every_item and level == "item")


class _NamedEditor(NetworkEditor):
    """Changes that put unattributed supply down to nobody whom the market does not name."""

    def _may_hide(self, market: int, node: str) -> bool:
        return super()._may_hide(market, node) and any(self._is(link[0], node) for link in self.links[market])


def changed(network: ProductionNetwork, change: Change) -> tuple[Solution, Solution]:
    """Return a network solved under a change in the ``named`` reading of `Halts` and as `risk.simulate` sees it.

    The high bounds of the first are the ``certain`` reading. The buyer goes on making the product itself.
    """
    own = (pl.col("role") == "producer") & (pl.col("item") == (network.product or ""))
    own &= pl.col("supplier").is_in(network.places[:1])
    makers = network.nodes.with_row_index("node").filter(own)["node"].to_list()
    solutions = []
    for editor in (_NamedEditor(network), NetworkEditor(network)):
        editor.apply(change)
        for maker in makers:
            editor.caps[maker] = float(network.cap_low[maker]), float(network.cap_high[maker])
        solutions.append(solve(editor.build()))
    return solutions[0], solutions[1]
