"""Files read inside one guard, and files and folders written whole or not at all.

A file that Kanmon writes stands under its name only when it is complete and on the disk. A folder of results says in
`MANIFEST` which files are Kanmon's, by their hash: those are replaced, and stale ones go; whatever else stands there, or was
changed since, is somebody's and stays.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .errors import KanmonError, ReadError, did_you_mean, nearest, short_path, shorten
from .messages import Message

MANIFEST = ".kanmon-files.json"
"""Names the files of a folder that Kanmon wrote, each with its SHA-256."""
_READY = ".kanmon-ready"
"""Folder inside a target: complete results that are being moved to their places. Who finds it finishes the move."""
_TEMPORARY = re.compile(r"\.kanmon-[a-z0-9_]{8}(\.\w{1,12})?")
_ABANDONED_AFTER = 60
"""Seconds after which a temporary that no process holds is a dead one's."""
_CANNOT_READ = "graph.tables.cannot_read"


class KeptWarning(UserWarning):
    """Something in a folder was not written by Kanmon, and stays."""


@contextmanager
def reading(path: str | Path, key: str = _CANNOT_READ, **values: Any) -> Iterator[None]:
    """Turn whatever is raised while a file is read into a `ReadError` that names the file.

    Its message is ``key``, with the fields path, reason and ``values``. Panics of libraries (no ``Exception``), recursion,
    overflow and lack of memory are among it: no content of a file may end in a traceback. Errors of Kanmon pass as they are.

    Raises
    ------
    ReadError
        Always, in place of the other error.

    >>> with reading("parts.csv"):
    ...     int("x")
    Traceback (most recent call last):
    kanmon.graph.errors.ReadError: 'parts.csv' cannot be read: invalid literal for int() with base 10: 'x'.
    """
    try:
        yield
    except KanmonError:
        raise
    except BaseException as error:
        # A panic of a library in Rust derives from BaseException; an interrupt and an exit do not concern the file.
        if not isinstance(error, Exception) and "Panic" not in type(error).__name__:
            raise
        if isinstance(error, FileNotFoundError) and key == _CANNOT_READ:
            raise not_found(Path(path)) from error
        raise ReadError(key, path=short_path(path), reason=reason_of(error), **values) from error


@contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Turn what the system refuses while a file is written into a `ReadError` that says what could not be written, and why.

    Other errors pass: that something cannot be computed is no matter of the file.
    """
    try:
        if "\0" in str(path):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        yield
    except KanmonError:
        raise
    except Exception as error:
        # Libraries wrap the system's errors in their own.
        if not isinstance(error, OSError) and not isinstance(error.__context__, OSError):
            raise
        raise ReadError("graph.tables.cannot_write", path=short_path(path), reason=reason_of(error)) from error


def reason_of(error: BaseException) -> str:
    """Return why something failed as one short line; never empty.

    >>> reason_of(OSError(28, "No space left on device")), reason_of(ValueError())
    ('No space left on device', 'ValueError')
    """
    said = getattr(error, "strerror", None) or next((line for line in str(error).splitlines() if line.strip()), "")
    return shorten(said, 160).strip().rstrip(".") or type(error).__name__


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    ReadError
        There is no such file (the nearest name beside it is said), it is no regular file, cannot be read, or is empty.
    """
    with reading(path), open_file(path) as stream:
        data = stream.read()
    if not data.strip():
        raise ReadError("graph.tables.empty", path=short_path(path))
    return data


def open_file(path: Path) -> BinaryIO:
    """Open a file to read its bytes; what may never end or never begin (a device, a pipe) is not opened.

    Raises
    ------
    ReadError
        It is no regular file.
    """
    if path.exists() and not path.is_file():
        raise ReadError("graph.tables.no_file", path=short_path(path))
    return path.open("rb")


