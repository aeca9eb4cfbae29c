"""The head that SAP writes above a list of components (CS11, CS12, CS13): the product, and for how many of it they are.

The labels are those of exports that others read: Material, Plant/Usage/Alt., Description, Base Qty, Reqd Qty. Quantities are
for the required quantity of the head, where there is one (SAP Library, "BOM Explosion Level by Level"), else for its base.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .values import is_blank, name, number
from .words import marks, plain

_LABELS = ("head_product", "head_plant", "head_name", "head_base", "head_required")
_UNIT = re.compile(r"\s*\([^()]*\)\s*:?$")
_THREE = re.compile(r"\d+([.,])\d{3}")
_GAP = re.compile(r"\s{2,}|\s*[:：]\s*")


class Head(NamedTuple):
    """What a head says: the product, its name, for how many of it the quantities are, and the words of its labels."""

    product: str
    name: str | None
    base: str | None
    label: str
    base_label: str


def head_above(rows: Sequence[tuple[str | None, ...]]) -> Head | None:
    """Return what stands above a list as SAP writes it; None where the product, or what tells SAP's head, is not there.

    >>> head_above([("Material", "F-1"), ("Plant/Usage/Alt.", "1000 / 1 / 01"), ("Base Qty (PC )", "100.000")])[:3]
    ('F-1', None, '100.000')
    >>> head_above([("Material", "Steel")])
    """
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        cells = [cell.strip() for cell in row if cell is not None]
        cells = _GAP.split(cells[0], maxsplit=1) if len(cells) == 1 else cells
        if len(cells) != 2 or is_blank(cells[1]):
            continue
        label = plain(_UNIT.sub("", cells[0]).rstrip(" :："))
        kind = next((each for each in _LABELS if label in marks(each)), None)
        if kind is not None:
            found.setdefault(kind, (cells[0], cells[1]))
    if "head_product" not in found or not found.keys() & {"head_plant", "head_base"}:
        return None
    label, product = found["head_product"]
    count_label, count = found.get("head_required") or found.get("head_base") or ("", None)
    called = found.get("head_name")
    return Head(name(product), None if called is None else name(called[1]), count, label, " ".join(count_label.split()))


def for_one_of(
    data: pl.DataFrame, names: Sequence[str], roles: Mapping[str, Sequence[int]], levels: Sequence[int | None], head: Head
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines of a list with quantities for one product; below the topmost level nobody says what they are for.

    ``data``: the number of the row, and the cells; ``levels``: of each line.
    """
    columns = roles.get("quantity", ())
    if not columns or head.base is None:
        return data, ()
    column = data.columns[columns[0] + 1]
    cells = data[column].to_list()
    decimals = {match[1] if (match := _THREE.fullmatch((cell or "").strip())) else "" for cell in cells if cell is not None}
    sap = decimals in ({","}, {"."})  # quantities of SAP have three decimals, whatever a comma parts elsewhere
    comma = decimals == {","}
    count = number(head.base, comma)
    count = None if count is None or count <= 0 or count == 1 else count
    if count is None and not sap:
        return data, ()
    top = min((level for level in levels if level is not None), default=None)
    deeper = [count is not None and level not in {top, None} for level in levels]
    figures = [None if below else number(cell, comma) for cell, below in zip(cells, deeper, strict=True)]
    found = [None if figure is None else f"{figure / (count or 1.0):.15g}" for figure in figures]
    data = data.with_columns(pl.Series(column, found, dtype=pl.String))
    if count is None:
        return data, ()
    about = {
        "column": shorten(" ".join(names[columns[0]].split())),
        "label": shorten(head.base_label),
        "count": f"{count:,g}",
    }
    notes = [Message("datasets.intake.head_count", **about)]
    if any(deeper):
        notes.append(Message("datasets.intake.head_deeper", column=about["column"], count=sum(deeper)))
    return data, tuple(notes)
