"""What a line says of its own standing: called off, or of a part that nobody makes any more."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .words import marks, plain


def standing(names: Sequence[str]) -> tuple[int, ...]:
    """Return the columns that say whether a line still holds.

    >>> standing(["Part", "Lifecycle", "Status", "State of the art"])
    (1, 2)
    """
    return tuple(i for i, name in enumerate(names) if plain(name) in marks("standing"))


def deletions(names: Sequence[str]) -> tuple[int, ...]:
    """Return the columns in which any mark says that a line was deleted (SAP's "L" and "X").

    >>> deletions(["Material", "Deletion Indicator", "削除フラグ"])
    (1, 2)
    """
    return tuple(i for i, name in enumerate(names) if plain(name) in marks("deletion"))


def of_ended(data: pl.DataFrame, names: Sequence[str]) -> tuple[Message, ...]:
    """Return a note on lines of parts that are made no more: a product may still need them, so they count, and it is said.

    ``data``: the number of the row, and the cells.
    """
    notes = []
    for i in standing(names):
        said = {row: cell for row, cell in zip(data["row"], data.to_series(i + 1), strict=True) if _ended(cell)}
        if said:
            notes.append(
                Message(
                    "datasets.intake.ended",
                    count=len(said),
                    words=", ".join(shorten(word) for word in dict.fromkeys(said.values())),
                    column=shorten(" ".join(names[i].split())),
                    row=min(said),
                )
            )
    return tuple(notes)


def _ended(cell: str | None) -> bool:
    return cell is not None and plain(cell) in marks("ended")
