"""Trade dependence of a country: the published methods on one trade table, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from .. import datasets, risk
from ..graph import InputError, UnknownIdError
from ..graph.extras import installed
from ..graph.files import reading, whole_folder
from ..graph.messages import Message
from .outputs import write_csv, write_tables

METHODS = ("cao", "meti", "cdi", "geodep", "sr")
LIMITS = {
    "cao": ["JP-CAO-50"],
    "meti": ["JP-METI-HHI50"],
    "cdi": ["EU-CDI1", "EU-CDI2", "EU-CDI3"],
    "geodep": ["CEPII-C1", "CEPII-C2", "CEPII-C3", "CEPII-C4"],
    "sr": ["EU-CRM-SR"],
}


@dataclass(frozen=True)
class Dependence:
    """What the methods say about one importer.

    Attributes
    ----------
    importer : str
        ISO3.
    year : int
        The newest year of the importer's imports, or the one asked for.
    methods : tuple of str
        Of `METHODS`.
    tables : dict of str to polars.DataFrame
        ``concentration`` always; ``commission``, ``geodep``, ``supply_risk``, ``chapters``, ``benchmark``, ``groups``
        as asked. All years.
    names : polars.DataFrame
        ``hs6, name_en, name_ja, basket, note`` of the items.
    series : polars.DataFrame
        `risk.import_concentration` over the years, with ``partial``: whether only the largest flows were known.
    report : polars.DataFrame
        What `datasets.clean_trade` did not take as it stood.
    limits, sources : polars.DataFrame
        The limits that were used, and where everything comes from.
    notes : tuple of Message
        What was assumed about the file: its encoding, its level of codes, totals that have no origins.
    """

    importer: str
    year: int
    methods: tuple[str, ...]
    tables: dict[str, pl.DataFrame]
    names: pl.DataFrame
    series: pl.DataFrame
    report: pl.DataFrame
    limits: pl.DataFrame
    sources: pl.DataFrame
    notes: tuple[Message, ...] = ()

    @property
    def ranked(self) -> pl.DataFrame:
        """The items of the year, most concentrated first, with their names and the other methods' answers."""
        rows = self.tables["concentration"].filter(year=self.year)
        for name, columns in _JOINED.items():
            if name in self.tables:
                rows = rows.join(self.tables[name].select("hs6", "year", *columns), on=["hs6", "year"], how="left")
        order = ["hhi_low", "hhi_high", "value", "hs6"]
        return rows.join(self.names, on="hs6", how="left").sort(order, descending=[True] * 3 + [False], nulls_last=True)


_JOINED = {
    "commission": [*(f"cdi{n}_{end}" for n in (1, 2, 3) for end in ("low", "high")), "dependent"],
    "geodep": [f"{name}_{end}" for name in ("hhi_exports", "imports_to_exports") for end in ("low", "high")]
    + ["c1", "c2", "c3", "c4"],
    "supply_risk": ["hhi_global_low", "hhi_global_high", "hhi_sourcing_low", "hhi_sourcing_high", "sr_low", "sr_high"],
}


def assess_dependence(
    trade: str | Path | None = None,
    importer: str = "JPN",
    methods: Sequence[str] = METHODS,
    *,
    year: int | None = None,
    encoding: str | None = None,
) -> Dependence:
    """Apply the methods to a trade table: a bundled one (default ``baci_japan``) or a file (`datasets.read_trade`).

    Raises
    ------
    UnknownIdError
        The importer is no country that is known.
    ReadError, InputError
        The file cannot be read, cannot say what comes from where, or the importer imports nothing in it (in that year).
    """
    code = datasets.country(importer)
    if code is None:
        raise UnknownIdError("country", importer, datasets.countries()["name_en"])
    bundled = trade is None or str(trade) == "baci_japan"
    notes: list[Message] = []
    if bundled:
        flows, report, unique = datasets.bundled_trade().lazy(), _NO_REPORT, True
        tables = _collected(flows, code, methods, unique)
    else:
        # Damage within a lazily read file shows when it is collected.
        with reading(str(trade)):
            flows, report, unique = _from_file(Path(str(trade)), notes, encoding)
            tables = _collected(flows, code, methods, unique)
    years = tables["concentration"]["year"].drop_nulls().unique().sort().to_list()
    if not years:
        raise _nothing(flows, report, code)
    if year is not None and year not in years:
        raise InputError("app.dependence.no_imports", importer=code, years=", ".join(map(str, years)))
    notes += _levels(tables["concentration"]["hs6"])
    limits = datasets.thresholds().filter(pl.col("id").is_in([name for method in methods for name in LIMITS[method]]))
    trades = _trade_sources(flows, "" if bundled else Path(str(trade)).name)
    used = {name: trades["id"].to_list() + _ALSO.get(name, []) for name in tables}
    known = pl.concat([datasets.trade_sources(), trades, _group_sources()]).unique("id", maintain_order=True)
    series = _series(tables["concentration"], code, bundled)
    ids = {i for ids in used.values() for i in ids} | set(limits["source"]) | set(series["source"])
    return Dependence(
        importer=code,
        year=years[-1] if year is None else year,
        methods=tuple(methods),
        tables={name: frame.with_columns(source=pl.lit(" | ".join(used[name]))) for name, frame in tables.items()},
        names=_names(tables["concentration"]["hs6"].unique().sort()),
        series=series,
        report=report,
        limits=limits,
        sources=known.filter(pl.col("id").is_in(list(ids))).sort("id"),
        notes=tuple(notes),
    )


