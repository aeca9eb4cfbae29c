"""Declarations of minerals are read for what the supplier said: never the template's own list, no smelter that is none.

No filled template may be kept here (its licence does not allow it), so the layout is built: sheets, labels and columns as
the published template 6.x (and EMRT 2.x) has them.
"""

import polars as pl
import pytest
import xlsxwriter
from kanmon.app.flag_lines import read_lines
from kanmon.datasets.intake.understanding import understand
from kanmon.datasets.readers.declarations import joined_smelters, metals, read_declaration

COLUMNS = [
    "Smelter Identification Number Input Column",
    "Metal (*)",
    "Smelter Look-up (*)",
    "Smelter Name (1)",
    "Smelter Country (*)",
    "Smelter Identification",
    "Source of Smelter Identification Number",
    "Smelter Street ",
    "Smelter City",
    "Smelter Facility Location: State / Province",
]
QUESTION = "7) Have you identified all of the smelters supplying the 3TG to your supply chain?"
OTHER = "6) What percentage of relevant suppliers have provided a response to your supply chain survey?"
LINES = [
    ["CID001898", "Tin", "Thaisarco", "Thaisarco", "THAILAND", "CID001898", "RMI"],
    ["", "Tin", "Smelter not listed", "Small Smelter", "TAIWAN, PROVINCE OF CHINA", "", ""],
    ["", "Tin", "Smelter not listed", "", "CHINA", "", ""],
    ["", "Gold", "Smelter not yet identified", "Unknown", "Unknown", "", ""],
    ["CID000292", "Tin", "ALPHA", "Alpha", "UNITED STATES OF AMERICA", "CID000292", "RMI"],
    ["", "Tungsten", "#N/A", "#N/A", "#N/A", "", ""],
    ["", "", "", "", "", "", ""],
    ["CID001898", "Tin", "Thaisarco", "Thaisarco", "THAILAND", "CID001898", "RMI"],
]


def template(
    path, lines=LINES, *, company="Kakuu Semi F42", answers=(("Tin  (*)", "Yes"), ("Gold  (*)", "No")), scope="A. Company",
    columns=COLUMNS, products=(), title="Conflict Minerals Reporting Template (CMRT)",
):  # fmt: skip
    """A workbook with the sheets of the template, its own list of known smelters among them."""
    about = [
        [None, title],
        [None, "Revision 6.4"],
        [],
        [None, "Company Name (*):", None, company],
        [None, "Declaration Scope or Class (*):", None, scope],
        [],
        [None, OTHER, None, "Answer"],
        [None, "Tin  (*)", None, "100%"],
        [None, QUESTION, None, "Answer"],
        *([None, metal, None, answer] for metal, answer in answers),
        [None, "8) Has all applicable smelter information received by your company been reported?", None, "Answer"],
        [None, "Tin  (*)", None, "No"],
    ]
    known = [["Metal", "Smelter Look-up (*)", "Standard Smelter Names", "Smelter Facility Location: Country", "Smelter ID"]]
    known += [["Tin", "Nobody's Statement", "Nobody's Statement", "INDONESIA", "CID001477"]]
    head = [[None, "Smelter List"], [None, "TO BEGIN: use the Smelter Identification Number Input Column"], [], columns]
    sheets = {
        "Revision": [["Revision History"]],
        "Instructions": [["Instructions"]],
        "Declaration": about,
        "Smelter List": [*head, *lines],
        "Product List": [
            ["Product List"],
            [],
            ["", "Manufacturer's Product Number (*)", "Name"],
            *(["", p] for p in products),
        ],
        "Smelter Look-up": known,
    }
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if value:
                        page.write_string(i, j, value)
    return path


@pytest.fixture
def found(tmp_path):
    return read_declaration(template(tmp_path / "cmrt.xlsx"))


def test_who_declares_what_and_for_what(found):
    assert (found.template, found.company, found.scope) == ("CMRT", "Kakuu Semi F42", "company")
    assert found.complete == {"Tin": True, "Gold": False}


def test_the_list_of_known_smelters_is_nobodys_statement(found):
    assert "CID001477" not in found.smelters["cid"].to_list()
    assert "Nobody's Statement" not in found.smelters["smelter"].to_list()


