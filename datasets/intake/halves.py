"""A firm and its country in one column ("Vendor/Country"): two columns, where header and cells say so."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from ..places import country
from .headers import Place
from .values import NAME_LIMIT
from .words import EXACT, FIRMS, suggestions

_MARKS = r"[/／・,、&＆(（]"
_HEADER = re.compile(rf"([^/／・,、&＆()（）]+?)\s*{_MARKS}\s*([^/／・,、&＆()（）]+?)\s*[)）]?")
_LAST = re.compile(rf"(.*\S)\s*{_MARKS}\s*([^/／・,、&＆()（）]+?)\s*[)）]?", re.DOTALL)


def parted(place: Place, frame: pl.DataFrame, wished: Collection[str]) -> tuple[Place, pl.DataFrame, tuple[Message, ...]]:
    """Return a table in which such a column holds the firm, and a further one at the end its country.

    ``wished``: headers that a person has corrected, which stay as they are.
    """
    notes = []
    for i, header in enumerate(place.names):
        match = _HEADER.fullmatch(header.strip())
        grouped = any(name != header and name.startswith(f"{match[1]}/") for name in place.names) if match else True
        if match is None or grouped or header in wished or not (_asks(match[1], FIRMS) and _asks(match[2], {"country"})):
            continue
        cells = frame.to_series(i).to_list()
        pairs = [(None, None) if cell is None else _pair(cell) for cell in cells]
        told = sum(firm is not None and where is not None for firm, where in pairs)
        if told * 2 < len(cells) - cells.count(None) or not told:
            continue
        firms, places = (pl.Series(values=list(each), dtype=pl.String) for each in zip(*pairs, strict=True))
        frame = frame.with_columns(firms.alias(frame.columns[i]), places.alias(f"parted_{i}"))
        names = (*place.names[:i], match[1], *place.names[i + 1 :], match[2])
        place = replace(place, names=names, columns=(*place.columns, place.columns[i]))
        notes.append(Message("datasets.intake.parted", column=shorten(" ".join(header.split())), count=told))
    return place, frame, tuple(notes)


def _asks(header: str, roles: Collection[str]) -> bool:
    return any(one.role in roles and one.how == EXACT for one in suggestions(header)[:1])


def _pair(cell: str) -> tuple[str | None, str | None]:
    """The firm of a cell and its country; of several countries all, for nobody knows which is meant.

    >>> _pair("Nidec / Japan"), _pair("Vishay/Dale（米国）"), _pair("Nidec"), _pair("China"), _pair("A / Japan / China")
    (('Nidec', 'Japan'), ('Vishay/Dale', '米国'), ('Nidec', None), (None, 'China'), ('A', 'Japan / China'))
    """
    firm, places = cell.strip(), []
    while len(firm) <= NAME_LIMIT and (match := _LAST.fullmatch(firm)) and country(match[2]) is not None:
        firm = match[1]
        places.insert(0, match[2])
    if country(firm) is not None:
        return None, " / ".join([firm, *places])
    return firm, " / ".join(places) or None
