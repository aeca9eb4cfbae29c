"""The lines of bills as needs: what each part or product needs, once, and without circles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .catalogue import Catalogue
from .company import Need, Part
from .remarks import Remarks


def needs_of(rows: Iterable[dict[str, Any]], parts: Catalogue, remarks: Remarks) -> list[Need]:
    """Return what the lines of bills say that each part needs, once for each parent; parts that are new become ``parts``."""
    needs: dict[tuple[str, str], Need] = {}
    above: list[str] = []
    called: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        id = parts.names.id(row)
        if id is None:
            remarks.say("no_part", row["_ref"], "warning")
            continue
        parts.mention(id, row)
        for parent in _parents(id, row, above, parts, remarks):
            parts.setdefault(parent, Part(parent, refs=[row["_ref"]]))
            name = row.get("parent_name") or parts.names.name(row.get("parent"))
            if name and name != row.get("parent") and "_parents" not in row:
                called[parent].add(name)
            group = None if re.fullmatch("0+", row.get("group") or "") else row.get("group")
            need = Need(parent, id, row.get("quantity"), row.get("essential"), group, row["_ref"])
            known = needs.setdefault((parent, id), need)
            if known is not need and known.quantity is not None and need.quantity is not None:
                known.quantity += need.quantity
    _settle(needs.values(), remarks)
    for id, names in called.items():
        if len(names) == 1:  # a code with several names has none that is its own
            parts[id].name = parts[id].name or min(names)
    return _without_circles(list(needs.values()), remarks)


def _settle(needs: Iterable[Need], remarks: Remarks) -> None:
    """A part is essential where nobody says otherwise; of one of which none goes in, nobody knows."""
    for need in needs:
        if need.essential is None and need.quantity == 0:
            remarks.say("none_goes_in", need.ref, "warning", "quantity", part=need.part, parent=need.parent)
        elif need.essential is None:
            need.essential = True


def _parents(id: str, row: dict[str, Any], above: list[str], parts: Catalogue, remarks: Remarks) -> list[str]:
    """What a line goes into: each of the products that its cell names, or the one thing that it says."""
    parent = _parent(id, row, above, parts, remarks)
    several = [parts.names.id({"parent": each}, "parent", "parent") for each in row.get("_parents", ())]
    return [each for each in several or [parent] if each is not None]


def _parent(id: str, row: dict[str, Any], above: list[str], parts: Catalogue, remarks: Remarks) -> str | None:
    """What a line goes into: the part that it names, else the nearest line ``above`` of a higher level."""
    level = row.get("level")
    parent = parts.names.id(row, "parent", "parent") if row.get("parent") and "_parents" not in row else None
    if level is None:
        return parent
    depth = int(level)
    if depth > len(above) and parent is None:
        remarks.say("level_jump", row["_ref"], "warning", "level", part=id, level=depth)
    del above[min(depth, len(above)) :]
    parent = parent or (above[-1] if above else None)
    above.append(id)
    return parent


def _without_circles(needs: list[Need], remarks: Remarks) -> list[Need]:
    """Leave out each line that closes a circle, and say so."""
    below: dict[str, list[Need]] = defaultdict(list)
    for need in needs:
        below[need.parent].append(need)
    state: dict[str, int] = {}
    bad: set[int] = set()
    for root in list(below):
        path: list[tuple[str, int]] = [(root, 0)] if root not in state else []
        while path:
            part, i = path.pop()
            state[part] = 1
            if i == len(below[part]) if part in below else True:
                state[part] = 2
                continue
            path.append((part, i + 1))
            need = below[part][i]
            if state.get(need.part) == 1:
                circle = [name for name, _ in path][[name for name, _ in path].index(need.part) :]
                remarks.say("circle", need.ref, "warning", "parent", parts=" → ".join([*circle, need.part]))
                bad.add(id(need))
            elif need.part not in state:
                path.append((need.part, 0))
    return [need for need in needs if id(need) not in bad]
