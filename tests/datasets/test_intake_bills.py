"""Bills and lists of sources as systems and people write them: header rows, alternatives, numbered sources, brands."""

import handed_in
import openpyxl
import pytest
from people_files import table, text


def said(found, key):
    return [note.values for note in found.notes if note.key == f"datasets.intake.{key}"]


def test_a_first_line_of_known_words_is_no_second_header_where_the_lines_below_say_them_again(tmp_path):
    lines = ["BOM Line,Item Type,Quantity,Find No.,Has Substitutes", "000100/A;1-Pump,Part,,,N"]
    lines += ["  000101/A;1-Housing,Part,1,10,N", "  000102/A;1-Seal,Part,2,20,Y"]
    found = table(text(tmp_path / "teamcenter.csv", lines))
    assert (found.header, found.rows, found.levels) == ((1,), 3, [0, 1, 1])
    assert "name" not in found.roles or "Part" not in found.texts("name")  # a word on all lines names none of them


def test_an_item_beside_its_components_is_the_assembly(tmp_path):
    head = "Item,Item Seq,Component,Description,UOM,Quantity"
    found = table(text(tmp_path / "a.csv", [head, "AS-1,10,C-1,Rotor,Ea,1", "AS-1,20,C-2,Magnet,Ea,8"]))
    assert found.texts("parent") == ["AS-1", "AS-1"] and found.texts("name") == ["Rotor", "Magnet"]
    groups = ["Capacitors,10,C-1,100n,Ea,1", "Capacitors,20,C-2,10n,Ea,8", "Resistors,30,R-1,10k,Ea,2"]
    assert "parent" not in table(text(tmp_path / "b.csv", [head, *groups])).roles


@pytest.mark.parametrize("each", ["Q'ty/set", "Qty / unit", "数量/台"])
def test_what_goes_into_one_set_is_the_quantity_and_not_the_total(tmp_path, each):
    lines = [f"Item,Part Number,Description,{each},Total Q'ty,Maker", "1,A-1,Bearing,2,200,NSK", "2,A-2,Seal,4,400,NOK"]
    assert table(text(tmp_path / "a.csv", lines)).numbers("quantity") == [2, 4]


@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize("header", ["Usage Prob.(%)", "Nutzungswahrscheinlichkeit", "使用確率"])
def test_how_often_an_alternative_is_planned_to_be_used_is_no_share_and_said(tmp_path, header, group):
    head = f"Level;Item;Component;Object description;Quantity;{'AltGr' if group else 'Memo'};{header}"
    lines = [head, "1;0010;A-1;Rotor;1;;", f"1;0020;A-2;Seal X;1;{'G1' if group else ''};70"]
    lines += [f"1;0030;A-3;Seal Y;1;{'G1' if group else ''};30"]
    found = table(text(tmp_path / "cs12.csv", lines))
    assert found.kind == "bom" and "share" not in found.roles
    assert [each["count"] for each in said(found, "usage" if group else "usage_alone")] == [2]
    needs = handed_in.company(tmp_path / "cs12.csv").needs
    assert [need.group for need in needs] == ([None, "G1", "G1"] if group else [None] * 3)


def hand_made(path, shares=(70, 30), amount="年間購入額\n（千円）"):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["調達先一覧表"])
    page.append(["品名", "調達先①", None, None, "調達先②", None, None, amount])
    page.append([None, "会社名", "国", "比率(%)", "会社名", "国", "比率(%)"])
    page.append(["磁石", "例示磁石", "中国", shares[0], "見本金属", "日本", shares[1], "12,000"])
    page.append(["軸受", "例示軸受", "日本", 100, None, None, None, "3,000"])
    for area in ("A2:A3", "B2:D2", "E2:G2", "H2:H3"):
        page.merge_cells(area)
    book.save(path)
    return path


def test_the_firm_of_each_numbered_group_is_a_source(tmp_path):
    sources = handed_in.company(hand_made(tmp_path / "list.xlsx")).sources["磁石"]
    assert [(one.maker, one.country, one.share) for one in sources] == [("例示磁石", "CHN", 0.7), ("見本金属", "JPN", 0.3)]


