"""Arguments of the wrong kind, where graphs, ids, frames and years come in: an error that says what is wanted."""

from datetime import date

import kanmon as kn
import numpy as np
import pandas
import polars as pl
import pytest
from kanmon import datasets, risk
from kanmon.graph import FirmNetwork, InputError, SchemaError, SupplyGraph, UnknownIdError
from kanmon.risk import Scenario, Threat, halt
from polars.testing import assert_frame_equal

FACTS = [{"item": "magnet", "supplier": "CHN"}]
THREATS = [Threat(Scenario("x", halt("CHN")), days=10)]
WORTH = {"robot": 1.0}
OWN = {"buyer": "JPN", "facts": FACTS}


@pytest.fixture(scope="module")
def graph():
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet")],
        inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.8, "year": 2023}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


OF_A_GRAPH = {
    "affected": lambda g: risk.affected(g, "CHN"),
    "best_measures": lambda g: risk.best_measures(g, WORTH, THREATS, [], 1.0),
    "chokepoints": lambda g: risk.chokepoints(g, "robot"),
    "concentration": risk.concentration,
    "concentration_by_year": risk.concentration_by_year,
    "control_losses": lambda g: risk.control_losses(g, datasets.measures(), "robot"),
    "controlled": lambda g: risk.controlled(g, "CHN"),
    "cut_sets": lambda g: risk.cut_sets(g, "robot"),
    "direct_countries": lambda g: risk.direct_countries(g, "JPN", FACTS, {"magnet": 1.0}),
    "explain": lambda g: risk.explain(g, "robot", "CHN"),
    "exposure": risk.exposure,
    "failure_tree": lambda g: risk.failure_tree(g, "robot", fails="country"),
    "inspect_data": datasets.inspect_data,
    "link_parts": lambda g: risk.link_parts(["magnet"], g),
    "look_through": lambda g: risk.look_through(g, "robot"),
    "maker_prior": datasets.maker_prior,
    "merge": lambda g: SupplyGraph().merge(g),
    "mitigation": lambda g: risk.mitigation(g, WORTH, THREATS, []),
    "simulate": lambda g: risk.simulate(g, halt("CHN")),
    "sourcing_spread": lambda g: risk.sourcing_spread(g, "JPN", FACTS),
    "stop_courses": lambda g: risk.stop_courses(g, THREATS, WORTH, **OWN),
    "stop_losses": lambda g: risk.stop_losses(g, THREATS, WORTH, **OWN),
    "stop_measures": lambda g: risk.stop_measures(g, THREATS, WORTH, [], budget=1.0, **OWN),
    "study": lambda g: kn.study(g, "robot", halt("CHN")),
    "sweep": lambda g: risk.sweep(g, [Scenario("a", halt("CHN"))], product="robot"),
    "timeline": lambda g: risk.timeline(g, halt("CHN")),
    "trace": lambda g: risk.trace(g, halt("CHN"), "robot"),
    "uncertainty": lambda g: risk.uncertainty(g, halt("CHN"), product="robot"),
    "what_to_find_out": lambda g: risk.what_to_find_out(g, halt("CHN"), product="robot"),
}


@pytest.mark.parametrize("name", OF_A_GRAPH)
@pytest.mark.parametrize("other", [None, "world", pl.DataFrame({"id": ["robot"]})], ids=["nothing", "name", "frame"])
def test_what_is_no_graph_is_refused_with_the_way_to_get_one(name, other):
    with pytest.raises(InputError, match=r"must be a SupplyGraph, such as kanmon\.load"):
        OF_A_GRAPH[name](other)


@pytest.mark.parametrize(
    "asked",
    [
        lambda g: risk.simulate(g, halt("CHN"), product=["robot"]),
        lambda g: risk.simulate(g, halt("CHN"), buyer=["JPN"]),
        lambda g: risk.exposure(g, 5),
        lambda g: risk.cut_sets(g, ["robot"]),
        lambda g: g.item(["robot"]),
        lambda g: g.upstream(None),
    ],
)
def test_several_ids_or_none_where_one_is_asked_for(graph, asked):
    with pytest.raises(InputError, match="must be one text"):
        asked(graph)


