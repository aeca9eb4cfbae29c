"""The way down from a node to what is hit: at each step what binds, with the shares that count in the reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ...graph import ProductionNetwork
from ...graph.network import GROUP, MAKER, MARKET, SHARED
from . import kernels
from .weights import weigh

if TYPE_CHECKING:
    from .simulation import Outcome, Solution

_LEAST = 1e-12
WAY = {
    "step": pl.Int64,
    "item": pl.String,
    "supplier": pl.String,
    "share": pl.Float64,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "kept": pl.Float64,
    "cause": pl.String,
    "source": pl.String,
    "year": pl.Int64,
    "confidence": pl.String,
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What takes most from a node: a link, how much it takes of the node's output, and whether all makers lack it."""

    link: int
    loss: float
    need: bool


def causes(solution: Solution, outcome: Outcome, node: int, side: int) -> list[Cause]:
    """Return what takes from a node in a reading, the most first.

    For a market: each of its makers by its weight, and each need that all or some of them share. For a maker or a group:
    each requirement or alternative.
    """
    network = solution.network
    links = network.links(node).tolist()
    x, kept = outcome.x, outcome.kept
    if network.kind[node] == MAKER:
        here = int(outcome.side[node])
        own = [k for k in links if not network.flags[k] & SHARED]
        found = [Cause(k, float(1 - kept[k]) * (1 - outcome.reach(k, here)), True) for k in own]
    else:
        weights, levels = weights_of(solution, outcome, node, side)
        found = [Cause(k, float(w * (1 - v)), False) for k, w, v in zip(links, weights, levels, strict=True)]
    if network.kind[node] == MARKET:
        sides = set(outcome.side[network.indices[links]].tolist())
        for k in network.needs[network.need_indptr[node] : network.need_indptr[node + 1]].tolist():
            short = max(1 - outcome.reach(k, at) for at in sides)
            found.append(Cause(k, float(1 - kept[k]) * short, True))
    found = [cause for cause in found if cause.loss > _LEAST]
    return sorted(found, key=lambda cause: (-round(cause.loss, 12), x[network.indices[cause.link], 0], cause.link))


def weights_of(solution: Solution, outcome: Outcome, node: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of a pool's links in a reading, and what each of them gives."""
    network = solution.network
    start, stop = int(network.indptr[node]), int(network.indptr[node + 1])
    links = np.arange(start, stop)
    if network.kind[node] == GROUP:
        levels = np.array([outcome.reach(k, side) for k in links.tolist()])
        spread = outcome.reading.mixing
    else:
        levels = outcome.gain[side, links] * outcome.x[network.indices[links], side]
        spread = outcome.reading.spread
    weights = [0.0] * len(links)
    low, high, flags = (array[start:stop].tolist() for array in (network.low, network.high, network.flags))
    weigh(0, len(links), float(network.slack[node]), low, high, flags, spread, levels.tolist(), weights)
    return np.array(weights), levels


def way(solution: Solution, outcome: Outcome, node: int) -> pl.DataFrame:
    """Return the steps from a node down to what is hit in a reading; columns of `WAY`.

    ``share`` is the lower bound of the maker's share where the reading is the certain one, the upper bound in the others,
    and 1 where all makers lack a need together.
    """
    rows = [{name: row.get(name) for name in WAY} for row in steps(solution, outcome, node)]
    numbered = [row | {"step": step} for step, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=WAY, orient="row")


def held(network: ProductionNetwork, market: int, links: Sequence[int] | np.ndarray) -> tuple[float, float]:
    """Return the least and the most that the makers behind some links hold of a market together.

    They hold no more than what is theirs and what the market leaves open.
    """
    low = float(network.low[links].sum())
    return low, min(float(network.high[links].sum()), low + float(network.slack[market]), 1.0)


def steps(solution: Solution, outcome: Outcome, node: int) -> list[dict[str, Any]]:
    """Return the rows of `way`, and in each the ``market`` (a node) of which the share is.

    A market is left through the shared need that binds, or through the maker that takes most of it, whichever costs more.
    """
    network = solution.network
    x, side = outcome.x, solution.conditions.reader
    rows: list[dict[str, Any]] = []
    seen: set[int] = set()
    about: dict[str, Any] = {}  # of the share through which a maker was reached
    while x[node, side] < 1 - _LEAST and node not in seen:
        seen.add(node)
        found = causes(solution, outcome, node, side)
        row = network.nodes.row(node, named=True)
        # A maker that is itself hit hard enough ends the way; else what it lacks most leads on, seen from where it stands.
        if network.kind[node] == MAKER:
            cap = outcome.cap[node]
            halted = cap < 1 and (not found or 1 - cap >= found[0].loss)
            cause = "halt" if halted else "input"
            rows.append(
                about | {"item": row["item"], "supplier": row["supplier"], "kept": float(x[node, 0]), "cause": cause}
            )
            if halted or not found:
                break
            side = int(outcome.side[node])
            node, about = int(network.indices[found[0].link]), {}
            continue
        if not found:
            break
        best = _binding(found)
        source = int(network.indices[best.link])
        if network.kind[node] == MARKET:
            about = {key: row[key] for key in ("source", "year", "confidence")} | {"market": node}
            # What all makers lack together costs more than any one of them: the way goes on through the need.
            if best.need:
                rows.append(about | _shared(row["item"], float(x[node, side])))
                sides = {int(outcome.side[network.indices[k]]) for k in network.links(node)}
                side = min(sides, key=lambda at: outcome.reach(best.link, at))
                node, about = source, {}
                continue
            about |= _told(solution, outcome, best.link)
            cut = _cut(solution, outcome, best.link, side)
            rows += [about | step for step in cut]
            if cut and x[source, 0] >= outcome.gain[side, best.link]:
                break
        node = source
    return rows


def _shared(item: str, kept: float) -> dict[str, Any]:
    """The step through a need that all makers of an item lack together."""
    shares = dict.fromkeys(("share", "share_low", "share_high"), 1.0)
    return {"item": item, "supplier": None, **shares, "kept": kept, "cause": "need"}


def _told(solution: Solution, outcome: Outcome, link: int) -> dict[str, float]:
    """The share of a maker, as it counts in the reading."""
    low, high = float(solution.network.low[link]), float(solution.network.high[link])
    certain = outcome.reading.spread == kernels.MOST
    return {"share": low if certain else high, "share_low": low, "share_high": high}


def _cut(solution: Solution, outcome: Outcome, link: int, side: int) -> list[dict[str, Any]]:
    """The step of a sale that is cut while the maker may go on; none where nothing is cut."""
    network, source = solution.network, int(solution.network.indices[link])
    gain = outcome.gain[side, link]
    if gain >= 1 or network.kind[source] != MAKER:
        return []
    row = network.nodes.row(source, named=True)
    cause = "embargo" if solution.conditions.sides > 1 else "halt"
    kept = float(gain * outcome.x[source, 0])
    return [{"item": row["item"], "supplier": row["supplier"], "kept": kept, "cause": cause}]


def _binding(found: list[Cause]) -> Cause:
    """The cause that is followed: the need that costs most, or the worst maker where the makers together cost more."""
    needs = [cause for cause in found if cause.need]
    rest = [cause for cause in found if not cause.need]
    if needs and (not rest or needs[0].loss >= sum(cause.loss for cause in rest) - _LEAST):
        return needs[0]
    return rest[0]
