"""Bought parts as rows, and how much of them is known: counts and sums of the company's own rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import polars as pl

from ...risk import hhi
from .company import Company, Source
from .company_graph import HOME, CompanyGraph, item_id
from .links import Link

NOTHING = 1e-9


def part_rows(company: Company, exposed: pl.DataFrame, links: list[Link]) -> list[dict[str, Any]]:
    """Return one row per part that the company buys; single sources, alternatives and days are those of `risk.exposure`."""
    reach = _products_of(company)
    linked: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        linked[link.part].append(link)
    facts = {row["item"]: row for row in exposed.iter_rows(named=True)}
    return [_part(company, id, facts[item_id(id)], reach.get(id, []), linked[id]) for id in company.direct]


def _part(company: Company, id: str, facts: dict[str, Any], products: list[str], links: list[Link]) -> dict[str, Any]:
    part = company.parts[id]
    sources = company.sources.get(id, [])
    active = [source for source in sources if source.active]
    values = [company.products[product].get("revenue") for product in products]
    spends = [source.spend for source in sources if source.spend is not None]
    return {
        "part": id,
        "name": part.name,
        "sources": [_source(source) for source in sources],
        "active": len({source.firm for source in active}),
        "single": facts["single_supplier"] if sources else "unknown",
        "makers": part.makers,
        "sellers": part.sellers,
        "unqualified": sum(1 for source in active if source.qualified is False),
        # A row that does not say whether it is qualified may be an alternative.
        "alternatives": facts["alternatives"] or 0,
        "alternatives_high": sum(1 for source in sources if not source.active and source.qualified is not False),
        **_top(active),
        **_spread(active),
        "stock_days": part.stock_days,
        "switch_days": company.switch_days(id),
        "gap_days": facts["uncovered_days"],
        "products": products,
        "revenue": sum(value for value in values if value is not None) if any(v is not None for v in values) else None,
        "spend": sum(spends) if spends else None,
        "items": [link.item for link in links if link.used],
        "refs": list(dict.fromkeys([*(ref for source in sources for ref in source.refs), *part.refs[:1]])),
    }


def _source(source: Source) -> dict[str, Any]:
    names = ("maker", "vendor", "country", "share", "basis", "qualified", "qualified_date", "lead_days", "switch_days")
    return {name: getattr(source, name) for name in names} | {"refs": source.refs}


def _top(active: list[Source]) -> dict[str, Any]:
    """The country with the largest share that is known, and the bounds of its share: what is blank may be its."""
    known: dict[str, float] = defaultdict(float)
    for source in active:
        if source.country:
            known[source.country] += source.share or 0.0
    told = {code: share for code, share in known.items() if code != HOME}
    open_ = 1.0 - sum(source.share or 0.0 for source in active if source.country)
    abroad = max(told.values(), default=0.0) + open_ if any(s.country is None or s.country != HOME for s in active) else 0.0
    foreign = {"foreign_high": min(1.0, abroad)}
    top = max(known, key=lambda code: (known[code], code), default=None)
    if top is None:
        return {"top_country": None, "top_share_low": None, "top_share_high": None} | foreign
    others = sum(s.share or 0.0 for s in active if s.country not in {top, None})
    return {
        "top_country": top,
        "top_share_low": min(1.0, known[top]),
        "top_share_high": max(known[top], 1.0 - others),
    } | foreign


def _spread(active: list[Source]) -> dict[str, Any]:
    """Concentration over makers; makers that are not named may be one of the others, or each other."""
    if not active:
        return {"hhi_low": None, "hhi_high": None}
    firms: dict[str, list[float | None]] = defaultdict(list)
    for source in active:
        firms[source.firm].append(source.share)
    shares = [sum(share or 0.0 for share in each) for each in firms.values() if None not in each]
    unknown = len(firms) - len(shares)
    spread = hhi(shares, unknown=unknown, unnamed=not unknown and sum(shares) < 1 - NOTHING)
    hidden = [source for source in active if not source.maker]
    return {"hhi_low": spread.low, "hhi_high": 1.0 if hidden and len(firms) > 1 else spread.high}


def _products_of(company: Company) -> dict[str, list[str]]:
    """Products that certainly stop without a part: every step up is essential and has no alternative."""
    below: dict[str, list[str]] = defaultdict(list)
    for need in company.needs:
        if need.essential and need.group is None:
            below[need.parent].append(need.part)
    found: dict[str, list[str]] = defaultdict(list)
    for product in company.products:
        for part in _under(product, below):
            found[part].append(product)
    return found


def _under(product: str, below: dict[str, list[str]], stop: frozenset[str] = frozenset()) -> list[str]:
    """Return all that goes into a product, without what goes into the parts of ``stop``."""
    seen, front = {product: None}, [product]
    while front:
        part = front.pop()
        if part == product or part not in stop:
            more = [one for one in below.get(part, ()) if one not in seen]
            seen.update(dict.fromkeys(more))
            front += more
    return [part for part in seen if part != product]


def coverage(company: Company, built: CompanyGraph, links: list[Link], revenue: dict[str, float]) -> dict[str, Any]:
    """Return how much is known of parts and spend; a product is linked when all its bought parts have a source."""
    below: dict[str, list[str]] = defaultdict(list)
    for need in company.needs:
        below[need.parent].append(need.part)
    sourced = frozenset(company.sources)
    whole = [product for product in company.products if _linked(product, below, sourced)]
    bought = company.direct
    sources = [source for part in bought for source in company.sources.get(part, []) if source.active]
    spend = sum(source.spend or 0.0 for source in sources)
    linked = {link.part for link in links if link.used}
    deeper = {need.parent for need in company.needs} & set(company.sources)
    total = sum(revenue.values())
    # Products without a stated revenue may be any part of it.
    priced = len(revenue) == len(company.products) and total > 0
    named = lambda part: company.parts[part].makers or company.parts[part].sellers  # noqa: E731
    return {
        "revenue": total if revenue else None,
        "revenue_linked": sum(revenue[product] for product in whole) / total if priced else None,
        "products": len(company.products),
        "products_linked": len(whole),
        "bought": len(bought),
        "spend": spend or None,
        "supplier_known": _part_of(bought, lambda part: part in company.sources or bool(named(part))),
        "maker_known": _part_of(
            bought,
            lambda part: bool(company.parts[part].makers) or any(s.maker for s in company.sources.get(part, [])),
        ),
        "country_known": _part_of(
            bought,
            lambda part: (
                all(s.country for s in company.sources[part] if s.active)
                if part in company.sources
                else bool(company.parts[part].places)
            ),
        ),
        "spend_country_known": sum(s.spend or 0.0 for s in sources if s.country) / spend if spend else None,
        "spend_stated": _part_of(sources, lambda source: source.spend is not None),
        "tier2_own": _part_of(bought, lambda part: part in deeper),
        "tier2_market": _part_of(bought, lambda part: part in linked and part not in deeper),
        "tier2_unknown": _part_of(bought, lambda part: part not in linked and part not in deeper),
        "guessed": sum(1 for link in links if link.used and link.guessed),
        "linked": sum(1 for link in links if link.used),
        "review": sum(1 for link in links if not link.used),
        "stock_known": _part_of(bought, lambda part: company.parts[part].stock_days is not None),
        "switch_known": _part_of(bought, lambda part: company.switch_days(part) is not None),
        "makers": len({plant.firm for plant in built.plants.values() if plant.firm}),
    }


def _linked(product: str, below: dict[str, list[str]], sourced: frozenset[str]) -> bool:
    """Whether every bought part of a product has a source; the product of which nothing is said has none."""
    if product in sourced:
        return True
    parts = _under(product, below, sourced)
    return bool(parts) and all(part in sourced or below.get(part) for part in parts)


def _part_of(rows: list[Any], test: Callable[[Any], Any]) -> float | None:
    return sum(1 for row in rows if test(row)) / len(rows) if rows else None
