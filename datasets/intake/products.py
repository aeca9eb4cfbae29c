"""Cells that name several products ("Pump X; Pump Y" below "Used in"): which they are, where the files name each of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ...graph import Message
from ...graph.errors import shorten
from .table import Table
from .values import id_key, is_blank, name

_STRONG = re.compile(r"\s*[;；、\n\r|｜]\s*")
"""What stands between names, and in few of them."""
_ANY = re.compile(r"\s*[;；、\n\r|｜/／,，]\s*")
_LEAST = 2
"""Cells of a column in which a name stands that no other cell has alone."""


def with_products_apart(tables: Sequence[Table]) -> list[Table]:
    """Return tables of which `Table.several` says what products a cell of several names; cells that are left are said.

    A cell is parted where each of its pieces is a product, part or assembly that a table of the same files names by itself,
    or, between marks that stand in few names, one that stands in several cells of the column. One that is itself the name of
    a product or part is not.
    """
    named = {id_key(each) for table in tables for each in _named(table)}
    alone = {id_key(cell) for table in tables for cell in _parents(table) if not _ANY.search(cell.strip())}
    return [_apart(table, named, named | alone) if any(map(_ANY.search, _parents(table))) else table for table in tables]


def _named(table: Table) -> Iterator[str]:
    roles = ("product", "part", "name") if table.form in {"", "products", "bom"} else ()
    return (cell for role in roles if role in table.roles for cell in table.texts(role) if cell is not None)


def _parents(table: Table) -> set[str]:
    """What the lines of a bill say that they go into; a title of a block of lines is one product."""
    column = next(iter(table.roles.get("parent", ())), None)
    if column is None or "bom" not in {table.kind, table.form} or not table.data.width:
        return set()
    return {cell for cell in table.texts("parent") if cell is not None}


def _apart(table: Table, named: Collection[str], known: Collection[str]) -> Table:
    cells = [cell for cell in dict.fromkeys(table.texts("parent")) if cell is not None and id_key(cell) not in named]
    often = Counter(key for cell in cells for key in {*map(id_key, _pieces(_STRONG, cell))})
    again = {key for key, count in often.items() if count >= _LEAST}
    several: dict[str, tuple[str, ...]] = {}
    left: list[str] = []
    for cell in cells:
        strong, pieces = _pieces(_STRONG, cell), _pieces(_ANY, cell)
        if len(strong) > 1 and {*map(id_key, strong)} <= {*known, *again}:
            several[cell] = tuple(strong)
        elif len(pieces) > 1 and all(id_key(piece) in known for piece in pieces):
            several[cell] = tuple(pieces)
        elif len(strong) > 1 or (len(pieces) > 1 and any(id_key(piece) in known for piece in pieces)):
            left.append(cell)
    column = shorten(" ".join(table.headers("parent")[0].split()))
    told = {"products_apart": [*several], "products_perhaps": left}
    notes = []
    for key, found in ((key, found) for key, found in told.items() if found):
        count, first = sum(cell in found for cell in table.texts("parent")), " ".join(found[0].split())
        notes.append(Message(f"datasets.intake.{key}", column=column, cell=shorten(first), count=count))
    others = [note for note in table.notes if note.key.rpartition(".")[2] not in told]  # of fewer files
    return replace(table, several=several, notes=(*others, *notes))


def _pieces(marks: re.Pattern[str], cell: str) -> list[str]:
    """The names between marks, each once."""
    return list(dict.fromkeys(name(piece) for piece in marks.split(cell.strip()) if not is_blank(piece)))
