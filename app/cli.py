"""The command line: ``kanmon``."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

from ..graph.errors import CompilingWarning, KanmonError
from ..graph.files import KeptWarning, reason_of
from ..graph.messages import LANGUAGES, default_language, text
from .patience import Patience
from .room import spare
from .usage import is_usage_error, usage_error

SECONDS = {"chokepoints": 60, "affected": 60, "whatif": 60, "controls": 300, "ask": 300, "assess": 300, "explore": 300}
"""Seconds of work after which a question is given up: one about a product, and one about all of them or with many draws.

What an answer costs does not show in the size of a graph. The other commands read large files and take the time they need.
"""
COMMANDS = {
    "assess": ("assess", "assess", "cli.assess"),
    "chokepoints": ("chokepoints", "chokepoints", "chokepoints.help"),
    "affected": ("affected", "affected", "chokepoints.help_affected"),
    "controls": ("controls", "controls", "controls.help"),
    "whatif": ("whatif", "whatif", "cli.whatif"),
    "ask": ("ask", "ask", "ask.help"),
    "explore": ("explore", "explore", "cli.explore"),
    "dependence": ("dependence", "dependence", "cli.dependence"),
    "check": ("check", "check", "check.help"),
    "flag": ("flag", "flag", "cli.flag"),
    "template": ("template", "template", "cli.template"),
    "audit": ("audit", "audit", "cli.audit"),
    "survey": ("survey", "survey", "survey.help"),
    "card": ("card", "card", "card.help"),
}
"""Each command's module and function in `commands`, and the key of its help."""
DATA_COMMANDS = {
    "list": ("data", "list_", "cli.data_list"),
    "show": ("data", "show", "cli.data_show"),
    "verify": ("data", "verify", "cli.data_verify"),
    "check": ("data_check", "check", "cli.data_check"),
    "update": ("data_update", "update", "cli.data_update"),
}
"""The same of ``kanmon data``."""
BETWEENNESS = frozenset({"assess", "chokepoints", "explore"})
"""Commands that ask igraph."""


def main() -> None:
    """Run the command line; exit 0 fine, 1 findings past a limit, 2 bad input, 3 a fault of Kanmon's own.

    Whatever is raised ends here in one line: nobody is shown a traceback who did not ask for it (``KANMON_DEBUG=1``).
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    os.environ["KANMON_LANG"] = lang = _spoken(sys.argv[1:])
    warnings.showwarning = _warned
    if BETWEENNESS.intersection(sys.argv) and "--help" not in sys.argv:
        _without_drawing()
    _thrifty()
    patience = Patience(lambda error: error.text(lang))
    try:
        with patience.watching():
            sys.exit(_application(patience)(prog_name="kanmon", standalone_mode=False) or 0)
    except SystemExit as leaving:
        sys.exit(leaving.code if _printed(lang) else 2)
    except KeyboardInterrupt:
        patience.end("", 130)
    except KanmonError as error:
        patience.end(error.text(lang), 2)
    except BaseException as error:  # a panic of a library in Rust is no Exception
        if is_usage_error(error):
            code, line = 2, usage_error(error, lang, _asked(sys.argv[1:]))
        elif os.environ.get("KANMON_DEBUG"):
            raise
        else:
            code, line = _last_words(error, lang)
        _printed(lang)
        _say(line)
        sys.exit(code)
    finally:
        gc.freeze()  # all of it goes with the process: to look through it for circles once more takes most of a second


def _thrifty() -> None:
    """Set how a process that answers one question and ends deals with its memory."""
    # What is worked out hangs together in no circles, and what a command has read stays until it ends: to look through a
    # million objects for circles over and over took a third of a large audit. So it is done once in a long while.
    gc.set_threshold(1_000_000, 20, 20)
    # The allocator of polars keeps what was freed for some seconds, beside what the next step takes; it reads this when
    # polars is loaded.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
    # glibc keeps freed arrays, which no later one fits, among those in use: 220 MB of a large audit. Arrays of their own
    # pages go back to the system.
    spare()


def _without_drawing() -> None:
    """Import igraph without matplotlib, which it takes for pictures that none draws and which writes at home."""
    if "igraph" not in sys.modules and "matplotlib" not in sys.modules:
        sys.modules["matplotlib"] = None  # pyright: ignore[reportArgumentType]
        try:
            importlib.import_module("igraph")
        finally:
            del sys.modules["matplotlib"]


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201


def _warned(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    """Show what a person should know as a line, and other warnings to those who look for faults."""
    if issubclass(category, (KeptWarning, CompilingWarning)) or os.environ.get("KANMON_DEBUG"):
        _say(str(message))


def _printed(lang: str) -> bool:
    """Whether all that was printed went out: a full disk behind a redirected output shows only now."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            _say(text("app.cli.output", lang, reason=reason_of(error)))
            return False
    return True


