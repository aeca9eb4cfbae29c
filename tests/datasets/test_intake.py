"""People's tables: what a file is, whoever made it."""

import contextlib
import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.datasets.intake.content import UNREADABLE, content
from kanmon.datasets.intake.days import date
from kanmon.datasets.intake.markup import Area
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.datasets.intake.understanding import understand
from kanmon.graph import InputError, ReadError
from people_files import LEDGER, MORE, aside, book, real, table, text

# --- files that nobody here made ------------------------------------------------------------------------------------------


def test_a_bom_with_designators_below_a_title_is_read_line_by_line():
    found = table(real("odri_foot.xlsx"))
    assert (found.kind, found.header, found.rows, aside(found)) == ("bom", (3,), 13, [])
    assert (
        found.as_json()["columns"] | {"part": "Part number", "name": "Description", "designator": "Part"}
        == (found.as_json()["columns"])
    )


def test_a_jlcpcb_export_is_a_bom():
    found = table(real("rcj_mother.csv"))
    assert (found.kind, found.rows, found.headers("name"), found.headers("part")) == ("bom", 85, ["Comment"], ["LCSC"])
    assert aside(found) == [(row, "place") for row in range(83, 88)]  # "MountingHole_Pad"


def test_spanish_sheets_are_counted_without_their_numbered_blank_lines_and_sums():
    tables = {found.sheet: found for found in understand(real("dyna1.xlsx")).tables}
    lines = {name: found.rows for name, found in tables.items() if found.kind == "bom"}
    assert lines == {"Modulo Link 1": 32, "Modulo Link 2": 28, "Link 3": 3, "Cuerpo": 53}
    assert tables["Totales"].kind == "other"
    assert tables["Cuerpo"].as_json()["columns"]["price"] == ["Precio US$", "Precio AR$"]
    assert tables["Cuerpo"].as_json()["units"]["price"] == ["US$", "AR$"]
    assert (58, "total") in aside(tables["Cuerpo"]) and (55, "no_name") in aside(tables["Cuerpo"])
    assert "Odrive" in tables["Cuerpo"].makers


def test_a_solidworks_export_with_an_empty_description_speaks_by_its_part_numbers():
    found = table(real("exaspim.csv"))
    assert (found.rows, aside(found)) == (90, [(9, "no_name"), (12, "no_name")])
    assert found.headers("part") == ["PART NUMBER"] and found.headers("name") == ["DESCRIPTION", "PART NUMBER"]
    assert found.speech()[0] == "table_B3648G"


def test_a_catalogue_beside_its_part_numbers_is_the_maker():
    found = table(real("exaspim.xlsx"))
    assert (found.rows, found.headers("maker"), found.headers("part")) == (92, ["CATALOG"], ["CATALOG PART NUMBER"])
    assert {"Thorlabs", "Navitar", "ASI"} <= set(found.makers)


def test_utf16_with_tabs_that_is_named_csv_is_read():
    found = table(real("openarm_hub.csv"))
    assert (found.encoding, found.guessed, found.rows, found.texts("part")) == ("utf-16", False, 1, ["XT30(2+2)PB-M.G.B"])
    assert found.totals == {"quantity": 6.0}


def test_names_merged_over_three_levels_are_one_column_and_lists_beside_it_are_apart():
    main, *beside = understand(real("planktoscope_v26.xlsx")).tables
    assert (main.kind, main.header, main.rows) == ("bom", (2,), 66)
    assert main.numbers_of_rows == list(range(3, 69)) and None not in main.texts("name")
    columns = [main.cells(i) for i in main.roles["name"]]
    assert [sum(cell is not None for cell in cells) for cells in columns] == [33, 29, 4]
    assert main.letters[main.roles["quantity"][0]] == "F"
    assert [(each.kind, each.rows, each.letters[0]) for each in beside] == [("other", 6, "M"), ("other", 6, "M")]


@pytest.mark.parametrize(
    ("name", "kind", "encoding"),
    [
        ("minerals/MCS2026_Commodities_Data.csv", "other", "cp1252"),
        ("minerals/MCS2025_World_Data.csv", "other", "utf-8"),
        ("trade/country_codes_V202301.csv", "other", "utf-8"),
        ("trade/comtrade_new_latin1.csv", "trade", "cp1252"),
        ("trade/comtrade_classic.csv", "trade", "utf-8"),
        ("trade/comtrade_total_only.csv", "trade", "utf-8"),
    ],
)
def test_files_that_are_no_parts_are_not_taken_for_some(name, kind, encoding):
    if not (MORE / name).is_file():
        pytest.skip(f"{name} is not at hand")
    found = table(MORE / name)
    assert (found.kind, found.encoding) == (kind, encoding)


# --- what a file is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp932", "euc-jp"])
def test_a_ledger_says_the_same_in_every_encoding(tmp_path, encoding):
    found = table(text(tmp_path / "x.csv", LEDGER, encoding))
    assert found.encoding == encoding.removesuffix("-sig").removesuffix("-le")
    assert found.guessed is (encoding in {"cp932", "euc-jp", "utf-16-le"})
    assert any(note.key == "datasets.intake.guessed" for note in found.notes) is found.guessed
    assert (found.kind, found.header, found.rows, aside(found)) == ("ledger", (2,), 3, [(7, "total")])
    assert found.totals == {"amount": 1_430_000.0, "quantity": 1700.0}
    assert found.as_json()["units"] == {"amount": "千円"}
    assert found.suppliers == ["(株)山田製作所", "例示精機"]
    assert [date(cell) for cell in found.texts("date")] == ["2025-04-01", "2025-05-10", "2025-06-03"]
    assert found.texts("note") == [None, None, None]


