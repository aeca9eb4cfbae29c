"""``kanmon audit``: a company's own files in, a report out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...graph.messages import text
from ..console import Encoding, Force, Lang, console, language
from ..options import unfolded
from .survey import Answers, say_remarks

if TYPE_CHECKING:
    from ..audit.report import Audit


def _help(name: str) -> str:
    return text(f"app.audit_command.{name}", None)


Source = Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help=_help("input"))]
Out = Annotated[Path, typer.Option("--out", help=_help("out"))]
Mapping = Annotated[Path | None, typer.Option("--mapping", help=_help("mapping"), show_default=False)]
Budget = Annotated[float | None, typer.Option("--budget", min=0, help=_help("budget"), show_default=False)]
Since = Annotated[Path | None, typer.Option("--since", help=_help("since"), show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help=text("app.check.yes"))]
Date = Annotated[str | None, typer.Option("--date", help=_help("date"), show_default=False)]


@unfolded
def audit(
    *,
    source: Source,
    out: Out = Path("report"),
    mapping: Mapping = None,
    budget: Budget = None,
    date: Date = None,
    since: Since = None,
    encoding: Encoding = None,
    yes: Yes = False,
    answers: Answers,
    lang: Lang = None,
    force: Force = False,
) -> None:
    """Audit a company's files and write the report."""
    from ...datasets.intake.mapping import read_corrections
    from ...datasets.intake.understanding import understand
    from ...graph.errors import InputError
    from ...graph.files import check_folder
    from ..audit.files import write_report
    from ..audit.report import audit as run
    from ..audit.since import read_report
    from ..survey.replies import read_replies
    from ..understood import show, write_draft

    lang_ = language(lang)
    check_folder(out, force)
    corrections = read_corrections(mapping)
    earlier = None if since is None else read_report(since)
    found = understand(source, encoding=encoding, corrections=corrections)
    answered = read_replies(*answers.files) if answers.files else None
    if answered is not None:
        say_remarks(answered, lang_, whole_files=True)
    progress = console(stderr=True)
    show(found, console(), lang_, brief=True)
    draft = out / "mapping.yaml"
    again = {"path": str(draft), "command": f"kanmon audit {source} --mapping {draft} --out {out} --force"}
    if not yes and _at_a_terminal() and not typer.confirm(text("app.check.confirm", lang_), default=True):
        write_draft(found, draft)
        typer.echo(text("app.check.drafted_audit", lang_, **again))
        raise typer.Exit(1)
    try:
        with progress.status(text("app.audit_command.auditing", lang_)):
            # The audit lets go of the lines once it knows the company: nobody else holds them.
            lines, found = [found], found.without_lines()
            report = run(lines.pop(), lang=lang_, corrections=corrections, budget=budget, date=date, replies=answered)
            names = write_report(report, out, lang_, force=force, since=earlier)
    except InputError as error:
        if error.message.key == "app.audit.nothing_read":
            write_draft(found, draft)
            typer.echo(text("app.check.drafted_audit", lang_, **again))
        raise
    typer.echo(text("app.audit_command.written", lang_, path=str(out), files=", ".join(names)))
    _say_next(report, lang_)


def _say_next(report: Audit, lang: str) -> None:
    """Print what the board page says first, what replies narrowed, what to ask first, and how much is to be checked."""
    from ...graph.errors import shorten
    from ..audit.board import in_short
    from ..audit.wording import Wording
    from ..survey.loop import shown

    for sentence in in_short(Wording(report, lang)):
        typer.echo(shorten(sentence, 400))
    asked = shown(report.questions, report.progress, report.company, report.figures, lang)
    if asked["replies"]:
        typer.echo(asked["replies"]["says"])
    if asked["questions"]:
        first = asked["questions"][0]
        words = {"says": shorten(first["says"], 160), "who": shorten(first["who"]), "gain": first["gain"]}
        typer.echo(text("app.survey.first", lang, **words))
    warnings = sum(remark.severity == "warning" for remark in report.company.remarks)
    if warnings:
        typer.echo(text("app.audit_command.remarks", lang, count=warnings))


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
