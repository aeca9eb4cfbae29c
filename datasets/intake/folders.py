"""What stands in a folder that somebody hands in: files that are read, and what is left."""

from __future__ import annotations

from pathlib import Path

from ...graph import ReadError
from ...graph.errors import short_path, shorten
from ...graph.files import not_found
from . import published

SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".htm", ".html", ".mht", ".mhtml", ".slk"}
"""Names of files that are read from a folder."""
_NAMED = 8
"""Folders that an error names."""
_APART = (".", "~")
"""How names begin of what a program keeps for itself beside a person's files."""


def inputs(path: str | Path) -> list[Path]:
    """Return what a path stands for: itself, or the files of a folder that is not one dataset as a whole, or of its folders.

    Raises
    ------
    ReadError
        It does not exist, or the folder holds no file of a known kind.
    """
    path = Path(path)
    if not path.is_dir():
        return files_of(path)
    if published.is_dataset(path):
        return [path]
    if any(file.suffix.lower() in SUFFIXES for file in path.iterdir()):
        return files_of(path)
    inner = [folder for folder in sorted(path.iterdir()) if folder.is_dir() and not folder.name.startswith(".")]
    found = [each for folder in inner if any(folder.iterdir()) for each in _inner(folder)]
    return found or files_of(path)


def _inner(folder: Path) -> list[Path]:
    known = published.is_dataset(folder) or any(file.suffix.lower() in SUFFIXES for file in folder.iterdir())
    return inputs(folder) if known else []


def files_of(path: Path) -> list[Path]:
    """Return a file, or the files of a folder that may hold tables.

    Raises
    ------
    ReadError
        As `inputs`; one is no regular file.
    """
    if path.is_dir():
        files = sorted(
            file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(_APART)
        )
        if not files:
            inner = [each.name for each in sorted(path.iterdir()) if each.is_dir() and not each.name.startswith(_APART)]
            inner = [name for name in inner if any(each.suffix.lower() in SUFFIXES for each in (path / name).iterdir())]
            if inner:
                names = ", ".join(map(shorten, inner[:_NAMED])) + (", …" if len(inner) > _NAMED else "")
                raise ReadError("datasets.intake.only_folders", path=short_path(path), names=names)
            raise ReadError("datasets.intake.no_files", path=short_path(path), kinds=", ".join(sorted(SUFFIXES)))
    elif path.exists():
        files = [path]
    else:
        raise not_found(path)
    for file in files:
        if not file.is_file():  # to open a pipe is to wait for somebody
            raise ReadError("graph.tables.no_file", path=short_path(file))
    return files


def left_out(path: str | Path) -> list[str]:
    """Return the names of what stands in a folder beside the files that are read: files of other kinds, folders ("old/").

    Raises
    ------
    ReadError
        As `inputs`.
    """
    path = Path(path)
    if not path.is_dir() or published.is_dataset(path):
        return []
    read = {each.relative_to(path).parts[0] for each in inputs(path)}
    left = (each for each in path.iterdir() if each.name not in read and not each.name.startswith(_APART))
    return sorted(f"{each.name}/" if each.is_dir() else each.name for each in left)
