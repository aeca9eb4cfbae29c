"""What people call the columns of a table that Kanmon knows, as data (`schema/header_words.csv`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from .packaged import packaged_rows

_MARKS = re.compile(r"[\s._\-‐-—:：・*＊※?？!#＃'’\"()\[\]（）/／、,;；°º]+")


def bare(header: str) -> str:
    """Return a header as words are compared: width and case folded, without spaces and marks.

    >>> bare("Mfr. Part-No. *"), bare("ＨＳ コード")
    ('mfrpartno', 'hsコード')
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", header).casefold())


def called(headers: Iterable[str], table: str) -> dict[str, str]:
    """Return which headers are columns of a table under another name: ``{header: column}``.

    A column's own name goes first, whatever its case, then the known words in the order of the headers. A word with anything
    beside it (a unit) is not taken: what it says would be lost.

    >>> called(["Importing country", "輸出国", "Value", "Year", "memo"], "flows")
    {'Value': 'value', 'Year': 'year', 'Importing country': 'importer', '輸出国': 'exporter'}
    """
    headers = list(headers)
    columns, words = _words()[table]
    found: dict[str, str] = {}
    taken = {header for header in headers if header in columns.values()}
    for known in (columns, words):
        for header in headers:
            column = known.get(bare(header))
            if column is not None and header not in found and column not in taken:
                taken.add(column)
                if header != column:
                    found[header] = column
    return {header: column for header, column in found.items() if header not in columns.values()}


@cache
def _words() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """By table: its columns by their own names, and by the other words, all as `bare` gives them."""
    found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for row in packaged_rows("graph", "schema", "header_words.csv"):
        columns, words = found.setdefault(row["table"], ({}, {}))
        columns[bare(row["column"])] = row["column"]
        for word in row["words"].split("|"):
            words.setdefault(bare(word), row["column"])
    return found
