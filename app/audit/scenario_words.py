"""Scenarios of the board in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from ...graph.interval import at_least, at_most
from .figures import NOTHING
from .measure_words import measure
from .wording import Wording
from .words import BLANK, days

ACTS = 3
"""Acts in force that are named in a line."""


def scenario(words: Wording, row: dict[str, Any]) -> dict[str, Any]:
    """A scenario in words; where nothing limits a loss it says so, and where nobody can estimate it too."""
    money = words.amounts(row, "loss")
    money["loss_says"] = words.t("no_estimate") if row["loss"] is None else words.money(row["loss"])
    if row.get("yearly"):  # what is bought has its price, whatever the products sell for
        money |= dict(zip(("loss_low_says", "loss_high_says"), words.ends(row["loss_low"], row["loss_high"]), strict=True))
    elif not words.figures.revenue:
        money["loss_says"] = BLANK
    gained = _gained(words, row["id"])
    notes = []
    if row["reached"]:
        notes.append(words.t("reached", companies=", ".join(row["reached"][:6])))
    if row["unknown_owners"] and row["unknown_owners"][0]:
        notes.append(words.t("owners_unknown", count=row["unknown_owners"][0], known=row["unknown_owners"][1]))
    if row.get("acts"):
        acts = words.t("comma").join(_act(words, id) for id in row["acts"][:ACTS])
        notes.append(words.t("acts", count=len(row["acts"]), acts=acts))
    if row["kind"] == "controls":
        linked = {link.part for link in words.audit.links if link.used}
        left = sum(part not in linked for part in words.company.direct)
        notes.append(words.t("controls_note", left=left, parts=len(words.company.direct)))
    if row.get("yearly"):
        notes.append(words.period("tariff_note", blank=row["blank"]))
    below = {f"{name}_says": _below(words, row[name]) for name in ("below_90", "below_50")}
    return (
        row
        | money
        | below
        | {
            "says": words.say(row["title"]),
            "title": words.say(row["title"]),
            "lasts_says": words.period("a_year") if row.get("yearly") else days(row["days"], words.lang),
            "day_says": BLANK if row["kind"] in {"controls", "tariff"} else words.first_day(row),
            "first_name": None if row["first_part"] is None else words.company.parts[row["first_part"]].name,
            "notes": notes,
            "gained": gained,
        }
    )


def _act(words: Wording, id: str) -> str:
    """Who restricts what."""
    issuer, name = words.acts.get(id, (None, id))
    return words.t("act", issuer=words.place(issuer), what=name)


def _below(words: Wording, found: dict[str, float] | None) -> str:
    if found is None:
        return BLANK
    shown = days(found["estimate"], words.lang)
    if found["high"] - found["low"] < NOTHING:
        return shown
    ends = at_least(found["low"], ",.0f"), at_most(found["high"], ",.0f")
    return words.t("between", shown=shown, low=ends[0], high=ends[1])


def _gained(words: Wording, scenario: str) -> str:
    """The measure that gains most days in a scenario."""
    found = words.audit.mitigation
    if found is None:
        return BLANK
    rows = found.gains.filter(pl.col("threat") == scenario, pl.col("days_gained") >= 0.5)
    if not rows.height:
        return BLANK
    best = rows.sort(-pl.col("days_gained"), "measure").row(0, named=True)
    about = next(row for row in found.rows if row["measure"] == best["measure"])
    return words.t("gains", days=f"{best['days_gained']:,.0f}", measure=f"{about['part']} {measure(words, about)}")