def test_one_amount_beside_numbered_sources_is_divided_by_their_shares_or_is_nobody_s(tmp_path):
    found = handed_in.company(hand_made(tmp_path / "list.xlsx"))
    assert [one.spend for one in found.sources["磁石"]] == [8_400_000, 3_600_000]
    assert [one.spend for one in found.sources["軸受"]] == [3_000_000]
    (remark,) = (one for one in found.remarks if one.message.key == "app.audit.joint_amount")
    assert (remark.row, remark.message.values["count"]) == (4, 1)
    found = handed_in.company(hand_made(tmp_path / "open.xlsx", shares=(None, None)))
    assert [(one.spend, one.spend_open) for one in found.sources["磁石"]] == [(None, True), (None, True)]
    found = handed_in.company(hand_made(tmp_path / "own.xlsx", amount="購入額①（千円）"))
    assert [one.spend for one in found.sources["磁石"]] == [12_000_000, None]


def test_a_switching_time_without_a_number_is_that_of_all_numbered_sources(tmp_path):
    head = "Part,Name,Source 1,Country 1,Share 1,Source 2,Country 2,Share 2,{}"
    lines = ["A-1,Magnet,Alpha,China,70%,Beta,Japan,30%,180", "A-2,Seal,Gamma,Germany,100%,,,,90"]
    path = text(tmp_path / "a.csv", [head.format("Switching time (days)"), *lines])
    found = handed_in.company(path).sources
    assert [one.switch_days for one in (*found["A-1"], *found["A-2"])] == [180, 180, 90]
    path = text(tmp_path / "b.csv", [head.format("Switching time 2"), *lines])
    assert [one.switch_days for one in handed_in.company(path).sources["A-1"]] == [None, 180]


def test_a_brand_stands_for_a_maker_that_nobody_filled_in_and_that_is_said(tmp_path):
    lines = ["Part Number,Description,Manufacturer,Brand,Quantity", "A-1,Bearing,,NSK,2", "A-2,Seal,Freudenberg,Simrit,4"]
    found = table(text(tmp_path / "bom.csv", [*lines, "A-3,Bolt,,,8"]))
    assert found.texts("maker") == ["NSK", "Freudenberg", None] and found.makers == ["NSK", "Freudenberg"]
    assert [(each["count"], each["row"]) for each in said(found, "brand")] == [(1, 2)]


def test_a_firm_with_a_name_like_a_day_a_time_or_a_formula_is_kept_as_text(tmp_path):
    firms = ["12 Mar 24", "4 Days", "=IKEA", "=A1", "4 days", "30日", "=SUM(A1)"]
    lines = ["Part,Name,Supplier,Qty", *(f"P-{n},Plate,{firm},1" for n, firm in enumerate(firms))]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.suppliers == firms[:3]
    assert [each["count"] for each in said(found, "firm_doubtful")] == [2]


SENTENCES = ["We buy it from several makers", "複数社から購入しています。", "is purchased via our parent company"]
SENTENCES += ["Wird von uns bei mehreren gekauft"]
SPOKEN = ["Pieza;Cantidad", "Material;Cantidad", "Descrição;Qtde", "Peça;Qtd", "Código;Valor;Quantidade"]
SPOKEN += ["Beschreibung;Menge", "Name;Menge"]


