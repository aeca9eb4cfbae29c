"""``kanmon audit``: a company's own files in, a report out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Force, Lang, console, language


def _help(name: str) -> str:
    return text(f"app.audit_command.{name}", None)


Source = Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help=_help("input"))]
Out = Annotated[Path, typer.Option("--out", help=_help("out"))]
Mapping = Annotated[Path | None, typer.Option("--mapping", help=_help("mapping"), show_default=False)]
Budget = Annotated[float | None, typer.Option("--budget", min=0, help=_help("budget"), show_default=False)]
Date = Annotated[str | None, typer.Option("--date", help=_help("date"), show_default=False)]


def audit(
    source: Source,
    out: Out = Path("report"),
    mapping: Mapping = None,
    budget: Budget = None,
    date: Date = None,
    lang: Lang = None,
    force: Force = False,
) -> None:
    """Audit a company's files and write the report."""
    from ...graph.files import check_folder
    from ..audit.files import write_report
    from ..audit.report import audit as run

    lang_ = language(lang)
    check_folder(out, force)
    progress = console(stderr=True)
    with progress.status(text("app.audit_command.auditing", lang_)):
        found = run(source, lang=lang_, mapping=mapping, budget=budget, date=date)
        names = write_report(found, out, lang_, force=force)
    typer.echo(text("app.audit_command.written", lang_, path=str(out), files=", ".join(names)))
    warnings = sum(remark.severity == "warning" for remark in found.company.remarks)
    if warnings:
        typer.echo(text("app.audit_command.remarks", lang_, count=warnings))
