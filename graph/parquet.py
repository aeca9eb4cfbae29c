"""Whether the pages of a Parquet file can be read at all: a reader that trusts a damaged count asks for more memory than
there is, and takes the whole process with it.

Only what cannot be right is told: a count or a size below zero, a page that leaves its chunk or says more values than it.
Whatever is not understood is left to the reader. The format: https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import mmap
import struct
from typing import Any

MAGIC = b"PAR1"
_ROW_GROUPS, _COLUMNS, _META = 4, 1, 3
"""Fields of the footer, of a row group and of a column chunk, by their numbers in the format."""
_VALUES, _PACKED, _DATA_AT, _DICTIONARY_AT = 5, 7, 9, 11
"""Of the metadata of a chunk: how many values, bytes as they stand in the file, where data and dictionary begin."""
_SIZE, _PACKED_SIZE, _HEADERS = 2, 3, (5, 7, 8)
"""Of a page: bytes unpacked and as they stand, and the header of its kind, whose first field counts its values."""
_DEEPEST = 16


class _Reader:
    """Reads structures of Thrift's compact protocol as dictionaries by field number; what they hold is not interpreted."""

    def __init__(self, data: bytes | mmap.mmap, at: int) -> None:
        self.data, self.at = data, at

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def count(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError(shift)

    def whole(self) -> int:
        value = self.count()
        return (value >> 1) ^ -(value & 1)

    def value(self, kind: int, deep: int) -> Any:
        match kind:
            case 1 | 2:
                return kind == 1
            case 3:
                return self.byte()
            case 4 | 5 | 6:
                return self.whole()
            case 7:
                self.at += 8
                return struct.unpack_from("<d", self.data, self.at - 8)[0]
            case 8:
                length = self.count()
                self.at += length
                return None
            case 9 | 10:
                size = self.byte()
                length = self.count() if size >> 4 == 15 else size >> 4
                if length > len(self.data):
                    raise ValueError(length)
                # In lists a truth takes a byte of its own.
                inner = 3 if size & 15 in (1, 2) else size & 15
                return [self.value(inner, deep + 1) for _ in range(length)]
            case 12:
                return self.structure(deep + 1)
        raise ValueError(kind)

    def structure(self, deep: int = 0) -> dict[int, Any]:
        if deep > _DEEPEST:
            raise ValueError(deep)
        found: dict[int, Any] = {}
        field = 0
        while head := self.byte():
            field = field + (head >> 4) if head >> 4 else self.whole()
            found[field] = self.value(head & 15, deep)
        return found


def damage(data: bytes | mmap.mmap) -> str | None:
    """Return what cannot be right in the pages of a Parquet file, as a few English words; None where nothing is seen.

    Examples
    --------
    >>> import io, polars as pl
    >>> stream = io.BytesIO()
    >>> pl.DataFrame({"a": [1, 2]}).write_parquet(stream)
    >>> damage(stream.getvalue()) is None
    True
    """
    try:
        footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
        groups = _Reader(data, footer).structure()[_ROW_GROUPS]
        chunks = [column[_META] for group in groups for column in group[_COLUMNS]]
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, struct.error):
        return None  # no footer that is understood: the reader says so better
    for chunk in chunks:
        if found := _damaged(data, chunk, footer):
            return found
    return None


def _damaged(data: bytes | mmap.mmap, chunk: dict[int, Any], footer: int) -> str | None:
    try:
        values, packed, at = _numbers(chunk, _VALUES, _PACKED, _DATA_AT)
        at = min(_numbers({_DATA_AT: at, _DICTIONARY_AT: chunk.get(_DICTIONARY_AT) or at}, _DATA_AT, _DICTIONARY_AT))
    except (KeyError, TypeError):
        return None
    if values < 0 or packed < 0 or at < len(MAGIC) or at + packed > footer:
        return "a column outside of the file"
    end = at + packed
    while at < end:
        reader = _Reader(data, at)
        try:
            page = reader.structure()
            size, length = _numbers(page, _SIZE, _PACKED_SIZE)
            counts = [count for head in _HEADERS if head in page for count in _numbers(page[head], 1)]
        except (IndexError, KeyError, TypeError, ValueError, struct.error):
            return "the head of a page"
        if size < 0 or length < 0 or reader.at + length > end:
            return "the size of a page"
        if any(count < 0 or count > max(values, 0) for count in counts):
            return "the number of values of a page"
        at = reader.at + length
    return None


def _numbers(fields: dict[int, Any], *wanted: int) -> list[int]:
    found = [fields[field] for field in wanted]
    if not all(isinstance(value, int) for value in found):
        raise TypeError(found)
    return found
