"""The units of a table's columns: of their headers, else of the titles above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .values import Unit, unit_in

MONEY, COUNTS, TIMES = (
    ("price", "amount"),
    ("quantity", "stock", "moq", "daily_use"),
    ("lead_time", "switch_days", "stock_days", "lead_time_more", "switch_days_more"),
)
"""Roles of amounts, of counts and of times in tables of parts."""
_STATED = ("revenue", "budget", "cost")


def units_of(titles: Sequence[str], names: Sequence[str], roles: Mapping[str, tuple[int, ...]]) -> dict[int, Unit]:
    """Return units by column; a currency of a title holds for amounts whose lines say none."""
    titles = [] if "currency" in roles else titles
    general = next((unit for title in titles if (unit := unit_in(title)) is not None), None)
    kinds = dict.fromkeys((*MONEY, *_STATED), "money") | dict.fromkeys(COUNTS, "count") | dict.fromkeys(TIMES, "time")
    found: dict[int, Unit] = {}
    for role, i in ((role, i) for role, columns in roles.items() if role in kinds for i in columns):
        unit = unit_in(names[i], kinds[role])
        if unit is None and kinds[role] == "money":
            unit = general
        if unit is not None:
            found[i] = unit
    return found
