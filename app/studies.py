"""A study: several products under several scenarios, answered in one call, with the names joined in."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ..datasets import maker_prior
from ..graph import InputError, ReadError, SupplyGraph
from ..graph.errors import shorten
from ..graph.files import whole_file
from ..graph.messages import text
from ..risk import Scenario, chokepoints, simulate, uncertainty, what_to_find_out

if TYPE_CHECKING:
    import pandas

_LIKELY = ["kept_10", "kept_50", "kept_90", "over_10", "over_50", "over_90", "prior"]


@dataclass(frozen=True, repr=False)
class Study:
    """What a study found; every table is a tidy frame with names in both languages.

    Attributes
    ----------
    graph : SupplyGraph
        The data.
    products, scenarios, buyer : list of str, list of Scenario, str or None
        What was asked.
    summary : polars.DataFrame
        One row per product and scenario: ``product, scenario, kept_low, kept_high, kept_estimate``, ``certain_loss,
        possible_loss``, and with draws ``kept_10, kept_50, kept_90, over_10, over_50, over_90, prior`` (see
        `risk.uncertainty`).
    chokepoints : polars.DataFrame
        `risk.chokepoints` of every product.
    unknowns : polars.DataFrame
        `risk.what_to_find_out` of every product.
    """

    graph: SupplyGraph
    products: list[str]
    scenarios: list[Scenario]
    buyer: str | None
    summary: pl.DataFrame
    chokepoints: pl.DataFrame
    unknowns: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by their name."""
        names = ("summary", "chokepoints", "unknowns", "sources")
        return {name: getattr(self, name) for name in names}

    @property
    def sources(self) -> pl.DataFrame:
        """The sources that the chokepoints and the open facts rest on."""
        used = pl.concat([self.chokepoints["source"], self.unknowns["source"]]).drop_nulls().unique()
        return self.graph.sources.filter(pl.col("id").is_in(used.implode()))

    def compare(self, figure: str = "possible_loss") -> pl.DataFrame:
        """Return a figure of the summary with a row per product and a column per scenario.

        Raises
        ------
        InputError
            The summary has no such figure.
        """
        if figure not in self.summary.columns or self.summary[figure].dtype != pl.Float64:
            raise InputError("app.study.figure", value=shorten(figure))
        names = ["product", "name_en", "name_ja"]
        return self.summary.pivot("scenario", index=names, values=figure)

    def to_pandas(self) -> dict[str, pandas.DataFrame]:
        """Return all tables as pandas frames by their name."""
        return {name: frame.to_pandas() for name, frame in self.tables.items()}

    def to_excel(self, path: str | Path, *, force: bool = False) -> Path:
        """Write all tables into a workbook, a sheet each; no cell is a formula or a link.

        Raises
        ------
        ReadError
            The file exists and ``force`` is false, or cannot be written.
        """
        import xlsxwriter

        path = Path(path)
        if path.exists() and not force:
            raise ReadError("graph.tables.exists", path=shorten(path))
        options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
        with whole_file(path) as temporary, xlsxwriter.Workbook(temporary, options) as book:
            for name, frame in self.tables.items():
                frame.write_excel(book, name, autofit=True)
        return path

    def cite(self) -> str:
        """Return what to cite: the program, the data with its years, and every source, one a line."""
        from .. import __version__

        about = f"Kanmon {__version__}, data: {self.graph.name or 'own'}"
        return "\n".join([about, *(_reference(row) for row in self.sources.sort("id").iter_rows(named=True))])

    def __repr__(self) -> str:
        place = f" for {shorten(self.buyer)}" if self.buyer else ""
        return f"Study({len(self.products)} products, {len(self.scenarios)} scenarios{place})"

    def _repr_html_(self) -> str:
        columns = [
            "product",
            "scenario",
            "kept_low",
            "kept_high",
            *(name for name in _LIKELY[:3] if name in self.summary.columns),
        ]
        head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_cell(row[name]))}</td>" for name in columns) + "</tr>"
            for row in self.summary.iter_rows(named=True)
        )
        return f"<p>{html.escape(repr(self))}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def study(
    graph: SupplyGraph,
    products: str | Sequence[str],
    scenarios: Scenario | Iterable[Scenario],
    *,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    draws: int = 0,
    seed: int = 0,
    steps: int = 3,
    progress: bool = False,
) -> Study:
    """Return what scenarios do to products, who can stop them, and what to find out first.

    Parameters
    ----------
    graph : SupplyGraph
        The data.
    products : str or sequence of str
        Items.
    scenarios : Scenario or iterable of Scenario
        With names of their own.
    buyer, level, domestic
        As in `risk.simulate`.
    draws : int
        Draws behind what is likely (0: only what is certain).
    seed, steps : int
        As in `risk.what_to_find_out`.
    progress : bool
        Show a bar, one step a product.

    Raises
    ------
    InputError
        No product, no scenario, or two scenarios of one name.
    UnknownIdError
        A product, a scenario or the buyer names something that the graph does not have.

    Examples
    --------
    >>> import kanmon as kn
    >>> asked = kn.risk.Scenario("China halts", kn.risk.halt("CHN"))
    >>> study(kn.load("permanent_magnet"), "ndfeb_magnet", asked, buyer="JPN")
    Study(1 products, 1 scenarios for JPN)
    """
    wanted = [products] if isinstance(products, str) else list(dict.fromkeys(products))
    asked = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    if not wanted or not asked:
        raise InputError("app.study.nothing")
    prior = maker_prior(graph)
    parts: dict[str, list[pl.DataFrame]] = {"summary": [], "chokepoints": [], "unknowns": []}
    for product in _shown(wanted, progress):
        options = {"product": product, "buyer": buyer, "level": level, "domestic": domestic}
        mark = pl.lit(product).alias("product")
        kept = simulate(graph, asked, **options).filter(item=product)
        kept = kept.select("scenario", "kept_low", "kept_high", "kept_estimate", certain_loss=1 - pl.col("kept_high"),
                           possible_loss=1 - pl.col("kept_low"))  # fmt: skip
        if draws:
            likely = uncertainty(graph, asked, **options, prior=prior, draws=draws, seed=seed)
            kept = kept.join(likely.select("scenario", *_LIKELY), on="scenario", maintain_order="left")
        parts["summary"].append(kept.with_columns(mark))
        found = chokepoints(graph, product, buyer=buyer, level=level, domestic=domestic)
        parts["chokepoints"].append(found.with_columns(mark))
        facts = what_to_find_out(graph, asked, **options, prior=prior, steps=steps, seed=seed)
        parts["unknowns"].append(facts.with_columns(mark))
    tables = {name: pl.concat(frames) for name, frames in parts.items()}
    names = graph.items.select("name_en", "name_ja", product="id")
    summary = tables["summary"].join(names, on="product", how="left", maintain_order="left")
    first = ["product", "name_en", "name_ja", "scenario"]
    summary = summary.select(*first, pl.all().exclude(first))
    others = [tables[name].select("product", pl.all().exclude("product")) for name in ("chokepoints", "unknowns")]
    return Study(graph, wanted, asked, buyer, summary, *others)


def _shown(products: list[str], progress: bool) -> Iterable[str]:
    if not progress:
        return products
    from rich.progress import track

    return track(products, description=text("app.study.progress"), transient=True)


def _reference(row: dict) -> str:
    parts = [row["publisher"], f"{row['title']}", row["date"], row["url"], row["licence"]]
    return f"[{row['id']}] " + ". ".join(str(part) for part in parts if part)


def _cell(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, float) else str(value)
