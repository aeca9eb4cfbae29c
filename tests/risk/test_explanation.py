"""Why, in words: the same sentences for every output, with shares and sources, in both languages."""

import kanmon as kn
import polars as pl
import pytest
from kanmon.graph import InputError, SupplyGraph, UnknownIdError
from kanmon.risk import Scenario, explain, halt, solve
from kanmon.risk.production.explanation import sentences


@pytest.fixture(scope="module")
def world():
    return kn.load("world")


def test_the_way_leads_from_the_product_to_the_node_and_names_its_source(world):
    frame = explain(world, "ev_battery_pack", "CHN")
    certain = frame.filter(pl.col("part") == "certain")
    assert certain["item"][0] == "ev_battery_pack" and (certain["cause"][:-1] == "need").all()
    last = certain.row(-1, named=True)
    shares = world.preferred("country", "world").filter(pl.col("item") == last["item"], pl.col("supplier") == "CHN")
    assert (last["supplier"], last["cause"]) == ("CHN", "halt")
    assert (last["share_low"], last["source"]) == (pytest.approx(shares["share_low"][0]), shares["source"][0])
    assert f"{last['share_low']:.0%}" in last["text_en"] and f"{last['share_low']:.0%}" in last["text_ja"]
    assert last["source_title"]
    assert "certain, up to" in frame.row(0, named=True)["text_en"]


def test_a_range_is_said_as_a_range(world):
    row = explain(world, "marine_crankshaft", "JPN").filter(pl.col("part") == "certain").row(-1, named=True)
    assert (row["supplier"], row["share_low"], row["share_high"]) == ("kobe", 0.4, 1.0)
    assert "40–100%" in row["text_en"] and "40〜100%" in row["text_ja"]


def test_a_small_share_is_never_said_to_be_none_and_a_bound_never_narrowed():
    held = [("ore", "CHN", 0.004, 0.004), ("salt", "CHN", 0.296, 0.504), ("ore", "USA", 0.9, 0.9)]
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "material"} for i in ("metal", "ore", "salt")],
        inputs=[{"item": "metal", "input": i, "source": "s"} for i in ("ore", "salt")],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "USA")],
        shares=[{"item": i, "supplier": c, "source": "s", "share_low": a, "share_high": b} for i, c, a, b in held],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    named = explain(graph, "metal", "CHN").filter(pl.col("part") == "named")
    said = dict(named.select("item", "text_en").iter_rows())
    assert "<1%" in said["ore"] and "29–51%" in said["salt"]


