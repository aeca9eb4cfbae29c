"""The report says what the files say, keeps official and own words apart, and lets no cell do anything."""

import html
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import handed_in
import openpyxl
import polars as pl
import pytest
import yaml
from audit_company import small
from kanmon.app.audit.content import content
from kanmon.app.audit.files import write_report
from kanmon.app.audit.page import render
from kanmon.app.audit.pictures import draw
from kanmon.app.audit.report import audit
from kanmon.app.audit.workbook import write_template
from kanmon.datasets import guideline_items
from kanmon.datasets.intake.mapping import read_corrections
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.graph import InputError, SupplyGraph
from plain_sheets import workbook

DEMO = Path(__file__).resolve().parents[2] / "datasets" / "data" / "demo_company" / "audit.xlsx"
DATE = "2026-11-23"
HOSTILE = '=HYPERLINK("http://example.invalid","x")<script>alert(1)</script>'
office = [
    pytest.mark.office,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"),
]


@pytest.fixture(scope="module")
def demo():
    return audit(DEMO, lang="ja", date=DATE)


@pytest.fixture(scope="module")
def report(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "ja"
    write_report(demo, folder, "ja")
    return folder


def test_page_and_workbook_say_how_spend_is_split_where_shares_are_blank(demo, report, tmp_path):
    write_report(demo, tmp_path / "en", "en")
    english = "split evenly over sources whose shares are blank"
    for folder, words in ((report, "残りを均等に配分する仮定"), (tmp_path / "en", english)):
        assert words in (folder / "report.html").read_text(encoding="utf-8")
        with zipfile.ZipFile(folder / "report.xlsx") as archive:
            assert any(words in archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".xml"))


def test_figures_can_be_worked_out_by_hand(tmp_path):
    found = audit(small(tmp_path), lang="en", date=DATE, world=SupplyGraph())
    rows = {row["node"]: row for row in found.figures.countries}
    # China stops: P1 lasts 30 days and is switched after 90, so 60 of 180 days are lost, at 10 a day.
    assert [rows["CHN"][name] for name in ("loss", "loss_low", "loss_high")] == pytest.approx([600, 600, 600])
    assert rows["CHN"]["year_low"] == pytest.approx(3650) and rows["CHN"]["day"] == 30
    # Germany stops: 40 % of P2, of which 10 days are in stock: short from day 25. One of its two sources states 20 days of
    # switching, the other none: at once (certain), never (possible), 20 days, too (estimate).
    assert rows["DEU"]["year_low"] == pytest.approx(0.4 * 3650)
    assert [rows["DEU"][name] for name in ("loss_low", "loss", "loss_high")] == pytest.approx([0, 0, 0.4 * 155 * 10])
    assert (rows["DEU"]["day"], rows["DEU"]["day_low"]) == (None, 25)
    parts = {row["part"]: row for row in found.figures.parts}
    assert (parts["P1"]["single"], parts["P2"]["single"]) == ("certain", "no")
    assert parts["P1"]["gap_low"] == parts["P1"]["gap_high"] == 60 and parts["P1"]["revenue"] == 3650
    assert parts["P2"]["hhi_low"] == pytest.approx(0.52)


def test_what_hangs_on_a_product_in_a_stop_is_its_yearly_revenue_and_blank_where_none_is_stated(tmp_path):
    """A stops wholly without China, half of B's output does; nobody said what C sells."""
    sheets = {
        "Sourcing": [
            ["part", "supplier", "country", "share", "stock days", "switching days"],
            ["P", "X", "China", 1, 30, 90],
            ["Q", "X", "China", 0.5, 0, 90],
            ["Q", "Y", "Japan", 0.5, 0, 90],
        ],
        "BOM": [["parent", "part"], ["A", "P"], ["B", "Q"], ["C", "P"]],
        "Products": [["product", "revenue"], ["A", 3650], ["B", 730], ["C", None]],
    }
    found = content(audit(workbook(tmp_path / "a.xlsx", sheets), lang="ja", date=DATE, world=SupplyGraph()), "ja")
    (check,) = (one for theme in found["groups"] for one in theme["checks"] if one["check"] == "scenarios")
    assert {row["what"]: row["money"] for row in check["evidence"]} == {"A": 3650, "B": 365, "C": None}
    assert "3,650円の年間売上" in check["severity_says"]


