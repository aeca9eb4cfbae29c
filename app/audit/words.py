"""Figures and places as a reader sees them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache

from ...datasets import countries
from ...datasets.intake.values import id_key
from ...datasets.layout import sheets
from ...graph import Message
from ...graph.errors import shorten
from ...graph.interval import at_least, at_most, in_percent, ranged
from ...graph.messages import default_language, text

BLANK = "–"


def percent(part: float | None) -> str:
    """Return a part as a percentage; what is not quite all, or not quite nothing, never looks like it.

    >>> percent(0.997), percent(1.0), percent(0.002), percent(None)
    ('>99%', '100%', '<1%', '–')
    """
    return BLANK if part is None else in_percent(part)


def span(low: float | None, high: float | None, lang: str) -> str:
    """Return the bounds of a part, never narrowed; one figure where they meet, and no end that looks like all or nothing.

    >>> span(0.4, 0.4, "en"), span(0.398, 0.612, "en"), span(0.006, 0.994, "ja")
    ('40%', '39–62%', '<1〜>99%')
    """
    ends = (percent(low), percent(high))
    if ends[0] == ends[1]:
        return ends[0]
    outward = ((at_least, low), (at_most, high))
    least, most = (BLANK if end is None else in_percent(end, bound(end)) for bound, end in outward)
    return ranged(least, most, lang)


def called(part: str, name: str | None) -> str:
    """Return a part's number and name; one word where there is no other.

    >>> called("P-1", "gear"), called("P-1", None), called("GEAR", "gear")
    ('P-1 gear', 'P-1', 'GEAR')
    """
    return part if not name or id_key(name) == id_key(part) else f"{part} {name}"


BESIDES = ("parent_name", "standing", "base")
"""Roles of columns that are used, and are none of the workbook's."""


def column_name(kind: str | None, name: str, lang: str) -> str:
    """Return what a column is called: in a kind of sheet of the workbook, else in the first that has it, or in bills."""
    if name in BESIDES:
        return text(f"app.check.role_{name}", lang)
    known = sheets()
    first = [known[kind]] if kind in known else []
    columns = (column for sheet in (*first, *known.values()) for column in sheet.columns)
    return next((column.title[lang] for column in columns if column.name == name), name)


class Name(Message):
    """A name in the languages in which data has it."""

    __slots__ = ()

    def __init__(self, en: str, ja: str, **others: str) -> None:
        super().__init__("", en=en, ja=ja, **others)

    def text(self, lang: str | None = None) -> str:
        """Return the name in ``lang``, else in English."""
        return self.values.get(lang or default_language()) or self.values["en"]


class Words(Message):
    """Several words, one after the other, with the comma of the language (else what is told) between them."""

    __slots__ = ()

    def __init__(self, words: Iterable[Message | str], between: str | None = None) -> None:
        super().__init__("", words=tuple(words), between=between)

    def text(self, lang: str | None = None) -> str:
        """Return them in ``lang``."""
        between = text("app.audit_page.comma", lang) if self.values["between"] is None else self.values["between"]
        return between.join(word.text(lang) if isinstance(word, Message) else word for word in self.values["words"])


class Short(Message):
    """Words of a person's files, in one line of at most 120 letters whatever the language."""

    __slots__ = ()

    def __init__(self, words: Message) -> None:
        super().__init__("", words=words)

    def text(self, lang: str | None = None) -> str:
        """Return them in ``lang``."""
        return shorten(self.values["words"].text(lang), 120)


class Span(Message):
    """The bounds of a part, as `span` tells them."""

    __slots__ = ()

    def __init__(self, low: float | None, high: float | None) -> None:
        super().__init__("", low=low, high=high)

    def text(self, lang: str | None = None) -> str:
        """Return them in ``lang``."""
        return span(self.values["low"], self.values["high"], lang or default_language())


@cache
def _names() -> dict[str, tuple[str, str]]:
    return {row["iso3"]: (row["name_en"], row["name_ja"]) for row in countries().iter_rows(named=True)}


def place(code: str | None) -> Message | str:
    """Return a country's name in the reader's language.

    >>> place("TWN").text("ja")
    '台湾'
    """
    if code is None:
        return BLANK
    names = _names().get(code)
    return code if names is None else Name(*names)


def say(value: Message | str | None, lang: str) -> str:
    """Return words that may have chosen no language yet."""
    return BLANK if value is None else value.text(lang) if isinstance(value, Message) else value


def money(value: float | None, currency: str, lang: str, kind: str = "estimate") -> str:
    """Return an amount as boards read it: Japanese yen in 億 and 万, or in millions, and less than one of these in full.

    From a hundred thousand on it is told to the thousand: no estimate has more digits; what somebody ``stated`` has. What
    is ``least`` is never told as more than it is, what is ``most`` never as less.

    >>> money(1_234_000_000, "JPY", "ja"), money(1_234_000_000, "JPY", "en"), money(250_000, "USD", "en")
    ('12.3億円', '¥1,234 million', 'USD 250,000')
    >>> money(947_386, "USD", "en"), money(999_600, "USD", "en"), money(12_345, "USD", "en")
    ('USD 947,000', 'USD 1.0 million', 'USD 12,345')
    >>> [money(value, "USD", "en", kind) for value, kind in ((947_986, "least"), (100_400, "most"), (123_456, "stated"))]
    ['USD 947,000', 'USD 101,000', 'USD 123,456']
    """
    if value is None:
        return BLANK
    rounded = {"least": _down, "most": _up}.get(kind, _near)
    value = rounded(value, 1000.0) if 1e5 <= value < 1e6 and kind != "stated" else value
    name = "yen" if currency == "JPY" else "other"
    medium = max(1e5, float(text(f"app.audit_report.{name}_medium_unit", lang)))
    size = f"{name}_{'large' if value >= 1e8 else 'medium' if value >= medium else 'small'}"
    unit = float(text(f"app.audit_report.{size}_unit", lang))
    decimals = re.search(r"0\.(0+)", text(f"app.audit_report.{size}", lang, amount=0.0, currency=""))
    amount = rounded(value / unit, 10.0 ** -len(decimals[1]) if decimals else 1.0)
    return text(f"app.audit_report.{size}", lang, amount=amount, currency=currency)


def _near(value: float, step: float) -> float:
    return round(value / step) * step


def _down(value: float, step: float) -> float:
    return math.floor(value / step + 1e-9) * step


def _up(value: float, step: float) -> float:
    return math.ceil(value / step - 1e-9) * step


def days_of(least: float | None, most: float | None) -> Message | None:
    """Return days as a file states them; no most is no bound, and neither end that nobody said anything.

    >>> days_of(30, 60).text("ja"), days_of(60, None).text("ja"), days_of(0, 60).text("ja"), days_of(45, 45).text("ja")
    ('30〜60日', '60日以上', '60日以内', '45日')
    """
    if least is None:
        return None
    if least == most:
        return Message("app.audit_report.days", days=f"{least:,.0f}")
    name = "days_from" if most is None else "days_between" if least else "days_upto"
    shown = at_least(least, ",.0f"), "" if most is None else at_most(most, ",.0f")
    return Message(f"app.audit_report.{name}", days=shown[0], most=shown[1])


def days(value: float | None, lang: str) -> str:
    """Return a number of days, or that nothing stops."""
    return BLANK if value is None else text("app.audit_report.days", lang, days=f"{value:,.0f}")