def _last_words(error: BaseException, lang: str) -> tuple[int, str]:
    """Return the exit code and the line for an error that nothing else turned into a sentence."""
    if type(error).__name__ == "Abort":  # nobody answered a question
        return 1, text("app.usage.aborted", lang)
    if isinstance(error, OSError):
        return 2, text("app.cli.system", lang, reason=reason_of(error))
    if isinstance(error, (MemoryError, RecursionError)):
        return 2, text("app.cli.exhausted", lang)
    room = str(Path(__file__).parents[1])
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(room)]
    place = f"{Path(own[-1].filename).relative_to(room)}:{own[-1].lineno}" if own else "?"
    return 3, text("app.cli.fault", lang, kind=type(error).__name__, place=place, reason=reason_of(error))


def _spoken(arguments: list[str]) -> str:
    """The language of help and errors must be known before the arguments are read."""
    for i, word in enumerate(arguments):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        value = arguments[i + 1] if word == "--lang" and i + 1 < len(arguments) else value
        if value in LANGUAGES:
            return value
    return default_language()


def _asked(arguments: list[str]) -> list[str]:
    """The command that the words of a command line name, if any."""
    found = next((word for word in arguments if word in COMMANDS or word == "data"), None)
    inner = next((word for word in arguments if word in DATA_COMMANDS), None) if found == "data" else None
    return [word for word in (found, inner) if word]


def _application(patience: Patience | None = None):
    import typer

    from .console import say
    from .help import HelpedCommand, HelpedGroup

    options: dict[str, Any] = {"cls": HelpedGroup, "no_args_is_help": True, "add_completion": False}
    options |= {"pretty_exceptions_enable": False, "rich_markup_mode": None}
    app = typer.Typer(name="kanmon", help=say("kanmon"), **options)
    bundled = typer.Typer(help=say("data_help"), **options)
    for group, commands in ((app, COMMANDS), (bundled, DATA_COMMANDS)):
        for name, (module, function, help_) in commands.items():
            room = importlib.import_module(f".commands.{module}", __package__)
            group.command(name, cls=HelpedCommand, help=text(f"app.{help_}"))(getattr(room, function))
    app.add_typer(bundled, name="data")

    def first(
        context: typer.Context,
        version: bool = typer.Option(False, "--version", help=say("version")),
        limit: float = typer.Option(None, "--limit", min=0, help=say("limit"), envvar="KANMON_LIMIT", show_default=False),
    ) -> None:
        if version:
            from .. import __version__

            typer.echo(f"kanmon {__version__}")
            raise typer.Exit
        if patience is not None:
            usual = SECONDS.get(context.invoked_subcommand or "")
            patience.seconds = usual if limit is None or usual is None else limit

    first.__annotations__["context"] = typer.Context  # typer looks names up among those of the module, where it is none
    app.callback(invoke_without_command=True)(first)

    return app


if __name__ == "__main__":
    main()
