"""Completions of everything that is open at once, seeded, under a stated prior.

A draw stands beside an interval, never instead: it says what is likely *if* the prior is believed. Each open fact is drawn
apart from the others:

- the open shares of a market, and the mix of alternatives: a Dirichlet on what is open, each source within its bounds
  (stick by stick, each from a truncated Beta, so that nothing is rejected);
- makers whom nobody names: a Dirichlet process over countries. Its base is the prior of the item; each market has its own
  few makers, about as concentrated as markets are where they are known (`CONCENTRATION`);
- named makers of whom nobody says where they stand: each at one place, in all its markets, by the same prior (the mean of
  those of its markets);
- what a market tells of a country or parent of a company that it does not name: an even part of it is the company's, the
  same in every market;
- a graded need: Beta(2, 2) between its bounds; a use share: even between its bounds;
- who among a step's makers is supplied: between the worst arrangement and the best, by a number of the step's own and one
  that all steps of a draw have in common, both even. Without the latter a long chain would be bad luck and good luck in turn
  in every draw, and the spread far too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.errors import shorten
from ...graph.frames import frame_of
from ...graph.network import EXTRA, REMAINDER
from .facts import NEED, PLACE, SOURCING, USE, Fact, sections
from .places import network_places
from .simulation import Assumptions

CONCENTRATION = 2.0
"""Of the makers whom nobody names: expected HHI 1 / (1 + 2); of their countries (1 + 2h) / 3, h that of the prior."""
MAKERS = 12
"""How many makers a draw names at most where nobody is named; the last takes what is left (on average 1 % of it)."""
EVEN = "even"
"""Origin of a prior where nothing is told: every country that the data names, alike."""
PRIOR = {"item": pl.String, "supplier": pl.String, "share": pl.Float64, "origin": pl.String}
"""Columns of a prior: the chance that a maker of ``item`` whom nobody names stands at ``supplier``; where that is from."""


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
        rests + 1 x count x makers: where each maker stands, and its part of what is attributed to nobody, or all of what one
        sells that is named without a place; the last row stands for any maker of unknown place.
    part : numpy.ndarray
        rests x count: the part of its country's makers that a company has among those whom nobody names.
    size : numpy.ndarray
        count: how much of a scenario that gives bounds comes true (1 the least).
    stake : numpy.ndarray
        count: the part that a company (or site) has of what markets tell of its country or parent without naming it; even
        between nothing and all, the same in every market.
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
    stake: np.ndarray
    common: np.ndarray

    @cached_property
    def rests(self) -> np.ndarray:
        """Links to makers whom nobody names, and to named ones without a place."""
        return rests_of(self.facts)

    @cached_property
    def placeless(self) -> np.ndarray:
        """Whether a row of ``at`` is that of a named maker without a place (rests + 1)."""
        return np.array([*(fact.kind == PLACE for fact in self.facts for _ in fact.rests), False], np.bool_)

    def standing(self, node: str, rows: np.ndarray) -> np.ndarray:
        """Return what part of each rest (rows x count) belongs to a supplier or country.

        Of a named maker a country has all or nothing, and a company that belongs to it what `stake` says.
        """
        chain = self.network.chains.get(node, (node,))
        company = node not in self.places and chain[-1] in self.places and chain[-1] != node
        wanted = chain[-1] if company else node
        inside = np.array([wanted in self.network.chains.get(place, (place,)) for place in self.places], np.bool_)
        found = (self.mass[rows] * inside[self.at[rows]]).sum(axis=2)
        found = found * self.part[rows] if company else found
        if network_places(self.network).is_country(node):
            return found
        return np.where(self.placeless[rows][:, None], self.stake, found)


def rests_of(facts: Sequence[Fact]) -> np.ndarray:
    """Return the links to makers whom nobody names, and then those whose place is not known, fact by fact."""
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
    links = [sources_of(network, int(node)) for node in open_]
    return np.concatenate([np.zeros(0, np.int64), *links, at["slack"] + open_]).astype(np.int64)


def sources_of(network: ProductionNetwork, node: int) -> np.ndarray:
    """Return the links of a pool without new sources of a scenario."""
    links = network.links(node)
    return links[(network.flags[links] & EXTRA) == 0]


def completions(
    network: ProductionNetwork,
    facts: tuple[Fact, ...],
    assumptions: Assumptions,
    prior: pl.DataFrame | None,
    count: int,
    seed: int | Sequence[int],
    countries: Sequence[str] = (),
    chances: Chances | None = None,
) -> Completions:
    """Return ``count`` draws of ``facts``; the same seed gives the same bytes. ``chances``: as `prior_of`, where known."""
    rng = np.random.default_rng(seed)
    settings = [_drawn(network, fact, rng, count) for fact in facts]
    rests = rests_of(facts)
    places, base, _ = prior_of(network, rests, prior, countries) if chances is None else chances
    nameless = sum(len(fact.rests) for fact in facts if fact.kind != PLACE)
    at, mass = _makers(base[[*range(nameless), -1]], rng, count)
    part = rng.random((nameless + 1, count))
    size, common, stake = (rng.random(count) for _ in range(3))
    at = _with_places(at, base, [fact for fact in facts if fact.kind == PLACE], rng)
    named = len(rests) - nameless
    mass = np.insert(mass, [nameless] * named, np.eye(1, MAKERS), axis=0)  # one maker has all of it
    part = np.insert(part, [nameless] * named, 1.0, axis=0)
    return Completions(network, facts, assumptions, count, settings, places, at, mass, part, size, stake, common)


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
    chances = rng.random((count, len(sources_of(network, int(open_[0])))))
    drawn = [weights(network, int(node), chances) for node in open_]
    return np.concatenate([*(weight for weight, _ in drawn), *(left[:, None] for _, left in drawn)], axis=1)


def weights(network: ProductionNetwork, node: int, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights of a pool (draws x sources) from even chances, and what no source has room for.

    Stick by stick: of n sources that are left, one takes a part of what is left that is Beta(1, n - 1), truncated to what it
    and the others have room for; without bounds that is the flat Dirichlet.
    """
    links = sources_of(network, node)
    low, room = network.low[links], (network.high - network.low)[links]
    after = np.concatenate([np.cumsum(room[::-1])[::-1][1:], [0.0]])
    left = np.full(len(chances), float(network.slack[node]))
    found = np.empty((len(chances), len(links)))
    for i in range(len(links)):
        some = np.maximum(left, 1e-300)
        least = np.minimum(np.maximum((left - after[i]) / some, 0.0), 1.0)
        most = np.minimum(np.maximum(room[i] / some, 0.0), 1.0)
        power = len(links) - 1 - i
        if power:
            from_, to = 1 - (1 - least) ** power, 1 - (1 - most) ** power
            taken = 1 - (1 - (from_ + (to - from_) * chances[:, i])) ** (1 / power)
            taken = np.minimum(np.maximum(taken, np.minimum(least, most)), most)
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


