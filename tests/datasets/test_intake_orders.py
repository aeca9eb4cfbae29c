"""Purchases as systems write them: returns, credit notes, what was called off in part, orders without a supplier."""

import handed_in
import pytest
from people_files import aside, table, text


def said(found, key):
    return [note.values for note in found.notes if note.key == f"datasets.intake.{key}"]


@pytest.mark.parametrize(
    ("header", "bought", "back"),
    [("取引区分名", "掛仕入", "掛返品"), ("伝票区分", "仕入", "返品"), ("取引区分", "掛仕入", "掛値引")]
    + [("Type", "Bill", "Bill Credit"), ("Document Type", "Invoice", "Credit Memo")]
    + [("Returns Item", "", "X"), ("Return item", "", "X"), ("Is Return", "0", "1")],
)
def test_what_went_back_counts_as_negative(tmp_path, header, bought, back):
    lines = [f"Date,Vendor,Material,Description,Quantity,Amount,{header}"]
    lines += [f"2024-04-05,Acme,P-1,Bearing,100,500,{bought}", f"2024-05-06,Acme,P-1,Bearing,20,100,{back}"]
    lines += [f"2024-05-07,Beta,P-1,Bearing,10,60,{bought}"]
    found = table(text(tmp_path / "orders.csv", lines))
    assert found.numbers("amount") == [500, -100, 60] and found.numbers("quantity") == [100, -20, 10]
    assert [(each["count"], each["row"]) for each in said(found, "reversed")] == [(1, 3)]
    sources = handed_in.company(tmp_path).sources["P-1"]
    assert {one.maker: one.spend for one in sources} == {"Acme": 400, "Beta": 60}


def test_how_many_went_back_is_no_mark_that_all_of_a_line_did(tmp_path):
    lines = ["Date,Vendor,Material,Quantity,Amount,Returns", "2024-04-05,Acme,P-1,100,500,1", "2024-05-06,Acme,P-2,20,100,3"]
    assert table(text(tmp_path / "orders.csv", lines)).numbers("amount") == [500, 100]
    lines = [line.replace(",3", ",0") for line in lines]  # one may have gone back, or all of the line
    assert table(text(tmp_path / "orders.csv", lines)).numbers("amount") == [500, 100]


def test_a_movement_of_goods_that_sap_calls_mvt_is_no_purchase_where_it_is_none(tmp_path):
    lines = [
        "Material\tMaterial Description\tMvT\tPstng Date\tQuantity\tUn\tAmt.in loc.cur.\tVendor",
        "P-1\tBearing\t101\t05.04.2024\t100\tPC\t500,00\t100001",
        "P-1\tBearing\t102\t06.04.2024\t100-\tPC\t500,00-\t100001",
        "P-1\tBearing\t101\t07.04.2024\t80\tPC\t400,00\t100001",
        "P-1\tBearing\t122\t09.04.2024\t10-\tPC\t50,00-\t100001",
        "P-1\tBearing\t261\t10.04.2024\t30-\tPC\t150,00-\t",
    ]
    found = table(text(tmp_path / "mb51.txt", lines))
    assert aside(found) == [(6, "moved")] and found.totals["amount"] == 350.0


@pytest.mark.parametrize("header", ["Date,Part Number,Description,Quantity,Unit Price", "日付,品番,品名,数量,単価"])
def test_what_was_bought_on_a_day_at_a_price_goes_into_no_product(tmp_path, header):
    lines = [header, "2024-04-05,A-1,Bearing,100,5.00", "2024-05-05,A-2,Shaft,10,20.00"]
    path = text(tmp_path / "list.csv", lines)
    assert table(path).kind == "order"
    assert not handed_in.rows(path)["bom"]


@pytest.mark.parametrize(
    "header",
    ["Revision date,Part Number,Description,Quantity,Unit Price", "改訂日,品番,品名,数量,単価", "日付,品番,品名,員数,単価"],
)
def test_a_bill_with_days_of_its_lines_is_a_bill(tmp_path, header):
    lines = [header, "2024-04-05,A-1,Bearing,100,5.00", "2024-05-05,A-2,Shaft,10,20.00"]
    assert table(text(tmp_path / "list.csv", lines)).kind == "bom"


