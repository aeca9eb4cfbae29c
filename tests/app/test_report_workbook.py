"""The report's workbook as a person opens it: readable rows, figures with no more digits than they have."""

import html
import re

import openpyxl
import pytest
from audit_company import small
from kanmon.app.audit.content import content
from kanmon.app.audit.files import write_report
from kanmon.app.audit.page import render
from kanmon.app.audit.pictures import draw
from kanmon.app.audit.report import audit
from kanmon.app.audit.tables import write_report_workbook
from kanmon.app.audit.workbook import write_template
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

SOURCING = ["part", "supplier", "country", "share", "stock days", "switch days", "annual spend", "world item"]


@pytest.fixture(scope="module", params=["en", "ja"])
def report(request, tmp_path_factory):
    """P1 lasts 10 days, of which Germany gives 7/10; where P2 is made nobody said, and gallium comes from China."""
    folder = tmp_path_factory.mktemp(request.param)
    sheets = {
        "Sourcing": [
            SOURCING,
            ["P1", "Axo", "Germany", 0.7, 10, 100, 300, "gallium_primary"],
            ["P1", "Bel", "France", 0.3, None, 100, 100, None],
            ["P2", "Cid", None, 1.0, "30-60", 90, 50, None],
        ],
        "BOM": [["parent", "part"], ["A", "P1"], ["A", "P2"]],
        "Products": [["product", "revenue"], ["A", 3_650_000]],
    }
    found = content(audit(workbook(folder / "a.xlsx", sheets), lang=request.param, date="2026-11-23"), request.param)
    write_report_workbook(folder / "report.xlsx", found)
    return found, openpyxl.load_workbook(folder / "report.xlsx")


def letters(value):
    return sum(2 if letter > "\u2e7f" else 1 for letter in value)


def test_a_row_is_as_high_as_the_texts_that_wrap_in_it(report):
    """Excel makes it so of itself; LibreOffice writes the second line into the next row."""
    high = 0
    for page in report[1].worksheets[2:]:
        widths = [page.column_dimensions[openpyxl.utils.get_column_letter(j)].width for j in range(1, page.max_column + 1)]
        spans = page.column_dimensions
        for row in page.iter_rows():
            texts = [cell for cell in row if isinstance(cell.value, str)]
            lines = max((letters(cell.value) / (width_of(spans, cell) or widths[0]) for cell in texts), default=1.0)
            height = page.row_dimensions[row[0].row].height or 15.0
            assert height >= min(400.0, 10.0 * lines), (page.title, row[0].row)
            high += lines > 1.5
    assert high > 20


def width_of(spans, cell):
    """The width of a cell's column: columns of one width stand as one entry, under the first of them."""
    return next((one.width for one in spans.values() if one.min <= cell.column <= one.max), None)


def test_days_are_shown_whole_and_parts_as_percentages(report):
    book = report[1]
    countries = [cell for row in book.worksheets[7].iter_rows(min_row=2, min_col=6, max_col=6) for cell in row]
    assert any(isinstance(cell.value, float) and cell.value % 1 for cell in countries), "10 / 0.7 days"
    assert {cell.number_format for cell in countries if isinstance(cell.value, (int, float))} == {"#,##0"}
    spend = [cell for row in book.worksheets[9].iter_rows(min_row=2, min_col=2, max_col=3) for cell in row]
    assert {cell.number_format for cell in spend if cell.value is not None} == {"0.0%"}


def test_a_country_in_no_row_of_the_company_shows_only_what_the_market_tells(report):
    """Its stop may cost what that of any country may, where one is blank: no figure of its own, in no picture of losses."""
    found, book = report
    beyond = [row for row in found["countries"] if row["beyond"]]
    assert "CHN" in {row["node"] for row in beyond} and not {"DEU", "FRA"} & {row["node"] for row in beyond}
    assert [row["beyond"] for row in found["countries"]] == sorted(row["beyond"] for row in found["countries"])
    cells = {row[0]: row[1:9] for row in book.worksheets[7].iter_rows(min_row=2, values_only=True)}
    market = {row[0]: row[9] for row in book.worksheets[7].iter_rows(min_row=2, values_only=True)}
    assert {name: set(cells[name]) for name in (row["label"] for row in beyond)} == {row["label"]: {None} for row in beyond}
    assert all(market[row["label"]] == pytest.approx(row["market"]) for row in beyond)
    drawn = {bar.label for bar in draw(found)[1].bars}
    assert drawn and not drawn & {row["label"] for row in beyond}


def test_a_maker_of_several_sites_is_named_once_among_those_of_a_part(tmp_path):
    rows = [["P1", "Axo", place, share, 10, 100, 300, None] for place, share in (("Germany", 0.5), ("France", 0.2))]
    rows += [["P1", "Axo", None, 0.2, None, None, None, None], ["P1", "Bel", "Italy", 0.1, None, None, None, None]]
    sheets = {
        "Sourcing": [SOURCING, *rows],
        "BOM": [["parent", "part"], ["A", "P1"]],
        "Products": [["product", "revenue"], ["A", 3_650_000]],
    }
    found = content(audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date="2026-11-23"), "en")
    checks = {one["check"]: one for theme in found["groups"] for one in theme["checks"]}
    (row,) = checks["site_country"]["evidence"]
    assert row["says"].count("Axo") == 1 and "Bel" in row["says"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_headers_of_the_template_are_not_cut_off(tmp_path, lang):
    """Its row has a stated height, so that what wraps into more lines than fit is hidden (自社に単独依存する / 顧客数)."""
    write_template(tmp_path / "a.xlsx", lang)
    tallest = 0
    for page in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[1:-1]:
        for cell in page[2]:
            width = page.column_dimensions[cell.column_letter].width
            lines = sum(-(-letters(line) // int(width)) for line in cell.value.split("\n"))
            assert (page.row_dimensions[2].height or 15) >= 12 * lines, (page.title, cell.value)
            tallest = max(tallest, lines)
    assert tallest > 2, "some do wrap"


@pytest.mark.parametrize(("lang", "says"), [("en", "sheet 'Remarks'"), ("ja", "「注記」シート")])
def test_remarks_that_do_not_fit_on_the_page_are_counted_with_the_sheet_that_has_them(tmp_path, lang, says):
    rows = [[f"X{n}", "Bolt", "Y", "Japan", "half", "some", "soon", "perhaps"] for n in range(30)]
    found = audit(small(tmp_path, rows), lang=lang, date="2026-11-28", world=SupplyGraph())
    write_report(found, tmp_path / "out", lang)
    page = html.unescape((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    told = re.findall(rf"(\d+)[^<\d]*{says}", page)
    assert len(found.company.remarks) > 60 and told == [str(len(found.company.remarks) - 60)]


@pytest.mark.parametrize(("lang", "says"), [("en", "10 more rows in report.json"), ("ja", "ほか10行は report.json")])
def test_rows_that_no_sheet_has_are_counted_with_the_file_that_has_them(tmp_path, lang, says):
    shown = content(audit(small(tmp_path, []), lang=lang, date="2026-11-28", world=SupplyGraph()), lang)
    row = {"metal": "tin", "smelter": "S", "country": "Japan", "refs": ["a!1"]}
    assert says not in render(shown | {"smelters": [row] * 60})
    assert says in render(shown | {"smelters": [row] * 70})
