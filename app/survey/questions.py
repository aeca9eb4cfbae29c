"""What to ask first: every blank of the company's files, ranked by how far its answer would narrow the board's intervals.

The interval of a stop is what its possible loss (parts that nobody is named for included) is above its certain one; W is the
sum over the stops that a blank has to do with. An answer a gives W(a), worked out anew with the answer in the place of the
blank, and the question **narrows** W by W - W(a): between its least and its most, over the answers that are tried.

What stands behind a supplier is in no interval as long as it is not told. There the question is ranked by what **hangs on
it**: what is lost at most when the supplier cannot deliver. Where no product is known (a ledger alone) nothing can be lost
yet: countries and makers are asked all the same, ranked by what is **bought** where they are blank. A country or maker that
narrows nothing (the stock outlasts the switching) is asked last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice, zip_longest
from types import MappingProxyType
from typing import Any

from ..audit.bills import inside, reached
from ..audit.cells import Days, ends, within
from ..audit.company import HOME, YEAR, Company, Source
from ..audit.company_graph import CompanyGraph, build_graph, firm_id
from ..audit.figures import NOTHING, Figures
from .holders import ANSWERS, unowned
from .plants import one_each
from .stopped import stopped

MOST = 20
"""Questions that a board is shown."""
STOPS = 3
"""Stops at which an answer is worked out: those with the widest intervals that the blank has to do with."""
RUNS, NODES = 24, 50_000
"""Answers that are worked out at most, and parts times answers; further questions rank by what hangs on them."""
OWN = {"stock": "stock", "revenue": "sales"} | dict.fromkeys(
    ("named", "shares", "switch", "behind_stock", "behind_switch", "behind_owner"), "purchasing"
)
"""Questions that the company's own people answer, and who of them; the others are for the supplier. How long it takes to
approve another source the buyer alone knows: what its supplier's own second site needs is no way out where both stop."""
ALWAYS = ("revenue", "origin", "maker")
"""Questions that are asked whatever hangs on them: where a part is made, and by whom, is known before anything else."""
ASKED = ("origin", "maker", "behind", "owner")
"""What a supplier is asked, in the order of the questionnaire."""


