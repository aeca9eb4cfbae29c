"""Reading one line: the names found in it, and the grammar around them.

A name found is not yet the item: フォトレジスト剥離液 is a stripper. In Japanese, Chinese and English alike the head noun
comes last, so the words after a name (and a preposition before it) say whether the line is about the item itself,
something for it, or a whole that has it inside. All these words are data.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from .terms import SERIES, Key, Term, Topic, Vocabulary
from .text import CJK, breaks, compact, fold

WINDOW = 32
"""Characters that may lie between the words of a term that needs several."""
NEAR = 60
"""Characters around a way to write a small part in which its value or size stands."""
SURE_SLIP = 10
"""Folded length from which a name with one wrong letter is still a match."""

LONG_TEXT, REPEATS = 500, 8
"""In a text of more characters a string is looked at so many times: repeating it says nothing more."""
LONG_WORD = 6
"""Letters from which a word stays itself with one of them wrong."""

NOUN = 4
"""Letters from which an English word that no list knows is taken for a noun rather than a unit, code or acronym."""

PURPOSE = "purpose"
"""Kind of an excluding term that also speaks where it names the use: a target for X-ray tubes."""

KANJI = "\u3400"
"""The first of them: a word of two says what one of two kana does not."""

_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_COMPOUND = re.compile(f"[{CJK}]+(?:[a-z0-9]+[{CJK}]+)*")
_ASIDE = re.compile(r"(?:e?s)? ?\([^()]{1,32}\)((?:[ /][a-z/][a-z0-9/]*)+)?")
_LEAD = re.compile(r"[a-z ]*?([a-z]+)(?: \d[^,:]*)?[,:]")
_SEGMENT = re.compile(r"[^,:;|()\[\]【】]+")
_OF = re.compile(r"([a-z]+) (?:of|on|about|to|in) (?:[a-z0-9]+ ){0,3}$")
_TYPE = re.compile(r"(?:方式|タイプ|型|式|形| type)\)")
_AFTER = re.compile(r"(?:e?s)?((?:[ /][a-z/][a-z0-9/]*)+)")
_PLURAL = re.compile(r"e?s(?![a-z0-9])")
_CLAUSE = re.compile(rf"[,()/:|0-9{CJK}]")
_REVERSED = re.compile(r"([a-z]{3,20}(?: [a-z]{3,20})?),([a-z ]{2,30})(?:,|$)")
_DIGITS = re.compile(r"\d+")
_UNIT = (
    "[mcku]?m|nm|km|in|inch|inches|ft|feet|yd|mil|[mk]?g|lbs?|[mu]?l|cc|gal|oz|[mk]?va?|[mu]?ah?|m?wh?|kw|[kmg]?hz|k|ohms?|deg"
    "|degrees?|bar|psi|pcs?|pieces?|st|nd|rd|th|pins?|ways?|t|mesh|years?|months?|days?|speed"
)
_MEASURE = re.compile(rf" ?\d[\d.,]*(?: ?x ?[\d.,]+)* ?(?:{_UNIT})(?![a-z])")
_CODE = re.compile(r"[^aeiouy]+")
_BEFORE, _WORDS = 40, 5


class Span(NamedTuple):
    """A name in a text. ``kind``: term, words, part_number, sign, slip or context."""

    start: int
    end: int
    term: Term
    kind: str


class Hit(NamedTuple):
    """A topic in a text. ``near``: an excluding term elsewhere in the text.

    ``relation``: "item", "contain" (a whole with the item in it) or "unclear" (part of the name of something unknown).
    """

    span: Span
    relation: str
    near: str

    @property
    def strong(self) -> bool:
        """Whether the name alone would make a match."""
        start, end, _, kind = self.span
        return kind in {"term", "words", "part_number", "sign"} or (kind == "slip" and end - start >= SURE_SLIP)


def find(words: Vocabulary, text: str) -> list[Hit]:
    """Return every hit in ``text``; the catalogue form "magnet, neodymium" is also read the other way round."""
    folded = fold(text)
    hits = _read(words, folded)
    if "," in folded and (match := _REVERSED.match(folded)):
        hits += _read(words, f"{match[2]} {match[1]}")
    return hits


def _read(words: Vocabulary, folded: str) -> list[Hit]:
    text = compact(folded)
    spans: list[Span] = []
    several: dict[int, list[list[tuple[int, int]]]] = {}
    halves: list[tuple[tuple[tuple[int, list[Key]], ...], int]] = []
    often: Counter[int] | None = Counter() if len(text) > LONG_TEXT else None
    for last, (number, names, slips) in words.automaton.iter(text):
        end = last + 1
        if often is not None:
            often[number] += 1
            if often[number] > REPEATS:
                continue
        whole: bool | None = None
        for sort, at, place, length in names:
            start = end - length
            if sort == "part":
                if not start or not _alnum(text[start - 1]):
                    spans += _part(words, text, start, at)
                continue
            # All names of one string are words, or none: it is looked at once.
            whole = _is_word(text, start, end) if whole is None else whole
            if whole:
                term = words.terms[at]
                if term.words > 1:
                    several.setdefault(at, [[] for _ in range(term.words)])[place].append((start, end))
                else:
                    spans.append(Span(start, end, term, "context" if term.use == "context" else "term"))
        if slips:
            halves.append((slips, end))
    for index, places in several.items():
        if all(places):
            spans += _together(words, text, words.terms[index], places)
    known = {span.term.topic for span in spans if span.term.use == "include"}
    for slips, end in halves:
        for technology, keys in slips:
            if technology not in known:
                for key in keys:
                    spans += _slip(words, text, key, end)
    return list(_judge(words, text, folded, spans)) if any(span.term.use != "exclude" for span in spans) else []


def _alnum(char: str) -> bool:
    return char in _ALNUM


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin name is a word of its own; a plural, or a figure right after a longer name, is allowed."""
    if start and _alnum(text[start]) and _alnum(text[start - 1]):
        return False
    if end == len(text) or not (_alnum(text[end - 1]) and _alnum(text[end])):
        return True
    if text[end].isdigit():
        return end - start >= 4 and text[end - 1].isalpha()
    return end - start >= 3 and _PLURAL.match(text, end) is not None


