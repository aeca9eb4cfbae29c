"""Files that a person reads at a glance, and in which a reader of commas and first rows sees something else."""

import pytest
from kanmon.datasets.intake.mapping import draft
from kanmon.datasets.intake.values import number
from kanmon.datasets.intake.words import suggestions
from kanmon.datasets.readers.tables import read_table
from people_files import aside, table, text

# --- what parts the cells --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["，", "；", "｜"])
def test_marks_of_full_width_part_cells_as_their_narrow_ones_do(tmp_path, mark):
    lines = ["品番,品名,数量,調達先", "A-1,ボルト,4,甲製作所", "A-2,ナット,8,乙工業"]
    found = table(text(tmp_path / "部品表.csv", [line.replace(",", mark) for line in lines]))
    assert (found.kind, found.texts("part"), found.numbers("quantity")) == ("bom", ["A-1", "A-2"], [4.0, 8.0])
    assert found.texts("supplier") == ["甲製作所", "乙工業"]
    assert read_table(tmp_path / "部品表.csv", ()).columns == lines[0].split(",")


def test_a_mark_of_full_width_inside_names_parts_nothing(tmp_path):
    lines = ["品名", "ボルト，六角", "ナット", "座金，平，黒"]
    assert table(text(tmp_path / "部品.csv", lines)).texts("name") == lines[1:]
    commas = ["品番,品名,数量", "A-1,ボルト，六角,4", "A-2,座金，平,8"]
    assert table(text(tmp_path / "部品表.csv", commas)).texts("name") == ["ボルト，六角", "座金，平"]


# --- what a line says of its own standing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cells", "left", "said"),
    [
        ("状態", ["量産", "廃止", "使用中止", "キャンセル", None], ["P1", "P2", "P5"], "廃止"),
        ("Lifecycle", ["Active", "Obsolete", "DNP", "Deleted", "NRND"], ["P1", "P2", "P5"], "Obsolete, NRND"),
        ("Remark", ["Active", "Obsolete", "Deleted", "Cancelled", "EOL"], ["P1", "P2", "P3", "P4", "P5"], None),
    ],
)
def test_a_line_that_was_called_off_is_left_out_and_a_part_made_no_more_is_said(tmp_path, header, cells, left, said):
    lines = [f"P{n},Part {n},2,{cell or ''}" for n, cell in enumerate(cells, start=1)]
    found = table(text(tmp_path / "bom.csv", [f"Part no,Name,Qty,{header}", *lines]))
    assert found.texts("part") == left
    notes = [note for note in found.notes if note.key == "datasets.intake.ended"]
    assert [note.values["words"] for note in notes] == ([said] if said else [])


# --- tables of trade -------------------------------------------------------------------------------------------------------

TRADE = [
    "年次,HSコード,品名,国名,数量,金額",
    "2023年,850110,電動機,中華人民共和国,1000,200000",
    "2023年,850110,電動機,ドイツ,10,3000",
]


def test_a_table_of_trade_without_importer_is_no_bill_of_materials_and_says_what_is_missing(tmp_path):
    found = table(text(tmp_path / "data.csv", TRADE))
    assert found.kind == "other" and [note.key for note in found.notes] == ["datasets.intake.is_trade"]
    bought = [line.replace("国名", "国名,仕入先").replace("国,", "国,甲社,").replace("ツ,", "ツ,乙社,") for line in TRADE]
    assert table(text(tmp_path / "bought.csv", bought)).kind in {"sourcing", "ledger"}
    assert table(text(tmp_path / "購買台帳.csv", TRADE)).kind == "ledger"


@pytest.mark.parametrize(
    "lines",
    [
        [
            "기간,HS코드,품목명,국가,수출 금액,수입 금액",
            "2023,850511,영구자석,중국,100,2000",
            "2023,850511,영구자석,일본,10,200",
        ],
        [
            "品目別国別表（輸入）,,,,",
            "品目コード,品目名,国名,数量,価額（千円）",
            "8505.11-000,永久磁石,中華人民共和国,12,345",
        ],
        ["輸出入,品目コード,品目,国,時間軸(年次),単位,値", "輸入,850511000,永久磁石,105_中華人民共和国,2023年,千円,34567"],
    ],
)
def test_statistics_of_trade_of_other_offices_are_no_list_of_parts(tmp_path, lines):
    found = table(text(tmp_path / "data.csv", lines))
    assert found.kind == "other" and "datasets.intake.is_trade" in [note.key for note in found.notes]


