"""Draws: completions of everything that is open at once, seeded, under a stated prior.

A draw stands beside an interval, never instead: it says what is likely *if* the prior is believed. Each open fact is drawn
apart from the others:

- the open shares of a market, and the mix of alternatives: a Dirichlet on what is open, each source within its bounds
  (stick by stick, each from a truncated Beta, so that nothing is rejected);
- makers whom nobody names: a Dirichlet process over countries. Its base is the prior of the item; each market has its own
  few makers, about as concentrated as markets are where they are known (`CONCENTRATION`);
- a graded need: Beta(2, 2) between its bounds; a use share: even between its bounds;
- who among a step's makers is supplied: between the worst arrangement and the best, by a number of the step's own and one
  that all steps of a draw have in common, both even. Without the latter a long chain would be bad luck and good luck in turn
  in every draw, and the spread far too narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from ...graph.network import EXTRA, SHARED
from . import kernels
from .conditions import ANY, HIGH, LOW, Conditions, conditions, network_places
from .draw_kernels import complete
from .facts import ARRANGEMENT, MIX, NEED, SCENARIO, SOURCING, USE, Fact, open_facts, sections
from .failures import product_node
from .scenario import Change, Scenario, scenario_of
from .simulation import READINGS, Assumptions, X, arguments, prepared, solve

CONCENTRATION = 2.0
"""Of the makers whom nobody names: their expected HHI is 1 / (1 + 2), a third."""
MAKERS = 12
"""How many makers a draw names at most where nobody is named; the last takes what is left (on average 1 % of it)."""
EVEN = "even"
"""Origin of a prior where nothing is told: every country that the network names, alike."""
PRIOR = {"item": pl.String, "supplier": pl.String, "share": pl.Float64, "origin": pl.String}
"""Columns of a prior: the chance that a maker of ``item`` whom nobody names stands at ``supplier``, and where that is from."""
_HALFWAY = np.array([0.5])
LOWS, SLACK, RANK, KEPT, USED, CAPS, GAINS = 5, 10, 13, 17, 18, 20, 21
"""Places among the `arguments` that completions fill in."""


@dataclass(frozen=True, eq=False)
class Completions:
    """Draws of the open facts of a network, before any scenario: the same under all.

    Attributes
    ----------
    network, facts, assumptions
        Of what.
    count : int
        How many.
    settings : list of numpy.ndarray
        For each fact count x settings, in the order of `places_of`.
    places : list of str
        Ids of suppliers that makers whom nobody names may stand at.
    at, mass : numpy.ndarray
        rests + 1 x count x makers: where each maker stands, and its part of what is attributed to nobody; the last row
        stands for any maker of unknown place.
    part : numpy.ndarray
        rests x count: the part of its country's makers that a company has among those whom nobody names.
    size : numpy.ndarray
        count: how much of a scenario that gives bounds comes true (1 the least).
    common : numpy.ndarray
        count: how well shortages are shared out in the whole economy, 0..1.
    """

    network: ProductionNetwork
    facts: tuple[Fact, ...]
    assumptions: Assumptions
    count: int
    settings: list[np.ndarray]
    places: list[str]
    at: np.ndarray
    mass: np.ndarray
    part: np.ndarray
    size: np.ndarray
    common: np.ndarray

    @cached_property
    def rests(self) -> np.ndarray:
        """Links to makers whom nobody names."""
        return _rests(self.facts)

    def standing(self, node: str, rows: np.ndarray) -> np.ndarray:
        """Return what part of each rest (rows x count) belongs to a supplier or country."""
        chain = self.network.chains.get(node, (node,))
        company = node not in self.places and chain[-1] in self.places and chain[-1] != node
        wanted = chain[-1] if company else node
        inside = np.array([wanted in self.network.chains.get(place, (place,)) for place in self.places], np.bool_)
        found = (self.mass[rows] * inside[self.at[rows]]).sum(axis=2)
        return found * self.part[rows] if company else found


def _rests(facts: Sequence[Fact]) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.int64), *(fact.rests for fact in facts)])


def places_of(network: ProductionNetwork, fact: Fact) -> np.ndarray:
    """Return where the settings of a fact stand, without what a scenario adds."""
    at = sections(network).starts
    if fact.kind == NEED:
        return at["kept"] + fact.links
    if fact.kind == USE:
        return at["use"] + fact.links
    if fact.kind == SOURCING:
        return at["arranged"] + fact.touched
    open_ = fact.pools[network.slack[fact.pools] > 0]
    links = [_sources(network, int(node)) for node in open_]
    return np.concatenate([np.zeros(0, np.int64), *links, at["slack"] + open_]).astype(np.int64)


def _sources(network: ProductionNetwork, node: int) -> np.ndarray:
    links = network.links(node)
    return links[(network.flags[links] & EXTRA) == 0]


def completions(
    network: ProductionNetwork,
    facts: tuple[Fact, ...],
    assumptions: Assumptions,
    prior: pl.DataFrame | None,
    count: int,
    seed: int | Sequence[int],
) -> Completions:
    """Return ``count`` draws of ``facts``; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    settings = [_drawn(network, fact, rng, count) for fact in facts]
    rests = _rests(facts)
    places, base, _ = prior_of(network, rests, prior)
    at, mass = _makers(base, rng, count)
    part, size, common = rng.random((len(rests) + 1, count)), rng.random(count), rng.random(count)
    return Completions(network, facts, assumptions, count, settings, places, at, mass, part, size, common)


