"""The company as a supply graph, joined to the bundled world: own facts first, market-level facts below them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...graph import SupplyGraph
from ...risk import Change, Scenario, Threat, halt
from ...risk.production.handed_on import HandedOn
from ..room import give_back
from .cells import figures_of
from .company import HOME, Company, Need, Source
from .links import IS, Link

SELF = "own"
"""Id of the company, and prefix of the ids of its items and sources (``own:``) and suppliers (``own@``)."""
UNNAMED = f"{SELF}@@"
"""A maker that no row names, in the graph of a company with parts whose stated shares leave a rest: that may be its."""


@dataclass(frozen=True)
class Plant:
    """What supplies parts: a maker in one country. Blank: not known. ``firm`` is the id of the maker."""

    maker: str
    vendor: str | None
    country: str | None
    firm: str | None


@dataclass(frozen=True, eq=False)
class CompanyGraph:
    """The company as supply graphs, and what their ids mean.

    Attributes
    ----------
    own : SupplyGraph
        The company's own facts alone.
    stated, graph : SupplyGraph
        Own facts with the part of the world that linked items need: by the company's own links, and by guessed ones, too.
    plants : dict of str to Plant
        The suppliers of parts.
    unsourced : list of str
        Parts that are needed, and that nobody is named for.
    """

    own: SupplyGraph
    stated: SupplyGraph
    graph: SupplyGraph
    plants: dict[str, Plant]
    unsourced: list[str]

    def forget(self, *, large_only: bool = False) -> None:
        """Let go of what was worked out so far; see `SupplyGraph.forget`."""
        for graph in (self.own, self.stated, self.graph):
            graph.forget(large_only=large_only)
        give_back()

    def name(self, firm: str) -> str:
        """Return the name of a maker."""
        return str(self.own.supplier(firm)["name_en"])

    def plants_of(self, firm: str) -> list[str]:
        """Return the plants of a maker."""
        return [id for id, plant in self.plants.items() if plant.firm == firm]


def item_id(part: str) -> str:
    """Return the id of a part or product in the graph."""
    return f"{SELF}:{part}"


def behind(part: str, supplier: str) -> list[tuple[str, str]]:
    """Return the ids of what stands behind a part of a supplier that named nobody, and of its sources.

    Two items, which are lost as soon and as late as the supplier's card allows: see `HandedOn.changes`.
    """
    return [(f"{SELF}:{part} {mark} {supplier}", f"{SELF}@{mark} {supplier} < {part}") for mark in ("<", "<<")]


def stop_of(company: Company, node: str) -> Threat:
    """Return the stop of a country or a maker, for as long as the company says; with what suppliers handed on about it."""
    behind = [] if node.startswith(f"{SELF}@") else handed_on(company, node, company.stop_days)  # cards speak of countries
    return Threat(Scenario(node, [halt(node), *behind]), company.stop_days)


def handed_on(company: Company, country: str, days: float, *, less: bool = False) -> list[Change]:
    """Return what suppliers handed on about the stop of a country, for so many days.

    ``less``: for something that takes less than a stop does. Then, and beyond the days of a card, no loss is certain.
    """
    found = []
    for (part, supplier), card in company.cards.items() if country != HOME else ():  # no card speaks of Japan
        told: HandedOn = card.handed_on(country)
        told = told.at_most() if less or days > told.length else told
        (item, source), (later, last) = behind(part, supplier)
        found += told.changes(source, item, (last, later), days)
    return found


def plant_id(source: Source) -> str:
    """Return the supplier id of a source: a maker in a country, and who sells it where the maker is not named."""
    name = source.maker or (f"? ({source.vendor})" if source.vendor else "?")
    return f"{SELF}@{source.country or '?'}@{name}"


def firm_id(maker: str) -> str | None:
    """Return the supplier id of a maker; None where it is not known."""
    # Holders stand in one cell, between such signs.
    return f"{SELF}@@{maker.replace('|', '¦')}" if maker else None


def sourcing_facts(company: Company) -> pl.DataFrame:
    """What the company knows of its sources, as `risk.exposure` and `risk.stop_losses` take it."""
    rows = [
        {
            "item": item_id(part),
            "supplier": plant_id(source),
            # Whom a supplier buys from without naming it is taken to be none of the company's own suppliers: nobody else's.
            "maker": firm_id(source.maker) or (f"{plant_id(source)}@" if part in company.told else None),
            "qualified": source.qualified,
            **figures_of("stock", company.parts[part].stock),
            **figures_of("switching", source.switch_days),
            "spend": source.whole_spend,
        }
        for part, sources in company.sources.items()
        for source in sources
    ]
    schema = {"item": pl.String, "supplier": pl.String, "maker": pl.String, "qualified": pl.Boolean}
    numbers = (*figures_of("stock", None), *figures_of("switching", None), "spend")
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(numbers, pl.Float64))


def build_graph(company: Company, links: Sequence[Link] = (), world: SupplyGraph | None = None) -> CompanyGraph:
    """Return the company as supply graphs.

    The sources listed for a part are taken as all its sources (``complete``): where their shares are not known, each may
    hold any part, but nobody who is not listed. A part that *is* a bundled item takes over the item's inputs: its own
    sourcing is the company's knowledge, everything below is the market's. A part that *contains* a bundled item needs it. A
    material that goes into bought parts is bought by the makers of those parts. Links that are only to be looked at join
    nothing, and parts that the company sets apart are needed by nothing.
    """
    used = [link for link in links if link.used] if world is not None else []
    sure = [link for link in used if not link.guessed]
    apart = set(company.apart)
    lines = [need for need in company.needs if need.part not in apart]
    needed = {need.part for need in lines}
    unsourced = [part for part in company.bought if part in needed and part not in company.sources]
    whole = _Builder(company, lines)
    own = whole.graph()
    stated = own if world is None or not sure else _joined(company, lines, sure, world)
    graph = stated if world is None or len(used) == len(sure) else _joined(company, lines, used, world)
    return CompanyGraph(own, stated, graph, whole.plants, unsourced)


def holders_graph(company: Company) -> SupplyGraph:
    """Return who holds whom alone, of the company's own facts: suppliers without items."""
    suppliers = _Builder(company, company.needs).tables["suppliers"]
    return SupplyGraph(suppliers=pl.DataFrame(suppliers, infer_schema_length=None), name=company.name or SELF)


