"""People's tables: where they stand, what their columns hold, which rows are lines."""

import pytest
from kanmon.datasets.intake.stated import firm_stated
from kanmon.datasets.intake.values import number, unit_in
from kanmon.datasets.intake.words import forms, suggestions
from people_files import aside, book, table, text

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


def test_errors_of_a_spreadsheet_are_no_blanks_that_nobody_mentions(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    for row in (["品番", "品名", "原産国", "数量"], ["A1", "ボルト", "#N/A", 2], ["#REF!", None, "日本", 1]):
        made.active.append(row)  # openpyxl writes these words as errors
    made.save(tmp_path / "a.xlsx")
    found = table(tmp_path / "a.xlsx")
    (note,) = (note for note in found.notes if note.key == "datasets.intake.unsaved")
    assert (note.values["count"], note.values["address"]) == (2, "C2")
    assert (found.texts("country"), aside(found)) == ([None], [(3, "no_value")])


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
        ("18億5,000万円", 1.85e9),
        ("▲1億2千万円", -1.2e8),
        ("1万2,500円", 12_500.0),
        ("3千万円", 3e7),
        ("1兆2000億円", 1.2e12),
        ("5000万18億円", None),
        ("1億1億円", None),
        ("1万2", None),
        ("1億2円", None),
        ("1万20", 10_020.0),
        ("(1億2,000万円)", -1.2e8),
        ("1.234,50 €", 1234.5),
        ("-1.234.567,8", -1_234_567.8),
        ("1.234,567,8", None),
        ("($1,200)", -1200.0),
        ("(4個)", None),
        ("（1式）", None),
        ("(1,200円)", -1200.0),
        ("(-1,200)", None),
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
        ("年間購入額(M¥)", "JPY", 1e6),
        ("購入額（百万ドル）", "USD", 1e6),
        ("Precio US$", "USD", 1),
        ("Betrag in TEUR", "EUR", 1e3),
        ("金额(万元)", "CNY", 1e4),
    ],
)
def test_units_of_headers_and_titles_are_applied(header, currency, factor):
    unit = unit_in(header)
    assert (unit.currency, unit.factor) == (currency, factor)


@pytest.mark.parametrize(
    "head",
    [
        "品番,品名,総数,員数",
        "図番,品名,総員数,1台分員数",
        "部品番号,品名,合計数量,構成数",
        "Part,Name,Total qty,Qty per unit",
    ],
)
def test_the_quantity_of_a_bill_is_that_of_one_product_and_not_of_a_lot(tmp_path, head):
    assert table(text(tmp_path / "a.csv", [head, "P-1,磁石,800,8"])).totals == {"quantity": 8.0}


@pytest.mark.parametrize(
    ("header", "cells", "role"),
    [
        ("在庫", ["３０日", "約１ヶ月", "45日分"], "stock_days"),
        ("在庫（月）", ["1", "2", "0.5"], "stock_days"),
        ("Stock [weeks]", ["4", "8", "2"], "stock_days"),
        ("Inventory", ["30 days", "6 weeks", "-"], "stock_days"),
        ("在庫", ["300個", "20", "0"], "stock"),
        ("在庫（個）", ["300", "20", "0"], "stock"),
    ],
)
def test_a_stock_that_is_told_in_days_is_one_of_days(tmp_path, header, cells, role):
    lines = [f"品番,品名,仕入先,原産国,{header}", *(f"P-{n},磁石,甲,中国,{cell}" for n, cell in enumerate(cells))]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.headers(role) == [header] and not {"stock", "stock_days"} - {role} & set(found.roles)
    if "月" in header or "week" in header:
        assert found.numbers(role)[0] == {"在庫（月）": 30.0, "Stock [weeks]": 28.0}[header]


@pytest.mark.parametrize("word", ["Report Total", "Vendor total:", "4月分合計", "仕入先別小計", "*** Grand Sub-total"])
def test_the_only_text_of_a_row_of_figures_names_a_total(tmp_path, word):
    lines = ["Supplier,Item,Description,Spend", "Alpha,M-1,Magnet,100", "Beta,B-1,Total station,50", "Alpha,,Totaliser,20"]
    found = table(text(tmp_path / "a.csv", [*lines, f",,{word},170"]))
    assert found.totals == {"amount": 170.0} and aside(found) == [(5, "total")]


def test_headings_that_are_drawn_as_such_are_no_parts_of_a_list_without_a_count(tmp_path):
    lines = ["品番,品名,調達先,原産国", "【磁性材料】,,,", "P-1,磁石,甲,中国", "■ 機械要素,,,", "P-2,軸受,乙,日本", "P-3,,,"]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.texts("part") == ["P-1", "P-2", "P-3"] and aside(found) == [(2, "heading"), (4, "heading")]


