"""Trade Statistics of Japan (財務省貿易統計): the CSV of commodity by country, nine-digit codes, thousand yen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from ...graph import InputError, Message
from ...graph.arguments import checked
from ...graph.errors import short_path
from ..packaged import packaged
from .hs import hs_code, in_force
from .tables import Notes, amounts, read_below, years

_NEEDED = ("Exp or Imp", "Year", "HS", "Country", "Value-Year")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Weights that the statistics use, in tonnes.
_TONNES = {"KG": 1e-3, "MT": 1.0, "GR": 1e-6}


def is_japan_customs(columns: Sequence[str]) -> bool:
    """Whether a header is that of 品別国別表.

    >>> is_japan_customs(["Exp or Imp", "Year", "HS", "Country", "Unit1", "Value-Year"])
    True
    """
    return set(_NEEDED) <= set(columns)


@checked()
def read_japan_customs(
    path: str | Path,
    *,
    exports: bool = False,
    countries: Mapping[str, str] | None = None,
    digits: int = 6,
    notes: Notes | None = None,
    encoding: str | None = None,
) -> pl.DataFrame:
    r"""Return a file of Japan's trade statistics (e-Stat, 品別国別表) as a trade table.

    Flows of the year are summed to ``digits`` digits; a code's provisional months are in the year's sum. A code of
    country that is no country (指図式, 不明, 保税工場) stays as trade of unknown origin. The customs origin of Japan
    itself does not occur.

    Parameters
    ----------
    path : str or Path
        As downloaded, or saved as a workbook.
    exports : bool
        Rows of exports (1) instead of imports (2).
    countries : mapping of three digits to ISO3, optional
        Default: the bundled 統計国名符号表.
    digits : int, default 6
        9 keeps the national code.
    notes : list of Message, optional
        What was assumed is appended to it.
    encoding : str, optional
        Where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6``, ``importer``, ``exporter``, ``year``, ``value`` (thousand JPY), ``quantity`` (t; blank unless all parts are
        weights), ``unit``, ``quantity_unit``, ``hs_edition`` (in force in that year), ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A column is missing, or a cell is no year or number (its row is said).

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "imports.csv")
    ...     _ = file.write_text("Exp or Imp,Year,HS,Country,Value-Year\n2,2023,'850511000',105,1200\n", encoding="utf-8")
    ...     read_japan_customs(file).select("hs6", "exporter", "importer", "year", "value").rows()
    [('850511', 'CHN', 'JPN', 2023, 1200.0)]
    """
    table = read_below(path, is_japan_customs, notes, encoding)
    if missing := [name for name in _NEEDED if name not in table.columns]:
        raise InputError("datasets.trade.columns", path=short_path(path), columns=", ".join(missing))
    table = table.filter(pl.col("Exp or Imp") == ("1" if exports else "2"))
    table = nw.from_native(table).with_columns(hs_code("HS", digits=digits, national=9)).to_native()
    country: dict[str, Any] = {"default": None, "return_dtype": pl.String}
    codes = _countries() if countries is None else dict(countries)
    table = table.filter(pl.col("HS").is_not_null())
    year, value = years(table, "Year", path), amounts(table, "Value-Year", path)
    _say_open_years(table.with_columns(_year=year), notes)
    partner, japan = pl.col("Country").replace_strict(codes, **country), pl.lit("JPN")
    amount = [
        pl.when(pl.col(unit).is_in(list(_TONNES))).then(
            pl.col(quantity).cast(pl.Float64, strict=False) * pl.col(unit).replace_strict(_TONNES, default=None)
        )
        for unit, quantity in (("Unit2", "Quantity2-Year"), ("Unit1", "Quantity1-Year"))
        if {unit, quantity} <= set(table.columns)
    ]
    rows = table.select(
        hs6="HS",
        importer=partner if exports else japan,
        exporter=japan if exports else partner,
        year=year,
        value=value,
        quantity=pl.coalesce(*amount) if amount else pl.lit(None, dtype=pl.Float64),
        hs_edition=in_force(year),
    )
    whole = [pl.when(pl.col(c).is_not_null().all()).then(pl.col(c).sum()).alias(c) for c in ("value", "quantity")]
    keys = ["hs6", "importer", "exporter", "year", "hs_edition"]
    return (
        rows.group_by(keys)
        .agg(whole)
        .sort(keys)
        .select(
            *keys[:4],
            "value",
            "quantity",
            unit=pl.lit("kJPY"),
            quantity_unit=pl.lit("t"),
            hs_edition="hs_edition",
            source=pl.lit("MOF_TRADE_STATISTICS"),
        )
    )


def _say_open_years(table: pl.DataFrame, notes: Notes | None) -> None:
    """Note the years in which no row has a value for the last months: months to come stand in the file as noughts."""
    months = [name for month in _MONTHS if (name := f"Value-{month}") in table.columns]
    if notes is None or len(months) < len(_MONTHS):
        return
    valued = [pl.col(name).cast(pl.Float64, strict=False).fill_null(0).ne(0).any().alias(name) for name in months]
    told = []
    for year, *seen in table.group_by("_year").agg(valued).sort("_year").rows():
        last = max((n for n, any_ in enumerate(seen, start=1) if any_), default=0)
        told += [f"{year}: {last}/12"] if 0 < last < len(_MONTHS) else []
    if told:
        notes.append(Message("datasets.trade.open_years", years=", ".join(told)))


def _countries() -> dict[str, str]:
    table = packaged("japan_customs", "countries")
    return {code: iso3 for code, iso3 in table.select("code", "iso3").iter_rows() if iso3}
