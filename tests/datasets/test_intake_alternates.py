"""Lines of a bill that a column marks as alternates of the line before them."""

import pytest
from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.mapping import recognise
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
    needs = {need.part: need.group for need in company_from(recognise(understand(tmp_path))).needs}
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
