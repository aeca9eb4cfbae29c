"""The question loop: the best question first, one questionnaire per supplier, and replies that narrow only as they say."""

import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import handed_in
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.app import cli
from kanmon.app.audit.company_graph import firm_id
from kanmon.app.audit.content import content
from kanmon.app.audit.files import write_report
from kanmon.app.audit.report import audit
from kanmon.app.audit.words import money
from kanmon.app.survey.loop import _worth, shown, wider
from kanmon.app.survey.merge import suppliers_of
from kanmon.app.survey.questionnaire import KEYS, MARK, survey_of, write_survey
from kanmon.app.survey.questions import MOST, ranked_questions
from kanmon.app.survey.replies import read_replies
from kanmon.app.survey.wording import TONGUES, word
from kanmon.datasets import load
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.graph import ReadError, SupplyGraph
from survey_company import (
    HOSTILE,
    NEVER,
    ROWS,
    answered,
    bounds,
    company,
    figures,
    questionnaires,
    replied,
    workbook,
)

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return company(tmp_path_factory.mktemp("company") / "audit.xlsx")


@pytest.fixture(scope="module")
def asked(base):
    return ranked_questions(base, figures(base))


@pytest.fixture(scope="module")
def sent(base, asked, tmp_path_factory):
    """The folder of questionnaires, and the file of each supplier."""
    return questionnaires(base, asked, tmp_path_factory.mktemp("survey") / "out")


# Questions -----------------------------------------------------------------------------------------------------------


def test_a_question_narrows_by_what_its_answer_does_to_the_intervals(base, asked, tmp_path):
    (stock,) = (one for one in asked if one.kind == "stock")
    assert stock.parts == ("P3",) and stock.who == "stock" and stock.supplier is None
    now = [bounds(base, node, maker) for node, maker in (("Delta", True),)]
    widths = []
    for days in (0, 180):
        rows = [(*row[:5], days, *row[6:]) if row[0] == "P3" else row for row in ROWS]
        other = company(tmp_path / f"{days}.xlsx", rows)
        widths += [bounds(other, "Delta", True)]
    gains = [now[0][1] - now[0][0] - (high - low) for low, high in widths]
    worth = 3650.0 * 180 / 365
    assert stock.narrows == pytest.approx((min(gains) * worth, max(gains) * worth))
    assert stock.narrows[1] > 0


def test_each_stop_is_told_by_how_much_an_answer_narrows_it(base, asked, tmp_path):
    (stock,) = (one for one in asked if one.kind == "stock")
    low, high = bounds(base, "Delta", True)
    gains = []
    for days in (0, 180):
        rows = [(*row[:5], days, *row[6:]) if row[0] == "P3" else row for row in ROWS]
        least, most = bounds(company(tmp_path / f"{days}.xlsx", rows), "Delta", True)
        gains.append(((high - low) - (most - least)) * 3650.0 * 180 / 365)
    assert stock.stops[firm_id("Delta")] == pytest.approx((max(0.0, min(gains)), max(gains)))


def test_days_that_only_a_supplier_can_know_of_a_listed_part_are_asked_of_purchasing(tmp_path):
    rows = [
        ("P1", "Gear", "Alpha", "Japan", 1.0, 30, 90, None),
        ("P2", "Magnet", "Beta", "China", 1.0, None, None, None),
    ]
    found = company(tmp_path / "a.xlsx", rows)
    found.needs = [replace(need, parent="P1") if need.part == "P2" else need for need in found.needs]
    asked = {one.kind: one for one in ranked_questions(found, figures(found))}
    assert asked["behind_stock"].parts == ("P2",) and asked["behind_stock"].supplier is None
    assert asked["behind_stock"].who == "purchasing" and asked["behind_stock"].stops["CHN"][1] > 0
    assert "stock" not in asked  # the company holds none of it


def test_questions_come_in_the_order_of_what_they_give(asked):
    means = [0.0 if one.narrows is None else sum(one.narrows) / 2 for one in asked]
    assert means == sorted(means, reverse=True)
    kinds = {one.kind for one in asked}
    assert {"origin", "stock", "behind"} <= kinds
    assert all(one.narrows is None for one in asked if one.kind == "behind")


