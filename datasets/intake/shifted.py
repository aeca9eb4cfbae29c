"""Rows of a text with more or fewer cells than its header: which cells belong together, and where nobody can tell.

"Screw, M4" without quotes is two cells: all that follow stand one column too far to the right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ...graph import Message
from ..places import country
from .days import is_day
from .lines import SetAside
from .profiles import profile
from .settling import MEASURES
from .values import is_blank, number
from .words import EXACT, suggestions

JOINED, OPEN, SHORT, BEYOND = "joined", "open", "short", "beyond"
"""What became of a row: cells were joined in the only way there is, some cells are open, cells at its end are not there, or
stand behind the last header while all others are in their columns."""
_KIND = 0.9
"""From this part of their cells on, columns are of a kind that every cell of a row has to be of."""
_LEAST = 3
"""Cells from which a column tells its kind."""
_MOST = 4
"""Cells too many or too few of a row whose ways to stand are looked for."""
_WORK = 200_000
"""Cells of rows whose ways to stand are looked for: of a file that is broken throughout nobody can tell more."""
_FIGURE = re.compile(r"\W*\d(?:[\d.,' ]*\d)?\s?[^\W\d]{0,4}\W*")
_NAMED = 9
"""Rows that a message names."""

Cells = Sequence[str | None]
Test = Callable[[str], bool]


@dataclass(frozen=True)
class Straight:
    """Cells as they belong, how many columns the header has, and what became of rows that did not fit, by their position."""

    frame: pl.DataFrame
    width: int
    rows: Mapping[int, str] = field(default_factory=dict)
    numbered: bool = False
    """Whether a first column without a header, of the rows' own names, was left out."""

    def set_aside(self, kept: Sequence[int], aside: list[SetAside], first: int) -> list[SetAside]:
        """Return what was set aside, with the rows of which no more than a word is certain; ``first`` as in `notes`."""
        lost = {first + i for i, what in self.rows.items() if what == OPEN} - {first + i for i in kept}
        told = [each for each in aside if each.row not in lost or each.reason not in {"no_name", "heading"}]
        lost -= {each.row for each in told}
        return sorted([*told, *(SetAside(row, "shifted") for row in lost)], key=lambda each: each.row) if lost else aside

    def notes(self, kept: Sequence[int], first: int) -> list[Message]:
        """Return what is to be said; ``kept``: positions of the rows that count, ``first``: the number of the first row."""
        found = [Message("datasets.intake.cells_numbered", columns=self.width)] if self.numbered else []
        for what in (JOINED, OPEN, SHORT, BEYOND):
            rows = [first + i for i in kept if self.rows.get(i) == what]
            if rows and (what != SHORT or len(rows) * 2 < len(kept)):  # most programs that leave some off leave off all
                named = ", ".join(map(str, rows[:_NAMED])) + (", ..." if len(rows) > _NAMED else "")
                found.append(Message(f"datasets.intake.cells_{what}", count=len(rows), rows=named, columns=self.width))
        return found


def straightened(frame: pl.DataFrame, names: Sequence[str], head: int, widths: Sequence[int], mark: str) -> Straight:
    """Return the rows below a header with each cell in its column, where that is certain, and blank where it is not.

    ``head`` and ``widths``: how many cells the header and each row have in the text; ``mark``: what parts them. Blank cells
    at the end of a row, which some programs write, shift nothing, and a last column may have no header.

    >>> cells = pl.DataFrame({"a": ["A", "B"], "b": ["Nut", "Screw"], "c": ["4", " M4"], "d": [None, "5"]})
    >>> found = straightened(cells, ["Part", "Name", "Qty", ""], 3, [3, 4], ",")
    >>> found.frame.rows(), found.rows
    ([('A', 'Nut', '4'), ('B', 'Screw, M4', '5')], {1: 'joined'})
    """
    usual = Counter(cells for cells in widths if cells > 1).most_common(1)
    width = max((i + 1 for i, name in enumerate(names) if name), default=0) or (usual[0][0] if usual else 0)
    odd = [i for i, cells in enumerate(widths) if cells > 1 and cells not in {width, head}]
    if not odd or width < 2:
        return Straight(frame, frame.width)
    rows = [(*row, *[None] * (width + 1 - frame.width)) for row in frame.rows()]  # blank columns at the end are not kept
    good = [row for row, cells in zip(rows, widths, strict=True) if cells in {width, head}]
    good = good or [row for row in rows if all(map(is_blank, row[width:]))]  # every row ends in a mark
    ways = _Ways(names, width, good, mark)
    long = [i for i in odd if widths[i] > width]
    bare = [i for i in long if not all(map(is_blank, rows[i][width:]))]
    if len(bare) * 2 > len(rows) and sum(ways.fits(rows[i][:width]) for i in bare) >= _KIND * len(bare):
        return Straight(frame, frame.width)  # a last column without a header
    if not good and all(widths[i] == width + 1 for i in odd) and len(odd) >= _KIND * len(rows):
        ways = _Ways(names, width, [row[1:] for row in rows], mark)  # programs like R give the rows' names no header
        if sum(ways.fits(row[1:]) for row in rows) >= _KIND * len(rows) > sum(ways.fits(row[:width]) for row in rows):
            return Straight(frame[:, 1:], width, numbered=True)
        ways = _Ways(names, width, good, mark)
    became: dict[int, str] = {}
    cells = [list(row) for row in rows]
    for i in odd:
        became[i], settled = ways.settle([*rows[i], *[None] * widths[i]][: widths[i]])
        cells[i] = (settled + [None] * frame.width)[: frame.width]
    columns = {name: [row[j] for row in cells] for j, name in enumerate(frame.columns)}
    while len(columns) > width and not any(columns[frame.columns[len(columns) - 1]]):
        columns.popitem()
    whole = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Straight(whole, width, {i: what for i, what in became.items() if what})


