"""What is likely beside what is certain: quantiles of seeded draws, and the draws themselves; see `completions`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import shorten
from .changes import Change
from .completions import Completions, completions, countries_of, prior_of
from .facts import open_facts
from .failures import product_node
from .questions import Question, kept_of
from .scenario import Scenario, scenario_of
from .simulation import Assumptions, prepared, solve


def _asked(
    graph: SupplyGraph | ProductionNetwork,
    scenarios: Scenario | Change | Iterable[Scenario],
    product: str | None,
    prior: pl.DataFrame | None,
    draws: int,
    seed: int,
    assumptions: Assumptions,
    options: dict[str, Any],
) -> tuple[list[Scenario], Completions]:
    asked = scenario_of(scenarios)
    network = prepared(graph, asked, product, **options)
    product_node(network)
    check_count(draws)
    facts = open_facts(network, assumptions)
    return asked, completions(network, facts, assumptions, prior, draws, seed, countries_of(graph))


def check_count(value: Any) -> int:
    """Return a number of draws; raise `InputError` when it is none from 2 to a million."""
    if not isinstance(value, int) or isinstance(value, bool) or not 2 <= value <= 1_000_000:
        raise InputError("risk.draws.count", value=shorten(value))
    return value


@checked(seed=(0, None))
def uncertainty(
    graph: SupplyGraph | ProductionNetwork,
    scenarios: Scenario | Change | Iterable[Scenario],
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    prior: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Return what a product keeps under scenarios: the interval, and beside it what is likely under a stated prior.

    Everything that is open is drawn at once (see `kanmon.risk.production.completions`); each draw is a completion of the
    data, for which the network is solved. The same draws serve all scenarios, so that differences between them are not
    noise. With n draws a
    chance p is known to about sqrt(p (1 - p) / n).

    Parameters
    ----------
    graph, scenarios, product, buyer, level, domestic, sharing, term, sourcing
        As in `simulate`. With ``sourcing="any"`` the interval is that of any sourcing; draws buy as the world does.
    prior : polars.DataFrame, optional
        Where makers whom nobody names stand: ``item, supplier, share`` (any scale), ``origin`` (what the row is from);
        `kanmon.datasets.maker_prior` gives one. Items that it leaves out: every country that the data names, alike.
    draws : int
        How many, 2 to 1,000,000.
    seed : int
        The same seed gives the same bytes.

    Returns
    -------
    polars.DataFrame
        One row per scenario: ``scenario, kept_low, kept_high, kept_estimate`` (as in `simulate`), ``kept_10, kept_50,
        kept_90`` (quantiles of the draws, 0..1), ``over_10, over_50, over_90`` (part of the draws that lose more than
        10, 50, 90 %), ``draws, seed``, ``prior`` (origins of the prior, those of most makers first, separated by "|").

    Raises
    ------
    UnknownIdError
        As in `simulate`.
    InputError
        As in `simulate`; a prior without its columns; a number of draws out of range.

    References
    ----------
    Ferguson (1973), A Bayesian analysis of some nonparametric problems, Annals of Statistics 1(2), 209-230,
    doi:10.1214/aos/1176342360 (the Dirichlet process).

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": "magnet", "name_en": "magnet", "kind": "component"}],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    ...     shares=[{"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.4}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> prior = pl.DataFrame({"item": "magnet", "supplier": ["CHN", "DEU"], "share": [1.0, 1.0], "origin": "guess"})
    >>> frame = uncertainty(graph, halt("CHN"), product="magnet", prior=prior)
    >>> frame.select("kept_low", "kept_high", pl.col("kept_10", "kept_50", "kept_90").round(1), "prior").row(0)
    (0.4, 1.0, 0.5, 0.7, 0.9, 'guess')
    """
    assumptions = Assumptions(sharing, term, sourcing)
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    asked, drawn = _asked(graph, scenarios, product, prior, draws, seed, assumptions, options)
    network = drawn.network
    origins = pl.Series(prior_of(network, drawn.rests, prior, countries_of(graph))[2], dtype=pl.String).value_counts(
        sort=True
    )
    origins = origins.sort("count", origins.columns[0], descending=[True, False])
    rows = []
    for scenario in asked:
        solution = solve(network, scenario, assumptions)
        low, high, estimate = (solution.level(str(network.product), one) for one in ("low", "high", "estimate"))
        # Draws lie inside the bounds; rounding must not put them outside.
        kept = np.clip(kept_of(Question(network, drawn.facts, scenario, assumptions), drawn), low, high)
        rows.append(
            {"scenario": scenario.name, "kept_low": low, "kept_high": high, "kept_estimate": estimate}
            | {f"kept_{q}": float(np.quantile(kept, q / 100)) for q in (10, 50, 90)}
            | {f"over_{loss}": float((1 - kept > loss / 100 + 1e-9).mean()) for loss in (10, 50, 90)}
            | {"draws": draws, "seed": seed, "prior": "|".join(origins.to_series(0))}
        )
    return pl.DataFrame(rows)


