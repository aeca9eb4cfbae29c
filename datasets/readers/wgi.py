"""Worldwide Governance Indicators as the World Bank publishes them: the long dataset, or an export of DataBank."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.errors import shorten
from .releases import read_sheet

DIMENSIONS = ("cc", "ge", "pv", "rl", "rq", "va")
LONG = ("code", "year", "indicator", "estimate")
WIDE = ("Country Code", "Series Code")
_YEAR = re.compile(r"(\d{4})(?: \[YR\d{4}\])?")


def is_wgi(columns: list[str]) -> bool:
    """Whether a header is one of the two layouts."""
    return set(LONG) <= set(columns) or (set(WIDE) <= set(columns) and any(map(_YEAR.fullmatch, columns)))


@checked()
def read_wgi(path: str | Path, encoding: str | None = None) -> pl.DataFrame:
    r"""Return the indicators in the columns of `datasets.governance`: newer years for `risk.supply_risk` and its kin.

    Parameters
    ----------
    path : str or Path
        The long dataset (CSV or .xlsx with ``code, year, indicator, estimate``) or a CSV of DataBank (``Country Code,
        Series Code``, a column per year). Cells with ".." are blank.
    encoding : str, optional
        Of a text file, where it is known better.

    Returns
    -------
    polars.DataFrame
        ``iso3, year``; the estimates ``cc, ge, pv, rl, rq, va`` (about -2.5 to 2.5); ``dimensions`` (how many there are);
        ``wgi_0_10``, (2.5 - their mean) / 5 * 10 within 0 and 10, higher = worse; ``source`` (WB_WGI and the newest year).

    Raises
    ------
    ReadError
        The file cannot be read.
    InputError
        It is no such table, or holds no estimate.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "wgi.csv")
    ...     _ = file.write_text("code,year,indicator,estimate\nJPN,2023,rl,1.5\nJPN,2023,va,1.0\n", encoding="utf-8")
    ...     read_wgi(file).select("iso3", "year", "rl", "dimensions", "wgi_0_10").rows()
    [('JPN', 2023, 1.5, 2, 2.5)]
    """
    frame = read_sheet(Path(path), encoding)
    if not is_wgi(frame.columns):
        raise InputError("datasets.updates.unknown", path=shorten(Path(path).name))
    long = frame if set(LONG) <= set(frame.columns) else _long(frame)
    number = pl.col("estimate").str.strip_chars().str.replace(",", ".").cast(pl.Float64, strict=False)
    long = long.select(
        iso3=pl.col("code").str.strip_chars().str.to_uppercase(),
        year=pl.col("year").str.strip_chars().str.replace(r"\.0$", "").cast(pl.Int64, strict=False),
        indicator=pl.col("indicator").str.strip_chars().str.to_lowercase(),
        estimate=number,
    ).filter(
        pl.col("indicator").is_in(DIMENSIONS),
        pl.col("estimate").is_finite(),
        pl.col("year").is_not_null(),
        pl.col("iso3").str.contains(r"^[A-Z]{3}$"),
    )
    if not long.height:
        raise InputError("datasets.updates.nothing", files=shorten(Path(path).name))
    table = long.pivot(on="indicator", index=["iso3", "year"], values="estimate", aggregate_function="first")
    table = table.with_columns(pl.lit(None, pl.Float64).alias(name) for name in DIMENSIONS if name not in table.columns)
    mean = pl.mean_horizontal(DIMENSIONS)
    return table.select(
        "iso3",
        "year",
        *DIMENSIONS,
        dimensions=pl.sum_horizontal(pl.col(name).is_not_null() for name in DIMENSIONS).cast(pl.Int8),
        wgi_0_10=((2.5 - mean) / 5 * 10).clip(0, 10).round(6),
        source=pl.lit(f"WB_WGI_{long['year'].max()}"),
    ).sort("iso3", "year")


def _long(frame: pl.DataFrame) -> pl.DataFrame:
    years = {name: match[1] for name in frame.columns if (match := _YEAR.fullmatch(name))}
    rows = frame.select(*WIDE, *years).unpivot(index=list(WIDE), variable_name="year", value_name="estimate")
    return rows.filter(pl.col("Series Code").str.ends_with(".EST")).select(
        code="Country Code",
        year=pl.col("year").replace(years),
        indicator=pl.col("Series Code").str.extract(r"^(\w\w)\."),
        estimate="estimate",
    )
