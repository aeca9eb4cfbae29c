"""A sheet that lies on its side: headers one below another in its first column, and each part in a column of its own."""

from __future__ import annotations

from dataclasses import replace

from ...graph import Message
from .sheets import Sheet, frame
from .values import is_blank, number
from .words import EXACT, FIRMS, suggestions

_TOP, _WIDEST = 60, 2000
"""Rows that may be headers, and columns that may be parts: a sheet of more stands upright."""
_TOLD = {"part", "name", "quantity", "price", "amount", "country", "stock", "lead_time", "share", *FIRMS}
"""What a table of parts tells of each: three of these in the first column are no chance."""


LYING, TURNED = Message("datasets.intake.lies"), Message("datasets.intake.turned")


def standing_up(sheet: Sheet) -> tuple[Sheet, tuple[Message, ...]]:
    """Return a sheet as it is to be read, and what is to be said: that it lies on its side, or that it was turned."""
    if not lies(sheet):
        return sheet, ()
    turned = upright(sheet)
    return (sheet, (LYING,)) if turned is None else (turned, (TURNED,))


def lies(sheet: Sheet) -> bool:
    """Return whether the headers seem to stand in the first column, and in no row."""
    if not (3 <= sheet.frame.height <= _TOP and 2 <= sheet.frame.width <= _WIDEST):
        return False
    rows = sheet.frame.rows()
    heads = [row[0] for row in rows if row[0] is not None]
    known = [role for head in heads if (role := _known(head)) is not None]
    told = {*known} & _TOLD
    if len(told) < 3 or not told & {"part", "name"} or 2 * len(known) <= len(heads):
        return False
    return all(len({role for cell in row if cell and (role := _known(cell)) in _TOLD}) < 2 for row in rows)


def upright(sheet: Sheet) -> Sheet | None:
    """Return a sheet that lies on its side as one that stands upright; None where that is not beyond doubt.

    It is where the sheet begins with the numbers or names of parts, all of them different; where each row has a header of
    its own, and no other cell is one.
    """
    rows = sheet.frame.rows()
    heads, parts = [row[0] for row in rows], list(rows[0][1:])
    plain = not (sheet.merged or sheet.unsaved or sheet.left) and sheet.frame.width > 2
    headed = all(head is not None and number(head) is None for head in heads) and len(set(heads)) == len(heads)
    if not plain or not headed or _known(heads[0] or "") not in {"part", "name"}:
        return None
    named = not any(map(is_blank, parts)) and len(set(parts)) == len(parts)
    if not named or any(cell is not None and _known(cell) in _TOLD for row in rows for cell in row[1:]):
        return None
    turned = frame(list(zip(*rows, strict=True)))
    return replace(sheet, frame=turned, points=frozenset(range(turned.width) if sheet.points else ()))


def _known(cell: str) -> str | None:
    return next((one.role for one in suggestions(cell)[:1] if one.how == EXACT), None)
