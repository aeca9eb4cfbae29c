"""Delimited text that other people publish, read as text (UTF-8 or cp932), and the package's own tables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from io import StringIO
from pathlib import Path

import polars as pl

from ...graph import InputError, ReadError
from ...graph.errors import shorten
from ...graph.files import decode


def read_table(path: str | Path, needed: Iterable[str]) -> pl.DataFrame:
    """Return a CSV file with every cell as text, blank cells as nulls.

    Raises
    ------
    ReadError
        There is no such file, or its bytes are neither UTF-8 nor cp932.
    InputError
        It is empty, or a column is missing.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError("datasets.trade.no_file", path=shorten(path)) from error
    try:
        table = pl.read_csv(StringIO(decode(data, path)), infer_schema=False, truncate_ragged_lines=True)
    except pl.exceptions.NoDataError as error:
        raise InputError("datasets.trade.empty", path=shorten(path)) from error
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise InputError("datasets.trade.columns", path=shorten(path), columns=", ".join(missing))
    return table.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))


@cache
def packaged(folder: str, name: str) -> pl.DataFrame:
    """Return a table of ``datasets/data``: Parquet with its types, CSV as text."""
    place = resources.files("kanmon.datasets") / "data" / folder
    parquet = place / f"{name}.parquet"
    with resources.as_file(parquet if parquet.is_file() else place / f"{name}.csv") as path:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
