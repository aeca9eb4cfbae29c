"""What can go wrong: one base, few leaves, each also a built-in exception."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .messages import Message

if TYPE_CHECKING:
    from .problems import Problem


class KanmonError(Exception):
    """Base of every error that Kanmon raises on purpose; ``str(error)`` is English, ``error.text("ja")`` Japanese."""

    def __init__(self, key: str, /, **values: Any) -> None:
        self.message = Message(key, **values)
        super().__init__(key)

    def text(self, lang: str | None = None) -> str:
        """Return the message in ``lang``."""
        return self.message.text(lang)

    def __str__(self) -> str:
        return self.text("en")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message.key, self.message.values, self.__dict__)


def _rebuild(kind: type[KanmonError], key: str, values: dict[str, Any], state: dict[str, Any]) -> KanmonError:
    error = kind.__new__(kind)
    KanmonError.__init__(error, key, **values)
    error.__dict__.update(state)
    return error


class InputError(KanmonError, ValueError):
    """An argument has a value that makes no sense here."""


class SchemaError(KanmonError, ValueError):
    """Tables do not fit the schema; ``problems`` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("graph.problems.summary", count=len(self.problems))

    def text(self, lang: str | None = None) -> str:
        """Return all problems, one a line, in ``lang``."""
        return "\n".join([super().text(lang), *(f"  {problem.text(lang)}" for problem in self.problems)])


class UnknownIdError(KanmonError, LookupError):
    """An id that is not in the data; ``nearest`` holds what was probably meant, ids of that very name (``named``) first.

    ``advice`` is said as well where something else than a slip of the pen may be the cause.
    """

    def __init__(
        self, kind: str, value: object, known: Iterable[str], named: Iterable[str] = (), advice: Message | None = None
    ) -> None:
        named = list(named)
        self.nearest = named or nearest(str(value), known)
        super().__init__(
            "graph.errors.unknown_id",
            kind=Message(f"graph.words.{kind}"),
            value=shorten(value),
            hint=did_you_mean(self.nearest),
            advice=advice or Message("graph.errors.no_hint"),
        )


class ArgumentNameError(KanmonError, TypeError):
    """A function was called with an argument that it does not have."""


class ReadError(KanmonError, OSError):
    """A file or folder cannot be read or written."""


class MissingExtraError(KanmonError, ImportError):
    """A package is needed that a plain installation does without; the message has the command that adds it."""


class CompilingWarning(UserWarning):
    """Loops are compiled for this machine, which takes seconds once: the next call does not wait."""


class LimitError(KanmonError, RuntimeError):
    """The exact answer would be larger than a stated limit; nothing was cut silently."""


def nearest(value: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known names most like ``value``, best first, at most ``most``.

    >>> nearest("gallum", ["gallium", "germanium", "copper"])
    ['gallium']
    """
    folded = {name.casefold(): name for name in sorted(set(known), reverse=True)}
    close = difflib.get_close_matches(value[:200].casefold(), folded, n=most, cutoff=0.6)
    return [folded[name] for name in close]


def nearest_called(word: str, names: Mapping[str, Iterable[str | None]], most: int = 3) -> list[str]:
    """Return the ids that ``word`` may mean, at most ``most``: so called, like it, whose name holds it, or is like it.

    ``names`` are the names of each id.

    >>> names = {"humanoid_robot": ("Humanoid robot", "ヒューマノイドロボット"), "magnet": ("Magnet", "磁石")}
    >>> [nearest_called(word, names) for word in ("磁石", "humanoid_robo", "ロボット", "ヒューマノイドロボト", "robot", "x")]
    [['magnet'], ['humanoid_robot'], ['humanoid_robot'], ['humanoid_robot'], ['humanoid_robot'], []]
    """
    asked = unicodedata.normalize("NFKC", word[:200]).casefold().strip()
    called: dict[str, list[str]] = {}
    for id, each in names.items():
        for name in filter(None, each):
            called.setdefault(unicodedata.normalize("NFKC", name).casefold(), []).append(id)
    if asked in called:
        return called[asked]
    found = nearest(asked, names, most)
    if not found and len(asked) > 1:
        # Latin letters are looked for where a word begins: "us" is no part of "caustic". Japanese sets no words apart.
        within = re.compile(("(?<![a-z0-9])" if asked[0].isascii() else "") + re.escape(asked))
        holding = sorted((name for name in called if within.search(name)), key=lambda name: (len(name), name))
        close = holding or difflib.get_close_matches(asked, called, n=most, cutoff=0.75)  # アメリカ is not 南アフリカ
        found = list(dict.fromkeys(id for name in close for id in called[name]))
    return found[:most]


def did_you_mean(names: Iterable[str]) -> Message:
    """Return the hint " Did you mean ...?", empty when there is nothing near."""
    names = [f"'{shorten(name)}'" for name in names]
    return Message("graph.errors.did_you_mean", names=", ".join(names)) if names else Message("graph.errors.no_hint")


def short_path(path: object, limit: int = 60) -> str:
    r"""Return a path as `shorten` does, but with its end, where the file's name stands.

    >>> short_path("/a/very/long/way/down/to/the/file.csv", 20)
    '…/to/the/file.csv'
    """
    line = shorten(path, 10_000)
    if len(line) <= limit:
        return line
    tail = line[-limit:]
    return f"…{tail[tail.find('/') :]}" if "/" in tail else f"…{tail[1:]}"


def shorten(value: object, limit: int = 60) -> str:
    r"""Return ``value`` as one printable line of at most ``limit`` characters: a user's cell is hostile.

    >>> shorten("a\x1b[31m\nb")
    'a[31m b'
    """
    try:
        told = str(value)
    except Exception:  # an object may refuse to be told, and so does a number of thousands of digits
        told = type(value).__name__
    line = "".join(c if c.isprintable() else (" " if c in "\n\r\t" else "") for c in told[: limit * 4])
    return line if len(line) <= limit else line[: limit - 1] + "…"
