"""What a check finds: a status, a sentence, and the rows behind it."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from ...datasets import thresholds
from ...graph import Message
from ...graph.messages import LANGUAGES, topic

FINDING, CLEAR, UNKNOWN = "finding", "no_finding", "not_enough_data"
HALF, TWO_THIRDS, CONCENTRATED, INDISPENSABLE = "PRJ-COUNTRY-50", "PRJ-COUNTRY-65", "PRJ-HHI-40", "JP-NEDO-60"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row behind a finding: what, how much, and where it stands (sheet!row, or a source)."""

    what: str
    says: Message | str
    refs: tuple[str, ...]
    money: float | None = None
    """Yearly revenue that certainly hangs on it."""
    days: float | None = None
    """Days of switching beyond what is in stock, at most; None where nobody bounds them."""
    columns: tuple[str, ...] = ()
    """Columns of the rows that it rests on."""
    about: str = ""
    """What it is about, by its id: in a later report a part with another name is the same one."""


Result = tuple[str, Message, list[Evidence]]


@cache
def limit(threshold: str) -> float:
    """Return the lower bound of a threshold of the bundled table."""
    return float(thresholds().filter(id=threshold)["low"].item())


def sentence(name: str, **values: Any) -> Message:
    """Return a sentence of the checks."""
    return Message(f"app.audit_checks.{name}", **values)


@cache
def said_of(name: str) -> frozenset[str]:
    """Return the fields of a sentence of the checks, in any language.

    >>> sorted(said_of("single_row"))
    ['makers', 'products']
    """
    templates = (topic("app", "audit_checks", lang)[name] for lang in LANGUAGES)
    return frozenset(field for template in templates for _, field, _, _ in Formatter().parse(template) if field)


def more(name: str, possible: Sized) -> Message | str:
    """Return what a sentence says of those that may be meant as well; nothing where there is none."""
    return sentence(f"{name}_more", count=len(possible)) if possible else ""
