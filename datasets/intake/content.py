"""What a file is, told from its bytes and not from its name: a workbook, or text in some encoding."""

from __future__ import annotations

import codecs
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from ...graph.errors import InputError, ReadError, did_you_mean, nearest, short_path, shorten
from ...graph.workbooks import check_workbook
from .words import known_words

UNREADABLE = "\ufffd"
"""What stands in a cell for bytes that no encoding explains."""
ENCODINGS = ("utf-8", "utf-16", "cp932", "euc-jp", "gb18030", "cp1252", "latin-1")
"""Encodings that are recognised; ``encoding=`` takes any that Python knows."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_OLE = b"\xd0\xcf\x11\xe0"
_OTHERS = (b"%PDF", b"PAR1", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"\x1f\x8b", b"7z\xbc\xaf")
_SAMPLE = 60_000
_PLAUSIBLE = 0.45
"""Mean weight of a non-ASCII byte below which no encoding is believed."""
_ODD = re.compile("[\0\uf8f0-\uf8f3]")
_NOT_TEXT = {0: None} | dict.fromkeys(range(0xF8F0, 0xF8F4), UNREADABLE)
"""NUL is dropped; Python reads four bytes that cp932 leaves undefined as private characters."""
_SIGNS = set("°±µ²³½¼¾×Øø€£¥©®™–—‘’“”…•ªº¿¡ß§«»")


@dataclass(frozen=True)
class Content:
    """What a file holds: ``kind`` "xlsx", "xls" or "text"; of text, its encoding and whether that was guessed."""

    kind: str
    text: str = ""
    encoding: str = ""
    guessed: bool = False


def content(data: bytes, path: Path, encoding: str | None = None) -> Content:
    r"""Return what the bytes of a file are.

    Text with a byte order mark, or that is valid UTF-8, is certain; every other encoding is a guess: of those that explain
    all bytes the one whose characters are the most usual (letters inside Latin words, kana and everyday kanji, words that
    headers use). Where none is believable, each line is decoded by itself, and `UNREADABLE` stands for what remains.

    Parameters
    ----------
    data : bytes
        The file.
    path : Path
        Its name, for messages.
    encoding : str, optional
        The encoding that the reader knows better.

    Raises
    ------
    ReadError
        The file is of a kind that holds no table, encrypted, corrupt, or unpacks to more than is safe to open; or it is not
        in the given encoding.
    InputError
        Python knows no such encoding.

    >>> found = content("品番,品名,数量\nA-1,ボルト,4\n".encode("euc-jp"), Path("x.csv"))
    >>> found.encoding, found.guessed
    ('euc-jp', True)
    """
    kind = _kind(data, path)
    if kind != "text":
        return Content(kind, encoding=kind)
    if encoding is not None:
        return Content("text", _given(data, path, encoding), encoding.lower())
    for mark, codec, name in _BOMS:
        if data.startswith(mark):
            return Content("text", _readable(data.decode(codec, errors="replace")), name)
    if (codec := _wide(data)) is not None:
        return Content("text", _readable(data.decode(codec, errors="replace")), "utf-16", True)
    try:
        return Content("text", _readable(data.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        return _guess(data)


def _kind(data: bytes, path: Path) -> str:
    if data.startswith(b"PK\x03\x04") or path.suffix.lower() in {".xlsx", ".xlsm"}:
        check_workbook(data, path)
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if any(name.endswith("workbook.xml") for name in archive.namelist()):
                return "xlsx"
        raise _unknown(path) if path.suffix.lower() not in {".xlsx", ".xlsm"} else _corrupt(path)
    if data.startswith(_OLE):
        streams = {name: name.encode("utf-16-le") in data for name in ("EncryptedPackage", "Workbook", "Book")}
        if streams["EncryptedPackage"] or not (streams["Workbook"] or streams["Book"]):
            check_workbook(data, path)  # says that it is encrypted
        return "xls"
    head = data[:2048].lstrip().lower()
    if data.startswith(_OTHERS) or head.startswith((b"<html", b"<!doctype html", b"<?xml", b"mime-version")):
        raise _unknown(path)
    return "text"


def _unknown(path: Path) -> ReadError:
    return ReadError("datasets.intake.unknown_kind", path=short_path(path))


def _corrupt(path: Path) -> ReadError:
    return ReadError("graph.tables.corrupt", path=short_path(path), reason="no workbook inside")


def _given(data: bytes, path: Path, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        hint = did_you_mean(nearest(encoding, ENCODINGS))
        raise InputError("datasets.intake.no_encoding", value=shorten(encoding), hint=hint) from error
    try:
        return _readable(data.decode(encoding).lstrip("\ufeff"))
    except (UnicodeError, LookupError) as error:
        raise ReadError("datasets.intake.not_encoded", path=short_path(path), encoding=shorten(encoding)) from error


def _readable(text: str) -> str:
    return text.translate(_NOT_TEXT) if _ODD.search(text) else text


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of the Latin characters is zero."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(sample) < 8 or max(even, odd) < len(sample) / 8 or min(even, odd) > max(even, odd) / 8:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _guess(data: bytes) -> Content:
    sample = _telling(data)
    best: tuple[float, str, str] | None = None
    for encoding in ("cp932", "euc-jp", "gb18030", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _score(sample.decode(encoding, errors="ignore"), sample, encoding)
        if best is None or score > best[0] + 1e-9:
            best = score, encoding, text
    if best is None or best[0] < _PLAUSIBLE:
        lines = [_line(line) for line in data.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)]
        return Content("text", _readable("".join(lines)), "mixed", True)
    return Content("text", _readable(best[2]), best[1], True)


def _telling(data: bytes) -> bytes:
    """The first lines that hold more than ASCII."""
    lines, size = [], 0
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(lines)


def _score(text: str, sample: bytes, encoding: str) -> float:
    """Return how usual the characters are, as a mean over the non-ASCII bytes, and a little for every known word."""
    high = sum(byte > 127 for byte in sample) or 1
    total = 0.0
    for i, char in enumerate(text):
        if char.isascii():
            continue
        if encoding in {"cp1252", "latin-1"}:
            around = text[max(0, i - 1)] + text[min(len(text) - 1, i + 1)]
            total += (0.9 if char.isalpha() or char in _SIGNS else 0.2) if any(c.isascii() for c in around) else 0.1
        else:
            total += _weight(char, encoding) * len(char.encode(encoding, errors="ignore") or b" ")
    folded = text.casefold()
    words = sum(word in folded for word in known_words() if not word.isascii())
    return min(total / high, 1.0) + 0.05 * min(words, 8)


@cache
def _weight(char: str, encoding: str) -> float:
    code = ord(char)
    if 0x3041 <= code <= 0x30FE:
        return 0.4 if encoding == "gb18030" else 1.0
    if 0x4E00 <= code <= 0x9FFF:
        try:  # everyday characters stand in the first level of the national tables
            lead = char.encode("gb2312" if encoding == "gb18030" else "euc-jp")[0]
        except UnicodeEncodeError:
            return 0.05
        return 0.8 if 0xB0 <= lead <= (0xD7 if encoding == "gb18030" else 0xCF) else 0.15
    if 0xFF61 <= code <= 0xFF9F:
        return 0.3
    if 0xFF01 <= code <= 0xFF5E or 0x3000 <= code <= 0x303F or 0x2010 <= code <= 0x25FF:
        return 0.7
    return -1.0 if 0xE000 <= code <= 0xF8FF else 0.1


def _line(line: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", errors="replace")
