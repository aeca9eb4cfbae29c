"""Files of Kanmon's own at the wrong door: each is told for what it is, and nothing in it counts as a company's fact."""

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from kanmon.app.cli import _application
from kanmon.app.survey.questionnaire import MARK
from kanmon.datasets.intake.understanding import understand
from kanmon.graph import KanmonError
from people_files import book, text
from typer.testing import CliRunner

BILL = ["product,part,name,quantity,supplier,country", "P-1,A-1,motor,2,Acme GmbH,", "P-1,A-2,bearing,4,Beta Ltd,CHN"]


def run(*arguments):
    return CliRunner().invoke(_application(), [str(each) for each in arguments])


def said(result, lang="en"):
    error = result.exception.text(lang) if isinstance(result.exception, KanmonError) else ""
    return " ".join([*result.output.split(), error])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A company's file, and all that Kanmon writes of it."""
    folder = tmp_path_factory.mktemp("made")
    assert run("template", folder / "company.xlsx", "--example", "--lang", "en").exit_code == 0
    company = folder / "company.xlsx"
    for command in ("audit", "survey", "card"):
        result = run(command, company, "--out", folder / command, "--lang", "en", *(["--yes"] if command == "audit" else []))
        assert result.exit_code == 0, result.output
    assert run("flag", company, "--out", folder / "flags.xlsx").exit_code == 0
    return folder


OWN = {
    "survey/questions-001.xlsx": ("questionnaire", "own_questionnaire", "--replies FOLDER"),
    "survey/suppliers.xlsx": ("result", "own_result", "Give the files that it was made from"),
    "card/card.xlsx": ("card", "own_card", "--cards FOLDER"),
    "card/card.json": ("card", "own_card", "--cards FOLDER"),
    "audit/report.xlsx": ("result", "own_result", "Give the files that it was made from"),
    "audit/report.html": ("result", "own_result", "Give the files that it was made from"),
    "audit/report.json": ("result", "own_result", "--since report.json"),
    "audit/mapping.yaml": ("result", "own_yaml", "--mapping"),
    "flags.xlsx": ("result", "own_result", "Give the files that it was made from"),
}


@pytest.mark.parametrize("name", OWN)
def test_what_kanmon_wrote_is_told_for_what_it_is_and_is_no_table_of_parts(made, name):
    kind, note, _ = OWN[name]
    (found,) = understand(made / name).tables
    assert (found.kind, [each.key for each in found.notes]) == (kind, [f"datasets.intake.{note}"])
    assert not found.names and not found.suppliers


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("command", ["check", "audit", "survey", "card"])
def test_every_command_that_reads_a_companys_file_says_where_it_belongs(made, tmp_path, command, name):
    out = [] if command == "check" else ["--out", tmp_path / "out"]
    result = run(command, made / name, *out, "--lang", "en")
    assert result.exit_code == (0 if command == "check" and OWN[name][0] in {"questionnaire", "card"} else 1)
    assert OWN[name][2] in said(result) and isinstance(result.exception, (KanmonError, SystemExit, type(None)))
    assert not (tmp_path / "out").exists()


def test_a_questionnaire_that_was_saved_anew_by_another_program_is_still_one(tmp_path):
    rows = [[None, "会社より"], [MARK], ["supplier", "貴社名", "Acme"]]
    parts = [
        ["part", "name", "maker", "country", "share", "note"],
        ["部品番号", "部品名"],
        ["A-1", "motor"],
        ["A-2", "gear"],
    ]
    (found,) = understand(book(tmp_path / "a.xlsx", {"x": rows, "y": parts})).tables
    assert (found.kind, found.rows) == ("questionnaire", 2)


def test_a_questionnaire_without_its_guide_is_no_list_of_parts(made, tmp_path):
    pages = openpyxl.load_workbook(made / "survey" / "questions-001.xlsx")
    del pages[pages.sheetnames[0]]
    pages.save(tmp_path / "a.xlsx")
    (found,) = understand(tmp_path / "a.xlsx").tables
    assert (found.kind, found.rows) == ("questionnaire", understand(made / "survey/questions-001.xlsx").tables[0].rows)


