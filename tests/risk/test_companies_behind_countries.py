"""A company in markets that name its country or its parent alone: every way in which their shares may be its own."""

from itertools import product as each
from random import Random

import polars as pl
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, chokepoints, embargo, halt, look_through, reduce, simulate

PLACES = {"X": "CHN", "Y": "JPN", "Z": "CHN", "CHN": "CHN", "JPN": "JPN", "E": "DEU", "DEU": "DEU", "X2": None, "X3": None}
PARENTS = {"X": "Z", "X3": "Z"}
COUNTRIES = ("CHN", "JPN", "DEU")


def graph_of(shares, needs):
    items = sorted({one for line in needs for one in line})
    return SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in items],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in needs],
        suppliers=[
            {"id": id, "name_en": id, "kind": "country" if id in COUNTRIES else "company", "country": place}
            | {"parent": PARENTS.get(id)}
            for id, place in PLACES.items()
        ],
        shares=[
            {"item": i, "supplier": s, "source": "s", "share": v} for i, view in shares.items() for s, v in view.items()
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def draw(random):
    """A robot of two items, one of which needs ore: markets by countries or companies, which leave a part open or none."""
    views = [
        {"CHN": 0.6, "JPN": 0.3},
        {"JPN": 0.5, "CHN": 0.5},
        {"X": 0.4, "Y": 0.6},
        {"Z": 0.5, "Y": 0.25},
        {"Z": 0.5, "X": 0.5},
    ]
    needs = [("robot", "gear"), ("robot", "board"), (random.choice(["gear", "board"]), "ore")]
    return {item: random.choice(views) for item in ("gear", "board", "ore")} | {"robot": {"DEU": 1.0}}, needs


def ways(shares, node):
    """Each share of the company's country and parent, and what is open, is the company's or not."""
    found = []
    for item, view in shares.items():
        rest = round(1 - sum(view.values()), 9)
        if node in view:  # its share is told
            found.append([(item, view | ({"E": rest} if rest and "CHN" not in view and "JPN" not in view else {}))])
            continue
        some = []
        for part, open_ in each((0.0, 1.0), (0.0, 1.0)):
            plain = {}
            for supplier, share in view.items():
                mine = part if supplier in {"CHN", "Z"} else 0.0
                plain[supplier if supplier not in COUNTRIES else f"{supplier}'"] = share * (1 - mine)
                plain[node] = plain.get(node, 0.0) + share * mine
            plain[node] += rest * open_
            plain["E"] = plain.get("E", 0.0) + rest * (1 - open_)
            some.append((item, plain))
        found.append(some)
    return [dict(way) for way in each(*found)]


@pytest.fixture(autouse=True)
def plants():
    """Nameless companies of each country: what is left of its share beside the company's."""
    PLACES.update({f"{country}'": country for country in COUNTRIES})


CHANGES = {
    "halt": halt("X"),
    "reduce": reduce("X", 0.5),
    "embargo": embargo("X", to="DEU"),
    "of one item": halt("X", item="ore"),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", list(CHANGES))
def test_what_is_kept_without_a_company_holds_every_share_of_its_country_and_parent_that_may_be_its(seed, kind):
    shares, needs = draw(Random(seed))
    scenario = Scenario("s", CHANGES[kind])

    def kept(told):
        frame = simulate(graph_of(told, needs), scenario, product="robot", buyer="DEU", level="company")
        return frame.row(by_predicate=pl.col("item") == "robot", named=True)

    bounds, found = kept(shares), [kept(way) for way in ways(shares, "X")]
    assert min(row["kept_low"] for row in found) == pytest.approx(bounds["kept_low"]), "attained"
    assert max(row["kept_high"] for row in found) == pytest.approx(bounds["kept_high"])


@pytest.mark.parametrize("seed", range(4))
def test_a_companys_criticality_is_what_its_halt_and_its_embargo_take(seed):
    shares, needs = draw(Random(seed))
    graph = graph_of(shares, needs)
    table = chokepoints(graph, "robot", buyer="DEU", fails="supplier").filter(pl.col("node") == "X")
    for kind, loss in table.select("kind", "loss_high").iter_rows():
        change = halt("X") if kind == "halt" else embargo("X", to="DEU")
        row = simulate(graph, change, product="robot", buyer="DEU", level="company").row(
            by_predicate=pl.col("item") == "robot", named=True
        )
        assert loss == pytest.approx(1 - row["kept_low"]), kind


def test_what_is_looked_through_by_supplier_holds_the_companies_that_a_country_stands_for():
    graph = graph_of({"gear": {"X": 0.4, "Y": 0.6}, "ore": {"CHN": 0.7, "JPN": 0.3}}, [("gear", "ore")])
    rows = {row[1]: row[2:] for row in look_through(graph, "gear", level="supplier").filter(pl.col("tier").is_null()).rows()}
    assert rows["X"] == pytest.approx((0.2, 0.2 + 0.35)) and rows["Y"] == pytest.approx((0.3, 0.3 + 0.15))
    assert rows["CHN"] == pytest.approx((0.35, 0.35))


def left(shares, needs, change, buyer):
    frame = simulate(graph_of(shares, needs), change, product="robot", buyer=buyer, level="company")
    row = frame.row(by_predicate=pl.col("item") == "robot", named=True)
    return pytest.approx((row["kept_low"], row["kept_high"]))


def test_who_is_named_beside_its_parent_has_nothing_of_the_parents_share():
    gear = [("robot", "gear")]
    assert left({"robot": {"DEU": 1.0}, "gear": {"Z": 0.5, "X": 0.5}}, gear, halt("X"), "DEU") == (0.5, 0.5)
    assert left({"robot": {"DEU": 1.0}, "gear": {"Z": 0.5, "Y": 0.5}}, gear, halt("X"), "DEU") == (0.5, 1.0)


def test_a_company_of_which_nobody_says_where_it_stands_may_be_any_countrys():
    shares = {"robot": {"DEU": 1.0}, "gear": {"X2": 0.2, "Y": 0.8}, "ore": {"CHN": 0.7, "JPN": 0.3}}
    needs = [("robot", "gear"), ("robot", "ore")]
    assert left(shares, needs, halt("X2", item="ore"), "DEU") == (0.0, 1.0)
    assert left(shares, needs, halt("X2", item="gear"), "DEU") == (0.8, 0.8)


def test_the_place_of_a_parent_is_not_that_of_a_company_of_which_nobody_says_where_it_stands():
    shares = {"robot": {"DEU": 1.0}, "gear": {"X3": 0.2, "Y": 0.8}, "ore": {"CHN": 0.7, "JPN": 0.3}}
    assert left(shares, [("robot", "gear"), ("robot", "ore")], halt("X3", item="ore"), "DEU") == (0.0, 1.0)


def test_a_company_that_no_market_names_may_be_all_of_its_countrys_share():
    shares = {"robot": {"DEU": 1.0}, "ore": {"CHN": 0.7, "JPN": 0.3}}
    assert left(shares, [("robot", "ore")], halt("Y"), "DEU") == (0.7, 1.0)


def test_the_buyer_goes_on_making_the_product_when_a_company_of_its_country_halts():
    shares = {"robot": {"JPN": 0.5, "DEU": 0.5}, "gear": {"X": 0.4, "Y": 0.6}}
    assert left(shares, [("robot", "gear")], halt("Y"), "JPN") == (0.4, 0.4)


@pytest.mark.parametrize("to", [["JPN"], None])
@pytest.mark.parametrize("parent", [None, "P"])
def test_an_embargo_may_or_may_not_reach_a_maker_of_which_nobody_says_where_it_stands(parent, to):
    """It lies between what it costs in each country that the maker may stand in."""

    def kept(country):
        graph = SupplyGraph(
            items=[{"id": id, "name_en": id, "kind": "component"} for id in "ab"],
            inputs=[{"item": "a", "input": "b", "source": "s"}],
            suppliers=[
                *({"id": id, "name_en": id, "kind": "country"} for id in ("CHN", "JPN", "DEU")),
                {"id": "P", "name_en": "P", "kind": "company", "country": "JPN"},
                {"id": "C", "name_en": "C", "kind": "company", "country": "CHN"},
                {
                    "id": "M",
                    "name_en": "M",
                    "kind": "company",
                    "country": country,
                    "parent": parent if country is None else None,
                },
            ],
            shares=[
                {"item": item, "supplier": maker, "source": "s", "share": 1.0} for item, maker in (("a", "M"), ("b", "C"))
            ],
            sources=[{"id": "s", "title": "t", "publisher": "p"}],
        )
        frame = simulate(graph, embargo("CHN", item="b", to=to), product="a", level="company")
        return frame.filter(pl.col("item") == "a").select("kept_low", "kept_high").row(0)

    found = [kept(country) for country in COUNTRIES]
    assert {low for low, _ in found} == {high for _, high in found} == {0.0, 1.0}
    assert kept(None) == (0.0, 1.0)


@pytest.mark.parametrize("parent", [None, "P"])
@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (embargo("AUS", item="ore", to="CHN"), (1.0, 1.0)),  # aimed at the country of the parent: the plant is elsewhere
        (embargo("AUS", item="ore", to="DEU"), (0.6, 0.6)),
        (embargo("CHN", item="ore"), (0.4, 0.4)),  # everybody abroad, the plant too
        (halt("G", item="ore"), (1.0, 1.0)),  # China's ore may be the parent's, and is not the plant's
        (embargo("JPN", item="coke", to="DEU"), (0.5, 0.5)),  # it buys as Germany does, and not as China
    ],
)
def test_a_plant_stands_where_it_is_said_to_whoever_its_parent_is(parent, change, kept):
    graph = SupplyGraph(
        items=[{"id": id, "name_en": id, "kind": "component"} for id in ("robot", "gear", "ore", "coke")],
        inputs=[{"item": a, "input": b, "source": "s"} for a, b in (("robot", "gear"), ("gear", "ore"), ("gear", "coke"))],
        suppliers=[
            *({"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN", "AUS")),
            {"id": "P", "name_en": "P", "kind": "company", "country": "CHN"},
            {"id": "G", "name_en": "G", "kind": "company", "country": "DEU", "parent": parent},
        ],
        shares=[
            {"item": item, "supplier": supplier, "source": "s", "share": share, "scope": scope}
            for item, supplier, share, scope in (
                ("gear", "G", 1.0, "world"),
                ("ore", "CHN", 0.6, "world"),
                ("ore", "AUS", 0.4, "world"),
                ("coke", "JPN", 0.5, "world"),
                ("coke", "AUS", 0.5, "world"),
                ("coke", "AUS", 1.0, "CHN"),
            )
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    frame = simulate(graph, change, product="robot", buyer="JPN", level="company")
    row = frame.row(by_predicate=pl.col("item") == "robot", named=True)
    assert (row["kept_low"], row["kept_high"]) == pytest.approx(kept)
