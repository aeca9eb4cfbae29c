"""What happens in a scenario, in words: those of the explorer page, in a terminal."""

from __future__ import annotations

from io import StringIO

import pytest
from explorer_page import at
from kanmon.app.change_words import MOST, say_what_happens, scenario_words
from kanmon.app.wrapping import Paper
from kanmon.graph import SupplyGraph
from kanmon.risk import Change, Scenario, add_source, embargo, halt, reduce, spare_capacity, stockpile, substitute

CHANGES = [
    halt("CHN"),
    halt("CHN", item="ndfeb_magnet", start=10, lasts=30, ramp=5),
    halt("ndfeb_magnet"),
    embargo("CHN"),
    embargo("CHN", to=["JPN", "USA"], share=(0.25, 0.5)),
    embargo("CHN", item="ndfeb_magnet", to=["JPN"], share=0.4),
    reduce("CHN", 0.3),
    add_source("ndfeb_magnet", 0.2, ready=90),
    add_source("ndfeb_magnet", 0.1, recycling=True),
    substitute("ndfeb_magnet", "ferrite_magnet", 0.5),
    spare_capacity("JPN", 0.1, item="ndfeb_magnet"),
    stockpile("ndfeb_magnet", 60),
    stockpile("gallium_primary", 180, holder="JPN", release=0.5),
]


@pytest.mark.browser
def test_each_kind_of_change_is_told_as_on_the_page(world, pages, visit) -> None:
    for lang in ("en", "ja"):
        tab = visit(pages(world, products=["humanoid_robot"], buyer="JPN", lang=lang), at())
        for change in CHANGES:
            told = {name: value for name, value in plain(change).items() if value is not None}
            page = tab.evaluate("(change) => kanmon.describeScenario([change])", told)
            assert scenario_words(world, Scenario("x", change), lang) == [page], change


def plain(change: Change) -> dict[str, object]:
    names = ("kind", "node", "item", "to", "share", "days", "by", "inputs", "start", "lasts", "ramp", "holder", "release")
    told = {name: getattr(change, name) for name in names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def test_changes_that_differ_in_the_item_alone_share_a_line_and_many_are_counted(world) -> None:
    items = world.items["id"].to_list()
    some, many = (Scenario("x", [halt("CHN", item=item) for item in items[:n]]) for n in (2, MOST + 1))
    (line,) = scenario_words(world, some, "en")
    assert line.startswith("China stops producing: only ") and all(world.item(item)["name_en"] in line for item in items[:2])
    assert scenario_words(world, many, "en") == [f"China stops producing ({MOST + 1} items)"]
    nodes = ["CHN", "JPN", "USA", "DEU", "KOR", "TWN"]
    lines = scenario_words(world, Scenario("x", [halt(node) for node in nodes]), "ja")
    assert len(lines) == MOST + 1 and lines[-1] == "ほか2件"


def test_names_of_a_users_file_are_words_and_no_marks_of_a_terminal() -> None:
    graph = SupplyGraph(
        items=[{"id": "i", "name_en": "[red]item[/red]\x1b[2J", "kind": "component"}],
        suppliers=[{"id": "CHN", "name_en": "[bold]China", "kind": "country"}],
    )
    paper = Paper(file=StringIO(), width=100)
    say_what_happens(graph, [Scenario("[link=x]name", halt("CHN", item="i"))], paper, "en")
    assert paper.file.getvalue().startswith("[link=x]name: [bold]China stops producing: only [red]item[/red]")
    assert "\x1b" not in paper.file.getvalue()
