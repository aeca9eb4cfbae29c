"""Every figure of the audit, gathered from the company's rows and worked out by `kanmon.risk`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...datasets import critical_product_items, critical_products
from ...graph import ProductionNetwork, SupplyGraph
from ...risk import Scenario, concentration, exposure, flag_technologies, halt, look_through, solve
from .company import Company
from .company_graph import SELF, CompanyGraph, firm_id, item_id, plant_id
from .links import IS, Link
from .parts import HOME, coverage, part_rows
from .stops import HORIZON, NOTHING, Losses, Stop, Stops, stop_of

SUPPLIERS = 150
"""Makers that are stopped one by one, the ones with the most spend first; more are counted and said."""
NODES = 1_500_000
"""Nodes times stops that are worked out: about a minute."""
LEADING = 0.3
"""A country with this share of a bundled item upstream is stopped too, though nothing is bought there."""


@dataclass(frozen=True, eq=False)
class Figures:
    """The tables of an audit; every row that rests on the company's files has ``refs`` (sheet!row).

    ``coverage``: what is known, per tier. ``parts``: bought parts. ``countries``, ``makers``: what is lost when each stops.
    ``diamonds``: parts of several sources that one place or maker behind them stops. ``market``: bundled items upstream and
    their leading country. ``spend``: countries behind what is bought, by spend. ``flags``: technologies named by parts or by
    the technology sheet. ``critical``: parts tagged with a specified critical product. ``unsourced``: parts that nobody is
    named for; ``unpriced``: products without a stated revenue.
    """

    coverage: dict[str, Any]
    parts: list[dict[str, Any]]
    countries: list[dict[str, Any]]
    makers: list[dict[str, Any]]
    makers_left_out: int
    diamonds: list[dict[str, Any]]
    market: list[dict[str, Any]]
    spend: dict[str, Any] | None
    flags: list[dict[str, Any]]
    critical: list[dict[str, Any]]
    unsourced: list[str]
    unpriced: list[str]
    revenue: dict[str, float]


def work_out(company: Company, built: CompanyGraph, links: list[Link], lang: str) -> Figures:
    """Return all figures of a company.

    What a stop takes away is worked out on the company's own facts, as estimate, certain and possible loss (see `stops`). A
    halt of everything at home is no question of sourcing, and is left out. For the other countries the market-level facts
    above are added: their certain loss by the company's own links, their estimate by guessed links, too. What they make
    possible is nearly everything, and is not shown.
    """
    revenue = {id: float(row["revenue"]) for id, row in company.products.items() if row.get("revenue") is not None}
    exposed = exposure(built.own, None, SELF, level="supplier", facts=_facts(company))
    parts = part_rows(company, exposed, links)
    stops = Stops(company, built)
    most = affordable(built.own.network(None, buyer=SELF, level="company")) if company.products else 0
    countries = _countries(company, built)[:most]
    firms, left_out = _firms(company, min(SUPPLIERS, max(0, most - len(countries))))
    tried = [*(stop_of(company, code) for code in countries), *(Stop(firm, False) for firm in firms)]
    above = _Above(built, countries)
    rows = [
        _row(company, built, stop, losses, revenue, above, stops.first(losses))
        for stop, losses in zip(tried, stops.losses(tried), strict=True)
    ]
    rows = sorted((row for row in rows if row["products"]), key=_worst_first)
    return Figures(
        coverage=coverage(company, built, links, revenue),
        parts=sorted(parts, key=lambda row: (-(row["revenue"] or 0), -(row["spend"] or 0), row["part"])),
        countries=[row for row in rows if not row["maker"]],
        makers=[row for row in rows if row["maker"]],
        makers_left_out=left_out,
        diamonds=_diamonds(company, built, exposed),
        market=_market(built.graph),
        spend=_spend(company, built),
        flags=_flags(company, lang),
        critical=_critical(company, [link for link in links if link.used]),
        unsourced=built.unsourced,
        unpriced=[id for id in company.products if id not in revenue],
        revenue=revenue,
    )


def affordable(network: ProductionNetwork) -> int:
    """Return how many stops are tried on a network of this size; on a large one only the largest are, and that is said."""
    return max(3, NODES // max(1, len(network.kind)))


def _facts(company: Company) -> pl.DataFrame:
    """What the company knows of its sources, as `risk.exposure` takes it."""
    rows = [
        {
            "item": item_id(part),
            "supplier": plant_id(source),
            "maker": firm_id(source.maker),
            "qualified": source.qualified,
            "stock_days": company.parts[part].stock_days,
            "switching_days": source.switch_days,
        }
        for part, sources in company.sources.items()
        for source in sources
    ]
    schema = {"item": pl.String, "supplier": pl.String, "maker": pl.String, "qualified": pl.Boolean}
    return pl.DataFrame(rows, schema=schema | {"stock_days": pl.Float64, "switching_days": pl.Float64})


def _worst_first(row: dict[str, Any]) -> tuple[Any, ...]:
    return -row["loss"], -row["lost"], -row["loss_low"], -row["lost_high"], row["node"]


# Stops ---------------------------------------------------------------------------------------------------------------


def _countries(company: Company, built: CompanyGraph) -> list[str]:
    """Countries of the company's own sources, and the ones that lead a market above."""
    spend: dict[str, float] = defaultdict(float)
    for sources in company.sources.values():
        for source in sources:
            if source.active and source.country:
                spend[source.country] += source.spend or 0.0
    views = concentration(built.graph).filter(
        pl.col("preferred")
        & (pl.col("scope") == "world")
        & (pl.col("level") == "country")
        & (pl.col("top_share_low") >= LEADING)
    )
    leading = set(views["top_supplier"].drop_nulls()) | company.countries_of_cards
    return sorted((set(spend) | leading) - {HOME}, key=lambda code: (code not in spend, -spend.get(code, 0.0), code))