@pytest.mark.parametrize("basket", [None, ["robot"], {"robot": "1"}, {"robot": -1.0, "magnet": 1.0}, {"robot": np.nan}])
def test_a_basket_is_one_item_or_weights(graph, basket):
    with pytest.raises(InputError, match="one item, or a basket|one text or a dict"):
        risk.look_through(graph, basket)


OF_A_FRAME = {
    "clean_trade": datasets.clean_trade,
    "control_effects": risk.control_effects,
    "control_scenarios": risk.control_scenarios,
    "exposure": lambda x: risk.exposure(SupplyGraph(), facts=x),
    "import_concentration": lambda x: risk.import_concentration(x, "JPN"),
    "import_reliance": lambda x: risk.import_reliance(x),
    "items": lambda x: SupplyGraph(items=x),
    "maker_prior": lambda x: datasets.maker_prior(SupplyGraph(), x),
    "measures": lambda x: datasets.measures(also=x),
    "supply_risk": risk.supply_risk,
    "timeline_summary": risk.timeline_summary,
}


@pytest.mark.parametrize("name", OF_A_FRAME)
@pytest.mark.parametrize("other", [object(), pl.Series([1])], ids=["object", "series"])
def test_what_is_no_frame_is_refused(name, other):
    with pytest.raises(InputError, match="frame"):
        OF_A_FRAME[name](other)


@pytest.mark.parametrize("asked", [risk.flag_technologies, lambda x: risk.link_parts(x, SupplyGraph())])
@pytest.mark.parametrize("other", [None, 5])
def test_what_is_no_text_is_refused(asked, other):
    with pytest.raises(InputError, match="Texts are needed here"):
        asked(other)


def test_pandas_says_the_same_as_polars_wherever_a_frame_is_taken(graph):
    measures = datasets.measures("2026-11-24")
    curves = risk.timeline(graph, halt("CHN", lasts=30), product="robot")
    prior = datasets.maker_prior(kn.load("world")).filter(pl.col("item") == "gallium_primary")
    asked = {"product": "robot", "draws": 10}
    for frame, answer in (
        (measures, lambda x: risk.control_effects(x, buyer="JPN")),
        (measures, lambda x: risk.control_losses(kn.load("permanent_magnet"), x, "ndfeb_magnet")),
        (curves, risk.timeline_summary),
        (prior, lambda x: risk.uncertainty(graph, halt("CHN"), prior=x, **asked)),
        (graph.measures.select("id", "issuer").extend(pl.DataFrame({"id": ["mine"], "issuer": ["JPN"]})), also_mine),
    ):
        assert_frame_equal(answer(pandas.DataFrame(frame.to_dicts())), answer(frame))
    assert risk.scenarios_from(pandas.DataFrame(measures.to_dicts())) == risk.scenarios_from(measures)


def also_mine(frame):
    return datasets.measures(also=frame).filter(id="mine")


def test_two_columns_of_one_name_are_said():
    twice = pandas.DataFrame([["a", "b", "component", "mineral"]], columns=["id", "name_en", "kind", "kind"])
    with pytest.raises(InputError, match="'kind'"):
        SupplyGraph(items=twice)


@pytest.mark.parametrize("cell", [[0.7], {"a": 1}, object()])
def test_a_cell_that_holds_more_than_one_value_is_a_problem_of_its_table(graph, cell):
    shares = [{"item": "magnet", "supplier": "CHN", "source": "s", "share": cell}]
    with pytest.raises(SchemaError, match=r"\[nested\] table shares, column share"):
        SupplyGraph(graph.items, None, graph.suppliers, shares, sources=graph.sources)


@pytest.mark.parametrize("year", ["2024", 2024.5, [2024], True, date(2024, 1, 1)])
def test_a_year_is_a_whole_number(graph, year):
    with pytest.raises(InputError, match="must be a whole number"):
        risk.concentration(graph, year=year)


@pytest.mark.parametrize("year", ["FY22", date(2022, 1, 1)])
def test_years_of_trade_that_are_no_numbers_are_refused_not_counted(year):
    flows = datasets.bundled_trade().with_columns(year=pl.lit(year))
    for trade in (flows, flows.lazy()):
        for asked in (risk.import_concentration, risk.chapter_dependence, risk.governance_hhi):
            with pytest.raises(InputError, match="years must be whole numbers"):
                asked(trade, "JPN")


