"""Reading and writing the tables: a folder of CSV or Parquet, or one workbook with a sheet per table.

Reading brings text as it stands (types are checked in `validation`); writing is whole or not at all.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from .encodings import decode
from .errors import InputError, LimitError, ReadError, short_path, shorten
from .files import not_found, read_bytes, reading, whole_file, whole_folder
from .schema import SCHEMA
from .workbooks import COLUMNS, check_workbook, read_sheets, sheet_names

_PARQUET_MAGIC = b"PAR1"
_NO_VALUE = {pl.Binary, pl.Duration, pl.Object}


def read_tables(path: str | Path) -> tuple[dict[str, pl.DataFrame], int]:
    """Return raw frames by table name, and the row number a person sees for the first data row.

    Raises
    ------
    ReadError
        The path does not exist, holds no table of the schema, or a file is empty, corrupt, encrypted or of another kind.
    """
    path = Path(path)
    with reading(path):
        if path.is_dir():
            return _read_folder(path), 2
        if not path.exists():
            raise not_found(path)
        if path.suffix.lower() in {".xlsx", ".xlsm"}:
            return _read_workbook(path), 2
    raise ReadError("graph.tables.unknown_kind", path=short_path(path))


def _read_folder(path: Path) -> dict[str, pl.DataFrame]:
    frames = {}
    for name in SCHEMA:
        csv, parquet = path / f"{name}.csv", path / f"{name}.parquet"
        if csv.is_file() and parquet.is_file():
            raise ReadError("graph.tables.twice", path=short_path(path), table=name)
        if csv.is_file():
            frames[name] = read_csv(csv)
        elif parquet.is_file():
            frames[name] = read_parquet(parquet)
    if not frames:
        raise ReadError("graph.tables.no_tables", path=short_path(path), tables=", ".join(SCHEMA))
    return frames


def read_csv(path: Path) -> pl.DataFrame:
    """Return a CSV file as text columns; UTF-8 (with or without a byte order mark) or cp932."""
    text = decode(read_bytes(path), path)
    check_width(text, path)
    with reading(path, "graph.tables.corrupt"):
        return pl.read_csv(io.BytesIO(text.encode("utf-8")), infer_schema=False)


def check_width(text: str, path: Path) -> None:
    """Refuse text whose first line has more cells than a sheet of Excel.

    Raises
    ------
    LimitError
        It has.
    """
    head = text.lstrip("\r\n\ufeff").partition("\n")[0]
    check_columns(max(map(head.count, ",;\t")) + 1, path)


def check_columns(width: int, path: Path) -> None:
    """Refuse more columns than a sheet of Excel has.

    Raises
    ------
    LimitError
        There are more.
    """
    if width > COLUMNS:
        raise LimitError("graph.tables.too_wide", path=short_path(path), columns=f"{width:,}", limit=f"{COLUMNS:,}")


def read_parquet(path: Path) -> pl.DataFrame:
    """Return a Parquet file that is read whole, so that damage shows here; columns of no plain values are refused.

    Raises
    ------
    ReadError
        The file is missing or damaged, or a column holds lists, structures, raw bytes or spans of time.
    """
    data = read_bytes(path)
    if not (data.startswith(_PARQUET_MAGIC) and data.endswith(_PARQUET_MAGIC)):
        raise ReadError("graph.tables.corrupt", path=short_path(path), reason="no Parquet file")
    with reading(path, "graph.tables.corrupt"):
        frame = pl.read_parquet(io.BytesIO(data))
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested() or dtype.base_type() in _NO_VALUE]
    if nested:
        raise ReadError("graph.tables.nested", path=short_path(path), columns=shorten(", ".join(nested)))
    return frame


def _read_workbook(path: Path) -> dict[str, pl.DataFrame]:
    data = read_bytes(path)
    check_workbook(data, path)
    sheets = {name.strip().lower(): name for name in sheet_names(data, path)}
    wanted = {table: sheets[table] for table in SCHEMA if table in sheets}
    if not wanted:
        raise ReadError("graph.tables.no_tables", path=short_path(path), tables=", ".join(SCHEMA))
    numbers = {c.name for table in SCHEMA.values() for c in table.columns if c.type in {"number", "integer"}}
    found = read_sheets(data, path, only=set(wanted.values()), header=True, exact=numbers)
    return {table: found[sheet][0] for table, sheet in wanted.items()}


def write_tables(tables: Mapping[str, pl.DataFrame], path: str | Path, format: str | None, force: bool) -> Path:
    """Write tables to a folder (``format`` "csv" or "parquet") or, where ``path`` ends in .xlsx, one workbook."""
    path = Path(path)
    format = format or ("xlsx" if path.suffix.lower() == ".xlsx" else "csv")
    if format == "xlsx":
        if path.exists() and not force:
            raise ReadError("graph.tables.exists", path=short_path(path))
        with whole_file(path) as temporary:
            _write_workbook(tables, temporary)
    elif format in {"csv", "parquet"}:
        with whole_folder(path, force) as folder:
            fill_folder(tables, folder, format)
    else:
        raise InputError("graph.tables.unknown_format", value=shorten(format))
    return path


def fill_folder(tables: Mapping[str, pl.DataFrame], folder: Path, format: str = "csv") -> None:
    """Write a file per table, and their description, into a folder that is being written."""
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
        book.set_properties({"created": datetime(2000, 1, 1)})  # the same tables give the same bytes on any day
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
