"""JSON that somebody handed in: of a bounded size, and of one meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import InputError, short_path, shorten
from .files import read_bytes, reading

SIZE, VALUES = 2**29, 2**24
"""Bytes and values that a file may have. An empty list takes three bytes in a file and twenty times as many in memory."""


def read_json(path: Path, values: int = VALUES) -> Any:
    r"""Return what a JSON file holds.

    Raises
    ------
    ReadError
        The file is missing, empty, or no JSON in UTF-8.
    InputError
        It has more than `SIZE` bytes or ``values`` values, or says one name twice.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = file.write_text('{"days": 30, "days": 60}', encoding="utf-8")
    >>> read_json(file)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kanmon.graph.errors.InputError: '...a.json' says 'days' twice in one place. Ask whoever wrote it for a proper file.
    """
    with reading(path):
        large = path.is_file() and path.stat().st_size > SIZE
    data = b"" if large else read_bytes(path)
    if large or sum(map(data.count, (b",", b"[", b"{"))) > values:
        raise InputError("graph.tables.json_size", path=short_path(path), limit=SIZE >> 20, count=f"{values:,}")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError("graph.tables.json_twice", path=short_path(path), name=shorten(twice))
        return found

    with reading(path, "graph.tables.no_json"):
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=once)
