"""People's tables: what a file is, where its tables stand, what the columns hold, which rows are lines."""

import contextlib
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.datasets.intake.content import UNREADABLE, content
from kanmon.datasets.intake.mapping import as_yaml, draft, read_corrections
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.datasets.intake.understanding import understand
from kanmon.datasets.intake.values import date, number, unit_in
from kanmon.datasets.intake.words import forms, suggestions
from kanmon.graph import InputError, ReadError

REAL = Path(__file__).resolve().parents[1] / "data" / "real"
MORE = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"


def text(path, lines, encoding="utf-8"):
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def book(path, sheets, merged=()):
    """Write sheets as openpyxl does: formulas without a value."""
    pages = openpyxl.Workbook()
    pages.remove(pages.active)
    for name, rows in sheets.items():
        page = pages.create_sheet(name)
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row, start=1):
                if value is not None:
                    page.cell(i, j, value)
        for area in merged:
            page.merge_cells(area)
    pages.save(path)
    return path


def table(path, **options):
    (found,) = understand(path, **options).tables
    return found


def aside(found):
    return [(each.row, each.reason) for each in found.set_aside]


# --- files that nobody here made ------------------------------------------------------------------------------------------


def real(name):
    for place in (REAL / name, MORE / "bom" / name):
        if place.is_file():
            return place
    return pytest.skip(f"{name} is not at hand")


def test_a_bom_with_designators_below_a_title_is_read_line_by_line():
    found = table(real("odri_foot.xlsx"))
    assert (found.kind, found.header, found.rows, aside(found)) == ("bom", (3,), 13, [])
    assert (
        found.as_json()["columns"] | {"part": "Part number", "name": "Description", "designator": "Part"}
        == (found.as_json()["columns"])
    )


def test_a_jlcpcb_export_is_a_bom():
    found = table(real("rcj_mother.csv"))
    assert (found.kind, found.rows, found.headers("name"), found.headers("part")) == ("bom", 90, ["Comment"], ["LCSC"])


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

LEDGER = [
    "2025年度 購買台帳,,,,,,（単位：千円）",
    "発注日,品番,品名,仕入先名称,数量,購入金額[千円],備考",
    '令和7年4月1日,A-001,六角ボルト M6,(株)山田製作所,"1,000",120,',
    "R7.5.10,A-001,六角ボルト M6,株式会社山田製作所,500,６０,ー",
    '2025/6/3,B-010,ベアリング 6204,例示精機,200,"1,250",n/a',
    ",,,,,,",
    '合計,,,,"1,700","1,430",',
]


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


# --- headers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("購入金額[円]", "amount"),
        ("売上高（百万円）", "amount"),
        ("仕入先名称", "supplier"),
        ("支払額", "amount"),
        ("仕入先コード", "supplier_no"),
        ("メーカー型番", "part_maker"),
        ("Lieferantenname", "supplier"),
        ("Herstellernummer", "part_maker"),
        ("Cantidad", "quantity"),
        ("Productor", "maker"),
        ("供应商名称", "supplier"),
        ("MATNR", "part"),
        ("Mfr. Part #", "part_maker"),
        ("Supplier Refrence", "part_supplier"),
        ("商社名", "seller"),
        ("Distributor", "seller"),
    ],
)
def test_headers_of_many_offices_are_known(header, role):
    assert suggestions(header)[0].role == role


def test_every_word_of_a_form_has_a_role_that_is_needed_or_known():
    for needs, titles, roles in forms().values():
        assert titles and {role for need in needs for role in need} <= set(roles.values())


