"""Whose a maker is: what a sanction may cost because nobody stated it, and what an answer would take off that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

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
    """A maker that may be a sanctioned group's, and by how much an answer narrows each sanction (least, most), by its id.

    ``hangs``: what its stop may cost beyond what the sanction certainly costs. Other unknowns may hide it: where another
    maker's switching time is blank, all may be lost already; once that is known, whose this maker is counts.
    """

    maker: str
    width: float
    narrows: dict[str, tuple[float, float]]
    hangs: float


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
    if not named:
        return
    again = {(maker, one.id): _answered(company, built, figures, one, maker) for maker in named for one in asked}
    own = {(maker, one.id): _own(built, one, maker) for maker in named for one in asked}
    cases = [*asked, *chain.from_iterable(again.values())]
    low = _lost(company, built, "low", map(_sure, cases))
    widest = _lost(company, built, "open", [*map(_most, cases), *own.values()])

    def worth(lost: Mapping[str, float], days: float) -> float:
        return max(0.0, sum(part * value(product) for product, part in lost.items())) * days / company.stop_days

    def width(one: Asked) -> float:
        """What a sanction may cost beyond what it certainly costs."""
        return max(0.0, worth(widest[_most(one)], one.days) - worth(low[_sure(one)], one.days))

    def alone(one: Asked, maker: str) -> float:
        """What may be lost without a maker that may be a group's, of what the others' stop does not certainly cost."""
        sure = low[_sure(one)]
        lost = widest[own[maker, one.id]].items()
        return worth({product: max(0.0, part - sure.get(product, 0.0)) for product, part in lost}, one.days)

    for maker in named:
        narrows = {}
        for one in asked:
            gains = [max(0.0, width(one) - width(then)) for then in again[maker, one.id]]
            narrows[one.id] = (min(gains), max(gains))
        yield Unowned(maker, max(map(width, asked)), narrows, max(alone(one, maker) for one in asked))


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


_Stop = tuple[float, tuple[Change, ...]]
"""For how many days what stops."""


def _sure(asked: Asked) -> _Stop:
    return asked.days, asked.certain


def _most(asked: Asked) -> _Stop:
    return asked.days, (*asked.certain, *asked.possible, *asked.unowned)


def _own(built: CompanyGraph, asked: Asked, maker: str) -> _Stop:
    possible = (*asked.possible, *asked.unowned)
    return asked.days, tuple(hit for hit in possible if built.plants[str(hit.node)].maker == maker)


def _lost(
    company: Company, built: CompanyGraph, end: Literal["low", "open"], stops: Iterable[_Stop]
) -> dict[_Stop, dict[str, float]]:
    """What part of each product is lost in each stop, in a reading; many answers come to the same."""
    lost: dict[_Stop, dict[str, float]] = {stop: {} for stop in stops}
    if hitting := [stop for stop in lost if stop[1]]:
        values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
        threats = [Threat(Scenario(str(number), hit), days) for number, (days, hit) in enumerate(hitting)]
        facts = sourcing_facts(company)
        found = stop_losses(built.own, threats, values, buyer=SELF, facts=facts, figures=[end]).products
        for threat, product, part in found.select("threat", "product", f"lost_{end}").iter_rows():
            lost[hitting[int(threat)]][product.partition(":")[2]] = part
    return lost
