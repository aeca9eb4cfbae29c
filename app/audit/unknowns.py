"""What to find out first: the facts behind the widest intervals of the tiers that the company cannot see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from ...graph import SupplyGraph
from ...risk import Scenario, halt, solve, what_to_find_out
from .company_graph import SELF, CompanyGraph, item_id
from .figures import Figures

WIDE = 0.2
"""Twenty points between what is certain and what is possible."""
ASKED = 2
"""Intervals that are looked into, the ones with the most revenue between certain and possible."""
STEPS, DRAWS = 3, 16


@dataclass(frozen=True)
class Unknown:
    """A wide interval: what stops, the product, the bounds of what it loses, and the facts to find out first."""

    node: str
    product: str
    low: float
    high: float
    facts: pl.DataFrame


def unknowns(built: CompanyGraph, figures: Figures) -> list[Unknown]:
    """Return the widest intervals between the certain and the possible loss of a product, with `risk.what_to_find_out`."""
    if built.graph is built.own or not figures.revenue:
        return []
    wide = _wide(built.graph, figures)[:ASKED]
    own = built.own.suppliers["id"].implode()  # where these stand the question loop asks of whoever can answer
    asked: dict[str, list[Scenario]] = defaultdict(list)
    for node, product, _, _ in wide:
        asked[product].append(Scenario(node, halt(node)))
    facts = {
        product: what_to_find_out(
            built.graph, stops, product=item_id(product), buyer=SELF, level="company", steps=STEPS, draws=DRAWS
        ).filter(pl.col("step").is_not_null() & ~pl.col("supplier").is_in(own).fill_null(False))
        for product, stops in asked.items()
    }
    found = [Unknown(*about, facts[about[1]].filter(pl.col("scenario") == about[0])) for about in wide]
    return [one for one in found if one.facts.height]


def _wide(graph: SupplyGraph, figures: Figures) -> list[tuple[str, str, float, float]]:
    network = graph.network(None, buyer=SELF, level="company")
    known = set(network.makers["country"].drop_nulls())
    goods = [id for id in figures.revenue if item_id(id) in set(network.items)]
    rows = []
    for row in figures.countries:
        if row["node"] not in known:
            continue
        solved = solve(network, Scenario(row["node"], halt(row["node"])), None, ("low", "high"))
        least, most = (solved.levels(end, [item_id(id) for id in goods]) for end in ("high", "low"))
        rows += [
            (row["market"], (row["node"], id, 1 - float(a), 1 - float(b)))
            for id, a, b in zip(goods, least, most, strict=True)
        ]
    wide = [(market, found) for market, found in rows if found[3] - found[2] > WIDE]
    # A country that the estimate says much of comes first, then the interval with the most revenue in it.
    order = sorted(wide, key=lambda row: (-row[0], -(row[1][3] - row[1][2]) * figures.revenue[row[1][1]], row[1]))
    first = {found[0]: found for _, found in reversed(order)}  # one product of each stop
    return [found for _, found in order if first[found[0]] is found]
