"""Sections of a production network: what can fall short with some of its nodes, cut out of the arrays of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .network import EXTRA, MAKER, MARKET, SHARED, ProductionNetwork, remembered


def section(network: ProductionNetwork, hit: np.ndarray, items: Iterable[str] = ()) -> ProductionNetwork:
    """Return the part of a network in which what is ``hit`` is all that happens.

    What its buyer sees of any item is there what it is in the whole, at a cost that goes with the size of the part: what
    else is needed arrives in full. Such a requirement never binds, and is left out; where it counts though it is met (an
    alternative, a substitute, what the makers of a market share), its market stays, and its makers need nothing.

    Parameters
    ----------
    network : ProductionNetwork
        The whole.
    hit : numpy.ndarray of bool
        n: nodes that something may happen to.
    items : iterable of str
        Items that are there in any case (those of new sources that are opened); unknown ones are passed over.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "gear", "seal")],
    ...     inputs=[{"item": "robot", "input": i, "source": "s"} for i in ("gear", "seal")],
    ...     suppliers=[{"id": i, "name_en": i, "kind": "company"} for i in ("own", "X")],
    ...     shares=[{"item": i, "supplier": s, "source": "s", "share": 1, "scope": "own", "complete": True}
    ...             for i, s in (("robot", "own"), ("gear", "X"), ("seal", "X"))],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> network = graph.network(None, buyer="own", level="company")
    >>> sorted(section(network, (network.nodes["item"] == "gear").to_numpy()).items)
    ['gear', 'robot']
    """
    kind, owner, indices, extra = network.kind, network.owner, network.indices, (network.flags & EXTRA) > 0
    number, code = network.item_codes
    here = hit.copy()
    reach(network, here)
    chosen = np.zeros(len(number), np.bool_)
    chosen[[number[item] for item in items if item in number]] = True
    here |= chosen[code]
    here &= seen(network)
    here[indices[here[owner] & (kind[owner] == MARKET) & (kind[indices] == MAKER)]] = True  # whoever sells there
    binds = here[owner] & ((kind[owner] != MAKER) | ((network.flags & SHARED) > 0) | here[indices])
    pools = (kind[owner] != MAKER) & ~extra
    nodes, views = here.copy(), network.item_markets
    while True:
        links = binds | (nodes & ~here)[owner] & pools
        more = nodes.copy()
        more[indices[links]] = True
        there = np.zeros(len(number), np.bool_)
        there[code[more]] = True
        more[views[there[code[views]]]] = True  # an item that is there is there as the buyer sees it
        if (more == nodes).all():
            break
        nodes = more

    at, to_node, to_link = np.flatnonzero(nodes), np.cumsum(nodes) - 1, np.cumsum(links) - 1
    inside, needs, some = here[at], np.diff(network.need_indptr), np.diff(network.some_indptr)
    inner = links & here[owner]
    names = list(number)
    keys = [key for item in np.unique(code[at]).tolist() for key in network.sources_of.get(names[item], ())]
    return replace(
        network,
        nodes=network.nodes[at],
        kind=kind[at],
        whole=np.where(inside, network.whole[at], np.minimum(network.whole[at], 1)).astype(np.int8),
        slack=network.slack[at],
        indptr=_pointer(np.bincount(to_node[owner[links]], minlength=len(at))),
        indices=to_node[indices[links]],
        need_indptr=_pointer(np.where(inside, needs[at], 0)),
        needs=to_link[network.needs[np.repeat(here, needs)]],
        wants=np.where(inner[links], network.wants[links], 0).astype(np.int8),
        some_indptr=_pointer(np.where(inner, some, 0)[links]),
        some=network.some[np.repeat(inner, some)],
        sources={key: to_link[network.sources[key][links[network.sources[key]]]] for key in keys},
        **{name: getattr(network, name)[links] for name in _OF_LINKS},
    )


def reach(network: ProductionNetwork, hit: np.ndarray) -> None:
    """Mark in ``hit`` (n, bool) every node that depends on one that is marked."""
    while True:
        more = hit[network.indices] & ~hit[network.owner]
        if not more.any():
            return
        hit[network.owner[more]] = True


@remembered
def seen(network: ProductionNetwork) -> np.ndarray:
    """Return whether what the buyer sees of any item depends on each node (n, bool)."""
    found = np.zeros(len(network.kind), np.bool_)
    found[network.item_markets] = True
    while True:
        more = found[network.owner] & ~found[network.indices]
        if not more.any():
            return found
        found[network.indices[more]] = True


def _pointer(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


_OF_LINKS = ("low", "high", "share", "kept_low", "kept_high", "use_low", "use_high", "life", "lag", "flags")
