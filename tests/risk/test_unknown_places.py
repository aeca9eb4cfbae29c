"""Makers of whom nobody says where they stand, as a fact to find out and in draws: against graphs that hold the answer."""

import polars as pl
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, embargo, halt, simulate, uncertainty, what_to_find_out

COUNTRIES = ("CHN", "DEU", "JPN")
PRIOR = pl.DataFrame({"item": "magnet", "supplier": ["CHN", "DEU"], "share": [1.0, 1.0], "origin": "a guess"})
ASKED = {"product": "robot", "buyer": "JPN", "level": "company"}


def robot(place: str | None = None, parts: tuple[str, ...] = ("magnet",), below: str | None = None) -> SupplyGraph:
    """A robot of parts of each of which X makes six tenths and J, in Japan, the rest; X stands at ``place``, or nowhere."""
    suppliers = [
        *({"id": country, "name_en": country, "kind": "country"} for country in COUNTRIES),
        {"id": "R", "name_en": "R", "kind": "company", "country": "JPN"},
        {"id": "J", "name_en": "J", "kind": "company", "country": "JPN"},
        {"id": "X", "name_en": "X", "kind": "company", "country": place},
    ]
    if below is not None:
        suppliers.append({"id": "Y", "name_en": "Y", "kind": "company", "country": below, "parent": "X"})
    shares = [{"item": "robot", "supplier": "R", "source": "s", "share": 1.0}]
    for part in parts:
        shares.append({"item": part, "supplier": "X", "source": "s", "share": 0.6})
        shares.append({"item": part, "supplier": "J", "source": "s", "share": 0.4})
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", *parts)],
        inputs=[{"item": "robot", "input": i, "source": "s"} for i in parts],
        suppliers=suppliers,
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def width(graph: SupplyGraph, scenario: Scenario) -> float:
    row = simulate(graph, scenario, **ASKED).filter(item="robot").row(0, named=True)
    return row["kept_high"] - row["kept_low"]


@pytest.mark.parametrize(
    "stop", [halt("CHN"), embargo("CHN", to="JPN"), halt("CHN", item="magnet")], ids=["halt", "embargo", "halt of an item"]
)
def test_where_a_maker_stands_is_a_fact_that_takes_off_what_its_answer_takes_off(stop):
    scenario = Scenario("stop", stop)
    off = [width(robot(), scenario) - width(robot(place), scenario) for place in COUNTRIES]
    frame = what_to_find_out(robot(), scenario, prior=PRIOR, draws=64, **ASKED)
    told = frame.filter(kind="place").row(0, named=True)
    assert (told["step"], told["supplier"], told["item"], told["who"]) == (1, "X", "magnet", "maker")
    assert (told["width_off_least"], told["width_off_most"]) == pytest.approx((min(off), max(off)))
    assert max(off) == pytest.approx(0.6) and told["flips"]
    assert told["explains"] == pytest.approx(1.0, abs=0.13)  # of 64 pairs of draws


def test_a_maker_stands_at_one_place_and_is_hit_there_with_all_or_not_at_all():
    for seed in range(3):
        row = uncertainty(robot(), halt("CHN"), prior=PRIOR, draws=4000, seed=seed, **ASKED).row(0, named=True)
        assert (row["kept_low"], row["kept_10"], row["kept_90"], row["kept_high"]) == pytest.approx((0.4, 0.4, 1.0, 1.0))
        assert row["over_50"] == row["over_10"] == pytest.approx(0.5, abs=0.03)  # half of the prior


def test_all_that_a_maker_sells_is_made_at_one_place():
    """Were the places of what it makes drawn apart, three of four robots would lack something."""
    prior = pl.concat([PRIOR.with_columns(item=pl.lit(part)) for part in ("magnet", "screw")])
    both = robot(parts=("magnet", "screw"))
    row = uncertainty(both, halt("CHN"), prior=prior, draws=4000, **ASKED).row(0, named=True)
    assert row["over_10"] == pytest.approx(0.5, abs=0.03)
    told = what_to_find_out(both, halt("CHN"), prior=prior, draws=64, **ASKED).filter(kind="place")
    assert told.select("supplier", "item").rows() == [("X", None)]


def test_a_country_that_no_prior_names_is_not_drawn_but_stays_possible():
    row = uncertainty(robot(), halt("JPN"), prior=PRIOR, draws=200, **ASKED).row(0, named=True)
    assert row["kept_low"] == 0.0 and row["kept_10"] == pytest.approx(0.6)


def test_a_company_below_a_maker_has_a_part_of_what_that_one_sells():
    row = uncertainty(robot(below="DEU"), halt("Y"), prior=PRIOR, draws=2000, **ASKED).row(0, named=True)
    assert (row["kept_low"], row["kept_high"]) == pytest.approx((0.4, 1.0))
    assert [row[f"kept_{q}"] for q in (10, 50, 90)] == pytest.approx([0.46, 0.7, 0.94], abs=0.02)


def test_what_is_told_of_a_maker_is_not_asked():
    for place in COUNTRIES:
        assert what_to_find_out(robot(place), halt("CHN"), draws=16, **ASKED).filter(kind="place").is_empty()
    assert what_to_find_out(robot(), halt("J"), draws=16, **ASKED).filter(kind="place").is_empty()
