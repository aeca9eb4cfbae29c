"""Measures in force as scenarios: what each would cut, and what it stops of a product.

The reading is one rule per kind, and it never claims more than the act says:

=================  ==================================================================================================
kind               scenario
=================  ==================================================================================================
export_ban         the issuer's exports of the item, to those at whom it is aimed, are cut
export_licence     cut in part: nobody knows how many licences are granted (0 to 1)
export_quota       cut in part (0 to 1)
import_ban         what those at whom it is aimed sell to the issuer is cut
the others         none: a tax, a tariff, a floor or a stockpile stops no goods; it is listed with the reason
=================  ==================================================================================================

A ban, too, cuts in part (0 to 1) where it is aimed at some users only (military end users), where its status is unknown,
and where it is older than the figures, or may be (it is as old as the acts that it renews, ``renews_from``): trade has
settled to it already, and how much still hangs on it nobody knows. What is aimed at goods of many kinds (rare earths) and
names none of these cuts each of them in part (0 to 1), too. ``share_low`` and ``share_high`` of a measure, where a source
says a number, take the place of 0 and 1. Technology and listed entities stop no goods by themselves. A suspension is no
scenario; what it suspends is none while it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from ...datasets.restrictions import country_groups
from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import shorten
from ...graph.frames import frame_of
from ...graph.sections import section
from .changes import Change, embargo
from .conditions import Effects
from .places import ANY, network_places
from .scenario import Scenario
from .simulation import solve

EVERYBODY = "all"
TOGETHER = "*"
"""Name of the scenario of all measures at once."""

_PARTS = {"export_ban": (1.0, 1.0), "export_licence": (0.0, 1.0), "export_quota": (0.0, 1.0), "import_ban": (1.0, 1.0)}
_PRICES = ("export_tax", "import_tariff", "price_floor")
_NEEDED = ("id", "issuer", "kind")
_OPTIONAL = ("item", "against", "since", "renews_from", "status", "object", "share_low", "share_high")
_SCHEMA = {
    "measure": pl.String,
    "item": pl.String,
    "kind": pl.String,
    "status": pl.String,
    "sellers": pl.List(pl.String),
    "buyers": pl.List(pl.String),
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "in_figures": pl.Boolean,
    "reason": pl.String,
}
_READINGS = {"low": "high", "estimate": "estimate", "high": "low"}
_ENDS = {**_READINGS, "refused": "refused"}


@checked()
def control_effects(measures: Any, *, buyer: str | None = None, graph: SupplyGraph | None = None) -> pl.DataFrame:
    """Return what each measure cuts, or why it cuts nothing.

    Parameters
    ----------
    measures : frame
        Rows of the table ``measures``: `datasets.measures` of a day, or ``graph.measures``.
    buyer : str, optional
        ISO3 of the country from whose place it is seen: measures that are aimed at others, and its own, cut nothing.
    graph : SupplyGraph, optional
        Only items that this graph has (``graph.upstream(product)``: those that a product needs), and which measures are
        older than its figures.

    Returns
    -------
    polars.DataFrame
        One row per measure and item (one without an item has one row; kinds of an item, of which a measure names none, have
        rows where ``graph`` has them and all that it names): ``measure, item, kind, status``; ``sellers`` (whose
        sales are cut), ``buyers`` (cut off; empty: everybody abroad); ``share_low, share_high`` (part of the sales that is
        cut, 0..1; null where nothing is); ``in_figures`` (whether the measure began by the year of the item's figures; null
        where that is not known); ``reason`` (null, or why it cuts nothing: ``suspension, not_in_force, own,
        elsewhere, suspended, technology, entities, price, no_flow, no_seller, no_item, not_needed``, the first that holds).

    Raises
    ------
    InputError
        A column is missing, or a measure begins on no day.

    References
    ----------
    The acts, by ``legal_reference`` of each row; their sources in `datasets.measure_sources`.

    Examples
    --------
    >>> from kanmon.datasets import measures
    >>> frame = control_effects(measures("2026-11-24"), buyer="JPN")
    >>> frame.filter(measure="CHN-2023-023-GA").select("item", "sellers", "share_low", "share_high").row(0)
    ('gallium_primary', ['CHN'], 0.0, 1.0)
    >>> frame.filter(measure="CHN-2024-046-GA")["reason"].unique().to_list()  # aimed at the United States
    ['elsewhere']
    """
    frame = frame_of(measures)
    for column in _NEEDED:
        if column not in frame.columns:
            raise InputError("risk.controls.column", column=column)
    frame = frame.with_columns(pl.lit(None).alias(name) for name in _OPTIONAL if name not in frame.columns)
    groups = dict(country_groups().group_by("group").agg(pl.col("country").unique().sort()).iter_rows())
    years, kinds = (None, {}) if graph is None else (_years(graph), _kinds(graph))
    rows = [effect for row in frame.iter_rows(named=True) for effect in _effects(row, buyer, years, kinds, groups)]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _kinds(graph: SupplyGraph) -> dict[str, list[str]]:
    """The kinds of each item that has any, and theirs in turn."""
    found: dict[str, list[str]] = {}
    for item, whole in graph.items.select("id", "variant_of").drop_nulls().iter_rows():
        found.setdefault(whole, []).append(item)
    for below in found.values():
        for kind in below:  # which grows on the way
            below.extend(one for one in found.get(kind, ()) if one not in below)
    return found


def _years(graph: SupplyGraph) -> dict[str, list[int | None]]:
    """The years of the figures of each item, whoever's sourcing they tell; None where one states none."""
    views = graph.markets.filter(pl.col("preferred")).select("item", "year")
    views = pl.concat([views, graph.trades.select("item", "year")], how="vertical_relaxed")
    each = views.group_by(id="item").agg(pl.col("year").unique())
    return {item: years or [None] for item, years in graph.items.select("id").join(each, on="id", how="left").iter_rows()}