@pytest.mark.parametrize(
    ("lines", "kind", "columns", "rows"),
    [
        (
            [
                '"Reference","Value","Footprint","Datasheet","Qty"',
                '"C1,C2","100n","C_0603","~","2"',
                '"U1","STM32F1","LQFP","","1"',
            ],
            "bom",
            {"designator": "Reference", "name": "Value", "quantity": "Qty"},
            2,
        ),
        (
            ["Comment,Description,Designator,Footprint,LibRef,Quantity", '100nF,Capacitor,"C1, C2",0603,CAP,2'],
            "bom",
            {"name": "Description", "designator": "Designator", "quantity": "Quantity"},
            1,
        ),
        (
            [
                "EBELN;BEDAT;LIFNR;NAME1;MATNR;TXZ01;MENGE;NETWR;WAERS",
                "45;20240115;100;Muster AG;M-1;Lager;100;1.150,00;EUR",
            ],
            "ledger",
            {"part": "MATNR", "supplier": "NAME1", "amount": "NETWR", "date": "BEDAT", "supplier_no": "LIFNR"},
            1,
        ),
        (
            ["层级,物料编码,物料名称,用量,供应商名称", "0,P,整机,1,", "1,A,电机,2,宁波电机"],
            "bom",
            {"level": "层级", "part": "物料编码", "name": "物料名称", "quantity": "用量"},
            2,
        ),
        (
            ["Pos.;Sachnummer;Benennung;Menge;Lieferant;Einzelpreis (EUR)", "10;47-1;Gehäuse;1;Muster GmbH;1.234,50"],
            "bom",
            {"part": "Sachnummer", "name": "Benennung", "price": "Einzelpreis (EUR)"},
            1,
        ),
        (["商品コード,商品名,単価", "A-1,ボルト,5"], "price_list", {"part": "商品コード", "price": "単価"}, 1),
        (
            ["Osa,Kuvaus,Määrä", "X-1,Ruuvi,4", "X-2,Mutteri,8"],
            "bom",
            {"part": "Osa", "name": "Kuvaus", "quantity": "Määrä"},
            2,
        ),
        (["A-1,ボルト,4", "A-2,ナット,8"], "bom", {"part": "A", "name": "B", "quantity": "C"}, 2),
        (["City,Population", "Tokyo,14000000", "Osaka,2700000"], "other", {"name": "City"}, 2),
        (["Item No,Description,Qty", "100234,Bolt,4", "100777,Nut,4"], "bom", {"part": "Item No"}, 2),
        (["ITEM NO.,PART NUMBER,QTY.", "1,FRAME,1", "1.1,TUBE,2", "2,MOTOR,1"], "bom", {"part": "PART NUMBER"}, 3),
    ],
)
def test_exports_of_many_programs_are_read(tmp_path, lines, kind, columns, rows):
    found = table(text(tmp_path / "x.csv", lines))
    assert (found.kind, found.rows) == (kind, rows)
    assert found.as_json()["columns"] | columns == found.as_json()["columns"]


TWO_ROWS = [
    ["品番", "品名", "仕入先", None, "2025年度", None],
    [None, None, "名称", "国", "数量", "金額（千円）"],
    ["A1", "モータ", "甲", "中国", 3, 100],
    ["A2", "軸受", "乙", "日本", 5, 200],
]


def test_headers_of_two_rows_are_read_with_and_without_merged_cells(tmp_path):
    merged = book(tmp_path / "a.xlsx", {"調達": [["購買実績"], *TWO_ROWS]}, ["A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2"])
    plain = text(tmp_path / "b.csv", [",".join("" if cell is None else str(cell) for cell in row) for row in TWO_ROWS])
    for path, header in ((merged, (2, 3)), (plain, (1, 2))):
        found = table(path)
        assert (found.header, found.rows, found.totals["amount"]) == (header, 2, 300_000)
        assert found.headers("supplier") == ["仕入先 名称"] and found.headers("country") == ["仕入先 国"]
        assert found.as_json()["header_row"] == list(header)


def test_a_header_in_two_languages_or_with_a_row_of_units_is_one_header(tmp_path):
    both = table(text(tmp_path / "a.csv", ["品番,品名,数量", "Part No.,Part Name,Qty", "A1,モータ,3"]))
    units = table(text(tmp_path / "b.csv", ["品番,品名,数量,金額", ",,(個),(千円)", "A1,モータ,3,100"]))
    assert (both.header, both.rows, units.header, units.totals["amount"]) == ((1, 2), 1, (1, 2), 100_000)


