"""Write ``graph/schema/country_names.csv``, which validation reads, from the reviewed table of countries.

Usage: python scripts/build_country_names.py   (after a change of datasets/data/countries/countries.csv)
"""

from __future__ import annotations

from tables import HERE, as_csv, read_rows


def main() -> None:
    """Write one row per name, ordered by code."""
    rows = []
    for row in read_rows(HERE.parent / "datasets" / "data" / "countries" / "countries.csv"):
        words = [row["iso3"], row["iso2"], row["name_en"], row["name_ja"], *row["aliases"].split("|")]
        rows += [{"name": word, "iso3": row["iso3"]} for word in dict.fromkeys(words) if word]
    (HERE.parent / "graph" / "schema" / "country_names.csv").write_bytes(as_csv(["name", "iso3"], rows))


if __name__ == "__main__":
    main()
