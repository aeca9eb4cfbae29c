"""Numbers that a spreadsheet spoiled before anybody read them."""

from __future__ import annotations

import pytest
from kanmon.app.audit.mapping import recognise
from kanmon.datasets.intake.understanding import understand
from people_files import table, text

HEAD = "Part No,Description,Qty,Supplier"


def notes(found):
    return {note.key.rpartition(".")[2]: note.values for note in found.notes}


def test_numbers_cut_to_the_same_figure_make_no_one_part_of_two(tmp_path):
    lines = [HEAD, "1.23457E+11,Screw,4,Acme", "1.23457E+11,Nut,2,Acme", "ABC-1,Bolt,1,Acme", "4.5E+12,,1,Acme"]
    path = text(tmp_path / "bom.csv", lines)
    found = table(path)
    assert found.texts("part") == [None, None, "ABC-1", "4.5E+12"]  # without a name it is all that there is
    assert notes(found)["cut_numbers"] == {"column": "Part No", "count": 3, "words": "1.23457E+11, 4.5E+12", "row": 2}
    named = [(row["part"], row["name"]) for row in recognise(understand(path)).rows("bom")]
    assert named[:2] == [(None, "Screw"), (None, "Nut")]


@pytest.mark.parametrize("number", ["1E-3", "12E+4", "1.5E3", "R1E+10K", "3E+5"])
def test_numbers_of_parts_that_only_look_like_figures_are_left_alone(tmp_path, number):
    found = table(text(tmp_path / "bom.csv", [HEAD, f"{number},Screw,4,Acme", "ABC-1,Bolt,1,Acme"]))
    assert found.texts("part") == [number, "ABC-1"] and "cut_numbers" not in notes(found)


@pytest.mark.parametrize("day", ["2-Jan", "Mar-15", "1月2日"])
def test_a_number_that_became_a_day_is_said(tmp_path, day):
    found = table(text(tmp_path / "bom.csv", [HEAD, "A-2,Bolt,1,Acme", f"{day},Screw,4,Acme"]))
    assert found.texts("part") == ["A-2", day]
    assert (notes(found)["numbers_as_days"]["row"], notes(found)["numbers_as_days"]["count"]) == (3, 1)


@pytest.mark.parametrize(
    ("head", "cells", "said"),
    [
        ("Part No;Description;Qty;Supplier", ("1.000", "2.500"), True),
        ("Part No;Description;Qty;Supplier", ("1.000", "2.5"), False),
        ("Part No;Description;Qty;Supplier", ("0.250", "1.000"), False),
        ("Part No;Description;Qty;Supplier", ("4", "12"), False),
        ("品番;品名;員数;仕入先", ("1.000", "2.500"), False),
        ("Teilenummer;Bezeichnung;Menge;Lieferant", ("1.000", "2.500"), False),
    ],
)
def test_a_dot_that_may_part_thousands_is_said_where_nothing_else_tells(tmp_path, head, cells, said):
    found = table(text(tmp_path / "bom.csv", [head, f"A-1;Screw;{cells[0]};Acme", f"A-2;Nut;{cells[1]};Acme"]))
    assert ("dot_open" in notes(found)) is said


def test_a_dot_in_a_sum_of_money_is_said_too(tmp_path):
    lines = ["Date;Part No;Supplier;Amount", "2025-01-02;A-1;Acme;1.500", "2025-01-03;A-2;Beta;12.750"]
    assert notes(table(text(tmp_path / "ledger.csv", lines)))["dot_open"]["cell"] == "1.500"