def test_nearly_all_is_never_said_to_be_all():
    graph = SupplyGraph(
        items=[{"id": "ore", "name_en": "ore", "kind": "material"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "USA")],
        shares=[{"item": "ore", "supplier": c, "source": "s", "share": a} for c, a in (("CHN", 0.997), ("USA", 0.003))],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    said = dict(explain(graph, "ore", "CHN").select("part", "text_en").iter_rows())
    assert ">99%" in said["named"] and "estimated >99%" in said["summary"]


def test_every_sentence_stands_in_both_languages(world):
    for node, kind in (("CHN", "halt"), ("CHN", "embargo"), ("gallium_primary", "halt"), ("murata", "halt")):
        frame = explain(world, "humanoid_robot", node, buyer="JPN", kind=kind)
        assert frame.select(pl.col("text_en", "text_ja").is_null().any()).row(0) == (False, False)
        assert (frame["text_en"] != frame["text_ja"]).all()
        assert frame["part"][0] == "summary"
        assert set(frame["part"]) <= {"summary", "certain", "estimate", "named"}


def test_where_the_node_is_named_the_largest_share_comes_first(world):
    named = explain(world, "mlcc", "CHN").filter(pl.col("part") == "named")
    assert {"dytb_oxide", "dysprosium_refining"} & set(named["item"][:3]) and named["share_low"].is_sorted(descending=True)
    assert set(named["source"]) <= set(world.sources["id"])


def test_imports_are_no_source_for_what_the_buyer_makes_itself():
    """Customs tell what Japan imports of magnesium, not that it makes any."""
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "material"} for i in ("agent", "magnesium")],
        inputs=[{"item": "agent", "input": "magnesium", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[
            {
                "item": "magnesium",
                "supplier": "CHN",
                "source": "s",
                "quantity": 5.0,
                "unit": "t",
                "year": 2024,
                "scope": "JPN",
                "measure": "imports (value)",
            }
        ],
        sources=[{"id": "s", "title": "t", "publisher": "Customs"}],
    )
    frame = explain(graph, "agent", "JPN", buyer="JPN")
    assert "named" not in frame["part"].to_list()
    assert not any("magnesium from JPN" in text and "Customs" in text for text in frame["text_en"])
    assert explain(graph, "agent", "CHN", buyer="JPN").filter(part="named")["text_en"].str.contains("Customs").all()


def test_a_loss_that_is_only_possible_has_no_certain_way():
    graph = SupplyGraph(
        items=[{"id": "chip", "name_en": "Chip", "kind": "component"}],
        suppliers=[
            {"id": "TWN", "name_en": "Taiwan", "kind": "country"},
            {"id": "a", "name_en": "A", "kind": "company", "country": "TWN"},
        ],
        shares=[{"item": "chip", "supplier": "a", "source": "s"}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    assert explain(graph, "chip", "TWN")["part"].to_list() == ["summary", "estimate", "named"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(("mlccc", "CHN"), UnknownIdError), (("mlcc", "CHINA"), UnknownIdError), (("mlcc", "CHN", "MARS"), UnknownIdError)],
)
def test_unknown_names_are_said(world, arguments, error):
    with pytest.raises(error):
        explain(world, *arguments)
    with pytest.raises(InputError):
        explain(world, "mlcc", "CHN", kind="fire")


def test_makers_that_lose_more_than_one_need_does_are_said_to_lack_others_too():
    """Half of the magnets and half of the screws: at worst it is not the same robots that lack them, and none is made."""
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "motor", "magnet", "screw")],
        inputs=[
            {"item": item, "input": need, "source": "s"}
            for item, need in (("robot", "motor"), ("robot", "screw"), ("motor", "magnet"))
        ],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "USA")],
        shares=[
            {"item": item, "supplier": place, "source": "s", "share": share}
            for item, share, places in (
                ("magnet", 0.5, "CHN USA"),
                ("screw", 0.5, "CHN USA"),
                ("motor", 1, "USA"),
                ("robot", 1, "USA"),
            )
            for place in places.split()
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    solution = solve(graph.network("robot"), Scenario("x", halt("CHN")))
    worst, best = (sentences(graph, solution.trace("robot", reading))["text_en"][0] for reading in ("low", "high"))
    assert solution.level("robot", "low") == 0 and solution.level("robot", "high") == 0.5
    assert "fall to 0%, further than" in worst and "others lack something else" in worst
    assert "fall to 50%: they lack" in best


def test_what_is_assumed_to_be_made_somewhere_is_not_called_a_known_supply(world):
    steps = solve(world.network("humanoid_robot", buyer="JPN", domestic=True), Scenario("x", halt("ndfeb_magnet")))
    said = sentences(world, steps.trace("humanoid_robot", "high")).row(0, named=True)
    assert said["supplier"] == "JPN" and "assumed to be made there" in said["text_en"] and "仮定" in said["text_ja"]


def test_the_summary_says_the_three_losses_that_the_simulation_finds():
    shares = [("motor", "JPN", 0.5), ("motor", "DEU", 0.5), ("magnet", "JPN", 0.4), ("magnet", "CHN", 0.6)]
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
        inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "DEU", "JPN")],
        shares=[{"item": i, "supplier": c, "source": "s", "share": v} for i, c, v in shares],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    # Half of the motors; of the others by the estimate two fifths as well, and at worst as many as two fifths of all.
    row = explain(graph, "motor", "JPN").row(0, named=True)
    assert row["kept"] == pytest.approx(0.5 * 0.6)
    assert all(part in row["text_en"] for part in ("estimated 70%", "at least 50%", "up to 90%"))


def metal_of(ranges):
    """A metal of materials of each of which China has a share within bounds."""
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "material"} for i in ("metal", *ranges)],
        inputs=[{"item": "metal", "input": i, "source": "s"} for i in ranges],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
        shares=[
            {"item": i, "supplier": "CHN", "source": "s", "share_low": low, "share_high": high}
            for i, (low, high) in ranges.items()
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def test_markets_in_which_a_node_is_named_come_by_their_least_share_then_by_their_greatest_and_are_twelve_at_most():
    ranges = {f"ore{number:02}": (0.3 if number > 9 else 0.1, 0.34 + number / 100) for number in range(14)}
    graph = metal_of(ranges)
    named = explain(graph, "metal", "CHN").filter(part="named")
    expected = sorted(ranges, key=lambda one: (-ranges[one][0], -ranges[one][1]))
    assert named["item"].to_list() == expected[:12]
    assert "30–47%" in named["text_en"][0] and "10–43%" in named["text_en"][4]


def test_a_narrow_range_is_a_range_and_what_rounds_to_one_figure_is_one():
    shares = {"ore": (0.3, 0.34), "salt": (0.3, 0.304)}
    graph = metal_of(shares)
    said = dict(explain(graph, "metal", "CHN").filter(part="named").select("item", "text_en").iter_rows())
    assert "30–34%" in said["ore"] and "China supplies 30% of salt" in said["salt"]
