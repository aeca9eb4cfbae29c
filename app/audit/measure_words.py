"""Measures in words: what each is, what it takes off, and what all of them mean."""

from __future__ import annotations

from typing import Any

from .measures import describe
from .wording import Wording
from .words import BLANK, place


def measure(words: Wording, row: dict[str, Any]) -> str:
    """Return what a measure is."""
    return words.say(describe(row, {row["country"]: place(row["country"])}))


def _hidden(words: Wording, row: dict[str, Any]) -> bool:
    """Whether a measure does nothing as long as nothing is done for other parts."""
    return row["removed_estimate"] == 0.0 and bool(row["removed_beside"])


def _taken(words: Wording, row: dict[str, Any]) -> str:
    """What a measure takes off the estimate; where other parts are short as long, what it does beside the others."""
    if not row["lead_stated"]:
        return words.t("lead_blank" if row["ready_least"] is None else "lead_open")
    alone = words.money(row["removed_estimate"])
    if not _hidden(words, row):
        return alone
    return words.t("removed_others", alone=alone, beside=words.money(row["removed_beside"]))


def removed(words: Wording, row: dict[str, Any]) -> str:
    """What a measure takes off the certain and the possible loss; twice nothing is no figure where no lead time is."""
    ends = row["removed_low"], row["removed_high"]
    said = dict.fromkeys(map(words.money, ends))
    return " / ".join(said) if row["lead_stated"] or any(ends) else BLANK


def mitigation(words: Wording) -> dict[str, Any] | None:
    """Return the measures, what doing nothing and all of them together mean, and the best set; None without any figure."""
    found = words.audit.mitigation
    if found is None:
        return None
    plan = found.plan
    return {
        "nothing": found.nothing,
        "nothing_says": words.three(found.nothing),
        "together": found.together,
        "together_says": words.t("together", before=words.three(found.nothing), after=words.three(found.together)),
        "beside_says": words.t("beside_help") if any(_hidden(words, row) for row in found.rows) else "",
        "own": found.own,
        "threats": [_threat(words, node) for node in found.threats],
        "rows": [
            row
            | {
                "says": measure(words, row),
                "removed_says": _taken(words, row),
                "removed_bounds": removed(words, row),
                "cost_says": words.stated(row["cost"]),
                "owner_says": row["owner"] or words.t("open"),
                "due_says": row["due"] or words.t("open"),
                "chosen": plan is not None and row["measure"] in plan.chosen,
            }
            for row in found.rows
        ],
        "proven": found.proven,
        "left_out_says": words.t("left_out_measures", count=found.left_out) if found.left_out else "",
        "budget": found.budget,
        "budget_says": words.stated(found.budget),
        "plan": None
        if plan is None
        else {
            "chosen": list(plan.chosen),
            "cost": plan.cost,
            "after": plan.after,
            "cost_says": words.money(plan.cost),
            "before_says": words.money(found.nothing["estimate"]),
            "after_says": words.three(plan.after),
            "saved_says": words.money(found.nothing["estimate"] - plan.after["estimate"]),
        },
    }


def _threat(words: Wording, node: str) -> str:
    if words.audit.mitigation is not None and words.audit.mitigation.own:
        return next((words.say(row["title"]) for row in words.audit.scenarios if row["id"] == node), node)
    return words.place(node) if "@" not in node else words.audit.built.name(node)
