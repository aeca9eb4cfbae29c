"""Slips that take back what another one said (赤伝, 返品), where a column says so and the figures have no sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .values import number
from .words import answers, marks, plain


def with_reversals(
    data: pl.DataFrame, names: Sequence[str], roles: Mapping[str, Sequence[int]]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines of purchases whose amounts and quantities are negative where the line takes something back.

    ``data``: the number of the row, and the cells. Figures that have a sign already are left as they are.

    >>> lines = pl.DataFrame({"row": [2, 3], "kind": ["黒", "赤"], "yen": ["1,000", "300"]})
    >>> with_reversals(lines, ["赤黒区分", "金額"], {"standing": (0,), "amount": (1,)})[0]["yen"].to_list()
    ['1,000', '-300']
    """
    if "amount" not in roles:
        return data, ()
    column, said = next(_told(data, names, bool({"date", "order_no"} & roles.keys())), (None, {}))
    if column is None:
        slips = marks("reversal") - marks("part_type")  # a type may be one of anything
        column = next((i for i, name in enumerate(names) if plain(name) in slips), None)
        data, back = _as_counted(data, names, roles)
        return data, back or (() if column is None else _unsaid(data, names, column, roles["amount"][0]))
    turned: set[int] = set()
    for i in (*roles["amount"], *roles.get("quantity", ())):
        cells = data.to_series(i + 1).to_list()
        for n in said:
            if (number(cells[n]) or 0) > 0:
                cells[n], turned = f"-{(cells[n] or '').strip()}", turned | {n}
        data = data.with_columns(pl.Series(data.columns[i + 1], cells, dtype=pl.String))
    data, back = _as_counted(data, names, roles)
    if not turned:
        return data, back
    words = ", ".join(shorten(word) for word in dict.fromkeys(said[n] for n in sorted(turned)))
    about = {"column": shorten(" ".join(names[column].split())), "count": len(turned), "row": data["row"][min(turned)]}
    return data, (Message("datasets.intake.reversed", words=words, **about), *back)


def _as_counted(
    data: pl.DataFrame, names: Sequence[str], roles: Mapping[str, Sequence[int]]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines with negative amounts where less than none was bought for more than nothing, and say so.

    Where most lines are so, their signs have another meaning (what leaves a warehouse), and stay.
    """
    amount, quantity = (next(iter(roles.get(role, ())), None) for role in ("amount", "quantity"))
    if amount is None or quantity is None:
        return data, ()
    cells = data.to_series(amount + 1).to_list()
    paid, counts = ([number(cell) or 0 for cell in data.to_series(i + 1)] for i in (amount, quantity))
    turned = [n for n, (each, count) in enumerate(zip(paid, counts, strict=True)) if each > 0 > count]
    plainly = sum(each > 0 < count for each, count in zip(paid, counts, strict=True))
    if not turned or len(turned) > plainly:
        return data, ()
    for n in turned:
        cells[n] = f"-{(cells[n] or '').strip()}"
    called = [shorten(" ".join(names[i].split())) for i in (quantity, amount)]
    about = {"column": called[0], "amount": called[1], "count": len(turned), "row": data["row"][turned[0]]}
    data = data.with_columns(pl.Series(data.columns[amount + 1], cells, dtype=pl.String))
    return data, (Message("datasets.intake.counted_back", **about),)


def _told(data: pl.DataFrame, names: Sequence[str], bought: bool) -> Iterator[tuple[int, dict[int, str]]]:
    """Columns of which some cells say that a line takes something back, with these cells.

    So says a kind of slip, or a mark in a column of returns: there a figure may be how many went back, and "1" alone a mark
    only where the header asks whether ("is return"); where lines are no purchases of a day or an order, a "return" may be
    the used part that is given back. A column "Type" may tell kinds of parts (return, supply): there one
    word says so only where others are kinds of slips.
    """
    for i, name in enumerate(names):
        header, cells = plain(name), [plain(cell or "") for cell in data.to_series(i + 1)]
        if header in marks("reversal"):
            others = {*cells} - {""} - marks("reversed")
            kinds = header in marks("part_type") and bool(others) and others.isdisjoint(marks("slip"))
            words = marks("reversed") - (marks("kind_of_part") if kinds else frozenset())
        elif bought and header in marks("return_flag") and set(cells) <= {"", "0", "1", *answers("yes"), *answers("no")}:
            words = answers("yes") - (frozenset() if header.startswith("is") else {"1"})
        else:
            continue
        said = {n: data.item(n, i + 1) for n, cell in enumerate(cells) if cell in words}
        if said:
            yield i, said


def _unsaid(data: pl.DataFrame, names: Sequence[str], column: int, amounts: int) -> tuple[Message, ...]:
    """What is to be said of a column of kinds of slips in which nothing says which of them took something back."""
    signed = any((number(cell) or 0) < 0 for cell in data.to_series(amounts + 1))
    return () if signed else _in_digits(data, names, column)


def _in_digits(data: pl.DataFrame, names: Sequence[str], column: int) -> tuple[Message, ...]:
    """What is to be said where the column tells kinds of slips by digits whose meaning only the company knows (0 and 1)."""
    codes = [cell.strip() for cell in data.to_series(column + 1) if cell]
    kinds = sorted(set(codes))
    if len(kinds) < 2 or not all(code.isdecimal() and len(code) < 3 for code in kinds):
        return ()
    called = shorten(" ".join(names[column].split()))
    return (Message("datasets.intake.slips_in_digits", column=called, codes=", ".join(kinds[:6]), count=len(codes)),)
