"""Amounts as the board page tells them: an end of a range never as inside it, and what is stated as it is."""

import itertools
import re

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.app.audit.words import money
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

VALUES = [0.4, 999.6, 99_999.5, 100_400.0, 123_456.0, 947_986.0, 999_400.0, 1_049_000.0, 9.994e7, 100_499_999.0, 1.2345e9]


def amount(shown):
    """The amount that a person reads."""
    scale = {"million": 1e6, "百万": 1e6, "億円": 1e8, "万円": 1e4}
    unit = next((factor for word, factor in scale.items() if word in shown), 1.0)
    return float(re.sub(r"[^\d.]", "", shown)) * unit


@pytest.mark.parametrize(("value", "currency", "lang"), [*itertools.product(VALUES, ("JPY", "USD"), ("en", "ja"))])
def test_the_least_is_not_told_as_more_and_the_most_not_as_less_than_it_is(value, currency, lang):
    least, near, most = (amount(money(value, currency, lang, kind)) for kind in ("least", "estimate", "most"))
    assert least <= value * (1 + 1e-12) and value * (1 - 1e-12) <= most and least <= near <= most
    assert most - least <= max(1.0, 0.1 * value)  # still a figure, and no order of size


def test_what_the_company_states_below_a_million_is_told_in_full():
    assert money(123_456.0, "USD", "en", "stated") == "USD 123,456"
    assert money(123_456.0, "USD", "en") == "USD 123,000"


def test_the_board_page_tells_the_ends_of_a_loss_outwards_and_one_that_is_known_once(tmp_path):
    rows = [
        ["P", "Alpha", "China", 0.45],
        ["P", "Beta", "Japan", 0.55],
        ["Q", "Alpha", "China", None],
        ["Q", "Beta", "Japan", None],
    ]
    book = {
        "Company": [["Company name", "Currency"], ["Co", "USD"]],
        "Products": [["Product No.", "Annual revenue"], ["A", 500_789.0], ["B", 500_789.0]],
        "BOM": [["Parent", "Part No.", "Quantity"], ["A", "P", 1], ["B", "Q", 1]],
        "Sourcing": [["Part No.", "Supplier", "Country of production", "Share"], *rows],
    }
    found = audit(workbook(tmp_path / "a.xlsx", book), lang="en", date="2026-11-23", world=SupplyGraph())
    for row in content(found, "en")["countries"]:
        low, near, high = (amount(row[f"loss{end}_says"]) for end in ("_low", "", "_high"))
        assert (
            low <= row["loss_low"] <= row["loss_high"] <= high
            and low <= near <= high
            and high - low < 1.2 * (row["loss_high"] - row["loss_low"])
        )
