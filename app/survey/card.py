"""Exposure cards: what a stop of each country does to a part that is sold, as intervals, and without anybody's name.

A card is plain data under a hash. It says of each part how much of the output stops, how much is lost, and how long it
lasts; never through whom. The buyer's own audit takes it in place of what its supplier would not tell, and yields a card.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...datasets import countries as known_countries
from ...datasets.intake.own import CARD
from ...graph import InputError
from ...graph.errors import shorten
from ...risk.production.handed_on import HandedOn
from ..audit.bills import inside, reached
from ..audit.company import HOME, LONGEST, Company
from ..audit.company_graph import CompanyGraph
from ..audit.figures import NOBODYS
from .stopped import Stopped, stopped

FORMAT, VERSION = CARD, 1
FIGURES = ("stops", "lost", "lasts")
"""Of each country: part of the output that stops, part lost in the days of the stop, days until the first shortage."""
KNOWN = ("parts", "sourced", "told")
PARTS, WORDS = 10_000, 200
"""Parts and characters of a name that a card may hold."""
ELSEWHERE = "*"
_SCALE = 10_000
_SAME = 1e-6


@dataclass(frozen=True)
class CardPart:
    """One part of a card: what the stop of each country does, and of any country that is not listed (``elsewhere``).

    ``known``: the bought parts that go into it, those that somebody is named for, and those of whose maker it is told what
    it needs. What stands behind the others is in no bound.
    """

    part: str
    name: str
    rows: Mapping[str, HandedOn]
    elsewhere: HandedOn
    known: Mapping[str, int]

    @property
    def countries(self) -> set[str]:
        """Countries that it says something of."""
        return set(self.rows)

    def handed_on(self, country: str) -> HandedOn:
        """Return what the stop of a country does."""
        return self.rows.get(country, self.elsewhere)


@dataclass(frozen=True)
class Card:
    """What a company hands on of the parts that it sells."""

    issuer: str
    days: float
    """How long a stop lasts, of which it speaks."""
    as_of: str | None
    made: str
    parts: tuple[CardPart, ...]


def card_of(company: Company, built: CompanyGraph, made: str, names: Mapping[str, str] | None = None) -> Card:
    """Return the card of a company: each product under the stop of each country that it or its suppliers' cards speak of.

    A stop lasts as long as the company says; a buyer can use the card for stops that are no longer.

    Bounds are rounded outwards. Parts that nobody is named for count as possible. Japan is not asked: a halt of everything
    at home is no question of sourcing.

    Parameters
    ----------
    company, built : Company, CompanyGraph
        The company, with the cards of its suppliers, and its graph.
    made : str
        Date of the card.
    names : mapping, optional
        What the buyer calls a product (its part number), by product; the others keep their own.

    Raises
    ------
    InputError
        There is no product, ``names`` speaks of another one, or two products would have one name.
    """
    names = dict(names or {})
    if not company.described:
        raise InputError("app.card.no_product")
    for product in names:
        if product not in company.products:
            raise InputError("app.card.other_product", value=shorten(product), known=_few(company.products))
    called: dict[str, str] = {}
    for product in (product for product in company.products if product not in company.bare):
        name = names.get(product, product)
        if name in called:
            about = {"one": shorten(called[name]), "other": shorten(product)}
            raise InputError("app.card.same_name", name=shorten(name), **about)
        called[name] = product
    sources = (source.country for each in company.sources.values() for source in each if source.active)
    codes = sorted(({code for code in sources if code} | company.countries_of_cards) - {HOME})
    losses = stopped(company, built, [(code, True) for code in [*codes, NOBODYS]])
    parts = []
    for name, product in called.items():
        found = [_handed_on(one[product], company.stop_days) for one in losses]
        elsewhere = found.pop()
        rows = {code: one for code, one in zip(codes, found, strict=True) if one != elsewhere}
        parts.append(CardPart(name, company.parts[product].name, rows, elsewhere, _known(company, product)))
    return Card(company.name, company.stop_days, company.as_of, made, tuple(parts))


def _handed_on(one: Stopped, days: float) -> HandedOn:
    return HandedOn(
        (_down(one.stops[0]), _up(one.stops[1])),
        (_down(one.lost[0]), _up(one.lost[1])),
        (math.floor(one.day[0] + 1e-9), math.ceil(one.day[1] - 1e-9)),
        days,
    )


def _down(part: float) -> float:
    return max(0.0, math.floor(part * _SCALE + 1e-6) / _SCALE)


def _up(part: float) -> float:
    return min(1.0, math.ceil(part * _SCALE - 1e-6) / _SCALE)


def _known(company: Company, product: str) -> dict[str, int]:
    parts = reached([product], inside(company.needs))
    bought = [part for part in company.direct if part in parts]
    told = {one.part for one in company.told.values()} | {part for part, _ in company.cards}
    told |= {need.parent for need in company.needs} & set(company.sources)
    counts = (len(bought), sum(part in company.sources for part in bought), sum(part in told for part in bought))
    return dict(zip(KNOWN, counts, strict=True))


# Plain data ----------------------------------------------------------------------------------------------------------


def as_data(card: Card) -> dict[str, Any]:
    """Return a card as plain data, with its hash: what ``card.json`` holds."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "issuer": card.issuer,
        "as_of": card.as_of,
        "made": card.made,
        "days": card.days,
        "parts": [
            {
                "part": part.part,
                "name": part.name,
                "known": dict(part.known),
                "countries": [{"country": code, **_figures(row)} for code, row in sorted(part.rows.items())],
                "elsewhere": _figures(part.elsewhere),
            }
            for part in card.parts
        ],
    }
    return data | {"sha256": digest(data)}


