"""Quantities that are for more than one product: 1 for a base quantity of 250 is a 250th for each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .values import decimal_mark, number
from .words import answers, marks, plain

_COUNTED = "個|台|本|枚|式|セット|set|pcs|pieces?|units?|assemblies|products?|stück|stk"
_NUMBER = r"(\d+(?:[,.]\d{3})*)"
_STATED = re.compile(
    rf"\b(?:per|pro|je) (?:{_NUMBER} ?(?:{_COUNTED})\b|(?!(?:19|20)\d\d[)\]]?$){_NUMBER}[)\]]?$)"
    rf"|(?<!\d)(?<!\d )/ ?{_NUMBER} ?(?:{_COUNTED})\b"
    rf"|(?<!\d)(?<!\d )/ ?(1[0,.]*0)[)\]]?$"  # "Qty/100"; "Qty/2025" and "per 2025" are years
    rf"|(?<![a-z\d.,])(?<![a-z\d][-_])({_NUMBER[1:-1]}|百|千|万) ?(?:{_COUNTED})? ?(?:当た?り|あたり|毎|ごと)"
)
_WORDS = {"百": 100.0, "千": 1_000.0, "万": 10_000.0}


def for_one(
    data: pl.DataFrame, names: Sequence[str], quantities: Sequence[int], bases: Sequence[int], bought: bool = False
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines whose quantities are for one product, where a column says for how many they are (分母, base quantity).

    Without such a column, the header of the quantities may say so ("Qty per 100"); that of what was bought on some day may
    not: it counts in hundreds.

    ``data``: the number of the row, and the cells; ``quantities``, ``bases``: columns of both, of which the first counts;
    ``bought``: whether the lines are purchases.

    >>> lines = pl.DataFrame({"row": [2, 3], "qty": ["1", "8"], "base": ["250", "1"]})
    >>> for_one(lines, ["Qty", "Base quantity"], [0], [1])[0]["qty"].to_list()
    ['0.004', '8']
    """
    stated = stated_base(names[quantities[0]]) if quantities and not bought else None
    if not quantities or (not bases and stated is None):
        return data, ()
    cells = data.to_series(quantities[0] + 1).to_list()
    told = data.to_series(bases[0] + 1).to_list() if bases else [f"{stated:.0f}"] * len(cells)
    comma, comma_of_base = decimal_mark(cells) == ",", decimal_mark(told) == ","
    found, count = [], 0
    for cell, base in zip(cells, told, strict=True):
        quantity, lot = number(cell, comma), number(base, comma_of_base)
        if quantity is not None and lot is not None and lot > 0 and lot != 1:
            cell, count = f"{quantity / lot:.15g}".replace(".", "," if comma else "."), count + 1
        found.append(cell)
    if not count:
        return data, ()
    data = data.with_columns(pl.Series(data.columns[quantities[0] + 1], found, dtype=pl.String))
    column = shorten(" ".join(names[quantities[0]].split()))
    if not bases:
        return data, (Message("datasets.intake.base_stated", column=column, base=f"{stated:,.0f}", count=count),)
    base = shorten(" ".join(names[bases[0]].split()))
    return data, (Message("datasets.intake.base", column=column, base=base, count=count),)


def without_lots(
    data: pl.DataFrame, names: Sequence[str], quantities: Sequence[int]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines whose quantity is for a lot, of whatever size ("Basis" of Oracle, "Fixed Qty" of Epicor), without it."""
    column = next((i for i, name in enumerate(names) if plain(name) in marks("basis")), None)
    if column is None or not quantities:
        return data, ()
    asked, words = plain(names[column]) in marks("fixed"), [plain(cell or "") for cell in data.to_series(column + 1)]
    fixed = answers("yes") | {"f", "fixed"} if asked else marks("lot")
    lots = [word in fixed for word in words]
    counts = asked and any(word.isdecimal() and int(word) > 1 for word in words)
    if counts or not any(lots):
        return data, ()
    told = data.columns[quantities[0] + 1]
    kept = [None if lot else cell for lot, cell in zip(lots, data[told], strict=True)]
    about = {"column": shorten(" ".join(names[column].split())), "count": sum(lots), "row": data["row"][lots.index(True)]}
    return data.with_columns(pl.Series(told, kept, dtype=pl.String)), (Message("datasets.intake.lots", **about),)


def stated_base(header: str) -> float | None:
    """Return for how many products the quantities below a header are, where it says so and they are several.

    >>> [stated_base(name) for name in ("Qty per 100", "使用数（千台当たり）", "Qty/1,000", "Qty per unit", "員数/台")]
    [100.0, 1000.0, 1000.0, None, None]
    """
    found = _STATED.search(" ".join(unicodedata.normalize("NFKC", header).casefold().split())) if len(header) < 80 else None
    if found is None:
        return None
    said = next(filter(None, found.groups()))
    base = _WORDS.get(said) or float(re.sub(r"[,.]", "", said))
    return base if base > 1 else None
