"""Datasets that are known by their form: downloads of trade statistics, Kanmon's own tables, ETO's, BACI's."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from ...graph import KanmonError, Message, SupplyGraph
from ...graph.delimited import delimiter
from ...graph.errors import ReadError
from ...graph.files import read_bytes
from ...graph.headers import called
from ...graph.messages import ENGLISH, topic
from ...graph.schema import SCHEMA
from ...graph.tables import read_frame
from ...graph.workbooks import sheet_names
from ..readers.baci import LETTERS
from ..readers.eto import read_eto
from ..readers.input_output import is_matrix, read_input_output
from ..readers.releases import kind_of_release
from ..readers.tables import HEADER_ROWS
from ..trade import kind_below, kind_of_trade, read_trade, trade_kind
from .content import content
from .sheets import Sheet
from .table import Table
from .words import bare, words

_HEAD = 200_000
_FIRMS = {"transactions": {"supplier", "buyer", "value"}, "firms": {"firm", "sector"}}
"""Tables of firms, and what each must have."""
_NO_TEXT = (b"\xd0\xcf\x11\xe0", b"PAR1", b"MIME-Version", b"<")
_ETO = ("stages.csv", "providers.csv", "provision.csv", "sequence.csv")
_BACI = re.compile(r"BACI_HS\d\d_Y\d{4}_V\w+\.(?:csv|parquet)", re.IGNORECASE)


def is_dataset(path: Path) -> str | None:
    """Return which dataset a folder is as a whole (eto, baci, input_output, graph), if it is one."""
    if all((path / name).is_file() for name in (*_ETO, "inputs.csv")):
        return "eto"
    if any(_BACI.fullmatch(file.name) for file in path.iterdir()):
        return "baci"
    if any((path / name).is_file() for name in ("Z.txt", "Z.csv")):
        return "input_output"
    if any((path / f"{name}.{kind}").is_file() for name in ("items", "inputs", "shares") for kind in ("csv", "parquet")):
        return "graph"
    return None


def folder_tables(path: Path) -> list[Table] | None:
    """Return the tables of a folder that is one dataset as a whole, else None."""
    what = is_dataset(path)
    if what == "baci":
        return [_trade(path, what)]
    if what == "input_output":
        return [_matrix(path)]
    if what is not None:
        return _graph(path, what, lambda: _quiet(read_eto if what == "eto" else SupplyGraph.read, path))
    return None


def file_tables(path: Path, encoding: str | None = None) -> list[Table] | None:
    """Return the table of a file of trade statistics, or the tables of a graph's workbook, else None."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _workbook(path)
    if head.startswith(_NO_TEXT):
        return None
    if path.suffix.lower() == ".json":
        return [_trade(path, _json_kind(path), encoding)]
    header, *below = _rows(head, path, encoding) or [[]]
    return _known(path, [header], encoding) or _flows_below(path, below, encoding)


def sheet_tables(path: Path, sheets: Sequence[Sheet]) -> list[Table] | None:
    """Return the table of a workbook that holds what others publish as text, or a matrix of industries, else None."""
    first = next((sheet.frame for sheet in sheets if not sheet.frame.is_empty()), None)
    if first is None:
        return None
    known = _known(path, [[cell or "" for cell in row] for row in first.head(8).rows()], None)
    return known or _flows_below(path, [row for sheet in sheets for row in sheet.frame.head(HEADER_ROWS).rows()], None)


def _flows_below(path: Path, rows: Sequence[Sequence[str | None]], encoding: str | None) -> list[Table] | None:
    """A table of trade whose header stands below a title."""
    kinds = (kind_below([cell.strip() for cell in row if cell is not None]) for row in rows)
    kind = next((kind for kind in kinds if kind is not None), None)
    return None if kind is None else [_trade(path, kind, encoding)]


def _known(path: Path, rows: Sequence[Sequence[str]], encoding: str | None) -> list[Table] | None:
    """What the first rows of a file say that it is."""
    header = rows[0]
    names = set(header)
    if (kind := kind_of_trade(header)) is not None:
        return [_trade(path, kind, encoding)]
    if (release := kind_of_release(header)) is not None:
        return [_counted(path, encoding, release)]
    if "country_code" in names and names & set(LETTERS):
        return [_counted(path, encoding, "country_codes")]
    if {"reporter", "partner", "TIME_PERIOD", "OBS_VALUE"} <= names:
        return [replace(_counted(path, encoding, "sdmx"), counted=0)]
    for table, needed in _FIRMS.items():
        found = {*called(header, table).values(), *header}
        if needed <= found and not any({"part", "name"} & set(words().get(bare(cell), ())) for cell in header):
            return [_counted(path, encoding, table)]
    return [_matrix(path)] if any(is_matrix(row) for row in rows) else None