def digest(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a card's canonical content: without its hash, keys sorted, numbers as JSON writes them.

    >>> digest({"b": 1.0, "a": 0.5, "sha256": "x"}) == digest({"a": 0.5, "b": 1})
    True
    """
    content = _numbers({key: value for key, value in data.items() if key != "sha256"})
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _numbers(value: Any) -> Any:
    """Whole numbers without a point: 1.0 and 1 are the same figure."""
    if isinstance(value, dict):
        return {str(key): _numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _figures(row: HandedOn) -> dict[str, list[float]]:
    return {"stops": list(row.stops), "lost": list(row.lost), "lasts": list(row.day)}


def from_data(data: Any, path: str) -> Card:
    """Return the card that plain data holds; every figure is checked, and the hash.

    Raises
    ------
    InputError
        It is no card, of another version, has a figure out of place, or was changed after it was made.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError("app.card.no_card", path=path)
    if data.get("version") != VERSION:
        raise InputError("app.card.version", path=path, version=shorten(data.get("version")))
    days = data.get("days")
    reader = _Reader(path, float(days or 0.0) if _is_number(days) else 0.0)
    if not 0 < reader.days <= LONGEST:
        raise reader.bad("days", days)
    parts = [reader.part(one, f"parts[{n}]") for n, one in enumerate(reader.listed(data.get("parts"), "parts"))]
    first = {one.part: n for n, one in reversed(list(enumerate(parts)))}
    for n, one in enumerate(parts):
        if first[one.part] != n:  # which of the two would count nobody says
            raise reader.bad(f"parts[{n}].part", one.part)
    card = Card(
        reader.word(data.get("issuer"), "issuer"),
        reader.days,
        None if data.get("as_of") is None else reader.word(data["as_of"], "as_of"),
        reader.word(data.get("made"), "made"),
        tuple(parts),
    )
    try:
        same = data.get("sha256") == digest(data)
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise InputError("app.card.changed", path=path)
    return card


class _Reader:
    def __init__(self, path: str, days: float) -> None:
        self.path, self.days = path, days
        self.codes = set(known_countries()["iso3"])

    def bad(self, where: str, value: Any) -> InputError:
        return InputError("app.card.bad", path=self.path, where=where, value=shorten(value))

    def listed(self, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list) or len(value) > PARTS:
            raise self.bad(where, type(value).__name__)
        return value

    def word(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or len(value) > WORDS:
            raise self.bad(where, value)
        return shorten(value, WORDS)

    def part(self, value: Any, where: str) -> CardPart:
        if not isinstance(value, dict):
            raise self.bad(where, value)
        rows = {}
        for n, row in enumerate(self.listed(value.get("countries"), f"{where}.countries")):
            place = f"{where}.countries[{n}]"
            code = row.get("country") if isinstance(row, dict) else None
            if not isinstance(code, str) or code not in self.codes or code in rows:
                raise self.bad(f"{place}.country", code)
            rows[code] = self.figures(row, place)
        known = value.get("known")
        counts = {name: known.get(name) if isinstance(known, dict) else None for name in KNOWN}
        for name, count in counts.items():
            if not isinstance(count, (int, float)) or isinstance(count, bool) or not 0 <= count < 1e9:
                raise self.bad(f"{where}.known.{name}", count)
        return CardPart(
            self.word(value.get("part"), f"{where}.part"),
            self.word(value.get("name"), f"{where}.name"),
            rows,
            self.figures(value.get("elsewhere"), f"{where}.elsewhere"),
            {name: int(count or 0) for name, count in counts.items()},
        )

    def figures(self, value: Any, where: str) -> HandedOn:
        if not isinstance(value, dict):
            raise self.bad(where, value)
        bounds = []
        for name, most in zip(FIGURES, (1.0, 1.0, self.days), strict=True):
            pair = value.get(name)
            if not isinstance(pair, list) or len(pair) != 2 or not all(_is_number(one) for one in pair):
                raise self.bad(f"{where}.{name}", pair)
            low, high = float(pair[0]), float(pair[1])
            if not 0 <= low <= high <= most:
                raise self.bad(f"{where}.{name}", pair)
            bounds.append((low, high))
        stops, lost, lasts = bounds
        # Nothing is lost that does not stop, nor for certain before the first day of a shortage.
        most = stops[1] * (1.0 - lasts[0] / self.days)
        if lost[1] > stops[1] + _SAME or lost[0] > most + _SAME:
            raise self.bad(f"{where}.lost", value.get("lost"))
        return HandedOn(bounds[0], bounds[1], bounds[2], self.days)


def _is_number(value: Any) -> bool:
    # A whole number may be larger than any float: it is compared, never converted.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _few(names: Iterable[str]) -> str:
    return ", ".join(shorten(name) for name in list(names)[:8])
