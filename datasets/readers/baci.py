"""CEPII BACI: harmonised world trade by HS6, one file a year, in every HS edition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ...graph import InputError, ReadError
from ...graph.errors import shorten
from .hs import edition

_NAME = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_V(\w+)", re.IGNORECASE)
_TYPES = {"t": pl.Int64, "i": pl.Int64, "j": pl.Int64, "k": pl.String, "v": pl.Float64, "q": pl.String}


def read_baci(
    path: str | Path,
    *,
    years: Iterable[int] | None = None,
    countries: Mapping[int, str] | None = None,
    hs_edition: str | None = None,
) -> pl.LazyFrame:
    """Return BACI as a lazy trade table: nothing is read before it is collected, and then in bounded memory.

    Rows are unique by item, importer, year and exporter (``import_concentration(..., unique=True)`` may be used).

    Parameters
    ----------
    path : str or Path
        One year's file (CSV or Parquet with columns ``t, i, j, k, v, q``), or the unpacked folder of one edition.
    years : iterable of int, optional
        Default: all files of the folder.
    countries : mapping of BACI's number to ISO3, optional
        Default: ``country_codes_V*.csv`` beside the file, which every BACI download holds. A number it does not have gives a
        blank exporter (trade of unknown origin).
    hs_edition : str, optional
        Default: as the file's name says ("HS17"), else blank.

    Returns
    -------
    polars.LazyFrame
        ``hs6`` (leading zeros restored), ``importer``, ``exporter``, ``year``, ``value`` (thousand USD), ``quantity``
        (t; blank where BACI has "NA"), ``unit``, ``quantity_unit``, ``hs_edition``, ``source``.

    Raises
    ------
    ReadError
        There is no such file, or no table of country codes.
    InputError
        A year was asked for that is not there, or the columns are not BACI's.

    References
    ----------
    .. [1] Gaulier, Zignago (2010), BACI: International Trade Database at the Product-Level, CEPII WP 2010-23. Etalab 2.0.
    """
    path = Path(path)
    files = _files(path, None if years is None else set(years))
    codes = _codes(path if path.is_dir() else path.parent) if countries is None else dict(countries)
    return pl.concat([_scan(file, codes, hs_edition) for file in files])


def _files(path: Path, years: set[int] | None) -> list[Path]:
    if not path.exists():
        raise ReadError("datasets.trade.no_file", path=shorten(path))
    if path.is_file():
        return [path]
    found = {int(match[2]): file for file in sorted(path.iterdir()) if (match := _NAME.match(file.name))}
    missing = (years or set()) - set(found)
    if missing or not found:
        raise InputError("datasets.trade.no_year", years=sorted(missing), known=sorted(found), path=shorten(path))
    return [found[year] for year in sorted(found) if years is None or year in years]


def _codes(folder: Path) -> dict[int, str]:
    tables = sorted(folder.glob("country_codes*.csv"))
    if not tables:
        raise ReadError("datasets.trade.no_codes", path=shorten(folder))
    table = pl.read_csv(tables[-1], infer_schema=False)
    return {int(code): iso3 for code, iso3 in table.select("country_code", "country_iso3").iter_rows() if iso3}


def _scan(file: Path, codes: dict[int, str], hs_edition: str | None) -> pl.LazyFrame:
    name = _NAME.match(file.name)
    frame = pl.scan_parquet(file) if file.suffix == ".parquet" else pl.scan_csv(file, schema_overrides=_TYPES)
    if not set(_TYPES) <= set(frame.collect_schema()):
        raise InputError("datasets.trade.not_baci", path=shorten(file))
    written = hs_edition or (name[1] if name else None)
    known = edition(written) if written else None
    country: dict[str, Any] = {"default": None, "return_dtype": pl.String}
    return frame.select(
        hs6=pl.col("k").cast(pl.String).str.strip_chars().str.zfill(6),
        importer=pl.col("j").cast(pl.Int64).replace_strict(codes, **country),
        exporter=pl.col("i").cast(pl.Int64).replace_strict(codes, **country),
        year=pl.col("t").cast(pl.Int64),
        value=pl.col("v").cast(pl.Float64),
        quantity=pl.col("q").cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False),
        unit=pl.lit("kUSD"),
        quantity_unit=pl.lit("t"),
        hs_edition=pl.lit(known, dtype=pl.String),
        source=pl.lit(f"CEPII_BACI_{known}_V{name[3]}" if name and known else "CEPII_BACI"),
    )
