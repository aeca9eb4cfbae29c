"""What lines go into, where only the cells tell: a column "Product" beside the parts', a code at the head of a block."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import polars as pl

from .columns import CORRECTED, Columns
from .table import Table
from .values import id_key, is_blank
from .words import bare, marks, plain

_PARTS = re.compile(r"part|component|child|teil|komponente|pieza|peça|componente|部品|部番|子品|零件|部件|子件")
"""What a header says that speaks of parts, and of nothing that is bought whole."""
_NUMBER = re.compile(r"(?=\S*[A-Za-z])(?=\S*\d)[\w\-./]{3,30}")
"""The number of an assembly, with letters: figures alone count lines."""
_Row = Sequence[str | None]


def product_column(columns: Columns, names: Sequence[str], rows: Sequence[_Row]) -> int | None:
    """Return the column of products that by its header might name the parts themselves ("Product"), where its cells tell.

    They do in a bill where one part stands beside several products; or where the parts have numbers and names of their own
    to the right of it, and each product stands beside a block of lines, more than one of them in some.

    >>> rows = [("Pump", "P-1", "2"), ("Pump", "P-2", "1"), ("Fan", "P-1", "4")]
    >>> product_column(Columns({"name": (0,), "part": (1,), "quantity": (2,)}, {}), ["Product", "Part no.", "Qty"], rows)
    0
    """
    roles = columns.roles
    if len(roles.get("part", ())) != 1 or "quantity" not in roles or roles.keys() & {"parent", "date"} or columns.steps:
        return None
    (part,) = roles["part"]
    named = [i for role in ("name", "spec") for i in roles.get(role, ()) if columns.how.get(i) != CORRECTED and i != part]
    found = [
        i for i in named if plain(names[i]) in marks("product") | marks("goods") or _numbers_of_assemblies(names[i], i, rows)
    ]
    if len(found) != 1 or not _PARTS.search(bare(names[part])):
        return None
    product = found[0]
    pairs = [(row[product], id_key(row[part] or "")) for row in rows if not is_blank(row[part])]
    beside: dict[str, set[str]] = {}
    for name, number in pairs:
        if name is not None and not is_blank(name):
            beside.setdefault(number, set()).add(plain(name))
    products = {name for each in beside.values() for name in each}
    numbers = {number for _, number in pairs}
    crossed = any(len(each) > 1 for each in beside.values()) and len({name for name, _ in pairs}) < len(set(pairs))
    if crossed and len(products) <= len(numbers):
        return product
    if len(products) >= len(numbers):
        return None
    blocks = [plain(name) for name, _ in pairs if name is not None and not is_blank(name)]
    starts = [name for n, name in enumerate(blocks) if n == 0 or blocks[n - 1] != name]
    grouped = len(starts) == len(products) and bool(pairs) and not is_blank(pairs[0][0])
    return product if grouped and product < part and len(named) > 1 else None


def _numbers_of_assemblies(name: str, column: int, rows: Sequence[_Row]) -> bool:
    """Whether a column "Item" holds numbers, as Oracle lists the assemblies beside their components; words may be groups."""
    told = [row[column] or "" for row in rows if not is_blank(row[column])]
    return plain(name) in marks("assembly") and bool(told) and all(map(_NUMBER.fullmatch, told))


def carried(
    rows: Sequence[_Row], kept: Sequence[int], apart: Collection[int], roles: Mapping[str, Sequence[int]]
) -> tuple[dict[int, int], int]:
    """Return the heads of lines that leave it to the head of their block what they go into, and how many stay open.

    A blank below a filled cell is that cell's only where it can be nothing else: codes stand at the heads of blocks alone
    (none is written again in the line below, and there are no more heads than blanks), no such line is itself what others go
    into, and nothing parts it from the head; the first line of all has one. The heads are the first lines of the blocks, or
    all of them rows of their own.

    Parameters
    ----------
    rows : sequence of rows
        All rows of the table, blank ones too.
    kept : sequence of int
        Those that are lines.
    apart : collection of int
        Those that end a block: totals, headings.
    roles : mapping of role to columns
        Of the table.

    Examples
    --------
    >>> rows = [("X-1", "P"), (None, "Q"), ("X-2", "P"), (None, "R")]
    >>> carried(rows, range(4), (), {"parent": (0,), "part": (1,)})
    ({1: 0, 3: 2}, 0)
    """
    column, lines = roles["parent"][0], set(kept)
    own = {column, *roles.get("parent_name", ())}
    naming = [i for role in ("part", "name") for i in roles.get(role, ())[:1]]
    alone = all(rows[n][column] is None for n in kept)
    heads = [n for n, row in enumerate(rows) if not is_blank(row[column]) and (n in lines or (alone and _only(row, own)))]
    parents = {id_key(rows[n][column] or "") for n in heads}
    found: dict[int, int] = {}
    tops = opened = 0
    head: int | None = None
    for n, row in enumerate(rows):
        if n in lines and row[column] is None:
            top = any(row[i] is not None and id_key(row[i] or "") in parents for i in naming)
            tops, opened = tops + top, opened + (not top)
            if head is not None:
                found[n] = head
        elif n in lines or n in heads:
            head = None if is_blank(row[column]) else n
        elif n in apart or row[column] is not None or all(each is None for each in row):
            head = None
    again = any(m == n + 1 and id_key(rows[m][column] or "") == id_key(rows[n][column] or "") for n, m in pairwise(heads))
    headless = bool(kept) and rows[kept[0]][column] is None and kept[0] not in found
    if again or tops or headless or len(found) < len(heads):
        found = {}
    return found, (opened - len(found) if heads else 0)


def _only(row: _Row, columns: Collection[int]) -> bool:
    """Whether a row says what follows goes into, and nothing else."""
    first = next((cell for cell in row if cell is not None), "")
    note = plain(first)[:1] in {"※", "*"} or plain(first) in marks("note") | marks("total")
    return not note and all(cell is None or i in columns for i, cell in enumerate(row))


def filled(
    data: pl.DataFrame, columns: Sequence[int], rows: Sequence[_Row], heads: Mapping[int, int], kept: Sequence[int]
) -> pl.DataFrame:
    """Return lines with what their heads say in blank cells of columns (counted from 0, without their row's number)."""
    names = [data.columns[i + 1] for i in columns]
    told = [
        [
            rows[heads[n]][i] if cell is None and n in heads else cell
            for n, cell in zip(kept, data[name].to_list(), strict=True)
        ]
        for i, name in zip(columns, names, strict=True)
    ]
    return data.with_columns(pl.Series(name, cells, dtype=pl.String) for name, cells in zip(names, told, strict=True))


_BILL_OF = re.compile(r"(?:bill of materials?|nomenclature|stückliste|部品表) ?[:：] ?(\S.*)", re.IGNORECASE)
_AGAIN = re.compile(r"r[eé]capitulation (?:of|de) ?[:：].*|(?:gesamtstückliste|zusammenfassung von) ?[:：].*", re.IGNORECASE)


def bills_above(titles: Sequence[str], rows: Sequence[_Row], kept: Sequence[int]) -> tuple[list[str], set[int]] | None:
    """Return what each line goes into and the lines that sum up the others, where bills stand one below another (CATIA).

    Each has a title of its own ("Bill of Material: Frame"); a recapitulation counts all parts again.

    >>> rows = [("2", "Bolt"), ("Bill of Material: Sub", None), ("3", "Nut"), ("Recapitulation of: Top", None), ("2", "X")]
    >>> bills_above(["Bill of Material: Top"], rows, [0, 2, 4])
    (['Top', 'Sub', 'Sub'], {4})
    """
    first = next((match[1] for title in reversed(titles) if (match := _BILL_OF.fullmatch(title.strip()))), None)
    lines, owners, again, several = set(kept), [], set(), False
    owner, over = first, False
    for i, row in enumerate(rows):
        if i in lines:
            owners.append(owner or "")
            again |= {i} if over else set()
            continue
        filled_cells = [cell.strip() for cell in row if cell is not None]
        if len(filled_cells) != 1:
            continue
        if match := _BILL_OF.fullmatch(filled_cells[0]):
            owner, over, several = match[1], False, True
        elif _AGAIN.fullmatch(filled_cells[0]):
            over = several = True
    return (owners, again) if first and several else None


def with_drawn_levels(table: Table) -> Table:
    """Return a table with its levels where they are drawn, not written: indented names, numbers like 1.2.1."""
    roles = dict(table.roles)
    if table.form or "level" in roles or "parent" in roles or table.steps or not table.rows:
        return table
    for i in roles.get("number", ()):
        cells = [cell.strip(" .") for cell in table.cells(i) if cell is not None]
        dotted = [cell for cell in cells if "." in cell and all(piece.isdecimal() for piece in cell.split("."))]
        if (
            len(dotted) * 5 >= len(cells)
            and any(cell.count(".") > 1 or not cell.endswith(".0") for cell in dotted)
            and any(cell.isdecimal() for cell in cells)
        ):
            return replace(table, roles=roles | {"dotted": (i,)})
    for role in ("part", "name", "number"):  # Teamcenter indents its column "BOM Line"
        for i in roles.get(role, ())[:1]:
            cells = [cell for cell in table.cells(i) if cell is not None]
            indents = [cell[: len(cell) - len(cell.lstrip(" 　\t"))] for cell in cells]
            typed = {*indents} == {"", " "} and 5 * sum(map(bool, indents)) < len(cells)  # a blank here and there
            if len({*map(len, indents)}) > 1 and "" in indents and not typed and cells[0] == cells[0].lstrip():
                return replace(table, roles=roles | {"indent": (i,)})
    return table
