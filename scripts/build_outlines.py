"""Read the outlines of countries from Natural Earth: ``python scripts/build_outlines.py naturalearth_lowres.shp``.

The file is "Admin 0 - Countries" of Natural Earth at 1:110 million (public domain), for example the copy that geopandas up
to 0.14 ships. Nothing is simplified or invented; coordinates are rounded to a hundredth of a degree, a tenth of what the
scale resolves. Where the file has no ISO code (Kosovo, Northern Cyprus, Somaliland) Kosovo gets the user-assigned XKX, the
others none: they are drawn as land without a figure.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import polars as pl

FOLDER = Path(__file__).parents[1] / "datasets" / "data" / "outlines"
POLYGON = 5


def main(path: Path) -> None:
    rows = []
    for number, (record, rings) in enumerate(zip(records(path.with_suffix(".dbf")), shapes(path), strict=True)):
        iso3 = {"Kosovo": "XKX", "N. Cyprus": None, "Somaliland": None}.get(record["name"], record["iso_a3"])
        for ring, points in enumerate(rings):
            rows += [{"shape": number, "iso3": iso3, "ring": ring, "longitude": x, "latitude": y} for x, y in points]
    frame = pl.DataFrame(rows, schema_overrides={"shape": pl.UInt8, "ring": pl.UInt8}, infer_schema_length=None)
    frame = frame.with_columns(pl.col("longitude", "latitude").round(2).cast(pl.Float32))
    frame.write_parquet(FOLDER / "countries.parquet", compression="zstd", compression_level=19)
    print(f"{frame['shape'].n_unique()} shapes, {frame.height} points")


def records(path: Path) -> list[dict[str, str]]:
    """Return the rows of a dBASE table as text."""
    content = path.read_bytes()
    count, start, width = struct.unpack("<IHH", content[4:12])
    fields = []
    at = 32
    while content[at] != 13:
        fields.append((content[at : at + 11].split(b"\0")[0].decode(), content[at + 16]))
        at += 32
    rows = []
    for number in range(count):
        at, row = start + number * width + 1, {}
        for name, size in fields:
            row[name] = content[at : at + size].decode("latin-1").strip()
            at += size
        rows.append(row)
    return rows


def shapes(path: Path) -> list[list[list[tuple[float, float]]]]:
    """Return the rings of every polygon of a shapefile (ESRI Shapefile Technical Description, 1998)."""
    content, at, found = path.read_bytes(), 100, []
    while at < len(content):
        (words,) = struct.unpack(">i", content[at + 4 : at + 8])
        (kind,) = struct.unpack("<i", content[at + 8 : at + 12])
        assert kind == POLYGON, kind
        parts, points = struct.unpack("<ii", content[at + 44 : at + 52])
        starts = [*struct.unpack(f"<{parts}i", content[at + 52 : at + 52 + 4 * parts]), points]
        flat = struct.unpack(f"<{2 * points}d", content[at + 52 + 4 * parts : at + 52 + 4 * parts + 16 * points])
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        found.append([pairs[a:b] for a, b in zip(starts, starts[1:], strict=False)])
        at += 8 + 2 * words
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
