"""The board page in words: the worst stops, what the figures leave out, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..survey.loop import narrowest
from .company import YEAR
from .measure_words import measure
from .measures import stated_measures
from .spend_words import spend
from .stop_words import hurts, parts_lost, stop
from .technology_checks import provided_abroad
from .wording import Wording
from .words import BLANK, called, percent

BOARD = 5
"""Rows of the board page's tables."""
NOTES = 2
"""Questions under the stops of a table of the board page, of two lines each."""
LINES, NARROW, WIDE = 9, 26, "\u2e7f"
"""Lines of such a table, letters of a name that a line holds, and the letter behind which all are twice as wide."""
MOST = 3
"""Names of a line of what to do first, and measures that only need a price."""
PLAN = 4
"""Measures of the best set that the board page lists, less what stands before them."""
FEW = 0.5
"""Where fewer parts than this state their days of stock, or of switching, the board page says so."""
LARGE = 0.1
"""A stop that costs this part of a year's revenue is counted on the board page."""


def board(words: Wording) -> dict[str, Any]:
    """Return the board page: its sentence, the worst stops, what the figures leave out, and what to do first."""
    priced = bool(words.figures.revenue)
    countries, makers = _hurting(words)
    if not priced:
        for rows in (countries, makers):
            rows.sort(key=lambda row: [-round(part, 9) for part in parts_lost(row).values()])
    shown = _fitting(words, countries[:BOARD]), _fitting(words, makers[: BOARD - 1])
    own = {row["subject"] for row in words.figures.flags if row["own_technology"]}
    parts = {row["subject"] for row in words.figures.flags if not row["own_technology"]}
    planned = [row for row in words.company.technologies if provided_abroad(row)]
    return {
        "headline": _headline(words, countries, makers),
        "loss": words.t("loss" if priced else "loss_part"),
        "countries": [stop(words, row) | _parted(words, row) for row in shown[0]],
        "makers": [stop(words, row) | _parted(words, row) for row in shown[1]],
        "counts": [_counted(words, rows, here) for rows, here in zip((countries, makers), shown, strict=True)],
        "narrowing": [node for rows in shown for node in _told(words, rows)],
        "nothing": "" if countries or makers else _nothing(words, priced),
        "none": _none(words, countries, makers),
        "notes": _notes(words, [*countries, *makers]) if priced or countries or makers else [],
        "technologies": words.t("board_technologies", own=len(own), parts=len(parts), planned=len(planned)),
        "first": _first(words),
    }


def in_short(words: Wording) -> list[str]:
    """Return what the board page says first: its sentences, or why it has none."""
    countries, makers = _hurting(words)
    said = _headline(words, countries, makers)
    if not said and not countries and not makers:
        said = [_nothing(words, bool(words.figures.revenue))]
    return [sentence for sentence in said if sentence]


