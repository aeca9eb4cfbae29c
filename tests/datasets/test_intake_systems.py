"""What systems of many makers export, as far as their columns are their own."""

import handed_in
import pytest
from people_files import aside, book, table, text


def needs(path):
    return [(need.parent, need.part, need.quantity, need.group) for need in handed_in.company(path).needs]


def test_members_of_netsuite_go_into_the_item_beside_them(tmp_path):
    lines = [
        "Internal ID,Name,Display Name,Type,Member Item,Member Item Description,Member Quantity,Preferred Vendor",
        "101,PUMP-1,Pump 1,Assembly,M-24,Motor 24V,1,Motor Works",
        "101,PUMP-1,Pump 1,Assembly,S-10,Shaft,2,Shaft Co",
        "102,PUMP-2,Pump 2,Assembly,M-24,Motor 24V,2,Motor Works",
    ]
    path = text(tmp_path / "items.csv", lines)
    assert needs(path) == [("PUMP-1", "M-24", 1, None), ("PUMP-1", "S-10", 2, None), ("PUMP-2", "M-24", 2, None)]
    assert table(path).texts("name") == ["Motor 24V", "Shaft", "Motor 24V"]


def test_materials_of_infor_go_into_their_item_and_a_quantity_for_a_lot_is_not_known(tmp_path):
    head = "Item,Operation,Seq,Material,Material Description,Type,Quantity,Per,U/M,Alternate Group"
    lines = ["FA,10,1,RM-1,Bar,Material,2,Unit,EA,1", "FA,10,2,RM-2,Bar B,Material,2,Unit,EA,1"]
    lines += ["FA,20,3,RM-3,Paint,Material,100,Lot,LT,0", "FA,20,4,RM-4,Bolt,Material,4,Unit,EA,0"]
    path = text(tmp_path / "bom.csv", [head, *lines])
    expected = [("FA", "RM-1", 2, "1"), ("FA", "RM-2", 2, "1"), ("FA", "RM-3", None, None), ("FA", "RM-4", 4, None)]
    assert needs(path) == expected
    assert [(note.key, note.values["row"]) for note in table(path).notes] == [("datasets.intake.lots", 4)]


def test_places_of_operations_in_a_bill_of_oracle_are_no_numbers_of_its_lines(tmp_path):
    head = "Level,Item Seq,Op Seq,Component Item,Description,UOM,Basis,Quantity"
    lines = ["0,,,TOP,Pump,Ea,,1", "1,10,10,A,Motor,Ea,Item,2", "1,20,10,B,Screws,Ea,Lot,100", "1,30,20,C,Seal,Ea,Item,1"]
    found = table(text(tmp_path / "bom.csv", [head, *lines]))
    assert found.headers("number") == ["Item Seq"] and found.texts("part") == ["TOP", "A", "B", "C"]
    assert found.numbers("quantity") == [1.0, 2.0, None, 1.0]
    assert [note.key for note in found.notes] == ["datasets.intake.lots"]


def test_numbers_of_windchill_are_those_of_the_parts_and_make_or_buy_is_no_supplier(tmp_path):
    lines = [
        "Depth,Number,Name,Version,State,Quantity,Unit,Line Number,Find Number,Source,Phantom",
        "0,0000000101,GEARBOX,A.1,Released,,,,,Make,No",
        "1,0000000102,HOUSING,A.2,Released,1,each,10,1,Buy,No",
        "1,0000000103,BOLT KIT,A.1,Released,2,each,20,2,Make,Yes",
        "2,0000000104,BOLT,A.1,Released,4,each,10,1,Buy,No",
    ]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == ["0000000101", "0000000102", "0000000104"]
    assert found.texts("name") == ["GEARBOX", "HOUSING", "BOLT"]
    assert (found.suppliers, aside(found), found.levels) == ([], [(4, "phantom")], [0, 1, 1])


def test_lines_of_teamcenter_are_indented(tmp_path):
    rows = [
        ["BOM Line", "Item Id", "Item Name", "Find No.", "Quantity"],
        ["000123/A;1-Pump (View)", "000123", "Pump", "", ""],
        ["  000125/A;1-Gearbox", "000125", "Gearbox", 10, 1],
        ["    000126/A;1-Gear", "000126", "Gear", 10, 3],
    ]
    path = book(tmp_path / "bom.xlsx", {"BOM": rows})
    assert needs(path) == [("000123", "000125", 1, None), ("000125", "000126", 3, None)]


