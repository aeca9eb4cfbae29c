"""The Commission's published supply risk and economic importance, 2011 to 2023, for comparison with our figures."""

from __future__ import annotations

from pathlib import Path

from tables import Row, as_csv, mapping, read_rows

COLUMNS = ["material", "year", "supply_risk", "economic_importance", "threshold_sr", "threshold_ei", "items", "source"]
SPELLED = {
    "Baryte": ["Barytes"],
    "Boron": ["Borate"],
    "Kaolin clay": ["Kaolin"],
    "Phosphorus": ["Phosphorous"],
    "HREEs": ["Dysprosium", "Erbium", "Europium", "Gadolinium", "Holmium", "Lutetium", "Terbium", "Thulium", "Ytterbium"]
    + ["Yttrium"],
    "LREEs": ["Cerium", "Lanthanum", "Neodymium", "Praseodymium", "Samarium"],
    "PGMs": ["Iridium", "Palladium", "Platinum", "Rhodium", "Ruthenium"],
}
"""Materials that the study's table of supply shares spells otherwise, or names one by one."""
ELSEWHERE = {"Bauxite": ["bauxite_mining"], "Xenon": ["xenon_production"]}
"""Items of materials that the study's table of supply shares does not have under their name."""


def criticality_tables(minerals: Path) -> dict[str, bytes]:
    """Return the files of ``eu_criticality``; a material without an assessment in a year has no row."""
    items: dict[str, list[str]] = {}
    for row in mapping("minerals"):
        if row["ec"]:
            items.setdefault(row["ec"].split(":")[0].lower(), []).append(row["id"])
    rows: dict[tuple[str, str], Row] = {}
    for row in read_rows(minerals / "eu_crm_sr_ei_2011_2023.csv"):
        material = " ".join(row["material"].split())
        if row["supply_risk"] or row["economic_importance"]:
            own = [id for name in SPELLED.get(material, [material]) for id in items.get(name.lower(), [])]
            own += ELSEWHERE.get(material, [])
            told = {name: row[name] for name in COLUMNS if name in row}
            told |= {
                "material": material,
                "year": row["assessment_year"],
                "source": row["source_id"],
                "items": "|".join(own),
            }
            assert (material, told["year"]) not in rows, f"two assessments: {material}, {told['year']}"
            rows[material, told["year"]] = told
    source = next(row for row in mapping("sources") if row["id"] == "EC_CRM2023")
    source |= {"note": "Annex with the results of the assessments of 2011, 2014, 2017, 2020 and 2023; " + source["note"]}
    return {
        "eu_criticality/assessments.csv": as_csv(COLUMNS, [rows[key] for key in sorted(rows)]),
        "eu_criticality/sources.csv": as_csv(list(source), [source]),
    }
