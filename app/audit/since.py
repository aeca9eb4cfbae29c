"""What changed since an earlier report: findings and rows that are new or closed, and stops whose loss is known better."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...graph import ReadError
from ...graph.errors import shorten


def read_report(path: str | Path) -> dict[str, Any]:
    """Return the ``report.json`` of an earlier audit.

    Raises
    ------
    ReadError
        The file cannot be read, or is no such report.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ReadError("app.audit_since.unreadable", path=shorten(path)) from error
    tables = [found.get(name) for name in ("themes", "countries", "makers")] if isinstance(found, dict) else [None]
    if not all(isinstance(table, list) and all(isinstance(row, dict) for row in table) for table in tables):
        raise ReadError("app.audit_since.no_report", path=shorten(path))
    return found


def changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return what changed from one report's content to the next.

    ``date`` of the old one; ``opened``, ``closed``: findings by id; ``rows_new``, ``rows_gone``: evidence rows as (id of the
    finding, what); ``stops``: by node the old and new estimate, and the width between certain and possible (null: no bound).
    """
    before, after = _findings(old), _findings(new)
    both = [id for id in after if id in before]
    rows = {id: (_rows(before[id]), _rows(after[id])) for id in both}
    meta = old.get("meta")
    return {
        "date": shorten(meta.get("date")) if isinstance(meta, dict) and meta.get("date") else None,
        "opened": [id for id in both if _is_finding(after[id]) and not _is_finding(before[id])],
        "closed": [id for id in both if _is_finding(before[id]) and not _is_finding(after[id])],
        "rows_new": [[id, what] for id, (was, now) in rows.items() for what in now if what not in was],
        "rows_gone": [[id, shorten(what)] for id, (was, now) in rows.items() for what in was if what not in now],
        "stops": _stops(old, new),
    }


def _findings(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    themes = (theme.get("findings") for theme in report["themes"])
    rows = [row for found in themes if isinstance(found, list) for row in found if isinstance(row, dict)]
    return {str(row["id"]): row for row in rows if row.get("check") and "id" in row}


def _is_finding(row: dict[str, Any]) -> bool:
    return row.get("status") == "finding"


def _rows(finding: dict[str, Any]) -> dict[str, None]:
    rows = finding.get("evidence")
    return {str(row.get("what")): None for row in rows if isinstance(row, dict)} if isinstance(rows, list) else {}


def _stops(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    before = {str(row.get("node")): row for name in ("countries", "makers") for row in old[name]}
    found = []
    for row in (row for name in ("countries", "makers") for row in new[name]):
        was = before.get(row["node"])
        if was is None:
            continue
        loss, width, old_loss, old_width = row["loss"], _width(row), _number(was.get("loss")), _width(was)
        if old_loss is not None and (abs(old_loss - loss) > 0.5 or _differ(old_width, width)):
            narrowed = width is not None and (old_width is None or width < old_width - 0.5)
            found.append(
                {"node": row["node"], "label": row["label"], "was": old_loss, "is": loss}
                | {"width_was": old_width, "width_is": width, "narrowed": narrowed}
            )
    return found


def _differ(one: float | None, other: float | None) -> bool:
    return (one is None) != (other is None) or (one is not None and other is not None and abs(one - other) > 0.5)


def _width(row: dict[str, Any]) -> float | None:
    low, high = _number(row.get("loss_low")), _number(row.get("loss_open"))
    return None if low is None or high is None else high - low


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
