"""Betweenness of the nodes of a production network (Brandes 2001).

Brandes, U. (2001), A faster algorithm for betweenness centrality, J. Math. Sociol. 25(2), 163-177,
doi:10.1080/0022250X.2001.9990249.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...graph.kernel import Kernel
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
    edges, size, wanted = edges_of(failures)
    pointer = np.searchsorted(edges[:, 0], np.arange(size + 1))  # edges come sorted
    result = np.zeros(size)
    places, numbers = (np.zeros(size, np.int64) for _ in range(2)), (np.zeros(size) for _ in range(2))
    between(pointer, edges[:, 1].copy(), *places, *numbers, result, size=2 * size * (size + len(edges)))
    return result[wanted] / max((size - 1) * (size - 2), 1)


@Kernel
def between(pointer, heads, met, depth, ways, above, result):
    """Add to the ``result`` of each vertex its part of all shortest ways between two others.

    From each source in turn: ``met``, the vertices in the order of their ``depth``, with the number of shortest ``ways`` to
    each; then from the last one back what lies ``above`` each: the parts of the ways through it to all that are farther.
    """
    for source in range(len(result)):
        for vertex in range(len(result)):
            depth[vertex] = -1
        met[0], depth[source], ways[source], count, at = source, 0, 1.0, 1, 0
        while at < count:
            vertex = met[at]
            above[vertex] = 0.0
            at += 1
            for i in range(pointer[vertex], pointer[vertex + 1]):
                head = heads[i]
                if depth[head] < 0:
                    depth[head], ways[head], met[count] = depth[vertex] + 1, 0.0, head
                    count += 1
                if depth[head] == depth[vertex] + 1:
                    ways[head] += ways[vertex]
        for back in range(count - 1, 0, -1):
            vertex = met[back]
            for i in range(pointer[vertex], pointer[vertex + 1]):
                head = heads[i]
                if depth[head] == depth[vertex] + 1:
                    above[vertex] += ways[vertex] / ways[head] * (1.0 + above[head])
            result[vertex] += above[vertex]
    return 0