@pytest.mark.parametrize("cell", SENTENCES)
def test_a_sentence_is_no_supplier_and_said(tmp_path, cell):
    lines = ["Part,Name,Supplier,Qty", f"P-1,Plate,{cell},1", "P-2,Bolt,The Chemours Company,1"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.suppliers == ["The Chemours Company"] and [each["count"] for each in said(found, "no_firm")] == [1]


@pytest.mark.parametrize("header", SPOKEN)
def test_a_few_words_of_a_language_with_a_decimal_comma_tell_what_its_commas_are(tmp_path, header):
    columns = header.count(";")
    lines = [header, f"Cable{';10,00' * (columns - 1)};1,500", f"Tubo{';12,50' * (columns - 1)};2,250"]
    assert table(text(tmp_path / "a.csv", lines)).numbers("quantity") == [1.5, 2.25]


def test_words_of_no_one_language_leave_a_comma_open_and_that_is_said(tmp_path):
    found = table(text(tmp_path / "a.csv", ["Description;Quantity", "Cable;1,500", "Tube;2,250"]))
    assert found.numbers("quantity") == [1500, 2250] and len(said(found, "comma_open")) == 1


def test_a_short_name_of_a_supplier_is_its_name(tmp_path):
    lines = [
        "伝票日付,仕入先コード,仕入先略称,商品コード,商品名,入荷数,金額",
        "2024/04/05,001001,㈱例示精機,A-1,軸受,100,5000",
    ]
    found = table(text(tmp_path / "a.csv", lines))
    assert found.suppliers == ["(株)例示精機"] and "supplier_no" in found.roles


FIRMS = ["株式会社まるます", "㈱かねます", "我们的工厂有限公司", "Companhia do aço do norte", "May and Baker of the UK"]


def test_a_firm_with_a_name_like_a_sentence_is_a_firm(tmp_path):
    lines = ["Part,Name,Supplier,Qty", *(f"P-{n},Plate,{firm},1" for n, firm in enumerate(FIRMS))]
    found = table(text(tmp_path / "bom.csv", [*lines, "P-9,Bolt,株式会社例示から購入します,1"]))
    assert len(found.suppliers) == len(FIRMS) and [each["count"] for each in said(found, "no_firm")] == [1]


@pytest.mark.parametrize("brand", ["No brand", "Unbranded", "ノーブランド", "自社ブランド"])
def test_no_brand_is_no_maker(tmp_path, brand):
    lines = ["Part,Name,Brand,Supplier,Amount", f"A-1,Seal,{brand},Acme,10", "A-2,Ring,NOK,Acme,20"]
    assert table(text(tmp_path / "list.csv", lines)).makers == ["NOK"]


@pytest.mark.parametrize("header", ["員数(2024年モデル)", "Qty per unit (MY2024)"])
def test_a_year_of_a_model_takes_no_count_of_a_product_away(tmp_path, header):
    lines = [f"Part No,Name,{header},Maker", "A-1,Wiper,2,Acme", "A-2,Belt,1,Beta"]
    needs = handed_in.company(text(tmp_path / "bom.csv", lines)).needs
    assert [need.quantity for need in needs] == [2, 1]


def test_a_bill_by_levels_with_days_of_its_prices_is_a_bill(tmp_path):
    lines = ["Level,Part No,Description,Qty,Unit Price,Price Date,Supplier", "0,P-100,Pump,1,,,"]
    lines += ["1,A-1,Housing,1,50,2025-04-01,Acme", "1,A-2,Seal,2,5,2025-04-01,Beta"]
    assert table(text(tmp_path / "bom.csv", lines)).kind == "bom"
    orders = [",".join((line, "PO No" if n == 0 else "4711")) for n, line in enumerate(lines)]
    assert table(text(tmp_path / "orders.csv", orders)).kind == "ledger"


GROUPS = [
    "第1調達先会社名,第1調達先シェア,第2調達先会社名,第2調達先シェア",
    "Supplier 1 Company Name,Share 1,Supplier 2 Company Name,Share 2",
]


@pytest.mark.parametrize("groups", GROUPS)
def test_the_number_of_a_group_may_stand_before_the_word_or_inside(tmp_path, groups):
    lines = [f"品番,品名,{groups}", "A-1,磁石,例示,60%,見本,40%"]
    sources = handed_in.company(text(tmp_path / "list.csv", lines)).sources["A-1"]
    assert [(one.maker, one.share) for one in sources] == [("例示", 0.6), ("見本", 0.4)]


@pytest.mark.parametrize("header", ["Produto;Peça;Quantidade", "Producto;Pieza;Cantidad"])
def test_the_pieces_of_one_product_are_not_one_part(tmp_path, header):
    needs = handed_in.company(text(tmp_path / "a.csv", [header, "Bomba;Eje;1", "Bomba;Sello;2"])).needs
    assert [(need.part, need.quantity) for need in needs] == [("Eje", 1), ("Sello", 2)]
