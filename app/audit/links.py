"""Which bundled item a part is, or holds: stated by the company, else guessed, and every guess listed."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from ...graph import InputError, Message, SupplyGraph
from ...graph.errors import did_you_mean, nearest, shorten
from .company import Company, Part
from .mapping import Remark

IS, CONTAINS = "is", "contains"
STATED = ("corrected", "column")
"""Ways in which a link is the company's own word; the others ("hs", "name", "name_part") are guesses."""


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


def link_parts(company: Company, world: SupplyGraph, corrections: dict[str, Any]) -> list[Link]:
    """Return the links of all bought parts to bundled items.

    A correction stands alone for its part; then come the columns of the workbook; only a part of which nothing is said is
    guessed: an HS code that one bundled item alone has, the same name (both *is*), or a name inside the part's name
    (*contains*). Remarks on words that name no bundled item are added to ``company.remarks``.

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
    for id in company.bought:
        part = company.parts[id]
        if id in wishes:
            links += finder.corrected(id, wishes[id])
        elif part.world_item or part.contains:
            links += finder.stated(part, company.remarks)
        elif id not in parents:
            links += finder.guessed(part)
    return links


class _Finder:
    def __init__(self, world: SupplyGraph) -> None:
        self.names: dict[str, str] = {}
        self.hs: dict[str, set[str]] = defaultdict(set)
        for row in world.items.iter_rows(named=True):
            words = [row["id"], row["name_en"], row["name_ja"], *(row["aliases"] or "").split("|")]
            for word in filter(None, words):
                self.names.setdefault(_folded(word), row["id"])
            for code in filter(None, (row["hs6"] or "").split("|")):
                self.hs[code].add(row["id"])
        ids = {_folded(id) for id in world.items["id"]}
        long = (name for name in self.names if name not in ids and len(name) >= (6 if name.isascii() else 3))
        self.seen: dict[str, tuple[str, ...]] = {}
        self.inside = sorted(long, key=lambda name: (-len(name), name))

    def corrected(self, part: str, wish: dict[str, Any]) -> list[Link]:
        """Links that the YAML file states: ``world_item: id`` and ``contains: [ids]``; ``none`` for no link."""
        links = []
        contained = wish.get("contains") or []
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

    def guessed(self, part: Part) -> list[Link]:
        """Links that the HS code or the name suggests."""
        name = _folded(part.name)
        same = self.names.get(name)
        if same is not None:
            return [Link(part.id, same, IS, "name", part.name)]
        found = [Link(part.id, self.names[word], CONTAINS, "name_part", word) for word in self._within(name)]
        candidates = self.hs.get((part.hs or "")[:6], set()) if part.hs and len(part.hs) >= 6 else set()
        if len(candidates) == 1 and not found:
            return [Link(part.id, next(iter(candidates)), IS, "hs", f"HS {part.hs[:6] if part.hs else ''}")]
        return found

    def _within(self, name: str) -> tuple[str, ...]:
        """Names of bundled items inside a part's name, the longest first; equal names are looked up once."""
        if name not in self.seen:
            found, rest = [], name
            for word in self.inside:
                if word in rest and _stands_in(word, rest):
                    found.append(word)
                    rest = rest.replace(word, "\0")
            self.seen[name] = tuple(found)
        return self.seen[name]


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"\s*\([^)]*\)\s*", "", folded) or folded
    return re.sub(r"\s+", " ", folded).strip()


def _stands_in(word: str, name: str) -> bool:
    """Whether a word stands in a name: Latin words as whole words."""
    return re.search(rf"(?<![a-z]){re.escape(word)}s?(?![a-z])", name) is not None if word.isascii() else word in name
