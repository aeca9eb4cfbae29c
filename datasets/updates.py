"""Bringing the data up to date: raw releases, as published, become tables of one's own that merge over ``world``.

Which commodity is which item stands in ``data/updates`` (``series.csv`` and ``hs6.csv``), so that next year's release in the
same layout needs no code. Whatever is not taken is listed with the reason.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.arguments import checked
from ..graph.errors import shorten
from ..graph.schema import OTHER, SCHEMA, WORLD
from . import release_views as meaning
from .bundles import load
from .cleaning import clean_trade
from .packaged import packaged
from .readers.releases import read_release, release_kind
from .readers.wgi import read_wgi
from .trade import STATISTICS, governance, read_trade, trade_kind

NOTABLE = 0.10
"""A figure that differs from the bundled one by more than this part is a change."""
REASONS = ("no_item", "total_of_several", "no_country", "no_supply", "blank", "no_year", "other_importer", "no_code")
_PUBLISHERS = STATISTICS | {
    "usgs_world": (
        "Mineral Commodity Summaries {edition}, data release",
        "U.S. Geological Survey",
        "US public domain",
        "high",
    ),
    "iea_supply": ("Critical Minerals Dataset, base year {year}", "International Energy Agency", "CC BY 4.0", "high"),
    "casting_census": ("Census of World Casting Production {year}", "Modern Casting / AFS", "facts only", "high"),
    "wgi": ("Worldwide Governance Indicators to {year}", "World Bank", "CC BY 4.0", "high"),
    "baci": ("BACI, trade of {year}", "CEPII", "Etalab Open Licence 2.0", "high"),
    "tidy": ("Trade table of the user, {year}", "not said", "not said", "unverified"),
}
_IDS = {
    "usgs_world": "USGS_MCS{edition}",
    "iea_supply": "IEA_CMD{year}",
    "casting_census": "CASTING_CENSUS_{year}",
    "wgi": "WB_WGI_{year}",
}
_NOTHING_ASIDE = pl.DataFrame(schema={"reason": pl.String, "series": pl.String, "who": pl.String, "line": pl.Int64})
_CHANGES = {
    "item": pl.String,
    "measure": pl.String,
    "supplier": pl.String,
    "year": pl.Int64,
    "unit": pl.String,
    "bundled": pl.Float64,
    "read": pl.Float64,
    "change": pl.Float64,
    "what": pl.String,
    "bundled_source": pl.String,
    "source": pl.String,
}


@dataclass(frozen=True)
class Update:
    """What was read from releases.

    Attributes
    ----------
    graph : SupplyGraph
        The tables: items and suppliers that the figures are about, shares, one source per file.
        ``load("world").merge(graph)`` puts them over the bundled data, where the newer year wins by the rule of the
        preferred view.
    changes : polars.DataFrame
        One row per item, measure, supplier and year: ``bundled`` and ``read`` (in ``unit``; null: no figure), ``change``
        (read / bundled - 1), ``what`` ("new", "changed": by more than `NOTABLE`, "same", "now_known", "now_unknown",
        "vanished", "other_unit") with both sources.
    governance : polars.DataFrame or None
        Governance indicators, where a file holds them (`readers.wgi.read_wgi`); they are no table of a graph.
    set_aside : polars.DataFrame
        ``file, reason, series, who, rows, first_line``: what was not taken, and why (one of `REASONS`).
    """

    graph: SupplyGraph
    changes: pl.DataFrame
    set_aside: pl.DataFrame
    governance: pl.DataFrame | None = None


@checked()
def read_update(
    paths: Iterable[str | Path],
    *,
    buyer: str | None = None,
    year: int | None = None,
    over: SupplyGraph | None = None,
    encoding: str | None = None,
) -> Update:
    r"""Return the figures of raw releases as tables, with what they change.

    Known are: the world data of the Mineral Commodity Summaries (U.S. Geological Survey; both layouts, cp1252 or UTF-8), the
    Critical Minerals Dataset (IEA), the Census of World Casting Production, the Worldwide Governance Indicators (World
    Bank), and every trade table that `read_trade` knows.

    Parameters
    ----------
    paths : iterable of path
        Files as published.
    buyer : str, optional
        ISO3 of the importer whose imports are read from trade tables; needed where a table has several.
    year : int, optional
        The year of a casting census.
    over : SupplyGraph, optional
        What is compared with (default: ``load("world")``).
    encoding : str, optional
        Of text files, where it is known better.

    Raises
    ------
    ReadError
        A file is missing or cannot be read.
    InputError
        A file is no release that is known here, says no year, or has several importers and no buyer was named; or nothing of
        any file could be used.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "wgi.csv")
    ...     _ = file.write_text("code,year,indicator,estimate\nJPN,2030,rl,1.5\n", encoding="utf-8")
    ...     update = read_update([file])
    >>> update.governance.select("iso3", "year", "rl").rows()
    [('JPN', 2030, 1.5)]
    """
    world = load("world") if over is None else over
    taken = [_read(Path(path), buyer, year, set(world.sources["id"]), encoding) for path in paths]
    aside = pl.concat([part.aside for part in taken]) if taken else pl.DataFrame()
    shares = [row for part in taken for row in part.shares]
    scores = [part.governance for part in taken if part.governance is not None]
    if not shares and not scores:
        raise InputError("datasets.updates.nothing", files=", ".join(shorten(Path(path).name) for path in paths))
    graph = _graph(shares, _sources(part for part in taken if part.shares or part.governance is not None), world)
    told = pl.concat(scores).unique(["iso3", "year"], keep="last", maintain_order=True) if scores else None
    changes = [_changes(graph, world)] if shares else []
    changes += [_governance_changes(told)] if told is not None else []
    return Update(graph, pl.concat(changes), aside, told)


@dataclass(frozen=True)
class _Part:
    shares: list[dict[str, Any]]
    source: dict[str, Any]
    aside: pl.DataFrame
    governance: pl.DataFrame | None = None


def _sources(parts: Iterable[_Part]) -> list[dict[str, Any]]:
    """One row per source: a year's statistics may come in several files."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        old = found.get(part.source["id"])
        note = meaning.joined(old["note"] if old else None, part.source["note"])
        found[part.source["id"]] = part.source | {"note": note}
    return list(found.values())


