"""Every part and product that some row of a company names, with what all rows say of it."""

from __future__ import annotations

from typing import Any

from ...datasets.intake.values import id_key
from .company import Part
from .names import Names
from .rows import stock_of


class Catalogue(dict[str, Part]):
    """The parts and products of a company by id, in the order in which rows name them."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def take(self, id: str, row: dict[str, Any]) -> Part:
        """Take what a row says of a part, and return it."""
        part = self.setdefault(id, Part(id))
        if not part.name or id_key(part.name) == id_key(id):  # a list without names says the number once more
            written = row.get("part")
            coded = written if self.names.number(written) != written else None
            part.name = self.names.name(row.get("name") or coded) or part.name
        part.hs = part.hs or row.get("hs")
        part.world_item = part.world_item or row.get("world_item")
        part.contains = part.contains or row.get("contains")
        part.words = part.words or row.get("_words") or ""
        part.refs.append(row["_ref"])
        return part

    def mention(self, id: str, row: dict[str, Any]) -> None:
        """Take the line of a list, too: who stands beside a part is a maker, or where somebody bought it."""
        part = self.take(id, row)
        for role, names in (("maker", part.makers), ("supplier", part.sellers), ("seller", part.sellers)):
            if row.get(role) and (name := self.names.firm(row[role])) not in names:
                names.append(name)
        for role, firm, _ in row.get("_more", ()):
            names = part.makers if role == "maker" else part.sellers
            if (name := self.names.firm(firm)) not in names:
                names.append(name)
        if row.get("country") and row["country"] not in part.places:
            part.places.append(row["country"])
        part.hold(stock_of(row))
