"""A section of a network gives what the whole gives at any hit: shared needs, alternatives, substitutes, embargoes."""

import numpy as np
import pytest
from kanmon.datasets import load
from kanmon.graph.sections import section
from kanmon.risk import Scenario, add_source, embargo, halt, reduce, substitute
from kanmon.risk.production.conditions import Effects, new_sources
from kanmon.risk.production.courses import course
from kanmon.risk.production.simulation import READINGS, solve

OPENED = [add_source("gallium_primary", 0.3), substitute("ndfeb_magnet", "ferrite_magnet", 0.5)]


@pytest.fixture(scope="module")
def world():
    graph = load("world")
    opened = [one for one in OPENED if {one.item, one.by or one.item} <= set(graph.items["id"])]
    assert len(opened) == 2
    return graph, graph.network(None, buyer="JPN", level="country", sources=new_sources([Scenario("", opened)])), opened


def scenarios(graph, opened):
    rng = np.random.default_rng(7)
    items, countries = graph.items["id"].to_list(), ["CHN", "DEU", "USA", "COD", "TWN"]
    for number in range(24):
        item = items[rng.integers(len(items))]
        country = countries[rng.integers(len(countries))]
        change = [halt(item), halt(country, item=item), reduce(country, (0.2, 0.7)), embargo(country, to="JPN", item=item)][
            number % 4
        ]
        yield Scenario(str(number), [change, *(opened if number % 3 == 0 else [])])


@pytest.mark.parametrize("reading", READINGS)
def test_a_section_keeps_what_the_whole_keeps(world, reading):
    graph, network, opened = world
    short = 0
    for scenario in scenarios(graph, opened):
        part = section(network, Effects(network, scenario).hit, [one.item for one in scenario if one.item])
        whole = dict(zip(network.items, solve(network, scenario, None, [reading]).levels(reading), strict=True))
        here = dict(zip(part.items, solve(part, scenario, None, [reading]).levels(reading), strict=True))
        assert here == pytest.approx({item: whole.pop(item) for item in here}, abs=1e-12)
        assert list(whole.values()) == pytest.approx([1.0] * len(whole), abs=1e-12)  # what is left out is never short
        short += sum(level < 0.9 for level in here.values())
    assert short > 20


def test_a_section_runs_from_day_to_day_as_the_whole_does(world):
    graph, network, _ = world
    scenario = Scenario("", [halt("CHN", item="ndfeb_magnet", lasts=60)])
    part = section(network, Effects(network, scenario).hit)
    assert len(part.kind) < len(network.kind) / 2
    for name in ("low", "high", "estimate"):
        runs = [course(one, scenario, horizon=200.0, readings=[name]) for one in (network, part)]
        (days, whole), (same, here) = ((one.days, one.rates[name]) for one in runs)
        assert same.tolist() == pytest.approx(days.tolist())
        at = [network.items.index(item) for item in part.items]
        assert np.allclose(whole[:, at], here, atol=1e-12)


def test_the_items_asked_for_are_there_though_nothing_happens_to_them(world):
    _, network, _ = world
    part = section(network, np.zeros(len(network.kind), np.bool_), ["ndfeb_magnet"])
    assert "ndfeb_magnet" in part.items
    assert solve(part, Scenario("calm")).level("ndfeb_magnet") == 1.0
