"""Files in the shapes in which programs export them (SAP, NetSuite, freee, Yayoi, SMILE, Mouser), with made-up purchases."""

from pathlib import Path

import pytest
import xlsxwriter
from kanmon.datasets.intake.ranges import ranges
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.datasets.intake.understanding import understand
from old_excel import old_workbook
from people_files import book, text

EXPORTS = Path(__file__).resolve().parents[1] / "data" / "exports"


def read(name):
    (found,) = understand(EXPORTS / name).tables
    return found


@pytest.mark.parametrize(
    ("name", "encoding", "kind", "header", "rows", "aside", "totals"),
    [
        ("sap_alv.txt", "utf-8", "ledger", (3,), 4, [(11, "total")], {"amount": 21_444.75}),
        ("sap_tab.xls", "cp1252", "ledger", (2,), 3, [], {"amount": 3_849.9}),
        ("yayoi.csv", "cp932", "ledger", (1,), 2, [(4, "total")], {"amount": 41_000, "quantity": 300}),
        ("smile.csv", "cp932", "ledger", (1,), 2, [(4, "total")], {"amount": 69_500}),
        ("mouser.xlsx", "xlsx", "bom", (3,), 2, [(7, "total")], {"amount": 21.4, "quantity": 102}),
        ("german.csv", "cp1252", "ledger", (1,), 3, [(5, "total")], {"amount": 3_580, "quantity": 1_550}),
        ("sep.csv", "utf-8", "ledger", (5,), 2, [(8, "no_name")], {"amount": 150.75, "quantity": 30}),
        ("monthly.xls", "xls", "ledger", (2,), 2, [(5, "total")], {"amount": 375_000}),
        ("two_headers.ods", "ods", "bom", (2, 3), 2, [], {"quantity": 10}),
        ("netsuite.csv", "utf-8", "ledger", (1,), 3, [(5, "total")], {"amount": 1_840, "quantity": 160}),
        ("freee.csv", "utf-8", "ledger", (1,), 2, [], {"amount": 143_000}),
        ("utf16.txt", "utf-16", "ledger", (1,), 2, [], {"amount": 1_500}),
    ],
)
def test_an_export_is_read_as_its_program_meant_it(name, encoding, kind, header, rows, aside, totals):
    found = read(name)
    assert (found.encoding, found.kind, found.header, found.rows) == (encoding, kind, header, rows)
    assert [(each.row, each.reason) for each in found.set_aside if each.reason != "note"] == aside
    assert found.totals == pytest.approx(totals)


def test_pieces_and_kilograms_of_an_export_are_summed_apart():
    assert read("sap_tab.xls").quantities == {"kg": 12.5, "st": 1_500.0}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("sap_alv.txt", {"part": "Material", "name": "Short Text", "supplier": "Name 1", "date": "Pstng Date"}),
        ("utf16.txt", {"part": "Material", "name": "Material description", "supplier": "Vendor", "country": "Country"}),
        ("netsuite.csv", {"part": "Item", "name": "Memo", "supplier": "Name", "amount": "Amount"}),
        ("freee.csv", {"name": "備考", "supplier": "取引先", "date": "発生日"}),
        ("smile.csv", {"part": "商品ｺｰﾄﾞ", "supplier": "仕入先名", "amount": "合計"}),
        (
            "mouser.xlsx",
            {"part": "Mfr. #:", "maker": "Manufacturer:", "part_supplier": "Mouser #:", "amount": "Ext.: (USD)"},
        ),
        ("two_headers.ods", {"supplier": "仕入先 会社名", "country": "仕入先 国", "price": "単価 (円)"}),
    ],
)
def test_a_column_is_what_the_program_holds_in_it(name, columns):
    found = read(name)
    assert {role: found.headers(role) for role in columns} == {role: [header] for role, header in columns.items()}
    assert not set(found.roles) & {"supplier_more", "maker_more", "material"}


def test_a_supplier_above_its_lines_is_the_supplier_of_each():
    found = read("sections.xlsx")
    assert (found.kind, found.rows, found.headers("supplier")) == ("ledger", 3, ["仕入先"])
    assert found.texts("supplier") == ["東亜ベアリング", "東亜ベアリング", "日本磁材"]
    assert found.totals == {"amount": 5_400, "quantity": 25}


