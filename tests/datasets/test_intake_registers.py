"""Tables that databases hand out: purchases by codes of firms, the firms beside them, stocks, prices without amounts."""

import pytest
from kanmon.app.audit.company_reader import company_from
from kanmon.datasets.intake.understanding import understand

FIRMS = ["supplier_id,supplier_name,country,rating", "S01,Alpha Metals GmbH,Germany,4.5", "S02,Beta Magnets Co,China,4.1"]
ORDERS = ["po_id,supplier_id,part_id,quantity,unit_price,order_date", "PO-1,S01,P-1,10,5.5,2026-01-10"]
ORDERS += ["PO-2,S02,P-1,20,5,2026-02-10", "PO-3,S01,P-2,5,100,2026-03-10"]


def folder(tmp_path, corrections=None, **files):
    for name, lines in files.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {table.sheet: table for table in understand(tmp_path, corrections=corrections).tables}


def keys(table):
    return [note.key.rpartition(".")[2] for note in table.notes]


def test_codes_of_firms_are_their_names_where_another_table_tells_them(tmp_path):
    found = folder(tmp_path, purchase_orders=ORDERS, suppliers=FIRMS)
    assert found["purchase_orders"].texts("supplier") == ["Alpha Metals GmbH", "Beta Magnets Co", "Alpha Metals GmbH"]
    said = next(note for note in found["purchase_orders"].notes if note.key.endswith("codes_of_firms"))
    assert "'S01' is Alpha Metals GmbH" in said.text("en") and "suppliers.csv" in said.text("ja")
    company = company_from(understand(tmp_path))
    assert {(source.vendor, source.country) for sources in company.sources.values() for source in sources} == {
        ("Alpha Metals GmbH", None),
        ("Beta Magnets Co", None),
    }


def test_a_country_of_a_register_is_an_address_unless_its_header_says_production_and_that_is_said(tmp_path):
    found = folder(tmp_path, suppliers=FIRMS)["suppliers"]
    assert "country_of_list" in keys(found) and found.texts("billing_country") == ["Germany", "China"]
    stated = [FIRMS[0].replace("country", "country of production"), *FIRMS[1:]]
    (tmp_path / "suppliers.csv").unlink()
    found = folder(tmp_path, suppliers=stated)["suppliers"]
    assert "country_of_list" not in keys(found) and found.texts("country") == ["Germany", "China"]


@pytest.mark.parametrize(
    "firms",
    [
        [FIRMS[0], FIRMS[1], "S01,Gamma Ltd,China,4.1"],  # one code of two firms
        [FIRMS[0], "X1,Alpha Metals GmbH,Germany,4.5", "X2,Beta Magnets Co,China,4.1"],  # codes of somebody else
    ],
)
def test_codes_that_tell_no_firm_stay_as_they_are(tmp_path, firms):
    found = folder(tmp_path, purchase_orders=ORDERS, suppliers=firms)["purchase_orders"]
    assert found.texts("supplier") == ["S01", "S02", "S01"] and "codes_of_firms" not in keys(found)


def test_a_code_that_the_register_has_not_stays_beside_names(tmp_path):
    more = [*ORDERS, "PO-4,S01,P-3,1,2,2026-03-11", "PO-5,S09,P-3,1,2,2026-03-12"]
    found = folder(tmp_path, purchase_orders=more, suppliers=FIRMS)["purchase_orders"]
    assert found.texts("supplier")[-2:] == ["Alpha Metals GmbH", "S09"]


def test_the_order_of_files_changes_nothing(tmp_path):
    first = folder(tmp_path, a_suppliers=FIRMS, b_orders=ORDERS)["b_orders"]
    for file in tmp_path.iterdir():
        file.unlink()
    assert folder(tmp_path, b_suppliers=FIRMS, a_orders=ORDERS)["a_orders"].texts("supplier") == first.texts("supplier")


def test_purchases_without_amounts_cost_their_quantity_times_their_price(tmp_path):
    lines = [*ORDERS, "PO-4,S01,P-3,,2,2026-03-11"]
    found = folder(tmp_path, purchase_orders=lines)["purchase_orders"]
    assert found.numbers("amount") == [55.0, 100.0, 500.0, None] and "reckoned" in keys(found)
    assert found.area == "A2:F5"


