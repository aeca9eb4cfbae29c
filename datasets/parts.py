"""A thesaurus of parts: names, grades, standards and makers' series in several languages, and the items they stand for.

The tables are data in ``data/parts``: concepts (a kind of part, with the wider concept that it is a kind of), their
names, the patterns of grades and part numbers, and the bundled items. A word's ``basis`` is usage (what the trade calls
it) or grammar, a pattern's a standard, the trade or a maker's series name; ``source`` says which.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import polars as pl

from .prior_reports import technology_terms

_FOLDER = "data/parts"


@cache
def _table(name: str) -> pl.DataFrame:
    path = resources.files(__package__ or "kanmon.datasets") / _FOLDER / f"{name}.csv"
    with resources.as_file(path) as file:
        return pl.read_csv(file, infer_schema=False, encoding="utf8")


def part_concepts() -> pl.DataFrame:
    """Return the kinds of parts: ``concept, kind, broader, technology``.

    ``kind``: "part" (a thing), "material" (goes into the thing whose name stands beside it) or "made" (how a thing was
    made: casting, forging). ``broader``: the concept that it is a kind of. ``technology``: the number under which
    `technology_terms` has its names.

    >>> part_concepts().filter(pl.col("concept") == "ndfeb")["broader"].item()
    'magnet'
    """
    return _table("concepts")


def part_items() -> pl.DataFrame:
    """Return the bundled items of concepts: ``concept, item, relation, basis``, the best first.

    ``relation``: "is", "contains", or "review" where the concept is wider than the item. ``basis``: a
    judgement of this project, from what the item's name and stage say.

    >>> part_items().filter(pl.col("concept") == "ferrite_magnet").rows()
    [('ferrite_magnet', 'ferrite_magnet', 'is', 'judgement')]
    """
    return _table("items")


def part_terms() -> pl.DataFrame:
    """Return the names of concepts in the form of `technology_terms`: ``concept, use, lang, term, kind, match``.

    The last rows, without a concept, are the grammar. A grammar row of ``*part`` holds for every concept of that kind.
    Prepositions, endings of adjectives and the heads that name another thing are those of the technologies.

    >>> part_terms().filter(pl.col("term") == "エナメル線")["concept"].item()
    'magnet_wire'
    """
    words = _table("words").drop("source", "basis")
    kinds = part_concepts().select("concept", of="*" + pl.col("kind"))
    of_kind = words.rename({"concept": "of"}).join(kinds, on="of").select(words.columns)
    own = pl.concat([words.filter(~pl.col("concept").str.starts_with("*").fill_null(value=False)), of_kind])
    shared = technology_terms().filter(
        pl.col("number").is_null() & (pl.col("use").is_in(["other", "use", "contain", "stop"]) | (pl.col("match") == "end")),
        ~pl.col("kind").is_in(["thing", "service"]),
    )
    harmless = words.filter(pl.col("use").is_in(["form", "whole"])).select("term")
    shared = shared.join(harmless, on="term", how="anti").with_columns(concept=pl.lit(None, pl.String))
    return pl.concat([own, shared.select(words.columns)])


def part_series() -> pl.DataFrame:
    """Return grades and part number series: ``concept, series, prefix, pattern, match, beside, unless, basis, source``.

    Patterns are lower-case regular expressions of folded text, prefixes are separated by ``|``. ``match`` "context": says
    too little alone (N52, 608), and is sure beside a word of a wider concept. ``beside`` and ``unless`` name a row of
    `datasets.prior_reports.signs` that must, or must not, stand near.

    >>> part_series().filter(pl.col("concept") == "bearing_steel")["source"].item()
    'JIS G 4805; EN ISO 683-17; GB/T 18254'
    """
    return _table("series")
