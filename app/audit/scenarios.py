"""What a board asks: embargoes, controls in force, sanctions, a lost site, a tariff; the company's own or the usual ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...datasets import measures as measures_in_force
from ...graph import Message
from ...risk import (
    Change,
    Scenario,
    StopLosses,
    Threat,
    control_losses,
    controlled,
    embargo,
    halt,
    reduce,
    stop_courses,
    stop_losses,
    timeline_summary,
)
from ...risk.production.ownership import may_be_controlled
from .company import HOME, YEAR, Company
from .company_graph import SELF, CompanyGraph, firm_id, handed_on, item_id, sourcing_facts
from .figures import NOTHING, Figures, first_parts, product_rows, totals
from .owners import largest_first
from .words import place

COUNTRIES = 3
"""Countries whose embargo is tried when the company names no scenario: the ones that cost most."""
TARIFF = 0.1
"""A tariff is told for each ten points of its rate when the company names none."""
CONTROLS, TARIFFS = "controls", "tariff"


@dataclass(frozen=True)
class Asked:
    """One question of the board: ``kind`` as in the workbook, whom it hits, for how many days, how much it weighs."""

    id: str
    kind: str
    title: Message | str
    days: float
    weight: float = 1.0
    country: str | None = None
    firms: tuple[str, ...] = ()
    part: str | None = None
    rate: float | None = None
    refs: tuple[str, ...] = ()
    certain: tuple[Change, ...] = ()
    possible: tuple[Change, ...] = ()
    """What stops for certain, and what may stop besides: a company of which nobody said who owns how much of it."""
    unowned: tuple[Change, ...] = ()
    """Makers of which nobody said whose they are: in the possible loss, and in no estimate."""
    reached: tuple[str, ...] = ()
    """Companies of the group, by name."""

    def hit(self, reading: str) -> tuple[Change, ...]:
        """What stops in the estimate, for certain ("low") or at most ("high")."""
        besides = {"low": (), "estimate": self.possible, "high": (*self.possible, *self.unowned)}
        return (*self.certain, *besides[reading])


def questions(company: Company, built: CompanyGraph, figures: Figures) -> list[Asked]:
    """Return the company's own scenarios; without any, the usual ones for what it buys."""
    rows = rows_of(company, built, figures)
    asked = [_asked(company, built, row, f"S{n:02d}") for n, row in enumerate(rows, start=1)]
    return [one for one in asked if one is not None]


def rows_of(company: Company, built: CompanyGraph, figures: Figures) -> list[dict[str, Any]]:
    """Return the rows that the questions are read from: which of the usual ones there are hangs on what is known."""
    return company.scenarios or _usual(company, built, figures)


def _usual(company: Company, built: CompanyGraph, figures: Figures) -> list[dict[str, Any]]:
    """An embargo by each of the worst countries, the controls in force, the worst maker's group, its site, a tariff."""
    # Japan does not lay an embargo on its own industry.
    countries = [row["node"] for row in figures.countries if row["parts"] and row["node"] != HOME][:COUNTRIES]
    rows: list[dict[str, Any]] = [{"kind": "embargo", "country": code} for code in countries]
    if built.graph is not built.own:
        rows.append({"kind": CONTROLS})
    names = [row["name"] for row in figures.makers]
    groups = [one for name in names for one in largest_first(company.owners.get(name, {})) if one != name]
    if groups:
        rows.append({"kind": "sanctions", "companies": groups[:1]})
    if figures.makers:
        worst = figures.makers[0]
        rows.append({"kind": "site", "companies": [worst["name"]], "country": next(iter(worst["countries"]), None)})
    spend = _spend_by_country(company)
    if spend and not company.mixed:
        rows.append({"kind": TARIFFS, "country": max(spend, key=lambda code: (spend[code], code)), "rate": TARIFF})
    return rows


