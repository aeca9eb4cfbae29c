"""Finding what a person means: items and suppliers by their names, other names, ids and codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from .supply_graph import SupplyGraph

CLOSE = 75.0
"""Likeness (0..100) from which a name that is spelt otherwise counts."""
SCHEMA = {"table": pl.String, "id": pl.String, "name_en": pl.String, "name_ja": pl.String, "kind": pl.String,
          "match": pl.String, "score": pl.Float64}  # fmt: skip


def find(graph: SupplyGraph, word: str, most: int = 10) -> pl.DataFrame:
    """Return the rows of ``items`` and ``suppliers`` that a word may mean.

    Width, case, white space and punctuation do not matter. The score is 100 for the word itself, 90 where a name begins with
    it, 80 where it is a word of a name, 70 where it stands anywhere in one, and below that the likeness of the spelling; of
    equals the shorter name comes first. A number is looked up in ``hs6``, too.

    Parameters
    ----------
    graph : SupplyGraph
        Where.
    word : str
        A name in English or Japanese, another name, an id, or the beginning of an HS code.
    most : int
        Rows that come back at most.

    Returns
    -------
    polars.DataFrame
        ``table, id, name_en, name_ja, kind, match`` (the name or code that fits), ``score`` (0..100).
    """
    from rapidfuzz import fuzz

    wanted = folded(word[:200])
    if not wanted:
        return pl.DataFrame(schema=SCHEMA)
    found = []
    for table in ("items", "suppliers"):
        for row in graph.tables[table].iter_rows(named=True):
            names = [row["id"], row["name_en"], row["name_ja"], *(row.get("aliases") or "").split("|")]
            told = [(_score(wanted, folded(name), fuzz.ratio), -len(name), name) for name in names if name]
            if wanted.isdecimal():
                codes = (row.get("hs6") or "").split("|")
                told += [(90.0 if code != wanted else 100.0, -len(code), code) for code in codes if code.startswith(wanted)]
            score, length, name = max(told)
            if score > 0:
                found.append(
                    (-score, -length, table != "items", row["id"], {"table": table, "match": name, "score": score} | row)
                )
    found.sort(key=lambda one: one[:4])
    return pl.DataFrame([one[-1] for one in found[:most]], schema=SCHEMA)


def folded(name: str) -> str:
    """Return a name in the form in which it is compared.

    >>> folded("Ｇallium, primary (low_purity)")
    'gallium primary low purity'
    """
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip()


def _score(wanted: str, name: str, ratio: Callable[[str, str], float]) -> float:
    if name == wanted:
        return 100.0
    if name.startswith(wanted):
        return 90.0
    if f" {wanted} " in f" {name} ":
        return 80.0
    if len(wanted) > 1 and wanted in name:
        return 70.0
    likeness = ratio(wanted, name)
    return 0.65 * likeness if likeness >= CLOSE and len(wanted) > 3 else 0.0
