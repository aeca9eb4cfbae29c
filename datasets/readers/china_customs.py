"""China's customs (海关总署): the CSV of its pages of statistics (stats.customs.gov.cn), commodity by country."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from ...graph.arguments import checked
from ...graph.errors import short_path
from .comtrade import added, finest, flows_of, of_one_frequency
from .hs import hs_code
from .tables import Notes, amounts, kept, of_flow, opened, places, years

_MONTH, _CODE, _COUNTRY = "数据年月", "商品编码", "贸易伙伴名称"
_VALUES = {"美元": "USD", "人民币": "CNY"}
_FLOW, _WORDS = "进出口", ("进口", "出口")


def is_china_customs(columns: Sequence[str]) -> bool:
    """Whether a header is that of such a file.

    >>> is_china_customs(["数据年月", "商品编码", "商品名称", "贸易伙伴编码", "贸易伙伴名称", "美元"])
    True
    """
    names = set(columns)
    return {_MONTH, _CODE, _COUNTRY} <= names and bool(names & set(_VALUES))


@checked()
def read_china_customs(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    r"""Return a download of the statistics of China's customs as a trade table.

    The file does not say whether it tells imports or exports: a column 进出口 (进口, 出口) has to be added to it. Months,
    modes of trade and provinces are added up, codes of eight digits cut to six.

    Parameters
    ----------
    path : str or Path
        The CSV as downloaded (GB 18030) and with that column, or saved as a workbook.
    exports : bool
        Exports instead of imports.
    notes : list of Message, optional
        What was left out and assumed is appended to it.
    encoding : str, optional
        Where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6`` (of two to six digits), ``importer``, ``exporter``, ``year``, ``value`` (USD or CNY, as the file has it),
        ``unit``, ``hs_edition`` (in force in that year), ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A column is missing, a cell is no year or number, or nothing says whether these are imports.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "customs.csv")
    ...     head = "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,美元,进出口"
    ...     _ = file.write_text(f'{head}\n202301,26050000,钴矿,108,刚果（金）,"1,200",进口', encoding="gb18030")
    ...     read_china_customs(file).select("hs6", "exporter", "importer", "year", "value", "unit").rows()
    [('260500', 'COD', 'CHN', 2023, 1200.0, 'USD')]
    """
    notes = [] if notes is None else notes
    shown = short_path(path)
    _, above, table = opened(path, is_china_customs, (_MONTH, _CODE, _COUNTRY, *_VALUES), notes, encoding)[0]
    table = of_flow(table, _FLOW, _WORDS, exports, above, shown)
    table = nw.from_native(table.with_columns(hs6=_CODE)).with_columns(hs_code("hs6", digits=None)).to_native()
    table = kept(table, pl.col("hs6").is_not_null(), _CODE, "totals", shown, notes)
    table = of_one_frequency(table.with_columns(period=_MONTH), shown, notes)
    value = next(name for name in _VALUES if name in table.columns)
    partner, year = places(table, _COUNTRY, notes), years(table, "period", path, _MONTH)
    figures = amounts(table, value, path)
    rows = flows_of(table, "CHN", partner, exports, year, figures, "CHINA_CUSTOMS", _VALUES[value])
    return added(finest(rows, "exporter" if exports else "importer", notes))
