"""Embargoes, halts, new sources and stocks together over time: every way to complete the facts lies in the bounds."""

import numpy as np
import polars as pl
import pytest
from kanmon.risk import (
    Scenario,
    Threat,
    chokepoints,
    embargo,
    halt,
    mitigation,
    more_stock,
    new_source,
    stockpile,
    timeline,
    timeline_summary,
)
from plant_by_plant import (
    BUYER,
    BY_CONTRACT,
    ORDERS,
    PLANTS,
    STEP,
    WHO_HAS_LEAST,
    Case,
    Ways,
    draw,
    first_shortage,
)

HORIZON, SLACK = 50.0, 3 * STEP
GRID = np.linspace(0, HORIZON, round(HORIZON / STEP) + 1)


def curves(case):
    """The bounds of what is lost of the product up to each day, and the first days of a shortage."""
    frame = timeline(case.graph(), case.scenario(), product="top", buyer=BUYER, horizon=HORIZON).filter(item="top")
    low, high = (np.interp(GRID, frame["day"], frame[f"lost_{end}"]) for end in ("low", "high"))
    return low, high, timeline_summary(frame).row(0, named=True)


@pytest.mark.parametrize("seed", range(12))
def test_threats_and_measures_together_cost_what_the_bounds_allow_day_by_day(seed):
    rng = np.random.default_rng(seed)
    case = draw(rng)
    lost = Ways(case, rng, 48).run(HORIZON)
    low, high, days = curves(case)
    assert (lost >= low[:, None] - SLACK).all()
    assert (lost <= high[:, None] + SLACK).all()
    first = first_shortage(lost)
    assert first.min() >= days["short_low"] - SLACK
    assert (first <= days["short_high"] + SLACK).all()


@pytest.mark.parametrize("seed", range(100, 105))
def test_a_second_source_and_a_stock_leave_what_the_bounds_of_the_risk_and_of_its_days_allow(seed):
    rng = np.random.default_rng(seed)
    case = draw(rng, measures=False)
    leaf = next(item for item, needs in case.needs.items() if not needs)
    item = str(rng.choice([item for item in case.needs if item != "top"]))
    found = [
        new_source("source", leaf, share=0.5, ready=float(rng.integers(0, 20))),
        more_stock("stock", item, float(rng.integers(1, 16))),
    ]
    threat = Threat(case.scenario(), days=HORIZON)
    frame = mitigation(case.graph(), {"top": 365.0}, [threat], found, buyer=BUYER)
    for measure in [None, *found]:
        also = [] if measure is None else [measure.change]
        lost = Ways(Case(case.needs, case.makers, [*case.changes, *also]), rng, 48).run(HORIZON)
        row = frame.row(by_predicate=pl.col("measure").eq_missing(measure and measure.id), named=True)
        assert row["risk_low"] - SLACK <= lost[-1].min() and lost[-1].max() <= row["risk_high"] + SLACK
        first = np.minimum(first_shortage(lost), HORIZON)
        assert row["days_low"] - SLACK <= first.min() and first.max() <= row["days_high"] + SLACK


@pytest.mark.parametrize(
    "threat",
    [
        halt("AAA", item="k", start=3, lasts=30),
        embargo("AAA", item="k", to="BBB", start=3, lasts=30),
        embargo("AAA", item="m", to=BUYER, start=3, lasts=30),
    ],
    ids=["halt", "embargo of what another place makes", "embargo of what the buyer buys"],
)
@pytest.mark.parametrize("days", [0.0, 8.0])
def test_along_one_chain_both_bounds_are_attained(threat, days):
    """Contracts in which those who are hit supply each other; and supply that goes to those who have least in stock."""
    needs = {"k": {}, "m": {"k": 0.0}, "top": {"m": 0.0}}
    makers = {"k": {"AAA": 2, "CCC": 2}, "m": {"BBB": 2, "AAA": 2}, "top": {BUYER: PLANTS}}
    case = Case(needs, makers, [threat, stockpile("k", days), stockpile("m", days)])
    ways = Ways(case, np.random.default_rng(0), 2 * len(ORDERS) ** 2)
    pairs = np.indices((2, len(ORDERS), len(ORDERS))).reshape(3, -1)
    for at, link in enumerate(ways.seller, start=1):
        ways.seller[link] = ORDERS[pairs[at]]
        ways.rule[link] = np.where(pairs[0] == 0, BY_CONTRACT, WHO_HAS_LEAST)
    lost = ways.run(HORIZON)
    low, high, _ = curves(case)
    assert lost[-1].min() == pytest.approx(low[-1], abs=SLACK)
    assert lost[-1].max() == pytest.approx(high[-1], abs=SLACK)


@pytest.mark.parametrize("seed", range(12))
def test_where_every_share_is_told_the_reading_of_the_facts_is_that_of_the_certain_loss_under_embargoes_too(seed):
    case = draw(np.random.default_rng(seed), open_shares=False)
    frame = chokepoints(case.graph(), "top", buyer=BUYER)
    assert set(frame["kind"]) == {"halt", "embargo"}
    assert frame["loss_facts"].to_list() == pytest.approx(frame["loss_low"].to_list(), abs=1e-9)
    assert frame["single_points_possible"].to_list() == frame["single_points"].to_list()


def test_an_embargo_that_goes_round_by_other_makers_is_no_loss_by_the_facts():
    """Japan's maker of magnets gets no ore from Australia, but other ore; those who get Australia's are spared."""
    needs = {"ore": {}, "magnet": {"ore": 0.0}, "top": {"magnet": 0.0}}
    makers = {"ore": {"CCC": 2, "AAA": 2}, "magnet": {"AAA": 3, BUYER: 1}, "top": {BUYER: PLANTS}}
    frame = chokepoints(Case(needs, makers, Scenario("")).graph(), "top", buyer=BUYER, kinds="embargo")
    row = frame.filter(node="CCC").row(0, named=True)
    assert (row["loss_low"], row["loss_facts"], row["loss_high"]) == (0.0, 0.0, 0.25)