def test_a_day_is_a_date(graph):
    for asked in (
        lambda: risk.concentration(graph, on=2024),
        lambda: risk.concentration_by_year(graph, on="2024"),
        lambda: datasets.measures(5),
        lambda: datasets.country_groups(5),
        lambda: datasets.inspect_data(kn.load("permanent_magnet"), on="soon"),
        lambda: risk.transfer_check(22, "x", "VNM", 5),
        lambda: risk.transfer_check(22, "x", "VNM", None),
    ):
        with pytest.raises(InputError):
            asked()


@pytest.mark.parametrize("arguments", [(None,), (0.5,), ("0.5",), ([0.5], None), ([0.5], 0.1)])
def test_shares_and_ranges_come_as_lists(arguments):
    with pytest.raises(InputError, match="list of numbers"):
        risk.hhi(*arguments)
    with pytest.raises(InputError, match="is not a share"):
        risk.hhi([0.5], [0.1])


BEARINGS = SupplyGraph(items=[{"id": "deep_groove_bearing", "name_en": "Deep groove ball bearing", "kind": "component"}])
LINES = {"name": ["608ZZ", None, "6204"]}
TABLES = {
    "columns by name": LINES,
    "rows": [{"name": name} for name in LINES["name"]],
    "texts": LINES["name"],
    "categories of polars": pl.DataFrame(LINES, schema={"name": pl.Categorical}),
    "categories of pandas": pandas.DataFrame(LINES, dtype="category"),
    "texts and numbers of pandas": pandas.DataFrame({"name": ["608ZZ", None, 6204]}, dtype=object),
    "arrow": pl.DataFrame(LINES).to_arrow(),
}


@pytest.mark.parametrize("kind", TABLES)
def test_lines_are_read_alike_from_whatever_holds_them(kind):
    found = risk.link_parts(TABLES[kind], BEARINGS)
    assert_frame_equal(found, risk.link_parts(pl.DataFrame(LINES), BEARINGS))
    assert found["line"].to_list() == [0, 2]
    magnets = {"name": ["permanent magnet", None]}
    assert risk.flag_technologies(magnets)["technology"].to_list() == [22]


def test_raw_bytes_are_no_lines():
    for function in (risk.flag_technologies, lambda lines: risk.link_parts(lines, BEARINGS)):
        with pytest.raises(InputError, match="got bytes"):
            function(b"permanent magnet")


def test_a_column_named_of_lines_that_have_none_is_refused():
    for options in ({"hs": "code"}, {"columns": ["name"]}):
        with pytest.raises(InputError, match="no column"):
            risk.link_parts(["608ZZ"], BEARINGS, **options)


def test_one_code_of_one_text_is_no_list_of_its_digits():
    alone = risk.flag_technologies("magnet", hs="850511")
    assert_frame_equal(alone, risk.flag_technologies(["magnet"], hs=["850511"]))
    with pytest.raises(InputError, match="6 texts but 1 HS codes"):
        risk.flag_technologies(["magnet"] * 6, hs="850511")


def test_a_text_in_the_place_of_a_scenario_is_named_whole(graph):
    with pytest.raises(InputError, match="Got CHN"):
        risk.simulate(graph, "CHN")


def test_half_of_a_letter_stands_for_no_other_sign():
    sales = pl.DataFrame({"supplier": ["a?", "b"], "buyer": ["b", "c"], "value": [1.0, 2.0]})
    firms = pl.DataFrame({"firm": ["a?", "b", "c"], "sector": ["x", "y", "z"]})
    network = FirmNetwork.from_transactions(sales, firms)
    for firm in ("a\ud800", None, float("nan")):
        with pytest.raises(UnknownIdError):
            risk.systemic_risk(network, firms=[firm])
    assert risk.flag_technologies(["permanent magnet\ud800"])["text"].to_list() == ["permanent magnet\\ud800"]


def test_a_firm_that_is_a_number_is_found_by_it_as_pandas_keeps_it_beside_a_blank():
    sales = pl.DataFrame({"supplier": [1, 2], "buyer": [2, 3], "value": [1.0, 2.0]})
    network = FirmNetwork.from_transactions(sales, pl.DataFrame({"firm": [1, 2, 3], "sector": ["x", "y", "z"]}))
    wanted = pandas.Series([2, None])[:1]
    assert_frame_equal(risk.systemic_risk(network, firms=wanted), risk.systemic_risk(network, firms=[2]))
