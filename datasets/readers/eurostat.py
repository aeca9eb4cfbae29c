"""Eurostat's Comext: trade in goods of the EU's members, as the dissemination API gives it (SDMX-CSV, DS-045409)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.errors import short_path, shorten
from ...graph.messages import Message
from ..places import country
from .comtrade import added, finest, of_one_frequency, with_rest
from .hs import in_force
from .tables import Notes, amounts, numbered, read_table, years

# Names and codes are those of Eurostat's dissemination API for DS-045409: the dimensions freq, reporter, partner, product,
# flow and indicators, with TIME_PERIOD and OBS_VALUE of SDMX-CSV; flow 1 is imports, 2 exports. VALUE_EUR and
# QUANTITY_KG are what other tables of Comext write.
DIMENSIONS = ("freq", "reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD")
_VALUES = ("VALUE_IN_EUROS", "VALUE_EUR")
_TONNES = {"QUANTITY_IN_100KG": 0.1, "QUANTITY_KG": 0.001}
_WORLD = "WORLD"
# Where Comext's codes are not ISO's: Greece, the United Kingdom, Serbia.
_OWN = {"EL": "GRC", "UK": "GBR", "XS": "SRB"}
_SPLIT = ("XI", "XU")
"""Northern Ireland and the rest of the United Kingdom, which stand beside the whole (GB) or instead of it."""


@checked()
def read_eurostat(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    """Return a download of Eurostat's Comext as a trade table.

    Imports as the member reports them (flow 1; with ``exports`` flow 2). Between members the partner of imports is where
    the goods were sent from, not where they were made. Codes of the Combined Nomenclature are cut to six digits and added
    up; groups of countries (EU27_2020, EU27_2020_EXTRA) are left out; of a total over all partners (WORLD) what its origins
    in the file do not explain is kept, as trade of unknown origin, and so are partners that are no country (QX, QZ). Years
    go before months; months are added up.

    Parameters
    ----------
    path : str or Path
        SDMX-CSV with codes (not labels).
    exports : bool
        Rows of exports as the member reports them.
    notes : list of Message, optional
        What was left out and assumed is appended to it.
    encoding : str, optional
        Where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6`` (of two to six digits), ``importer``, ``exporter``, ``year``, ``value`` (EUR), ``quantity`` (t), ``unit``,
        ``quantity_unit``, ``hs_edition`` (in force in that year), ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        A column is missing, a cell is no year or number, or the file cannot say what goods come from where: no such flow,
        no values, only totals over goods or partners, only groups of countries.
    """
    notes = [] if notes is None else notes
    shown = short_path(path)
    table = numbered(read_table(path, (*DIMENSIONS, "OBS_VALUE"), notes, encoding=encoding))
    once = table.unique(pl.selectors.exclude("_row"), keep="first", maintain_order=True)
    if once.height < table.height:
        notes.append(Message("datasets.trade.aside_repeated", rows=table.height - once.height))
    wanted = "2" if exports else "1"
    rows = _kept(once, pl.col("flow") == wanted, "flow", "no_flow", shown, wanted=wanted)
    rows = _kept(rows, pl.col("product").str.contains(r"^(\d\d|\d{4}|\d{6}|\d{8})$"), "product", "totals", shown, notes)
    rows = _kept(rows, pl.col("reporter").str.contains("^[A-Z]{2}$"), "reporter", "only_groups", shown, notes)
    partner = pl.col("partner").str.contains("^[A-Z]{2}$") | (pl.col("partner") == _WORLD) | pl.col("partner").is_null()
    rows = _whole_kingdom(_kept(rows, partner, "partner", "only_groups", shown, notes), notes)
    rows = of_one_frequency(rows.with_columns(period=pl.col("TIME_PERIOD").str.replace("-", "")), shown, notes)
    rows = _measured(rows, path, shown)
    found = finest(rows, "exporter" if exports else "importer", notes)
    found = added(found.with_columns(pl.col("hs6").str.slice(0, 6)))
    if found["_world"].all():
        raise InputError("datasets.trade.world_only", path=shown, rows=found.height)
    return found.filter(~pl.col("_world")).drop("_world") if exports else with_rest(found, notes)


def _kept(
    table: pl.DataFrame, rule: pl.Expr, column: str, name: str, path: str, notes: Notes | None = None, **values: str
) -> pl.DataFrame:
    """Return the rows of a rule; what the others are is noted, and an error where they are all."""
    gone = table.filter(~rule.fill_null(False))
    if gone.is_empty():
        return table
    codes = ", ".join(shorten(code, 20) for code in gone[column].drop_nulls().unique().sort()[:6]) or "-"
    if gone.height == table.height:
        key = "only_totals" if name == "totals" else name
        raise InputError(f"datasets.trade.{key}", path=path, codes=codes, found=codes, **values)
    if notes is not None:
        aside = "aside_totals" if name == "totals" else "aside_group"
        notes.append(Message(f"datasets.trade.{aside}", rows=gone.height, codes=codes))
    return table.filter(rule.fill_null(False))


def _whole_kingdom(table: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """The parts of the United Kingdom are left out where it stands in the file as a whole."""
    parts = pl.col("partner").is_in(_SPLIT)
    count = table.filter(parts).height
    if not count or table.filter(pl.col("partner") == "GB").is_empty():
        return table.with_columns(pl.col("partner").replace(dict.fromkeys(_SPLIT, "GB")))
    notes.append(Message("datasets.trade.aside_parts", rows=count))
    return table.filter(~parts.fill_null(False))


def _measured(rows: pl.DataFrame, path: str | Path, shown: str) -> pl.DataFrame:
    """Return a row for each value, with its quantity beside it."""
    keys = ["freq", "reporter", "partner", "product", "flow", "TIME_PERIOD"]
    value = next((name for name in _VALUES if name in set(rows["indicators"])), None)
    weight = next((name for name in _TONNES if name in set(rows["indicators"])), None)
    if value is None:
        found = ", ".join(shorten(name, 30) for name in rows["indicators"].drop_nulls().unique().sort()[:6]) or "-"
        raise InputError("datasets.trade.no_values", path=shown, found=found, wanted=_VALUES[0])
    rows = rows.with_columns(_amount=amounts(rows, "OBS_VALUE", path), _year=years(rows, "period", path, "TIME_PERIOD"))
    values = rows.filter(pl.col("indicators") == value)
    weights = rows.filter(pl.col("indicators") == weight) if weight else rows.clear()
    quantity = weights.select(*keys, _weight=pl.col("_amount") * _TONNES.get(weight or "", 0.0))
    joined = values.join(quantity, on=keys, how="left", nulls_equal=True, maintain_order="left")
    places = {
        code: _OWN.get(code) or country(code) for name in ("reporter", "partner") for code in set(joined[name]) - {None}
    }
    reporter, partner = (
        pl.col(name).replace_strict(places, default=None, return_dtype=pl.String) for name in ("reporter", "partner")
    )
    exports = pl.col("flow") == "2"
    return joined.select(
        hs6="product",
        importer=pl.when(exports).then(partner).otherwise(reporter),
        exporter=pl.when(exports).then(reporter).otherwise(partner),
        year="_year",
        value="_amount",
        quantity="_weight",
        unit=pl.lit("EUR"),
        quantity_unit=pl.lit("t"),
        hs_edition=in_force(pl.col("_year")),
        source=pl.lit("EUROSTAT_COMEXT"),
        _world=(pl.col("partner") == _WORLD).fill_null(False),
    )
