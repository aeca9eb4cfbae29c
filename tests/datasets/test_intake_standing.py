"""Lines that are no parts, or no purchases, as design tools and SAP mark them."""

from __future__ import annotations

import handed_in
import pytest
from kanmon.datasets.intake.words import suggestions
from people_files import aside, book, table, text

INVENTOR = ["Item", "Part Number", "BOM Structure", "Unit QTY", "QTY", "Description"]
# The columns of ME2N's list; a stock transport order (UB, category U) comes from an own plant.
ME2N = "Purchasing Document\tItem\tPurchasing Doc. Type\tItem category\tDocument Date\tSupplier/Supplying Plant\tMaterial\t"
ME2N += "Short Text\tOrder Quantity\tNet Order Value\tCurrency"


def parts(found):
    return [
        (part, level, count)
        for part, level, count in zip(found.texts("part"), found.levels, found.numbers("quantity"), strict=True)
    ]


def test_what_inventor_draws_for_reference_is_left_out_with_all_below_it(tmp_path):
    rows = [
        ["1", "FRAME", "Normal", "Each", 1, "Frame"],
        ["2", "ROBOT", "Reference", "Each", 1, "Customer's robot"],
        ["2.1", "GRIP", "Purchased", "Each", 2, "Gripper"],
        ["2.1.1", "JAW", "Normal", "Each", 2, "Jaw"],
        ["3", "MOTOR", "Purchased", "Each", 4, "Motor"],
    ]
    found = table(book(tmp_path / "bom.xlsx", {"BOM": [INVENTOR, *rows]}))
    assert parts(found) == [("FRAME", 0, 1.0), ("MOTOR", 0, 4.0)]
    assert aside(found) == [(3, "reference"), (4, "reference"), (5, "reference")]


@pytest.mark.parametrize("word", ["Phantom", "仮想"])
def test_what_is_below_a_phantom_goes_into_what_the_phantom_goes_into_as_often(tmp_path, word):
    rows = [
        ["1", "HEAD", "Normal", "Each", 1, "Head"],
        ["1.1", "PLATE", "Normal", "Each", 1, "Plate"],
        ["1.2", "KIT", word, "Each", 3, "Screw kit"],
        ["1.2.1", "SCREW", "Purchased", "Each", 4, "Screw"],
        ["1.2.2", "INNER", word, "Each", 2, "Washer kit"],
        ["1.2.2.1", "WASHER", "Purchased", "Each", 5, "Washer"],
        ["2", "LAYOUT", word, "Each", 1, "Sketch"],
        ["3", "MOTOR", "Purchased", "Each", 4, "Motor"],
    ]
    found = table(book(tmp_path / "bom.xlsx", {"BOM": [INVENTOR, *rows]}))
    assert parts(found) == [
        ("HEAD", 0, 1.0),
        ("PLATE", 1, 1.0),
        ("SCREW", 1, 12.0),
        ("WASHER", 1, 30.0),
        ("MOTOR", 0, 4.0),
    ]
    assert aside(found) == [(4, "phantom"), (6, "phantom"), (8, "phantom")]
    remarks = handed_in.company(tmp_path / "bom.xlsx").remarks
    assert any(remark.message.key == "app.audit.aside_phantom" for remark in remarks)


def test_how_often_what_is_below_a_phantom_goes_in_is_unknown_where_the_phantom_does_not_say_how_often(tmp_path):
    lines = ["Level,Part Number,BOM Structure,QTY", "1,A,Normal,1", "1,KIT,Phantom,", "2,S,Normal,3", "1,B,Normal,2"]
    assert parts(table(text(tmp_path / "bom.csv", lines))) == [("A", 1, 1.0), ("S", 1, None), ("B", 1, 2.0)]


def test_a_level_column_is_drawn_up_as_numbers_are(tmp_path):
    header = ["Level", "Part Number", "BOM Structure", "QTY"]
    rows = [
        [0, "TOP", "Normal", 1],
        [1, "A", "Normal", 1],
        [1, "KIT", "Phantom", 2],
        [2, "S", "Normal", 3],
        [2, "REF", "Reference", 1],
    ]
    found = table(book(tmp_path / "bom.xlsx", {"BOM": [header, *rows]}))
    assert parts(found) == [("TOP", 0, 1.0), ("A", 1, 1.0), ("S", 1, 6.0)]
    assert aside(found) == [(4, "phantom"), (6, "reference")]


