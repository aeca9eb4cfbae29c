"""Connections: what joins minerals, chemicals, chips and the 24 technologies, with their makers, uses and scrap.

The files have the form of the chains. A row whose ``basis`` is ``knowledge`` carries structure or a name, never a number.
"""

from __future__ import annotations

from pathlib import Path

from chains import ROLES, Chains, needed
from tables import Row, World, joined, mapping, read_rows

KNOWN = "S2_KNOW"
NOT_WORLD = {"EU": "the EU's manufacturing", "USA": "the use in the United States"}


class Connections(Chains):
    """The files of ``facts/connections``, carried into the tables."""

    def __init__(self, world: World, data: Path) -> None:
        super().__init__(world, data)
        self.firms = read_rows(data / "companies.csv")
        self.files["technology_nodes"] = read_rows(data / "technology_nodes.csv")
        self.nodes = {row["node"]: row["id"] for row in self.firms if row["node"]}
        self.companies |= set(self.nodes)
        self.holders = {row["holder"]: row["supplier"] for row in mapping("holders")}
        self.holders |= {name: row["id"] for row in self.firms for name in row["spellings"].split("|")}

    def id(self, node: str) -> str:
        return self.nodes.get(node, node.removeprefix("F_"))

    def add_items(self) -> None:
        ids = {row["id"] for row in self.files["nodes"]}
        assert not ids & set(self.world.items), f"items of two folders: {ids & set(self.world.items)}"
        for row in self.files["nodes"]:
            if row["kind"] != "company":
                self.add_item(row)

    def add_companies(self) -> None:
        for row in self.firms:
            told = {name: row[name] for name in ("name_en", "name_ja", "country", "parent")}
            note = f"headquarters ({row['source']})" if row["country"] else "headquarters not in the sources"
            self.world.suppliers[row["id"]] = {"id": row["id"], "kind": "company", **told, "note": note}
        companies = {id: row for id, row in self.world.suppliers.items() if row["kind"] == "company"}
        self.holders |= {row["name_en"]: id for id, row in companies.items() if id not in self.holders}

    def add_inputs(self) -> None:
        """Add the requirements, the firm ones first, but none that a row, or for the technologies a chain of rows, tells."""
        for edge in sorted(self.files["edges"], key=lambda edge: edge["logic"] == "OPTIONAL"):
            if edge["relation"] in ROLES:
                change = self.changed(edge)
                row = self._input(edge, change)
                chain = edge["logic"] == "OPTIONAL" and row["source"] == "S2_TMAT"
                if change.get("do") != "drop" and not self._told(row, chain):
                    self.world.inputs.append(row)

    def _told(self, row: Row, chain: bool) -> bool:
        upstream, seen = [row["item"]], {row["item"]}
        direct = {(old["item"], old["input"]) for old in self.world.inputs}
        if not chain:
            return (row["item"], row["input"]) in direct
        needs: dict[str, list[str]] = {}
        for item, input in direct:
            needs.setdefault(item, []).append(input)
        while upstream:
            for input in needs.get(upstream.pop(), ()):
                if input not in seen:
                    seen.add(input)
                    upstream.append(input)
        return row["input"] in seen

    def add_makers(self) -> None:
        """Makers stand in the shares too, with more of a note; the edges add what those leave out."""
        for row in self.files["shares"]:
            if row["metric"].startswith("makers named") or (row["basis"] == "knowledge" and row["holder_kind"] == "company"):
                for supplier in self.holders.get(row["holder"], row["holder"]).split("|"):
                    more = row["metric"].removeprefix("makers named").strip(" ()") if "named" in row["metric"] else ""
                    sure = self.sure(row["source_id"], row["confidence"])
                    self.world.maker(row["item"], supplier, row["source_id"], sure, joined(row["note"], more))
        super().add_makers()
        for row in mapping("makers"):
            for supplier in row["suppliers"].split("|"):
                self.world.maker(row["item"], supplier, KNOWN, "unknown", row["note"])

    def add_shares(self) -> None:
        told = ("makers named", "recycling input rate", "secondary production")
        self.files["shares"] = [
            row for row in self.files["shares"] if not row["metric"].startswith(told) and row["basis"] != "knowledge"
        ]
        super().add_shares()

    def add_technologies(self) -> None:
        """Each of the 24 technologies is an item; technology.csv names the others that may be a match."""
        for row in self.files["technology_nodes"]:
            self.world.item(row["item"], chains="prior_report_technologies", technology=row["number"])
        for row in mapping("technology"):
            self.world.item(row["item"], technology=row["technology"])


def add_uses(world: World, data: Path) -> None:
    """Add the part of a mineral's demand that goes into a use; two uses in one item are summed, recalled bands left out."""
    rows = {(row["input"], row["item"]): row for row in reversed(world.inputs)}
    summed: dict[tuple[str, str, str], tuple[float, float]] = {}
    notes: dict[tuple[str, str, str], str] = {}
    for use in read_rows(data / "mineral_uses.csv"):
        if use["basis"] != "sourced":
            continue
        key = use["mineral_item"], use["product_item"], use["source_id"]
        low, high = summed.get(key, (0.0, 0.0))
        summed[key] = round(low + float(use["use_share_low"]), 10), round(high + float(use["use_share_high"]), 10)
        where = NOT_WORLD.get(use["scope"], "world demand")
        notes[key] = joined(
            notes.get(key), f"{use['use']}: part of {where}, {use['period']} ({use['source_id']})", use["note"]
        )
    for (mineral, product, source), (low, high) in summed.items():
        row = rows[mineral, product]
        row |= {
            "use_share_low": low,
            "use_share_high": min(high, 1.0),
            "note": joined(row["note"], notes[mineral, product, source]),
        }
        if row["confidence"] == "published":
            row["confidence"] = "estimated"


def add_recycling(world: World) -> None:
    """Scrap needs no ore: without ore, the recycling input rate of the output goes on; without scrap, the rest."""
    rows = {(row["item"], row["input"]): row for row in world.inputs}
    for rate in mapping("recycling"):
        low, high = float(rate["low"]), float(rate["high"])
        if rate["ore"]:
            row = rows[rate["item"], rate["ore"]]
            row |= needed(f"{low}-{high}") | {"source": rate["source"], "confidence": rate["confidence"]}
            row["note"] = joined(row["note"], f"what goes on is scrap: {rate['note']}")
        if rate["secondary"]:
            world.inputs.append(
                {"item": rate["item"], "input": rate["secondary"], "source": rate["source"], "role": "input"}
                | needed(f"{round(1 - high, 10)}-{round(1 - low, 10)}")
                | {"confidence": rate["confidence"], "note": f"what goes on is ore: {rate['note']}"}
            )