def test_columns_of_months_are_no_dates():
    assert "date" not in read("smile.csv").roles


def test_suppliers_of_an_export_are_firms_and_no_numbers_of_firms():
    assert {cell.strip() for cell in read("sap_alv.txt").texts("supplier") if cell} == {
        "Muster Linear AG",
        "Beispielmagnet GmbH",
    }


HEAD = "Part Number,Description,Qty,Price\nA-1,Bearing 608ZZ,4,1.2\nA-2,Bolt M4,10,0.1\n"


@pytest.mark.parametrize(
    ("above", "firm"),
    [
        ("Order from Shenzhen Example Co., Ltd", ["Shenzhen Example Co., Ltd"]),
        ("Supplier:,Muster GmbH\nBill to:,Beispiel AG", ["Muster GmbH"]),
        ("供应商：深圳示例有限公司", ["深圳示例有限公司"]),
        ("販売元,例示商事株式会社", ["例示商事株式会社"]),
        ("仕入先：例示精機株式会社 御中", ["例示精機株式会社"]),
        ("Sold by,XYZ Electronics", ["XYZ Electronics"]),
        ("Verkauft von Muster GmbH", ["Muster GmbH"]),
        ("Proveedor: Ejemplo SL", ["Ejemplo SL"]),
        ("Customer: Example Inc", []),
        ("会社名,例示工業株式会社", []),
        ("Supplier: A Ltd\nSupplier: B Ltd", []),
        ("Project: Arm v2", []),
    ],
)
def test_a_seller_stated_above_a_table_is_the_seller_of_its_lines(tmp_path, above, firm):
    path = tmp_path / "order.csv"
    path.write_text(f"{above}\n\n{HEAD}", encoding="utf-8")
    (found,) = understand(path).tables
    assert (found.rows, found.suppliers) == (2, firm)


def test_a_label_and_its_value_just_above_a_header_are_no_header(tmp_path):
    path = tmp_path / "order.csv"
    path.write_text("発注書,,,\n販売元,例示商事株式会社,,\n品番,品名,数量,単価\nA-1,軸受 6204,2,500\n", encoding="utf-8")
    (found,) = understand(path).tables
    assert (found.header, found.kind, found.suppliers) == ((3,), "order", ["例示商事株式会社"])


