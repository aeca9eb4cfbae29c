"""How old a figure is, and how that is said beside it."""

from __future__ import annotations

from datetime import date as Date

from .errors import InputError, shorten
from .messages import Message

STALE = 5
"""A figure that describes a year further back than this many years is stale."""


def day(value: Date | str) -> Date:
    """Return a day from a date or ISO text; raise `InputError` when it is none."""
    if isinstance(value, Date):
        return value
    try:
        return Date.fromisoformat(value.strip())
    except (AttributeError, TypeError, ValueError) as error:
        raise InputError("graph.supply_graph.day", value=shorten(value)) from error


def aged(year: int | None, today: int | None = None) -> Message | str:
    """Return a figure's year with its age where the figure is stale, in a language still to be chosen; see `dated`."""
    if year is None:
        return ""
    age = (Date.today().year if today is None else today) - year
    return str(year) if age <= STALE else Message("graph.words.years_old", year=year, age=age)


def dated(year: int | None, lang: str | None = None, today: int | None = None) -> str:
    """Return a figure's year as text, with its age where the figure is stale; nothing where no year is told.

    >>> dated(2024, "en", today=2026), dated(2017, "en", today=2026), dated(None)
    ('2024', '2017, 9 years old', '')
    """
    says = aged(year, today)
    return says.text(lang) if isinstance(says, Message) else says