def test_a_block_of_values_above_the_header_is_no_header(tmp_path):
    lines = [
        "注文書,,,,",
        "注文番号,PO-123,,発注日,令和7年5月1日",
        "品番,品名,数量,単価,金額",
        "A-1,ボルト,10,5,50",
        "消費税,,,,5",
    ]
    found = table(text(tmp_path / "a.csv", lines))
    assert (found.kind, found.header, found.rows, aside(found)) == ("order", (3,), 1, [(5, "total")])


def test_columns_have_their_letters_where_a_sheet_begins_late(tmp_path):
    rows = [[None], [None], [None, None, "部品番号", "部品名称", "個数"], [None, None, "A", "ボルト", 3]]
    found = table(book(tmp_path / "a.xlsx", {"S": rows}))
    assert (found.header, found.letters, found.numbers_of_rows) == ((3,), ("C", "D", "E"), [4])


# --- rows -----------------------------------------------------------------------------------------------------------------


def test_examples_headings_notes_and_repeated_headers_are_set_aside_with_the_reason(tmp_path):
    lines = [
        "品名,型番,数量,メーカー",
        "例,X-1,1,例示精機",
        "（例）モータ,X-2,1,甲",
        "電気部品,,,",
        "モータ,M-1,1,甲",
        "ドライバ,D-1,1,乙",
        "品名,型番,数量,メーカー",
        "例示ボルト,B-1,10,例示商事",
        "機械部品,,,",
        "軸受,6204,4,丙",
        "ばね,S-1,2,丙",
        "※数量は1台分,,,",
        "小計,,17,",
        ",,2,",
    ]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.texts("name") == ["モータ", "ドライバ", "例示ボルト", "軸受", "ばね"]
    reasons = ["example", "example", "heading", "header", "heading", "note", "total", "no_name"]
    assert [reason for _, reason in aside(found)] == reasons


def test_a_blank_part_number_is_filled_inside_a_merged_cell_and_nowhere_else(tmp_path):
    rows = [
        ["品番", "仕入先", "原産国"],
        ["P-1", "甲", "中国"],
        [None, "乙", "台湾"],
        ["P-2", "丙", "日本"],
        [None, "丁", "韓国"],
    ]
    found = table(book(tmp_path / "a.xlsx", {"調達": rows}, ["A2:A3"]))
    assert found.texts("part") == ["P-1", "P-1", "P-2"] and aside(found) == [(5, "no_name")]
    assert any(note.key == "datasets.intake.merged" for note in found.notes)


def test_an_amount_in_a_merged_cell_is_counted_once(tmp_path):
    rows = [["品番", "仕入先", "購入金額"], ["P-1", "甲", 100], ["P-1", "乙", None]]
    found = table(book(tmp_path / "a.xlsx", {"購買台帳": rows}, ["C2:C3"]))
    assert found.totals == {"amount": 100.0}


def test_formulas_without_a_value_are_said_and_a_name_of_that_kind_is_no_line(tmp_path):
    rows = [["品番", "品名", "数量", "金額"], ["A1", "ボルト", 2, "=C2*5"], ['=A2&"1"', "=B2", 1, None]]
    found = table(book(tmp_path / "a.xlsx", {"部品表": rows}))
    (note,) = (note for note in found.notes if note.key == "datasets.intake.unsaved")
    assert (note.values["count"], note.values["address"]) == (3, "D2")
    assert (found.rows, aside(found), found.totals) == (1, [(3, "no_value")], {"quantity": 2.0})


