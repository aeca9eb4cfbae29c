"""Reading and writing the tables: a folder of CSV or Parquet, or one workbook with a sheet per table.

Reading brings text as it stands (types are checked in `validation`); writing is whole or not at all.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from .errors import InputError, ReadError, shorten
from .files import check_workbook, decode, not_found, read_bytes, whole_file, whole_folder
from .schema import SCHEMA, Table

if TYPE_CHECKING:
    import fastexcel

_PARQUET_MAGIC = b"PAR1"


def read_tables(path: str | Path) -> tuple[dict[str, pl.DataFrame], int]:
    """Return raw frames by table name, and the row number a person sees for the first data row.

    Raises
    ------
    ReadError
        The path does not exist, holds no table of the schema, or a file is empty, corrupt, encrypted or of another kind.
    """
    path = Path(path)
    if path.is_dir():
        return _read_folder(path), 2
    if not path.exists():
        raise not_found(path)
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        return _read_workbook(path), 2
    raise ReadError("graph.tables.unknown_kind", path=shorten(path))


def _read_folder(path: Path) -> dict[str, pl.DataFrame]:
    frames = {}
    for name in SCHEMA:
        csv, parquet = path / f"{name}.csv", path / f"{name}.parquet"
        if csv.is_file() and parquet.is_file():
            raise ReadError("graph.tables.twice", path=shorten(path), table=name)
        if csv.is_file():
            frames[name] = read_csv(csv)
        elif parquet.is_file():
            frames[name] = _read_parquet(parquet)
    if not frames:
        raise ReadError("graph.tables.no_tables", path=shorten(path), tables=", ".join(SCHEMA))
    return frames


def read_csv(path: Path) -> pl.DataFrame:
    """Return a CSV file as text columns; UTF-8 (with or without a byte order mark) or cp932."""
    text = decode(read_bytes(path), path).encode("utf-8")
    try:
        return pl.read_csv(io.BytesIO(text), infer_schema=False)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise ReadError("graph.tables.corrupt", path=shorten(path), reason=shorten(error, 160)) from error


def _read_parquet(path: Path) -> pl.DataFrame:
    data = read_bytes(path)
    if not (data.startswith(_PARQUET_MAGIC) and data.endswith(_PARQUET_MAGIC)):
        raise ReadError("graph.tables.corrupt", path=shorten(path), reason="no Parquet file")
    try:
        return pl.read_parquet(io.BytesIO(data))
    except Exception as error:  # a corrupt file surfaces as many kinds, a panic among them
        raise ReadError("graph.tables.corrupt", path=shorten(path), reason=shorten(error, 160)) from error


def _read_workbook(path: Path) -> dict[str, pl.DataFrame]:
    import fastexcel

    data = read_bytes(path)
    check_workbook(data, path)
    try:
        book = fastexcel.read_excel(data)
        sheets = {name.strip().lower(): name for name in book.sheet_names}
        frames = {name: _sheet(book, sheets[name], table) for name, table in SCHEMA.items() if name in sheets}
    except Exception as error:  # fastexcel raises its own family and ValueError
        raise ReadError("graph.tables.corrupt", path=shorten(path), reason=shorten(error, 160)) from error
    if not frames:
        raise ReadError("graph.tables.no_tables", path=shorten(path), tables=", ".join(SCHEMA))
    return frames


def _sheet(book: fastexcel.ExcelReader, sheet: str, table: Table) -> pl.DataFrame:
    """Return a sheet as text, numbers with all their digits: as text alone the reader rounds them."""
    words = book.load_sheet(sheet, dtypes="string", whitespace_as_null=True).to_polars()
    numbers = [c.name for c in table.columns if c.type in {"number", "integer"} and c.name in words.columns]
    if not numbers:
        return words
    kinds: Any = dict.fromkeys(words.columns, "string") | dict.fromkeys(numbers, "float")
    exact = book.load_sheet(sheet, dtypes=kinds, whitespace_as_null=True).to_polars()
    return words.with_columns(pl.coalesce(exact[name].cast(pl.String), words[name]).alias(name) for name in numbers)


def write_tables(tables: Mapping[str, pl.DataFrame], path: str | Path, format: str | None, force: bool) -> Path:
    """Write tables to a folder (``format`` "csv" or "parquet") or, where ``path`` ends in .xlsx, one workbook."""
    path = Path(path)
    format = format or ("xlsx" if path.suffix.lower() == ".xlsx" else "csv")
    if format == "xlsx":
        if path.exists() and not force:
            raise ReadError("graph.tables.exists", path=shorten(path))
        with whole_file(path) as temporary:
            _write_workbook(tables, temporary)
    elif format in {"csv", "parquet"}:
        with whole_folder(path, force) as folder:
            _write_folder(tables, folder, format)
    else:
        raise InputError("graph.tables.unknown_format", value=shorten(format))
    return path


def _write_folder(tables: Mapping[str, pl.DataFrame], folder: Path, format: str) -> None:
    for name, frame in tables.items():
        file = folder / f"{name}.{format}"
        if format == "csv":
            frame.write_csv(file)
        else:
            frame.write_parquet(file)
    description = json.dumps(datapackage(format), ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(description + "\n", encoding="utf-8")


_FRICTIONLESS = {
    "id": "string",
    "ids": "string",
    "text": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
}


def datapackage(format: str = "csv") -> dict[str, Any]:
    """Return the Frictionless description of the tables: names, types, constraints and foreign keys.

    >>> datapackage()["resources"][0]["path"]
    'items.csv'
    """
    resources = []
    for name, table in SCHEMA.items():
        fields, keys = [], []
        for column in table.columns:
            constraints: dict[str, Any] = {"required": True} if column.required else {}
            if column.allowed:
                constraints["enum"] = list(column.allowed)
            field = {"name": column.name, "type": _FRICTIONLESS[column.type], "description": column.description["en"]}
            fields.append(field | ({"constraints": constraints} if constraints else {}))
            if column.refers and column.type != "ids":  # a list of ids is no foreign key to Frictionless
                target, key = column.refers.split(".")
                target = "" if target == name else target
                keys.append({"fields": column.name, "reference": {"resource": target, "fields": key}})
        schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
        schema |= {"primaryKey": "id"} if table.has_id else {}
        schema |= {"foreignKeys": keys} if keys else {}
        resources.append({"name": name, "path": f"{name}.{format}", "format": format, "encoding": "utf-8", "schema": schema})
    return {"profile": "data-package", "name": "kanmon", "resources": resources}


def _write_workbook(tables: Mapping[str, pl.DataFrame], path: Path) -> None:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    class Exact(Worksheet):
        """A sheet that writes all 17 digits of a number, so that reading it back gives the same one."""

        def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
            shown = "".join(f' {key}="{value}"' for key, value in attributes)
            self.fh.write(f"<c{shown}><v>{number!r}</v></c>")

    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
        for name, frame in tables.items():
            sheet = book.add_worksheet(name, worksheet_class=Exact)
            for j, column in enumerate(frame.columns):
                sheet.write_string(0, j, column, bold)
                write = {pl.String: sheet.write_string, pl.Boolean: sheet.write_boolean}
                cell = write.get(type(frame[column].dtype)) or write.get(frame.schema[column]) or sheet.write_number  # pyright: ignore[reportArgumentType]
                for i, value in enumerate(frame[column].to_list(), start=1):
                    if value is not None:
                        cell(i, j, value)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(frame.height, 1), len(frame.columns) - 1)
            sheet.set_column(0, len(frame.columns) - 1, 18)
