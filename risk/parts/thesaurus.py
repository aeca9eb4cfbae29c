"""The thesaurus of parts compiled for one graph: its concepts, its vocabulary and the items that the graph has."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

import polars as pl

from ...datasets.parts import part_concepts, part_items, part_series, part_terms
from ...graph import SupplyGraph
from ..technology.terms import Term, Topic, Vocabulary
from ..technology.text import compact, fold

LATIN, CHARACTERS = 6, 4
"""Letters from which an item's own name is also looked for inside a longer text."""

SHORT = 4
"""A name of at most so many Latin letters (lead, tin, SiC) is never sure."""

NAMED = "="
"""What the concept of an item's own name starts with."""

_BRACKETS = re.compile(r"\s*[(（][^)）]*[)）]\s*")

_Item = tuple[str, str | None, str | None, str | None, str | None]


class Thesaurus:
    """Concepts (kinds of parts) and what one graph has of them."""

    def __init__(self, items: tuple[_Item, ...]) -> None:
        concepts = part_concepts()
        self._rows = items
        self._kinds: dict[str, str] = dict(concepts.select("concept", "kind").iter_rows())
        parents = dict(concepts.select("concept", "broader").iter_rows())
        self.wider: dict[str, frozenset[str]] = defaultdict(frozenset)
        for concept in parents:
            chain, wide = [], parents[concept]
            while wide:
                chain.append(wide)
                wide = parents[wide]
            self.wider[concept] = frozenset(chain)
        numbered = concepts.drop_nulls("technology").select("technology", "concept").iter_rows()
        self.by_technology: dict[Topic, str] = {int(number): concept for number, concept in numbered}
        ids = {item[0] for item in items}
        self._items: dict[str, tuple[str, str]] = {}
        for concept, item, relation in part_items().select("concept", "item", "relation").iter_rows():
            if item in ids:
                self._items.setdefault(concept, (item, relation))
        self._names: dict[str, tuple[str, str]] = {}
        self._whole: set[str] = set()
        codes: dict[str, set[str]] = defaultdict(set)
        for id, name in _written(items):
            self._whole.add(compact(fold(name)))
            self._names.setdefault(compact(fold(name)), (id, name))
        for id, name in _written(items):
            self._names.setdefault(folded(name), (id, name))
        for id, *_, hs6 in items:
            for code in filter(None, (hs6 or "").split("|")):
                codes[code].add(id)
        self.by_code = {code: next(iter(found)) for code, found in codes.items() if len(found) == 1}
        terms = part_terms()
        vague = terms.filter(pl.col("use") == "vague")["term"]
        self._vague = {folded(name) for name in vague}
        terms = terms.filter(pl.col("use") != "vague")
        self._basis = dict(part_series().select("series", "basis").iter_rows())
        self.vocabulary = Vocabulary(pl.concat([terms, self._own_names()]), part_series(), strict=True)

    def _own_names(self) -> pl.DataFrame:
        """The names of items long enough to be looked for inside a text."""
        rows = []
        proper = {compact(fold(name)) for item in self._rows for name in item[1:3] if name}
        for name, (id, _) in self._names.items():
            if name == id or "," in name or len(name) < (LATIN if name.isascii() else CHARACTERS):
                continue
            match = ("word" if " " in name else "context") if name.isascii() else "substring"
            match = match if name in proper and self.sure(name) else "context"
            rows.append((NAMED + id, "include", "en" if name.isascii() else "ja", name, "item", match))
        return pl.DataFrame(rows, schema=part_terms().schema, orient="row")

    def kind(self, concept: str) -> str:
        """Return "part", "material", "made", or "name" for an item's own name."""
        return "name" if concept.startswith(NAMED) else self._kinds[concept]

    def item(self, concept: str) -> tuple[str | None, str]:
        """Return the item of a concept in the graph and its relation, or None."""
        if concept.startswith(NAMED):
            return concept[len(NAMED) :], "is"
        return self._items.get(concept, (None, "review"))

    def related(self, one: str, other: str) -> bool:
        """Whether two concepts are one, or one is a kind of the other."""
        return one == other or one in self.wider[other] or other in self.wider[one]

    def named(self, cell: str) -> tuple[str, str, str] | None:
        """Return the item whose own name a whole cell is, whether that is sure ("is", "review"), and the name."""
        for name in (compact(fold(cell)), folded(cell)):
            if name in self._names:
                item, written = self._names[name]
                return item, "is" if self.sure(name) else "review", written
        return None

    def sure(self, name: str) -> bool:
        """Whether a name, folded, says by itself which item is meant: not what is left without its brackets."""
        short = name.isascii() and len(name) <= SHORT
        return not short and name not in self._vague and name in self._whole

    def basis(self, series: str) -> str:
        """Return where a series stands: "standard", "trade" or "maker"."""
        return self._basis.get(series, "maker")

    def said(self, term: Term) -> str:
        """Return how a word says it: an item's own "name", or a "word" of the thesaurus."""
        return "name" if str(term.topic).startswith(NAMED) else "word"

    def harmless(self, token: str) -> bool:
        """Whether a word leaves a material the material: its form, a figure, a unit."""
        if len(token) == 1 or any(char.isdigit() for char in token):
            return True
        words = self.vocabulary
        if token.isascii():
            return token in words.nouns[None] or token.removesuffix("s") in words.nouns[None] or token in words.stops
        return words.forms[None].fullmatch(token) is not None


def _written(items: tuple[_Item, ...]) -> Iterator[tuple[str, str]]:
    """Yield items and their names as written: proper names before aliases, these before ids."""
    for columns in ((1, 2), (3,), (0,)):
        for item in items:
            for column in columns:
                for name in (item[column] or "").split("|") if column == 3 else [item[column]]:
                    if name:
                        yield str(item[0]), name


def folded(name: str) -> str:
    """Return a name without what stands in brackets, folded as texts are."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return compact(fold(_BRACKETS.sub(" ", plain).strip() or plain))


def thesaurus(graph: SupplyGraph) -> Thesaurus:
    """Return the thesaurus compiled for a graph, once for the same items."""
    return _compiled(tuple(graph.items.select("id", "name_en", "name_ja", "aliases", "hs6").iter_rows()))


@lru_cache(8)
def _compiled(items: tuple[_Item, ...]) -> Thesaurus:
    return Thesaurus(items)
