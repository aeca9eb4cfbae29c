"""The question loop: a company's files with what suppliers replied, and how far that narrowed each interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...datasets import load
from ...datasets.intake.mapping import read_corrections
from ...datasets.intake.understanding import understand
from ...graph import SupplyGraph
from ...graph.messages import text
from ..audit.company import Company, company_from
from ..audit.company_graph import CompanyGraph, build_graph
from ..audit.figures import Figures
from ..audit.links import Link, link_parts
from ..audit.mapping import recognise
from ..audit.words import BLANK, money, percent, place, say, span
from .merge import Merged, merge, suppliers_of
from .questions import MOST, Question
from .replies import Replies, read_replies
from .stopped import NOTHING, stopped

ROWS = 40
"""Intervals that a page shows."""


@dataclass(frozen=True)
class Progress:
    """What the replies did.

    ``suppliers``: of bought parts; ``replied``: those who sent something that is used, by kind; ``asked, answered``:
    questions in the workbooks that came back; ``rows``: by stop the bounds before and after, as amounts (as parts of the
    output where no product has a stated revenue): ``node, maker, name, low_was, high_was, low, high``.
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
    encoding: str | None = None,
    world: SupplyGraph | None = None,
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
    company = company_from(recognise(understand(path, encoding=encoding, corrections=corrections), corrections))
    company.stop_days = company.stop_days if days is None else days
    world = load("world") if world is None else world
    links = link_parts(company, world, corrections)
    if not replies:
        return company, links, None, None
    found = read_replies(*replies)
    merged = merge(company, found, links, world)
    return merged.company, links, merged, found


def progress(before: Company, merged: Merged, built: CompanyGraph, figures: Figures) -> Progress:
    """Return how far the replies narrowed the interval of each stop; one that was not seen before begins at nothing."""
    rows = [*figures.countries, *figures.makers]
    old = build_graph(before, [], load("world"))
    found = stopped(before, old, [(row["node"], not row["maker"]) for row in rows])
    value = lambda product: _value(before, figures, product)  # noqa: E731
    lines = []
    for row, was in zip(rows, found, strict=True):
        low_was = sum(value(product) * one.lost[0] for product, one in was.items())
        high_was = sum(value(product) * one.lost[1] for product, one in was.items())
        low = sum(value(one["product"]) * one["lost_low"] for one in row["products"])
        high = sum(value(one["product"]) * one["lost_open"] for one in row["products"])
        if max(abs(low - low_was), abs(high - high_was)) > NOTHING * max(1.0, high, high_was):
            about = {"node": row["node"], "maker": row["maker"], "name": row["name"]}
            lines.append(about | {"low_was": low_was, "high_was": high_was, "low": low, "high": high})
    lines.sort(key=lambda line: ((line["high"] - line["low"]) - (line["high_was"] - line["low_was"]), line["node"]))
    replied = merged.replied
    return Progress(len(suppliers_of(before)), replied, merged.asked, merged.answered, lines, bool(figures.revenue))


def _value(company: Company, figures: Figures, product: str) -> float:
    if not figures.revenue:
        return 1.0 / max(1, figures.coverage["products"])
    return company.stop_days / 365.0 * figures.revenue.get(product, 0.0)


# In words ------------------------------------------------------------------------------------------------------------


def shown(found: Sequence[Question], done: Progress | None, company: Company, figures: Figures, lang: str) -> dict[str, Any]:
    """Return the questions (the first `MOST`) and the progress as plain data in ``lang``."""

    def amount(value: float) -> str:
        return money(value, company.currency, lang) if figures.revenue else percent(value)

    def both(low: float, high: float) -> str:
        if not figures.revenue:
            return span(low, high)
        return amount(high) if high - low < 1.0 else "–".join((amount(low), amount(high)))

    rows = []
    for order, question in enumerate(found[:MOST], start=1):
        who = question.supplier if question.who == "supplier" else text(f"app.survey.who_{question.who}", lang)
        narrows = None if question.narrows is None else both(*question.narrows)
        hangs = amount(question.hangs)
        gain = text("app.survey.unbounded" if question.kind == "revenue" else "app.survey.hangs", lang, amount=hangs)
        rows.append(
            {
                "order": order,
                "kind": question.kind,
                "parts": list(question.parts),
                "supplier": question.supplier,
                "who": who or BLANK,
                "says": text(f"app.survey.ask_{question.kind}", lang, parts=_few(company, question.parts, lang)),
                "narrows": question.narrows,
                "hangs": question.hangs,
                "gain": text("app.survey.narrows", lang, amount=narrows) if narrows is not None else gain,
                "refs": list(question.refs),
            }
        )
    return {"questions": rows, "replies": None if done is None else _progress(done, both, lang)}


def _few(company: Company, parts: Sequence[str], lang: str) -> str:
    names = [f"{part} {company.parts[part].name}".strip() for part in parts[:4]]
    more = text("app.survey.more", lang, count=len(parts) - 4) if len(parts) > 4 else ""
    return ", ".join(names) + more


def _progress(done: Progress, both: Any, lang: str) -> dict[str, Any]:
    rows = []
    for row in done.rows[:ROWS]:
        change = (row["high"] - row["low"]) - (row["high_was"] - row["low_was"])
        kind = "new" if row["high_was"] <= NOTHING else "narrowed" if change < -NOTHING else "moved"
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
        "says": text("app.survey.rate", lang, **fields),
        "kinds": kinds,
        "kinds_says": ", ".join(text(f"app.survey.kind_{kind}", lang, count=count) for kind, count in kinds.items()),
        "rows": rows,
    }
