"""A card's bounds hold the true course of a supplier that itself turns to somebody else, and that of its buyer."""

import numpy as np
import pytest
from handed_in import of_one_product as company
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.app.audit.company_graph import SELF, build_graph, item_id, sourcing_facts, stop_of
from kanmon.app.survey.card import card_of
from kanmon.app.survey.merge import merge
from kanmon.app.survey.replies import Replies
from kanmon.app.survey.stopped import stopped
from kanmon.graph import SupplyGraph
from kanmon.risk import stop_courses

COUNTRIES = ("CHN", "DEU")
NEVER, DAYS, STEP = 400, 180.0, 0.25
GRID = np.arange(0.0, DAYS + STEP, STEP)


def made(rows, country, upstream=None):
    """Output of one plant up to each day of the grid, from its definition (Reich); ``upstream``: what a supplier made."""
    within = np.full(len(GRID), np.inf)
    for part in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == part]
        stock, switching = mine[0][4], mine[0][5]
        rate = sum(
            row[3] * (upstream if upstream is not None and row[1] == "A社" else np.ones(len(GRID) - 1) * (row[2] != country))
            for row in mine
        )
        rate = np.where(GRID[:-1] >= switching, 1.0, rate)  # from then on another delivers whatever is short
        within = np.minimum(within, stock + np.concatenate([[0.0], np.cumsum(rate * STEP)]))
    gaps = np.minimum.accumulate(within - GRID)
    return GRID + np.minimum(0.0, gaps)


def figures(output):
    """Part of the days' output that is lost, and the first day of a shortage."""
    short = GRID - output > 1e-9
    return (DAYS - output[-1]) / DAYS, GRID[short.argmax()] - STEP if short.any() else DAYS


stocks, times = st.integers(0, 90).map(float), st.sampled_from([0, 20, 60, 100, 150, NEVER, NEVER])
parts_of_one = st.sampled_from([0.25, 0.5, 1.0])


@st.composite
def bought(draw, part, suppliers):
    """Rows of one part: a first source with some of it, another with the rest."""
    share, stock, switching = draw(parts_of_one), draw(stocks), draw(times)
    (first, where), (other, there) = ((name, place or draw(st.sampled_from(COUNTRIES))) for name, place in suppliers)
    rows = [(part, first, where, share, stock, switching)]
    return rows if share == 1.0 else [*rows, (part, other, there, 1.0 - share, stock, switching)]


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bought("R", [("Ore", None), ("Mine", None)]),
    bought("S", [("Salt", None), ("Acid", None)]),
    bought("Q", [("A社", "JPN"), ("Rival", None)]),
    bought("T", [("Bolts", None), ("Nuts", None)]),
)
def test_the_course_of_a_supplier_that_turns_to_another_lies_in_its_card_and_that_of_its_buyer_in_the_bounds(
    tmp_path, r, s, q, t
):
    a = company(tmp_path, "A社", "Q", [*r, *s])
    card = card_of(a, build_graph(a, [], SupplyGraph()), "2026-11-28")
    b = merge(company(tmp_path, "B社", "P", [*q, *t]), Replies(cards=[("card.json", card)]), [], SupplyGraph()).company
    for country in COUNTRIES:
        supplier = made([*r, *s], country)
        lost, first = figures(supplier)
        told = card.parts[0].handed_on(country)
        assert told.lost[0] - 1e-3 <= lost <= told.lost[1] + 1e-3
        assert told.day[0] - 2 * STEP <= first <= told.day[1] + 2 * STEP
        lost, first = figures(made([*q, *t], country, np.diff(supplier) / STEP))
        (one,) = stopped(b, build_graph(b, [], SupplyGraph()), [(country, True)])[0].values()
        assert one.lost[0] - 1e-3 <= lost <= one.lost[1] + 1e-3
        assert one.day[0] - 2 * STEP <= first <= one.day[1] + 2 * STEP


@pytest.mark.parametrize(("stock", "days"), [(0.0, 70), (20.0, 50), (90.0, 0)])
def test_what_a_supplier_loses_until_another_delivers_to_it_is_all_that_its_buyer_may_lose(tmp_path, stock, days):
    """It is short from day 30 to 100: a card that told no more than that its output stops would leave 150 days possible."""
    a = company(tmp_path, "A社", "Q", [("R", "Ore", "CHN", 1.0, 30.0, 100)])
    card = card_of(a, build_graph(a, [], SupplyGraph()), "2026-11-28")
    found = company(tmp_path, "B社", "P", [("Q", "A社", "JPN", 1.0, stock, NEVER)])
    b = merge(found, Replies(cards=[("card.json", card)]), [], SupplyGraph()).company
    (one,) = stopped(b, build_graph(b, [], SupplyGraph()), [("CHN", True)])[0].values()
    assert one.lost == pytest.approx((days / DAYS, days / DAYS), abs=1e-3)
    assert one.stops == (1.0, 1.0)
    assert one.day[0] == pytest.approx(30 + stock if days else DAYS, abs=0.1)


@pytest.mark.parametrize(("switching", "least"), [(100, 0.0), (NEVER, 30.0)])
def test_the_course_of_a_stop_that_is_shorter_than_the_cards_is_over_when_the_stop_is(tmp_path, switching, least):
    """The supplier is short from day 30, and its own stop of 180 days never ends before the buyer's of 60."""
    a = company(tmp_path, "A社", "Q", [("R", "Ore", "CHN", 1.0, 30.0, switching)])
    card = card_of(a, build_graph(a), "2026-11-28")
    b = company(tmp_path, "B社", "P", [("Q", "A社", "JPN", 1.0, 0.0, NEVER)], 60.0)
    b = merge(b, Replies(cards=[("card.json", card)]), [], SupplyGraph()).company
    facts = sourcing_facts(b)
    course = stop_courses(build_graph(b).own, [stop_of(b, "CHN")], {item_id("P"): 1.0}, buyer=SELF, facts=facts)
    after = course.filter(course["day"] >= 60.0)
    assert after["rate_low"].to_list() == after["rate_high"].to_list() == [1.0] * after.height
    assert course["lost_high"].to_list()[-1] == pytest.approx(30.0)
    assert course["lost_low"].to_list()[-1] == pytest.approx(least, abs=0.05)
