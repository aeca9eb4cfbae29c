"""Every figure of the audit, gathered from the company's rows and worked out by `kanmon.risk`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...datasets import critical_product_items, critical_products
from ...graph import ProductionNetwork, SupplyGraph
from ...risk import (
    Change,
    Scenario,
    Threat,
    add_source,
    concentration,
    flag_technologies,
    halt,
    hhi,
    look_through,
    mitigation,
    simulate,
    stockpile,
    time_to_stop,
)
from .company import Company, Source
from .company_graph import SELF, CompanyGraph, item_id
from .links import IS, Link

HOME = "JPN"
"""The company's own country: a halt of everything at home is no question of sourcing, and is left out."""
SUPPLIERS = 150
"""Makers that are halted one by one, the ones with the most spend first; more are counted and said."""
NODES = 1_500_000
"""Nodes times stops that are worked out: about a minute."""
COUNTRIES = 12
"""Countries whose halt is followed in time, the worst first."""
HORIZON = 180.0
"""Days that a threat lasts."""
LEADING = 0.3
"""A country with this share of a bundled item upstream is halted too, though nothing is bought there."""
NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Figures:
    """The tables of an audit; every row that rests on the company's files has ``refs`` (sheet!row).

    ``coverage``: what is known, per tier. ``parts``: bought parts. ``countries``, ``makers``: what is lost when each stops.
    ``times``: days until products stop, per country. ``diamonds``: parts of several sources that one place behind them
    stops. ``market``: bundled items upstream and their leading country. ``look_through``: countries behind each product over
    all tiers, with what is unknown. ``flags``: technologies named by parts or by the
    technology sheet. ``critical``: parts tagged with a specified critical product.
    """

    coverage: dict[str, Any]
    parts: list[dict[str, Any]]
    countries: list[dict[str, Any]]
    makers: list[dict[str, Any]]
    makers_left_out: int
    times: list[dict[str, Any]]
    diamonds: list[dict[str, Any]]
    market: list[dict[str, Any]]
    look_through: list[dict[str, Any]]
    flags: list[dict[str, Any]]
    critical: list[dict[str, Any]]
    stocks: dict[str, float]
    revenue: dict[str, float]


def work_out(company: Company, built: CompanyGraph, links: list[Link], lang: str) -> Figures:
    """Return all figures of a company.

    What a stop takes away is worked out twice: on the company's own facts, and for countries also with the market-level
    facts above them, of which only the certain loss is kept: above the tiers that the company knows, almost anything is
    possible.
    """
    revenue = {item_id(id): row["revenue"] for id, row in company.products.items() if row.get("revenue")}
    reach = _products_of(company)
    linked: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        linked[link.part].append(link)
    parts = [_part(company, id, reach, linked[id]) for id in company.direct]
    stocks = {item_id(part["part"]): part["stock_days"] for part in parts if part["stock_days"]}
    network = built.network()
    most = affordable(network) if company.products else 0
    countries = _country_ids(company, built)[:most]
    makers, left_out = _makers(company, built, min(SUPPLIERS, max(0, most - len(countries))))
    kept = _kept(network, [*countries, *makers])
    market = _kept(ProductionNetwork.from_graph(built.graph, None, buyer=SELF), countries) if links and countries else {}
    halted = _Halted(company, built, network, kept, market, revenue, stocks)
    country_rows = [row for row in map(halted.row, countries) if row["products"]]
    country_rows.sort(key=_worst_first)
    maker_rows = [row for row in map(halted.row, makers) if row["products"]]
    return Figures(
        coverage=_coverage(company, built, links, revenue),
        parts=sorted(parts, key=lambda row: (-(row["revenue"] or 0), -(row["spend"] or 0), row["part"])),
        countries=country_rows,
        makers=sorted(maker_rows, key=_worst_first),
        makers_left_out=left_out,
        times=_times(company, built, [row["node"] for row in country_rows if row["parts"]][:COUNTRIES], stocks),
        diamonds=_diamonds(company, built, kept, market),
        market=_market(built.graph),
        look_through=_look_through(company, built) if most >= COUNTRIES else [],
        flags=_flags(company, lang),
        critical=_critical(company, links),
        stocks=stocks,
        revenue=revenue,
    )