class _Ways:
    """In which ways the cells of a row can stand below the headers, by what the cells of each column are."""

    def __init__(self, names: Sequence[str], width: int, good: Sequence[Cells], mark: str) -> None:
        self.width, self.mark, self.work = width, mark, _WORK
        columns = [[row[j] for row in good if not is_blank(row[j])] for j in range(width)]
        self.tests = [_test(name, cells) for name, cells in zip(names, columns, strict=False)]
        self.words = [profile(cells).numeric < _KIND and _is_word(cells, mark) for cells in columns]
        self.close = not any(cell.startswith(" ") for cells in columns for cell in cells if cell)

    def fits(self, cells: Cells) -> bool:
        """Whether each cell may stand in its column."""
        return all(self._fit(j, cell) for j, cell in enumerate(cells[: self.width]))

    def settle(self, cells: Cells) -> tuple[str, list[str | None]]:
        """Return what became of a row, and its cells by column; those that several ways leave open are blank."""
        more = len(cells) - self.width
        plain = list(cells[: self.width]) + [None] * -more
        if more < 0 and (self.fits(cells) or -more > _MOST or 2 * len(cells) <= self.width):
            return SHORT, plain
        fits = self.fits(plain) and not self._goes_on(cells)
        blank = all(map(is_blank, cells[self.width :]))
        if fits and more > 0 and blank:
            return "", plain  # blank cells behind the last header, and each of the others as it should be
        found = self._all(cells) if abs(more) <= _MOST else []
        if not found and (more < 0 or blank):  # nothing speaks for cells that are shifted
            return (SHORT if more < 0 else ""), plain
        if more > 0 and fits:  # what stands behind the last header may as well be a remark
            found = [{*way, cell} for way, cell in zip(found, plain, strict=True)] if found else [{cell} for cell in plain]
        settled = [next(iter(way)) if len(way) == 1 else None for way in found] or [None] * self.width
        if not found or any(len(way) > 1 for way in found) or more < 0:
            return OPEN, settled
        return (BEYOND if fits else JOINED), settled

    def _all(self, cells: Cells) -> list[set[str | None]]:
        """What each column holds in all ways in which the cells fit; none where there is no such way.

        Where no cell of another row begins with a blank, one that does goes on with the cell before it.
        """
        self.work -= self.width
        if self.work < 0:
            return []
        spaced = self._goes_on(cells)
        found = self._columns(cells, spaced=True, tested=True) if spaced else []
        found = found or (self._columns(cells, spaced=True, tested=False) if spaced and len(cells) > self.width else [])
        return found or self._columns(cells, spaced=False, tested=True)

    def _goes_on(self, cells: Cells) -> bool:
        """Whether a blank at the beginning of a cell says that it goes on with the one before it."""
        return self.close and any((cell or "").startswith(" ") for cell in cells[1:])

    def _columns(self, cells: Cells, *, spaced: bool, tested: bool) -> list[set[str | None]]:
        """What each column holds in all ways, those in which a cell begins with a blank left out, or a cell does not fit.

        A row with too many cells has some that are pieces of one; of one with too few, some are left out.
        """
        long = len(cells) > self.width
        takes = range(1, len(cells) - self.width + 2) if long else range(2)
        ahead: list[set[int]] = [{0}]
        steps: list[list[tuple[int, int]]] = []
        for j in range(self.width):
            found = [
                (i, i + take)
                for i in sorted(ahead[-1])
                for take in takes
                if i + take <= len(cells) and self._takes(j, cells[i : i + take], spaced=spaced, tested=tested)
            ]
            steps.append(found)
            ahead.append({end for _, end in found})
        told: list[set[str | None]] = []
        ends = {len(cells)}
        for found in reversed(steps):
            on_way = [step for step in found if step[1] in ends]
            told.insert(0, {self._joined(cells[a:b]) for a, b in on_way})
            ends = {start for start, _ in on_way}
        return told if all(told) else []

    def _takes(self, column: int, pieces: Cells, *, spaced: bool, tested: bool) -> bool:
        if spaced and any((piece or "").startswith(" ") != (n > 0) for n, piece in enumerate(pieces)):
            return False
        if len(pieces) > 1 and any(map(is_blank, pieces)):
            return False
        return not tested or (self._fit(column, self._joined(pieces)) and not (self.words[column] and len(pieces) > 1))

    def _joined(self, pieces: Cells) -> str | None:
        return self.mark.join(piece or "" for piece in pieces) or None

    def _fit(self, column: int, cell: str | None) -> bool:
        test = self.tests[column]
        return test is None or cell is None or is_blank(cell) or test(cell)


def _test(header: str, cells: Sequence[str | None]) -> Test | None:
    """What every cell of a column is, as its cells tell, else its header; None where it may be anything."""
    roles = {one.role for one in suggestions(header)[:1] if one.how == EXACT}
    seen = profile(cells)
    told = seen.fill >= _LEAST
    if told and seen.dates >= _KIND:
        return lambda cell: is_day(cell)
    if seen.numeric >= _KIND if told else roles & {*MEASURES}:
        return lambda cell: number(cell) is not None or _FIGURE.fullmatch(cell) is not None
    if seen.countries >= _KIND if told else "country" in roles:
        return lambda cell: country(cell.strip()) is not None
    if not told or seen.dates or seen.numeric or seen.codes * 2 > 1:
        return None
    return lambda cell: not is_day(cell) and number(cell) is None  # names and words


def _is_word(cells: Sequence[str | None], mark: str) -> bool:
    """Whether each cell of a column is one word."""
    return len(cells) >= _LEAST and not any(mark in cell or re.search(r"\s", cell.strip()) for cell in cells if cell)