def _drawn(network: ProductionNetwork, fact: Fact, rng: np.random.Generator, count: int) -> np.ndarray:
    if fact.kind == SOURCING:
        return rng.random((count, len(fact.touched)))
    if fact.kind in {NEED, USE}:
        low, high = (network.kept_low, network.kept_high) if fact.kind == NEED else (network.use_low, network.use_high)
        told = rng.beta(2.0, 2.0, (count, 1)) if fact.kind == NEED else rng.random((count, 1))
        return low[fact.links] + (high - low)[fact.links] * told
    open_ = fact.pools[network.slack[fact.pools] > 0]
    if not len(open_):
        return np.zeros((count, 0))
    # Groups of one requirement are mixed alike: their links come in the same order, that of the alternatives.
    chances = rng.random((count, len(_sources(network, int(open_[0])))))
    drawn = [weights(network, int(node), chances) for node in open_]
    return np.concatenate([*(weight for weight, _ in drawn), *(left[:, None] for _, left in drawn)], axis=1)


def weights(network: ProductionNetwork, node: int, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights of a pool (draws x sources) from even chances, and what no source has room for.

    Stick by stick: of n sources that are left, one takes a part of what is left that is Beta(1, n - 1), truncated to what it
    and the others have room for; without bounds that is the flat Dirichlet.
    """
    links = _sources(network, node)
    low, room = network.low[links], (network.high - network.low)[links]
    after = np.concatenate([np.cumsum(room[::-1])[::-1][1:], [0.0]])
    left = np.full(len(chances), float(network.slack[node]))
    found = np.empty((len(chances), len(links)))
    for i in range(len(links)):
        some = np.maximum(left, 1e-300)
        least = np.clip((left - after[i]) / some, 0.0, 1.0)
        most = np.clip(room[i] / some, 0.0, 1.0)
        power = len(links) - 1 - i
        if power:
            from_, to = 1 - (1 - least) ** power, 1 - (1 - most) ** power
            taken = 1 - (1 - (from_ + (to - from_) * chances[:, i])) ** (1 / power)
            taken = np.clip(taken, np.minimum(least, most), most)
        else:
            taken = most
        step = np.minimum(taken * left, room[i])
        found[:, i] = np.minimum(low[i] + step, network.high[links[i]])
        left = np.maximum(left - step, 0.0)
    return found, np.where(left > 1e-9, left, 0.0)


def _makers(base: np.ndarray, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where makers stand and how large they are: rests x count x makers."""
    shape = (len(base), count, MAKERS)
    stick = 1 - (1 - rng.random(shape)) ** (1 / CONCENTRATION)  # Beta(1, CONCENTRATION)
    stick[:, :, -1] = 1.0
    before = np.concatenate([np.ones((*shape[:2], 1)), np.cumprod(1 - stick[:, :, :-1], axis=2)], axis=2)
    chances = rng.random(shape)
    at = np.empty(shape, np.int32)
    for row, chance in enumerate(base):
        at[row] = np.minimum(np.searchsorted(np.cumsum(chance), chances[row], side="right"), base.shape[1] - 1)
    return at, stick * before


def prior_of(
    network: ProductionNetwork, rests: np.ndarray, prior: pl.DataFrame | None
) -> tuple[list[str], np.ndarray, list[str]]:
    """Return the places, the chances of each for every rest and for any maker (rests + 1 x places), and their origins.

    Suppliers whose share in a market is told are not behind what that market attributes to nobody.
    """
    prior = check_prior(prior)
    about = network_places(network)
    countries = network.makers["country"].drop_nulls().unique().sort().to_list()
    items = network.nodes["item"].gather(network.owner[rests]).to_list()
    prior = prior.filter(pl.col("item").is_in(list(set(items))))
    places = sorted({*countries, *prior["supplier"]})
    column = {place: i for i, place in enumerate(places)}
    told = {item: rows for (item,), rows in prior.group_by("item", maintain_order=True)}
    even = np.array([place in set(countries) for place in places], np.float64)
    base, origins = np.zeros((len(rests) + 1, len(places))), []
    hidden = {place: set(np.asarray(about.named_markets.get(place, [])).tolist()) for place in places}
    for row, (link, item) in enumerate(zip(rests.tolist(), items, strict=True)):
        chance = np.zeros(len(places))
        if item in told:
            for place, share in told[item].select("supplier", "share").iter_rows():
                chance[column[place]] += share
        free = np.array([network.owner[link] not in hidden[place] for place in places], np.float64)
        origin = told[item]["origin"][0] if item in told else EVEN
        if (chance * free).sum() <= 0:  # all whom the prior knows are named with a share of their own
            chance, origin = even, EVEN
        chance = chance * free if (chance * free).sum() > 0 else chance
        base[row] = chance / chance.sum() if chance.sum() > 0 else 1 / max(1, len(places))
        origins.append(origin)
    base[-1] = base[:-1].mean(axis=0) if len(rests) else (even / even.sum() if even.sum() else 0)
    return places, base, origins


def check_prior(prior: pl.DataFrame | None) -> pl.DataFrame:
    """Return a prior with its columns; raise `InputError` where one is missing or a share is no number from 0 up."""
    if prior is None:
        return pl.DataFrame(schema=PRIOR)
    missing = [name for name in PRIOR if name not in prior.columns]
    if missing:
        raise InputError("risk.draws.prior_columns", columns=", ".join(missing))
    prior = prior.select(PRIOR.keys()).cast(PRIOR)  # type: ignore[arg-type]
    wrong = prior.filter(~(pl.col("share").is_finite() & (pl.col("share") >= 0)).fill_null(False))
    if wrong.height:
        raise InputError("risk.draws.prior_share", item=shorten(wrong["item"][0]), value=shorten(wrong["share"][0]))
    return prior


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
        rests, state, m = _rests(facts), self.state, len(network.indices)
        low, high = state.gain[LOW].ravel(), state.gain[HIGH].ravel()
        is_rest = np.zeros(m, np.bool_)
        is_rest[rests] = True
        open_ = np.flatnonzero(low != high)
        self._sizes = open_[~is_rest[open_ % m]]
        self._caps = np.flatnonzero(state.cap[LOW] != state.cap[HIGH])
        row_of = {link: row for row, link in enumerate(rests.tolist())}
        self._fact_gains = [
            np.array([side * m + link for link in fact.rests for side in range(state.sides) if low[side * m + link] < high[side * m + link]], np.int64)
            for fact in facts
        ]  # fmt: skip
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

    def of(self, fact: int) -> slice:
        """Return which settings are those of a fact."""
        return slice(int(self.fact_ptr[fact]), int(self.fact_ptr[fact + 1]))

    def bound(self, reading: str) -> np.ndarray:
        """Return the settings as they stand in a bound."""
        given = self._given(reading)
        flat = np.concatenate(
            [given[i] for i in (LOWS, KEPT, USED, SLACK)] + [self._arranged(reading), given[CAPS], given[GAINS], _HALFWAY]
        )
        return flat[self.place]

    def drawn(self, draws: Completions) -> np.ndarray:
        """Return the settings of completions under this scenario: count x settings."""
        network, state, m = self.network, self.state, len(self.network.indices)
        found = np.empty((draws.count, len(self.place)))
        held, anywhere = self._held(draws)
        for i, settings in enumerate(draws.settings):
            at, gains = self.of(i), self._fact_gains[i]
            found[:, at.start : at.start + settings.shape[1]] = settings
            if len(gains):
                low = state.gain[LOW].ravel()[gains]
                plain, barred = (part[self._gain_rows[i]] for part in held)
                out = np.where((gains // m == state.unknown)[:, None] & (state.sides > 1), anywhere, 1.0)
                found[:, at.stop - len(gains) : at.stop] = np.maximum(low[:, None], 1 - plain - barred * out).T
        found[:, self.of(len(self.facts) - 2)] = draws.common[:, None]
        last = self.of(len(self.facts) - 1)
        values = []
        for array, where in ((state.cap, self._caps), (state.gain.reshape(3, -1), self._sizes)):
            low, high = array[LOW][where], array[HIGH][where]
            values.append(low + (high - low) * draws.size[:, None])
        unknown = (self._sizes // m == state.unknown) & (state.sides > 1)
        low, high = state.gain[LOW].ravel()[self._sizes], state.gain[HIGH].ravel()[self._sizes]
        values[1] = np.where(unknown, high - (high - low) * anywhere[:, None], values[1])
        found[:, last] = np.concatenate(values, axis=1)
        return found

    def _held(self, draws: Completions) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Return what each rest (rests x count) loses to halts, and to embargoes, and how many unknown places are cut off."""
        about, rests = network_places(self.network), draws.rests
        row = {link: i for i, link in enumerate(rests.tolist())}
        lost = (np.zeros((len(rests), draws.count)), np.zeros((len(rests), draws.count)))
        targets: set[str] = set()
        away: set[str] = set()
        for change in self.scenario:
            if change.kind not in {"halt", "reduce", "embargo"}:
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

    def worst_and_best(self) -> np.ndarray:
        """Return two rows of settings: of every fact the answer that hurts most, and the one that hurts least."""
        found = np.empty((2, len(self.place)))
        at, sides, m = self.state.reader, self.state.sides, len(self.network.indices)
        for row, (reading, spread) in enumerate((("low", kernels.LEAST), ("high", kernels.MOST))):
            found[row] = self.bound(reading)
            _, given = self.solved(found[row][None, :], reading)
            for i, fact in enumerate(self.facts):
                open_ = [int(node) for node in fact.pools if self.network.slack[node] > 0]
                poured, left = [], []
                for node in open_:
                    links = _sources(self.network, node)
                    value = given[X][self.network.indices[links] * sides + at]
                    value = value if fact.kind == MIX else value * given[GAINS][at * m + links]
                    weight, rest = _poured(self.network, links, node, value, spread)
                    poured += weight.tolist()
                    left.append(rest)
                start = int(self.fact_ptr[i])
                found[row, start : start + len(poured) + len(left)] = poured + left
        return found

    def solved(
        self, first: np.ndarray, reading: str, second: np.ndarray | None = None, only: Sequence[int] | None = None
    ) -> tuple[tuple[np.ndarray, np.ndarray], list[Any]]:
        """Return what the product keeps under rows of settings, and with the settings of each fact from a second row.

        ``reading`` is "low", "high" or "draw"; ``only`` the facts that are looked at.
        """
        network = self.network
        facts = list(range(len(self.facts))) if only is None else list(only)
        facts = facts if second is not None else []
        order = np.concatenate([np.arange(self.fact_ptr[f], self.fact_ptr[f + 1]) for f in facts] + [np.zeros(0, np.int64)])
        rest = np.setdiff1d(np.arange(len(self.place)), order)
        order = np.concatenate([order, rest]).astype(np.int64)
        pointer = np.concatenate([[0], np.cumsum([self.fact_ptr[f + 1] - self.fact_ptr[f] for f in facts])]).astype(np.int64)
        touch = [self.facts[f].touched for f in facts]
        touch_ptr = np.concatenate([[0], np.cumsum([len(one) for one in touch])]).astype(np.int64)
        given = self._given(reading)
        n, base = len(network.kind), np.zeros(len(first))
        changed = np.zeros(len(first) * len(facts))
        other = first if second is None else second
        complete(
            *given, self._arranged(reading), _HALFWAY.copy(), *self._extremes(reading), *_above(network), np.zeros(n, np.int64), np.zeros(n * self.state.sides),
            self.place[order], pointer, touch_ptr, np.concatenate([np.zeros(0, np.int64), *touch]).astype(np.int64),
            np.ascontiguousarray(first[:, order]).ravel(), np.ascontiguousarray(other[:, order]).ravel(), self._top, base,
            changed, work=1 + len(first) * (1 + len(facts) // 10),
        )  # fmt: skip
        return (base, changed.reshape(len(first), len(facts))), given

    def _given(self, reading: str) -> list[Any]:
        """The arguments of the kernels; arrays that settings are put into are copies."""
        given = arguments(self.network, self.state, self.assumptions, READINGS["high" if reading == "draw" else reading])
        for i in (LOWS, SLACK, RANK, KEPT, USED, CAPS, GAINS):
            given[i] = np.array(given[i])
        if reading == "draw":
            given[-1] = kernels.LOOSE
        return given

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


@lru_cache(maxsize=8)
def _above(network: ProductionNetwork) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the block of every node, and for every node those that read it: sparse rows.

    Makers do not read what they share with others: their market does.
    """
    order, starts = network.order
    block = np.zeros(len(order), np.int64)
    block[order] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    own = (network.flags & SHARED) == 0
    markets = np.repeat(np.arange(len(network.kind)), np.diff(network.need_indptr))
    readers = np.concatenate([network.owner[own], markets])
    read = np.concatenate([network.indices[own], network.indices[network.needs]])
    read, readers = np.divmod(np.unique(read * len(network.kind) + readers), len(network.kind))
    pointer = np.concatenate([[0], np.cumsum(np.bincount(read, minlength=len(network.kind)))])
    return block, pointer.astype(np.int64), readers.astype(np.int64)


def _poured(
    network: ProductionNetwork, links: np.ndarray, node: int, value: np.ndarray, spread: int
) -> tuple[np.ndarray, float]:
    """Return the weights of a pool poured into the sources that give least (or most), and what none has room for."""
    found, left = network.low[links].copy(), float(network.slack[node])
    order = np.lexsort((np.arange(len(links)), value if spread == kernels.LEAST else -value))
    for i in order:
        step = min(left, float(network.high[links[i]] - network.low[links[i]]))
        found[i] += step
        left -= step
    return found, left if left > 1e-9 else 0.0


def _asked(
    graph: SupplyGraph | ProductionNetwork,
    scenarios: Scenario | Change | Iterable[Scenario],
    product: str | None,
    prior: pl.DataFrame | None,
    draws: int,
    seed: int,
    assumptions: Assumptions,
    options: dict[str, Any],
) -> tuple[list[Scenario], Completions]:
    asked = scenario_of(scenarios)
    network = prepared(graph, asked, product, **options)
    product_node(network)
    check_count(draws)
    facts = open_facts(network, assumptions)
    return asked, completions(network, facts, assumptions, prior, draws, seed)


def check_count(value: Any) -> int:
    """Return a number of draws; raise `InputError` when it is none from 2 to a million."""
    if not isinstance(value, int) or isinstance(value, bool) or not 2 <= value <= 1_000_000:
        raise InputError("risk.draws.count", value=shorten(value))
    return value


def kept_of(asked: Question, drawn: Completions) -> np.ndarray:
    """Return what the product keeps in each draw (count)."""
    step = max(1, 4_000_000 // max(1, len(asked.place)))
    settings = asked.drawn(drawn)
    return np.concatenate(
        [asked.solved(settings[start : start + step], "draw")[0][0] for start in range(0, drawn.count, step)]
    )


def uncertainty(
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
    prior: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Return what a product keeps under scenarios: the interval, and beside it what is likely under a stated prior.

    Everything that is open is drawn at once (see `kanmon.risk.production.draws`), each draw a completion of the data, and the
    network solved for it. The same draws serve all scenarios, so that differences between them are not noise. With n draws a
    chance p is known to about sqrt(p (1 - p) / n).

    Parameters
    ----------
    graph, scenarios, product, buyer, level, domestic, sharing, term, sourcing
        As in `simulate`. With ``sourcing="any"`` the interval is that of any sourcing; draws buy as the world does.
    prior : polars.DataFrame, optional
        Where makers whom nobody names stand: ``item, supplier, share`` (any scale), ``origin`` (what the row is from);
        `kanmon.datasets.maker_prior` gives one. Items that it leaves out: every country that the network names, alike.
    draws : int
        How many, 2 to 1,000,000.
    seed : int
        The same seed gives the same bytes.

    Returns
    -------
    polars.DataFrame
        One row per scenario: ``scenario, kept_low, kept_high, kept_estimate`` (as in `simulate`), ``kept_10, kept_50,
        kept_90`` (quantiles of the draws, 0..1), ``over_10, over_50, over_90`` (part of the draws that lose more than
        10, 50, 90 %), ``draws, seed``, ``prior`` (origins of the prior, those of most makers first, separated by "|").

    Raises
    ------
    UnknownIdError
        As in `simulate`.
    InputError
        As in `simulate`; a prior without its columns; a number of draws out of range.

    References
    ----------
    Ferguson (1973), A Bayesian analysis of some nonparametric problems, Annals of Statistics 1(2), 209-230,
    doi:10.1214/aos/1176342360 (the Dirichlet process).

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": "magnet", "name_en": "magnet", "kind": "component"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.4}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> prior = pl.DataFrame({"item": "magnet", "supplier": ["CHN", "DEU"], "share": [1.0, 1.0], "origin": "guess"})
    >>> frame = uncertainty(graph, halt("CHN"), product="magnet", prior=prior)
    >>> frame.select("kept_low", "kept_high", pl.col("kept_10", "kept_50", "kept_90").round(1), "prior").row(0)
    (0.4, 1.0, 0.5, 0.7, 0.9, 'guess')
    """
    assumptions = Assumptions(sharing, term, sourcing)
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    asked, drawn = _asked(graph, scenarios, product, prior, draws, seed, assumptions, options)
    network = drawn.network
    origins = pl.Series(prior_of(network, drawn.rests, prior)[2], dtype=pl.String).value_counts(sort=True)
    origins = origins.sort("count", origins.columns[0], descending=[True, False])
    rows = []
    for scenario in asked:
        solution = solve(network, scenario, assumptions)
        low, high, estimate = (solution.level(str(network.product), one) for one in ("low", "high", "estimate"))
        # Draws lie inside the bounds; rounding must not put them outside.
        kept = np.clip(kept_of(Question(network, drawn.facts, scenario, assumptions), drawn), low, high)
        rows.append(
            {"scenario": scenario.name, "kept_low": low, "kept_high": high, "kept_estimate": estimate}
            | {f"kept_{q}": float(np.quantile(kept, q / 100)) for q in (10, 50, 90)}
            | {f"over_{loss}": float((1 - kept > loss / 100 + 1e-9).mean()) for loss in (10, 50, 90)}
            | {"draws": draws, "seed": seed, "prior": "|".join(origins.to_series(0))}
        )
    return pl.DataFrame(rows)


def draws(
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
    prior: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Return the draws behind `uncertainty`, one row per scenario and draw: ``scenario, draw, kept`` (0..1).

    Parameters and errors are those of `uncertainty`. Draw number i is the same completion under every scenario.
    """
    assumptions = Assumptions(sharing, term, sourcing)
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    asked, drawn = _asked(graph, scenarios, product, prior, draws, seed, assumptions, options)
    parts = []
    for scenario in asked:
        kept = kept_of(Question(drawn.network, drawn.facts, scenario, assumptions), drawn)
        parts.append(
            pl.DataFrame({"draw": np.arange(draws), "kept": np.clip(kept, 0, 1)}).with_columns(
                scenario=pl.lit(scenario.name)
            )
        )
    return pl.concat(parts).select("scenario", "draw", "kept")


def drawn_makers(
    graph: SupplyGraph | ProductionNetwork,
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    prior: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Return where each draw places makers whom nobody names, and where that is from.

    Parameters and errors are those of `uncertainty`.

    Returns
    -------
    polars.DataFrame
        One row per draw, market and country: ``draw, item, buyer`` ("" is the world market), ``supplier``, ``share`` (of what
        the market attributes to nobody, 0..1), ``origin`` (of the prior: "even" where nothing was told).
    """
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    _, drawn = _asked(graph, [Scenario("")], product, prior, draws, seed, Assumptions(), options)
    network, rests = drawn.network, drawn.rests
    _, _, origins = prior_of(network, rests, prior)
    about = network.nodes.select("item", "buyer")[network.owner[rests]]
    shape = drawn.at[:-1].shape
    frame = pl.DataFrame(
        {
            "rest": np.repeat(np.arange(shape[0]), shape[1] * shape[2]),
            "draw": np.tile(np.repeat(np.arange(shape[1]), shape[2]), shape[0]),
            "place": drawn.at[:-1].ravel(),
            "share": drawn.mass[:-1].ravel(),
        }
    )
    frame = frame.group_by("draw", "rest", "place").agg(pl.col("share").sum()).sort("draw", "rest", "place")
    names = about.with_columns(origin=pl.Series(origins, dtype=pl.String), buyer=pl.col("buyer").fill_null(""))
    return frame.hstack(names[frame["rest"].to_numpy()]).select(
        "draw", "item", "buyer", supplier=pl.Series(drawn.places, dtype=pl.String).gather(frame["place"]), share="share", origin="origin"
    )  # fmt: skip
