"""One cell of a person's spreadsheet as a value: width, units, percent signs and dates as people write them.

Every function takes the cell's text and returns a value, ``None`` for a cell that says "nothing known", or raises
`Unreadable`. Nothing is evaluated.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import lru_cache
from typing import Any

from ...datasets import country as country_code
from ...graph.errors import shorten
from .layout import Column, words

NAME_LIMIT = 200
"""Characters of a name that are kept."""
_WORDS = words()
_BLANK, _YES, _NO = _WORDS["blank"] | {""}, _WORDS["yes"], _WORDS["no"]
_SCALES = {"億": 1e8, "百万": 1e6, "万": 1e4, "千": 1e3, "": 1.0}
_NUMBER = re.compile(
    r"(?:[¥$€£]|jpy|usd|eur)?\s*([+\-−▲△(]?)\s*([\d,]*\.?\d+(?:e[+\-]?\d+)?|\d[\d,]*\.)\)?\s*(億|百万|万|千)?\s*"
    r"(?:円|ドル|jpy|usd|eur|個|本|枚|台|式|点|pcs?\.?|pieces?|ea|sets?|units?|kg|g|m|mm|l)?"
)
_DAYS = (
    (re.compile(r"(日|日間|d|days?)?"), 1.0),
    (re.compile(r"(週|週間|w|weeks?|wks?)"), 7.0),
    (re.compile(r"(ヶ月|か月|カ月|ヵ月|ケ月|箇月|月|months?|mo)"), 30.0),
    (re.compile(r"(年|years?|yrs?)"), 365.0),
)
_DATES = (
    re.compile(r"(?P<y>\d{4})[/\-.年](?P<m>\d{1,2})[/\-.月](?P<d>\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<era>令和|r|平成|h)\.?(?P<y>\d{1,2}|元)[/\-.年](?P<m>\d{1,2})[/\-.月](?P<d>\d{1,2})日?"),
)
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988}
_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|\(株\)|\(有\)|\bco\b|\bltd\b|\binc\b|\bcorp\b|\bcorporation\b|\bcompany\b|\blimited\b|\bgmbh\b|\bllc\b|\bkk\b|有限公司|股份"
)


class Unreadable(ValueError):
    """A cell that is not of its column's kind; the argument names the sentence in ``app.audit_cells``."""


@lru_cache(65_536)
def read(column: Column, text: str | None) -> Any:
    """Return the value of a cell of ``column``; ``None`` when it says nothing.

    >>> from kanmon.app.audit.layout import sheets
    >>> sourcing = sheets()["sourcing"]
    >>> read(sourcing["lead_days"], "３ヶ月"), read(sourcing["qualified_date"], "令和8年3月31日")
    (90.0, '2026-03-31')
    >>> read(sourcing["country"], "台湾"), read(sourcing["share"], "３５％")
    ('TWN', 0.35)
    """
    if text is None:
        return None
    word = unicodedata.normalize("NFKC", text).strip()
    if column.type in {"text", "id"}:
        return name(word) or None
    if word.casefold() in _BLANK:
        return None
    if word.startswith(("#", "=")):
        raise Unreadable("formula")
    return _READERS[column.type](word, column)


def name(text: str) -> str:
    r"""Return a name as one printable line.

    >>> name(" Ａ社\n工場 ")
    'A社 工場'
    """
    return " ".join(shorten(unicodedata.normalize("NFKC", text), NAME_LIMIT).split())


def id_key(text: str) -> str:
    """Return a part number as it is compared: width, case, spaces and kinds of dash do not matter.

    >>> id_key("Ｐ－１０１") == id_key("p-101")
    True
    """
    return re.sub(r"[\s　]+", "", re.sub(r"[‐‑‒–—―−ー－]", "-", unicodedata.normalize("NFKC", text))).casefold()


def firm_key(text: str) -> str:
    """Return a company's name as it is compared: without its legal form.

    >>> firm_key("株式会社例示精機") == firm_key("例示精機㈱")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(".", " ").replace(",", " ")
    return re.sub(r"\s+", "", _FORMS.sub(" ", folded)) or re.sub(r"\s+", "", folded)


def _number(word: str, column: Column) -> float:
    match = _NUMBER.fullmatch(word.casefold())
    if not match:
        raise Unreadable("number")
    sign, digits, scale = match.groups()
    value = float(digits.replace(",", "")) * _SCALES[scale or ""]
    if sign in {"-", "−", "▲", "△", "("}:
        raise Unreadable("negative")
    return value


def _share(word: str, column: Column) -> float:
    """Return a percentage as it stands (35 % is 0.35); a plain number above 1 is for the caller to judge."""
    if word.endswith("%"):
        return _number(word[:-1].strip(), column) / 100
    if word.endswith("割"):
        return _number(word[:-1].strip(), column) / 10
    return _number(word, column)


def _days(word: str, column: Column) -> float:
    match = re.fullmatch(r"(?:約|about)?\s*([\d,]*\.?\d+)\s*(\D*)", word.casefold())
    for unit, days in _DAYS if match else ():
        if match and unit.fullmatch(match[2].strip()):
            return float(match[1].replace(",", "")) * days
    raise Unreadable("days")


def _date(word: str, column: Column) -> str:
    text = word.casefold()
    if re.fullmatch(r"\d{5}(\.\d+)?", text):  # the day number that a spreadsheet keeps
        return (datetime.date(1899, 12, 30) + datetime.timedelta(days=int(float(text)))).isoformat()
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match:
            parts = match.groupdict()
            year = 1 if parts["y"] == "元" else int(parts["y"])
            try:
                return datetime.date(year + _ERAS.get(parts.get("era", ""), 0), int(parts["m"]), int(parts["d"])).isoformat()
            except ValueError:
                break
    raise Unreadable("date")


def _yes_no(word: str, column: Column) -> bool:
    folded = word.casefold()
    if folded in _YES | _NO:
        return folded in _YES
    try:
        _date(word, column)  # a date in this column says when it was qualified
    except Unreadable:
        raise Unreadable("yes_no") from None
    return True


def _choice(word: str, column: Column) -> str:
    folded = word.casefold()
    for choice in column.choices:
        if folded in {choice.id, choice.en.casefold(), choice.ja}:
            return choice.id
    if {choice.id for choice in column.choices} >= {"yes", "no"} and folded in _YES | _NO:
        return "yes" if folded in _YES else "no"
    raise Unreadable("choice")


def _country(word: str, column: Column) -> str:
    for part in (word, re.sub(r"\(.*?\)", "", word), word.split()[0]):
        code = country_code(part.strip())
        if code is not None:
            return code
    raise Unreadable("country")


def _hs(word: str, column: Column) -> str:
    digits = re.sub(r"[.\s\-]", "", word)
    digits = f"0{digits}" if len(digits) in {3, 5, 7} else digits  # a lost leading zero; nine digits are Japan's own
    if not re.fullmatch(r"\d{4,10}", digits):
        raise Unreadable("hs")
    return digits


_READERS = {
    "number": _number,
    "money": _number,
    "share": _share,
    "days": _days,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "country": _country,
    "hs": _hs,
}
