"""UN Comtrade: the CSV that the new API and its web page give."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ...graph import InputError
from ...graph.errors import shorten
from .hs import CLASSIFICATIONS
from .tables import read_table

_NEEDED = ("refYear", "reporterISO", "flowCode", "partnerISO", "cmdCode", "primaryValue")
# The splits that Comtrade adds beside the totals: second partner, customs procedure, mode of transport.
_WHOLE = {"partner2Code": "0", "customsCode": "C00", "motCode": "0", "mosCode": "0"}


def read_comtrade(path: str | Path, *, exports: bool = False) -> pl.DataFrame:
    """Return the Comtrade download at ``path`` as a trade table.

    Imports as the importer reports them (flow M; with ``exports`` flow X as the exporter reports it). Rows that only split a
    total (by second partner, customs procedure, transport) and totals over all partners ("W00") are left out: they
    would count trade twice. Partners that are areas, not countries ("S19", "X2" and the like) stay as trade of unknown
    origin, but "Other Asia, nes" (S19) is Taiwan in the United Nations' own reading and is shown as TWN.

    Returns
    -------
    polars.DataFrame
        ``hs6`` (the code at the level of the file), ``importer``, ``exporter``, ``year``, ``value`` (USD), ``quantity`` (net
        weight in t), ``unit``, ``quantity_unit``, ``hs_edition``, ``source``.

    Raises
    ------
    ReadError
        There is no such file.
    InputError
        Columns are missing, or the file mixes code levels (HS2 with HS6), which would count trade twice.
    """
    table = read_table(path, _NEEDED)
    for column, whole in _WHOLE.items():
        if column in table.columns:
            table = table.filter(pl.col(column).is_null() | (pl.col(column) == whole))
    table = table.filter((pl.col("flowCode") == ("X" if exports else "M")) & (pl.col("partnerISO") != "W00"))
    table = table.filter(pl.col("cmdCode").str.contains(r"^\d{2,6}$"))
    levels = table["cmdCode"].str.len_chars().unique().sort().to_list()
    if len(levels) > 1:
        raise InputError("datasets.trade.levels", path=shorten(path), levels=levels)
    reporter, partner = pl.col("reporterISO"), _country("partnerISO")
    weight = pl.col("netWgt").cast(pl.Float64, strict=False) / 1000 if "netWgt" in table.columns else pl.lit(None)
    given = pl.col("classificationCode") if "classificationCode" in table.columns else pl.lit(None, dtype=pl.String)
    return table.select(
        hs6="cmdCode",
        importer=partner if exports else reporter,
        exporter=reporter if exports else partner,
        year=pl.col("refYear").cast(pl.Int64),
        value=pl.col("primaryValue").cast(pl.Float64, strict=False),
        quantity=weight.cast(pl.Float64),
        unit=pl.lit("USD"),
        quantity_unit=pl.lit("t"),
        hs_edition=given.replace_strict(CLASSIFICATIONS, default=None, return_dtype=pl.String),
        source=pl.lit("UN_COMTRADE"),
    )


def _country(column: str) -> pl.Expr:
    """Return the ISO3 code, blank for an area that is no country (its code holds a digit, or starts with an underscore)."""
    code = pl.when(pl.col(column) == "S19").then(pl.lit("TWN")).otherwise(pl.col(column))
    return pl.when(code.str.contains(r"^[A-Z]{3}$")).then(code)
