"""A company as its files describe it: products, parts, sources and what they need, with every assumption said."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...datasets.intake.values import firm_key
from .cells import Days, ends, longest
from .remarks import Remark

HOME = "JPN"
"""The company's own country: what is bought there hangs on no other."""
STOP_DAYS = 180.0
"""Days that a stop lasts where the company does not say."""
YEAR = 365.0
LONGEST = 10 * YEAR
ROUNDING = 0.02
"""Shares of a part may sum to 1 plus this much."""


@dataclass(slots=True)
class Source:
    """Who makes a part, seen from its buyer."""

    part: str
    maker: str
    vendor: str | None
    country: str | None
    share: float | None
    basis: str
    """How the share is known: "stated", "spend", "only" (the one source listed) or "unknown"."""
    qualified: bool | None
    qualified_date: str | None
    lead_days: Days | float | None
    switch_days: Days | float | None
    spend: float | None
    refs: list[str]
    spend_open: bool = False
    """Whether a row leaves its amount blank: then ``spend`` is the least."""
    share_open: bool = False
    """Whether a row states a share that is of several: then nobody said what its own is, whatever other rows state."""
    qualified_open: bool = False
    """Whether rows say both that it is qualified and that it is not: then nobody knows, whatever other rows say."""
    perhaps: dict[str, Any] = field(default_factory=dict)
    """What is stated of its times and qualification if it is one of several sources, and not another: see `sources`."""
    tellers: list[str] = field(default_factory=list)
    """Further suppliers who deliver it, by the company's word or their own."""
    traded: dict[str | None, Source] = field(default_factory=dict)
    """Where several suppliers sell it: what the rows of each say, as they say it."""

    def is_of(self, supplier: str) -> bool:
        """Whether a supplier delivers it."""
        return supplier in {self.maker, self.vendor, *self.tellers}

    @property
    def whole_spend(self) -> float | None:
        """What is spent; None where any of it is not known."""
        return None if self.spend_open else self.spend

    @property
    def active(self) -> bool:
        """Whether the source is used today: a source with share 0 is an alternative at hand."""
        return self.share is None or self.share > 0

    @property
    def firm(self) -> str:
        """Whose source it is: two plants of one maker are one source."""
        return firm_key(self.maker) if self.maker else f"? {self.vendor}" if self.vendor else f"? {self.country}"


@dataclass(slots=True)
class Part:
    """A part or product: what is said of it in any sheet."""

    id: str
    name: str = ""
    hs: str | None = None
    world_item: str | None = None
    contains: str | None = None
    stock: Days | None = None
    """Days of stock, at least and at most; None where nobody said anything."""
    makers: list[str] = field(default_factory=list)
    """Makers that a list of parts names beside it: no statement about who else could deliver."""
    sellers: list[str] = field(default_factory=list)
    """Shops and suppliers that a list of parts names beside it."""
    places: list[str] = field(default_factory=list)
    """Countries of production that a list of parts names beside it."""
    words: str = ""
    """What other columns say of it: numbers of makers, values, materials."""
    refs: list[str] = field(default_factory=list)
    spend: float | None = None
    """What is spent on it in rows that name nobody."""
    spend_open: bool = False
    """Whether one of these leaves its amount blank: then ``spend`` is the least."""

    @property
    def stock_days(self) -> float | None:
        """Days of stock where they are one figure."""
        return None if self.stock is None else self.stock.figure

    @property
    def stock_least(self) -> float | None:
        """Days that are there at least; None where nobody said anything."""
        return None if self.stock is None else self.stock.least

    @property
    def stock_most(self) -> float | None:
        """Days that are there at most; None where nobody said."""
        return None if self.stock is None else self.stock.bound

    def hold(self, days: Days | float | None) -> None:
        """Take days of stock that a row states: the longest of all rows counts."""
        self.stock = longest([self.stock, days])


@dataclass(slots=True)
class Need:
    """One line of the BOM."""

    parent: str
    part: str
    quantity: float | None
    essential: bool | None
    """Whether the parent cannot be made without it; None where nobody knows: none of it goes in, says the line."""
    group: str | None
    ref: str


@dataclass(frozen=True)
class Period:
    """The days that the ledgers cover, by their titles or their purchases, and whether no amount stands anywhere else."""

    first: str
    last: str
    alone: bool

    @property
    def days(self) -> int:
        """Days from the first to the last, both of them counted."""
        return (datetime.date.fromisoformat(self.last) - datetime.date.fromisoformat(self.first)).days + 1


@dataclass(frozen=True)
class Told:
    """Whose need a part of the second tier is: only this supplier's of that part."""

    part: str
    supplier: str


