"""Firms that sell what others make: where the maker is blank, such a firm is who sells, and who makes is not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from ...datasets.intake.values import firm_key
from .bills import inside, reached
from .company import Need, Source
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


def leave_open(
    rows: Rows, sources: Mapping[str, Iterable[Source]], needs: Iterable[Need], firms: Mapping[str, Row], remarks: Remarks
) -> None:
    """Leave open who makes what a firm delivers that sells parts of others, and that nobody says to make anything.

    ``firms``: the suppliers sheet by name.
    """
    told = [row for kind in ("sourcing", "bom", "listed") for row in rows[kind]]
    makers = {firm_key(row["maker"]) for row in told if row.get("maker")}
    makers |= {firm_key(firm) for row in told for role, firm, _ in row.get("_more", ()) if role == "maker"}
    makers |= {firm_key(firm) for firm, row in firms.items() if row.get("kind") or row.get("country")}
    for firm, (others, blank) in resellers(sources, needs, makers).items():
        for source in blank:
            source.maker = ""
        about = {"supplier": firm, "others": ", ".join(others[:3]), "part": blank[0].part, "count": len(blank)}
        remarks.say("resold", blank[0].refs[0], "warning", "maker", **about)