def test_a_mark_that_a_cell_is_as_the_one_above_is_no_firm(tmp_path):
    lines = [
        "品番,品名,調達先,原産国",
        "P-1,磁石,甲,中国",
        "P-2,板,〃,同上",
        "P-3,線,〃,",
        "P-4,ねじ,,〃",
        "P-5,軸,ditto,日本",
    ]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.texts("supplier") == ["甲", "甲", "甲", None, None] and found.suppliers == ["甲"]
    assert found.texts("country") == ["中国", "中国", None, None, "日本"]
    said = [(note.values["column"], note.values["count"]) for note in found.notes if note.key == "datasets.intake.ditto"]
    assert sorted(said) == [("原産国", 2), ("調達先", 3)]


@pytest.mark.parametrize("mark", "*+・")
def test_levels_that_are_drawn_with_marks_are_levels_and_no_sums(tmp_path, mark):
    lines = [f"{mark},X,装置,1", f"{mark * 2},A,ユニット,1", f"{mark * 3},P-1,磁石,4", f"{mark * 2},P-2,軸,1"]
    found = table(text(tmp_path / "a.csv", ["階層,品番,品名,員数", *lines]))
    assert (found.kind, found.levels, found.set_aside) == ("bom", [1, 2, 3, 2], ())


def test_a_total_is_the_quantity_where_nothing_else_is(tmp_path):
    assert table(text(tmp_path / "a.csv", ["品番,品名,総数", "P-1,磁石,800"])).totals == {"quantity": 800.0}
    assert table(text(tmp_path / "b.csv", ["Part,Name,Boxes,Total qty", "P-1,Magnet,4,800"])).totals == {"quantity": 800.0}


@pytest.mark.parametrize("cells", [["500,000", "1.000,000", "10,000-"], ["500,000", "1'000,000", "10,000-"]])
def test_a_column_with_three_decimals_as_sap_writes_them_is_read_with_commas(tmp_path, cells):
    lines = ["Material;Short text;Vendor;Quantity", *(f"M-{n};Screw;Alpha;{cell}" for n, cell in enumerate(cells))]
    assert table(text(tmp_path / "a.csv", lines)).numbers("quantity") == [500.0, 1000.0, -10.0]


def test_a_leading_nought_says_which_mark_is_the_decimals(tmp_path):
    lines = ["Material;Short text;Quantity", "M-1;Rubber;0,250", "M-2;Screw;8,000"]
    assert table(text(tmp_path / "a.csv", lines)).numbers("quantity") == [0.25, 8.0]
    lines = ["Materialnummer;Materialkurztext;Menge", "M-1;Gummi;0.250", "M-2;Schraube;8.000"]
    assert table(text(tmp_path / "a.csv", lines)).numbers("quantity") == [0.25, 8.0]


def test_a_german_column_of_decimals_is_read_with_commas(tmp_path):
    found = table(
        text(tmp_path / "a.csv", ["Datum;Lieferant;Teil;Betrag", "01.02.2024;A;T;1.234,50", "03.02.2024;A;T;5,25"])
    )
    assert found.totals["amount"] == pytest.approx(1239.75)


def test_a_ditto_is_what_stands_above_it_and_no_firm_of_that_name(tmp_path):
    lines = [
        "品番,品名,調達先,生産国,在庫日数",
        "P-1,歯車,甲社,日本,30",
        "P-2,軸,同上,〃,同上",
        "P-3,板,〃,中国,10",
        "P-4,線,,〃,5",
        "P-5,網,同上,〃,5",
    ]
    found = table(text(tmp_path / "s.csv", lines))
    assert found.suppliers == ["甲社"] and found.texts("supplier") == ["甲社", "甲社", "甲社", None, None]
    assert found.texts("country") == ["日本", "日本", "中国", "中国", "中国"]
    assert found.texts("stock_days") == ["30", "同上", "10", "5", "5"]  # the same once more, or in that one: not known
    said = [note.text("ja") for note in found.notes]
    assert any("調達先" in note and "3 個" in note for note in said) and any("生産国" in note for note in said)


def test_what_names_no_firm_is_a_blank_and_that_is_said(tmp_path):
    lines = [
        "part,name,maker,supplier,qty",
        "P-1,Plate,CUSTOM,Alpha,1",
        "P-2,Screw,Custom,各社,4",
        "P-3,Lens,Customedia,Beta,1",
    ]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.makers == ["Customedia"] and found.suppliers == ["Alpha", "Beta"]
    said = [note.text("en") for note in found.notes]
    assert any("CUSTOM, Custom" in note and "2 cell(s)" in note for note in said) and any("各社" in note for note in said)


def test_what_stands_for_a_name_that_is_elsewhere_is_no_firm_and_a_firm_s_number_is_one(tmp_path):
    firms = ["see attached", "100234", "@SUM(A1)", "別紙参照", "3M", "約3社", "0000100001"]
    lines = ["part,name,supplier,qty", *(f"P-{i},Plate,{firm},1" for i, firm in enumerate(firms))]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.suppliers == ["100234", "3M", "0000100001"]
    assert any(
        "see attached, @SUM(A1), 別紙参照, 約3社" in note.text("en") and "4 cell" in note.text("en") for note in found.notes
    )


