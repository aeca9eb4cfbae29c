"""What could be done: the company's own candidates with their cost, and proposals without one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from ...graph import LimitError, Message
from ...risk.production.planning import TIME_LIMIT, best_set
from .company import Company
from .company_graph import CompanyGraph, item_id
from .figures import Figures
from .stops import ESTIMATE, HIGH, HORIZON, LOW, Candidate, Case, Stop, Stops, stop_of

PROPOSALS = 10
"""Parts that get proposals when the company names no measure for them, the ones with the most at risk first."""
THREATS = 20
"""Places and makers that the measures are tried against, the worst first."""
READINGS = (ESTIMATE, LOW, HIGH)

Bounds = dict[str, float]
"""``estimate``, ``low`` (certain), ``high`` (possible)."""


@dataclass(frozen=True)
class Plan:
    """The best set of measures under a budget, by the estimate: proven best. ``after``: what is lost with it."""

    chosen: tuple[str, ...]
    cost: float
    after: Bounds


@dataclass(frozen=True)
class Mitigation:
    """Ranked measures, what doing nothing means, the best set, and what they were tried against.

    Without a budget, or where no set could be ``proven`` best in time, there is none.
    """

    nothing: Bounds
    rows: list[dict[str, Any]]
    plan: Plan | None
    proven: bool
    budget: float | None
    threats: list[str]


def mitigate(company: Company, built: CompanyGraph, figures: Figures, budget: float | None) -> Mitigation | None:
    """Return the mitigation of a company; ``None`` when revenue or threats are not known.

    A threat is one country or maker that stops for `HORIZON` days; all weigh the same: what counts is the mean loss per
    stop, of products with a stated revenue. Blanks are read as `stops` says; parts that nobody is named for are left out.
    """
    worst = [row for row in [*figures.countries, *figures.makers] if row["loss"] > 0 or row["loss_high"] != 0]
    worst = sorted(worst, key=lambda row: (-row["loss"], -row["loss_low"], row["node"]))[:THREATS]
    if not figures.revenue or not worst:
        return None
    candidates, about = [], {}
    known = {item_id(part) for part in company.bought if part in company.sources}
    for candidate, row in [*_stated(company), *_proposed(company, figures)]:
        if candidate.item in known:
            candidates.append(candidate)
            about[candidate.id] = row
    stops = Stops(company, built, candidates)
    tried = [Stop(row["node"], False) if row["maker"] else stop_of(company, row["node"]) for row in worst]
    trials = {case: _Trial(stops, tried, case) for case in READINGS}

    def lost(chosen: Iterable[int] = ()) -> Bounds:
        found = {case.name: trial.lost(tuple(chosen)) for case, trial in trials.items()}
        return found | {"estimate": min(max(found["estimate"], found["low"]), found["high"])}

    nothing = lost()
    rows = []
    for j, candidate in enumerate(candidates):
        after = lost([j])
        row: dict[str, Any] = {"measure": candidate.id, "cost": candidate.cost}
        row |= {f"removed_{name}": max(0.0, nothing[name] - after[name]) for name in nothing}
        row["removed_per_cost"] = row["removed_estimate"] / candidate.cost if candidate.cost else None
        rows.append(row | about[candidate.id])
    rows.sort(key=lambda row: (-(row["removed_per_cost"] or -1.0), -row["removed_estimate"], row["measure"]))
    plan, proven = None, True
    if budget is not None and any(candidate.cost is not None for candidate in candidates):
        try:
            chosen = trials[ESTIMATE].best(budget)
            ids = tuple(candidates[j].id for j in chosen)
            plan = Plan(ids, float(sum(candidates[j].cost or 0.0 for j in chosen)), lost(chosen))
        except LimitError:  # a set that is not proven best is not shown as one
            proven = False
    return Mitigation(nothing, rows, plan, proven, budget, [row["node"] for row in worst])


class _Trial:
    """Stops in one reading, with candidates opened or not; what stands ready counts in every figure."""

    def __init__(self, stops: Stops, tried: list[Stop], case: Case) -> None:
        self.stops, self.tried, self.case, self.candidates = stops, tried, case, stops.candidates
        self.short = [stops.short(stop, case) for stop in tried]
        self.problem = stops.problem(tried, case, 1.0 / len(tried), set().union(*self.short))
        self.ready = len(self.problem.measures) - len(self.candidates)
        self.known: dict[tuple[int, tuple[int, ...]], float] = {}

    def lost(self, chosen: tuple[int, ...]) -> float:
        """Return the mean loss per stop."""
        return sum(self._one(at, chosen) for at in range(len(self.short)))

    def _one(self, at: int, chosen: tuple[int, ...]) -> float:
        """What one stop costs; a measure for an item that is never short there changes nothing."""
        short, part = self.short[at], self.problem.parts[at]
        useful = tuple(j for j in chosen if self.candidates[j].item in short)
        if (at, useful) not in self.known:
            ready = [j for j in range(self.ready) if self.problem.measures[j].item in short]
            course = part.run([*ready, *(self.ready + j for j in useful)], self.case.reading)
            self.known[at, useful] = part.worth(course.lost)
        return self.known[at, useful]

    def best(self, budget: float) -> list[int]:
        """Return the candidates of the best set within a budget."""
        priced = {one.item for one in self.candidates if one.cost is not None and one.cost <= budget}
        at = [i for i, short in enumerate(self.short) if short & priced]
        if not at:
            return []
        tried, short = [self.tried[i] for i in at], set().union(*(self.short[i] for i in at))
        problem = self.stops.problem(tried, self.case, 1.0 / len(self.tried), short)
        ready = len(problem.measures) - len(self.candidates)
        costs = [0.0] * ready + [candidate.cost for candidate in self.candidates]
        found = best_set(problem, costs, budget, "risk", self.case.reading, TIME_LIMIT)
        return sorted(j - ready for j in found if j >= ready)


def _stated(company: Company) -> list[tuple[Candidate, dict[str, Any]]]:
    found = []
    for n, row in enumerate(company.measures, start=1):
        id, part, cost = f"M{n:02d}", row["part"], row.get("cost")
        if row["measure"] == "stock":
            one = Candidate(id, item_id(part), cost, days=row.get("days") or 0.0)
        else:
            share = 1.0 if row.get("share") is None else float(row["share"])
            share = share / 100 if share > 1 else share
            ready, usual = _lead(company, part) if row["measure"] == "qualify" else (0.0, 0.0)
            one = Candidate(id, item_id(part), cost, share=share, node=row.get("country"), ready=ready, usual=usual)
        found.append((one, _about(company, part, row["measure"], one, row.get("supplier"), True, row["_ref"])))
    return found


def _proposed(company: Company, figures: Figures) -> list[tuple[Candidate, dict[str, Any]]]:
    """For single-source parts without a candidate: an alternative elsewhere, and stock until it could deliver."""
    named = {row["part"] for row in company.measures}
    open_parts = [
        row
        for row in figures.parts
        if row["single"] in {"certain", "possible"}
        and not row["alternatives"]
        and row["revenue"]
        and row["part"] not in named
    ]
    open_parts.sort(key=lambda row: (-(row["revenue"] or 0.0), -(row["gap_days"] or 0.0), row["part"]))
    found = []
    for n, row in enumerate(open_parts[:PROPOSALS], start=1):
        part, ref = row["part"], row["refs"][0]
        ready, usual = _lead(company, part)
        source = Candidate(f"P{n:02d}a", item_id(part), None, share=1.0, ready=ready, usual=usual)
        found.append((source, _about(company, part, "qualify", source, None, False, ref)))
        if row["gap_days"] and row["gap_days"] > 0:
            stock = Candidate(f"P{n:02d}b", item_id(part), None, days=row["gap_days"])
            found.append((stock, _about(company, part, "stock", stock, None, False, ref)))
    return found


def _lead(company: Company, part: str) -> tuple[float | None, float]:
    """Days until a qualified alternative delivers: the lead time, None where a source states none; and the usual one."""
    leads = [source.lead_days for source in company.sources.get(part, []) if source.active]
    stated = [days for days in leads if days is not None]
    every = [s.lead_days for sources in company.sources.values() for s in sources if s.lead_days is not None]
    usual = max(stated) if stated else float(median(every)) if every else HORIZON
    whole = bool(stated) and len(stated) == len(leads)
    return (min(max(stated), HORIZON) if whole else None), min(usual, HORIZON)


def _about(
    company: Company, part: str, kind: str, measure: Candidate, supplier: str | None, stated: bool, ref: str
) -> dict[str, Any]:
    return {
        "part": part,
        "name": company.parts[part].name,
        "kind": kind,
        "supplier": supplier,
        "country": measure.node,
        "days": measure.days or None,
        "share": measure.share,
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
