"""What measures can reach at most, as linear rows: the network's equations over the pieces of a threat.

Pieces end where a new source is ready. Within a piece conditions stand still, and all rows are linear, so the average of a
plan over a piece is a plan: nothing is lost by looking at averages. Rows are exact where a node's output is concave in
what reaches it (a plant, the best arrangement, fixed weights), and an upper bound elsewhere (products of two outputs, open
weights that go where most is, losses that hit different makers).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...graph.network import ASSUMED, EXTRA, GROUP, MAKER, SHARED
from . import kernels
from .shelves import MAKERS, NOTHING, PLANT
from .simulation import READINGS, solve
from .threatened import KEPT, Threatened

_Terms = dict[int, float]


class Line:
    """A linear expression: a constant and factors of variables."""

    __slots__ = ("const", "terms")

    def __init__(self, const: float = 0.0, terms: Mapping[int, float] | None = None) -> None:
        self.const, self.terms = float(const), dict(terms or {})

    def plus(self, other: Line, factor: float = 1.0) -> Line:
        """Return this and ``factor`` times another."""
        terms = dict(self.terms)
        for variable, value in other.terms.items():
            terms[variable] = terms.get(variable, 0.0) + factor * value
        return Line(self.const + factor * other.const, terms)

    def times(self, factor: float) -> Line:
        """Return this times a number."""
        return Line().plus(self, factor)


class Rows:
    """A linear program that is being written: variables from 0 to an upper bound, rows ``line <= 0``."""

    def __init__(self) -> None:
        self.upper: list[float] = []
        self.lines: list[Line] = []

    def variable(self, upper: float) -> int:
        """Add a variable."""
        self.upper.append(upper)
        return len(self.upper) - 1

    def at_most(self, variable: int, *others: Line) -> None:
        """Hold a variable at or below the sum of lines."""
        line = Line(0.0, {variable: 1.0})
        for other in others:
            line = line.plus(other, -1.0)
        self.add(line)

    def add(self, line: Line) -> None:
        """Hold a line at or below 0."""
        self.lines.append(line)


class Reach:
    """The rows of one threat in one reading.

    Parameters
    ----------
    rows : Rows
        Its first variables are the measures.
    part : Threatened
        The threat.
    reading : str
        A reading of the risk.
    """

    def __init__(self, rows: Rows, part: Threatened, reading: str) -> None:
        self.rows, self.part, self.kept_as = rows, part, KEPT[reading]
        self.reading, self.shelves = READINGS[self.kept_as], part.shelves
        self.net, self.state = part.shelves.network, part.state
        self.measures = part.problem.measures
        self.relevant = sorted(part.relevant)
        dates = {self.measures[j].ready for j in self.relevant if part.opening[j] is not None}
        self.ends = [*sorted(date for date in dates if NOTHING < date < part.length - NOTHING), part.length]
        self.steps = np.diff([0.0, *self.ends])
        none, every = part.run((), reading, self.ends), part.run(self.relevant, reading, self.ends)
        self.fixed, self.least = none.mean, none.least
        self.moving: np.ndarray = np.any(np.abs(every.mean - none.mean) > 1e-11, axis=0)
        outcome = solve(self.net, self.state, part.problem.assumptions, (self.kept_as,)).outcomes[self.kept_as]
        self.kept, self.use, self.strict = outcome.kept, outcome.use, outcome.strict
        self.cap, self.gain = outcome.cap, outcome.gain
        self.shelf_of = {int(node): i for i, node in enumerate(self.shelves.node)}
        self.opened: dict[int, list[tuple[int, np.ndarray]]] = {}
        for j in self.relevant:
            source = part.opening[j]
            if source is not None:
                for at, link in enumerate(source[0]):
                    gains = source[1][self.reading.bound][:, at] * self.measures[j].share
                    self.opened.setdefault(int(link), []).append((j, gains))
        order, starts = self.net.order
        self.block = np.repeat(np.diff(starts), np.diff(starts))[np.argsort(order)]
        self.known: dict[tuple[int, int], list[Line]] = {}
        self.open: list[tuple[int, int]] = []
        self.entry: dict[tuple[int, int, int, int], Line] = {}

    def kept_of(self, product: int) -> Line:
        """Return the part of a product's output that is kept over the whole threat, at most."""
        node = int(self.shelves.node[product])
        means = self.value(node, self.state.reader)
        while self.open:
            node, side = self.open.pop()
            if node in self.shelf_of:
                self._shelf(self.shelf_of[node], node, side)
            elif self.net.kind[node] == MAKER:
                self._plant(node)
            elif self.net.kind[node] == GROUP:
                self._group(node, side)
            else:
                self._market(node, side)
        total = Line()
        for mean, step in zip(means, self.steps, strict=True):
            total = total.plus(mean, step / self.part.length)
        return total

    def value(self, node: int, side: int) -> list[Line]:
        """Return the output of a node, piece by piece: a constant where no measure can change it."""
        side = 0 if self.net.kind[node] == MAKER else side
        key = node, side
        if key not in self.known:
            if self._moves(node, side):
                upper = float(self.cap[node]) if self.net.kind[node] == MAKER else 1.0
                self.known[key] = [Line(0.0, {self.rows.variable(upper): 1.0}) for _ in self.steps]
                self.open.append(key)
            else:
                self.known[key] = [Line(mean) for mean in self.fixed[:, node, side]]
        return self.known[key]

    def _moves(self, node: int, side: int) -> bool:
        i = self.shelf_of.get(node)
        if i is None:
            return bool(self.moving[node, side])
        # What lies on a shelf is used in one piece or another: only a full market needs no rows.
        at = int(self.shelves.arrival[i])
        return bool(self.moving[at, side]) or bool((self.fixed[:, at, side] < 1.0 - NOTHING).any())

    def _highest(self, lines: list[Line], upper: float) -> float:
        return upper if any(line.terms for line in lines) else max(line.const for line in lines)

    def _reached(self, link: int, side: int) -> list[Line]:
        """What a link's requirement gets, from a side."""
        lines = self.value(int(self.net.indices[link]), side)
        if self.use[link] < 1.0:
            lines = [
                line.times(1.0 / self.use[link]) if line.terms else Line(min(1.0, line.const / self.use[link]))
                for line in lines
            ]
        if self.strict == kernels.STRICT_HIGH and self.net.flags[link] & ASSUMED:
            lines = [Line(1.0 if line.terms or line.const > 0 else 0.0) for line in lines]
        return lines

    def _hold(self, node: int, side: int, *bounds: list[Line]) -> None:
        """Hold the output of a node at or below sums of lines."""
        for piece, mean in enumerate(self.known[node, side]):
            for variable in mean.terms:
                self.rows.at_most(variable, *(bound[piece] for bound in bounds))

    def _each(self, factor: float, lines: list[Line], const: float = 0.0) -> list[Line]:
        return [Line(const).plus(line, factor) for line in lines]

    # Nodes -----------------------------------------------------------------------------------------------------------

    def _plant(self, node: int) -> None:
        most = float(self.cap[node])
        for k in self.net.links(node):
            if self.net.flags[k] & SHARED or self.kept[k] >= 1.0:
                continue
            without = float(self.kept[k])
            reached = self._reached(int(k), int(self.state.side[node]))
            self._hold(node, 0, self._each((1.0 - without) * max(1.0, most), reached, without * most))

    def _group(self, node: int, side: int) -> None:
        links = self.net.links(node)
        values = [self._reached(int(k), side) for k in links]
        self._hold(node, side, self._weighted(node, links, values, [1.0] * len(links), self.reading.mixing))

    def _weighted(
        self, node: int, links: np.ndarray, values: list[list[Line]], uppers: list[float], spread: int
    ) -> list[Line]:
        """The weighted sum of a pool's sources, at most."""
        net = self.net
        low, room = net.low[links].astype(float), (net.high - net.low)[links].astype(float)
        slack = float(net.slack[node])
        if spread == kernels.EVEN and slack > 0 and room.sum() > 0:
            low, slack = low + slack * room / room.sum(), 0.0
        left = 0.0 if spread == kernels.LEAST else max(0.0, slack - room.sum())
        slack = min(slack, float(room.sum()))
        total = []
        highest = [self._highest(value, upper) for value, upper in zip(values, uppers, strict=True)]
        for piece in range(len(self.steps)):
            line = Line(left)
            for weight, value in zip(low, values, strict=True):
                line = line.plus(value[piece], weight)
            if slack > 1e-15 and spread == kernels.LEAST:
                # What is open goes where least is: the dual of that small program.
                price = self.rows.variable(1.0)
                line = line.plus(Line(0.0, {price: slack}))
                for space, value in zip(room, values, strict=True):
                    if space > 1e-15:
                        excess = self.rows.variable(1.0)
                        line = line.plus(Line(0.0, {excess: -space}))
                        self.rows.at_most(price, value[piece], Line(0.0, {excess: 1.0}))
            elif slack > 1e-15:
                rest = slack
                for most, space in sorted(zip(highest, room, strict=True), reverse=True):
                    step = min(rest, space)
                    line = line.plus(Line(step * most))
                    rest -= step
            total.append(line)
        return total

    def _sources(self, node: int, side: int) -> tuple[np.ndarray, list[list[Line]], list[float], list[Line]]:
        """Links of a market to its makers with what they give (and its upper bound), and what new sources give together."""
        net, extra = self.net, [Line() for _ in self.steps]
        links, values, uppers = [], [], []
        for k in map(int, net.links(node)):
            made = self.value(int(net.indices[k]), side)
            factor = float(self.gain[side, k])
            if not net.flags[k] & EXTRA:
                links.append(k)
                values.append(self._each(factor, made))
                uppers.append(factor * (float(self.cap[net.indices[k]]) if net.kind[net.indices[k]] == MAKER else 1.0))
                continue
            extra = [one.plus(line, factor) for one, line in zip(extra, made, strict=True)]
            for j, gains in self.opened.get(k, []):
                start = 0.0
                for piece, end in enumerate(self.ends):
                    if self.measures[j].ready <= start + NOTHING:
                        given = self._given(j, int(net.indices[k]), side, piece)
                        extra[piece] = extra[piece].plus(given, float(gains[side]))
                    start = end
        return np.array(links, np.int64), values, uppers, extra

    def _given(self, measure: int, node: int, side: int, piece: int) -> Line:
        """What a new source gives when its measure is chosen: no more than it makes."""
        made = self.value(node, side)[piece]
        if not made.terms:
            return Line(0.0, {measure: made.const})
        key = measure, node, side, piece
        if key not in self.entry:
            upper = max(1.0, float(self.cap[node]))
            given = Line(0.0, {self.rows.variable(upper): 1.0})
            (variable,) = given.terms
            self.rows.at_most(variable, made)
            self.rows.at_most(variable, Line(0.0, {measure: upper}))
            self.entry[key] = given
        return self.entry[key]

    def _market(self, node: int, side: int) -> None:
        net = self.net
        links, values, uppers, extra = self._sources(node, side)
        first, count = int(net.need_indptr[node]), int(net.need_indptr[node + 1] - net.need_indptr[node])
        in_loop = self.block[node] > 1
        if count and self.reading.arrangement == kernels.ALIKE and not in_loop:
            values = [
                self._supplied(node, k, first, count, value, upper) for k, value, upper in zip(links, values, uppers, strict=True)
            ]
        self._hold(node, side, extra, self._weighted(node, links, values, uppers, self.reading.spread))
        if self.reading.arrangement == kernels.ALIKE:
            return
        for slot in range(count):
            need = int(net.needs[first + slot])
            if self.kept[need] < 1.0:
                self._need(node, side, need, slot, links, values, uppers, extra)

    def _supplied(self, node: int, link: int, first: int, count: int, value: list[Line], upper: float) -> list[Line]:
        """What one maker makes, supplied like all others: its capacity times its scarcest need."""
        net = self.net
        found = value
        for slot in range(count):
            need = int(net.needs[first + slot])
            without = float(self.kept[need])
            if without >= 1.0 or not kernels.shares(link, slot, net.wants, net.some_indptr, net.some):
                continue
            at, shelf = int(self.state.side[net.indices[link]]), self.shelf_of[int(net.indices[need])]
            # What is taken from a shelf is told by the market that hangs on it most; others see what it can deliver.
            own = self.shelves.market[shelf] == node or self.shelves.mixed[shelf]
            reached = self._reached(need, at) if own else self._available(shelf, at)
            if reached is None or all(not line.terms and line.const >= 1.0 for line in reached):
                continue
            if found is value:
                found = [Line(0.0, {self.rows.variable(max(1.0, upper)): 1.0}) for _ in self.steps]
                for line, most in zip(found, value, strict=True):
                    self.rows.at_most(next(iter(line.terms)), most)
            for line, one in zip(found, reached, strict=True):
                self.rows.at_most(next(iter(line.terms)), Line(without * upper).plus(one, (1.0 - without) * upper))
        return found

    def _need(
        self,
        node: int,
        side: int,
        need: int,
        slot: int,
        links: np.ndarray,
        values: list[list[Line]],
        uppers: list[float],
        extra: list[Line],
    ) -> None:
        """What a shared need leaves to its makers together, in the best arrangement."""
        net, best = self.net, self.reading.arrangement == kernels.BEST
        without = float(self.kept[need])
        shelf = self.shelf_of.get(int(net.indices[need]))
        if shelf is None:
            return
        at = self.state.unknown
        own = bool(self.shelves.market[shelf] == node)
        if net.whole[node] and own and (best or self.state.sides == 1):
            reached = self._reached(need, at)
            mixed, plain = self.shelves.mixed[shelf], self.shelves.plain[shelf] and self.state.sides == 1
            if best:
                self._hold(node, side, extra, self._each(1.0 - without, reached), self._spared(shelf, side, without))
            if not best or plain:
                apart = self._spared(shelf, side, 0.0) if mixed else [Line() for _ in self.steps]
                self._hold(node, side, extra, self._each(1.0 - without, reached, without), apart)
            return
        if not best:
            return
        reached = self._available(shelf, at)
        if reached is None:
            return
        weights = np.minimum(net.high, net.low + net.slack[node])[links]
        rest, dealt = float(max(0.0, 1.0 - weights.sum())), []
        for k, weight, value, upper in zip(links, weights, values, uppers, strict=True):
            most = weight * self._highest(value, upper)
            if most <= 0.0:
                continue
            if not kernels.shares(k, slot, net.wants, net.some_indptr, net.some):
                rest += most
                continue
            held = float(net.share[k]) * float(self.cap[net.indices[k]])
            rest += without * most
            if net.whole[node]:
                dealt.append((1.0, (1.0 - without) * most))
            elif held <= 0.0:
                rest += (1.0 - without) * most  # of no known part of the world's supply: any supply may be theirs
            else:
                dealt.append((most / held, (1.0 - without) * held))
        # First to those that this market hangs on most: a concave curve, held below each of its lines.
        done, reached_so_far = 0.0, 0.0
        for ratio, length in sorted(dealt, reverse=True):
            bound = self._each(ratio * (1.0 - without), reached, rest + reached_so_far - ratio * done)
            self._hold(node, side, extra, bound)
            done, reached_so_far = done + length, reached_so_far + ratio * length
        self._hold(node, side, extra, [Line(rest + reached_so_far)] * len(self.steps))

    def _spared(self, shelf: int, side: int, without: float) -> list[Line]:
        """What the market behind a shelf makes without drawing on it."""
        shelves, total = self.shelves, [Line() for _ in self.steps]
        numbers, sales, weights, draws = shelves.sales
        for i in np.flatnonzero(numbers == shelf):
            factor = weights[i] * (without if draws[i] else 1.0) * self.gain[side, sales[i]]
            if factor > 0:
                made = self.value(int(self.net.indices[sales[i]]), side)
                total = [one.plus(line, factor) for one, line in zip(total, made, strict=True)]
        return total

    def _available(self, shelf: int, side: int) -> list[Line] | None:
        """What a shelf can deliver; None where a stock may fill it up."""
        stocked = self.part.start[self.reading.bound][shelf] > 0 or any(
            self.part.opening[j] is None and self.measures[j].item == self.shelves.item[shelf] for j in self.relevant
        )
        if stocked or len(self.steps) > 1:
            return None
        return self.value(int(self.shelves.arrival[shelf]), side)

    def _ready(self, plant: int) -> float:
        """The day from which a plant uses and keeps anything: when the first measure that opens it is ready."""
        links = [k for k in self.opened if self.net.indices[k] == plant]
        if not links or (self.gain[:, links] > 0).any():
            return 0.0
        return min(self.measures[j].ready for k in links for j, _ in self.opened[k])

    def _shelf(self, i: int, node: int, side: int) -> None:
        """What is taken from a shelf: what arrives, what lies there, and what was kept."""
        arrival = self.value(int(self.shelves.arrival[i]), side)
        stock = Line(float(self.part.start[self.reading.bound][i]))
        for j in self.relevant:
            if self.part.opening[j] is None and self.measures[j].item == self.shelves.item[i]:
                stock = stock.plus(Line(0.0, {j: self.measures[j].days}))
        if self.kept_as == "high":
            stock = stock.times(float(self.shelves.part[i]))
        draws = self.shelves.draws[i]
        kept = self.kept_as == "high" or (self.kept_as == "estimate" and not self.shelves.mixed[i])
        if (draws == PLANT and (self.kept_as == "high" or self.shelves.free[i])) or (draws == MAKERS and kept):
            taken, ready = Line(), self._ready(int(self.shelves.owner[i]))
            for line, come, step, end in zip(self.known[node, side], arrival, self.steps, self.ends, strict=True):
                if end - step < ready - NOTHING:
                    continue
                taken = taken.plus(line, step).plus(come, -step)
                self.rows.add(taken.plus(stock, -1.0))
            return
        filled = Line()
        for line, come, step in zip(self.known[node, side], arrival, self.steps, strict=True):
            if not come.terms and come.const > 1.0 - 1e-12:
                continue
            missing = 1.0 if come.terms else 1.0 - float(self.least[self.shelves.arrival[i], side])
            add = self.rows.variable(missing)
            self.rows.at_most(next(iter(line.terms)), come, Line(0.0, {add: 1.0}))
            # In the worst arrangement those who are hit are hit wholly: a stock of d days fills up d days, however little.
            worst = self.kept_as == "low" and draws == MAKERS and not come.terms
            filled = filled.plus(Line(0.0, {add: 1.0}), step / missing if worst else step)
        if filled.terms:
            self.rows.add(filled.plus(stock, -1.0))
