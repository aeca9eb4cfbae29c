"""Why, in words: the steps of a trace as sentences that the command line, the page and the report all print."""

from __future__ import annotations

from typing import Any

import polars as pl

from ..graph import Message, SupplyGraph
from ..graph.messages import LANGUAGES


def sentences(graph: SupplyGraph, steps: pl.DataFrame) -> pl.DataFrame:
    """Return the steps of `trace` with a sentence for each in English and Japanese.

    Parameters
    ----------
    graph : SupplyGraph
        Where the names and sources stand.
    steps : polars.DataFrame
        As `kanmon.risk.trace` returns them.

    Returns
    -------
    polars.DataFrame
        The steps with ``text_en``, ``text_ja``, ``source_title``, ``source_url`` added.
    """
    rows = list(steps.iter_rows(named=True))
    sources = {row["id"]: row for row in graph.sources.iter_rows(named=True)}
    words: dict[str, list[Any]] = {"text_en": [], "text_ja": [], "source_title": [], "source_url": []}
    for number, row in enumerate(rows, start=1):
        after = rows[number] if number < len(rows) else None
        for lang in LANGUAGES:
            words[f"text_{lang}"].append(_sentence(graph, row, after, sources, lang))
        source = sources.get(row["source"], {})
        words["source_title"].append(source.get("title"))
        words["source_url"].append(source.get("url"))
    return steps.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in words.items())


def _sentence(graph: SupplyGraph, row: dict[str, Any], after: dict[str, Any] | None, sources: dict, lang: str) -> str:
    item = _name(graph.item(row["item"]), lang)
    supplier = _name(graph.supplier(row["supplier"]), lang) if row["supplier"] not in {"", "+"} else None
    who = supplier if supplier is not None else Message("risk.explanation.nobody").text(lang)
    share = Message("risk.explanation.share_unknown").text(lang) if row["share"] is None else f"{row['share']:.0%}"
    fact = _fact(row, sources, lang)
    need = _name(graph.item(after["item"]), lang) if after is not None else ""
    key = row["cause"] if row["cause"] != "input" or after is not None else "input_last"
    return Message(
        f"risk.explanation.{key}", item=item, supplier=who, share=share, fact=fact, need=need, kept=f"{row['kept']:.0%}"
    ).text(lang)


def _fact(row: dict[str, Any], sources: dict[str, dict[str, Any]], lang: str) -> str:
    source = sources.get(row["source"])
    if source is None:
        return Message("risk.explanation.no_source").text(lang)
    sure = Message(f"graph.words.{row['confidence'] or 'unknown'}")
    year = row["year"] if row["year"] is not None else Message("risk.explanation.no_year")
    return Message("risk.explanation.fact", publisher=source["publisher"], year=year, sure=sure, source=source["id"]).text(
        lang
    )


def _name(row: dict[str, Any], lang: str) -> str:
    return row.get(f"name_{lang}") or row["name_en"]