def draws(
    graph: SupplyGraph | ProductionNetwork,
    scenarios: Scenario | Change | Iterable[Scenario],
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    sharing: str = "alike",
    term: str = "short",
    sourcing: str = "world",
    prior: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Return the draws behind `uncertainty`, one row per scenario and draw: ``scenario, draw, kept`` (0..1).

    Parameters and errors are those of `uncertainty`. Draw number i is the same completion under every scenario.
    """
    assumptions = Assumptions(sharing, term, sourcing)
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    asked, drawn = _asked(graph, scenarios, product, prior, draws, seed, assumptions, options)
    parts = []
    for scenario in asked:
        kept = kept_of(Question(drawn.network, drawn.facts, scenario, assumptions), drawn)
        parts.append(
            pl.DataFrame({"draw": np.arange(draws), "kept": np.clip(kept, 0, 1)}).with_columns(
                scenario=pl.lit(scenario.name)
            )
        )
    return pl.concat(parts).select("scenario", "draw", "kept")


def drawn_makers(
    graph: SupplyGraph | ProductionNetwork,
    *,
    product: str | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    prior: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Return where each draw places makers whom nobody names, and where that is from.

    Parameters and errors are those of `uncertainty`.

    Returns
    -------
    polars.DataFrame
        One row per draw, market and country: ``draw, item, buyer`` ("" is the world market), ``supplier``, ``share`` (of
        what the market attributes to nobody, 0..1), ``origin`` (of the prior: "even" where nothing was told).
    """
    options = {"buyer": buyer, "level": level, "domestic": domestic}
    _, drawn = _asked(graph, [Scenario("")], product, prior, draws, seed, Assumptions(), options)
    network, rests = drawn.network, drawn.rests
    _, _, origins = prior_of(network, rests, prior, countries_of(graph))
    about = network.nodes.select("item", "buyer")[network.owner[rests]]
    shape = drawn.at[:-1].shape
    frame = pl.DataFrame(
        {
            "rest": np.repeat(np.arange(shape[0]), shape[1] * shape[2]),
            "draw": np.tile(np.repeat(np.arange(shape[1]), shape[2]), shape[0]),
            "place": drawn.at[:-1].ravel(),
            "share": drawn.mass[:-1].ravel(),
        }
    )
    frame = frame.group_by("draw", "rest", "place").agg(pl.col("share").sum()).sort("draw", "rest", "place")
    names = about.with_columns(origin=pl.Series(origins, dtype=pl.String), buyer=pl.col("buyer").fill_null(""))
    frame = frame.hstack(names[frame["rest"].to_numpy()])
    place = pl.Series(drawn.places, dtype=pl.String).gather(frame["place"])
    return frame.with_columns(supplier=place).select("draw", "item", "buyer", "supplier", "share", "origin")