def test_a_part_that_has_a_number_or_a_name_alone_is_shown_once_and_named_everywhere(tmp_path):
    days = ["gear", "100%", "X", "China", 30, 90], ["motor", "100%", "Y", "Japan", 10, 20]
    for head in ("part", "name"):
        sheet = [[head, "share", "supplier", "country", "stock days", "switching days"], *days]
        sheets = {"Sourcing": sheet, "BOM": [["parent", head], ["A", "gear"], ["A", "motor"]]}
        path = workbook(tmp_path / f"{head}.xlsx", sheets | {"Products": [["product", "revenue"], ["A", 3650]]})
        write_report(audit(path, lang="en", date=DATE), tmp_path / head, "en")
        page = (tmp_path / head / "report.html").read_text(encoding="utf-8")
        assert "gear gear" not in page and "gear <" not in page and "gear :" not in page
        assert '<td class="cut">gear</td>' in page
        board = next(table for table in read_sheets(tmp_path / head / "report.xlsx") if table.name == "Board")
        assert any("gear" in row for row in board.frame.iter_rows()), "what stops first is named on the board sheet, too"
        assert any("180 days" in str(cell) for row in board.frame.iter_rows() for cell in row), "for how long it stops, too"


def test_a_finding_names_those_that_it_is_about_and_says_what_is_not_stated(tmp_path):
    more = [["P3", "Cam", "U", "China", "100%", None, None, "yes"], ["P3", "Cam", "V", "Japan", "0%", None, None, "no"]]
    more += [["P4", "Cap", "U", "China", "70%", 5, 9, "yes"], ["P4", "Cap", "V", "Japan", "30%", 5, 9, "yes"]]
    found = audit(small(tmp_path, more), lang="en", date=DATE)
    says = {}
    for one in found.findings:
        for row in one.evidence:
            says.setdefault(one.check, {})[row.what] = row.says.text("en")
    assert says["country"]["P4 Cap"] == "China 70% (U)", "who makes the rest elsewhere does not stand beside China"
    assert says["concentration"]["P1 Gear"] == "HHI 1.00 (X)"
    assert says["qualified"]["P3 Cam"] == "Only U; stock not stated, switching not stated"
    assert says["stock"]["P4 Cap"] == "Stock 5 days, switching 9 days"
    dialogue = next(one for one in found.findings if one.check == "dialogue")
    assert dialogue.says.text("en").startswith("The files hold nothing") and dialogue.status == "not_enough_data"


def test_part_of_a_years_revenue_is_said_of_all_of_it_only_where_all_is_stated(tmp_path):
    for revenue, words in ((100, "of a year's revenue"), (None, "of the yearly revenue that is stated")):
        sheets = {
            "Sourcing": [["part", "supplier", "country", "share", "stock days", "switching days"]]
            + [["P", "X", "China", "100%", 30, 90], ["Q", None, None, None, None, None]],
            "BOM": [["parent", "part"], ["A", "P"], ["B", "P"], ["B", "Q"]],
            "Products": [["product", "revenue"], ["A", 3650], ["B", revenue]],
        }
        found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())
        board = content(found, "en")["board"]
        assert all(words in line for line in board["headline"][:2])
        unsourced = next(note for note in board["notes"] if "without a stated supplier" in note)
        assert ("no upper bound" in unsourced) == (revenue is None) and "up to no bound" not in unsourced


