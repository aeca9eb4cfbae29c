"""Firms that sell what others make: where the maker is blank, such a firm is who sells, and who makes is not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from ...datasets.intake.values import firm_key, id_key
from .bills import inside, reached
from .company import Need, Source
from .names import Names
from .remarks import Remarks
from .rows import Row, Rows

OTHERS = 2
"""Makers whose parts a firm sells before its name beside a blank maker says nothing about who makes the part."""


def resellers(
    sources: Mapping[str, Iterable[Source]], needs: Iterable[Need], makers: Collection[str]
) -> dict[str, tuple[list[str], list[Source]]]:
    """Return, by firm that is a maker in blanks alone, whose parts it sells besides and its sources with a blank maker.

    What lies below a part that the firm delivers itself may be what it buys for that part (a first-tier supplier whose
    second tier is listed), so it does not count. ``makers``: firms that something says to make anything.
    """
    below = inside(needs)
    blank: dict[str, list[Source]] = defaultdict(list)
    others: dict[str, list[Source]] = defaultdict(list)
    for source in (source for group in sources.values() for source in group):
        for firm in {source.vendor, *source.traded}:
            if firm is None:
                continue
            if source.maker and firm_key(source.maker) != firm_key(firm):
                others[firm].append(source)
            elif source.maker and firm_key(firm) not in makers:
                blank[firm].append(source)
    found = {}
    for firm, own in blank.items():
        own_needs = reached((part for source in own for part in below.get(source.part, ())), below)
        sold = sorted({source.maker for source in others[firm] if source.part not in own_needs})
        if len(sold) >= OTHERS:
            found[firm] = (sold, own)
    return found


class Makers:
    """Who is said to make anything, and who is said to make each part: in a column of makers, whatever table it stands in.

    ``firms``: the suppliers sheet by name.
    """

    def __init__(self, rows: Rows, firms: Mapping[str, Row], names: Names) -> None:
        self._names = names
        self._of: dict[str, dict[str, Row]] = defaultdict(dict)
        self.keys = {firm_key(firm) for firm, row in firms.items() if row.get("kind") or row.get("country")}
        for row in (row for kind in ("sourcing", "bom", "listed") for row in rows[kind]):
            part = names.number(row.get("part") or row.get("name"))
            for maker in _makers(row):
                self.keys.add(firm_key(maker))
                if part is not None:
                    self._of[id_key(part)].setdefault(maker, row)

    def of(self, part: str) -> dict[str, Row]:
        """Return who is said to make a part, with the first row that says so."""
        found: dict[str, Row] = {}
        for maker, row in self._of.get(id_key(part), {}).items():
            found.setdefault(self._names.firm(maker), row)
        return found

    def behind(self, part: str, firm: str, *, sells: bool) -> str | None:
        """Return who makes a part that a firm delivers: blank where it is one of several.

        None: nobody else is said to make the part, or the firm is said to make something, and so may make this, unless it
        is known that it only ``sells``.
        """
        if firm_key(firm) in self.keys and not sells:
            return None
        stated = self.of(part)
        return None if not stated else next(iter(stated)) if len(stated) == 1 else ""


def _makers(row: Row) -> Iterator[str]:
    if row.get("maker"):
        yield row["maker"]
    yield from (firm for role, firm, _ in row.get("_more", ()) if role == "maker")


def leave_open(sources: Mapping[str, Iterable[Source]], needs: Iterable[Need], makers: Makers, remarks: Remarks) -> None:
    """Leave open who makes what a firm delivers that sells parts of others, and that nobody says to make anything."""
    for firm, (others, blank) in resellers(sources, needs, makers.keys).items():
        for source in blank:
            source.maker = ""
        about = {"supplier": firm, "others": ", ".join(others[:3]), "part": blank[0].part, "count": len(blank)}
        remarks.say("resold", blank[0].refs[0], "warning", "maker", **about)