def test_a_pivot_beside_its_data_is_no_list_of_parts(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        pivot, data = book.add_worksheet("Pivot"), book.add_worksheet("Data")
        for i, row in enumerate([["Row Labels", "Sum of Amount"], ["Example Ltd", 30], ["Grand Total", 30]]):
            pivot.write_row(i, 0, row)
        head = ["Date", "Supplier", "Part", "Description", "Qty", "Amount"]
        for i, row in enumerate([head, ["2026-03-01", "Example Ltd", "A-1", "Bearing", 10, 30]]):
            data.write_row(i, 0, row)
    assert [(table.sheet, table.kind) for table in understand(tmp_path / "book.xlsx").tables] == [
        ("Pivot", "other"),
        ("Data", "ledger"),
    ]


def test_trade_that_is_not_read_is_no_price_list_and_says_so(tmp_path):
    head = "DATAFLOW,LAST UPDATE,freq,reporter,partner,cpa2_1,stk_flow,TIME_PERIOD,OBS_VALUE,OBS_FLAG"
    row = "ESTAT:DS-056120(1.0),01/02/26 11:00:00,A,DE,CN,CPA27,IMP,2024,123456,"
    (tmp_path / "comext.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    found = understand(tmp_path / "comext.csv")
    assert not found.usable
    assert "Eurostat" in found.tables[0].notes[0].text("en")


@pytest.mark.parametrize(
    ("text", "encoding", "kind", "columns"),
    [
        (
            "Line,Product,Ordered,Shipped,Price,Total\n1,Socket Head Screw M3,1,1,8.50,8.50\n2,Ball Bearing 608,2,2,6,12\n",
            "utf-8",
            "bom",
            {"name": "Product", "quantity": "Ordered", "price": "Price", "amount": "Total"},
        ),
        (
            "店铺：示例旗舰店,,,\n订单编号：123,,,\n宝贝名称,单价,数量,实付款\n轴承 608ZZ,1.5,20,30\n磁铁 N52,2,10,20\n",
            "gb18030",
            "order",
            {"name": "宝贝名称", "price": "单价", "quantity": "数量", "amount": "实付款", "seller": "店铺"},
        ),
    ],
)
def test_an_order_of_a_shop_is_read_as_the_shop_meant_it(tmp_path, text, encoding, kind, columns):
    (tmp_path / "order.csv").write_bytes(text.encode(encoding))
    (found,) = understand(tmp_path / "order.csv").tables
    assert (found.kind, found.rows) == (kind, 2)
    assert {role: found.headers(role) for role in columns} == {role: [header] for role, header in columns.items()}


@pytest.mark.parametrize(
    ("text", "kind", "columns"),
    [
        (
            "LCSC Part Number,Manufacture Part Number,Manufacturer,Package,Description,Order Qty.,"
            "Unit Price(US$),Order Price(US$)\n"
            "C1525,CL05B104KO5NNNC,Samsung,0402,16V 100nF X7R 0402,100,0.0012,0.12\n"
            "C25744,0402WGF1002TCE,UNI-ROYAL,0402,10k 0402,100,0.0005,0.05\n",
            "bom",
            {"part": "Manufacture Part Number", "price": "Unit Price(US$)", "amount": "Order Price(US$)"},
        ),
        (
            "Order Reference,Vendor,Order Lines/Product,Order Lines/Quantity,Order Lines/Subtotal,Order Deadline\n"
            "P00001,Example Ltd,[A-1] Bearing 6204,10,15,2026-03-01 10:00:00\n"
            "P00002,Sample Inc,[A-2] Magnet N52,5,10,2026-03-02 10:00:00\n",
            "ledger",
            {"supplier": "Vendor", "name": "Order Lines/Product", "date": "Order Deadline"},
        ),
        (
            "見積書番号,品名,型番,数量,単価,金額\nQ1,シャフト,SFJ10-100,2,500,1000\nQ1,軸受,B6204ZZ,4,300,1200\n",
            "bom",
            {"part": "型番", "name": "品名", "order_no": "見積書番号"},
        ),
    ],
)
def test_a_number_of_an_order_is_no_part(tmp_path, text, kind, columns):
    (tmp_path / "lines.csv").write_text(text, encoding="utf-8")
    (found,) = understand(tmp_path / "lines.csv").tables
    assert (found.kind, found.rows) == (kind, 2)
    assert {role: found.headers(role) for role in columns} == {role: [header] for role, header in columns.items()}


def test_suppliers_stand_behind_their_numbers_in_one_column_of_sap(tmp_path):
    head = "Material;Short text;Supplier/Supplying Plant;Order Quantity;Net Order Value"
    lines = ["M-1;Magnet;0000100001 Muster Magnet GmbH;2;35", "B-1;Lager;100002     Lager AG;1;25", "B-2;Lager;;1;25"]
    (found,) = understand(text(tmp_path / "a.csv", [head, *lines])).tables
    assert found.suppliers == ["Muster Magnet GmbH", "Lager AG"]
    (found,) = understand(text(tmp_path / "b.csv", [head, lines[0], "B-1;Lager;3M Germany;1;25"])).tables
    assert found.suppliers == ["0000100001 Muster Magnet GmbH", "3M Germany"]


def test_a_further_maker_below_a_part_is_no_part(tmp_path):
    """As Arena exports a bill with its approved makers."""
    lines = ["Level,Item Number,Item Name,Quantity,Manufacturer,Manufacturer Item Number", "0,900-1,Board,,,"]
    lines += ["1,200-3,Res 10k,4,Yageo,RC0402FR-0710KL", ",,,,Vishay,CRCW040210K0FKED", "1,200-4,,1,Murata,GRM188"]
    (found,) = understand(text(tmp_path / "a.csv", lines)).tables
    assert found.texts("part") == ["900-1", "200-3", "200-4"]
    assert [(each.row, each.reason) for each in found.set_aside] == [(4, "other_source")]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("DNP", ["", "DNP", ""]),
        ("DNP", ["0", "1", "0"]),
        ("Do not populate", ["", "x", ""]),
        ("Fitted", ["Fitted", "Not Fitted", "Fitted"]),
        ("Populate", ["yes", "no", "yes"]),
        ("実装", ["○", "未実装", "○"]),
    ],
)
def test_parts_that_a_board_leaves_off_are_no_lines(tmp_path, column, cells):
    lines = [f"Reference,Value,Footprint,Qty,{column}"]
    lines += [
        f"{name},{value},x,1,{cell}"
        for name, value, cell in zip(["C1", "R1", "U1"], ["1u", "10k", "MCU"], cells, strict=True)
    ]
    (found,) = understand(text(tmp_path / "a.csv", lines)).tables
    assert found.texts("designator") == ["C1", "U1"] and found.totals == {"quantity": 2.0}
    assert [(each.row, each.reason) for each in found.set_aside] == [(3, "not_fitted")]