def _begun(since: Any, years: list[int | None] | None) -> bool | None:
    """Whether a measure began by the year of any of the figures; None where that is not known."""
    begun = None if since is None else _year(since)
    if begun is None or years is None:
        return None
    if any(year is not None and begun <= year for year in years):
        return True
    return None if None in years else False


def _effects(
    row: dict[str, Any],
    buyer: str | None,
    years: dict[str, list[int | None]] | None,
    kinds: dict[str, list[str]],
    groups: dict[str, list[str]],
) -> Iterator[dict[str, Any]]:
    kind, status = row["kind"], row["status"] or "unknown"
    aims, some_users = _places(row["against"] or EVERYBODY, groups)
    issuers, _ = _places(row["issuer"], groups)
    sellers, buyers = (aims, issuers) if kind == "import_ban" else (issuers, aims)
    base = {"measure": row["id"], "kind": kind, "status": status, "sellers": sellers, "buyers": buyers}
    named = (row["item"] or "").split("|")
    # An act on goods of many kinds is about each; where it names some (gallium, of a code of many metals), about no other.
    told = years is not None and all(item in years for item in named)
    below = [one for item in named if told and not {*kinds.get(item, ())} & {*named} for one in kinds.get(item, ())]
    for item in dict.fromkeys([*named, *below]):
        needed = years is None or item in years
        reason = _reason(row, buyer, sellers, buyers, bool(item), needed)
        begun = min(filter(None, (row["since"], row["renews_from"] if row["since"] else None)), key=str, default=None)
        old = _begun(begun, (years or {}).get(item))
        found = base | {"item": item or None, "in_figures": old, "reason": reason}
        if reason is None:
            low, high = _PARTS[kind]
            low = low if row["share_low"] is None else row["share_low"]
            high = high if row["share_high"] is None else row["share_high"]
            # Beside figures a cut is certain only where it is known to be younger than they are.
            sure = status == "in_force" and not some_users and (years is None or old is False) and item in named
            found |= {"share_low": low if sure else 0.0, "share_high": high}
        yield found


def _year(since: Any) -> int:
    year = str(since)[:4]
    if not (year.isascii() and year.isdecimal()):
        raise InputError("risk.controls.no_day", value=shorten(since))
    return int(year)