def _read(path: Path, buyer: str | None, year: int | None, known: set[str], encoding: str | None) -> _Part:
    try:
        kind = trade_kind(path, encoding)
    except InputError:
        kind = release_kind(path, encoding)
        if kind is None:
            raise InputError("datasets.updates.unknown", path=shorten(path.name)) from None
        if kind == "wgi":
            scores = read_wgi(path, encoding)
            source = _source(path, kind, int(scores["year"].max()), known)  # pyright: ignore[reportArgumentType]
            return _Part([], source, _counted(_NOTHING_ASIDE, path), scores.with_columns(source=pl.lit(source["id"])))
        return _production(path, kind, year, known, encoding)
    return _trade(path, kind, buyer, known, encoding)


# Production and capacity by country ----------------------------------------------------------------------------------


def _production(path: Path, kind: str, year: int | None, known: set[str], encoding: str | None) -> _Part:
    cells = read_release(path, kind, year, encoding)
    written = pl.col("raw").str.strip_chars().replace("", None).is_not_null()
    cells = cells.filter(
        written.any().over("series", "detail", "measure", "year")
    )  # a column that nobody fills says nothing
    who = {written: meaning.who_is(written) for written in cells["who"].drop_nulls().unique()}
    items = {key: _series(kind, *key) for key in cells.select("series", "detail").unique().iter_rows()}
    rows: list[dict[str, Any]] = []
    for row in cells.iter_rows(named=True):
        item, measure, named = items[row["series"], row["detail"]]
        supplier, qualifier = who.get(row["who"], (None, ""))
        reason = _aside(row, item, named, supplier)
        rows.append(
            row
            | {"item": item, "supplier": supplier, "qualifier": qualifier, "reason": reason}
            | {"measure": f"{row['measure']} ({measure})" if measure else row["measure"]}
        )
    schema = dict(cells.schema) | dict.fromkeys(("item", "supplier", "qualifier", "reason"), pl.String)
    frame = pl.DataFrame(rows, schema=schema)
    used = frame.filter(pl.col("reason").is_null())
    if not used.height:
        raise InputError("datasets.updates.nothing", files=shorten(path.name))
    source = _source(path, kind, int(used["year"].max()), known)  # pyright: ignore[reportArgumentType]
    return _Part(meaning.views(used, source["id"]), source, _counted(frame.filter(pl.col("reason").is_not_null()), path))


def _aside(row: dict[str, Any], item: str | None, named: bool, supplier: str | None) -> str | None:
    """Why a cell is not taken; None where it is."""
    if not (row["raw"] or "").strip():
        return "blank"
    reasons = (
        ("no_supply", row["measure"] not in {"production", "capacity"}),
        ("no_item", item is None and not named),
        ("total_of_several", item is None),
        ("no_country", supplier is None),
        ("no_year", row["year"] is None),
    )
    return next((reason for reason, holds in reasons if holds), None)


@cache
def _mapping(kind: str) -> dict[str, list[tuple[str, str | None, str | None]]]:
    found: dict[str, list[tuple[str, str | None, str | None]]] = {}
    for row in packaged("updates", "series").filter(release=kind).iter_rows(named=True):
        found.setdefault(row["series"], []).append((row["word"] or "", row["item"], row["measure"]))
    return found


