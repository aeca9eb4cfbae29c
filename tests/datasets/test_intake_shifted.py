"""Rows of a text with more or fewer cells than its header."""

from __future__ import annotations

import handed_in
import polars as pl
import pytest
from kanmon.datasets.intake.shifted import straightened
from people_files import aside, table, text

HEAD = "Part No,Description,Qty,Supplier,Country"
WHOLE = ["A-1,Screw M3,4,Acme,Japan", "A-2,Nut,2,Beta GmbH,Germany", "A-3,Bolt,9,Gamma,Japan"]


def lines(tmp_path, *rows, head=HEAD, whole=WHOLE):
    """The table of a text, and its lines but those of which nothing is wrong."""
    found = table(text(tmp_path / "bom.csv", [head, *whole, *rows]))
    return found, [row[1:] for row in found.data.rows() if row[0] > 1 + len(whole)]


def said(found):
    return {name: note.values["rows"] for note in found.notes if (name := note.key.rpartition(".")[2]).startswith("cells_")}


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("A-4,Screw, M4,5,Acme,Japan", ("A-4", "Screw, M4", "5", "Acme", "Japan")),
        ("A-4,Washer, flat,7,Acme,", ("A-4", "Washer, flat", "7", "Acme", None)),  # with a blank country it has no more
        ("A-4,Screw, M4,as needed,Acme,Japan", ("A-4", "Screw, M4", "as needed", "Acme", "Japan")),
        ("A-4,Nut,5,Beta, Inc.,Japan", ("A-4", "Nut", "5", "Beta, Inc.", "Japan")),
        ("A-4,Screw, M4, steel,5,Acme,Japan", ("A-4", "Screw, M4, steel", "5", "Acme", "Japan")),
    ],
)
def test_pieces_of_one_cell_are_joined_where_there_is_one_way(tmp_path, row, cells):
    found, read = lines(tmp_path, row)
    assert read == [cells] and said(found) == {"cells_joined": "5"}


def test_where_several_ways_fit_what_they_share_is_kept_and_the_rest_is_unknown(tmp_path):
    found, read = lines(tmp_path, "A-4,Screw,M4,5,Acme,Japan", "A-5,Nut,5,Beta,Inc.,Japan", "A-6,Gear,6,Acme,Japan")
    assert read == [
        ("A-4", "Screw,M4", "5", "Acme", "Japan"),  # no number of a part holds a comma
        ("A-5", "Nut", "5", "Beta,Inc.", "Japan"),  # "Inc." and "Inc.,Japan" are no countries
        ("A-6", "Gear", "6", "Acme", "Japan"),
    ]
    assert said(found) == {"cells_joined": "5, 6"}
    head, whole = "Part No,Description,Material,Qty", ["A 1,Screw M3,steel,4", "A 2,Nut,raw brass,2", "A 3,Bolt,zinc,1"]
    found, read = lines(tmp_path, "A 4,Screw,M4,steel,5", head=head, whole=whole)
    assert (read, aside(found)) == ([], [(5, "shifted")])  # any two of the first four may be one
    found, read = lines(tmp_path, "A-4,Screw,M4,steel,5", head=head, whole=[row.replace("A ", "A-") for row in whole])
    assert read == [("A-4", None, None, "5")] and said(found) == {"cells_open": "5"}


def test_a_decimal_comma_without_quotes_is_no_count_of_its_own(tmp_path):
    head, whole = "Part No,Price,Qty,Supplier", ["A-1,2.5,4,Acme Ltd", "A-2,3,2,Beta", "A-3,1.25,9,Acme Ltd"]
    found, read = lines(tmp_path, "A-4,1,50,7,Acme Ltd", head=head, whole=whole)
    assert (read, aside(found)) == ([], [(5, "shifted")])  # 1.50 and 7, 1 and 507, or 1 and 50 from "7,Acme Ltd"
    assert found.totals == {"quantity": 15.0}


def test_a_cell_behind_the_last_header_is_a_remark_where_all_others_fit(tmp_path):
    found, read = lines(tmp_path, "A-4,Gear,1,Acme,Japan,urgent")
    assert read == [("A-4", "Gear", "1", "Acme", "Japan")] and said(found) == {"cells_beyond": "5"}