def test_what_a_question_gives_is_shown_for_one_stop_and_never_beyond_its_interval(base, asked):
    known = figures(base)
    widest = max(row["loss_open"] - row["loss_low"] for row in (*known.countries, *known.makers))
    rows = shown(asked, None, base, known, "en")["questions"]
    for one, row in zip(asked, rows, strict=False):
        if one.kind == "behind":
            continue
        at_stake = max((most for _, most in one.stops.values()), default=one.widest)
        assert 0 < at_stake <= widest + 1e-6
        assert money(at_stake, base.currency, "en") in row["gain"]


@pytest.mark.parametrize("behind", [SupplyGraph(), load("world")], ids=["no stop known", "stops upstream"])
def test_who_delivers_a_bare_list_is_asked_and_whoever_stands_beside_a_line_is_named(behind, tmp_path):
    lines = ("P-1,Gear,2,Alpha", "P-2,Seal,1,", "P-3,Housing,4,Alpha", "P-4,Motor,1,Beta")
    rows = ["Part no.,Description,Qty,Supplier", *lines]
    (tmp_path / "bom.csv").write_text("\n".join(rows), encoding="utf-8")
    found = audit(tmp_path / "bom.csv", lang="en", date="2026-11-28", world=behind)
    words = {"en": ("names Alpha: who else", "Who delivers it"), "ja": ("Alpha のほかに", "調達先はどこ")}
    for lang, (beside, nobody) in words.items():
        asked = content(found, lang)["questions"]
        says = {row["parts"][0]: row["says"] for row in asked if row["kind"] == "named"}
        assert beside in says["P-1"] and nobody in says["P-2"]


def test_no_run_is_worked_out_where_there_is_no_time_and_what_hangs_on_it_ranks(base):
    found = ranked_questions(base, figures(base), runs=0)
    assert all(one.narrows is None for one in found)
    hangs = [one.hangs for one in found]
    assert hangs == sorted(hangs, reverse=True)


# Questionnaires ------------------------------------------------------------------------------------------------------


