"""The question loop: a company's files with what suppliers replied, and how far that narrowed each interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...datasets import load
from ...datasets.intake.mapping import read_corrections
from ...datasets.intake.understanding import understand
from ...graph.errors import shorten
from ...graph.messages import text
from ..audit.company import YEAR, Company
from ..audit.company_graph import build_graph
from ..audit.company_reader import company_from
from ..audit.figures import NOTHING, Figures
from ..audit.links import Link, link_parts
from ..audit.words import BLANK, called, money, percent, place, say, span
from .merge import Merged, merge, suppliers_of
from .questions import MOST, Question
from .replies import Replies, read_replies
from .stopped import Bounds, stopped

WIDE = 0.1
"""An interval is wide when more than this part of its possible loss is not certain."""
ROWS = 40
"""Intervals that a page shows."""


@dataclass(frozen=True)
class Progress:
    """What the replies did.

    ``suppliers``: of bought parts, and whoever replied besides; ``replied``: those who sent something that is used, by kind;
    ``asked, answered``: questions in the workbooks that came back; ``rows``: by stop the bounds before and after, as amounts
    (as parts of the output where no product has a stated revenue): ``node, maker, name, low_was, high_was, low, high``; an
    upper bound is None where a product without a stated revenue may be hit.
    """

    suppliers: int
    replied: dict[str, list[str]]
    asked: int
    answered: int
    rows: list[dict[str, Any]]
    priced: bool

    @property
    def responded(self) -> int:
        """How many suppliers sent something that is used."""
        return len({supplier for each in self.replied.values() for supplier in each})


def company_with(
    path: str | Path,
    replies: Sequence[Path] = (),
    *,
    mapping: str | Path | None = None,
    days: float | None = None,
) -> tuple[Company, list[Link], Merged | None, Replies | None]:
    """Return a company with what its suppliers replied, its links to bundled items, and what the replies were.

    ``days``: how long a stop lasts (default: what the company says).

    Raises
    ------
    ReadError, InputError
        As `audit.report.audit`; a folder of replies does not exist.
    """
    corrections = read_corrections(mapping)
    company = company_from(understand(path, corrections=corrections), corrections)
    company.stop_days = company.stop_days if days is None else days
    world = load("world")
    links = link_parts(company, world, corrections)
    if not replies:
        return company, links, None, None
    found = read_replies(*replies)
    merged = merge(company, found, links, world)
    return merged.company, links, merged, found


def progress(before: Company, merged: Merged, figures: Figures) -> Progress:
    """Return how far the replies narrowed the interval of each stop; one that was not seen before begins at nothing."""
    rows = [*figures.countries, *figures.makers]
    old = build_graph(before)
    found = stopped(before, old, [(row["node"], not row["maker"]) for row in rows])
    values = _values(before, figures)
    lines = []
    for row, was in zip(rows, found, strict=True):
        ends = {product: one.lost for product, one in was.items()}
        low_was, high_was = _worth(ends, values)
        low, high = _worth({one["product"]: (one["lost_low"], one["lost_open"]) for one in row["products"]}, values)
        closed, change = (high is None) != (high_was is None), abs((high or 0.0) - (high_was or 0.0))
        if closed or max(abs(low - low_was), change) > NOTHING * max(1.0, high or 0.0, high_was or 0.0):
            about = {"node": row["node"], "maker": row["maker"], "name": row["name"]}
            lines.append(about | {"low_was": low_was, "high_was": high_was, "low": low, "high": high})
    lines.sort(key=lambda line: (wider(line), line["node"]))
    replied = merged.replied
    # A trader, or a maker that only a reply names, may send something, too.
    known = {*suppliers_of(before), *(shorten(name, 200) for each in replied.values() for name in each)}
    return Progress(len(known), replied, merged.asked, merged.answered, lines, bool(figures.revenue))


def wider(row: Mapping[str, Any]) -> float:
    """Return by how much an interval is wider than it was: an infinity where an upper bound went, or came (less)."""
    now, was = (math.inf if row[high] is None else row[high] for high in ("high", "high_was"))
    return row["low_was"] - row["low"] if now == was == math.inf else (now - row["low"]) - (was - row["low_was"])


def _change(row: Mapping[str, Any]) -> str:
    """Whether an interval is narrower, may cost more than it did, or costs less for certain."""
    now, was = (math.inf if row[high] is None else row[high] for high in ("high", "high_was"))
    noise = NOTHING * max(1.0, *(end for end in (now, was) if end < math.inf), row["low"], row["low_was"])
    return "narrowed" if wider(row) < -noise else "moved" if now > was + noise else "less"


def _values(company: Company, figures: Figures) -> dict[str, float | None]:
    """What each product is worth over a stop (None: no revenue is stated); the part that it is of all where none is."""
    if not figures.revenue:
        return dict.fromkeys(company.products, 1.0 / max(1, figures.coverage["products"]))
    worth = company.stop_days / YEAR
    return {id: None if (value := figures.revenue.get(id)) is None else worth * value for id in company.products}


def _worth(ends: Mapping[str, Bounds], values: Mapping[str, float | None]) -> tuple[float, float | None]:
    """Return what is lost at least, and at most: no bound (None) where a product without a stated revenue may be hit."""
    low, high = (sum((values.get(id) or 0.0) * end[at] for id, end in ends.items()) for at in (0, 1))
    open_ = any(values.get(id) is None and end[1] > NOTHING for id, end in ends.items())
    return low, None if open_ else high


# In words ------------------------------------------------------------------------------------------------------------


def shown(found: Sequence[Question], done: Progress | None, company: Company, figures: Figures, lang: str) -> dict[str, Any]:
    """Return the questions (the first `MOST`), what narrows each wide interval, and the progress as data in ``lang``."""

    def amount(value: float, kind: str = "estimate") -> str:
        return money(value, company.currency, lang, kind) if figures.revenue else percent(value)

    def both(low: float, high: float | None) -> str:
        if high is None:
            return text(f"app.survey.{'at_least' if low else 'open_end'}", lang, amount=amount(low, "least"))
        if not figures.revenue:
            return span(low, high, lang)
        if high - low < 1.0:
            return amount(high)
        return text("graph.words.range_in_words", lang, low=amount(low, "least"), high=amount(high, "most"))

    def who(question: Question) -> str:
        name = question.supplier if question.who == "supplier" else text(f"app.survey.who_{question.who}", lang)
        return name or BLANK

    def says(question: Question) -> str:
        asked, parts = question.kind, [company.parts[part] for part in question.parts if part in company.parts]
        beside = [name for part in parts for name in (*part.makers, *part.sellers)] if asked == "named" else []
        words = {
            "parts": _few(company, question.parts, lang),
            "named": _listed(list(dict.fromkeys(beside)), lang),
            "maker": question.supplier or "",
        }
        return text(f"app.survey.ask_{'beside' if beside else asked}", lang, **words)

    rows = []
    for order, question in enumerate(found[:MOST], start=1):
        told, at_stake = _gain(question, company.described)
        if told.startswith("bought"):
            told = "bought_mixed" if company.mixed else told
            worth = money(question.bought, company.currency, lang)
        else:
            worth = both(*at_stake) if told == "narrows" else amount(at_stake[1])
        rows.append(
            {
                "order": order,
                "kind": question.kind,
                "parts": list(question.parts),
                "supplier": question.supplier,
                "who": who(question),
                "says": says(question),
                "narrows": question.narrows,
                "hangs": question.hangs,
                "gain": text(f"app.survey.{told}", lang, amount=worth),
                "refs": list(question.refs),
            }
        )
    narrowing = {
        node: text(
            "app.survey.narrowest", lang, width=amount(width), who=who(one), asks=says(one), gain=both(*one.stops[node])
        )
        for node, (width, one) in narrowest(found, figures).items()
    }
    return {"questions": rows, "narrowing": narrowing, "replies": None if done is None else _progress(done, both, lang)}


def _gain(question: Question, described: bool) -> tuple[str, tuple[float, float]]:
    """Which words say what an answer is good for, and the amount in them: of one stop, as the board page has it."""
    if question.kind in {"revenue", "behind"}:
        return "hangs" if question.kind == "behind" else "unbounded", (0.0, question.hangs)
    if not described:
        return "bought" if question.bought is not None else "bought_blank", (0.0, 0.0)
    if question.hangs <= NOTHING:
        return "completes", (0.0, question.widest)
    if not question.widest:
        return "hangs", (0.0, question.hangs)
    if question.stops:  # ranked by sums over stops
        return "narrows", max(question.stops.values(), key=lambda ends: (ends[1], ends[0]))
    return "wide", (0.0, question.widest)


def narrowest(found: Sequence[Question], figures: Figures) -> dict[str, tuple[float, Question]]:
    """The width of each stop's wide interval, and the question whose answer narrows it most."""
    best: dict[str, Question] = {}
    for one in found:
        for node, (least, most) in one.stops.items():
            if most > NOTHING and (node not in best or best[node].stops[node][::-1] < (most, least)):
                best[node] = one
    ends = {row["node"]: (row["loss_low"], row["loss_open"]) for row in (*figures.countries, *figures.makers)}
    wide = {node: high - low for node, (low, high) in ends.items() if high is not None and high - low > WIDE * high}
    return {node: (width, best[node]) for node, width in wide.items() if node in best}


