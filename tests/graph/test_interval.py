"""An interval as text: its bounds are never narrowed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kanmon.app.audit import words as audit
from kanmon.app.chokepoint_tables import share
from kanmon.graph import Interval
from kanmon.graph.interval import at_least, at_most, in_percent
from kanmon.plot.canvas import percent


@given(
    st.floats(0, 1, allow_nan=False), st.floats(0, 1, allow_nan=False), st.sampled_from([".0%", ".1%", ".2f", ".3g", ",.1f"])
)
def test_a_bound_is_never_narrowed_in_words(one, other, spec):
    low, high = sorted((one, other))
    unit = Decimal("0.01") if spec.endswith("%") else Decimal(1)
    least, most = (Decimal(text.rstrip("%")) * unit for text in (at_least(low, spec), at_most(high, spec)))
    slack = Decimal("1e-9")
    assert least <= Decimal(low) + slack and most >= Decimal(high) - slack
    nearest = Decimal(format(low, spec).rstrip("%")) * unit
    assert abs(least - nearest) <= abs(nearest) / 100 + unit, "no further out than one unit of the last place"
    ends = Interval(low, high).text(spec, "en").split("–")
    told = [at_least(low, spec).removesuffix("%"), at_most(high, spec)]  # two percentages share one sign
    assert ends == (told if len(ends) == 2 else [format(low, spec)])


@given(st.floats(0, 1, allow_nan=False), st.sampled_from([".0%", ".1%", ".2f", ".3g", ",.0f"]))
def test_a_lower_bound_of_what_is_not_negative_has_no_minus(low, spec):
    assert not at_least(low, spec).startswith("-")


@pytest.mark.parametrize(
    ("value", "spec", "least", "most"),
    [
        (0.225, ".0%", "22%", "23%"),  # halfway: no further out than the next
        (0.05, ".1f", "0.0", "0.1"),  # never below nothing
        (0.5, ".0f", "0", "1"),
        (0.40004, ".4g", "0.4", "0.4001"),  # a zero at the end is a place, too
        (0.99996, ".4g", "0.999", "1"),
        (1234.5, ",.0f", "1,234", "1,235"),
    ],
)
def test_a_bound_goes_one_unit_of_the_last_place_outwards_and_no_further(value, spec, least, most):
    assert (at_least(value, spec), at_most(value, spec)) == (least, most)


@given(st.floats(0, 1, allow_nan=False))
@example(0.005)  # halfway to a whole per cent, which rounds to the even one
@example(0.995)
def test_a_little_is_not_told_as_nothing_nor_nearly_all_as_all(part):
    assert (in_percent(part) == "0%") == (part <= 1e-9)
    assert (in_percent(part) == "100%") == (part >= 1 - 1e-9)
    shown = {percent(part), share(part, part, "en"), audit.percent(part)}
    assert shown == {in_percent(part)}, "in plots, in the terminal and in reports alike"
