"""What to find out first, in the page: against graphs in which the fact is filled in and solved by kanmon.risk."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from explorer_page import at
from kanmon.app.explorer import write_explorer
from kanmon.graph import SupplyGraph
from kanmon.risk import Assumptions, Change, Scenario, embargo, halt, simulate, what_to_find_out
from kanmon.risk.production.facts import open_facts
from kanmon.risk.production.questions import Question
from kanmon.risk.production.simulation import prepared

pytestmark = pytest.mark.browser

SHARES = {"robot": {"JPN": 1.0}, "magnet": {"JPN": 0.3}, "screw": {"JPN": 0.95}, "wire": {"CHN": 0.2, "DEU": 0.8}}


def graph(**filled: dict[str, float]) -> SupplyGraph:
    """A robot of three parts; the shares that are given stand beside those of `SHARES`."""
    rows = {item: SHARES.get(item, {}) | filled.get(item, {}) for item in SHARES | filled}
    parts = [name for name in rows if name != "robot"]
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "product" if i == "robot" else "component"} for i in rows],
        inputs=[{"item": "robot", "input": i, "source": "s"} for i in parts],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN", "DEU")],
        shares=[
            {"item": item, "supplier": place, "source": "s", "share": share}
            for item, held in rows.items()
            for place, share in held.items()
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
        name="robots",
    )


def band(scenario: Change, **filled: dict[str, float]) -> tuple[float, float]:
    asked = Scenario("x", scenario)
    row = simulate(graph(**filled), asked, product="robot", buyer="JPN").row(
        by_predicate=pl.col("item") == "robot", named=True
    )
    return 1 - row["kept_high"], 1 - row["kept_low"]


@pytest.mark.parametrize("stop", [halt("CHN"), embargo("CHN", to="JPN")], ids=["halt", "embargo"])
def test_bands_after_an_answer_are_those_of_the_graph_that_holds_it(stop, visit, tmp_path):
    change = {"kind": stop.kind, "node": "CHN"} | ({"to": ["JPN"]} if stop.kind == "embargo" else {})
    tab = visit(write_explorer(graph(), tmp_path / "robots.html", buyer="JPN", lang="en"), at(changes=[change]))
    found = tab.evaluate("async (change) => (await kanmon.findOut('robot', 'JPN', false, [change])).found", change)
    by_item = {row["fact"]["item"]: row for row in found}
    now = band(stop)
    for item, rest in (("magnet", 0.7), ("screw", 0.05)):
        held, free = band(stop, **{item: {"CHN": rest}}), band(stop, **{item: {"DEU": rest}})
        p = rest * 0.5  # as much as is not told, evenly: there are too few comparable markets
        narrowing = p * (held[0] - now[0]) + (1 - p) * (now[1] - free[1])
        if narrowing < 1e-4:
            assert item not in by_item
            continue
        assert by_item[item]["worst"]["band"] == pytest.approx((held[0], now[1]), abs=1e-9)
        assert by_item[item]["best"]["band"] == pytest.approx((now[0], free[1]), abs=1e-9)
        assert by_item[item]["narrowing"] == pytest.approx(narrowing, abs=1e-9)
    assert next(iter(by_item)) == "magnet"


def test_wide_bands_are_told_what_narrows_them_and_narrow_ones_are_not(visit, tmp_path):
    page = write_explorer(graph(), tmp_path / "robots.html", buyer="JPN", lang="en")
    tab = visit(page, at(changes=[{"kind": "halt", "node": "CHN"}]))
    tab.wait_for_selector("#find-out[data-ready]")
    lines = tab.locator("#find-out li")
    assert 0 < lines.count() <= 3
    assert (
        "Who holds the rest of magnet" in lines.first.inner_text()
        and "if CHN holds it: lost 70–95%" in lines.first.inner_text()
    )
    assert lines.first.locator(".band").count() == 2
    tab.locator("#find-out details").evaluate("(e) => { e.open = true }")
    assert "set to its worst and to its best value" in tab.locator("#find-out").inner_text()
    assert tab.locator(".card small.find-out").first.inner_text().startswith("Find out first")
    told = write_explorer(graph(magnet={"DEU": 0.7}, screw={"DEU": 0.05}), tmp_path / "told.html", buyer="JPN", lang="en")
    tab = visit(told, at(changes=[{"kind": "halt", "node": "CHN"}]))
    assert tab.locator("#results .lost").count() == 1 and tab.locator(".find-out").count() == 0


def test_a_question_that_fails_says_so_and_keeps_no_other_waiting(visit, tmp_path):
    tab = visit(write_explorer(graph(), tmp_path / "robots.html", buyer="JPN", lang="en"))
    tab.evaluate("""() => {
        console.error = () => {};
        const place = (id) => document.body.appendChild(Object.assign(document.createElement("p"), { id }));
        kanmon.inSlices((function* () { yield null; throw new Error("on purpose"); })(), place("broken"), String);
        kanmon.inSlices((function* () { yield null; return 7; })(), place("next"), String);
    }""")
    tab.wait_for_selector("#next[data-ready=true]")
    assert tab.locator("#next").inner_text() == "7"
    assert (
        tab.locator("#broken[data-ready=failed]").inner_text().startswith("What to find out first could not be worked out")
    )


def test_what_stops_is_likely_to_hold_what_it_holds_elsewhere(visit, tmp_path):
    """Six comparable markets, half of them China's: China is taken to hold half of what is not told."""
    more = {f"part{n}": {"CHN": 0.5, "DEU": 0.5} for n in range(6)}
    tab = visit(write_explorer(graph(**more), tmp_path / "robots.html", buyer="JPN", lang="en"))
    (row,) = tab.evaluate(
        "kanmon.findOut('robot', 'JPN', false, [{kind: 'halt', node: 'CHN'}])"
        ".then(({found}) => found.filter(({fact: {item}}) => item === 'magnet'))"
    )
    # Components of which at least 30 % is told: the six, magnet (none of it China's), screw (none), wire (0.2).
    elsewhere = (6 * 0.5 + 0.2) / (6 + 0.3 + 0.95 + 1)
    assert row["likely"] == pytest.approx(0.7 * elsewhere, abs=1e-9)


