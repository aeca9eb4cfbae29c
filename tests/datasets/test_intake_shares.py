"""Shares of sources, and columns of per cent that are none."""

import pytest
from kanmon.datasets.intake.mapping import draft
from kanmon.datasets.intake.words import suggestions
from people_files import table, text


@pytest.mark.parametrize("shares", [("0.5", "0.3", "0.2"), ("50%", "30%", "20%"), ("50", "30", "20")])
def test_parts_of_all_that_was_bought_are_no_shares_of_sources(tmp_path, shares):
    amounts = ("5000", "3000", "2000")
    lines = [f"2025/4/{n + 1},甲,P-{n},部品,{amounts[n]},{share}" for n, share in enumerate(shares)]
    found = table(text(tmp_path / "a.csv", ["計上日,仕入先,品番,品名,金額,構成比", *lines]))
    assert "share" not in found.roles and "datasets.intake.composition" in [note.key for note in found.notes]


def test_a_share_that_a_person_says_is_one_stays_one(tmp_path):
    path = text(tmp_path / "a.csv", ["Part,Name,Supplier,Share,Amount", "A-1,Bolt,Alpha,60%,600", "B-1,Nut,Beta,40%,400"])
    said = draft([table(path)])
    said["sheets"]["a"]["columns"]["Share"] = "share"
    assert table(path, corrections=said).roles["share"] == (3,)


def test_shares_of_the_sources_of_a_part_stay_beside_amounts(tmp_path):
    lines = ["品番,品名,調達先,金額,構成比", "P-1,磁石,甲,5000,50%", "P-1,磁石,乙,5000,50%", "P-2,軸,丙,2000,100%"]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.roles["share"] == (4,)


@pytest.mark.parametrize("head", ["Supplier {} %", "Vendor {} (%)", "調達先{}(%)", "Supplier {} percent"])
def test_per_cent_behind_a_supplier_is_its_share(tmp_path, head):
    heads = [name for n in (1, 2) for name in (head.format(n).rstrip(" (%)").removesuffix(" percent"), head.format(n))]
    found = table(
        text(tmp_path / "a.csv", [",".join(["Part,Name", *heads]), "P-1,Magnet,Alpha,70,Beta,30", "P-2,Axle,Gamma,100,,"])
    )
    assert (found.roles["share"], found.roles["share_more"]) == ((3,), (5,))


@pytest.mark.parametrize("head", ["Supplier on-time %", "Supplier score (%)", "Vendor rebate %", "Supplier discount %"])
def test_per_cent_of_something_else_of_a_supplier_is_no_share(tmp_path, head):
    found = table(text(tmp_path / "a.csv", [f"Part,Name,Supplier,{head}", "P-1,Magnet,Alpha,98", "P-2,Axle,Beta,95"]))
    assert "share" not in found.roles


ELSE = {
    "share": [
        "Discount percent",
        "Scrap percentage",
        "VAT percentage",
        "Market share",
        "不良割合",
        "付加価値比率",
        "国産比率",
        "合格比例",
    ],
    "lead_time": ["納期遵守率(%)", "納期遅延", "Lead time variance", "lead time reliability %", "交期达成率"],
    "switch_days": ["切替費用", "Switching time cost"],
    "stock": ["在庫回転率", "Stock turnover", "在庫評価額"],
    "price": ["Defect rate", "Freight rate", "Tooling cost", "Shipping cost", "金型費用"],
}
SAME = {
    "share": [
        "Share A",
        "割合2",
        "Split %",
        "年間調達割合",
        "Percentage of supply",
        "Porcentaje de compra",
        "第2調達先割合",
    ],
    "lead_time": ["Lead time 2", "標準納期(日)", "Lead Time Days (ARO)"],
    "switch_days": ["切替日数2"],
    "stock": ["Stock on hand", "在庫2"],
    "price": ["Basic Rate", "Rate per unit", "Material cost", "仕入単価"],
}


@pytest.mark.parametrize(("role", "header"), [(role, header) for role, headers in ELSE.items() for header in headers])
def test_a_header_that_asks_for_something_else_of_a_figure_is_not_that_figure(role, header):
    assert role not in {one.role for one in suggestions(header)}


@pytest.mark.parametrize(("role", "header"), [(role, header) for role, headers in SAME.items() for header in headers])
def test_a_header_with_more_words_for_the_same_figure_is_that_figure(role, header):
    assert suggestions(header)[0].role == role
