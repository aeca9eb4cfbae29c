"""The supply graph: tables that say what is supplied, what it needs, who supplies it and who restricts it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from .arguments import checked
from .editing import Edits
from .errors import InputError, UnknownIdError, nearest_called, shorten
from .frames import frame_of
from .markets import market_shares
from .network import NEW, REMAINDER, Chains, NewSource, ProductionNetwork, check_level
from .problems import Problem, Problems
from .schema import SCHEMA, TABLES
from .tables import read_tables, write_tables
from .validation import check_rows, check_tables

if TYPE_CHECKING:
    import igraph
    import networkx

_NAME = 200
"""Letters of a graph's name."""
_REMEMBERED = 32
_LINKS = 100_000
"""Networks that a graph keeps, and links of all of them: with what is worked out of a network, each takes some kilobyte. The
oldest goes first; the newest stays."""


class SupplyGraph(Edits):
    """An immutable multi-tier supply graph over polars frames.

    Parameters
    ----------
    items, inputs, suppliers, shares, trades, measures, sources : frame or sequence of dict, optional
        The tables of ``kanmon.graph.SCHEMA``: polars, pandas or pyarrow frames, or rows as dicts. Columns that are not
        required may be left out.
    name : str
        What the data is called in reports.

    Attributes
    ----------
    items, inputs, suppliers, shares, trades, measures, sources : polars.DataFrame
        The tables with every column of the schema, typed, their rows in the order of their cells.
    notes : tuple of Problem
        What was accepted and is worth saying: rounded sums, cycles, control characters removed.

    Raises
    ------
    SchemaError
        With *all* problems of all tables: code, table, row, column, value and the nearest valid value.

    Examples
    --------
    >>> graph = SupplyGraph(
    ...     items=[{"id": "magnet", "name_en": "Magnet", "kind": "component"}],
    ...     suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
    ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.9}],
    ...     sources=[{"id": "s", "title": "A report", "publisher": "A ministry"}],
    ... )
    >>> graph
    SupplyGraph('graph': 1 items, 0 inputs, 1 suppliers, 1 shares, 0 trades, 0 measures, 1 sources)
    """

    items: pl.DataFrame
    inputs: pl.DataFrame
    suppliers: pl.DataFrame
    shares: pl.DataFrame
    trades: pl.DataFrame
    measures: pl.DataFrame
    sources: pl.DataFrame

    @checked()
    def __init__(
        self,
        items: Any = None,
        inputs: Any = None,
        suppliers: Any = None,
        shares: Any = None,
        trades: Any = None,
        measures: Any = None,
        sources: Any = None,
        *,
        name: str = "graph",
    ) -> None:
        given = dict(zip(TABLES, (items, inputs, suppliers, shares, trades, measures, sources), strict=True))
        frames = {table: frame_of(value) for table, value in given.items() if value is not None}
        self._fill(*check_tables(frames), name)

    def _fill(self, tables: Mapping[str, pl.DataFrame], problems: Problems, name: str) -> None:
        for table in TABLES:
            # In one order, whatever that of the file: the same facts give the same bytes in every output.
            frame = tables[table]
            frame = frame.sort(frame.columns, nulls_last=True, maintain_order=True) if frame.height > 1 else frame
            object.__setattr__(self, table, frame)
        object.__setattr__(self, "name", shorten(name, _NAME))  # that of a folder may hold any letter
        object.__setattr__(self, "notes", problems.raise_errors())

    name: str
    notes: tuple[Problem, ...]

    @classmethod
    @checked()
    def read(cls, path: str | Path, *, name: str | None = None, columns: Mapping[str, str] | None = None) -> Self:
        """Read a folder with a file per table (text, Parquet, a workbook), or one workbook with a sheet per table.

        Text may be in any usual encoding and delimited by commas, tabs, semicolons or bars. What a file is is told from its
        content. Columns with other names are taken where a word says what they are ("品目", "Market share"; a note says so).

        Parameters
        ----------
        path : path
            The folder or workbook.
        name : str, optional
            What the graph is called (default: as the path).
        columns : mapping, optional
            What the tables call their columns, by the names of the schema: ``{"item": "SKU"}``. It holds for all tables.

        Raises
        ------
        ReadError
            The path is missing, empty, corrupt, encrypted or of another kind.
        SchemaError
            All problems of all tables, with the row that a person sees in the file (the header is row 1).
        """
        frames, first_rows, renamed = read_tables(path, columns)
        graph = cls.__new__(cls)
        tables, problems = check_tables(frames, first_rows)
        problems[:0] = renamed
        graph._fill(tables, problems, name or Path(path).stem)
        return graph

    @checked()
    def write(self, path: str | Path, *, format: str | None = None, force: bool = False) -> Path:
        """Write the tables whole or not at all; reading them back gives the same graph.

        Parameters
        ----------
        path : path
            A folder, or a file that ends in ``.xlsx``.
        format : {"csv", "parquet", "xlsx"}, optional
            Default: by the ending of ``path``, else CSV.
        force : bool
            Replace what is there.

        Raises
        ------
        ReadError
            The place exists and ``force`` is false, or cannot be written.
        """
        return write_tables(self.tables, path, format, force)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables by name."""
        return {table: getattr(self, table) for table in TABLES}

    @checked()
    def merge(self, other: SupplyGraph, *, name: str | None = None) -> SupplyGraph:
        """Return the union of two graphs: ids that both name must mean the same thing.

        A cell that is blank on one side is filled from the other. Rows of facts that both hold stand once.

        Raises
        ------
        SchemaError
            An id means two things (both are said), or the union breaks a rule of the schema.
        """
        problems = Problems()
        tables = {table: _united(table, getattr(self, table), getattr(other, table), problems) for table in TABLES}
        problems.raise_errors()
        check_rows(tables, problems)  # each cell of a graph is right already
        graph = SupplyGraph.__new__(SupplyGraph)
        graph._fill(tables, problems, name or self.name)
        return graph

    @checked()
    def item(self, id: str) -> dict[str, Any]:
        """Return one row of ``items`` as a dict; raise `UnknownIdError` with the nearest id when there is none."""
        if id not in self._items:
            raise UnknownIdError("item", id, self._items, self.named(id, "items"))
        return self.items.row(self._items[id], named=True)

    @checked()
    def supplier(self, id: str) -> dict[str, Any]:
        """Return one row of ``suppliers`` as a dict; raise `UnknownIdError` with the nearest id when there is none."""
        if id not in self.supplier_rows:
            raise UnknownIdError("supplier", id, self.supplier_rows, self.named(id, "suppliers"))
        return self.supplier_rows[id]

    @checked()
    def named(self, word: str, table: str) -> list[str]:
        """Return the ids in a table ("items", "suppliers") that a word may mean, best first, by name in either language.

        >>> SupplyGraph(suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}]).named("CHINA", "suppliers")
        ['CHN']
        """
        if table not in ("items", "suppliers"):
            raise UnknownIdError("table", table, ("items", "suppliers"))
        rows = self.tables[table].select("id", "name_en", "name_ja").iter_rows()
        return nearest_called(str(word), {id: names for id, *names in rows})

    @cached_property
    def markets(self) -> pl.DataFrame:
        """Supplier shares of every market view; see `kanmon.graph.markets.market_shares`."""
        return market_shares(self)

    @checked()
    def preferred(self, level: str | None = None, scope: str | None = None) -> pl.DataFrame:
        """Return the rows of `markets` that stand for each market: its preferred view of ``level``, else of the next best.

        Parameters
        ----------
        level : {"country", "company", "site"}, optional
            Whose shares come first; a market that is told only otherwise is taken as it is (default: country first).
        scope : str, optional
            Only the markets of this scope ("world", a country, a buyer).
        """
        rows = self.markets.filter("preferred")
        if scope is not None:
            rows = rows.filter(pl.col("scope") == scope)
        if level is not None:
            check_level(level)
        ranks = {"country": 1, "company": 2, "site": 3} | ({level: 0} if level is not None else {})
        order = pl.col("level").replace_strict(ranks, return_dtype=pl.Int64)
        return rows.filter(order == order.min().over("item", "scope"))

    @checked()
    def network(
        self,
        product: str | None = None,
        *,
        buyer: str | None = None,
        level: str = "country",
        domestic: bool = False,
        sources: Iterable[NewSource] = (),
        without: Iterable[str] = (),
        seen: bool = False,
    ) -> ProductionNetwork:
        """Return the production network, compiled once for each question and then remembered.

        Parameters
        ----------
        product : str, optional
            Compile only what this item needs (default: everything).
        buyer : str, optional
            A supplier id (a country or a company): see the product from its place. A maker of the product is added there.
        level : {"country", "company", "site"}
            Which decomposition of a market to use where there are several; an item without one uses what it has.
        domestic : bool
            Assume that the buyer makes at home every step between whose suppliers' shares are unknown.
        sources : iterable of NewSource
            Sources that a scenario may open.
        without : iterable of str
            Inputs that are left out wherever they are needed.
        seen : bool
            Leave out markets of others: what nothing hangs on that the buyer sees.

        Raises
        ------
        UnknownIdError
            The product or the buyer is not in the graph.
        InputError
            Another level.

        Examples
        --------
        >>> graph = SupplyGraph(
        ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet")],
        ...     inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
        ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        ...     shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.9}],
        ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
        ... )
        >>> graph.network("robot", buyer="JPN")
        ProductionNetwork(4 makers, 3 pools, 6 links; robot for JPN)
        """
        from .compiler import compile_graph
        from .sections import seen_section

        wanted = frozenset((item, place, by, inputs) for item, place, by, inputs in sources)
        key, kept = (product, buyer, level, domestic, wanted, frozenset(without)), self._networks
        if (key, seen) not in kept:
            whole = kept.get((key, False)) or compile_graph(self, *key)
            kept[key, seen] = seen_section(whole) if seen else whole
            while len(kept) > 1 and (len(kept) > _REMEMBERED or self._large):
                kept.pop(next(iter(kept)))
        return kept[key, seen]

    @cached_property
    def _networks(self) -> dict[Any, ProductionNetwork]:
        return {}

    @property
    def _large(self) -> bool:
        return sum(len(network.indices) for network in self._networks.values()) > _LINKS

    @checked()
    def forget(self, *, large_only: bool = False) -> None:
        """Let go of what was worked out so far, or only of large networks: these take more room than the graph's tables."""
        for name, about in vars(SupplyGraph).items():
            if isinstance(about, cached_property) and (not large_only or (name == "_networks" and self._large)):
                self.__dict__.pop(name, None)

    @cached_property
    def supplier_rows(self) -> dict[str, dict[str, Any]]:
        """The rows of ``suppliers`` by id."""
        return {row["id"]: row for row in self.suppliers.iter_rows(named=True)}

    @cached_property
    def supplier_chains(self) -> Chains:
        """Each supplier, the companies that it belongs to, and the countries that these stand in; all networks share it."""
        from .sourcing import chain

        return Chains({REMAINDER: (), NEW: ()} | {id: tuple(chain(self, id)) for id in self.supplier_rows})

    @cached_property
    def _items(self) -> dict[str, int]:
        return {intern(id): place for place, id in enumerate(self.items["id"])}

    @checked()
    def upstream(self, item: str, depth: int | None = None) -> SupplyGraph:
        """Return the part of the graph that ``item`` needs, itself included, ``depth`` tiers deep (default: all)."""
        return self._reach(item, "item", "input", depth)

    @checked()
    def downstream(self, item: str, depth: int | None = None) -> SupplyGraph:
        """Return the part of the graph that needs ``item``, itself included, ``depth`` tiers far (default: all)."""
        return self._reach(item, "input", "item", depth)

    @checked()
    def upstream_items(self, item: str) -> pl.Series:
        """Return the ids of the items of `upstream`, in the order of the table, without making a graph of them."""
        return self._around(item, "item", "input", None)

    def _reach(self, item: str, here: str, there: str, depth: int | None) -> SupplyGraph:
        if depth is not None and depth < 0:
            raise InputError("graph.supply_graph.depth", value=depth)
        return self.select(self._around(item, here, there, depth))

    def _around(self, item: str, here: str, there: str, depth: int | None) -> pl.Series:
        self.item(item)
        # What an item is a kind of comes along with all that it needs in turn, else it would look like a leaf.
        kinds = self.items.filter(pl.col("variant_of").is_not_null()).select(here="id", there="variant_of")
        links = pl.concat([self.inputs.select(here=here, there=there), kinds])
        return _reached(self.items["id"], links, [item], depth)

    @checked()
    def needed_by(self, items: Iterable[str]) -> pl.Series:
        """Return the ids of ``items`` and of all that they need, over all tiers, in the order of the table."""
        links = self.inputs.select(here="item", there="input")
        return _reached(self.items["id"], links, items, None)

    @checked()
    def select(
        self,
        items: str | Iterable[str] | None = None,
        *,
        chains: str | Iterable[str] | None = None,
        kinds: str | Iterable[str] | None = None,
    ) -> SupplyGraph:
        """Return the part of the graph that holds the chosen items, with the facts, suppliers and sources they use.

        Conditions are joined by "and". Items that a chosen item is a variant of come along.

        Raises
        ------
        UnknownIdError
            A chosen item, chain or kind that the graph does not have.
        """
        chosen = self.items
        if items is not None:
            ids = pl.Series([items] if isinstance(items, str) else list(items), dtype=pl.String)
            for missing in ids.filter(~ids.is_in(self.items["id"].implode())):
                raise UnknownIdError("item", missing, self.items["id"])
            chosen = chosen.filter(pl.col("id").is_in(ids.implode()))
        for column, words in (("chains", chains), ("kind", kinds)):
            if words is not None:
                cells = pl.col(column).str.split("|")
                known = set(self.items.select(cells.explode())[column].drop_nulls())
                for word in (words := [words] if isinstance(words, str) else list(words)):
                    if word not in known:
                        raise UnknownIdError("chain" if column == "chains" else column, word, known)
                chosen = chosen.filter(cells.list.set_intersection(words).list.len() > 0)
        ids = chosen["id"]
        while True:
            parents = self.items.filter(pl.col("id").is_in(ids.implode()))["variant_of"].drop_nulls()
            more = parents.filter(~parents.is_in(ids.implode())).unique()
            if not len(more):
                break
            ids = pl.concat([ids, more])
        return self._restrict(ids)

    def _restrict(self, ids: pl.Series) -> SupplyGraph:
        among = ids.implode()
        items = self.items.filter(pl.col("id").is_in(among))
        inputs = self.inputs.filter(pl.col("item").is_in(among) & pl.col("input").is_in(among))
        shares = self.shares.filter(pl.col("item").is_in(among))
        trades = self.trades.filter(pl.col("item").is_in(among))
        used = pl.concat([shares["supplier"], shares["scope"].drop_nulls(), trades["seller"], trades["buyer"]])
        used = _closed(used.unique(), self.suppliers)
        about = pl.col("item").str.split("|").list.set_intersection(pl.lit(ids.to_list())).list.len() > 0
        measures = self.measures.filter(about)
        sources = pl.concat([part["source"] for part in (inputs, shares, trades, measures)]).unique()
        graph = SupplyGraph.__new__(SupplyGraph)
        tables = {
            "items": items,
            "inputs": inputs,
            "suppliers": self.suppliers.filter(pl.col("id").is_in(used.implode())),
            "shares": shares,
            "trades": trades,
            "measures": measures.with_columns(
                pl.col("item").str.split("|").list.set_intersection(pl.lit(ids.to_list())).list.sort().list.join("|")
            ),
            "sources": self.sources.filter(pl.col("id").is_in(sources.implode())),
        }
        graph._fill(tables, Problems(), self.name)  # a part of a valid graph is valid
        return graph

    def to_networkx(self) -> networkx.MultiDiGraph:
        """Return a networkx multigraph; see `kanmon.graph.views.to_networkx`."""
        from .views import to_networkx

        return to_networkx(self)

    def to_igraph(self) -> igraph.Graph:
        """Return an igraph graph; see `kanmon.graph.views.to_igraph`."""
        from .views import to_igraph

        return to_igraph(self)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a SupplyGraph is immutable; build a new one to change '{shorten(name)}'")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.tables, "name": self.name, "notes": self.notes}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SupplyGraph):
            return NotImplemented
        return all(getattr(self, table).equals(getattr(other, table)) for table in TABLES)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        counts = ", ".join(f"{getattr(self, table).height:,} {table}" for table in TABLES)
        return f"SupplyGraph({shorten(self.name)!r}: {counts})"


