"""What could be done: the company's own candidates with their cost, and proposals without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...graph import Message, ProductionNetwork
from ...graph.network import WORLD_MARKET
from ...risk import Plan, Scenario, Threat, best_measures, halt, mitigation, more_stock, new_source
from ...risk.production.remedies import Measure
from ...risk.production.threatened import needed_sources
from .company import Company
from .company_graph import CompanyGraph, item_id
from .figures import HORIZON, Figures, affordable, switching

PROPOSALS = 10
"""Parts that get proposals when the company names no measure for them, the ones with the most at risk first."""
THREATS = 20
"""Places and makers that the measures are tried against, the worst first."""


@dataclass(frozen=True)
class Mitigation:
    """Ranked measures, what doing nothing means, the best set, and what they were tried against."""

    nothing: dict[str, float]
    rows: list[dict[str, Any]]
    plan: Plan | None
    budget: float | None
    threats: list[str]


def mitigate(company: Company, built: CompanyGraph, figures: Figures, budget: float | None) -> Mitigation | None:
    """Return the mitigation of a company; ``None`` when revenue or threats are not known.

    A threat is one country or maker that stops for `HORIZON` days; all weigh the same. The company switches as
    `figures.switching` says.
    """
    worst = [row for row in [*figures.countries, *figures.makers] if row["loss_low"] > 0]
    network = built.network()  # which parts there are; the one that is asked has the new sources compiled in
    worst = sorted(worst, key=lambda row: (-row["loss_low"], row["node"]))[: min(THREATS, affordable(network))]
    if not figures.revenue or not worst:
        return None
    ready = switching(company)
    threats = [Threat(Scenario(row["node"], [*ready, halt(row["node"])]), HORIZON) for row in worst]
    found = [*_stated(company), *_proposed(company, figures)]
    known = {item for item, buyer in network.markets if buyer != WORLD_MARKET}
    candidates = [(measure, about) for measure, about in found if measure.item in known]
    measures = [measure for measure, _ in candidates]
    network = built.network(sources=needed_sources(threats, measures))
    frame = mitigation(network, figures.revenue, threats, measures, stocks=figures.stocks)
    about = {measure.id: about for measure, about in candidates}
    rows = frame.to_dicts()
    nothing = {name: rows[0][f"risk_{name}"] for name in ("estimate", "low", "high")}
    return Mitigation(
        nothing=nothing,
        rows=[{**row, **about[row["measure"]]} for row in rows[1:]],
        plan=_plan(network, figures, threats, measures, budget),
        budget=budget,
        threats=[row["node"] for row in worst],
    )


def _plan(
    network: ProductionNetwork, figures: Figures, threats: list[Threat], measures: list[Measure], budget: float | None
) -> Plan | None:
    if budget is None or not any(measure.cost is not None for measure in measures):
        return None
    return best_measures(network, figures.revenue, threats, measures, budget, stocks=figures.stocks)


def _stated(company: Company) -> list[tuple[Measure, dict[str, Any]]]:
    found = []
    for n, row in enumerate(company.measures, start=1):
        id, part = f"M{n:02d}", row["part"]
        if row["measure"] == "stock":
            measure = more_stock(id, item_id(part), row.get("days") or 0.0, cost=row.get("cost"))
        else:
            share = 1.0 if row.get("share") is None else float(row["share"])
            share = share / 100 if share > 1 else share
            delay = _delay(company, part) if row["measure"] == "qualify" else 0.0
            measure = new_source(id, item_id(part), share=share, node=row.get("country"), ready=delay, cost=row.get("cost"))
        found.append((measure, _about(company, part, row["measure"], measure, row.get("supplier"), True, row["_ref"])))
    return found


def _proposed(company: Company, figures: Figures) -> list[tuple[Measure, dict[str, Any]]]:
    """For single-source parts without a candidate: an alternative elsewhere, and stock until it could deliver."""
    named = {row["part"] for row in company.measures}
    open_parts = [
        row
        for row in figures.parts
        if row["single"] and not row["alternatives"] and row["revenue"] and row["part"] not in named
    ]
    open_parts.sort(key=lambda row: (-(row["revenue"] or 0.0), -(row["gap_days"] or 0.0), row["part"]))
    found = []
    for n, row in enumerate(open_parts[:PROPOSALS], start=1):
        part, ref = row["part"], row["refs"][0]
        source = new_source(f"P{n:02d}a", item_id(part), ready=_delay(company, part))
        found.append((source, _about(company, part, "qualify", source, None, False, ref)))
        if row["gap_days"] and row["gap_days"] > 0:
            stock = more_stock(f"P{n:02d}b", item_id(part), row["gap_days"])
            found.append((stock, _about(company, part, "stock", stock, None, False, ref)))
    return found


def _delay(company: Company, part: str) -> float:
    """A qualified alternative delivers after the part's lead time."""
    leads = [source.lead_days for source in company.sources.get(part, []) if source.lead_days is not None]
    return min(max(leads, default=0.0), HORIZON)


def _about(
    company: Company, part: str, kind: str, measure: Measure, supplier: str | None, stated: bool, ref: str
) -> dict[str, Any]:
    return {
        "part": part,
        "name": company.parts[part].name,
        "kind": kind,
        "supplier": supplier,
        "country": measure.node,
        "days": measure.days or None,
        "share": measure.share or None,
        "ready": measure.ready,
        "stated": stated,
        "refs": [ref],
    }


def describe(row: dict[str, Any], countries: dict[str, Message | str]) -> Message:
    """Return what a measure is, in words."""
    named = "both" if row["supplier"] and row["country"] else "supplier" if row["supplier"] else "place"
    who: Message | str = ""
    if row["supplier"] or row["country"]:
        who = Message(f"app.audit_report.with_{named}", supplier=row["supplier"], place=countries.get(row["country"], ""))
    share = f"{row['share']:.0%}" if row["share"] is not None else ""
    days = f"{row['days']:.0f}" if row["days"] is not None else ""
    return Message(f"app.audit_report.measure_{row['kind']}", who=who, share=share, days=days)
