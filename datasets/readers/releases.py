"""Raw releases of production by country as their publishers write them, as one plain table each.

Every reader returns the same columns, one row per cell of the release: ``line`` (of the file, the header is 1), ``series``
(what is measured, as written), ``detail`` (how), ``measure`` (production, capacity, reserves or national), ``who`` (country,
world total or rest, as written), ``year``, ``raw`` (the cell), ``unit``, ``note``. Only the layout is interpreted here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ...graph import InputError
from ...graph.contents import WORKBOOKS, kind_of
from ...graph.delimited import rows_of
from ...graph.encodings import text_of
from ...graph.errors import shorten
from ...graph.files import read_bytes
from ...graph.tables import header_of, read_frame
from ...graph.workbooks import read_sheets, sheet_names
from .tables import located

COLUMNS = {
    "line": pl.Int64,
    "series": pl.String,
    "detail": pl.String,
    "measure": pl.String,
    "who": pl.String,
    "year": pl.Int64,
    "raw": pl.String,
    "unit": pl.String,
    "note": pl.String,
}
USGS_LONG = (
    "MCS chapter",
    "Section",
    "Commodity",
    "Country",
    "Statistics",
    "Statistics_detail",
    "Unit",
    "Year",
    "Value",
    "Notes",
)
USGS_WIDE = ("SOURCE", "COMMODITY", "COUNTRY", "TYPE", "UNIT_MEAS")
CENSUS = ("gray iron", "grey iron", "ductile iron", "steel", "copper base", "aluminum")
IEA_SHEET, IEA_TITLE = "2 Total supply", b"Total supply for key minerals"
"""The beginning of the sheet's name, and of what stands above its tables."""
_LOOK, _ROWS = 4096, 12
"""Bytes and rows at the top of a file in which that is looked for: people write lines above."""
_WIDE_FIGURE = re.compile(r"(PROD|CAP|RESERVES)_(?:EST_ ?)?(\d{4})")
_MEASURES = {"PROD": "production", "CAP": "capacity", "RESERVES": "reserves"}
_NOTES = {"PROD": "PROD_NOTES", "CAP": "CAP_NOTES", "RESERVES": "RESERVE_NOTES"}


def release_kind(path: str | Path, encoding: str | None = None) -> str | None:
    """Return which release a file is, by its header: usgs_world, iea_supply, casting_census, wgi; None if none of them.

    Raises
    ------
    ReadError
        The file is missing, empty, encrypted or corrupt.
    """
    path = Path(path)
    if _iea_cells(path, encoding):
        return "iea_supply"
    header = header_of(path, encoding)
    return kind_of_release(header if _is_release(header) else _table(path, encoding).columns)


def _is_release(header: Sequence[str]) -> bool:
    return kind_of_release(header) is not None


def _table(path: Path, encoding: str | None) -> pl.DataFrame:
    """The table of a file as text with the ``line`` of each row, under a header at its top or below a title."""
    found = [] if _is_release(header_of(path, encoding)) else located(path, _is_release, None, encoding)
    if found:
        return found[0][2].rename({"_row": "line"})
    frame = read_frame(path, ragged=True, encoding=encoding).cast(pl.String)
    trimmed = {name.strip(): name for name in reversed(frame.columns) if name.strip() not in frame.columns}
    return frame.rename({name: short for short, name in trimmed.items()}).with_row_index("line", offset=2)


def kind_of_release(header: Sequence[str]) -> str | None:
    """Return which release of text has such a header: usgs_world, casting_census, wgi; None if none of them."""
    from .wgi import is_wgi

    header = [name.strip() for name in header]
    if is_wgi(header):
        return "wgi"
    if set(USGS_LONG) <= set(header) or (set(USGS_WIDE) <= set(header) and any(map(_WIDE_FIGURE.match, header))):
        return "usgs_world"
    metals = [word for word in header if word.casefold() in CENSUS]
    return "casting_census" if len(metals) > 2 and header[0].casefold() == "country" else None


def read_sheet(path: Path, encoding: str | None = None) -> pl.DataFrame:
    """Return the table of a file as text, with trimmed names of columns; of those then alike one is trimmed."""
    return _table(path, encoding).drop("line")


def read_release(path: str | Path, kind: str, year: int | None = None, encoding: str | None = None) -> pl.DataFrame:
    """Return the table of a release of a known kind.

    Parameters
    ----------
    path : str or Path
        The file as published.
    kind : str
        As `release_kind` says.
    year : int, optional
        The year of a casting census, whose table does not say it.
    encoding : str, optional
        Of a text file, where it is known better.

    Raises
    ------
    ReadError
        The file cannot be read.
    InputError
        A casting census without a year.
    """
    path = Path(path)
    if kind == "iea_supply":
        return _iea(path, encoding)
    frame = _table(path, encoding)
    if kind == "casting_census":
        return _census(frame, path, year)
    return _usgs_long(frame) if "Statistics" in frame.columns else _usgs_wide(frame)


