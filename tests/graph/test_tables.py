"""What is written reads back the same; what cannot be read says so."""

import zipfile

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.graph import ReadError, SchemaError, SupplyGraph

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=20)


def graph_with(name="Magnet", share=0.9, note=None):
    return SupplyGraph(
        items=[{"id": "magnet", "name_en": name, "kind": "component", "note": note, "hs6": "0012"}],
        inputs=[{"item": "magnet", "input": "magnet", "source": "s", "essential": True, "quantity": share}],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country", "name_ja": "中国"}],
        shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": share, "year": 2024}],
        sources=[{"id": "s", "title": "=HYPERLINK(1)", "publisher": "p\nq", "url": "https://example.org/?a=1&b=2"}],
    )


@pytest.mark.parametrize("place", ["folder", "book.xlsx"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=TEXT.filter(lambda text: text.strip().strip("\x00") != ""), share=st.floats(0, 1))
def test_round_trip_is_exact(tmp_path, place, name, share):
    try:
        graph = graph_with(name, share)
    except SchemaError:  # nothing but control characters: a blank name
        return
    graph.write(tmp_path / place, force=True)
    assert SupplyGraph.read(tmp_path / place) == graph


def test_parquet_round_trip_and_datapackage(tmp_path):
    import json

    graph = graph_with()
    graph.write(tmp_path / "p", format="parquet")
    assert SupplyGraph.read(tmp_path / "p") == graph
    package = json.loads((tmp_path / "p" / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["path"] for r in package["resources"]} == {f"{t}.parquet" for t in graph.tables}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_encodings_of_japanese_offices(tmp_path, encoding):
    graph = graph_with("ネオジム磁石（焼結）")
    graph.write(tmp_path / "a")
    for file in (tmp_path / "a").glob("*.csv"):
        file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))
    assert SupplyGraph.read(tmp_path / "a") == graph


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "empty"),
        ("a.xlsx", b"not a workbook", "corrupt"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 600, "encrypted"),
        ("a.txt", b"x", "unknown_kind"),
        ("d/items.csv", b"", "empty"),
        ("d/items.csv", b"\xff\xfe\x81\x00", "encoding"),
        ("d/items.parquet", b"PAR1 nonsense PAR1", "corrupt"),
        ("d/readme.md", b"hello", "no_tables"),
    ],
)
def test_unreadable_files_are_refused_with_a_reason(tmp_path, name, content, code):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        SupplyGraph.read(path.parent if path.parent != tmp_path else path)
    assert caught.value.message.key == f"graph.tables.{code}"
    assert isinstance(caught.value, OSError)


def test_a_missing_path_hints_at_a_neighbour(tmp_path):
    (tmp_path / "world_data").mkdir()
    with pytest.raises(ReadError, match="Did you mean 'world_data'"):
        SupplyGraph.read(tmp_path / "world_dat")


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        for _ in range(64):
            member.write(b" " * 2**20)
    with pytest.raises(ReadError) as caught:
        SupplyGraph.read(path)
    assert caught.value.message.key == "graph.tables.too_large"


def test_a_cell_of_ten_million_characters_is_a_problem_not_a_crash(tmp_path):
    graph_with().write(tmp_path / "a")
    path = tmp_path / "a" / "items.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Magnet", "x" * 10_000_000), encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        SupplyGraph.read(tmp_path / "a")
    assert "too_long" in {p.code for p in caught.value.problems}
    assert len(str(caught.value)) < 2_000


def test_writing_never_overwrites_unasked_and_never_half(tmp_path):
    graph = graph_with()
    graph.write(tmp_path / "a")
    with pytest.raises(ReadError):
        graph.write(tmp_path / "a")
    graph.write(tmp_path / "a", force=True)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_tables_twice_in_one_folder_are_refused(tmp_path):
    graph_with().write(tmp_path / "a")
    pl.DataFrame({"id": ["x"]}).write_parquet(tmp_path / "a" / "items.parquet")
    with pytest.raises(ReadError, match="twice"):
        SupplyGraph.read(tmp_path / "a")


def folder_of(path, **files):
    tables = {"items": "id,name_en,kind\nseal,Seal,component\n", "suppliers": "id,name_en,kind\nCHN,China,country\n"}
    tables |= {"shares": "item,supplier,share,source\nseal,CHN,0.5,b\n", "sources": "id,title,publisher\nb,Bill,us\n"}
    for name, content in (tables | files).items():
        (path / f"{name}.csv").write_bytes(content.encode())
    return path


@pytest.mark.parametrize(
    "shares",
    [
        "item,supplier,share,source,,\nseal,CHN,0.5,b,,\n",
        "item,supplier,share,source\nseal,CHN,0.5,b\n,,,\n , ,,\n",
        "item,supplier,share,source,\r\nseal,CHN,0.5,b,\r\n,,,,\r\n",
        "item,supplier,share,source\rseal,CHN,0.5,b\r",
    ],
)
def test_what_a_spreadsheet_leaves_beside_and_below_a_table_is_no_part_of_it(tmp_path, shares):
    assert SupplyGraph.read(folder_of(tmp_path, shares=shares)).shares["share"].to_list() == [0.5]


