"""Thousands of scenarios of one product: each is solved only where it differs from a day on which nothing happens."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...graph import ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.kernel import Kernel, numbers_in
from ...graph.network import ARRAYS
from ..systemic import batches
from .arrays import Net, Room, State, Way
from .changes import Change
from .conditions import Conditions, conditions
from .failures import product_node
from .scenario import Scenario, scenario_of
from .simulation import READINGS, Assumptions, arguments, prepared
from .solver import renew, solve

PART = 250
"""Scenarios that one lane takes at a time."""


@checked(threads=(1, None))
def sweep(
    graph: SupplyGraph | ProductionNetwork,
    scenarios: Scenario | Change | Iterable[Scenario],
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    threads: int | None = None,
    executor: Any = None,
    out: str | Path | None = None,
) -> pl.DataFrame:
    """Return what many scenarios leave of one product: the figures of `simulate` for that item alone, many times faster.

    Scenarios that look at the market from the same sides share one solution of the calm day; of each only the nodes that its
    changes reach are solved again. Parts of 250 scenarios run side by side.

    Parameters
    ----------
    graph, product, buyer, level, domestic, sharing, term, sourcing
        As in `simulate`; a product is needed.
    scenarios : iterable of Scenario
        With names of their own.
    threads : int, optional
        Parts at a time on this machine (default: one a core).
    executor : "dask" or distributed.Client, optional
        Where parts run instead.
    out : path, optional
        A folder that keeps finished parts; a sweep that was interrupted goes on from there.

    Returns
    -------
    polars.DataFrame
        One row per scenario, in their order: ``scenario, kept_low, kept_high, kept_estimate`` (0..1).

    Raises
    ------
    UnknownIdError
        A scenario, the product or the buyer names something that the graph does not have.
    InputError
        No product, two scenarios of one name, a stock (which keeps nothing for good), an executor that is none, or a folder
        that holds another sweep.
    ReadError
        The folder cannot be used.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> from kanmon.risk import reduce
    >>> cuts = [Scenario(f"{part:.0%}", reduce("CHN", part, item="ndfeb_magnet")) for part in (0.0, 0.25, 0.5)]
    >>> frame = sweep(load("permanent_magnet"), cuts, product="ndfeb_magnet")
    >>> [round(kept, 3) for kept in frame["kept_high"]]
    [1.0, 0.765, 0.53]
    """
    asked = scenario_of(scenarios, empty=True)
    changes = dict.fromkeys(change for one in asked for change in one)
    network = prepared(graph, [Scenario("", changes)], product, buyer=buyer, level=level, domestic=domestic)
    product_node(network)
    assumptions = Assumptions(sharing, term, sourcing)
    parts = [asked[start : start + PART] for start in range(0, len(asked), PART)]
    if not parts:
        return _frame([], np.zeros((3, 0)))
    name = _identity(network, assumptions, asked) if out is not None else ""
    work = partial(_kept, network, assumptions)
    return batches.sweep(work, parts, threads=threads, executor=executor, out=out, identity=name)


def _identity(network: ProductionNetwork, assumptions: Assumptions, asked: Sequence[Scenario]) -> str:
    about = network.product, network.buyer, assumptions, asked, network.chains, sorted(network.placeless)
    digest = hashlib.sha256(repr(about).encode())
    for name in ARRAYS:
        digest.update(np.ascontiguousarray(getattr(network, name)).tobytes())
    for name in ("item", "supplier", "country", "buyer"):  # who stands where, and so who is hit
        digest.update(repr(network.nodes[name].to_list()).encode())
    return digest.hexdigest()


def _frame(names: list[str], kept: NDArray[np.float64]) -> pl.DataFrame:
    low, high, estimate = kept
    low = np.minimum(low, high)  # as in `simulate`: rounding must not turn them round
    columns = {"kept_low": low, "kept_high": high, "kept_estimate": np.clip(estimate, low, high)}
    return pl.DataFrame({"scenario": pl.Series(names, dtype=pl.String), **columns})


def _kept(network: ProductionNetwork, assumptions: Assumptions, scenarios: Sequence[Scenario]) -> pl.DataFrame:
    """Return what the product keeps under each of the scenarios."""
    calm = conditions(network, Scenario(""))
    groups: dict[Any, list[int]] = defaultdict(list)
    states: list[_Changes] = []
    for number, scenario in enumerate(scenarios):
        state = conditions(network, scenario)
        groups[state.reader, state.unknown, state.sides, state.side.tobytes()].append(number)
        states.append(_Changes(state, calm))
    kept = np.ones((len(READINGS), len(scenarios)))
    for (reader, unknown, sides, side), numbers in groups.items():
        gain = np.repeat(calm.gain, sides, axis=1)
        usual = Conditions(calm.cap, gain, np.frombuffer(side, np.int64), reader, unknown)
        wanted = network.market(str(network.product)) * sides + reader
        for row, name in enumerate(("low", "high", "estimate")):
            kept[row, numbers] = _solved(network, usual, assumptions, name, wanted, [states[i] for i in numbers])
    return _frame([one.name for one in scenarios], kept[:3])


class _Changes:
    """Where a state differs from the calm one, in each of the three bounds: capacities and gains, and their values."""

    def __init__(self, state: Conditions, calm: Conditions) -> None:
        usual = np.broadcast_to(calm.gain, state.gain.shape)
        self.caps = [np.flatnonzero(a != b) for a, b in zip(state.cap, calm.cap, strict=True)]
        self.gains = [np.flatnonzero(a.ravel() != b.ravel()) for a, b in zip(state.gain, usual, strict=True)]
        self.cap = [a[at] for a, at in zip(state.cap, self.caps, strict=True)]
        self.gain = [a.ravel()[at] for a, at in zip(state.gain, self.gains, strict=True)]


def _solved(
    network: ProductionNetwork, usual: Conditions, assumptions: Assumptions, name: str, wanted: int, rows: Sequence[_Changes]
) -> NDArray[np.float64]:
    reading = READINGS[name]
    given = arguments(network, usual, assumptions, reading)
    given = given._replace(state=given.state._replace(cap=given.state.cap.copy(), gain=given.state.gain.copy()))
    solve(*given)
    bound, n = reading.bound, len(network.kind)
    changed = []
    for where, values in (("caps", "cap"), ("gains", "gain")):
        lists = [getattr(row, where)[bound] for row in rows]
        pointer = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
        changed += [pointer, np.concatenate(lists).astype(np.int64)]
        changed += [np.concatenate([getattr(row, values)[bound] for row in rows])]
    result = np.ones(len(rows))
    again(
        *given, State(*(array.copy() for array in given.state)), np.zeros(n, np.int64), *changed, wanted,
        result, size=numbers_in(*given) * (1 + len(rows)),
    )  # fmt: skip
    return result


@Kernel
def again(net: Net, state: State, way: Way, room: Room, usual: State, changed, cap_ptr, caps, cap_to, gain_ptr, gains,
          gain_to, wanted, result):  # fmt: skip
    """Write what the ``wanted`` value is under many changes of capacities and gains, each from the solution ``usual``.

    A block is solved again when one of its nodes is changed, or draws on one whose value has. Blocks come in order, so one
    pass is enough; a loop starts from the top, as in a whole solution.
    """
    m = len(net.indices)
    for row in range(len(result)):
        for i in range(cap_ptr[row], cap_ptr[row + 1]):
            state.cap[caps[i]] = cap_to[i]
            changed[caps[i]] = 1
        for i in range(gain_ptr[row], gain_ptr[row + 1]):
            state.gain[gains[i]] = gain_to[i]
            changed[net.owner[gains[i] % m]] = 1
        # In `changed`, 1 marks a node that the row changes, 2 one whose value has become another.
        for block in range(len(net.starts) - 1):
            dirty = False
            for i in range(net.starts[block], net.starts[block + 1]):
                node = net.order[i]
                dirty = dirty or changed[node] == 1
                for k in range(net.indptr[node], net.indptr[node + 1]):
                    dirty = dirty or changed[net.indices[k]] == 2
                for k in range(net.need_ptr[node], net.need_ptr[node + 1]):
                    dirty = dirty or changed[net.indices[net.needs[k]]] == 2
            if not dirty:
                continue
            renew(block, True, net, state, way, room)
            for i in range(net.starts[block], net.starts[block + 1]):
                changed[net.order[i]] = 0
                for here in range(way.sides):
                    if state.x[net.order[i] * way.sides + here] != usual.x[net.order[i] * way.sides + here]:
                        changed[net.order[i]] = 2
        result[row] = state.x[wanted]
        # As usual again, for the next one.
        for i in range(cap_ptr[row], cap_ptr[row + 1]):
            state.cap[caps[i]] = usual.cap[caps[i]]
        for i in range(gain_ptr[row], gain_ptr[row + 1]):
            state.gain[gains[i]] = usual.gain[gains[i]]
        for node in range(len(changed)):
            if changed[node]:
                changed[node] = 0
                for here in range(way.sides):
                    state.x[node * way.sides + here] = usual.x[node * way.sides + here]
    return 0
