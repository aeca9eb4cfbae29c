"""The guideline point by point: what is computed, what is asked of people, and what is missing, with the reason."""

from __future__ import annotations

from typing import Any

from ...datasets.guideline import guideline_items
from ...graph.messages import spoken, text
from .checks import Finding

GUIDELINE = "ESMG"
COMPUTED, BOTH, ASKED, MISSING = "computed", "both", "asked", "missing"


def guideline_table(findings: list[Finding], lang: str) -> list[dict[str, Any]]:
    """Return a row for each point of the guideline: ``id, text, how, how_says, status_says, why``."""
    found = {finding.item["id"]: finding for finding in findings}
    rows = []
    for item in guideline_items().iter_rows(named=True):
        if item["document"] != GUIDELINE:
            continue
        finding = found.get(item["id"])
        how = MISSING
        if finding is not None:
            people = item["answerable"] in {"partial", "questionnaire"}
            how = (BOTH if people else COMPUTED) if finding.check else ASKED
        why = _why(item, finding, how)
        rows.append(
            {
                "id": item["id"],
                "text": spoken(item, "text", lang) or "–",
                "wording_says": text(f"app.audit_wording.{item['wording']}", lang),
                "how": how,
                "how_says": text(f"app.audit_guideline.{how}", lang),
                "status_says": "–" if finding is None else text(f"app.audit_page.status_{finding.status}", lang),
                "why": text(f"app.audit_guideline.why_{why}", lang),
            }
        )
    return rows


def _why(item: dict[str, Any], finding: Finding | None, how: str) -> str:
    """The reason of a row, by name."""
    if finding is None:
        return "checklist" if item["id"] == "ESMG-CHK" else "position"
    if finding.status == "not_answered":
        return "not_answered"
    if finding.status == "not_enough_data":
        return "not_enough"
    return how
