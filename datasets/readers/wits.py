"""World Integrated Trade Solution (World Bank): trade by product of its pages, and the answers of its queries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from ...graph.arguments import checked
from ...graph.errors import short_path
from .comtrade import added, finest, of_partners
from .hs import CLASSIFICATIONS, hs_code
from .tables import Notes, amounts, kept, opened, places, years

# The columns of a page's table ("By-HS6Product"), and those of the file of a query; both write thousands of dollars.
_PAGE = {
    "reporter": "Reporter",
    "flow": "TradeFlow",
    "hs6": "ProductCode",
    "year": "Year",
    "partner": "Partner",
    "value": "Trade Value 1000USD",
}
_QUERY = {
    "reporter": "ReporterName",
    "flow": "TradeFlowName",
    "hs6": "ProductCode",
    "year": "Year",
    "partner": "PartnerName",
    "value": "TradeValue in 1000 USD",
}
_IMPORTS, _EXPORTS = r"(?i)^(gross )?imp(ort|orts|\.)?$", r"(?i)^(gross )?exp(ort|orts|\.)?$"
_GROUPS = ("European Union", "European Union Total", "All countries", "All")


def is_wits(columns: Sequence[str]) -> bool:
    """Whether a header is one of the two.

    >>> is_wits(["Reporter", "TradeFlow", "ProductCode", "Product Description", "Year", "Partner", "Trade Value 1000USD"])
    True
    """
    return _layout(columns) is not None


def _layout(columns: Sequence[str]) -> dict[str, str] | None:
    return next((names for names in (_PAGE, _QUERY) if set(names.values()) <= set(columns)), None)


@checked()
def read_wits(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    r"""Return a download of WITS as a trade table.

    Imports as the reporter tells them (with ``exports`` what it tells of its exports); re-exports and re-imports are left
    out. The European Union, which stands beside its members, is left out; of a total over all partners ("World") what its
    partners in the file do not explain is kept, as trade of unknown origin.

    Parameters
    ----------
    path : str or Path
        A page's table (.xlsx, sheet "By-HS6Product", or saved as CSV), or the CSV of a query.
    exports : bool
        Rows of exports as the reporter tells them.
    notes : list of Message, optional
        What was left out and assumed is appended to it.
    encoding : str, optional
        Of a text file, where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6`` (of two, four or six digits), ``importer``, ``exporter``, ``year``, ``value`` (thousand USD), ``quantity``
        (t; blank where it is no weight), ``unit``, ``quantity_unit``, ``hs_edition`` (blank where the file does not name
        it), ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A column is missing, a cell is no year or number, or the file cannot say what goods come from where: no such flow,
        goods that are not of the Harmonized System, only totals over goods or over partners.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "wits.csv")
    ...     head = "Reporter,TradeFlow,ProductCode,Year,Partner,Trade Value 1000USD,Quantity,Quantity Unit"
    ...     row = "Japan,Import,850511,2023, China,120.5,4000,Kg"
    ...     _ = file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    ...     read_wits(file).select("hs6", "exporter", "importer", "year", "value", "quantity", "unit").rows()
    [('850511', 'CHN', 'JPN', 2023, 120.5, 4.0, 'kUSD')]
    """
    notes = [] if notes is None else notes
    shown = short_path(path)
    table = opened(path, is_wits, _PAGE.values(), notes, encoding)[0][2]
    names = _layout(table.columns) or _PAGE
    table = table.rename({column: name for name, column in names.items()})
    table = _goods(table, _EXPORTS if exports else _IMPORTS, shown, notes)
    world = (pl.col("partner").str.to_lowercase() == "world").fill_null(False)
    reporter, partner = places(table, "reporter", notes), places(table, "partner", notes, world)
    code = pl.col("Nomenclature") if "Nomenclature" in table.columns else pl.lit(None, pl.String)
    rows = table.select(
        hs6="hs6",
        importer=partner if exports else reporter,
        exporter=reporter if exports else partner,
        year=years(table, "year", path, names["year"]),
        value=amounts(table, "value", path, names["value"], notes),
        quantity=_tonnes(table, path),
        unit=pl.lit("kUSD"),
        quantity_unit=pl.lit("t"),
        hs_edition=code.replace_strict(CLASSIFICATIONS, default=None, return_dtype=pl.String),
        source=pl.lit("WORLD_BANK_WITS"),
        _world=world,
    )
    return of_partners(added(finest(rows, "exporter" if exports else "importer", notes)), exports, shown, notes)


def _goods(table: pl.DataFrame, flow: str, path: str, notes: Notes) -> pl.DataFrame:
    """Return the rows of one flow, of goods of the Harmonized System, of single countries."""
    wanted = "Export" if flow == _EXPORTS else "Import"
    table = kept(table, pl.col("flow").str.contains(flow), "flow", "no_flow", path, wanted=wanted)
    if "Nomenclature" in table.columns:
        table = kept(table, pl.col("Nomenclature").str.contains(r"^H[S\d]"), "Nomenclature", "not_hs", path, notes)
    digits = pl.col("hs6").str.contains(r"^\d{1,6}(\.0)?$")
    table = kept(table, digits, "hs6", "totals", path, notes)
    table = nw.from_native(table).with_columns(hs_code("hs6", digits=None)).to_native()
    return kept(table, ~pl.col("partner").is_in(_GROUPS), "partner", "only_groups", path, notes)


def _tonnes(table: pl.DataFrame, path: str | Path) -> pl.Expr:
    """The weight where there is one."""
    none = pl.lit(None, dtype=pl.Float64)
    if "NetWeight in KGM" in table.columns:
        return amounts(table, "NetWeight in KGM", path) / 1000
    if not {"Quantity", "Quantity Unit"} <= set(table.columns):
        return none
    return pl.when(pl.col("Quantity Unit").str.to_lowercase() == "kg").then(amounts(table, "Quantity", path) / 1000)
