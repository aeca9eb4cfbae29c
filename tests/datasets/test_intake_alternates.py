"""Lines of a bill that a column marks as alternates of the line before them."""

import handed_in
import pytest
from kanmon.datasets.intake.understanding import understand


def table(folder, *lines):
    (folder / "bom.csv").write_text("\n".join(lines), encoding="utf-8")
    (found,) = understand(folder).tables
    return found


def together(found):
    """The lines that share a group, by their parts."""
    groups = {}
    for part, group in zip(found.texts("part"), found.texts("group"), strict=True):
        groups.setdefault(group, []).append(part)
    return [parts for group, parts in groups.items() if group is not None]


@pytest.mark.parametrize("word", ["Y", "ALT", "yes", "○", "代替"])
def test_a_marked_line_with_the_number_of_the_line_before_takes_its_place(tmp_path, word):
    lines = ["Find No,Part No,Name,Qty,Alternate", "1,A-1,Motor,2,", f"1,A-2,Motor B,2,{word}", f"1,A-3,Motor C,2,{word}"]
    found = table(tmp_path, *lines, "2,G-1,Gear,1,")
    assert together(found) == [["A-1", "A-2", "A-3"]]
    assert [note.values["count"] for note in found.notes if note.key == "datasets.intake.alternates"] == [2]


def test_a_word_marks_a_line_without_numbers_and_each_product_has_its_own(tmp_path):
    lines = [
        "親品番,品番,品名,員数,代替区分",
        "X,A-1,モータ,2,主",
        "Y,A-1,モータ,2,主",
        "X,A-2,モータB,2,代替",
        "Y,G-1,歯車,1,主",
    ]
    found = table(tmp_path, *lines)
    groups = dict(zip(zip(found.texts("parent"), found.texts("part"), strict=True), found.texts("group"), strict=True))
    assert groups["X", "A-1"] == groups["X", "A-2"] is not None and groups["Y", "A-1"] is groups["Y", "G-1"] is None


def test_what_stands_below_a_part_is_no_line_that_an_alternate_above_could_replace(tmp_path):
    lines = [
        "Level,Part No,Name,Qty,Alternate",
        "1,A-1,Motor,2,",
        "2,B-1,Coil,1,",
        "1,A-2,Motor B,2,ALT",
        "2,B-2,Coil B,1,ALT",
    ]
    assert together(table(tmp_path, *lines)) == [["A-1", "A-2"]]


def test_a_mark_goes_with_no_number_of_another_board_whose_numbers_start_anew(tmp_path):
    lines = ["Find No,Part No,Name,Qty,Alternate", "1,A-1,Motor,2,", "2,A-2,Gear,2,", "1,B-1,Fan,1,", "2,B-2,Belt,1,Y"]
    found = table(tmp_path, *lines, "3,B-3,Seal,1,")
    assert together(found) == [] and "datasets.intake.alternates_open" in [note.key for note in found.notes]


def test_that_alternates_exist_makes_no_line_one(tmp_path):
    lines = ["品番,品名,員数,代替", "A-1,モータ,2,○", "G-1,歯車,1,", "S-1,シール,1,○"]
    assert together(table(tmp_path, *lines)) == []
    assert together(table(tmp_path, *(line.replace("○", "有") for line in lines))) == []


def test_numbers_of_groups_stay_groups(tmp_path):
    lines = ["品番,品名,員数,代替", "A-1,モータ,2,1", "G-1,歯車,1,", "A-2,モータB,2,1"]
    assert together(table(tmp_path, *lines)) == [["A-1", "A-2"]]


def test_a_company_needs_one_of_them(tmp_path):
    lines = ["Parent,Find No,Part No,Name,Qty,Alternate", "X,1,A-1,Motor,2,", "X,1,A-2,Motor B,2,Y", "X,2,G-1,Gear,1,"]
    (tmp_path / "bom.csv").write_text("\n".join(lines), encoding="utf-8")
    needs = {need.part: need.group for need in handed_in.company(tmp_path).needs}
    assert needs["A-1"] == needs["A-2"] is not None and needs["G-1"] is None


def test_in_a_list_sorted_by_parts_an_alternate_goes_with_the_line_of_its_number(tmp_path):
    lines = ["Find No,Part No,Name,Qty,Alternate", "10,A-1,Motor,2,", "30,B-1,Belt B,1,Alt", "20,G-2,Gear,1,"]
    found = table(tmp_path, *lines, "30,K-1,Belt,1,", "10,Z-2,Motor B,2,Alt")
    assert sorted(together(found)) == [["A-1", "Z-2"], ["B-1", "K-1"]]


def test_an_alternate_with_a_number_of_its_own_goes_with_the_line_before_it(tmp_path):
    lines = ["Find No,Part No,Name,Qty,Alternate", "10,A-1,Motor,2,", "20,B-1,Motor B,2,Alt", "30,G-2,Gear,1,"]
    assert together(table(tmp_path, *lines)) == [["A-1", "B-1"]]


