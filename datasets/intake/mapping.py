"""What a person may correct, as a small YAML file: which sheet and column is what. It is drafted, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...graph import InputError
from ...graph.errors import did_you_mean, nearest, short_path, shorten
from ...graph.yaml import read_yaml
from ..packaged import packaged
from .columns import BESIDE
from .table import FORMS, KINDS, Table
from .understanding import Understanding
from .words import forms

IGNORE = "ignore"
UNCORRECTED = {"trade", "graph", "card", "result"}
"""Kinds of tables that are not corrected by hand: others read them, or nobody does."""


def roles() -> tuple[str, ...]:
    """Return the roles that a column of a table of parts may have."""
    further = [f"{role}_more" for role in ("supplier", "maker", *BESIDE)]
    return (*dict.fromkeys(packaged("headers", "words")["role"].to_list()), "parent_name", *further)


def read_corrections(path: str | Path | None) -> dict[str, Any]:
    """Return the corrections of a YAML file: ``sheets`` and ``parts``, both optional.

    Raises
    ------
    ReadError
        The file cannot be read, or is no YAML.
    InputError
        It has another shape, or names a setting, kind or role that there is not.
    """
    if path is None:
        return {}
    path = Path(path)
    content = read_yaml(path) or {}
    if not isinstance(content, Mapping):
        raise InputError("datasets.intake.yaml_shape", path=short_path(path))
    for key, value in content.items():
        if key not in {"sheets", "parts"}:
            hint = did_you_mean(nearest(str(key), ["sheets", "parts"]))
            raise InputError("datasets.intake.yaml_key", value=shorten(key), hint=hint)
        if not isinstance(value, Mapping) or not all(isinstance(entry, Mapping) for entry in value.values()):
            raise InputError("datasets.intake.yaml_shape", path=short_path(path))
    for sheet, wish in content.get("sheets", {}).items():
        _known(wish, sheet, ("kind", "header_row", "columns"))
        _check(wish, path)
    for part, wish in content.get("parts", {}).items():
        _known(wish, part, ("world_item", "contains"))
        item, contained = wish.get("world_item"), wish.get("contains")
        words = [item, *(contained if isinstance(contained, list) else [contained])]
        if not all(word is None or isinstance(word, str) for word in words):
            raise InputError("datasets.intake.yaml_link", part=shorten(part))
    return dict(content)


def _known(wish: Mapping[str, Any], name: object, settings: tuple[str, ...]) -> None:
    """Refuse a setting that nobody reads: what it was meant to say would be lost."""
    for key in wish:
        if key not in settings:
            hint = did_you_mean(nearest(str(key), settings))
            values = {"name": shorten(name), "value": shorten(key), "known": ", ".join(settings)}
            raise InputError("datasets.intake.yaml_setting", hint=hint, **values)


def _check(wish: Mapping[str, Any], path: Path) -> None:
    kinds = [*KINDS, *FORMS, IGNORE]
    kind = wish.get("kind")
    if kind is not None and kind not in kinds:
        raise InputError("datasets.intake.yaml_kind", value=shorten(kind), hint=did_you_mean(nearest(str(kind), kinds)))
    row = wish.get("header_row")
    rows = row if isinstance(row, list) else [] if row is None else [row]
    columns = wish.get("columns") or {}
    if not all(type(each) is int and each > 0 for each in rows) or not isinstance(columns, Mapping):
        raise InputError("datasets.intake.yaml_shape", path=short_path(path))
    known = (
        set(forms()[kind][2].values())
        if kind in FORMS
        else {*roles(), *(r for _, _, each in forms().values() for r in each.values())}
    )
    for target in columns.values():
        if target not in (IGNORE, None, "") and not (isinstance(target, str) and target in known):
            hint = did_you_mean(nearest(str(target), known))
            raise InputError("datasets.intake.yaml_role", value=shorten(target), hint=hint)


def check_corrections(found: Understanding, corrections: Mapping[str, Any]) -> None:
    """Refuse corrections of sheets or columns that the input does not have.

    Raises
    ------
    InputError
        One is not there; the nearest is said.
    """
    known = {key: table for table in reversed(found.tables) for key in (table.sheet, f"{table.file}/{table.sheet}")}
    for sheet, wish in corrections.get("sheets", {}).items():
        if sheet not in known:
            hint = did_you_mean(nearest(str(sheet), known))
            raise InputError("datasets.intake.yaml_sheet", value=shorten(sheet), hint=hint)
        names = known[sheet].names
        for column in wish.get("columns") or {} if names else {}:
            if _shown(column) not in map(_shown, names):
                hint = did_you_mean(nearest(str(column), [*map(_shown, names)]))
                raise InputError("datasets.intake.yaml_column", value=shorten(column), hint=hint)


def _shown(name: object) -> str:
    return " ".join(str(name).split())


def draft(tables: Iterable[Table]) -> dict[str, Any]:
    """Return the corrections that say what was understood: every column found, and what it was taken for."""
    tables = [table for table in tables if table.kind not in UNCORRECTED]
    files: dict[str, set[str]] = {}
    for table in tables:
        files.setdefault(table.sheet, set()).add(table.file)
    sheets: dict[str, Any] = {}
    for table in tables:
        sheet = table.sheet if len(files[table.sheet]) == 1 else f"{table.file}/{table.sheet}"
        if sheet in sheets:  # the main table of a sheet is the one that can be corrected
            continue
        # A column may speak for several roles: what it is says more than what it stands in for.
        order = [role for role in table.roles if role not in {"dotted", "indent", "part", "part_supplier"}]
        by_place = {i: role for role in (*order, "part", "part_supplier") for i in table.roles.get(role, ())}
        columns = {_shown(name): by_place.get(i, IGNORE) for i, name in enumerate(table.names) if name}
        row: Any = table.header[0] if len(table.header) == 1 else list(table.header)
        if not row and len(table.names) > 1 and table.data.height and not _is_line(table, by_place):
            row, *cells = table.data.row(0)
            columns = {_shown(cell): by_place.get(i, IGNORE) for i, cell in enumerate(cells) if cell is not None}
        kind = table.form or table.kind
        sheets[sheet] = {"kind": kind} | ({"header_row": row} if row else {}) | ({"columns": columns} if columns else {})
    return {"sheets": sheets}


def _is_line(table: Table, read: Mapping[int, str]) -> bool:
    """Whether the first row of a table without a header is one of its lines, not perhaps a header in unknown words.

    Numbers of parts and figures hold digits, and words of headers do not.
    """
    first = table.data.row(0)[1:]
    return table.kind != "other" and any(char.isdigit() for i in read for char in str(first[i] or ""))


def as_yaml(corrections: Mapping[str, Any]) -> str:
    """Return corrections as YAML that `read_corrections` reads back."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # a build without libyaml has only the slow one
    return yaml.dump(dict(corrections), Dumper=dumper, allow_unicode=True, sort_keys=False)
