"""Reference tables of Japanese policy: critical products and strategic fields, with the items tagged by the project."""

from __future__ import annotations

import re
from pathlib import Path

from tables import Row, as_csv, mapping, read_rows

PRODUCT = ["id", "number", "name_en", "name_ja", "since", "hs6", "technology", "confidence", "source", "note"]
FIELD = ["id", "number", "name_en", "name_ja", "technology", "source"]
TAG = ["item", "confidence", "basis"]
SOURCE = ["id", "title", "publisher", "date", "url", "licence", "reliability", "note"]


def reference_tables(policy: Path, items: set[str]) -> dict[str, bytes]:
    """Return the files of ``critical_products`` and ``strategic_fields``."""
    sources = {row.pop("table"): row for row in mapping("policy_sources")}
    products = [_product(row, sources["critical_products"]["id"]) for row in read_rows(policy / "critical_products_jp.csv")]
    fields = [
        {
            "id": row["no"],
            "number": row["no"],
            "name_en": row["name_en"],
            "name_ja": row["name_ja"],
            "technology": row["related_technology_no_own_mapping"].replace(";", "|"),
            "source": sources["strategic_fields"]["id"],
        }
        for row in read_rows(policy / "strategic_fields_17.csv")
    ]
    files = {}
    for name, key, names, rows, tags in (
        ("critical_products", "product", PRODUCT, products, mapping("critical_items")),
        ("strategic_fields", "field", FIELD, fields, mapping("field_items")),
    ):
        ids = {row["id"] for row in rows}
        wrong = [tag for tag in tags if tag["item"] not in items or tag[key] not in ids]
        assert not wrong, f"tags without an item or a {key}: {wrong}"
        files[f"{name}/{name}.csv"] = as_csv(names, rows)
        files[f"{name}/items.csv"] = as_csv([key, *TAG], tags)
        files[f"{name}/sources.csv"] = as_csv(SOURCE, [sources[name]])
    return files


def _product(row: Row, source: str) -> Row:
    since = re.match(r"\d{4}(-\d\d){1,2}", row["in_force"])
    widened = re.search(r"widened .*", row["in_force"])
    dated = "in force in February 2024; exact date not found" if row["no"] == "12" else ""
    mineral = "the list of minerals was found only in part" if row["no"] == "10" else ""
    base = re.match(r"\d+", row["no"])
    return {
        "id": row["no"],
        "number": base[0] if base else "",
        "name_en": row["name_en"],
        "name_ja": row["name_ja"].replace("(", "（").replace(")", "）"),
        "since": since[0] if since else "",
        "hs6": row["hs6_indicative_own_mapping"].replace(";", "|"),
        "technology": row["related_technology_no_own_mapping"].replace(";", "|"),
        "confidence": row["confidence"].split()[0],
        "source": source,
        "note": dated or mineral or (widened[0] if widened else ""),
    }
