"""Which sheet and column was read as what: recognised, listed, and corrected by hand in a small YAML file.

Nothing is filled in silently. Every header of the input stands in the mapping, the ones that were not used too, and
every cell that could not be read is a located remark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from ...datasets.readers.sheets import headed, header_row, plain
from ...graph import InputError, Message, ReadError
from ...graph.errors import did_you_mean, nearest, shorten
from .cells import Unreadable, read
from .importers import RawInput, RawSheet
from .layout import Column, Sheet, sheets

MOST = 20
"""Remarks of one kind in one column that are located one by one; the rest are counted."""
_TOTALS = {"合計", "小計", "総計", "計", "total", "subtotal", "grandtotal"}
_CARRIED = {"sourcing": ("part", "name"), "bom": ("parent",), "smelters": ("metal",), "measures": ("part",)}
"""Columns in which a merged cell goes on below: a blank one takes the value above."""
_GUIDES = {"guide", "記入要領", "changehistory", "instructions", "checker", "definitions"}


@dataclass(frozen=True)
class Remark:
    """Something that a person should know about a cell, row or sheet."""

    sheet: str
    message: Message
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: str = "note"


@dataclass
class Reading:
    """What was read: rows by kind of sheet, how each column was read, and remarks.

    Every row is a dict of values with ``_ref`` ("sheet!row", as a person sees it).
    """

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mapping: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    corrections: dict[str, Any] = field(default_factory=dict)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return the rows of a kind of sheet, none when there is no such sheet."""
        return self.tables.get(kind, [])


def read_corrections(path: str | Path | None) -> dict[str, Any]:
    """Return the corrections of a YAML file: ``sheets`` and ``parts``, both optional.

    Raises
    ------
    ReadError
        The file cannot be read.
    InputError
        It is no YAML or has another shape.
    """
    if path is None:
        return {}
    import yaml

    path = Path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except OSError as error:
        raise ReadError("graph.tables.cannot_read", path=shorten(path), reason=error.strerror) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("app.audit.yaml", path=shorten(path), reason=shorten(error, 160)) from error
    if not isinstance(content, Mapping):
        raise InputError("app.audit.yaml_shape", path=shorten(path))
    for key, value in content.items():
        if key not in {"sheets", "parts"}:
            hint = did_you_mean(nearest(str(key), ["sheets", "parts"]))
            raise InputError("app.audit.yaml_key", value=shorten(key), hint=hint)
        if not isinstance(value, Mapping) or not all(isinstance(entry, Mapping) for entry in value.values()):
            raise InputError("app.audit.yaml_shape", path=shorten(path))
    return dict(content)


def recognise(raw: RawInput, corrections: Mapping[str, Any] | None = None) -> Reading:
    """Return what the sheets hold, with the mapping and remarks.

    Raises
    ------
    InputError
        A correction names a sheet or column that does not exist, or no sheet could be read as anything.
    """
    reading = Reading(corrections=dict(corrections or {}))
    wishes: dict[str, Any] = reading.corrections.get("sheets", {})
    known = {sheet.name for sheet in raw.sheets}
    for name in wishes:
        if name not in known:
            raise InputError("app.audit.yaml_sheet", value=shorten(name), hint=did_you_mean(nearest(str(name), known)))
    for sheet in raw.sheets:
        _read_sheet(sheet, wishes.get(sheet.name, {}), reading)
    if not reading.rows("sourcing") and not reading.rows("bom"):
        seen = ", ".join(shorten(sheet.name) for sheet in raw.sheets)
        raise InputError("app.audit.nothing_read", sheets=seen)
    return reading


def _read_sheet(raw: RawSheet, wish: Mapping[str, Any], reading: Reading) -> None:
    if wish.get("kind") == "ignore" or plain(raw.name).partition("guide")[0] in _GUIDES or plain(raw.name) in _GUIDES:
        reading.mapping.append(_line(raw, "", None, "", "", "ignored"))
        return
    found = _kind(raw, wish)
    if found is None:
        reading.mapping.append(_line(raw, "", None, "", "", "not_recognised"))
        if raw.rows.height:
            reading.remarks.append(Remark(raw.name, Message("app.audit.sheet_unknown", sheet=shorten(raw.name))))
        return
    sheet, header = found
    frame = headed(raw.rows, header)
    columns = _columns(raw, sheet, header, frame, wish, reading)
    rows = reading.tables.setdefault(sheet.name, [])
    rows.extend(_rows(raw, sheet, header, frame, columns, reading))


