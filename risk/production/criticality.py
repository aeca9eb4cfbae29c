"""Chokepoints: whose failure costs a product most, by four measures side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import shorten
from ...graph.frames import check_columns
from ...graph.network import HOME, MARKET, NEW, REMAINDER
from ..faults.failure_sets import sets_of
from . import kernels, solver, supply_lines
from .changes import embargo
from .conditions import KINDS, LOW, Conditions, conditions
from .failures import Failures, failures_of, network_of, product_node
from .paths import betweenness
from .scenario import Scenario
from .simulation import READINGS, Assumptions, needs_of

LOSSES = {"loss_low": "high", "loss_facts": "facts", "loss_estimate": "estimate", "loss_high": "low"}
"""Columns of losses, and the reading of what is kept that each is 1 minus of."""
CHOKES = 0.1
"""Part of a product's output from which a certain loss makes a node a chokepoint."""
HARD, SOFT, OPEN = "hard", "soft", "open"
"""What a chokepoint is when the product is served first: one, none, or that depends on use shares that nobody states."""
_LEAST = 1e-9


@checked(kinds=(1, None), threshold=(0, 1))
def chokepoints(
    graph: SupplyGraph | ProductionNetwork,
    product: str | None = None,
    *,
    fails: str = "country",
    level: str | None = None,
    buyer: str | None = None,
    domestic: bool = False,
    term: str = "short",
    sourcing: str = "world",
    kinds: str | Iterable[str] = KINDS,
    threshold: float = 0.5,
    max_order: int = 2,
    sets: pl.DataFrame | None = None,
) -> pl.DataFrame:
    r"""Return how much hangs on each node upstream of a product, one row per node and kind of failure.

    Four measures that mean four things; they are not blended into one:

    - **criticality**: the part of the product's output that is lost when the node alone fails, on the production network
      (`risk.simulate`): certain, estimated and possible; with all uses cut alike, and with this product served first.
      A chokepoint certainly costs a tenth or more (`CHOKES`). It is **hard** where it still does when the product is served
      first, however small the parts of demand are that nobody states; **soft** where it does not; else **open**.
    - **cut sets**: of how many items (the product included) the node is a single point of failure, and the smallest set of
      nodes it is in that cuts the product's output by ``threshold`` or more.
    - **dependency flow**: the part of the product's supply lines that pass through the node, at any tier: the sum over
      lines of the products of shares, each line counted once. A line splits by share at a market and evenly over the
      essential requirements of a maker: ``h = 1`` at the node's own makers, else the mean over the requirements, and

      .. math:: h_q = \sum_s w_{qs} h_s

      at a market or group q. The shares that the data leaves open bound it (low: elsewhere; high: with the node, where it is
      named); ``dependency_flow`` spreads them over the sources by the room of each, and never counts unattributed makers.
    - **betweenness**: of all shortest paths between other vertices, the part through the node, unweighted and directed;
      vertices are the items and the nodes that make them (what a maker needs points to it, and it points to what it
      makes). A node on few ways can have none and still stop everything: it is there for comparison with other tools.

    Parameters
    ----------
    graph : SupplyGraph or ProductionNetwork
        The facts. A compiled network is used as it is, with its own product, buyer and level.
    product : str
        The item that is asked about.
    fails : {"country", "supplier", "item"}
        What the nodes are: countries, suppliers, or all items upstream.
    level : {"country", "company", "site"}, optional
        Whose shares (default: companies where suppliers fail, else countries).
    buyer : str, optional
        The country or company from whose place it is seen; an embargo is aimed at its country. The buyer goes on making the
        product itself.
    domestic, term, sourcing
        As in `risk.simulate`.
    kinds : {"halt", "embargo"} or iterable of them
        A halt stops all production of the node. An embargo stops its exports to the buyer's country (without a buyer:
        to everybody abroad), while its own industry goes on. Items are only halted.
    threshold : float
        For ``smallest_set``, 0..1.
    max_order : int
        Largest set that is looked for.
    sets : polars.DataFrame, optional
        What `risk.cut_sets` returned for the same question, where it is at hand: ``smallest_set`` is then taken from it.

    Returns
    -------
    polars.DataFrame
        The most critical first:

        - ``node, name_en, name_ja, kind``;
        - ``loss_low`` (certain), ``loss_estimate``, ``loss_high`` (possible), ``loss_facts`` (under the worst completion of
          the shares, in the best arrangement: the reading of `risk.cut_sets`), 0..1;
        - ``first_low, first_estimate, first_high``: the same with the product served first where its part of an input's
          demand is known; ``long_low, long_estimate, long_high``: when worn-out machines are not replaced, either;
        - ``hard`` (null: no chokepoint). "hard": served first, it certainly costs a tenth with every use share that nobody
          states as good as nothing; "soft": ``first_low`` is below a tenth; "open": it hangs on use shares nobody states;
        - ``dependency_flow, dependency_flow_low, dependency_flow_high``: 0..1; ``betweenness``: 0..1, of all pairs;
        - ``single_points, single_points_possible``: numbers of items that it stops alone, certain, and by the facts;
        - ``smallest_set, smallest_set_possible``: order of the smallest certain set that it is in, and of the smallest of
          all (null: none up to ``max_order``, or an embargo);
        - ``worst_item``: where its halt hits the product most, and ``worst_loss``: the certain loss of a halt there alone
          (less than ``loss_low`` where it takes several items, such as alternatives of each other, together);
          ``worst_share_low, worst_share_high``: its share of the market through which it does; ``worst_market``: whose that
          is (null: the world's); ``source, year, confidence`` of that market.

    Raises
    ------
    InputError
        Another value of a choice, no product, a threshold outside 0..1.
    UnknownIdError
        The product or buyer is not in the graph.

    References
    ----------
    Freeman (1977), A set of measures of centrality based on betweenness, Sociometry 40(1), 35-41, doi:10.2307/3033543.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
    ...     shares=[{"item": "motor", "supplier": "JPN", "source": "s", "share": 0.5},
    ...             {"item": "motor", "supplier": "DEU", "source": "s", "share": 0.5},
    ...             {"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75},
    ...             {"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.25}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> frame = chokepoints(graph, "motor", kinds=["halt"])
    >>> frame.select("node", "loss_low", "loss_estimate", "loss_high", "worst_item").rows()
    [('CHN', 0.75, 0.75, 0.75, 'magnet'), ('JPN', 0.5, 0.625, 0.75, 'motor'), ('DEU', 0.5, 0.5, 0.5, 'motor')]
    """
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    for kind in kinds:
        if kind not in KINDS:
            raise InputError("risk.chokepoints.kind", value=shorten(kind))
    network = network_of(graph, product, fails, level, buyer, domestic)
    top = product_node(network)
    failures = failures_of(network, fails, every_item=True)
    # Some seventy passes over all events follow, each over a few numbers a node: compiling pays before the first or never.
    solver.replay.expect(70 * len(failures.ids) * 4 * len(network.kind))
    flows = _flows(failures, top)
    about = pl.DataFrame(
        {"node": failures.ids, **flows, "betweenness": betweenness(failures)}, schema_overrides={"node": pl.String}
    )
    about = about.hstack(_worst(failures, top))
    if sets is None:
        certain, possible = sets_of(failures, top, max_order, threshold)
        smallest = [_smallest(failures, certain), _smallest(failures, [*certain, *possible])]
    else:
        check_columns(sets, "sets", "certainty", "order", "members")
        smallest = [dict(_orders(sets.filter(pl.col("certainty") == "certain"))), dict(_orders(sets))]
    parts = []
    if "halt" in kinds:
        parts.append(_halted(failures, top, smallest, term, sourcing))
    if "embargo" in kinds and fails != "item":
        parts.append(_embargoed(failures, top, term, sourcing))
    frame = pl.concat(parts, how="diagonal") if parts else pl.DataFrame(schema={"node": pl.String, "kind": pl.String})
    frame = frame.join(about, on="node", how="left", maintain_order="left")
    numbers = [name for name in frame.columns if frame[name].dtype == pl.Float64 and not name.startswith("worst")]
    frame = frame.with_columns(pl.col(numbers).round(12))
    ranks = [-pl.col(name) for name in ("loss_low", "loss_estimate", "loss_facts", "dependency_flow")]
    frame = frame.sort(*ranks, "node", pl.col("kind") != "halt")
    return _with_names(graph, fails, frame)


