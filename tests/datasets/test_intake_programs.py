"""Files as programs write them: what a person would call the part, and what is only the record of a system."""

import pytest
from kanmon.datasets.intake.values import number
from kanmon.datasets.intake.words import suggestions
from people_files import aside, table, text


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


QUICKBOOKS = [
    '"Acme Robots, Inc",,,,,,,,,',
    "{title},,,,,,,,,",
    "",
    ",Transaction date,Transaction type,Num,Product/Service full name,Description,Quantity,{price},Amount,Balance",
    '"Metals, Inc",,,,,,,,,',
    ",01/15/2025,Bill,1001,Bar stock,Steel bar,10.00,25.00,250.00,250.00",
    ",02/20/2025,Bill,1002,Magnet N42,,100.00,1.50,150.00,400.00",
    '"Total for Metals, Inc",,,,,,110.00,,$400.00,',
    "Beta,,,,,,,,,",
    ",03/15/2025,Bill,7,MCU,Microcontroller,50.00,4.00,200.00,200.00",
    "Total for Beta,,,,,,50.00,,$200.00,",
    "TOTAL,,,,,,160.00,,$600.00,",
]


def quickbooks(path, title, price):
    return table(text(path, [line.format(title=title, price=price) for line in QUICKBOOKS]))


def test_vendors_that_stand_above_and_below_their_lines_are_suppliers_where_the_title_says_vendor(tmp_path):
    # as QuickBooks Online writes reports "by ... Detail": a blank first header, groups in rows of their own
    found = quickbooks(tmp_path / "a.csv", "Purchases by Vendor Detail", "Rate")
    assert found.texts("supplier") == ["Metals, Inc", "Metals, Inc", "Beta"] and found.totals["amount"] == 600.0
    assert found.texts("part") == ["Bar stock", "Magnet N42", "MCU"] and found.kind == "ledger"


def test_customers_that_stand_so_are_no_suppliers_nor_is_a_group_without_its_total(tmp_path):
    assert quickbooks(tmp_path / "a.csv", "Sales by Customer Detail", "Sales price").suppliers == []
    lines = [
        line.format(title="Purchases by Vendor Detail", price="Rate") for line in QUICKBOOKS if "Total for B" not in line
    ]
    assert table(text(tmp_path / "b.csv", lines)).suppliers == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_what_was_bought_and_kept_counts_and_not_what_was_bought_and_sent_back(tmp_path, order):
    columns = [("仕入金額", "1000", "500"), ("返品金額", "200", "0"), ("純仕入金額", "800", "500")]
    rows = zip(*(columns[i] for i in order), strict=True)
    heads = ("仕入先名,品番,品名", "甲製作所,P-1,磁石", "乙工業,P-2,軸")
    found = table(text(tmp_path / "a.csv", [",".join([head, *row]) for head, row in zip(heads, rows, strict=True)]))
    assert found.numbers("amount") == [800.0, 500.0]


def test_what_was_ordered_and_called_off_as_a_whole_was_not_bought(tmp_path):
    head = "PO Number,Supplier,Item,Description,Qty Ordered,Qty Cancelled,Unit Price,Amount Ordered,Need By Date"
    rows = ["1,Acme,A-1,Cap,1000,0,0.01,10,13-APR-2025", "2,Acme,A-2,MCU,100,100,5,500,14-APR-2025"]
    rows += ["3,Acme,A-3,Pin,100,40,5,500,15-APR-2025", "4,Acme,A-4,Nut,100,,1,100,15-APR-2025"]
    found = table(text(tmp_path / "po.csv", [head, *rows]))
    assert found.texts("part") == ["A-1", "A-3", "A-4"] and aside(found) == [(3, "withdrawn")]
    assert found.totals["amount"] == 10 + 60 * 5 + 100 and found.numbers("quantity") == [1000.0, 60.0, 100.0]
    (said,) = (note.values for note in found.notes if note.key == "datasets.intake.cancelled")
    assert (said["count"], said["row"]) == (1, 4)


def test_of_a_part_that_was_called_off_the_amount_may_be_of_the_rest_already_or_of_nobody_knows_what(tmp_path):
    head = "PO Number,Supplier,Item,Qty Ordered,Qty Cancelled,Unit Price,Amount,Date"
    rows = ["1,Acme,A-1,10,4,5,30,2025-04-13", "2,Acme,A-2,10,4,5,44,2025-04-14", "3,Acme,A-3,10,4,,50,2025-04-15"]
    found = table(text(tmp_path / "po.csv", [head, *rows]))
    assert found.numbers("amount") == [30.0, None, None] and found.numbers("quantity") == [6.0, 6.0, 6.0]
    (said,) = (note.values for note in found.notes if note.key == "datasets.intake.cancelled_open")
    assert (said["count"], said["blank"]) == (3, 2)


def test_invoices_without_a_known_word_for_the_supplier_make_no_product(tmp_path):
    lines = ["*ContactName,*InvoiceNumber,*InvoiceDate,InventoryItemCode,Description,*Quantity,*UnitAmount"]
    lines += ["Acme,INV-1,13/04/2025,B-1,Bolt,10,10", "Beta,INV-2,14/04/2025,N-1,Nut,20,10"]
    assert table(text(tmp_path / "bills.csv", lines)).kind == "order"


def test_who_made_a_thing_is_the_maker_and_not_whose_brand_is_on_it(tmp_path):
    lines = ["Part,Name,Brand,Manufacturer,Qty", "A-1,Cable,Anker,Anker Innovations,2"]
    assert table(text(tmp_path / "a.csv", lines)).makers == ["Anker Innovations"]
    assert table(text(tmp_path / "b.csv", ["Part,Name,Brand,Qty", "A-1,Cable,Anker,2"])).makers == ["Anker"]
    lines = ["Part,Name,Brand,Manufacturer,Qty", "A-1,Cable,Anker,,2"]
    assert table(text(tmp_path / "c.csv", lines)).makers == ["Anker"]


@pytest.mark.parametrize("header", ["Obj", "Object ID", "ID"])
@pytest.mark.parametrize("first", [True, False])
def test_the_key_of_a_line_is_no_part_beside_its_number(tmp_path, header, first):
    lines = [("AB-1001", "obj_1"), ("AB-1002", "obj_2"), ("Part Number", header)]
    pairs = [",".join(pair[::-1] if first else pair) for pair in (lines[2], *lines[:2])]
    found = table(
        text(
            tmp_path / "bom.csv",
            [f"{pair},{rest}" for pair, rest in zip(pairs, ("Name,Qty", "Bolt,1", "Nut,2"), strict=True)],
        )
    )
    assert found.texts("part") == ["AB-1001", "AB-1002"]
