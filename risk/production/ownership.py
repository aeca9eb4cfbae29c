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
    owned companies [1]_; other lists draw the line elsewhere. Stakes of several listed owners are not added up
    (``suppliers`` holds one parent each), and who states no parent is not reached.

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
