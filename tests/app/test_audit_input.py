"""What people hand in is read as what it is, and what is not understood is said, not guessed."""

import contextlib
import zipfile
from pathlib import Path

import handed_in
import pytest
from handed_in import company, says, sourcing
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.app.audit.cells import Unreadable, read
from kanmon.app.audit.mapping import columns_read
from kanmon.app.audit.workbook import write_template, write_workbook
from kanmon.datasets.intake.mapping import read_corrections
from kanmon.datasets.intake.understanding import understand
from kanmon.datasets.intake.values import firm_key, id_key
from kanmon.datasets.layout import sheets
from kanmon.graph import InputError, KanmonError, ReadError
from plain_sheets import workbook

DEMO = Path(__file__).resolve().parents[2] / "datasets" / "data" / "demo_company" / "audit.xlsx"


COLUMN = {column.name: column for sheet in sheets().values() for column in sheet.columns}


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("spend", "１２，３４５", 12345.0),
        ("spend", "¥1,234,567", 1234567.0),
        ("spend", "1.2億円", 1.2e8),
        ("spend", "300万円", 3e6),
        ("stock", "12,000個", 12000.0),
        ("share", "35%", 0.35),
        ("share", "３５％", 0.35),
        ("share", "3割", 0.3),
        ("share", "全量", 1.0),
        ("share", "半分", 0.5),
        ("share", "0.35", 0.35),
        ("lead_days", "3ヶ月", 90.0),
        ("lead_days", "60営業日", 84.0),
        ("lead_days", "10 business days", 14.0),
        ("stock_days", "15个工作日", 21.0),
        ("stock_days", "４５日分", 45.0),
        ("stock_days", "約2週間分程度", 14.0),
        ("lead_days", "6 weeks", 42.0),
        ("quantity", "~20", 20.0),
        ("quantity", "≈4 065", 4065.0),
        ("qualified_date", "2026/3/31", "2026-03-31"),
        ("qualified_date", "2026年3月31日", "2026-03-31"),
        ("qualified_date", "令和8年3月31日", "2026-03-31"),
        ("qualified_date", "46112", "2026-03-31"),
        ("qualified", "○", True),
        ("qualified", "未認定", False),
        ("qualified", "2024-03-15", True),
        ("country", "中国(江蘇省)", "CHN"),
        ("country", "ﾄﾞｲﾂ", "DEU"),
        ("country", "不明", None),
        ("country", "中国・深圳工場", "CHN"),
        ("country", "中国広東省深圳市", "CHN"),
        ("country", "China (Shenzhen)", "CHN"),
        ("country", "Germany - Munich", "DEU"),
        ("country", "Made in China", "CHN"),
        ("country", "インドネシア工場", "IDN"),
        ("country", "中国製", "CHN"),
        ("country", "中華民國", "TWN"),
        ("country", "Congo, Dem. Rep. of", "COD"),
        ("hs", "8505.11-000", "850511000"),
        ("hs", "1029", "1029"),
        ("hs", "10290", "010290"),
        ("measure", "在庫を積む", "stock"),
        ("name", "=1+1", "=1+1"),
    ],
)
def test_cells_are_read_as_people_write_them(column, cell, value):
    assert read(COLUMN[column], cell) == value


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("spend", "=SUM(A1:A9)", "formula"),
        ("spend", "#REF!", "formula"),
        ("spend", "-5", "negative"),
        ("spend", "▲1,000", "negative"),
        ("spend", "many", "number"),
        ("country", "中国・ベトナム", "country"),
        ("country", "中国・四国", "country"),
        ("country", "日本(中国工場)", "country"),
        ("country", "日本電産中国工場", "country"),
        ("country", "JP/CN", "country"),
        ("country", "Congo", "country"),
        ("country", "Atlanta, Georgia", "country"),
        ("country", "国内", "home"),
        ("country", "Overseas", "home"),
        ("qualified_date", "3/1/2024", "date"),
        ("qualified_date", "2024-02-30", "date"),
        ("qualified", "perhaps", "yes_no"),
        ("hs", "85", "hs"),
        ("stock_days", "10分", "days"),
    ],
)
def test_what_cannot_be_read_says_why(column, cell, why):
    with pytest.raises(Unreadable, match=why):
        read(COLUMN[column], cell)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(COLUMN)), st.text(max_size=40))