def _usgs_long(frame: pl.DataFrame) -> pl.DataFrame:
    """Mineral Commodity Summaries since 2026: a row per commodity, country, statistic and year."""
    world = pl.col("Section").str.strip_chars().str.starts_with("World")
    return frame.select(
        pl.col("line").cast(pl.Int64),
        series="Commodity",
        detail="Statistics_detail",
        # What is told of the United States alone (trade, prices, consumption) is no table of the world's suppliers.
        measure=pl.when(world).then(pl.col("Statistics").str.strip_chars().str.to_lowercase()).otherwise(pl.lit("national")),
        who="Country",
        year=pl.col("Year").str.strip_chars().cast(pl.Int64, strict=False),
        raw="Value",
        unit=pl.col("Unit").str.strip_chars(),
        note="Notes",
    ).cast(COLUMNS)  # pyright: ignore[reportArgumentType]


def _usgs_wide(frame: pl.DataFrame) -> pl.DataFrame:
    """Mineral Commodity Summaries up to 2025: a row per commodity and country, a column per statistic and year."""
    parts = []
    for column in frame.columns:
        if match := _WIDE_FIGURE.match(column):
            estimated = "_EST_" in column
            note = pl.col(_NOTES[match[1]]) if _NOTES[match[1]] in frame.columns else pl.lit(None, pl.String)
            part = frame.select(
                pl.col("line").cast(pl.Int64),
                series="COMMODITY",
                detail="TYPE",
                # "Clinker capacity" stands in the columns of production.
                measure=pl.when(pl.col("TYPE").str.to_lowercase().str.contains("capacity"))
                .then(pl.lit("capacity"))
                .otherwise(pl.lit(_MEASURES[match[1]])),
                who="COUNTRY",
                year=pl.lit(int(match[2])),
                raw=column,
                unit="UNIT_MEAS",
                note=pl.concat_str(pl.lit("Estimated."), note, separator=" -- ", ignore_nulls=True) if estimated else note,
            )
            parts.append(part.cast(COLUMNS))  # pyright: ignore[reportArgumentType]
    return pl.concat(parts)


def _census(frame: pl.DataFrame, path: Path, year: int | None) -> pl.DataFrame:
    """World Casting Census: a row per country, a column per metal, metric tons."""
    if year is None:
        raise InputError("datasets.updates.needs_year", path=shorten(path.name))
    country = frame.columns[1]
    rows = frame.unpivot(index=["line", country], variable_name="series", value_name="raw")
    return rows.select(
        "line",
        "series",
        detail=pl.lit(None, pl.String),
        measure=pl.lit("production"),
        who=pl.col(country),
        year=pl.lit(year),
        raw="raw",
        unit=pl.lit("metric tons"),
        note=pl.lit(None, pl.String),
    ).cast(COLUMNS)  # pyright: ignore[reportArgumentType]


_Cells = list[tuple[str | None, ...]]


def _iea_cells(path: Path, encoding: str | None = None) -> _Cells:
    """Return the sheet that holds the IEA's supply, of its workbook or saved as text by itself; blank of another file."""
    data = read_bytes(path)
    if kind_of(data, path) in WORKBOOKS:
        name = next((name for name in sheet_names(data, path) if name.startswith(IEA_SHEET)), None)
        return [] if name is None else read_sheets(data, path, only=[name])[name][0].rows()
    if IEA_TITLE not in data[:_LOOK] and IEA_TITLE.decode().encode("utf-16-le") not in data[:_LOOK]:
        return []
    rows: _Cells = [tuple(cell or None for cell in row) for row in rows_of(text_of(data, path, encoding).text, path)]
    return rows if any(_TITLE.match((cell or "").strip()) for row in rows for cell in row) else []


_TITLE = re.compile(r"^(?P<series>.+?)\s*[-–]\s*(?P<stage>mining|refining)\b(?:.*?\((?P<unit>[^)]+)\))?", re.IGNORECASE)
_NO_COUNTRY = ("top 3 share", "share of top 3", "top 3")


def _iea(path: Path, encoding: str | None) -> pl.DataFrame:
    """IEA Critical Minerals Dataset: tables side by side, each headed "Mineral - Mining" or "- Refining".

    Of each the first column of years is read, the observed base year; the others are projections. Its year stands above.
    """
    cells = _iea_cells(path, encoding)
    unit = next(
        (match[1] for row in cells[:_ROWS] for cell in row if (match := re.search(r"\((kt|Mt|t)\b", cell or ""))), None
    )
    rows = []
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            title = _TITLE.match((cell or "").strip())
            if title is None or j + 1 >= len(row):
                continue
            above = (line[j + 1] for line in reversed(cells[: i + 2]) if len(line) > j + 1)
            year = next((y for cell in above if (y := _year(cell)) is not None), None)
            for k in range(i + 1, len(cells)):
                if len(cells[k]) <= j + 1:
                    continue
                label = (cells[k][j] or "").strip()
                if _TITLE.match(label):
                    break
                if label and cells[k][j + 1] and label.casefold() not in _NO_COUNTRY and _year(label) is None:
                    written = title["unit"] or unit
                    base = (k + 1, title["series"].strip(), title["stage"].lower(), "production", label, year)
                    rows.append((*base, cells[k][j + 1], written, None))
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _year(cell: str | None) -> int | None:
    match = re.fullmatch(r"\s*(20\d\d)(?:\.0)?\s*", cell or "")
    return int(match[1]) if match else None
