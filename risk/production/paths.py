"""Betweenness of the nodes of a production network, by igraph."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...graph.network import GROUP, MAKER
from .failures import Failures


def edges_of(failures: Failures) -> tuple[NDArray[np.int64], int, list[int]]:
    """Return the edges of the graph of items and nodes (m x 2), its number of vertices, and the vertex of each event."""
    net = failures.network
    items = net.nodes["item"].rank("dense").to_numpy().astype(np.int64) - 1
    size = int(items.max()) + 1
    if failures.fails == "item":
        place = dict(zip(net.nodes["item"], items.tolist(), strict=True))
        wanted = [place[id] for id in failures.ids]
        vertex = items
    else:
        wanted = list(range(size, size + len(failures.ids)))
        number = dict(zip(failures.ids, wanted, strict=True))
        own = net.nodes[failures.fails].replace_strict(number, default=-1, return_dtype=pl.Int64).to_numpy()
        # A maker stands for its node; where nobody is named, for the item itself.
        vertex = np.where((net.kind == MAKER) & (own >= 0), own, items)
        size += len(failures.ids)
    above, below = net.owner, net.indices
    source, target = vertex[below], vertex[above]
    # A group of alternatives is no vertex: its users are joined to its members.
    group = net.kind == GROUP
    members = pl.DataFrame({"group": above[group[above]], "member": source[group[above]]})
    users = pl.DataFrame({"group": below[group[below]], "user": target[group[below]]})
    through = users.join(members, on="group")
    plain = ~group[above] & ~group[below]
    tails = np.concatenate([source[plain], through["member"].to_numpy()])
    heads = np.concatenate([target[plain], through["user"].to_numpy()])
    edges = np.unique((tails * size + heads)[tails != heads])
    return np.column_stack(np.divmod(edges, size)), size, wanted


def betweenness(failures: Failures) -> NDArray[np.float64]:
    """Return the betweenness of the events of a network, 0..1; see `risk.chokepoints`."""
    import igraph

    edges, size, wanted = edges_of(failures)
    counts = igraph.Graph(size, edges, directed=True).betweenness(vertices=wanted, directed=True)
    return np.array(counts, np.float64) / max((size - 1) * (size - 2), 1)
