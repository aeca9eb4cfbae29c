"""A further language is a further column: added to every catalogue of a copy, it is spoken at every door.

The copy's third language is English with a mark, so that what is not looked up by the language stands out.
"""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import kanmon as kn
import openpyxl
import pytest

ROOT = Path(kn.__file__).parent
THIRD, MARK = "fr", "¤"
"""The language, and what stands before each of its words."""


def marked(words):
    """What the third language says: choices between bars each have a mark; a number stays one."""
    return "|".join(MARK + word if any(map(str.isalpha, word)) else word for word in words.split("|"))


def with_column(source, target):
    """Copy a table, with a column of the third language beside each that is English."""
    with source.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    english = [i for i, name in enumerate(head) if name == "en" or name.endswith("_en")]
    head += [head[i][:-2] + THIRD for i in english]
    rows = [[*row, *(marked(row[i]) for i in english)] for row in rows]
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the package whose catalogues have the column; facts stay as they are."""
    root = tmp_path_factory.mktemp("third") / "kanmon"
    for path in sorted(ROOT.rglob("*")):
        inner = path.relative_to(ROOT)
        catalogue = inner.parts[0] in {"graph", "datasets", "risk", "plot", "app"} or len(inner.parts) == 1
        if not path.is_file() or not catalogue or "__pycache__" in inner.parts or "data" in inner.parts[:2]:
            continue
        (root / inner).parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv" and inner.parts[1] in {"messages", "schema", "templates"}:
            with_column(path, root / inner)
        else:
            (root / inner).symlink_to(path)
    (root / "datasets" / "data").symlink_to(ROOT / "datasets" / "data")
    return root.parent


@pytest.fixture
def kanmon(house, tmp_path):
    """The copy's command line in its third language; it must end well."""

    def run(*arguments, code=0):
        env = os.environ | {"PYTHONPATH": str(house), "KANMON_LANG": THIRD, "PYTHONUTF8": "1", "NUMBA_DISABLE_JIT": "1"}
        command = [sys.executable, "-m", "kanmon", *map(str, arguments)]
        result = subprocess.run(
            command, capture_output=True, encoding="utf-8", env=env, cwd=tmp_path, timeout=300, check=False
        )
        assert result.returncode == code, result.stderr
        return result.stdout + result.stderr

    return run


@pytest.fixture
def company(tmp_path):
    """A company's list of parts."""
    file = tmp_path / "parts.csv"
    rows = "MG-1,ネオジム焼結磁石,Kakuu Magnet,CHN,40\nBR-1,cross roller bearing,Kakuu Bearing,JPN,10\n"
    file.write_text("part,name,supplier,country,spend\n" + rows, encoding="utf-8")
    return file


def spoken(*sentences):
    """What the third language says for some keys, without what fills its fields."""
    found = []
    for sentence in sentences:
        room, topic, name = sentence.split(".")
        with (ROOT / room / "messages" / f"{topic}.csv").open(encoding="utf-8", newline="") as stream:
            english = next(row["en"] for row in csv.DictReader(stream) if row["name"] == name)
        found.append(marked(english).partition("{")[0])
    return found


def says(words, *sentences):
    together = " ".join(words.split())
    for sentence in spoken(*sentences):
        assert " ".join(sentence.split()) in together


def test_help_and_errors(kanmon):
    says(kanmon("whatif", "--help"), "app.usage.usage", "app.usage.kind_file", "app.cli.whatif", "app.usage.show_help")
    says(kanmon("whatif", "--product", "ndfeb_magnet", "--halt", code=2), "app.usage.help")
    says(kanmon("whatif", "--product", "ndfeb_magnt", "--halt", "CHN", code=2), "graph.errors.did_you_mean")


def test_the_reasons_of_whatif_and_its_table(kanmon, tmp_path):
    asked = ("whatif", "permanent_magnet", "--product", "ndfeb_magnet", "--halt", "CHN", "--lasts", "90")
    words = kanmon(*asked, "--out", "out")
    says(words, "app.whatif.how_to_read", "app.whatif.sources", "app.whatif.times_note")
    steps = re.findall(r"^ \d+\. .", words, flags=re.MULTILINE)
    assert steps
    assert all(step.endswith(MARK) for step in steps)
    with (tmp_path / "out" / "why.csv").open(encoding="utf-8") as stream:
        assert all(row[f"text_{THIRD}"].startswith(MARK) for row in csv.DictReader(stream))


