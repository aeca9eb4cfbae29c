"""Sheets of workbooks that the program writes: text is text, whatever the library that writes it takes it for."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet


class PlainSheet(Worksheet):
    """A sheet in which no text is markup.

    xlsxwriter writes a text that begins with ``<r>`` and ends with ``</r>`` into the file as it is: the cell would be empty,
    or nobody could open the workbook.
    """

    def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
        if string.startswith("<r>") and string.endswith("</r>"):
            style = () if cell_format is None else (cell_format,)
            return self._write_rich_string(row, col, string[0], string[1], string[2:], *style)  # three runs at least
        return super()._write_string(row, col, string, cell_format)
