"""Pictures of an audit as bars: solid, hatched and white, never colour alone, and with the figures beside them.

A bar is a row of a table with a part of its length for each part of a figure, so a picture needs no library, follows the
page's width, and can be read aloud.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ...graph.messages import text
from .words import percent, span

MOST = 10
"""Rows of a picture."""
SOLID, HATCHED, EMPTY, MARK, LIMIT = "solid", "hatched", "empty", "mark", "limit"
EU_LIMIT = 0.65
"""Regulation (EU) 2024/1252, Article 5(1)(b): the most of a strategic raw material that one third country should give."""


@dataclass(frozen=True)
class Part:
    """A part of a bar, in percent of its whole length; a mark or limit has no width."""

    kind: str
    start: float
    width: float = 0.0


@dataclass(frozen=True)
class Bar:
    """A bar with its name and its figure in words."""

    label: str
    parts: tuple[Part, ...]
    says: str


@dataclass(frozen=True)
class Picture:
    """Bars under a title; ``legend`` tells what each kind of part is."""

    title: str
    legend: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...] = field(repr=False)


def draw(content: dict[str, Any]) -> list[Picture]:
    """Return the pictures that a report's content has data for."""
    lang = content["lang"]

    def t(name: str, **values: Any) -> str:
        return text(f"app.audit_page.{name}", lang, **values)

    found = [_coverage(content["coverage"], t), _countries(content, t, lang), _time(content["countries"], t)]
    return [one for one in (*found, _market(content["market"], t, lang)) if one.bars]


def _bar(label: str, says: str, ends: Iterable[tuple[str, float]], whole: float = 1.0, marks: Iterable[Part] = ()) -> Bar:
    """Return a bar of parts that follow each other, each up to its end."""
    parts, start = [], 0.0
    for kind, end in ends:
        at = 100.0 * min(1.0, end / whole) if whole > 0 else 0.0
        if at > start:
            parts.append(Part(kind, round(start, 2), round(at - start, 2)))
            start = at
    return Bar(label, (*parts, *marks), says)


def _coverage(known: dict[str, Any], t: Callable[..., str]) -> Picture:
    rows = [("tier1", "supplier_known", None), ("country", "country_known", None), ("tier2", "tier2_own", "tier2_market")]
    rows += [("stock", "stock_known", None), ("switch", "switch_known", None)]
    bars = []
    for row, own, market in rows:
        if known[own] is None:  # nothing is bought
            continue
        more = known[market] if market else 0.0
        says = percent(known[own]) + (f" + {percent(more)}" if market else "")
        bars.append(_bar(t(f"row_{row}"), says, [(SOLID, known[own]), (HATCHED, known[own] + more), (EMPTY, 1.0)]))
    legend = (SOLID, t("legend_own")), (HATCHED, t("legend_market")), (EMPTY, t("legend_unknown"))
    return Picture(t("picture_coverage"), legend, tuple(bars))


def _countries(content: dict[str, Any], t: Callable[..., str], lang: str) -> Picture:
    """Losses of each country's stop; one without an upper bound may reach anywhere: it goes to the end of the picture."""
    rows = [row for row in content["countries"] if not row["beyond"] and (row["loss"] > 0 or row["loss_high"] != 0)][:MOST]
    rows = rows if content["coverage"]["revenue"] else []
    whole = max((max(row["loss"], row["loss_high"] or 0.0) for row in rows), default=0.0)
    bars = []
    for row in rows:
        ends = [(SOLID, row["loss_low"]), (HATCHED, whole if row["loss_high"] is None else row["loss_high"])]
        sure = row["loss_low"] == row["loss_high"]
        marks = [] if sure or not whole else [Part(MARK, round(100.0 * row["loss"] / whole, 2))]
        low, high = row["loss_low_says"], row["loss_high_says"]
        says = low if low == high else text("graph.words.range_in_words", lang, low=low, high=high)
        bars.append(_bar(row["label"], says, ends, whole, marks))
    legend = (SOLID, t("legend_certain")), (HATCHED, t("legend_more")), (MARK, t("loss"))
    return Picture(t("picture_countries", days=f"{content['horizon']:g}"), legend, tuple(bars))


def _time(rows: list[dict[str, Any]], t: Callable[..., str]) -> Picture:
    rows = [row for row in rows if None not in (row["first_least"], row["first_switch_least"])]
    rows = sorted(rows, key=lambda row: (row["first_least"], row["node"]))[:MOST]
    ends = [row[name] for row in rows for name in ("first_least", "first_switch_least", "first_switch_most")]
    whole = max((days for days in ends if days is not None), default=0.0)
    bars = [
        _bar(
            f"{row['label']} ({row['first_part']})",
            " / ".join((row["stock_says"], row["switch_says"])),
            # Where nobody said how long it takes at most, the gap has no end.
            [
                (SOLID, row["first_least"]),
                (HATCHED, whole if row["first_switch_most"] is None else row["first_switch_most"]),
            ],
            whole,
        )
        for row in rows
    ]
    return Picture(t("picture_time"), ((SOLID, t("legend_stock")), (HATCHED, t("legend_gap"))), tuple(bars))


def _market(rows: list[dict[str, Any]], t: Callable[..., str], lang: str) -> Picture:
    limit = [Part(LIMIT, 100.0 * EU_LIMIT)]
    bars = [
        _bar(
            f"{row['name']} ({row['top_supplier']})",
            span(row["top_share_low"], row["top_share_high"], lang),
            [(SOLID, row["top_share_low"]), (HATCHED, row["top_share_high"])],
            marks=limit,
        )
        for row in rows[:MOST]
    ]
    legend = (SOLID, t("legend_low")), (HATCHED, t("legend_high")), (LIMIT, t("limit_eu"))
    return Picture(t("picture_market"), legend, tuple(bars))
