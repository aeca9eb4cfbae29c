"""What a public function is given: arguments of the wrong kind are refused at its door, as its annotations say it.

A wrong kind is never read as something else: the text "no" is no False, None no 0, and a text no list of its letters.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from typing import Any, TypeVar, cast

import numpy as np

from .errors import ArgumentNameError, InputError, did_you_mean, nearest, shorten
from .frames import frame_of
from .messages import LANGUAGES, Message

F = TypeVar("F", bound=Callable[..., Any])
Bounds = tuple[float, float | None]
"""Least and greatest value of a number, or how many a list holds; None where there is no greatest."""

_NO = object()
_KNOWN = 1024
"""Arguments of a function that are remembered to be right."""
_SIMPLE = frozenset({str, int, float, bool, type(None)})
"""Types of which a value that is right once is right again."""


@dataclass(frozen=True)
class Kind:
    """One alternative of an annotation: how a person calls it, and a value as a function takes it, `_NO` for no such one."""

    word: Message
    take: Callable[[Any], Any]
    measured: bool = False
    """Whether bounds apply: to a number, or to how many a list holds."""


def checked(**bounds: Bounds) -> Callable[[F], F]:
    """Return a decorator: a function refuses what is no kind that its annotations name, or a number outside its bounds.

    Annotations are read as they are written. One with an alternative that no `Kind` stands for (``Any``, an alias) is left
    to the function itself. An iterator is handed on as a list, since looking at it uses it up, and a frame of any library
    as one of polars where that is what the annotation names. ``lang`` is one of `LANGUAGES` everywhere.

    Raises
    ------
    InputError
        At a call: which argument of which function, what it must be, and what was given.
    ArgumentNameError
        At a call: a name that no argument of the function has, and which was probably meant.

    Examples
    --------
    >>> @checked(share=(0, 1))
    ... def part(share: float, of: str | None = None) -> float:
    ...     return share
    >>> part(0.5)
    0.5
    >>> part("0.5")
    Traceback (most recent call last):
    ...
    kanmon.graph.errors.InputError: part(): 'share' must be a number from 0 to 1; got '0.5'.
    """

    def door(function: F) -> F:
        if isinstance(function, type):  # a record: what its fields are given
            made = cast("Any", function)
            made.__init__ = door(made.__init__)
            return made
        written = {name: text for name, text in function.__annotations__.items() if name != "return"}
        kinds = {name: found for name, text in written.items() if (found := _kinds(text))}
        if unknown := bounds.keys() - kinds:
            raise TypeError(f"{function.__qualname__} has no argument {unknown} that bounds are known for")
        if "lang" in kinds:
            kinds["lang"] = (_LANGUAGE, _PLAIN["None"])
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        title, check_names = _title(function), _speller(function)

        def settled(name: str, value: Any) -> Any:
            return _settled(title, name, value, kinds[name], bounds.get(name)) if name in kinds else value

        # Changes and measures are made by the thousand, of the same few words and numbers: what was let in once is known.
        @functools.lru_cache(_KNOWN, typed=True)
        def right(name: str, value: Any) -> bool:
            settled(name, value)
            return True

        @functools.wraps(function)
        def checking(*given: Any, **named: Any) -> Any:
            if named:
                check_names(named)
            first = [
                value if type(value) in _SIMPLE and right(name, value) else settled(name, value)
                for name, value in zip(names, given, strict=False)
            ]
            for name, value in named.items():
                if type(value) not in _SIMPLE or not right(name, value):
                    named[name] = settled(name, value)
            return function(*first, *given[len(names) :], **named)

        return cast("F", checking)

    return door


def named(function: F) -> F:
    """Return a function that refuses a name that none of its arguments has; what it is given it looks at itself.

    Raises
    ------
    ArgumentNameError
        As `checked`.

    Examples
    --------
    >>> @named
    ... def part(share):
    ...     return share
    >>> part(shard=0.5)
    Traceback (most recent call last):
    ...
    kanmon.graph.errors.ArgumentNameError: part() has no argument 'shard'. Did you mean 'share'?
    """
    check_names = _speller(function)

    @functools.wraps(function)
    def naming(*given: Any, **named: Any) -> Any:
        check_names(named)
        return function(*given, **named)

    return cast("F", naming)


def _title(function: Callable[..., Any]) -> str:
    return function.__qualname__.removesuffix(".__init__").rpartition("<locals>.")[2]


def _speller(function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], None]:
    """Return what raises `ArgumentNameError` where arguments given by name have a name that the function does not know."""
    code = function.__code__
    known = frozenset(code.co_varnames[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount])
    takes_any = bool(code.co_flags & inspect.CO_VARKEYWORDS)

    def check(given: Mapping[str, Any]) -> None:
        if takes_any or given.keys() <= known:
            return
        wrong = next(name for name in given if name not in known)
        hint = did_you_mean(nearest(wrong, known - {"self", "cls"}))
        raise ArgumentNameError("graph.arguments.name", function=_title(function), name=shorten(wrong), hint=hint)

    return check


def check_flags(function: str, **flags: Any) -> None:
    """Raise `InputError` where a flag is neither true nor false: at a door that says itself what is wrong with all else."""
    for name, value in flags.items():
        _settled(function, name, value, (_PLAIN["bool"],), None)


def _settled(function: str, name: str, value: Any, kinds: Iterable[Kind], bounds: Bounds | None) -> Any:
    """Return a value as a function takes it; raise `InputError` where it is of no kind, or a number outside the bounds."""
    taken = _taken(kinds, value)
    if taken is not _NO and (not bounds or _within(taken, bounds)):
        return taken
    words = [_bounded(kind, bounds) if bounds and kind.measured else kind.word for kind in kinds]
    raise InputError(
        "graph.arguments.wrong", function=function, name=shorten(name), wanted=_joined("either", words), value=_shown(value)
    )


def _taken(kinds: Iterable[Kind], value: Any) -> Any:
    return next((taken for kind in kinds if (taken := kind.take(value)) is not _NO), _NO)


def _within(value: Any, bounds: Bounds) -> bool:
    if not isinstance(value, Real):
        if isinstance(value, str) or not isinstance(value, Sized):
            return True
        value = len(value)
    return value >= bounds[0] and (bounds[1] is None or value <= bounds[1])  # pyright: ignore[reportOperatorIssue]


def _bounded(kind: Kind, bounds: Bounds) -> Message:
    key = "range" if bounds[1] is not None else "least"
    return Message(f"graph.arguments.{key}", what=kind.word, low=bounds[0], high=bounds[1])


def _joined(key: str, words: Iterable[Message]) -> Message:
    return functools.reduce(lambda one, other: Message(f"graph.arguments.{key}", one=one, other=other), words)


def _called(kinds: tuple[Kind, ...]) -> Message:
    return _joined("either", (kind.word for kind in kinds)) if kinds else Message("graph.arguments.anything")


def _shown(value: Any) -> str:
    """Return a value as one short line: what is neither text nor number nor made of them by the name of its type."""
    plain = isinstance(value, (str, bytes, bool, int, float, type(None), list, tuple, dict, set, date))
    try:
        return shorten(repr(value)) if plain else type(value).__name__
    except ValueError:  # a number of so many digits that Python does not write it
        return type(value).__name__


@functools.cache
def _kinds(annotation: str) -> tuple[Kind, ...]:
    """Return what an annotation allows; nothing where no kind stands for one of its alternatives."""
    parts = _split(annotation, "|")
    found = [_kind(part) for part in parts if part != "str" or "Path" not in parts]  # a path may be written as text
    return tuple(kind for kind in found if kind) if all(found) else ()


def _split(text: str, mark: str) -> list[str]:
    """Return the parts of an annotation between marks that stand in no bracket."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        if sign == mark and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _kind(text: str) -> Kind | None:
    head, _, inner = text.removesuffix("]").partition("[")
    if head in ("Iterable", "Sequence"):
        refused = (str, bytes) if head == "Iterable" else (str, bytes, Mapping)  # a dict is passed through by its keys
        return _made("several", functools.partial(_list, _kinds(inner), refused), one=_kinds(inner))
    if head == "Mapping":
        keys, values = (_kinds(part) for part in _split(inner, ","))
        return _made("mapping", functools.partial(_mapping, keys, values), key=keys, one=values)
    if head == "tuple":
        parts = [_kinds(part) for part in _split(inner, ",")]
        return _made("row", functools.partial(_row, parts), parts=parts, count=len(parts)) if "..." not in inner else None
    return _PLAIN.get(head)


