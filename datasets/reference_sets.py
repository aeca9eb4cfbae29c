"""The bundled sets beside ``world``: how much each holds, how old it is, and its fingerprint."""

from __future__ import annotations

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable

import polars as pl

from ..graph.arguments import checked
from ..graph.messages import text
from .packaged import packaged

# Which column says how old a set is; none where the set is timeless or says nothing.
_AGES = {
    "baci_japan": ("flows", "year"),
    "comtrade": None,
    "countries": ("groups", "since"),
    "critical_products": ("critical_products", "since"),
    "declarations": None,
    "demo_company": None,
    "eu_criticality": None,
    "governance": ("wgi", "year"),
    "guideline": ("documents", "date"),
    "headers": None,
    "hs": ("sources", "date"),
    "japan_customs": ("sources", "date"),
    "measures": ("measures", "checked"),
    "outlines": ("sources", "date"),
    "parts": None,
    "strategic_fields": ("sources", "date"),
    "technologies": ("technologies", "as_of"),
    "thresholds": ("thresholds", "year"),
    "updates": None,
    "us_census": ("sources", "date"),
    "wiod": None,
}
_SINCE = {"wiod": "2011"}
_PLACE = resources.files("kanmon.datasets") / "data"
_NO_FACTS = ("sources", "documents", "checksums")


@checked()
def reference_sets(lang: str | None = None) -> pl.DataFrame:
    """Return the bundled sets beside ``world``, one row each.

    Columns: ``name``, ``title`` (in ``lang``), ``tables``, ``rows`` (of all tables but the sources), ``as_of`` (year, month
    or day of the newest thing in it, as its own rows say; null where they do not), ``licences`` (separated by `` | ``),
    ``sha256`` (of its files).

    >>> sets = reference_sets("en")
    >>> sets.filter(name="measures").select("title", "as_of").row(0)
    ('Measures in force, country groups, specified critical products with their orders', '2026-07-31')
    """
    rows = []
    for name in sorted(folder.name for folder in _PLACE.iterdir() if folder.is_dir() and folder.name != "world"):
        digest = hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in _files(name))).hexdigest()
        tables = reference_tables(name)
        facts = [table for table in tables if table not in _NO_FACTS]
        licences = tables["sources"]["licence"].drop_nulls().unique().sort() if "sources" in tables else []
        rows.append(
            {
                "name": name,
                "title": text(f"datasets.reference_sets.{name}", lang) if name in _AGES else name,
                "tables": len(facts),
                "rows": sum(tables[table].height for table in facts),
                "as_of": _as_of(name),
                "licences": " | ".join(licences),
                "sha256": digest,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"as_of": pl.String})


def reference_tables(name: str) -> dict[str, pl.DataFrame]:
    """Return the tables of one of the sets by name, its sources among them."""
    names = [file.name.partition(".")[0] for file in _files(name) if file.name.endswith((".csv", ".parquet"))]
    return {table: packaged(name, table) for table in names}


def _files(name: str) -> list[Traversable]:
    return sorted((file for file in (_PLACE / name).iterdir() if file.is_file()), key=lambda file: file.name)


def _as_of(name: str) -> str | None:
    age = _AGES.get(name)
    if age is None:
        return _SINCE.get(name)
    table, column = age
    dates = packaged(name, table)[column].cast(pl.String).drop_nulls()
    dates = dates.filter(dates.str.contains(r"^\d{4}"))
    return str(dates.max()) if len(dates) else None
