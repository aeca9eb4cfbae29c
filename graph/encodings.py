"""Bytes of unknown encoding become text, or an error that says where."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from .errors import ReadError, short_path


def decode(data: bytes, path: Path) -> str:
    """Return the text of `text_of` alone.

    >>> decode("関門".encode("cp932"), Path("x.csv"))
    '関門'
    """
    return text_of(data, path)[0]


def text_of(data: bytes, path: Path) -> tuple[str, str]:
    """Return text and the encoding that its bytes speak for: Unicode, else cp932 or cp1252 (Latin-1).

    A byte order mark or zeros between the letters decide first, then whether the bytes are UTF-8. Other bytes are Latin
    when each byte above ASCII is a letter of its own within words, else cp932: a guess, and its name is returned.

    Raises
    ------
    ReadError
        The bytes are no text in any of these, or UTF-8 with damaged places: they would be read as other letters.

    >>> text_of("Türkiye, Curaçao".encode("latin-1"), Path("x.csv"))
    ('Türkiye, Curaçao', 'cp1252')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, path), encoding
    zeros = data[:4096].count(0)
    if zeros * 3 > len(data[:4096]):
        encoding = "utf-16-le" if data[1:4096:2].count(0) * 2 > zeros else "utf-16-be"
        return _decoded(data, encoding, path), encoding
    try:
        return _printable(data.decode("utf-8"), path), "utf-8"
    except UnicodeDecodeError as error:
        # Damaged UTF-8 is mostly UTF-8; the letters of an older encoding hardly ever are.
        mended = data.decode("utf-8", errors="replace")
        broken = mended.count("\ufffd")
        if sum(not letter.isascii() for letter in mended) > 2 * broken:
            line = data.count(b"\n", 0, error.start) + 1
            raise ReadError("graph.tables.damaged", path=short_path(path), line=line, byte=error.start + 1) from error
    first, second = ("cp1252", "cp932") if _latin(data) else ("cp932", "cp1252")
    try:
        return _decoded(data, first, path), first
    except ReadError:
        return _decoded(data, second, path), second


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _decoded(data: bytes, encoding: str, path: Path) -> str:
    try:
        return _printable(data.decode(encoding), path)
    except UnicodeDecodeError as error:
        raise ReadError("graph.tables.encoding", path=short_path(path)) from error


def _printable(text: str, path: Path) -> str:
    """Return the text; zeros, C1 controls and cp932's private signs stand in no text, only in what was taken for one."""
    if re.search("[\0\x80-\x84\x86-\x9f\uf8f0-\uf8f3]", text):
        raise ReadError("graph.tables.encoding", path=short_path(path))
    return text


def _latin(data: bytes) -> bool:
    """Whether bytes above ASCII are single letters of western words, rather than halves of Japanese characters."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    words = re.findall(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*", text)
    return all(word.isalpha() and 2 * sum(not c.isascii() for c in word) <= len(word) for word in words)