def _series(kind: str, series: str | None, detail: str | None) -> tuple[str | None, str | None, bool]:
    """Return the item and the measure's own word of a series, and whether the series is known at all."""
    told = (detail or "").casefold()
    for word, item, measure in _mapping(kind).get(_folded(series or ""), []):
        if word in told:
            return item, measure, True
    return None, None, False


def _folded(series: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", series.casefold().replace("&", " and ")).split())


# Imports -------------------------------------------------------------------------------------------------------------


def _trade(path: Path, kind: str, buyer: str | None, known: set[str], encoding: str | None) -> _Part:
    items = dict(packaged("updates", "hs6").iter_rows())
    flows = read_trade(path, encoding=encoding)
    if "hs6" not in flows.collect_schema().names():
        raise InputError("datasets.updates.unknown", path=shorten(path.name))
    if kind == "tidy":  # as a person wrote it: names of countries, codes with dots, figures with commas
        flows, _ = clean_trade(flows)
    named = flows.collect_schema().names()
    importers = flows.select(pl.col("importer").unique()).collect()["importer"].drop_nulls().to_list()
    if buyer is None and len(importers) != 1:
        raise InputError("datasets.updates.needs_buyer", path=shorten(path.name), count=len(importers))
    buyer = buyer or importers[0]
    rows = flows.filter(pl.col("importer") == buyer).collect()
    reason = pl.when(~pl.col("hs6").is_in(list(items))).then(pl.lit("no_code"))
    reason = reason.when(pl.col("exporter").is_null()).then(pl.lit("no_country"))
    rows = rows.with_columns(reason=reason.when(pl.col("value").is_null()).then(pl.lit("blank")))
    used = rows.filter(pl.col("reason").is_null())
    aside = rows.filter(pl.col("reason").is_not_null()).select(
        "reason", series="hs6", who="exporter", line=pl.lit(None, pl.Int64)
    )
    if not used.height:
        return _Part([], _source(path, kind, 0, known), _counted(aside, path))
    source = _source(path, kind, int(used["year"].max()), known)  # pyright: ignore[reportArgumentType]
    unit = pl.col("unit") if "unit" in named else pl.lit("value")
    shares = used.group_by("hs6", "exporter", "year", unit.alias("unit"), maintain_order=True).agg(pl.col("value").sum())
    base = {"source": source["id"], "scope": buyer, "measure": "imports (value)", "confidence": "published"}
    return _Part(
        [
            base | {"item": items[hs6], "supplier": exporter, "year": year, "unit": unit, "quantity": value}
            for hs6, exporter, year, unit, value in shares.iter_rows()
        ],
        source,
        _counted(aside, path),
    )


# The tables ----------------------------------------------------------------------------------------------------------


def _source(path: Path, kind: str, year: int, known: set[str]) -> dict[str, Any]:
    """The row of a file: whose release, which vintage, and the file's own fingerprint."""
    title, publisher, licence, reliability = _PUBLISHERS[kind]
    fields = {"year": year, "edition": year + 1}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
    id = _IDS.get(kind, kind.upper() + "_{year}").format(**fields)
    return {
        # A release that is bundled, too, keeps its own views: rows of two sources are never mixed.
        "id": f"{id}_READ" if id in known else id,
        "title": title.format(**fields),
        "publisher": publisher,
        "date": str(fields["edition" if kind == "usgs_world" else "year"]) if year else None,
        "licence": licence,
        "reliability": reliability,
        "note": f"read from {shorten(path.name)} (sha256 {digest})" if digest else f"read from {shorten(path.name)}",
    }


def _counted(aside: pl.DataFrame, path: Path) -> pl.DataFrame:
    """What was set aside, one row per reason, series and country."""
    groups = aside.group_by("reason", "series", "who", maintain_order=True)
    counted = groups.agg(rows=pl.len(), first_line=pl.col("line").min())
    return counted.select(
        pl.lit(shorten(path.name)).alias("file"), "reason", "series", "who", pl.col("rows").cast(pl.Int64), "first_line"
    )


def _graph(shares: Sequence[dict[str, Any]], sources: list[dict[str, Any]], world: SupplyGraph) -> SupplyGraph:
    table = SCHEMA["shares"]
    frame = pl.DataFrame([{name: row.get(name) for name in table.names} for row in shares], schema=table.dtypes)
    frame = frame.with_columns(pl.col(pl.String).replace("", None))
    used = pl.concat([frame["supplier"], frame["scope"].drop_nulls()]).unique()
    # No more than the schema needs: what is known of them stays with the bundled rows when the two are merged.
    items = world.items.filter(pl.col("id").is_in(frame["item"].implode())).select("id", "name_en", "kind")
    new = frame.filter(~pl.col("item").is_in(items["id"].implode()))["item"].unique(maintain_order=True)
    items = pl.concat([items, pl.DataFrame({"id": new, "name_en": new.str.replace_all("_", " "), "kind": "mineral"})])
    suppliers = world.suppliers.filter(pl.col("id").is_in(used.implode())).select("id", "name_en", "kind", "country")
    more = used.filter(~used.is_in(suppliers["id"].implode()))
    names = packaged("countries", "countries").filter(pl.col("iso3").is_in(more.implode()))
    suppliers = pl.concat(
        [
            suppliers,
            names.select(id="iso3", name_en="name_en", kind=pl.lit("country"), country="iso3"),
            pl.DataFrame(
                [
                    {"id": id, "name_en": name, "kind": "aggregate", "country": None}
                    for id, name in ((WORLD, "World total"), (OTHER, "Other (residual)"))
                    if id in set(more)
                ],
                schema=suppliers.schema,
            ),
        ]
    )
    return SupplyGraph(items=items, suppliers=suppliers, shares=frame, sources=sources, name="update")


def _changes(graph: SupplyGraph, world: SupplyGraph) -> pl.DataFrame:
    """Figure by figure against the bundled ones of the same item, measure and year, whoever published them."""
    keys = ["item", "scope", "measure", "supplier", "year"]
    columns = [*keys, "quantity", "unit", "source"]
    # That a total leaves a country out is said of the view; its figures are comparable all the same.
    whole = pl.col("measure").str.replace(", excluding .*$", "")
    read = graph.shares.select(columns).with_columns(whole)
    kinds = read.select("item", "scope", pl.col("measure").str.extract(r"^(\w+)"), "year").unique()
    told = (
        world.shares.select(columns)
        .with_columns(whole)
        .join(
            kinds.rename({"measure": "_kind"}),
            left_on=["item", "scope", pl.col("measure").str.extract(r"^(\w+)"), "year"],
            right_on=["item", "scope", "_kind", "year"],
            how="semi",
            nulls_equal=True,
        )
    )
    # The release is compared with its own earlier vintage where that is bundled, else with all.
    own = told.filter(_family("source").is_in(graph.sources.select(_family("id")).to_series().implode()))
    told = own if own.height else told
    return _judged(told.join(read, on=keys, how="full", nulls_equal=True, coalesce=True, suffix="_read"))


def _governance_changes(scores: pl.DataFrame) -> pl.DataFrame:
    """Score by score, on the scale of 0 to 10, for the years that were read."""
    keys = ["supplier", "year"]
    read, told = (
        frame.select(supplier="iso3", year="year", quantity="wgi_0_10", unit=pl.lit("0..10"), source="source")
        for frame in (scores, governance().filter(pl.col("year").is_in(scores["year"].unique().implode())))
    )
    both = told.join(read, on=keys, how="full", nulls_equal=True, coalesce=True, suffix="_read")
    return _judged(both.with_columns(item=pl.lit(None, pl.String), measure=pl.lit("governance, higher is worse")))


def _judged(both: pl.DataFrame) -> pl.DataFrame:
    """Say of each pair of figures what became of it."""
    old, new = pl.col("quantity"), pl.col("quantity_read")
    ratio = pl.when(old > 0).then(new / old - 1)
    what = (
        pl.when(pl.col("source").is_null())
        .then(pl.lit("new"))
        .when(pl.col("source_read").is_null())
        .then(pl.lit("vanished"))
        .when(old.is_null() & new.is_null())
        .then(pl.lit("same"))
        .when(old.is_null())
        .then(pl.lit("now_known"))
        .when(new.is_null())
        .then(pl.lit("now_unknown"))
        .when(pl.col("unit") != pl.col("unit_read"))
        .then(pl.lit("other_unit"))
        .when((new - old).abs() > NOTABLE * old.abs())
        .then(pl.lit("changed"))
        .otherwise(pl.lit("same"))
    )
    rows = both.select(
        "item",
        "measure",
        "supplier",
        "year",
        pl.coalesce("unit_read", "unit").alias("unit"),
        bundled=old,
        read=new,
        change=ratio,
        what=what,
        bundled_source="source",
        source="source_read",
    )
    return rows.cast(_CHANGES).sort("item", "measure", "year", "supplier")  # pyright: ignore[reportArgumentType]


def _family(column: str) -> pl.Expr:
    """A publisher's releases without their vintage: USGS_MCS2026 and USGS_MCS2027 are one."""
    return pl.col(column).str.extract(r"^([A-Za-z_]+)")
