"""Chains: what each component needs, who makes it and which shares are published."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from tables import Row, World, fraction, joined, mapping, read_rows

CHAINS = {
    "semi": "semiconductor",
    "chem": "chemicals",
    "recycle": "minerals",
    "minerals": "minerals",
    "tech": "prior_report_technologies",
    "fill": "prior_report_technologies",
    "humanoid": "humanoid",
    "casting": "casting_forging",
    "forging": "casting_forging",
    "magnet": "permanent_magnet",
    "battery": "battery",
    "mlcc": "mlcc",
    "power_semi": "power_semiconductor",
    "titanium": "titanium",
}
ROLES = {"input_to": "input", "used_in": "input", "process_for": "process", "process_step": "process"}
ROLES |= {"equipment_for": "equipment", "qualified_as": "input"}
NEVER_SURE = {"S_AHR", "S_BRIEF", "S_JIA", "S2_KNOW"}
"""Drafted by a language model, recalled or not confirmed: no row of theirs is published or estimated."""
COLLECTED = "S_JIA"
"""Figures collected by a language model, of which two editions disagree: said in a note, not counted."""
LOW = {"low", "low-medium", "medium for company/product identity, low for numbers"}
GRADED = {"essential": None, "kept_without_low": 0.0, "kept_without_high": 1.0}
"""Some of the item is made without the input, and nobody knows how much."""


class Chains:
    """The chain files of one folder, carried into the tables."""

    def __init__(self, world: World, data: Path) -> None:
        self.world = world
        self.set = data.name
        names = ("nodes", "edges", "shares", "sources", "quantities", "industrial_robot_supplier_matrix")
        self.files = {name: read_rows(data / f"{name}.csv") for name in (*names, "humanoid_edge_register")}
        self.renamed = {row["chain_id"]: row["item"] for row in mapping("chain_items")}
        self.changes = {(row["from"], row["to"]): row for row in mapping("edges") if row["set"] == self.set}
        self.undated = {row["source_id"]: row["as_of"] for row in mapping("undated")}
        self.measures = {row["metric"]: row["measure"] for row in mapping("measures")}
        self.low = {row["source_id"] for row in self.files["sources"] if row["reliability"] in LOW}
        self.companies = {row["id"] for row in self.files["nodes"] if row["kind"] == "company"}
        self.holders = {row["holder"]: row["supplier"] for row in mapping("holders")}

    def add(self) -> None:
        """Add everything that the chains say."""
        self.add_sources()
        self.add_items()
        self.add_companies()
        self.add_inputs()
        self.add_makers()
        self.add_named_suppliers()
        self.add_shares()
        unused = [key for key, change in self.changes.items() if "used" not in change]
        assert not unused, f"no such edge: {unused}"

    def changed(self, edge: Row) -> Row:
        """Return what edges.csv says of an edge."""
        change = self.changes.get((edge["from"], edge["to"]), {})
        change["used"] = "yes"
        return change

    def id(self, node: str) -> str:
        """Return the packaged id of a node."""
        return node[2:] if node in self.companies else self.renamed.get(node, node)

    def sure(self, source: str, confidence: str) -> str:
        """Return how sure a row may look, given its source."""
        if source in NEVER_SURE and confidence != "structural":
            return "unknown"
        return "estimated" if source in self.low and confidence == "published" else confidence

    def add_sources(self) -> None:
        for row in self.files["sources"]:
            self.world.sources[row["source_id"]] = _source(row)

    def add_items(self) -> None:
        for row in mapping("series"):
            self.world.item(row.pop("id"), **{name: value for name, value in row.items() if name != "basis"})
        for row in self.files["nodes"]:
            if row["kind"] in {"company", "country"}:
                continue
            self.add_item(row)
        self.world.item("ti_sponge_aero", variant_of="titanium_sponge")

    def add_item(self, row: Row) -> None:
        renamed = row["id"] in self.renamed
        self.world.item(
            self.id(row["id"]),
            **{name: _wide(row[name]) for name in ("name_en", "name_ja", "kind", "stage")},
            chains="|".join(dict.fromkeys(CHAINS[chain] for chain in row["chain"].split("|"))),
            aliases=row["id"] if renamed and not row["id"].startswith("U_") else "",
        )

    def add_companies(self) -> None:
        for row in self.files["nodes"]:
            if row["kind"] == "company":
                names = {"name_en": row["name_en"], "name_ja": _wide(row["name_ja"])}
                self.world.suppliers[row["id"][2:]] = {"id": row["id"][2:], "kind": "company", **names}
        for row in self.files["edges"]:
            if row["relation"] == "headquartered_in":
                company = self.world.suppliers[self.id(row["from"])]
                company |= {"country": row["to"][2:], "note": f"headquarters ({row['source_id']})"}
        for row in mapping("companies"):
            company = self.world.suppliers.setdefault(row["id"], {"id": row["id"], "kind": "company"})
            company |= {name: row[name] for name in row if row[name] and name not in {"id", "basis"}}

    def add_inputs(self) -> None:
        """Turn edges into requirements: the item at the head needs the item at the tail.

        AND is a requirement of its own, OR:<group> an alternative; OPTIONAL is a graded need of 0 to 1, which shows an
        exposure and never makes a loss certain. A process step needs the step before it, so that a product that needs the
        last step needs them all; what only one kind of product needs is asked of that kind (edges.csv says where an edge
        was moved, and why). An end use needs what is used in it. A qualified grade is a variant of the item and has inputs
        of its own.
        """
        for edge in self.files["edges"]:
            if edge["relation"] in ROLES:
                change = self.changed(edge)
                if change.get("do") != "drop":
                    self.world.inputs.append(self._input(edge, change))

    def _input(self, edge: Row, change: Row) -> Row:
        group = edge["logic"].removeprefix("OR:") if edge["logic"].startswith("OR:") else ""
        need = change.get("essential") or ("maybe" if edge["logic"] == "OPTIONAL" else "yes")
        return {
            "item": change.get("item") or self.id(edge["to"]),
            "input": change.get("input") or self.id(edge["from"]),
            "source": edge["source_id"],
            "role": change.get("role") or ROLES[edge["relation"]],
            "group": change.get("group") or ("" if change.get("essential") == "maybe" else group),
            "quantity": float(edge["qty_per_unit"]) if edge["qty_per_unit"] else None,
            **needed(need),
            "confidence": self.sure(edge["source_id"], edge["confidence"]),
            "note": joined(edge["note"], change.get("note"), "used in" * (edge["relation"] == "used_in")),
        }

    def add_makers(self) -> None:
        """A company that makes an item is a named supplier of unknown share.

        The names of one item come from many sources. They are one list, so that no list of one name looks like a single
        source of supply; each row says who named the maker.
        """
        for edge in self.files["edges"]:
            if edge["relation"] == "makes":
                change = self.changed(edge)
                if change.get("do") == "drop":
                    self.world.note(self.id(edge["to"]), change["note"])
                    continue
                sure = self.sure(edge["source_id"], edge["confidence"])
                for item in (change.get("item") or self.id(edge["to"])).split("|"):
                    note = joined(edge["note"], change.get("note"))
                    self.world.maker(item, self.id(edge["from"]), edge["source_id"], sure, note)

    def add_named_suppliers(self) -> None:
        """Who sells what to which company, where both and the item are named; no source gives a share."""
        named: dict[tuple[str, str, str, str], str] = {}
        for edge in self.files["edges"]:
            item = edge["note"].removeprefix("item=")
            if edge["relation"] == "supplies" and edge["to"] != "F_aeroforge":
                note = "" if edge["note"].startswith("item=") else edge["note"]
                for id in ("ti_forging", "ni_forging") if edge["from"] == "F_aeroforge" else (item,):
                    named[id, self.id(edge["from"]), self.id(edge["to"]), edge["source_id"]] = note
        for row in self.files["industrial_robot_supplier_matrix"]:
            buyer = row["oem"][2:]
            inside = "in-house" if row["mode"] == "in-house" else "part in-house" * (row["mode"] == "mixed")
            sellers = {name: "" for name in re.split(r"[/ (]", row["suppliers"]) if f"F_{name}" in self.companies}
            for seller, note in ({buyer: inside} if inside else {}).items() | sellers.items():
                named.setdefault((row["component"], seller, buyer, row["source_id"]), note)
        for row in self.files["humanoid_edge_register"]:
            if row["status"] == "confirmed" and {row["from"], row["to"]} <= self.companies:
                named[row["item"], row["from"][2:], row["to"][2:], row["source_id"]] = row["note"]
        for (item, seller, buyer, source), note in named.items():
            if item in self.world.items:
                row = {"item": item, "supplier": seller, "source": source, "scope": buyer, "note": note}
                row |= {"measure": "suppliers named", "missing": "not_reported"}
                self.world.shares.append(row | {"confidence": self.sure(source, "published")})

    def add_shares(self) -> None:
        holders = self.holders
        rules = [rule for rule in mapping("share_rows") if rule["set"] == self.set]
        searched: dict[str, str] = {}
        counted = self._counted()
        for row in self.files["shares"]:
            rule = next((rule for rule in rules if _same(rule, row)), {})
            rule["used"] = "yes"
            item = self.id(row["item"])
            if rule.get("do", "").startswith("item:"):
                item = rule["do"].removeprefix("item:")
            if rule.get("do") == "note":
                self.world.note(item, rule["note"])
            elif rule.get("do") == "name":
                for supplier in (rule["suppliers"] or holders.get(row["holder"], row["holder"])).split("|"):
                    self.world.maker(item, supplier, row["source_id"], "unknown", rule["note"])
            elif not row["holder"] or row["source_id"] == "S_GEN":
                searched[item] = "" if row["source_id"] == "S_GEN" else f" ({row['source_id']})"
            elif rule.get("do") != "drop" and (row["item"], row["source_id"], row["year"]) not in counted:
                names = rule.get("suppliers") or holders.get(row["holder"], row["holder"])
                for supplier in names.split("|"):
                    self.world.shares.append(self._share(item, supplier, row, rule))
        assert all("used" in rule for rule in rules), f"no such share: {[r for r in rules if 'used' not in r]}"
        for (item, source, year), rows in counted.items():
            for row in rows:
                base = {"item": self.id(item), "supplier": row["holder"], "source": source, "year": int(year)}
                base |= {"quantity": float(row["value"]), "unit": row["unit"], "measure": "tonnage"}
                self.world.shares.append(base | {"confidence": row["confidence"], "note": row["note"]})

        supplied = {row["item"] for row in self.world.shares if not row["measure"].endswith(" named")}
        for item, remark in searched.items():
            if item in self.world.items and item not in supplied:
                self.world.note(item, f"no published share is at hand{remark}")
        self.world.shares += _left_out(self.world.shares)

    def _counted(self) -> dict[tuple[str, str, str], list[Row]]:
        """Tonnages with a stated world total replace the percentages that were derived from them."""
        rows: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in self.files["quantities"]:
            if row["item"] == "castings_all" and re.fullmatch(r"\d{4}", row["year"]):
                rows[row["item"], row["source_id"], row["year"]].append(row)
        return {key: view for key, view in rows.items() if {"WORLD", "CHN"} <= {row["holder"] for row in view}}

    def _share(self, item: str, supplier: str, row: Row, rule: Row) -> Row:
        share = {"share": fraction(row["share_pct"])}
        share |= {name: fraction(row[name]) for name in ("share_low", "share_high")}
        if any(rule.get(name) for name in share):
            share = {name: float(rule[name]) if rule[name] else None for name in share}
        figure, year = "", row["year"]
        if year.startswith("2026") and row["source_id"] in self.undated:  # the year of the document, not of the fact
            year, figure = "", f"as of {self.undated[row['source_id']]}; the year of the figure is not stated"
        if row["source_id"] == COLLECTED:
            counted = (f"not counted: {name} {value:g}" for name, value in share.items() if value is not None)
            figure = joined(*counted, figure)
            share = dict.fromkeys(share)
        scope = rule.get("scope") or {"China": "CHN"}.get(row["scope"], row["scope"]).removesuffix(" imports")
        out = {
            "item": item,
            "supplier": supplier,
            "source": row["source_id"],
            **share,
            "year": int(year[:4]) if year else None,
            "scope": "" if scope == "world" else scope,
            "measure": rule.get("measure") or self.measures.get(row["metric"], row["metric"]),
            "confidence": self.sure(row["source_id"], rule.get("confidence") or row["confidence"]),
            "note": joined(rule.get("note") or row["note"], figure, self._tonnage(row)),
        }
        if supplier == "OTHER":
            out["missing"] = "residual"
        elif all(value is None for value in share.values()):
            out["missing"] = "not_reported"
        return out

    def _tonnage(self, row: Row) -> str:
        """A tonnage that the source gives without a world total: said, not counted."""
        if row["confidence"] != "unknown":
            return ""
        for q in self.files["quantities"]:
            if all(q[name] == row[name] for name in ("item", "holder", "year", "source_id")):
                return f"{q['value']} {q['unit']}"
        return ""


def needed(need: str) -> Row:
    """Return the columns that say how much an input is needed: yes, no, maybe (a graded need), or two numbers."""
    if need in {"", "yes", "no"}:
        return {"essential": need != "no"}
    if need == "maybe":
        return GRADED
    low, high = need.split("-")
    return {"essential": None, "kept_without_low": float(low), "kept_without_high": float(high)}


def add_codes(world: World) -> None:
    """Add the HS codes of items (hs6.csv), with what else a code covers."""
    for row in mapping("hs6"):
        note = f"HS basket: {row['hs6'].replace('|', ', ')} covers {row['basket']}" if row["basket"] else ""
        assert row["item"] in world.items, f"no such item: {row['item']}"
        world.item(row["item"], hs6=row["hs6"], note=note)


def add_links(world: World) -> None:
    """Add the requirements that join what different sources tell (links.csv)."""
    for link in mapping("links"):
        world.inputs.append(
            {
                "item": link["item"],
                "input": link["input"],
                "source": "KANMON_LINK",
                "role": link["role"] or "input",
                "group": link["group"],
                **needed(link["essential"]),
                "confidence": "structural",
                "note": link["basis"],
            }
        )


def _left_out(shares: list[Row]) -> list[Row]:
    """Rows that say which country the base of a view leaves out, where the measure says so and no row does."""
    keys = ("item", "scope", "measure", "year", "source")
    there = {(*(row.get(k) for k in keys), row["supplier"]) for row in shares}
    out = {}
    for row in shares:
        for country in re.findall(r"(?<=, excluding )[A-Z]{3}$", row["measure"]):
            if (*(row.get(k) for k in keys), country) not in there:
                view = {k: row.get(k) for k in keys}
                out[*view.values(), country] = view | {"supplier": country, "missing": "excluded", "confidence": "unknown"}
    return list(out.values())


def _same(rule: Row, row: Row) -> bool:
    """Whether a hand-made rule is about this row of shares.csv."""
    same = all(rule[name] == row[name] for name in ("item", "holder", "year", "source_id", "metric"))
    return same and rule["share_pct"] in {"", row["share_pct"]}


def _wide(text: str) -> str:
    """Japanese text takes wide parentheses."""
    return text if text.isascii() or not re.search(r"[\u3040-\u9fff]", text) else text.translate(str.maketrans("()", "（）"))


def _source(row: Row) -> Row:
    reliability = "low" if row["reliability"] in LOW else row["reliability"]
    where, note = row["url_or_path"], row["note"]
    if where.startswith("github:"):
        repository, _, rest = where.removeprefix("github:").partition(" ")
        address, note = f"https://github.com/{repository}", joined(note, re.sub(r"; script file.*", "", rest))
    elif where.startswith("http"):
        address, *more = re.findall(r"https?://[^\s;]+", where)
        note = joined(note, "also: " + " , ".join(more) if more else "")
    else:
        address, note = "", joined(note, "" if where == "n/a" else "address not recorded")
    date = row["date"] if re.fullmatch(r"\d{4}(-\d\d){0,2}", row["date"]) else ""
    publisher = row["publisher"].replace("unverified", "not known")
    return {
        "id": row["source_id"],
        "title": row["title"],
        "publisher": "Kanmon" if publisher == "compiled for this project" else publisher,
        "date": date,
        "url": address,
        "licence": {"facts only": "single facts cited; no text or table copied"}.get(row["licence"], row["licence"]),
        "reliability": reliability,
        "note": joined(note, "" if date or not row["date"] else f"date: {row['date']}"),
    }
