"""USITC DataWeb: trade of the United States as its queries give it, a column for each year or a row for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.errors import short_path, shorten
from ...graph.messages import Message
from ..cleaning import TOTALS
from .comtrade import added, finest, flows_of, of_one_frequency
from .hs import hs_code
from .tables import Notes, amounts, kept, opened, places, years

# Values that DataWeb reports, best first: of imports for consumption, of general imports; of exports.
_IMPORTS, _EXPORTS = ("Customs Value", "General Customs Value"), ("FAS Value",)
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0)?")
_PART = re.compile(r"(?i)(?:year_to_date|ytd|january|_to_).*\d{4}|\d{4}.*(?:year_to_date|ytd)")
_OWN = re.compile(r"(?i).*\b(?:suppliers?|vendors?|sellers?|manufacturers?|makers?|parts?|sku|invoice)\b.*")
"""A column of what a company bought itself, whose lists of entries have tariff numbers and customs values, too."""
_FIGURES = {"_row": pl.UInt32, **dict.fromkeys(("measure", "hs6", "country", "period"), pl.String)}
_FIGURES |= {"year": pl.Int64, "value": pl.Float64}


def is_usitc(columns: Sequence[str]) -> bool:
    """Whether a header is one of DataWeb's: with a row for each year and the values under their names, or with years.

    >>> is_usitc(["Data Type", "HTS Number", "Description", "Country", "2023", "2024"])
    True
    """
    names = set(columns)
    if any(map(_OWN.fullmatch, columns)):
        return False
    wide = "Data Type" in names and any(map(_YEAR.fullmatch, columns))
    return {"HTS Number", "Country"} <= names and (wide or ("Year" in names and bool(names & {*_IMPORTS, *_EXPORTS})))


@checked()
def read_usitc(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    r"""Return a download of USITC DataWeb as a trade table.

    The importer is the United States (with ``exports`` the exporter): DataWeb has no other's trade. Values are "Customs
    Value" (imports for consumption), else "General Customs Value"; of exports "FAS Value". Quantities and duties beside
    them are not read. Years that only began ("January_to_april_year_2026"), and a year without any trade at all, which
    DataWeb writes for one that it does not have yet, are left out and said. HTS codes are cut to six digits and added up.

    Parameters
    ----------
    path : str or Path
        The workbook as downloaded, or its sheet of results saved as CSV.
    exports : bool
        Exports instead of imports.
    notes : list of Message, optional
        What was left out and assumed is appended to it.
    encoding : str, optional
        Of a text file, where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6`` (of two to six digits), ``importer``, ``exporter``, ``year``, ``value``, ``hs_edition`` (in force in that
        year), ``source``. No unit: a sheet of results does not say whether its dollars were asked for in thousands.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A column is missing, a cell is no year or number, or the file holds no such values, or only totals.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "dataweb.csv")
    ...     lines = ["Data Type,Country,HTS Number,Description,2023", 'Customs Value,China,8505110010,MAGNETS,"1,900"']
    ...     _ = file.write_text("\n".join(lines), encoding="utf-8")
    ...     read_usitc(file).select("hs6", "exporter", "importer", "year", "value").rows()
    [('850511', 'CHN', 'USA', 2023, 1900.0)]
    """
    notes = [] if notes is None else notes
    shown = short_path(path)
    found = opened(path, is_usitc, ("Data Type", "Country", "HTS Number"), None, encoding)
    rows = pl.concat([_long(table, notes, path) for _, _, table in found])
    rows = _measured(rows, _EXPORTS if exports else _IMPORTS, shown)
    rows = (
        nw.from_native(rows.with_columns(written="hs6")).with_columns(hs_code("hs6", digits=None, national=10)).to_native()
    )
    rows = kept(rows, pl.col("hs6").is_not_null(), "written", "totals", shown, notes)
    total = pl.col("country").str.to_uppercase().is_in([*TOTALS, "ALL COUNTRIES", "WORLD TOTAL"])
    rows = kept(rows, ~total.fill_null(False), "country", "only_groups", shown, notes)
    rows = of_one_frequency(rows, shown, notes)
    notes.append(Message("datasets.trade.no_unit"))
    partner = places(rows, "country", notes)
    flows = flows_of(rows, "USA", partner, exports, pl.col("year"), pl.col("value"), "USITC_DATAWEB")
    return added(finest(flows, "exporter" if exports else "importer", notes))


def _long(table: pl.DataFrame, notes: Notes, path: str | Path) -> pl.DataFrame:
    """Return a row for each figure: ``_row, measure, hs6, country, period, year, value``."""
    table = table.rename({"HTS Number": "hs6", "Country": "country"})
    if "Year" in table.columns:
        month = pl.col("Month").str.extract(r"^(\d{1,2})(?:\.0)?$").str.zfill(2) if "Month" in table.columns else pl.lit("")
        table = table.with_columns(year=years(table, "Year", path))
        period = pl.concat_str(pl.col("year").cast(pl.String), month)
        told = ["_row", "hs6", "country", period.alias("period"), "year"]
        parts = [
            table.select(*told, measure=pl.lit(name), value=amounts(table, name, path)).select(*_FIGURES)
            for name in (*_IMPORTS, *_EXPORTS)
            if name in table.columns
        ]
        return pl.concat([pl.DataFrame(schema=_FIGURES), *parts])
    columns = {name: match[1] for name in table.columns if (match := _YEAR.fullmatch(name))}
    figures = {name: amounts(table, name, path) for name in columns}
    parts, empty = [], [name for name in table.columns if _PART.fullmatch(name)]
    for name, year in columns.items():
        value = figures[name]
        withheld = pl.col(f"{year}_Suppressed") if f"{year}_Suppressed" in table.columns else pl.lit(None, pl.String)
        value = pl.when(withheld.fill_null("0").str.to_lowercase().is_in(["0", "false", "no", "n"])).then(value)
        part = table.select(
            "_row",
            pl.col("Data Type").alias("measure"),
            "hs6",
            "country",
            pl.lit(year).alias("period"),
            pl.lit(int(year), pl.Int64).alias("year"),
            value.alias("value"),
        )
        if part["value"].is_not_null().any() and (part["value"].fill_null(0) == 0).all():
            empty.append(name)
        else:
            parts.append(part)
    if empty:
        notes.append(Message("datasets.trade.part_years", columns=", ".join(shorten(name, 40) for name in empty)))
    return pl.concat([pl.DataFrame(schema=_FIGURES), *parts])


def _measured(rows: pl.DataFrame, wanted: Sequence[str], path: str) -> pl.DataFrame:
    """Return the rows of the first of the wanted values that is there."""
    measures = rows["measure"].drop_nulls().unique().sort()
    name = next((each for each in wanted if each in set(measures)), None)
    if name is None:
        found = ", ".join(shorten(each, 40) for each in measures[:6]) or "-"
        raise InputError("datasets.trade.no_measure", path=path, found=found, wanted=", ".join(wanted))
    return rows.filter(pl.col("measure") == name)
