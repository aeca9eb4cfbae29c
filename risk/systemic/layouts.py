"""How the cascade sees a network: coefficients of links, by who is hit or by whom it is hit; and what it is asked: cases."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...graph.transactions import ROLES, FirmNetwork

LANES = 8
"""Cases that a compiled pass carries side by side: the numbers of one cache line."""

ROOM = 1 << 18
"""Firms, or groups of links, times cases that are held at once: some 50 MB with what is made on the way."""

PATIENCE = 1e-16
"""A change is handed on once it exceeds this, which a loss of 1 cannot tell from nothing; smaller ones wait and add up."""


class Cases(NamedTuple):
    """Initial losses: case c holds entries ``starts[c]:starts[c + 1]``."""

    starts: np.ndarray
    firms: np.ndarray
    down: np.ndarray
    up: np.ndarray


class Results(NamedTuple):
    """One row per case; ``losses`` (cases x 2 x firms) has no row when the losses of single firms are not asked for."""

    scores: np.ndarray
    steps: np.ndarray
    converged: np.ndarray
    losses: np.ndarray


class Firms(NamedTuple):
    """Of each firm: its sector, its share of the sector's sales, its share of all sales."""

    sector: np.ndarray
    share: np.ndarray
    weight: np.ndarray


class Pull(NamedTuple):
    """Each firm's groups (``firm_starts``), each group's links (``group_starts``): what a firm depends on, and how much."""

    firm_starts: np.ndarray
    group_starts: np.ndarray
    firms: np.ndarray
    parts: np.ndarray


class Push(NamedTuple):
    """Each firm's links (``starts``) into ``groups``, each of which belongs to ``owner``: what depends on a firm."""

    starts: np.ndarray
    groups: np.ndarray
    parts: np.ndarray
    owner: np.ndarray


class _Links(NamedTuple):
    """The coefficients of every link, in the network's order, and the group that each link feeds."""

    firms: Firms
    suppliers: np.ndarray
    up: np.ndarray
    used: np.ndarray
    group: np.ndarray
    group_buyer: np.ndarray
    down: np.ndarray


def _links(network: FirmNetwork) -> _Links:
    """Return D and U. A group is an essential sector of a buyer, or all its non-essential inputs together."""
    n, value, sector = len(network.firms), network.values, np.array(network.sector_of)
    supplier, buyer = network.suppliers, network.buyers
    sold, bought = np.bincount(supplier, value, n), np.bincount(buyer, value, n)
    firms = Firms(
        sector=sector,
        share=sold / _or_one(np.bincount(sector, sold))[sector],
        weight=sold / sold.sum(),
    )
    up = value / _or_one(network.revenue if len(network.revenue) else sold)[supplier]
    sectors = len(network.sectors)
    used = np.flatnonzero(network.roles != ROLES.index("none"))
    essential = network.roles[used] == ROLES.index("essential")
    key = buyer[used].astype(np.int64) * (sectors + 1) + np.where(essential, sector[supplier[used]], sectors)
    keys, group = np.unique(key, return_inverse=True)
    group_buyer = (keys // (sectors + 1)).astype(np.int32)
    total = np.where(keys % (sectors + 1) == sectors, bought[group_buyer], np.bincount(group, value[used], len(keys)))
    down = value[used] / total[group]
    if len(network.costs):
        down *= (bought / _or_one(network.costs))[buyer[used]]
    return _Links(firms, supplier, up, used, group, group_buyer, down)


@lru_cache(maxsize=1)
def pull(network: FirmNetwork) -> tuple[tuple[Pull, Pull], Firms]:
    """Return what each firm depends on, downstream and upstream; and the firms."""
    links, n = _links(network), len(network.firms)
    order = np.argsort(links.group, kind="stable")
    down = Pull(
        firm_starts=_starts(links.group_buyer, n),
        group_starts=_starts(links.group, len(links.group_buyer)),
        firms=links.suppliers[links.used][order],
        parts=links.down[order],
    )
    up = Pull(
        firm_starts=np.arange(n + 1), group_starts=np.array(network.starts), firms=np.array(network.buyers), parts=links.up
    )
    return (down, up), links.firms


@lru_cache(maxsize=1)
def push(network: FirmNetwork) -> tuple[Push, Push]:
    """Return what depends on each firm, downstream and upstream."""
    links, n = _links(network), len(network.firms)
    down = Push(
        starts=_starts(links.suppliers[links.used], n),
        groups=links.group.astype(np.int32),
        parts=links.down,
        owner=links.group_buyer,
    )
    order = np.argsort(network.buyers, kind="stable")
    up = Push(
        starts=_starts(network.buyers, n),
        groups=links.suppliers[order],
        parts=links.up[order],
        owner=np.arange(n, dtype=np.int32),
    )
    return down, up


def _starts(owner: np.ndarray, count: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)


def _or_one(values: np.ndarray) -> np.ndarray:
    """Return ``values`` with 1 in place of 0, the published rule for what is unknown; harmless where nothing is sold."""
    return np.where(values > 0, values, 1.0)