def not_found(path: Path) -> ReadError:
    """Return the error for a path that does not exist, with the nearest name beside it."""
    try:
        beside = [sibling.name for sibling in path.parent.iterdir()]
    except (OSError, ValueError):
        beside = []
    return ReadError("graph.tables.not_found", path=short_path(path), hint=did_you_mean(nearest(path.name, beside, most=1)))


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and rename it onto ``path`` when the block ends well.

    Raises
    ------
    ReadError
        ``path`` is a device, a pipe, a folder or a link to elsewhere, or cannot be written.
    """
    path = Path(path)
    with writing(path):
        path = _regular(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep_up(path.parent)
        suffix = path.suffix if re.fullmatch(r"\.\w{1,12}", path.suffix) else ""
        temporary = path.parent / f".kanmon-{secrets.token_hex(4)}{suffix}"
        try:
            with temporary.open("xb") as held, _held(held.fileno()):
                yield temporary
            temporary.chmod(0o644)
            _synced(temporary)
            temporary.replace(path)
            _synced(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def check_file(path: str | Path, force: bool = False) -> Path:
    """Return ``path`` when a file may be written there: before long work, not after it.

    Raises
    ------
    ReadError
        The file exists and ``force`` is false.
    """
    path = Path(path)
    if path.exists() and not force:
        raise ReadError("graph.tables.exists", path=short_path(path))
    return path


def check_folder(path: str | Path, force: bool = False) -> Path:
    """Return ``path`` when a folder may be written there: before long work, not after it.

    A move that an earlier run could not finish is finished.

    Raises
    ------
    ReadError
        ``path`` is a file, a link to elsewhere, or a folder that is not empty and ``force`` is false.
    """
    path = Path(path)
    with writing(path):
        if path.is_symlink():
            path = _near(path)
        if path.exists() and not path.is_dir():
            raise ReadError("graph.tables.is_a_file", path=short_path(path))
        if path.is_dir():
            _sweep_up(path)
            _move_in(path)
            if not force and any(path.iterdir()):
                raise ReadError("graph.tables.not_empty", path=short_path(path))
    return path


@contextmanager
def whole_folder(path: str | Path, force: bool = False) -> Iterator[Path]:
    """Yield a temporary folder whose files take the place of Kanmon's files in ``path`` when the block ends well.

    A new folder is renamed into its place, and one that holds Kanmon's files alone is exchanged as a whole. In any other (or
    a mounted one) the files are moved in one by one, after `_READY` stands: an interrupted move is finished by the next run.
    What Kanmon did not write stays and is named in a `KeptWarning`; what stands in the way is renamed to ``NAME.old``.

    Raises
    ------
    ReadError
        As `check_folder`, or the place cannot be written.
    """
    with writing(path):
        path = Path(os.path.abspath(check_folder(path, force)))  # noqa: PTH100 (a link stays a link)
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep_up(path.parent)
        # Only a folder that is Kanmon's from end to end is exchanged: of any other the files are staged within it.
        fixed = os.path.ismount(path) or Path.cwd().is_relative_to(path)
        beside = not path.exists() or not (fixed or _foreign(path))
        temporary = Path(tempfile.mkdtemp(prefix=".kanmon-", dir=path.parent if beside else path))
        try:
            with _open_folder(temporary) as held, _held(held):
                yield temporary
                _seal(temporary, path.stat().st_mode if path.exists() else 0o755)
                if not path.exists():
                    temporary.replace(path)
                elif not (beside and _exchanged(temporary, path)):
                    if beside:
                        within = Path(tempfile.mkdtemp(prefix=".kanmon-", dir=path))
                        within.rmdir()
                        temporary = temporary.replace(within)
                    temporary.replace(path / _READY)
                    _move_in(path)
            _synced(path.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _seal(folder: Path, mode: int) -> None:
    """Write the manifest of a complete folder, and bring all of it onto the disk."""
    files = {file.name: _digest(file) for file in sorted(folder.iterdir()) if file.name != MANIFEST}
    (folder / MANIFEST).write_text(json.dumps({"files": files}, indent=1) + "\n", encoding="utf-8")
    for file in folder.iterdir():
        _synced(file)
    folder.chmod(stat.S_IMODE(mode))
    _synced(folder)


def _manifest(folder: Path) -> dict[str, str]:
    """Return the names and hashes of the files that Kanmon wrote into a folder; a manifest that is none names nothing."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {str(name): str(digest) for name, digest in files.items() if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _ours(file: Path, known: dict[str, str]) -> bool:
    """Whether a file is as Kanmon wrote it: one that a person changed since is theirs."""
    regular = file.name in known and not file.is_symlink() and file.is_file()
    return regular and _digest(file) == known[file.name]


