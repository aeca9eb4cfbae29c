"""One cell of a person's spreadsheet as a value: width, units, percent signs and dates as people write them.

Every function takes the cell's text and returns a value, ``None`` for a cell that says "nothing known", or raises
`Unreadable`. Nothing is evaluated.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from ...datasets import country as country_code
from ...datasets.intake.days import date
from ...datasets.intake.recalled import recalled
from ...datasets.intake.values import is_blank, name, number, pointed
from ...datasets.intake.words import marks, plain
from ...datasets.layout import Choice, Column
from ...datasets.packaged import packaged
from ...graph import Message

_YES, _NO, _NONE = (
    frozenset(packaged("headers", "answers").filter(answer=answer)["word"]) for answer in ("yes", "no", "none")
)
_DAYS = (
    (re.compile(r"(日|日間|天|d|days?|tage?|d[ií]as?|jours?|giorn[oi]|dag(en)?|dni|dzień|dn[yí]|den)?"), 1.0),
    (
        re.compile(
            r"(営業日|稼働日|个?工作日|(business|working|work) ?days?|wds?|(arbeits|werk)tage?"
            r"|d[ií]as? (hábiles|laborables|úteis))"
        ),
        7 / 5,
    ),
    (
        re.compile(
            r"(週|週間|w|weeks?|wks?|wo|wochen?|semanas?|semaines?|settiman[ae]|weken|tydzień|tygodni(e|a)?|týd(en|ny|nů)|周|星期)"
        ),
        7.0,
    ),
    (
        re.compile(
            r"(ヶ月|か月|カ月|ヵ月|ケ月|箇月|个月|個月|月|months?|m|mos?|mths?|monate?|m[eê]s(es|e|i)?|mois|maand(en)?|miesi(ąc|ące|ęcy)"
            r"|měsíc(e|ů)?)"
        ),
        30.0,
    ),
    (re.compile(r"(年|years?|yrs?|jahre?|años?)"), 365.0),
)
_ABOUT = re.compile(
    r"(?:[≈≒]|大?[約约]|およそ|about|approx\.?|abt\.?|ca\.?)?\s*(.*?)(?:(?<=[日週間月年])分)?\s*(?:程度|前後|くらい|ぐらい|左右)?",
    re.DOTALL,
)
"""A figure that is said to be a rough one is taken as it stands."""
_LONGEST = 80
"""Letters of a cell with a figure: patterns are not tried on the thousands that a stranger's cell may hold."""

_LOW, _HIGH = r"(?P<low>\D*?\d[\d,.]*\s*(?P<low_unit>\D*?))", r"(?P<high>[約约]?\s*\d[\d,.]*\s*(?P<unit>\D*?))"
_RANGE = re.compile(
    rf"(?:between|from|von|entre|de|从)?\s*{_LOW}(?:\s*(?:[-~〜–—]|から|至|到|(?:以上|超)[、,]?)\s*|\s(?:to|and|bis|a|y)\s+)"
    rf"{_HIGH}\s*(?:以下|以内|未満|まで|不到)?"
)
_UPWARDS = re.compile(
    r"(?P<before>at least|more than|over|min(?:imum|\.)?|mindestens|al menos|>=?|≥|≧|最低|最短|至少|不少于)?\s*"
    r"(?P<days>\D*?\d.*?)\s*(?P<after>以上|超|\+|or more|and more|minimum|起|[~〜])?"
)
_UPTO = re.compile(
    r"(?P<before>up to|within|at most|no more than|less than|max(?:imum|\.)?|bis(?: zu)?|höchstens|hasta|<=?|≤|≦|[~〜]"
    r"|最大|最長|最多|不超过)?\s*"
    r"(?P<days>\D*?\d.*?)\s*(?P<after>以下|以内|未満|まで|or less|max(?:imum|\.)?|不到)?"
)
"""Days from one to another, upwards, and up to: "30-60日", "60日以上", "60日以内"."""
_PLUS = re.compile(r"(?<=\d)\s*\+\s*(?=[^\d\s])(.*)")
"""A sign between a figure and its unit, which may stand behind both: "60+ days"."""
_ROUGH = re.compile(r"~\s*(?=\d[\d,.\s–-]*[a-z])")
"""Before a unit in Latin letters "~" says that a figure is rough; before another, or none, that it is the most."""
_OR = re.compile(r"(?<![\d.,])(\d)\s*[,、]\s*(\d)(?=\s*[日週月年天周个個箇かカヶケヵ営星])")
"""Two figures before a unit of Japanese or Chinese: where they follow each other ("2、3ヶ月"), it is either."""