@pytest.mark.parametrize(
    ("words", "encoding", "taken"),
    [
        ("序号,物料编码,物料名称,数量,供应商\n1,X1,钕铁硼磁铁,8,宁波磁业股份有限公司\n", "gb18030", "gb18030"),
        ("品番,品名,数量,単価\nX1,電動機,3,100\n", "euc-jp", "euc-jp"),
        ("品番,品名\nX1,ﾎﾞﾙﾄ\nX2,表面処理\n", "cp932", "cp932"),
        ("Nombre,Cantidad\nImán de neodimio,2\nÁrbol,1\n", "latin-1", "cp1252"),
        ("Teil;Menge\nGehäuse groß – 5 €;1\n", "cp1252", "cp1252"),
        ("Part,Country\nX,Türkiye\nY,Curaçao\n", "latin-1", "cp1252"),
    ],
)
def test_encodings_are_told_apart_by_what_they_would_say(words, encoding, taken):
    found = content(words.encode(encoding), Path("x.csv"))
    assert (found.encoding, found.guessed, found.text) == (taken, True, words)


def test_an_encoding_that_is_given_is_used_or_refused(tmp_path):
    path = text(tmp_path / "x.csv", ["品番,品名", "A,é"], "utf-8")
    assert table(path, encoding="utf-8").guessed is False
    with pytest.raises(ReadError):
        understand(path, encoding="ascii")
    with pytest.raises(InputError, match="cp932"):
        understand(path, encoding="cp923")


def test_a_workbook_named_csv_is_a_workbook(tmp_path):
    made = book(tmp_path / "a.xlsx", {"部品表": [["品番", "品名", "数量"], ["A", "ボルト", 1]]})
    wrong = made.rename(tmp_path / "a.csv")
    assert (table(wrong).encoding, table(wrong).sheet, table(wrong).rows) == ("xlsx", "部品表", 1)


@pytest.mark.parametrize("data", [b"%PDF-1.7 x", b"PAR1xxxx", b"<html><table></table></html>", b"\x89PNG\r\n"])
def test_what_holds_no_table_is_refused_by_content(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(ReadError):
        understand(path)


def test_lines_of_mixed_encodings_are_read_one_by_one(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes("永久磁石\n".encode() + "炭素繊維\n".encode("cp932") + b"bad \xff\xfe\n")
    (sheet,) = read_sheets(path)
    assert sheet.frame["column_1"].to_list()[:2] == ["永久磁石", "炭素繊維"]
    assert UNREADABLE in sheet.frame["column_1"][2] and sheet.encoding == "mixed"


def test_tabs_semicolons_bars_and_huge_cells_are_read(tmp_path):
    for name, mark in (("a.tsv", "\t"), ("b.csv", ";"), ("c.txt", "|")):
        path = text(tmp_path / name, [mark.join(["品名", "x" * 200_000])])
        assert read_sheets(path)[0].frame.width == 2
    stated = text(tmp_path / "d.csv", ["sep=;", "Teil;Menge", 'A;"1,5"'])
    assert table(stated).header == (2,)


def test_a_list_of_names_with_a_comma_in_one_is_a_list(tmp_path):
    found = table(text(tmp_path / "a.txt", ["永久磁石 φ10", "六角ボルト", "炭素繊維, T700"]))
    assert found.texts("name") == ["永久磁石 φ10", "六角ボルト", "炭素繊維, T700"]


def test_a_workbook_keeps_its_row_numbers_and_evaluates_nothing(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as pages:
        sheet = pages.add_worksheet("台帳")
        sheet.write(2, 1, "品名")
        sheet.write(3, 1, 853224)
        sheet.write_formula(4, 1, '=HYPERLINK("http://example.com","x")', None, "seen")
        pages.add_worksheet("blank")
    first, blank = read_sheets(path)
    assert first.frame["column_1"].to_list() == [None, None, "品名", "853224", "seen"]
    assert (first.address(2, 0), blank.frame.is_empty()) == ("B3", True)


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


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_are_read_or_refused_never_a_crash(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_bytes(data)
    with contextlib.suppress(ReadError):
        json.dumps([found.as_json() for found in understand(path).tables])


TAGS = ("<mergeCell ", '<mergeCell ref="A1:', "<c ", '<c r="', "<c> ", "<c><f/> ", "<c><f></f> ", "<c><f></f><v> ", "<c><f>")
TAGS += ("<sheet ", '<c t="e" ', "<Relationship ", "a", ":", 'a="')


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("inside", [False, True])
def test_what_a_stranger_hides_in_the_parts_of_a_workbook_is_passed_over_once(tmp_path, tag, inside):
    made = book(tmp_path / "a.xlsx", {"BOM": [["part", "name", "qty"], ["P-1", "Plate", "=1+1"]]}, ["E1:F1"])
    hidden = f"<!-- {'<sheet <c <mergeCell ' if inside else ''}{tag * (300_000 // len(tag))}> -->".encode()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            part = old.read(name)
            head, root, rest = part.rpartition(b"</")
            wanted = name in {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"}
            new.writestr(name, head + hidden + root + rest if wanted else part)
    (sheet,) = read_sheets(tmp_path / "b.xlsx")
    assert sheet.merged == (Area(0, 4, 0, 5),) and sheet.unsaved == {(1, 2)}