def test_a_bill_with_codes_and_countries_is_a_bill(tmp_path):
    lines = ["品番,品名,HSコード,原産国,輸出規制,員数", "P-1,磁石,850511,中国,該当,2", "P-2,軸受,848210,日本,非該当,4"]
    assert table(text(tmp_path / "部品表.csv", lines)).kind == table(text(tmp_path / "data.csv", lines)).kind == "bom"


# --- "1,000" ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cells", "first", "said"),
    [
        ("Part no,Name,Qty", ['"1,000"', '"2,000"'], 1000.0, "1000"),
        ("Teilenummer,Benennung,Menge", ['"1,000"', '"2,000"'], 1.0, "1"),
        ("Part no,Name,Qty", ['"1,000"', '"12,500.5"'], 1000.0, None),
        ("Part no,Name,Qty", ['"1,000"', '"1,250,000"'], 1000.0, None),
        ("品番,品名,員数", ['"1,000"', '"2,000"'], 1000.0, None),
        ("Part no,Name,Qty", ['"0,250"', '"2,000"'], 0.25, None),
        ("Part no,Name,Qty", ["1000", "2000"], 1000.0, None),
    ],
)
def test_a_comma_that_may_part_thousands_or_decimals_is_said_with_how_it_was_read(tmp_path, header, cells, first, said):
    lines = [header, *(f"P{n},Part {n},{cell}" for n, cell in enumerate(cells))]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.numbers("quantity")[0] == first
    notes = [note.values["value"] for note in found.notes if note.key == "datasets.intake.comma_open"]
    assert notes == ([said] if said else [])


# --- columns ---------------------------------------------------------------------------------------------------------------


