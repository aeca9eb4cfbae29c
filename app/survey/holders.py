"""Whose a maker is: what a sanction may cost because nobody stated it, and what an answer would take off that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from ...risk import Change, Scenario, Threat, stop_losses
from ..audit.company import Company
from ..audit.company_graph import SELF, CompanyGraph, holders_graph, item_id, sourcing_facts
from ..audit.figures import Figures
from ..audit.scenarios import Asked, questions, rows_of

MAKERS, SANCTIONS = 6, 2
"""Makers whose holders are asked about, those first whose stop costs most, and sanctions that are looked at."""
ANSWERS = 4
"""Stops that are worked out for each maker, at most: two answers to two sanctions."""


@dataclass(frozen=True)
class Unowned:
    """A maker that may be a sanctioned group's, and by how much an answer narrows each sanction (least, most), by its id."""

    maker: str
    width: float
    narrows: dict[str, tuple[float, float]]


def unowned(
    company: Company, built: CompanyGraph, figures: Figures, value: Callable[[str], float], most: int
) -> Iterator[Unowned]:
    """Yield the makers on whom the possible loss of a sanction hangs, in the order in which their stops cost most.

    No more than ``most`` of them, and `MAKERS`. ``built`` is the company's graph.
    ``value`` is what a product is worth over a stop. The answers that are tried: it belongs to nobody, and it is the
    sanctioned company's.
    """
    # An answer may bring another group to the fore: what it is worth is told of the questions that are asked today.
    company = replace(company, scenarios=rows_of(company, built, figures))
    asked = [one for one in questions(company, built, figures) if one.kind == "sanctions" and one.firms]
    asked = [one for one in asked if one.possible or one.unowned][:SANCTIONS]
    open_ = {built.plants[str(hit.node)].maker for one in asked for hit in (*one.possible, *one.unowned)}
    named = [row["name"] for row in figures.makers if row["name"] in open_][: min(MAKERS, most)]
    again = {(maker, one.id): _answered(company, built, figures, one, maker) for maker in named for one in asked}
    widths = _widths(company, built, [*asked, *chain.from_iterable(again.values())], value)
    for maker in named:
        narrows = {}
        for one in asked:
            gains = [max(0.0, widths[_hits(one)] - widths[_hits(then)]) for then in again[maker, one.id]]
            narrows[one.id] = (min(gains), max(gains))
        yield Unowned(maker, max(widths[_hits(one)] for one in asked), narrows)


def _answered(company: Company, built: CompanyGraph, figures: Figures, asked: Asked, maker: str) -> list[Asked]:
    """What a sanction is once it is known whose a maker is, for each answer; one that hits nobody where it is none."""
    answers: tuple[dict[str, float | None], ...] = {maker: None}, {asked.firms[0]: 1.0}
    found = []
    for held in answers:
        told = replace(company, owners=company.owners | {maker: held})
        # A sanction says of each plant that it stops: whose the others are changes nothing of what goes into what.
        again = (one for one in questions(told, replace(built, own=holders_graph(told)), figures) if one.id == asked.id)
        found.append(next(again, replace(asked, certain=(), possible=(), unowned=())))
    return found


_Hits = tuple[float, tuple[Change, ...], tuple[Change, ...]]


def _hits(asked: Asked) -> _Hits:
    """For how many days a sanction stops what, certainly and at most."""
    return asked.days, asked.certain, (*asked.certain, *asked.possible, *asked.unowned)


def _widths(
    company: Company, built: CompanyGraph, asked: Iterable[Asked], value: Callable[[str], float]
) -> dict[_Hits, float]:
    """What sanctions may cost beyond what they certainly cost; many answers come to the same."""
    values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
    facts, hits = sourcing_facts(company), dict.fromkeys(map(_hits, asked))
    lost: dict[tuple[str, float, tuple[Change, ...]], float] = defaultdict(float)
    for end in ("low", "open"):
        each = list(dict.fromkeys((days, sure if end == "low" else most) for days, sure, most in hits))
        if not (each := [one for one in each if one[1]]):
            continue
        threats = [Threat(Scenario(str(number), hit), days) for number, (days, hit) in enumerate(each)]
        found = stop_losses(built.own, threats, values, buyer=SELF, facts=facts, figures=[end]).products
        for threat, product, part in found.select("threat", "product", f"lost_{end}").iter_rows():
            lost[end, *each[int(threat)]] += part * value(product.partition(":")[2])
    return {
        (days, sure, most): max(0.0, lost["open", days, most] - lost["low", days, sure]) * days / company.stop_days
        for days, sure, most in hits
    }