def test_what_is_not_known_and_the_ways_to_stop(kanmon):
    words = kanmon("ask", "permanent_magnet", "--product", "ndfeb_magnet", "--halt", "CHN", "--draws", "50", "--steps", "1")
    says(words, "app.ask.title", "app.ask.table", "app.ask.how_to_read")
    words = kanmon("chokepoints", "ndfeb_magnet", "permanent_magnet", "--why", "CHN")
    says(words, "app.chokepoints.how_to_read", "risk.explanation.summary_halt")


def test_the_page_speaks_it(kanmon, tmp_path):
    says(kanmon("explore", "permanent_magnet", "--product", "ndfeb_magnet", "--out", "page.html"), "app.explorer.written")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f'<html lang="{THIRD}"' in page
    for sentence in spoken("app.explorer.country", "app.explorer.board", "app.explorer.depth_all"):
        assert sentence in page


def test_technologies_in_names(kanmon, tmp_path):
    says(kanmon("flag", "永久磁石", "--out", "flags.xlsx"), "app.flag.counts", "app.flag.verdict_match")
    sheets = openpyxl.load_workbook(tmp_path / "flags.xlsx").sheetnames
    assert set(sheets) == set(spoken("app.flag.flags", "app.flag.about", "app.flag.technologies"))


def test_a_template_in_it_with_english_beside_is_read_again(kanmon, tmp_path):
    says(kanmon("template", "empty.xlsx"), "app.audit_command.template_written")
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    assert all(name.startswith(MARK) for name in book.sheetnames)
    sourcing = book[f"{MARK}Sourcing"]
    heads = [cell.value for cell in sourcing[2]]
    assert heads[0] == f"{MARK}Part No.\nPart No."
    choices = [rule.formula1 for rule in sourcing.data_validations.dataValidation]
    assert f'"{MARK}yes,{MARK}no"' in choices
    at = {head.partition("\n")[2]: number for number, head in enumerate(heads, start=1)}
    for head, value in (("Part No.", "MG-1"), ("Part name", "magnet"), ("Supplier", "Kakuu"), ("Qualified", f"{MARK}no")):
        sourcing.cell(3, at[head], value)
    book.save(tmp_path / "filled.xlsx")
    tables = json.loads(kanmon("check", "filled.xlsx", "--json"))["tables"]
    found = {table["sheet"].removeprefix(MARK).partition("-")[0]: table for table in tables}
    assert found["Sourcing"]["kind"] == "sourcing"
    assert (found["Sourcing"]["rows"], found["Sourcing"]["suppliers"]) == (1, ["Kakuu"])
    for name, column in {"Products": "revenue", "Suppliers": "parent", "Measures": "cost", "Scenarios": "rate"}.items():
        assert column in found[name]["columns"]
    kanmon("audit", "filled.xlsx", "--out", "report", "--yes")
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert [part["part"] for part in report["parts"]] == ["MG-1"]
    assert not [remark for remark in report["remarks"] if remark["column"] == "qualified"]


def test_a_company_from_its_files_to_the_board_and_its_suppliers(kanmon, company, tmp_path):
    says(kanmon("check", company), "app.check.kind_ledger")
    says(kanmon("audit", company, "--out", "report", "--yes"), "app.audit_command.written")
    report = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert f'<html lang="{THIRD}"' in report
    for sentence in spoken("app.audit_page.title", "app.audit_page.board_title"):
        assert sentence in report
    demo = ROOT / "datasets" / "data" / "demo_company" / "audit.xlsx"
    says(kanmon("survey", demo, "--out", "survey"), "app.survey.written")
    questionnaire = next(file for file in (tmp_path / "survey").glob("*.xlsx") if file.name != "suppliers.xlsx")
    texts = {str(cell.value) for sheet in openpyxl.load_workbook(questionnaire) for row in sheet for cell in row}
    assert any(MARK in words for words in texts)