_NONE: Mapping[str, tuple[float, float]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Question:
    """A question about some parts, for one supplier or for the company's own people.

    ``bought``: what was bought where the answer is blank, of a company of which no product is known; None where nobody
    stated it. ``narrows`` (least, most) and ``hangs`` are amounts, or parts of the products' output where no product has a
    stated revenue; both are sums over stops, and ``narrows`` is None where nothing was worked out. ``stops``: the same for
    each stop whose interval it narrows, by node. ``widest``: the widest of the intervals that it touches.
    """

    kind: str
    parts: tuple[str, ...]
    supplier: str | None
    narrows: tuple[float, float] | None
    hangs: float
    refs: tuple[str, ...] = ()
    stops: Mapping[str, tuple[float, float]] = field(default_factory=lambda: _NONE)
    widest: float = 0.0
    bought: float | None = None

    @property
    def who(self) -> str:
        """Who can answer: "supplier", or one of the company's own."""
        return OWN.get(self.kind, "supplier")

    @property
    def rank(self) -> tuple[Any, ...]:
        """Questions without an upper bound first, then what narrows, then what hangs on it."""
        mean = 0.0 if self.narrows is None else sum(self.narrows) / 2
        return self.kind != "revenue", -mean, -self.hangs, -(self.bought or 0.0), self.kind, self.supplier or "", self.parts


def ranked_questions(
    company: Company, figures: Figures, *, built: CompanyGraph | None = None, runs: int = RUNS
) -> list[Question]:
    """Return the questions of a company, the most useful first: all of them (a board is shown `MOST`).

    ``built``: the company as it stands, where it is built already.
    """
    weigh = _Weigher(company, figures, built)
    rows = [*figures.countries, *figures.makers]
    blanks = _Blanks(company, weigh, rows)
    candidates = [*blanks, *_behind(company, weigh, figures.makers)]
    left = min(runs, NODES // max(1, len(company.parts)))
    found = []
    for one in _by_turns(candidates, _first(weigh, rows)):
        question = replace(one.question, hangs=one.hangs)
        if one.rows and 0 < len(answers := blanks.answers(one.question)) <= left:
            left -= len(answers)
            now = [weigh.width(row) for row in one.rows]
            after = [weigh.widths_at(one, answer(company)) for answer in answers]
            gains = [max(0.0, sum(now) - sum(widths)) for widths in after]
            each = {
                row["node"]: (max(0.0, was - max(widths)), max(0.0, was - min(widths)))
                for row, was, *widths in zip(one.rows, now, *after, strict=True)
            }
            # Of parts that several questions ask about each hides what an answer about another gives: all together narrow.
            if question.kind != "named" or max(gains) > NOTHING:
                question = replace(question, narrows=(min(gains), max(gains)), hangs=max(gains), stops=each)
        if question.kind in ALWAYS or question.hangs > NOTHING:
            found.append(question)
    found += _owners(weigh, figures, min(runs, NODES // (ANSWERS * max(1, len(company.parts)))))
    return sorted(found, key=lambda question: question.rank)


def of_supplier(found: Iterable[Question], supplier: str) -> list[Question]:
    """Return the questions for one supplier, at most `MOST`."""
    return list(islice((question for question in found if question.supplier == supplier and question.kind in ASKED), MOST))


@dataclass(frozen=True, slots=True)
class _Candidate:
    question: Question
    hangs: float
    rows: list[dict[str, Any]]

    @property
    def days(self) -> bool:
        """Whether the answer is of days alone."""
        return self.question.kind.endswith(("stock", "switch"))


class _Weigher:
    """Widths of stops in money, or in parts of the output where nothing has a price."""

    def __init__(self, company: Company, figures: Figures, built: CompanyGraph | None) -> None:
        self.company, self.revenue, self._built = company, figures.revenue, built
        self.worth = company.stop_days / YEAR
        self.products = list(company.products)
        self._needing = {row["part"]: row["products"] for row in figures.parts}
        self._width: dict[str, float] = {}
        self._values = {product: self._value(product) for product in self.products}

    def value(self, product: str) -> float:
        """A product's value; one without a stated revenue counts as much as the others do on average."""
        return self._values[product]

    def needing(self, part: str) -> list[str]:
        """The products that stop without a part."""
        return self._needing.get(part, [])

    def _value(self, product: str) -> float:
        if not self.revenue:
            return 1.0 / max(1, len(self.products))
        return self.worth * self.revenue.get(product, sum(self.revenue.values()) / len(self.revenue))

    def width(self, row: Mapping[str, Any]) -> float:
        """How wide the interval of a stop is, as things stand in the figures."""
        if row["node"] not in self._width:
            spans = ((one["lost_open"] - one["lost_low"]) * self.value(one["product"]) for one in row["products"])
            self._width[row["node"]] = sum(spans)
        return self._width[row["node"]]

    def most(self, row: Mapping[str, Any]) -> float:
        return sum(one["lost_high"] * self.value(one["product"]) for one in row["products"])

    @cached_property
    def built(self) -> CompanyGraph:
        """The company as it stands."""
        return build_graph(self.company) if self._built is None else self._built

    def widths_at(self, one: _Candidate, company: Company) -> list[float]:
        """The widths of a question's stops with an answer."""
        # Days are no part of what goes into what; but an answer makes one of rows that name one plant.
        parts = one.question.parts if one.days else ()
        alike = parts and all(_plants(company, part) == _plants(self.company, part) for part in parts)
        built, rows = self.built if alike else build_graph(company), one.rows
        found = stopped(company, built, [(row["node"], not row["maker"]) for row in rows])
        built.forget(large_only=True)  # the next answer's networks are as large
        return [sum((one.lost[1] - one.lost[0]) * self.value(id) for id, one in each.items()) for each in found]


# Blanks --------------------------------------------------------------------------------------------------------------


class _Blanks:
    """What the company's rows leave open, each as a question with the stops that it touches, and answers to weigh it by."""

    def __init__(self, company: Company, weigh: _Weigher, rows: list[dict[str, Any]]) -> None:
        self.company, self.weigh = company, weigh
        self.hangs = _hang(weigh, (row for row in rows if row["maker"]))
        self.wide = sorted((row for row in rows if weigh.width(row) > NOTHING), key=lambda row: -weigh.width(row))
        needed = (_needed(company) if company.described else set(company.bought)) - set(company.apart)
        self.needed = [part for part in company.bought if part in needed]
        self.direct = dict.fromkeys(part for part in company.direct if part in needed)

    def __iter__(self) -> Iterator[_Candidate]:
        for product, row in self.company.products.items():
            # Before it is known what goes into a product, its revenue bounds no loss.
            if row.get("revenue") is None and product not in self.company.bare:
                yield _Candidate(Question("revenue", (product,), None, None, 0.0, (row["_ref"],)), 0.0, [])
        yield from self._named()
        yield from self._firms()
        if self.company.described:
            yield from self._parts()

    def _named(self) -> Iterator[_Candidate]:
        """Who delivers the parts that nobody is named for, in one question: each hides what an answer about another gives.

        Where no stop is on record, whoever delivers one may stop all that needs it. Whom lines name is asked apart.
        """
        beside: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for part in self.needed:
            if part not in self.company.sources:
                about = self.company.parts[part]
                beside[(*about.makers, *about.sellers)].append(part)
        for parts in beside.values():
            parts.sort(key=lambda part: -self._worth([part]))
            found = self._candidate("named", parts, None, self.wide)
            hangs = self._worth(parts)
            yield found if found.rows else replace(found, question=replace(found.question, widest=hangs), hangs=hangs)

    def _worth(self, parts: Iterable[str]) -> float:
        """What all products are worth that stop without one of some parts."""
        products = dict.fromkeys(product for part in parts for product in self.weigh.needing(part))
        return sum(map(self.weigh.value, products))

    def answers(self, question: Question) -> list[Callable[[Company], Company]]:
        """Return the answers that a question is weighed by: made when it is its turn, of tens of thousands few are."""
        parts, part, who = list(question.parts), question.parts[0], str(question.supplier)
        least_most = 0.0, self.company.stop_days
        match question.kind.removeprefix("behind_"):
            case "named":
                return [partial(_sourced, parts)]
            case "origin":
                worst = next((row["node"] for row in self.wide if not row["maker"]), HOME)
                return [partial(_placed, parts, who, place) for place in (HOME, worst)]
            case "maker":
                return [partial(_made, parts, who)]
            case "stock":
                return [partial(_stocked, part, days) for days in least_most]
            case "shares":
                return [partial(_shared, part, at) for at in range(min(3, len(self._active(part))))]
            case "switch":
                return [partial(_switched, part, within(days, self._switching(part))) for days in least_most]
        return []

    def _active(self, part: str) -> list[Source]:
        return [source for source in self.company.sources.get(part, []) if source.active]

    def _switching(self, part: str) -> Days:
        """What is stated of the time until another source delivers a part.

        The qualified alternative that states no time may be the quickest; without one, the source that is replaced may be
        the one that states none.
        """
        blank = any(source.switch_days is None for source in self.company.alternatives(part) or self._active(part))
        return (None if blank else self.company.switching(part)) or Days(0.0)

    def _candidate(self, kind: str, parts: list[str], supplier: str | None, touched: list[dict[str, Any]]) -> _Candidate:
        at = touched if len(touched) <= STOPS else touched[:STOPS]
        refs = dict.fromkeys(ref for part in parts for ref in _refs(self.company, part))
        widths = [self.weigh.width(row) for row in at]
        question = Question(kind, tuple(parts), supplier, None, 0.0, tuple(refs), widest=max(widths, default=0.0))
        return _Candidate(question, sum(widths), at)

    def _firms(self) -> Iterator[_Candidate]:
        """Where suppliers make what they sell, and whose it is: one question to each, about all its parts."""
        countries = [row for row in self.wide if not row["maker"]]
        makers = [row for row in self.wide if row["maker"]]
        by_supplier: dict[tuple[str, str], list[str]] = defaultdict(list)
        bought: dict[tuple[str, str], list[float | None]] = defaultdict(list)
        for part in self.direct:
            for source in self.company.sources.get(part, []):
                who = source.maker or source.vendor
                for kind, blank in (("origin", source.country is None), ("maker", not source.maker)):
                    if who and source.active and blank:
                        by_supplier[kind, who].append(part)
                        bought[kind, who].append(source.spend)
        for (kind, who), parts in by_supplier.items():
            if not self.company.described:
                told = [amount for amount in bought[kind, who] if amount is not None]
                found = self._candidate(kind, list(dict.fromkeys(parts)), who, [])
                yield replace(found, question=replace(found.question, bought=sum(told) if told else None))
                continue
            if kind == "origin":
                found = self._candidate(kind, list(dict.fromkeys(parts)), who, countries)
                # Where no country is known at all, none has an interval: what may be lost is what its maker's stop costs.
                yield found if countries else replace(found, hangs=self.hangs.get(str(firm_id(who)), 0.0))
            else:
                yield self._candidate(kind, list(dict.fromkeys(parts)), who, makers)

    def _parts(self) -> Iterator[_Candidate]:
        """Days and shares of each part that has sources."""
        company = self.company
        touching: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.wide:
            for part in row["parts"]:
                touching[part].append(row)
        # What only suppliers put in, and the company lists, is asked of purchasing: no supplier sees whose else's parts it
        # lists.
        listed = [part for part in self.needed if part not in company.told and part not in self.direct]
        for part in [*self.direct, *listed]:
            sources = self._active(part)
            if not sources:
                continue
            behind = "" if part in self.direct else "behind_"
            touched = touching[part]
            if any(source.country is None or not source.maker for source in sources):
                touched = self.wide
            if company.parts[part].stock_days is None:
                yield self._candidate(f"{behind}stock", [part], None, touched)
            open_ = [source for source in sources if source.share is None]
            if len(sources) > 1 and open_ and not behind:
                yield self._candidate("shares", [part], None, touched)
            if self._switching(part).figure is None:
                yield self._candidate(f"{behind}switch", [part], None, touched)


def _needed(company: Company) -> set[str]:
    """Parts that some product perhaps cannot do without, or only with another part in its place: what to ask about."""
    return reached(company.products, inside(need for need in company.needs if need.essential is not False))


def _by_turns(candidates: list[_Candidate], first: Mapping[str, float]) -> list[_Candidate]:
    """Return the candidates in the order in which their answers are worked out, as long as there is time for it.

    Days of parts that run out ``first`` where a stop is wide open it by themselves. What hangs on a part says less of them:
    one of which nobody knows the maker touches the widest stops of all, as every screw does. All else goes by that.
    """
    ordered = sorted(candidates, key=lambda one: (-one.hangs, one.question.kind, one.question.supplier or ""))
    days = [one for one in ordered if one.days]
    days.sort(key=lambda one: -sum(first.get(part, 0.0) for part in one.question.parts))
    others = [one for one in ordered if not one.days]
    return [one for pair in zip_longest(days, others) for one in pair if one is not None]


def _first(weigh: _Weigher, rows: Iterable[dict[str, Any]]) -> dict[str, float]:
    """How wide the stops are together in which a part runs out first."""
    found: dict[str, float] = defaultdict(float)
    for row in rows:
        if row["first_part"] is not None:
            found[row["first_part"]] += weigh.width(row)
    return found


def _hang(weigh: _Weigher, makers: Iterable[dict[str, Any]]) -> dict[str, float]:
    """What is lost at most when a maker cannot deliver."""
    return {row["node"]: weigh.most(row) for row in makers}


def _behind(company: Company, weigh: _Weigher, makers: list[dict[str, Any]]) -> Iterable[_Candidate]:
    """What a supplier's own parts hang on, which it has not told: one question for all its parts."""
    told = {(one.part, one.supplier) for one in company.told.values()} | set(company.cards)
    deeper = {need.parent for need in company.needs} & set(company.sources)
    hangs = _hang(weigh, makers)
    parts: dict[str, list[str]] = defaultdict(list)
    for part in company.direct:
        for source in company.sources.get(part, []):
            named = source.maker and source.active and part not in deeper
            if named and (part, source.maker) not in told:
                parts[source.maker].append(part)
    for maker, each in parts.items():
        refs = dict.fromkeys(ref for part in each for ref in _refs(company, part))
        question = Question("behind", tuple(dict.fromkeys(each)), maker, None, 0.0, tuple(refs))
        yield _Candidate(question, hangs.get(str(firm_id(maker)), 0.0), [])


def _owners(weigh: _Weigher, figures: Figures, most: int) -> Iterable[Question]:
    """Whose a maker is, where the possible loss of a sanction hangs on it; asked itself if the company buys from it."""
    company = weigh.company
    direct = set(company.direct)
    for one in unowned(company, weigh.built, figures, weigh.value, most):
        gains = [sum(each) for each in zip(*one.narrows.values(), strict=True)]
        parts = [part for part, each in company.sources.items() if any(source.maker == one.maker for source in each)]
        refs = dict.fromkeys(ref for part in parts for ref in _refs(company, part))
        own = [part for part in parts if part in direct]
        kind, about = ("owner", own) if own else ("behind_owner", parts)
        if gains[1] > NOTHING:
            question = Question(kind, tuple(about), one.maker, (gains[0], gains[1]), gains[1], tuple(refs))
            yield replace(question, stops=one.narrows, widest=one.width)
        elif one.hangs > NOTHING:  # what else is open hides what an answer gives
            yield Question(kind, tuple(about), one.maker, None, one.hangs, tuple(refs), widest=one.width)


def _plants(company: Company, part: str) -> int:
    return len(company.sources.get(part, ()))


def _refs(company: Company, part: str) -> list[str]:
    refs = [ref for source in company.sources.get(part, []) for ref in source.refs]
    return refs or company.parts[part].refs[:1]


# Answers -------------------------------------------------------------------------------------------------------------
# Of the tens of thousands that are listed few are worked out: each waits as a `partial` of what it is about.


def _with_sources(company: Company, parts: Iterable[str], change: Callable[[list[Source]], list[Source]]) -> Company:
    own = {part: [replace(one, tellers=[*one.tellers]) for one in company.sources[part]] for part in parts}
    changed = {part: one_each(change(sources)) for part, sources in own.items()}  # it may be a place that is known
    return replace(company, sources=company.sources | changed)


def _sourced(parts: list[str], company: Company) -> Company:
    def source(part: str) -> Source:
        refs = company.parts[part].refs[:1]
        return Source(part, f"? {part}", None, HOME, 1.0, "only", None, None, None, None, None, refs)

    return replace(company, sources=company.sources | {part: [source(part)] for part in parts})


def _placed(parts: list[str], who: str, country: str, company: Company) -> Company:
    def place(source: Source) -> Source:
        blank = source.country is None and source.is_of(who)
        return replace(source, country=country) if blank else source

    return _with_sources(company, parts, lambda sources: [place(source) for source in sources])


def _made(parts: list[str], who: str, company: Company) -> Company:
    def name(source: Source) -> Source:
        return replace(source, maker=f"? {who}") if not source.maker and source.vendor == who else source

    return _with_sources(company, parts, lambda sources: [name(source) for source in sources])


def _shared(part: str, at: int, company: Company) -> Company:
    """One source holds all that is left."""

    def share(sources: list[Source]) -> list[Source]:
        open_ = [source for source in sources if source.share is None]
        left = max(0.0, 1.0 - sum(source.share or 0.0 for source in sources))
        holder = open_[min(at, len(open_) - 1)]
        return [
            source if source.share is not None else replace(source, share=left if source is holder else 0.0, basis="stated")
            for source in sources
        ]

    return _with_sources(company, [part], share)


def _switched(part: str, days: float, company: Company) -> Company:
    def switch(source: Source) -> Source:
        stated = source.switch_days is not None and ends(source.switch_days).figure is not None
        return source if stated else replace(source, switch_days=days)

    return _with_sources(company, [part], lambda sources: [switch(source) for source in sources])


def _stocked(part: str, days: float, company: Company) -> Company:
    known = company.parts[part]
    days_there = within(days, known.stock or Days(0.0))
    return replace(company, parts=company.parts | {part: replace(known, stock=Days(days_there, days_there))})
