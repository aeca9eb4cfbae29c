"""Replies laid over a company: blanks that suppliers filled, what stands behind them as a second tier, and their cards.

The company's own word about its sourcing stays, unless the supplier says more of its own plants; both are then said. What a
supplier needs is its own need only: other makers of the part are taken to have it of themselves, as before.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ...datasets.intake.values import firm_key, id_key
from ...datasets.packaged import packaged
from ...datasets.readers.declarations import Declaration, joined_smelters
from ...graph import SupplyGraph
from ...graph.errors import shorten
from ...risk.production.handed_on import joined
from ..audit.cells import Days, either, ends, in_days, in_part
from ..audit.company import ROUNDING, Company, Need, Part, Source, Told
from ..audit.company_graph import plant_id
from ..audit.links import Link
from ..audit.sources import any_of, by_seller
from ..audit.words import Words
from .card import Card, CardPart
from .plants import one_each
from .replies import ITSELF, Line, Replies, Reply
from .stakes import owners_with
from .together import Asked, differing, together

WHOLE = 1.0 - ROUNDING


@dataclass(frozen=True)
class Merged:
    """A company with what its suppliers said.

    ``replied``: the suppliers who sent something that is used, by kind ("questions", "card", "minerals"). ``asked``,
    ``answered``: questions in the workbooks that came back, and those of them to which an answer is used.
    """

    company: Company
    replied: dict[str, list[str]]
    asked: int
    answered: int


def merge(company: Company, replies: Replies, links: Iterable[Link], world: SupplyGraph) -> Merged:
    """Return a company with what its suppliers said laid over it; the company that is given stays as it is."""
    over = _Over(company, replies)
    told = {supplier: over.questionnaires(supplier, sent) for supplier, sent in over.senders().items()}
    over.answers(told)
    for supplier, lines in told.items():
        over.origins(supplier, lines)
    over.one_source_each()
    for supplier, lines in told.items():
        over.behind(supplier, lines)
    for file, card in replies.cards:
        over.card(file, card)
    over.declarations(replies.declarations, list(links), world)
    over.holders(told)
    asked = over.asked.values()
    return Merged(replace(over.company), dict(over.replied), len(asked), sum(asked))


class _Over:
    def __init__(self, company: Company, replies: Replies) -> None:
        self.replies = replies
        self.company = replace(
            company,
            parts={id: replace(part, refs=[*part.refs]) for id, part in company.parts.items()},
            needs=[*company.needs],
            sources={part: [replace(one, refs=[*one.refs]) for one in each] for part, each in company.sources.items()},
            smelters=[*company.smelters],
            remarks=[*company.remarks],
            told=dict(company.told),
            cards=dict(company.cards),
        )
        self.ids = {id_key(part): part for part in self.company.parts}
        self.firms: dict[str, str] = {}
        for sources in self.company.sources.values():
            for source in sources:
                for firm in (source.maker, source.vendor, *source.tellers):
                    if firm:
                        self.firms.setdefault(firm_key(firm), firm)
        firms = [name for one, held in company.owners.items() for name in (one, *held)]
        firms += [name for row in company.scenarios for name in row.get("companies", ())]
        self.others = {firm_key(name): name for name in reversed(firms)}  # they deliver nothing, as far as is known
        self.replied: dict[str, list[str]] = defaultdict(list)
        self.asked: dict[tuple[str, str, str], bool] = {}

    def _part(self, written: str | None, supplier: str) -> str | None:
        """The part that a reply means, where this supplier delivers it."""
        part = self.ids.get(id_key(written or ""))
        return part if part is not None and self._of(part, supplier) else None

    def _of(self, part: str, supplier: str) -> list[Source]:
        return [one for one in self.company.sources.get(part, []) if one.is_of(supplier)]

    def _shared(self, part: str, supplier: str) -> bool:
        """Whether others sell from a plant from which a supplier sells a part: what is its own is not all of the plant's."""
        others = ({one.vendor, *one.tellers} - {supplier, one.maker, None} for one in self._of(part, supplier))
        return any(others) and not any(one.maker == supplier for one in self._of(part, supplier))

    def _firm(self, written: str) -> str:
        """A firm's name as it was first written."""
        key = firm_key(written)
        return self.firms.get(key) or self.others.setdefault(key, written)

    def _supplier(self, written: str, file: str) -> str | None:
        supplier = self.firms.get(firm_key(written)) if written else None
        if supplier is None:
            self.replies.say("unknown_supplier", file, supplier=written or "?")
        return supplier

    # Questionnaires --------------------------------------------------------------------------------------------------

    def senders(self) -> dict[str, list[Reply]]:
        """Return the questionnaires by who sent them; those of others are said."""
        found: dict[str, list[Reply]] = defaultdict(list)
        for reply in self.replies.replies:
            supplier = self._supplier(reply.supplier, reply.file) if reply.supplier else None
            self.asked |= dict.fromkeys([(supplier or reply.file, *question) for question in reply.asked], False)
            if supplier is not None:
                found[supplier].append(reply)
        return found

    def questionnaires(self, supplier: str, sent: Sequence[Reply]) -> dict[Asked, list[Line]]:
        """Return all that a supplier answered."""
        files = [reply.file for reply in sent if any(reply.asked.values())]
        if len(files) > 1:
            self.replies.say("sent_twice", files[-1], supplier=supplier, others=", ".join(files[:-1]))
        told = together(self.replies, sent, supplier, lambda part: self._part(part, supplier), self._firm)
        used = set(_used(supplier, told))
        for table, part in (question for reply in sent for question in reply.asked):
            about = "" if table == "holders" else self._part(part, supplier)
            self.asked[supplier, table, part] = (table, about) in used
        if used:
            self.replied["questions"].append(supplier)
        return told

    def answers(self, told: Mapping[str, Mapping[Asked, list[Line]]]) -> None:
        """Fill blank lead times: of what several suppliers say of one source any holds, whoever is heard first."""
        given: dict[int, list[Days | float]] = defaultdict(list)
        blank: dict[int, Source] = {}
        for supplier, lines in told.items():
            for (table, part, kind), (line, *_) in lines.items():
                if table != "answers" or kind == "stock":
                    continue
                if kind != "lead":
                    self.replies.say("no_question", *line.place, part=part, kind=kind or "?")
                    continue
                own, days = self._of(part, supplier), line.values["answer"]
                for source in own:
                    if source.lead_days is None:
                        blank[id(source)] = source
                        given[id(source)].append(days)
                        source.refs.append(line.ref)
                        _sold_within(source, supplier, days)
                known = dict.fromkeys(in_days(one.lead_days) for one in own if one.lead_days not in (None, days))
                if known:
                    self.replies.say("kept", *line.place, part=part, was=Words(known), now=in_days(days))
        for source in blank.values():
            source.lead_days = either(given[id(source)])

    def origins(self, supplier: str, told: Mapping[Asked, list[Line]]) -> None:
        """Lay what a supplier answered about its own plants over the company."""
        for (table, part, _), lines in told.items():
            if table == "origin":
                self._origin(part, supplier, lines)

    def one_source_each(self) -> None:
        """Make one source of what several suppliers say of one plant, once all of them were heard."""
        self.company.sources = {part: one_each(sources) for part, sources in self.company.sources.items()}

    def behind(self, supplier: str, told: Mapping[Asked, list[Line]]) -> None:
        """Add what a supplier's parts need, as a second tier."""
        finished = {part: ends(lines[0].values["answer"]) for (_, part, kind), lines in told.items() if kind == "stock"}
        for (table, part, _), lines in told.items():
            if table == "behind":
                self._behind(part, supplier, lines[0].values["input"] or part, lines, finished.get(part))
        for part in finished.keys() - {one.part for one in self.company.told.values() if one.supplier == supplier}:
            (line,) = told["answers", part, "stock"][:1]
            self.replies.say("stock_alone", line.ref.partition(": ")[0], part=part, supplier=supplier)

    def _origin(self, part: str, supplier: str, told: list[Line]) -> None:
        """Where a supplier's part is made: its sources become one for each place, with the rest of their share.

        Alternatives at hand stay as the company has them: a supplier says where it makes what it delivers today.
        """
        self._apart(part, supplier, told)
        every = self._of(part, supplier)
        own = [one for one in every if one.active] or every
        before, file = any_of(own), told[0].ref.rpartition("!")[0]
        shares: list[float | None] = [line.values["share"] for line in told]
        total = sum(share or 0.0 for share in shares)
        if total > 1 + ROUNDING:
            self.replies.say("over", file, part=part, total=in_part(total))
            shares = [None for _ in told]
            total = 0.0
        if self._confirms(supplier, own, told):
            for one in own:
                one.refs += [line.ref for line in told if line.values["country"] == one.country]
            return
        if (differ := differing(own, told)) is not None:
            self.replies.say("differs", file, part=part, was=differ[0], now=differ[1])
        places = [self._place(supplier, own, before, line, share) for line, share in zip(told, shares, strict=True)]
        if None in shares or total < WHOLE:
            places += _rest(own, before, None if None in shares else 1.0 - total, 1.0 - total)
        if len({plant_id(one) for one in places}) == 1:  # all of it is of one plant, whatever part of it a line states
            refs = list(dict.fromkeys(ref for one in places for ref in one.refs))
            whole = {name: getattr(before, name) for name in ("share", "basis", "spend", "spend_open")}
            places = [replace(places[0], refs=refs, **whole)]
        others = [one for one in self.company.sources[part] if one not in own]
        also = {one.maker for one in others} & {one.maker for one in places} - {supplier, None, ""}
        for maker in sorted(str(one) for one in also - {one.maker for one in own}):  # two sources turn out to be one
            self.replies.say("same_maker", file, part=part, supplier=supplier, maker=maker)
        self.company.sources[part] = [*others, *places]

    def _confirms(self, supplier: str, own: Sequence[Source], told: Sequence[Line]) -> bool:
        """Whether a supplier names the very places that the company does, and no share of any: those stay as they are."""
        values = [line.values for line in told]
        named = [one["maker"] for one in values if one["maker"] is not None]
        makers = {supplier if maker == ITSELF else self.firms.get(firm_key(maker)) for maker in named}
        places = {one.country for one in own}
        same = None not in places and {one["country"] for one in values} == places and makers <= {one.maker for one in own}
        return same and all(one["share"] is None for one in values)

    def holders(self, told: Mapping[str, Mapping[Asked, list[Line]]]) -> None:
        """Lay what suppliers answered about who holds them over what the company states."""
        each = {
            who: {about: each for (of, about, _), each in lines.items() if of == "holders"} for who, lines in told.items()
        }
        self.company.owners = owners_with(self.company.owners, self.company.stakes, each, self._firm, self.replies)

    def _apart(self, part: str, supplier: str, told: Sequence[Line]) -> None:
        """Part what a supplier sells of a plant from what others sell of it, where it says something else of its own."""
        for one in [one for one in self._of(part, supplier) if one.traded and one.maker != supplier]:
            said = {(line.values["country"] or one.country, line.values["maker"] or one.maker) for line in told}
            if {(country, firm_key(maker)) for country, maker in said} != {(one.country, firm_key(one.maker))}:
                rest = [other for other in self.company.sources[part] if other is not one]
                self.company.sources[part] = [*rest, *by_seller(one)]

    def _place(self, supplier: str, own: Sequence[Source], before: Source, line: Line, share: float | None) -> Source:
        """One place of a supplier: what it leaves blank the company's row of that maker or country says."""
        country, maker = line.values["country"], line.values["maker"]
        maker = supplier if maker == ITSELF else maker
        maker = None if maker is None else self.firms.setdefault(firm_key(maker), self._firm(maker))
        fits = [one for one in own if _may_be(one.maker or None, maker) and _may_be(one.country, country)]
        known = any_of(fits) if fits else before
        maker = known.maker if maker is None else maker
        place = replace(
            known,
            maker=maker,
            vendor=known.vendor or (supplier if maker != supplier else None),
            country=country or known.country,
            share=before.share,
            basis=before.basis,
            spend=before.spend,
            spend_open=before.spend_open,
            refs=[*known.refs, line.ref],
        )
        place.tellers += [] if place.is_of(supplier) else [supplier]
        return _part_of(place, share)

    def _behind(self, part: str, supplier: str, input: str, lines: list[Line], finished: Days | None) -> None:
        """One thing that a supplier cannot make a part without, and where it comes from."""
        rows = [(line.values["source"], line.values["country"], line.values["share"], line.ref) for line in lines]
        stocks = {ends(line.values["stock"]) for line in lines if line.values["stock"] is not None}
        stock = None
        if stocks:
            # Lines that differ may add up or not, and finished goods that nobody stated may be there: no most is known.
            least, most = min(stocks).least, min(stocks).most if len(stocks) == 1 else math.inf
            more = finished or Days(0.0)
            stock = Days(least + more.least, most + more.most)
            if self._shared(part, supplier):
                self.replies.say("stock_shared", lines[0].ref.partition(": ")[0], part=part, supplier=supplier)
                stock = None
        self._tell(part, supplier, input, rows, stock, whole=False)

    def _tell(
        self,
        part: str,
        supplier: str,
        input: str,
        rows: Sequence[tuple[str | None, str | None, float | None, str]],
        stock: Days | None,
        *,
        whole: bool,
    ) -> None:
        """Add a part of the second tier; unless its sources are ``whole``, the rest comes from nobody knows where."""
        id = f"{part} < {supplier}: {input}"
        if id in self.company.parts:
            return
        merged: dict[tuple[str | None, str | None], list[Any]] = {}
        for source, country, share, ref in rows:
            known = merged.setdefault((source, country), [share, []])
            known[1].append(ref)
            if len(known[1]) > 1:
                known[0] = None if known[0] is None or share is None else known[0] + share
        total = sum(share or 0.0 for share, _ in merged.values())
        if total > 1 + ROUNDING:
            self.replies.say("over", rows[0][3].rpartition("!")[0], part=part, total=in_part(total))
            merged = {key: [None, refs] for key, (_, refs) in merged.items()}
            total = 0.0
        unknown = any(share is None for share, _ in merged.values())
        if not unknown and total >= WHOLE:
            merged = {key: [share / total, refs] for key, (share, refs) in merged.items()}
        sources = []
        for (source, country), (share, refs) in merged.items():
            maker = self.firms.setdefault(firm_key(source), self._firm(source)) if source else ""
            basis = "stated" if share is not None else "unknown"
            vendor = None if maker else f"{supplier} <"
            sources.append(Source(id, maker, vendor, country, share, basis, None, None, None, None, None, refs))
        if not whole and (unknown or total < WHOLE):
            left, basis = (None, "unknown") if unknown else (1.0 - total, "stated")
            ref = [rows[0][3]]
            sources.append(Source(id, "", f"{supplier} < ?", None, left, basis, None, None, None, None, None, ref))
        ref = rows[0][3]
        self.company.parts[id] = Part(id, name=input, stock=stock, refs=[ref])
        self.company.needs.append(Need(part, id, None, True, None, ref))
        self.company.sources[id] = sources
        self.company.told[id] = Told(part, supplier)

    # Cards -----------------------------------------------------------------------------------------------------------

    def card(self, file: str, card: Card) -> None:
        """Let a card stand behind the parts that its issuer delivers."""
        supplier = self._supplier(card.issuer, file)
        if supplier is None:
            return
        if card.days < self.company.stop_days:  # of what comes after its days it says nothing
            days, wanted = f"{card.days:g}", f"{self.company.stop_days:g}"
            self.replies.say("card_days", file, issuer=supplier, days=days, wanted=wanted)
            return
        for one in card.parts:
            part = self._part(one.part, supplier)
            if part is None:
                self.replies.say("card_part", file, part=one.part, issuer=supplier)
                continue
            known = self.company.cards.get((part, supplier))
            if known is not None and known.elsewhere.length != card.days:
                self.replies.say("card_other_days", file, part=part, issuer=supplier)
                continue
            if known is not None:
                self.replies.say("card_twice", file, part=part, issuer=supplier)
                one = _both(known, one)
            if self._shared(part, supplier):  # nobody said how much of the plant it speaks of
                rows = {country: told.at_most() for country, told in one.rows.items()}
                one = replace(one, rows=rows, elsewhere=one.elsewhere.at_most())
            self.company.cards[part, supplier] = one
            if supplier not in self.replied["card"]:
                self.replied["card"].append(supplier)

    # Minerals --------------------------------------------------------------------------------------------------------

    def declarations(self, found: list[Declaration], links: list[Link], world: SupplyGraph) -> None:
        """Attach declared smelters to the parts of a supplier that are linked to the metal; the others are only shown."""
        firms = [self._supplier(one.company, one.file) for one in found]
        used = [(one, firm) for one, firm in zip(found, firms, strict=True) if firm is not None]
        smelters = joined_smelters([one.smelters for one, _ in used])
        items = {row[0]: set((row[2] or "").split("|")) for row in packaged("declarations", "metals").iter_rows()}
        needs: dict[str, set[str]] = {}
        declared: dict[tuple[str, str, str, str], list[tuple[Declaration, pl.DataFrame]]] = defaultdict(list)
        start = 0
        for one, supplier in used:
            rows = smelters.slice(start, one.smelters.height)
            start += one.smelters.height
            self._show(one, rows)
            if supplier not in self.replied["minerals"]:
                self.replied["minerals"].append(supplier)
            only = {id_key(product) for product in one.products} if one.scope == "product" else None
            for metal in rows["metal"].unique(maintain_order=True):
                for part in self._with_metal(items.get(metal, set()), supplier, only, links, needs, world):
                    about = (part, supplier, metal, one.template or "CMRT")
                    declared[about].append((one, rows.filter(pl.col("metal") == metal)))
        for about, lists in declared.items():
            self._smelters(*about, lists)

    def _show(self, one: Declaration, rows: pl.DataFrame) -> None:
        for row in rows.iter_rows(named=True):
            shown = {"metal": row["metal"], "smelter": row["smelter"] or row["cid"], "country": row["country"]}
            shown |= {"smelter_id": row["cid"], "_ref": f"{one.file}: Smelter List!{row['row']}"}
            self.company.smelters.append(shown)

    def _with_metal(
        self,
        items: Collection[str],
        supplier: str,
        only: set[str] | None,
        links: list[Link],
        needs: dict[str, set[str]],
        world: SupplyGraph,
    ) -> list[str]:
        """Parts of a supplier that are, or hold, a bundled item that needs the metal."""
        found = []
        for link in links:
            if not link.used or not self._of(link.part, supplier) or (only is not None and id_key(link.part) not in only):
                continue
            if link.item not in needs:
                needs[link.item] = set(world.needed_by([link.item]))
            if needs[link.item].intersection(items):
                found.append(link.part)
        return list(dict.fromkeys(found))

    def _smelters(
        self, part: str, supplier: str, metal: str, template: str, lists: Sequence[tuple[Declaration, pl.DataFrame]]
    ) -> None:
        """Any smelter of any list may supply any part; lists of which one is not said to be whole leave some to others."""
        told, whole = [], True
        for one, rows in lists:
            named = rows.filter(pl.col("smelter").is_not_null() | pl.col("cid").is_not_null())
            whole = whole and one.complete.get(metal) is True and named.height == rows.height
            for row in named.iter_rows(named=True):
                ref = f"{one.file}: Smelter List!{row['row']}"
                told.append((row["smelter"] or row["cid"], row["country"], None, ref))
        if not told:
            return
        if whole and len({(smelter, country) for smelter, country, *_ in told}) == 1:
            told = [(*told[0][:2], 1.0, told[0][3])]
        self._tell(part, supplier, f"{metal} ({template})", told, None, whole=whole)


