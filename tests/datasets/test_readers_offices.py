"""Trade as WITS, USITC DataWeb, Japan's page of searches and China's customs write it."""

from __future__ import annotations

import polars as pl
import pytest
from kanmon import datasets
from kanmon.datasets.intake.understanding import understand
from kanmon.graph import InputError
from people_files import book, text

# The sheet of WITS' pages; a space stands before "World", and Excel made numbers of the codes.
PAGE = [
    "Reporter",
    "TradeFlow",
    "ProductCode",
    "Product Description",
    "Year",
    "Partner",
    "Trade Value 1000USD",
    "Quantity",
    "Quantity Unit",
]
QUERY = "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,"
QUERY += "TradeValue in 1000 USD,NetWeight in KGM"
# Query Results of DataWeb: a title, the number of rows, the header.
HTS = ["Data Type", "Country", "HTS Number", "Description"]
SEARCH = [
    "普通貿易統計",
    "統計品別国別表 {flow}",
    "",
    "",
    "",
    "",
    "",
    "（単位：千円）",
    "",
    "品目,国名,暦年月,当月第２数量,当月金額,累計第２数量,累計金額",
    "8505.11-000 ,105_中華人民共和国,'2025/11,10,20,1,90",
    "8505.11-000 ,105_中華人民共和国,'2025/12,10,30,1,120",
    "8505.11-000 ,110_ベトナム,'2025/12,10,5,1,80",
    "0101.21-000 ,205_英国,'2025/12,10,5,1,7",
    "8505.11-000 ,702_不明,'2025/12,10,5,1,1",
]
CHINA = [
    "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,第一数量,第一计量单位,美元,",
    '202401,26050000,钴矿砂及其精矿,108,刚果（金）,10,一般贸易,"1,000",千克,"2,500",',
    '202402,26050000,钴矿砂及其精矿,108,刚果（金）,14,来料加工贸易,"1,000",千克,"1,500",',
    '202402,26050000,钴矿砂及其精矿,142,越南,10,一般贸易,"1,000",千克,"1,000",',
]


def flows(rows):
    return {(hs6, to, by, year): value for hs6, to, by, year, value in rows.select(
        "hs6", "importer", "exporter", "year", "value"
    ).iter_rows()}  # fmt: skip


def keys(notes):
    return [note.key.rpartition(".")[2] for note in notes]


def page(path, partners, flow="Import"):
    rows = [["Japan", flow, 850511, "Magnets", 2023, name, value, weight, "Kg"] for name, value, weight in partners]
    return book(path, {"Notes": [["World Integrated Trade Solution"]], "By-HS6Product": [PAGE, *rows]})


def test_the_page_of_wits_keeps_what_its_origins_do_not_explain_and_no_union_beside_its_members(tmp_path):
    partners = [(" World", 100.5, 9000), ("China", 80.25, 4000), ("European Union", 5, 1), ("Korea, Dem. Rep.", 2.25, 1)]
    path = page(tmp_path / "WITS-By-HS6Product.xlsx", [*partners, ("Other Asia, nes", 3, "")])
    notes = []
    rows = datasets.read_trade(path, notes=notes).collect()
    assert flows(rows) == {
        ("850511", "JPN", "CHN", 2023): 80.25,
        ("850511", "JPN", "PRK", 2023): 2.25,
        ("850511", "JPN", "TWN", 2023): 3.0,
        ("850511", "JPN", None, 2023): 15.0,
    }
    assert set(rows["unit"]) == {"kUSD"}
    assert rows.filter(exporter="CHN")["quantity"].item() == 4.0
    assert {"below", "aside_group", "rest_kept"} <= set(keys(notes))
    with pytest.raises(InputError) as caught:
        datasets.read_wits(path, exports=True)
    assert caught.value.message.values["found"] == "Import"
    with pytest.raises(InputError, match="World"):
        datasets.read_wits(page(tmp_path / "world.xlsx", partners[:1]))
    (table,) = understand(path).tables
    assert (table.kind, table.counted, table.notes[0].key) == ("trade", 4, "datasets.intake.is_wits")


