"""Where the tables of a sheet stand: header rows below titles, in one row or two, side by side or one below the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .days import is_day
from .sheets import Area, Sheet
from .values import is_blank, number, unit_in
from .words import EXACT, bare, form_keys, forms, suggestions, words

TITLE_ROWS = 60
"""Rows among which the first header is looked for."""
_STACKED = 20_000
"""Rows up to which further tables below the first are looked for."""

_PERIOD = re.compile(r"(?:FY)?\s*(?:19|20)\d\d\s*(?:年度?|実績)?", re.IGNORECASE)
Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Place:
    """Where a table stands: header and data rows, counted from 0, its columns, names, titles and the first row above."""

    header: tuple[int, ...]
    top: int
    bottom: int
    columns: tuple[int, ...]
    names: tuple[str, ...]
    titles: tuple[str, ...] = ()
    main: bool = True
    above: int = 0


def places(sheet: Sheet, header: Sequence[int] | None = None) -> list[Place]:
    """Return the tables of a sheet, the main one first.

    Parameters
    ----------
    sheet : Sheet
        Its cells as text.
    header : sequence of int, optional
        Header rows of the main table, counted from 0, that a person has named.
    """
    if sheet.frame.height == 0 or sheet.frame.width == 0:
        return []
    return _Finder(sheet).places(header)


class _Finder:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.height, self.width = sheet, sheet.frame.height, sheet.frame.width
        self.rows: list[Row] = sheet.frame.head(_STACKED).rows() if self.height <= _STACKED else sheet.frame.head(400).rows()
        self.areas = [self._shifted(area) for area in sheet.merged]

    def _shifted(self, area: Area) -> Area:
        left = self.sheet.left
        return Area(area.top, area.left - left, area.bottom, area.right - left)

    def places(self, header: Sequence[int] | None) -> list[Place]:
        everything = tuple(range(self.width))
        if header is not None:
            rows = tuple(row for row in header if 0 <= row < len(self.rows))
            if not rows:
                return []
            main, *beside = sorted(self._side_by_side(everything, rows[0]), key=len, reverse=True)
            aside = [replace(table, main=False) for piece in beside for table in self._stacked(piece)]
            return [self._place(rows, main, self.height, 0), *aside]
        found = self._first(everything, 0, min(TITLE_ROWS, len(self.rows)))
        if found is None:
            return self._unnamed(everything)
        pieces = self._side_by_side(everything, found)
        tables = [table for piece in pieces for table in self._stacked(piece)]
        if not tables:
            return []
        best = max(tables, key=lambda table: (table.bottom - table.top) * len(table.columns))
        largest = [table for table in tables if table.columns == best.columns]
        side = [table for table in tables if table.columns != best.columns]
        return largest + [replace(table, main=False) for table in side]

    # --- rows -------------------------------------------------------------------------------------------------------------

    def _cells(self, row: int, columns: Sequence[int]) -> list[tuple[int, str]]:
        return [(i, cell) for i in columns if (cell := self.rows[row][i]) is not None]

    def _score(self, row: int, columns: Sequence[int]) -> float:
        """How much a row looks like a header: known words, each role once; figures and long sentences speak against it."""
        roles: dict[str, float] = {}
        against, known = 0.0, 0
        cells = self._cells(row, columns)
        for _, cell in cells:
            if len(cell) > 80 or _is_figure(cell):
                against += 0.7
                continue
            found = suggestions(cell)
            if found:
                known += found[0].score >= 0.9
                roles[found[0].role] = max(roles.get(found[0].role, 0.0), found[0].score)
        keys = [key for _, cell in cells for key in form_keys(cell)]
        formal = max((len({roles_[key] for key in keys if key in roles_}) for _, _, roles_ in forms().values()), default=0)
        return max(sum(roles.values()) + 0.1 * known - against, formal * 0.9 - against)

    def _first(self, columns: Sequence[int], start: int, stop: int) -> int | None:
        scores = [self._score(row, columns) for row in range(start, stop)]
        best = max(scores, default=0.0)
        if best < 0.9:
            return None
        for row, score in enumerate(scores, start):
            cells = self._cells(row, columns)
            enough = score >= 0.7 * best
            if enough and (score >= 1.6 or self._alone(row, columns, len(cells))):
                return row
        return None

    def _alone(self, row: int, columns: Sequence[int], cells: int) -> bool:
        """A row with one known word is a header when no fuller row stands above it and the rows below are of its shape."""
        above = max((len(self._cells(r, columns)) for r in range(row)), default=0)
        below = [len(self._cells(r, columns)) for r in range(row + 1, min(row + 6, len(self.rows)))]
        return cells >= above and any(below) and cells >= max(below) - 1

    def _stated(self, row: int, column: int) -> str | None:
        """The cell of a header, taking a merged range as one cell."""
        for area in self.areas:
            if area.top <= row <= area.bottom and area.left <= column <= area.right:
                return self.rows[area.top][area.left] if 0 <= area.left < self.width and area.top < len(self.rows) else None
        return self.rows[row][column] if row < len(self.rows) else None

    # --- header rows ------------------------------------------------------------------------------------------------------

    def _header(self, row: int, columns: Sequence[int], floor: int) -> tuple[int, ...]:
        rows = [row]
        if row > floor and self._groups(row - 1, row, columns):
            rows.insert(0, row - 1)
        while rows[-1] + 1 < len(self.rows) and len(rows) < 3 and self._goes_on(rows[-1], columns):
            rows.append(rows[-1] + 1)
        return tuple(rows)

    def _groups(self, row: int, below: int, columns: Sequence[int]) -> bool:
        """Whether a row above the header names groups of its columns."""
        cells = self._cells(row, columns)
        if not cells or any(number(cell) is not None or len(cell) > 40 for _, cell in cells):
            return False
        heads = {i for i, _ in self._cells(below, columns)}
        across = [
            a for a in self.areas if a.top == row and a.right > a.left and columns[0] <= a.left and a.right <= columns[-1]
        ]
        if any(1 < len(heads & set(range(area.left, area.right + 1))) < max(len(heads), 3) for area in across):
            return True
        if any(a.top == row and a.bottom >= below and a.left in columns for a in self.areas):
            return True
        # In text files: words over columns of a fuller header, and none of them a value.
        said = [bool(found := suggestions(cell)) and found[0].score >= 0.9 for _, cell in cells]
        known = sum(said)
        if said == [True, False] and cells[1][0] == cells[0][0] + 1:
            return False  # a label and its value: 販売元, 例示商事
        values = any(any(map(str.isdigit, cell)) and not _PERIOD.fullmatch(cell.strip()) for _, cell in cells)
        return 1 < len(cells) < len(heads) and {i for i, _ in cells} <= heads and not values and known * 2 >= len(cells)

    def _goes_on(self, row: int, columns: Sequence[int]) -> bool:
        """Whether the row below still belongs to the header."""
        below = self._cells(row + 1, columns)
        if not below:
            return any(a.top <= row < a.bottom and a.left in columns for a in self.areas)
        if any(
            a.top <= row < a.bottom and a.left == a.right and a.left in columns and a.bottom == row + 1 for a in self.areas
        ):
            return all(number(cell) is None for _, cell in below)
        if all(
            any(unit_in(f"({cell.strip('()（）[]')})", kind) for kind in ("money", "count", "time")) for _, cell in below
        ):
            return all(self._stated(row, i) is not None for i, _ in below) and not all(
                number(c) is not None for _, c in below
            )
        across = [a for a in self.areas if a.top == row and a.bottom == row and a.right > a.left and a.left in columns]
        under = {i for area in across for i in range(area.left, area.right + 1)}
        if across and {i for i, _ in below} == under and not any(len(c) > 30 for _, c in below):
            return True
        if any(number(cell) is not None or len(cell) > 40 for _, cell in below):
            return False
        if [cell for _, cell in below] == [cell for _, cell in self._cells(row, columns)]:
            return False
        again = {
            (i, cell) for later in self.rows[row + 2 : row + 12] for i, cell in enumerate(later)
        }  # "Part" as a type of item
        known = sum(place not in again and any(s.how == EXACT for s in suggestions(place[1])) for place in below)
        periods = [i for i, cell in below if _PERIOD.fullmatch(cell.strip()) and (i, cell) not in again]
        spread = len(periods) > 1 and any(self.rows[row][i] is None for i in periods)  # 2023年度, 2024年度 below one 購入額
        others = len(below) - len(periods)
        return known * 2 > others or (known * 2 == others and (known > 1 or spread))

    def _place(self, header: Sequence[int], columns: Sequence[int], bottom: int, floor: int) -> Place:
        names: list[str] = []
        for column in columns:
            parts: list[str] = []
            for row in header:
                cell = self._stated(row, column)
                if cell is None and row == header[0] and len(header) > 1 and self.rows[header[-1]][column] is not None:
                    cell = self._spread(row, column, columns)
                word = "\n".join(" ".join(line.split()) for line in (cell or "").splitlines() if line.strip())
                if word and word not in parts:
                    parts.append(word)
            names.append(" ".join(parts))
        titles = [
            " ".join(cell for _, cell in cells) for row in range(floor, header[0]) if (cells := self._cells(row, columns))
        ]
        top = header[-1] + 1  # a header that is written again and again has nothing below it
        return Place(tuple(header), top, max(top, bottom), tuple(columns), tuple(names), tuple(titles), above=floor)

    def _spread(self, row: int, column: int, columns: Sequence[int]) -> str | None:
        """In text files a group's name stands over its first column only."""
        for i in reversed([i for i in columns if i <= column]):
            if self.rows[row][i] is not None:
                return self.rows[row][i] if not self._alone_in(row, i) else None
        return None

    def _alone_in(self, row: int, column: int) -> bool:
        return row + 1 >= len(self.rows) or self.rows[row + 1][column] is None

    # --- several tables on one sheet --------------------------------------------------------------------------------------

    def _side_by_side(self, columns: Sequence[int], row: int) -> list[tuple[int, ...]]:
        """Blank columns part tables when each side names its lines itself."""
        empty = {i for i in columns if self.sheet.frame.to_series(i).null_count() == self.height}
        pieces: list[list[int]] = [[]]
        for i in columns:
            if i in empty:
                pieces.append([])
            else:
                pieces[-1].append(i)
        pieces = [piece for piece in pieces if piece]
        whole: list[list[int]] = []
        for piece in pieces:
            named = len(piece) > 1 and self._named(row, piece)
            if whole and not (named and self._named(row, whole[-1])):
                whole[-1] += piece
            else:
                whole.append(piece)
        return [tuple(range(piece[0], piece[-1] + 1)) for piece in whole]

    def _named(self, row: int, columns: Sequence[int]) -> bool:
        rows = range(max(0, row - 3), min(row + 4, len(self.rows)))
        words_ = [s.role for r in rows for _, cell in self._cells(r, columns) for s in suggestions(cell) if s.how == EXACT]
        return bool({"part", "name", "part_maker", "designator"} & set(words_)) and len(set(words_)) > 1

    def _stacked(self, columns: tuple[int, ...]) -> list[Place]:
        found = self._first(columns, 0, min(TITLE_ROWS, len(self.rows)))
        if found is None:
            return []
        starts = [(found, 0)]
        if self.height <= _STACKED:
            own = {bare(cell) for _, cell in self._cells(found, columns)}
            row = found + 2
            while row < len(self.rows):
                if self._again(row, columns, own):
                    starts.append((row, self._titles_from(self._below_title(row, columns), columns)))
                row += 1
        tables = []
        for n, (start, floor) in enumerate(starts):
            bottom = starts[n + 1][1] if n + 1 < len(starts) else self.height
            tables.append(self._place(self._header(start, columns, floor), columns, bottom, floor))
        return tables

    def _again(self, row: int, columns: Sequence[int], own: set[str]) -> bool:
        """Whether a new table begins here: another header, or the same one under a title of its own."""
        cells = self._cells(row, columns)
        keys = [bare(cell) for _, cell in cells]
        known = {role for key in keys for role in words().get(key, ())[:1]}
        if len(known) < 2 or len(known) * 2 < len(cells) or not known & {"part", "name", "part_maker", "designator"}:
            return False
        if any(number(cell) is not None for _, cell in cells):
            return False
        before = self._cells(self._below_title(row, columns) - 1, columns)
        if len(own & set(keys)) * 10 >= len(keys) * 8:
            return len(before) == 1 and not is_blank(before[0][1]) and number(before[0][1]) is None
        return len(before) < 2 and row + 1 < len(self.rows) and bool(self._cells(row + 1, columns))

    def _below_title(self, row: int, columns: Sequence[int]) -> int:
        """The row below the title of a header, which may stand one or two blank rows above it; else the header's own."""
        for above in range(row - 1, max(row - 4, 0), -1):
            if cells := self._cells(above, columns):
                return above + 1 if len(cells) == 1 and cells[0][1].rstrip().endswith((":", "：")) else row
        return row

    def _titles_from(self, row: int, columns: Sequence[int]) -> int:
        while row > 0 and len(self._cells(row - 1, columns)) == 1:
            row -= 1
        return row

    # --- without any known word -------------------------------------------------------------------------------------------

    def _unnamed(self, columns: Sequence[int]) -> list[Place]:
        """A header in unknown words: the first row of names above columns that hold figures; else a plain list."""
        filled = [row for row in range(min(TITLE_ROWS, len(self.rows))) if self._cells(row, columns)]
        if not filled:
            return []
        widest = max(len(self._cells(row, columns)) for row in filled)
        if widest == 1:
            return [Place((), filled[0], self.height, tuple(columns), ("",) * len(columns))]
        for row in filled:
            cells = self._cells(row, columns)
            below = [i for i in filled if row < i <= row + 10]
            if len(cells) * 3 < widest * 2 or any(number(cell) is not None or len(cell) > 60 for _, cell in cells):
                continue
            figures = [i for i, _ in cells if below and self._figures(i, below)]
            if figures:
                return [self._place((row,), columns, self.height, 0)]
        return [Place((), filled[0], self.height, tuple(columns), ("",) * len(columns))]

    def _figures(self, column: int, rows: Sequence[int]) -> bool:
        seen = [cell for row in rows if (cell := self.rows[row][column]) is not None]
        return bool(seen) and sum(map(_is_figure, seen)) * 2 > len(seen)


def _is_figure(cell: str) -> bool:
    """Whether a cell is a number or a day."""
    return number(cell) is not None or (any(map(str.isdigit, cell)) and is_day(cell))
