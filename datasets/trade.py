"""Trade tables: the bundled one, any file that a reader knows, and what trade figures are read against."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from ..graph import InputError
from ..graph.arguments import checked
from ..graph.errors import did_you_mean, nearest, short_path, shorten
from ..graph.files import not_found, open_file, reading
from ..graph.headers import called
from ..graph.messages import Message
from ..graph.tables import header_of, is_parquet, scan_parquet
from .packaged import packaged
from .readers.tables import Notes, located, read_table

TRADE = {"baci_japan": "flows", "japan_over_time": "japan_over_time"}
_TIDY = ("importer", "exporter", "year", "value")
_BACI = {"t", "i", "j", "k", "v"}
STATISTICS = {
    "comtrade": ("UN Comtrade, trade of {year}", "United Nations", "UN Comtrade terms of use", "high"),
    "eurostat": ("EU trade in goods (Comext), {year}", "Eurostat", "open (credit the source)", "high"),
    "usitc": ("Trade of the United States, {year} (DataWeb)", "USITC", "US public domain", "high"),
    "wits": ("World Integrated Trade Solution, trade of {year}", "World Bank", "WITS terms of use", "high"),
    "japan_search": ("Trade Statistics of Japan, {year}", "Ministry of Finance, Japan", "open (credit the source)", "high"),
    "japan_customs": ("Trade Statistics of Japan, {year}", "Ministry of Finance, Japan", "open (credit the source)", "high"),
    "china_customs": ("China's trade statistics, {year}", "General Administration of Customs, China", "not said", "high"),
    "korea_customs": ("Korea's trade statistics, {year}", "Korea Customs Service", "not said", "high"),
    "us_census": ("US imports, {year}", "U.S. Census Bureau", "US public domain", "high"),
}
"""Kinds with a reader of their own, ``readers/<kind>.py`` with ``is_<kind>`` and ``read_<kind>``: title, publisher, licence
and reliability of what it reads. Of two that know a header the first one reads it."""
_BELOW = {"tidy", *STATISTICS} - {"eurostat"}
"""Kinds that are read wherever their header stands."""


@checked()
def bundled_trade(name: str = "baci_japan") -> pl.DataFrame:
    """Return a bundled trade table.

    ``baci_japan``: all exporters and importers of 30 HS6 codes, 2022 and 2024 (CEPII BACI HS17 V202601, Etalab 2.0; Japan's
    imports by origin and what is needed to judge them). ``japan_over_time``: Japan's imports of the same codes, 2018 to
    2024, largest flows only (its source row says what that leaves out).

    Columns: ``hs6, year, importer, exporter, value`` (thousand USD), ``unit, quantity`` (t; 2024 only), ``quantity_unit,
    hs_edition, source``.

    Raises
    ------
    InputError
        There is no bundled table of that name.

    >>> bundled_trade().filter(hs6="280470", importer="JPN", year=2024).top_k(1, by="value")["exporter"].item()
    'VNM'
    """
    if name not in TRADE:
        raise InputError("datasets.trade.unknown", name=shorten(name), hint=did_you_mean(nearest(name, TRADE)))
    return packaged("baci_japan", TRADE[name])


def trade_items() -> pl.DataFrame:
    """Return the codes of the bundled trade table: ``hs6, name_en, name_ja, basket, note, source``.

    A ``basket`` covers more than one material: it says nothing about one of them.

    >>> trade_items().filter(pl.col("basket"))["hs6"].to_list()
    ['270112', '280429', '811292', '850511']
    """
    return packaged("baci_japan", "items").with_columns(pl.col("basket") == "true")


def hs_headings() -> pl.DataFrame:
    """Return the headings of HS 2022, sections to six digits: ``code, name_en, parent, section, source``.

    >>> hs_headings().filter(code="8505").height
    1
    """
    return packaged("hs", "hs2022")


def governance() -> pl.DataFrame:
    """Return the Worldwide Governance Indicators, 1996 to 2023, one row per country and year.

    Columns: ``iso3, year``; the six estimates ``cc, ge, pv, rl, rq, va`` (about -2.5 to 2.5, higher = better);
    ``dimensions`` (how many of them there are); ``wgi_0_10``, their mean rescaled so that higher = worse; ``source``.
    Some territories (New Caledonia, Gibraltar) are not in it.

    >>> governance().filter(iso3="JPN", year=2023)["wgi_0_10"].item()
    2.3
    """
    return packaged("governance", "wgi")


def thresholds() -> pl.DataFrame:
    """Return the limits in official use, each with issuer, year and the purpose it was made for.

    Merger-control limits are there as context: they measure the power of sellers in a defined market, not the dependence
    of a buyer.

    >>> thresholds().filter(id="JP-METI-HHI50").select("low", "purpose").row(0)
    (0.5, 'trade dependence')
    """
    return packaged("thresholds", "thresholds").with_columns(pl.col("low", "high").cast(pl.Float64))


def trade_sources() -> pl.DataFrame:
    """Return the sources of this module's tables, in the columns of the ``sources`` table.

    >>> "WB_WGI2024" in trade_sources()["id"]
    True
    """
    folders = ("baci_japan", "comtrade", "governance", "hs", "japan_customs", "thresholds", "us_census")
    return pl.concat([packaged(folder, "sources") for folder in folders]).sort("id")


@checked()
def read_trade(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.LazyFrame:
    r"""Return the trade table at ``path``, a file or a BACI folder, recognised by its header.

    BACI (CSV, Parquet, folder), UN Comtrade (of today, of its API and of the classic site), Trade Statistics of Japan (of
    e-Stat, and of the page of searches), China's customs, Korea's customs, US Census API, USITC DataWeb, WITS, Eurostat's
    Comext (SDMX-CSV, TSV), or a table with ``hs6`` or ``item``, ``importer, exporter, year, value``, also under other names
    (輸入国, "Country of origin"; see `kanmon.graph.headers`), the value with its unit (金額（千円）). Each as text in any
    encoding or as a workbook, Comtrade and the Census as JSON too. BACI and Parquet stay lazy. With ``exports`` files of
    others than BACI and the Census are read as the exporter reports them. What a reader left out or assumed is appended to
    ``notes``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        Its header is none of these, or it cannot say what goods come from where (see `read_comtrade`).

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "trade.csv")
    ...     rows = "品目,輸入国,輸出国,年,金額\n850511,JPN,CHN,2023,5\n"
    ...     _ = file.write_text(rows, encoding="utf-8")
    ...     read_trade(file).collect().columns
    ['item', 'importer', 'exporter', 'year', 'value']
    """
    from .readers.baci import read_baci

    path = Path(path)
    kind = trade_kind(path, encoding)
    if kind in STATISTICS:
        sides = {} if kind == "us_census" else {"exports": exports}  # the Census tells imports alone
        return _reader("read", kind)(path, **sides, notes=notes, encoding=encoding).lazy()
    if kind == "baci":
        return read_baci(path, notes=notes)
    return _tidy(path, notes, encoding)


def _tidy(path: Path, notes: Notes | None, encoding: str | None) -> pl.LazyFrame:
    with reading(path):
        rows = scan_parquet(path) if is_parquet(path) else read_table(path, (), notes, encoding=encoding).lazy()
    names = rows.collect_schema().names()
    if kind_of_trade(names) is None and (found := located(path, _is_tidy, notes, encoding)):
        table = found[0][2].drop("_row")
        rows, names = table.lazy(), table.columns
    plain = {name: _without_unit(name) for name in names}
    back = {word: name for name, (word, _) in reversed(plain.items())}
    other = {back[word]: column for word, column in called([word for word, _ in plain.values()], "flows").items()}
    unit = next((plain[name][1] for name, column in other.items() if column == "value"), None)
    if other and notes is not None:
        shown = ", ".join(f"{shorten(was, 30)} = {name}" for was, name in other.items())
        notes.append(Message("datasets.trade.called", columns=shown))
    rows = rows.rename(other)
    return rows if unit is None or "unit" in rows.collect_schema() else rows.with_columns(unit=pl.lit(unit))


def _is_tidy(header: Sequence[str]) -> bool:
    return kind_of_trade(header) == "tidy"


def _without_unit(header: str) -> tuple[str, str | None]:
    """A header without the unit of money that stands in brackets behind it, and that unit.

    >>> _without_unit("金額（千円）"), _without_unit("Value [USD]"), _without_unit("Value (sum)")
    (('金額', 'kJPY'), ('Value', 'USD'), ('Value (sum)', None))
    """
    from .intake.values import unit_in

    match = re.fullmatch(r"([^(（\[]+)[(（\[]([^()（）\[\]]+)[)）\]]\s*", header)
    unit = unit_in(f"({match[2]})") if match else None
    prefix = {1.0: "", 1e3: "k", 1e6: "M"}.get(unit.factor) if unit is not None and unit.currency else None
    if match is None or unit is None or prefix is None:
        return header, None
    return match[1].rstrip(), f"{prefix}{unit.currency}"


@checked()
def trade_kind(path: str | Path, encoding: str | None = None) -> str:
    r"""Return which kind of trade file stands at ``path``.

    It is "baci", "comtrade", "japan_customs", "japan_search", "china_customs", "korea_customs", "us_census", "usitc",
    "wits", "eurostat" or "tidy".
    A text file is read in ``encoding`` (default: as its content says).

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        It is none of these.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "flows.csv"
    ...     _ = path.write_text("hs6,importer,exporter,year,value\n280530,JPN,CHN,2024,5\n", encoding="utf-8")
    ...     trade_kind(path), read_trade(path).select("exporter", "value").collect().rows()
    ('tidy', [('CHN', '5')])
    """
    path = Path(path)
    if path.is_dir():
        return "baci"
    header = _header(path, encoding)
    kind = kind_of_trade(header)
    if kind is None and path.suffix.lower() != ".json":
        kind = next((kind_below(table.columns) for _, _, table in located(path, _may_stand_below, None, encoding)), None)
    if kind is None:
        if {"Exp or Imp", "HS"} <= set(header):
            raise InputError("datasets.trade.no_origins", path=short_path(path))
        named = [name for name in header if not re.fullmatch(r"|__UNNAMED__\d+|_duplicated_\d+", name)]
        raise InputError("datasets.trade.header", path=short_path(path), columns=shorten(", ".join(named), 120))
    return kind


def _may_stand_below(header: Sequence[str]) -> bool:
    return kind_below(header) is not None


def kind_below(header: Sequence[str]) -> str | None:
    """Return which kind of trade file has such a header below a title, or behind a cover; None if none of them."""
    kind = kind_of_trade(header)
    return kind if kind in _BELOW else None


def kind_of_trade(header: Sequence[str]) -> str | None:
    """Return which kind of trade file has such a header, as `trade_kind` says; None if none of them.

    >>> kind_of_trade(["輸入国", "原産国", "年", "金額", "HSコード"]), kind_of_trade(["part", "price"])
    ('tidy', None)
    """
    if kind := next((kind for kind in STATISTICS if _reader("is", kind)(header)), None):
        return kind
    if set(header) >= _BACI:
        return "baci"
    names = {*header, *called([_without_unit(name)[0] for name in header], "flows").values()}
    return "tidy" if set(_TIDY) <= names and {"hs6", "item"} & names else None


def _reader(what: str, kind: str) -> Callable[..., Any]:
    """``is_<kind>`` or ``read_<kind>``."""
    return getattr(import_module(f".readers.{kind}", __package__), f"{what}_{kind}")


def _header(path: Path, encoding: str | None) -> list[str]:
    if not path.exists():
        raise not_found(path)
    if path.suffix.lower() == ".json":
        with reading(path), open_file(path) as file:
            start = file.read(65536)
        # The Census gives rows of which the first is the header, Comtrade rows that name their cells.
        found = re.search(rb'"data"\s*:\s*\[\s*(\{[^}]*)', start)
        cells = re.findall(rb'"(\w+)"\s*:', found[1]) if found else [b"CTY_CODE", b"YEAR"]
        return [cell.decode("ascii", errors="replace") for cell in cells]
    return [name.strip() for name in header_of(path, encoding)]
