"""``kanmon template``: the workbook that a company fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Force, Lang, language

Example = Annotated[bool, typer.Option("--example", help=text("app.audit_command.template_example", None))]
Target = Annotated[Path, typer.Argument(metavar="FILE.xlsx", help=text("app.audit_command.template_file", None))]


def template(path: Target = Path("audit.xlsx"), example: Example = False, lang: Lang = None, force: Force = False) -> None:
    """Write the empty self-audit workbook, or the one of a fictional company."""
    from ...graph import InputError
    from ...graph.errors import shorten
    from ..audit.workbook import write_example, write_template

    if path.suffix.lower() != ".xlsx":
        raise InputError("app.audit_command.not_xlsx", path=shorten(path))
    if example:
        write_example(path, force=force)
    else:
        write_template(path, language(lang), force=force)
    typer.echo(text(f"app.audit_command.{'example' if example else 'template'}_written", language(lang), path=str(path)))
