"""What a buyer's own list of sources says of each item: how much one country has of it, and how few makers share it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from ...graph import SupplyGraph
from ...graph.arguments import checked
from ..markets.herfindahl import hhi
from .stop_tables import NOTHING, sources_of

_SCHEMA = {"item": pl.String, "sources": pl.Int64, "makers": pl.Int64, "unqualified": pl.Int64}
_SCHEMA |= {"top_country": pl.String, "top_share_low": pl.Float64, "top_share_high": pl.Float64}
_SCHEMA |= {"foreign_country": pl.String, "foreign_low": pl.Float64, "foreign_high": pl.Float64, "foreign_most": pl.Float64}
_SCHEMA |= {"hhi_low": pl.Float64, "hhi_high": pl.Float64}


@checked()
def sourcing_spread(graph: SupplyGraph, buyer: str, facts: Any, *, home: str | None = None) -> pl.DataFrame:
    r"""Return how the supply of each item that a buyer sources is spread over countries and makers.

    With s the shares that are stated, r = 1 - sum(s) the rest, and U the sources without a share (each may hold any part of
    r; without one, anybody may), the share of a country c lies between

    .. math:: \sum_{c} s + r\,[U \subseteq c] \quad\text{and}\quad \sum_{c, ?} s + r\,[U \cap \{c, ?\} \ne \emptyset]

    where ? are the sources of which nobody said where they stand.

    Parameters
    ----------
    graph : SupplyGraph
        The buyer's facts; shares of scope ``buyer`` are looked at.
    buyer : str
        Id of the buyer.
    facts : frame or rows of dict
        ``item, supplier`` and optionally ``maker, qualified``, as in `exposure`; plants of one maker are one source.
    home : str, optional
        The buyer's own country, which is no foreign one.

    Returns
    -------
    polars.DataFrame
        A row per item: ``sources`` (used today), ``makers`` (of them; different where nobody said), ``unqualified``
        (sources used though they are not qualified); ``top_country`` with ``top_share_low, top_share_high`` (0..1), the
        country with the largest share that is certain; ``foreign_country, foreign_low, foreign_high``: the same among
        countries other than ``home``; ``foreign_most``: the largest share that any of them may have, named or not;
        ``hhi_low, hhi_high`` over makers; behind a source without one any number of them may stand.

    Raises
    ------
    InputError
        Facts without ``item`` and ``supplier``, or with days that are negative or no number.
    UnknownIdError
        An item or supplier of the facts is not in the graph.

    References
    ----------
    Definitions of this project.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": "gear", "name_en": "gear", "kind": "component"}],
    ...     suppliers=[{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"},
    ...                {"id": "X", "name_en": "X", "kind": "company", "country": "CHN"},
    ...                {"id": "Y", "name_en": "Y", "kind": "company"}],
    ...     shares=[{"item": "gear", "supplier": s, "source": "s", "share": n, "scope": "own"}
    ...             for s, n in (("X", 0.4), ("Y", 0.6))],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> facts = [{"item": "gear", "supplier": s} for s in "XY"]
    >>> frame = sourcing_spread(graph, "own", facts, home="JPN")
    >>> frame.select("foreign_country", "foreign_low", "foreign_high", "hhi_high").row(0)
    ('CHN', 0.4, 1.0, 0.52)
    """
    found = [{"item": item} | _spread(sources, home) for item, sources in _used(graph, buyer, facts).items()]
    return pl.DataFrame(found, schema=_SCHEMA)


@checked()
def direct_countries(graph: SupplyGraph, buyer: str, facts: Any, weights: Mapping[str, float]) -> pl.DataFrame:
    r"""Return what part of a basket of items each country makes, as far as the buyer's own list of sources says.

    With w the weights and the bounds of a country's share of an item those of `sourcing_spread`, the part of country c lies
    between :math:`\sum_i w_i \, low_i(c) / \sum_i w_i` and the same with upper bounds. Items without sources are unknown.

    Parameters
    ----------
    graph, buyer, facts
        As in `sourcing_spread`.
    weights : mapping
        What each item weighs: amounts, pieces; 0 or more.

    Returns
    -------
    polars.DataFrame
        ``country, share_low, share_high`` (0..1), the largest first; under null what a country that nobody named may have.

    Raises
    ------
    InputError, UnknownIdError
        As `sourcing_spread`.

    References
    ----------
    Definitions of this project.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("gear", "seal")],
    ...     suppliers=[{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"},
    ...                {"id": "X", "name_en": "X", "kind": "company", "country": "CHN"},
    ...                {"id": "Y", "name_en": "Y", "kind": "company"}],
    ...     shares=[{"item": i, "supplier": s, "source": "s", "share": 1, "scope": "own"}
    ...             for i, s in (("gear", "X"), ("seal", "Y"))],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> facts = [{"item": "gear", "supplier": "X"}, {"item": "seal", "supplier": "Y"}]
    >>> direct_countries(graph, "own", facts, {"gear": 3.0, "seal": 1.0}).rows()
    [('CHN', 0.75, 1.0), (None, 0.0, 0.25)]
    """
    used = _used(graph, buyer, facts)
    known = list(dict.fromkeys(one["country"] for item in weights for one in used.get(item, ()) if one["country"]))
    ends: dict[str | None, list[float]] = {code: [0.0, 0.0] for code in [*known, None]}
    total = sum(weights.values())
    for item, weight in weights.items() if total > 0 else ():
        sources = used.get(item, [])
        rest = _rest(sources)
        for code, both in ends.items():
            low, high = _bounds(sources, code, rest)
            both[0] += weight / total * low
            both[1] += weight / total * high
    rows = [(code, low, min(1.0, high)) for code, (low, high) in ends.items()]
    rows.sort(key=lambda row: (row[0] is None, -row[1], -row[2], row[0] or ""))
    schema = {"country": pl.String, "share_low": pl.Float64, "share_high": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _used(graph: SupplyGraph, buyer: str, facts: Any) -> dict[str, list[dict[str, Any]]]:
    """The sources of each item that deliver to the buyer today, with their shares."""
    known = {(row["item"], row["supplier"]): row for row in sources_of(graph, facts).iter_rows(named=True)}
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    scoped = graph.shares.filter((pl.col("scope") == buyer) & (pl.col("supplier") != buyer))
    for item, supplier, share in scoped.select("item", "supplier", "share").iter_rows():
        about = known.get((item, supplier))
        if about is not None and share != 0:
            rows[item].append(about | {"share": share})
    return rows


def _rest(sources: Sequence[dict[str, Any]]) -> float:
    """What the stated shares leave."""
    stated = sum(one["share"] or 0.0 for one in sources)
    return 1.0 - stated if stated < 1 - NOTHING else 0.0


def _spread(sources: Sequence[dict[str, Any]], home: str | None) -> dict[str, Any]:
    rest = _rest(sources)
    named = {code: _bounds(sources, code, rest) for code in dict.fromkeys(one["country"] for one in sources) if code}
    foreign = {code: ends for code, ends in named.items() if code != home}
    _, unnamed = _bounds(sources, None, rest)
    top, abroad = _largest(named), _largest(foreign)
    firms: dict[str, list[float | None]] = defaultdict(list)
    for one in sources:
        if one["maker"]:
            firms[one["maker"]].append(one["share"])
    hidden = [one["share"] for one in sources if not one["maker"]]
    return {
        "sources": len(sources),
        "makers": len(firms) + len({one["supplier"] for one in sources if not one["maker"]}),
        "unqualified": sum(one["qualified"] is False for one in sources),
        "top_country": top,
        "top_share_low": None if top is None else named[top][0],
        "top_share_high": None if top is None else named[top][1],
        "foreign_country": abroad,
        "foreign_low": None if abroad is None else foreign[abroad][0],
        "foreign_high": None if abroad is None else foreign[abroad][1],
        "foreign_most": max([unnamed, *(high for _, high in foreign.values())]),
        **_concentration(list(firms.values()), hidden),
    }


def _bounds(sources: Sequence[dict[str, Any]], code: str | None, rest: float) -> tuple[float, float]:
    """Least and greatest share of a country; for None of one that nobody named."""
    low = sum(one["share"] or 0.0 for one in sources if one["country"] == code and code is not None)
    high = sum(one["share"] or 0.0 for one in sources if one["country"] in {code, None})
    open_ = [one["country"] for one in sources if one["share"] is None]
    sure = bool(open_) and code is not None and set(open_) == {code}
    maybe = not open_ or code in open_ or None in open_
    return min(1.0, low + rest * sure), min(1.0, high + rest * maybe)


def _largest(bounds: dict[str, tuple[float, float]]) -> str | None:
    return max(bounds, key=lambda code: (bounds[code][0], bounds[code][1], code), default=None)


def _concentration(firms: list[list[float | None]], hidden: list[float | None]) -> dict[str, float]:
    """Concentration over makers, of the shares of each and of the sources of which nobody named the maker.

    Behind one of these any number of makers may stand, and each of them may be one of the others: what they hold counts for
    nothing at least, and goes to the largest at most.
    """
    shares = [sum(share or 0.0 for share in each) for each in firms if None not in each]
    unknown = len(firms) - len(shares)
    if not hidden:
        spread = hhi(shares, unknown=unknown, unnamed=not unknown and sum(shares) < 1 - NOTHING)
        return {"hhi_low": spread.low, "hhi_high": spread.high}
    held = sum(share or 0.0 for share in hidden)
    scale = max(1.0, sum(shares) + held)  # rounded shares may sum to a little more than the whole
    shares, held = [share / scale for share in shares], held / scale
    squares, largest = sum(share**2 for share in shares), max(shares, default=0.0)
    rest = max(0.0, 1.0 - sum(shares) - held)
    own = bool(unknown) and None not in hidden  # the rest is all of named makers whose share is blank
    joined = largest + held + (rest if None in hidden else 0.0)
    most = max(joined**2 + (0.0 if None in hidden else rest**2) - largest**2, (held + rest) ** 2)
    return {"hhi_low": squares + (rest**2 / unknown if own else 0.0), "hhi_high": min(1.0, squares + most)}