def test_a_query_of_wits_names_edition_and_flow_and_keeps_single_countries(tmp_path):
    rows = [
        "H5,JPN,10121,Japan,GBR,United Kingdom,2022,Gross Imports,5,12.5,3000",
        "H5,JPN,10121,Japan,WLD,World,2022,Gross Imports,5,12.5,3000",
        "H5,JPN,10121,Japan,USA,United States,2022,Gross Exports,6,7,1",
        "H5,JPN,10121,Japan,USA,United States,2022,Re-Imports,4,7,1",
        "H5,JPN,Total,Japan,GBR,United Kingdom,2022,Gross Imports,5,99,1",
    ]
    path = text(tmp_path / "DataJobID-1.csv", [QUERY, *rows])
    found = datasets.read_trade(path).collect()
    assert flows(found) == {("010121", "JPN", "GBR", 2022): 12.5}
    assert found.select("hs_edition", "quantity").row(0) == ("HS17", 3.0)
    assert flows(datasets.read_trade(path, exports=True).collect()) == {("010121", "USA", "JPN", 2022): 7.0}
    text(path, [QUERY, *[row.replace("H5", "S3", 1) for row in rows]])
    with pytest.raises(InputError) as caught:
        datasets.read_trade(path)
    assert caught.value.message.key == "datasets.trade.not_hs"


def dataweb(path, header, rows, sheet="Query Results", more=()):
    top = [["Imports For Consumption|Annual Data"], ["Data Row Count", len(rows)]]
    asked = [["Trade Flow", "Imports For Consumption"], ["Years", "2023, 2024, 2025"]]
    return book(path, {"Query Parameters": asked, sheet: [*top, header, *rows], **dict(more)})


def test_dataweb_adds_up_the_lines_of_a_code_and_leaves_out_years_that_only_began(tmp_path):
    header = [*HTS, "2024", "2025", "2026", "January_to_april_year_2026"]
    rows = [
        ["Customs Value", "China", "8505110010", "MAGNETS", 100, 60, 0, 9],
        ["Customs Value", "China", "8505110050", "MAGNETS", "1,000", 5, 0, 9],
        ["Customs Value", "Japan", 101210010, "HORSES", 7, 0, 0, 9],
        ["First Unit of Quantity", "China", "8505110010", "MAGNETS", 5e6, 5e6, 0, 5],
    ]
    notes = []
    path = dataweb(tmp_path / "DataWeb-Query-Export.xlsx", header, rows)
    found = datasets.read_trade(path, notes=notes).collect()
    assert flows(found) == {
        ("850511", "USA", "CHN", 2024): 1100.0,
        ("850511", "USA", "CHN", 2025): 65.0,
        ("010121", "USA", "JPN", 2024): 7.0,
        ("010121", "USA", "JPN", 2025): 0.0,
    }
    assert "unit" not in found.columns
    assert {note.key.rpartition(".")[2]: note.values.get("columns") for note in notes} == {
        "part_years": "January_to_april_year_2026, 2026",
        "no_unit": None,
    }
    with pytest.raises(InputError) as caught:
        datasets.read_trade(path, exports=True)
    assert caught.value.message.key == "datasets.trade.no_measure"
    (table,) = understand(path).tables
    assert (table.kind, table.notes[0].key) == ("trade", "datasets.intake.is_usitc")


def test_a_value_that_dataweb_withholds_is_unknown_and_not_zero(tmp_path):
    header = [*HTS, "2025", "2025_Suppressed"]
    rows = [["Customs Value", "China", "850511", "M", 0, "1"], ["Customs Value", "Japan", "850511", "M", 4, "0"]]
    path = dataweb(tmp_path / "x.xlsx", header, rows, "Customs Value", {"Customs Value YTD": [header[:4]]}.items())
    assert flows(datasets.read_usitc(path)) == {
        ("850511", "USA", "CHN", 2025): None,
        ("850511", "USA", "JPN", 2025): 4.0,
    }


def test_dataweb_with_a_row_for_each_month_adds_them_up_and_says_how_many(tmp_path):
    header = "HTS Number,Year,Month,Description,Country,General Customs Value,General Import Charges"
    rows = ["850511,2025,1,M,China,10,1", "850511,2025,2,M,China,20,1", "850511,2025,2,M,Myanmar (Burma),5,1"]
    notes = []
    found = datasets.read_trade(text(tmp_path / "x.csv", [header, *rows]), notes=notes).collect()
    assert flows(found) == {("850511", "USA", "CHN", 2025): 30.0, ("850511", "USA", "MMR", 2025): 5.0}
    assert "2025: 2/12" in [note for note in notes if note.key.endswith("monthly")][0].text("en")


