"""What the data says on each guideline item: finding, no finding, or not enough data, with the rows behind it.

A check never decides a legal question and never says that an item of the guideline is met: it says what was found, which
threshold was used, and what would change the finding. What only people can answer comes from the questionnaire.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ...datasets.guideline import guideline_items
from ...graph import Message
from ...graph.packaged import packaged_rows
from . import supply_checks, technology_checks
from .company import Company
from .evidence import UNKNOWN, Evidence, Result, sentence
from .figures import Figures

CHECKS: dict[str, Callable[[Company, Figures], Result]] = {
    check.__name__: check for check in (*supply_checks.CHECKS, *technology_checks.CHECKS)
}
"""The checks by the names under which ``checks.csv`` assigns them to items of the guideline."""


@dataclass(frozen=True)
class Finding:
    """What is found on one guideline item.

    ``status``: finding, no_finding, not_enough_data; of what people answer: answered_yes, answered_partly, answered_no,
    does_not_apply, not_answered.
    """

    item: dict[str, Any]
    check: str
    status: str
    says: Message
    change: Message
    evidence: tuple[Evidence, ...] = ()
    thresholds: tuple[str, ...] = ()
    answer: dict[str, Any] = field(default_factory=dict)


def findings(company: Company, figures: Figures) -> list[Finding]:
    """Return a finding for every item whose text is at hand and that data or people can answer, in the table's order."""
    names = _assigned()
    results: dict[str, Result] = {}
    found = []
    for item in guideline_items().iter_rows(named=True):
        if item["answerable"] == "none" or item["text_en"] is None or item["wording"] == "unverified":
            continue
        if item["theme"] == "antitrust":
            continue  # a note of its own: what to settle before talking to competitors
        name = names.get(item["id"], "")
        used = tuple(filter(None, (item["thresholds"] or "").split("|")))
        answer = company.answers.get(item["id"], {})
        if name:
            if name not in results:
                results[name] = CHECKS[name](company, figures)
            status, says, evidence = results[name]
            if status == UNKNOWN and says.values.get("known") == 0:  # "0 of 0" says nothing
                says = sentence("nothing_stated", **says.values)
        else:
            status, says, evidence = _answered(answer), Message(f"app.audit_checks.{_answered(answer)}"), []
        change = Message(f"app.audit_checks.{name or 'people'}_change")
        found.append(Finding(item, name, status, says, change, tuple(evidence), used, answer))
    return found


def _answered(answer: dict[str, Any]) -> str:
    word = answer.get("answer")
    return {"not_applicable": "does_not_apply", None: "not_answered"}.get(word, f"answered_{word}")


@cache
def _assigned() -> dict[str, str]:
    return {row["item"]: row["check"] for row in packaged_rows("app", "templates", "audit", "checks.csv")}