_BEFORE_TIME = re.compile(
    r"(?:(?:l/?t(?!\s*\d{4})|lead[ -]?time|delivery(?: time)?|納期|リードタイム|交期|交货期|lieferzeit|plazo(?: de entrega)?"
    r"|délai)\s*[:=]?\s*(?=\D{0,12}\d)"
    r"|(?:std\.?|standard|normal(?:ly)?|usual(?:ly)?|typ(?:\.|ical(?:ly)?)?|標準|通常)\s*(?=\d)"
    r"|(?:ご?(?:受注|発注|注文)|オーダー)(?:後|から|より)\s*(?=\D{0,4}\d))+"
)
"""What a lead time is said to be before its figure: LT 90, 納期3ヶ月, 標準12週, 受注後60日."""
_AFTER_ORDER = re.compile(
    r"(?<=[\da-z月日週年間天周)])\s*(?:a\.?r\.?o\.?|(?:after|from|of|upon)\s+(?:(?:the\s+)?receipt\s+of\s+)?(?:an?\s+|the\s+|your\s+)?"
    r"(?:purchase\s+)?(?:order|p\.?o\.?)(?:\s+(?:date|receipt))?|(?:nach|ab)\s+(?:auftrags|bestell)eingang|standard|typ(?:\.|ical)?"
    r"|(?<=[月日週年間])[後先])$"
)
"""What it is counted from, which is what all of them are counted from: 12 wks ARO, 30 days after order, 3か月後."""
_AT_WORKS = re.compile(r"(.*\d.*?)\s*[,(]?\s*(?:ex[ -]?works?|exw|fca|fob|工場(?:渡し|出荷))\s*\)?")
"""A time until the goods stand at their maker's gate, or on board."""
_FROM_STOCK = re.compile(r"^(?:(?:ex[ -]?|from )?stock|在庫)\s*(?:to|or|[~〜–—-])\s*(?=\d)")
"""stock to 4 weeks: at once, or within that time."""
_YEAR = re.compile(r"(?:\d{1,2}\s*[-–]\s*)?20[1-4]\d")
"""A year, or a month of it: when something comes, and not how long that takes."""
_METRES = 60
"""From where on "m" is no months."""


class Days(NamedTuple):
    """Days of which only the ends are known: so many at least, and so many at most (infinite: nobody said)."""

    least: float
    most: float = math.inf

    @property
    def figure(self) -> float | None:
        """The days where they are one figure."""
        return self.least if self.least == self.most else None

    @property
    def bound(self) -> float | None:
        """The most; None where nobody said."""
        return None if self.most == math.inf else self.most


def ends(days: Days | float) -> Days:
    """Return the ends of days as a cell states them."""
    return days if isinstance(days, Days) else Days(days, days)


def figures_of(name: str, days: Days | float | None, one: str = "_days") -> dict[str, float | None]:
    """Return days as ``one`` (None where they are no one figure), ``_least`` and ``_most`` (None: nobody said).

    >>> figures_of("stock", Days(30))
    {'stock_days': None, 'stock_least': 30, 'stock_most': None}
    """
    told = None if days is None else ends(days)
    each = (None, None, None) if told is None else (told.figure, told.least, told.bound)
    return dict(zip((f"{name}{one}", f"{name}_least", f"{name}_most"), each, strict=True))


def within(days: float, stated: Days) -> float:
    """Return days, or the end of what is stated that is nearest to them."""
    return min(max(days, stated.least), stated.most)


def longest(told: Iterable[Days | float | None]) -> Days | None:
    """Return the ends of the longest of days that are stated, whichever of them that is; None where none are."""
    each = [ends(days) for days in told if days is not None]
    return Days(max(days.least for days in each), max(days.most for days in each)) if each else None