def test_a_search_in_japans_statistics_takes_its_flow_from_what_is_written_above_and_sums_once(tmp_path):
    path = text(tmp_path / "2026091020080628330477.csv", [row.format(flow="輸入") for row in SEARCH], "cp932")
    notes = []
    found = datasets.read_trade(path, notes=notes).collect()
    assert flows(found) == {
        ("850511", "JPN", "CHN", 2025): 120.0,  # the sum since January, once
        ("850511", "JPN", "VNM", 2025): 80.0,
        ("010121", "JPN", "GBR", 2025): 7.0,
        ("850511", "JPN", None, 2025): 1.0,
    }
    assert (set(found["unit"]), set(found["hs_edition"])) == ({"kJPY"}, {"HS22"})
    assert {"below", "so_far", "no_country"} <= set(keys(notes))
    (table,) = understand(path).tables
    assert (table.kind, table.notes[0].key) == ("trade", "datasets.intake.is_japan_search")
    with pytest.raises(InputError) as caught:
        datasets.read_trade(path, exports=True)
    assert (caught.value.message.key, caught.value.message.values["found"]) == ("datasets.trade.no_flow", "輸入")


@pytest.mark.parametrize("flow", ["", "輸出入", "輸入 輸出"])
def test_a_search_that_does_not_say_its_flow_is_asked_for_it(tmp_path, flow):
    path = text(tmp_path / "x.csv", [row.format(flow=flow) for row in SEARCH], "cp932")
    with pytest.raises(InputError) as caught:
        datasets.read_trade(path)
    assert caught.value.message.key == "datasets.trade.flow_unsaid"
    assert "輸出入" in caught.value.text("en") and "輸出入" in caught.value.text("ja")


def test_a_search_with_its_flow_in_a_column_is_parted_by_it_and_months_are_added_up(tmp_path):
    head = "輸出入,品目,国名,暦年月,当月金額"
    rows = [
        "輸入,8505.11-000,ベトナム,'2025/01,3",
        "輸入,8505.11-000,ベトナム,'2025/02,4",
        "輸出,8505.11-000,ベトナム,'2025/01,9",
    ]
    path = text(tmp_path / "x.csv", [head, *rows])
    assert flows(datasets.read_trade(path).collect()) == {("850511", "JPN", "VNM", 2025): 7.0}
    assert flows(datasets.read_trade(path, exports=True).collect()) == {("850511", "VNM", "JPN", 2025): 9.0}


def test_codes_of_principal_commodities_are_not_those_of_the_harmonized_system(tmp_path):
    path = text(tmp_path / "x.csv", ["輸出入,品目,国名,暦年月,累計金額", "輸入,70311000,ベトナム,'2025/01,3"])
    with pytest.raises(InputError) as caught:
        datasets.read_trade(path)
    assert caught.value.message.key == "datasets.trade.not_hs_codes"


@pytest.mark.parametrize(("value", "unit"), [("美元", "USD"), ("人民币", "CNY")])
def test_chinas_customs_is_asked_for_its_flow_and_then_read_in_its_currency(tmp_path, value, unit):
    rows = [row.replace("美元", value) for row in CHINA]
    path = text(tmp_path / "x.csv", rows, "gb18030")
    with pytest.raises(InputError, match="进出口"):
        datasets.read_trade(path)
    text(path, [rows[0] + "进出口", *(row + "进口" for row in rows[1:])], "gb18030")
    notes = []
    found = datasets.read_trade(path, notes=notes).collect()
    assert flows(found) == {("260500", "CHN", "COD", 2024): 4000.0, ("260500", "CHN", "VNM", 2024): 1000.0}
    assert set(found["unit"]) == {unit}
    assert "2024: 2/12" in [note for note in notes if note.key.endswith("monthly")][0].text("ja")