def _made(word: str, take: Callable[[Any], Any], **parts: Any) -> Kind:
    """Return a kind that is made of others, named with them; one that is left to the function is anything."""
    for name, kinds in parts.items():
        if isinstance(kinds, tuple):
            parts[name] = _called(kinds)
        elif isinstance(kinds, list):
            parts[name] = _joined("then", map(_called, kinds))
    return Kind(Message(f"graph.arguments.{word}", **parts), take, measured=word != "row")


def _all_fit(kinds: tuple[Kind, ...], values: Iterable[Any]) -> bool:
    return not kinds or all(_taken(kinds, value) is not _NO for value in values)


def _list(kinds: tuple[Kind, ...], refused: tuple[type, ...], value: Any) -> Any:
    """A text is no list of its letters, and a table no list of its columns."""
    if isinstance(value, refused) or not isinstance(value, Iterable) or hasattr(value, "columns"):
        return _NO
    value = list(value) if isinstance(value, Iterator) else value
    return value if _all_fit(kinds, value) else _NO


def _row(parts: list[tuple[Kind, ...]], value: Any) -> Any:
    fits = isinstance(value, (list, tuple)) and len(value) == len(parts)
    return tuple(value) if fits and all(_all_fit(kinds, [one]) for kinds, one in zip(parts, value, strict=True)) else _NO