def test_a_value_says_that_its_part_is_left_off(tmp_path):
    lines = ["Reference,Value,Footprint,Qty", "C1,1u,x,1", "R1,10k DNP,x,1", "R2,DNP,x,1", "U1,DNPX-7,x,1"]
    (found,) = understand(text(tmp_path / "a.csv", lines)).tables
    assert found.texts("designator") == ["C1", "U1"]


def test_the_list_of_kicad_that_tells_each_part_and_then_all_of_a_kind_counts_each_once(tmp_path):
    head = '"Item","Qty","Reference(s)","Value","LibPart","Footprint"'
    lines = ['"Source:","/x.kicad_sch"', '"Component Count:","3"', "", '"Individual Components:"', "", head]
    lines += [f'"","","{one}","{value}","Device:x","y"' for one, value in (("C1", "100n"), ("C2", "100n"), ("R1", "10k"))]
    lines += ["", "", '"Collated Components:"', "", head]
    lines += ['"1","2","C1, C2","100n","Device:x","y"', '"2","1","R1","10k","Device:x","y"']
    one, both = understand(text(tmp_path / "a.csv", lines)).tables
    assert (one.kind, one.rows, both.kind, both.rows) == ("other", 3, "bom", 2)
    assert both.totals == {"quantity": 3.0} and both.texts("designator") == ["C1, C2", "R1"] and not both.set_aside


ODOO = ["[PUMP] Pump,P1,1.0,Screw M4,4.0,Units", ",,,Motor 12V,1.0,Units", "[FAN] Fan,F1,1.0,Screw M4,6.0,Units"]


@pytest.mark.parametrize(
    "head",
    [
        "Product,Reference,Quantity,BoM Lines/Component,BoM Lines/Quantity,BoM Lines/Product Unit of Measure",
        "Product/Name,Reference,Quantity,BoM Lines/Component/Name,BoM Lines/Quantity,BoM Lines/Product Unit/Name",
        "product_tmpl_id,id,product_qty,bom_line_ids/product_id,bom_line_ids/product_qty,bom_line_ids/product_uom_id",
        "プロダクト,参照,数量,部品表明細/構成品,部品表明細/数量,部品表明細/プロダクト単位",
    ],
)
def test_the_bills_of_odoo_have_the_components_in_their_lines_and_the_product_above_them(tmp_path, head):
    path = text(tmp_path / "mrp.bom.csv", [head, *ODOO])
    (found,) = understand(path).tables
    named = found.texts("part") if "part" in found.roles else found.texts("name")
    assert (found.kind, found.totals) == ("bom", {"quantity": 11.0}) and named == ["Screw M4", "Motor 12V", "Screw M4"]
    assert found.texts("parent") == ["[PUMP] Pump", "[PUMP] Pump", "[FAN] Fan"]
    assert "Pump" not in " ".join(filter(None, found.texts("name") if "name" in found.roles else []))
    assert "unit" in found.roles and "number" not in found.roles
    assert any(note.key == "datasets.intake.records" and note.values["count"] == 1 for note in found.notes)
    (found,) = understand(text(tmp_path / "b.csv", [head, ODOO[0], ODOO[2]])).tables
    assert found.texts("parent") == ["[PUMP] Pump", "[FAN] Fan"] and found.totals == {"quantity": 10.0}


