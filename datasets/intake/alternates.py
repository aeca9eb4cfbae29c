"""Lines of a bill that stand in for the line above them: marked so in a column, and no needs of their own."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .columns import CONTENT
from .table import Table
from .words import marks, plain


def with_alternates(table: Table) -> Table:
    """Return a bill with a group for each line and those that are marked as its alternates: any of them does.

    A word like "alternate" in the column marks a line wherever it stands: as one of the line that has its number (find no.,
    position), else of the line before it. "Y" may as well mean that alternates exist: it marks a line only
    where that has the number of the line before it. Groups that another column names stay as they are.
    """
    column = next((i for i, name in enumerate(table.names) if plain(name) in marks("alternate_column")), None)
    if column is None or table.form or set(table.roles.get("group", ())) - {column}:
        return table
    cells = [plain(cell or "") for cell in table.cells(column)]
    yes, word = marks("alternate_yes"), marks("alternate")
    if not any(cells) or not set(cells) <= {"", *yes, *word, *marks("alternate_no")}:
        return table
    numbers, blocks = table.texts("number"), _blocks(table)
    mains: dict[tuple[int, str | None], list[int]] = {}
    for n, cell in enumerate(cells):
        if cell not in word and cell not in yes:
            mains.setdefault((blocks[n], numbers[n]), []).append(n)
    before: dict[int, int] = {}  # the last line of a block that is no alternate
    groups: list[str | None] = [None] * len(cells)
    count = 0
    for n, cell in enumerate(cells):
        at = before.get(blocks[n])
        same = at is not None and numbers[n] is not None and numbers[n] == numbers[at]
        numbered = mains.get((blocks[n], numbers[n]), []) if numbers[n] is not None and cell in word and not same else []
        if len(numbered) == 1:
            (at,) = numbered
        if at is not None and (cell in word or (cell in yes and same)):
            groups[at] = groups[n] = f"{table.numbers_of_rows[at]}"
            count += 1
        else:
            before[blocks[n]] = n
    if not count:
        return table
    roles = {
        role: kept for role, at in table.roles.items() if (kept := tuple(i for i in at if i != column)) and role != "group"
    }
    called = shorten(" ".join(table.names[column].split()))
    return replace(
        table,
        names=(*table.names, table.names[column]),
        letters=(*table.letters, table.letters[column]),
        roles={**roles, "group": (len(table.names),)},
        how={**table.how, len(table.names): CONTENT},
        data=table.data.with_columns(pl.Series("group", groups, dtype=pl.String)),
        notes=(*table.notes, Message("datasets.intake.alternates", column=called, count=count)),
    )


def _blocks(table: Table) -> list[int]:
    """Return for each line the first of those that go into the same product, or stand on the same level below one line."""
    first: dict[tuple[str | None, int | None], int] = {}
    blocks = []
    for n, (parent, level) in enumerate(zip(table.texts("parent"), table.levels, strict=True)):
        first = {key: at for key, at in first.items() if level is None or key[1] is None or key[1] <= level}
        blocks.append(first.setdefault((parent, level), n))
    return blocks