def test_where_a_maker_stands_is_found_out_as_in_the_graph_that_holds_it(visit, tmp_path):
    def with_maker(place: str | None) -> SupplyGraph:
        told = graph()
        maker = pl.DataFrame({"id": ["X"], "name_en": ["Works X"], "kind": ["company"], "country": [place]})
        share = pl.DataFrame({"item": ["magnet"], "supplier": ["X"], "source": ["s"], "share": [0.6]})
        rest = told.shares.filter(~((pl.col("item") == "magnet") & (pl.col("supplier") == "JPN")))
        return SupplyGraph(
            told.items,
            told.inputs,
            pl.concat([told.suppliers, maker], how="diagonal_relaxed"),
            pl.concat([rest, share], how="diagonal_relaxed"),
            sources=told.sources,
        )

    def lost(place: str | None) -> tuple[float, float]:
        asked = {"product": "robot", "buyer": "JPN", "level": "company"}
        row = simulate(with_maker(place), Scenario("x", halt("CHN")), **asked).filter(item="robot").row(0, named=True)
        return 1 - row["kept_high"], 1 - row["kept_low"]

    page = write_explorer(with_maker(None), tmp_path / "robots.html", buyer="JPN", level="company", lang="en")
    tab = visit(page, at(changes=[{"kind": "halt", "node": "CHN"}]))
    (row,) = tab.evaluate(
        "kanmon.findOut('robot', 'JPN', false, [{kind: 'halt', node: 'CHN'}])"
        ".then(({found}) => found.filter(({fact: {says}}) => says === 'place'))"
    )
    assert row["worst"]["band"] == pytest.approx(lost("CHN"), abs=1e-9)
    assert row["best"]["band"] == pytest.approx(lost("DEU"), abs=1e-9)
    tab.wait_for_selector("#find-out[data-ready]")
    lines = tab.locator("#find-out li[data-says=place]").first.inner_text()
    assert "In which country Works X makes what it sells" in lines
    assert "if in CHN: lost" in lines and "if elsewhere: lost" in lines


