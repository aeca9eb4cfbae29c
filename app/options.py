"""Options that belong together, as records: a command takes a few of them, and the command line sees their fields."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any

from ..graph.messages import text
from .console import Buyer, Domestic, Force, Json, Lang, Level, LevelOption, Out, language

if TYPE_CHECKING:
    from rich.console import Console


def unfolded(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose records of options stand as single options in its signature, in their order.

    typer reads a signature; one option a parameter would make functions of thirty.

    >>> @dataclass(frozen=True)
    ... class Place:
    ...     buyer: str | None = None
    >>> @unfolded
    ... def show(item: str, place: Place) -> None:
    ...     print(item, place)
    >>> list(inspect.signature(show).parameters)
    ['item', 'buyer']
    >>> show("magnet", buyer="JPN")
    magnet Place(buyer='JPN')
    """
    hints = typing.get_type_hints(command, include_extras=True)
    taken: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        kind = hints[parameter.name]
        if is_dataclass(kind):
            own = typing.get_type_hints(kind, include_extras=True)
            taken += [parameter.replace(name=f.name, default=f.default, annotation=own[f.name]) for f in fields(kind)]
        else:
            taken.append(parameter.replace(annotation=kind))
    records = {name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)}

    @wraps(command)
    def run(*given: Any, **options: Any) -> None:
        told = signature.bind(*given, **options).arguments
        for name, kind in records.items():
            told[name] = kind(**{f.name: told.pop(f.name) for f in fields(kind) if f.name in told})
        command(**told)

    # Whoever looks for the signature finds this one, not that of the function inside.
    del run.__wrapped__
    run.__signature__ = signature = inspect.Signature(taken)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in taken}
    return run


def told(record: Any) -> dict[str, Any]:
    """Return the fields of a record as arguments of a function: a choice as its word."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in values.items()}


class Sharing(StrEnum):
    """How uses of a scarce input are cut."""

    alike = "alike"
    first = "first"


@dataclass(frozen=True)
class Viewed:
    """From where, and whose shares."""

    buyer: Buyer = None
    domestic: Domestic = False
    level: LevelOption = Level.country


@dataclass(frozen=True)
class Result:
    """How the answer is given: on the screen in a language, into a folder, or for machines."""

    lang: Lang = None
    out: Out = None
    force: Force = False
    json: Json = False

    def checked(self) -> str:
        """Return the language; raise, before anything is worked out, where the folder must not be written."""
        from ..graph.files import check_folder

        if self.out is not None:
            check_folder(self.out, self.force)
        return language(self.lang)

    def say_written(self, terminal: Console) -> None:
        """Print where the files are."""
        if self.out is not None:
            terminal.print(text("app.assess.written", language(self.lang), path=str(self.out)), markup=False)
