"""What a stop does to each product, as bounds: the one door through which the question loop sees the audit's engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..audit.company import Company
from ..audit.company_graph import CompanyGraph
from ..audit.stops import LOW, Stop, Stops, stop_of

DAYS = 180.0
"""Days of a stop that a card speaks of."""
NOTHING = 1e-9
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
    """Return by product what each stop does; ``nodes`` are (id, whether it is a country), others are makers.

    A maker that the company does not buy from stops nothing.
    """
    known = set(built.own.suppliers["id"])
    here = [(node, country) for node, country in nodes if country or node in known]
    runs = Stops(company, built)
    most = runs.cases[-1]  # with parts that nobody is named for, where there are some
    runs.cases = [LOW, most]
    found = runs.losses([stop_of(company, node) if country else Stop(node, False) for node, country in here])
    results = {}
    for node, losses in zip(here, found, strict=True):
        products = {}
        for product, cases in losses.products.items():
            (lost, day, stops), (lost_most, first, stops_most) = cases["low"], cases[most.name]
            ends = (stops, max(stops, stops_most)), (lost, max(lost, lost_most)), (min(day, first), day)
            products[product] = Stopped(*ends)
        results[node] = products
    return [results.get(node, {}) for node in nodes]
