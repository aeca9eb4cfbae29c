"""What programs save under a name that says something else, in the encodings of six countries: the lines come out alike."""

import io
import quopri
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from kanmon.datasets import read_input_output, read_trade, understand
from kanmon.datasets.intake.markup import read_markup, sylk_rows
from kanmon.datasets.intake.sheets import read_sheets
from kanmon.graph import KanmonError, LimitError, ReadError

ROWS = [
    ["品番", "品名", "メーカー", "数量", "単価（円）"],
    ["A-1", "六角ボルト", "例示製作所", "12", "30"],
    ["A-2", "深溝玉軸受 6204", "例示精機", "4", "1,200"],
    ["A-3", "ネオジム磁石 N42", "甲磁石", "8", "350"],
    ["合計", "", "", "24", ""],
]


def delimited(mark):
    return "\r\n".join(mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in ROWS) + "\r\n"


def html(charset):
    rows = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) + "</tr>" for row in ROWS)
    style, title = "<style>td{color:red}</style>", "<tr><td colspan=5>部品表&nbsp;2026</td></tr>"
    return f"<html><head><meta charset={charset}>{style}</head><body><table border=1>{title}{rows}</table></body></html>"


def mhtml():
    part = 'Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html; charset="utf-8"'
    text = quopri.encodestring(html("utf-8").encode()).decode()
    return (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n--B\r\n{part}\r\n\r\n{text}\r\n--B--\r\n'
    )


def excel_2003():
    def cell(number, text):
        comment = "<Comment><ss:Data>a remark</ss:Data></Comment>"
        return f"<Cell ss:Index='{number}'><Data ss:Type='String'>{text}</Data>{comment}</Cell>"

    rows = "".join("<Row>" + "".join(cell(n, text) for n, text in enumerate(row, 1) if text) + "</Row>" for row in ROWS)
    return (
        f"<?xml version='1.0'?><Workbook xmlns:ss='x'><Worksheet ss:Name='部品'><Table>{rows}</Table></Worksheet></Workbook>"
    )


def sylk():
    cells = ((y, x, text) for y, row in enumerate(ROWS, 1) for x, text in enumerate(row, 1) if text)
    return "ID;PWXL;N;E\r\n" + "".join(f'C;Y{y};X{x};K"{text}"\r\n' for y, x, text in cells) + "E\r\n"


def xlsx():
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("部品表")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return data.getvalue()


def ods(cell="<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>", mend=str):
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    rows = "".join("<table:table-row>" + "".join(cell.format(text) for text in row) + "</table:table-row>" for row in ROWS)
    sheet = f"<office:body><office:spreadsheet><table:table table:name='部品表'>{rows}</table:table></office:spreadsheet>"
    content = f"<office:document-content {spaces}>{sheet}</office:body></office:document-content>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", mend(content))
        entry = f"<manifest:file-entry manifest:full-path='/' manifest:media-type='{kind}'/>"
        space = "xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'"
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {space}>{entry}</manifest:manifest>")
    return data.getvalue()


FILES = {
    "euc-jp.csv": delimited(",").encode("euc-jp"),
    "tabs.csv": delimited("\t").encode("utf-16"),
    "no_mark.txt": delimited("\t").encode("utf-16-le"),
    "semicolons.csv": delimited(";").encode("cp932"),
    "gb.csv": delimited(",").encode("gb18030"),
    "html.xls": html("Shift_JIS").encode("cp932"),
    "utf8.xls": html("utf-8").encode(),
    "lies.xls": html("us-ascii").encode(),
    "mhtml.xls": mhtml().encode(),
    "excel2003.xls": excel_2003().encode(),
    "sylk.csv": sylk().encode("cp932"),
    "workbook.csv": xlsx(),
    "open.ods": ods(),
}


