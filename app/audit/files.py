"""The files of a report: page, workbook, JSON and the mapping to correct, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ...datasets.intake.mapping import as_yaml, draft
from ...graph.files import whole_folder
from ..room import give_back
from .content import content
from .page import render
from .report import Audit
from .tables import write_report_workbook


def write_report(
    audit: Audit, path: str | Path, lang: str, *, force: bool = False, since: dict[str, Any] | None = None
) -> list[str]:
    """Write ``report.html``, ``report.xlsx``, ``report.json`` and ``mapping.yaml`` into a folder; return their names.

    The same input, language and date give the same bytes. ``since`` is an earlier report, whose differences are shown.

    Raises
    ------
    ReadError
        The folder is not empty and ``force`` is false, or cannot be written.
    """
    shown = content(audit, lang, since)
    with whole_folder(path, force) as folder:
        (folder / "report.html").write_text(render(shown), encoding="utf-8", newline="\n")
        give_back()  # the page was put together of as many pieces as it has cells
        with (folder / "report.json").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_json(shown))
        (folder / "mapping.yaml").write_text(corrections(audit), encoding="utf-8", newline="\n")
        write_report_workbook(folder / "report.xlsx", shown)
        return sorted(file.name for file in folder.iterdir())


def _json(shown: Mapping[str, Any]) -> Iterator[str]:
    """A report as JSON, with a line for each row of a table: encoded row by row it is quick and small."""
    encode = partial(json.dumps, ensure_ascii=False, default=str)
    for n, (name, value) in enumerate(shown.items()):
        yield f"{',' if n else '{'}\n{encode(name)}: "
        if isinstance(value, list):
            yield "["
            yield from (f"{',' if i else ''}\n {encode(row)}" for i, row in enumerate(value))
            yield "]"
        else:
            yield encode(value)
    yield "\n}\n"


def corrections(audit: Audit) -> str:
    """Return the mapping as YAML that ``--mapping`` reads back."""
    parts: dict[str, Any] = {}
    for link in audit.links:
        if not link.used:
            continue
        part = parts.setdefault(link.part, {})
        if link.relation == "is":
            part["world_item"] = link.item
        else:
            part.setdefault("contains", []).append(link.item)
    return as_yaml(draft(audit.found.tables) | {"parts": parts})