def test_a_flat_list_loses_only_the_lines_that_say_so(tmp_path):
    header = ["Part Number", "部品表構成", "QTY"]
    rows = [["A", "標準", 1], ["B", "参照", 2], ["C", "仮想", 3], ["D", "購入", 4], ["E", "一体", 5]]
    found = table(book(tmp_path / "bom.xlsx", {"BOM": [header, *rows]}))
    assert [part for part, *_ in parts(found)] == ["A", "D", "E"]
    assert aside(found) == [(3, "reference"), (4, "phantom")]


def test_a_part_called_reference_is_a_part_where_no_column_of_structure_says_so(tmp_path):
    rows = [
        ["Part Number", "Description", "Status", "QTY"],
        ["A", "Reference", "Reference", 1],
        ["B", "Phantom power", "Active", 2],
    ]
    assert table(book(tmp_path / "bom.xlsx", {"BOM": rows})).rows == 2


def test_stock_that_sap_moves_between_own_plants_is_no_purchase(tmp_path):
    lines = [
        "4500000001\t10\tNB\t\t01.04.2025\t100234     Beispiel GmbH\tM-1\tLager\t10\t1.000,00\tEUR",
        "4500000002\t10\tUB\tU\t02.04.2025\t1000       Werk Hamburg\tM-1\tLager\t500\t0,00\tEUR",
        "4500000003\t10\tNB\tL\t03.04.2025\t100235     Muster AG\tM-2\tWelle\t5\t800,00\tEUR",
        "4500000003\t20\tNB\tK\t03.04.2025\t100235     Muster AG\tM-3\tKonsi\t5\t800,00\tEUR",
        "4500000004\t10\tZUB\tU\t04.04.2025\t1000       Werk Hamburg\tM-2\tWelle\t5\t0,00\tEUR",
    ]
    found = table(text(tmp_path / "me2n.txt", [ME2N, *lines], "utf-16"))
    assert found.kind == "ledger"
    assert found.texts("part") == ["M-1", "M-2", "M-3"]
    assert aside(found) == [(3, "moved"), (6, "moved")]
    said = [remark.message.key for remark in handed_in.company(tmp_path / "me2n.txt").remarks]
    assert [key for key in said if "moved" in key] == ["app.audit.aside_moved"]


def test_fields_of_the_database_mark_a_transfer_by_their_own_codes(tmp_path):
    head = "EBELN,EBELP,BSART,PSTYP,BEDAT,NAME1,MATNR,TXZ01,MENGE,NETWR,WAERS"
    lines = ["1,10,NB,0,20250401,Beispiel GmbH,M-1,Lager,10,1000,EUR", "2,10,NB,7,20250402,,M-1,Lager,10,0,EUR"]
    lines += ["3,10,NB,3,20250402,Muster AG,M-2,Welle,10,700,EUR"]
    found = table(text(tmp_path / "ekpo.csv", [head, *lines]))
    assert aside(found) == [(3, "moved")]


def names(path):
    return [row["name"] for row in handed_in.rows(path)["bom"]]


def test_parts_of_a_board_with_one_value_and_two_footprints_are_two(tmp_path):
    lines = [
        '"Reference","Value","Datasheet","Footprint","Qty","DNP"',
        '"C1,C2","100n","~","Capacitor_SMD:C_0402_1005Metric","2",""',
        '"C3","100n","~","Capacitor_SMD:C_0603_1608Metric","1",""',
        '"C4","100n","~","Capacitor_SMD:C_0603_1608Metric_Pad1.08x0.95mm_HandSolder","1",""',
        '"U1","STM32F405RGT6","~","Package_QFP:LQFP-64_10x10mm_P0.5mm","1",""',
    ]
    assert names(text(tmp_path / "kicad.csv", lines)) == [
        "100n C_0402_1005Metric",
        "100n C_0603_1608Metric",
        "100n C_0603_1608Metric",  # longer pads for a hand's iron, and the same part
        "STM32F405RGT6",
    ]


def test_a_value_tells_before_a_footprint_does_and_what_does_not_differ_is_not_told(tmp_path):
    lines = ["Reference,Name,Value,Footprint,Qty", '"C1, C2",Capacitor,100n,0402,2', "C3,Capacitor,100n,0603,1"]
    lines += ["C4,Capacitor,10u,0603,1", "R1,Resistor,10k,0402,1", "R2,Resistor,22k,0402,1"]
    assert names(text(tmp_path / "board.csv", lines)) == [
        "Capacitor 100n 0402",
        "Capacitor 100n 0603",
        "Capacitor 10u",
        "Resistor 10k",
        "Resistor 22k",
    ]


