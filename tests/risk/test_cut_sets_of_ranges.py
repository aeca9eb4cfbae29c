"""Cut sets where shares and needs are known by their ends: every subset of failures tried, by the definition.

A market can fail where some shares within the ends put nothing on anybody who goes on, and surely fails where all do.
"""

import itertools
import math

import numpy as np
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Assumptions, Scenario, chokepoints, cut_sets, embargo, halt, simulate
from kanmon.risk.production import failures
from kanmon.risk.production.criticality import _barred

PLACES = {"a1": "AAA", "a2": "AAA", "b1": "BBB", "c1": "CCC", "AAA": "AAA", "BBB": "BBB", "CCC": "CCC"}
KEPT = [(0.0, 0.0), (0.0, 0.0), (0.0, 0.5), (0.5, 0.75), (0.0, 1.0), (1.0, 1.0)]


def drawn(rng):
    """``{item: (ends of shares by maker, whether these are all, needs)}``; a need is alternatives, ends, and its role."""
    items = [f"i{k}" for k in range(int(rng.integers(1, 5)))]
    chain = {}
    for at, item in enumerate(items):
        told = ["a1", "a2", "b1", "c1"] if rng.random() < 0.5 else ["AAA", "BBB", "CCC"]
        makers = [str(m) for m in rng.choice(told, int(rng.integers(1, 4)), replace=False)]
        cuts = np.sort(rng.integers(0, 9, len(makers)))
        parts = np.diff([0, *cuts]) if rng.random() < 0.6 else np.diff([0, *cuts[:-1], 8])
        ends = {}
        for maker, part in zip(makers, parts.tolist(), strict=True):
            low = int(rng.integers(0, part + 1)) if rng.random() < 0.5 else part
            high = int(rng.integers(part, 9)) if rng.random() < 0.5 else part
            ends[maker] = low / 8, high / 8
        needs = []
        for _ in range(int(rng.integers(0, 3)) if items[at + 1 :] else 0):
            group = [
                str(one) for one in rng.choice(items[at + 1 :], min(len(items) - at - 1, int(rng.integers(1, 3))), False)
            ]
            taken = {one for other, _, _ in needs for one in other}
            if not taken & set(group):
                kept = KEPT[rng.integers(len(KEPT))] if len(group) == 1 else (0.0, 0.0)
                needs.append((group, kept, "equipment" if rng.random() < 0.2 else "input"))
        chain[item] = ends, bool(sum(high for _, high in ends.values()) >= 1 and rng.random() < 0.4), needs
    return chain