def test_a_firm_behind_a_dash_or_a_plus_is_no_formula(tmp_path):
    firms = [
        "- Murata (Japan)",
        "-Bosch(Germany)",
        "+ TDK (JP)",
        "-B12 Batteries",
        "- H2 Corp",
        "-SUM(A1;B2)",
        "+A1",
        "+A1*B2",
    ]
    lines = ["part;name;supplier;qty", *(f"P-{i};Plate;{firm};1" for i, firm in enumerate(firms))]
    found = table(text(tmp_path / "bom.csv", [line.replace("A1;B2", "A1:B2") for line in lines]))
    assert found.suppliers == firms[:5]


@pytest.mark.parametrize("header", ["安全在庫日数", "目標在庫日数", "Safety stock days", "Target stock (days)"])
def test_a_stock_that_is_aimed_at_is_not_one_that_is_there(tmp_path, header):
    found = table(
        text(tmp_path / "a.csv", [f"品番,品名,調達先,生産国,{header}", "P-1,磁石,甲,中国,30", "P-2,軸,乙,日本,45"])
    )
    assert "stock_days" not in found.roles


@pytest.mark.parametrize("line", ["a{}b", "Vendor: A{}b", "sold{}by A"])
def test_a_line_above_a_table_with_a_long_blank_inside_names_no_firm(line):
    assert firm_stated([(line.format(" " * 30_000),)]) is None


@pytest.mark.parametrize("header", ["qty" + " " * 30_000 + "x", "qty /" + " " * 30_000 + "x", "qty (" + " " * 30_000 + "x"])
def test_a_header_with_a_long_blank_inside_is_one_header(tmp_path, header):
    found = table(book(tmp_path / "bom.xlsx", {"BOM": [["part", "name", header], ["P-1", "Plate", 1], ["P-2", "Screw", 4]]}))
    assert found.texts("part") == ["P-1", "P-2"]


@pytest.mark.parametrize("phrase", ["sold b\u1e99", "orderfro\u338e", "bestellung be\u0130"])
def test_words_before_a_sellers_name_may_end_inside_a_letter_that_is_folded_into_several(tmp_path, phrase):
    found = table(text(tmp_path / "bom.csv", [f"{phrase} Alpha", "part,name,qty", "P-1,Plate,1", "P-2,Screw,4"]))
    assert not found.suppliers and found.texts("part") == ["P-1", "P-2"]


@pytest.mark.parametrize("header", ["Qty\nMenge", "Menge / Quantity", "Menge\u3000／\u3000数量", "\r\nMenge\r\n\r\nQty"])
def test_either_half_of_a_header_in_two_languages_may_be_the_known_one(header):
    assert suggestions(header)[0].role == "quantity"


@pytest.mark.parametrize(("amount", "said"), [("200", True), ("-200", False)])
def test_slips_whose_kind_is_a_figure_are_said_to_count_as_purchases_unless_they_have_a_sign(tmp_path, amount, said):
    lines = ["伝票日付,仕入先名,品番,品名,数量,仕入金額,返品区分", "2025/04/01,甲,A-1,ボルト,100,1000,0"]
    found = table(text(tmp_path / "a.csv", [*lines, f"2025/04/05,甲,A-1,ボルト,20,{amount},1"]))
    assert ("datasets.intake.slips_in_digits" in [note.key for note in found.notes]) is said


@pytest.mark.parametrize(
    ("head", "cells"),
    [("代替可否", "可,不可,可"), ("代替品有無", "有,無,有"), ("Alternative available", "Yes,No,Yes")]
    + [("Substitutable (Y/N)", "maybe,no,maybe"), ("代替可否", "可(要評価),不可,可(要評価)"), ("是否替代", "是,否,是")],
)
def test_whether_a_part_has_an_alternative_makes_no_group_of_alternatives(tmp_path, head, cells):
    lines = ["parent,part,name,qty," + head, *(f"X,P-{n},Part {n},1,{cell}" for n, cell in enumerate(cells.split(",")))]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.kind == "bom" and not any(found.texts("group"))


def test_a_header_with_another_currency_than_the_lines_holds_and_that_is_said(tmp_path):
    lines = ["発注日,取引先,品目,数量,金額(千円),通貨", "2025/4/1,甲,磁石,10,125,JPY", "2025/4/2,ACME,モータ,5,500,USD"]
    found = table(text(tmp_path / "a.csv", lines))
    note = next(note for note in found.notes if note.key == "datasets.intake.currency_stated")
    assert found.amounts == {"JPY": 625_000.0}
    assert (note.values["currency"], note.values["other"], note.values["count"]) == ("JPY", "USD", 1)


def test_cells_that_say_no_figure_are_known_and_pieces_by_other_names_are_figures(tmp_path):
    lines = [
        "Date,Supplier,Part No,Name,Qty,Amount",
        "1-Apr-25,Acme,B-1,Bolt,100 Nos,1000",
        '2-Apr-25,Beta,C-1,Oil,AR,"1,000.00 Dr"',
    ]
    found = table(text(tmp_path / "a.csv", [*lines, "3-Apr-25,Beta,C-2,Tape,2 Boxes,-"]))
    assert found.numbers("quantity") == [100.0, None, 2.0] and found.totals["amount"] == 1000.0
    assert found.unread == {"amount": ["1,000.00 Dr"], "quantity": ["AR"]}
