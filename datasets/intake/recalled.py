"""What cells were read as, remembered while files are read: most cells stand there many times, in several columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
_CELLS = 65_536
_READINGS: list[Any] = []


def recalled(function: F) -> F:
    """Remember what a function returns for the last cells that it read, until `forget`."""
    known = lru_cache(_CELLS)(function)
    _READINGS.append(known)
    return cast("F", known)


def forget() -> None:
    """Let go of all cells that are remembered: of a large ledger they take more room than what was read from it.

    >>> @recalled
    ... def length(cell: str) -> int:
    ...     return len(cell)
    >>> length("P-1"), forget(), length("P-1")
    (3, None, 3)
    """
    for known in _READINGS:
        known.cache_clear()
