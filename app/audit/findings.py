"""Findings in words: each once, with its evidence, and by theme and check as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...graph.messages import spoken, text
from .checks import Evidence, Finding
from .places import cell_of, files_of
from .report import Audit
from .writer import Writer

THEMES = ("principle_1", "principle_2", "principle_3", "autonomy", "indispensability", "governance", "governance_code")
THEMES += ("leakage", "prior_report")


class FindingsWriter(Writer):
    """Puts findings into words."""

    def __init__(self, audit: Audit, lang: str) -> None:
        super().__init__(audit, lang)
        # One check answers several items of the guideline: what it found is put into words once.
        self._findings: dict[int, dict[str, Any]] = {}
        self._rows: dict[int, dict[str, Any]] = {}

    def _of(self, theme: str) -> Iterable[Finding]:
        return (found for found in self.audit.findings if found.item["theme"] == theme)

    def _finding(self, found: Finding) -> dict[str, Any]:
        if id(found) not in self._findings:
            self._findings[id(found)] = self._in_words(found)
        return self._findings[id(found)]

    def _in_words(self, found: Finding) -> dict[str, Any]:
        item, document = found.item, self.documents[found.item["document"]]
        answer = found.answer.get("answer")
        return {
            "id": item["id"],
            "check": found.check,
            "document": spoken(document, "name", self.lang),
            "wording": item["wording"],
            "wording_says": text(f"app.audit_wording.{item['wording']}", self.lang),
            "text": spoken(item, "text", self.lang),
            "status": found.status,
            "status_says": self.t(f"status_{found.status}"),
            "says": self.say(found.says),
            "change": self.say(found.change),
            "answer": None if answer is None else self.t(f"answer_{answer}"),
            "answer_evidence": found.answer.get("evidence"),
            "answer_date": found.answer.get("date"),
            "answer_owner": found.answer.get("owner"),
            "people": item["answerable"] in {"partial", "questionnaire"},
            "thresholds": list(found.thresholds),
            "thresholds_says": [self.threshold(id) for id in found.thresholds],
            "evidence": [self._evidence(row) for row in found.evidence],
            "source": item["source"],
        }

    def _evidence(self, row: Evidence) -> dict[str, Any]:
        if id(row) in self._rows:
            return self._rows[id(row)]
        places = self.audit.places
        refs = [self.titles.get(ref) or cell_of(ref, places, row.columns) for ref in row.refs]
        shown = {"what": self.item(row.what), "says": self.say(row.says), "refs": refs, "files": files_of(row.refs, places)}
        shown |= {"about": row.about or row.what, "money": row.money, "money_says": self.money(row.money), "days": row.days}
        self._rows[id(row)] = shown
        return shown

    def _groups(self) -> list[dict[str, Any]]:
        """Findings by theme and check: what is said of several items is said once, under the first theme that asks it."""
        found: dict[str, dict[str, Any]] = {}
        themes: dict[str, list[dict[str, Any]]] = {}
        for finding in self.audit.findings:
            if finding.check:
                row = self._finding(finding)
                if finding.check not in found:
                    found[finding.check] = row | {
                        "items": [],
                        "thresholds": [],
                        "thresholds_says": [],
                        **self._severity(finding),
                    }
                    themes.setdefault(finding.item["theme"], []).append(found[finding.check])
                group = found[finding.check]
                group["items"].append({name: value for name, value in row.items() if name != "evidence"})
                for name in ("thresholds", "thresholds_says"):
                    group[name] += [one for one in row[name] if one not in group[name]]
        for rows in themes.values():
            rows.sort(key=lambda row: (row["status"] != "finding", -(row["severity"] or 0.0)))
        people = {theme: [self._finding(f) for f in self._of(theme) if not f.check] for theme in THEMES}
        return [
            {"title": self.t(theme), "checks": themes.get(theme, []), "people": people[theme]}
            for theme in THEMES
            if themes.get(theme) or people[theme]
        ]

    def _severity(self, finding: Finding) -> dict[str, Any]:
        """How bad a finding is, by yen and by days: the worst of its rows."""
        if finding.status != "finding":
            return {"severity": None, "severity_says": ""}
        money = max((row.money for row in finding.evidence if row.money is not None), default=None)
        open_ = finding.check == "stock" and any(row.days is None for row in finding.evidence)
        gap = max((row.days for row in finding.evidence if row.days), default=None)
        says = [] if money is None or not money else [self.t("severity_money", money=self.money(money))]
        says += [self.t("severity_open")] if open_ else [] if gap is None else [self.t("severity_days", days=f"{gap:.0f}")]
        return {"severity": money, "severity_says": self.t("comma").join(says)}
