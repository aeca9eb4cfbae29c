"""Build the packaged tables of measures in force from the compiled facts in ``scripts/facts/measures``.

Usage: python scripts/build_measures.py

========================  ===========================================================================================
measures.csv              who restricts what, as compiled (GAPS.md says what could not be verified)
suspensions.csv           by hand: which measure a suspension suspends
rechecks.csv              by hand, from GAPS.md: what must be looked up again, and from which day
country_groups.csv        members of groups of countries with their dates; a group without a source is left out
designated_goods.csv      特定重要物資 with their orders
sources.csv               sources of all of them
========================  ===========================================================================================
"""

from __future__ import annotations

from pathlib import Path

from reference import SOURCE
from tables import HERE, Row, as_csv, columns, joined, read_rows

DATA = HERE.parent / "datasets" / "data"
FACTS = HERE / "facts" / "measures"
CHECKED = "2026-07-31"
"""The newest page that the compilation found is of this month; what came later is not known."""
WORDS = ["name_en", "name_ja", "hs6", "announced", "basis"]
GROUP = ["group", "country", "since", "until", "basis", "source", "note"]
GOODS = ["id", "name_en", "name_ja", "type", "since", "since_precision", "order", "items", "items_to_check", "status"]
GOODS += ["basis", "confidence", "source", "note"]


def words(cell: str) -> str:
    """Separate words as the tables do."""
    return "|".join(word.strip().replace(" ", "_") for word in cell.split(";") if word.strip())


def cited(row: Row) -> Row:
    """Return the first source and, in the note, the others."""
    first, *others = row["source_id"].split(";")
    return {"source": first, "note": joined(row["note"], f"also {', '.join(others)}" if others else "")}


def measure(row: Row) -> Row:
    """One row of the table ``measures``, with its words."""
    names = ("id", "kind", "since", "until", "renews_from", "status", "legal_reference", "announced", "basis")
    kept = {name: row[name] for name in names}
    doubted = row["basis"] == "knowledge" or row["confidence"] == "low"
    of_technology = row["item_words_en"].startswith("technology")
    return kept | cited(row) | {
        "issuer": words(row["issuer"]),
        "item": words(row["kanmon_item"]),
        "against": words(row["against"]),
        "checked": CHECKED,
        "object": "entities" if row["kind"] == "entity_listing" else "technology" if of_technology else "goods",
        "confidence": "unknown" if doubted else "published",
        "name_en": row["item_words_en"],
        "name_ja": row["item_words_ja"],
        "hs6": words(row["hs6"]),
    }  # fmt: skip


def member(row: Row) -> Row:
    """One member of a group of countries."""
    return {name: row[name] for name in ("group", "since", "until", "basis")} | {"country": row["member"]} | cited(row)


def good(row: Row) -> Row:
    """One of the specified critical products."""
    return {name: row[name] for name in ("name_en", "name_ja", "type", "status", "basis", "confidence")} | cited(row) | {
        "id": row["number"],
        "since": row["designated"],
        "since_precision": row["date_precision"],
        "order": row["order_reference"],
        "items": words(row["kanmon_items"]),
        "items_to_check": words(row["kanmon_items_to_check"]),
    }  # fmt: skip


def build() -> dict[str, bytes]:
    """Return the packaged files by path below ``datasets/data``."""
    facts = {path.stem: read_rows(path) for path in FACTS.glob("*.csv")}
    measures = [measure(row) for row in facts["measures"]]
    tables = {
        "measures": ([*columns("measures"), *WORDS], measures),
        "suspensions": (["suspension", "measure"], facts["suspensions"]),
        "rechecks": (["date", "measures", "question_en", "question_ja"], facts["rechecks"]),
        "country_groups": (GROUP, [member(row) for row in facts["country_groups"] if row["source_id"]]),
        "designated_goods": (GOODS, [good(row) for row in facts["designated_goods"]]),
        "sources": (SOURCE, [{n: row[n] for n in SOURCE[:-1]} | {"note": row["how_found"]} for row in facts["sources"]]),
    }
    _check(tables)
    return {f"measures/{name}.csv": as_csv(names, rows) for name, (names, rows) in tables.items()}


def _check(tables: dict[str, tuple[list[str], list[Row]]]) -> None:
    known = {row["id"] for row in tables["measures"][1]}
    named = {id for row in tables["rechecks"][1] for id in row["measures"].split("|")}
    named |= {id for row in tables["suspensions"][1] for id in row.values()}
    assert named <= known, f"no such measure: {sorted(named - known)}"
    sources = {row["id"] for row in tables["sources"][1]}
    used = {row["source"] for name in ("measures", "country_groups", "designated_goods") for row in tables[name][1]}
    assert used <= sources, f"no such source: {sorted(used - sources)}"


def main() -> None:
    """Build and write; print nothing but what changed."""
    for name, content in build().items():
        path: Path = DATA / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
