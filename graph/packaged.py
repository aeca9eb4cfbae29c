"""Small tables that travel inside the package: words, layouts, names."""

from __future__ import annotations

import csv
from importlib import resources


def packaged_rows(room: str, *path: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file in a room of the package.

    >>> packaged_rows("graph", "schema", "country_names.csv")[0].keys()
    dict_keys(['name', 'iso3'])
    """
    package = (__package__ or "kanmon.graph").rpartition(".")[0]
    file = resources.files(f"{package}.{room}").joinpath(*path)
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
