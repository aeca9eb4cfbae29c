"""The page's curves over time against kanmon.risk.timeline: every kind of change with days, stocks, delivery times."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
import pytest
from kanmon.app.explorer.model import with_sources
from kanmon.datasets import load
from kanmon.graph import ProductionNetwork, SupplyGraph
from kanmon.risk import (
    Change,
    Scenario,
    add_source,
    embargo,
    halt,
    reduce,
    spare_capacity,
    stockpile,
    substitute,
    timeline,
)

pytestmark = pytest.mark.browser
READINGS = ["low", "high", "estimate"]
KINDS = ["halt", "reduce", "embargo", "add_source", "recycling", "substitute", "spare_capacity", "stockpile", "reserve"]


@pytest.fixture(scope="module")
def rough() -> SupplyGraph:
    """Magnets with what the bundled rows do not have: delivery times, lives of machines, graded needs, use shares."""
    graph = load("permanent_magnet")
    rng = random.Random(3)
    rows = graph.inputs.to_dicts()
    for row in rows:
        row["lag_days"] = rng.choice([None, None, 7.0, 21.5])
        row["life_days"] = rng.choice([None, 90.0]) if row["role"] == "equipment" else None
        row["kept_without_low"], row["kept_without_high"] = rng.choice([(None, None), (0.2, 0.4)])
        row["use_share_low"], row["use_share_high"] = rng.choice([(None, None), (0.1, 0.3)])
    tables = {name: getattr(graph, name) for name in ("items", "suppliers", "shares", "trades", "sources")}
    return SupplyGraph(inputs=pl.DataFrame(rows, schema=graph.inputs.schema), name="rough", **tables)


def random_change(rng: random.Random, network: ProductionNetwork, pairs: list[tuple[str, str]]) -> Change:
    node, item = rng.choice(sorted(set(network.makers["country"].drop_nulls()))), rng.choice(network.items)
    either, only = rng.choice([node, item]), item if rng.random() < 0.3 else None
    part: Any = rng.choice([1.0, round(rng.random(), 3), tuple(sorted((rng.random(), rng.random())))])
    when: dict[str, Any] = {"start": rng.choice([0, 12.5]), "lasts": rng.choice([60, 150.5]), "ramp": rng.choice([0, 3])}
    ready = {"ready": rng.choice([0, 40, 75.25]), "lasts": rng.choice([None, 100]), "ramp": rng.choice([0, 4.5])}
    match rng.choice(KINDS):
        case "halt":
            return halt(either, item=only, **when)
        case "reduce":
            return reduce(either, part, item=only, **when)
        case "embargo":
            return embargo(node, item=only, to=rng.choice([(), () if node == "JPN" else ("JPN",)]), share=part, **when)
        case "add_source":
            return add_source(item, part, **ready)
        case "recycling":
            return add_source(item, part, recycling=True, **ready)
        case "substitute":
            return substitute(*rng.choice(pairs), part, **ready)
        case "spare_capacity":
            return spare_capacity(either, part, item=only, **ready)
        case "reserve":
            size: Any = rng.choice([30.0, (10.0, 45.0)])
            release, holder = rng.choice([None, 0.25]), rng.choice(["JPN", node])
            return stockpile(item, size, start=rng.choice([0, 20]), holder=holder, release=release)
        case _:
            days: Any = rng.choice([30.0, (10.0, 45.0)])
            return stockpile(rng.choice([item, network.product or item]), days, start=rng.choice([0, 20]))


def as_change(change) -> dict[str, Any]:
    share = list(change.bounds) if change.kind != "stockpile" else [1, 1]
    days = list(change.bounds) if change.kind == "stockpile" else 0
    return asdict(change) | {"to": list(change.to), "share": share, "days": days}


@pytest.mark.parametrize(("which", "product", "count"), [("rough", "ndfeb_magnet", 40), ("world", "humanoid_robot", 3)])
def test_page_follows_a_scenario_from_day_to_day_as_python_does(which, product, count, pages, visit, request):
    graph = request.getfixturevalue("rough") if which == "rough" else load("world")
    tab = visit(pages(graph, products=[product], buyer="JPN", lang="en"))
    options: dict[str, Any] = {"buyer": "JPN", "level": "country"}
    network = with_sources(graph, product, **options)
    rng = random.Random(8)
    needing = set(graph.inputs["item"])
    raw = [item for item in network.items if item not in needing]
    pairs = [pair for pair in ((rng.choice(network.items), rng.choice(raw)) for _ in range(6)) if pair[0] != pair[1]]
    opened = {(item, None, by, False) for item, by in pairs}
    network = graph.network(product, sources=set(network.sources) | opened, **options)
    seen, lost = set(), 0.0
    for _ in range(count):
        scenario = Scenario("x", [random_change(rng, network, pairs) for _ in range(rng.randint(2, 5))])
        assumed = {
            "sharing": rng.choice(["alike", "first"]),
            "term": rng.choice(["short", "long"]),
            "sourcing": rng.choice(["world", "any"]),
        }
        horizon = rng.choice([200, 365])
        rows = timeline(network, scenario, horizon=horizon, **assumed).filter(item=product)
        asked = [product, "JPN", False, [as_change(change) for change in scenario], assumed, horizon]
        found = tab.evaluate("(asked) => kanmon.timeline(...asked)", asked)
        for reading in READINGS:
            # Cumulative curves are straight between breakpoints: at all days of both they agree.
            days = np.union1d(rows["day"].to_numpy(), found["days"])
            expected = np.interp(days, rows["day"].to_numpy(), rows[f"lost_{reading}"].to_numpy())
            here = np.interp(days, found["days"], found["lost"][reading])
            assert here == pytest.approx(expected, abs=1e-9 * horizon), (scenario, assumed, reading)
            lost += here[-1]
        seen |= {change.kind for change in scenario}
    assert lost > 0 and (which == "world" or len(seen) == 7)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_fan_shows_how_long_stocks_last(lang, pages, visit, rough):
    tab = visit(pages(rough, products=["ndfeb_magnet"], buyer="JPN", lang=lang))
    tab.click("#tab-whatif")
    assert tab.locator("#how-long").count() == 0  # nothing happens yet
    tab.check("#tick-CHN")
    tab.click("#how-long summary")
    tab.wait_for_selector("#fan svg")
    direct = rough.inputs.filter(item="ndfeb_magnet")["input"].to_list()
    network = with_sources(rough, "ndfeb_magnet", buyer="JPN", level="country")
    for lasts, days in ((None, 0), (180, 0), (180, 45)):
        for field, value in (("lasts", lasts), ("stock", days)):
            tab.fill(f"#fan-{field}", str(value or ""))
            tab.press(f"#fan-{field}", "Tab")
        tab.wait_for_selector("#fan:not(.stale)")
        held = [stockpile(item, days) for item in direct if days]
        horizon = 365 if lasts is None else 360
        scenario = Scenario("x", [halt("CHN", lasts=lasts), *held])
        rows = timeline(network, scenario, horizon=horizon).filter(item="ndfeb_magnet")
        told = tab.evaluate("({ ...document.getElementById('fan').dataset })")
        assert float(told["horizon"]) == horizon
        for reading in READINGS:
            assert float(told[reading]) == pytest.approx(rows[f"lost_{reading}"][-1], abs=1e-6)
    # Before and after the stock in one picture; what is no number of days changes nothing.
    assert tab.locator("#fan path").count() == 3
    tab.fill("#fan-lasts", "-5")
    tab.press("#fan-lasts", "Tab")
    assert tab.input_value("#fan-lasts") == "180"
    assert tab.locator("#fan .said").inner_text()


def test_a_reserve_of_a_place_is_asked_for_and_lasts_as_long_as_python_says(pages, visit, rough):
    tab = visit(pages(rough, products=["ndfeb_magnet"], buyer="JPN", lang="en"))
    tab.click("#tab-whatif")
    tab.evaluate("kanmon.update({ changes: [{ kind: 'stockpile', item: 'ndfeb_magnet', days: 9, holder: 'JPN' }] })")
    assert tab.locator("#lost-days, #how-long").count() == 0  # nothing happens yet, so there are no days to work out
    tab.click("#clear-changes")
    tab.check("#tick-CHN")
    tab.select_option("#kind", "reserve")
    tab.locator("fieldset .chip button").click()  # another holder may be chosen in the buyer's place
    tab.fill("#open-holder", "Japan")
    tab.keyboard.press("Enter")
    tab.fill("#open-item", "ndfeb_magnet")
    tab.keyboard.press("Enter")
    state = tab.evaluate("kanmon.state().changes")
    assert state[1] == {"kind": "stockpile", "item": "ndfeb_magnet", "days": 180, "holder": "JPN"}
    tab.locator("#size-1").fill("0.25")
    tab.fill("#fan-lasts", "180")
    tab.press("#fan-lasts", "Tab")
    tab.locator("#fan:not(.stale)").wait_for()
    network = with_sources(rough, "ndfeb_magnet", buyer="JPN", level="country")
    cut = halt("CHN", lasts=180)
    held = stockpile("ndfeb_magnet", 180, holder="JPN", release=0.25)
    lost = {}
    for name, changes in (("with", [cut, held]), ("without", [cut])):
        rows = timeline(network, Scenario("x", changes), horizon=360).filter(item="ndfeb_magnet")
        lost[name] = {reading: rows[f"lost_{reading}"][-1] for reading in READINGS}
    told = tab.evaluate("({ ...document.getElementById('fan').dataset })")
    assert {reading: float(told[reading]) for reading in READINGS} == pytest.approx(lost["with"], abs=1e-6)
    assert lost["with"]["estimate"] < lost["without"]["estimate"] - 1
    assert "Japan holds 180 days" in tab.locator("#changes").inner_text()
    assert "at most 25%" in tab.locator("#changes").inner_text()
