"""What a line says of its own standing: called off, or of a part that nobody makes any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from .words import marks, plain


def of_ended(data: pl.DataFrame, names: Sequence[str], columns: Iterable[int]) -> tuple[Message, ...]:
    """Return a note on lines of parts that are made no more: a product may still need them, so they count, and it is said.

    ``data``: the number of the row, and the cells; ``columns``: those that say whether a line still holds.
    """
    notes = []
    for i in columns:
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