def test_a_further_number_of_the_parts_is_not_their_name(tmp_path):
    lines = ["Product code,Part number,Qty", "X-1001,M-10,2", "X-1002,G-20,4", "X-1003,B-30,1"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == ["M-10", "G-20", "B-30"] and "name" not in found.roles
    words = ["Part number,Product spec,Qty", "M-10,Motor 24 V,2", "G-20,Gear 1:20,4"]
    assert table(text(tmp_path / "words.csv", words)).texts("name") == ["Motor 24 V", "Gear 1:20"]


@pytest.mark.parametrize(
    ("header", "cells", "firms", "places"),
    [
        ("Vendor/Country", ["Nidec / Japan", "Harmonic / Germany"], ["Nidec", "Harmonic"], ["Japan", "Germany"]),
        ("仕入先／国", ["甲製作所／日本", "丙"], ["甲製作所", "丙"], ["日本", None]),
        ("Manufacturer (Country)", ["Vishay/Dale (US)", "A / Japan / China"], ["Vishay/Dale", "A"], ["US", "Japan / China"]),
    ],
)
def test_a_firm_and_its_country_in_one_column_are_parted_and_that_is_said(tmp_path, header, cells, firms, places):
    found = table(
        text(tmp_path / "bom.csv", [f"Part no,Name,Qty,{header}", *(f"P{n},Part,1,{c}" for n, c in enumerate(cells))])
    )
    role = "maker" if header.startswith("Man") else "supplier"
    assert (found.texts(role), found.texts("country")) == (firms, places)
    assert found.letters[-1] == "D" and "datasets.intake.parted" in {note.key for note in found.notes}


def test_a_firm_beside_what_is_no_country_stays_whole(tmp_path):
    lines = ["Part no,Name,Qty,Vendor/Country", "P1,Part,1,Alpha / Beta", "P2,Part,1,Gamma / Delta"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert "Vendor/Country" in found.names and not found.notes


@pytest.mark.parametrize(("header", "word"), [("調達先", "自社"), ("Supplier", "In-house"), ("Maker", "内製")])
def test_the_company_itself_is_no_supplier_and_that_is_said(tmp_path, header, word):
    lines = [
        f"Part no,Name,Qty,{header},Country",
        "P1,Motor,1,Alpha,JP",
        f"P2,Case,1,{word},JP",
        "P3,Chip,1,US Components,US",
    ]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.suppliers + found.makers == ["Alpha", "US Components"]
    assert found.texts("country") == ["JP", None, "US"]
    assert [note.values["count"] for note in found.notes if note.key == "datasets.intake.own"] == [1]


def test_who_sells_what_the_company_makes_keeps_the_country_of_its_line(tmp_path):
    lines = ["Part no,Name,Qty,Supplier,Maker,Country", "P1,Motor,1,Alpha,In-house,JP", "P2,Case,1,Beta,Gamma,CN"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert (found.texts("maker"), found.texts("country")) == ([None, "Gamma"], ["JP", "CN"])


# --- sheets on their side --------------------------------------------------------------------------------------------------

LYING = [
    "品番,A-1,A-2,A-3",
    "品名,モータ,ギヤ,基板",
    "員数,1,2,3",
    "調達先,甲製作所,乙工業,丙電子",
    "国,日本,中国,台湾",
    "備考,,黒,",
]


def test_a_sheet_on_its_side_is_read_turned_where_nothing_else_can_be_meant_and_that_is_said(tmp_path):
    found = table(text(tmp_path / "部品表.csv", LYING))
    upright = table(text(tmp_path / "部品表2.csv", map(",".join, zip(*(line.split(",") for line in LYING), strict=True))))
    assert found.data.equals(upright.data) and (found.roles, found.kind) == (upright.roles, upright.kind)
    assert [note.key for note in found.notes] == ["datasets.intake.turned"] and not upright.notes


@pytest.mark.parametrize(
    "lines",
    [
        LYING[1:3] + LYING[:1] + [line.replace("甲製作所", "調達先") for line in LYING[3:]],
        ["部品一覧（単位：千円）", *LYING],
        [*LYING[:1], "", *LYING[1:]],
        [line.rsplit(",", 2)[0] for line in LYING],
        ["品番,A-1,A-1,A-3", *LYING[1:]],
    ],
)
def test_a_sheet_on_its_side_of_which_something_is_unclear_is_no_table_and_says_what_to_do(tmp_path, lines):
    found = table(text(tmp_path / "部品表.csv", lines))
    assert found.kind == "other" and [note.key for note in found.notes] == ["datasets.intake.lies"]


def test_corrections_drafted_of_a_turned_sheet_are_read_back(tmp_path):
    path = text(tmp_path / "部品表.csv", LYING)
    again = table(path, corrections=draft([table(path)]))
    assert again.texts("part") == ["A-1", "A-2", "A-3"] and again.roles["supplier"] == (3,)


def test_an_upright_sheet_of_three_lines_is_not_turned(tmp_path):
    found = table(text(tmp_path / "bom.csv", ["品番,品名,員数", "A-1,部品,2", "A-2,材料,3"]))
    assert found.texts("part") == ["A-1", "A-2"] and not found.notes


# --- text parted by blanks -------------------------------------------------------------------------------------------------

BLANKS = ["品番      品名        数量  調達先", "A-1       モータ      1     甲製作所", "A-30      基板        3     丙電子"]
RULED = [
    "Stock list of plant 1",
    "PARTNO     DESCRIPTION                    QTY         VENDOR",
    "---------- ------------------------------ ----------- --------------------",
    "A-1        Motor, DC                                2 Alpha Motors GmbH",
    "A-30       Gear                                     3",
    "",
    "(2 rows affected)",
]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_columns_that_blanks_part_in_every_line_are_read(tmp_path, encoding):
    found = table(text(tmp_path / "parts.txt", BLANKS, encoding))
    assert (found.kind, found.texts("part"), found.texts("name")) == ("bom", ["A-1", "A-30"], ["モータ", "基板"])
    assert (found.numbers("quantity"), found.texts("supplier")) == ([1.0, 3.0], ["甲製作所", "丙電子"])


def test_columns_below_a_ruler_are_read_to_its_width_whatever_stands_in_them(tmp_path):
    found = table(text(tmp_path / "parts.txt", RULED))
    assert (found.header, found.numbers_of_rows, found.texts("name")) == ((2,), [4, 5], ["Motor, DC", "Gear"])
    assert (found.numbers("quantity"), found.texts("supplier")) == ([2.0, 3.0], ["Alpha Motors GmbH", None])
    assert [(each.row, each.reason) for each in found.set_aside] == [(7, "note")]


def test_blanks_of_full_width_part_cells_where_every_line_has_as_many(tmp_path):
    lines = ["品番　品名　数量　調達先", "A-1　ボルト　4　甲製作所", "A-2　ナット　8　乙工業"]
    assert table(text(tmp_path / "bom.txt", lines)).texts("name") == ["ボルト", "ナット"]


@pytest.mark.parametrize(
    "lines",
    [
        [BLANKS[0], "A-1  モータ  1  甲製作所", "A-30  基板  3     丙電子"],
        ["PARTNO     QTY         VENDOR", "A-1                  2 Alpha", "A-30                 3 Beta"],
        ["品番　品名　数量", "A-1　六角　ボルト　4", "A-2　ナット　8"],
    ],
)
def test_blanks_that_do_not_part_every_line_alike_are_said_with_what_to_do(tmp_path, lines):
    found = table(text(tmp_path / "parts.txt", lines))
    assert found.kind == "other" and "datasets.intake.blanks" in [note.key for note in found.notes]


EAGLE = """Partlist

Exported from singlesided.sch at 13 Feb 2022 14:17:40

EAGLE Version 6.6.0 Copyright (c) 1988-2014 CadSoft

Assembly variant:

Part     Value          Device          Package      Library        Sheet

C1       10u            E2,5-6          E2,5-6       polcap         1
C3       10n            C-EU025-025X050 C025-025X050 rcl            1
C5       27p            C2.5/2          C2,5-2       capacitor-wima 1
J1                      PINHD-1X20      1X20         PINHEAD        1
""".splitlines()


def test_a_list_of_parts_as_eagle_exports_it_is_read(tmp_path):
    found = table(text(tmp_path / "board.txt", EAGLE))
    assert (found.kind, found.header, found.numbers_of_rows) == ("bom", (9,), [11, 12, 13, 14])
    assert found.texts("designator") == ["C1", "C3", "C5", "J1"] and found.texts("name") == [
        "10u",
        "10n",
        "27p",
        "PINHD-1X20",
    ]
    assert found.texts("footprint") == ["E2,5-6", "C025-025X050", "C2,5-2", "1X20"]


def test_a_word_behind_one_blank_is_a_column_only_where_it_is_known_and_cells_stand_below_it(tmp_path):
    lines = ["Part     Value  Device     Package Description", "IC1      MEGA8  MEGA8-P    DIL28-3 MICROCONTROLLER"]
    lines += ["LED1            LED3MM-RED LED3MM  LED red"]
    found = table(text(tmp_path / "board.txt", lines))
    assert found.texts("name") == ["MICROCONTROLLER", "LED red"] and found.names[0] == "Part"


# --- as programs write them ------------------------------------------------------------------------------------------------


def needs(found):
    return list(zip(found.texts("parent"), found.texts("part"), found.numbers("quantity"), strict=True))


def test_a_bill_of_erpnext_goes_on_below_its_first_line_and_the_key_of_a_line_is_no_part(tmp_path):
    lines = [
        "ID,Item,Item Name,Company,Quantity,Is Active,ID (Items),Item Code (Items),Item Name (Items),Qty (Items)",
        "BOM-PUMP-001,PUMP,Pump 24V,ACME,1,1,vq4c1k,MOT-24,Motor 24V,1",
        ",,,,,,a01bbz,SCR-M3,Screw M3,8",
        "BOM-FAN-002,FAN,Fan,ACME,1,1,k3o9qq,MOT-12,Motor 12V,1",
        ",,,,,,p0w1aa,SCR-M3,Screw M3,4",
    ]
    found = table(text(tmp_path / "BOM.csv", lines))
    assert found.kind == "bom" and found.texts("name")[:2] == ["Motor 24V", "Screw M3"]
    assert needs(found) == [("PUMP", "MOT-24", 1.0), ("PUMP", "SCR-M3", 8.0), ("FAN", "MOT-12", 1.0), ("FAN", "SCR-M3", 4.0)]


def test_invoices_of_erpnext_keep_their_supplier_and_the_buyer_names_no_part(tmp_path):
    lines = [
        "ID,Supplier,Posting Date,Company,ID (Items),Item Code (Items),Accepted Qty (Items),Amount (Items)",
        "PINV-1,Alpha,2025-01-15,ACME,x1,MOT-24,10,125",
        ",,,,y1,SCR-M3,100,5",
        "PINV-2,Beta,2025-02-15,ACME,z1,IMP-01,20,60",
    ]
    found = table(text(tmp_path / "pinv.csv", lines))
    assert (found.kind, found.texts("supplier")) == ("ledger", ["Alpha", "Alpha", "Beta"])
    assert found.texts("part") == ["MOT-24", "SCR-M3", "IMP-01"] and "name" not in found.roles


def test_units_behind_headers_are_no_records(tmp_path):
    lines = ["Part no,Name,Qty,Length (mm),Mass (mm)", "P1,Plate,1,180,5", ",,,20,1", "P2,Bar,2,50,3"]
    assert table(text(tmp_path / "bom.csv", lines)).texts("part") == ["P1", "P2"]


def test_production_bills_of_dynamics_say_what_their_lines_go_into(tmp_path):
    lines = [
        "Production BOM No.,Line No.,Type,No.,Description,Unit of Measure Code,Quantity per",
        "PUMP-BOM,10000,Item,MOT-24,Motor 24V,PCS,1",
        "PUMP-BOM,20000,Item,SCR-M3,Screw M3,PCS,8",
        "FAN-BOM,10000,Item,SCR-M3,Screw M3,PCS,4",
    ]
    found = table(text(tmp_path / "lines.csv", lines))
    assert needs(found) == [("PUMP-BOM", "MOT-24", 1.0), ("PUMP-BOM", "SCR-M3", 8.0), ("FAN-BOM", "SCR-M3", 4.0)]


def test_the_place_of_a_line_in_sap_is_no_part(tmp_path):
    head = ["Explosion Level", "Item Number", "Component NO.", "Object description", "Comp. Qty(CUn)"]
    rows = [[".1", "0010", "MOT-24", "Motor", "1.000"], ["..2", "0010", "ROT-1", "Rotor", "1.000"]]
    rows += [[".1", "0020", "SCR-M3", "Screw", "8.000"]]
    found = table(text(tmp_path / "cs12.txt", map("\t".join, [head, *rows])))
    assert found.texts("part") == ["MOT-24", "ROT-1", "SCR-M3"] and found.levels == [1, 2, 1]


def test_lines_with_a_mark_of_deletion_are_left_out(tmp_path):
    lines = ["Purchasing Document,Material,Short Text,Name of Vendor,Document Date,Net Order Value,Deletion Indicator"]
    lines += [f"45000001,M{n},Part {n},Alpha,2025-03-1{n},100,{mark}" for n, mark in enumerate(["", "L", "X", "no", "-"])]
    found = table(text(tmp_path / "ME2N.csv", lines))
    assert found.texts("part") == ["M0", "M3", "M4"] and aside(found) == [(3, "withdrawn"), (4, "withdrawn")]


def test_the_symbol_of_a_part_is_not_its_number(tmp_path):
    lines = ["Comment,Description,Designator,Footprint,LibRef,Quantity,Manufacturer 1,Manufacturer Part Number 1"]
    lines += ['100nF,Capacitor,"C1, C2",0603,CAP,2,Murata,GRM188', "10uF,Capacitor,C3,0805,CAP,1,Murata,GRM21B"]
    assert table(text(tmp_path / "board.csv", lines)).texts("part") == ["GRM188", "GRM21B"]


def test_a_column_that_leaves_lines_out_is_shown_as_used_and_left_out_itself_leaves_out_none(tmp_path):
    path = text(tmp_path / "bom.csv", ["Part no,Name,Qty,Status:", "P1,Motor,1,Active", "P2,Gear,1,Deleted"])
    found = table(path)
    assert (found.roles["standing"], found.texts("part")) == ((3,), ["P1"])
    ignored = table(path, corrections={"sheets": {"bom": {"columns": {"Status:": "ignore"}}}})
    assert ignored.texts("part") == ["P1", "P2"]


@pytest.mark.parametrize(
    ("quantity", "base"), [("用量:分子", "用量:分母"), ("Quantity", "Base quantity"), ("Menge", "Basismenge")]
)
def test_a_quantity_for_many_products_is_divided_by_how_many_they_are(tmp_path, quantity, base):
    lines = [f"Part no,Name,{quantity},{base}", "P1,Motor,1,1", "P2,Glue,1,250", "P3,Foil,3,", 'P4,Wire,"0,5",2']
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.numbers("quantity") == [1.0, 0.004, 3.0, 0.25]
    assert [note.values["count"] for note in found.notes if note.key == "datasets.intake.base"] == [2]


@pytest.mark.parametrize(
    "header",
    ["Qty per 100", "Quantity (per 100 pcs)", "Qty/100", "使用数（100台当たり）", "百台当たり員数", "Menge pro 100 Stück"],
)
def test_a_header_may_say_for_how_many_products_quantities_are(tmp_path, header):
    found = table(text(tmp_path / "bom.csv", [f"Part no,Name,{header}", "P1,Motor,100", "P2,Glue,5", "P3,Foil,"]))
    assert found.numbers("quantity") == [1.0, 0.05, None]
    assert [note.values["count"] for note in found.notes if note.key == "datasets.intake.base_stated"] == [2]


@pytest.mark.parametrize(
    "header",
    [
        "Qty per unit",
        "員数/台",
        "Qty per assembly",
        "Qty 1/2",
        "Qty per 1",
        "Qty/2025",
        "Qty per 2.5",
        "Menge per 2025",
        "員数（RX-100台当たり）",
        "RX100台当たり員数",
    ],
)
def test_quantities_for_one_product_stay_as_they_are(tmp_path, header):
    found = table(text(tmp_path / "bom.csv", [f"Part no,Name,{header}", "P1,Motor,100", "P2,Glue,5"]))
    assert found.numbers("quantity") == [100.0, 5.0]


def test_what_was_bought_in_thousands_is_no_need_of_a_thousand_products(tmp_path):
    lines = ["Supplier,Part No,Date,Qty/1000,Amount USD", "Acme,P-1,2025-01-02,5,500", "Beta,P-2,2025-01-03,6,600"]
    found = table(text(tmp_path / "purchases.csv", lines))
    assert (found.kind, found.numbers("quantity")) == ("ledger", [5.0, 6.0])
    assert "datasets.intake.base_stated" not in [note.key for note in found.notes]


def test_a_bill_of_kingdee_names_its_parts_and_not_their_product(tmp_path):
    lines = [
        "父项物料编码,父项物料名称,子项物料编码,子项物料名称,用量:分子",
        "PUMP,水泵,MOT-24,电机,1",
        "PUMP,水泵,SCR-M3,螺钉,8",
    ]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("name") == ["电机", "螺钉"] and found.texts("parent_name") == ["水泵", "水泵"]
    assert needs(found) == [("PUMP", "MOT-24", 1.0), ("PUMP", "SCR-M3", 8.0)]


def test_the_second_line_of_a_suppliers_name_is_no_second_supplier_of_a_purchase(tmp_path):
    lines = [
        "仕入日,仕入先コード,仕入先名１,仕入先名２,商品コード,商品名,数量,金額",
        "20250410,45,例示商事,東京営業所,M-1,モータ,10,12500",
    ]
    lines += ["20250411,46,架空工業,,S-1,ねじ,100,500", "20250412,45,例示商事,東京営業所,,値引き,0,-300"]
    found = table(text(tmp_path / "仕入明細.csv", lines))
    assert (found.kind, found.suppliers, found.texts("part")) == ("ledger", ["例示商事", "架空工業"], ["M-1", "S-1"])
    assert aside(found) == [(4, "total")]


def test_a_list_of_orders_of_netsuite_names_who_was_paid(tmp_path):
    lines = ["Date,Document Number,Name,Item,Description,Quantity,Amount"]
    lines += ["3/14/2025,PO123,V001 Alpha,MOT-24,Motor 24V,10,125.00", "3/15/2025,PO124,V002 Beta,SCR-M3,Screw,100,5.00"]
    found = table(text(tmp_path / "orders.csv", lines))
    assert (found.suppliers, found.texts("name")) == (["V001 Alpha", "V002 Beta"], ["Motor 24V", "Screw"])


def test_a_number_of_the_job_is_what_parts_go_into(tmp_path):
    lines = ["製番,部品番号,部品名,員数,手配先", "S-1001,D-1,モータ,2,例示商事", "S-1001,D-2,減速機,2,架空工業"]
    found = table(text(tmp_path / "手配.csv", lines))
    assert needs(found) == [("S-1001", "D-1", 2.0), ("S-1001", "D-2", 2.0)] and len(found.suppliers) == 2


def test_symbols_of_eagle_name_parts_only_where_they_have_no_value(tmp_path):
    lines = ["Part;Value;Device;Package", "R1;10K;R0603;0603", "R2;1K;R0603;0603", "B1;;BATTERY;HOLDER", "C1;1u;C0805;0805"]
    assert table(text(tmp_path / "board.csv", lines)).texts("name") == ["10K", "1K", "BATTERY", "1u"]


def test_a_remark_beside_values_names_no_part(tmp_path):
    lines = ["Designator,Value,Comment", "R1 R2,51kOhm,", "C1 C2,0.1uF 50V,X7R", "U2,MAU108,DCDC"]
    assert table(text(tmp_path / "board.csv", lines)).texts("name") == ["51kOhm", "0.1uF 50V", "MAU108"]


def test_places_on_a_board_with_plus_signs_are_no_parts_and_a_shops_number_is_not_the_makers(tmp_path):
    lines = [
        "ref,description,manufacturer,mfg_pn,lcsc_pn,qty_per_unit",
        "U2,MCU,ST,STM32G0,C529341,1",
        "TP1+TP2,Pad,Keystone,5000,C51,2",
    ]
    found = table(text(tmp_path / "board.csv", lines))
    assert found.texts("part") == ["STM32G0", "5000"] and found.texts("designator") == ["U2", "TP1+TP2"]


@pytest.mark.parametrize(("cell", "count"), [("2 pair", 2.0), ("1 lot", 1.0), ("3 ロール", 3.0), ("2 pairing", None)])
def test_pairs_and_lots_are_counted(cell, count):
    assert number(cell) == count


def test_whether_a_part_is_made_or_bought_names_no_maker(tmp_path):
    lines = ["item,qty,supplier,make_buy", "Frame,1,Stockist,make", "Supply,1,Distributor,buy", "Tank,1,Gas shop,buy"]
    assert table(text(tmp_path / "bom.csv", lines)).makers == []


def test_a_source_of_what_is_said_is_no_supplier_beside_one(tmp_path):
    lines = [
        "item,qty,description,supplier,source",
        "1,1,Board,,src/a.c:4",
        "2,1,Driver,Alpha,src/b.c:9",
        "3,2,Motor,,notes",
    ]
    assert table(text(tmp_path / "bom.csv", lines)).suppliers == ["Alpha"]
    assert table(text(tmp_path / "b2.csv", [line.replace(",supplier", "").replace(",,", ",") for line in lines])).suppliers


def test_pages_of_one_shop_are_one_firm_and_that_is_said(tmp_path):
    cells = ["https://www.rs-online.com/a?b=1", "http://RS-online.com/b", "Alpha", "www.misumi.jp/x", "https://intranet"]
    found = table(text(tmp_path / "bom.csv", ["Part,Qty,Supplier", *(f"P{n},1,{cell}" for n, cell in enumerate(cells))]))
    assert found.suppliers == ["rs-online.com", "Alpha", "misumi.jp", "https://intranet"]
    assert [note.values["count"] for note in found.notes if note.key == "datasets.intake.site"] == [3]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["Part,Amount", "Bearing,6", "Screw M3,66", "Nut,10"], "bom"),
        (["Part,Amount", "Bearing,6.50", "Screw M3,0.20", "Nut,10.00"], "price_list"),
        (["Part,Supplier,Amount", "Bearing,Alpha,600", "Screw M3,Beta,6600", "Nut,Beta,1000"], "ledger"),
    ],
)
def test_an_amount_of_whole_numbers_beside_no_price_and_no_firm_is_a_count(tmp_path, lines, kind):
    assert table(text(tmp_path / "list.csv", lines)).kind == kind


