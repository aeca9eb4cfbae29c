"""What the questionnaires of one supplier say together: of each question the lines of the file whose answer holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...datasets.intake.values import id_key
from ...graph import Message
from ..audit.cells import in_days, in_part
from ..audit.company import ROUNDING, Source
from ..audit.words import Words
from .replies import ITSELF, NOBODY, Line, Replies, Reply

Asked = tuple[str, str, str]
"""A table, a part, and what of it is asked: a kind of days, or what goes into it."""
Places = dict[str, float | None]
"""Countries, and the part that is made in each (None: not known)."""
PartOf = Callable[[str | None], str | None]
_TOLD = {"answers": ("answer",), "origin": ("maker", "country", "share"), "behind": ("source", "country", "share", "stock")}
_TOLD |= {"holders": ("holder", "held")}
_SHARES = ("share", "held")
_GIVEN = {"part", "name", "question", "kind"}


def together(
    replies: Replies, sent: Sequence[Reply], supplier: str, part_of: PartOf, firm_of: Callable[[str], str]
) -> dict[Asked, list[Line]]:
    """Return the lines that answer each question (`Asked`), from all that a supplier sent.

    Of a question that several files answer the one with the latest date of the answer holds; where not all of them are
    dated, the first one by name. What is answered differently is said, file by file. ``part_of`` says which part a reply
    means, ``firm_of`` which firm.
    """
    told: dict[Asked, tuple[Reply, list[Line]]] = {}
    for reply in _latest_first(sent):
        for asked, lines in [*_answers(replies, reply, supplier, part_of), *_holders(replies, reply, firm_of)]:
            holds, before = told.setdefault(asked, (reply, lines))
            if holds is reply or not any(_said(asked[0], lines)):
                continue
            if not any(_said(asked[0], before)):  # it names what goes in, and nothing of it
                told[asked] = reply, lines
            elif not _same(_said(asked[0], before), _said(asked[0], lines)):
                _say_differently(replies, supplier, asked, (holds, before), (reply, lines))
    return {asked: lines for asked, (_, lines) in told.items()}


def _latest_first(sent: Sequence[Reply]) -> list[Reply]:
    dates = {reply.file: reply.answered_on for reply in sent}
    return list(sent) if None in dates.values() else sorted(sent, key=lambda one: one.answered_on or "", reverse=True)


def _answers(replies: Replies, reply: Reply, supplier: str, part_of: PartOf) -> Iterator[tuple[Asked, list[Line]]]:
    """Questions that one file answers, each with its lines."""
    parts = {name: lines for name, lines in reply.tables.items() if name != "holders"}
    tables = {name: _by_part(replies, reply.file, lines, supplier, part_of) for name, lines in parts.items()}
    for part, lines in tables.get("answers", {}).items():
        kinds: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line.values["answer"] is not None:
                kinds[line.values["kind"] or ""].append(line)
        for kind, each in kinds.items():
            if len({line.values["answer"] for line in each}) > 1:
                replies.say("differs_lines", *each[1].place, part=part, cells=_cells("answers", each))
            yield ("answers", part, kind), each[:1]
    for part, lines in tables.get("origin", {}).items():
        said = [line for line in lines if line.values["country"] is not None or line.values["maker"] is not None]
        for line in lines:
            if line not in said and line.values["share"] is not None:
                replies.say("half", *line.place, part=part)
        if said:
            yield ("origin", part, ""), said
    for part, lines in tables.get("behind", {}).items():
        for what, each in _inputs(replies, part, lines).items():
            yield ("behind", part, what), each


def _holders(replies: Replies, reply: Reply, firm_of: Callable[[str], str]) -> Iterator[tuple[Asked, list[Line]]]:
    """Who holds which firm, as one file says it."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in reply.tables.get("holders", ()):
        holder, held, firm = line.values["holder"], line.values["held"], firm_of(line.values["firm"])
        nobodys = holder == NOBODY and (_whole(held) or held == 0.0)
        own = holder in (ITSELF, NOBODY) or (holder is not None and firm_of(holder) == firm)
        if (own and not nobodys and not _whole(held)) or (holder is None and held is not None):
            replies.say("half_held", *line.place, firm=firm)
        elif holder is not None:
            found[firm].append(line)
    for firm, lines in found.items():
        yield ("holders", firm, ""), lines


def _whole(held: float | None) -> bool:
    """Whether a firm that is its own holder is so wholly: shares that it holds of itself say nothing of the others."""
    return held is None or held >= 1.0 - ROUNDING


def _by_part(replies: Replies, file: str, lines: Iterable[Line], supplier: str, part_of: PartOf) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        part = part_of(line.values["part"])
        if part is not None:
            found[part].append(line)
        elif any(value is not None for key, value in line.values.items() if key not in _GIVEN):
            replies.say("unknown_part", file, part=line.values["part"], supplier=supplier)
    return found