def _firms(company: Company, most: int) -> tuple[list[str], int]:
    """Named makers, the ones with the most spend first."""
    spend: dict[str, float] = defaultdict(float)
    for sources in company.sources.values():
        for source in sources:
            if source.maker and source.active:
                spend[str(firm_id(source.maker))] += source.spend or 0.0
    ordered = sorted(spend, key=lambda id: (-spend[id], id))
    return ordered[:most], max(0, len(ordered) - most)


class _Above:
    """What products lose in a year when a country stops, with the market-level facts above the company's own."""

    def __init__(self, built: CompanyGraph, countries: list[str]) -> None:
        self.certain = self._kept(built.stated, countries, "high") if built.stated is not built.own else {}
        self.estimate = self._kept(built.graph, countries, "estimate") if built.graph is not built.own else {}

    @staticmethod
    def _kept(graph: SupplyGraph, countries: list[str], reading: str) -> dict[tuple[str, str], float]:
        network = graph.network(None, buyer=SELF, level="company")
        known = set(network.makers["country"].drop_nulls())
        own = [item for item in network.items if item.startswith(f"{SELF}:")]
        found: dict[tuple[str, str], float] = {}
        for code in countries:
            if code in known:
                levels = solve(network, Scenario(code, halt(code)), None, (reading,)).levels(reading, own)
                found |= {(code, item): float(kept) for item, kept in zip(own, levels, strict=True)}
        return found


def _row(
    company: Company,
    built: CompanyGraph,
    stop: Stop,
    losses: Losses,
    revenue: dict[str, float],
    above: _Above,
    first: str | None,
) -> dict[str, Any]:
    """What is lost when a country or a maker stops; money is blank where it has no bound or nothing is known of it."""
    products = []
    for id, cases in losses.products.items():
        (lost, day, stopped), low, high = cases["estimate"], cases["low"], cases["high"]
        most = cases.get("open", high)
        key = (stop.node, item_id(id))
        certain = max(low[2], 1 - above.certain.get(key, 1.0))
        if max(high[2], stopped, 1 - above.estimate.get(key, 1.0), low[0]) > NOTHING:
            products.append(
                {
                    "product": id,
                    "lost": min(max(lost, low[0]), high[0]),
                    "lost_low": low[0],
                    "lost_high": high[0],
                    "lost_open": max(most[0], high[0]),
                    "day": _day(day),
                    "day_low": _day(high[1]),
                    "day_high": _day(low[1]),
                    "stops": min(max(stopped, low[2]), high[2]),
                    "stops_low": low[2],
                    "stops_high": high[2],
                    "market_low": certain,
                    "market": max(stopped, certain, 1 - above.estimate.get(key, 1.0)),
                }
            )
    parts = [
        part
        for part, sources in company.sources.items()
        if any(s.active and (s.country if stop.country else firm_id(s.maker)) == stop.node for s in sources)
    ]
    worth = HORIZON / 365.0
    return {
        "node": stop.node,
        "maker": not stop.country,
        "name": None if stop.country else built.name(stop.node),
        "countries": [stop.node]
        if stop.country
        else sorted({str(built.plants[id].country) for id in built.plants_of(stop.node) if built.plants[id].country}),
        "parts": parts,
        "stopped_parts": [part for part, lost in losses.short.items() if lost > 1 - NOTHING],
        "first_part": first,
        "first_stock": None if first is None else company.parts[first].stock_days,
        "first_switch": None if first is None else company.switch_days(first),
        "products": products,
        "lost": sum(row["lost"] for row in products),
        "lost_high": sum(row["lost_high"] for row in products),
        "day": min((row["day"] for row in products if row["day"] is not None), default=None),
        "day_low": min((row["day_low"] for row in products if row["day_low"] is not None), default=None),
        "day_high": min((row["day_high"] for row in products if row["day_high"] is not None), default=None),
        "loss": worth * _money(products, "lost", revenue),
        "loss_low": worth * _money(products, "lost_low", revenue),
        "loss_high": _bound(products, "lost_high", revenue, worth),
        "loss_open": _bound(products, "lost_open", revenue, worth),
        "year": _money(products, "stops", revenue),
        "year_low": _money(products, "stops_low", revenue),
        "year_high": _bound(products, "stops_high", revenue, 1.0),
        "market": _money(products, "market", revenue),
        "market_low": _money(products, "market_low", revenue),
        "refs": list(dict.fromkeys(ref for part in parts for s in company.sources[part] for ref in s.refs))[:40],
    }


