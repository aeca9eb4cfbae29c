"""Build the packaged guideline items from the compiled policy facts.

    python scripts/build_guideline.py ../shared/data/policy

Written: ``items.csv``. Kept by hand beside it: ``documents.csv``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tables import as_csv, read_rows

HOME = Path(__file__).resolve().parent.parent / "datasets" / "data" / "guideline"
LIST_SOURCE = "METI, Industrial Structure Council, 5th interim report reference material, June 2026"
COLUMNS = ("id", "document", "theme", "section", "kind", "wording", "text_en", "text_ja", "answerable", "thresholds")
COLUMNS += ("evidence", "confidence", "note", "source")
WORDING = {
    "official excerpt": "official_excerpt",
    "secondary summary": "secondary_summary",
    "project-derived question": "project_question",
    "project wording": "project_wording",
    "seen in a look-up": "unverified",
    "not found": "not_found",
}
"""What a text is: never to be mixed up."""
THEMES = (
    ("ESMG-P1", "principle_1"),
    ("ESMG-P2", "principle_2"),
    ("ESMG-P3", "principle_3"),
    ("ESMG-A", "autonomy"),
    ("ESMG-D1", "autonomy"),
    ("ESMG-I", "indispensability"),
    ("ESMG-D2", "indispensability"),
    ("ESMG-G", "governance"),
    ("ESMG", "position"),
    ("TLG", "leakage"),
    ("CGC", "governance_code"),
    ("AMA", "antitrust"),
    ("PNR", "prior_report"),
)
SECTIONS = {"自律性": "autonomy", "不可欠性": "indispensability", "ガバナンス": "governance"}
ANSWERABLE = {"n/a": "none"}


def item(row: dict[str, str]) -> dict[str, str]:
    id = row["item_id"]
    document = "SUP" if id == "TLG-CORE" else id.split("-")[0].split(".")[0]
    theme = next((theme for prefix, theme in THEMES if id.startswith(prefix)), SECTIONS.get(row["section"], ""))
    found = row["text_en"] not in {"", "not found"}
    return {
        "id": id,
        "document": document,
        "theme": theme,
        "section": row["section"],
        "kind": row["kind"].replace(" ", "_").replace("'", ""),
        "wording": next(word for start, word in WORDING.items() if row["source_type"].startswith(start)),
        "text_en": row["text_en"] if found else "",
        "text_ja": row["text_ja"] if found else "",
        "answerable": ANSWERABLE.get(row["answerable"], row["answerable"]),
        "thresholds": row["threshold_ids"].replace(";", "|"),
        "evidence": row["evidence_data_needed"],
        "confidence": row["confidence"],
        "note": row["note"],
        "source": re.sub(r"seed( L[\d\-–]+)?", LIST_SOURCE, row["source"]) if found else "",
    }


def main(facts: Path) -> None:
    rows = [item(row) for row in read_rows(facts / "guideline_items.csv")]
    (HOME / "items.csv").write_bytes(as_csv(COLUMNS, rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