def _json_kind(path: Path) -> str:
    try:
        return trade_kind(path)
    except KanmonError:
        return "tidy"  # the reader says what is wrong with it


def _counted(path: Path, encoding: str | None, what: str) -> Table:
    """A table for another command: its rows are counted, not judged."""
    try:
        rows = read_frame(path, encoding=encoding, ragged=True).height
        note = Message(f"datasets.intake.is_{what}")
    except KanmonError as error:
        rows, note = 0, Message("datasets.intake.refused", reason=error.message)
    base = Table(path.name, path.stem, "other", header=(1,), encoding=_encoding(path))
    return replace(base, counted=rows, notes=(note,))


def _matrix(path: Path) -> Table:
    base = Table(path.name, path.stem if path.is_file() else "", "trade", encoding=_encoding(path))
    notes: list[Message] = []
    try:
        flows, sectors = read_input_output(path, notes=notes)
    except KanmonError as error:
        return replace(base, counted=0, notes=(Message("datasets.intake.refused", reason=error.message),))
    said = Message("datasets.intake.is_input_output", sectors=sectors.height, countries=sectors["country"].n_unique())
    return replace(base, counted=flows.height, notes=(said, *notes))


def _rows(head: bytes, path: Path, encoding: str | None) -> list[list[str]]:
    """The first rows of a text; the header is told by its own line, whatever parts the cells of the others."""
    lines = head.splitlines(keepends=True)[:HEADER_ROWS] if b"\0" not in head else [head.partition(b"\n")[0]]
    found = []
    for line in lines or []:
        try:
            text = content(line, path, encoding).text
            row = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter(text)), [])
        except (KanmonError, csv.Error):
            row = []
        found.append([cell.strip().strip('"\ufeff') for cell in row])
    return found if head.strip() else []


def _workbook(path: Path) -> list[Table] | None:
    try:
        names = set(sheet_names(read_bytes(path), path))
    except KanmonError:  # the reader of sheets says what is wrong with it
        return None
    if not ({"items", "inputs"} <= names or {"items", "shares"} <= names):
        return None
    return _graph(path, "graph", lambda: SupplyGraph.read(path))


def _quiet(reader: Callable[..., Any], path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reader(path)


def _graph(path: Path, what: str, read: Callable[[], SupplyGraph]) -> list[Table]:
    try:
        graph = read()
    except KanmonError as error:
        return [Table(path.name, "", "graph", notes=(Message("datasets.intake.refused", reason=error.message),), counted=0)]
    tables = []
    for name in SCHEMA:
        frame = getattr(graph, name)
        if frame.height:
            notes = [Message(f"datasets.intake.is_{what}")] if not tables else []
            notes += [
                Message("datasets.intake.called", table=name, value=note.value, column=note.column)
                for note in graph.notes
                if note.code == "column_called" and note.table == name
            ]
            tables.append(Table(path.name, name, "graph", header=(1,), notes=tuple(notes), counted=frame.height))
    return tables


def _trade(path: Path, what: str, encoding: str | None = None) -> Table:
    base = Table(path.name, path.stem, "trade", header=(1,), encoding=_encoding(path))
    notes: list[Message] = []
    try:
        flows = read_trade(path, notes=notes, encoding=encoding)
        found = flows.select("importer", "exporter", "year", "value").collect(engine="streaming")
    except KanmonError as error:
        note = Message("datasets.intake.refused", reason=error.message)
        return replace(base, counted=0, notes=(note,))
    # A reader without a sentence of its own reads a table of trade like any other.
    known = f"is_{what}" in topic("datasets", "intake", ENGLISH)
    notes.insert(0, Message(f"datasets.intake.is_{what}" if known else "datasets.intake.is_tidy"))
    if found.height == 0:
        notes.append(Message("datasets.intake.no_trade"))
    return replace(base, counted=found.height, notes=tuple(notes))


def _encoding(path: Path) -> str:
    if path.is_dir():
        return ""
    with path.open("rb") as stream:
        head = stream.read(4_000_000)
    try:
        return content(head[: head.rfind(b"\n") + 1] or head, path).encoding
    except ReadError:
        return ""
