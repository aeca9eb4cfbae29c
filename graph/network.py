"""The production network: a supply graph compiled to arrays, an AND of ORs.

Three kinds of nodes make up the whole model. With values in 0..1 (1 = as usual):

- a **maker** (an item made by a supplier) has a capacity and requirements;
- a **market** (an item as one buyer or the world buys it) adds up its makers, weighted by sourcing shares;
- a **group** (inputs that can replace each other) adds up the markets of its alternatives.

Who buys from whom is known for few makers. A requirement of a maker is its **own** where ``trades`` or a market view
scoped to it (its parent, its country) say where it buys; it is then one plant, limited by its scarcest requirement. All
other requirements are **shared**: the makers of a market draw on them together, and how the supply is divided among them
stays unknown. The arithmetic (best arrangement, worst arrangement, all supplied alike) is that of `kanmon.risk.simulate`.

Markets carry ``share``, the part of the world's supply that each maker holds: it tells how much of a shortage of the
world can fall on the makers that one buyer knows. What is not attributed to a named supplier is a maker of its own, the
*remainder* (supplier ""), in a place that is not known.

The network never changes. A scenario is bounds on its capacities and on the gains of its links, the latter for each side
from which a market can be read (see `kanmon.risk.production.conditions`). New sources that a scenario names are compiled in,
shut.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from .arguments import checked
from .errors import InputError, UnknownIdError, shorten
from .files import reading, writing
from .names import Names

if TYPE_CHECKING:
    from .transactions import FirmNetwork

WORLD_MARKET = ""
"""The buyer of a market that every buyer without sourcing of its own uses."""
REMAINDER = ""
"""The supplier id of what is not attributed to anybody named."""
HOME = "@"
"""The buyer of the market that holds nothing but what the buyer makes of the product."""
NEW = "+"
"""The supplier id of a new source in a place that no scenario touches."""
MAKER, MARKET, GROUP = 0, 1, 2
SHARED, EQUIPMENT, ASSUMED, EXTRA = 1, 2, 4, 8
"""Flags of links: sourcing that nobody knows; a machine; "buys as the world does" is assumed; a new source of a scenario."""
UNIFORM = 2
"""A whole market all of whose makers share all of its needs, and buy nothing by themselves."""
LEVELS = ("country", "company", "site")
"""Whose shares a network is made of."""

NewSource = tuple[str, str | None, str | None, bool]
"""What a scenario may open: item, where it stands, the item that substitutes (or None), if it needs the usual inputs."""


class Chains(dict[str, tuple[str, ...]]):
    """For each supplier: itself, the companies it belongs to, its countries."""

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """Who belongs to each company or stands in each country, what belongs to it included."""
        found: dict[str, list[str]] = defaultdict(list)
        for supplier, chain in self.items():
            for up in chain[1:]:
                found[up].append(supplier)
        return dict(found)


class Views(dict[str, int]):
    """The market of each item; one that there is none of is an `UnknownIdError`."""

    def __missing__(self, item: str) -> int:
        raise UnknownIdError("item", item, self)


@dataclass(frozen=True, eq=False, repr=False)
class ProductionNetwork:
    """Makers, markets and groups as compressed sparse rows; see the module for what they mean.

    With n nodes, m links (requirements of a maker, sources of a market or group) and q needs:

    Attributes
    ----------
    nodes : polars.DataFrame
        n rows: ``item``; ``supplier`` (makers; "" is the remainder), ``country`` of the supplier; ``buyer`` (markets: whose
        sourcing; "" is the world's); ``role`` ("maker", "market", "group"); for markets the view behind them: ``level,
        measure, year, source, confidence``.
    kind : numpy.ndarray of int8
        n: `MAKER`, `MARKET` or `GROUP`.
    whole : numpy.ndarray of int8
        n: 1 for markets whose makers are all there are, so that what the world loses, they lose together; 2 (`UNIFORM`)
        where these moreover share all needs of the market; else 0.
    slack : numpy.ndarray
        n: weight of a market or group that its lower bounds leave open.
    indptr, indices : numpy.ndarray
        Links of node i: ``indices[indptr[i]:indptr[i + 1]]``.
    low, high : numpy.ndarray
        m: bounds of the weights (1 for requirements; 1 for links of new sources, whose gain is 0 until one is opened).
    share : numpy.ndarray
        m: the least part of the world's supply that the maker holds (markets that are not whole).
    kept_low, kept_high : numpy.ndarray
        m: bounds of the part of the output that a maker keeps without this requirement.
    use_low, use_high : numpy.ndarray
        m: bounds of this use's part of the input's demand (NaN: not known).
    life, lag : numpy.ndarray
        m: days that equipment lasts, days of delivery (NaN: not known).
    flags : numpy.ndarray of uint8
        m: `SHARED`, `EQUIPMENT`, `ASSUMED`, `EXTRA`.
    need_indptr, needs : numpy.ndarray
        Shared requirements of market i, each as one of its links: ``needs[need_indptr[i]:need_indptr[i + 1]]``.
    wants : numpy.ndarray of int8
        m: whether the maker behind a market's link shares none (0) of the market's needs, all of them and buys nothing by
        itself (1), or some, or all beside what it buys by itself (2).
    some_indptr, some : numpy.ndarray
        For links of kind 2: which, counted from the market's first need.
    names : Names
        The texts of the nodes, by number.
    chains : dict of str to tuple of str
        For each supplier: itself, the companies it belongs to, its countries: whose sourcing it uses, and where it stands.
    placeless : frozenset of str
        Companies and sites of which nobody says in which country they stand.
    sources : dict of NewSource to numpy.ndarray
        Links that a new source opens.
    product, buyer : str or None
        What was asked about, from whose place.
    level : str
        Whose shares.
    domestic : bool
        Whether steps that nobody is known to supply are made at the buyer's.
    """

    names: Names
    kind: np.ndarray
    whole: np.ndarray
    slack: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    low: np.ndarray
    high: np.ndarray
    share: np.ndarray
    kept_low: np.ndarray
    kept_high: np.ndarray
    use_low: np.ndarray
    use_high: np.ndarray
    life: np.ndarray
    lag: np.ndarray
    flags: np.ndarray
    need_indptr: np.ndarray
    needs: np.ndarray
    wants: np.ndarray
    some_indptr: np.ndarray
    some: np.ndarray
    chains: Chains
    placeless: frozenset[str] = frozenset()
    sources: dict[NewSource, np.ndarray] = field(default_factory=dict)
    product: str | None = None
    buyer: str | None = None
    level: str = "country"
    domestic: bool = False
    folder: Path | None = field(default=None)

    @classmethod
    @checked()
    def from_transactions(cls, transactions: Any, firms: Any, roles: Any = None, **options: Any) -> FirmNetwork:
        """Compile a firm-to-firm transaction table; see `FirmNetwork.from_transactions`."""
        from .transactions import FirmNetwork

        return FirmNetwork.from_transactions(transactions, firms, roles, **options)

    @checked()
    def market(self, item: str) -> int:
        """Return the node of the market of ``item`` as this network's buyer sees it.

        Raises
        ------
        UnknownIdError
            The item is not in this network.
        """
        return self.views[item]

    @cached_property
    def views(self) -> Views:
        """The market of each item as the buyer sees it: its own, else that of whom it falls back to, else the world's."""
        nodes, items, buyers = self._sold
        found = Views()
        for place in dict.fromkeys((WORLD_MARKET, *reversed(self.places), HOME)):  # who is nearer takes the place
            here = buyers == self.names.code("buyer", place)
            found.update(zip(self.names.texts("item", items[here]), nodes[here].tolist(), strict=True))
        return found

    @property
    def nodes(self) -> pl.DataFrame:
        """The nodes, a row each."""
        return self.names.frame

    @property
    def places(self) -> tuple[str, ...]:
        """The buyer, and whose sourcing it falls back to (parent, country); empty for the world."""
        return () if self.buyer is None else self.chains[self.buyer]

    @cached_property
    def items(self) -> list[str]:
        """The items in the network, in the order of the graph."""
        _, items, buyers = self._sold
        first = items[buyers == self.names.code("buyer", WORLD_MARKET)]
        return list(dict.fromkeys(self.names.texts("item", np.concatenate([first, items]))))

    @cached_property
    def item_markets(self) -> np.ndarray:
        """The market of each of the `items`, as this network's buyer sees it."""
        return np.array([self.views[item] for item in self.items], np.int64)

    @cached_property
    def markets(self) -> dict[tuple[str, str], int]:
        """Nodes of the markets by item and buyer ("" is the world market, "@" what the buyer makes of the product)."""
        nodes, items, buyers = self._sold
        sold = zip(self.names.texts("item", items), self.names.texts("buyer", buyers), strict=True)
        return dict(zip(sold, nodes.tolist(), strict=True))

    @property
    def _sold(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The nodes of the markets, and the numbers of their items and buyers."""
        at = np.flatnonzero(self.kind == MARKET)
        return at, self.names.codes("item")[at], self.names.codes("buyer")[at]

    @cached_property
    def makers(self) -> pl.DataFrame:
        """The makers: ``node, item, supplier, country``."""
        at = np.flatnonzero(self.kind == MAKER)
        about = (self.nodes[name].gather(at) for name in ("item", "supplier", "country"))
        return pl.DataFrame([pl.Series("node", at), *about])

    @cached_property
    def facts(self) -> dict[Any, Any]:
        """What was worked out of this network once; see `remembered`."""
        return {}

    @cached_property
    def owner(self) -> np.ndarray:
        """The node that each link belongs to (m)."""
        return np.repeat(np.arange(len(self.kind)), np.diff(self.indptr))

    @cached_property
    def widest(self) -> int:
        """The most links of a node."""
        return int(np.diff(self.indptr).max(initial=0))

    @cached_property
    def deepest(self) -> int:
        """The most needs that the makers of a market share."""
        return int(np.diff(self.need_indptr).max(initial=0))

    @cached_property
    def home(self) -> int | None:
        """The maker that the buyer is of the product; it goes on, whatever happens to the country that it stands in."""
        nodes, items, buyers = self._sold
        code = self.names.code
        found = nodes[(items == code("item", str(self.product))) & (buyers == code("buyer", HOME))]
        return int(self.indices[self.indptr[found[0]]]) if len(found) else None

    @cached_property
    def order(self) -> tuple[np.ndarray, np.ndarray]:
        """Nodes in strongly connected blocks, what is needed first, and where each block starts."""
        from .blocks import blocks

        return blocks(self.indptr, self.indices)

    @cached_property
    def block_of(self) -> np.ndarray:
        """The block that each node is in (n)."""
        order, starts = self.order
        block = np.zeros(len(order), np.int64)
        block[order] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        return block

    @checked()
    def links(self, node: int) -> np.ndarray:
        """Return the numbers of the links of a node."""
        return np.arange(self.indptr[node], self.indptr[node + 1])

    @checked()
    def save(self, folder: str | Path) -> ProductionNetwork:
        """Write the arrays to a folder and return the network mapped from there."""
        folder = Path(folder)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name in ARRAYS:
                np.save(folder / f"{name}.npy", getattr(self, name))
            self.nodes.write_parquet(folder / "nodes.parquet")
            about = {name: getattr(self, name) for name in ("product", "buyer", "level", "domestic", "chains")}
            about["placeless"] = sorted(self.placeless)
            about["sources"] = [[list(key), links.tolist()] for key, links in self.sources.items()]
            (folder / "network.json").write_text(json.dumps(about), encoding="utf-8")
        return self.open(folder)

    @classmethod
    @checked()
    def open(cls, folder: str | Path) -> ProductionNetwork:
        """Map a network that `save` wrote; processes that open the same folder share its memory.

        Raises
        ------
        ReadError
            The folder holds no saved network.
        """
        folder = Path(folder)
        with reading(folder, "graph.network.no_network"):
            about = json.loads((folder / "network.json").read_text(encoding="utf-8"))
            arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
            about["chains"] = Chains((supplier, tuple(chain)) for supplier, chain in about["chains"].items())
            about["placeless"] = frozenset(about["placeless"])
            about["sources"] = {tuple(key): np.array(links, np.int64) for key, links in about["sources"]}
            return cls(Names(pl.read_parquet(folder / "nodes.parquet")), **arrays, **about, folder=folder)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folder is not None:
            return ProductionNetwork.open, (self.folder,)
        return ProductionNetwork, tuple(getattr(self, one.name) for one in fields(self))

    def __repr__(self) -> str:
        makers = int((self.kind == MAKER).sum())
        place = f"; {shorten(self.product)}" if self.product else ""
        place += f" for {shorten(self.buyer)}" if self.buyer else ""
        pools = len(self.kind) - makers
        return f"ProductionNetwork({makers:,} makers, {pools:,} pools, {len(self.indices):,} links{place})"


ARRAYS = tuple(one.name for one in fields(ProductionNetwork) if one.type == "np.ndarray")
NODE_SCHEMA = {
    "item": pl.String,
    "supplier": pl.String,
    "country": pl.String,
    "buyer": pl.String,
    "role": pl.String,
    "level": pl.String,
    "measure": pl.String,
    "year": pl.Int64,
    "source": pl.String,
    "confidence": pl.String,
}


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a function of a network (and of words and numbers) returns with that network, as long as it is there."""

    @wraps(function)
    def known(network: ProductionNetwork, *about: Any, **named: Any) -> Any:
        key = function, about, *named.items()
        if key not in network.facts:
            network.facts[key] = function(network, *about, **named)
        return network.facts[key]

    return known


def check_level(level: str) -> str:
    """Return ``level`` when it is one; raise `InputError` otherwise."""
    if level not in LEVELS:
        raise InputError("graph.network.level", value=shorten(level))
    return level
