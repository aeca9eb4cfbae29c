"""Stocks over time: every requirement gets a shelf, and a threat runs from one event to the next.

A **shelf** stands between a requirement and the market that it is bought on. It delivers what arrives, fills up what is
missing while it lasts, and keeps what arrives and cannot be used because something else is short. Between two events (a
shelf runs empty, a new source is ready) all rates stand still and are those of the production network: no time step.

Who draws on a shelf differs with the reading:

- a plant: what it uses, in every reading;
- makers whose sourcing nobody knows, best arrangement: what they use together, and what is not used is kept; worst: those
  who are hit are hit wholly and live on their own stock, so a stock of d days lasts d days; alike: what each of them uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from ...graph import ProductionNetwork
from ...graph.network import ASSUMED, EXTRA, GROUP, MAKER, MARKET, SHARED
from .conditions import Conditions
from .simulation import READINGS, Assumptions, Outcome, solve

NOTHING = 1e-9
"""Days, and parts of a rate, that count as none."""
PLANT, MAKERS, POOL = 0, 1, 2
"""Who draws on a shelf: one plant; makers who share in a way that nobody knows; a group of alternatives or the buyer."""


@dataclass(frozen=True, eq=False)
class Shelves:
    """A production network with shelves; original nodes and links keep their numbers.

    Attributes
    ----------
    base, network : ProductionNetwork
        Without and with shelves.
    node, arrival, stock : numpy.ndarray
        For each shelf: its node, the node whose output arrives, the link that is open while there is something on it.
    draws : numpy.ndarray of int8
        `PLANT`, `MAKERS` or `POOL`.
    link : numpy.ndarray
        A link that draws on the shelf (-1: the buyer).
    item : list of str or None
        The item on it; None above a group of alternatives.
    products : dict of str to int
        The shelf of each product, from which the answer is read.
    """

    base: ProductionNetwork
    network: ProductionNetwork
    node: np.ndarray
    arrival: np.ndarray
    stock: np.ndarray
    draws: np.ndarray
    link: np.ndarray
    item: list[str | None]
    products: dict[str, int]

    def holding(self, item: str) -> np.ndarray:
        """Return the shelves that an item lies on."""
        return self._holding.get(item, np.zeros(0, np.int64))

    @cached_property
    def _holding(self) -> dict[str, np.ndarray]:
        found: dict[str, list[int]] = {}
        for i, item in enumerate(self.item):
            if item is not None:
                found.setdefault(item, []).append(i)
        return {item: np.array(shelves, np.int64) for item, shelves in found.items()}

    @cached_property
    def owner(self) -> np.ndarray:
        """The node that draws (the first one of several makers; -1: the buyer)."""
        return np.where(self.link >= 0, self.base.owner[self.link], -1)

    @cached_property
    def _sales(self) -> pl.DataFrame:
        """What makers may hold of each market at most, by link."""
        net = self.base
        links = np.flatnonzero(
            (net.kind[net.owner] == MARKET) & (net.kind[net.indices] == MAKER) & ((net.flags & EXTRA) == 0)
        )
        most = np.minimum(net.high[links], net.low[links] + net.slack[net.owner[links]])
        return pl.DataFrame({"sale": links, "market": net.owner[links], "maker": net.indices[links], "weight": most})

    @cached_property
    def _drawn(self) -> pl.DataFrame:
        """Shelves that makers share, and each of these makers."""
        shared = np.flatnonzero((self.base.flags & SHARED) > 0)
        found = {"shelf": self.network.indices[shared] - self.node[0], "maker": self.base.owner[shared]}
        return pl.DataFrame(found).unique(maintain_order=True)

    @cached_property
    def market(self) -> np.ndarray:
        """For shelves that makers share: the market of what they make that hangs on them most; -1 elsewhere."""
        found = self._drawn.join(self._sales, on="maker").group_by("shelf", "market").agg(pl.col("weight").sum())
        whole = self._sales.group_by("market").agg(total=pl.col("weight").sum())
        found = found.join(whole, on="market").with_columns(apart=(pl.col("total") - pl.col("weight")).round(9))
        found = found.sort("shelf", "apart", -pl.col("weight"), "market").unique("shelf", keep="first", maintain_order=True)
        market = np.full(len(self.node), -1, np.int64)
        market[found["shelf"].to_numpy()] = found["market"].to_numpy()
        return market

    @cached_property
    def sales(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """For shelves that makers share, the links of their market: shelf, link, the most it carries, whether it draws."""
        rows = pl.DataFrame({"shelf": np.arange(len(self.node)), "market": self.market}).filter(pl.col("market") >= 0)
        rows = rows.join(self._sales, on="market", maintain_order="left")
        rows = rows.join(self._drawn.with_columns(draws=True), on=["shelf", "maker"], how="left", maintain_order="left")
        return (
            rows["shelf"].to_numpy(),
            rows["sale"].to_numpy(),
            rows["weight"].to_numpy(),
            rows["draws"].fill_null(False).to_numpy(),
        )

    @cached_property
    def part(self) -> np.ndarray:
        """The most that those who draw on a shelf hold of their market: what a stock of one day amounts to, pooled."""
        shelf, _, weight, draws = self.sales
        found = np.bincount(shelf, np.where(draws, weight, 0.0), minlength=len(self.node))
        return np.where(self.market >= 0, np.minimum(1.0, found), 1.0)

    @cached_property
    def mixed(self) -> np.ndarray:
        """For shelves that makers share: whether some makers of their market do not draw on it."""
        shelf, _, weight, draws = self.sales
        return np.bincount(shelf, np.where(draws, 0.0, weight), minlength=len(self.node)) > NOTHING

    @cached_property
    def uneven(self) -> np.ndarray:
        """Shelves whose makers, supplied alike, do not run alike: some do not draw on it, or have needs of their own."""
        net = self.base
        own = (net.kind[net.owner] == MAKER) & ((net.flags & SHARED) == 0) & (net.kept_low < 1.0)
        rows = self._drawn.filter(pl.Series(np.isin(self._drawn["maker"], net.owner[own])))
        return self.mixed | np.isin(np.arange(len(self.node)), rows["shelf"])

    @cached_property
    def plain(self) -> np.ndarray:
        """For shelves that makers share: whether their market is the whole one, and all its makers share all its needs."""
        net = self.base
        odd = np.bincount(self._sales["market"], net.wants[self._sales["sale"]] != 1, minlength=len(net.kind)) > 0
        return (self.market >= 0) & net.whole[self.market] & ~odd[self.market]

    @cached_property
    def free(self) -> np.ndarray:
        """Shelves of plants that sell to nobody who shares other needs in a way that nobody knows.

        Behind such makers output is no sum: when the plant makes it matters, and what it kept may come at a worse time.
        There only the best arrangement keeps what cannot be used.
        """
        net = self.base
        below = np.zeros(len(net.kind), np.bool_)
        below[np.diff(net.need_indptr) > 0] = True
        while (more := np.setdiff1d(net.indices[below[net.owner]], np.flatnonzero(below))).size:
            below[more] = True
        return (self.draws == PLANT) & ~below[self.owner]

    @cached_property
    def beside(self) -> tuple[np.ndarray, np.ndarray]:
        """Shelves that makers share, and each need by which all makers of the market behind run alike."""
        net = self.base
        shelves = np.flatnonzero(self.market >= 0)
        first, last = net.need_indptr[self.market[shelves]], net.need_indptr[self.market[shelves] + 1]
        needs = [net.needs[a:b] for a, b in zip(first, last, strict=True)]
        shelf, need = np.repeat(shelves, last - first), np.concatenate([*needs, np.zeros(0, np.int64)])
        common = ~self.uneven[self.network.indices[need] - self.node[0]]
        return shelf[common], need[common]

    @cached_property
    def hidden(self) -> np.ndarray:
        """Shelves of alternatives among which makers choose whose sourcing nobody knows."""
        net = self.base
        groups = np.unique(net.indices[(net.flags & SHARED) > 0])
        return np.flatnonzero((self.draws == POOL) & np.isin(self.owner, groups[net.kind[groups] == GROUP]))

    @cached_property
    def extras(self) -> tuple[np.ndarray, np.ndarray]:
        """Links of new sources to markets, and those markets."""
        links = np.flatnonzero((self.base.flags & EXTRA) > 0)
        return links, self.base.owner[links]

    def shut(self, gain: np.ndarray) -> np.ndarray:
        """Return the shelves of new plants that sell nothing yet: they neither use nor keep anything."""
        links, _ = self.extras
        opened = np.zeros(len(self.base.kind))
        np.maximum.at(opened, self.base.indices[links], gain[:, links].max(axis=0))
        waiting = np.setdiff1d(self.base.indices[links], np.flatnonzero(opened > 0))
        return np.flatnonzero(np.isin(self.owner, waiting) & (self.draws == PLANT))

    def extended(self, state: Conditions) -> Conditions:
        """Return conditions of the base network as conditions of the one with shelves, all empty."""
        more = len(self.network.kind) - len(self.base.kind)
        links = len(self.network.indices) - len(self.base.indices)
        gain = np.concatenate([state.gain, np.ones((3, state.sides, links))], axis=2)
        gain[:, :, self.stock] = 0.0
        cap = np.concatenate([state.cap, np.ones((3, more))], axis=1)
        side = np.concatenate([state.side, np.zeros(more, np.int64)])
        return replace(state, cap=cap, gain=gain, side=side, order=self._above(cap, gain))

    def _above(self, cap: np.ndarray, gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the blocks that hang on something that is hit; nothing is ever short in the others."""
        network = self.network
        hit = (cap != 1.0).any(axis=0)
        usual = np.ones(len(network.indices))
        usual[self.stock] = 0.0
        for links in self.base.sources.values():
            usual[links] = 0.0
        hit[network.owner[(gain != usual).any(axis=(0, 1))]] = True
        while (more := hit[network.indices] & ~hit[network.owner]).any():
            hit[network.owner[more]] = True
        order, starts = network.order
        block = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        wanted = np.bincount(block, hit[order], minlength=len(starts) - 1) > 0
        sizes = np.diff(starts)[wanted]
        return order[wanted[block]], np.concatenate([[0], np.cumsum(sizes)]).astype(starts.dtype)


