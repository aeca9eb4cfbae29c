"""US Census Bureau: imports and exports by HTS10 and country, as the international-trade API gives them (CSV or JSON)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from ...graph import InputError, ReadError
from ...graph.arguments import checked
from ...graph.encodings import text_of
from ...graph.errors import short_path
from ...graph.files import read_bytes, reading
from ..packaged import packaged
from .hs import hs_code, in_force
from .tables import Notes, amounts, numbered, read_below, years

# What may hold the value, best first: of the year so far, else of single months (then summed).
_VALUES = {
    "I": ("CON_VAL_YR", "GEN_VAL_YR", "CON_VAL_MO", "GEN_VAL_MO"),
    "E": ("ALL_VAL_YR", "ALL_VAL_MO"),
}


def is_us_census(columns: Sequence[str]) -> bool:
    """Whether a header is one of the API's.

    >>> is_us_census(["I_COMMODITY", "CTY_CODE", "CON_VAL_YR", "YEAR"])
    True
    """
    return {"CTY_CODE", "YEAR"} <= set(columns)


@checked()
def read_us_census(
    path: str | Path,
    *,
    value: str | None = None,
    countries: Mapping[str, str] | None = None,
    digits: int = 6,
    notes: Notes | None = None,
    encoding: str | None = None,
) -> pl.DataFrame:
    r"""Return an answer of the US Census trade API as a trade table.

    Imports have ``I_COMMODITY`` (``CON_VAL_*`` imports for consumption, ``GEN_VAL_*`` general imports), exports
    ``E_COMMODITY`` (``ALL_VAL_*``). Only the finest code level of the file is used; totals and groups of countries
    ("-", "0003", "1XXX") are left out: they would count trade twice. Of values "of the year so far" the last month of
    each year is used.

    Parameters
    ----------
    path : str or Path
        CSV, or the API's JSON (a list of rows, the first the header).
    value : str, optional
        Column with the value. Default: ``CON_VAL_YR``, ``GEN_VAL_YR``, ``CON_VAL_MO``, ``GEN_VAL_MO``, whichever is there.
    countries : mapping of four digits to ISO3, optional
        Default: the bundled table; a code that it does not have gives trade of unknown origin.
    digits : int, default 6
        10 keeps the HTS code.
    notes : list of Message, optional
        What was assumed is appended to it.
    encoding : str, optional
        Of a text file, where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6``, ``importer``, ``exporter``, ``year``, ``value`` (USD), ``unit``, ``hs_edition`` (in force in that
        year), ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it is not what the API gives.
    InputError
        A column is missing, or a cell is no year or number (its row is said).

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "imports.csv")
    ...     _ = file.write_text("I_COMMODITY,CTY_CODE,YEAR,CON_VAL_YR\n8505110000,5700,2023,900\n", encoding="utf-8")
    ...     read_us_census(file).select("hs6", "exporter", "importer", "value", "unit").rows()
    [('850511', 'CHN', 'USA', 900.0, 'USD')]
    """
    plain = Path(path).suffix.lower() != ".json"
    table = read_below(path, is_us_census, notes, encoding) if plain else numbered(_json(Path(path)))
    flow = "I" if "I_COMMODITY" in table.columns else "E"
    column = value or next((name for name in _VALUES[flow] if name in table.columns), "CON_VAL_YR")
    needed = [f"{flow}_COMMODITY", "CTY_CODE", "YEAR", column]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise InputError("datasets.trade.columns", path=short_path(path), columns=", ".join(missing))
    table = table.rename({f"{flow}_COMMODITY": "hs6"})
    if column.endswith("_YR") and "MONTH" in table.columns:
        table = table.filter(pl.col("MONTH") == pl.col("MONTH").max().over("YEAR"))
    group = pl.col("CTY_CODE").str.contains(r"^(-|00\d\d|\dXXX)$") | pl.col("CTY_CODE").is_null()
    size = pl.col("hs6").str.len_chars()
    table = table.filter(~group & pl.col("hs6").str.contains(r"^\d+$")).filter(size == size.max())
    table = nw.from_native(table).with_columns(hs_code("hs6", digits=digits, national=10)).to_native()
    codes = _countries() if countries is None else dict(countries)
    partner = pl.col("CTY_CODE").replace_strict(codes, default=None, return_dtype=pl.String)
    table = table.filter(pl.col("hs6").is_not_null())
    usa, year = pl.lit("USA"), years(table, "YEAR", path)
    rows = table.select(
        hs6="hs6",
        importer=usa if flow == "I" else partner,
        exporter=partner if flow == "I" else usa,
        year=year,
        value=amounts(table, column, path),
        hs_edition=in_force(year),
    )
    keys = ["hs6", "importer", "exporter", "year"]
    whole = pl.when(pl.col("value").is_not_null().all()).then(pl.col("value").sum()).alias("value")
    return (
        rows.group_by(*keys, "hs_edition")
        .agg(whole)
        .sort(keys)
        .select(*keys, "value", unit=pl.lit("USD"), hs_edition="hs_edition", source=pl.lit("US_CENSUS"))
    )


def _json(path: Path) -> pl.DataFrame:
    with reading(path):
        text = text_of(read_bytes(path), path).text
        try:
            header, *rows = json.loads(text)
            return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
        except (ValueError, TypeError, RecursionError, pl.exceptions.PolarsError) as error:
            raise ReadError("datasets.trade.not_census", path=short_path(path)) from error


def _countries() -> dict[str, str]:
    table = packaged("us_census", "countries")
    return {code: iso3 for code, iso3 in table.select("code", "iso3").iter_rows() if iso3}