def test_not_listed_and_not_identified_are_no_names_and_unknown_stays_unknown(found):
    rows = found.smelters.select("metal", "smelter", "country", "cid").rows()
    assert rows == [
        ("Tin", "Thaisarco", "THA", "CID001898"),
        ("Tin", "Small Smelter", "TWN", None),
        ("Tin", None, "CHN", None),
        ("Gold", None, None, None),
        ("Tin", "Alpha", "USA", "CID000292"),
        ("Tungsten", None, None, None),
    ]


def test_a_line_leads_back_to_its_row(found):
    assert found.smelters["row"].to_list() == [5, 6, 7, 8, 9, 10]


def test_a_cid_in_the_input_column_alone_is_the_smelters(tmp_path):
    found = read_declaration(template(tmp_path / "a.xlsx", [["CID001898", "Tin", "", "", "", "", ""]]))
    assert found.smelters.select("smelter", "cid").rows() == [(None, "CID001898")]


@pytest.mark.parametrize("word", ["Tin", "スズ", "锡", "錫"])
def test_a_translated_list_is_read_by_the_places_of_its_columns(tmp_path, word):
    columns = ["製錬所識別番号", "金属 (*)", "製錬所検索", "製錬所名", "製錬所所在国", "製錬所ID"]
    lines = [["", word, "", "某製錬", "台湾", ""]]
    found = read_declaration(template(tmp_path / "ja.xlsx", lines, columns=columns))
    assert found.smelters.select("metal", "smelter", "country").rows() == [("Tin", "某製錬", "TWN")]


def test_an_emrt_by_product_says_for_which_products(tmp_path):
    lines = [["CID003226", "Cobalt", "X", "X", "JAPAN", "CID003226", "RMI"]]
    path = template(
        tmp_path / "emrt.xlsx", lines, title="Extended Minerals Reporting Template (EMRT)",
        scope="B. Product (or List of Products)", products=("MG-110", "MG-120"), answers=(("Cobalt (*)", "Unknown"),),
    )  # fmt: skip
    found = read_declaration(path)
    assert (found.template, found.scope, found.products) == ("EMRT", "product", ("MG-110", "MG-120"))
    assert found.complete == {"Cobalt": None}


def test_one_cid_is_one_smelter_over_all_files(tmp_path):
    other = [["", "Tin", "", "THAILAND SMELTING AND REFINING", "", "CID001898", ""]]
    lists = [read_declaration(template(tmp_path / f"{n}.xlsx", lines)).smelters for n, lines in enumerate((LINES, other))]
    joined = joined_smelters(lists).filter(pl.col("cid") == "CID001898")
    assert set(joined.select("smelter", "country").rows()) == {("Thaisarco", "THA")}
    assert joined.height == 2
    assert joined_smelters([]).is_empty()


def test_another_workbook_is_no_declaration(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Smelter List").write(0, 0, "Metal (*)")
    assert read_declaration(tmp_path / "a.xlsx") is None


def test_every_metals_items_are_in_the_world(tmp_path):
    from kanmon.datasets import load
    from kanmon.datasets.packaged import packaged

    known = set(load("world").items["id"])
    items = packaged("declarations", "metals")["items"].drop_nulls().str.split("|").explode()
    assert set(items) <= known and {"Tin", "Cobalt"} <= set(metals().values())


def test_a_check_takes_the_workbook_for_one_questionnaire_and_says_what_is_only_form(tmp_path):
    tables = understand(template(tmp_path / "cmrt.xlsx", products=["A-100", "A-200"])).tables
    assert {table.sheet: (table.kind, table.rows) for table in tables} == {
        "Revision": ("other", 0),
        "Instructions": ("other", 0),
        "Declaration": ("questionnaire", 2),
        "Smelter List": ("questionnaire", 7),
        "Product List": ("questionnaire", 2),
        "Smelter Look-up": ("other", 0),
    }
    notes = {table.sheet: " ".join(note.text("en") for note in table.notes) for table in tables}
    assert "Kakuu Semi F42" in notes["Declaration"]
    assert all("set aside" in notes[sheet] for sheet in ("Revision", "Instructions", "Smelter Look-up"))


def test_no_line_of_a_declaration_is_flagged(tmp_path):
    lines, _ = read_lines(template(tmp_path / "cmrt.xlsx", products=["A-100"]))
    assert lines.frame.is_empty()
