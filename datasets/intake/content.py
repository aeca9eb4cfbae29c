"""What a person's file holds: a workbook, markup, or text in some encoding."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...graph.contents import WORKBOOKS, kind_of
from ...graph.encodings import UNREADABLE, text_of
from ...graph.errors import ReadError, short_path
from .words import known_words

__all__ = ["UNREADABLE", "Content", "content"]


@dataclass(frozen=True)
class Content:
    """What a file holds: its kind (see `kind_of`); of text its encoding and whether that was guessed."""

    kind: str
    text: str = ""
    encoding: str = ""
    guessed: bool = False


def content(data: bytes, path: Path, encoding: str | None = None) -> Content:
    r"""Return what the bytes of a file are; of what is text, `UNREADABLE` stands for bytes that no encoding explains.

    Parameters
    ----------
    data : bytes
        The file.
    path : Path
        Its name, for messages.
    encoding : str, optional
        The encoding of text that the reader knows better.

    Raises
    ------
    ReadError, InputError
        As `kind_of` and `text_of`.

    >>> found = content("品番,品名,数量\nA-1,ボルト,4\n".encode("euc-jp"), Path("x.csv"))
    >>> found.encoding, found.guessed
    ('euc-jp', True)
    """
    kind = kind_of(data, path)
    if kind == "parquet":
        raise ReadError("graph.tables.no_table", path=short_path(path))
    if kind in WORKBOOKS:
        return Content(kind, encoding=kind)
    if kind == "markup":  # it says its encoding itself
        return Content(kind)
    return Content(kind, *text_of(data, path, encoding, words=known_words(), mend=True))
