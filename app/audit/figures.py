"""Every figure of the audit, gathered from the company's rows and worked out by `kanmon.risk`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...datasets import critical_product_items, critical_products, technologies
from ...graph import Message, SupplyGraph
from ...risk import (
    Scenario,
    Threat,
    concentration,
    direct_countries,
    exposure,
    flag_technologies,
    halt,
    solve,
    sourcing_spread,
    stop_losses,
)
from ...risk.production.tiers import over_all_tiers, shared_sources
from .bills import reached
from .cells import figures_of
from .company import HOME, YEAR, Company, Need
from .company_graph import SELF, UNNAMED, CompanyGraph, firm_id, item_id, sourcing_facts, stop_of
from .links import IS, Link
from .parts import PartRow, add_stakes, coverage, part_rows
from .remarks import Remark

NOTHING = 1e-9
NOBODYS = "ATA"
"""Where nobody makes parts: its stop does what the stop of any country does that no row names."""
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
    ``unseen``: where a country or maker is blank, the most that the stop of one that no row names costs (None: no bound).
    """

    coverage: dict[str, Any]
    parts: list[PartRow]
    countries: list[dict[str, Any]]
    makers: list[dict[str, Any]]
    diamonds: list[dict[str, Any]]
    market: list[dict[str, Any]]
    spend: dict[str, Any] | None
    flags: list[dict[str, Any]]
    critical: list[dict[str, Any]]
    unsourced: list[str]
    unpriced: list[str]
    revenue: dict[str, float]
    unseen: dict[str, float | None]


def work_out(company: Company, built: CompanyGraph, links: list[Link], lang: str) -> Figures:
    """Return all figures of a company.

    What a stop takes away is worked out on the company's own facts, as estimate, certain and possible loss
    (`risk.stop_losses`). A halt of everything at home is no question of sourcing, and is left out. For the other countries
    the market-level facts above are added: their certain loss by the company's own links, their estimate by guessed links,
    too. What they make possible is nearly everything, and is not shown.
    """
    priced = {id: float(row["revenue"]) for id, row in company.products.items() if row.get("revenue") is not None}
    revenue = {id: value for id, value in priced.items() if id not in company.bare}  # the others' loss is not known
    facts = sourcing_facts(company)
    exposed = exposure(built.own, None, SELF, level="supplier", facts=facts)
    diamonds = _diamonds(company, built, exposed)
    parts = part_rows(company, exposed, sourcing_spread(built.own, SELF, facts, home=HOME), links)
    countries, firms, unseen = _countries(company, built), _firms(company), _unseen(company, built)
    threats = [*(stop_of(company, node) for node in [*countries, *firms]), *unseen]
    values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
    losses = stop_losses(built.own, threats, values, buyer=SELF, facts=facts)
    add_stakes(company, parts, losses.items.filter(pl.col("threat").is_in([*countries, *firms])))
    above = _Above(built, countries)
    built.forget(large_only=True)  # what follows looks at others
    hit = losses.products.partition_by("threat", as_dict=True)
    gone: dict[str, list[str]] = defaultdict(list)
    for threat, item in losses.items.filter(pl.col("lost") > 1 - NOTHING).select("threat", "item").iter_rows():
        gone[threat].append(item)
    firsts = first_parts(losses.items)
    rows, bought = [], _bought(company)
    for node in [*countries, *firms] if company.described else ():
        about = hit[(node,)], gone[node], firsts.get(node)
        rows.append(_row(company, built, node, list(bought[node]), *about, revenue, above))
    rows = sorted((row for row in rows if row["products"]), key=_worst_first)
    return Figures(
        coverage=coverage(company, built, links, priced),
        parts=sorted(parts, key=lambda row: (-(row["revenue"] or 0), -(row["spend"] or 0), row["part"])),
        countries=[row for row in rows if not row["maker"]],
        makers=[row for row in rows if row["maker"]],
        diamonds=diamonds,
        market=_market(built.graph),
        spend=_spend(company, built, facts),
        flags=_flags(company, lang),
        critical=_critical(company, [link for link in links if link.used], built.graph),
        unsourced=built.unsourced,
        unpriced=[id for id in company.products if id not in {*revenue, *company.bare}],
        revenue=revenue,
        unseen={
            one.scenario.name: _bound(product_rows(hit[(one.scenario.name,)]), "lost_high", revenue, one.days / YEAR)
            for one in (unseen if company.described else ())
        },
    )


