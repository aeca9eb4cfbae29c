"""Cut sets of a product: which suppliers, countries or items stop it together, or cut its output by a given part.

Two questions, one table:

- *What stops it* (no threshold). The production network as a fault tree (`risk.FaultTree`, where the ways to find the sets
  are compared): a maker fails with itself or with any requirement that it cannot do without, a market when all its supply
  does, a group of alternatives when all of them do.
- *What cuts it by a share* (threshold). The production network as it stands: whoever loses a supplier does not find another
  one. Minimal sets of a loss that only grows with the failures, found by growing sets that still fall short
  (`risk.minimal_sets`), thousands of sets of the network in one call.

Both speak of facts, not of arrangements: what is short is always divided in the best way, and an unknown mix of alternatives
is an alternative, not a need. What the shares leave open decides which sets are *certain* and which only *possible*:

- **certain**: under every completion of the shares.
- **possible**: under some completion. A named supplier whose share is not told may hold all that is not attributed, and so
  may several together. Unattributed supply may also stop with a country that stands behind somebody named there without a
  share. It is not put down to somebody whom no source names there: else any country would be a single point of failure of
  everything that has a market without data. Such markets are listed by `risk.exposure` (``attributed``, ``visibility``).

In this reading `risk.chokepoints` (``loss_low``, ``loss_facts``) and the sets agree node by node.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...graph import InputError, LimitError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import shorten
from ...graph.network import EQUIPMENT, EXTRA, MAKER, MARKET
from ..production.failures import Failures, failures_of, network_of, product_node
from ..production.simulation import Assumptions
from .fault_tree import FaultTree
from .set_families import minimal_sets

READING_OF = {"certain": "high", "possible": "facts"}
"""The reading of `risk.production.simulation` behind each certainty."""
_LOSSES = {
    "loss_low": ("high", ""),
    "loss_facts": ("facts", "loss_low"),
    "loss_estimate": ("estimate", "loss_low"),
    "loss_high": ("low", "loss_facts"),
}
"""The columns of losses: the reading behind each, and the column whose loss it never falls below."""
_CLOSE = 1e-9  # of a loss to the threshold
_MOST = 2_000  # ways in which suppliers of open shares can fill one market


@checked()
def cut_sets(
    graph: SupplyGraph | ProductionNetwork,
    product: str | None = None,
    *,
    fails: str = "supplier",
    level: str | None = None,
    max_order: int | None = 3,
    buyer: str | None = None,
    domestic: bool = False,
    threshold: float | None = None,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
) -> pl.DataFrame:
    """Return all minimal sets of failures that stop a product, or cut its output by at least a threshold.

    A set is minimal when no part of it does so in the same reading (see the module for ``certain`` and ``possible``). The
    result is complete up to ``max_order``, and depends on nothing but the facts: not on the order of rows, nor on names.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        The facts. A compiled network is used as it is, with its own product, buyer and level.
    product : str
        The item that is asked about.
    fails : {"supplier", "country", "item"}
        What fails: one supplier with all that it makes, everybody in a country, or all production of an item that needs no
        essential input (countries and companies then go on).
    level : {"country", "company", "site"}, optional
        Whose shares (default: companies where suppliers fail, else countries).
    max_order : int, optional
        Most members of a set; None: all orders.
    buyer : str, optional
        The country or company from whose place it is seen. The buyer goes on making the product itself.
    domestic, sharing, term, sourcing
        As in `risk.simulate`.
    threshold : float, optional
        Part of the output, above 0 and at most 1, that must be lost. Default: the product stops, by the logic.

    Returns
    -------
    polars.DataFrame
        One row per set: ``set`` (number), ``order``, ``members`` (list of ids, sorted), ``certainty`` ("certain" or
        "possible"), and the part of the output that is lost when the members halt (0..1): ``loss_low`` (certain),
        ``loss_facts`` (worst completion of the shares, best arrangement: the reading of possible sets), ``loss_estimate``,
        ``loss_high`` (possible, as in `risk.simulate`). Certain sets first, then by order, loss and members. Empty when
        there is none.

    Raises
    ------
    InputError
        Another level, a threshold outside 0..1, ``max_order`` below 1, no product.
    UnknownIdError
        The product or buyer is not in the graph.
    LimitError
        More sets than can be held or evaluated; nothing is cut silently.

    References
    ----------
    Vesely, Goldberg, Roberts, Haasl (1981), Fault Tree Handbook, NUREG-0492, for the logic; see `risk.FaultTree` and
    `risk.minimal_sets` for the ways to find the sets.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
    ...     shares=[{"item": "motor", "supplier": "JPN", "source": "s", "share": 0.5},
    ...             {"item": "motor", "supplier": "DEU", "source": "s", "share": 0.5},
    ...             {"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75},
    ...             {"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.25}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> cut_sets(graph, "motor", fails="country").select("members", "certainty").rows()
    [(['CHN', 'JPN'], 'certain'), (['DEU', 'JPN'], 'certain')]
    >>> cut_sets(graph, "motor", fails="country", threshold=0.5).select("members", "loss_low").rows()
    [(['CHN'], 0.75), (['DEU'], 0.5), (['JPN'], 0.5)]
    """
    network = network_of(graph, product, fails, level, buyer, domestic)
    assumed = Assumptions(sharing, term, sourcing)
    top = product_node(network)
    failures = failures_of(network, fails)
    certain, possible = sets_of(failures, top, max_order, threshold, assumed)
    known = set(certain)
    sets = [*certain, *(members for members in possible if members not in known)]
    return _frame(failures, top, sets, len(certain), assumed)


def sets_of(
    failures: Failures, top: int, max_order: int | None, threshold: float | None, assumed: Assumptions | None = None
) -> list[list[tuple[int, ...]]]:
    """Return the minimal sets of events, certain and possible."""
    assumed = assumed or Assumptions()
    if threshold is None:
        return [_stopping(failures, certainty, max_order, assumed) for certainty in READING_OF]
    if not 0 < threshold <= 1:
        raise InputError("risk.cut_sets.threshold", value=shorten(threshold))
    return [_cutting(failures, reading, top, max_order, threshold, assumed) for reading in READING_OF.values()]


@checked()
def failure_tree(
    graph: SupplyGraph | ProductionNetwork,
    product: str | None = None,
    *,
    fails: str = "supplier",
    level: str | None = None,
    buyer: str | None = None,
    domestic: bool = False,
    term: str = "short",
    certainty: str = "certain",
) -> FaultTree:
    """Return the fault tree behind `cut_sets`, for importance measures and probabilities.

    Parameters
    ----------
    graph, product, fails, level, buyer, domestic, term
        As in `cut_sets`.
    certainty : {"certain", "possible"}
        Under every completion of the shares, or under some; see the module.

    Returns
    -------
    FaultTree
        Its basic events are the ids of suppliers, countries or items, and ``""``, which never fails. Gates are named
        ``(item)`` and the like after their node.

    Raises
    ------
    InputError
        Another certainty, or an argument that `cut_sets` refuses.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": "magnet", "name_en": "Magnet", "kind": "component"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75},
    ...             {"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.25}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> tree = failure_tree(graph, "magnet", fails="country")
    >>> tree.importance({"CHN": 0.1, "JPN": 0.01}).select("event", "birnbaum").rows()
    [('CHN', 0.01), ('JPN', 0.1)]
    """
    if certainty not in READING_OF:
        raise InputError("risk.cut_sets.certainty", value=shorten(certainty))
    network = network_of(graph, product, fails, level, buyer, domestic)
    failures = failures_of(network, fails)
    return _tree(failures, certainty, Assumptions(term=term), named=True)


class _Gates:
    """A fault tree under construction: links from gates to what they look at, gates beyond the network's nodes, events."""

    def __init__(self, nodes: int, events: int) -> None:
        self.extra: list[tuple[bool, list[int]]] = []
        self.nodes, self.events = nodes, events

    def add(self, conjunctive: bool, children: Sequence[int]) -> int:
        """Add a gate; its number is negative until all are known."""
        self.extra.append((conjunctive, list(children)))
        return -len(self.extra)

    def tree(self, conjunctive: NDArray, parent: NDArray, child: NDArray, top: int, names: list[str] | None) -> FaultTree:
        first = self.nodes
        gates = first + len(self.extra)
        never = gates + self.events
        # Numbers so far: gates of nodes from 0, events from `first`, further gates below 0. Now events follow all gates.
        more = [(first + i, one) for i, (_, children) in enumerate(self.extra) for one in children]
        parent = np.concatenate([parent, [p for p, _ in more]]).astype(np.int64)
        child = np.concatenate([child, [c for _, c in more]]).astype(np.int64)
        child = np.where(child < 0, first - 1 - child, np.where(child >= first, child + len(self.extra), child))
        idle = np.flatnonzero(np.bincount(parent, minlength=gates) == 0)
        parent, child = np.concatenate([parent, idle]), np.concatenate([child, np.full(len(idle), never)])
        order = np.argsort(parent, kind="stable")
        pointer = np.concatenate([[0], np.cumsum(np.bincount(parent, minlength=gates))])
        kinds = np.concatenate([conjunctive, [kind for kind, _ in self.extra]]).astype(np.bool_)
        if names is not None:
            names = [*names[:first], *(f"(+{i})" for i in range(len(self.extra))), *names[first:], ""]
        tree = FaultTree.from_arrays(kinds, pointer, child[order], top, never + 1, names)
        return tree.given(working=["" if names is not None else never])


def _tree(failures: Failures, certainty: str, assumed: Assumptions, named: bool = False) -> FaultTree:
    """The network in terms of failure: an or-gate for each maker, an and-gate for each market and group."""
    network, n = failures.network, len(failures.network.kind)
    possible = certainty == "possible"
    gates = _Gates(n, len(failures.ids))
    kept = network.kept_low if possible else network.kept_high
    if assumed.term == "short":
        kept = np.where(network.flags & EQUIPMENT, 1.0, kept)
    maker = network.kind[network.owner] == MAKER
    counted = np.where(maker, kept <= 0, (network.high > 0) & ((network.flags & EXTRA) == 0))
    child = network.indices.astype(np.int64)
    # Sales that an event takes with it although the maker goes on: unattributed supply, the buyer's own sales to others.
    cut = failures.sold_links + (failures.told_links if possible else 0 * failures.told_links)
    cut = cut.tocsc()
    for link in np.flatnonzero(np.diff(cut.indptr)):
        events = cut.indices[cut.indptr[link] : cut.indptr[link + 1]]
        events = events[cut.data[cut.indptr[link] : cut.indptr[link + 1]] > 0]
        if len(events):
            child[link] = gates.add(False, [int(child[link]), *(int(event) + n for event in events)])
    # Markets whose shares are open, in the possible reading: who holds no sure part must fail only as far as the others
    # cannot hold it all.
    if possible:
        for market in np.flatnonzero((network.kind == MARKET) & (network.slack > 0)).tolist():
            links = network.links(market)
            links = links[counted[links]]
            sure = links[network.low[links] > 1e-12]
            open_ = links[network.low[links] <= 1e-12]
            room = network.high - network.low
            need = network.slack[market] - float(room[sure].sum())
            counted[open_] = False
            ways = list(_ways(room[open_], need))
            if () not in ways:
                options = [gates.add(True, [int(child[open_[i]]) for i in way]) for way in ways]
                chosen = gates.add(False, options)
                counted[open_[0]], child[open_[0]] = True, chosen
    event, hit = failures.hit.nonzero()
    parent = np.concatenate([network.owner[counted], hit])
    child = np.concatenate([child[counted], event + n])
    names = [*(f"({i} {item})" for i, item in enumerate(network.nodes["item"])), *failures.ids] if named else None
    return gates.tree(network.kind != MAKER, parent, child, product_node(network), names)


def _ways(room: NDArray[np.float64], need: float) -> Iterator[tuple[int, ...]]:
    """Yield the minimal sets of suppliers of open shares that can hold what no other supplier must hold."""
    need = min(need, float(room.sum()))
    if need <= _CLOSE:
        yield ()
        return
    order = np.argsort(-room, kind="stable").tolist()
    count = 0
    stack: list[tuple[tuple[int, ...], int, float]] = [((), 0, 0.0)]
    rest = np.concatenate([np.cumsum(room[order][::-1])[::-1], [0.0]])
    while stack:
        members, at, held = stack.pop()
        if held >= need - _CLOSE:
            if held - min(room[list(members)]) < need - _CLOSE:  # none of them can be spared
                count += 1
                if count > _MOST:
                    raise LimitError("risk.cut_sets.too_open", limit=_MOST)
                yield tuple(sorted(members))
            continue
        if at == len(order) or held + rest[at] < need - _CLOSE:
            continue
        stack.append((members, at + 1, held))
        stack.append(((*members, order[at]), at + 1, held + float(room[order[at]])))


def _stopping(failures: Failures, certainty: str, max_order: int | None, assumed: Assumptions) -> list[tuple[int, ...]]:
    tree = _tree(failures, certainty, assumed)
    first = len(tree.events) and min(tree.events)
    return [tuple(node - first for node in members) for members in tree.minimal_cut_sets(max_order)]


def _cutting(
    failures: Failures, reading: str, top: int, max_order: int | None, threshold: float, assumed: Assumptions
) -> list[tuple[int, ...]]:
    def loss(failed: NDArray[np.bool_]) -> NDArray[np.float64]:
        return failures.losses(failed, reading, [top], assumed)[:, 0]

    events: Sequence[Any] = range(len(failures.ids))
    order = max(len(events), 1) if max_order is None else max_order
    return [members for members, _ in minimal_sets(loss, events, order, threshold - _CLOSE)]


def _frame(failures: Failures, top: int, sets: list[tuple[int, ...]], certain: int, assumed: Assumptions) -> pl.DataFrame:
    failed = np.zeros((len(sets), len(failures.ids)), np.bool_)
    for row, members in enumerate(sets):
        failed[row, list(members)] = True
    # What loses everything in a milder reading needs no further pass.
    losses = {"": np.zeros(len(sets))}
    for name, (reading, milder) in _LOSSES.items():
        losses[name] = np.ones(len(sets))
        open_ = losses[milder] < 1
        losses[name][open_] = np.round(failures.losses(failed[open_], reading, [top], assumed)[:, 0], 12)
    del losses[""]
    frame = pl.DataFrame(
        {
            "order": [len(members) for members in sets],
            "members": [[failures.ids[event] for event in members] for members in sets],
            "certainty": ["certain"] * certain + ["possible"] * (len(sets) - certain),
            **losses,
        },
        schema_overrides={"order": pl.Int64, "members": pl.List(pl.String), "certainty": pl.String},
    )
    ranks = "certainty", "order", -pl.col("loss_low"), -pl.col("loss_facts"), pl.col("members").list.join("\x00")
    return frame.sort(*ranks).with_row_index("set", 1).with_columns(pl.col("set").cast(pl.Int64))
