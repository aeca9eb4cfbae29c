"""Which items the lines of a list are: at the right stage, by a word that is named, and never surely wrong."""

from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.datasets import load, part_concepts, part_items, part_series, part_terms
from kanmon.graph import InputError, SupplyGraph
from kanmon.risk import link_parts
from kanmon.risk.parts.links import LINK_SCHEMA

DATA = Path(__file__).parent.parent / "data" / "parts"
REAL = Path(__file__).parents[3] / "shared" / "data" / "real" / "bom"


def _graph():
    """The bundled world, with a bare item for each that the thesaurus knows and the world does not have yet."""
    world = load("world").items
    missing = sorted(set(part_items()["item"]) - set(world["id"]))
    bare = [{"id": id, "name_en": id.replace("_", " "), "kind": "component"} for id in missing]
    extra = [{"id": id, "name_en": name, "kind": "material"} for id, name in [("silicon_solar_cell", "Silicon solar cell")]]
    new = pl.DataFrame(bare + extra).filter(~pl.col("id").is_in(world["id"].implode()))
    return SupplyGraph(items=pl.concat([world, new], how="diagonal"))


GRAPH = _graph()


def links(*lines, **options):
    return link_parts(list(lines), GRAPH, **options)


def sure(frame, line=0):
    rows = frame.filter((pl.col("line") == line) & (pl.col("relation") != "review"))
    return {f"{item}:{relation}" for item, relation in rows.select("item", "relation").iter_rows()}


def table(name):
    return pl.read_csv(DATA / name, separator="\t", infer_schema=False, quote_char=None).with_columns(
        pl.col("items").fill_null("")
    )


def counts(frame, found):
    """Right, wrong and missed sure links, and lines with a review only."""
    right = wrong = missed = 0
    for line, items in enumerate(frame["items"]):
        meant, said = set(filter(None, items.split(";"))), sure(found, line)
        right, wrong, missed = right + len(said & meant), wrong + len(said - meant), missed + len(meant - said)
    return right, wrong, missed


def test_every_case_in_five_languages_is_what_it_says_and_nothing_else():
    cases = table("cases.tsv")
    found = links(*cases["text"])
    failures = [
        (text, sure(found, line))
        for line, (text, items) in enumerate(cases.select("text", "items").iter_rows())
        if sure(found, line) != set(filter(None, items.split(";")))
    ]
    assert cases.height >= 150
    assert failures == []


def test_no_sure_link_in_real_bills_of_materials_is_wrong_and_most_are_found():
    lines = table("bom_lines.tsv")
    cells = lines["cells"].str.split(" | ").list.to_struct(fields=[f"c{i}" for i in range(4)]).struct.unnest()
    right, wrong, missed = counts(lines, link_parts(cells, GRAPH))
    assert lines.height >= 200
    assert wrong == 0
    assert right / (right + missed) >= 0.65


PLANKTOSCOPE = {
    3: "motors:is", 6: "printed_circuit_board:is", 8: "stainless_steel:contains", 15: "camera_module:is",
    20: "led_lighting:contains", 22: "led_lighting:is", 33: "copper_refining:contains", 35: "ndfeb_magnet:is",
    36: "stainless_steel:contains", 38: "stainless_steel:contains", 40: "stainless_steel:contains",
    41: "stainless_steel:contains", 42: "copper_refining:contains", 43: "copper_refining:contains",
    44: "stainless_steel:contains", 45: "stainless_steel:contains", 46: "stainless_steel:contains",
    61: "stainless_steel:contains", 13: "nand_flash:contains",
}  # fmt: skip


def test_a_bill_whose_licence_forbids_a_copy_is_read_where_it_lies():
    if not REAL.exists():
        pytest.skip("the real bills of materials are not here")
    sheet = pd.read_excel(REAL / "planktoscope_v26.xlsx", sheet_name="Sheet2", header=None, dtype=str)
    rows = sheet.iloc[2:68, [0, 2, 3, 4, 7]].dropna(subset=[0])
    found = link_parts(
        pl.DataFrame(rows.iloc[:, 1:].values.tolist(), schema=dict.fromkeys("abcd", pl.String), orient="row"), GRAPH
    )
    ids = [int(float(id)) for id in rows.iloc[:, 0]]
    frame = pl.DataFrame({"items": [PLANKTOSCOPE.get(id, "") for id in ids]})
    right, wrong, missed = counts(frame, found)
    assert (len(ids), wrong) == (66, 0)
    assert right >= 17


@pytest.mark.parametrize("line", ["N52", "608", "45SH", "18650", "Magnet", "encoder", "六角ボルト M6x20"])
def test_what_says_too_little_alone_is_a_review(line):
    found = links(line)
    assert found["relation"].to_list() == ["review"]


def test_a_weak_word_is_sure_beside_a_wider_one_even_in_another_cell():
    frame = pl.DataFrame({"name": ["Magnet", "Bearing", "Battery"], "grade": ["N42SH", "6204", "18650"]})
    found = link_parts(frame, GRAPH)
    assert found["item"].to_list() == ["ndfeb_magnet", "deep_groove_bearing", "li_ion_cell"]
    assert set(found["relation"]) == {"is"}
    assert found["by"].to_list() == ["N42SH", "6204", "18650"]


