"""Why, in words: the steps of a trace as sentences that the command line, the page and the report all print."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from ...graph import Message, ProductionNetwork, SupplyGraph
from ...graph.ages import dated
from ...graph.arguments import checked
from ...graph.interval import at_least, at_most, in_percent, ranged
from ...graph.messages import LANGUAGES, spoken
from ...graph.network import NEW
from .conditions import failure
from .scenario import Scenario, check_scenario
from .simulation import Assumptions, Solution, solve
from .ways import held

_NAMED = 12  # markets in which a node is named that an explanation lists


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
    told = _told(graph)
    words: dict[str, list[Any]] = {f"text_{lang}": [] for lang in LANGUAGES} | {"source_title": [], "source_url": []}
    for number, row in enumerate(rows, start=1):
        after = rows[number] if number < len(rows) else None
        for lang in LANGUAGES:
            words[f"text_{lang}"].append(_sentence(graph, row, after, sources, told, lang))
        source = sources.get(row["source"], {})
        words["source_title"].append(source.get("title"))
        words["source_url"].append(source.get("url"))
    return steps.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in words.items())


@checked()
def explain(
    graph: SupplyGraph,
    product: str,
    node: str,
    buyer: str | None = None,
    *,
    kind: str = "halt",
    level: str = "country",
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
) -> pl.DataFrame:
    """Return why a product hangs on a node, in sentences that every output prints the same way.

    Parameters
    ----------
    graph : SupplyGraph
        The facts.
    product, node : str
        What is asked about, and whose failure: a country, a supplier or an item.
    buyer : str, optional
        The country or company from whose place it is seen.
    kind : {"halt", "embargo"}
        As in `risk.chokepoints`.
    level, sharing, term, sourcing
        As in `risk.simulate`.

    Returns
    -------
    polars.DataFrame
        One row per sentence: ``part``, then the columns of `sentences` with ``share_low, share_high``. Parts:

        - "summary": what is lost, estimated, certain and possible (its ``kept`` is that of the estimate);
        - "certain" and "estimate": the way from the product down to the node, following what binds at each step, for the
          certain loss and for the estimate (the second only where it is another way);
        - "named": the markets upstream in which the node is named, the largest shares first, at most 12.

    Raises
    ------
    InputError
        Another value of a choice.
    UnknownIdError
        The product, node or buyer is not in the graph.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
    ...     inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
    ...     suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
    ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75, "confidence": "published"}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "A ministry"}],
    ... )
    >>> for part, text in explain(graph, "motor", "CHN").select("part", "text_en").rows():
    ...     print(f"{part}: {text}")
    summary: If China stops producing, an estimated 75% of motor is lost; at least 75% is certain, up to 100% is possible.
    certain: The makers of motor together fall to 25%: they lack magnet.
    certain: magnet from China (75% of this supply; A ministry, no year given, published [s]) stops or is cut to 0%.
    named: China supplies 75% of magnet (A ministry, no year given, published [s]).
    """
    network = graph.network(product, buyer=buyer, level=level)
    scenario = Scenario(kind, failure(network, kind, node))
    check_scenario(graph, scenario)
    solution = solve(network, scenario, Assumptions(sharing, term, sourcing))
    ways = {part: solution.trace(product, reading) for part, reading in (("certain", "high"), ("estimate", "estimate"))}
    if _way(ways["certain"]) == _way(ways["estimate"]):
        del ways["estimate"]
    parts = [_summary(graph, product, node, kind, solution)]
    parts += [sentences(graph, steps).with_columns(part=pl.lit(part)) for part, steps in ways.items()]
    parts.append(_named(graph, network, node))
    return pl.concat(parts, how="diagonal").select("part", pl.all().exclude("part"))


def _way(steps: pl.DataFrame) -> list[tuple[str, str]]:
    return steps.select("item", "supplier").rows()


def _summary(graph: SupplyGraph, product: str, node: str, kind: str, solution: Solution) -> pl.DataFrame:
    low, between, high = (1 - solution.level(product, reading) for reading in ("high", "estimate", "low"))
    row: dict[str, Any] = {"part": "summary", "step": 0, "item": product, "supplier": node, "kept": 1 - between}
    item = node in set(graph.items["id"])
    about = graph.item(node) if item else _place(graph, node)
    for lang in LANGUAGES:
        row[f"text_{lang}"] = Message(
            f"risk.explanation.summary_{'item' if item else kind}",
            node=_name(about, lang),
            product=_name(graph.item(product), lang),
            low=at_least(low),
            estimate=in_percent(between),
            high=at_most(high),
        ).text(lang)
    return pl.DataFrame([row])


def _named(graph: SupplyGraph, network: ProductionNetwork, node: str) -> pl.DataFrame:
    """The markets in which a node is named, with its share."""
    nodes = network.nodes
    own = (nodes["role"] == "maker") & ((nodes["supplier"] == node) | (nodes["country"] == node))
    own = own.fill_null(False).to_numpy()
    told, suppliers = _told(graph), nodes["supplier"].to_list()
    sources = {row["id"]: row for row in graph.sources.iter_rows(named=True)}
    rows = []
    for item in nodes.filter(pl.Series(own))["item"].unique().sort():
        market = network.market(item)
        links = np.arange(network.indptr[market], network.indptr[market + 1])
        links = links[own[network.indices[links]]]
        links = links[np.array([(item, suppliers[maker]) in told for maker in network.indices[links]], np.bool_)]
        about = nodes.row(market, named=True)
        if not len(links) or about["source"] is None:
            continue
        low, high = held(network, market, links)
        source = sources.get(about["source"], {})
        row = {key: about[key] for key in ("source", "year", "confidence")}
        row |= {"part": "named", "item": item, "supplier": node, "share": low, "share_low": low, "share_high": high}
        row |= {"source_title": source.get("title"), "source_url": source.get("url")}
        for lang in LANGUAGES:
            words = {
                "item": _name(graph.item(item), lang),
                "supplier": _name(_place(graph, node), lang),
                "share": _share(row, lang),
            }
            row[f"text_{lang}"] = Message("risk.explanation.named", **words, fact=_fact(row, sources, lang)).text(lang)
        rows.append(row)
    rows.sort(key=lambda row: (-row["share_low"], -row["share_high"], row["item"]))
    return pl.DataFrame(rows[:_NAMED], infer_schema_length=None) if rows else pl.DataFrame(schema={"part": pl.String})


def _told(graph: SupplyGraph) -> set[tuple[str, str]]:
    """Items with the suppliers that some source names; a buyer may make more of what it imports, which no import tells."""
    shares = graph.markets.select("item", "supplier").unique().rows()
    return {*shares, *graph.trades.select("item", "seller").unique().rows()}


def _place(graph: SupplyGraph, node: str) -> dict[str, Any]:
    """The row of a supplier; a country that is only named as the place of others has none."""
    known = node in set(graph.suppliers["id"])
    return graph.supplier(node) if known else {"name_en": node}


def _sentence(
    graph: SupplyGraph, row: dict[str, Any], after: dict[str, Any] | None, sources: dict, told: set, lang: str
) -> str:
    item = _name(graph.item(row["item"]), lang)
    supplier = _name(graph.supplier(row["supplier"]), lang) if row["supplier"] not in {"", NEW, None} else None
    who = supplier if supplier is not None else Message("risk.explanation.nobody").text(lang)
    share = Message("risk.explanation.share_unknown").text(lang) if row["share"] is None else _share(row, lang)
    named = row["supplier"] in {"", NEW, None} or row["source"] is None or (row["item"], row["supplier"]) in told
    fact = _fact(row, sources, lang) if named else Message("risk.explanation.no_share_source").text(lang)
    need = _name(graph.item(after["item"]), lang) if after is not None else ""
    key = row["cause"] if row["cause"] not in {"input", "need"} or after is not None else "input_last"
    # Shortages of several needs that meet different makers add up: the makers may have less than the scarcest of them.
    if key == "need" and after is not None and after["cause"] == "need" and row["kept"] < after["kept"] - 5e-3:
        key = "need_more"
    return Message(
        f"risk.explanation.{key}", item=item, supplier=who, share=share, fact=fact, need=need, kept=in_percent(row["kept"])
    ).text(lang)


def _share(row: dict[str, Any], lang: str) -> str:
    """A share in words: a bound is never narrowed."""
    low, high = row.get("share_low"), row.get("share_high")
    if low is None or high is None or high - low < 5e-3:
        return in_percent(row["share"])
    return ranged(at_least(low), at_most(high), lang)


def _fact(row: dict[str, Any], sources: dict[str, dict[str, Any]], lang: str) -> str:
    source = sources.get(row["source"])
    if source is None:
        assumed = row["supplier"] not in {"", NEW, None}
        return Message(f"risk.explanation.no_source{'_assumed' if assumed else ''}").text(lang)
    sure = Message(f"graph.words.{row['confidence'] or 'unknown'}")
    year = dated(row["year"], lang) or Message("risk.explanation.no_year")
    return Message("risk.explanation.fact", publisher=source["publisher"], year=year, sure=sure, source=source["id"]).text(
        lang
    )


def _name(row: dict[str, Any], lang: str) -> str:
    return spoken(row, "name", lang) or row["id"]
