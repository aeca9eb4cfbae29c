"""Files that a person reads at a glance, and in which a reader of commas and first rows sees something else."""

import pytest
from kanmon.datasets.intake.mapping import draft
from kanmon.datasets.readers.tables import read_table
from people_files import table, text

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
            "연도,HS코드,품목명,상대국,수출액,수입액",
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
