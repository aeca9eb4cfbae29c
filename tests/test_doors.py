"""Every public function, each argument in turn given as what it is not: an answer, or an error of Kanmon that says it.

The functions are those that the rooms name. One that is added needs a call here only where it asks for something that no
other does: its required arguments are filled in by their names (`USUAL`), and one without either fails. What a wrong kind is
taken for is never told from the outcome alone, so kinds that no annotation allows must be refused (`REFUSED`).
"""

import importlib
import inspect
from contextlib import nullcontext

import kanmon as kn
import pandas
import polars as pl
import pytest
from kanmon import app, datasets, plot, risk
from kanmon.graph import ArgumentNameError, FirmNetwork, InputError, KanmonError, ReadError, SupplyGraph, UnknownIdError
from kanmon.risk import Candidate, FaultTree, Scenario, Threat, halt, more_stock

ROOMS = ("graph", "datasets", "risk", "plot", "app")


class Untold:
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


WRONG = {
    "nothing": None,
    "five": 5,
    "minus one": -1,
    "half": 1.5,
    "nan": float("nan"),
    "infinite": float("inf"),
    "of many digits": 10**400,
    "true": True,
    "text": "text",
    "empty": "",
    "number as text": ".5",
    "with a zero byte": "a\0b",
    "object": object(),
    "untold": Untold(),
    "type": int,
    "list": [],
    "list of objects": [object()],
    "dict": {},
    "frame": pl.DataFrame({"id": ["robot"]}),
}
GRAPH = SupplyGraph(
    items=[{"id": i, "name_en": i, "kind": "component"} for i in ("robot", "magnet", "ore")],
    inputs=[{"item": item, "input": one, "source": "s"} for item, one in (("robot", "magnet"), ("magnet", "ore"))],
    suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
    shares=[{"item": i, "supplier": "CHN", "source": "s", "share": 0.8, "year": 2023} for i in ("magnet", "ore")],
    sources=[{"id": "s", "title": "t", "publisher": "p"}],
)
STOP = Scenario("stop", halt("CHN"))
NETWORK = GRAPH.network("robot", buyer="JPN")
FIRMS = FirmNetwork.from_transactions(
    pl.DataFrame({"supplier": ["a", "b"], "buyer": ["b", "c"], "value": [1.0, 2.0]}),
    pl.DataFrame({"firm": ["a", "b", "c"], "sector": ["x", "y", "z"]}),
)
TREE = FaultTree({"top": ("or", ["a", "b"])}, "top")
FACTS = [{"item": "magnet", "supplier": "CHN", "stock_days": 5.0}]
THREATS, WORTH = [Threat(STOP, days=10)], {"robot": 1.0}
STOCK, CANDIDATE = more_stock("m", "magnet", 30, cost=1.0), Candidate("c", "magnet", 1.0, days=3.0)
MEASURES = datasets.measures("2026-11-24").head(5)
TRADE = datasets.bundled_trade().head(100)
CURVES = risk.timeline(GRAPH, halt("CHN", lasts=30), product="robot")
SHARES = GRAPH.preferred().with_columns(stage=pl.lit("parts"))
LINKS = pl.DataFrame({"old": ["010121"], "new": ["010122"]})
FILE = "no file.csv"


def given(*first, **named):
    return first, named


