"""Sums of markets in a polars table: the keys of a row say in which cell its market stands, and one pass adds all rows up.

Nothing is hashed, ordered within groups or sorted at the end: cells stand in the order of the keys. Rows are taken some at a
time, since to ask for memory takes longer than what is reckoned in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from ...graph.kernel import Kernel

STEP = 1 << 17
"""Rows that are taken at a time."""
ROOM, FEW = 2, 1 << 16
"""Most cells and codes that are laid out for each row though most may stay empty, and codes that always are."""
SUMS = "value", "_square", "_loose", "_top"
COUNTS = "origins", "_blank", "_nobody", "_negative", "_first", "_row"
"""What is known of a cell: sums and counts of `trade.concentrate`; which origin is the largest; one of its rows, from 1."""
VALUE, SQUARE, LOOSE, TOP = range(len(SUMS))
ORIGINS, BLANK, NOBODY, NEGATIVE, FIRST, ROW = range(len(COUNTS))
WIDE, LONG = len(SUMS), len(COUNTS)


@Kernel
def tally(cell, codes, places, value, blank, begin, sums, counts):
    """Add rows to their cells. The places of origins are in the order of names, below 0 without one; no value is NaN."""
    for i in range(len(cell)):
        of, at, origin, one = cell[i] * WIDE, cell[i] * LONG, places[codes[i]], value[i]
        counts[at + ROW] = begin + i + 1
        counts[at + BLANK] += blank[i]
        counts[at + NEGATIVE] += one < 0.0
        if one == one:
            sums[of + VALUE] += one
        if origin < 0:
            counts[at + NOBODY] += blank[i]
            if one == one:
                sums[of + LOOSE] += one
        elif one > 0.0:
            sums[of + SQUARE] += one * one
            counts[at + ORIGINS] += 1
            if one > sums[of + TOP] or (one == sums[of + TOP] and origin < counts[at + FIRST]):
                sums[of + TOP], counts[at + FIRST] = one, origin


class Words(NamedTuple):
    """A column as codes, with the place of each in the order of what they stand for, blanks first, and what stands there."""

    codes: pl.Series
    places: Any
    names: pl.Series

    def parts(self) -> Iterator[Any]:
        """Return the codes, some rows at a time."""
        return (self.codes.slice(at, STEP).to_numpy() for at in range(0, len(self.codes), STEP))


def markets(rows: Any, market: Sequence[str], kinds: dict[str, Any]) -> Any:
    """Return the sums of each market, sorted, of an eager or lazy table; ``kinds`` are the types of keys and origin."""
    schema = {name: kinds[name] for name in market} | {"top_origin": kinds["exporter"]}
    schema |= dict.fromkeys(SUMS, pl.Float64) | dict.fromkeys(COUNTS, pl.UInt32)
    rows = rows.select(*market, "exporter", "value", pl.col("_blank").cast(pl.Boolean))
    found = rows.lazy().map_batches(partial(_added_up, market=market, kinds=kinds), schema=schema)
    return found.collect() if isinstance(rows, pl.DataFrame) else found


def _added_up(rows: pl.DataFrame, market: Sequence[str], kinds: dict[str, Any]) -> pl.DataFrame:
    *keys, origins = (_words(rows[name], kinds[name]) for name in (*market, "exporter"))
    unnamed = origins.names.null_count()
    cells, size = _cells(keys)
    sums, counts = np.zeros(size * WIDE), np.zeros(size * LONG, np.uint32)
    tally.expect(4 * rows.height + (rows.height // STEP + 1) * (sums.size + counts.size))
    for at, cell, codes in zip(range(0, rows.height, STEP), cells, origins.parts(), strict=True):
        value, blank = (rows[name].slice(at, STEP).to_numpy() for name in ("value", "_blank"))
        tally(cell, codes, origins.places - unnamed, value, blank, at, sums, counts)
    used = np.flatnonzero(counts[ROW::LONG])
    found = {name: sums[at::WIDE][used] for at, name in enumerate(SUMS)}
    found |= {name: counts[at::LONG][used] for at, name in enumerate(COUNTS)}
    row, traded = pl.Series(found["_row"] - 1), found["origins"] > 0
    groups = {name: key.names.gather(key.places[key.codes.gather(row)]) for name, key in zip(market, keys, strict=True)}
    top = origins.names.gather(np.where(traded, found["_first"] + unnamed, 0))
    return pl.DataFrame(groups | {"top_origin": top.zip_with(pl.Series(traded), top.clear(len(top)))} | found)


def _cells(keys: Sequence[Words]) -> tuple[Iterator[Any], int]:
    """Return the cells of rows, some at a time, and how many cells there are."""
    rows, size = len(keys[0].codes), 1
    cells: Iterator[Any] = (np.zeros(min(STEP, rows - at), np.int64) for at in range(0, rows, STEP))
    for key in keys:
        if len(key.names) > 1:
            split = partial(lambda key, cell, codes: cell * len(key.names) + key.places[codes], key)
            cells, size = map(split, cells, key.parts()), size * len(key.names)
        if size > max(ROOM * rows, 1):
            used, cell = np.unique(np.concatenate([*cells]), return_inverse=True)
            cells, size = iter(np.split(cell, range(STEP, rows, STEP))), len(used)
    return cells, size


def _words(column: pl.Series, kind: Any) -> Words:
    codes: Any = column.to_physical()
    first = column.gather(codes.arg_unique())
    first = first.gather(first.cast(kind).arg_sort())
    names: Any = first.cast(kind)
    known: Any = first.to_physical()
    if not codes.dtype.is_integer() or (known.min() or 0) < 0 or (known.max() or 0) > max(FEW, ROOM * len(codes)):
        codes, known = (each.rank("dense") for each in (column.cast(kind), names))
    blank = (known.max() or 0) + 1
    codes, known = (each.cast(pl.UInt32) for each in (codes, known))
    if known.has_nulls():
        codes, known = (each.fill_null(blank) for each in (codes, known))
    places = np.empty(blank + 1, np.int64)
    places[known.to_numpy()] = np.arange(len(known))
    return Words(codes, places, names)