def test_a_questionnaire_holds_its_suppliers_parts_and_nothing_of_anybody_else(sent):
    assert set(sent) == {"Alpha", "Beta", "Gamma", "Delta", "Omega"}
    parts = {"Alpha": {"P1"}, "Beta": {"P1"}, "Gamma": {"P2"}, "Delta": {"P3"}, "Omega": {"P4"}}
    for supplier, path in sent.items():
        book = openpyxl.load_workbook(path)
        cells = [str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
        assert parts[supplier] <= set(cells)
        assert not ({"P1", "P2", "P3", "P4"} - parts[supplier]) & set(cells)
        assert not {other for other in sent if other != supplier} & set(cells)


def test_every_label_stands_in_three_languages(sent):
    for path in sent.values():
        text = "\n".join(
            str(cell.value) for page in openpyxl.load_workbook(path) for row in page.iter_rows() for cell in row
        )
        for name in ("title", "supplier", "deadline_title", "guide_2", "part", "country", "share", "stock"):
            if name not in {"country", "share", "stock"} or word("input", "ja") in text:
                assert all(word(name, tongue) in text for tongue in TONGUES), name


def test_cells_are_checked_and_nothing_is_a_formula_or_a_link(sent):
    for path in sent.values():
        with zipfile.ZipFile(path) as archive:
            sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert any("<dataValidation " in xml for xml in sheets)
        assert not any("<f>" in xml or "<hyperlink" in xml for xml in sheets)


def test_no_name_of_a_company_is_part_of_a_path(tmp_path):
    rows = [("P1", "Gear", "../../Alpha", "China", 1.0, 30, NEVER, None)]
    found = company(tmp_path / "a.xlsx", rows)
    names = write_survey(survey_of(ranked_questions(found, figures(found)), "2026-12-25"), found, tmp_path / "out", "ja")
    assert names == ["questions-001.xlsx", "suppliers.xlsx"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*names, ".kanmon-files.json"}


def test_the_list_of_questionnaires_says_through_whom_a_makers_parts_are_bought(tmp_path):
    lines = ["品番,品名,メーカー,仕入先,製造国,調達割合", "P1,軸受,例示精工,架空商事,,1", "P2,歯車,架空歯車,架空歯車,,1"]
    (tmp_path / "調達.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "製品.csv").write_text("製品番号,年間売上\nX,1000", encoding="utf-8")
    (tmp_path / "部品表.csv").write_text("親品番,部品番号\nX,P1\nX,P2", encoding="utf-8")
    found = handed_in.company(tmp_path)
    write_survey(survey_of(ranked_questions(found, figures(found)), "2026-12-25"), found, tmp_path / "out", "ja")
    rows = [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(tmp_path / "out" / "suppliers.xlsx").active.iter_rows()
    ]
    through = {row[rows[0].index("調達先")]: row[rows[0].index("購入先（商社など）")] for row in rows[1:]}
    assert through == {"例示精工": "架空商事", "架空歯車": ""}


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_questionnaire_opens_and_a_reply_saved_by_an_office_reads_the_same(base, sent, tmp_path):
    path = answered(
        sent["Gamma"], tmp_path / "reply.xlsx", {("origin", "P2", 0): {"country": "CHN 中国 / China", "share": 1.0}}
    )

    def convert(source, to):
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", to]
        subprocess.run(
            [*command, "--outdir", str(tmp_path / "office"), str(source)], check=True, capture_output=True, timeout=120
        )

    convert(sent["Gamma"], "pdf")
    convert(path, "xlsx:Calc MS Excel 2007 XML")
    assert (tmp_path / "office" / f"{sent['Gamma'].stem}.pdf").read_bytes().startswith(b"%PDF")
    one, other = (replied(base, file)[0] for file in (path, tmp_path / "office" / "reply.xlsx"))
    assert [s.country for s in one.company.sources["P2"]] == [s.country for s in other.company.sources["P2"]] == ["CHN"]
    assert (one.asked, one.answered) == (other.asked, other.answered)


# Replies -------------------------------------------------------------------------------------------------------------


def test_a_blank_reply_narrows_nothing(base, sent):
    merged, found = replied(base, *sent.values())
    assert not found.remarks and merged.answered == 0 and merged.asked > 0
    assert not any(merged.replied.values())
    assert (merged.company.sources, merged.company.parts, merged.company.needs) == (base.sources, base.parts, base.needs)


def test_an_origin_narrows_the_interval_to_what_it_says(base, sent, tmp_path):
    assert bounds(base, "VNM") == pytest.approx((0.0, 160 / 180))
    told = {("origin", "P2", 0): {"country": "VNM", "share": "60%"}, ("origin", "P2", 1): {"country": "ドイツ", "share": 40}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    assert not found.remarks and merged.replied["questions"] == ["Gamma"]
    assert bounds(merged.company, "VNM") == pytest.approx(((0.6 * 180 - 20) / 180,) * 2)
    assert bounds(merged.company, "BRA") == (0.0, 0.0)


def test_a_country_without_a_share_says_no_more_than_that(base, sent, tmp_path):
    merged, _ = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", {("origin", "P2", 0): {"country": "VNM"}}))
    assert bounds(merged.company, "VNM") == pytest.approx((0.0, 160 / 180))
    assert bounds(merged.company, "BRA") == pytest.approx((0.0, 160 / 180))


def test_what_one_supplier_needs_is_its_own_need_alone(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1.0, "stock": 25}}
    told |= {("answers", "P1", "stock"): {"answer": 0}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    assert not found.remarks
    (id,) = merged.company.told
    assert merged.company.parts[id].name == "ore" and merged.company.sources[id][0].country == "CHL"
    assert all(ref.startswith("r.xlsx: ") for ref in merged.company.sources[id][0].refs)
    # Alpha's half stops on day 25; there are 30 days of P1 in stock.
    low, high = bounds(merged.company, "CHL")
    hand = 0.5 * (180 - 25) - 30
    assert low == pytest.approx(hand / 180)
    # P2 may come from Chile, too: its country is blank.
    assert high == pytest.approx(160 / 180)


@pytest.mark.parametrize(("cell", "days"), [("２５日", 25.0), ("about 2 weeks", 14.0), ("約3か月", 90.0), ("soon", None)])
def test_days_of_a_reply_are_read_as_those_of_the_company(base, sent, tmp_path, cell, days):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1.0, "stock": cell}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    (id,) = merged.company.told
    assert merged.company.parts[id].stock_least == days and bool(found.remarks) == (days is None)


def test_whom_a_supplier_does_not_name_is_none_of_the_companys_own_suppliers(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 0.5, "stock": 0}}
    merged, _ = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    for maker in ("Alpha", "Delta"):
        assert bounds(merged.company, maker, maker=True) == bounds(base, maker, maker=True)


def test_a_finished_stock_lasts_beside_the_stock_of_what_goes_in(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1.0, "stock": 25}}
    told |= {("answers", "P1", "stock"): {"answer": 10}}
    merged, _ = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    assert bounds(merged.company, "CHL")[0] == pytest.approx((0.5 * (180 - 35) - 30) / 180)