def affordable(network: ProductionNetwork) -> int:
    """Return how many stops are tried on a network of this size; on a large one only the largest are, and that is said."""
    return max(3, NODES // len(network.producer))


def switching(company: Company) -> list[Change]:
    """Return what the company can switch to within `HORIZON` days.

    A qualified alternative delivers after its switching time from where it stands; for other parts the stated switching time
    is taken at its word, from a place that no stop touches. Without a stated time there is nothing to switch to.
    """
    changes = []
    for part in company.direct:
        ready = company.alternatives(part)
        places = [(source.switch_days, source.country) for source in ready] or [(company.switch_days(part), None)]
        for days, country in places:
            if days is not None and days < HORIZON:
                changes.append(add_source(item_id(part), 1 - days / HORIZON, node=country))
    return changes


def _worst_first(row: dict[str, Any]) -> tuple[float, float, str]:
    return -row["loss_low"], -row["with_market"], row["node"]


def _products_of(company: Company) -> dict[str, list[str]]:
    """Products that certainly stop without a part: every step up is essential and has no alternative."""
    below: dict[str, list[str]] = defaultdict(list)
    for need in company.needs:
        if need.essential and need.group is None:
            below[need.parent].append(need.part)
    found: dict[str, list[str]] = defaultdict(list)
    for product in company.products:
        seen, front = {product}, [product]
        while front:
            for part in below[front.pop()]:
                if part not in seen:
                    seen.add(part)
                    found[part].append(product)
                    front.append(part)
    return found


def _part(company: Company, id: str, reach: dict[str, list[str]], links: list[Link]) -> dict[str, Any]:
    part = company.parts[id]
    sources = company.sources.get(id, [])
    active = [source for source in sources if source.active]
    by_country: dict[str, float] = defaultdict(float)
    for source in active:
        if source.country and source.share is not None:
            by_country[source.country] += source.share
    top = max(by_country, key=lambda code: (by_country[code], code), default=None)
    firms: dict[str, list[float | None]] = defaultdict(list)
    for source in active:
        firms[source.firm].append(source.share)
    shares = [sum(share or 0.0 for share in each) for each in firms.values() if None not in each]
    unknown = len(firms) - len(shares)
    spread = hhi(shares, unknown=unknown, unnamed=not unknown and sum(shares) < 1 - NOTHING) if active else None
    products = reach.get(id, [])
    values = [company.products[product].get("revenue") for product in products]
    switch = company.switch_days(id)
    spends = [source.spend for source in sources if source.spend]
    return {
        "part": id,
        "name": part.name,
        "sources": [_source(source) for source in sources],
        "active": len(firms),
        "single": len(firms) == 1,
        "makers": part.makers,
        "sellers": part.sellers,
        "unqualified": sum(1 for source in active if source.qualified is False),
        "alternatives": len(company.alternatives(id)),
        "top_country": top,
        "top_share": by_country[top] if top else None,
        "hhi_low": spread.low if spread else None,
        "hhi_high": spread.high if spread else None,
        "stock_days": part.stock_days,
        "switch_days": switch,
        "gap_days": None if switch is None or part.stock_days is None else switch - part.stock_days,
        "products": products,
        "revenue": sum(value for value in values if value) if any(values) else None,
        "spend": sum(spends) if spends else None,
        "items": [link.item for link in links],
        "refs": list(dict.fromkeys([*(ref for source in sources for ref in source.refs), *part.refs[:1]])),
    }


def _source(source: Source) -> dict[str, Any]:
    names = ("maker", "vendor", "country", "share", "basis", "qualified", "qualified_date", "lead_days", "switch_days")
    return {name: getattr(source, name) for name in names} | {"refs": source.refs}


def _coverage(company: Company, built: CompanyGraph, links: list[Link], revenue: dict[str, float]) -> dict[str, Any]:
    below: dict[str, list[str]] = defaultdict(list)
    for need in company.needs:
        below[need.parent].append(need.part)
    whole = 0.0
    for product in company.products:
        leaves, front, seen = 0, [product], {product}
        known = 0
        while front:
            part = front.pop()
            if part in company.sources or part not in below:
                leaves += part != product
                known += part in company.sources
            if part not in company.sources or part == product:
                front += [one for one in below[part] if one not in seen]
                seen.update(below[part])
        if leaves and known == leaves:
            whole += revenue.get(item_id(product), 0.0)
    bought = company.direct
    sources = [source for part in bought for source in company.sources.get(part, []) if source.active]
    spend = sum(source.spend or 0.0 for source in sources)
    linked = {link.part for link in links}
    deeper = {need.parent for need in company.needs} & set(company.sources)
    total = sum(revenue.values())
    named = lambda part: company.parts[part].makers or company.parts[part].sellers  # noqa: E731
    return {
        "revenue": total or None,
        "revenue_linked": whole / total if total else None,
        "products": len(company.products),
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
        "tier2_own": _part_of(bought, lambda part: part in deeper),
        "tier2_market": _part_of(bought, lambda part: part in linked and part not in deeper),
        "tier2_unknown": _part_of(bought, lambda part: part not in linked and part not in deeper),
        "guessed": sum(1 for link in links if link.guessed),
        "linked": len(links),
        "stock_known": _part_of(bought, lambda part: company.parts[part].stock_days is not None),
        "switch_known": _part_of(bought, lambda part: company.switch_days(part) is not None),
        "makers": len(built.makers),
    }


def _part_of(parts: list[str], test: Any) -> float | None:
    return sum(1 for part in parts if test(part)) / len(parts) if parts else None


def _makers(company: Company, built: CompanyGraph, most: int) -> tuple[list[str], int]:
    """Named makers, the ones with the most spend first."""
    ids = {name_country: id for id, name_country in built.makers.items()}
    spend: dict[str, float] = defaultdict(float)
    for sources in company.sources.values():
        for source in sources:
            id = ids.get((source.maker, source.country))
            if id is not None and source.maker and source.active:
                spend[id] += source.spend or 0.0
    ordered = sorted(spend, key=lambda id: (-spend[id], id))
    return ordered[:most], max(0, len(ordered) - most)


def _country_ids(company: Company, built: CompanyGraph) -> list[str]:
    """Countries of the company's own sources, and the ones that lead a market above."""
    own = {source.country for sources in company.sources.values() for source in sources if source.active}
    views = concentration(built.graph).filter(
        pl.col("preferred") & (pl.col("scope") == "world") & (pl.col("level") == "country")
    )
    leading = set(views.filter(pl.col("top_share_low") >= 0.3)["top_supplier"].drop_nulls())
    spend: dict[str | None, float] = defaultdict(float)
    for sources in company.sources.values():
        for source in sources:
            spend[source.country] += source.spend or 0.0
    codes = [code for code in own | leading if code is not None and code != HOME]
    return sorted(codes, key=lambda code: (code not in own, -spend[code], code))


_Kept = dict[str, dict[str, tuple[float, float]]]


def _kept(network: ProductionNetwork, ids: list[str]) -> _Kept:
    """What each item keeps, possible and certain loss apart, when each node stops."""
    kept: _Kept = {id: {} for id in ids}
    if ids:
        frame = simulate(network, [Scenario(id, halt(id)) for id in ids])
        rows = frame.filter(pl.col("kept_low") < 1 - NOTHING).select("scenario", "item", "kept_low", "kept_high")
        for scenario, item, low, high in rows.iter_rows():
            kept[scenario][item] = (low, high)
    return kept


class _Halted:
    """What is lost when a country or a maker stops."""

    def __init__(
        self,
        company: Company,
        built: CompanyGraph,
        network: ProductionNetwork,
        own: _Kept,
        market: _Kept,
        revenue: dict[str, float],
        stocks: dict[str, float],
    ) -> None:
        self.company, self.built, self.own, self.market, self.revenue = company, built, own, market, revenue
        self.network, self.stocks, self.ready = network, stocks, switching(company)
        self.products = [item_id(id) for id in company.products]
        self.direct = set(company.direct)

    def row(self, id: str) -> dict[str, Any]:
        own, market = self.own[id], self.market.get(id, {})
        maker = self.built.makers.get(id)
        parts = [
            part
            for part, sources in self.company.sources.items()
            if any(s.active and (s.country == id or (maker and (s.maker, s.country) == maker)) for s in sources)
        ]
        stopped = [part for part in self.company.bought if own.get(item_id(part), (1.0, 1.0))[1] <= NOTHING]
        products = []
        for item in self.products:
            low, high = own.get(item, (1.0, 1.0))
            above = market.get(item, (1.0, 1.0))[1]
            if min(low, above) < 1 - NOTHING:
                product = item.partition(":")[2]
                products.append(
                    {"product": product, "lost_low": 1 - high, "lost_high": 1 - low, "lost_market": 1 - min(high, above)}
                )
        worth = {row["product"]: self.revenue.get(item_id(row["product"]), 0.0) for row in products}
        stock = {part: self.company.parts[part].stock_days or 0.0 for part in stopped if part in self.direct}
        first = min(stock, key=lambda part: (stock[part], part), default=None)
        over_time = (0.0, 0.0)
        if self.revenue and any(row["lost_high"] > NOTHING for row in products):
            threat = Threat(Scenario(id, [*self.ready, halt(id)]), HORIZON)
            over_time = mitigation(self.network, self.revenue, [threat], [], stocks=self.stocks).row(0)[3:5]
        return {
            "node": id,
            "name": maker[0] if maker else None,
            "country": maker[1] if maker else id,
            "parts": parts,
            "stopped_parts": stopped,
            "first_part": first,
            "first_stock": None if first is None else self.company.parts[first].stock_days,
            "first_switch": None if first is None else self.company.switch_days(first),
            "products": products,
            "loss_low": over_time[0],
            "loss_high": over_time[1],
            "certain": sum(row["lost_low"] * worth[row["product"]] for row in products),
            "possible": sum(row["lost_high"] * worth[row["product"]] for row in products),
            "with_market": sum(row["lost_market"] * worth[row["product"]] for row in products),
            "refs": list(dict.fromkeys(ref for part in parts for s in self.company.sources[part] for ref in s.refs))[:40],
        }


def _times(company: Company, built: CompanyGraph, countries: list[str], stocks: dict[str, float]) -> list[dict[str, Any]]:
    """Days until each product stops when a country does, with the stocks of today."""
    held = [stockpile(item, days) for item, days in stocks.items()]
    rows = []
    for code in countries:
        frame = time_to_stop(built.own, Scenario(code, [halt(code), *held]), buyer=SELF)
        days = {item: (low, high) for item, low, high in frame.select("item", "days_low", "days_high").iter_rows()}
        for product in company.products:
            low, high = days[item_id(product)]
            rows.append({"country": code, "product": product, "days_low": _finite(low), "days_high": _finite(high)})
    return rows


def _finite(days: float) -> float | None:
    return None if days == float("inf") else days


def _diamonds(company: Company, built: CompanyGraph, own: _Kept, market: _Kept) -> list[dict[str, Any]]:
    """Parts of two or more sources that certainly stop with one place or maker that is none of them."""
    rows = []
    for node, lost in own.items():
        maker = built.makers.get(node)
        for part, sources in company.sources.items():
            active = [source for source in sources if source.active]
            direct = [s for s in active if s.country == node or (maker and (s.maker, s.country) == maker)]
            known = lost.get(item_id(part), (1.0, 1.0))[1] <= NOTHING
            above = market.get(node, {}).get(item_id(part), (1.0, 1.0))[1] <= NOTHING
            if len(active) >= 2 and not direct and (known or above):
                rows.append(
                    {
                        "part": part,
                        "name": company.parts[part].name,
                        "node": node,
                        "node_name": maker[0] if maker else None,
                        "country": maker[1] if maker else node,
                        "market": not known,
                        "refs": [ref for source in active for ref in source.refs],
                    }
                )
    return sorted(rows, key=lambda row: (row["market"], row["part"], row["node"]))


def _look_through(company: Company, built: CompanyGraph) -> list[dict[str, Any]]:
    """Countries behind each product over all tiers; a maker whose country is not stated counts as unknown."""
    rows = []
    for product in company.products:
        frame = look_through(built.graph, item_id(product), SELF).filter(pl.col("tier").is_null())
        stated = pl.col("country").is_not_null() & ~pl.col("country").str.starts_with(SELF)
        unknown = float(frame.filter(~stated.fill_null(False))["share_low"].sum())
        known = frame.filter(stated).sort(-pl.col("share_low"), "country").select("country", "share_low")
        shares = [{"country": code, "low": low, "high": min(1.0, low + unknown)} for code, low in known.iter_rows()]
        rows.append({"product": product, "shares": shares, "unknown": unknown})
    return rows


def _market(graph: SupplyGraph) -> list[dict[str, Any]]:
    """Bundled items upstream, the most dependent on one country first: facts of the market, not of the company."""
    names = graph.items.select(item="id", name_en="name_en", name_ja="name_ja", kind="kind")
    views = concentration(graph).filter(pl.col("preferred") & (pl.col("scope") == "world") & (pl.col("level") == "country"))
    views = views.filter(pl.col("attributed") > 0).join(names, on="item", how="left", maintain_order="left")
    rows = views.select(
        "item", "name_en", "name_ja", "kind", "top_supplier", "top_share_low", "top_share_high", "hhi_low", "hhi_high",
        "year", "measure", "source", "confidence",
    )  # fmt: skip
    return rows.sort(-pl.col("top_share_low"), "item").to_dicts()


def _flags(company: Company, lang: str) -> list[dict[str, Any]]:
    parts = [company.parts[id] for id in company.parts]
    lines = [(part.name, part.hs, part.id, part.refs[0], False) for part in parts if part.name]
    lines += [(row["technology"], None, row["technology"], row["_ref"], True) for row in company.technologies]
    frame = flag_technologies([line[0] for line in lines], hs=[line[1] for line in lines], lang=lang)
    return [
        {
            "subject": lines[row["row"]][2],
            "text": row["text"],
            "own_technology": lines[row["row"]][4],
            "technology": row["technology"],
            "verdict": row["verdict"],
            "evidence": row["evidence"],
            "reason": row["reason"],
            "refs": [lines[row["row"]][3]],
        }
        for row in frame.iter_rows(named=True)
    ]


def _critical(company: Company, links: list[Link]) -> list[dict[str, Any]]:
    """Parts that the project's own mapping tags with a specified critical product."""
    names = {row["id"]: row for row in critical_products().iter_rows(named=True)}
    tagged: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in critical_product_items().iter_rows(named=True):
        tagged[row["item"]].append(row)
    rows = []
    for link in links:
        for tag in tagged.get(link.item, []):
            product = names[tag["product"]]
            rows.append(
                {
                    "part": link.part,
                    "name": company.parts[link.part].name,
                    "product": tag["product"],
                    "product_en": product["name_en"],
                    "product_ja": product["name_ja"],
                    "relation": link.relation,
                    "by": link.item,
                    "sure": link.relation == IS and tag["confidence"] == "estimated" and not link.guessed,
                    "refs": company.parts[link.part].refs[:1],
                }
            )
    return sorted(rows, key=lambda row: (row["product"], row["part"]))
