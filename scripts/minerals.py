"""Minerals: USGS, IEA, EC study and BACI rows, each on the item that it measures."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from tables import Row, World, fraction, joined, mapping, read_rows

USGS = "USGS_MCS2025", "USGS_MCS2026"
ROUNDING = 1.02
"""A stated world total below the sum of the rows divided by this is not used: the rows are the base."""
LEAST = 0.01
"""Origins with less of a country's imports are not told apart."""
_EXCLUDES_USA = re.compile(r"excludes u\.s\. production|does not include production in the united states", re.I)
_PLAIN = re.compile(
    r"^(estimated( 2023)?\s*\.?|reported\.?|reproted|excludes u\.s\. production\.?|yes"
    r"|data may not add to totals shown.*|see appendix c.*|unless otherwise noted.*|unit label corrected.*)$",
    re.I,
)


def add_minerals(world: World, data: Path) -> None:
    """Add the mineral items with their shares."""
    usgs: dict[tuple[str, str, str], str] = {}
    keys: dict[str, dict[str, str]] = {"ec": {}, "iea": {}, "baci": {}}
    for row in mapping("minerals"):
        world.item(
            row["id"],
            **{name: row[name] for name in ("name_en", "name_ja", "kind", "stage", "hs6", "variant_of", "aliases", "note")},
            chains="minerals",
        )
        if row["usgs"]:
            usgs[_usgs_key(row["usgs"])] = row["id"]
        for source, items in keys.items():
            if row[source]:
                items[row[source]] = row["id"]
    add_usgs(world, data, usgs)
    add_iea(world, data, keys["iea"])
    add_ec(world, data, keys["ec"])
    add_baci(world, data, keys["baci"])


def _usgs_key(text: str) -> tuple[str, str, str]:
    commodity, _, product = text.partition(": ")
    form = re.fullmatch(r"(Copper) \((mine|refinery)\)", commodity)
    return (form[1], product, form[2]) if form else (commodity, product, "")


def _view(row: Row) -> tuple[str, str, str]:
    """Commodity, product and, where one commodity has two tables, form."""
    product = "" if row["commodity"] == "Iron Ore" else row["product"]
    return row["commodity"], product, row["form"] if row["commodity"] == "Copper" else ""


def add_usgs(world: World, data: Path, items: dict[tuple[str, str, str], str]) -> None:
    """Add USGS production and capacity, one view per commodity, form and year."""
    views: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
    for file, measure in (("production", "production"), ("capacity", "capacity")):
        for row in read_rows(data / f"usgs_world_{file}.csv"):
            what = "capacity" if "capacity" in row["detail"].lower() else measure
            if row["commodity"] == "Iron Ore":
                what = f"{what} ({row['product']})"
            if row["source_id"] == USGS[0] and row["row_type"] == "country" and not row["quantity"]:
                continue  # a blank of the 2025 edition may be nil, withheld or not available
            item = items.get(_view(row))
            if item:
                views[item, what, row["year"], row["source_id"]].append(row)
            else:
                assert not any(r["row_type"] == "country" for r in [row]), row
    for (item, measure, year, source), rows in views.items():
        if any(row["row_type"] == "country" for row in rows):
            world.shares += _usgs_view(item, measure, year, source, rows)


