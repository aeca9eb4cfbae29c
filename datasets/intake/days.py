"""Days as people write them in cells: with eras, names of months, two digits for the year, and parts in any order."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from ..packaged import packaged
from ..years import ERAS
from .recalled import recalled

_CLOCK = r"(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?)?"
_Y, _M = r"\s*[/\-.年년]\s*", r"\s*[/\-.月월]\s*"
_ERA = r"(?P<era>令和|平成|昭和|r|h|s)\.?\s*(?P<y>\d{1,2}|元)"
_WHOLE = (
    re.compile(rf"(?P<y>\d{{4}}){_Y}(?P<m>\d{{1,2}}){_M}(?P<d>\d{{1,2}})[日일.]?(?:\([月火水木金土日]\))?{_CLOCK}"),
    re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(rf"{_ERA}{_Y}(?P<m>\d{{1,2}}){_M}(?P<d>\d{{1,2}})日?"),
    re.compile(r"(?P<y>\d{4})[/\-.年](?P<m>\d{1,2})月?(?:度|分)?"),
    re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])"),
    re.compile(rf"{_ERA}[/\-.年](?P<m>\d{{1,2}})月?(?:度|分)?"),
)
_GAP, _MONTH = r"(?:\s*[\-/., ]\s*|\s+(?:de|del|d')\s+|(?<=\d)(?=[^\W\d]))", r"(?P<m>[^\W\d_]{3,12})\.?"
_NAMED = (
    re.compile(rf"(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th|er|º|°)?{_GAP}{_MONTH}(?:{_GAP}|\s*,\s*)(?P<y>\d{{4}}|\d{{2}}){_CLOCK}"),
    re.compile(rf"{_MONTH}\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}}){_CLOCK}"),
    re.compile(rf"(?P<y>\d{{4}})\.?{_GAP}{_MONTH}{_GAP}(?P<d>\d{{1,2}})\.?{_CLOCK}"),
    re.compile(rf"{_MONTH}{_GAP}(?P<y>\d{{4}})"),
)
_PARTS = re.compile(rf"(\d{{1,2}})([/.\-])(\d{{1,2}})\2(\d{{4}}|\d{{1,2}}){_CLOCK}")
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
"""Orders of day, month and year."""
_CENTURY, _TURN = 2000, 70
"""A year of two digits is of 2000 to 2069, or of 1970 to 1999."""


@recalled
def date(text: str | None, order: str | None = None) -> str | None:
    """Return the day that a cell says as ISO text, a month as its first day; None where it says none or leaves it open.

    "03/04/2024" may be March or April, and "13.04.25" of 2025 or of 2013: they are read where ``order`` says what stands
    where. "25/12/2024" is clear.

    >>> date("令和6年4月1日"), date("R6.4.1"), date("5 Mar 2024"), date("20240331"), date("46112"), date("03/04/2024")
    ('2024-04-01', '2024-04-01', '2024-03-05', '2024-03-31', '2026-03-31', None)
    >>> date("03/04/2024", "dmy"), date("03/04/2024", "mdy"), date("4/13/25"), date("13.04.25", "dmy"), date("13.04.25")
    ('2024-04-03', '2024-03-04', '2025-04-13', '2025-04-13', None)
    >>> date("3. März 2025"), date("1er août 2025"), date("15 de abril de 2025"), date("2025년 4월 1일")
    ('2025-03-03', '2025-08-01', '2025-04-15', '2025-04-01')
    """
    word = _folded(text)
    if re.fullmatch(r"\d{5}(\.\d+)?", word):  # the day number that a spreadsheet keeps
        return (datetime.date(1899, 12, 30) + datetime.timedelta(days=int(float(word)))).isoformat()
    for pattern in _WHOLE:
        if match := pattern.fullmatch(word):
            parts = match.groupdict()
            year = (1 if parts["y"] == "元" else int(parts["y"])) + ERAS.get(parts.get("era") or "", 0)
            return _day(year, int(parts["m"]), int(parts.get("d") or 1))
    for pattern in _NAMED if any(map(str.isalpha, word)) else ():
        if (match := pattern.fullmatch(word)) and (month := _months().get(match["m"])):
            return _day(_year(match["y"]), month, int(match.groupdict().get("d") or 1))
    found = readings(text)
    if order in found:
        return found[order]
    return next(iter(found.values())) if len(set(found.values())) == 1 else None


def readings(text: str | None) -> dict[str, str]:
    """Return the days that three figures may say, by the order of day, month and year.

    Between dots the day stands before the month. What stands before the month is a year of two digits, never of one.

    >>> readings("03/04/2024"), readings("13.04.25")
    ({'dmy': '2024-04-03', 'mdy': '2024-03-04'}, {'dmy': '2025-04-13', 'ymd': '2013-04-25'})
    """
    match = _PARTS.fullmatch(_folded(text))
    if match is None:
        return {}
    first, mark, second, last = match.groups()
    found: dict[str, str | None] = {}
    if len(last) > 1:
        found[DAY_FIRST] = _day(_year(last), int(second), int(first))
        found[MONTH_FIRST] = None if mark == "." else _day(_year(last), int(first), int(second))
    if len(first) == 2 and len(last) < 4:
        found[YEAR_FIRST] = _day(_year(first), int(second), int(last))
    return {order: day for order, day in found.items() if day is not None}


def is_day(text: str | None) -> bool:
    """Return whether a cell looks like a day; three short figures do not: they may be a level or a number of a part.

    >>> is_day("2025-04-03"), is_day("03/04/2025"), is_day("1.1.10"), is_day("10-05-20")
    (True, True, False, False)
    """
    match = _PARTS.fullmatch(_folded(text))
    return date(text, DAY_FIRST) is not None and (match is None or len(match[4]) == 4)


def orders(cells: Iterable[str | None]) -> set[str] | None:
    """Return the orders in which all days of a column can be read; None where no cell leaves its order open.

    Where the year may stand first or last, it stands where at most two figures differ and at the other end more do.

    >>> orders(["03/04/2025", "13/04/2025"]), orders(["03/04/2025", "04/13/2025"]), sorted(orders(["03/04/2025"]))
    ({'dmy'}, {'mdy'}, ['dmy', 'mdy'])
    >>> orders(["13.04.25", "14.04.25", "30.04.25"]), orders(["13/04/2025", "04/13/2025"]), orders(["2025-04-03"])
    ({'dmy'}, set(), None)
    """
    written = [(match, cell) for cell in cells if (match := _PARTS.fullmatch(_folded(cell))) is not None]
    told = [set(readings(cell)) for match, cell in written if not (match[2] == "." and len(match[4]) == 4)]
    told = [each for each in told if each]
    if not told:
        return None
    found = set.intersection(*told)
    if YEAR_FIRST in found and len(found) > 1:
        firsts, lasts = (len({int(match[i]) for match, _ in written}) for i in (1, 4))
        if lasts <= 2 < firsts:
            found.discard(YEAR_FIRST)
        elif firsts <= 2 < lasts:
            found = {YEAR_FIRST}
    return found


def _folded(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold() if text is not None and len(text) <= 40 else ""


def _year(written: str) -> int:
    year = int(written)
    return year if len(written) == 4 else year + _CENTURY - (100 if year >= _TURN else 0)


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    rows = packaged("headers", "months").iter_rows()
    return {unicodedata.normalize("NFKC", word).casefold(): int(month) for month, line in rows for word in line.split("|")}
