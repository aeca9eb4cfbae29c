"""The reference tables of the prior-report technologies, and the reader of people's spreadsheets."""

import io
import re
import zipfile
from datetime import date

import polars as pl
import pytest
import xlsxwriter
from kanmon.datasets.readers.sheets import UNREADABLE, headed, header_row, read_sheets
from kanmon.datasets.technologies import (
    group_a,
    technologies,
    technology_hs_codes,
    technology_materials,
    technology_part_numbers,
    technology_terms,
    transfer_questions,
)
from kanmon.graph import ReadError


def test_the_24_technologies_are_numbered_and_say_where_their_status_comes_from():
    frame = technologies()
    assert frame["number"].to_list() == list(range(1, 25))
    added = frame.filter(pl.col("status") == "to_be_added")
    assert added["number"].to_list() == [20, 21, 22, 23, 24]
    assert set(added["status_basis"]) == {"inferred from numbering"}
    for column in ("source", "as_of", "batch_basis", "scope_basis", "legal_basis", "description_ja", "scope_note_ja"):
        assert frame[column].null_count() == 0, column


def test_only_the_first_batch_has_a_known_date_in_force():
    frame = technologies()
    assert set(frame.filter(pl.col("effective_date").is_not_null())["batch"]) == {"1"}
    assert set(frame["effective_date"].drop_nulls()) == {"2024-12-30"}


@pytest.mark.parametrize("table", [technology_terms, technology_hs_codes, technology_materials, technology_part_numbers])
def test_every_row_of_the_vocabulary_has_a_basis_and_a_known_technology(table):
    frame = table()
    assert frame.filter(pl.col("basis").is_null()).is_empty()
    assert set(frame["number"].drop_nulls()) <= set(range(1, 25))


def test_a_technology_has_include_terms_in_three_languages():
    includes = technology_terms().filter(pl.col("use") == "include")
    assert all(set(includes.filter(pl.col("number") == number)["lang"]) >= {"ja", "en", "zh"} for number in range(1, 25))


def test_a_project_row_replaces_the_compiled_row_of_the_same_term():
    rows = technology_terms().filter((pl.col("number") == 24) & (pl.col("term") == "BGO"))
    assert rows["match"].to_list() == ["context"]


def test_part_number_patterns_compile_and_begin_with_their_prefix():
    for prefix, pattern in technology_part_numbers().select("prefix", "pattern").rows():
        re.compile(pattern)
        assert pattern.startswith(prefix)


def test_hs_codes_have_six_digits():
    assert technology_hs_codes().filter(~pl.col("hs6").str.contains(r"^\d{6}$")).is_empty()


def test_the_packaged_group_a_list_is_dated_and_sourced():
    """27 countries; the Republic of Korea stands twice, for it left and came back."""
    packaged = group_a()
    assert packaged["country"].n_unique() == 27
    assert packaged.filter(country="KOR").select("valid_from", "valid_to").rows() == [
        (date(2004, 1, 1), date(2019, 8, 27)),
        (date(2023, 7, 21), None),
    ]
    assert packaged["source"].null_count() == 0
    assert transfer_questions().height == 9


def test_a_users_group_a_list_is_read_with_dates(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("country,valid_from,valid_to,source\ndeu,2020-01-01,,own reading\n", encoding="utf-8")
    assert group_a(path).row(0)[0] == "DEU"


@pytest.mark.parametrize(
    "content", ["country,valid_from\nDEU,2020-01-01\n", "country,valid_from,valid_to,source\nDEU,soon,,x\n"]
)
def test_a_wrong_group_a_list_is_refused(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError):
        group_a(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_text_files_of_japanese_offices_are_read(tmp_path, encoding):
    path = tmp_path / "台帳.csv"
    path.write_bytes("購買台帳\n品番,品名\nA-1,積層セラミックコンデンサ\n".encode(encoding))
    sheet = read_sheets(path)["台帳"]
    assert sheet.rows() == [("購買台帳", None), ("品番", "品名"), ("A-1", "積層セラミックコンデンサ")]


def test_lines_of_mixed_encodings_are_read_one_by_one(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes("永久磁石\n".encode() + "炭素繊維\n".encode("cp932") + b"bad \xff\xfe\n")
    cells = read_sheets(path)["mixed"]["column_1"].to_list()
    assert cells[:2] == ["永久磁石", "炭素繊維"]
    assert UNREADABLE in cells[2]


def test_tabs_semicolons_and_huge_cells_are_read(tmp_path):
    for name, delimiter in (("a.tsv", "\t"), ("b.csv", ";")):
        path = tmp_path / name
        path.write_text(delimiter.join(["品名", "x" * 200_000]) + "\n", encoding="utf-8")
        assert read_sheets(path)[path.stem].width == 2


def test_a_workbook_keeps_its_row_numbers_and_evaluates_nothing(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("台帳")
        sheet.write(2, 0, "品名")
        sheet.write(3, 0, 853224)
        sheet.write_formula(4, 0, '=HYPERLINK("http://example.com","x")', None, "seen")
        book.add_worksheet("blank")
    sheets = read_sheets(path)
    assert sheets["台帳"]["column_1"].to_list() == [None, None, "品名", "853224", "seen"]
    assert sheets["blank"].is_empty()


def test_a_header_is_found_below_title_rows():
    frame = pl.DataFrame({"column_1": ["2026年度", None, "No.", "1"], "column_2": [None, None, "部品 名", "MLCC"]})
    assert header_row(frame, ["部品名", "品名"]) == 2
    assert headed(frame, 2).rows() == [("1", "MLCC")]
    assert header_row(frame, ["HS"]) is None


def _zip(path, name, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    path.write_bytes(buffer.getvalue())


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600), "encrypted"),
        (lambda path: path.write_bytes(b"no workbook"), "corrupt"),
        (lambda path: _zip(path, "xl/x.xml", b"x"), "corrupt"),
        (lambda path: _zip(path, "xl/x.xml", b"0" * 8 * 2**20), "too_large"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: None, "not_found"),
    ],
)
def test_a_workbook_that_is_not_safe_or_not_one_is_refused(tmp_path, make, key):
    path = tmp_path / "book.xlsx"
    make(path)
    with pytest.raises(ReadError) as error:
        read_sheets(path)
    assert error.value.message.key == f"graph.tables.{key}"
    assert error.value.text("ja") != error.value.text("en")
