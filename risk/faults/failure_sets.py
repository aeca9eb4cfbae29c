"""Cut sets of a product: which suppliers, countries or items stop it together, or cut its output by a given part.

Two questions, one table:

- *What stops it* (no threshold). The production network as a fault tree (`risk.FaultTree`, where the ways to find the sets
  are compared): a maker fails with itself or with any essential requirement, a market when all its sources fail, a group
  of alternatives when all of them do. How large a share is does not matter here.
- *What cuts it by a share* (threshold). The production network as it stands: whoever loses a supplier does not find another
  one. Minimal sets of a loss that only grows with the failures, found by growing sets that still fall short
  (`risk.minimal_sets`), thousands of solutions of the network in one call.

What is not attributed to anybody named decides which sets are *certain* and which only *possible*:

- **certain**: all of it goes on. The sources alone carry these sets.
- **possible**: it stops with a set where a member is named in that market and its share there is not told (a country, where
  the market is told by its companies; home production that an import statistic leaves out is not counted on). It is
  not put down to somebody whom no source names there: else any country would be a single point of failure of everything
  that has a market without data. Such markets are listed by `risk.exposure` (``attributed``, ``visibility``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from ..production.halts import CERTAIN, NAMED, POSSIBLE, Halts, compiled, halts_of
from .fault_tree import FaultTree
from .set_families import minimal_sets

_CLOSE = 1e-9  # of a loss to the threshold


def cut_sets(
    graph: SupplyGraph | ProductionNetwork,
    product: str | None = None,
    level: str = "supplier",
    max_order: int | None = 3,
    buyer: str | None = None,
    threshold: float | None = None,
) -> pl.DataFrame:
    """Return all minimal sets of failures that stop a product, or cut its output by at least a threshold.

    A set is minimal when no part of it does so in the same reading (see the module for ``certain`` and ``possible``). The
    result is complete up to ``max_order``, and depends on nothing but the facts: not on the order of rows, nor on names.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        The facts. A compiled network is used as it is, with its own product and buyer.
    product : str
        The item that is asked about.
    level : {"supplier", "country", "item"}
        What fails: one supplier with all that it makes, everybody in a country, or all production of an item that needs no
        essential input (countries and companies then go on).
    max_order : int, optional
        Most members of a set; None: all orders.
    buyer : str, optional
        The country or company from whose place it is seen. The buyer goes on making the product itself.
    threshold : float, optional
        Part of the output, above 0 and at most 1, that must be lost. Default: the product stops, by the logic.

    Returns
    -------
    polars.DataFrame
        One row per set: ``set`` (number), ``order``, ``members`` (list of ids, sorted), ``certainty`` ("certain" or
        "possible"), and the part of the output that is lost when the members halt (0..1): ``loss_low`` (unattributed supply
        goes on), ``loss_named`` (it stops where a member is named without a share), ``loss_high`` (it stops wherever it may
        be a member's, as in `risk.simulate`). Certain sets first, then by order, loss and members. Empty when there is none.

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
    >>> cut_sets(graph, "motor", "country").select("members", "certainty").rows()
    [(['CHN', 'JPN'], 'certain'), (['DEU', 'JPN'], 'certain')]
    >>> cut_sets(graph, "motor", "country", threshold=0.5).select("members", "loss_low").rows()
    [(['CHN'], 0.75), (['JPN'], 0.625), (['DEU'], 0.5)]
    """
    network = compiled(graph, product, level, buyer)
    top = product_node(network)
    halts = halts_of(network, level)
    certain, possible = sets_of(halts, top, max_order, threshold)
    known = set(certain)
    sets = [*certain, *(members for members in possible if members not in known)]
    return _frame(halts, top, sets, len(certain))


def sets_of(halts: Halts, top: int, max_order: int | None, threshold: float | None) -> list[list[tuple[int, ...]]]:
    """Return the minimal sets of events in the two readings, certain and possible."""
    if threshold is None:
        return [_stopping(halts, reading, max_order) for reading in (CERTAIN, NAMED)]
    if not 0 < threshold <= 1:
        raise InputError("risk.cut_sets.threshold", value=shorten(threshold))
    return [_cutting(halts, reading, top, max_order, threshold) for reading in (CERTAIN, NAMED)]


def failure_tree(
    graph: SupplyGraph | ProductionNetwork,
    product: str | None = None,
    level: str = "supplier",
    buyer: str | None = None,
    certainty: str = "certain",
) -> FaultTree:
    """Return the fault tree behind `cut_sets`, for importance measures and probabilities.

    Parameters
    ----------
    graph, product, level, buyer
        As in `cut_sets`.
    certainty : {"certain", "possible"}
        Whether unattributed supply goes on; see the module.

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
    >>> tree = failure_tree(graph, "magnet", "country")
    >>> tree.importance({"CHN": 0.1, "JPN": 0.01}).select("event", "birnbaum").rows()
    [('CHN', 0.01), ('JPN', 0.1)]
    """
    readings = {"certain": CERTAIN, "possible": NAMED}
    if certainty not in readings:
        raise InputError("risk.cut_sets.certainty", value=shorten(certainty))
    halts = halts_of(compiled(graph, product, level, buyer), level)
    return _tree(halts, readings[certainty], named=True)


def product_node(network: ProductionNetwork) -> int:
    """Return the market of the product that a network was compiled for."""
    if network.product is None:
        raise InputError("risk.cut_sets.no_product")
    return network.market(network.product)


def _tree(halts: Halts, reading: str, named: bool = False) -> FaultTree:
    """The network in terms of failure: gates are its nodes, then come the events, last one that never fails."""
    network = halts.network
    n = len(network.producer)
    counts = np.diff(network.indptr)
    parent, child = np.repeat(np.arange(n), counts), network.indices.astype(np.int64)
    counted = network.high > 0
    if reading == NAMED:
        counted &= ~_home(network, parent)
    event, hit = halts.hit.nonzero()
    if reading == NAMED and halts.level != "item":
        more_events, more_hit = halts.hidden.nonzero()
        event, hit = np.concatenate([event, more_events]), np.concatenate([hit, more_hit])
    parent, child = np.concatenate([parent[counted], hit]), np.concatenate([child[counted], event + n])
    never = n + len(halts.ids)
    idle = np.setdiff1d(np.arange(n), parent)
    parent, child = np.concatenate([parent, idle]), np.concatenate([child, np.full(len(idle), never)])
    order = np.argsort(parent, kind="stable")
    pointer = np.concatenate([[0], np.cumsum(np.bincount(parent, minlength=n))])
    names = [*(f"({i} {item})" for i, item in enumerate(network.nodes["item"])), *halts.ids, ""] if named else None
    tree = FaultTree.from_arrays(~network.producer, pointer, child[order], product_node(network), never + 1, names)
    return tree.given(working=["" if named else never])


def _home(network: ProductionNetwork, parent: NDArray) -> NDArray[np.bool_]:
    """Links to home production that an import statistic says nothing about."""
    nodes = network.nodes
    imports = nodes["measure"].str.starts_with("imports").fill_null(False).to_numpy() & ~network.producer
    own = nodes["supplier"].gather(network.indices) == nodes["buyer"].gather(parent)
    return imports[parent] & own.fill_null(False).to_numpy()


def _stopping(halts: Halts, reading: str, max_order: int | None) -> list[tuple[int, ...]]:
    first = len(halts.network.producer)
    sets = _tree(halts, reading).minimal_cut_sets(max_order)
    return [tuple(node - first for node in members) for members in sets]


def _cutting(halts: Halts, reading: str, top: int, max_order: int | None, threshold: float) -> list[tuple[int, ...]]:
    def loss(failed: NDArray[np.bool_]) -> NDArray[np.float64]:
        return halts.losses(failed, reading, [top])[:, 0]

    events: Sequence[Any] = range(len(halts.ids))
    order = max(len(events), 1) if max_order is None else max_order
    return [members for members, _ in minimal_sets(loss, events, order, threshold - _CLOSE)]


def _frame(halts: Halts, top: int, sets: list[tuple[int, ...]], certain: int) -> pl.DataFrame:
    failed = np.zeros((len(sets), len(halts.ids)), np.bool_)
    for row, members in enumerate(sets):
        failed[row, list(members)] = True
    readings = {"loss_low": CERTAIN, "loss_named": NAMED, "loss_high": POSSIBLE}
    frame = pl.DataFrame(
        {
            "order": [len(members) for members in sets],
            "members": [[halts.ids[event] for event in members] for members in sets],
            "certainty": ["certain"] * certain + ["possible"] * (len(sets) - certain),
            **{name: np.round(halts.losses(failed, reading, [top])[:, 0], 12) for name, reading in readings.items()},
        },
        schema_overrides={"order": pl.Int64, "members": pl.List(pl.String), "certainty": pl.String},
    )
    ranks = "certainty", "order", -pl.col("loss_low"), -pl.col("loss_named"), pl.col("members").list.join("\x00")
    return frame.sort(*ranks).with_row_index("set", 1).with_columns(pl.col("set").cast(pl.Int64))