def test_rows_with_too_few_cells_are_blank_at_their_end_or_where_one_is_missing(tmp_path):
    found, read = lines(tmp_path, "A-4,Gear,1,Acme")
    assert read == [("A-4", "Gear", "1", "Acme", None)] and said(found) == {"cells_short": "5"}
    found, read = lines(tmp_path, "A-4,Gear,Acme,Japan")
    assert read == [("A-4", "Gear", None, "Acme", "Japan")] and said(found) == {"cells_open": "5"}
    found, read = lines(tmp_path, "A-4,7,Acme,Japan")
    assert (read, aside(found)) == ([], [(5, "shifted")])  # a number without a name, or a name without a number


def test_an_audit_says_which_rows_it_does_not_use(tmp_path):
    path = text(tmp_path / "bom.csv", [HEAD, *WHOLE, "A-4,7,Acme,Japan", "A-5,9,Acme,Japan"])
    assert [row["part"] for row in handed_in.rows(path)["bom"]] == ["A-1", "A-2", "A-3"]
    assert "2 rows have more or fewer cells than the header" in handed_in.says(handed_in.company(path))


@pytest.mark.parametrize(
    "rows",
    [
        [HEAD, *(row + "," for row in WHOLE)],  # as some publishers end each
        [HEAD, *(row + ",,," for row in WHOLE), "A-4,Gear,as needed,Acme,Japan,,,"],
        [HEAD + ",,,", *(row + ",,," for row in WHOLE), "A-4,Gear,as needed,Acme,Japan,,,"],
        [HEAD + ",,,", *WHOLE, "A-4,Gear,as needed,Acme,Japan"],
        [HEAD, *(row + ",see drawing" for row in WHOLE), "A-4,Gear,1,Acme,Japan"],  # a last column without a header
        ["Bill of materials", "", HEAD, *WHOLE, "", "Total,,15"],
        [HEAD, *(row.rpartition(",")[0] for row in WHOLE), "A-4,Gear,1,Acme,Japan"],  # blanks at the end left off
    ],
)
def test_rows_that_end_as_a_program_ends_them_are_not_shifted(tmp_path, rows):
    found = table(text(tmp_path / "bom.csv", rows))
    assert said(found) == {} and found.texts("part")[:3] == ["A-1", "A-2", "A-3"]
    assert found.numbers("quantity")[:3] == [4.0, 2.0, 9.0]


def test_names_of_rows_that_have_no_header_shift_nothing(tmp_path):
    lines = ["part_no,description,qty,supplier", "1,A-1,Screw,4,Acme Ltd", "2,A-2,Nut,2,Beta", "3,A-3,Gear,#N/A,Gamma"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == ["A-1", "A-2", "A-3"] and found.numbers("quantity") == [4.0, 2.0, None]
    assert found.texts("supplier") == ["Acme Ltd", "Beta", "Gamma"] and found.letters == ("B", "C", "D", "E")
    notes = {note.key.rpartition(".")[2]: note.values for note in found.notes}
    assert notes["cells_numbered"] == {"columns": 4} and notes["unsaved"]["address"] == "D4"


def test_some_broken_rows_make_no_separator_of_decimal_commas(tmp_path):
    whole = [f"A-{n};Bolt M3;3,20;Acme;2025-01-02" for n in range(10)]
    broken = ["B-1;Nut;M4;2,50;Acme;2025-01-02", "B-2;on request;Acme", "B-3;Nut;2,50;2025-01-02"]
    found, read = lines(tmp_path, *broken, head="Part No;Description;Unit price;Supplier;Date", whole=whole)
    assert found.numbers("price") == [3.2] * 10 + [2.5, None, 2.5]
    assert read[-1] == ("B-3", "Nut", "2,50", None, "2025-01-02")  # no firm is called by a day


def test_a_text_without_a_header_whose_last_cells_are_all_blank_is_read_as_it_stands():
    cells = pl.DataFrame({"a": ["A-1", "A-2"], "b": ["Nut", "Screw"], "c": ["4", None]})
    found = straightened(
        cells, ["", "", ""], 0, [4, 2], ","
    )  # "A-1,Nut,4," and "A-2,Screw": four columns, one of them blank
    assert found.frame.equals(cells) and dict(found.rows) == {1: "short"}
