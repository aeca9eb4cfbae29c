"""What a stop does to each product, as bounds: the one door through which the question loop sees the audit's engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...risk import stop_losses
from ..audit.company import Company
from ..audit.company_graph import SELF, CompanyGraph, item_id, sourcing_facts, stop_of

Bounds = tuple[float, float]
"""Least and greatest."""


@dataclass(frozen=True)
class Stopped:
    """What a stop takes from a product, parts that nobody is named for counted as possible.

    ``stops``: part of the output that is missing once no stock is left; ``lost``: part of the output of the stop's days that
    is lost; ``day``: the first day of a shortage (the length of the stop: none).
    """

    stops: Bounds
    lost: Bounds
    day: Bounds


def stopped(company: Company, built: CompanyGraph, nodes: Sequence[tuple[str, bool]]) -> list[dict[str, Stopped]]:
    """Return by product what each stop of the company's days does; ``nodes`` are (id, whether a country), others are makers.

    A maker that the company does not buy from stops nothing.
    """
    known = set(built.own.suppliers["id"])
    here = [node for node, country in nodes if country or node in known]
    values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
    threats = [stop_of(company, node) for node in dict.fromkeys(here)]
    facts = sourcing_facts(company)
    results: dict[str, dict[str, Stopped]] = {}
    frame = stop_losses(built.own, threats, values, buyer=SELF, facts=facts, figures=("low", "open")).products
    for row in frame.iter_rows(named=True):
        first, last = (company.stop_days if row[f"day_{end}"] is None else row[f"day_{end}"] for end in ("open", "high"))
        ends = (row["stops_low"], row["stops_open"]), (row["lost_low"], row["lost_open"]), (first, last)
        results.setdefault(row["threat"], {})[row["product"].partition(":")[2]] = Stopped(*ends)
    return [results.get(node, {}) for node, _ in nodes]
