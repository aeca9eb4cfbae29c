"""What hangs on a node: every item that loses supply when it fails, the hardest hit first."""

from __future__ import annotations

from typing import Any

import polars as pl

from ...graph import ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.network import EXTRA, HOME
from .conditions import conditions, failure
from .criticality import LOSSES
from .failures import network_of
from .places import ANY, REST, TOLD, network_places
from .scenario import Scenario, check_scenario
from .simulation import Assumptions, solve
from .ways import held, steps

LEAST = 1e-9
"""A loss that is no noise."""


@checked()
def affected(
    graph: SupplyGraph,
    node: str,
    *,
    kind: str = "halt",
    item: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    sharing: str = "alike",
    term: str = "short",
) -> pl.DataFrame:
    """Return which items hang on a node, and how much: the reverse of `chokepoints`.

    Parameters
    ----------
    graph : SupplyGraph
        The facts.
    node : str
        A country, a supplier or an item.
    kind : {"halt", "embargo"}
        Production stops, or exports do (see `chokepoints`); an item can only be halted.
    item : str, optional
        Only the node's supply of this item.
    buyer : str, optional
        The country or company from whose place it is seen.
    level : {"country", "company", "site"}
        Whose shares.
    sharing, term
        As in `risk.simulate`.

    Returns
    -------
    polars.DataFrame
        One row per item that loses supply, final products first, the hardest hit first:

        - ``item, name_en, name_ja, kind`` (of the item), ``final`` (nothing needs it, and it is a product or needs inputs:
          a mineral that leads nowhere in the data is none);
        - ``loss_low`` (certain), ``loss_facts``, ``loss_estimate``, ``loss_high`` (possible): 0..1, see `risk.chokepoints`;
        - ``through``: the item at which the node is met, on the way that costs most; ``steps``: how far up that is;
          ``share_low, share_high``: what the makers that are named as its hold together of the market where it is met (null
          for an item); ``market``: whose market that is (null: the world's); ``source, year, confidence`` of that share.

        Items that would only be hit if the node stood behind supply for which nobody names it are left out.

    Raises
    ------
    InputError
        Another kind or level.
    UnknownIdError
        The node, item or buyer is not in the graph.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet", "crate")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
    ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> affected(graph, "CHN").select("item", "loss_low", "through", "share_low").rows()
    [('motor', 0.75, 'magnet', 0.75), ('magnet', 0.75, 'magnet', 0.75)]
    """
    network = network_of(graph, None, "supplier" if level == "company" else "country", level, buyer)
    change = failure(network, kind, node, item)
    check_scenario(graph, Scenario(kind, change))
    assumed = Assumptions(sharing, term)
    told = conditions(network, Scenario(kind, change), hidden=TOLD)
    facts = solve(network, told, assumed, ("high", "facts"))
    whole = solve(network, Scenario(kind, change), assumed)
    # A country has no one above it whose share may be its own; who may stand in it is a fact that is open.
    most_hidden = ANY if network_places(network).is_country(str(node)) else REST
    most = solve(network, conditions(network, Scenario(kind, change), hidden=most_hidden), assumed, ("low",))
    needed, making, items = set(graph.inputs["input"]), set(graph.inputs["item"]), set(graph.items["id"])
    rows = []
    for row in graph.items.iter_rows(named=True):
        id = row["id"]
        losses = {"loss_facts": 1 - facts.level(id, "facts")}
        losses |= {column: 1 - whole.level(id, reading) for column, reading in LOSSES.items() if reading != "facts"}
        losses["loss_facts"] = min(losses["loss_facts"], 1 - most.level(id, "low"))  # see `_table`
        if max(losses["loss_facts"], losses["loss_low"], losses["loss_estimate"]) <= LEAST:
            continue
        if losses["loss_low"] > LEAST:
            solution, reading = whole, "high"
        else:
            solution, reading = (facts, "facts") if losses["loss_facts"] > LEAST else (whole, "estimate")
        taken = steps(solution, solution.outcomes[reading], network.market(id))
        last = taken[-1] if taken else {}
        rows.append(
            {key: row[key] for key in ("name_en", "name_ja", "kind")}
            | {"item": id, "final": id not in needed and (id in making or row["kind"] == "product")}
            | losses
            | {"through": last.get("item"), "steps": len(taken) - 1 if taken else None}
            | {key: last.get(key) for key in ("source", "year", "confidence")}
            | (share_of(network, node, last["market"]) if last.get("supplier") and node not in items else {})
        )
    frame = pl.DataFrame(rows, schema=_AFFECTED).with_columns(pl.col(LOSSES.keys()).round(12))
    return frame.sort(~pl.col("final"), -pl.col("loss_low"), -pl.col("loss_estimate"), -pl.col("loss_facts"), "item")


def share_of(network: ProductionNetwork, node: str, market: int) -> dict[str, Any]:
    """Return the least and the most that the makers of a node (a company, a country) hold of a market, and whose it is."""
    suppliers = network.nodes["supplier"]
    links = [int(k) for k in network.links(market) if not network.flags[k] & EXTRA]
    own = [k for k in links if node in network.chains[suppliers[int(network.indices[k])]]]
    low, high = held(network, market, own)
    place = network.nodes["buyer"][market]
    return {"share_low": low, "share_high": high, "market": (network.buyer if place == HOME else place) or None}


_AFFECTED = {
    "item": pl.String,
    "name_en": pl.String,
    "name_ja": pl.String,
    "kind": pl.String,
    "final": pl.Boolean,
    "loss_low": pl.Float64,
    "loss_facts": pl.Float64,
    "loss_estimate": pl.Float64,
    "loss_high": pl.Float64,
    "through": pl.String,
    "steps": pl.Int64,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "market": pl.String,
    "source": pl.String,
    "year": pl.Int64,
    "confidence": pl.String,
}
