"""Datasets that are known by their form: downloads of trade statistics, Kanmon's own tables, ETO's, BACI's."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from ...graph import KanmonError, Message, SupplyGraph
from ...graph.delimited import delimiter
from ...graph.errors import ReadError
from ...graph.files import read_bytes
from ...graph.schema import SCHEMA
from ...graph.workbooks import sheet_names
from ..readers.baci import read_baci
from ..readers.comtrade import read_comtrade
from ..readers.eto import read_eto
from ..readers.japan_customs import read_japan_customs
from ..readers.us_census import read_us_census
from .content import content
from .table import Table

_HEAD = 200_000
_ETO = ("stages.csv", "providers.csv", "provision.csv", "sequence.csv")
_TRADE: tuple[tuple[str, frozenset[str], Callable[[Path], Any]], ...] = (
    ("comtrade", frozenset(("reporterISO", "cmdCode", "primaryValue")), read_comtrade),
    ("comtrade", frozenset(("reporterCode", "cmdCode", "primaryValue")), read_comtrade),
    ("comtrade", frozenset(("Reporter", "Commodity Code", "Trade Flow")), read_comtrade),
    ("baci", frozenset(("t", "i", "j", "k", "v", "q")), read_baci),
    ("japan_customs", frozenset(("HS", "Country", "Value-Year")), read_japan_customs),
    ("us_census", frozenset(("I_COMMODITY", "CTY_CODE", "YEAR")), read_us_census),
    ("us_census", frozenset(("E_COMMODITY", "CTY_CODE", "YEAR")), read_us_census),
)
_BACI = re.compile(r"BACI_HS\d\d_Y\d{4}_V\w+\.(?:csv|parquet)", re.IGNORECASE)


def is_dataset(path: Path) -> str | None:
    """Return which dataset a folder is as a whole (eto, baci, graph), if it is one."""
    if all((path / name).is_file() for name in (*_ETO, "inputs.csv")):
        return "eto"
    if any(_BACI.fullmatch(file.name) for file in path.iterdir()):
        return "baci"
    if any((path / f"{name}.{kind}").is_file() for name in ("items", "inputs", "shares") for kind in ("csv", "parquet")):
        return "graph"
    return None


def folder_tables(path: Path) -> list[Table] | None:
    """Return the tables of a folder that is one dataset as a whole, else None."""
    what = is_dataset(path)
    if what == "baci":
        return [_trade(path, what, read_baci)]
    if what is not None:
        return _graph(path, what, lambda: _quiet(read_eto if what == "eto" else SupplyGraph.read, path))
    return None


def file_tables(path: Path, encoding: str | None = None) -> list[Table] | None:
    """Return the table of a file of trade statistics, or the tables of a graph's workbook, else None."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _workbook(path)
    names = _names(head, path, encoding)
    for name, needed, reader in _TRADE:
        if needed <= names:
            return [_trade(path, name, reader)]
    return None


def _names(head: bytes, path: Path, encoding: str | None) -> set[str]:
    if not head.strip():
        return set()
    line, _, _ = head.partition(b"\n")
    try:
        text = content(line, path, encoding).text
    except KanmonError:
        return set()
    try:
        row = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter(text)), [])
    except csv.Error:
        return set()
    return {cell.strip().strip('"\ufeff') for cell in row}


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
            note = (Message(f"datasets.intake.is_{what}"),) if not tables else ()
            tables.append(Table(path.name, name, "graph", header=(1,), notes=note, counted=frame.height))
    return tables


def _trade(path: Path, what: str, reader: Callable[[Path], Any]) -> Table:
    base = Table(path.name, path.stem, "trade", header=(1,), encoding=_encoding(path))
    try:
        found = _quiet(reader, path)
        if isinstance(found, pl.LazyFrame):
            found = found.select("hs6", "importer", "exporter", "year", "value", "unit").collect(engine="streaming")
    except KanmonError as error:
        note = Message("datasets.intake.refused", reason=error.message)
        return replace(base, counted=0, notes=(note,))
    notes = [Message(f"datasets.intake.is_{what}")]
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