def _hurting(words: Wording) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The stops of countries, and of makers, that may cost something."""
    found = words.figures
    return [row for row in found.countries if hurts(words, row)], [row for row in found.makers if hurts(words, row)]


def _fitting(words: Wording, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a table that fit on the page with what stands under them: names of several lines take their room."""
    lines, fitting = 0, []
    for row in rows:
        label = "".join((row["name"] or "", *(words.place(code) for code in row["countries"])))
        lines += -(-sum(2 if letter > WIDE else 1 for letter in label) // NARROW) if row["name"] else 1
        fitting.append(row)
        if len(fitting) > 1 and lines + 2 * len(_told(words, fitting)) > LINES:
            return fitting[:-1]
    return fitting


def _told(words: Wording, rows: list[dict[str, Any]]) -> list[str]:
    """The stops of a table under which stands what narrows them most: a question once, and no more than fit."""
    found, told = narrowest(words.audit.questions, words.figures), {}
    for node, (_, one) in ((row["node"], found[row["node"]]) for row in rows if row["node"] in found):
        told.setdefault((one.kind, one.supplier, one.parts), node)
    return list(told.values())[:NOTES]


def _nothing(words: Wording, priced: bool) -> str:
    """Why the tables have no row."""
    if not priced and not words.company.described:
        return words.t("nothing_made") + _bought(words)
    named = any(one.country or one.maker for one in words.company.all_used)
    return words.t("nothing_lost" if named else "nothing_found", days=f"{words.company.stop_days:g}")


def _none(words: Wording, countries: Sequence[Any], makers: Sequence[Any]) -> list[str]:
    """Why one of the two tables has no row where the other has some."""
    told = {"countries": any(one.country for one in words.company.all_used)}
    told["makers"] = any(one.maker for one in words.company.all_used)
    days = f"{words.company.stop_days:g}"
    return [
        "" if rows or not (countries or makers) else words.t(f"none_{name}{'' if told[name] else '_blank'}", days=days)
        for name, rows in (("countries", countries), ("makers", makers))
    ]


def _bought(words: Wording) -> str:
    """What purchases tell without a bill of materials: in which countries it was made."""
    found = spend(words)
    if found is None:
        return ""
    places = [f"{row['place']} {row['direct_says']}" for row in found["shares"] if row["direct_low"] > 0][:MOST]
    places.append(f"{words.t('place_unknown')} {found['direct_says']}")
    return " " + words.t("nothing_bought", total=found["total_says"], places=words.t("comma").join(places))


def _notes(words: Wording, rows: list[dict[str, Any]]) -> list[str]:
    """What the figures leave out, and what it could add."""
    notes = []
    behind = words.figures.coverage["tier2_own"]
    if behind is not None and behind < 1:
        notes.append(words.t("note_scope", unknown=percent(1 - behind)))
    # What others put together is in the figures, by what goes into it; only parts with nothing below them are left out.
    left_out = set(words.figures.unsourced) - set(words.company.nameless)
    if left_out:
        worth = words.company.stop_days / YEAR
        whole = None if words.figures.unpriced else worth * sum(words.figures.revenue.values())
        most = [row["loss_open"] for row in rows] or [whole]
        bound = None if None in most else max(most)
        notes.append(_up_to(words, "note_unsourced", bound, count=len(left_out)))
    stock, switch = (words.figures.coverage[name] for name in ("stock_known", "switch_known"))
    if rows and min(stock or 0.0, switch or 0.0) < FEW:
        notes.append(words.t("note_days", stock=percent(stock), switch=percent(switch)))
    unseen = {kind: most for kind, most in words.figures.unseen.items() if most != 0}
    if len(unseen) > 1 and len(set(unseen.values())) == 1:
        unseen = {"both": next(iter(unseen.values()))}
    notes += [_up_to(words, f"note_unseen_{kind}", most) for kind, most in unseen.items()]
    if not words.figures.revenue:
        notes.insert(0, words.t("note_part"))
    elif words.figures.unpriced:
        notes.append(words.t("note_unpriced", **words.listed(words.figures.unpriced)))
    if words.company.bare:
        notes.append(words.t("note_bare", **words.listed(words.company.bare)))
    return notes


def _first(words: Wording) -> list[dict[str, Any]]:
    """What to do first: state what no loss has an amount without, take the best measures, and ask suppliers."""
    steps = [{"says": says, "items": []} for says in _first_stated(words)]
    mitigation = words.audit.mitigation
    if not words.figures.revenue and (stated := stated_measures(words.company)):
        steps.append({"says": words.t("first_own"), "items": [_step(words, row) for row in stated[:PLAN]]})
    if mitigation is not None:
        useful = sorted(mitigation.rows, key=lambda row: -(row["removed_estimate"] or 0.0))
        plan = mitigation.plan
        if plan is not None and plan.chosen:
            fields = {"cost": words.money(plan.cost), "budget": words.stated(mitigation.budget), "more": ""}
            fields["saved"] = words.money(mitigation.nothing["estimate"] - plan.after["estimate"])
            rows = [row for row in useful if row["measure"] in plan.chosen]
            room = PLAN - len(steps)
            if len(rows) > room:
                fields["more"] = words.t("first_others", count=len(rows) - room)
            steps.append({"says": words.t("first_plan", **fields), "items": [_step(words, row) for row in rows[:room]]})
        rest = [row for row in useful if row["cost"] is None and row["removed_estimate"]]
        best = list({row["part"]: row for row in reversed(rest)}.values())[::-1][: 2 if steps else MOST]
        if best:
            steps.append({"says": words.t("first_proposals"), "items": [_step(words, row) for row in best]})
    if any(provided_abroad(row) for row in words.company.technologies):
        steps.append({"says": words.t("first_transfer"), "items": []})
    return [*steps, *({"says": says, "items": []} for says in _first_asked(words))]


def _first_stated(words: Wording) -> list[str]:
    """What the company itself has to state before a loss has an amount, or an upper bound."""
    if not words.company.described:
        return [words.t("first_made")]
    bare = [words.t("first_bare", **words.listed(words.company.bare))] if words.company.bare else []
    if not (ids := words.figures.unpriced):
        return bare
    named = words.listed([called(id, words.company.parts[id].name) for id in ids], MOST)
    return [*bare, words.t("first_bounded" if words.figures.revenue else "first_priced", **named)]


def _first_asked(words: Wording) -> list[str]:
    """What to ask suppliers, and which of them first."""
    known = words.figures.coverage
    place, behind = (None if known[name] is None else 1.0 - known[name] for name in ("country_known", "tier2_own"))
    if not place and not behind:
        return []
    if not words.company.sources:
        return [words.t("first_named", count=len(words.company.bought))]
    asked = (one.supplier for one in words.audit.questions if one.who == "supplier" and one.supplier)
    names = list(dict.fromkeys(asked))[:MOST]
    first = words.t("first_whom", names=words.t("comma").join(names)) if names else ""
    return [
        words.t("first_origin" if place else "first_coverage", place=percent(place), unknown=percent(behind), first=first)
    ]


def _counted(words: Wording, rows: list[Any], shown: list[Any]) -> str:
    """How many stops of a table there are, where it shows fewer."""
    return words.t("of_all", shown=len(shown), all=len(rows)) if len(shown) < len(rows) else ""


def _up_to(words: Wording, name: str, most: float | None, **values: Any) -> str:
    """A sentence about a loss of up to an amount, of one that has no upper bound, or where nothing has a price."""
    if not words.figures.revenue:
        return words.t(f"{name}_part", **values)
    return words.t(f"{name}_open", **values) if most is None else words.t(name, most=words.money(most, "most"), **values)


def _parted(words: Wording, row: dict[str, Any]) -> dict[str, Any]:
    """What a stop takes in parts of the output of the product hit most, where nothing has a price."""
    found = {} if words.figures.revenue else parts_lost(row)
    return found | {name.replace("part", "loss") + "_says": percent(part) for name, part in found.items()}


def _step(words: Wording, row: dict[str, Any]) -> dict[str, Any]:
    """One action: what, its cost, who sees to it, and until when."""
    return {
        "says": f"{called(row['part'], row['name'])}: {measure(words, row)}",
        "cost": words.t("no_cost") if row["cost"] is None else words.stated(row["cost"]),
        "owner": row["owner"] or words.t("open"),
        "due": row["due"] or words.t("open"),
    }


def _headline(words: Wording, countries: list[dict[str, Any]], makers: list[dict[str, Any]]) -> list[str]:
    """The page in two or three sentences: the worst stop, how many hurt, what a budget takes off."""
    worst = [row for row in [*countries, *makers] if row["loss"] > 0]
    if not worst:
        return []
    first = max(worst, key=lambda row: row["loss"])
    revenue = sum(words.figures.revenue.values())
    fields = {"stop": first["name"] or words.place(first["node"]), "days": f"{words.company.stop_days:g}"}
    year = words.t("year_stated" if words.figures.unpriced or words.company.bare else "year_all")
    fields |= {"part": percent(first["loss"] / revenue), "year": year}
    bounds = {"estimate": first["loss"], "low": first["loss_low"], "high": first["loss_high"]}
    bounds |= {"priced": first["loss_high_priced"]}
    fields |= {"loss": words.three(bounds)}
    fields |= {"day": words.first_day(first)}
    certain = fields["loss"] == words.money(first["loss"])  # all three readings say the same
    lines = [words.t("headline_worst" if certain else "headline_likely", **fields)]
    stops = [*countries, *makers]
    large = {
        name: sum(row[end] is None or row[end] >= LARGE * revenue for row in stops)  # None: no upper bound
        for name, end in (("count", "loss"), ("certain", "loss_low"), ("possible", "loss_open"))
    }
    lines.append(words.t("headline_count", **large, part=percent(LARGE), year=year))
    found = words.audit.mitigation
    if found is not None and found.plan is not None and found.plan.chosen:
        saved = found.nothing["estimate"] - found.plan.after["estimate"]
        part = percent(saved / found.nothing["estimate"]) if found.nothing["estimate"] else BLANK
        lines.append(words.t("headline_plan", cost=words.money(found.plan.cost), saved=words.money(saved), part=part))
    return lines
