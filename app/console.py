"""What the commands share: languages, options, opening data, safe words for a terminal."""

from __future__ import annotations

import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..graph.messages import LANGUAGES, default_language, text

if TYPE_CHECKING:
    from rich.console import Console

    from ..graph import SupplyGraph


Language = StrEnum("Language", LANGUAGES)
Language.__doc__ = "Languages of the user interface."


class Level(StrEnum):
    """Whose shares are meant."""

    country = "country"
    company = "company"
    site = "site"


def say(key: str, /, **values: Any) -> str:
    """Return a help text of the command line in the reader's language (``app.cli.<key>``)."""
    return text(f"app.cli.{key}", None, **values)


Data = Annotated[str | None, typer.Argument(metavar="DATA", help=say("data"), show_default=False)]
Products = Annotated[list[str] | None, typer.Option("--product", metavar="ITEM", help=say("product"), show_default=False)]
Lang = Annotated[Language | None, typer.Option("--lang", help=say("lang"), show_default=False)]
LevelOption = Annotated[Level, typer.Option("--level", help=say("level"))]
Buyer = Annotated[str | None, typer.Option("--buyer", metavar="PLACE", help=say("buyer"), show_default=False)]
Domestic = Annotated[bool, typer.Option("--domestic", help=say("domestic"))]
Encoding = Annotated[str | None, typer.Option("--encoding", help=text("app.check.encoding"), show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", help=say("out"), show_default=False)]
Force = Annotated[bool, typer.Option("--force", help=say("force"))]
Json = Annotated[bool, typer.Option("--json", help=say("json"))]


def language(lang: Language | None) -> str:
    """Return the language to speak: the option, else the environment."""
    return lang.value if lang is not None else default_language()


def console(*, stderr: bool = False) -> Console:
    """Return a console of the terminal's width (100 columns where the output is no terminal)."""
    from .wrapping import Paper

    shown = Paper(stderr=stderr, highlight=False)
    return shown if shown.is_terminal else Paper(stderr=stderr, highlight=False, width=max(shown.width, 110))


def safe(value: object, limit: int = 60) -> str:
    r"""Return a user's words for a terminal: printable, one line, without markup.

    >>> safe("[red]x[/red]")
    '\\[red]x\\[/red]'
    """
    from rich.markup import escape

    from ..graph.errors import shorten

    return escape(shorten(value, limit))


def name_of(row: dict[str, Any], lang: str) -> str:
    """Return the name of an item or supplier in a language, else the other one, else its id."""
    return row.get(f"name_{lang}") or row.get("name_en") or row.get("name_ja") or row["id"]


def say_without_pictures(terminal: Console, lang: str) -> None:
    """Print what would add the pictures that a command left out, where matplotlib is not installed."""
    from ..graph.extras import how_to_add, installed

    if not installed("matplotlib"):
        terminal.print(text("app.cli.no_pictures", lang, why=how_to_add("matplotlib")), markup=False)


def open_graph(data: str | None) -> SupplyGraph:
    """Return the bundled dataset of that name (default: ``world``), else what stands at that path: tables, or ETO's folder.

    ``world+my_folder`` puts the tables of a folder (or a workbook) over a bundled dataset; several may follow.

    Raises
    ------
    ReadError, SchemaError
        Neither exists, or the tables are wrong or contradict each other.
    """
    from ..datasets import load
    from ..datasets.bundles import NAMES
    from ..graph import ReadError
    from ..graph.errors import did_you_mean, nearest, shorten

    if data is None or data in NAMES:
        return load(data or "world")
    base, *more = data.split("+")
    if base in NAMES and more and not Path(data).exists():
        graph = load(base)
        for part in more:
            if not part or not Path(part).exists():
                here = [entry.name for entry in Path(part).parent.iterdir()] if Path(part).parent.is_dir() else []
                hint = did_you_mean(nearest(Path(part).name, here))
                raise ReadError("app.cli.no_addition", value=shorten(part), base=base, hint=hint)
            graph = graph.merge(_read(part), name=data)
        return graph
    return _read(data)


def _read(data: str) -> SupplyGraph:
    """Return what stands at a path: tables, or the folder of ETO's semiconductor explorer."""
    from ..datasets.bundles import NAMES
    from ..datasets.readers.eto import is_eto, read_eto
    from ..graph import ReadError, SupplyGraph
    from ..graph.errors import did_you_mean, nearest, shorten

    path = Path(data)
    if path.is_dir() and is_eto(path):
        # Its licence is a sentence for the reader, not a warning of the program.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            graph = read_eto(path)
        console(stderr=True).print(text("datasets.eto.licence"), markup=False)
        return graph
    if path.exists():
        return SupplyGraph.read(path)
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = did_you_mean(nearest(path.name, [*NAMES, *siblings]))
    raise ReadError("app.cli.no_data", value=shorten(data), hint=hint, names=", ".join(NAMES))
