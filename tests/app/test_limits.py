"""Deep, wide, dense and looped graphs end in an answer or in advice, and never in a fault of recursion."""

from itertools import pairwise

import pytest
from kanmon.app import chokepoints
from kanmon.app.explorer.layout import layered
from kanmon.graph import LimitError, SupplyGraph
from kanmon.risk import cut_sets, halt, simulate

SHAPES = {
    "deep": (1_500, list(pairwise(range(1_500)))),
    "wide": (1_500, [(0, i) for i in range(1, 1_500)]),
    "dense": (60, [(i, j) for i in range(60) for j in range(i + 1, 60)]),
    "looped": (300, [(i, (i + step) % 300) for i in range(300) for step in (1, 7)]),
}


def made(items, needs):
    return SupplyGraph(
        items=[{"id": f"i{i:04}", "name_en": "x", "kind": "component" if i else "product"} for i in range(items)],
        inputs=[{"item": f"i{a:04}", "input": f"i{b:04}", "source": "s"} for a, b in needs],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[
            {"item": f"i{i:04}", "supplier": c, "share": 0.5, "source": "s"} for i in range(items) for c in ("CHN", "JPN")
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_answered(shape):
    items, needs = SHAPES[shape]
    graph = made(items, needs)
    kept = simulate(graph, halt("CHN"), product="i0000").filter(item="i0000").row(0, named=True)
    # Half of every item is gone at least; at best all that is left fits together, inside a loop, too.
    assert kept["kept_high"] == pytest.approx(0.5) and 0 <= kept["kept_low"] <= kept["kept_estimate"] <= kept["kept_high"]
    pairs = cut_sets(graph, "i0000", fails="country", max_order=2)
    assert pairs["members"].to_list() == [["CHN", "JPN"]]
    places = layered([f"i{i:04}" for i in range(items)], [(f"i{a:04}", f"i{b:04}") for a, b in needs], ["i0000"], {})
    assert len(places.order) == items


@pytest.mark.parametrize("fails", ["country", "item"])
def test_more_losses_than_can_be_held_are_a_limit_with_advice(monkeypatch, fails):
    graph = made(*SHAPES["dense"])
    monkeypatch.setattr(chokepoints, "MOST_PAIRS", 100)
    with pytest.raises(LimitError, match="--fails country"):
        chokepoints.find_chokepoints(graph, "i0000", fails=fails)