def test_a_header_that_comes_again_with_some_other_words_is_no_line(tmp_path):
    lines = [
        "Item,Qty,Part,Value,Notes",
        "U1,1,MCU,3V3,x",
        "K1,2,Relay,5V,y",
        "Ref,Qty,Part,Value,Function",
        "F1,1,Fuse,1A,z",
    ]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == ["MCU", "Relay", "Fuse"] and aside(found) == [(4, "header")]


def test_dashes_below_columns_without_a_header_make_no_header(tmp_path):
    lines = ["Part,Qty,,,", "Motor,1,-,-,-", "Gear,2,-,-,-", "-,3,-,-,-"]
    assert table(text(tmp_path / "bom.csv", lines)).texts("part") == ["Motor", "Gear"]


def test_suppliers_that_only_a_number_tells_are_firms(tmp_path):
    lines = ["po_number,po_date,vendor_id,material_id,ordered_qty,unit_price,po_value"]
    lines += [
        "PO1,2026-07-23,V1008,MAT1,180,1.5,270",
        "PO2,2026-08-14,V1024,MAT2,20,2.5,50",
        "PO3,2026-08-15,V1008,MAT2,2,2.5,5",
    ]
    found = table(text(tmp_path / "po.csv", lines))
    assert (found.kind, found.suppliers) == ("ledger", ["V1008", "V1024"])
    named = [
        lines[0].replace("vendor_id", "vendor_id,vendor_name"),
        *(line.replace("V10", "V10,Firm 10") for line in lines[1:]),
    ]
    assert "V1008" not in table(text(tmp_path / "named.csv", named)).suppliers