CALLS = {
    "graph.FirmNetwork.from_transactions": given(
        pl.DataFrame({"supplier": ["a"], "buyer": ["b"], "value": [1.0]}),
        pl.DataFrame({"firm": ["a", "b"], "sector": ["x", "y"]}),
    ),
    "graph.FirmNetwork.open": given("firms"),
    "graph.FirmNetwork.positions": given(["a"]),
    "graph.FirmNetwork.save": given("other_firms"),
    "graph.Interval": given(0.0, 1.0),
    "graph.Interval.of": given(risk.concentration(GRAPH).head(1), "hhi"),
    "graph.Interval.point": given(1.0),
    "graph.ProductionNetwork.from_transactions": given(
        pl.DataFrame({"supplier": ["a"], "buyer": ["b"], "value": [1.0]}),
        pl.DataFrame({"firm": ["a", "b"], "sector": ["x", "y"]}),
    ),
    "graph.ProductionNetwork.links": given(0),
    "graph.ProductionNetwork.market": given("magnet"),
    "graph.ProductionNetwork.open": given("network"),
    "graph.ProductionNetwork.save": given("other_network"),
    "graph.SupplyGraph": given(),
    "graph.SupplyGraph.downstream": given("ore"),
    "graph.SupplyGraph.item": given("robot"),
    "graph.SupplyGraph.merge": given(GRAPH),
    "graph.SupplyGraph.named": given("robot", "items"),
    "graph.SupplyGraph.needed_by": given(["ore"]),
    "graph.SupplyGraph.network": given("robot"),
    "graph.SupplyGraph.preferred": given(),
    "graph.SupplyGraph.read": given("graph"),
    "graph.SupplyGraph.select": given("robot"),
    "graph.SupplyGraph.supplier": given("CHN"),
    "graph.SupplyGraph.upstream": given("robot"),
    "graph.SupplyGraph.upstream_items": given("robot"),
    "graph.SupplyGraph.write": given("other_graph", force=True),
    "datasets.area": given("CHN"),
    "datasets.bundled_trade": given(),
    "datasets.catalogue": given(),
    "datasets.clean_trade": given(TRADE),
    "datasets.convert_edition": given(TRADE, LINKS, "HS22"),
    "datasets.country": given("China"),
    "datasets.country_groups": given(),
    "datasets.designated_goods": given(),
    "datasets.group": given("G7"),
    "datasets.group_a": given(),
    "datasets.inspect_data": given(GRAPH),
    "datasets.load": given("permanent_magnet"),
    "datasets.maker_prior": given(GRAPH),
    "datasets.measures": given(),
    "datasets.read_baci": given(FILE),
    "datasets.read_china_customs": given(FILE),
    "datasets.read_korea_customs": given(FILE),
    "datasets.read_comtrade": given(FILE),
    "datasets.read_eurostat": given(FILE),
    "datasets.read_eto": given("no file"),
    "datasets.read_input_output": given(FILE),
    "datasets.read_japan_customs": given(FILE),
    "datasets.read_japan_search": given(FILE),
    "datasets.read_trade": given(FILE),
    "datasets.read_update": given([FILE]),
    "datasets.read_us_census": given(FILE),
    "datasets.read_usitc": given(FILE),
    "datasets.read_wgi": given(FILE),
    "datasets.read_wits": given(FILE),
    "datasets.reference_sets": given(),
    "datasets.trade_kind": given(FILE),
    "datasets.understand": given(FILE),
    "datasets.verify": given("permanent_magnet"),
    "risk.Assumptions": given(),
    "risk.Candidate": given("c", "magnet", 1.0),
    "risk.Candidate.measure": given("low"),
    "risk.Change": given("halt", "CHN"),
    "risk.FaultTree": given({"top": ("or", ["a"])}, "top"),
    "risk.FaultTree.fails": given(["a"]),
    "risk.FaultTree.from_arrays": given([False, True], [0, 2, 4], [1, 4, 2, 3], top=0, n_nodes=5),
    "risk.FaultTree.given": given(["a"]),
    "risk.FaultTree.importance": given({"a": 0.1, "b": 0.1}),
    "risk.FaultTree.minimal_cut_sets": given(),
    "risk.FaultTree.probability": given({"a": 0.1, "b": 0.1}),
    "risk.Measure": given("m", "magnet"),
    "risk.Scenario": given("stop", halt("CHN")),
    "risk.Solution.frame": given(),
    "risk.Solution.level": given("robot"),
    "risk.Solution.levels": given("low"),
    "risk.Solution.trace": given("robot"),
    "risk.Threat": given(STOP, 10.0),
    "risk.add_source": given("magnet", 0.5),
    "risk.affected": given(GRAPH, "CHN"),
    "risk.best_measures": given(GRAPH, WORTH, THREATS, [STOCK], 2.0, stocks={"magnet": 3.0}),
    "risk.chapter_dependence": given(TRADE, "JPN"),
    "risk.chokepoints": given(GRAPH, "robot"),
    "risk.commission_dependence": given(TRADE, "JPN"),
    "risk.concentration": given(GRAPH),
    "risk.concentration_by_year": given(GRAPH),
    "risk.control_effects": given(MEASURES),
    "risk.control_losses": given(GRAPH, MEASURES, "robot"),
    "risk.control_scenarios": given(MEASURES),
    "risk.controlled": given(GRAPH, "CHN"),
    "risk.cut_sets": given(GRAPH, "robot"),
    "risk.direct_countries": given(GRAPH, "JPN", FACTS, {"magnet": 1.0}),
    "risk.embargo": given("CHN", to="JPN"),
    "risk.explain": given(GRAPH, "robot", "CHN"),
    "risk.exposure": given(GRAPH, "robot"),
    "risk.failure_tree": given(GRAPH, "robot"),
    "risk.flag_technologies": given(["capacitor"]),
    "risk.friend_shoring": given(TRADE, "JPN", ["USA"]),
    "risk.geodep": given(TRADE, "JPN"),
    "risk.governance_hhi": given(TRADE, "JPN"),
    "risk.group_shares": given(TRADE, {"friends": ["USA"]}),
    "risk.halt": given("CHN"),
    "risk.hhi": given([0.5], [(0.1, 0.2)]),
    "risk.import_concentration": given(TRADE, "JPN"),
    "risk.import_reliance": given(1.0, 2.0, 3.0),
    "risk.link_parts": given(["magnet"], GRAPH),
    "risk.look_through": given(GRAPH, "robot"),
    "risk.minimal_sets": given(lambda failed: failed.any(axis=1), ["a", "b"], 2, 0.5),
    "risk.mitigation": given(GRAPH, WORTH, THREATS, [STOCK], stocks={"magnet": 3.0}),
    "risk.more_stock": given("m", "magnet", 30.0, cost=1.0),
    "risk.new_source": given("m", "magnet", cost=1.0),
    "risk.reduce": given("CHN", 0.5),
    "risk.scenarios_from": given({"name": "x", "changes": [{"halt": {"node": "CHN"}}]}),
    "risk.simulate": given(GRAPH, STOP),
    "risk.solve": given(NETWORK, STOP),
    "risk.sourcing_spread": given(GRAPH, "JPN", FACTS),
    "risk.spare_capacity": given("CHN", 0.2),
    "risk.stockpile": given("magnet", 30.0),
    "risk.stop_courses": given(GRAPH, THREATS, WORTH, buyer="JPN", facts=FACTS),
    "risk.stop_losses": given(GRAPH, THREATS, WORTH, buyer="JPN", facts=FACTS),
    "risk.stop_measures": given(GRAPH, THREATS, WORTH, [CANDIDATE], buyer="JPN", facts=FACTS, budget=1.0),
    "risk.substitute": given("magnet", "ore", 0.5),
    "risk.supply_risk": given(0.5, 0.5, 0.5, 0.1, 0.9),
    "risk.sweep": given(GRAPH, [STOP], product="robot"),
    "risk.systemic_losses": given(FIRMS),
    "risk.systemic_risk": given(FIRMS),
    "risk.third_country_benchmark": given(TRADE, "JPN", ["JPN", "USA"]),
    "risk.timeline": given(GRAPH, STOP),
    "risk.timeline_summary": given(CURVES),
    "risk.trace": given(GRAPH, STOP, "robot"),
    "risk.trade_supply_risk": given(TRADE, "JPN"),
    "risk.transfer_check": given(22, "drawings", "VNM", "2026-11-01"),
    "risk.uncertainty": given(GRAPH, STOP, product="robot", draws=3),
    "risk.what_to_find_out": given(GRAPH, STOP, product="robot", draws=3),
    "plot.cut_set_matrix": given(risk.cut_sets(GRAPH, "robot", fails="item")),
    "plot.fan": given(CURVES),
    "plot.flow": given(SHARES, ["magnet"]),
    "plot.heat_map": given(SHARES),
    "plot.intervals": given(risk.concentration(GRAPH)),
    "plot.tornado": given(risk.what_to_find_out(GRAPH, STOP, product="robot", draws=3)),
    "plot.treemap": given(SHARES),
    "plot.world_map": given(SHARES.filter(item="magnet")),
    "app.Study.compare": given(),
    "app.Study.explore": given(),
    "app.Study.sweep": given([STOP]),
    "app.Study.to_excel": given("study.xlsx", force=True),
    "app.cite": given(risk.concentration(GRAPH), graph=GRAPH),
    "app.fan_chart": given(GRAPH, STOP, "robot"),
    "app.study": given(GRAPH, "robot", STOP),
    "app.whatif_widget": given(GRAPH, "robot"),
}
USUAL = {
    "graph": GRAPH,
    "product": "robot",
    "item": "magnet",
    "node": "CHN",
    "buyer": "JPN",
    "share": 0.5,
    "scenarios": STOP,
    "measures": MEASURES,
    "trade": TRADE,
    "importer": "JPN",
    "path": FILE,
}
"""What arguments of these names mean everywhere."""
OBJECTS = {
    "graph.FirmNetwork": FIRMS,
    "graph.ProductionNetwork": NETWORK,
    "graph.SupplyGraph": GRAPH,
    "risk.Candidate": CANDIDATE,
    "risk.FaultTree": TREE,
    "risk.Solution": risk.solve(NETWORK, STOP),
    "app.Study": app.study(GRAPH, "robot", STOP),
}
GIVEN_BACK = {
    *(
        "FirmNetwork",
        "Message",
        "Plan",
        "Problem",
        "ProductionNetwork",
        "Solution",
        "StopLosses",
        "StopMeasures",
        "StopPlan",
    ),
    *("Study", "Update"),
}
"""Records that Kanmon makes and nobody else."""


