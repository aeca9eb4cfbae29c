"""Shapes of files that people publish: boards drawn in several languages, masters of vendors, orders without lines."""

from __future__ import annotations

import pytest
from kanmon.datasets.intake.values import number
from kanmon.datasets.intake.words import suggestions
from people_files import table, text


def keys(found):
    return {note.key.rpartition(".")[2] for note in found.notes}


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("QUANTITE", "quantity"),
        ("Quantite commandee", "quantity"),
        ("STUECKZAHL", "quantity"),
        ("Stuckzahl", "quantity"),
        ("Waehrung", "currency"),
        ("GROESSE", "spec"),
        ("Numero de commande", "order_no"),
        ("Fabricante", "maker"),
    ],
)
def test_a_word_without_its_accents_is_the_same_word(header, role):
    assert (suggestions(header)[0].role, suggestions(header)[0].how) == (role, "word")


@pytest.mark.parametrize(
    "cell", ["4개", "4 세트", "4套", "4个", "4只", "4件", "4 St.", "4 un", "4 pièces", "4 peças", "4 шт", "4 adet"]
)
def test_counters_of_other_languages_count(cell):
    assert number(cell) == 4.0


@pytest.mark.parametrize("cell", ["3개월", "12 V", "4 per board", "3条件", "5 unknown", "2 states"])
def test_what_goes_on_as_another_word_counts_nothing(cell):
    assert number(cell) is None


def test_the_decimals_of_a_table_in_french_without_accents_have_a_comma(tmp_path):
    found = table(
        text(tmp_path / "x.csv", ["REFERENCE;DESIGNATION;QUANTITE;PRIX UNITAIRE", "A-1;Vis;4;1,500", "A-2;Roue;2;2,750"])
    )
    assert found.numbers("price") == [1.5, 2.75]


def test_places_on_a_board_and_descriptions_in_japanese(tmp_path):
    lines = [
        '"ID";"指定子";"フットプリント";"数量";"名称"',
        '1;"R1,R2";"R_0603";2;"10k"',
        '2;"U3";"DRV8835-Module";1;"DRV8835"',
    ]
    found = table(text(tmp_path / "部品表.csv", lines))
    assert found.texts("designator") == ["R1,R2", "U3"] and found.kind == "bom"
    lines = ["Reference, Value, Footprint,説明", "C1,0.1u,C_0603,チップコンデンサ", "R1,1k,R_0603,チップ抵抗"]
    found = table(text(tmp_path / "x.csv", lines))
    assert found.texts("name") == ["チップコンデンサ", "チップ抵抗"] and found.texts("value") == ["0.1u", "1k"]


