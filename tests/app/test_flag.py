"""``kanmon flag``: words and files in, evidence and what to check out."""

import csv
import json
import zipfile

import fastexcel
import pytest
import typer
import xlsxwriter
from kanmon.app.audit.workbook import write_template
from kanmon.app.commands.flag import flag
from kanmon.graph import InputError, ReadError
from kanmon.graph.messages import _topic
from typer.testing import CliRunner

application = typer.Typer()
application.command()(flag)


def run(*arguments):
    result = CliRunner().invoke(application, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "台帳.csv"
    rows = "2026年度 購買台帳,,\n品番,品　名,HSコード\nA-1,積層セラミックコンデンサ,853224\nA-2,,\nA-3,六角ボルト,731815\n"
    path.write_bytes(rows.encode("cp932"))
    return path


def read_sheet(path, number):
    return fastexcel.read_excel(path).load_sheet(number, header_row=0, dtypes="string").to_polars()


def test_words_are_flagged_with_evidence_and_what_to_check():
    shown = run("永久磁石", "六角ボルト", "--lang", "ja")
    assert "永久磁石" in shown and "経済産業省" in shown and "法的助言ではなく" in shown


def test_words_without_a_flag_are_said_to_prove_nothing():
    assert "does not prove" in run("六角ボルト", "--lang", "en")


def test_a_cp932_ledger_is_read_below_its_title_and_rows_are_those_a_person_sees(ledger, tmp_path):
    out = tmp_path / "flags.xlsx"
    shown = run(ledger, "--out", out, "--lang", "ja")
    assert "台帳.csv / 台帳: 3 行" in shown
    table = read_sheet(out, 1)
    assert table["行"].to_list() == ["3"]
    assert "853224" in table["根拠"][0]
    assert read_sheet(out, 2).height == 24


def test_formulas_come_back_as_text(tmp_path):
    path, out = tmp_path / "in.csv", tmp_path / "out.xlsx"
    cell = '=HYPERLINK("http://example.com","永久磁石")'
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["品名"], [cell]])
    run(path, "--out", out, "--lang", "en")
    assert read_sheet(out, 1)["Text"].to_list() == [cell]
    run(path, "--out", tmp_path / "out.csv", "--lang", "en")
    assert "'=HYPERLINK" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_hostile_cells_are_counted_and_do_not_crash(tmp_path):
    path, out = tmp_path / "in.csv", tmp_path / "out.xlsx"
    cells = ["品名".encode(), ("永久磁石" + "x" * 100_000).encode(), "😀 炭素繊維".encode(), b"\xff\xfe MLCC", b"", b"12.5"]
    path.write_bytes(b"\n".join(b"1," + cell for cell in cells))
    shown = run(path, "--out", out, "--lang", "en")
    assert "1 rows have no text" in shown and "1 rows contain characters" in shown
    assert set(read_sheet(out, 1)["No."]) == {"1", "6", "22"}


def test_all_sheets_with_the_column_are_read_and_a_chosen_column_wins(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, cell in (("一", "MLCC"), ("二", "炭素繊維"), ("メモ", None)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["品名", "旧名"] if cell else ["memo"])
            sheet.write_row(1, 0, ["ボルト", cell] if cell else ["x"])
    chosen = json.loads(run(path, "--column", "旧名", "--json"))
    assert {flag["sheet"] for flag in chosen["flags"]} == {"一", "二"} and chosen["lines"] == 2
    assert {flag["text"] for flag in json.loads(run(path, "--json"))["flags"]} == {"ボルト MLCC", "ボルト 炭素繊維"}


def test_a_column_that_is_not_there_is_answered_with_the_nearest(ledger):
    with pytest.raises(InputError, match="HSコード"):
        run(ledger, "--hs-column", "HSコ-ド")


def test_nothing_read_is_said_apart_from_nothing_flagged(tmp_path):
    bare, bolts = tmp_path / "bare.csv", tmp_path / "bolts.csv"
    bare.write_text("a,b\n1,2\n", encoding="utf-8")
    bolts.write_text("品名\n六角ボルト\n", encoding="utf-8")
    template = write_template(tmp_path / "template.xlsx", "ja")
    for path, code, lines in ((bare, 1, 0), (template, 1, 0), (bolts, 0, 1)):
        result = CliRunner().invoke(application, [str(path), "--json"])
        assert (result.exit_code, json.loads(result.output)["lines"]) == (code, lines)
    said = CliRunner().invoke(application, [str(template), "--lang", "en"]).output
    assert "Nothing was read" in said and "No flag" not in said


def test_an_output_that_exists_or_is_of_another_kind_is_refused_before_any_work(tmp_path):
    old = tmp_path / "flags.csv"
    old.write_text("mine", encoding="utf-8")
    with pytest.raises(ReadError):
        run("永久磁石", "--out", old)
    with pytest.raises(ReadError):
        run("永久磁石", "--out", tmp_path / "flags.pdf")
    assert old.read_text(encoding="utf-8") == "mine"
    run("永久磁石", "--out", old, "--force")
    assert "永久磁石" in old.read_text(encoding="utf-8-sig")


def test_the_same_flags_are_the_same_bytes_on_any_day(tmp_path):
    run("永久磁石", "--out", tmp_path / "a.xlsx")
    core = zipfile.ZipFile(tmp_path / "a.xlsx").read("docProps/core.xml").decode("utf-8")
    assert core.count("2026-01-01T00:00:00Z") == 2


def test_a_file_beside_words_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(InputError):
        run("a.csv", "永久磁石")
    with pytest.raises(ReadError):
        run(tmp_path / "none.xlsx")


@pytest.mark.parametrize("topic", [("app", "flag"), ("risk", "technologies"), ("risk", "transfer")])
def test_no_sentence_says_that_a_part_is_regulated_or_decides_about_a_report(topic):
    for row in _topic(*topic).values():
        for sentence in row.values():
            assert not any(
                word in sentence.lower() for word in ("reportable", "regulated", "規制対象", "報告不要", "報告が必要")
            )