def _joined(company: Company, lines: list[Need], links: list[Link], world: SupplyGraph) -> SupplyGraph:
    market = world.select(world.needed_by(sorted({link.item for link in links})))
    builder = _Builder(company, lines)
    builder.market(links, market)
    return builder.graph().merge(market)


class _Builder:
    def __init__(self, company: Company, needs: list[Need]) -> None:
        self.company, self.lines = company, needs
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("items", "inputs", "suppliers", "shares", "sources")
        }
        self.plants: dict[str, Plant] = {}
        self.firms: set[str] = set()
        self.sources_seen: set[str] = set()
        own = {"id": SELF, "name_en": company.name or SELF, "name_ja": company.name or None, "kind": "company"}
        self.tables["suppliers"].append(own | {"country": HOME, "parent": None, "parent_share": None})
        if company.rests or company.nameless:
            self.tables["suppliers"].append({"id": UNNAMED, "name_en": UNNAMED, "name_ja": UNNAMED, "kind": "company"})
        self.items()
        self.needs()
        self.shares()
        self.handed_on()
        # Whoever states no holder may be a sanctioned company's, though no row says that it holds anybody.
        for name in (name for row in company.scenarios if row["kind"] == "sanctions" for name in row["companies"]):
            self._firm(name)

    def graph(self) -> SupplyGraph:
        """Return the graph of the rows so far."""
        tables = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in self.tables.items() if rows}
        return SupplyGraph(**tables, name=self.company.name or SELF)

    def _source(self, *refs: str) -> str:
        """The sheet that rows stand in, or all their sheets, as one source."""
        sheet = ", ".join(dict.fromkeys(ref.rpartition("!")[0] for ref in refs))
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
        for need in self.lines:
            self.tables["inputs"].append(
                {
                    "item": item_id(need.parent),
                    "input": item_id(need.part),
                    "source": self._source(need.ref),
                    "group": need.group,
                    "quantity": need.quantity,
                    "essential": need.essential,
                    "kept_without_low": 0.0 if need.essential is None else None,
                    "kept_without_high": 1.0 if need.essential is None else None,
                    "confidence": "published",
                    "note": need.ref,
                }
            )

    def shares(self) -> None:
        parents: dict[str, list[str]] = defaultdict(list)
        made = self.company.made
        for need in self.company.needs:
            parents[need.part].append(need.parent)
        for part, sources in self.company.sources.items():
            above = parents.get(part, [])
            bought = [parent for parent in above if parent not in made]
            # What only goes into bought parts is bought by their makers: the market of that item is what is known of it.
            scopes = ([None] if bought else []) + ([SELF] if len(bought) < len(above) or not above else [])
            if part in self.company.told:
                scopes = self._of_one(item_id(part), self.company.told[part].part, self.company.told[part].supplier)
            # Rows of two sources are two views of a market, of which one would stand for it.
            sheets = self._source(*(source.refs[0] for source in sources))
            for scope in scopes:
                for source in sources:
                    self._share(source, scope, sheets)
        refs = {need.parent: need.ref for need in reversed(self.company.needs)}
        own = [part for part in self.company.parts if part in made or part in self.company.products]
        for part in [part for part in own if part not in self.company.sources]:
            ref = refs.get(part) or self.company.parts[part].refs[0]
            row = {"item": item_id(part), "supplier": SELF, "source": self._source(ref), "share": 1.0, "scope": SELF}
            row |= {"complete": True}
            self.tables["shares"].append(row | {"measure": None, "confidence": "published", "missing": None, "note": ref})

    def handed_on(self) -> None:
        """Behind a part of which its supplier gave a card stand sources without a name, for that supplier alone."""
        for part, supplier in self.company.cards:
            ref = next(s.refs[0] for s in self.company.sources[part] if s.is_of(supplier))
            for item, id in behind(part, supplier):
                self.tables["items"].append({"id": item, "name_en": item, "name_ja": item, "kind": "component", "note": ref})
                line = {"item": item_id(part), "input": item, "source": self._source(ref), "note": ref}
                self.tables["inputs"].append(line)
                self.tables["suppliers"].append({"id": id, "name_en": item, "name_ja": item, "kind": "company"})
                for scope in self._of_one(item, part, supplier):
                    self._whole(item, id, scope, ref)

    def _of_one(self, item: str, part: str, supplier: str) -> list[str | None]:
        """The plants in which a supplier makes a part. The others' need is not known: they have it of themselves."""
        plants: dict[str, bool] = {}
        for source in self.company.sources.get(part, []):
            plants[self._plant(source)] = source.is_of(supplier)
            if not source.is_of(supplier):
                self._whole(item, plant_id(source), plant_id(source), source.refs[0])
        # A source that may be opened buys where nothing stops.
        self.tables["suppliers"].append({"id": f"{item}@", "name_en": item, "name_ja": item, "kind": "company"})
        self._whole(item, f"{item}@", None, self.company.parts[part].refs[0])
        return [plant for plant, own in plants.items() if own]

    def _whole(self, item: str, supplier: str, scope: str | None, ref: str) -> None:
        row = {"item": item, "supplier": supplier, "source": self._source(ref), "share": 1.0, "scope": scope}
        row |= {"complete": True, "measure": "purchases", "confidence": "estimated", "note": ref}
        self.tables["shares"].append(row)

    def _share(self, source: Source, scope: str | None, sheets: str) -> None:
        confidence = {"stated": "published", "spend": "estimated", "only": "estimated"}.get(source.basis, "unknown")
        self.tables["shares"].append(
            {
                "item": item_id(source.part),
                "supplier": self._plant(source),
                "source": sheets,
                "share": source.share,
                "scope": scope,
                "complete": True,
                "measure": "purchases",
                "confidence": confidence,
                "missing": None if source.share is not None else "not_reported",
                "note": source.refs[0],
            }
        )

    def _plant(self, source: Source) -> str:
        id = plant_id(source)
        if id not in self.plants:
            firm = self._firm(source.maker) if source.maker else None
            # Whom a supplier buys from without naming it is taken to be none of the company's own suppliers.
            stands_for = id if firm is None and source.part in self.company.told else firm
            self.plants[id] = Plant(source.maker, source.vendor, source.country, stands_for)
            name = source.maker or (f"? ({source.vendor})" if source.vendor else "?")
            row = {"id": id, "name_en": name, "name_ja": name, "kind": "company"}
            whole = None if firm is None else "1.0"  # a plant is its maker's
            self.tables["suppliers"].append(row | {"country": source.country, "parent": firm, "parent_share": whole})
        return id

    def _firm(self, name: str) -> str:
        """The supplier id of a maker, which belongs to the holders that the suppliers sheet names."""
        front = [name]
        for one in front:
            if one in self.firms:
                continue
            self.firms.add(one)
            holders = self.company.owners.get(one, {})
            row = {"id": firm_id(one), "name_en": one, "name_ja": one, "kind": "company", "country": None}
            row |= {"parent": "|".join(str(firm_id(holder)) for holder in holders)}
            row |= {"parent_share": "|".join("" if share is None else str(share) for share in holders.values())}
            self.tables["suppliers"].append(row)
            front += holders
        return str(firm_id(name))

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
