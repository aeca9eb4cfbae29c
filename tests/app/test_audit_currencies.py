"""Amounts, costs and budgets in several currencies: none is taken for another."""

import re

import pytest
from handed_in import company, says, sourcing
from kanmon.app.audit.board import in_short
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.app.audit.wording import Wording
from kanmon.graph import SupplyGraph
from plain_sheets import workbook


@pytest.mark.parametrize(
    "lines",
    [
        [
            "品番,品名,仕入先,購入金額,通貨",
            "P-1,磁石,甲,1000,USD",
            "P-1,磁石,乙,100000,JPY",
            "P-2,軸受,甲,10,USD",
            "P-2,軸受,乙,30,USD",
        ],
        [
            "品番,品名,仕入先,購入金額",
            'P-1,磁石,甲,"$1,000"',
            'P-1,磁石,乙,"￥100,000"',
            "P-2,軸受,甲,$10",
            "P-2,軸受,乙,$30",
        ],
    ],
)
def test_amounts_of_one_part_in_two_currencies_are_no_shares(tmp_path, lines):
    (tmp_path / "usd_jpy.csv").write_text("\n".join(lines), encoding="utf-8")
    found = company(tmp_path / "usd_jpy.csv")
    assert [(one.share, one.spend) for one in found.sources["P-1"]] == [(None, None)] * 2
    assert [(one.share, one.spend) for one in found.sources["P-2"]] == [(0.25, 10), (0.75, 30)]
    assert "1 part(s) were bought in several currencies, for instance 'P-1' (JPY, USD)" in says(found)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_no_sum_of_amounts_in_several_currencies_is_told(tmp_path, lang):
    lines = ["order no,sku,supplier,date,qty,unit price,currency"]
    lines += [f"{n},S-{n},Firm {n},2024-01-0{n},{n}000,10,{code}" for n, code in enumerate(("EUR", "USD", "MYR"), 1)]
    (tmp_path / "purchase_orders.csv").write_text("\n".join(lines), encoding="utf-8")
    done = audit(tmp_path / "purchase_orders.csv", lang=lang, date="2024-12-31", world=SupplyGraph())
    told = content(done, lang)
    assert told["spend"] is None and told["coverage"]["spend"] is None and not [one for one in told["parts"] if one["spend"]]
    assert not [one for one in told["scenarios"] if one["kind"] == "tariffs"]
    shown = str([in_short(Wording(done, lang)), told["board"], told["questions"]])
    assert not re.search("60[,.]?000|10[,.]?000|EUR/|6.0 ?万|1.0 ?万", shown) and told["questions"]
    assert "not converted" in str(told["remarks"]) or "換算は行わない" in str(told["remarks"])


@pytest.mark.parametrize(
    ("header", "cell"),
    [("Annual revenue", "1000000 USD"), ("Annual revenue (USD)", "1000000"), ("年間売上（千ドル）", "1000")],
)
def test_a_revenue_in_dollars_is_no_yen(tmp_path, header, cell):
    (tmp_path / "products.csv").write_text(f"Product,{header}\nX,{cell}\n", encoding="utf-8")
    (tmp_path / "bom.csv").write_text("Parent,Part No,Qty\nX,A-1,2\n", encoding="utf-8")
    found = company(tmp_path)
    assert (found.currency, found.products["X"]["revenue"]) == ("USD", 1_000_000.0)


def planned(tmp_path, cost_header="Cost", cells=(5000, 9000), **about):
    measures = [["P-1", "hold more stock", 30 * n, cell] for n, cell in enumerate(cells, start=1)]
    sheets_ = {
        "Company": [["company name", *about], ["Co", *about.values()]],
        "Products": [["product", "annual revenue"], ["X", 1_000_000]],
        "Sourcing": sourcing(["P-1", "Maker", "Japan"]),
        "BOM": [["parent", "part", "quantity"], ["X", "P-1", 1]],
        "Measures": [["part no.", "measure", "days", cost_header], *measures],
    }
    return company(workbook(tmp_path / "co.xlsx", sheets_))


@pytest.mark.parametrize(("header", "cells"), [("Cost (USD)", (5000, 9000)), ("Cost", ("USD 5,000", "$9,000"))])
def test_what_a_measure_costs_in_another_currency_is_not_compared_with_the_amounts(tmp_path, header, cells):
    found = planned(tmp_path, header, cells, currency="円", budget=100)
    assert found.currency == "JPY" and [row["cost"] for row in found.measures] == [None, None] and found.budget == 100
    assert says(found).count("This amount is in USD, the others in JPY") == 2
    same = planned(tmp_path, header, cells, currency="USD")
    assert [row["cost"] for row in same.measures] == [5000.0, 9000.0] and "This amount is in" not in says(same)


def test_a_budget_in_another_currency_is_none_to_compare(tmp_path):
    found = planned(tmp_path, currency="JPY", budget="EUR 5,000")
    assert (found.budget, found.currency) == (None, "JPY") and "This amount is in EUR" in says(found)
    headed = planned(tmp_path, **{"currency": "JPY", "budget (USD)": 5000})
    assert headed.budget is None and "This amount is in USD" in says(headed)


def test_a_currency_that_only_costs_say_is_that_of_the_workbook_and_that_is_said(tmp_path):
    found = planned(tmp_path, "Cost (USD)")
    assert found.currency == "USD" and "Only the costs of measures or the budget state a currency (USD)" in says(found)
    assert planned(tmp_path).currency == "JPY"


def test_amounts_in_two_currencies_are_called_neither_yen_nor_one_of_them(tmp_path):
    head = ("part", "supplier", "country", "annual spend", "currency")
    rows = sourcing(["P-1", "A", "Japan", 10, "USD"], ["P-2", "B", "Japan", 20, "EUR"], head=head)
    assert company(workbook(tmp_path / "co.xlsx", {"Sourcing": rows})).currency == "EUR/USD"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_no_part_is_set_apart_by_a_limit_where_amounts_are_in_several_currencies(tmp_path, lang):
    head = ("part", "supplier", "country", "annual spend", "currency")
    sheets_ = {
        "Company": [["company name", "currency", "C-parts below"], ["Co", "JPY", 1000]],
        "Products": [["product", "annual revenue"], ["X", 1_000_000]],
        "BOM": [["parent", "part", "quantity"], ["X", "P-1", 1], ["X", "P-2", 1]],
        "Sourcing": sourcing(["P-1", "A", "Japan", 500, "USD"], ["P-2", "B", "Japan", 900, "JPY"], head=head),
    }
    done = audit(workbook(tmp_path / "co.xlsx", sheets_), lang=lang, date="2024-12-31", world=SupplyGraph())
    told = content(done, lang)["apart"]
    assert done.company.c_spend == 1000 and done.company.apart == [] and told["parts"] == []
    assert {"en": "No part is set apart", "ja": "別扱いにした部品はありません"}[lang] in told["says"]


def test_losses_of_a_revenue_in_one_currency_are_told_in_it_whatever_parts_are_bought_in(tmp_path):
    head = ("part", "supplier", "country", "annual spend", "currency")
    sheets_ = {
        "Products": [["product", "annual revenue (EUR)"], ["X", 1_000_000]],
        "BOM": [["parent", "part", "quantity"], ["X", "P-1", 1], ["X", "P-2", 1]],
        "Sourcing": sourcing(["P-1", "A", "Japan", 500, "USD"], ["P-2", "B", "Japan", 900, "JPY"], head=head),
    }
    found = company(workbook(tmp_path / "co.xlsx", sheets_))
    assert (found.currency, found.mixed) == ("EUR", True) and "EUR, JPY, USD" in says(found)
