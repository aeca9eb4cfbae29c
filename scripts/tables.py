"""Rows of the packaged tables: read, collect, check and write them the same way every time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "graph" / "schema"
TABLES = ("items", "inputs", "suppliers", "shares", "trades", "measures", "sources")

Row = dict[str, Any]


def read_rows(path: Path) -> list[Row]:
    """Read a CSV file as dicts of text; a file that a folder does not have holds nothing."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mapping(name: str) -> list[Row]:
    """Read one of the hand-made mapping tables."""
    return read_rows(HERE / "world" / f"{name}.csv")


def columns(table: str) -> list[str]:
    """Return the columns of a table of the schema."""
    return [row["column"] for row in read_rows(SCHEMA / f"{table}.csv")]


def number(value: float | None) -> str:
    """Write a number as short as it can be without losing a digit that the source gives."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else f"{value:.12g}"


def fraction(percent: str) -> float | None:
    """Turn a percentage of a source into a share."""
    return round(float(percent) / 100, 10) if percent else None


def as_csv(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Write rows as UTF-8 CSV with line feeds: the same rows give the same bytes."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows({name: _text(row.get(name)) for name in names} for row in rows)
    return buffer.getvalue().encode("utf-8")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, (int, float)) else str(value)


def joined(*texts: str | None) -> str:
    """Join the remarks that are not empty."""
    return "; ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip()))


class World:
    """The tables while they are built; ids keep the order in which they come."""

    def __init__(self) -> None:
        self.items: dict[str, Row] = {}
        self.suppliers: dict[str, Row] = {}
        self.sources: dict[str, Row] = {}
        self.inputs: list[Row] = []
        self.shares: list[Row] = []
        self.made: set[tuple[str, str]] = set()

    def item(self, id: str, **row: Any) -> None:
        """Add an item; what an earlier row says of the same item stays, tags and aliases are united."""
        old = self.items.setdefault(id, {"id": id})
        for name, value in row.items():
            if name in {"chains", "aliases", "hs6"}:
                words = [*str(old.get(name) or "").split("|"), *str(value or "").split("|")]
                value = "|".join(dict.fromkeys(word for word in words if word))
            elif name == "note":
                value = joined(old.get(name), value)
            else:
                value = old.get(name) or value
            old[name] = value

    def maker(self, item: str, supplier: str, source: str, confidence: str, note: str) -> None:
        """Name a maker of unknown share, once per item.

        The names of one item come from many sources. They are one list, so that no list of one name looks like a single
        source of supply; each row says who named the maker.
        """
        if (item, supplier) in self.made:
            return
        self.made.add((item, supplier))
        named = self.sources[source]
        row = {"item": item, "supplier": supplier, "source": "KANMON_MAKERS", "measure": "makers named"}
        row |= {"missing": "not_reported", "confidence": confidence}
        self.shares.append(row | {"note": joined(f"named in {source}: {named['title']} ({named['publisher']})", note)})

    def note(self, item: str, text: str) -> None:
        """Add a remark to an item."""
        self.items[item]["note"] = joined(self.items[item].get("note"), text)

    def tables(self) -> dict[str, bytes]:
        """Return the CSV files by name, sorted, with the sources that a row uses or names in its note."""
        facts = [*self.inputs, *self.shares]
        used = {row["source"] for row in facts}
        noted = [*facts, *self.items.values(), *self.suppliers.values()]
        named = {word for row in noted for word in re.findall(r"\w+", row.get("note") or "")}
        rows: dict[str, list[Row]] = {
            "items": sorted(self.items.values(), key=lambda row: row["id"]),
            "suppliers": sorted(self.suppliers.values(), key=lambda row: (row["kind"], row["id"])),
            "sources": sorted((row for id, row in self.sources.items() if id in used | named), key=lambda row: row["id"]),
            "inputs": sorted(self.inputs, key=_input_order),
            "shares": sorted(self.shares, key=_share_order),
            "trades": [],
            "measures": [],
        }
        missing = used - set(self.sources)
        assert not missing, f"sources without a row: {sorted(missing)}"
        return {f"{table}.csv": as_csv(columns(table), rows[table]) for table in TABLES}


def _input_order(row: Row) -> tuple[str, ...]:
    return row["item"], row.get("role") or "", row.get("group") or "", row["input"]


def _share_order(row: Row) -> tuple[Any, ...]:
    view = [str(row.get(name) or "") for name in ("item", "scope", "measure", "year", "source")]
    return *view, -(row.get("quantity") or row.get("share") or 0), row["supplier"]