def _unseen(company: Company, built: CompanyGraph) -> list[Threat]:
    """Stops of what no row names: a country, where one is blank, and a maker."""
    active = company.all_used
    found, nobodys = [], bool(company.rests or company.nameless)
    if nobodys or any(source.country is None for source in active):
        found.append(Threat(Scenario("country", stop_of(company, NOBODYS).scenario), company.stop_days))
    blank = [halt(id) for id, plant in built.plants.items() if plant.firm is None]
    blank += [halt(UNNAMED)] if nobodys else []
    return [*found, Threat(Scenario("maker", blank), company.stop_days)] if blank else found


def _worst_first(row: dict[str, Any]) -> tuple[Any, ...]:
    return -row["loss"], -row["lost"], -row["loss_low"], -row["lost_high"], row["node"]


# Stops ---------------------------------------------------------------------------------------------------------------


def _countries(company: Company, built: CompanyGraph) -> list[str]:
    """Countries of the company's own sources, and the ones that lead a market above."""
    spend: dict[str, float] = defaultdict(float)
    for source in company.all_used:
        if source.country:
            spend[source.country] += source.spend or 0.0
    views = concentration(built.graph).filter(
        pl.col("preferred")
        & (pl.col("scope") == "world")
        & (pl.col("level") == "country")
        & (pl.col("top_share_low") >= LEADING)
    )
    leading = set(views["top_supplier"].drop_nulls()) | company.countries_of_cards
    return sorted((set(spend) | leading) - {HOME}, key=lambda code: (code not in spend, -spend.get(code, 0.0), code))


def _firms(company: Company) -> list[str]:
    """Named makers, the ones with the most spend first."""
    spend: dict[str, float] = defaultdict(float)
    for source in company.all_used:
        if source.maker:
            spend[str(firm_id(source.maker))] += source.spend or 0.0
    return sorted(spend, key=lambda id: (-spend[id], id))


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


def _bought(company: Company) -> dict[str | None, dict[str, None]]:
    """Parts by where they are bought today: countries and makers."""
    found: dict[str | None, dict[str, None]] = defaultdict(dict)
    for part in company.sources:
        for source in company.used(part):
            found[source.country][part] = found[firm_id(source.maker)][part] = None
    return found


def _row(
    company: Company,
    built: CompanyGraph,
    node: str,
    parts: list[str],
    hit: pl.DataFrame,
    stopped: list[str],
    first: str | None,
    revenue: dict[str, float],
    above: _Above,
) -> dict[str, Any]:
    """What is lost when a country or a maker stops; money is blank where it has no bound or nothing is known of it."""
    all_ = product_rows(hit)
    for one in all_:
        key = node, item_id(one["product"])
        one["market_low"] = certain = max(one["stops_low"], 1 - above.certain.get(key, 1.0))
        one["market"] = max(one["stops"], certain, 1 - above.estimate.get(key, 1.0))
    products = [row for row in all_ if max(row["stops_high"], row["market"], row["lost_low"]) > NOTHING]
    country = not node.startswith(f"{SELF}@")
    return {
        "node": node,
        "maker": not country,
        "name": None if country else built.name(node),
        "countries": [node]
        if country
        else sorted({str(built.plants[id].country) for id in built.plants_of(node) if built.plants[id].country}),
        "parts": parts,
        "stopped_parts": [item.partition(":")[2] for item in stopped],
        "first_part": first,
        "first_stock": None if first is None else company.parts[first].stock_days,
        "first_least": None if first is None else company.parts[first].stock_least,
        "first_most": None if first is None else company.parts[first].stock_most,
        **figures_of("first_switch", None if first is None else company.switching(first), ""),
        "products": products,
        **totals(all_, revenue, company.stop_days),  # of others may be lost what hangs on parts that nobody is named for
        "market": _money(products, "market", revenue),
        "market_low": _money(products, "market_low", revenue),
        "refs": list(dict.fromkeys(ref for part in parts for s in company.sources[part] for ref in s.refs))[:40],
    }


def first_parts(items: pl.DataFrame) -> dict[str, str]:
    """Return by threat the part that runs out first, by the estimate: its stock over the part of its supply that is lost."""
    own = items.filter(pl.col("days").is_finite()).sort("threat", pl.col("days").round(6), "item")
    firsts = own.unique("threat", keep="first", maintain_order=True).select("threat", "item")
    return {threat: item.partition(":")[2] for threat, item in firsts.iter_rows()}