def test_the_ids_of_a_maker_are_numbers_of_its_parts_where_they_differ_more(tmp_path):
    lines = [
        "Description,Manufacturer,Manufacturer ID,Quantity",
        "Board,Thorlabs,MB6060/M,1",
        "Lens,Thorlabs,LA1509-B,1",
        "Cube,Thorlabs,C4W,1",
        "Mount,3D printed,,1",
    ]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == ["MB6060/M", "LA1509-B", "C4W", None] and found.makers == ["Thorlabs"]


def test_the_location_of_a_plant_is_no_place_on_a_board(tmp_path):
    lines = ["po_number,po_date,supplier_name,material_name,quantity,total_amount_ngn,plant_location"]
    lines += ["PO1,2024-12-08,Alpha,Pump,666,218099481.96,Lagos", "PO2,2024-09-08,Beta,Valve,55,20828743.33,Ibadan"]
    assert table(text(tmp_path / "po.csv", lines)).kind == "ledger"


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("親品目番号", "parent"),
        ("父项物料编码", "parent"),
        ("Parent item number", "parent"),
        ("子品目番号", "part"),
        ("子品目名称", "name"),
        ("Child item no", "part"),
    ],
)
def test_the_number_of_a_parent_or_a_child_is_told_by_the_words_it_is_made_of(header, role):
    assert suggestions(header)[0].role == role