def _asked(company: Company, built: CompanyGraph, row: dict[str, Any], id: str) -> Asked | None:
    """A row as a question; None where it says nothing to go by."""
    kind, country, names, part = row["kind"], row.get("country"), row.get("companies", []), row.get("part")
    days = row.get("days") or company.stop_days
    base = {
        "days": days,
        "weight": 1.0 if row.get("weight") is None else float(row["weight"]),
        "country": country,
        "firms": tuple(names),
        "part": part,
        "rate": row.get("rate"),
        "refs": (row["_ref"],) if row.get("_ref") else (),
    }
    rate = f"{100 * (row.get('rate') or 0.0):.6g}%"  # as it is stated: many a tariff has a half per cent
    shown = {"place": place(country), "company": ", ".join(names), "part": part or "", "rate": rate}
    about = "company" if names else "country"
    about += "_open" if kind == "site" and names and country is None else ""
    title = row.get("scenario") or Message(f"app.audit_scenarios.{kind}_{about}", **shown)
    if kind == CONTROLS or (kind == TARIFFS and country and row.get("rate") is not None):
        return Asked(id, kind, title, **base)
    nodes = _nodes(built, kind, country, names)
    if nodes is None:
        return None
    certain, possible, reached = nodes
    unowned = _unowned(built, {*certain, *possible}, names) if kind == "sanctions" and names else []
    item = None if part is None else item_id(part)
    behind: list[Change] = []
    if country and not names and part is None:  # cards speak of all that a country delivers
        whole = kind != "embargo" and row.get("rate") in (None, 1.0)
        behind = handed_on(company, country, days, less=not whole)

    def hit(nodes: Iterable[str]) -> tuple[Change, ...]:
        return tuple(_change(kind, node, item, row.get("rate")) for node in nodes)

    return Asked(
        id,
        kind,
        title,
        **base,
        certain=(*hit(certain), *behind),
        possible=hit(possible),
        unowned=hit(unowned),
        reached=tuple(reached),
    )


def _change(kind: str, node: str, item: str | None, rate: float | None) -> Change:
    if kind == "embargo":
        return embargo(node, item=item, to=HOME, share=1.0 if rate is None else rate)
    return halt(node, item=item) if rate is None else reduce(node, rate, item=item)


def _nodes(
    built: CompanyGraph, kind: str, country: str | None, names: Sequence[str]
) -> tuple[list[str], list[str], list[str]] | None:
    """Whom a scenario hits: for certain, and besides."""
    firms = _firms(built, names)
    plants = [id for firm in firms for id in built.plants_of(firm)]
    if kind == "site" and names and country:
        there = [id for id in plants if built.plants[id].country == country]
        blank = [id for id in plants if built.plants[id].country is None]
        return (there, blank, []) if there or blank else None
    if firms:
        if kind != "sanctions":
            return plants, [], []
        group = controlled(built.own, firms)
        rows = [row for row in group.iter_rows(named=True) if row["supplier"] in built.plants]
        others = [built.name(one) for one in group["supplier"] if one not in built.plants and one not in firms]
        sure = [row["supplier"] for row in rows if row["control"] == "certain"]
        return sure, [row["supplier"] for row in rows if row["control"] != "certain"], others
    return ([country], [], []) if country and not names else None


def _firms(built: CompanyGraph, names: Sequence[str]) -> list[str]:
    """The ids of companies that the graph has."""
    known = built.own.supplier_rows
    return [firm for name in names if (firm := str(firm_id(name))) in known]


def _unowned(built: CompanyGraph, group: set[str], names: Sequence[str]) -> list[str]:
    """The plants that are not stated to be a group's, and that nothing keeps out of it; the maker may not be named."""
    firms = _firms(built, names)
    reach = may_be_controlled(built.own, firms) if firms else set()
    return [id for id in built.plants if id in reach and id not in group]


def threats_of(asked: list[Asked]) -> dict[str, list[Threat]]:
    """Return the questions that stop something, or may, by reading: with whoever may belong to a group; surely; at most."""
    return {
        reading: [Threat(Scenario(one.id, one.hit(reading)), one.days, one.weight) for one in asked if one.hit("high")]
        for reading in ("estimate", "low", "high")
    }


