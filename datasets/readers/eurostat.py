"""Eurostat's Comext: trade in goods of the EU's members, as its API and its browser of data give it (DS-045409)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.errors import short_path, shorten
from ...graph.files import reading
from ...graph.messages import Message
from ..places import country
from .comtrade import added, finest, of_one_frequency, of_partners
from .hs import in_force
from .tables import Notes, amounts, kept, numbered, read_table, years

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
"""Northern Ireland and the rest of the United Kingdom since 2021, which stand beside the whole (GB) or instead of it."""
_NAMING = {"reporter", "partner", "product", "flow", "indicators"}
_OTHER_GOODS = r"SITC|BEC|DS-018995|DS-059331"
"""In the name or number of a dataset: its goods are not those of the Harmonized System, though their codes look alike."""


def is_eurostat(columns: Sequence[str]) -> bool:
    r"""Whether a header is one of Comext's: with codes, with "code: label", with labels alone, or with periods in columns.

    >>> is_eurostat(["freq", "reporter", "partner", "product", "flow", "indicators\\TIME_PERIOD\t2024 "])
    True
    """
    names = {piece.strip() for name in columns for piece in re.split(r"[,:\\]", name)}
    if names >= _NAMING:
        return {"TIME_PERIOD", "OBS_VALUE"} <= names or any("\\TIME_PERIOD" in name for name in columns)
    return _NAMING | {"observation value"} <= {name.casefold() for name in names}


@checked()
def read_eurostat(
    path: str | Path, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    r"""Return a download of Eurostat's Comext as a trade table.

    Imports as the member reports them (flow 1; with ``exports`` flow 2). Between members the partner of imports is where
    the goods were sent from, not where they were made. Codes of the Combined Nomenclature are cut to six digits and added
    up; groups of countries (EU27_2020, EU27_2020_EXTRA) are left out; of a total over all partners (WORLD) what its origins
    in the file do not explain is kept, as trade of unknown origin, and so are partners that are no country (QX, QZ). Years
    go before months; months are added up.

    Parameters
    ----------
    path : str or Path
        SDMX-CSV with codes, alone or with their labels; or the TSV, whose columns are the periods.
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
        A column is missing, a cell is no year or number, or the file cannot say what goods come from where: labels without
        codes, goods by SITC or BEC, no such flow, no values, only totals over goods or partners, only groups of countries.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "comext.csv")
    ...     lines = ["freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE",
    ...              "A,DE,CN,85051100,1,VALUE_IN_EUROS,2023,900", "A,DE,CN,85051100,1,QUANTITY_IN_100KG,2023,40"]
    ...     _ = file.write_text("\n".join(lines), encoding="utf-8")
    ...     read_eurostat(file).select("hs6", "exporter", "importer", "year", "value", "quantity").rows()
    [('850511', 'CHN', 'DEU', 2023, 900.0, 4.0)]
    """
    notes = [] if notes is None else notes
    shown = short_path(path)
    with reading(path):  # names of columns may say anything
        table = numbered(_coded(read_table(path, (), notes, encoding=encoding), shown))
    once = table.unique(pl.selectors.exclude("_row"), keep="first", maintain_order=True)
    if once.height < table.height:
        notes.append(Message("datasets.trade.aside_repeated", rows=table.height - once.height))
    wanted = "2" if exports else "1"
    rows = kept(once, pl.col("flow") == wanted, "flow", "no_flow", shown, wanted=wanted)
    rows = kept(rows, pl.col("product").str.contains(r"^(\d\d|\d{4}|\d{6}|\d{8})$"), "product", "totals", shown, notes)
    rows = kept(rows, pl.col("reporter").str.contains("^[A-Z]{2}$"), "reporter", "only_groups", shown, notes)
    partner = pl.col("partner").str.contains("^[A-Z]{2}$") | (pl.col("partner") == _WORLD) | pl.col("partner").is_null()
    rows = _whole_kingdom(kept(rows, partner, "partner", "only_groups", shown, notes), notes)
    rows = of_one_frequency(rows.with_columns(period=pl.col("TIME_PERIOD").str.replace("-", "")), shown, notes)
    rows = _measured(rows, path, shown)
    found = finest(rows, "exporter" if exports else "importer", notes)
    found = added(found.with_columns(pl.col("hs6").str.slice(0, 6)))
    return of_partners(found, exports, shown, notes)


def _coded(table: pl.DataFrame, path: str) -> pl.DataFrame:
    """Return the table with codes alone under their names, a row for each figure."""
    if any("\\TIME_PERIOD" in name for name in table.columns):
        table = _long(table)
    wanted = (*DIMENSIONS, "OBS_VALUE")
    codes = {name: name.partition(":")[0].strip() for name in table.columns}
    table = table.rename({name: code for name, code in codes.items() if code in wanted and code not in table.columns})
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        labels = {"partner", "product"} <= {name.casefold() for name in table.columns}
        key = "labels" if labels else "columns"
        raise InputError(f"datasets.trade.{key}", path=path, columns=", ".join(missing))
    named = [name for name in ("DATAFLOW", "STRUCTURE_ID", "STRUCTURE_NAME") if name in table.columns]
    others = [each for name in named for each in table[name].drop_nulls().unique() if re.search(_OTHER_GOODS, each)]
    if others:
        raise InputError("datasets.trade.not_hs", path=path, codes=shorten(others[0], 60))
    return table.with_columns(pl.col(DIMENSIONS).str.replace(r"(?s)^([^\s:]+)\s*:.*$", "$1"))


def _long(table: pl.DataFrame) -> pl.DataFrame:
    """Return Eurostat's TSV with a row for each figure: commas part its dimensions, tabs its periods, and one was cut at."""
    mark = "," if "\t" in table.columns[-1] else "\t"
    dimensions, *periods = (name.strip() for name in mark.join(table.columns).split("\t"))
    names = dimensions.partition("\\")[0].split(",")
    line = pl.concat_str(pl.all().fill_null(""), separator=mark).str.split("\t")
    wide = table.select(line.list.to_struct(fields=["_codes", *periods]).alias("_line")).unnest("_line")
    codes = pl.col("_codes").str.split(",").list.to_struct(fields=names)
    wide = wide.with_columns(codes).unnest("_codes")
    # Behind a figure stands its flag; a colon says that there is none.
    figure = pl.col("OBS_VALUE").str.extract(r"^\s*([-+\d.eE]+)")
    found = wide.unpivot(periods, index=names, variable_name="TIME_PERIOD", value_name="OBS_VALUE")
    return found.filter(pl.col("OBS_VALUE").str.strip_chars() != ":").with_columns(figure)


