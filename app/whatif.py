"""What-if: scenarios simulated, compared, followed over time and explained, without a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.extras import installed
from ..graph.files import whole_folder
from ..risk import Assumptions, Change, Scenario, scenarios_from, solve
from ..risk.production.explanation import sentences
from ..risk.production.simulation import prepared
from .outputs import write_tables

HORIZON = 365.0


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
    assumptions : dict of str to str
        ``sharing``, ``term`` and ``sourcing``, as in `simulate`.
    items : polars.DataFrame
        `simulate` for every scenario while all its changes are in force at once, without its stocks; with names and
        ``reading`` ("market": steps between are bought on the world market; "domestic": the buyer makes at home every step
        whose suppliers' shares are unknown).
    why : polars.DataFrame
        The chains behind the product's possible and certain loss, with sentences.
    times : polars.DataFrame
        `timeline` of every scenario, with ``reading``; empty where nothing begins, ends or is stocked.
    days : polars.DataFrame
        `timeline_summary` of ``times``.
    facts : polars.DataFrame
        What to find out first where an interval is wide, with ``reading``; see `with_facts`.
    """

    graph: SupplyGraph
    scenarios: list[Scenario]
    product: str
    buyer: str | None
    assumptions: dict[str, str]
    items: pl.DataFrame
    why: pl.DataFrame
    times: pl.DataFrame
    days: pl.DataFrame
    facts: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def outcome(self) -> pl.DataFrame:
        """What is kept of the product: one row per scenario and reading."""
        return self.items.filter(pl.col("item") == self.product)

    @property
    def idle(self) -> list[tuple[str, str, Change]]:
        """Scenario, reason and change of what never happens in ``times``: "late" (after the horizon), "no_days"."""
        if not self.times.height:
            return []
        horizon, found = float(self.times["day"].max()), []  # type: ignore[arg-type]
        for scenario in self.scenarios:
            for change in scenario:
                reason = "late" if change.start >= horizon else "no_days" if change.lasts == 0 and not change.ramp else None
                found += [(scenario.name, reason, change)] if reason else []
        return found

    @property
    def sources(self) -> pl.DataFrame:
        """The sources that the answer rests on."""
        used = pl.concat([self.why["source"], self.items.filter(pl.col("kept_low") < 1)["source"]]).drop_nulls().unique()
        return self.graph.sources.filter(pl.col("id").is_in(used.implode()))

    def summary(self) -> dict[str, Any]:
        """Return the answer as plain data; a day that does not come before the horizon is null."""
        days = (
            self.days.filter((pl.col("lost_high") > 0) | (pl.col("item") == self.product)) if self.days.height else self.days
        )
        days = days.with_columns(pl.selectors.float().replace(float("inf"), None))
        return {
            "product": self.product,
            "buyer": self.buyer,
            "assumptions": self.assumptions,
            "scenarios": [scenario.to_dict() for scenario in self.scenarios],
            "outcome": self.outcome.to_dicts(),
            "affected": self.items.filter((pl.col("kept_low") < 1) & (pl.col("item") != self.product)).to_dicts(),
            "why": self.why.to_dicts(),
            "days": days.to_dicts(),
            "idle": [{"scenario": name, "reason": why, "node": one.node, "item": one.item} for name, why, one in self.idle],
            "find_out": self.facts.to_dicts(),
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
    horizon: float | None = None,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    progress: Callable[[int], Any] | None = None,
) -> Answer:
    """Answer what the scenarios do to a product.

    With a buyer and ``domestic=False`` both readings are worked out: that the steps between are bought on the world market,
    and that the buyer makes at home every step whose suppliers' shares are unknown. Where a change begins, ends or ramps, or
    there is a stock (or a ``horizon`` is asked for), every scenario is followed over time; ``progress`` is that of
    `timeline`.

    Raises
    ------
    InputError
        No scenario changes anything, or another value of a choice.
    """
    if not any(len(scenario) for scenario in scenarios):
        raise InputError("app.whatif.nothing")
    readings = [("domestic", True)] if domestic else [("market", False)] + ([("domestic", True)] if buyer else [])
    assumptions: dict[str, Any] = {"sharing": sharing, "term": term, "sourcing": sourcing}
    names = graph.items.select(item="id", name_en="name_en", name_ja="name_ja")
    timed = horizon is not None or any(map(_timed, scenarios))
    items, why, times, days = [], [], [], []
    for reading, home in readings:
        where: dict[str, Any] = {"product": product, "buyer": buyer, "level": level, "domestic": home}
        mark = pl.lit(reading).alias("reading")
        flows = [replace(one, changes=[change for change in one if change.kind != "stockpile"]) for one in scenarios]
        network = prepared(graph, flows, **where)
        for scenario in flows:
            solution = solve(network, scenario, Assumptions(**assumptions))
            items.append(solution.frame(scenario.name).with_columns(mark))
            for loss, bound in (("possible", "low"), ("certain", "high")):
                steps = sentences(graph, solution.trace(product, bound))
                why.append(steps.with_columns(mark, scenario=pl.lit(scenario.name), loss=pl.lit(loss)))
        if timed:
            from ..risk import timeline, timeline_summary

            until = HORIZON if horizon is None else horizon
            frame = timeline(graph, scenarios, horizon=until, progress=progress, **where, **assumptions)
            times.append(frame.with_columns(mark))
            days.append(timeline_summary(frame).with_columns(mark))
    columns = ["scenario", "reading", "item", "name_en", "name_ja", "kept_low", "kept_high", "kept_estimate"]
    columns += ["binding", "directly_hit", "source", "converged"]
    joined = pl.concat(items).join(names, on="item", how="left", maintain_order="left").select(columns)
    first = ["scenario", "reading", "loss"]
    reasons = pl.concat(why).select(*first, pl.all().exclude(first))
    later = [pl.concat(found) if found else pl.DataFrame() for found in (times, days)]
    return Answer(graph, list(scenarios), product, buyer, assumptions, joined, reasons, *later)