def test_purchases_of_a_japanese_sap_are_read_by_their_short_text(tmp_path):
    lines = ["購買伝票,明細,仕入先/供給プラント,テキスト (短),品目,品目グループ,伝票日付,発注数量,正味発注額,削除表示"]
    lines += [
        "4500000123,10,例示電機,モータ24V,MOT-24,M01,2025.03.14,10,12500,",
        "4500000123,20,例示電機,ねじ,SCR-M3,M02,2025.03.14,9,500,L",
    ]
    found = table(text(tmp_path / "ME2M.csv", lines))
    assert (found.kind, found.texts("name"), found.texts("part")) == ("ledger", ["モータ24V"], ["MOT-24"])


def test_sums_of_money_have_no_three_decimals_and_prices_may(tmp_path):
    lines = ["Part no,Supplier,Annual spend (USD)", 'P1,Alpha,"125,000"', 'P2,Beta,"80,000"']
    assert not [note for note in table(text(tmp_path / "a.csv", lines)).notes if note.key == "datasets.intake.comma_open"]
    priced = [line.replace("Annual spend (USD)", "Qty,Unit price (USD)").replace(',"', ',3,"') for line in lines]
    keys = [note.key for note in table(text(tmp_path / "b.csv", priced)).notes]
    assert keys.count("datasets.intake.comma_open") == 1  # 1,250 a piece may be 1.25