def test_codes_like_places_on_a_board_are_goods_of_a_list_of_purchases(tmp_path):
    rows = [
        ["仕入先コード", "仕入先名", "商品コード", "商品名", "規格・型番", "数量", "仕入金額"],
        ["0001", "東洋部品", "X100", "リレー", "DC24V", 1000, 350000],
        ["0001", "東洋部品", "X200", "コネクタ", "8P", 500, 75000],
        ["0002", "海外電子", "X100", "リレー", "DC24V", 200, 68000],
    ]
    found = table(book(tmp_path / "a.xlsx", {"仕入先別商品別仕入集計表": rows}))
    assert (found.kind, found.texts("part")) == ("ledger", ["X100", "X200", "X100"])


@pytest.mark.parametrize(
    ("header", "cells", "currencies"),
    [
        ("币别", ("人民币", "美元"), {"CNY", "USD"}),
        ("Devise", ("EUR", "USD"), {"EUR", "USD"}),
        ("取引通貨", ("円", "米ドル"), {"JPY", "USD"}),
    ],
)
def test_columns_of_currencies_are_known_in_many_languages(tmp_path, header, cells, currencies):
    lines = [f"2025-04-0{n},A,P-{n},Motor,100,{cell}" for n, cell in enumerate(cells, start=1)]
    assert table(text(tmp_path / "a.csv", [f"Date,Supplier,Part,Name,Amount,{header}", *lines])).currencies == currencies


def test_of_a_code_and_a_name_of_the_supplier_the_name_is_the_supplier(tmp_path):
    lines = ["Article;Désignation;Fournisseur;Raison sociale;Quantité;Montant", "A-1;Joint;F001;SKF France;1;2,50"]
    found = table(text(tmp_path / "a.csv", [*lines, "A-2;Vis;F002;Trelleborg;1;2,50"]))
    assert (found.suppliers, found.texts("supplier_no")) == (["SKF France", "Trelleborg"], ["F001", "F002"])


def test_amounts_without_a_currency_are_said_to_be_taken_for_yen_but_for_a_japanese_table(tmp_path):
    lines = ["Datum;Lieferant;Teil;Bezeichnung;Betrag", "01.02.2024;A;T-1;Motor;1.234,50"]
    japanese = ["日付,仕入先,品番,品名,金額", "2024/2/1,A,T-1,モータ,1234"]
    for rows, said in ((lines, True), (japanese, False), ([lines[0].replace("Betrag", "Betrag (EUR)"), lines[1]], False)):
        remarks = handed_in.company(text(tmp_path / "a.csv", rows)).remarks
        assert any(remark.message.key == "app.audit_company.no_currency" for remark in remarks) is said


def test_quantities_of_sap_have_three_decimals(tmp_path):
    head = "Level\tItem\tComponent number\tObject description\tComp. Qty (CUn)\tUn\tAltItmGrp"
    lines = [".1\t0010\tA\tMotor\t1,000\tPC\tA1", ".1\t0020\tB\tMotor B\t12,000\tPC\tA1", ".1\t0030\tC\tRod\t0,125\tM\t"]
    for rows in (lines, lines[:2]):
        found = table(text(tmp_path / "cs12.txt", [head, *rows]))
        assert found.numbers("quantity") == [1.0, 12.0, 0.125][: len(rows)]
        assert found.texts("group")[:2] == ["A1", "A1"]
    other = [head.replace("Comp. Qty (CUn)", "Qty"), *lines[:2]]
    assert table(text(tmp_path / "bom.txt", other)).numbers("quantity") == [1000.0, 12000.0]


def test_movements_of_goods_that_are_no_receipts_are_no_purchases(tmp_path):
    head = "Material,Material Description,Movement Type,Posting Date,Qty in unit of entry,Amt.in Loc.Cur.,Supplier,Name 1"
    lines = ["R-1,Relay,101,2025-04-03,100,1250.5,100234,Muster", "R-1,Relay,261,2025-04-05,-20,-250.1,,"]
    found = table(text(tmp_path / "mb51.csv", [head, *lines, "R-1,Relay,122,2025-04-08,-10,-125.05,100234,Muster"]))
    assert (found.kind, aside(found), found.suppliers) == ("ledger", [(3, "moved")], ["Muster"])
    assert found.totals["amount"] == pytest.approx(1125.45)
    bought = [f"R-1,Relay,{kind},2025-04-08,10,125.05,100234,Muster" for kind in (501, 511, 901)]  # without an order; own
    more = table(text(tmp_path / "more.csv", [head, *lines, *bought, bought[0].replace("501", "541")]))
    assert aside(more) == [(3, "moved"), (7, "moved")]


def test_movements_that_bring_goods_without_an_order_or_that_a_firm_made_itself_are_kept(tmp_path):
    head = "Material,Material Description,Movement Type,Posting Date,Qty in unit of entry,Amt.in Loc.Cur.,Supplier,Name 1"
    kinds = ["101", "501", "511", "901", "541", "561", "701"]
    lines = [f"R-{at},Relay {at},{kind},2025-04-0{at},10,100,100234,Muster" for at, kind in enumerate(kinds, start=1)]
    found = table(text(tmp_path / "mb51.csv", [head, *lines]))
    assert aside(found) == [(6, "moved"), (7, "moved"), (8, "moved")]