def graph_of(chain):
    inputs = [
        {"item": item, "input": other, "group": f"g{n}" if len(group) > 1 else None, "role": role, "source": "s"}
        | ({"kept_without_low": kept[0], "kept_without_high": kept[1]} if len(group) == 1 else {})
        for item, (_, _, needs) in chain.items()
        for n, (group, kept, role) in enumerate(needs)
        for other in group
    ]
    shares = [
        {"item": item, "supplier": maker, "complete": complete or None, "source": "s"}
        | ({"share": low} if low == high else {"share_low": low, "share_high": high})
        for item, (ends, complete, _) in chain.items()
        for maker, (low, high) in ends.items()
    ]
    return SupplyGraph(
        items=[{"id": item, "name_en": item, "kind": "component"} for item in chain],
        inputs=inputs or None,
        suppliers=[
            {"id": id, "name_en": id, "kind": "country" if id == place else "company", "country": place}
            for id, place in PLACES.items()
        ],
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def binding(needs, term, possible):
    """The needs without which nothing is made: in some completion, or in all of them."""
    return [group for group, kept, role in needs if kept[not possible] == 0.0 and (role == "input" or term == "long")]


def fails(chain, failed, level, possible, term):
    """Whether i0 fails under some completion of what is told, or under every one."""
    lost = set()
    for item, (ends, complete, needs) in reversed(chain.items()):
        if any(all(other in lost for other in group) for group in binding(needs, term, possible)):
            lost.add(item)
            continue
        if level == "item":
            stops, rest_stops = dict.fromkeys(ends, item in failed), item in failed
        else:
            stops = {maker: bool({maker, PLACES[maker]} & failed) for maker in ends}
            rest_stops = possible and any(PLACES[maker] in failed and PLACES[maker] not in ends for maker in ends)
        parts = [(low, high, stops[maker]) for maker, (low, high) in ends.items()]
        left = 1 - sum(low for low, _, _ in parts)
        parts += [] if complete else [(0.0, left, rest_stops)]
        # Nobody holds more than the others leave.
        parts = [(low, min(high, low + left), stop) for low, high, stop in parts]
        going = [(low, high) for low, high, stop in parts if not stop]
        if possible:
            dead = all(low == 0 for low, _ in going) and sum(high for _, high, stop in parts if stop) >= 1
        else:
            least = max([low for low, _ in going] + [1 - sum(high for _, high, stop in parts if stop)], default=0.0)
            most = max([high for _, high in going], default=0.0)
            dead = least <= 0 and most <= 0
        if dead:
            lost.add(item)
    return "i0" in lost


def events_of(chain, level):
    seen, front = {"i0"}, ["i0"]
    while front:
        for group, _, _ in chain[front.pop()][2]:
            front += [one for one in group if one not in seen]
            seen |= set(group)
    if level == "item":
        needing = {item for item, (_, _, needs) in chain.items() if any(k[0] < 1 and r == "input" for _, k, r in needs)}
        return sorted(seen - needing)
    named = {maker for item in seen for maker in chain[item][0]}
    return sorted(named if level == "supplier" else {PLACES[maker] for maker in named})


def minimal(chain, level, possible, term):
    found = []
    events = events_of(chain, level)
    for order in range(1, len(events) + 1):
        for members in itertools.combinations(events, order):
            if not any(set(known) <= set(members) for known in found) and fails(chain, set(members), level, possible, term):
                found.append(members)
    return set(found)


@pytest.mark.parametrize("seed", range(8))
def test_sets_are_those_of_every_subset_tried_where_shares_and_needs_are_ranges(seed):
    rng = np.random.default_rng(seed)
    for case in range(30):
        chain = drawn(rng)
        level, term = ("supplier", "country", "item")[case % 3], ("short", "long")[case % 2]
        frame = cut_sets(graph_of(chain), "i0", fails=level, max_order=None, term=term)
        certain, possible = (minimal(chain, level, some, term) for some in (False, True))
        rows = frame.select("members", "certainty").rows()
        assert {tuple(members) for members, sure in rows if sure == "certain"} == certain, chain
        assert {tuple(members) for members, sure in rows if sure == "possible"} == possible - certain, chain
        for members, sure, low, facts in frame.select("members", "certainty", "loss_low", "loss_facts").rows():
            assert (low if sure == "certain" else facts) == pytest.approx(1, abs=1e-9), (chain, members)


def alike(count):
    """Ore of which as many countries have an equal share each."""
    makers = [f"{at:03}" for at in range(count)]
    return SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "mineral"}],
        suppliers=[{"id": one, "name_en": one, "kind": "country"} for one in makers],
        shares=[{"item": "ore", "supplier": one, "share": 1 / count, "source": "s"} for one in makers],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


@pytest.mark.parametrize("count", range(1, 10))
def test_sets_that_lose_the_threshold_to_the_last_digit_are_found_of_every_order(count):
    for size in range(1, count + 1):
        frame = cut_sets(alike(count), "ore", fails="country", threshold=size / count, max_order=None)
        assert frame["order"].to_list() == [size] * math.comb(count, size)
        assert frame["loss_low"].to_list() == pytest.approx([size / count] * frame.height)


def test_a_source_that_is_not_there_yet_stops_nothing_and_keeps_nothing():
    rng = np.random.default_rng(11)
    for _ in range(10):
        chain = drawn(rng)
        graph = graph_of(chain)
        network = graph.network("i0", sources={(item, "CCC", None, True) for item in chain})
        for threshold in (None, 0.5):
            assert cut_sets(network, threshold=threshold, fails="country").equals(
                cut_sets(graph, "i0", threshold=threshold, fails="country")
            )


