"""From a supply graph to a production network: whose sourcing, which view, which requirements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import polars as pl

from .markets import VIEW
from .network import REMAINDER, WORLD_MARKET, NetworkBuilder, ProductionNetwork, check_level
from .supply_graph import SupplyGraph

_View = dict[str, Any]


def compile_graph(
    graph: SupplyGraph, product: str | None, buyer: str | None, level: str, domestic: bool
) -> ProductionNetwork:
    """Return the production network of ``graph``; see `ProductionNetwork.from_graph`."""
    check_level(level)
    if product is not None:
        graph.item(product)
    if buyer is not None:
        graph.supplier(buyer)
    return _Compiler(graph, product, buyer, level, domestic).compile()


class _Compiler:
    def __init__(self, graph: SupplyGraph, product: str | None, buyer: str | None, level: str, domestic: bool) -> None:
        self.graph, self.product, self.buyer, self.domestic = graph, product, buyer, domestic
        part = graph.upstream(product) if product is not None else graph
        self.items: list[str] = part.items["id"].to_list()
        self.requirements = _requirements(part)
        self.places = _places(graph)
        self.views = _views(graph, part.items["id"], level)
        self.builder = NetworkBuilder()
        self.market: dict[tuple[str, str], int] = {}
        self.makers: dict[tuple[str, str], int] = {}
        self.groups: dict[tuple[str, int, str], int] = {}

    def compile(self) -> ProductionNetwork:
        # Nodes are numbered before their links are known: requirements may run in a circle.
        for item in self.items:
            self._declare_market(item, WORLD_MARKET, self.views.get((item, "world")))
        served: set[str] = set()
        while places := [place for place in self._buyers() if place not in served]:  # a scoped view may name new makers
            served.update(places)
            for place in places:
                for item in self.items:
                    if (item, place) in self.views:
                        self._declare_market(item, place, self.views[item, place])
        if self.buyer is not None:
            for item in self.items if self.domestic else []:
                view = self.views.get((item, "world"), {"remainder": 1.0})
                if item != self.product and self.requirements.get(item) and view["remainder"] == 1:
                    self._declare_home(item, self.buyer)
            if self.product is not None:
                self._declare_home(self.product, self.buyer)
        for (item, supplier), node in list(self.makers.items()):
            places = self._place_of(supplier)
            groups = [self._group(item, i, places) for i in range(len(self.requirements.get(item, [])))]
            self.builder.links[node] = [(group, 1.0, 1.0, 1.0, 1.0) for group in groups]
        return self.builder.build(self.product, self._place_of(self.buyer) if self.buyer is not None else ())

    def _buyers(self) -> list[str]:
        """Buyers that have sourcing of their own and make or buy something here, in a stable order."""
        scopes = {scope for _, scope in self.views if scope != "world"}
        known = {place for item, supplier in self.makers for place in self._place_of(supplier)}
        known |= set(self._place_of(self.buyer)) if self.buyer is not None else set()
        return sorted(scopes & known)

    def _place_of(self, supplier: str) -> list[str]:
        """Whose sourcing a supplier uses: its own, else its parent's, else its country's."""
        return self.places.get(supplier, [])

    def _maker(self, item: str, supplier: str) -> int:
        if (item, supplier) not in self.makers:
            about = self.graph.supplier(supplier) if supplier != REMAINDER else {"country": None, "kind": None}
            country = supplier if about["kind"] == "country" else about["country"]
            row = {"item": item, "supplier": supplier, "country": country, "role": "producer"}
            self.makers[item, supplier] = self.builder.add_producer([], **row)
        return self.makers[item, supplier]

    def _declare_market(self, item: str, place: str, view: _View | None) -> None:
        view = view or {"shares": [], "remainder": 1.0}
        total = max(1.0, sum(low for _, low, _ in view["shares"]))  # rounded shares may sum to a little more than 1
        sources = [(self._maker(item, s), low / total, high / total) for s, low, high in view["shares"]]
        if view.get("excluded"):
            sources = [(node, 0.0, high) for node, _, high in sources]
            sources += [(self._maker(item, supplier), 0.0, 1.0) for supplier in view["excluded"]]
        if view.get("imports"):  # home production is not among imports: it may hold any part
            sources = [(node, 0.0, high) for node, _, high in sources if high > 0]
            sources.append((self._maker(item, place), 0.0, 1.0))
            if view["remainder"] > 0:
                sources.append((self._maker(item, REMAINDER), 0.0, view["remainder"]))
        elif view["remainder"] > 0:
            open_ended = any(high > low for _, low, high in sources)
            low = 0.0 if open_ended else view["remainder"]
            sources.append((self._maker(item, REMAINDER), low, view["remainder"]))
        about = {key: view.get(key) for key in ("level", "measure", "year", "source", "confidence")}
        self.market[item, place] = self.builder.add_pool(sources, item=item, buyer=place, role="market", **about)

    def _declare_home(self, item: str, place: str) -> None:
        """The buyer makes the item itself."""
        maker = self._maker(item, place)
        self.market[item, place] = self.builder.add_pool([(maker, 1.0, 1.0)], item=item, buyer=place, role="market")

    def _group(self, item: str, number: int, places: list[str]) -> int:
        """The pool of a requirement as seen from a place; one alternative needs no pool of its own."""
        alternatives = self.requirements[item][number]["alternatives"]
        markets = [(self._market(name, places), mix) for name, mix in alternatives]
        if len(markets) == 1:
            return markets[0][0]
        place = next((p for p in places if any((name, p) in self.market for name, _ in alternatives)), WORLD_MARKET)
        key = (item, number, place)
        if key not in self.groups:
            known = sum(mix for _, mix in markets if mix is not None)
            rest = max(0.0, 1.0 - known)
            if all(mix is not None for _, mix in markets):
                sources = [(node, mix / known, mix / known) if known else (node, 0.0, 1.0) for node, mix in markets]
            else:
                sources = [(node, mix, mix) if mix is not None else (node, 0.0, rest) for node, mix in markets]
            source = self.requirements[item][number]["source"]
            self.groups[key] = self.builder.add_pool(sources, item=item, buyer=place, role="group", source=source)
        return self.groups[key]

    def _market(self, item: str, places: list[str]) -> int:
        return next(self.market[item, p] for p in (*places, WORLD_MARKET) if (item, p) in self.market)


def _requirements(graph: SupplyGraph) -> dict[str, list[dict[str, Any]]]:
    """Essential requirements by item: each one a list of ``(alternative, mix)``."""
    found: dict[str, dict[Any, dict[str, Any]]] = defaultdict(dict)
    for i, row in enumerate(graph.inputs.iter_rows(named=True)):
        if row["essential"] is False:
            continue
        key = ("group", row["group"]) if row["group"] is not None else ("row", i)
        slot = found[row["item"]].setdefault(key, {"alternatives": [], "source": row["source"]})
        slot["alternatives"].append((row["input"], row["mix"]))
    return {item: list(groups.values()) for item, groups in found.items()}


def _places(graph: SupplyGraph) -> dict[str, list[str]]:
    rows = {row["id"]: row for row in graph.suppliers.iter_rows(named=True)}

    def chain(id: str) -> Iterator[str]:
        seen = set()
        while id is not None and id in rows and id not in seen:
            seen.add(id)
            yield id
            id = rows[id]["parent"]
        for company in list(seen):
            country = rows[company]["country"]
            if country is not None and country not in seen:
                seen.add(country)
                yield country

    return {id: list(chain(id)) for id in rows}


def _views(graph: SupplyGraph, items: pl.Series, level: str) -> dict[tuple[str, str], _View]:
    """The view that is used for each (item, scope): ``trades`` first, then the preferred one of the best level."""
    ranks = {"country": 1, "company": 2, "site": 3} | {level: 0}
    order = pl.col("level").replace_strict(ranks, return_dtype=pl.Int64)
    rows = graph.markets.filter(pl.col("preferred") & pl.col("item").is_in(items.implode()))
    rows = rows.filter(order == order.min().over("item", "scope"))
    found: dict[tuple[str, str], _View] = {}
    worst = pl.col("confidence").replace_strict({"published": 0, "estimated": 1}, default=2, return_dtype=pl.Int64)
    views = rows.group_by("view", *VIEW, maintain_order=True).agg(
        "supplier", "share_low", "share_high", pl.col("remainder", "excluded").first(), worst=worst.max()
    )
    for view in views.iter_rows(named=True):
        found[view["item"], view["scope"]] = {
            **view,
            "shares": list(zip(view["supplier"], view["share_low"], view["share_high"], strict=True)),
            "confidence": ("published", "estimated", "unknown")[view["worst"]],
            "imports": view["scope"] != "world" and (view["measure"] or "").startswith("imports"),
        }
    trades = graph.trades.filter(pl.col("item").is_in(items.implode()) & (pl.col("value") > 0))
    trades = trades.filter(pl.col("year") == pl.col("year").max().over("item", "buyer"))
    flows = trades.group_by("item", "buyer", "year", "seller", maintain_order=True).agg(
        pl.col("value").sum(), pl.col("source", "confidence").first()
    )
    for (item, place, year), sold in flows.group_by("item", "buyer", "year", maintain_order=True):
        shares = sold["value"] / sold["value"].sum()
        found[str(item), str(place)] = {
            "shares": list(zip(sold["seller"], shares, shares, strict=True)),
            "remainder": 0.0,
            "level": "trades",
            "measure": "trades",
            "year": year,
            "source": sold["source"][0],
            "confidence": sold["confidence"][0] or "unknown",
        }
    return found