def public():
    """Return what takes an argument: functions, classes that a person makes, and their methods."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"kanmon.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            if not isinstance(value, type):
                found |= {f"{room}.{name}": value} if callable(value) else {}
            elif not issubclass(value, Exception):
                found |= {} if name in GIVEN_BACK else {f"{room}.{name}": value}
                thing = OBJECTS.get(f"{room}.{name}", value)
                methods = [one for one in vars(value) if not one.startswith("_") and callable(getattr(value, one))]
                found |= {
                    f"{room}.{name}.{one}": getattr(thing, one) for one in methods if thing is not value or _own(value, one)
                }
    return {name: value for name, value in found.items() if inspect.signature(value).parameters}


def _own(kind, method):
    return isinstance(vars(kind)[method], (classmethod, staticmethod))


def by_names(function):
    """Return a call of the required arguments by what their names mean; None where one of them is no usual name."""
    arguments = inspect.signature(function).parameters.values()
    names = [one.name for one in arguments if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]
    return given(*(USUAL[name] for name in names)) if set(names) <= set(USUAL) else None


PUBLIC = public()
CALLS |= {name: call for name, one in PUBLIC.items() if name not in CALLS and (call := by_names(one))}
CALLABLE = {("datasets.clean_trade", "country"), ("risk.minimal_sets", "evaluate"), ("risk.timeline", "progress")}
"""A function that a person gives may fail as it likes."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    GRAPH.write("graph")
    NETWORK.save("network")
    FIRMS.save("firms")


