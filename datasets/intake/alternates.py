"""Lines of a bill that stand in for the line above them: marked so in a column, and no needs of their own."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .columns import CONTENT
from .table import Table
from .values import id_key
from .words import marks, plain

_COUNT = re.compile(r"[\W_]*\d{1,2}$")
"""The count behind a mark."""


def with_alternates(table: Table) -> Table:
    """Return a bill with a group for each line and those that are marked as its alternates: any of them does.

    A word like "alternate" in the column marks a line wherever it stands: as one of the line that has its number (find no.,
    position), else of the line before it. "Y" may as well mean that alternates exist, and "Alt 1" be the name of a group:
    they mark a line only where another that is not marked has its number. A column "substitute for" names the line by its
    part. Groups that another column names stay as they are; marks that say not of what are said, and make no group.
    """
    for mark, find in (("alternate_of", _named), ("alternate_column", _marked)):
        column = next((i for i, name in enumerate(table.names) if plain(name) in marks(mark)), None)
        if column is None or table.form or set(table.roles.get("group", ())) - {column}:
            continue
        mains = find(table, column)
        if mains is not None:
            return _grouped(table, column, mains)
    return table


def _named(table: Table, column: int) -> dict[int, int] | None:
    """The line whose place each alternate takes, where a cell names it by its part."""
    blocks, parts = _blocks(table), table.texts("part" if "part" in table.roles else "name")
    lines = {(blocks[n], id_key(part)): n for n, part in reversed(list(enumerate(parts))) if part is not None}
    cells = enumerate(table.cells(column))
    found = {n: lines.get((blocks[n], id_key(cell))) for n, cell in cells if cell is not None}
    return {n: at for n, at in found.items() if at is not None and at != n} or None


def _marked(table: Table, column: int) -> dict[int, int] | None:
    """The line whose place each marked one takes; None where the cells are no marks."""
    cells = [plain(cell or "") for cell in table.cells(column)]
    yes, word = marks("alternate_yes"), marks("alternate")
    counted = [_COUNT.sub("", cell) if _COUNT.sub("", cell) in word else cell for cell in cells]  # "Alt 1", "Alt 2"
    if not any(cells) or not set(counted) <= {"", *yes, *word, *marks("alternate_no")}:
        return None
    numbers, blocks = table.texts("number"), _blocks(table)
    mains: dict[tuple[int, str | None], list[int]] = {}
    for n, cell in enumerate(counted):
        if cell not in word and cell not in yes:
            mains.setdefault((blocks[n], numbers[n]), []).append(n)
    again = {block for (block, number), at in mains.items() if number is not None and len(at) > 1}  # numbers start anew
    before: dict[int, int] = {}  # the last line of a block that is no alternate
    found: dict[int, int] = {}
    for n, cell in enumerate(counted):
        at = before.get(blocks[n])
        same = at is not None and numbers[n] is not None and numbers[n] == numbers[at]
        marked = cell in word or (cell in yes and blocks[n] not in again)
        numbered = mains.get((blocks[n], numbers[n]), []) if numbers[n] is not None and marked and not same else []
        if len(numbered) == 1:
            (at,), same = numbered, True
        if at is not None and (cell in word or (cell in yes and same)):
            if counted != cells and not same:
                return None  # names of groups
            found[n] = at
        else:
            before[blocks[n]] = n
    return None if not found and set(cells) <= {"", "1"} else found  # "1" alone may be the number of a group


def _grouped(table: Table, column: int, mains: dict[int, int]) -> Table:
    """The table with a column of groups, each called after the row of the line whose place others take."""
    roles = {
        role: kept for role, at in table.roles.items() if (kept := tuple(i for i in at if i != column)) and role != "group"
    }
    called = shorten(" ".join(table.names[column].split()))
    if not mains:
        count = sum(plain(cell or "") in marks("alternate_yes") for cell in table.cells(column))
        said = (Message("datasets.intake.alternates_open", column=called, count=count),) if count else ()
        return replace(table, roles=roles, notes=(*table.notes, *said))
    groups: list[str | None] = [None] * table.rows
    for n, at in mains.items():
        groups[at] = groups[n] = f"{table.numbers_of_rows[at]}"
    return replace(
        table,
        names=(*table.names, table.names[column]),
        letters=(*table.letters, table.letters[column]),
        roles={**roles, "group": (len(table.names),)},
        how={**table.how, len(table.names): CONTENT},
        data=table.data.with_columns(pl.Series("group", groups, dtype=pl.String)),
        notes=(*table.notes, Message("datasets.intake.alternates", column=called, count=len(mains))),
    )


def same_numbers(table: Table) -> tuple[Message, ...]:
    """Return a note on lines of a bill that share the number (find no., position) of the line before them, and no mark.

    Such a line may be an alternate, or a second part at that place: nobody says, and it counts as needed besides.
    """
    if table.kind != "bom" or "group" in table.roles:
        return ()
    parts, numbers = table.texts("part" if "part" in table.roles else "name"), table.texts("number")
    rows, moved = table.numbers_of_rows, [each.row for each in table.set_aside if each.reason == "phantom"]
    before: dict[int, int] = {}
    found = []
    for n, block in enumerate(_blocks(table)):
        at = before.get(block)
        if at is not None and numbers[n] is not None and numbers[n] == numbers[at] and parts[n] != parts[at]:
            below = any(rows[at] < row < rows[n] for row in moved)  # lines below a phantom have numbers of their own
            found += [] if below else [n]
        before[block] = n
    if not found or len({*numbers} - {None}) < 2:  # one number for all lines is the number of something else
        return ()
    column = shorten(" ".join(table.headers("number")[0].split()))
    return (Message("datasets.intake.same_number", column=column, count=len(found), row=rows[found[0]]),)


def _blocks(table: Table) -> list[int]:
    """Return for each line the first of those that go into the same product, or stand on the same level below one line."""
    first: dict[tuple[str | None, int | None], int] = {}
    blocks = []
    for n, (parent, level) in enumerate(zip(table.texts("parent"), table.levels, strict=True)):
        if level is not None:  # what stood deeper has come to its end
            first = {key: at for key, at in first.items() if key[1] is None or key[1] <= level}
        blocks.append(first.setdefault((parent, level), n))
    return blocks