def with_facts(answer: Answer, *, level: str = "country") -> Answer:
    """Return the answer with what to find out first; see `ask.first_facts`."""
    from .ask import first_facts

    asked: dict[str, Any] = {"buyer": answer.buyer, "level": level} | {
        name: answer.assumptions[name] for name in ("sharing", "term")
    }
    wide = answer.outcome.filter(pl.col("kept_high") - pl.col("kept_low") > 0)
    found = []
    for (reading,), rows in wide.group_by("reading", maintain_order=True):
        scenarios = [one for one in answer.scenarios if one.name in set(rows["scenario"])]
        facts = first_facts(answer.graph, scenarios, answer.product, **asked, domestic=reading == "domestic")
        if facts.height:
            found.append(facts.with_columns(reading=pl.lit(reading)))
    return replace(answer, facts=pl.concat(found) if found else pl.DataFrame())


def _timed(scenario: Scenario) -> bool:
    return any(one.kind == "stockpile" or one.start or one.ramp or one.lasts is not None for one in scenario)


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


def write_answer(answer: Answer, path: Path, *, lang: str, force: bool = False) -> None:
    """Write an answer into a folder, whole or not at all.

    ``items.csv``, ``why.csv``, ``sources.csv``, ``summary.json``; where an interval is wide also ``find_out.csv``; where it
    was followed over time ``timeline.csv``, ``days.csv``, and with matplotlib installed ``timeline.svg``.
    """
    from .whatif_chart import draw

    with whole_folder(path, force) as folder:
        tables = {"items": answer.items, "why": answer.why, "sources": answer.sources}
        if answer.facts.height:
            tables["find_out"] = answer.facts
        if answer.days.height:
            tables |= {"timeline": answer.times, "days": answer.days}
            if installed("matplotlib"):
                (folder / "timeline.svg").write_text(draw(answer, lang), encoding="utf-8")
        write_tables(folder, answer.summary(), **tables)