def _mapping(keys: tuple[Kind, ...], values: tuple[Kind, ...], value: Any) -> Any:
    return value if isinstance(value, Mapping) and _all_fit(keys, value) and _all_fit(values, value.values()) else _NO


def _frame(value: Any) -> Any:
    try:
        return frame_of(value)
    except InputError:
        return _NO


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)
    except OverflowError:
        return False


def _is_whole(value: Any) -> bool:
    """A column holds 64 bits: what is larger is no year, seed or count."""
    return isinstance(value, Integral) and not isinstance(value, bool) and -(2**63) <= int(value) < 2**63


def _is_text(value: Any) -> bool:
    """Half of a letter (a lone surrogate) is no text that a table can hold."""
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value))


def _is_path(value: Any) -> bool:
    try:
        return isinstance(value, (str, os.PathLike)) and b"\0" not in os.fsencode(value)
    except ValueError:  # letters that no file's name can have
        return False


def _is_named(name: str, value: Any) -> bool:
    """Whether a value is of a class of this name; the rooms to the right of this one cannot be imported here."""
    return any(kind.__name__ == name for kind in type(value).__mro__)


def _plain(word: str, fits: Callable[[Any], bool], **fields: Any) -> Kind:
    message = Message(f"graph.arguments.{word}", **fields)
    return Kind(message, lambda value: value if fits(value) else _NO, measured=word in {"whole", "number"})


_LANGUAGE = _plain("language", lambda value: isinstance(value, str) and value in LANGUAGES, known=", ".join(LANGUAGES))
_CLASSES = (
    "SupplyGraph",
    "ProductionNetwork",
    "FirmNetwork",
    "Assumptions",
    "Candidate",
    "Conditions",
    "Measure",
    "Scenario",
    "Threat",
)
_PLAIN = {
    "None": _plain("nothing", lambda value: value is None),
    "bool": _plain("flag", lambda value: isinstance(value, (bool, np.bool_))),
    "int": _plain("whole", _is_whole),
    "float": _plain("number", _is_number),
    "str": _plain("text", _is_text),
    "Path": _plain("path", _is_path),
    "Date": _plain("day", lambda value: isinstance(value, date)),
    "Callable": _plain("function", callable),
    "pl.DataFrame": Kind(Message("graph.arguments.frame"), _frame),
    **{name: _plain(name, functools.partial(_is_named, name)) for name in _CLASSES},
}
_PLAIN["NewSource"] = cast("Kind", _kind("tuple[str, str | None, str | None, bool]"))
"""By their names in annotations; a frame of any library is handed on as one of polars."""
