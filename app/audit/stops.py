"""What is lost when a country or a maker stops: three readings of what the company's files leave blank.

A blank is read where it hurts least (the **certain** loss), where it hurts most (the **possible** one), and as an estimate:

==================  ====================  ====================  =====================================================
blank               least                 most                  estimate
==================  ====================  ====================  =====================================================
stock               lasts the whole stop  none                  the median of the stated stocks, else none
switching time      at once               never                 the median of the stated times, else never
country of a plant  elsewhere             where the stop is     there by the part that the country has of known plants
maker               somebody else         the one that stops    somebody else
==================  ====================  ====================  =====================================================

Blank shares are read by the network itself. Parts that nobody is named for are left out of the three, and let in again for a
fourth figure: what is possible with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from ...graph import ProductionNetwork
from ...risk import Assumptions, Change, Measure, Scenario, Solution, Threat, halt, new_source, reduce, solve
from ...risk.production.threatened import Problem, Weighing, needed_sources
from .company import Company, Source
from .company_graph import SELF, CompanyGraph, behind_id, item_id, plant_id, source_behind

HORIZON = 180.0
"""Days that a stop lasts."""
NOTHING = 1e-9
YEAR = 365.0


@dataclass(frozen=True)
class Case:
    """One reading of all blanks, as of a risk ("low" is the certain one); ``open``: with parts nobody is named for."""

    name: str
    reading: str
    open: bool = False

    def blank(self, least: float, most: float, estimate: float) -> float:
        """Return the value of this reading."""
        return {"low": least, "high": most, "estimate": estimate}[self.reading]


ESTIMATE, LOW, HIGH, OPEN = (
    Case("estimate", "estimate"),
    Case("low", "low"),
    Case("high", "high"),
    Case("open", "high", True),
)
_KEPT = {"estimate": "estimate", "low": "high", "high": "low"}


@dataclass(frozen=True)
class Stop:
    """What stops: a country, or a maker with all its plants."""

    node: str
    country: bool
    behind: tuple[Change, ...] = ()
    """What suppliers handed on about it, in cards."""


def stop_of(company: Company, country: str) -> Stop:
    """Return the stop of a country, with what suppliers handed on about it in their cards."""
    changes = (
        change
        for (part, supplier), card in company.cards.items()
        for change in card.handed_on(country).changes(source_behind(part, supplier), behind_id(part, supplier))
    )
    return Stop(country, True, tuple(changes))


class Stops:
    """A company under stops of `HORIZON` days, with candidates for measures compiled in."""

    def __init__(self, company: Company, built: CompanyGraph, candidates: Sequence[Candidate] = ()) -> None:
        self.company, self.built, self.candidates = company, built, list(candidates)
        self.values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
        self.cases = [ESTIMATE, LOW, HIGH, *([OPEN] if built.unsourced else [])]
        self.standing = {case.name: list(_switching(company, case)) for case in self.cases}

    # Scenarios -------------------------------------------------------------------------------------------------------

    def scenario(self, stop: Stop, case: Case) -> Scenario:
        """Return a stop as a reading sees it."""
        plants = self.built.plants
        changes: list[Change] = [halt(stop.node)] if stop.country else []
        changes += [change for change in stop.behind if change.kind != "stockpile"]
        for id, plant in plants.items():
            if not stop.country and plant.firm == stop.node:
                changes.append(halt(id))
            elif stop.country and plant.country is None:
                part = case.blank(0.0, 1.0, self.parts_of_countries.get(stop.node, 0.0))
                changes += [reduce(id, part)] if part else []
            elif not stop.country and plant.firm is None and case.reading == "high":
                changes.append(halt(id))
        return Scenario(stop.node, changes)

    @cached_property
    def parts_of_countries(self) -> dict[str, float]:
        """The part that each country has of the sources whose country is known, by spend where it is stated for all."""
        known = [s for sources in self.company.sources.values() for s in sources if s.active and s.country]
        by_spend = all(source.spend for source in known)
        found: dict[str, float] = {}
        for source in known:
            found[str(source.country)] = found.get(str(source.country), 0.0) + (
                float(source.spend or 0) if by_spend else 1.0
            )
        total = sum(found.values())
        return {code: part / total for code, part in found.items()}

    def network(self, case: Case) -> ProductionNetwork:
        """Return the company's network, with everything that may be opened in it, shut."""
        graph = self.built.own if case.open else self.built.sourced
        measures = [*self.standing[case.name], *(one.measure(case) for one in self.candidates)]
        return graph.network(None, buyer=SELF, level="company", sources=needed_sources([], measures))

    def short(self, stop: Stop, case: Case) -> set[str]:
        """Return the items that a stop makes short where nothing is in stock and nobody else delivers."""
        kept = _KEPT[case.reading]
        bare = solve(self.network(case), self.scenario(stop, case), None, (kept,))
        levels = bare.levels(kept)
        return {item for item, level in zip(bare.network.items, levels, strict=True) if level < 1 - NOTHING}

    def problem(self, stops: Sequence[Stop], case: Case, weight: float = 1.0, items: set[str] | None = None) -> Problem:
        """Return the stops as threats to all products; measures: what stands ready (for ``items``), then the candidates."""
        network = self.network(case)
        known = set(network.items)
        stocks = {item_id(part): self.stock(part, case) for part in [*self.company.direct, *self.company.told]}
        stocks = {item: days for item, days in stocks.items() if days and item in known}
        weighing = Weighing(
            {item: (value or 0.0) / YEAR for item, value in self.values.items()},
            [weight] * len(stops),
            dict.fromkeys(self.values, 1.0 / max(1, len(self.values))),
        )
        threats = [Threat(self._stocked(stop, case), HORIZON) for stop in stops]
        ready = [measure for measure in self.standing[case.name] if items is None or measure.item in items]
        measures = [*ready, *(one.measure(case) for one in self.candidates)]
        return Problem(network, weighing, threats, measures, stocks, {}, Assumptions(), 1.0)

    def _stocked(self, stop: Stop, case: Case) -> Scenario:
        """A stop with the stocks of those who handed on that they hold some."""
        stocks = [change for change in stop.behind if change.kind == "stockpile"]
        return Scenario(stop.node, [*self.scenario(stop, case), *stocks])

    def stock(self, part: str, case: Case) -> float:
        """Return the days of stock of a part."""
        days = self.company.parts[part].stock_days
        return case.blank(HORIZON, 0.0, self.usual_stock) if days is None else days

    @cached_property
    def usual_stock(self) -> float:
        """The median of the stated stocks."""
        stated = [self.company.parts[part].stock_days for part in self.company.direct]
        known = [days for days in stated if days is not None]
        return float(median(known)) if known else 0.0

    # Figures ---------------------------------------------------------------------------------------------------------

    def losses(self, stops: Sequence[Stop]) -> list[Losses]:
        """Return what each stop does to each product."""
        parts = [part for part in self.company.bought if part in self.company.sources]
        found = [Losses({}, {}) for _ in stops]
        if not stops or not self.values:
            return found
        for case in self.cases:
            problem, network, kept = self.problem(stops, case), self.network(case), _KEPT[case.reading]
            for stop, threatened, losses in zip(stops, problem.parts, found, strict=True):
                bare = solve(network, self.scenario(stop, case), None, (kept,))
                course = threatened.run(self._useful(bare, kept, case), case.reading)
                for i, item in enumerate(threatened.products):
                    row = losses.products.setdefault(item.partition(":")[2], {})
                    row[case.name] = (float(course.lost[i]), float(course.below[i]), 1.0 - bare.level(item, kept))
                if case is ESTIMATE:
                    levels = bare.levels(kept, [item_id(part) for part in parts])
                    short = ((part, 1.0 - float(level)) for part, level in zip(parts, levels, strict=True))
                    losses.short.update((part, lost) for part, lost in short if lost > NOTHING)
        return found

    def first(self, losses: Losses) -> str | None:
        """Return the part that runs out first, by the estimate: its stock over the part of its supply that is lost."""
        direct = set(self.company.direct)
        days = {part: self.stock(part, ESTIMATE) / lost for part, lost in losses.short.items() if part in direct}
        return min(days, key=lambda part: (days[part], part), default=None)

    def _useful(self, bare: Solution, kept: str, case: Case) -> list[int]:
        """What stands ready for items that are short without stocks; the rest changes nothing."""
        items = bare.network.items
        short = {item for item, level in zip(items, bare.levels(kept), strict=True) if level < 1 - NOTHING}
        return [j for j, measure in enumerate(self.standing[case.name]) if measure.item in short]