@pytest.mark.parametrize(
    "rows",
    [
        [["部品名", "員数"], ["装置", 1], ["  モータ", 2], ["    軸", 1], ["  架台", 1]],
        [
            ["Lv1", "Lv2", "Lv3", "数量"],
            ["装置", None, None, 1],
            [None, "モータ", None, 2],
            [None, None, "軸", 1],
            [None, "架台", None, 1],
        ],
        [["No", "品名", "数量"], ["1", "装置", 1], ["1.1", "モータ", 2], ["1.1.1", "軸", 1], ["1.2", "架台", 1]],
        [["階層", "品名", "数量"], [0, "装置", 1], [1, "モータ", 2], [2, "軸", 1], [1, "架台", 1]],
        [["Level", "Name", "Qty"], ["0", "A", 1], [".1", "B", 2], ["..2", "C", 1], [".1", "D", 1]],
    ],
)
def test_levels_are_read_however_they_are_drawn(tmp_path, rows):
    found = table(book(tmp_path / "a.xlsx", {"構成": rows}))
    assert (found.kind, found.levels, found.structured) == ("bom", [0, 1, 2, 1], True)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("１２，３４５", 12345.0),
        ("￥1,200", 1200.0),
        ("US$ 3.50", 3.5),
        ("1,000円/個", 1000.0),
        ("▲5", -5.0),
        ("100-", -100.0),
        ("1 234", 1234.0),
        ("A-3", None),
        ("2024年", None),
    ],
)
def test_numbers_are_read_as_people_write_them(cell, value):
    assert number(cell) == value


@pytest.mark.parametrize(
    ("header", "currency", "factor"),
    [
        ("金額（百万円）", "JPY", 1e6),
        ("[円]", "JPY", 1),
        ("単位：千円", "JPY", 1e3),
        ("Spend (k USD)", "USD", 1e3),
        ("Precio US$", "USD", 1),
        ("Betrag in TEUR", "EUR", 1e3),
        ("金额(万元)", "CNY", 1e4),
    ],
)
def test_units_of_headers_and_titles_are_applied(header, currency, factor):
    unit = unit_in(header)
    assert (unit.currency, unit.factor) == (currency, factor)


def test_a_german_column_of_decimals_is_read_with_commas(tmp_path):
    found = table(
        text(tmp_path / "a.csv", ["Datum;Lieferant;Teil;Betrag", "01.02.2024;A;T;1.234,50", "03.02.2024;A;T;5,25"])
    )
    assert found.totals["amount"] == pytest.approx(1239.75)


# --- kinds ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["part,supplier,country", "P,X,China"], "sourcing"),
        (["part,manufacturer,qty,price", "P,X,1,2"], "bom"),
        (["part,manufacturer", "P,X"], "bom"),
        (["part,supplier,amount", "P,X,1", "P,X,2"], "ledger"),
        (["date,part,supplier,qty,amount", "2024-01-02,P,X,1,2"], "ledger"),
        (["parent,part,supplier", "A,P,X"], "bom"),
        (["部品番号,単価,最小発注数", "P,10,100"], "price_list"),
        (["technology,site", "Winding,Plant"], "technologies"),
        (["refYear,reporterISO,flowCode,partnerISO,cmdCode,primaryValue", "2023,JPN,M,CHN,850511,10"], "trade"),
    ],
)
def test_kinds_are_told_by_their_columns(tmp_path, lines, kind):
    assert table(text(tmp_path / "x.csv", lines)).kind == kind


YEARLY = ["年度,品番,品名,調達先,国,年間購入金額(千円)"] + [
    f"{year}年度,{part}"
    for year in (2024, 2025)
    for part in ("P,軸受,A精工,日本,1", "P,軸受,B軸承,中国,2", "Q,磁石,B軸承,中国,3")
]


@pytest.mark.parametrize(
    ("name", "lines", "kind"),
    [
        ("調達先一覧_2025年度", YEARLY[:4], "sourcing"),
        ("list", YEARLY, "sourcing"),
        ("list", [*YEARLY, YEARLY[-1]], "ledger"),
        ("調達先一覧", ["品番,仕入先,購入金額,購入数量", "P,A,1,2", "P,B,2,3"], "sourcing"),
        ("調達先一覧", ["検収日,品番,仕入先,金額", "2025/4/10,P,A,1", "2025/5/10,P,A,1"], "ledger"),
        (
            "購買実績_2025年度",
            ["年度,品番,品名,仕入先,国,購入金額", "2025,P,軸受,A,日本,1", "2025,P,軸受,B,中国,1"],
            "ledger",
        ),
        ("purchases 2025", ["Part No,Description,Supplier,Amount 2025", "P,Bearing,A,1", "Q,Magnet,B,1"], "ledger"),
    ],
)
def test_sources_of_a_year_are_a_sourcing_list_and_purchases_of_a_year_a_ledger(tmp_path, name, lines, kind):
    assert table(text(tmp_path / f"{name}.csv", lines)).kind == kind


