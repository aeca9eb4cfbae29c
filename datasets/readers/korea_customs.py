"""Korea's customs (관세청): the CSV of tradedata.go.kr, commodity by country, with imports and exports beside each other.

Its columns are those that two independent public scripts read from such downloads: 기간, 국가, HS코드, 품목명,
수출 중량, 수출 금액, 수입 중량, 수입 금액, 무역수지 (UTF-8 with a mark; a row 총계 of totals). Both say thousand dollars.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from ...graph import Message
from ...graph.arguments import checked
from ...graph.errors import short_path
from .comtrade import added, finest, flows_of, of_one_frequency
from .hs import hs_code
from .tables import Notes, amounts, kept, opened, places, years

_PERIOD, _COUNTRY, _CODE = "기간", "국가", "HS코드"
_IMPORTS, _EXPORTS = "수입 금액", "수출 금액"
_ALL = "총계"


def is_korea_customs(columns: Sequence[str]) -> bool:
    """Whether a header is that of such a file.

    >>> is_korea_customs(["기간", "국가", "HS코드", "품목명", "수출 중량", "수출 금액", "수입 중량", "수입 금액"])
    True
    """
    return {_PERIOD, _COUNTRY, _CODE} <= set(columns) and bool({_IMPORTS, _EXPORTS} & set(columns))


@checked()
def read_korea_customs(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    r"""Return a download of the statistics of Korea's customs as a trade table.

    Totals are left out, months added up, codes of ten digits cut to six. The file says no unit: amounts are taken as
    thousand dollars, and that is noted.

    Parameters
    ----------
    path : str or Path
        The CSV as downloaded, or saved as a workbook.
    exports : bool
        Exports instead of imports.
    notes : list of Message, optional
        What was left out and assumed is appended to it.
    encoding : str, optional
        Where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6`` (of two to six digits), ``importer``, ``exporter``, ``year``, ``value`` (thousand USD), ``unit``,
        ``hs_edition`` (in force in that year), ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A column is missing, or a cell is no year or number.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "customs.csv")
    ...     head = "기간,국가,HS코드,품목명,수출 중량,수출 금액,수입 중량,수입 금액,무역수지"
    ...     _ = file.write_text(f'{head}\n2024-01,중국,8505111000,자석,1,2,3,"1,200",-1198', encoding="utf-8")
    ...     read_korea_customs(file).select("hs6", "exporter", "importer", "year", "value", "unit").rows()
    [('850511', 'CHN', 'KOR', 2024, 1200.0, 'kUSD')]
    """
    notes = [] if notes is None else notes
    shown, column = short_path(path), _EXPORTS if exports else _IMPORTS
    needed = (_PERIOD, _COUNTRY, _CODE, column)
    _, _, table = opened(path, lambda names: set(needed) <= set(names), needed, notes, encoding)[0]
    for total in (_PERIOD, _COUNTRY):
        table = kept(table, pl.col(total).str.strip_chars() != _ALL, total, "totals", shown, notes)
    table = nw.from_native(table.with_columns(hs6=_CODE)).with_columns(hs_code("hs6", digits=None, national=10)).to_native()
    table = kept(table, pl.col("hs6").is_not_null(), _CODE, "totals", shown, notes)
    table = table.with_columns(period=pl.col(_PERIOD).str.replace_all(r"[\s.\-/년월]", ""))
    table = of_one_frequency(table, shown, notes)
    notes.append(Message("datasets.trade.thousand_dollars", column=column))
    partner, year = places(table, _COUNTRY, notes), years(table, "period", path, _PERIOD)
    rows = flows_of(table, "KOR", partner, exports, year, amounts(table, column, path), "KOREA_CUSTOMS", "kUSD")
    return added(finest(rows, "exporter" if exports else "importer", notes))
