"""The company as a supply graph, joined to the bundled world: own facts first, market-level facts below them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from ...graph import ProductionNetwork, SupplyGraph
from ...graph.network import REMAINDER
from .company import Company, Source
from .links import IS, Link

SELF = "own"
"""Id of the company, and prefix of the ids of its items, suppliers and sources."""
NO_MAKER = "?"


@dataclass(frozen=True, eq=False)
class CompanyGraph:
    """The joined graph, and what its ids mean.

    Attributes
    ----------
    own : SupplyGraph
        The company's own facts alone.
    graph : SupplyGraph
        With the part of the world that its linked items need.
    makers : dict
        ``(maker, country)`` of a source by supplier id.
    """

    own: SupplyGraph
    graph: SupplyGraph
    makers: dict[str, tuple[str, str | None]]

    def network(self) -> ProductionNetwork:
        """Return the production network of the company's own facts.

        The sources listed for a part are taken as all its sources: where their shares are not known, each may hold any
        part, but nobody who is not listed.
        """
        network = ProductionNetwork.from_graph(self.own, None, buyer=SELF)
        nodes = network.nodes
        rest = (network.producer & (nodes["supplier"] == REMAINDER).fill_null(False).to_numpy())[network.indices]
        listed = self.own.shares["item"].unique().implode()
        bought = ((nodes["role"] == "market") & nodes["item"].is_in(listed)).to_numpy()
        named = np.repeat(bought, np.diff(network.indptr)) & rest & (network.low == 0)
        return replace(network, high=np.where(named, 0.0, network.high))


def item_id(part: str) -> str:
    """Return the id of a part or product in the graph."""
    return f"{SELF}:{part}"


def build_graph(company: Company, links: list[Link], world: SupplyGraph) -> CompanyGraph:
    """Return the company's graph joined to the bundled one.

    A part that *is* a bundled item takes over the item's inputs: its own sourcing is the company's knowledge, everything
    below is the market's. A part that *contains* a bundled item needs it. A material that goes into bought parts is bought
    by the makers of those parts.
    """
    builder = _Builder(company)
    builder.items()
    builder.needs()
    builder.shares()
    reached = sorted({link.item for link in links})
    market = world.select(_upstream(world, reached)) if reached else SupplyGraph()
    own = builder.graph()
    if not links:
        return CompanyGraph(own, own, builder.makers)
    builder.market(links, market)
    return CompanyGraph(own, builder.graph().merge(market), builder.makers)


def _upstream(world: SupplyGraph, items: list[str]) -> list[str]:
    needs: dict[str, list[str]] = defaultdict(list)
    for item, part in world.inputs.select("item", "input").iter_rows():
        needs[item].append(part)
    seen, front = set(items), list(items)
    while front:
        more = [part for part in needs[front.pop()] if part not in seen]
        seen.update(more)
        front += more
    return sorted(seen)


class _Builder:
    def __init__(self, company: Company) -> None:
        self.company = company
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("items", "inputs", "suppliers", "shares", "sources")
        }
        self.makers: dict[str, tuple[str, str | None]] = {}
        self.sources_seen: set[str] = set()
        own = {"id": SELF, "name_en": company.name or SELF, "name_ja": company.name or None, "kind": "company"}
        self.tables["suppliers"].append(own | {"country": "JPN", "parent": None})

    def graph(self) -> SupplyGraph:
        """Return the graph of the rows so far."""
        tables = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in self.tables.items() if rows}
        return SupplyGraph(**tables, name=self.company.name or SELF)

    def _source(self, ref: str) -> str:
        """The sheet that a row stands in, as a source."""
        sheet = ref.rpartition("!")[0]
        id = f"{SELF}:{sheet}"
        if id not in self.sources_seen:
            self.sources_seen.add(id)
            title = {"id": id, "title": sheet, "publisher": self.company.name or SELF, "date": self.company.as_of}
            self.tables["sources"].append(title)
        return id

    def items(self) -> None:
        for part in self.company.parts.values():
            kind = "product" if part.id in self.company.products else "component"
            hs6 = part.hs[:6] if part.hs and len(part.hs) >= 6 else None
            name = part.name or part.id
            row = {"id": item_id(part.id), "name_en": name, "name_ja": name, "kind": kind, "hs6": hs6}
            self.tables["items"].append(row | {"note": part.refs[0]})

    def needs(self) -> None:
        for need in self.company.needs:
            self.tables["inputs"].append(
                {
                    "item": item_id(need.parent),
                    "input": item_id(need.part),
                    "source": self._source(need.ref),
                    "group": need.group,
                    "quantity": need.quantity,
                    "essential": need.essential,
                    "confidence": "published",
                    "note": need.ref,
                }
            )

    def shares(self) -> None:
        parents: dict[str, list[str]] = defaultdict(list)
        for need in self.company.needs:
            parents[need.part].append(need.parent)
        for part, sources in self.company.sources.items():
            above = parents.get(part, [])
            bought = [parent for parent in above if parent in self.company.sources]
            # What only goes into bought parts is bought by their makers: the market of that item is what is known of it.
            scopes = ([None] if bought else []) + ([SELF] if len(bought) < len(above) or not above else [])
            for scope in scopes:
                for source in sources:
                    self._share(source, scope)
        refs = {need.parent: need.ref for need in reversed(self.company.needs)}
        made = [part for part in [*self.company.products, *self.company.made] if part not in self.company.sources]
        for part in dict.fromkeys(made):
            ref = refs.get(part) or self.company.parts[part].refs[0]
            row = {"item": item_id(part), "supplier": SELF, "source": self._source(ref), "share": 1.0, "scope": SELF}
            self.tables["shares"].append(row | {"measure": None, "confidence": "published", "missing": None, "note": ref})

    def _share(self, source: Source, scope: str | None) -> None:
        ref = source.refs[0]
        confidence = {"stated": "published", "spend": "estimated", "only": "estimated"}.get(source.basis, "unknown")
        self.tables["shares"].append(
            {
                "item": item_id(source.part),
                "supplier": self._maker(source),
                "source": self._source(ref),
                "share": source.share,
                "scope": scope,
                "measure": "purchases",
                "confidence": confidence,
                "missing": None if source.share is not None else "not_reported",
                "note": ref,
            }
        )

    def _maker(self, source: Source) -> str:
        """The supplier id of a source: a maker in a country, and who sells it where the maker is not named."""
        name = source.maker or (f"{NO_MAKER} ({source.vendor})" if source.vendor else NO_MAKER)
        id = f"{SELF}:{name}" + (f" [{source.country}]" if source.country else "")
        if id not in self.makers:
            self.makers[id] = (name, source.country)
            row = {"id": id, "name_en": name, "name_ja": name, "kind": "company"}
            self.tables["suppliers"].append(row | {"country": source.country, "parent": None})
        return id

    def market(self, links: list[Link], market: SupplyGraph) -> None:
        """Join the linked items: the inputs of what a part *is*, the item itself of what it *contains*."""
        needs: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in market.inputs.iter_rows(named=True):
            needs[row["item"]].append(row)
        used: set[str] = set()
        seen: set[tuple[str, str, str | None]] = set()
        for link in links:
            below = needs[link.item] if link.relation == IS else [{"input": link.item, "source": None, "group": None}]
            for row in below:
                ref = self.company.parts[link.part].refs[0]
                group = f"{link.item}:{row['group']}" if row["group"] else None
                if (link.part, row["input"], group) in seen:
                    continue
                seen.add((link.part, row["input"], group))
                self.tables["inputs"].append(
                    {
                        "item": item_id(link.part),
                        "input": row["input"],
                        "source": row["source"] or self._source(ref),
                        "group": group,
                        "quantity": None,
                        "essential": row.get("essential") is not False,
                        "confidence": row.get("confidence") or ("unknown" if link.guessed else "published"),
                        "note": f"{link.relation} {link.item} ({link.how})",
                    }
                )
                used.add(row["source"] or "")
        self.tables["sources"] += market.sources.filter(pl.col("id").is_in(sorted(used))).to_dicts()
        known = {row["id"] for row in self.tables["items"]}
        wanted = {row["input"] for row in self.tables["inputs"]} - known
        self.tables["items"] += (
            market.items.filter(pl.col("id").is_in(sorted(wanted)))
            .with_columns(variant_of=pl.lit(None, dtype=pl.String))
            .to_dicts()
        )
