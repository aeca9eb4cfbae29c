"""Parts and firms by their names: each goes by the one under which it was first written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ...datasets.intake.values import firm_key, id_key

_CODED = re.compile(r"\[([^\[\]\s]{1,40})\]\s*(\S.*)")
_SEVERAL = re.compile(r"\s*[|;；]\s*")


class Names:
    """The ids of parts, and the names of firms, as they were first written in the ``rows`` by kind of sheet."""

    def __init__(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._coded = _coded(rows)
        self._ids: dict[str, str] = _called(rows["products"])
        self._firms: dict[str, str] = {}

    def id(self, row: Mapping[str, Any], column: str = "part", other: str = "name") -> str | None:
        """Return the id of what a row is about; a part without a number goes by its name."""
        written = self.number(row.get(column) or row.get(other))
        return None if written is None else self._ids.setdefault(id_key(written), written)

    def number(self, written: str | None) -> str | None:
        """Return the number in brackets before a name, where it is that of one name alone (Odoo: "[M-24] Motor")."""
        match = self._match(written)
        return match[1] if match else written

    def name(self, written: str | None) -> str | None:
        """Return a name without such a number."""
        match = self._match(written)
        return match[2] if match else written

    def _match(self, written: str | None) -> re.Match[str] | None:
        match = _CODED.fullmatch(written or "")
        return match if match and id_key(match[1]) in self._coded else None

    def firm(self, name: str) -> str:
        """Return a company's name as it was first written."""
        return self._firms.setdefault(firm_key(name), name)

    def firms(self, cell: str | None, *, several: bool) -> tuple[list[str], list[str]]:
        """Return the companies that a cell names, as they were first written, and which of them no sheet has."""
        if cell is None:
            return [], []
        names = [cell] if firm_key(cell) in self._firms or not several else list(filter(None, _SEVERAL.split(cell)))
        unknown = [name for name in names if firm_key(name) not in self._firms]
        return [self._firms.get(firm_key(name), name) for name in names], unknown


def _called(products: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Products by their names, which a bill may give instead of their numbers; a name that several have is none of them."""
    numbers = {id_key(row["product"]) for row in products if row.get("product")}
    named: dict[str, set[str]] = defaultdict(set)
    for row in products:
        if row.get("product") and row.get("name"):
            named[id_key(row["name"])].add(row["product"])
    return {key: min(each) for key, each in named.items() if len(each) == 1 and key not in numbers}


def _coded(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[str]:
    """Numbers that stand in brackets before one name alone, in any list; "[new] Motor", "[new] Gear" has none."""
    told: dict[str, set[str]] = defaultdict(set)
    for kind in ("products", "bom", "sourcing", "listed"):
        for row in rows[kind]:
            for column in ("product", "part", "name", "parent"):
                match = _CODED.fullmatch(str(row.get(column) or ""))
                if match:
                    told[id_key(match[1])].add(id_key(match[2]))
    return {code for code, names in told.items() if len(names) == 1}