def test_three_columns_give_a_report_that_claims_no_money(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"S": [["part", "supplier", "country"], ["P", "X", "China"], ["Q", "X", None]]})
    found = audit(path, lang="en", date=DATE)
    page = render(content(found, "en"))
    assert "cannot be worked out yet" in page
    status = {f.item["id"]: f.status for f in found.findings}
    assert status["PRJ-Q01"] == status["PRJ-Q09"] == "not_enough_data"
    assert status["PRJ-Q04"] == "finding"


def test_a_ledger_alone_says_where_what_was_bought_was_made(tmp_path):
    lines = ["仕入日,仕入先,品番,品名,原産国,数量,金額", "2025/04/03,架空精工,B-1,軸受,日本,10,120000"]
    lines += ["2025/05/09,架空商事,M-1,磁石,中国,100,450000", "2025/06/11,架空商事,C-1,コネクタ,,20,30000"]
    (tmp_path / "仕入明細.csv").write_text("\n".join(lines), encoding="utf-8")
    board = content(audit(tmp_path / "仕入明細.csv", lang="ja", world=SupplyGraph()), "ja")["board"]
    assert not board["countries"] and not board["makers"]
    assert board["nothing"].endswith("購入額60万円の主な製造拠点国：中国 75〜80%、日本 20〜25%、国不明 5%。")


def test_missing_is_never_no_risk(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        {"S": [["part", "supplier", "country"], ["P", None, "China"]], "BOM": [["parent", "part"], ["A", "P"], ["A", "Q"]]},
    )
    found = audit(path, lang="en", date=DATE)
    assert {f.status for f in found.findings if f.check in {"stock", "own_share", "leakage"}} == {"not_enough_data"}
    assert found.figures.coverage["supplier_known"] == 0.5


def test_every_item_keeps_the_kind_of_its_text(demo):
    shown = {f["id"]: f for theme in content(demo, "en")["themes"] for f in theme["findings"]}
    for row in guideline_items().iter_rows(named=True):
        if row["id"] in shown:
            assert shown[row["id"]]["wording"] == row["wording"]
    assert "not METI text" in shown["PRJ-Q04"]["wording_says"]
    assert "Excerpt" in shown["ESMG-A1"]["wording_says"]
    assert not any(f["wording"] in {"not_found", "unverified"} for f in shown.values())


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_no_sentence_decides_a_legal_question(demo, lang):
    text = json.dumps(content(demo, lang), ensure_ascii=False, default=str).lower()
    for word in ("reportable", "is regulated", "compliant", "報告対象です", "規制対象です", "該当します", "違反"):
        assert word not in text


def test_findings_lead_to_the_rows_of_the_files(demo):
    for found in demo.findings:
        if found.check in {"single", "qualified", "stock", "country"}:
            assert found.evidence and all(re.fullmatch(r"調達!\d+", ref) for row in found.evidence for ref in row.refs)


def test_sources_that_meet_upstream_are_found(demo):
    met = {(row["part"], row["node_name"]) for row in demo.figures.diamonds if not row["market"]}
    assert ("EN-110", "Kakuu Chip F55") in met


def test_the_best_set_keeps_to_the_budget_and_beats_doing_nothing(demo):
    plan = demo.mitigation.plan
    assert plan.cost <= demo.mitigation.budget == 3e7
    before = demo.mitigation.nothing
    assert all(plan.after[name] <= before[name] + 1e-6 for name in before) and plan.after["estimate"] < before["estimate"]
    rows = [row for row in demo.mitigation.rows if row["cost"] is not None and row["cost"] <= 3e7]
    best_alone = max(row["removed_estimate"] for row in rows)
    assert before["estimate"] - plan.after["estimate"] >= best_alone - 1e-6


def test_the_same_input_gives_the_same_bytes(demo, report, tmp_path):
    write_report(audit(DEMO, lang="ja", date=DATE), tmp_path / "again", "ja")
    for file in sorted(report.iterdir()):
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name


