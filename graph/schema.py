"""The schema as data: what each table holds, read from ``graph/schema/*.csv``.

The same rows drive validation, the workbook template and the reference documentation, so that they cannot drift apart.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from types import MappingProxyType

import polars as pl

from .messages import LANGUAGES

_DTYPES = {
    "id": pl.String,
    "ids": pl.String,
    "text": pl.String,
    "number": pl.Float64,
    "numbers": pl.String,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
}


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, type, whether it is required, unit, allowed values and description."""

    name: str
    type: str
    required: bool
    unit: str
    values: str
    refers: str
    description: Mapping[str, str]

    @property
    def dtype(self) -> type[pl.DataType]:
        """The polars type of the column."""
        return _DTYPES[self.type]

    @property
    def allowed(self) -> tuple[str, ...]:
        """The allowed words, empty when the column is not an enumeration."""
        return tuple(self.values.split("|")) if "|" in self.values else ()

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Least and greatest allowed number, ``None`` when there are none."""
        low, dots, high = self.values.partition("..")
        return (float(low or "-inf"), float(high or "inf")) if dots else None


@dataclass(frozen=True)
class Table:
    """One of the tables: its name and columns, the required ones first."""

    name: str
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """Names of the columns in order."""
        return [column.name for column in self.columns]

    @property
    def dtypes(self) -> dict[str, type[pl.DataType]]:
        """Polars schema of the table."""
        return {column.name: column.dtype for column in self.columns}

    @property
    def has_id(self) -> bool:
        """Whether the rows are named by a unique ``id``."""
        return self.columns[0].name == "id"

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return self._empty.clone()

    @cached_property
    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.dtypes)


def _read(name: str) -> Table:
    path = resources.files(__package__ or "kanmon.graph") / "schema" / f"{name}.csv"
    return Table(
        name,
        tuple(
            Column(
                row["column"],
                row["type"],
                row["required"] == "yes",
                row["unit"],
                row["values"],
                row["refers"],
                MappingProxyType({lang: row.get(f"description_{lang}") or row["description_en"] for lang in LANGUAGES}),
            )
            for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        ),
    )


TABLES = ("items", "inputs", "suppliers", "shares", "trades", "measures", "sources")
SCHEMA: Mapping[str, Table] = MappingProxyType({name: _read(name) for name in TABLES})
WORLD, OTHER = "WORLD", "OTHER"
"""Ids of the aggregate suppliers: a stated world total, and a published "other countries" row."""
