"""Amounts of purchases that only state how many were bought at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .columns import CONTENT
from .table import Table
from .words import bare

_OF_LOTS = {"priceunit", "per", "peinh", "価格単位", "単価単位", "preiseinheit"}
"""Headers of how many pieces a price is for."""


def with_amounts(table: Table) -> Table:
    """Return purchases with what each line cost, its quantity times its price, where no column says it; and that is said.

    Not where a price may be for a lot, or where a line has several prices: nobody says which was paid.
    """
    has, prices = table.roles.keys(), table.roles.get("price", ())
    if table.kind != "ledger" or "amount" in has or "quantity" not in has or len(prices) != 1:
        return table
    if any(bare(name) in _OF_LOTS for name in table.names):
        return table
    pairs = zip(table.numbers("quantity"), table.numbers("price"), strict=True)
    cost = [None if count is None or price is None else f"{count * price:.12g}" for count, price in pairs]
    if not any(cost):
        return table
    (price,), (count, *_) = prices, table.roles["quantity"]
    called = f"{table.names[count]} × {table.names[price]}"
    units = {len(table.names): replace(table.units[price], factor=1.0)} if price in table.units else {}
    table = with_column(table, "amount", called, cost, table.letters[price])
    said = Message("datasets.intake.reckoned", columns=shorten(called), count=sum(map(bool, cost)))
    return replace(table, units={**table.units, **units}, notes=(*table.notes, said))


def with_column(table: Table, role: str, name: str, cells: Sequence[str | None], letters: str = "") -> Table:
    """Return a table with one more column of its lines, that stands elsewhere or was worked out."""
    at = len(table.names)
    return replace(
        table,
        names=(*table.names, name),
        letters=(*table.letters, letters),
        roles={**table.roles, role: (at,)},
        how={**table.how, at: CONTENT},
        data=table.data.with_columns(pl.Series(f"{at} {name}", cells, dtype=pl.String)),
    )