def either(told: Iterable[Days | float | None]) -> Days | float | None:
    """Return days of which several figures are stated: any of them, or any between them; None where none are."""
    each = list(dict.fromkeys(days for days in told if days is not None))
    if len(each) < 2:
        return each[0] if each else None
    return Days(min(ends(days).least for days in each), max(ends(days).most for days in each))


def in_days(days: Days | float) -> Message | str:
    """Return days in figures.

    >>> in_days(45.0), in_days(Days(30, 60)).text("ja"), in_days(Days(30)).text("en")
    ('45', '30〜60', '30+')
    """
    least, most = ends(days)
    if least == most:
        return f"{least:g}"
    if most == math.inf:
        return Message("app.audit_cells.or_more", least=f"{least:g}")
    return Message("graph.words.range", low=f"{least:g}", high=f"{most:g}")


def in_part(share: float) -> str:
    """Return a share with all places that it is written with.

    >>> in_part(0.07), in_part(0.333), in_part(1 / 3)
    ('7%', '33.3%', '33.3333%')
    """
    return f"{round(100 * share, 6):g}%"


_RANGED = frozenset(("stock_days", "lead_days", "switch_days"))
"""Columns that take a range; what a person plans, or asks, has one figure."""


class Unreadable(ValueError):
    """A cell that is not of its column's kind; the argument names the sentence in ``app.audit_cells``."""


@recalled
def read(column: Column, text: str | None) -> Any:
    """Return the value of a cell of ``column``; ``None`` when it says nothing.

    >>> from kanmon.datasets.layout import sheets
    >>> sourcing = sheets()["sourcing"]
    >>> read(sourcing["lead_days"], "３ヶ月"), read(sourcing["qualified_date"], "令和8年3月31日")
    (90.0, '2026-03-31')
    >>> read(sourcing["country"], "台湾"), read(sourcing["share"], "３５％")
    ('TWN', 0.35)
    """
    if text is None:
        return None
    word = unicodedata.normalize("NFKC", text).strip()
    if column.type == "yes_no" and word.casefold() in _NO:
        return False
    if is_blank(word):
        return None
    if column.type in {"text", "id"}:
        return name(word) or None
    if word.startswith(("#", "=")):
        raise Unreadable("formula")
    return _READERS[column.type](word, column)


def says_none(text: str | None) -> bool:
    """Return whether a cell says that there is none, which a blank one or a dash does not.

    >>> says_none("なし"), says_none("None"), says_none("-"), says_none("")
    (True, True, False, False)
    """
    return text is not None and unicodedata.normalize("NFKC", text).strip().casefold() in _NONE


def _number(word: str, column: Column) -> float:
    value = number(word)
    value = number(without_about(word.lstrip("~∼"))) if value is None else value  # of days "~60" may be up to 60
    if value is None:
        raise Unreadable("number")
    if value < 0:
        raise Unreadable("negative")
    return value


def _share(word: str, column: Column) -> float:
    """Return a percentage as it stands (35 % is 0.35); a plain number above 1 is for the caller to judge."""
    word = _in_digits(without_about(word))
    if word in _PARTS:
        return _PARTS[word]
    if word.endswith("%"):
        return _number(word[:-1].strip(), column) / 100
    if word.endswith(("割", "成")):
        return _number(word[:-1].strip(), column) / 10
    return _number(word, column)


_PARTS = dict.fromkeys(("全部", "全量", "全数", "全て", "すべて", "all"), 1.0) | dict.fromkeys(
    ("半分", "一半", "半数", "half"), 0.5
)
_NUMERALS = {"半": "0.5", "两": "2", "両": "2"} | {one: str(n) for n, one in enumerate("一二三四五六七八九十", start=1)}
_WRITTEN = re.compile(
    r"(?<![\d百千半两両一二三四五六七八九十])([半两両一二三四五六七八九十])\s*(?=[个個箇かカヶケヵ年月週周日天星成割营営工])"
)
"""A figure of one character before its unit: 两周, 半年, 三か月, 六成."""
_SPELLED = {"half": "0.5", "half a": "0.5", "half an": "0.5", "a": "1", "an": "1"} | {
    one: str(n)
    for n, one in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1)
}
_IN_WORDS = re.compile(rf"\b({'|'.join(sorted(_SPELLED, key=len, reverse=True))})\s+(?=(?:day|week|wk|month|year))")
"""A figure in letters before its unit: two weeks, half a year."""