# the columns that public scripts read from downloads of tradedata.go.kr (see the reader)
KOREA = [
    "기간,국가,HS코드,품목명,수출 중량,수출 금액,수입 중량,수입 금액,무역수지",
    '총계,총계,8505111000,자석,9,9,9,"9,999",0',
    '2024-01,중국,8505111000,자석,1,20,30,"1,200",-1180',
    "2024-02,중국,8505119000,자석,1,5,10,800,-795",
    "2024-02,일본,8505111000,자석,2,7,3,100,-93",
]


@pytest.mark.parametrize(
    ("exports", "told"),
    [
        (False, {("850511", "KOR", "CHN", 2024): 2000.0, ("850511", "KOR", "JPN", 2024): 100.0}),
        (True, {("850511", "CHN", "KOR", 2024): 25.0, ("850511", "JPN", "KOR", 2024): 7.0}),
    ],
)
def test_koreas_customs_has_both_flows_beside_each_other_in_thousand_dollars(tmp_path, exports, told):
    notes = []
    found = datasets.read_trade(text(tmp_path / "x.csv", KOREA, "utf-8-sig"), exports=exports, notes=notes).collect()
    assert flows(found) == told and set(found["unit"]) == {"kUSD"}
    keys = [note.key.rpartition(".")[2] for note in notes]
    assert {"aside_totals", "monthly", "thousand_dollars"} <= set(keys)
    assert "2024: 2/12" in next(note for note in notes if note.key.endswith("monthly")).text("en")


def test_a_file_of_koreas_customs_with_one_flow_is_not_read_as_the_other(tmp_path):
    path = text(tmp_path / "x.csv", [",".join(line.split(",")[:6]) for line in (KOREA[0], KOREA[4])])
    with pytest.raises(InputError, match="수입 금액"):
        datasets.read_trade(path)
    assert flows(datasets.read_trade(path, exports=True).collect()) == {("850511", "JPN", "KOR", 2024): 7.0}


def test_a_check_names_koreas_customs(tmp_path):
    (table,) = understand(text(tmp_path / "x.csv", KOREA)).tables
    assert table.kind == "trade" and "--importer KOR" in " ".join(note.text("en") for note in table.notes)


def test_an_update_takes_every_kind_of_trade_that_is_read(tmp_path):
    page(tmp_path / "wits.xlsx", [("China", 80.25, 4000)])
    dataweb(tmp_path / "usitc.xlsx", [*HTS, "2024"], [["Customs Value", "China", "850511", "M", 3]])
    head = "freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE"
    text(tmp_path / "comext.csv", [head, "A,DE,CN,85051100,1,VALUE_IN_EUROS,2023,900"])
    text(tmp_path / "search.csv", [row.format(flow="輸入") for row in SEARCH], "cp932")
    chinese = [row.replace("26050000", "85051110") + "进口" for row in CHINA[1:]]
    text(tmp_path / "gacc.csv", [CHINA[0] + "进出口", *chinese], "gb18030")
    text(tmp_path / "kcs.csv", KOREA)
    for file in ("wits.xlsx", "usitc.xlsx", "comext.csv", "search.csv", "gacc.csv", "kcs.csv"):
        update = datasets.read_update([tmp_path / file])
        assert update.graph.sources.height >= 1, file
    assert isinstance(datasets.read_trade(tmp_path / "wits.xlsx"), pl.LazyFrame)


def test_a_check_of_chinas_customs_says_what_the_file_lacks(tmp_path):
    (table,) = understand(text(tmp_path / "x.csv", CHINA, "gb18030")).tables
    assert (table.kind, table.counted) == ("trade", 0)
    assert "进出口" in table.notes[0].text("en")


