"""Open facts: everything that a network's data leaves open, as settings that a completion fills in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ...graph import ProductionNetwork
from ...graph.network import EQUIPMENT, EXTRA, GROUP, MAKER, MARKET, REMAINDER, SHARED, remembered
from .simulation import Assumptions

NOBODY_NAMED, REST, NO_FIGURE, MIX, NEED, USE, SOURCING, PLACE, ARRANGEMENT, SCENARIO = KINDS = (
    "nobody_named",
    "remainder",
    "no_figure",
    "mix",
    "need",
    "use",
    "sourcing",
    "place",
    "arrangement",
    "scenario",
)
"""Nobody is named for an item; part of a market is attributed to nobody; suppliers have no figure of their own; the mix of
alternatives; what is made without a requirement; this use's part of an input's demand; who among a step's makers is supplied
when its inputs are short; where a named maker stands. The last two can be looked up by nobody: how well shortages are shared
out in the whole economy, and how much of a scenario comes true."""
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class Fact:
    """One open fact.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    item : str
        The item that is made or sold.
    input : str
        The requirement (alternatives separated by "|"); "" where the fact is about the item itself.
    buyer : str
        Whose market ("" is the world's).
    pools : numpy.ndarray
        Nodes whose open weights it settles.
    links : numpy.ndarray
        Links whose need or use share it settles.
    rests : numpy.ndarray
        Links to makers whom nobody names, or whose place it settles.
    touched : numpy.ndarray
        Nodes that read its settings.
    supplier : str
        The maker whose place it settles; "" else.
    """

    kind: str
    item: str
    input: str = ""
    buyer: str = ""
    pools: np.ndarray = field(default_factory=lambda: _NONE)
    links: np.ndarray = field(default_factory=lambda: _NONE)
    rests: np.ndarray = field(default_factory=lambda: _NONE)
    touched: np.ndarray = field(default_factory=lambda: _NONE)
    supplier: str = ""


@dataclass(frozen=True)
class Sections:
    """Where each kind of setting stands; see `draw_kernels.put`."""

    n: int
    m: int

    @property
    def starts(self) -> dict[str, int]:
        """First place of each section."""
        n, m = self.n, self.m
        names = ("low", "kept", "use", "slack", "arranged", "cap", "gain")
        return dict(zip(names, np.cumsum([0, m, m, m, n, n, n]).tolist(), strict=True))


def sections(network: ProductionNetwork) -> Sections:
    """Return the sections of a network."""
    return Sections(len(network.kind), len(network.indices))


def required(network: ProductionNetwork) -> list[str]:
    """Return for every link of a maker what it requires: an item, or alternatives separated by "|"; "" for other links."""
    items = network.nodes["item"].to_list()
    names = list(items)
    for node in np.flatnonzero(network.kind == GROUP):
        names[node] = "|".join(sorted({items[network.indices[k]] for k in network.links(int(node))}))
    makes = network.kind[network.owner] == MAKER
    return [names[goal] if own else "" for goal, own in zip(network.indices.tolist(), makes.tolist(), strict=True)]


@remembered
def open_facts(network: ProductionNetwork, assumptions: Assumptions | None = None) -> tuple[Fact, ...]:
    """Return the open facts of a network, in the order of its nodes; what the assumptions make idle is left out."""
    assumptions = assumptions or Assumptions()
    facts = [*_markets(network), *_mixes(network), *_needs(network, assumptions), *_sourcing(network, assumptions)]
    if assumptions.sharing == "first":
        facts += _uses(network)
    return tuple(facts + _places(network))


def _markets(network: ProductionNetwork) -> list[Fact]:
    supplier = network.nodes["supplier"].fill_null("?").to_numpy()
    about = network.nodes.select("item", "buyer").rows()
    found = []
    for node in np.flatnonzero(network.kind == MARKET):
        links = network.links(int(node))
        links = links[(network.flags[links] & EXTRA) == 0]
        rests = links[supplier[network.indices[links]] == REMAINDER]
        if not len(rests) and network.slack[node] <= 0:
            continue
        kind = NO_FIGURE if not len(rests) else NOBODY_NAMED if len(rests) == len(links) else REST
        one = np.array([node])
        item, buyer = about[node]
        found.append(Fact(kind, item, buyer=buyer or "", pools=one, rests=rests, touched=one))
    return found


def _mixes(network: ProductionNetwork) -> list[Fact]:
    """Groups of one requirement that are bought on different markets share their mix."""
    items = network.nodes["item"].to_list()
    groups: dict[tuple[str, str], list[int]] = {}
    for node in np.flatnonzero((network.kind == GROUP) & (network.slack > 0)):
        names = "|".join(sorted({items[network.indices[k]] for k in network.links(int(node))}))
        groups.setdefault((items[node], names), []).append(int(node))
    return [Fact(MIX, item, names, pools=np.array(n), touched=np.array(n)) for (item, names), n in groups.items()]


def _needs(network: ProductionNetwork, assumptions: Assumptions) -> list[Fact]:
    graded = network.kept_low < network.kept_high
    if assumptions.term == "short":
        graded &= (network.flags & EQUIPMENT) == 0
    return _by_requirement(network, NEED, graded)


def _uses(network: ProductionNetwork) -> list[Fact]:
    return _by_requirement(network, USE, network.use_low < network.use_high)


def _by_requirement(network: ProductionNetwork, kind: str, chosen: np.ndarray) -> list[Fact]:
    """Links that say the same of one item's requirement are one fact."""
    items, names = network.nodes["item"].to_list(), required(network)
    found: dict[tuple[str, str], list[int]] = {}
    for link in np.flatnonzero(chosen).tolist():
        name = names[link] or items[network.indices[link]]
        found.setdefault((items[network.owner[link]], name), []).append(link)
    readers = np.repeat(np.arange(len(network.kind)), np.diff(network.need_indptr))
    facts = []
    for (item, name), links in found.items():
        mine = np.array(links)
        own = network.owner[mine[(network.flags[mine] & SHARED) == 0]]
        touched = np.unique(np.concatenate([own, readers[np.isin(network.needs, mine)]]))
        facts.append(Fact(kind, item, name, links=mine, touched=touched.astype(np.int64)))
    return facts


def _sourcing(network: ProductionNetwork, assumptions: Assumptions) -> list[Fact]:
    """Markets whose makers share needs: who of them is supplied is open."""
    binding = network.kept_low[network.needs] < 1
    if assumptions.term == "short":
        binding &= (network.flags[network.needs] & EQUIPMENT) == 0
    readers = np.repeat(np.arange(len(network.kind)), np.diff(network.need_indptr))
    about = network.nodes.select("item", "buyer").rows()
    found = []
    for node in np.unique(readers[binding]).tolist():
        item, buyer = about[node]
        found.append(Fact(SOURCING, item, buyer=buyer or "", touched=np.array([node])))
    return found


def _places(network: ProductionNetwork) -> list[Fact]:
    """Makers of whom nobody says where they stand: each stands at one place, in all its markets; the last of the facts."""
    sales = np.flatnonzero((network.kind[network.owner] == MARKET) & (network.kind[network.indices] == MAKER))
    about = network.nodes.select("supplier", "item").with_row_index("node")[network.indices[sales]]
    here = about.with_columns(link=sales).filter(pl.col("supplier").is_in(sorted(network.placeless)))
    found = []
    for (supplier,), rows in here.group_by("supplier", maintain_order=True):
        links, items = rows["link"].to_numpy(), rows["item"].unique().to_list()
        item = items[0] if len(items) == 1 else ""
        found.append(Fact(PLACE, item, rests=links, touched=np.unique(network.owner[links]), supplier=str(supplier)))
    return found


def fact_table(network: ProductionNetwork, facts: tuple[Fact, ...]) -> pl.DataFrame:
    """Return one row per fact: what it is about, and ``source, year, confidence`` of the market beside it."""
    markets = network.markets
    nodes = [markets.get((fact.item, fact.buyer), markets.get((fact.item, ""))) for fact in facts]
    told = network.nodes.select("source", "year", "confidence")
    rows = [told.row(node) if node is not None else (None, None, None) for node in nodes]
    schema = {"source": pl.String, "year": pl.Int64, "confidence": pl.String}
    beside = pl.DataFrame(rows, schema=schema, orient="row")
    names = {
        name: [getattr(fact, name) or None for fact in facts] for name in ("kind", "item", "input", "buyer", "supplier")
    }
    return pl.DataFrame(names, schema=dict.fromkeys(names, pl.String)).hstack(beside)