def test_any_text_is_read_or_refused_never_a_crash(column, text):
    with contextlib.suppress(Unreadable):
        read(COLUMN[column], text)


def test_names_are_compared_as_people_mean_them():
    assert id_key("Ｐ－１０１") == id_key("p-101") == id_key("P‐101 ")
    assert firm_key("株式会社例示精機") == firm_key("例示精機㈱") == firm_key("例示精機(株)")
    assert firm_key("Example Co., Ltd.") == firm_key("EXAMPLE")
    assert firm_key("株式会社") != ""


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_template_is_read_back_as_its_own_sheets(tmp_path, lang):
    path = write_template(tmp_path / "t.xlsx", lang)
    filled_in = [sheet.name for sheet in sheets().values() if sheet.filled_in]
    assert filled_in[0] == "company" and "smelters" not in filled_in
    rows = {name: [] for name in filled_in}
    rows["sourcing"] = [{"part": "P-1", "supplier": "S", "country": "China"}]
    path = write_workbook(path, rows, lang, force=True)
    mapping = columns_read(understand(path))
    assert {line["kind"] for line in mapping if line["kind"]} == set(filled_in)
    assert all(line["how"] == "word" for line in mapping if line["read_as"])
    read = {(line["kind"], line["read_as"]) for line in mapping}
    assert {(name, column.name) for name in filled_in for column in sheets()[name].columns} <= read
    assert handed_in.rows(path)["sourcing"][0]["country"] == "CHN"


def test_the_template_is_not_overwritten(tmp_path):
    path = write_template(tmp_path / "t.xlsx", "en")
    with pytest.raises(ReadError):
        write_template(path, "en")


def test_the_same_template_has_the_same_bytes(tmp_path):
    one, two = (write_template(tmp_path / f"{n}.xlsx", "ja").read_bytes() for n in "ab")
    assert one == two


def test_three_columns_are_enough(tmp_path):
    found = company(workbook(tmp_path / "a.xlsx", {"Sheet1": sourcing(["P-1", "S", "China"])}))
    (source,) = found.sources["P-1"]
    assert (source.country, source.share, source.basis) == ("CHN", 1.0, "only")


def test_a_blank_part_number_of_a_cp932_ledger_is_not_filled_from_above(tmp_path):
    lines = [
        "2026年度 購買台帳,,,",
        ",,,",
        "品番,品　名,仕入先,原産国",
        "Ｐ－１,ボルト,㈱甲,中国",
        ",,乙(株),台湾",
        "合計,,,",
    ]
    path = tmp_path / "ledger.csv"
    path.write_bytes("\r\n".join(lines).encode("cp932"))
    found = company(path)
    (source,) = found.sources["P-1"]
    assert (source.country, source.refs) == ("CHN", ["ledger!4"])
    assert any(remark.row == 5 and "no part number" in remark.message.text("en") for remark in found.remarks)


def test_an_indented_bom_and_a_parent_child_bom_say_the_same(tmp_path):
    levels = [["level", "part", "qty"], [0, "A", 1], [1, "B", 2], [2, "C", 3], [1, "D", 4]]
    pairs = [["parent", "part", "qty"], ["A", "B", 2], ["B", "C", 3], ["A", "D", 4]]
    edges = []
    for name, rows in (("l", levels), ("p", pairs)):
        found = company(workbook(tmp_path / f"{name}.xlsx", {"BOM": rows, "S": sourcing(["C", "S", "China"])}))
        edges.append({(need.parent, need.part, need.quantity) for need in found.needs})
        assert list(found.products) == ["A"]
    assert edges[0] == edges[1]


