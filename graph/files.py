"""Files written whole or not at all, and bytes of unknown encoding."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ReadError, shorten


def decode(data: bytes, path: Path) -> str:
    """Return text from UTF-8 (with or without a byte order mark) or cp932 bytes.

    Raises
    ------
    ReadError
        The bytes are neither.

    >>> decode("関門".encode("cp932"), Path("x.csv"))
    '関門'
    """
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReadError("graph.tables.encoding", path=shorten(path))


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
