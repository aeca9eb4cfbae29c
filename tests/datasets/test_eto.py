"""The reader of the ETO semiconductor dataset, on a made-up chain in the form of its two editions."""

import csv

import polars as pl
import pytest
from kanmon.datasets import read_eto
from kanmon.graph import InputError, ReadError, UnknownIdError
from kanmon.risk import Scenario, concentration, halt, simulate

TABLES = {
    "inputs": [
        ("input_id", "input_name", "type", "stage_name", "stage_id", "description"),
        ("N99", "Finished widget", "ultimate_output", "", "", "two\nlines"),
        ("N25", "Printing", "process", "Making", "S2", ""),
        ("N19", "Scanners", "tool_resource", "", "", ""),
        ("N20", "Scanner A", "tool_resource", "", "", ""),
        ("N22", "Scanner B", "tool_resource", "", "", ""),
        ("N31", "Resist", "material_resource", "", "", ""),
    ],
    "stages": [("stage_name", "stage_id", "description"), ("Making", "S2", "")],
    "sequence": [
        ("input_name", "input_id", "goes_into_name", "goes_into_id", "is_type_of_name", "is_type_of_id"),
        ("Printing", "N25", "Finished widget", "N99", "", ""),
        ("Scanners", "N19", "Printing", "N25", "", ""),
        ("Resist", "N31", "Printing", "N25", "", ""),
        ("Scanner A", "N20", "", "", "Scanners", "N19"),
        ("Scanner B", "N22", "", "", "Scanners", "N19"),
    ],
    "providers": [
        ("provider_name", "alias", "provider_id", "provider_type", "country"),
        ("NLD", "Netherlands", "P1", "country", ""),
        ("JPN", "Japan", "P2", "country", ""),
        ("Various countries", "", "P5", "country", ""),
        ("Firm One", "", "P9", "organization", "NLD"),
        ("Firm Two", "", "P10", "organization", "JPN"),
        ("Firm Two", "Second name", "P10", "organization", "JPN"),
        ("Various companies", "", "P11", "organization", "Various countries"),
    ],
}
NEW = [
    ("provider_id", "provided_id", "share_provided", "year", "source"),
    ("P1", "N20", "100", "2025", "a table"),
    ("P9", "N20", "100", "2025", "a table"),
    ("P1", "N22", "90.5", "2025", "a table"),
    ("P2", "N22", "9.5", "2025", "a table"),
    ("P2", "N31", "", "2019", ""),
    ("P10", "N31", "Major", "2019", ""),
    ("P2", "S2", "60", "2022", ""),
    ("P5", "S2", "15", "2022", ""),
]
OLD = [
    ("provider_id", "provided_id", "share_provided", "negligible_market_share"),
    ("P1", "N22", "91%", ""),
    ("P2", "N22", "", "negligible"),
    ("P9", "N22", "", "Negligible"),
]
pytestmark = pytest.mark.filterwarnings("ignore:This dataset")


def write(folder, provision, bom=False):
    folder.mkdir(exist_ok=True)
    for name, rows in {**TABLES, "provision": provision}.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


@pytest.fixture
def new(tmp_path):
    return write(tmp_path / "eto", NEW, bom=True)


def test_the_licence_is_shown_and_kept(new):
    with pytest.warns(UserWarning, match="CC BY-NC 4.0"):
        graph = read_eto(new, lang="en")
    with pytest.warns(UserWarning, match="商用"):
        read_eto(new, lang="ja")
    assert graph.sources["licence"].to_list() == ["CC BY-NC 4.0"]


def test_countries_and_companies_are_two_views_of_one_market(new):
    graph = read_eto(new)
    views = graph.markets.filter(item="N20")
    assert views.select("level", "supplier", "share_low").sort("level").rows() == [
        ("company", "P9", 1.0),
        ("country", "NLD", 1.0),
    ]


def test_major_is_named_with_an_unknown_share(new):
    row = concentration(read_eto(new)).row(by_predicate=pl.col("item") == "N31", named=True)
    assert (row["suppliers"], row["attributed"], row["hhi_low"], row["hhi_high"]) == (1, 0.0, 0.0, 1.0)


def test_various_countries_are_part_of_the_remainder(new):
    row = concentration(read_eto(new)).row(by_predicate=pl.col("item") == "S2", named=True)
    assert (row["suppliers"], row["attributed"]) == (1, 0.6)
    assert row["hhi_high"] == pytest.approx(0.6**2 + 0.4**2)


def test_the_old_edition_bounds_a_negligible_country_and_leaves_a_company_open(tmp_path):
    graph = read_eto(write(tmp_path / "old", OLD))
    bounds = graph.markets.filter(item="N22", level="country").select("supplier", "share_low", "share_high").rows()
    assert bounds == [("NLD", 0.91, 0.91), ("JPN", 0.0, 0.025)]
    assert graph.shares.filter(supplier="P9")["missing"].item() == "not_reported"


# Two fabrication steps, two designs that go nowhere, packaging; the shares of stages as the dataset gives them.
CHAIN = {
    "inputs": [
        TABLES["inputs"][0],
        ("N99", "Finished logic chip", "ultimate_output", "", "", ""),
        ("N1", "Design of CPUs", "process", "Design", "S1", ""),
        ("N2", "Design of GPUs", "process", "Design", "S1", ""),
        ("N35", "Deposition", "process", "Fabrication", "S2", ""),
        ("N25", "Photolithography", "process", "Fabrication", "S2", ""),
        ("N69", "Packaging", "process", "Assembly", "S3", ""),
        ("N55", "Etching tools", "tool_resource", "", "", ""),
        *TABLES["inputs"][3:],
    ],
    "stages": [
        ("stage_name", "stage_id", "description"),
        ("Design", "S1", ""),
        ("Fabrication", "S2", ""),
        ("Assembly", "S3", ""),
    ],
    "sequence": [
        TABLES["sequence"][0],
        ("", "N35", "", "N25", "", ""),
        ("", "N25", "", "N69", "", ""),
        ("", "N69", "", "N99", "", ""),
        ("", "N55", "", "N55", "", ""),
        *TABLES["sequence"][2:],
    ],
    "providers": [*TABLES["providers"], ("TWN", "Taiwan", "P3", "country", "")],
}
SHARES = [NEW[0], ("P3", "S2", "18", "2025", ""), ("P2", "S2", "82", "2025", ""), ("P1", "N20", "100", "2025", "")]