def _part(words: Vocabulary, text: str, start: int, index: int) -> Iterator[Span]:
    term, pattern, beside, unless = words.parts[index]
    match = pattern.match(text, start)
    if not match:
        return
    near = text[max(0, start - NEAR) : match.end() + NEAR] if beside or unless else ""
    if (beside and not beside.search(near)) or (unless and unless.search(near)):
        return
    if term.kind == "sign":
        term = term._replace(term=match[0].upper())
    kind = "sign" if term.kind == "sign" else "part_number"
    yield Span(start, match.end(), term, "context" if term.use == "context" else kind)


def _together(words: Vocabulary, text: str, term: Term, places: list[list[tuple[int, int]]]) -> Iterator[Span]:
    """Yield the head of a term of several words where all its other words are near and belong to it."""
    heads, *others = places
    others = [[other for other in found if not _denied(words, text, *other)] for found in others]
    for head in heads:
        chosen = [next((other for other in found if _modifies(text, head, other)), None) for found in others]
        if all(chosen):
            said = [text[start:end] for start, end in (head, *filter(None, chosen))]
            evidence = "&".join(words.written.get(word, word) for word in said)
            apart = any(_strange(words, term.topic, text[other[1] : head[0]]) for other in filter(None, chosen))
            kind = "context" if apart else "words"
            yield Span(*head, term._replace(term=evidence) if "|" in term.term else term, kind)


def _denied(words: Vocabulary, text: str, start: int, end: int) -> bool:
    """Whether the word itself is said not to be there: rare earth free magnet, 无钕铁硼磁铁, 磁石（ネオジム不使用）.

    "Free" behind a word denies that word, and what it is part of: a heavy-rare-earth-free magnet may hold light ones, and is
    not said to.
    """
    before = text[max(0, start - _BEFORE) : start].rstrip()
    if before.endswith(words.denials["before"]) and not before.endswith("有無"):
        return True
    if {*before.split()[-1:]} & {*words.denials["word"], *words.denials["next"]}:
        return True
    behind = text[end:].lstrip()
    free = re.match(r"([a-z]+)(?:[ -]([a-z]+))?", behind)
    return behind.startswith(words.denials["start"]) or (free is not None and _without(words, free.groups()))


def _without(words: Vocabulary, following: Sequence[str | None]) -> bool:
    """Whether words say that what stands before them is not there, which "free sample" and "free-standing wafer" do not."""
    return {*following[:1]} <= {*words.denials["head"]} and not {*following[1:2]} & {*words.denials["given"]}