def test_a_footprint_parts_nothing_that_has_a_number_of_its_own(tmp_path):
    lines = ["Comment,Designator,Footprint,LCSC", '100n,"C1,C2",C_0402,C1525', "100n,C3,C_0603,C14663"]
    rows = handed_in.rows(text(tmp_path / "jlc.csv", lines))["bom"]
    assert [(row["part"], row["name"]) for row in rows] == [("C1525", "100n"), ("C14663", "100n")]


@pytest.mark.parametrize(
    ("wrapped", "role"),
    [
        ("Supplier\nPrice", "price"),
        ("Supplier\nRefrence", "part_supplier"),
        ("Part\nNumber", "part"),
        ("Teilenummer\nPart number", "part"),
        ("品番\nPart No.", "part"),
        ("数量\n(個)", "quantity"),
    ],
)
def test_a_header_that_was_wrapped_means_what_it_means_on_one_line(wrapped, role):
    assert suggestions(wrapped)[0].role == role


def test_what_sap_calls_material_is_the_number_of_what_was_bought_without_amounts_too(tmp_path):
    head = (
        "Purchasing Document,Item,Document Date,Supplier/Supplying Plant,Plant,Material,Short Text,Order Quantity,Net Price"
    )
    bought = [("DC14502", "PISTON"), ("DC99", "RING"), ("DC14503", "PISTON")]
    lines = [
        f"4500000001,{n}0,1{n}/07/2025,8521       Acme,1000,{no},{name},4,116.00" for n, (no, name) in enumerate(bought)
    ]
    found = table(text(tmp_path / "me2m.csv", [head, *lines]))
    assert (found.kind, found.texts("part")) == ("ledger", ["DC14502", "DC99", "DC14503"])


def test_what_a_part_is_made_of_is_no_number_of_it(tmp_path):
    lines = ["Name,Material,Qty,Price,Supplier", "Plate,S45C,1,10,Acme", "Shaft,SUS304,2,20,Acme", "Pin,A5052,4,5,Beta"]
    found = table(text(tmp_path / "parts.csv", lines))
    assert "part" not in found.roles and found.texts("material") == ["S45C", "SUS304", "A5052"]


def test_values_beside_the_symbols_of_altium_tell_its_parts_apart(tmp_path):
    lines = [
        '"Comment","Description","Designator","Footprint","LibRef","Quantity"',
        '"100nF","Capacitor","C1, C2","0402","CAP","2"',
        '"10uF","Capacitor","C3","0402","CAP","1"',
        '"10k","Resistor","R1","0402","RES","1"',
        '"22k","Resistor","R2","0402","RES","1"',
        '"STM32F405","Microcontroller","U1","LQFP64","STM32F4","1"',
    ]
    assert names(text(tmp_path / "altium.csv", lines)) == [
        "Capacitor 100nF",
        "Capacitor 10uF",
        "Resistor 10k",
        "Resistor 22k",
        "Microcontroller",
    ]


@pytest.mark.parametrize("header", ["Item category", "ICt", "Positionstyp"])
def test_texts_and_documents_of_a_bill_of_sap_are_no_parts(tmp_path, header):
    lines = [
        f"Level,Component number,Object description,Comp. Qty (CUn),{header}",
        ".1,100-100,Casing,1,L",
        ".1,,See drawing 7,1,T",
        "..2,100-110,Slug,2,N",
        ".1,DRW-1,Drawing,1,D",
        ".1,100-200,Rod,3,R",
    ]
    found = table(text(tmp_path / "cs12.csv", lines))
    assert found.texts("part") == ["100-100", "100-110", "100-200"]
    assert aside(found) == [(3, "no_part"), (5, "no_part")]


def test_services_and_texts_of_an_order_are_bought_and_stay(tmp_path):
    lines = [ME2N.replace("\t", ",")]
    lines += [
        "45,10,NB,D,01.04.2025,100234 Beispiel GmbH,M-1,Calibration,1,500,EUR",
        "45,20,NB,T,02.04.2025,100235 Muster AG,M-2,Text,1,5,EUR",
    ]
    assert table(text(tmp_path / "me2n.csv", lines)).texts("part") == ["M-1", "M-2"]


