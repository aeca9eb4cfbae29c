"""A sweep gives for one product what simulating its scenarios one by one gives, to the last bit."""

import kanmon as kn
import numpy as np
import pytest
from kanmon.graph import InputError, UnknownIdError
from kanmon.risk import Scenario, add_source, embargo, halt, reduce, simulate, spare_capacity, stockpile, substitute, sweep
from kanmon.risk.production import sweeps

KEPT = ["kept_low", "kept_high", "kept_estimate"]


def scenarios(graph, items, count, seed=0):
    """Random lists of all kinds of changes of flow, with bounds, at whole countries and at single items."""
    rng = np.random.default_rng(seed)
    places = [*graph.suppliers.filter(kind="country")["id"], *graph.suppliers["id"].head(20)]
    found = []
    for number in range(count):
        changes = []
        for _ in range(rng.integers(0, 4)):
            place, item = str(rng.choice(places)), str(rng.choice(items)) if rng.random() < 0.6 else None
            if rng.random() < 0.3:
                place = "CHN"
            part = float(rng.random())
            makers = [
                halt(place, item=item),
                reduce(place, (part / 2, part), item=item),
                embargo(place, item=item, to=() if place == "JPN" else "JPN", share=part),
                embargo(place, item=item),
                spare_capacity(place, part, item=item),
                add_source(str(rng.choice(items[:5])), part),
                substitute(items[0], items[1], part),
            ]
            changes.append(makers[rng.integers(len(makers))])
        found.append(Scenario(f"s{number}", changes))
    return found


def slow(graph, asked, product, **options):
    return simulate(graph, asked, product=product, **options).filter(item=product).select("scenario", *KEPT)


@pytest.mark.parametrize(
    "options", [{}, {"buyer": "JPN"}, {"buyer": "JPN", "domestic": True}, {"sourcing": "any", "term": "long"}]
)
def test_it_agrees_with_one_by_one(options, monkeypatch):
    monkeypatch.setattr(sweeps, "PART", 17)
    graph, product = kn.load("permanent_magnet"), "ndfeb_magnet"
    asked = scenarios(graph, graph.items["id"].to_list(), 60)
    assert sweep(graph, asked, product=product, **options).equals(slow(graph, asked, product, **options))


def test_it_agrees_where_a_chain_has_loops():
    items = [{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "tool", "steel", "power")]
    links = [("robot", "tool"), ("robot", "steel"), ("tool", "steel"), ("steel", "power"), ("power", "tool")]
    shares = [
        {"item": i, "supplier": c, "source": "s", "share": s}
        for i in ("tool", "steel", "power")
        for c, s in (("CHN", 0.6), ("JPN", 0.3))
    ]
    graph = kn.SupplyGraph(
        items=items,
        inputs=[{"item": a, "input": b, "source": "s", "kept_without_low": 0.2, "kept_without_high": 0.6} for a, b in links],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    asked = scenarios(graph, ["tool", "steel", "power"], 80, seed=3)
    assert sweep(graph, asked, product="robot", buyer="JPN").equals(slow(graph, asked, "robot", buyer="JPN"))


def test_it_agrees_on_a_long_chain_of_the_world():
    graph = kn.load("world")
    asked = scenarios(graph, graph.upstream("rotary_actuator").items["id"].to_list(), 12, seed=5)
    assert sweep(graph, asked, product="rotary_actuator", buyer="JPN").equals(
        slow(graph, asked, "rotary_actuator", buyer="JPN")
    )


def test_an_interrupted_sweep_goes_on_and_another_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sweeps, "PART", 5)
    graph = kn.load("permanent_magnet")
    asked = [Scenario(f"{i}", reduce("CHN", i / 12)) for i in range(12)]
    whole = sweep(graph, asked, product="ndfeb_magnet", out=tmp_path)
    kept = sorted(tmp_path.glob("part-*"))
    assert len(kept) == 3
    kept[1].unlink()
    assert sweep(graph, asked, product="ndfeb_magnet", out=tmp_path).equals(whole)
    with pytest.raises(InputError):
        sweep(graph, asked[:-1], product="ndfeb_magnet", out=tmp_path)
    with pytest.raises(InputError):
        sweep(graph, asked, product="ndfeb_alloy", out=tmp_path)


def test_a_folder_of_the_same_figures_under_other_names_is_refused(tmp_path):
    """Who holds which share decides who is hit: the arrays alone do not tell."""

    def held(*names):
        return kn.SupplyGraph(
            items=[{"id": "a", "name_en": "a", "kind": "component"}],
            suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in names],
            shares=[{"item": "a", "supplier": c, "source": "s", "share": n} for c, n in zip(names, (0.7, 0.3), strict=True)],
            sources=[{"id": "s", "title": "t", "publisher": "p"}],
        )

    asked = [Scenario("x", halt("CHN"))]
    assert sweep(held("CHN", "JPN"), asked, product="a", out=tmp_path)["kept_low"].to_list() == pytest.approx([0.3])
    with pytest.raises(InputError, match="another sweep"):
        sweep(held("JPN", "CHN"), asked, product="a", out=tmp_path)


@pytest.mark.parametrize(
    ("asked", "product", "error"),
    [
        ([Scenario("a", stockpile("ndfeb_magnet", 3))], "ndfeb_magnet", InputError),
        ([Scenario("a"), Scenario("a")], "ndfeb_magnet", InputError),
        ([Scenario("a", halt("Atlantis"))], "ndfeb_magnet", UnknownIdError),
        ([Scenario("a", halt("CHN"))], None, InputError),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, product, error):
    with pytest.raises(error):
        sweep(kn.load("permanent_magnet"), asked, product=product)


def test_no_scenario_gives_no_row():
    assert sweep(kn.load("permanent_magnet"), [], product="ndfeb_magnet").columns == ["scenario", *KEPT]
