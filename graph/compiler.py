"""From a supply graph to a production network: whose sourcing, which view, which requirements.

Everything is done in whole columns: a graph of a hundred thousand items compiles in about a second. Expressions are
worked out one after the other (``select_seq``): most graphs are small, and to hand a column to another thread takes longer
than to reckon it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from .names import Names
from .network import (
    ASSUMED,
    EQUIPMENT,
    EXTRA,
    GROUP,
    HOME,
    MAKER,
    MARKET,
    NEW,
    NODE_SCHEMA,
    REMAINDER,
    SHARED,
    UNIFORM,
    WORLD_MARKET,
    NewSource,
    ProductionNetwork,
    check_level,
)
from .sourcing import ABOUT, MEMBER, placeless, sourcing

if TYPE_CHECKING:
    from .supply_graph import SupplyGraph

_FACTS = ["kept_low", "kept_high", "use_low", "use_high", "life", "lag"]
_LINK = ["node", "target", "low", "high", "share", "flags", *_FACTS, "source"]


def compile_graph(
    graph: SupplyGraph,
    product: str | None,
    buyer: str | None,
    level: str,
    domestic: bool,
    sources: Iterable[NewSource] = (),
    without: Collection[str] = (),
) -> ProductionNetwork:
    """Return the production network of ``graph``; see `SupplyGraph.network`."""
    check_level(level)
    if product is not None:
        graph.item(product)
    if buyer is not None:
        graph.supplier(buyer)
    return _Compiler(graph, product, buyer, level, domestic, sorted(set(sources), key=str), without).compile()


class _Compiler:
    def __init__(
        self,
        graph: SupplyGraph,
        product: str | None,
        buyer: str | None,
        level: str,
        domestic: bool,
        sources: list[NewSource],
        without: Collection[str],
    ) -> None:
        self.graph, self.product, self.buyer, self.level, self.domestic = graph, product, buyer, level, domestic
        self.sources = sources
        tops = [product, *(by for _, _, by, _ in sources if by is not None)] if product is not None else None
        self.items = graph.items["id"] if tops is None else graph.needed_by([top for top in tops if top is not None])
        self.requirements = _requirements(graph, self.items, without)
        self.chains = graph.supplier_chains

    def compile(self) -> ProductionNetwork:
        members, views = self._markets()
        makers = members.select_seq("item", "supplier").unique(maintain_order=True)
        made = [(item, place or NEW) for item, place, by, _ in self.sources if by is None]
        for _, supplier in made:
            self._chain(supplier)
        plants = pl.DataFrame(
            self._new_plants(), schema={"item": pl.String, "supplier": pl.String, "new": pl.Int64}, orient="row"
        )
        makers = pl.concat([makers.with_columns_seq(new=pl.lit(None, pl.Int64)), plants]).with_row_index("node")
        markets = views.with_row_index("node", makers.height)
        wants = self._wanted(makers, markets)
        groups, wants = _groups(wants, makers.height + markets.height)
        nodes = self._rows(makers, markets, groups)
        links = self._links(makers, markets, groups, wants, members)
        del groups, wants, members  # of a large graph they take as much room as the network
        return self._assemble(nodes, links, makers.height, markets)

    # Markets and their makers ----------------------------------------------------------------------------------------

    def _markets(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the members of all markets that somebody here uses, and one row per market."""
        members, views = sourcing(self.graph, self.items, self.level)
        none = pl.DataFrame({"item": self.items}).join(
            views.filter(pl.col("buyer") == WORLD_MARKET), on="item", how="anti", maintain_order="left"
        )
        rest = {"buyer": pl.lit(WORLD_MARKET), "supplier": pl.lit(REMAINDER), "low": pl.lit(1.0), "high": pl.lit(1.0)}
        members = pl.concat([members, none.with_columns_seq(**rest).select_seq(MEMBER.keys())])
        empty = none.with_columns_seq(buyer=pl.lit(WORLD_MARKET), imports=pl.lit(False))
        views = pl.concat([views, empty], how="diagonal")
        homes = self._homes(members)
        if homes:
            rows = [{"item": item, "buyer": place, "supplier": self.buyer, "low": 1.0, "high": 1.0} for item, place in homes]
            mine = pl.DataFrame(rows, schema=MEMBER)
            members = pl.concat([members.join(mine, on=["item", "buyer"], how="anti", maintain_order="left"), mine])
            views = views.join(mine, on=["item", "buyer"], how="anti", maintain_order="left")
            views = pl.concat([views, mine.select_seq("item", "buyer")], how="diagonal")
        # A scoped view is used where its buyer makes or buys something here; it may name new makers, who use views again.
        scopes = set(views["buyer"]) - {WORLD_MARKET, HOME}
        used = {WORLD_MARKET, HOME}
        standing = set(self._chain(self.buyer)) if self.buyer is not None else set()
        while True:
            here = members.filter(pl.col("buyer").is_in(list(used)))["supplier"].unique()
            for supplier in here:
                standing.update(self._chain(supplier))
            more = (scopes & standing) - used
            if not more:
                break
            used |= more
        kept = pl.col("buyer").is_in(list(used))
        order = pl.DataFrame({"item": self.items}).with_row_index("rank")
        views = views.filter(kept).join(order, on="item").sort(pl.col("buyer") != WORLD_MARKET, "rank", "buyer")
        return members.filter(kept), views.select_seq("item", "buyer", *ABOUT)

    def _homes(self, members: pl.DataFrame) -> list[tuple[str, str]]:
        """The markets that hold only what the buyer makes: the product, and the steps that are taken to be made at home."""
        if self.buyer is None:
            return []
        found = [(self.product, HOME)] if self.product is not None else []
        if self.domestic:
            # Nobody's share is known: a market without suppliers, or one that only names them.
            known = pl.col("low").filter(pl.col("supplier") != REMAINDER).sum()
            world = members.filter(pl.col("buyer") == WORLD_MARKET).group_by("item", maintain_order=True).agg(known=known)
            world = world.filter(pl.col("known") == 0)
            needing = set(self.requirements["item"])
            unknown = [item for item in world["item"] if item in needing and item != self.product]
            found += [(item, self.buyer) for item in unknown]
        return found  # type: ignore[return-value]

    def _chain(self, supplier: str) -> tuple[str, ...]:
        return self.chains.setdefault(supplier, (supplier,))

    def _new_plants(self) -> list[tuple[str, str, int]]:
        """Makers of the sources that a scenario may open: each is one plant of its own."""
        return [(item, place or NEW, i) for i, (item, place, by, _) in enumerate(self.sources) if by is None]

    # Requirements ----------------------------------------------------------------------------------------------------

    def _wanted(self, makers: pl.DataFrame, markets: pl.DataFrame) -> pl.DataFrame:
        """Return one row per maker and alternative of a requirement: the market it is bought on, and if that is known."""
        wants = makers.join(self.requirements, on="item", how="inner", maintain_order="left_right")
        bare = [i for i, source in enumerate(self.sources) if not source[3]]
        wants = wants.filter(~pl.col("new").is_in(bare).fill_null(False))
        scoped = markets.filter(~pl.col("buyer").is_in([WORLD_MARKET, HOME])).select_seq(
            input="item", ancestor="buyer", scoped="node"
        )
        world = markets.filter(pl.col("buyer") == WORLD_MARKET).select_seq(input="item", world="node")
        wants = wants.join(world, on="input", how="left", maintain_order="left")
        chains = pl.DataFrame(
            [(supplier, place, rank) for supplier, chain in self.chains.items() for rank, place in enumerate(chain)],
            schema={"supplier": pl.String, "ancestor": pl.String, "rank": pl.Int64},
            orient="row",
        )
        own = (
            chains.join(scoped, on="ancestor")
            .sort("rank", maintain_order=True)
            .unique(["supplier", "input"], keep="first", maintain_order=True)
            .select_seq("supplier", "input", "scoped")
        )
        wants = wants.join(own, on=["supplier", "input"], how="left", maintain_order="left")
        kinds = self.graph.suppliers.select_seq(supplier="id", supplier_kind="kind")
        wants = wants.join(kinds, on="supplier", how="left", maintain_order="left")
        # Bought where everybody buys, as far as anybody knows: a plant (a site, the audited company, a new source) is
        # taken to buy as the world does, other makers share what there is in a way that nobody knows.
        told = pl.col("scoped").is_not_null().all().over("node", "requirement")
        single = (pl.col("supplier_kind") == "site") | pl.col("new").is_not_null()
        mine = pl.lit(False)
        if self.buyer is not None:
            homes = [self.product, *markets.filter(pl.col("buyer") == self.buyer)["item"]]
            mine = (pl.col("supplier") == self.buyer) & pl.col("item").is_in([home for home in homes if home])
            single |= mine & (pl.col("supplier_kind") != "country")
        return wants.select_seq(
            *("node", "item", "requirement", "mix", "source", "alternatives", *_FACTS),
            market=pl.coalesce("scoped", "world"),
            flags=pl.when(told)
            .then(0)
            .otherwise(
                pl.when(single.fill_null(False)).then(0).otherwise(SHARED)
                + pl.when((single | mine).fill_null(False)).then(ASSUMED).otherwise(0)
            )
            .cast(pl.Int64)
            + pl.when("equipment").then(EQUIPMENT).otherwise(0),
        )

    # Arrays ----------------------------------------------------------------------------------------------------------

    def _assemble(self, nodes: pl.DataFrame, links: pl.DataFrame, first: int, markets: pl.DataFrame) -> ProductionNetwork:
        """Return the network of nodes and links; ``first``: the first market."""
        count = nodes.height
        order = np.argsort(links["node"].to_numpy(), kind="stable")
        # Column by column, so that the links stand in memory once.
        column = {name: links.drop_in_place(name).to_numpy()[order] for name in links.columns}
        owner, target, flags = column["node"], column["target"], column["flags"]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)
        sizes = [first, markets.height, count - first - markets.height]
        kind = np.repeat(np.array([MAKER, MARKET, GROUP], np.int8), sizes)
        # What the lower bounds leave open; a source that is shut until a scenario opens it holds no part of it.
        named = np.where((flags & EXTRA) > 0, 0.0, column["low"])
        slack = np.where(kind != MAKER, 1.0 - np.bincount(owner, named, minlength=count), 0.0)
        need_indptr, needs, want, some_indptr, some = _needs(kind, owner, target, flags)
        return ProductionNetwork(
            names=Names(nodes),
            kind=kind,
            whole=_whole(kind, markets, first, owner, flags, want),
            slack=np.where(slack > 1e-12, slack, 0.0),
            indptr=indptr,
            indices=target.astype(np.int64),
            low=column["low"],
            high=column["high"],
            share=column["share"],
            kept_low=np.nan_to_num(column["kept_low"]),
            kept_high=np.nan_to_num(column["kept_high"]),
            use_low=column["use_low"].astype(np.float64),
            use_high=column["use_high"].astype(np.float64),
            life=column["life"].astype(np.float64),
            lag=column["lag"].astype(np.float64),
            flags=flags.astype(np.uint8),
            need_indptr=need_indptr,
            needs=needs,
            wants=want,
            some_indptr=some_indptr,
            some=some,
            chains=self.chains,
            placeless=placeless(self.graph),
            sources=dict(zip(self.sources, _places(column["source"], len(self.sources)), strict=True)),
            product=self.product,
            buyer=self.buyer,
            level=self.level,
            domestic=self.domestic,
        )

    def _links(
        self, makers: pl.DataFrame, markets: pl.DataFrame, groups: pl.DataFrame, wants: pl.DataFrame, members: pl.DataFrame
    ) -> pl.DataFrame:
        """Return all links: what makers want, who supplies markets, alternatives, sources that may be opened."""
        at = markets.select_seq("item", "buyer", market="node")
        plain = makers.filter(pl.col("new").is_null()).select_seq("item", "supplier", maker="node")
        world = members.filter(pl.col("buyer") == WORLD_MARKET).select_seq("item", "supplier", share="low")
        supply = (
            members.join(at, on=["item", "buyer"], maintain_order="left")
            .join(plain, on=["item", "supplier"], maintain_order="left")
            .join(world, on=["item", "supplier"], how="left", maintain_order="left")
            .select_seq("low", "high", pl.col("share").fill_null(0.0), node="market", target="maker")
        )
        whole = ["node", "target", "flags", "source"]
        schema = {name: pl.Int64 if name in whole else pl.Float64 for name in _LINK}
        parts = [
            pl.DataFrame(schema=schema),
            wants.select_seq("node", "target", "flags", *_FACTS, low=1.0, high=1.0),
            supply,
            groups.select_seq("node", "low", "high", *_FACTS, target="market"),
        ]
        if self.sources:
            parts.append(self._opened(makers, markets))
        links = pl.concat(parts, how="diagonal_relaxed").cast(schema)  # type: ignore[arg-type]
        return links.with_columns_seq(pl.col("share", "flags").fill_null(0))

    def _opened(self, makers: pl.DataFrame, markets: pl.DataFrame) -> pl.DataFrame:
        """Links from new sources to every market of their item; shut, since their gain is 0 until a scenario opens them."""
        made = dict(makers.drop_nulls("new").select_seq("new", "node").iter_rows())
        world = dict(markets.filter(pl.col("buyer") == WORLD_MARKET).reverse().select_seq("item", "node").iter_rows())
        targets = [made[i] if by is None else world[by] for i, (_, _, by, _) in enumerate(self.sources)]
        opened = pl.DataFrame(
            {"item": [key[0] for key in self.sources], "target": targets, "source": range(len(targets))},
            schema={"item": pl.String, "target": pl.Int64, "source": pl.Int64},
        )
        frame = opened.join(
            markets.select_seq("item", node=pl.col("node").cast(pl.Int64)), on="item", maintain_order="left_right"
        )
        return frame.with_columns_seq(low=pl.lit(1.0), high=pl.lit(1.0), share=pl.lit(0.0), flags=pl.lit(EXTRA))

    def _rows(self, makers: pl.DataFrame, markets: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
        about = self.graph.suppliers.select_seq(
            supplier="id", country=pl.when(pl.col("kind") == "country").then("id").otherwise("country")
        )
        made = makers.join(about, on="supplier", how="left", maintain_order="left")
        made = made.select_seq("item", "supplier", "country", role=pl.lit("maker"))
        sold = markets.select_seq("item", "buyer", *ABOUT, role=pl.lit("market"))
        mixed = groups.unique("node", keep="first", maintain_order=True).select_seq(
            "item", role=pl.lit("group"), source="source"
        )
        return pl.concat([made, sold, mixed], how="diagonal").select_seq(
            pl.col(name).cast(kind) for name, kind in NODE_SCHEMA.items()
        )


def _places(numbers: np.ndarray, count: int) -> list[np.ndarray]:
    """Return where each of the first ``count`` numbers stands."""
    order = np.argsort(numbers, kind="stable")  # blanks last
    bounds = np.searchsorted(numbers[order], np.arange(count + 1))
    return [order[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]


def _whole(
    kind: np.ndarray, markets: pl.DataFrame, first: int, owner: np.ndarray, flags: np.ndarray, want: np.ndarray
) -> np.ndarray:
    """Return which markets are whole (1), and of these which have makers who all share all needs (2)."""
    # A market of one home maker counts as whole: a buyer is taken to buy as the world does.
    alone = markets["level"].is_null() & (markets["buyer"] != WORLD_MARKET)
    whole = np.zeros(len(kind), np.int8)
    whole[first : first + markets.height] = ((markets["buyer"] == WORLD_MARKET) | alone).to_numpy()
    apart = np.zeros(len(kind), np.bool_)
    apart[owner[(want != 1) & ((flags & EXTRA) == 0)]] = True
    return np.where((whole > 0) & ~apart, UNIFORM, whole).astype(np.int8)


def _requirements(graph: SupplyGraph, items: pl.Series, without: Collection[str]) -> pl.DataFrame:
    """Requirements of items, one row per alternative, without those that nothing needs, and some inputs."""
    low, high = pl.col("kept_without_low"), pl.col("kept_without_high")
    told = low.is_not_null() | high.is_not_null()
    essential = pl.col("essential").fill_null(True)
    rows = graph.inputs.with_row_index("requirement").filter(
        pl.col("item").is_in(items.implode()) & pl.col("input").is_in(items.filter(~items.is_in(list(without))).implode())
    )
    rows = rows.with_columns_seq(
        kept_low=pl.when(told).then(low.fill_null(0.0)).otherwise(1.0 - essential.cast(pl.Float64)),
        kept_high=pl.when(told).then(high.fill_null(1.0)).otherwise(1.0 - essential.cast(pl.Float64)),
        equipment=(pl.col("role") == "equipment").fill_null(False),
    ).filter(pl.col("kept_low") < 1)
    # Rows of one group are one requirement: it takes the bounds of all its rows, and a machine only where all are machines.
    key = pl.when(pl.col("group").is_null()).then(pl.struct("item", pl.lit(None, pl.String).alias("group"), "requirement"))
    key = key.otherwise(pl.struct("item", "group", pl.lit(None, pl.UInt32).alias("requirement")))
    rows = rows.with_columns_seq(requirement=key.rank("dense"))
    over = "requirement"
    return rows.select_seq(
        "item",
        "requirement",
        "input",
        "mix",
        "source",
        pl.col("kept_low").min().over(over),
        pl.col("kept_high").max().over(over),
        pl.col("equipment").all().over(over),
        alternatives=pl.len().over(over),
        use_low=pl.coalesce("use_share_low", pl.when(pl.col("use_share_high").is_not_null()).then(0.0)),
        use_high=pl.coalesce("use_share_high", pl.when(pl.col("use_share_low").is_not_null()).then(1.0)),
        life="life_days",
        lag="lag_days",
    )


def _groups(wants: pl.DataFrame, first: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the groups of alternatives (one row per alternative), and the requirements as links to a market or group.

    Makers that buy the alternatives on the same markets share one group node.
    """
    alone = wants.filter(pl.col("alternatives") == 1).with_columns_seq(target="market")
    several = wants.filter(pl.col("alternatives") > 1)
    if several.is_empty():
        none = several.with_columns_seq(low=pl.lit(0.0), high=pl.lit(0.0))
        return none, alone.sort("node", "requirement", maintain_order=True)
    key = several.group_by("node", "requirement", maintain_order=True).agg(pl.col("market").cast(pl.String))
    key = key.with_columns_seq(key=pl.format("{}:{}", "requirement", pl.col("market").list.join(",")))
    ids = key.select_seq(pl.col("key").unique(maintain_order=True)).with_row_index("target", first)
    key = key.join(ids, on="key", maintain_order="left").select_seq("node", "requirement", "target")
    several = several.join(key, on=["node", "requirement"], maintain_order="left")
    heads = several.unique(["node", "requirement"], keep="first", maintain_order=True)
    # The alternative's own use share and delivery stand in the group; need, life and flags in the requirement.
    heads = heads.with_columns_seq(
        use_low=pl.lit(None, pl.Float64), use_high=pl.lit(None, pl.Float64), lag=pl.lit(None, pl.Float64)
    )
    links = pl.concat([alone, heads.select_seq(alone.columns)], how="vertical_relaxed").sort(
        "node", "requirement", maintain_order=True
    )
    rows = several.filter(pl.col("node") == pl.col("node").first().over("target"))
    known = pl.col("mix").sum().over("target")
    told = pl.col("mix").is_not_null().all().over("target")
    rows = rows.with_columns_seq(
        low=pl.when(told & (known > 0))
        .then(pl.col("mix") / known)
        .when(told)
        .then(0.0)
        .otherwise(pl.col("mix").fill_null(0.0)),
        high=pl.when(told & (known > 0))
        .then(pl.col("mix") / known)
        .when(told)
        .then(1.0)
        .otherwise(pl.coalesce("mix", pl.max_horizontal(0.0, 1.0 - known))),
        kept_low=pl.lit(0.0),
        kept_high=pl.lit(0.0),
    )
    return rows.drop("node").rename({"target": "node"}).sort("node", maintain_order=True), links


def _needs(
    kind: np.ndarray, owner: np.ndarray, target: np.ndarray, flags: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the shared requirements of every market, and which of them the maker behind each link shares."""
    n, m = len(kind), len(target)
    number = np.arange(m)
    shared = pl.DataFrame({"maker": owner, "goal": target, "link": number}).filter(pl.Series((flags & SHARED) > 0))
    sells = (kind[owner] == MARKET) & (kind[target] == MAKER) & ((flags & EXTRA) == 0)
    sales = pl.DataFrame({"market": owner, "maker": target, "sale": number}).filter(pl.Series(sells))
    pairs = sales.join(shared, on="maker", maintain_order="left_right")
    needs = pairs.group_by("market", "goal", maintain_order=True).agg(pl.col("link").min())
    needs = needs.sort("market", "link").with_columns_seq(slot=pl.int_range(pl.len()).over("market"))
    counts = np.bincount(needs["market"].to_numpy(), minlength=n)
    shares = np.bincount(pairs["sale"].to_numpy(), minlength=m)
    # Who buys something by itself, too, may make less than it could: it is looked at apart from those who share all.
    alone = np.bincount(owner[(kind[owner] == MAKER) & ((flags & SHARED) == 0)], minlength=n) > 0
    wants = np.where(shares == 0, 0, np.where((shares == counts[owner]) & ~alone[target], 1, 2)).astype(np.int8)
    some = pairs.filter(pl.Series(wants[pairs["sale"].to_numpy()] == 2)).join(
        needs.select_seq("market", "goal", "slot"), on=["market", "goal"], maintain_order="left"
    )
    some = some.sort("sale", "slot")
    some_counts = np.bincount(some["sale"].to_numpy(), minlength=m)
    return (
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        needs["link"].to_numpy().astype(np.int64),
        wants,
        np.concatenate([[0], np.cumsum(some_counts)]).astype(np.int64),
        some["slot"].to_numpy().astype(np.int64),
    )
