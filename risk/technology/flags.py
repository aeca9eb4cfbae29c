"""Flags: which lines may be about one of the 24 technologies under Japan's prior-report scheme, and why.

A flag says what to look at. It never says that a part is subject to anything: the scheme is about providing design or
manufacturing technology abroad, not about buying or selling a part.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl

from ...datasets.prior_reports import technologies
from ...graph import InputError, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest
from ...graph.frames import cell_text, frame_or_lines
from ...graph.messages import default_language
from ...graph.messages import text as message
from .matching import Hit, find
from .terms import SERIES, hs_opinion, vocabulary

FLAG_SCHEMA = {
    "row": pl.Int64,
    "text": pl.String,
    "technology": pl.Int64,
    "verdict": pl.String,
    "score": pl.Float64,
    "evidence": pl.String,
    "evidence_kind": pl.String,
    "reason": pl.String,
}
"""Columns of a frame of flags."""

BATCH = 50_000
"""Lines that are read at a time: what bounds the memory beyond the flags themselves."""

ABBREVIATION = 4
"""A weak term of at most so many Latin letters (SEM, CAR) says nothing without a second signal."""

SCORES = {"declared": 1.0, "term": 0.95, "words": 0.9, "part_number": 0.9, "sign": 0.9, "slip": 0.8, "context": 0.4}
"""How much each kind of evidence weighs: an order, no probability. A review is at most 0.6."""

_HS6 = re.compile(r"\D*(\d{2})\D?(\d{2})\D?(\d{2})")


_Reason = tuple[str, tuple[tuple[str, str], ...]]
"""A key of the catalogue's topic and its fields: plain values, so that equal reasons are rendered once."""


class _Flag(NamedTuple):
    technology: int
    verdict: str
    score: float
    evidence: str
    kind: str
    reasons: tuple[_Reason, ...]


@checked()
def flag_technologies(
    texts: Iterable[str | None] | SupplyGraph | Any,
    *,
    text: str = "name",
    hs: str | Iterable[Any] | None = None,
    lang: str | None = None,
) -> pl.DataFrame:
    """Return the technologies that each text may be about, with the evidence.

    A name of the vocabulary found in a text is strong or weak (context). It is then read with the words around it:
    a name that is a modifier (フォトレジスト剥離液, MLCC tester) is no flag, or a review where a whole may contain the
    item (permanent magnet motor). ``match`` needs a strong name of the item itself, no excluding term elsewhere in the
    text and no HS code that contradicts; all else that is left is ``review``. An HS code supports or contradicts and
    never flags alone.

    Parameters
    ----------
    texts : iterable of str, data frame, or SupplyGraph
        Lines of a ledger or bill of materials. Empty cells are read as no text. Of a graph, the items' names and
        aliases are read, and structure adds ``contains`` (a flagged item is a direct input) and ``used_for`` (is a
        direct input of a flagged item), which are not matches.
    text : str
        Column with the text, when ``texts`` is a frame.
    hs : str or iterable of str, optional
        Column of the frame; or one code a text, of a single text the code: HS codes of six digits or more, dots allowed.
    lang : {"en", "ja"}, optional
        Language of ``reason``.

    Returns
    -------
    polars.DataFrame
        One row per flag, none for a line without one: ``row`` (0-based), ``text``, ``technology`` (1..24),
        ``verdict`` ("match" or "review"; from a graph also "contains", "used_for"), ``score`` (0..1, an order and no
        probability), ``evidence``, ``evidence_kind`` ("term", "words", "part_number", "sign", "slip", "context"; from a
        graph also "declared", "structure"), ``reason``. A graph's frame starts with ``item``.

    Raises
    ------
    InputError
        A column does not exist, or texts and codes differ in number.

    References
    ----------
    Aho and Corasick (1975), doi:10.1145/360825.360855.

    >>> flags = flag_technologies(["永久磁石 φ10", "フォトレジスト剥離液", "CAP CER 0.1UF 50V", "六角ボルト"], lang="en")
    >>> flags.select("row", "technology", "verdict", "evidence").rows()
    [(0, 22, 'match', '永久磁石'), (2, 1, 'match', 'CAP CER')]
    """
    lang = lang or default_language()
    if isinstance(texts, SupplyGraph):
        return _flag_graph(texts, lang)
    lines, codes = _columns(texts, text, hs)
    batches = [
        _flag_batch(lines.slice(start, BATCH), codes.slice(start, BATCH), start, lang)
        for start in range(0, len(lines), BATCH)
    ]
    return pl.concat(batches) if batches else pl.DataFrame(schema=FLAG_SCHEMA)