_ALSO = {"supply_risk": ["WB_WGI2024"], "groups": ["KANMON_COUNTRY_GROUPS"]}
_REPORT = {"reason": pl.String, "action": pl.String, "detail": pl.String, "rows": pl.Int64, "value": pl.Float64}
_NO_REPORT = pl.DataFrame(schema=_REPORT)


def _from_file(path: Path, notes: list[Message], encoding: str | None) -> tuple[pl.LazyFrame, pl.DataFrame, bool]:
    """Return a file's flows, what was set aside, and whether its rows are unique (BACI's are)."""
    flows = datasets.read_trade(path, notes=notes, encoding=encoding)
    if datasets.trade_kind(path, encoding) == "baci":
        return flows, _NO_REPORT, True
    flows, report = datasets.clean_trade(flows, digits=None)
    if "item" in flows.collect_schema() and "hs6" not in flows.collect_schema():
        flows = flows.rename({"item": "hs6"})
    return flows, report, False


def _nothing(flows: pl.LazyFrame, report: pl.DataFrame, importer: str) -> InputError:
    """Return the error for an importer without imports: what the table holds instead, and what was set aside."""
    others = flows.select("importer").unique().collect(engine="streaming")["importer"].drop_nulls().sort()
    if not len(others):
        aside = report.filter(pl.col("action") == "set_aside").group_by("reason").agg(pl.col("rows").sum())
        reason = aside.top_k(1, by="rows")["reason"].first() or "importer_unknown"
        most = Message(f"datasets.trade.reason_{reason}")
        return InputError("app.dependence.all_set_aside", rows=aside["rows"].sum(), most=most)
    shown = ", ".join(others[:12]) + ("…" if len(others) > 12 else "")
    return InputError("app.dependence.other_importers", importer=importer, others=shown, example=others[0])


def _levels(codes: pl.Series) -> list[Message]:
    """Return a note for each level of codes coarser than six digits."""
    sizes = codes.unique().str.len_chars().value_counts().sort("hs6")
    return [
        Message("app.dependence.level", digits=size, codes=count, all=codes.n_unique())
        for size, count in sizes.rows()
        if size is not None and size < 6
    ]


def _collected(flows: pl.LazyFrame, importer: str, methods: Sequence[str], unique: bool) -> dict[str, pl.DataFrame]:
    lazy = _tables(flows, importer, methods, unique)
    return dict(zip(lazy, pl.collect_all(lazy.values(), engine="streaming"), strict=True))


def _tables(flows: pl.LazyFrame, importer: str, methods: Sequence[str], unique: bool) -> dict[str, pl.LazyFrame]:
    tables = {"concentration": risk.import_concentration(flows, importer, unique=unique)}
    if "cdi" in methods:
        tables["commission"] = risk.commission_dependence(flows, importer, unique=unique)
    if "geodep" in methods:
        tables["geodep"] = risk.geodep(flows, importer, unique=unique)
    if "sr" in methods:
        tables["supply_risk"] = risk.trade_supply_risk(flows, importer, unique=unique)
    if len(methods) > 1:
        groups = dict(datasets.groups().select("group", "members").iter_rows())
        tables["chapters"] = risk.chapter_dependence(flows, importer)
        tables["benchmark"] = risk.third_country_benchmark(flows, importer)
        tables["groups"] = risk.group_shares(flows, groups, importer)
    return tables


def _names(codes: pl.Series) -> pl.DataFrame:
    """Return short names of the bundled codes, the headings of HS 2022 for others, else nothing."""
    headings = datasets.hs_headings().select(hs6="code", heading="name_en")
    rows = codes.to_frame("hs6").join(datasets.trade_items(), on="hs6", how="left").join(headings, on="hs6", how="left")
    return rows.select(
        "hs6",
        pl.coalesce("name_en", "heading").alias("name_en"),
        pl.coalesce("name_ja", "name_en", "heading").alias("name_ja"),
        pl.col("basket").fill_null(False),
        "note",
    )