def _both(one: CardPart, other: CardPart) -> CardPart:
    """What two cards allow together."""
    countries: Mapping[str, Any] = {
        code: joined([one.handed_on(code), other.handed_on(code)]) for code in sorted({*one.rows, *other.rows})
    }
    return replace(other, rows=countries, elsewhere=joined([one.elsewhere, other.elsewhere]))


def _sold_within(source: Source, supplier: str, days: Days | float) -> None:
    """Keep a lead time with what one of several sellers says of a source: it may turn out to sell another one."""
    row = source.traded.get(supplier)
    if row is not None and row.lead_days is None:
        source.traded = source.traded | {supplier: replace(row, lead_days=days)}


def _used(supplier: str, told: Iterable[Asked]) -> Iterator[tuple[str, str]]:
    """Questions to which an answer is used: a stock of what nobody said to go in, and whose others are, are set aside."""
    needs = {part for table, part, _ in told if table == "behind"}
    for table, about, kind in told:
        if table == "answers" and (kind == "lead" or (kind == "stock" and about in needs)):
            yield table + kind, about
        elif table == "holders" and about == supplier:
            yield table, ""
        elif table in {"origin", "behind"}:
            yield table, about


def _may_be(stated: str | None, told: str | None) -> bool:
    return None in (stated, told) or stated == told