def answers(company: Company, built: CompanyGraph, asked: list[Asked], date: str) -> list[dict[str, Any]]:
    """Return what each question costs: money and days as intervals, over time; ``curve`` of a year's revenue kept."""
    values = {item_id(id): row.get("revenue") for id, row in company.products.items()}
    revenue = {id: float(row["revenue"]) for id, row in company.products.items() if row.get("revenue") is not None}
    facts = sourcing_facts(company)
    # What stops in the estimate; for certain; and at most, where these differ.
    reach = {
        "estimate": {one.id: one.hit("estimate") for one in asked if one.hit("high")},
        "low": {one.id: one.hit("low") for one in asked if one.possible},
        "high": {one.id: one.hit("high") for one in asked if one.unowned},
    }
    days = {one.id: one.days for one in asked}
    figures = {"estimate": ["estimate", "open"], "low": ["low"], "high": ["open"]}
    losses, courses = {}, {}
    for end, changes in reach.items():
        threats = [Threat(Scenario(id, hit), days[id]) for id, hit in changes.items()]
        if threats and values:  # first: the losses end with another network than both begin with
            courses[end] = stop_courses(built.own, threats, values, buyer=SELF, facts=facts)
        if threats or end == "estimate":
            losses[end] = stop_losses(built.own, threats, values, buyer=SELF, facts=facts, figures=figures[end])
    rows, firsts = [], first_parts(losses["estimate"].items)
    for one in asked:
        base = {"id": one.id, "kind": one.kind, "title": one.title, "days": one.days, "weight": one.weight}
        base |= {
            "refs": list(one.refs),
            "reached": list(one.reached),
            "unknown_owners": _owners_stated(built, one) if one.kind == "sanctions" else None,
        }
        if one.kind == TARIFFS:
            rows.append(base | _tariff(company, one))
        elif one.kind == CONTROLS:
            rows.append(base | _controls(company, built, one, revenue, date))
        else:
            products = _products(losses, reach, one.id)
            hit = [row for row in products if row["stops_high"] > NOTHING]
            row = base | totals(products, revenue, one.days) | {"products": hit, "first_part": firsts.get(one.id)}
            ends = {end: courses.get(end if one.id in reach[end] else "estimate") for end in reach}
            rows.append(row | _over_time(ends, one, revenue))
    return rows


_KEPT = {"estimate": "estimate", "high": "low", "low": "high"}
"""Who stops, where the most and the least is kept."""
_ENDS = {
    "low": ("lost_low", "stops_low", "day_high"),
    "high": ("lost_high", "lost_open", "stops_high", "stops_open", "day_low", "day_open"),
}
"""What of a loss comes from the fewest who stop, and what from the most."""


def _products(losses: Mapping[str, StopLosses], reach: Mapping[str, Mapping[str, Any]], id: str) -> list[dict[str, Any]]:
    """What a question costs each product: the least with those who surely stop, the most with all who may."""
    products = product_rows(losses["estimate"].products.filter(threat=id))
    for end, names in _ENDS.items():
        if id in reach[end]:
            other = {row["product"]: row for row in product_rows(losses[end].products.filter(threat=id))}
            for row in products:
                row |= {name: other[row["product"]][name] for name in names}
    return products


def _over_time(courses: Mapping[str, pl.DataFrame | None], one: Asked, revenue: dict[str, float]) -> dict[str, Any]:
    """Days on which the revenue is below nine tenths and below half, and its curve by day.

    ``courses``: of those who stop in the estimate, for certain (``low``: the least loss) and at most (``high``).
    """
    blank = {"below_90": None, "below_50": None, "back": None, "curve": []}
    total = sum(revenue.values())
    if not total or any(frame is None for frame in courses.values()):  # nothing is below a part of nothing
        return blank
    weights = {item_id(id): value / total for id, value in revenue.items()}
    hers = (pl.col("scenario") == one.id) & pl.col("item").is_in(list(weights))
    # Most is kept where the fewest stop.
    frames = {kept: courses[end].filter(hers) for kept, end in _KEPT.items()}  # type: ignore[union-attr]
    grid = pl.concat([frame.select("day") for frame in frames.values()]).unique().sort("day")
    sums = {kept: [0.0] * grid.height for kept in frames}
    for end, kept in sums.items():
        for (item,), rows in frames[end].partition_by("item", as_dict=True).items():
            rates = grid.join_asof(rows.sort("day"), on="day")[f"rate_{end}"].fill_null(1.0)
            kept[:] = [was + weights[str(item)] * min(rate, 1.0) for was, rate in zip(kept, rates, strict=True)]
    curve = list(zip(grid["day"].to_list(), sums["estimate"], sums["high"], sums["low"], strict=True))
    back = timeline_summary(frames["estimate"])["back_estimate"].max() if frames["estimate"].height else None
    below = {f"below_{level}": _days_below(curve, level / 100) for level in (90, 50)}
    return below | {"curve": curve, "back": None if back == float("inf") else back}