def test_every_public_function_is_called_here():
    assert set(PUBLIC) == set(CALLS)


def test_a_call_is_made_of_usual_names_alone():
    assert by_names(risk.simulate) == given(GRAPH, STOP)
    assert by_names(datasets.read_baci) == given(FILE)
    assert by_names(risk.hhi) is None


def replaced(name):
    """Yield what the arguments of a call are, each in turn replaced by each wrong kind."""
    first, named = CALLS[name]
    for at, one in enumerate(inspect.signature(PUBLIC[name]).parameters.values()):
        for kind, value in WRONG.items():
            if at < len(first):
                yield one, kind, (*first[:at], value, *first[at + 1 :]), named
            elif one.kind is one.VAR_POSITIONAL:
                yield one, kind, (*first, value), named
            elif one.kind is not one.VAR_KEYWORD:
                yield one, kind, first, named | {one.name: value}


@pytest.mark.parametrize("name", CALLS)
def test_whatever_an_argument_is_the_answer_is_one_or_an_error_that_says_so(name):
    first, named = CALLS[name]
    with pytest.raises(ReadError) if "no file" in str(first) else nullcontext():
        PUBLIC[name](*first, **named)
    for one, kind, first, named in replaced(name):
        try:
            PUBLIC[name](*first, **named)
        except KanmonError as error:
            assert error.text("en") and error.text("ja")
        except BaseException as error:  # a panic of polars is no Exception
            if (name, one.name) not in CALLABLE or kind != "type":
                raise AssertionError(
                    f"{name}: {one.name} given as {kind} ends in {type(error).__name__}: {error}"
                ) from error
        else:
            assert not checked(PUBLIC[name]) or not refused(one, kind), f"{name}: {one.name} takes {kind}"


REFUSED = {
    "bool": {"five", "text", "empty", "nan", "list", "object", "frame"},
    "int": {"half", "nan", "text", "number as text", "true", "object", "frame"},
    "float": {"nan", "text", "number as text", "true", "list", "object", "frame", "of many digits"},
    "str": {"five", "true", "list", "object", "dict", "frame"},
    "str | Path": {"nothing", "five", "true", "list", "object", "with a zero byte", "frame"},
    "Mapping[str, float]": {"nothing", "five", "text", "list", "object", "frame"},
    "Iterable[str]": {"nothing", "five", "text", "object", "list of objects", "frame"},
}


def refused(one, kind):
    """Whether an argument must be refused: its annotation names another kind."""
    written = str(one.annotation)
    wrong = REFUSED.get(written.removesuffix(" | None"), set()) - ({"nothing"} if written.endswith(" | None") else set())
    return kind in wrong or (one.name == "lang" and kind in {"text", "empty"})


DOOR = SupplyGraph.__init__.__code__


def checked(function):
    """Whether annotations speak for a function; a few tell what is wrong in words of their own."""
    made = function.__init__ if isinstance(function, type) else function
    return getattr(getattr(made, "__func__", made), "__code__", None) is DOOR


