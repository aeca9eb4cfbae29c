"""The questionnaire's words in all its languages, side by side."""

from __future__ import annotations

from functools import cache

from ...graph.packaged import packaged_rows


@cache
def _words() -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in packaged_rows("app", "templates", "survey", "words.csv")}


TONGUES = tuple(_words()["title"])[1:]
"""Languages of a questionnaire: the columns of its words, which need not be those of the program."""


def word(name: str, tongue: str) -> str:
    """Return a label in one language.

    >>> word("country", "zh")
    '国家'
    """
    return _words()[name][tongue]


def words(name: str, between: str = "\n") -> str:
    """Return a label in all languages; what reads the same in two of them stands once.

    >>> words("country", " / ")
    '国 / Country / 国家'
    """
    return between.join(dict.fromkeys(word(name, tongue) for tongue in TONGUES))
