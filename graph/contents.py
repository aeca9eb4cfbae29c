"""What a file is, told from its bytes and not from its name."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

from .errors import ReadError, short_path
from .workbooks import check_workbook

WORKBOOKS = ("xlsx", "xls", "ods")
"""Kinds that hold sheets."""
_OLE = b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"\x1f\x8b", b"7z\xbc\xaf")
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?(?:<\?xml|<!doctype html|<html|<head|<body|<table|<meta|mime-version:)", re.I | re.S
)
_SYLK = re.compile(rb"^C;(?:[XY]\d+;)+K", re.MULTILINE)


def kind_of(data: bytes, path: Path) -> str:
    r"""Return what the bytes of a file are: a workbook ("xlsx", "xls", "ods"), "parquet", "markup", "sylk", or "text".

    "markup" is a table as HTML (alone or in MHTML) or as the XML of Excel 2003: what many programs save under ``.xls``.

    Raises
    ------
    ReadError
        It is of a kind that holds no table, encrypted, corrupt, or unpacks to more than is safe to open.

    >>> kind_of(b"ID;PWXL;N;E\nC;Y1;X1;K5", Path("parts.csv")), kind_of(b"a,b", Path("parts.xls"))
    ('sylk', 'text')
    """
    named = path.suffix.lower() in {".xlsx", ".xlsm"}
    if data.startswith(b"PK\x03\x04") or named:
        check_workbook(data, path)
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = set(archive.namelist())
        if any(name.endswith("workbook.xml") for name in members):
            return "xlsx"
        if {"mimetype", "content.xml"} <= members:
            return "ods"
        raise (
            ReadError("graph.tables.corrupt", path=short_path(path), reason="no workbook inside") if named else _other(path)
        )
    if data.startswith(_OLE):
        streams = {name: name.encode("utf-16-le") in data for name in ("EncryptedPackage", "Workbook", "Book")}
        if streams["EncryptedPackage"] or not (streams["Workbook"] or streams["Book"]):
            check_workbook(data, path)  # says that it is encrypted
        return "xls"
    if data.startswith(_PARQUET):
        return "parquet"
    if data.startswith(_OTHERS):
        raise _other(path)
    if data.startswith(b"ID;P") and _SYLK.search(data[:65536]):  # a first header "ID;Part" alone makes none
        return "sylk"
    # UTF-16 has a zero beside each letter.
    return "markup" if _MARKUP.match(data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")) else "text"


def _other(path: Path) -> ReadError:
    return ReadError("graph.tables.no_table", path=short_path(path))
