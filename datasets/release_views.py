"""From the cells of a release to market views: what each cell says, and what its view's total leaves out.

The signs are those of the U.S. Geological Survey: W withheld, NA not available, a dash is nil, XX no total, s see the note,
"Estimated." in the note. A stated total below the sum of its rows by more than rounding is not used.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import polars as pl

from ..graph.schema import OTHER, WORLD
from .places import country

Row = dict[str, Any]

ROUNDING = 1.02
"""A stated world total below the sum of the rows divided by this is not used: the rows are the base."""
_EXCLUDES_USA = re.compile(r"excludes u\.s\. production|does not include production in the united states", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d,]*\.?\d*|\.\d+")
_NIL, _WITHHELD = {"—", "–", "-", "--"}, {"W"}
_PLAIN = re.compile(
    r"^(estimated( for)?( \d{4})?\s*\.?|reported\.?|reproted|excludes u\.s\. production\.?|yes"
    r"|data may not add to totals shown.*|see appendix c.*|unless otherwise noted.*|unit label corrected.*)$",
    re.IGNORECASE,
)


def who_is(written: str) -> tuple[str | None, str]:
    """Return the ISO3 code, ``WORLD`` or ``OTHER`` that a release means, and what it adds in brackets.

    >>> who_is("World total (rounded)"), who_is("Other Countries"), who_is("Brazil (beneficiated)"), who_is("Atlantis")
    (('WORLD', ''), ('OTHER', ''), ('BRA', 'beneficiated'), (None, ''))
    """
    name = " ".join(written.split())
    folded = name.casefold()
    if folded.startswith(("world", "total")):
        return WORLD, ""
    if folded.startswith(("other countries", "other (", "rest of world")) or folded == "other":
        return OTHER, ""
    if (code := country(name)) is not None:
        return code, ""
    bare = re.fullmatch(r"(.+?) \(([^)]*)\)", name)
    return (country(bare[1]), bare[2]) if bare else (None, "")


def cell(raw: str | None, note: str) -> Row:
    """Return what a cell says: ``quantity``, or ``missing`` with the reason; ``sign`` for what needs the view's total.

    >>> cell("1,800", "Estimated."), cell("W", ""), cell("s", "Less than ½ unit.")["sign"]
    ({'quantity': 1800.0}, {'missing': 'withheld'}, 'less_than_half')
    """
    text = (raw or "").strip()
    if _NUMBER.fullmatch(text):
        return {"quantity": float(text.replace(",", ""))}
    if text in _NIL:
        return {"quantity": 0.0, "sign": "nil"}
    if text in _WITHHELD:
        return {"missing": "withheld"}
    if text == "s":
        return {"missing": "excluded", "sign": "excluded"} if "less than" not in note.lower() else {"sign": "less_than_half"}
    return {"missing": "not_reported"}


def views(cells: pl.DataFrame, source: str) -> list[Row]:
    """Return rows of the table ``shares`` from cells with ``item, measure, supplier, year, raw, unit, note, detail``.

    One view per item, measure and year; a view without a country gives no rows.
    """
    found: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for row in cells.iter_rows(named=True):
        row["note"] = row["note"] or ""
        found[row["item"], row["measure"], row["year"]].append(row | cell(row["raw"], row["note"]))
    rows = []
    for (item, measure, year), told in found.items():
        if any(row["supplier"] not in {WORLD, OTHER} for row in told):
            rows += _view({"item": item, "measure": measure, "year": year, "source": source}, told)
    return rows


def _view(base: Row, told: list[Row]) -> list[Row]:
    world = next((row for row in told if row["supplier"] == WORLD and row.get("quantity")), None)
    total: float | None = float(world["quantity"]) if world else None
    unit = next((row["unit"] for row in told if row["unit"]), None)
    rows = _one_per_supplier([row for row in told if row["supplier"] != WORLD])
    excluded = {row["supplier"] for row in rows if row.get("sign") == "excluded"}
    if any(row["supplier"] == WORLD and _EXCLUDES_USA.search(row["note"]) for row in told):
        excluded.add("USA")
    if excluded:
        base = base | {"measure": f"{base['measure']}, excluding {', '.join(sorted(excluded))}"}
    if total is None:
        remark = "the source gives no world total, so no share is computed"
        return [base | {"supplier": row["supplier"]} | _without_share(row, remark) for row in rows]
    summed = float(sum(row.get("quantity") or 0.0 for row in rows))
    out, remark = [], ""
    if summed > total * ROUNDING:
        remark = f"the rows sum to {summed:g} and the source states {total:g} {unit}: shares are of the sum"
        total = summed
        if any(row.get("missing") and row["supplier"] not in excluded | {OTHER} for row in rows):
            # Without a total, a country that is not reported would leave the shares of all others open.
            made = {"quantity": summed, "unit": unit, "confidence": "estimated", "note": remark}
            out.append(base | {"supplier": WORLD} | made)
    else:
        out.append(base | {"supplier": WORLD, "quantity": total, "unit": unit, "confidence": _confidence(world or {})})
    if "USA" in excluded and not any(row["supplier"] == "USA" for row in rows):
        note = "the stated world total excludes the United States"
        out.append(base | {"supplier": "USA", "missing": "excluded", "confidence": "unknown", "note": note})
    for row in rows:
        share = base | {"supplier": row["supplier"]} | _share(row, total, unit, row["supplier"] in excluded)
        out.append(share | {"note": joined(share["note"], remark)})
    return out


def _one_per_supplier(rows: list[Row]) -> list[Row]:
    """Add up rows of one country that the source splits by origin; what one of them does not tell, the sum does not."""
    merged: dict[str, Row] = {}
    for row in rows:
        old = merged.get(row["supplier"])
        if old is None:
            merged[row["supplier"]] = row
            continue
        parts = joined(*(f"{one['raw']} {one.get('qualifier') or ''}" for one in (old, row)))
        if old.get("quantity") is None or row.get("quantity") is None:
            merged[row["supplier"]] = old | {"quantity": None, "missing": "not_reported", "note": parts}
        else:
            merged[row["supplier"]] = old | {"quantity": old["quantity"] + row["quantity"], "note": parts}
    return list(merged.values())


def _share(row: Row, total: float, unit: str | None, excluded: bool) -> Row:
    note = _remark(row)
    residual = {"missing": "residual"} if row["supplier"] == OTHER else {}
    if excluded:
        return {"missing": "excluded", "confidence": "unknown", "note": joined(row["raw"], note)}
    if row.get("sign") == "less_than_half":
        note = joined("less than half a unit: bound computed from the total", note)
        return {"share_low": 0.0, "share_high": round(0.5 / total, 10), "confidence": "estimated", "note": note}
    if row.get("quantity") is not None:
        return {"quantity": row["quantity"], "unit": unit, "confidence": _confidence(row), "note": note, **residual}
    return {"missing": row["missing"], "confidence": "unknown", "note": joined(row["raw"], note), **residual}


def _without_share(row: Row, remark: str) -> Row:
    """A row of a table whose rows cannot be compared: the figure stands in the note, no share is computed."""
    if row.get("sign") == "nil" and row["supplier"] != OTHER:
        return {"share": 0.0, "confidence": "published", "note": "nil"}
    basis = re.split(r"[—:]\s*", row["detail"] or "")[-1] if re.search("[—:]", row["detail"] or "") else ""
    basis = "" if re.search("rounded|mine production", basis, re.IGNORECASE) else basis
    written = f"{row['raw']} {row['unit']}" if row.get("quantity") is not None else row["raw"]
    missing = "residual" if row["supplier"] == OTHER else row.get("missing") or "not_reported"
    return {"missing": missing, "confidence": "unknown", "note": joined(written, basis, remark, _remark(row))}


def _confidence(row: Row) -> str:
    """Estimated where the note, or the title of the series, says so and the note does not say "Reported."."""
    note, detail = (row.get("note") or "").lower(), (row.get("detail") or "").lower()
    reported = note.startswith(("reported", "reproted"))
    return "estimated" if (note.startswith("estimated") or "estimated" in detail) and not reported else "published"


def _remark(row: Row) -> str:
    """What the note adds to the figure."""
    parts = [part.strip() for part in re.split(r"\s*--\s*|\s\|\s", row["note"] or "")]
    qualifier = row.get("qualifier") or ""
    return joined("" if qualifier == "rounded" else qualifier, *(p.rstrip(".") for p in parts if not _PLAIN.match(p)))


def joined(*texts: str | None) -> str:
    """Join the remarks that are not empty, each once."""
    return "; ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip()))
