"""Who is controlled by whom: what a sanction on a company reaches."""

from __future__ import annotations

import polars as pl

from ...graph import SupplyGraph
from ...graph.arguments import checked

HALF = 0.5
"""A parent with this part or more controls."""
CERTAIN, POSSIBLE = "certain", "possible"


@checked()
def controlled(graph: SupplyGraph, owner: str) -> pl.DataFrame:
    """Return whom an owner controls, itself included: every link of the chain of parents holds half or more.

    A share of 50 % or more passes control on, whole and however long the chain: the rule of the United States' sanctions on
    owned companies [1]_; other lists draw the line elsewhere. It counts the stakes of all whom it reaches together, while
    ``suppliers`` holds one parent each: what others hold is not known, and who states no parent, or less than half, is not
    reached here though the owner may hold it (see `held_by_others`).

    Parameters
    ----------
    graph : SupplyGraph
        Its ``suppliers`` with ``parent`` and ``parent_share``.
    owner : str
        Id of a supplier.

    Returns
    -------
    polars.DataFrame
        ``supplier``; ``control``: "certain", or "possible" where a share on the way is not stated; ``steps`` from the owner
        (0: itself). A site (``kind``) belongs to its parent whatever its share says.

    Raises
    ------
    UnknownIdError
        The owner is not in the graph.

    References
    ----------
    .. [1] OFAC (13 August 2014), Revised guidance on entities owned by persons whose property and interests in property are
       blocked.

    Examples
    --------
    >>> graph = SupplyGraph(suppliers=[
    ...     {"id": "A", "name_en": "A", "kind": "company"},
    ...     {"id": "B", "name_en": "B", "kind": "company", "parent": "A", "parent_share": 0.6},
    ...     {"id": "C", "name_en": "C", "kind": "company", "parent": "B"},
    ...     {"id": "D", "name_en": "D", "kind": "company", "parent": "A", "parent_share": 0.3},
    ... ])
    >>> controlled(graph, "A").rows()
    [('A', 'certain', 0), ('B', 'certain', 1), ('C', 'possible', 2)]
    """
    graph.supplier(owner)
    below: dict[str, list[tuple[str, float | None]]] = {}
    for id, parent, share, kind in graph.suppliers.select("id", "parent", "parent_share", "kind").iter_rows():
        if parent is not None:
            below.setdefault(parent, []).append((id, 1.0 if kind == "site" else share))
    found = {owner: (CERTAIN, 0)}
    front = [owner]
    for at in front:
        control, steps = found[at]
        for id, share in below.get(at, ()):
            if id not in found and (share is None or share >= HALF):
                found[id] = (control if share is not None else POSSIBLE, steps + 1)
                front.append(id)
    schema = {"supplier": pl.String, "control": pl.String, "steps": pl.Int64}
    return pl.DataFrame([(id, *row) for id, row in found.items()], schema=schema, orient="row")


def held_by_others(graph: SupplyGraph) -> dict[str, str | None]:
    """Return the suppliers of which more than half is stated to be one other's, with that parent; None: nobody's.

    A site is its parent's, whatever its share says. Who names itself as its parent is nobody else's.
    """
    found: dict[str, str | None] = {}
    for id, parent, share, kind in graph.suppliers.select("id", "parent", "parent_share", "kind").iter_rows():
        if parent == id:
            found[id] = None
        elif parent is not None and (kind == "site" or (share is not None and share > HALF)):
            found[id] = parent
    return found


def may_be_controlled(graph: SupplyGraph, owner: str) -> set[str]:
    """Return whom an owner controls under some completion of what is not stated, itself included.

    Whoever is reached may hold all that is not stated of a supplier, and their stakes count together. So only who is surely
    beyond reach is left out: of whom more than half is stated to be another's who is. The chain of these parents ends at one
    that names itself as its parent, or comes back to itself; whose any other last one is, is not stated.
    """
    others = held_by_others(graph)
    below: dict[str, list[str]] = {}
    for id, parent in others.items():
        if parent is not None:
            below.setdefault(parent, []).append(id)
    front = [owner, *(id for id in graph.suppliers["id"] if id not in others and id != owner)]
    found = set(front)
    for at in front:
        more = [id for id in below.get(at, ()) if id not in found]
        found.update(more)
        front.extend(more)
    return found