@dataclass(frozen=True)
class Losses:
    """What a stop does.

    ``products``: by product and case the part of its output that is lost while the stop lasts, the day of the first shortage
    (`HORIZON` when there is none), and the part of its output that stops where nothing is in stock and nobody else delivers.
    ``short``: what is lost of the bought parts, by the estimate.
    """

    products: dict[str, dict[str, tuple[float, float, float]]]
    short: dict[str, float]


@dataclass(frozen=True)
class Candidate:
    """Something that could be done: a stock of ``days``, or a source of ``share`` after ``ready`` days (None: unknown)."""

    id: str
    item: str
    cost: float | None
    days: float = 0.0
    share: float | None = None
    node: str | None = None
    ready: float | None = 0.0
    usual: float = HORIZON

    def measure(self, case: Case) -> Measure:
        """Return the measure as a reading sees it."""
        if self.share is None:
            return Measure(self.id, self.item, days=self.days, cost=self.cost)
        ready = case.blank(0.0, HORIZON, self.usual) if self.ready is None else self.ready
        return new_source(self.id, self.item, share=self.share, node=self.node, ready=ready, cost=self.cost)


def _switching(company: Company, case: Case) -> Iterable[Measure]:
    """What stands ready today: a qualified alternative from where it stands, else another source after the stated time."""
    stated = [days for part in company.direct if (days := company.switch_days(part)) is not None]
    usual = float(median(stated)) if stated else HORIZON
    for part in company.direct:
        for n, (days, place) in enumerate(_ready(company.sources.get(part, []), case, usual)):
            if days < HORIZON:
                yield new_source(f"ready:{part}:{n}", item_id(part), node=place, ready=days, cost=0.0)


def _ready(sources: list[Source], case: Case, usual: float) -> list[tuple[float, str | None]]:
    """Days until each source that stands ready delivers, and where it stands."""
    spare = [s for s in sources if not s.active and s.qualified is not False]
    doubtful = any(source.qualified is None for source in spare)
    if case.reading != "low":  # what may be an alternative is one where it hurts least
        spare = [source for source in spare if source.qualified]
    found: list[tuple[float, str | None]] = [
        (case.blank(0.0, HORIZON, usual) if s.switch_days is None else s.switch_days, plant_id(s)) for s in spare
    ]
    if (found and not (doubtful and case.reading == "low")) or (doubtful and case.reading == "high"):
        return found
    used = [source.switch_days for source in sources if source.active]
    stated = [days for days in used if days is not None]
    other = max(stated, default=usual)
    return [*found, (other if len(stated) == len(used) and stated else case.blank(0.0, HORIZON, other), None)]
