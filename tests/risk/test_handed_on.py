"""What a supplier hands on holds every course that its figures allow: day by day, from the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.risk.production.handed_on import HandedOn, joined

LENGTH = 100
DAYS = np.arange(LENGTH + 1)
BEHIND, LATER = ("behind", "ore"), ("last", "salt")


def curves(told, end):
    """What is lost of the output up to each day, of a plant that needs all that the changes take; ``end``: 0 least, 1 most.

    A source that loses a rate until its end (or for good), with a stock that is used up first.
    """
    changes = told.changes(*BEHIND, LATER)
    rates = {one.item: one for one in changes if one.kind == "reduce"}
    assert {(one.node, one.item) for one in rates.values()} <= {BEHIND, LATER}
    lost = np.zeros(len(DAYS))
    for stock in (one for one in changes if one.kind == "stockpile"):
        cut = rates.pop(stock.item)
        missing = cut.bounds[end] * np.minimum(DAYS, LENGTH if cut.lasts is None else cut.lasts)
        lost = np.maximum(lost, np.maximum(0.0, missing - stock.bounds[1 - end]))
    assert not rates
    return lost


@st.composite
def courses(draw):
    """A course of up to three spells of shortage, and figures that hold it: of each a least and a most."""
    stops = draw(st.sampled_from([0.1, 0.4, 0.75, 1.0]))
    days = sorted(draw(st.lists(st.integers(0, LENGTH), min_size=2, max_size=6, unique=True)))
    rates = np.zeros(LENGTH)
    for start, until in zip(days[::2], days[1::2], strict=False):
        rates[start:until] = stops * draw(st.sampled_from([0.25, 0.5, 1.0]))
    lost, first = rates.sum() / LENGTH, int((rates > 0).argmax()) if rates.any() else LENGTH

    def around(value, most, steps):
        less, more = (draw(st.sampled_from(steps)) for _ in range(2))
        return max(0.0, value - less), min(most, value + more)

    wide = around(stops, 1.0, [0.0, 0.0, 0.05, 0.2])
    told = HandedOn(wide, around(lost, wide[1], [0.0, 0.0, 0.1, 0.3]), around(first, LENGTH, [0, 0, 10, 40]), float(LENGTH))
    return told, np.concatenate([[0.0], np.cumsum(rates)])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(courses())
def test_every_course_that_the_figures_allow_lies_between_the_least_and_the_most(case):
    told, lost = case
    assert (curves(told, 0) <= lost + 1e-9).all()
    assert (lost <= curves(told, 1) + 1e-9).all()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(courses())
def test_the_most_is_all_that_the_figures_allow_and_no_more(case):
    told, _ = case
    low, high = told.stops
    first, most = told.day[0], LENGTH * told.lost[1]
    allowed = np.minimum(np.maximum(0.0, high * (DAYS - first)), most)
    assert curves(told, 1) == pytest.approx(allowed, abs=1e-9)
    if low == high:
        assert curves(told, 0)[-1] == pytest.approx(min(LENGTH * told.lost[0], high * (LENGTH - first)), abs=1e-9)


def test_a_supplier_whose_output_never_stops_hands_nothing_on():
    assert HandedOn((0.0, 0.0), (0.0, 0.0), (100.0, 100.0), 100.0).changes(*BEHIND, LATER) == []
    assert HandedOn((0.0, 0.01), (0.0, 0.0), (0.0, 100.0), 100.0).changes(*BEHIND, LATER)


def test_of_a_threat_that_takes_less_or_lasts_longer_no_loss_is_certain_and_none_comes_earlier():
    told = HandedOn((0.5, 0.75), (0.25, 0.375), (30.0, 40.0), 100.0)
    assert told.at_most() == HandedOn((0.0, 0.75), (0.0, 0.75), (30.0, 100.0), 100.0)


def test_of_two_cards_whichever_is_true_lies_in_what_both_say():
    one = HandedOn((0.5, 0.75), (0.25, 0.375), (30.0, 40.0), 100.0)
    other = HandedOn((0.25, 0.625), (0.0, 0.5), (35.0, 60.0), 100.0)
    assert joined([one, other]) == joined(iter([other, one])) == HandedOn((0.25, 0.75), (0.0, 0.5), (30.0, 60.0), 100.0)


def test_what_is_handed_on_about_a_longer_stop_ends_with_a_shorter_one():
    """Somebody else delivers from day 120 of 200. A stop of 100 days is over by then: nothing goes on after it."""
    told = HandedOn((1.0, 1.0), (0.475, 0.475), (25.0, 25.0), 200.0)
    longer, shorter = told.changes(*BEHIND, LATER), told.changes(*BEHIND, LATER, days=100.0)
    assert [(one.item, one.lasts) for one in longer if one.kind == "reduce"] == [("ore", 120.0), ("salt", None)]
    assert [(one.item, one.lasts) for one in shorter if one.kind == "reduce"] == [("ore", None)]


@pytest.mark.parametrize(("stops", "lost", "least"), [((0.5, 0.75), 0.25, 100 * 0.5 / 3), ((0.5, 0.5), 0.25, 25.0)])
def test_the_certain_loss_at_the_least_rate_is_in_proportion_to_what_is_surely_lost(stops, lost, least):
    """Of the formula: of what the least rate takes in all, the part that the least loss is of the greatest rate."""
    told = HandedOn(stops, (lost, lost), (30.0, 40.0), 100.0)
    assert curves(told, 0)[-1] == pytest.approx(least)
