"""Build the packaged tables of the prior-report technologies from the compiled policy facts.

    python scripts/build_technologies.py ../shared/data/policy

Written: ``technologies.csv``, ``terms.csv``, ``hs_codes.csv``, ``materials.csv``. Kept by hand beside them:
``project_terms.csv``, ``qualified_terms.csv``, ``spellings.csv``, ``part_numbers.csv``, ``scope_notes.csv``.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent / "datasets" / "data" / "technologies"
LIST_SOURCE = (
    "METI, Industrial Structure Council, New Directions of Economic and Industrial Policy committee, "
    "5th interim report reference material, June 2026"
)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, rows: list[dict[str, str]]) -> None:
    with (HOME / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def plain(value: str) -> str:
    """Return a basis in words that a reader outside the compilation understands."""
    value = re.sub(r"^seed$", "published list", value)
    value = re.sub(r"^seed, June 2026", "published list, June 2026", value)
    return re.sub(r"\b([Tt]he )?seed\b", lambda m: f"{m[1] or ''}published list", value)


def date(value: str) -> str:
    """Return an ISO date, blank where the sources give none."""
    return value if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else ""


def technologies(facts: Path) -> list[dict[str, str]]:
    scope = {row["number"]: row for row in read(HOME / "scope_notes.csv")}
    rows = []
    for fact in read(facts / "prior_notice_technologies.csv"):
        note = scope.get(fact["number"], scope[""])
        inferred = "inferred" in fact["batch"]
        rows.append({
            "number": fact["number"],
            "name_en": fact["name_en"],
            "name_ja": fact["name_ja"],
            "status": fact["status"],
            "status_basis": "inferred from numbering" if inferred else "secondary summary",
            "batch": fact["batch"].split()[0],
            "batch_basis": plain(fact["batch_evidence"]),
            "batch_confidence": fact["batch_confidence"],
            "announced": date(fact["announced"]),
            "effective_date": date(fact["effective_date"]),
            "legal_basis": fact["legal_basis"].replace("amending notice: number not found", "告示番号未確認")
            .replace("amending notice: not found", "告示未確認"),
            "description_en": fact["description_en"],
            "description_ja": fact["description_ja"],
            "scope_note_en": note["scope_note_en"],
            "scope_note_ja": note["scope_note_ja"],
            "scope_basis": note["basis"],
            "as_of": "2026-06",
            "source": LIST_SOURCE,
        })  # fmt: skip
    return rows


def main(facts: Path) -> None:
    write("technologies.csv", technologies(facts))
    write("terms.csv", [
        {key: row[key] for key in ("number", "use", "lang", "term", "kind", "match")} | {"basis": plain(row["note"])}
        for row in read(facts / "technology_terms.csv")
    ])  # fmt: skip
    write("hs_codes.csv", [
        {key: row[key] for key in ("number", "hs6", "relation", "specificity", "hs_description", "edition")}
        | {"basis": row["status"]}
        for row in read(facts / "technology_hs6.csv")
    ])  # fmt: skip
    write("materials.csv", [
        {key: row[key] for key in ("number", "material", "role", "hs6", "basis")}
        for row in read(facts / "technology_materials.csv")
    ])  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