def _in_digits(word: str) -> str:
    """Return a word in which such figures are written with digits."""
    return _IN_WORDS.sub(lambda found: f"{_SPELLED[found[1]]} ", _WRITTEN.sub(lambda found: _NUMERALS[found[1]], word))


def without_about(word: str) -> str:
    """Return a figure that is said to be a rough one as it stands.

    >>> without_about("約3,000万円"), without_about("60日程度"), without_about("45")
    ('3,000万円', '60日', '45')
    """
    match = _ABOUT.fullmatch(word.casefold()) if len(word) <= _LONGEST else None
    return match[1] if match else word


def _days(word: str, column: Column) -> float | Days:
    """Days, or the ends of a range."""
    word = word.casefold()
    if len(word) > _LONGEST:
        raise Unreadable("days")
    if column.name == "lead_days":
        if plain(word) in marks("at_hand"):
            raise Unreadable("at_hand")
        if _YEAR.fullmatch(word):
            raise Unreadable("days")
        if (found := _AT_WORKS.fullmatch(word)) is not None:  # the way from there comes on top
            return Days(ends(_days(found[1], column)).least)
        word = _FROM_STOCK.sub("up to ", _AFTER_ORDER.sub("", _BEFORE_TIME.sub("", word)))
    word = _in_digits(_PLUS.sub(r" \1+", _ROUGH.sub("", word) if _ROUGH.match(word) else _OR.sub(_either, word)))
    if column.name not in _RANGED:
        return _one_figure(word)
    if found := _RANGE.fullmatch(without_about(word)):
        least = _plain_days(found["low"] if found["low_unit"] else found["low"] + found["unit"])
        return _between(least, _plain_days(found["high"]))
    for pattern, around in ((_UPWARDS, lambda days: Days(days)), (_UPTO, lambda days: _between(0.0, days))):
        found = pattern.fullmatch(word)
        if found and (found["before"] or found["after"]):
            return around(_plain_days(found["days"]))
    return _plain_days(word)


def _either(found: re.Match[str]) -> str:
    """Two figures that follow each other as a range."""
    return f"{found[1]}-{found[2]}" if int(found[2]) == int(found[1]) + 1 else found[0]


def _one_figure(word: str) -> float:
    """Days of a column that takes one figure: a range is none, and is said to be one."""
    try:
        return _plain_days(word)
    except Unreadable:
        if _RANGE.fullmatch(without_about(word)) or _UPWARDS.fullmatch(word) or _UPTO.fullmatch(word):
            raise Unreadable("one_figure") from None
        raise


def without_unit(cell: str) -> bool:
    """Return whether a range says no unit of its own: then the unit of its header holds.

    >>> [without_unit(cell) for cell in ("2～3", "2以上", "30-60日", "at least 2 weeks", "2-3 mois")]
    [True, True, False, False, False]
    """
    word = unicodedata.normalize("NFKC", cell).casefold()
    written = _LETTERS.findall(word)
    return _TIME.search(word) is None and not any(unit.fullmatch(each) for each in written for unit, _ in _DAYS)


_TIME = re.compile(r"[日週月年天周]|星期")
"""What the units of `_DAYS` that are not written in letters with spaces between have in them."""
_LETTERS = re.compile(r"[^\W\d_]+")


def _between(least: float, most: float) -> float | Days:
    if least > most:
        raise Unreadable("days")
    return least if least == most else Days(least, most)


def _plain_days(word: str) -> float:
    match = re.fullmatch(r"([\d,]*\.?\d+)\s*(\D*?)(?:(?<=[a-z])\.)?(半)?", pointed(_in_digits(without_about(word))))
    for unit, days in _DAYS if match else ():
        if match and unit.fullmatch(match[2].strip()) and (match[2] or not match[3]):
            figure = float(match[1].replace(",", ""))
            said = match[2].strip()
            if (said == "m" and figure > _METRES) or (said == "月" and not figure % 1) or (match[3] and figure % 1):
                break  # metres; March, where half a month is a time; half a year and a half
            return (figure + (0.5 if match[3] else 0.0)) * days  # 3ヶ月半, 1年半
    raise Unreadable("days")


