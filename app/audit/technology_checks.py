"""What a company's rows say of its technologies: a check each, with the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...datasets.layout import sheets
from .company import HOME, Company
from .evidence import CLEAR, FINDING, UNKNOWN, Evidence, Result, more, sentence
from .figures import Figures
from .words import Name, Words, place


def provided_abroad(row: dict[str, Any]) -> bool | None:
    """Whether a technology is planned to be provided abroad; None where nobody said to which country."""
    if row.get("destination"):
        return row["destination"] != HOME
    return False if _none(row, "destination", "transfer") else None


def technologies(company: Company, figures: Figures) -> Result:
    """Which technologies of the prior-report scheme the company's own, and its parts, may be."""
    own = [row for row in figures.flags if row["own_technology"]]
    parts = [row for row in figures.flags if not row["own_technology"]]
    says = sentence("technologies", own=len({row["subject"] for row in own}), parts=len({row["subject"] for row in parts}))
    evidence = [
        Evidence(
            # What suppliers told of has a name that may stand behind many parts: its number says whose it is.
            row["subject"] if row["subject"] in company.told else row["text"],
            sentence(f"technologies_{row['verdict']}_row", number=row["technology"]),
            tuple(row["refs"]),
            about=f"{row['subject']} {row['technology']}",
        )
        for row in [*own, *parts]
    ]
    return (FINDING if own else UNKNOWN), says, evidence


def _technology_rows(
    company: Company,
    name: str,
    test: Callable[[dict[str, Any]], bool | None],
    needs: Callable[[dict[str, Any]], Iterable[str]],
) -> Result:
    """What is said of technologies: ``test`` is None where it hangs on a blank among what it ``needs``."""
    rows = company.technologies
    results = [test(row) for row in rows]
    bad = [row for row, result in zip(rows, results, strict=True) if result]
    maybe = [row for row, result in zip(rows, results, strict=True) if result is None]
    status = FINDING if bad else UNKNOWN if maybe or not rows else CLEAR
    evidence = [
        Evidence(
            row["technology"],
            sentence(
                f"{name}_row",
                partner=row.get("partner") or "–",
                country=place(row.get("partner_country") or row.get("country")),
                site=row.get("site") or "–",
                control=row.get("control") or "–",
                transfer=row.get("transfer") or "–",
                destination=place(row.get("destination")),
                date=row.get("decision_date") or "–",
                reported=row.get("report_date") or "–",
            ),
            (row["_ref"],),
        )
        for row in bad
    ]
    for row in maybe:
        missing = tuple(column for column in needs(row) if _blank(row, column))
        says = sentence("technology_open_row", columns=Words(_title(column) for column in missing))
        evidence.append(Evidence(row["technology"], says, (row["_ref"],), columns=missing))
    counts = {"count": len(bad), "possible": len(maybe), "known": len(rows) - len(maybe)}
    return status, sentence(name, more=more(name, maybe), **counts), evidence


def leakage(company: Company, figures: Figures) -> Result:
    """Which technologies others outside the company see."""

    def seen(row: dict[str, Any]) -> bool | None:
        if row.get("partner") or row.get("partner_country"):
            return True
        return False if _none(row, "partner", "partner_country") else None

    return _technology_rows(company, "leakage", seen, lambda row: ("partner",))


def abroad(company: Company, figures: Figures) -> Result:
    """Which technologies are held abroad."""

    def outside(row: dict[str, Any]) -> bool | None:
        return None if row.get("country") is None else row["country"] != HOME

    return _technology_rows(company, "abroad", outside, lambda row: ("country",))


def transfers(company: Company, figures: Figures) -> Result:
    """Which technologies are planned to be provided abroad."""
    return _technology_rows(company, "transfers", provided_abroad, lambda row: ("destination",))


def dates(company: Company, figures: Figures) -> Result:
    """For which of these no report stands before the decision."""

    def unreported(row: dict[str, Any]) -> bool | None:
        abroad, decided, reported = provided_abroad(row), row.get("decision_date"), row.get("report_date")
        if abroad is False or (reported and decided and reported <= decided):
            return False
        # The column of the report is for one that was made: a blank one is none on record.
        return None if abroad is None or (reported and not decided) else True

    return _technology_rows(company, "dates", unreported, lambda row: ("destination", "decision_date"))


def _blank(row: dict[str, Any], column: str) -> bool:
    """Whether a cell says nothing: neither a value, nor that there is none."""
    return row.get(column) is None and not _none(row, column)


def _none(row: dict[str, Any], *columns: str) -> bool:
    """Whether one of some cells says that there is none."""
    return bool(row.get("_none", set()) & set(columns))


def _title(column: str) -> Name:
    """What a column of the technology sheet is called."""
    return Name(**sheets()["technologies"][column].title)


CHECKS = (technologies, leakage, abroad, transfers, dates)