def circle(more, parts=(("DEU", 0.75), ("CHN", 0.25))):
    """Tools of Japan, of parts that Germany and China make with tools; with ``more``, Japan makes oil for the parts, too."""
    told = {"tool": {"JPN": 1.0}, "part": dict(parts)} | ({"oil": {"JPN": 0.5, "DEU": 0.5}} if more else {})
    needs = [("tool", "part"), ("part", "tool"), *([("part", "oil")] if more else [])]
    return SupplyGraph(
        items=[{"id": one, "name_en": one, "kind": "component"} for one in told],
        inputs=[{"item": item, "input": need, "source": "s"} for item, need in needs],
        suppliers=[{"id": one, "name_en": one, "kind": "country"} for one in ("JPN", "DEU", "CHN")],
        shares=[
            {"item": item, "supplier": one, "share": share, "source": "s"}
            for item, shares in told.items()
            for one, share in shares.items()
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


@pytest.mark.parametrize("more", [False, True])
@pytest.mark.parametrize("threshold", [None, 0.9])
def test_what_the_buyer_sells_to_those_whom_it_buys_from_stops_with_its_country(more, threshold):
    """It goes on making tools for itself, of parts that nobody makes without its tools."""
    graph = circle(more)
    kept = simulate(graph, Scenario("stop", halt("JPN")), product="tool", buyer="JPN").filter(item="tool")
    assert kept["kept_high"].item() == 0.0
    rows = cut_sets(graph, "tool", fails="country", buyer="JPN", threshold=threshold)
    assert set(map(tuple, rows.filter(certainty="certain")["members"])) == {("JPN",), ("CHN", "DEU")}
    frame = chokepoints(graph, "tool", buyer="JPN", kinds="halt")
    assert dict(frame.select("node", "loss_low").rows()) == {"JPN": 1.0, "DEU": 0.75, "CHN": 0.25}
    assert frame["loss_high"].to_list() == [1.0, 1.0, 1.0], "in a circle what is short may run down to nothing"


def test_what_the_buyer_sells_stops_whoever_makes_what_nobody_is_named_for():
    frame = chokepoints(circle(more=False, parts=(("DEU", 0.75), ("JPN", 0.0))), "tool", buyer="JPN", kinds="halt")
    assert frame.filter(node="JPN").select("loss_low", "loss_high").row(0) == (1.0, 1.0)


def test_a_buyer_that_makes_the_product_for_nobody_else_is_nothing_that_fails():
    graph = circle(more=False)
    inputs = graph.inputs.filter(item="tool").to_dicts()
    line = SupplyGraph(**{name: getattr(graph, name) for name in ("items", "suppliers", "shares", "sources")}, inputs=inputs)
    assert chokepoints(line, "tool", buyer="JPN", kinds="halt")["node"].to_list() == ["DEU", "CHN"]
    assert cut_sets(line, "tool", fails="country", buyer="JPN")["members"].to_list() == [["CHN", "DEU"]]


@pytest.mark.parametrize("fails", ["item", "country", "supplier"])
def test_what_each_failure_costs_is_what_its_halt_alone_costs_where_shares_are_ranges(fails, monkeypatch):
    monkeypatch.setattr(failures, "_TOGETHER", 2)  # some fail together before each is looked at alone
    rng = np.random.default_rng(23)
    for _ in range(20):
        network = graph_of(drawn(rng)).network("i0", level="company" if fails == "supplier" else "country")
        for row in chokepoints(network, fails=fails, kinds="halt").iter_rows(named=True):
            for term, name in (("short", "loss"), ("long", "long")):
                stop = Scenario("stop", halt(row["node"]))
                alone = simulate(network, stop, term=term).filter(item="i0").row(0, named=True)
                for loss, kept in (("low", "high"), ("high", "low"), ("estimate", "estimate")):
                    assert row[f"{name}_{loss}"] == pytest.approx(1 - alone[f"kept_{kept}"], abs=1e-9)


@pytest.mark.parametrize("fails", ["country", "supplier"])
@pytest.mark.parametrize("kind", ["halt", "embargo"])
def test_of_one_node_what_each_failure_possibly_costs_is_found_alone_though_some_are_looked_at_together(
    fails, kind, monkeypatch
):
    monkeypatch.setattr(failures, "_TOGETHER", 2)
    rng, partly = np.random.default_rng(29), 0
    for _ in range(40):
        network = graph_of(drawn(rng)).network("i0", level="company" if fails == "supplier" else "country")
        events, top = failures.failures_of(network, fails), failures.product_node(network)
        if kind == "halt":
            lost = events.losses(events.each, "low", [top])[:, 0]
        else:
            lost = _barred(events, events.ids, (), np.array([top]), "low", Assumptions())[:, 0]
        for id, part in zip(events.ids, lost.tolist(), strict=True):
            stop = Scenario("stop", halt(id) if kind == "halt" else embargo(id))
            alone = simulate(network, stop).filter(item="i0")["kept_low"].item()
            assert part == pytest.approx(1 - alone, abs=1e-9)
            partly += 0.3 < part < 1
    assert partly > 10
