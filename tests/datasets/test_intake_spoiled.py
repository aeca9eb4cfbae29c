"""Numbers that a spreadsheet spoiled before anybody read them."""

from __future__ import annotations

import handed_in
import openpyxl
import pytest
from openpyxl.styles import Alignment, Font
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
    named = [(row["part"], row["name"]) for row in handed_in.rows(path)["bom"]]
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


def sheet(path, rows, style):
    pages = openpyxl.Workbook()
    page = pages.active
    for row in rows:
        page.append(row)
    style(page)
    pages.save(path)
    return path


def test_lines_that_are_struck_out_are_said_and_count(tmp_path):
    def style(page):
        for cell in (*page[3], page["A2"]):
            cell.font = Font(strike=True)

    rows = [HEAD.split(","), ["A-1", "Screw", 4, "Acme"], ["A-2", "Nut", 2, None], ["A-3", "Bolt", 1, "Acme"]]
    found = table(sheet(tmp_path / "bom.xlsx", rows, style))
    assert found.texts("part") == ["A-1", "A-2", "A-3"]
    assert notes(found)["struck"] == {"count": 1, "row": 3}  # the whole line, not a cell of it


def test_lines_that_a_filter_hides_are_said_and_count(tmp_path):
    def style(page):
        page.auto_filter.ref = "A1:D4"
        page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = True

    rows = [HEAD.split(","), ["A-1", "Screw", 4, "Acme"], ["A-2", "Nut", 2, None], ["A-3", "Bolt", 1, "Acme"]]
    found = table(sheet(tmp_path / "bom.xlsx", rows, style))
    assert found.texts("part") == ["A-1", "A-2", "A-3"]
    assert notes(found)["hidden"] == {"count": 2, "row": 3}
    assert "hidden" not in notes(table(sheet(tmp_path / "shown.xlsx", rows, lambda page: None)))


def test_zeros_in_front_that_only_a_format_shows_belong_to_the_number_of_a_part(tmp_path):
    def style(page):
        for cell in ("C4", "C5"):
            page[cell].number_format = "00000"

    rows = [[], [], [None, None, "Part No", "Qty"], [None, None, 123, 4], [None, None, "0045X", 2], [None, None, 678, 1]]
    found = table(sheet(tmp_path / "bom.xlsx", rows, style))
    assert found.texts("part") == ["00123", "0045X", "678"]


LEDGER = [
    ["Date", "Part No", "Supplier", "Amount"],
    ["2025-01-01", "A-1", "Acme", 100],
    ["2025-01-02", "A-1", "Beta", -20.5],
    ["2025-01-03", "A-2", "Beta", 7],
]


def test_currencies_that_only_formats_tell_are_not_added_up(tmp_path):
    def style(page):
        page["D2"].number_format = '"$"#,##0.00'
        page["D3"].number_format = "[$€-2] #,##0.00"

    found = table(sheet(tmp_path / "ledger.xlsx", LEDGER, style))
    assert found.currency_of_rows == ["USD", "EUR", None]
    assert found.numbers("amount") == [100.0, -20.5, 7.0]


def test_one_currency_that_stands_on_the_first_line_alone_is_left_as_it_is(tmp_path):
    def style(page):
        page["D2"].number_format = '"$"#,##0.00'
        page["D4"].number_format = "[$$-409]#,##0.00"

    found = table(sheet(tmp_path / "ledger.xlsx", LEDGER, style))
    assert (found.currencies, found.cells(3)[0]) == (set(), "100")


@pytest.mark.parametrize(
    ("form", "currency"),
    [
        ("[$¥-804]#,##0", "CNY"),
        ("[$￥-804]#,##0", "CNY"),
        ("[$¥-411]#,##0", "JPY"),
        ("[$USD] #,##0", "USD"),
        ("[$-409]#,##0.00", None),  # the country of the digits, no sign
        ("[$$-C09]#,##0", None),  # Australia's
        ('"A$"#,##0', None),
    ],
)
def test_a_sign_that_several_countries_write_is_of_the_one_that_its_format_names(tmp_path, form, currency):
    def style(page):
        page["D2"].number_format, page["D3"].number_format = "[$€-2] #,##0.00", "[$£-809]#,##0.00"
        page["D4"].number_format = form

    found = table(sheet(tmp_path / "ledger.xlsx", LEDGER, style))
    assert found.currency_of_rows == ["EUR", "GBP", currency]
    assert found.numbers("amount") == [100.0, -20.5, 7.0]


def test_numbers_of_more_digits_than_a_spreadsheet_keeps_are_said(tmp_path):
    numbers = ["1234567890123460000", "1234567890123457024", "12345678901234", "1234567890123457", "1234567890123457891"]
    lines = ["Part No,Name,Qty", *(f"{number},Motor {n},1" for n, number in enumerate(numbers))]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == numbers
    said = [note for note in found.notes if note.key == "datasets.intake.numbers_rounded"]
    assert [(note.values["count"], note.values["row"]) for note in said] == [(2, 2)]


def indented(folder, *rows, head=("Part No", "Name", "Qty")):
    book, path = openpyxl.Workbook(), folder / "bom.xlsx"
    sheet = book.active
    sheet.append(head)
    for indent, *cells in rows:
        sheet.append(cells)
        sheet.cell(sheet.max_row, 1).alignment = Alignment(indent=indent)
    book.save(path)
    return table(path)


def test_indents_of_cells_are_levels_where_they_go_inwards_by_one(tmp_path):
    found = indented(tmp_path, (0, "A", "Pump", 1), (1, "B", "Head", 1), (2, "C", "Screw", 4), (1, "D", "Motor", 2))
    assert (found.levels, [part.strip() for part in found.texts("part")]) == ([0, 1, 2, 1], ["A", "B", "C", "D"])
    assert [note.key for note in found.notes] == ["datasets.intake.indents"]


@pytest.mark.parametrize("indents", [(1, 1, 1), (0, 2, 0), (0, 0, 0)])
def test_indents_that_draw_no_levels_are_looks(tmp_path, indents):
    found = indented(tmp_path, *((indent, f"P-{n}", "Motor", 1) for n, indent in enumerate(indents)))
    assert found.levels == [None] * 3 and found.notes == ()


def test_indents_of_a_ledger_tell_no_levels(tmp_path):
    rows = [(n % 2, "A-1", "Bolt", 10, f"2025-01-0{n + 2}", "Acme", 100) for n in range(3)]
    found = indented(tmp_path, *rows, head=("Part No", "Name", "Qty", "Date", "Vendor", "Amount"))
    assert (found.kind, found.notes) == ("ledger", ())


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Артикул;Наименование;Количество;Поставщик", True),
        ("Référence;Désignation;Quantité;Fournisseur", True),
        ("Artikelnummer;Bezeichnung;Menge;Lieferant", False),
    ],
)
def test_a_dot_before_three_digits_is_open_where_the_language_parts_thousands_with_blanks(tmp_path, head, said):
    found = table(text(tmp_path / "bom.csv", [head, "A-1;Bolt;1.500;X", "A-2;Nut;2.125;Y"]))
    assert found.numbers("quantity") == [1500.0, 2125.0]
    assert notes(found).get("dot_open", {}).get("value") == ("1500" if said else None)
    clear = table(text(tmp_path / "clear.csv", [head, "A-1;Bolt;1.500,25;X", "A-2;Nut;2.125;Y"]))
    assert "dot_open" not in notes(clear)
