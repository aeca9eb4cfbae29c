"""The supply graph as other libraries see it: networkx, igraph, GraphML and GEXF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from .errors import InputError
from .files import whole_file
from .schema import SCHEMA
from .supply_graph import SupplyGraph

if TYPE_CHECKING:
    import igraph
    import networkx


def to_networkx(graph: SupplyGraph) -> networkx.MultiDiGraph:
    """Return a directed multigraph in the direction of the material: supplier -> item, input -> item.

    Nodes carry every filled column of ``items`` or ``suppliers`` and ``label``, ``table``; edges carry ``relation`` ("input"
    or "supplies") and every filled column of their row. Supplies are those of the preferred view of each world market, with
    ``share_low`` and ``share_high``; ``weight`` is the share's lower bound. Trades and measures are no edges of it.

    >>> from kanmon.graph import SupplyGraph
    >>> to_networkx(SupplyGraph(items=[{"id": "magnet", "name_en": "Magnet", "kind": "component"}])).nodes["magnet"]["label"]
    'Magnet'
    """
    import networkx

    view = networkx.MultiDiGraph(name=graph.name)
    for table in ("items", "suppliers"):
        for row in getattr(graph, table).iter_rows(named=True):
            view.add_node(row.pop("id"), table=table, label=row["name_en"], **_filled(row))
    for row in graph.inputs.iter_rows(named=True):
        view.add_edge(row["input"], row["item"], relation="input", **_filled(row))
    for row in preferred_supplies(graph).iter_rows(named=True):
        view.add_edge(row["supplier"], row["item"], relation="supplies", weight=row["share_low"], **_filled(row))
    return view


def preferred_supplies(graph: SupplyGraph) -> pl.DataFrame:
    """Return ``item, supplier, share_low, share_high, level, measure, year, source`` of each market's preferred view."""
    shares = graph.markets.filter(pl.col("preferred") & (pl.col("scope") == "world"))
    columns = ["item", "supplier", "share_low", "share_high", "level", "measure", "year", "source"]
    return shares.select(columns)


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def to_igraph(graph: SupplyGraph) -> igraph.Graph:
    """Return a directed igraph graph with the nodes, edges and attributes of `to_networkx`; ``name`` is the id."""
    import igraph

    view = to_networkx(graph)
    nodes = list(view.nodes)
    index = {node: i for i, node in enumerate(nodes)}
    result = igraph.Graph(len(nodes), [(index[a], index[b]) for a, b, _ in view.edges], directed=True)
    result.vs["name"] = nodes
    for attributes, sequence in (
        ([view.nodes[n] for n in nodes], result.vs),
        ([e[2] for e in view.edges(data=True)], result.es),
    ):
        for key in sorted({key for row in attributes for key in row} - {"name"}):
            sequence[key] = [row.get(key) for row in attributes]
    return result


def from_networkx(view: networkx.DiGraph, sources: Any) -> dict[str, Any]:
    """Return the tables of a directed networkx graph whose edges go with the material: input -> item, supplier -> item.

    Attributes with the name of a column become its cells, others are left out; what `to_networkx` made is read back, as far
    as it holds it: the preferred view of each world market, without suppliers that a source says it excludes; no other view,
    no sourcing of a country or company, no trades and no measures. A node is an item
    unless its ``table`` is "suppliers" or its ``kind`` is that of a supplier; without a ``kind`` an item is a component. An
    edge from a supplier is a share, another an input.

    Parameters
    ----------
    view : networkx.DiGraph or MultiDiGraph
        Ids are its nodes.
    sources : frame or sequence of mapping
        The table ``sources``; an edge that names none is from the first.

    Raises
    ------
    InputError
        The graph is not directed, or there is no source.
    """
    if not view.is_directed():
        raise InputError("graph.supply_graph.undirected")
    rows = list(sources.iter_rows(named=True)) if hasattr(sources, "iter_rows") else list(sources)
    if not rows:
        raise InputError("graph.supply_graph.no_source")
    makers = {"country", "company", "site", "aggregate"}
    found: dict[str, list[Any]] = {"items": [], "suppliers": [], "inputs": [], "shares": [], "sources": rows}
    suppliers = set()
    for node, told in view.nodes(data=True):
        supplies = told.get("table") == "suppliers" or told.get("kind") in makers
        table = "suppliers" if supplies else "items"
        row = {"id": str(node), "name_en": told.get("label") or str(node), "kind": "country" if supplies else "component"}
        found[table].append(row | _columns(table, told))
        if supplies:
            suppliers.add(node)
    for start, end, told in view.edges(data=True):
        table, role = ("shares", "supplier") if start in suppliers else ("inputs", "input")
        row = {"item": str(end), role: str(start), "source": rows[0]["id"]}
        found[table].append(row | _columns(table, told))
    return {table: rows for table, rows in found.items() if rows}


def _columns(table: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that are columns of a table."""
    return {name: told[name] for name in SCHEMA[table].names if name in told and name != "id"}


def write_graphml(graph: SupplyGraph, path: str | Path) -> Path:
    """Write GraphML that Gephi, yEd and networkx read with all attributes."""
    import networkx

    with whole_file(path) as temporary:
        networkx.write_graphml_xml(to_networkx(graph), temporary, encoding="utf-8")
    return Path(path)


def write_gexf(graph: SupplyGraph, path: str | Path) -> Path:
    """Write GEXF 1.2 that Gephi and networkx read with all attributes."""
    from networkx.readwrite.gexf import GEXFWriter

    view = to_networkx(graph)
    for edges, (_, _, _, data) in enumerate(view.edges(keys=True, data=True)):
        data["id"] = str(edges)
        data["year"] = str(data["year"]) if "year" in data else ""
    writer = GEXFWriter(view, encoding="utf-8", version="1.2draft")
    for about in writer.xml.findall("meta"):  # names the day: the same facts give the same bytes on any
        writer.xml.remove(about)
    with whole_file(path) as temporary:
        writer.write(temporary)
    return Path(path)
