"""Who holds the suppliers: what the rows of their sheet say, one for each holder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...datasets.intake.words import marks, plain
from .cells import in_part
from .company import ROUNDING
from .rows import share_of

Holders = dict[str, float | None]
"""Who holds a firm, and the part that each holds (None: not known); a firm that belongs to nobody is its own holder."""


Stakes = dict[str, dict[str, set[float]]]
"""Of each firm who is stated to hold it, and all parts that rows state of each (none: blank); itself where nobody does."""


def stakes_of(rows: Iterable[Mapping[str, Any]], firm: Callable[[str], str], say: Callable[..., None]) -> Stakes:
    """Return what the rows of the suppliers sheet say of the holders of each supplier.

    "none" (no, independent) as the parent says that a firm is its own. What a firm holds of itself says nothing of the rest.

    Parameters
    ----------
    rows : iterable of mapping
        The rows of the suppliers sheet.
    firm : callable
        A company's name as it was first written.
    say : callable
        Takes the name of a remark, the place of the row, the severity, the column, and values.
    """
    found: Stakes = {}
    refs: dict[str, str] = {}
    for row in (row for row in rows if row.get("supplier")):
        name, parent, share = firm(row["supplier"]), row.get("parent"), share_of(row.get("parent_share"))
        nobodys = "parent" in row.get("_none", ()) or (share is None and plain(parent or "") in marks("nobodys"))
        if not nobodys and not parent:
            continue
        holder = firm(parent) if parent and not nobodys else name
        if holder == name and not nobodys and share is not None and share < 1 - ROUNDING:
            continue
        told = found.setdefault(name, {}).setdefault(holder, set())
        told |= {share} - {None}
        refs[name] = row["_ref"]
        if len(told) > 1:
            say("two_shares", row["_ref"], "warning", "parent_share", firm=name, parent=holder)
    for name, told in found.items():
        if (total := over(name, told)) is not None:
            say("held_over", refs[name], "warning", "parent_share", firm=name, total=in_part(total))
    return found


def owners(stakes: Stakes) -> dict[str, Holders]:
    """Return the holders of each firm; one that is stated to be its own is so unless another holder is named, too.

    What is said differently of one holder, and shares of more than the whole, are not known.
    """
    held = {name: holders_of(name, told) for name, told in stakes.items()}
    return {name: holders if over(name, stakes[name]) is None else dict.fromkeys(holders) for name, holders in held.items()}


def over(name: str, told: Mapping[str, set[float]]) -> float | None:
    """Return what shares in a firm sum to, if that is more than the whole: the largest that is stated of each holder.

    Of several shares that are stated of one holder any may be right, and the others have what that leaves room for.
    """
    total = sum(max(shares, default=0.0) for holder, shares in told.items() if holder != name)
    return total if total > 1 + ROUNDING else None


def holders_of(name: str, told: Mapping[str, set[float]]) -> Holders:
    """Return who holds a firm: the shares of which one figure is stated; itself where nobody else is."""
    others = {holder: min(shares) if len(shares) == 1 else None for holder, shares in told.items() if holder != name}
    return others or {name: None}


def largest_first(holders: Holders) -> list[str]:
    """Return holders, those first who are stated to hold most.

    >>> largest_first({"A": None, "B": 0.3, "C": 0.6})
    ['C', 'B', 'A']
    """
    return sorted(holders, key=lambda one: -(holders[one] or 0.0))
