"""Cells that name several of the products that a part goes into."""

from __future__ import annotations

import handed_in
import pytest
from kanmon.datasets.intake.understanding import understand
from people_files import book, table, text

HEAD = "Part No,Description,Qty,Supplier,Used in"


def needs(path):
    return {(need.parent, need.part, need.quantity) for need in handed_in.company(path).needs}


def said(found):
    return {note.key.rpartition(".")[2]: note.values for note in found.notes}


@pytest.mark.parametrize(
    ("cell", "products"),
    [
        ("Pump X; Pump Y", {"Pump X", "Pump Y"}),
        ("Pump X / Pump Y", {"Pump X", "Pump Y"}),
        ('"Pump X, Pump Y"', {"Pump X", "Pump Y"}),
        ("Pump Ｙ、pump x", {"Pump X", "Pump Y"}),
        ('"Pump X\nPump Y"', {"Pump X", "Pump Y"}),
    ],
)
def test_a_line_counts_for_each_product_that_its_cell_names(tmp_path, cell, products):
    path = text(tmp_path / "list.csv", [HEAD, "A-1,Screw,4,Acme,Pump X", "A-2,Nut,1,Acme,Pump Y", f"A-3,Bolt,2,Acme,{cell}"])
    assert {parent for parent, part, quantity in needs(path) if part == "A-3" and quantity == 2.0} == products
    assert said(table(path))["products_apart"]["count"] == 1
    assert table(path).rows == 3 and table(path).totals == {"quantity": 7.0}  # bought once, whatever it goes into


def test_a_cell_of_which_not_every_piece_is_known_stays_one_name_and_is_asked_about(tmp_path):
    path = text(tmp_path / "list.csv", [HEAD, "A-1,Screw,4,Acme,Pump X", "A-2,Nut,1,Acme,Pump X / Valve Z"])
    assert needs(path) == {("Pump X", "A-1", 4.0), ("Pump X / Valve Z", "A-2", 1.0)}
    assert said(table(path))["products_perhaps"] == {"column": "Used in", "cell": "Pump X / Valve Z", "count": 1}


def test_a_stroke_in_a_name_parts_nothing(tmp_path):
    lines = [HEAD, "A-1,Screw,4,Acme,PSU 24V/5A", "A-2,Nut,1,Acme,PSU 24V/3A", "A-3,Nut,1,Acme,PSU 24V/5A"]
    path = text(tmp_path / "list.csv", lines)
    assert {parent for parent, _, _ in needs(path)} == {"PSU 24V/5A", "PSU 24V/3A"}
    assert not said(table(path)).keys() & {"products_apart", "products_perhaps"}


def test_products_that_several_cells_of_a_column_repeat_are_known_by_that(tmp_path):
    lines = [HEAD, "A-1,Screw,4,Acme,P1; P2", "A-2,Nut,1,Acme,P2; P3", "A-3,Bolt,1,Acme,P1; P3"]
    path = text(tmp_path / "list.csv", lines)
    assert {parent for parent, _, _ in needs(path)} == {"P1", "P2", "P3"}


def test_a_bill_that_names_products_of_a_list_by_their_names_is_about_those(tmp_path):
    bill = [["Part No", "Qty", "Used in"], ["A-1", 4, "Pump"], ["A-2", 1, "Fan"], ["A-3", 1, "Valve"], ["A-4", 1, "P-1"]]
    head = ["Product No", "Product name", "Annual revenue"]
    products = [head, ["P-1", "Pump", 100], ["P-2", "Fan", 50], ["P-3", "Fan", 20]]
    path = book(tmp_path / "list.xlsx", {"BOM": bill, "Products": products})
    assert needs(path) == {("P-1", "A-1", 4.0), ("Fan", "A-2", 1.0), ("Valve", "A-3", 1.0), ("P-1", "A-4", 1.0)}


def test_products_are_known_from_another_sheet_and_a_name_with_a_mark_that_stands_there_is_one(tmp_path):
    bill = [["品番", "品名", "員数", "使用製品"], ["A-1", "ねじ", 4, "ポンプX、バルブZ"], ["A-2", "ナット", 1, "弁A/B"]]
    names = ["ポンプX", "バルブZ", "弁A/B", "弁A", "B"]
    products = [["製品番号", "製品名", "年間売上"], *([f"P-{n}", name, 100] for n, name in enumerate(names, 1))]
    path = book(tmp_path / "list.xlsx", {"部品一覧": bill, "製品": products})
    found = next(one for one in understand(path).tables if one.sheet == "部品一覧")
    assert said(found)["products_apart"]["count"] == 1 and "products_perhaps" not in said(found)
    assert {(parent, part) for parent, part, _ in needs(path)} == {("P-1", "A-1"), ("P-2", "A-1"), ("P-3", "A-2")}