def _modifies(text: str, head: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a word stands near before the head; after it, in English, only past a mark, for "for" or as a code."""
    (start, end), (first, last) = head, other
    if first < start:
        return start - last <= WINDOW
    after = text[end:first]
    return len(after) <= WINDOW and (
        not text[start:end].isascii()
        or any(char.isdigit() for char in text[first:last])
        or text.startswith("for ", first)
        or " for " in after
        or any(mark in after for mark in ",(/:|")
    )


def _strange(words: Vocabulary, number: Topic, gap: str) -> bool:
    """Whether something between a qualifier and its head has a name of its own: GaN power stage substrate.

    In English that is any noun of no list; in Japanese and Chinese, where adjectives cannot be told from nouns, one that
    names another thing (電池カタログ用バインダ).
    """
    if not gap.isascii():
        return any(thing in gap for thing in words.endings["other", number] if len(thing) >= (2 if thing >= KANJI else NOUN))
    nouns = (word for word in gap.split() if word.isalpha() and len(word) >= NOUN and word not in words.stops)
    return any(not _known(words, number, word) and not _CODE.fullmatch(word) for word in nouns)


def _slip(words: Vocabulary, text: str, key: Key, end: int) -> Iterator[Span]:
    term, name = words.names[key.at]
    for length in (len(name), len(name) - 1, len(name) + 1):
        start = end - key.place if key.sort == "first" else end - length
        stop = start + length
        if start < 0 or stop > len(text) or OSA.distance(name, text[start:stop], score_cutoff=1) != 1:
            continue
        if start and "ァ" <= text[start] <= "ヺ" and "ァ" <= text[start - 1] <= "ヺ":
            continue  # the rest of a longer word: ウレタンスポンジ is no チタンスポンジ
        if _is_spelling(name, text[start:stop]) and _is_word(text, start, stop):
            yield Span(start, stop, term, "slip")
            return


def _is_spelling(name: str, piece: str) -> bool:
    """Whether one letter makes no other word: neither a kanji, a figure nor a short word may change (SAW, BAW)."""
    if any(char.isdigit() or "\u3400" <= char <= "\u9fff" for char in set(name) ^ set(piece)):
        return False
    mine, yours = name.split(), piece.split()
    return len(mine) == len(yours) and all(a == b or len(a) >= LONG_WORD for a, b in zip(mine, yours, strict=True))


def _judge(words: Vocabulary, text: str, folded: str, spans: list[Span]) -> Iterator[Hit]:
    cuts = breaks(folded)
    groups: dict[Topic, list[Span]] = defaultdict(list)
    for span in spans:
        groups[span.term.topic].append(span)
    for number, group in groups.items():
        excludes = [span for span in group if span.term.use == "exclude"]
        weaker = [span for span in group if span.kind == "context"]
        hits = [
            span
            for span in group
            if span.term.use != "exclude"
            and not any(_covers(x, span) for x in excludes)
            and not any(_wider(context, span) for context in weaker)
        ]
        near = [
            x.term.term
            for x in excludes
            if not any(span.start <= x.start and x.end <= span.end for span in hits)
            and not (x.term.kind != PURPOSE and _names_use(words, text, x))
        ]
        for span in hits:
            relation = _relation(words, text, cuts, number, span)
            # A weak name inside the name of something unknown says nothing: バインダークリップ, 銅箔厚さ計.
            if relation != "other" and not (span.kind == "context" and relation == "unclear"):
                yield Hit(span, relation, near[0] if near else "")


def _names_use(words: Vocabulary, text: str, span: Span) -> bool:
    """Whether a word says what something is for."""
    return text.startswith(words.starts["use"], span.end) or _preposition(words, text, span.start) == "use"


def _covers(exclude: Span, span: Span) -> bool:
    """Whether the last word of a name belongs to the excluding term: 高純度チタン in 高純度チタン酸バリウム too."""
    whole = exclude.start <= span.start and span.end <= exclude.end
    return whole or span.start < exclude.start < span.end < exclude.end


def _wider(context: Span, span: Span) -> bool:
    """Whether a weak name is the more exact one: 高分子固体電解質 around 固体電解質."""
    wider = context.end - context.start > span.end - span.start
    return span.kind != "words" and wider and context.start <= span.start and span.end <= context.end


def _preposition(words: Vocabulary, text: str, start: int) -> str:
    """Return "use" or "contain" where a preposition stands shortly before, in the same clause."""
    clause = _CLAUSE.split(text[max(0, start - _BEFORE) : start])[-1].split()
    for word in reversed(clause[-_WORDS:]):
        for use, prepositions in words.prepositions.items():
            if word in prepositions:
                return use
    return ""


def _relation(words: Vocabulary, text: str, cuts: frozenset[int], number: Topic, span: Span) -> str:
    if span.term.kind in SERIES:
        return "item"
    if _served(words, text, cuts, span) or _lacks(words, number, text, cuts, span):
        return "other"
    if _heads(words, number, text, span.start):
        return "contain"
    preposition = _preposition(words, text, span.start)
    if preposition:
        return "other" if preposition == "use" else "contain"
    # A thing "(of that type)": stepping motor (permanent magnet type).
    if _TYPE.match(text, span.end) and text.rfind("(", 0, span.start) > 0:
        return "contain"
    run = _COMPOUND.match(text, span.end)
    if run:
        if text.startswith("用", span.end) and span.end not in cuts:
            return "other"
        relation = _compound(words, number, text, cuts, *run.span())
        return (_past_aside(words, number, text, cuts, run.end()) or relation) if relation == "item" else relation
    if relation := _past_aside(words, number, text, cuts, span.end):
        return relation
    after = _AFTER.match(text, span.end)
    if not after:
        return "item"
    if used := _used(words, number, text, after.end()):
        return used
    following = after[1].replace("/", " ").split()[:_WORDS]
    if following and _without(words, following):
        return "unclear"  # carbon fiber free housing; of a free sample it is the price
    # A code (n48sh, co2) is a label of what stands before it, and what stands after it is still read.
    figure = _labels(text, after.end()) or not "".join(following[-1:]).isalpha()
    return _head(words, number, [word for word in following if word.isalpha()], figure)


def _lacks(words: Vocabulary, number: Topic, text: str, cuts: frozenset[int], span: Span) -> bool:
    """Whether the line says that the item is not there: rotor without magnets, magnet-free motor, 磁石なし, 无磁铁.

    What stands between must belong to the name (without sintered magnets): a motor without sensor, with magnet, has one.
    """
    before = text[max(0, span.start - _BEFORE) : span.start].rstrip()
    # 有無 leaves it open, and what stands apart is said of the word before it: 穴無 ネオジム磁石.
    of_another = span.start in cuts and span.start - 1 not in cuts and before[-2:-1].isalnum() and before[-1:] in "無无"
    if before.endswith(words.denials["before"]) and not before.endswith("有無") and not of_another:
        return True
    clause, between = _CLAUSE.split(before)[-1].split(), ""
    denials = {*words.denials["word"], *words.denials["next"]}
    while clause and clause[-1] not in denials and _known(words, number, clause[-1]):
        between = clause.pop()
    coated = between.endswith("ed") and clause[-1:] and clause[-1] in words.denials["next"]  # a non-coated magnet is one
    if clause[-1:] and not coated and (clause[-1] in denials or clause[0] in words.denials["first"] and len(clause) == 1):
        return True
    end = span.end + len(match[0]) if (match := _PLURAL.match(text, span.end)) else span.end
    apart = end in cuts and "ァ" <= text[end] <= "ヺ"  # ネオジム磁石 フリーサイズ
    if not apart and text.startswith(words.denials["start"], end + text.startswith(" ", end)):
        return True
    after = _AFTER.match(text, span.end)
    following = after[1].replace("/", " ").split() if after else []
    whole = following[1:2] == [] or following[1].removesuffix("s") in words.heads["whole", number]
    return following[:1] != [] and following[0] in words.denials["head"] and whole


def _past_aside(words: Vocabulary, number: Topic, text: str, cuts: frozenset[int], end: int) -> str:
    """Read what follows an aside in brackets, where one stands.

    Of Latin words only one that is known for another thing counts: carbon fiber (CFRP) cutting service.
    """
    aside = _ASIDE.match(text, end)
    if not aside:
        return ""
    if not aside[1] and (run := _COMPOUND.match(text, aside.end())):
        return _compound(words, number, text, cuts | {run.start()}, *run.span())
    following = (aside[1] or "").replace("/", " ").split()[:_WORDS]
    relation = _used(words, number, text, aside.end()) or _head(words, number, following, figure=False)
    return "item" if relation == "unclear" else relation


def _compound(words: Vocabulary, number: Topic, text: str, cuts: frozenset[int], start: int, end: int) -> str:
    """Read Japanese or Chinese words that follow a name, cut where a space stood."""
    stops = [start, *sorted(cut for cut in cuts if start < cut < end), end]
    tail, *apart = [text[first:last] for first, last in itertools.pairwise(stops)]
    relation = _apart(words, number, tail) if start in cuts else _tail(words, number, tail)
    others = {_apart(words, number, piece) for piece in apart} if relation == "item" else set()
    return next((other for other in ("other", "unclear") if other in others), relation)


def _labels(text: str, end: int) -> bool:
    """Whether a bare figure follows, as after a label (band 41), and no measure of a thing (wheelset 29 inch)."""
    return text[end:].lstrip()[:1].isdigit() and not _MEASURE.match(text, end)


def _served(words: Vocabulary, text: str, cuts: frozenset[int], span: Span) -> bool:
    """Whether the line is about a service or a document: Book: ...; ..., annual maintenance; disposal of ...（修理）."""
    before = _OF.search(text, 0, span.start)
    if before and before[1] in words.services:
        return True
    for segment in _SEGMENT.finditer(text):
        start, end = segment.span()
        if start <= span.start < end:
            stop = min((cut for cut in cuts if start < cut <= span.start), default=start)
            if any(text[first:last].endswith(words.service_endings) for first, last in ((start, stop), (span.end, end))):
                return True
        elif _serves(words, segment[0]):
            return True
    return False


def _serves(words: Vocabulary, segment: str) -> bool:
    """Whether a part of a line between marks names a service: not where a preposition leads it (with installation)."""
    if segment.endswith(words.service_endings):
        return True
    *said, last = segment.replace(".", " ").split() or [""]
    return last in words.services and not any(word in them for word in said for them in words.prepositions.values())


def _used(words: Vocabulary, number: Topic, text: str, end: int) -> str:
    """Read Latin words that 用 follows: what the item is for (TV用), or what another thing is for (EDX用標準試料)."""
    run = _COMPOUND.match(text, end)
    if not run or not run[0].startswith("用"):
        return ""
    thing = _DIGITS.split(run[0])[0][1:]
    return "other" if thing and not words.forms.get(number, words.forms[None]).fullmatch(thing) else "item"


def _apart(words: Vocabulary, number: Topic, tail: str) -> str:
    """Read the Japanese or Chinese words that follow a name after a space: a property, or the thing itself.

    切断用はさみ names its own thing; 回路基板用 says what the item is for.
    """
    forms = words.forms.get(number, words.forms[None])
    tail = _DIGITS.sub("", tail)
    if not tail or forms.fullmatch(tail):
        return "item"
    if tail.startswith("用"):
        return "other" if tail[1:] and not forms.fullmatch(tail[1:]) else "item"
    _, purpose, thing = tail.rpartition("用")
    own = bool(purpose and thing) and not forms.fullmatch(thing)
    if not own and _ends(words, "whole", number, tail):
        return "contain"
    return "unclear" if own or _ends(words, "other", number, tail) else "item"


def _tail(words: Vocabulary, number: Topic, tail: str) -> str:
    """Read the Japanese or Chinese characters that run on from a name."""
    if words.forms.get(number, words.forms[None]).fullmatch(tail):
        return "item"
    if tail.startswith(words.starts["use"]) or _ends(words, "other", number, tail):
        return "other"
    return "contain" if _ends(words, "whole", number, tail) else "unclear"


def _ends(words: Vocabulary, use: str, number: Topic, tail: str) -> bool:
    return tail.endswith(words.endings[use, number])


def _head(words: Vocabulary, number: Topic, following: list[str], figure: bool) -> str:
    """Read the English words that follow a name, up to a preposition: the last one says what the line is about.

    A word that no list knows is taken for another thing, unless a figure follows it: then it is a label (band 41).
    A strict vocabulary takes any unknown word for one.
    """
    noun, strange = "", False
    for word, then in zip(following, [*following[1:], ""], strict=False):
        if word in words.stops or any(word in prepositions for prepositions in words.prepositions.values()):
            figure = False
            break
        noun = word if len(word) >= NOUN or words.harmless({word}, number) else noun
        if then in words.grades:
            continue
        singular = word.removesuffix("s")
        for use, relation in (("other", "other"), ("whole", "contain")):
            heads = words.heads[use, number]
            if word in heads or singular in heads or (use == "whole" and singular.endswith(words.long_heads)):
                return relation
        strange = strange or not (_known(words, number, noun) or _CODE.fullmatch(noun))
    if words.strict:
        return "unclear" if strange else "item"
    return "item" if figure or _known(words, number, noun) else "unclear"


def _heads(words: Vocabulary, number: Topic, text: str, start: int) -> bool:
    """Whether a catalogue's line starts with the name of another thing: PCB, 2 layers, green solder mask."""
    first = _LEAD.match(text)
    if not first or first.end() > start:
        return False
    things = words.heads["whole", number] | words.heads["other", number]
    return bool({first[1], first[1].removesuffix("s")} & things)


def _known(words: Vocabulary, number: Topic, noun: str) -> bool:
    """Whether a word leaves the item the item: none at all, an adjective, a harmless noun or a name of the topic."""
    spellings = {noun, noun.removesuffix("s"), noun.removesuffix("es")}
    return not noun or noun.endswith(words.adjectives) or words.harmless(spellings, number)