BILL = ("parent", "part", "supplier", "country", "share", "switching days", "annual spend")


def test_a_bill_that_says_how_its_parts_are_sourced_gives_both_the_needs_and_the_sources(tmp_path):
    rows = [
        ["A", "P", "X", "China", "60%", 120, 600],
        ["A", "P", "Y", "Japan", "40%", None, 400],
        ["B", "P", "X", "China", "60%", 120, 600],  # word for word again, below another parent
        ["B", "P", "Y", "Japan", "40%", None, 500],  # the share again, another amount
        ["B", "Q", None, None, None, None, None],
    ]
    found = company(workbook(tmp_path / "a.xlsx", {"BOM": [list(BILL), *rows]}))
    assert {(need.parent, need.part) for need in found.needs} == {("A", "P"), ("B", "P"), ("B", "Q")}
    assert {s.maker: (s.country, s.share, s.switch_days, s.spend) for s in found.sources["P"]} == {
        "X": ("CHN", 0.6, 120, 600),
        "Y": ("JPN", 0.4, None, 900),
    }
    assert "Q" not in found.sources and "not taken as a sourcing list" not in says(found)


def test_a_source_below_two_levels_of_a_bill_keeps_its_share(tmp_path):
    rows = [[0, "A"], [1, "P", "X", "China", "100%"], [1, "M"], [2, "P", "X", "China", "100%"]]
    head = ["level", "part", "supplier", "country", "share"]
    found = company(workbook(tmp_path / "a.xlsx", {"BOM": [head, *rows]}))
    assert [(s.share, s.basis) for s in found.sources["P"]] == [(1.0, "stated")]
    assert {(need.parent, need.part) for need in found.needs} == {("A", "P"), ("A", "M"), ("M", "P")}


@pytest.mark.parametrize("cell", ["１２３，４００", "123,400", 123400, "¥123,400", "1.234億円"])
def test_amounts_in_thousands_are_the_same_however_their_digits_are_written(tmp_path, cell):
    head = ["品番", "仕入先", "国", "年間金額（千円）"]
    path = workbook(tmp_path / "a.xlsx", {"調達先一覧": [head, ["P", "X", "中国", cell]]})
    assert [source.spend for source in company(path).sources["P"]] == [123_400_000]
    (table,) = understand(path).tables
    assert table.totals["amount"] == 123_400_000, "what the check shows is what the audit counts"


@pytest.mark.parametrize(("office", "plant"), [("本社国", "工場国"), ("国 本社", "国 工場")])
def test_the_plants_country_is_read_and_the_head_offices_is_not_it(tmp_path, office, plant):
    rows = [["品番", "仕入先", office, plant], ["P", "X", "日本", "中国"]]
    (sheet,) = understand(workbook(tmp_path / "a.xlsx", {"調達先一覧": rows})).tables
    assert sheet.texts("country") == ["中国"] and sheet.texts("billing_country") == ["日本"]


def test_what_is_sent_back_is_taken_off_what_was_bought_and_never_below_nothing(tmp_path):
    head = ["発注日", "品番", "仕入先", "国", "金額"]
    rows = [["R7.4.1", "P", "X", "中国", "600"], ["R7.5.1", "P", "X", "中国", "▲60"], ["R7.6.1", "P", "Y", "日本", "180"]]
    found = company(workbook(tmp_path / "a.xlsx", {"購買台帳": [head, *rows]})).sources["P"]
    assert [(s.maker, s.spend, s.share) for s in found] == [("X", 540, 0.75), ("Y", 180, 0.25)]
    rows[1][-1] = "▲700"
    found = company(workbook(tmp_path / "b.xlsx", {"購買台帳": [head, *rows]})).sources["P"]
    assert [(s.maker, s.whole_spend, s.share) for s in found] == [("X", None, None), ("Y", 180, None)]
    listed = workbook(
        tmp_path / "c.xlsx", {"調達先一覧": [["品番", "仕入先", "国", "年間購入額"], ["P", "X", "中国", "▲60"]]}
    )
    assert company(listed).sources["P"][0].spend is None and "negative" in says(company(listed))


