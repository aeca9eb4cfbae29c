"""The command line: ``kanmon``."""

from __future__ import annotations

import os
import sys

from ..graph.errors import KanmonError
from ..graph.messages import LANGUAGES, default_language


def main() -> None:
    """Run the command line; exit 0 fine, 1 findings past a limit, 2 bad input."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    os.environ["KANMON_LANG"] = lang = _spoken(sys.argv[1:])
    try:
        _application()()
    except KanmonError as error:
        print(error.text(lang), file=sys.stderr)  # noqa: T201
        sys.exit(2)


def _spoken(arguments: list[str]) -> str:
    """The language of help and errors must be known before the arguments are read."""
    for i, word in enumerate(arguments):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        value = arguments[i + 1] if word == "--lang" and i + 1 < len(arguments) else value
        if value in LANGUAGES:
            return value
    return default_language()


def _application():
    import typer

    from ..graph.messages import text
    from .commands import (
        affected,
        ask,
        assess,
        audit,
        check,
        chokepoints,
        controls,
        data,
        data_check,
        data_update,
        dependence,
        explore,
        flag,
        template,
        whatif,
    )
    from .console import say

    options = {"no_args_is_help": True, "add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
    app = typer.Typer(name="kanmon", help=say("kanmon"), **options)
    app.command("assess", help=say("assess"))(assess.assess)
    app.command("chokepoints", help=text("app.chokepoints.help"))(chokepoints.chokepoints)
    app.command("affected", help=text("app.chokepoints.help_affected"))(affected.affected)
    app.command("controls", help=text("app.controls.help"))(controls.controls)
    app.command("whatif", help=say("whatif"))(whatif.whatif)
    app.command("ask", help=text("app.ask.help"))(ask.ask)
    app.command("explore", help=say("explore"))(explore.explore)
    app.command("dependence", help=say("dependence"))(dependence.dependence)
    app.command("check", help=text("app.check.help"))(check.check)
    app.command("flag", help=say("flag"))(flag.flag)
    app.command("template", help=say("template"))(template.template)
    app.command("audit", help=say("audit"))(audit.audit)
    bundled = typer.Typer(help=say("data_help"), **options)
    bundled.command("list", help=say("data_list"))(data.list_)
    bundled.command("show", help=say("data_show"))(data.show)
    bundled.command("verify", help=say("data_verify"))(data.verify)
    bundled.command("check", help=say("data_check"))(data_check.check)
    bundled.command("update", help=say("data_update"))(data_update.update)
    app.add_typer(bundled, name="data")

    @app.callback(invoke_without_command=True)
    def version(version: bool = typer.Option(False, "--version", help=say("version"))) -> None:
        if version:
            from .. import __version__

            typer.echo(f"kanmon {__version__}")
            raise typer.Exit

    return app
