"""What the page knows: the facts, figures and networks of a graph as plain data for JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from ... import datasets
from ...graph import SupplyGraph
from ...graph.frames import spoken_in
from ...graph.markets import VIEW
from ...graph.messages import topic
from ...risk.markets.herfindahl import LEVELS, concentration
from ...risk.technology.flags import flag_technologies

ITEM_COLUMNS = ["id", "name_en", "name_ja", "kind", "stage", "chains", "hs6", "variant_of", "aliases", "note"]
INPUT_COLUMNS = ["item", "input", "source", "role", "group", "mix", "quantity", "essential", "confidence", "note"]
VIEW_COLUMNS = ["hhi_low", "hhi_high", "top_supplier", "top_share_low", "top_share_high", "confidence"]
MOST_SHARES = 40_000
"""Above this many rows of shares only the preferred views are written into the page."""


def facts(graph: SupplyGraph, level: str, lang: str) -> dict[str, Any]:
    """Return the tables of a graph, column by column, with ids replaced by row numbers where they repeat.

    ``views`` are the market views with their concentration, ``shares`` the suppliers in them (``view`` is a row number), and
    ``steps`` the concentration that stands for each item: the preferred view of the world market at ``level``, else at
    another level where there is no figure at this one.
    """
    item = {id: i for i, id in enumerate(graph.items["id"])}
    supplier = {id: i for i, id in enumerate(graph.suppliers["id"])}
    measures, sources = _restrictions(graph, set(item))
    source = {id: i for i, id in enumerate(sources["id"])}
    views, shares = _markets(graph)
    inputs = graph.inputs.select(INPUT_COLUMNS)
    number = {"item": item, "input": item, "supplier": supplier, "top_supplier": supplier, "source": source}
    number |= {"seller": supplier, "buyer": supplier}
    return {
        "items": _columns(graph.items.select(ITEM_COLUMNS), {}),
        "inputs": _columns(inputs, number),
        "suppliers": _columns(graph.suppliers.select("id", "name_en", "name_ja", "kind", "country", "parent", "note"), {}),
        "sources": _columns(sources, {}),
        "views": _columns(views.drop("view"), number),
        "shares": _columns(shares, number),
        "trades": _columns(graph.trades.select("item", "seller", "buyer", "value", "unit", "year", "source"), number),
        "steps": _columns(_steps(views, level), number),
        "flags": _flags(graph, item, lang),
        "measures": _measures(measures, item, source),
    }


def _columns(frame: pl.DataFrame, number: dict[str, dict[str, int]]) -> dict[str, list[Any]]:
    """Columns as lists; those without any value are left out, figures keep six digits."""
    result: dict[str, list[Any]] = {}
    for column in frame.columns:
        values = frame[column]
        if values.null_count() == len(values) and column != "id":
            continue
        if column in number:
            values = values.replace_strict(number[column], default=None, return_dtype=pl.Int64)
        elif values.dtype == pl.Float64:
            values = values.round_sig_figs(6)
        elif values.dtype == pl.Boolean:
            values = values.cast(pl.Int8)
        result[column] = values.to_list()
    return result


def _markets(graph: SupplyGraph) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All market views with their concentration, and the shares in them (``view`` is the row number of the view)."""
    figures = pl.concat([concentration(graph, level) for level in LEVELS]).select(VIEW + VIEW_COLUMNS)
    rows = graph.markets
    if rows.height > MOST_SHARES:
        rows = rows.filter("preferred")
    views = rows.group_by("view", *VIEW, maintain_order=True).agg(
        pl.col("preferred", "attributed", "remainder").first(), excluded=pl.col("excluded").first().list.join(", ")
    )
    views = views.join(figures, on=VIEW, how="left", nulls_equal=True, maintain_order="left")
    index = views.select("view").with_row_index("row")
    shares = rows.join(index, on="view", how="left", maintain_order="left")
    return views, shares.select(view="row", supplier="supplier", low="share_low", high="share_high", known="known")


def _steps(views: pl.DataFrame, level: str) -> pl.DataFrame:
    world = views.filter(pl.col("preferred") & (pl.col("scope") == "world") & (pl.col("attributed") > 0))
    ranks = {name: i for i, name in enumerate(LEVELS)} | {level: -1}
    order = world.sort(pl.col("level").replace_strict(ranks, return_dtype=pl.Int64), maintain_order=True)
    return order.unique("item", keep="first", maintain_order=True).select("item", "level", "year", "source", *VIEW_COLUMNS)


def _flags(graph: SupplyGraph, item: dict[str, int], lang: str) -> dict[str, list[Any]]:
    flags = flag_technologies(graph, lang=lang).filter(pl.col("verdict").is_in(["match", "review"]))
    return _columns(flags.select("item", "technology", "verdict", "evidence", "reason"), {"item": item})


def _restrictions(graph: SupplyGraph, items: set[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the measures that name items of a graph, and all sources.

    A graph without measures of its own is shown those that the bundled set holds for today, with their sources.
    """
    columns = ["issuer", "kind", "item", "against", "object", "since", "until", "status", "legal_reference", "source"]
    known = graph.measures if graph.measures.height else datasets.measures(on=date.today())
    named = known.select(columns).filter(pl.col("item").str.split("|").list.set_intersection(list(items)).list.len() > 0)
    sources = graph.sources
    if not graph.measures.height:
        more = datasets.measure_sources().filter(pl.col("id").is_in(named["source"].implode()))
        more = more.join(sources, on="id", how="anti").select(set(more.columns) & set(sources.columns))
        sources = pl.concat([sources, more], how="diagonal_relaxed")
    return named, sources


def _measures(measures: pl.DataFrame, item: dict[str, int], source: dict[str, int]) -> list[dict[str, Any]]:
    """Return measures; ``items`` are row numbers of the items that they name, ``source`` that of their source."""
    rows = []
    for row in measures.iter_rows(named=True):
        named = [item[id] for id in row.pop("item").split("|") if id in item]
        rows.append({key: str(value) for key, value in row.items() if value is not None})
        rows[-1] |= {"items": named, "source": source.get(row["source"])}
    return rows


def technology_names(lang: str) -> dict[int, str]:
    """Return the names of the 24 technologies by number."""
    from ...datasets.prior_reports import technologies

    facts = technologies()
    return dict(facts.select("number", spoken_in(facts, "name", lang)).iter_rows())


def words(lang: str) -> dict[str, str]:
    """Return the sentences that the page itself fills in, by their full key without the room."""
    shared = ("published", "estimated", "structural", "unknown", "years_old", "range", "range_in_words", *LEVELS)
    said = topic("graph", "words", lang)
    return {name: said[name] for name in shared} | topic("app", "explorer", lang)
