"""From what was read to a company: each row of each sheet put where it belongs, with every assumption said."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from ...datasets.intake.values import firm_key, id_key, unit_in
from ...datasets.intake.words import language
from ...graph import Message
from ...graph.errors import shorten
from .company import HOME, LONGEST, ROUNDING, STOP_DAYS, Company, Need, Part, Period, Source
from .owners import owners
from .reading import MOST, Reading, Remark
from .resellers import resellers
from .rows import absorb, one_source_each, share_of, stock_of

_OF_A_SOURCE = ("share", "qualified", "qualified_date", "lead_days", "switch_days", "spend")
"""Columns that speak of a source of a part, whoever it is."""


_CODED = re.compile(r"\[([^\[\]\s]{1,40})\]\s*(\S.*)")


def _coded(reading: Reading) -> set[str]:
    """Numbers that stand in brackets before one name alone, in any list; "[new] Motor", "[new] Gear" has none."""
    told: dict[str, set[str]] = defaultdict(set)
    for kind in ("products", "bom", "sourcing", "listed"):
        for row in reading.rows(kind):
            for column in ("product", "part", "name", "parent"):
                match = _CODED.fullmatch(str(row.get(column) or ""))
                if match:
                    told[id_key(match[1])].add(id_key(match[2]))
    return {code for code, names in told.items() if len(names) == 1}


def company_from(reading: Reading) -> Company:
    """Return the company that the rows describe; what was assumed or set aside is among its remarks."""
    return _Reader(reading).company()


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.remarks = list(reading.remarks)
        self.ids: dict[str, str] = {}
        self.firm_names: dict[str, str] = {}
        self.parts: dict[str, Part] = {}
        self.same_plant = 0
        self.two_times: dict[str, None] = {}
        self.coded = _coded(reading)

    def company(self) -> Company:
        about = next((row for row in self.reading.rows("company") if row.get("company")), {})
        self.currency = self._currency(about)
        products = self._products()
        firms = self._firms()
        sources = self._sources(firms)
        needs = self._needs(products)
        self._resold(sources, needs, firms)
        self._listed()
        if not products:
            products = self._tops(needs)
        return Company(
            name=about.get("company") or "",
            currency=self.currency,
            as_of=about.get("as_of"),
            budget=self._planned(about, "budget"),
            products=products,
            parts=self.parts,
            needs=needs,
            sources=sources,
            firms=firms,
            owners=owners(self.reading.rows("suppliers"), self._firm, self._say),
            technologies=[row for row in self.reading.rows("technologies") if row.get("technology")],
            measures=self._measures(),
            answers={
                row["item"]: row for row in self.reading.rows("questionnaire") if row.get("item") and row.get("answer")
            },
            smelters=[row for row in self.reading.rows("smelters") if row.get("metal") and row.get("smelter")],
            remarks=self.remarks,
            scenarios=self._scenarios(),
            stop_days=min(about.get("stop_days") or STOP_DAYS, LONGEST),
            period=self._period(),
            c_spend=about.get("c_spend"),
            limits={
                name: value for name in ("country_limit", "hhi_limit") if (value := share_of(about.get(name))) is not None
            },
        )

    def _currency(self, about: dict[str, Any]) -> str:
        """The currency of the amounts: as stated, else that of all; what measures cost tells where no amount does."""
        written = about.get("currency") or ""
        unit = unit_in(f"({written})")
        stated = (unit.currency if unit is not None else None) or written
        currencies = sorted({stated} - {""} | self.reading.currencies)
        if len(currencies) > 1:
            self._say("currencies", severity="warning", currencies=", ".join(currencies))
        planned = [about] if about.get("budget") is not None else []
        planned += [row for row in self.reading.rows("measures") if row.get("cost") is not None]
        costs = {row["_currency"] for row in planned} - {None}
        if not currencies and len(costs) == 1 and costs != {"JPY"}:
            self._say("currency_of_costs", severity="warning", currency=min(costs))
            currencies = sorted(costs)
        amounts = any(row.get("spend") is not None for row in self.reading.rows("sourcing"))
        if not currencies and amounts and language(line["column"] for line in self.reading.mapping) != "ja":
            self._say("no_currency")
        return stated or "/".join(currencies) or "JPY"

    def _planned(self, row: dict[str, Any], column: str) -> float | None:
        """What somebody plans to spend; in another currency than that of the amounts it is nothing to compare with them."""
        currency = row.get("_currency")
        if row.get(column) is None or currency in {None, self.currency}:
            return row.get(column)
        self._say("other_currency", row["_ref"], "warning", column, value=currency, currency=self.currency)
        return None

    def _period(self) -> Period | None:
        """The time that the dates of ledgers cover."""
        dated = [days for days in self.reading.days if days is not None]
        if not dated:
            return None
        alone = len(dated) == len(self.reading.days)
        return Period(min(first for first, _ in dated), max(last for _, last in dated), alone)

    def _say(self, name: str, ref: str = "", severity: str = "note", column: str = "", **values: Any) -> None:
        sheet, _, row = ref.rpartition("!")
        message = Message(f"app.audit_company.{name}", **{k: shorten(v, 200) for k, v in values.items()})
        self.remarks.append(Remark(sheet, message, int(row) if row else None, column, severity=severity))

    def _id(self, row: dict[str, Any], column: str, other: str = "name") -> str | None:
        """The id as it was first written; a part without a number goes by its name."""
        written = self._code(row.get(column) or row.get(other))
        return None if written is None else self.ids.setdefault(id_key(written), written)

    def _code(self, written: str | None) -> str | None:
        """The number in brackets before a name, where it is that of one name alone (Odoo writes "[M-24] Motor")."""
        match = _CODED.fullmatch(written or "")
        return match[1] if match and id_key(match[1]) in self.coded else written

    def _name(self, written: str | None) -> str | None:
        """A name without such a number."""
        match = _CODED.fullmatch(written or "")
        return match[2] if match and id_key(match[1]) in self.coded else written

    def _part(self, id: str, row: dict[str, Any]) -> Part:
        part = self.parts.setdefault(id, Part(id))
        if not part.name or id_key(part.name) == id_key(id):  # a list without names says the number once more
            written = row.get("part")
            part.name = self._name(row.get("name") or (written if self._code(written) != written else None)) or part.name
        part.hs = part.hs or row.get("hs")
        part.world_item = part.world_item or row.get("world_item")
        part.contains = part.contains or row.get("contains")
        part.words = part.words or row.get("_words") or ""
        part.refs.append(row["_ref"])
        return part

    def _firm(self, name: str) -> str:
        """A company's name as it was first written."""
        return self.firm_names.setdefault(firm_key(name), name)

    def _products(self) -> dict[str, dict[str, Any]]:
        products: dict[str, dict[str, Any]] = {}
        for row in self.reading.rows("products"):
            id = self._id(row, "product")
            if id is not None:
                self._part(id, row)
                products.setdefault(id, row)
        return products

    def _tops(self, needs: list[Need]) -> dict[str, dict[str, Any]]:
        """Without a list of products: what nothing else needs."""
        inner = {need.part for need in needs}
        tops = dict.fromkeys(need.parent for need in needs if need.parent not in inner)
        if tops:
            self._say("tops", products=", ".join(list(tops)[:8]), severity="warning")
        return {top: {"product": top, "_ref": self.parts[top].refs[0]} for top in tops}

    def _firms(self) -> dict[str, dict[str, Any]]:
        firms: dict[str, dict[str, Any]] = {}
        for row in self.reading.rows("suppliers"):
            if row.get("supplier"):
                firms.setdefault(self._firm(row["supplier"]), row)
        return firms

    def _sources(self, firms: dict[str, dict[str, Any]]) -> dict[str, list[Source]]:
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        nameless: list[tuple[str, dict[str, Any]]] = []
        borrowed = 0
        for row in one_source_each(self.reading.rows("sourcing")):
            id = self._id(row, "part")
            if id is None:
                self._say("no_part", row["_ref"], "warning")
                continue
            part = self._part(id, row)
            part.hold(stock_of(row))
            vendor, maker = self._vendor_maker(row, firms)
            country = row.get("country")
            said = "country" in row.get("_unreadable", ())  # a cell that names two countries is no blank
            if country is None and not said and maker is not None and firms.get(maker, {}).get("country"):
                country = firms[maker]["country"]
                borrowed += 1
            if maker is None and vendor is None and country is None:
                nameless.append((id, row))
                continue  # a line of a parts list that says nothing about sourcing
            rows[id].append(row | {"vendor": vendor, "maker": maker or "", "country": country})
        for id, row in nameless:
            # Beside sources that are named, a line with a share or an amount is one that somebody left blank.
            if id in rows and any(row.get(name) is not None for name in _OF_A_SOURCE):
                rows[id].append(row | {"vendor": None, "maker": "", "country": None})
        if borrowed:
            self._say("borrowed", count=borrowed)
        nobodys: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for id, row in nameless:
            if id not in rows:
                nobodys[id].append(dict(row))
        self._mixed(rows | nobodys)
        for id, group in nobodys.items():
            told = [row["spend"] for row in group if row.get("spend") is not None]
            less = sum(told) < 0  # more was sent back than bought
            self.parts[id].spend = sum(told) if told and not less else None
            self.parts[id].spend_open = less or any("spend" in row and row["spend"] is None for row in group)
        found = {part: self._part_sources(part, group) for part, group in rows.items()}
        if self.same_plant:
            self._say("same_plant", count=self.same_plant)
        if self.two_times:
            self._say("two_times", count=len(self.two_times), part=next(iter(self.two_times)))
        return found

    def _mixed(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """What was bought of a part in several currencies is nothing that could be added up or compared."""
        bought = {
            id: {row["_currency"] for row in group if row.get("spend") is not None} - {None} for id, group in rows.items()
        }
        mixed = [id for id, currencies in bought.items() if len(currencies) > 1]
        for row in (row for id in mixed for row in rows[id] if "spend" in row):
            row["spend"] = None
        if mixed:
            self._say(
                "mixed", severity="warning", count=len(mixed), part=mixed[0], currencies=", ".join(sorted(bought[mixed[0]]))
            )

    def _vendor_maker(self, row: dict[str, Any], firms: dict[str, dict[str, Any]]) -> tuple[str | None, str | None]:
        """Who sells and who makes: a supplier is the maker unless another is named or it is known only to sell."""
        names = [self._firm(row[role]) for role in ("supplier", "seller") if row.get(role)]
        maker = self._firm(row["maker"]) if row.get("maker") else None
        if maker is None and row.get("supplier"):
            kind = firms.get(names[0], {}).get("kind")
            sells = kind == "vendor" or (kind is None and firm_key(names[0]) in row.get("_sellers", ()))
            maker = None if sells else names[0]
        return (names[-1] if names else None), maker

    def _resold(self, sources: dict[str, list[Source]], needs: list[Need], firms: dict[str, dict[str, Any]]) -> None:
        """Leave open who makes what a firm delivers that sells parts of others, and that nobody says to make anything."""
        rows = [row for kind in ("sourcing", "bom", "listed") for row in self.reading.rows(kind)]
        makers = {firm_key(row["maker"]) for row in rows if row.get("maker")}
        makers |= {firm_key(firm) for row in rows for role, firm, _ in row.get("_more", ()) if role == "maker"}
        makers |= {firm_key(firm) for firm, row in firms.items() if row.get("kind") or row.get("country")}
        for firm, (others, blank) in resellers(sources, needs, makers).items():
            for source in blank:
                source.maker = ""
            about = {"supplier": firm, "others": ", ".join(others[:3]), "part": blank[0].part, "count": len(blank)}
            self._say("resold", blank[0].refs[0], "warning", "maker", **about)

    def _part_sources(self, part: str, rows: list[dict[str, Any]]) -> list[Source]:
        merged: dict[tuple[str, str | None], Source] = {}
        percent = any(row.get("share_plain") and (row.get("share") or 0) > 1 for row in rows)
        for row in rows:
            share = row.get("share")
            if share is not None and percent and row.get("share_plain"):
                share /= 100
            source = Source(
                part,
                row["maker"],
                row["vendor"],
                row["country"],
                share,
                "stated" if share is not None else "unknown",
                row.get("qualified", None)
                if row.get("qualified") is not None
                else (True if row.get("qualified_date") else None),
                row.get("qualified_date"),
                row.get("lead_days"),
                row.get("switch_days"),
                row.get("spend"),
                [row["_ref"]],
                "spend" in row and row["spend"] is None,
                bool(row.get("_share_open")),
            )
            key = (source.maker or f"? {source.vendor}", source.country)
            if key in merged:
                self._absorb(merged[key], source)
            else:
                merged[key] = source
        for (maker, country), source in list(merged.items()):
            places = [key for key in merged if key[0] == maker and key[1] is not None]
            named = source.maker or source.vendor
            if country is None and named and source.share is None and len(places) == 1:
                # A further line of a maker, without a share of its own, is of the plant that the other line names.
                self.same_plant += 1
                self._absorb(merged[places[0]], source)
                del merged[maker, country]
        sources = list(merged.values())
        for source in sources:
            if (source.spend or 0.0) < 0:  # more was sent back than bought: of what was bought before, nobody says how much
                source.spend, source.spend_open = None, True
        self._shares(part, sources)
        return sources

    def _absorb(self, known: Source, more: Source) -> None:
        """Take two rows of one source as one, and keep in mind where they state different times."""
        times = ((known.lead_days, more.lead_days), (known.switch_days, more.switch_days))
        if any(None not in pair and pair[0] != pair[1] for pair in times):
            self.two_times[known.part] = None
        absorb(known, more)

    def _shares(self, part: str, sources: list[Source]) -> None:
        stated = [source for source in sources if source.share is not None]
        total = sum(source.share or 0.0 for source in stated)
        if total > 1 + ROUNDING or any((source.share or 0) > 1 + ROUNDING for source in stated):
            self._say("over", sources[0].refs[0], "warning", "share", part=part, total=f"{total:.0%}")
            for source in stated:
                source.share, source.basis = None, "unknown"
        elif total >= 1 - ROUNDING:
            for source in sources:
                if source.share is None:  # nothing is left for it: an alternative at hand
                    source.share, source.basis = 0.0, "stated"
            for source in stated:
                source.share = (source.share or 0.0) / total
        elif not stated and len(sources) == 1:
            sources[0].share, sources[0].basis = 1.0, "only"
        elif not stated and all(source.whole_spend for source in sources):
            spend = sum(source.spend or 0.0 for source in sources)
            for source in sources:
                source.share, source.basis = (source.spend or 0.0) / spend, "spend"

    def _needs(self, products: dict[str, dict[str, Any]]) -> list[Need]:
        needs: dict[tuple[str, str], Need] = {}
        stack: list[str] = []
        names: dict[str, set[str]] = defaultdict(set)
        for row in self.reading.rows("bom"):
            id = self._id(row, "part")
            if id is None:
                self._say("no_part", row["_ref"], "warning")
                continue
            self._mention(self._part(id, row), row)
            level = row.get("level")
            parent = self._id(row, "parent", "parent") if row.get("parent") else None
            if level is not None:
                depth = int(level)
                if depth > len(stack) and parent is None:
                    self._say("level_jump", row["_ref"], "warning", "level", part=id, level=depth)
                del stack[min(depth, len(stack)) :]
                parent = parent or (stack[-1] if stack else None)
                stack.append(id)
            if parent is None:
                continue
            self.parts.setdefault(parent, Part(parent, refs=[row["_ref"]]))
            called = row.get("parent_name") or self._name(row.get("parent"))
            if called and called != row.get("parent"):
                names[parent].add(called)
            essential = row.get("essential") is not False
            group = None if re.fullmatch("0+", row.get("group") or "") else row.get("group")
            need = Need(parent, id, row.get("quantity"), essential, group, row["_ref"])
            known = needs.setdefault((parent, id), need)
            if known is not need and known.quantity is not None and need.quantity is not None:
                known.quantity += need.quantity
        for id, called in names.items():
            if len(called) == 1:  # a code with several names has none that is its own
                self.parts[id].name = self.parts[id].name or min(called)
        return self._without_circles(list(needs.values()))

    def _listed(self) -> None:
        """Parts of price lists and orders: known, without a place in a product or a statement about their sourcing."""
        for row in self.reading.rows("listed"):
            id = self._id(row, "part")
            if id is not None:
                self._mention(self._part(id, row), row)

    def _mention(self, part: Part, row: dict[str, Any]) -> None:
        """Who stands beside the line of a list: a maker, or where somebody bought it."""
        for role, names in (("maker", part.makers), ("supplier", part.sellers), ("seller", part.sellers)):
            if row.get(role) and (name := self._firm(row[role])) not in names:
                names.append(name)
        for role, firm, _ in row.get("_more", ()):
            names = part.makers if role == "maker" else part.sellers
            if (name := self._firm(firm)) not in names:
                names.append(name)
        if row.get("country") and row["country"] not in part.places:
            part.places.append(row["country"])
        part.hold(stock_of(row))

    def _without_circles(self, needs: list[Need]) -> list[Need]:
        """Leave out each line that closes a circle, and say so."""
        below: dict[str, list[Need]] = defaultdict(list)
        for need in needs:
            below[need.parent].append(need)
        state: dict[str, int] = {}
        bad: set[int] = set()
        for root in list(below):
            path: list[tuple[str, int]] = [(root, 0)] if root not in state else []
            while path:
                part, i = path.pop()
                state[part] = 1
                if i == len(below[part]) if part in below else True:
                    state[part] = 2
                    continue
                path.append((part, i + 1))
                need = below[part][i]
                if state.get(need.part) == 1:
                    circle = [name for name, _ in path][[name for name, _ in path].index(need.part) :]
                    self._say("circle", need.ref, "warning", "parent", parts=" → ".join([*circle, need.part]))
                    bad.add(id(need))
                elif need.part not in state:
                    path.append((need.part, 0))
        return [need for need in needs if id(need) not in bad]

    def _measures(self) -> list[dict[str, Any]]:
        found = []
        for row in self.reading.rows("measures"):
            id = self._id(row, "part")
            if id in self.parts and row.get("measure"):
                found.append(row | {"part": id, "cost": self._planned(row, "cost")})
            elif id in self.parts and "measure" not in row.get("_unreadable", ()):
                self._say("measure_blank", row["_ref"], "warning", "measure", part=id)
            elif id is not None and id not in self.parts and len(found) < MOST:
                self._say("measure_part", row["_ref"], "warning", "part", part=id)
        return found

    def _scenarios(self) -> list[dict[str, Any]]:
        """What the board wants to know; rows that name a company or part which no other sheet has are said."""
        found = []
        for row in self.reading.rows("scenarios"):
            part = self._id(row, "part", "part") if row.get("part") else None
            company = row.get("company")
            known = company is None or self._named(company, several=row["kind"] == "sanctions") is not None
            if not row.get("kind"):
                continue
            if (part is not None and part not in self.parts) or not known:
                self._say("scenario_names", row["_ref"], "warning", "company", value=company if not known else part)
                continue
            if row["kind"] == "embargo" and row.get("country") == HOME:
                self._say("own_embargo", row["_ref"], "warning", "country")
                continue
            named = [] if company is None else self._named(company, several=row["kind"] == "sanctions") or []
            found.append(row | {"part": part, "companies": named, "rate": share_of(row.get("rate"))})
        return found

    def _named(self, cell: str, *, several: bool) -> list[str] | None:
        """The companies that a cell names, as some sheet has them; None where it names another one."""
        names = [cell] if firm_key(cell) in self.firm_names or not several else re.split(r"\s*[|;；]\s*", cell)
        return [self._firm(name) for name in names] if {*map(firm_key, names)} <= self.firm_names.keys() else None
