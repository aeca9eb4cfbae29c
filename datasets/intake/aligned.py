"""Text whose columns only blanks part: below a line that rules them, or where blanks stand in every line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from .words import EXACT, suggestions

_HEAD = 100_000
"""Letters in which they stand."""
_LOOK = 60
"""Lines among which the header is looked for."""
_RULER = re.compile(r"\s*(?:[-=]{2,}|─{2,})(?:\s+(?:[-=]{2,}|─{2,}))+\s*")
_GAP = re.compile(r"[ \u3000]{2,}|\u3000")
_MARKS = re.compile(r"[,\t;|，；｜]")


def aligned(text: str) -> list[list[str]] | None:
    r"""Return the rows of such a text, each line a row; None where the columns are not beyond doubt.

    A ruler (---- ------) rules them; without one, the header holds known words with two blanks or more between them, and
    blanks stand at the same places in every line of the table, which ends at a blank line.

    >>> aligned("Part   Name       Qty\n------ ---------- ---\nA-1    Motor, DC    2\nA-22   Gear         4")[2:]
    [['A-1', 'Motor, DC', '2'], ['A-22', 'Gear', '4']]
    """
    if not _may_be(text[:_HEAD]):
        return None
    lines = re.split(r"\r\n?|\n", text.lstrip("\ufeff"))
    for n, line in enumerate(lines[:_LOOK]):
        ruler = lines[n + 1] if n + 1 < len(lines) and _RULER.fullmatch(lines[n + 1]) else ""
        if line.strip() and not _RULER.fullmatch(line) and (ruler or heads(line)):
            top = n + 2 if n + 2 < len(lines) and not lines[n + 1].strip() else n + 1  # EAGLE: a blank line below the header
            end = next((m for m in range(top, len(lines)) if not lines[m].strip()), len(lines))
            inside = [n, *(m for m in range(top, end) if not _RULER.fullmatch(lines[m]))]
            cells = _cut([lines[m] for m in inside], ruler) if len(inside) > 2 else None
            if not cells:
                return None
            cut = dict(zip(inside, cells, strict=True))
            return [cut.get(m, [] if n <= m < end else [lines[m].strip()]) for m in range(len(lines))]
    return None


def _may_be(head: str) -> bool:
    """Whether a ruler or a header parted by blanks stands at the beginning: most texts are long, and have neither."""
    return any(_RULER.fullmatch(line) or heads(line) for line in re.split(r"[\r\n]+", head)[:_LOOK])


def _cut(lines: Sequence[str], ruler: str) -> list[list[str]] | None:
    """The cells of each line of a table, the header first."""
    count = len(_GAP.split(lines[0].strip()))
    for wide in (2, 1):  # full-width letters are two columns wide on paper, and one in some programs
        grid = [_spread(line, wide) for line in lines]
        ruled = [match.start() for match in re.finditer(r"\S+", ruler)]
        starts = ruled or _flush(grid) or _gaps(grid, count)
        if len(starts) > 2 and _fits(grid, starts):
            return [_cells(line, starts) for line in grid]
    spaced = [re.split(r"\u3000+", line.strip("\u3000")) for line in lines]
    return spaced if not ruler and {len(cells) for cells in spaced} == {count} else None


def _flush(lines: Sequence[Sequence[str]]) -> list[int]:
    """Where columns begin whose cells all begin below the first letter of their header, with a blank before it.

    A word behind one blank begins a column ("Device Package") where it is known, and cells stand below it.
    """
    head, *body = lines
    starts: list[int] = []
    for at in [at for at in range(len(head)) if not _is_blank(head, at) and (at == 0 or _is_blank(head, at - 1))]:
        below = [line for line in body if not _is_blank(line, at)]
        apart = at < 2 or _is_blank(head, at - 2)
        free = at == 0 or all(_is_blank(line, at - 1) for line in body)
        word = "".join(head[at:]).split()[0]
        if free and below and (apart or _known(word)):
            starts.append(at)
        elif apart:
            return []
    cells = [line[a:b] for line in body for a, b in pairwise([*starts, len(line)]) if a < len(line)]
    return starts if all(not any(cell) or not cell[0].isspace() or not "".join(cell).strip() for cell in cells) else []


def heads(line: str) -> bool:
    """Whether a line is a header of at least three columns of which two are known."""
    pieces = _GAP.split(line.strip())
    if len(pieces) < 3 or _MARKS.search(line):
        return False
    return sum(map(_known, pieces)) > 1


def _known(piece: str) -> bool:
    return any(one.how == EXACT for one in suggestions(piece))


def _spread(line: str, wide: int) -> list[str]:
    """The letters of a line by the column in which each begins."""
    cells: list[str] = []
    for letter in line.replace("\t", " "):
        cells += [letter, *[""] * (wide - 1)] if unicodedata.east_asian_width(letter) in "WF" else [letter]
    return cells


def _gaps(lines: Sequence[Sequence[str]], count: int) -> list[int]:
    """Where columns begin: behind two blanks or more that all lines share; none where they are not as many as headers."""
    width = max(map(len, lines))
    blank = [all(_is_blank(line, at) for line in lines) for at in range(width)]
    starts = [at for at in range(width) if not blank[at] and (at == 0 or all(blank[max(0, at - 2) : at]))]
    filled = all(any(cells) for cells in zip(*(_cells(line, starts) for line in lines[1:]), strict=True))
    return starts if len(starts) == count and filled and all(_cells(lines[0], starts)) else []


def _is_blank(line: Sequence[str], at: int) -> bool:
    """Whether nothing stands at a column; the second half of a wide letter is no blank."""
    return at >= len(line) or line[at].isspace() or (not line[at] and line[at - 1].isspace())


def _fits(lines: Iterable[Sequence[str]], starts: Sequence[int]) -> bool:
    """Whether no cell runs over into the next."""
    return all(_is_blank(line, at - 1) for line in lines for at in starts[1:])


def _cells(line: Sequence[str], starts: Sequence[int]) -> list[str]:
    return ["".join(line[a:b]).strip() for a, b in pairwise([0, *starts[1:], len(line)])]
