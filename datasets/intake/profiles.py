"""What the cells of a column are: numbers, dates, names of countries, places on a board, codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from ..packaged import packaged
from ..places import country
from .days import is_day
from .values import decimal_mark, is_blank, number, unit_in
from .words import marks, plain

_PREFIXES = (
    "R|RN|RV|C|CN|CON|CONN|L|FB|D|LED|ZD|Q|TR|U|IC|J|JP|P|PL|SW|S|Y|X|XTAL|F|TP|K|RL|BT|BAT|T|VR|H|MH|CAB|ANT|M|MOD|LS|BZ|SP"
)
_ONE = rf"(?:(?:{_PREFIXES})_?|U\$)\d{{1,4}}[A-Z]?"
_DESIGNATOR = re.compile(rf"{_ONE}(?:\s*[,;、+ ~–-]\s*(?:{_ONE}|\d{{1,4}}))*[,;]?", re.IGNORECASE)
_DOTTED = re.compile(r"\d+(?:\.\d+)+\.?")
_CODE = re.compile(r"(?=\S*\d)[A-Za-z0-9][\w\-./#+]{1,29}", re.ASCII)
_DURATION = re.compile(
    r"(?:約|approx\.?|ca\.?|about|at least|min\.?|up to|within|max\.?|[<>≤≥≦≧]=?|[~〜])?\s*"
    r"\d[\d.,+\s~〜～–-]*(?:(?:to|から)\s*\d+\s*)?(?:日|週|[かカヶケ箇]月|月分|days?|weeks?|wks?|months?|tage?|wochen?|días?|天|周)",
    re.IGNORECASE,
)
"""A cell that says how long something lasts."""
_SPAN = re.compile(r"\d[\d.,]*\s*(?:[~〜～–-]\s*(?:\d[\d.,]*)?|to\s*\d[\d.,]*|\+)")
"""A cell that gives the ends of a figure, or the least, without a unit."""
_POSITION = re.compile(r"0\d{1,4}0")
"""The place of a line as SAP numbers it (0010, 0020)."""
_ACCOUNT = re.compile(r"\d{4,12}|(?=(?:\D*\d){6})\d+(?:[.-]\d+)+")
"""A number by which somebody is known: of four digits, of six where they are parted."""
_SAMPLE = 600


@dataclass(frozen=True)
class Profile:
    """What the filled cells of a column are, as parts of them; ``fill`` is the number of filled cells of the sample."""

    fill: int
    numeric: float = 0.0
    integer: float = 0.0
    dates: float = 0.0
    countries: float = 0.0
    durations: float = 0.0
    spans: float = 0.0
    answers: float = 0.0
    currencies: float = 0.0
    designators: float = 0.0
    links: float = 0.0
    dotted: float = 0.0
    distinct: float = 0.0
    codes: float = 0.0
    length: float = 0.0
    largest: float = 0.0
    positions: float = 0.0
    accounts: float = 0.0
    sequential: bool = False

    @property
    def numbered(self) -> float:
        """Which part of the cells may be numbers of parts: codes, or numbers larger than grades of a material (7075)."""
        return self.codes + (self.integer if self.largest >= 10_000 else 0.0)

    @property
    def different(self) -> float:
        """How many different cells there are."""
        return self.distinct * self.fill


@cache
def _answers() -> frozenset[str]:
    """Words for yes and no, and for made or bought; a cross may be anything."""
    rows = packaged("headers", "answers").filter(pl.col("answer").is_in(["yes", "no"]))
    return frozenset(map(plain, rows["word"])) - {"x"} | marks("make_or_buy")


def profile(cells: Sequence[str | None]) -> Profile:
    """Return the profile of a column from a sample of its cells, taken evenly.

    >>> seen = profile(["R1, R2", "C3", "U1-U4"])
    >>> seen.designators, seen.numeric
    (1.0, 0.0)
    """
    step = max(1, len(cells) // _SAMPLE)
    known = [cell.strip() for cell in cells[::step] if cell is not None and not is_blank(cell)]
    if not known:
        return Profile(0)
    comma = decimal_mark(known) == ","
    numbers = [number(cell, comma) for cell in known]
    integers = [value for value in numbers if value is not None and value == int(value)]
    part = len(known)
    texts = [cell for cell, value in zip(known, numbers, strict=True) if value is None]
    short = [unicodedata.normalize("NFKC", cell) for cell in texts if len(cell) < 40]
    return Profile(
        fill=part,
        numeric=sum(value is not None for value in numbers) / part,
        integer=len(integers) / part,
        dates=sum(map(is_day, known)) / part,
        countries=sum(len(cell) < 40 and country(cell) is not None for cell in texts) / part,
        durations=sum(_DURATION.match(cell) is not None for cell in short) / part,
        spans=sum(_SPAN.fullmatch(cell) is not None for cell in short) / part,
        answers=sum(plain(cell) in _answers() for cell in texts if len(cell) < 16) / part,
        currencies=sum(len(cell) < 5 and unit_in(f"({cell})") is not None for cell in texts) / part,
        designators=sum(_DESIGNATOR.fullmatch(cell) is not None for cell in texts) / part,
        links=sum(cell.casefold().startswith(("http", "www.")) for cell in texts) / part,
        dotted=sum(_DOTTED.fullmatch(cell) is not None for cell in known) / part,
        distinct=len(set(known)) / part,
        codes=sum(_CODE.fullmatch(cell) is not None for cell in texts) / part,
        length=sum(map(len, texts)) / part,
        largest=max((abs(value) for value in numbers if value is not None), default=0.0),
        positions=sum(_POSITION.fullmatch(cell) is not None for cell in known) / part,
        accounts=sum(_ACCOUNT.fullmatch(cell) is not None for cell in known) / part,
        sequential=len(integers) == part
        and part > 1
        and all(a < b <= a + 3 * step for a, b in zip(integers, integers[1:], strict=False)),
    )