def _money(products: Iterable[dict[str, Any]], column: str, revenue: dict[str, float]) -> float:
    return sum(row[column] * revenue.get(row["product"], 0.0) for row in products)


def _bound(products: list[dict[str, Any]], column: str, revenue: dict[str, float], worth: float) -> float | None:
    """The most that may be lost; without bound where a product that may be hit has no stated revenue."""
    if any(row[column] > NOTHING and row["product"] not in revenue for row in products):
        return None
    return worth * _money(products, column, revenue)


def _day(day: float) -> float | None:
    return None if day >= HORIZON - NOTHING else day


# Other tables --------------------------------------------------------------------------------------------------------


def _diamonds(company: Company, built: CompanyGraph, exposed: pl.DataFrame) -> list[dict[str, Any]]:
    """Parts of two or more sources that certainly stop with one place or maker that is none of them."""
    found = [(exposed, False), (exposure(built.own, None, SELF, level="country"), False)]
    if built.stated is not built.own:
        found.append((exposure(built.stated, None, SELF, level="country"), True))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for frame, market in found:
        hit = frame.filter(pl.col("diamond_source").is_not_null(), pl.col("item").str.starts_with(f"{SELF}:"))
        for row in hit.iter_rows(named=True):
            part, node = row["item"].partition(":")[2], row["diamond_source"]
            if part in company.sources:
                plant = built.plants.get(node)
                rows.setdefault(
                    (part, node),
                    {
                        "part": part,
                        "name": company.parts[part].name,
                        "node": node,
                        "node_name": None if plant is None else plant.maker or plant.vendor or "?",
                        "country": node if plant is None else plant.country,
                        "suppliers": row["diamond_suppliers"],
                        "lost": row["diamond_loss"],
                        "market": market,
                        "refs": [ref for source in company.sources[part] if source.active for ref in source.refs],
                    },
                )
    return sorted(rows.values(), key=lambda row: (row["market"], -row["lost"], row["part"], row["node"]))


def _spend(company: Company, built: CompanyGraph) -> dict[str, Any] | None:
    """Countries behind what is bought, by spend: where it is made (tier 1), and over all tiers; unknown stands apart."""
    spend: dict[str, float] = {}
    blank = 0
    for part in company.direct:
        amounts = [source.spend for source in company.sources.get(part, []) if source.active]
        known = sum(amount for amount in amounts if amount is not None)
        blank += not amounts or None in amounts
        if known > 0:
            spend[item_id(part)] = known
    if not spend:
        return None
    frame = look_through(built.graph, spend, SELF)
    rows: dict[str, dict[str, Any]] = {}
    unknown = {"direct": 0.0, "all": 0.0}
    for tier, country, low, high in frame.filter(pl.col("tier").is_null() | (pl.col("tier") == 0)).iter_rows():
        which = "all" if tier is None else "direct"
        if country is None:
            unknown[which] = low
        else:
            rows.setdefault(country, {"country": country})[which] = (low, high)
    shares = [
        {
            "country": code,
            "direct_low": row.get("direct", (0.0, 0.0))[0],
            "direct_high": row.get("direct", (0.0, unknown["direct"]))[1],
            "all_low": row.get("all", (0.0, 0.0))[0],
            "all_high": row.get("all", (0.0, unknown["all"]))[1],
        }
        for code, row in rows.items()
    ]
    shares.sort(key=lambda row: (-row["direct_low"], -row["all_low"], row["country"]))
    return {"shares": shares, "unknown": unknown, "total": sum(spend.values()), "parts": len(spend), "blank": blank}


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
