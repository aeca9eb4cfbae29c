"""People's tables: which kind each is, and what was met in files written to be awkward."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.datasets.intake.mapping import as_yaml, draft, read_corrections
from kanmon.datasets.intake.understanding import understand
from kanmon.graph import InputError
from people_files import LEDGER, aside, book, real, table, text

# --- kinds ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["part,supplier,country", "P,X,China"], "sourcing"),
        (["part,manufacturer,qty,price", "P,X,1,2"], "bom"),
        (["part,manufacturer", "P,X"], "bom"),
        (["part,supplier,amount", "P,X,1", "P,X,2"], "ledger"),
        (["date,part,supplier,qty,amount", "2024-01-02,P,X,1,2"], "ledger"),
        (["parent,part,supplier", "A,P,X"], "bom"),
        (["Item no,Pstng Date,Quantity,Amt.in loc.cur.", "P,01.04.2025,2,50", "P,02.04.2025,1,25"], "order"),
        (["項目,部品1,部品2", "品番,P-1,P-2", "品名,磁石,軸受", "調達先,甲,乙", "原産国,中国,日本"], "other"),
        (["品番,員数,納期,金額", "P,2,2025/4/1,50", "Q,1,2025/4/2,25"], "bom"),
        (["部品番号,単価,最小発注数", "P,10,100"], "price_list"),
        (["technology,site", "Winding,Plant"], "technologies"),
        (["refYear,reporterISO,flowCode,partnerISO,cmdCode,primaryValue", "2023,JPN,M,CHN,850511,10"], "trade"),
    ],
)
def test_kinds_are_told_by_their_columns(tmp_path, lines, kind):
    assert table(text(tmp_path / "x.csv", lines)).kind == kind


@pytest.mark.parametrize(
    "lines",
    [
        ["品目コード,品目名,倉庫,在庫数,単位,安全在庫", "P-1,磁石,A,1200,個,500", "P-2,軸受,B,0,個,100"],
        ["品番,品名,仕入先,在庫数,在庫金額", "P-1,磁石,甲,100,5000", "P-2,軸受,乙,10,3000"],
        ["Material,Description,On hand,Safety stock", "P-1,Magnet,1200,500", "P-2,Bearing,0,100"],
        ["在庫一覧表,,", "品番,品名,数量", "P-1,磁石,100", "P-2,軸受,10"],
    ],
)
def test_what_lies_in_a_warehouse_is_no_bill_and_no_ledger(tmp_path, lines):
    found = table(text(tmp_path / "a.csv", lines))
    assert (found.kind, found.rows) == ("stock", 2) and "amount" not in found.totals
    told = table(text(tmp_path / "部品表.csv", lines[-3:]))
    assert told.kind == "bom"  # where a title says so, it is one


def test_purchases_by_month_are_a_ledger_of_their_total_and_a_sheet_that_sums_the_months_is_none(tmp_path):
    head = "品番,品名,仕入先,4月数量,4月金額,5月数量,5月金額,合計数量,合計金額"
    found = table(text(tmp_path / "a.csv", [head, "P-1,磁石,甲,1,100,2,200,3,300", "P-2,軸受,乙,5,50,1,10,6,60"]))
    assert (found.kind, found.headers("amount"), found.totals["amount"]) == ("ledger", ["合計金額"], 360)
    months = [["仕入日", "品番", "品名", "仕入先", "数量", "金額"], ["2025/4/1", "P-1", "磁石", "甲", 10, 1000]]
    year = [["品番", "品名", "仕入先", "数量", "金額"], ["P-1", "磁石", "甲", 10, 1000]]
    tables = understand(book(tmp_path / "a.xlsx", {"4月": months, "年計": year})).tables
    assert [found.kind for found in tables] == ["ledger", "other"]


YEARS = ["Part_Number,Description,Annual_Usage_Qty,Unit_Cost_USD,Annual_Spend_USD", "P-1,magnet,2400,425,1020000"]


def test_counts_of_a_year_go_into_no_product(tmp_path):
    assert table(text(tmp_path / "ABC analysis.csv", YEARS)).kind == "price_list"


MATTERS = {
    "risk register": "Risk_ID,Description,Supplier,Part_Number,Score\nR1,capacity,Alpha,P-1,6\nR2,quality,Beta,P-2,4",
    "SUPPLIER_TOOL_REGISTER": "Asset,Description,Part_Numbers,Supplier_Name,Cost_USD\nA1,mold,P-1,Alpha,12\nA2,jig,P-2,B,9",
    "金型台帳": "金型番号,品名,品番,仕入先,取得価額\nK1,ケース型,P-1,甲製作所,120000\nK2,蓋型,P-2,乙工業,90000",
}


@pytest.mark.parametrize("title", MATTERS)
def test_a_list_of_risks_tools_or_findings_is_none_of_parts_and_that_is_said(title, tmp_path):
    found = understand(text(tmp_path / f"{title}.csv", MATTERS[title].splitlines()))
    assert found.tables[0].kind == "other" and "datasets.intake.matters" in {note.key for note in found.tables[0].notes}


def test_a_bill_whose_title_speaks_of_tools_stays_one(tmp_path):
    found = table(text(tmp_path / "tool list.csv", ["Part,Description,Qty,Supplier", "P-1,blade,2,Alpha", "P-2,pin,4,Beta"]))
    assert found.kind == "bom"


def test_what_is_planned_for_each_part_makes_no_parts_alternatives_of_one_another(tmp_path):
    head = "part,name,supplier,annual spend,alternative action"
    lines = [head, *(f"P-{n},part {n},Alpha,{n}00,Qualify an alternative supplier" for n in (1, 2))]
    assert "group" not in table(text(tmp_path / "a.csv", lines)).roles


def test_whether_there_is_another_source_is_no_source(tmp_path):
    head = "part,name,supplier,Single source,Second source,代替品の有無"
    found = table(
        text(
            tmp_path / "a.csv", [head, "P-1,magnet,Alpha,Yes,No,あり", "P-2,gear,Beta,No,Yes,あり", "P-3,pin,C,No,Yes,なし"]
        )
    )
    assert found.suppliers == ["Alpha", "Beta", "C"] and "group" not in found.roles
    named = table(
        text(
            tmp_path / "b.csv", ["part,name,supplier,Second source,代替品", "P-1,magnet,Alpha,Beta,G1", "P-2,gear,Beta,,G1"]
        )
    )
    assert named.headers("supplier_more") == ["Second source"] and named.texts("group") == ["G1", "G1"]


@pytest.mark.parametrize(
    ("head", "more"),
    [
        ("supplier,supplier address,supplier contact", []),
        ("Supplier,Supplier Site,Supplier Group", []),
        ("仕入先,仕入先住所,仕入先拠点", []),
        ("仕入先名,仕入先略称,仕入先電話番号", []),
        ("メーカー,メーカー保証,メーカー区分", []),
        ("Brand,Manufacturer,Note", []),
        ("取引先名,仕入先名,備考", []),
        ("一次仕入先,二次仕入先,備考", []),
        ("Supplier,Tier 2 supplier,Note", []),
        ("Supplier,Supplier 2,Alternative supplier", ["supplier_more", "supplier_more"]),
        ("仕入先,第2仕入先,代替仕入先名", ["supplier_more", "supplier_more"]),
        ("仕入先A,仕入先B,備考", ["supplier_more"]),
        ("Manufacturer 1,Manufacturer 2,Note", ["maker_more"]),
    ],
)
def test_what_is_said_about_a_firm_is_no_second_firm(tmp_path, head, more):
    lines = [f"part,name,{head}", "P-1,magnet,Alpha,Beta x,Gamma y", "P-2,gear,Delta,Eps,Zeta"]
    found = table(text(tmp_path / "a.csv", lines))
    assert [role for role, places in found.roles.items() for _ in places if role.endswith("_more")] == more
    assert ("Beta x" if head.startswith("Brand") else "Alpha") in found.suppliers + found.makers


@pytest.mark.parametrize(
    "history",
    [
        [["版", "日付", "内容", "担当"], ["1", "2024/4/1", "初版", "山田"], ["2", "2025/4/1", "軸受を追加", "山田"]],
        [["改訂", "改訂日", "内容", "承認"], ["A", "2024/4/1", "初版", "鈴木"], ["B", "2025/4/1", "軸受を変更", "鈴木"]],
        [["Rev", "Date", "Description", "Author"], ["A", "2024-04-01", "Initial release", "Y"]],
    ],
)
def test_a_history_of_changes_on_a_cover_or_beside_a_bill_is_no_bill(tmp_path, history):
    bill = [["品番", "品名", "員数"], ["P-1", "磁石", 2], ["P-2", "軸受", 4]]
    cover = book(tmp_path / "a.xlsx", {"表紙": [["ポンプ 部品構成表"], [], *history], "部品表": bill})
    above = book(tmp_path / "b.xlsx", {"部品表": [["部品構成表"], [], *history, [], *bill]})
    below = book(tmp_path / "c.xlsx", {"部品表": [*bill, [], ["改訂履歴"], *history]})
    for path in (cover, above, below):
        kinds = sorted((found.kind, found.rows) for found in understand(path).tables)
        assert kinds == [("bom", 2), ("other", len(history) - 1)]


@pytest.mark.parametrize(
    ("head", "roles"),
    [
        ("製品コード,製品名,部品コード,部品名", {"parent": "製品コード", "part": "部品コード", "name": "部品名"}),
        (
            "Product code,Product name,Part No.,Part name",
            {"parent": "Product code", "part": "Part No.", "name": "Part name"},
        ),
        ("機種,備考,部品コード,部品名", {"parent": "機種", "part": "部品コード", "name": "部品名"}),
        ("製品,備考,品番,品名", {"parent": "製品", "part": "品番", "name": "品名"}),
    ],
)
def test_a_products_number_beside_those_of_parts_is_what_they_go_into(tmp_path, head, roles):
    lines = [f"{head},仕入先,国", "M,旋盤,A-1,歯車,甲,日本", "M,旋盤,A-2,軸,乙,中国", "N,研削盤,A-1,歯車,甲,日本"]
    lines.append("N,研削盤,B-1,砥石,丙,ドイツ")
    found = table(text(tmp_path / "x.csv", lines))
    assert {role: found.names[found.roles[role][0]] for role in roles} == roles
    assert found.texts("part") == ["A-1", "A-2", "A-1", "B-1"] and found.texts("parent") == ["M", "M", "N", "N"]


@pytest.mark.parametrize(
    ("lines", "part", "kind"),
    [
        (["製品コード,製品名,仕入先,国", "M,歯車,甲,日本", "N,軸,乙,中国"], ["M", "N"], "sourcing"),
        (["製品コード,品番,仕入先,国", "M,A-1,甲,日本", "N,A-2,乙,中国"], ["A-1", "A-2"], "sourcing"),
        (["発注日,製品コード,品番,仕入先,金額", "2026-04-01,M,A-1,甲,5", "2026-04-02,M,A-2,乙,5"], ["A-1", "A-2"], "ledger"),
        (["機種,品番,仕入先,国", "M,A-1,甲,日本", "N,A-2,乙,中国"], ["A-1", "A-2"], "sourcing"),
        (["発注日,機種,品番,仕入先,金額", "2026-04-01,M,A-1,甲,5", "2026-04-02,M,A-2,乙,5"], ["A-1", "A-2"], "ledger"),
    ],
)
def test_a_products_number_is_a_parts_where_it_stands_alone_and_no_parent_of_one_part_each(tmp_path, lines, part, kind):
    found = table(text(tmp_path / "x.csv", lines))
    assert (found.texts("part"), found.kind) == (part, kind)


YEARLY = ["年度,品番,品名,調達先,国,年間購入金額(千円)"] + [
    f"{year}年度,{part}"
    for year in (2024, 2025)
    for part in ("P,軸受,A精工,日本,1", "P,軸受,B軸承,中国,2", "Q,磁石,B軸承,中国,3")
]


@pytest.mark.parametrize(
    ("name", "lines", "kind"),
    [
        ("調達先一覧_2025年度", YEARLY[:4], "sourcing"),
        ("list", YEARLY, "sourcing"),
        ("list", [*YEARLY, YEARLY[-1]], "ledger"),
        ("調達先一覧", ["品番,仕入先,購入金額,購入数量", "P,A,1,2", "P,B,2,3"], "sourcing"),
        ("調達先一覧", ["検収日,品番,仕入先,金額", "2025/4/10,P,A,1", "2025/5/10,P,A,1"], "ledger"),
        (
            "購買実績_2025年度",
            ["年度,品番,品名,仕入先,国,購入金額", "2025,P,軸受,A,日本,1", "2025,P,軸受,B,中国,1"],
            "ledger",
        ),
        ("purchases 2025", ["Part No,Description,Supplier,Amount 2025", "P,Bearing,A,1", "Q,Magnet,B,1"], "ledger"),
    ],
)
def test_sources_of_a_year_are_a_sourcing_list_and_purchases_of_a_year_a_ledger(tmp_path, name, lines, kind):
    assert table(text(tmp_path / f"{name}.csv", lines)).kind == kind


def test_every_sheet_is_looked_at_and_a_sheet_of_sums_is_no_bom(tmp_path):
    sheets = {
        "機械": [["機械部品"], [None], ["品番", "品名", "数量"], ["A", "ボルト", 1]],
        "電気": [["品番", "品名", "数量"], ["B", "モータ", 1], ["C", "基板", 1]],
        "集計": [["区分", "数量", "金額"], ["機械", 1, 10], ["電気", 2, 20]],
        "空": [],
    }
    found = understand(book(tmp_path / "a.xlsx", sheets)).tables
    assert [(each.sheet, each.kind, each.rows) for each in found] == [
        ("機械", "bom", 1),
        ("電気", "bom", 2),
        ("集計", "other", 2),
    ]


def test_the_draft_of_a_mapping_is_read_back_and_gives_the_same(tmp_path):
    path = text(tmp_path / "x.csv", LEDGER)
    first = understand(path)
    file = tmp_path / "m.yaml"
    file.write_text(as_yaml(draft(first.tables)), encoding="utf-8")
    again = understand(path, corrections=read_corrections(file))
    assert [each.as_json() for each in again.tables] == [each.as_json() for each in first.tables]


def test_the_draft_of_a_list_without_a_header_keeps_its_first_line(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("M-10,Motor,10\nG-20,Gear,20\nC-30,Cable,30\n", encoding="utf-8")
    (table,) = understand(path).tables
    (again,) = understand(path, corrections=draft([table])).tables
    assert table.texts("part") == again.texts("part") == ["M-10", "G-20", "C-30"]
    assert table.numbers("quantity") == again.numbers("quantity") == [10.0, 20.0, 30.0] and again.kind == table.kind == "bom"


@pytest.mark.parametrize("name", ["dyna1.xlsx", "planktoscope_v26.xlsx", "odri_foot.xlsx"])
def test_the_draft_of_a_real_file_gives_the_same(name):
    path = real(name)
    first = understand(path).tables
    again = understand(path, corrections=draft(first)).tables
    shown = [(each.kind, each.rows, each.levels, each.as_json()["columns"]) for each in first]
    assert [(each.kind, each.rows, each.levels, each.as_json()["columns"]) for each in again] == shown


def test_a_mapping_overrules_what_was_understood(tmp_path):
    path = text(tmp_path / "x.csv", ["Wer,Was,Wieviel", "甲,ボルト,3"])
    wish = {
        "sheets": {"x": {"kind": "bom", "header_row": 1, "columns": {"Wer": "maker", "Was": "part", "Wieviel": "quantity"}}}
    }
    found = table(path, corrections=wish)
    assert (found.kind, found.makers, found.texts("part"), found.totals) == ("bom", ["甲"], ["ボルト"], {"quantity": 3.0})


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("parts: {A: {world_items: copper}}", "yaml_setting"),
        ("parts: {A: {contain: [copper]}}", "yaml_setting"),
        ("sheets: {x: {colums: {A: part}}}", "yaml_setting"),
        ("parts: {A: {contains: 5}}", "yaml_link"),
        ("parts: {A: {contains: [[copper]]}}", "yaml_link"),
        ("parts: {A: {contains: {copper: 1}}}", "yaml_link"),
        ("parts: {A: {world_item: [copper]}}", "yaml_link"),
        ("sheets: {x: {header_row: true}}", "yaml_shape"),
    ],
)
def test_a_setting_that_nobody_would_read_is_refused_and_named(tmp_path, written, code):
    file = text(tmp_path / "m.yaml", [written])
    with pytest.raises(InputError) as caught:
        read_corrections(file)
    assert caught.value.message.key == f"datasets.intake.{code}"


CELLS = [
    "",
    "",
    "品番",
    "品名",
    "数量",
    "仕入先",
    "金額（千円）",
    "Part No",
    "Qty",
    "合計",
    "例",
    "※注",
    "-",
    "１２",
    "3,5",
    "A-1",
    "B 2",
    "2025/4/1",
]
CELLS += ["ボルト", "  軸", "R1, R2", "http://x", "=1+1", "中国", "1.2.1", "\t", "x" * 90]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=6), min_size=1, max_size=14))
def test_every_filled_row_below_a_header_is_a_line_or_set_aside_once(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("grid") / "x.xlsx"
    for found in understand(book(path, {"S": rows})).tables:
        json.dumps(found.as_json())
        named = {found.letters[i] for i in range(len(found.letters))}
        lines, others = found.numbers_of_rows, [each.row for each in found.set_aside]
        assert not set(lines) & set(others) and len(set(lines)) == len(lines) and len(set(others)) == len(others)
        assert not set(found.header) & {*lines, *others}
        filled = {
            i
            for i, row in enumerate(rows, start=1)
            if any(
                cell.strip() and not cell.startswith("=") and letter in named
                for cell, letter in zip(row, "ABCDEF", strict=False)
            )
        }
        if len(understand(path).tables) == 1 and found.header:
            assert {row for row in filled if row > found.header[-1]} <= {*lines, *others}


# --- classes met in files written to be awkward ---------------------------------------------------------------------------


def test_boxes_for_stamps_below_a_form_are_no_lines(tmp_path):
    rows = [["品番", "品名", "数量"], ["A-1", "軸", "10個"], ["A-2", "輪", "20個"], [], ["承認", "確認", "担当"]]
    found = table(book(tmp_path / "form.xlsx", {"注文書": rows}))
    assert found.texts("part") == ["A-1", "A-2"]
    assert aside(found) == [(5, "note")]


def test_a_part_that_is_called_like_a_stamp_is_a_line_where_it_is_counted(tmp_path):
    found = table(text(tmp_path / "a.csv", ["部品名,数量", "作成,2", "輪,1"]))
    assert found.rows == 2


def test_rules_between_rows_are_no_lines(tmp_path):
    lines = [
        "| Part | Qty | Link |",
        "|------|-----|------|",
        "| Motor | 3 | https://x.example |",
        "| Belt | 2 | https://y.example |",
    ]
    found = table(text(tmp_path / "table.txt", lines)).texts("part")
    assert [name.strip() for name in found] == ["Motor", "Belt"]


def test_numbers_of_parts_in_steps_stand_beside_their_names(tmp_path):
    lines = ["L1,L2,L3,品名,員数", "U-1,,,ロボット,1", ",U-11,,アーム,1", ",,U-111,軸受,4", ",U-12,,台,1"]
    found = table(text(tmp_path / "steps.csv", lines))
    assert found.levels == [0, 1, 2, 1]
    assert found.texts("part") == ["U-1", "U-11", "U-111", "U-12"]
    assert found.texts("name") == ["ロボット", "アーム", "軸受", "台"]


@pytest.mark.parametrize(
    ("header", "cells", "role"),
    [("納期(週)", ["4", "8"], "lead_time"), ("納期", ["2026/1/5", "2026/2/1"], "date"), ("納期", ["", ""], "date")],
)
def test_the_cells_say_whether_a_term_is_a_day_or_a_time(tmp_path, header, cells, role):
    lines = [f"品番,品名,数量,{header}", f"A,軸,1,{cells[0]}", f"B,輪,2,{cells[1]}"]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.roles.get(role) == (3,)


def test_half_width_kana_of_an_old_machine(tmp_path):
    lines = ["ｺｰﾄﾞ,ﾋﾝﾒｲ,ｽｳﾘｮｳ,ｼｲﾚｻｷ,ﾀﾝｶ", "001,ﾎﾞﾙﾄ M8,50,㈱ｻﾝﾌﾟﾙ,12", "002,ﾅｯﾄ M8,50,㈱ｻﾝﾌﾟﾙ,6"]
    found = table(text(tmp_path / "old.csv", lines, "cp932"))
    assert found.encoding == "cp932"
    assert {"part", "name", "quantity", "supplier", "price"} <= set(found.roles)


def test_a_total_is_of_money_unless_pieces_are_counted(tmp_path):
    money = book(
        tmp_path / "m.xlsx",
        {
            "月別": [
                ["月別購入", None, None, "(単位:万円)"],
                ["仕入先", "品名", "4月", "合計"],
                ["A", "銅", 10, 31],
                ["B", "鉄", 5, 15],
            ]
        },
    )
    assert table(money).totals["amount"] == 460_000
    assert "amount" not in table(text(tmp_path / "q.csv", ["品番,品名,員数,合計", "A,軸,2,20", "B,輪,3,30"])).roles


def test_a_ledger_of_materials_by_number(tmp_path):
    lines = ["Document Date,Vendor,Material,Short Text,Order Quantity,Net Order Value,Currency"]
    lines += ["2025-02-03,Acme,MAT-1,Pump,12,14400,EUR", "2025-02-11,Acme,MAT-2,Valve,5,2150,EUR"]
    assert table(text(tmp_path / "po.csv", lines)).texts("part") == ["MAT-1", "MAT-2"]


def test_a_form_with_units_in_its_headers(tmp_path):
    found = table(text(tmp_path / "products.csv", ["製品コード,製品名,売上高（千円）", "P-1,装置,300"]))
    assert found.form == "products"
    assert found.factor(found.roles["revenue"][0]) == 1000


def test_a_header_that_is_only_repeated_has_no_lines(tmp_path):
    rows = [["品番", "品名"], ["品番", None], ["品番", "品名"]]
    assert not any(found.rows for found in understand(book(tmp_path / "a.xlsx", {"S": rows})).tables)
