"""What to find out first about a question, in words, without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from ..datasets import maker_prior
from ..graph import InputError, SupplyGraph
from ..graph.files import whole_folder
from ..graph.messages import LANGUAGES, text
from ..risk import Scenario, uncertainty, what_to_find_out
from .outputs import write_tables

WIDE = 0.2
"""An interval that is wider than this is shown with what to find out first."""
TELLS = 0.05
"""A fact is shown that may take so much off the interval, or explains so much of the spread: less is noise of the draws."""
NARROWS = 0.02
"""Facts of which none takes so much off the interval, or off what is likely, are counted and not listed."""
NOISE = 0.09
"""What the numbered facts explain of the spread may be the error of the draws up to here (128 pairs)."""
FIRST = 3
"""How many facts are shown beside an interval."""


@dataclass(frozen=True)
class Findings:
    """What is not known about a question, and what to find out first.

    Attributes
    ----------
    graph : SupplyGraph
        The data.
    scenarios : list of Scenario
        What was asked.
    product, buyer : str, str or None
        About what, and from whose place.
    outlook : polars.DataFrame
        `risk.uncertainty`: the interval, and what is likely under the prior.
    facts : polars.DataFrame
        `risk.what_to_find_out`, with a sentence for each fact and for who could know it, in both languages.
    prior : polars.DataFrame
        Where makers whom nobody names are taken to stand, and the source of that.
    """

    graph: SupplyGraph
    scenarios: list[Scenario]
    product: str
    buyer: str | None
    outlook: pl.DataFrame
    facts: pl.DataFrame
    prior: pl.DataFrame

    @property
    def sources(self) -> pl.DataFrame:
        """The sources beside the facts, and those of the prior that the graph has."""
        used = pl.concat([self.facts["source"], self.prior["source"].str.split("|").explode()]).drop_nulls().unique()
        return self.graph.sources.filter(pl.col("id").is_in(used.implode()))

    def summary(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "product": self.product,
            "buyer": self.buyer,
            "scenarios": [scenario.to_dict() for scenario in self.scenarios],
            "outlook": self.outlook.to_dicts(),
            "find_out": self.facts.to_dicts(),
            "sources": self.sources.to_dicts(),
        }


def find_out(
    graph: SupplyGraph,
    scenarios: Sequence[Scenario],
    product: str,
    *,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    steps: int = 3,
    draws: int = 1000,
    seed: int = 0,
) -> Findings:
    """Ask what is likely to happen to a product, and which facts to look up first.

    Raises
    ------
    InputError
        The scenarios change nothing.
    """
    if not any(len(scenario) for scenario in scenarios):
        raise InputError("app.whatif.nothing")
    prior = maker_prior(graph)
    asked = {"product": product, "buyer": buyer, "level": level, "domestic": domestic, "sharing": sharing, "term": term}
    outlook = uncertainty(graph, scenarios, **asked, prior=prior, draws=draws, seed=seed)
    facts = what_to_find_out(graph, scenarios, **asked, prior=prior, steps=steps, seed=seed)
    used = prior.filter(pl.col("item").is_in(facts["item"].drop_nulls().unique().implode()))
    return Findings(graph, list(scenarios), product, buyer, outlook, worded(graph, facts), used)


def first_facts(
    graph: SupplyGraph,
    scenarios: Sequence[Scenario],
    product: str,
    *,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
) -> pl.DataFrame:
    """Return what to look up first, `FIRST` facts for each scenario whose interval is wider than `WIDE`.

    Rows are those of `Findings.facts`, without what nobody can look up.
    """
    flows = [replace(one, changes=[change for change in one if change.kind != "stockpile"]) for one in scenarios]
    flows = [one for one in flows if len(one)]
    asked = {"product": product, "buyer": buyer, "level": level, "domestic": domestic, "sharing": sharing, "term": term}
    if not flows:
        return pl.DataFrame()
    facts = what_to_find_out(graph, flows, **asked, prior=maker_prior(graph))
    tells = (pl.col("width_off_most") >= TELLS) | (pl.col("explains") >= TELLS)
    facts = facts.filter((pl.col("width") > WIDE) & ~pl.col("kind").is_in(["arrangement", "scenario"]) & tells)
    return worded(graph, facts.group_by("scenario", maintain_order=True).head(FIRST))


def narrowing(facts: pl.DataFrame, likely: float) -> bool:
    """Whether a fact, or those of the steps together, takes `NARROWS` off the interval, or off the ``likely`` spread."""
    together = pl.col("width") - pl.col("width_after")
    most = pl.max_horizontal("width_off_least", "width_off_most", together, pl.col("explains") * likely)
    return bool(facts.select((most >= NARROWS).any()).item())


def worded(graph: SupplyGraph, facts: pl.DataFrame, called: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Add ``text_en, text_ja`` (what to find out) and ``who_en, who_ja`` (who could know).

    ``called``: what a buyer is called here, whatever its name in the graph.
    """
    called = called or {}
    words = {f"{kind}_{lang}": [] for kind in ("text", "who") for lang in LANGUAGES}
    items = {row["id"]: row for row in graph.items.iter_rows(named=True)}
    places = {row["id"]: row for row in graph.suppliers.iter_rows(named=True)}
    for row in facts.iter_rows(named=True):
        for lang in LANGUAGES:
            item, buyer = _name(items, row["item"], lang), called.get(row["buyer"]) or _name(places, row["buyer"], lang)
            needs = text("app.ask.or", lang).join(_name(items, id, lang) for id in (row["input"] or "").split("|") if id)
            market = _market(row["buyer"], item, buyer, lang)
            about = {"item": item, "market": market, "input": needs, "supplier": _name(places, row["supplier"], lang)}
            words[f"text_{lang}"].append(text(f"app.ask.fact_{row['kind']}", lang, **about))
            code = (row["hs6"] or "").split("|")[0]
            about |= {"publisher": row["publisher"] or "", "hs6": code}
            who = text(f"app.ask.who_{row['who'] or 'nobody'}", lang, **about)
            words[f"who_{lang}"].append(who)
    return facts.with_columns(pl.Series(name, found, dtype=pl.String) for name, found in words.items())


def _market(place: str | None, item: str, buyer: str, lang: str) -> str:
    if place == "@":
        return text("app.ask.market_own", lang, item=item)
    return text(f"app.ask.market_{'buyer' if place else 'world'}", lang, item=item, buyer=buyer)


def _name(rows: dict[str, dict[str, Any]], id: str | None, lang: str) -> str:
    row = rows.get(id or "", {})
    return row.get(f"name_{lang}") or row.get("name_en") or row.get("name_ja") or id or ""


def write_findings(findings: Findings, path: Path, *, force: bool = False) -> None:
    """Write findings into a folder, whole or not at all: outlook.csv, find_out.csv, prior.csv, sources.csv, summary.json."""
    with whole_folder(path, force) as folder:
        tables = {"outlook": findings.outlook, "find_out": findings.facts, "prior": findings.prior}
        write_tables(folder, findings.summary(), **tables, sources=findings.sources)