@pytest.mark.parametrize("name", FILES)
def test_the_lines_come_out_alike_whatever_the_file_is(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    (found,) = understand(path).tables
    assert (found.kind, found.rows, found.totals) == ("bom", 3, {"quantity": 24.0})
    assert found.makers == ["例示製作所", "例示精機", "甲磁石"]
    assert found.texts("name") == ["六角ボルト", "深溝玉軸受 6204", "ネオジム磁石 N42"]
    assert found.numbers("price") == [30.0, 1200.0, 350.0]
    assert [each.reason for each in found.set_aside] == ["total"]


@pytest.mark.parametrize(
    ("encoding", "header", "lines", "roles"),
    [
        ("big5", "料號,品名,供應商,數量", ["A1,馬達,台灣電機股份有限公司,3"], {"part", "name", "supplier", "quantity"}),
        ("euc-kr", "품번,품명,공급업체,수량", ["A-1,영구자석,한국정밀,12"], {"part", "name", "supplier", "quantity"}),
        ("gb18030", "物料编码,物料名称,供应商,数量", ["X1,轴承,宁波磁业,8"], {"part", "name", "supplier", "quantity"}),
        ("cp1252", "Sachnummer;Benennung;Hersteller;Menge", ["1;Gehäuse;Groß;2"], {"part", "name", "maker", "quantity"}),
    ],
)
def test_encodings_of_other_countries_are_guessed_and_said(tmp_path, encoding, header, lines, roles):
    path = tmp_path / "x.csv"
    path.write_bytes("\n".join([header, *lines]).encode(encoding))
    (found,) = understand(path).tables
    assert (found.encoding, found.guessed, found.rows) == (encoding, True, 1)
    assert roles <= set(found.roles) and any(note.key == "datasets.intake.guessed" for note in found.notes)


def test_formulas_of_calc_without_a_value_are_said(tmp_path):
    path = tmp_path / "x.ods"
    formula = "<table:table-cell table:formula='of:={}'/>"
    told = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    path.write_bytes(ods(mend=lambda xml: xml.replace(told.format(8), formula.format("2*4"))))
    (found,) = understand(path).tables
    (note,) = (each for each in found.notes if each.key == "datasets.intake.unsaved")
    assert (note.values["count"], note.values["address"]) == (1, "D4") and found.numbers("quantity") == [12, 4, None]


def test_a_first_header_that_begins_like_sylk_is_a_table(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("ID;Part;Qty\n1;M3 screw;4\n2;Motor;2\n", encoding="utf-8")
    (found,) = understand(path).tables
    assert (found.kind, found.rows, found.totals) == ("bom", 2, {"quantity": 6.0})


def test_merged_cells_of_html_are_merged_cells(tmp_path):
    cells = "<tr><td>品番<td>仕入先<td>金額<tr><td rowspan=2>P-1<td>甲<td>100<tr><td>乙<td>50<tr><td>P-2<td>丙<td>5"
    path = tmp_path / "購買台帳.xls"
    path.write_text(f"<table>{cells}</table>", encoding="utf-8")
    (found,) = understand(path).tables
    assert found.texts("part") == ["P-1", "P-1", "P-2"] and found.totals == {"amount": 155.0}


def test_layout_tables_around_a_table_are_none(tmp_path):
    path = tmp_path / "x.html"
    path.write_text(f"<table><tr><td>menu<td>{html('utf-8')}</td></tr></table>", encoding="utf-8")
    assert [table.rows for table in understand(path).tables if table.kind == "bom"] == [3]


@pytest.mark.parametrize("span", ["rowspan=99999999", "rowspan=9999999 colspan=9999999", "colspan=-1", "rowspan=9e9"])
def test_spans_without_end_are_refused_or_none(tmp_path, span):
    path = tmp_path / "x.xls"
    path.write_text(f"<table><tr><td {span}>a<td>b<tr><td>c<td>d</table>", encoding="utf-8")
    try:
        assert len(understand(path).tables) == 1
    except LimitError as error:
        assert "x.xls" in error.text("en") and error.text("en") != error.text("ja")


def test_a_cell_far_away_is_refused(tmp_path):
    far = "<Row ss:Index='900000'><Cell ss:Index='16000'><Data>x</Data></Cell></Row><Row><Cell><Data>y</Data></Cell></Row>"
    with pytest.raises(LimitError):
        read_markup(f"<?xml version='1.0'?><Workbook><Worksheet><Table>{far}</Table>".encode(), tmp_path / "x.xls")
    with pytest.raises(LimitError):
        sylk_rows('ID;P\nC;Y1;X1;K"a"\nC;Y1048576;X16384;K"b"', tmp_path / "x.slk")


def test_a_cell_repeated_without_end_does_not_end_the_program(tmp_path):
    many = "<table:table-cell table:number-columns-repeated='16384'><text:p>{}</text:p></table:table-cell>"
    path = tmp_path / "x.ods"
    path.write_bytes(ods(many))
    try:
        understand(path)
    except KanmonError as error:
        assert error.text("ja")


def test_an_entity_is_text_and_nothing_is_fetched_or_run(tmp_path):
    hostile = (
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><table><tr><td>&x;<script>alert(1)</script><td>b</table>'
    )
    ((_, rows, _),), _ = read_markup(hostile.encode(), tmp_path / "x.xls")
    assert rows == [["&x;", "b"]]


@given(st.text("<>/tdrable=' \"x1&;\n品", max_size=200))
def test_any_markup_is_read_or_refused(text):
    from pathlib import Path

    try:
        read_markup(b"<table>" + text.encode(), Path("x.xls"))
    except KanmonError as error:
        assert error.text("en") != error.text("ja")


def test_pictures_and_documents_are_no_tables(tmp_path):
    for name, data in {"a.xls": b"%PDF-1.7", "b.csv": b"\x89PNG\r\n", "c.html": b"<html><p>no table</p></html>"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ReadError) as caught:
            understand(tmp_path / name)
        assert caught.value.message.key == "graph.tables.no_table"


# --- tables of other commands ---------------------------------------------------------------------------------------------

FLOWS = "輸入国,原産国,HSコード,年,金額,単位\n日本,中国,8505.11,2023,100,千円\n日本,台湾,8505.11,2023,,千円\n"


def test_trade_under_other_names_is_trade_and_the_names_are_said(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(FLOWS.encode("cp932"))
    notes = []
    rows = read_trade(path, notes=notes).collect()
    assert rows.columns == ["importer", "exporter", "hs6", "year", "value", "unit"]
    assert {note.key for note in notes} == {"graph.tables.guessed", "datasets.trade.called"}
    (found,) = understand(path).tables
    assert (found.kind, found.rows) == ("trade", 2)


def test_a_download_saved_as_a_workbook_is_the_same_download(tmp_path):
    header = ["refYear", "reporterISO", "flowCode", "partnerISO", "cmdCode", "primaryValue"]
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        sheet.write_row(1, 0, [2023, "JPN", "M", "S19", "850511", 12.5])
    (found,) = understand(tmp_path / "x.xlsx").tables
    assert (found.kind, found.rows) == ("trade", 1)
    assert read_trade(tmp_path / "x.xlsx").collect().select("exporter", "value").rows() == [("TWN", 12.5)]


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (["仕入先,販売先,取引額", "A,B,3"], "is_transactions"),
        (["会社コード,業種", "A,ore"], "is_firms"),
        (["country_code,country_name,country_iso2,country_iso3", "490,Other Asia,n/a,N/A"], "is_country_codes"),
        (["Country,Gray Iron,Ductile Iron,Steel", "Japan,1,2,3"], "is_casting_census"),
        (
            [",JPN_A,JPN_B,CHN_A,CHN_B", *(f"{name},1,2,3,4" for name in ("JPN_A", "JPN_B", "CHN_A", "CHN_B"))],
            "is_input_output",
        ),
    ],
)
def test_tables_of_other_readers_are_understood(tmp_path, lines, note):
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = understand(path)
    assert found.usable and found.tables[0].notes[0].key == f"datasets.intake.{note}"


def test_a_matrix_of_wiod_as_a_workbook_is_read(tmp_path):
    sectors = [("C10", "JPN"), ("C20", "JPN"), ("C10", "ROW"), ("C20", "ROW")]
    labels = [(code, f"Making of {code}", place, f"c{n}") for n, (code, place) in enumerate(sectors)]
    with xlsxwriter.Workbook(tmp_path / "wiot.xlsx") as book:
        sheet = book.add_worksheet("2014")
        sheet.write(0, 0, "(millions of US$)")
        for level in range(4):
            sheet.write_row(1 + level, 4, [label[level] for label in labels])
        for number, label in enumerate(labels):
            sheet.write_row(5 + number, 0, [*label, *range(1, 5)])
    flows, table = read_input_output(tmp_path / "wiot.xlsx")
    assert table["id"].to_list() == ["JPN.C10", "JPN.C20", "ROW.C10", "ROW.C20"]
    assert flows.filter(supplier="ROW.C20")["value"].to_list() == [1.0, 2.0, 3.0, 4.0]
    (found,) = understand(tmp_path / "wiot.xlsx").tables
    assert (found.kind, found.rows) == ("trade", 16)


@pytest.mark.parametrize("place", ["Y999999999;X1", "Y1;X999999999", "Y1048577;X1"])
def test_a_cell_beyond_any_sheet_is_refused_and_takes_no_other_place(tmp_path, place):
    path = tmp_path / "a.slk"
    path.write_text(f'ID;PWXL;N;E\nC;Y1;X1;K"part"\nC;X2;K"qty"\nC;{place};K5\nE\n', encoding="utf-8")
    with pytest.raises(LimitError):
        read_sheets(path)


@pytest.mark.parametrize("index", ["900000000", "1048577"])
def test_a_row_beyond_any_sheet_is_said_with_its_number(tmp_path, index):
    book = '<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>'
    row = f'<Row ss:Index="{index}"><Cell><Data>part</Data></Cell><Cell><Data>qty</Data></Cell></Row>'
    (tmp_path / "a.xls").write_text(f"{book}{row}</Table></Worksheet></Workbook>", encoding="utf-8")
    with pytest.raises(LimitError, match="1,048,577 rows"):
        read_sheets(tmp_path / "a.xls")
