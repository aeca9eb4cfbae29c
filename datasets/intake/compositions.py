"""Shares of everything that was bought (構成比), which say nothing about the sources of a part."""

from __future__ import annotations

from dataclasses import replace

from ...graph import Message
from ...graph.errors import shorten
from .columns import CORRECTED
from .table import Table
from .values import id_key, number

_NEAR = 0.006
"""Half of a per cent, and a little: shares are written rounded."""


def without_compositions(table: Table) -> Table:
    """Return a table whose column of shares is none where each is the line's part of all amounts, over several parts."""
    columns = table.roles.get("share", ())
    parts = {id_key(part) for part in table.texts("part" if "part" in table.roles else "name") if part is not None}
    if len(columns) != 1 or "amount" not in table.roles or len(parts) < 2 or table.how.get(columns[0]) == CORRECTED:
        return table
    comma = table.comma(columns[0])
    cells = [(cell or "").strip(" %％") for cell in table.cells(columns[0])]
    shares = [number(cell, comma) for cell in cells]
    percent = 100.0 if any(share is not None and share > 1 for share in shares) else 1.0
    pairs = [(share, amount) for share, amount in zip(shares, table.numbers("amount"), strict=True) if amount is not None]
    total = sum(amount for _, amount in pairs)
    if total <= 0 or any(share is None or abs(share / percent - amount / total) > _NEAR for share, amount in pairs):
        return table
    roles = {role: places for role, places in table.roles.items() if role != "share"}
    note = Message("datasets.intake.composition", column=shorten(" ".join(table.names[columns[0]].split())))
    return replace(table, roles=roles, notes=(*table.notes, note))