def _reached(ids: pl.Series, links: pl.DataFrame, start: Iterable[str], depth: int | None) -> pl.Series:
    """Return the ids that are reached from ``start`` in at most ``depth`` steps, in the order of ``ids``."""
    after = dict(links.group_by("here").agg("there").iter_rows())
    steps = dict.fromkeys(start, 0)
    queue = deque(steps)
    while queue:
        here = queue.popleft()
        if steps[here] == depth:
            break
        for there in after.get(here, ()):
            if there not in steps:
                steps[there] = steps[here] + 1
                queue.append(there)
    return ids.filter(ids.is_in(list(steps)))


def _closed(ids: pl.Series, suppliers: pl.DataFrame) -> pl.Series:
    """Ids with the companies and countries that they belong to."""
    links = suppliers.select("id", pl.col("parent").str.split("|"), "country")
    while True:
        rows = links.filter(pl.col("id").is_in(ids.implode()))
        more = pl.concat([rows["parent"].explode(), rows["country"]]).drop_nulls().unique()
        more = more.filter(more.is_in(links["id"].implode()) & ~more.is_in(ids.implode()))
        if not len(more):
            return ids
        ids = pl.concat([ids, more])


def _united(table: str, mine: pl.DataFrame, theirs: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    if not SCHEMA[table].has_id:
        return pl.concat([mine, theirs]).unique(maintain_order=True)
    both = mine.join(theirs, on="id", how="inner", suffix=":other")
    for column in mine.columns[1:] if both.height else ():
        other = pl.col(f"{column}:other")
        conflicts = both.filter((pl.col(column) != other).fill_null(False))
        for row in conflicts.iter_rows(named=True):
            mine_says, theirs_says = shorten(row[column]), shorten(row[f"{column}:other"])
            problems.say("conflict", table, column=column, value=row["id"], mine=mine_says, theirs=theirs_says)
    filled = mine.update(theirs, on="id", how="left") if both.height else mine
    # `update` prefers the other side; where both speak they agree, so only blanks are filled.
    return pl.concat([filled, theirs.join(mine, on="id", how="anti")])
