"""Reading and writing the tables: a folder of CSV or Parquet, or one workbook with a sheet per table.

Reading brings text as it stands (types are checked in `validation`); writing is whole or not at all.
"""

from __future__ import annotations

import io
import json
import mmap
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from .contents import WORKBOOKS, kind_of
from .delimited import check_columns, frame_of, lines_above
from .encodings import text_of
from .errors import InputError, ReadError, short_path, shorten
from .files import check_file, not_found, open_file, read_bytes, reading, whole_file, whole_folder
from .headers import called
from .messages import Message
from .parquet import damage
from .problems import Problem, Problems
from .schema import SCHEMA
from .workbooks import column_letters, read_sheets, sheet_names, sheet_parts, unsaved_cells

_PARQUET = b"PAR1"
_NO_VALUE = {pl.Binary, pl.Duration, pl.Object}
_HEAD = 2**16
_NO_NAME = re.compile(r"\s*|_duplicated_\d+|__UNNAMED__\d+")
"""Names that the readers give to columns without one."""
_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm", ".xls", ".ods")


def read_tables(
    path: str | Path, columns: Mapping[str, str] | None = None
) -> tuple[dict[str, pl.DataFrame], dict[str, int], list[Problem]]:
    """Return raw frames by table name, the row that a person sees for the first of each, and what was renamed.

    A column goes by its name in the schema, by what ``columns`` says it is called, or by a word of `headers.called`.

    Raises
    ------
    ReadError
        The path does not exist, holds no table of the schema, or a file is empty, corrupt, encrypted or of another kind.
    """
    path = Path(path)
    notes = Problems()
    with reading(path):
        if path.is_dir():
            found = _read_folder(path, notes)
        elif not path.exists():
            raise not_found(path)
        elif kind_of(data := read_bytes(path), path) in WORKBOOKS:
            found = _read_workbook(data, path, notes)
        else:
            raise ReadError("graph.tables.unknown_kind", path=short_path(path))
    frames = {name: _named(name, _filled(frame), columns or {}, notes) for name, (frame, _) in found.items()}
    return frames, {name: above + 2 for name, (_, above) in found.items()}, notes


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """A table without what spreadsheets leave beside and below it: blank columns without a name, blank rows at the end."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    blank = {name: pl.col(name).is_null() for name in frame.columns}
    blank |= {name: pl.col(name).fill_null("").str.strip_chars() == "" for name in text}
    nameless = [name for name in frame.columns if _NO_NAME.fullmatch(name)]
    left = frame.select(blank[name].all() for name in nameless)
    frame = frame.drop(name for name in nameless if left[name].item())
    rows = frame.select(~pl.all_horizontal(blank[name] for name in frame.columns)).to_series() if frame.width else None
    return frame if rows is None else frame.head(int(rows.arg_true()[-1]) + 1 if rows.any() else 0)


def _named(table: str, frame: pl.DataFrame, columns: Mapping[str, str], notes: Problems) -> pl.DataFrame:
    """Columns under the names of the schema."""
    told = {was: name for name, was in columns.items() if was in frame.columns and name not in frame.columns}
    told = {was: name for was, name in told.items() if name in SCHEMA[table].names}
    rest = [name for name in frame.columns if name not in told and name not in SCHEMA[table].names]
    taken = {*frame.columns, *told.values()}
    found = {was: name for was, name in called([*rest, *(taken & set(SCHEMA[table].names))], table).items() if was in rest}
    for was, name in found.items():
        notes.say("column_called", table, column=name, value=was, severity="note")
    return frame.rename(told | found)


def _say_unsaved(data: bytes, sheets: Mapping[str, str] | None, table: str, notes: Problems) -> None:
    """Say which formulas of a workbook have no value: no spreadsheet saved them, and their cells are blank."""
    if not data.startswith(b"PK"):
        return
    for name, xml in sheet_parts(data):
        cells = unsaved_cells(xml) if sheets is None or name in sheets else ()
        if cells:
            row, column = min(cells)
            about = {"column": column_letters(column), "count": len(cells), "severity": "note"}
            notes.say("unsaved", table if sheets is None else sheets[name], row + 1, **about)


def _read_folder(path: Path, notes: Problems) -> dict[str, tuple[pl.DataFrame, int]]:
    frames = {}
    for file in sorted(path.iterdir()):
        name = file.stem.casefold()
        if name in SCHEMA and file.suffix.casefold() in _SUFFIXES and file.is_file():
            if name in frames:
                raise ReadError("graph.tables.twice", path=short_path(path), table=name)
            frames[name] = read_placed(file, exact=_numbers(name))
            if file.suffix.casefold() in {".xlsx", ".xlsm"}:
                _say_unsaved(read_bytes(file), None, name, notes)
    if not frames:
        raise ReadError("graph.tables.no_tables", path=short_path(path), tables=", ".join(SCHEMA))
    return {name: frames[name] for name in SCHEMA if name in frames}


def read_frame(
    path: Path,
    *,
    encoding: str | None = None,
    ragged: bool = False,
    header: bool = True,
    notes: list[Message] | None = None,
) -> pl.DataFrame:
    """Return the one table of a file under its header, whatever the file's name says; see `read_placed`."""
    return read_placed(path, encoding=encoding, ragged=ragged, header=header, notes=notes)[0]