def test_a_credit_in_a_list_of_orders_is_no_figure_that_could_not_be_read(tmp_path):
    lines = ["Date,Part Number,Quantity,Amount", "2024-04-05,A-1,100,500.00", "2024-04-25,A-1,-10,-50.00"]
    remarks = handed_in.company(text(tmp_path / "list.csv", lines)).remarks
    assert not [one for one in remarks if one.message.key == "app.audit_cells.negative"]


@pytest.mark.parametrize("header", ["期間", "対象月", "仕入月"])
def test_months_of_purchases_say_when_they_were(tmp_path, header):
    lines = [f"{header},品番,品名,仕入先,金額", "2024/4,A-1,軸受,例示精機,50000", "2024/6,B-2,歯車,見本工業,30000"]
    assert table(text(tmp_path / "list.csv", lines)).days("date") == ["2024-04-01", "2024-06-01"]


def test_a_length_of_time_is_no_month_of_purchases(tmp_path):
    lines = ["期間,品番,品名,仕入先,金額", "3ヶ月,A-1,軸受,例示精機,50000", "6ヶ月,B-2,歯車,見本工業,30000"]
    assert "date" not in table(text(tmp_path / "list.csv", lines)).roles


YEARS = [
    "品番,品名,年間購入額(千円),,,主要調達先,",
    ",,2022年度,2023年度,2024年度,会社名,国",
    "A-1,磁石,100,200,300,例示,中国",
]


def test_years_below_one_amount_are_a_second_header_and_the_latest_speaks(tmp_path):
    found = table(text(tmp_path / "list.csv", [*YEARS, "A-2,軸受,50,60,70,見本,日本"]))
    assert (found.kind, found.header, found.rows) == ("sourcing", (1, 2), 2)
    assert found.numbers("amount") == [300_000, 70_000] and found.texts("country") == ["中国", "日本"]
    assert [each["count"] for each in said(found, "of_other_years")] == [2]


def test_a_year_that_nobody_filled_in_or_that_is_a_plan_is_not_the_latest(tmp_path):
    lines = [
        "Part,Name,Supplier,Spend 2022,Spend 2023,Spend 2024,Plan 2025",
        "A-1,Magnet,Acme,10,20,,40",
        "A-2,Nut,Beta,1,2,,4",
    ]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.headers("amount") == ["Spend 2023"] and found.numbers("amount") == [20, 2]


def test_what_is_used_in_a_month_goes_into_no_product(tmp_path):
    lines = ["品番,品名,在庫数,月間使用数,在庫月数", "A-1,磁石,1200,400,3.0", "A-2,軸受,500,250,2.0"]
    path = text(tmp_path / "list.csv", lines)
    assert table(path).kind == "stock" and not handed_in.rows(path)["bom"]
    bill = text(tmp_path / "bill.csv", ["品番,品名,員数,在庫数", "A-1,磁石,2,1200", "A-2,軸受,4,500"])
    assert table(bill).kind == "bom"


def test_a_list_of_purchases_that_says_so_is_one_without_days(tmp_path):
    lines = ["購買一覧,,,,", "仕入先,品番,品名,数量,金額", "例示,A-1,軸受,10,1000", "見本,A-2,歯車,5,500", "合計,,,15,1500"]
    found = table(text(tmp_path / "list.csv", lines))
    assert (found.kind, found.rows, found.totals["amount"]) == ("ledger", 2, 1500)


@pytest.mark.parametrize(
    ("header", "kind"), [("品番,品名,メーカー,員数,単価", "bom"), ("品番,品名,調達先,生産国,シェア", "sourcing")]
)
def test_a_list_of_what_is_bought_with_neither_days_nor_amounts_is_what_its_columns_say(tmp_path, header, kind):
    lines = ["購入一覧,,,,", header, "A-1,軸受,例示,2,10" if kind == "bom" else "A-1,軸受,例示,日本,60%"]
    lines += ["A-2,歯車,見本,1,20" if kind == "bom" else "A-2,歯車,見本,中国,100%"]
    assert table(text(tmp_path / "list.csv", lines)).kind == kind


