"""The way down from a node to what is hit: at each step what binds, with the shares that count in the reading."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...graph import ProductionNetwork
from ...graph.network import REMAINDER

_LEAST = 1e-12
WAY = {
    "step": pl.Int64,
    "item": pl.String,
    "supplier": pl.String,
    "share": pl.Float64,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "kept": pl.Float64,
    "cause": pl.String,
    "source": pl.String,
    "year": pl.Int64,
    "confidence": pl.String,
}


def way(network: ProductionNetwork, x: NDArray[np.float64], node: int, *, certain: bool) -> pl.DataFrame:
    """Return the steps from a node down to what is hit, given the levels of all nodes in a reading; columns of `WAY`.

    As `risk.trace`, but a market is left through the source that takes most of it *in this reading*: what the shares leave
    open goes to the sources that keep most (certain) or least. ``share`` is the lower bound of the source's share in the
    certain reading, the upper one in the other.
    """
    gains, caps = (network.gain_high, network.cap_high) if certain else (network.gain_low, network.cap_low)
    rows: list[dict[str, Any]] = []
    seen: set[int] = set()
    about: dict[str, Any] = {}
    while x[node] < 1 - _LEAST and node not in seen:
        seen.add(node)
        links = np.arange(network.indptr[node], network.indptr[node + 1])
        sources = network.indices[links]
        if network.producer[node]:
            worst = int(sources[np.argmin(x[sources])]) if len(sources) else None
            own = caps[node] < 1 and (worst is None or caps[node] <= x[worst])
            rows.append(_row(network, node, about, float(x[node]), "halt" if own else "input"))
            if own or worst is None:
                break
            node, about = worst, {}
            continue
        level = gains[links] * x[sources]
        lost = _weights(network, node, links, level, certain) * (1 - level)
        if not len(links) or lost.max() <= _LEAST:
            break
        best = int(np.argmax(np.round(lost, 12)))
        link, source = links[best], int(sources[best])
        row = network.nodes.row(node, named=True)
        if row["role"] == "market":
            low, high = float(network.low[link]), float(network.high[link])
            about = {key: row[key] for key in ("source", "year", "confidence")}
            about |= {"share": low if certain else high, "share_low": low, "share_high": high}
        if gains[link] < 1 and network.producer[source]:
            rows.append(_row(network, source, about, float(level[best]), "embargo"))
            if x[source] >= gains[link]:
                break
        node = source
    numbered = [{"step": step} | row for step, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=WAY, orient="row")


def _row(network: ProductionNetwork, maker: int, about: dict[str, Any], kept: float, cause: str) -> dict[str, Any]:
    row = network.nodes.row(maker, named=True)
    return {"item": row["item"], "supplier": row["supplier"] or REMAINDER, "kept": kept, "cause": cause} | about


def _weights(
    network: ProductionNetwork, pool: int, links: NDArray[np.int64], level: NDArray[np.float64], certain: bool
) -> NDArray[np.float64]:
    """The weights of a pool's sources in a reading: its slack goes to the best sources, or to the worst."""
    weight = network.low[links].copy()
    left = float(network.slack[pool])
    for at in np.argsort(-level if certain else level, kind="stable"):
        step = min(left, float(network.high[links[at]] - network.low[links[at]]))
        weight[at] += step
        left -= step
    return weight
