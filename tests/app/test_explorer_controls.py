"""Every control of the what-if moves the answer, to the figure that kanmon.risk gives, and goes to YAML and back."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, scenarios_from, solve, timeline

pytestmark = pytest.mark.browser

COUNTRIES = {"CHN": "China", "JPN": "Japan", "DEU": "Germany", "AUS": "Australia"}
READINGS = {"certain": "high", "possible": "low", "estimate": "estimate"}


def motor() -> SupplyGraph:
    """A motor that needs a magnet that needs an ore; one country makes most of the magnet."""
    return SupplyGraph(
        items=[
            {"id": "motor", "name_en": "Motor", "name_ja": "モーター", "kind": "product"},
            {"id": "magnet", "name_en": "Magnet", "name_ja": "磁石", "kind": "component"},
            {"id": "ferrite", "name_en": "Ferrite", "name_ja": "フェライト", "kind": "material"},
            {"id": "ore", "name_en": "Ore", "name_ja": "鉱石", "kind": "mineral"},
        ],
        inputs=[
            {"item": "motor", "input": "magnet", "source": "s"},
            {"item": "magnet", "input": "ore", "source": "s"},
        ],
        suppliers=[{"id": id, "name_en": name, "kind": "country"} for id, name in COUNTRIES.items()],
        shares=[
            {"item": item, "supplier": id, "share": share, "year": 2025, "source": "s"}
            for item, held in {
                "motor": {"JPN": 1.0},
                "magnet": {"CHN": 0.7, "JPN": 0.2, "DEU": 0.1},
                "ferrite": {"DEU": 1.0},
                "ore": {"CHN": 0.5, "AUS": 0.5},
            }.items()
            for id, share in held.items()
        ],
        sources=[{"id": "s", "title": "Made up", "publisher": "Nobody"}],
        name="motor",
    )


def taken(tab, folder: Path) -> Path:
    tab.click(".menu summary")
    with tab.expect_download() as download:
        tab.click("#export-scenarios")
    path = folder / "scenarios.yaml"
    download.value.save_as(path)
    return path


def shown(tab) -> dict[str, float]:
    lost = tab.locator("#results .lost")
    return {name: float(lost.get_attribute(f"data-{name}")) for name in READINGS}


def days(tab) -> dict[str, float]:
    tab.wait_for_selector("#fan:not(.stale)")
    return tab.evaluate(
        "Object.fromEntries(['low', 'high', 'estimate'].map((n) => [n, +document.getElementById('fan').dataset[n]]))"
    )


def choose(tab, field: str, words: str) -> None:
    tab.fill(f"#{field}", words)
    tab.locator(f"#{field}-list li").first.click()


OPENED = {
    "stockpile": ({"item": "magnet", "days": 60}, "Magnet"),
    "add_source": ({"item": "magnet", "share": 0.2}, "Magnet"),
    "recycling": ({"item": "magnet", "share": 0.2, "inputs": False}, "Magnet"),
    "spare_capacity": ({"node": "DEU", "share": 0.2}, "Germany"),
}


@pytest.fixture
def asked(visit, pages):
    """A page where China is halted for 100 days."""
    tab = visit(pages(motor(), lang="en"))
    tab.click("#tab-whatif")
    tab.check("#tick-CHN")
    tab.fill("#lasts-0", "100")
    tab.press("#lasts-0", "Tab")
    return tab


def expected(changes: list) -> tuple[dict[str, float], dict[str, float]]:
    [scenario] = scenarios_from([{"name": "x", "changes": changes}])
    network = motor().network(
        None,
        sources={(of, None, None, i) for of in ("magnet", "motor", "ore", "ferrite") for i in (True, False)}
        | {("magnet", None, "ferrite", False)},
    )
    solution = solve(network, Scenario("x", [one for one in scenario if one.kind != "stockpile"]))
    losses = {name: 1 - float(solution.levels(reading, ["motor"])[0]) for name, reading in READINGS.items()}
    rows = timeline(network, scenario, horizon=200).filter(item="motor")
    return losses, {reading: float(rows[f"lost_{reading}"][-1]) for reading in ("low", "high", "estimate")}


@pytest.mark.parametrize("kind", [*OPENED, "substitute", "duration", "reduce", "several"])
def test_a_control_moves_the_answer_to_what_risk_says_and_goes_to_a_file_and_back(kind, asked, tmp_path):
    tab = asked
    stopped, before = shown(tab), days(tab)
    hit = {"halt": {"node": "CHN", "lasts": 100}}
    if kind in OPENED:
        said, words = OPENED[kind]
        tab.select_option("#kind", kind)
        choose(tab, "add-node" if kind == "spare_capacity" else "open-item", words)
        changes = [hit, {kind if kind != "recycling" else "add_source": said}]
        if kind != "stockpile":
            tab.fill("#start-1", "30")
            tab.press("#start-1", "Tab")
            changes[1] = {next(iter(changes[1])): said | {"ready": 30}}
    elif kind == "substitute":
        tab.select_option("#kind", kind)
        choose(tab, "open-item", "Magnet")
        choose(tab, "open-by", "Ferrite")
        changes = [hit, {"substitute": {"item": "magnet", "by": "ferrite", "share": 0.2}}]
    elif kind == "duration":
        tab.fill("#lasts-0", "45")
        tab.press("#lasts-0", "Tab")
        changes = [{"halt": {"node": "CHN", "lasts": 45}}]
    elif kind == "reduce":
        tab.click("#clear-changes")
        tab.select_option("#kind", "reduce")
        tab.check("#tick-CHN")
        tab.locator("#size-0").fill("0.25")
        tab.fill("#lasts-0", "100")
        tab.press("#lasts-0", "Tab")
        changes = [{"reduce": {"node": "CHN", "share": 0.25, "lasts": 100}}]
    else:
        tab.fill("#fan-stock", "40")
        tab.press("#fan-stock", "Tab")
        changes = [hit, {"stockpile": {"item": "magnet", "days": 40}}]
    found, lasting = shown(tab), days(tab)
    assert lasting != before and (found != stopped or kind in {"stockpile", "duration", "several"})
    if kind == "duration":
        return
    losses, lost = expected(changes)
    assert found == pytest.approx(losses, abs=1e-9)
    assert lasting == pytest.approx(lost, abs=1e-6)
    path = taken(tab, tmp_path)
    assert (
        scenarios_from(yaml.safe_load(path.read_text(encoding="utf-8")))[0].changes
        == scenarios_from([{"name": "x", "changes": changes}])[0].changes
    )
    tab.click("#clear-changes")
    tab.set_input_files("#open-scenarios", path)
    tab.locator("#results .lost").wait_for()
    assert shown(tab) == found and days(tab) == lasting


def test_stock_and_duration_are_in_the_link_and_the_days_are_said(asked, visit, pages):
    asked.fill("#fan-stock", "40")
    asked.press("#fan-stock", "Tab")
    told = days(asked)
    again = visit(pages(motor(), lang="en"), asked.evaluate("location.hash"))
    assert days(again) == told
    assert "days of output lost" in again.locator("#lost-days").inner_text()
    assert again.locator("#changes").inner_text().count("40 days in stock") == 1


@pytest.mark.parametrize("given", ["-5", "1e9"])
def test_what_is_no_number_of_days_changes_nothing(given, asked):
    asked.fill("#lasts-0", given)
    asked.press("#lasts-0", "Tab")
    assert asked.input_value("#lasts-0") == "100" and asked.evaluate("kanmon.state().changes[0].lasts") == 100


def test_compared_scenarios_tell_their_days_beside_the_answer(asked):
    asked.click("#pin")
    asked.fill("#lasts-0", "45")
    asked.press("#lasts-0", "Tab")
    asked.click("#pin")
    assert asked.locator("#board #pins li").count() == 2
    for one in asked.locator("#pins small").all():
        one.filter(has_text="days of output").wait_for()
    assert [one.inner_text()[:14] for one in asked.locator("#pins small").all()] == ["Over 200 days:", "Over 90 days: "]
    asked.keyboard.press("Escape")
    asked.click("#as-graph")
    assert asked.locator("#whatif #pins li").count() == 2