def test_an_order_of_odoo_holds_for_each_of_its_lines(tmp_path):
    own = ",".join(f"Order Lines/{name}" for name in ("Product", "Quantity", "Unit Price", "Subtotal"))
    head = f"Order Reference,Vendor,Confirmation Date,{own}"
    lines = ["P1,Azure,2025-04-01,Desk,10,120,1200", ",,,Chair,5,30,150", "P2,,2025-05-01,Desk,3,110,330", ",,,Lamp,1,20,20"]
    (found,) = understand(text(tmp_path / "a.csv", [head, *lines])).tables
    assert found.kind == "ledger" and found.texts("supplier") == ["Azure", "Azure", None, None]  # its own blank stays
    assert found.texts("name") == ["Desk", "Chair", "Desk", "Lamp"] and found.totals["amount"] == 1700


def test_a_figure_of_a_record_holds_once_and_not_for_each_of_its_lines(tmp_path):
    lines = ["品番,品名,調達先/会社名,調達先/国,数量", "P-1,磁石,甲,中国,2", ",,乙,日本,", "P-2,軸受,丙,日本,4"]
    (found,) = understand(text(tmp_path / "a.csv", lines)).tables
    assert found.texts("part") == ["P-1", "P-1", "P-2"] and found.texts("supplier") == ["甲", "乙", "丙"]
    assert found.numbers("quantity") == [2, None, 4]


def test_columns_with_a_stroke_that_are_no_lines_of_records_stay_as_they_are(tmp_path):
    lines = ["Part,Vendor/Name,Vendor/Country,Quantity", "P-1,Alpha,China,1", "P-2,Beta,Japan,2"]
    (found,) = understand(text(tmp_path / "a.csv", lines)).tables
    assert found.texts("part") == ["P-1", "P-2"] and found.texts("supplier") == ["Alpha", "Beta"] and not found.notes


BLOCK = [
    [None, "品番", "仕入先", None, None, "2026年度", None],
    [None, None, "名称", "国", "単価", "数量", "金額"],
    [None, "P-1", "甲", "中国", 5, 10, 50],
    [None, None, "乙", "台湾", 6, 20, 120],
    [None, "P-2", "丙", "日本", 7, 30, 210],
    [None, None, "丁", "韓国", 8, 40, 320],
]


@pytest.mark.parametrize("name", ["blocks.ods", "blocks.xls"])
def test_merged_cells_of_calc_and_of_old_excel_are_merged_cells(name, tmp_path):
    """The files were saved by LibreOffice from the rows above: only B5:B6 (P-1) is merged over two lines."""
    merged = ["B2:B3", "C2:E2", "F2:G2", "B4:B5"]
    sheets = {"調達": [[None], *BLOCK], "Sourcing": [[None], *BLOCK]}
    wanted = understand(book(tmp_path / "a.xlsx", sheets, merged)).tables
    _, *found = understand(EXPORTS / name).tables
    for one, other in zip(found, wanted, strict=True):
        assert one.texts("part") == ["P-1", "P-1", "P-2"] and one.merged == 1
        assert [(each.row, each.reason) for each in one.set_aside] == [(7, "no_name")]
        assert one.headers("supplier") == ["仕入先 名称"] and one.totals["amount"] == 380
        assert one.data.equals(other.data) and (one.roles, one.header) == (other.roles, other.header)


@pytest.mark.parametrize("kind", ["xls", "xlsx", "ods"])
def test_cells_with_an_error_are_said_whatever_kind_of_workbook_holds_them(kind):
    (sheet,) = read_sheets(EXPORTS / f"errors.{kind}")
    cells = {sheet.address(row, column) for row, column in sheet.unsaved}
    assert {"C3", "D3", "C4", "D4", "D6"} <= cells <= {"C3", "D3", "C4", "D4", "D6", "B6", "C6"}  # Calc's empty texts
    (note,) = (note for note in read(f"errors.{kind}").notes if note.key == "datasets.intake.unsaved")
    assert (note.values["count"], note.values["address"]) == (len(cells), "C3")


