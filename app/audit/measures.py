"""What could be done: the company's own candidates with their cost, and proposals without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import polars as pl

from ...graph import Message
from ...graph.interval import in_percent
from ...risk import Candidate, StopMeasures, StopPlan, Threat
from ...risk.production.stop_measures import StopTrials
from .cells import Days, figures_of, longest
from .company import Company
from .company_graph import SELF, CompanyGraph, item_id, sourcing_facts, stop_of
from .figures import NOTHING, Figures
from .parts import PartRow

PROPOSALS, FEW = 25, 10
"""Parts that get proposals where the company names no measure for them, the ones with the largest estimated loss first; and
how many get some where on fewer parts than that an estimated loss hangs, but a single maker delivers them."""
NEVER = float("inf")
_TAKES = ("removed_estimate", "removed_low", "removed_high", "removed_beside")
"""What a proposal takes off, alone or beside the others; one that does neither is none."""
TURNS = 2
"""How often parts move up into the places of those whose proposals take nothing off."""
_Offer = tuple[Candidate, dict[str, Any]]
THREATS = 20
"""Places and makers that the measures are tried against, the worst first."""


@dataclass(frozen=True)
class Mitigation:
    """Ranked measures, what doing nothing and all of them together mean, the best set, and what they were tried against.

    Without a budget, or where no set could be ``proven`` best in time, there is none. ``own``: the threats are the company's
    scenarios, with its weights; else the worst stops, all alike. ``gains``: by threat and measure, as `risk.stop_measures`.
    """

    nothing: dict[str, float]
    together: dict[str, float]
    rows: list[dict[str, Any]]
    plan: StopPlan | None
    proven: bool
    budget: float | None
    threats: list[str]
    own: bool
    gains: pl.DataFrame
    left_out: int
    """Parts with an estimated loss for which no measure is stated, nor one proposed that takes something off."""


def mitigate(
    company: Company,
    built: CompanyGraph,
    figures: Figures,
    budget: float | None,
    scenarios: Mapping[str, Sequence[Threat]] | None = None,
    own: bool = False,
) -> Mitigation | None:
    """Return the mitigation of a company; ``None`` when revenue or threats are not known.

    A threat is one country or maker that stops for the days of a stop, all alike; or, where the company names scenarios
    (``own``), each of these with its days and weight. Other ``scenarios`` weigh nothing: of them only the days that each
    measure gains are told. They come by reading: what stops in the estimate, for certain, at most. Blanks are read as
    `risk.stop_losses` says; parts that nobody is named for are left out.
    """
    worst = [row for row in [*figures.countries, *figures.makers] if row["loss"] > 0 or row["loss_high"] != 0]
    worst = sorted(worst, key=lambda row: (-row["loss"], -row["loss_low"], row["node"]))[:THREATS]
    asked = {reading: list((scenarios or {}).get(reading, ())) for reading in ("estimate", "low", "high")}
    # A tariff, or what controls do far above, is nothing that a measure could be tried against; nor has a mean that weighs
    # nothing a value.
    own = own and any(one.weight > 0 for one in asked["estimate"])
    if not figures.revenue or not (worst or asked["estimate"]):
        return None
    open_parts = _open_parts(company, figures)
    if not own:
        stops = [stop_of(company, row["node"]) for row in worst]
        asked = {case: stops + [Threat(one.scenario, one.days, 0.0) for one in each] for case, each in asked.items()}
    threats = asked["estimate"]
    values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
    stated, proposed = _offers(company, open_parts)
    pool = [*stated, *chain.from_iterable(proposed[: TURNS * PROPOSALS])]
    trials = StopTrials(
        built.own,
        threats,
        values,
        [candidate for candidate, _ in pool],
        buyer=SELF,
        facts=sourcing_facts(company),
        certain=asked["low"],
        possible=asked["high"],
    )
    number = {candidate.id: j for j, (candidate, _) in enumerate(pool)}

    def tried(offers: Sequence[_Offer]) -> tuple[StopMeasures, list[dict[str, Any]]]:
        found = trials.measures([number[candidate.id] for candidate, _ in offers])
        return found, _working(found, {candidate.id: row for candidate, row in offers})

    offers, found, rows = _with_proposals(stated, proposed, tried)
    plan, proven = trials.plan([number[candidate.id] for candidate, _ in offers], budget)
    reached = {row["part"] for row in rows}
    left_out = sum(row["part"] not in reached for row in open_parts if row["stake"])
    names = [threat.scenario.name for threat in threats if threat.weight]
    done, together = found.nothing, found.together
    return Mitigation(done, together, rows, plan, proven, budget, names, own, found.threats, left_out)


def _offers(company: Company, open_parts: list[PartRow]) -> tuple[list[_Offer], list[list[_Offer]]]:
    """Return what the company states, and for each part what is proposed."""
    known = {item_id(part) for part in company.bought if part in company.sources} - set(map(item_id, company.apart))
    stated = [one for one in _stated(company) if one[0].item in known]
    offers = (list(_proposed(company, row, n)) for n, row in enumerate(open_parts, start=1))
    return stated, [each for each in offers if each and each[0][0].item in known]


def _with_proposals(
    stated: list[_Offer],
    left: list[list[_Offer]],
    tried: Callable[[Sequence[_Offer]], tuple[StopMeasures, list[dict[str, Any]]]],
) -> tuple[list[_Offer], StopMeasures, list[dict[str, Any]]]:
    """Try what the company states with proposals; where those for a part take nothing off, the next part moves up.

    Returned are the offers of the last turn, what they do, and the rows of those that do something.
    """
    chosen: list[list[_Offer]] = []
    turn = 0
    while True:
        turn += 1
        chosen, left = [*chosen, *left[: PROPOSALS - len(chosen)]], left[PROPOSALS - len(chosen) :]
        tried_now = [*stated, *chain.from_iterable(chosen)]
        found, rows = tried(tried_now)
        reached = {row["part"] for row in rows}
        works = [each for each in chosen if each[0][1]["part"] in reached]
        if len(works) == len(chosen) or not left or turn == TURNS:
            return tried_now, found, rows
        chosen = works


def _working(found: StopMeasures, about: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Measures as rows, the most useful first; a proposal that takes nothing off is none."""
    rows = [row | about[row["measure"]] for row in found.measures.iter_rows(named=True)]
    gaining = set(found.threats.filter(pl.col("days_gained") > NOTHING)["measure"])
    noise = NOTHING * max(1.0, *found.nothing.values())
    for row in rows:
        row.update({name: 0.0 for name in _TAKES if row[name] <= noise})
        if not row["lead_stated"]:  # when it delivers nobody said: what it takes off lies between its bounds
            row["removed_estimate"] = row["removed_beside"] = row["removed_per_cost"] = None
    kept = [row["stated"] or not row["lead_stated"] or row["measure"] in gaining for row in rows]
    rows = [row for row, keep in zip(rows, kept, strict=True) if keep or any(row[name] for name in _TAKES)]
    return sorted(rows, key=_useful_first)


