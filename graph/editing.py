"""Editing a graph: every change gives a new graph, validated like one that was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from .errors import UnknownIdError
from .frames import spoken_in

if TYPE_CHECKING:
    import networkx

    from .supply_graph import SupplyGraph

KEYS = {
    "inputs": ("item", "input", "group", "source"),
    "shares": ("item", "supplier", "source", "year", "scope", "measure"),
}
"""Columns that say which row of a table is meant: a row with the same replaces it."""
NAMED = {"item": "items", "product": "items", "input": "items", "binding": "items", "worst_item": "items"}
NAMED |= dict.fromkeys(("supplier", "country", "buyer", "seller", "top_supplier"), "suppliers")
"""Columns of ids that `Edits.with_names` knows, and the table of their names; ``node`` is looked up in both."""


class Edits:
    """What a `SupplyGraph` can do beside answering: changed copies, names and finding."""

    def with_rows(self: SupplyGraph, table: str, *rows: Mapping[str, Any]) -> SupplyGraph:  # type: ignore[misc]
        """Return the graph with rows added to a table; one that has the id (or the key of a fact) of a row replaces it.

        Raises
        ------
        UnknownIdError
            There is no such table.
        SchemaError
            With the new rows the tables break a rule of the schema.

        Examples
        --------
        >>> from kanmon.graph import SupplyGraph
        >>> graph = SupplyGraph().with_rows("items", {"id": "magnet", "name_en": "Magnet", "kind": "component"})
        >>> graph.items["id"].to_list()
        ['magnet']
        """
        if table not in self.tables:
            raise UnknownIdError("table", table, self.tables)
        frame = self.tables[table]
        more = pl.DataFrame(list(rows), infer_schema_length=None, strict=False)
        new = pl.concat([frame.clear(), more], how="diagonal_relaxed")
        key = ["id"] if "id" in frame.columns else [name for name in KEYS.get(table, ()) if name in frame.columns]
        if key:
            typed = new.with_columns(pl.col(name).cast(frame.schema[name], strict=False) for name in key)
            frame = frame.join(typed.select(key), on=key, how="anti", nulls_equal=True)
        tables: dict[str, Any] = self.tables | {table: pl.concat([frame, new], how="diagonal_relaxed")}
        return type(self)(**tables, name=self.name)

    def with_input(self: SupplyGraph, item: str, input: str, *, source: str, **columns: Any) -> SupplyGraph:  # type: ignore[misc]
        """Return the graph in which ``item`` needs ``input`` too.

        Parameters
        ----------
        item, input : str
            Items of the graph.
        source : str
            Who says so: an id of ``sources`` (add a row with `with_rows`).
        **columns
            Others of the table ``inputs``: ``group``, ``quantity``, ``kept_without_low``, ...

        Raises
        ------
        UnknownIdError
            An item is not in the graph.
        SchemaError
            Another value breaks a rule of the schema.

        Examples
        --------
        >>> from kanmon.datasets import load
        >>> graph = load("permanent_magnet")
        >>> more = graph.with_input("ndfeb_magnet", "gallium_primary", source=graph.sources["id"][0])
        >>> more.inputs.height - graph.inputs.height
        1
        """
        for id in (item, input):
            self.item(id)
        return self.with_rows("inputs", {"item": item, "input": input, "source": source, **columns})

    def with_share(
        self: SupplyGraph,  # type: ignore[misc]
        item: str,
        supplier: str,
        share: float | tuple[float, float] | None,
        *,
        source: str,
        **columns: Any,
    ) -> SupplyGraph:
        """Return the graph in which a supplier holds a share of an item's supply.

        Rows of another source, year, scope or measure are a market view of their own: they stand beside what the graph
        has, and views are never added. A row of the same is replaced.

        Parameters
        ----------
        item, supplier : str
            Ids of the graph.
        share : float, (float, float) or None
            0..1; a pair where only its bounds are known, ``None`` where nothing is.
        source : str
            Who says so: an id of ``sources`` (add a row with `with_rows`).
        **columns
            Others of the table ``shares``: ``year``, ``scope``, ``measure``, ...

        Raises
        ------
        UnknownIdError
            The item or the supplier is not in the graph.
        SchemaError
            The share or another value breaks a rule of the schema.

        Examples
        --------
        >>> from kanmon.datasets import load
        >>> graph = load("permanent_magnet").with_rows("sources", {"id": "me", "title": "A guess", "publisher": "me"})
        >>> mine = graph.with_share("ndfeb_alloy", "JPN", (0.1, 0.2), source="me", year=2026)
        >>> mine.shares.filter(source="me").select("supplier", "share_low", "share_high").row(0)
        ('JPN', 0.1, 0.2)
        """
        self.item(item)
        self.supplier(supplier)
        told = {"share_low": share[0], "share_high": share[1]} if isinstance(share, tuple) else {"share": share}
        return self.with_rows("shares", {"item": item, "supplier": supplier, "source": source, **told, **columns})

    def without(self: SupplyGraph, *ids: str | tuple[str, str]) -> SupplyGraph:  # type: ignore[misc]
        """Return the graph without items or suppliers, with all rows that name them, or without single links.

        What a supplier held is not given to others: it is then attributed to nobody.

        Parameters
        ----------
        *ids : str or (str, str)
            An item or a supplier; or a pair: an item and an input that it then does without, or an item and a supplier.

        Raises
        ------
        UnknownIdError
            The graph has no such item, supplier or link.
        SchemaError
            Something that is left belongs to what is taken out: kinds of an item, companies of a country.

        Examples
        --------
        >>> from kanmon.datasets import load
        >>> graph = load("permanent_magnet")
        >>> graph.without("ndfeb_magnet").items.height == graph.items.height - 1
        True
        """
        tables: dict[str, Any] = self.tables
        nodes = [id for id in ids if isinstance(id, str)]
        known = {*self.items["id"], *self.suppliers["id"]}
        for id in nodes:
            if id not in known:
                raise UnknownIdError("node", id, known)
        columns = {
            "items": ("id",),
            "suppliers": ("id",),
            "inputs": ("item", "input"),
            "shares": ("item", "supplier", "scope"),
            "trades": ("item", "seller", "buyer"),
        }
        for table, names in columns.items():
            gone = pl.any_horizontal(pl.col(name).is_in(nodes) for name in names).fill_null(False)
            tables[table] = tables[table].filter(~gone)
        about = pl.col("item").str.split("|").list.set_difference(pl.lit(nodes, dtype=pl.List(pl.String)))
        measures = tables["measures"].with_columns(item=about.list.join("|"))
        tables["measures"] = measures.filter(pl.col("item").is_null() | (pl.col("item") != ""))
        for item, other in (id for id in ids if not isinstance(id, str)):
            inputs, shares = (pl.col("item") == item) & (pl.col("input") == other), pl.col("supplier") == other
            left = tables["inputs"].filter(~inputs), tables["shares"].filter(~((pl.col("item") == item) & shares))
            if left[0].height == tables["inputs"].height and left[1].height == tables["shares"].height:
                tied = [*self.inputs.filter(item=item)["input"], *self.shares.filter(item=item)["supplier"]]
                raise UnknownIdError("node", other, tied)
            tables["inputs"], tables["shares"] = left
        return type(self)(**tables, name=self.name)

    def with_names(self: SupplyGraph, frame: pl.DataFrame, lang: str | None = None) -> pl.DataFrame:  # type: ignore[misc]
        """Return a frame with a column ``{column}_name`` behind each column of ids that it has (item, supplier, node, ...).

        ``lang`` ("en", "ja"; default: the reader's) is the language of the names; English where there is no other.

        Examples
        --------
        >>> from kanmon.datasets import load
        >>> from kanmon.risk import concentration
        >>> graph = load("permanent_magnet")
        >>> frame = graph.with_names(concentration(graph).filter(item="ndfeb_magnet"), lang="ja")
        >>> frame.select("item_name", "top_supplier_name").row(0)
        ('ネオジム焼結磁石', '中国')
        """
        from .messages import default_language

        lang = lang or default_language()
        told = {name: self.tables[name] for name in ("items", "suppliers")}
        called = {name: dict(rows.select("id", spoken_in(rows, "name", lang)).iter_rows()) for name, rows in told.items()}
        called["node"] = called["suppliers"] | called["items"]
        columns: list[pl.Expr] = []
        for name in frame.columns:
            columns.append(pl.col(name))
            names = called["node"] if name == "node" else called.get(NAMED.get(name, ""))
            if names is not None and frame.schema[name] == pl.String and f"{name}_name" not in frame.columns:
                columns.append(pl.col(name).replace_strict(names, default=pl.col(name)).alias(f"{name}_name"))
        return frame.select(columns)

    def find(self: SupplyGraph, word: str, *, most: int = 10) -> pl.DataFrame:  # type: ignore[misc]
        """Return items and suppliers that a word may mean, the most likely first; see `kanmon.graph.finding.find`.

        Examples
        --------
        >>> from kanmon.datasets import load
        >>> load("world").find("ガリウム")["id"][0]
        'gallium_primary'
        """
        from .finding import find

        return find(self, word, most)

    @classmethod
    def from_networkx(cls, view: networkx.DiGraph, sources: Any, *, name: str | None = None) -> Self:
        """Return a networkx digraph as a supply graph; see `kanmon.graph.views.from_networkx`.

        Of what `to_networkx` made it holds what went in: of each world market the preferred view (of countries, companies
        and sites), and neither the other views, nor anybody's own sourcing, nor trades and measures.

        Examples
        --------
        >>> import networkx
        >>> from kanmon.graph import SupplyGraph
        >>> view = networkx.DiGraph([("magnet", "motor")])
        >>> SupplyGraph.from_networkx(view, [{"id": "me", "title": "By hand", "publisher": "me"}]).items["id"].to_list()
        ['magnet', 'motor']
        """
        from .views import from_networkx

        tables = from_networkx(view, sources) | {"name": name or str(view.name or "graph")}
        return cls(**tables)

    def _repr_html_(self: SupplyGraph) -> str:  # type: ignore[misc]
        from .notebook import table

        return table(["table", "rows"], [(name, frame.height) for name, frame in self.tables.items()], self.name)