def _part_of(source: Source, share: float | None, spend: float | None = None) -> Source:
    """A share of a source; where that is not known, of its ``spend`` is this."""
    known = None if source.share is None or share is None else source.share * share
    amount = spend if share is None or source.spend is None else source.spend * share
    return replace(source, share=known, basis="unknown" if known is None else "stated", spend=amount)


def _rest(own: Sequence[Source], before: Source, share: float | None, most: float) -> list[Source]:
    """What a supplier leaves of its share, which is up to ``most``: in a country and of a maker that the company states."""
    makers = list(dict.fromkeys(one.maker for one in own))
    if len(makers) > 1:  # nobody said which of them makes how much
        each = [any_of([one for one in own if one.maker == maker]) for maker in makers]
        return [_part_of(replace(one, country=before.country), None) for one in each]
    # Where shares are blank, an amount is at a place that nobody knows, or nobody knows what is at a known one.
    open_ = share is None and before.country is None and before.spend is not None
    return [_part_of(before, share, spend=(before.spend or 0.0) * most if open_ else None)]


def suppliers_of(company: Company) -> list[str]:
    """Return all suppliers of bought parts: makers, and who sells where no maker is named."""
    names = (source.maker or source.vendor for part in company.direct for source in company.sources.get(part, []))
    return list(dict.fromkeys(shorten(name, 200) for name in names if name))
