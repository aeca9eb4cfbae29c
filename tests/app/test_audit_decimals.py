"""Figures as Europeans write them into cells of text: a comma before the decimals, dots between thousands."""

import pytest
from handed_in import company
from kanmon.app.audit.cells import read
from kanmon.app.survey.replies import _share
from kanmon.datasets.intake.understanding import understand
from kanmon.datasets.layout import sheets
from plain_sheets import workbook

COLUMNS = sheets()["sourcing"]


def german(budget="400.000", spend=("1.200.000", "900.000"), share=("0,4", "0,6"), revenue="18.500.000"):
    return {
        "Company": [["Company name", "Currency", "Budget for measures"], ["Chemie GmbH", "EUR", budget]],
        "Products": [["Product No.", "Annual revenue"], ["A", revenue]],
        "BOM": [["Parent", "Part No.", "Quantity"], ["A", "P", 1]],
        "Sourcing": [
            ["Part No.", "Supplier", "Country of production", "Share", "Annual spend"],
            *(["P", f"V{n}", "Germany", part, amount] for n, (part, amount) in enumerate(zip(share, spend, strict=True))),
        ],
    }


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("share", "0,4", 0.4),
        ("share", "33,5%", 0.335),
        ("lead_days", "1,5 Monate", 45.0),
        ("switch_days", "1,200 days", 1200.0),
        ("spend", "1,234,567", 1234567.0),
        ("spend", "12,50", 12.5),
    ],
)
def test_a_comma_before_one_or_two_digits_is_the_decimal_sign_whatever_the_column(column, cell, value):
    assert read(COLUMNS[column], cell) == pytest.approx(value)


def test_a_reply_with_a_comma_before_its_decimals_is_that_share():
    assert (_share("0,4"), _share("12,5%")) == (0.4, 0.125)


def test_dots_that_can_only_part_thousands_tell_how_the_others_of_their_column_are_read(tmp_path):
    found = company(workbook(tmp_path / "audit.xlsx", german()))
    assert [(one.share, one.spend) for one in found.sources["P"]] == [(0.4, 1_200_000.0), (0.6, 900_000.0)]
    assert found.products["A"]["revenue"] == 18_500_000.0


def test_a_figure_that_could_be_either_is_read_as_the_others_of_its_workbook_are_and_that_is_said(tmp_path):
    found = company(workbook(tmp_path / "audit.xlsx", german()))
    assert found.budget == 400_000.0
    said = [remark.message for remark in found.remarks if remark.message.key == "datasets.intake.dot_alike"]
    assert [(note.values["cell"], note.values["value"]) for note in said] == [("400.000", "400,000")]


def test_a_workbook_with_a_decimal_dot_anywhere_keeps_a_figure_that_could_be_either(tmp_path):
    found = company(workbook(tmp_path / "audit.xlsx", german(share=(0.45, 0.55))))
    assert found.budget == 400.0


@pytest.mark.parametrize("cells", [("33.333", "66.667"), ("33,333", "66,667"), ("33.333%", "66.667%")])
def test_the_dot_of_a_share_parts_no_thousands(tmp_path, cells):
    head = f"Teilenummer;Lieferant;Land;Anteil{'' if '%' in cells[0] else ' (%)'};Betrag (EUR)"
    rows = [f"P-1;V{n};Japan;{cell};1.234,50" for n, cell in enumerate(cells)]
    (tmp_path / "s.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    found = company(tmp_path / "s.csv").sources["P-1"]
    assert [one.share for one in found] == pytest.approx([0.33333, 0.66667]) and [one.spend for one in found] == [1234.5] * 2


def test_a_number_of_a_workbook_is_what_it_is_whatever_commas_stand_in_its_texts(tmp_path):
    rows = [["Part", "Description", "Qty", "Unit price"], ["P-1", "Oil", "0,4", 1.125], ["P-2", "Fat", 2.375, 3.625]]
    rows += [["P-3", "Wax", "0,250", 1.25]]
    (table,) = understand(workbook(tmp_path / "bom.xlsx", {"BOM": rows})).tables
    assert (table.numbers("price"), table.numbers("quantity")) == ([1.125, 3.625, 1.25], [0.4, 2.375, 0.25])


@pytest.mark.parametrize(
    ("part", "measure", "said"),
    [("P", None, ["measure_blank"]), ("P", "pray", []), ("X", "hold more stock", ["measure_part"])],
)
def test_a_measure_that_is_left_out_is_said_with_its_own_reason(tmp_path, part, measure, said):
    tables = german() | {"Measures": [["Part No.", "Measure", "Days"], [part, measure, 30]]}
    found = company(workbook(tmp_path / "audit.xlsx", tables))
    keys = [remark.message.key.rpartition(".")[2] for remark in found.remarks]
    assert [key for key in keys if key.startswith("measure_")] == said
