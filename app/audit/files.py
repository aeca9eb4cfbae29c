"""The files of a report: page, workbook, JSON and the mapping to correct, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...datasets.intake.mapping import as_yaml, draft
from ...graph.files import whole_folder
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
    page = render(shown, audit.company.currency)
    with whole_folder(path, force) as folder:
        (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
        text = json.dumps(shown, ensure_ascii=False, indent=1, default=str)
        (folder / "report.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        (folder / "mapping.yaml").write_text(corrections(audit), encoding="utf-8", newline="\n")
        write_report_workbook(folder / "report.xlsx", shown)
        return sorted(file.name for file in folder.iterdir())


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