@pytest.mark.parametrize(
    ("headers", "countries"),
    [
        (("Supplier Country", "Mfr Country"), ["Japan", "Malaysia"]),
        (("Supplier Country", "Country of Origin"), ["Japan", "Malaysia"]),
        (("Supplier Country of Origin", "Note"), ["USA", "USA"]),
        (("Supplier Country", "Note"), None),  # where the shop is tells nothing of who made it
    ],
)
def test_the_country_of_a_shop_is_not_that_of_the_maker_of_what_it_sells(tmp_path, headers, countries):
    head = f"Part No,Supplier,{headers[0]},Manufacturer,{headers[1]}"
    lines = [head, "A-1,DigiKey,USA,Murata,Japan", "A-2,Mouser,USA,TI,Malaysia"]
    found = table(text(tmp_path / "list.csv", lines))
    assert (found.texts("country") if "country" in found.roles else None) == countries
    assert found.kind == "sourcing"
    assert ("datasets.intake.shop_country" in [note.key for note in found.notes]) is (countries is None)


def test_the_country_of_a_shop_is_that_of_production_where_the_shop_is_the_maker(tmp_path):
    lines = ["品番,メーカー,仕入先,仕入先国,割合", "P-1,A製作所,株式会社A製作所,日本,60%", "P-1,B工業,B商社,中国,40%"]
    found = table(text(tmp_path / "list.csv", lines))
    assert found.texts("country") == ["日本", None]
    assert "datasets.intake.shop_country" in [note.key for note in found.notes]


def test_a_blank_column_of_makers_takes_no_country_from_suppliers(tmp_path):
    lines = ["Part No,Supplier,Supplier Country,Manufacturer", "A-1,Acme,China,", "A-2,Beta,Japan,"]
    found = table(text(tmp_path / "list.csv", lines))
    assert found.texts("country") == ["China", "Japan"]
    assert "datasets.intake.shop_country" not in [note.key for note in found.notes]


def test_the_country_of_a_supplier_who_makes_its_parts_is_theirs(tmp_path):
    lines = ["Part No,Supplier,Supplier Country,Share", "A-1,Acme,China,60%", "A-1,Beta,Japan,40%"]
    assert table(text(tmp_path / "list.csv", lines)).texts("country") == ["China", "Japan"]


@pytest.mark.parametrize(("header", "back", "forth"), [("赤黒区分", "赤", "黒"), ("返品区分", "返品", "仕入")])
def test_a_slip_that_takes_back_counts_as_negative_and_one_with_a_sign_stays(tmp_path, header, back, forth):
    lines = [
        f"日付,仕入先,品番,{header},数量,金額",
        f'2025/4/1,山田,A-1,{forth},10,"1,000"',
        f'2025/4/2,山田,A-1,{back},3,"300"',
        f"2025/4/3,山田,A-1,{back},-2,▲200",
    ]
    found = table(text(tmp_path / "仕入.csv", lines))
    assert (found.numbers("amount"), found.numbers("quantity")) == ([1000.0, -300.0, -200.0], [10.0, -3.0, -2.0])
    said = [note.values for note in found.notes if note.key == "datasets.intake.reversed"]
    assert said == [{"words": back, "column": header, "count": 1, "row": 3}]
    assert [row["quantity"] for row in handed_in.rows(tmp_path / "仕入.csv")["sourcing"]] == [10.0, -3.0, -2.0]
    assert not [each for each in handed_in.company(tmp_path / "仕入.csv").remarks if each.severity == "warning"]


def test_what_says_what_a_part_is_stands_with_it_whichever_column_holds_it(tmp_path):
    lines = [
        "Comment,Description,Designator,Footprint,LibRef,Quantity",
        "STM32F405,Controller,U1,LQFP64,MCU,1",
        "-,Cap,C1,0402,CAP,1",
    ]
    rows = handed_in.rows(text(tmp_path / "altium.csv", lines))["bom"]
    assert [row["_words"] for row in rows] == ["LQFP64 MCU STM32F405", "0402 CAP"]