def test_groups_that_another_column_names_stay_beside_marks(tmp_path):
    lines = ["Part No,Name,Qty,Alt group,Alternate", "P-1,Motor,2,A1,", "P-2,Gear,1,,", "P-3,Motor B,2,A1,Alt"]
    assert together(table(tmp_path, *lines)) == [["P-1", "P-3"]]


def said(found):
    return [(note.key.rpartition(".")[2], note.values.get("count")) for note in found.notes]


def test_lines_with_one_number_and_no_mark_are_needed_both_and_that_is_said(tmp_path):
    lines = ["Item,Part No,Name,Qty", "1,A-1,Motor,2", "1,A-1B,Motor B,2", "2,G-1,Gear,4"]
    found = table(tmp_path, *lines)
    assert found.texts("group") == [None] * 3 and said(found) == [("same_number", 1)]
    assert [note.values["row"] for note in found.notes] == [3]


@pytest.mark.parametrize(
    "lines",
    [
        ["X,1,A-1,Motor,2", "X,2,G-1,Gear,4", "Y,1,A-2,Motor B,2"],  # each product counts from 1
        ["X,1,A-1,Motor,2", "X,1,A-1,Motor,2", "X,2,G-1,Gear,4"],  # the same part
        ["X,10,A-1,Motor,2", "X,10,G-1,Gear,4"],  # the number of something else
    ],
)
def test_numbers_that_no_two_parts_of_a_product_share_say_nothing(tmp_path, lines):
    assert said(table(tmp_path, "Parent,Item,Part No,Name,Qty", *lines)) == []


def test_marks_that_say_not_of_what_make_no_group_and_that_is_said(tmp_path):
    found = table(tmp_path, "Part No,Name,Qty,Alternate", "A-1,Motor,2,X", "G-1,Gear,4,", "S-1,Seal,4,X")
    assert together(found) == [] and said(found) == [("alternates_open", 2)]


def test_a_yes_takes_the_place_of_the_one_line_of_its_number_wherever_that_stands(tmp_path):
    lines = ["Item,Part No,Name,Qty,Alternate", "1,A-1,Motor,2,Y", "2,G-1,Gear,4,", "1,A-2,Motor B,2,"]
    assert together(table(tmp_path, *lines)) == [["A-1", "A-2"]]


def test_counted_marks_are_marks_where_each_has_the_number_of_another_line_and_else_names_of_groups(tmp_path):
    head = "Item,Part No,Name,Qty,Alternate"
    lines = ["1,A-1,Motor,2,", "1,A-2,Motor B,2,Alt 1", "1,A-3,Motor C,2,Alt 2", "2,G-1,Gear,4,", "2,G-2,Gear B,4,Alt 1"]
    assert together(table(tmp_path, head, *lines)) == [["A-1", "A-2", "A-3"], ["G-1", "G-2"]]
    groups = ["1,A-1,Motor,2,Alt 1", "2,G-1,Gear,4,", "3,A-2,Motor B,2,Alt 1"]
    assert together(table(tmp_path, head, *groups)) == [["A-1", "A-2"]]


@pytest.mark.parametrize("header", ["Substitute For", "代替元品番"])
def test_an_alternate_may_name_the_part_whose_place_it_takes(tmp_path, header):
    lines = [f"Parent,Part No,Name,Qty,{header}", "X,A-1,Motor,2,", "Y,A-1,Motor,2,", "X,G-1,Gear,4,", "X,A-2,Motor B,2,a-1"]
    found = table(tmp_path, *lines)
    assert together(found) == [["A-1", "A-2"]] and found.texts("group")[1] is None


@pytest.mark.parametrize("head", ["代替品番", "代替品", "Substitute List", "Alternate Part Number", "替代料号"])
def test_other_parts_that_a_column_names_are_no_group_and_no_name_and_that_is_said(tmp_path, head):
    lines = [f"parent,part,name,qty,{head}", "X,P-1,Magnet,1,P-9Z", "X,P-2,Seal,1,P-9Z", "X,P-3,Axle,1,"]
    found = table(tmp_path, *lines)
    assert found.texts("part") == ["P-1", "P-2", "P-3"] and "group" not in found.roles
    assert not [role for role, columns in found.roles.items() if 4 in columns and role != "other"]
    note = next(note for note in found.notes if note.key == "datasets.intake.substitutes")
    assert (note.values["count"], note.values["cell"]) == (2, "P-9Z")


def test_a_group_may_be_called_as_substitutes_are(tmp_path):
    lines = ["parent,part,name,qty,代替品", "X,P-1,Magnet,1,A", "X,P-2,Magnet,1,A", "X,P-3,Axle,1,"]
    found = table(tmp_path, *lines)
    assert found.texts("group") == ["A", "A", None] and "datasets.intake.substitutes" not in [
        note.key for note in found.notes
    ]