@pytest.mark.parametrize("above", ["", "\n\n", "sep=,\n"])
@pytest.mark.parametrize(
    ("head", "row", "bad"),
    [
        ("Exp or Imp,Year,HS,Country,Value-Year", "2,2025,'010611000',110,5", "2,FY24,'010611000',110,5"),
        ("I_COMMODITY,CTY_CODE,YEAR,CON_VAL_YR", "8505110000,5700,2023,900", "8505110000,5700,FY24,900"),
        (",".join(PAGE), "Japan,Import,850511,M,2023,China,1,1,Kg", "Japan,Import,850511,M,FY24,China,1,1,Kg"),
        (
            "flowCode,refYear,reporterISO,partnerISO,cmdCode,primaryValue",
            "M,2024,JPN,CHN,280530,5",
            "M,FY24,JPN,CHN,280530,5",
        ),
    ],
)
def test_a_row_is_where_a_person_sees_it_whatever_stands_above_the_header(tmp_path, above, head, row, bad):
    path = tmp_path / "x.csv"
    path.write_text(f"{above}{head}\n{row}\n{bad}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        datasets.read_trade(path)
    assert caught.value.message.values["row"] == above.count("\n") + 3


KNOWN = {
    "comtrade": [
        "flowCode,refYear,reporterISO,partnerISO,cmdCode,primaryValue",
        "M,2024,JPN,CHN,280530,5",
        "M,2024,JPN,VNM,280530,2",
    ],
    "japan_customs": ["Exp or Imp,Year,HS,Country,Value-Year", "2,2024,'280530000',105,5", "2,2024,'280530000',110,2"],
    "us_census": ["I_COMMODITY,CTY_CODE,YEAR,CON_VAL_YR", "2805300000,5700,2024,5", "2805300000,5520,2024,2"],
    "wits": [",".join(PAGE), "Japan,Import,280530,M,2024,China,5,1,Kg", "Japan,Import,280530,M,2024,Vietnam,2,1,Kg"],
}


@pytest.mark.parametrize("kind", KNOWN)
def test_what_people_write_above_a_download_or_put_before_it_does_not_hide_it(tmp_path, kind):
    plain = text(tmp_path / "plain.csv", KNOWN[kind])
    titled = text(tmp_path / "titled.csv", ["輸入統計 2024年,,", "作成 山田,,", "", *KNOWN[kind]])
    rows = [line.split(",") for line in KNOWN[kind]]
    behind = book(tmp_path / "book.xlsx", {"表紙": [["輸入統計"]], "データ": [["2024年"], [], *rows]})
    wanted = flows(datasets.read_trade(plain).collect())
    assert len(wanted) == 2
    for path in (titled, behind):
        notes = []
        assert datasets.trade_kind(path) == kind
        assert flows(datasets.read_trade(path, notes=notes).collect()) == wanted
        assert "below" in keys(notes)


def test_goods_without_countries_are_refused_with_the_table_to_take(tmp_path):
    head = "Exp or Imp,Year,HS,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year"
    with pytest.raises(InputError, match="品別国別表"):
        datasets.read_trade(text(tmp_path / "x.csv", [head, "1,2026,'848610000',  ,KG,0,300,9000"]))


def test_sums_since_january_are_those_of_the_last_month_of_each_country_however_months_are_written(tmp_path):
    lines = [
        "輸出入,品目,国名,暦年月,累計金額",
        "輸入,8505.11-000,中華人民共和国,2023/9,900",
        "輸入,8505.11-000,中華人民共和国,2023/12,1200",
    ]
    lines += ["輸入,8505.11-000,ドイツ,2023/8,50", "輸入,8505.11-000,ドイツ,2023/10,70"]
    path = tmp_path / "search.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert sorted(datasets.read_trade(path).collect().select("exporter", "value").rows()) == [("CHN", 1200.0), ("DEU", 70.0)]


def test_what_a_company_imported_itself_is_no_trade_of_the_united_states(tmp_path):
    lines = ["Supplier,Part No,Description,HTS Number,Country,Year,Customs Value"]
    lines += ["Acme,P-1,Magnet,8505110070,China,2024,5000", "Beta,P-2,Gear,8483405010,Japan,2024,7000"]
    (table,) = understand(text(tmp_path / "entries.csv", lines)).tables
    assert (table.kind, table.texts("supplier"), table.texts("part")) == ("sourcing", ["Acme", "Beta"], ["P-1", "P-2"])


def test_what_a_company_bought_by_month_and_country_is_no_search_of_trade(tmp_path):
    lines = ["品目,国名,暦年月,当月金額,仕入先", "モータ,中国,2024/01,500,A社", "歯車,日本,2024/02,700,B社"]
    (table,) = understand(text(tmp_path / "仕入.csv", lines)).tables
    assert (table.kind, table.texts("supplier")) == ("ledger", ["A社", "B社"])