@pytest.mark.parametrize("days", [0, 10, 60, 300])
def test_a_finished_stock_that_is_left_blank_may_be_any(base, sent, tmp_path, days):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1.0, "stock": 25}}
    blank, _ = replied(base, answered(sent["Alpha"], tmp_path / "blank.xlsx", told))
    stated = told | {("answers", "P1", "stock"): {"answer": days}}
    known, _ = replied(base, answered(sent["Alpha"], tmp_path / "stated.xlsx", stated))
    low, high = bounds(blank.company, "CHL")
    assert low <= bounds(known.company, "CHL")[0] + 1e-9 and bounds(known.company, "CHL")[1] <= high + 1e-9
    assert next(part.stock_days for part in blank.company.parts.values() if part.name == "ore") is None


def test_a_source_that_nobody_named_may_be_anywhere(base, sent, tmp_path):
    told = {("behind", "P3", 0): {"input": "rubber", "country": "Thailand", "share": 0.4, "stock": 0}}
    told |= {("answers", "P3", "stock"): {"answer": 0}}
    answered(sent["Delta"], tmp_path / "r.xlsx", told)
    rows = [row for row in ROWS if row[0] != "P2"]
    known = company(tmp_path / "known.xlsx", [(*row[:5], 0 if row[0] == "P3" else row[5], *row[6:]) for row in rows])
    merged, _ = replied(known, tmp_path / "r.xlsx")
    assert bounds(merged.company, "THA") == pytest.approx((0.4, 1.0))
    assert bounds(merged.company, "BRA") == pytest.approx((0.0, 0.6))


def test_a_supplier_that_differs_from_the_company_is_taken_and_said(base, sent, tmp_path):
    book = openpyxl.load_workbook(sent["Gamma"])
    page = book.worksheets[0]
    next(row for row in page.iter_rows() if row[0].value == "supplier")[2].value = "Beta"
    for row in book.worksheets[next(i for i, p in enumerate(book) if p.title.startswith("生産国"))].iter_rows(min_row=5):
        row[0].value = "P1"
    book.save(tmp_path / "b.xlsx")
    path = answered(tmp_path / "b.xlsx", tmp_path / "c.xlsx", {("origin", "P1", 0): {"country": "Poland", "share": 1}})
    merged, found = replied(base, path)
    assert {s.country for s in merged.company.sources["P1"]} == {"CHN", "POL"}
    assert "DEU" in found.remarks[0].message.text("en") and "POL" in found.remarks[0].message.text("ja")


