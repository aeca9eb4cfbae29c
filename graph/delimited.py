"""Text whose cells something parts: what that is, the rows, and the frame under a header."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from .errors import LimitError, ReadError, short_path, shorten
from .files import reading
from .workbooks import COLUMNS

ALONE = "\x1f"
"""Between the cells of a text of one column."""
_DELIMITERS = ",\t;|"
_WIDE = "，；｜"
"""The same in full width, as an East Asian keyboard writes them; in a sentence they part nothing."""
_PARTS = re.compile(r"(?<!\d),|,(?!\d)")
"""A comma that does not stand between digits."""
_CELL_LIMIT = 2**27
_STATED = re.compile(r"sep=(.)\r?\n")


def delimiter(text: str) -> str:
    r"""Return what separates the cells: what cuts the first lines into the same number of pieces, and into most.

    >>> delimiter("Teil;Preis\nA;1,50\nB;2,75\n"), delimiter("品番，品名\nA-1，ボルト\n")
    (';', '，')
    """
    sample = text[:20_000]
    best, chosen = (0.0, 0), ALONE
    for mark in sorted(_DELIMITERS, key=",".__eq__):
        if mark == "," and chosen != ALONE and not _PARTS.search(sample):
            break  # every comma is a decimal sign (1,50;2,75), even where some rows are broken
        try:
            widths = [len(row) for row in csv.reader(StringIO(sample, newline=""), delimiter=mark) if any(row)][:60]
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if wide:
            width, count = Counter(wide).most_common(1)[0]
            if count == 1 and 2 * len(wide) < len(widths):
                continue  # a list of names, one of which holds a comma
            score = (round(count / len(widths) + len(wide) / len(widths), 3), width)
            best, chosen = max((best, chosen), (score, mark))
    return next((mark for mark in _WIDE if _cuts(sample, mark)), chosen) if chosen == ALONE else chosen


def mark_of(text: str) -> str:
    """Return what parts the cells of a text: what its first line says (``sep=;``), else what `delimiter` finds."""
    stated = _STATED.match(_lined(text))
    return stated[1] if stated else delimiter(_lined(text))


def _cuts(sample: str, mark: str) -> bool:
    """Whether a mark cuts every line into the same number of cells, and there are several lines."""
    try:
        rows = [row for row in csv.reader(StringIO(sample, newline=""), delimiter=mark) if any(row)]
    except csv.Error:
        return False
    whole = rows if len(sample) < 20_000 else rows[:-1]
    return len(whole) > 1 and len(whole[0]) > 1 and len({len(row) for row in whole}) == 1


def _narrow(text: str, separator: str) -> tuple[str, str]:
    """Text that a mark of one byte parts, and that mark: a reader of bytes knows no other."""
    if separator.isascii():
        return text, separator
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows(csv.reader(StringIO(text, newline=""), delimiter=separator))
    return written.getvalue(), ","


def rows_of(text: str, path: Path) -> list[list[str]]:
    """Return the rows of a text; a first line ``sep=;`` says its delimiter, and is an empty row.

    Raises
    ------
    ReadError
        Its quotes do not close.
    LimitError
        A row has more cells than a sheet of Excel.
    """
    text = _lined(text)
    check_width(text, path)
    mark, stated = mark_of(text), _STATED.match(text)
    limit = csv.field_size_limit(_CELL_LIMIT)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise ReadError("graph.tables.corrupt", path=short_path(path), reason=shorten(error, 160)) from error
    finally:
        csv.field_size_limit(limit)
    if stated:
        rows[0] = []
    check_columns(max((len(row) for row in rows), default=0), path)
    return rows


def frame_of(text: str, path: Path, *, ragged: bool = False, header: bool = True) -> pl.DataFrame:
    """Return the frame of a text, every cell as text, under the names of its first line unless it has no ``header``.

    With ``ragged`` rows may be longer than the header (some publishers end each with a comma), and a quote may stand inside
    a cell: what is beyond the header is left out. Without, such a row is an error: its cells may stand in wrong columns.

    Raises
    ------
    ReadError
        Its quotes do not close, or a row is longer than the header; the line is said.
    LimitError
        The header has more cells than a sheet of Excel.
    """
    whole = text = _lined(text)
    check_width(text, path)
    stated = _STATED.match(text)
    text = text[stated.end() :] if stated else text.lstrip("\r\n")
    text, separator = _narrow(text, stated[1] if stated else delimiter(text))
    options: dict[str, Any] = {"separator": separator, "infer_schema": False, "has_header": header}
    if not ragged:
        with reading(path, "graph.tables.corrupt"):
            try:
                return pl.read_csv(StringIO(text), **options)
            except pl.exceptions.PolarsError as error:
                raise _broken(text, separator, path, whole.count("\n") - text.count("\n")) or error from error
    try:
        return pl.read_csv(StringIO(text), truncate_ragged_lines=True, **options)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        # Python's reader knows the line of a broken quote, and takes a quote inside a cell for what it is.
        reader = csv.reader(StringIO(text), delimiter=separator, strict=True)
        try:
            head, *rows = [row for row in reader if row] or [[]]
        except csv.Error as error:
            raise ReadError("graph.tables.quotes", path=short_path(path), line=reader.line_num) from error
        if not header:
            head, rows = [f"column_{i + 1}" for i in range(len(head))], [head, *rows]
        padded = [(row + [""] * len(head))[: len(head)] for row in rows]
        return pl.DataFrame(padded, schema=dict.fromkeys(_told_apart(head), pl.String), orient="row")


def lines_above(text: str) -> int:
    r"""Return how many lines stand above the header that `frame_of` takes: blank ones, or the one that says a delimiter.

    >>> lines_above("\r\n\nid,name\n"), lines_above("sep=;\nid;name\n"), lines_above("id,name\n")
    (2, 1, 0)
    """
    text = _lined(text)
    stated = _STATED.match(text)
    return 1 if stated else text[: len(text) - len(text.lstrip("\r\n"))].count("\n")


def _broken(text: str, separator: str, path: Path, above: int) -> ReadError | None:
    """What is wrong with the first line that is no row of its header; ``above``: the lines that stand before the text."""
    reader = csv.reader(StringIO(text), delimiter=separator, strict=True)
    width = None
    try:
        for row in reader:
            width = width or len(row)
            if len(row) > width:
                place = {"path": short_path(path), "line": reader.line_num + above}
                return ReadError("graph.tables.ragged", cells=len(row), columns=width, **place)
    except csv.Error:
        return ReadError("graph.tables.quotes", path=short_path(path), line=reader.line_num + above)
    return None


def _lined(text: str) -> str:
    """Text whose lines end as all readers know it: some programs still end them with a carriage return alone."""
    return text if "\n" in text else text.replace("\r", "\n")


def _told_apart(names: list[str]) -> list[str]:
    """Return the names of columns as polars' reader tells those apart that come twice."""
    found: dict[str, None] = {}
    for name in names:
        ways = itertools.chain([name], (f"{name}_duplicated_{n}" for n in itertools.count()))
        found[next(way for way in ways if way not in found)] = None
    return list(found)


def check_width(text: str, path: Path) -> None:
    """Refuse text whose first line has more cells than a sheet of Excel.

    Raises
    ------
    LimitError
        It has.
    """
    head = text.lstrip("\r\n\ufeff").partition("\n")[0]
    check_columns(max(map(head.count, _DELIMITERS + _WIDE)) + 1, path)


def check_columns(width: int, path: Path) -> None:
    """Refuse more columns than a sheet of Excel has.

    Raises
    ------
    LimitError
        There are more.
    """
    if width > COLUMNS:
        raise LimitError("graph.tables.too_wide", path=short_path(path), columns=f"{width:,}", limit=f"{COLUMNS:,}")
