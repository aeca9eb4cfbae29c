"""What to find out first: every open fact of a question, ranked by what knowing it would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from ...graph import InputError, ProductionNetwork, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, shorten
from .changes import Change
from .completions import Completions, completions, countries_of, prior_of, rests_of
from .draws import check_count
from .facts import (
    ARRANGEMENT,
    MIX,
    NEED,
    NO_FIGURE,
    NOBODY_NAMED,
    PLACE,
    REST,
    SCENARIO,
    SOURCING,
    USE,
    Fact,
    fact_table,
    open_facts,
)
from .failures import product_node
from .questions import Question
from .scenario import Scenario, scenario_of
from .simulation import Assumptions, prepared

HALF = 0.5
"""The verdict: whether less than half of the product is kept."""
NOBODYS = (ARRANGEMENT, SCENARIO)
"""What nobody can look up; shown for what it explains, and never among what to find out."""
FIGURES = ("kept", "below_half")
ANSWERS = 6
"""Answers that are tried for each fact beside the two extreme ones."""
_SCREEN, _CLOSE, _NEXT, _LEAST = 12, 24, 8, 1e-9


@checked(seed=(0, None))
def what_to_find_out(
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
    figure: str = "kept",
    prior: pl.DataFrame | None = None,
    steps: int = 3,
    draws: int = 128,
    seed: int = 0,
) -> pl.DataFrame:
    r"""Return the open facts behind a wide interval, those that explain most of the spread first.

    A fact is something that one enquiry could settle: who holds what of a market, the mix of alternatives, what is made
    without an input, a use share, who among a step's makers is supplied, where a maker stands. Two things are said of each:

    - **bounds**: by how much the interval of the product's supply shrinks once the fact is known, over the answers that hurt
      most and least, those that place what is open of a market at the buyer's or elsewhere, and a few drawn ones
      (``width_off_least``, ``width_off_most``);
    - **spread**: what part of the variance V of the draws of all completions (see `uncertainty`) it explains. With X the
      fact and Y the figure,

      .. math::

          \text{explains} = \frac{V(E[Y \mid X])}{V(Y)}, \qquad
          \text{explains}_{\text{total}} = 1 - \frac{V(E[Y \mid \text{all but } X])}{V(Y)}

      alone, and with all that it interacts with [1]_, [2]_, [3]_. Bounds cannot rank on their own: as long as thirty inputs
      are unknown, no single answer moves an interval of 0 to 100 %.

    The best ``steps`` facts are then looked for one after the other: each is the one that, known together with those
    before, explains most. That is a greedy choice: no sequence of facts is tried that does not begin with the best one.

    Parameters
    ----------
    graph, scenarios, product, buyer, level, domestic, sharing, term, sourcing
        As in `simulate`.
    figure : {"kept", "below_half"}
        What is to be explained: the part of the product that is kept, or whether that is less than half.
    prior, seed
        As in `uncertainty`.
    steps : int
        How many facts the sequence has at most.
    draws : int
        Pairs of draws behind the variances; an error of about :math:`1/\sqrt{\text{draws}}` is left in the parts. Facts
        that change next to nothing in the first few pairs are judged by those.

    Returns
    -------
    polars.DataFrame
        One row per scenario and fact that changes anything, in the order of the sequence, then by what it explains:

        - ``scenario, step`` (1 is to be found out first; null: not in the sequence);
        - ``kind``: "nobody_named", "remainder", "no_figure" (shares of a market), "mix", "need", "use", "sourcing", "place"
          (of whom nobody says where it stands: whether what it sells is hit; what itself buys stays open); and,
          shown for what they explain, what nobody can look up: "arrangement" (how well shortages are shared out in the whole
          economy), "scenario" (how much of it comes true); ``item``, ``input`` (the requirement), ``buyer`` (whose market;
          null is the world's), ``supplier`` (whose place; ``item`` is then its only one);
        - ``width`` (of the interval now, 0..1), ``width_off_least, width_off_most``;
        - ``explains, explains_total``: 0..1 (null: the draws do not differ);
        - ``flips``: some answer settles what is open now, whether less than half is kept;
        - ``explained, gain``: part of the variance that the sequence explains up to this step, and what the step adds;
          ``width_after``: mean width of the interval once these are known, over drawn answers;
        - ``who`` could know: "publisher" (of published shares beside it), "customs" (the item has a code), "makers" (of the
          item), "maker" (the one that is named), "trade" (an association of the trade, a market study; null: nobody);
          ``source, year, confidence`` of the market beside it; for a graph also ``name_en, name_ja, hs6, publisher``.

    Raises
    ------
    UnknownIdError
        As in `simulate`.
    InputError
        As in `uncertainty`; another figure; steps that are no whole number from 0 up.

    References
    ----------
    .. [1] Sobol' (2001), Global sensitivity indices for nonlinear mathematical models, Mathematics and Computers in
       Simulation 55, 271-280, doi:10.1016/S0378-4754(00)00270-6.
    .. [2] Jansen (1999), Analysis of variance designs for model output, Computer Physics Communications 117, 35-43,
       doi:10.1016/S0010-4655(98)00154-4.
    .. [3] Janon, Klein, Lagnoux, Nodet, Prieur (2014), Asymptotic normality and efficiency of two Sobol index estimators,
       ESAIM: Probability and Statistics 18, 342-364, doi:10.1051/ps/2013040.

    Examples
    --------
    >>> from kanmon.graph import SupplyGraph
    >>> from kanmon.risk import halt
    >>> graph = SupplyGraph(
    ...     items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet", "screw")],
    ...     inputs=[{"item": "robot", "input": i, "source": "s"} for i in ("magnet", "screw")],
    ...     suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN", "DEU")],
    ...     shares=[{"item": "robot", "supplier": "JPN", "source": "s", "share": 1.0},
    ...             {"item": "magnet", "supplier": "JPN", "source": "s", "share": 0.3},
    ...             {"item": "screw", "supplier": "JPN", "source": "s", "share": 0.95}],
    ...     sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ... )
    >>> frame = what_to_find_out(graph, halt("CHN"), product="robot", buyer="JPN", steps=1)
    >>> frame.select("step", "kind", "item", "flips", "who").row(0)
    (1, 'remainder', 'magnet', True, 'trade')
    """
    if figure not in FIGURES:
        raise InputError("risk.unknowns.figure", value=shorten(figure), hint=did_you_mean(nearest(str(figure), FIGURES)))
    if not isinstance(steps, int) or isinstance(steps, bool) or steps < 0:
        raise InputError("risk.unknowns.steps", value=shorten(steps))
    check_count(draws)
    assumptions = Assumptions(sharing, term, sourcing)
    asked = scenario_of(scenarios)
    network = prepared(graph, asked, product, buyer=buyer, level=level, domestic=domestic)
    product_node(network)
    facts = open_facts(network, assumptions)
    chances = prior_of(network, rests_of(facts), prior, countries_of(graph))
    one, two, tried = (
        completions(network, facts, assumptions, prior, count, [seed, turn], chances=chances)
        for turn, count in enumerate((draws, draws, ANSWERS))
    )
    whole = (*facts, *(Fact(kind, "") for kind in NOBODYS))
    about = fact_table(network, whole).with_columns(fact=np.arange(len(whole)))
    parts = []
    for scenario in asked:
        search = _Search(Question(network, facts, scenario, assumptions), one, two, tried, figure)
        parts.append(search.frame(about, steps).with_columns(scenario=pl.lit(scenario.name)))
    return _described(graph, pl.concat(parts))


class _Search:
    """One scenario's facts: what each takes off the bounds, what it explains, and the best sequence."""

    def __init__(self, asked: Question, one: Completions, two: Completions, tried: Completions, figure: str) -> None:
        self.asked, self.figure = asked, figure
        self.drawn = asked.drawn(tried)
        self.a, self.b = asked.drawn(one), asked.drawn(two)
        self.answers = np.concatenate([asked.extremes(), self.drawn])
        # Screened with a few pairs; looked at closely where something moves: what is kept, as that it falls below half few
        # of so few would tell.
        some = min(_SCREEN, len(self.a))
        (ya, mixed), _ = asked.solved(self.a[:some], "draw", self.b[:some])
        moved = ((mixed - ya[:, None]) ** 2).mean(axis=0)
        order = np.argsort(-moved, kind="stable")
        self.close = sorted(int(f) for f in order[:_CLOSE] if moved[f] > moved[order[0]] / 1000)
        self.total = np.zeros(len(asked.facts))
        self.first = np.zeros(len(asked.facts))
        self.y, fromb = self._draw(self.a, self.b, self.close)
        self.z, froma = self._draw(self.b, self.a, self.close)
        self.variance = float(np.concatenate([self.y, self.z]).var())
        if self.variance > 0:
            off = ((self._of(mixed) - self._of(ya)[:, None]) ** 2).mean(axis=0)
            self.total[:] = np.minimum(off / (2 * self.variance), 1.0)
            off = ((fromb - self.y[:, None]) ** 2).mean(axis=0) + ((froma - self.z[:, None]) ** 2).mean(axis=0)
            self.total[self.close] = np.minimum(off / (4 * self.variance), 1.0)
            for column, fact in enumerate(self.close):
                # The first draw and the second with this fact of the first share the fact and nothing else, and the reverse.
                pairs = np.concatenate([self.y, self.z]), np.concatenate([froma[:, column], fromb[:, column]])
                self.first[fact] = np.clip(shared(*pairs), 0.0, self.total[fact])

    def _draw(
        self, first: np.ndarray, second: np.ndarray | None = None, only: Sequence[int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        (base, changed), _ = self.asked.solved(first, "draw", second, only)
        return self._of(base), self._of(changed)

    def _of(self, kept: np.ndarray) -> np.ndarray:
        """Return the figure that is asked for of what is kept."""
        return (kept < HALF).astype(np.float64) if self.figure == "below_half" else kept

    def bounds(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the bounds now, and with each fact known (answers x facts)."""
        ends = []
        for reading in ("low", "high"):
            now = np.repeat(self.asked.bound(reading)[None, :], len(self.answers), axis=0)
            (base, known), _ = self.asked.solved(now, reading, self.answers)
            ends += [base[:1], known]
        low, known_low, high, known_high = ends
        # What is known can only narrow the interval.
        known_low = np.clip(known_low, low, high)
        return low, high, known_low, np.clip(known_high, known_low, high)

    def sequence(self, steps: int) -> list[tuple[int, float]]:
        """Return facts in the greedy order, each with the part of the variance explained up to it."""
        found: list[tuple[int, float]] = []
        candidates = [f for f in self.close if self.asked.facts[f].kind not in NOBODYS and self.total[f] > 1e-3]
        candidates = sorted(candidates, key=lambda f: -self.total[f])[:_NEXT]
        mixed, known = self.b.copy(), 0.0
        while candidates and len(found) < steps and self.variance > 0:
            parts = [self.first[f] for f in candidates]
            if found:
                _, joint = self._draw(mixed, self.a, candidates)
                parts = [shared(self.y, joint[:, i]) for i in range(len(candidates))]
            best = int(np.argmax(parts))
            fact, known = candidates.pop(best), float(np.clip(parts[best], known, 1.0))
            found.append((fact, known))
            at = self.asked.of(fact)
            mixed[:, at] = self.a[:, at]
        return found

    def widths(self, facts: list[int]) -> list[float]:
        """Return the mean width of the interval when more and more facts are known, over drawn answers."""
        answers, ends = self.drawn, []
        for reading in ("low", "high"):
            rows = []
            now = np.repeat(self.asked.bound(reading)[None, :], len(answers), axis=0)
            for fact in facts:
                now[:, self.asked.of(fact)] = answers[:, self.asked.of(fact)]
                rows.append(now.copy())
            ends.append(self.asked.solved(np.concatenate(rows), reading)[0][0].reshape(len(facts), -1) if facts else [])
        return [float(np.maximum(h - low, 0.0).mean()) for low, h in zip(*ends, strict=True)]

    def frame(self, about: pl.DataFrame, steps: int) -> pl.DataFrame:
        low, high, known_low, known_high = self.bounds()
        off = float(high[0] - low[0]) - (known_high - known_low)
        open_ = low[0] < HALF <= high[0]
        flips = open_ & ((known_high < HALF) | (known_low >= HALF)).any(axis=0)
        order = self.sequence(steps)
        facts, known = [fact for fact, _ in order], [part for _, part in order]
        place = {fact: i for i, fact in enumerate(facts)}
        after, count = self.widths(facts), about.height
        spread = self.variance > 0
        rows = pl.DataFrame(
            {
                "fact": np.arange(count),
                "step": [place[f] + 1 if f in place else None for f in range(count)],
                "width": np.full(count, high[0] - low[0]),
                "width_off_least": np.maximum(off[:, :count].min(axis=0), 0.0),
                "width_off_most": off[:, :count].max(axis=0),
                "explains": self.first[:count] if spread else [None] * count,
                "explains_total": self.total[:count] if spread else [None] * count,
                "flips": flips[:count],
                "explained": [known[place[f]] if f in place else None for f in range(count)],
                "gain": [known[place[f]] - ([0.0, *known])[place[f]] if f in place else None for f in range(count)],
                "width_after": [after[place[f]] if f in place else None for f in range(count)],
            },
            schema_overrides={"step": pl.Int64} | dict.fromkeys(_NUMBERS, pl.Float64),
        )
        rows = rows.filter((pl.col("width_off_most") > _LEAST) | (pl.col("explains_total").fill_null(0.0) > 1e-4))
        rows = rows.with_columns(pl.col(_NUMBERS).round(12))
        ranks = [-pl.col(name).fill_null(0) for name in ("explains", "explains_total", "width_off_most")]
        rows = rows.join(about, on="fact", how="left", maintain_order="left")
        return rows.sort("step", pl.col("kind").is_in(NOBODYS), *ranks, "fact", nulls_last=True)


_NUMBERS = [
    "width", "width_off_least", "width_off_most", "explains", "explains_total", "explained", "gain", "width_after"
]  # fmt: skip


def shared(one: np.ndarray, other: np.ndarray) -> float:
    """Return the part of the variance that two samples share which have some of their inputs in common."""
    middle = np.concatenate([one, other]).mean()
    variance = float((one**2 + other**2).mean() / 2 - middle**2)
    return float((one * other).mean() - middle**2) / variance if variance > 0 else 0.0


def _described(graph: SupplyGraph | ProductionNetwork, frame: pl.DataFrame) -> pl.DataFrame:
    """Add who could know, and the names that a graph gives."""
    code = pl.lit(None, pl.String)
    if isinstance(graph, SupplyGraph):
        items = graph.items.select("name_en", "name_ja", "hs6", item="id")
        frame = frame.join(items, on="item", how="left", maintain_order="left")
        publishers = graph.sources.select("publisher", source="id")
        frame = frame.join(publishers, on="source", how="left", maintain_order="left")
        code = pl.col("hs6")
    market = pl.col("kind").is_in([NOBODY_NAMED, REST, NO_FIGURE])
    who = (
        pl.when(pl.col("kind").is_in([MIX, NEED, USE, SOURCING]))
        .then(pl.lit("makers"))
        .when(pl.col("kind") == PLACE)
        .then(pl.lit("maker"))
        .when(market & pl.col("source").is_not_null() & (pl.col("confidence") == "published"))
        .then(pl.lit("publisher"))
        .when(market & code.is_not_null())
        .then(pl.lit("customs"))
        .when(pl.col("kind").is_in(NOBODYS))
        .then(None)
        .otherwise(pl.lit("trade"))
    )
    first = ["scenario", "step", "kind", "item", "input", "buyer", "supplier"]
    found = frame.drop("fact").with_columns(who=who)
    more = [name for name in ("name_en", "name_ja", "hs6", "publisher") if name in found.columns]
    columns = [*first, *_NUMBERS[:5], "flips", *_NUMBERS[5:], "who", "source", "year", "confidence", *more]
    return found.select(columns)