@pytest.mark.parametrize("maker", ["Beta", "Somebody Else"])
def test_a_supplier_whose_maker_is_another_of_the_company_is_said(sent, tmp_path, maker):
    rows = [*ROWS, ("P2", None, "Beta", "Germany", 0.5, 20, NEVER, None)]
    known = company(tmp_path / "known.xlsx", [(*row[:4], 0.5, *row[5:]) if row[2] == "Gamma" else row for row in rows])
    told = {("origin", "P2", 0): {"maker": maker, "country": "Vietnam", "share": 1}}
    merged, found = replied(known, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    said = [remark.message.text("en") for remark in found.remarks]
    assert {one.maker for one in merged.company.sources["P2"]} == {"Beta", maker}
    assert ["Beta" in one and "P2" in one for one in said] == [True] * (maker == "Beta")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"no workbook"),
        ("a.json", b"{}"),
        ("a.json", b"\xff\xfe"),
        ("a.xlsx", b""),
        ("a.xls", b"\xd0\xcf\x11\xe0"),
    ],
)
def test_a_file_that_is_none_is_set_aside_and_said(base, tmp_path, name, content):
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / name).write_bytes(content)
    (tmp_path / "replies" / "notes.txt").write_text("x", encoding="utf-8")
    merged, found = replied(base, tmp_path / "replies")
    assert sorted(remark.sheet for remark in found.remarks) == [name, "notes.txt"] and merged.company.sources == base.sources


def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(ReadError):
        read_replies(tmp_path / "nowhere")


def test_an_unknown_supplier_and_an_unknown_part_are_said(base, sent, tmp_path):
    book = openpyxl.load_workbook(sent["Gamma"])
    page = book.worksheets[0]
    next(row for row in page.iter_rows() if row[0].value == "supplier")[2].value = "Nobody"
    book.save(tmp_path / "r.xlsx")
    merged, found = replied(base, tmp_path / "r.xlsx")
    assert "Nobody" in found.remarks[0].message.text("en") and merged.company.sources == base.sources
    next(row for row in page.iter_rows() if row[0].value == "supplier")[2].value = "株式会社 ALPHA"
    book.save(tmp_path / "q.xlsx")
    path = answered(tmp_path / "q.xlsx", tmp_path / "s.xlsx", {("origin", "P2", 0): {"country": "Chile"}})
    merged, found = replied(base, path)
    assert "P2" in found.remarks[0].message.text("en") and merged.company.sources == base.sources


cells = st.sampled_from(
    [None, "", "China", "VNM", "?", "100%", 0.5, 1, 70, -3, 1e12, HOSTILE, "#REF!", "不明", "Alpha", "ore"]
)
cells = cells | st.text(max_size=12) | st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells, cells, cells, cells), min_size=1, max_size=5), st.sampled_from(["origin", "behind"]))
def test_no_reply_breaks_the_audit(base, tmp_path, lines, table):
    keys = KEYS[table]
    path = tmp_path / "odd.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "nan_inf_to_errors": True}) as book:
        page = book.add_worksheet("a")
        page.write_string(0, 0, MARK)
        page.write_string(1, 0, "supplier")
        page.write_string(1, 2, "Alpha")
        page = book.add_worksheet("b")
        for j, key in enumerate(keys):
            page.write_string(2, j, key)
        for i, line in enumerate(lines, start=4):
            page.write_string(i, 0, "P1")
            for j, value in enumerate(line, start=2):
                if isinstance(value, str):
                    page.write_string(i, j, "".join(c for c in value if c.isprintable()))
                elif value is not None:
                    page.write_number(i, j, value)
    merged, _ = replied(base, path)
    low, high = bounds(merged.company, "CHN")
    assert 0 <= low <= high <= 1 + 1e-9


# The whole loop ------------------------------------------------------------------------------------------------------


def test_a_product_without_revenue_leaves_the_progress_without_an_upper_bound():
    ends, values = {"X": (0.1, 0.5), "Y": (0.1, 0.2)}, {"X": 10.0, "Y": None}
    assert _worth(ends, values) == (1.0, None)
    assert _worth({"X": (0.1, 0.5), "Y": (0.0, 0.0)}, values) == (1.0, 5.0)
    bounded, open_ = {"low": 1.0, "high": 5.0}, {"low": 1.0, "high": None}
    was = {"low_was": 0.5, "high_was": None}
    assert wider(bounded | was) < 0 and wider(open_ | was) == -0.5
    assert wider(open_ | {"low_was": 0.5, "high_was": 9.0}) > 0


