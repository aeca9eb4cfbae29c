"""The message catalogue: every sentence a person sees, in English and Japanese.

A key has three parts, ``room.topic.name``. It is looked up in ``<room>/messages/<topic>.csv``, a table of
``name, en, ja`` with `str.format` fields. Code never branches on the language; it names a key. A further language is a
further column: the languages are the columns of ``graph/messages/words.csv``, and what is not translated yet is English.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from functools import cache
from sys import intern
from typing import Any

from .packaged import packaged_rows

LANGUAGES = tuple(packaged_rows("graph", "messages", "words.csv")[0])[1:]
"""Languages of the catalogue, English first."""
ENGLISH = LANGUAGES[0]


def default_language() -> str:
    """Return the reader's language: ``KANMON_LANG``, else the locale; one of `LANGUAGES`.

    >>> default_language() in LANGUAGES
    True
    """
    told = [os.environ.get(name) for name in ("KANMON_LANG", "LC_ALL", "LANG")]
    first = next((value for value in (*told, locale.getlocale()[0]) if value), "").lower()
    return next((lang for lang in LANGUAGES if first.startswith(lang)), ENGLISH)


@cache
def _topic(room: str, topic: str) -> dict[str, dict[str, str]]:
    return {
        row["name"]: {lang: row.get(lang) or row[ENGLISH] for lang in LANGUAGES}
        for row in packaged_rows(room, "messages", f"{topic}.csv")
    }


def topic(room: str, name: str, lang: str) -> dict[str, str]:
    """Return all sentences of a topic in ``lang`` by their names, with their fields still open.

    >>> topic("graph", "words", "ja")["and"]
    'と'
    """
    return {key: row[lang] for key, row in _topic(room, name).items()}


def text(key: str, lang: str | None = None, /, **values: Any) -> str:
    """Return the sentence ``key`` in ``lang`` with its fields filled in.

    Parameters
    ----------
    key : str
        ``room.topic.name``, for example ``"graph.problems.unknown_id"``.
    lang : {"en", "ja"}, optional
        Default: `default_language`.
    **values
        Fields of the sentence. A value that is itself a `Message` is put into the same language.

    Raises
    ------
    KeyError
        The catalogue has no such key: a fault of the program, never of a user's data.

    >>> text("graph.words.and", "en"), text("graph.words.and", "ja")
    ('and', 'と')
    """
    room, about, name = key.split(".", 2)
    lang = lang if lang in LANGUAGES else default_language()
    template = _topic(room, about)[name][lang]
    return template.format(**{k: v.text(lang) if isinstance(v, Message) else v for k, v in values.items()})


def spoken(row: Mapping[str, Any], column: str, lang: str) -> str | None:
    """Return what a row of facts says in ``lang`` (column ``{column}_{lang}``), else in English; None where in neither.

    >>> spoken({"name_en": "Gallium", "name_ja": "ガリウム"}, "name", "ja"), spoken({"name_en": "Gallium"}, "name", "ja")
    ('ガリウム', 'Gallium')
    """
    return row.get(f"{column}_{lang}") or row.get(f"{column}_{ENGLISH}")


class Message:
    """A sentence that has not chosen its language yet: a key and its fields.

    >>> Message("graph.words.and").text("ja")
    'と'
    """

    __slots__ = "key", "values"  # reports hold a hundred thousand

    def __init__(self, key: str, /, **values: Any) -> None:
        self.key = intern(key)
        self.values = values

    def text(self, lang: str | None = None) -> str:
        """Return the sentence in ``lang`` (default: `default_language`)."""
        return text(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.text()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.key, self.values) == (other.key, other.values)

    def __hash__(self) -> int:
        return hash((self.key, repr(sorted(self.values.items()))))

    def __repr__(self) -> str:
        fields = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"Message({self.key!r}{fields})"
