"""Build the packaged tables of the bundled data from the compiled facts and the hand-made mapping tables.

Usage: python scripts/build_world.py FOLDER   (FOLDER holds minerals/, chains/ and policy/)

The mapping tables in ``scripts/world`` are written by hand, one reason a row in their column ``basis``:

========================  ===========================================================================================
minerals.csv              items of the mineral sources, and which commodity, stage or code each item takes
chain_items.csv           nodes of the chains that are an item of another name
series.csv                items that stand in shares.csv only, and kinds that edges.csv splits off
edges.csv                 edges that are changed, moved to the kind that they are true of, or left out
links.csv                 requirements that join chains and minerals (source KANMON_LINK)
share_rows.csv            rows of shares.csv that are not one supplier's share
measures.csv              what a metric of shares.csv counts
holders.csv               names in shares.csv that are a company
companies.csv             companies that no node describes, and parents
hs6.csv, technology.csv   HS codes and technology numbers of chain items
critical_items.csv        items tagged with one of the critical products
field_items.csv           items tagged with one of the strategic fields
sources.csv               sources of the minerals and of the project; policy_sources.csv those of the policy lists
========================  ===========================================================================================
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from chains import Chains
from kanmon.graph.tables import datapackage
from minerals import add_minerals
from reference import reference_tables
from tables import World, as_csv, mapping, read_rows

DATA = Path(__file__).parent.parent / "datasets" / "data"


def build(facts: Path) -> dict[str, bytes]:
    """Return the packaged files by path below ``datasets/data``."""
    world = World()
    for row in mapping("sources"):
        world.sources[row["id"]] = row
    for row in read_rows(DATA / "countries" / "countries.csv"):
        names = {name: row[name] for name in ("name_en", "name_ja")}
        world.suppliers[row["iso3"]] = {"id": row["iso3"], "kind": "country", "country": row["iso3"], **names}
    for id, english, japanese in (("WORLD", "World total", "世界計"), ("OTHER", "Other (residual)", "その他（残余）")):
        world.suppliers[id] = {"id": id, "kind": "aggregate", "name_en": english, "name_ja": japanese}
    chains = Chains(world, facts / "chains")
    add_minerals(world, facts / "minerals")
    chains.add()
    files = {f"world/{name}": table for name, table in world.tables().items()}
    files["world/datapackage.json"] = (json.dumps(datapackage(), ensure_ascii=False, indent=2) + "\n").encode()
    files |= reference_tables(facts / "policy", set(world.items))
    return files


def main() -> None:
    """Build and write; print nothing but what changed."""
    parser = argparse.ArgumentParser(description="Build the packaged tables of the bundled data.")
    parser.add_argument("facts", type=Path, help="folder with minerals/, chains/ and policy/")
    files = build(parser.parse_args().facts)
    for path in sorted((DATA / "countries").glob("*.csv")):
        files[f"countries/{path.name}"] = path.read_bytes()
    sums = [{"file": name, "sha256": hashlib.sha256(files[name]).hexdigest()} for name in sorted(files)]
    files["world/checksums.csv"] = as_csv(["file", "sha256"], sums)
    for name, content in sorted(files.items()):
        path = DATA / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
