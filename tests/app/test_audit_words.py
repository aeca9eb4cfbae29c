"""Parts in words: what is not all, or not nothing, never looks like it."""

from __future__ import annotations

import pytest
from kanmon.app.audit.words import span


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.006, 0.67, "<1–67%"),
        (0.004, 0.67, "<1–67%"),
        (0.0, 0.67, "0–67%"),
        (0.2, 0.994, "20–>99%"),
        (0.2, 1.0, "20–100%"),
        (0.398, 0.612, "39–62%"),
    ],
)
def test_bounds_that_are_rounded_outwards_look_like_all_or_nothing_only_where_they_are(low, high, shown):
    assert span(low, high, "en") == shown
    assert span(low, high, "ja") == shown.replace("–", "〜")