def _columns(texts: Any, text: str, hs: str | Iterable[Any] | None) -> tuple[pl.Series, pl.Series]:
    frame = frame_or_lines(texts)
    if isinstance(frame, nw.DataFrame):
        for column in (text, *([hs] if isinstance(hs, str) else [])):
            if column not in frame.columns:
                hint = did_you_mean(nearest(column, frame.columns))
                raise InputError("risk.technologies.no_column", column=column, hint=hint)
        lines: Iterable[Any] = frame[text].to_list()
        codes: Iterable[Any] | None = frame[hs].to_list() if isinstance(hs, str) else hs
    else:
        lines, codes = frame, [hs] if isinstance(hs, str) else hs  # a list of texts has no column of that name
    strings = pl.Series("text", [cell_text(line) for line in lines], dtype=pl.String)
    given = [None] * len(strings) if codes is None else [cell_text(code) for code in codes]
    if len(given) != len(strings):
        raise InputError("risk.technologies.lengths", texts=len(strings), codes=len(given))
    return strings, pl.Series("hs", given, dtype=pl.String)


def _flag_batch(lines: pl.Series, codes: pl.Series, start: int, lang: str) -> pl.DataFrame:
    """Read each different pair of text and code once, then hand the flags to all its rows."""
    rows = pl.DataFrame({"text": lines, "hs": codes}).with_row_index("row", start).drop_nulls("text")
    unique = rows.select("text", "hs").unique(maintain_order=True)
    found = [
        (line, code, *_cells(flag, lang))
        for line, code in unique.iter_rows()
        for flag in _flag(find(vocabulary(), line), code)
    ]
    names = ["text", "hs", *list(FLAG_SCHEMA)[2:]]
    flags = pl.DataFrame(found, schema={name: FLAG_SCHEMA.get(name, pl.String) for name in names}, orient="row")
    joined = rows.join(flags, on=["text", "hs"], nulls_equal=True, maintain_order="left_right")
    return joined.select(pl.col(name).cast(dtype) for name, dtype in FLAG_SCHEMA.items())


def _cells(flag: _Flag, lang: str) -> tuple[Any, ...]:
    return flag.technology, flag.verdict, flag.score, flag.evidence, flag.kind, _sentences(flag.reasons, lang)


@lru_cache(4096)
def _sentences(reasons: tuple[_Reason, ...], lang: str) -> str:
    return " ".join(message(f"risk.technologies.{name}", lang, **dict(values)) for name, values in reasons)


def _reason(name: str, **values: str) -> _Reason:
    return name, tuple(values.items())


def _flag(hits: list[Hit], code: str | None) -> Iterator[_Flag]:
    if not hits:
        return
    match = _HS6.match(code) if code else None
    hs6 = "".join(match.groups()) if match else ""
    groups: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[int(hit.span.term.topic)].append(hit)
    for number in sorted(groups):
        flag = _decide(number, groups[number], hs6)
        if flag:
            yield flag


