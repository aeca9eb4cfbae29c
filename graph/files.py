"""Files written whole or not at all, and bytes of unknown encoding."""

from __future__ import annotations

import codecs
import io
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ReadError, did_you_mean, nearest, short_path, shorten

UNPACKED_LIMIT, RATIO_LIMIT = 2**29, 200
"""Bytes that a workbook may unpack to, and how many times its own size once past a mebibyte: more is taken for an attack."""
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    ReadError
        There is no such file (the nearest name beside it is said), it cannot be read, or it is empty.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise not_found(path) from error
    except OSError as error:
        raise ReadError("graph.tables.cannot_read", path=shorten(path), reason=error.strerror) from error
    if not data.strip():
        raise ReadError("graph.tables.empty", path=shorten(path))
    return data


def not_found(path: Path) -> ReadError:
    """Return the error for a path that does not exist, with the nearest name beside it."""
    try:
        beside = [sibling.name for sibling in path.parent.iterdir()]
    except OSError:
        beside = []
    return ReadError("graph.tables.not_found", path=shorten(path), hint=did_you_mean(nearest(path.name, beside, most=1)))


def check_workbook(data: bytes, path: Path) -> None:
    """Refuse a workbook that is not safe to open: encrypted, corrupt, or a zip bomb.

    Raises
    ------
    ReadError
        It is one of these.
    """
    if data.startswith(_OLE_MAGIC):
        raise ReadError("graph.tables.encrypted", path=shorten(path))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ReadError("graph.tables.corrupt", path=shorten(path), reason=shorten(error, 160)) from error
    if size > UNPACKED_LIMIT or (size > 2**20 and size > RATIO_LIMIT * len(data)):
        raise ReadError("graph.tables.too_large", path=shorten(path), size=size >> 20, limit=UNPACKED_LIMIT >> 20)


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


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and rename it onto ``path`` when the block ends well."""
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise ReadError("graph.tables.cannot_write", path=shorten(path), reason=error.strerror) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise ReadError("graph.tables.cannot_write", path=shorten(path), reason=error.strerror) from error
    finally:
        temporary.unlink(missing_ok=True)


def check_folder(path: str | Path, force: bool = False) -> Path:
    """Return ``path`` when a folder may be written there: before long work, not after it.

    Raises
    ------
    ReadError
        ``path`` is a file, or a folder that is not empty and ``force`` is false.
    """
    path = Path(path)
    if path.is_file():
        raise ReadError("graph.tables.is_a_file", path=shorten(path))
    if path.is_dir() and not force and any(path.iterdir()):
        raise ReadError("graph.tables.not_empty", path=shorten(path))
    return path


@contextmanager
def whole_folder(path: str | Path, force: bool = False) -> Iterator[Path]:
    """Yield a temporary folder whose files replace those of ``path`` when the block ends well.

    Raises
    ------
    ReadError
        As `check_folder`, or the place cannot be written.
    """
    path = check_folder(path, force)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise ReadError("graph.tables.cannot_write", path=shorten(path), reason=error.strerror) from error
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.is_dir():
            for file in sorted(temporary.iterdir()):
                target = path / file.name
                if target.is_dir():
                    shutil.rmtree(target)
                file.replace(target)
        else:
            temporary.replace(path)
    except OSError as error:
        raise ReadError("graph.tables.cannot_write", path=shorten(path), reason=error.strerror) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