def _foreign(folder: Path) -> list[str]:
    """Return the names in a folder that are not Kanmon's."""
    known = _manifest(folder)
    own = {MANIFEST, _READY}
    return [
        file.name
        for file in sorted(folder.iterdir())
        if file.name not in own and not _TEMPORARY.fullmatch(file.name) and not _ours(file, known)
    ]


def _move_in(folder: Path) -> None:
    """Move complete results from `_READY` to their places; done twice, or interrupted and done again, it ends the same."""
    ready = folder / _READY
    if not ready.is_dir() or ready.is_symlink():
        return
    if not (ready / MANIFEST).exists():  # it moves last: nothing but the empty folder was left
        ready.rmdir()
        return
    before, after = _manifest(folder), _manifest(ready)
    aside = []
    for name in sorted(after):
        target = folder / name
        if not (ready / name).exists():
            continue  # moved before an interruption
        if (target.exists() or target.is_symlink()) and not _ours(target, before):
            aside.append(_set_aside(target))
        (ready / name).replace(target)
    for name in before.keys() - after.keys():
        if _ours(folder / name, before):
            (folder / name).unlink()
    (ready / MANIFEST).replace(folder / MANIFEST)
    ready.rmdir()
    _synced(folder)
    _say("set_aside", folder, aside)
    _say("kept", folder, [name for name in _foreign(folder) if name not in aside])


def _set_aside(file: Path) -> str:
    """Rename what stands in the way to ``NAME.old``, ``NAME.old.old`` and so on: the first name that is free."""
    free = file.with_name(f"{file.name}.old")
    while os.path.lexists(free):
        free = free.with_name(f"{free.name}.old")
    file.rename(free)
    return free.name


def _say(key: str, folder: Path, names: Iterable[str]) -> None:
    names = list(names)
    if names:
        shown = ", ".join(shorten(name) for name in names[:5]) + (", …" if len(names) > 5 else "")
        message = Message(f"graph.tables.{key}", path=short_path(folder), names=shown, count=len(names))
        warnings.warn(message.text(), KeptWarning, stacklevel=2)


def _exchanged(new: Path, old: Path) -> bool:
    """Exchange two folders in one step where the system can; `new` then holds what was old."""
    swap, flag = ("renameatx_np", 2) if sys.platform == "darwin" else ("renameat2", 2)
    try:
        call = getattr(ctypes.CDLL(None), swap)
    except (OSError, AttributeError, TypeError):
        return False
    here = -2 if sys.platform == "darwin" else -100  # AT_FDCWD
    return call(here, os.fsencode(new), here, os.fsencode(old), flag) == 0


def _regular(path: Path) -> Path:
    """Return where a file may be written: a new or regular one; a link only within its own folder."""
    if path.is_symlink():
        path = _near(path)
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise ReadError("graph.tables.no_file", path=short_path(path))
    return path


def _near(link: Path) -> Path:
    """Return what a link leads to, when that stands beside it."""
    target = link.resolve()
    if target.parent != link.parent.resolve():
        raise ReadError("graph.tables.link", path=short_path(link), target=short_path(target))
    return target


def _synced(path: Path) -> None:
    """Bring a file or folder onto the disk; a system that has no such thing for folders goes on without."""
    with contextlib.suppress(PermissionError) if path.is_dir() else contextlib.nullcontext():
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _open_folder(path: Path) -> Iterator[int | None]:
    """Yield a handle of a folder, where the system gives one."""
    if os.name != "posix":
        yield None
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _held(handle: int | None) -> Iterator[None]:
    """Hold a temporary for as long as it is written; the system lets go of it when the process ends, however it ends."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        if handle is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    yield


def _sweep_up(folder: Path) -> None:
    """Delete the temporaries of runs that ended before they were done: nobody holds them."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        for path in folder.iterdir():
            if not _TEMPORARY.fullmatch(path.name) or path.is_symlink():
                continue
            if time.time() - path.stat().st_mtime < _ABANDONED_AFTER:
                continue
            with _open_folder(path) as handle, contextlib.suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # pyright: ignore[reportArgumentType]
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