def product_rows(hit: pl.DataFrame) -> list[dict[str, Any]]:
    """Return rows of `risk.stop_losses` as rows of the report: the estimate under its plain name."""
    names = {"lost": "lost_estimate", "day": "day_estimate", "stops": "stops_estimate"}
    rows = []
    for row in hit.iter_rows(named=True):
        plain = {name: row[column] for name, column in names.items()}
        rest = {name: row[name] for name in row if not name.endswith("_estimate") and name not in {"threat", "product"}}
        rows.append({"product": row["product"].partition(":")[2]} | plain | rest)
    return rows


def totals(products: list[dict[str, Any]], revenue: dict[str, float], days: float) -> dict[str, Any]:
    """Return what a stop of so many days costs, with its first shortage; no upper bound is None.

    ``loss_high_priced``: what of the possible loss falls on products with a stated revenue.
    """
    worth = days / YEAR
    return {
        "lost": sum(row["lost"] for row in products),
        "lost_high": sum(row["lost_high"] for row in products),
        "day": min((row["day"] for row in products if row["day"] is not None), default=None),
        "day_low": min((row["day_low"] for row in products if row["day_low"] is not None), default=None),
        "day_high": min((row["day_high"] for row in products if row["day_high"] is not None), default=None),
        "loss": worth * _money(products, "lost", revenue),
        "loss_low": worth * _money(products, "lost_low", revenue),
        "loss_high": _bound(products, "lost_high", revenue, worth),
        "loss_high_priced": worth * _money(products, "lost_high", revenue),
        "loss_open": _bound(products, "lost_open", revenue, worth),
        "year": _money(products, "stops", revenue),
        "year_low": _money(products, "stops_low", revenue),
        "year_high": _bound(products, "stops_high", revenue, 1.0),
    }


def _money(products: Iterable[dict[str, Any]], column: str, revenue: dict[str, float]) -> float:
    return sum(row[column] * revenue.get(row["product"], 0.0) for row in products)


def _bound(products: list[dict[str, Any]], column: str, revenue: dict[str, float], worth: float) -> float | None:
    """The most that may be lost; without bound where a product that may be hit has no stated revenue."""
    if any(row[column] > NOTHING and row["product"] not in revenue for row in products):
        return None
    return worth * _money(products, column, revenue)


# Other tables --------------------------------------------------------------------------------------------------------


def _diamonds(company: Company, built: CompanyGraph, exposed: pl.DataFrame) -> list[dict[str, Any]]:
    """Parts of two or more sources that certainly stop with one place or maker that is none of them."""
    found = [(exposed, False), (shared_sources(built.own, SELF, level="country"), False)]
    if built.stated is not built.own:
        found.append((shared_sources(built.stated, SELF, level="country"), True))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for frame, market in found:
        hit = frame.filter(pl.col("diamond_source").is_not_null(), pl.col("item").str.starts_with(f"{SELF}:"))
        for row in hit.iter_rows(named=True):
            part, node = row["item"].partition(":")[2], row["diamond_source"]
            plant = built.plants.get(node)
            if part in company.sources:
                rows.setdefault(
                    (part, node),
                    {
                        "part": part,
                        "name": company.parts[part].name,
                        "node": node,
                        "node_name": None if plant is None else plant.maker,
                        "country": node if plant is None else plant.country,
                        "suppliers": row["diamond_suppliers"],
                        "lost": row["diamond_loss"],
                        "market": market,
                        "refs": [ref for source in company.used(part) for ref in source.refs],
                    },
                )
    return sorted(rows.values(), key=lambda row: (row["market"], -row["lost"], row["part"], row["node"]))


def _spend(company: Company, built: CompanyGraph, facts: pl.DataFrame) -> dict[str, Any] | None:
    """Countries behind what is bought; unknown stands apart.

    ``direct``: where it is made, by the amounts of the rows; ``quantity``: by the shares of each part, weighed by how many
    pieces of it go into one of each product; ``all``: by spend over all tiers.
    """
    amounts: dict[str | None, float] = defaultdict(float)
    spend: dict[str, float] = {}
    blank = 0
    for part in company.direct:
        active = company.used(part)
        for source in active:
            amounts[source.country] += source.spend or 0.0
        amounts[None] += company.nobodys(part) or 0.0
        known = sum(source.spend or 0.0 for source in active) + (company.nobodys(part) or 0.0)
        blank += company.spend(part) is None
        if known > 0:
            spend[item_id(part)] = known
    if not spend or company.mixed:
        return None
    total, pieces = sum(spend.values()), _pieces(company)
    built.forget(large_only=True)
    unknown = amounts.pop(None, 0.0) / total
    found: dict[str, dict[str, tuple[float, float]]] = {
        "direct": {str(code): (one / total, min(1.0, one / total + unknown)) for code, one in amounts.items()},
        "quantity": _ends(direct_countries(built.own, SELF, facts, pieces)),
        "all": _ends(over_all_tiers(built.graph, spend, SELF)),
    }
    rest = {which: 1.0 - sum(low for low, _ in shares.values()) for which, shares in found.items()} | {"direct": unknown}
    told = {"direct": True, "quantity": bool(pieces), "all": True}  # without a quantity nothing can be said of quantities
    rows = []
    for code in dict.fromkeys(code for shares in found.values() for code in shares):
        row: dict[str, Any] = {"country": code}
        for which, shares in found.items():
            nothing = (0.0, rest[which]) if told[which] else (None, None)
            row |= dict(zip((f"{which}_low", f"{which}_high"), shares.get(code, nothing), strict=True))
        rows.append(row)
    rows.sort(key=lambda row: (-row["direct_low"], -row["all_low"], row["country"]))
    left = {which: max(0.0, part) if told[which] else None for which, part in rest.items()}
    about = {"total": total, "parts": len(spend), "blank": blank, "pieces": len(pieces)}
    return {"shares": rows, "unknown": left} | about


