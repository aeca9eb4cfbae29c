"""Names of countries as people write them, for saying which code is meant; the table is `datasets.countries` in short."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from .packaged import packaged_rows


def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a name in English or Japanese, an alias or a code of two letters.

    >>> country_code("Turkey"), country_code("中国"), country_code("TUR"), country_code("acme")
    ('TUR', 'CHN', 'TUR', None)
    """
    return _codes().get(_folded(text))


@cache
def _codes() -> dict[str, str]:
    return {_folded(row["name"]): row["iso3"] for row in packaged_rows("graph", "schema", "country_names.csv")}


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
