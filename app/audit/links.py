"""Which bundled item a part is, or holds: stated by the company, else guessed, and every guess listed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...graph import InputError, Message, SupplyGraph
from ...graph.errors import did_you_mean, nearest, shorten
from ...risk import link_parts as recognised
from .company import Company, Part
from .remarks import Remark

IS, CONTAINS, REVIEW = "is", "contains", "review"
STATED = ("corrected", "column")
"""Ways in which a link is the company's own word; the others (those of `risk.link_parts`) are guesses."""


@dataclass(frozen=True)
class Link:
    """A part and a bundled item: ``how`` it was found, and the words or code that say so."""

    part: str
    item: str
    relation: str
    how: str
    evidence: str

    @property
    def guessed(self) -> bool:
        """Whether the company did not say so itself."""
        return self.how not in STATED

    @property
    def used(self) -> bool:
        """Whether figures rest on it; one that is to be looked at first is only shown."""
        return self.relation != REVIEW


def link_parts(company: Company, world: SupplyGraph, corrections: dict[str, Any]) -> list[Link]:
    """Return the links of all bought parts to bundled items.

    A correction stands alone for its part; then come the columns of the workbook; only a part of which nothing is said is
    guessed, by `risk.link_parts`; what is not certain there is to be looked at, and no figure rests on it. Remarks on words
    that name no bundled item are added to ``company.remarks``.

    Raises
    ------
    InputError
        A correction names a part or item that does not exist.
    """
    finder = _Finder(world)
    wishes: dict[str, Any] = corrections.get("parts", {})
    for part in wishes:
        if part not in company.parts:
            hint = did_you_mean(nearest(str(part), company.parts))
            raise InputError("app.audit.yaml_part", value=shorten(part), hint=hint)
    parents = {need.parent for need in company.needs}
    links: list[Link] = []
    unsaid: list[Part] = []
    for id in company.bought:
        part = company.parts[id]
        if id in wishes:
            links += finder.corrected(id, wishes[id])
        elif part.world_item or part.contains:
            links += finder.stated(part, company.remarks)
        elif id not in parents:
            unsaid.append(part)
    return links + _guessed(unsaid, world)


def _guessed(parts: list[Part], world: SupplyGraph) -> list[Link]:
    """Links that the parts' names and numbers say, or hint at (``REVIEW``)."""
    rows = [(part.name, part.id, part.words) for part in parts]
    lines = pl.DataFrame(rows, schema=dict.fromkeys(("name", "id", "words"), pl.String), orient="row")
    found = recognised(lines, world)
    return [Link(parts[line].id, item, relation, how, by) for line, item, relation, by, how in found.iter_rows()]


class _Finder:
    """What the company's own words for bundled items mean."""

    def __init__(self, world: SupplyGraph) -> None:
        self.names: dict[str, str] = {}
        for row in world.items.iter_rows(named=True):
            words = [row["id"], row["name_en"], row["name_ja"], *(row["aliases"] or "").split("|")]
            for word in filter(None, words):
                self.names.setdefault(_folded(word), row["id"])

    def corrected(self, part: str, wish: dict[str, Any]) -> list[Link]:
        """Links that the YAML file states: ``world_item: id`` and ``contains: [ids]``; ``none`` for no link."""
        links = []
        contained = wish.get("contains") or []
        contained = [contained] if isinstance(contained, str) else contained
        wanted = [(IS, wish.get("world_item")), *((CONTAINS, one) for one in contained)]
        for relation, word in wanted:
            if word in {None, "none"}:
                continue
            item = self.names.get(_folded(str(word)))
            if item is None:
                hint = did_you_mean(nearest(str(word), self.names))
                raise InputError("app.audit.yaml_item", part=shorten(part), value=shorten(word), hint=hint)
            links.append(Link(part, item, relation, "corrected", str(word)))
        return links

    def stated(self, part: Part, remarks: list[Remark]) -> list[Link]:
        """Links that the columns of the workbook state."""
        links = []
        contained = re.split(r"[;；、,|]", part.contains or "")
        for relation, word in ((IS, part.world_item or ""), *((CONTAINS, one) for one in contained)):
            if not word.strip():
                continue
            item = self.names.get(_folded(word))
            if item is not None:
                links.append(Link(part.id, item, relation, "column", word.strip()))
                continue
            sheet, _, row = part.refs[0].rpartition("!")
            column = "world_item" if relation == IS else "contains"
            hint = did_you_mean(nearest(word.strip(), self.names))
            message = Message("app.audit_company.no_item", part=shorten(part.id), value=shorten(word.strip()), hint=hint)
            remarks.append(Remark(sheet, message, int(row), column, shorten(word), "warning"))
        return links


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"\s*\([^)]*\)\s*", "", folded) or folded
    return re.sub(r"\s+", " ", folded).strip()
