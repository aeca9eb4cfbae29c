"""Who sells, where it stands above a table: Supplier: A, a label beside A, Sold by A; and what names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .values import firm_key, is_blank, number
from .words import bare, marks, plain, suggestions, words

LONGEST = 80
"""Characters of the longest name of a firm that is taken from a line above a table."""
_ANYBODY = frozenset(map(bare, ("会社名", "source", "name1", "razón social", "store", "agent")))
"""Words for a supplier in a header that above a table may be anybody's: the company's own name, where a list comes from."""
_LABELLED = re.compile(r"([^:：\d\s][^:：\d]{1,39}?)\s*[:：]\s*(\S.*)")
_LEGAL = re.compile(r"\s*(?:ltd|inc|llc|corp|limited|l\.?p|s\.?a|n\.?v)\b\.?\s*", re.IGNORECASE)
_ADDRESSED = re.compile(r"(?:様|御中|殿)$")


def firm_stated(rows: Sequence[tuple[str | None, ...]], header: Sequence[str] = ()) -> tuple[str, str] | None:
    """Return the label and the one firm that the rows above a table name as its seller; None of several, or of none.

    >>> firm_stated([("供应商：", "甲公司")]), firm_stated([("Vendor: A Ltd",)]), firm_stated([("Ship to: B Ltd",)])
    (('供应商', '甲公司'), ('Vendor', 'A Ltd'), None)
    """
    heads = {bare(name) for name in header}
    firms: dict[str, tuple[str, str]] = {}
    for label, value in (pair for row in rows for pair in _pairs(row)):
        firm = _ADDRESSED.sub("", value.strip()).rstrip()
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
            elif match := _LABELLED.fullmatch(line.strip()):
                yield match[1], match[2]
        yield cell.strip(" :：*【】[]"), beside


def _phrase(line: str) -> tuple[str, str] | None:
    """The words before a seller's name that a line begins with (sold by), and what follows them."""
    whole = plain(line)
    for phrase in sorted(marks("sold_by"), key=len, reverse=True):
        if whole.startswith(phrase):
            # None: the phrase ends inside a character that is folded into several ("sold bẙ").
            end = next((i for i in range(min(len(line), LONGEST) + 1) if plain(line[:i]) == phrase), None)
            if end is not None and (not line[end : end + 1].isalnum() or not phrase.isascii()):
                return line[:end].strip(), line[end:].strip(" :：")
    return None


def _sells(label: str) -> bool:
    if plain(label) in marks("sold_by"):
        return True
    return bare(label) not in _ANYBODY and any(
        one.role in {"supplier", "seller"} and one.score == 1 for one in suggestions(label)
    )