@pytest.mark.parametrize("item", ["ndfeb_magnet", "gallium_primary"])
def test_the_page_finds_out_what_kanmon_ask_finds_out(item, robot_page, visit, world):
    """The same facts; and after their extreme answers, which kanmon ask tries beside drawn ones, the same bands."""
    asked = Scenario("x", embargo("CHN", item=item, to="JPN"))
    told = what_to_find_out(world, asked, product="humanoid_robot", buyer="JPN", draws=16)
    told = told.filter(~pl.col("kind").is_in(["arrangement", "scenario"]) & (pl.col("width_off_most") > 1e-3))
    change = {"kind": "embargo", "node": "CHN", "item": item, "to": ["JPN"]}
    found = visit(robot_page).evaluate(
        "async (c) => (await kanmon.findOut('humanoid_robot', 'JPN', false, [c])).found", change
    )
    keys = ("kind", "item", "input", "buyer", "supplier")
    most = {tuple(row[key] or "" for key in keys): row["width_off_most"] for row in told.iter_rows(named=True)}
    mine = {tuple(row["fact"].get(key) or "" for key in ("says", *keys[1:])): row["off"] for row in found}
    assert most and mine.keys() == most.keys()
    ends = off_at_the_ends(world, asked)
    for fact, off in mine.items():
        assert off == pytest.approx(ends[fact], abs=1e-9)
        assert off <= most[fact] + 1e-9


def test_who_stands_at_the_buyers_is_among_what_narrows_a_band(robot_page, visit):
    """Magnets do not reach makers in Japan: what its one maker of motors holds decides, and the page says so."""
    change = {"kind": "embargo", "node": "CHN", "item": "ndfeb_magnet", "to": ["JPN"]}
    tab = visit(robot_page, at(changes=[change]))
    tab.wait_for_selector("#find-out[data-ready]")
    first = tab.locator("#find-out li").first.inner_text()
    assert "Who holds the rest of Frameless torque motor" in first and "if Nidec holds it: lost 94–100%" in first
    tab.locator("#find-out details").evaluate("(e) => { e.open = true }")
    assert "kanmon ask uses the same facts and ends" in tab.locator("#find-out").inner_text()


def off_at_the_ends(graph: SupplyGraph, asked: Scenario) -> dict[tuple[str, ...], float]:
    """What each fact's extreme answers take off the interval at most, as `what_to_find_out` has it."""
    network = prepared(graph, (asked,), "humanoid_robot", buyer="JPN", level="country", domestic=False)
    facts = open_facts(network, Assumptions())
    question = Question(network, facts, asked, Assumptions())
    answers = question.extremes()
    (low, knowing_low), (high, knowing_high) = (
        question.solved(np.repeat(question.bound(end)[None, :], len(answers), axis=0), end, answers)[0]
        for end in ("low", "high")
    )
    knowing_low = np.clip(knowing_low, low[0], high[0])
    off = high[0] - low[0] - (np.clip(knowing_high, knowing_low, high[0]) - knowing_low)
    return {(fact.kind, fact.item, fact.input, fact.buyer, fact.supplier): off[:, i].max() for i, fact in enumerate(facts)}


def test_the_page_never_narrows_a_band_in_words(visit, tmp_path):
    """At worst 70 % lack magnets, other 5.4 % screws and other 20 % wire: 95.4 %, which is not said to be 95."""
    told = graph(screw={"JPN": 0.946})
    tab = visit(
        write_explorer(told, tmp_path / "robots.html", buyer="JPN", lang="en"), at(changes=[{"kind": "halt", "node": "CHN"}])
    )
    tab.wait_for_selector("#find-out[data-ready]")
    assert band(halt("CHN"), screw={"JPN": 0.946})[1] == pytest.approx(0.954)
    assert "if CHN holds it: lost 70–96%" in tab.locator("#find-out li").first.inner_text()


def test_finding_out_copies_the_network_once_and_not_for_each_fact(robot_page, visit):
    """Hundreds of copies of all weights took most of the time on the largest product."""
    copied = visit(robot_page).evaluate(
        """async () => {
          const slice = Float64Array.prototype.slice;
          let long = 0;
          Float64Array.prototype.slice = function (...where) {
            const found = slice.apply(this, where);
            long += found.length > 1000;
            return found;
          };
          const { open } = await kanmon.findOut("humanoid_robot", "JPN", false, [{ kind: "halt", node: "CHN" }]);
          Float64Array.prototype.slice = slice;
          return [long, open];
        }"""
    )
    assert copied[1] > 100 and copied[0] < 50
