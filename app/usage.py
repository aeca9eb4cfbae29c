"""What is wrong with the words of a command line, in the user's language: the parser of options speaks English alone."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any

from ..graph.errors import did_you_mean, nearest, shorten
from ..graph.messages import Message, text


def is_usage_error(error: BaseException) -> bool:
    """Whether an error is one of the parser of options."""
    return any(kind.__name__ == "ClickException" for kind in type(error).__mro__)


def usage_error(error: Any, lang: str, asked: Sequence[str] = ()) -> str:
    """Return an error of the parser (an exception of typer or of click, told by its name) in a sentence, and where help is.

    Versions of typer bring parsers of their own, whose exceptions have the same names and fields but no common class.
    """
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error)
    context = getattr(error, "ctx", None)
    # The parser of options knows the command only after it has read its words: before, those ``asked`` for tell it.
    words = ["kanmon", *(asked if context is None else shorten(context.command_path, 200).split()[1:])]
    return f"{_message(error).text(lang)}\n{text('app.usage.help', lang, command=' '.join(words))}"


def _message(error: Any) -> Message:
    kind, said, name = type(error).__name__, str(error), _name(error)
    match kind:
        case "NoSuchOption":
            near = ", ".join(sorted(error.possibilities or []))
            return Message("app.usage.option_near" if near else "app.usage.option", name=name, near=near)
        case "MissingParameter":
            return Message("app.usage.missing", name=name)
        case "BadOptionUsage":
            return Message("app.usage.takes_none" if "not take" in said else "app.usage.takes_one", name=name)
        case "BadParameter":
            return _refused(error, name)
    quoted = _quoted(said) or said.rpartition("(")[2].rstrip(").")
    command = kind == "NoSuchCommand" or said.startswith("No such command")
    return Message("app.usage.command" if command else "app.usage.too_many", name=shorten(quoted, 200))


def _quoted(said: str) -> str:
    """Return the first word that a sentence of the parser quotes."""
    return said.split("'")[1] if said.count("'") > 1 else ""


def _name(error: Any) -> str:
    """The option or argument that is meant, as it is written."""
    param = getattr(error, "param", None)
    if param is None:
        return shorten(getattr(error, "option_name", None) or "", 200)
    return next((name for name in param.opts if name.startswith("--")), param.metavar or param.name.upper())


@dataclass(frozen=True)
class Taken:
    """What an option takes: the words of a choice, or a ``kind`` of value, for numbers within limits."""

    kind: str
    choices: list[str]
    low: float | None
    high: float | None

    @property
    def limits(self) -> str:
        """Which ends there are, as it stands behind a message's name; empty without one."""
        ends = {(True, True): "_between", (True, False): "_least", (False, True): "_most", (False, False): ""}
        return ends[self.low is not None, self.high is not None]


def taken(command: Callable[..., Any], name: str) -> Taken:
    """Return what the parameter ``name`` of a command's function takes, by its annotation."""
    function = inspect.unwrap(command)
    hint = typing.get_type_hints(function, include_extras=True)[name]
    about = [*getattr(hint, "__metadata__", ()), inspect.signature(function).parameters[name].default]
    kinds = set(_plain(hint))
    choices = [str(one.value) for kind in kinds if issubclass(kind, Enum) for one in kind]
    of = {bool: "flag", int: "whole", float: "number", Path: "file"}
    low, high = (
        next((end for one in about if (end := getattr(one, side, None)) is not None), None) for side in ("min", "max")
    )
    return Taken(next((word for kind, word in of.items() if kind in kinds), "value"), choices, low, high)


def _refused(error: Any, name: str) -> Message:
    found = taken(error.ctx.command.callback, error.param.name)
    if found.choices:
        hint = did_you_mean(nearest(_quoted(str(error)), found.choices))
        return Message("app.usage.choice", name=name, choices=", ".join(found.choices), hint=hint)
    kind = found.kind if found.kind in {"whole", "number"} else "value"
    return Message(f"app.usage.{kind}{found.limits}", name=name, low=found.low, high=found.high)


def _plain(hint: Any) -> list[type]:
    """The types of which a hint is made."""
    if isinstance(hint, type) and not typing.get_args(hint):
        return [hint]
    parts = typing.get_args(hint)[:1] if hasattr(hint, "__metadata__") else typing.get_args(hint)
    return [kind for part in parts for kind in _plain(part)] if isinstance(hint, UnionType) or parts else []