@pytest.mark.parametrize("header", ["unit_price,price_unit", "unit_price,list_price", "unit_price,amount"])
def test_no_amount_is_worked_out_where_the_price_may_be_for_a_lot_or_not_the_one_paid_or_one_is_stated(tmp_path, header):
    lines = [
        f"supplier,part_id,quantity,{header},order_date",
        "Alpha,P-1,10,5.5,100,2026-01-10",
        "Beta,P-2,20,5,100,2026-02-10",
    ]
    found = folder(tmp_path, purchase_orders=lines)["purchase_orders"]
    assert found.kind == "ledger" and "reckoned" not in keys(found)


def test_amounts_that_are_worked_out_are_in_the_currency_and_unit_of_the_price(tmp_path):
    lines = ["supplier,part_id,quantity,単価[千円],order_date", "Alpha,P-1,10,5.5,2026-01-10", "Beta,P-2,20,5,2026-02-10"]
    found = folder(tmp_path, purchase_orders=lines)["purchase_orders"]
    assert found.amounts == {"JPY": 155_000.0}


def test_what_is_on_hand_and_asked_for_in_a_day_is_a_stock_and_goes_into_no_product(tmp_path):
    lines = ["part_id,on_hand_qty,daily_demand", "P-1,100,5", "P-2,20,1"]
    found = folder(tmp_path, inventory=lines)["inventory"]
    assert found.kind == "stock" and "quantity" not in found.roles
    bill = ["parent_part_id,child_part_id,quantity", "FG-1,P-1,4", "FG-1,P-2,1"]
    folder(tmp_path, bom=bill)
    company = company_from(understand(tmp_path))
    assert {part: company.parts[part].stock_days for part in ("P-1", "P-2")} == {"P-1": 20.0, "P-2": 20.0}
    assert list(company.products) == ["FG-1"]


def test_a_currency_behind_the_name_of_a_column_of_a_form_is_its_unit(tmp_path):
    lines = ["product_id,product_name,annual_revenue_usd", "FG-1,Robot joint,5000000"]
    found = folder(tmp_path, products=lines)["products"]
    assert found.form == "products" and found.numbers("revenue") == [5e6] and found.units[2].currency == "USD"


def test_a_register_keeps_its_lines_whatever_else_it_says_of_firms(tmp_path):
    lines = [
        "supplier_id,supplier_name,country,contact_email,rating,payment_terms",
        "S01,Alpha,Germany,a@example.org,4.5,30 days",
    ]
    found = folder(tmp_path, suppliers=lines)["suppliers"]
    assert found.form == "suppliers" and found.texts("billing_country") == ["Germany"]


HEADS = ["po_id,supplier_id,order_date,status", "PO-1,S01,2026-01-10,received", "PO-2,S02,2026-02-10,received"]
LINES = ["po_line_id,po_id,part_id,quantity,unit_price", "1,PO-1,P-1,10,5.5", "2,PO-1,P-2,5,100", "3,PO-2,P-1,20,5"]


def test_lines_of_orders_are_purchases_of_the_firm_and_day_that_another_table_has_for_the_order(tmp_path):
    found = folder(tmp_path, orders=HEADS, order_items=LINES, suppliers=FIRMS)
    lines = found["order_items"]
    assert (lines.kind, found["orders"].kind) == ("ledger", "other")
    assert lines.texts("supplier") == ["Alpha Metals GmbH", "Alpha Metals GmbH", "Beta Magnets Co"]
    assert lines.texts("date") == ["2026-01-10", "2026-01-10", "2026-02-10"] and lines.numbers("amount") == [55, 500, 100]
    assert {"orders_joined", "reckoned"} <= set(keys(lines))


def test_orders_without_lines_list_no_parts(tmp_path):
    found = folder(tmp_path, orders=HEADS)["orders"]
    assert found.kind == "other" and "part" not in found.roles


def test_lines_of_orders_that_were_cancelled_are_no_purchases(tmp_path):
    heads = [*HEADS[:2], HEADS[2].replace("received", "cancelled"), "PO-3,S01,2026-03-01,received"]
    lines = [*LINES, "4,PO-3,P-2,1,90", "5,PO-3,P-1,2,6", "6,PO-3,P-3,2,1", "7,PO-1,P-3,2,1"]
    found = folder(tmp_path, orders=heads, order_items=lines)["order_items"]
    assert found.texts("order_no") == ["PO-1", "PO-1", "PO-3", "PO-3", "PO-3", "PO-1"]
    assert [(each.row, each.reason) for each in found.set_aside] == [(4, "withdrawn")]