def _few(company: Company, parts: Sequence[str], lang: str) -> str:
    return _listed([called(part, company.parts[part].name) for part in parts], lang)


def _listed(names: Sequence[str], lang: str) -> str:
    more = text("app.survey.more", lang, count=len(names) - 4) if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def _progress(done: Progress, both: Any, lang: str) -> dict[str, Any]:
    rows = []
    for row in done.rows[:ROWS]:
        seen = row["high_was"] is None or row["high_was"] > NOTHING
        kind = _change(row) if seen else "new"
        label = row["name"] if row["maker"] else say(place(row["node"]), lang)
        rows.append(
            row
            | {
                "label": label,
                "was_says": both(row["low_was"], row["high_was"]),
                "is_says": both(row["low"], row["high"]),
                "change": kind,
                "change_says": text(f"app.survey.change_{kind}", lang),
            }
        )
    rate = percent(done.responded / done.suppliers) if done.suppliers else BLANK
    fields = {"responded": done.responded, "suppliers": done.suppliers, "rate": rate}
    fields |= {"answered": done.answered, "asked": done.asked}
    kinds = {kind: len(each) for kind, each in done.replied.items() if each}
    return {
        **fields,
        "says": text("app.survey.rate_questions" if done.asked else "app.survey.rate", lang, **fields),
        "kinds": kinds,
        "kinds_says": ", ".join(text(f"app.survey.kind_{kind}", lang, count=count) for kind, count in kinds.items()),
        "rows": rows,
    }
