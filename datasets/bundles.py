"""The bundled data: one linked set of tables, ``world``, and its parts by chain.

The tables are packaged once, in ``data/world``. A part holds the items of one chain with everything upstream of them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

import polars as pl

from ..graph import SchemaError, SupplyGraph, UnknownIdError
from ..graph.arguments import checked
from ..graph.messages import text
from ..graph.problems import Problem

NAMES = (
    "world",
    "minerals",
    "humanoid",
    "casting_forging",
    "permanent_magnet",
    "battery",
    "mlcc",
    "power_semiconductor",
    "titanium",
    "semiconductor",
    "chemicals",
    "prior_report_technologies",
    "designated_products",
)
"""Names of the bundled datasets; all but ``world`` are also tags in ``items.chains``."""


class DataProblem(Problem):
    """A finding about the packaged files; its sentence is ``datasets.catalogue.<code>``."""

    def text(self, lang: str | None = None) -> str:
        """Return ``[code] sentence`` in ``lang``."""
        return f"[{self.code}] {text(f'datasets.catalogue.{self.code}', lang, value=self.value, table=self.table)}"

    __str__ = Problem.__str__


@checked()
def load(name: str = "world") -> SupplyGraph:
    """Return a bundled dataset; a second call returns the same graph, which is immutable.

    Parameters
    ----------
    name : str
        ``"world"``, or a part: ``"minerals"`` or one of the chains (see `catalogue`).

    Raises
    ------
    UnknownIdError
        There is no such dataset; the error names the nearest.

    Examples
    --------
    Share of China in gallium of 2024, the quantity over the stated world total [1]_:

    >>> rows = load("minerals").shares.filter(item="gallium_primary", year=2024, measure="production")
    >>> quantity = dict(rows.select("supplier", "quantity").rows())
    >>> round(quantity["CHN"] / quantity["WORLD"], 3)
    0.989

    References
    ----------
    .. [1] U.S. Geological Survey, Mineral Commodity Summaries 2026. https://doi.org/10.3133/mcs2026
    """
    if name not in NAMES:
        raise UnknownIdError("dataset", name, NAMES)
    return _loaded(name)


@cache
def _loaded(name: str) -> SupplyGraph:
    if name == "world":
        return SupplyGraph.read(_folder(), name="world")
    world = _loaded("world")
    tagged = world.items.filter(pl.col("chains").str.split("|").list.contains(name))["id"]
    part = world.select(_with_upstream(tagged, world))
    sources = world.sources.filter(pl.col("id").is_in(_cited(part)))
    return SupplyGraph(**part.tables | {"sources": sources}, name=name)


def _folder() -> Path:
    folder = resources.files(__package__ or "kanmon.datasets") / "data" / "world"
    return Path(str(folder))


def _with_upstream(items: pl.Series, graph: SupplyGraph) -> pl.Series:
    """Items with everything they need, and with what they are a variant of."""
    needs = graph.inputs.select(here="item", there="input")
    kinds = graph.items.select(here="id", there="variant_of").drop_nulls()
    links = pl.concat([needs, kinds])
    while True:
        more = links.filter(pl.col("here").is_in(items.implode()))["there"].unique()
        more = more.filter(~more.is_in(items.implode()))
        if not len(more):
            return items
        items = pl.concat([items, more])


def _cited(graph: SupplyGraph) -> list[str]:
    """Words that may be source ids: what rows have as their source, and every word of a note."""
    tables = graph.tables
    noted = pl.concat([tables[name]["note"] for name in ("items", "suppliers", "inputs", "shares", "trades")])
    cells = [tables[name]["source"] for name in ("inputs", "shares", "trades")]
    cells.append(noted.drop_nulls().str.extract_all(r"\w+").explode())
    return pl.concat(cells).drop_nulls().unique().to_list()


@checked()
def catalogue(lang: str | None = None) -> pl.DataFrame:
    """Return the bundled datasets, one row each.

    Columns: ``name``, ``title`` (in ``lang``), ``items``, ``suppliers`` (countries and companies with a fact), ``facts``
    (rows of inputs, shares and trades), ``sources``, ``oldest`` and ``newest`` (years of the shares), ``licences``
    (separated by `` | ``), ``sha256`` (of the tables as CSV).

    >>> catalogue("en").filter(name="titanium")["title"].item()
    'Titanium, from mineral sands to aircraft'
    """
    return pl.DataFrame([_entry(name, lang) for name in NAMES])


def _entry(name: str, lang: str | None) -> dict[str, object]:
    graph = load(name)
    years = graph.shares["year"]
    return {
        "name": name,
        "title": text(f"datasets.catalogue.title_{name}", lang),
        "items": graph.items.height,
        "suppliers": suppliers_with_facts(graph),
        "facts": graph.inputs.height + graph.shares.height + graph.trades.height,
        "sources": graph.sources.height,
        "oldest": years.min(),
        "newest": years.max(),
        "licences": " | ".join(graph.sources["licence"].drop_nulls().unique().sort()),
        "sha256": _fingerprint(name),
    }


def suppliers_with_facts(graph: SupplyGraph) -> int:
    """Return how many countries and companies supply something; "other countries" and the like are left out."""
    aggregates = graph.suppliers.filter(kind="aggregate")["id"].to_list()
    return graph.shares.filter(~pl.col("supplier").is_in(aggregates))["supplier"].n_unique()


@cache
def _fingerprint(name: str) -> str:
    digest = hashlib.sha256()
    for table, frame in load(name).tables.items():
        digest.update(f"{table}\n{frame.write_csv()}".encode())
    return digest.hexdigest()


@checked()
def verify(name: str = "world") -> list[Problem]:
    """Check a bundled dataset and return what is wrong; an empty list means that all is well.

    Checked are: every packaged file against the committed checksums, every row against the schema, that every source id
    exists and is used or named in a note, that every source has a licence and a reliability, and that every item and
    supplier has a name in both languages.

    Raises
    ------
    UnknownIdError
        There is no such dataset.

    >>> verify("mlcc")
    []
    """
    if name not in NAMES:
        raise UnknownIdError("dataset", name, NAMES)
    problems = _file_problems(_folder())
    try:
        graph = load(name)
    except SchemaError as error:
        return problems + list(error.problems)
    return problems + _table_problems(graph)


def _file_problems(folder: Path) -> list[Problem]:
    problems: list[Problem] = []
    sums = pl.read_csv(folder / "checksums.csv", infer_schema=False, encoding="utf8")
    for path, expected in sums.iter_rows():
        file = folder.parent / path
        if not file.is_file():
            problems.append(DataProblem("missing_file", path, value=path))
        elif hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            problems.append(DataProblem("checksum", path, value=path))
    return problems


def _table_problems(graph: SupplyGraph) -> list[Problem]:
    japanese = pl.col("name_ja").is_null()
    found = [
        ("unused_source", "sources", graph.sources.filter(~pl.col("id").is_in(_cited(graph)))),
        ("bare_source", "sources", graph.sources.filter(pl.any_horizontal(pl.col("licence", "reliability").is_null()))),
        ("no_japanese_name", "items", graph.items.filter(japanese)),
        ("no_japanese_name", "suppliers", graph.suppliers.filter(japanese)),
    ]
    return [DataProblem(code, table, value=id) for code, table, rows in found for id in rows["id"]]
