"""What a row leaves to the one above it: lines of a record ("Order Lines/Product" beside "Vendor"), and 同上."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .settling import MEASURES
from .words import bare, suggestions

_BEHIND = re.compile(r"(\S.*?) \(([^()]+)\)")
_TOLD = re.compile(r"description|beschreibung|descripción|descrição|descrizione|説明")
"""What a header says that asks for sentences on a product, beside one that asks for its name."""
_PARENT, _BASE = "parent", "base quantity"
"""Headers that ask for what lines go into, and for how many of it they are."""
_BILL = re.compile(r"bom|bill|component|stückliste|nomenclature|部品表|构成|清单")
_LINES_OWN = {"part", "name", "quantity", "unit", "designator", "number", "spec"}


def unfolded(names: Sequence[str], frame: pl.DataFrame) -> tuple[tuple[str, ...], pl.DataFrame, tuple[Message, ...]]:
    """Return a table of records with each line whole: headers as the lines alone have them, cells, and what was done.

    The columns of lines share what stands before a stroke. A record stands on its first line only: where all its cells are
    blank, those above hold. Of lines that name parts themselves, what the record names is what they go into, and what it
    counts is for how many of that they are.

    >>> cells = pl.DataFrame({"a": ["Pump", None], "b": ["1", None], "c": ["Screw", "Motor"], "d": ["4", "1"]})
    >>> names, cells, _ = unfolded(["Product", "Quantity", "BoM Lines/Component", "BoM Lines/Quantity"], cells)
    >>> names, cells.rows()
    (('parent', 'base quantity', 'Component', 'Quantity'), [('Pump', '1', 'Screw', '4'), ('Pump', '1', 'Motor', '1')])
    """
    unchanged = tuple(names), frame, ()
    names, behind = _stroked(names)
    groups = Counter(head.strip() for head, stroke, tail in (name.partition("/") for name in names) if stroke and tail)
    prefix, count = max(groups.items(), key=lambda group: group[1], default=("", 0))
    lines = [i for i, name in enumerate(names) if prefix and name.partition("/")[0].strip() == prefix and "/" in name]
    heads = [i for i in range(len(names)) if i not in lines]
    if count < 2 or not heads:
        return unchanged
    blank = pl.all_horizontal(pl.nth(heads).is_null()) & pl.any_horizontal(pl.nth(lines).is_not_null())
    below = frame.select(blank).to_series()
    if below.any() and below[0]:
        return unchanged
    headers, counted = _of_lines(names, lines, heads)
    if behind and not below.any():
        return unchanged
    if not below.any():  # each record has one line: two counts tell that it is one
        return (headers, frame, ()) if counted else unchanged
    # A figure of the record holds once, and not for each of its lines; for how many they are holds for each.
    told = [i for i in heads if headers[i] == _BASE or not {one.role for one in suggestions(names[i])} & {*MEASURES}]
    columns = [frame.columns[i] for i in told]
    # A record's own blanks stay blank: its whole first line holds, and not the last cell that is filled above each.
    first = pl.when(~blank).then(pl.int_range(pl.len())).forward_fill()
    filled = frame.with_columns(
        pl.when(blank).then(pl.col(name).gather(first)).otherwise(name).alias(name) for name in columns
    )
    note = Message("datasets.intake.records", lines=shorten(prefix), count=int(below.sum()))
    return headers, filled, (note,)


def _stroked(names: Sequence[str]) -> tuple[Sequence[str], bool]:
    """Headers of ERPNext, which writes the lines' name behind in brackets ("Qty (Items)"), with it before a stroke."""
    matches = [_BEHIND.fullmatch(name.strip()) for name in names]
    groups = Counter(match[2] for match in matches if match)
    group, count = max(groups.items(), key=lambda each: each[1], default=("", 0))
    named = [m[1] for m in matches if m and m[2] == group and {one.role for one in suggestions(m[1])} & {"part", "name"}]
    if count < 2 or not named or any("/" in name for name in names):
        return names, False
    return [f"{group}/{m[1]}" if m and m[2] == group else name for name, m in zip(names, matches, strict=True)], True


def _of_lines(names: Sequence[str], lines: Sequence[int], heads: Sequence[int]) -> tuple[tuple[str, ...], bool]:
    """Headers as the lines alone have them, and whether records and lines have a count each."""
    roles = {i: next((one.role for one in suggestions(names[i])), "") for i in heads}
    found = [name.partition("/")[2].strip() if i in lines else name for i, name in enumerate(names)]
    own = {one.role for i in lines for one in suggestions(found[i])}
    if own & {"part", "name"}:
        named = [i for role in ("name", "part") for i in heads if roles[i] == role and bare(names[i]) != "id"]
        # What is said of it at length is no name, where there is another.
        named = ([i for i in named if not _TOLD.search(bare(names[i]))] or named)[:1]
        for i in heads:
            if roles[i] in _LINES_OWN:
                of_bill = roles[i] == "quantity" and named and _BILL.search(bare(names[lines[0]].partition("/")[0]))
                found[i] = _PARENT if i in named else _BASE if of_bill else ""
    return tuple(found), "quantity" in own and "quantity" in roles.values()