def _usgs_view(item: str, measure: str, year: str, source: str, rows: list[Row]) -> list[Row]:
    world = next((row for row in rows if row["row_type"] == "world_total"), None)
    total = float(world["quantity"]) if world and world["quantity"] else None
    rows = _one_per_supplier([row for row in rows if row is not world])
    excluded = {row["iso3"] for row in rows if row["flag"] == "included_elsewhere"}
    if world and (world["total_excludes_us"] == "True" or _EXCLUDES_USA.search(world["notes"])):
        excluded.add("USA")
    if excluded:
        measure += ", excluding " + ", ".join(sorted(excluded))
    summed = sum(float(row["quantity"] or 0) for row in rows)
    base = {"item": item, "measure": measure, "year": int(year), "source": source}
    if total is None:
        note = "the source gives no world total, so no share is computed"
        return [base | _named(row) | _without_figure(row, note) for row in rows]
    unit, remark = rows[0]["unit"], ""
    out = []
    if summed > total * ROUNDING:
        remark = f"the rows sum to {summed:g} and the source states {total:g} {unit}: shares are of the sum"
        total = summed
        if any(not row["quantity"] for row in rows if row["row_type"] == "country" and row["iso3"] not in excluded):
            # Without a total, a country that is not reported would leave the shares of all others open.
            note = {"confidence": "estimated", "note": remark}
            out.append(base | {"supplier": "WORLD", "quantity": summed, "unit": unit} | note)
    else:
        out.append(base | {"supplier": "WORLD", "quantity": total, "unit": unit} | _confidence(world or {}))
    if "USA" in excluded and not any(row["iso3"] == "USA" for row in rows):
        note = "the stated world total excludes the United States"
        out.append(base | {"supplier": "USA", "missing": "excluded", "confidence": "unknown", "note": note})
    for row in rows:
        share = base | _named(row) | _figure(row, total, row["iso3"] in excluded)
        share["note"] = joined(share.get("note"), remark)
        out.append(share)
    return out


def _named(row: Row) -> Row:
    return {"supplier": "OTHER" if row["row_type"] == "residual" else row["iso3"]}


def _one_per_supplier(rows: list[Row]) -> list[Row]:
    """Add up rows of one country that the source splits by origin."""
    merged: dict[str, Row] = {}
    for row in rows:
        key = row["iso3"] or "OTHER"
        if key in merged:
            old = merged[key]
            parts = [f"{r['value_raw']} {r['country_qualifier']}" for r in (old, row)]
            quantity = float(old["quantity"]) + float(row["quantity"])
            merged[key] = old | {"quantity": str(quantity), "notes": " + ".join(parts), "country_qualifier": ""}
        else:
            merged[key] = row
    return list(merged.values())


def _figure(row: Row, total: float, excluded: bool) -> Row:
    note = _note(row)
    residual = {"missing": "residual"} if row["row_type"] == "residual" else {}
    if excluded:
        return {"missing": "excluded", "confidence": "unknown", "note": joined(row["value_raw"], note)}
    if row["flag"] == "less_than_half_unit":
        note = joined("less than half a unit: bound computed from the total", note)
        return {"share_low": 0.0, "share_high": round(0.5 / total, 10), "confidence": "estimated", "note": note}
    if row["quantity"]:
        return {"quantity": float(row["quantity"]), "unit": row["unit"], "note": note, **_confidence(row), **residual}
    missing = "withheld" if row["flag"] == "withheld" else "not_reported"
    return {"missing": missing, "confidence": "unknown", "note": joined(row["value_raw"], note), **residual}


def _without_figure(row: Row, remark: str) -> Row:
    """A row of a table whose rows cannot be compared: the figure stands in the note, no share is computed."""
    basis = re.split(r"[—:]\s*", row["detail"])[-1] if re.search("[—:]", row["detail"]) else ""
    basis = "" if re.search("rounded|mine production", basis, re.I) else basis
    if row["flag"] == "nil":
        return {"share": 0.0, "confidence": "published", "note": "nil"}
    raw = joined(f"{row['value_raw']} {row['unit']}" if row["quantity"] else row["value_raw"], basis)
    missing = "withheld" if row["flag"] == "withheld" else "not_reported"
    missing = "residual" if row["row_type"] == "residual" else missing
    return {"missing": missing, "confidence": "unknown", "note": joined(raw, remark, _note(row))}


def _confidence(row: Row) -> Row:
    notes = row.get("notes", "").lower()
    reported = notes.startswith(("reported", "reproted"))
    estimated = row.get("flag") == "estimated" or notes.startswith("estimated")
    estimated |= "estimated" in row.get("detail", "").lower()
    return {"confidence": "estimated" if estimated and not reported else "published"}


def _note(row: Row) -> str:
    parts = [part.strip() for part in re.split(r"\s*--\s*|\s\|\s", row["notes"])]
    qualifier = "" if row["country_qualifier"] == "rounded" else row["country_qualifier"]
    return joined(qualifier, *(part.rstrip(".") for part in parts if not _PLAIN.match(part)))


