"""Exposure: on how few suppliers each item hangs, today and through all tiers, and how much of that is visible.

The figures are definitions of this project; `look_through` states its formula.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from numbers import Real
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.network import EXTRA, MARKET, REMAINDER, WORLD_MARKET
from .changes import halt
from .conditions import HIGH
from .failures import Failures, failures_of
from .kernels import LEAST, MOST
from .own_sources import own_sources, readiness
from .places import network_places
from .scenario import Scenario
from .simulation import Assumptions, expect_solutions, needs_of, solve
from .supply_lines import NOBODY, behind

_BLOCK = 2_000_000
"""Losses that are looked at together."""
_WHOSE = {"country": "country", "supplier": "company"}
TIERS = 30
"""Tiers that are looked through; only a supply chain that runs in a circle has more."""

_SCHEMA = {
    "item": pl.String,
    "tier": pl.Int64,
    "scope": pl.String,
    "level": pl.String,
    "suppliers": pl.Int64,
    "top_supplier": pl.String,
    "top_share_low": pl.Float64,
    "top_share_high": pl.Float64,
    "attributed": pl.Float64,
    "single_supplier": pl.String,
    "single_source": pl.String,
    "sole_source": pl.String,
    "look_through_country": pl.String,
    "look_through_low": pl.Float64,
    "look_through_high": pl.Float64,
    "unknown_share": pl.Float64,
    "visibility": pl.List(pl.Float64),
    "diamond_source": pl.String,
    "diamond_item": pl.String,
    "diamond_suppliers": pl.Int64,
    "diamond_loss": pl.Float64,
    "qualified": pl.Int64,
    "alternatives": pl.Int64,
    "stock_days": pl.Float64,
    "switching_days": pl.Float64,
    "uncovered_low": pl.Float64,
    "uncovered_high": pl.Float64,
    "source": pl.String,
    "year": pl.Int64,
    "confidence": pl.String,
}


@checked()
def exposure(
    graph: SupplyGraph,
    product: str | None = None,
    buyer: str | None = None,
    *,
    level: str = "country",
    facts: Any = None,
) -> pl.DataFrame:
    """Return how exposed the supply of each item is, one row per item.

    Parameters
    ----------
    graph : SupplyGraph
        The facts.
    product : str, optional
        Only what this item needs, itself included (default: every item).
    buyer : str, optional
        The country or company from whose place supply is seen (default: the world market).
    level : {"country", "supplier"}
        Whose shares are looked at where a market is told both ways, and who a shared upstream source is.
    facts : frame or rows of dict, optional
        What the buyer knows of its own: ``item, supplier`` (ids of the graph) and optionally ``maker`` (whose supplier it
        is: two plants of one maker are one source, a blank is a maker that is not known; without this column each supplier
        is one), ``qualified`` (bool), ``stock_days`` and ``switching_days`` (days until that supplier delivers instead), or
        the ends of either: ``stock_least, stock_most, switching_least, switching_most``.

    Returns
    -------
    polars.DataFrame
        Sorted by tier and item; blank means not known, never none.

        - ``item, name_en, name_ja``; ``tier``: fewest steps up from the product (null without one).
        - The market that the buyer draws on: ``scope`` (whose sourcing; null: the world market), ``level`` of the shares,
          ``suppliers`` (named), ``top_supplier`` (the largest known one, blank where no share is known) and
          ``top_share_low, top_share_high`` (share of the largest supplier, 0..1; where they differ it may be another),
          ``attributed`` (0..1, part that is attributed to somebody named), ``source, year, confidence``.
        - ``single_supplier``: one maker delivers to this buyer today (an alternative with share 0 does not; who is named
          without a share does).
          ``single_source``: one supplier is qualified for this buyer: by the facts, else by its own sourcing.
          ``sole_source``: one company in the world makes it. All "certain", "possible" (one is named, and more may exist),
          "no" or "unknown" (nobody says).
        - ``look_through_country, look_through_low, look_through_high, unknown_share``: see `look_through`, over all tiers;
          ``visibility``: part of the supply whose country is sure at tier 0 (makers of the item), 1, 2, ...
        - Diamonds: ``diamond_suppliers`` (two or more direct suppliers) together lose at least ``diamond_loss`` (0..1,
          certain) of their output when ``diamond_source`` stops, which is none of them: the worst such source, met at
          ``diamond_item``.
        - From the facts: ``qualified`` suppliers; ``alternatives`` (qualified, no source today), ``stock_days`` (the longest
          stated), ``switching_days`` (to the quickest alternative; without one, the longest stated), both blank where only
          ends are known; ``uncovered_low, uncovered_high`` (switching beyond stock; 0 or more; a blank most is no bound; who
          may be qualified may be the quickest alternative).

    Raises
    ------
    UnknownIdError
        The product, the buyer, or an item or supplier of the facts is not in the graph.
    InputError
        Another level; facts without ``item`` and ``supplier``, with days that are negative or no number, or with a least
        above its most.

    Examples
    --------
    Two makers of motors who both need magnets from China are two suppliers, and one source:

    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
    ...     shares=[{"item": "motor", "supplier": "JPN", "source": "s", "share": 0.5},
    ...             {"item": "motor", "supplier": "DEU", "source": "s", "share": 0.5},
    ...             {"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> frame = exposure(graph, "motor")
    >>> frame.select("item", "suppliers", "diamond_source", "diamond_item", "diamond_loss", "visibility").row(0)
    ('motor', 2, 'CHN', 'magnet', 0.75, [1.0, 0.75])
    """
    _check_level(level)
    network = graph.network(product, buyer=buyer, level=_WHOSE[level], seen=True)
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in () if facts is None else own_sources(graph, facts).iter_rows(named=True):
        told[row["item"]].append(row)
    tiers = _tiers(graph, product)
    makers = _sole(graph)
    lines = _Lines(network, "country", {network.market(item): 1.0 for item in tiers}, (LEAST,))
    nameless = {row["supplier"] for row in chain.from_iterable(told.values()) if row["maker"] is None}
    diamonds = _diamonds(network, failures_of(network, level), nameless)
    names = network.nodes["supplier"].to_list()
    nodes = network.nodes.select("buyer", "level", "source", "year", "confidence")
    rows = []
    for item in sorted(tiers, key=lambda item: (tiers[item] or 0, item)):
        node = network.market(item)
        about = nodes.row(node, named=True)
        direct = _direct(network, node, names)
        own = told.get(item, [])
        # A count of countries is none of suppliers, and what the buyer makes itself it does not buy.
        bought = direct["used"] if about["buyer"] != WORLD_MARKET and about["level"] not in {None, "country"} else None
        rows.append(
            {"item": item, "tier": tiers[item], "scope": about["buyer"] or None, "sole_source": makers.get(item, "unknown")}
            | {key: about[key] for key in ("level", "source", "year", "confidence")}
            | {key: direct[key] for key in ("top_supplier", "top_share_low", "top_share_high", "attributed")}
            | {"suppliers": len(direct["suppliers"]), "single_supplier": _one_maker(own, bought, direct)}
            | {"single_source": _single(own, bought, direct["open"])}
            | lines.summary(node)
            | diamonds.get(item, {})
            | readiness(own, bought)
        )
    called = graph.items.select(item="id", name_en="name_en", name_ja="name_ja")
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    frame = frame.join(called, on="item", how="left", maintain_order="left")
    return frame.select("item", "name_en", "name_ja", pl.all().exclude("item", "name_en", "name_ja"))


@checked()
def look_through(
    graph: SupplyGraph, item: str | Mapping[str, float], buyer: str | None = None, *, level: str = "country"
) -> pl.DataFrame:
    r"""Return which countries (or suppliers) stand behind an item or a basket, tier by tier and over all tiers.

    The supply lines are followed up from the item: at a market they split by share, at a maker evenly over its essential
    requirements (how much of each is needed is rarely told), over alternatives of unknown mix evenly. Country c makes

    .. math:: \ell_t(c) = \frac{\sum_{\text{lines made in } c \text{ at tier } t} \prod \text{shares}}
       {\sum_{\text{lines that reach tier } t} \prod \text{shares}}

    and over all tiers the sum of the numerators by the sum of the denominators. What the shares leave open may be anybody's
    who is named without a share, or of whom the market says nothing: the bounds hold every way to complete them, with all
    that then stands behind. What a market tells of a country or a company may all be one of its companies'. A maker without
    a sourcing of its own is taken to buy as the world does, and so is who nobody names. Over all tiers the bounds are
    attained, where no chain runs in a circle.

    Parameters
    ----------
    graph, buyer
        As in `exposure`.
    item : str or mapping
        What is looked through; or a basket: items and what each weighs (what is spent on it, how much of it is bought).
    level : {"country", "supplier"}
        Who is named.

    Returns
    -------
    polars.DataFrame
        ``tier`` (0: makers of the item; null: all tiers), ``country`` or ``supplier`` (null: unknown, its own bucket),
        ``share_low, share_high`` (0..1; of the unknown its size, twice). Who surely makes something has a row; any other
        makes at most what is unknown. The lows and the unknown sum to 1 in each tier.

    Raises
    ------
    UnknownIdError
        The item or buyer is not in the graph.
    InputError
        Another level, or a basket without weight.

    Examples
    --------
    Motors from Germany with magnets from China: half of the supply lines (one tier of two) end in each.

    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU")],
    ...     shares=[{"item": "motor", "supplier": "DEU", "source": "s", "share": 1},
    ...             {"item": "magnet", "supplier": "CHN", "source": "s", "share": 1}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> look_through(graph, "motor").head(2).select("tier", "country", "share_low").rows()
    [(None, 'CHN', 0.5), (None, 'DEU', 0.5)]
    """
    _check_level(level)
    basket = _basket(item)
    network = graph.network(item if isinstance(item, str) else None, buyer=buyer, level=_WHOSE[level])
    lines = _Lines(network, level, {network.market(one): weight for one, weight in basket.items()}, (LEAST, MOST))
    return _looked_through(lines, level, (None, *range(lines.depth)))


def over_all_tiers(graph: SupplyGraph, basket: Mapping[str, float], buyer: str) -> pl.DataFrame:
    """Return which countries stand behind a basket as `look_through` does, over all tiers alone."""
    basket = _basket(basket)
    network = graph.network(None, buyer=buyer, level=_WHOSE["country"], seen=True)  # what others buy stands behind nothing
    lines = _Lines(network, "country", {network.market(one): weight for one, weight in basket.items()})
    return _looked_through(lines, "country", (None,))


def _looked_through(lines: _Lines, level: str, tiers: Iterable[int | None]) -> pl.DataFrame:
    rows = []
    for tier in tiers:
        low, high = lines.shares(tier)
        order = sorted(np.flatnonzero(low).tolist(), key=lambda at: (-round(float(low[at]), 12), lines.places[at]))
        rows += [(tier, lines.places[at], float(low[at]), float(high[at])) for at in order]
        if unknown := _open(low):
            rows.append((tier, None, unknown, unknown))
    schema = {"tier": pl.Int64, level: pl.String, "share_low": pl.Float64, "share_high": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


class _Lines:
    """The supply lines behind some markets, and what each place makes along them, at least and at most.

    ``each``: of which of these ends each tier is told.
    """

    def __init__(self, network: ProductionNetwork, level: str, roots: Mapping[int, float], each: Collection[int] = ()):
        self.places, where, own = _places(network, level)
        number = {place: at for at, place in enumerate(self.places)}
        about = network_places(network)
        groups = [
            [number[one] for one in about.groups(place) if one in number] if level == "supplier" else []
            for place in self.places
        ]
        self.at = {root: at for at, root in enumerate(roots)}
        # How many lines reach a tier hangs on no share: the makers of one item need the same.
        everywhere = np.zeros_like(where)
        whole, tiers, self.reached = behind(network, roots, everywhere, everywhere, [[]], TIERS, LEAST)
        self.depth = int(np.count_nonzero(tiers))
        self.ends = []
        for end in (MOST, LEAST):  # of a large basket each takes much room: none is held twice
            found, at_tier, self.seen = behind(network, roots, where, own, groups, self.depth, end, each=end in each)
            self.ends.insert(0, (np.divide(found, whole, out=found), at_tier / tiers[:, : self.depth]))
        self.weights = np.array(list(roots.values())) * whole[0]

    def shares(self, tier: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the most that each place makes at a tier of all roots, or over all tiers."""
        both = (
            np.average(whole, axis=1, weights=self.weights) if tier is None else tiers[:, tier] for whole, tiers in self.ends
        )
        return _within(*both)

    def summary(self, root: int) -> dict[str, Any]:
        at = self.at[root]
        low, high = _within(*(whole[:, at] for whole, _ in self.ends))
        top = int(np.lexsort((-np.round(high, 12), -np.round(low, 12)))[0]) if low.size and low.max() > 0 else None
        visible = [
            seen / reached for seen, reached in zip(self.seen[:, at], self.reached[:, at], strict=False) if reached > 0
        ]
        return {
            "look_through_country": None if top is None else self.places[top],
            "look_through_low": None if top is None else float(low[top]),
            "look_through_high": None if top is None else float(high[top]),
            "unknown_share": _open(low),
            "visibility": [round(min(1.0, float(part)), 12) for part in visible],
        }


def _within(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return bounds without the noise of their sums."""
    return low, np.clip(high, low, 1.0)


def _open(low: np.ndarray) -> float:
    """What is attributed to nobody."""
    rest = 1.0 - float(low.sum())
    return rest if rest > 1e-9 else 0.0


def _places(network: ProductionNetwork, level: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the places of a network, where each maker stands, and which place it is itself; see `supply_lines.behind`."""
    rest = pl.col("supplier") == REMAINDER
    nodes = network.nodes.select(
        place=pl.when((pl.col("role") == "maker") & ~rest).then(level), supplier="supplier", rest=rest.fill_null(False)
    )
    places = nodes["place"].drop_nulls().unique().sort()
    number = pl.col("place").replace_strict(places, np.arange(len(places)), default=-1, return_dtype=pl.Int64)
    itself = (
        pl.when(pl.col("supplier") == pl.col("place")).then(number).otherwise(pl.when("rest").then(NOBODY).otherwise(-1))
    )
    found = nodes.select(where=number, own=itself)
    return places.to_list(), found["where"].to_numpy(), found["own"].to_numpy()


def _basket(item: Any) -> dict[str, float]:
    """What is looked through with its weights, checked."""
    weights = {item: 1.0} if isinstance(item, str) else item
    told = isinstance(weights, Mapping) and all(isinstance(one, (int, float, Real)) for one in weights.values())
    basket = {one: float(weight) for one, weight in weights.items()} if told else {}
    if not all(0 <= weight < math.inf for weight in basket.values()) or not any(basket.values()):
        raise InputError("risk.exposure.basket")
    return {one: weight for one, weight in basket.items() if weight}


def _check_level(level: str) -> None:
    if level not in {"country", "supplier"}:
        raise InputError("risk.exposure.level", value=str(level), allowed="country, supplier")


def _tiers(graph: SupplyGraph, product: str | None) -> dict[str, int | None]:
    """Fewest steps from the product to each item upstream."""
    if product is None:
        return dict.fromkeys(graph.items["id"])
    needs: dict[str, list[str]] = {}
    for item, need in graph.inputs.select("item", "input").iter_rows():
        needs.setdefault(item, []).append(need)
    tiers: dict[str, int | None] = {product: 0}
    front, tier = [product], 0
    while front:
        tier += 1
        front = [need for item in front for need in needs.get(item, []) if tiers.setdefault(need, tier) == tier]
        front = list(dict.fromkeys(front))
    return tiers


def _direct(network: ProductionNetwork, node: int, names: Sequence[str]) -> dict[str, Any]:
    """The named suppliers of a market and the bounds of the largest share."""
    links = [k for k in network.links(node) if not network.flags[k] & EXTRA]
    named = [(names[int(network.indices[k])], float(network.low[k]), float(network.high[k])) for k in links]
    shares = [row for row in named if row[0] != REMAINDER]
    attributed = min(1.0, sum(low for _, low, _ in shares))
    rest = 1.0 - attributed if attributed < 1 - 1e-9 else 0.0
    best = min(shares, key=lambda row: (-row[1], -row[2], row[0]), default=None)
    return {
        "suppliers": [name for name, _, _ in shares],
        "used": [name for name, _, high in shares if high > 1e-9],
        "open": any(name == REMAINDER and high > 1e-9 for name, _, high in named),
        "top_supplier": best[0] if best and best[1] > 0 else None,
        "top_share_low": best[1] if best else None,
        "top_share_high": max(high for name, _, high in named if name != REMAINDER or rest) if best else None,
        "attributed": attributed,
    }


def _sole(graph: SupplyGraph) -> dict[str, str]:
    """Whether one company makes an item, by the preferred view of the companies of the world."""
    rows = graph.markets.filter(pl.col("preferred") & (pl.col("scope") == "world") & (pl.col("level") != "country"))
    counts = rows.group_by("item").agg(makers=pl.col("supplier").n_unique(), rest=pl.col("remainder").max())
    open_ = (pl.col("rest") > 1e-9) & (pl.col("rest") < 1 - 1e-9)
    verdict = pl.when(pl.col("makers") > 1).then(pl.lit("no"))
    verdict = verdict.when(open_).then(pl.lit("no")).when(pl.col("rest") > 0.5).then(pl.lit("possible"))
    return dict(counts.select("item", verdict.otherwise(pl.lit("certain"))).iter_rows())


def _one_maker(own: list[dict[str, Any]], bought: list[str] | None, direct: dict[str, Any]) -> str:
    """Whether one maker delivers to the buyer today."""
    if not bought:
        return "unknown"
    makers = {row["supplier"]: row["maker"] for row in own}
    named = {makers.get(name, name) for name in bought}
    if len(named - {None}) > 1:
        return "no"
    return "possible" if None in named or direct["open"] else "certain"


def _single(own: list[dict[str, Any]], bought: list[str] | None, open_: bool) -> str:
    """Whether one supplier is qualified: by the facts, else by the buyer's own sourcing."""
    if any(row["qualified"] is not None for row in own):
        makers = {row["maker"] for row in own if row["qualified"]}
        open_ = any(row["qualified"] is None for row in own)
    elif own:
        makers, open_ = {row["maker"] for row in own}, False
    else:
        makers = set(bought or ())
    if not makers:
        return "unknown"
    return "no" if len(makers - {None}) > 1 else "possible" if open_ or None in makers else "certain"


def shared_sources(graph: SupplyGraph, buyer: str, *, level: str) -> pl.DataFrame:
    """Return the diamonds of `exposure` alone, without facts: ``item`` and the columns ``diamond_``."""
    network = graph.network(None, buyer=buyer, level=_WHOSE[level], seen=True)
    found = _diamonds(network, failures_of(network, level), set())
    schema = {name: kind for name, kind in _SCHEMA.items() if name == "item" or name.startswith("diamond_")}
    return pl.DataFrame([{"item": item} | row for item, row in sorted(found.items())], schema=schema, orient="row")


def _each_lost(failures: Failures, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """What some nodes lose when each event happens alone, event by event: of all of them it would be gigabytes."""
    step = max(1, _BLOCK // max(1, len(wanted)))
    for first in range(0, len(failures.ids), step):
        failed = failures.each[first : first + step]
        yield from enumerate(failures.losses(failed, "high", wanted), start=first)


def _diamonds(network: ProductionNetwork, failures: Failures, nameless: set[str]) -> dict[str, dict[str, Any]]:
    """The source that takes most, for certain, from an item with two or more suppliers, none of which it is; by item.

    Sources of which nobody says whose they are are not known to be one, and are none.
    """
    named = (network.kind[network.owner] == MARKET) & (network.high > 1e-9)
    named &= (network.nodes["supplier"].gather(network.indices) != REMAINDER).fill_null(False).to_numpy()
    direct = {item: network.indices[links] for item in network.items if len(links := _of(network, item, named)) > 1}
    if not direct or not failures.ids:
        return {}
    items, markets = list(direct), np.array([network.market(item) for item in direct])
    sellers = np.concatenate(list(direct.values()))
    place = np.repeat(np.arange(len(items)), [len(one) for one in direct.values()])
    kept = needs_of(network, Assumptions(), HIGH)[0]
    shared = {int(market): _needs(network, int(market), kept) for market in markets}
    wanted = np.unique(np.concatenate([markets, sellers, *shared.values()]))
    sold = sparse.csr_array((np.ones(len(sellers), np.int32), (sellers, place)), shape=(len(network.kind), len(items)))
    supplies = sparse.csr_array(failures.hit @ sold)
    best: dict[str, tuple[float, int, int]] = {}  # what is lost, the event, how many suppliers lose it
    for event, lost in _each_lost(failures, wanted):
        losses = lost[np.searchsorted(wanted, markets)]
        first, last = supplies.indptr[event], supplies.indptr[event + 1]
        losses[supplies.indices[first:last]] = 0.0  # who supplies the item itself is no source behind its suppliers
        for place in np.flatnonzero(losses > 1e-9) if failures.ids[event] not in nameless else ():
            item, makers = items[place], direct[items[place]]
            lacking = (lost[np.searchsorted(wanted, shared[int(markets[place])])] > 1e-9).any()
            own = np.sort(lost[np.searchsorted(wanted, makers)])[::-1]
            # Makers who share a need lose together; those who buy on their own lose what the second worst of them does.
            loss = float(losses[place] if lacking else own[1])
            if loss > max(1e-9, best.get(item, (0.0,))[0] + 1e-9):
                best[item] = loss, event, len(makers) if lacking else int((own >= loss - 1e-9).sum())
    found = {}
    expect_solutions(len({event for _, event, _ in best.values()}) * len(network.indices))
    for event in sorted({event for _, event, _ in best.values()}):
        solution = solve(network, Scenario("", halt(failures.ids[event])), None, ("high",))
        for item, (loss, source, suppliers) in best.items():
            if source == event:
                way = solution.trace(item, "high")
                found[item] = {
                    "diamond_source": failures.ids[event],
                    "diamond_item": way["item"][-1] if way.height else None,
                    "diamond_suppliers": suppliers,
                    "diamond_loss": loss,
                }
    return found


def _needs(network: ProductionNetwork, market: int, kept: np.ndarray) -> np.ndarray:
    """Return what the makers of a market share and cannot wholly do without."""
    links = network.needs[network.need_indptr[market] : network.need_indptr[market + 1]]
    return network.indices[links[kept[links] < 1]]


def _of(network: ProductionNetwork, item: str, wanted: np.ndarray) -> np.ndarray:
    links = network.links(network.market(item))
    return links[wanted[links]]
