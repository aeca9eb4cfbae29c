"""Trade Statistics of Japan as the page of searches (財務省貿易統計 検索ページ) gives them: commodity by country."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from ...graph.arguments import checked
from ...graph.errors import short_path
from ...graph.messages import Message
from .comtrade import added, flows_of, of_one_frequency
from .hs import hs_code
from .tables import Notes, amounts, kept, of_flow, opened, places, years

_CODE, _COUNTRY, _MONTH, _SO_FAR, _IN_MONTH = "品目", "国名", "暦年月", "累計金額", "当月金額"
_FLOW, _WORDS = "輸出入", ("輸入", "輸出")
_OWN = ("仕入先", "調達先", "取引先", "メーカー", "品番")
"""Columns of what a company bought itself."""


def is_japan_search(columns: Sequence[str]) -> bool:
    """Whether a header is that of such a search.

    >>> is_japan_search(["品目", "国名", "暦年月", "当月金額", "累計金額"]), is_japan_search(["品目", "国名", "単価"])
    (True, False)
    """
    names = set(columns)
    return {_CODE, _COUNTRY, _MONTH} <= names and bool({_SO_FAR, _IN_MONTH} & names) and not names.intersection(_OWN)


@checked()
def read_japan_search(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    r"""Return the result of a search in Japan's trade statistics (統計品別国別) as a trade table.

    Whether it tells imports or exports is read from its column 輸出入, else from what is written above the table; where
    neither says it, it is asked for. Sums since January (累計金額) are those of the last month that each year has of
    a code and a country; without them
    the amounts of months (当月金額) are added up. Which months there are is said. Codes of 概況品, which are not those of
    the Harmonized System, and totals over countries are left out.

    Parameters
    ----------
    path : str or Path
        The CSV as downloaded, with the conditions of the search above its header, or saved as a workbook.
    exports : bool
        Exports instead of imports.
    notes : list of Message, optional
        What was left out and assumed is appended to it.
    encoding : str, optional
        Where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6``, ``importer``, ``exporter``, ``year``, ``value`` (thousand JPY), ``unit``, ``hs_edition`` (in force in that
        year), ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A column is missing, a cell is no year or number, nothing says whether these are imports, or no code is one of the
        Harmonized System.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "search.csv")
    ...     head, row = "輸出入,品目,国名,暦年月,累計金額", "輸入,8505.11-000,中華人民共和国,'2023/12,1200"
    ...     _ = file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    ...     read_japan_search(file).select("hs6", "exporter", "importer", "year", "value", "unit").rows()
    [('850511', 'CHN', 'JPN', 2023, 1200.0, 'kJPY')]
    """
    notes = [] if notes is None else notes
    shown = short_path(path)
    _, above, table = opened(path, is_japan_search, (_CODE, _COUNTRY, _MONTH, _SO_FAR), notes, encoding)[0]
    table = of_flow(table, _FLOW, _WORDS, exports, above, shown)
    code = pl.col(_CODE).str.strip_chars("' ")
    table = kept(table, code.str.contains(r"^\d{4}\.\d{2}-\d{3}\b"), _CODE, "not_hs_codes", shown, notes)
    name = pl.col(_COUNTRY).str.replace(r"^'?\d{3}[_:\s]*", "")
    table = table.with_columns(hs6=code.str.slice(0, 11), country=name)
    table = kept(table, ~pl.col("country").str.contains("^(世界|総?合?計|総額)$"), "country", "only_groups", shown, notes)
    table = nw.from_native(table).with_columns(hs_code("hs6", national=9)).to_native()
    table = table.with_columns(period=_period(pl.col(_MONTH)))
    table = _of_the_year(table, path, notes)
    partner, value = (
        places(table, "country", notes),
        amounts(table, _SO_FAR if _SO_FAR in table.columns else _IN_MONTH, path),
    )
    return added(flows_of(table, "JPN", partner, exports, pl.col("_year"), value, "MOF_TRADE_STATISTICS", "kJPY"))


def _period(month: pl.Expr) -> pl.Expr:
    """Year and month as six digits, however they are written: '2023/12, 2023/9/1 of a spreadsheet, 2023年9月."""
    plain = month.str.replace_all(r"['\s/年月-]", "")
    each = month.str.extract_groups(r"^\D*(\d{4})\D*(\d{1,2})")
    return pl.concat_str(each.struct.field("1"), each.struct.field("2").str.zfill(2)).fill_null(plain)


def _of_the_year(table: pl.DataFrame, path: str | Path, notes: Notes) -> pl.DataFrame:
    """Return the rows that make up each year, with ``_year``."""
    table = table.with_columns(_year=years(table, "period", path, _MONTH))
    if _SO_FAR not in table.columns:
        return of_one_frequency(table, short_path(path), notes)
    # A country that delivered nothing in the last months may have no row there: its sum is that of its own last row.
    table = table.filter(pl.col("period") == pl.col("period").max().over("_year", "hs6", _CODE, "country"))
    last = (
        table.group_by("_year")
        .agg(pl.col("period").max())
        .select("_year", month=pl.col("period").str.slice(4, 2).cast(pl.Int64, strict=False))
        .unique()
        .sort("_year")
    )
    if told := [f"{year}: {month}/12" for year, month in last.rows() if month]:
        notes.append(Message("datasets.trade.so_far", years=", ".join(told)))
    return table