def shelved(base: ProductionNetwork, products: Iterable[str]) -> Shelves:
    """Return a network with a shelf for each requirement, each alternative and each product."""
    n, m = len(base.kind), len(base.indices)
    kind = base.kind[base.owner]
    needs = np.flatnonzero(kind != MARKET)
    shared = ((base.flags[needs] & SHARED) > 0) & (kind[needs] == MAKER)
    rows = pl.DataFrame(
        {
            "link": needs,
            # Makers of one item that nobody knows the sourcing of hold one stock together.
            "own": np.where(shared, -1, needs),
            "item": base.nodes["item"].gather(base.owner[needs]),
            "target": base.indices[needs],
            "assumed": (base.flags[needs] & ASSUMED) > 0,
            "use_low": base.use_low[needs],
            "use_high": base.use_high[needs],
        }
    ).with_columns(item=pl.when(pl.col("own") < 0).then("item"))
    key = ["own", "item", "target", "assumed", "use_low", "use_high"]
    heads = rows.unique(key, keep="first", maintain_order=True).with_row_index("shelf")
    rows = rows.join(heads.select("shelf", *key), on=key, how="left", nulls_equal=True, maintain_order="left")
    goods = [*products]
    target = np.concatenate([heads["target"].to_numpy(), np.array([base.market(p) for p in goods], np.int64)])
    link = np.concatenate([heads["link"].to_numpy(), np.full(len(goods), -1)]).astype(np.int64)
    count = len(target)
    # What reaches the shelf depends on the use's part of the demand and on whose sourcing is assumed: a node of its own.
    through = np.zeros(count, np.bool_)
    through[: heads.height] = (heads["assumed"] | heads["use_low"].is_not_nan()).to_numpy()
    gates = np.flatnonzero(through)
    node, gate = n + np.arange(count), n + count + np.arange(len(gates))
    source = n + count + len(gates)
    arrival = target.copy()
    arrival[gates] = gate
    indices = base.indices.copy()
    indices[rows["link"].to_numpy()] = node[rows["shelf"].to_numpy().astype(np.int64)]
    added = 2 * count + len(gates)
    pairs = np.stack([arrival, np.full(count, source)], axis=1).ravel()
    held = m + 2 * np.arange(count) + 1
    flags = np.concatenate([base.flags, np.zeros(added, np.uint8)])
    flags[held] = EXTRA
    flags[needs] &= np.uint8(255 - ASSUMED)
    flags[m + 2 * count :] = base.flags[link[gates]] & ASSUMED
    use = {name: np.concatenate([getattr(base, name), np.full(added, np.nan)]) for name in ("use_low", "use_high")}
    for name, values in use.items():
        values[needs] = np.nan
        values[m + 2 * count :] = getattr(base, name)[link[gates]]
    steps = np.concatenate([np.full(count, 2), np.ones(len(gates), np.int64), [0]])

    def longer(values: np.ndarray, fill: float, more: int) -> np.ndarray:
        return np.concatenate([values, np.full(more, fill, values.dtype)])

    network = replace(
        base,
        kind=np.concatenate(
            [base.kind, np.full(count, MARKET, np.int8), np.full(len(gates), GROUP, np.int8), [np.int8(MAKER)]]
        ),
        whole=longer(base.whole, 0, count + len(gates) + 1),
        slack=longer(base.slack, 0.0, count + len(gates) + 1),
        indptr=np.concatenate([base.indptr, m + np.cumsum(steps)]).astype(np.int64),
        indices=np.concatenate([indices, pairs, target[gates]]).astype(np.int64),
        low=longer(base.low, 1.0, added),
        high=longer(base.high, 1.0, added),
        share=longer(base.share, 0.0, added),
        kept_low=longer(base.kept_low, 0.0, added),
        kept_high=longer(base.kept_high, 0.0, added),
        life=longer(base.life, np.nan, added),
        lag=longer(base.lag, np.nan, added),
        flags=flags,
        need_indptr=longer(base.need_indptr, base.need_indptr[-1], count + len(gates) + 1),
        wants=longer(base.wants, 0, added),
        some_indptr=longer(base.some_indptr, base.some_indptr[-1], added),
        folder=None,
        **use,
    )
    pool = np.concatenate([(kind[heads["link"].to_numpy()] == GROUP), np.ones(len(goods), np.bool_)])
    free = np.concatenate([(heads["own"] < 0).to_numpy(), np.zeros(len(goods), np.bool_)])
    names = base.nodes["item"].to_list()
    return Shelves(
        base,
        network,
        node,
        arrival,
        held,
        np.where(pool, POOL, np.where(free, MAKERS, PLANT)).astype(np.int8),
        link,
        [names[goal] if base.kind[goal] == MARKET else None for goal in target],
        {product: heads.height + i for i, product in enumerate(goods)},
    )


