"""A scenario asked of completions: every setting in its place, in the bounds and in draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...graph import ProductionNetwork
from ...graph.kernel import numbers_in
from ...graph.network import EXTRA, SHARED, remembered
from ...graph.sections import reach
from . import kernels
from .arrays import Above, Drawn, Given
from .changes import STOPPING
from .completions import Completions, places_of, rests_of, sources_of
from .conditions import HIGH, LOW, Conditions, conditions
from .draw_kernels import complete
from .facts import ARRANGEMENT, MIX, PLACE, SCENARIO, SOURCING, Fact, sections
from .failures import product_node
from .places import ANY, REST, network_places
from .scenario import Scenario
from .simulation import READINGS, Assumptions, arguments

_HALFWAY = np.array([0.5])


class Question:
    """A scenario asked of completions: where all settings stand, and their values in the bounds and in draws.

    Attributes
    ----------
    facts : tuple of Fact
        Those of the network, and at the end two that nobody can look up: the arrangement that all steps have in common, and
        the scenario's own open size.
    place, fact_ptr : numpy.ndarray
        Places of the settings, those of a fact together.
    """

    def __init__(
        self, network: ProductionNetwork, facts: tuple[Fact, ...], scenario: Scenario, assumptions: Assumptions
    ) -> None:
        self.network, self.scenario, self.assumptions = network, scenario, assumptions
        self.state = conditions(network, scenario)
        self._top = product_node(network) * self.state.sides + self.state.reader
        rests, state, m = rests_of(facts), self.state, len(network.indices)
        low, high = state.gain[LOW].ravel(), state.gain[HIGH].ravel()
        is_rest = np.zeros(m, np.bool_)
        is_rest[rests] = True
        open_ = np.flatnonzero(low != high)
        self._sizes = open_[~is_rest[open_ % m]]
        self._caps = np.flatnonzero(state.cap[LOW] != state.cap[HIGH])
        row_of = {link: row for row, link in enumerate(rests.tolist())}
        self._fact_gains = [
            np.array([k for k in _seen(fact.rests, m, state.sides) if low[k] < high[k]], np.int64) for fact in facts
        ]
        self._gain_rows = [np.array([row_of[g % m] for g in gains.tolist()], np.int64) for gains in self._fact_gains]
        starts = sections(network).starts
        places = [
            np.concatenate([places_of(network, fact), starts["gain"] + gains]).astype(np.int64)
            for fact, gains in zip(facts, self._fact_gains, strict=True)
        ]
        places.append(np.array([starts["gain"] + len(low)]))
        places.append(np.concatenate([starts["cap"] + self._caps, starts["gain"] + self._sizes]).astype(np.int64))
        touched = np.unique(np.concatenate([self._caps, network.owner[self._sizes % m]]))
        steps = [np.zeros(0, np.int64), *(fact.touched for fact in facts if fact.kind == SOURCING)]
        common = Fact(ARRANGEMENT, "", touched=np.concatenate(steps))
        self.facts = (*facts, common, Fact(SCENARIO, "", touched=touched.astype(np.int64)))
        self.place = np.concatenate(places)
        self.fact_ptr = np.concatenate([[0], np.cumsum([len(one) for one in places])]).astype(np.int64)
        # What is settled where nothing can fall short changes nothing: neither its settings nor its nodes are gone over.
        block, starts = _above(network).block_of, network.order[1]
        alive = np.zeros(len(starts) - 1, np.bool_)
        alive[block[_live(network, state)]] = True
        self._live = np.flatnonzero(alive)
        self._touched = [fact.touched[alive[block[fact.touched]]] for fact in self.facts]

    def of(self, fact: int) -> slice:
        """Return which settings are those of a fact."""
        return slice(int(self.fact_ptr[fact]), int(self.fact_ptr[fact + 1]))

    def bound(self, reading: str) -> np.ndarray:
        """Return the settings as they stand in a bound."""
        given = self._given(reading)
        net, state, arranged = given.net, given.state, self._arranged(reading)
        tables = (net.low, net.kept, net.use, net.slack, arranged, state.cap, state.gain, _HALFWAY)
        return np.concatenate(tables)[self.place]

    def drawn(self, draws: Completions) -> np.ndarray:
        """Return the settings of completions under this scenario: count x settings."""
        state, m = self.state, len(self.network.indices)
        found = np.empty((draws.count, len(self.place)))
        held, anywhere = self._held(draws)
        # Of the share of who stands for others they may have all by the bounds, and a drawn part in a draw.
        told = conditions(self.network, self.scenario, hidden=REST)

        def sized(gains: np.ndarray) -> np.ndarray:
            """What arrives from makers that a scenario names (gains x count)."""
            low, high = (told.gain[bound].ravel()[gains][:, None] for bound in (LOW, HIGH))
            unknown = ((gains // m == state.unknown) & (state.sides > 1))[:, None]
            return np.where(unknown, high - (high - low) * anywhere, low + (high - low) * draws.size)

        for i, settings in enumerate(draws.settings):
            at, gains = self.of(i), self._fact_gains[i]
            found[:, at.start : at.start + settings.shape[1]] = settings
            if len(gains):
                low = state.gain[LOW].ravel()[gains]
                plain, barred = (part[self._gain_rows[i]] for part in held)
                out = np.where((gains // m == state.unknown)[:, None] & (state.sides > 1), anywhere, 1.0)
                left = (1 - plain - barred * out) * (sized(gains) if draws.facts[i].kind == PLACE else 1.0)
                found[:, at.stop - len(gains) : at.stop] = np.maximum(low[:, None], left).T
        found[:, self.of(len(self.facts) - 2)] = draws.common[:, None]
        last = self.of(len(self.facts) - 1)
        least, most = (told.cap[bound][self._caps] for bound in (LOW, HIGH))
        caps = least + (most - least) * draws.size[:, None]
        low = told.gain[LOW].ravel()[self._sizes]
        whole = np.divide(state.gain[LOW].ravel()[self._sizes], low, out=np.ones(len(low)), where=low > 0)
        unknown = (self._sizes // m == state.unknown) & (state.sides > 1)
        taken = draws.stake[:, None] * np.where(unknown, anywhere[:, None], 1.0)
        found[:, last] = np.concatenate([caps, sized(self._sizes).T * (1 - taken * (1 - whole))], axis=1)
        return found

    def _held(self, draws: Completions) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Return what each rest (rests x count) loses to halts and to embargoes, and how many unknown places are cut off."""
        about, rests = network_places(self.network), draws.rests
        row = {link: i for i, link in enumerate(rests.tolist())}
        lost = (np.zeros((len(rests), draws.count)), np.zeros((len(rests), draws.count)))
        targets: set[str] = set()
        away: set[str] = set()
        for change in self.scenario:
            if change.kind not in STOPPING:
                continue
            barred = change.kind == "embargo"
            hit = about.sales(change.node, change.item, ANY)[1] if barred else about.hit(change.node, change.item, ANY)[2]
            rows = np.array([row[link] for link in hit.tolist() if link in row], np.int64)
            low, high = change.bounds
            much = high - (high - low) * draws.size
            lost[barred][rows] += draws.standing(str(change.node), rows) * much
            if barred:
                targets |= set(change.to)
                away |= set() if change.to else {str(change.node)}
        last = np.array([len(rests)])
        inside = [draws.standing(place, last)[0] for place in sorted(targets)]
        outside = [1 - draws.standing(place, last)[0] for place in sorted(away)]
        anywhere = np.clip(np.sum([np.zeros(draws.count), *inside, *outside], axis=0), 0.0, 1.0)
        return lost, anywhere

    def extremes(self) -> np.ndarray:
        """Return rows of settings: of every fact the answer that hurts most, the one that hurts least, and those of places.

        The latter give all that is open of a market to the makers of one side, as far as these have room: what is held at
        the buyer's, and what is held elsewhere.
        """
        unknown, found = self.state.unknown, []
        passes = {reading: self.solved(self.bound(reading)[None, :], reading)[1] for reading in ("low", "high")}
        sides = [side for side in range(self.state.sides) if side != unknown]
        for reading, held in [("low", None), ("high", None), *(("high", side) for side in sides)]:
            row = self.bound(reading)
            for i, fact in enumerate(self.facts):
                poured, left = [], []
                for node in (int(node) for node in fact.pools if self.network.slack[node] > 0):
                    links = sources_of(self.network, node)
                    if held is None or fact.kind == MIX:
                        order = self._order(fact, links, reading, passes)
                    else:
                        order = np.argsort(self.state.side[self.network.indices[links]] != held, kind="stable")
                    weight, rest = _poured(self.network, links, node, order)
                    poured += weight.tolist()
                    left.append(rest)
                start = int(self.fact_ptr[i])
                row[start : start + len(poured) + len(left)] = poured + left
            found.append(row)
        return np.array(found)

    def _order(self, fact: Fact, links: np.ndarray, reading: str, passes: dict[str, Given]) -> np.ndarray:
        """Return a pool's sources, those first that give the reader least (in "high": most).

        Sources that give alike in this reading are told apart by what they give in the other one, to the reader and to
        makers of unknown place, where the answer holds: makers whom nobody names are hit as this reading has them.
        """
        sides, m = self.state.sides, len(self.network.indices)
        other, nameless = "high" if reading == "low" else "low", np.isin(links, fact.rests)
        keys = []
        for name, side in ((other, self.state.unknown), (other, self.state.reader), (reading, self.state.reader)):
            worth = passes[name].state.x[self.network.indices[links] * sides + side]
            if fact.kind != MIX:
                gains = [passes[of].state.gain[side * m + links] for of in (reading, name)]
                worth = worth * np.where(nameless, *gains)
            keys.append(worth if reading == "low" else -worth)
        return np.lexsort((np.arange(len(links)), *keys))

    def solved(
        self, first: np.ndarray, reading: str, second: np.ndarray | None = None, only: Sequence[int] | None = None
    ) -> tuple[tuple[np.ndarray, np.ndarray], Given]:
        """Return what the product keeps under rows of settings, and with the settings of each fact from a second row.

        ``reading`` is "low", "high" or "draw"; ``only`` the facts that are looked at.
        """
        network = self.network
        facts = list(range(len(self.facts))) if only is None else list(only)
        facts = facts if second is not None else []
        settings = [np.arange(self.fact_ptr[f], self.fact_ptr[f + 1] if len(on) else self.fact_ptr[f])
                    for f, on in enumerate(self._touched)]  # fmt: skip
        chosen = set(facts)
        rest = [some for f, some in enumerate(settings) if f not in chosen]
        order = np.concatenate([*(settings[f] for f in facts), *rest, np.zeros(0, np.int64)]).astype(np.int64)
        pointer = np.concatenate([[0], np.cumsum([len(settings[f]) for f in facts])]).astype(np.int64)
        touch = [self._touched[f] for f in facts]
        touch_ptr = np.concatenate([[0], np.cumsum([len(one) for one in touch])]).astype(np.int64)
        given = self._given(reading)
        n, base = len(network.kind), np.zeros(len(first))
        changed = np.zeros(len(first) * len(facts))
        other = first if second is None else second
        room = [np.zeros(n, np.int64), np.zeros(n * self.state.sides)]
        touched = np.concatenate([np.zeros(0, np.int64), *touch]).astype(np.int64)
        rows = [np.ascontiguousarray(one[:, order]).ravel() for one in (first, other)]
        complete(
            *given, _above(network), Drawn(self._arranged(reading), _HALFWAY.copy(), *self._extremes(reading)), self._live,
            *room, self.place[order], pointer, touch_ptr, touched, *rows, self._top, base, changed,
            size=numbers_in(*given) + len(first) * (len(order) + 50 * len(self._live) * (1 + len(facts) // 10)),
        )  # fmt: skip
        return (base, changed.reshape(len(first), len(facts))), given

    def _given(self, reading: str) -> Given:
        """The arguments of the kernels; arrays that settings are put into are copies."""
        given = arguments(self.network, self.state, self.assumptions, READINGS["high" if reading == "draw" else reading])
        net = {name: np.array(getattr(given.net, name)) for name in ("low", "slack", "rank", "kept", "use")}
        state = {name: np.array(getattr(given.state, name)) for name in ("cap", "gain")}
        way = given.way._replace(strict=kernels.LOOSE) if reading == "draw" else given.way
        return Given(given.net._replace(**net), given.state._replace(**state), way, given.room)

    def _extremes(self, reading: str) -> tuple[int, int]:
        """Return the sides that are hit most and least: in a bound the unknown one stands for both."""
        unknown, gain = self.state.unknown, self.state.gain[LOW] + self.state.gain[HIGH]
        if reading != "draw":
            return unknown, unknown
        known = [side for side in range(self.state.sides) if side != unknown] or [unknown]
        hit = [side for side in known if (gain[side] <= gain[known]).all()]
        spared = [side for side in known if (gain[side] >= gain[known]).all()]
        return (hit or [unknown])[0], (spared or [unknown])[0]

    def _arranged(self, reading: str) -> np.ndarray:
        return np.full(len(self.network.kind), 0.0 if reading == "low" else 1.0)


def _seen(links: np.ndarray, m: int, sides: int) -> list[int]:
    """The places of links' gains, as seen from every side."""
    return [side * m + link for link in links.tolist() for side in range(sides)]


def _live(network: ProductionNetwork, state: Conditions) -> np.ndarray:
    """Return the nodes that conditions can make fall short; new sources only add."""
    hit = (state.cap != 1).any(axis=0)
    links = (state.gain != 1).any(axis=(0, 1)) & ((network.flags & EXTRA) == 0)
    hit[network.owner[links]] = True
    reach(network, hit)
    return np.flatnonzero(hit)


@remembered
def _above(network: ProductionNetwork) -> Above:
    """Return the block of every node, and for every node those that read it.

    Makers do not read what they share with others: their market does.
    """
    own = (network.flags & SHARED) == 0
    markets = np.repeat(np.arange(len(network.kind)), np.diff(network.need_indptr))
    readers = np.concatenate([network.owner[own], markets])
    read = np.concatenate([network.indices[own], network.indices[network.needs]])
    read, readers = np.divmod(np.unique(read * len(network.kind) + readers), len(network.kind))
    pointer = np.concatenate([[0], np.cumsum(np.bincount(read, minlength=len(network.kind)))])
    return Above(network.block_of, pointer.astype(np.int64), readers.astype(np.int64))


def _poured(network: ProductionNetwork, links: np.ndarray, node: int, order: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the weights of a pool poured into its sources in an order, each as far as it has room, and what none has."""
    found, left = network.low[links].copy(), float(network.slack[node])
    for i in order:
        step = min(left, float(network.high[links[i]] - network.low[links[i]]))
        found[i] += step
        left -= step
    return found, left if left > 1e-9 else 0.0


def kept_of(asked: Question, drawn: Completions) -> np.ndarray:
    """Return what the product keeps in each draw (count)."""
    step = max(1, 4_000_000 // max(1, len(asked.place)))
    settings = asked.drawn(drawn)
    return np.concatenate(
        [asked.solved(settings[start : start + step], "draw")[0][0] for start in range(0, drawn.count, step)]
    )