def test_hostile_cells_stay_text(tmp_path):
    path = small(
        tmp_path,
        [[HOSTILE, HOSTILE, HOSTILE, "China", "100%", 5, 50, "yes"], ["@x", "+1", "-1", "=1+1", None, None, None, None]],
    )
    found = audit(path, lang="en", date=DATE, world=SupplyGraph())
    folder = tmp_path / "out"
    write_report(found, folder, "en")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page
    with zipfile.ZipFile(folder / "report.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<hyperlink" not in archive.read(name)
                for formula in re.findall(rb"<f>(.*?)</f>", archive.read(name)):  # cells and figures, never a word of a file
                    assert re.fullmatch(rb"[$A-Z0-9:,()*/=+-]*", re.sub(rb"IF|SUMPRODUCT|SUM|MAX|MIN", b"", formula))


def test_the_page_needs_nothing_from_outside(report):
    page = (report / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|iframe|img)\b", page)
    assert not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_pictures_do_not_depend_on_colour(report):
    page = (report / "report.html").read_text(encoding="utf-8")
    rules = dict(re.findall(r"(?:rect|line)\.(\w+) \{([^}]*)\}", page))
    drawn = set(re.findall(r'<(?:rect|line) class="(\w+)"', page))
    assert drawn <= set(rules) and {"solid", "hatched", "empty", "mark", "limit"} <= drawn
    for name in drawn:
        for colour in re.findall(r"#[0-9a-f]{6}", rules[name]):
            tones = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
            assert max(tones) - min(tones) < 40, name
    assert "url(#hatch)" in rules["hatched"] and '<pattern id="hatch"' in page


def test_a_bar_is_as_long_as_its_figure(demo):
    """From the definition: a part of the longest bar, or of all; the parts follow each other."""
    shown = content(demo, "en")
    pictures = {one.title: one for one in draw(shown)}
    lost = next(one for title, one in pictures.items() if title.startswith("Revenue lost"))
    rows = {row["label"]: row for row in shown["countries"]}
    longest = max(rows[bar.label]["loss_high"] for bar in lost.bars)
    for bar in lost.bars:
        row = rows[bar.label]
        ends = [part.start + part.width for part in bar.parts if part.kind in ("solid", "hatched")]
        assert ends[-1] == pytest.approx(100 * row["loss_high"] / longest, abs=0.02)
        solid = sum(part.width for part in bar.parts if part.kind == "solid")
        assert solid == pytest.approx(100 * row["loss_low"] / longest, abs=0.02)
        marks = [part.start for part in bar.parts if part.kind == "mark"]
        assert marks == ([] if solid == ends[-1] else [pytest.approx(100 * row["loss"] / longest, abs=0.02)])
        assert row["loss_high_says"] in bar.says and row["loss_low_says"] in bar.says
    known = pictures["How far the supply chain is known (bought parts)"]
    assert all(bar.parts[-1].start + bar.parts[-1].width == pytest.approx(100, abs=0.02) for bar in known.bars)


def test_a_loss_without_an_upper_bound_goes_to_the_end_of_the_picture_and_says_so(demo):
    shown = content(demo, "en")
    row = shown["countries"][1]
    row |= {"loss_high": None, "loss_high_says": "no upper bound"}
    lost = next(one for one in draw(shown) if one.title.startswith("Revenue lost"))
    bar = next(bar for bar in lost.bars if bar.label == row["label"])
    ends = [part.start + part.width for part in bar.parts if part.kind == "hatched"]
    assert ends == [pytest.approx(100, abs=0.02)] and "no upper bound" in bar.says


def test_the_mapping_that_is_written_reads_back_the_same(demo, report):
    corrections = read_corrections(report / "mapping.yaml")
    again = audit(DEMO, lang="ja", date=DATE, corrections=corrections)
    corrected = handed_in.rows(DEMO, corrections)
    assert corrected == handed_in.rows(DEMO) and len(corrected["sourcing"]) > 100
    assert {(link.part, link.item) for link in used(again)} == {(link.part, link.item) for link in used(demo)}
    assert yaml.safe_load((report / "mapping.yaml").read_text(encoding="utf-8"))["sheets"]["調達"]["kind"] == "sourcing"


def used(found):
    return [link for link in found.links if link.used]


def test_a_guess_is_marked_and_a_correction_wins(tmp_path):
    rows = [
        ["part", "name", "supplier", "country", "hs"],
        ["P", "ネオジム焼結磁石", "X", "China", None],
        ["Q", "cable", "X", "China", "8544.42"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"S": rows})
    (link,) = used(audit(path, lang="en", date=DATE))
    assert (link.item, link.how, link.guessed) == ("ndfeb_magnet", "name", True)
    file = tmp_path / "m.yaml"
    file.write_text("parts: {P: {world_item: none}, Q: {contains: [copper_magnet_wire]}}", encoding="utf-8")
    (link,) = used(audit(path, lang="en", date=DATE, corrections=read_corrections(file)))
    assert (link.part, link.item, link.guessed) == ("Q", "copper_magnet_wire", False)
    file.write_text("parts: {P: {world_item: none}, Q: {contains: copper_magnet_wire}}", encoding="utf-8")
    assert used(audit(path, lang="en", date=DATE, corrections=read_corrections(file))) == [link]  # one needs no list
    file.write_text("parts: {P: {world_item: ndfeb_magnt}}", encoding="utf-8")
    with pytest.raises(InputError, match="ndfeb_magnet"):
        audit(path, lang="en", date=DATE, corrections=read_corrections(file))


def test_the_report_workbook_holds_every_evidence_row(demo, report):
    sheets = {sheet.name: sheet.frame for sheet in read_sheets(report / "report.xlsx")}
    rows = sum(len(f.evidence) for f in demo.findings)
    assert sheets["根拠"].height == rows + 1
    assert sheets["部品"].height == len(demo.figures.parts) + 1


def test_evidence_names_file_sheet_and_cell_even_of_sheets_with_one_name(tmp_path):
    head, folder = ["part", "supplier", "country", "stock days", "switching days"], tmp_path / "files"
    folder.mkdir()
    for name, part in (("a", "P"), ("b", "Q")):
        workbook(folder / f"{name}.xlsx", {"Sourcing": [head, [part, "X", "China", 10, 90]]})
    found = audit(folder, lang="en", date=DATE, world=SupplyGraph())
    shown = content(found, "en")
    rows = {f["id"]: f["evidence"] for theme in shown["themes"] for f in theme["findings"] if f["check"] == "stock"}
    where = {tuple(row["refs"]) for evidence in rows.values() for row in evidence}
    assert where == {("a.xlsx: Sourcing!D2",), ("b.xlsx: Sourcing!D2",)}
    assert {file for evidence in rows.values() for row in evidence for file in row["files"]} == {"a.xlsx", "b.xlsx"}
    assert {ref for part in shown["parts"] for ref in part["refs"]} == {"a.xlsx: Sourcing!A2", "b.xlsx: Sourcing!A2"}
    assert {row["file"] for row in shown["mapping"]} == {"a.xlsx", "b.xlsx"}
    write_report(found, tmp_path / "report", "en")
    assert "a.xlsx" in (tmp_path / "report" / "mapping.yaml").read_text(encoding="utf-8")


# What may stay in Latin letters: chemical symbols and short forms in capitals, numbers of guideline items, proper names.
LATIN = r"[A-Z]{3,4}\d?-[A-Z]?[\d.]+|ESMG-CHK|Kanmon|Excel|sha256|GaN|CDI1"
SHORT = r"[A-Z][a-z]?|[A-Z0-9]{2,5}"


def test_no_id_and_no_english_word_of_the_project_is_left_in_the_japanese_findings(demo):
    shown = content(demo, "ja")
    own = set(
        re.findall(
            r"[A-Za-z][A-Za-z0-9_.-]*",
            " ".join(cell or "" for s in read_sheets(DEMO) for row in s.frame.rows() for cell in row),
        )
    )
    titles = set(demo.built.graph.sources["title"])
    said = [*shown["board"]["headline"], *shown["board"]["notes"], shown["board"]["technologies"], *shown["assumptions"]]
    for theme in shown["groups"]:
        for check in theme["checks"]:
            said += [check["says"], check["change"], *check["thresholds_says"]]
            said += [words for row in check["evidence"] for words in (row["what"], row["says"]) if words not in titles]
    said += [note for row in shown["scenarios"] for note in row["notes"]] + [row["says"] for row in shown["remarks"]]
    for line in said:
        words = re.findall(r"[A-Za-z][A-Za-z0-9_.-]*", re.sub(LATIN, "", line))
        assert [word for word in words if word not in own and not re.fullmatch(SHORT, word)] == [], line


def test_a_wide_interval_of_the_board_names_the_answer_that_narrows_it_most(demo):
    for lang in ("en", "ja"):
        shown = content(demo, lang)
        wide = [row for row in shown["board"]["countries"] if row["loss_open"] - row["loss_low"] > 0.2 * row["loss_open"]]
        assert [row["node"] for row in wide] == ["TWN"] and "EA-100" in shown["narrowing"]["TWN"]
        page = render(shown)
        assert html.escape(shown["narrowing"]["TWN"]) in page
    assert "CHE" not in shown["narrowing"]  # nothing is open there


def test_a_wrong_date_is_refused():
    with pytest.raises(InputError):
        audit(DEMO, lang="en", date="23.11.2026")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A company of whose twelve parts little is stated: wide intervals, a long plan, every note and every step."""
    places = ["China", "Viet Nam", "Germany", "Malaysia", "Congo, Democratic Republic", "Bosnia and Herzegovina"]
    sources, measures = [], []
    for n in range(12):
        maker = f"Precision Bearing and Gear Manufacturing Works No. {n} of the South"
        sources.append([f"PART-{n}-LONG", f"Planetary gear of kind {n}", maker, places[n % 6], "60%", None, 400, 9e7])
        sources.append([f"PART-{n}-LONG", None, f"Trading House {n}", None, None, 20 if n == 3 else None, None, 1e7])
        measures.append([f"PART-{n}-LONG", "hold more stock", 90, 1e6, "Purchasing, first group", "2027-03-31"])
    lines = [["A" if n % 2 else "B", f"PART-{n}-LONG"] for n in range(12)] + [["A", "SCREW"], ["B", "SCREW"], ["C", "SCREW"]]
    technology = [["technology", "site", "country", "partner", "transfer", "destination"]]
    sheets = {
        "Company": [["company name", "currency", "as of", "budget"], ["Crowded Ltd.", "USD", "2026-09-30", 2e7]],
        "Sourcing": [
            ["part", "name", "supplier", "country", "share", "stock days", "switching days", "annual spend"],
            *sources,
        ],
        "Suppliers": [["supplier", "kind"], *([f"Trading House {n}", "trading company"] for n in range(12))],
        "BOM": [["parent", "part"], *lines],
        "Products": [["product", "name", "revenue"], ["A", "Drive", 7e8], ["B", "Spindle", 5e8], ["C", "Stage", None]],
        "Measures": [["part", "measure", "days", "cost", "owner", "due"], *measures],
        "Technologies": [*technology, ["Winding", "Main plant", "Japan", "none", "Drawings", "Viet Nam"]],
    }
    return audit(workbook(tmp_path_factory.mktemp("crowded") / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())


@pytest.fixture(scope="module")
def ranged(tmp_path_factory):
    """A company of six parts whose stocks and switching times are ranges."""
    days = [("120-130日", "180-270日"), ("30-110日", "120日以上"), ("60日以上", "100-365日")]
    rows = [[f"P{n}", f"Maker {n}", "China" if n % 2 else "Taiwan", 1, *days[n % 3]] for n in range(6)]
    sheets = {
        "Sourcing": [["part", "supplier", "country", "share", "stock days", "switching days"], *rows],
        "BOM": [["parent", "part"], *(["A", row[0]] for row in rows)],
        "Products": [["product", "revenue"], ["A", 3.65e9]],
    }
    return audit(workbook(tmp_path_factory.mktemp("ranged") / "a.xlsx", sheets), lang="en", date=DATE, world=SupplyGraph())


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    """The bundled company, all of its switching times as ranges."""
    book = openpyxl.load_workbook(DEMO)
    sheet = book["調達"]
    (head,) = (cell for cell in sheet[2] if "Switching time" in str(cell.value))
    for n, cell in enumerate(sheet[head.column_letter][head.row :]):
        if isinstance(cell.value, (int, float)):
            days = int(cell.value)
            cell.value = (f"{days}-{days + 60}日", f"{days}日以上", f"{days + 30}日以内")[n % 3]
    path = tmp_path_factory.mktemp("timed") / "a.xlsx"
    book.save(path)
    return audit(path, lang="en", date=DATE)


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("name", ["demo", "crowded", "ranged", "timed"])
def test_the_board_page_is_one_printed_page_whose_columns_keep_apart(name, browser, tmp_path, lang, request):
    found = request.getfixturevalue(name)
    (tmp_path / "report.html").write_text(render(content(found, lang)), encoding="utf-8")
    width, height = (mm / 25.4 * 96 for mm in (210 - 2 * 13, 297 - 12 - 13))
    tab = browser.new_page(viewport={"width": round(width), "height": round(height)})
    try:
        tab.goto((tmp_path / "report.html").as_uri())
        tab.emulate_media(media="print")
        assert tab.locator(".board").bounding_box()["height"] <= height
        wide = "() => [...document.querySelectorAll('.stops td.num')].filter(cell => cell.scrollWidth > cell.clientWidth)"
        assert tab.evaluate(f"({wide})().length") == 0
        cut = "[...document.querySelectorAll('.stops td:first-child')].filter(cell => cell.scrollWidth > cell.clientWidth)"
        assert tab.evaluate(f"{cut}.map(cell => cell.innerText)") == []  # countries and makers are named in full
    finally:
        tab.close()


class TestOffice:
    """With LibreOffice: what is written opens, and what it saves reads the same."""

    pytestmark = office

    @staticmethod
    def convert(path, to, folder, *options):
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), *options, str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    def test_the_template_and_the_report_open(self, report, tmp_path):
        for path in (write_template(tmp_path / "t.xlsx", "ja"), report / "report.xlsx"):
            self.convert(path, "pdf", tmp_path)
            assert (tmp_path / f"{path.stem}.pdf").read_bytes().startswith(b"%PDF")

    def test_saved_as_xlsx_it_reads_the_same(self, demo, tmp_path):
        self.convert(DEMO, "xlsx:Calc MS Excel 2007 XML", tmp_path)
        parts = pl.DataFrame(demo.figures.parts, infer_schema_length=None).drop("refs", "sources")
        again = audit(tmp_path / "audit.xlsx", lang="ja", date=DATE)
        assert pl.DataFrame(again.figures.parts, infer_schema_length=None).drop("refs", "sources").equals(parts)

    def test_saved_as_csv_it_reads_the_same_but_for_merged_cells_which_are_said(self, demo, tmp_path):
        # CSV knows no merged cells: the second source under a merged part number has no number of its own any more.
        self.convert(DEMO, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", tmp_path)
        shutil.rmtree(tmp_path / "profile")
        again = audit(tmp_path, lang="ja", date=DATE)
        plain = [
            {
                # A stake reads a blank as the median of what all parts state.
                row["part"]: {key: value for key, value in row.items() if key not in {"refs", "sources", "stake"}}
                for row in found.figures.parts
            }
            for found in (demo, again)
        ]
        assert plain[0].keys() == plain[1].keys()
        different = {part for part in plain[0] if plain[0][part] != plain[1][part]}
        sourcing = next(table for table in again.found.tables if table.sheet == "audit-調達")
        aside = [row for row in sourcing.set_aside if row.reason == "no_name"]
        assert len(aside) == len(different) == 2