def test_what_is_used_in_a_year_is_not_what_goes_into_one_product(tmp_path):
    for head, quantity in (("年間数量", None), ("員数", 1200)):
        sheet = [["親品番", "品番", head, "仕入先"], ["A", "P", 1200, "X"]]
        found = company(workbook(tmp_path / f"{head}.xlsx", {"BOM": sheet}))
        assert [need.quantity for need in found.needs] == [quantity]


def test_a_product_has_the_name_beside_its_code_and_a_code_with_two_names_has_none(tmp_path):
    head = ["製品コード", "製品名", "部品番号", "部品名", "員数"]
    rows = [["X", "ポンプ", "P-1", "ねじ", 4], [None, None, "P-2", "モータ", 1], ["Y", "送風機", "P-1", "ねじ", 6]]
    rows += [[None, None, "P-3", "羽根", 1], ["Z", "炉", "P-1", "ねじ", 6], ["Z", "新炉", "P-2", "モータ", 1]]
    found = company(workbook(tmp_path / "a.xlsx", {"部品表": [head, *rows[:4]]}))
    assert {product: found.parts[product].name for product in found.products} == {"X": "ポンプ", "Y": "送風機"}
    assert [(need.parent, need.part) for need in found.needs] == [("X", "P-1"), ("X", "P-2"), ("Y", "P-1"), ("Y", "P-3")]
    assert "first line of each block only: 2 line(s)" in says(found)
    full = [rows[0], *rows[4:], ["Z", "新炉", "P-3", "羽根", 1]]
    assert company(workbook(tmp_path / "b.xlsx", {"部品表": [head, *full]})).parts["Z"].name == ""


def test_a_part_whose_list_leaves_names_blank_is_called_as_another_list_calls_it(tmp_path):
    lists = {
        "sourcing": sourcing(["B-1", None, "Acme", "CHN"], ["B-2", None, "Beta", "DEU"], ["B-3", "ring", "Beta", "DEU"])
    }
    lists["sourcing"][0] = ["part", "name", "supplier", "country"]
    lists["bom"] = [["parent", "part", "name"], ["P", "B-1", "bearing"], ["P", "B-2", "housing"], ["P", "B-3", "ring"]]
    parts = company(workbook(tmp_path / "audit.xlsx", lists)).parts
    assert [parts[id].name for id in ("B-1", "B-2", "B-3")] == ["bearing", "housing", "ring"]


def test_the_amount_of_one_product_is_not_what_is_spent_in_a_year(tmp_path):
    head = ["parent", "part", "supplier", "country", "share", "unit price", "quantity", "amount"]
    rows = [["A", "P", "X", "China", "100%", 5, 2, 10]]
    found = company(workbook(tmp_path / "a.xlsx", {"BOM": [head, *rows]}))
    assert [(s.spend, s.spend_open) for s in found.sources["P"]] == [(None, False)]


def test_a_circular_bom_loses_the_line_that_closes_it_and_says_so(tmp_path):
    rows = [["parent", "part"], ["A", "B"], ["B", "C"], ["C", "B"], ["A", "A"]]
    found = company(workbook(tmp_path / "a.xlsx", {"BOM": rows}))
    assert {(need.parent, need.part) for need in found.needs} == {("A", "B"), ("B", "C")}
    assert "B → C → B" in says(found)