def _ends(frame: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Bounds by country."""
    rows = frame.select("country", "share_low", "share_high").iter_rows()
    return {country: (low, high) for country, low, high in rows if country is not None}


def _pieces(company: Company) -> dict[str, float]:
    """Pieces of each bought part in one of each product.

    A part that has no quantity, or that is one of several alternatives, on some way up is left out.
    """
    below: dict[str, list[Need]] = defaultdict(list)
    bought = set(company.bought)
    for need in company.needs:
        if need.parent not in bought:  # what goes into a bought part its maker buys
            below[need.parent].append(need)
    levels = {parent: [need.part for need in lines] for parent, lines in below.items()}
    open_ = Counter(part for above in reached(company.products, levels) for part in levels.get(above, ()))
    found: dict[str, float | None] = dict.fromkeys(company.products, 1.0)
    front = [product for product in company.products if not open_[product]]
    while front:
        at = front.pop()
        for need in below[at]:
            each = None if need.group is not None else need.quantity
            before, many = found.get(need.part, 0.0), found[at]
            found[need.part] = None if None in (before, many, each) else before + many * each  # pyright: ignore
            open_[need.part] -= 1
            if not open_[need.part]:
                front.append(need.part)
    return {item_id(part): many for part, many in found.items() if many and part in bought}


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
    # Whatever says what a part is may say that it is one of the 24: a footprint, a description beside the name.
    told = [(" ".join(dict.fromkeys(filter(None, (part.name, part.words)))), part) for part in parts]
    lines = [(text, part.hs, part.id, part.refs[0], False) for text, part in told if text]
    lines += [(row["technology"], None, row["technology"], row["_ref"], True) for row in company.technologies]
    frame = flag_technologies([line[0] for line in lines], hs=[line[1] for line in lines], lang=lang)
    found = [
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
    return found + list(_stated_numbers(company, found))


def _stated_numbers(company: Company, found: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Technologies of which the company itself says which of the 24 they may be, where their names do not say so."""
    named = {(row["subject"], row["technology"]) for row in found if row["own_technology"]}
    numbers = set(technologies()["number"])
    for row in company.technologies:
        number = row.get("number")
        if number is None or (row["technology"], int(number)) in named:
            continue
        if int(number) not in numbers:
            message = Message("app.audit_company.no_technology", value=f"{number:g}")
            sheet, _, line = row["_ref"].rpartition("!")
            company.remarks.append(Remark(sheet, message, int(line), "number", f"{number:g}", "warning"))
            continue
        yield {
            "subject": row["technology"],
            "text": row["technology"],
            "own_technology": True,
            "technology": int(number),
            "verdict": "stated",
            "evidence": "",
            "reason": "",
            "refs": [row["_ref"]],
        }


def _critical(company: Company, links: list[Link], graph: SupplyGraph) -> list[dict[str, Any]]:
    """Parts that the project's own mapping tags with a specified critical product."""
    names = {row["id"]: row for row in critical_products().iter_rows(named=True)}
    items = {id: (en, ja or en) for id, en, ja in graph.items.select("id", "name_en", "name_ja").iter_rows()}
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
                    **dict(zip(("by_en", "by_ja"), items.get(link.item, (link.item, link.item)), strict=True)),
                    "sure": link.relation == IS and tag["confidence"] == "estimated" and not link.guessed,
                    "refs": company.parts[link.part].refs[:1],
                }
            )
    return sorted(rows, key=lambda row: (row["product"], row["part"]))