def test_a_number_inside_a_longer_code_says_nothing():
    found = link_parts(pl.DataFrame({"part": ["R3324-7312-P06"], "name": ["BALL BEARING"]}), GRAPH)
    assert found.select("item", "by").rows() == [("rolling_bearing", "ball bearing")]


@pytest.mark.parametrize("code", ["HT-100", "LED-64683", "BRG-9327", "FC-200", "P-1001", "12345-678", "AB-6204"])
def test_a_companys_own_codes_are_no_sure_links(code):
    assert sure(links(code)) == set()


def test_an_empty_description_beside_a_full_part_number_loses_nothing():
    frame = pl.DataFrame({"description": [None, ""], "part number": ["STM32F446RET6", "GRM188R71H104KA93D"]})
    assert link_parts(frame, GRAPH)["item"].to_list() == ["mcu", "mlcc"]


def test_a_material_column_goes_into_the_thing_that_the_name_names():
    frame = pl.DataFrame({"name": ["ブラケット", "丸棒"], "material": ["SUS304", "SUS304"]})
    assert [sure(link_parts(frame, GRAPH), line) for line in (0, 1)] == [{"stainless_steel:contains"}] * 2


def test_value_and_footprint_in_two_cells_are_a_ceramic_capacitor_but_no_polarised_one():
    frame = pl.DataFrame(
        {"value": ["0.1uF", "100uF", "470uF"], "print": ["C_0402_1005Metric", "CP_EIA-3216", "C_Elec_8x10.2"]}
    )
    assert link_parts(frame, GRAPH).select("line", "item").rows() == [(0, "mlcc")]


def test_a_concept_falls_back_to_the_wider_item_that_the_graph_has():
    items = pl.DataFrame({"id": ["rolling_bearing"], "name_en": ["Rolling bearing"], "kind": ["component"]})
    small = SupplyGraph(items=items)
    assert link_parts(["608ZZ"], small).select("item", "relation").rows() == [("rolling_bearing", "is")]
    assert link_parts(["SUS304"], small).is_empty()


def test_an_items_own_full_name_is_that_item_and_what_is_left_without_brackets_is_a_review():
    for column in ("name_en", "name_ja"):
        named = load("world").items.select("id", column).drop_nulls()
        found = link_parts(named[column].to_list(), GRAPH)
        wrong = [id for line, id in enumerate(named["id"]) if {i.split(":")[0] for i in sure(found, line)} - {id}]
        assert wrong == []
    assert links("Power switch")["relation"].to_list() == ["review"]


def test_an_hs_code_is_only_a_review_and_only_where_nothing_else_is_known():
    frame = pl.DataFrame({"name": ["部材A", "モータ 24V"], "hs": ["8532.24-000", "853224"]})
    found = link_parts(frame, GRAPH, columns=["name"], hs="hs")
    assert found.select("line", "item", "relation", "how").rows() == [
        (0, "mlcc", "review", "hs"),
        (1, "motors", "is", "word"),
    ]


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(InputError, match="'nam'.*'name'"):
        link_parts(pl.DataFrame({"name": ["x"]}), GRAPH, columns=["nam"])


def test_nothing_gives_an_empty_frame_of_the_same_columns():
    for nothing in ([], [None, ""], pl.DataFrame({"quantity": [1, 2]})):
        assert dict(link_parts(nothing, GRAPH).schema) == LINK_SCHEMA


WORDS = [
    "magnet",
    "ネオジム磁石",
    "N52",
    "608ZZ",
    "ホルダー",
    "SUS304",
    "with",
    "for",
    "motor",
    "|",
    ",",
    "0603",
    "100nF",
    "<b>",
]


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_gives_known_items_each_once(pieces):
    found = links(" ".join(pieces), "608ZZ")
    first = found.filter(pl.col("line") == 0)
    assert set(found["item"]) <= set(GRAPH.items["id"])
    assert set(found["relation"]) <= {"is", "contains", "review"}
    assert first["item"].is_unique().all()
    assert sure(found, 1) == {"deep_groove_bearing:is"}


def test_the_thesaurus_holds_together():
    concepts, kinds = part_concepts(), set(part_concepts()["concept"])
    assert set(concepts["kind"]) <= {"part", "material", "made"}
    assert set(concepts["broader"].drop_nulls()) <= kinds
    assert set(part_items()["concept"]) <= kinds
    assert set(part_items()["relation"]) <= {"is", "contains", "review"}
    assert set(part_terms()["concept"].drop_nulls()) <= kinds
    assert part_series().filter(pl.col("source").is_null() | (pl.col("source") == "")).is_empty()
    parents = dict(concepts.select("concept", "broader").iter_rows())
    for concept in parents:
        seen = set()
        while concept:
            assert concept not in seen
            seen.add(concept)
            concept = parents[concept]