def read_placed(
    path: Path,
    *,
    encoding: str | None = None,
    ragged: bool = False,
    header: bool = True,
    exact: Collection[str] = (),
    notes: list[Message] | None = None,
) -> tuple[pl.DataFrame, int]:
    """Return the one table of a file under its header, whatever its name says, and how many rows stand above the header.

    Text in any encoding and with any delimiter (`text_of`, `frame_of`) and the first filled sheet of a workbook come as text
    columns, Parquet with its types.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        Of a text file, where it is known better.
    ragged : bool
        Of a text file: rows may be longer than the header.
    header : bool
        Whether the first row names the columns.
    exact : collection of str
        Columns of a workbook whose numbers keep all their digits.
    notes : list of Message, optional
        A guessed encoding is said in it.

    Raises
    ------
    ReadError
        The file is missing, empty, damaged, of a kind that holds no table; or a column of Parquet holds lists, structures,
        raw bytes or spans of time.
    """
    data = read_bytes(path)
    match kind_of(data, path):
        case "parquet":
            return _parquet(data, path), 0
        case "xlsx" | "xls" | "ods":
            with reading(path, "graph.tables.corrupt"):
                sheets = read_sheets(data, path, header=header, exact=exact).values()
            frame, above = next(((frame, above) for frame, _, above, _ in sheets if frame.width), (pl.DataFrame(), 0))
            check_columns(frame.width, path)
            return frame, above
        case "text":
            text, found, guessed = text_of(data, path, encoding)
            if guessed and notes is not None:
                notes.append(Message("graph.tables.guessed", path=short_path(path), encoding=found))
            return frame_of(text, path, ragged=ragged, header=header), lines_above(text)
    raise ReadError("graph.tables.no_table", path=short_path(path))


def header_of(path: Path, encoding: str | None = None) -> list[str]:
    """Return the columns of the frame that `read_frame` gives, without reading a long text or Parquet file to its end.

    Raises
    ------
    ReadError
        As `read_frame`.
    """
    with reading(path):
        with open_file(path) as stream:
            start = stream.read(_HEAD)
        if start.startswith(_PARQUET):
            return list(scan_parquet(path).collect_schema())
        if len(start) < _HEAD or start.startswith((b"PK", b"\xd0\xcf")):
            return read_frame(path, encoding=encoding, ragged=True).columns
        # Whole lines only: a letter of several bytes is not cut, and a header may not span lines.
        end = start.rfind(b"\n") + 1
        start = start[: end + end % 2 if b"\0" in start else end] or start  # UTF-16 has two bytes to a letter
        text = text_of(start, path, encoding).text
        return frame_of("".join(text.lstrip("\r\n").splitlines(keepends=True)[:20]), path, ragged=True).columns


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its first bytes."""
    with reading(path), open_file(path) as stream:
        return stream.read(len(_PARQUET)) == _PARQUET


def scan_parquet(path: Path) -> pl.LazyFrame:
    """Return a Parquet file as a frame that is read later, its pages looked over now.

    Raises
    ------
    ReadError
        The file is missing, empty or damaged.
    """
    with (
        reading(path, "graph.tables.corrupt"),
        open_file(path) as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        check_pages(data, path)
    return pl.scan_parquet(path)


def check_pages(data: bytes | mmap.mmap, path: Path) -> None:
    """Raise `ReadError` where pages of a Parquet file cannot be right."""
    if found := damage(data):
        raise ReadError("graph.tables.corrupt", path=short_path(path), reason=found)


def _parquet(data: bytes, path: Path) -> pl.DataFrame:
    """A Parquet file is read whole, so that damage shows here."""
    if not data.endswith(_PARQUET):
        raise ReadError("graph.tables.corrupt", path=short_path(path), reason="no Parquet file")
    check_pages(data, path)
    with reading(path, "graph.tables.corrupt"):
        frame = pl.read_parquet(io.BytesIO(data))
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested() or dtype.base_type() in _NO_VALUE]
    if nested:
        raise ReadError("graph.tables.nested", path=short_path(path), columns=shorten(", ".join(nested)))
    return frame


def _numbers(table: str) -> set[str]:
    """Columns whose digits count."""
    return {column.name for column in SCHEMA[table].columns if column.type in {"number", "numbers", "integer"}}


def _read_workbook(data: bytes, path: Path, notes: Problems) -> dict[str, tuple[pl.DataFrame, int]]:
    sheets = {name.strip().lower(): name for name in sheet_names(data, path)}
    wanted = {table: sheets[table] for table in SCHEMA if table in sheets}
    if not wanted:
        raise ReadError("graph.tables.no_tables", path=short_path(path), tables=", ".join(SCHEMA))
    _say_unsaved(data, {sheet: table for table, sheet in wanted.items()}, "", notes)
    numbers = set().union(*map(_numbers, SCHEMA))
    found = read_sheets(data, path, only=set(wanted.values()), header=True, exact=numbers)
    return {table: (found[sheet][0], found[sheet][2]) for table, sheet in wanted.items()}


def write_tables(tables: Mapping[str, pl.DataFrame], path: str | Path, format: str | None, force: bool) -> Path:
    """Write tables to a folder (``format`` "csv" or "parquet") or, where ``path`` ends in .xlsx, one workbook."""
    path = Path(path)
    format = format or ("xlsx" if path.suffix.lower() == ".xlsx" else "csv")
    if format == "xlsx":
        with whole_file(check_file(path, force)) as temporary:
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
    "numbers": "string",
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

    from .sheets import PlainSheet

    class Exact(PlainSheet):
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