@pytest.fixture
def chain(tmp_path):
    folder = write(tmp_path / "chain", SHARES)
    for name, rows in CHAIN.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


def kept(graph, *changes, product="N99"):
    # Tools are equipment: they stop new capacity, so their loss is a question of the long term.
    frame = simulate(graph, Scenario("stop", list(changes)), product=product, term="long")
    return frame.row(by_predicate=pl.col("item") == product, named=True)


def test_a_stage_stands_between_its_processes_and_what_they_go_into(chain):
    links = set(read_eto(chain).inputs.select("item", "input").rows())
    assert {("N25", "N35"), ("S2", "N25"), ("N69", "S2"), ("S3", "N69"), ("N99", "S3")} <= links
    assert not {("N69", "N25"), ("N99", "N69"), ("N55", "N55")} & links  # what leaves a stage goes by the stage, once
    assert {("N99", "S1"), ("S1", "N1"), ("S1", "N2")} <= links  # nothing goes on from design: the chip itself needs it


def test_taiwans_halt_costs_the_chip_its_share_of_fabrication(chain):
    graph = read_eto(chain)
    plants = kept(graph, halt("TWN", item="S2"))
    assert (plants["kept_low"], plants["kept_high"]) == (pytest.approx(0.82), pytest.approx(0.82))
    # Whose the resist is, nobody says: all of it may be Taiwan's.
    assert kept(graph, halt("TWN"))["kept_high"] == pytest.approx(0.82) and kept(graph, halt("TWN"))["kept_low"] == 0.0


def test_euv_is_upstream_of_the_chip_and_its_mix_with_others_is_unknown(chain):
    graph = read_eto(chain)
    assert "N20" in set(graph.upstream("N99").items["id"])
    assert graph.item("N20")["variant_of"] == "N19"
    row = kept(graph, halt("NLD", item="N20"))
    assert (row["kept_low"], row["kept_high"]) == (0.0, 1.0)
    only = kept(read_eto(chain, kinds="all"), halt("NLD", item="N20"))
    assert row["kept_low"] <= only["kept_low"] <= only["kept_high"] <= row["kept_high"]  # the bounds hold for "all" too


def test_several_designs_are_any_of_them(chain):
    assert kept(read_eto(chain), halt("N1"))["kept_high"] == 1.0


@pytest.mark.parametrize(("lang", "word"), [("en", "CC BY-NC"), ("ja", "商用")])
def test_the_command_line_opens_the_folder_and_says_the_licence(chain, capsys, monkeypatch, recwarn, lang, word):
    from kanmon.app.console import open_graph

    monkeypatch.setenv("KANMON_LANG", lang)
    assert open_graph(str(chain)).item("N99")["kind"] == "product"
    out = capsys.readouterr()
    said = [one for one in recwarn.list if not issubclass(one.category, DeprecationWarning)]  # those are of libraries
    assert word in out.err and not out.out and not said


def test_a_folder_of_kanmons_own_tables_is_not_taken_for_it(chain, tmp_path):
    from kanmon.app.console import open_graph

    read_eto(chain).write(tmp_path / "own")
    assert open_graph(str(tmp_path / "own")).inputs.height == read_eto(chain).inputs.height


def test_a_year_that_is_none_is_said_with_its_row(tmp_path):
    with pytest.raises(InputError, match="Row 2 .*FY24"):
        read_eto(write(tmp_path / "bad", [NEW[0], ("P1", "N20", "100", "FY24", "")]))


@pytest.mark.parametrize(("kinds", "kept"), [("variants", 1.0), ("alternatives", 1.0), ("all", 0.095)])
def test_what_types_mean_is_the_reader_of_the_data_s_choice(new, kinds, kept):
    graph = read_eto(new, kinds=kinds)
    assert graph.item("N20")["variant_of"] == "N19"
    stop = Scenario("stop", [halt("NLD", item="N22"), halt("P9", item="N22")])
    frame = simulate(graph, stop, product="N99", term="long")
    assert frame.row(by_predicate=pl.col("item") == "N99", named=True)["kept_high"] == pytest.approx(kept)


def test_the_choice_can_be_made_item_by_item(new):
    inputs = read_eto(new, kinds={"N19": "alternatives"}).inputs.filter(item="N19")
    assert inputs.select("input", "group", "confidence").rows() == [
        ("N20", "types of N19", "estimated"),
        ("N22", "types of N19", "estimated"),
    ]


def test_wrong_folders_and_choices_are_told_clearly(new, tmp_path):
    with pytest.raises(ReadError):
        read_eto(tmp_path / "nowhere")
    with pytest.raises(InputError, match="alternatives"):
        read_eto(new, kinds="alternative")
    with pytest.raises(UnknownIdError):
        read_eto(new, kinds={"N1": "all"})
    with pytest.raises(InputError, match="percentage"):
        read_eto(write(tmp_path / "bad", [NEW[0], ("P1", "N20", "140", "2025", "")]))
