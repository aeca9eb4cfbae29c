"""What is worked out hangs together in no circles: its memory is free as soon as nobody holds it."""

import gc

import kanmon as kn
import pytest
from kanmon.graph import ProductionNetwork
from kanmon.risk import Threat, halt

STOP = kn.risk.Scenario("stop", halt("CHN"))
THREATS = [Threat(STOP, days=100.0)]
FACTS = [{"item": "gear", "supplier": "X", "stock_days": 90.0}, {"item": "seal", "supplier": "Y"}]


def company():
    names = ("robot", "gear", "seal")
    firms = {"own": "JPN", "X": "CHN", "Y": None}
    return kn.graph.SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in names],
        inputs=[{"item": "robot", "input": i, "source": "s"} for i in names[1:]],
        suppliers=[{"id": "CHN", "name_en": "CHN", "kind": "country"}]
        + [{"id": id, "name_en": id, "kind": "company", "country": place} for id, place in firms.items()],
        shares=[
            {"item": i, "supplier": s, "source": "s", "share": 1, "scope": "own", "complete": True}
            for i, s in zip(names, firms, strict=True)
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def best_measures(graph):
    options = [kn.risk.more_stock(item, item, 50, cost=1) for item in ("seal", "gear")]
    return kn.risk.best_measures(graph, {"robot": 1.0}, THREATS, options, 10, buyer="own", level="company")


ASKED = {
    "simulate": lambda graph: kn.risk.simulate(graph, STOP, product="robot", buyer="own"),
    "chokepoints": lambda graph: kn.risk.chokepoints(graph, "robot"),
    "cut_sets": lambda graph: kn.risk.cut_sets(graph, "robot"),
    "failure_tree": lambda graph: kn.risk.failure_tree(graph, "robot", fails="country"),
    "timeline": lambda graph: kn.risk.timeline(graph, STOP, product="robot", horizon=365),
    "uncertainty": lambda graph: kn.risk.uncertainty(graph, [STOP], product="robot", draws=10),
    "what_to_find_out": lambda graph: kn.risk.what_to_find_out(graph, [STOP], product="robot", draws=10),
    "stop_losses": lambda graph: kn.risk.stop_losses(graph, THREATS, {"robot": 1.0}, buyer="own", facts=FACTS),
    "exposure": lambda graph: kn.risk.exposure(graph, "robot", buyer="own", facts=FACTS),
    "best_measures": best_measures,
}


def alive():
    return {id(one) for one in gc.get_objects() if type(one) is ProductionNetwork}


@pytest.mark.parametrize("asked", ASKED)
def test_networks_are_gone_when_an_answer_is_there(asked):
    graph = company()
    ASKED[asked](graph)  # what is brought in at the first time
    gc.collect()
    before = alive()
    gc.disable()
    try:
        answer = ASKED[asked](graph)
        assert not alive() - before
    finally:
        gc.enable()
    assert answer is not None
