"""UN Comtrade: the files of its web page, of its API and bulk service, and of the classic site before 2023."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.encodings import text_of
from ...graph.errors import short_path, shorten
from ...graph.files import read_bytes, reading
from ...graph.frames import frame_of
from ...graph.messages import Message
from ..places import area, country
from .hs import CLASSIFICATIONS, coarser, in_force
from .tables import Notes, amounts, numbered, read_below, years

# What a column is called, letters and figures only: today's files and API, the classic site, R's comtradr.
_NAMES = {
    "kind": ("typecode",),
    "classification": ("classificationcode", "classification"),
    "frequency": ("freqcode",),
    "year": ("refyear", "year"),
    "period": ("period",),
    "flow": ("flowcode", "tradeflowcode"),
    "flow_name": ("flowdesc", "tradeflow"),
    "reporter_iso": ("reporteriso",),
    "reporter_code": ("reportercode",),
    "reporter_name": ("reporterdesc", "reporter"),
    "partner_iso": ("partneriso",),
    "partner_code": ("partnercode",),
    "partner_name": ("partnerdesc", "partner"),
    "code": ("cmdcode", "commoditycode"),
    "value": ("primaryvalue", "tradevalueus", "tradevalue", "tradevalueusd"),
    "weight": ("netwgt", "netweightkg", "netweight"),
    "part_partner": ("partner2code", "2ndpartnercode"),
    "part_customs": ("customscode", "customsproccode"),
    "part_transport": ("motcode", "modeoftransportcode"),
    "part_supply": ("moscode",),
}
# What may stand for a column that must be there.
_NEEDED = {
    "flowCode": ("flow", "flow_name"),
    "refYear": ("year", "period"),
    "reporterISO": ("reporter_iso", "reporter_code", "reporter_name"),
    "partnerISO": ("partner_iso", "partner_code", "partner_name"),
    "cmdCode": ("code",),
    "primaryValue": ("value",),
}
# Rows that are no part of a total: second partner, customs procedure, transport, mode of supply.
_WHOLE = {
    "part_partner": ("0", "W00", "-1"),
    "part_customs": ("C00", "-1"),
    "part_transport": ("0", "-1"),
    "part_supply": ("0", "-1"),
}
_FLOWS = {"1": "M", "2": "X", "IMPORT": "M", "IMPORTS": "M", "EXPORT": "X", "EXPORTS": "X"}
_WORLD = {"partner_iso": ("W00", "WLD"), "partner_code": ("0",), "partner_name": ("World",)}
_GROUPS = {"partner_iso": ("EUN", "EU2", "E27", "E28"), "partner_code": ("97", "918"), "partner_name": ("EU-28", "EU-27")}
_BLANK = ["", "NaN", "nan", "None", "null"]
_ROUNDING = 1e-3
"""A total may differ from the sum of its origins by this part before the rest counts as trade of unknown origin."""


def is_comtrade(columns: Any) -> bool:
    """Whether a header is one of UN Comtrade's."""
    found = set(_named(columns))
    return {"code", "value"} <= found and all(found & set(_NEEDED[name]) for name in ("flowCode", "refYear"))


