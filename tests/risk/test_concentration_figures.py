"""The figures of a market against the definition: every division of it that what is told allows, worked out apart."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kanmon.graph import SupplyGraph
from kanmon.risk import concentration
from scipy.optimize import linprog, minimize

NAMES = ("CHN", "JPN", "KOR", "USA", "DEU")


@st.composite
def markets(draw):
    """What is told of up to four suppliers, in hundredths: a share, a range, or nothing; and whether they are all."""
    left, told = 100, []
    for _ in range(draw(st.integers(1, 4))):
        low = draw(st.integers(0, left // 2))
        left -= low
        kind = draw(st.sampled_from(["share", "range", "nothing"]))
        told.append({"share": (low, low), "range": (low, low + draw(st.integers(1, 60))), "nothing": None}[kind])
        left += low if kind == "nothing" else 0
    complete = draw(st.booleans())
    # A list that is said to be complete can only be so where somebody may hold what the shares leave.
    assume(not complete or None in told or left == 0)
    return told, complete


def figures_of(rows):
    """The one row of `concentration` of a market whose suppliers are told of in so many rows."""
    graph = SupplyGraph(
        items=[{"id": "x", "name_en": "x", "kind": "mineral"}],
        suppliers=[{"id": name, "name_en": name, "kind": "country"} for name in NAMES],
        shares=[{"item": "x", "supplier": name, "source": "s"} | row for name, row in zip(NAMES, rows, strict=False)],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    return concentration(graph).row(0, named=True)


def row_of(share):
    if share is None:
        return {}
    low, high = share[0] / 100, min(share[1], 100) / 100
    return {"share": low} if low == high else {"share_low": low, "share_high": high}


def divisions(bounds):
    """Yield the corners of all divisions of a market: all shares but one are at a bound, and they sum to 1."""
    for free in range(len(bounds)):
        for picks in itertools.product((0, 1), repeat=len(bounds) - 1):
            ends = iter(picks)
            shares = [0.0 if i == free else pair[next(ends)] for i, pair in enumerate(bounds)]
            shares[free] = 1.0 - sum(shares)
            if bounds[free][0] - 1e-9 <= shares[free] <= bounds[free][1] + 1e-9:
                yield shares


@settings(max_examples=150, deadline=None)
@given(markets())
def test_every_figure_of_a_market_is_that_of_its_divisions(market):
    told, complete = market
    lows = [0.0 if share is None else share[0] / 100 for share in told]
    rest = 1.0 - sum(lows)
    highs = [low + rest if share is None else min(share[1] / 100, low + rest) for share, low in zip(told, lows, strict=True)]
    bounds, others = list(zip(lows, highs, strict=True)), not complete
    row = figures_of([row_of(share) | {"complete": complete, "year": 2023} for share in told])

    # The most is at a corner, where one unnamed supplier holds all that the named leave.
    corners = list(divisions([*bounds, (0.0, 1.0)] if others else bounds))
    assert row["hhi_high"] == pytest.approx(max(sum(x * x for x in shares) for shares in corners))
    assert row["top_share_high"] == pytest.approx(max(map(max, corners)))
    assert row["cr3_high"] >= max(sum(sorted(shares)[-3:]) for shares in corners) - 1e-9

    # The least: unnamed suppliers are so many that each holds next to nothing.
    start = np.clip(np.full(len(bounds), 1.0 / len(bounds)), lows, highs)
    whole = {"type": "ineq" if others else "eq", "fun": lambda x: 1.0 - x.sum()}
    least = minimize(lambda x: (x * x).sum(), start, bounds=bounds, constraints=[whole], method="SLSQP", tol=1e-12)
    assert row["hhi_low"] == pytest.approx(least.fun, abs=1e-6)
    one = np.eye(len(bounds))
    under = [[*each, -1.0] for each in one] + ([[*one.sum(axis=0), 0.0]] if others else [])
    tops = linprog(
        [0.0] * len(bounds) + [1.0],
        A_ub=under,
        b_ub=[0.0] * len(bounds) + [1.0] * others,
        A_eq=None if others else [[*one.sum(axis=0), 0.0]],
        b_eq=None if others else [1.0],
        bounds=[*bounds, (0.0, 1.0)],
    )
    assert row["top_share_low"] <= tops.fun + 1e-9
    assert row["cr3_low"] <= min(sum(sorted(shares)[-3:]) for shares in corners) + 1e-9

    equal = [1 / row[name] if row[name] else math.inf for name in ("hhi_high", "hhi_low")]
    assert [row["effective_low"], row["effective_high"]] == pytest.approx(equal)
    assert row["suppliers"] == len(told) and row["attributed"] == pytest.approx(sum(lows))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=3), st.integers(1, 2))
def test_beside_suppliers_of_unknown_quantity_shares_are_parts_of_a_total_that_nobody_knows(quantities, unknown):
    """Whatever the others make, in steps: no figure lies outside, and the ends of the largest share are met."""
    told = [{"quantity": float(quantity), "unit": "t"} for quantity in quantities] + [{}] * unknown
    row = figures_of([{"year": 2023} | one for one in told])
    tops, sums = [], []
    for others in itertools.product([0.0, 0.5, *map(float, range(1, 21)), 1e9], repeat=unknown):
        amounts = [*quantities, *others]
        shares = [amount / sum(amounts) for amount in amounts]
        tops.append(max(shares))
        sums.append(sum(share * share for share in shares))
    assert row["hhi_low"] <= min(sums) + 1e-9 and max(sums) <= row["hhi_high"] + 1e-9
    assert row["top_share_low"] == pytest.approx(min(tops))
    assert row["top_share_high"] == pytest.approx(max(tops), abs=1e-6)


@pytest.mark.parametrize(
    ("told", "weakest"),
    [
        (["published", "published"], "published"),
        (["published", "estimated"], "estimated"),
        (["estimated", "unknown"], "unknown"),
        (["published", None], "unknown"),
    ],
)
def test_a_market_is_as_well_known_as_the_weakest_of_its_rows(told, weakest):
    assert figures_of([{"share": 0.4, "confidence": one} for one in told])["confidence"] == weakest