def test_an_info_record_of_sap_says_the_material_and_its_planned_delivery_time(tmp_path):
    lines = ["Purchasing Info Rec.;Material;Short text;Supplier;Name 1;Country/Region;Plnd Deliv. Time;Net Price;Crcy"]
    lines += [
        "5300000001;M-1;Lager;100001;Muster GmbH;DE;45;1,25;EUR",
        "5300000002;M-1;Lager;100002;Beispiel AG;AT;60;1,30;EUR",
    ]
    found = table(text(tmp_path / "info.csv", lines))
    assert found.texts("part") == ["M-1", "M-1"] and found.numbers("lead_time") == [45, 60]
    plain = ["Name;Material;Supplier;Price", "Bracket;SUS304;Acme;1.25", "Plate;SUS316;Acme;1.30"]
    assert "part" not in table(text(tmp_path / "a.csv", plain)).roles


@pytest.mark.parametrize("count", ["Received Qty", "Qty Shipped", "入荷数"])
def test_of_what_came_nothing_was_called_off(tmp_path, count):
    lines = [f"PO,Vendor,Part,{count},Qty Cancelled,Unit Price,Amount,Date", "1,Acme,A-1,6,4,5,30,2025-04-13"]
    found = table(text(tmp_path / "po.csv", [*lines, "2,Acme,A-2,10,,5,50,2025-04-14"]))
    assert found.numbers("amount") == [30.0, 50.0] and found.numbers("quantity") == [6.0, 10.0]
    assert not said(found, "cancelled") and not said(found, "cancelled_open")


def test_what_goes_into_a_product_is_not_called_off(tmp_path):
    lines = ["品番,品名,員数,キャンセル数,メーカー", "A-1,軸受,10,4,例示", "A-2,軸,2,,見本"]
    assert table(text(tmp_path / "bom.csv", lines)).numbers("quantity") == [10.0, 2.0]


def test_a_kind_of_part_that_is_called_return_is_no_slip(tmp_path):
    head = "Date,Vendor,Part No,Description,Type,Quantity,Amount"
    lines = [head, "2024-04-05,Acme,P-1,Return line,Return,10,500", "2024-05-06,Acme,P-2,Feed line,Supply,20,100"]
    assert table(text(tmp_path / "kinds.csv", lines)).numbers("amount") == [500.0, 100.0]
    slips = [head, *(line.replace(",Supply,", ",Invoice,") for line in lines[1:])]
    assert table(text(tmp_path / "slips.csv", slips)).numbers("amount") == [-500.0, 100.0]
    freight = "2024-05-07,Acme,F-1,Crate,Freight,1,5"
    assert table(text(tmp_path / "freight.csv", [*slips, freight])).numbers("amount") == [-500.0, 100.0, 5.0]
    credits = [head, *(line.replace(",Return,", ",Credit Memo,") for line in lines[1:])]
    assert table(text(tmp_path / "credits.csv", credits)).numbers("amount") == [-500.0, 100.0]


def test_less_than_none_for_more_than_nothing_went_back_unless_most_lines_say_so(tmp_path):
    lines = ["Date,Vendor,Part,Quantity,Amount", "2024-04-05,Acme,P-1,10,500", "2024-05-06,Acme,P-1,-2,100"]
    found = table(text(tmp_path / "orders.csv", lines))
    assert found.numbers("amount") == [500.0, -100.0] and found.numbers("quantity") == [10.0, -2.0]
    assert [(each["count"], each["row"]) for each in said(found, "counted_back")] == [(1, 3)]
    out = [lines[0], *(line.replace(",10,", ",-10,") for line in lines[1:])]
    assert table(text(tmp_path / "out.csv", out)).numbers("amount") == [500.0, 100.0]


def test_a_plan_is_no_purchase_and_of_amounts_in_several_currencies_the_latest_speaks(tmp_path):
    lines = ["品番,品名,調達先,2025年度購入額(計画),2024年度購入額(実績),2023年度購入額(実績)", "A-1,磁石,例示,40,30,20"]
    found = table(text(tmp_path / "a.csv", [*lines, "A-2,軸,見本,4,3,2"]))
    assert found.numbers("amount") == [30, 3] and [each["count"] for each in said(found, "of_other_years")] == [1]
    lines = ["Part,Name,Supplier,Spend 2022 (USD),Spend 2023 (EUR)", "A-1,Magnet,Acme,10,20", "A-2,Nut,Beta,1,2"]
    found = table(text(tmp_path / "b.csv", lines))
    assert found.headers("amount") == ["Spend 2023 (EUR)"] and found.currency_of_rows == ["EUR", "EUR"]


