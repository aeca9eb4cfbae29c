"""Quantities without a world total: what stands in for it is said, and an empty table never stands for an answer."""

import pytest
from kanmon.app.assess import assess
from kanmon.app.terminal import show_assessment
from kanmon.graph import SupplyGraph
from rich.console import Console

WORLD = {"supplier": "WORLD", "quantity": 10.0}


def graph(*shares):
    countries = [{"id": id, "name_en": id, "kind": "country", "country": id} for id in ("CHN", "JPN")]
    return SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": kind} for id, kind in (("car", "product"), ("ore", "mineral"))],
        inputs=[{"item": "car", "input": "ore", "source": "s"}],
        suppliers=[*countries, {"id": "WORLD", "name_en": "World", "kind": "aggregate"}],
        shares=[{"item": "ore", "source": "s", "unit": "t", **row} for row in shares],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


FIVE, BLANK = {"supplier": "CHN", "quantity": 5.0}, {"supplier": "JPN", "missing": "withheld", "unit": None}


@pytest.mark.parametrize(
    ("shares", "codes"),
    [
        ((FIVE,), ["no_total"]),
        ((FIVE, BLANK), ["open_total"]),
        ((FIVE, BLANK, WORLD), []),
        ((FIVE | {"scope": "JPN"},), []),
        (({"supplier": "CHN", "share": 0.5, "unit": None},), []),
    ],
)
def test_what_stands_in_for_a_missing_total_is_said(shares, codes):
    notes = graph(*shares).notes
    assert [note.code for note in notes] == codes
    assert all("ore" in note.text(lang) for note in notes for lang in ("en", "ja"))


@pytest.mark.parametrize(("lang", "word"), [("en", "WORLD"), ("ja", "世界計")])
def test_no_sure_share_gives_the_reason_and_no_empty_table(lang, word):
    terminal = Console(record=True, width=300, force_terminal=False)
    show_assessment(assess(graph(FIVE, BLANK)), terminal, lang)
    printed = terminal.export_text()
    assert word in printed
    assert "HHI from 0 to 1" not in printed
