"""What-if: scenarios simulated, compared and explained, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.files import whole_folder
from ..risk import Scenario, scenarios_from, simulate, time_to_stop, trace
from ..risk.production.explanation import sentences
from .outputs import write_csv


@dataclass(frozen=True)
class Answer:
    """The answer to what-if questions.

    Attributes
    ----------
    graph : SupplyGraph
        The data.
    scenarios : list of Scenario
        What was asked.
    product, buyer : str, str or None
        About what, and from whose place.
    items : polars.DataFrame
        `simulate` for every scenario, with names and ``reading`` ("market": steps between are bought on the world market;
        "domestic": the buyer makes at home every step whose suppliers' shares are unknown).
    why : polars.DataFrame
        The chains behind the product's possible and certain loss, with sentences.
    days : polars.DataFrame
        `time_to_stop` for scenarios with stocks; empty otherwise.
    """

    graph: SupplyGraph
    scenarios: list[Scenario]
    product: str
    buyer: str | None
    items: pl.DataFrame
    why: pl.DataFrame
    days: pl.DataFrame

    @property
    def outcome(self) -> pl.DataFrame:
        """What is kept of the product: one row per scenario and reading."""
        return self.items.filter(pl.col("item") == self.product)

    @property
    def sources(self) -> pl.DataFrame:
        """The sources that the answer rests on."""
        used = pl.concat([self.why["source"], self.items.filter(pl.col("kept_low") < 1)["source"]]).drop_nulls().unique()
        return self.graph.sources.filter(pl.col("id").is_in(used.implode()))

    def summary(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "product": self.product,
            "buyer": self.buyer,
            "scenarios": [scenario.to_dict() for scenario in self.scenarios],
            "outcome": self.outcome.to_dicts(),
            "affected": self.items.filter((pl.col("kept_low") < 1) & (pl.col("item") != self.product)).to_dicts(),
            "why": self.why.to_dicts(),
            "days": self.days.to_dicts(),
            "sources": self.sources.to_dicts(),
        }


def ask(
    graph: SupplyGraph,
    scenarios: Sequence[Scenario],
    product: str,
    *,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
) -> Answer:
    """Answer what the scenarios do to a product.

    With a buyer and ``domestic=False`` both readings are worked out: that the steps between are bought on the world market,
    and that the buyer makes at home every step whose suppliers' shares are unknown.
    """
    if not any(len(scenario) for scenario in scenarios):
        raise InputError("app.whatif.nothing")
    readings = [("domestic", True)] if domestic else [("market", False)] + ([("domestic", True)] if buyer else [])
    names = graph.items.select(item="id", name_en="name_en", name_ja="name_ja")
    items, why, days = [], [], []
    for reading, home in readings:
        frame = simulate(graph, scenarios, product=product, buyer=buyer, level=level, domestic=home)
        items.append(frame.with_columns(reading=pl.lit(reading)))
        for scenario in scenarios:
            mark = (pl.lit(scenario.name).alias("scenario"), pl.lit(reading).alias("reading"))
            for loss, bound in (("possible", "low"), ("certain", "high")):
                steps = trace(graph, scenario, product, buyer=buyer, level=level, domestic=home, reading=bound)
                why.append(sentences(graph, steps).with_columns(*mark, loss=pl.lit(loss)))
            if any(change.kind == "stockpile" for change in scenario):
                stops = time_to_stop(graph, scenario, product=product, buyer=buyer, level=level, domestic=home)
                days.append(stops.with_columns(*mark))
    columns = ["scenario", "reading", "item", "name_en", "name_ja", "kept_low", "kept_high", "kept_estimate"]
    columns += ["binding", "directly_hit", "source", "converged"]
    joined = pl.concat(items).join(names, on="item", how="left", maintain_order="left").select(columns)
    first = ["scenario", "reading", "loss"]
    reasons = pl.concat(why).select(*first, pl.all().exclude(first))
    return Answer(graph, list(scenarios), product, buyer, joined, reasons, pl.concat(days) if days else pl.DataFrame())


def read_scenarios(path: Path) -> list[Scenario]:
    """Return the scenarios of a YAML file.

    Raises
    ------
    ReadError
        The file is missing or no YAML.
    InputError
        It holds something else than scenarios.
    """
    from ..graph.yaml import read_yaml

    return scenarios_from(read_yaml(path))


def write_answer(answer: Answer, path: Path, *, force: bool = False) -> None:
    """Write an answer into a folder, whole or not at all: items.csv, why.csv, sources.csv, days.csv, summary.json."""
    from .outputs import plain

    with whole_folder(path, force) as folder:
        write_csv(answer.items, folder / "items.csv")
        write_csv(answer.why, folder / "why.csv")
        write_csv(answer.sources, folder / "sources.csv")
        if answer.days.height:
            write_csv(answer.days, folder / "days.csv")
        (folder / "summary.json").write_text(plain(answer.summary()) + "\n", encoding="utf-8")
