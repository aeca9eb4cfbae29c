"""What kernels read and write: flat arrays under names, and the few numbers that make a reading."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...graph import ProductionNetwork


class Net(NamedTuple):
    """A production network, with n nodes and m links, as `kanmon.graph.network` tells, and its needs as a reading has them.

    Blocks (strongly connected, suppliers first) hold ``order[starts[b] : starts[b + 1]]``; the links of node i are
    ``indptr[i] : indptr[i + 1]``, from ``owner`` to ``indices``, and the needs that its makers share
    ``need_ptr[i] : need_ptr[i + 1]`` of ``needs``; ``rank`` counts them by what is kept without, the hardest first. Which of
    them the maker behind a link shares, ``wants`` says (0 none, 1 all and buys nothing else, 2 those in ``some``). ``kept``
    is what a link's owner makes without it, ``use`` the part of the source that serves it.
    """

    order: np.ndarray
    starts: np.ndarray
    kind: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    owner: np.ndarray
    low: np.ndarray
    high: np.ndarray
    share: np.ndarray
    flags: np.ndarray
    whole: np.ndarray
    slack: np.ndarray
    need_ptr: np.ndarray
    needs: np.ndarray
    rank: np.ndarray
    wants: np.ndarray
    some_ptr: np.ndarray
    some: np.ndarray
    kept: np.ndarray
    use: np.ndarray


class State(NamedTuple):
    """How things stand: the side of each node and its capacity (n), what passes a link (sides x m), values (n x sides)."""

    side: np.ndarray
    cap: np.ndarray
    gain: np.ndarray
    x: np.ndarray


class Way(NamedTuple):
    """How a network is read: from how many sides, the number of the unknown one, and the choices that `kernels` explains."""

    sides: int
    unknown: int
    spread: int
    arrangement: int
    mixing: int
    strict: int


class Room(NamedTuple):
    """Room for the sources of one node: what each gives, what it could but for its own needs, weights, what is left."""

    v: np.ndarray
    e: np.ndarray
    w: np.ndarray
    mu: np.ndarray


class Given(NamedTuple):
    """What the kernels take: the network, how it stands, how it is read, and room for work."""

    net: Net
    state: State
    way: Way
    room: Room


class Above(NamedTuple):
    """The block of each node, and what depends on each node (``up``, CSR)."""

    block_of: np.ndarray
    up_ptr: np.ndarray
    up: np.ndarray


class Events(NamedTuple):
    """Of each event (CSR): the makers that it stops, the links it cuts, those it spares, the makers that it turns."""

    hit_ptr: np.ndarray
    hits: np.ndarray
    cut_ptr: np.ndarray
    cuts: np.ndarray
    spare_ptr: np.ndarray
    spares: np.ndarray
    turn_ptr: np.ndarray
    turns: np.ndarray


class Drawn(NamedTuple):
    """How markets are arranged (n, and one number in common), and the sides that are hit most and least."""

    arranged: np.ndarray
    common: np.ndarray
    hit: int
    spared: int


class Desk(NamedTuple):
    """The needs that may fall short (``live``), room for those of one market, and what is kept (``today``, ``bare``)."""

    live: np.ndarray
    got: np.ndarray
    mass: np.ndarray
    today: np.ndarray
    tried: np.ndarray
    bare: np.ndarray


class Stock(NamedTuple):
    """Stocks ``q`` and how fast they run; which ever ran (``active``, the first ``ran``); where each kind begins.

    ``res_ptr`` and ``res_rate`` tell the reserves of a market and side and what they give a day, ``node`` the node that each
    stock is looked at with.
    """

    q: np.ndarray
    dq: np.ndarray
    listed: np.ndarray
    active: np.ndarray
    ran: np.ndarray
    best_at: int
    alike_at: int
    alike_ptr: np.ndarray
    over_at: int
    late_at: int
    res_at: int
    res_ptr: np.ndarray
    res_rate: np.ndarray
    node: np.ndarray


class Worn(NamedTuple):
    """Stocks of those hit at worst: those up to ``level`` have ``left`` days (``width`` levels each).

    ``need`` and ``link`` say which is that of a need or of a link (-1: none), ``node`` whose it is, ``hit`` how many are.
    """

    need: np.ndarray
    link: np.ndarray
    node: np.ndarray
    width: int
    level: np.ndarray
    left: np.ndarray
    hit: np.ndarray


class Sent(NamedTuple):
    """What is on its way: the days that a link takes (``lag``), the ``column`` of ``past`` it is written in (-1: none).

    ``node`` is whose rate a column holds, ``event`` the one whose sendings arrive now (-1: those before the first day).
    """

    lag: np.ndarray
    column: np.ndarray
    node: np.ndarray
    event: np.ndarray
    past: np.ndarray
    columns: int


class Steps(NamedTuple):
    """What a scenario changes on which day (CSR): capacities, what passes links, stocks (``stock_worst``: of those hit)."""

    days: np.ndarray
    cap_ptr: np.ndarray
    cap_node: np.ndarray
    cap_value: np.ndarray
    gain_ptr: np.ndarray
    gain_link: np.ndarray
    gain_value: np.ndarray
    stock_ptr: np.ndarray
    stock_worst: np.ndarray
    stock_at: np.ndarray
    stock_days: np.ndarray


class Machines(NamedTuple):
    """The days on which machines come to their end, and from each on what is kept without what, the hardest first."""

    days: np.ndarray
    kept: np.ndarray
    rank: np.ndarray


class Marks(NamedTuple):
    """What is looked at anew (``dirty``), what has just changed (``fresh``): nodes x sides; new sources not yet there."""

    dirty: np.ndarray
    fresh: np.ndarray
    shut: np.ndarray


def net_of(network: ProductionNetwork, rank: np.ndarray, kept: np.ndarray, use: np.ndarray) -> Net:
    """Return a network as kernels read it, with its needs as they stand in a reading."""
    return Net(
        *network.order, network.kind, network.indptr, network.indices, network.owner, network.low, network.high,
        network.share, network.flags, network.whole, network.slack, network.need_indptr, network.needs, rank, network.wants,
        network.some_indptr, network.some, kept, use,
    )  # fmt: skip
