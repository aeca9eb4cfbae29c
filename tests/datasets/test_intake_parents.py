"""What the lines of a bill go into, where columns of products stand beside those of parts."""

import pytest
from people_files import aside, book, table, text

PARTS = ["P-1,ねじ,4", "P-2,モータ,1", "P-1,ねじ,6", "P-3,羽根,1"]


def bill(path, head, parents, parts=PARTS):
    return table(text(path / "x.csv", [head, *map(",".join, zip(parents, parts, strict=True))]))


def said(found):
    return [note.text("en") for note in found.notes]


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("製品コード,製品名,部品番号,部品名,員数", ["ポンプ", "ポンプ", "送風機", "送風機"]),
        ("Product code,Product name,Part no.,Part name,Qty", ["ポンプ", "ポンプ", "送風機", "送風機"]),
        ("親品番,親品名,子品番,子品名,員数", ["ポンプ", "ポンプ", "送風機", "送風機"]),
        ("Parent part no.,Parent description,Part no.,Part name,Qty", ["ポンプ", "ポンプ", "送風機", "送風機"]),
        ("製品コード,備考,部品番号,部品名,員数", [None] * 4),
    ],
)
def test_the_name_beside_a_products_code_is_the_products(tmp_path, head, names):
    found = bill(tmp_path, head, ["X,ポンプ", "X,ポンプ", "Y,送風機", "Y,送風機"])
    assert (found.texts("parent"), found.texts("parent_name")) == (["X", "X", "Y", "Y"], names)
    assert found.texts("name") == ["ねじ", "モータ", "ねじ", "羽根"]


def test_without_names_of_parts_a_products_name_is_no_parts(tmp_path):
    lines = ["製品コード,製品名,部品番号,員数", "X,ポンプ,P-1,4", "X,ポンプ,P-2,1", "Y,送風機,P-1,6", "Y,送風機,P-3,1"]
    found = table(text(tmp_path / "x.csv", lines))
    assert found.texts("parent_name") == ["ポンプ", "ポンプ", "送風機", "送風機"] and "ポンプ" not in found.texts("name")


@pytest.mark.parametrize(
    "lines",
    [
        ["Product,Part no.,Part name,Qty", "Pump,P-1,Screw,4", "Pump,P-2,Motor,1", "Fan,P-1,Screw,6"],
        ["Product,Part no.,Description,Qty", "Pump,P-1,Screw,4", "Pump,P-2,Motor,1", "Fan,P-3,Blade,6"],
        ["Product,Part no.,Qty", "Pump,P-1,4", "Pump,P-2,1", "Fan,P-1,6"],
        ["Product,Part no.,Part name,Qty", "Pump,P-1,Screw,4", ",P-2,Motor,1", "Fan,P-1,Screw,6", ",P-3,Blade,1"],
        ["製品名,部品番号,員数", "Pump,P-1,4", "Pump,P-2,1", "Fan,P-1,6"],
    ],
)
def test_a_product_beside_numbers_of_parts_is_what_they_go_into(tmp_path, lines):
    found = table(text(tmp_path / "x.csv", lines))
    assert found.texts("parent")[:3] == ["Pump", "Pump", "Fan"] and found.kind == "bom"


@pytest.mark.parametrize("head", ["製品コード,部品番号,員数", "機種コード,子品番,数量", "製品番号,品番,員数"])
@pytest.mark.parametrize("lines", [["X,P-1,2", "Y,P-2,1"], ["X,P-1,2", "Y,P-1,1"], ["X,P-1,2"]])
def test_in_a_bill_of_few_lines_a_products_code_beside_components_is_what_they_go_into(tmp_path, head, lines):
    found = table(text(tmp_path / "x.csv", [head, *lines]))
    assert found.texts("parent") == [line[0] for line in lines] and found.texts("part") == [line[2:5] for line in lines]