def test_materials_of_epicor_and_components_of_ifs_go_into_the_part_beside_them(tmp_path):
    epicor = ["Part Num,Mtl Seq,Mtl Part Num,Mtl Description,Qty Per,Fixed Qty", "A-1,10,M-1,Plate,2,false"]
    assert needs(text(tmp_path / "e.csv", [*epicor, "A-1,20,M-2,Label,1,true", "A-2,10,M-1,Plate,4,false"])) == [
        ("A-1", "M-1", 2, None), ("A-1", "M-2", None, None), ("A-2", "M-1", 4, None),
    ]  # fmt: skip
    ifs = ["Part No,Structure Alternative,Line Item No,Component Part,Component Part Description,Qty per Assembly"]
    assert needs(text(tmp_path / "i.csv", [*ifs, "P100,*,1,C-1,Bearing,2", "P100,*,2,C-2,Shaft,1"])) == [
        ("P100", "C-1", 2, None), ("P100", "C-2", 1, None),
    ]  # fmt: skip


def test_a_bill_of_odoo_says_for_how_many_products_its_lines_are(tmp_path):
    head = "Product,Reference,BoM Type,Quantity,BoM Lines/Component,BoM Lines/Quantity"
    lines = ["Table,R,Manufacture,1,Drawer,2", ",,,,Leg,4", "Desk,,Manufacture,10,Leg,40", ",,,,Top,10"]
    assert needs(text(tmp_path / "bom.csv", [head, *lines])) == [
        ("Table", "Drawer", 2, None), ("Table", "Leg", 4, None), ("Desk", "Leg", 4, None), ("Desk", "Top", 1, None),
    ]  # fmt: skip


def test_a_bill_of_dynamics_is_for_a_series_and_goes_by_its_number(tmp_path):
    lines = ["BOM number,Line number,Item number,Product name,Quantity,Per series,Line type", "B1,1,M-1,Cabinet,1,1,Item"]
    assert needs(text(tmp_path / "bom.csv", [*lines, "B1,2,M-7,Screws,400,100,Item"])) == [
        ("B1", "M-1", 1, None), ("B1", "M-7", 4, None),
    ]  # fmt: skip


def test_documents_of_solid_edge_are_parts_and_those_of_orders_are_not(tmp_path):
    lines = ["Item Number,Document Number,Title,Quantity", "1,SE-100,Frame,1", "1.1,SE-110,Tube,4", "2*,SE-120,Motor,1"]
    assert needs(text(tmp_path / "bom.csv", lines))[:2] == [("bom", "SE-100", 1, None), ("SE-100", "SE-110", 4, None)]
    orders = ["Date,Document Number,Vendor,Item,Quantity,Amount", "2025-04-03,PO1,Acme,S-1,10,50"]
    assert table(text(tmp_path / "po.csv", orders)).headers("order_no") == ["Document Number"]


def test_own_numbers_that_follow_one_another_stay_the_parts_beside_those_of_makers(tmp_path):
    lines = ["Part No,Parent,Description,MPN,Qty", "101,,Drone,,1", "102,101,Frame,F-1,1", "103,101,Motor,MX-22,4"]
    path = text(tmp_path / "bom.csv", [*lines, "104,103,Magnet,N52-7,14"])
    assert needs(path) == [("101", "102", 1, None), ("101", "103", 4, None), ("103", "104", 14, None)]


@pytest.mark.parametrize("name", ["Part Name", "Description", "Item"])
def test_a_material_of_parts_that_have_names_is_what_they_are_made_of(tmp_path, name):
    lines = [f"{name},Material,Material Name,Qty", "Bracket,AL6061,Aluminium,2", "Bolt,SUS304,Steel,3", "Nut,SUS304,Steel,3"]
    path = text(tmp_path / "bom.csv", lines)
    assert table(path).headers("material") == ["Material"]
    assert [part for _, part, *_ in needs(path)] == ["Bracket", "Bolt", "Nut"]


def test_a_fixed_quantity_that_is_a_count_says_nothing_of_lots(tmp_path):
    alone = table(text(tmp_path / "a.csv", ["Part,Description,Fixed Quantity", "P-1,Fan,1", "P-2,Frame,5"]))
    beside = table(text(tmp_path / "b.csv", ["Part,Description,Qty,Fixed Qty", "P-1,Fan,2,1", "P-2,Frame,3,5"]))
    assert (alone.numbers("quantity"), beside.numbers("quantity")) == ([1.0, 5.0], [2.0, 3.0])
    assert alone.notes == beside.notes == ()


