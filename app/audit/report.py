"""An audit from files to findings: read, joined to the bundled world, worked out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ... import __version__
from ...datasets import load
from ...datasets.intake.recalled import forget
from ...datasets.intake.understanding import Understanding, understand
from ...graph import SupplyGraph
from ...graph.ages import day
from ...graph.errors import shorten
from ..survey.loop import Progress, progress
from ..survey.merge import merge
from ..survey.questions import Question, ranked_questions
from ..survey.replies import Replies
from .checks import Finding, findings
from .company import Company
from .company_graph import CompanyGraph, build_graph
from .company_reader import company_from
from .figures import Figures, work_out
from .links import Link, link_parts
from .mapping import places_of
from .measures import Mitigation, mitigate
from .places import Place
from .scenarios import answers, questions, threats_of
from .unknowns import Unknown, unknowns


@dataclass(frozen=True, eq=False)
class Audit:
    """Everything that an audit found, before it is put into words."""

    found: Understanding
    """What was understood of the files, without their lines."""
    company: Company
    links: list[Link]
    built: CompanyGraph
    figures: Figures
    findings: list[Finding]
    scenarios: list[dict[str, Any]]
    unknowns: list[Unknown]
    mitigation: Mitigation | None
    meta: dict[str, Any]
    names: dict[str, dict[str, str]]
    """Names of the bundled items in both languages."""
    questions: list[Question]
    progress: Progress | None

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where the sheets stand."""
        return places_of(self.found)


def audit(
    path: str | Path | Understanding,
    *,
    lang: str,
    corrections: dict[str, Any] | None = None,
    budget: float | None = None,
    date: str | None = None,
    world: SupplyGraph | None = None,
    encoding: str | None = None,
    replies: Replies | None = None,
) -> Audit:
    """Audit a company's files.

    Parameters
    ----------
    path : path or Understanding
        A workbook, a CSV file, or a folder of such files; or what was understood of them.
    lang : {"en", "ja"}
        Language of the sentences that come with the technology flags.
    corrections : dict, optional
        What a person says of sheets, columns and parts; see `datasets.intake.mapping.read_corrections`.
    budget : float, optional
        Budget for measures (default: the workbook's).
    date : str, optional
        Date of the report (default: today).
    world : SupplyGraph, optional
        Market-level facts (default: the bundled ``world``).
    encoding : str, optional
        Encoding of text files (default: found).
    replies : Replies, optional
        What suppliers sent back; see `survey.replies.read_replies`.

    Raises
    ------
    ReadError
        A file cannot be read.
    InputError
        Nothing could be read as parts and suppliers, a correction is wrong, or the date is none.
    """
    if date is not None:
        day(date)
    corrections = corrections or {}
    raw = path if isinstance(path, Understanding) else understand(path, encoding=encoding, corrections=corrections)
    del path
    today = date or datetime.date.today().isoformat()
    company = company_from(raw, corrections, today)
    forget()  # of a large ledger what its cells said takes more room than the company, and so do its lines
    raw = raw.without_lines()
    world = load("world") if world is None else world
    links = link_parts(company, world, corrections)
    before, merged = company, None
    if replies is not None:
        merged = merge(company, replies, links, world)
        company = merged.company
        company.remarks += replies.remarks
    built = build_graph(company, links, world)
    figures = work_out(company, built, links, lang)
    built.forget(large_only=True)
    asked = questions(company, built, figures)
    meta = _meta(raw, company, world, today, budget)
    scenarios = answers(company, built, asked, today)
    built.forget(large_only=True)
    blanks = unknowns(built, figures)
    mitigation = mitigate(company, built, figures, meta["budget"], threats_of(asked), bool(company.scenarios))
    done = None if merged is None else progress(before, merged, figures)
    built.forget(large_only=True)
    ranked = ranked_questions(company, figures, built=built)
    built.forget()  # before what is found takes its room
    return Audit(
        found=raw,
        company=company,
        links=links,
        built=built,
        figures=figures,
        findings=findings(company, figures),
        scenarios=scenarios,
        unknowns=blanks,
        mitigation=mitigation,
        meta=meta,
        questions=ranked,
        progress=done,
        names={row["id"]: {"en": row["name_en"], "ja": row["name_ja"]} for row in world.items.iter_rows(named=True)},
    )


def _meta(raw: Understanding, company: Company, world: SupplyGraph, date: str, budget: float | None) -> dict[str, Any]:
    """What an audit rests on: its day, the program, the files, the bundled facts, the budget."""
    return {
        "date": date,
        "version": __version__,
        "input_sha256": raw.sha256,
        "input_files": [shorten(file, 500) for file in raw.files],
        "as_of": company.as_of,
        "world": {"items": world.items.height, "facts": world.shares.height, "newest": world.shares["year"].max()},
        "budget": budget if budget is not None else company.budget,
    }