def test_lines_of_a_bill_that_no_longer_or_not_yet_hold_are_no_needs(tmp_path):
    lines = [
        "親品番,子品番,子品名,員数,適用開始日,適用終了日",
        "X,P-1,磁石,2,2020/4/1,2023/3/31",
        "X,P-2,磁石改,2,2023/4/1,9999/12/31",
    ]
    lines += ["X,P-3,軸,1,,", "X,P-4,磁石新,2,2027/4/1,", "X,P-5,箱,1,いつか,未定"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    for date, wanted in (("2026-11-29", ["P-2", "P-3", "P-5"]), ("2021-01-01", ["P-1", "P-3", "P-5"]), (None, None)):
        found = company(tmp_path / "a.csv", date=date)
        assert [need.part for need in found.needs] == (wanted or ["P-1", "P-2", "P-3", "P-4", "P-5"])
        assert ("are not valid on" in says(found)) is (date is not None)


def test_a_stock_list_beside_a_bill_makes_no_product(tmp_path):
    (tmp_path / "a.csv").write_text("親品番,品番,品名,員数\nX,P-1,磁石,2\nX,P-2,軸受,4", encoding="utf-8")
    (tmp_path / "b.csv").write_text("品番,品名,在庫数,在庫日数\nP-1,磁石,1200,30\nP-2,軸受,0,0", encoding="utf-8")
    found = company(tmp_path)
    assert [*found.products] == ["X"] and {(need.parent, need.part) for need in found.needs} == {("X", "P-1"), ("X", "P-2")}
    assert (found.parts["P-1"].stock_days, found.parts["P-2"].stock_days) == (30, 0)


def test_lines_that_name_nothing_are_one_remark_with_all_their_rows(tmp_path):
    lines = ["No,部品番号,部品名,員数", "1,P-1,軸受,2", "2,,,1", "3,,,3", "4,P-2,磁石,1", *(f"{n},,," for n in range(5, 60))]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    (remark,) = (one for one in company(tmp_path / "a.csv").remarks if one.message.key == "app.audit.aside_no_name")
    assert remark.message.text("en").startswith("57 rows have") and "3-4, 6-60." in remark.message.text("en")


def test_a_line_with_a_share_and_no_name_is_a_source_that_nobody_named(tmp_path):
    rows = [["part", "supplier", "country", "share"], ["P", "X", "China", "60%"], ["P", None, None, "40%"]]
    found = company(workbook(tmp_path / "a.xlsx", {"Sourcing": rows}))
    named, blank = found.sources["P"]
    assert (named.maker, named.share, blank.maker, blank.vendor, blank.country, blank.share) == (
        "X",
        0.6,
        "",
        None,
        None,
        0.4,
    )


def test_a_line_without_a_country_but_with_a_share_stays_a_place_that_nobody_knows(tmp_path):
    rows = [["part", "supplier", "country", "share"], ["P", "X", "Japan", "60%"], ["P", "X", None, "40%"]]
    found = company(workbook(tmp_path / "a.xlsx", {"Sourcing": rows}))
    assert {(one.country, one.share) for one in found.sources["P"]} == {("JPN", 0.6), (None, 0.4)}


def test_a_part_sourced_120_percent_has_unknown_shares(tmp_path):
    head = ("part", "supplier", "country", "share")
    rows = sourcing(["P", "X", "China", "80%"], ["P", "Y", "Japan", "40%"], head=head)
    found = company(workbook(tmp_path / "a.xlsx", {"S": rows}))
    assert [source.share for source in found.sources["P"]] == [None, None]
    assert "120%" in says(found)


@pytest.mark.parametrize("cells", [(35, 65), (0.35, 0.65), ("35%", "65%"), ("３５", "65")])
def test_percentages_are_read_the_same_however_written(tmp_path, cells):
    head = ("part", "supplier", "country", "share")
    rows = [["P", "X", "China", cells[0]], ["P", "Y", "Japan", cells[1]]]
    found = company(workbook(tmp_path / "a.xlsx", {"S": sourcing(*rows, head=head)}))
    assert [source.share for source in found.sources["P"]] == pytest.approx([0.35, 0.65])


def test_shares_come_from_amounts_only_where_no_share_is_given(tmp_path):
    head = ("part", "supplier", "country", "amount")
    rows = [["P", "X", "China", 30], ["P", "Y", "Japan", 10], ["Q", "X", "China", 5], ["Q", "Z", "Japan", None]]
    found = company(workbook(tmp_path / "a.xlsx", {"S": sourcing(*rows, head=head)}))
    assert [(s.share, s.basis) for s in found.sources["P"]] == [(0.75, "spend"), (0.25, "spend")]
    assert [s.basis for s in found.sources["Q"]] == ["unknown", "unknown"]


def test_an_origin_worksheet_is_read(tmp_path):
    head = ["部品名", "HSコード", "原産国", "仕入先", "金額"]
    rows = [["対比表", None], [None], head, ["磁石", "8505.11", "中国", "甲", 100]]
    found = company(workbook(tmp_path / "epa.xlsx", {"対比表": rows}))
    assert found.parts["磁石"].hs == "850511"
    assert found.sources["磁石"][0].country == "CHN"


def test_a_smelter_list_is_company_level(tmp_path):
    rows = [["RMI template"], ["Metal (*)", "Smelter Look-up (*)", "Smelter Name (1)", "Smelter Country (*)"]]
    rows.append(["Tin", "Smelter not listed", "Example Smelter", "INDONESIA"])
    path = workbook(tmp_path / "cmrt.xlsx", {"Smelter List": rows, "S": sourcing(["P", "X", "Japan"])})
    found = company(path)
    assert [(row["metal"], row["country"]) for row in found.smelters] == [("Tin", "IDN")]
    assert not any("smelter" in source.maker.lower() for sources in found.sources.values() for source in sources)


def test_every_header_stands_in_the_mapping(tmp_path):
    rows = [["品番", "仕入先", "原産国", "社内メモ"], ["P", "X", "中国", "x"]]
    mapping = columns_read(understand(workbook(tmp_path / "a.xlsx", {"台帳": rows, "メモ": [["雑感"], ["x"]]})))
    assert {(line["column"], line["how"]) for line in mapping} >= {("品番", "word"), ("社内メモ", "not_used")}
    assert any(line["how"] == "not_recognised" for line in mapping)


def test_yaml_corrects_what_was_read(tmp_path):
    rows = [["Teil", "Wer", "Wo"], ["P", "X", "中国"]]
    path = workbook(tmp_path / "a.xlsx", {"T": rows})
    with pytest.raises(InputError):
        company(path)
    file = tmp_path / "m.yaml"
    file.write_text(
        "sheets:\n  T:\n    kind: sourcing\n    header_row: 1\n    columns: {Teil: part, Wer: supplier, Wo: country}\n",
        encoding="utf-8",
    )
    found = company(path, read_corrections(file))
    assert found.sources["P"][0].country == "CHN"


@pytest.mark.parametrize(
    "text",
    [
        "- 1",
        "sheets: [1]",
        "other: {}",
        "sheets: {Nope: {kind: bom}}",
        "sheets: {T: {kind: nope}}",
        "sheets: {T: {columns: {nope: part}}}",
        "a: b: c",
        "!!python/object/apply:os.system ['true']",
    ],
)
def test_wrong_corrections_are_refused(tmp_path, text):
    path = workbook(tmp_path / "a.xlsx", {"T": sourcing(["P", "X", "China"])})
    file = tmp_path / "m.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(KanmonError):
        company(path, read_corrections(file))


def test_files_that_are_not_workbooks_are_refused(tmp_path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 no zip")
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 30_000_000)
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for path in (broken, locked, bomb, empty, tmp_path / "folder", tmp_path / "none.xlsx", tmp_path / "x.pdf"):
        with pytest.raises(ReadError):
            understand(path)


def test_a_missing_sheet_or_nothing_useful_is_said(tmp_path):
    with pytest.raises(InputError, match="names its parts"):
        company(workbook(tmp_path / "a.xlsx", {"Notes": [["hello"], ["world"]]}))


def test_the_demo_keeps_its_dirt_visible():
    found = company(DEMO)
    text = says(found)
    for part in ("circle", "120%", "中国・台湾", "merged"):
        assert part in text
    assert len(found.products) == 3 and 110 <= len(found.parts) <= 130
    assert found.sources["BR-110"][1].country == "CHN"  # a merged cell
    assert found.sources["BR-110"][1].qualified_date == "2024-03-15"  # 15.3.2024
    assert [round(s.share, 2) for s in found.sources["EN-110"]] == [0.6, 0.4]  # 60 and 40 without a sign
    assert found.products["ACT-10"]["revenue"] == 1.8e9 and found.products["LIN-05"]["revenue"] == 6.4e8
    assert found.budget == 3e7


def test_a_column_for_what_lines_go_into_that_is_blank_all_the_way_down_says_nothing(tmp_path):
    (tmp_path / "pump.csv").write_text("親品番,品番,品名,員数\n,P-1,歯車,2\n,P-2,ねじ,4\n", encoding="utf-8")
    found = company(tmp_path)
    assert [(need.parent, need.part) for need in found.needs] == [("pump", "P-1"), ("pump", "P-2")]
    (told,) = (text for remark in found.remarks if "組込先" in (text := remark.message.text("ja")))
    assert "2 行" in told and "pump" in told


@pytest.mark.parametrize("column", ["stock_days", "lead_days", "share", "country"])
@pytest.mark.parametrize(
    "cell", ["1" * 32_767, "1 " * 16_000, "1" + " " * 32_000 + "x", "1-" * 16_000, "約" * 32_767, "(" * 32_767]
)
def test_a_cell_as_long_as_a_workbook_allows_is_neither_a_figure_nor_a_country(column, cell):
    with pytest.raises(Unreadable):
        read(COLUMN[column], cell)


def test_parts_of_a_board_that_share_a_name_are_told_apart_by_their_values(tmp_path):
    lines = [
        "Designator,Comment,Description,Footprint,Quantity",
        "R1,10k,Resistor,0603,1",
        "R2,1k,Resistor,0603,2",
        "U1,MCU,Controller,QFP,1",
    ]
    (tmp_path / "board.csv").write_text("\n".join(lines), encoding="utf-8")
    found = company(tmp_path / "board.csv")
    assert {need.part: need.quantity for need in found.needs} == {"Resistor 10k": 1.0, "Resistor 1k": 2.0, "Controller": 1.0}


def test_numbers_in_brackets_before_names_are_those_of_the_parts(tmp_path):
    bill = [
        "Product,Quantity,BoM Lines/Component,BoM Lines/Quantity",
        "[PUMP] Pump,1,[MOT-24] Motor 24V,2",
        ",,[SUB] Housing set,1",
    ]
    bill += ["[SUB] Housing set,1,[SCR-M3] Screw,8", ",,[new] Seal,1", ",,[new] Cap,1"]
    (tmp_path / "mrp.bom.csv").write_text("\n".join(bill), encoding="utf-8")
    stock = "Part no,Name,Supplier,Country,Stock days\nMOT-24,Motor,Alpha,Japan,30\n"
    (tmp_path / "sourcing.csv").write_text(stock, encoding="utf-8")
    found = company(tmp_path)
    assert {(need.parent, need.part) for need in found.needs} == {
        ("PUMP", "MOT-24"),
        ("PUMP", "SUB"),
        ("SUB", "SCR-M3"),
        ("SUB", "[new] Seal"),
        ("SUB", "[new] Cap"),
    }
    assert found.parts["MOT-24"].stock == (30.0, 30.0) and found.parts["SUB"].name == "Housing set"
    assert found.parts["PUMP"].name == "Pump"
