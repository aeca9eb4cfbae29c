"""``kanmon check`` says what files are understood to be; audit and flag stand on the same reading."""

import json
import sys
from pathlib import Path

import kanmon as kn
import pytest
import typer
import xlsxwriter
import yaml
from kanmon.app.audit.mapping import columns_read
from kanmon.app.audit.workbook import write_template
from kanmon.app.cli import _application
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.datasets.intake.understanding import understand
from typer.testing import CliRunner

REAL = Path(__file__).resolve().parents[1] / "data" / "real"
LEDGER = "発注日,品番,品名,仕入先,購入金額[千円]\n{rows}\n"


def run(*arguments):
    return CliRunner().invoke(_application(), [str(each) for each in arguments])


def checked(*arguments):
    result = run("check", *arguments, "--json")
    return result.exit_code, json.loads(result.stdout)["tables"]


def csv(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def audited(tmp_path, *files):
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    for name, lines in files:
        csv(folder / name, *lines)
    result = run("audit", folder, "--out", tmp_path / "out", "--force", "--date", "2026-11-23")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    return report, {part["part"]: part for part in report["parts"]}


def test_json_has_the_keys_that_are_promised():
    code, (found,) = checked(REAL / "odri_foot.xlsx")
    promised = "file sheet kind encoding header_row columns units rows set_aside totals suppliers makers linked"
    assert code == 0 and set(promised.split()) <= set(found)
    assert (found["file"], found["kind"], found["header_row"], found["rows"]) == ("odri_foot.xlsx", "bom", 3, 13)
    assert found["columns"]["part"] == "Part number" and found["totals"] == {"quantity": 20.0}


def test_lines_that_are_bundled_items_are_linked_with_their_row(tmp_path):
    path = csv(tmp_path / "a.csv", "部品番号,品名,数量", "A-1,六角ボルト,4", "A-2,積層セラミックコンデンサ,9")
    _, (found,) = checked(path)
    assert [(each["part"], each["row"], each["item"]) for each in found["linked"]] == [("A-2", 3, "mlcc")]


def test_the_exit_code_tells_understood_from_nothing_and_from_unreadable(tmp_path):
    good, none = csv(tmp_path / "a.csv", "品番,品名,数量", "A,ボルト,1"), csv(tmp_path / "b.csv", "x,y", "1,2")
    bad = tmp_path / "c.xlsx"
    bad.write_bytes(b"no workbook")
    assert [run("check", path).exit_code for path in (good, none, bad)] == [0, 1, 2]
    both = run("check", good, bad)
    assert both.exit_code == 2 and "ボルト" in both.output


def test_folders_of_tables_and_of_files_are_read(tmp_path):
    kn.load("mlcc").write(tmp_path / "graph")
    code, tables = checked(tmp_path / "graph")
    assert code == 0 and {found["kind"] for found in tables} == {"graph"}
    assert {found["sheet"]: found["rows"] for found in tables}["items"] == kn.load("mlcc").items.height
    files = tmp_path / "files"
    files.mkdir()
    csv(files / "a.csv", "品番,品名,数量", "A,ボルト,1")
    csv(files / "b.csv", "品番,品名,数量", "B,ナット,1")
    assert [found["file"] for found in checked(files)[1]] == ["a.csv", "b.csv"]
    baci = tmp_path / "baci"
    baci.mkdir()
    csv(baci / "BACI_HS17_Y2023_V202501.csv", "t,i,j,k,v,q", "2023,156,392,850511,10,1")
    csv(
        baci / "country_codes_V202501.csv",
        "country_code,country_name,country_iso2,country_iso3",
        "156,China,CN,CHN",
        "392,Japan,JP,JPN",
    )
    code, (found,) = checked(baci)
    assert (code, found["kind"], found["rows"]) == (0, "trade", 1)


def test_nothing_usable_comes_with_a_draft_that_is_corrected_and_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    csv(Path("a.csv"), "Wer,Was,Wozu", "甲,ボルト x,hier", "乙,ナット x,dort")
    result = run("check", "a.csv", "--lang", "en")
    assert result.exit_code == 1 and "--mapping mapping.yaml" in result.output and "Wer: ignore" in result.output
    assert run("check", "a.csv", "--draft", "mapping.yaml").exit_code == 1
    mapping = yaml.safe_load(Path("mapping.yaml").read_text(encoding="utf-8"))
    mapping["sheets"]["a"] |= {"kind": "bom", "columns": {"Wer": "maker", "Was": "part", "Wozu": "note"}}
    Path("mapping.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    code, (found,) = checked("a.csv", "--mapping", "mapping.yaml")
    assert (code, found["kind"], found["makers"], found["rows"]) == (0, "bom", ["甲", "乙"], 2)
    assert run("check", "a.csv", "--draft", "mapping.yaml").exit_code != 0  # an edited file is not overwritten


def test_an_audit_of_nothing_leaves_a_draft_and_the_command(tmp_path):
    path, out = csv(tmp_path / "a.csv", "x,y", "1,2"), tmp_path / "report"
    result = run("audit", path, "--out", out, "--lang", "en")
    assert result.exit_code != 0 and "--mapping" in result.output
    assert "sheets" in yaml.safe_load((out / "mapping.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("answer", "done"), [("y\n", True), ("n\n", False)])
def test_a_person_at_a_terminal_is_asked_and_yes_is_not(tmp_path, monkeypatch, answer, done):
    path = csv(tmp_path / "a.csv", "品番,品名,数量", "A,ボルト,1")
    monkeypatch.setattr("kanmon.app.commands.audit._at_a_terminal", lambda: True)
    asked = CliRunner().invoke(_application(), ["audit", str(path), "--out", str(tmp_path / "one")], input=answer)
    assert ((tmp_path / "one" / "report.html").exists(), asked.exit_code == 0) == (done, done)
    assert run("audit", path, "--out", tmp_path / "two", "--yes").exit_code == 0


def test_what_hostile_cells_hold_reaches_no_terminal_and_no_markup(tmp_path):
    path = csv(tmp_path / "a.csv", "品番,品名,[red]数量", 'A,"\x1b[31mボルト[bold]",1', "合計\x1b]0;x\x07,,1")
    result = run("check", path, "--lang", "ja")
    assert "\x1b" not in result.output and "[bold]" in result.output


def test_the_workbook_of_a_fictional_company_is_written_where_kanmon_is_installed(tmp_path):
    path = tmp_path / "filled.xlsx"
    assert str(path) in run("template", path, "--example", "--lang", "en").output.replace("\n", "")
    written = path.read_bytes()
    assert checked(path)[0] == 0 and {"sourcing", "bom"} <= {each["kind"] for each in checked(path)[1]}
    assert run("template", path, "--example").exit_code and path.read_bytes() == written  # nothing is replaced unasked
    assert run("template", path, "--example", "--force").exit_code == 0


def test_the_empty_template_has_no_parts(tmp_path):
    code, tables = checked(write_template(tmp_path / "t.xlsx", "ja"))
    assert code == 1 and sum(found["rows"] for found in tables) == 0
    assert {found["kind"] for found in tables} == {"other", "sourcing", "bom", "technologies", "questionnaire"}


@pytest.mark.parametrize("name", ["odri_foot.xlsx", "rcj_mother.csv", "dyna1.xlsx"])
def test_a_flat_bom_goes_into_the_audit_and_is_never_single_sourced(tmp_path, name):
    result = run("audit", REAL / name, "--out", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["parts"] and not any(part["single"] != "unknown" or part["sources"] for part in report["parts"])
    status = {found["id"]: found["status"] for theme in report["themes"] for found in theme["findings"]}
    assert status["PRJ-Q04"] == "not_enough_data"
    assert {"coverage", "links"} <= set(report)


def test_the_audit_flags_the_parts_of_a_real_bom_that_flag_does(tmp_path):
    report = run("audit", REAL / "rcj_mother.csv", "--out", tmp_path / "out", "--lang", "en")
    assert report.exit_code == 0, report.output
    audited = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["flags"]
    flagged = json.loads(run("flag", REAL / "rcj_mother.csv", "--json").stdout)["flags"]
    found = {(each["technology"], each["verdict"], each["evidence"]) for each in audited}
    assert found == {(each["technology"], each["verdict"], each["evidence"]) for each in flagged} and found


def test_makers_beside_the_lines_of_a_bom_are_makers_and_shops_are_shops(tmp_path):
    lines = ["Part Number,Description,Manufacturer,Distributor,Qty", "P-1,Bearing,SKF,Digi-Key,2", "P-2,Belt,,Mouser,1"]
    report, parts = audited(tmp_path, ("gear.csv", lines))
    assert (parts["P-1"]["makers"], parts["P-1"]["sellers"]) == (["SKF"], ["Digi-Key"])
    assert (parts["P-2"]["makers"], parts["P-2"]["sellers"]) == ([], ["Mouser"])
    assert report["coverage"]["maker_known"] == 0.5 and report["coverage"]["country_known"] == 0.0
    assert parts["P-1"]["products"] == ["gear"]


def test_one_supplier_in_a_ledger_over_a_year_is_a_single_source(tmp_path):
    rows = [
        "2025/4/1,A,軸受,甲製作所,100",
        "2026/3/1,A,軸受,(株)甲製作所,50",
        "2025/5/1,B,歯車,甲製作所,10",
        "2025/6/1,B,歯車,乙製作所,30",
    ]
    report, parts = audited(tmp_path, ("購買台帳.csv", ["発注日,品番,品名,仕入先,購入金額[千円]", *rows]))
    assert (parts["A"]["single"], parts["B"]["single"]) == ("certain", "no")
    assert parts["A"]["spend"] == 150_000
    assert [source["share"] for source in parts["B"]["sources"]] == [0.25, 0.75]
    assert any("2025-04-01" in remark["says"] and "2026-03-01" in remark["says"] for remark in report["remarks"])


def test_one_maker_is_one_source_whatever_plant_or_shop_it_comes_by(tmp_path):
    lines = [
        "品番,メーカー,商社,製造国,年間購入額",
        "P,信越,例示商事,日本,10",
        "P,信越,乙商事,,10",
        "Q,甲,,日本,10",
        "Q,甲,,中国,10",
        "R,甲,,日本,10",
        "R,乙,,日本,10",
        "S,,例示商事,,10",
    ]
    _, parts = audited(tmp_path, ("調達.csv", lines))
    assert [(parts[name]["active"], parts[name]["single"]) for name in "PQRS"] == [
        (1, "certain"),
        (1, "certain"),
        (2, "no"),
        (1, "possible"),  # who makes what a shop sells is not known
    ]
    (source,) = parts["P"]["sources"]
    assert (source["maker"], source["country"]) == ("信越", "JPN")
    assert parts["Q"]["hhi_low"] == pytest.approx(1.0)
    assert [(source["maker"], source["vendor"]) for source in parts["S"]["sources"]] == [("", "例示商事")]


def test_a_price_list_and_an_order_are_no_sourcing(tmp_path):
    prices = ("価格表.csv", ["品番,品名,メーカー,単価", "A,ボルト,甲,10"])
    order = ("注文書.csv", ["品番,品名,仕入先,数量,金額", "B,ナット,乙,10,50"])
    _, parts = audited(tmp_path, prices, order)
    assert {part["single"] for part in parts.values()} == {"unknown"} and parts["A"]["makers"] == ["甲"]


def test_levels_that_begin_at_one_go_into_what_the_list_is_called(tmp_path):
    lines = ["階層,品番,品名,員数", "1,A,駆動部,1", "2,B,モータ,2", "1,C,架台,1"]
    report, parts = audited(tmp_path, ("arm.csv", lines))
    assert {name: part["products"] for name, part in parts.items()} == {"B": ["arm"], "C": ["arm"]}


def test_units_of_headers_reach_the_figures(tmp_path):
    lines = ["品番,仕入先,製造国,年間購入額（百万円）,リードタイム（週）", "P,甲,日本,1.5,8"]
    _, parts = audited(tmp_path, ("調達.csv", lines))
    assert parts["P"]["spend"] == 1_500_000 and parts["P"]["sources"][0]["lead_days"] == 56


def test_flag_reads_the_lines_of_all_sheets_and_all_text_columns(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, head, row in (
            ("電気", ["品番", "品名", "数量"], ["A", "積層セラミックコンデンサ", 1]),
            ("機械", ["ITEM NO.", "PART NUMBER", "DESCRIPTION", "QTY."], [1, "六角ボルト", None, 2]),
            ("購買", ["発注日", "品番", "規格", "仕入先", "金額"], ["2025/1/2", "X", "炭素繊維", "甲", 3]),
        ):
            page = book.add_worksheet(name)
            page.write_row(0, 0, head)
            page.write_row(1, 0, row)
    result = run("flag", path, "--json")
    found = json.loads(result.stdout)
    assert found["lines"] == 3 and {flag["sheet"] for flag in found["flags"]} == {"電気", "購買"}


def test_the_terminal_is_one_where_both_ends_are(monkeypatch):
    from kanmon.app.commands import audit

    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert audit._at_a_terminal() is False
    assert isinstance(_application(), typer.Typer)


def test_amounts_keep_their_currency_and_a_mixture_is_said(tmp_path):
    dollars = ("購買台帳.csv", ["発注日,品番,仕入先,Amount (US$)", "2025/4/1,A,甲,100", "2025/5/1,A,甲,100"])
    report, parts = audited(tmp_path, dollars)
    assert parts["A"]["spend"] == 200 and "USD" in report["coverage"]["spend_says"]
    yen = ("仕入台帳.csv", ["発注日,品番,仕入先,金額（円）", "2025/4/1,B,乙,100"])
    report, _ = audited(tmp_path, dollars, yen)
    assert any("JPY, USD" in remark["says"] for remark in report["remarks"])


def test_sums_are_told_by_their_currency_and_never_over_several(tmp_path):
    lines = ["Date,Supplier,Part,Amount,Currency", "2025-04-01,A,P-1,100,CNY", "2025-04-02,A,P-2,100,CNY"]
    path = csv(tmp_path / "po.csv", *lines, "2025-04-03,B,P-3,500,USD")
    assert "Sums: amount 200 CNY, amount 500 USD" in run("check", path, "--lang", "en").output
    (table,) = json.loads(run("check", path, "--json").output)["tables"]
    assert "amount" not in table["totals"] and table["amounts"] == {"CNY": 200.0, "USD": 500.0}
    one = csv(tmp_path / "one.csv", *lines)
    assert "Sums: amount 200 CNY\n" in run("check", one, "--lang", "en").output
    some = csv(tmp_path / "some.csv", *lines, "2025-04-03,B,P-3,50,")
    assert "Sums: amount 50 (no currency beside it), amount 200 CNY" in run("check", some, "--lang", "en").output
    (table,) = json.loads(run("check", some, "--json").output)["tables"]
    assert "amount" not in table["totals"] and table["amounts"] == {"": 50.0, "CNY": 200.0}


def test_quantities_are_summed_by_their_unit_and_metres_are_not_added_to_pieces(tmp_path):
    lines = ["Part No,Description,Qty,Unit,Supplier", "A1,Cable,2.5,m,Lapp", "A2,Screw,40,pcs,Acme", "A3,Nut,20,PCS,Acme"]
    path = csv(tmp_path / "bom.csv", *lines)
    assert "Sums: quantity 2.5 m, quantity 60 pcs\n" in run("check", path, "--lang", "en").output
    (table,) = json.loads(run("check", path, "--json").output)["tables"]
    assert "quantity" not in table["totals"] and table["quantities"] == {"m": 2.5, "pcs": 60.0}
    pieces = csv(tmp_path / "pieces.csv", lines[0], *lines[2:])
    (table,) = json.loads(run("check", pieces, "--json").output)["tables"]
    assert table["totals"] == {"quantity": 60.0}


def test_spellings_that_are_joined_are_shown(tmp_path):
    path = csv(tmp_path / "台帳.csv", "発注日,品番,仕入先,金額", "2025/4/1,A,㈱甲製作所,1", "2025/5/1,A,株式会社甲製作所,1")
    said = run("check", path, "--lang", "en").output
    assert "(株)甲製作所 = 株式会社甲製作所" in said and "A2:D3" in said


def test_further_suppliers_in_columns_of_their_own_are_sources_too(tmp_path):
    lines = ["品番,調達先1,調達先2,製造国,リードタイム（週）", "A,甲,乙,日本,8", "B,甲,,日本,8"]
    _, parts = audited(tmp_path, ("調達一覧.csv", lines))
    assert (parts["A"]["active"], parts["A"]["single"], parts["B"]["single"]) == (2, "no", "certain")
    assert [source["country"] for source in parts["A"]["sources"]] == ["JPN", None]


SHARED = Path(kn.__file__).resolve().parents[1] / "shared" / "data" / "real"
EXPECTED = {
    "bom/dyna1.xlsx": (0, [4, 32, 28, 3, 53]),
    "bom/exaspim.csv": (0, [90]),
    "bom/exaspim.xlsx": (0, [92]),
    "bom/odri_foot.xlsx": (0, [13]),
    "bom/openarm_hub.csv": (0, [1]),
    "bom/planktoscope_v26.xlsx": (0, [66, 6, 6]),
    "bom/rcj_mother.csv": (0, [85]),
    "minerals/MCS2025_World_Data.csv": (0, [1250]),
    "minerals/MCS2026_Commodities_Data.csv": (0, [8886]),
    "trade/comtrade_new_latin1.csv": (0, [109]),
    "trade/comtrade_classic.csv": (1, [0]),
    "trade/comtrade_total_only.csv": (1, [0]),
    "trade/country_codes_V202301.csv": (0, [238]),
    "trade/country_codes_V202501_excerpt.csv": (0, [12]),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_file_that_nobody_here_made_is_understood_or_refused_with_a_reason(name):
    if not (SHARED / name).exists():
        pytest.skip("the real files are not here")
    code, tables = checked(SHARED / name)
    assert (code, [found["rows"] for found in tables]) == EXPECTED[name]
    assert code == 0 or tables[0]["notes"]


def test_a_table_with_a_reader_of_its_own_is_refused_with_its_reason_and_without_a_draft(tmp_path):
    header = "typeCode,freqCode,refYear,reporterISO,partnerISO,flowCode,cmdCode,primaryValue"
    csv(tmp_path / "totals.csv", header, "C,A,2023,THA,JPN,M,TOTAL,5")
    result = run("check", tmp_path / "totals.csv")
    assert result.exit_code == 1 and "TOTAL" in result.output
    assert "mapping.yaml" not in result.output and "sheets:" not in result.output


@pytest.mark.parametrize(("lang", "said"), [("en", "are not figures"), ("ja", "数値として読めない")])
def test_cells_that_are_in_no_sum_are_said(tmp_path, lang, said):
    path = csv(
        tmp_path / "a.csv",
        "Date,Supplier,Part No,Qty,Amount",
        '2025-04-02,Beta,C-1,1,"1,000.00 Dr"',
        "2025-04-03,Beta,C-2,1,50",
    )
    shown = " ".join(run("check", path, "--lang", lang).output.split())
    assert "1,000.00 Dr" in shown and said in shown


def test_brackets_in_a_header_are_shown_as_they_are_where_its_cells_are_in_no_sum(tmp_path):
    path = csv(
        tmp_path / "a.csv", "Date,Supplier,Part No,Amount [k]", "2025-04-02,Beta,C-1,none yet", "2025-04-03,Beta,C-2,50"
    )
    said = run("check", path, "--lang", "en").output
    assert "'Amount [k]'" in said and "\\[" not in said


def test_an_audit_tells_columns_of_its_own_workbook_in_a_line_and_those_of_other_files_one_by_one(tmp_path):
    """Who fills in our workbook need not read that its columns are what they are called; check tells them all the same."""
    header = ["部品番号\nPart No.", "調達先\nSupplier", "製造拠点国\nCountry of production", "xyz [社内]"]
    for name, heads in (("ours", header), ("theirs", ["部品番号", "調達先", "製造拠点国", "xyz [社内]"])):
        with xlsxwriter.Workbook(tmp_path / f"{name}.xlsx") as book:
            sheet = book.add_worksheet("調達")
            sheet.write_row(0, 0, heads)
            sheet.write_row(1, 0, ["A-1", "架空ネジ", "日本", "急ぎ"])
    said = {
        (command, name): run(command, tmp_path / f"{name}.xlsx", "--lang", "ja", *more).output
        for name in ("ours", "theirs")
        for command, more in (("audit", ("--yes", "--out", tmp_path / name)), ("check", ()))
    }
    assert "列は記入用ブックのとおりです。不使用の列: xyz [社内]。" in said["audit", "ours"]
    assert ["値の例" in said[each] for each in said] == [False, True, True, True]


@pytest.mark.parametrize(("lang", "says"), [("en", "49% of a year's revenue"), ("ja", "年間売上の49%")])
def test_an_audit_ends_with_what_its_board_page_says_first(tmp_path, lang, says):
    path = tmp_path / "in"
    path.mkdir()
    csv(path / "bom.csv", "parent,part,quantity", "P-1,A-1,1")
    csv(path / "sourcing.csv", "part,supplier,country of production,share", "A-1,Alpha,China,1")
    csv(path / "products.csv", "製品番号,年間売上", "P-1,1000000")
    result = run("audit", path, "--out", tmp_path / "out", "--lang", lang, "--yes")
    (first, *_) = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["board"]["headline"]
    assert says in first and first in result.output


def test_an_audit_whose_board_page_has_no_stop_says_why(tmp_path):
    report, _ = audited(tmp_path, ("bom.csv", ["parent,part,quantity", "P-1,A-1,1"]))
    result = run("audit", tmp_path / "in", "--out", tmp_path / "again", "--yes")
    assert report["board"]["headline"] == [] and report["board"]["nothing"] in result.output


@pytest.mark.parametrize(
    ("lines", "column", "taken"),
    [
        (["No.,name,qty", "1,Pump,1", "1.1,Motor,1", "1.1.1,Shaft,2", "1.2,Seal,3"], "No.", "line number + level"),
        (["part,name,qty", "Pump,Pump,1", "  M-1,Motor,1", "    S-1,Seal,2"], "part", "part number + level"),
    ],
)
def test_a_column_that_the_levels_are_read_from_is_said_to_be_used(tmp_path, lines, column, taken):
    path = csv(tmp_path / "a.csv", *lines)
    shown = next(line for line in run("check", path, "--lang", "en").output.splitlines() if f" {column} " in line)
    assert [cell.strip() for cell in shown.strip("│").split("│")][1:3] == [column, taken]
    assert {row["column"]: row["read_as"] for row in columns_read(understand(path))}[column] in {"part", "level"}


def test_names_of_files_and_sheets_and_columns_turn_no_text_of_a_report_around_them(tmp_path):
    turn, folder = "\u202e", tmp_path / "in"
    folder.mkdir()
    csv(folder / f"a{turn}b.csv", f"product,part,supplier{turn} name,country", "P,A,X,China", "P,B,X,nowhere")
    with xlsxwriter.Workbook(str(folder / "b.xlsx")) as book:
        book.add_worksheet(f"s{turn}t").write_row(0, 0, ["part", "supplier", "stock days"])
        book.get_worksheet_by_name(f"s{turn}t").write_row(1, 0, ["A", "X", "soon"])
    assert run("survey", folder, "--out", tmp_path / "survey").exit_code == 0
    replies = tmp_path / "replies"
    replies.mkdir()
    (replies / f"r{turn}s.xlsx").write_bytes((tmp_path / "survey" / "questions-001.xlsx").read_bytes())
    csv(replies / f"u{turn}v.json", "{}")
    assert run("audit", folder, "--replies", replies, "--out", tmp_path / "out").exit_code == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert turn not in json.dumps(report, ensure_ascii=False) and "uv.json" in json.dumps(report["remarks"])
    assert turn not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert not [sheet.name for sheet in read_sheets(tmp_path / "out" / "report.xlsx") if turn in str(sheet.frame.to_dicts())]


def test_a_column_that_is_read_as_two_things_is_said_to_be_both(tmp_path):
    lines = ["ITEM NO.,PART NUMBER,DESCRIPTION,QTY.", "1,rail_clamp,,10", "2,post_100,,4", "3,mount_lid,Cube top,1"]
    said = run("check", csv(tmp_path / "cad.csv", *lines), "--lang", "en").output
    assert "part number + name" in said
