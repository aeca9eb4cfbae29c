"""A study: several products under several scenarios, answered in one call, with the names joined in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from polars import selectors as cs

from ..datasets import maker_prior
from ..graph import InputError, SupplyGraph, notebook
from ..graph.arguments import checked
from ..graph.errors import did_you_mean, nearest, shorten
from ..graph.files import check_file, whole_file
from ..graph.frames import to_pandas
from ..graph.messages import default_language, spoken, text
from ..risk import Change, Scenario, chokepoints, simulate, sweep, timeline, timeline_summary, uncertainty, what_to_find_out
from ..risk.production.scenario import scenario_of
from .chokepoint_tables import share
from .citation import cite

if TYPE_CHECKING:
    import pandas
    from xlsxwriter import Workbook

    from .explorer.page import GraphPage

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
        One row per product and scenario: ``product, scenario, kept_low, kept_high, kept_estimate``, ``loss_low,
        loss_estimate, loss_high`` (1 - kept); with draws ``kept_10, kept_50, kept_90, over_10, over_50, over_90,
        prior`` (see `risk.uncertainty`); with a horizon the days ``short_low, ...``, ``lost_low, ...`` of
        `risk.timeline_summary`. Stocks count in the days alone: what is kept holds while all changes are in force at once.
    curves : polars.DataFrame
        `risk.timeline` of every product (without a horizon: empty); `kanmon.plot.fan` draws it.
    chokepoints : polars.DataFrame
        `risk.chokepoints` of every product.
    unknowns : polars.DataFrame
        `risk.what_to_find_out` of every product; `kanmon.plot.tornado` draws it.
    options : dict
        ``level, domestic, sharing, term, sourcing``, as asked.
    """

    graph: SupplyGraph
    products: list[str]
    scenarios: list[Scenario]
    buyer: str | None
    summary: pl.DataFrame
    curves: pl.DataFrame
    chokepoints: pl.DataFrame
    unknowns: pl.DataFrame
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by their name; without a horizon there are no curves."""
        names = ("summary", *(["curves"] if self.curves.height else []), "chokepoints", "unknowns", "sources")
        return {name: getattr(self, name) for name in names}

    @property
    def sources(self) -> pl.DataFrame:
        """The sources that the chokepoints and the open facts rest on."""
        used = pl.concat([self.chokepoints["source"], self.unknowns["source"]]).drop_nulls().unique()
        return self.graph.sources.filter(pl.col("id").is_in(used.implode()))

    @checked()
    def compare(self, figure: str = "loss_high") -> pl.DataFrame:
        """Return a figure of the summary with a row per product and a column per scenario.

        Raises
        ------
        InputError
            The summary has no such figure.
        """
        if figure not in self.summary.columns or self.summary[figure].dtype != pl.Float64:
            figures = [name for name, kind in self.summary.schema.items() if kind == pl.Float64]
            raise InputError("app.study.figure", value=shorten(figure), hint=did_you_mean(nearest(str(figure), figures)))
        names = ["product", "name_en", "name_ja"]
        return self.summary.pivot("scenario", index=names, values=figure)

    def to_pandas(self) -> dict[str, pandas.DataFrame]:
        """Return all tables as pandas frames by their name."""
        return {name: to_pandas(frame) for name, frame in self.tables.items()}

    @checked()
    def to_excel(self, path: str | Path, *, force: bool = False) -> Path:
        """Write all tables into a workbook, a sheet each; no cell is a formula or a link.

        Raises
        ------
        ReadError
            The file exists and ``force`` is false, or cannot be written.
        """
        from .excel import new_book

        path = check_file(path, force)
        with whole_file(path) as temporary, new_book(temporary, result=True) as book:
            for name, frame in self.tables.items():
                _write_sheet(book, name, frame)
        return path

    @checked()
    def sweep(
        self, scenarios: Scenario | Change | Iterable[Scenario], product: str | None = None, **options: Any
    ) -> pl.DataFrame:
        """Return `risk.sweep` of many more scenarios for one of the products (default: the first), asked in the same way.

        Parameters
        ----------
        scenarios : iterable of Scenario
            With names of their own.
        product : str, optional
            Which one.
        **options
            ``threads``, ``executor``, ``out``.
        """
        where: dict[str, Any] = self.options | options
        return sweep(self.graph, scenarios, product=product or self.products[0], buyer=self.buyer, **where)

    @checked()
    def explore(self, *, lang: str | None = None) -> GraphPage:
        """Return the page of what the products need: a notebook shows it inline, ``.save(path)`` writes it.

        It needs no server, and asks nothing of any network. ``lang`` ("en", "ja") is its language.
        """
        from .explorer.page import graph_page

        items = self.graph.needed_by(self.products)
        level, domestic = self.options.get("level", "country"), self.options.get("domestic", False)
        part = self.graph.select(items)
        buyer = self.buyer if self.buyer in set(part.suppliers["id"]) else None
        return graph_page(part, products=self.products, buyer=buyer, level=level, domestic=domestic, lang=lang)

    def cite(self) -> str:
        """Return what to cite: the program, the data with its years, and every source, one a line; see `kanmon.cite`."""
        return cite(self, graph=self.graph)

    def __repr__(self) -> str:
        place = f" for {shorten(self.buyer)}" if self.buyer else ""
        return f"Study({len(self.products)} products, {len(self.scenarios)} scenarios{place})"

    def _repr_html_(self) -> str:
        lang = default_language()
        words = {
            key: text(f"app.study.{key}", lang) for key in ("product", "scenario", "kept", "estimate", "likely", "ask_first")
        }
        likely = _LIKELY[0] in self.summary.columns
        first = self.unknowns.filter(pl.col("step") == 1)
        asked = {(row["product"], row["scenario"]): row for row in first.iter_rows(named=True)}
        rows = []
        for row in self.summary.iter_rows(named=True):
            fact = asked.get((row["product"], row["scenario"]))
            rows.append(
                [
                    spoken(row, "name", lang),
                    row["scenario"],
                    share(row["kept_low"], row["kept_high"], lang),
                    share(row["kept_estimate"], row["kept_estimate"], lang),
                    *([share(row["kept_10"], row["kept_90"], lang)] if likely else []),
                    (spoken(fact, "name", lang) or fact["item"]) if fact else None,
                ]
            )
        heads = [head for key, head in words.items() if likely or key != "likely"]
        return notebook.table(heads, rows, repr(self))


def _write_sheet(book: Workbook, name: str, frame: pl.DataFrame) -> None:
    """Write a table as a sheet. It has no number for a day that never comes: such a cell is the sign for it, as text."""
    numbers = frame.select(cs.float()).columns
    finite = frame.with_columns(pl.when(pl.col(column).is_finite()).then(pl.col(column)) for column in numbers)
    sheet = book.add_worksheet(name)
    finite.write_excel(book, sheet, autofit=True)
    for column in numbers:
        for row in (frame[column] == math.inf).arg_true():
            sheet.write_string(row + 1, frame.columns.index(column), "∞")


@checked(seed=(0, None))
def study(
    graph: SupplyGraph,
    products: str | Sequence[str],
    scenarios: Scenario | Change | Iterable[Scenario],
    *,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    horizon: float | None = None,
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
    scenarios : Scenario, Change or iterable of Scenario
        With names of their own.
    buyer, level, domestic, sharing, term, sourcing
        As in `risk.simulate`; what stops a product is looked at in every sharing and term.
    horizon : float, optional
        Days that are followed; without one there are no curves.
    draws : int
        Draws behind what is likely (0: only what is certain).
    seed, steps : int
        As in `risk.what_to_find_out`.
    progress : bool
        Show a bar: a step is one question of one product.

    Raises
    ------
    InputError
        No product, no scenario, two scenarios of one name, or another value of a choice.
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
    asked = scenario_of(scenarios)
    if not wanted:
        raise InputError("app.study.nothing")
    flows = [replace(one, changes=[change for change in one if change.kind != "stockpile"]) for one in asked]
    prior = maker_prior(graph)
    where: dict[str, Any] = {"buyer": buyer, "level": level, "domestic": domestic}
    assumed = {"sharing": sharing, "term": term, "sourcing": sourcing}
    parts: dict[str, list[pl.DataFrame]] = {"summary": [], "curves": [], "chokepoints": [], "unknowns": []}
    with _bar(len(wanted) * (3 + bool(draws) + (horizon is not None)), progress) as step:
        for product in wanted:
            options = {"product": product, **where, **assumed}
            kept = simulate(graph, flows, **options).filter(item=product)
            kept = kept.select("scenario", "kept_low", "kept_high", "kept_estimate", loss_low=1 - pl.col("kept_high"),
                               loss_estimate=1 - pl.col("kept_estimate"), loss_high=1 - pl.col("kept_low"))  # fmt: skip
            step()
            if draws:
                likely = uncertainty(graph, flows, **options, prior=prior, draws=draws, seed=seed)
                kept = kept.join(likely.select("scenario", *_LIKELY), on="scenario", maintain_order="left")
                step()
            if horizon is not None:
                course = timeline(graph, asked, **options, horizon=horizon).filter(item=product)
                days = timeline_summary(course).drop("item")
                kept = kept.join(days, on="scenario", how="left", maintain_order="left")
                parts["curves"].append(course.with_columns(product=pl.lit(product)))
                step()
            parts["summary"].append(kept.with_columns(product=pl.lit(product)))
            parts["chokepoints"].append(chokepoints(graph, product, **where).with_columns(product=pl.lit(product)))
            step()
            facts = what_to_find_out(graph, flows, **options, prior=prior, steps=steps, seed=seed)
            parts["unknowns"].append(facts.with_columns(product=pl.lit(product)))
            step()
    names = graph.items.select("name_en", "name_ja", product="id")
    ordered = []
    for name, frames in parts.items():
        frame, first = pl.concat(frames) if frames else pl.DataFrame(), ["product"]
        if name in {"summary", "curves"} and frames:
            frame = frame.join(names, on="product", how="left", maintain_order="left")
            first += ["name_en", "name_ja", "scenario"]
        ordered.append(frame.select(*first, pl.all().exclude(first)) if frames else frame)
    return Study(graph, wanted, asked, buyer, *ordered, options={"level": level, "domestic": domestic, **assumed})


@contextmanager
def _bar(steps: int, progress: bool) -> Iterator[Callable[[], Any]]:
    """Yield what is called after each step."""
    if not progress:
        yield lambda: None
        return
    from rich.progress import Progress

    with Progress(transient=True) as bar:
        task = bar.add_task(text("app.study.progress"), total=steps)
        yield lambda: bar.advance(task)