def _with_places(at: np.ndarray, base: np.ndarray, facts: Sequence[Fact], rng: np.random.Generator) -> np.ndarray:
    """Add where each named maker without a place stands, in all its markets, before the last row."""
    rows, first = [at[:-1]], len(at) - 1
    for fact in facts:
        chance = base[first : first + len(fact.rests)].mean(axis=0)
        place = np.searchsorted(np.cumsum(chance), rng.random(at.shape[1]), side="right")
        one = np.minimum(place, base.shape[1] - 1).astype(at.dtype)
        rows.append(np.broadcast_to(one[:, None], (len(fact.rests), *at.shape[1:])))
        first += len(fact.rests)
    return np.concatenate([*rows, at[-1:]])


Chances = tuple[list[str], np.ndarray, list[str]]


def prior_of(network: ProductionNetwork, rests: np.ndarray, prior: pl.DataFrame | None, more: Sequence[str] = ()) -> Chances:
    """Return the places, the chances of each for every rest and for any maker (rests + 1 x places), and their origins.

    Suppliers whose share in a market is told are not behind what that market attributes to nobody.
    """
    prior = check_prior(prior)
    about = network_places(network)
    countries = {*network.makers["country"].drop_nulls(), *more}
    items = network.nodes["item"].gather(network.owner[rests]).to_list()
    prior = prior.filter(pl.col("item").is_in(list(set(items))))
    places = sorted({*countries, *prior["supplier"]}) or [REMAINDER]  # nobody and nowhere is named at all
    column = {place: i for i, place in enumerate(places)}
    told = {item: rows for (item,), rows in prior.group_by("item", maintain_order=True)}
    even = np.array([place in countries for place in places], np.float64)
    base, origins = np.zeros((len(rests) + 1, len(places))), []
    hidden = {place: set(about.named_markets[place].tolist()) for place in places}
    for row, (link, item) in enumerate(zip(rests.tolist(), items, strict=True)):
        chance = np.zeros(len(places))
        if item in told:
            for place, share in told[item].select("supplier", "share").iter_rows():
                chance[column[place]] += share
        free = np.array([network.owner[link] not in hidden[place] for place in places], np.float64)
        origin = str(told[item]["origin"][0]) if item in told else EVEN
        if (chance * free).sum() <= 0:  # all whom the prior knows are named with a share of their own
            chance, origin = even, EVEN
        chance = chance * free if (chance * free).sum() > 0 else chance
        base[row] = chance / chance.sum() if chance.sum() > 0 else 1 / max(1, len(places))
        origins.append(origin)
    nameless = base[:-1][network.nodes["supplier"].gather(network.indices[rests]).to_numpy() == REMAINDER]
    base[-1] = nameless.mean(axis=0) if len(nameless) else (even / even.sum() if even.sum() else 0)
    return places, base, origins


def countries_of(graph: SupplyGraph | ProductionNetwork) -> list[str]:
    """Return the countries that a graph names; a network names those of its makers by itself."""
    return graph.suppliers.filter(kind="country")["id"].sort().to_list() if isinstance(graph, SupplyGraph) else []


def check_prior(prior: pl.DataFrame | None) -> pl.DataFrame:
    """Return a prior with its columns; raise `InputError` where one is missing or a share is no number from 0 up."""
    if prior is None:
        return pl.DataFrame(schema=PRIOR)
    prior = frame_of(prior)
    missing = [name for name in PRIOR if name not in prior.columns]
    if missing:
        raise InputError("risk.draws.prior_columns", columns=", ".join(missing))
    prior = prior.select(PRIOR.keys()).cast(PRIOR, strict=False)  # type: ignore[arg-type]
    wrong = prior.filter(~(pl.col("share").is_finite() & (pl.col("share") >= 0)).fill_null(False))
    if wrong.height:
        raise InputError("risk.draws.prior_share", item=shorten(wrong["item"][0]), value=shorten(wrong["share"][0]))
    return prior
