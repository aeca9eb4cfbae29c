"""The course of a production network under a scenario: rates of all items from event to event, in one or more readings.

A scenario becomes lists of steps (which capacity, gain or stock becomes what on which day), which `flows` runs through.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork
from ...graph.errors import shorten
from ...graph.network import EQUIPMENT, remembered
from ...graph.sections import reach
from . import flows
from .arrays import Desk, Machines, Marks, Room, Sent, State, Steps, Stock, Way, Worn, net_of
from .conditions import Effects, between
from .places import network_places
from .scenario import Scenario
from .simulation import (
    READINGS,
    Assumptions,
    Reading,
    hardest_first,
    served_first,
    strictness,
)
from .stocks import Layout, Stocks, terms

HORIZON = 365.0
BOUNDS = ("low", "high", "estimate")
_EVENTS, _WIDTH = 64, 16
SHORT = 1e-9
"""Rates and days that differ by less are the same."""
_DIGITS = 9


@dataclass(frozen=True, eq=False)
class Course:
    """Rates of all items of a network over time, in one or more readings.

    Attributes
    ----------
    network : ProductionNetwork
        What was asked.
    horizon : float
        Until when, in days.
    days : numpy.ndarray
        k: the days when any rate changes in any reading, ascending, from 0.
    rates : dict of str to numpy.ndarray
        k x items, by reading: the rate of each item of ``network.items`` from that day on (1 = today's use a day).
    """

    network: ProductionNetwork
    horizon: float
    days: np.ndarray
    rates: dict[str, np.ndarray]

    def total(self, reading: str) -> np.ndarray:
        """Return the cumulative output at ``days`` and at the horizon ((k + 1) x items, in days of today's output)."""
        widths = np.diff(np.append(self.days, self.horizon))
        return np.vstack([np.zeros(self.rates[reading].shape[1]), np.cumsum(self.rates[reading] * widths[:, None], axis=0)])

    def lost(self, item: str, reading: str = "estimate") -> float:
        """Return how many days of an item's output are lost up to the horizon."""
        return float(self.horizon - self.total(reading)[-1, self.network.items.index(item)])

    def frame(self, name: str = "") -> pl.DataFrame:
        """Return one row per item and breakpoint; see `timeline`."""
        days = np.append(self.days, self.horizon)
        lost = {reading: days[:, None] - self.total(reading) for reading in BOUNDS}
        # A row where a rate changes, and the last day.
        changes = np.zeros((len(days), len(self.network.items)), np.bool_)
        changes[0] = changes[-1] = True
        for reading in BOUNDS:
            changes[1:-1] |= np.diff(self.rates[reading], axis=0) != 0
        item, day = np.nonzero(changes.T)
        at = np.minimum(day, len(self.days) - 1)
        clean = {reading: np.where(np.abs(found) < SHORT, 0.0, found) for reading, found in lost.items()}
        return pl.DataFrame(
            {
                "scenario": pl.repeat(name, len(day), dtype=pl.String, eager=True),
                "item": pl.Series(self.network.items, dtype=pl.String).gather(item),
                "day": days[day],
                **{f"rate_{reading}": self.rates[reading][at, item] for reading in BOUNDS},
                "lost_low": clean["high"][day, item],
                "lost_high": clean["low"][day, item],
                "lost_estimate": clean["estimate"][day, item],
            }
        )


def course(
    network: ProductionNetwork,
    scenario: Scenario,
    assumptions: Assumptions | None = None,
    *,
    horizon: float = HORIZON,
    readings: Iterable[str] = BOUNDS,
    among: Callable[..., Iterable[Any]] = map,
) -> Course:
    """Return the rates of a network over time under a scenario, in several readings.

    Parameters
    ----------
    network : ProductionNetwork
        With the new sources of the scenario compiled in.
    scenario : Scenario
        What happens, and when.
    assumptions : Assumptions, optional
        As in `solve`.
    horizon : float
        Days, above 0.
    readings : iterable of str
        Names of `simulation.READINGS`.
    among : callable
        `map`, or that of a pool of threads, which then share the readings (the kernel lets go of the interpreter).

    Raises
    ------
    InputError
        A horizon that is not a number of days above 0, or a new source that is not compiled in.

    Examples
    --------
    >>> from kanmon.datasets import load
    >>> from kanmon.risk import Scenario, halt
    >>> network = load("permanent_magnet").network("ndfeb_magnet")
    >>> cut = course(network, Scenario("cut", halt("ndfeb_magnet", start=10, lasts=5)), horizon=30)
    >>> cut.days.tolist(), cut.lost("ndfeb_magnet")
    ([0.0, 10.0, 15.0], 5.0)
    """
    horizon = _horizon(horizon)
    film = Film(network, scenario, horizon)
    names, about = list(readings), assumptions or Assumptions()
    found = dict(zip(names, among(lambda name: film.run(about, READINGS[name]), names), strict=True))
    days = np.unique(np.concatenate([times for times, _ in found.values()]).round(_DIGITS))
    rates = {
        name: table[np.searchsorted(times.round(_DIGITS), days, side="right") - 1] for name, (times, table) in found.items()
    }
    widths = np.diff(np.append(days, horizon))[:, None]
    if {"low", "high"} <= rates.keys():
        days, rates = _ordered(days, rates, widths, horizon)
    return Course(network, horizon, days, rates)


def _ordered(
    days: np.ndarray, rates: dict[str, np.ndarray], widths: np.ndarray, horizon: float
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Where readings meet, rounding must not turn them round; and what is estimated lies between the bounds.

    The cumulative curves are compared, with a breakpoint where two of them cross.
    """
    total = {name: np.vstack([np.zeros(table.shape[1]), np.cumsum(table * widths, axis=0)]) for name, table in rates.items()}
    pairs = [("low", "high"), *((("low", "estimate"), ("estimate", "high")) if "estimate" in rates else ())]
    crossings = []
    for below, above in pairs:
        gap = total[above] - total[below]
        row, item = np.nonzero((gap[:-1] * gap[1:] < 0) & (np.minimum(gap[:-1], gap[1:]) < -SHORT))
        before, after = gap[row, item], gap[row + 1, item]
        crossings.append(days[row] + widths[row, 0] * before / (before - after))
    grid = np.append(days, horizon)
    fine = np.unique(np.concatenate([grid, *crossings]).round(_DIGITS))
    fine = fine[np.append(True, np.diff(fine) > SHORT)]
    if not any((total[a] < total[b]).any() for b, a in pairs):
        return days, rates
    if len(fine) > len(grid):
        at = np.clip(np.searchsorted(grid, fine, side="right") - 1, 0, len(days) - 1)
        part = ((fine - grid[at]) / widths[at, 0])[:, None]
        total = {name: table[at] + part * (table[at + 1] - table[at]) for name, table in total.items()}
        rates = {name: table[at[:-1]] for name, table in rates.items()}
        days, grid = fine[:-1], fine
    low = np.minimum(total["low"], total["high"])
    new = {"low": low}
    if "estimate" in rates:
        new["estimate"] = np.clip(total["estimate"], low, total["high"])
    steps = np.diff(grid)[:, None]
    for name, table in new.items():
        moved = np.abs(table - total[name]) > SHORT
        rates[name] = np.where(moved[:-1] | moved[1:], np.diff(table, axis=0) / steps, rates[name])
    return days, rates


class Film:
    """A scenario as lists of steps on a network: which capacity, gain and stock becomes what on which day.

    Parameters
    ----------
    network, scenario, horizon
        As in `course`.
    goods : collection of str, optional
        Items whose stocks are held by whoever buys them (default: the network's product).
    effects : Effects, optional
        Those of the scenario, where they are known already.
    left_out : collection of int
        Numbers of changes that do not happen.
    """

    def __init__(
        self,
        network: ProductionNetwork,
        scenario: Scenario,
        horizon: float,
        *,
        goods: Collection[str] | None = None,
        effects: Effects | None = None,
        left_out: Collection[int] = (),
    ) -> None:
        self.network, self.horizon = network, horizon
        self.goods = {network.product} if goods is None else set(goods)
        self.effects = effects = effects or Effects(network, scenario)
        self.sides = effects.sides.count
        happen = {number: change for number, change in enumerate(scenario) if number not in left_out}
        self.stocks = [one for one in happen.values() if one.kind == "stockpile" and one.start < horizon]
        self.spare = any(one.kind == "spare_capacity" for one in happen.values())
        profiles = {number: effects.profiles[number] for number, one in happen.items() if one.kind != "stockpile"}
        days = {0.0, *(day for steps in profiles.values() for day, _ in steps), *(one.start for one in self.stocks)}
        ordered = sorted(day for day in days if day < horizon)
        self.days = np.array(ordered)
        self.usual = np.ones((self.sides, len(network.indices)))
        self.usual[:, network_places(network).opened_links] = 0.0
        # By how much each change is in force, day by day.
        self.forces = [[0.0] * len(effects.profiles) for _ in ordered]
        for number, steps in profiles.items():
            for since, part in steps:
                for at in range(bisect_left(ordered, since), len(ordered)):
                    self.forces[at][number] = part
        # What is read: the markets of the items, from the reader's side.
        self.report = terms(network).markets * self.sides + effects.sides.reader

    def _scenes(self, bound: int) -> tuple[np.ndarray, np.ndarray, _Steps, _Steps]:
        """Return what is touched in one bound (blocks, requirements), and the steps of capacities and of gains."""
        network, effects, m = self.network, self.effects, len(self.network.indices)
        makers, links = effects.makers, (np.arange(self.sides)[:, None] * m + effects.links).ravel()
        cap, gain = np.ones(len(makers)), self.usual.ravel()[links]
        caps, gains = [], []
        for force in self.forces:
            now, arrives = effects.touched(force, bound)
            arrives = arrives.ravel()
            (other,), (others,) = (now != cap).nonzero(), (arrives != gain).nonzero()
            caps.append((makers[other], now[other]))
            gains.append((links[others], arrives[others]))
            cap, gain = now, arrives
        to_caps, to_gains = _steps(caps), _steps(gains)
        hit = np.zeros(len(network.kind), np.bool_)
        hit[to_caps[1]] = True
        hit[network.owner[to_gains[1] % m]] = True
        blocks = _touched(network, hit)
        # What always arrives in full never binds, unless spare capacity lives on what piled up while there was less of it.
        live = hit[network.indices[network.needs]] | self.spare
        return blocks, live, to_caps, to_gains

    def run(self, assumptions: Assumptions, reading: Reading) -> tuple[np.ndarray, np.ndarray]:
        """Return the days of all events, and the rates from each on."""
        blocks, live, cap, gain = self._scenes(reading.bound)
        if not len(blocks):
            return np.zeros(1), np.ones((1, len(self.report)))
        network, sides = self.network, self.sides
        n, m = len(network.kind), len(network.indices)
        base = terms(network)
        machines, strict = _machines(network, assumptions, reading.bound), strictness(assumptions, reading)
        at = Layout.of(network, sides)
        stocks = Stocks(self, strict, reading, at)
        stock_node = at.nodes(network, sides, stocks.ptr)
        size = len(stock_node)
        widest, deepest = network.widest, network.deepest
        side, rank = self.effects.sides.side, np.zeros(len(network.needs), np.int64)
        net = net_of(network, rank, np.ones(m), served_first(network, assumptions, reading.bound))
        inner = net._replace(indices=base.inner, use=np.ones(m))
        columns = len(base.lag_node) * sides
        # How many events there will be nobody knows: where there is no room left, all is run again with more.
        room, width = max(_EVENTS, 4 * len(self.days)), max(_WIDTH, len(self.days))
        while True:
            level = np.full(stocks.worst * width, flows.OPEN)
            level[::width] = 1.0
            times = np.zeros(room)
            rates = np.zeros(room * len(self.report))
            count = flows.run(
                blocks, self.spare, self.horizon, self.report, times, rates, net, inner,
                State(side, np.ones(n), self.usual.ravel().copy(), np.ones((n + m) * sides)),
                State(side, np.ones(n), self.usual.ravel(), np.ones((n + m) * sides)),
                Way(sides, self.effects.sides.unknown, reading.spread, reading.arrangement, reading.mixing, strict),
                Room(np.zeros(widest), np.zeros(widest), np.zeros(widest), np.zeros(max(widest, sides))),
                Desk(live, np.zeros(deepest * sides), np.zeros(3 + 2 * (deepest + 1) * sides),
                     np.full(3 * n + 2 * (len(network.needs) + n) * sides, -1.0), np.zeros(4 * deepest + 1),
                     np.full(len(network.needs) * sides, -1.0)),
                Stock(np.zeros(size), np.zeros(size), np.zeros(size, np.int8), np.zeros(size, np.int64),
                      np.zeros(1, np.int64), at.best, at.alike, base.plant_ptr, at.over, at.late, at.reserve, stocks.ptr,
                      stocks.rates, stock_node),
                Worn(stocks.worst_need, stocks.worst_link, stocks.worst_node, width, level, np.zeros(len(level)),
                     np.zeros(stocks.worst)),
                Sent(base.lag, base.lag_column, base.lag_node, np.full(m, -1, np.int64), np.zeros(room * columns), columns),
                Steps(self.days, *cap, *gain, *stocks.steps), machines,
                Marks(np.ones(n * sides, np.int8), np.zeros(n * sides, np.int8), base.new.copy()),
            )  # fmt: skip
            if count > 0:
                return times[:count].copy(), rates.reshape(room, -1)[:count].copy()
            if count == flows.TOO_MANY_EVENTS:
                room *= 4
            else:
                width *= 4


@remembered
def _machines(network: ProductionNetwork, assumptions: Assumptions, bound: int) -> Machines:
    """Return the days when machines come to their end, and from each on what is kept without what, the hardest first."""
    kept = between(bound, network.kept_low, network.kept_high)
    machine = np.flatnonzero(network.flags & EQUIPMENT)
    end = np.zeros(len(kept))
    end[machine] = np.nan_to_num(network.life[machine], nan=math.inf if assumptions.term == "short" else 0.0)
    days = sorted({0.0, *end[machine][end[machine] < math.inf].tolist()})
    tables = [np.where(end > day, 1.0, kept) for day in days]
    return Machines(
        np.array(days), np.concatenate(tables), np.concatenate([hardest_first(network, table) for table in tables])
    )


def _touched(network: ProductionNetwork, hit: np.ndarray) -> np.ndarray:
    """Return the blocks of nodes that depend on one that is hit; mark those nodes in ``hit``."""
    reach(network, hit)
    return np.flatnonzero(np.bincount(network.block_of[hit], minlength=1))


_Steps = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Where the steps of each day begin, what becomes something else, and what."""


def _steps(found: list[tuple[np.ndarray, np.ndarray]]) -> _Steps:
    starts = np.array([0, *(len(where) for where, _ in found)], np.int64).cumsum()
    return starts, np.concatenate([where for where, _ in found]), np.concatenate([value for _, value in found])


def _horizon(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 < number < math.inf:
        raise InputError("risk.timeline.horizon", value=shorten(value))
    return number