@pytest.mark.parametrize(
    ("header", "role"), [("库存天数", "stock_days"), ("Reichweite (Tage)", "stock_days"), ("Jahresvolumen (EUR)", "amount")]
)
def test_days_and_sums_in_chinese_and_german_are_known(header, role):
    assert suggestions(header)[0].role == role


def test_labels_below_the_sums_of_an_order_are_no_parts(tmp_path):
    lines = [
        "注文書,,,,",
        "No,品番,品名,数量,金額",
        "1,M-1,モータ,2,24000",
        "2,S-1,ねじ,100,500",
        ",,,小計,24500",
        "納品場所,本社,,,",
        "3,M-2,軸,1,9",
    ]
    found = table(text(tmp_path / "order.csv", lines))
    assert found.texts("part") == ["M-1", "S-1", "M-2"] and aside(found) == [(5, "total"), (6, "note")]


@pytest.mark.parametrize(("values", "name"), [(("100nF", "", ""), "Comment"), (("100nF", "STM32", "LM358"), "Value")])
def test_a_comment_of_a_board_names_the_parts_unless_values_say_as_much(tmp_path, values, name):
    lines = ["No.,Quantity,Comment,Designator,Footprint,Value,Manufacturer Part"]
    rows = zip(
        (1, 2, 3),
        ("100nF", "STM32F405RGT6", "LM358"),
        ("C1", "U1", "U2"),
        values,
        ("CC04X", "F405RG", "LM358DR"),
        strict=True,
    )
    lines += [f"{n},1,{comment},{place},SO8,{value},{part}" for n, comment, place, value, part in rows]
    found = table(text(tmp_path / "board.csv", lines))
    assert found.headers("name")[0] == name and found.headers("part") == ["Manufacturer Part"]
