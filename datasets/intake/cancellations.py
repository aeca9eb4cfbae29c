"""Orders of which a part was called off: what was bought is the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .values import decimal_mark, number
from .words import COMMA, bare, marks, plain, speaks_one_of

_CAME = re.compile(
    r"receiv|receipt|shipped|delivered|invoiced|billed|^open|remain|^net|入荷|納入|納品|検収|受入|入庫|出荷|残|geliefert|erhalten|wemng"
)
"""What a header says that counts what came, or is still to come: nothing of it was called off."""
_ORDERS = frozenset(("amount", "price", "date", "order_no"))
_NEAR = 0.005
"""Half of a per cent: amounts are written rounded."""


def without_cancelled(
    data: pl.DataFrame, names: Sequence[str], roles: Mapping[str, Sequence[int]]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines of orders with what is left of them where a column says that a part was called off, and say so.

    The amount is that of the whole order where it is its quantity times its price, that of the rest where it is that times
    its price; else nobody says which, and it counts as blank. Of what came, or goes into a product, nothing was called off.
    ``data``: the number of the row, and the cells.

    >>> lines = pl.DataFrame({"row": [2], "n": ["10"], "off": ["4"], "each": ["5"], "sum": ["50"]})
    >>> roles = {"quantity": (0,), "price": (2,), "amount": (3,)}
    >>> without_cancelled(lines, ["Qty", "Qty cancelled", "Price", "Amount"], roles)[0].row(0)
    (2, '6', '4', '5', '30')
    """
    off = next((i for i, name in enumerate(names) if plain(name) in marks("cancelled_quantity")), None)
    (quantity, *_) = roles.get("quantity") or (None,)
    if off is None or quantity is None or not _ORDERS & roles.keys() or came(names[quantity]):
        return data, ()
    amount, price = (next(iter(roles.get(role, ())), None) for role in ("amount", "price"))
    figures = [i for i in (quantity, amount, price, off) if i is not None]
    comma = with_commas((data.to_series(i + 1) for i in figures), names)
    read = {i: _Column(data, i, comma) for i in figures}
    left, blank = [], 0
    for n, (ordered, gone) in enumerate(zip(read[quantity].figures, read[off].figures, strict=True)):
        if ordered is None or gone is None or not 0 < gone < ordered:
            continue
        left.append(n)
        read[quantity].write(n, ordered - gone)
        paid = None if amount is None else read[amount].figures[n]
        if amount is None or paid is None:
            continue
        each = None if price is None else read[price].figures[n]
        whole, rest = (
            each is not None and abs(each * count - paid) <= _NEAR * abs(paid) for count in (ordered, ordered - gone)
        )
        if not rest:
            read[amount].write(n, paid * (ordered - gone) / ordered if whole else None)
        blank += not (whole or rest)
    if not left:
        return data, ()
    data = data.with_columns(read[i].series for i in (quantity, amount) if i is not None)
    about = {
        "column": shorten(" ".join(names[off].split())),
        "count": len(left),
        "row": data["row"][left[0]],
        "blank": blank,
    }
    return data, (Message(f"datasets.intake.{'cancelled_open' if blank else 'cancelled'}", **about),)


def came(header: str) -> bool:
    """Return whether a header counts what came, or is still to come, and not what was ordered.

    >>> came("Received Qty"), came("入荷数"), came("Qty Ordered")
    (True, True, False)
    """
    return _CAME.search(bare(header)) is not None


def with_commas(columns: Iterable[Iterable[str | None]], names: Sequence[str]) -> bool:
    """Return whether decimals are written with a comma: all columns that tell say so, or none tells and the headers do.

    >>> with_commas([["1.000"], ["5,00"]], ["Qty", "Price"]), with_commas([["1.000"]], ["Menge", "Preis"])
    (True, True)
    """
    told = {decimal_mark(cells) for cells in columns} - {""}
    return told == {","} or (not told and speaks_one_of(names, COMMA))


class _Column:
    """The cells of a column and their figures; a figure is written as the column writes its decimals."""

    def __init__(self, data: pl.DataFrame, i: int, comma: bool) -> None:
        self.name, self.cells = data.columns[i + 1], data.to_series(i + 1).to_list()
        self.comma = (decimal_mark(self.cells) or "," * comma) == ","
        self.figures = [number(cell, self.comma) for cell in self.cells]

    def write(self, n: int, value: float | None) -> None:
        written = None if value is None else f"{value:.12g}"
        self.cells[n] = written.replace(".", ",") if written and self.comma else written

    @property
    def series(self) -> pl.Series:
        return pl.Series(self.name, self.cells, dtype=pl.String)