def test_a_list_with_the_words_of_the_keys_alone_stays_a_list(tmp_path):
    (found,) = understand(text(tmp_path / "a.csv", ["part,name,maker,country,share,note", "A-1,motor,Acme,CHN,1,x"])).tables
    assert found.kind in {"sourcing", "bom"} and found.rows == 1


def test_a_folder_that_mixes_both_audits_the_companys_files_alone_and_says_what_was_left(made, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    text(folder / "bom.csv", BILL)
    for name in ("survey/questions-001.xlsx", "audit/report.xlsx", "card/card.json"):
        shutil.copy(made / name, folder)
    result = run("audit", folder, "--out", tmp_path / "out", "--yes", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "--replies FOLDER" in said(result) and "card.json" in said(result)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert {part["part"] for part in report["parts"]} == {"A-1", "A-2"}
    notes = [each for each in report["remarks"] if "questionnaire of Kanmon" in str(each) or "card.json" in str(each)]
    assert len(notes) == 2
    alone = run("audit", folder / "bom.csv", "--out", tmp_path / "alone", "--yes", "--lang", "en")
    assert alone.exit_code == 0
    plain = json.loads((tmp_path / "alone" / "report.json").read_text(encoding="utf-8"))
    assert plain["parts"][0]["part"] == report["parts"][0]["part"] and len(plain["parts"]) == len(report["parts"])


def test_what_a_folder_holds_besides_is_named_by_check_and_in_its_data(tmp_path):
    text(tmp_path / "bom.csv", BILL)
    (tmp_path / "drawing.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "old").mkdir()
    assert understand(tmp_path).left == ("drawing.pdf", "old/")
    (tmp_path / "old" / "bom.csv").write_text("Part\nA-1\n", encoding="utf-8")
    for lang, way in (("en", "put them into the same folder"), ("ja", "読み込むフォルダーに移して")):
        for command in (("check", tmp_path), ("audit", tmp_path, "--out", tmp_path.parent / f"out_{lang}", "--yes")):
            shown = said(run(*command, "--lang", lang), lang)
            assert ": drawing.pdf" in shown and ": old" in shown and way.replace(" ", "") in shown.replace(" ", "")


def test_a_folder_of_folders_alone_says_which_to_give(tmp_path):
    (tmp_path / "2024").mkdir()
    (tmp_path / "empty").mkdir()
    text(tmp_path / "2024" / "bom.csv", BILL)
    result = run("audit", tmp_path, "--out", tmp_path / "out", "--yes", "--lang", "en")
    assert result.exception.message.key == "datasets.intake.only_folders"
    assert result.exception.message.values["names"] == "2024"


def test_a_json_of_a_check_names_what_a_folder_holds_besides(tmp_path):
    text(tmp_path / "bom.csv", BILL)
    (tmp_path / "drawing.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "old").mkdir()
    assert json.loads(run("check", tmp_path, "--json").stdout)["left"] == ["drawing.pdf", "old/"]


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", ["audit/report.xlsx", "card/card.json", "audit", "audit/mapping.yaml", "company.xlsx"])
def test_an_earlier_report_that_is_none_is_said_to_be_none(made, tmp_path, name, lang):
    result = run("audit", made / "company.xlsx", "--since", made / name, "--out", tmp_path / "out", "--yes", "--lang", lang)
    assert result.exception.message.key == "app.audit_since.no_report" and not (tmp_path / "out").exists()
    assert "report.json" in said(result, lang)


@pytest.mark.parametrize("option", ["--replies", "--cards"])
@pytest.mark.parametrize("name", ["company.xlsx", "audit/report.json", "audit/report.xlsx"])
def test_a_companys_own_file_among_replies_is_named_on_the_terminal(made, tmp_path, name, option):
    source = text(tmp_path / "bom.csv", BILL)
    result = run("audit", source, option, made / name, "--out", tmp_path / "out", "--yes", "--lang", "en")
    assert result.exit_code == 0
    assert f"{Path(name).name}: Neither a questionnaire, a mineral declaration nor an exposure card" in said(result)


def test_a_workbook_as_corrections_is_told_to_be_no_settings(made, tmp_path):
    source = text(tmp_path / "bom.csv", BILL)
    result = run("audit", source, "--mapping", made / "company.xlsx", "--out", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 1 and "settings are a YAML file" in said(result)


# --- a first loop with files that name neither the company nor any country ------------------------------------------------

LEDGER = ["date,part,name,supplier,amount", *(f"2026-0{n}-01,A-{n},part {n},Firm {n},{n}00" for n in range(1, 5))]


@pytest.fixture
def bare(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    text(folder / "bom.csv", ["parent,part,name,quantity", *(f"P-1,A-{n},part {n},1" for n in range(1, 5))])
    text(folder / "ledger.csv", LEDGER)
    return folder


def test_a_card_without_an_issuer_is_not_written_and_one_that_is_told_reaches_its_buyer(bare, tmp_path):
    refused = run("card", bare, "--out", tmp_path / "card")
    assert refused.exception.message.key == "app.card.no_issuer" and not (tmp_path / "card").exists()
    assert "--issuer" in said(refused) and "--issuer" in said(refused, "ja")
    assert run("card", bare, "--out", tmp_path / "card", "--issuer", " Maker One ").exit_code == 0
    buyer = text(tmp_path / "buyer.csv", ["part,name,supplier,country,share", "P-1,product,MAKER ONE,FRA,100%"])
    for name in ("card.json", "card.xlsx"):
        result = run("audit", buyer, "--cards", tmp_path / "card" / name, "--out", tmp_path / name, "--yes", "--lang", "en")
        assert "1 of 1 suppliers replied" in said(result)


def test_a_questionnaire_that_says_not_who_asks_is_said_before_it_is_sent(bare, tmp_path, made):
    result = run("survey", bare, "--out", tmp_path / "survey", "--lang", "en")
    assert result.exit_code == 0 and "do not say who asks" in said(result)
    named = run("survey", made / "company.xlsx", "--out", tmp_path / "named", "--lang", "en")
    assert named.exit_code == 0 and "do not say who asks" not in said(named)


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "No source states a country of production"), ("ja", "製造拠点国の記入が")]
)
def test_a_table_of_countries_without_a_row_says_why_and_a_site_without_a_place_has_none(bare, tmp_path, lang, says):
    assert run("audit", bare, "--out", tmp_path / "out", "--yes", "--lang", lang).exit_code == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["board"]["makers"] and not report["board"]["countries"]
    assert report["board"]["none"][0].startswith(says) and report["board"]["none"][1] == ""
    assert says in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    (site,) = (row for row in report["scenarios"] if row["kind"] == "site")
    assert "–" not in site["says"] and "None" not in site["says"]


def test_files_of_another_door_in_a_folder_are_said_by_survey_and_card_too(bare, tmp_path, made):
    shutil.copy(made / "survey" / "questions-001.xlsx", bare)
    shutil.copy(made / "card" / "card.json", bare)
    for command, more in (("survey", []), ("card", ["--issuer", "One"])):
        result = run(command, bare, "--out", tmp_path / command, *more, "--lang", "en")
        assert result.exit_code == 0 and "--replies FOLDER" in said(result) and "card.json" in said(result)


def test_a_bill_without_any_source_lacks_sources_for_its_figures_and_not_a_revenue(tmp_path):
    bill = text(tmp_path / "bom.csv", ["parent,part,name,quantity,maker", "P-1,A-1,motor,1,Acme", "P-1,A-2,gear,1,"])
    assert run("audit", bill, "--out", tmp_path / "out", "--yes", "--lang", "en").exit_code == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["board"]["nothing"].startswith("No source states a country or maker")
    visible = next(
        row["says"] for theme in report["themes"] for row in theme["findings"] if row.get("check") == "visibility"
    )
    assert "named for 50% of the bought parts" in visible and "a source is known" not in visible