def test_a_share_of_a_count_in_half_width_kana_is_one(tmp_path):
    lines = ["親ｺｰﾄﾞ,子ｺｰﾄﾞ,子名称,員数(分子),員数(分母),有効開始,有効終了", "P,C-1,塗料,3,100,20200101,20991231"]
    path = text(tmp_path / "bom.csv", lines, "cp932")
    assert needs(path) == [("P", "C-1", 0.03, None)] and table(path).headers("valid_to") == ["有効終了"]


def test_bills_of_catia_stand_one_below_another_and_their_sum_is_no_bill(tmp_path):
    head = "Quantity\tPart Number\tType\tNomenclature"
    lines = ["Bill of Material: Top", "", head, "2\tBolt\tPart\tM8", "1\tSub\tAssembly\t", ""]
    lines += ["Bill of Material: Sub", "", head, "3\tWasher\tPart\tW8", ""]
    lines += ["Recapitulation of: Top", "", "Quantity\tPart Number", "2\tBolt", "3\tWasher"]
    path = text(tmp_path / "catia.txt", lines)
    assert needs(path) == [("Top", "Bolt", 2, None), ("Top", "Sub", 1, None), ("Sub", "Washer", 3, None)]


def test_a_number_of_a_document_is_no_count_and_a_name_beside_a_number_of_the_supplier_is_the_supplier(tmp_path):
    books = ["Date,Transaction Type,Num,Memo,Qty,Rate,Amount", "01/15/2025,Bill,1001,Rod,10,5.00,50.00"]
    assert table(text(tmp_path / "q.csv", books)).numbers("quantity") == [10.0]
    dutch = "Leverancier;Naam;Artikel;Omschrijving;Besteld;Bedrag;Leverdatum"
    found = table(text(tmp_path / "d.csv", [dutch, "60001;Jansen;A-1;Lager;100;250,00;03-04-2025"]))
    assert (found.suppliers, found.texts("name")) == (["Jansen"], ["Lager"])


def test_a_maker_that_was_turned_down_is_no_source(tmp_path):
    lines = ["Part Number,Description,Approved Manufacturer,MPN,Status,Country of Origin", "P-1,Cap,Murata,GRM1,Approved,JP"]
    found = handed_in.company(text(tmp_path / "avl.csv", [*lines, "P-1,Cap,Yageo,CC04,Disapproved,TW"]))
    assert [(source.maker, source.share) for source in found.sources["P-1"]] == [("Murata", 1.0)]


def test_dummies_and_texts_of_a_german_sap_are_no_parts(tmp_path):
    head = "Stufe\tPosition\tKomponente\tObjektkurztext\tKomponentenmenge (KME)\tKME\tPTyp\tDummy"
    lines = ["1\t0010\tA\tGehäuse\t1,000\tST\tL\t", "1\t0020\tB\tSatz\t2,000\tST\tL\tX"]
    lines += ["2\t0010\tC\tSchraube\t4,000\tST\tL\t"]
    path = text(tmp_path / "cs11.txt", [head, *lines, "1\t0030\t\tHinweis\t0,000\tST\tT\t"], "cp1252")
    assert needs(path) == [("cs11", "A", 1, None), ("cs11", "C", 8, None)]
    assert aside(table(path)) == [(3, "phantom"), (5, "no_part")]


def test_what_is_drawn_from_a_phantom_of_yonyou_is_no_part_and_its_own_numbers_go_before_the_makers(tmp_path):
    lines = ["母件编码,子件编码,子件名称,基本用量,供应类型", "P,C-1,轴,1,领用", "P,C-2,组件,2,虚拟件"]
    assert aside(table(text(tmp_path / "u8.csv", lines))) == [(3, "phantom")]
    duro = ["Level,CPN,Name,Quantity,Procurement,Manufacturer 1,MPN 1", "0,999-1,Robot,1,Make,,"]
    assert needs(text(tmp_path / "duro.csv", [*duro, "1,510-2,Motor,4,Buy,Maxon,305015"])) == [("999-1", "510-2", 4, None)]


@pytest.mark.parametrize("first", ["調達先", "1社目"])
def test_a_second_firm_in_a_column_of_its_own_is_a_source(tmp_path, first):
    lines = [f"品番,品名,{first},2社目,生産国", "A-1,軸受,甲製作所,丙製作所,日本", "A-2,軸,乙工業,,日本"]
    found = handed_in.company(text(tmp_path / "s.csv", lines)).sources
    assert [source.maker for source in found["A-1"]] == ["甲製作所", "丙製作所"]


def test_numbers_of_documents_of_purchases_are_no_parts(tmp_path):
    lines = ["Number,Date,Supplier,Description,Amount", "100234,2025-04-03,Acme,Motor,100", "100235,2025-04-04,Bolt,Gear,50"]
    assert "part" not in table(text(tmp_path / "a.csv", lines)).roles
