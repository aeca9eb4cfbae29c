"""Help pages in the reader's language: the parser of options writes its own in English, by the width of Latin letters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

from rich.cells import cell_len
from typer.core import TyperCommand, TyperGroup

from ..graph.messages import text
from .usage import Taken, taken
from .wrapping import wrapped

NARROW, WIDE, MARGIN = 60, 110, 30
"""Columns of a page at least and at most, and of the names of options at most."""


def help_page(command: Any, context: Any) -> str:
    """Return the page of a command or of a group of commands."""
    params = [param for param in command.get_params(context) if not getattr(param, "hidden", False)]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option"]
    commands = getattr(command, "commands", {})
    words = [context.command_path, f"[{_say('options')}]", *(_argument(one) for one in arguments)]
    words += [f"{_say('a_command')} …"] if commands else []
    width = min(WIDE, max(NARROW, shutil.get_terminal_size().columns))
    lines = [f"{_say('usage')}: {' '.join(words)}", "", *(f"  {line}" for line in wrapped(command.help or "", width - 2))]
    for title, rows in (
        ("arguments", [(_argument(one), _about(command, one)) for one in arguments]),
        ("options_title", [(_option(command, one), _about(command, one)) for one in options]),
        ("commands", [(name, one.help or "") for name, one in commands.items() if not one.hidden]),
    ):
        if rows:
            lines += ["", f"{_say(title)}:", *_columns(rows, width)]
    return "\n".join(line.rstrip() for line in lines)


class HelpedCommand(TyperCommand):
    """A command with a help page of ours."""

    def get_help(self, ctx: Any) -> str:
        """Return the page."""
        return help_page(self, ctx)


class HelpedGroup(TyperGroup):
    """A group of commands with a help page of ours."""

    def get_help(self, ctx: Any) -> str:
        """Return the page."""
        return help_page(self, ctx)


def _say(name: str, **values: Any) -> str:
    return text(f"app.usage.{name}", None, **values)


def _columns(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Lines of two columns; a word on the left that is too long stands on a line of its own."""
    left = min(MARGIN, max(cell_len(word) for word, _ in rows))
    for word, about in rows:
        lines = list(wrapped(about, width - left - 5))
        if cell_len(word) > left:
            lines.insert(0, "")
        for at, line in enumerate(lines):
            head = word if at == 0 else ""
            yield f"  {head}{' ' * max(0, left - cell_len(head))}   {line}"


def _argument(param: Any) -> str:
    name = param.metavar or param.name.upper()
    return name if param.required or name.startswith("[") else f"[{name}]"


def _option(command: Any, param: Any) -> str:
    """The names of an option and what it takes."""
    names = ", ".join(param.opts)
    found = _takes(command, param)
    if found is None or found.kind == "flag":
        return names
    return f"{names} {param.metavar or '|'.join(found.choices) or _say(f'kind_{found.kind}')}"


def _about(command: Any, param: Any) -> str:
    """What an option is for, and in brackets whether it must stand, what it is otherwise and what it may be."""
    if param.name == "help":
        return _say("show_help")
    found = _takes(command, param)
    marks = [_say("required")] if param.required else []
    if found is not None and found.limits:
        marks.append(_say(f"range{found.limits}", low=found.low, high=found.high))
    default = param.default
    if default not in (None, False, (), []) and getattr(param, "show_default", True):
        marks.append(_say("default", value=default.value if isinstance(default, Enum) else default))
    return " ".join([param.help or "", *([f"[{_say('between').join(marks)}]"] if marks else [])])


def _takes(command: Any, param: Any) -> Taken | None:
    return None if param.name == "help" else taken(command.callback, param.name)
