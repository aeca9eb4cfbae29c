"""Bought parts as rows, and how much of them is known: counts and sums of the company's own rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any, TypedDict

import polars as pl

from ...risk.production.own_sources import estimated
from .bills import inside, reached
from .cells import Days, figures_of
from .company import YEAR, Company, Source
from .company_graph import CompanyGraph, item_id
from .links import Link


class SourceRow(TypedDict):
    """A source of a part; days as one figure, and their ends (a blank most: nobody said)."""

    maker: str
    vendor: str | None
    country: str | None
    share: float | None
    basis: str
    qualified: bool | None
    qualified_date: str | None
    lead_days: float | None
    lead_least: float | None
    lead_most: float | None
    switch_days: float | None
    switch_least: float | None
    switch_most: float | None
    refs: list[str]


class PartRow(TypedDict):
    """A bought part: its sources, how they are spread over makers and countries, its days, and what hangs on it."""

    part: str
    name: str
    sources: list[SourceRow]
    active: int
    single: str
    makers: list[str]
    sellers: list[str]
    unqualified: int
    alternatives: int
    alternatives_high: int
    """With the sources of which no row says whether they are qualified."""
    top_country: str | None
    top_share_low: float | None
    top_share_high: float | None
    foreign_country: str | None
    foreign_low: float | None
    foreign_high: float | None
    foreign_most: float
    hhi_low: float | None
    hhi_high: float | None
    stock_days: float | None
    stock_least: float | None
    stock_most: float | None
    switch_days: float | None
    switch_least: float | None
    switch_most: float | None
    gap_low: float | None
    gap_high: float | None
    """Days of switching beyond the stock."""
    products: list[str]
    revenue: float | None
    """Of these products, a year."""
    spend: float | None
    items: list[str]
    refs: list[str]
    stake: float
    """What its worst stop costs by the estimate; see `add_stakes`."""


def part_rows(company: Company, exposed: pl.DataFrame, spread: pl.DataFrame, links: list[Link]) -> list[PartRow]:
    """Return one row per part that the company buys.

    Single sources, alternatives and days are those of `risk.exposure`, countries and makers those of `risk.sourcing_spread`.
    """
    reach = _products_of(company)
    linked: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        linked[link.part].append(link)
    facts = {row["item"]: row for row in exposed.iter_rows(named=True)}
    over = {row["item"]: row for row in spread.iter_rows(named=True)}
    none = dict.fromkeys(spread.columns) | {"sources": 0, "makers": 0, "unqualified": 0, "foreign_most": 0.0}
    return [
        _part(company, id, facts[item_id(id)], over.get(item_id(id), none), reach.get(id, []), linked[id])
        for id in company.direct
    ]


def _part(
    company: Company, id: str, facts: dict[str, Any], spread: dict[str, Any], products: list[str], links: list[Link]
) -> PartRow:
    part = company.parts[id]
    sources = company.sources.get(id, [])
    values = [company.products[product].get("revenue") for product in products]
    spends = [one.spend for one in (sources or [part]) if one.spend is not None]
    stock, switch = figures_of("stock", part.stock), figures_of("switch", company.switching(id))
    return {
        "part": id,
        "name": part.name,
        "sources": [_source(source) for source in sources],
        "active": spread["makers"],
        "single": facts["single_supplier"] if sources else "unknown",
        "makers": part.makers,
        "sellers": part.sellers,
        "unqualified": spread["unqualified"],
        # A row that does not say whether it is qualified may be an alternative.
        "alternatives": facts["alternatives"] or 0,
        "alternatives_high": sum(1 for source in sources if not source.active and source.qualified is not False),
        "top_country": spread["top_country"],
        "top_share_low": spread["top_share_low"],
        "top_share_high": spread["top_share_high"],
        "foreign_country": spread["foreign_country"],
        "foreign_low": spread["foreign_low"],
        "foreign_high": spread["foreign_high"],
        "foreign_most": spread["foreign_most"],
        "hhi_low": spread["hhi_low"],
        "hhi_high": spread["hhi_high"],
        "stock_days": stock["stock_days"],
        "stock_least": stock["stock_least"],
        "stock_most": stock["stock_most"],
        "switch_days": switch["switch_days"],
        "switch_least": switch["switch_least"],
        "switch_most": switch["switch_most"],
        "gap_low": facts["uncovered_low"],
        "gap_high": facts["uncovered_high"],
        "products": products,
        "revenue": sum(value for value in values if value is not None) if any(v is not None for v in values) else None,
        "spend": sum(spends) if spends and not company.mixed else None,
        "items": [link.item for link in links if link.used],
        "refs": list(dict.fromkeys([*(ref for source in sources for ref in source.refs), *part.refs[:1]])),
        "stake": 0.0,
    }


def add_stakes(company: Company, rows: list[PartRow], short: pl.DataFrame) -> None:
    """Add to each part the ``stake``: what its worst stop costs by the estimate, were all else at hand.

    With l the part of its supply that a stop of D days takes, it runs out on day d and another source delivers after
    s, each as the estimate reads it: l (min(D, s) - d) / 365 of the revenue that needs it. ``short``: ``items`` of
    `risk.stop_losses`.
    """
    stated = {item_id(part): days for part in company.sources if (days := company.switching(part)) is not None}
    middles = [sum(days) / 2 for days in stated.values() if days.bound is not None]
    usual = median(middles) if middles else company.stop_days
    worst: dict[str, float] = defaultdict(float)
    switch = {id: estimated(stated.get(id, Days(0.0)), usual) for id in (item_id(row["part"]) for row in rows)}
    for item, lost, covered in short.select("item", "lost", "days").iter_rows():
        if item in switch:
            until = min(company.stop_days, switch[item])
            worst[item] = max(worst[item], lost * max(0.0, until - covered) / YEAR)
    for row in rows:
        row["stake"] = worst[item_id(row["part"])] * (row["revenue"] or 0.0)


def _source(source: Source) -> SourceRow:
    lead, switch = figures_of("lead", source.lead_days), figures_of("switch", source.switch_days)
    return {
        "maker": source.maker,
        "vendor": source.vendor,
        "country": source.country,
        "share": source.share,
        "basis": source.basis,
        "qualified": source.qualified,
        "qualified_date": source.qualified_date,
        "lead_days": lead["lead_days"],
        "lead_least": lead["lead_least"],
        "lead_most": lead["lead_most"],
        "switch_days": switch["switch_days"],
        "switch_least": switch["switch_least"],
        "switch_most": switch["switch_most"],
        "refs": source.refs,
    }


def _products_of(company: Company) -> dict[str, list[str]]:
    """Products that certainly stop without a part: every step up is essential and has no alternative."""
    below = inside(need for need in company.needs if need.essential and need.group is None)
    found: dict[str, list[str]] = defaultdict(list)
    for product in company.products:
        for part in reached([product], below) - {product}:
            found[part].append(product)
    return found


def coverage(company: Company, built: CompanyGraph, links: list[Link], revenue: dict[str, float]) -> dict[str, Any]:
    """Return how much is known of parts and spend; a product is linked when all its bought parts have a source."""
    used = {part: company.used(part) for part in company.sources}
    # A row that names neither a firm nor a place makes no source known.
    sourced = frozenset(part for part in used if any(one.maker or one.vendor or one.country for one in used[part]))
    whole = _linked(company, sourced)
    bought = company.direct
    sources = [source for part in bought for source in used.get(part, [])]
    spend = sum(source.spend or 0.0 for source in sources) + sum(company.nobodys(part) or 0.0 for part in bought)
    linked = {link.part for link in links if link.used}
    deeper = {need.parent for need in company.needs} & set(company.sources)
    total = sum(revenue.values())
    # Products without a stated revenue may be any part of it.
    priced = len(revenue) == len(company.products) and total > 0
    return {
        "revenue": total if revenue else None,
        "revenue_linked": sum(revenue[product] for product in whole) / total if priced else None,
        "products": len(company.products),
        "products_linked": len(whole),
        "bought": len(bought),
        "spend": None if company.mixed else spend or None,
        "supplier_known": _part_of(
            bought, lambda part: part in sourced or company.parts[part].makers or company.parts[part].sellers
        ),
        "maker_known": _part_of(
            bought,
            lambda part: bool(company.parts[part].makers) or any(s.maker for s in company.sources.get(part, [])),
        ),
        "country_known": _part_of(
            bought,
            lambda part: (
                part not in company.rests and all(source.country for source in used[part])
                if part in used
                else bool(company.parts[part].places)
            ),
        ),
        "spend_country_known": None
        if company.mixed or not spend
        else sum(s.spend or 0.0 for s in sources if s.country) / spend,
        "spend_stated": _part_of(sources, lambda source: source.whole_spend is not None),
        "tier2_own": _part_of(bought, lambda part: part in deeper),
        "tier2_market": _part_of(bought, lambda part: part in linked and part not in deeper),
        "tier2_unknown": _part_of(bought, lambda part: part not in linked and part not in deeper),
        "guessed": sum(1 for link in links if link.used and link.guessed),
        "linked": sum(1 for link in links if link.used),
        "review": sum(1 for link in links if not link.used),
        "stock_known": _part_of(bought, lambda part: company.parts[part].stock is not None),
        "switch_known": _part_of(bought, lambda part: company.switching(part) is not None),
        "makers": len({plant.firm for plant in built.plants.values() if plant.firm}),
    }


def _linked(company: Company, sourced: frozenset[str]) -> list[str]:
    """Products of which every bought part has a source; one of which nothing is said has none."""
    below = inside(company.needs)
    made = {part: inner for part, inner in below.items() if part not in sourced}

    def linked(product: str) -> bool:
        parts = reached([product], made) - {product}
        return product in sourced or (bool(parts) and all(part in sourced or part in below for part in parts))

    return [product for product in company.products if linked(product)]


def _part_of(rows: list[Any], test: Callable[[Any], Any]) -> float | None:
    return sum(1 for row in rows if test(row)) / len(rows) if rows else None