def _reason(
    row: dict[str, Any], buyer: str | None, sellers: list[str], buyers: list[str], named: bool, needed: bool
) -> str | None:
    """Why a measure cuts nothing, the first that holds; None where it does."""
    kind, about = row["kind"], row["object"] or ("entities" if row["kind"] == "entity_listing" else "goods")
    reasons = (
        ("suspension", kind == "suspension"),
        ("not_in_force", row["status"] in {"announced", "lapsed"}),
        ("own", buyer is not None and buyer in sellers and kind in _PARTS),
        ("elsewhere", buyer is not None and bool(buyers) and buyer not in buyers and kind in _PARTS),
        ("suspended", row["status"] == "suspended"),
        (about, about != "goods"),
        ("price", kind in _PRICES),
        ("no_flow", kind not in _PARTS),
        ("no_seller", not sellers),
        ("no_item", not named),
        ("not_needed", not needed),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _places(cell: str, groups: dict[str, list[str]]) -> tuple[list[str], bool]:
    """Countries and companies that a cell names (none: everybody), and whether it means some users there only."""
    words = [word.strip() for word in cell.split("|") if word.strip()]
    if EVERYBODY in words:
        return [], False
    # A word in small letters ("military_end_users") is no place: it narrows at whom the act is aimed.
    places = [place for word in words if not word.islower() for place in groups.get(word, [word])]
    return list(dict.fromkeys(places)), any(word.islower() for word in words)


@checked()
def control_scenarios(measures: Any, *, buyer: str | None = None, graph: SupplyGraph | None = None) -> list[Scenario]:
    """Return each measure that cuts something as a scenario named by its id; `control_effects` tells the rest.

    Parameters are those of `control_effects` (``measures, buyer, graph``), and so are the errors.

    >>> from kanmon.datasets import measures
    >>> scenarios = {scenario.name: scenario for scenario in control_scenarios(measures("2026-11-24"), buyer="JPN")}
    >>> scenarios["VNM-2026-REE"].changes[0].bounds, scenarios["CHN-2025-018-MAG"].changes[0].bounds
    ((1.0, 1.0), (0.0, 1.0))
    """
    effects = control_effects(measures, buyer=buyer, graph=graph).filter(pl.col("reason").is_null())
    return _scenarios(effects)


def _scenarios(effects: pl.DataFrame) -> list[Scenario]:
    changes: dict[str, list[Change]] = {}
    for row in effects.iter_rows(named=True):
        changes.setdefault(row["measure"], []).extend(_changes(row))
    return [Scenario(measure, found) for measure, found in changes.items()]


def _changes(row: dict[str, Any]) -> Iterable[Change]:
    share = (row["share_low"], row["share_high"])
    return (embargo(seller, item=row["item"], to=row["buyers"], share=share) for seller in row["sellers"])


@checked(product=(1, None))
def control_losses(
    graph: SupplyGraph,
    measures: Any,
    product: str | Sequence[str],
    *,
    buyer: str | None = None,
    level: str = "country",
) -> pl.DataFrame:
    """Return what each measure does to a product, and what all of them do together.

    Parameters
    ----------
    graph : SupplyGraph
        The data.
    measures : frame
        As in `control_effects`.
    product : str or sequence of str
        The item that is asked about; or several that the buyer (a company) makes by a sourcing of its own: one network
        does for all of them, and no maker of them is added at the buyer's place.
    buyer : str, optional
        The country or company from whose place supply is seen; it makes the product itself (`simulate`). A measure that is
        aimed at others counts too: makers abroad that the buyer depends on may be hit.
    level : {"country", "company", "site"}
        Whose shares.

    Returns
    -------
    polars.DataFrame
        One row per measure that cuts sales of something upstream of the product (those of somebody whom the data do not
        name may be part of what they leave to nobody), greatest ``loss_refused`` first: ``measure, items``
        (list), ``share_low, share_high`` (bounds over the items), ``in_figures`` (of any item; null where
        that is not known), ``aimed`` (at the buyer's
        country or at everybody; true without a buyer), then ``loss_low, loss_estimate, loss_high`` (0..1: 1 - kept
        in the readings of `simulate`). Where the part that is cut is not known there is no estimate (null): it would be a
        guess at licences. ``loss_refused`` is the estimate if the measure cuts the most that it may (every licence refused).
        The first row, ``measure`` "*", is all at once (acts that each cut a part of one flow: the same part, or
        others). Of several products, ``product`` comes first, in their order.

    Raises
    ------
    UnknownIdError
        The product or buyer is not in the graph.
    InputError
        A column of ``measures`` is missing.

    Examples
    --------
    >>> from kanmon.datasets import load, measures
    >>> found = control_losses(load("world"), measures(), "ndfeb_magnet", buyer="JPN")
    >>> found.columns[-4:], found["measure"][0]
    (['loss_low', 'loss_estimate', 'loss_high', 'loss_refused'], '*')
    """
    place = None if buyer is None else graph.supplier(buyer)["country"] or buyer
    several = not isinstance(product, str)
    products = list(product) if several else [str(product)]
    effects = control_effects(measures, graph=graph)
    effects = effects.filter(pl.col("reason").is_null())
    at_buyer = (pl.col("buyers").list.len() == 0) | pl.col("buyers").list.contains(pl.lit(place, pl.String))
    own = pl.col("sellers").list.contains(pl.lit(place, pl.String))
    effects = effects.with_columns(aimed=pl.lit(True) if place is None else at_buyer & ~own)
    about: dict[str, Any] = {"product": None if several else products[0], "buyer": buyer, "level": level}
    network = graph.network(**about)
    effects = effects.filter(pl.Series([touches(network, row) for row in effects.iter_rows(named=True)], dtype=pl.Boolean))
    needed = {one: effects.filter(pl.col("item").is_in(graph.needed_by([one]).implode())) for one in products}
    effects = effects.filter(pl.col("item").is_in(pl.concat([one["item"] for one in needed.values()]).implode()))
    del network  # of a large graph it takes much room, and markets of others change nothing of the products
    kept = _kept(graph.network(**about, seen=True), _together(effects, graph.supplier_chains)[1], products)
    frames = [_lost(_together(needed[one], graph.supplier_chains)[0], kept.filter(product=one)) for one in products]
    if not several:
        return frames[0]
    return pl.concat(
        frame.select(pl.lit(one).alias("product"), pl.all()) for one, frame in zip(products, frames, strict=True)
    )


def touches(network: ProductionNetwork, effect: dict[str, Any]) -> bool:
    """Whether anybody whose sales of an item are cut sells it, or may be among those whom nobody names."""
    sales = (network_places(network).sales(change.node, change.item, ANY) for change in _changes(effect))
    return any(len(links) > 0 for told_and_rest in sales for links in told_and_rest)


def _together(effects: pl.DataFrame, chains: Mapping[str, tuple[str, ...]]) -> tuple[pl.DataFrame, list[Scenario]]:
    """Measures with the bounds of their items, first all at once; and the scenarios of these.

    ``chains``: each supplier with what it belongs to and where it stands.
    """
    bounds = [pl.col("share_low").min(), pl.col("share_high").max(), pl.col("in_figures", "aimed").any(ignore_nulls=False)]
    found = effects.group_by("measure", maintain_order=True).agg(pl.col("item").alias("items"), *bounds)
    if not found.height:
        return found, []
    every_item = pl.col("item").unique(maintain_order=True).implode().alias("items")
    whole = effects.select(pl.lit(TOGETHER).alias("measure"), every_item, *bounds)
    flows = _flows(effects)
    most = max(_worst([*rows, *_above(flows, chains, *flow)])[1] for flow, rows in flows.items())
    found = pl.concat([whole.with_columns(share_high=pl.lit(most, pl.Float64)), found])
    everything = Scenario(TOGETHER, list(_joint(flows, chains)))
    return found, [everything, *_scenarios(effects)]


_Flows = dict[tuple[str, str], list[dict[str, Any]]]
"""What is cut of each seller's sales of an item."""


def _flows(effects: pl.DataFrame) -> _Flows:
    flows: _Flows = {}
    for row in effects.iter_rows(named=True):
        for seller in row["sellers"]:
            flows.setdefault((seller, row["item"]), []).append(row)
    return flows


def _above(flows: _Flows, chains: Mapping[str, tuple[str, ...]], seller: str, item: str) -> list[dict[str, Any]]:
    """What is cut of the sales of those whom a seller belongs to, or that it stands in: of its own, too."""
    return [row for up in chains.get(seller, ())[1:] for row in flows.get((up, item), ())]


def _worst(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """The least and the most that measures cut together of what one seller sells, to whom they cut most."""
    buyers = dict.fromkeys([EVERYBODY, *(buyer for row in rows for buyer in row["buyers"])])
    each = [_union(row for row in rows if not row["buyers"] or buyer in row["buyers"]) for buyer in buyers]
    return max(low for low, _ in each), max(high for _, high in each)


def _joint(flows: _Flows, chains: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    """What all measures cut together: two that each cut a part of a flow may cut the same part, or one after the other.

    So the least is what the one that cuts most surely does, and the most is the sum. First comes what is aimed at everybody
    abroad, then for each buyer that is named besides what is cut beyond that; of a company what is cut beyond its country.
    """
    for (seller, item), rows in flows.items():
        before = _worst(_above(flows, chains, seller, item))
        everybody = _union(row for row in rows if not row["buyers"])
        if everybody[1]:
            yield embargo(seller, item=item, share=_beyond(everybody, before))
        before = max(before[0], everybody[0]), min(1.0, before[1] + everybody[1])
        named: dict[tuple[int, ...], list[str]] = {}
        for buyer in dict.fromkeys(buyer for row in rows for buyer in row["buyers"]):
            named.setdefault(tuple(n for n, row in enumerate(rows) if buyer in row["buyers"]), []).append(buyer)
        for numbers, buyers in named.items():
            more = _union(rows[n] for n in numbers)
            if before[0] < 1 and more[1]:
                yield embargo(seller, item=item, to=buyers, share=_beyond(more, before))


def _beyond(cut: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """What a cut takes of what another one leaves, at least and at most, where both may take the same part."""
    (low, high), (less, more) = cut, before
    return max(0.0, low - less) / (1 - less) if less < 1 else 0.0, 1.0 if high >= 1 - more else high / (1 - more)


def _union(rows: Iterable[dict[str, Any]]) -> tuple[float, float]:
    """The least and the most that several measures cut of one flow."""
    ends = [(row["share_low"], row["share_high"]) for row in rows]
    return max((low for low, _ in ends), default=0.0), min(1.0, sum(high for _, high in ends))


def _kept(network: ProductionNetwork, scenarios: Sequence[Scenario], products: Sequence[str]) -> pl.DataFrame:
    """What each scenario keeps of each product, as `sweep` tells it of one; each is solved where it reaches."""
    rows = []
    for scenario in scenarios:
        part = section(network, Effects(network, scenario).hit, products)
        network = part if scenario.name == TOGETHER else network  # all that any of them reaches
        kept = _levels(part, scenario, list(_READINGS.values()), products)
        wholly = _levels(part, _refused(scenario), ["estimate"], products)
        rows += [(scenario.name, *level) for level in zip(products, *kept, *wholly, strict=True)]
    columns = ["scenario", "product", *(f"kept_{reading}" for reading in _READINGS.values()), "kept_refused"]
    schema = {name: pl.Float64 if name.startswith("kept") else pl.String for name in columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _levels(
    network: ProductionNetwork, scenario: Scenario, readings: Sequence[str], products: Sequence[str]
) -> list[list[float]]:
    """What is kept of products in some readings; of the solution, which is as large as the network, nothing else stays."""
    found = solve(network, scenario, readings=readings)
    return [found.levels(reading, products).tolist() for reading in readings]


def _refused(scenario: Scenario) -> Scenario:
    """The scenario in which each change cuts the most that it may."""
    return Scenario(scenario.name, [replace(change, share=change.bounds[1]) for change in scenario])


def _lost(found: pl.DataFrame, kept: pl.DataFrame | None) -> pl.DataFrame:
    """Measures with what they take, the worst first."""
    if not found.height or kept is None:
        return found.with_columns(pl.lit(None, pl.Float64).alias(f"loss_{bound}") for bound in _ENDS)
    lost = kept.select(measure="scenario", **{f"loss_{bound}": 1 - pl.col(f"kept_{end}") for bound, end in _ENDS.items()})
    found = found.join(lost, on="measure", how="left").with_columns(
        loss_estimate=pl.when(pl.col("share_low") == pl.col("share_high")).then("loss_estimate")
    )
    ranks = [-pl.col(f"loss_{bound}").round(12) for bound in ("refused", "low", "high")]
    return found.sort(pl.col("measure") != TOGETHER, *ranks, "measure")