def _useful_first(row: dict[str, Any]) -> tuple[Any, ...]:
    estimate = row["removed_estimate"] or 0.0
    return (
        -(row["removed_per_cost"] or -1.0),
        -estimate,
        -(row["removed_beside"] or 0.0),
        row["removed_estimate"] is None,
        -row["removed_high"],
        row["measure"],
    )


def stated_measures(company: Company) -> list[dict[str, Any]]:
    """Return the measures that the company states, as rows without what they take off."""
    return [about | {"cost": candidate.cost} for candidate, about in _stated(company)]


def _stated(company: Company) -> list[_Offer]:
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
        about = _about(company, part, row["measure"], one, row.get("supplier"), True, row["_ref"])
        found.append((one, about | {"owner": row.get("owner"), "due": row.get("due")}))
    return found


def _open_parts(company: Company, figures: Figures) -> list[PartRow]:
    """Parts without a measure on which an estimated loss hangs, the most first; of few, single sources after them."""
    settled = {row["part"] for row in company.measures} | set(company.apart)
    rows = [row for row in figures.parts if row["part"] not in settled and row["revenue"]]
    rows.sort(key=lambda row: (-row["stake"], -(row["revenue"] or 0.0), -_gap(row), row["part"]))
    hit = [row for row in rows if row["stake"] > 0]
    single = (row for row in rows if row["single"] in {"certain", "possible"} and not row["alternatives"])
    return hit + [row for row in single if not row["stake"]][: max(0, FEW - len(hit))]


def _proposed(company: Company, row: PartRow, n: int) -> Iterator[_Offer]:
    """Another source for a part, where none stands ready, and stock until one could deliver."""
    part, ref = row["part"], row["refs"][0]
    if not row["alternatives"]:
        ready, usual = _lead(company, part)
        source = Candidate(f"P{n:02d}a", item_id(part), None, share=1.0, ready=ready, usual=usual)
        yield source, _about(company, part, "qualify", source, None, False, ref)
    if gap := _gap(row):
        stock = Candidate(f"P{n:02d}b", item_id(part), None, days=gap)
        yield stock, _about(company, part, "stock", stock, None, False, ref)


def _gap(row: PartRow) -> float:
    """Days of switching beyond the stock: as many as there may be, or that there are where nobody said how many at most."""
    return row["gap_high"] or row["gap_low"] or 0.0


def _lead(company: Company, part: str) -> tuple[Days | None, float]:
    """Days until a qualified alternative delivers: the longest lead time, None where a source states none; and the estimate.

    What no source states, or none with a most, is no estimate: it never delivers there.
    """
    leads = [source.lead_days for source in company.used(part)]
    stated = longest(leads)
    if stated is None:
        return None, NEVER
    return (None if None in leads else stated), (NEVER if stated.bound is None else sum(stated) / 2)


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
        **figures_of("ready", None if measure.ready is None else Days(*measure.ends), ""),
        "lead_stated": measure.estimate < NEVER,
        "stated": stated,
        "owner": None,
        "due": None,
        "refs": [ref],
    }


def describe(row: dict[str, Any], countries: dict[str, Message | str]) -> Message:
    """Return what a measure is, in words."""
    named = "both" if row["supplier"] and row["country"] else "supplier" if row["supplier"] else "place"
    who: Message | str = ""
    if row["supplier"] or row["country"]:
        who = Message(f"app.audit_report.with_{named}", supplier=row["supplier"], place=countries.get(row["country"], ""))
    share: Message | str = ""
    if row["share"] is not None and row["share"] < 1:
        share = Message("app.audit_report.with_share", share=in_percent(row["share"]))
    days = f"{row['days']:.0f}" if row["days"] is not None else ""
    return Message(f"app.audit_report.measure_{row['kind']}", who=who, share=share, days=days)
