"""Workbooks that the program writes: what a cell of a user's file says stands there as text."""

import openpyxl
import pytest
from kanmon import SupplyGraph
from kanmon.app.excel import new_book, write_cell

MARKUP = ["<r>a & b</r>", "<r>=1+1</r>", "<r></r>", "<r><t>x</t></r>", "=1+1", " <b> "]


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"in_memory": True}])
def test_text_that_looks_like_markup_stays_text(tmp_path, options):
    with new_book(tmp_path / "book.xlsx", **options) as book:
        page, bold = book.add_worksheet(), book.add_format({"bold": True})
        for row, word in enumerate(MARKUP):
            write_cell(page, row, 0, word)
            write_cell(page, row, 1, word, bold)
    page = openpyxl.load_workbook(tmp_path / "book.xlsx").active
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [[word, word] for word in MARKUP]


def test_a_graph_whose_names_look_like_markup_is_read_back_from_its_workbook(tmp_path):
    graph = SupplyGraph(items=[{"id": "a", "name_en": "<r>a & b</r>", "kind": "component"}])
    assert SupplyGraph.read(graph.write(tmp_path / "graph.xlsx"), name=graph.name) == graph