def _decide(number: int, hits: list[Hit], hs6: str) -> _Flag | None:
    """Weigh the hits of one technology in one text."""
    best = max(hits, key=lambda hit: (hit.relation == "item", hit.strong, SCORES[hit.span.kind], len(hit.span.term.term)))
    opinion = hs_opinion(number, hs6) if hs6 else ""
    terms = {hit.span.term.term for hit in hits}
    if best.span.kind == "context" and _is_abbreviation(best) and len(terms) == 1 and opinion != "supports":
        return None
    match = best.strong and best.relation == "item" and not best.near and opinion != "contradicts"
    score = SCORES[best.span.kind] + {"supports": 0.05, "contradicts": -0.1}.get(opinion, 0.0)
    score += 0.1 if best.span.kind == "context" and len(terms) > 1 else 0.0
    evidence = best.span.term.term.replace("&", " + ")
    reasons = [_reason(best.span.kind, evidence=evidence)]
    if best.relation != "item":
        reasons = [_reason("contain", evidence=evidence)]
    if best.near:
        reasons.append(_reason("near", near=best.near))
    if opinion:
        reasons.append(_reason(opinion, hs6=hs6))
        evidence += f"; HS {hs6}"
    if number in _to_be_added():
        reasons.append(_reason("to_be_added"))
    verdict, score = ("match", score) if match else ("review", min(score, 0.6))
    return _Flag(number, verdict, round(score, 2), evidence, best.span.kind, tuple(reasons))


def _is_abbreviation(hit: Hit) -> bool:
    term = hit.span.term
    return term.kind not in SERIES and term.term.isascii() and len(term.term) <= ABBREVIATION


@cache
def _to_be_added() -> frozenset[int]:
    return frozenset(technologies().filter(pl.col("status") == "to_be_added")["number"])


def _flag_graph(graph: SupplyGraph, lang: str) -> pl.DataFrame:
    names: dict[str, str] = {}
    flags: dict[tuple[str, int], _Flag] = {}
    order: dict[str, int] = {}
    for row, item in enumerate(graph.items.iter_rows(named=True)):
        id, order[item["id"]] = item["id"], row
        written = [item.get(column) or "" for column in ("name_ja", "name_en")]
        names[id] = next(filter(None, written), str(id))
        codes = [code for code in re.split(r"[|;]", item.get("hs6") or "") if code] or [None]
        for text in filter(None, [*written, *(item.get("aliases") or "").split("|")]):
            for code in codes:
                for flag in _flag(find(vocabulary(), text), code):
                    _keep(flags, id, flag)
        for number in re.findall(r"\d+", str(item.get("technology") or "")):
            reason = _reason("declared")
            _keep(flags, id, _Flag(int(number), "match", SCORES["declared"], "technology", "declared", (reason,)))
    _add_structure(graph, flags, names)
    rows = [
        (id, order[id], names[id], *_cells(flag, lang))
        for (id, _), flag in sorted(flags.items(), key=lambda entry: (order[entry[0][0]], entry[0][1]))
    ]
    return pl.DataFrame(rows, schema={"item": pl.String, **FLAG_SCHEMA}, orient="row")


def _keep(flags: dict[tuple[str, int], _Flag], item: str, flag: _Flag) -> None:
    """Keep the surest flag of an item and technology."""
    known = flags.get((item, flag.technology))
    if known is None or flag.score > known.score:
        flags[item, flag.technology] = flag


def _add_structure(graph: SupplyGraph, flags: dict[tuple[str, int], _Flag], names: dict[str, str]) -> None:
    """Add what a flagged item is inside of, and what goes into it: direct inputs only."""
    matched: dict[str, list[int]] = defaultdict(list)
    for (item, number), flag in flags.items():
        if flag.verdict == "match":
            matched[item].append(number)
    for item, part in graph.inputs.select("item", "input").unique(maintain_order=True).iter_rows():
        for verdict, near, far in (("contains", item, part), ("used_for", part, item)):
            for number in matched.get(far, ()):
                reason = _reason(verdict, item=names[far])
                if flags.get((near, number), _NOTHING).verdict not in {"match", "review"}:
                    flags[near, number] = _Flag(number, verdict, 0.3, names[far], "structure", (reason,))


_NOTHING = _Flag(0, "", 0.0, "", "", ())