@pytest.mark.parametrize(
    "heads",
    [
        [*HEADS, "PO-2,S01,2026-03-10,received"],  # one order of two firms
        [HEADS[0], "X-1,S01,2026-01-10,received", "X-2,S02,2026-02-10,received"],  # orders of somebody else
    ],
)
def test_lines_whose_orders_nobody_tells_apart_have_no_firm(tmp_path, heads):
    found = folder(tmp_path, orders=heads, order_items=LINES)["order_items"]
    assert "supplier" not in found.roles and "orders_joined" not in keys(found)


def test_yes_and_no_are_no_names_of_parts(tmp_path):
    lines = ["supplier_id,part_id,lead_time_days,unit_price,is_primary", "S01,P-1,30,5.5,true", "S02,P-1,60,5,false"]
    assert "name" not in folder(tmp_path, supplier_parts=[*lines, "S02,P-2,20,100,true"])["supplier_parts"].roles


def test_the_key_of_something_else_is_no_number_of_a_part(tmp_path):
    lines = [
        "po_number,area_id,supplier_id,item_description,quantity,total_cost,order_date",
        "PO-1,A1,S01,Pump skid,7,396,2026-01-10",
    ]
    found = folder(tmp_path, orders=[*lines, "PO-2,A1,S02,Pipe supports,3,90,2026-02-10"])["orders"]
    assert "part" not in found.roles and found.texts("name") == ["Pump skid", "Pipe supports"]
    coded = ["po_number,sku_id,supplier_id,quantity,total_cost,order_date", "PO-1,K-17,S01,7,396,2026-01-10"]
    assert folder(tmp_path, orders=[*coded, "PO-2,K-18,S02,3,90,2026-02-10"])["orders"].texts("part") == ["K-17", "K-18"]


BILL = ["parent_part_id,child_part_id,quantity", "FG-1,P-1,4", "FG-1,P-2,1"]
NAMES = ["part_id,part_name,category", "P-1,Magnet,magnets", "P-2,Motor,motors", "P-9,Spare belt,belts"]


def test_a_list_of_what_parts_are_called_beside_a_bill_is_no_bill(tmp_path):
    found = folder(tmp_path, bom=BILL, parts=NAMES)
    assert (found["bom"].kind, found["parts"].kind) == ("bom", "master")
    company = company_from(understand(tmp_path))
    assert list(company.products) == ["FG-1"] and company.parts["P-1"].name == "Magnet"


def test_a_list_of_parts_alone_or_of_other_parts_than_the_bill_has_is_a_bill(tmp_path):
    assert folder(tmp_path, parts=NAMES)["parts"].kind == "bom"
    others = [BILL[0], "FG-2,P-1,4", "FG-2,X-2,1", "FG-2,X-3,1"]
    assert folder(tmp_path, bom=others)["parts"].kind == "bom"


@pytest.mark.parametrize(("kind", "after"), [("bom", "bom"), ("ledger", "ledger"), ("order", "order")])
def test_what_a_person_says_of_lines_of_orders_holds(tmp_path, kind, after):
    said = {"sheets": {"order_items": {"kind": kind}}}
    found = folder(tmp_path, said, orders=HEADS, order_items=LINES)["order_items"]
    assert (found.kind, "supplier" in found.roles) == (after, kind == "ledger")


@pytest.mark.parametrize("kind", ["bom", "master"])
def test_what_a_person_says_of_a_list_of_parts_holds(tmp_path, kind):
    said = {"sheets": {"parts": {"kind": kind}}}
    assert folder(tmp_path, said, bom=BILL, parts=NAMES)["parts"].kind == kind


def test_countries_of_a_register_are_places_of_production_where_a_person_says_so(tmp_path):
    said = {"sheets": {"suppliers": {"columns": {"country": "country"}}}}
    folder(tmp_path, said, purchase_orders=ORDERS, suppliers=FIRMS)
    company = company_from(understand(tmp_path, corrections=said))
    assert {source.country for sources in company.sources.values() for source in sources} == {"DEU", "CHN"}
