"""Who sells, where it stands above a table: Supplier: A, a label beside A, Sold by A; and what names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .columns import Columns
from .values import firm_key, is_blank, number
from .words import FIRMS, bare, marks, plain, suggestions, words

LONGEST = 80
"""Characters of the longest name of a firm that is taken from a line above a table."""
_ANYBODY = frozenset(map(bare, ("会社名", "source", "name1", "razón social", "store", "agent")))
"""Words for a supplier in a header that above a table may be anybody's: the company's own name, where a list comes from."""
_LABELLED = re.compile(r"\s*([^:：\d]{2,40}?)\s*[:：]\s*(\S.*)")
_LEGAL = re.compile(r"\s*(?:ltd|inc|llc|corp|limited|l\.?p|s\.?a|n\.?v)\b\.?\s*", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*\d{4,10}\s+[^\W\d].*", re.DOTALL)
_ADDRESSED = re.compile(r"\s*(?:様|御中|殿)\s*$")


def firm_stated(rows: Sequence[tuple[str | None, ...]], header: Sequence[str] = ()) -> tuple[str, str] | None:
    """Return the label and the one firm that the rows above a table name as its seller; None of several, or of none.

    >>> firm_stated([("供应商：", "甲公司")]), firm_stated([("Vendor: A Ltd",)]), firm_stated([("Ship to: B Ltd",)])
    (('供应商', '甲公司'), ('Vendor', 'A Ltd'), None)
    """
    heads = {bare(name) for name in header}
    firms: dict[str, tuple[str, str]] = {}
    for label, value in (pair for row in rows for pair in _pairs(row)):
        firm = _ADDRESSED.sub("", value.strip())
        known = bare(firm) in words() or bare(firm) in heads
        if _sells(label) and not known and not is_blank(firm) and number(firm) is None and 1 < len(firm) <= LONGEST:
            firms.setdefault(firm_key(firm), (label, firm))
    return next(iter(firms.values())) if len(firms) == 1 else None


def _pairs(row: Sequence[str | None]) -> Iterator[tuple[str, str]]:
    """Yield labels with what stands behind them in their cell, or in the next cell that is filled."""
    cells: list[str] = []
    for cell in row:
        if cell is not None and cells and _LEGAL.fullmatch(cell):
            cells[-1] += f", {cell.strip()}"  # parted by its own comma: Example Co., Ltd
        elif cell is not None:
            cells.append(cell)
    for n, cell in enumerate(cells):
        beside = cells[n + 1] if n + 1 < len(cells) else ""
        for line in cell.splitlines():
            if (found := _phrase(line)) is not None:
                yield found[0], found[1] or beside
            elif match := _LABELLED.fullmatch(line):
                yield match[1], match[2]
        yield cell.strip(" :：*【】[]"), beside


def _phrase(line: str) -> tuple[str, str] | None:
    """The words before a seller's name that a line begins with (sold by), and what follows them."""
    whole = plain(line)
    for phrase in sorted(marks("sold_by"), key=len, reverse=True):
        if whole.startswith(phrase):
            end = next(i for i in range(len(line) + 1) if plain(line[:i]) == phrase)
            if not line[end : end + 1].isalnum() or not phrase.isascii():
                return line[:end].strip(), line[end:].strip(" :：")
    return None


def _sells(label: str) -> bool:
    if plain(label) in marks("sold_by"):
        return True
    return bare(label) not in _ANYBODY and any(
        one.role in {"supplier", "seller"} and one.score == 1 for one in suggestions(label)
    )


def without_nobody(data: pl.DataFrame, names: Sequence[str], columns: Columns) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Cells of firms that name none ("custom", 各社) are blank: else all such parts would come from one firm.

    A column in which each firm stands behind its number ("0000100001 Muster GmbH", as SAP writes it) holds the firms.
    """
    notes = []
    for i in (i for role in sorted(FIRMS) for i in columns.roles.get(role, ())):
        cells: list[str | None] = data.to_series(i + 1).to_list()
        known = [cell for cell in cells if cell is not None]
        if known and all(map(_NUMBERED.fullmatch, known)):
            data = data.with_columns(pl.col(data.columns[i + 1]).str.replace(r"^\s*\d+\s+", ""))
        gone = [cell for cell in cells if cell is not None and plain(cell) in marks("no_firm")]
        if gone:
            left = [None if cell is not None and plain(cell) in marks("no_firm") else cell for cell in cells]
            data = data.with_columns(pl.Series(data.columns[i + 1], left, dtype=pl.String))
            words = ", ".join(shorten(word) for word in dict.fromkeys(gone))
            column = shorten(" ".join(names[i].split()))
            notes.append(Message("datasets.intake.no_firm", words=words, column=column, count=len(gone)))
    return data, tuple(notes)