def test_blank_cells_at_the_end_of_a_sheet_are_no_row_and_no_column(tmp_path):
    graph = SupplyGraph.read(folder_of(tmp_path))
    book = openpyxl.load_workbook(graph.write(tmp_path / "a.xlsx"))
    book["items"]["L5"] = " "
    book.save(tmp_path / "b.xlsx")
    assert SupplyGraph.read(tmp_path / "b.xlsx").items.equals(graph.items)


def test_a_blank_row_inside_a_table_and_a_filled_column_without_a_name_are_problems(tmp_path):
    within = "item,supplier,share,source\n,,,\nseal,CHN,0.5,b\n"
    with pytest.raises(SchemaError) as caught:
        SupplyGraph.read(folder_of(tmp_path, shares=within))
    assert {(p.code, p.row) for p in caught.value.problems} == {("blank", 2)}
    with pytest.raises(SchemaError, match="unknown_column"):
        SupplyGraph.read(folder_of(tmp_path, shares="item,supplier,share,source,\nseal,CHN,0.5,b,x\n"))


@pytest.mark.parametrize(
    ("shares", "code", "line"),
    [
        ("item,supplier,share,source\nseal,CHN,0.5,b\nseal,CHN,0,5,b\n", "ragged", 3),
        ("\r\n\r\nitem,supplier,share,source\r\nseal,CHN,0,5,b\r\n", "ragged", 4),
        ('item,supplier,share,source\nseal,"CHN,0.5,b\n', "quotes", 2),
    ],
)
def test_a_line_that_is_no_row_of_its_header_is_named(tmp_path, shares, code, line):
    with pytest.raises(ReadError) as caught:
        SupplyGraph.read(folder_of(tmp_path, shares=shares))
    assert caught.value.message.key == f"graph.tables.{code}" and caught.value.message.values["line"] == line


def test_a_formula_that_was_saved_without_its_value_is_a_blank_that_is_said(tmp_path):
    graph = SupplyGraph.read(folder_of(tmp_path))
    book = openpyxl.load_workbook(graph.write(tmp_path / "a.xlsx"))
    place = next(cell.coordinate for cell in book["shares"][2] if cell.value == 0.5)
    book["shares"][place] = "=1/2"
    book.save(tmp_path / "b.xlsx")
    read = SupplyGraph.read(tmp_path / "b.xlsx")
    (note,) = read.notes
    assert read.shares["share"].to_list() == [None]
    assert (note.code, note.table, f"{note.column}{note.row}", note.severity) == ("unsaved", "shares", place, "note")
    assert not SupplyGraph.read(tmp_path / "a.xlsx").notes


def test_it_is_said_of_a_workbook_in_a_folder_too(tmp_path):
    pages = openpyxl.Workbook()
    pages.active.append(["item", "supplier", "share", "source"])
    pages.active.append(["seal", "CHN", "=1/2", "b"])
    folder_of(tmp_path)
    (tmp_path / "shares.csv").unlink()
    pages.save(tmp_path / "shares.xlsx")
    (note,) = SupplyGraph.read(tmp_path).notes
    assert (note.code, note.table, note.row, note.column) == ("unsaved", "shares", 2, "C")


@pytest.mark.parametrize("above", ["", "\n\n", "\r\n\r\n\r\n", "sep=,\n"])
def test_a_problem_is_told_in_the_row_that_a_person_sees_whatever_blank_lines_stand_above(tmp_path, above):
    (tmp_path / "items.csv").write_bytes(f"{above}id,name_en,kind\na,A,mineral\nb,B,none\na,C,mineral\n".encode())
    (tmp_path / "suppliers.csv").write_bytes(b"id,name_en,kind\nCHN,China,nobody\n")
    with pytest.raises(SchemaError) as caught:
        SupplyGraph.read(tmp_path)
    lines = above.count("\n")
    found = {(problem.code, problem.table): problem for problem in caught.value.problems}
    assert found["not_allowed", "items"].row == lines + 3
    assert (found["duplicate_id", "items"].row, found["duplicate_id", "items"].details["first"]) == (lines + 4, lines + 2)
    assert found["not_allowed", "suppliers"].row == 2


@pytest.mark.parametrize("above", [0, 3, 70])
def test_blank_rows_above_a_header_of_a_workbook_are_counted(tmp_path, above):
    sheet = openpyxl.Workbook()
    page = sheet.active
    page.title = "items"
    for i, row in enumerate([["id", "name_en", "kind"], ["a", "A", "mineral"], ["b", "B", "none"]]):
        for j, value in enumerate(row):
            page.cell(above + i + 1, j + 2, value)
    sheet.save(tmp_path / "graph.xlsx")
    with pytest.raises(SchemaError) as caught:
        SupplyGraph.read(tmp_path / "graph.xlsx")
    assert [problem.row for problem in caught.value.problems] == [above + 3]
