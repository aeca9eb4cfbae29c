"""What to cite: the program, the data with the years of its figures, and the sources that an answer rests on."""

from __future__ import annotations

from typing import Any

import polars as pl

from ..datasets import (
    eu_criticality_sources,
    guideline_items,
    load,
    measure_sources,
    outline_sources,
    part_series,
    policy_sources,
    technologies,
    trade_sources,
    wiod_sources,
)
from ..graph import InputError, SupplyGraph
from ..graph.arguments import checked
from ..graph.errors import UnknownIdError
from ..graph.frames import to_polars
from ..graph.messages import Message, default_language, text

_REFERENCE = (
    trade_sources,
    measure_sources,
    policy_sources,
    outline_sources,
    eu_criticality_sources,
    wiod_sources,
)
"""Where the sources of the bundled reference tables stand: those of no graph."""
_NONE = "none"
"""What the guideline's items say of a question of this project's own."""
_IN_WORDS = (technologies, guideline_items, part_series)
"""Reference tables whose rows name their sources in words: such a source is cited as it stands."""


@checked()
def cite(*answers: Any, graph: SupplyGraph | None = None, lang: str | None = None) -> str:
    """Return what to cite, one a line: the program, the data, and each source that the answers name.

    Parameters
    ----------
    *answers : frame, SupplyGraph or Study
        Frames of any kind with a column ``source`` (ids, several separated by "|"), or a table of sources itself; of a
        graph all sources, of a study those that it names. Without answers the program and the data alone are cited.
    graph : SupplyGraph, optional
        Whose facts the answers rest on (default: the first graph among the answers, or a study's, else the bundled
        ``world``). Sources that it does not have are looked up among those of the bundled reference tables (measures,
        limits, governance, designated goods, ...). A few of these name a source in words (`technologies`,
        `guideline_items`, `part_series`): it is cited word for word, after the others.
    lang : {"en", "ja"}, optional
        Language of what stands around the references.

    Returns
    -------
    str
        The years after a source are those of its figures in the graph: the vintage that the answer rests on. Where all
        sources are those of reference tables, no graph is cited.

    Raises
    ------
    InputError
        An answer has no column ``source`` (a table that is this project's own judgement, such as `part_items`, has none:
        cite the program).
    UnknownIdError
        An answer names a source that neither the graph nor a reference table has.

    Examples
    --------
    >>> import kanmon as kn
    >>> print(kn.cite(lang="en"))  # doctest: +ELLIPSIS
    The Kanmon authors. Kanmon 0.1.0. Apache-2.0.
    Data: world, ... sources, figures of 2008 to 2026.
    >>> frame = kn.risk.concentration(kn.load("world")).filter(pl.col("preferred") & (pl.col("item") == "gallium_primary"))
    >>> print(kn.cite(frame, lang="en").splitlines()[-1])  # doctest: +ELLIPSIS
    [USGS_MCS2026] U.S. Geological Survey. ... (figures of 20...)
    """
    from .. import __version__

    lang = lang or default_language()
    told = graph or next((found for answer in answers if (found := _graph(answer)) is not None), None)
    graph = told or load("world")
    named = {id for answer in answers for id in _named(answer)}
    sources = _sources(graph)
    worded = sorted((named - set(sources["id"])) & {words for table in _IN_WORDS for words in _named(table())})
    if unknown := sorted(named - set(sources["id"]) - set(worded)):
        advice = None if told else Message("app.citation.own_graph")
        raise UnknownIdError("source", unknown[0], sources["id"], advice=advice)
    lines = [text("app.citation.program", lang, version=__version__)]
    if told or not named or named & set(graph.sources["id"]):
        years = graph.shares["year"].drop_nulls()
        about = {"name": graph.name or "–", "sources": graph.sources.height}
        lines.append(text("app.citation.data", lang, **about, years=_span(years.min(), years.max(), lang)))
    lines += _references(graph, sources.filter(pl.col("id").is_in(list(named))), lang)
    return "\n".join([*lines, *(words for words in worded if words != _NONE)])


def _sources(graph: SupplyGraph) -> pl.DataFrame:
    """The sources of a graph, and of the reference tables those that it does not have itself."""
    tables = [graph.sources, *(sources() for sources in _REFERENCE)]
    return pl.concat(tables, how="diagonal").unique("id", keep="first", maintain_order=True)


def _references(graph: SupplyGraph, sources: pl.DataFrame, lang: str) -> list[str]:
    """Return the references of sources by their id, each with the years of its figures in a graph."""
    years = graph.shares.group_by("source").agg(first=pl.col("year").min(), last=pl.col("year").max())
    rows = sources.join(years, left_on="id", right_on="source", how="left")
    lines = []
    for row in rows.sort("id").iter_rows(named=True):
        parts = [row["publisher"], row["title"], row["date"], row["url"], row["licence"]]
        span = text("app.citation.figures", lang, years=_span(row["first"], row["last"], lang)) if row["first"] else ""
        lines.append(f"[{row['id']}] " + ". ".join(str(part) for part in parts if part) + span)
    return lines


def _span(first: Any, last: Any, lang: str) -> str:
    if first is None:
        return "–"
    return str(first) if first == last else text("app.citation.span", lang, first=first, last=last)


def _named(answer: Any) -> list[str]:
    """Return the ids of the sources that an answer names."""
    if _graph(answer) is not None:  # of a study, those that its answers name
        return answer.sources["id"].to_list()
    try:
        frame = to_polars(answer)
    except TypeError:
        frame = pl.DataFrame()
    if {"id", "title", "publisher"} <= set(frame.columns) and "source" not in frame.columns:  # sources themselves
        frame = frame.select(source="id")
    if "source" not in frame.columns:
        raise InputError("app.citation.no_source", kind=type(answer).__name__)
    return frame["source"].drop_nulls().cast(pl.String).str.split("|").explode().to_list()


def _graph(answer: Any) -> SupplyGraph | None:
    """Return a graph that is an answer itself, or that of a study."""
    graph = getattr(answer, "graph", answer)
    return graph if isinstance(graph, SupplyGraph) else None
