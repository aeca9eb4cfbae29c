"""Who is controlled by whom: what a sanction on a company reaches."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence

import polars as pl

from ...graph import SupplyGraph
from ...graph.arguments import checked
from ...graph.sourcing import holders

HALF = 0.5
"""Who hold this part or more together control."""
CERTAIN, POSSIBLE = "certain", "possible"
_ROUNDING = 1e-9


@checked(owner=(1, None))
def controlled(graph: SupplyGraph, owner: str | Sequence[str]) -> pl.DataFrame:
    """Return whom owners control, themselves included: those of whom they and whom they control hold half or more together.

    With the owners O and the part s(j, i) that j holds of i, C is the least set for which

        O is part of C, and i is in C where the sum of s(j, i) over the j in C is 0.5 or more

    so stakes of 30 % and 25 % in one company, held by two whom the owners control, control it: the rule of the United
    States' sanctions on owned companies, which counts the stakes of all who are blocked [1]_. Control is passed on whole and
    however long the chain; other lists draw the line elsewhere.

    Parameters
    ----------
    graph : SupplyGraph
        Its ``suppliers`` with ``parent`` and ``parent_share``: one holder, or several ("A|B", "0.3|0.25").
    owner : str or sequence of str
        Id of a supplier; or of several that are asked about together.

    Returns
    -------
    polars.DataFrame
        ``supplier``; ``control``: "certain" (whatever the shares are that are not stated), or "possible" where it takes what
        a stated holder may hold whose share is blank: up to what the stated shares leave; ``steps`` from the owners (0: one
        of them). A site (``kind``) of one parent belongs to it whatever its share says. What no stated holder holds may be
        anybody's, the owners' too: who is theirs in that case alone is not here (see `may_be_controlled`).

    Raises
    ------
    UnknownIdError
        An owner is not in the graph.

    References
    ----------
    .. [1] OFAC (13 August 2014), Revised guidance on entities owned by persons whose property and interests in property are
       blocked.

    Examples
    --------
    >>> graph = SupplyGraph(suppliers=[
    ...     {"id": "A", "name_en": "A", "kind": "company"},
    ...     {"id": "B", "name_en": "B", "kind": "company", "parent": "A", "parent_share": 0.6},
    ...     {"id": "C", "name_en": "C", "kind": "company", "parent": "A|B", "parent_share": "0.3|0.25"},
    ...     {"id": "D", "name_en": "D", "kind": "company", "parent": "B"},
    ...     {"id": "E", "name_en": "E", "kind": "company", "parent": "A", "parent_share": 0.3},
    ... ])
    >>> controlled(graph, "A").rows()
    [('A', 'certain', 0), ('B', 'certain', 1), ('C', 'certain', 2), ('D', 'possible', 2)]
    """
    owners = list(dict.fromkeys([owner] if isinstance(owner, str) else owner))
    for one in owners:
        graph.supplier(one)
    held = _held(graph)
    sure, found = _reached(held, owners, _stated), _reached(held, owners, _named)
    rows = [(id, CERTAIN if id in sure else POSSIBLE, sure.get(id, steps)) for id, steps in found.items()]
    schema = {"supplier": pl.String, "control": pl.String, "steps": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("steps", maintain_order=True)


def may_be_controlled(graph: SupplyGraph, owner: str | Sequence[str]) -> set[str]:
    """Return whom owners control under some completion of what is not stated, themselves included.

    Whatever the stated shares of a supplier leave may be anybody's, so that of whoever is reached, and stakes add up.
    Beyond reach is therefore who states that more than half of it is held by others who are beyond it (itself, where it
    belongs to nobody), and so on upwards.

    One thing is taken for granted that nobody states: no company is held by half or more by those whom it controls itself,
    unless the holders that are stated may (company law forbids a subsidiary to hold its parent, as article 135 of the
    Companies Act of Japan does). So whoever certainly controls the owners is not theirs by shares without a stated holder.
    """
    owners = [owner] if isinstance(owner, str) else list(owner)
    held = _held(graph)
    above = set.intersection(*(_above(held, one) for one in owners)) - set(_reached(held, owners, _named))
    return set(_reached({id: stakes for id, stakes in held.items() if id not in above}, owners, _anybodys))


Stakes = dict[str, float | None]
"""Who hold a supplier, and the share of each; None where it is not stated."""


def _held(graph: SupplyGraph) -> dict[str, Stakes]:
    """Who hold each supplier: a site of one parent, and who belongs to nobody, are held wholly."""
    found = {}
    for id, row in graph.supplier_rows.items():
        stakes = holders(row)
        if len(stakes) == 1 and (row["kind"] == "site" or id in stakes):
            stakes = dict.fromkeys(stakes, 1.0)
        found[id] = stakes
    return found


def _stated(stakes: Stakes, among: Container[str]) -> float:
    """What some are stated to hold."""
    return sum(share for holder, share in stakes.items() if share is not None and holder in among)


def _named(stakes: Stakes, among: Container[str]) -> float:
    """What some may hold who are stated to hold a part: where the share of one is blank, all that the stated ones leave."""
    blank = any(share is None and holder in among for holder, share in stakes.items())
    return _anybodys(stakes, among) if blank else _stated(stakes, among)


def _anybodys(stakes: Stakes, among: Container[str]) -> float:
    """What some may hold, whoever is stated to hold a part."""
    left = 1.0 - sum(share for share in stakes.values() if share is not None)
    return _stated(stakes, among) + max(0.0, left)


def _reached(
    held: Mapping[str, Stakes], owners: Iterable[str], part: Callable[[Stakes, Container[str]], float]
) -> dict[str, int]:
    """Return the least set with the owners and all of whom it holds half or more, by ``part``; with the steps to each."""
    below: dict[str, list[str]] = {}
    for id, stakes in held.items():
        for holder in stakes:
            below.setdefault(holder, []).append(id)
    found = dict.fromkeys(owners, 0)
    front, steps = list(held), 0  # of some it takes no stated holder
    while front:
        steps += 1
        more = [id for id in front if id not in found and part(held[id], found) >= HALF - _ROUNDING]
        found |= dict.fromkeys(more, steps)
        front = list(dict.fromkeys(id for one in more for id in below.get(one, ())))
    return found


def _above(held: Mapping[str, Stakes], owner: str) -> set[str]:
    """Return who certainly controls an owner."""
    front = [owner]
    for at in front:
        front += [holder for holder in held.get(at, ()) if holder not in front]
    return {one for one in front if one != owner and owner in _reached(held, [one], _stated)}