def test_an_error_names_the_function_the_argument_what_it_must_be_and_what_it_is():
    for call, says in (
        (
            lambda: risk.chokepoints(GRAPH, "robot", threshold=".5"),
            "chokepoints(): 'threshold' must be a number from 0 to 1; got '.5'.",
        ),
        (
            lambda: risk.sweep(GRAPH, [STOP], threads="2"),
            "sweep(): 'threads' must be a whole number of 1 or more or None; got '2'.",
        ),
        (lambda: SupplyGraph.read(None), "SupplyGraph.read(): 'path' must be a path; got None."),
        (
            lambda: GRAPH.select(5),
            "SupplyGraph.select(): 'items' must be one text or a list (each: one text) or None; got 5.",
        ),
        (lambda: kn.study(GRAPH, "robot", STOP, domestic="no"), "study(): 'domestic' must be True or False; got 'no'."),
        (
            lambda: Threat(None, 5.0),
            'Threat(): \'scenario\' must be a Scenario, such as Scenario("stop", halt("CHN")); got None.',
        ),
        (
            lambda: FaultTree(None, None),
            "FaultTree(): 'gates' must be a dict (one text: 2 values (one text, a list (each: one text))); got None.",
        ),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == says


def test_an_iterator_is_not_used_up_by_looking_at_it():
    assert set(GRAPH.select(iter(["robot", "magnet"])).items["id"]) == {"robot", "magnet"}
    assert list(GRAPH.needed_by(one for one in ["magnet"])) == ["magnet", "ore"]


def test_a_dict_is_a_list_of_its_keys_where_any_iterable_is_taken():
    assert list(GRAPH.needed_by({"magnet": 1.0})) == ["magnet", "ore"]


def test_a_picture_takes_a_frame_of_any_library():
    frame = risk.concentration(GRAPH)
    drawn = [plot.intervals(one, lang="en").axes[0] for one in (frame, pandas.DataFrame(frame.to_dicts()))]
    labels = [[label.get_text() for label in axes.get_yticklabels()] for axes in drawn]
    assert labels[0] == labels[1] and set(labels[0]) == {"magnet", "ore"}


def test_codes_of_a_bundled_table_of_trade_are_converted_though_it_has_no_quantities():
    moved = datasets.convert_edition(datasets.bundled_trade(), LINKS, "HS22")
    assert moved["value"].sum() == pytest.approx(datasets.bundled_trade()["value"].sum())


@pytest.mark.parametrize("reading", ["worst", ""])
def test_another_reading_is_named(reading):
    for asked in (OBJECTS["risk.Solution"].level, OBJECTS["risk.Solution"].trace):
        with pytest.raises(InputError, match="is not a reading"):
            asked("robot", reading)


def test_a_table_that_has_no_names_is_named():
    with pytest.raises(UnknownIdError, match="suppliers"):
        GRAPH.named("robot", "supplier")


def test_an_empty_cell_of_any_library_names_no_country():
    assert [datasets.country(cell) for cell in (None, float("nan"), "")] == [None] * 3
    assert [datasets.area(cell) for cell in (None, float("nan"), "", 842.0)] == [None, None, None, "USA"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: risk.simulate(GRAPH, STOP, produkt="robot"),
            "simulate() has no argument 'produkt'. Did you mean 'product'?",
        ),
        (lambda: SupplyGraph(item=[]), "SupplyGraph() has no argument 'item'. Did you mean 'items'?"),
        (lambda: datasets.load(nome="world"), "load() has no argument 'nome'. Did you mean 'name'?"),
        (lambda: halt("CHN", itme="magnet"), "halt() has no argument 'itme'. Did you mean 'item'?"),
        (lambda: Threat(STOP, zzz=5), "Threat() has no argument 'zzz'."),
    ],
)
def test_a_misspelt_argument_is_named_with_what_was_meant(call, says):
    with pytest.raises(ArgumentNameError) as caught:
        call()
    assert str(caught.value) == says
    assert caught.value.text("ja") != says


@pytest.mark.parametrize("name", CALLS)
def test_no_public_function_takes_an_argument_that_it_does_not_have(name):
    first, named = CALLS[name]
    if any(one.kind is one.VAR_KEYWORD for one in inspect.signature(PUBLIC[name]).parameters.values()):
        return
    wanted = ArgumentNameError if checked(PUBLIC[name]) or hasattr(PUBLIC[name], "__wrapped__") else TypeError
    with pytest.raises(wanted, match="'zzz'"):
        PUBLIC[name](*first, **named, zzz=1)