def test_makers_that_stand_in_two_columns_are_those_of_both(tmp_path):
    head = "Reference,Value,MANUFACTURER,Manufacturer_Name,Manufacturer_Part_Number,Qty"
    lines = [head, "S1,SW,,Vimex,SS12D00G3,1", "U1,ESP32,DOIT,,,1", "U2,SCD30,Sensirion,Sensirion AG,,1"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("maker") == ["Vimex", "DOIT", "Sensirion"]
    (note,) = (note for note in found.notes if note.key.endswith("maker_again"))
    assert note.values == {"column": "MANUFACTURER", "brand": "Manufacturer_Name", "count": 1, "row": 2}


def test_a_record_is_called_by_its_product_and_not_by_what_is_said_of_it(tmp_path):
    head = (
        '"ID","Artikel","Menge","Item Description","Artikelname","ID (Artikel)","Artikel-Code (Artikel)","Menge (Artikel)"'
    )
    lines = [
        head,
        '"BOM-1","BIKE-2",1.0,"Perfekt für den Alltag.","Velo City","a1","COMP-1",1.0',
        '"","","","","","a2","COMP-2",2.0',
    ]
    found = table(text(tmp_path / "Stückliste.csv", lines))
    assert (found.texts("part"), found.texts("parent")) == (["COMP-1", "COMP-2"], ["Velo City", "Velo City"])


def test_a_bill_with_a_column_for_days_that_nobody_filled_in_is_no_ledger(tmp_path):
    head = "item,qty,description,manufacturer,part_number,supplier,unit_price_eur,date_quoted"
    found = table(
        text(
            tmp_path / "bom.csv", [head, "1,1,Controller board,,,,,", "2,3,Stepper motor,,,,,", "3,1,Thermometer,Testo,,,,"]
        )
    )
    assert (found.kind, found.totals) == ("bom", {"quantity": 5.0})


def test_an_amount_beside_the_number_of_an_order_is_money(tmp_path):
    head = "po_id,campaign_name,agency,gl_code,amount"
    lines = [head, "PO-1,Summer,Northstar,6100,12000", "PO-2,Winter,Meridian,6200,25000"]
    found = table(text(tmp_path / "purchase_orders.csv", lines))
    assert found.totals == {"amount": 37000.0} and found.kind == "order"


@pytest.mark.parametrize(
    "lines",
    [
        [
            "po_id,vendor_id,order_amount,order_date,order_status",
            "PO1,V002,5250,2025-10-02,APPROVED",
            "PO2,V003,5500,2025-10-03,OPEN",
        ],
        [
            "PO_NUMBER,FOURNISSEUR,MONTANT_EUR,QUANTITE,DATE,TYPE_ACHAT",
            "PO1,VMSI,90.10,6,2024-12-15,Services",
            "PO2,GROW,75.5,2,2024-12-16,Matériel",
        ],
    ],
)
def test_orders_that_do_not_say_what_was_bought_are_said_to_lack_that(tmp_path, lines):
    found = table(text(tmp_path / "purchase_orders.csv", lines))
    assert found.kind == "other" and "no_goods" in keys(found)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("fournisseurs.csv", ["Nom,Adresse,Téléphone", "HAMELLE MAROC,Mohammedia,05", "AB PARTS,Casablanca,06"]),
        ("Lieferanten.csv", ["No_;Budgeted Amount;Datev Export Date;Name;Search Name;Vendor Posting Group"]
         + ["K01;0,00;01.01.1753 00:00:00;Dimidia GmbH;DIMIDIA;IC3", "K02;0,00;01.01.1753 00:00:00;Alpha GmbH;ALPHA;IL"]),
    ],
)  # fmt: skip
def test_a_list_of_firms_is_no_purchase_and_no_bill(tmp_path, name, lines):
    found = table(text(tmp_path / name, lines))
    assert (found.kind, keys(found) & {"firms_list"}) == ("other", {"firms_list"})


def test_of_two_prices_that_of_one_piece_speaks(tmp_path):
    lines = [
        "Référence;Fournisseur;Quantité;Prix;Prix Unitaire;Date",
        "A-1;Dutscher;100;13,1;0,131;2025-01-02",
        "A-2;Roth;50;10;0,2;2025-01-03",
    ]
    found = table(text(tmp_path / "achats.csv", lines))
    assert found.numbers("price") == [0.131, 0.2]


def test_months_beside_the_days_of_purchases_are_nothing_to_mend(tmp_path):
    head = "po_id,po_date,pr_id,vendor_id,material_id,quantity,unit_price,total_amount,month"
    lines = [
        head,
        "PO1,2024-01-10,PR1,V001,M001,5,55000,275000,January",
        "PO2,2024-02-14,PR2,V003,M002,10,8500,85000,February",
    ]
    found = table(text(tmp_path / "purchase_orders.csv", lines))
    assert found.kind == "ledger" and found.texts("part") == ["M001", "M002"] and "no_day" not in keys(found)


def test_a_list_of_suppliers_with_times_and_scores_is_one_of_firms(tmp_path):
    head = "supplier_id,supplier_name,city,lead_time_days,aql_level,ppap_status"
    found = table(
        text(tmp_path / "suppliers.csv", [head, "S1,Vista BV,Brno,11,1.0,APPROVED", "S2,Precision SpA,Pune,13,0.65,NONE"])
    )
    assert (found.kind, keys(found) & {"firms_list"}) == ("other", {"firms_list"})


@pytest.mark.parametrize("name", ["VENDOR_MASTER.csv", "master data.csv"])
def test_a_register_with_codes_and_countries_is_a_list_of_firms_whatever_it_is_called(tmp_path, name):
    lines = ["VendorCode,VendorName,Country,City", "V1,Alpha Inc,US,Boston", "V2,Beta SAS,FR,Paris"]
    found = table(text(tmp_path / name, lines))
    assert (found.kind, keys(found) & {"firms_list"}) == ("other", {"firms_list"})


def test_a_list_called_inventory_goes_into_no_product(tmp_path):
    found = table(text(tmp_path / "inventory.csv", ["product,Pu,client,fournisseur", "p1,1386,c1,f1", "p2,1314,c2,f2"]))
    assert found.kind == "stock"
