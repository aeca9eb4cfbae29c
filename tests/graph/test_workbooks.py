"""A workbook is bounded before it is opened: what it claims costs nothing."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import KanmonError, LimitError, ReadError, SupplyGraph
from kanmon.graph import workbook_process as process
from kanmon.graph import workbooks as module
from kanmon.graph.tables import read_frame
from kanmon.graph.workbooks import check_workbook, read_sheets, sheet_names

NAME = Path("parts.xlsx")
SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows=(("part", "count"), ("A-1", 2))):
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("部品")
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return target.getvalue()


def changed(data, name, change, **options):
    """Return a workbook with one member changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **options) as new:
        for member in old.infolist():
            content = old.read(member)
            new.writestr(member.filename, change(content) if member.filename == name else content)
    return target.getvalue()


def test_small_and_large_workbooks_read_the_same(monkeypatch):
    data = workbook([("part", "count"), *((f"部品{i}", i / 7) for i in range(50))])
    here = read_sheets(data, NAME, header=True, exact=["count"])
    monkeypatch.setattr(module, "APART", 0)
    there = read_sheets(data, NAME, header=True, exact=["count"])
    assert sheet_names(data, NAME) == list(here) == list(there) == ["部品"]
    assert here["部品"][0].equals(there["部品"][0]) and here["部品"][1] == there["部品"][1]
    assert [float(x) for x in here["部品"][0]["count"]] == pytest.approx([i / 7 for i in range(50)], rel=1e-14)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="XFD1048576"><v>1</v></x:c>',
        b'<c s="1"\n r = "xfd1048576"><v>1</v></c>',
        b'<c r="A1"r="XFD1048576"><v>1</v></c>',
        b'<c r="ZZZZZZZ1"><v>1</v></c>',
        b'<c r="A99999999999999999999"><v>1</v></c>',
    ],
)
def test_one_cell_far_away_is_refused_before_anything_is_taken_for_it(cell):
    data = changed(workbook(), SHEET, lambda xml: xml.replace(b"</row></sheetData>", cell + b"</row></sheetData>"))
    with pytest.raises(LimitError, match=r"parts.xlsx' spans") as caught:
        read_sheets(data, NAME)
    assert "csv" in caught.value.text("en") and caught.value.text("ja") != caught.value.text("en")


def test_a_row_that_counts_itself_far_down_is_read_apart_and_bounded(monkeypatch):
    monkeypatch.setattr(module, "MEMORY", 2**31)
    data = changed(workbook(), SHEET, lambda xml: xml.replace(b'r="A2"', b"").replace(b'<row r="2"', b'<row r="1048576"'))
    try:
        frame, *_ = read_sheets(data, NAME)["部品"]
        assert frame.height <= 2**20
    except KanmonError as error:
        assert "parts.xlsx" in str(error)


def test_a_process_that_takes_too_much_is_stopped_with_a_reason(monkeypatch):
    monkeypatch.setattr(process, "CELL_LIMIT", 2**60)  # let a cell past the door that asks for 550 GB
    far = b'<c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = changed(workbook(), SHEET, lambda xml: xml.replace(b"</row></sheetData>", far))
    with pytest.raises(LimitError, match=r"parts.xlsx' took more than"):
        read_sheets(data, NAME)
    monkeypatch.setattr(module, "APART", 0)
    monkeypatch.setattr(module, "SECONDS", 0.001)
    with pytest.raises(LimitError, match="seconds"):
        read_sheets(workbook(), NAME)


def test_a_header_that_hides_the_true_size_is_found():
    data = bytearray(changed(workbook(), SHEET, lambda xml: xml + b" " * 2**22))
    directory = data.rindex(b"PK\x01\x02", 0, data.index(SHEET.encode(), data.index(b"PK\x01\x02")))
    assert struct.unpack_from("<I", data, directory + 24)[0] > 2**22
    struct.pack_into("<I", data, directory + 24, 100)
    with pytest.raises(ReadError, match="another size"):
        check_workbook(bytes(data), NAME)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr(SHEET, "<x/>")
    with pytest.raises(ReadError, match="packed"):
        check_workbook(target.getvalue(), NAME)


def test_a_newer_zip_version_is_a_sentence():
    data = workbook().replace(b"PK\x01\x02\x14\x03", b"PK\x01\x02\x9f\x03")
    data = data.replace(b"\x14\x00\x00\x00\x08\x00", b"\x9f\x00\x00\x00\x08\x00")
    try:
        check_workbook(data, NAME)
        assert "部品" in read_sheets(data, NAME)
    except ReadError as error:
        assert "parts.xlsx" in str(error)


WORKBOOK = workbook()  # once: a workbook holds the time at which it was made


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data):
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        check_workbook(bytes(content), NAME)
        read_sheets(bytes(content), NAME)
    except KanmonError as error:
        assert error.text("en") != error.text("ja")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_text_wider_than_a_sheet_is_refused(tmp_path, mark):
    path = tmp_path / "wide.csv"
    path.write_text(mark.join(f"c{i}" for i in range(200_000)) + "\n", encoding="utf-8")
    with pytest.raises(LimitError, match="200,000 columns"):
        read_frame(path)


def test_a_graph_with_a_stray_cell_names_the_file(tmp_path):
    path = tmp_path / "graph.xlsx"
    SupplyGraph(items=[{"id": "a", "name_en": "A", "kind": "component"}]).write(path)
    data = changed(
        path.read_bytes(),
        SHEET,
        lambda xml: xml.replace(b"</sheetData>", b'<row r="9"><c r="XFD1048576"/></row></sheetData>'),
    )
    path.write_bytes(data)
    with pytest.raises(LimitError, match="graph.xlsx"):
        SupplyGraph.read(path)
