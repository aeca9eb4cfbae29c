"""Sections of a production network: what can fall short with some of its nodes, cut out of the arrays of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from .network import EXTRA, MAKER, MARKET, SHARED, NewSource, ProductionNetwork, remembered


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
    # Sections are many and small, the whole is large: nothing here goes over all of its links.
    kind, owner, indices = network.kind, network.owner, network.indices
    here = hit.copy()
    reach(network, here)
    index = _index(network)
    for item in items:
        here[index.nodes[item]] = True
    here &= seen(network)
    links = index.links_of(np.flatnonzero(here & (kind == MARKET)))
    here[indices[links[kind[indices[links]] == MAKER]]] = True  # whoever sells there
    inside = np.flatnonzero(here)
    links = index.links_of(inside)
    binds = (kind[owner[links]] != MAKER) | ((network.flags[links] & SHARED) > 0) | here[indices[links]]
    taken = [links[binds]]
    if len(inside) == len(kind) and len(taken[0]) == len(owner):
        return network  # nothing is left out
    nodes = here.copy()
    there = np.zeros(len(index.views), np.bool_)
    number = np.empty(len(kind), np.int64)
    front = _once(np.concatenate([inside, indices[taken[0]]]), number)
    while len(front):
        nodes[front] = True
        pools = index.links_of(front[~here[front] & (kind[front] != MAKER)])
        pools = pools[(network.flags[pools] & EXTRA) == 0]
        taken.append(pools)
        codes = index.code[front]
        codes = codes[~there[codes]]
        there[codes] = True
        views = index.views[codes]  # an item that is there is there as the buyer sees it
        front = np.concatenate([indices[pools], views[views >= 0]])
        front = _once(front[~nodes[front]], number)

    links, at = np.sort(np.concatenate(taken)), np.flatnonzero(nodes)
    to_node, to_link = _numbers(at, len(kind)), _numbers(links, len(owner))
    chosen = np.zeros(len(owner), np.bool_)
    chosen[links] = True
    inside, inner = here[at], here[owner[links]]
    needs, some = network.need_indptr, network.some_indptr
    own, told = at[inside], links[inner]
    return replace(
        network,
        names=network.names[at],
        kind=kind[at],
        whole=np.where(inside, network.whole[at], np.minimum(network.whole[at], 1)).astype(np.int8),
        slack=network.slack[at],
        indptr=_pointer(np.bincount(to_node[owner[links]], minlength=len(at))),
        indices=to_node[indices[links]],
        need_indptr=_pointer(np.where(inside, needs[at + 1] - needs[at], 0)),
        needs=to_link[network.needs[ranges(needs[own], needs[own + 1])]],
        wants=np.where(inner, network.wants[links], 0).astype(np.int8),
        some_indptr=_pointer(np.where(inner, some[links + 1] - some[links], 0)),
        some=network.some[ranges(some[told], some[told + 1])],
        sources=index.sources_of(np.flatnonzero(there), chosen, to_link),
        **{name: getattr(network, name)[links] for name in _OF_LINKS},
    )


def seen_section(network: ProductionNetwork) -> ProductionNetwork:
    """Return the part of a network on which what its buyer sees of any item depends: without markets of others."""
    found = section(network, np.ones(len(network.kind), np.bool_))
    return found if found is network else replace(found, names=found.names.apart())


def ranges(starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Return the numbers from each start up to its stop, one range after the other.

    >>> ranges(np.array([3, 7, 9]), np.array([5, 7, 11])).tolist()
    [3, 4, 9, 10]
    """
    counts = stops - starts
    return (stops - counts.cumsum()).repeat(counts) + np.arange(counts.sum())


def reach(network: ProductionNetwork, hit: np.ndarray) -> None:
    """Mark in ``hit`` (n, bool) every node that depends on one that is marked."""
    pointer, readers = _readers(network)
    (front,), number = hit.nonzero(), np.empty(len(hit), np.int64)
    while len(front):
        above = readers[ranges(pointer[front], pointer[front + 1])]
        front = _once(above[~hit[above]], number)
        hit[front] = True


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


@remembered
def _readers(network: ProductionNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Return the owners of the links to each node, as sparse rows."""
    counts = np.bincount(network.indices, minlength=len(network.kind))
    return _pointer(counts), network.owner[np.argsort(network.indices, kind="stable")]


class _Index:
    """Where the links of nodes are found in a network, and the nodes of items."""

    def __init__(self, network: ProductionNetwork) -> None:
        self._indptr = network.indptr
        self.code = network.names.codes("item")
        every = np.arange(len(self.code))
        self.nodes = network.names.grouped("item", every, every)
        self.views = np.full(network.names.count("item"), -1)
        self.views[self.code[network.item_markets]] = network.item_markets
        # New sources, item by item, and the links that each opens.
        code = partial(network.names.code, "item")
        self._sources = sorted(network.sources, key=lambda source: code(source[0]))
        self._of_item = np.searchsorted([code(item) for item, *_ in self._sources], np.arange(len(self.views) + 1))
        opened = [network.sources[source] for source in self._sources]
        self._opens, self._opened = _pointer(np.array([len(some) for some in opened])), np.concatenate([every[:0], *opened])

    def links_of(self, nodes: np.ndarray) -> np.ndarray:
        """Return the links of nodes."""
        return ranges(self._indptr[nodes], self._indptr[nodes + 1])

    def sources_of(self, items: np.ndarray, chosen: np.ndarray, to_link: np.ndarray) -> dict[NewSource, np.ndarray]:
        """Return the new sources of items, and those of their links that are chosen, by other numbers."""
        sources = ranges(self._of_item[items], self._of_item[items + 1])
        starts, stops = self._opens[sources], self._opens[sources + 1]
        links = self._opened[ranges(starts, stops)]
        inside = chosen[links]
        ends = _pointer(inside)[_pointer(stops - starts)].tolist()
        links = to_link[links[inside]]
        found = zip(sources.tolist(), ends, ends[1:], strict=False)
        return {self._sources[source]: links[start:stop] for source, start, stop in found}


@remembered
def _index(network: ProductionNetwork) -> _Index:
    return _Index(network)


def _once(some: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return each of some numbers once, without sorting: of the same ones the last has written its place in ``number``."""
    places = np.arange(len(some))
    number[some] = places
    return some[number[some] == places]


def _numbers(chosen: np.ndarray, count: int) -> np.ndarray:
    """Return the place of each of some numbers among them; of others nothing is told."""
    found = np.empty(count, np.int64)
    found[chosen] = np.arange(len(chosen))
    return found


def _pointer(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


_OF_LINKS = ("low", "high", "share", "kept_low", "kept_high", "use_low", "use_high", "life", "lag", "flags")