def test_quantities_by_year_beside_amounts_are_purchases_and_no_bill(tmp_path):
    lines = ["品番,品名,仕入先,発注数量,,金額", ",,,2023年,2024年,", "A-1,磁石,例示,10,20,300", "A-2,軸,見本,5,6,70"]
    found = table(text(tmp_path / "list.csv", lines))
    assert (found.kind, found.numbers("amount")) == ("ledger", [300.0, 70.0])


@pytest.mark.parametrize(("header", "count"), [("取引区分", 1), ("Type", 0)])
def test_kinds_of_slips_in_digits_are_said_and_digits_of_any_type_are_not(tmp_path, header, count):
    lines = [f"Date,Supplier,Part,Amount,{header}", "2024-01-01,Acme,P-1,10,10", "2024-01-02,Acme,P-2,20,20"]
    assert len(said(table(text(tmp_path / "list.csv", lines)), "slips_in_digits")) == count


@pytest.mark.parametrize("header", ["Date added", "Quotation date", "Effective Date"])
def test_a_day_of_something_else_makes_no_purchases_of_a_bill(tmp_path, header):
    lines = [f"{header},Part,Description,Qty,Unit price", "2024-04-05,A-1,Bearing,2,5", "2024-05-05,A-2,Shaft,1,20"]
    assert table(text(tmp_path / "list.csv", lines)).kind == "bom"


def test_of_shares_and_lead_times_by_year_the_latest_speak_and_that_is_said(tmp_path):
    lines = ["Part,Name,Supplier,Country,Share 2022,Share 2023,Lead time 2022,Lead time 2023"]
    lines += ["A-1,Magnet,Acme,Japan,70%,60%,30,60", "A-1,Magnet,Beta,China,30%,40%,10,90"]
    found = table(text(tmp_path / "list.csv", lines))
    assert (found.headers("share"), found.numbers("lead_time")) == (["Share 2023"], [60, 90])
    assert sorted(each["column"] for each in said(found, "of_other_years")) == ["Lead time 2023", "Share 2023"]


def test_of_orders_with_a_decimal_comma_the_rest_is_bought_and_no_line_is_lost(tmp_path):
    lines = ["PO;Lieferant;Material;Bestellmenge;Stornierte Menge;Preis;Betrag;Datum"]
    lines += ["1;Acme;A-1;1.000;400;5,00;5.000,00;13.04.2025", "2;Acme;A-2;10,5;4,5;5,00;52,50;13.04.2025"]
    found = table(text(tmp_path / "po.csv", [*lines, "3;Acme;A-3;2.000;2.000;5,00;10.000,00;13.04.2025"]))
    assert found.numbers("quantity") == [600, 6] and found.numbers("amount") == [3000, 30]
    assert aside(found) == [(4, "withdrawn")]


def test_a_used_part_to_give_back_is_no_return_where_nothing_was_bought_on_a_day(tmp_path):
    lines = ["Part,Name,Supplier,Country,Return,Amount", "A-1,Core,Acme,Japan,Yes,100", "A-2,Nut,Beta,China,No,20"]
    assert table(text(tmp_path / "list.csv", lines)).numbers("amount") == [100, 20]


@pytest.mark.parametrize("header", ["Short Text", "Material Description"])
@pytest.mark.parametrize("numbers", [("100234", "100235"), ("000000000000100234", "000000000000100235"), ("AB-1", "AB-2")])
def test_numbers_that_sap_gave_to_what_was_bought_are_its_numbers_and_tell_two_of_one_name_apart(tmp_path, header, numbers):
    lines = [f"Material,{header},Vendor Name,Ctry,Net Value,Crcy,PO Date"]
    lines += [f"{number},Bearing,M GmbH,DE,10,EUR,01.02.2025" for number in numbers]
    found = table(text(tmp_path / "a.csv", lines))
    assert (found.kind, tuple(found.texts("part"))) == ("ledger", numbers)
    assert found.headers("billing_country") == ["Ctry"]  # of the vendor: where it is made, it does not say


def test_grades_of_a_material_are_no_numbers_of_parts(tmp_path):
    lines = ["Material,Description,Supplier,Amount,Date", "304,Bolt,A,1,2025-01-01", "7075,Pin,C,3,2025-01-03"]
    assert table(text(tmp_path / "a.csv", lines)).headers("material") == ["Material"]
