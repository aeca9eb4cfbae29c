"""Slips that take back what another one said (赤伝, 返品), where a column says so and the figures have no sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .values import number
from .words import marks, plain


def with_reversals(
    data: pl.DataFrame, names: Sequence[str], roles: Mapping[str, Sequence[int]]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines of purchases whose amounts and quantities are negative where the line takes something back.

    ``data``: the number of the row, and the cells. Figures that have a sign already are left as they are.

    >>> lines = pl.DataFrame({"row": [2, 3], "kind": ["黒", "赤"], "yen": ["1,000", "300"]})
    >>> with_reversals(lines, ["赤黒区分", "金額"], {"standing": (0,), "amount": (1,)})[0]["yen"].to_list()
    ['1,000', '-300']
    """
    column = next((i for i in roles.get("standing", ()) if plain(names[i]) in marks("reversal")), None)
    if column is None or "amount" not in roles:
        return data, ()
    said = {n: cell for n, cell in enumerate(data.to_series(column + 1)) if cell and plain(cell) in marks("reversed")}
    turned: set[int] = set()
    for i in (*roles["amount"], *roles.get("quantity", ())):
        cells = data.to_series(i + 1).to_list()
        for n in said:
            if (number(cells[n]) or 0) > 0:
                cells[n], turned = f"-{(cells[n] or '').strip()}", turned | {n}
        data = data.with_columns(pl.Series(data.columns[i + 1], cells, dtype=pl.String))
    if not turned:
        signed = any((number(cell) or 0) < 0 for cell in data.to_series(roles["amount"][0] + 1))
        return data, () if signed else _in_digits(data, names, column)
    words = ", ".join(shorten(word) for word in dict.fromkeys(said[n] for n in sorted(turned)))
    about = {"column": shorten(" ".join(names[column].split())), "count": len(turned), "row": data["row"][min(turned)]}
    return data, (Message("datasets.intake.reversed", words=words, **about),)


def _in_digits(data: pl.DataFrame, names: Sequence[str], column: int) -> tuple[Message, ...]:
    """What is to be said where the column tells kinds of slips by digits whose meaning only the company knows (0 and 1)."""
    codes = [cell.strip() for cell in data.to_series(column + 1) if cell]
    kinds = sorted(set(codes))
    if len(kinds) < 2 or not all(code.isdecimal() and len(code) < 3 for code in kinds):
        return ()
    called = shorten(" ".join(names[column].split()))
    return (Message("datasets.intake.slips_in_digits", column=called, codes=", ".join(kinds[:6]), count=len(codes)),)