@pytest.mark.parametrize(
    "lines",
    [
        ["製品コード,部品番号,数量,単価", "X,P-1,2,100", "Y,P-2,1,80"],  # a seller's code beside the maker's
        ["製品コード,部品番号,メーカー", "X,P-1,甲", "Y,P-2,乙"],
        ["Product,Part no.,Qty", "Screw,P-1,4", "Screw,P-2,1", "Motor,P-3,6"],  # two screws, of which nobody says of what
        ["Product,Item no.,Description,Price", "Cable,C-1,1 m,4", "Cable,C-2,2 m,5", "Plug,C-3,EU,6"],
        ["Product,Part no.,Description,Qty", "Screw,P-1,M3,4", "Motor,P-2,12 V,1", "Blade,P-3,steel,6"],
        ["Product,Part no.,Description,Qty", "Screw,P-1,M3,4", "Motor,P-2,12 V,1", "Screw,P-3,M4,6", "Screw,P-4,M5,6"],
    ],
)
def test_a_product_that_may_be_the_part_itself_is_no_parent(tmp_path, lines):
    assert "parent" not in table(text(tmp_path / "x.csv", lines)).roles


def test_a_code_on_the_first_line_of_a_block_holds_for_the_block_and_that_is_said(tmp_path):
    found = bill(tmp_path, "製品コード,製品名,部品番号,部品名,員数", ["X,ポンプ", ",", "Y,送風機", ","])
    assert found.texts("parent") == ["X", "X", "Y", "Y"]
    assert found.texts("parent_name") == ["ポンプ", "ポンプ", "送風機", "送風機"]
    assert any("製品コード" in note and "2 line(s)" in note for note in said(found))


def test_a_code_in_a_row_of_its_own_heads_the_lines_below(tmp_path):
    head = ["製品コード", "製品名", "部品番号", "部品名", "員数"]
    rows = [["X", "ポンプ", None, None, None], [None, None, "P-1", "ねじ", 4], [None, None, "P-2", "モータ", 1]]
    rows += [["Y", "送風機", None, None, None], [None, None, "P-1", "ねじ", 6], [None, None, "合計", None, 11]]
    found = table(book(tmp_path / "x.xlsx", {"部品表": [head, *rows]}))
    assert (found.texts("parent"), found.texts("parent_name")) == (["X", "X", "Y"], ["ポンプ", "ポンプ", "送風機"])
    assert aside(found) == [(2, "heading"), (5, "heading"), (7, "total")]


@pytest.mark.parametrize(
    ("parents", "parts", "opened"),
    [
        (["X,", "X,", ",", "Y,", "Y,"], ["P-1,a,1", "P-2,b,1", "P-9,c,1", "P-1,a,1", "P-3,d,1"], 1),  # one cell forgotten?
        (["X,", "Y,", ","], ["P-1,a,1", "P-2,b,1", "P-3,c,1"], 1),
        ([",", "X,", ","], ["P-1,a,1", "P-2,b,1", "P-3,c,1"], 2),
        (["X,", ",", ",", "S,", ","], ["P-1,a,1", "P-2,b,1", "S,board,1", "P-1,a,1", "P-3,c,1"], 2),
    ],
)
def test_a_blank_that_may_mean_two_things_is_said_and_not_filled(tmp_path, parents, parts, opened):
    found = bill(tmp_path, "親品番,備考,品番,品名,員数", parents, parts)
    written = [each.rstrip(",") or None for each in parents]
    assert found.texts("parent") == written
    assert any(f"{opened} line(s) leave" in note for note in said(found))


def test_what_stands_below_a_blank_row_is_no_part_of_the_block_above(tmp_path):
    rows = [["X", "P-1", "a", 1], [None, "P-2", "b", 1], [None] * 4, [None, "P-3", "c", 1]]
    found = table(book(tmp_path / "x.xlsx", {"BOM": [["親品番", "品番", "品名", "員数"], *rows]}))
    assert found.texts("parent") == ["X", "X", None]
    assert any("1 line(s) leave" in note for note in said(found))


def test_products_that_go_into_nothing_are_no_open_lines(tmp_path):
    found = bill(tmp_path, "親品番,備考,品番,品名,員数", [",", "X,", "X,"], ["X,pump,1", "P-1,a,1", "P-2,b,1"])
    assert found.texts("parent") == [None, "X", "X"] and not said(found)
