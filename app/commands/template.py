"""``kanmon template``: the workbook that a company fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Force, Lang, language

Target = Annotated[Path, typer.Argument(metavar="FILE.xlsx", help=text("app.audit_command.template_file", None))]


def template(path: Target = Path("audit.xlsx"), lang: Lang = None, force: Force = False) -> None:
    """Write the empty self-audit workbook."""
    from ...graph import InputError
    from ...graph.errors import shorten
    from ..audit.workbook import write_template

    if path.suffix.lower() != ".xlsx":
        raise InputError("app.audit_command.not_xlsx", path=shorten(path))
    write_template(path, language(lang), force=force)
    typer.echo(text("app.audit_command.template_written", language(lang), path=str(path)))
