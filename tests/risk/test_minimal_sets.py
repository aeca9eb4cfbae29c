"""Minimal sets by loss, against every subset."""

import itertools

import numpy as np
import pytest
from kanmon.graph import InputError, LimitError
from kanmon.risk.faults import set_families
from kanmon.risk.faults.set_families import minimal_sets


def random_loss(rng, n_events):
    """Return a monotone loss, of eighths: weights, and extra losses where some pairs or triples fail together."""
    weight = rng.integers(0, 4, n_events) / 8
    joint = [(rng.choice(n_events, min(n_events, rng.integers(2, 4)), replace=False), rng.integers(9) / 8) for _ in range(4)]
    return lambda failed: failed @ weight + sum(extra * failed[:, some].all(axis=1) for some, extra in joint)


@pytest.mark.parametrize("together", [2, 3, 8])
def test_agrees_with_every_subset_on_random_monotone_losses_that_may_be_the_threshold(together, monkeypatch):
    monkeypatch.setattr(set_families, "_TOGETHER", together)
    rng = np.random.default_rng(7)
    for _ in range(200):
        n_events, max_order, threshold = int(rng.integers(1, 9)), int(rng.integers(1, 5)), rng.integers(0, 12) / 8
        loss = random_loss(rng, n_events)
        expected = []
        for size in range(max_order + 1):
            for members in itertools.combinations(range(n_events), size):
                failed = np.isin(np.arange(n_events), members)[None]
                smaller = any(set(known) <= set(members) for known, _ in expected)
                if not smaller and loss(failed)[0] >= threshold:
                    expected.append((members, pytest.approx(loss(failed)[0])))
        assert minimal_sets(loss, range(n_events), max_order, threshold) == expected


def test_hopeless_sets_are_not_tried():
    asked = 0

    def loss(failed):
        nonlocal asked
        asked += len(failed)
        return failed @ np.concatenate(([0.4, 0.35], np.full(98, 0.001)))

    assert minimal_sets(loss, range(100), 3, 0.7) == [((0, 1), 0.75)]
    assert asked < 6_000  # of 166,751 subsets


def test_pairs_that_fall_short_even_together_with_their_neighbours_are_not_tried_one_by_one():
    asked = 0

    def loss(failed):  # all together reach it: nobody can tell from the later events as a whole
        nonlocal asked
        asked += len(failed)
        return 0.4 * failed.any(axis=1) + 0.3 * failed[:, [7, 93]].all(axis=1) + 0.3 * (failed.sum(axis=1) > 50)

    assert minimal_sets(loss, range(120), 2, 0.7) == [((7, 93), 0.7)]
    assert asked < 1_500  # of 7,140 pairs


def test_it_stops_with_a_clear_error_past_the_limit():
    with pytest.raises(LimitError, match="More than 1,000 sets"):
        minimal_sets(lambda failed: failed.sum(axis=1), range(100), 3, 3, limit=1_000)
    for max_order in (0, 1.5):
        with pytest.raises(InputError, match="max_order"):
            minimal_sets(lambda failed: failed.sum(axis=1), range(3), max_order, 1)


def test_no_events_and_no_failures():
    assert minimal_sets(lambda failed: np.zeros(len(failed)), [], 2, 0.5) == []
    assert minimal_sets(lambda failed: np.ones(len(failed)), ["a"], 2, 0.5) == [((), 1.0)]


def test_the_limit_counts_every_row_that_is_evaluated():
    share, rows = np.array([0.5, 0.3, 0.2, 0.1]), []

    def evaluate(failed):
        rows.append(len(failed))
        return failed @ share

    expected = minimal_sets(evaluate, [*"abcd"], 3, 0.6)
    needed = sum(rows)
    assert minimal_sets(evaluate, [*"abcd"], 3, 0.6, limit=needed) == expected
    with pytest.raises(LimitError):
        minimal_sets(evaluate, [*"abcd"], 3, 0.6, limit=needed - 1)
