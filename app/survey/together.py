"""What the questionnaires of one supplier say together: of each question the lines of the file whose answer holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from ...datasets.intake.values import id_key
from ...graph import Message
from ..audit.cells import Days, in_days
from ..audit.words import Words
from .replies import ITSELF, Line, Replies, Reply

Asked = tuple[str, str, str]
"""A table, a part, and what of it is asked: a kind of days, or what goes into it."""
PartOf = Callable[[str | None], str | None]
_TOLD = {"answers": ("answer",), "origin": ("maker", "country", "share"), "behind": ("source", "country", "share", "stock")}
_GIVEN = {"part", "name", "question", "kind"}


def together(replies: Replies, sent: Sequence[Reply], supplier: str, part_of: PartOf) -> dict[Asked, list[Line]]:
    """Return the lines that answer each question (`Asked`), from all that a supplier sent.

    Of a question that several files answer the one with the latest date of the answer holds; where not all of them are
    dated, the first one by name. What is answered differently is said, file by file. ``part_of`` says which part a reply
    means.
    """
    told: dict[Asked, tuple[Reply, list[Line]]] = {}
    for reply in _latest_first(sent):
        for asked, lines in _answers(replies, reply, supplier, part_of):
            holds, before = told.setdefault(asked, (reply, lines))
            if holds is reply or not (words := _words(asked[0], lines, supplier)):
                continue
            if not (said := _words(asked[0], before, supplier)):  # it names what goes in, and nothing of it
                told[asked] = reply, lines
            elif said != words:
                _say_differently(replies, supplier, asked, (holds, before), (reply, lines))
    return {asked: lines for asked, (_, lines) in told.items()}


def _latest_first(sent: Sequence[Reply]) -> list[Reply]:
    dates = {reply.file: reply.answered_on for reply in sent}
    return list(sent) if None in dates.values() else sorted(sent, key=lambda one: one.answered_on or "", reverse=True)


def _answers(replies: Replies, reply: Reply, supplier: str, part_of: PartOf) -> Iterator[tuple[Asked, list[Line]]]:
    """Questions that one file answers, each with its lines."""
    tables = {name: _by_part(replies, reply.file, lines, supplier, part_of) for name, lines in reply.tables.items()}
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


def _words(table: str, lines: Iterable[Line], supplier: str) -> list[Words]:
    """What lines of a supplier say, each in words; the order of lines says nothing."""
    told = ({key: line.values[key] for key in _TOLD[table] if line.values[key] is not None} for line in lines)
    said = (
        Words((supplier if value == ITSELF else _word(key, value) for key, value in one.items()), " ") for one in told if one
    )
    return sorted(said, key=str)


def _word(key: str, value: float | Days | str) -> Message | str:
    if isinstance(value, str):
        return value
    return f"{value:.0%}" if key == "share" else in_days(value)


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
        was=Words(_words(asked[0], lines, supplier), "; "),
        now=Words(_words(asked[0], before, supplier), "; "),
    )


def _cells(table: str, lines: Iterable[Line]) -> str:
    """Addresses of what lines say."""
    cells = (line.cells[key] for line in lines for key in _TOLD[table] if line.values[key] is not None)
    return ", ".join(list(cells)[:8])
