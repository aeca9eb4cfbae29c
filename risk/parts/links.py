"""Links: which items of a graph the lines of a list of parts are, or hold, and by which word that is said.

Each cell of a line is read with the grammar of the technology flags (`..technology.matching`): a name found is not yet
the part. A line has one head, the kind of part it is; a material beside a head is inside it; a word that says too little
alone (N52, 608) is sure beside a wider one (magnet, bearing). What is not sure is "review", never a link.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl

from ...graph import InputError, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest
from ...graph.frames import cell_text, frame_or_lines
from ..technology.matching import Hit, find
from ..technology.terms import SERIES, vocabulary
from ..technology.text import CJK, compact, fold
from .thesaurus import Thesaurus, thesaurus

LINK_SCHEMA = {"line": pl.Int64, "item": pl.String, "relation": pl.String, "by": pl.String, "how": pl.String}
"""Columns of a frame of links."""

RELATIONS = ("is", "contains", "review")
"""From the surest to what a person has to look at."""

LONGEST = 300
"""Characters of a cell that are read: the name of a part is shorter, a note may be anything."""

_BAR = " | "
_WORDY = re.compile(f"[a-z]{{3}}|[{CJK}]{{2}}")
_DESIGNATORS = re.compile(r"[A-Za-z]{1,4}\d+(?:\s*[,;\s-]\s*[A-Za-z]{1,4}\d+)+[,;\s]*")
_REVERSED = re.compile(r"[A-Za-z]{3,20}(?: [A-Za-z]{3,20})? *, *[A-Za-z]")
_CODE = re.compile(r"[A-Za-z]{1,4}[-_]?\d{2,}")
_WITH = re.compile(r"(?:^| )(?:with|incl|including|includes|from|w/)(?= |$)")
_FOR = re.compile(r"(?:^| )for(?= |$)")
_TOKEN = re.compile(rf"[{CJK}]+|[^\s,()/:;|\[\]+*'\"{CJK}]+")


class _Found(NamedTuple):
    """A concept in a line: how sure, in which cell first, and by what."""

    state: str
    cell: int
    by: str
    how: str


@checked()
def link_parts(
    lines: Iterable[str | None] | Any,
    graph: SupplyGraph,
    *,
    columns: Iterable[str] | None = None,
    hs: str | None = None,
) -> pl.DataFrame:
    """Return the items of ``graph`` that each line is, or holds.

    A line *is* an item when one of its cells is the item's own name, or names a kind of part, a grade or a part number
    series for which `datasets.part_items` has that item, as the head of its phrase ("neodymium magnet N52", "608ZZ"; not
    "magnet holder"). It *contains* an item that is its material ("bracket, SUS304"), is named as a part of it ("motor with
    encoder"), or is inside all things of its kind (a battery pack holds cells). All else is *review*, and
    said only of a line of which nothing is sure.

    Parameters
    ----------
    lines : iterable of str, or data frame
        The lines. Empty cells are no text.
    graph : SupplyGraph
        Only its items are linked to. A concept has several items, the best first: the first that is present counts.
    columns : iterable of str, optional
        The frame's columns that are read, the most telling first (name, number, description, ...): the first cell that
        names a part says what the line is. All columns that hold texts by default.
    hs : str, optional
        Column of HS codes: a code that one item alone has is a review where nothing else was found.

    Returns
    -------
    polars.DataFrame
        One row per link: ``line`` (0-based), ``item``, ``relation`` ("is", "contains", "review"), ``by`` (the word, grade,
        part number or code that says so) and ``how``: "name" (the item's own), "word", "standard", "trade", "maker" (a
        series) or "hs". A line of which nothing is known has no row.

    Raises
    ------
    InputError
        A column does not exist.

    References
    ----------
    Aho and Corasick (1975), doi:10.1145/360825.360855.

    >>> items = [("ndfeb_magnet", "NdFeB magnet"), ("deep_groove_bearing", "Deep groove ball bearing")]
    >>> rows = pl.DataFrame([(id, name, "component") for id, name in items], schema=["id", "name_en", "kind"], orient="row")
    >>> link_parts(["Neodymium magnet N52", "magnet holder", "608ZZ", "608"], SupplyGraph(items=rows)).rows()
    [(0, 'ndfeb_magnet', 'is', 'neodymium magnet', 'word'), (2, 'deep_groove_bearing', 'is', '608ZZ', 'standard'), \
(3, 'deep_groove_bearing', 'review', '608', 'standard')]
    """
    texts, codes = _texts(lines, columns, hs)
    book = thesaurus(graph)
    known: dict[tuple[str, ...], list[tuple[str, str, str, str]]] = {}
    rows: list[tuple[Any, ...]] = []
    for line, (cells, code) in enumerate(zip(texts, codes, strict=True)):
        if cells not in known:
            known[cells] = list(_links(book, cells))
        found = known[cells] or (list(_by_code(book, code)) if code else [])
        rows += [(line, *link) for link in found]
    return pl.DataFrame(rows, schema=LINK_SCHEMA, orient="row")


def _texts(lines: Any, columns: Iterable[str] | None, hs: str | None) -> tuple[list[tuple[str, ...]], list[str | None]]:
    frame = frame_or_lines(lines)
    listed = isinstance(frame, list)
    known = [] if listed else frame.columns
    for column in [*(columns or ()), *([hs] if hs else [])]:
        if column not in known:
            raise InputError("risk.parts.no_column", column=column, hint=did_you_mean(nearest(column, known)))
    if listed:
        texts = [_cells((line,)) for line in frame]
        return texts, list(repeat(None, len(texts)))
    # A column of objects is one of texts and numbers: pandas' own, where some part numbers have no letter.
    wanted = columns if columns is not None else [name for name in known if frame[name].dtype in (nw.String, nw.Object)]
    texts = [_cells(row) for row in zip(*(frame[name].to_list() for name in wanted), strict=True)]
    codes: list[str | None] = [cell_text(code) for code in frame[hs].to_list()] if hs else [None] * len(frame)
    return texts or [()] * len(frame), codes


def _cells(row: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the different cells that hold words; lists of designators (R1, R2, R3) say nothing."""
    cells = (cell.strip()[:LONGEST].replace("|", "/") for cell in map(cell_text, row) if cell is not None)
    return tuple(dict.fromkeys(cell for cell in cells if cell and not _DESIGNATORS.fullmatch(cell)))


def _links(book: Thesaurus, cells: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
    if not cells:
        return
    # The bar at the end keeps `find` from turning round a whole line: cells are turned round one by one.
    joined = _BAR.join((*cells, ""))
    text = compact(fold(joined))
    bars = [at for at, char in enumerate(text) if char == "|"]
    first = next((at for at, cell in enumerate(text.split("|")) if _WORDY.search(cell)), 0)
    own = book.named(cells[min(first, len(cells) - 1)])
    found = _concepts(book, cells, joined, text, bars, first)
    best: dict[str, tuple[str, str, str]] = {}
    if own:
        item, relation, name = own
        best[item] = (relation, name, "name")
    named = min(first, len(cells) - 1) if own and own[1] == "is" else -1
    for concept, (state, cell, by, how) in found.items():
        item, relation = book.item(concept)
        if item is None or cell == named:
            continue
        relation = max(state, relation, key=RELATIONS.index)
        if item not in best or RELATIONS.index(relation) < RELATIONS.index(best[item][0]):
            best[item] = (relation, by, how)
    sure = {item: link for item, link in best.items() if link[0] != "review"}
    for item, (relation, by, how) in (sure or best).items():
        yield item, relation, by, how


def _concepts(
    book: Thesaurus, cells: tuple[str, ...], joined: str, text: str, bars: list[int], first: int
) -> dict[str, _Found]:
    """Return the concepts that a line is about, the head settled and wider concepts left out."""
    hits = find(book.vocabulary, joined)
    hits += [hit for hit in _technologies(book, joined) if hit.strong]
    hits = [hit for hit in hits if not hit.near and not any(_inside(hit, other) for other in hits)]
    hits = [hit for hit in hits if not _within_code(hit, text, cells, bisect_left(bars, hit.span.start))]
    hits = [hit for hit in hits if not _FOR.search(_before(text, hit.span.start))]
    hits = [hit for hit in hits if not _modifier(book, hit, hits)]
    found: dict[str, _Found] = {}
    for hit in hits:
        _keep(found, str(hit.span.term.topic), _found(book, hit, text, bisect_left(bars, hit.span.start), first))
    for at, cell in enumerate(cells):
        for hit in find(book.vocabulary, cell) if _REVERSED.match(cell) else ():
            if hit.span.term.kind not in SERIES and not hit.near:
                _keep(found, str(hit.span.term.topic), _found(book, hit, "", at, first))
    _confirm(book, found)
    if any(book.kind(concept) != "name" for concept in found):
        found = {c: f for c, f in found.items() if book.kind(c) != "name" or f.state == "is"}
    found = {c: f for c, f in found.items() if not any(c in book.wider[d] and _surer(found[d], f) for d in found)}
    return _settled(book, found, text.split("|"), hits, first)


def _technologies(book: Thesaurus, text: str) -> Iterator[Hit]:
    """Yield what the vocabulary of the technologies finds, as concepts."""
    for hit in find(vocabulary(), text):
        concept = book.by_technology.get(hit.span.term.topic)
        if concept and (hit.relation == "item" or book.kind(concept) == "material"):
            yield hit._replace(span=hit.span._replace(term=hit.span.term._replace(topic=concept)))


def _inside(hit: Hit, other: Hit) -> bool:
    """Whether a name is only part of a longer one: "magnet" in "magnet wire"."""
    (start, end, term, _), (first, last, longer, _) = hit.span, other.span
    return first <= start and end <= last and end - start < last - first and term.topic != longer.topic


def _within_code(hit: Hit, text: str, cells: tuple[str, ...], cell: int) -> bool:
    """Whether a name is only a piece of a code: the 7312 of R3324-7312-P06, the LED of the company's own LED-64683."""
    if hit.span.term.kind not in SERIES:
        return _CODE.fullmatch(cells[cell]) is not None
    number = text[hit.span.start : hit.span.end].split(" ")[0]
    if hit.span.kind != "context" or not number[:1].isdigit():
        return False
    return not re.search(rf"(?<![\w-]){re.escape(number)}", " ".join(cells), re.IGNORECASE)


def _modifier(book: Thesaurus, hit: Hit, hits: list[Hit]) -> bool:
    """Whether another part's name follows at once: the "bearing" of "bearing housing"."""
    topic, end = str(hit.span.term.topic), hit.span.end
    if hit.span.term.kind in SERIES or book.kind(topic) != "part":
        return False
    return any(
        0 <= other.span.start - end <= 1
        and other.span.term.kind not in SERIES
        and book.kind(str(other.span.term.topic)) == "part"
        and not book.related(topic, str(other.span.term.topic))
        for other in hits
    )


def _found(book: Thesaurus, hit: Hit, text: str, cell: int, first: int) -> _Found:
    (start, end, term, kind), topic = hit.span, str(hit.span.term.topic)
    series = term.kind in SERIES
    strong = kind in {"term", "words", "part_number", "sign"}
    inside = hit.relation == "contain" or _WITH.search(_before(text, start)) is not None
    if kind == "context" and hit.relation == "item" and not inside:
        state = "weak"
    elif strong and hit.relation == "unclear" and book.kind(topic) == "material":
        state = "contains"
    elif not strong or hit.relation == "unclear":
        state = "review"
    elif not inside or book.kind(topic) == "made":
        state = "is"
    else:
        # A note ("from small bearings", "with our motor") is no list of what is inside.
        state = "contains" if cell <= first or book.kind(topic) != "part" else "review"
    by = " ".join(text[start:end].replace("|", " ").split()).upper() if series else term.term.replace("&", " + ")
    how = "trade" if term.kind == "sign" else book.basis(term.term) if series else book.said(term)
    return _Found(state, cell, by, how)


def _before(text: str, start: int) -> str:
    """Return what stands before a name in its cell."""
    return text[text.rfind("|", 0, start) + 1 : start]


_ORDER = {"is": 0, "contains": 1, "weak": 2, "review": 3}


def _surer(one: _Found, other: _Found) -> bool:
    return _ORDER[one.state] <= _ORDER[other.state]


def _keep(found: dict[str, _Found], concept: str, new: _Found) -> None:
    """Keep the surest finding of a concept, the earlier cell and the longer word first."""
    old = found.get(concept)
    if old is None or _rank(new) < _rank(old):
        found[concept] = new


def _rank(found: _Found) -> tuple[int, int, bool, int]:
    return _ORDER[found.state], found.cell, " + " in found.by, -len(found.by)


def _confirm(book: Thesaurus, found: dict[str, _Found]) -> None:
    """A word that says too little alone is sure beside a wider concept, and nothing beside another thing."""
    things = [c for c, it in found.items() if it.state == "is" and book.kind(c) == "part"]
    for concept, (state, cell, by, how) in list(found.items()):
        if state != "weak":
            continue
        sure = [found[wide] for wide in book.wider[concept] if wide in found and found[wide].state == "is"]
        if sure:
            found[concept] = _Found("is", min(cell, sure[0].cell), by, how)
        elif any(not book.related(concept, thing) for thing in things):
            del found[concept]
        else:
            found[concept] = _Found("review", cell, by, how)


def _settled(book: Thesaurus, found: dict[str, _Found], texts: list[str], hits: list[Hit], first: int) -> dict[str, _Found]:
    """Let a line be one thing: of several heads none is sure; materials are inside the head."""
    heads = [c for c, f in found.items() if f.state == "is" and book.kind(c) == "part"]
    front = min((found[c].cell for c in heads), default=0)
    leading = [c for c in heads if found[c].cell == front]
    several = any(not book.related(a, b) for a in leading for b in leading)
    settled: dict[str, _Found] = {}
    for concept, it in found.items():
        kind, state = book.kind(concept), it.state
        if state == "is" and kind == "part" and (several or concept not in leading):
            related = any(book.related(concept, head) for head in leading)
            state = "is" if related and not several else "review"
        elif state == "is" and kind == "material":
            state = "is" if not heads and _bare(book, texts, it.cell, concept, hits, first) else "contains"
        elif state == "is" and kind == "name":
            state = "is" if not heads and _bare(book, texts, it.cell, concept, hits, first) else "review"
        elif state == "is" and kind == "made" and any(book.item(head)[0] for head in heads):
            state = "contains"
        settled[concept] = it._replace(state=state)
    return settled


def _bare(book: Thesaurus, texts: list[str], cell: int, concept: str, hits: list[Hit], first: int) -> bool:
    """Whether a cell says nothing but the material, its form and figures, and no earlier cell names anything."""
    if cell > first:
        return False
    offset = sum(len(text) + 1 for text in texts[:cell])
    text = texts[cell]
    for hit in hits:
        if str(hit.span.term.topic) == concept or concept in book.wider[str(hit.span.term.topic)]:
            start, end = hit.span.start - offset, hit.span.end - offset
            if start >= 0 and end <= len(text):
                text = text[:start] + " " * (end - start) + text[end:]
    return all(book.harmless(token) for token in _TOKEN.findall(text))


def _by_code(book: Thesaurus, code: str) -> Iterator[tuple[str, str, str, str]]:
    digits = re.sub(r"\D", "", code)[:6]
    item = book.by_code.get(digits) if len(digits) == 6 else None
    if item:
        yield item, "review", f"HS {digits}", "hs"