def add_iea(world: World, data: Path, items: dict[str, str]) -> None:
    """Add the observed year of the IEA explorer, with its stated world totals."""
    views: dict[str, list[Row]] = defaultdict(list)
    for row in read_rows(data / "iea_mining_refining_supply.csv"):
        if row["observed_or_projection"] == "observed base year":
            views[f"{row['mineral']}: {row['stage']}"].append(row)
    for key, rows in views.items():
        total, summed = float(rows[0]["world_total"]), sum(float(row["quantity"]) for row in rows)
        base = {"item": items[key], "measure": "production", "year": 2024, "source": "IEA_CMDE2025"}
        base |= {"unit": rows[0]["unit"], "confidence": "published"}
        if summed > total * ROUNDING:
            remark = f"the rows sum to {summed:g} and the source states {total:g} {rows[0]['unit']}: shares are of the sum"
            base["note"] = remark
        else:
            world.shares.append(base | {"supplier": "WORLD", "quantity": total})
        for row in rows:
            residual = {"missing": "residual"} if row["row_type"] == "residual" else {}
            world.shares.append(base | _named(row) | {"quantity": float(row["quantity"])} | residual)


def add_ec(world: World, data: Path, items: dict[str, str]) -> None:
    """Add global supply shares of the EC study; below 0.1 % only the bound is known."""
    for row in read_rows(data / "eu_crm2023_global_supply_shares.csv"):
        key = f"{row['material']}: {row['stage']}"
        if key == "Titanium metal: extraction":
            continue  # the study repeats the shares of titanium extraction
        share: Row = {
            "item": items[key],
            "supplier": row["iso3"],
            "source": "EC_CRM2023",
            "year": 2020,
            "measure": "supply, average of 2016 to 2020",
            "confidence": "published",
        }
        if row["upper_bound_pct"]:
            share |= {"share_low": 0.0, "share_high": fraction(row["upper_bound_pct"]), "note": row["share_raw"]}
        else:
            share["share"] = fraction(row["share_pct"])
        world.shares.append(share)


def add_baci(world: World, data: Path, items: dict[str, str]) -> None:
    """Add Japan's imports by origin on the item that the HS code means exactly, or on a basket."""
    for row in read_rows(data / "baci_japan_imports_by_origin.csv"):
        world.shares.append(
            {
                "item": items[row["hs6"]],
                "supplier": row["exporter_iso3"],
                "source": row["source_id"],
                "quantity": float(row["value_kusd"]),
                "unit": "thousand USD",
                "year": int(row["year"]),
                "scope": "JPN",
                "measure": "imports (value)",
                "confidence": "published",
                "note": "reported as Other Asia, not elsewhere specified" if row["country_code_note"] else "",
            }
        )


def add_us_imports(world: World, data: Path) -> None:
    """Add the origins of the United States' imports by the codes of us_imports.csv: origins below 1 % stand together."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in read_rows(data / "us_imports_2024_hs6_by_country.csv"):
        rows[row["hs6"]].append(row)
    for target in mapping("us_imports"):
        values: dict[str, float] = defaultdict(float)
        for code in target["hs6"].split("|"):
            for row in rows[code]:
                values[row["exporter_iso3"] or "OTHER"] += float(row["value_usd"])
        total = sum(values.values())
        named = {name: value for name, value in values.items() if name != "OTHER" and value >= total * LEAST}
        named["OTHER"] = total - sum(named.values())
        codes = "HS " + ", ".join(target["hs6"].split("|"))
        covers = f"{codes}, a basket: {target['covers']}" if target["covers"] else codes
        exact = {"hs6": target["hs6"]} if not target["covers"] else {"note": f"{covers} (US_CENSUS_2024_CONS)"}
        world.item(target["item"], **exact)
        base = {"item": target["item"], "source": "US_CENSUS_2024_CONS", "year": 2024, "scope": "USA", "unit": "USD"}
        base |= {"measure": "imports (value)" + ", HS basket" * bool(target["covers"]), "confidence": "published"}
        for name, value in named.items():
            residual = {"missing": "residual"} if name == "OTHER" else {}
            if value > 0:
                world.shares.append(base | {"supplier": name, "quantity": round(value)} | residual)