@pytest.mark.parametrize(
    "lines",
    [
        [
            "Level,Item Category,Part No,Description,Qty",
            "0,A,X,Robot,1",
            "1,M,P-1,Motor,2",
            "1,T,P-2,Tape,1",
            "1,D,P-3,Drive,1",
        ],
        ["Item Category,Supplier,Part No,Order Date,Amount USD", "5,Acme,P-1,2025-01-02,500", "7,Acme,P-2,2025-01-03,600"],
        ["Item Category,Supplier,Part No,Order Date,Amount USD", "U,Acme,P-1,2025-01-02,500", "H,Acme,P-2,2025-01-03,600"],
    ],
)
def test_categories_of_items_that_are_not_those_of_sap_leave_no_line_out(tmp_path, lines):
    found = table(text(tmp_path / "list.csv", lines))
    assert (len(found.numbers_of_rows), aside(found)) == (len(lines) - 1, [])


def test_a_category_in_words_says_what_the_part_is(tmp_path):
    lines = ["Part No,Name,Item Category,Qty", "P-1,NX-3,Rare-earth magnet,2", "P-2,BB-7,Bearing,1"]
    assert table(text(tmp_path / "bom.csv", lines)).texts("spec") == ["Rare-earth magnet", "Bearing"]


def test_phantoms_are_known_by_the_words_of_many_systems(tmp_path):
    oracle = ["Level,Component Item,Quantity,WIP Supply Type", "0,TOP,1,Push", "1,PH,2,Phantom", "2,HOSE,3,Bulk"]
    oracle += ["1,M,1,Push"]
    sap = ["Level,Component number,Quantity,Special procurement", "0,TOP,1,", "1,PH,2,50", "2,HOSE,3,", "1,M,1,30"]
    flag = ["レベル,品番,員数,ファントム区分", "0,TOP,1,", "1,PH,2,○", "2,HOSE,3,", "1,M,1,"]
    kind = ["Level,Item number,Quantity,Line type", "0,TOP,1,Item", "1,PH,2,Phantom", "2,HOSE,3,Item", "1,M,1,Vendor"]
    for lines in (oracle, sap, flag, kind):
        found = table(text(tmp_path / "bom.csv", lines))
        assert (parts(found), aside(found)) == ([("TOP", 0, 1.0), ("HOSE", 1, 6.0), ("M", 1, 1.0)], [(3, "phantom")]), lines