def test_every_sheet_is_looked_at_and_a_sheet_of_sums_is_no_bom(tmp_path):
    sheets = {
        "機械": [["機械部品"], [None], ["品番", "品名", "数量"], ["A", "ボルト", 1]],
        "電気": [["品番", "品名", "数量"], ["B", "モータ", 1], ["C", "基板", 1]],
        "集計": [["区分", "数量", "金額"], ["機械", 1, 10], ["電気", 2, 20]],
        "空": [],
    }
    found = understand(book(tmp_path / "a.xlsx", sheets)).tables
    assert [(each.sheet, each.kind, each.rows) for each in found] == [
        ("機械", "bom", 1),
        ("電気", "bom", 2),
        ("集計", "other", 2),
    ]


def test_the_draft_of_a_mapping_is_read_back_and_gives_the_same(tmp_path):
    path = text(tmp_path / "x.csv", LEDGER)
    first = understand(path)
    file = tmp_path / "m.yaml"
    file.write_text(as_yaml(draft(first.tables)), encoding="utf-8")
    again = understand(path, corrections=read_corrections(file))
    assert [each.as_json() for each in again.tables] == [each.as_json() for each in first.tables]


@pytest.mark.parametrize("name", ["dyna1.xlsx", "planktoscope_v26.xlsx", "odri_foot.xlsx"])
def test_the_draft_of_a_real_file_gives_the_same(name):
    path = real(name)
    first = understand(path).tables
    again = understand(path, corrections=draft(first)).tables
    shown = [(each.kind, each.rows, each.levels, each.as_json()["columns"]) for each in first]
    assert [(each.kind, each.rows, each.levels, each.as_json()["columns"]) for each in again] == shown


def test_a_mapping_overrules_what_was_understood(tmp_path):
    path = text(tmp_path / "x.csv", ["Wer,Was,Wieviel", "甲,ボルト,3"])
    wish = {
        "sheets": {"x": {"kind": "bom", "header_row": 1, "columns": {"Wer": "maker", "Was": "part", "Wieviel": "quantity"}}}
    }
    found = table(path, corrections=wish)
    assert (found.kind, found.makers, found.texts("part"), found.totals) == ("bom", ["甲"], ["ボルト"], {"quantity": 3.0})