@dataclass(frozen=True)
class Course:
    """How a threat runs in one reading.

    ``lost``: part of the output over the whole time that is lost, by product (0..1); ``below``: day on which the output
    falls below the level asked (the length of the threat when it never does); ``mean``: average of every node, piece by
    piece (pieces x n x sides); ``least``: the lowest level of every node (n x sides).
    """

    lost: np.ndarray
    below: np.ndarray
    mean: np.ndarray
    least: np.ndarray


def run(
    shelves: Shelves,
    state: Conditions,
    opened: Mapping[float, np.ndarray],
    stock: np.ndarray,
    ends: list[float],
    assumptions: Assumptions,
    reading: str,
    level: float = 1.0,
) -> Course:
    """Return the course of a threat.

    Parameters
    ----------
    shelves, state
        The network and its conditions under the threat, as `Shelves.extended` gives them.
    opened : mapping
        Gains that are added from a day on (sides x links).
    stock : numpy.ndarray
        Days on each shelf at the start.
    ends : list of float
        Ends of the pieces that means are taken over; the last is the end of the threat.
    assumptions, reading
        As in `simulation.solve`.
    level : float
        What ``below`` asks about, 0..1.
    """
    network, sides = shelves.network, state.sides
    bound = READINGS[reading].bound
    if reading == "high":  # the best arrangement: makers pool their stocks
        stock = stock * shelves.part
    held = np.repeat(stock[:, None], sides, axis=1)
    cap, gain = state.cap[bound], state.gain[bound].copy()
    goods = np.array([shelves.node[i] for i in shelves.products.values()], np.int64)
    lost, below = np.zeros(len(goods)), np.full(len(goods), ends[-1])
    mean = np.zeros((len(ends), len(network.kind), sides))
    least = np.full((len(network.kind), sides), np.inf)
    day, start = 0.0, 0.0
    dates = sorted(opened)
    for piece, end in enumerate(ends):
        while day < end - NOTHING:
            while dates and dates[0] <= day + NOTHING:
                gain += opened[dates.pop(0)]
            gain[:, shelves.stock] = held.T > 0
            here = replace(state, gain=np.broadcast_to(gain, state.gain.shape))
            outcome = solve(network, here, assumptions, (reading,)).outcomes[reading]
            x = outcome.x
            drain = _drain(shelves, outcome, cap, state)
            drain[shelves.shut(gain)] = 0.0
            until = min(end, dates[0]) if dates else end
            empty = np.full(held.shape, np.inf)
            falling = (held > 0) & (drain > NOTHING)
            empty[falling] = held[falling] / drain[falling]
            step = min(until - day, float(empty.min(initial=np.inf)))
            held = np.where(empty <= step + NOTHING, 0.0, np.maximum(0.0, held - step * drain))
            kept = x[goods, state.reader]
            lost += step * np.maximum(0.0, 1.0 - kept)
            below = np.where(kept < level - NOTHING, np.minimum(below, day), below)
            mean[piece] += step * x
            np.minimum(least, x, out=least)
            day += step
        mean[piece] /= end - start
        start = end
    return Course(lost / ends[-1], below, mean, least)


