"""The head that SAP writes above a list of components: its product, and for how many of it the quantities are.

The lines are laid out as in the unconverted list (tabs, UTF-16) that `sapBomImport.test.js` of a public repository shows:
"Dynamic List Display", labels and values in the sixth column, levels as ".1" and "..2", "Obj" above the components.
"""

import pytest
from handed_in import company
from people_files import table

HEAD = "\tPlnt\tSPT\tItem\tLevel\t\tObj\tObject description\tQuantity\tUn\tCostRel\tMS\tSLoc\tSLoc"
LINES = [(".1", "20067", "Support", "2.000"), ("..2", "20071", "Plate", "6.000"), (".1", "20058", "Front", "1.000")]


def listed(folder, *counts, lines=LINES, product="10101158", head=HEAD):
    above = ["01.10.2026\tDynamic List Display\t1", "", f"Material\t\t\t\t\t{product}"]
    above += ["Plant/Usage/Alt.\t\t\t\t\t2140 / 1 / 01", "Description\t\t\t\t\tRADIATOR"]
    above += [f"{label}      (PC )\t\t\t\t\t{count}" for label, count in counts]
    rows = [
        f"\t2140\t\t0010\t{level}\t\t{part}\t{name}\t  {quantity}\tPC\tX\tZ2\t\tS4" for level, part, name, quantity in lines
    ]
    path = folder / "cs12.xls"
    path.write_bytes(b"\xff\xfe" + "\r\n".join([*above, "", head, "", *rows]).encode("utf-16-le"))
    return path


def needs(path):
    return [(need.parent, need.part, need.quantity) for need in company(path).needs]


def keys(path):
    return [note.key.rpartition(".")[2] for note in table(path).notes]


def test_the_topmost_lines_go_into_the_material_of_the_head(tmp_path):
    path = listed(tmp_path, ("Base Qty", "1.000"))
    assert needs(path) == [("10101158", "20067", 2.0), ("20067", "20071", 6.0), ("10101158", "20058", 1.0)]
    assert company(path).parts["10101158"].name == "RADIATOR" and keys(path)[0] == "head"


@pytest.mark.parametrize(
    ("counts", "count"),
    [
        ([("Base Qty", "100.000")], 100),
        ([("Base Qty", "100.000"), ("Reqd Qty", "10.000")], 10),
        ([("Base Qty", "1,000.000")], 1000),
    ],
)
def test_quantities_are_for_as_many_as_the_head_says_and_below_the_topmost_level_for_nobody_knows_how_many(
    tmp_path, counts, count
):
    path = listed(tmp_path, *counts)
    assert [quantity for _, _, quantity in needs(path)] == [2 / count, None, 1 / count]
    assert {"head", "head_count", "head_deeper"} <= set(keys(path))


def test_a_list_without_levels_is_for_as_many_as_the_head_says(tmp_path):
    head = HEAD.replace("Level", "")
    lines = [("", part, name, quantity) for _, part, name, quantity in LINES]
    path = listed(tmp_path, ("Base Qty", "100.000"), lines=lines, head=head)
    assert needs(path) == [("10101158", part, float(quantity) / 100) for _, part, _, quantity in lines]


def test_a_count_with_a_decimal_comma_is_read_as_the_quantities_are(tmp_path):
    lines = [(level, part, name, quantity.replace(".", ",")) for level, part, name, quantity in LINES]
    path = listed(tmp_path, ("Base Qty", "1,000"), lines=lines)
    assert [quantity for _, _, quantity in needs(path)] == [2.0, 6.0, 1.0] and "head_count" not in keys(path)


def test_a_product_that_is_a_line_itself_is_no_parent_of_its_own(tmp_path):
    path = listed(tmp_path, ("Base Qty", "1.000"), product="20067")
    assert "head" not in keys(path) and ("20067", "20067") not in [need[:2] for need in needs(path)]
