"""Sheets of a workbook as text; run as a script it is the process of its own in which large workbooks are read.

As a script it takes one line of JSON and the workbook from its input, writes each sheet as Arrow into a folder, and says on
its output what it wrote. It stands alone: no import of Kanmon, so that a process begins fast.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

CELL_LIMIT = 2**25
"""Cells, blank ones among them, that a sheet may span."""

PROBES, MOST_PROBES = 12, 200
"""Rows that are looked at once more to tell numbers from text: of a column, and of a sheet."""


def load(
    data: bytes,
    only: Collection[str] | None = None,
    header: bool = False,
    exact: Collection[str] = (),
    numbers: bool = False,
) -> dict[str, tuple[pl.DataFrame, int, int, list[int]]]:
    """Return sheets by name as text, each with how many blank columns at its left and rows above its header are not in it.

    Last come its columns that hold a number with decimals as a number, and not as text.

    Parameters
    ----------
    data : bytes
        The workbook.
    only : collection of str, optional
        Names of the sheets to read (default: all).
    header : bool
        Whether the first row names the columns.
    exact : collection of str
        Columns whose numbers keep all their digits: as text alone the reader rounds them.
    numbers : bool
        Whether columns of numbers are looked for, in sheets without a header.
    """
    book = fastexcel.read_excel(data)
    found = {}
    for name in book.sheet_names:
        if only is not None and name not in only:
            continue
        place: dict[str, Any] = {"whitespace_as_null": True} if header else {"header_row": None, "skip_rows": 0}
        sheet = book.load_sheet(name, dtypes="string", **place)
        left = min((column.absolute_index for column in sheet.available_columns()), default=0)
        frame = sheet.to_polars()
        if frame.height * frame.width > CELL_LIMIT:
            raise OverflowError(f"{frame.height} x {frame.width}")
        rounded = [column for column in frame.columns if column in exact]
        if rounded:
            kinds: Any = dict.fromkeys(frame.columns, "string") | dict.fromkeys(rounded, "float")
            digits = book.load_sheet(name, dtypes=kinds, **place).to_polars()
            frame = frame.with_columns(
                pl.coalesce(digits[column].cast(pl.String), frame[column]).alias(column) for column in rounded
            )
        pointed = _pointed(book, name, frame) if numbers and not header else []
        found[name] = frame, left, _blank_rows(book, name) if header and frame.width else 0, pointed
    return found


def _pointed(book: fastexcel.ExcelReader, name: str, frame: pl.DataFrame) -> list[int]:
    """Columns with a number that has decimals: of a row alone the reader says which cells are numbers and which are text."""
    found, tried = [], {}
    for number, column in enumerate(frame.columns):
        dotted = frame[column].str.contains(r"^-?\d+\.\d+$").fill_null(False)
        for row in dotted.arg_true().head(PROBES):
            if row not in tried and len(tried) < MOST_PROBES:
                place: dict[str, Any] = {"header_row": None, "skip_rows": row, "n_rows": 1}
                tried[row] = book.load_sheet(name, **place).to_polars().dtypes
            if row in tried and number < len(tried[row]) and tried[row][number].is_numeric():
                found.append(number)
                break
    return found


def _blank_rows(book: fastexcel.ExcelReader, name: str) -> int:
    """How many rows stand above the first that holds anything."""
    place: dict[str, Any] = {"header_row": None, "skip_rows": 0, "whitespace_as_null": True, "dtypes": "string"}
    for rows in (64, None):
        head = book.load_sheet(name, n_rows=rows, **place).to_polars()
        filled = head.filter(pl.any_horizontal(pl.all().is_not_null())) if head.width else head
        if filled.height:
            return int(head.select(pl.any_horizontal(pl.all().is_not_null()).arg_max()).item())
    return 0


def names(data: bytes) -> list[str]:
    """Return the names of a workbook's sheets."""
    return fastexcel.read_excel(data).sheet_names


def _capped(memory: int) -> None:
    """Let this process have no more memory than that, where the system can say so."""
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (memory if hard < 0 else min(memory, hard), hard))
    except (ImportError, OSError, ValueError):
        pass


def _main() -> None:
    request = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    _capped(request.pop("memory"))
    folder = Path(request.pop("folder"))
    try:
        if request.pop("names"):
            answer: dict[str, Any] = {"names": names(data)}
        else:
            answer = {"sheets": []}
            for number, (name, (frame, *rest)) in enumerate(load(data, **request).items()):
                frame.write_ipc(folder / f"{number}.arrow")
                answer["sheets"].append([name, *rest])
    except OverflowError as error:
        answer = {"large": str(error)}
    except Exception as error:  # whatever the reader says is what the person is told
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
