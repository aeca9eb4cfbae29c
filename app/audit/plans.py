"""What a company plans and wants to know: the measures and scenarios of its sheets that speak of what its others name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .amounts import planned
from .catalogue import Catalogue
from .company import HOME
from .remarks import MOST, Remarks
from .rows import Row, share_of


def measures_of(rows: Iterable[Row], parts: Catalogue, currency: str, remarks: Remarks) -> list[dict[str, Any]]:
    """Return the measures for parts that another sheet has; the others are said."""
    found = []
    for row in rows:
        id = parts.names.id(row)
        if id in parts and row.get("measure"):
            found.append(row | {"part": id, "cost": planned(row, "cost", currency, remarks)})
        elif id in parts and "measure" not in row.get("_unreadable", ()):
            remarks.say("measure_blank", row["_ref"], "warning", "measure", part=id)
        elif id is not None and id not in parts and len(found) < MOST:
            remarks.say("measure_part", row["_ref"], "warning", "part", part=id)
    return found


def scenarios_of(rows: Iterable[Row], parts: Catalogue, remarks: Remarks) -> list[dict[str, Any]]:
    """Return what the board wants to know; rows that name a company or part which no other sheet has are said.

    A sanction may be on a company that no sheet has: whoever does not state who holds it may be that company's.
    """
    found = []
    for row in rows:
        part = parts.names.id(row, "part", "part") if row.get("part") else None
        company = row.get("company")
        sanctions = row["kind"] == "sanctions"
        companies, unknown = parts.names.firms(company, several=sanctions)
        if not row.get("kind"):
            continue
        if (part is not None and part not in parts) or (unknown and not sanctions):
            remarks.say("scenario_names", row["_ref"], "warning", "company", value=company if unknown else part)
        elif row["kind"] == "embargo" and row.get("country") == HOME:
            remarks.say("own_embargo", row["_ref"], "warning", "country")
        else:
            if unknown:
                remarks.say("sanction_names", row["_ref"], "warning", "company", value=", ".join(unknown))
            found.append(row | {"part": part, "companies": companies, "rate": share_of(row.get("rate"))})
    return found
