"""Quantities that are for more than one product: 1 for a base quantity of 250 is a 250th for each."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .values import decimal_mark, number


def for_one(
    data: pl.DataFrame, names: Sequence[str], quantities: Sequence[int], bases: Sequence[int]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines whose quantities are for one product, where a column says for how many they are (分母, base quantity).

    ``data``: the number of the row, and the cells; ``quantities``, ``bases``: columns of both, of which the first counts.

    >>> lines = pl.DataFrame({"row": [2, 3], "qty": ["1", "8"], "base": ["250", "1"]})
    >>> for_one(lines, ["Qty", "Base quantity"], [0], [1])[0]["qty"].to_list()
    ['0.004', '8']
    """
    if not bases or not quantities:
        return data, ()
    cells, told = data.to_series(quantities[0] + 1).to_list(), data.to_series(bases[0] + 1).to_list()
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
    column, base = (shorten(" ".join(names[i].split())) for i in (quantities[0], bases[0]))
    return data, (Message("datasets.intake.base", column=column, base=base, count=count),)