@checked()
def read_comtrade(
    trade: Any, *, exports: bool = False, notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    """Return a Comtrade download as a trade table.

    Imports as the importer reports them (flow M; with ``exports`` flow X as the exporter reports it). Rows that only split
    a total (by second partner, customs procedure, transport) and codes whose finer codes are in the file too are left out:
    they would count trade twice. Of a total over all partners ("World", W00) only what its origins in the file do not
    explain is kept, as trade of unknown origin. Partners that are areas, not countries ("X2" and the like), are of unknown
    origin too, but "Other Asia, nes" (490, S19) is Taiwan in these statistics and is shown as TWN. Months are added up.

    Parameters
    ----------
    trade : str, Path or frame
        Text, a workbook or JSON as downloaded, or the frame that a client of the API gives (codes may be numbers).
    exports : bool
        Rows as the exporter reports them.
    notes : list of Message, optional
        What was left out and assumed is appended to it.
    encoding : str, optional
        Of a text file, where it is known better.

    Returns
    -------
    polars.DataFrame
        ``hs6`` (the code, of two, four or six digits, as in the file), ``importer``, ``exporter``, ``year``, ``value``
        (USD), ``quantity`` (net weight in t), ``unit``, ``quantity_unit``, ``hs_edition``, ``source``.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        Columns are missing, a cell is no year or number, or the file cannot say what goods come from where: services,
        another classification than HS, only totals over commodities or over partners, no such flow.

    >>> row = {"flowCode": "M", "refYear": 2024, "reporterISO": "JPN", "partnerISO": "CHN", "cmdCode": "280530"}
    >>> download = pl.DataFrame([row | {"primaryValue": 5.0, "classificationCode": "H6"}])
    >>> read_comtrade(download).select("exporter", "value").rows()
    [('CHN', 5.0)]
    """
    notes = [] if notes is None else notes
    path, names, table = _table(trade, notes, encoding)
    table = _whole(_goods(_flow(table, "X" if exports else "M", path), path, notes), path, notes)
    world = _among(table, _WORLD)
    reporter, partner = _place(table, "reporter"), _place(table, "partner")
    weight = pl.col("weight").cast(pl.Float64, strict=False) / 1000 if "weight" in names else pl.lit(None, dtype=pl.Float64)
    given = pl.col("classification") if "classification" in names else pl.lit(None, dtype=pl.String)
    year = "year" if "year" in names else "period"
    rows = table.select(
        hs6="code",
        importer=partner if exports else reporter,
        exporter=reporter if exports else partner,
        year=years(table, year, path, names[year]),
        value=amounts(table, "value", path, names["value"], notes),
        quantity=weight,
        unit=pl.lit("USD"),
        quantity_unit=pl.lit("t"),
        hs_edition=given.replace_strict(CLASSIFICATIONS, default=None, return_dtype=pl.String),
        source=pl.lit("UN_COMTRADE"),
        _world=world,
    )
    return of_partners(added(finest(rows, "exporter" if exports else "importer", notes)), exports, path, notes)


def _table(trade: Any, notes: Notes, encoding: str | None) -> tuple[str, dict[str, str], pl.DataFrame]:
    """Return the name of the file, what its columns are called, and its table: text, as named here, with ``_row``."""
    if isinstance(trade, str | Path):
        path = short_path(trade)
        plain = Path(trade).suffix.lower() != ".json"
        table = read_below(trade, is_comtrade, notes, encoding) if plain else numbered(_json(Path(trade)))
    else:
        path = type(trade).__name__
        table = frame_of(trade)
        if nested := [name for name, kind in table.schema.items() if kind.is_nested() or kind == pl.Object]:
            raise InputError("graph.tables.nested", path=path, columns=", ".join(map(shorten, nested)))
        table = numbered(table.with_columns(pl.selectors.float().fill_nan(None)).cast(pl.String))
    names = _named(table.columns)
    missing = [shown for shown, choice in _NEEDED.items() if not set(choice) & set(names)]
    if missing:
        raise InputError("datasets.trade.columns", path=path, columns=", ".join(missing))
    told = {name: pl.col(column).str.strip_chars().replace(_BLANK, None) for name, column in names.items()}
    table = table.select("_row", **told)
    # Codes that went through a float come as "392.0".
    codes = pl.col("^(code|flow|.*_code|part_.*)$").str.replace(r"^(\d+)\.0$", "$1")
    table = table.with_columns(codes.str.strip_chars("'\" "))
    if table.is_empty():
        raise InputError("datasets.trade.empty", path=path)
    once = table.unique(pl.selectors.exclude("_row"), keep="first", maintain_order=True)
    if once.height < table.height:
        notes.append(Message("datasets.trade.aside_repeated", rows=table.height - once.height))
    return path, names, once


def _json(path: Path) -> pl.DataFrame:
    """Return the rows of the API's own answer, ``{"data": [{...}]}``."""
    with reading(path):
        rows = json.loads(text_of(read_bytes(path), path).text)["data"]
        return pl.DataFrame(rows, infer_schema_length=None).cast(pl.String)


def _named(columns: Any) -> dict[str, str]:
    """Return which column holds what, the first of several names first."""
    plain = {re.sub(r"[\W_]", "", column).casefold(): column for column in reversed(list(columns))}
    found = {name: [plain[alias] for alias in aliases if alias in plain] for name, aliases in _NAMES.items()}
    return {name: columns[0] for name, columns in found.items() if columns}


def _flow(table: pl.DataFrame, wanted: str, path: str) -> pl.DataFrame:
    # The classic files write 0 as a flow's code and the letter as its name.
    texts = [pl.col(name).str.to_uppercase() for name in ("flow", "flow_name") if name in table.columns]
    flow = pl.coalesce(*(pl.when(text != "0").then(text) for text in texts)).replace(_FLOWS)
    rows = table.filter(flow == wanted)
    if rows.is_empty():
        names = table.select(flow.alias("flow"))["flow"].drop_nulls().unique().sort()[:8]
        found = ", ".join(shorten(name, 20) for name in names)
        raise InputError("datasets.trade.no_flow", path=path, wanted=wanted, found=found or "-")
    return rows


def _goods(table: pl.DataFrame, path: str, notes: Notes) -> pl.DataFrame:
    """Return the rows of goods by HS codes; where there are none, say what there is instead."""
    none = pl.lit(None, dtype=pl.String)
    scheme = (pl.col("classification") if "classification" in table.columns else none).str.to_uppercase()
    kind = pl.col("kind").str.to_uppercase() if "kind" in table.columns else none
    code = pl.col("code")
    services = (kind == "S").fill_null(False) | scheme.str.starts_with("EB").fill_null(False)
    table = _left_out(table, services, scheme, "services", path, notes)
    # "HS" is any edition; SITC (S1 to S4) and BEC (B4, B5) have codes that only look like HS.
    foreign = ~scheme.str.contains(r"^H[S\d]").fill_null(True)
    table = _left_out(table, foreign, scheme, "not_hs", path, notes)
    # An odd number of digits has lost its leading zero.
    table = table.with_columns(
        code=pl.when(code.str.contains(r"^(\d|\d{3}|\d{5})$")).then(pl.concat_str(pl.lit("0"), code)).otherwise(code)
    )
    totals = ~code.str.contains(r"^(\d\d|\d{4}|\d{6})$").fill_null(False)
    return _left_out(table, totals, code, "totals", path, notes)


def _left_out(table: pl.DataFrame, rule: pl.Expr, shown: pl.Expr, name: str, path: str, notes: Notes) -> pl.DataFrame:
    """Return the rows to which a rule does not apply, with a note on the others; an error where none is left."""
    gone = table.filter(rule)
    if gone.is_empty():
        return table
    found = gone.select(shown.alias("shown"))["shown"].drop_nulls().unique().sort()[:6]
    codes = ", ".join(shorten(code, 20) for code in found) or "-"
    if gone.height == table.height:
        raise InputError(f"datasets.trade.{'only_totals' if name == 'totals' else name}", path=path, codes=codes)
    notes.append(Message(f"datasets.trade.aside_{name}", rows=gone.height, codes=codes))
    return table.filter(~rule)


def _whole(table: pl.DataFrame, path: str, notes: Notes) -> pl.DataFrame:
    """Return yearly or monthly totals: no parts of them, no groups of partners beside their members."""
    split = [~pl.col(name).is_in(whole).fill_null(True) for name, whole in _WHOLE.items() if name in table.columns]
    is_part = pl.any_horizontal(pl.lit(False), *split)
    rows = table.filter(~is_part)
    if rows.is_empty():
        raise InputError("datasets.trade.only_parts", path=path)
    if rows.height < table.height:
        notes.append(Message("datasets.trade.aside_parts", rows=table.height - rows.height))
    group = _among(rows, _GROUPS)
    if (count := rows.filter(group).height) and count < rows.height:
        notes.append(Message("datasets.trade.aside_group", rows=count, codes="EU"))
        rows = rows.filter(~group)
    return of_one_frequency(rows, path, notes)


def of_one_frequency(table: pl.DataFrame, path: str, notes: Notes) -> pl.DataFrame:
    """Return the rows of years where there are any, else those of months, which are then said."""
    if "period" not in table.columns:
        return table
    monthly = pl.col("period").str.contains(r"^\d{6}(\.0)?$").fill_null(False)
    months = table.filter(monthly)
    if months.is_empty():
        return table
    if months.height < table.height:
        notes.append(Message("datasets.trade.aside_monthly", rows=months.height))
        return table.filter(~monthly)
    counts = months.group_by(year=years(months, "period", path)).agg(pl.col("period").n_unique()).sort("year")
    said = ", ".join(f"{year}: {count}/12" for year, count in counts.rows())
    notes.append(Message("datasets.trade.monthly", years=said))
    return table


def _among(table: pl.DataFrame, names: dict[str, tuple[str, ...]]) -> pl.Expr:
    """Return whether a row's partner is one of ``names``, by whichever column says so."""
    tests = [pl.col(column).is_in(values) for column, values in names.items() if column in table.columns]
    return pl.any_horizontal(*tests).fill_null(False)


def _place(table: pl.DataFrame, side: str) -> pl.Expr:
    """Return the ISO3 code of a reporter or partner: by letters, else by number, else by name; blank for no country."""
    tries = []
    for column, known in ((f"{side}_iso", area), (f"{side}_code", area), (f"{side}_name", country)):
        if column in table.columns:
            found = {text: known(text) for text in table[column].drop_nulls().unique()}
            tries.append(pl.col(column).replace_strict(found, default=None, return_dtype=pl.String))
    return pl.coalesce(tries)


def flows_of(
    table: pl.DataFrame,
    home: str,
    partner: pl.Expr,
    exports: bool,
    year: pl.Expr,
    value: pl.Expr,
    source: str,
    unit: str | None = None,
) -> pl.DataFrame:
    """Return the flows of one country as its own statistics tell them: of which code (``hs6``), with whom, how much."""
    sides = (partner, pl.lit(home)) if exports else (pl.lit(home), partner)
    told = {"hs6": pl.col("hs6"), "importer": sides[0], "exporter": sides[1], "year": year, "value": value}
    told |= {} if unit is None else {"unit": pl.lit(unit)}
    return table.select(**told, hs_edition=in_force(year), source=pl.lit(source))


def finest(rows: pl.DataFrame, reporter: str, notes: Notes) -> pl.DataFrame:
    """Return rows without the codes whose finer codes the same reporter has in the same year."""
    keys = [pl.col(name).cast(pl.String).fill_null("") for name in (reporter, "year", "hs6")]
    covered = coarser(rows.select(keys).unique().rows())
    if not covered:
        return rows
    is_covered = pl.concat_str(keys, separator="|").is_in(["|".join(key) for key in covered])
    gone = rows.filter(is_covered)
    codes = gone["hs6"].unique().sort()
    shown = ", ".join(codes[:6]) + ("…" if len(codes) > 6 else "")
    notes.append(Message("datasets.trade.aside_coarser", rows=gone.height, codes=shown))
    return rows.filter(~is_covered)


def added(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each flow: months, and areas that are no countries, are added up; blank where a part is blank."""
    sums = [name for name in ("value", "quantity") if name in rows.columns]
    keys = [name for name in rows.columns if name not in sums]
    whole = [pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name) for name in sums]
    return rows.group_by(keys, maintain_order=True).agg(whole).select(rows.columns)


def of_partners(rows: pl.DataFrame, exports: bool, path: str, notes: Notes) -> pl.DataFrame:
    """Return the rows of partners, of imports `_with_rest`; an error where there are only totals over all (``_world``)."""
    if rows["_world"].all():
        raise InputError("datasets.trade.world_only", path=path, rows=rows.height)
    return rows.filter(~pl.col("_world")).drop("_world") if exports else _with_rest(rows, notes)


def _with_rest(rows: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """Return the rows of partners, and as trade of unknown origin what the totals over all partners hold beyond them."""
    keys = ["hs6", "importer", "year", "hs_edition"]
    origins, totals = rows.filter(~pl.col("_world")).drop("_world"), rows.filter("_world").drop("_world")
    if totals.is_empty():
        notes.append(Message("datasets.trade.no_total"))
        return origins
    known = origins.group_by(keys).agg(known=pl.col("value").sum(), blank=pl.col("value").null_count())
    constant = ["unit", "quantity_unit", "source"]
    total = totals.select(*keys, *constant, "value").join(
        known, on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    alone = pl.col("known").is_null()
    # A blank origin may hold the rest itself.
    short = (pl.col("value") - pl.col("known") > _ROUNDING * pl.col("value")) & (pl.col("blank") == 0)
    rest = total.filter(alone | short)
    for name, rule in (("totals_kept", alone), ("rest_kept", ~alone)):
        if count := rest.filter(rule).height:
            notes.append(Message(f"datasets.trade.{name}", rows=count))
    rest = rest.with_columns(
        value=pl.col("value") - pl.col("known").fill_null(0),
        exporter=pl.lit(None, dtype=pl.String),
        quantity=pl.lit(None, dtype=pl.Float64),
    )
    return added(pl.concat([origins, rest.select(origins.columns)]))