@dataclass
class Company:
    """Everything that was read, in the form that the graph is built from; one that differs is a new one (`replace`)."""

    name: str
    currency: str
    as_of: str | None
    budget: float | None
    products: dict[str, dict[str, Any]]
    parts: dict[str, Part]
    needs: list[Need]
    sources: dict[str, list[Source]]
    firms: dict[str, dict[str, Any]]
    owners: dict[str, dict[str, float | None]]
    """Who holds each supplier, and the part that each holds (None: not known); a firm that belongs to nobody is its own."""
    technologies: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    answers: dict[str, dict[str, Any]]
    smelters: list[dict[str, Any]]
    remarks: list[Remark]
    stakes: dict[str, dict[str, set[float]]] = field(default_factory=dict)
    """What rows state that each holder has of a supplier: ``owners`` is what is known by it."""
    scenarios: list[dict[str, Any]] = field(default_factory=list)
    stop_days: float = STOP_DAYS
    """How long a stop lasts."""
    period: Period | None = None
    """The time whose purchases make up the amounts; None where they are taken as those of a year."""
    mixed: bool = False
    """Whether amounts are in several currencies: sums of them mean nothing, and none is told."""
    c_spend: float | None = None
    """Parts with a known yearly spend of up to this are set apart."""
    limits: dict[str, float] = field(default_factory=dict)
    """The company's own thresholds by name: country_limit, hhi_limit."""
    told: dict[str, Told] = field(default_factory=dict)
    """What suppliers said that they need for a part, by the id that it has among the parts."""
    cards: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Exposure cards by part and supplier; see `survey.card`."""

    @cached_property
    def bought(self) -> list[str]:
        """Parts that come from outside: they have a source, or nothing in the BOM below them."""
        made = self.made
        return [part for part in self.parts if part not in self.products and part not in made]

    @cached_property
    def direct(self) -> list[str]:
        """Parts that the company itself buys: not only the makers of other parts do."""
        above: dict[str, set[str]] = defaultdict(set)
        for need in self.needs:
            above[need.part].add(need.parent)
        made = self.made
        return [part for part in self.bought if part not in above or above[part] & made]

    @cached_property
    def made(self) -> set[str]:
        """What the company puts together itself: lines in the BOM, no source, and nothing bought above it alone."""
        below: dict[str, list[str]] = defaultdict(list)
        for need in self.needs:
            below[need.parent].append(need.part)
        inside = {need.part for need in self.needs} - set(self.products)
        front = [part for part in below if part not in inside]
        made: set[str] = set()
        while front:
            part = front.pop()
            # What only goes into bought parts is put together by whoever makes those, or by whom they buy it from.
            if part in below and part not in self.sources and part not in made:
                made.add(part)
                front += below[part]
        return made

    def spend(self, part: str) -> float | None:
        """Return what is spent on a part, in a year or in the ``period``; None where an amount is not known."""
        if part not in self.sources:
            return None if self.parts[part].spend_open else self.parts[part].spend
        if part in self.rests:
            return None
        amounts = [source.whole_spend for source in self.used(part)]
        return sum(filter(None, amounts)) if amounts and None not in amounts else None

    def nobodys(self, part: str) -> float | None:
        """Return what is spent on a part of which nobody said who delivers it; None where somebody did."""
        return None if part in self.sources else self.parts[part].spend or 0.0

    @cached_property
    def apart(self) -> list[str]:
        """Bought parts of little spend, which the company wants set apart (C-parts); none where currencies are mixed."""
        limit = self.c_limit
        if limit is None or self.mixed:
            return []
        return [part for part in self.direct if (spend := self.spend(part)) is not None and spend <= limit]

    @property
    def c_limit(self) -> float | None:
        """What ``c_spend`` is in the time that the amounts are of: in proportion to its days (beside a year's, no more)."""
        if self.c_spend is None or self.period is None:
            return self.c_spend
        part = self.period.days / YEAR
        return self.c_spend * (part if self.period.alone else min(1.0, part))

    @cached_property
    def rests(self) -> set[str]:
        """Parts whose sources all have a share, and do not make up the whole: who delivers the rest nobody said."""
        shares = {part: [source.share for source in sources] for part, sources in self.sources.items()}
        return {part for part, told in shares.items() if None not in told and sum(filter(None, told)) < 1.0 - ROUNDING}

    @property
    def nameless(self) -> list[str]:
        """Parts that others put together, and nobody said who: they have lines in the BOM, and no source."""
        parents = {need.parent for need in self.needs}
        return [part for part in self.bought if part in parents and part not in self.sources]

    @cached_property
    def bare(self) -> list[str]:
        """Products of which nobody said what goes into them, or who delivers them: what a stop takes is not known."""
        parents = {need.parent for need in self.needs}
        return [product for product in self.products if product not in parents and product not in self.sources]

    @property
    def described(self) -> bool:
        """Whether of any product it is known what goes into it."""
        return len(self.bare) < len(self.products)

    @property
    def countries_of_cards(self) -> set[str]:
        """Countries that suppliers speak of in their cards."""
        return {country for card in self.cards.values() for country in card.countries}

    def used(self, part: str) -> list[Source]:
        """Return the sources of a part that deliver today."""
        return [source for source in self.sources.get(part, []) if source.active]

    @property
    def all_used(self) -> list[Source]:
        """The sources of all parts that deliver today."""
        return [source for part in self.sources for source in self.used(part)]

    def alternatives(self, part: str) -> list[Source]:
        """Return the qualified sources of a part that are not used today."""
        return [source for source in self.sources.get(part, []) if not source.active and source.qualified]

    def switching(self, part: str) -> Days | None:
        """Return the days until another source delivers: of the quickest qualified alternative, else the longest stated."""
        ready = [ends(one.switch_days) for one in self.alternatives(part) if one.switch_days is not None]
        if ready:
            return Days(min(days.least for days in ready), min(days.most for days in ready))
        return longest(one.switch_days for one in self.sources.get(part, []))