def _whole_kingdom(table: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """Return the United Kingdom once: as a whole (GB) where its value is there, else as its parts.

    Eurostat's classification of partners (GEONOM) has GB until 2020, and since 2021 XU and XI beside it as their sum; where
    a value of the whole is blank, and those of both parts are there, the parts say more.
    """
    same = ["freq", "reporter", "product", "flow", "TIME_PERIOD"]
    partner, valued = pl.col("partner"), pl.col("OBS_VALUE").is_not_null() & pl.col("indicators").is_in(_VALUES)
    part, whole = partner.is_in(_SPLIT), partner == "GB"
    told = [((partner == each) & valued).any().over(same) for each in ("GB", *_SPLIT)]
    by_whole = whole.any().over(same) & (told[0] | ~(told[1] & told[2]))
    by_whole, part, whole = (rule.fill_null(False) for rule in (by_whole, part, whole))
    gone, kept = (part & by_whole), table.filter(part & ~by_whole)["partner"].unique()
    if count := table.filter(gone).height:
        notes.append(Message("datasets.trade.aside_kingdom", rows=count))
    if len(kept) == 1:
        (missing,) = {*_SPLIT} - {*kept}
        notes.append(Message("datasets.trade.half_kingdom", code=kept[0], missing=missing))
    return table.filter(~gone & ~(whole & part.any().over(same) & ~by_whole))


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
    known = {"reporter": _OWN, "partner": _OWN | dict.fromkeys(_SPLIT, "GBR")}
    reporter, partner = (
        pl.col(name).replace_strict(
            {code: own.get(code) or country(code) for code in set(joined[name]) - {None}},
            default=None,
            return_dtype=pl.String,
        )
        for name, own in known.items()
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
