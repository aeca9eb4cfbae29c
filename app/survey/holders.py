"""Whose a maker is: what a sanction may cost because nobody stated it, and what an answer would take off that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ...risk import Change, Scenario, Threat, stop_losses
from ..audit.company import Company
from ..audit.company_graph import SELF, CompanyGraph, build_graph, item_id, sourcing_facts
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


def unowned(company: Company, figures: Figures, value: Callable[[str], float], most: int) -> Iterator[Unowned]:
    """Yield the makers on whom the possible loss of a sanction hangs, in the order in which their stops cost most.

    No more than ``most`` of them, and `MAKERS`.
    ``value`` is what a product is worth over a stop. The answers that are tried: it belongs to nobody, and it is the
    sanctioned company's.
    """
    built = build_graph(company)
    # An answer may bring another group to the fore: what it is worth is told of the questions that are asked today.
    company = replace(company, scenarios=rows_of(company, built, figures))
    asked = [one for one in questions(company, built, figures) if one.kind == "sanctions" and one.firms]
    asked = [one for one in asked if one.possible or one.unowned][:SANCTIONS]
    now = {one.id: _width(company, built, one, value) for one in asked}
    open_ = {built.plants[str(hit.node)].maker for one in asked for hit in (*one.possible, *one.unowned)}
    named = [row["name"] for row in figures.makers if row["name"] in open_]
    for maker in named[: min(MAKERS, most)]:
        narrows = {}
        for one in asked:
            answers: tuple[dict[str, float | None], ...] = {maker: None}, {one.firms[0]: 1.0}
            each = [_answered(company, built, figures, one, maker, held, value) for held in answers]
            gains = [max(0.0, now[one.id] - width) for width in each]
            narrows[one.id] = (min(gains), max(gains))
        hangs = max((_alone(company, built, one, maker, value) for one in asked), default=0.0)
        yield Unowned(maker, max(now.values()), narrows, hangs)


def _answered(
    company: Company,
    built: CompanyGraph,
    figures: Figures,
    asked: Asked,
    maker: str,
    held: Mapping[str, float | None],
    value: Callable[[str], float],
) -> float:
    """How wide a sanction is once it is known whose a maker is."""
    told = replace(company, owners=company.owners | {maker: dict(held)})
    again: Sequence[Asked] = questions(told, build_graph(told), figures)
    # A sanction says of each plant that it stops: whose the others are changes nothing of what goes into what.
    return next((_width(company, built, one, value) for one in again if one.id == asked.id), 0.0)


def _width(company: Company, built: CompanyGraph, asked: Asked, value: Callable[[str], float]) -> float:
    """What a sanction may cost beyond what it certainly costs."""
    low = _lost(company, built, asked, "low", asked.certain)
    most = _lost(company, built, asked, "open", (*asked.certain, *asked.possible, *asked.unowned))
    return max(0.0, _worth(most, value) - _worth(low, value)) * asked.days / company.stop_days


def _alone(company: Company, built: CompanyGraph, asked: Asked, maker: str, value: Callable[[str], float]) -> float:
    """What may be lost without a maker that may be a group's, of what the others' stop does not certainly cost."""
    own = tuple(hit for hit in (*asked.possible, *asked.unowned) if built.plants[str(hit.node)].maker == maker)
    low, most = _lost(company, built, asked, "low", asked.certain), _lost(company, built, asked, "open", own)
    beyond = {product: max(0.0, part - low.get(product, 0.0)) for product, part in most.items()}
    return _worth(beyond, value) * asked.days / company.stop_days


def _worth(lost: Mapping[str, float], value: Callable[[str], float]) -> float:
    return sum(part * value(product) for product, part in lost.items())


def _lost(
    company: Company, built: CompanyGraph, asked: Asked, end: Literal["low", "open"], hit: tuple[Change, ...]
) -> dict[str, float]:
    """What part of each product is lost while some stop, in a reading."""
    if not hit:
        return {}
    values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
    threat, facts = Threat(Scenario(asked.id, hit), asked.days), sourcing_facts(company)
    found = stop_losses(built.own, [threat], values, buyer=SELF, facts=facts, figures=[end]).products
    return {product.partition(":")[2]: part for product, part in found.select("product", f"lost_{end}").iter_rows()}