def _days_below(curve: list[tuple[float, float, float, float]], level: float) -> dict[str, float]:
    """Days on which the part of the revenue is below a level, of a curve of steps."""
    found = {"estimate": 0.0, "low": 0.0, "high": 0.0}
    for (day, *rates), (end, *_) in zip(curve, curve[1:], strict=False):
        for name, rate in zip(found, rates, strict=True):
            found[name] += (end - day) * (rate < level - NOTHING)
    return found


def _controls(company: Company, built: CompanyGraph, one: Asked, revenue: dict[str, float], date: str) -> dict[str, Any]:
    """What the controls in force do through the market-level facts above, without stocks: nobody knows those up there."""
    products, named, known = [], {}, set(built.graph.items["id"])
    asked = [item_id(id) for id in company.products if item_id(id) in known]
    losses = control_losses(built.graph, measures_in_force(date), asked, buyer=SELF, level="company") if asked else None
    for found in [] if losses is None else losses.partition_by("product", maintain_order=True):
        id = found["product"][0].partition(":")[2]
        row = found.row(0, named=True)
        estimate = row["loss_estimate"]
        products.append(
            {"product": id, "lost": row["loss_low"] if estimate is None else estimate, "lost_low": row["loss_low"]}
            | {"lost_high": row["loss_high"], "lost_open": row["loss_high"], "stops": row["loss_low"]}
            | {"stops_low": row["loss_low"], "stops_high": row["loss_high"], "day": None, "day_low": None}
            | {"day_high": None, "estimated": estimate is not None}
        )
        for line in found.slice(1).iter_rows(named=True):
            named[line["measure"]] = max(named.get(line["measure"], 0.0), line["loss_high"])
    found = totals(products, revenue, one.days)
    if not all(row["estimated"] for row in products):
        found["loss"] = None  # how many licences are granted nobody knows: an estimate would be a guess
    if built.graph is built.own:  # no part is linked to facts of the market: what controls do there nobody knows
        found |= dict.fromkeys(("loss", "loss_high", "loss_high_priced", "loss_open"))
    acts = sorted(named, key=lambda id: (-named[id], id))
    blank = {"first_part": None, "below_90": None, "below_50": None, "back": None, "curve": []}
    return found | blank | {"products": products, "acts": acts}


def _tariff(company: Company, one: Asked) -> dict[str, Any]:
    """The rate on what is bought from there in the time of the amounts: what is known to come from there, and what may."""
    rate, known, open_, blank = one.rate or 0.0, 0.0, 0.0, 0
    for part in company.direct:  # what suppliers buy is no purchase of the company
        if one.part is not None and part != one.part:
            continue
        open_ += company.nobodys(part) or 0.0
        blank += part in company.rests or (part not in company.sources and company.spend(part) is None)
        for source in company.used(part):
            if source.country not in {one.country, None}:
                continue
            blank += source.whole_spend is None or company.mixed
            if source.spend is None or company.mixed:
                continue
            if source.country is None:
                open_ += source.spend
            else:
                known += source.spend
    low, high = rate * known, None if blank else rate * (known + open_)
    time = YEAR if company.period is None else company.period.days
    nothing = {"day": None, "day_low": None, "day_high": None, "first_part": None, "products": [], "lost": 0.0}
    nothing |= {"below_90": None, "below_50": None, "back": None, "curve": [], "blank": blank}
    return nothing | {"days": time, "loss": low, "loss_low": low, "loss_high": high, "loss_open": high, "yearly": True}


def _spend_by_country(company: Company) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for source in company.all_used:
        if source.country and source.country != HOME and source.spend:
            found[source.country] += source.spend
    return found


def _owners_stated(built: CompanyGraph, one: Asked) -> tuple[int, int]:
    """How many makers may belong to the group, too, of how many: with those that are qualified and deliver nothing yet."""
    open_ = {built.plants[str(change.node)].maker for change in one.unowned}
    return len(open_ - {""}), len({plant.maker for plant in built.plants.values()} - {""})