def _rates(
    failures: Failures, term: str, sourcing: str, losses: Callable[[str, str, Assumptions], NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    """Return every loss that is shown; what an assumption does not change is worked out once."""
    network, alike = failures.network, Assumptions("alike", term, sourcing)
    found = {column: losses(column, reading, alike) for column, reading in LOSSES.items()}
    other = "long" if term == "short" else "short"
    kinds = {"first": Assumptions("first", term, sourcing), other: Assumptions("alike", other, sourcing)}
    for kind, assumed in kinds.items():
        for column, reading in LOSSES.items():
            if reading == "facts":
                continue
            bound = READINGS[reading].bound
            pairs = zip(needs_of(network, alike, bound), needs_of(network, assumed, bound), strict=True)
            same = all(np.array_equal(one, two) for one, two in pairs)
            name = column.replace("loss", kind)
            found[name] = found[column] if same else losses(name, reading, assumed)
    return found


def _halted(failures: Failures, top: int, smallest: list[dict[str, int]], term: str, sourcing: str) -> pl.DataFrame:
    def losses(column: str, reading: str, assumed: Assumptions) -> NDArray[np.float64]:
        wanted = markets if column in _EVERYWHERE else [top]
        return failures.losses(failures.each, reading, wanted, assumed)

    def proven(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return failures.losses(failures.each[rows], "high", [top], least)[:, 0]

    least = Assumptions("first", term, sourcing, unstated=_LEAST)
    markets = _markets(failures.network)
    frame = _table(failures.ids, "halt", markets, top, _rates(failures, term, sourcing, losses), proven)
    orders = [
        pl.Series(name, [found.get(id) for id in failures.ids], pl.Int64)
        for name, found in zip(_ORDERS, smallest, strict=True)
    ]
    return frame.with_columns(orders)


def _embargoed(failures: Failures, top: int, term: str, sourcing: str) -> pl.DataFrame:
    """Rows of embargoes: cut links seen from the side of those who are hit."""

    def losses(column: str, reading: str, assumed: Assumptions) -> NDArray[np.float64]:
        wanted = markets if column in _EVERYWHERE else np.array([top])
        found = _barred(failures, nodes, network.places[-1:], wanted, reading, assumed)
        if reading != "facts" or not failures.held_links.nnz:
            return found
        # What the facts' reading hits too much (see `_table`) is in no reading of unattributed supply alone.
        return np.minimum(found, _barred(failures, nodes, network.places[-1:], wanted, "low", assumed, held=False))

    def proven(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        some = [nodes[row] for row in rows]
        return _barred(failures, some, network.places[-1:], np.array([top]), "high", least)[:, 0]

    network, least = failures.network, Assumptions("first", term, sourcing, unstated=_LEAST)
    nodes = [id for id in failures.ids if id not in network.places]
    markets = _markets(network)
    return _table(nodes, "embargo", markets, top, _rates(failures, term, sourcing, losses), proven)


_EVERYWHERE = ("loss_low", "loss_facts", "loss_high")
"""Losses that are worked out for every market: items that a node stops alone are counted by them."""
_ORDERS = ("smallest_set", "smallest_set_possible")


def _table(
    nodes: list[str], kind: str, markets: NDArray, top: int, found: dict[str, NDArray], proven: Callable[[NDArray], NDArray]
) -> pl.DataFrame:
    place = int(np.flatnonzero(markets == top)[0])
    # Under an embargo the reading of the facts also hits makers of no known place that have no part in the market.
    found = found | {"loss_facts": np.minimum(found["loss_facts"], found["loss_high"])}
    columns = {name: losses[:, place if losses.shape[1] > 1 else 0] for name, losses in found.items()}
    counts = [(found[name] >= 1 - _LEAST).sum(axis=1) for name in ("loss_low", "loss_facts")]
    frame = pl.DataFrame({"node": pl.Series(nodes, dtype=pl.String), **columns}).with_columns(
        single_points=pl.Series(counts[0], dtype=pl.Int64), single_points_possible=pl.Series(counts[1], dtype=pl.Int64)
    )
    chokes, remains = (columns[name] >= CHOKES - _LEAST for name in ("loss_low", "first_low"))
    words = np.array([None] * len(nodes), dtype=object)
    words[chokes], words[chokes & remains] = SOFT, OPEN
    rows = np.flatnonzero(chokes & remains)
    if len(rows):
        words[rows[proven(rows) >= CHOKES - _LEAST]] = HARD
    frame = frame.select("node", pl.lit(kind).alias("kind"), pl.all().exclude("node"))
    return frame.with_columns(hard=pl.Series(words.tolist(), dtype=pl.String))


def _barred(
    failures: Failures,
    nodes: list[str],
    target: tuple[str, ...],
    wanted: NDArray[np.int64],
    reading: str,
    assumed: Assumptions,
    *,
    held: bool = True,
) -> NDArray[np.float64]:
    """Return what the ``wanted`` markets lose when each node cuts its exports: nodes x wanted.

    ``held``: in the low reading the share of whom it belongs to may be its own, too.

    Embargoes aimed at one place treat all places alike, so they share their sides, and only links differ. Aimed at everybody
    abroad, they differ in who stands at home as well.
    """
    network, bound = failures.network, READINGS[reading].bound
    rows = [failures.ids.index(id) for id in nodes]
    if not nodes:
        return np.zeros((0, len(wanted)))
    calm = conditions(network, Scenario("", embargo(nodes[0], to=target, share=0.0)))
    turned = None
    if not target:
        calm, turned = _abroad(network, calm), failures.at_home[rows]
    inside = {calm.reader} | ({calm.unknown} if bound == LOW else set())
    stops = sparse.csr_array((len(nodes), len(network.kind)), dtype=np.int32)

    def seen(links: sparse.csr_array) -> sparse.csr_array:
        none = sparse.csr_array(links.shape, dtype=links.dtype)
        return sparse.csr_array(sparse.hstack([links if side in inside else none for side in range(calm.sides)]))

    exports, unsure = failures.exports[rows], None
    if reading == "low":
        rests = np.concatenate([side * len(network.indices) + failures.rests for side in sorted(inside)])
        unsure = rests, seen(failures.spared[rows])
        exports = sparse.csr_array(exports + failures.held_links[rows]) if held else exports
    else:
        exports = sparse.csr_array(exports + failures.hidden(reading)[rows])
    at = wanted * calm.sides + calm.reader
    return failures.losses_of(stops, seen(exports), reading, at, assumed, calm, unsure, turned)


def _abroad(network: ProductionNetwork, calm: Conditions) -> Conditions:
    """Return conditions in which whoever has a place stands where the buyer does: abroad."""
    makers = network.makers.filter(~pl.col("supplier").is_in([REMAINDER, NEW]))
    side = calm.side.copy()
    side[makers["node"].to_numpy()] = calm.reader
    return replace(calm, side=side)


def _markets(network: ProductionNetwork) -> NDArray[np.int64]:
    """The market of every item as the buyer sees it."""
    return np.array([network.market(item) for item in sorted(network.items)], np.int64)


def _smallest(failures: Failures, sets: list[tuple[int, ...]]) -> dict[str, int]:
    return {failures.ids[event]: len(members) for members in sorted(sets, key=len, reverse=True) for event in members}


def _orders(sets: pl.DataFrame) -> Iterable[tuple[str, int]]:
    rows = sets.select("order", "members").explode("members").group_by("members").agg(pl.col("order").min())
    return rows.iter_rows()


def _worst(failures: Failures, top: int) -> pl.DataFrame:
    """For each event the item whose loss alone costs the product most, and its share of the market through which it does."""
    net = failures.network
    sold = pl.DataFrame({"node": net.indices, "market": net.owner, "link": np.arange(len(net.indices))})
    sold = sold.with_columns(low=net.low, high=net.high, open=net.slack[net.owner]).filter(net.kind[net.owner] == MARKET)
    events, nodes = failures.hit.nonzero()
    hit = pl.DataFrame({"event": events.astype(np.int64), "node": nodes.astype(np.int64)})
    hit = hit.with_columns(item=net.nodes["item"].gather(hit["node"]))
    seen = hit.join(sold.filter(pl.col("market").is_in(_markets(net).tolist())), on="node", how="left")
    # Together its makers hold no more than what is theirs and what the market leaves open.
    most = pl.min_horizontal(pl.col("high").sum(), pl.col("low").sum() + pl.col("open").first())
    total = pl.col("low").sum().clip(0, 1), most.clip(0, 1).alias("high")
    pairs = seen.group_by("event", "item").agg("node", *total).sort("event", "item")
    none = sparse.csr_array((pairs.height, len(net.indices)))
    best = _costliest(failures, top, pairs, _ones(pairs["node"], len(net.kind)), none)
    alone = best.select("event", worst_loss="certain")
    # The buyer may see another market than those do through whom it is hit: it buys some ore, and parts made of others' ore.
    ways = best.select("event", "item").join(hit, on=["event", "item"]).join(sold, on="node")
    ways = ways.group_by("event", "item", "market").agg("link", *total).sort("event", "market")
    whole = sparse.csr_array((ways.height, len(net.kind)))
    ways = _costliest(failures, top, ways, whole, _ones(ways["link"], len(net.indices)))
    whose = pl.when(pl.col("buyer") == HOME).then(pl.lit(net.buyer)).when(pl.col("buyer") != "").then("buyer")
    facts = net.nodes.select("source", "year", "confidence", worst_market=whose).with_row_index("market")
    ways = ways.join(facts.cast({"market": pl.Int64}), on="market", how="left")
    ways = ways.rename({"item": "worst_item", "low": "worst_share_low", "high": "worst_share_high"})
    every = pl.DataFrame({"event": np.arange(len(failures.ids))}).join(ways, on="event", how="left", maintain_order="left")
    every = every.join(alone, on="event", how="left", maintain_order="left")
    return every.select(
        "worst_item", "worst_loss", "worst_share_low", "worst_share_high", "worst_market", "source", "year", "confidence"
    )


def _costliest(
    failures: Failures, top: int, rows: pl.DataFrame, hits: sparse.csr_array, cuts: sparse.csr_array
) -> pl.DataFrame:
    """Of each event's rows the one whose stops (rows x n) or cuts (rows x m) cost most, then that of the largest share.

    With what it costs for ``certain``.
    """
    certain, likely = (np.round(failures.losses_of(hits, cuts, at, [top])[:, 0], 12) for at in ("high", "estimate"))
    ranks = [pl.Series(-certain), pl.Series(-likely), -pl.col("low"), -pl.col("high"), "item"]
    rows = rows.with_columns(certain=pl.Series(certain))
    return rows.sort("event", *ranks, maintain_order=True).group_by("event", maintain_order=True).first()


def _ones(lists: pl.Series, width: int) -> sparse.csr_array:
    rows = np.repeat(np.arange(len(lists)), lists.list.len().to_numpy())
    members = lists.explode().to_numpy() if len(lists) else np.zeros(0, np.int64)
    return sparse.csr_array((np.ones(len(rows)), (rows, members)), shape=(len(lists), width))


def _flows(failures: Failures, top: int) -> dict[str, NDArray[np.float64]]:
    net = failures.network
    hits, told = failures.hit.tocsr(), failures.told_links.tocsr()
    bounds = {
        "dependency_flow": kernels.EVEN,
        "dependency_flow_low": kernels.LEAST,
        "dependency_flow_high": kernels.MOST,
    }
    return {
        name: supply_lines.met(net, hits, told if bound == kernels.MOST else None, top, bound)
        for name, bound in bounds.items()
    }


def _with_names(graph: SupplyGraph | ProductionNetwork, fails: str, frame: pl.DataFrame) -> pl.DataFrame:
    if isinstance(graph, ProductionNetwork):
        return frame
    table = graph.items if fails == "item" else graph.suppliers
    names = table.select(node="id", name_en="name_en", name_ja="name_ja")
    frame = frame.join(names, on="node", how="left", maintain_order="left")
    return frame.select("node", "name_en", "name_ja", pl.all().exclude("node", "name_en", "name_ja"))
