"""Room in memory that was freed, and that the C library keeps: between what is still in use, for what may come."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD, _PAGES = -3, 1 << 18
"""The option of glibc's ``mallopt`` for the fewest bytes that get pages of their own, and these."""


def spare() -> None:
    """Let arrays have pages of their own, which go back to the system with them (glibc)."""
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _PAGES)


def give_back() -> None:
    """Give pages on which nothing is left back to the system (glibc): of a large audit 30 MB and more."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