@pytest.mark.parametrize(
    ("kind", "value", "is_error"),
    [(0x0205, b"\x2a\1", True), (0x0205, b"\1\0", False), (0x0006, b"\1\0\1", False), (0x0006, b"\2\0\x2a", True)],
)
def test_of_an_old_workbook_what_is_true_and_what_is_an_error_is_told_apart(kind, value, is_error):
    data = bytearray((EXPORTS / "errors.xls").read_bytes())
    at = data.index(b"\x02\0\x07\0\0\0\xff\xff") - 10  # the first formula, whose result is an error: #DIV/0!
    assert data[at : at + 2] == b"\6\0" and data[at + 4 : at + 8] == b"\2\0\2\0"  # in C3
    data[at : at + 2], data[at + 10 : at + 10 + len(value)] = kind.to_bytes(2, "little"), value
    assert ((2, 2) in ranges(bytes(data), "xls")["部品表"][1]) == is_error


OLD = {
    932: [
        ["品番", "品名", "員数", "仕入先"],
        ["A-1", "ねじ", 4, "甲電子"],
        ["A-2", "=#N/A", 2, "#REF!"],
        ["A-3", "歯車", "=#DIV/0!", True],
    ],
    936: [
        ["料号", "品名", "数量", "供应商"],
        ["A-1", "螺钉", 4, "甲电子"],
        ["A-2", "=#N/A", 2, "#REF!"],
        ["A-3", "齿轮", "=#DIV/0!", True],
    ],
    1252: [["Teil", "Bezeichnung", "Menge", "Lieferant"], ["A-1", "Schlüssel", 4, "Müller"], ["A-2", "=#N/A", 2, "#REF!"]]
    + [["A-3", "Rad", "=#DIV/0!", True]],
}
"""Rows with errors as cells and as results of formulas."""


@pytest.mark.parametrize("page", OLD)
def test_a_workbook_of_excel_95_is_read_with_its_letters_and_its_errors_are_said(page, tmp_path):
    rows = OLD[page]
    path = old_workbook(tmp_path / "old.xls", {rows[0][1]: rows, "Second": [["Part No", "Qty"], ["B-1", 3]]}, page)
    sheet, second = read_sheets(path)
    assert (sheet.name, second.name) == (rows[0][1], "Second")
    shown = [[None if str(cell)[0] in "#=" else "true" if cell is True else str(cell) for cell in row] for row in rows]
    assert [[*row] for row in sheet.frame.rows()] == shown and second.frame.rows()[1] == ("B-1", "3")
    assert {sheet.address(row, column) for row, column in sheet.unsaved} == {"B3", "D3", "C4"}
    found, _ = understand(path).tables
    (note,) = (note for note in found.notes if note.key == "datasets.intake.unsaved")
    assert (note.values["count"], note.values["address"], found.kind) == (3, "B3", "bom")


def test_an_error_that_stands_as_text_is_no_firm_and_no_part_and_is_said(tmp_path):
    lines = ["Part,Name,Qty,Supplier", "A-1,Motor,2,Acme GmbH", "A-2,Bearing,#DIV/0!,#N/A", "A-3,Gear,3,#VALUE!"]
    lines += ["A-4,Screw,1,#NAME?", "A-5,Nut,1,#WERT!", "A-6,Cover #2!,1,#1 Tools!", "A-7,#BEZUG!,1,Err:502"]
    (found,) = understand(text(tmp_path / "bom.csv", lines)).tables
    assert found.suppliers == ["Acme GmbH", "#1 Tools!"] and found.texts("name")[-2:] == ["Cover #2!", None]
    assert found.numbers("quantity") == [2, None, 3, 1, 1, 1, 1]
    (note,) = (note for note in found.notes if note.key == "datasets.intake.unsaved")
    assert (note.values["count"], note.values["address"]) == (7, "C3")
