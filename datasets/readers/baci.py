"""CEPII BACI: harmonised world trade by HS6, one file a year, in every HS edition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.errors import short_path, shorten
from ...graph.files import not_found, reading
from ...graph.messages import Message
from ...graph.tables import scan_parquet
from ..packaged import packaged
from ..places import area
from .hs import edition
from .tables import Notes, read_table

_NAME = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_V(\w+)", re.IGNORECASE)
_TAIWAN = 490
LETTERS = ("country_iso3", "iso_3digit_alpha", "iso3")
_FULL = ("t", "i", "j", "v")
_TYPES = {"t": pl.Int64, "i": pl.Int64, "j": pl.Int64, "k": pl.String, "v": pl.Float64, "q": pl.String}


@checked()
def read_baci(
    path: str | Path,
    *,
    years: Iterable[int] | None = None,
    countries: Mapping[int, str] | None = None,
    hs_edition: str | None = None,
    notes: Notes | None = None,
) -> pl.LazyFrame:
    r"""Return BACI as a lazy trade table, collected in bounded memory; each file is looked through once for damaged cells.

    Rows are unique by item, importer, year and exporter (``import_concentration(..., unique=True)`` may be used).

    Parameters
    ----------
    path : str or Path
        One year's file (CSV or Parquet with columns ``t, i, j, k, v, q``), or the unpacked folder of one edition.
    years : iterable of int, optional
        Default: all files of the folder.
    countries : mapping of BACI's number to ISO3, optional
        Default: ``country_codes_V*.csv`` beside the file, which every BACI download holds, in any of its layouts; without it
        the packaged table. The area 490 is Taiwan in all of them. A number that is no country gives a blank exporter
        (trade of unknown origin).
    hs_edition : str, optional
        Default: as the file's name says ("HS17"), else blank.
    notes : list of Message, optional
        What was assumed is appended to it.

    Returns
    -------
    polars.LazyFrame
        ``hs6`` (leading zeros restored), ``importer``, ``exporter``, ``year``, ``value`` (thousand USD), ``quantity``
        (t; blank where BACI has "NA"), ``unit``, ``quantity_unit``, ``hs_edition``, ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A year was asked for that is not there, the columns are not BACI's, or a cell is no number (its row is said).

    References
    ----------
    .. [1] Gaulier, Zignago (2010), BACI: International Trade Database at the Product-Level, CEPII WP 2010-23. Etalab 2.0.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "BACI_HS17_Y2022_V202401b.csv")
    ...     _ = file.write_text("t,i,j,k,v,q\n2022,156,392,10121,1.5,NA\n", encoding="utf-8")
    ...     read_baci(file).select("hs6", "exporter", "importer", "value", "quantity").collect().rows()
    [('010121', 'CHN', 'JPN', 1.5, None)]
    """
    path = Path(path)
    files = _files(path, None if years is None else set(years))
    codes = _codes(path if path.is_dir() else path.parent, notes) if countries is None else dict(countries)
    return pl.concat([_scan(file, codes, hs_edition) for file in files])


def _files(path: Path, years: set[int] | None) -> list[Path]:
    if not path.exists():
        raise not_found(path)
    if path.is_file():
        return [path]
    found = {int(match[2]): file for file in sorted(path.iterdir()) if (match := _NAME.match(file.name))}
    if not found:
        raise InputError("datasets.trade.no_baci", path=short_path(path))
    missing = (years or set()) - set(found)
    if missing:
        raise InputError("datasets.trade.no_year", years=sorted(missing), known=sorted(found), path=short_path(path))
    return [found[year] for year in sorted(found) if years is None or year in years]


def _codes(folder: Path, notes: Notes | None) -> dict[int, str]:
    """Return ISO3 by number: from the newest table of the download, else the packaged one, which says so.

    Releases differ in header and encoding, and in what they write for 490 (TWN, S19, "N/A"): it is Taiwan in all of them.
    """
    tables = sorted(folder.glob("country_codes*.csv"))
    if not tables:
        if notes is not None:
            notes.append(Message("datasets.trade.bundled_codes", path=short_path(folder)))
        rows = packaged("comtrade", "countries").select("code", "iso3").iter_rows()
    else:
        table = read_table(tables[-1], ("country_code",))
        letters = next((name for name in LETTERS if name in table.columns), None)
        if letters is None:
            raise InputError("datasets.trade.columns", path=short_path(tables[-1]), columns=LETTERS[0])
        rows = table.select("country_code", letters).iter_rows()
    known = {int(code): area(iso3) for code, iso3 in rows if code and code.isascii() and code.isdecimal()}
    return {code: iso3 for code, iso3 in known.items() if iso3} | {_TAIWAN: "TWN"}


def _scan(file: Path, codes: dict[int, str], hs_edition: str | None) -> pl.LazyFrame:
    name = _NAME.match(file.name)
    with reading(file):
        frame = _open(file, written=False)
        columns = frame.collect_schema()
        if not set(_TYPES) <= set(columns):
            raise InputError("datasets.trade.not_baci", path=short_path(file))
        # A damaged cell comes out blank here: it is said at the door, not when the figures are worked out.
        damaged = frame.select(pl.any_horizontal(pl.col(_FULL).is_null()).any()).collect(engine="streaming").item()
    if damaged:
        _say_where(file)
    written = hs_edition or (name[1] if name else None)
    known = edition(written) if written else None
    country: dict[str, Any] = {"default": None, "return_dtype": pl.String}
    return frame.select(
        hs6=pl.col("k").cast(pl.String).str.strip_chars("\"' ").str.zfill(6),
        importer=pl.col("j").replace_strict(codes, **country),
        exporter=pl.col("i").replace_strict(codes, **country),
        year=pl.col("t"),
        value=pl.col("v"),
        quantity=pl.col("q").cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False),
        unit=pl.lit("kUSD"),
        quantity_unit=pl.lit("t"),
        hs_edition=pl.lit(known, dtype=pl.String),
        source=pl.lit(f"CEPII_BACI_{known}_V{name[3]}" if name and known else "CEPII_BACI"),
    )


def _open(file: Path, *, written: bool) -> pl.LazyFrame:
    """Return the file's cells as numbers, blank where they are none; with ``written`` as text, as they stand."""
    if file.suffix.lower() == ".parquet" and written:
        return scan_parquet(file).with_columns(pl.col(*_TYPES).cast(pl.String))
    if file.suffix.lower() == ".parquet":
        return scan_parquet(file).with_columns(pl.col(name).cast(kind, strict=False) for name, kind in _TYPES.items())
    # BACI has no quoted text, and bytes that are no UTF-8 are no figures either.
    options: dict[str, Any] = {"quote_char": None, "encoding": "utf8-lossy", "truncate_ragged_lines": True}
    if written:
        return pl.scan_csv(file, infer_schema=False, **options)
    return pl.scan_csv(file, schema_overrides=_TYPES, ignore_errors=True, **options)


def _say_where(file: Path) -> None:
    """Raise the error for the first cell that is no number."""
    with reading(file):
        text = _open(file, written=True).with_row_index("_row", offset=2)
        bad = pl.any_horizontal(pl.col(name).cast(_TYPES[name], strict=False).is_null() for name in _FULL)
        found = text.filter(bad)
        row = found.head(1).collect(engine="streaming").row(0, named=True)
        count = found.select(pl.len()).collect(engine="streaming").item()
    column = next(name for name in _FULL if pl.Series([row[name]]).cast(_TYPES[name], strict=False)[0] is None)
    if row[column] is None:
        raise InputError("datasets.trade.cut_off", path=short_path(file), row=row["_row"], column=column)
    values = {"row": row["_row"], "column": column, "value": shorten(row[column]), "count": count}
    raise InputError("datasets.trade.number", path=short_path(file), **values)