def test_the_report_shows_the_questions_the_response_and_what_was_narrowed(base, sent, tmp_path):
    told = {("origin", "P2", 0): {"country": "VNM", "share": 1}}
    answered(sent["Gamma"], tmp_path / "r.xlsx", told)
    replies = read_replies(tmp_path / "r.xlsx")
    report = audit(workbook(tmp_path / "audit.xlsx"), lang="en", date="2026-11-28", replies=replies)
    assert report.progress.responded == 1 and report.progress.suppliers == len(suppliers_of(base)) == 5
    narrowed = {row["node"]: row for row in report.progress.rows}
    worth = 3650.0 * 180 / 365
    assert narrowed["VNM"]["low"] == pytest.approx(worth * 160 / 180)
    assert narrowed["CHN"]["high_was"] > narrowed["CHN"]["high"]
    write_report(report, tmp_path / "report", "en")
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "1 of 5 suppliers replied (20%)" in page and "What to ask first" in page and "<script" not in page
    names = [sheet.name for sheet in read_sheets(tmp_path / "report" / "report.xlsx")]
    assert {"Questions", "Replies"} <= set(names)
    assert len(report.questions) <= MOST


@pytest.mark.parametrize(
    "arguments",
    [
        ["survey", "audit.xlsx", "--out", "out", "--deadline", "2026-12-25"],
        ["card", "audit.xlsx", "--out", "out", "--as", "X=YOURS", "--lang", "ja"],
    ],
)
def test_the_commands_write_what_they_say(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    workbook(Path("audit.xlsx"))
    monkeypatch.setattr(sys, "argv", ["kanmon", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code in {0, None}, capsys.readouterr().err
    assert len(list(Path("out").iterdir())) > 2


def test_a_column_is_called_as_its_own_sheet_calls_it(base, sent, tmp_path):
    answered(sent["Alpha"], tmp_path / "r.xlsx", {("behind", "P1", 0): {"input": "ore", "stock": "soon"}})
    book = openpyxl.load_workbook(workbook(tmp_path / "audit.xlsx"))
    book["調達"].cell(3, 4, "中国・台湾")
    book.save(tmp_path / "audit.xlsx")
    found = audit(tmp_path / "audit.xlsx", lang="ja", date="2026-11-28", replies=read_replies(tmp_path / "r.xlsx"))
    shown = content(found, "ja")
    called = {row["sheet"]: row["column_says"] for row in shown["remarks"] if row["column"]}
    assert called == {"調達": "製造拠点国", "r.xlsx: 上流 Behind 上游": "在庫（日） / Stock (days) / 库存（天）"}
    read = {(row["sheet"], row["read_as"]): row["read_as_says"] for row in shown["mapping"]}
    assert read["調達", "country"].endswith(": 製造拠点国") and read["調達", "supplier"].endswith(": 調達先")


def test_a_deadline_that_has_passed_is_said_and_any_is_written_as_a_date(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    workbook(Path("audit.xlsx"))
    monkeypatch.setattr(sys, "argv", ["kanmon", "survey", "audit.xlsx", "--deadline", "2020-W01-1", "--lang", "en"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code in {0, None} and "2019-12-30 is already past" in said.err and "deadline 2019-12-30" in said.out


@pytest.mark.parametrize("command", ["survey", "card"])
def test_what_was_set_aside_of_the_replies_is_said_by_each_command(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    workbook(Path("audit.xlsx"))
    Path("replies").mkdir()
    Path("replies", "letter.pdf").write_bytes(b"x")
    monkeypatch.setattr(sys, "argv", ["kanmon", command, "audit.xlsx", "--replies", "replies", "--out", "o", "--lang", "en"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "letter.pdf" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["survey", "audit.xlsx", "--deadline", "soon"], "soon"), (["card", "audit.xlsx", "--as", "X"], "OWN=THEIRS")]
    + [(["card", "audit.xlsx", "--as", "A=X", "--as", "A=Y"], "'A'")],
)
def test_a_wrong_option_is_one_sentence(tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(tmp_path)
    workbook(Path("audit.xlsx"))
    monkeypatch.setattr(sys, "argv", ["kanmon", *arguments, "--lang", "en"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    error = capsys.readouterr().err
    assert ended.value.code == 2 and says in error and "Traceback" not in error
