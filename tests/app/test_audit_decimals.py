"""Figures as Europeans write them into cells of text: a comma before the decimals, dots between thousands."""

from pathlib import Path

import pytest
from handed_in import company
from kanmon.app.audit.cells import read
from kanmon.app.survey.replies import _share
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.datasets.intake.understanding import understand
from kanmon.datasets.layout import sheets
from open_document import as_ods
from plain_sheets import workbook

EXPORTS = Path(__file__).resolve().parents[1] / "data" / "exports"

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


def test_a_number_with_decimals_tells_nothing_of_how_texts_of_its_workbook_are_written(tmp_path):
    found = company(workbook(tmp_path / "audit.xlsx", german(share=(0.45, 0.55))))
    assert found.budget == 400_000.0


def test_a_figure_that_could_be_either_where_the_others_disagree_or_tell_nothing_is_said(tmp_path):
    for name, cells in {
        "both": {"share": ("0.45", "0.55")},
        "none": {"spend": (1200000, 900000), "revenue": 18500000},
    }.items():
        found = company(workbook(tmp_path / f"{name}.xlsx", german(**{"share": (0.45, 0.55)} | cells)))
        said = [remark.message for remark in found.remarks if remark.message.key.startswith("datasets.intake.dot")]
        assert found.budget == 400.0 and [(note.values["cell"], note.values["value"]) for note in said] == [
            ("400.000", "400")
        ]


@pytest.mark.parametrize("cells", [("33.333", "66.667"), ("33,333", "66,667"), ("33.333%", "66.667%")])
def test_the_dot_of_a_share_parts_no_thousands(tmp_path, cells):
    head = f"Teilenummer;Lieferant;Land;Anteil{'' if '%' in cells[0] else ' (%)'};Betrag (EUR)"
    rows = [f"P-1;V{n};Japan;{cell};1.234,50" for n, cell in enumerate(cells)]
    (tmp_path / "s.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    found = company(tmp_path / "s.csv").sources["P-1"]
    assert [one.share for one in found] == pytest.approx([0.33333, 0.66667]) and [one.spend for one in found] == [1234.5] * 2


OIL = [["Part", "Description", "Qty", "Unit price"], ["P-1", "Oil", "0,4", 1.125], ["P-2", "Fat", 2.375, 3.625]]
OIL += [["P-3", "Wax", "0,250", 1.25]]


def test_a_number_of_a_workbook_is_what_it_is_whatever_commas_stand_in_its_texts(tmp_path):
    path = workbook(tmp_path / "bom.xlsx", {"BOM": OIL})
    for each in (path, as_ods(path, tmp_path / "bom.ods")):
        (table,) = understand(each).tables
        assert (table.numbers("price"), table.numbers("quantity")) == ([1.125, 3.625, 1.25], [0.4, 2.375, 0.25])


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_which_cells_are_numbers_is_known_below_many_texts_and_beside_blank_columns(tmp_path, kind):
    rows = [[None, None, "Part", "Qty", "Weight"], *([None, None, f"P-{n}", "1,5", "1.250"] for n in range(8))]
    path = workbook(tmp_path / "bom.xlsx", {"BOM": [[None] * 5, *rows, [None, None, "P-9", 2, 1.125]]})
    path = path if kind == "xlsx" else as_ods(path, tmp_path / "bom.ods")
    (sheet,) = read_sheets(path)
    assert sheet.points == {4}


def test_which_cells_of_a_binary_workbook_are_numbers_is_known():
    (table,) = understand(EXPORTS / "decimals.xls").tables  # saved by LibreOffice: 1.125 is a number, "1.125" a text
    assert (table.numbers("quantity"), table.numbers("weight")) == ([1.125, 2.0, 400.5], [1.5, 1125.0, 2.5])
    assert table.numbers("price") == [2.5, 3.75, 400_000.0]


@pytest.mark.parametrize(
    ("part", "measure", "said"),
    [("P", None, ["measure_blank"]), ("P", "pray", []), ("X", "hold more stock", ["measure_part"])],
)
def test_a_measure_that_is_left_out_is_said_with_its_own_reason(tmp_path, part, measure, said):
    tables = german() | {"Measures": [["Part No.", "Measure", "Days"], [part, measure, 30]]}
    found = company(workbook(tmp_path / "audit.xlsx", tables))
    keys = [remark.message.key.rpartition(".")[2] for remark in found.remarks]
    assert [key for key in keys if key.startswith("measure_")] == said
