"""Places of makers: each is one source of a part, however many rows and replies speak of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..audit.company import Source
from ..audit.company_graph import plant_id
from ..audit.sources import joined


def one_each(sources: Iterable[Source]) -> list[Source]:
    """Return sources of which each place of a maker is one; a share or amount that one of them leaves open stays open."""
    found: dict[str, Source] = {}
    for source in sources:
        id = plant_id(source)
        found[id] = joined(_open(found[id]), _open(source)) if id in found else source
    return list(found.values())


def _open(source: Source) -> Source:
    return replace(
        source, share_open=source.share_open or source.share is None, spend_open=source.spend_open or source.spend is None
    )
