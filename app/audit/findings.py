"""Findings in words: each once, with its evidence, and by theme and check as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...datasets.guideline import guideline_documents
from ...graph.messages import LANGUAGES, spoken, text
from .checks import Finding
from .company_graph import SELF
from .evidence import Evidence
from .places import cell_of, files_of
from .wording import Wording

THEMES = ("principle_1", "principle_2", "principle_3", "autonomy", "indispensability", "governance", "governance_code")
THEMES += ("leakage", "prior_report")


class Findings:
    """The findings of an audit in ``words``.

    One check answers several items of the guideline: what it found is put into words once.
    """

    def __init__(self, words: Wording) -> None:
        self._words = words
        rows = words.audit.built.graph.sources.select("id", "title").iter_rows()
        self._titles: dict[str, str] = {id: title for id, title in rows if not id.startswith(f"{SELF}:")}
        self._documents = {row["id"]: row for row in guideline_documents().iter_rows(named=True)}
        self._findings: dict[int, dict[str, Any]] = {}
        self._rows: dict[int, dict[str, Any]] = {}

    def of(self, theme: str) -> Iterable[Finding]:
        """Return the findings of a theme."""
        return (found for found in self._words.audit.findings if found.item["theme"] == theme)

    def finding(self, found: Finding) -> dict[str, Any]:
        """Return one finding in words."""
        if id(found) not in self._findings:
            self._findings[id(found)] = self._in_words(found)
        return self._findings[id(found)]

    def _in_words(self, found: Finding) -> dict[str, Any]:
        item, document = found.item, self._documents[found.item["document"]]
        answer = found.answer.get("answer")
        return {
            "id": item["id"],
            "check": found.check,
            "document": spoken(document, "name", self._words.lang),
            "wording": item["wording"],
            "wording_says": text(f"app.audit_wording.{item['wording']}", self._words.lang),
            "text": spoken(item, "text", self._words.lang),
            "status": found.status,
            "status_says": self._words.t(f"status_{found.status}"),
            "says": self._words.say(found.says),
            "change": self._words.say(found.change),
            "answer": None if answer is None else self._words.t(f"answer_{answer}"),
            "answer_evidence": found.answer.get("evidence"),
            "answer_date": found.answer.get("date"),
            "answer_owner": found.answer.get("owner"),
            "people": item["answerable"] in {"partial", "questionnaire"},
            "thresholds": list(found.thresholds),
            "thresholds_says": [self._words.threshold(id) for id in found.thresholds],
            "evidence": [self._evidence(row) for row in found.evidence],
            "source": item["source"],
        }

    def _evidence(self, row: Evidence) -> dict[str, Any]:
        if id(row) in self._rows:
            return self._rows[id(row)]
        words, places = self._words, self._words.audit.places
        refs = [self._titles.get(ref) or cell_of(ref, places, row.columns) for ref in row.refs]
        self._rows[id(row)] = shown = {
            "what": words.item(row.what),
            "says": words.say(row.says),
            "refs": refs,
            "files": files_of(row.refs, places),
            "about": row.about or row.what,
            "money": row.money,
            "money_says": words.money(row.money),
            "days": row.days,
        }
        return shown

    def said_elsewhere(self) -> dict[str, dict[str, dict[str, list[str]]]]:
        """Return what the rows of each check say in the other languages: by language, check, and what they are about.

        A later report may be in one of them, and says what does not apply any more.
        """
        checks = {found.check: found for found in reversed(list(self._words.audit.findings)) if found.check}
        others = [Wording(self._words.audit, lang) for lang in LANGUAGES if lang != self._words.lang]
        return {
            words.lang: {
                check: {row.about or row.what: [words.item(row.what), words.say(row.says)] for row in found.evidence}
                for check, found in checks.items()
            }
            for words in others
        }

    def groups(self) -> list[dict[str, Any]]:
        """Findings by theme and check: what is said of several items is said once, under the first theme that asks it."""
        found: dict[str, dict[str, Any]] = {}
        themes: dict[str, list[dict[str, Any]]] = {}
        for finding in self._words.audit.findings:
            if finding.check:
                row = self.finding(finding)
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
        people = {theme: [self.finding(f) for f in self.of(theme) if not f.check] for theme in THEMES}
        return [
            {"title": self._words.t(theme), "checks": themes.get(theme, []), "people": people[theme]}
            for theme in THEMES
            if themes.get(theme) or people[theme]
        ]

    def _severity(self, finding: Finding) -> dict[str, Any]:
        """How bad a finding is, by yen and by days: the worst of its rows."""
        words = self._words
        if finding.status != "finding":
            return {"severity": None, "severity_says": ""}
        money = max((row.money for row in finding.evidence if row.money is not None), default=None)
        open_ = finding.check == "stock" and any(row.days is None for row in finding.evidence)
        gap = max((row.days for row in finding.evidence if row.days), default=None)
        says = [] if money is None or not money else [words.t("severity_money", money=words.money(money))]
        says += [words.t("severity_open")] if open_ else [] if gap is None else [words.t("severity_days", days=f"{gap:.0f}")]
        return {"severity": money, "severity_says": words.t("comma").join(says)}
