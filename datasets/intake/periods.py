"""The time that a table of purchases covers: from its first day to its last, or what a title above it says."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from ..years import ERAS
from .days import date
from .table import Table

_ERA = re.compile(r"(?<![a-z])(令和|平成|r|h)\.? ?(\d{1,2}|元)(?= ?年)")
_OPEN = re.compile(
    r"まで|現在|時点|途中|見込|計画|予算|[q四]半期"
    r"|(?<![a-z])(?:ytd|to date|as of|until|budget|plan|forecast|q[1-4])(?![a-z])"
)
"""What says that a title's year is not all there, or no past."""
_SEPARATOR = r"\s*(?:~|〜|-|–|—|→|から|(?<![a-z])to(?![a-z])|(?<![a-z])bis(?![a-z]))\s*"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = "|".join(_MONTHS)
_POINT = (
    r"(?:\d{4} ?[年/._-] ?\d{1,2}(?: ?[月/._-] ?\d{1,2} ?日?| ?月)?"
    rf"|(?:\d{{1,2}} )?(?:{_NAMES})[a-z]*\.?,? (?:\d{{1,2}}, )?\d{{4}})"
)
_RANGE = re.compile(rf"(?<!\d)({_POINT}){_SEPARATOR}({_POINT})(?!\d)")
_WITHIN = re.compile(rf"(?<!\d)(\d{{4}}) ?年 ?(\d{{1,2}}) ?月 ?度?{_SEPARATOR}(\d{{1,2}}) ?月")
_NAMED = re.compile(rf"(?<![a-z])({_NAMES})[a-z]*\.?{_SEPARATOR}({_NAMES})[a-z]*\.?,? (\d{{4}})(?!\d)")
_FISCAL = re.compile(
    r"(?<!\d)((?:19|20)\d\d) ?(?:会計|事業)?年度 ?(上期|上半期|下期|下半期)?|(?<![a-z])fy ?'?((?:20)?\d\d)(?!\d)"
)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d) ?(?:年 ?(\d{1,2}) ?月(?! ?\d)|[-/._](\d{2})(?![\d/._-]))")
_YEAR = re.compile(r"(?<![\d/._-])((?:19|20)\d\d) ?(?:年(?! ?[度\d])|(?![\d/._年-]))")
_Days = tuple[str, str]


def dates_of(table: Table) -> _Days | None:
    """Return the first and the last day of a table's dates, if it has any."""
    days = sorted(day for day in table.days("date") if day is not None)
    return (days[0], days[-1]) if days else None


def stated_period(table: Table) -> tuple[str, _Days] | None:
    """Return the title that says which time a table covers, the nearest to it, and its first and last day."""
    for title in (*reversed(table.titles), table.sheet, Path(table.file).stem):
        if (days := period_in(title)) is not None:
            return title, days
    return None


def period_in(title: str) -> _Days | None:
    """Return the first and the last day of the one time that a title says is covered; None where it leaves that open.

    A fiscal year (年度, FY) is read as Japan's, from April to March.

    >>> period_in("2025年度 購買実績"), period_in("Purchases Apr 2025 - Mar 2026"), period_in("2025年度(11月まで)")
    (('2025-04-01', '2026-03-31'), ('2025-04-01', '2026-03-31'), None)
    """
    text = unicodedata.normalize("NFKC", title).casefold()
    text = _ERA.sub(lambda era: str(ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))), text)
    if len(text) > 120 or _OPEN.search(text):
        return None
    for periods in (_ranges(text), _fiscal(text), _months(text), _years(text)):
        found = list(dict.fromkeys(periods))
        if found:
            return found[0] if len(found) == 1 and found[0] is not None and found[0][0] <= found[0][1] else None
    return None


def _ranges(text: str) -> Iterator[_Days | None]:
    for match in _RANGE.finditer(text):
        first, last = (_point(end) for end in match.groups())
        yield None if first is None or last is None else (first[0], last[1])
    for match in _WITHIN.finditer(text):
        yield _span(int(match[1]), int(match[2]), int(match[3]))
    for match in _NAMED.finditer(text):
        yield _span(int(match[3]), *(1 + _MONTHS.index(str(month)) for month in match.groups()[:2]))


def _point(written: str) -> _Days | None:
    """The first and the last day of a day or month."""
    named, numbers = re.search(_NAMES, written), re.findall(r"\d+", written)
    if named and len(numbers) == 1:
        month = 1 + _MONTHS.index(named[0])
        return _span(int(numbers[0]), month, month)
    if not named and len(numbers) == 2:
        return _span(int(numbers[0]), int(numbers[1]), int(numbers[1]))
    day = date(written.replace("_", "-").replace(". ", " ") if named else "-".join(numbers))
    return None if day is None else (day, day)


def _fiscal(text: str) -> Iterator[_Days | None]:
    for match in _FISCAL.finditer(text):
        written = match[1] or match[3]
        year = int(written) + (2000 if len(written) == 2 else 0)
        half = (match[2] or "")[:1]
        first = f"{year}-10-01" if half == "下" else f"{year}-04-01"
        yield first, f"{year}-09-30" if half == "上" else f"{year + 1}-03-31"


def _months(text: str) -> Iterator[_Days | None]:
    for match in _MONTH.finditer(text):
        month = int(match[2] or match[3])
        yield _span(int(match[1]), month, month)


def _years(text: str) -> Iterator[_Days | None]:
    if re.search(rf"(?<![a-z])(?:{_NAMES})(?:[a-z]{{3,6}})?(?![a-z])", text):
        yield None  # some months of it
    for match in _YEAR.finditer(text):
        yield f"{match[1]}-01-01", f"{match[1]}-12-31"


def _span(year: int, first: int, last: int) -> _Days | None:
    return (f"{year}-{first:02d}-01", _end(year, last)) if 1 <= first <= last <= 12 else None


def _end(year: int, month: int) -> str:
    return f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"
