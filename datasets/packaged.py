"""The package's own tables."""

from __future__ import annotations

from functools import cache
from importlib import resources

import polars as pl


@cache
def packaged(folder: str, name: str) -> pl.DataFrame:
    """Return a table of ``datasets/data``: Parquet with its types, CSV as text."""
    place = resources.files("kanmon.datasets") / "data" / folder
    parquet = place / f"{name}.parquet"
    with resources.as_file(parquet if parquet.is_file() else place / f"{name}.csv") as path:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
