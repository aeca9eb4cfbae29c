"""The rows of a sourcing list as sources: who makes each part, each once, with what part of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from ...datasets.intake.values import firm_key
from .catalogue import Catalogue
from .cells import in_part
from .company import ROUNDING, Source
from .remarks import Remarks
from .resellers import Makers
from .rows import Row, one_source_each, stock_of
from .sources import joined


class _Line(NamedTuple):
    """A row, with who sells and who makes what it is about, and where."""

    row: Row
    vendor: str | None
    maker: str
    country: str | None


_OF_FIRMS = {"supplier", "maker", "seller"}
"""Columns that name who delivers or makes a part."""
_OF_A_SOURCE = ("share", "qualified", "qualified_date", "lead_days", "switch_days", "spend")
"""Columns that speak of a source of a part, whoever it is."""


def sources_of(
    rows: Iterable[Row], firms: Mapping[str, Row], makers: Makers, parts: Catalogue, remarks: Remarks
) -> dict[str, list[Source]]:
    """Return the sources of each part of which any row says who delivers it; the others' amounts go to the part itself.

    ``firms``: the suppliers sheet by name. Parts that are new become ``parts``.
    """
    named, nobodys = _by_part(rows, firms, makers, parts, remarks)
    mixed = _mixed(named, nobodys, remarks)
    for id, group in nobodys.items():
        told = [row["spend"] for row in group if row.get("spend") is not None] if id not in mixed else []
        less = sum(told) < 0  # more was sent back than bought
        parts[id].spend = sum(told) if told and not less else None
        parts[id].spend_open = less or any("spend" in row and (id in mixed or row["spend"] is None) for row in group)
    each = {id: _Sources(id, group, id in mixed) for id, group in named.items()}
    for id, one in each.items():
        _part_out(id, one.all, remarks)
    same_plant = sum(one.same_plant for one in each.values())
    if same_plant:
        remarks.say("same_plant", count=same_plant)
    two_times = [id for id, one in each.items() if one.two_times]
    if two_times:
        remarks.say("two_times", count=len(two_times), part=two_times[0])
    two_answers = [id for id, one in each.items() if one.two_answers]
    if two_answers:
        remarks.say("two_answers", severity="warning", count=len(two_answers), part=two_answers[0])
    return {id: one.all for id, one in each.items()}


def _by_part(
    rows: Iterable[Row], firms: Mapping[str, Row], makers: Makers, parts: Catalogue, remarks: Remarks
) -> tuple[dict[str, list[_Line]], dict[str, list[Row]]]:
    """The rows of parts that somebody, or somewhere, is said to deliver; and those of parts of which nobody is."""
    named: dict[str, list[_Line]] = defaultdict(list)
    nameless: list[tuple[str, Row]] = []
    elsewhere: dict[str, tuple[str, str]] = {}
    borrowed = 0
    for row in one_source_each(rows):
        id = parts.names.id(row)
        if id is None:
            remarks.say("no_part", row["_ref"], "warning")
            continue
        parts.take(id, row).hold(stock_of(row))
        vendor, maker = _vendor_maker(row, firms, parts)
        if vendor is not None and "maker" not in row and maker in {vendor, None}:
            # Its table has no column of makers; in one that has, a blank says that whoever delivers it makes it.
            told = makers.behind(id, vendor, sells=maker is None)
            if told is not None:
                elsewhere[id], maker = (vendor, told), told
        country = row.get("country")
        said = "country" in row.get("_unreadable", ())  # a cell that names two countries is no blank
        if country is None and not said and maker is not None and firms.get(maker, {}).get("country"):
            country = firms[maker]["country"]
            borrowed += 1
        if maker is None and vendor is None and country is None:
            nameless.append((id, row))
            continue  # a line of a parts list that says nothing about sourcing
        named[id].append(_Line(row, vendor, maker or "", country))
    for id, row in nameless:
        # Beside sources that are named, a line with a share or an amount is one that somebody left blank.
        if id in named and any(row.get(name) is not None for name in _OF_A_SOURCE):
            named[id].append(_Line(row, None, "", None))
    if borrowed:
        remarks.say("borrowed", count=borrowed)
    _say_elsewhere(elsewhere, makers, remarks)
    whose = {id: _whose(lines) for id, lines in named.items()}
    if placed := [id for id, lines in whose.items() if lines is not named[id]]:
        remarks.say("origin_of_part", whose[placed[0]][0].row["_ref"], "note", "country", count=len(placed), part=placed[0])
    nobodys: dict[str, list[Row]] = defaultdict(list)
    for id, row in nameless:
        if id not in named:
            nobodys[id].append(row)
    return whose, nobodys


def _whose(lines: list[_Line]) -> list[_Line]:
    """Lines of a part, with where a list without firms says that it comes from as that of the only source that others name.

    A line without a name in a list of firms is one more source, of nobody knows whom.
    """
    loose = [line for line in lines if not line.maker and line.vendor is None and not line.row.keys() & _OF_FIRMS]
    others = [line for line in lines if line not in loose] if loose else []
    alone = len({line.maker or line.vendor for line in others}) == 1 and others[0].maker + (others[0].vendor or "") != ""
    if not alone or any(line.country for line in others) or len({line.country for line in loose}) != 1:
        return lines
    if any(line.row.get(name) is not None for line in loose for name in ("share", "spend")):
        return lines
    return [line._replace(vendor=others[0].vendor, maker=others[0].maker) if line in loose else line for line in lines]


def _say_elsewhere(found: Mapping[str, tuple[str, str]], makers: Makers, remarks: Remarks) -> None:
    """Say of whom it is taken that they make what others deliver; ``found``: by part, who delivers it and who makes it."""
    if found:
        part, (vendor, maker) = next(((id, one) for id, one in found.items() if one[1]), next(iter(found.items())))
        stated = makers.of(part)
        first = stated[maker or next(iter(stated))]["_ref"]
        about = {"supplier": vendor, "maker": maker or ", ".join(stated), "part": part, "count": len(found)}
        remarks.say("made_elsewhere", first, "note", "maker", **about)


def _vendor_maker(row: Row, firms: Mapping[str, Row], parts: Catalogue) -> tuple[str | None, str | None]:
    """Who sells and who makes: a supplier is the maker unless another is named or it is known only to sell."""
    firm = parts.names.firm
    names = [firm(row[role]) for role in ("supplier", "seller") if row.get(role)]
    maker = firm(row["maker"]) if row.get("maker") else None
    if maker is None and row.get("supplier"):
        kind = firms.get(names[0], {}).get("kind")
        sells = kind == "vendor" or (kind is None and firm_key(names[0]) in row.get("_sellers", ()))
        maker = None if sells else names[0]
    return (names[-1] if names else None), maker


def _mixed(named: Mapping[str, list[_Line]], nobodys: Mapping[str, list[Row]], remarks: Remarks) -> set[str]:
    """Parts that were bought in several currencies: what was bought of one is nothing that could be added up or compared."""
    found: dict[str, set[str]] = {}
    for id, rows in chain(((id, [line.row for line in lines]) for id, lines in named.items()), nobodys.items()):
        currencies = {row["_currency"] for row in rows if row.get("spend") is not None} - {None}
        if len(currencies) > 1:
            found[id] = currencies
    if found:
        part = next(iter(found))
        currencies = ", ".join(sorted(found[part]))
        remarks.say("mixed", severity="warning", count=len(found), part=part, currencies=currencies)
    return set(found)


class _Sources:
    """The sources of one part, each once; and whether two rows of one of them state different times, or yes and no.

    ``mixed``: its amounts are of several currencies, and count as blank.
    """

    def __init__(self, part: str, lines: list[_Line], mixed: bool) -> None:
        self.same_plant, self.two_times, self.two_answers = 0, False, False
        found: dict[tuple[str, str | None], Source] = {}
        percent = any(line.row.get("share_plain") and (line.row.get("share") or 0) > 1 for line in lines)
        for source in (_source(part, line, percent, mixed) for line in lines):
            key = (source.maker or f"? {source.vendor}", source.country)
            found[key] = self._joined(found[key], source) if key in found else source
        for (maker, country), source in list(found.items()):
            places = [key for key in found if key[0] == maker and key[1] is not None]
            named = source.maker or source.vendor
            if country is None and named and source.share is None and len(places) == 1:
                # A further line of a maker, without a share of its own, is of the plant that the other line names.
                self.same_plant += 1
                found[places[0]] = self._joined(found[places[0]], source)
                del found[maker, country]
        self.all = list(found.values())
        for source in self.all:
            if (source.spend or 0.0) < 0:  # more was sent back than bought: nobody says how much of what was bought before
                source.spend, source.spend_open = None, True

    def _joined(self, one: Source, more: Source) -> Source:
        times = ((one.lead_days, more.lead_days), (one.switch_days, more.switch_days))
        self.two_times = self.two_times or any(None not in pair and pair[0] != pair[1] for pair in times)
        found = joined(one, more)
        self.two_answers = self.two_answers or found.qualified_open
        return found


def _source(part: str, line: _Line, percent: bool, mixed: bool) -> Source:
    """What one row says of a source; ``percent``: plain shares of the part are written as 35, not 0.35."""
    row = line.row
    spend = None if mixed else row.get("spend")
    share, qualified = row.get("share"), row.get("qualified")
    if share is not None and percent and row.get("share_plain"):
        share /= 100
    return Source(
        part,
        line.maker,
        line.vendor,
        line.country,
        share,
        "stated" if share is not None else "unknown",
        True if qualified is None and row.get("qualified_date") else qualified,
        row.get("qualified_date"),
        row.get("lead_days"),
        row.get("switch_days"),
        spend,
        [row["_ref"]],
        "spend" in row and spend is None,
        bool(row.get("_share_open")),
    )


def _part_out(part: str, sources: list[Source], remarks: Remarks) -> None:
    """Give each source its share: as stated, by what is spent where no row states any, or all of it where it is alone."""
    stated = [source for source in sources if source.share is not None]
    total = sum(source.share or 0.0 for source in stated)
    if total > 1 + ROUNDING or any((source.share or 0) > 1 + ROUNDING for source in stated):
        remarks.say("over", sources[0].refs[0], "warning", "share", part=part, total=in_part(total))
        for source in stated:
            source.share, source.basis = None, "unknown"
    elif total >= 1 - ROUNDING:
        for source in sources:
            if source.share is None:  # nothing is left for it: an alternative at hand
                if source.spend:
                    remarks.say(
                        "paid_beside",
                        source.refs[0],
                        "warning",
                        "share",
                        part=part,
                        source=source.maker or source.vendor or "?",
                    )
                source.share, source.basis = 0.0, "stated"
        for source in stated:
            source.share = (source.share or 0.0) / total
    elif not stated and len(sources) == 1:
        sources[0].share, sources[0].basis = 1.0, "only"
    elif not stated and all(source.whole_spend for source in sources):
        spend = sum(source.spend or 0.0 for source in sources)
        for source in sources:
            source.share, source.basis = (source.spend or 0.0) / spend, "spend"
