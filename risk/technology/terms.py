"""Vocabularies compiled into one automaton each: the names of a topic (a technology, a kind of part) and their grammar."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from itertools import product
from typing import NamedTuple

import ahocorasick
import polars as pl

from ...datasets.prior_reports import (
    signs,
    technology_hs_codes,
    technology_part_numbers,
    technology_spellings,
    technology_terms,
)
from .text import CJK, compact, fold

SLIP_LATIN, SLIP_CJK = 9, 7
"""Folded length from which one wrong letter in a name is considered."""

LONG_HEAD = 6
"""Letters of a head noun that is also known at the end of a compound (detector, photodetector)."""

_PURE_CJK = re.compile(f"[{CJK}]+")


Topic = int | str
"""What a name stands for: the number of a technology, or the id of a kind of part."""


SERIES = {"part", "sign"}
"""Kinds of terms that are patterns: a series of part numbers, or a way to write a small part with what stands near."""


class Term(NamedTuple):
    """One term of the vocabulary. ``use``: include, context or exclude."""

    topic: Topic
    use: str
    term: str
    kind: str
    words: int


class Key(NamedTuple):
    """What a string in the automaton stands for.

    ``sort``: "word" (word number ``place`` of term ``at``), "part" (prefix of pattern ``at``), "first" or
    "second" (that half of the name ``at`` in which a slip is looked for).
    """

    sort: str
    at: int
    place: int
    length: int


class Part(NamedTuple):
    """A series of part numbers, or a way to write a small part, with what must and must not stand near."""

    term: Term
    pattern: re.Pattern[str]
    beside: re.Pattern[str] | None
    unless: re.Pattern[str] | None


class Vocabulary:
    """Terms, part numbers and head nouns, and the automaton that finds all of them in one pass.

    Parameters
    ----------
    terms : polars.DataFrame
        As `datasets.technology_terms` returns it; the first column is the topic (null: grammar of all topics).
    series : polars.DataFrame
        As `datasets.technology_part_numbers` returns it, prefixes separated by ``|``; ``match`` "context" makes a series
        that says too little alone weak.
    strict : bool
        Whether any word of no list makes a name part of something unknown: so for parts ("magnet fishing kit"). Else only
        the last word does, unless it is a word of another name ("neodymium magnet ring") or stands before a figure.
    """

    def __init__(self, terms: pl.DataFrame, series: pl.DataFrame, *, strict: bool = False) -> None:
        self.strict = strict
        self.terms: list[Term] = []
        self.parts: list[Part] = []
        self.names: list[tuple[Term, str]] = []
        self.endings: dict[tuple[str, Topic], tuple[str, ...]] = {}
        self.heads: dict[tuple[str, Topic], frozenset[str]] = {}
        self.starts: dict[str, tuple[str, ...]] = defaultdict(tuple)
        self.prepositions: dict[str, frozenset[str]] = defaultdict(frozenset)
        self.denials: dict[str, tuple[str, ...]] = defaultdict(tuple)
        self.grades: frozenset[str] = frozenset()
        self.topics: frozenset[Topic] = frozenset()
        self.nouns: dict[Topic | None, set[str]] = defaultdict(set)
        self.long_heads: tuple[str, ...] = ()
        self.stops: set[str] = set()
        self.services: frozenset[str] = frozenset()
        self.service_endings: tuple[str, ...] = ()
        self.adjectives: tuple[str, ...] = ()
        self.written: dict[str, str] = {}
        self.forms: dict[Topic | None, re.Pattern[str]] = {}
        self._keys: dict[str, set[Key]] = defaultdict(set)
        self._named: dict[Topic, set[str]] = defaultdict(set)
        self._folded: dict[str, str] = {}  # most topics have the same heads
        self._spellings = [(fold(s), fold(v)) for s, v in technology_spellings().select("standard", "variant").rows()]
        self._read_terms(terms)
        self._read_series(series)
        self.automaton = ahocorasick.Automaton()
        for number, (string, keys) in enumerate(self._keys.items()):
            names: list[Key] = []
            slips: dict[Topic, list[Key]] = defaultdict(list)
            for key in sorted(keys):
                (names if key.sort in {"word", "part"} else slips[self.names[key.at][0].topic]).append(key)
            self.automaton.add_word(string, (number, tuple(names), tuple(slips.items())))
        self.automaton.make_automaton()
        del self._keys, self._named, self._folded  # the automaton holds what of them is needed

    def harmless(self, words: set[str], topic: Topic) -> bool:
        """Return whether any of some words is a noun that leaves an item of a topic what it is."""
        return not (words.isdisjoint(self.nouns[topic]) and (topic not in self.topics or words.isdisjoint(self.nouns[None])))

    def _read_terms(self, rows: pl.DataFrame) -> None:
        forms: dict[Topic | None, list[str]] = defaultdict(list)
        heads: dict[tuple[str, Topic | None], tuple[str, ...]] = defaultdict(tuple)
        for number, use, lang, term, kind, match in rows.select(
            rows.columns[0], "use", "lang", "term", "kind", "match"
        ).rows():
            folded = self._fold(term)
            if use in {"include", "exclude"}:
                words = [word.split("|") for word in term.split("&")] if match == "all" else [[term]]
                self._add(Term(number, "context" if match == "context" else use, term, kind, len(words)), words)
            elif use == "lack":
                self.denials[match] += (folded,)
            elif use == "stop":
                self.stops.add(folded)
            elif use == "form" and match == "end":
                self.adjectives += (folded,)
            elif use == "form" and lang == "en":
                self.nouns[None].add(folded)
                self.grades |= {folded} if kind == "grade" else set()
            elif use == "form":
                forms[number].append(folded)
            elif match == "head":
                heads[use, number] += (folded,)
                if kind == "service":
                    self.services |= {folded}
            elif match == "start":
                self.starts[use] += (folded,)
            else:
                self.prepositions[use] |= {folded}
        self.long_heads = tuple(word for word in heads["whole", None] if len(word) >= LONG_HEAD)
        self.topics = frozenset(term.topic for term in self.terms)
        alike: dict[tuple[str, ...], frozenset[str]] = {}  # most topics have the same words, kept once
        for number in self.topics:
            own = _closing(self._named[number])
            for use in ("other", "whole"):
                # What a name of the topic itself ends with is no other thing there: 装置 of セパレータ製造装置.
                general = heads[use, None]
                if not own.isdisjoint(general):
                    general = tuple(word for word in general if word not in own)
                words = general + heads[use, number]
                if words not in alike:
                    alike[words] = frozenset(words)
                self.endings[use, number], self.heads[use, number] = words, alike[words]
        self.service_endings = tuple(word for word in self.services if not word.isascii())
        for number in forms:
            words = sorted({*forms[None], *forms[number]}, key=len, reverse=True)
            self.forms[number] = re.compile(f"(?:{'|'.join(map(re.escape, words))})+")

    def _read_series(self, rows: pl.DataFrame) -> None:
        near = {sign: re.compile(pattern) for sign, pattern in signs().select("sign", "pattern").rows()}
        for number, series, prefixes, pattern, match, beside, unless in rows.select(
            rows.columns[0], "series", "prefix", "pattern", "match", "beside", "unless"
        ).rows():
            for prefix in prefixes.split("|"):
                self._keys[prefix].add(Key("part", len(self.parts), 0, len(prefix)))
            use = "context" if match == "context" else "include"
            term = Term(number, use, series, "sign" if beside or unless else "part", 1)
            self.parts.append(Part(term, re.compile(pattern), near.get(beside), near.get(unless)))

    def _add(self, term: Term, words: list[list[str]]) -> None:
        """Add a term of several words, each with its alternatives."""
        index = len(self.terms)
        self.terms.append(term)
        for place, alternatives in enumerate(words):
            for written in alternatives:
                word = self._fold(written)
                if term.use != "exclude":
                    self._named[term.topic].add(word)
                if term.use != "exclude" and not self.strict:
                    self.nouns[term.topic].update(piece for piece in word.split() if piece.isascii())
                for spelt in self._spelt(word):
                    self.written.setdefault(spelt, written)
                    self._keys[spelt].add(Key("word", index, place, len(spelt)))
        if term.use == "include" and len(words) == 1:
            self._add_halves(term, self._fold(words[0][0]))

    def _fold(self, written: str) -> str:
        if written not in self._folded:
            self._folded[written] = compact(fold(written))
        return self._folded[written]

    def _spelt(self, word: str) -> set[str]:
        """Return the spellings of a folded word, and for several Latin words also the words joined."""
        choices = [(s, v) for s, v in self._spellings if s in word and v not in word]
        found = {word}
        for pick in product((False, True), repeat=min(len(choices), 4)):
            spelt = word
            for take, (standard, variant) in zip(pick, choices, strict=False):
                spelt = spelt.replace(standard, variant) if take else spelt
            found.add(spelt)
        return found | {s.replace(" ", "") for s in found if s.isascii() and len(s) > SLIP_LATIN}

    def _add_halves(self, term: Term, word: str) -> None:
        """With one slip in a name one half of it is still intact: the halves find the place."""
        latin = word.isascii()
        if any(c.isdigit() for c in word) or not (latin or _PURE_CJK.fullmatch(word)):
            return
        if len(word) >= (SLIP_LATIN if latin else SLIP_CJK):
            half = len(word) // 2
            self._keys[word[:half]].add(Key("first", len(self.names), half, half))
            self._keys[word[half:]].add(Key("second", len(self.names), half, len(word) - half))
            self.names.append((term, word))


def _closing(names: set[str]) -> set[str]:
    """Return every head noun that names close with: a last word after others, or the end of a Japanese or Chinese name."""
    ends = ((name[at:], at > 0 and name[at - 1] == " ") for name in names for at in range(len(name)))
    return {end for end, apart in ends if apart or not end.isascii()}


@cache
def vocabulary() -> Vocabulary:
    """Return the packaged vocabulary of the technologies, compiled once."""
    return Vocabulary(technology_terms(), technology_part_numbers())


@cache
def _hs_codes() -> dict[int, dict[str, tuple[str, str]]]:
    codes: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    columns = technology_hs_codes().select("number", "hs6", "relation", "specificity")
    for number, hs6, relation, specificity in columns.rows():
        codes[number][hs6] = relation, specificity
    return codes


def hs_opinion(technology: int, hs6: str) -> str:
    """Return what a six-digit code says about a technology: "supports", "contradicts", or "" for nothing.

    A code supports when the table has it as product or part. It contradicts when it is a downstream product, or lies
    in a heading where the item is not (or, beside an exact code, is another line of the same heading).

    >>> hs_opinion(1, "853224"), hs_opinion(1, "853221"), hs_opinion(9, "810210")
    ('supports', 'contradicts', '')
    """
    codes = _hs_codes()[technology]
    relation = codes.get(hs6, ("",))[0]
    if relation in {"product", "part"}:
        return "supports"
    beside = [kind for code, (role, kind) in codes.items() if code[:4] == hs6[:4] and role in {"product", "part"}]
    return "contradicts" if relation == "downstream" or not beside or "exact" in beside else ""