def _series(rows: pl.DataFrame, importer: str, bundled: bool) -> pl.DataFrame:
    """Return concentration over the years; years with the largest flows only fill the gaps of the bundled table."""
    source = pl.lit("CEPII_BACI_HS17_V202601" if bundled else None, dtype=pl.String)
    rows = rows.with_columns(partial=pl.lit(False), source=source)
    if not bundled or importer != "JPN":
        return rows.sort("hs6", "year")
    largest = datasets.bundled_trade("japan_over_time")
    more = risk.import_concentration(largest, importer).filter(~pl.col("year").is_in(rows["year"].unique().implode()))
    more = more.with_columns(partial=pl.lit(True), source=pl.lit(largest["source"][0]))
    return pl.concat([rows, more], how="vertical_relaxed").sort("hs6", "year")


def _trade_sources(flows: pl.LazyFrame, file: str) -> pl.DataFrame:
    """Return the sources that the flows name, with a row for those that are not bundled."""
    known = datasets.trade_sources()
    ids = [file]
    if "source" in flows.collect_schema():
        found = flows.select(pl.col("source").unique().sort()).collect(engine="streaming")["source"]
        ids = found.drop_nulls().to_list() or ids
    rows = known.filter(pl.col("id").is_in(ids))
    new = [i for i in ids if i not in rows["id"]]
    blank = {name: [None] * len(new) for name in known.columns}
    return pl.concat([rows, pl.DataFrame({**blank, "id": new, "title": [file] * len(new)}, schema=known.schema)])


def _group_sources() -> pl.DataFrame:
    """Return one source row for the membership of the groups."""
    known = datasets.trade_sources()
    pages = datasets.groups().select(pl.format("{} ({}): {}", "group", "since", "url").str.join("; ")).item()
    row = dict.fromkeys(known.columns) | {"id": "KANMON_COUNTRY_GROUPS", "title": "Country groups", "publisher": "Kanmon"}
    return pl.DataFrame([row | {"note": pages}], schema=known.schema)


def _steady(frame: pl.DataFrame) -> pl.DataFrame:
    """Return figures as they are in every run: an engine adds in any order, so that sums differ in their last bits.

    Twelve digits stay, and all whole units. An interval (``NAME_low``, ``NAME_high``) is rounded outwards, one figure to the
    nearest.
    """
    settled = frame.with_columns(_rounded(pl.selectors.float(), 13))
    floats = {name for name, kind in frame.schema.items() if kind.is_float()}
    stems = [name.removesuffix("_low") for name in floats if name.endswith("_low")]
    ends = [_outwards(stem, up) for stem in stems if f"{stem}_high" in floats for up in (False, True)]
    return settled.with_columns(_rounded(pl.selectors.float(), 12)).with_columns(settled.select(ends))


def _rounded(figure: pl.Expr, digits: int) -> pl.Expr:
    return pl.when(figure.abs() < 10**digits).then(figure.round_sig_figs(digits)).otherwise(figure.round())


def _outwards(stem: str, up: bool) -> pl.Expr:
    """Return the lower end of an interval (or the upper one) to twelve digits: never inside what it was."""
    low, high = f"{stem}_low", f"{stem}_high"
    name, way = (high, 1.0) if up else (low, -1.0)
    end, point = pl.col(name), pl.col(low).eq_missing(pl.col(high))
    nearest = _rounded(end, 12)
    last = pl.min_horizontal(pl.lit(10.0) ** (end.abs().log10().floor() - 11), 1.0)
    inside = nearest < end if up else nearest > end
    return pl.when(inside & ~point).then(_rounded(nearest + way * last, 12)).otherwise(nearest).alias(name)


def write_dependence(found: Dependence, path: Path, *, lang: str, force: bool = False) -> list[str]:
    """Write the tables as CSV and one picture (`dependence.svg`, where matplotlib is there); return the files' names.

    Raises
    ------
    ReadError
        The folder is not empty and ``force`` is false, or cannot be written.
    """
    from .dependence_chart import draw

    with whole_folder(path, force) as folder:
        for name, frame in found.tables.items():
            if "hs6" in frame.columns:
                names = found.names.select("hs6", "name_en", "name_ja", "basket")
                frame = frame.join(names, on="hs6", how="left", maintain_order="left")
            write_csv(_steady(frame), folder / f"{name}.csv")
        aside = {"set_aside": found.report} if found.report.height else {}
        write_tables(folder, over_time=_steady(found.series), sources=found.sources, limits=found.limits, **aside)
        if installed("matplotlib"):
            (folder / "dependence.svg").write_text(draw(found, lang), encoding="utf-8")
        return sorted(file.name for file in folder.iterdir())