def _date(word: str, column: Column) -> str:
    day = date(word)
    if day is None:
        raise Unreadable("date")
    return day


def _labels(choice: Choice) -> set[str]:
    """The words for a choice in all languages, case folded."""
    return {choice.id, *map(str.casefold, choice.label.values())}


def _yes_no(word: str, column: Column) -> bool:
    folded = word.casefold()
    if folded in _YES | _NO:
        return folded in _YES
    for choice in column.choices:
        if folded in _labels(choice):
            return choice.id == "yes"
    try:
        _date(word, column)  # a date in this column says when it was qualified
    except Unreadable:
        raise Unreadable("yes_no") from None
    return True


def _choice(word: str, column: Column) -> str:
    folded = word.casefold()
    for choice in column.choices:
        if folded in _labels(choice):
            return choice.id
    if {choice.id for choice in column.choices} >= {"yes", "no"} and folded in _YES | _NO:
        return "yes" if folded in _YES else "no"
    raise Unreadable("choice")


def _country(word: str, column: Column) -> str:
    """Return the one country that a cell names, alone, before a place in it, or behind "made in"."""
    if word.casefold() in _SIDES:
        raise Unreadable("home")
    if word.casefold() == "congo":  # ISO's short name of the one that hardly anybody means who buys cobalt
        raise Unreadable("country")
    word = _MADE.sub("", word)
    whole = country_code(word) or country_code(_MADE_THERE.sub("", word))
    if whole is not None:
        return whole
    bare = re.sub(r"\([^()]*\)", "", word).strip()
    first = country_code(bare) or country_code(word.split()[0])
    rest = word.removeprefix(bare) if country_code(bare) else word[len(word.split()[0]) :]
    head = word.split()[0]
    if first is None:
        first, head, rest = _before_place(word)
    if first is None or _others(rest, len(head)) - {first}:
        raise Unreadable("country")
    return first


_SIDES = frozenset(packaged("headers", "answers").filter(answer="side")["word"])
"""Words that say only on which side of a border: of which country nobody says."""
_MADE = re.compile(
    r"\A(?:made|assembled|manufactured|produced|product|hergestellt|fabricado|hecho) (?:in|of|en)\s+", re.IGNORECASE
)
_MADE_THERE = re.compile(r"(?:製造?|産|生産|工場|拠点)$")
_REGION = re.compile(r"四国|九州|地方|電産")
"""What makes another word of a country's name: 中国・四国 is a part of Japan."""
_PLACE = re.compile(r".*[省市区州郡県]|.*(?:工場|拠点|本社)")


def _before_place(word: str) -> tuple[str | None, str, str]:
    """The country at the head of a cell that goes on with a place in it (中国・深圳工場), that head, and the rest."""
    if len(word) > _LONGEST or _REGION.search(word):
        return None, "", word
    head, *places = re.split(r"\s*[・/、,:;()\-–]\s*", word)
    if places:
        return country_code(_MADE_THERE.sub("", head)), head, " ".join(places)
    for end in range(len(word) - 1, 1, -1):
        head, rest = word[:end], word[end:]
        if not head.isascii() and (code := country_code(head)) is not None:
            inside = any(country_code(rest[i:j]) for i in range(len(rest)) for j in range(i + 2, len(rest) + 1))
            return (code if _PLACE.fullmatch(rest) and not inside else None), head, rest
    return None, "", word


def _others(rest: str, length: int) -> set[str]:
    """Countries named behind the first one; two letters are one only beside two letters (in "USA CA" they are a state)."""
    pieces = [_MADE_THERE.sub("", piece) for piece in re.split(r"[\s()/,、・;+&]+", rest)]
    found = {country_code(piece) for piece in pieces if len(piece) > 2 or length == 2 or not piece.isascii()}
    return {code for code in found if code is not None}


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