CELLS = [
    "",
    "",
    "品番",
    "品名",
    "数量",
    "仕入先",
    "金額（千円）",
    "Part No",
    "Qty",
    "合計",
    "例",
    "※注",
    "-",
    "１２",
    "3,5",
    "A-1",
    "B 2",
    "2025/4/1",
]
CELLS += ["ボルト", "  軸", "R1, R2", "http://x", "=1+1", "中国", "1.2.1", "\t", "x" * 90]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=6), min_size=1, max_size=14))
def test_every_filled_row_below_a_header_is_a_line_or_set_aside_once(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("grid") / "x.xlsx"
    for found in understand(book(path, {"S": rows})).tables:
        json.dumps(found.as_json())
        named = {found.letters[i] for i in range(len(found.letters))}
        lines, others = found.numbers_of_rows, [each.row for each in found.set_aside]
        assert not set(lines) & set(others) and len(set(lines)) == len(lines) and len(set(others)) == len(others)
        assert not set(found.header) & {*lines, *others}
        filled = {
            i
            for i, row in enumerate(rows, start=1)
            if any(
                cell.strip() and not cell.startswith("=") and letter in named
                for cell, letter in zip(row, "ABCDEF", strict=False)
            )
        }
        if len(understand(path).tables) == 1 and found.header:
            assert {row for row in filled if row > found.header[-1]} <= {*lines, *others}


# --- classes met in files written to be awkward ---------------------------------------------------------------------------


def test_boxes_for_stamps_below_a_form_are_no_lines(tmp_path):
    rows = [["品番", "品名", "数量"], ["A-1", "軸", "10個"], ["A-2", "輪", "20個"], [], ["承認", "確認", "担当"]]
    found = table(book(tmp_path / "form.xlsx", {"注文書": rows}))
    assert found.texts("part") == ["A-1", "A-2"]
    assert aside(found) == [(5, "note")]


def test_a_part_that_is_called_like_a_stamp_is_a_line_where_it_is_counted(tmp_path):
    found = table(text(tmp_path / "a.csv", ["部品名,数量", "作成,2", "輪,1"]))
    assert found.rows == 2


def test_rules_between_rows_are_no_lines(tmp_path):
    lines = [
        "| Part | Qty | Link |",
        "|------|-----|------|",
        "| Motor | 3 | https://x.example |",
        "| Belt | 2 | https://y.example |",
    ]
    found = table(text(tmp_path / "table.txt", lines)).texts("part")
    assert [name.strip() for name in found] == ["Motor", "Belt"]


def test_numbers_of_parts_in_steps_stand_beside_their_names(tmp_path):
    lines = ["L1,L2,L3,品名,員数", "U-1,,,ロボット,1", ",U-11,,アーム,1", ",,U-111,軸受,4", ",U-12,,台,1"]
    found = table(text(tmp_path / "steps.csv", lines))
    assert found.levels == [0, 1, 2, 1]
    assert found.texts("part") == ["U-1", "U-11", "U-111", "U-12"]
    assert found.texts("name") == ["ロボット", "アーム", "軸受", "台"]


@pytest.mark.parametrize(
    ("header", "cells", "role"),
    [("納期(週)", ["4", "8"], "lead_time"), ("納期", ["2026/1/5", "2026/2/1"], "date"), ("納期", ["", ""], "date")],
)
def test_the_cells_say_whether_a_term_is_a_day_or_a_time(tmp_path, header, cells, role):
    lines = [f"品番,品名,数量,{header}", f"A,軸,1,{cells[0]}", f"B,輪,2,{cells[1]}"]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.roles.get(role) == (3,)


def test_half_width_kana_of_an_old_machine(tmp_path):
    lines = ["ｺｰﾄﾞ,ﾋﾝﾒｲ,ｽｳﾘｮｳ,ｼｲﾚｻｷ,ﾀﾝｶ", "001,ﾎﾞﾙﾄ M8,50,㈱ｻﾝﾌﾟﾙ,12", "002,ﾅｯﾄ M8,50,㈱ｻﾝﾌﾟﾙ,6"]
    found = table(text(tmp_path / "old.csv", lines, "cp932"))
    assert found.encoding == "cp932"
    assert {"part", "name", "quantity", "supplier", "price"} <= set(found.roles)


def test_a_total_is_of_money_unless_pieces_are_counted(tmp_path):
    money = book(
        tmp_path / "m.xlsx",
        {
            "月別": [
                ["月別購入", None, None, "(単位:万円)"],
                ["仕入先", "品名", "4月", "合計"],
                ["A", "銅", 10, 31],
                ["B", "鉄", 5, 15],
            ]
        },
    )
    assert table(money).totals["amount"] == 460_000
    assert "amount" not in table(text(tmp_path / "q.csv", ["品番,品名,員数,合計", "A,軸,2,20", "B,輪,3,30"])).roles


def test_a_ledger_of_materials_by_number(tmp_path):
    lines = ["Document Date,Vendor,Material,Short Text,Order Quantity,Net Order Value,Currency"]
    lines += ["2025-02-03,Acme,MAT-1,Pump,12,14400,EUR", "2025-02-11,Acme,MAT-2,Valve,5,2150,EUR"]
    assert table(text(tmp_path / "po.csv", lines)).texts("part") == ["MAT-1", "MAT-2"]


def test_a_form_with_units_in_its_headers(tmp_path):
    found = table(text(tmp_path / "products.csv", ["製品コード,製品名,売上高（千円）", "P-1,装置,300"]))
    assert found.form == "products"
    assert found.factor(found.roles["revenue"][0]) == 1000


def test_a_header_that_is_only_repeated_has_no_lines(tmp_path):
    rows = [["品番", "品名"], ["品番", None], ["品番", "品名"]]
    assert not any(found.rows for found in understand(book(tmp_path / "a.xlsx", {"S": rows})).tables)
