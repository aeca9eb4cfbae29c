"""Lines of bills and purchases that are nothing which is bought as a part: places of the bare board, and services."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .values import is_blank
from .words import marks, plain

_BETWEEN = re.compile(r"[\s_/,;.()\-]+")


def is_place(cell: str) -> bool:
    """Whether a cell names a place of the bare board, which nobody buys: a hole, a mark, a bridge of copper.

    >>> [is_place(cell) for cell in ("MountingHole:MountingHole_3.2mm_M3", "Fiducial 1mm", "Logo", "Logo module")]
    [True, True, True, False]
    """
    for piece in cell.split(":"):
        words = [plain(word) for word in _BETWEEN.split(piece) if word]
        if "".join(words) in marks("place_alone") or not marks("place").isdisjoint({"".join(words[:1]), "".join(words[:2])}):
            return True
    return False


def is_service(cell: str) -> bool:
    """Whether a cell is the word for a service, or for what is paid beside a part.

    >>> [is_service(cell) for cell in ("Shipping", "送料", "Labour cost:", "Shipping box")]
    [True, True, True, False]
    """
    return plain(cell).strip(":：()（）*") in marks("service")


def no_good(row: Sequence[str | None], naming: Sequence[int], board: Sequence[int], made: Sequence[int]) -> str | None:
    """Return why a row is none of a part: "place" or "service"; None where it may be one.

    ``naming``: columns of what it is called; ``board``: these and its footprint, of the parts of a board; ``made``: columns
    of who makes or sells it and under which number. Where they say anything, a hole has a nut in it, and somebody made it.
    """
    named = [cell for j in naming if (cell := row[j]) is not None and not is_blank(cell)]
    if any(map(is_service, named)):
        return "service"
    bought = any(not is_blank(row[j]) for j in made)
    return "place" if not bought and any(is_place(cell) for j in board if (cell := row[j]) is not None) else None