def _kind(raw: RawSheet, wish: Mapping[str, Any]) -> tuple[Sheet, int] | None:
    """The kind of sheet that fits the headers best, and its header row; the sheet's own name decides between equals."""
    if raw.rows.height == 0:
        return None
    wanted = wish.get("kind")
    if wanted is not None and wanted not in sheets():
        raise InputError("app.audit.yaml_kind", value=shorten(wanted), hint=did_you_mean(nearest(str(wanted), sheets())))
    best: tuple[tuple[bool, int], Sheet, int] | None = None
    for sheet in sheets().values():
        if wanted not in {None, sheet.name}:
            continue
        row = wish.get("header_row")
        names = {name for column in sheet.columns for name in column.names} | {
            plain(name) for name in wish.get("columns", {})
        }
        at = header_row(raw.rows, names) if row is None else int(row) - 1
        if at is None or not 0 <= at < raw.rows.height:
            continue
        cells = {plain(cell) for cell in raw.rows.row(at) if cell}
        hits = {column.name for column in sheet.columns if column.names & cells}
        hits |= set(wish.get("columns", {}).values())
        if wanted is None and not all(any(one in hits for one in need) for need in sheet.needs):
            continue
        score = (plain(raw.name) in sheet.names, len(hits))
        if best is None or score > best[0]:
            best = score, sheet, at
    return None if best is None else best[1:]


def _columns(
    raw: RawSheet, sheet: Sheet, header: int, frame: pl.DataFrame, wish: Mapping[str, Any], reading: Reading
) -> dict[str, Column]:
    """Which column of the frame is read as which column of the sheet; the first that fits wins."""
    wishes = wish.get("columns", {})
    for name, target in wishes.items():
        if name not in frame.columns:
            raise InputError(
                "app.audit.yaml_column", value=shorten(name), hint=did_you_mean(nearest(str(name), frame.columns))
            )
        known = [column.name for column in sheet.columns]
        if target != "ignore" and target not in known:
            raise InputError("app.audit.yaml_column", value=shorten(target), hint=did_you_mean(nearest(str(target), known)))
    chosen: dict[str, Column] = {name: sheet[target] for name, target in wishes.items() if target != "ignore"}
    how = dict.fromkeys(chosen, "corrected")
    for exact in (True, False):
        for name in frame.columns:
            if name in wishes or name in chosen:
                continue
            taken = {column.name for column in chosen.values()}
            for column in sheet.columns:
                title = {plain(title) for title in (column.name, *column.title.values())}
                title |= {plain(column.title[a] + column.title[b]) for a, b in (("en", "ja"), ("ja", "en"))}
                if column.name not in taken and plain(name) in (title if exact else column.names):
                    chosen[name], how[name] = column, "title" if exact else "alias"
                    break
    for name in frame.columns:
        empty = frame[name].null_count() == frame.height
        if name in chosen or not (name.startswith("column_") and empty):
            target = chosen[name].name if name in chosen else ""
            reading.mapping.append(_line(raw, sheet.name, header + 1, name, target, how.get(name, "not_used")))
    return chosen


def _line(raw: RawSheet, kind: str, header: int | None, column: str, read_as: str, how: str) -> dict[str, Any]:
    return {
        "file": raw.file,
        "sheet": raw.name,
        "kind": kind,
        "header_row": header,
        "column": column,
        "read_as": read_as,
        "how": how,
    }


def _rows(
    raw: RawSheet, sheet: Sheet, header: int, frame: pl.DataFrame, columns: dict[str, Column], reading: Reading
) -> Iterator[dict[str, Any]]:
    names = list(columns)
    kept = [columns[name] for name in names]
    carried = {name: i for i, name in enumerate(column.name for column in kept) if name in _CARRIED.get(sheet.name, ())}
    above: dict[str, str | None] = {}
    counts: dict[tuple[str, str], int] = {}
    merged = 0
    heads = [plain(name) for name in names]
    for number, cells in enumerate(frame.select(names).iter_rows(), start=header + 2):
        if all(cell is None for cell in cells):
            above = {}
            continue
        if [plain(cell or "") for cell in cells] == heads or plain(cells[0] or "") in _TOTALS:
            continue  # the header again on the next printed page, or a total
        cells = list(cells)
        for name, i in carried.items():
            if cells[i] is None and above.get(name) is not None and any(cells[j] for j in range(len(cells)) if j != i):
                cells[i] = above[name]
                merged += 1
            above[name] = cells[i]
        row: dict[str, Any] = {"_ref": f"{raw.name}!{number}"}
        for column, cell in zip(kept, cells, strict=True):
            try:
                row[column.name] = read(column, cell)
            except Unreadable as error:
                row[column.name] = None
                _say(reading, counts, raw, column, number, str(error), cell or "")
            if column.type == "share" and cell is not None:
                row[f"{column.name}_plain"] = not any(sign in cell for sign in "%％割")
        yield row
    if merged:
        message = Message("app.audit.merged", sheet=shorten(raw.name), count=merged)
        reading.remarks.append(Remark(raw.name, message))
    for (column, _), count in counts.items():
        if count > MOST:
            message = Message("app.audit.more", count=count - MOST, column=column)
            reading.remarks.append(Remark(raw.name, message, column=column, severity="warning"))


def _say(
    reading: Reading, counts: dict[tuple[str, str], int], raw: RawSheet, column: Column, row: int, why: str, cell: str
) -> None:
    counts[column.name, why] = count = counts.get((column.name, why), 0) + 1
    if count <= MOST:
        allowed = " / ".join(f"{choice.ja} ({choice.en})" for choice in column.choices)
        message = Message(f"app.audit_cells.{why}", value=shorten(cell), allowed=allowed)
        reading.remarks.append(Remark(raw.name, message, row, column.name, shorten(cell), "warning"))