def _drain(shelves: Shelves, outcome: Outcome, cap: np.ndarray, state: Conditions) -> np.ndarray:
    """Return what leaves each shelf in a day beyond what arrives, seen from each side (below 0: it fills up)."""
    x, low = outcome.x, outcome.reading is READINGS["low"]
    arrival = np.minimum(1.0, x[shelves.arrival])
    drain = x[shelves.node] - arrival  # a group of alternatives, the buyer: all that is delivered
    sides = np.arange(x.shape[1])
    links = np.maximum(shelves.link, 0)
    kept = np.minimum(outcome.kept[links], 1.0 - 1e-12)[:, None]
    plants = np.flatnonzero(shelves.draws == PLANT)
    if len(plants):
        owner = shelves.owner[plants]
        most = cap[owner][:, None]
        used = (x[owner] - kept[plants] * most) / ((1.0 - kept[plants]) * np.maximum(1.0, most))
        away = sides[None, :] != state.side[owner][:, None]  # nobody looks at the shelf from there
        used = np.where(away, 0.0, np.clip(used, 0.0, 1.0) - arrival[plants])
        keeps = shelves.free[plants][:, None] | (outcome.reading is READINGS["high"])
        drain[plants] = np.where(keeps, used, np.maximum(used, 0.0))
    makers = np.flatnonzero(shelves.draws == MAKERS)
    if len(makers) and outcome.reading is READINGS["high"]:
        links, owner = shelves.extras
        made = x[: len(shelves.base.kind)].copy()
        np.subtract.at(made, owner, (outcome.gain[:, links].T * x[shelves.network.indices[links]]))
        # What they use at least: what others make, and what they make without it, cannot explain.
        shelf, sale, weight, draws = shelves.sales
        part = np.where(draws, outcome.kept[np.maximum(shelves.link, 0)][shelf], 1.0) * weight
        spared = np.zeros(x[shelves.node].shape)
        np.add.at(spared, shelf, part[:, None] * outcome.gain[:, sale].T * x[shelves.network.indices[sale]])
        plain = shelves.plain[makers][:, None] & (state.sides == 1)
        spared = np.where(plain, np.minimum(spared[makers], kept[makers]), spared[makers])
        used = (made[shelves.market[makers]] - spared) / (1.0 - kept[makers])
        drain[makers] = np.clip(used, 0.0, 1.0) - arrival[makers]
    elif low:
        drain[makers] = np.where(arrival[makers] < 1.0 - NOTHING, 1.0, 0.0)
    elif len(makers):
        # Supplied alike, each maker runs at what its scarcest need allows.
        shelf, need = shelves.beside
        without = outcome.kept[need][:, None]
        least = np.ones(x[shelves.node].shape)
        np.minimum.at(least, shelf, without + (1.0 - without) * x[shelves.network.indices[need]])
        used = np.clip((least[makers] - kept[makers]) / (1.0 - kept[makers]), 0.0, 1.0)
        used = np.where(shelves.uneven[makers][:, None], x[shelves.node[makers]], used)
        drain[makers] = used - arrival[makers]
    if low:  # behind alternatives, too, those who are hit live on their own stock
        drain[shelves.hidden] = np.where(arrival[shelves.hidden] < 1.0 - NOTHING, 1.0, 0.0)
    return drain