def test_a_skeleton_of_creo_is_no_part_and_a_type_of_other_words_leaves_none_out(tmp_path):
    lines = ["Level,Name,Type,Qty", "0,A.ASM,ASSEMBLY,1", "1,A_SKEL.PRT,SKELETON,1", "1,MOTOR.PRT,PART,2"]
    lines += ["1,K,Kit,1", "1,R,Reference,1"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("name") == ["A.ASM", "MOTOR.PRT", "K", "R"] and aside(found) == [(3, "reference")]


def test_a_kit_of_odoo_is_none_of_the_parts_of_a_bill_that_shows_its_levels_and_keeps_its_own_bill(tmp_path):
    lines = ["Level,Part,Qty,BoM Type", "0,TBL,1,Manufacture", "1,KIT,2,Kit", "2,SCR,4,", "1,TOP,1,"]
    assert parts(table(text(tmp_path / "bom.csv", lines))) == [("TBL", 0, 1.0), ("SCR", 1, 8.0), ("TOP", 1, 1.0)]
    own = ["Parent,BoM Type,Component,Quantity", "TBL,Manufacture,KIT,2", "TBL,Manufacture,TOP,1", "KIT,Kit,SCR,4"]
    assert table(text(tmp_path / "own.csv", own)).texts("part") == ["KIT", "TOP", "SCR"]


def test_a_phantom_of_which_nothing_says_what_it_consists_of_is_said(tmp_path):
    lines = ["Level,Part Number,BOM Structure,QTY", "1,A,Normal,1", "1,KIT,Phantom,2", "2,S,Normal,3", "1,P,Phantom,1"]
    lines += ["1,B,Normal,2"]
    notes = [note for note in table(text(tmp_path / "bom.csv", lines)).notes if note.key == "datasets.intake.hollow"]
    assert [(note.values["count"], note.values["row"]) for note in notes] == [(1, 5)]


def test_numbers_of_lines_below_a_phantom_are_not_those_of_the_lines_beside_it(tmp_path):
    lines = ["Level,Item,Part,Qty,Phantom", "1,10,A,1,", "1,20,PH,2,X", "2,10,B,1,", "1,30,C,1,"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == ["A", "B", "C"] and found.notes == ()


def test_who_hands_a_part_over_is_no_supplier_and_that_a_part_is_handed_over_is_said(tmp_path):
    lines = ["品番,品名,調達先,生産国,支給区分", "P-1,モータ,甲社,日本,", "P-2,軸,得意先,日本,無償支給"]
    lines += ["P-3,板,(支給),中国,有償支給", "P-4,線,得意先商事,日本,自給"]
    found = table(text(tmp_path / "s.csv", lines))
    assert found.suppliers == ["甲社", "得意先商事"] and found.texts("supplier") == ["甲社", None, None, "得意先商事"]
    told = {note.key.rpartition(".")[2]: (note.values["count"], note.values["words"]) for note in found.notes}
    assert told == {"given": (2, "得意先, (支給)"), "handed_over": (2, "無償支給, 有償支給")}


def test_a_column_that_names_the_customer_says_who_supplies(tmp_path):
    lines = ["Part No,Name,Qty,Supplier,Customer supplied", "P-1,Fan,1,Alpha,No", "P-2,Frame,1,Beta,Yes"]
    (note,) = table(text(tmp_path / "bom.csv", lines)).notes
    assert (note.key, note.values["count"], note.values["row"]) == ("datasets.intake.customer_supplies", 1, 3)


def test_a_word_that_says_nothing_of_handing_over_is_not_taken_for_it(tmp_path):
    lines = [
        "品番,品名,員数,支給区分",
        "A,磁石,1,社給品",
        "B,軸,1,購入品",
        "C,箱,1,自社手配",
        "D,板,1,支給しない",
        "E,線,1,○",
    ]
    found = table(text(tmp_path / "bom.csv", lines))
    assert [(note.values["count"], note.values["words"]) for note in found.notes] == [(2, "社給品, ○")]


def test_an_order_of_another_system_may_be_of_a_type_ub_and_is_bought(tmp_path):
    lines = ["Order type,Order no,Date,Supplier,Part,Name,Qty,Amount", "NB,1,2025-04-01,Acme,A-1,Motor,2,100"]
    lines += ["UB,2,2025-04-02,Bolt,A-2,Gear,2,100"]
    assert table(text(tmp_path / "orders.csv", lines)).texts("part") == ["A-1", "A-2"]
    sap = [lines[0].replace("Order no", "Purchasing Document"), *lines[1:]]
    assert aside(table(text(tmp_path / "me2n.csv", sap))) == [(3, "moved")]


@pytest.mark.parametrize("numbers", [("100.200.300", "100.200.301"), ("100234", "100235"), ("0012", "0013")])
def test_suppliers_by_their_numbers_make_purchases_and_no_bill(tmp_path, numbers):
    lines = ["Vendor,Part No,Name,Qty,Amount,Date", *(f"{no},A-{no[-1]},Motor,2,100,2025-04-01" for no in numbers)]
    found = table(text(tmp_path / "v.csv", lines))
    assert (found.kind, found.suppliers) == ("ledger", list(numbers))
    named = [f"{line},{name}" for line, name in zip(lines, ("Vendor name", "Acme", "Bolt"), strict=True)]
    assert table(text(tmp_path / "n.csv", named)).suppliers == ["Acme", "Bolt"]


def test_numbers_of_lines_are_no_suppliers(tmp_path):
    lines = ["Vendor,Part No,Name,Qty", "1.1,A-1,Motor,2", "1.2,A-2,Gear,2", "1.2.2.1,A-3,Seal,2"]
    assert table(text(tmp_path / "v.csv", lines)).suppliers == []


def test_a_phantom_in_a_block_whose_first_line_says_what_all_go_into_is_left_out_like_others(tmp_path):
    lines = ["Assembly,Part,Name,Qty,Phantom", "X,A,Motor,1,", ",PH,Kit,1,Y", ",B,Gear,2,", "Y,A,Motor,1,", ",C,Seal,2,"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert (found.texts("part"), found.texts("parent")) == (["A", "B", "A", "C"], ["X", "X", "Y", "Y"])


def test_bills_below_each_other_and_firms_above_lines_are_read_together(tmp_path):
    head = "Quantity;Part Number;Type"
    lines = ["Bill of Material: P", head, "Supplier: Acme", "2;A-1;Part", "Recapitulation of: P", "Supplier: Acme"]
    lines += ["2;A-1;Part"]
    assert table(text(tmp_path / "bom.csv", lines)).texts("parent") == ["P"]