def _inputs(replies: Replies, part: str, lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines by what goes in: one that leaves its name blank goes on with the one above, as people write it."""
    found: dict[str, list[Line]] = defaultdict(list)
    above, at = None, None
    for line in lines:
        told = line.values
        if any(told[key] is not None for key in ("input", "source", "country")):
            goes_on = told["input"] is None and above is not None and line.row - 1 == at
            above, at = above if goes_on else told["input"], line.row
            found[id_key(above or part)].append(line)
        elif told["share"] is not None or told["stock"] is not None:
            replies.say("half", *line.place, part=part)
    return found


# What differs --------------------------------------------------------------------------------------------------------


def same_share(one: float | None, other: float | None) -> bool:
    """Return whether two shares may be one, each rounded to the places it is written with (whole percent at the least).

    A third may be written as 33 %, as 33.3 % and as 1/3; who writes 33 % and then 34 % says something else.

    >>> same_share(0.33, 1 / 3), same_share(0.33, 0.335), same_share(0.33, 0.34), same_share(0.333, 0.334)
    (True, True, False, False)
    """
    if one is None or other is None:
        return one is other
    return abs(one - other) < _half(one) + _half(other) - 1e-12 or one == other


def _half(share: float) -> float:
    """Half of the last place that a share is written with, as a percentage."""
    return 0.5 / 10 ** (2 + len(f"{100 * share:.6f}".rstrip("0").partition(".")[2]))


def _said(table: str, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """What lines say, each; in an order of its own, as that of lines says nothing."""
    told = ({key: line.values[key] for key in _TOLD[table] if line.values[key] is not None} for line in lines)
    return sorted(told, key=lambda one: (_apart(one), _share(one) or 0.0))


def _apart(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """All that a line says but shares."""
    return [(key, str(_word(key, value))) for key, value in told.items() if key not in _SHARES]


def _share(told: Mapping[str, Any]) -> float | None:
    return next((told[key] for key in _SHARES if key in told), None)


def _same(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    return len(one) == len(other) and all(
        _apart(said) == _apart(told) and same_share(_share(said), _share(told))
        for said, told in zip(one, other, strict=True)
    )


def _words(told: Iterable[Mapping[str, Any]], supplier: str) -> Words:
    """What lines of a supplier say, in words."""
    each = ((supplier if value in (ITSELF, NOBODY) else _word(key, value) for key, value in one.items()) for one in told)
    return Words((Words(words, " ") for words in each), "; ")


def _word(key: str, value: Any) -> Message | str:
    return value if isinstance(value, str) else in_part(value) if key in _SHARES else in_days(value)


def differing(own: Sequence[Source], told: Sequence[Line]) -> tuple[str, str] | None:
    """Return where the company and its supplier say that a part is made, in words, if one does not fit the other.

    Countries that the company does not name, or another share of one that both name; of what the supplier delivers.
    """
    total = None if any(one.share is None for one in own) else sum(one.share or 0.0 for one in own)
    was = _places((one.country, (one.share or 0.0) / total if total else None) for one in own)
    now = _places((line.values["country"], line.values["share"]) for line in told)
    left = max(0.0, 1.0 - sum(share or 0.0 for share in now.values()))  # it may be made anywhere
    both = ((was[code], now[code]) for code in was.keys() & now)
    shares = any(None not in pair and not _may_be(*pair, left) for pair in both)
    if not was or (now.keys() <= was.keys() and not shares):
        return None
    return _shown(was, shares), _shown(now, shares)


def _may_be(share: Any, least: Any, left: float) -> bool:
    return same_share(share, least) or least < share <= least + left


def _places(rows: Iterable[tuple[str | None, float | None]]) -> Places:
    found: Places = {}
    for code, share in rows:
        if code is not None:
            before = found.get(code, 0.0)
            found[code] = None if share is None or before is None else before + share
    return found


def _shown(places: Mapping[str, float | None], shares: bool) -> str:
    each = ((code, places[code]) for code in sorted(places))
    return ", ".join(code if share is None or not shares else f"{code} {in_part(share)}" for code, share in each)


def _say_differently(
    replies: Replies, supplier: str, asked: Asked, holds: tuple[Reply, list[Line]], other: tuple[Reply, list[Line]]
) -> None:
    (used, before), (left, lines) = holds, other
    dates = used.answered_on, left.answered_on
    later = None not in dates and dates[0] != dates[1]
    replies.say(
        "differs_later" if later else "differs_first",
        *lines[0].place,
        supplier=supplier,
        part=asked[1],
        cells=_cells(asked[0], lines),
        other=before[0].place[0],
        there=_cells(asked[0], before),
        date=used.answered_on or "",
        was=_words(_said(asked[0], lines), supplier),
        now=_words(_said(asked[0], before), supplier),
    )


def _cells(table: str, lines: Iterable[Line]) -> str:
    """Addresses of what lines say."""
    cells = (line.cells[key] for line in lines for key in _TOLD[table] if line.values[key] is not None)
    return ", ".join(list(cells)[:8])
