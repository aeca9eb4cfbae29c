"""Build the packaged tables of the bundled data from the compiled facts and the hand-made mapping tables.

Usage: ``python scripts/build_world.py`` (``make data``); with ``--check`` nothing is written, and the exit code says
whether the packaged files are what the facts give.

The compiled facts stand in ``scripts/facts`` (its README says what is whose); they are no part of the package. The mapping
tables in ``scripts/world`` are written by hand, one reason a row in their column ``basis``:

========================  ===========================================================================================
minerals.csv              items of the mineral sources, and which commodity, stage or code each item takes
us_imports.csv            codes by which the origins of the United States' imports are read, and what else they cover
chain_items.csv           nodes of the chains that are an item of another name
series.csv                items that no node describes, and kinds that edges.csv splits off
edges.csv                 edges that are changed, moved to the kind that they are true of, or left out
links.csv                 requirements that join chains and minerals (source KANMON_LINK)
recycling.csv             recycling input rates: what part of the output goes on without ore
share_rows.csv            rows of a shares.csv that are not one supplier's share, or that were found wrong
undated.csv               sources whose year is that of the document, not of the figure
measures.csv              what a metric of shares.csv counts
holders.csv               names in shares.csv that are a company
makers.csv                makers that are known and that no source at hand names: names, never a figure
unnamed.csv               why nobody is named for an item
companies.csv             companies that no node describes, and parents
hs6.csv, technology.csv   HS codes and technology numbers of items of the chains and connections
critical_items.csv        items tagged with one of the critical products
field_items.csv           items tagged with one of the strategic fields
sources.csv               sources of the minerals and of the project; policy_sources.csv those of the policy lists
========================  ===========================================================================================
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

from chains import Chains, add_codes, add_links
from connections import Connections, add_recycling, add_uses
from criticality import criticality_tables
from kanmon.graph.tables import datapackage
from minerals import add_minerals, add_us_imports
from reference import reference_tables
from tables import World, as_csv, mapping, read_rows

HERE = Path(__file__).parent
FACTS = HERE / "facts"
DATA = HERE.parent / "datasets" / "data"


def build() -> dict[str, bytes]:
    """Return the packaged files by path below ``datasets/data``."""
    world = World()
    for row in mapping("sources"):
        world.sources[row["id"]] = row
    for row in read_rows(DATA / "countries" / "countries.csv"):
        names = {name: row[name] for name in ("name_en", "name_ja")}
        world.suppliers[row["iso3"]] = {"id": row["iso3"], "kind": "country", "country": row["iso3"], **names}
    for id, english, japanese in (("WORLD", "World total", "世界計"), ("OTHER", "Other (residual)", "その他（残余）")):
        world.suppliers[id] = {"id": id, "kind": "aggregate", "name_en": english, "name_ja": japanese}
    chains, connections = Chains(world, FACTS / "chains"), Connections(world, FACTS / "connections")
    add_minerals(world, FACTS / "minerals")
    chains.add()
    add_links(world)
    connections.add()
    connections.add_technologies()
    add_codes(world)
    add_uses(world, FACTS / "connections")
    add_recycling(world)
    add_us_imports(world, FACTS / "minerals")
    for row in mapping("critical_items"):
        if row["confidence"] == "estimated":
            world.item(row["item"], chains="designated_products")
    add_reasons(world)
    files = {f"world/{name}": table for name, table in world.tables().items()}
    files["world/datapackage.json"] = (json.dumps(datapackage(), ensure_ascii=False, indent=2) + "\n").encode()
    files |= reference_tables(FACTS / "policy", set(world.items))
    files |= criticality_tables(FACTS / "minerals")
    return files


def add_reasons(world: World) -> None:
    """Say why nobody is named for an item."""
    for row in mapping("unnamed"):
        world.note(row["item"], f"nobody is named: {row['reason']}")


def packaged() -> dict[str, bytes]:
    """Return what `build` gives, with the checksums of it and of the country tables."""
    files = build()
    for path in sorted((DATA / "countries").glob("*.csv")):
        files[f"countries/{path.name}"] = path.read_bytes()
    sums = [{"file": name, "sha256": hashlib.sha256(files[name]).hexdigest()} for name in sorted(files)]
    files["world/checksums.csv"] = as_csv(["file", "sha256"], sums)
    return files


def main() -> None:
    """Build and write; print nothing but what changed."""
    parser = argparse.ArgumentParser(description="Build the packaged tables of the bundled data.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a packaged file would change")
    check = parser.parse_args().check
    changed = False
    for name, content in sorted(packaged().items()):
        path = DATA / name
        if path.exists() and path.read_bytes() == content:
            continue
        changed = True
        print(f"{name}: {len(content):,} bytes")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    if check and changed:
        sys.exit("The packaged data are not what the facts give: run `make data`.")


if __name__ == "__main__":
    main()
