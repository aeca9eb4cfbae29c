"""Tables for a terminal of any width: a word stays whole, and what does not fit beside goes under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from rich.text import Text

from ..graph.encodings import EAST_ASIAN
from .wrapping import Sentence, ends, pieces

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.table import Table

LONGEST = 28
"""Letters of a word that may widen a column; what is longer (an address, a file) may break."""
UPRIGHT = 8
"""A column of Japanese, which may break between any letters, is not made narrower."""
_PHRASE = re.compile("[（「][^（「]*|[^ぁ-ん（「]+[ぁ-ん]*|[ぁ-ん]+")
"""What a heading breaks between: a word with the hiragana behind it, and what stands in brackets."""
BESIDE = 3
"""What a column takes besides its words: a rule, and a space on each side."""


@dataclass
class _Column:
    """One column: its heading and cells, and whether it may go under the one to its left."""

    head: Text
    right: bool
    under: bool = False
    cells: list[Text] = field(default_factory=list)

    def floor(self) -> int:
        """The least width that breaks no word, and sets no Japanese, nor its heading, upright."""
        longest = max((cell_len(word) for text in (self.head, *self.cells) for word in pieces(text.plain)), default=1)
        return min(LONGEST, max(longest, min(UPRIGHT, max(self._longest(), self._third()))))

    def wishes(self) -> tuple[int, int]:
        """The width that breaks no line of a cell, nor the heading into more than three; and the one that breaks neither."""
        longest = max(self.floor(), self._longest())
        return max(longest, self._third()), max(longest, self._heading())

    def _heading(self) -> int:
        return max((cell_len(line) for line in self.head.plain.split("\n")), default=1)

    def _third(self) -> int:
        """The least width at which the heading takes three lines at most, none of which ends within a word."""
        widths = range(max(min(4, self._heading()), _longest_phrase(self.head.plain)), self._heading() + 1)
        return next((width for width in widths if _height(_set(self.head, width).plain, width) <= 3), 1)

    def _longest(self) -> int:
        return max((cell_len(line) for text in self.cells for line in text.plain.split("\n")), default=1)

    def beneath(self, other: _Column) -> _Column:
        """Return this column with another under it."""
        pairs = zip(self.cells, other.cells, strict=True)
        return _Column(_stacked(self.head, other.head), self.right, self.under, [_stacked(*pair) for pair in pairs])


@dataclass
class Sheet:
    """A table under its title.

    Where words would break, columns marked ``under`` go under the one to their left, from the right, as far as that
    makes the table shorter; where that is not enough, each row stands as a block of lines.

    Attributes
    ----------
    title : str
        What stands above; with marks of the terminal.
    heads : list of (str, bool, bool)
        Headings, whether the column is set to the right, and whether it may go under.
    rows : list of tuple of str
        The cells.
    """

    title: str = ""
    heads: list[tuple[str, bool, bool]] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add_column(self, head: str, *, justify: Literal["left", "right"] = "left", under: bool = False) -> None:
        """Add a column."""
        self.heads.append((head, justify == "right", under))

    def add_row(self, *cells: str) -> None:
        """Add a row."""
        self.rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[object]:
        """Yield what a terminal of this width shows."""
        if self.title:
            yield console.render_str(self.title, style="table.title")
        columns = [_Column(console.render_str(head), right, under) for head, right, under in self.heads]
        for column, cells in zip(columns, zip(*self.rows, strict=True), strict=False):
            column.cells += [console.render_str(cell) for cell in cells]
        found = []
        for some in _foldings(columns):
            wishes, room = [one.wishes() for one in some], options.max_width - 1
            # A heading is broken within its words only where nothing else fits.
            whole = [max(one.floor(), _longest_phrase(one.head.plain)) for one in some]
            widths = fitted(whole, wishes, room) or fitted([one.floor() for one in some], wishes, room)
            if widths:
                found.append((_lines(some, widths), len(found), some, widths))
        if found:
            *_, some, widths = min(found, key=lambda one: one[:2])
            yield _table(some, widths)
        else:
            yield from _blocks(columns)


def fitted(floors: Sequence[int], wishes: Sequence[tuple[int, int]], room: int) -> list[int] | None:
    """Return the columns' widths: none below its floor, room to the one that breaks most; None if none fit.

    First the cells get what they wish for, then the headings.

    >>> fitted([4, 4], [(40, 40), (10, 10)], 36)
    [24, 6]
    >>> fitted([20, 20], [(20, 20), (20, 20)], 36) is None
    True
    """
    widths, left = list(floors), room - sum(floors) - BESIDE * len(floors)
    for wished in zip(*wishes, strict=True):
        while left > 0 and any(width < wish for width, wish in zip(widths, wished, strict=True)):
            widest = max(range(len(widths)), key=lambda one: wished[one] / widths[one])
            widths[widest] += 1
            left -= 1
    return widths if left >= 0 else None


def _foldings(columns: list[_Column]) -> Iterable[list[_Column]]:
    """Yield the columns, then with one after the other under its left neighbour, from the right."""
    yield columns
    for place in range(len(columns) - 1, 0, -1):
        if columns[place].under:
            columns = [*columns[: place - 1], columns[place - 1].beneath(columns[place]), *columns[place + 1 :]]
            yield columns


def _stacked(upper: Text, lower: Text) -> Text:
    """Return two cells as one, the second in paler letters; an empty one takes no line."""
    pale = lower.copy()
    pale.stylize("dim")
    return Sentence.of(Text("\n").join([part for part in (upper, pale) if part.plain]))


def _lines(columns: Sequence[_Column], widths: Sequence[int]) -> int:
    """Return how many lines the table takes."""
    heads = [_set(column.head, width) for column, width in zip(columns, widths, strict=True)]
    rows = zip(*([head, *column.cells] for head, column in zip(heads, columns, strict=True)), strict=True)
    return sum(max(_height(cell.plain, width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _height(cell: str, width: int) -> int:
    return sum(1 + sum(1 for _ in ends(line, width)) for line in cell.split("\n"))


def _longest_phrase(head: str) -> int:
    """The width of the longest phrase of a Japanese heading; other words are parted by blanks, and stay whole anyway."""
    if not any(sign > EAST_ASIAN for sign in head):
        return 1
    return max(cell_len(phrase) for line in head.split("\n") for phrase in _PHRASE.findall(line))


def _set(head: Text, width: int) -> Text:
    """Return a heading that is wider than its column broken between its words, as far as each of them fits."""
    lines = []
    for line in head.split("\n"):
        ends_at: list[int] = []
        phrases, so_far, at = _PHRASE.findall(line.plain), 0, 0
        if cell_len(line.plain) > width and len(phrases) > 1 and all(cell_len(phrase) <= width for phrase in phrases):
            for phrase in phrases:
                if so_far and so_far + cell_len(phrase) > width:
                    ends_at.append(at)
                    so_far = 0
                so_far += cell_len(phrase)
                at += len(phrase)
        lines += line.divide(ends_at)
    return Sentence.of(Text("\n").join(lines))


def _table(columns: Sequence[_Column], widths: Sequence[int]) -> Table:
    from rich.table import Table

    table = Table()
    for column, width in zip(columns, widths, strict=True):
        table.add_column(_set(column.head, width), justify="right" if column.right else "left", width=width, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*row)
    return table


def _blocks(columns: Sequence[_Column]) -> Iterable[object]:
    """Yield each row as lines of heading and cell, where a terminal is too narrow for any table."""
    from rich.table import Table

    for row in zip(*(column.cells for column in columns), strict=True):
        block = Table.grid(padding=(0, 2, 0, 0))
        block.add_column(style="bold", max_width=18, overflow="fold")
        block.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            if cell.plain:
                block.add_row(column.head, cell)
        yield block
        yield Text("")
