"""A person's files as raw sheets: one workbook, one CSV, or a folder of both. Nothing is interpreted here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ...datasets.readers.sheets import read_sheets
from ...graph import ReadError
from ...graph.errors import did_you_mean, nearest, shorten

KINDS = {".xlsx", ".xlsm", ".csv", ".tsv", ".txt"}


@dataclass(frozen=True)
class RawSheet:
    """One sheet as text: the file and sheet it comes from, and its rows as they stand."""

    file: str
    name: str
    rows: pl.DataFrame


@dataclass(frozen=True)
class RawInput:
    """All sheets of an input and a hash of its bytes."""

    sheets: tuple[RawSheet, ...]
    files: tuple[str, ...]
    sha256: str


def read_input(path: str | Path) -> RawInput:
    """Return the sheets of a workbook, a CSV file, or every such file of a folder (in order of name).

    Raises
    ------
    ReadError
        The path does not exist or holds no readable kind of file; a file is empty, corrupt, encrypted or unpacks to more
        than is safe to open.
    """
    path = Path(path)
    files = _files(path)
    digest = hashlib.sha256()
    sheets: list[RawSheet] = []
    for file in files:
        content = read_sheets(file)
        digest.update(file.name.encode("utf-8") + b"\0" + file.read_bytes())
        for name, rows in content.items():
            # LibreOffice names the CSV of a sheet "<workbook>-<sheet>.csv".
            label = name.rpartition("-")[2] if file.suffix.lower() == ".csv" and "-" in name else name
            sheets.append(RawSheet(file.name, label, rows))
    return RawInput(tuple(sheets), tuple(file.name for file in files), digest.hexdigest())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(
            file for file in path.iterdir() if file.suffix.lower() in KINDS and not file.name.startswith((".", "~"))
        )
        if not files:
            raise ReadError("app.audit.no_files", path=shorten(path), kinds=", ".join(sorted(KINDS)))
        return files
    if not path.exists():
        beside = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        raise ReadError("graph.tables.not_found", path=shorten(path), hint=did_you_mean(nearest(path.name, beside, most=1)))
    return [path]
