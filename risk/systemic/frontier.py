"""The cascade in numpy, many cases side by side: done before a compiler would be ready, and only what is reached is touched.

The state of a direction is flat: entry ``row * width + case``, of a row of firms or of groups of links and ``width`` cases.
The equations are linear in what is gone of the firms (X, of which T is told already), so that what their customers' groups
felt grows by one product of sparse matrices, of the links' parts and of the news::

    news      N = X - T,  T' = X          firms x cases, only where it is more than next to nothing
    felt      F' = F + D N                groups x cases; upstream with U, where a firm is its own group
    losses    L' = max(L, min(1, F'))     of the firm that a group belongs to
    gone      X = L * min(1, p / (1 - S)) downstream: p the firm's share of its sector, S what of the sector is lost; else L

A case's sums go along the links and the steps in one order, whatever stands beside it: its digits do not depend on that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from .layouts import PATIENCE, ROOM, Cases, Firms, Pull, Results


def frontier(
    pull: tuple[Pull, Pull],
    firms: Firms,
    cases: Cases,
    tolerance: float,
    replaceable: bool,
    max_steps: int,
    results: Results,
) -> None:
    """Fill the results of all cases, block by block."""
    n, count = len(firms.sector), len(cases.starts) - 1
    size = max(1, ROOM // max(n, *(len(side.group_starts) - 1 for side in pull)))
    for first in range(0, count, size):
        case = np.arange(first, min(first + size, count))
        starts = cases.starts[first : first + size + 1]
        inside, column = slice(starts[0], starts[-1]), np.repeat(np.arange(len(case)), np.diff(starts))
        at = cases.firms[inside].astype(np.int64) * len(case) + column
        down = _Side(pull[0], n, len(case), at, cases.down[inside], firms if replaceable else None)
        up = _Side(pull[1], n, len(case), at, cases.up[inside])
        _follow(down, up, case, tolerance, max_steps, results)
        _hand_in(firms.weight, case, down.lost.reshape(n, -1), up.lost.reshape(n, -1), results)


def _follow(down: _Side, up: _Side, case: np.ndarray, tolerance: float, max_steps: int, results: Results) -> None:
    """Let the cases of a block spread, each until it has come to rest."""
    open_, step = np.ones(len(case), np.bool_), 0
    while open_.any():
        step += 1
        widest = np.zeros(len(case))
        for side in (down, up):
            side.tell()
            np.maximum.at(widest, side.grown % len(case), side.growth)
        rests = open_ & ((widest <= tolerance) | (step == max_steps))
        results.steps[case[rests]], results.converged[case[rests]] = step, widest[rests] <= tolerance
        open_ &= ~rests
        for side in (down, up):
            side.leave(open_)


class _Side:
    """One direction of a block: what is lost, told and felt, and which entries lost how much more in the last step.

    With ``firms`` the rest of a sector takes over: what is gone changes with all of it, so that all who are hit have news.
    """

    def __init__(
        self, pull: Pull, n: int, width: int, at: np.ndarray, losses: np.ndarray, firms: Firms | None = None
    ) -> None:
        self.n, self.width, self.firms, groups = n, width, firms, len(pull.group_starts) - 1
        self.matrix = csr_array((pull.parts, pull.firms, pull.group_starts), shape=(groups, n))
        self.groups, self.owners = np.arange(groups) * width, np.repeat(np.arange(n) * width, np.diff(pull.firm_starts))
        self.lost, self.told, self.felt = np.zeros(n * width), np.zeros(n * width), np.zeros(groups * width)
        self.mark, self.is_hit, self.hit = np.zeros(n * width, np.int64), np.zeros(n * width, np.bool_), at[:0]
        self.lost[at] = losses
        self.grown = np.sort(at[losses > 0])
        self.growth = self.lost[self.grown]

    def gone(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the entries of which something more may be gone, and what is."""
        if self.firms is None:
            return self.grown, self.lost[self.grown]
        new = self.grown[~self.is_hit[self.grown]]
        self.is_hit[new] = True
        self.hit = np.insert(self.hit, np.searchsorted(self.hit // self.width, new // self.width), new)
        firm, case = np.divmod(self.hit, self.width)
        sector, share, lost = self.firms.sector[firm] * self.width + case, self.firms.share[firm], self.lost[self.hit]
        left = np.maximum(1.0 - np.bincount(sector, share * lost)[sector], 1e-300)
        return self.hit, lost * np.minimum(1.0, share / left)

    def tell(self) -> None:
        """Take the step: hand on what is gone beyond what was told before."""
        at, gone = self.gone()
        news = gone - self.told[at]
        enough = news > PATIENCE
        at, news = at[enough], news[enough]
        self.told[at] = gone[enough]
        firm, case = np.divmod(at, self.width)
        told = csr_array((news, case, np.searchsorted(firm, np.arange(self.n + 1))), shape=(self.n, self.width))
        heard: Any = self.matrix @ told
        count = np.diff(heard.indptr)
        at = np.repeat(self.groups, count) + heard.indices
        felt = self.felt[at] + heard.data
        self.felt[at] = felt
        felt = np.minimum(1.0, felt)
        at = np.repeat(self.owners, count) + heard.indices
        worse = felt > self.lost[at]
        at, felt = at[worse], felt[worse]
        # Of a firm of which several groups feel more, one entry: by rising firms, which is all the order that is needed.
        self.mark[at] = number = np.arange(len(at))
        self.grown = at[self.mark[at] == number]
        before = self.lost[self.grown]
        np.maximum.at(self.lost, at, felt)
        self.growth = self.lost[self.grown] - before

    def leave(self, open_: np.ndarray) -> None:
        """Let the cases that have come to rest be as they are."""
        self.grown, self.hit = (at[open_[at % self.width]] for at in (self.grown, self.hit))


def _hand_in(weight: np.ndarray, case: np.ndarray, down: np.ndarray, up: np.ndarray, results: Results) -> None:
    """Write the scores and losses of a block: the worse of both directions for each firm, downstream, upstream."""
    whole = csr_array(weight[None])
    for score, lost in enumerate((np.maximum(down, up), down, up)):
        results.scores[case, score] = (whole @ lost)[0]
    if len(results.losses):
        results.losses[case, 0], results.losses[case, 1] = down.T, up.T
